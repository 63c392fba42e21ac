"""Zip archives of pictures: reading those of visitors, and writing those of results.

Uploads are untrusted. An archive's directory is checked before anything is unpacked, and the unpacked bytes are counted
again, since directories can lie. Nothing is ever written under a name from an archive: such names are only labels, and
even those are made safe.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, FileIO
from pathlib import Path, PurePosixPath

from deepart.errors import InputError
from deepart.files import replacing
from deepart.images import MAX_BYTES

MAX_ENTRIES = 500
MAX_UNPACKED_BYTES = 1_000 * 2**20
MAX_RATIO = 100
"""Largest ratio of content to archive; pictures hardly shrink when they are packed."""

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".avif", ".heic", ".heif"}
)

TABLE_SUFFIXES = frozenset({".csv", ".jsonl"})

_LITTER = frozenset({"__macosx", "@eadir", "thumbs.db", "$recycle.bin", "system volume information", "lost+found"})
_ARCHIVE_SUFFIXES = frozenset({".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar"})
_MAX_DIRECTORY_BYTES = 2**20  # 500 entries with long names need a fifth
_CHUNK = 2**16
_LITTLE = 2**20  # unpacked bytes that no ratio is asked of: small drawings do shrink a lot
_IS_UTF8 = 0x800  # bit of an entry that says in what its name is written
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others unpack without a bound in memory
_JAPANESE = re.compile(r"[々\u3041-\u30fe\u4e00-\u9fff]{2}")  # two signs running: of an accent and a letter comes one
_HALF_WIDTH = re.compile(r"[\uff61-\uff9f]")  # what Chinese looks like if taken for Japanese
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)  # on Windows


@dataclass(frozen=True, slots=True)
class ArchivedPicture:
    """One picture file of an archive, not decoded yet."""

    name: str  # a label, see `safe_name`
    archive: Path
    entry: zipfile.ZipInfo

    def read(self) -> bytes:
        """Unpack the file, at most `MAX_BYTES`.

        Raises:
            InputError: the file is damaged, or larger than its archive says.
        """
        with _opened(self.archive) as archive:
            return _unpacked(archive, self.entry)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may hold."""

    entries: int = MAX_ENTRIES
    unpacked_bytes: int = MAX_UNPACKED_BYTES
    directory_bytes: int = _MAX_DIRECTORY_BYTES


@dataclass(frozen=True, slots=True)
class OpenArchive:
    """A zip archive that was checked and stays open, for reading thousands of files one by one."""

    pictures: list[zipfile.ZipInfo]
    tables: list[zipfile.ZipInfo]  # CSV files and JSON lines
    _archive: zipfile.ZipFile

    def read(self, entry: zipfile.ZipInfo) -> bytes:
        """Unpack a file, at most `MAX_BYTES`.

        Raises:
            InputError: the file is damaged, or larger than its archive says.
        """
        with _damage_refused():
            return _unpacked(self._archive, entry)


@contextmanager
def open_archive(path: str | os.PathLike[str], limits: Limits) -> Iterator[OpenArchive]:
    """Open a zip archive of pictures and tables; an archive inside it is an error.

    Raises:
        InputError: see `pictures_in_archive`; or an archive lies in it.
    """
    path = Path(path)
    with _opened(path, limits) as archive:
        files = _files(archive, limits)
        if any(_suffix(entry) in _ARCHIVE_SUFFIXES for entry in files):
            raise InputError("archive.nested")
        pictures = [entry for entry in files if _suffix(entry) in PICTURE_SUFFIXES]
        tables = [entry for entry in files if _suffix(entry) in TABLE_SUFFIXES]
        if not pictures:
            raise InputError("archive.no_pictures")
        _check_sizes([*pictures, *tables], path, limits)
        yield OpenArchive(pictures, tables, archive)


def pictures_in_archive(path: str | os.PathLike[str]) -> list[ArchivedPicture]:
    """Return the pictures of a zip archive in its own order, unread.

    Files are pictures by their suffix. Other files, nested archives included, are ignored, and so is what systems add
    by themselves (`__MACOSX`, `Thumbs.db`, names with a leading dot).

    Raises:
        InputError: it is not a zip archive, is damaged or encrypted, holds too much, a link, a name
            that leads out of its folder, or no picture.
    """
    path, limits = Path(path), Limits(MAX_ENTRIES, MAX_UNPACKED_BYTES)
    with _opened(path) as archive:
        files = _files(archive, limits)
    pictures = [entry for entry in files if _suffix(entry) in PICTURE_SUFFIXES]
    if not pictures:
        raise InputError("archive.no_pictures")
    _check_sizes(pictures, path, limits)
    return [ArchivedPicture(safe_name(entry.filename), path, entry) for entry in pictures]


def pictures_in_folder(folder: Path, suffixes: Container[str] = PICTURE_SUFFIXES) -> list[Path]:
    """Return the picture files of a folder and its subfolders, sorted, without files that systems add by themselves.

    Args:
        suffixes: that a picture has, in lower case.
    """
    found = (path for path in Path(folder).rglob("*") if path.suffix.lower() in suffixes)
    return sorted(path for path in found if not is_litter(path.relative_to(folder).parts) and path.is_file())


def is_litter(parts: Sequence[str]) -> bool:
    """Return whether a path is that of a file that systems add by themselves: hidden files, thumbnails."""
    return any(part.startswith(".") or part.lower() in _LITTER for part in parts)


def safe_name(name: str, longest: int = 60) -> str:
    """Return the last part of a path as a file name that is harmless everywhere.

    Letters and digits of every script stay, and spaces, dots, hyphens and underscores between them; all else becomes an
    underscore.  The name is never empty, and keeps its suffix.
    """
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    name = re.sub(r"[^\w .-]+", "_", name).strip(" .-")
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > 10:
        stem, dot, suffix = name, "", ""
    stem = stem[: longest - len(dot + suffix)].rstrip(" .-") or "picture"
    return f"_{stem}{dot}{suffix}" if _RESERVED.match(f"{stem}.") else stem + dot + suffix


@contextmanager
def write_archive(path: str | os.PathLike[str]) -> Iterator[Callable[[str, bytes], None]]:
    """Write a zip archive, file by file: yields a function that takes the name and the bytes of a file.

    The same files give the same archive, bit for bit: they are stored uncompressed and without dates.  The archive
    appears at `path` when it is complete.
    """
    with replacing(path) as part, zipfile.ZipFile(part, "w") as archive:

        def add(name: str, data: bytes) -> None:
            entry = zipfile.ZipInfo(name)  # of 1980, the earliest that the format knows
            entry.create_system = 3  # Unix, whatever this machine is
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, data)

        yield add


class _BoundedFile(BufferedReader):
    """A file that does not hand out more at once than an honest directory is long.

    `zipfile` reads the directory of an archive at once, as long as the archive says that it is.
    """

    limits = Limits()

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > self.limits.directory_bytes:
            raise InputError("archive.too_many", limit=self.limits.entries)
        return super().read(size)


@contextmanager
def _opened(path: Path, limits: Limits = Limits()) -> Iterator[zipfile.ZipFile]:
    """Open an archive, and raise `InputError` for what `zipfile` raises on broken ones."""
    try:
        file = _BoundedFile(FileIO(path))
    except (OSError, ValueError) as error:  # ValueError: a path with a null byte in it
        raise InputError("archive.missing") from error
    file.limits = limits
    with file, _damage_refused():
        if not zipfile.is_zipfile(file):
            raise InputError("archive.not_a_zip")
        with zipfile.ZipFile(file) as archive:
            yield archive


@contextmanager
def _damage_refused() -> Iterator[None]:
    try:
        yield
    except InputError:
        raise
    # RuntimeError: a password, or a version of the format from the future.
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        raise InputError("archive.damaged") from error


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    data = bytearray()
    with archive.open(entry) as file:
        while chunk := file.read(_CHUNK):
            data += chunk
            if len(data) > entry.file_size:
                raise InputError("archive.damaged")
    return bytes(data)


def _files(archive: zipfile.ZipFile, limits: Limits) -> list[zipfile.ZipInfo]:
    """Return the files of an archive but for litter, each entry's name checked."""
    entries = archive.infolist()
    charset = _charset(entries)
    for entry in entries:
        _check_entry(entry)
        name = entry.orig_filename
        if charset and not entry.flag_bits & _IS_UTF8:
            name = name.encode("cp437").decode(charset)
        # Windows writes backslashes, a Mac letters and their marks apart.
        entry.filename = unicodedata.normalize("NFC", name.replace("\\", "/"))
    files = [entry for entry in entries if not entry.filename.endswith("/") and not _is_litter(entry)]
    if len(files) > limits.entries:
        raise InputError("archive.too_many", limit=limits.entries)
    return files


def _check_sizes(files: list[zipfile.ZipInfo], path: Path, limits: Limits) -> None:
    for entry in files:
        if entry.compress_type not in _METHODS:
            raise InputError("archive.method")
        if entry.file_size > MAX_BYTES:
            raise InputError("archive.picture_too_heavy", limit=MAX_BYTES // 2**20)
    unpacked = sum(entry.file_size for entry in files)
    if unpacked > limits.unpacked_bytes:
        raise InputError("archive.too_heavy", limit=limits.unpacked_bytes // 2**20)
    if unpacked > max(_LITTLE, MAX_RATIO * path.stat().st_size):
        raise InputError("archive.bomb")


def _charset(entries: Sequence[zipfile.ZipInfo]) -> str:
    """Return in what the names of an archive are written that does not say so; empty for what Python takes it for.

    That is UTF-8, of a Mac; Shift-JIS, of Japanese Windows; or GBK, of Chinese Windows, if all letters of a name are
    in the part of it that is GB 2312.
    """
    names = [entry.orig_filename for entry in entries if not entry.flag_bits & _IS_UTF8]
    try:
        raw = [name.encode("cp437") for name in names if not name.isascii()]
    except UnicodeEncodeError:
        return ""
    if not raw:
        return ""
    if all(_decoded(name, "utf-8") for name in raw):
        return "utf-8"
    japanese = [_decoded(name, "cp932") for name in raw]
    if all(japanese) and any(map(_JAPANESE.search, japanese)) and not any(map(_HALF_WIDTH.search, japanese)):
        return "cp932"
    if all(_decoded(name, "gbk") for name in raw) and any(_decoded(name, "gb2312") for name in raw):
        return "gbk"
    return ""


def _decoded(name: bytes, charset: str) -> str:
    """Return a name in `charset`; empty if it cannot be."""
    try:
        return name.decode(charset)
    except UnicodeDecodeError:
        return ""


def _suffix(entry: zipfile.ZipInfo) -> str:
    return PurePosixPath(entry.filename).suffix.lower()


def _check_entry(entry: zipfile.ZipInfo) -> None:
    for name in (entry.filename, entry.orig_filename):  # as Python reads it, and as it stands in the archive
        name = name.replace("\\", "/")
        is_absolute = name.startswith("/") or re.match(r"[A-Za-z]:", name)
        if not name or is_absolute or "\0" in name or ".." in name.split("/"):
            raise InputError("archive.unsafe_name")
    if entry.flag_bits & 0x2041:  # encrypted, strongly encrypted, with an encrypted directory
        raise InputError("archive.encrypted")
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise InputError("archive.link")


def _is_litter(entry: zipfile.ZipInfo) -> bool:
    return is_litter(PurePosixPath(entry.filename).parts)
