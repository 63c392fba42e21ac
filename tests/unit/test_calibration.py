"""How far the numbers of a classifier can be trusted: temperatures, sets, thresholds."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from torch import Tensor

from deepart.tasks.classify.classify import ArtworkClassifier
from deepart.tasks.hub.classifiers import open_classifier
from deepart.training.catalogue import Painting
from deepart.training.classify.calibration import best_temperature, build_index, calibrated, often_mistaken, set_level
from unit.test_classifier import TINY, tiny_classifier


def honest(count: int, seed: int, classes: int = 8) -> tuple[Tensor, Tensor]:
    """Return logits, (count, classes), and labels that are as often right as the logits say."""
    generator = torch.Generator().manual_seed(seed)
    logits = 2 * torch.randn(count, classes, generator=generator)
    return logits, torch.multinomial(logits.softmax(1), 1, generator=generator)[:, 0]


@pytest.mark.parametrize("excess", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_too_much_or_too_little_confidence(excess: float) -> None:
    logits, target = honest(4000, seed=0)
    assert best_temperature(logits * excess, target) == pytest.approx(excess, rel=0.1)


def test_answers_of_yes_or_no_have_a_temperature_too_and_no_work_votes() -> None:
    generator = torch.Generator().manual_seed(5)
    z = 3 * torch.randn(3000, 4, generator=generator)
    assert best_temperature(z, torch.bernoulli((z / 2).sigmoid(), generator=generator)) == pytest.approx(2, rel=0.1)
    network = tiny_classifier(dataclasses.replace(TINY, independent=("style",)))
    features = torch.randn(60, 2, network.norm.num_features, generator=generator)
    targets = {head: [n % len(labels) for n in range(60)] for head, labels in network.labels.items()}
    works = [Painting(Path(f"a/{i}.jpg"), "a", "Cubism", "", "", "") for i in range(60)]
    found = calibrated(network, build_index(features[:, 0], works, "classify/tiny", axes=12), features, targets)
    assert set(dict(found.config.temperatures)) == {"style", "artist"} == set(dict(found.config.set_levels))
    assert set(dict(found.config.mixture_temperatures)) == {"artist"}
    engine = ArtworkClassifier(network=found, index=build_index(features[:, 0], works, "classify/tiny", axes=12))
    with torch.no_grad():
        logits = found.answers(features.flatten(0, 1))["style"].unflatten(0, (60, 2)).mean(1)
    said = (logits / dict(found.config.temperatures)["style"]).sigmoid()
    assert torch.allclose(engine.probabilities(features)["style"].cpu(), said, atol=1e-5)


def test_a_trained_bundle_answers_with_the_works_beside_it(tmp_path: Path) -> None:
    generator = torch.Generator().manual_seed(6)
    network = tiny_classifier()
    features = torch.randn(60, 2, network.norm.num_features, generator=generator)
    targets = {head: [n % len(labels) for n in range(60)] for head, labels in network.labels.items()}
    works = [Painting(Path(f"a/{i}.jpg"), "a", "Cubism", "", "", "") for i in range(60)]
    index = build_index(features[:, 0], works, "classify/tiny", axes=12)
    found = calibrated(network, index, features, targets)
    found.save_pretrained(tmp_path / "bundle")
    alone = open_classifier(tmp_path / "bundle").probabilities(features)["style"]
    index.save_pretrained(tmp_path / "index")
    engine = open_classifier(tmp_path / "bundle")
    wanted = ArtworkClassifier(network=found, index=index).probabilities(features)["style"]
    assert torch.allclose(engine.probabilities(features)["style"], wanted, atol=1e-3)
    assert not torch.allclose(alone, wanted, atol=1e-2)


def test_labels_that_are_often_mistaken_are_named() -> None:
    target = torch.tensor([0] * 10 + [1] * 10 + [2])
    answers = torch.tensor([1, 1, 1] + [0] * 7 + [1] * 9 + [0] + [1])
    found = often_mistaken(("a", "b", "c"), torch.nn.functional.one_hot(answers, 3).float(), target)
    assert found == [("a", "b", 0.3)]  # b's one and c's one may be chance


def test_sets_hold_the_right_label_nine_times_in_ten_on_fresh_data() -> None:
    logits, target = honest(3000, seed=1)
    level = set_level(logits.softmax(1), target)
    fresh, fresh_target = honest(6000, seed=2)
    right = fresh.softmax(1)[torch.arange(6000), fresh_target]
    assert 0.88 <= float((right >= level).float().mean()) <= 0.92


def test_a_set_from_few_pictures_is_rather_too_large() -> None:
    probabilities = torch.tensor([[0.9, 0.1], [0.6, 0.4], [0.8, 0.2]])
    level = set_level(probabilities, torch.tensor([0, 1, 0]))
    assert level == pytest.approx(0.4)  # the least sure that was right: none of three is given up


def test_a_calibrated_classifier_keeps_its_ranking_and_knows_its_thresholds() -> None:
    network = tiny_classifier()
    generator = torch.Generator().manual_seed(3)
    features = torch.randn(400, 2, network.norm.num_features, generator=generator)
    with torch.no_grad():
        both = network.answers(features.flatten(0, 1))
    answers = {head: logits.unflatten(0, (400, 2)).mean(1) for head, logits in both.items()}
    too_sure = {"style": 2, "artist": 1}
    targets = {
        head: torch.multinomial((answers[head] / excess).softmax(1), 1, generator=generator)[:, 0]
        for head, excess in too_sure.items()
    }
    targets["style"][::4] = -100  # no label is known
    works = [Painting(Path(f"a/{i}.jpg"), "a", "Cubism", "", "", "") for i in range(60)]
    index = build_index(torch.randn(60, features.shape[2], generator=generator), works, "classify/tiny", axes=12)
    finished = calibrated(network, index, features, {head: t.tolist() for head, t in targets.items()}, key="classify/i")

    assert dict(finished.config.temperatures) == pytest.approx(too_sure, rel=0.3)
    assert set(dict(finished.config.mixture_temperatures)) == {"style", "artist"}
    assert set(dict(finished.config.set_levels)) == {"style", "artist"}
    assert finished.config.index == "classify/i" and 0 < finished.config.index_share < 1
    passing = (answers["artwork"][:, 0].sigmoid() >= finished.config.least_artwork).float().mean()
    assert float(passing) == pytest.approx(0.995, abs=0.003)
    assert not finished.training and network.config == TINY
    assert all(torch.equal(a, b) for a, b in zip(finished.state_dict().values(), network.state_dict().values()))


def test_the_index_knows_how_near_works_are_to_each_other() -> None:
    features = torch.randn(80, 24, generator=torch.Generator().manual_seed(4))
    works = [Painting(Path(f"a/{i}.jpg"), "an-artist", "Cubism", "", f"no {i}", "1900") for i in range(80)]
    index = build_index(features, works, "classify/lite0-wikiart-v1", axes=12)
    assert index.config.works[7] == ("no 7", "an-artist", "1900", "Cubism", "")
    typical = index.config.typical
    assert len(typical) == 101 and list(typical) == sorted(typical) and typical[0] > 0  # never a work with itself
    assert index(features[7:8], 1)[1].tolist() == [[7]]
