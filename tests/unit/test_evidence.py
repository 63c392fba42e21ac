"""Why the classifier says what it says: heat maps, nearest works, conflicts, changes, parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from deepart.checkpoints import models
from deepart.models.feature_index import FeatureIndex, FeatureIndexConfig
from deepart.tasks.classify.classify import ANOTHER_ARTIST, Answer, ArtworkClassifier, Classification, EncodedPicture
from deepart.tasks.classify.evidence import (
    CHANGES,
    Conflict,
    Neighbour,
    changes,
    conflicts,
    grid,
    heat_map,
    nearest,
    overlay,
    patch_map,
    sureness,
)
from photos import photo
from unit.test_classifier import tiny_classifier
from unit.test_classify import oils

INDEX = "classify/tiny-index-v1"
WORKS = (
    ("one", "a-painter", "1901", "Cubism", "portrait"),
    ("two", "a-painter", "1902", "Cubism", "portrait"),
    ("three", "a-painter", "", "Cubism", ""),
    ("four", "b-painter", "1750", "Rococo", "landscape"),
    ("five", "b-painter", "1751", "Rococo", "portrait"),
)


@pytest.fixture(scope="module")
def engine() -> ArtworkClassifier:
    """A small classifier with random weights."""
    return ArtworkClassifier("classify/tiny-v1", tiny_classifier())


@pytest.fixture(scope="module")
def features() -> torch.Tensor:
    return torch.randn(len(WORKS), 16, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def index(features: torch.Tensor) -> Iterator[FeatureIndex]:
    """An index of five works, which the cache of models knows as `INDEX`."""
    config = FeatureIndexConfig(WORKS, "classify/tiny-v1", features=16, axes=4, typical=tuple(np.linspace(0, 2, 101)))
    index = FeatureIndex(config)
    index.fit(features)
    models.put(INDEX, index)
    yield index
    models.forget(INDEX)


def encoded_with(features: torch.Tensor) -> EncodedPicture:
    return EncodedPicture(Image.new("RGB", (32, 32)), [], features.expand(2, -1))


def saying(**best: tuple[str, float]) -> Classification:
    return Classification({head: (Answer(label, p), Answer("x", 1 - p)) for head, (label, p) in best.items()}, {}, True)


# --- how sure it is ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("probability", "percentile", "known", "step"),
    [
        (0.8, 79, True, "sure"),
        (0.79, 79, True, "fairly"),
        (0.99, 80, True, "fairly"),
        (0.5, 94, True, "fairly"),
        (0.49, 10, True, "unsure"),
        (0.99, 95, True, "unsure"),
        (0.99, 10, False, "unsure"),
    ],
)
def test_an_answer_counts_for_less_far_from_all_that_was_learnt(
    probability: float, percentile: float, known: bool, step: str
) -> None:
    found = replace(saying(style=("Rococo", probability)), known=known)
    work = Neighbour("", "", "", "", "", 0.3, percentile)
    assert sureness(found, "style", [work, replace(work, percentile=100)]) == step


def test_where_no_works_are_known_the_probability_says_it_alone() -> None:
    assert [sureness(saying(style=("Rococo", p)), "style") for p in (0.9, 0.6, 0.3)] == ["sure", "fairly", "unsure"]


# --- where it looked -----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(200, 150), (300, 1)])
def test_a_heat_map_goes_from_0_to_1(size: tuple[int, int], engine: ArtworkClassifier) -> None:
    heat = heat_map(engine, engine.encode(oils(*size)), "style")
    assert heat.shape == (16, 16) and heat.dtype == np.float32
    assert heat.min() >= 0 and (heat.max() == pytest.approx(1) or heat.max() == 0)


def test_it_is_of_the_most_probable_label_unless_another_is_asked_for(engine: ArtworkClassifier) -> None:
    encoded = engine.encode(photo("coffee", 128))
    with torch.no_grad():
        network = engine.network()
        best = network.labels["style"][int(network.answers(network.describe(encoded.maps))["style"].argmax())]
    maps = {label: heat_map(engine, encoded, "style", label) for label in network.labels["style"]}
    assert np.array_equal(heat_map(engine, encoded, "style"), maps[best])
    assert all(not np.array_equal(maps[best], heat) for label, heat in maps.items() if label != best)


@pytest.mark.parametrize("name", ["coffee", "rocket", "astronaut"])
@torch.no_grad()
def test_the_hottest_part_speaks_more_for_the_label_than_the_coldest(name: str, engine: ArtworkClassifier) -> None:
    network, encoded = engine.network(), engine.encode(photo(name, 128))
    with torch.enable_grad():
        heat = torch.from_numpy(heat_map(engine, encoded, "style", "Rococo"))

    def logit_without(mask: torch.Tensor) -> float:
        """Return the logit when what the network sees at these places is the picture's mean."""
        maps = []
        for map_ in encoded.maps:
            part = F.interpolate(mask[None, None].float(), map_.shape[-2:], mode="area")
            maps.append(map_ * (1 - part) + map_.mean((2, 3), keepdim=True) * part)
        return float(network.answers(network.describe(maps))["style"][0, network.labels["style"].index("Rococo")])

    order = heat.flatten().argsort(stable=True)
    hottest, coldest = torch.zeros(2, heat.numel())
    hottest[order[-64:]], coldest[order[:64]] = 1, 1
    assert logit_without(hottest.reshape(heat.shape)) < logit_without(coldest.reshape(heat.shape))


def test_an_overlay_glows_where_it_is_hot_and_greys_the_rest() -> None:
    picture = Image.new("RGB", (90, 60), (40, 90, 200))
    heat = np.zeros((8, 8), np.float32)
    heat[:, 4:] = 1
    shown = overlay(picture, heat)
    assert shown.size == picture.size and shown.mode == "RGB"
    pixels = np.asarray(shown, np.int16)
    assert np.ptp(pixels[30, 5]) == 0  # grey
    assert pixels[30, 85, 0] > 40 and np.ptp(pixels[30, 85]) > 30


# --- what is alike -------------------------------------------------------------------------------


def test_a_work_is_its_own_nearest(index: FeatureIndex, features: torch.Tensor) -> None:
    for number, work in enumerate(WORKS):
        found = nearest(encoded_with(features[number : number + 1]), 3, INDEX)
        first = found[0]
        assert (first.title, first.artist, first.year, first.style, first.genre) == work
        assert first.distance == pytest.approx(0, abs=1e-5)
        assert [other.distance for other in found] == sorted(other.distance for other in found)
        assert all(other.percentile == pytest.approx(50 * other.distance, abs=0.01) for other in found)


def test_the_bundled_index_names_works_that_can_be_searched_for() -> None:
    engine = ArtworkClassifier()
    found = nearest(engine.encode(oils()))
    assert len(found) == 5 and all(work.title and work.artist for work in found)
    assert all(0 <= work.distance <= 2 and 0 <= work.percentile <= 100 for work in found)


# --- what contradicts itself ---------------------------------------------------------------------


def test_answers_that_never_go_together_are_told(index: FeatureIndex) -> None:
    found = saying(style=("Rococo", 0.8), artist=("a-painter", 0.9), genre=("portrait", 0.9))
    assert conflicts(found, INDEX) == [Conflict(("artist", "style"), ("a-painter", "Rococo"), works=3)]
    found = saying(style=("Cubism", 0.8), artist=("a-painter", 0.9), genre=("landscape", 0.9))
    assert conflicts(found, INDEX) == [
        Conflict(("artist", "genre"), ("a-painter", "landscape"), works=2),  # of one no genre is known
        Conflict(("style", "genre"), ("Cubism", "landscape"), works=2),
    ]


@pytest.mark.parametrize(
    "found",
    [
        saying(style=("Cubism", 0.8), artist=("a-painter", 0.9), genre=("portrait", 0.9)),
        saying(style=("Rococo", 0.3), artist=("a-painter", 0.9), genre=("portrait", 0.9)),
        saying(style=("Rococo", 0.9), artist=(ANOTHER_ARTIST, 0.9)),
        saying(style=("Rococo", 0.9), artist=("nobody-known", 0.9)),
        saying(),
    ],
    ids=["they go together", "not sure of one", "another artist", "no work of theirs", "no answer"],
)
def test_no_conflict_is_made_up(found: Classification, index: FeatureIndex) -> None:
    assert conflicts(found, INDEX) == []


# --- what would change the answer ----------------------------------------------------------------


def test_changes_tell_how_the_first_two_labels_fare(engine: ArtworkClassifier) -> None:
    picture = oils(200, 150)
    first, second = engine(picture).style[:2]
    found = changes(engine, engine.encode(picture))
    assert {change.change for change in found} == {*CHANGES, "covered"}
    margins = [change.first - change.second for change in found]
    assert margins == sorted(margins)
    grey = {answer.label: answer.probability for answer in engine(picture.convert("L")).style}
    changed = next(change for change in found if change.change == "grey")
    assert changed.first == pytest.approx(grey[first.label], abs=1e-3)
    assert changed.second == pytest.approx(grey[second.label], abs=1e-3)


def test_changes_are_those_of_a_grey_picture_too(engine: ArtworkClassifier) -> None:
    """What has no colours to lose stays as it is when they are taken or made stronger."""
    picture = oils(200, 150).convert("L").convert("RGB")
    first = engine(picture).style[0].probability
    by_name = {change.change: change.first for change in changes(engine, engine.encode(picture))}
    assert by_name["grey"] == pytest.approx(first, abs=1e-3) and by_name["vivid"] == pytest.approx(first, abs=1e-3)
    assert by_name["dark"] != pytest.approx(first, abs=1e-3)


# --- parts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "across", "expected"),
    [((400, 300), 4, (3, 4)), ((300, 400), 4, (4, 3)), ((500, 500), 3, (3, 3)), ((900, 40), 4, (1, 4))],
)
def test_parts_are_about_square(size: tuple[int, int], across: int, expected: tuple[int, int]) -> None:
    assert grid(size, across) == expected


def test_each_part_is_judged_by_what_it_shows(engine: ArtworkClassifier) -> None:
    left, right = (200, 30, 30), oils(200, 300, seed=3)
    picture = Image.new("RGB", (400, 300), left)
    picture.paste(right, (200, 0))
    found = patch_map(engine, picture)
    assert (len(found.labels), {len(row) for row in found.labels}, found.head) == (3, {4}, "style")
    alone = engine(Image.new("RGB", (64, 64), left)).style[0]
    for row in found.labels:  # a part takes in half of its neighbour, and so the first column nothing of the right
        assert (row[0].label, row[0].probability) == (alone.label, pytest.approx(alone.probability, abs=1e-3))
    corner = engine(picture.crop((250, 0, 400, 150))).style[0]
    assert found.labels[0][3].label == corner.label
    assert found.labels[0][3].probability == pytest.approx(corner.probability, abs=1e-3)


def test_a_strip_one_pixel_high_has_parts_too(engine: ArtworkClassifier) -> None:
    assert [len(row) for row in patch_map(engine, oils(300, 1)).labels] == [4]
