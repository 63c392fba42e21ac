"""The remaining time of a job, estimated from its speed so far."""

from __future__ import annotations

import time
from collections.abc import Callable

from deepart.runtime import Progress
from deepart.text import say
from deepart.ui.restore.html import progress

_LEAST_SHARE = 0.04  # of the work, after which its speed is known


class Clock:
    """Times the steps of one job; what comes before its first step, such as reading pictures, does not count.

    Args:
        seconds: a clock that only grows; tests have their own.
    """

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._first: tuple[float, float] | None = None  # when a step was first done, and what share that was

    def bar(self, step: Progress, language: str) -> str:
        """Return HTML: a bar, what is going on, and how many seconds are left as soon as that is known."""
        done = min(1.0, step.done / max(step.total, 1)) if step.share is None else step.share
        note, left = say(step.note, language), self._left(done)
        if left is not None:
            note += " · " + say("ui.restore.left", language, seconds=left)
        return progress(done, note)

    def _left(self, done: float) -> int | None:
        now = self._seconds()
        if self._first is None and done > 0:
            self._first = (now, done)
        if self._first is None or done - self._first[1] < _LEAST_SHARE or done >= 1:
            return None
        began, share = self._first
        return round((now - began) * (1 - done) / (done - share)) + 1
