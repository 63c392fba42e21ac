"""DCGAN, the baseline: Radford et al. 2015, https://arxiv.org/abs/1511.06434."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from deepart.models.generators.generator import SLOPE
from deepart.models.pretrained import HubModel


@dataclass(frozen=True, slots=True)
class DCGANConfig:
    """The size of the baseline's pictures and its width."""

    size: int = 128
    width: int = 64
    """Channels at half the size; doubled with every halving of the size up to eight times as many."""
    z: int = 100

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels at size / 2, size / 4, ..., 4 pixels."""
        return tuple(self.width * min(8, 2**level) for level in range(self.size.bit_length() - 3))


class DCGANGenerator(HubModel, license="mit", tags=["unconditional-image-generation", "art"]):
    """The baseline: transposed convolutions, batch normalisation, ReLU; it knows no styles."""

    Config = DCGANConfig
    config: DCGANConfig

    def __init__(self, config: DCGANConfig) -> None:
        super().__init__(config)
        widths = config.widths[::-1]
        layers = [nn.ConvTranspose2d(config.z, widths[0], 4, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU(True)]
        for coarse, fine in zip(widths, widths[1:]):
            layers += [nn.ConvTranspose2d(coarse, fine, 4, 2, 1, bias=False), nn.BatchNorm2d(fine), nn.ReLU(True)]
        self.layers = nn.Sequential(*layers, nn.ConvTranspose2d(widths[-1], 3, 4, 2, 1))
        self.apply(_initialise_dcgan)

    def forward(self, z: Tensor) -> Tensor:
        """Paint pictures, (B, 3, size, size) RGB in [0, 1], from z (B, z)."""
        return torch.tanh(self.layers(z[:, :, None, None]).float()) / 2 + 0.5


class DCGANDiscriminator(nn.Module):
    """The baseline's discriminator: strided convolutions, batch normalisation, leaky ReLU."""

    def __init__(self, config: DCGANConfig) -> None:
        super().__init__()
        widths = config.widths
        layers = [nn.Conv2d(3, widths[0], 4, 2, 1), nn.LeakyReLU(SLOPE, True)]
        for fine, coarse in zip(widths, widths[1:]):
            layers += [nn.Conv2d(fine, coarse, 4, 2, 1, bias=False), nn.BatchNorm2d(coarse), nn.LeakyReLU(SLOPE, True)]
        self.layers = nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, 4))
        self.apply(_initialise_dcgan)

    def forward(self, x: Tensor) -> Tensor:
        """Return one logit for each picture, (B, 1); x: (B, 3, size, size) RGB in [0, 1]."""
        return self.layers(2 * x - 1).float().flatten(1)


def _initialise_dcgan(module: nn.Module) -> None:
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, std=0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1, 0.02)
