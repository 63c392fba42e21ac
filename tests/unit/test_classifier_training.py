"""The classifier is trained on what is labelled, and measured honestly."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from deepart.models.classifier import ArtClassifier, ArtClassifierConfig
from deepart.tasks.classify.classify import ArtworkClassifier
from deepart.training.catalogue import ANOTHER_ARTIST, Painting, is_training_photo
from deepart.training.classify.classifier import (
    ClassifierTraining,
    freeze,
    label_shares,
    nothing,
    parameter_groups,
    relative_crop,
    targets,
)
from deepart.training.classify.evaluation import save_report, score_heads, separation, summary
from deepart.training.loop import BatchSpec, FitConfig, Stage, fit

LABELS = (("style", ("Cubism", "Rococo")), ("artist", ("anna", ANOTHER_ARTIST)), ("genre", ("landscape", "portrait")))


@pytest.fixture
def network() -> ArtClassifier:
    torch.manual_seed(0)
    return ArtClassifier(ArtClassifierConfig(LABELS, "test_efficientnet", depths=(2, 3), sides=(64,), dropout=0.0))


def painting(style: str = "", artist: str = "", genre: str = "") -> Painting:
    return Painting(Path("x.jpg"), artist, style, genre, "", "")


def striped(vertical: bool, rng: np.random.Generator) -> np.ndarray:
    """A picture of stripes, the only thing that tells the two styles of these tests apart."""
    ramp = (np.arange(72) // 6 % 2 * 120 + rng.integers(0, 100)).astype(np.uint8)
    picture = np.broadcast_to(ramp[:, None], (72, 72))
    return np.stack([picture.T if vertical else picture] * 3, axis=2)


def test_it_learns_what_it_is_told_apart_from_nothing(network, tmp_path):
    rng = np.random.default_rng(0)
    pictures = [striped(bool(i % 2), rng) for i in range(16)]
    paintings = [painting(("Cubism", "Rococo")[i % 2]) for i in range(16)]
    photos = [rng.integers(0, 255, (72, 72, 3)).astype(np.uint8)]
    task = ClassifierTraining(network, paintings, pictures, photos, mix=0.0, label_smoothing=0.0)
    told = []
    config = FitConfig(0.2, (Stage(64, 16),), learning_rate=5e-3, warmup_steps=5, ema_decay=0.8, bf16=False)
    fit(
        task,
        config,
        tmp_path / "state.pt",
        on_step=told.append,
        should_stop=lambda: len(told) >= 25,
        groups=parameter_groups(network, 0.01),
    )
    first, last = told[0].losses, told[-1].losses
    assert last["style"] < 0.6 * first["style"]
    assert last["genre"] == 0  # nobody has said one
    assert last["artwork"] < first["artwork"]


def test_one_vs_rest_asks_yes_or_no_of_each_label_that_is_known(network):
    answers = dataclasses.replace(network.config, independent=("style",))
    rng = np.random.default_rng(0)
    task = ClassifierTraining(ArtClassifier(answers), [painting("Cubism")], [striped(True, rng)], [striped(True, rng)])
    z = torch.tensor([[2.0, -1.0], [0.0, 3.0], [5.0, 5.0]])
    fresh = ArtClassifier(dataclasses.replace(answers, labels=(("style", tuple("abcde")),)))
    assert fresh.heads["style"].bias.sigmoid().tolist() == pytest.approx([0.2] * 5)
    loss, weight = task._head_loss("style", z, torch.tensor([0, 1, -100]))
    assert loss.tolist() == pytest.approx([(0.1269 + 0.3133) / 2, (0.6931 + 0.0486) / 2, 0], abs=1e-4)
    assert weight.tolist() == [1, 1, 0]


def test_unknown_artists_are_another_artist_and_missing_labels_do_not_count(network):
    found = targets(network, [painting("Rococo", "anna"), painting("Dada", "berta", "portrait")])
    assert found == {"style": [1, -100], "artist": [0, 1], "genre": [-100, 1]}


@pytest.mark.parametrize("balance", ["none", "weights", "resampling", "logit-adjustment"])
def test_every_balance_gives_a_finite_loss_and_rare_labels_their_due(network, balance):
    rng = np.random.default_rng(0)
    paintings = [painting("Cubism")] * 15 + [painting("Rococo")]
    task = ClassifierTraining(network, paintings, [striped(True, rng)] * 16, [striped(False, rng)], balance=balance)
    spec = BatchSpec(Stage(64, 8), 0)
    assert torch.isfinite(task.losses(task.draw(spec), spec)["total"])
    if balance == "resampling":
        drawn = [task._painting(number) for number in range(320)]
        assert drawn.count(15) > 40  # one in sixteen would be 20


def test_shares_add_up_and_leave_out_what_is_missing():
    assert label_shares([0, 0, 0, 1, -100], 2).tolist() == [0.75, 0.25]


def test_frozen_parts_stay_as_they_are(network):
    freeze(network)
    assert not network.backbone.conv_stem.weight.requires_grad
    assert network.heads["style"].weight.requires_grad
    trained = {id(p) for group in parameter_groups(network, 0.1) for p in group["params"]}
    assert trained == {id(p) for p in network.parameters() if p.requires_grad}


def test_crops_are_squares_of_any_picture():
    rng = np.random.default_rng(0)
    for shape in ((1, 300, 3), (300, 7, 3), (64, 64, 3)):
        crop = relative_crop(rng.integers(0, 255, shape).astype(np.uint8), 32, rng)
        assert crop.shape == (3, 32, 32) and crop.min() >= 0 and crop.max() <= 1


def test_nothing_is_drawn_in_every_kind():
    rng = np.random.default_rng(0)
    pictures = [nothing(32, rng) for _ in range(40)]
    assert all(picture.shape == (32, 32, 3) and picture.dtype == np.uint8 for picture in pictures)
    assert len({int(picture.std()) for picture in pictures}) > 5


def test_photos_are_shared_out_the_same_on_every_machine():
    halves = [is_training_photo(Path(f"photos/{i}.jpg")) for i in range(200)]
    assert halves == [is_training_photo(Path(f"elsewhere/{i}.jpg")) for i in range(200)]
    assert 70 < sum(halves) < 130


def test_separation_counts_pairs_in_the_right_order():
    assert separation(torch.tensor([3.0, 4.0]), torch.tensor([1.0, 2.0])) == 1
    assert separation(torch.tensor([1.0, 3.0]), torch.tensor([2.0])) == pytest.approx(0.5)
    # Scores far outside [0, 1] keep their order.
    assert separation(torch.tensor([200.0, 300.0]), torch.tensor([100.0, 250.0])) == pytest.approx(0.75)


def test_the_report_says_how_often_each_answer_is_right(network, tmp_path, monkeypatch):
    engine = ArtworkClassifier(network=network.eval())
    p = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7]])
    answers = {head: p for head in ("style", "artist", "genre")} | {"artwork": torch.ones(4)}
    monkeypatch.setattr(ArtworkClassifier, "probabilities", lambda self, features: answers)
    paintings = [painting("Cubism", "anna"), painting("Rococo", "anna"), painting("Rococo", "x"), painting("Rococo")]
    style, artist = score_heads(engine, torch.zeros(4, 2, 3), paintings)
    assert style.head == "style" and style.accuracy == 0.75
    assert style.confusion == ((1, 0), (1, 2))
    assert style.labels[1].recall == pytest.approx(2 / 3) and style.labels[1].precision == 1
    assert artist.works == 2  # "another artist" is nobody's name
    save_report(tmp_path, [style, artist], {"flag": 0.5}, network.labels)
    assert json.loads((tmp_path / "report.json").read_text())["heads"][0]["accuracy"] == 0.75
    assert (tmp_path / "confusion-style.csv").read_text().splitlines()[2] == "Rococo,1,2"
    assert (tmp_path / "confusion-style.png").exists()
    assert "75.0" in summary([style, artist], {"flag": 0.5})
