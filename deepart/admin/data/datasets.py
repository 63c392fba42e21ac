"""The owner's data sets: checked, reported on, and only then stored, with a datasheet of every picture.

`check` reads a source and writes nothing; it returns a draft with the report. `store` writes the draft into a folder
that appears in one step.  A stored data set is a folder of pictures named by their SHA-256 with a `paintings.csv` in
the layout of `deepart.training.catalogue`, so that the `train` commands take it too; those that need only pictures take
its folder `pictures`.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from deepart.admin.data.report import Refused, Report, guards
from deepart.admin.data.sources import COLUMNS, SEPARATOR, Part, Picture, Source, plain_text
from deepart.admin.folders import admin_folder, checked_name, new_folder, remove_leftovers
from deepart.errors import InputError
from deepart.images import load_image, save_png
from deepart.runtime import Progress
from deepart.sheets import Cell, contact_sheet
from deepart.training.missing import LabelWay, YearWay, filled_labels, filled_numbers, year_of

LEAST_SIDE = 64
"""Least shorter side in pixels; smaller pictures are left out."""

CATALOGUE, REPORT, DATASHEET, SHEET = "paintings.csv", "report.json", "passport.json", "contact_sheet.jpg"
"""Files of a stored data set, beside the folder `pictures`."""

_SHARES: tuple[tuple[Part, float], ...] = (("test", 0.15), ("calibration", 0.1))
_RANK = {"train": 0, "calibration": 1, "test": 2}  # what must not have been seen in the parts before it
_FEWEST_TO_SPLIT = 5  # a label with fewer pictures than that is trained on with all of them
_ON_SHEET, _THUMB = 40, 96
_FACTS = ("title", "year", "licence", "source")
_SUFFIXES = {b"\xff\xd8": ".jpg", b"\x89P": ".png", b"RI": ".webp", b"GI": ".gif", b"BM": ".bmp", b"II": ".tif"}


@dataclass(frozen=True, slots=True)
class Draft:
    """A checked source and its report; nothing is stored yet."""

    name: str
    source: Source
    pictures: list[Picture]  # without exact copies
    group: list[int]  # for each the index, in `pictures`, of the first that shows the same
    report: Report
    sheet: Image.Image
    licence: str
    origin: str
    thumbs: Mapping[int, Image.Image] = field(default_factory=dict)
    """Thumbnails on the sheet in their order, by index in `pictures`."""

    def label(self, index: int) -> str:
        """Return the label of a picture as a sheet shows it; empty without one."""
        return _shown_label(self.pictures[index])


@dataclass(frozen=True, slots=True)
class Choices:
    """How the problems in the report are handled."""

    missing: LabelWay = "ignore"
    """How missing labels are handled; see `deepart.training.missing`. Guessed labels are used only for training."""
    fill: Mapping[str, str] = field(default_factory=dict)
    """Label to fill in by column, if `missing` is "fill"."""
    years: YearWay = "ignore"
    """How missing years are handled."""
    near_duplicates: Literal["drop", "keep"] = "drop"
    """Near-duplicates within a split; exact copies are never stored twice."""
    leaks: Literal["drop", "keep"] = "drop"
    """Training pictures that are near-duplicates of test pictures."""


@dataclass(frozen=True, slots=True)
class Artwork:
    """One picture of a stored data set."""

    path: Path
    part: Part
    style: str = ""
    artist: str = ""
    genre: str = ""
    label: str = ""
    title: str = ""
    year: str = ""

    def labels(self, column: str) -> tuple[str, ...]:
        """Return the labels of a column; most pictures have one or none."""
        return tuple(label for label in getattr(self, column).split(SEPARATOR) if label)


@dataclass(frozen=True, slots=True)
class DataSet:
    """A stored data set."""

    name: str
    folder: Path

    def artworks(self, *parts: Part) -> list[Artwork]:
        """Return the pictures of the given splits, or of all."""
        with open(self.folder / CATALOGUE, newline="", encoding="utf-8") as lines:
            found = [
                Artwork(
                    self.folder / row["path"],
                    row["part"],
                    *(row[column] for column in ("style", "artist", "genre", "label", "title", "year")),
                )
                for row in csv.DictReader(lines)
            ]
        return [work for work in found if not parts or work.part in parts]

    def report(self) -> dict:
        """Return the stored result of `Report.as_json`."""
        return json.loads((self.folder / REPORT).read_text("utf-8"))

    def datasheet(self) -> dict:
        """Return the hash, source and licence of every picture, and the choices made."""
        return json.loads((self.folder / DATASHEET).read_text("utf-8"))

    @property
    def sheet(self) -> Path:
        """A contact sheet of some of its pictures."""
        return self.folder / SHEET


# --- looking through -----------------------------------------------------------------------------


def check(source: Source, *, name: str, licence: str, origin: str = "") -> Generator[Progress, None, Draft]:
    """Check every picture of a source; nothing is written.

    Args:
        name: name of the data set.
        licence: of the pictures that have none of their own.
        origin: their source: an address, a name, or a sentence.

    Raises:
        InputError: the source is refused, no picture of it can be used, the licence is missing, or the name is taken.
    """
    name, licence, origin = checked_name(name), plain_text(licence, 100), plain_text(origin, 300)
    if not licence:
        raise InputError("dataset.no_licence")
    if (_folder() / name).exists():
        raise InputError("dataset.exists", name=name)
    pictures: list[Picture] = []
    copies: defaultdict[str, list[str]] = defaultdict(list)
    refused: list[Refused] = []
    thumbs: dict[int, Image.Image] = {}
    with source.open() as contents:
        count = len(contents.pictures)
        shown = set(np.linspace(0, count - 1, min(count, 4 * _ON_SHEET)).round().astype(int).tolist())
        for index, candidate in enumerate(contents.pictures):
            yield Progress(index, count, "progress.checking_pictures")
            try:
                data = candidate.read()
                image = load_image(data, least_side=LEAST_SIDE)
            except InputError as error:
                refused.append(Refused(candidate.name, error.key, error.values))
                continue
            digest = hashlib.sha256(data).hexdigest()
            copies[digest].append(candidate.name)
            if len(copies[digest]) > 1:
                continue
            if index in shown:
                thumbs[len(pictures)] = _thumb(image)
            bits = np.asarray(image.convert("L").resize((17, 16), Image.Resampling.BOX))
            pictures.append(
                Picture(
                    index, candidate.name, digest, bits, image.size, len(data), candidate.labels, candidate.part,
                    candidate.facts,
                )
            )  # fmt: skip
    if not pictures:
        raise InputError("dataset.nothing_usable")
    yield Progress(count, count, "progress.checking_pictures")
    group = _groups(pictures)
    report = Report.of(pictures, group, refused, copies, contents.rows_without_picture, licence, origin)
    chosen = _for_sheet(pictures, thumbs)
    return Draft(name, source, pictures, group, report, _sheet(pictures, chosen), licence, origin, chosen)


def relabelled(draft: Draft, index: int, label: str) -> Draft:
    """Return a draft with the label of one picture changed, in the same column.

    Args:
        index: of the picture in `Draft.pictures`.
        label: the correct label; empty for none.
    """
    picture = draft.pictures[index]
    columns = [*(column for column, text in picture.labels.items() if text), *draft.report.classes, "label"]
    pictures = list(draft.pictures)
    pictures[index] = replace(picture, labels={**picture.labels, columns[0]: plain_text(label)})
    was = draft.report
    copies = {str(number): names for number, names in enumerate(was.copies)}
    report = Report.of(
        pictures, draft.group, was.refused, copies, was.rows_without_picture, draft.licence, draft.origin
    )
    return replace(draft, pictures=pictures, report=report, sheet=_sheet(pictures, draft.thumbs))


def _groups(pictures: Sequence[Picture]) -> list[int]:
    from deepart.training.catalogue import near_duplicates

    return near_duplicates([picture.bits for picture in pictures])


def _thumb(image: Image.Image) -> Image.Image:
    thumb = image.copy()
    thumb.thumbnail((_THUMB, _THUMB), Image.Resampling.LANCZOS)
    return thumb


def _shown_label(picture: Picture) -> str:
    return next(iter(picture.labels.values()), "").replace(SEPARATOR, ", ")


def _for_sheet(pictures: Sequence[Picture], thumbs: Mapping[int, Image.Image]) -> dict[int, Image.Image]:
    """Return some pictures in the order of a sheet, with as many of each label as fit."""
    of_label: defaultdict[str, list[int]] = defaultdict(list)
    for index in thumbs:
        of_label[next(iter(pictures[index].labels.values()), "")].append(index)
    turns = max(map(len, of_label.values()))
    order = [indices[turn] for turn in range(turns) for indices in of_label.values() if turn < len(indices)]
    chosen = sorted(order[:_ON_SHEET], key=lambda index: (next(iter(pictures[index].labels.values()), ""), index))
    return {index: thumbs[index] for index in chosen}


def _sheet(pictures: Sequence[Picture], thumbs: Mapping[int, Image.Image]) -> Image.Image:
    return contact_sheet([Cell(thumb, _shown_label(pictures[index])) for index, thumb in thumbs.items()])


# --- storing -------------------------------------------------------------------------------------


def store(draft: Draft, choices: Choices = Choices()) -> Generator[Progress, None, DataSet]:
    """Store a checked data set.

    Raises:
        InputError: no picture is left after the choices, the source has changed, the disk is full, the name is taken,
            or a label to fill in is missing.
    """
    features = None
    if "regress" in (choices.missing, choices.years):
        features = yield from _features(draft)
    kept = choose(draft, choices, features)
    if not kept:
        raise InputError("dataset.nothing_usable")
    parent = _folder()
    parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(parent)
    if shutil.disk_usage(parent).free < 1.2 * sum(picture.num_bytes for picture, _, _ in kept):
        raise InputError("dataset.disk_full")
    target = parent / draft.name
    if target.exists():
        raise InputError("dataset.exists", name=draft.name)
    with new_folder(target) as folder, draft.source.open() as contents:
        (folder / "pictures").mkdir()
        paths = []
        for number, (picture, _, _) in enumerate(kept):
            yield Progress(number, len(kept), "progress.storing_pictures")
            data = contents.pictures[picture.index].read() if picture.index < len(contents.pictures) else b""
            if hashlib.sha256(data).hexdigest() != picture.sha256:
                raise InputError("dataset.changed")
            path = f"pictures/{picture.sha256[:24]}{_SUFFIXES.get(data[:2], '.tif')}"
            (folder / path).write_bytes(data)
            if mask := contents.pictures[picture.index].mask:
                save_png(load_image(mask()), folder / "masks" / f"{picture.sha256[:24]}.png")
            paths.append(path)
        _write_catalogue(folder / CATALOGUE, paths, kept)
        datasheet = _datasheet(draft, choices, kept)
        (folder / DATASHEET).write_text(json.dumps(datasheet, indent=1, ensure_ascii=False), "utf-8")
        draft.sheet.save(folder / SHEET, quality=88)
        stored = draft.report.as_json() | {
            "stored": len(kept),
            "parts": Counter(part for _, _, part in kept),
            "classes": _classes(labels for _, labels, _ in kept),
        }
        stored["filled"] = _filled(kept, draft)
        stored["guards"] = guards(stored["classes"], len(kept), stored["sizes"]["median"])
        (folder / REPORT).write_text(json.dumps(stored, indent=1, ensure_ascii=False), "utf-8")
    yield Progress(len(kept), len(kept), "progress.storing_pictures")
    return DataSet(draft.name, target)


def choose(
    draft: Draft, choices: Choices, features: Tensor | None = None
) -> list[tuple[Picture, dict[str, str], Part]]:
    """Return the pictures to store, each with its labels and its split, according to `choices`.

    Args:
        features: features of each picture, (N, D); without them "regress" fills in nothing.

    Raises:
        InputError: a label to fill in is missing.
    """
    columns = [column for column in COLUMNS if any(picture.labels.get(column) for picture in draft.pictures)]
    labels: list[dict[str, str]] = [
        {column: picture.labels.get(column, "") for column in columns} for picture in draft.pictures
    ]
    dropped, guessed = set(), set()
    for column in columns:
        given = [found[column] for found in labels]
        filled = filled_labels(given, choices.missing, features)
        if choices.missing == "fill":
            usual = plain_text(choices.fill.get(column, ""))
            if not usual and not all(given):
                raise InputError("dataset.nothing_to_fill_in")
            filled = [label or usual for label in given]
        for index, label in enumerate(filled):
            if not given[index]:
                labels[index][column] = label
                (guessed if choices.missing in ("mode", "regress") else dropped).add(index)
    if choices.missing != "drop":
        dropped.clear()
    pictures, years = list(draft.pictures), _years(draft.pictures)
    if any(years):
        artists = [picture.labels.get("artist", "") for picture in pictures]
        for index, year in enumerate(filled_numbers(years, choices.years, artists, features)):
            if years[index] is None and year is not None:
                pictures[index] = replace(pictures[index], facts={**pictures[index].facts, "year": str(round(year))})
                guessed.add(index)
            elif year is None and choices.years == "drop":
                dropped.add(index)
    parts = _parts(draft, [{} if index in dropped else found for index, found in enumerate(labels)])
    parts = [
        "train" if index in guessed and not draft.pictures[index].part else part for index, part in enumerate(parts)
    ]
    best: Counter[int] = Counter()
    for same, part in zip(draft.group, parts):
        best[same] = max(best[same], _RANK[part])
    kept, seen = [], set()
    for index, (picture, found, part) in enumerate(zip(pictures, labels, parts)):
        same = draft.group[index]
        if index in dropped:
            continue
        if _RANK[part] < best[same] and choices.leaks == "drop":
            continue
        if (same, part) in seen and choices.near_duplicates == "drop":
            continue
        seen.add((same, part))
        kept.append((picture, found, part))
    return kept


def _years(pictures: Sequence[Picture]) -> list[int | None]:
    return [year_of(picture.facts.get("year", "")) for picture in pictures]


def _filled(kept: Sequence[tuple[Picture, dict[str, str], Part]], draft: Draft) -> dict[str, int]:
    """Return the number of filled values for each column and "year"."""
    before = {picture.index: picture for picture in draft.pictures}
    found: Counter[str] = Counter()
    for picture, labels, _ in kept:
        found.update(column for column, label in labels.items() if label and not picture.labels.get(column))
        found["year"] += picture.facts.get("year") != before[picture.index].facts.get("year")
    return {column: count for column, count in found.items() if count}


def _features(draft: Draft) -> Generator[Progress, None, Tensor]:
    """Return the live classifier's features of each picture, (N, D)."""
    from deepart.tasks.classify.classify import ArtworkClassifier

    engine, seen = ArtworkClassifier(), []
    with draft.source.open() as contents:
        for number, picture in enumerate(draft.pictures):
            yield Progress(number, len(draft.pictures), "progress.evaluating")
            image = load_image(contents.pictures[picture.index].read())
            seen.append(engine.describe([image], thorough=False)[:, 0])
    return torch.cat(seen)


def _parts(draft: Draft, labels: Sequence[Mapping[str, str]]) -> list[Part]:
    """Return the split of each picture: the source's, or else one by hash within each label.

    Near-duplicates get the same split unless the source says otherwise.
    """
    parts: list[Part] = [picture.part for picture in draft.pictures]
    wanted = [(part, share) for part, share in _SHARES if part not in parts]
    if wanted:
        from_parts = {"", "train"} if any(parts) else {""}
        of_label: defaultdict[str, list[int]] = defaultdict(list)
        for index, found in enumerate(labels):
            if parts[index] in from_parts and draft.group[index] == index:
                of_label[next((label for label in found.values() if label), "")].append(index)
        for indices in of_label.values():
            indices.sort(key=lambda index: draft.pictures[index].sha256)
            start = 0
            for part, share in wanted:
                count = max(1, round(share * len(indices))) if len(indices) >= _FEWEST_TO_SPLIT else 0
                for index in indices[start : start + count]:
                    parts[index] = part
                start += count
        for index, first in enumerate(draft.group):
            if parts[index] in from_parts:
                parts[index] = parts[first] if draft.pictures[first].part in from_parts else "train"
    return [part or "train" for part in parts]


def _classes(labels: Iterable[Mapping[str, str]]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for found in labels:
        for column, text in found.items():
            counts.setdefault(column, Counter()).update(label for label in text.split(SEPARATOR) if label)
    return {column: dict(sorted(counted.items())) for column, counted in counts.items() if counted}


def _write_catalogue(file: Path, paths: Sequence[str], kept: Sequence[tuple[Picture, dict[str, str], Part]]) -> None:
    with open(file, "w", newline="", encoding="utf-8") as lines:
        table = csv.DictWriter(lines, ["path", *COLUMNS, "title", "year", "shape", "part", "sha256"], restval="")
        table.writeheader()
        for path, (picture, labels, part) in zip(paths, kept):
            facts = {name: picture.facts.get(name, "") for name in ("title", "year")}
            table.writerow({"path": path, **labels, **facts, "shape": "native", "part": part, "sha256": picture.sha256})


def _datasheet(draft: Draft, choices: Choices, kept: Sequence[tuple[Picture, dict[str, str], Part]]) -> dict:
    return {
        "data_set": draft.name,
        "licence": draft.licence,
        "source": draft.origin,
        "made": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "choices": {
            "missing": choices.missing,
            "years": choices.years,
            "near_duplicates": choices.near_duplicates,
            "leaks": choices.leaks,
        },
        "pictures": [
            {
                "sha256": picture.sha256,
                "name": picture.name,
                "part": part,
                "licence": picture.facts.get("licence", draft.licence),
                "source": picture.facts.get("source", draft.origin),
            }
            for picture, _, part in kept
        ],
    }


# --- those that are there ------------------------------------------------------------------------


def _folder() -> Path:
    return admin_folder() / "datasets"


def data_sets() -> list[DataSet]:
    """Return every stored data set, by name."""
    found = sorted(_folder().glob(f"[!.]*/{CATALOGUE}"))
    return [DataSet(file.parent.name, file.parent) for file in found]


def find_data_set(name: str) -> DataSet:
    """Return a stored data set.

    Raises:
        InputError: there is no data set with that name.
    """
    folder = _folder() / checked_name(name)
    if not (folder / CATALOGUE).is_file():
        raise InputError("dataset.unknown")
    return DataSet(name, folder)
