"""Requests to classify, from the page or from a program."""

from __future__ import annotations

import csv
import functools
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass, replace
from io import StringIO

import numpy as np
from PIL import Image

from deepart import runtime
from deepart.art_labels import label_name
from deepart.checkpoints import find
from deepart.errors import InputError
from deepart.images import fit, load_image
from deepart.tasks.classify import evidence
from deepart.tasks.classify.batch import harmless_cell
from deepart.tasks.classify.classify import DEFAULT_CHECKPOINT, ArtworkClassifier, Classification, EncodedPicture
from deepart.tasks.classify.evidence import Change, Conflict, Neighbour
from deepart.tasks.classify.patch_picture import legend, patch_picture
from deepart.tasks.hub.classifiers import CHOICES, open_classifier

TOP = 5
"""Labels of each head that are shown."""
MODELS = (DEFAULT_CHECKPOINT, *CHOICES)
EVIDENCE_SIDE = 1024
"""Longer side of what the evidence is drawn on."""
LEAST_SHOWN = 640
"""Longer side of a heat map at least: browsers would show a small one small."""

_KEPT = 8  # pictures that evidence need not look at again


@dataclass(frozen=True, slots=True)
class Opinion:
    """A prediction with its quick evidence."""

    found: Classification
    conflicts: Sequence[Conflict] = ()
    nearest: Sequence[Neighbour] = ()

    mistaken: Sequence[tuple[str, float]] = ()
    """Styles that artworks of the style are often taken for, and how often."""

    @property
    def has_evidence(self) -> bool:
        """Whether heat maps, parts and changes can be asked for."""
        return self.found.checkpoint == DEFAULT_CHECKPOINT

    def as_json(self) -> dict[str, object]:
        """Return plain lists and dictionaries: the answer, `sureness`, `conflicts` and `nearest`."""
        return {
            **self.found.as_json(),
            "sureness": {head: evidence.sureness(self.found, head, self.nearest) for head in self.found.answers},
            "conflicts": [_plain(conflict) for conflict in self.conflicts],
            "nearest": [_plain(work) | {"distance": round(work.distance, 4)} for work in self.nearest],
        }

    def as_csv(self, language: str) -> str:
        """Return a table of all labels of all heads: as the data have them, and as people call them."""
        text = StringIO(newline="")
        table = csv.writer(text)
        table.writerow(["head", "rank", "label", "name", "probability", "in_set"])
        for head, answers in self.found.answers.items():
            of_set = self.found.sets.get(head, ())
            for rank, answer in enumerate(answers, 1):
                name = label_name(head, answer.label, language)
                in_set = str(answer.label in of_set).lower() if of_set else ""
                table.writerow(
                    [head, rank, harmless_cell(answer.label), harmless_cell(name), f"{answer.probability:.6f}", in_set]
                )
        return text.getvalue()


def opinion(path: str | None) -> Opinion:
    """Return the bundled classifier's predictions for a picture; its features are computed once.

    Args:
        path: of the picture; in the app it contains a hash of the file.

    Raises:
        InputError: there is no picture, or it cannot be read.
    """
    if path is None:
        raise InputError("artwork.missing")
    encoded = _encoded(path)
    found = _engine.answer(encoded)
    mistaken = evidence.often_mistaken(_engine, found.style[0].label) if found.style else ()
    index = _engine.network().config.index  # without one, nothing is known of the artworks that it learned from
    if not index:
        return Opinion(found, mistaken=mistaken)
    return Opinion(found, evidence.conflicts(found, index), evidence.nearest(encoded, TOP, index), mistaken)


def opinion_steps(path: str | None, model: str | None = None) -> Generator[runtime.Progress, None, Opinion]:
    """Ask any classifier, as an engine: yields `Progress` while one of the Hub is fetched.

    Args:
        path: of the picture.
        model: one of `MODELS`, or where the app serves its own machine only, any repository of the Hub;
            the bundled one if there is no name.

    Raises:
        InputError: there is no picture, it cannot be read, or there is no such classifier.
        WeightsError: the classifier is out of reach, or cannot be used.
    """
    if not model or model == DEFAULT_CHECKPOINT:
        return opinion(path)
    if model not in MODELS and not any_repository():
        raise InputError("setting.choice", name="model", choices=", ".join(MODELS))
    if path is None:
        raise InputError("artwork.missing")
    picture = load_image(path)
    yield runtime.Progress(0, 1, "progress.fetching_classifier")
    engine = open_classifier(model)
    if hasattr(engine, "steps"):
        yield from engine.steps()
    return Opinion(engine(picture))


def any_repository() -> bool:
    """Whether visitors may name any repository: strangers must not fill somebody else's disk."""
    return runtime.settings().host in ("127.0.0.1", "localhost", "::1")


def heat(path: str, head: str, label: str | None = None) -> Image.Image:
    """Return the picture with what speaks for a label glowing; for the most probable one if it is not named.

    Raises:
        InputError: there is no such head or label.
    """
    labels = _labels(head)
    if label is not None and label not in labels:
        raise InputError("setting.choice", name="label", choices=", ".join(labels))
    encoded = _encoded(path)
    picture, glow = encoded.picture, evidence.heat_map(_engine, encoded, head, label)
    glow = np.clip(glow / max(np.quantile(glow, 0.99), 1e-6), 0, 1)  # a single spot would leave all else in the dark
    if max(picture.size) < LEAST_SHOWN:
        scale = LEAST_SHOWN / max(picture.size)
        picture = picture.resize([max(1, round(side * scale)) for side in picture.size], Image.Resampling.LANCZOS)
    return evidence.overlay(picture, glow)


def changes(path: str, head: str) -> list[Change]:
    """Return how the two most probable labels fare when the picture is changed.

    Raises:
        InputError: there is no such head.
    """
    _labels(head)
    return _changes(path, head, _version())


def parts(path: str, head: str) -> tuple[Image.Image, list[tuple[str, str, int]]]:
    """Return the picture with what is said of its parts drawn on it, and what each letter on it stands for.

    Raises:
        InputError: there is no such head.
    """
    _labels(head)
    return _parts(path, head, _version())


_engine = ArtworkClassifier()


def _version() -> str:
    """What tells the versions of the classifier apart: what one has seen is of no use to the next."""
    return find(DEFAULT_CHECKPOINT).identity


def _encoded(path: str) -> EncodedPicture:
    return _encoded_by(path, _version())


@functools.lru_cache(maxsize=_KEPT)
def _encoded_by(path: str, version: str) -> EncodedPicture:
    encoded = _engine.encode(load_image(path))
    return replace(encoded, picture=fit(encoded.picture, EVIDENCE_SIDE))


@functools.lru_cache(maxsize=4 * _KEPT)
def _changes(path: str, head: str, version: str) -> list[Change]:
    return evidence.changes(_engine, _encoded(path), head)


@functools.lru_cache(maxsize=_KEPT)
def _parts(path: str, head: str, version: str) -> tuple[Image.Image, list[tuple[str, str, int]]]:
    picture = _encoded(path).picture
    patches = evidence.patch_map(_engine, picture, head)
    return patch_picture(picture, patches), legend(patches)


def _labels(head: str) -> Sequence[str]:
    labels = _engine.network().labels
    if head not in labels:
        raise InputError("setting.choice", name="head", choices=", ".join(labels))
    return labels[head]


def _plain(record: Conflict | Neighbour) -> dict[str, object]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(record).items()}
