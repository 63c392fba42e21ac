"""Who waits for how long: nobody fills the queue, and nothing runs that nobody waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr
import pytest
from fastapi import Request
from gradio.data_classes import PredictBodyInternal
from gradio.queueing import Event
from gradio.server_messages import ProcessCompletedMessage

from deepart.admin import access
from deepart.text import say
from deepart.ui.serving import turns
from deepart.ui.serving.turns import FairQueue, round_robin
from deepart.ui.serving.visitors import COOKIE

PAINT, LOOK, DOOR, ADMIN = range(4)
SECRET = "s" * 43
PASSWORD = "correct horse"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def gate(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> access.Gate:
    gate = access.Gate(PASSWORD, clock=clock, sleep=lambda seconds: None)
    monkeypatch.setattr(access, "gate", lambda: gate)
    return gate


@pytest.fixture
def queue(clock: Clock) -> FairQueue:
    """That of an app with four handlers."""

    def paint() -> Iterator[int]:
        yield 1

    def door() -> None: ...

    def admin() -> None: ...

    door.is_door = admin.for_admins = True
    with gr.Blocks() as demo:
        gr.api(paint, api_name="paint", concurrency_id="device", concurrency_limit=1)
        gr.api(lambda: None, api_name="look", concurrency_id="look", concurrency_limit=1)
        gr.api(door, api_name="door", concurrency_id="door", concurrency_limit=1)
        gr.api(admin, api_name="admin", concurrency_id="admin", concurrency_limit=1)
    demo.queue()
    queue = FairQueue(demo, max_waiting=24, max_job_seconds=60, clock=clock)
    queue.active_jobs = [None] * 40
    return queue


def request(address: str, browser: str = "", language: str = "en") -> Request:
    headers = [(b"accept-language", language.encode()), (b"cookie", f"{COOKIE}={browser}".encode())]
    return Request({"type": "http", "client": (address, 1), "headers": headers, "query_string": b"", "path": "/"})


def ask(queue: FairQueue, handler: int, session: str, address: str = "1.1.1.1", **options: str) -> Event | str:
    """Return the event that waits, or the sentence of the refusal."""
    body = PredictBodyInternal(fn_index=handler, data=[], session_hash=session)
    done, answer, _ = asyncio.run(queue.push(body, request(address, **options), None))
    return queue.event_ids_to_events[answer] if done else answer


def begin(queue: FairQueue) -> Event | None:
    """Let the next event run, as the queue does."""
    taken = queue.get_events()
    if taken is None:
        return None
    (event,), _, name = taken
    queue.active_jobs[queue.active_jobs.index(None)] = [event]
    queue.event_queue_per_concurrency_id[name].current_concurrency += 1
    queue._started[event._id] = queue._clock()
    return event


def tidy(queue: FairQueue) -> None:
    asyncio.run(queue.end_what_is_over())


def waiting(queue: FairQueue) -> list[str]:
    return [each.session_hash for each in queue.event_queue_per_concurrency_id["device"].queue]


def test_one_address_has_half_of_the_places_and_one_page_a_quarter(queue: FairQueue) -> None:
    answers = [ask(queue, PAINT, "page", address="9.9.9.9") for _ in range(7)]
    assert answers[6] == say("queue.yours", count=6) and not isinstance(answers[5], str)
    answers = [ask(queue, PAINT, f"page {number}", address="9.9.9.9") for number in range(7)]
    assert answers[6] == say("queue.yours", count=12) and not isinstance(answers[5], str)
    assert isinstance(ask(queue, PAINT, "visitor", address="1.1.1.1"), Event)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_full_queue_says_so_in_the_language_of_the_visitor(queue: FairQueue, language: str) -> None:
    for number in range(24):
        assert isinstance(ask(queue, PAINT, f"{number}", address=f"10.0.0.{number}"), Event)
    assert ask(queue, LOOK, "one more", "2.2.2.2", language=language) == say("queue.full", language, count=24)


def test_those_at_the_door_take_no_place_of_visitors_and_few_of_the_door(queue: FairQueue) -> None:
    answers = [ask(queue, DOOR, f"{number}", "9.9.9.9") for number in range(30)]
    assert sum(isinstance(each, Event) for each in answers) == turns.MAX_AT_THE_DOOR_OF_ONE
    answers = [ask(queue, DOOR, f"{number}", f"9.9.9.{number}") for number in range(30)]
    assert sum(isinstance(each, Event) for each in answers) == turns.MAX_AT_THE_DOOR - turns.MAX_AT_THE_DOOR_OF_ONE
    assert answers[-1] == say("admin.busy")
    for number in range(24):
        assert isinstance(ask(queue, PAINT, f"{number}", address=f"10.0.0.{number}"), Event)


def test_owner_has_a_place_of_their_own(queue: FairQueue, gate: access.Gate) -> None:
    gate.enter(PASSWORD, access.Visitor("owner", SECRET, "1.1.1.1"))
    for number in range(24):
        ask(queue, PAINT, f"{number}", address=f"10.0.0.{number}")
    for number in range(30):
        ask(queue, DOOR, f"{number}", address=f"9.9.9.{number}")
    assert isinstance(ask(queue, ADMIN, "owner", browser=SECRET), Event)
    assert ask(queue, ADMIN, "owner", browser="x" * 43) == say("queue.full", count=24)  # only their hash
    while begin(queue):
        pass  # now there is no place at the door any more
    event = ask(queue, DOOR, "a new page", browser=SECRET)
    assert begin(queue) is event


def test_everybody_has_a_turn_before_anybody_has_a_second(queue: FairQueue) -> None:
    for session, address in (("a", "1"), ("a", "1"), ("b", "1"), ("b", "1"), ("c", "2"), ("d", "3")):
        ask(queue, PAINT, session, address)
    assert waiting(queue) == ["a", "c", "d", "b", "a", "b"]
    assert begin(queue).session_hash == "a"
    ask(queue, PAINT, "e", "4")
    assert waiting(queue) == ["c", "d", "e", "b", "a", "b"]


def test_round_robin_keeps_the_order_of_each() -> None:
    assert round_robin(["a1", "a2", "a3", "b1", "c1", "b2"], lambda each: each[0], "a") == [
        *("b1", "c1", "a1", "b2", "a2", "a3")
    ]


def test_slow_job_is_moved_aside_for_others_but_not_a_second_one(queue: FairQueue, clock: Clock) -> None:
    for session in ("long", "long", "short", "another"):
        ask(queue, PAINT, session, address=session)
    assert begin(queue).session_hash == "long"
    assert begin(queue) is None
    clock.now += turns.SLOW_SECONDS + 1
    assert begin(queue).session_hash == "short"  # the page of the slow one waits for it
    assert begin(queue) is None
    clock.now += turns.SLOW_SECONDS + 1
    assert begin(queue) is None  # both are slow: a third would only make all slower


@pytest.mark.parametrize("runs", [False, True])
def test_job_that_nobody_listens_to_ends(queue: FairQueue, clock: Clock, runs: bool) -> None:
    event = ask(queue, PAINT, "gone")
    assert not runs or begin(queue) is event
    clock.now += turns.UNHEARD_SECONDS - 1
    tidy(queue)
    assert event.alive and (runs or waiting(queue) == ["gone"])
    clock.now += 2
    tidy(queue)
    assert waiting(queue) == [] and event.alive is not runs


@pytest.mark.parametrize("listener", [lambda event: event.session_hash, lambda event: event._id])
def test_job_that_somebody_listens_to_goes_on(queue: FairQueue, clock: Clock, listener: Callable[[Event], str]) -> None:
    event = ask(queue, PAINT, "here")
    with queue.heard_by(listener(event)):
        clock.now += 10 * turns.UNHEARD_SECONDS
        tidy(queue)
    clock.now += turns.UNHEARD_SECONDS - 1  # a connection may break off
    tidy(queue)
    assert waiting(queue) == ["here"]
    clock.now += 2
    tidy(queue)
    assert waiting(queue) == []


@pytest.mark.parametrize("handler", [PAINT, ADMIN])
def test_job_of_a_visitor_has_an_end(queue: FairQueue, clock: Clock, handler: int) -> None:
    event = ask(queue, handler, "here", language="zh")
    with queue.heard_by("here"):
        assert begin(queue) is event
        clock.now += 61
        tidy(queue)
    assert event.alive is (handler == ADMIN)
    told: list[Any] = []
    while not queue.pending_messages_per_session["here"].empty():
        told.append(queue.pending_messages_per_session["here"].get_nowait())
    errors = [each.output["error"] for each in told if isinstance(each, ProcessCompletedMessage)]
    assert errors == ([say("queue.too_long", "zh", minutes=1)] if handler == PAINT else [])


def test_results_that_nobody_fetches_are_forgotten(queue: FairQueue, clock: Clock) -> None:
    for number in range(20):
        ask(queue, PAINT, f"{number}", address=f"10.0.0.{number}")
    clock.now += turns.UNHEARD_SECONDS + 1
    tidy(queue)
    assert len(queue.pending_event_ids_session) == 20
    clock.now += turns.FORGOTTEN_SECONDS
    tidy(queue)
    kept = (queue.pending_event_ids_session, queue.event_ids_to_events, queue._last_heard, queue._listening)
    assert [len(each) for each in kept] == [0, 0, 0, 0]


def test_session_of_any_length_is_refused(queue: FairQueue) -> None:
    assert ask(queue, PAINT, "x" * 65) == "Bad request"
