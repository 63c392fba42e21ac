"""What is said before a restoration that takes long, and the smaller size at which it does not."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import gradio as gr
from gradio.components import Component

from deepart import runtime
from deepart.errors import DeepartError
from deepart.tasks.restore.restore import long_wait
from deepart.text import say, say_seconds
from deepart.ui.events import handler, language_of
from deepart.ui.paintings import previews
from deepart.ui.restore.request import CONTROLS, KINDS, RestoreRequest


class Expectation:
    """A sentence and a button in the surrounding column, both hidden while nothing takes long."""

    def __init__(self) -> None:
        self.note = gr.Markdown(visible=False, elem_id="restore-expected", elem_classes="hint")
        self.button = gr.Button(visible=False, size="md", elem_id="restore-smaller")
        self.side = gr.State(0)

    def wire(self, picture: gr.Image, fill: gr.Checkbox, controls: Mapping[str, Component]) -> gr.events.Dependency:
        """Let them follow the picture and what is to be done; return the event of the size being taken."""
        quiet = {"api_visibility": "private", "show_progress": "hidden"}
        settings = [fill, *(controls[name] for name in CONTROLS)]
        gr.on(
            [each.change for each in (picture, *settings)],
            say_expected,
            [picture, *settings],
            [self.note, self.button, self.side],
            trigger_mode="always_last",
            **quiet,
        )
        return self.button.click(lambda side: side, [self.side], [controls["size"]], queue=False, **quiet)


@handler
def say_expected(path: str | None, request: gr.Request, *settings: Any) -> tuple[Any, Any, int]:
    """Say how long it will take, if that is long, and offer a size at which it does not."""
    hidden, language = gr.update(visible=False), language_of(request)
    if path is None or runtime.settings().zero_gpu:  # a GPU is lent to those who ask
        return hidden, hidden, 0
    with suppress(DeepartError):  # that is said elsewhere
        wanted = RestoreRequest.on_page(path, None, None, *settings, *(None,) * (len(KINDS) + 1))
        found = long_wait(previews.size(path), wanted.steps(), wanted.options)
        if found is not None:
            width, height = found.size
            note = say("ui.expected", language, width=width, height=height, time=say_seconds(found.seconds, language))
            offer = hidden
            if found.side:
                label = say("ui.restore.at_size", language, side=found.side, time=say_seconds(found.less, language))
                offer = gr.update(value=label, visible=True)
            return gr.update(value=note, visible=True), offer, found.side
    return hidden, hidden, 0
