"""Training of the colouriser: predict the removed colours of pictures.

After Zhang et al. 2016, https://arxiv.org/abs/1603.08511: a classification over colours in which rare colours
count more, or all would be beige.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from deepart.models.restorers.colouriser import STRIDE, Colouriser, rgb_to_lab
from deepart.training.data import random_crop
from deepart.training.loop import Batch, BatchSpec

SCALES = (0.5, 1.0)
"""Pictures are shrunk by so much before a crop is taken: near to the whole of them is seen."""

LEAST_COLOUR = 5.0
"""Mean distance from grey in CIE a* and b* of crops to learn from: drawings and old photos have no colours to learn."""

EVENED = 0.5
"""From 0, each colour counts alike, to 1, the rarer the more; one less lambda of the paper."""

WITH_PALETTE = 0.4
"""How often the network is told which colours the picture has."""

_MEASURED = 1500  # crops that the shares of the colours are measured on


class ColouriserTraining:
    """Draws crops, takes their colours away and returns how unlikely the network takes them for.

    Args:
        network: a `Colouriser`.
        stores: collections of pictures; each gives the same share of a batch.
        seed: of crops and palettes.
    """

    def __init__(self, network: Colouriser, stores: Sequence[Sequence[np.ndarray]], seed: int = 0) -> None:
        self.network = network
        self._stores = stores
        self._seed = seed
        self._weights = self._measured_weights()  # (Q,)

    def draw(self, spec: BatchSpec) -> Batch:
        """Return lightness (B, 1, size, size), a* and b* at a quarter of it, (B, 2, ...), and palettes (B, Q)."""
        crops, wished = [], []
        for place, rng in zip(spec.indices, spec.generators(self._seed)):
            crops.append(self._crop(place, spec.stage.size, rng))
            wished.append(rng.random() < WITH_PALETTE)
        lightness, ab = _split(torch.stack(crops))
        palettes = self.network.histogram(ab.to(self.network.bins.device)).cpu()
        return lightness, ab, palettes * torch.tensor(wished)[:, None]

    def losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Return "total", the weighted cross entropy, and "likelihood", the same without the weights, for the log."""
        lightness, ab, palettes = batch
        logits = F.log_softmax(self.network(lightness, palettes).float(), dim=1)
        places, shares = self.network.nearest(ab)
        entropy = -(logits.gather(1, places) * shares).sum(1)  # (B, H, W)
        weights = self._weights.to(entropy)[places[:, 0]]
        return {"total": (weights * entropy).sum() / weights.sum(), "likelihood": entropy.mean().detach()}

    def _crop(self, place: int, size: int, rng: np.random.Generator) -> Tensor:
        store = self._stores[place % len(self._stores)]
        for _ in range(20):
            crop = random_crop(store[int(rng.integers(len(store)))], size, SCALES, rng)
            if float(_split(crop[None])[1].square().sum(1).sqrt().mean()) >= LEAST_COLOUR:
                break
        return crop

    def _measured_weights(self) -> Tensor:
        """Return how much each colour counts: the rarer the more, one in the mean over what there is."""
        rng = np.random.default_rng((self._seed, 1))
        crops = (self._crop(place, 64, rng) for place in range(_MEASURED))
        shares = sum(self.network.histogram(_split(crop[None])[1])[0] for crop in crops) / _MEASURED
        weights = 1 / (EVENED * shares + (1 - EVENED) / len(shares))
        return weights / (weights * shares).sum()


def _split(rgb: Tensor) -> tuple[Tensor, Tensor]:
    """Return the lightness of pictures (B, 3, H, W) in [0, 1], (B, 1, H, W), and their a* and b* at 1 / `STRIDE`."""
    lab = rgb_to_lab(rgb)
    return lab[:, :1], F.avg_pool2d(lab[:, 1:], STRIDE)
