"""Calibrate a classifier on paintings that training left out.

References:
    Guo et al. 2017, "On Calibration of Modern Neural Networks", https://arxiv.org/abs/1706.04599;
    Angelopoulos, Bates 2021, "A Gentle Introduction to Conformal Prediction", https://arxiv.org/abs/2107.07511.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from deepart.models.classifier import ArtClassifier
from deepart.models.feature_index import FeatureIndex, FeatureIndexConfig
from deepart.tasks.classify.classify import mixed
from deepart.training.catalogue import Painting

COVERAGE = 0.9
"""Coverage of a head's conformal set."""

INDEX_SHARE = 0.5
"""Share of the nearby artworks' votes in the probabilities; a half is best on the calibration paintings."""

PASSING_ARTWORKS = 0.995
"""Share of the artworks that must be accepted as artworks; few photos are accepted even so."""


def calibrated(
    network: ArtClassifier,
    index: FeatureIndex,
    features: Tensor,
    targets: Mapping[str, Sequence[int]],
    key: str = "classify/index-wikiart-v1",
) -> ArtClassifier:
    """Return the network with all values that are set on paintings which it was not trained on.

    These are the temperatures of each head, before and after the artworks nearby have voted, the least probability
    of a label in the set of likely ones, that of being an artwork at all, and which labels are often mistaken.

    Args:
        network: as it was trained.
        index: the artworks that vote, none of them among these paintings.
        features: of the views of the paintings, (N, views, D).
        targets: for each head the index of each painting's label, negative where it has none.
        key: of the checkpoint that the index will be.
    """
    with torch.no_grad():
        answers = network.answers(features.flatten(0, 1))
    logits = {head: z.unflatten(0, features.shape[:2]).mean(1) for head, z in answers.items()}
    passing = logits["artwork"].sigmoid()
    temperatures, again, levels, mistaken = [], [], [], []
    for head, labels in network.labels.items():
        target = torch.tensor(targets[head])
        there = target >= 0
        z, target = logits[head][there], target[there]
        if head in network.config.independent:  # yes or no to each label: there is nothing to vote for
            temperatures.append((head, best_temperature(z, F.one_hot(target, len(labels)).float())))
            probabilities = (z / temperatures[-1][1]).sigmoid()
        else:
            temperatures.append((head, best_temperature(z, target)))
            votes = index.votes(features[there].mean(1), head, labels)
            mixture = mixed((z / temperatures[-1][1]).softmax(1), votes, INDEX_SHARE).log()
            again.append((head, best_temperature(mixture, target)))
            probabilities = (mixture / again[-1][1]).softmax(1)
        levels.append((head, round(set_level(probabilities, target), 5)))
        mistaken += [(head, *found) for found in often_mistaken(labels, probabilities, target)]
    config = dataclasses.replace(
        network.config,
        temperatures=tuple(temperatures),
        index=key,
        index_share=INDEX_SHARE,
        mixture_temperatures=tuple(again),
        set_levels=tuple(levels),
        least_artwork=round(float(passing.quantile(1 - PASSING_ARTWORKS)), 4),
        mistaken=tuple(mistaken),
    )
    finished = ArtClassifier(config)
    finished.load_state_dict(network.state_dict())
    return finished.eval().requires_grad_(False)


def best_temperature(logits: Tensor, target: Tensor) -> float:
    """Return the temperature from 0.2 to 5 with the least log-loss for (N, C) logits.

    Args:
        target: (N,) indices of the right labels, or (N, C) with 1 where the answer is yes and 0 where it is no.
    """
    candidates = torch.linspace(math.log(0.2), math.log(5), 161).exp()
    loss = F.cross_entropy if target.ndim == 1 else F.binary_cross_entropy_with_logits
    losses = [loss(logits / temperature, target) for temperature in candidates]
    return round(float(candidates[int(torch.stack(losses).argmin())]), 4)


def set_level(probabilities: Tensor, target: Tensor, coverage: float = COVERAGE) -> float:
    """Return the least probability of labels in the set that holds the right one with frequency `coverage`.

    Args:
        probabilities: (N, C).
        target: (N,) indices of the right labels.
    """
    right = probabilities[torch.arange(len(target)), target].sort().values
    return float(right[max(0, math.floor((1 - coverage) * (len(right) + 1)) - 1)])


def often_mistaken(labels: Sequence[str], probabilities: Tensor, target: Tensor) -> list[tuple[str, str, float]]:
    """Return frequent confusions of labels (at least twice and one time in ten), with their shares.

    Args:
        labels: of the head, C.
        probabilities: (N, C).
        target: (N,) indices of the right labels.
    """
    confusion = torch.zeros(len(labels), len(labels))
    confusion.index_put_((target, probabilities.argmax(1)), torch.ones(len(target)), accumulate=True)
    shares = confusion / confusion.sum(1, keepdim=True).clamp(min=1)
    often = (confusion >= 2) & (shares >= 0.1) & ~torch.eye(len(labels), dtype=torch.bool)
    return [(labels[i], labels[j], round(float(shares[i, j]), 3)) for i, j in often.nonzero().tolist()]


def build_index(features: Tensor, paintings: Sequence[Painting], classifier: str, axes: int = 192) -> FeatureIndex:
    """Return an index of paintings by their features, (N, D)."""
    works = tuple((p.title, p.artist, p.year, p.style, p.genre) for p in paintings)
    config = FeatureIndexConfig(works, classifier, features.shape[1], axes)
    index = FeatureIndex(config)
    index.fit(features)
    nearest_other = torch.cat([index(part, 2)[0][:, 1] for part in features.split(512)])
    typical = np.percentile(nearest_other.numpy(), range(101)).round(4)
    finished = FeatureIndex(dataclasses.replace(config, typical=tuple(typical.tolist())))
    finished.load_state_dict(index.state_dict())
    return finished
