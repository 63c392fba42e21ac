"""The middleware of the app: what is refused before Gradio reads it."""

from __future__ import annotations

import logging
import re
from contextlib import nullcontext

from fastapi import HTTPException
from gradio.route_utils import FnIndexInferError
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deepart.admin import access
from deepart.images import MAX_BYTES
from deepart.ui.serving.visitors import visitor_of

log = logging.getLogger("deepart")

MAX_REQUEST_BYTES = 4 * 2**20
"""Of a request that is no upload: a few settings, and the recipes of a wall of pictures."""
MAX_UPLOAD_BYTES = 512 * 2**20
"""Of one upload, which may be of many files."""
_ROOM = 2**16  # for what stands between the files of a form
_PREFIX = "/gradio_api"
_BODY_BYTES = {f"{_PREFIX}/upload": MAX_UPLOAD_BYTES + _ROOM, f"{_PREFIX}/component_server": MAX_BYTES + _ROOM}

_OF_THE_CLIENT = (LookupError, TypeError, ValueError, AttributeError, AssertionError, FnIndexInferError, RecursionError)


class Guard:
    """Bounds what may be sent to the app.

    Gradio reads the whole of a request into memory, or on the disk, however much it is.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, see ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, path, started = HTTPConnection(scope), scope["path"].rstrip("/"), False
        if not _may_listen(request, path):
            await PlainTextResponse("Forbidden", 403)(scope, receive, send)
            return

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            listener = _listener(request, path)
            with scope["app"].get_blocks()._queue.heard_by(listener) if listener else nullcontext():
                await self._app(scope, _bounded(receive, _BODY_BYTES.get(path, MAX_REQUEST_BYTES)), watched)
        except _OF_THE_CLIENT as error:
            # Gradio looks up whatever a request names: components, handlers, files.  What a handler raises never
            # comes here; it has become a message of the queue.
            if started or not path.startswith(_PREFIX):
                raise
            log.info("Refused %s %s: %s", scope["method"], path[:100], repr(error)[:200])
            await PlainTextResponse("Bad request", 400)(scope, receive, send)


def _may_listen(request: HTTPConnection, path: str) -> bool:
    """Say whether a request may hear what a page is told, whose hash its address holds."""
    _, is_heartbeat, session = path.partition(f"{_PREFIX}/heartbeat/")
    session = session if is_heartbeat else request.query_params.get("session_hash", "")
    return not session or access.gate().may_listen(visitor_of(request, session))


def _listener(request: HTTPConnection, path: str) -> str:
    """Return the session, or the event, whose messages are asked for; empty if none are."""
    if path == f"{_PREFIX}/queue/data":
        return request.query_params.get("session_hash", "")
    called = re.fullmatch(rf"{_PREFIX}/call/(?:v2/)?[^/]+/([^/]+)", path)
    return called[1] if called and request.scope["method"] == "GET" else ""


def _bounded(receive: Receive, most: int) -> Receive:
    """Read at most so many bytes of a request's body; 413 for the one that has more."""
    size = 0

    async def read() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise HTTPException(413, "The request is too large.")
        return message

    return read
