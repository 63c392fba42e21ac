"""Find the directions and the map of a generator, for `deepart.tasks.generate.steering`.

Härkönen et al. 2020, "GANSpace: Discovering Interpretable GAN Controls", https://arxiv.org/abs/2004.02546, written
anew from the paper: principal components of early features, and the random numbers regressed on them.
Differs from the paper: what is common to a style is taken out of the features first, since the style is chosen by
name; and the classifier names the directions, by what it sees more of on the way.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

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
from deepart.tasks.generate.steering import LOOKS, Direction, Effect, MapPoint, Steering

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
    """That are kept of them at most: those with names that change most."""
    probes: int = 32
    """Pictures that are moved along each."""
    visible: float = 0.25
    sure: float = 3.5
    """See `name_directions`."""
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
    """Return the directions that have names, those that change most first."""
    starts = [engine.born(seed) for seed in range(config.probes)]
    sides = []
    for number, vector in enumerate(vectors):
        yield Progress(number, len(vectors), "progress.classifying")
        moves = ([moved(genome, sign * _STEP * vector) for genome in starts] for sign in (-1, 1))
        sides.append([measures(classifier, [engine.paint(genome) for genome in genomes]) for genomes in moves])
    names = name_directions(classifier.network().labels, *changes_of(np.array(sides), config.sure), config.visible)
    found = [
        Direction(f"direction-{number + 1}", tuple(vectors[number].tolist()), more, less, float(shares[number]))
        for number, (more, less) in names.items()
    ]
    return [turned(direction) for direction in found[: config.directions]]


def turned(direction: Direction) -> Direction:
    """Return a direction along which there is more of a look, not less: to the right on the page, such as of detail
    there.  Which way a principal component points is chance."""
    more, less = direction.more, direction.less
    if (less.label, more.label) not in LOOKS:
        return direction
    return replace(direction, vector=tuple(-value for value in direction.vector), more=less, less=more)


def changes_of(sides: np.ndarray, sure: float) -> tuple[np.ndarray, np.ndarray]:
    """Return how much each measure changes along directions, and the same for `name_directions`, (D, M) each.

    Args:
        sides: `measures` of N pictures that have been moved backwards and forwards along D directions, (D, 2, N, M).
        sure: standard errors of a change below which it cannot be told from chance, and counts as none.
    """
    each = sides[:, 1] - sides[:, 0]
    changes, errors = each.mean(1), each.std(1, ddof=1) / each.shape[1] ** 0.5
    parts = abs(changes) / np.maximum(sides.std((0, 1, 2)), 1e-6)
    return changes, np.where(abs(changes) >= sure * errors, parts, 0)


def name_directions(
    labels: Mapping[str, Sequence[str]], changes: np.ndarray, parts: np.ndarray, visible: float
) -> dict[int, tuple[Effect, Effect]]:
    """Name directions by what changes most along them, in parts of how much pictures differ in it.

    The ends of a direction are of one kind: two styles, two genres, or a look and its opposite.  Nothing names two
    directions; one along which nothing else changes enough to be seen has no name.

    Args:
        labels: those of the classifier, by head.
        changes: of `measures`, (D, M).
        parts: the same in standard deviations of pictures, without sign; 0 for what does not count.
        visible: least change in standard deviations.

    Returns:
        By the number of the direction what increases and what decreases; the largest change first.
    """
    found = []
    for number, change in enumerate(changes):
        for columns, more, less in _ends(labels, np.where(parts[number] > 0, change, 0)):
            size = parts[number, columns].mean()
            if size >= visible and parts[number, columns].all():
                found.append((size, number, more, less))
    names: dict[int, tuple[Effect, Effect]] = {}
    for _, number, *ends in sorted(found, key=lambda each: -each[0]):
        used = {(end.head, end.label) for named in names.values() for end in named}
        if number not in names and used.isdisjoint((end.head, end.label) for end in ends):
            names[number] = tuple(ends)
    return names


def _ends(labels: Mapping[str, Sequence[str]], change: np.ndarray) -> Iterator[tuple[list[int], Effect, Effect]]:
    """Yield for each head, and each look, which of `measures` change most, (M,), what increases, and what decreases."""
    first = 0
    for head in HEADS:
        if names := labels.get(head, ()):
            here = change[first : first + len(names)]
            most, least = int(here.argmax()), int(here.argmin())
            ends = Effect(head, names[most], float(here[most])), Effect(head, names[least], -float(here[least]))
            yield [first + most, first + least], *ends
        first += len(names)
    for column, names in enumerate(LOOKS, first):
        more, less = names if change[column] > 0 else names[::-1]
        value = abs(float(change[column]))
        yield [column], Effect("look", more, value), Effect("look", less, value)


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
    """Return what a picture looks like, in the order of `LOOKS`.

    Brightness, warmth, colourfulness, contrast and detail, about 0 to 1 each; by how much the right half is brighter
    than the left one, and the bottom than the top, -1 to 1; and the same of detail, in parts of its mean.
    """
    x = np.asarray(picture.convert("RGB"), np.float32) / 255
    grey = x.mean(2)
    edges = abs(np.diff(grey, axis=0))[:, 1:] + abs(np.diff(grey, axis=1))[1:]
    warmth = (x[..., 0] - x[..., 2]).mean()
    values = [grey.mean(), warmth, (x.max(2) - x.min(2)).mean(), 2 * grey.std(), 4 * edges.mean()]
    for plane in (grey, edges / max(float(edges.mean()), 1e-6)):
        height, width = plane.shape
        values += [plane[:, -(width // 2) :].mean() - plane[:, : width // 2].mean()]
        values += [plane[-(height // 2) :].mean() - plane[: height // 2].mean()]
    return [float(value) for value in values]


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
    return points, name_axes(classifier.network().labels, places, np.array(rows))


def name_axes(
    labels: Mapping[str, Sequence[str]], places: np.ndarray, values: np.ndarray
) -> tuple[Effect, Effect, Effect, Effect]:
    """Return what there is more of to the right, left, bottom and top of a map, as `name_directions` names it.

    Args:
        labels: those of the classifier, by head.
        places: (N, 2), from 0 to 1.
        values: `measures` of the pictures at the places, (N, M).
    """
    changes = np.array([values[far > 0.8].mean(0) - values[far < 0.2].mean(0) for far in places.T])
    names = name_directions(labels, changes, abs(changes) / np.maximum(values.std(0), 1e-6), 0)
    (right, left), (bottom, top) = names[0], names[1]
    return right, left, bottom, top
