"""Masks from strokes in several colours, with which a person paints where each style goes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from deepart.images import load_image
from deepart.recipes import Source

MOST_SIDE = 1280
"""Longest side of the masks: hand-made strokes with soft edges need no more."""


def masks_by_colour(layers: Sequence[Source], colours: Sequence[str]) -> list[Image.Image] | None:
    """Return a mask for each colour, or None if nothing was painted.

    Args:
        layers: transparent pictures of the strokes, all of one size; later ones cover earlier ones.
        colours: as "#rrggbb"; a stroke counts for the nearest one.

    Returns:
        A mask "L" for each colour, of the size of the layers or smaller; no two overlap.

    Raises:
        InputError: a layer cannot be read.
    """
    values = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours])
    painted = None
    for layer in layers:
        picture = load_image(layer, keep_alpha=True)
        if picture.mode != "RGBA":  # an opaque picture holds no strokes
            continue
        if painted is None:
            scale = min(1, MOST_SIDE / max(picture.size))
            width, height = (max(1, round(side * scale)) for side in picture.size)
            painted = np.full((height, width), -1)
        pixels = np.asarray(picture.resize((width, height), Image.Resampling.NEAREST))
        stroke = pixels[..., 3] >= 128
        away = (pixels[stroke][:, None, :3].astype(int) - values) ** 2  # (N, colours, 3)
        painted[stroke] = away.sum(-1).argmin(-1)
    if painted is None or (painted < 0).all():
        return None
    return [Image.fromarray(np.where(painted == number, 255, 0).astype(np.uint8)) for number in range(len(colours))]
