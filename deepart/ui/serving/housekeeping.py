"""Periodic cleaning: old files, and data that Gradio would keep for ever."""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from gradio import processing_utils, routes
from PIL import Image

from deepart import runtime
from deepart.files import replacing
from deepart.ui import samples
from deepart.ui.serving import temporary
from deepart.ui.serving.sessions import Sessions

log = logging.getLogger("deepart")

_PAUSE_SECONDS = 10.0
_MAX_TRACKED_UPLOADS = 200
_M_ARENA_MAX = -8  # of malloc.h


@asynccontextmanager
async def lifespan(app: routes.App) -> AsyncIterator[None]:
    """Keep house for as long as the server runs."""
    queue = app.get_blocks()._queue
    app.state_holder = Sessions(runtime.settings().session_memory_mb << 20, queue.is_heard)
    app.state_holder.set_blocks(app.get_blocks())
    task = asyncio.create_task(_keep_house(app))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep_house(app: routes.App) -> None:
    while threading.main_thread().is_alive():  # else Python is about to end, and begins nothing any more
        await asyncio.sleep(_PAUSE_SECONDS)
        try:
            forget_uploads()
            app.state_holder.forget()
            await asyncio.to_thread(sweep_files, app)
            await asyncio.to_thread(give_memory_back)
        except Exception:  # it must go on
            if threading.main_thread().is_alive():
                log.exception("Something could not be tidied")


def sweep_files(app: routes.App) -> None:
    """Delete files that are too old, but those that every page shows, and those of a job that may still run."""
    settings = runtime.settings()
    kept = {str(samples.folder())}.union(
        *(getattr(each, "keep_in_cache", ()) for each in app.get_blocks().blocks.values())
    )
    longest = settings.max_job_minutes or 24 * 60
    temporary.sweep(60 * max(settings.keep_files_minutes, longest + 1), kept)


def give_memory_back() -> None:
    """Give what was freed back to the system, which the allocator of Linux else keeps for later."""
    with suppress(OSError, AttributeError):  # another system, or another allocator
        ctypes.CDLL(None).malloc_trim(0)


def keep_pictures_whole() -> None:
    """Let Gradio write each picture of a handler whole, under the name that it has by its content.

    Gradio writes over the file of an equal picture, which a browser may just be reading: it would get half of one.
    """

    def save(img: Image.Image, cache_dir: str, name: str = "image", format: str = "webp") -> str:
        content = processing_utils.encode_pil_to_bytes(img, format)
        path = Path(cache_dir, processing_utils.hash_bytes(content), f"{name}.{format}").resolve()
        with replacing(path) as part:
            part.write_bytes(content)
        return str(path)

    processing_utils.save_pil_to_cache = save


def bound_heaps() -> None:
    """Let threads share two heaps, unless the owner says otherwise: of one for each, much is never given back."""
    if "MALLOC_ARENA_MAX" not in os.environ:
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def forget_uploads() -> None:
    """Forget how far uploads are of which nobody asked: Gradio keeps each under the name that its client made up."""
    tracked = routes.file_upload_statuses
    for kept in (tracked._statuses, tracked._signals):
        for name in list(kept)[: max(0, len(kept) - _MAX_TRACKED_UPLOADS)]:
            del kept[name]
