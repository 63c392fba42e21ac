"""Subjects: choose generated pictures that the classifier takes for a portrait, a landscape, ...

The generator only takes a style, so pictures are classified until enough show the genre: first without brushwork, which
is fast, and then finished, in brushwork of paintings of that genre. Some genres are rare in some styles, so the result
says how many of the pictures and paintings show it.
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
from deepart.tasks.generate.brushwork import find_brushwork
from deepart.tasks.generate.generate import ArtGenerator
from deepart.tasks.generate.genome import ANY_STYLE, Genome
from deepart.tasks.generate.variety import described, varied
from deepart.tasks.tiled import patiently
from deepart.text import say

ANY_GENRE = "any"
"""Any genre."""
GENRES = (
    *("portrait", "landscape", "cityscape", "still_life"),
    *("genre_painting", "religious_painting", "illustration", "abstract_painting"),
)
"""The classifier's labels that can be chosen."""
MOST_LOOKED_AT = 64
"""Most pictures that are classified for one result; 16 more for each further one."""

_FOLDED = {"nude_painting": "genre_painting"}  # figures, either way
_RARE = 1 / 8  # of the pictures of a style
_TOGETHER = 8  # pictures that are looked at in one go
_LAST = 8  # pictures that are painted though they do not seem to show a genre, if none does
_MORE = 3  # pictures that seem to show a genre, for each that a wall has of it


@dataclass(frozen=True, slots=True)
class Chosen:
    """The chosen pictures, and the number that they were chosen from."""

    genomes: list[Genome]
    genre: str = ANY_GENRE
    found: int = 0
    """How many of the classified pictures show the genre; if none, the nearest was chosen."""
    looked_at: int = 0
    paintings: tuple[int, int] | None = None
    """How many paintings of the style show it, and for how many it is known; None without a style."""

    def sentence(self, language: str = "en") -> str:
        """Return a sentence on how rare the genre is; empty without a genre."""
        return sentence_of(self.settings(), language)

    def settings(self) -> dict[str, Any]:
        """Return the recipe's settings for the choice; none without a genre."""
        if self.genre == ANY_GENRE:
            return {}
        facts = {"genre": self.genre, "found": self.found, "looked_at": self.looked_at}
        return facts | (dict(zip(("paintings", "of_paintings"), self.paintings)) if self.paintings else {})


def sentence_of(settings: dict[str, Any], language: str = "en") -> str:
    """Return a sentence on how rare the genre is, from a recipe's settings; empty without a genre."""
    genre, found, looked_at = (settings.get(name) for name in ("genre", "found", "looked_at"))
    if genre in (None, ANY_GENRE):
        return ""
    rarity = "none" if not found else "rare" if found < _RARE * looked_at else "found"
    facts = {"found": found, "looked_at": looked_at, "genre": genre_name(genre, language)}
    paintings, whole = (settings.get(name, 0) for name in ("paintings", "of_paintings"))
    sentence = say(f"generate.genre.{rarity}", language, **facts)
    if rarity == "found" or not whole:
        return sentence
    return sentence + say("generate.genre.paintings", language, paintings=paintings, whole=whole)


def genre_name(genre: str, language: str = "en") -> str:
    """Return the readable name of a genre of `GENRES`, or of "any"."""
    return say("ui.generate.any_genre", language) if genre == ANY_GENRE else label_name("genre", genre, language)


def known_genre(genre: str | None) -> str:
    """Return a genre of `GENRES` by its label or its name, ignoring case; None is "any".

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
    """Return the most pictures that are classified for `count` of a genre."""
    return MOST_LOOKED_AT + 16 * (count - 1)


def showing_steps(
    engine: ArtGenerator,
    genomes: Sequence[Genome],
    count: int,
    genre: str,
    *,
    style: str = ANY_STYLE,
    is_varied: bool = False,
    classifier: ArtworkClassifier | None = None,
) -> Generator[Progress, None, Chosen]:
    """Choose at most `count` of some pictures that show a genre, as an engine; the nearest one if none does.

    Args:
        genre: of `GENRES`.
        style: the chosen style.
        is_varied: choose pictures that differ from each other, out of more, instead of the first ones.
        classifier: used for the genres; the bundled one if None.
    """
    classifier = classifier or ArtworkClassifier()
    likely: list[float] = []
    seeming: list[int] = []
    showing: list[int] = []
    painted: list[int] = []
    seen: dict[int, Tensor] = {}
    enough = count + count // 4 if is_varied else count

    def look(places: range | list[int], is_finished: bool) -> Generator[Progress, None, tuple[list[float], list[bool]]]:
        """Return the genre's probability for some pictures, and for which it is the most probable one."""
        some = [genomes[place] for place in places]
        done = Progress(places[0], len(genomes), "progress.choosing")
        features = yield from patiently(partial(described, engine, some, classifier, is_finished), done)
        seen.update(zip(places, features))
        labels, probabilities = _genres(classifier, features)
        place = labels.index(genre)
        return probabilities[:, place].tolist(), (probabilities.argmax(1) == place).tolist()

    def confirm(places: list[int]) -> Generator[Progress, None, None]:
        """Classify finished pictures until enough of them show the genre."""
        for place in places:
            if len(showing) >= enough:
                return
            is_shown = True
            if genomes[place].brushwork:
                (likely[place],), (is_shown,) = yield from look([place], is_finished=True)
                painted.append(place)
            if is_shown:
                showing.append(place)

    for start in range(0, len(genomes), _TOGETHER):
        if len(seeming) >= _MORE * count if is_varied else len(showing) >= count:
            break
        places = range(start, min(start + _TOGETHER, len(genomes)))
        probable, is_best = yield from look(places, is_finished=False)
        likely += probable
        new = [place for place, best in zip(places, is_best) if best]
        seeming += new
        if not is_varied:
            yield from confirm(new)
    if is_varied:
        # Of all that are called so, those that differ most are those that are least so.
        yield from confirm(sorted(seeming, key=lambda place: -likely[place])[: 2 * count])
    if not showing:  # brushwork of paintings that show it can make it so
        likeliest = sorted(set(range(len(likely))) - set(painted), key=lambda place: -likely[place])
        yield from confirm([place for place in likeliest if genomes[place].brushwork][:_LAST])
    showing.sort()
    if is_varied and len(showing) > 1:
        among = varied(classifier, torch.stack([seen[place] for place in showing]).mean(1), count)
        showing = [showing[place] for place in among]
    found = len({*showing, *(set(seeming) - set(painted))}) if showing else 0
    nearest = [max(painted or range(len(likely)), key=lambda place: likely[place])]
    chosen = [genomes[place] for place in (showing or nearest)[:count]]
    return Chosen(chosen, genre, found, len(likely), _paintings_of(engine, style, genre))


def _paintings_of(engine: ArtGenerator, style: str, genre: str) -> tuple[int, int] | None:
    known = None if style == ANY_STYLE else find_brushwork(engine.checkpoint)
    return known.paintings_of(engine.known_style(style), genre) if known and known.genres else None


def _genres(classifier: ArtworkClassifier, features: Tensor) -> tuple[list[str], Tensor]:
    """Return genre labels and their probabilities (B, labels), with all kinds of figures added up."""
    probabilities = classifier.probabilities(features)["genre"].cpu()
    names = list(classifier.network().labels["genre"])
    labels = list(dict.fromkeys(_FOLDED.get(name, name) for name in names))
    folded = torch.zeros(len(probabilities), len(labels))
    for place, name in enumerate(names):
        folded[:, labels.index(_FOLDED.get(name, name))] += probabilities[:, place]
    return labels, folded
