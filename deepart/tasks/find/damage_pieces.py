"""Classify the connected pieces that the detector marks as damage or not, by a forest of decision trees.

The detector sees only the texture around a pixel. Whether a whole line is a scratch or a whisker shows in the evenness
of its width and colour, its contrast to its surroundings, whether its colour occurs elsewhere in the picture, and
whether the picture consists of such lines.  Fitted by `deepart.training.restore.damage_judge`.

References:
    Friedman 2001, "Greedy Function Approximation: A Gradient Boosting Machine" (the forest).
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 1024
"""Longest side in pixels at which pieces are measured."""
LIKELY, BELIEVED = 0.5, 0.2
"""Least likelihood of a damaged piece: by itself, and in a picture of which a share `_ENOUGH` is damaged by itself."""

_ENOUGH = 0.002  # share of the picture
_AROUND = (2, 8)  # pixels beside a piece that are its surroundings
_LEAST_AROUND, _LEAST_CORE = 8, 4  # pixels
_CORE = 1.5  # pixels from the edge of a piece
_NARROW, _WIDE = 4.0, 16.0  # sigma in pixels of what a smooth fill is made of
_FEW = 19  # colours that a picture may be made of
_ALIKE = 24  # of 255
_UNIT = 64  # of 255, levels that differences are measured in
_MANY = 3000  # pieces that are not compared with each other
_FOREST = Path(__file__).parents[2] / "data" / "damage_pieces.json"

Features = dict[str, np.ndarray]
"""Features of pieces by name, (N,) each."""


@dataclass(frozen=True, slots=True)
class Forest:
    """Decision trees whose leaves add up to the log-odds of damage."""

    names: list[str]
    start: float
    trees: list[dict[str, np.ndarray]]
    """A node's "feature", "threshold" up to which it goes "left" and else "right", -1 in leaves, and "value"."""

    def likelihood(self, features: Features) -> np.ndarray:
        """Return the likelihood that pieces are damage, (N,) in [0, 1]."""
        x = np.stack([features[name] for name in self.names], axis=1)
        odds = np.full(len(x), self.start)
        for tree in self.trees:
            node = np.zeros(len(x), int)
            while (inner := tree["left"][node] >= 0).any():
                goes_left = x[np.arange(len(x)), tree["feature"][node]] <= tree["threshold"][node]
                node = np.where(inner, np.where(goes_left, tree["left"][node], tree["right"][node]), node)
            odds += tree["value"][node]
        return 1 / (1 + np.exp(-odds))


@functools.cache
def forest() -> Forest:
    """Return the bundled forest."""
    stored = json.loads(_FOREST.read_text(encoding="utf-8"))
    trees = [{name: np.array(values) for name, values in tree.items()} for tree in stored["trees"]]
    return Forest(stored["features"], stored["start"], trees)


def believed(picture: Image.Image, marked: np.ndarray) -> np.ndarray:
    """Return the mask of the marked pieces that are likely damage, (H, W) bool.

    Args:
        picture: RGB.
        marked: (H, W) bool of the size of the picture, not widened.
    """
    pixels, small = at_size(picture, marked)
    pieces, features = measure(pixels, small)
    if not len(features["log area"]):
        return marked
    likelihood = forest().likelihood(features)
    area = np.bincount(pieces.ravel())[1:]
    is_damaged = area[likelihood >= LIKELY].sum() >= _ENOUGH * small.size
    keep = np.concatenate([[False], likelihood >= (BELIEVED if is_damaged else LIKELY)])[pieces]
    return marked & np.asarray(Image.fromarray(keep).resize(picture.size, Image.Resampling.NEAREST))


def at_size(picture: Image.Image, marked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a picture, (H, W, 3) uint8, and its marks, (H, W) bool, at the size for measuring."""
    scale = SIDE / max(picture.size)
    if scale >= 1:
        return np.asarray(picture), marked
    size = tuple(max(1, round(scale * side)) for side in picture.size)
    small = Image.fromarray(255 * marked.view(np.uint8)).resize(size, Image.Resampling.BOX)
    return np.asarray(picture.resize(size, Image.Resampling.BOX, reducing_gap=2)), np.asarray(small) > 0


def measure(pixels: np.ndarray, marked: np.ndarray) -> tuple[np.ndarray, Features]:
    """Return the number of each pixel's piece, (H, W), 0 for none, and the features of the pieces.

    Args:
        pixels: (H, W, 3) uint8.
        marked: (H, W) bool.
    """
    from scipy.ndimage import label

    pieces, count = label(marked, np.ones((3, 3)))
    if not count:
        return pieces, {"log area": np.zeros(0)}
    work = _Work(pixels.astype(np.float32), marked, pieces, count)
    return pieces, _shapes(work) | _colours(work) | _textures(work) | _rarities(work, pixels // 16)


class _Work:
    """Pieces of a picture, and means over them."""

    def __init__(self, pixels: np.ndarray, marked: np.ndarray, pieces: np.ndarray, count: int) -> None:
        from scipy.ndimage import distance_transform_edt

        self.pixels, self.marked, self.pieces, self.count = pixels, marked, pieces, count
        self.grey = pixels @ np.float32([0.299, 0.587, 0.114])
        self.area = np.bincount(pieces.ravel(), minlength=count + 1)[1:].astype(float)
        self.deep = distance_transform_edt(np.pad(marked, 1))[1:-1, 1:-1]
        away, (rows, columns) = distance_transform_edt(~marked, return_indices=True)
        around = (away >= _AROUND[0]) & (away <= _AROUND[1])
        self._around = np.where(around, pieces[rows, columns], 0)
        self._number_around = np.bincount(self._around.ravel(), minlength=count + 1)[1:]
        self._core = np.where(self.deep >= _CORE, pieces, 0)
        self._number_core = np.bincount(self._core.ravel(), minlength=count + 1)[1:]
        self._rim = np.where((self.deep > 0) & (self.deep < _CORE), pieces, 0)

    def _mean(self, values: np.ndarray, of: np.ndarray) -> np.ndarray:
        sums = np.bincount(of.ravel(), weights=values.ravel(), minlength=self.count + 1)[1:]
        return sums / np.maximum(np.bincount(of.ravel(), minlength=self.count + 1)[1:], 1)

    def inside(self, values: np.ndarray) -> np.ndarray:
        """Return the means of values (H, W) over the pieces, (N,)."""
        return self._mean(values, self.pieces)

    def core(self, values: np.ndarray) -> np.ndarray:
        """Return the means over the pieces without their edges, if anything is left."""
        return np.where(self._number_core >= _LEAST_CORE, self._mean(values, self._core), self.inside(values))

    def rim(self, values: np.ndarray) -> np.ndarray:
        """Return the means over their edges."""
        return self._mean(values, self._rim)

    def around(self, values: np.ndarray, otherwise: float) -> np.ndarray:
        """Return the means over their surroundings; `otherwise` if there is too little of them."""
        return np.where(self._number_around >= _LEAST_AROUND, self._mean(values, self._around), otherwise)


def _shapes(work: _Work) -> Features:
    from scipy.ndimage import find_objects, maximum

    height, width = work.marked.shape
    boxes = find_objects(work.pieces)
    sides = np.array([[side.stop - side.start for side in box] for box in boxes], float)
    touched = [(rows.start == 0) + (rows.stop == height) + (columns.start == 0) + (columns.stop == width)
               for rows, columns in boxes]  # fmt: skip
    reach, mean = np.hypot(*sides.T), work.inside(work.deep)
    widest = np.asarray(maximum(work.deep, work.pieces, np.arange(1, work.count + 1)))
    return {
        "log area": np.log(work.area),
        "log share": np.log(work.area / work.marked.size),
        "log reach": np.log(reach / np.hypot(height, width)),
        "log width": np.log(widest),
        "even width": mean / widest,
        "elongation": np.log(reach / (2 * mean)),
        "of its box": work.area / sides.prod(1),
        "straight": np.log(work.area / (2 * reach * mean)),
        "sides": np.minimum(touched, 2).astype(float),
    }


def _colours(work: _Work) -> Features:
    def spread(mean, colour: np.ndarray) -> np.ndarray:
        squares = np.stack([mean(channel**2) for channel in channels], axis=1)
        return np.sqrt(np.maximum(squares - colour**2, 0)).mean(1)

    def around(values: np.ndarray) -> np.ndarray:
        return work.around(values, float(values.mean()))

    channels = np.moveaxis(work.pixels, 2, 0)
    inside, core, beside = (
        np.stack([mean(channel) for channel in channels], axis=1) for mean in (work.inside, work.core, around)
    )
    own, core_spread, beside_spread = spread(work.inside, inside), spread(work.core, core), spread(around, beside)
    contrast = np.abs(inside - beside).mean(1)
    grey, grey_beside = inside.mean(1), beside.mean(1)
    hue = inside - grey[:, None] - (beside - grey_beside[:, None])
    alike = np.ones((1, work.count), bool)
    if work.count <= _MANY:
        alike = np.abs(inside[:, None] - inside[None]).max(-1) <= _ALIKE
    return {
        "bright": grey / 255,
        "saturation": np.ptp(inside, axis=1) / 255,
        "spread": own / _UNIT,
        "spread of core": core_spread / _UNIT,
        "spread around": beside_spread / _UNIT,
        "contrast": contrast / _UNIT,
        "contrast to around": np.log((contrast + 2) / (beside_spread + 2)),
        "spread to around": np.log((core_spread + 2) / (beside_spread + 2)),
        "lighter": (grey - grey_beside) / _UNIT,
        "other hue": np.linalg.norm(hue, axis=1) / _UNIT,
        "of one colour": (alike * work.area).sum(1) / work.area.sum() * np.ones(work.count),
    }


def _textures(work: _Work) -> Features:
    from scipy.ndimage import gaussian_filter, gaussian_gradient_magnitude

    slope = gaussian_gradient_magnitude(work.grey, 1.0)
    fine = np.abs(work.grey - gaussian_filter(work.grey, 1.0))
    off = np.abs(work.pixels - _smooth_fill(work)).mean(-1)
    error, sound = work.inside(off), ~work.marked
    sound = sound if sound.any() else work.marked
    colours = np.ptp(work.pixels, axis=2)[sound].mean()
    of_picture = {
        "slope of picture": np.log(slope[sound].mean() + 1),
        "flat in picture": (slope[sound] < 1).mean(),
        "saturation of picture": colours / _UNIT,
        "spread of picture": work.grey[sound].std() / _UNIT,
        "marked in picture": np.log(work.marked.mean()),
        "pieces in picture": np.log(work.count),
    }
    return {
        "fill error": error / _UNIT,
        "fill error to around": np.log((error + 2) / (work.around(off, float(off.mean())) + 2)),
        "slope of rim": np.log(work.rim(slope) + 1),
        "slope of core": np.log(work.core(slope) + 1),
        "slope around": np.log(work.around(slope, float(slope.mean())) + 1),
        "fine to around": np.log((work.inside(fine) + 0.5) / (work.around(fine, float(fine.mean())) + 0.5)),
        **{name: np.full(work.count, value) for name, value in of_picture.items()},
    }


def _smooth_fill(work: _Work) -> np.ndarray:
    """Return the picture with all pieces filled smoothly, (H, W, 3)."""
    from scipy.ndimage import binary_dilation, gaussian_filter

    known = (~binary_dilation(work.marked, np.ones((3, 3)))).astype(np.float32)

    def blurred(sigma: float) -> tuple[np.ndarray, np.ndarray]:
        weight = gaussian_filter(known, sigma)
        seen = gaussian_filter(work.pixels * known[..., None], (sigma, sigma, 0))
        return seen / np.maximum(weight, 1e-3)[..., None], weight[..., None]

    (narrow, weight), (wide, _) = blurred(_NARROW), blurred(_WIDE)
    return np.where(weight > 0.02, narrow, wide)


def _rarities(work: _Work, bins: np.ndarray) -> Features:
    """Return the share of the rest of the picture in the colours of the pieces, and how few colours it has."""
    from scipy.ndimage import gaussian_filter

    index = bins.astype(int) @ (256, 16, 1)
    counts = np.bincount(index[~work.marked], minlength=4096)
    total = max(int(counts.sum()), 1)
    density = np.log(gaussian_filter(counts.reshape(16, 16, 16).astype(np.float32), 0.7).ravel() / total + 1e-6)[index]
    few = np.sort(counts)[::-1][:_FEW].sum() / total
    return {
        "elsewhere": work.inside(density),
        "core elsewhere": work.core(density),
        "few colours in picture": np.full(work.count, few),
    }
