"""One-vs-one heads vote as scikit-learn's do, backbones can be chosen, and our own has the parts that are asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from torch import nn

from deepart.errors import InputError
from deepart.models.classifier import ArtClassifier, ArtClassifierConfig, pair_votes, pairs_of
from deepart.models.own_backbone import ACTIVATIONS, OWN, OwnBackbone
from deepart.training.classify.classifier import fresh_classifier, pair_loss, parameter_groups
from deepart.training.classify.label_training import (
    LabelTraining,
    label_targets,
    measure_labels,
    measure_norm,
    stretched,
    with_heads,
)
from deepart.training.loop import FitConfig, Stage, fit

LABELS = {"style": ("Blue", "Green", "Red")}


class Work:
    def __init__(self, style: str) -> None:
        self._style = style

    def labels(self, column: str) -> tuple[str, ...]:
        return (self._style,)


def test_votes_are_those_of_scikit_learn() -> None:
    pytest.importorskip("sklearn")
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsOneClassifier

    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((80, 5)), rng.integers(0, 4, 80)
    known = OneVsOneClassifier(LogisticRegression()).fit(x, y)
    z = torch.tensor(np.stack([each.decision_function(x) for each in known.estimators_], 1))
    assert np.allclose(pair_votes(z, 4).numpy(), known.decision_function(x))
    assert (pair_votes(z, 4).argmax(1).numpy() == known.predict(x)).all()


def test_a_label_wins_by_its_duels_and_ties_by_how_sure_they_are() -> None:
    assert pairs_of(3).tolist() == [[0, 1], [0, 2], [1, 2]]
    votes = pair_votes(torch.tensor([[-1.0, -2.0, 5.0], [-9.0, 1.0, -1.0]]), 3)
    assert votes.round().tolist()[0] == [2, 0, 1]
    assert votes[1].argmax() == 0 and votes[1].max() < 1.34  # each won one duel


def test_only_the_duels_of_a_pictures_label_count() -> None:
    z = torch.zeros(2, 3, requires_grad=True)
    pair_loss(z, torch.tensor([[1.0, 0, 0], [0, 0, 0]])).sum().backward()
    assert (z.grad[0] != 0).tolist() == [True, True, False] and z.grad[0, 0] > 0  # down, to the first of the pair
    assert not z.grad[1].any()  # no label


def test_pairwise_heads_learn_colours(tmp_path: Path) -> None:
    torch.manual_seed(0)
    start = ArtClassifier(ArtClassifierConfig((), "test_efficientnet", depths=(2, 3), sides=(64,)))
    network = with_heads(start, LABELS, dropout=0.0, pairwise=("style",))
    rng = np.random.default_rng(0)
    styles = ["Blue", "Green", "Red"] * 8
    tints = {"Red": (220, 60, 50), "Blue": (40, 70, 210), "Green": (40, 190, 80)}
    pictures = [(rng.random((64, 64, 1)) * tints[style]).astype(np.uint8) for style in styles]
    works = [Work(style) for style in styles]
    measure_norm(network, torch.stack([stretched(picture, 64) for picture in pictures]))
    task = LabelTraining(network, works, pictures, heads_only=True, augmentation="none")
    for _ in task.look(64):
        pass
    steps = iter(range(40))
    config = FitConfig(30, (Stage(64, 12),), 1e-2, warmup_steps=1, ema_decay=0.5, bf16=False, optimizer="sgd")
    fit(task, config, tmp_path / "state.pt", should_stop=lambda: next(steps, None) is None)
    found = measure_labels(network.eval(), task._features[:, 0], label_targets(network, works))
    assert found["style accuracy"] > 0.9
    network.save_pretrained(tmp_path / "bundle")
    assert ArtClassifier.from_pretrained(tmp_path / "bundle").config.pairwise == ("style",)
    with pytest.raises(InputError, match="at most 40"):
        with_heads(start, {"artist": [str(n) for n in range(41)]}, pairwise=("artist",))


@pytest.mark.parametrize(("kernel", "stride", "activation"), [(3, 2, "relu"), (5, 1, "tanh"), (1, 3, "gelu")])
def test_the_own_backbone_has_the_parts_that_are_asked_for(kernel: int, stride: int, activation: str) -> None:
    network = fresh_classifier(LABELS, OWN, kernel=kernel, stride=stride, activation=activation)
    convs = [module for module in network.backbone.modules() if isinstance(module, nn.Conv2d)]
    assert {conv.kernel_size for conv in convs} == {(kernel, kernel)} and {conv.stride for conv in convs} == {
        (stride,) * 2
    }
    assert any(isinstance(module, ACTIVATIONS[activation]) for module in network.backbone.modules())
    assert network(torch.rand(2, 3, 96, 96))["style"].shape == (2, 3)
    assert {group["relative_rate"] for group in parameter_groups(network, 0.1)} == {1.0}
    with pytest.raises(ValueError, match="middle"):
        OwnBackbone(kernel=2)


def test_a_backbone_of_timm_brings_its_weights_and_how_it_sees_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    create = timm.create_model
    asked = []

    def known(name: str, pretrained: bool, **more: object) -> nn.Module:
        asked.append((name, pretrained))
        if name == "resnet18":
            raise OSError("offline")
        torch.manual_seed(1)
        return create(name, pretrained=False, **more)

    monkeypatch.setattr(timm, "create_model", known)
    network = fresh_classifier(LABELS, "test_efficientnet", dropout=0.1)
    assert asked[0] == ("test_efficientnet", True) and network.config.depths == (2, 3, 4)
    assert network(torch.rand(2, 3, 96, 96))["style"].shape == (2, 3) and network.dropout.p == 0.1
    for name, sentence in (("no_such_net", "no backbone"), ("resnet18", "downloaded"), ("test_vit", "convolutional")):
        with pytest.raises(InputError, match=sentence):
            fresh_classifier(LABELS, name)
