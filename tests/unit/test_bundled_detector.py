"""What the bundled detector finds in pictures of the size that people have."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from deepart import runtime
from deepart.tasks.restore.bundled import _rest_of_strokes, detection_steps
from deepart.tasks.restore.diagnosis import diagnose
from photos import photo

SIDE = 560
PAPER = (236, 228, 210)


def torn(turns: int) -> tuple[Image.Image, np.ndarray]:
    """Return a photo of which a corner was torn off, a fifth of its side, and where that was."""
    picture = photo("astronaut", SIDE)
    along = np.linspace(0, 0.2 * SIDE, 14)
    edge = np.stack([along, along[::-1] + np.random.default_rng(0).normal(0, 4, 14)], axis=1)
    piece = Image.new("L", picture.size)
    ImageDraw.Draw(piece).polygon([*map(tuple, edge), (0, 0)], fill=255)
    piece = piece.rotate(90 * turns)
    picture.paste(PAPER, mask=piece)
    return picture, np.asarray(piece) > 0


@pytest.mark.parametrize("turns", range(4))
def test_torn_corner_is_found(turns: int) -> None:
    picture, piece = torn(turns)
    found = np.asarray(runtime.run(detection_steps(picture))) > 0
    assert found[piece].mean() > 0.8 and found[~piece].mean() < 0.05


def test_scratches_are_found_and_an_undamaged_photo_is_left_alone() -> None:
    picture = photo("astronaut", SIDE)
    untouched = np.asarray(runtime.run(detection_steps(picture))) > 0
    draw = ImageDraw.Draw(picture)
    for x in (120, 260, 430):
        draw.line((x, 0, x + 15, SIDE), fill=PAPER, width=3)
    scratches = (np.asarray(picture) != np.asarray(photo("astronaut", SIDE))).any(-1)
    found = np.asarray(runtime.run(detection_steps(picture))) > 0
    assert untouched.mean() < 0.04 and found[scratches].mean() > 0.6


def test_thick_strokes_and_a_blot_are_found_whole_and_filled_unasked() -> None:
    picture = photo("astronaut", SIDE)
    draw = ImageDraw.Draw(picture)
    for number in range(4):
        x = 110 * (number + 1)
        draw.line([(x, 30), (x - 25, 280), (x + 10, 530)], fill=(250, 250, 248), width=8 + 3 * number)
    draw.ellipse((150, 150, 215, 215), fill=(250, 250, 248))
    damage = (np.asarray(picture) != np.asarray(photo("astronaut", SIDE))).any(-1)
    mask = runtime.run(detection_steps(picture))
    found = np.asarray(mask) > 0
    assert found[damage].mean() > 0.9 and found[~damage].mean() < 0.1
    assert diagnose(picture, damage=mask).answer == "fill"


def test_strokes_of_one_colour_are_continued_and_paint_around_marks_is_not() -> None:
    """Paint varies around its colour where marks are, so some of it has exactly that of the paint beside it."""
    rng = np.random.default_rng(0)
    pixels = rng.normal((150, 130, 110), 12, (200, 300, 3)).clip(0, 255).astype(np.uint8)
    pixels[20:80, 20:280] = (150, 130, 110)  # a field beside restless paint
    pixels[120:150, 20:280] = (250, 250, 248)  # a stroke
    marked = np.zeros((200, 300), bool)
    marked[60:100, 100:160] = marked[122:130, 20:280] = True  # some of both
    rest = _rest_of_strokes(Image.fromarray(pixels), marked)
    assert rest[120:150, 20:280].all() and not rest[:118].any()
