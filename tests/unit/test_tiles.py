"""Cutting of large pictures."""

from __future__ import annotations

import numpy as np
import pytest

from deepart.tiles import tiles


@pytest.mark.parametrize(
    "size", [(100, 100), (1000, 700), (1600, 1203), (4096, 2304), (33, 9000), (9000, 33), (7999, 5000)]
)
def test_tiles_cover_the_picture_exactly_once(size: tuple[int, int]) -> None:
    width, height = size
    covered = np.zeros((height, width), np.uint8)
    for tile in tiles(size, most_pixels=600_000, margin=96, multiple=16):
        left, top, right, bottom = tile.inner
        covered[top:bottom, left:right] += 1
        assert (right - left) > 0 and (bottom - top) > 0
        outer_left, outer_top, outer_right, outer_bottom = tile.outer
        assert (outer_right - outer_left) * (outer_bottom - outer_top) <= 600_000
        assert outer_left % 16 == 0 and outer_top % 16 == 0
        # All of the margin, except where the picture ends.
        assert left - outer_left >= 96 or outer_left == 0
        assert top - outer_top >= 96 or outer_top == 0
        assert outer_right - right >= 96 or outer_right == width
        assert outer_bottom - bottom >= 96 or outer_bottom == height
        x, y, x2, y2 = tile.inner_in_outer
        assert (x + outer_left, y + outer_top, x2 - x, y2 - y) == (left, top, right - left, bottom - top)
    assert (covered == 1).all()


def test_a_small_picture_is_one_tile() -> None:
    (tile,) = tiles((512, 512), most_pixels=600_000, margin=96, multiple=16)
    assert tile.inner == tile.outer == (0, 0, 512, 512)
