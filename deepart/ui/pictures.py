"""Picture components that several tabs share: the upload, and the comparison with the result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from deepart.errors import DeepartError
from deepart.images import load_image
from deepart.tiles import Box
from deepart.ui.events import handler, translations as t

EDITOR_SIDE = 800
"""Side in pixels of the square on which masks are drawn; phones run out of memory with larger ones."""

_MAT = (87, 83, 78)  # around pictures that are no squares
_UNKNOWN_TO_BROWSERS = (".tif", ".tiff", ".heic", ".heif", ".bmp")
_REMEMBERED = 8


def picture_upload(label: object, elem_id: str, height: int, value: str | None = None) -> gr.Image:
    """Add a place for a visitor's picture; `checked` looks at what is put there."""
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


def picture_shown(label: object, elem_id: str, **facts: Any) -> gr.Image:
    """Add a picture that a visitor only looks at; `label` and `facts`: see `gr.Image`."""
    usual = {"format": "png", "interactive": False, "buttons": [], "elem_classes": "labelled-picture"}
    return gr.Image(label=label, elem_id=elem_id, **usual | facts)


def many_pictures(
    elem_id: str, label: str = "ui.batch_files", kinds: tuple[str, ...] = ("image", ".zip"), height: int = 140
) -> gr.File:
    """Add a place for pictures and archives of pictures.

    Args:
        elem_id, height: see `gr.File`.
        label: key of its text.
        kinds: of files, as `gr.File` takes them.
    """
    facts = {"height": height, "elem_id": elem_id, "elem_classes": "files"}
    return gr.File(label=t(label), file_count="multiple", file_types=list(kinds), **facts)


def checked(picture: gr.Image) -> gr.events.Dependency:
    """Look at what a visitor puts in as soon as it is there; return the event that does so.

    What is no picture is refused, and what stood there before comes back; what browsers cannot show is shown
    as it was read.
    """
    added = picture.upload(check_picture, [picture], [picture], api_visibility="private", show_progress="hidden")
    put_back_after(added, picture)
    return added


def put_back_after(added: gr.events.Dependency, picture: gr.Image) -> None:
    """If `added` fails, let the picture that stood there come back."""
    first = picture.value["path"] if picture.value else None
    stood = gr.State({"last": [first], "bad": []})  # paths; changed in place
    quiet = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
    picture.change(_remember, [stood, picture], None, **quiet)
    added.failure(_put_back, [stood, picture], [picture], **quiet)


@handler
def check_picture(path: str | None, request: gr.Request) -> Any:
    """Refuse a bad picture, and show one that browsers cannot."""
    if path is None:
        return gr.skip()
    picture = load_image(path)
    return picture if Path(path).suffix.lower() in _UNKNOWN_TO_BROWSERS else gr.skip()


def is_about_picture(error: DeepartError) -> bool:
    """Say whether an error is that of a file which is no picture, so that `checked` says it."""
    return error.key.startswith("picture.")


def _remember(stood: dict[str, list[str | None]], path: str | None) -> None:
    if path not in stood["bad"]:  # the failure may have been said first
        stood["last"] = [*stood["last"], path][-_REMEMBERED:]


def _put_back(stood: dict[str, list[str | None]], path: str | None) -> str | None:
    stood["bad"] = [*stood["bad"], path][-_REMEMBERED:]
    stood["last"] = [each for each in stood["last"] if each not in stood["bad"]]
    return stood["last"][-1] if stood["last"] else None


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


def canvas(picture: Image.Image) -> Image.Image:
    """Return a picture as it is shown for marking: in the middle of a square, since the editor's is one."""
    left, top, right, bottom = place_on_canvas(picture.size)
    square = Image.new("RGB", (EDITOR_SIDE, EDITOR_SIDE), _MAT)
    square.paste(picture.resize((right - left, bottom - top), Image.Resampling.LANCZOS), (left, top))
    return square


def place_on_canvas(size: tuple[int, int]) -> Box:
    """Return where a picture of `size` lies on the canvas."""
    scale = EDITOR_SIDE / max(size)
    width, height = (max(1, round(scale * side)) for side in size)
    left, top = (EDITOR_SIDE - width) // 2, (EDITOR_SIDE - height) // 2
    return left, top, left + width, top + height
