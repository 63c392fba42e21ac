"""The upscaler: a residual network that enlarges pictures two or four times.

Residual blocks without normalisation work at the small size: EDSR, Lim et al. 2017, https://arxiv.org/abs/1707.02921;
one trunk with a tail for each scale, as in its MDSR; pixel shuffle: Shi et al. 2016, https://arxiv.org/abs/1609.05158.
Trained by `deepart.training.restore.upscaler`.

Differs from MDSR: a tail computes all pixels from features at the small size, so that no wide layer runs at the large
one, and its output is added to the bicubic enlargement.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from deepart.models.pretrained import HubModel
from deepart.models.unet import ResidualBlock


@dataclass(frozen=True, slots=True)
class UpscalerConfig:
    """Shape of the trunk and of its tails."""

    width: int = 64
    """Channels; a multiple of 32 suits the matrix units of processors."""
    depth: int = 16
    """Residual blocks of the trunk, which all scales share."""
    tail_depth: int = 1
    """Residual blocks that each scale has for itself."""
    scales: tuple[int, ...] = (2, 4)


class Upscaler(HubModel, license="mit", paper_url="https://arxiv.org/abs/1707.02921", tags=["image-to-image"]):
    """Enlarges pictures by one of `config.scales`; an untrained one is a bicubic interpolation."""

    Config = UpscalerConfig
    config: UpscalerConfig

    def __init__(self, config: UpscalerConfig | None = None) -> None:
        config = config or self.Config()
        super().__init__(config)
        self.head = nn.Conv2d(3, config.width, 3, padding=1)
        self.trunk = nn.Sequential(*(ResidualBlock(config.width) for _ in range(config.depth)))
        self.tails = nn.ModuleDict()
        for scale in config.scales:
            last = nn.Conv2d(config.width, 3 * scale**2, 3, padding=1)
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)
            blocks = (ResidualBlock(config.width) for _ in range(config.tail_depth))
            self.tails[str(scale)] = nn.Sequential(*blocks, last, nn.PixelShuffle(scale))

    def forward(self, x: Tensor, scale: int) -> Tensor:
        """Enlarge RGB pictures in [0, 1], (B, 3, H, W), of any size; returns (B, 3, H * scale, W * scale), not clamped.

        Raises:
            ValueError: the network has no tail for `scale`.
        """
        if scale not in self.config.scales:
            raise ValueError(f"The scale must be one of {self.config.scales}, not {scale}.")
        # Around zero, where bfloat16 tells neighbouring 8-bit values apart.
        feat = self.head(x - 0.5)
        feat = feat + self.trunk(feat)
        detail = self.tails[str(scale)](feat)
        # `antialias` changes nothing in an enlargement but the kernel: the one of Pillow and MATLAB.
        plain = F.interpolate(x, scale_factor=scale, mode="bicubic", align_corners=False, antialias=True)
        return plain + detail.to(x.dtype)
