"""Losses of painted pictures: structure, palette, and artefacts that they must not show.

The distances of style and content themselves are those of `deepart.models.distances`.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from deepart.models.blocks import normalise_over_pixels
from deepart.models.distances import (
    CONTENT_TAP,
    STYLE_TAPS,
    content_distance,
    gram_distance,
    style_distance,
    total_variation,
)

__all__ = [
    "CONTENT_TAP",
    "STYLE_TAPS",
    "charbonnier",
    "content_distance",
    "gram_distance",
    "grid_energy",
    "palette_distance",
    "structure_distance",
    "style_distance",
    "total_variation",
    "weave",
]


def charbonnier(x: Tensor, target: Tensor) -> Tensor:
    """Return the mean absolute difference, smooth near 0 (Lai et al. 2017, https://arxiv.org/abs/1704.03915)."""
    return torch.sqrt((x - target) ** 2 + 1e-6).mean()


def structure_distance(painted: dict[str, Tensor], content: dict[str, Tensor]) -> Tensor:
    """Return the squared difference of features normalised to mean 0 and standard deviation 1, (B,).

    Unlike `content_distance`, it ignores colour and contrast and compares only the layout.
    """
    distances = [
        (normalise_over_pixels(painted[tap]).float() - normalise_over_pixels(content[tap]).float())
        .square()
        .mean((1, 2, 3))
        for tap in ("relu3_3", "relu4_1")
    ]
    return torch.stack(distances).mean(0)


def palette_distance(painted: Tensor, style: Tensor, directions: int = 16) -> Tensor:
    """Return the sliced Wasserstein distance of the two pictures' colours, (B,).

    The colours are projected on random directions, where sorting them solves the transport (Rabin et
    al. 2011).  Both arguments: (B, 3, H, W) of equal size.
    """
    axes = F.normalize(torch.randn(directions, 3, device=painted.device), dim=1)
    stride = max(1, painted.shape[-1] // 64)  # 64 x 64 colours say as much as all of them
    ours, theirs = (
        torch.einsum("dc,bcn->bdn", axes, F.avg_pool2d(x, stride).flatten(2)).sort(dim=2).values
        for x in (painted, style)
    )
    return (ours - theirs).abs().mean((1, 2))


def grid_energy(image: Tensor, period: int = 16, window: int = 64) -> Tensor:
    """Return the amplitude of what repeats every `period` pixels, (B,): 0 for a texture without a grid.

    A decoder that enlarges eight times can draw its own cells into flat areas.  Inside each window the
    fine structure is folded on the period and averaged: a grid adds up, brush strokes do not.  The share
    that would be left of strokes by chance is subtracted.

    Args:
        image: (B, 3, H, W), at least two periods high and wide.
        period: in pixels.
        window: side in pixels; what is left over at the right and below does not count.
    """
    grey = image.float().mean(1, keepdim=True)
    local = F.avg_pool2d(grey, (period + 1, 1), 1, (period // 2, 0), count_include_pad=False)
    fine = grey - F.avg_pool2d(local, (1, period + 1), 1, (0, period // 2), count_include_pad=False)
    b, _, h, w = fine.shape
    n = min(window, h, w) // period
    window = n * period
    h, w = h // window * window, w // window * window
    cells = fine[..., :h, :w].reshape(b, h // window, n, period, w // window, n, period)
    repeated = cells.mean((2, 5)).square().mean((2, 4))  # (B, windows, windows)
    everything = cells.square().mean((2, 3, 5, 6))
    periodic = (n * n * repeated - everything) / (n * n - 1)
    return (periodic.clamp(min=0) + 1e-6).sqrt().mean((1, 2))


_WEAVE_WINDOW, _SHORTEST_PERIOD, _LONGEST_PERIOD = 64, 6, 24


def weave(image: Tensor, content: Tensor | None = None) -> Tensor:
    """Return the amplitude of what repeats regularly in a picture, (B,), in units of white.

    In windows of 64 pixels the fine structure's covariance with itself, moved by 6 to 24 pixels in any direction: a
    weave or a chequer agrees with itself again after each period, brush strokes do not.

    Args:
        image: (B, 3, H, W) in [0, 1], at least 16 pixels high and wide; what is left over does not count.
        content: of the same size; only where it is flat does the picture count then, as a weave shows there.
    """
    side = min(_WEAVE_WINDOW, *image.shape[2:])
    cells = _windows(_fine(image), side)  # (B, N, side, side)
    hann = torch.hann_window(side, device=image.device)
    hann = hann[:, None] * hann
    covariance, overlap = (
        torch.fft.irfft2(torch.fft.rfft2(x * hann).abs().square()) for x in (cells, torch.ones_like(hann))
    )
    shift = torch.fft.fftfreq(side, 1 / side, device=image.device)
    distance = (shift[:, None].square() + shift.square()).sqrt()
    far = (distance >= _SHORTEST_PERIOD) & (distance <= min(_LONGEST_PERIOD, side * 3 // 8))
    amplitudes = ((covariance / overlap)[..., far].square().mean(-1) + 1e-12).pow(0.25)
    if content is None:
        return amplitudes.mean(1)
    flat = torch.exp(-_windows(_fine(content), side).square().mean((2, 3)) / 0.015**2) + 1e-6
    return (amplitudes * flat).sum(1) / flat.sum(1)


def _fine(image: Tensor) -> Tensor:
    """Return the brightness without what is broader than some 17 pixels, (B, 1, H, W) float32."""
    grey = image.float().mean(1, keepdim=True)
    local = F.avg_pool2d(grey, (17, 1), 1, (8, 0), count_include_pad=False)
    return grey - F.avg_pool2d(local, (1, 17), 1, (0, 8), count_include_pad=False)


def _windows(x: Tensor, side: int) -> Tensor:
    """Cut (B, 1, H, W) into squares side by side: (B, N, side, side)."""
    return x[:, 0].unfold(1, side, side).unfold(2, side, side).flatten(1, 2)
