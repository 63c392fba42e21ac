"""What visitors can do in Admin: nothing.  Every attack goes past the page, by raw requests."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest

from deepart import runtime
from deepart.admin import access
from deepart.text import say
from deepart.ui import app
from deepart.ui.serving.visitors import COOKIE
from running_app import TIMEOUT, running_app

PASSWORD = "opens only for the owner"
OPEN_TO_ALL = {"enter_admin", "enter_admin_1", "leave_admin"}
CLOSED = say("admin.closed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the owner's things lie."""
    return tmp_path_factory.mktemp("owner")


@pytest.fixture(scope="module")
def url(app_folder: Path, folder: Path) -> Iterator[str]:
    """The address of an app that has an owner."""
    with running_app(app_folder, DEEPART_ADMIN_DIR=str(folder), DEEPART_ADMIN_PASSWORD=PASSWORD) as url:
        yield url


@pytest.fixture(autouse=True)
def nobody_is_inside(url: str) -> Iterator[None]:
    access.gate.cache_clear()
    yield
    access.gate.cache_clear()


@dataclass
class Intruder:
    """Somebody who sends whatever they like, in a session of their own."""

    url: str
    session: str = field(default_factory=lambda: secrets.token_hex(6))
    sliders: set[int] = field(default_factory=set)
    connection: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=TIMEOUT, verify=False))

    def handlers(self) -> dict[str, dict[str, Any]]:
        """Return what the page says of the handlers of Admin, by name."""
        found = self.connection.get(f"{self.url}/config").json()
        self.sliders = {each["id"] for each in found["components"] if each["type"] == "slider"}
        first = min(each["id"] for each in found["dependencies"] if each["api_name"] == "teach")
        events = (each for each in found["dependencies"] if each["id"] >= first and each["backend_fn"])
        of_all = ("health", "show_how", "open_address")  # come after Admin in the page, and are everybody's
        return {each["api_name"]: each for each in events if each["api_name"] not in of_all}

    def visitor(self) -> access.Visitor:
        """Knock at the door, and return who is known from now on."""
        assert self.connection.post(f"{self.url}/browser").status_code == 204
        return access.Visitor(self.session, self.connection.cookies[COOKIE], "127.0.0.1")

    def nothing(self, handler: dict[str, Any]) -> list[Any]:
        """Return inputs that get past the components: empty, but for those of sliders."""
        return [1 if each in self.sliders else None for each in handler["inputs"]]

    def send(self, handler: dict[str, Any], data: list[Any] | None = None) -> dict[str, Any]:
        """Ask for a handler by its number, and return how that ended."""
        body = {
            "data": data or self.nothing(handler),
            "fn_index": handler["id"],
            "session_hash": self.session,
            "event_data": {"index": 0, "value": None},
        }
        asked = self.connection.post(f"{self.url}/gradio_api/queue/join", json=body)
        assert asked.status_code == 200, asked.text
        address = f"{self.url}/gradio_api/queue/data?session_hash={self.session}"
        with self.connection.stream("GET", address) as answers:
            for line in answers.iter_lines():
                message = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
                if message.get("msg") == "process_completed":
                    return message
        raise AssertionError("no answer")

    def refusal(self, handler: dict[str, Any], data: list[Any] | None = None) -> str:
        """Return the sentence that a request is refused with."""
        answer = self.send(handler, data)
        assert not answer["success"], handler["api_name"]
        return answer["output"]["error"]


def test_without_a_password_there_is_no_admin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEEPART_ADMIN_PASSWORD", raising=False)
    runtime.settings.cache_clear()
    access.gate.cache_clear()
    try:
        demo = app.build_app()
    finally:
        monkeypatch.undo()
        runtime.settings.cache_clear()
    assert not any(_is_of_admin(each) for each in demo.fns.values())
    ids = [str(each["props"].get("elem_id")) for each in demo.get_config_file()["components"]]
    assert "transfer-result" in ids and not [name for name in ids if "admin" in name]


def _is_of_admin(event: Any) -> bool:
    return event.fn is not None and event.fn.__module__.startswith("deepart.ui.admin")


def test_every_handler_asks_at_the_gate(url: str) -> None:
    demo = app.build_app()
    events = [each for each in demo.fns.values() if _is_of_admin(each)]
    assert len(events) > 30
    assert all(each.api_visibility == "private" for each in events)
    assert {each.api_name for each in events if not getattr(each.fn, "for_admins", False)} == OPEN_TO_ALL


def test_admin_is_in_neither_list_of_endpoints(url: str) -> None:
    names = set(Intruder(url).handlers())
    for page in ("info", "openapi.json"):
        assert not names & set(httpx.get(f"{url}/gradio_api/{page}", timeout=TIMEOUT).text.split('"')), page


def test_every_handler_refuses_a_visitor_and_a_made_up_token(url: str, folder: Path) -> None:
    intruder = Intruder(url)
    handlers = {name: each for name, each in intruder.handlers().items() if name not in OPEN_TO_ALL}
    assert len(handlers) > 30
    for name, each in handlers.items():
        forged = [secrets.token_urlsafe(32), *intruder.nothing(each)[1:]]
        assert intruder.refusal(each, forged) == CLOSED, name
    assert not list(folder.iterdir())


def test_handler_refuses_by_its_name_too(url: str) -> None:
    for path in ("call/delete_data", "call/promote_model", "api/delete_data"):
        asked = httpx.post(f"{url}/gradio_api/{path}", json={"data": [None, None, None, None]}, timeout=TIMEOUT)
        if asked.status_code == 200 and "event_id" in asked.json():
            address = f"{url}/gradio_api/{path}/{asked.json()['event_id']}"
            assert "event: error" in httpx.get(address, timeout=TIMEOUT).text
        else:
            assert asked.status_code >= 400


def test_token_of_another_session_opens_nothing(url: str) -> None:
    intruder, owner = Intruder(url), Intruder(url)
    handlers = intruder.handlers()
    token = access.gate().enter(PASSWORD, owner.visitor())
    data = handlers["open_data"]
    assert intruder.refusal(data, [token, None, None]) == CLOSED  # their session's, sent as one's own
    assert owner.refusal(data, [token, None, None]) == CLOSED  # states are kept here, whatever is sent


def test_owner_comes_in_and_a_replay_after_leaving_is_refused(url: str) -> None:
    owner = Intruder(url)
    visitor = owner.visitor()
    handlers = owner.handlers()
    entered = owner.send(handlers["enter_admin"], [PASSWORD])
    assert entered["success"]
    assert PASSWORD not in json.dumps(entered)
    token = entered["output"]["data"][0]
    assert not isinstance(token, str) or not access.gate().is_open(token, visitor)  # it stays here
    assert owner.send(handlers["open_data"])["success"]
    assert owner.send(handlers["leave_admin"])["success"]
    assert owner.refusal(handlers["open_data"]) == CLOSED
    assert owner.refusal(handlers["open_data"], [token, None, None]) == CLOSED


def test_neighbour_of_an_open_session_stays_outside(url: str) -> None:
    owner, intruder = Intruder(url), Intruder(url)
    handlers = owner.handlers()
    owner.visitor()
    assert owner.send(handlers["enter_admin"], [PASSWORD])["success"]
    assert intruder.refusal(handlers["open_jobs"]) == CLOSED


@pytest.mark.parametrize("has_cookie", [False, True])
def test_hash_of_an_open_session_is_worth_nothing_without_its_cookie(url: str, has_cookie: bool) -> None:
    """It stands in addresses, which proxies write down."""
    owner = Intruder(url)
    handlers = owner.handlers()
    owner.visitor()
    assert owner.send(handlers["enter_admin"], [PASSWORD])["success"]
    intruder = Intruder(url, owner.session)
    if has_cookie:
        intruder.visitor()
    body = {"data": intruder.nothing(handlers["open_data"]), "fn_index": handlers["open_data"]["id"]}
    asked = intruder.connection.post(f"{url}/gradio_api/queue/join", json={**body, "session_hash": owner.session})
    for path in (f"queue/data?session_hash={owner.session}", f"heartbeat/{owner.session}"):
        assert intruder.connection.get(f"{url}/gradio_api/{path}").status_code == 403
    with owner.connection.stream("GET", f"{url}/gradio_api/queue/data?session_hash={owner.session}") as answers:
        told = [json.loads(line.removeprefix("data: ")) for line in answers.iter_lines() if line]
    (answer,) = [each for each in told if each["msg"] == "process_completed"]
    assert asked.status_code == 200 and answer["output"]["error"] == CLOSED


def test_cookie_is_given_at_the_door_alone_and_no_script_reads_it(url: str) -> None:
    for page in ("/", "/config", "/health"):
        assert "set-cookie" not in httpx.get(url + page, timeout=TIMEOUT).headers
    given = httpx.post(f"{url}/browser").headers["set-cookie"].lower()
    assert "httponly" in given and "samesite=lax" in given and "secure" not in given
    behind_https = httpx.post(f"{url}/browser", headers={"x-forwarded-proto": "https"}).headers["set-cookie"]
    assert "secure" in behind_https.lower()
    (name, value), *_ = [each.split("=") for each in given.split("; ")]
    again = httpx.post(f"{url}/browser", cookies={name: behind_https.partition("=")[2].partition(";")[0]})
    assert "set-cookie" not in again.headers
    assert "set-cookie" in httpx.post(f"{url}/browser", cookies={name: "x" * 5000}).headers


def test_no_proxy_is_believed_unless_the_owner_says_so(url: str) -> None:
    """Or each guess would come from an address of its own, and others could be locked out."""
    intruder = Intruder(url)
    enter = intruder.handlers()["enter_admin"]
    for number in range(access.MAX_FAILURES):
        intruder.connection.headers["x-forwarded-for"] = f"9.9.9.{number}"
        intruder.refusal(enter, ["wrong"])
    assert set(access.gate()._failures) == {"127.0.0.1"}


def test_proxy_that_the_owner_trusts_is_believed(app_folder: Path, folder: Path) -> None:
    own = {"DEEPART_ADMIN_DIR": str(folder), "DEEPART_ADMIN_PASSWORD": PASSWORD}
    with running_app(app_folder, **own, DEEPART_TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8") as url:
        intruder = Intruder(url)
        enter = intruder.handlers()["enter_admin"]
        intruder.connection.headers["x-forwarded-for"] = "1.1.1.1, 9.9.9.9, 10.1.1.1"  # the first may be made up
        intruder.refusal(enter, ["wrong"])
        assert set(access.gate()._failures) == {"9.9.9.9"}


def test_handler_that_runs_ends_when_its_session_is_closed(url: str) -> None:
    from deepart.errors import InputError
    from deepart.ui.events import admin_handler

    secret = "x" * 43
    token = access.gate().enter(PASSWORD, access.Visitor("here", secret))

    @admin_handler
    def count(token: str, request: gr.Request) -> Iterator[int]:
        yield from range(3)

    steps = count(token, gr.Request(session_hash="here", headers={}, cookies={COOKIE: secret}, client=None))
    assert next(steps) == 0
    access.gate().leave(token)
    with pytest.raises(gr.Error) as caught:
        next(steps)
    assert isinstance(caught.value.__cause__, InputError)


def test_passwords_are_not_to_be_guessed(url: str) -> None:
    intruder = Intruder(url)
    enter = intruder.handlers()["enter_admin"]
    sentences = [intruder.refusal(enter, [guess]) for guess in ("", "admin", "x" * 100_000, "deepart", "password")]
    assert sentences == [say("admin.wrong_password")] * access.MAX_FAILURES
    assert intruder.refusal(enter, [PASSWORD]) == say("admin.locked", minutes=15)  # the right one too, for now


def test_files_of_the_owner_are_not_served(url: str, folder: Path) -> None:
    secret = folder / "report.json"
    secret.write_text("{}", "utf-8")
    assert httpx.get(f"{url}/gradio_api/file={secret}", timeout=TIMEOUT).status_code == 403
    secret.unlink()
