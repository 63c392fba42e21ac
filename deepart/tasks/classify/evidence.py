"""Evidence for the classifier's predictions: heat maps, similar artworks, and changes that would alter them.

References:
    Selvaraju et al. 2017, "Grad-CAM", https://arxiv.org/abs/1610.02391; Draelos, Carin 2020, "Use HiResCAM instead of
    Grad-CAM for faithful explanations", https://arxiv.org/abs/2011.08891.

Differs from Grad-CAM: gradient and feature are multiplied at each place before they are summed (HiResCAM), which for
heads that are linear in means and standard deviations is what each place adds to the prediction; and the maps of all
depths that the heads see are added up.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from deepart import runtime
from deepart.checkpoints import models
from deepart.models.feature_index import COLUMNS
from deepart.tasks.classify.classify import ANOTHER_ARTIST, Answer, ArtworkClassifier, Classification, EncodedPicture

INDEX = "classify/index-wikiart-v1"
"""Checkpoint that holds the features of the artworks that the bundled classifier was trained on."""

SURE_ENOUGH = 0.35
"""Labels less probable than this do not count as conflicting."""

Sureness = Literal["sure", "fairly", "unsure"]
"""How far to trust a prediction: on 220 unseen paintings the style was right in 96, 72 and 42 % of the cases."""
_SURE, _UNSURE = 0.8, 0.5  # calibrated probabilities
_FAR, _STRANGE = 80, 95  # percentiles of the distance to the nearest work


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An artwork of the training set that is similar to a picture."""

    title: str
    artist: str
    year: str
    style: str
    genre: str
    distance: float
    """From 0 (the same features) to 2."""
    percentile: float
    """Percentage of the training artworks whose nearest other artwork is nearer than this."""

    @property
    def likeness(self) -> int:
        """The opposite of `percentile`, as people are told it: 1 to 99."""
        return max(1, min(99, round(100 - self.percentile)))


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two predicted labels that no artwork of the training set has together."""

    heads: tuple[str, str]
    labels: tuple[str, str]
    works: int
    """Number of training artworks with the first label; none of them has the second."""


@dataclass(frozen=True, slots=True)
class Change:
    """How the two most probable labels fare when the picture is changed in one way."""

    change: str
    """A key of `CHANGES`."""
    first: float
    second: float


@dataclass(frozen=True, slots=True)
class PatchMap:
    """The predictions for each part of a picture."""

    labels: tuple[tuple[Answer, ...], ...]
    """Rows of the most probable label of each part, from the top left."""
    head: str


def heat_map(engine: ArtworkClassifier, encoded: EncodedPicture, head: str, label: str | None = None) -> np.ndarray:
    """Return how much each place of a picture contributes to a label, (H, W) float32 in [0, 1].

    Args:
        head: a head of the classifier.
        label: one of its labels; its most probable one if None.
    """
    network = engine.network()
    maps = [map_.clone().requires_grad_() for map_ in encoded.maps]
    with runtime.device_lock(), torch.enable_grad():
        logits = network.answers(network.describe(maps))[head][0]
        index = network.labels[head].index(label or engine.answer(encoded).answers[head][0].label)
        gradients = torch.autograd.grad(logits[index], maps)
    finest = maps[0].shape[-2:]
    heat = torch.zeros(1, 1, *finest)
    for map_, gradient in zip(maps, gradients):
        # Measured against the picture's mean, so that a feature which is everywhere speaks for no place.
        part = ((map_ - map_.mean((2, 3), keepdim=True)) * gradient).sum(1, keepdim=True).detach().float().cpu()
        share = part.numel() / (finest[0] * finest[1])
        heat += F.interpolate(part * share, finest, mode="bilinear", align_corners=False)
    heat = heat[0, 0].relu()
    return (heat / heat.max().clamp(min=1e-9)).numpy()


def overlay(picture: Image.Image, heat: np.ndarray) -> Image.Image:
    """Show a heat map on a picture: unimportant places fade to grey, important ones glow.

    Args:
        picture: RGB.
        heat: (H, W) in [0, 1].
    """
    mask = Image.fromarray((np.sqrt(heat) * 255).astype(np.uint8)).resize(picture.size, Image.Resampling.BICUBIC)
    grey = ImageEnhance.Brightness(ImageOps.grayscale(picture).convert("RGB")).enhance(0.55)
    warm = Image.blend(picture, Image.new("RGB", picture.size, (255, 120, 20)), 0.3)
    return Image.composite(warm, grey, mask)


def nearest(encoded: EncodedPicture, count: int = 5, index: str = INDEX) -> list[Neighbour]:
    """Return the `count` artworks of the training set most similar to a picture, nearest first."""
    network = models.get(index)
    distances, numbers = network(encoded.features.mean(0, keepdim=True), count)
    typical = network.config.typical
    return [
        Neighbour(*network.config.works[number], distance, float(np.interp(distance, typical, range(101))))
        for distance, number in zip(distances[0].tolist(), numbers[0].tolist())
    ]


def sureness(found: Classification, head: str, nearest: Sequence[Neighbour] = ()) -> Sureness:
    """Return how far to trust the most probable label of a head.

    A probability is valid for pictures like those that it was calibrated on: it counts for less far from all training
    artworks, and for nothing if the picture does not look like a painting.

    Args:
        found: the answer.
        head: one of its heads.
        nearest: artworks of the training set, nearest first; none where they are not known.
    """
    probability = found.answers[head][0].probability
    if not found.known or probability < _UNSURE or is_strange(nearest):
        return "unsure"
    is_near = not nearest or nearest[0].percentile < _FAR
    return "sure" if probability >= _SURE and is_near else "fairly"


def is_strange(nearest: Sequence[Neighbour]) -> bool:
    """Return whether even the nearest artwork is farther away than training artworks are from each other."""
    return bool(nearest) and nearest[0].percentile >= _STRANGE


def conflicts(found: Classification, index: str = INDEX) -> list[Conflict]:
    """Return the pairs of predicted labels that never occur together in the training set."""
    best = {head: answers[0] for head, answers in found.answers.items() if answers}
    sure = {
        head: answer.label
        for head, answer in best.items()
        if answer.probability >= SURE_ENOUGH and answer.label != ANOTHER_ARTIST
    }
    found_conflicts = []
    for heads in (("artist", "style"), ("artist", "genre"), ("style", "genre")):
        if not set(heads) <= set(sure):
            continue
        pairs = _together(models.get(index).config.works, heads)
        labels = (sure[heads[0]], sure[heads[1]])
        works = sum(count for (first, _), count in pairs.items() if first == labels[0])
        if works and not pairs.get(labels):
            found_conflicts.append(Conflict(heads, labels, works))
    return found_conflicts


def often_mistaken(engine: ArtworkClassifier, label: str, head: str = "style") -> list[tuple[str, float]]:
    """Return the labels that artworks of `label` were often mistaken for in the evaluation, with their shares."""
    found = [
        (other, share) for of, right, other, share in engine.network().config.mistaken if (of, right) == (head, label)
    ]
    return sorted(found, key=lambda pair: -pair[1])


@functools.lru_cache(maxsize=8)
def _together(works: tuple[tuple[str, ...], ...], heads: tuple[str, str]) -> Mapping[tuple[str, str], int]:
    """Count the artworks with each pair of labels; artworks without one of them are not counted."""
    pairs = [tuple(work[COLUMNS[head]] for head in heads) for work in works]
    return Counter(pair for pair in pairs if all(pair))


# --- what would change the answer ----------------------------------------------------------------


def _without_strokes(picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(max(1.0, max(picture.size) / 128)))


CHANGES = {
    "grey": lambda picture: ImageOps.grayscale(picture).convert("RGB"),
    "vivid": lambda picture: ImageEnhance.Color(picture).enhance(1.8),
    "dark": lambda picture: ImageEnhance.Brightness(picture).enhance(0.6),
    "bright": lambda picture: ImageEnhance.Brightness(picture).enhance(1.4),
    "smooth": _without_strokes,
    "crisp": lambda picture: picture.filter(ImageFilter.UnsharpMask(2, 150, 0)),
}
"""Changes of a picture, each a function from RGB to RGB; see also "covered"."""


def changes(engine: ArtworkClassifier, encoded: EncodedPicture, head: str = "style") -> list[Change]:
    """Return how the two most probable labels of `head` fare under changes of the picture, the largest effect first.

    Besides `CHANGES`, the part that contributes most to the first label is covered ("covered").
    """
    first, second = (answer.label for answer in engine.answer(encoded).answers[head][:2])
    small = encoded.picture.copy()
    small.thumbnail((512, 512))
    variants = {name: change(small) for name, change in CHANGES.items()}
    variants["covered"] = _covered(small, heat_map(engine, encoded, head, first))
    found = []
    for name, answer in zip(variants, engine.many(variants.values(), thorough=False)):
        probability = {label.label: label.probability for label in answer.answers[head]}
        found.append(Change(name, probability[first], probability[second]))
    return sorted(found, key=lambda change: change.first - change.second)


def _covered(picture: Image.Image, heat: np.ndarray) -> Image.Image:
    """Blur the fifth of the picture that matters most beyond recognition."""
    mask = (heat >= np.quantile(heat, 0.8)).astype(np.uint8) * 255
    mask = Image.fromarray(mask).resize(picture.size, Image.Resampling.BICUBIC)
    blurred = picture.filter(ImageFilter.GaussianBlur(max(picture.size) / 8))
    return Image.composite(blurred, picture, mask)


# --- parts ---------------------------------------------------------------------------------------


def patch_map(engine: ArtworkClassifier, picture: Image.Image, head: str = "style", across: int = 4) -> PatchMap:
    """Classify each part of a picture on its own.

    Args:
        picture: RGB or RGBA.
        across: number of parts along its longer side; they are about square and overlap by half.
    """
    rows, columns = grid(picture.size, across)
    parts = [_part(picture, row, column, rows, columns) for row in range(rows) for column in range(columns)]
    best = [answer.answers[head][0] for answer in engine.many(parts, thorough=False)]
    return PatchMap(tuple(tuple(best[row * columns : (row + 1) * columns]) for row in range(rows)), head)


def grid(size: Sequence[int], across: int) -> tuple[int, int]:
    """Return the numbers of rows and columns of about square parts, `across` along the longer side."""
    width, height = size
    side = max(width, height) / across
    return max(1, round(height / side)), max(1, round(width / side))


def _part(picture: Image.Image, row: int, column: int, rows: int, columns: int) -> Image.Image:
    """Crop one part with half a part around it, since texture needs some area."""
    width, height = picture.width / columns, picture.height / rows
    left, top = max(0, (column - 0.5) * width), max(0, (row - 0.5) * height)
    right, bottom = min(picture.width, (column + 1.5) * width), min(picture.height, (row + 1.5) * height)
    return picture.crop(
        (round(left), round(top), max(round(right), round(left) + 1), max(round(bottom), round(top) + 1))
    )
