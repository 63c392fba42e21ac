"""The endpoint `/restore` for programs: files and numbers, nothing of the page."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from deepart.errors import InputError
from deepart.images import save_png
from deepart.options import RestoreOptions
from deepart.recipes import chunks, recipe_of
from deepart.tasks.restore.engine import PipelineOptions
from deepart.tasks.restore.restore import restore_steps
from deepart.ui.controls import Field, add_endpoint, finished, option_fields
from deepart.ui.events import unread
from deepart.ui.restore.request import FILE_NAME, KINDS, Engines

CONTRACT = (
    "picture",
    "mask",
    "detect",
    "clean",
    "colour",
    "upscale",
    "look",
    "keep_paint",
    "straighten",
    "damage",
    "extend",
)
"""The parameters that programs may give without their names; new ones come behind."""


def add_restore_endpoint() -> None:
    """Add the endpoint to the surrounding Blocks."""
    add_endpoint(restore_endpoint, lambda: _fields() | option_fields(RestoreOptions), _answers, CONTRACT)


def _answers() -> list[Component]:
    return [gr.File(label="restored"), gr.JSON(label="recipe")]


def _fields() -> dict[str, Field]:
    def file(label: str) -> gr.File:
        return unread(gr.File(label=label))

    engine = "a restorer of the Hub, by its key or as owner/name/file; the bundled one by default."
    return {
        "picture": Field(file("picture"), inspect.Parameter.empty, "the picture to restore."),
        "mask": Field(file("mask"), None, "what is missing, white for yes, in the picture's proportions."),
        "protect": Field(file("protect"), None, "where nothing is changed, white for yes."),
        "palette": Field(file("palette"), None, "a picture whose colours colourise should use."),
        **{role: Field(gr.Textbox(label=role), None, engine) for role in KINDS},
    }


def restore_endpoint(values: dict[str, Any], request: gr.Request) -> Iterator[tuple[str | None, dict[str, Any] | None]]:
    """Fill the holes of a picture, clean it, bring its colours back, extend and enlarge it.

    Args: see `fields`.

    Returns:
        The restored picture as PNG, and the recipe of how it was made.
    """
    if not values["picture"]:
        raise InputError("restore.missing")
    restored = (yield from finished(_steps(values), (None, None))).after
    with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
        save_png(restored, Path(folder) / FILE_NAME, text=chunks(restored))
        yield str(Path(folder) / FILE_NAME), recipe_of(restored).as_dict()


def _steps(values: dict[str, Any]) -> Any:
    options = RestoreOptions.read(values)
    options.check()
    engines = yield from Engines(*(values[role] or "" for role in KINDS)).opened()
    pipeline = PipelineOptions(protect=values["protect"], palette=values["palette"], **engines)
    return (yield from restore_steps(values["picture"], values["mask"], options, pipeline))
