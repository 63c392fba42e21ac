"""Who is let in: attacks on the password, on tokens and on names."""

from __future__ import annotations

import pytest

from deepart import runtime
from deepart.admin import access
from deepart.admin.access import LOCKED_SECONDS, MAX_FAILURES, SESSION_SECONDS, Gate, address_of, users_of
from deepart.errors import InputError

PASSWORD = "correct horse"


class Clock:
    """Time that passes only when somebody sleeps."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(clock: Clock) -> Gate:
    return Gate(PASSWORD, clock=clock, sleep=clock.sleep)


def refusal(gate: Gate, password: str = "wrong", address: str = "1.2.3.4") -> str:
    with pytest.raises(InputError) as caught:
        gate.enter(password, "session", address)
    return caught.value.key


def test_a_token_opens_its_own_session_until_it_is_left_or_too_old(gate: Gate, clock: Clock) -> None:
    token = gate.enter(PASSWORD, "session", "1.2.3.4")
    gate.require(token, "session")
    for forged, session in ((token, "another"), (token + "a", "session"), ("", "session"), (None, None), (token, "")):
        assert not gate.is_open(forged, session)
        with pytest.raises(InputError):
            gate.require(forged, session)
    gate.leave(token)
    assert not gate.is_open(token, "session")  # a replay after logout
    token = gate.enter(PASSWORD, "session", "1.2.3.4")
    clock.sleep(SESSION_SECONDS + 1)
    assert not gate.is_open(token, "session")


def test_wrong_passwords_take_time_and_then_lock_their_address(gate: Gate, clock: Clock) -> None:
    started = clock.now
    assert [refusal(gate) for _ in range(MAX_FAILURES)] == ["admin.wrong_password"] * MAX_FAILURES
    assert clock.now - started >= MAX_FAILURES * access.SECONDS_PER_FAILURE
    assert refusal(gate, PASSWORD) == "admin.locked"  # even the right one
    assert gate.enter(PASSWORD, "session", "5.6.7.8")
    clock.sleep(LOCKED_SECONDS + 1)
    assert gate.enter(PASSWORD, "session", "1.2.3.4")


def test_what_is_remembered_is_bounded(gate: Gate) -> None:
    for number in range(access._MAX_ADDRESSES + 50):
        refusal(gate, address=str(number))
    assert len(gate._failures) <= access._MAX_ADDRESSES
    tokens = [gate.enter(PASSWORD, "session", "a") for _ in range(access._MAX_SESSIONS + 5)]
    assert sum(gate.is_open(token, "session") for token in tokens) == access._MAX_SESSIONS


@pytest.mark.parametrize("password", ["", " ", "correct hors", "correct horse ", "正确的马", "\0"])
def test_nothing_but_the_password_opens(gate: Gate, password: str) -> None:
    assert refusal(gate, password) == "admin.wrong_password"


def test_without_a_password_none_opens() -> None:
    gate = Gate("", sleep=lambda seconds: None)
    assert refusal(gate, "") == "admin.wrong_password" and not gate.takes_password


def test_names_count_on_a_space_alone() -> None:
    space = {"SPACE_ID": "a/b", "OAUTH_CLIENT_ID": "x", "SPACE_AUTHOR_NAME": "Owner"}
    assert users_of("Ada, ben", {}) == frozenset()
    assert users_of("Ada, ben", space) == {"ada", "ben"} and users_of("", space) == {"owner"}
    gate = Gate("", users_of("Ada", space))
    assert gate.is_open(gate.enter_as("ada", "session"), "session")
    for user in ("eve", "", None):
        with pytest.raises(InputError):
            gate.enter_as(user, "session")


def test_an_address_that_a_visitor_claims_is_not_believed() -> None:
    headers = {"x-forwarded-for": "9.9.9.9, 1.2.3.4"}
    assert address_of("10.0.0.1", headers, {}) == "10.0.0.1"
    assert address_of("10.0.0.1", headers, {"SPACE_ID": "a/b"}) == "1.2.3.4"


def test_the_tab_is_offered_only_if_somebody_can_come_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for password, offered in (("", False), (PASSWORD, True)):
        monkeypatch.setenv("DEEPART_ADMIN_PASSWORD", password)
        runtime.settings.cache_clear()
        access.gate.cache_clear()
        assert access.is_offered() is offered
        assert PASSWORD not in repr(runtime.settings())
    access.gate.cache_clear()
