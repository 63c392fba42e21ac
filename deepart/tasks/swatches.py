"""Swatches of the gallery: textures synthesised from the statistics of a style, without a picture.

Gatys, Ecker, Bethge 2015, "Texture Synthesis Using Convolutional Neural Networks", https://arxiv.org/abs/1505.07376:
the same optimisation as in Refine, without content.  `python -m deepart swatches` makes the sheet, which comes with the
bundled perceptual network; no scan is needed for it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from deepart import runtime
from deepart.checkpoints import find, models
from deepart.files import replacing
from deepart.tasks import style_target
from deepart.tasks.paint.engine import StyleTransfer
from deepart.tasks.paint.gallery import named_style_code, named_styles
from deepart.tasks.paint.refine import woven
from deepart.tasks.style_target import BUNDLED_LOSS

SHEET = "swatches.webp"
SIDE = 144
_COLUMNS = 8
_EDGE = 8  # pixels around a swatch that are cut off: the network pads with zeros there
_SCALE = 0.5  # of the style
_ITERATIONS = 70


def swatch(key: str) -> Image.Image | None:
    """Return the swatch of a style of the gallery, `SIDE` pixels square; None if there is none."""
    keys = style_target.kept_keys()
    if key not in keys or not _sheet_file().is_file():
        return None
    row, column = divmod(keys.index(key), _COLUMNS)
    return _sheet().crop((column * SIDE, row * SIDE, (column + 1) * SIDE, (row + 1) * SIDE))


def make_swatches(checkpoint: str, on_style: Callable[[str], None] = lambda key: None) -> None:
    """Make the swatches of all styles whose statistics are stored.

    Args:
        checkpoint: the style network's; each swatch starts from its painting of coloured noise.
        on_style: told of the key of each when it is done.
    """
    engine, network = StyleTransfer(checkpoint), models.get(BUNDLED_LOSS, str(runtime.device()))
    keys = style_target.kept_keys()
    sheet = Image.new("RGB", (_COLUMNS * SIDE, -(-len(keys) // _COLUMNS) * SIDE))
    for number, key in enumerate(keys):
        start = _noise(number)
        if key in named_styles(checkpoint):
            start = engine(start, named_style_code(checkpoint, key))
        made = woven(network, start, style_target.of_gallery(key, _SCALE), _ITERATIONS)
        row, column = divmod(number, _COLUMNS)
        made = made.crop((_EDGE, _EDGE, _EDGE + SIDE, _EDGE + SIDE))
        sheet.paste(made, (column * SIDE, row * SIDE))
        on_style(key)
    with replacing(_sheet_file()) as part:
        sheet.save(part, "WEBP", quality=84, method=6)
    _sheet.cache_clear()


def _noise(seed: int) -> Image.Image:
    """Return coloured noise, coarse and fine."""
    random, side = np.random.default_rng(seed), SIDE + 2 * _EDGE
    layers = [
        Image.fromarray(random.integers(0, 256, (count, count, 3), np.uint8)).resize(
            (side, side), Image.Resampling.BICUBIC
        )
        for count in (5, 12, 40)
    ]
    return Image.blend(Image.blend(layers[0], layers[1], 0.4), layers[2], 0.3)


@functools.cache
def _sheet() -> Image.Image:
    with Image.open(_sheet_file()) as sheet:
        return sheet.convert("RGB")


def _sheet_file() -> Path:
    return find(BUNDLED_LOSS).folder / SHEET
