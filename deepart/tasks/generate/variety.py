"""Choose varied pictures: a few out of many, no two alike.

Each next one is the farthest from those chosen before it (Gonzalez 1985, "Clustering to Minimize the Maximum
Intercluster Distance"), in the features of the classifier, which also measure originality.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from functools import partial

import torch
from PIL import Image
from torch import Tensor

from deepart import runtime
from deepart.images import to_pil
from deepart.runtime import Progress
from deepart.tasks.classify.classify import ArtworkClassifier
from deepart.tasks.classify.originality import NEAR_COPY
from deepart.tasks.generate.brushwork import windowed
from deepart.tasks.generate.generate import ArtGenerator
from deepart.tasks.generate.genome import Genome
from deepart.tasks.tiled import patiently

CANDIDATES = 4
"""Pictures that are painted for each one that is chosen."""
MOST_CANDIDATES = 64

_NEAREST = 3  # paintings, to which a picture is compared
_TOGETHER = 8  # pictures that are looked at in one go
_THINGS = ("landscape", "cityscape", "still_life", "abstract_painting")  # genres without people


def candidates_for(count: int) -> int:
    """Return from how many pictures `count` are chosen; a single one is taken as it is."""
    return 1 if count == 1 else max(count, min(CANDIDATES * count, MOST_CANDIDATES))


def farthest_points(points: Tensor, count: int, least: float = 0.0) -> list[int]:
    """Choose points that are far from each other: the first one, then always the farthest from those chosen.

    Args:
        points: (N, D), each of length 1.
        count: how many at most.
        least: distance, one minus the cosine, below which two points are too close to be chosen together.

    Returns:
        Indices in the order in which they were chosen; fewer than `count` if no other is far enough.
    """
    chosen = [0]
    apart = 1 - points @ points[0]
    while len(chosen) < min(count, len(points)):
        apart[chosen] = -1
        farthest = int(apart.argmax())
        if apart[farthest] < max(least, 0):
            break
        chosen.append(farthest)
        apart = torch.minimum(apart, 1 - points @ points[farthest])
    return chosen


def varied_steps(
    engine: ArtGenerator,
    genomes: Sequence[Genome],
    count: int,
    classifier: ArtworkClassifier | None = None,
    *,
    with_first: bool = True,
) -> Generator[Progress, None, list[Genome]]:
    """Choose at most `count` of some pictures for variety, as an engine.

    They are chosen from the better half (see `best_first`), to leave out failures. No two are near-duplicates,
    that is, as near to each other as one artwork in a hundred is to its nearest other artwork.

    Args:
        classifier: whose features are compared; the bundled one if None.
        with_first: choose the first picture in any case.

    Returns:
        The chosen genomes, in their order; without `with_first`, the best first.
    """
    classifier = classifier or ArtworkClassifier()
    parts = []

    def look(some: Sequence[Genome]) -> Tensor:
        return described(engine, some, classifier)

    for start in range(0, len(genomes), _TOGETHER):
        done = Progress(start, len(genomes), "progress.choosing")
        parts.append((yield from patiently(partial(look, genomes[start : start + _TOGETHER]), done)))
    features = torch.cat(parts)
    kept = best_first(classifier, features, max(count, len(genomes) // 2))
    kept = sorted({0, *kept[:-1]} if with_first and 0 not in kept else kept) if with_first else kept
    return [genomes[kept[place]] for place in varied(classifier, features[kept].mean(1), count)]


def best_first(classifier: ArtworkClassifier, features: Tensor, count: int) -> list[int]:
    """Return the indices of the `count` best pictures by their features (N, views, D), the best first.

    Two ranks are combined: the similarity to some painting, if there is an index; and how sure the classifier is of a
    genre, genres with people excluded, since the generator cannot paint faces.
    """
    places = torch.zeros(len(features), dtype=torch.long)
    if classifier.network().config.index:
        index = classifier.index()
        places += _ranks(index(features.mean(1).to(index.points.device), _NEAREST)[0].mean(1))
    things = [place for place, name in enumerate(classifier.network().labels.get("genre", ())) if name in _THINGS]
    if things:
        places += _ranks(-classifier.probabilities(features)["genre"][:, things].amax(1))
    return places.argsort(stable=True)[:count].tolist()


def _ranks(values: Tensor) -> Tensor:
    """Return the place of each of (N,) values among them, the least first."""
    return values.cpu().argsort(stable=True).argsort()


def described(
    engine: ArtGenerator, genomes: Sequence[Genome], classifier: ArtworkClassifier, is_finished: bool = False
) -> Tensor:
    """Return the classifier's features of pictures, (B, views, D).

    Args:
        is_finished: use the pictures with their brushwork and all views, as Classify does; otherwise those of the
            network alone, which is several times faster.
    """
    pictures = [engine.paint(genome) for genome in genomes] if is_finished else _sketched(engine, genomes)
    return classifier.describe(pictures, thorough=is_finished)


def varied(classifier: ArtworkClassifier, features: Tensor, count: int) -> list[int]:
    """Choose at most `count` pictures by their features (N, D), the first of them always, in their order."""
    least = 0.0
    if classifier.network().config.index:
        index = classifier.index()
        features = index.project(features.to(index.points.device)).cpu()
        typical = index.config.typical
        least = typical[round(NEAR_COPY)] if typical else 0.0
    else:
        features = torch.nn.functional.normalize(features - features.mean(0), dim=1)
    return sorted(farthest_points(features, count, least))


def _sketched(engine: ArtGenerator, genomes: Sequence[Genome]) -> list[Image.Image]:
    """Paint pictures in batches at the smaller size, for comparison only."""
    network = engine.network()
    with runtime.device_lock(), runtime.inference():
        codes = torch.cat([engine.codes(genome) for genome in genomes])
        noise = [torch.cat(parts) for parts in zip(*map(engine.noise_of, genomes))]
        layouts = network.paint(codes, noise, network.sizes[0])
        return [to_pil(windowed(layout[None], genome.shown)) for layout, genome in zip(layouts, genomes)]
