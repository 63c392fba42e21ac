"""Who is let in: attacks on the password, on tokens and on names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepart import runtime
from deepart.admin import access
from deepart.admin.access import LOCKED_SECONDS, MAX_FAILURES, SESSION_SECONDS, Gate, Visitor, address_of, users_of
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


OWNER = Visitor("session", "browser", "1.2.3.4")


def refusal(gate: Gate, password: str = "wrong", address: str = "1.2.3.4", browser: str = "another") -> str:
    with pytest.raises(InputError) as caught:
        gate.enter(password, Visitor("session", browser, address))
    return caught.value.key


def test_a_token_opens_its_own_page_and_browser_until_it_is_left_or_too_old(gate: Gate, clock: Clock) -> None:
    token = gate.enter(PASSWORD, OWNER)
    gate.require(token, OWNER)
    others = [replace(OWNER, session="another"), replace(OWNER, browser="another"), replace(OWNER, browser="")]
    for forged, visitor in ((token + "a", OWNER), ("", OWNER), (None, Visitor()), *((token, each) for each in others)):
        assert not gate.is_open(forged, visitor)
        with pytest.raises(InputError):
            gate.require(forged, visitor)
    gate.leave(token)
    assert not gate.is_open(token, OWNER)  # a replay after logout
    token = gate.enter(PASSWORD, OWNER)
    clock.sleep(SESSION_SECONDS + 1)
    assert not gate.is_open(token, OWNER)


def test_what_a_page_is_told_while_admin_is_open_only_its_browser_hears(gate: Gate) -> None:
    stranger = replace(OWNER, browser="another")
    assert gate.may_listen(stranger) and not gate.is_inside(OWNER)
    token = gate.enter(PASSWORD, OWNER)
    assert gate.may_listen(OWNER) and gate.is_inside(OWNER)
    assert not gate.may_listen(stranger) and not gate.may_listen(replace(OWNER, browser=""))
    assert gate.may_listen(replace(stranger, session="another"))
    gate.leave(token)
    assert gate.may_listen(stranger)


def test_without_a_cookie_nobody_comes_in(gate: Gate) -> None:
    assert refusal(gate, PASSWORD, browser="") == "admin.no_cookie"


def test_wrong_passwords_take_time_and_then_lock_their_address(gate: Gate, clock: Clock) -> None:
    started = clock.now
    assert [refusal(gate) for _ in range(MAX_FAILURES)] == ["admin.wrong_password"] * MAX_FAILURES
    assert clock.now - started >= MAX_FAILURES * access.SECONDS_PER_FAILURE
    assert refusal(gate, PASSWORD) == "admin.locked"  # even the right one
    assert gate.enter(PASSWORD, replace(OWNER, address="5.6.7.8"))
    clock.sleep(LOCKED_SECONDS + 1)
    assert gate.enter(PASSWORD, OWNER)


def test_another_address_for_each_guess_gets_no_more_of_them(gate: Gate, clock: Clock) -> None:
    keys = [refusal(gate, address=f"10.0.{number}.1") for number in range(200)]
    assert keys.count("admin.wrong_password") == access.MAX_FAILURES_OF_ALL
    assert set(keys[access.MAX_FAILURES_OF_ALL :]) == {"admin.locked_for_all"}
    clock.sleep(LOCKED_SECONDS + 1)
    assert gate.enter(PASSWORD, OWNER)


def test_one_machine_has_one_address_however_many_it_takes_of_its_network(gate: Gate) -> None:
    keys = [refusal(gate, address=f"2001:db8::{number}") for number in range(MAX_FAILURES + 1)]
    assert keys[-1] == "admin.locked"
    assert refusal(gate, address="2001:db8:0:1::1") == "admin.wrong_password"


def test_browser_that_was_inside_always_comes_in_with_the_password(gate: Gate, clock: Clock) -> None:
    gate.leave(gate.enter(PASSWORD, OWNER))
    for number in range(access.MAX_FAILURES_OF_ALL):
        refusal(gate, address=f"10.0.{number}.1")
    assert [refusal(gate) for _ in range(2)] == ["admin.locked_for_all"] * 2
    with gate._turn:  # and waits for nobody
        assert gate.enter(PASSWORD, OWNER)
    keys = [refusal(gate, browser=OWNER.browser) for _ in range(MAX_FAILURES + 1)]
    assert keys == ["admin.wrong_password"] * MAX_FAILURES + ["admin.locked"]  # but guesses no more than others


def test_what_is_remembered_is_bounded(gate: Gate, clock: Clock) -> None:
    for number in range(access._MAX_ADDRESSES + 50):
        refusal(gate, address=str(number))
        clock.sleep(LOCKED_SECONDS)
    assert len(gate._failures) <= access._MAX_ADDRESSES
    tokens = [gate.enter(PASSWORD, OWNER) for _ in range(access._MAX_SESSIONS + 5)]
    assert sum(gate.is_open(token, OWNER) for token in tokens) == access._MAX_SESSIONS


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
    assert gate.is_open(gate.enter_as("ada", OWNER), OWNER)
    for user in ("eve", "", None):
        with pytest.raises(InputError):
            gate.enter_as(user, OWNER)


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
