"""Figures of checkpoints, and the confidence that one is better than another.

Every figure is a function of the picture counts, so that a bootstrap (Efron 1979, "Bootstrap Methods: Another Look at
the Jackknife") can evaluate it for a thousand resamples at once. The same counts for the old and the new checkpoint
make the comparison paired.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from deepart.text import say

REPLICATES = 1000
LEVEL = 0.95
"""Confidence level of the intervals."""

NEGLIGIBLE = 0.2
"""Share of the tolerance below which a difference is ignored, however significant: rounding is always significant."""

BINS = 15
"""Number of bins of the expected calibration error."""

Statistic = Callable[[np.ndarray], np.ndarray]
"""Takes the counts of N pictures in R resamples, (R, N); returns R values."""

Verdict = Literal["better", "same", "worse", "unknown"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a checkpoint."""

    name: str
    """"accuracy", "psnr", …; `title` gives the readable name."""
    of: str = ""
    """The head, or the noise level, that it belongs to."""
    statistic: Statistic | None = None
    """None if it cannot be computed for resampled pictures."""
    value: float = 0.0
    """The figure over all pictures."""
    higher_is_better: bool = True
    tolerance: float | None = None
    """By how much a new checkpoint may be worse; None if the figure does not decide."""

    @property
    def key(self) -> str:
        """Its unique name, such as "style accuracy"."""
        return f"{self.of} {self.name}".strip()


def figure(
    name: str,
    count: int,
    statistic: Statistic,
    of: str = "",
    higher_is_better: bool = True,
    tolerance: float | None = None,
) -> Figure:
    """Return a figure with its value for `count` pictures, each counted once."""
    value = float(statistic(np.ones((1, count)))[0])
    return Figure(name, of, statistic, value, higher_is_better, tolerance)


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of the old and of the new checkpoint."""

    name: str
    of: str
    old: float | None
    """None if the old checkpoint does not have it, such as a new head."""
    new: float
    low: float | None
    """Ends of the interval of new minus old; None without one."""
    high: float | None
    verdict: Verdict
    """"better" or "worse" if the interval says so, "worse" also if by more than is tolerated; see `NEGLIGIBLE`."""
    decides: bool
    """Whether a worse one keeps the new checkpoint from being promoted."""
    higher_is_better: bool = True


def compare(
    old: Sequence[Figure], new: Sequence[Figure], count: int, replicates: int = REPLICATES, seed: int = 0
) -> tuple[Difference, ...]:
    """Return every figure of `new` beside that of `old`, with the interval of their difference.

    Args:
        old: of `count` pictures.
        new: of the same pictures in the same order.
    """
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(count, np.full(count, 1 / count), size=replicates).astype(float)
    before = {figure.key: figure for figure in old}
    return tuple(_difference(before.get(figure.key), figure, counts) for figure in new)


def _difference(old: Figure | None, new: Figure, counts: np.ndarray) -> Difference:
    low = high = None
    if old is not None and old.statistic is not None and new.statistic is not None:
        found = new.statistic(counts) - old.statistic(counts)
        found = found[np.isfinite(found)]
        if len(found):
            low, high = (float(np.quantile(found, q)) for q in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    verdict = _verdict(old, new, low, high)
    decides = new.tolerance is not None and old is not None
    value = None if old is None else old.value
    return Difference(new.name, new.of, value, new.value, low, high, verdict, decides, new.higher_is_better)


def _verdict(old: Figure | None, new: Figure, low: float | None, high: float | None) -> Verdict:
    if old is None:
        return "unknown"
    gain = new.value - old.value
    if not new.higher_is_better:
        gain = -gain
        low, high = (None, None) if low is None or high is None else (-high, -low)
    if low is not None and low > 0:
        return "better"
    tolerance = new.tolerance or 0.0
    surely = high is not None and high < 0 and gain < -NEGLIGIBLE * tolerance
    if surely or (new.tolerance is not None and gain < -tolerance):
        return "worse"
    return "same" if low is not None else "unknown"


# --- what the figures are functions of -----------------------------------------------------------


def mean_of(values: np.ndarray) -> Statistic:
    """The mean of a number of each picture, (N,); a picture whose number is NaN does not count."""
    known = np.isfinite(values)
    numbers = np.where(known, values, 0.0)
    return lambda counts: _ratio(counts @ numbers, counts @ known)


def macro_scores(truth: np.ndarray, answers: np.ndarray) -> dict[str, Statistic]:
    """Return precision, recall and F1, macro-averaged over the labels that occur.

    Args:
        truth: (N, C) true labels; a picture without one does not count.
        answers: (N, C) predicted labels.
    """
    right, answered = truth & answers, answers & truth.any(1, keepdims=True)

    def over_labels(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
        there = counts @ truth > 0
        return _ratio((values * there).sum(1), there.sum(1))

    return {
        "precision": lambda counts: over_labels(_ratio(counts @ right, counts @ answered), counts),
        "recall": lambda counts: over_labels(_ratio(counts @ right, counts @ truth), counts),
        "f1": lambda counts: over_labels(_ratio(2 * counts @ right, counts @ answered + counts @ truth), counts),
    }


def macro_auroc(truth: np.ndarray, scores: np.ndarray) -> Statistic:
    """Return the area under the ROC curve of each label against the others, averaged over the labels that occur.

    Args:
        truth: (N, C) which labels are right; a picture of which none is does not count.
        scores: (N, C) probabilities.
    """
    known = truth.any(1)

    def one(positive: np.ndarray, score: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        groups = np.unique(score[known], return_inverse=True)[1]
        order = np.argsort(groups, kind="stable")
        starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
        weights = counts[:, known][:, order]
        above = np.add.reduceat(weights * positive[known][order], starts, axis=1)
        other = np.add.reduceat(weights, starts, axis=1) - above
        below = other.cumsum(1) - other / 2  # equal scores count half
        pairs = above.sum(1) * other.sum(1)
        return _ratio((above * below).sum(1), pairs), pairs > 0

    def statistic(counts: np.ndarray) -> np.ndarray:
        areas, there = zip(*(one(truth[:, label], scores[:, label], counts) for label in range(truth.shape[1])))
        return _ratio((np.array(areas) * np.array(there)).sum(0), np.array(there).sum(0))

    return statistic


def calibration_error(confidence: np.ndarray, right: np.ndarray) -> Statistic:
    """Return the expected calibration error (Guo et al. 2017, https://arxiv.org/abs/1706.04599).

    Args:
        confidence: (N,) probability of each prediction.
        right: (N,) whether it is right.
    """
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    member = bins[:, None] == np.arange(BINS)
    gap = member * (right.astype(float) - confidence)[:, None]
    return lambda counts: _ratio(np.abs(counts @ gap).sum(1), counts.sum(1))


def kernel_distance(real: np.ndarray, painted: np.ndarray) -> Statistic:
    """A thousand times the unbiased squared kernel distance (KID) of painted pictures from real ones, features (N, D).

    As `deepart.training.generate.evaluation.kernel_distance`; a painted picture that counts twice is no pair with
    itself.
    """

    def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return (a.astype(float) @ b.T.astype(float) / a.shape[1] + 1) ** 3

    own = kernel(real, real)
    among_real = (own.sum() - np.trace(own)) / (len(real) * (len(real) - 1))
    pairs = kernel(painted, painted)
    np.fill_diagonal(pairs, 0)
    across = kernel(painted, real).mean(1)

    def statistic(counts: np.ndarray) -> np.ndarray:
        total = counts.sum(1)
        among_painted = ((counts @ pairs) * counts).sum(1) / (total**2 - (counts**2).sum(1))
        return 1000 * (among_real + among_painted - 2 * counts @ across / total)

    return statistic


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """`part` over `whole`, 0 where there is nothing."""
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=np.asarray(whole) > 0)


def title(found: Figure | Difference, language: str = "en") -> str:
    """Return the readable name of a figure, with what it is of."""
    name = say(f"figure.name.{found.name}", language)
    return f"{found.of} {name}".strip()


def title_of_key(key: str, language: str = "en") -> str:
    """Return `title` of a figure by its key."""
    of, _, name = key.rpartition(" ")
    return f"{of} {say(f'figure.name.{name}', language)}".strip()


def as_json(figures: Sequence[Figure]) -> dict[str, float]:
    """Return the values by key, four digits after the point."""
    return {figure.key: round(figure.value, 4) for figure in figures}


def rows(differences: Sequence[Difference], language: str = "en") -> list[Mapping[str, float | str | None]]:
    """Return plain dictionaries for a table that people read."""
    return [
        {
            "figure": title(found, language),
            "old": found.old,
            "new": found.new,
            "low": found.low,
            "high": found.high,
            "verdict": found.verdict,
        }
        for found in differences
    ]
