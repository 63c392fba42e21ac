"""Masks of where a style goes: uploaded, painted, found in the picture, or drawn as a gradient.

Masks are "L" pictures: 255 for the full style, 0 for none.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from deepart.errors import InputError
from deepart.images import load_image
from deepart.recipes import Source
from deepart.tasks.find.faces import face_mask
from deepart.tasks.find.subject import subject

FOUND = ("subject", "background", "faces")
"""What `find` can find."""
SpatialKind = Literal["left-right", "top-bottom", "diagonal", "centre-edge"]
SPATIAL_KINDS: tuple[SpatialKind, ...] = get_args(SpatialKind)

_FAINT = 16  # of 255: what a JPEG file makes of black
_ONE_COLOUR = 48  # of 255: by how much a colour may vary that was painted with one brush
_PROPORTIONS = 0.02  # by how much those of a mask may differ


def load_mask(
    source: Source, size: tuple[int, int], *, may_be_empty: bool = False, is_hole: bool = False
) -> Image.Image:
    """Read a mask and resize it to its picture.

    White, or any colour but black, is marked; values of 0 and 1 count as black and white too. In a partly transparent
    file the opaque part is marked if it has one colour, and otherwise the transparent part.

    Args:
        may_be_empty: whether an empty mask is allowed.
        is_hole: whether the result is binary (0 or 255); grey then counts as marked if it is at least half as bright as
            the brightest place.

    Raises:
        InputError: it cannot be read, its proportions differ from the picture's, or it is empty and must not be.
    """
    mask = _marked(load_image(source, keep_alpha=True))
    top = mask.getextrema()[1]
    if top == 1:
        mask = mask.point(lambda value: 255 * value)
    elif is_hole:
        least = max(_FAINT, (top + 1) // 2)
        mask = mask.point(lambda value: 255 if value >= least else 0)
    if abs(mask.width * size[1] / (mask.height * size[0]) - 1) > _PROPORTIONS:
        raise InputError("mask.proportions", width=size[0], height=size[1])
    if mask.getbbox() is None and not may_be_empty:
        raise InputError("mask.empty")
    mask = mask.resize(size, Image.Resampling.BILINEAR)
    return mask.point(lambda value: 255 if value >= 128 else 0) if is_hole else mask


def _marked(picture: Image.Image) -> Image.Image:
    """Return how strongly each place of a mask is marked, "L"; see `load_mask`."""
    if picture.mode != "RGBA":
        return functools.reduce(ImageChops.lighter, picture.convert("RGB").split())
    alpha = picture.getchannel("A")
    colours = np.asarray(picture.convert("RGB"))[np.asarray(alpha) >= 128]  # (N, 3)
    is_painted = len(colours) == 0 or np.ptp(colours.astype(int), axis=0).max() <= _ONE_COLOUR
    return alpha if is_painted else ImageChops.invert(alpha)


def mask_from_editor(value: Mapping[str, Any] | None, size: tuple[int, int]) -> Image.Image | None:
    """Return what was painted in an image editor, or None if nothing was.

    Args:
        value: "layers", pictures or their paths.  A stroke is wherever a layer is not transparent; a layer
            without transparency, as programs send it, is a mask in black and white.
        size: of the result.

    Raises:
        InputError: a layer cannot be read.
    """
    mask = Image.new("L", size)
    for layer in (value or {}).get("layers") or ():
        picture = load_image(layer, keep_alpha=True)
        painted = picture.getchannel("A") if picture.mode == "RGBA" else picture.convert("L")
        mask = ImageChops.lighter(mask, painted.resize(size, Image.Resampling.BILINEAR))
    return mask if mask.getbbox() else None


def feather(mask: Image.Image, softness: float) -> Image.Image:
    """Soften the edge of a mask over a share `softness` of its shorter side."""
    radius = softness * min(mask.size) / 2
    return mask.filter(ImageFilter.GaussianBlur(radius)) if radius else mask


def partition(masks: Sequence[Image.Image]) -> list[Image.Image]:
    """Return masks that add up to at most 255 everywhere; earlier ones take precedence."""
    left, parts = Image.new("L", masks[0].size, 255), []
    for mask in masks:
        parts.append(ImageChops.darker(mask, left))
        left = ImageChops.subtract(left, parts[-1])
    return parts


def spatial_weights(size: tuple[int, int], count: int, kind: SpatialKind) -> list[Image.Image]:
    """Return `count` masks that blend into each other across a picture and add up to 255 everywhere.

    Raises:
        InputError: there is no such kind.
    """
    if kind not in SPATIAL_KINDS:
        raise InputError("setting.choice", name="where", choices=", ".join(SPATIAL_KINDS))
    width, height = size
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    along = {
        "left-right": lambda: x,
        "top-bottom": lambda: y,
        "diagonal": lambda: (x + y) / 2,
        "centre-edge": lambda: np.clip(np.hypot(2 * x - 1, 2 * y - 1), 0, 1),
    }[kind]()
    place = along * (count - 1)
    bounds = [np.zeros_like(along)]
    for number in range(1, count):
        step = np.clip(place - number + 1, 0, 1)
        bounds.append(np.round(255 * step * step * (3 - 2 * step)))  # slow at both ends
    # What the first n styles do not have: differences of it add up exactly, whatever the rounding.
    rest = [np.full_like(along, 255), *bounds[1:], np.zeros_like(along)]
    return [Image.fromarray((a - b).astype(np.uint8)) for a, b in zip(rest, rest[1:])]


def find(name: str, picture: Image.Image) -> Image.Image:
    """Return the mask of `name`, one of `FOUND`, in an RGB picture.

    Raises:
        InputError: there is no clear subject, or no face.
    """
    if name == "faces":
        found = face_mask(picture)
        if found.getbbox() is None:
            raise InputError("mask.no_faces")
        return found
    mask = subject(picture)
    return ImageChops.invert(mask) if name == "background" else mask
