"""Sessions of open pages: small until something is done on the page, and within a memory limit.

Gradio keeps the settings of all components for each session, 1.3 MB of this page, for links to its state that are not
offered here, and a thousand sessions for good, whether anybody is still there or not.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections import ChainMap
from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr
from gradio.blocks import BlocksConfig
from gradio.state_holder import SessionState, StateHolder

FORGOTTEN_SECONDS = 600
"""How long a session is kept that nobody listens to."""
_MAX_DEPTH = 6


class Session(SessionState):
    """Gradio's session, but for what it does not need: it shares the page with the others until it changes it."""

    def __init__(self, blocks: gr.Blocks) -> None:
        self.blocks_config = blocks.default_config
        self.state_data: dict[int, Any] = {}
        self.config_values: dict[int, Any] = {}
        self._state_ttl: dict[int, Any] = {}
        self.is_closed = False
        self.STATE_TTL_WHEN_CLOSED = FORGOTTEN_SECONDS
        self._is_own = False

    def __setitem__(self, key: int, value: Any) -> None:
        block = self.blocks_config.blocks.get(key)
        if isinstance(block, gr.State):
            self._state_ttl[key] = (block.time_to_live, datetime.datetime.now())
            self.state_data[key] = value
        elif block is not value:
            if not self._is_own:
                shared, self.blocks_config = self.blocks_config, BlocksConfig(self.blocks_config.root_block)
                self.blocks_config.blocks = ChainMap({}, shared.blocks)
                self.blocks_config.fns, self.blocks_config.fn_id = shared.fns, shared.fn_id
                self.blocks_config.renderables = shared.renderables
                self._is_own = True
            self.blocks_config.blocks[key] = value

    def _update_config(self, key: int) -> None:
        pass

    def _update_value_in_config(self, key: int, value: Any) -> None:
        pass


class Sessions(StateHolder):
    """The sessions of an app.

    Args:
        most_bytes: of what handlers keep in the states of all sessions; the least recently used make way.
        is_heard: says whether somebody listens to a session.
        now: the time; tests have their own.
    """

    def __init__(
        self,
        most_bytes: int,
        is_heard: Callable[[str], bool],
        now: Callable[[], datetime.datetime] = datetime.datetime.now,
    ) -> None:
        super().__init__()
        self._most_bytes, self._is_heard, self._now = most_bytes, is_heard, now

    def __getitem__(self, session: str) -> Session:
        if session not in self.session_data:
            self.session_data[session] = Session(self.blocks)
        self.update(session)
        self.time_last_used[session] = self._now()
        return self.session_data[session]

    def forget(self) -> None:
        """Forget sessions that nobody listens to any more, and as many others as take too much."""
        oldest = self._now() - datetime.timedelta(seconds=FORGOTTEN_SECONDS)
        unheard = [session for session in list(self.session_data) if not self._is_heard(session)]
        for session in unheard:
            if self.time_last_used.get(session, oldest) <= oldest:
                self._drop(session)
        seen: set[int] = set()
        sizes = {session: size_of(each.state_data, seen) for session, each in list(self.session_data.items())}
        total = sum(sizes.values())
        for session in sorted(sizes, key=self._is_heard):  # of each kind, the least recently used first
            if total <= self._most_bytes:
                break
            total -= sizes[session]
            self._drop(session)

    def _drop(self, session: str) -> None:
        self.delete_state(session)
        with self.lock:
            self.session_data.pop(session, None)
            self.time_last_used.pop(session, None)


def size_of(value: Any, seen: set[int] | None = None, depth: int = 0) -> int:
    """Return about how many bytes pictures, arrays and texts take that hang on a value.

    Args:
        seen: what was counted already, which is not counted again; what is found is added.
    """
    seen = set() if seen is None else seen
    if value is None or isinstance(value, (bool, int, float)) or id(value) in seen or depth > _MAX_DEPTH:
        return 0
    seen.add(id(value))
    if isinstance(value, (str, bytes, bytearray)):
        return len(value)
    if hasattr(value, "nbytes"):  # arrays and tensors
        return int(value.nbytes)
    if hasattr(value, "getbands"):  # pictures
        return value.width * value.height * len(value.getbands())
    if isinstance(value, Mapping):
        parts: Any = [*value.values()]
    elif isinstance(value, (list, tuple, set, frozenset)):
        parts = value
    elif dataclasses.is_dataclass(value):
        parts = [getattr(value, field.name, None) for field in dataclasses.fields(value)]
    else:
        parts = getattr(value, "__dict__", {}).values()
    return 64 + sum(size_of(part, seen, depth + 1) for part in list(parts))
