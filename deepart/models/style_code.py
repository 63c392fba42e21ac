"""A style as a short vector, and the mixing of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class StyleCode:
    """One style as a small vector, valid only for the checkpoint that made it."""

    vector: Tensor  # (D,) float32 on the CPU
    checkpoint: str  # key in `deepart.checkpoints.CHECKPOINTS`
    label: str = ""


def mix(codes: Sequence[StyleCode], weights: Sequence[float]) -> StyleCode:
    """Return the weighted mean of several codes; of a single one, that code itself.

    The order does not matter, bit for bit, and codes with weight 0 leave no trace.

    Raises:
        ValueError: no codes, not as many weights, a sum of weights that is not positive, or codes of
            different checkpoints.
    """
    if not codes or len(codes) != len(weights):
        raise ValueError(f"{len(codes)} codes and {len(weights)} weights; give one weight for each code.")
    if len({code.checkpoint for code in codes}) > 1:
        raise ValueError("Codes of different checkpoints do not mix.")
    total = sum(weights)
    if not total > 0:
        raise ValueError(f"The weights add up to {total}; the sum must be positive.")
    parts = [(weight / total, code) for weight, code in zip(weights, codes) if weight]
    if len(parts) == 1:
        return parts[0][1]
    # Sorting makes a sum of floats independent of the order in which the styles were named.
    vectors = torch.stack([weight * code.vector.double() for weight, code in parts])
    label = " + ".join(f"{code.label} {weight:.0%}" for weight, code in parts if code.label)
    return StyleCode(vectors.sort(dim=0).values.sum(dim=0).float(), codes[0].checkpoint, label)
