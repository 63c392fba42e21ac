"""Access to Admin: by a password, or on a Space by name.

A session belongs to one page of one browser: the page's hash, which proxies may log as part of addresses, is useless
without the browser's cookie. Hiding parts of the page protects nothing; every handler of Admin calls `Gate.require`.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import ipaddress
import os
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from deepart import runtime
from deepart.errors import InputError

SESSION_SECONDS = 8 * 3600
MAX_FAILURES = 5
"""Wrong passwords that an address, or a browser that was signed in before, may send within `LOCKED_SECONDS`."""
MAX_FAILURES_OF_ALL = 50
"""Wrong passwords that all addresses together may send, so that many addresses give no more guesses."""
LOCKED_SECONDS = 15 * 60
SECONDS_PER_FAILURE = 0.5
"""Seconds that a wrong password takes; all are checked one after the other, whoever sends them."""

_PATIENCE_SECONDS = 5.0  # how long an attempt waits for those before it
_MAX_ADDRESSES, _MAX_SESSIONS = 1_000, 20
_KNOWN_SECONDS = 30 * 24 * 3600  # how long a browser is known after its owner was inside


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sends a request."""

    session: str = ""
    """Gradio's hash of the page."""
    browser: str = ""
    """The secret in the browser's cookie; empty if it sends none."""
    address: str = ""
    """Address of the request, see `address_of`."""


@dataclass(slots=True)
class _Failures:
    count: int
    since: float


class Gate:
    """Failed passwords and open sessions of the process, kept in memory within limits.

    Args:
        password: the valid password; empty if there is none.
        users: Hub names of users who may sign in without a password, once the Hub has identified them.
        clock, sleep: from `time`; tests pass their own.
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
        self._failures: OrderedDict[str, _Failures] = OrderedDict()  # by address or known browser
        self._failures_of_all: deque[float] = deque(maxlen=MAX_FAILURES_OF_ALL)
        self._sessions: OrderedDict[bytes, tuple[bytes, float]] = OrderedDict()  # of tokens -> of visitors, end
        self._known: OrderedDict[bytes, float] = OrderedDict()  # browsers -> end
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    @property
    def takes_password(self) -> bool:
        """Whether there is a valid password."""
        return self._password is not None

    @property
    def takes_users(self) -> bool:
        """Whether anybody may sign in by name."""
        return bool(self._users)

    def enter(self, password: str, visitor: Visitor) -> str:
        """Open a session with a password; return its token.

        Raises:
            InputError: the password is wrong, too many wrong ones were sent, or the browser has no cookie.
        """
        known = self.knows(visitor.browser)
        # A browser that was inside before waits for nobody's guesses, and none of them locks it out.
        turn, who = (threading.Lock(), visitor.browser) if known else (self._turn, _network(visitor.address))
        self._refuse_locked(who, known)
        if not turn.acquire(timeout=_PATIENCE_SECONDS):
            raise InputError("admin.busy")
        try:
            self._refuse_locked(who, known)  # those before it may have been of the same address
            # Digests, because comparing takes as long as the shorter text is.
            right = hmac.compare_digest(_digest(password), self._password or b"")
            if not (right and self.takes_password):
                self._count_failure(who, known)
                self._sleep(SECONDS_PER_FAILURE)
                raise InputError("admin.wrong_password")
        finally:
            turn.release()
        with self._lock:
            self._failures.pop(who, None)
        return self._open(visitor)

    def enter_as(self, user: str | None, visitor: Visitor) -> str:
        """Open a session for a user identified by the Hub; return its token.

        Raises:
            InputError: the user is not on the list, or the browser has no cookie.
        """
        if not self.lets_in(user):
            raise InputError("admin.not_on_list")
        return self._open(visitor)

    def lets_in(self, user: str | None) -> bool:
        """Return whether a user of the Hub is on the list."""
        return bool(user) and user.lower() in self._users

    def is_open(self, token: str | None, visitor: Visitor) -> bool:
        """Return whether a token is valid now for this page of this browser."""
        if not token or not visitor.session or not visitor.browser:
            return False
        with self._lock:
            owner, end = self._sessions.get(_digest(token), (b"", 0.0))
            return hmac.compare_digest(owner, _digest_of(visitor)) and self._clock() < end

    def require(self, token: str | None, visitor: Visitor) -> None:
        """Raise `InputError` unless the token is valid for this visitor; called first in every handler."""
        if not self.is_open(token, visitor):
            raise InputError("admin.closed")

    def is_inside(self, visitor: Visitor) -> bool:
        """Return whether this page of this browser has an open session, whatever its token."""
        who, now = _digest_of(visitor), self._clock()
        with self._lock:
            return any(owner == who and now < end for owner, end in self._sessions.values())

    def may_listen(self, visitor: Visitor) -> bool:
        """Return whether a visitor may receive a page's messages: only its own browser, while Admin is open on it."""
        page, now = _digest(visitor.session), self._clock()
        with self._lock:
            is_open = any(owner.startswith(page) and now < end for owner, end in self._sessions.values())
        return not is_open or self.is_inside(visitor)

    def knows(self, browser: str) -> bool:
        """Return whether this browser was signed in during the last days, since this process started."""
        with self._lock:
            return bool(browser) and self._clock() < self._known.get(_digest(browser), 0.0)

    def leave(self, token: str | None) -> None:
        """Close a session; its token becomes invalid."""
        with self._lock:
            self._sessions.pop(_digest(token or ""), None)

    def _open(self, visitor: Visitor) -> str:
        if not visitor.session:
            raise InputError("admin.closed")
        if not visitor.browser:
            raise InputError("admin.no_cookie")
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            self._sessions[_digest(token)] = (_digest_of(visitor), now + SESSION_SECONDS)
            self._known[_digest(visitor.browser)] = now + _KNOWN_SECONDS
            for kept in (self._sessions, self._known):
                while len(kept) > _MAX_SESSIONS:
                    kept.popitem(last=False)
        return token

    def _refuse_locked(self, who: str, known: bool) -> None:
        with self._lock:
            failures, now = self._failures.get(who), self._clock()
            if failures is not None and failures.since + LOCKED_SECONDS <= now:
                del self._failures[who]
            elif failures is not None and failures.count >= MAX_FAILURES:
                raise InputError("admin.locked", minutes=_minutes(failures.since + LOCKED_SECONDS - now))
            of_all = self._failures_of_all
            if not known and len(of_all) == MAX_FAILURES_OF_ALL and of_all[0] + LOCKED_SECONDS > now:
                raise InputError("admin.locked_for_all", minutes=_minutes(of_all[0] + LOCKED_SECONDS - now))

    def _count_failure(self, who: str, known: bool) -> None:
        with self._lock:
            failures = self._failures.setdefault(who, _Failures(0, self._clock()))
            failures.count += 1
            failures.since = self._clock()
            self._failures.move_to_end(who)
            while len(self._failures) > _MAX_ADDRESSES:
                self._failures.popitem(last=False)
            if not known:
                self._failures_of_all.append(self._clock())


def _minutes(seconds: float) -> int:
    return max(1, round(seconds / 60))


def _network(address: str) -> str:
    """Return the address, or for IPv6 its network, since one machine has any number of addresses there."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed.packed[:8] + bytes(8), 64)))
    return str(parsed)


def address_of(host: str | None, headers: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> str:
    """Return the address of a request: on a Space the last of `x-forwarded-for`; others can be forged."""
    if "SPACE_ID" in environ:
        forwarded = headers.get("x-forwarded-for", "").split(",")[-1].strip()
        return forwarded[:100] or host or ""
    return host or ""


def users_of(names: str, environ: Mapping[str, str] = os.environ) -> frozenset[str]:
    """Return who may sign in by name; nobody outside a Space, where a Hub name could be forged.

    Args:
        names: separated by commas; if empty, the owner of the Space.
    """
    if "SPACE_ID" not in environ or "OAUTH_CLIENT_ID" not in environ:
        return frozenset()
    names = names or environ.get("SPACE_AUTHOR_NAME", "")
    return frozenset(name.strip().lower() for name in names.split(",") if name.strip())


@functools.cache
def gate() -> Gate:
    """Return the gate of this process, from its settings."""
    return Gate(runtime.settings().admin_password, users_of(runtime.settings().admins))


def is_offered() -> bool:
    """Return whether there is an Admin tab at all."""
    return gate().takes_password or gate().takes_users


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()


def _digest_of(visitor: Visitor) -> bytes:
    return _digest(visitor.session) + _digest(visitor.browser)
