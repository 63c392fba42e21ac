"""Visitors: an address, and a browser by its cookie, which is only set on signing in to Admin."""

from __future__ import annotations

import os
import re
import secrets

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route

from deepart.admin import access

COOKIE = "deepart-browser"
_COOKIE_SECONDS = 30 * 24 * 3600
_SECRET = re.compile(r"[\w-]{43}", re.ASCII)

WITH_COOKIE = "async (...values) => { await fetch('browser', {method: 'POST'}); return values; }"
"""In the browser, before a handler that needs to know it."""


def visitor_of(request: HTTPConnection, session: str) -> access.Visitor:
    """Return who asks, in a session."""
    return access.Visitor(session, _browser_of(request), address_of(request))


def address_of(request: HTTPConnection) -> str:
    """Return where a request comes from, see `access.address_of`."""
    return access.address_of(request.client.host if request.client else None, request.headers)


def _browser_of(request: HTTPConnection) -> str:
    secret = request.cookies.get(COOKIE, "")
    return secret if _SECRET.fullmatch(secret) else ""


def _know_browser(request: Request) -> Response:
    """Give the browser a secret of its own to send along, unless it has one."""
    response = Response(status_code=204, headers={"Cache-Control": "no-store"})
    if access.is_offered() and not _browser_of(request):
        on_space = "SPACE_ID" in os.environ  # where the page may stand in a frame of huggingface.co
        response.set_cookie(
            COOKIE,
            secrets.token_urlsafe(32),
            max_age=_COOKIE_SECONDS,
            httponly=True,
            secure=on_space or "https" in (request.url.scheme, request.headers.get("x-forwarded-proto")),
            samesite="none" if on_space else "lax",
        )
        if on_space:
            response.headers["Set-Cookie"] += "; Partitioned"
    return response


route = Route("/browser", _know_browser, methods=["POST"])
"""Gives a browser its cookie."""
