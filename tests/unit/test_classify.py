"""Classifying with the bundled weights: what is answered, how surely, and when nothing is known."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFilter, ImageOps

import deepart
from deepart.errors import InputError, WeightsError
from deepart.images import load_image, png_bytes
from deepart.tasks.classify.classify import ANOTHER_ARTIST, ArtworkClassifier, Classification
from photos import photo
from unit.test_classifier import TINY, tiny_classifier


@pytest.fixture(scope="module")
def engine() -> ArtworkClassifier:
    return ArtworkClassifier()


def oils(width: int = 320, height: int = 240, seed: int = 0) -> Image.Image:
    """Something like a landscape in oils: sky over a field, in thousands of short strokes."""
    rng = np.random.default_rng(seed)
    picture = Image.new("RGB", (width, height), (150, 170, 190))
    draw = ImageDraw.Draw(picture)
    for _ in range(3000):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        base = (110, 150, 200) if y < 0.45 * height else (140, 130, 60)
        colour = tuple(int(value) for value in np.clip(base + rng.normal(0, 35, 3), 0, 255))
        angle = rng.normal(0.2, 0.4)
        end = (x + 14 * np.cos(angle), y + 14 * np.sin(angle))
        draw.line((x, y, *end), fill=colour, width=3)
    return picture.filter(ImageFilter.SMOOTH)


def screenshot() -> Image.Image:
    """A window with a title, a column of buttons and lines of text."""
    picture = Image.new("RGB", (640, 400), (245, 245, 245))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 640, 40), fill=(40, 80, 160))
    draw.rectangle((0, 40, 140, 400), fill=(225, 228, 232))
    for row in range(10):
        draw.rectangle((12, 60 + 30 * row, 120, 82 + 30 * row), fill="white", outline=(180, 180, 180))
        draw.text((20, 64 + 30 * row), f"Menu {row}", fill="black")
    for row in range(18):
        draw.text((160, 60 + 18 * row), "The quick brown fox jumps over the lazy dog. " * 2, fill=(30, 30, 30))
    return picture


def noise() -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (200, 240, 3), dtype=np.uint8))


def assert_like(found: Classification, expected: Classification, tolerance: float) -> None:
    assert found.known == expected.known
    for head, answers in expected.answers.items():
        probabilities = {answer.label: answer.probability for answer in found.answers[head]}
        assert {answer.label: answer.probability for answer in answers} == pytest.approx(probabilities, abs=tolerance)


# --- what is answered ----------------------------------------------------------------------------


def test_every_label_has_a_probability_and_the_most_probable_comes_first(engine: ArtworkClassifier) -> None:
    found = engine(oils())
    assert list(found.answers) == ["style", "artist", "genre"]
    assert (len(found.style), len(found.artist), len(found.genre)) == (17, 138, 9)
    for answers in found.answers.values():
        probabilities = [answer.probability for answer in answers]
        assert sum(probabilities) == pytest.approx(1, abs=1e-4) and min(probabilities) >= 0
        assert probabilities == sorted(probabilities, reverse=True)
        assert len({answer.label for answer in answers}) == len(answers)
    assert ANOTHER_ARTIST in {answer.label for answer in found.artist}


def test_the_set_holds_the_most_probable_labels(engine: ArtworkClassifier) -> None:
    for picture in (oils(), photo("coffee", 128), noise()):
        found = engine(picture)
        for head, labels in found.sets.items():
            assert labels == tuple(answer.label for answer in found.answers[head][: len(labels)])
            assert labels
        assert found.style_set == found.sets["style"]


def test_the_record_as_json(engine: ArtworkClassifier) -> None:
    found = engine(oils())
    record = found.as_json()
    assert {head: len(record[head]) for head in found.answers} == {"style": 5, "artist": 5, "genre": 5}
    first = record["style"][0]
    assert set(first) == {"label", "probability"} and first["label"] == found.style[0].label
    assert first["probability"] == pytest.approx(found.style[0].probability, abs=1e-4)
    assert type(record["known"]) is bool and record["style_set"] == list(found.style_set)
    assert len(found.as_json(most=8)["genre"]) == 8


def test_the_function_takes_files_bytes_and_pictures(engine: ArtworkClassifier, tmp_path) -> None:
    path = tmp_path / "oils.png"
    path.write_bytes(png_bytes(oils()))
    expected = engine(oils())
    for source in (path, str(path), path.read_bytes(), oils()):
        assert_like(deepart.classify(source), expected, 1e-5)


# --- pictures of every kind ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "picture",
    [
        oils(32, 32),
        oils(300, 1),
        oils(1, 1),
        oils(4000, 40),
        oils().convert("L"),
        oils().convert("RGBA"),
        oils().convert("P"),
    ],
    ids=["tiny", "one pixel high", "one pixel", "very wide", "grey", "with alpha", "with a palette"],
)
def test_a_picture_of_any_shape_and_kind_is_answered(picture: Image.Image, engine: ArtworkClassifier) -> None:
    found = engine(picture)
    assert sum(answer.probability for answer in found.style) == pytest.approx(1, abs=1e-4)
    assert np.isfinite(found.artwork) and 0 <= found.artwork <= 1


def test_transparency_is_seen_on_white(engine: ArtworkClassifier) -> None:
    cut = oils().convert("RGBA")
    cut.paste((255, 0, 0, 0), (0, 0, 160, 240))
    assert_like(deepart.classify(png_bytes(cut)), engine(load_image(cut)), 1e-5)


@pytest.mark.parametrize(
    ("source", "key"),
    [(oils(300, 1), "picture.too_small"), (b"hello", "picture.not_an_image"), ("none.png", "picture.missing")],
)
def test_what_is_no_proper_picture_is_refused_with_a_sentence(source: object, key: str) -> None:
    with pytest.raises(InputError) as caught:
        deepart.classify(source)
    assert caught.value.key == key


def test_a_mirrored_picture_gets_the_same_answer(engine: ArtworkClassifier) -> None:
    for picture in (oils(), photo("chelsea", 256)):  # squared, so that stretching is the same too
        assert_like(engine(ImageOps.mirror(picture)), engine(picture), 0.01)


def test_many_together_are_answered_as_one_by_one(engine: ArtworkClassifier) -> None:
    pictures = [oils(seed=1), photo("rocket", 96), oils(64, 200, seed=2), screenshot()]
    together = list(engine.many(iter(pictures)))
    assert len(together) == len(pictures)
    for found, picture in zip(together, pictures):
        assert_like(found, engine(picture), 1e-3)
    assert list(engine.many([])) == []


def test_there_may_be_more_than_fit_into_one_batch() -> None:
    engine = ArtworkClassifier("classify/own-v1", tiny_classifier())
    pictures = [Image.new("RGB", (40, 40), (0, 12 * number, 0)) for number in range(20)]
    for found, picture in zip(engine.many(pictures), pictures, strict=True):
        assert_like(found, engine(picture), 1e-3)


def test_a_look_is_answered_as_the_picture_is(engine: ArtworkClassifier) -> None:
    assert_like(engine.answer(engine.encode(oils())), engine(oils()), 1e-3)


# --- what is not known ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "picture",
    [
        Image.new("RGB", (400, 300), "white"),
        Image.new("RGB", (400, 300), "black"),
        Image.new("RGB", (300, 40), (180, 40, 40)),
        noise(),
        screenshot(),
        photo("coffee", 400),
        photo("astronaut", 400),
    ],
    ids=["blank page", "black", "one colour", "noise", "screenshot", "photo of a cup", "photo of a person"],
)
def test_what_is_no_painting_is_not_known(picture: Image.Image, engine: ArtworkClassifier) -> None:
    found = engine(picture)
    assert not found.known
    assert found.as_json()["known"] is False


@pytest.mark.parametrize(("logit", "known"), [(0.8, False), (0.9, True)])  # probabilities 0.69 and 0.71
def test_what_reaches_the_threshold_is_known(logit: float, known: bool) -> None:
    network = tiny_classifier(dataclasses.replace(TINY, least_artwork=0.7))
    torch.nn.init.zeros_(network.artwork.weight)
    torch.nn.init.constant_(network.artwork.bias, logit)
    assert ArtworkClassifier("classify/own-v1", network)(noise()).known is known


# --- checkpoints and networks --------------------------------------------------------------------


def test_a_checkpoint_that_does_not_classify_is_refused() -> None:
    with pytest.raises(InputError, match="choose one of: classify/lite0"):
        deepart.classify(oils(), checkpoint="classify/index-wikiart-v1")
    with pytest.raises(WeightsError, match="no checkpoint with that name"):
        deepart.classify(oils(), checkpoint="classify/nothing-v1")


def test_a_network_that_has_just_been_trained_can_be_asked() -> None:
    found = ArtworkClassifier("classify/own-v1", tiny_classifier())(oils())
    assert len(found.style) == 3 and found.checkpoint == "classify/own-v1"
    assert found.genre == () and found.style_set == ()  # no such head; not calibrated


def test_probabilities_are_of_the_mean_logits_over_the_temperature() -> None:
    network = tiny_classifier()
    features = torch.randn(2, 2, network.norm.num_features, generator=torch.Generator().manual_seed(0))
    hot = tiny_classifier(dataclasses.replace(network.config, temperatures=(("style", 4.0),)))
    plain = ArtworkClassifier("x", network).probabilities(features)
    cooled = ArtworkClassifier("x", hot).probabilities(features)
    torch.testing.assert_close(cooled["style"], (plain["style"].log() / 4).softmax(1))
    torch.testing.assert_close(cooled["artist"], plain["artist"])
    mirrored = ArtworkClassifier("x", network).probabilities(features.flip(1))
    torch.testing.assert_close(mirrored["style"], plain["style"])
