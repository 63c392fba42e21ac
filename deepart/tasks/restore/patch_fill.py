"""Fill wide holes with patches of the picture itself, so that sky, grass and brushwork continue.

Far from known pixels a network paints a blur. From this guess of the layout, matching patches are searched in the known
part, on small copies first, and every missing pixel becomes the mean of the patches over it.

References:
    Wexler, Shechtman, Irani 2007, "Space-Time Completion of Video", https://doi.org/10.1109/TPAMI.2007.60
    (patches, and their mean);
    Barnes et al. 2009, "PatchMatch", https://doi.org/10.1145/1531326.1531330 (neighbours tell where to look).

Differs from the papers: the smallest copy is searched throughout; patches are preferred from about the same height, so
that horizons stay level; and above `_SEARCHED` pixels the places found are only copied from.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import torch
from PIL import Image

from deepart.runtime import Progress

_REACH = 3  # pixels from the middle of a patch to its border
_SMALLEST, _SEARCHED = 112, 768  # longer sides in pixels
_ROUNDS = (8, 2)  # on the smallest copy, and on each other
_LEVEL = 3.0  # mean squared difference in each value of a patch that a displacement by all of the height counts, * 255
_NEARER = 1.25  # times as much a patch counts that is a pixel nearer to what is known
_CHUNK = 1500


def fill_by_patches(
    pixels: np.ndarray, hole: np.ndarray, guess: np.ndarray, seed: int = 0
) -> Generator[Progress, None, np.ndarray]:
    """Fill a hole from its surroundings, as an engine.

    Args:
        pixels: (H, W, 3) uint8.
        hole: (H, W) bool.
        guess: as `pixels`, of this or a smaller size, with something of about the right colours in the hole; it is what
            the hole is filled with if nothing known is as large as a patch.
        seed: seed of the search.

    Returns:
        (H, W, 3) uint8, bit for bit those of `pixels` where there is no hole.
    """
    sizes = _sizes(hole.shape)
    rng = np.random.default_rng(seed)
    filled = offsets = None
    for number, size in enumerate(sizes):
        level = _Level(pixels, hole, size)
        if level.is_useless:
            continue
        if filled is None:
            level.picture[level.hole] = _resized(guess, size)[level.hole]
            for _ in range(_ROUNDS[0]):
                level.search_all()
                level.vote(nearer=_NEARER)
                yield Progress(number, len(sizes), "progress.extending")
        else:
            level.take(offsets)
            level.vote()
            for _ in range(_ROUNDS[1] if max(size) <= _SEARCHED else 0):
                level.search(rng)
                level.vote()
                yield Progress(number, len(sizes), "progress.extending")
        filled, offsets = level.picture, level.offsets
        yield Progress(number + 1, len(sizes), "progress.extending")
    if filled is None:
        filled = _resized(guess, hole.shape)
    return np.where(hole[..., None], (filled + 0.5).clip(0, 255).astype(np.uint8), pixels)


def _sizes(shape: tuple[int, int]) -> list[tuple[int, int]]:
    """Return heights and widths, from small to that of the picture."""
    sizes = [shape]
    while max(sizes[0]) > _SMALLEST:
        sizes.insert(0, (-(-sizes[0][0] // 2), -(-sizes[0][1] // 2)))
    return sizes


def _resized(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    image = Image.fromarray(pixels).resize(size[::-1], Image.Resampling.BOX)
    return np.asarray(image, np.float32)


class _Level:
    """The picture at one size: patches that touch the hole (targets), and places to copy from (sources)."""

    def __init__(self, pixels: np.ndarray, hole: np.ndarray, size: tuple[int, int]) -> None:
        from scipy.ndimage import distance_transform_edt, maximum_filter

        known = _resized(np.where(hole, 0, 255).astype(np.uint8), size) / 255
        self.hole = known < 0.999
        blacked = _resized(np.where(hole[..., None], np.uint8(0), pixels), size)
        self.picture = blacked / np.maximum(known, 1e-3)[..., None]  # (H, W, 3), 0 to 255
        self.height, self.width = size
        touches = maximum_filter(self.hole, 2 * _REACH + 1)
        inside = np.zeros(size, bool)
        inside[_REACH : self.height - _REACH, _REACH : self.width - _REACH] = True
        self.is_source = inside & ~touches
        self.targets = np.flatnonzero(inside & touches)  # (N,) of the flat picture
        self.is_useless = not self.is_source.any() or not len(self.targets)
        self.sources = np.full(len(self.targets), -1)
        if not self.is_useless:
            self._nearest = distance_transform_edt(~self.is_source, return_distances=False, return_indices=True)
            self._depth = distance_transform_edt(self.hole).ravel()[self.targets]
        steps = np.arange(-_REACH, _REACH + 1)[:: 1 if max(size) <= _SMALLEST else 2]
        self._around = (steps[:, None] * self.width + steps).ravel()

    @property
    def offsets(self) -> np.ndarray:
        """Rows and columns from each place to the one that its patch is like, (2, H, W); of targets, or near them."""
        from scipy.ndimage import distance_transform_edt

        found = np.zeros((2, self.height * self.width), int)
        found[:, self.targets] = np.stack(self._place(self.sources)) - np.stack(self._place(self.targets))
        is_target = np.zeros(self.height * self.width, bool)
        is_target[self.targets] = True
        rows, columns = distance_transform_edt(
            ~is_target.reshape(self.height, self.width), return_distances=False, return_indices=True
        )
        return found.reshape(2, self.height, self.width)[:, rows, columns]

    def take(self, offsets: np.ndarray) -> None:
        """Begin with the offsets of a copy of half the size."""
        rows, columns = self._place(self.targets)
        down, right = (
            2 * offsets[:, (rows // 2).clip(0, offsets.shape[1] - 1), (columns // 2).clip(0, offsets.shape[2] - 1)]
        )
        self.sources = self._legal(rows + down, columns + right)

    def search_all(self) -> None:
        """Find for every target the most alike of all sources."""
        flat = self.picture.reshape(-1, 3)
        candidates = np.flatnonzero(self.is_source)

        def described(places: np.ndarray) -> torch.Tensor:
            patches = flat[places[:, None] + self._around].reshape(len(places), -1)
            row = places[:, None] // self.width / self.height * 255 * np.sqrt(_LEVEL * 3 * len(self._around) / 255)
            return torch.from_numpy(np.concatenate([patches, row.astype(np.float32)], 1))

        others = described(candidates)
        squares = others.square().sum(1)
        for start in range(0, len(self.targets), _CHUNK):
            own = described(self.targets[start : start + _CHUNK])
            best = (squares - 2 * own @ others.T).argmin(1).numpy()
            self.sources[start : start + _CHUNK] = candidates[best]

    def search(self, rng: np.random.Generator) -> None:
        """Look whether what is beside the neighbours' sources, or near one's own, is more alike."""
        best = self._difference(self.sources)
        rows, columns = self._place(self.targets)
        for step in (1, 4):
            for down, right in ((step, 0), (-step, 0), (0, step), (0, -step)):
                offsets = np.zeros((2, self.height * self.width), int)
                offsets[:, self.targets] = np.stack(self._place(self.sources)) - (rows, columns)
                neighbours = (rows + down).clip(0, self.height - 1) * self.width + (columns + right).clip(
                    0, self.width - 1
                )
                best = self._try(rows + offsets[0, neighbours], columns + offsets[1, neighbours], best)
        for reach in (12, 3):
            own = self._place(self.sources)
            moved = [place + rng.integers(-reach, reach + 1, len(place)) for place in own]
            best = self._try(*moved, best)

    def vote(self, nearer: float = 1.0) -> None:
        """Put into the hole what the sources of all patches over a pixel say, the more alike the more."""
        difference = self._difference(self.sources)
        weights = np.exp(-difference / (2 * max(float(np.percentile(difference, 75)), 1.0)))
        weights = (weights * nearer**-self._depth + 1e-30).astype(np.float64)
        flat = self.picture.reshape(-1, 3)
        sums = np.zeros((len(flat), 4))
        for step in self._around:
            values = flat[self.sources + step]
            places = self.targets + step  # no place twice
            sums[places, :3] += weights[:, None] * values
            sums[places, 3] += weights
        inside = self.hole.ravel() & (sums[:, 3] > 0)
        flat[inside] = sums[inside, :3] / sums[inside, 3:]

    def _try(self, rows: np.ndarray, columns: np.ndarray, best: np.ndarray) -> np.ndarray:
        candidates = self._legal(rows, columns)
        difference = self._difference(candidates)
        better = difference < best
        self.sources = np.where(better, candidates, self.sources)
        return np.where(better, difference, best)

    def _difference(self, sources: np.ndarray) -> np.ndarray:
        """Return how different the patches of the targets and of these sources are, squared, with what they moved."""
        flat = self.picture.reshape(-1, 3)
        total = np.zeros(len(sources), np.float32)
        for step in self._around:
            apart = flat[self.targets + step] - flat[sources + step]
            total += (apart * apart).sum(1)
        moved = (self.targets // self.width - sources // self.width) / self.height
        return total / (3 * len(self._around)) + 255 * _LEVEL * moved**2

    def _legal(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Return the sources nearest to these places."""
        rows, columns = rows.clip(0, self.height - 1), columns.clip(0, self.width - 1)
        return self._nearest[0][rows, columns] * self.width + self._nearest[1][rows, columns]

    def _place(self, flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return flat // self.width, flat % self.width
