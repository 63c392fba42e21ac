"""What is remembered of visitors, and how little."""

from __future__ import annotations

import datetime
import sys
from dataclasses import dataclass

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from deepart.ui.serving import sessions as module
from deepart.ui.serving.sessions import Sessions, size_of


class Clock:
    now = datetime.datetime(2026, 1, 1)

    def __call__(self) -> datetime.datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += datetime.timedelta(seconds=seconds)


@pytest.fixture
def demo() -> gr.Blocks:
    with gr.Blocks() as demo:
        demo.picture = gr.State({})
        demo.text = gr.Textbox("shared", label="Text")
    demo.state_session_capacity = 1000
    return demo


def holder(
    demo: gr.Blocks, most_bytes: int = 10**6, heard: tuple[str, ...] = (), clock: Clock | None = None
) -> Sessions:
    sessions = Sessions(most_bytes, lambda session: session in heard, clock or Clock())
    sessions.set_blocks(demo)
    return sessions


def test_sessions_share_the_page_until_one_changes_it(demo: gr.Blocks) -> None:
    sessions = holder(demo)
    one, another = sessions["one"], sessions["another"]
    assert one.blocks_config is another.blocks_config is demo.default_config
    one[demo.text._id] = demo.text  # as Gradio does with what a handler leaves as it is
    assert one.blocks_config is another.blocks_config
    changed = gr.Textbox("own", label="Text", render=False)
    one[demo.text._id] = changed
    assert one[demo.text._id] is changed
    assert another[demo.text._id] is demo.text and demo.default_config.blocks[demo.text._id] is demo.text
    assert list(one.blocks_config.blocks) == list(another.blocks_config.blocks)
    assert one.blocks_config.fns is another.blocks_config.fns


def test_states_belong_to_one_session(demo: gr.Blocks) -> None:
    sessions = holder(demo)
    sessions["one"][demo.picture._id]["mine"] = 1
    assert sessions["one"][demo.picture._id] == {"mine": 1} and sessions["another"][demo.picture._id] == {}
    sessions["one"][demo.picture._id] = "new"
    assert sessions["one"][demo.picture._id] == "new"


def test_visitor_who_only_looks_takes_next_to_nothing(demo: gr.Blocks) -> None:
    sessions = holder(demo)
    session = sessions["one"]
    held = (session, vars(session), session.state_data, session.config_values, session._state_ttl)
    assert sum(map(sys.getsizeof, held)) < 2_000


def test_session_is_forgotten_when_nobody_listens(demo: gr.Blocks) -> None:
    clock = Clock()
    sessions = holder(demo, heard=("open page",), clock=clock)
    _ = sessions["gone"], sessions["open page"]
    clock.pass_(module.FORGOTTEN_SECONDS - 1)
    _ = sessions["came later"]
    sessions.forget()
    assert set(sessions.session_data) == {"gone", "open page", "came later"}
    clock.pass_(2)
    sessions.forget()
    assert set(sessions.session_data) == set(sessions.time_last_used) == {"open page", "came later"}


def test_what_all_keep_together_is_bounded(demo: gr.Blocks) -> None:
    sessions = holder(demo, most_bytes=10**6, heard=("open page",))
    for session in ("open page", "first", "second", "third"):
        sessions[session][demo.picture._id] = {"picture": Image.new("RGB", (400, 300))}  # 360 KB
    sessions.forget()
    assert list(sessions.session_data) == ["open page", "third"]


def test_what_sessions_share_counts_once() -> None:
    @dataclass(slots=True)
    class Work:
        picture: Image.Image
        arrays: list[np.ndarray]

    picture = Image.new("RGB", (100, 100))
    work = Work(picture, [np.zeros(1000, "float32"), picture])
    assert 34_000 <= size_of({"work": work, "again": picture}) <= 34_500
    work.arrays.append(work)  # a circle
    assert size_of(work) < 35_000
