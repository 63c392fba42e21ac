"""What the page says of requests that Gradio cannot read, and of a full disk: one sentence, and no traceback."""

from __future__ import annotations

import asyncio
import errno
from typing import Any

import gradio as gr
import pytest
from gradio.blocks import SessionState
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from deepart.text import LANGUAGES, say
from deepart.ui.serving.guard import Guard
from deepart.ui.serving.page import Page

PHOTO = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}


def fail(style: str, strength: float, photo: Any) -> None:
    if style == "full":
        raise OSError(errno.ENOSPC, "No space left on device", "/srv/secret/result.png")
    raise KeyError(style)


@pytest.fixture(scope="module")
def page() -> Page:
    with Page() as page:
        inputs = [gr.Radio(["full", "faulty"]), gr.Slider(0, 1), gr.Image()]
        gr.Button().click(fail, inputs, gr.Textbox())
    return page


def ask(page: Page, values: list[Any], language: str = "en") -> None:
    request = gr.Request(headers={"accept-language": language})
    asyncio.run(page.process_api(0, values, state=SessionState(page), request=request))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "values",
    [
        [],
        ["full", 0.5],
        ["<b>cubist</b>", 0.5, None],
        [["full"], 0.5, None],
        ["full", 9, None],
        ["full", "x", None],
        ["full", 0.5, "a.png"],
        ["full", 0.5, {"path": 1}],
        ["full", 0.5, PHOTO],
    ],
)
def test_values_that_do_not_fit_are_refused_in_one_sentence(page: Page, values: list[Any], language: str) -> None:
    with pytest.raises(gr.Error) as caught:
        ask(page, values, language)
    assert caught.value.message == say("error.request", language) and not caught.value.print_exception


def test_a_full_disk_is_told_without_a_path(page: Page) -> None:
    with pytest.raises(gr.Error) as caught:
        ask(page, ["full", 0.5, None])
    assert caught.value.message == say("error.disk") and not caught.value.print_exception


def test_a_fault_of_a_handler_stays_one(page: Page) -> None:
    with pytest.raises(KeyError):
        ask(page, ["faulty", 0.5, None])


def test_an_upload_to_a_full_disk_is_told() -> None:
    async def full(scope: Scope, receive: Receive, send: Send) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/srv/secret/upload")

    answer = TestClient(Guard(full)).post("/gradio_api/call/x", headers={"accept-language": "zh"})
    assert answer.status_code == 507 and answer.text == say("error.disk", "zh")
