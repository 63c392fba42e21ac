"""`GET /health`: what runs here, and how fast."""

from __future__ import annotations

import threading
import time

from fastapi.responses import JSONResponse
from starlette.requests import Request
from starlette.routing import Route

import deepart
from deepart import runtime
from deepart.checkpoints import models

SELF_TEST_SIDE = 256
"""The self-test paints a square of this side."""

_lock = threading.Lock()
_milliseconds: dict[str, float] = {}


def self_test() -> dict[str, float]:
    """Return the milliseconds that each task takes for a small picture; measured once per process.

    Nothing where a GPU is only lent for the time of a visitor's request.
    """
    if runtime.settings().zero_gpu:
        return {}
    from PIL import Image

    from deepart.tasks.paint.transfer import StyleTransfer

    with _lock:
        if not _milliseconds:
            engine = StyleTransfer()
            picture = Image.linear_gradient("L").resize((SELF_TEST_SIDE, SELF_TEST_SIDE)).convert("RGB")
            code = engine.encode(picture)
            engine(picture, code)  # the first run allocates
            started = time.perf_counter()
            engine(picture, code)
            _milliseconds["transfer"] = round(1000 * (time.perf_counter() - started), 1)
    return dict(_milliseconds)


def report() -> dict[str, object]:
    """Return version, device, precision, loaded checkpoints and the self-test's figures."""
    milliseconds = self_test()
    return {
        "status": "ok",
        "version": deepart.__version__,
        "device": str(runtime.device()),
        "precision": runtime.precision_name(),
        "loaded": models.loaded(),
        "self_test_ms": milliseconds,
        "self_test_pixels": SELF_TEST_SIDE**2,
    }


def _health(request: Request) -> JSONResponse:
    return JSONResponse(report())


route = Route("/health", _health, methods=["GET"])
