"""A network that paints by taking noise away: rectified flow on pixels, whose network says what the picture is.

Rectified flow: Liu et al. 2022, https://arxiv.org/abs/2209.03003; a plain transformer on large patches that predicts
the picture itself: Li & He 2025, https://arxiv.org/abs/2511.13720.  Guidance: Ho & Salimans 2022,
https://arxiv.org/abs/2207.12598, in the middle of the way alone: Kynkaanniemi et al. 2024,
https://arxiv.org/abs/2404.07724.
Differs from the papers:
    made for processors: few wide tokens, 16 pixels each, and a small convolutional network that draws the detail in
    all of the picture at once, with the noisy picture before it (after Chen et al. 2025,
    https://arxiv.org/abs/2511.18822);
    what is asked for (style, genre, artist) comes as tokens of its own and through the scales that all blocks share
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
"""What a picture is asked for by, in the order of a row of labels; an index after the last name stands for any."""

_LEAST_LEFT = 0.05  # of the noise, by which velocities are divided: what comes later changes nothing that is seen
_FREQUENCIES = 64  # that tell the network the time
_GUIDED = (0.1, 0.9)  # times at which guidance is used
_CELL = 4  # pixels that the network for detail sees as one place


@dataclass(frozen=True, slots=True)
class FlowConfig:
    """What the network paints, and how wide it is."""

    styles: tuple[str, ...]
    genres: tuple[str, ...]
    artists: tuple[str, ...] = ()
    side: int = 128
    """Side of the pictures in pixels."""
    patch: int = 16
    """Side of what is one token, in pixels."""
    bottleneck: int = 128
    """Numbers that a patch is brought to before it becomes a token."""
    width: int = 320
    depth: int = 8
    heads: int = 5
    detail: int = 64
    """Channels of the network for detail."""
    shares: tuple[tuple[float, ...], ...] = ()
    """See `deepart.models.generators.generator.GeneratorConfig.shares`."""


class FlowPainter(HubModel, license="mit", tags=["unconditional-image-generation", "art"]):
    """Says which picture is under the noise."""

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
        """The names that each of `LABELS` has."""
        return self.config.styles, self.config.genres, self.config.artists

    @property
    def any_label(self) -> Tensor:
        """The row of labels that asks for nothing in particular, (3,)."""
        return torch.tensor([len(names) for names in self.label_names])

    def forward(self, x: Tensor, time: Tensor, labels: Tensor) -> Tensor:
        """Return the picture, (B, 3, S, S) in [-1, 1] or near; arguments as of `look`."""
        return self.look(x, time, labels)[0]

    def look(self, x: Tensor, time: Tensor, labels: Tensor, block: int | None = None) -> tuple[Tensor, Tensor]:
        """Return the picture under the noise, and the tokens after `block` blocks (all of them if None).

        Args:
            x: (B, 3, S, S): pictures in [-1, 1] times `time`, and noise times what is left.
            time: (B,): 0 where all is noise, 1 where all is picture.
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
    """Attention among all tokens and a gated layer for each, in scales that time and labels set.

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
    """Draws the picture from what the tokens say of each place and from the noisy picture; knows no borders of patches.

    Args:
        channels: of its features, one place for `_CELL` pixels a side.
        moment: numbers that say what time it is and what is asked for.
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
        """Return pictures (B, 3, S, S) of cells (B, C, S / 4, S / 4), noisy pictures and (B, moment)."""
        noisy = self.from_noisy(F.pixel_unshuffle(x, _CELL).contiguous(memory_format=torch.channels_last))
        scale, shift = self.scales(moment)[:, :, None, None].chunk(2, 1)
        features = cells.contiguous(memory_format=torch.channels_last) + noisy
        features = features + self.second(F.silu(self.first(F.silu(features * (1 + scale) + shift))))
        return F.pixel_shuffle(self.to_picture(F.silu(features)), _CELL).float()


def frequencies(time: Tensor) -> Tensor:
    """Return waves that tell times (B,) in [0, 1] from each other, (B, 2 * 64)."""
    waves = torch.exp(torch.linspace(0, math.log(1000), _FREQUENCIES, device=time.device))
    angles = time[:, None].float() * waves
    return torch.cat([angles.sin(), angles.cos()], 1)


def velocity(painted: Tensor, x: Tensor, time: Tensor) -> Tensor:
    """Return where x (B, 3, S, S) moves at `time` (B,) so that it is `painted` at time 1."""
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
    """Paint pictures; yields after each step what they will be, the last time what they are.

    Args:
        network: a `FlowPainter`, or what stands in for one.
        noise: (B, 3, S, S), normal.
        labels: (B, 3), what is asked for.
        any_label: (3,), what stands for nothing in particular.
        steps: how often all of the pictures moves.
        guidance: how much more than nothing in particular they look like what is asked for; 1 for no more.
        heun: look twice at each step but the last, for the mean of two velocities.

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
