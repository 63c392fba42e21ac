"""The bundled perceptual network: a small network distilled from VGG-16.

Its trunk has VGG's shape (Simonyan & Zisserman 2014, https://arxiv.org/abs/1409.1556) at half the width, a
quarter of the work; at the end of each stage a 1x1 convolution predicts the features of VGG-16 there
(hints: Romero et al. 2014, "FitNets", https://arxiv.org/abs/1412.6550).  `deepart.training.paint` trains it.

Differs from VGG-16: two convolutions in the fourth stage instead of one, where they cost next to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepart.models.pretrained import HubModel


@dataclass(frozen=True, slots=True)
class PerceptualNetworkConfig:
    """Shape of the trunk, and of the features that it predicts."""

    widths: tuple[int, ...] = (32, 64, 128, 256)
    """Channels of each stage of the trunk; a max-pooling lies between two stages."""
    depths: tuple[int, ...] = (2, 2, 3, 2)
    """Convolutions of each stage."""
    channels: tuple[int, ...] = (64, 128, 256, 512)
    """Channels of the features predicted after each stage."""
    taps: tuple[str, ...] = ("relu1_2", "relu2_2", "relu3_3", "relu4_1")
    """Names of the features after each stage: the teacher's layers."""


class Head(nn.Conv2d):
    """Predicts a teacher's features, rectified like them, each channel in units of `scale`."""

    scale: Tensor  # (out_channels,)

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 1)
        self.register_buffer("scale", torch.ones(out_channels))

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight * self.scale[:, None, None, None]
        return F.relu(F.conv2d(x, weight, self.bias * self.scale))


class PerceptualNetwork(HubModel, license="mit", paper_url="https://arxiv.org/abs/1412.6550", tags=["style-transfer"]):
    """Replaces VGG-16 as a measure of style and content: same interface, same taps, nearly the same values."""

    Config = PerceptualNetworkConfig
    config: PerceptualNetworkConfig

    def __init__(self, config: PerceptualNetworkConfig | None = None) -> None:
        config = config or self.Config()
        super().__init__(config)
        self.stages, self.heads = nn.ModuleList(), nn.ModuleList()
        width = 3
        for stage, (channels, depth) in enumerate(zip(config.widths, config.depths, strict=True)):
            layers: list[nn.Module] = [nn.MaxPool2d(2, 2)] if stage else []
            for _ in range(depth):
                conv = nn.Conv2d(width, channels, 3, padding=1)
                nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
                nn.init.zeros_(conv.bias)
                layers += [conv, nn.ReLU(inplace=True)]
                width = channels
            self.stages.append(nn.Sequential(*layers))
            self.heads.append(Head(channels, config.channels[stage]))

    def forward(self, x: Tensor, taps: Sequence[str] | None = None) -> dict[str, Tensor]:
        """Return the features at `taps`, by name; nothing after the deepest of them is computed.

        Args:
            x: RGB pictures in [0, 1], (B, 3, H, W), sides at least 2 ** (stages - 1).
            taps: some of `config.taps`; all of them if None.

        Returns:
            For each tap a (B, C, H / 2 ** stage, W / 2 ** stage) tensor, stages counted from 0, sides
            rounded down, no value negative.

        Raises:
            ValueError: a tap is not predicted by this network.
        """
        wanted = self.config.taps if taps is None else tuple(taps)
        unknown = [tap for tap in wanted if tap not in self.config.taps]
        if unknown or not wanted:
            raise ValueError(f"Unknown taps {unknown}. Choose one or more of: {', '.join(self.config.taps)}.")
        found: dict[str, Tensor] = {}
        x = self.normalised(x)
        for tap, stage, head in zip(self.config.taps, self.stages, self.heads, strict=True):
            x = stage(x)
            if tap in wanted:
                found[tap] = head(x)
            if len(found) == len(set(wanted)):
                break
        return found

    @staticmethod
    def normalised(x: Tensor) -> Tensor:
        """Normalise pictures in [0, 1] to about mean 0 and standard deviation 1."""
        return 4 * (x - 0.45)
