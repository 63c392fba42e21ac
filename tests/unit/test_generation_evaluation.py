"""Distances between sets of pictures mean what they say."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from PIL import Image

from deepart.__main__ import main
from deepart.errors import WeightsError
from deepart.tasks.classify.classify import ArtworkClassifier
from deepart.training.data import is_held_out
from deepart.training.generate import evaluation, run as run_generator
from deepart.training.generate.evaluation import (
    PooledFeatures,
    agreement,
    by_share,
    cached,
    centre_square,
    evaluate_generator,
    frechet_distance,
    grid,
    in_turn,
    kernel_distance,
    near_copies,
    near_duplicates,
    paint_all,
    painter,
    precision_recall,
    timm_features,
)
from tiny_generators import put_tiny_generator
from unit.test_classifier import TINY as CLASSIFIER, tiny_classifier
from unit.test_generator import TINY, tiny_generator


@pytest.fixture
def numbers() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_kernel_distance_is_nought_for_the_same_kind_and_large_for_another(numbers: torch.Generator) -> None:
    features = torch.randn(400, 16, generator=numbers)
    halves = kernel_distance(features[:200], features[200:])
    moved = kernel_distance(features[:200], features[200:] + 1)
    wider = kernel_distance(features[:200], 2 * features[200:])
    assert abs(halves) < 0.05 < 0.5 < min(moved, wider)


def test_kernel_distance_is_unbiased(numbers: torch.Generator) -> None:
    few = [kernel_distance(*torch.randn(2, 12, 8, generator=numbers)) for _ in range(200)]
    assert abs(np.mean(few)) < 3 * np.std(few) / len(few) ** 0.5
    assert min(few) < 0


def test_frechet_distance_of_gaussians_is_the_known_one(numbers: torch.Generator) -> None:
    x = torch.randn(20_000, 3, generator=numbers)
    scale, shift = torch.tensor([1.0, 2.0, 0.5]), torch.tensor([1.0, 0.0, -2.0])
    expected = float(shift.square().sum() + (scale - 1).square().sum())
    assert frechet_distance(x, x * scale + shift) == pytest.approx(expected, rel=0.02)
    rotation, _ = torch.linalg.qr(torch.randn(3, 3, generator=numbers))
    assert frechet_distance(x @ rotation, (x * scale + shift) @ rotation) == pytest.approx(expected, rel=0.02)
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-6)


def test_precision_falls_for_wrong_pictures_and_recall_for_missing_ones(numbers: torch.Generator) -> None:
    real = torch.randn(300, 4, generator=numbers)
    same = precision_recall(real, torch.randn(300, 4, generator=numbers))
    assert min(same) > 0.8
    timid = precision_recall(real, 0.2 * torch.randn(300, 4, generator=numbers))
    assert timid[0] > 0.9 and timid[1] < 0.4
    wrong = precision_recall(real, 20 + torch.randn(300, 4, generator=numbers))
    assert wrong == (0, 0)


def test_a_copy_is_found_among_new_pictures(numbers: torch.Generator) -> None:
    training, new = torch.randn(2, 200, 6, generator=numbers)
    new[7] = training[3] + 1e-3
    count, ratios = near_copies(training, new)
    assert ratios.argmin() == 7 and ratios[7] < 0.1
    assert 1 <= count <= 8
    assert near_copies(training, new + 9)[0] == 0


def test_features_are_made_once(tmp_path: Path) -> None:
    file, calls = tmp_path / "run" / "real.pt", []

    def make() -> torch.Tensor:
        calls.append(1)
        return torch.ones(2)

    assert torch.equal(cached(file, make), cached(file, make)) and len(calls) == 1


def test_a_painting_is_looked_at_in_its_middle() -> None:
    picture = np.zeros((50, 90, 3), np.uint8)
    picture[:, 20:70] = 255
    square = centre_square(picture)
    assert square.shape == (3, 128, 128) and square.min() > 0.95


def test_features_out_of_reach_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(evaluation.timm, "create_model", refuse)
    with pytest.raises(WeightsError, match="clip"):
        timm_features("clip")


def test_agreement_counts_what_the_classifier_says() -> None:
    engine = ArtworkClassifier(network=tiny_classifier())
    labels = CLASSIFIER.labels[0][1]
    pictures = list(torch.rand(6, 3, 32, 32, generator=torch.Generator().manual_seed(1)))
    side = CLASSIFIER.sides[0]
    big = torch.nn.functional.interpolate(torch.stack(pictures), (side, side), mode="bicubic").clamp(0, 1)
    with torch.no_grad():
        found = engine.network()(big)["style"].argmax(1).tolist()
    assert agreement(engine, "style", pictures, found, labels) == 1
    assert agreement(engine, "style", pictures, [(label + 1) % 3 for label in found], labels) == 0
    assert agreement(engine, "style", pictures, [3] * 5 + found[5:], labels) == 1  # "any" has nothing to agree with
    assert agreement(engine, "style", pictures, [3] * 6, labels) is None


def test_what_nothing_is_asked_of_comes_by_its_share() -> None:
    asked = by_share([[0, 10, 0], [30, 0, 0], [0, 0, 60]], 3, 2, 1000)
    assert {each: asked.count(each) for each in set(asked)} == {
        (0, 1): pytest.approx(100, abs=40),
        (1, 0): pytest.approx(300, abs=60),
        (2, 2): pytest.approx(600, abs=60),
    }
    assert set(by_share([], 3, 0, 200)) == {(0, 0), (1, 0), (2, 0)}
    assert in_turn(3, 2, 4) == [(0, 2), (1, 2), (2, 2), (0, 2)]


def test_pictures_that_are_like_another_are_counted(numbers: torch.Generator) -> None:
    training, painted = torch.randn(2, 200, 6, generator=numbers)
    alone = near_duplicates(training, painted)
    painted[5], painted[9] = painted[17], painted[17]
    assert alone <= 4
    assert near_duplicates(training, painted) == pytest.approx(alone + 3, abs=2)
    assert near_duplicates(training, torch.ones(40, 6)) == 40


def test_a_generator_is_measured_the_same_every_time() -> None:
    torch.manual_seed(0)
    network = timm.create_model("test_efficientnet", num_classes=0)
    features = PooledFeatures("test", network, [0.5], [0.5], side=32)
    paint, asked = painter(tiny_generator()), in_turn(3, 0, 20)
    real = features(torch.rand(12, 3, 40, 40))
    scores = [evaluate_generator(features, paint, asked, (TINY.styles, ()), real, real) for _ in range(2)]
    assert replace(scores[0], seconds=0) == replace(scores[1], seconds=0)
    assert scores[0].pictures == 20 and scores[0].features == "test" and scores[0].style_agreement is None
    pictures = paint_all(paint, asked)
    assert len({tuple(picture.flatten()[:50].tolist()) for picture in pictures}) == 20
    assert grid(pictures, columns=4).size == (256, 320)


def test_the_command_measures_against_paintings_that_were_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    put_tiny_generator(monkeypatch)
    torch.manual_seed(0)
    network = timm.create_model("test_efficientnet", num_classes=0)
    monkeypatch.setattr(run_generator, "lite_features", lambda file: PooledFeatures("test", network, [0.5], [0.5], 32))
    monkeypatch.setattr(run_generator, "imagenet_weights", lambda: None)
    left = {True: 12, False: 12}
    rows = ["path,artist,style,genre,title,year,shape"]
    for number in range(2000):
        path = Path(f"a/{number}.png")
        if left[is_held_out(path)]:
            left[is_held_out(path)] -= 1
            (tmp_path / "a").mkdir(exist_ok=True)
            Image.effect_noise((40, 40), number % 90).convert("RGB").save(tmp_path / path)
            rows.append(f"{path},a,Rococo,,,,native")
    (tmp_path / "paintings.csv").write_text("\n".join(rows))
    arguments = ["--data", str(tmp_path), "-o", str(tmp_path / "report"), "--samples", "8", "--size", "128"]
    assert main(["evaluate", "generator", *arguments]) == 0
    scores = json.loads((tmp_path / "report" / "scores.json").read_text())
    assert scores["unseen"] == 12
    for way in ("default", "styles"):
        assert scores[way]["pictures"] == 8 and 0 <= scores[way]["style_agreement"] <= 1
        assert 0 <= scores[way]["near_duplicates"] <= 8
        assert Image.open(tmp_path / "report" / f"{way}.png").size == (1024, 1024)
    assert not (tmp_path / "report" / "genres.png").exists()  # of a generator that knows none
    assert "kid_1000" in capsys.readouterr().out
    (tmp_path / "paintings.csv").write_text("\n".join(rows[:9]))
    assert main(["evaluate", "generator", *arguments]) == 2
    assert main(["evaluate", "generator", *arguments[:4], "--architecture", "dcgan"]) == 2
