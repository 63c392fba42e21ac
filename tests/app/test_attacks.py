"""What one visitor can do to the app and to the others: nothing.  Every attack goes past the page."""

from __future__ import annotations

import secrets
from pathlib import Path

import httpx
import pytest

import deepart
from deepart.text import say
from deepart.ui.serving.drawings import drawings
from deepart.ui.serving.guard import MAX_REQUEST_BYTES, Quota
from running_app import TIMEOUT, running_app


def post(url: str, path: str, **request: object) -> httpx.Response:
    return httpx.post(f"{url}/gradio_api/{path}", timeout=TIMEOUT, **request)


@pytest.fixture(scope="module")
def editors(app_url: str) -> list[int]:
    """The numbers of the page's editors."""
    config = httpx.get(f"{app_url}/config", timeout=TIMEOUT).json()
    found = [each["id"] for each in config["components"] if each["type"] == "imageeditor"]
    assert len(found) >= 3
    return found


def layer(editor: int, **fields: str) -> dict[str, str]:
    asked = {"component_id": str(editor), "session_hash": secrets.token_hex(6), "fn_name": "accept_blobs"}
    return {**asked, "id": secrets.token_hex(6), "type": "layer", "index": "0", **fields}


@pytest.mark.parametrize("index", ["50000000", "-1", "1e9", "", "null", "9" * 5000])
def test_editor_keeps_nothing_at_an_index_that_the_client_makes_up(
    app_url: str, editors: list[int], index: str
) -> None:
    before = drawings.size()
    for editor in editors:
        answer = post(app_url, "component_server", data=layer(editor, index=index), files={"file": b"x"})
        assert answer.status_code == 400, answer.text
    assert drawings.size() == before


def test_editor_keeps_a_layer_and_nothing_else(app_url: str, editors: list[int]) -> None:
    sent = layer(editors[0])
    assert post(app_url, "component_server", data=sent, files={"file": b"drawn"}).status_code == 200
    assert post(app_url, "component_server", data={**sent, "type": "background"}, files={"file": b"x"}).is_success
    assert drawings.take(sent["id"]) == [b"drawn"]


@pytest.mark.parametrize(
    "sent",
    [
        {"data": layer(1, component_id="1000000000"), "files": {"file": b"x"}},
        {"data": layer(1, component_id="x"), "files": {"file": b"x"}},
        {"data": {"id": "1"}, "files": {"file": b"x"}},
        {"json": {"data": [], "component_id": 10**30, "session_hash": "x", "fn_name": "accept_blobs"}},
    ],
)
def test_component_that_is_not_there_is_a_fault_of_the_client(app_url: str, sent: dict) -> None:
    assert 400 <= post(app_url, "component_server", **sent).status_code < 500


@pytest.mark.parametrize("path", ["queue/join", "call/transfer", "api/x", "component_server", "cancel"])
def test_request_of_any_size_is_refused_before_it_is_read(app_url: str, path: str) -> None:
    size = MAX_REQUEST_BYTES if path != "component_server" else 25 * 2**20
    body = b'{"data": ["' + b"x" * size + b'"]}'
    answer = post(app_url, path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 413), answer.text


# What everybody is told


@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/info", "/health", "/gradio_api/file=/etc/passwd"])
def test_every_answer_says_what_browsers_may_do_with_it(app_url: str, path: str) -> None:
    headers = httpx.get(app_url + path, timeout=TIMEOUT).headers
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin"
    assert "https://huggingface.co" in headers["content-security-policy"]  # where a Space stands in a frame


@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/info"])
def test_page_is_sent_compressed(app_url: str, path: str) -> None:
    plain = httpx.get(app_url + path, headers={"accept-encoding": "identity"}, timeout=TIMEOUT)
    with httpx.stream("GET", app_url + path, headers={"accept-encoding": "gzip"}, timeout=TIMEOUT) as answer:
        sent = sum(map(len, answer.iter_raw()))
        assert answer.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers and sent < len(plain.content) / 4


def test_page_tells_nothing_of_where_the_app_lies(app_url: str) -> None:
    config = httpx.get(f"{app_url}/config", timeout=TIMEOUT).text
    assert str(Path(deepart.__file__).parents[1]) not in config and str(Path.home()) not in config


def test_server_says_at_once_that_it_is_there(app_url: str) -> None:
    answer = httpx.head(app_url, timeout=TIMEOUT)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", ["gradio_api/deep_link?session_hash=x", "gradio_api/proxy=http://127.0.0.1/"])
def test_what_the_app_does_not_use_is_closed(app_url: str, path: str) -> None:
    assert httpx.get(f"{app_url}/{path}", timeout=TIMEOUT).status_code == 404


# What is a fault of the client


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("call/paint_over_and_over", {"json": {"data": []}}),
        ("call/v2/paint", {"json": {}}),
        ("call/v2/nothing", {"json": {}}),
        ("api/transfer", {"json": {"data": []}}),
        ("queue/join", {"json": {"data": [], "fn_index": 10**9, "session_hash": "x"}}),
        ("queue/join", {"json": {"data": [], "fn_index": 1, "session_hash": "x" * 100_000}}),
        ("queue/join", {"json": {"data": [], "fn_index": 1}}),
        ("upload", {"content": b"--x--\r\n", "headers": {"content-type": "multipart/form-data; boundary=x"}}),
        ("upload", {"files": {"files": ("", b"x")}}),
        ("upload", {"content": b"x"}),
        ("upload?upload_id=" + "x" * 1000, {"files": {"files": ("a.png", b"x")}}),
    ],
)
def test_request_for_what_is_not_there_is_refused_without_a_traceback(
    app_url: str, capfd: pytest.CaptureFixture, path: str, sent: dict
) -> None:
    answer = post(app_url, path, **sent)
    assert 400 <= answer.status_code < 500 or answer.json() == [], answer.text  # an upload of nothing gives nothing
    assert "Traceback" not in capfd.readouterr().err


def test_what_one_address_uploads_within_an_hour_is_bounded() -> None:
    now = [0.0]
    quota = Quota(100, lambda: now[0])
    assert quota.use("a", 60) and not quota.use("a", 60) and quota.use("b", 100)
    now[0] = 3600
    assert quota.use("a", 60)
    assert Quota(0).use("a", 10**12)
    for number in range(11_000):
        quota.use(f"{number}", 1)
    assert len(quota._used) == 10_000


def test_upload_beyond_the_quota_is_refused_in_the_language_of_the_visitor(tmp_path: Path) -> None:
    with running_app(tmp_path / "other", DEEPART_UPLOAD_MB_PER_HOUR="1") as url:
        files = {"files": ("a.png", bytes(2**20 + 1))}
        answer = post(url, "upload", files=files, headers={"accept-language": "zh"})
        assert (answer.status_code, answer.json()["detail"]) == (429, say("upload.quota", "zh", limit=1))
