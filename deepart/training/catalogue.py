"""Labelled paintings: read a catalogue, find near-duplicates, and split it so that test paintings are never seen."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from deepart.errors import InputError
from deepart.tasks.classify.classify import ANOTHER_ARTIST

Part = Literal["train", "calibration", "test", "stranger"]
"""The split of a painting; a stranger is by an artist that training never sees."""

FEWEST_WORKS = 20
"""Artists with fewer artworks than this share one label: there are too few to learn from and to measure on."""

_SHARES: tuple[tuple[Part, float], ...] = (("test", 0.12), ("calibration", 0.08))
_ALIKE = 50
"""Bits of 256 in which the hashes of two scans of one painting may differ; unrelated ones differ in 56 or more."""


@dataclass(frozen=True, slots=True)
class Painting:
    """One row of the catalogue; an empty string where nothing is known."""

    path: Path
    artist: str
    style: str
    genre: str
    title: str
    year: str
    shape: str = ""
    """"squashed" where the file has other proportions than the painting."""


def read_catalogue(folder: Path) -> list[Painting]:
    """Read `folder`/paintings.csv: columns path (from `folder`), artist, style, genre, title, year, shape if known.

    Raises:
        InputError: there is no such file, or it lacks a column.
    """
    file = Path(folder) / "paintings.csv"
    if not file.is_file():
        raise InputError("training.no_catalogue")
    with open(file, newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    columns = ("artist", "style", "genre", "title", "year")
    if not rows or not {"path", *columns} <= set(rows[0]):
        raise InputError("training.no_catalogue")
    return [
        Painting(
            Path(folder) / row["path"],
            *("" if row[name] == "none" else row[name] for name in columns),
            shape=row.get("shape") or "",
        )
        for row in rows
    ]


def read_sharp(folder: Path, catalogue: Sequence[Painting]) -> list[Painting]:
    """Read `folder`/paintings_hr.csv (columns path, title), if there is one: paintings of high resolution.

    Each is by the artist that its folder names, and of the style of most artworks of that artist in `catalogue`.
    """
    file = Path(folder) / "paintings_hr.csv"
    if not file.is_file():
        return []
    styles = defaultdict(Counter)
    for painting in catalogue:
        styles[painting.artist][painting.style] += 1
    with open(file, newline="", encoding="utf-8") as lines:
        rows = [(Path(folder) / row["path"], row["title"]) for row in csv.DictReader(lines)]
    usual = {artist: counted.most_common(1)[0][0] for artist, counted in styles.items()}
    return [
        Painting(path, path.parent.name, usual.get(path.parent.name, ""), "", title, "", "native")
        for path, title in rows
    ]


def known_artists(paintings: Iterable[Painting], fewest: int = FEWEST_WORKS) -> tuple[str, ...]:
    """Return the artists with at least `fewest` artworks, sorted."""
    works = Counter(painting.artist for painting in paintings)
    return tuple(sorted(artist for artist, count in works.items() if count >= fewest))


def labels_of(paintings: Sequence[Painting]) -> dict[str, tuple[str, ...]]:
    """Return the labels of each head: every style, every known artist and "another artist", every genre."""
    return {
        "style": tuple(sorted({painting.style for painting in paintings} - {""})),
        "artist": (*known_artists(paintings), ANOTHER_ARTIST),
        "genre": tuple(sorted({painting.genre for painting in paintings} - {""})),
    }


def split(paintings: Sequence[Painting], pictures: Sequence[np.ndarray]) -> list[Part]:
    """Return the split of each painting, the same on every machine.

    Each artist's artworks are shared out by the hashes of their paths, near-duplicates together.  Every second
    artist with few artworks is a stranger, with all artworks; those of the others are "another artist".

    Args:
        paintings: the rows of the catalogue.
        pictures: their pictures in the same order, (H, W, 3) uint8 RGB.
    """
    known = set(known_artists(paintings))
    group = near_duplicates(pictures)
    order = [_hash("/".join(painting.path.parts[-2:])) for painting in paintings]
    works = defaultdict(list)
    for index, painting in enumerate(paintings):
        works[painting.artist].append(index)
    parts: list[Part] = ["train"] * len(paintings)
    for artist, indices in works.items():
        if artist not in known and _hash(artist) % 2:
            for index in indices:
                parts[index] = "stranger"
            continue
        waiting = sorted(indices, key=lambda index: (order[group[index]], index))
        for part, share in _SHARES:
            wanted = round(share * len(indices))
            while waiting and wanted > 0:
                together = [index for index in waiting if group[index] == group[waiting[0]]]
                for index in together:
                    parts[index] = part
                waiting = waiting[len(together) :]
                wanted -= len(together)
    _keep_duplicates_together(parts, group)
    return parts


def _keep_duplicates_together(parts: list[Part], group: Sequence[int]) -> None:
    """Give a painting that two artists are named for the part of its first scan, strangers excepted."""
    for index, first in enumerate(group):
        if parts[index] != "stranger" and parts[first] != "stranger":
            parts[index] = parts[first]


def is_training_photo(path: Path) -> bool:
    """Return whether a photo is a training example of "no artwork"; the others are for testing."""
    return hashlib.sha256(path.name.encode()).digest()[0] % 2 == 1


def near_duplicates(pictures: Sequence[np.ndarray]) -> list[int]:
    """Return for each picture the index of its first near-duplicate, itself if it is the first.

    Compares where pictures get brighter from left to right, at 16 x 16 places.
    """
    signs = np.stack([_difference_hash(picture) for picture in pictures]).astype(np.float32)  # (N, 256), +1 or -1
    first = list(range(len(pictures)))
    for start in range(0, len(pictures), 1024):
        differing = (signs.shape[1] - signs[start : start + 1024] @ signs.T) / 2
        for row, column in zip(*np.nonzero(differing <= _ALIKE)):
            if column < start + row:
                first[start + row] = min(first[start + row], first[column])
    return first


def _difference_hash(picture: np.ndarray) -> np.ndarray:
    small = Image.fromarray(picture).convert("L").resize((17, 16), Image.Resampling.BOX)
    values = np.asarray(small, np.int16)
    return np.where(values[:, 1:] > values[:, :-1], 1, -1).ravel()


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
