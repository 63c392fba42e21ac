"""Distances between two pictures in content and in style, measured by a perceptual network.

Gatys, Ecker, Bethge 2016, "Image Style Transfer Using Convolutional Neural Networks"; Johnson, Alahi, Fei-Fei 2016,
https://arxiv.org/abs/1603.08155; Li et al. 2017, "Demystifying Neural Style Transfer", https://arxiv.org/abs/1701.01036
(means and standard deviations as a style).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Union

import torch
import torch.nn.functional as F
from torch import Tensor

from deepart.models.blocks import channel_statistics

STYLE_TAPS = ("relu1_2", "relu2_2", "relu3_3", "relu4_1")
CONTENT_TAP = "relu4_1"
GRAM_TAPS = ("relu2_2", "relu3_3")

Features = Mapping[str, Tensor]
"""By tap, (B, C, H, W)."""


@dataclass(frozen=True, slots=True)
class StyleStatistics:
    """The statistics of a style that distances compare, so that a style can be kept without its picture."""

    means: Mapping[str, Tensor]  # by tap of `STYLE_TAPS`, (B, C) float32
    stds: Mapping[str, Tensor]  # the same
    correlations: Mapping[str, Tensor]  # by tap of `GRAM_TAPS`, (B, C, C) float32


Style = Union[Features, StyleStatistics]


def style_statistics(features: Features) -> StyleStatistics:
    """Measure a style."""
    measured = {tap: channel_statistics(features[tap]) for tap in STYLE_TAPS}
    return StyleStatistics(
        {tap: mean for tap, (mean, _) in measured.items()},
        {tap: std for tap, (_, std) in measured.items()},
        {tap: _correlations(features[tap]) for tap in GRAM_TAPS},
    )


def mixed_statistics(styles: Sequence[StyleStatistics], weights: Sequence[float]) -> StyleStatistics:
    """Return the weighted mean of styles; `weights` add up to 1."""

    def mixed(kind: str) -> dict[str, Tensor]:
        each = [getattr(style, kind) for style in styles]
        return {tap: sum(weight * values[tap] for weight, values in zip(weights, each)) for tap in each[0]}

    return StyleStatistics(mixed("means"), mixed("stds"), mixed("correlations"))


def style_distance(painted: Features, style: Style) -> Tensor:
    """Return the distance between the feature statistics, (B,): 0 for the style picture itself.

    The mean over `STYLE_TAPS` of (|mean_y - mean_s| + |std_y - std_s|) / (|mean_s| + |std_s|), Euclidean norms over the
    channels.  Both arguments are features by tap, whose sizes may differ; for the style, its statistics are enough.
    """
    if isinstance(style, StyleStatistics):
        theirs = {tap: (style.means[tap], style.stds[tap]) for tap in STYLE_TAPS}
    else:
        theirs = {tap: channel_statistics(style[tap]) for tap in STYLE_TAPS}
    return torch.stack([_gap(channel_statistics(painted[tap]), theirs[tap]) for tap in STYLE_TAPS]).mean(0)


def statistics_distance(painted: Tensor, style: Tensor) -> Tensor:
    """Return the style distance at a single tap, (B,)."""
    return _gap(channel_statistics(painted), channel_statistics(style))


def _gap(ours: tuple[Tensor, Tensor], theirs: tuple[Tensor, Tensor]) -> Tensor:
    (mean_y, std_y), (mean_s, std_s) = ours, theirs
    difference = (mean_y - mean_s).norm(dim=1) + (std_y - std_s).norm(dim=1)
    return difference / (mean_s.norm(dim=1) + std_s.norm(dim=1))


def content_distance(painted: Features, content: Features) -> Tensor:
    """Return one minus the mean cosine similarity of the features at each place, (B,): 0 for a copy."""
    return 1 - F.cosine_similarity(painted[CONTENT_TAP].float(), content[CONTENT_TAP].float(), dim=1).mean((1, 2))


def gram_distance(painted: Features, style: Style) -> Tensor:
    """Return the relative difference of the features' correlations, (B,), at the two middle taps.

    Means and standard deviations alone leave texture under-determined: which channels are active together distinguishes
    a brush stroke from a speckle.
    """
    distances = []
    known = style.correlations if isinstance(style, StyleStatistics) else {}
    for tap in GRAM_TAPS:
        ours, theirs = _correlations(painted[tap]), known[tap] if known else _correlations(style[tap])
        distances.append((ours - theirs).flatten(1).norm(dim=1) / theirs.flatten(1).norm(dim=1))
    return torch.stack(distances).mean(0)


def _correlations(features: Tensor) -> Tensor:
    flat = features.flatten(2)
    return (flat @ flat.transpose(1, 2)).float() / flat.shape[2]


def total_variation(image: Tensor) -> Tensor:
    """Return the mean absolute difference of neighbouring pixels, (B,)."""
    rows = (image[:, :, 1:] - image[:, :, :-1]).abs().mean((1, 2, 3))
    columns = (image[:, :, :, 1:] - image[:, :, :, :-1]).abs().mean((1, 2, 3))
    return rows + columns
