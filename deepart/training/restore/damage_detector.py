"""Training and evaluation of the damage detector on synthetic damage.

Drawings after Winnemoeller et al. 2012, "XDoG: An eXtended Difference-of-Gaussians Compendium".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from scipy.ndimage import gaussian_filter, maximum_filter
from torch import Tensor, nn

from deepart.images import to_tensor
from deepart.models.restorers.damage_detector import LIKELY
from deepart.tasks.restore.bundled import as_detected
from deepart.training.data import random_crop
from deepart.training.loop import Batch, BatchSpec
from deepart.training.restore.damage import KINDS, USUAL_SIDE, Kind, scanned, some_kinds, worn

DRAWS = 5
"""How often each picture is damaged to measure a detector: one large stain more or less changes much."""

NEAR = 2
"""Pixels by which what is found may lie beside the damage, where that is measured."""

Likelihood = Callable[[Tensor], Tensor]
"""Maps a picture, (1, 3, H, W) in [0, 1], to how likely each pixel is damaged, (1, 1, H, W) in [0, 1]."""

_AROUND = 1.5  # sides of a crop that are drawn on: what begins outside reaches in
_ON_DAMAGE = 0.75  # how often a crop is taken where damage is
_AS_DRAWING, _AS_COMPOSITION, _AS_SCAN = 0.15, 0.05, 0.15  # how often
_TRIES = 20  # to draw a picture that is as large as the crop
_THIN = 2.0  # how much more the pixels of a thin line weigh than those inside a patch
_SURROUNDINGS = 9  # pixels, the window in which thin is told from thick


class DetectorTraining:
    """Draws clean crops, damages most of them and returns how far the network's mask is from the true one.

    Args:
        network: maps pictures to logits.
        stores: collections of pictures; each gives the same share of a batch, so one may be named more than once.
        scans: masks of real damage, (H, W) uint8, white where it is; some of what is drawn is pasted from them.
    """

    def __init__(
        self,
        network: nn.Module,
        stores: Sequence[Sequence[np.ndarray]],
        seed: int = 0,
        scans: Sequence[np.ndarray] = (),
    ) -> None:
        self.network = network
        self._stores = stores
        self._seed = seed
        self._scans = scans

    def draw(self, spec: BatchSpec) -> Batch:
        """Return damaged crops, (B, 3, size, size), and masks of the damage, (B, 1, size, size)."""
        places = zip(spec.indices, spec.generators(self._seed))
        damaged, masks = zip(*(self._example(place, spec.stage.size, rng) for place, rng in places))
        return torch.stack(damaged), torch.stack(masks)

    def losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Return "total" and its parts "cross_entropy" and "jaccard"."""
        damaged, mask = batch
        logits = self.network(damaged).float()
        cross_entropy, jaccard = weighted_cross_entropy(logits, mask), jaccard_distance(logits, mask)
        return {"total": 0.5 * cross_entropy + jaccard, "cross_entropy": cross_entropy, "jaccard": jaccard}

    def _example(self, place: int, size: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        store = self._stores[place % len(self._stores)]
        for _ in range(_TRIES):
            picture = store[int(rng.integers(len(store)))]
            if min(picture.shape[:2]) >= size:
                break
        shorter = min(picture.shape[:2])
        side = np.exp(rng.uniform(*np.log((max(size, min(USUAL_SIDE, shorter)), max(size, shorter)))))
        window = max(size, int(min(_AROUND * size, side)))
        clean = random_crop(picture, window, (side / shorter,) * 2, rng).permute(1, 2, 0).numpy()
        scale = float(np.clip(side / USUAL_SIDE * np.exp(0.4 * rng.standard_normal()), 0.5, 6))
        kinds: list[str | Kind] = list(some_kinds(rng))
        if self._scans and rng.random() < _AS_SCAN:
            kinds.append(scanned(self._scans))
        chance = rng.random()
        if chance < _AS_DRAWING:
            clean = as_drawing(clean, rng)
        elif chance < _AS_DRAWING + _AS_COMPOSITION:
            clean, kinds = composition(window, rng), []
        damaged, mask = worn((clean * 255).round().astype(np.uint8), rng, kinds, scale=scale)
        rows, columns = _cut(mask, size, rng)
        seen = as_detected(Image.fromarray(damaged[rows, columns]))
        return to_tensor(seen)[0], torch.from_numpy(mask[rows, columns])[None].float()


def _cut(mask: np.ndarray, size: int, rng: np.random.Generator) -> tuple[slice, slice]:
    """Return a square of a mask, mostly one that has damage if there is any."""
    most = np.array(mask.shape) - size
    if mask.any() and rng.random() < _ON_DAMAGE:
        places = np.flatnonzero(mask)
        place = np.array(np.unravel_index(places[rng.integers(len(places))], mask.shape))
        corner = place - rng.integers(size, size=2)
    else:
        corner = rng.integers(most + 1)
    top, left = np.clip(corner, 0, most)
    return slice(top, top + size), slice(left, left + size)


def as_drawing(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a picture, (H, W, 3) float32 in [0, 1], as a drawing or a print in few colours: all of it is lines."""
    grey = picture.mean(2)
    fine = rng.uniform(0.6, 2.5)
    narrow, wide = gaussian_filter(grey, fine), gaussian_filter(grey, 1.6 * fine)
    sharpened = (1 + 20) * narrow - 20 * wide
    lines = 1 + np.tanh(rng.uniform(4, 20) * np.minimum(sharpened - rng.uniform(0.4, 0.8), 0))
    paper, ink = rng.uniform(0.8, 1, 3), rng.uniform(0, 0.35, 3)
    ground = np.broadcast_to(paper, picture.shape)
    if rng.random() < 0.5:  # a print
        steps = int(rng.integers(3, 7))
        flat = gaussian_filter(picture, (2 * fine, 2 * fine, 0))
        ground = np.round(flat * steps) / steps * paper
    drawn = ground * lines[..., None] + ink * (1 - lines[..., None])
    return (1 - drawn if rng.random() < 0.1 else drawn).clip(0, 1).astype(np.float32)


def composition(side: int, rng: np.random.Generator) -> np.ndarray:
    """Return an abstract picture, (side, side, 3) float32 in [0, 1]: strokes and blots on a ground that are meant."""
    ground = rng.uniform(0.75, 1, 3) if rng.random() < 0.7 else rng.random(3)
    picture = np.broadcast_to(ground, (side, side, 3)).astype(np.float32)
    for _ in range(int(rng.integers(2, 7))):
        opacity, paint = KINDS[rng.choice(("strokes", "blots"))](picture, rng, rng.uniform(0.5, 4))
        picture = picture + opacity[..., None] * (paint - picture)
    return picture.clip(0, 1)


def weighted_cross_entropy(logits: Tensor, mask: Tensor) -> Tensor:
    """Return the cross-entropy of masks, (B, 1, H, W), in which the pixels of thin lines weigh more."""
    around = F.avg_pool2d(mask, _SURROUNDINGS, stride=1, padding=_SURROUNDINGS // 2)
    weight = 1 + _THIN * mask * (1 - around)
    return F.binary_cross_entropy_with_logits(logits, mask, weight)


def jaccard_distance(logits: Tensor, mask: Tensor) -> Tensor:
    """Return 1 - the soft intersection over union (Rahman & Wang 2016, "Optimizing Intersection-Over-Union in Deep
    Neural Networks for Image Segmentation") of all masks together, (B, 1, H, W), as `evaluate_detector` counts it.
    """
    found = logits.sigmoid()
    both = (found * mask).sum()
    # A pixel more in both: without any damage, the less is found the better.
    return 1 - (both + 1) / (found.sum() + mask.sum() - both + 1)


@dataclass(frozen=True, slots=True)
class DetectorScore:
    """How well synthetic damage is found, over all pixels of all pictures."""

    side: int
    """Shorter side of the pictures in pixels, the median."""
    iou: float
    precision: float
    recall: float
    precision_near: float
    """Share of what is found that has damage within `NEAR` pixels: a hairline beside which the mask lies is found."""
    recall_near: float
    """Share of the damage that has something found within `NEAR` pixels."""
    recall_of: dict[str, float]
    """Per kind of damage, each alone on the pictures."""
    iou_of: dict[str, float]
    false_area: float
    """Share of the pixels of clean pictures that are taken for damage."""


def evaluate_detector(
    likelihood: Likelihood,
    pictures: Sequence[np.ndarray],
    seed: int = 0,
    threshold: float = LIKELY,
    draws: int = DRAWS,
    each_kind: bool = True,
) -> DetectorScore:
    """Measure a detector on damage drawn onto pictures that it has not seen.

    Args:
        likelihood: of damage, see `DamageDetector.likelihood`.
        pictures: (H, W, 3) uint8, clean.
        seed: of the damage.
        threshold: probability from which a pixel counts as found.
        draws: how often each picture is damaged, as thickly as suits its size.
        each_kind: damage it by each kind alone, too.
    """
    rng = np.random.default_rng(seed)
    names = list(KINDS)
    mixed = np.zeros(5, np.int64)
    of = {name: np.zeros(5, np.int64) for name in names}
    false, clean = 0, 0
    for picture in pictures:
        scale = max(1.0, min(picture.shape[:2]) / USUAL_SIDE)
        for _ in range(draws):
            kinds = rng.choice(names, int(rng.integers(1, 4)), replace=False)
            mixed += _counts(likelihood, *worn(picture, rng, list(kinds), scale=scale), threshold)
        for name in names if each_kind else ():
            of[name] += _counts(likelihood, *worn(picture, rng, [name], scale=scale), threshold)
        false += int(_found(likelihood, picture, threshold).sum())
        clean += picture.shape[0] * picture.shape[1]
    both, found, there, found_near, there_near = mixed
    return DetectorScore(
        side=int(np.median([min(picture.shape[:2]) for picture in pictures])),
        iou=_ratio(both, found + there - both),
        precision=_ratio(both, found),
        recall=_ratio(both, there),
        precision_near=_ratio(found_near, found),
        recall_near=_ratio(there_near, there),
        recall_of={name: _ratio(counts[0], counts[2]) for name, counts in of.items()},
        iou_of={name: _ratio(counts[0], counts[1] + counts[2] - counts[0]) for name, counts in of.items()},
        false_area=_ratio(false, clean),
    )


@torch.inference_mode()
def _found(likelihood: Likelihood, picture: np.ndarray, threshold: float) -> np.ndarray:
    return (likelihood(to_tensor(as_detected(Image.fromarray(picture))))[0, 0] >= threshold).numpy()


def _counts(likelihood: Likelihood, picture: np.ndarray, mask: np.ndarray, threshold: float) -> np.ndarray:
    """Return how many pixels are found and damaged, found, damaged, found near damage, damaged near what is found."""
    found = _found(likelihood, picture, threshold)
    around_found, around_mask = (maximum_filter(area, 2 * NEAR + 1) for area in (found, mask))
    areas = (found & mask, found, mask, found & around_mask, mask & around_found)
    return np.array([np.count_nonzero(area) for area in areas])


def _ratio(part: int, whole: int) -> float:
    return float(part / whole) if whole else 0.0
