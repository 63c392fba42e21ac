"""Training of the denoiser: remove synthetic faults from clean pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepart.training.data import crop_through_jpeg, random_crop
from deepart.training.loop import Batch, BatchSpec
from deepart.training.losses import charbonnier

CLEAN_SCALES = (0.45, 0.9)
"""Pictures are shrunk by so much first: most were JPEG files, and their own faults average out."""

STRONGEST_NOISE = 75 / 255
"""Largest standard deviation of the noise, in units of white."""

ONLY_GAUSSIAN = 0.65
"""How often the only fault is Gaussian noise."""


class DenoiserTraining:
    """Draws clean crops, damages them, and compares the network's output with the clean crops.

    Args:
        network: maps damaged to clean pictures.
        stores: collections of pictures; each gives the same share of a batch.
    """

    def __init__(self, network: nn.Module, stores: Sequence[Sequence[np.ndarray]], seed: int = 0) -> None:
        self.network = network
        self._stores = stores
        self._seed = seed

    def draw(self, spec: BatchSpec) -> Batch:
        """Return damaged crops and what they were before, (B, 3, size, size) both."""
        pairs = []
        for place, rng in zip(spec.indices, spec.generators(self._seed)):
            clean = self._clean(place, spec.stage.size, rng)
            pairs.append((damage(clean, rng), clean))
        damaged, clean = zip(*pairs)
        return torch.stack(damaged), torch.stack(clean)

    def losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Return "total", the Charbonnier distance (Lai et al. 2017) of what is restored from what was clean."""
        damaged, clean = batch
        return {"total": charbonnier(self.network(damaged).float(), clean)}

    def _clean(self, place: int, size: int, rng: np.random.Generator) -> Tensor:
        store = self._stores[place % len(self._stores)]
        while True:
            picture = store[int(rng.integers(len(store)))]
            if min(picture.shape[:2]) * CLEAN_SCALES[1] >= size:
                return random_crop(picture, size, CLEAN_SCALES, rng)


def damage(clean: Tensor, rng: np.random.Generator) -> Tensor:
    """Return a damaged copy of a crop, (3, H, W) in [0, 1]; the copy has not been clamped.

    Mostly Gaussian noise alone, sigma 0 to 75 of 255; else see `mixed_faults`.
    """
    if rng.random() < ONLY_GAUSSIAN:
        return clean + _sigma(rng) * _normal(clean.shape, rng)
    return mixed_faults(clean, rng)


def mixed_faults(clean: Tensor, rng: np.random.Generator) -> Tensor:
    """Return a copy of a crop, (3, H, W) in [0, 1], with mixed faults; the copy has not been clamped.

    A mild blur, fading, a noise of some kind and JPEG blocks, each with some chance, in the order in which pictures
    meet them.
    """
    x = clean
    if rng.random() < 0.35:
        x = _blurred(x, rng.uniform(0.3, 1.2))
    if rng.random() < 0.15:
        x = _faded(x, rng)
    if rng.random() < 0.75:
        x = _noisy(x, rng)
    if rng.random() < 0.6:
        x = crop_through_jpeg(x, int(rng.integers(15, 95)))
    return x


def _sigma(rng: np.random.Generator) -> float:
    return STRONGEST_NOISE * rng.uniform(0, 1) if rng.random() < 0.3 else rng.uniform(0, 55 / 255)


def _normal(shape: Sequence[int], rng: np.random.Generator) -> Tensor:
    return torch.from_numpy(rng.standard_normal(tuple(shape), np.float32))


def _noisy(x: Tensor, rng: np.random.Generator) -> Tensor:
    """Add a noise of some kind: Gaussian, of photons (Poisson), speckle, or the coarse grain of film."""
    kind, sigma = rng.integers(4), _sigma(rng) * 0.7
    noise = _normal(x.shape, rng)
    if kind == 1:  # its variance grows with the light
        return x + sigma * x.clamp(min=0.01).sqrt() * noise
    if kind == 2:
        return x + sigma * x * noise
    if kind == 3:  # one for all colours, larger than a pixel, strongest in the middle tones
        grain = _blurred(_normal((1, *x.shape[1:]), rng), rng.uniform(0.4, 0.9))
        grain = grain / grain.std().clamp(min=1e-3)
        light = x.mean(0, keepdim=True)
        return x + sigma * (0.4 + 2.4 * light * (1 - light)) * grain
    return x + sigma * noise


def _blurred(x: Tensor, sigma: float) -> Tensor:
    """Blur (C, H, W) by a Gaussian of `sigma` pixels."""
    radius = max(1, round(3 * sigma))
    kernel = torch.exp(-0.5 * (torch.arange(-radius, radius + 1) / sigma) ** 2)
    kernel = (kernel / kernel.sum()).to(x.dtype)
    x = F.pad(x[:, None], (radius,) * 4, mode="reflect")
    return F.conv2d(F.conv2d(x, kernel[None, None, :, None]), kernel[None, None, None, :])[:, 0]


def _faded(x: Tensor, rng: np.random.Generator) -> Tensor:
    """Take away a little contrast and colour, as light does over years."""
    grey = x.mean(0, keepdim=True)
    x = grey + (x - grey) * rng.uniform(0.75, 1)
    return 0.5 + (x - 0.5) * rng.uniform(0.85, 1) + rng.uniform(0, 0.05)
