"""The generator paints pictures of a style from random numbers.

Trained by `deepart.training.generate.generator`.

It is of the FastGAN class (Liu et al. 2021, https://arxiv.org/abs/2101.04775), made for processors. Differs from the
paper: conditional on a style, which sets the scales of every batch normalisation together with the random numbers
(Dumoulin et al. 2017, https://arxiv.org/abs/1610.07629), so that every resolution can have its own code; leaky ReLU
instead of gated linear units, which compute twice as many channels as they keep;
    an excitation is applied before the activation, where it is part of the normalisation's scale;
    nearest upsampling and the 3x3 convolution after it are one transposed convolution with the same result;
    the full-size picture is the 128-pixel one, enlarged, plus what the last level adds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx

from deepart.models.blocks import upsample_linear
from deepart.models.pretrained import HubModel

SLOPE = 0.2
"""Slope of the leaky ReLUs below zero."""

_MOMENTUM = 0.05  # of the normalisations' running statistics
_MEAN_SAMPLES = 1024  # of which the mean code of a style is the mean


COMPOSED_LEVEL = 3
"""Last level (of 32 pixels) at which the features of a patch are pasted into those of a picture."""


@dataclass(frozen=True, slots=True)
class FeaturePatch:
    """A patch that is painted into other pictures; see `Generator.paint`."""

    codes: Tensor  # (B, L, z)
    noise: Sequence[Tensor]
    mask: Tensor  # (B, 1, h, w) in [0, 1], 1 where it goes


@dataclass(frozen=True, slots=True)
class GeneratorConfig:
    """Styles, sizes and widths of the generator."""

    styles: tuple[str, ...]
    """Names of the styles; one more, "any", comes after them."""
    channels: tuple[int, ...] = (256, 256, 256, 192, 96, 64, 32)
    """Channels at 4, 8, 16, ... pixels; the last size is that of the pictures."""
    layers: tuple[int, ...] = (0, 1, 2, 2, 2, 1, 1)
    """Convolutions at each of these sizes; at 4 pixels there is none."""
    z: int = 128
    """Size of the latent, and of a code."""
    small: int = 5
    """Index of the smaller size at which pictures can be output; the last one if there is only one size."""
    excitation: int = 4
    """Number of sizes that a skip-layer excitation spans: from 4 pixels to 64."""
    shares: tuple[tuple[float, ...], ...] = ()
    """A row for each style: the number of training paintings by genre, the last entry for those of unknown genre.
    Empty: all are equally frequent.
    """


class Generator(HubModel, license="mit", tags=["unconditional-image-generation", "art"]):
    """Paints pictures of a style from random numbers."""

    Config = GeneratorConfig
    config: GeneratorConfig

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__(config)
        if config.shares and len(config.shares) != len(config.styles):
            raise ValueError("Every style has a share, or none has.")
        channels, count = config.channels, len(config.channels)
        self.mapping = StyleMapping(config)
        self.start = nn.Linear(config.z, 16 * channels[0], bias=False)  # what all pictures would share is left out
        nn.init.normal_(self.start.weight, std=config.z**-0.5)
        self.levels = nn.ModuleList(
            nn.ModuleList(
                PaintLayer(channels[level - 1] if first else channels[level], channels[level], config.z, enlarge=first)
                for first in [True] + [False] * (config.layers[level] - 1)
            )
            for level in range(1, count)
        )
        self.excitations = nn.ModuleDict(
            {
                str(level): SkipLayerExcitation(channels[level - config.excitation], channels[level])
                for level in range(config.excitation, count)
            }
        )
        self.to_small = nn.Conv2d(channels[config.small], 3, 3, padding=1)
        if count - 1 > config.small:
            self.to_large = nn.Conv2d(channels[-1], 3, 3, padding=1)
            nn.init.zeros_(self.to_large.weight)  # a level that is grown on adds nothing at first

    @property
    def num_codes(self) -> int:
        """Number of codes of a picture: one for each size, from the coarsest to the finest."""
        return len(self.config.channels)

    @property
    def styles(self) -> tuple[str, ...]:
        """Names of the styles, without "any", which has the last index."""
        return self.config.styles

    def style_numbers(self, names: Iterable[str], unnamed: str) -> list[int]:
        """Return the indices of styles by name, ignoring case.

        Unknown names become the style `unnamed`, or `any_style` if that is unknown as well.
        """
        place = {style.casefold(): number for number, style in enumerate(self.styles)}
        otherwise = place.get(unnamed, self.any_style)
        return [place.get(name.casefold(), otherwise) for name in names]

    @property
    def any_style(self) -> int:
        """The index that stands for no style in particular."""
        return len(self.config.styles)

    @property
    def sizes(self) -> tuple[int, int]:
        """The two sizes of pictures in pixels; equal if there is only one."""
        return 4 << self.config.small, 4 << (self.num_codes - 1)

    def draw(self, seeds: Sequence[int]) -> tuple[Tensor, list[Tensor]]:
        """Return the latents (B, z) and the noise of these seeds; a seed gives the same in any batch."""
        return draw_each(self, seeds)

    def draw_noise(self, count: int, generator: torch.Generator | None = None) -> list[Tensor]:
        """Draw the noise of `count` pictures: for each size above 4 pixels (count, 1, size, size)."""
        device = generator.device if generator else self.start.weight.device
        sides = [4 << level for level in range(1, self.num_codes)]
        return [torch.randn(count, 1, side, side, generator=generator, device=device) for side in sides]

    def codes(self, z: Tensor, style: Tensor, truncation: float = 1.0) -> Tensor:
        """Map latents to the codes of all sizes.

        Args:
            z: (B, z), or (B, L, z) with a latent for each of the `num_codes` sizes.
            style: (B,) or (B, L) indices of styles, `any_style` for none in particular; or, as floats, shares
                of every style, (B, S + 1) or (B, L, S + 1).
            truncation: 1 for full variety, towards 0 for what is typical of the style.

        Returns:
            (B, L, z).
        """
        z = z if z.ndim == 3 else z[:, None].expand(-1, self.num_codes, -1)
        if style.ndim == 1 + style.is_floating_point():  # one for all sizes
            style = style[:, None].expand(-1, self.num_codes, *style.shape[1:])
        codes = self.mapping(z, style)
        if truncation != 1:
            means = self.mean_codes()
            codes = torch.lerp(style @ means if style.is_floating_point() else means[style], codes, truncation)
        # The composition follows the numbers alone: whatever moved them would be a composition that pictures share.
        return torch.cat([_of_usual_length(z[:, :1]), codes[:, 1:]], dim=1)

    def mean_codes(self) -> Tensor:
        """Return the mean code of every style, and of "any" as the last, (styles + 1, z)."""
        z = torch.randn(_MEAN_SAMPLES, self.config.z, generator=torch.Generator().manual_seed(0))
        z = z.to(self.start.weight.device)
        styles = torch.arange(self.any_style + 1, device=z.device)
        return torch.stack([self.mapping(z, style.expand(len(z))).mean(0) for style in styles])

    def paint(
        self,
        codes: Tensor,
        noise: Sequence[Tensor] | None = None,
        size: int | None = None,
        patches: Sequence[FeaturePatch] = (),
    ) -> Tensor:
        """Paint the pictures of some codes.

        Args:
            codes: (B, L, z).
            noise: as `draw_noise` returns it; None draws some.
            size: one of `sizes`; the larger if None.
            patches: patches painted into the pictures. They replace features from 8 pixels up to `COMPOSED_LEVEL`;
                after that everything is painted as one picture, which outside the patches stays as it would be without
                them.

        Returns:
            (B, 3, size, size) RGB in [0, 1].
        """
        small, large = self.sizes
        if size not in (None, small, large):
            raise ValueError(f"Pictures have {small} or {large} pixels, not {size}.")
        last = self.config.small if size == small else self.num_codes - 1
        noise = [part.to(codes.device) for part in noise or self.draw_noise(len(codes))]
        features = self.coarse_features(codes, noise)
        composed = features
        for patch in patches:
            composed = self.coarse_features(patch.codes, patch.noise, composed, patch.mask)
        x, picture = composed[-1], None
        for level in range(1, last + 1):
            if level >= len(features):
                # What excites is not composed: it sees all of a picture, and would change all of it.
                x = self._enlarged(level, x, features, codes, noise)
                features.append(x)
            if level == self.config.small:
                picture = self.to_small(x).float()
        if last > self.config.small:
            for _ in range(last - self.config.small):
                picture = upsample_linear(picture)
            picture = picture + self.to_large(x).float()
        return torch.tanh(picture) / 2 + 0.5

    def coarse_features(
        self, codes: Tensor, noise: Sequence[Tensor], around: Sequence[Tensor] | None = None, mask: Tensor | None = None
    ) -> list[Tensor]:
        """Return the features at 4 pixels, 8, ... up to `COMPOSED_LEVEL`, (B, C, side, side) each.

        Args:
            codes: (B, L, z).
            noise: as of `draw_noise`.
            around: the coarse features of other pictures, into which these are pasted.
            mask: where they are pasted, (B, 1, h, w) in [0, 1].
        """
        x = self.start(codes[:, 0]).unflatten(1, (4, 4, -1)).permute(0, 3, 1, 2)  # channels_last
        features = [x]
        for level in range(1, min(COMPOSED_LEVEL, self.config.small) + 1):
            x = self._enlarged(level, x, features, codes, noise)
            if around is not None:
                x = torch.lerp(around[level], x, F.adaptive_avg_pool2d(mask, x.shape[-1]).to(x.dtype))
            features.append(x)
        return features

    def _enlarged(
        self, level: int, x: Tensor, features: Sequence[Tensor], codes: Tensor, noise: Sequence[Tensor]
    ) -> Tensor:
        """Return the features of `level` from those of the previous level, with excitation by the coarse `features`."""
        gate = None
        if str(level) in self.excitations:
            gate = self.excitations[str(level)](features[level - self.config.excitation])
        layers = self.levels[level - 1]
        for index, layer in enumerate(layers):
            is_last = index == len(layers) - 1
            x = layer(x, codes[:, level], noise[level - 1], gate if is_last else None)
        return x

    def forward(
        self,
        z: Tensor,
        style: Tensor,
        noise: Sequence[Tensor] | None = None,
        size: int | None = None,
        truncation: float = 1.0,
    ) -> Tensor:
        """Paint pictures, (B, 3, size, size) RGB in [0, 1]; arguments as of `codes` and `paint`."""
        return self.paint(self.codes(z, style, truncation), noise, size)


class StyleMapping(nn.Module):
    """Maps a latent and a style to a code that stays close to the latent, so that no information is lost."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.styles = nn.Embedding(len(config.styles) + 1, config.z)
        self.first = nn.Linear(2 * config.z, config.z)
        self.second = nn.Linear(config.z, config.z)

    def forward(self, z: Tensor, style: Tensor) -> Tensor:
        """Map (..., z) numbers and (...) styles, or (..., S + 1) shares of styles, to codes, (..., z).

        Latents are scaled to their average length, so that interpolated ones are as typical as the two ends.
        """
        z = _of_usual_length(z)
        style = style @ self.styles.weight if style.is_floating_point() else self.styles(style)
        move = self.second(F.leaky_relu(self.first(torch.cat([z, style], dim=-1)), SLOPE))
        return z + move.float()


def _of_usual_length(z: Tensor) -> Tensor:
    return F.normalize(z, dim=-1) * math.sqrt(z.shape[-1])


class PaintLayer(nn.Module):
    """A 3x3 convolution, normalisation with scales from the code, noise, and a leaky ReLU.

    Args:
        enlarge: doubles the size first.
    """

    def __init__(self, in_channels: int, out_channels: int, code: int, enlarge: bool) -> None:
        super().__init__()
        if enlarge:
            self.conv = EnlargingConvolution(in_channels, out_channels)
        else:
            self.conv = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
        self.scales = nn.Linear(code, 2 * out_channels)
        self.noise_strength = nn.Parameter(torch.zeros(()))
        self.register_buffer("running_mean", torch.zeros(out_channels))
        self.register_buffer("running_var", torch.ones(out_channels))
        nn.init.zeros_(self.scales.bias)

    def forward(self, x: Tensor, code: Tensor, noise: Tensor, gate: Tensor | None = None) -> Tensor:
        """Return (B, out_channels, H, W), doubled if `enlarge`.

        Args:
            x: (B, in_channels, H, W).
            code: (B, code).
            noise: (B, 1, H, W) of the size of the result.
            gate: positive factors (B, out_channels) by which the result is multiplied.
        """
        x = self.conv(x)
        gain, shift = self.scales(code).float().chunk(2, dim=1)
        gain = 1 + gain
        if gate is not None:  # a leaky ReLU of what is multiplied is the same, multiplied
            gain, shift = gain * gate, shift * gate
        if self.training:
            mean, var = torch.batch_norm_update_stats(x.detach(), self.running_mean, self.running_var, _MOMENTUM)
        else:
            mean, var = self.running_mean, self.running_var
        return ModulatedActivation.apply(x, mean, var, gain, shift, noise, self.noise_strength, self.training)


class EnlargingConvolution(nn.Module):
    """Nearest upsampling by two and a 3x3 convolution, as one transposed convolution.

    It needs four products for each value instead of nine, and no enlarged copy of the features: twice as fast.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(in_channels, out_channels, 3, 3))  # mirrored, as transposed ones are
        nn.init.normal_(self.weight, std=(9 * in_channels) ** -0.5)
        # Which of the four taps of a side each of the three goes to: two, because a value was doubled.
        taps = torch.tensor([[1.0, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]])
        self.register_buffer("spread", torch.kron(taps, taps), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, in_channels, H, W) to (B, out_channels, 2 H, 2 W)."""
        kernel = (self.weight.flatten(2) @ self.spread).unflatten(2, (4, 4))
        return F.conv_transpose2d(x, kernel, stride=2, padding=1)


class ModulatedActivation(torch.autograd.Function):
    """leaky_relu(gain * normalised(x) + shift + strength * noise), with a gain and shift for each picture.

    The backward pass of PyTorch's batch normalisation in bfloat16 takes as long as a convolution. Here the whole
    function has a hand-written backward pass with few passes over the features, and only input and output are kept.
    """

    @staticmethod
    def forward(
        ctx: FunctionCtx,
        x: Tensor,  # (B, C, H, W)
        mean: Tensor,  # (C,), as are var
        var: Tensor,
        gain: Tensor,  # (B, C), as is shift
        shift: Tensor,
        noise: Tensor,  # (B, 1, H, W)
        strength: Tensor,  # ()
        measured: bool,  # whether mean and var are those of x
    ) -> Tensor:
        inverse_std = (var + 1e-5).rsqrt()
        scale = gain * inverse_std
        y = torch.addcmul(_per_channel(shift - scale * mean, x), x, _per_channel(scale, x))
        noise = noise.to(x.dtype)
        y.add_(noise * strength.to(x.dtype))
        y = F.leaky_relu_(y, SLOPE)
        ctx.save_for_backward(x, y, mean, inverse_std, gain, noise)
        ctx.measured = measured
        return y

    @staticmethod
    def backward(ctx: FunctionCtx, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, y, mean, inverse_std, gain, noise = ctx.saved_tensors
        grad = torch.ops.aten.leaky_relu_backward(grad, y, SLOPE, True)
        # Sums, not means: a mean in bfloat16 first makes a copy of everything in float32.
        grad_shift = grad.sum((2, 3)).to(gain.dtype)
        along_x = (grad * x).sum((2, 3)).to(gain.dtype)
        grad_gain = (along_x - mean * grad_shift) * inverse_std
        grad_strength = (grad.sum(1, keepdim=True) * noise).sum(dtype=gain.dtype)
        scale = gain * inverse_std
        if not ctx.measured:
            return grad * _per_channel(scale, x), None, None, grad_gain, grad_shift, None, grad_strength, None
        # A change of x also moves the mean and the standard deviation of its channel.
        count = x.numel() // x.shape[1]
        constant = (gain * grad_shift).sum(0) / count
        along = (gain * grad_gain).sum(0) / count * inverse_std
        offset = _per_channel((along * mean - constant)[None] * inverse_std, x)
        grad_x = torch.addcmul(offset, x, _per_channel(-(along * inverse_std)[None], x))
        grad_x = grad_x.addcmul_(grad, _per_channel(scale, x))
        return grad_x, None, None, grad_gain, grad_shift, None, grad_strength, None


def draw_each(network: HubModel, seeds: Sequence[int]) -> tuple[Tensor, list[Tensor]]:
    """Return the latent and the noise of each seed, independent of the other seeds."""
    drawn = []
    for seed in seeds:
        generator = torch.Generator().manual_seed(seed)
        drawn.append((torch.randn(network.config.z, generator=generator), network.draw_noise(1, generator)))
    return torch.stack([z for z, _ in drawn]), [torch.cat(noise) for noise in zip(*(noise for _, noise in drawn))]


def _per_channel(values: Tensor, like: Tensor) -> Tensor:
    return values[:, :, None, None].to(like.dtype)


class SkipLayerExcitation(nn.Module):
    """Predicts factors for the channels of fine features from the coarse ones."""

    def __init__(self, coarse: int, fine: int) -> None:
        super().__init__()
        self.look = nn.Conv2d(coarse, fine, 4)
        self.answer = nn.Conv2d(fine, fine, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, fine) factors between 0 and 1 for (B, coarse, H, W)."""
        x = F.silu(self.look(F.adaptive_avg_pool2d(x, 4)))
        return torch.sigmoid(self.answer(x).float().flatten(1))
