"""How the damage detector is trained and measured: clean pictures, synthetic damage, and its mask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from scipy.ndimage import maximum_filter
from torch import Tensor, nn

from deepart.images import to_tensor
from deepart.models.detector import LIKELY, MARGIN
from deepart.tasks.bundled_restorers import as_detected
from deepart.training.damage import KINDS, worn
from deepart.training.data import random_crop
from deepart.training.loop import Batch, Turn

SCALES = (0.5, 1.0)
"""Pictures are shrunk by so much before a crop is taken, as far as the crop allows it."""

DRAWS = 5
"""How often each picture is damaged to measure a detector: one large stain more or less changes much."""

Likelihood = Callable[[Tensor], Tensor]
"""Maps a picture, (1, 3, H, W) in [0, 1], to how likely each pixel is damaged, (1, 1, H, W) in [0, 1]."""

_TRIES = 20  # to draw a picture that is as large as the crop
_THIN = 2.0  # how much more the pixels of a thin line weigh than those inside a patch
_SURROUNDINGS = 9  # pixels, the window in which thin is told from thick


class DetectorTraining:
    """Draws clean crops, damages most of them and returns how far the network's mask is from the true one.

    Args:
        network: maps pictures to logits.
        stores: collections of pictures; each gives the same share of a batch, so one may be named more than once.
    """

    def __init__(self, network: nn.Module, stores: Sequence[Sequence[np.ndarray]], seed: int = 0) -> None:
        self.network = network
        self._stores = stores
        self._seed = seed

    def draw(self, turn: Turn) -> Batch:
        """Return damaged crops, (B, 3, size, size), and masks of the damage, (B, 1, size, size)."""
        places = zip(turn.places, turn.generators(self._seed))
        damaged, masks = zip(*(self._example(place, turn.stage.size, rng) for place, rng in places))
        return torch.stack(damaged), torch.stack(masks)

    def losses(self, batch: Batch, turn: Turn) -> dict[str, Tensor]:
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
        crop = random_crop(picture, size, SCALES, rng).permute(1, 2, 0).numpy()
        damaged, mask = worn((crop * 255).round().astype(np.uint8), rng)
        return to_tensor(as_detected(Image.fromarray(damaged)))[0], torch.from_numpy(mask)[None].float()


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
    """Share of what is found that has damage within `MARGIN` pixels: a hairline beside which the mask lies is found."""
    recall_near: float
    """Share of the damage that has something found within `MARGIN` pixels."""
    recall_of: dict[str, float]
    """Per kind of damage, each alone on the pictures."""
    iou_of: dict[str, float]
    false_area: float
    """Share of the pixels of clean pictures that are taken for damage."""


def evaluate_detector(
    likelihood: Likelihood, pictures: Sequence[np.ndarray], seed: int = 0, threshold: float = LIKELY
) -> DetectorScore:
    """Measure a detector on damage drawn onto pictures that it has not seen.

    Args:
        likelihood: of damage, see `DamageDetector.likelihood`.
        pictures: (H, W, 3) uint8, clean.
        seed: of the damage.
        threshold: probability from which a pixel counts as found.
    """
    rng = np.random.default_rng(seed)
    names = list(KINDS)
    mixed = np.zeros(5, np.int64)
    of = {name: np.zeros(5, np.int64) for name in names}
    false, clean = 0, 0
    for picture in pictures:
        for _ in range(DRAWS):
            kinds = rng.choice(names, int(rng.integers(1, 4)), replace=False)
            mixed += _counts(likelihood, *worn(picture, rng, list(kinds)), threshold)
        for name in names:
            of[name] += _counts(likelihood, *worn(picture, rng, [name]), threshold)
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
    around_found, around_mask = (maximum_filter(area, 2 * MARGIN + 1) for area in (found, mask))
    areas = (found & mask, found, mask, found & around_mask, mask & around_found)
    return np.array([np.count_nonzero(area) for area in areas])


def _ratio(part: int, whole: int) -> float:
    return float(part / whole) if whole else 0.0
