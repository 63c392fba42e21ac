"""A network that guesses the colours of a black-and-white picture, from what is in it and, if wished, a palette.

For every place it predicts the probability of each of some three hundred colours, not a single colour: the mean of all
possible skies is grey (Zhang et al. 2016, "Colorful Image Colorization", https://arxiv.org/abs/1603.08511).  The
features are those of EfficientNet-Lite0 (Tan & Le 2019, https://arxiv.org/abs/1905.11946); a palette enters as a
histogram of colours, as in Zhang et al. 2017, "Real-Time User-Guided Image Colorization",
https://arxiv.org/abs/1705.02999. Trained by `deepart.training.restore.colouriser`.

Differs from the papers: a third of the weights or less, on a frozen backbone.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepart.models.pretrained import HubModel
from deepart.models.unet import ResidualBlock

STRIDE = 4
"""Stride in pixels of the places for which colours are predicted."""

_GRID = 10  # CIE a* and b* from one colour to the next
_TEMPERATURE = 1.0  # what logits are divided by before the mean is taken; 0.38 in the paper, which here makes patches


@dataclass(frozen=True, slots=True)
class ColouriserConfig:
    """Shape of the network."""

    backbone: str = "tf_efficientnet_lite0"
    """A name of `timm.list_models()` whose features come at 1/2, 1/4, ... 1/32 of the picture."""
    widths: tuple[int, ...] = (160, 128, 96, 64)
    """Channels of the decoder at 1/32, 1/16, 1/8 and 1/4."""
    depths: tuple[int, ...] = (1, 2, 1, 1)
    """Residual blocks of each."""
    mean: float = 127 / 255
    deviation: float = 128 / 255


class Colouriser(HubModel, license="mit", paper_url="https://arxiv.org/abs/1603.08511", tags=["image-colorization"]):
    """Predicts the probability of the colours in `bins` at each place of a black-and-white picture."""

    Config = ColouriserConfig
    config: ColouriserConfig
    bins: Tensor
    """CIE a* and b* of each colour, (Q, 2)."""

    def __init__(self, config: ColouriserConfig | None = None) -> None:
        config = config or self.Config()
        import timm  # takes seconds, which the app has only after its page is there

        super().__init__(config)
        self.backbone = timm.create_model(config.backbone, pretrained=False, features_only=True)
        self.backbone.requires_grad_(False)
        bins = torch.from_numpy(possible_colours())
        self.register_buffer("bins", bins)
        *_, fine, middle, coarse, coarsest = self.backbone.feature_info.channels()
        self.enter = nn.ModuleList(
            nn.Conv2d(channels, width, 1) for channels, width in zip((coarsest, coarse, middle, fine), config.widths)
        )
        self.whole = nn.Linear(coarsest, config.widths[0])
        self.palette = nn.Linear(len(bins), config.widths[0])
        self.blocks = nn.ModuleList(
            nn.Sequential(*(ResidualBlock(width) for _ in range(depth)))
            for width, depth in zip(config.widths, config.depths)
        )
        self.narrow = nn.ModuleList(
            nn.Conv2d(wide, narrow, 1) for wide, narrow in zip(config.widths, config.widths[1:])
        )
        self.leave = nn.Conv2d(config.widths[-1], len(bins), 1)
        self.prefer = nn.Linear(len(bins), len(bins), bias=False)
        for layer in (self.palette, self.prefer):  # a palette changes nothing before training
            nn.init.zeros_(layer.weight)
        nn.init.normal_(self.leave.weight, std=1e-2)

    @property
    def multiple(self) -> int:
        """Sides of pictures are padded to multiples of this."""
        return 32

    def take_backbone(self, weights: Mapping[str, Tensor]) -> None:
        """Load the weights of a backbone, ignoring other keys; they stay frozen."""
        own = self.backbone.state_dict()
        self.backbone.load_state_dict({name: weights[name] for name in own})

    def train(self, mode: bool = True) -> Colouriser:
        """Set training mode for all but the backbone, whose statistics stay frozen."""
        super().train(mode)
        self.backbone.eval()
        return self

    def forward(self, lightness: Tensor, palette: Tensor | None = None) -> Tensor:
        """Return the logits of the colours, (B, Q, H / 4, W / 4).

        Args:
            lightness: CIE L* in [0, 100], (B, 1, H, W), the sides multiples of `multiple`.
            palette: share of each colour that the picture should have, (B, Q), summing to 1; zeros or None for no
                preference.
        """
        grey = (lightness_to_grey(lightness) - self.config.mean) / self.config.deviation
        with torch.no_grad():
            *_, fine, middle, coarse, coarsest = self.backbone(grey.expand(-1, 3, -1, -1))
        if palette is None:
            palette = lightness.new_zeros(len(lightness), len(self.bins))
        palette = palette.sqrt()
        wishes = self.whole(coarsest.mean((2, 3))) + self.palette(palette)
        x = self.blocks[0](self.enter[0](coarsest) + wishes[:, :, None, None])
        for features, enter, narrow, blocks in zip(
            (coarse, middle, fine), self.enter[1:], self.narrow, self.blocks[1:]
        ):
            larger = F.interpolate(narrow(x), features.shape[-2:], mode="bilinear", align_corners=False)
            x = blocks(larger + enter(features))
        return self.leave(F.relu(x)) + self.prefer(palette)[:, :, None, None]

    def colours(self, logits: Tensor, temperature: float = _TEMPERATURE) -> Tensor:
        """Return a* and b*, (B, 2, H, W), from logits (B, Q, H, W): between the mean (1) and the most likely colour
        (0).
        """
        likelihood = (logits.float() / temperature).softmax(1)
        return torch.einsum("bqhw,qc->bchw", likelihood, self.bins.float())

    def histogram(self, ab: Tensor) -> Tensor:
        """Return the share of each colour, (B, Q), in pictures of a* and b*, (B, 2, H, W)."""
        places, weights = self.nearest(ab)
        found = torch.zeros(len(ab), len(self.bins), device=ab.device)
        found.scatter_add_(1, places.flatten(1), weights.flatten(1))
        return found / found.sum(1, keepdim=True)

    def nearest(self, ab: Tensor, count: int = 5) -> tuple[Tensor, Tensor]:
        """Return the nearest colours of a picture's pixels, (B, count, H, W), and their weights, summing to 1."""
        table, weights = _neighbours(self.bins, count)
        place = (ab.round().long() + _REACH).clamp(0, 2 * _REACH)
        index = place[:, 0] * (2 * _REACH + 1) + place[:, 1]
        return table[index].permute(0, 3, 1, 2), weights[index].permute(0, 3, 1, 2)


_REACH = 110  # of a* and b* in sRGB


def possible_colours() -> np.ndarray:
    """Return the a* and b* of a grid, (Q, 2) float32, that sRGB contains at any lightness."""
    from skimage.color import lab2rgb, rgb2lab

    a, b = np.meshgrid(*(np.arange(-_REACH, _REACH + 1, _GRID),) * 2, indexing="ij")
    lightness = np.arange(5, 100, 5)
    lab = np.stack(np.broadcast_arrays(lightness[:, None, None], a, b), -1).astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of colours that there are not
        back = rgb2lab(lab2rgb(lab))
    is_there = (np.abs(back - lab).max(-1) < _GRID / 2).any(0)
    return np.stack([a[is_there], b[is_there]], -1).astype(np.float32)


_tables: dict[tuple[int, int, str], tuple[Tensor, Tensor]] = {}


def _neighbours(bins: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Return for every integer a* and b* the nearest colours, ((2 * 110 + 1)², count), and their weights."""
    key = (len(bins), count, str(bins.device))
    if key not in _tables:
        axis = torch.arange(-_REACH, _REACH + 1, dtype=torch.float32)
        points = torch.cartesian_prod(axis, axis)
        distance, places = torch.cdist(points, bins.float().cpu()).topk(count, largest=False)
        weights = torch.exp(-0.5 * (distance / (_GRID / 2)) ** 2) + 1e-9
        weights = weights / weights.sum(1, keepdim=True)
        _tables[key] = places.to(bins.device), weights.to(bins.device)
    return _tables[key]


def lightness_to_grey(lightness: Tensor) -> Tensor:
    """Return the sRGB value in [0, 1] of a grey of CIE L* in [0, 100]."""
    f = (lightness + 16) / 116
    linear = torch.where(lightness > 8, f**3, lightness / 903.3)
    return torch.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear.clamp(min=1e-6) ** (1 / 2.4) - 0.055)


def rgb_to_lab(rgb: Tensor) -> Tensor:
    """Return CIE L*, a* and b* (D65) of sRGB pictures in [0, 1]; (B, 3, H, W) both."""
    linear = torch.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055).clamp(min=1e-6) ** 2.4)
    matrix = rgb.new_tensor(
        [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]
    )
    xyz = torch.einsum("ij,bjhw->bihw", matrix / rgb.new_tensor([[0.95047], [1.0], [1.08883]]), linear)
    f = torch.where(xyz > 0.008856, xyz.clamp(min=1e-6) ** (1 / 3), 7.787 * xyz + 16 / 116)
    x, y, z = f.unbind(1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], 1)
