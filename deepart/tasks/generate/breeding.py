"""New genomes from old ones: neighbours, blends, mixtures by level, and generations selected by hand.

Differs from the usual mixing of styles (Karras et al. 2019, https://arxiv.org/abs/1812.04948): in this FastGAN-like
network, the latents of another picture set the scales at each size. Selection by hand is that of Picbreeder (Secretan
et al. 2008); children that are too similar are rejected, because such lineages are known to converge to the same
picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from deepart.errors import InputError
from deepart.options import MOST_SEED, check_range, check_whole
from deepart.tasks.generate.genome import MOST_BRUSHWORK, MOST_PATCHES, Genome, Patch, Row, Shares, Start

LevelGroup = Literal["layout", "forms", "colours"]
"""What the levels determine, from coarse to fine."""
LEVEL_GROUPS: tuple[LevelGroup, ...] = get_args(LevelGroup)

LEAST_DISTANCE = 0.12
"""Least distance between two pictures of a generation (see `distance`); that of two random pictures is about 1."""

MOST_GENERATION = 24
_TRIES = 12  # for a child that is not too like another


def neighbour(genome: Genome, seed: int, amount: float = 0.35) -> Genome:
    """Return a genome close by.

    Args:
        seed: random seed.
        amount: 0 for the same picture, 1 for a completely different one.

    Raises:
        InputError: `amount` is out of range.
    """
    check_range("amount", amount, 0, 1)
    chance = torch.Generator().manual_seed(seed)
    step = torch.randn(len(genome.latent[0]), generator=chance)  # the same at all sizes, as the network learned it
    rows = []
    for row in genome.latent:
        x = torch.tensor(row)
        rows.append(_row((1 - amount**2) ** 0.5 * x + amount * step * _size(x)))
    brushwork = _painted([(genome, 1 - amount), (replace(genome, brushwork=((seed, 1.0),)), amount)])
    return replace(
        genome,
        latent=tuple(rows),
        brushwork=brushwork if genome.brushwork else (),
        origin="neighbour",
        seed=seed,
        parents=(genome.id,),
    )


def neighbours(genome: Genome, count: int, seed: int, amount: float = 0.35) -> list[Genome]:
    """Return `count` genomes close by, with consecutive seeds beginning with `seed`."""
    return [neighbour(genome, (seed + index) % (MOST_SEED + 1), amount) for index in range(count)]


def blend(genomes: Sequence[Genome], weights: Sequence[float]) -> Genome:
    """Return the weighted blend of genomes, as typical as they are.

    Its noise is that of the genome with the largest weight; patches are kept only if there is a single genome.

    Args:
        genomes: of one checkpoint.
        weights: not negative; they are normalised to the sum 1.

    Raises:
        InputError: the genomes are of several checkpoints, or no weight is above 0.
    """
    pairs = [(genome, float(weight)) for genome, weight in zip(genomes, weights) if weight > 0]
    if not pairs:
        raise InputError("generate.nothing_to_blend")
    _same_checkpoint([genome for genome, _ in pairs])
    if len(pairs) == 1:
        return pairs[0][0]
    total = sum(weight for _, weight in pairs)
    parts = [(genome, weight / total) for genome, weight in pairs]
    main = max(parts, key=lambda part: part[1])[0]
    num_rows = max(len(genome.latent) for genome, _ in parts)
    num_shares = max(len(genome.styles) for genome, _ in parts)
    return replace(
        main,
        latent=tuple(_between([(g.rows(num_rows)[i], w) for g, w in parts]) for i in range(num_rows)),
        styles=tuple(_mixed([(g.shares(num_shares)[i], w) for g, w in parts]) for i in range(num_shares)),
        truncation=sum(genome.truncation * weight for genome, weight in parts),
        patches=(),
        brushwork=_painted(parts),
        window=tuple(sum(genome.window[i] * weight for genome, weight in parts) for i in range(3)),
        start=_started(parts),
        origin="blend",
        seed=None,
        parents=tuple(genome.id for genome, _ in parts),
    )


def crossbreed(first: Genome, second: Genome, share: float = 0.5) -> Genome:
    """Return a blend of two pictures: 0 is the first, 1 the second."""
    check_range("share", share, 0, 1)
    return blend([first, second], [1 - share, share])


def mix_levels(base: Genome, others: Mapping[LevelGroup, Genome], num_levels: int) -> Genome:
    """Return a genome that takes some levels from others: the layout of one picture, the colours of another.

    Args:
        base: used at all other levels, and for noise and patches.
        others: the genome for each of some `LEVEL_GROUPS`.
        num_levels: of the network, `ArtGenerator.num_levels`.

    Raises:
        InputError: there is no such group, or the network has one row for all levels.
    """
    unknown = set(others) - set(LEVEL_GROUPS)
    if unknown:
        raise InputError("setting.choice", name="levels", choices=", ".join(LEVEL_GROUPS))
    if num_levels < len(LEVEL_GROUPS):
        raise InputError("generate.no_levels")
    _same_checkpoint([base, *others.values()])
    rows, shares = list(base.rows(num_levels)), list(base.shares(num_levels))
    for group, other in others.items():
        for level in levels_of(group, num_levels):
            rows[level], shares[level] = other.rows(num_levels)[level], other.shares(num_levels)[level]
    parents = tuple(dict.fromkeys(genome.id for genome in (base, *others.values())))
    return replace(
        base,
        latent=_folded(rows),
        styles=_folded(shares),
        brushwork=others.get("colours", base).brushwork,
        window=others.get("layout", base).window,
        start=others.get("layout", base).start,
        origin="mix",
        seed=None,
        parents=parents,
    )


def levels_of(group: LevelGroup, num_levels: int) -> range:
    """Return the levels of a group: 4 to 16 pixels, the next ones, or the two finest."""
    first, last = 3 * num_levels // 7, num_levels - 2
    return {"layout": range(first), "forms": range(first, last), "colours": range(last, num_levels)}[group]


def moved(genome: Genome, step: Sequence[float] | Tensor) -> Genome:
    """Return a genome moved along a direction, in units of the standard deviation of a row's numbers.

    Args:
        step: as many numbers as a row has.
    """
    step = torch.as_tensor(step, dtype=torch.float32)
    rows = []
    for x in map(torch.tensor, genome.latent):
        there = x + step * _size(x)
        rows.append(_row(there * (x.norm() / there.norm().clamp(min=1e-6))))
    return replace(genome, latent=tuple(rows), origin="move", seed=None, parents=(genome.id,))


def patched(genome: Genome, other: Genome, mask: Image.Image) -> Genome:
    """Return a genome that is painted like another one where a mask "L" is white, and unchanged elsewhere.

    Outside, only a border of a few pixels changes; of several patches the last four are kept.

    Raises:
        InputError: the two are of several checkpoints.
    """
    _same_checkpoint([genome, other])
    patches = (*genome.patches, Patch.from_mask(other, mask))[-MOST_PATCHES:]
    return replace(genome, patches=patches, origin="patch", seed=None, parents=(genome.id, other.id))


# --- generations -----------------------------------------------------------------------------------


def next_generation(
    liked: Sequence[Genome],
    count: int,
    seed: int,
    *,
    num_levels: int = 1,
    mutation: float = 0.25,
    least_distance: float = LEAST_DISTANCE,
) -> list[Genome]:
    """Breed children of the liked pictures, no two of them alike.

    Each child takes every level from one of two parents, or lies between them, and is then mutated.  A child nearer
    than `least_distance` to a parent or a sibling is drawn again with more mutation.

    Args:
        liked: the parents, of one checkpoint; a single one is crossed with itself.
        count: how many children.
        seed: of the chance.
        num_levels: of the network, `ArtGenerator.num_levels`.
        mutation: how far children move, see `neighbour`.
        least_distance: see `distance`.

    Raises:
        InputError: nothing is liked, or a setting is out of its range.
    """
    if not liked:
        raise InputError("generate.nothing_liked")
    count = check_whole("count", count, 1, MOST_GENERATION)
    check_range("mutation", mutation, 0, 1)
    _same_checkpoint(liked)
    children: list[Genome] = []
    for index in range(count):
        chance = torch.Generator().manual_seed((seed + index) % (MOST_SEED + 1))
        for attempt in range(_TRIES):
            change = min(1.0, mutation + (1 - mutation) * (attempt / _TRIES))
            child = _child(liked, num_levels, chance, change)
            if nearest_distance(child, [*liked, *children]) >= least_distance:
                break
        children.append(replace(child, seed=(seed + index) % (MOST_SEED + 1)))
    return children


def _child(liked: Sequence[Genome], num_levels: int, chance: torch.Generator, mutation: float) -> Genome:
    first, second = (liked[int(torch.randint(len(liked), (), generator=chance))] for _ in range(2))
    is_crossed, share = torch.rand(2, generator=chance).tolist()
    if first.id == second.id:
        made = first
    elif num_levels > 1 and is_crossed < 0.5:
        made = _crossed(first, second, num_levels, chance)
    else:
        made = blend([first, second], [share, 1 - share])
    noise = int(torch.randint(2**31, (), generator=chance))
    made = neighbour(made, noise, mutation)
    parents = tuple(dict.fromkeys([first.id, second.id]))
    return replace(made, noise=noise, patches=(), origin="child", parents=parents)


def _crossed(first: Genome, second: Genome, num_levels: int, chance: torch.Generator) -> Genome:
    """Take each level from either parent."""
    from_second = (torch.rand(num_levels, generator=chance) < 0.5).tolist()
    chosen = [second if other else first for other in from_second]
    rows = [genome.rows(num_levels)[level] for level, genome in enumerate(chosen)]
    shares = [genome.shares(num_levels)[level] for level, genome in enumerate(chosen)]
    return replace(
        first,
        latent=_folded(rows),
        styles=_folded(shares),
        brushwork=chosen[-1].brushwork,
        window=chosen[0].window,
        start=chosen[0].start,
    )


def distance(first: Genome, second: Genome) -> float:
    """Return the distance of two genomes, from the angles between their rows: 0 for the same, about 1 for random ones.

    A different style counts as much as a different row.
    """
    count = max(len(first.latent), len(second.latent))
    pairs = zip(first.rows(count), second.rows(count))
    likeness = [float(torch.cosine_similarity(torch.tensor(a), torch.tensor(b), dim=0)) for a, b in pairs]
    kinds = max(len(first.styles), len(second.styles))
    unlike = [_shares_apart(a, b) for a, b in zip(first.shares(kinds), second.shares(kinds))]
    return max(0.0, 1 - sum(likeness) / count) + sum(unlike) / kinds


def nearest_distance(genome: Genome, others: Sequence[Genome]) -> float:
    """Return the `distance` to the nearest of others; infinite if there are none."""
    return min((distance(genome, other) for other in others), default=float("inf"))


def lineage(genome: Genome, known: Mapping[str, Genome], most: int = 8) -> list[list[Genome]]:
    """Return the ancestors of a genome, beginning with itself, each once.

    Args:
        known: genomes by their `id`; one that is missing ends its branch.
        most: generations.
    """
    rows, seen = [[genome]], {genome.id}
    while len(rows) < most:
        parents = dict.fromkeys(parent for child in rows[-1] for parent in child.parents)
        row = [known[parent] for parent in parents if parent in known and parent not in seen]
        if not row:
            break
        seen |= {parent.id for parent in row}
        rows.append(row)
    return rows


# --- rows ------------------------------------------------------------------------------------------


def _between(parts: Sequence[tuple[Row, float]]) -> Row:
    """Return the mean of rows, scaled to their average length."""
    rows = [(torch.tensor(row), weight) for row, weight in parts]
    mean = sum(weight * row for row, weight in rows)
    length = sum(weight * float(row.norm()) for row, weight in rows)
    return _row(mean * (length / max(float(mean.norm()), 1e-6)))


def _mixed(parts: Sequence[tuple[Shares, float]]) -> Shares:
    totals: dict[str, float] = {}
    for shares, weight in parts:
        for name, share in shares:
            totals[name] = totals.get(name, 0.0) + weight * share
    return tuple(totals.items())


def _painted(parts: Sequence[tuple[Genome, float]]) -> tuple[tuple[int, float], ...]:
    """Return the blended brushwork of genomes that have any; of many seeds, those with the largest shares."""
    totals: dict[int, float] = {}
    for genome, weight in parts:
        for seed, share in genome.brushwork:
            totals[seed] = totals.get(seed, 0.0) + weight * share
    kept = sorted(totals.items(), key=lambda part: -part[1])[:MOST_BRUSHWORK]
    total = sum(share for _, share in kept)
    return tuple((seed, share / total) for seed, share in kept if share)


def _started(parts: Sequence[tuple[Genome, float]]) -> Start | None:
    """Return the blended start of genomes; one without a start counts with full freedom."""
    held = [(genome.start, weight * (1 - genome.start.freedom)) for genome, weight in parts if genome.start]
    total = sum(weight for _, weight in held)
    if total <= 0:
        return None
    pixels = sum(weight / total * np.frombuffer(start.pixels, np.uint8) for start, weight in held)
    return Start(np.rint(pixels).astype(np.uint8).tobytes(), 1 - total)


def _shares_apart(first: Shares, second: Shares) -> float:
    a, b = dict(first), dict(second)
    return sum(abs(a.get(name, 0.0) - b.get(name, 0.0)) for name in {*a, *b}) / 2


def _folded(rows: Sequence) -> tuple:
    """Return the rows, or a single one if all are equal."""
    return tuple(rows[:1]) if all(row == rows[0] for row in rows) else tuple(rows)


def _size(x: Tensor) -> float:
    return float(x.square().mean().sqrt())


def _row(x: Tensor) -> Row:
    return tuple(x.tolist())


def _same_checkpoint(genomes: Sequence[Genome]) -> None:
    if len({genome.checkpoint for genome in genomes}) > 1:
        raise InputError("generate.two_checkpoints")
