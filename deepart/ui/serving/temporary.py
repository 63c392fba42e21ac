"""The folder of visitors' files, none of which outlives the app.

Each run of the app has a folder of its own, which goes with it.  What a run leaves behind that was killed, the next one
deletes: a run that is alive holds a lock, which the system takes away whatever the process dies of.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

_LOCK = "lock"
_run: Path | None = None
_held: Any = None  # the open lock file: closing it gives the lock away


def claim() -> Path:
    """Give this process a folder for all its temporary files, until it ends; delete those of runs that have ended.

    It lies in GRADIO_TEMP_DIR, or else where the system has temporary files.  To be called before the app is built.
    """
    global _run, _held
    root = _root()
    with _locked(root / _LOCK):  # or another run could be taken for dead before it has its lock
        for run in root.glob("run-*"):
            _delete_dead(run)
        _run = Path(tempfile.mkdtemp(prefix="run-", dir=root))
        _held = open(_run / _LOCK, "w")  # noqa: SIM115 - it is held until the process ends
        _try_lock(_held)
    atexit.register(_leave, _run)
    (_run / "tmp").mkdir()
    os.environ["GRADIO_TEMP_DIR"] = str(_run / "gradio")
    tempfile.tempdir = str(_run / "tmp")  # not TMPDIR: training jobs outlive the app
    return _run


def end_like_interrupt() -> None:
    """Let a process that is told to end (SIGTERM: systemd, Docker) end as if somebody had pressed Ctrl+C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def sweep(age: float, kept: Iterable[str] = (), folder: Path | None = None) -> int:
    """Delete files of this run that nobody else does: of uploads that were broken off, of requests that failed.

    Args:
        age: seconds since they were last written to.
        kept: paths that stay, and all that lies in them.
        folder: None is the one that was claimed, if one was.

    Returns:
        How many were deleted.
    """
    folder, deleted = folder or _run, 0
    if folder is None:
        return 0
    stays, oldest = tuple(map(os.path.realpath, kept)), time.time() - age
    for where, _, names in os.walk(folder, topdown=False):
        for name in names:
            path = os.path.join(where, name)
            real = os.path.realpath(path)
            if name == _LOCK or any(real == each or real.startswith(each + os.sep) for each in stays):
                continue
            with contextlib.suppress(OSError):  # another thread was faster
                if os.lstat(path).st_mtime < oldest:
                    os.unlink(path)
                    deleted += 1
    return deleted


def _root() -> Path:
    given = os.environ.get("GRADIO_TEMP_DIR")
    user = os.getuid() if hasattr(os, "getuid") else ""
    root = Path(given) if given else Path(tempfile.gettempdir()) / f"deepart-{user}"
    root.mkdir(mode=0o777 if given else 0o700, parents=True, exist_ok=True)
    if not given and hasattr(os, "getuid") and (root.is_symlink() or root.stat().st_uid != user):
        return Path(tempfile.mkdtemp(prefix="deepart-"))  # somebody else has made one of that name
    return root


def _delete_dead(run: Path) -> None:
    try:
        with open(run / _LOCK, "r+") as lock:
            if not _try_lock(lock):
                return
    except OSError:
        pass  # killed before it had one
    shutil.rmtree(run, ignore_errors=True)


def _leave(run: Path) -> None:
    _held.close()
    shutil.rmtree(run, ignore_errors=True)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with open(path, "w") as file:
        deadline = time.monotonic() + 10
        while not _try_lock(file) and time.monotonic() < deadline:
            time.sleep(0.05)
        yield


def _lock_of_system() -> Callable[[Any], None]:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        return lambda file: msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    return lambda file: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _try_lock(file: Any) -> bool:
    try:
        _lock_of_system()(file)
    except OSError:
        return False
    return True
