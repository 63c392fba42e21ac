"""The middleware of the app, which refuses requests before Gradio reads them."""

from __future__ import annotations

import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import nullcontext

from fastapi import HTTPException
from gradio.route_utils import FnIndexInferError
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deepart import runtime
from deepart.admin import access
from deepart.images import MAX_BYTES
from deepart.text import say
from deepart.ui.events import disk_error, language_of
from deepart.ui.serving.visitors import visitor_of

log = logging.getLogger("deepart")

MAX_REQUEST_BYTES = 4 * 2**20
"""Largest request that is no upload: a few settings, and the recipes of a wall of pictures."""
MAX_UPLOAD_BYTES = 512 * 2**20
"""Largest upload, which may be of many files."""
_ROOM = 2**16  # for what stands between the files of a form
_PREFIX = "/gradio_api"
_UPLOAD = f"{_PREFIX}/upload"
_MAX_ADDRESSES = 10_000
_BODY_BYTES = {_UPLOAD: MAX_UPLOAD_BYTES + _ROOM, f"{_PREFIX}/component_server": MAX_BYTES + _ROOM}

_OF_THE_CLIENT = (LookupError, TypeError, ValueError, AttributeError, AssertionError, FnIndexInferError, RecursionError)


_ZIPPED = ("", "/config", f"{_PREFIX}/info", f"{_PREFIX}/openapi.json")
"""Large texts; what has an ending is compressed by Gradio, and streams must not be."""
_CLOSED = (f"{_PREFIX}/deep_link", f"{_PREFIX}/proxy=", "/proxy=")
"""What the app does not use: a link to a visitor's work writes all of it to the disk."""
_MAX_UPLOAD_ID = 64
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'self' https://huggingface.co https://*.huggingface.co https://*.hf.space",
}


class Quota:
    """Bytes that each address has uploaded within its hour; none for 0.

    Args:
        most: bytes.
        clock: seconds that only grow; tests have their own.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._used: OrderedDict[str, tuple[float, int]] = OrderedDict()  # address -> begin of its hour, bytes

    def use(self, address: str, size: int) -> bool:
        """Count bytes of an address; return whether it may send them."""
        begin, used = self._used.pop(address, (self._clock(), 0))
        if self._clock() - begin >= 3600:
            begin, used = self._clock(), 0
        self._used[address] = begin, used + size
        while len(self._used) > _MAX_ADDRESSES:
            self._used.popitem(last=False)
        return not self._most or used + size <= self._most


class Guard:
    """Bounds what may be sent to the app, and says to browsers what they may do with what it sends.

    Gradio reads the whole of a request into memory, or on the disk, however much it is.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._zipped = app, GZipMiddleware(app, minimum_size=1000, compresslevel=6)
        self._quota = Quota(runtime.settings().upload_mb_per_hour << 20)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, see ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, path, started = HTTPConnection(scope), scope["path"].rstrip("/"), False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if path.startswith(_CLOSED) or len(request.query_params.get("upload_id", "")) > _MAX_UPLOAD_ID:
            await PlainTextResponse("Not found", 404)(scope, receive, watched)
            return
        if not path and scope["method"] == "HEAD":
            # Gradio asks so whether its own server answers, and gives up after three seconds: on a busy machine the
            # app would not start, because the whole page is made for it.
            await HTMLResponse()(scope, receive, watched)
            return
        if not _may_listen(request, path):
            await PlainTextResponse("Forbidden", 403)(scope, receive, watched)
            return

        try:
            listener = _listener(request, path)
            with scope["app"].get_blocks()._queue.heard_by(listener) if listener else nullcontext():
                bounded = _bounded(receive, _BODY_BYTES.get(path, MAX_REQUEST_BYTES))
                if path == _UPLOAD:
                    bounded = self._within_quota(bounded, request)
                await (self._zipped if path in _ZIPPED else self._app)(scope, bounded, watched)
        except _OF_THE_CLIENT as error:
            # Gradio looks up whatever a request names: components, handlers, files.  What a handler raises never
            # comes here; it has become a message of the queue.
            if started or not path.startswith(_PREFIX):
                raise
            log.info("Refused %s %s: %s", scope["method"], path[:100], repr(error)[:200])
            await PlainTextResponse("Bad request", 400)(scope, receive, watched)
        except OSError as error:
            told = disk_error(error)
            if started or told is None:
                raise
            await PlainTextResponse(told.sentence(language_of(request)), 507)(scope, receive, watched)

    def _within_quota(self, receive: Receive, request: HTTPConnection) -> Receive:
        """Read a body as long as its address may send it; the owner, who has been inside, always may."""
        visitor = visitor_of(request, "")

        async def read() -> Message:
            message = await receive()
            is_within = self._quota.use(visitor.address, len(message.get("body", b"")))
            if not is_within and not access.gate().knows(visitor.browser):
                limit = runtime.settings().upload_mb_per_hour
                raise HTTPException(429, say("upload.quota", language_of(request), limit=limit))
            return message

        return read


def _may_listen(request: HTTPConnection, path: str) -> bool:
    """Say whether a request may hear what a page is told, whose hash its address holds."""
    _, is_heartbeat, session = path.partition(f"{_PREFIX}/heartbeat/")
    session = session if is_heartbeat else request.query_params.get("session_hash", "")
    return not session or access.gate().may_listen(visitor_of(request, session))


def _listener(request: HTTPConnection, path: str) -> str:
    """Return the session, or the event, whose messages are asked for; empty if none are."""
    if path == f"{_PREFIX}/queue/data":
        return request.query_params.get("session_hash", "")
    if path.startswith(f"{_PREFIX}/heartbeat/"):
        return path.rpartition("/")[2]
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
