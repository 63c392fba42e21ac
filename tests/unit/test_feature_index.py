"""The index of artworks: nearest works by their features, searched exactly."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from deepart.models.feature_index import FeatureIndex, FeatureIndexConfig


def works(count: int) -> tuple[tuple[str, str, str, str, str], ...]:
    return tuple((f"title {number}", "an-artist", "1900", "Cubism", "portrait") for number in range(count))


@pytest.fixture(scope="module")
def features() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    mixing = torch.randn(32, 32, generator=generator)
    return torch.randn(60, 32, generator=generator) @ mixing + 5  # correlated, and far from zero


@pytest.fixture(scope="module")
def index(features: Tensor) -> FeatureIndex:
    index = FeatureIndex(FeatureIndexConfig(works(60), "classify/lite0-wikiart-v1", features=32, axes=16))
    index.fit(features)
    return index


def test_a_work_finds_itself_at_distance_0(index: FeatureIndex, features: Tensor) -> None:
    distances, numbers = index(features, count=3)
    assert numbers[:, 0].tolist() == list(range(60))
    assert distances[:, 0].max() < 1e-5 and distances[:, 1].min() > 1e-3


def test_distances_are_sorted_and_between_0_and_2(index: FeatureIndex, features: Tensor) -> None:
    distances, numbers = index(features.flip(0) * 1.5, count=60)
    assert (distances.diff(dim=1) >= 0).all()
    assert distances.min() >= 0 and distances.max() <= 2 + 1e-5
    assert all(sorted(row) == list(range(60)) for row in numbers.tolist())


def test_the_search_is_exact(index: FeatureIndex, features: Tensor) -> None:
    query = features[:5] + 0.3 * features[20:25]
    distances, numbers = index(query, count=4)
    for row, point in enumerate(index.project(query)):
        expected = 1 - F.cosine_similarity(point[None], index.points)
        torch.testing.assert_close(distances[row], expected.sort().values[:4], rtol=0, atol=1e-5)
        assert numbers[row, 0] == expected.argmin()


def test_no_loud_feature_decides(features: Tensor) -> None:
    """A feature in other units finds the same works: axes are scaled alike."""
    config = FeatureIndexConfig(works(60), "classify/lite0-wikiart-v1", features=32, axes=32)
    plain, loud = FeatureIndex(config), FeatureIndex(config)
    units = torch.ones(32)
    units[0] = 50
    plain.fit(features)
    loud.fit(features * units)
    query = features[:20] + 0.2 * features[20:40]
    assert torch.equal(plain(query)[1], loud(query * units)[1])


def test_it_comes_back_from_a_folder(index: FeatureIndex, features: Tensor, tmp_path: Path) -> None:
    index.save_pretrained(tmp_path)
    loaded = FeatureIndex.from_pretrained(tmp_path)
    assert loaded.config == index.config
    distances, numbers = loaded(features, count=1)
    assert numbers[:, 0].tolist() == list(range(60))
    assert distances.min() >= 0 and distances.max() < 0.01  # stored in 16 bits


def test_works_vote_by_how_near_they_are() -> None:
    works = tuple(
        ("", artist, "", style, "")
        for artist, style in (("anna", "Cubism"), ("anna", "Cubism"), ("zoe", "Rococo"), ("anna", ""))
    )
    index = FeatureIndex(FeatureIndexConfig(works, "classify/x", features=4, axes=4))
    index.mean.zero_()
    index.projection.copy_(torch.eye(4))
    index.points.copy_(torch.eye(4))
    votes = index.votes(torch.eye(4), "style", ("Cubism", "Rococo"))
    assert votes.sum(1).tolist() == pytest.approx([1] * 4)
    assert votes[0, 0] > 0.99 and votes[2, 1] > 0.99
    assert votes[3].tolist() == pytest.approx([2 / 3, 1 / 3])  # as far from all works that have a style
    assert index.votes(torch.eye(4), "artist", ("anna", "another artist"))[2, 1] > 0.99
