"""The panel of the Transfer tab that paints what a camera sees, while one looks."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping
from typing import Any

import gradio as gr
from gradio.components import Component
from PIL import Image

from deepart import runtime
from deepart.images import fit, load_image
from deepart.runtime import run
from deepart.text import say
from deepart.ui.controls import options_of
from deepart.ui.events import QUIET, handler, language_of, translations as t, unread_camera
from deepart.ui.paintings import previews
from deepart.ui.transfer.request import style_in_use

SIDE = 256
"""Longer side in pixels of what is painted: several frames a second on two cores."""

_EVERY_SECONDS = 0.1  # that the browser sends a frame at most; it waits for the painting of the one before
_LONGEST_SECONDS = 120  # before whoever waits for the camera's place gets it
_AT_ONCE = 2
_SAME = 24  # frames for which a scene is taken to have the same colours, where the style is not at full strength


def build_camera_panel(
    chosen: gr.State, own_style: gr.Image, strength: gr.Slider, options: Mapping[str, Component]
) -> None:
    """Add the panel to the surrounding column; the components are those of the tab, which it reads."""
    if runtime.settings().zero_gpu:  # a GPU is lent for a painting, not for every frame
        return
    with gr.Accordion(t("ui.camera"), open=False, elem_id="camera"):
        gr.Markdown(t("ui.camera_hint"), elem_classes="hint")
        camera = unread_camera(
            gr.Image(
                label=t("ui.camera_picture"),
                type="filepath",
                sources=["webcam"],
                streaming=True,
                webcam_options=gr.WebcamOptions(mirror=True, constraints={"video": {"width": 320, "height": 240}}),
                height=260,
                buttons=[],
                elem_id="camera-picture",
                elem_classes="labelled-picture",
            )
        )
        painted = gr.HTML(elem_id="camera-painted")
    live = gr.State({})  # "of": style and strength, "painter", "left": frames until it looks at the colours anew
    camera.stream(
        paint_live,
        [camera, live, chosen, own_style, strength, *options.values()],
        [painted],
        stream_every=_EVERY_SECONDS,
        time_limit=_LONGEST_SECONDS,
        concurrency_id="camera",
        concurrency_limit=_AT_ONCE,
        **QUIET,
    )


@handler
def paint_live(
    frame: bytes | str | None,
    live: dict[str, Any],
    chosen: Any,
    own_style: str | None,
    strength: float,
    request: gr.Request,
    *values: Any,
) -> Any:
    """Paint one frame."""
    style = style_in_use(chosen, own_style)
    if frame is None or not style:
        return gr.skip()
    picture = fit(load_image(frame), SIDE)
    code = previews.code(style)
    if live.get("of") != (style, strength) or not live["left"]:
        painter = run(previews.engine.steady([picture], code, strength, is_measured=False))
        live.update(of=(style, strength), painter=painter, left=_SAME)
    live["left"] -= 1
    return _shown(live["painter"].paint(picture, options_of(values)), language_of(request))


def _shown(picture: Image.Image, language: str) -> str:
    """Return a picture as HTML: nothing of what a camera sees is kept in a file."""
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=88)
    data = base64.b64encode(stream.getvalue()).decode("ascii")
    return f'<img src="data:image/jpeg;base64,{data}" alt="{html.escape(say("ui.camera_painted", language))}">'
