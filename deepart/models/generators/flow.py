"""A generator that paints by removing noise: rectified flow on pixels, whose network predicts the picture itself.

Rectified flow: Liu et al. 2022, https://arxiv.org/abs/2209.03003; a plain transformer on large patches that predicts
the picture itself: Li & He 2025, https://arxiv.org/abs/2511.13720.  Guidance: Ho & Salimans 2022,
https://arxiv.org/abs/2207.12598, in the middle of the way alone: Kynkaanniemi et al. 2024,
https://arxiv.org/abs/2404.07724.
Differs from the papers:
    made for processors: few wide tokens, 16 pixels each, and a small convolutional network that draws the detail in all
        of the picture at once, with the noisy picture before it (after Chen et al. 2025,
        https://arxiv.org/abs/2511.18822); the condition (style, genre, artist) enters as tokens and through the scales
        that all blocks share
    (Chen et al. 2023, https://arxiv.org/abs/2310.00426).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepart.models.pretrained import HubModel

LABELS = ("style", "genre", "artist")
"""The conditions, in the order of a row of labels; an index after the last name stands for any."""

_LEAST_LEFT = 0.05  # of the noise, by which velocities are divided: what comes later changes nothing that is seen
_FREQUENCIES = 64  # that tell the network the time
_GUIDED = (0.1, 0.9)  # times at which guidance is used
_CELL = 4  # pixels that the network for detail sees as one place


@dataclass(frozen=True, slots=True)
class FlowConfig:
    """Pictures and widths of the network."""

    styles: tuple[str, ...]
    genres: tuple[str, ...]
    artists: tuple[str, ...] = ()
    side: int = 128
    """Side of the pictures in pixels."""
    patch: int = 16
    """Side of a token in pixels."""
    bottleneck: int = 128
    """Channels that a patch is projected to before it becomes a token."""
    width: int = 320
    depth: int = 8
    heads: int = 5
    detail: int = 64
    """Channels of the detail network."""
    shares: tuple[tuple[float, ...], ...] = ()
    """See `deepart.models.generators.generator.GeneratorConfig.shares`."""


class FlowPainter(HubModel, license="mit", tags=["unconditional-image-generation", "art"]):
    """Predicts the picture under the noise."""

    Config = FlowConfig
    config: FlowConfig

    def __init__(self, config: FlowConfig) -> None:
        super().__init__(config)
        width, tokens = config.width, (config.side // config.patch) ** 2
        self.to_tokens = nn.Sequential(
            nn.Linear(3 * config.patch**2, config.bottleneck, bias=False), nn.Linear(config.bottleneck, width)
        )
        self.places = nn.Parameter(torch.randn(tokens, width) * 0.02)
        self.labels = nn.ModuleList(nn.Embedding(len(names) + 1, width) for names in self.label_names)
        self.roles = nn.Parameter(torch.randn(len(self.labels), width) * 0.02)
        for embedding in self.labels:
            nn.init.normal_(embedding.weight, std=0.02)
        self.time = nn.Sequential(nn.Linear(2 * _FREQUENCIES, width), nn.SiLU(), nn.Linear(width, width))
        self.scales = nn.Linear(width, 6 * width)  # one for all blocks
        nn.init.zeros_(self.scales.weight)
        nn.init.zeros_(self.scales.bias)
        self.blocks = nn.ModuleList(FlowBlock(width, config.heads) for _ in range(config.depth))
        self.norm = nn.RMSNorm(width, elementwise_affine=False)
        self.to_cells = nn.Linear(width, (config.patch // _CELL) ** 2 * config.detail)
        self.detail = DetailNetwork(config.detail, width)

    @property
    def label_names(self) -> tuple[tuple[str, ...], ...]:
        """The names of each of `LABELS`."""
        return self.config.styles, self.config.genres, self.config.artists

    @property
    def any_label(self) -> Tensor:
        """The row of labels without any condition, (3,)."""
        return torch.tensor([len(names) for names in self.label_names])

    def forward(self, x: Tensor, time: Tensor, labels: Tensor) -> Tensor:
        """Return the picture, (B, 3, S, S) about [-1, 1]; arguments as in `look`."""
        return self.look(x, time, labels)[0]

    def look(self, x: Tensor, time: Tensor, labels: Tensor, block: int | None = None) -> tuple[Tensor, Tensor]:
        """Return the picture under the noise, and the tokens after `block` blocks (all of them if None).

        Args:
            x: (B, 3, S, S): pictures in [-1, 1] times `time`, plus noise times 1 - `time`.
            time: (B,): 0 for pure noise, 1 for the picture.
            labels: (B, 3) indices of style, genre and artist, each after the last for any.

        Returns:
            The pictures (B, 3, S, S), and tokens (B, T, width) in rows from the upper left.
        """
        patch, side = self.config.patch, self.config.side // self.config.patch
        told = torch.stack([each(labels[:, index]) for index, each in enumerate(self.labels)], 1)  # (B, 3, width)
        moment = F.silu(self.time(frequencies(time)) + told.sum(1))
        scales = self.scales(moment).float().unflatten(1, (6, -1))
        tokens = self.to_tokens(F.pixel_unshuffle(x, patch).flatten(2).transpose(1, 2)) + self.places
        tokens = torch.cat([(told + self.roles).to(tokens.dtype), tokens], 1)
        seen = tokens
        for number, layer in enumerate(self.blocks, 1):
            tokens = layer(tokens, scales)
            if number == (block or len(self.blocks)):
                seen = tokens
        tokens, seen = tokens[:, len(LABELS) :], seen[:, len(LABELS) :]
        cells = self.to_cells(self.norm(tokens)).transpose(1, 2).unflatten(2, (side, side))
        return self.detail(F.pixel_shuffle(cells, patch // _CELL), x, moment), seen


class FlowBlock(nn.Module):
    """A transformer block: attention and a gated layer, with scales that depend on time and labels.

    Queries and keys are normalised (Henry et al. 2020, https://arxiv.org/abs/2010.04245).
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        hidden = 2 * width
        self.heads = heads
        self.offset = nn.Parameter(torch.randn(6, width) * width**-0.5)
        self.norms = nn.ModuleList(nn.RMSNorm(width, elementwise_affine=False) for _ in range(2))
        self.attended = nn.Linear(width, 3 * width, bias=False)
        self.attention_norm = nn.RMSNorm(width // heads, elementwise_affine=False)
        self.sharpness = nn.Parameter(torch.full((width // heads,), (width // heads) ** -0.5))
        self.mixed = nn.Linear(width, width)
        self.gated = nn.Linear(width, 2 * hidden)
        self.reduced = nn.Linear(hidden, width)

    def forward(self, x: Tensor, scales: Tensor) -> Tensor:
        """Return tokens (B, T, width) from tokens and the scales (B, 6, width) that all blocks share."""
        scale, shift, gate, scale_2, shift_2, gate_2 = (scales + self.offset).to(x.dtype)[:, :, None].unbind(1)
        queries, keys, values = (
            part.unflatten(2, (self.heads, -1)).transpose(1, 2)
            for part in self.attended(self.norms[0](x) * (1 + scale) + shift).chunk(3, 2)
        )
        queries = self.attention_norm(queries) * self.sharpness
        # Written out: with so few tokens the fused one takes five times as long backwards on a processor.
        likeness = queries.to(values.dtype) @ self.attention_norm(keys).transpose(2, 3)
        seen = (likeness.softmax(3).to(values.dtype) @ values).transpose(1, 2).flatten(2)
        x = x + gate * self.mixed(seen)
        hidden, opened = self.gated(self.norms[1](x) * (1 + scale_2) + shift_2).chunk(2, 2)
        return x + gate_2 * self.reduced(F.silu(hidden) * opened)


class DetailNetwork(nn.Module):
    """A convolutional network that draws the picture from the tokens and the noisy picture, without borders of patches.

    Args:
        channels: of its features, which have one place for `_CELL` x `_CELL` pixels.
        moment: size of the embedding of time and labels.
    """

    def __init__(self, channels: int, moment: int) -> None:
        super().__init__()
        self.from_noisy = nn.Conv2d(3 * _CELL**2, channels, 1)
        self.scales = nn.Linear(moment, 2 * channels)
        self.first, self.second = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
        self.to_picture = nn.Conv2d(channels, 3 * _CELL**2, 3, padding=1)
        nn.init.zeros_(self.scales.weight)
        nn.init.zeros_(self.scales.bias)
        nn.init.normal_(self.to_picture.weight, std=0.002)

    def forward(self, cells: Tensor, x: Tensor, moment: Tensor) -> Tensor:
        """Return pictures (B, 3, S, S) from cells (B, C, S / 4, S / 4), noisy pictures and embeddings (B, moment)."""
        noisy = self.from_noisy(F.pixel_unshuffle(x, _CELL).contiguous(memory_format=torch.channels_last))
        scale, shift = self.scales(moment)[:, :, None, None].chunk(2, 1)
        features = cells.contiguous(memory_format=torch.channels_last) + noisy
        features = features + self.second(F.silu(self.first(F.silu(features * (1 + scale) + shift))))
        return F.pixel_shuffle(self.to_picture(F.silu(features)), _CELL).float()


def frequencies(time: Tensor) -> Tensor:
    """Return sinusoidal embeddings (B, 2 * 64) of times (B,) in [0, 1]."""
    waves = torch.exp(torch.linspace(0, math.log(1000), _FREQUENCIES, device=time.device))
    angles = time[:, None].float() * waves
    return torch.cat([angles.sin(), angles.cos()], 1)


def velocity(painted: Tensor, x: Tensor, time: Tensor) -> Tensor:
    """Return the velocity of x (B, 3, S, S) at `time` (B,) that leads to `painted` at time 1."""
    return (painted - x) / (1 - time).clamp(min=_LEAST_LEFT).view(-1, 1, 1, 1)


def paint_steps(
    network: Callable[[Tensor, Tensor, Tensor], Tensor],
    noise: Tensor,
    labels: Tensor,
    any_label: Tensor,
    steps: int = 16,
    guidance: float = 1.5,
    heun: bool = False,
) -> Iterator[Tensor]:
    """Paint pictures; yields the predicted pictures after each step, and finally the pictures.

    Args:
        network: a `FlowPainter`, or a stand-in.
        noise: (B, 3, S, S), normal.
        labels: (B, 3), the conditions.
        any_label: (3,), the row without any condition.
        steps: number of integration steps.
        guidance: scale of classifier-free guidance; 1 for none.
        heun: use Heun's method, with two evaluations in each step but the last.

    Yields:
        (B, 3, S, S) RGB in [0, 1].
    """
    x, count = noise, len(noise)

    def look(x: Tensor, time: float) -> Tensor:
        if guidance == 1 or not _GUIDED[0] <= time <= _GUIDED[1]:
            return network(x, x.new_full((count,), time), labels)
        both = torch.cat([labels, any_label.to(labels).expand(count, -1)])
        asked, free = network(torch.cat([x, x]), x.new_full((2 * count,), time), both).chunk(2)
        return torch.lerp(free, asked, guidance)

    for step in range(steps):
        time, following = step / steps, (step + 1) / steps
        painted = look(x, time)
        if following == 1:
            yield (painted / 2 + 0.5).clamp(0, 1)
            return
        move = velocity(painted, x, x.new_full((count,), time))
        if heun:
            there = x + (following - time) * move
            again = look(there, following)
            move = (move + velocity(again, there, x.new_full((count,), following))) / 2
        x = x + (following - time) * move
        yield (painted / 2 + 0.5).clamp(0, 1)
