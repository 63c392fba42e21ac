"""A convolutional variational autoencoder: pictures to a normal distribution of codes, and codes back to pictures.

Kingma & Welling 2014, https://arxiv.org/abs/1312.6114; a beta above 1 makes its codes more independent (Higgins et al.
2017, https://openreview.net/forum?id=Sy2fzU9gl).  Trained by `deepart.training.generate.vae`. Differs from the papers:
residual blocks without normalisation, which would discard brightness, and nearest upsampling before convolutions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from deepart.models.pretrained import HubModel
from deepart.models.unet import ResidualBlock

_LOG_VARIANCES = -8.0, 8.0  # beyond them bfloat16 makes endless or vanishing standard deviations


@dataclass(frozen=True, slots=True)
class PictureVAEConfig:
    """The size of the pictures, of the codes, and the channels at half the size, a quarter, ..."""

    side: int = 128
    z: int = 128
    widths: tuple[int, ...] = (32, 64, 128, 192, 256)


class PictureVAE(HubModel, license="mit", tags=["unconditional-image-generation", "art"]):
    """Encodes square pictures and paints from codes; it knows no styles."""

    Config = PictureVAEConfig
    config: PictureVAEConfig

    def __init__(self, config: PictureVAEConfig | None = None) -> None:
        config = config or PictureVAEConfig()
        super().__init__(config)
        widths, self._cells = config.widths, config.side >> len(config.widths)
        if not self._cells:
            raise ValueError(f"{len(widths)} halvings leave nothing of {config.side} pixels.")
        size = widths[-1] * self._cells**2
        self.encoder = nn.Sequential(*_layers(3, widths, shrink=True), nn.Flatten(), nn.Linear(size, 2 * config.z))
        self.first = nn.Linear(config.z, size)
        back = (*widths[-2::-1], widths[0])
        self.decoder = nn.Sequential(
            *_layers(widths[-1], back, shrink=False), nn.Conv2d(back[-1], 3, 3, padding=1, padding_mode="reflect")
        )

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and logarithm of the variance of the codes of pictures, (B, z) each.

        Args:
            x: (B, 3, side, side) RGB in [0, 1].
        """
        mean, log_variance = self.encoder(2 * x - 1).float().chunk(2, dim=1)
        return mean, log_variance.clamp(*_LOG_VARIANCES)

    def forward(self, z: Tensor) -> Tensor:
        """Paint pictures, (B, 3, side, side) RGB in [0, 1], from codes (B, z)."""
        x = self.first(z).unflatten(1, (-1, self._cells, self._cells))
        return self.decoder(x).float().sigmoid()

    def reconstruct(self, x: Tensor) -> Tensor:
        """Return reconstructions of pictures, (B, 3, side, side) in [0, 1], from their mean codes."""
        return self(self.encode(x)[0])

    def interpolate(self, first: Tensor, last: Tensor, steps: int) -> Tensor:
        """Return `steps` pictures, (steps, 3, side, side), between the codes of two of (3, side, side) each."""
        start, end = self.encode(torch.stack([first, last]))[0]
        return self(torch.stack([start.lerp(end, share) for share in torch.linspace(0, 1, steps).tolist()]))


def _layers(channels: int, widths: Sequence[int], shrink: bool) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for width in widths:
        if not shrink:
            layers.append(nn.Upsample(scale_factor=2, mode="nearest"))
        conv = nn.Conv2d(channels, width, 3, stride=2 if shrink else 1, padding=1, padding_mode="reflect")
        layers += [conv, nn.SiLU(inplace=True), ResidualBlock(width)]
        channels = width
    return layers
