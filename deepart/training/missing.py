"""Fill in missing labels and numbers of a table: the most frequent label, the median, interpolation, or regression.

The ways of Little & Rubin 2019 ("Statistical Analysis with Missing Data") that make one table of one: leave out, a
single value for all, interpolation, and regression (a ridge on what a network sees of each picture).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from statistics import median
from typing import Literal

import numpy as np
import torch
from torch import Tensor

LabelWay = Literal["ignore", "drop", "fill", "mode", "regress"]
"""What to do without a label: nothing, leave the picture out, one given by hand, the commonest, or one by features."""

YearWay = Literal["ignore", "drop", "median", "interpolate", "regress"]
"""What to do without a year: nothing, leave it out, the median, between the artist's known artworks, or by features."""

_RIDGE = 10.0  # of features of unit size: few known values must not be learned by heart


def year_of(text: str) -> int | None:
    """Return the first year that a text names ("c. 1889-90" is 1889); None if it names none."""
    found = re.search(r"(?<!\d)[12]?\d{3}(?!\d)", text)
    return int(found[0]) if found else None


def filled_numbers(
    values: Sequence[float | None], way: YearWay, groups: Sequence[Hashable] = (), features: Tensor | None = None
) -> list[float | None]:
    """Return numbers in which those that are None are filled in as far as the way can; "ignore" and "drop" fill none.

    Args:
        groups: of "interpolate": the artist of each; empty ones are left alone.  The known artworks of an artist are
            taken to be listed in the order in which they were made, as catalogues are.
        features: of "regress": what is seen of each picture, (N, D).
    """
    known = [index for index, value in enumerate(values) if value is not None]
    missing = [index for index, value in enumerate(values) if value is None]
    found = list(values)
    if not known or not missing:
        return found
    if way == "median":
        for index in missing:
            found[index] = median(values[place] for place in known)
    elif way == "interpolate":
        for indices in _of_groups(groups).values():
            there = [index for index in indices if values[index] is not None]
            for index in indices:
                if values[index] is None and there and there[0] < index < there[-1]:
                    found[index] = float(np.interp(index, there, [values[place] for place in there]))
    elif way == "regress" and features is not None:
        target = torch.tensor([[values[place]] for place in known], dtype=torch.float32)
        predicted = ridge(features[known], target, features[missing])[:, 0].clamp(target.min(), target.max())
        for index, value in zip(missing, predicted.tolist()):
            found[index] = value
    return found


def filled_labels(labels: Sequence[str], way: LabelWay, features: Tensor | None = None) -> list[str]:
    """Return labels in which empty ones are filled in: by "mode" the most frequent, by "regress" the likeliest.

    Args:
        features: of "regress": what is seen of each picture, (N, D).
    """
    known = [index for index, label in enumerate(labels) if label]
    missing = [index for index, label in enumerate(labels) if not label]
    found = list(labels)
    if not known or not missing:
        return found
    names = sorted({labels[index] for index in known}, key=lambda name: (-Counter(labels)[name], name))
    if way == "mode":
        chosen = [0] * len(missing)
    elif way == "regress" and features is not None:
        target = torch.tensor([[float(labels[place] == name) for name in names] for place in known])
        chosen = ridge(features[known], target, features[missing]).argmax(1).tolist()
    else:
        return found
    for index, number in zip(missing, chosen):
        found[index] = names[number]
    return found


def fillable(values: Sequence[float | None], groups: Sequence[Hashable]) -> dict[str, int]:
    """Return how many missing numbers each way takes care of: "drop" by leaving so many out, the others by filling."""
    missing = sum(value is None for value in values)
    between = sum(value is not None for value in filled_numbers(values, "interpolate", groups)) - len(values) + missing
    return {"drop": missing, "median": missing, "interpolate": between, "regress": missing}


def ridge(x: Tensor, y: Tensor, asked: Tensor, strength: float = _RIDGE) -> Tensor:
    """Return what a ridge regression learned from x (N, D) and y (N, K) says of other features (M, D): (M, K)."""
    std, mean = torch.std_mean(x.float(), 0, correction=0)
    x, asked = ((each.float() - mean) / (std + 1e-6) for each in (x, asked))
    middle = y.mean(0)
    # The smaller of the two systems: as many unknowns as pictures, or as features.
    if len(x) < x.shape[1]:
        weights = x.T @ torch.linalg.solve(x @ x.T + strength * torch.eye(len(x)), y - middle)
    else:
        weights = torch.linalg.solve(x.T @ x + strength * torch.eye(x.shape[1]), x.T @ (y - middle))
    return asked @ weights + middle


def _of_groups(groups: Sequence[Hashable]) -> dict[Hashable, list[int]]:
    found = defaultdict(list)
    for index, group in enumerate(groups):
        if group:
            found[group].append(index)
    return found
