"""`GET /health`: what runs here, and how fast."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from fastapi.responses import JSONResponse
from PIL import Image
from starlette.requests import Request
from starlette.routing import Route

import deepart
from deepart import runtime
from deepart.checkpoints import models
from deepart.tasks.classify.classify import classify
from deepart.tasks.generate.generate import is_available
from deepart.tasks.generate.seeds import generate
from deepart.tasks.paint.blend import mix_styles
from deepart.tasks.paint.transfer import StyleTransfer
from deepart.tasks.restore.restore import restore

SELF_TEST_SIDE = 256
"""Each task is tried on a square of this side; Generate paints one picture of its own size."""
PATIENCE = 10.0
"""Seconds after which a report leaves the tasks that have not been tried yet to the next one."""

log = logging.getLogger("deepart")
_lock = threading.Lock()
_milliseconds: dict[str, float] = {}
_failing: set[str] = set()


def _tasks() -> dict[str, Callable[[Image.Image], object]]:
    painter = StyleTransfer()  # itself: a verb would paint so small a picture on a larger canvas
    tasks = {
        "transfer": lambda picture: painter(picture, mix_styles({"udnie": 1})),
        "blend": lambda picture: painter(picture, mix_styles({"udnie": 1, "great-wave": 1})),
        "classify": classify,
        "restore": lambda picture: restore(picture, clean=0.5),
    }
    return tasks | ({"generate": lambda _: generate(seed=1)} if is_available() else {})


def _measure(task: str) -> None:
    run = _tasks()[task]
    picture = Image.linear_gradient("L").resize((SELF_TEST_SIDE, SELF_TEST_SIDE)).convert("RGB")
    try:
        run(picture)  # the first run loads and allocates
        started = time.perf_counter()
        run(picture)
        _milliseconds[task] = round(1000 * (time.perf_counter() - started), 1)
    except Exception:  # the report says so, whatever it is
        log.exception("The self-test of %s failed", task)
        _failing.add(task)


def self_test() -> dict[str, float]:
    """Return the milliseconds that each task takes for a small picture; measured once per process.

    Nothing where a GPU is only lent for the time of a visitor's request.  Whoever asks while it is being measured,
    or after `PATIENCE`, gets what has been measured so far.
    """
    if not runtime.settings().zero_gpu and _lock.acquire(blocking=False):
        try:
            deadline = time.monotonic() + PATIENCE
            for task in _tasks():
                if task not in _milliseconds and task not in _failing and time.monotonic() < deadline:
                    _measure(task)
        finally:
            _lock.release()
    return dict(_milliseconds)


def seconds_per_pixel() -> float:
    """Return how long painting takes here, as the self-test measures it; 0 before it could be measured."""
    with _lock:
        if "transfer" not in _milliseconds and "transfer" not in _failing:
            _measure("transfer")
    return _milliseconds.get("transfer", 0) / 1000 / SELF_TEST_SIDE**2


def report() -> dict[str, object]:
    """Return version, device, precision, loaded checkpoints, the self-test's figures and the tasks that fail."""
    milliseconds = self_test()
    return {
        "status": "failing" if _failing else "ok",
        "version": deepart.__version__,
        "device": str(runtime.device()),
        "precision": runtime.precision_name(),
        "loaded": models.loaded(),
        "self_test_ms": milliseconds,
        "self_test_pixels": SELF_TEST_SIDE**2,
        "failing": sorted(_failing),
    }


def _health(request: Request) -> JSONResponse:
    return JSONResponse(report())


route = Route("/health", _health, methods=["GET"])
