"""Sources of pictures: a zip archive, a folder, or a data set of the Hub; all are untrusted.

A source is opened twice, once to be checked and once to be stored, and lists its pictures in the same order both times.
Nothing in a source becomes a file name: names and labels are text, made harmless here.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any, Literal, Protocol

import numpy as np

from deepart.archives import PICTURE_SUFFIXES, TABLE_SUFFIXES, Limits, open_archive, pictures_in_folder, safe_name
from deepart.errors import InputError
from deepart.images import MAX_BYTES
from deepart.training.data import is_mask

COLUMNS = ("style", "artist", "genre", "label")
"""Columns of labels; "label" is for the owner's own labels."""

SEPARATOR = "|"
"""Separator between several labels of one column."""

Part = Literal["", "train", "calibration", "test"]
"""The split of a picture; empty if its source does not say."""

MAX_PICTURES = 20_000
LIMITS = Limits(entries=MAX_PICTURES, unpacked_bytes=8 * 2**30, directory_bytes=16 * 2**20)

_PATH_COLUMNS = ("path", "file_name", "filename", "file", "image")
_ALIASES = {"class": "label", "labels": "label", "license": "licence", "url": "source", "split": "part"}
_PARTS: dict[str, Part] = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev", "calibration"), "calibration"),
    **dict.fromkeys(("test", "testing"), "test"),
}
_UNKNOWN = ("", "none", "unknown", "nan", "null")
_LONGEST_LABEL = 80


@dataclass(frozen=True, slots=True)
class Picture:
    """One usable picture of a source."""

    index: int  # its place in the source
    name: str  # a label, never a path
    sha256: str
    bits: np.ndarray = field(repr=False)  # (16, 17) uint8, from which near-duplicates are found
    size: tuple[int, int]
    num_bytes: int
    labels: Mapping[str, str]
    part: Part
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One picture of a source, not decoded yet, with its labels."""

    name: str
    read: Callable[[], bytes]
    labels: Mapping[str, str] = field(default_factory=dict)  # column -> label, or several with `SEPARATOR` between
    part: Part = ""
    facts: Mapping[str, str] = field(default_factory=dict)  # title, year, licence, source
    mask: Callable[[], bytes] | None = None
    """The picture `a/x.jpg` has the mask `masks/x.png`."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The content of a source."""

    pictures: list[Candidate]
    rows_without_picture: int = 0


class Source(Protocol):
    """A source of pictures."""

    def open(self) -> AbstractContextManager[Contents]:
        """List the pictures; they can be read until the source is closed.

        Raises:
            InputError: the source is refused.
        """
        ...


@dataclass(frozen=True, slots=True)
class ZipSource:
    """A zip archive: pictures in a folder for each label, or with a CSV, or neither.

    Args:
        paths: the archive, or several that it was split into.
        column: the column that folder names stand for.
    """

    paths: tuple[Path, ...]
    column: str = "label"

    @contextmanager
    def open(self) -> Iterator[Contents]:
        """See `Source`."""
        pictures: dict[str, Callable[[], bytes]] = {}
        tables: dict[str, Callable[[], bytes]] = {}
        with ExitStack() as opened:
            for path in self.paths:
                archive = opened.enter_context(open_archive(path, LIMITS))
                for entry in archive.pictures:
                    pictures[_unused(entry.filename, pictures)] = _reader(archive.read, entry)
                for entry in archive.tables:
                    tables[_unused(entry.filename, tables)] = _reader(archive.read, entry)
            if len(pictures) > MAX_PICTURES:
                raise InputError("dataset.too_many", limit=MAX_PICTURES)
            yield _contents(pictures, tables, self.column)


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A folder on this machine, laid out as an archive is."""

    path: Path
    column: str = "label"

    @contextmanager
    def open(self) -> Iterator[Contents]:
        """See `Source`."""
        found = pictures_in_folder(self.path, PICTURE_SUFFIXES | TABLE_SUFFIXES)
        names = {unicodedata.normalize("NFC", path.relative_to(self.path).as_posix()): path for path in found}
        pictures = {
            name: _reader(_bounded, path) for name, path in names.items() if path.suffix.lower() in PICTURE_SUFFIXES
        }
        if not pictures:
            raise InputError("training.no_pictures")
        if len(pictures) > MAX_PICTURES:
            raise InputError("dataset.too_many", limit=MAX_PICTURES)
        tables = {
            name: _reader(_bounded, path) for name, path in names.items() if path.suffix.lower() in TABLE_SUFFIXES
        }
        yield _contents(pictures, tables, self.column)


@dataclass(frozen=True, slots=True)
class ParquetSource:
    """Parquet files as the Hub's data sets have them: a column of pictures, others of labels.

    Args:
        paths: the files; the part that a picture belongs to is read from their names ("train-00000-of-…").
        column: what a column of labels is if it is called neither style, artist, genre nor label.
    """

    paths: tuple[Path, ...]
    column: str = "label"

    @contextmanager
    def open(self) -> Iterator[Contents]:
        """See `Source`.

        Raises:
            InputError: the package `datasets` is missing, or no column holds pictures.
        """
        if find_spec("datasets") is None:
            raise InputError("dataset.no_datasets")
        found: list[Candidate] = []
        for path in self.paths:
            found += _parquet_pictures(path, self.column, MAX_PICTURES - len(found))
        yield Contents(found)


def _unused(name: str, names: Collection[str]) -> str:
    """Return a unique name in the same folder."""
    path, number = PurePosixPath(name), 2
    while name in names:
        name, number = str(path.with_stem(f"{path.stem} ({number})")), number + 1
    return name


def _reader(read: Callable[[Any], bytes], place: Any) -> Callable[[], bytes]:
    return lambda: read(place)


def _bounded(path: Path) -> bytes:
    with open(path, "rb") as file:
        return file.read(MAX_BYTES + 1)  # one more, so that `load_image` refuses it


# --- folders and tables --------------------------------------------------------------------------


def _contents(
    pictures: Mapping[str, Callable[[], bytes]], tables: Mapping[str, Callable[[], bytes]], column: str
) -> Contents:
    """Join pictures, by their paths, with the rows of the table beside them, or with their folders' names.

    Pictures in a folder "masks" are the masks of those of the same name.
    """
    masks = {PurePosixPath(name).stem: read for name, read in pictures.items() if is_mask(name)}
    if 0 < len(masks) < len(pictures):
        found = _contents({name: read for name, read in pictures.items() if not is_mask(name)}, tables, column)
        names = [PurePosixPath(name).stem for name in pictures if not is_mask(name)]
        joined = [replace(each, mask=masks.get(stem)) for each, stem in zip(found.pictures, names)]
        return replace(found, pictures=joined)
    rows = _rows_of_all(tables, pictures)
    folders = _folders(list(pictures))
    if rows is None:
        named = _alike([{column: label} if label else {} for _, label in folders])
        return Contents(
            [
                Candidate(safe_name(name), read, labels, part)
                for (name, read), (part, _), labels in zip(pictures.items(), folders, named)
            ]
        )
    of_picture, missing = rows
    named = []
    for name in pictures:
        found = {each: labels_of(of_picture.get(name, {}).get(each, "")) for each in COLUMNS}
        named.append({each: label for each, label in found.items() if label})
    found = []
    for (name, read), (part, _), labels in zip(pictures.items(), folders, _alike(named)):
        row = of_picture.get(name, {})
        facts = {each: plain_text(row.get(each, ""), 300) for each in ("title", "year", "licence", "source")}
        part = _PARTS.get(row.get("part", "").strip().lower(), part)
        found.append(
            Candidate(safe_name(name), read, labels, part, {each: text for each, text in facts.items() if text})
        )
    return Contents(found, missing)


def _alike(labels: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return the labels of pictures, with the most frequent spelling of those that differ only in case."""
    counts: Counter[tuple[str, str]] = Counter(
        (column, label) for each in labels for column, text in each.items() for label in text.split(SEPARATOR)
    )
    usual: dict[tuple[str, str], str] = {}
    for (column, label), _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        usual.setdefault((column, label.casefold()), label)

    def spelt(column: str, text: str) -> str:
        return SEPARATOR.join(dict.fromkeys(usual[column, label.casefold()] for label in text.split(SEPARATOR)))

    return [{column: spelt(column, text) for column, text in each.items()} for each in labels]


def _rows_of_all(
    tables: Mapping[str, Callable[[], bytes]], pictures: Collection[str]
) -> tuple[dict[str, dict[str, str]], int] | None:
    """Return the rows of the tables by the pictures that they are about, and how many are about none.

    There may be one table, or a "metadata" in each of several folders, as Hugging Face's ImageFolder has it; None if
    there is no row.

    Raises:
        InputError: a table cannot be read, no row of them is about a picture, or two rows contradict each other.
    """
    if len(tables) > 1 and {PurePosixPath(name).stem.lower() for name in tables} != {"metadata"}:
        raise InputError("dataset.several_tables")
    places = _Places(pictures)
    found: dict[str, dict[str, str]] = {}
    missing, first = 0, ""
    for name, read in tables.items():
        for path, row in _rows(read(), name):
            picture = places.find(path, PurePosixPath(name).parent)
            if picture is None:
                missing, first = missing + 1, first or path
            else:
                found[picture] = _joined(found[picture], row, picture) if picture in found else row
    if missing and not found:
        raise InputError("dataset.no_row_fits", path=ascii(first[-80:]))
    return (found, missing) if found else None


def _joined(one: Mapping[str, str], other: Mapping[str, str], picture: str) -> dict[str, str]:
    """Return two rows about one picture as one, with the labels of both."""
    if one.get("part", "") != other.get("part", ""):
        raise InputError("dataset.two_rows", name=safe_name(picture))
    labels = {each: SEPARATOR.join(filter(None, (one.get(each), other.get(each)))) for each in COLUMNS}
    return {**other, **one, **labels}


class _Places:
    """Finds the picture of a table's row, which may hold a path of another machine, or only a name."""

    def __init__(self, pictures: Collection[str]) -> None:
        self._pictures = pictures
        self._ends: dict[str, list[str]] = {}  # the last parts of each path, with its ending and without
        for picture in pictures:
            parts = picture.casefold().split("/")
            for start in range(len(parts)):
                end = "/".join(parts[start:])
                for key in {end, end[: len(end) - len(PurePosixPath(end).suffix)]}:
                    self._ends.setdefault(key, []).append(picture)

    def find(self, path: str, folder: PurePosixPath) -> str | None:
        """Return a picture; None if there is none, or several fit.

        Paths count from the table's folder, from a folder "images" in it, or from the root; else the last parts of
        a path must fit one picture, capitals and ending aside.
        """
        path = unicodedata.normalize("NFC", path.strip().replace("\\", "/")).removeprefix("./")
        ways = (str(folder / path), path, str(folder / "images" / path))
        exact = next((way for way in ways if way in self._pictures), None)
        if exact is not None:
            return exact
        parts = path.casefold().split("/")
        for start in range(len(parts)):
            fitting = self._ends.get("/".join(parts[start:]), [])
            here = [each for each in fitting if PurePosixPath(each).is_relative_to(folder)] or fitting
            if len(here) == 1:
                return here[0]
            if here:
                return None
        return None


def _rows(data: bytes, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the rows of a table, CSV or JSON lines, each with the path of the picture that it is about."""
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        if name.lower().endswith(".jsonl"):
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
            table = [{_heading(key): _cell_text(value) for key, value in row.items()} for row in found]
        else:
            first, _, rest = text.partition("\n")
            separator = re.fullmatch(r"sep=(.)", first.strip(), re.IGNORECASE)  # which Excel writes and hides
            text, first = (rest, rest.partition("\n")[0]) if separator else (text, first)
            delimiter = separator[1] if separator else max(",;\t", key=first.count)
            lines = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
            table = [
                {_heading(key): value or "" for key, value in row.items() if isinstance(key, str)} for row in lines
            ]
    except (ValueError, RecursionError, AttributeError, csv.Error, TypeError) as error:
        # TypeError: more values than headings, in a list; AttributeError: a line that is no object
        raise InputError("dataset.table_unreadable") from error
    key = next((name for name in _PATH_COLUMNS if table and name in table[0]), None)
    if key is None:
        raise InputError("dataset.table_columns")
    return ((row.get(key, ""), row) for row in table)


def _cell_text(value: object) -> str:
    """Return a value of JSON as a table has it, several labels with `SEPARATOR` between."""
    if isinstance(value, list):
        return SEPARATOR.join(str(each) for each in value)
    return "" if value is None else str(value)


def _heading(text: str) -> str:
    text = text.strip().lower()
    return _ALIASES.get(text, text)


def _folders(names: Sequence[str]) -> list[tuple[Part, str]]:
    """Return for each path the split and the label that its folders stand for, empty if they stand for nothing.

    Folders that all pictures share, and a single folder, are ignored: they distinguish nothing.
    """
    folders = [PurePosixPath(name).parent.parts for name in names]
    while all(folders) and len({parts[0] for parts in folders}) == 1 and folders[0][0].lower() not in _PARTS:
        folders = [parts[1:] for parts in folders]
    are_inside = all(len(parts) > 1 and parts[1].lower() in _PARTS for parts in folders) and not any(
        parts[0].lower() in _PARTS for parts in folders
    )
    found: list[tuple[Part, str]] = []
    for parts in folders:
        if are_inside:  # label/train/x
            parts = (parts[1], parts[0], *parts[2:])
        part: Part = _PARTS.get(parts[0].lower(), "") if parts else ""
        rest = parts[1:] if part else parts
        found.append((part, plain_text(rest[0]) if rest else ""))
    return found


def plain_text(text: str, longest: int = _LONGEST_LABEL) -> str:
    """Return an untrusted text on one line, without control characters, shortened; empty for "none" and the like."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(" " if letter.isspace() else letter for letter in text)
    text = "".join(letter for letter in text if unicodedata.category(letter)[0] != "C")
    text = re.sub(" +", " ", text).strip()[:longest].rstrip()
    return "" if text.lower() in _UNKNOWN else text


def labels_of(text: str) -> str:
    """Return the labels of a cell of a table, harmless, in order, each once."""
    labels = dict.fromkeys(plain_text(each) for each in text.split(SEPARATOR))
    return SEPARATOR.join(label for label in labels if label)


# --- parquet ---------------------------------------------------------------------------------------


def _parquet_pictures(path: Path, column: str, most: int) -> list[Candidate]:
    from datasets import ClassLabel, Dataset, Image

    try:
        table = Dataset.from_parquet(str(path), keep_in_memory=False)
    except Exception as error:  # whatever pyarrow and the features' description can go wrong with
        raise InputError("dataset.parquet_unreadable") from error
    image = next((name for name, feature in table.features.items() if isinstance(feature, Image)), None)
    if image is None:
        raise InputError("dataset.no_picture_column")
    if len(table) > most:
        raise InputError("dataset.too_many", limit=MAX_PICTURES)
    table = table.cast_column(image, Image(decode=False))
    names: dict[str, Callable[[Any], str]] = {}
    for name, feature in table.features.items():
        if isinstance(feature, ClassLabel):
            names[name] = _class_namer(feature)
        elif getattr(feature, "dtype", "") == "string" and _heading(name) in COLUMNS:
            names[name] = str
    headings = {name: _heading(name) if _heading(name) in COLUMNS else column for name in names}
    part = next((part for word, part in _PARTS.items() if path.name.lower().startswith(word)), "")
    facts = table.remove_columns([name for name in table.column_names if name not in names])
    found = []
    for index, row in enumerate(facts if names else [{}] * len(table)):
        labels = {
            headings[name]: plain_text(namer(row[name])) for name, namer in names.items() if row[name] is not None
        }
        read = _reader(lambda i: _cell(table[i][image]), index)
        found.append(Candidate(f"{path.stem[:40]}-{index}", read, {k: v for k, v in labels.items() if v}, part))
    return found


def _class_namer(feature: Any) -> Callable[[Any], str]:
    return lambda value: feature.int2str(int(value)) if int(value) >= 0 else ""


def _cell(value: Mapping[str, Any]) -> bytes:
    return value.get("bytes") or b""  # a path in a file from elsewhere is never opened
