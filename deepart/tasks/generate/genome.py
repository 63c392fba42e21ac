"""Genomes: what a generated picture is painted from, small enough to be stored inside the picture.

A genome holds the latents, the shares of the styles, and the seed of the noise. The same genome gives the same picture,
bit for bit.  Genomes are bred in `deepart.tasks.generate.breeding`, painted by
`deepart.tasks.generate.generate.ArtGenerator`, and are stored in the recipes of PNG files and animations.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from PIL import Image

from deepart.images import centre_crop
from deepart.options import MOST_SEED
from deepart.recipes import Recipe, Source, recipe_of

ANY_STYLE = "any"
"""The style of pictures without a particular style."""

Origin = Literal["seed", "neighbour", "blend", "mix", "child", "move", "map", "projection", "patch"]
ORIGINS: tuple[Origin, ...] = get_args(Origin)

MASK_SIDE = 32
"""Side of a patch's mask; nothing finer is combined."""
MOST_PATCHES = 4
START_SIDE = 64
"""Side of the picture that a genome starts from; finer detail is painted anew."""
MOST_BRUSHWORK = 8

Window = tuple[float, float, float]
"""A square part of a layout: its left, its top and its side, as shares of the layout's side."""
WHOLE: Window = (0.0, 0.0, 1.0)

Row = tuple[float, ...]
"""The latent of one level; only its direction matters, not its length."""

Shares = tuple[tuple[str, float], ...]
"""Styles with their shares, adding up to 1."""

_MOST_NUMBERS = 1024
_MOST_ROWS = 16
_MOST_STYLES = 64
_MOST_PARENTS = 12

# What stands in a file may be shown: no markup.
_NAME = re.compile(r"[\w ./,()-]{1,100}")
_ID = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Genome:
    """What one picture is painted from."""

    checkpoint: str
    latent: tuple[Row, ...]
    """One row for all levels, or one for each, from the coarsest to the finest."""
    styles: tuple[Shares, ...]
    """Likewise."""
    noise: int
    """Seed of the noise, which determines fine detail."""
    truncation: float = 1.0
    """1 for full variety, towards 0 for what is typical."""
    patches: tuple[Patch, ...] = ()
    """Parts of the picture that are painted from other genomes, in this order."""
    brushwork: tuple[tuple[int, float], ...] = ()
    """Seeds of its palette and brushwork, with shares that add up to 1, or none; see
    `deepart.tasks.generate.brushwork`.
    """
    window: Window = WHOLE
    """The part of the layout that the picture shows; see `shown`."""
    start: Start | None = None
    """The picture that it starts from, if any."""
    origin: Origin = "seed"
    seed: int | None = None
    """Seed that it was made from, if any."""
    parents: tuple[str, ...] = ()
    """`id` of the genomes that it was made from."""

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits that identify the picture, whatever the genome's history."""
        data = self.as_dict()
        for history in ("origin", "seed", "parents"):
            data.pop(history)
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:12]

    @property
    def style(self) -> str:
        """The style with the largest share."""
        totals: dict[str, float] = {}
        for shares in self.styles:
            for name, share in shares:
                totals[name] = totals.get(name, 0.0) + share
        return max(totals, key=lambda name: totals[name])

    @property
    def shown(self) -> Window:
        """The part of the layout that is shown: of a picture that it starts from, all."""
        return WHOLE if self.start else self.window

    def rows(self, count: int) -> tuple[Row, ...]:
        """Return the latent as `count` rows."""
        return self.latent if len(self.latent) == count else self.latent[:1] * count

    def shares(self, count: int) -> tuple[Shares, ...]:
        """Return the styles as `count` rows."""
        return self.styles if len(self.styles) == count else self.styles[:1] * count

    def with_style(self, style: str) -> Genome:
        """Return the genome in another style."""
        return replace(self, styles=(((style, 1.0),),), origin="move", parents=(self.id,))

    def with_truncation(self, truncation: float) -> Genome:
        """Return the genome, more or less typical of its style."""
        return replace(self, truncation=float(truncation), origin="move", parents=(self.id,))

    def as_dict(self) -> dict[str, Any]:
        """Return plain values; a table of numbers is Base64 of little-endian 32-bit floats."""
        return {
            "checkpoint": self.checkpoint,
            "latent": [base64.b64encode(np.asarray(row, "<f4").tobytes()).decode() for row in self.latent],
            "styles": [dict(shares) for shares in self.styles],
            "noise": self.noise,
            "truncation": self.truncation,
            "patches": [patch.as_dict() for patch in self.patches],
            **({"brushwork": [list(part) for part in self.brushwork]} if self.brushwork else {}),
            **({"window": list(self.window)} if self.window != WHOLE else {}),
            **({"start": self.start.as_dict()} if self.start else {}),
            "origin": self.origin,
            "seed": self.seed,
            "parents": list(self.parents),
        }

    def to_json(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps(self.as_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Genome:
        """Read a genome from an untrusted source.

        Raises:
            ValueError: it is not a genome.
        """
        try:
            return _genome(json.loads(text), may_have_patches=True)
        except (KeyError, TypeError, AttributeError, RecursionError, OverflowError, zlib.error) as error:
            raise ValueError("This is not a genome.") from error


@dataclass(frozen=True, slots=True)
class Patch:
    """A part of a picture that is painted from another genome."""

    genome: Genome
    mask: bytes
    """`MASK_SIDE` rows of as many values, 255 where the patch is."""

    @classmethod
    def from_mask(cls, genome: Genome, mask: Image.Image) -> Patch:
        """Return the patch of a genome where a mask "L" is white."""
        small = mask.convert("L").resize((MASK_SIDE, MASK_SIDE), Image.Resampling.BOX)
        return cls(replace(genome, patches=()), small.tobytes())

    def as_dict(self) -> dict[str, Any]:
        """Return plain values; see `Genome.as_dict`."""
        return {"genome": self.genome.as_dict(), "mask": base64.b64encode(zlib.compress(self.mask, 9)).decode()}


@dataclass(frozen=True, slots=True)
class Start:
    """A given picture that is repainted more or less freely."""

    pixels: bytes
    """`START_SIDE` rows of as many RGB triples."""
    freedom: float
    """0 keeps the picture, 1 paints what the network alone would."""

    @classmethod
    def from_picture(cls, picture: Image.Image, freedom: float) -> Start:
        """Return the start from the middle square of a picture."""
        return cls(centre_crop(picture.convert("RGB"), START_SIDE).tobytes(), float(freedom))

    def as_dict(self) -> dict[str, Any]:
        """Return plain values; see `Genome.as_dict`."""
        return {"pixels": base64.b64encode(zlib.compress(self.pixels, 9)).decode(), "freedom": self.freedom}


def genome_of(source: Source) -> Genome | None:
    """Return the genome in a picture's recipe, or in a recipe within it; None if there is none."""
    recipe = recipe_of(source)
    return _within(recipe) if recipe else None


def _within(recipe: Recipe) -> Genome | None:
    text = recipe.settings.get("genome")
    if isinstance(text, str):
        try:
            return Genome.from_json(text)
        except ValueError:
            return None
    inner = (_within(item.recipe) for item in recipe.ingredients if item.recipe)
    return next((genome for genome in inner if genome), None)


def _genome(data: Mapping[str, Any], may_have_patches: bool) -> Genome:
    patches = data.get("patches", [])
    if len(patches) > (MOST_PATCHES if may_have_patches else 0):
        raise ValueError("There are too many patches.")
    parents = tuple(data.get("parents", [])[:_MOST_PARENTS])
    seed, origin, truncation = data.get("seed"), data.get("origin", "seed"), float(data["truncation"])
    if not _is_seed(data["noise"]) or not (seed is None or _is_seed(seed)) or origin not in ORIGINS:
        raise ValueError("This is not a genome.")
    if not 0 <= truncation <= 2 or not _NAME.fullmatch(data["checkpoint"]) or not all(map(_ID.fullmatch, parents)):
        raise ValueError("This is not a genome.")
    return Genome(
        checkpoint=data["checkpoint"],
        latent=tuple(map(_row, _few(data["latent"]))),
        styles=tuple(map(_shares, _few(data["styles"]))),
        noise=data["noise"],
        truncation=truncation,
        patches=tuple(_patch(patch) for patch in patches),
        brushwork=_brushwork(data.get("brushwork", [])),
        window=_window(data.get("window", WHOLE)),
        start=_start(data["start"]) if data.get("start") else None,
        origin=origin,
        seed=seed,
        parents=parents,
    )


def _is_seed(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_SEED


def _few(rows: list[Any]) -> list[Any]:
    if not isinstance(rows, list) or not 1 <= len(rows) <= _MOST_ROWS:
        raise ValueError("A genome has a row for each size.")
    return rows


def _row(text: str) -> Row:
    values = np.frombuffer(base64.b64decode(text, validate=True), "<f4")
    if not 1 <= len(values) <= _MOST_NUMBERS or not np.isfinite(values).all() or np.abs(values).max() > 1e4:
        raise ValueError("A row holds a few hundred numbers.")
    return tuple(values.tolist())


def _shares(shares: Mapping[str, float]) -> Shares:
    found = tuple((name, float(share)) for name, share in shares.items())
    if len(found) > _MOST_STYLES or not all(_NAME.fullmatch(name) and 0 <= share <= 1 for name, share in found):
        raise ValueError("A style has a name and a share.")
    if not math.isclose(sum(share for _, share in found), 1, abs_tol=1e-3):
        raise ValueError("Shares of styles add up to 1.")
    return found


def _brushwork(parts: list[Any]) -> tuple[tuple[int, float], ...]:
    found = tuple((seed, float(share)) for seed, share in parts)
    if len(found) > MOST_BRUSHWORK or not all(_is_seed(seed) and 0 <= share <= 1 for seed, share in found):
        raise ValueError("Brushwork has seeds and shares.")
    if found and not math.isclose(sum(share for _, share in found), 1, abs_tol=1e-3):
        raise ValueError("Shares of brushwork add up to 1.")
    return found


def _window(numbers: Sequence[float]) -> Window:
    left, top, side = map(float, numbers)
    if not (0 < side <= 1 and 0 <= left <= 1.001 - side and 0 <= top <= 1.001 - side):
        raise ValueError("A window lies within the layout.")
    return left, top, side


def _patch(data: Mapping[str, Any]) -> Patch:
    return Patch(_genome(data["genome"], may_have_patches=False), _unpacked(data["mask"], MASK_SIDE**2))


def _start(data: Mapping[str, Any]) -> Start:
    freedom = float(data["freedom"])
    if not 0 <= freedom <= 1:
        raise ValueError("Freedom lies between 0 and 1.")
    return Start(_unpacked(data["pixels"], 3 * START_SIDE**2), freedom)


def _unpacked(text: str, size: int) -> bytes:
    found = zlib.decompressobj().decompress(base64.b64decode(text, validate=True), size + 1)
    if len(found) != size:
        raise ValueError("The picture has another size.")
    return found
