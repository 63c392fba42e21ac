"""Show how long a painting will take before it starts."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import gradio as gr
from gradio.components import Component

from deepart import runtime
from deepart.errors import InputError
from deepart.options import PaintOptions
from deepart.text import say, say_seconds
from deepart.ui.controls import USUAL_SIDE, painted_at
from deepart.ui.events import handler, language_of
from deepart.ui.paintings import previews
from deepart.ui.serving.health import seconds_per_pixel

_WORTH_SAYING = 5.0  # seconds


def expected(content: str | None, options: PaintOptions, language: str) -> str:
    """Return how many pixels a painting will have and how long it will take; nothing if that is soon over."""
    if content is None or runtime.settings().zero_gpu:
        return ""
    width, height = previews.size(content)
    scale = options.size / max(width, height) if options.size else 1
    width, height = round(width * scale), round(height * scale)
    seconds = width * height * seconds_per_pixel()
    if seconds < _WORTH_SAYING:
        return ""
    return say("ui.expected", language, width=width, height=height, time=say_seconds(seconds, language))


def add_expectation(content: gr.Image, size: Component, elem_id: str) -> None:
    """Add the sentence to the surrounding column; it follows the picture and the size that is asked for."""
    note = gr.Markdown(elem_id=elem_id, elem_classes="hint")

    @handler
    def say_expected(path: str | None, side: Any, request: gr.Request) -> str:
        with suppress(InputError):  # that is said elsewhere
            language = language_of(request)
            options = PaintOptions(size=painted_at(side, previews.longest(path)))
            told = expected(path, options, language)
            if told and side == 0 and previews.longest(path) > USUAL_SIDE:
                told += " " + say("ui.expected.larger", language, side=USUAL_SIDE)
            return told
        return ""

    for changed in (size.input, content.change):
        changed(say_expected, [content, size], [note], api_visibility="private", show_progress="hidden")
