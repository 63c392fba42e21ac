"""Originality of a generated picture: which artworks of the training set are most similar, and how similar.

Similarity is that of the classifier's features (`evidence.nearest`); it is compared with the distances between artworks
of the training set.
"""

from __future__ import annotations

from dataclasses import dataclass

from deepart.images import load_image
from deepart.recipes import Source
from deepart.tasks.classify.classify import ArtworkClassifier
from deepart.tasks.classify.evidence import Neighbour, nearest

NEAR_COPY = 1.0
"""Percentile of the distances between artworks below which a picture counts as a near copy."""
CLOSE = 10.0
"""Percentile below which it counts as close to an artwork."""


@dataclass(frozen=True, slots=True)
class Originality:
    """How new a picture is."""

    works: tuple[Neighbour, ...]
    """The most similar artworks of the training set, nearest first."""
    percentile: float
    """Percentage of the training artworks whose nearest other artwork is nearer than the picture's."""

    @property
    def is_near_copy(self) -> bool:
        """Whether the picture is nearer to an artwork than nearly any two artworks are to each other."""
        return self.percentile < NEAR_COPY

    @property
    def is_close(self) -> bool:
        """Whether an artwork is so similar that it should be checked."""
        return self.percentile < CLOSE

    def as_json(self) -> dict[str, object]:
        """Return plain lists and dictionaries."""
        works = [
            {
                "title": work.title,
                "artist": work.artist,
                "year": work.year,
                "distance": round(work.distance, 4),
                "percentile": round(work.percentile, 1),
            }
            for work in self.works
        ]
        return {"percentile": round(self.percentile, 1), "near_copy": self.is_near_copy, "works": works}


def originality(picture: Source, count: int = 3) -> Originality:
    """Return how original a picture is.

    Args:
        picture: a path, the bytes of a file, or a picture.
        count: number of artworks to return.

    Raises:
        InputError: the picture cannot be read.
        WeightsError: the classifier or its index is missing or damaged.
    """
    engine = ArtworkClassifier()
    encoded = engine.encode(load_image(picture))
    works = tuple(nearest(encoded, count, engine.network().config.index))
    return Originality(works, works[0].percentile)
