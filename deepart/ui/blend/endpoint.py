"""The endpoint `/blend` for programs: files, names and numbers, nothing of the page."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr
from gradio.components import Component

from deepart.errors import InputError
from deepart.models.style_code import LAYERS
from deepart.options import PaintOptions
from deepart.tasks.paint.masks import SPATIAL_KINDS
from deepart.ui.blend.request import BlendRequest
from deepart.ui.controls import Field, add_endpoint, option_fields
from deepart.ui.events import unread
from deepart.ui.paintings import answers
from deepart.ui.transfer.request import known_style

CONTRACT = (
    *("content", "styles", "style_names", "weights", "strength", "size", "colour", "brush", "protect_faces", "balance"),
    *("where", *LAYERS),
)
"""The parameters that programs may give without their names; new ones come behind."""


def add_blend_endpoint() -> None:
    """Add the endpoint to the surrounding Blocks."""
    add_endpoint(blend_endpoint, lambda: _fields() | option_fields(), _answers, CONTRACT)


def _answers() -> list[Component]:
    return [gr.File(label="painting"), gr.JSON(label="recipe")]


def _fields() -> dict[str, Field]:
    files = unread(gr.File(label="styles", file_count="multiple"))
    names = "styles of the gallery with their weights, such as starry-night:0.6, the-scream:0.4."
    where = "everywhere, or left-right, top-bottom, diagonal or centre-edge to go from the first style to the last."
    layer = "a style of the gallery, or the number of one of the files, to take the {} from."
    return {
        "content": Field(unread(gr.File(label="content")), inspect.Parameter.empty, "the picture to paint."),
        "styles": Field(files, None, "pictures to take styles from, or styles saved as files."),
        "style_names": Field(gr.Textbox(label="style_names"), None, names),
        "weights": Field(
            gr.JSON(label="weights"), None, "a number for each of the files; a negative one asks for less of its style."
        ),
        "strength": Field(gr.Number(1, label="strength"), 1, "0 returns the content unchanged, 1 is the full style."),
        "balance": Field(gr.Checkbox(False, label="balance"), False, "let no style drown out the others."),
        "where": Field(gr.Textbox("everywhere", label="where"), "everywhere", where),
        **{name: Field(gr.Textbox(label=name), None, layer.format(name)) for name in LAYERS},
    }


def blend_endpoint(values: dict[str, Any], request: gr.Request) -> Iterator[tuple[str | None, dict[str, Any] | None]]:
    """Repaint a picture in a mixture of up to six styles.

    Args: see `fields`.

    Returns:
        The painting as PNG, and the recipe of how it was made.
    """
    files, where = values["styles"] or [], values["where"]
    if where not in ("everywhere", *SPATIAL_KINDS):
        raise InputError("setting.choice", name="where", choices=", ".join(("everywhere", *SPATIAL_KINDS)))
    wanted = BlendRequest(
        content=values["content"],
        styles=[*file_weights(files, values["weights"]), *_named_weights(values["style_names"])],
        strength=values["strength"],
        options=PaintOptions.read(values),
        balance=values["balance"],
        layers={layer: _layer_style(values[layer], files) for layer in LAYERS if values[layer]},
        where=where,
    )
    yield from answers(wanted.paint_to)


def file_weights(files: Sequence[str], weights: Any) -> list[tuple[str, float]]:
    """Return files of styles with their weights, 1 for each if none are given."""
    if weights in (None, [], ""):
        return [(file, 1.0) for file in files]
    are_numbers = isinstance(weights, list) and all(isinstance(each, (int, float)) for each in weights)
    if not are_numbers or len(weights) != len(files):
        raise InputError("blend.weights_of_files", count=len(files))
    return [(file, float(weight)) for file, weight in zip(files, weights, strict=True)]


def _named_weights(text: str | None) -> list[tuple[str, float]]:
    """Read "starry-night:0.6, the-scream": names of the gallery, never paths."""
    pairs = []
    for part in filter(None, (part.strip() for part in (text or "").split(","))):
        name, colon, weight = part.partition(":")
        try:
            pairs.append((known_style(name.strip()), float(weight) if colon else 1.0))
        except ValueError as error:
            if isinstance(error, InputError):
                raise
            raise InputError("blend.names") from error
    return pairs


def _layer_style(name: str, files: Sequence[str]) -> str:
    """Return the style that is named, or the file of that number."""
    if name.isdecimal() and 1 <= int(name) <= len(files):
        return files[int(name) - 1]
    return known_style(name)
