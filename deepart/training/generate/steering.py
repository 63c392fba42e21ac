"""Find the directions and the map of a generator, for `deepart.tasks.generate.steering`.

Härkönen et al. 2020, "GANSpace: Discovering Interpretable GAN Controls", https://arxiv.org/abs/2004.02546, written
anew from the paper: principal components of early features, and the random numbers regressed on them.
Differs from the paper: what is common to a style is taken out of the features first, since the style is chosen by
name; and the classifier names the directions, by what it sees more of on the way.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from deepart import runtime
from deepart.runtime import Progress
from deepart.tasks.classify.classify import ArtworkClassifier, Classification
from deepart.tasks.generate.breeding import moved
from deepart.tasks.generate.generate import ArtGenerator
from deepart.tasks.generate.steering import Direction, Effect, MapPoint, Steering

HEADS = ("style", "genre")
"""Heads of the classifier whose labels name directions."""

_PLACES = 4  # parts of a picture's side whose features count
_STEP = 2.0  # how far pictures are moved to see what changes
_BATCH = 32
_FIRST_SEED = 1_000_000  # far from the ones that people choose


@dataclass(frozen=True, slots=True)
class SteeringConfig:
    """How much is painted to find directions and a map."""

    samples: int = 2048
    """Random pictures whose early features are looked at."""
    components: int = 16
    directions: int = 10
    """That are kept of them: those that change most."""
    probes: int = 24
    """Pictures that are moved along each."""
    points: int = 1000
    """On the map."""


def find_steering(
    engine: ArtGenerator, classifier: ArtworkClassifier, config: SteeringConfig = SteeringConfig()
) -> Generator[Progress, None, Steering]:
    """Find the directions and the map of a generator, as an engine: yields `Progress`, returns them."""
    vectors, shares = yield from principal_directions(engine, config.samples, config.components)
    directions = yield from _named(engine, classifier, vectors, shares, config)
    points, axes = yield from picture_map(engine, classifier, config.points)
    return Steering(engine.checkpoint, tuple(directions), tuple(points), axes)


def principal_directions(
    engine: ArtGenerator, samples: int, components: int
) -> Generator[Progress, None, tuple[Tensor, Tensor]]:
    """Return directions of the random numbers, (K, z) of length 1, and the share of the variance of each, (K,)."""
    network = engine.network()
    numbers, features = [], []
    styles = torch.arange(samples) % (network.any_style + 1)
    for start in range(0, samples, _BATCH):
        yield Progress(start, samples, "progress.painting")
        seeds = range(_FIRST_SEED + start, _FIRST_SEED + min(start + _BATCH, samples))
        z, noise = network.draw(seeds)
        with runtime.device_lock(), runtime.inference(full_precision=True):
            codes = network.codes(z.to(runtime.device()), styles[start : start + _BATCH].to(runtime.device()))
            maps = network.coarse_features(codes, [part.to(codes.device) for part in noise])[-1]
            features.append(F.adaptive_avg_pool2d(maps, _PLACES).flatten(1).cpu())
        numbers.append(z)
    z, x = torch.cat(numbers), torch.cat(features)
    for style in styles.unique():
        x[styles == style] -= x[styles == style].mean(0)
    left, sizes, _ = torch.linalg.svd(x, full_matrices=False)
    coordinates = left[:, :components] * samples**0.5  # of unit variance, uncorrelated
    return F.normalize(coordinates.T @ z, dim=1), sizes[:components].square() / sizes.square().sum()


def _named(
    engine: ArtGenerator, classifier: ArtworkClassifier, vectors: Tensor, shares: Tensor, config: SteeringConfig
) -> Generator[Progress, None, list[Direction]]:
    """Return the directions that change most, with what they change."""
    starts = [engine.born(seed) for seed in range(config.probes)]
    found: list[Direction] = []
    for number, (vector, share) in enumerate(zip(vectors, shares.tolist())):
        yield Progress(number, len(vectors), "progress.classifying")
        sides = []
        for sign in (-1, 1):
            pictures = [engine.paint(moved(genome, sign * _STEP * vector)) for genome in starts]
            sides.append(measures(classifier, pictures).mean(0))
        effects = _effects(classifier, sides[1] - sides[0])
        more, less = effects[0], _opposite(effects[-1])
        found.append(Direction(f"direction-{number + 1}", tuple(vector.tolist()), more, less, share))
    found.sort(key=lambda direction: -direction.more.change - direction.less.change)
    return found[: config.directions]


LOOKS = (("bright", "dark"), ("warm", "cool"), ("vivid", "grey"), ("contrast", "soft"), ("detailed", "plain"))
"""Labels for more and for less of each of `looks`."""


def measures(classifier: ArtworkClassifier, pictures: Sequence[Image.Image]) -> np.ndarray:
    """Return what is measured of pictures, (B, M): probabilities of styles, of genres, and `looks`."""
    labels = classifier.network().labels
    rows = []
    for picture, answer in zip(pictures, classifier.many(pictures, thorough=False)):
        rows.append([*_probabilities(answer, labels), *looks(picture)])
    return np.array(rows)


def _probabilities(answer: Classification, labels: Mapping[str, Sequence[str]]) -> list[float]:
    values = []
    for head in HEADS:
        known = {found.label: found.probability for found in answer.answers.get(head, ())}
        values += [known[label] for label in labels.get(head, ())]
    return values


def looks(picture: Image.Image) -> list[float]:
    """Return brightness, warmth, colourfulness, contrast and detail of a picture, about 0 to 1 each."""
    x = np.asarray(picture.convert("RGB"), np.float32) / 255
    grey = x.mean(2)
    edges = np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean()
    warmth = (x[..., 0] - x[..., 2]).mean()
    return [float(value) for value in (grey.mean(), warmth, (x.max(2) - x.min(2)).mean(), 2 * grey.std(), 4 * edges)]


def _effects(classifier: ArtworkClassifier, change: np.ndarray) -> list[Effect]:
    """Return what changes, the largest increase first, decreases at the end."""
    labels = classifier.network().labels
    named = [(head, label) for head in HEADS for label in labels.get(head, ())]
    effects = [Effect(*name, float(value)) for name, value in zip(named, change)]
    for (more, less), value in zip(LOOKS, change[len(effects) :]):
        effects += [Effect("look", more, float(value)), Effect("look", less, -float(value))]
    return sorted(effects, key=lambda effect: -effect.change)


def _opposite(effect: Effect) -> Effect:
    return Effect(effect.head, effect.label, -effect.change)


def picture_map(
    engine: ArtGenerator, classifier: ArtworkClassifier, count: int
) -> Generator[Progress, None, tuple[list[MapPoint], tuple[Effect, Effect, Effect, Effect]]]:
    """Lay random pictures out on a plane, those that the classifier sees as alike near each other.

    The two principal components of its features, each spread evenly from 0 to 1.

    Returns:
        The points, and what there is more of to the right, left, bottom and top.
    """
    genomes = [engine.born(seed) for seed in range(count)]
    features, seen, rows = [], [], []
    for start in range(0, count, _BATCH):
        yield Progress(start, count, "progress.classifying")
        pictures = [engine.paint(genome) for genome in genomes[start : start + _BATCH]]
        described = classifier.describe(pictures, thorough=False)
        features.append(described.mean(1))
        labels = classifier.network().labels
        for picture, answer in zip(pictures, classifier.answer_features(described)):
            seen.append(answer.style[0].label if answer.style else "")
            rows.append([*_probabilities(answer, labels), *looks(picture)])
    x = torch.cat(features)
    left, _, _ = torch.linalg.svd(x - x.mean(0), full_matrices=False)
    places = left[:, :2].argsort(0).argsort(0).double().add(0.5).div(count).numpy()
    points = [
        MapPoint((round(px, 4), round(py, 4)), genome.seed, genome.style, label)
        for (px, py), genome, label in zip(places.tolist(), genomes, seen)
    ]
    values = np.array(rows)
    axes = []
    for axis in (0, 1):
        far, near = places[:, axis] > 0.8, places[:, axis] < 0.2
        effects = _effects(classifier, values[far].mean(0) - values[near].mean(0))
        axes += [effects[0], _opposite(effects[-1])]
    return points, tuple(axes)
