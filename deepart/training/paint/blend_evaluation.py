"""Evaluate mixtures of styles on the gallery and three bundled photos, without other data."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

from deepart import runtime
from deepart.checkpoints import models
from deepart.images import centre_crop, to_tensor
from deepart.models.distances import STYLE_TAPS, gram_distance, style_distance
from deepart.tasks.paint.engine import StyleTransfer
from deepart.tasks.paint.gallery import named_style_code
from deepart.tasks.style_target import BUNDLED_LOSS, StyleTarget, kept_keys, of_gallery, photos

SIDE = 256
_SCALE = 0.5  # of the styles, for pictures of that side
MIXTURES = ((1.0, 0.0), (0.67, 0.33), (0.5, 0.5), (0.33, 0.67), (0.0, 1.0), (1.0, -0.5), (-0.5, 1.0))
"""Weights of two styles."""
_HALF = (0.5, 0.5)


@dataclass(frozen=True, slots=True)
class MixtureScore:
    """What two styles with these weights make, mean over pairs of styles and photos."""

    weights: tuple[float, float]
    balance: bool
    nearer_first: float  # distance from the second style, as a share of the distances from both
    from_half: float  # colour difference from the equal mixture, CIE76: a mean of 2.3 is just noticed


def evaluate_blends(pairs: int = 6) -> Iterator[MixtureScore]:
    """Yield the score of every mixture, without and with balance.

    Args:
        pairs: of styles, spread over the gallery.
    """
    engine, network = StyleTransfer(), models.get(BUNDLED_LOSS, str(runtime.device()))
    space, squares = engine.space(), [centre_crop(photo, SIDE) for photo in photos()]
    chosen = [
        (named_style_code(engine.checkpoint, a), named_style_code(engine.checkpoint, b), a, b) for a, b in _pairs(pairs)
    ]
    aims = {key: of_gallery(key, _SCALE) for *_, a, b in chosen for key in (a, b)}
    for balance in (False, True):
        paintings = {
            weights: [
                engine(photo, space.mix([first, second], weights, balance))
                for first, second, *_ in chosen
                for photo in squares
            ]
            for weights in MIXTURES
        }
        keys = [(a, b) for *_, a, b in chosen for _ in squares]
        for weights, painted in paintings.items():
            nearer = [_nearer(network, image, aims[a], aims[b]) for image, (a, b) in zip(painted, keys)]
            differences = [_difference(image, half) for image, half in zip(painted, paintings[_HALF])]
            yield MixtureScore(weights, balance, statistics.fmean(nearer), statistics.fmean(differences))


def _pairs(count: int) -> list[tuple[str, str]]:
    keys: Sequence[str] = kept_keys()
    half, step = len(keys) // 2, max(1, len(keys) // 2 // count)
    return [(keys[place], keys[half + place]) for place in range(0, half, step)][:count]


@torch.inference_mode()
def _nearer(network: torch.nn.Module, image: Image.Image, first: StyleTarget, second: StyleTarget) -> float:
    features = network(to_tensor(image).to(runtime.device()), STYLE_TAPS)
    gaps = [
        float(style_distance(features, aim.statistics) + gram_distance(features, aim.statistics))
        for aim in (first, second)
    ]
    return gaps[1] / sum(gaps)


def _difference(a: Image.Image, b: Image.Image) -> float:
    from skimage.color import rgb2lab

    return float(np.linalg.norm(rgb2lab(np.asarray(a)) - rgb2lab(np.asarray(b)), axis=2).mean())
