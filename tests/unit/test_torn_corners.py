"""Torn corners and other wide holes at the border continue what is around them, with its detail."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from deepart import runtime
from deepart.tasks.restore.bundled import fill_steps
from deepart.tasks.restore.holes import wide_at_border

SIDE = 320


def torn(*corner: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", (SIDE, SIDE))
    ImageDraw.Draw(mask).polygon(corner, fill=255)
    return mask


def test_only_wide_holes_at_the_border_are_so() -> None:
    mask = torn((0, 0), (120, 0), (0, 120))
    draw = ImageDraw.Draw(mask)
    draw.line([(200, 0), (280, SIDE)], fill=255, width=9)  # a scratch from border to border
    draw.ellipse((100, 160, 220, 280), fill=255)  # a blot
    draw.polygon([(SIDE, 40), (SIDE, 90), (290, 65)], fill=255)  # a nick
    ((rows, columns, hole),) = wide_at_border(np.asarray(mask) > 0)
    assert (rows.start, rows.stop, columns.start, columns.stop) == (0, 121, 0, 121)
    assert hole.sum() == (np.asarray(mask)[:121, :121] > 0).sum()
    assert wide_at_border(np.zeros((40, 50), bool)) == []


def test_a_strip_along_the_border_counts_by_its_width() -> None:
    for width, number in ((40, 0), (60, 1)):
        strip = np.zeros((SIDE, SIDE), bool)
        strip[:, :width] = True
        assert len(wide_at_border(strip)) == number


def test_a_torn_corner_gets_the_detail_of_what_is_around_it() -> None:
    """A network alone leaves a blur there, with a sixth of the contrast of the brushwork."""
    rng = np.random.default_rng(0)
    paint = Image.fromarray(rng.integers(60, 200, (SIDE // 4, SIDE // 4, 3), np.uint8)).resize((SIDE, SIDE))
    mask = torn((SIDE, SIDE), (SIDE - 150, SIDE), (SIDE, SIDE - 150))
    hole = np.asarray(mask) > 0
    damaged = paint.copy()
    damaged.paste((236, 228, 210), mask=mask)
    filled = np.asarray(runtime.run(fill_steps(damaged, mask)), float)
    assert np.array_equal(filled[~hole], np.asarray(damaged)[~hole])
    inner = np.zeros_like(hole)
    inner[-60:, -60:] = True  # the farthest from what is known
    assert filled[inner].std(0).mean() > 0.7 * filled[~hole].std(0).mean()
