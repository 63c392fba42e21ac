"""Steering: named directions, the plane of two directions, and a map of what a generator can paint.

The directions and the map of a checkpoint lie beside it, in `directions.safetensors` and `directions.json`;
`python -m deepart directions` finds them (`deepart.training.generate.steering`).

References:
    Härkönen et al. 2020, "GANSpace", https://arxiv.org/abs/2004.02546 (principal components of early features,
    brought back to the random numbers by regression), written anew from the paper.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from deepart.checkpoints import CHECKPOINTS, find, load_state
from deepart.errors import InputError, WeightsError
from deepart.files import replacing, write_json
from deepart.options import check_range
from deepart.tasks.generate.breeding import blend, moved
from deepart.tasks.generate.generate import DEFAULT_CHECKPOINT, ArtGenerator
from deepart.tasks.generate.genome import Genome
from deepart.tasks.paint.style_map import Point, map_weights

TENSORS, FACTS = "directions.safetensors", "directions.json"

MOST_AMOUNT = 4.0
"""Farthest amount along a direction; random pictures lie within 3 on either side."""

PAD_REACH = 2.5
"""Distance of a pad's edges from its middle."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What increases along a direction."""

    head: str
    """"style" or "genre", whose labels are the classifier's; or "look", with one of `LOOK_LABELS`."""
    label: str
    change: float
    """Change of the probability, or of the measure, from two steps before the picture to two steps after it."""


LOOKS = (
    ("bright", "dark"),
    ("warm", "cool"),
    ("vivid", "grey"),
    ("contrast", "soft"),
    ("detailed", "plain"),
    ("light_right", "light_left"),
    ("light_bottom", "light_top"),
    ("details_right", "details_left"),
    ("details_bottom", "details_top"),
)
"""Properties besides style and genre that a direction can change: labels of more and of less of each."""
LOOK_LABELS = tuple(label for pair in LOOKS for label in pair)


@dataclass(frozen=True, slots=True)
class Direction:
    """A direction that changes one property of pictures."""

    name: str
    """Its name in recipes and on the command line."""
    vector: tuple[float, ...]
    more: Effect
    """What increases with a positive amount."""
    less: Effect
    """What increases with a negative amount."""
    share: float
    """Share of the features' variance along it."""


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A picture on the map."""

    place: Point
    seed: int
    style: str
    """The style in which it is painted."""
    seen_as: str
    """The style that the classifier predicts."""


@dataclass(frozen=True, slots=True)
class Steering:
    """The directions and the map of one checkpoint."""

    checkpoint: str
    directions: tuple[Direction, ...] = ()
    points: tuple[MapPoint, ...] = ()
    axes: tuple[Effect, Effect, Effect, Effect] | None = None
    """What increases towards the right, the left, the bottom and the top of the map."""

    def direction(self, name: str) -> Direction:
        """Return the direction with a name.

        Raises:
            InputError: there is none.
        """
        for direction in self.directions:
            if direction.name == name:
                return direction
        known = ", ".join(direction.name for direction in self.directions)
        raise InputError("setting.choice", name="direction", choices=known or "-")

    def steer(self, genome: Genome, amounts: Mapping[str, float]) -> Genome:
        """Return a genome moved along directions.

        Args:
            amounts: how far, from -4 to 4, by the names of directions.

        Raises:
            InputError: there is no such direction, or an amount is out of range.
        """
        step = torch.zeros(len(genome.latent[0]))
        for name, amount in amounts.items():
            direction = self.direction(name)
            check_range(direction.name, amount, -MOST_AMOUNT, MOST_AMOUNT)
            step += amount * torch.tensor(direction.vector)
        return moved(genome, step) if step.any() else genome

    def pad(self, genome: Genome, dot: Point, across: str, down: str) -> Genome:
        """Return the genome at a dot on the plane of two directions with `genome` in its middle.

        Args:
            dot: x to the right and y down, both from 0 to 1.
            across: name of the direction along x.
            down: name of the direction along y.

        Raises:
            InputError: there is no such direction, or the dot is not on the pad.
        """
        x, y = dot
        check_range("x", x, 0, 1)
        check_range("y", y, 0, 1)
        return self.steer(genome, {across: (2 * x - 1) * PAD_REACH, down: (2 * y - 1) * PAD_REACH})

    def nearest(self, dot: Point) -> MapPoint:
        """Return the picture of the map that is nearest to a dot."""
        places = np.array([point.place for point in self._known_points()])
        return self.points[int(np.hypot(*(places - dot).T).argmin())]

    def at(self, engine: ArtGenerator, dot: Point, truncation: float = 1.0) -> Genome:
        """Return the genome at a dot of the map: a blend of the three nearest pictures, or the picture at the dot.

        Raises:
            InputError: the checkpoint has no map.
        """
        weights = map_weights([point.place for point in self._known_points()], dot)
        near = [(point, weight) for point, weight in zip(self.points, weights) if weight]
        genomes = [engine.born(point.seed, point.style, truncation) for point, _ in near]
        made = blend(genomes, [weight for _, weight in near])
        return made if len(near) == 1 else replace(made, origin="map")

    def _known_points(self) -> tuple[MapPoint, ...]:
        if not self.points:
            raise InputError("generate.no_map")
        return self.points

    def save(self, folder: Path) -> None:
        """Write the two files into the folder of a checkpoint."""
        from safetensors.torch import save

        vectors = torch.tensor([direction.vector for direction in self.directions])
        places = torch.tensor([point.place for point in self.points])
        facts = {
            "directions": [
                {"name": d.name, "share": round(d.share, 4), "more": _effect(d.more), "less": _effect(d.less)}
                for d in self.directions
            ],
            "points": [[point.seed, point.style, point.seen_as] for point in self.points],
            "axes": [_effect(effect) for effect in self.axes or ()],
        }
        with replacing(folder / TENSORS) as part:
            part.write_bytes(save({"vectors": vectors, "places": places}))
        write_json(folder / FACTS, facts)


def steering(checkpoint: str = DEFAULT_CHECKPOINT) -> Steering:
    """Return the directions and the map of a checkpoint; empty ones if it has none.

    Raises:
        WeightsError: their files are damaged.
    """
    folder = find(checkpoint).folder if checkpoint in CHECKPOINTS else None
    if folder is None or not (folder / FACTS).is_file():
        return Steering(checkpoint)
    return _read(checkpoint, folder, (folder / FACTS).stat().st_mtime_ns)


@functools.lru_cache(maxsize=4)
def _read(checkpoint: str, folder: Path, changed: int) -> Steering:
    state = load_state(folder / TENSORS, checkpoint)
    try:
        facts = json.loads((folder / FACTS).read_text("utf-8"))
        vectors, places = state["vectors"].tolist(), state["places"].tolist()
        directions = [
            Direction(fact["name"], tuple(vector), _as_effect(fact["more"]), _as_effect(fact["less"]), fact["share"])
            for fact, vector in zip(facts["directions"], vectors)
        ]
        points = [MapPoint(tuple(place), *point) for place, point in zip(places, facts["points"])]
        axes = tuple(map(_as_effect, facts["axes"])) or None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError("weights.damaged", name=checkpoint) from error
    return Steering(checkpoint, tuple(directions), tuple(points), axes)


def _effect(effect: Effect) -> list[object]:
    return [effect.head, effect.label, round(effect.change, 4)]


def _as_effect(values: Sequence[object]) -> Effect:
    head, label, change = values
    return Effect(str(head), str(label), float(change))
