"""FastGAN in the layout of the Hub's checkpoints: Liu et al. 2021, https://arxiv.org/abs/2101.04775."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from deepart.models.generators.generator import draw_each
from deepart.models.pretrained import HubModel


@dataclass(frozen=True, slots=True)
class FastGANConfig:
    """Layout of the Hub's FastGAN checkpoints; the defaults are theirs."""

    channels: tuple[int, ...] = (1024, 512, 256, 128, 128, 64, 32, 16, 8)
    """At 4 pixels, 8, ... 1024."""
    z: int = 256


class FastGAN(HubModel, license="mit", tags=["unconditional-image-generation"]):
    """The generator of FastGAN at 1024 pixels, with the names of `huggan/fastgan-few-shot-*` for its weights.

    Those checkpoints contain spectral normalisation, which `fold_spectral_norm` removes.
    """

    Config = FastGANConfig
    config: FastGANConfig
    num_codes = 1
    styles: tuple[str, ...] = ()
    sizes = (128, 1024)

    def __init__(self, config: FastGANConfig) -> None:
        super().__init__(config)
        width = {4 << level: channels for level, channels in enumerate(config.channels)}
        self._init = _Layers(
            _Wrapped(nn.ConvTranspose2d(config.z, 2 * width[4], 4, bias=False)),
            nn.BatchNorm2d(2 * width[4]),
            nn.GLU(dim=1),
        )
        for size in (8, 32, 128, 512):
            setattr(self, f"_upsample_{size}", _Layers(*_doubling(width[size // 2], width[size], convolutions=2)))
        for size in (16, 64, 256, 1024):
            setattr(self, f"_upsample_{size}", _Layers(*_doubling(width[size // 2], width[size], convolutions=1)))
        for size in (64, 128, 256, 512):
            layers = (
                nn.AdaptiveAvgPool2d(4),
                _convolution(width[size // 16], width[size], 4),
                nn.SiLU(),
                _convolution(width[size], width[size], 1),
                nn.Sigmoid(),
            )
            setattr(self, f"_sle_{size}", _Layers(*layers))
        self._out_128 = nn.Sequential(_convolution(width[128], 3, 1), nn.Tanh())
        self._out_1024 = nn.Sequential(_convolution(width[1024], 3, 3, padding=1), nn.Tanh())

    def draw(self, seeds: Sequence[int]) -> tuple[Tensor, list[Tensor]]:
        """Return the latents (B, z) and the noise of these seeds; see `Generator.draw`."""
        return draw_each(self, seeds)

    def draw_noise(self, count: int, generator: torch.Generator | None = None) -> list[Tensor]:
        """Draw the noise of `count` pictures in the order of use, (count, 1, size, size) each."""
        sides = [side for side in (8, 32, 128, 512) for _ in range(2)]
        return [torch.randn(count, 1, side, side, generator=generator) for side in sides]

    def codes(self, z: Tensor, style: Tensor | None = None, truncation: float = 1.0) -> Tensor:
        """Return the codes (B, 1, z) for z (B, z) or (B, 1, z); there are no styles."""
        return (z if z.ndim == 3 else z[:, None]) * truncation

    def paint(self, codes: Tensor, noise: Sequence[Tensor] | None = None, size: int | None = None) -> Tensor:
        """Paint the pictures of codes (B, 1, z), (B, 3, size, size) RGB in [0, 1]; see `Generator.paint`."""
        small, large = self.sizes
        size = size or large
        x = self._features(codes[:, 0], noise or self.draw_noise(len(codes)), size)
        return ((self._out_128 if size == small else self._out_1024)(x[size]) + 1) / 2

    def forward(
        self, z: Tensor, generator: torch.Generator | None = None, noise: Sequence[Tensor] | None = None
    ) -> tuple[Tensor, Tensor]:
        """Paint pictures from z (B, z).

        Args:
            generator: random generator for the noise; the global one if None.
            noise: as `draw_noise` returns it, instead of noise from `generator`.

        Returns:
            (B, 3, 1024, 1024) and (B, 3, 128, 128), RGB in [0, 1].
        """
        x = self._features(z, noise or self.draw_noise(len(z), generator), 1024)
        return (self._out_1024(x[1024]) + 1) / 2, (self._out_128(x[128]) + 1) / 2

    def _features(self, z: Tensor, noise: Sequence[Tensor], last: int) -> dict[int, Tensor]:
        """Return the features of every size up to `last`."""
        left = iter(noise)
        x = {4: self._init(z[:, :, None, None], left)}
        for size in (8, 16, 32, 64, 128, 256, 512, 1024):
            if size > last:
                break
            x[size] = getattr(self, f"_upsample_{size}")(x[size // 2], left)
            if 64 <= size <= 512:
                x[size] = x[size] * getattr(self, f"_sle_{size}")(x[size // 16], left)
        return x


class _Layers(nn.Module):
    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self._layers = nn.ModuleList(layers)

    def forward(self, x: Tensor, noise: Iterator[Tensor]) -> Tensor:
        for layer in self._layers:
            x = layer(x, next(noise)) if isinstance(layer, _Noise) else layer(x)
        return x


class _Wrapped(nn.Module):
    def __init__(self, conv: nn.Module) -> None:
        super().__init__()
        self._conv = conv

    def forward(self, x: Tensor) -> Tensor:
        return self._conv(x)


class _Noise(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self._weight = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor, noise: Tensor) -> Tensor:
        return x + self._weight * noise.to(x)


def _convolution(in_channels: int, out_channels: int, kernel_size: int, padding: int = 0) -> nn.Module:
    return _Wrapped(nn.Conv2d(in_channels, out_channels, kernel_size, padding=padding, bias=False))


def _doubling(in_channels: int, out_channels: int, convolutions: int) -> list[nn.Module]:
    layers: list[nn.Module] = [nn.Upsample(scale_factor=2)]
    for channels in (in_channels, out_channels)[:convolutions]:
        layers.append(_convolution(channels, 2 * out_channels, 3, padding=1))
        if convolutions == 2:
            layers.append(_Noise())
        layers += [nn.BatchNorm2d(2 * out_channels), nn.GLU(dim=1)]
    return layers


def fold_spectral_norm(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return a FastGAN state with every normalised weight divided by its norm, as evaluation does it.

    Each `weight_orig` with its vectors `weight_u` and `weight_v` becomes one `weight`; the rest stays.
    """
    folded = {}
    for key, value in state.items():
        name, _, kind = key.rpartition(".")
        if kind == "weight_orig":
            # Rows are output channels, which a transposed convolution (the first) has second.
            rows = value.transpose(0, 1) if name.startswith("_init.") else value
            u, v = state[f"{name}.weight_u"], state[f"{name}.weight_v"]
            folded[f"{name}.weight"] = value / torch.dot(u, torch.mv(rows.flatten(1), v))
        elif kind not in ("weight_u", "weight_v"):
            folded[key] = value
    return folded
