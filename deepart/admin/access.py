"""Who is let into Admin: by a password, or on a Space by name.

Nothing of it is sent to a browser but a token that is worth something in the session alone that it was given to.
What the app shows or hides protects nothing; every handler of Admin calls `Gate.require`.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import os
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from deepart import runtime
from deepart.errors import InputError

SESSION_SECONDS = 8 * 3600
MAX_FAILURES = 5
"""Wrong passwords that an address may send within `LOCKED_SECONDS`."""
LOCKED_SECONDS = 15 * 60
SECONDS_PER_FAILURE = 0.5
"""How long a wrong password takes; they are answered one after the other, whoever sends them."""

_PATIENCE_SECONDS = 5.0  # how long an attempt waits for those before it
_MAX_ADDRESSES, _MAX_SESSIONS = 1_000, 20


@dataclass(slots=True)
class _Failures:
    count: int
    since: float


class Gate:
    """Passwords tried, and sessions open; one for the process, kept in memory, within bounds.

    Args:
        password: the one that opens; empty if none does.
        users: names on the Hub of those who are let in without, once the Hub has said who they are.
        clock, sleep: those of `time`; tests have their own.
    """

    def __init__(
        self,
        password: str,
        users: frozenset[str] = frozenset(),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._password = _digest(password) if password else None
        self._users = users
        self._clock, self._sleep = clock, sleep
        self._failures: OrderedDict[str, _Failures] = OrderedDict()
        self._sessions: OrderedDict[bytes, tuple[str, float]] = OrderedDict()  # digest -> session, end
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    @property
    def takes_password(self) -> bool:
        """Whether there is a password that opens."""
        return self._password is not None

    @property
    def takes_users(self) -> bool:
        """Whether somebody is let in by name."""
        return bool(self._users)

    def enter(self, password: str, session: str, address: str) -> str:
        """Open a session with a password; return its token.

        Args:
            session: Gradio's hash of the browser's session.
            address: where the attempt comes from, see `address_of`.

        Raises:
            InputError: the password is wrong, or the address has sent too many wrong ones.
        """
        self._refuse_locked(address)
        if not self._turn.acquire(timeout=_PATIENCE_SECONDS):
            raise InputError("admin.busy")
        try:
            self._refuse_locked(address)  # those before it may have been of the same address
            # Digests, because comparing takes as long as the shorter text is.
            right = hmac.compare_digest(_digest(password), self._password or b"")
            if not (right and self.takes_password):
                self._count_failure(address)
                self._sleep(SECONDS_PER_FAILURE)
                raise InputError("admin.wrong_password")
        finally:
            self._turn.release()
        with self._lock:
            self._failures.pop(address, None)
        return self._open(session)

    def enter_as(self, user: str | None, session: str) -> str:
        """Open a session for a user whom the Hub has vouched for; return its token.

        Raises:
            InputError: the user is not on the list.
        """
        if not self.lets_in(user):
            raise InputError("admin.not_on_list")
        return self._open(session)

    def lets_in(self, user: str | None) -> bool:
        """Say whether a user of the Hub is on the list."""
        return bool(user) and user.lower() in self._users

    def is_open(self, token: str | None, session: str | None) -> bool:
        """Say whether a token opens Admin in this session, now."""
        if not token or not session:
            return False
        with self._lock:
            owner, end = self._sessions.get(_digest(token), ("", 0.0))
            return hmac.compare_digest(owner.encode(), session.encode()) and self._clock() < end

    def require(self, token: str | None, session: str | None) -> None:
        """Raise `InputError` unless the token opens Admin in this session; the first line of every handler."""
        if not self.is_open(token, session):
            raise InputError("admin.closed")

    def leave(self, token: str | None) -> None:
        """Close a session: its token is worth nothing from now on."""
        with self._lock:
            self._sessions.pop(_digest(token or ""), None)

    def _open(self, session: str) -> str:
        if not session:
            raise InputError("admin.closed")
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[_digest(token)] = (session, self._clock() + SESSION_SECONDS)
            while len(self._sessions) > _MAX_SESSIONS:
                self._sessions.popitem(last=False)
        return token

    def _refuse_locked(self, address: str) -> None:
        with self._lock:
            failures = self._failures.get(address)
            if failures is None:
                return
            left = failures.since + LOCKED_SECONDS - self._clock()
            if left <= 0:
                del self._failures[address]
            elif failures.count >= MAX_FAILURES:
                raise InputError("admin.locked", minutes=max(1, round(left / 60)))

    def _count_failure(self, address: str) -> None:
        with self._lock:
            failures = self._failures.setdefault(address, _Failures(0, self._clock()))
            failures.count += 1
            failures.since = self._clock()
            self._failures.move_to_end(address)
            while len(self._failures) > _MAX_ADDRESSES:
                self._failures.popitem(last=False)


def address_of(host: str | None, headers: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> str:
    """Return where a request comes from; a Space's proxy says it last in `x-forwarded-for`, others may lie there."""
    if "SPACE_ID" in environ:
        forwarded = headers.get("x-forwarded-for", "").split(",")[-1].strip()
        return forwarded[:100] or host or ""
    return host or ""


def users_of(names: str, environ: Mapping[str, str] = os.environ) -> frozenset[str]:
    """Return who may come in by name; nobody off a Space, where a name on the Hub can be forged.

    Args:
        names: with commas between them; if empty, the owner of the Space.
    """
    if "SPACE_ID" not in environ or "OAUTH_CLIENT_ID" not in environ:
        return frozenset()
    names = names or environ.get("SPACE_AUTHOR_NAME", "")
    return frozenset(name.strip().lower() for name in names.split(",") if name.strip())


@functools.cache
def gate() -> Gate:
    """The gate of this process, as its settings have it."""
    return Gate(runtime.settings().admin_password, users_of(runtime.settings().admins))


def is_offered() -> bool:
    """Whether there is an Admin tab at all."""
    return gate().takes_password or gate().takes_users


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
