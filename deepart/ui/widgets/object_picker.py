"""A picture on which a click selects an object, for the tabs that have masks."""

from __future__ import annotations

from typing import Any

import gradio as gr
from PIL import Image

from deepart.images import fit, load_image
from deepart.tasks.find.subject import object_at
from deepart.ui.events import QUIET, handler
from deepart.ui.events import translations as t

SIDE = 640
"""Longer side of what is clicked at."""


def build_object_picker(name: str, picture: gr.Image) -> gr.Image:
    """Add the picture, folded away until it is wanted, to the surrounding column.

    Args:
        name: of the tab.
        picture: the tab's.

    Returns:
        The picture that is clicked at; its `select` is for the tab, see `object_of`.
    """
    opened = gr.State({})  # "open": whether a picture is wanted; changed in place
    with gr.Accordion(t("ui.pick"), open=False, elem_id=f"{name}-pick") as panel:
        gr.Markdown(t("ui.pick.hint"), elem_classes="hint")
        shown = gr.Image(
            label=t("ui.pick.picture"),
            type="filepath",
            format="jpeg",
            interactive=False,
            buttons=[],
            elem_id=f"{name}-pick-picture",
            elem_classes="labelled-picture",
        )
    panel.expand(show_opened, [opened, picture], [shown], trigger_mode="always_last", **QUIET)
    picture.change(show_changed, [opened, picture], [shown], trigger_mode="always_last", **QUIET)
    return shown


@handler
def show_opened(opened: dict[str, Any], path: str | None, request: gr.Request) -> Any:
    opened["open"] = True
    return _small(path) if path else None


@handler
def show_changed(opened: dict[str, Any], path: str | None, request: gr.Request) -> Any:
    if not opened.get("open"):
        return gr.skip()
    return _small(path) if path else None


def object_of(path: str, event: gr.SelectData) -> Image.Image:
    """Return where the object lies that was clicked at, as `object_at` does, at the size of what was clicked at.

    Raises:
        InputError: the picture cannot be read, or is of one colour.
    """
    small, (x, y) = _small(path), event.index
    return object_at(small, (x + 0.5) / small.width, (y + 0.5) / small.height)


def _small(path: str) -> Image.Image:
    return fit(load_image(path), SIDE)
