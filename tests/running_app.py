"""The app of this process, run for the tests, and what slows it down."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deepart import runtime
from deepart.admin.access import gate
from deepart.ui import samples
from deepart.ui.app import PREPARING, build_app, launch_options
from deepart.ui.restore import damaged_samples

TIMEOUT = 90
"""Seconds that anything may take on a busy machine; the editor of masks is drawn without a graphics card."""


@contextmanager
def running_app(folder: Path, **environment: str) -> Iterator[str]:
    """Yield the address of the app, whose uploads, results and other temporary files lie in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    environment["GRADIO_TEMP_DIR"] = str(folder / "gradio")
    environment.setdefault("DEEPART_ADMIN_DIR", str(folder / "admin"))
    before, temporary = os.environ.copy(), tempfile.tempdir
    os.environ.update(environment)
    tempfile.tempdir = str(folder)
    _forget()
    demo = build_app()
    try:
        _, url, _ = demo.launch(**launch_options(demo), server_port=_free_port(), prevent_thread_lock=True, quiet=True)
        yield url.rstrip("/")
    finally:
        # A thread that is still computing when Python ends would bring the whole process down.
        deadline = time.monotonic() + 10
        while any(demo._queue.active_jobs) and time.monotonic() < deadline:
            time.sleep(0.05)
        demo.close(verbose=False)
        for thread in threading.enumerate():
            if thread.name == PREPARING:  # or its first pictures would be those of the next app, from this one's folder
                thread.join()
        os.environ.clear()
        os.environ.update(before)
        tempfile.tempdir = temporary
        _forget()


def _forget() -> None:
    """Let the next app of this process make everything of its own, samples in its own folder too."""
    made = (samples.folder, samples.first_picture, samples.first_blend, damaged_samples._made)
    for cached in (runtime.settings, gate, *made):
        cached.cache_clear()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that cannot be waited on."""
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


class Brake:
    """Holds painting at the next piece of a picture, and counts the pieces."""

    def __init__(self) -> None:
        self.pieces = 0
        self._go_on = threading.Event()
        self._go_on.set()

    def pull(self) -> None:
        self._go_on.clear()

    def release(self) -> None:
        self._go_on.set()

    def before_piece(self) -> None:
        self.pieces += 1
        assert self._go_on.wait(TIMEOUT)
