"""The endpoint `/transfer` for programs: files and numbers, nothing of the page."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from deepart import runtime
from deepart.ui.events import handler, unread
from deepart.ui.paintings import Painted
from deepart.ui.transfer_request import TransferRequest, known_style, paint_to


def add_transfer_endpoint() -> None:
    """Add the endpoint to the surrounding Blocks."""

    @handler
    def transfer_endpoint(
        content: str,
        style: str | None = None,
        style_name: str | None = None,
        strength: float = 1,
        size: int = 0,
        colour: str = "style",
        brush: float = 0,
        protect_faces: float = 0,
        where: str = "everywhere",
        mask: str | None = None,
        softness: float = 0.02,
        outside_name: str | None = None,
        outside_strength: float = 1,
        request: gr.Request | None = None,
    ) -> Iterator[tuple[str | None, dict[str, Any] | None]]:
        """Repaint a picture in the style of another.

        Args:
            content: the picture to paint.
            style: the picture to take the style from, or a style saved as a file; leave it out to use style_name.
            style_name: a style of the gallery, such as starry-night.
            strength: 0 returns the content unchanged, 1 is the full style.
            size: longer side of the result in pixels; 0 keeps the content's size.
            colour: style, luminance, matched or palette; whose colours the painting has.
            brush: size of the strokes in proportion to the picture, 0.25 to 4; 0 for a fixed number of pixels.
            protect_faces: 0 to 1, how much weaker the style is on faces.
            where: everywhere, subject, background, faces or uploaded (the mask).
            mask: where to paint, white for yes, in the content's proportions.
            softness: of the mask's edge, in parts of the content's shorter side.
            outside_name: a style of the gallery for the rest; leave it out to leave the rest as it is.
            outside_strength: of that style, 0 to 1.

        Returns:
            The painting as PNG, and the recipe of how it was made.
        """
        wanted = TransferRequest(
            content=content,
            style=style or known_style(style_name),
            strength=strength,
            colour=colour,
            size=int(size) if size else None,
            brush=brush or None,
            protect_faces=protect_faces,
            where="uploaded" if mask else where,
            mask=mask,
            softness=softness,
            outside=known_style(outside_name),
            outside_strength=outside_strength,
        )
        with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
            for step in paint_to(Path(folder), wanted):
                # Only where a value is handed over can the request be cancelled.
                yield (step.download, step.recipe) if isinstance(step, Painted) else (None, None)

    with gr.Row(visible=False):
        endpoint = gr.Button()
        fields = [
            unread(gr.File(label="content")),
            unread(gr.File(label="style")),
            gr.Textbox(label="style_name"),
            gr.Number(1, label="strength"),
            gr.Number(0, label="size", precision=0),
            gr.Textbox("style", label="colour"),
            gr.Number(0, label="brush"),
            gr.Number(0, label="protect_faces"),
            gr.Textbox("everywhere", label="where"),
            unread(gr.File(label="mask")),
            gr.Number(0.02, label="softness"),
            gr.Textbox(label="outside_name"),
            gr.Number(1, label="outside_strength"),
        ]
        answers = [gr.File(label="painting"), gr.JSON(label="recipe")]
    endpoint.click(
        runtime.gpu(transfer_endpoint),
        fields,
        answers,
        api_name="transfer",
        concurrency_id="device",
        concurrency_limit=1,
    )
