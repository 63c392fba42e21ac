"""What one visitor can do to the app and to the others: nothing.  Every attack goes past the page."""

from __future__ import annotations

import secrets

import httpx
import pytest

from deepart.ui.serving.drawings import drawings
from deepart.ui.serving.guard import MAX_REQUEST_BYTES
from running_app import TIMEOUT


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
