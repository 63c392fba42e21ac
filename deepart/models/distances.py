"""How far two pictures lie apart in content and in style, in the eyes of a loss network.

Gatys, Ecker, Bethge 2016, "Image Style Transfer Using Convolutional Neural Networks"; Johnson, Alahi,
Fei-Fei 2016, https://arxiv.org/abs/1603.08155; Li et al. 2017, "Demystifying Neural Style Transfer",
https://arxiv.org/abs/1701.01036 (means and deviations as a style).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from deepart.models.blocks import channel_statistics

STYLE_TAPS = ("relu1_2", "relu2_2", "relu3_3", "relu4_1")
CONTENT_TAP = "relu4_1"


def style_distance(painted: dict[str, Tensor], style: dict[str, Tensor]) -> Tensor:
    """Return how far the feature statistics lie apart, (B,): 0 for the style picture itself.

    The mean over `STYLE_TAPS` of (|mean_y - mean_s| + |std_y - std_s|) / (|mean_s| + |std_s|), Euclidean
    norms over the channels.  Both arguments: features by tap, (B, C, H, W), sizes may differ.
    """
    return torch.stack([statistics_distance(painted[tap], style[tap]) for tap in STYLE_TAPS]).mean(0)


def statistics_distance(painted: Tensor, style: Tensor) -> Tensor:
    """Return the style distance at a single tap, (B,)."""
    mean_y, std_y = channel_statistics(painted)
    mean_s, std_s = channel_statistics(style)
    difference = (mean_y - mean_s).norm(dim=1) + (std_y - std_s).norm(dim=1)
    return difference / (mean_s.norm(dim=1) + std_s.norm(dim=1))


def content_distance(painted: dict[str, Tensor], content: dict[str, Tensor]) -> Tensor:
    """Return one minus the mean cosine similarity of the features at each place, (B,): 0 for a copy."""
    return 1 - F.cosine_similarity(painted[CONTENT_TAP].float(), content[CONTENT_TAP].float(), dim=1).mean((1, 2))


def gram_distance(painted: dict[str, Tensor], style: dict[str, Tensor]) -> Tensor:
    """Return the relative difference of the features' correlations, (B,), at the two middle taps.

    Means and deviations alone leave texture under-determined: which channels fire together is what
    tells a brush stroke from a speckle.
    """
    distances = []
    for tap in ("relu2_2", "relu3_3"):
        ours, theirs = _correlations(painted[tap]), _correlations(style[tap])
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
