"""The catalogue of labelled paintings: read, searched for duplicates, and split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from deepart.errors import InputError
from deepart.training.catalogue import (
    ANOTHER_ARTIST,
    FEWEST_WORKS,
    Painting,
    known_artists,
    labels_of,
    near_duplicates,
    read_catalogue,
    split,
)
from photos import photo

HEADER = "path,artist,style,genre,title,year"


def paintings(works: dict[str, int], style: str = "Cubism") -> list[Painting]:
    return [
        Painting(Path(f"data/{artist}/{number:04}.jpg"), artist, style, "portrait", f"no {number}", "1900")
        for artist, count in works.items()
        for number in range(count)
    ]


def noise(count: int, seed: int = 0) -> list[np.ndarray]:
    """Pictures that have nothing to do with each other."""
    return list(np.random.default_rng(seed).integers(0, 256, (count, 16, 17, 3), dtype=np.uint8))


@pytest.fixture(scope="module")
def collection() -> tuple[list[Painting], list[np.ndarray]]:
    """Four artists with many works, forty with few."""
    found = paintings({f"known-{i}": 100 for i in range(4)} | {f"minor-{i}": 5 for i in range(40)})
    return found, noise(len(found))


# --- reading -------------------------------------------------------------------------------------


def test_none_means_that_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "paintings.csv").write_text(f'{HEADER}\na/1.jpg,a,Cubism,none,"Bread, and fruit",\n', "utf-8")
    (painting,) = read_catalogue(tmp_path)
    assert painting == Painting(tmp_path / "a/1.jpg", "a", "Cubism", "", "Bread, and fruit", "")


@pytest.mark.parametrize("text", [None, "", HEADER, "path,artist,style,title,year\na/1.jpg,a,Cubism,x,1900\n"])
def test_a_folder_without_a_proper_catalogue_is_refused(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "paintings.csv").write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"paintings\.csv") as caught:
        read_catalogue(tmp_path)
    assert caught.value.key == "training.no_catalogue"


# --- labels --------------------------------------------------------------------------------------


def test_artists_are_told_apart_from_20_works_on() -> None:
    found = paintings({"many": FEWEST_WORKS, "few": FEWEST_WORKS - 1})
    assert known_artists(found) == ("many",)
    assert labels_of(found)["artist"] == ("many", ANOTHER_ARTIST)


def test_what_is_not_known_is_no_label() -> None:
    found = [*paintings({"a": 1}, "Rococo"), *paintings({"b": 2}, ""), *paintings({"c": 1}, "Cubism")]
    assert labels_of(found)["style"] == ("Cubism", "Rococo")


# --- near-duplicates -----------------------------------------------------------------------------


def test_two_scans_of_one_painting_are_recognised() -> None:
    original = photo("astronaut", 256)
    lighter = ImageEnhance.Brightness(original.resize((180, 200))).enhance(1.15)  # squashed, too
    pictures = [photo("coffee", 256), original, photo("rocket", 256), lighter, photo("chelsea", 256)]
    assert near_duplicates([np.asarray(picture) for picture in pictures]) == [0, 1, 2, 1, 4]


# --- splitting -----------------------------------------------------------------------------------


def test_the_split_is_the_same_wherever_and_in_whatever_order(collection: tuple[list, list]) -> None:
    found, pictures = collection
    parts = split(found, pictures)
    assert split(found, pictures) == parts
    elsewhere = [Painting(Path("D:/other") / p.path.parent.name / p.path.name, p.artist, "", "", "", "") for p in found]
    assert split(elsewhere, pictures) == parts
    turned = split(found[::-1], pictures[::-1])
    assert turned[::-1] == parts


def test_strangers_are_seen_by_nobody(collection: tuple[list, list]) -> None:
    found, pictures = collection
    uses: dict[str, set[str]] = {}
    for painting, part in zip(found, split(found, pictures)):
        uses.setdefault(painting.artist, set()).add(part)
    strangers = {artist for artist, parts in uses.items() if "stranger" in parts}
    assert all(uses[artist] == {"stranger"} for artist in strangers)
    assert strangers and not strangers & set(known_artists(found))
    others = {artist for artist in uses if artist.startswith("minor")} - strangers
    assert 8 <= len(others) <= 32  # about half of 40


def test_every_known_artist_has_about_the_same_shares(collection: tuple[list, list]) -> None:
    found, pictures = collection
    parts = split(found, pictures)
    for artist in known_artists(found):
        shares = Counter(part for painting, part in zip(found, parts) if painting.artist == artist)
        assert (shares["test"], shares["calibration"], shares["train"]) == (12, 8, 80)


def test_near_duplicates_are_on_one_side(collection: tuple[list, list]) -> None:
    found, pictures = collection
    copies = with_copies(pictures, every=7)
    parts = split(found, copies)
    pairs = [(i, i + 100) for i in range(0, 200, 7)]  # two works each of two artists, who may both be named for one
    assert all(parts[first] == parts[second] for first, second in pairs)
    assert len({parts[first] for first, _ in pairs}) == 3


def with_copies(pictures: Sequence[np.ndarray], every: int) -> list[np.ndarray]:
    """Return pictures of which every seventh of the first artists shows again a hundred works later, brighter."""
    copies = list(pictures)
    for first in range(0, 200, every):
        again = ImageEnhance.Brightness(Image.fromarray(copies[first])).enhance(0.9)
        copies[first + 100] = np.asarray(again)
    return copies
