"""Extend a picture beyond its frame, by shares of its sides or to an aspect ratio.

The inpainter predicts colours, and patches of the picture itself add sharp detail, see
`deepart.tasks.restore.patch_fill`.  Nothing new is invented: skies, ground and brushwork continue, and things may be
repeated.
"""

from __future__ import annotations

import math
import re
from collections.abc import Generator
from functools import partial

import numpy as np
from PIL import Image

from deepart.errors import InputError
from deepart.runtime import Progress, as_part
from deepart.tasks.restore.bundled import PATCHED_SIDE, guess_of_hole
from deepart.tasks.restore.patch_fill import fill_by_patches
from deepart.tasks.tiled import patiently
from deepart.tiles import Box

MOST_EXTENDED = 50
"""Largest percentage of the width or height that is added at one side."""
_GUESSED_SIDE = 256
_RATIO = re.compile(r"(\d{1,4}(?:\.\d{1,4})?):(\d{1,4}(?:\.\d{1,4})?)", re.ASCII)
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,4})?", re.ASCII)


def margins(wish: str, size: tuple[int, int]) -> Box:
    """Return how many pixels to add left, above, right and below.

    Args:
        wish: an aspect ratio such as "16:9", reached by adding equally on both sides; or percentages of the width and
            height to add left, above, right and below, such as "25,0,25,0", or one for all sides, such as "10".
        size: of the picture.

    Raises:
        InputError: it is neither, or more than `MOST_EXTENDED` at a side.
    """
    width, height = size
    wish = wish.replace(" ", "")
    if ratio := _RATIO.fullmatch(wish):
        across, down = float(ratio[1]), float(ratio[2])
        if not (across and down):
            raise InputError("extend.wish")
        wider, higher = (
            max(0, round(side)) for side in (height * across / down - width, width * down / across - height)
        )
        added = wider // 2, higher // 2, wider - wider // 2, higher - higher // 2
    else:
        parts = wish.split(",")
        if len(parts) not in (1, 4) or not all(_NUMBER.fullmatch(part) for part in parts):
            raise InputError("extend.wish")
        shares = [float(part) / 100 for part in (parts * 4)[:4]]
        added = tuple(round(share * side) for share, side in zip(shares, (width, height) * 2))
    if any(part > math.ceil(MOST_EXTENDED / 100 * side) for part, side in zip(added, (width, height) * 2)):
        raise InputError("extend.too_far", most=MOST_EXTENDED)
    return added


def on_canvas(image: Image.Image, added: Box, colour: int | tuple[int, ...] = 0) -> Image.Image:
    """Return a picture or a mask with a border of one colour."""
    left, above, right, below = added
    canvas = Image.new(image.mode, (left + image.width + right, above + image.height + below), colour)
    canvas.paste(image, (left, above))
    return canvas


def extend_steps(picture: Image.Image, added: Box) -> Generator[Progress, None, Image.Image]:
    """Extend a picture, as an engine.

    Args:
        picture: RGB.
        added: pixels to add, see `margins`.

    Returns:
        The larger picture; bit for bit `picture` where that was.

    Raises:
        WeightsError: the inpainter's checkpoint is missing or damaged.
    """
    if not any(added):
        return picture
    wide = on_canvas(picture, added)
    missing = on_canvas(Image.new("L", picture.size), added, 255)
    scale = min(1.0, PATCHED_SIDE / max(wide.size))
    size = tuple(max(1, round(scale * side)) for side in wide.size)
    pixels = np.asarray(_on_edge(picture, added).resize(size, Image.Resampling.LANCZOS, reducing_gap=2))
    hole = np.asarray(missing.resize(size, Image.Resampling.BOX)) > 0
    work = partial(guess_of_hole, pixels, hole, _GUESSED_SIDE)
    guess = yield from patiently(work, Progress(0, 1, "progress.extending"))
    filled = yield from as_part(fill_by_patches(pixels, hole, guess), 0, 1)
    result = Image.fromarray(filled).resize(wide.size, Image.Resampling.BICUBIC)
    result.paste(picture, added[:2])
    return result


def _on_edge(picture: Image.Image, added: Box) -> Image.Image:
    """Return a picture with its border repeated outwards, so that shrinking mixes in no other colours."""
    left, above, right, below = added
    return Image.fromarray(np.pad(np.asarray(picture), ((above, below), (left, right), (0, 0)), mode="edge"))
