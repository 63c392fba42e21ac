"""Whether a generated picture is new: which artworks of the training set are most like it, and how like it they are.

The likeness is that of the classifier's features (`evidence.nearest`), and is compared with how far the artworks of the
training set are from each other.
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
"""That below which it is said to be close to a work."""


@dataclass(frozen=True, slots=True)
class Originality:
    """How new a picture is."""

    works: tuple[Neighbour, ...]
    """The artworks of the training set that are most like it, nearest first."""
    percentile: float
    """How many of 100 artworks of the training set have their nearest other artwork nearer than the picture has."""

    @property
    def is_near_copy(self) -> bool:
        """Whether the picture is nearer to an artwork than nearly any two artworks are to each other."""
        return self.percentile < NEAR_COPY

    @property
    def is_close(self) -> bool:
        """Whether a work is so like it that it should be looked at."""
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
    """Say how new a picture is.

    Args:
        picture: a path, the bytes of a file, or a picture.
        count: how many artworks to name.

    Raises:
        InputError: the picture cannot be read.
        WeightsError: the classifier or its index is missing or damaged.
    """
    engine = ArtworkClassifier()
    encoded = engine.encode(load_image(picture))
    works = tuple(nearest(encoded, count, engine.network().config.index))
    return Originality(works, works[0].percentile)
