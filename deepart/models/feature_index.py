"""The index of artworks: features of a collection, searched exactly for those nearest to a new picture's.

The features of a classifier are projected onto their principal axes and whitened, so that no single feature dominates;
similarity is the cosine. Only numbers and labels are kept, no pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from deepart.models.pretrained import HubModel

VOTING_TEMPERATURE = 0.05
"""Increase in similarity by which an artwork's vote counts e times as much."""

COLUMNS = {"artist": 1, "style": 3, "genre": 4}
"""Column of `FeatureIndexConfig.works` that holds the label of each head."""


@dataclass(frozen=True, slots=True)
class FeatureIndexConfig:
    """What is known of the artworks, and the size of the tables."""

    works: tuple[tuple[str, str, str, str, str], ...]
    """Title, artist, year, style and genre of each, an empty string where one is not known."""
    classifier: str
    """Key of the checkpoint whose features these are."""
    features: int
    """Length of the classifier's feature vectors."""
    axes: int = 192
    """Principal axes that are kept."""
    typical: tuple[float, ...] = ()
    """Percentiles 0 to 100 of the distance from one of the artworks to its nearest other."""


class FeatureIndex(HubModel, license="mit", tags=["image-feature-extraction", "art"]):
    """Finds the artworks of a collection that are most similar to a picture."""

    Config = FeatureIndexConfig
    config: FeatureIndexConfig
    mean: Tensor  # (D,)
    projection: Tensor  # (D, A)
    points: Tensor  # (N, A), each of length 1

    def __init__(self, config: FeatureIndexConfig) -> None:
        super().__init__(config)
        self._known_ballots: dict[tuple[str, tuple[str, ...]], tuple[Tensor, Tensor]] = {}
        self.register_buffer("mean", torch.zeros(config.features))
        self.register_buffer("projection", torch.zeros(config.features, config.axes))
        self.register_buffer("points", torch.zeros(len(config.works), config.axes))

    def fit(self, features: Tensor) -> None:
        """Fill the tables from the features of the artworks, (N, D), in the order of `config.works`."""
        self.mean.copy_(features.mean(0))
        _, sizes, axes = torch.linalg.svd(features - self.mean, full_matrices=False)
        # Few artworks span few axes; the others stay zero.
        kept = min(self.config.axes, int((sizes > 1e-5 * sizes[0]).sum()))
        self.projection.zero_()
        self.projection[:, :kept] = axes[:kept].T * (len(features) ** 0.5 / sizes[:kept])
        self.points.copy_(self.project(features))

    def project(self, features: Tensor) -> Tensor:
        """Return the points of features, (B, D) to (B, A), each of length 1."""
        return F.normalize((features - self.mean) @ self.projection, dim=1)

    def votes(self, features: Tensor, head: str, labels: Sequence[str]) -> Tensor:
        """Return the probability of each of a head's labels by the artworks nearby, (B, len(labels)); rows add up to 1.

        Each artwork votes with the exponential of its similarity over `VOTING_TEMPERATURE` (soft nearest neighbours:
        Goldberger et al. 2004, "Neighbourhood Components Analysis"); artworks without a label do not.

        Args:
            features: of the same classifier, (B, D).
            head: a key of `COLUMNS`.
            labels: of that head; an artwork with another label votes for the last one if the head is "artist", and not
                at all otherwise.
        """
        voting, ballots = self._ballots(head, tuple(labels))
        likeness = self.project(features) @ self.points[voting.to(self.points.device)].T
        return (likeness / VOTING_TEMPERATURE).softmax(1) @ ballots.to(likeness)

    def _ballots(self, head: str, labels: tuple[str, ...]) -> tuple[Tensor, Tensor]:
        """Return which artworks vote, (N,), and for what, (voters, len(labels)); computed once."""
        if (head, labels) not in self._known_ballots:
            number = {label: place for place, label in enumerate(labels)}
            other = len(labels) - 1 if head == "artist" else -1
            numbers = torch.tensor([number.get(work[COLUMNS[head]], other) for work in self.config.works])
            voting = numbers >= 0
            self._known_ballots[head, labels] = voting, F.one_hot(numbers[voting], len(labels)).float()
        return self._known_ballots[head, labels]

    def forward(self, features: Tensor, count: int = 5) -> tuple[Tensor, Tensor]:
        """Return the distances of the `count` nearest artworks, (B, count), nearest first, and their numbers.

        Args:
            features: of the same classifier, (B, D).
            count: at most as many as there are artworks.

        Returns:
            Distances from 0 (the same) to 2 (the opposite), one minus the cosine; numbers in `config.works`.
        """
        likeness, numbers = (self.project(features) @ self.points.T).topk(count, dim=1)
        return (1 - likeness).clamp(min=0), numbers  # rounded points are a little longer than 1
