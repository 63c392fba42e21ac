"""Salt-and-pepper noise: single pixels, or channels of them, that are black or white; found and replaced one by one.

References:
    Chan, Ho, Nikolova 2005, "Salt-and-Pepper Noise Removal by Median-Type Noise Detectors and Detail-Preserving
    Regularization", IEEE Transactions on Image Processing (only the pixels that are noise are replaced).

Differs from the paper: what is an impulse is told by how small a group of pixels with its value is, which leaves black
and white lines alone, not by a median that adapts its size.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PIL import Image

from deepart.tiles import tiles

LEAST = 0.005
"""Share of the pixels from which impulses are noise."""

_END = 8  # levels from black and from white that impulses have at most: JPEG moves them
_GROUP = 8  # pixels that touch in an impulse at most: where a tenth of all is noise, more hardly ever do
_STEP = 24  # levels between an impulse and what is around it at least
_CLEAR = 40  # the same where impulses are counted, as are only those in places that are neither black nor white
_PLAIN = 24  # levels that half of the pixels around such a place vary at most: ink and points of paint are restless
_LEAST_PLAIN = 0.12  # of a crop that is such places where they are counted, or ink and paper are all that is there
_EACH = 4  # pixels from one to the next of those in which such places are counted
_TILE_PIXELS, _MARGIN = 2_000_000, 2 * _GROUP


def impulse_share(crops: Iterable[np.ndarray]) -> float:
    """Return the share of the pixels that are impulses, from 0 to 1; 0 if it is less than `LEAST` in any crop.

    Noise is everywhere, and is as often white as black: points of paint, stars and sparks are not.

    Args:
        crops: each (H, W, 3) in [0, 255].
    """
    shares = []
    for crop in crops:
        pixels = crop.astype(np.uint8)
        places, _ = _impulses(pixels, 1)
        white = pixels[places][_is_plain(pixels, places)] > 127
        looked_at = np.nonzero(np.ones((*pixels[::_EACH, ::_EACH].shape[:2], 3), bool))
        plain = _is_plain(pixels, (_EACH * looked_at[0], _EACH * looked_at[1], looked_at[2])).mean()
        if plain >= _LEAST_PLAIN:
            shares.append(2 * min(np.count_nonzero(white), np.count_nonzero(~white)) / (plain * pixels.size))
    return float(np.median(shares)) if min(shares, default=0.0) >= LEAST else 0.0


def _is_plain(pixels: np.ndarray, places: tuple[np.ndarray, ...]) -> np.ndarray:
    """Return where in pixels, (H, W, 3), the surroundings of places are of one level, neither black nor white, (N,)."""
    around = np.sort(_around(pixels.astype(np.float32), places, 1), 0)
    low, high = around[2], around[5]  # whatever the two highest and the two lowest are
    return (high - low <= _PLAIN) & (low > _END + _CLEAR) & (high < 255 - _END - _CLEAR)


def without_impulses(picture: Image.Image) -> Image.Image:
    """Return an RGB picture with each black or white impulse replaced by the median of the pixels around it.

    All other pixels stay as they are.
    """
    result = picture.copy()
    for tile in tiles(picture.size, _TILE_PIXELS, _MARGIN, 16):
        mended = Image.fromarray(replaced(np.asarray(picture.crop(tile.outer))))
        result.paste(mended.crop(tile.inner_in_outer), tile.inner)
    return result


def replaced(pixels: np.ndarray) -> np.ndarray:
    """Return pixels, (H, W, 3) uint8, without impulses, see `without_impulses`."""
    pixels = pixels.copy()
    places, values = _impulses(pixels)
    pixels[places] = values
    return pixels


def _impulses(pixels: np.ndarray, most: int = _GROUP) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    """Return the places (row, column, channel) of impulses in pixels, (H, W, 3) uint8, and what belongs there, (N,).

    Args:
        most: pixels of an impulse.
    """
    from scipy.ndimage import label

    small = np.zeros(pixels.shape, bool)
    touching = np.zeros((3, 3, 3))
    touching[..., 1] = 1  # within a channel
    for extreme in (pixels <= _END, pixels >= 255 - _END):
        groups, _ = label(extreme, touching)
        sizes = np.bincount(groups.ravel())
        sizes[0] = 0
        small |= ((sizes > 0) & (sizes <= most))[groups]
    places = np.nonzero(small)
    values = np.full(len(places[0]), np.nan, np.float32)
    known = np.where(small, np.float32(np.inf), pixels)
    for radius in (1, 2):
        unknown = np.flatnonzero(np.isnan(values))
        values[unknown] = _median_around(known, tuple(axis[unknown] for axis in places), radius)
    found = np.abs(values - pixels[places]) > _STEP  # False where nothing around is known
    return tuple(axis[found] for axis in places), values[found]


def _median_around(known: np.ndarray, places: tuple[np.ndarray, ...], radius: int) -> np.ndarray:
    """Return the medians of what is known, finite in (H, W, 3), in a square around places; NaN if nothing is."""
    around = _around(known, places, radius)
    around.sort(axis=0)
    count, each = np.isfinite(around).sum(0), np.arange(around.shape[1])
    middle = (around[np.maximum(count - 1, 0) // 2, each] + around[count // 2, each]) / 2
    return np.where(count > 0, middle, np.nan)


def _around(levels: np.ndarray, places: tuple[np.ndarray, ...], radius: int) -> np.ndarray:
    """Return the levels, (H, W, 3) float, around places, but not there, (neighbours, N); inf beyond the borders."""
    rows, columns, channels = places
    padded = np.pad(levels, ((radius, radius), (radius, radius), (0, 0)), constant_values=np.inf)
    offsets = [(y, x) for y in range(2 * radius + 1) for x in range(2 * radius + 1) if (y, x) != (radius, radius)]
    return np.stack([padded[rows + y, columns + x, channels] for y, x in offsets])
