"""Style codes: a style as a short vector, and mixtures of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import torch
from torch import Tensor

Layer = Literal["palette", "texture", "shapes"]
LAYERS: tuple[Layer, ...] = get_args(Layer)


@dataclass(frozen=True, slots=True, eq=False)
class StyleCode:
    """One style as a short vector, valid only for the checkpoint that made it; compared by identity."""

    vector: Tensor  # (D,) float32 on the CPU
    checkpoint: str  # key in `deepart.checkpoints.CHECKPOINTS`
    label: str = ""
    fitted: Tensor | None = None  # (F,) float32: what was fitted to the style beside it, see `deepart.tasks.paint.fit`


def stacked(codes: Sequence[StyleCode]) -> Tensor:
    """Return codes as the decoder takes them: (K, D), or (K, D + F) if any of them was fitted."""
    vectors = torch.stack([code.vector for code in codes])
    if all(code.fitted is None for code in codes):
        return vectors
    nothing = torch.zeros_like(next(code.fitted for code in codes if code.fitted is not None))
    return torch.cat([vectors, torch.stack([nothing if c.fitted is None else c.fitted for c in codes])], dim=1)


@dataclass(frozen=True, slots=True)
class StyleSpace:
    """The distribution of one network's style codes, and the meaning of their sections."""

    mean: Tensor  # (D,) of many paintings
    std: Tensor  # (D,) the same
    sections: tuple[int, ...]  # sizes: colours, then means and stds at each depth of the encoder

    def mix(self, codes: Sequence[StyleCode], weights: Sequence[float], balance: bool = False) -> StyleCode:
        """Return the weighted mean of several codes; of a single one, that code itself.

        A negative weight asks for less of a style: the mixture of the others is moved away from it, relative to the
        average painting. No component moves further from the average than in any of the styles, or than three standard
        deviations.  The result does not depend on the order, bit for bit, and weights of 0 have no effect.

        Args:
            codes: of one checkpoint.
            weights: one for each code; only their proportions matter.
            balance: bring all styles to the same distance from the average painting, so that an extreme one does not
                dominate.

        Raises:
            ValueError: no codes, not as many weights, no positive weight, or codes of different checkpoints.
        """
        if not balance and all(weight >= 0 for weight in weights):
            return mix(codes, weights)
        positive = sum(weight for weight in weights if weight > 0)
        if not positive > 0:
            raise ValueError("At least one weight must be positive.")
        parts = [(weight / positive, code) for weight, code in zip(weights, codes, strict=True) if weight]
        if len(parts) == 1:
            return parts[0][1]
        mixing = [code for _, code in parts]
        if balance:
            mixing = self.balanced(mixing, [abs(weight) for weight, _ in parts])
        standardised = self._standardised(mixing)
        limit = standardised.abs().amax(0).clamp(min=3)
        weighted = torch.stack([weight * row for (weight, _), row in zip(parts, standardised)])
        mixed = weighted.sort(dim=0).values.sum(0).clamp(-limit, limit)
        return StyleCode(self._vector(mixed), codes[0].checkpoint, _label(parts), _mixed_fits(parts))

    def balanced(self, codes: Sequence[StyleCode], shares: Sequence[float]) -> list[StyleCode]:
        """Return the codes moved to the same distance from the average painting, each in its own direction.

        Args:
            codes: of one checkpoint.
            shares: weight of each code's distance in the common distance, 0 or more. With the weights of the mixture
                the result changes continuously, and a single style stays where it is.
        """
        standardised = self._standardised(codes)
        norms = standardised.norm(dim=1)
        counts = torch.tensor(shares, dtype=torch.double)
        common = (counts @ norms) / counts.sum()
        moved = standardised * (common / norms.clamp(min=1e-6))[:, None]
        return [replace(code, vector=self._vector(row)) for code, row in zip(codes, moved)]

    def layered(self, base: StyleCode, layers: Mapping[Layer, StyleCode]) -> StyleCode:
        """Return `base` with its palette, texture or shapes taken from other codes.

        The palette is the colours and the finest features, texture the middle depths of the encoder,
        shapes the deepest.

        Raises:
            ValueError: codes of different checkpoints.
        """
        if any(code.checkpoint != base.checkpoint for code in layers.values()):
            raise ValueError("Codes of different checkpoints do not mix.")
        parts = list(base.vector.split(self.sections))
        for layer, code in layers.items():
            for section in self._sections_of(layer):
                parts[section] = code.vector.split(self.sections)[section]
        names = [f"{layer} {code.label}" for layer, code in layers.items() if code.label]
        label = ", ".join([base.label, *names] if base.label else names)
        # What was fitted is not told by depth: of each code it counts as much as its layers are of all.
        shares = [(len(self._sections_of(layer)) / len(self.sections), code) for layer, code in layers.items()]
        kept = 1 - sum(share for share, _ in shares)
        return StyleCode(torch.cat(parts), base.checkpoint, label, _mixed_fits([(kept, base), *shares]))

    def _sections_of(self, layer: Layer) -> range:
        last = len(self.sections) - 1
        return {"palette": range(0, 2), "texture": range(2, last), "shapes": range(last, last + 1)}[layer]

    def _standardised(self, codes: Sequence[StyleCode]) -> Tensor:
        """Return codes in standard deviations from the average painting, (N, D) float64."""
        return torch.stack([(code.vector - self.mean).double() / self.std for code in codes])

    def _vector(self, standardised: Tensor) -> Tensor:
        """Return the vector of a code given in standard deviations from the average painting."""
        parts = list((self.mean + self.std * standardised).float().split(self.sections))
        for part in parts[1:]:
            part[len(part) // 2 :].clamp_(min=0)  # what stands there are stds of features
        return torch.cat(parts)


def mix(codes: Sequence[StyleCode], weights: Sequence[float]) -> StyleCode:
    """Return the weighted mean of several codes; of a single one, that code itself.

    The result does not depend on the order, bit for bit, and codes with weight 0 have no effect.

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
    mixed = vectors.sort(dim=0).values.sum(dim=0).float()
    return StyleCode(mixed, codes[0].checkpoint, _label(parts), _mixed_fits(parts))


def _mixed_fits(parts: Sequence[tuple[float, StyleCode]]) -> Tensor | None:
    """Return the weighted sum of the fitted parts, which enter the decoder linearly, as in Dumoulin et al. 2017."""
    fits = [weight * code.fitted.double() for weight, code in parts if code.fitted is not None]
    return torch.stack(fits).sort(dim=0).values.sum(dim=0).float() if fits else None


def _label(parts: Sequence[tuple[float, StyleCode]]) -> str:
    return " + ".join(f"{code.label} {weight:.0%}" for weight, code in parts if code.label)
