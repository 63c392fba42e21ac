"""The report on the pictures of a source, before any of them is stored."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from deepart.admin.data.sources import COLUMNS, SEPARATOR, Picture
from deepart.training.missing import fillable, year_of

TASKS = ("style", "generator", "classifier", "restorer")
"""The models that can be trained."""

FEWEST_PER_LABEL = 5
FEWEST_FOR_GENERATOR = 1000
_FEWEST = {"style": 10, "generator": 32, "classifier": 2 * FEWEST_PER_LABEL, "restorer": 10}
_ENOUGH = {"style": 100, "generator": FEWEST_FOR_GENERATOR, "classifier": 100, "restorer": 100}
_UNEVEN = 10  # times as many pictures of the commonest label as of the rarest
_LISTED = 200


@dataclass(frozen=True, slots=True)
class Refused:
    """A picture that cannot be used, and why."""

    name: str
    reason: str  # a key of `deepart.text`
    values: dict[str, Any] = field(default_factory=dict)  # of its sentence


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a source. Labels are untrusted: escape them where they are shown."""

    pictures: int  # that can be used, each once
    num_bytes: int
    refused: list[Refused]
    rows_without_picture: int
    classes: dict[str, dict[str, int]]  # column -> label -> pictures
    imbalance: dict[str, float]  # column -> pictures of the commonest label for one of the rarest
    missing: dict[str, int]  # column -> pictures without a label; "year" where some have one
    ways: dict[str, dict[str, int]]  # the same columns -> how many of those each way leaves out, or fills
    parts: dict[str, int]  # as the source says; "" where it does not
    sizes: dict[str, int]  # of the shorter sides in pixels: "least", "median", "largest"
    copies: list[list[str]]  # names of exact copies
    near_duplicates: list[list[str]]  # names of pictures that show the same
    leaks: list[list[str]]  # those of them that lie in training and in a part to measure on
    licence: str
    origin: str
    guards: list[dict[str, Any]]
    """For each task "task", "level" ("ok", "warn" or "stop"), and "note", a key of `deepart.text`, with "values"."""

    @classmethod
    def of(
        cls,
        pictures: Sequence[Picture],
        group: Sequence[int],
        refused: list[Refused],
        copies: Mapping[str, Sequence[str]],
        rows_without_picture: int,
        licence: str,
        origin: str,
    ) -> Report:
        """Count the findings; `group` holds for each picture the index of its first near-duplicate."""
        counts: dict[str, Counter[str]] = {column: Counter() for column in COLUMNS}
        missing: Counter[str] = Counter()
        for picture in pictures:
            for column in COLUMNS:
                found = [label for label in picture.labels.get(column, "").split(SEPARATOR) if label]
                counts[column].update(found)
                missing[column] += not found
        classes = {column: dict(sorted(counted.items())) for column, counted in counts.items() if counted}
        gaps = {column: dict.fromkeys(("drop", "mode", "regress"), missing[column]) for column in classes}
        years = [year_of(picture.facts.get("year", "")) for picture in pictures]
        if any(years):
            gaps["year"] = fillable(years, [picture.labels.get("artist", "") for picture in pictures])
        gaps = {column: ways for column, ways in gaps.items() if ways["drop"]}
        together: defaultdict[int, list[Picture]] = defaultdict(list)
        for picture, first in zip(pictures, group):
            together[first].append(picture)
        alike = [same for same in together.values() if len(same) > 1]
        leaks = [same for same in alike if len({picture.part or "train" for picture in same}) > 1]
        sides = [min(picture.size) for picture in pictures]
        sizes = {"least": min(sides), "median": round(median(sides)), "largest": max(sides)}
        return cls(
            pictures=len(pictures),
            num_bytes=sum(picture.num_bytes for picture in pictures),
            refused=refused,
            rows_without_picture=rows_without_picture,
            classes=classes,
            imbalance={column: imbalance(counted) for column, counted in classes.items()},
            missing={column: ways["drop"] for column, ways in gaps.items()},
            ways=gaps,
            parts=dict(Counter(picture.part for picture in pictures)),
            sizes=sizes,
            copies=[list(names) for names in copies.values() if len(names) > 1],
            near_duplicates=[[picture.name for picture in same] for same in alike],
            leaks=[[picture.name for picture in same] for same in leaks],
            licence=licence,
            origin=origin,
            guards=guards(classes, len(pictures), sizes["median"]),
        )

    def as_json(self) -> dict[str, Any]:
        """Return plain lists and dictionaries; long lists are cut to 200 entries, with their length."""
        values = {name: getattr(self, name) for name in self.__slots__}
        values["refused"] = [asdict(each) for each in self.refused]
        for name in ("refused", "copies", "near_duplicates", "leaks"):
            values[f"num_{name}"], values[name] = len(values[name]), values[name][:_LISTED]
        return values


def imbalance(counts: Mapping[str, int]) -> float:
    """Return the ratio of pictures of the most frequent label to those of the rarest."""
    return round(max(counts.values()) / min(counts.values()), 2)


def guards(classes: Mapping[str, Mapping[str, int]], count: int, median_side: int) -> list[dict[str, Any]]:
    """Return for each task whether the pictures and labels are enough; see `Report.guards`."""
    return [_guard(task, classes, count, median_side) for task in TASKS]


def _guard(task: str, classes: Mapping[str, Mapping[str, int]], count: int, median_side: int) -> dict[str, Any]:
    def say(level: str, note: str, **values: object) -> dict[str, Any]:
        return {"task": task, "level": level, "note": note, "values": values}

    if count < _FEWEST[task]:
        return say("stop", "dataset.guard.too_few", count=count, least=_FEWEST[task])
    if task == "classifier":
        learnable = {c: [n for n in counts.values() if n >= FEWEST_PER_LABEL] for c, counts in classes.items()}
        if not any(len(counts) >= 2 for counts in learnable.values()):
            return say("stop", "dataset.guard.labels", least=FEWEST_PER_LABEL)
        few = sum(n < FEWEST_PER_LABEL for counts in classes.values() for n in counts.values())
        if few:
            return say("warn", "dataset.guard.rare_labels", count=few, least=FEWEST_PER_LABEL)
        if any(max(counts) > _UNEVEN * min(counts) for counts in learnable.values() if counts):
            return say("warn", "dataset.guard.uneven", times=_UNEVEN)
    if task == "restorer" and median_side < 128:
        return say("stop", "dataset.guard.too_small", side=median_side, least=128)
    if count < _ENOUGH[task]:
        return say("warn", "dataset.guard.few", count=count, enough=_ENOUGH[task])
    return say("ok", "dataset.guard.enough", count=count)
