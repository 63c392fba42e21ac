"""What to paint: of the pictures of a style those that the classifier takes for a portrait, a landscape, ...

The network is told a style only; so pictures are painted fast and small, and looked at, until enough show what was
asked for.  Some styles hardly have some genres: how many of how many pictures did is said with the result.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from deepart.art_labels import label_name
from deepart.errors import InputError
from deepart.runtime import Progress
from deepart.tasks.classify.classify import ArtworkClassifier
from deepart.tasks.generate.generate import ArtGenerator
from deepart.tasks.generate.genome import Genome
from deepart.tasks.generate.variety import described, varied
from deepart.tasks.tiled import patiently
from deepart.text import say

ANY_GENRE = "any"
"""Whatever comes."""
GENRES = (
    *("portrait", "landscape", "cityscape", "still_life"),
    *("genre_painting", "religious_painting", "illustration", "abstract_painting"),
)
"""Labels of the classifier that can be asked for."""
MOST_LOOKED_AT = 64
"""Pictures that are looked at for one, and 16 more for each further one."""

_FOLDED = {"nude_painting": "genre_painting"}  # figures, either way
_RARE = 1 / 8  # of the pictures of a style
_TOGETHER = 8  # pictures that are looked at in one go


@dataclass(frozen=True, slots=True)
class Chosen:
    """Pictures that were chosen, and out of how many."""

    genomes: list[Genome]
    genre: str = ANY_GENRE
    found: int = 0
    """How many of those that were looked at show the genre; with none, the nearest was chosen."""
    looked_at: int = 0

    def sentence(self, language: str = "en") -> str:
        """Say how rare it is; empty if no genre was asked for."""
        facts = {"genre": self.genre, "found": self.found, "looked_at": self.looked_at}
        return sentence_of(facts, language)

    def settings(self) -> dict[str, Any]:
        """Return what a recipe says of the choice; nothing if no genre was asked for."""
        if self.genre == ANY_GENRE:
            return {}
        return {"genre": self.genre, "found": self.found, "looked_at": self.looked_at}


def sentence_of(settings: dict[str, Any], language: str = "en") -> str:
    """Say from a recipe's settings how rare a picture of its genre is; empty if none was asked for."""
    genre, found, looked_at = (settings.get(name) for name in ("genre", "found", "looked_at"))
    if genre in (None, ANY_GENRE):
        return ""
    rarity = "none" if not found else "rare" if found < _RARE * looked_at else "found"
    name = genre_name(genre, language)
    return say(f"generate.genre.{rarity}", language, found=found, looked_at=looked_at, genre=name)


def genre_name(genre: str, language: str = "en") -> str:
    """Return what people call a genre of `GENRES`, or any."""
    return say("ui.generate.any_genre", language) if genre == ANY_GENRE else label_name("genre", genre, language)


def known_genre(genre: str | None) -> str:
    """Return a genre of `GENRES` by its label or its name, however capitalised; None is any.

    Raises:
        InputError: there is none of that name.
    """
    asked = " ".join((genre or ANY_GENRE).replace("_", " ").casefold().split())
    for known in (ANY_GENRE, *GENRES):
        names = {known, known.removesuffix("_painting"), genre_name(known), genre_name(known, "zh")}
        if known != ANY_GENRE and asked in {name.replace("_", " ").casefold() for name in names}:
            return known
    if asked == ANY_GENRE:
        return ANY_GENRE
    raise InputError("setting.choice", name="genre", choices=", ".join((ANY_GENRE, *GENRES)))


def candidates_for(count: int) -> int:
    """Return how many pictures are looked at, at most, for `count` of a genre."""
    return MOST_LOOKED_AT + 16 * (count - 1)


def showing_steps(
    engine: ArtGenerator,
    genomes: Sequence[Genome],
    count: int,
    genre: str,
    *,
    is_varied: bool = False,
    classifier: ArtworkClassifier | None = None,
) -> Generator[Progress, None, Chosen]:
    """Choose at most `count` of some pictures that show a genre, as an engine; the nearest one if none does.

    Args:
        genre: of `GENRES`.
        is_varied: look at all of them and choose such that differ from each other, instead of the first ones.
        classifier: that says what they show; the bundled one if None.
    """
    classifier = classifier or ArtworkClassifier()
    parts, likely, showing = [], [], []

    def look(some: Sequence[Genome]) -> Tensor:
        return described(engine, some, classifier)

    for start in range(0, len(genomes), _TOGETHER):
        if len(showing) >= count and not is_varied:
            break
        done = Progress(start, len(genomes), "progress.choosing")
        features = yield from patiently(partial(look, genomes[start : start + _TOGETHER]), done)
        labels, probabilities = _genres(classifier, features)
        place = labels.index(genre)
        showing += [start + at for at, best in enumerate(probabilities.argmax(1).tolist()) if best == place]
        likely += probabilities[:, place].tolist()
        parts.append(features)
    looked_at, found = len(likely), len(showing)
    if not showing:
        showing = [likely.index(max(likely))]
    elif is_varied and len(showing) > 1:
        # Of all that are called so, those that differ most are those that are least so.
        showing = sorted(sorted(showing, key=lambda place: -likely[place])[: 2 * count])
        among = varied(classifier, torch.cat(parts)[showing].mean(1), count)
        showing = [showing[place] for place in among]
    return Chosen([genomes[place] for place in showing[:count]], genre, found, looked_at)


def _genres(classifier: ArtworkClassifier, features: Tensor) -> tuple[list[str], Tensor]:
    """Return labels of genres and their probabilities (B, labels), figures of all kinds taken together."""
    probabilities = classifier.probabilities(features)["genre"].cpu()
    names = list(classifier.network().labels["genre"])
    labels = list(dict.fromkeys(_FOLDED.get(name, name) for name in names))
    folded = torch.zeros(len(probabilities), len(labels))
    for place, name in enumerate(names):
        folded[:, labels.index(_FOLDED.get(name, name))] += probabilities[:, place]
    return labels, folded
