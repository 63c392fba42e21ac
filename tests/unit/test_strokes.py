"""Strokes in several colours become masks, one for each colour."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from deepart import runtime
from deepart.tasks.paint import transfer
from deepart.tasks.paint.blend import Mixture, blend, plan_blend
from deepart.tasks.paint.strokes import MOST_SIDE, masks_by_colour

COLOURS = ("#e5484d", "#0090ff", "#30a46c")


def strokes(size: tuple[int, int], *boxes: tuple[tuple[int, int, int, int], str]) -> Image.Image:
    layer = Image.new("RGBA", size)
    for box, colour in boxes:
        ImageDraw.Draw(layer).rectangle(box, colour)
    return layer


def test_each_colour_has_its_mask() -> None:
    layer = strokes((80, 60), ((0, 0, 29, 59), "#e5484d"), ((50, 0, 79, 59), "#0291fd"))  # nearly the second
    red, blue, green = masks_by_colour([layer], COLOURS)
    assert red.getbbox() == (0, 0, 30, 60)
    assert blue.getbbox() == (50, 0, 80, 60)
    assert green.getbbox() is None


def test_nothing_painted_is_no_mask() -> None:
    assert masks_by_colour([strokes((80, 60))], COLOURS) is None
    assert masks_by_colour([Image.new("RGB", (80, 60), "#e5484d")], COLOURS) is None
    assert masks_by_colour([], COLOURS) is None


def test_large_layer_is_made_smaller() -> None:
    red, *_ = masks_by_colour([strokes((2 * MOST_SIDE, 40), ((0, 0, 99, 39), "#e5484d"))], COLOURS)
    assert red.size == (MOST_SIDE, 20)


def test_what_stays_unpainted_gets_the_mixture() -> None:
    photo = Image.effect_mandelbrot((192, 96), (-2, -1.2, 1, 1.2), 50).convert("RGB")
    left = Image.new("L", photo.size)
    left.paste(255, (0, 0, 96, 96))
    styles = [("starry-night", 1), ("the-scream", 1)]
    mixture = Mixture(where=[left, None], softness=0, fill=True)
    painted, mixed, single = (
        np.asarray(each, int)
        for each in (
            runtime.run(transfer.painted(plan_blend(photo, styles, mixture=mixture))),
            blend(photo, styles),
            blend(photo, styles[:1]),
        )
    )
    edge = slice(None), slice(144, None)
    assert np.abs(painted - mixed)[edge].mean() < np.abs(painted - single)[edge].mean() / 2
    edge = slice(None), slice(0, 48)
    assert np.abs(painted - single)[edge].mean() < np.abs(painted - mixed)[edge].mean() / 2
