"""Send pictures from tab to tab: every result, with its recipe, to every tab that takes a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from deepart.errors import InputError
from deepart.ui.events import handler, translations as t


@dataclass(frozen=True, slots=True)
class Room:
    """What the other tabs know of a tab."""

    picture: gr.Image
    """Where it takes a picture."""
    result: Component
    """Holds the path of what goes on, or None."""
    senders: gr.Row
    """Where the buttons are added."""
    again: str = ""
    """Key of what the button says that takes the result to the tab's own picture; none without one."""
    drawers: tuple[gr.Accordion, ...] = ()
    """That have to be open for the picture to be in sight."""
    follow: Callable[[Callable[..., Any]], None] = lambda arrived: None
    """Is given the event after which another picture has come, as `click(...).success`."""


def senders_row(name: str) -> gr.Row:
    """Add the place for the buttons to the surrounding column, folded away."""
    with gr.Accordion(t("ui.go_on"), open=False, elem_id=f"{name}-go-on", elem_classes="drawer"):
        return gr.Row(elem_id=f"{name}-send", elem_classes="senders")


def connect(rooms: Mapping[str, Room], tabs: gr.Tabs) -> None:
    """Add to each tab, by its id, a button for each tab that its result can go on to."""
    for target, other in rooms.items():
        place = f"document.getElementById('{other.picture.elem_id}')"
        for name, room in rooms.items():
            if name == target and not room.again:
                continue
            words = room.again if name == target else f"ui.send.{target}"
            with room.senders:
                button = gr.Button(t(words), size="sm", min_width=90, elem_id=f"{name}-send-{target}")
            sent = button.click(
                _sender(target, len(other.drawers)),
                [room.result],
                [other.picture, tabs, *other.drawers],
                api_visibility="private",
                show_progress="hidden",
            )
            other.follow(sent.success)
            sent.success(
                None,
                js=f"() => setTimeout(() => {place}.scrollIntoView({{ block: 'center' }}), 200)",
                api_visibility="private",
                queue=False,
            )


def _sender(target: str, drawers: int) -> Callable[..., tuple[Any, ...]]:
    @handler
    def send_picture(path: str | None, request: gr.Request) -> tuple[Any, ...]:
        if not path:
            raise InputError("error.no_result")
        return path, gr.update(selected=target), *(gr.update(open=True),) * drawers

    return send_picture
