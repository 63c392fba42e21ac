"""Arbitrary style transfer in one forward pass: a picture and a style code in, a painting out.

A content encoder reads what is where, a style encoder turns a painting into a short vector of
statistics (the style code), and a decoder paints the content with the scales and shifts that the
code asks for at each of its normalisations.

References:
    Dumoulin, Shlens, Kudlur 2017, "A Learned Representation For Artistic Style",
    https://arxiv.org/abs/1610.07629 (conditional instance normalisation);
    Ghiasi et al. 2017, "Exploring the structure of a real-time, arbitrary neural artistic stylization
    network", https://arxiv.org/abs/1705.06830 (the normalisation predicted from the style picture);
    Huang, Belongie 2017, "Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization",
    https://arxiv.org/abs/1703.06868 (a style as means and deviations of features).
Differs from the papers:
    - The code is the means and deviations of the style encoder's own features at four depths, and of
      the style's colours, with no bottleneck after them.  Each depth is a section of the code, so that
      palette, texture and shapes of different paintings can be mixed.
    - The heavy layers work at a quarter and an eighth of the size with 64 to 128 channels, where a CPU's
      matrix units are used well; the content's normalised features at a quarter join the decoder.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepart.models.blocks import (
    BlendedStatistics,
    Convolution,
    FrozenStatistics,
    channel_statistics,
    keep_inputs,
    keep_outputs,
    narrow,
    normalise_over_pixels,
    upsample_linear,
    upsample_nearest,
)
from deepart.models.pretrained import HubModel
from deepart.models.style_code import StyleSpace


@dataclass(frozen=True, slots=True)
class StyleNetworkConfig:
    """Widths and depths; the defaults are the bundled network's (4.7 million parameters)."""

    content_widths: tuple[int, int, int] = (32, 64, 128)  # at 1/2, 1/4 and 1/8 of the size
    content_blocks: int = 2  # residual blocks at 1/8, before the style comes in
    decoder_blocks: int = 5  # residual blocks at 1/8, painted by the style
    quarter_blocks: int = 2  # the same at 1/4, where brush strokes are drawn
    decoder_widths: tuple[int, int, int] = (96, 48, 24)  # at 1/4, 1/2 and full size
    style_widths: tuple[int, int, int, int] = (32, 64, 128, 160)  # at 1/2, 1/4, 1/8 and 1/16
    hidden: int = 256  # width of the two layers that read the style code
    inner: tuple[int, ...] = ()  # channels inside each residual block of a pruned network, as `prunable` has them


class ContentFeatures(NamedTuple):
    """What the content encoder saw, ready to be painted any number of times."""

    quarter: Tensor  # (B, C, H/4, W/4)
    eighth: Tensor  # (B, C', H/8, W/8)


def _activate(x: Tensor) -> Tensor:
    return F.relu(normalise_over_pixels(x))


class ResidualBlock(nn.Module):
    """Two normalised 3x3 convolutions around a shortcut (He et al. 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = Convolution(channels, channels)
        self.conv2 = Convolution(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        return x + normalise_over_pixels(self.conv2(_activate(self.conv1(x))))

    @property
    def last(self) -> nn.Conv2d:
        """The convolution that reads what is between the two."""
        return self.conv2

    def keep(self, kept: Tensor) -> None:
        """Keep only these of the channels between the two convolutions."""
        keep_outputs(self.conv1, kept)
        keep_inputs(self.conv2, kept)


class ContentEncoder(nn.Module):
    """RGB to features whose own colours and contrast have been normalised away."""

    def __init__(self, config: StyleNetworkConfig) -> None:
        super().__init__()
        half, quarter, eighth = config.content_widths
        self.stem = Convolution(12, half)
        self.down1 = Convolution(half, quarter, stride=2)
        self.down2 = Convolution(quarter, eighth, stride=2)
        self.blocks = nn.Sequential(*(ResidualBlock(eighth) for _ in range(config.content_blocks)))

    def forward(self, image: Tensor) -> ContentFeatures:
        """image: (B, 3, H, W) in [0, 1], H and W multiples of 8."""
        x = _activate(self.stem(F.pixel_unshuffle(image * 2 - 1, 2)))
        quarter = _activate(self.down1(x))
        return ContentFeatures(quarter, self.blocks(_activate(self.down2(quarter))))


class StyleEncoder(nn.Module):
    """A painting of any size to its style code: colour and feature statistics at four depths."""

    def __init__(self, config: StyleNetworkConfig) -> None:
        super().__init__()
        widths = config.style_widths
        self.stem = Convolution(12, widths[0])
        self.down = nn.ModuleList(Convolution(a, b, stride=2) for a, b in zip(widths, widths[1:]))
        self.refine = nn.ModuleList(Convolution(b, b) for b in widths[1:])
        # Means and covariance of the colours, then means and deviations at each depth.
        self.sections = (9, *(2 * width for width in widths))
        # He et al. 2015: without it the features, and their statistics, would shrink from depth to depth.
        for layer in (self.stem, *self.down, *self.refine):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")

    def forward(self, image: Tensor) -> Tensor:
        """image: (B, 3, H, W) in [0, 1], H and W multiples of 16; returns (B, sum(sections))."""
        code = [colour_statistics(image)]
        x = F.relu(self.stem(F.pixel_unshuffle(image * 2 - 1, 2)))
        code.append(torch.cat(channel_statistics(x), dim=1))
        for down, refine in zip(self.down, self.refine):
            x = F.relu(down(x))
            x = x + F.relu(refine(x))
            code.append(torch.cat(channel_statistics(x), dim=1))
        return torch.cat(code, dim=1)


def colour_statistics(image: Tensor) -> Tensor:
    """Return the mean colour and the upper triangle of the colours' covariance, (B, 9) float32.

    The covariance is given in tenths of a squared unit, which brings it to the size of the means.
    """
    pixels = image.flatten(2).float()  # (B, 3, H*W)
    mean = pixels.mean(2)
    centred = pixels - mean[:, :, None]
    covariance = centred @ centred.transpose(1, 2) / pixels.shape[2]
    row, column = torch.triu_indices(3, 3, device=image.device)
    return torch.cat([mean, 10 * covariance[:, row, column]], dim=1)


class StyleField:
    """Which style paints where: one everywhere in each picture of a batch, or several with weights.

    Several styles meet in the network's features, as scales and shifts that change from place to place,
    and are decoded once: there is no line where one ends (spatial control in Huang, Belongie 2017).

    Args:
        hidden: (B, hidden), a style for each picture; with weights (K, hidden), K styles for all of them.
        weights: (B, K, H, W) at the size of the picture, adding up to 1 at each place; or None.
    """

    def __init__(self, hidden: Tensor, weights: Tensor | None = None) -> None:
        self.hidden = hidden
        self._weights = weights
        self._shrunk: dict[int, Tensor] = {}  # by width

    def at(self, values: Tensor, x: Tensor) -> Tensor:
        """Spread values (B or K, C) of the styles over the places of x (B, C', H, W)."""
        if self._weights is None:
            return values[:, :, None, None]
        if x.shape[3] not in self._shrunk:
            factor = self._weights.shape[3] // x.shape[3]
            shrunk = F.avg_pool2d(self._weights, factor).permute(0, 2, 3, 1)
            self._shrunk[x.shape[3]] = shrunk.to(x.dtype).contiguous()
        return (self._shrunk[x.shape[3]] @ values.to(x.dtype)).permute(0, 3, 1, 2)


class StyledConvolution(nn.Module):
    """3x3 convolution, normalisation, then the scale and shift that the style asks for."""

    def __init__(self, in_channels: int, out_channels: int, hidden: int) -> None:
        super().__init__()
        self.conv = Convolution(in_channels, out_channels)
        self.style = nn.Linear(hidden, 2 * out_channels)
        nn.init.normal_(self.style.weight, std=0.02)
        nn.init.zeros_(self.style.bias)

    def forward(self, x: Tensor, style: StyleField) -> Tensor:
        """x: (B, C, H, W)."""
        x = normalise_over_pixels(self.conv(x))
        scale, shift = style.at(self.style(style.hidden), x).chunk(2, dim=1)
        return torch.addcmul(shift.to(x.dtype), x, 1 + scale.to(x.dtype))


class StyledBlock(nn.Module):
    """Residual block whose two normalisations take their scale and shift from the style."""

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.conv1 = StyledConvolution(channels, channels, hidden)
        self.conv2 = StyledConvolution(channels, channels, hidden)

    def forward(self, x: Tensor, style: StyleField) -> Tensor:
        return x + self.conv2(F.relu(self.conv1(x, style)), style)

    @property
    def last(self) -> nn.Conv2d:
        """The convolution that reads what is between the two."""
        return self.conv2.conv

    def keep(self, kept: Tensor) -> None:
        """Keep only these of the channels between the two convolutions."""
        scales_and_shifts = torch.cat([kept, self.conv1.conv.out_channels + kept])
        keep_outputs(self.conv1.conv, kept)
        keep_outputs(self.conv1.style, scales_and_shifts)
        keep_inputs(self.conv2.conv, kept)


class Decoder(nn.Module):
    """Paints content features with a style code."""

    def __init__(self, config: StyleNetworkConfig, code_size: int) -> None:
        super().__init__()
        _, content_quarter, eighth = config.content_widths
        quarter, half, full = config.decoder_widths
        hidden = config.hidden
        # Brings every number of the code to the same size; measured on paintings before training.
        self.register_buffer("code_mean", torch.zeros(code_size))
        self.register_buffer("code_std", torch.ones(code_size))
        self.read_code = nn.Sequential(nn.Linear(code_size, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        self.blocks = nn.ModuleList(StyledBlock(eighth, hidden) for _ in range(config.decoder_blocks))
        self.to_quarter = StyledConvolution(eighth + content_quarter, quarter, hidden)
        self.quarter_blocks = nn.ModuleList(StyledBlock(quarter, hidden) for _ in range(config.quarter_blocks))
        self.to_half = StyledConvolution(quarter, half, hidden)
        self.at_half = StyledConvolution(half, half, hidden)
        self.to_full = StyledConvolution(half, full, hidden)
        self.to_rgb = Convolution(full, 3)

    def forward(
        self,
        content: ContentFeatures,
        code: Tensor,
        weights: Tensor | None = None,
        statistics: Sequence[FrozenStatistics] = (),
    ) -> Tensor:
        """Paint.

        Args:
            content: what the content encoder saw of (B, 3, H, W).
            code: (B, code_size); with weights (K, code_size).
            weights: None, or how much of each of the K codes is wanted where: (B, K, H, W), adding up to
                1 at each place.
            statistics: with weights, of the decoder's normalisations with each of the K codes alone.

        Returns:
            RGB (B, 3, H, W), near [0, 1] but not clamped.
        """
        style = StyleField(self.read_code((code - self.code_mean) / self.code_std), weights)
        with BlendedStatistics(statistics, style.at).replaying() if statistics else nullcontext():
            return self._paint(content, style)

    def _paint(self, content: ContentFeatures, style: StyleField) -> Tensor:
        x = content.eighth
        for block in self.blocks:
            x = block(x, style)
        x = torch.cat([upsample_linear(x), content.quarter], dim=1)
        x = F.relu(self.to_quarter(x, style))
        for block in self.quarter_blocks:
            x = block(x, style)
        x = F.relu(self.to_half(upsample_nearest(x), style))
        x = F.relu(self.at_half(x, style))
        x = F.relu(self.to_full(upsample_nearest(x), style))
        return self.to_rgb(x).float() * 0.5 + 0.5


class StyleNetwork(
    HubModel, license="mit", pipeline_tag="image-to-image", paper_url="https://arxiv.org/abs/1705.06830"
):
    """Content encoder, style encoder and decoder in one module."""

    Config = StyleNetworkConfig

    def __init__(self, config: StyleNetworkConfig) -> None:
        super().__init__(config)
        self.content_encoder = ContentEncoder(config)
        self.style_encoder = StyleEncoder(config)
        self.decoder = Decoder(config, code_size=sum(self.style_encoder.sections))
        narrow(self.prunable(), config.inner)

    def prunable(self) -> list[ResidualBlock | StyledBlock]:
        """Return the blocks that can be pruned."""
        return [module for module in self.modules() if isinstance(module, (ResidualBlock, StyledBlock))]

    @torch.no_grad()
    def measure_codes(self, codes: Tensor) -> None:
        """Learn the mean and deviation of style codes from many of them, (N, code_size)."""
        self.decoder.code_mean.copy_(codes.mean(0))
        self.decoder.code_std.copy_(codes.std(0).clamp(min=1e-3))

    def space(self) -> StyleSpace:
        """Return what this network's codes mean, for mixing them."""
        return StyleSpace(self.decoder.code_mean.cpu(), self.decoder.code_std.cpu(), self.style_encoder.sections)

    @property
    def code_size(self) -> int:
        """How many numbers a style code of this network has."""
        return sum(self.style_encoder.sections)

    def forward(self, content: Tensor, style: Tensor) -> Tensor:
        """Paint `content` in the style of `style`.

        Args:
            content: (B, 3, H, W) in [0, 1]; H and W multiples of 8.
            style: (B, 3, H', W') in [0, 1]; H' and W' multiples of 16.

        Returns:
            (B, 3, H, W), near [0, 1] but not clamped.
        """
        return self.decoder(self.content_encoder(content), self.style_encoder(style))
