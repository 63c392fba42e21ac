"""Cut large pictures into tiles, so that memory stays bounded and work can be stopped between them."""

from __future__ import annotations

import math
from dataclasses import dataclass

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels, as PIL has it


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: `inner` is the box that it contributes, `outer` the box that has to be computed for it."""

    outer: Box
    inner: Box

    @property
    def inner_in_outer(self) -> Box:
        """`inner`, counted from the corner of `outer`."""
        left, top = self.outer[:2]
        return (self.inner[0] - left, self.inner[1] - top, self.inner[2] - left, self.inner[3] - top)


def tiles(size: tuple[int, int], most_pixels: int, margin: int, multiple: int) -> list[Tile]:
    """Cut a picture into as few tiles of about equal size as possible, row by row.

    Args:
        size: width and height of the picture.
        most_pixels: of `outer`.
        margin: pixels of `outer` around `inner`, fewer at the borders of the picture.
        multiple: both corners of every box lie on multiples of it, except at the picture's borders.

    Returns:
        Tiles whose `inner` boxes cover the picture exactly once.
    """
    width, height = size
    if width * height <= most_pixels:
        whole = (0, 0, width, height)
        return [Tile(whole, whole)]
    columns, rows = min(
        (
            (columns, rows)
            for columns in range(1, math.ceil(width / multiple) + 1)
            for rows in [_least_rows(width, height, columns, most_pixels, margin, multiple)]
            if rows
        ),
        key=lambda grid: grid[0] * grid[1],
    )
    xs, ys = _cuts(width, columns, multiple), _cuts(height, rows, multiple)
    reach = math.ceil(margin / multiple) * multiple
    return [
        Tile(
            (max(0, left - reach), max(0, top - reach), min(width, right + reach), min(height, bottom + reach)),
            (left, top, right, bottom),
        )
        for top, bottom in zip(ys, ys[1:])
        for left, right in zip(xs, xs[1:])
    ]


def _least_rows(width: int, height: int, columns: int, most_pixels: int, margin: int, multiple: int) -> int | None:
    """Return in how many rows `columns` columns have to be cut, or None if they are too few."""
    around = 2 * (margin + multiple)
    tile_width = min(width, math.ceil(width / columns) + around)
    tile_height = most_pixels // tile_width
    if tile_height >= height:
        return 1
    inner_height = tile_height - around
    return math.ceil(height / inner_height) if inner_height >= multiple else None


def _cuts(length: int, parts: int, multiple: int) -> list[int]:
    """Return the borders of `parts` equal parts, moved to multiples; parts that become empty are dropped."""
    inside = {round(length * part / parts / multiple) * multiple for part in range(1, parts)}
    return [0, *sorted(cut for cut in inside if 0 < cut < length), length]
