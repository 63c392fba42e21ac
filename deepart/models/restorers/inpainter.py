"""The inpainter: a U-net that fills holes in pictures from their surroundings.

See `deepart.models.unet`.  The coarsest level has a large receptive field through dilated convolutions, as in Iizuka et
al. 2017, "Globally and Locally Consistent Image Completion", https://doi.org/10.1145/3072959.3073659. Trained by
`deepart.training.restore.inpainter`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from deepart.models.pretrained import HubModel
from deepart.models.unet import ResidualUNet


@dataclass(frozen=True, slots=True)
class InpainterConfig:
    """Shape of the U-net; see `ResidualUNet`."""

    widths: tuple[int, ...] = (48, 96, 128, 160)
    depths: tuple[int, ...] = (1, 2, 2, 4, 2, 2, 1)
    dilations: tuple[int, ...] = (1, 2, 4, 8)


class Inpainter(
    HubModel, license="mit", paper_url="https://doi.org/10.1145/3072959.3073659", tags=["image-inpainting"]
):
    """Fills what a mask marks and leaves every other pixel unchanged."""

    Config = InpainterConfig
    config: InpainterConfig

    def __init__(self, config: InpainterConfig | None = None) -> None:
        config = config or self.Config()
        super().__init__(config)
        self.unet = ResidualUNet(4, 3, config.widths, config.depths, config.dilations)

    def forward(self, x: Tensor, mask: Tensor, guess: Tensor | None = None) -> Tensor:
        """Fill the holes of pictures.

        Args:
            x: RGB pictures in [0, 1], (B, 3, H, W); pixels under the mask are ignored.
            mask: (B, 1, H, W), 1 where the picture is missing, 0 elsewhere.
            guess: a first guess, shaped like `x`, such as the filled and enlarged smaller picture, for holes larger
                than the receptive field; None for `smooth_fill`.

        Returns:
            The pictures, (B, 3, H, W), in [0, 1]; bit for bit those of `x` where the mask is 0.
        """
        if guess is None:
            guess = smooth_fill(x, mask)
        holed = torch.where(mask > 0, guess, x)
        painted = (holed + self.unet(torch.cat([holed - 0.5, mask], dim=1)).to(x.dtype)).clamp(0, 1)
        return torch.where(mask > 0, painted, x)

    def coarse_to_fine(self, x: Tensor, mask: Tensor, levels: int = 2) -> Tensor:
        """Fill the holes at `levels` sizes, from small to large, each result the guess for the next; see `forward`."""
        if levels <= 1 or min(x.shape[-2:]) < 32:
            return self(x, mask)
        return self(x, mask, self.guess(x, mask, levels - 1))

    def guess(self, x: Tensor, mask: Tensor, levels: int = 1) -> Tensor:
        """Return the pictures filled at `levels` smaller sizes, from half downwards, and enlarged again."""
        small, missing = halved(x, mask)
        coarse = self.coarse_to_fine(small, missing, levels)
        return F.interpolate(coarse, x.shape[-2:], mode="bilinear", align_corners=False)


def halved(x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Return pictures and masks at half their size; a pixel is known there if any of the pixels that it covers is."""
    half = (-(-x.shape[2] // 2), -(-x.shape[3] // 2))
    known = F.interpolate(1 - mask, half, mode="area")
    small = F.interpolate(x * (1 - mask), half, mode="area") / known.clamp(min=1e-3)
    return small.clamp(0, 1), (known <= 1e-3).to(x.dtype)


def smooth_fill(x: Tensor, mask: Tensor) -> Tensor:
    """Fill holes smoothly with the colours around them (pull-push: Gortler et al. 1996).

    Args:
        x: (B, 3, H, W) in [0, 1].
        mask: (B, 1, H, W), 1 where something is missing.
    """
    if min(x.shape[-2:]) <= 1 or not mask.any():
        return x
    coarse = smooth_fill(*halved(x, mask))
    return torch.where(mask > 0, F.interpolate(coarse, x.shape[-2:], mode="bilinear", align_corners=False), x)
