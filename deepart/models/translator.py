"""The networks of CycleGAN: photos to paintings and back, learned from two sets of unpaired pictures.

Zhu et al. 2017, "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks",
https://arxiv.org/abs/1703.10593; the residual generator is Johnson et al. 2016, https://arxiv.org/abs/1603.08155.
Differs from the paper: half the channels, fewer blocks, and nearest upsampling with a convolution instead of transposed
convolutions, whose checkerboard pattern shows in skies.  Trained by `deepart.training.paint.translator`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from deepart.models.blocks import Convolution, upsample_nearest
from deepart.models.pretrained import HubModel

_SLOPE = 0.2


@dataclass(frozen=True, slots=True)
class TranslatorConfig:
    """Channels at the full size (doubled at a half and again at a quarter), and residual blocks at a quarter."""

    width: int = 32
    blocks: int = 6
    manner: str = ""
    """The target domain, such as "Impressionist landscape"."""


class _Block(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first, self.second = _normalised(channels, channels), Convolution(channels, channels)
        self.norm = nn.InstanceNorm2d(channels, affine=True)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.norm(self.second(self.first(x)))


class Translator(HubModel, license="mit", paper_url="https://arxiv.org/abs/1703.10593", tags=["image-to-image", "art"]):
    """Translates pictures into the one domain that it was trained for."""

    Config = TranslatorConfig
    config: TranslatorConfig

    def __init__(self, config: TranslatorConfig | None = None) -> None:
        config = config or TranslatorConfig()
        super().__init__(config)
        width = config.width
        self.down = nn.Sequential(
            _normalised(3, width, 7), _normalised(width, 2 * width, 3, 2), _normalised(2 * width, 4 * width, 3, 2)
        )
        self.middle = nn.Sequential(*(_Block(4 * width) for _ in range(config.blocks)))
        self.to_half, self.to_full = _normalised(4 * width, 2 * width), _normalised(2 * width, width)
        self.last = Convolution(width, 3, 7)

    def forward(self, x: Tensor) -> Tensor:
        """Translate pictures (B, 3, H, W) RGB in [0, 1], sides of 16 pixels or more; returns the same shape."""
        h, w = x.shape[-2:]
        x = self.middle(self.down(F.pad(2 * x - 1, (0, -w % 4, 0, -h % 4), mode="reflect")))
        x = self.to_full(upsample_nearest(self.to_half(upsample_nearest(x))))
        return (self.last(x).float().tanh() / 2 + 0.5)[..., :h, :w]


class PatchDiscriminator(nn.Module):
    """Predicts for every patch of 46 pixels how real it looks (PatchGAN: Isola et al. 2017)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(_SLOPE, True)]
        for channels, stride in ((width, 2), (2 * width, 2)):
            layers += [
                nn.Conv2d(channels, 2 * channels, 4, stride, 1),
                nn.InstanceNorm2d(2 * channels, affine=True),
                nn.LeakyReLU(_SLOPE, True),
            ]
        self.layers = nn.Sequential(*layers, nn.Conv2d(4 * width, 1, 4, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Return how real the patches of (B, 3, H, W) RGB in [0, 1] look, about 0 to 1, (B, 1, h, w)."""
        return self.layers(2 * x - 1).float()


def _normalised(channels: int, width: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    conv = Convolution(channels, width, kernel, stride)
    return nn.Sequential(conv, nn.InstanceNorm2d(width, affine=True), nn.ReLU(inplace=True))
