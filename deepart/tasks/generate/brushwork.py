"""Brushwork: the generator makes the layout of a picture, and a style network paints it.

A small generator learns layout long before it learns what paint looks like, and paints all its pictures alike. So its
picture is painted again with the palette and brushwork of a style: a code of the bundled style network, drawn by a seed
from the codes of the training paintings.  Two stages for layout and texture: Wang and Gupta 2016, "Generative Image
Modeling using Style and Structure Adversarial Networks", https://arxiv.org/abs/1603.05631.

The codes of a checkpoint lie beside it, in `brushwork.safetensors` and `brushwork.json`; `python -m deepart brushwork`
makes them (`deepart.training.generate.brushwork`).  They are statistics of features in a few numbers, from which no
painting can be recovered.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from deepart import runtime
from deepart.checkpoints import CHECKPOINTS, load_state, models
from deepart.errors import WeightsError
from deepart.files import replacing, write_json
from deepart.models.style_code import StyleCode
from deepart.options import MOST_SEED
from deepart.tasks.generate.genome import WHOLE, Window

if TYPE_CHECKING:
    from deepart.models.style_network import StyleNetwork
    from deepart.tasks.generate.genome import Genome

TENSORS, FACTS = "brushwork.safetensors", "brushwork.json"

SIDE = 256
"""Side of the painted pictures in pixels."""

LEAST_WINDOW = 0.6
"""Least side of the part of a layout that a picture shows: layouts repeat motifs in the same places."""

_STREAM = 2
_TRIES = 400  # seeds that are looked through for a genre


@dataclass(frozen=True, slots=True, eq=False)
class Brushwork:
    """The compressed style codes of paintings, by style."""

    painter: str
    """Key of the style network whose codes they are."""
    mean: Tensor  # (D,) of all codes
    basis: Tensor  # (K, D): what a painting's numbers stand for
    points: Tensor  # (N, K): the paintings
    styles: tuple[str, ...]
    """The style of each of the N paintings."""
    genres: tuple[str, ...] = ()
    """The genre of each painting, an empty string if it is not known; empty if none is known."""

    def code(self, style: str, seed: int) -> StyleCode:
        """Return the code of a seed, that of a painting of a style.

        Args:
            style: the style of the paintings; all paintings if it has none.
        """
        return StyleCode(self.mean + self.points[_drawn(self._places(style), seed)] @ self.basis, self.painter)

    def _places(self, style: str) -> Sequence[int]:
        return [place for place, name in enumerate(self.styles) if name == style] or range(len(self.styles))

    def seed_for(self, style: str, genre: str, seed: int) -> int:
        """Return a seed whose painting has a genre.

        Args:
            seed: determines the result, and is returned if no such painting is known.
        """
        places = self._places(style)
        if not any(self.genres[place] == genre for place in places if self.genres):
            return seed
        numbers = np.random.default_rng((seed, _STREAM, 1)).integers(MOST_SEED, size=_TRIES).tolist()
        return next((number for number in numbers if self.genres[_drawn(places, number)] == genre), seed)

    def paintings_of(self, style: str, genre: str) -> tuple[int, int]:
        """Return how many paintings of a style show a genre, and for how many the genre is known."""
        shown = [found for found, name in zip(self.genres, self.styles) if name == style and found]
        return shown.count(genre), len(shown)

    def shares_of(self, genre: str) -> dict[str, float]:
        """Return the share of paintings that show a genre, for each style with known genres."""
        counts = {style: self.paintings_of(style, genre) for style in dict.fromkeys(self.styles)}
        return {style: shown / known for style, (shown, known) in counts.items() if known}

    def vector_of(self, genome: Genome) -> Tensor:
        """Return the code (D,) with which a genome is painted, from its seeds and styles by their shares."""
        shares: dict[str, float] = {}
        for row in genome.styles:
            for style, share in row:
                shares[style] = shares.get(style, 0.0) + share / len(genome.styles)
        parts = [
            weight * share * self.code(style, seed).vector
            for seed, weight in genome.brushwork
            for style, share in shares.items()
        ]
        return torch.stack(parts).sum(0)

    @torch.no_grad()
    def paint(self, layout: Tensor, codes: Tensor) -> Tensor:
        """Paint pictures, each with a code of its own.

        Args:
            layout: (B, 3, S, S) RGB in [0, 1].
            codes: (B, D).

        Returns:
            (B, 3, SIDE, SIDE) RGB in [0, 1].

        Raises:
            WeightsError: the style network is missing, damaged, or not the one that made the codes.
        """
        network: StyleNetwork = models.get(self.painter, str(runtime.device()))
        if network.code_size != codes.shape[1]:
            raise WeightsError("weights.damaged", name=self.painter)
        x = F.interpolate(layout, (SIDE, SIDE), mode="bicubic", antialias=True, align_corners=False).clamp(0, 1)
        return network.decoder(network.content_encoder(x), codes.to(x.device)).clamp(0, 1)

    def save(self, folder: Path) -> None:
        """Write the two files into the folder of a checkpoint."""
        from safetensors.torch import save

        tables = {"basis": self.basis.half(), "points": self.points.half()}
        state = {"mean": self.mean, **{name: table.contiguous() for name, table in tables.items()}}
        with replacing(folder / TENSORS) as part:
            part.write_bytes(save(state))
        facts = {"painter": self.painter, "styles": _counted(self.styles)}
        write_json(folder / FACTS, facts | ({"genres": list(self.genres)} if self.genres else {}))


def find_brushwork(checkpoint: str) -> Brushwork | None:
    """Return the brushwork of the live version of a checkpoint; None if it has none.

    Raises:
        WeightsError: its files are damaged.
    """
    folder = CHECKPOINTS[checkpoint].folder if checkpoint in CHECKPOINTS else None
    if folder is None or not (folder / FACTS).is_file():
        return None
    return _read(checkpoint, folder, (folder / FACTS).stat().st_mtime_ns)


@functools.lru_cache(maxsize=4)
def _read(checkpoint: str, folder: Path, changed: int) -> Brushwork:
    state = load_state(folder / TENSORS, checkpoint)
    try:
        facts = json.loads((folder / FACTS).read_text("utf-8"))
        styles = tuple(style for style, count in facts["styles"] for _ in range(count))
        mean, basis, points = (state[name].float() for name in ("mean", "basis", "points"))
        genres = tuple(map(str, facts.get("genres", ())))
        if points.shape != (len(styles), len(basis)) or basis.shape[1:] != mean.shape:
            raise ValueError("The tables are of different sizes.")
        if len(genres) not in (0, len(styles)):
            raise ValueError("There are more paintings than genres.")
        return Brushwork(str(facts["painter"]), mean, basis, points, styles, genres)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError("weights.damaged", name=checkpoint) from error


def window_of(seed: int) -> Window:
    """Return the part of the layout that the picture of a seed shows, of a side from `LEAST_WINDOW` to 1."""
    chance = np.random.default_rng((seed, _STREAM, 2))
    side = chance.uniform(LEAST_WINDOW, 1)
    left, top = chance.uniform(0, 1 - side, 2)
    return float(left), float(top), float(side)


def windowed(layout: Tensor, window: Window) -> Tensor:
    """Return the part of layouts (B, 3, S, S) in [0, 1] that a window shows, enlarged to their size."""
    if window == WHOLE:
        return layout
    return _sampled(layout.float(), window, "bicubic", "border").clamp(0, 1)


def put_into_window(mask: Tensor, window: Window) -> Tensor:
    """Return masks (B, 1, H, W) of a picture as masks of its layout: the opposite of `windowed`, 0 around it."""
    if window == WHOLE:
        return mask
    left, top, side = window
    return _sampled(mask, (-left / side, -top / side, 1 / side), "bilinear", "zeros")


def _sampled(x: Tensor, window: Window, mode: str, around: str) -> Tensor:
    """Return what a window shows of x, (B, C, H, W), at the size of x; `around` is the padding beyond its borders."""
    left, top, side = window
    shown = torch.tensor([[side, 0, 2 * left + side - 1], [0, side, 2 * top + side - 1]], device=x.device)
    grid = F.affine_grid(shown.expand(len(x), 2, 3), list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, mode, around, align_corners=False)


def _drawn(places: Sequence[int], seed: int) -> int:
    """Return the painting that a seed draws."""
    return int(np.random.default_rng((seed, _STREAM)).choice(places))


def _counted(styles: Sequence[str]) -> list[list[object]]:
    """Return each style of paintings sorted by style once, with its number of paintings."""
    return [[style, styles.count(style)] for style in dict.fromkeys(styles)]
