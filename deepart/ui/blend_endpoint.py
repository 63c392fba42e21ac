"""The endpoint `/blend` for programs: files, names and numbers, nothing of the page."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from deepart import runtime
from deepart.errors import InputError
from deepart.models.style_code import LAYERS
from deepart.tasks.masks import SPATIAL_KINDS
from deepart.tasks.transfer import Finish
from deepart.ui.blend_request import BlendRequest
from deepart.ui.events import handler, unread
from deepart.ui.paintings import Painted
from deepart.ui.transfer_request import known_style


def add_blend_endpoint() -> None:
    """Add the endpoint to the surrounding Blocks."""
    with gr.Row(visible=False):
        endpoint = gr.Button()
        fields = [
            unread(gr.File(label="content")),
            unread(gr.File(label="styles", file_count="multiple")),
            gr.Textbox(label="style_names"),
            gr.JSON(label="weights"),
            gr.Number(1, label="strength"),
            gr.Number(0, label="size", precision=0),
            gr.Textbox("style", label="colour"),
            gr.Number(0, label="brush"),
            gr.Number(0, label="protect_faces"),
            gr.Checkbox(False, label="balance"),
            gr.Textbox("everywhere", label="where"),
            *(gr.Textbox(label=layer) for layer in LAYERS),
        ]
        answers = [gr.File(label="painting"), gr.JSON(label="recipe")]
    endpoint.click(
        runtime.gpu(blend_endpoint),
        fields,
        answers,
        api_name="blend",
        concurrency_id="device",
        concurrency_limit=1,
    )


@handler
def blend_endpoint(
    content: str,
    styles: list[str] | None = None,
    style_names: str | None = None,
    weights: list[float] | None = None,
    strength: float = 1,
    size: int = 0,
    colour: str = "style",
    brush: float = 0,
    protect_faces: float = 0,
    balance: bool = False,
    where: str = "everywhere",
    palette: str | None = None,
    texture: str | None = None,
    shapes: str | None = None,
    request: gr.Request | None = None,
) -> Iterator[tuple[str | None, dict[str, Any] | None]]:
    """Repaint a picture in a mixture of up to six styles.

    Args:
        content: the picture to paint.
        styles: pictures to take styles from, or styles saved as files.
        style_names: styles of the gallery with their weights, such as starry-night:0.6, the-scream:0.4.
        weights: a number for each of the files; a negative one asks for less of its style.
        strength: 0 returns the content unchanged, 1 is the full style.
        size: longer side of the result in pixels; 0 keeps the content's size.
        colour: style, luminance, matched or palette; whose colours the painting has.
        brush: size of the strokes in proportion to the picture, 0.25 to 4; 0 for a fixed number of pixels.
        protect_faces: 0 to 1, how much weaker the style is on faces.
        balance: let no style drown the others.
        where: everywhere, or left-right, top-bottom, diagonal or centre-edge to go from the first style to the last.
        palette: a style of the gallery, or the number of one of the files, to take the palette from.
        texture: the same for the texture.
        shapes: the same for the shapes.

    Returns:
        The painting as PNG, and the recipe of how it was made.
    """
    files = styles or []
    if where not in ("everywhere", *SPATIAL_KINDS):
        raise InputError("setting.choice", name="where", choices=", ".join(("everywhere", *SPATIAL_KINDS)))
    names = {"palette": palette, "texture": texture, "shapes": shapes}
    wanted = BlendRequest(
        content=content,
        styles=[*file_weights(files, weights), *_named_weights(style_names)],
        strength=strength,
        finish=Finish(int(size) if size else None, colour, brush or None, protect_faces),
        balance=balance,
        layers={layer: _layer_style(name, files) for layer, name in names.items() if name},
        where=where,
    )
    with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
        for step in wanted.paint_to(Path(folder)):
            # Only where a value is handed over can the request be cancelled.
            yield (step.download, step.recipe) if isinstance(step, Painted) else (None, None)


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
