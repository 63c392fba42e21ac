"""The endpoint `/restore` for programs: files and numbers, nothing of the page."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import gradio as gr

from deepart import runtime
from deepart.errors import InputError
from deepart.images import save_png
from deepart.recipes import chunks, recipe_of
from deepart.tasks.restore.engine import Manner
from deepart.tasks.restore.restore import restore_steps
from deepart.ui.events import handler, unread
from deepart.ui.restore.request import FILE_NAME


def add_restore_endpoint() -> None:
    """Add the endpoint to the surrounding Blocks."""
    with gr.Row(visible=False):
        endpoint = gr.Button()
        fields = [
            unread(gr.File(label="picture")),
            unread(gr.File(label="mask")),
            gr.Checkbox(False, label="detect"),
            gr.Textbox("auto", label="clean"),
            gr.Textbox("0", label="colour"),
            gr.Number(1, label="upscale", precision=0),
            gr.Textbox("faithful", label="look"),
            gr.Number(None, label="keep_paint"),
            gr.Checkbox(False, label="straighten"),
            gr.Textbox("leave", label="damage"),
            gr.Textbox("", label="extend"),
        ]
        answers = [gr.File(label="restored"), gr.JSON(label="recipe")]
    endpoint.click(
        runtime.gpu(restore_endpoint),
        fields,
        answers,
        api_name="restore",
        concurrency_id="device",
        concurrency_limit=1,
    )


@handler
def restore_endpoint(
    picture: str,
    mask: str | None = None,
    detect: bool = False,
    clean: str = "auto",
    colour: str = "0",
    upscale: int = 1,
    look: str = "faithful",
    keep_paint: float | None = None,
    straighten: bool = False,
    damage: str = "leave",
    extend: str = "",
    request: gr.Request | None = None,
) -> Iterator[tuple[str | None, dict[str, Any] | None]]:
    """Fill the holes of a picture, clean it, bring its colours back, extend and enlarge it.

    Args:
        picture: the picture to restore.
        mask: what is missing, white for yes, in the picture's proportions; leave it out if nothing is.
        detect: fill the damage that is found besides.
        clean: 0 to 1, how much noise, JPEG traces and softness to take away, or auto, which measures it.
        colour: 0 to 1, how much of a yellowed varnish and of fading to undo, or auto.
        upscale: 1, 2 or 4 times as large.
        look: of what is enlarged: faithful, or crisp with fine detail that may not have been there.
        keep_paint: 0 to 1, how much of its canvas and brush strokes a cleaned picture gets back; leave it
            out for what is usual.
        straighten: undo the perspective first if the picture shows a print that was photographed askew.
        damage: fill all that is found, ask about what may be meant and fill only what surely is damage (then the
            recipe says how much was not, as "unsure"), or leave it.
        extend: how far to go on beyond the frame: an aspect ratio such as 16:9, or percentages to add left, above,
            right and below, such as 25,0,25,0; at most 50 at a side.

    Returns:
        The restored picture as PNG, and the recipe of how it was made.
    """
    if not picture:
        raise InputError("restore.missing")
    steps = restore_steps(
        picture,
        mask,
        _strength("clean", clean),
        int(upscale or 1),
        Manner(look, keep_paint, extend=extend or ""),
        colour=_strength("colour", colour),
        detect=detect,
        damage=damage,
        straighten=straighten,
    )
    try:
        while True:
            next(steps)
            yield None, None  # only where a value is handed over can the request be cancelled
    except StopIteration as end:
        restored = end.value.after
    finally:
        steps.close()
    with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
        save_png(restored, Path(folder) / FILE_NAME, text=chunks(restored))
        yield str(Path(folder) / FILE_NAME), recipe_of(restored).as_dict()


def _strength(name: str, text: str | float) -> float | Literal["auto"]:
    """Read a strength that may be left to be measured.

    Raises:
        InputError: it is neither a number nor "auto".
    """
    if text == "auto":
        return "auto"
    try:
        return float(text)
    except (TypeError, ValueError) as error:
        raise InputError("restore.strength", name=name) from error
