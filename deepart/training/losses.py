"""What a painted picture is compared with: content, style and palette, in the eyes of a VGG network.

Gatys, Ecker, Bethge 2016, "Image Style Transfer Using Convolutional Neural Networks"; Johnson, Alahi,
Fei-Fei 2016, https://arxiv.org/abs/1603.08155; Li et al. 2017, "Demystifying Neural Style Transfer",
https://arxiv.org/abs/1701.01036 (means and deviations as a style).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from deepart.models.blocks import channel_statistics, normalise_over_pixels

STYLE_TAPS = ("relu1_2", "relu2_2", "relu3_3", "relu4_1")
CONTENT_TAP = "relu4_1"


def style_distance(painted: dict[str, Tensor], style: dict[str, Tensor]) -> Tensor:
    """Return how far the feature statistics lie apart, (B,): 0 for the style picture itself.

    The mean over `STYLE_TAPS` of (|mean_y - mean_s| + |std_y - std_s|) / (|mean_s| + |std_s|), Euclidean
    norms over the channels.  Both arguments: features by tap, (B, C, H, W), sizes may differ.
    """
    distances = []
    for tap in STYLE_TAPS:
        mean_y, std_y = channel_statistics(painted[tap])
        mean_s, std_s = channel_statistics(style[tap])
        difference = (mean_y - mean_s).norm(dim=1) + (std_y - std_s).norm(dim=1)
        distances.append(difference / (mean_s.norm(dim=1) + std_s.norm(dim=1)))
    return torch.stack(distances).mean(0)


def content_distance(painted: dict[str, Tensor], content: dict[str, Tensor]) -> Tensor:
    """Return one minus the mean cosine similarity of the features at each place, (B,): 0 for a copy."""
    return 1 - F.cosine_similarity(painted[CONTENT_TAP].float(), content[CONTENT_TAP].float(), dim=1).mean((1, 2))


def structure_distance(painted: dict[str, Tensor], content: dict[str, Tensor]) -> Tensor:
    """Return the squared difference of features freed of their own means and deviations, (B,).

    Blind to colour and contrast, unlike `content_distance`: what is where, not what it looks like.
    """
    distances = [
        (normalise_over_pixels(painted[tap]).float() - normalise_over_pixels(content[tap]).float())
        .square()
        .mean((1, 2, 3))
        for tap in ("relu3_3", "relu4_1")
    ]
    return torch.stack(distances).mean(0)


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


def total_variation(image: Tensor) -> Tensor:
    """Return the mean absolute difference of neighbouring pixels, (B,)."""
    rows = (image[:, :, 1:] - image[:, :, :-1]).abs().mean((1, 2, 3))
    columns = (image[:, :, :, 1:] - image[:, :, :, :-1]).abs().mean((1, 2, 3))
    return rows + columns
