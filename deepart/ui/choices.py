"""Choices that several tabs offer, in the visitor's language."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import gradio as gr

from deepart.errors import InputError
from deepart.recipes import Recipe, recipe_of
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT
from deepart.tasks.paint.gallery import named_styles
from deepart.text import say
from deepart.ui import samples
from deepart.ui.events import translations as t


def captioned_gallery(items: list[tuple[str, str]], label: object, elem_id: str, **options: object) -> gr.Gallery:
    """Add pictures with captions of which one can be chosen.

    Args:
        items: path and caption of each.
        label: see `gr.Gallery`; `options` too.
        elem_id: see `gr.Gallery`.
    """
    classes = " ".join(["captioned-gallery", str(options.pop("elem_classes", ""))]).strip()
    settings = {"columns": 4, "height": "auto", "object_fit": "cover", "allow_preview": False, "buttons": []}
    return gr.Gallery(
        items, label=label, interactive=False, elem_id=elem_id, elem_classes=classes, **settings | options
    )


def gallery_items(language: str) -> list[tuple[str, str]]:
    """Return path and title of the swatch of each style of the gallery."""
    styles = named_styles(DEFAULT_CHECKPOINT)
    return [(samples.swatch_file(key), style.title_in(language)) for key, style in styles.items()]


def settings_upload(elem_id: str) -> gr.UploadButton:
    """Add the button for a picture whose settings are to be set again, see `recipe_from`."""
    return gr.UploadButton(t("ui.restore_settings"), file_types=[".png"], type="filepath", size="md", elem_id=elem_id)


def recipe_from(path: str, verb: str) -> Recipe:
    """Return the recipe of a picture that was made here.

    Args:
        verb: what made it, such as "transfer".

    Raises:
        InputError: it has none, or something else made it.
    """
    found = recipe_of(path)
    if found is None or found.verb != verb:
        raise InputError("recipe.missing")
    return found


def settings_note(button: str, missing: Sequence[str], language: str) -> str:
    """Say that the settings of a picture are set, and what a file cannot bring back.

    Args:
        button: key of the text on the button to press next.
        missing: keys of what went into the picture and is not in the file.
        language: of the sentences.
    """
    names = ("、" if language == "zh" else ", ").join(say(name, language) for name in dict.fromkeys(missing))
    return say("ui.settings_restored", language, button=say(button, language), names=names)


def one_of(known: Collection, value: object, default: Any) -> Any:
    """Return a setting that was read from a file, or the default if it is none of those that there are."""
    return value if isinstance(value, (str, int, float)) and value in known else default


def within(value: object, low: float, high: float, default: float) -> float:
    """Return a number that was read from a file, or the default if it is none or out of range."""
    return value if isinstance(value, (int, float)) and low <= value <= high else default
