"""Evaluation sets: pictures on which checkpoints are measured, chosen once and fixed afterwards.

A set is a small JSON file with the hash of every picture; the pictures themselves are not copied.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import statistics
from collections.abc import Generator, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from deepart.admin.folders import admin_folder
from deepart.errors import InputError
from deepart.files import replacing
from deepart.images import load_image
from deepart.runtime import Progress
from deepart.tasks.tiled import patiently
from deepart.training.catalogue import Part, known_artists, read_catalogue, split
from deepart.training.data import find_pictures, is_held_out

Task = Literal["style", "generator", "classifier", "restorer"]
TASKS: tuple[Task, ...] = get_args(Task)

MOST = 400
"""Most pictures of a set: enough to distinguish checkpoints, few enough to evaluate in minutes."""

_FEWEST = 2
_LEAST_SIDE = 64
_ROLES = ("content", "style")
_HEADS = ("style", "artist", "genre", "label")
_DEFAULTS: dict[Task, dict[str, int]] = {
    "style": {"pairs": 24, "side": 512},
    "generator": {"painted": 256},
    "classifier": {},
    "restorer": {"side": 256, "percent": 60},
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture of a set."""

    path: str
    """Relative to the folder of the set."""
    sha256: str
    labels: Mapping[str, str] = field(default_factory=dict)
    """For a classifier the label of each head; for a generator "style"; for the style network "role": "content" or
    "style"."""


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """The pictures on which a task's checkpoints are measured."""

    task: Task
    folder: Path
    samples: tuple[Sample, ...]
    settings: Mapping[str, int] = field(default_factory=dict)
    """How they are used: numbers of pairs and of painted pictures, sides in pixels, percentage of shrinking."""
    seed: int = 0

    @property
    def fingerprint(self) -> str:
        """SHA-256 of everything but the folder; only figures with the same fingerprint can be compared."""
        content = json.dumps([self.task, list(map(asdict, self.samples)), dict(self.settings), self.seed])
        return hashlib.sha256(content.encode()).hexdigest()

    def having(self, role: str) -> list[Sample]:
        """Return the pictures with a role, for the style network."""
        return [sample for sample in self.samples if sample.labels.get("role") == role]

    def read(self, sample: Sample) -> bytes:
        """Return the file of a picture.

        Raises:
            InputError: it is missing, or has changed.
        """
        try:
            data = (self.folder / sample.path).read_bytes()
        except OSError:
            data = b""
        if hashlib.sha256(data).hexdigest() != sample.sha256:
            raise InputError("frozen.changed")
        return data

    def save(self, file: Path) -> None:
        """Write the set to a file."""
        content = {**asdict(self), "folder": str(self.folder), "fingerprint": self.fingerprint}
        with replacing(file) as part:
            part.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")

    @classmethod
    def load(cls, file: Path) -> EvaluationSet:
        """Read a set from a file.

        Raises:
            InputError: it is not an evaluation set, or was edited.
        """
        try:
            content = json.loads(Path(file).read_text("utf-8"))
            samples = tuple(Sample(**sample) for sample in content["samples"])
            found = cls(content["task"], Path(content["folder"]), samples, content["settings"], content["seed"])
            intact = found.fingerprint == content["fingerprint"]
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise InputError("frozen.no_set") from error
        if not intact:
            raise InputError("frozen.no_set")
        return found


def set_file(task: Task, name: str) -> Path:
    """Return the path of the owner's evaluation set for a task and a data set."""
    if not re.fullmatch(r"[a-z0-9-]{1,60}", name):
        raise InputError("frozen.no_set")
    return admin_folder() / "evaluation" / f"{task}-{name}.json"


def freeze_steps(
    task: Task, folder: Path, seed: int = 0, most: int = MOST, everything: bool = False, **settings: int
) -> Generator[Progress, None, EvaluationSet]:
    """Choose and hash the pictures of a folder that training does not see.

    In a folder with a catalogue (paintings.csv) these are the paintings of the split "test", in any other folder those
    that every training run leaves out.  A folder for the style network may have subfolders `contents` and `styles`;
    otherwise its pictures are both.

    Args:
        folder: a data set of `deepart.admin.data.datasets`, or any folder of pictures.
        everything: take all pictures of a folder without a catalogue: nothing was trained on it.
        seed: random seed: of the pictures if there are more than `most`, the noise, and the pairs.
        settings: those of `EvaluationSet.settings` that are not as usual; the side of styles is never larger than that
            of half of the pictures.

    Raises:
        InputError: there are too few pictures, or for a classifier no catalogue.
    """
    folder = Path(folder).resolve()
    work = partial(_choose, task, folder, everything)
    chosen = yield from patiently(lambda: list(work()), Progress(0, 1, "progress.freezing"))
    if len(chosen) < _FEWEST:
        raise InputError("frozen.too_few", least=_FEWEST)
    if len(chosen) > most:
        kept = np.random.default_rng(seed).choice(len(chosen), most, replace=False)
        chosen = [chosen[index] for index in sorted(kept)]
    samples, sides = [], []
    for number, (path, labels) in enumerate(chosen):
        if number % 16 == 0:
            yield Progress(number, len(chosen), "progress.freezing")
        data = path.read_bytes()
        samples.append(Sample(path.relative_to(folder).as_posix(), hashlib.sha256(data).hexdigest(), labels))
        if task == "style":
            sides.append(min(load_image(data).size))
    settings = _DEFAULTS[task] | settings
    if sides:  # of enlarged pictures it would be measured how well blur is painted
        settings["side"] = min(settings["side"], max(_LEAST_SIDE, int(statistics.median(sides)) // 16 * 16))
    return EvaluationSet(task, folder, tuple(samples), settings, seed)


def _choose(task: Task, folder: Path, everything: bool) -> Iterable[tuple[Path, dict[str, str]]]:
    if task == "style" and all((folder / f"{role}s").is_dir() for role in _ROLES):
        for role in _ROLES:
            for path in _unseen(folder / f"{role}s", everything):
                yield path, {"role": role}
        return
    if (folder / "paintings.csv").is_file():
        rows = labelled(folder, "test")
    elif task == "classifier":
        raise InputError("training.no_catalogue")
    else:
        rows = [(path, {}) for path in _unseen(folder, everything)]
    if task == "style":
        yield from ((path, {"role": _ROLES[index % 2]}) for index, (path, _) in enumerate(rows))
    else:
        told = {"classifier": _HEADS, "generator": ("style",)}.get(task, ())
        yield from ((path, {head: labels[head] for head in told if head in labels}) for path, labels in rows)


def _unseen(folder: Path, everything: bool) -> list[Path]:
    return [path for path in find_pictures(folder) if everything or is_held_out(path)]


def labelled(folder: Path, *wanted: Part) -> list[tuple[Path, dict[str, str]]]:
    """Return the paintings of some splits of a catalogue with their labels, split as it says or as training would.

    Raises:
        InputError: there is no catalogue.
    """
    try:
        with open(folder / "paintings.csv", newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
    except OSError as error:
        raise InputError("training.no_catalogue") from error
    if rows and "part" in rows[0]:
        return [
            (folder / row["path"], {head: row[head] for head in _HEADS if row.get(head)})
            for row in rows
            if row["part"] in wanted
        ]
    paintings = read_catalogue(folder)
    parts = split(paintings, [np.asarray(load_image(painting.path)) for painting in paintings])
    known = known_artists(paintings)
    found = []
    for painting, part in zip(paintings, parts):
        if part in wanted:
            artist = painting.artist if painting.artist in known else ""
            labels = {"style": painting.style, "artist": artist, "genre": painting.genre}
            found.append((painting.path, {head: label for head, label in labels.items() if label}))
    return found
