"""The regressor: predicts several numbers of an artwork, such as its year, with the classifier's backbone."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from deepart.models.classifier import ArtClassifier, ArtClassifierConfig
from deepart.models.pretrained import HubModel, config_from_json


@dataclass(frozen=True, slots=True)
class ArtRegressorConfig:
    """What is predicted, and the network."""

    targets: tuple[tuple[str, float, float], ...]
    """Name, mean and standard deviation of each number; the network predicts it in those units."""
    eye: ArtClassifierConfig = field(default_factory=lambda: ArtClassifierConfig(()))
    """The backbone's config; it has no heads."""
    side: int = 256
    """Pictures are stretched to squares with this side in pixels."""


class ArtRegressor(HubModel, license="mit", tags=["image-regression", "art"]):
    """Predicts several numbers of pictures by a linear layer on the features of the classifier's backbone."""

    Config = ArtRegressorConfig
    config: ArtRegressorConfig

    def __init__(self, config: ArtRegressorConfig) -> None:
        super().__init__(config)
        eye = config.eye
        if not isinstance(eye, ArtClassifierConfig):  # read from config.json
            eye = config_from_json(ArtClassifierConfig, eye)
        self.eye = ArtClassifier(eye)
        self.dropout = nn.Dropout(eye.dropout)
        self.head = nn.Linear(self.eye.norm.num_features, len(config.targets))
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)
        self.register_buffer("units", torch.tensor([row[1:] for row in config.targets]).T, persistent=False)  # (2, K)

    def features(self, x: Tensor) -> Tensor:
        """Describe pictures (B, 3, H, W) RGB in [0, 1]; see `ArtClassifier.features`."""
        return self.eye.features(x)

    def standardised(self, features: Tensor) -> Tensor:
        """Return the numbers (B, K) in units of their standard deviations from their means."""
        return self.head(self.dropout(features))

    def forward(self, x: Tensor) -> Tensor:
        """Return the numbers (B, K) of pictures (B, 3, H, W) RGB in [0, 1]."""
        mean, std = self.units
        return mean + std * self.standardised(self.features(x)).float()
