"""Fill holes in pictures of any size, window by window.

Any inpainting network gets one window after the other, so that memory stays bounded and the work can be stopped between
them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

import numpy as np
from PIL import Image

from deepart.runtime import Progress, as_part
from deepart.tiles import Box, Tile, tiles

WINDOW = 768
"""Side in pixels of a window; its sides may differ, its area is at most the square."""

_CELL = 32  # holes that are nearer to each other than this are filled together
_CONTEXT = 128  # pixels around a hole that a network fills it from, at least
_GRID = 16  # corners of the pieces of a window lie on it
_WIDE = 48  # pixels from the middle of a hole at the border to what is known: so far from it a network paints a blur
_THICK = 192  # a hole wider than this is no scratch: filled piece by piece its middle would see nothing

Painter = Callable[[np.ndarray, np.ndarray], Generator[Progress, None, np.ndarray]]
"""Takes the pixels of a window (H, W, 3), uint8, and which are missing (H, W), bool; returns them with those filled.

Other pixels of its result are ignored. A window is larger than `WINDOW` only if a hole in it is thick.
"""


def fill_holes(paint: Painter, picture: Image.Image, mask: Image.Image) -> Generator[Progress, None, Image.Image]:
    """Fill what a mask marks, hole by hole, each from its surroundings and what was filled before.

    Args:
        paint: fills a window.
        picture: RGB.
        mask: "L" of the same size; from 128 on a pixel is missing.

    Returns:
        The picture, bit for bit the same where nothing is missing.
    """
    pixels = np.array(picture)  # (H, W, 3)
    missing = np.asarray(mask) >= 128  # (H, W)
    found = windows(missing)
    yield Progress(0, len(found), "progress.filling")
    for done, window in enumerate(found):
        left, top, right, bottom = window.inner
        if missing[top:bottom, left:right].any():
            x0, y0, x1, y1 = window.outer
            hole = missing[y0:y1, x0:x1]
            filled = yield from as_part(paint(pixels[y0:y1, x0:x1], hole), done, len(found))
            inner = (slice(top - y0, bottom - y0), slice(left - x0, right - x0))
            here = hole[inner]
            pixels[top:bottom, left:right][here] = filled[inner][here]
            missing[top:bottom, left:right] = False
        yield Progress(done + 1, len(found), "progress.filling")
    return Image.fromarray(pixels)


def windows(missing: np.ndarray) -> list[Tile]:
    """Return the windows: `inner` is filled from `outer`.

    Holes near each other share a window. A window that is too large for a network is cut into pieces if its holes are
    thin, such as scratches, and otherwise left whole. If windows would cover the picture more than once, as with dust,
    the whole picture is cut.
    """
    height, width = missing.shape
    found = []
    for left, top, right, bottom in groups(missing):
        room = max(_CONTEXT, max(right - left, bottom - top) // 2)
        outer = (max(0, left - room), max(0, top - room), min(width, right + room), min(height, bottom + room))
        found.append(Tile(outer, (left, top, right, bottom)))
    if sum(_area(window.outer) for window in found) > 1.5 * width * height and not _is_thick(missing):
        found = [Tile((0, 0, width, height), (0, 0, width, height))]
    return [piece for window in found for piece in _cut(window, missing)]


def groups(missing: np.ndarray) -> list[Box]:
    """Return boxes around holes; holes that are nearer to each other than a cell share one."""
    from scipy.ndimage import find_objects, label

    height, width = missing.shape
    padded = np.pad(missing, ((0, -height % _CELL), (0, -width % _CELL)))
    rows, columns = padded.shape[0] // _CELL, padded.shape[1] // _CELL
    cells = padded.reshape(rows, _CELL, columns, _CELL).any(axis=(1, 3))
    labels, _ = label(cells, structure=np.ones((3, 3)))
    return [
        (across.start * _CELL, down.start * _CELL, min(width, across.stop * _CELL), min(height, down.stop * _CELL))
        for down, across in find_objects(labels)
    ]


def wide_at_border(missing: np.ndarray) -> list[tuple[slice, slice, np.ndarray]]:
    """Return the wide holes that reach the border, as where a corner is torn off: rows, columns, and the hole there."""
    from scipy.ndimage import distance_transform_edt, find_objects, label

    labels, _ = label(missing)
    boxes, found = find_objects(labels), []
    for number in np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])):
        if number:
            rows, columns = boxes[number - 1]
            hole = labels[rows, columns] == number
            # Beyond the border nothing is known either.
            beyond = [
                (_WIDE * (at.start == 0), _WIDE * (at.stop == side)) for at, side in zip((rows, columns), labels.shape)
            ]
            around = np.pad(np.pad(hole, beyond, constant_values=True), 1)
            if distance_transform_edt(around).max() >= _WIDE:
                found.append((rows, columns, hole))
    return found


def _cut(window: Tile, missing: np.ndarray) -> list[Tile]:
    left, top, right, bottom = window.outer
    if _area(window.outer) <= WINDOW**2 or _is_thick(missing[top:bottom, left:right]):
        return [window]
    return [
        Tile(_moved(piece.outer, left, top), _moved(piece.inner, left, top))
        for piece in tiles((right - left, bottom - top), WINDOW**2, _CONTEXT, _GRID)
    ]


def _is_thick(missing: np.ndarray) -> bool:
    """Return whether a square of `_THICK` pixels fits into a hole."""
    from scipy.ndimage import minimum_filter

    coarse = missing[:: _THICK // 12, :: _THICK // 12]
    return bool(minimum_filter(coarse, 12, mode="constant").any())


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _moved(box: Box, x: int, y: int) -> Box:
    return (box[0] + x, box[1] + y, box[2] + x, box[3] + y)
