"""Pictures on the page that several tabs have: where one is put in, and one beside what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from deepart.images import load_image
from deepart.ui.events import translations as t

_UNKNOWN_TO_BROWSERS = (".tif", ".tiff", ".heic", ".heif", ".bmp")


def picture_upload(label: object, elem_id: str, height: int, value: str | None = None) -> gr.Image:
    """Add a place for a visitor's picture; `accepted` looks at what is put there."""
    return gr.Image(
        value,
        label=label,
        type="filepath",
        format="png",
        sources=["upload", "clipboard", "webcam"],
        height=height,
        elem_id=elem_id,
        elem_classes="labelled-picture",
    )


def accepted(path: str) -> Any:
    """Return what to show of an uploaded picture: itself, or what was read from it if browsers cannot show it.

    Raises:
        InputError: it is no picture that is taken.
    """
    picture = load_image(path)
    return picture if Path(path).suffix.lower() in _UNKNOWN_TO_BROWSERS else gr.skip()


def before_and_after(elem_id: str, elem_classes: str = "") -> gr.ImageSlider:
    """Add two pictures, one over the other, with a slider between them."""
    return gr.ImageSlider(
        label=t("ui.before_after"),
        type="filepath",
        format="png",
        interactive=False,
        max_height=640,
        buttons=["fullscreen"],
        elem_id=elem_id,
        elem_classes=f"labelled-picture {elem_classes}".strip(),
    )
