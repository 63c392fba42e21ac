"""The queue of the app: fair, so that no visitor fills it, and without jobs that nobody waits for."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import fastapi
import gradio as gr
from gradio import route_utils
from gradio.queueing import Event, EventQueue, Queue
from gradio.server_messages import ProcessCompletedMessage
from gradio.utils import error_payload, run_coro_in_background

from deepart.admin import access
from deepart.text import say
from deepart.ui.events import language_of
from deepart.ui.serving.visitors import visitor_of

if TYPE_CHECKING:
    from gradio.block_function import BlockFunction

T = TypeVar("T")

log = logging.getLogger("deepart")

DEVICE = "device"
"""The line of what needs the device for long; others are for what is answered at once."""
SLOW_SECONDS = 1.5
"""A job of that line that runs for longer is moved aside, where there is room for one, and lets the next one begin:
they take turns at the device, step by step."""
UNHEARD_SECONDS = 15.0
"""How long a job waits or runs without anybody who listens to what becomes of it."""
FORGOTTEN_SECONDS = 300.0
"""How long a result is kept for somebody who does not listen."""
MAX_AT_THE_DOOR, MAX_AT_THE_DOOR_OF_ONE = 8, 2
"""Passwords that wait to be looked at; they take no visitor's place."""
MAX_OF_OWNER = 100
MAX_NAME = 64
"""Characters of what a client calls its session."""


class FairQueue(Queue):
    """Gradio's queue, with bounds for each visitor, turns, and an end for what nobody waits for.

    Args:
        blocks: the app.
        max_waiting: visitors' requests that wait, in all lines; one address has half of the places, one page a
            quarter.  The owner, once inside, takes none of them.
        max_job_seconds: how long a job of a visitor may run; 0: for ever.
        clock: seconds that only grow; tests have their own.
    """

    def __init__(
        self, blocks: gr.Blocks, max_waiting: int, max_job_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(
            live_updates=True,
            concurrency_count=blocks.max_threads,
            update_intervals=1,
            max_size=None,
            blocks=blocks,
            default_concurrency_limit=2,
        )
        self.sleep_when_free = 0.005
        self.max_waiting, self.max_job_seconds = max_waiting, max_job_seconds
        self._clock = clock
        self._listening: Counter[str] = Counter()  # sessions, and events asked for by their own name
        self._last_heard: dict[str, float] = {}
        self._started: dict[str, float] = {}  # event -> time

    def start(self) -> None:
        """Begin to answer, and to look for what nobody waits for."""
        super().start()
        run_coro_in_background(self._tidy)

    def compute_analytics_summary(self, records: Any) -> dict[str, Any]:
        """Compute nothing: there is no page that shows it."""
        return {}

    @contextmanager
    def heard_by(self, listener: str) -> Iterator[None]:
        """Say that somebody listens to a session, or to an event, for as long as this is open."""
        self._listening[listener] += 1
        try:
            yield
        finally:
            self._listening[listener] -= 1
            if not self._listening[listener]:
                del self._listening[listener]
            self._last_heard[listener] = self._clock()

    def is_heard(self, session: str) -> bool:
        """Say whether somebody listens to a session at the moment."""
        return self._listening[session] > 0

    # Who may wait

    async def push(self, body: Any, request: fastapi.Request, username: str | None) -> tuple[bool, Any, Any]:
        """Let a request wait for its turn, or say why not."""
        if body.fn_index is None or len(body.session_hash or "") > MAX_NAME:
            return False, "Bad request", "error"
        visitor = visitor_of(request, body.session_hash or "")
        fn = route_utils.get_fn(self.blocks, None, body)
        refusal = self._refusal(fn, visitor)
        if refusal:
            return False, say(refusal[0], language_of(request), **refusal[1]), "queue_full"
        answer = await super().push(body, request, username)
        event = self.event_ids_to_events.get(answer[1]) if answer[0] else None
        if event is not None:
            event.visitor = visitor
            self._last_heard.setdefault(event.session_hash, self._clock())
            self._put_in_turn(self.event_queue_per_concurrency_id[event.concurrency_id])
        return answer

    def _refusal(self, fn: BlockFunction, visitor: access.Visitor) -> tuple[str, dict[str, Any]] | None:
        waiting = [event for line in self.event_queue_per_concurrency_id.values() for event in line.queue]
        if _is_door(fn):
            at_door = [event for event in waiting if _is_door(event.fn)]
            of_one = sum(_address(event) == visitor.address for event in at_door)
            if access.gate().knows(visitor.browser):
                of_one = sum(event.visitor.browser == visitor.browser for event in at_door)
                return ("admin.busy", {}) if of_one >= MAX_AT_THE_DOOR_OF_ONE else None
            is_full = len(at_door) >= MAX_AT_THE_DOOR or of_one >= MAX_AT_THE_DOOR_OF_ONE
            return ("admin.busy", {}) if is_full else None
        if _is_of_admin(fn) and access.gate().is_inside(visitor):
            of_owner = sum(_is_of_admin(event.fn) and _page(event) == visitor.session for event in waiting)
            return ("queue.yours", {"count": of_owner}) if of_owner >= MAX_OF_OWNER else None
        of_visitors = [event for event in waiting if not _is_door(event.fn) and not self._is_of_owner(event)]
        if len(of_visitors) >= self.max_waiting:
            return "queue.full", {"count": len(of_visitors)}
        of_page = sum(_page(event) == visitor.session for event in of_visitors)
        of_address = sum(_address(event) == visitor.address for event in of_visitors)
        if of_page >= max(1, self.max_waiting // 4) or of_address >= max(1, self.max_waiting // 2):
            return "queue.yours", {"count": max(of_page, of_address)}
        return None

    def _is_of_owner(self, event: Event) -> bool:
        return _is_of_admin(event.fn) and access.gate().is_inside(event.visitor)

    # Whose turn it is

    def get_events(self) -> tuple[list[Event], bool, str] | None:
        """Take the event out of its line that is to run next, if there is a place for one."""
        names = list(self.event_queue_per_concurrency_id)
        random.shuffle(names)
        for name in names:
            line = self.event_queue_per_concurrency_id[name]
            event = self._next_of(line)
            if event is not None:
                line.queue.remove(event)
                return [event], False, name
        return None

    def _next_of(self, line: EventQueue) -> Event | None:
        if not line.queue:
            return None
        running = self._running(line)
        slow = sum(self._seconds_of(event) > SLOW_SECONDS for event in running)
        aside = min(slow, 1) if line.concurrency_id == DEVICE else 0
        if line.concurrency_limit is None or line.current_concurrency - aside < line.concurrency_limit:
            if not aside:
                return line.queue[0]
            # The next request of the same page may build upon what the slow one makes.
            busy = {_page(event) for event in running}
            return next((event for event in line.queue if _page(event) not in busy), None)
        # Whoever was inside before does not wait for others' guesses.
        known = (each for each in line.queue if _is_door(each.fn) and access.gate().knows(each.visitor.browser))
        return next(known, None)

    def _put_in_turn(self, line: EventQueue) -> None:
        running = self._running(line)
        by_page = round_robin(line.queue, _page, map(_page, running))
        line.queue[:] = round_robin(by_page, _address, map(_address, running))

    def _running(self, line: EventQueue | None = None) -> list[Event]:
        jobs = [event for events in self.active_jobs if events for event in events]
        return [event for event in jobs if line is None or event.concurrency_id == line.concurrency_id]

    def _seconds_of(self, event: Event) -> float:
        return self._clock() - self._started.get(event._id, self._clock())

    async def process_events(self, events: list[Event], batch: bool, begin_time: float, fn: BlockFunction) -> None:
        """Run what has its turn."""
        line = self.event_queue_per_concurrency_id[events[0].concurrency_id]
        for event in events:
            self._started[event._id] = self._clock()
        self._put_in_turn(line)
        try:
            await super().process_events(events, batch, begin_time, fn)
        finally:
            for event in events:
                self._started.pop(event._id, None)
            self._put_in_turn(line)

    # What nobody waits for

    async def _tidy(self) -> None:
        while not self.stopped:
            await asyncio.sleep(1)
            try:
                await self.end_what_is_over()
            except Exception:  # it must look again
                log.exception("The queue could not be tidied")

    async def end_what_is_over(self) -> None:
        """End what nobody listens to or what has run for too long, and forget results that nobody fetched."""
        now = self._clock()
        waiting = [event for line in self.event_queue_per_concurrency_id.values() for event in line.queue]
        for event in (*waiting, *self._running()):
            if event.alive and not self._is_heard(event, now):
                self._tell(event, "queue.unheard")  # they may ask later
                await self.clean_events(event_id=event._id)
        for event in self._running() if self.max_job_seconds else ():
            if event.alive and not _is_of_admin(event.fn) and self._seconds_of(event) > self.max_job_seconds:
                self._tell(event, "queue.too_long", minutes=max(1, round(self.max_job_seconds / 60)))
                event.alive = False  # its generator is closed at its next step
        sessions = {event.session_hash for event in (*waiting, *self._running())} | set(self._listening)
        for session in set(self.pending_event_ids_session) - sessions:
            if now - self._last_heard.get(session, now) > FORGOTTEN_SECONDS:
                for event_id in self.pending_event_ids_session.pop(session):
                    self.event_ids_to_events.pop(event_id, None)
                self.pending_messages_per_session.pop(session, None)
        kept = sessions | set(self.pending_event_ids_session) | set(self.event_ids_to_events)
        self._last_heard = {name: at for name, at in self._last_heard.items() if name in kept}

    def _tell(self, event: Event, key: str, **values: Any) -> None:
        language = language_of(event.request)
        error = gr.Error(say(key, language, **values), title=say("ui.error_title", language))
        self.send_message(event, ProcessCompletedMessage(output=error_payload(error, show_error=True), success=False))

    def _is_heard(self, event: Event, now: float) -> bool:
        names = (event.session_hash, event._id)
        if any(self._listening[name] for name in names):
            return True
        since = max(self._last_heard.get(name, 0.0) for name in names)
        return now - since <= UNHEARD_SECONDS


def round_robin(events: Sequence[T], of: Callable[[T], Hashable], served: Iterable[Hashable] = ()) -> list[T]:
    """Return events in the order in which each of those whose they are has one turn, then each a second.

    Args:
        events: in the order in which they came.
        of: says whose an event is.
        served: who has had a turn already, once for each.
    """
    turns, ordered = Counter(served), []
    for event in events:
        turns[of(event)] += 1
        ordered.append((turns[of(event)], event))
    return [event for _, event in sorted(ordered, key=lambda pair: pair[0])]


def _address(event: Event) -> str:
    return event.visitor.address


def _page(event: Event) -> str:
    return event.session_hash


def _is_of_admin(fn: BlockFunction) -> bool:
    return getattr(fn.fn, "for_admins", False)


def _is_door(fn: BlockFunction) -> bool:
    return getattr(fn.fn, "is_door", False)
