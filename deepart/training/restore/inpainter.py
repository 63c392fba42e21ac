"""Training of the inpainter: fill holes, with losses on pixels and on features of a perceptual network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepart.models.perceptual_network import PerceptualNetwork
from deepart.training.data import random_crop
from deepart.training.loop import Batch, BatchSpec
from deepart.training.losses import grid_energy
from deepart.training.restore.damage import free_form_mask

SCALES = (0.5, 1.0)
"""Pictures are shrunk by so much before a crop is taken, so that strokes of many sizes are seen."""

SHARES = (0.05, 0.4)
"""Smallest and largest part of a training crop that is missing."""

FEATURE_WEIGHT, STYLE_WEIGHT, GRID_WEIGHT = 1.5, 0.1, 6.0
"""Weights of features, their correlations and what repeats in the loss, beside the mean error of the pixels."""

GRID_PERIOD = 8
"""Pixels in which the coarser levels of the network repeat: they would draw a grid into what they fill."""

JUDGED_SIDE = 160
"""Crops smaller than this are judged by their pixels alone: four times as fast, and enough to begin with."""

_TAPS = ("relu1_2", "relu2_2", "relu3_3", "relu4_1")


class InpainterTraining:
    """Draws crops, cuts holes into them and returns how far the filled crops are from the whole ones.

    Args:
        network: a `Inpainter`.
        perceptual_network: that measures what a picture looks like.
        stores: collections of pictures and how often each is drawn from.
    """

    def __init__(
        self,
        network: nn.Module,
        perceptual_network: PerceptualNetwork,
        stores: Sequence[tuple[Sequence[np.ndarray], float]],
        seed: int = 0,
    ) -> None:
        self.network = network
        self._perceptual_network = perceptual_network
        self._stores = [store for store, _ in stores]
        shares = np.array([share for _, share in stores], float)
        self._shares = shares / shares.sum()
        self._seed = seed

    def draw(self, spec: BatchSpec) -> Batch:
        """Return whole crops, (B, 3, size, size), and masks of what is cut out of them, (B, 1, size, size)."""
        size = spec.stage.size
        pairs = []
        for rng in spec.generators(self._seed):
            mask = free_form_mask((size, size), SHARES, rng)
            pairs.append((self._crop(size, rng), torch.from_numpy(mask)[None].float()))
        whole, masks = zip(*pairs)
        return torch.stack(whole), torch.stack(masks)

    def losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Return "pixels", from `JUDGED_SIDE` on "features", "style" and "grid" too, and their weighted sum "total"."""
        whole, mask = batch
        filled = self.network(whole, mask, self._guess(whole, mask, spec))
        losses = {"pixels": ((filled - whole).abs() * mask).sum() / (3 * mask.sum())}
        if spec.stage.size < JUDGED_SIDE:
            return losses | {"total": losses["pixels"]}
        perceptual_network = self._perceptual_network.to(whole.device)
        with torch.no_grad():
            wanted = perceptual_network(whole, _TAPS)
        seen = perceptual_network(filled, _TAPS)
        losses["features"] = sum(hole_difference(seen[tap], wanted[tap], mask) for tap in _TAPS) / len(_TAPS)
        losses["style"] = sum(_gram_difference(seen[tap], wanted[tap], mask) for tap in _TAPS) / len(_TAPS)
        losses["grid"] = grid_energy(filled - whole, GRID_PERIOD).mean()
        losses["total"] = (
            losses["pixels"]
            + FEATURE_WEIGHT * losses["features"]
            + STYLE_WEIGHT * losses["style"]
            + GRID_WEIGHT * losses["grid"]
        )
        return losses

    def _guess(self, whole: Tensor, mask: Tensor, spec: BatchSpec) -> Tensor | None:
        """Return what the network itself makes of the pictures at half their size, half the time."""
        rng = np.random.default_rng((self._seed, spec.step))
        if rng.random() < 0.5:
            return None
        with torch.no_grad():
            return self.network.guess(whole, mask, levels=int(rng.integers(1, 3)))

    def _crop(self, size: int, rng: np.random.Generator) -> Tensor:
        store = self._stores[int(rng.choice(len(self._stores), p=self._shares))]
        return random_crop(store[int(rng.integers(len(store)))], size, SCALES, rng)


def hole_difference(seen: Tensor, wanted: Tensor, mask: Tensor) -> Tensor:
    """Return the mean absolute difference of features in the hole, relative to their size."""
    weight = F.interpolate(mask, seen.shape[-2:], mode="area")
    difference = ((seen.float() - wanted.float()).abs() * weight).sum()
    return difference / (wanted.float().abs() * weight).sum().clamp(min=1e-3)


def _gram_difference(seen: Tensor, wanted: Tensor, mask: Tensor) -> Tensor:
    """Return the relative difference of the correlations of features in the hole: its texture."""
    weight = F.interpolate(mask, seen.shape[-2:], mode="area")

    def gram(features: Tensor) -> Tensor:
        flat = (features.float() * weight.sqrt()).flatten(2)
        return flat @ flat.transpose(1, 2) / weight.sum((2, 3)).clamp(min=1)[..., None]

    ours, theirs = gram(seen), gram(wanted)
    distance = (ours - theirs).flatten(1).norm(dim=1) / theirs.flatten(1).norm(dim=1).clamp(min=1e-3)
    return distance.mean()
