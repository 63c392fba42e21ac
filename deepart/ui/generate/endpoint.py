"""The endpoint `/generate` for programs: numbers and a style in, files out, nothing of the page."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from deepart.images import save_png
from deepart.options import GenerateOptions
from deepart.recipes import chunks, recipe_of
from deepart.tasks.generate.generate import DEFAULT_CHECKPOINT
from deepart.tasks.generate.seeds import generate_steps
from deepart.ui.controls import Field, add_endpoint, finished, option_fields
from deepart.ui.events import unread
from deepart.ui.generate.request import known_model

CONTRACT = ("seed", "count", "style", "truncation", "upscale", "look", "genre", "checkpoint")
"""The parameters that programs may give without their names; new ones come behind."""


def add_generate_endpoint() -> None:
    """Add the endpoint to the surrounding Blocks."""
    add_endpoint(generate_endpoint, lambda: option_fields(GenerateOptions) | _fields(), _answers, CONTRACT)


def _answers() -> list[Component]:
    return [gr.File(label="pictures", file_count="multiple"), gr.JSON(label="recipes")]


def _fields() -> dict[str, Field]:
    about = "key of a generator; the bundled one by default."
    start = "a picture to start from, such as a photo or a sketch; see freedom."
    again = "a picture that was generated: others near to it are painted; see amount."
    region = "with again, a mask: what is white is painted anew, the rest of the picture stays."
    return {
        "checkpoint": Field(gr.Textbox(DEFAULT_CHECKPOINT, label="checkpoint"), DEFAULT_CHECKPOINT, about),
        "start": Field(unread(gr.File(label="start")), None, start),
        "again": Field(unread(gr.File(label="again")), None, again),
        "region": Field(unread(gr.File(label="region")), None, region),
    }


def generate_endpoint(
    values: dict[str, Any], request: gr.Request
) -> Iterator[tuple[list[str] | None, list[dict[str, Any]] | None]]:
    """Paint pictures that nobody has painted.

    Args: see `fields`.

    Returns:
        The pictures as PNG, and for each the recipe of how it was made, with its seed.
    """
    checkpoint = known_model(values["checkpoint"] or DEFAULT_CHECKPOINT)
    steps = generate_steps(
        GenerateOptions.read(values), checkpoint, *(values[name] for name in ("start", "again", "region"))
    )
    pictures = yield from finished(steps, (None, None))
    with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
        paths = []
        for number, picture in enumerate(pictures, 1):
            path = Path(folder) / f"deepart-generated-{number}.png"
            save_png(picture, path, text=chunks(picture))
            paths.append(str(path))
        yield paths, [recipe_of(picture).as_dict() for picture in pictures]
