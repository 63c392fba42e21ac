"""The trust map of a restoration: what was changed, how much, and what was invented.

References:
    Sharma, Wu, Dalal 2005, "The CIEDE2000 Color-Difference Formula" (how different two colours look); Zhang, Wandell
    1997, "A Spatial Extension of CIELAB" (pictures are compared after blurring as in the eye, so that removed noise
    does not count as a change of the paint).

The colours of the overlay are those of Okabe, Ito 2008, "Color Universal Design", which are distinguishable with any
colour vision; invented places are also hatched.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance

CHANGED_COLOUR = (86, 180, 233)
"""Sky blue: the paint is the artist's, its look is not."""
INVENTED_COLOUR = (230, 159, 0)
"""Orange: nothing was known here."""
NOTICEABLE = 2.0
"""CIEDE2000 from which a change counts; a trained eye sees 1 on even fields."""

_INVENTED = 255  # level of the map
_MEASURED_PIXELS = 1_000_000  # larger pictures are compared on copies
_BRIGHTNESS_BLUR, _COLOUR_BLUR = 2.0, 4.0  # sigma in pixels of what the eye takes together
_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
_VEIL = 0.75  # opacity of the overlay's colours


@dataclass(frozen=True, slots=True)
class TrustMap:
    """Where a restoration changed a picture."""

    levels: Image.Image
    """"L", of the result's size: 255 where it was invented, else ten times the colour difference, 254 at most."""
    overlay: Image.Image
    """RGB: the result in grey under blue where it was changed and hatched orange where it was invented."""
    changed: float
    """Share of the pixels that were visibly changed and not invented, from 0 to 1."""
    invented: float
    """Share of the pixels that were invented, from 0 to 1."""


def trust_map(before: Image.Image, after: Image.Image, filled: Image.Image | None = None) -> TrustMap:
    """Return the trust map of a restoration.

    Args:
        before: RGB.
        after: RGB, of the same size or enlarged; then it is compared with a smooth enlargement of `before`.
        filled: "L" in the proportions of `after`, non-zero where it was filled; None for nowhere.
    """
    invented = _invented(filled, after.size)
    difference = _difference(before, after, invented)
    levels = Image.fromarray(np.minimum(10 * difference + 0.5, _INVENTED - 1).astype(np.uint8))
    levels = levels.resize(after.size, Image.Resampling.BILINEAR)
    levels.paste(_INVENTED, mask=invented)
    counts = levels.histogram()
    pixels = sum(counts)
    return TrustMap(
        levels=levels,
        overlay=_overlay(after, levels, invented),
        changed=sum(counts[round(10 * NOTICEABLE) : _INVENTED]) / pixels,
        invented=counts[_INVENTED] / pixels,
    )


def _invented(filled: Image.Image | None, size: tuple[int, int]) -> Image.Image:
    if filled is None:
        return Image.new("L", size)
    return filled.resize(size, Image.Resampling.NEAREST).point([0] + [255] * 255)


def _difference(before: Image.Image, after: Image.Image, invented: Image.Image) -> np.ndarray:
    """Return CIEDE2000 (H, W) where nothing was invented, of a copy if the picture is large."""
    from skimage.color import deltaE_ciede2000, rgb2lab

    scale = min(1, math.sqrt(_MEASURED_PIXELS / (after.width * after.height)))
    size = (max(1, round(after.width * scale)), max(1, round(after.height * scale)))
    old, new = (picture.resize(size, Image.Resampling.BICUBIC) for picture in (before, after))
    # So that what was filled does not count beside it as well.
    old.paste(new, mask=invented.resize(size, Image.Resampling.BOX).point([0] + [255] * 255))
    differs = (np.asarray(old) != np.asarray(new)).any(-1)
    difference = np.zeros(differs.shape, np.float32)
    if differs.any():
        difference[differs] = deltaE_ciede2000(*(rgb2lab(_seen(picture)[differs]) for picture in (old, new)))
    return difference


def _seen(picture: Image.Image) -> np.ndarray:
    """Return an RGB picture (H, W, 3) in [0, 1] as the eye sees it: fine in brightness, coarse in colour."""
    from scipy.ndimage import gaussian_filter

    rgb = np.asarray(picture, np.float32) / 255
    coarse = gaussian_filter(rgb, (_COLOUR_BLUR, _COLOUR_BLUR, 0))
    fine = gaussian_filter(rgb @ _LUMINANCE, _BRIGHTNESS_BLUR)
    return np.clip(coarse + (fine - coarse @ _LUMINANCE)[..., None], 0, 1)


def _overlay(after: Image.Image, levels: Image.Image, invented: Image.Image) -> Image.Image:
    """Paint a map of levels on a picture."""
    grey = ImageEnhance.Contrast(after.convert("L")).enhance(0.7).convert("RGB")
    grey.paste(CHANGED_COLOUR, mask=levels.point([_opacity(level / 10) for level in range(256)]))
    grey.paste(INVENTED_COLOUR, mask=ImageChops.multiply(invented, _hatching(after.size)))
    return grey


def _opacity(difference: float) -> int:
    """Return how opaque a change is shown: a third of the most where it is just noticed, all at five times that."""
    if difference < NOTICEABLE:
        return 0
    return round(255 * _VEIL * min(1, 0.3 + 0.7 * (difference - NOTICEABLE) / (4 * NOTICEABLE)))


def _hatching(size: tuple[int, int]) -> Image.Image:
    """Return slanting stripes "L", opaque and half so, wide enough to be seen on a screen."""
    width, height = size
    stripe = max(3, round(max(size) / 200))
    stripes = Image.new("L", size, round(255 * _VEIL / 2))
    draw = ImageDraw.Draw(stripes)
    for x in range(-height, width, 3 * stripe):
        draw.line((x, height, x + height, 0), fill=round(255 * _VEIL), width=stripe)
    return stripes
