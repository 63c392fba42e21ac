"""The network that classifies artworks, small: one look, several heads."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from deepart.models.classifier import ArtClassifier, ArtClassifierConfig

TINY = ArtClassifierConfig(
    labels=(("style", ("Cubism", "Rococo", "Ukiyo-e")), ("artist", ("a", "b", "c", "another artist"))),
    backbone="test_efficientnet",
    depths=(1, 2),
    sides=(64,),
)


def tiny_classifier(config: ArtClassifierConfig = TINY) -> ArtClassifier:
    """Return a classifier with random weights, heads and statistics included, that has opinions."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = ArtClassifier(config)
        for head in (*network.heads.values(), network.artwork):
            torch.nn.init.normal_(head.weight, std=0.3)
        network.norm.running_mean.normal_(std=0.1)
        network.norm.running_var.uniform_(0.5, 2)
    return network.eval()


@pytest.fixture(scope="module")
def network() -> ArtClassifier:
    return tiny_classifier()


@pytest.fixture(scope="module")
def pictures() -> torch.Tensor:
    return torch.rand(3, 3, 64, 64, generator=torch.Generator().manual_seed(1))


@torch.no_grad()
def test_every_head_answers_for_every_picture(network: ArtClassifier, pictures: torch.Tensor) -> None:
    answers = network(pictures)
    assert {head: tuple(logits.shape) for head, logits in answers.items()} == {
        "style": (3, 3),
        "artist": (3, 4),
        "artwork": (3, 1),
    }
    assert network.labels["artist"][-1] == "another artist"
    assert [map_.shape[-1] for map_ in network.feature_maps(pictures)] == [16, 8, 2]  # from fine to coarse
    assert network(pictures[..., :40])["style"].shape == (3, 3)


@torch.no_grad()
def test_a_look_can_be_kept_and_answered_from(network: ArtClassifier, pictures: torch.Tensor) -> None:
    features = network.describe(network.feature_maps(pictures))
    assert torch.equal(features, network.features(pictures))
    for head, logits in network(pictures).items():
        assert torch.equal(network.answers(features)[head], logits)


@torch.no_grad()
def test_a_picture_is_judged_without_regard_to_the_others(network: ArtClassifier, pictures: torch.Tensor) -> None:
    together = network(pictures)
    for index in range(len(pictures)):
        for head, logits in network(pictures[index : index + 1]).items():
            torch.testing.assert_close(logits[0], together[head][index], rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_features_say_how_varied_a_picture_is_and_not_where(network: ArtClassifier, pictures: torch.Tensor) -> None:
    maps = network.feature_maps(pictures)
    moved = [map_.roll((1, 1), (2, 3)) for map_ in maps]
    smooth = [map_.mean((2, 3), keepdim=True).expand_as(map_) for map_ in maps]
    torch.testing.assert_close(network.describe(moved), network.describe(maps), rtol=1e-3, atol=1e-3)
    difference = network.describe(smooth) - network.describe(maps)
    is_mean = torch.cat([torch.ones(24), torch.zeros(24), torch.ones(32), torch.zeros(32), torch.ones(256)]).bool()
    assert difference[:, is_mean].abs().max() < 1e-3 < difference[:, ~is_mean].abs().mean()


@torch.no_grad()
def test_dropout_is_for_training_only(network: ArtClassifier, pictures: torch.Tensor) -> None:
    features = network.features(pictures)
    assert torch.equal(network.answers(features)["style"], network.answers(features)["style"])
    network.train()
    try:
        assert not torch.equal(network.answers(features)["style"], network.answers(features)["style"])
    finally:
        network.eval()


def test_every_weight_that_is_trained_gets_a_gradient(pictures: torch.Tensor) -> None:
    network = tiny_classifier()
    sum(logits.square().sum() for logits in network(pictures).values()).backward()
    assert [name for name, weight in network.named_parameters() if weight.grad is None] == []


@torch.no_grad()
def test_it_comes_back_from_a_folder_with_labels_and_thresholds(
    network: ArtClassifier, pictures: torch.Tensor, tmp_path: Path
) -> None:
    network.save_pretrained(tmp_path)
    loaded = ArtClassifier.from_pretrained(tmp_path)
    assert loaded.config == network.config and loaded.labels == network.labels and not loaded.training
    for head, logits in loaded(pictures).items():
        torch.testing.assert_close(logits, network(pictures)[head], rtol=0.02, atol=0.02)  # stored in 16 bits
