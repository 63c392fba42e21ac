"""Arbitrary style transfer in one forward pass: a picture and a style code in, a painting out.

A content encoder extracts the layout, a style encoder turns a painting into a short vector of statistics (the style
code), and a decoder paints the content with scales and shifts that are computed from the code at each of its
normalisations.

References:
    Dumoulin, Shlens, Kudlur 2017, "A Learned Representation For Artistic Style", https://arxiv.org/abs/1610.07629
    (conditional instance normalisation); Ghiasi et al. 2017, "Exploring the structure of a real-time, arbitrary neural
    artistic stylization network", https://arxiv.org/abs/1705.06830 (the normalisation predicted from the style
    picture); Huang, Belongie 2017, "Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization",
    https://arxiv.org/abs/1703.06868 (a style as means and standard deviations of features).
Differs from the papers:
    - The code is the means and standard deviations of the style encoder's own features at four depths, and of the
    style's colours.  Each depth is a section of the code, so that palette, texture and shapes of different paintings
    can be mixed.  Scales and shifts are computed from it by a small network plus a linear map, which does not collapse,
    and extrapolates to styles unlike those trained on.
    - Noise enters the decoder (Karras et al. 2019, https://arxiv.org/abs/1812.04948) with a strength that depends on
    the style: without noise, a network fills flat areas with a regular weave.
    - The heavy layers work at a quarter and an eighth of the size with 64 to 128 channels, which uses a CPU's matrix
    units well; the content's normalised features at a quarter join the decoder.
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
)
from deepart.models.pretrained import HubModel
from deepart.models.style_code import StyleSpace

_STEP = 2 / 255  # what differs by less is smoothed before it is painted
_CELL = 4  # pixels, along each side, to a mean of what is smoothed


@dataclass(frozen=True, slots=True)
class StyleNetworkConfig:
    """Widths and depths; the defaults are the bundled network's (4.7 million parameters)."""

    content_widths: tuple[int, int, int] = (32, 64, 128)  # at 1/2, 1/4 and 1/8 of the size
    content_blocks: int = 2  # residual blocks at 1/8, before the style comes in
    decoder_blocks: int = 5  # residual blocks at 1/8, painted by the style
    quarter_blocks: int = 2  # the same at 1/4, where brush strokes are drawn
    decoder_widths: tuple[int, int, int] = (96, 48, 24)  # at 1/4, 1/2 and full size
    style_widths: tuple[int, int, int, int] = (32, 64, 128, 160)  # at 1/2, 1/4, 1/8 and 1/16
    hidden: int = 160  # width of the two layers that read the style code
    linear: int = 128  # numbers that are read from it beside them, by a linear map
    inner: tuple[int, ...] = ()  # channels inside each residual block of a pruned network, as `prunable` has them


class ContentFeatures(NamedTuple):
    """Features of the content encoder, which can be painted any number of times."""

    half: Tensor  # (B, C, H/2, W/2)
    quarter: Tensor  # (B, C', H/4, W/4)
    eighth: Tensor  # (B, C'', H/8, W/8)


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
    """Maps RGB to features in which colour and contrast are normalised away."""

    def __init__(self, config: StyleNetworkConfig) -> None:
        super().__init__()
        half, quarter, eighth = config.content_widths
        self.stem = Convolution(12, half)
        self.down1 = Convolution(half, quarter, stride=2)
        self.down2 = Convolution(quarter, eighth, stride=2)
        self.blocks = nn.Sequential(*(ResidualBlock(eighth) for _ in range(config.content_blocks)))

    def forward(self, image: Tensor) -> ContentFeatures:
        """image: (B, 3, H, W) in [0, 1], H and W multiples of 8."""
        half = _activate(self.stem(F.pixel_unshuffle(without_steps(image) * 2 - 1, 2)))
        quarter = _activate(self.down1(half))
        return ContentFeatures(half, quarter, self.blocks(_activate(self.down2(quarter))))


def without_steps(image: Tensor) -> Tensor:
    """Smooth what differs by a few of 255 levels only, where nothing differs by more.  image: (B, 3, H, W).

    A clear sky is a stair of single levels, and each step of it would be painted as a line.  A guided filter
    (He, Sun, Tang 2010, "Guided Image Filtering") over 20 x 20 pixels, its means taken of every fourth.
    """
    cells = F.avg_pool2d(image, _CELL)
    mean = _mean_around(cells)
    variance = (_mean_around(F.avg_pool2d(image.square(), _CELL)) - mean.square()).clamp(min=0).mean(1, keepdim=True)
    kept = variance.square() / (variance.square() + _STEP**4)
    around = _mean_around(torch.cat([kept, (1 - kept) * mean], dim=1))
    kept, smooth = F.interpolate(around, scale_factor=_CELL, mode="bilinear", align_corners=False).split([1, 3], dim=1)
    return (image * kept).add_(smooth)  # first the picture, whose layout in memory all that follows has


def _mean_around(cells: Tensor) -> Tensor:
    return F.avg_pool2d(F.pad(cells, (2, 2, 2, 2), mode="replicate"), 5, stride=1)


class StyleEncoder(nn.Module):
    """Maps a painting of any size to its style code: colour and feature statistics at four depths."""

    def __init__(self, config: StyleNetworkConfig) -> None:
        super().__init__()
        widths = config.style_widths
        self.stem = Convolution(12, widths[0])
        self.down = nn.ModuleList(Convolution(a, b, stride=2) for a, b in zip(widths, widths[1:]))
        self.refine = nn.ModuleList(Convolution(b, b) for b in widths[1:])
        # Means and covariance of the colours, then means and stds at each depth.
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

    The covariance is multiplied by ten, to have the scale of the means.
    """
    pixels = image.flatten(2).float()  # (B, 3, H*W)
    mean = pixels.mean(2)
    centred = pixels - mean[:, :, None]
    covariance = centred @ centred.transpose(1, 2) / pixels.shape[2]
    row, column = torch.triu_indices(3, 3, device=image.device)
    return torch.cat([mean, 10 * covariance[:, row, column]], dim=1)


class StyleMapping(nn.Module):
    """Maps a style code to the features from which all layers compute their scales, shifts and strengths linearly."""

    def __init__(self, code_size: int, hidden: int, linear: int) -> None:
        super().__init__()
        # Brings every number of the code to the same size; measured on paintings before training.
        self.register_buffer("code_mean", torch.zeros(code_size))
        self.register_buffer("code_std", torch.ones(code_size))
        leaky = nn.LeakyReLU(0.1)  # plain ReLUs died: two thirds of them were silent for every painting
        self.nonlinear = nn.Sequential(nn.Linear(code_size, hidden), leaky, nn.Linear(hidden, hidden), leaky)
        self.linear = nn.Linear(code_size, linear)

    def forward(self, code: Tensor) -> Tensor:
        """code: (B, code_size); returns (B, hidden + linear)."""
        x = (code - self.code_mean) / self.code_std
        return torch.cat([self.nonlinear(x), self.linear(x)], dim=1)


class StyleField:
    """Which style applies where: one for each picture of a batch, or several with weights at each place.

    Several styles are mixed in the network's features, as scales and shifts that vary over the picture, and are decoded
    once, so that no line shows where one ends (spatial control in Huang, Belongie 2017).

    Args:
        hidden: (B, hidden), a style for each picture; with weights (K, hidden), K styles for all of them.
        fitted: (B or K, F), added to the values that the layers compute, in their order; F may be 0.
        noisy: (B, 1, 1, 1), 0 for a picture that gets no noise, else 1.
        weights: (B, K, H, W) at the size of the picture, adding up to 1 at each place; or None.
        origin: row and column in the whole picture of a piece's first pixel, multiples of 8.
    """

    def __init__(
        self,
        hidden: Tensor,
        fitted: Tensor,
        noisy: Tensor,
        weights: Tensor | None = None,
        origin: tuple[int, int] = (0, 0),
    ) -> None:
        self._hidden, self._fitted, self._noisy = hidden, fitted, noisy
        self._next = 0  # of `fitted`
        self._origin = origin
        self._weights = weights
        self._shrunk: dict[int, Tensor] = {}  # by width

    def read(self, layer: nn.Linear) -> Tensor:
        """Return the values of the styles for the next layer, (B or K, its outputs)."""
        values = layer(self._hidden)
        if self._fitted.shape[1]:
            first, self._next = self._next, self._next + layer.out_features
            values = values + self._fitted[:, first : self._next]
        return values

    def noise(self, x: Tensor, shrinking: int) -> Tensor:
        """Return the noise (B, 1, h, w) for features x (B, C, h, w); see `position_noise`."""
        noise = position_noise(self._origin, x.shape[2:], shrinking, x.device)
        return (noise * self._noisy).to(x.dtype)

    def at(self, values: Tensor, x: Tensor) -> Tensor:
        """Spread values (B or K, C) of the styles over features x (B, C', H, W)."""
        if self._weights is None:
            return values[:, :, None, None]
        if x.shape[3] not in self._shrunk:
            factor = self._weights.shape[3] // x.shape[3]
            shrunk = F.avg_pool2d(self._weights, factor).permute(0, 2, 3, 1)
            self._shrunk[x.shape[3]] = shrunk.to(x.dtype).contiguous()
        return (self._shrunk[x.shape[3]] @ values.to(x.dtype)).permute(0, 3, 1, 2)


def position_noise(origin: tuple[int, int], size: tuple[int, int], shrinking: int, device: torch.device) -> Tensor:
    """Return noise (1, 1, h, w) of mean 0 and standard deviation 1 that depends only on the place in the picture.

    Tiles that are painted one by one join without a seam, and painting a picture twice gives the same result.

    Args:
        origin: row and column of the first pixel in the picture, multiples of `shrinking`.
        size: rows and columns of the noise.
        shrinking: pixels of the picture for one of the noise, along each side; also the seed of the noise.
        device: the device of the result.
    """
    rows, columns = (
        torch.arange(first // shrinking, first // shrinking + count, device=device)
        for first, count in zip(origin, size)
    )
    # A hash of the coordinates, mixed as in Wellons 2018 ("Prospecting for Hash Functions"), in 32 bits.
    x = rows[:, None] * 0x9E3779B1 + columns * 0x85EBCA77 + shrinking * 0xC2B2AE3D
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        x = ((x & 0xFFFFFFFF) >> shift ^ x) * factor
    x = (x & 0xFFFFFFFF) >> 16
    return ((x.float() + 0.5) / 65536 - 0.5)[None, None] * 12**0.5


class StyledConvolution(nn.Module):
    """3x3 convolution, normalisation, and the scale, shift and noise of the style.

    Args:
        in_channels, out_channels: of the convolution.
        hidden: numbers that a `StyleMapping` returns.
        noise: None, or the stride of this layer in pixels of the picture, whose noise it adds.
    """

    def __init__(self, in_channels: int, out_channels: int, hidden: int, noise: int | None = None) -> None:
        super().__init__()
        self.conv = Convolution(in_channels, out_channels)
        self.style = nn.Linear(hidden, 2 * out_channels)
        nn.init.normal_(self.style.weight, std=0.02)
        nn.init.zeros_(self.style.bias)
        self.shrinking = noise
        if noise:
            self.noise = nn.Linear(hidden, out_channels)
            nn.init.zeros_(self.noise.weight)
            nn.init.zeros_(self.noise.bias)

    def forward(self, x: Tensor, style: StyleField) -> Tensor:
        """x: (B, C, H, W)."""
        return self._painted(self.conv(x), style)

    def enlarging(self, x: Tensor, style: StyleField, beside: Tensor | None = None) -> Tensor:
        """Paint at twice the size of x (B, C, H, W), see `Convolution.enlarging`."""
        return self._painted(self.conv.enlarging(x, beside), style)

    def _painted(self, x: Tensor, style: StyleField) -> Tensor:
        x = normalise_over_pixels(x)
        if self.shrinking:
            strength = style.at(style.read(self.noise), x).to(x.dtype)
            x = torch.addcmul(x, strength, style.noise(x, self.shrinking))
        scale, shift = style.at(style.read(self.style), x).chunk(2, dim=1)
        return torch.addcmul(shift.to(x.dtype), x, 1 + scale.to(x.dtype))


class StyledBlock(nn.Module):
    """Residual block whose two normalisations get scale and shift from the style."""

    def __init__(self, channels: int, hidden: int, noise: int | None = None) -> None:
        super().__init__()
        self.conv1 = StyledConvolution(channels, channels, hidden)
        self.conv2 = StyledConvolution(channels, channels, hidden, noise)

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
        content_half, content_quarter, eighth = config.content_widths
        quarter, half, full = config.decoder_widths
        hidden = config.hidden + config.linear
        self.code_size = code_size
        self.read_code = StyleMapping(code_size, config.hidden, config.linear)
        self.blocks = nn.ModuleList(
            StyledBlock(eighth, hidden, noise=8 if i == 0 else None) for i in range(config.decoder_blocks)
        )
        self.to_quarter = StyledConvolution(eighth + content_quarter, quarter, hidden, noise=4)
        self.quarter_blocks = nn.ModuleList(StyledBlock(quarter, hidden) for _ in range(config.quarter_blocks))
        self.to_half = StyledConvolution(quarter + content_half, half, hidden, noise=2)
        self.at_half = StyledConvolution(half, half, hidden)
        self.to_full = StyledConvolution(half, full, hidden)
        self.to_rgb = Convolution(full, 3)

    @property
    def fitted_size(self) -> int:
        """Number of values that the layers compute from a style: scales, shifts, and strengths of noise."""
        layers = [module for module in self.modules() if isinstance(module, StyledConvolution)]
        return sum(layer.style.out_features + (layer.noise.out_features if layer.shrinking else 0) for layer in layers)

    def forward(
        self,
        content: ContentFeatures,
        code: Tensor,
        weights: Tensor | None = None,
        statistics: Sequence[FrozenStatistics] = (),
        origin: tuple[int, int] = (0, 0),
    ) -> Tensor:
        """Paint.

        Args:
            content: features of the content encoder for (B, 3, H, W).
            code: (B, code_size); with weights (K, code_size).  `fitted_size` additional values are added to the scales,
                shifts and strengths that are computed from the code.
            weights: None, or the share of each of the K codes at each place: (B, K, H, W), adding up to 1.
            statistics: with weights: statistics of the decoder's normalisations with each of the K codes alone.
            origin: row and column of the content in the whole picture, multiples of 8.

        Returns:
            RGB (B, 3, H, W), near [0, 1] but not clamped.
        """
        code, fitted = code.tensor_split([self.code_size], dim=1)
        # Of a blank picture nothing is left but rounding; alone, noise would be magnified to a picture of its own.
        noisy = content.half.amax((1, 2, 3), keepdim=True) > 0.1
        style = StyleField(self.read_code(code), fitted, noisy, weights, origin)
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
        x = F.relu(self.to_half.enlarging(x, style, content.half))
        x = F.relu(self.at_half(x, style))
        x = F.relu(self.to_full.enlarging(x, style))
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
        """Set the mean and standard deviation of style codes from many of them, (N, code_size)."""
        mapping = self.decoder.read_code
        mapping.code_mean.copy_(codes.mean(0))
        mapping.code_std.copy_(codes.std(0).clamp(min=1e-3))

    def space(self) -> StyleSpace:
        """Return the space of this network's codes, in which they are mixed."""
        mapping = self.decoder.read_code
        return StyleSpace(mapping.code_mean.cpu(), mapping.code_std.cpu(), self.style_encoder.sections)

    @property
    def code_size(self) -> int:
        """Length of this network's style codes."""
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
