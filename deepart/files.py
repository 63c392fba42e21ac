"""Write files so that nobody sees them half written, and explain why one cannot be written."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import stat
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from deepart.errors import DeepartError, InputError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_LOCKED = (errno.EACCES, errno.EPERM, errno.EROFS)
_NEARLY_FULL = 2**20  # bytes; libraries that say nothing of the system's error write more than that


def writable(path: str | os.PathLike[str], endings: Sequence[str] = ()) -> Path:
    """Return `path` if a file can be written there; call it before the work whose result goes there.

    Folders that are missing are made by `replacing`.  A pipe or a terminal may have any name.

    Args:
        endings: the endings that the name may have, with dots and in lower case; empty: any.

    Raises:
        InputError: it has another ending, is a folder or a disk, or cannot be written.
    """
    path = Path(path)
    facts = _facts(path)
    if facts is not None and stat.S_ISDIR(facts.st_mode):
        raise InputError("file.is_folder", name=path)
    if _is_stream(facts):
        return path
    if endings and not path.name.lower().endswith(tuple(endings)):
        raise InputError("file.ending", name=path.name, known=", ".join(endings))
    _check_folder(Path(os.path.realpath(path)).parent)
    if facts is None:
        return path
    if not stat.S_ISREG(facts.st_mode) or not facts.st_mode & 0o222 or not os.access(path, os.W_OK):
        raise InputError("file.read_only", name=path)
    return path


def writable_folder(path: str | os.PathLike[str]) -> Path:
    """Return `path` if it is a folder that files can be written into, or such a folder can be created there.

    Raises:
        InputError: it cannot.
    """
    _facts(Path(path))
    _check_folder(Path(path))
    return Path(path)


def _facts(path: Path) -> os.stat_result | None:
    """Return the file's facts (`os.stat`); None if there is no such file."""
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:  # ValueError: a null byte in it
        raise InputError("file.name", name=ascii(str(path))) from error


def _is_stream(facts: os.stat_result | None) -> bool:
    kinds = (stat.S_ISCHR, stat.S_ISFIFO, stat.S_ISSOCK)
    return facts is not None and any(kind(facts.st_mode) for kind in kinds)


def _check_folder(folder: Path) -> None:
    while not os.path.lexists(folder):
        folder = folder.absolute().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise InputError("file.no_folder", name=folder)


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a path to write to; it replaces `path` in one step when the block ends without an error.

    A symbolic link stays: its target is replaced. Output to a pipe or a terminal is sent at the end. A file keeps its
    permissions.

    Raises:
        InputError: see `writable`; or the disk is full.
    """
    facts = _facts(writable(path))
    if _is_stream(facts):
        with tempfile.TemporaryDirectory(prefix="deepart-") as folder, writing(path):
            part = Path(folder) / "part"
            yield part
            with part.open("rb") as source, open(path, "wb") as target:
                shutil.copyfileobj(source, target)
        return
    target = Path(os.path.realpath(path))
    # Not tempfile, whose files only their owner may read.
    part = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with writing(path):
            target.parent.mkdir(parents=True, exist_ok=True)
            yield part
            if facts is not None:
                with suppress(OSError, AttributeError):  # who may not give files away; Windows
                    os.chown(part, facts.st_uid, facts.st_gid)
                part.chmod(stat.S_IMODE(facts.st_mode))
            os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a folder to fill; it replaces `path` when the block ends without an error.

    Raises:
        InputError: see `writable_folder`; or the disk is full.
    """
    target = writable_folder(path)
    part = target.with_name(f".{uuid.uuid4().hex}.part")
    gone = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with writing(path):
            part.mkdir(parents=True)
            yield part
            if target.exists():
                os.rename(target, gone)
            os.rename(part, target)
    finally:
        for folder in (part, gone):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def writing(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn errors of the disk inside the block, while `path` or something in it is written, into one sentence.

    Raises:
        InputError: the disk is full, or writing there is not allowed.
    """
    try:
        yield
    except DeepartError:
        raise
    except Exception as error:
        told = write_error(error, path)
        if told is None:
            raise
        raise told from error


def write_error(error: BaseException, path: str | os.PathLike[str]) -> InputError | None:
    """Return the error to raise for an exception while `path` was written; None if the disk did not cause it."""
    number = getattr(error, "errno", None)
    if number in _FULL:
        return InputError("file.full", name=path)
    if number in _LOCKED:
        return InputError("file.read_only", name=path)
    if number == errno.ENAMETOOLONG:
        return InputError("file.name", name=ascii(str(path)))
    if not isinstance(error, OSError) and _is_full(Path(path)):  # of libraries with errors of their own
        return InputError("file.full", name=path)
    return None


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _NEARLY_FULL
    except OSError:
        return False


def write_json(file: Path, values: object) -> None:
    """Write a JSON file with `replacing`."""
    with replacing(file) as part:
        part.write_text(json.dumps(values, indent=1, ensure_ascii=False, default=str) + "\n", "utf-8")


def read_json(file: Path) -> dict[str, Any]:
    """Return the object in a JSON file; an empty one if the file is missing or damaged."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def read_lines(file: Path) -> list[dict[str, Any]]:
    """Return the objects in the lines of a JSON Lines file; incomplete lines are left out."""
    try:
        lines = file.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return [entry for entry in found if isinstance(entry, dict)]


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of a file, as 64 hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def read_table(name: str) -> Any:
    """Return what `deepart/data/NAME.json` holds."""
    return json.loads((Path(__file__).parent / "data" / f"{name}.json").read_text("utf-8"))
