"""The folder of the owner's data sets, training jobs and models, in which nothing is ever half written."""

from __future__ import annotations

import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deepart import runtime
from deepart.errors import InputError
from deepart.files import writing

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_ABANDONED_SECONDS = 3600  # others may be writing now
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)")  # on Windows


def admin_folder() -> Path:
    """Return the owner's folder: DEEPART_ADMIN_DIR, or one in the system's place for user data."""
    return runtime.settings().admin_folder


def checked_name(name: str) -> str:
    """Return `name` if it is a valid folder name everywhere: lowercase letters, digits, and hyphens between them.

    Raises:
        InputError: it is not.
    """
    if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name):
        raise InputError("admin.name")
    return name


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Yield a folder to fill; it becomes `target` in one step if the block succeeds, and is removed otherwise."""
    part = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with writing(target):
            part.mkdir(parents=True)
            yield part
            os.rename(part, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def remove_folder(folder: Path) -> None:
    """Remove a folder in one step, as seen by others."""
    gone = folder.with_name(f".{uuid.uuid4().hex}.part")
    os.rename(folder, gone)
    shutil.rmtree(gone, ignore_errors=True)


def remove_leftovers(parent: Path) -> None:
    """Remove what a process that was killed had begun to write or to remove in `parent`, an hour ago or earlier."""
    for part in parent.glob(".*.part"):
        if time.time() - part.stat().st_mtime > _ABANDONED_SECONDS:
            shutil.rmtree(part, ignore_errors=True)
