"""Decide which detected damage is certain: what to fill, what to ask about, and what to leave.

The detector sometimes takes brush strokes, foam and whiskers for scratches. What was drawn, spilt or torn over a
picture can be recognised by colour alone: it has one colour that is rare in the picture, and it lies over varied areas
that differ from it and look alike on both of its sides.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops

from deepart.options import Answer

LEAST_SURE, LEAST_LIKELY = 0.0005, 0.002
"""Least shares of a picture at which certain damage is filled, and likely damage is asked about."""
MOST_DAMAGE = 0.15
"""Largest share of likely damage that is asked about: more is probably how the picture looks."""

_SIDE = 1024  # longer side at which colours are looked at
_ALIKE = 24  # of 255, the largest difference of a channel: one colour
_DIFFERENT = 40  # another one
_BIN = 16  # of colours
_FEW, _MOSTLY = 19, 0.7  # colours, and share of a picture that has them: a print or a drawing
_COLOURS = 8  # of what is found that are looked at
_PIECES = 200  # of each colour, the largest
_LEAST_SHARE = 0.0015  # of the picture, of a piece that shows what was used
_MOSTLY_SURE = 0.65  # of what is found, from which the rest is believed as well
_LEAST_SPECK = 4  # pixels of what is of the same colour
_MOST_COMMON = 0.09  # share of the rest of the picture up to which what is even may have been drawn over it
_DRAWN = (4, 0.75)  # difference, and share of a piece's pixels that keep to it: so even is no brush stroke
_EVEN = (8, 0.6)  # the same of what is even enough if the picture has no such colour
_FOREIGN = 0.004  # share of the rest of the picture up to which a colour is none of its own
_RARE_EXTREME = 0.02  # the same for white and black, which most pictures have somewhere
_NEAR_WHITE, _NEAR_BLACK = 215, 50
_CONTRAST = 0.8  # share of the surroundings that are of other colours
_VARIED = 8.0  # standard deviation of the colours that a piece lies on
_FLAT, _MOST_FLAT = 2.0, 0.4  # levels between neighbours, and share of the surroundings that are as flat as paint
_AROUND = (3, 7)  # pixels beside a piece that are its surroundings


def surely_damaged(picture: Image.Image, found: Image.Image) -> Image.Image:
    """Return the part of `found` that is certainly damage, a mask "L" of its size.

    Args:
        picture: RGB.
        found: mask "L" in the picture's proportions, white where damage was found.
    """
    from scipy.ndimage import binary_dilation, maximum_filter, minimum_filter

    scale = min(1.0, _SIDE / max(picture.size))
    size = tuple(max(1, round(scale * side)) for side in picture.size)
    pixels = np.asarray(picture.resize(size, Image.Resampling.BOX, reducing_gap=2), np.int16)
    mask = np.asarray(found.resize(size, Image.Resampling.NEAREST)) >= 128
    if _in_few_colours(pixels[~mask]):
        return Image.new("L", found.size)
    grey = pixels.mean(-1)
    is_flat = (maximum_filter(grey, 3) - minimum_filter(grey, 3) <= _FLAT) & (grey > _FLAT)  # black may be clipped
    sure = np.zeros_like(mask)
    for colour in frequent_colours(pixels[mask]):
        sure |= _pieces_of(colour, pixels, mask, is_flat)
    if not sure.any():
        return Image.new("L", found.size)
    sure = mask & binary_dilation(sure, iterations=4)  # with its soft edges
    if sure.sum() >= _MOSTLY_SURE * mask.sum():  # thin scratches and specks come with it
        return found
    marked = Image.fromarray(sure).convert("L").resize(found.size, Image.Resampling.NEAREST)
    return ImageChops.darker(marked, found)


def answer(found: float, sure: float) -> Answer:
    """Return what to do with damage, from the shares of the picture that are likely and certain damage."""
    if sure >= LEAST_SURE:
        return "fill"
    return "ask" if LEAST_LIKELY <= found <= MOST_DAMAGE else "leave"


def _in_few_colours(pixels: np.ndarray) -> bool:
    """Return whether pixels (N, 3) have mostly a few colours, as in a print or a drawing."""
    _, counts = np.unique(pixels // _BIN @ np.array([256, 16, 1]), return_counts=True)
    return bool(np.sort(counts)[::-1][:_FEW].sum() >= _MOSTLY * len(pixels))


def frequent_colours(marked: np.ndarray) -> list[np.ndarray]:
    """Return the most frequent colours, (3,) each, of pixels (N, 3), the most frequent first."""
    found: list[np.ndarray] = []
    while len(found) < _COLOURS and len(marked) >= _LEAST_SPECK:
        bins, counts = np.unique(marked // _BIN, axis=0, return_counts=True)
        colour = np.median(marked[(marked // _BIN == bins[counts.argmax()]).all(1)], axis=0).astype(np.int16)
        found.append(colour)
        marked = marked[np.abs(marked - colour).max(1) > _ALIKE]
    return found


def _pieces_of(colour: np.ndarray, pixels: np.ndarray, mask: np.ndarray, is_flat: np.ndarray) -> np.ndarray:
    """Return where pixels (H, W, 3) are certainly damaged in this colour (3,), within a mask (H, W)."""
    from scipy.ndimage import find_objects, label

    off = np.abs(pixels - colour).max(-1)
    outside = float((off[~mask] <= _ALIKE).mean()) if not mask.all() else 0.0
    is_extreme = colour.min() >= _NEAR_WHITE or colour.max() <= _NEAR_BLACK
    is_foreign = outside <= (_RARE_EXTREME if is_extreme else _FOREIGN)
    pieces, _ = label(mask & (off <= _ALIKE))
    areas = np.bincount(pieces.ravel())[1:]
    boxes, corners = find_objects(pieces), pieces[[0, 0, -1, -1], [0, -1, 0, -1]]
    sure, likely, is_used = np.zeros_like(mask), np.zeros_like(mask), False
    for number in np.argsort(-areas)[:_PIECES]:
        if areas[number] < _LEAST_SPECK:
            break
        box = tuple(slice(max(0, side.start - _AROUND[1]), side.stop + _AROUND[1]) for side in boxes[number])
        piece = pieces[box] == number + 1
        varied = 0.0 if number + 1 in corners else _VARIED  # a corner that is torn off is bare
        if not _lies_over(off[box], pixels[box], is_flat[box], piece, mask[box], varied):
            continue
        likely[box] |= piece
        (drawn, much), (even, enough) = _DRAWN, _EVEN
        is_drawn = outside <= _MOST_COMMON and (off[box][piece] <= drawn).mean() >= much
        is_one = is_drawn or is_foreign and (off[box][piece] <= even).mean() >= enough
        if areas[number] >= _LEAST_SHARE * mask.size and is_one:
            sure[box] |= piece
            is_used = True
    return likely if is_used else sure


def _lies_over(
    off: np.ndarray, pixels: np.ndarray, is_flat: np.ndarray, piece: np.ndarray, mask: np.ndarray, varied: float
) -> bool:
    """Return whether the surroundings of a piece (H, W) differ from it and are varied.

    Args:
        off: how far pixels are from the colour of the piece, (H, W).
        pixels: (H, W, 3).
        is_flat: where neighbours are alike, (H, W) bool: a picture in flat colours is as even as what is drawn on it.
        piece: bool.
        mask: all that was found, (H, W) bool; nothing of it counts as around.
        varied: least standard deviation of what is around.
    """
    from scipy.ndimage import binary_dilation

    near, far = _AROUND
    around = binary_dilation(piece, iterations=far) & ~binary_dilation(piece, iterations=near) & ~mask
    if around.sum() < piece.sum() ** 0.5 or (off[around] > _DIFFERENT).mean() < _CONTRAST:
        return False
    if is_flat[around].mean() > _MOST_FLAT:
        return False
    return float(pixels[around].std(0).mean()) >= varied
