"""Genres of paintings for the generator: from the catalogue, or from the classifier if it is confident."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from deepart.files import replacing
from deepart.tasks.classify.classify import ArtworkClassifier
from deepart.training.catalogue import Painting

SURE = 0.8
"""Least probability at which a genre predicted by the classifier is used."""

_FOLDED = {"nude_painting": "genre_painting"}  # nobody asks for it here: what it shows are figures


def with_genres(
    paintings: Sequence[Painting], pictures: Sequence[np.ndarray], cache: Path, engine: ArtworkClassifier | None = None
) -> list[Painting]:
    """Return the paintings with the genres that can be known; the empty string where none is.

    Args:
        paintings: rows of the catalogue.
        pictures: their pictures in the same order, (H, W, 3) uint8 RGB.
        cache: folder in which the classifier's predictions are kept.
        engine: the classifier; the bundled one if None.
    """
    missing = [index for index, painting in enumerate(paintings) if not painting.genre]
    listing = "\n".join("/".join(paintings[index].path.parts[-3:]) for index in missing)
    file = cache / f"genres-{hashlib.sha256(listing.encode()).hexdigest()[:16]}.json"
    if not file.exists():
        engine = engine or ArtworkClassifier()
        answers = engine.many((Image.fromarray(pictures[index]) for index in missing), thorough=False)
        best = [[answer.genre[0].label, round(answer.genre[0].probability, 4)] for answer in answers]
        with replacing(file) as part:
            part.write_text(json.dumps(best))
    found = list(paintings)
    for index, (genre, probability) in zip(missing, json.loads(file.read_text("utf-8"))):
        if probability >= SURE:
            found[index] = replace(found[index], genre=genre)
    return [replace(each, genre=_FOLDED.get(each.genre, each.genre)) for each in found]
