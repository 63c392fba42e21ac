"""The bundled restorers: fill holes, clean, enlarge and find damage in pictures of any size.

They are engines that take and return RGB pictures; `deepart.tasks.restore.restore` combines them.

References:
    Iizuka et al. 2017, "Globally and Locally Consistent Image Completion" (holes); Zhang et al. 2021, "Plug-and-Play
    Image Restoration with Deep Denoiser Prior", https://arxiv.org/abs/2008.13751 (cleaning); Lim et al. 2017, "Enhanced
    Deep Residual Networks for Single Image Super-Resolution", https://arxiv.org/abs/1707.02921 (enlarging); Wan et al.
    2020, "Bringing Old Photos Back to Life", https://arxiv.org/abs/2004.09484 (damage).
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, get_args

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from deepart import runtime
from deepart.checkpoints import models
from deepart.errors import InputError
from deepart.images import fit, through_jpeg, to_pil, to_tensor
from deepart.models.restorers.damage_detector import LIKELY, MARGIN
from deepart.options import Look
from deepart.runtime import Progress, as_part
from deepart.tasks.find.damage_pieces import at_size, believed
from deepart.tasks.restore.damage_judgement import MOST_DAMAGE, frequent_colours
from deepart.tasks.restore.diagnosis import impulses_replaced
from deepart.tasks.restore.holes import WINDOW, fill_holes, wide_at_border
from deepart.tasks.restore.patch_fill import fill_by_patches
from deepart.tasks.tiled import patiently, run_tiled

LOOKS: tuple[Look, ...] = get_args(Look)
SCALES = (2, 4)

DENOISER = "restore/unet-wikiart-v1"
INPAINTER = "restore/fill-unet-wikiart-v1"
DETECTOR = "restore/damage-unet-wikiart-v1"
COLOURISER = "restore/colour-lite0-wikiart-v1"
UPSCALERS: dict[Look, str] = {"faithful": "restore/edsr-wikiart-v1", "crisp": "restore/edsr-crisp-wikiart-v1"}
USED = (DENOISER, INPAINTER, DETECTOR, COLOURISER, *UPSCALERS.values())
"""The checkpoints that a restoration may use."""

LOOKED_SIDE = 2048
"""Longest side in pixels at which damage is searched: in larger scans scratches are wider, and it takes long."""

PATCHED_SIDE = 2048
"""Longest side in pixels at which what patches fill is as sharp as the picture."""

_DETECTED_QUALITY = 85  # of JPEG files
_LONGEST_JPEG = 65_500  # pixels
_HOLE_SEEN = 32  # pixels that a hole is wide at most where filling it begins
_TILE, _OVERLAP = 768, 64
_SMALL_TILE, _SMALL_OVERLAP = 320, 32  # for enlarging, which works at the small size with all of its channels
_LARGE = 300  # longer side in pixels of pictures whose damage may be broader than the detector knows it
_SURE = 0.97  # from which a pixel of a smaller copy counts as damaged
_BROAD = 3  # pixels that damage is wide at least to be believed in a smaller copy
_ALIKE = 16  # of 255: by so much the colour of a piece that is torn off varies at most
_GROWN = 1.6  # times as large a piece may get by what is of its colour around it
_EXACTLY, _CONTINUED = 8, 6.0  # of 255; times as large as what is marked in that colour
_NEARLY, _LEAST_EXACT = 40, 0.5  # of 255; share of what is marked in nearly that colour: paint varies around its colour


def _network(key: str) -> Any:
    return models.get(key, str(runtime.device()))


def as_detected(picture: Image.Image) -> Image.Image:
    """Return an RGB picture compressed as JPEG, which the damage detector expects and was trained on.

    Training pictures are JPEG files, and damage drawn onto them has no JPEG artefacts. A network that sees this finds
    damage by the lack of artefacts, and marks everything in pictures that have none.
    """
    return picture if max(picture.size) > _LONGEST_JPEG else through_jpeg(picture, _DETECTED_QUALITY)


# --- clean and enlarge -----------------------------------------------------------------------------


def clean_steps(picture: Image.Image) -> Generator[Progress, None, Image.Image]:
    """Remove noise, JPEG blocks and mild blur from a picture.

    Raises:
        WeightsError: the checkpoint is missing or damaged.
    """
    network = _network(DENOISER)
    pixels = yield from run_tiled(
        partial(_apply, network),
        picture,
        tile=_TILE,
        overlap=_OVERLAP,
        multiple=network.unet.multiple,
        note="progress.cleaning",
    )
    return Image.fromarray(pixels)


def enlarge_steps(picture: Image.Image, scale: int, look: Look = "faithful") -> Generator[Progress, None, Image.Image]:
    """Enlarge a picture.

    Args:
        picture: RGB.
        scale: one of `SCALES`.
        look: one of `LOOKS`.

    Raises:
        InputError: there is no such scale or look.
        WeightsError: the checkpoint is missing or damaged.
    """
    if scale not in SCALES:
        raise InputError("setting.choice", name="upscale", choices=", ".join(map(str, SCALES)))
    if look not in LOOKS:
        raise InputError("setting.choice", name="look", choices=", ".join(LOOKS))
    pixels = yield from run_tiled(
        partial(_apply, _network(UPSCALERS[look]), scale=scale),
        picture,
        tile=_SMALL_TILE,
        overlap=_SMALL_OVERLAP,
        scale=scale,
        note="progress.enlarging",
    )
    return Image.fromarray(pixels)


def _apply(network: Any, *layers: Tensor, **options: int) -> Tensor:
    with runtime.inference():
        return network(*(x.contiguous(memory_format=torch.channels_last) for x in layers), **options)


# --- fill ------------------------------------------------------------------------------------------


def fill_steps(picture: Image.Image, mask: Image.Image) -> Generator[Progress, None, Image.Image]:
    """Fill what a mask marks; wide holes that reach the border, such as torn corners, get detail from around them.

    Args:
        picture: RGB.
        mask: "L" of the same size; from 128 on a pixel is missing.

    Returns:
        The picture, bit for bit the same where nothing is missing.

    Raises:
        WeightsError: the checkpoint is missing or damaged.
    """
    painter = partial(_fill_window, _network(INPAINTER))
    pieces = wide_at_border(np.asarray(mask) >= 128)
    count = len(pieces) + 1
    pixels = np.array((yield from as_part(fill_holes(painter, picture, mask), 0, count)))
    for done, (rows, columns, hole) in enumerate(pieces, 1):
        reach = max(hole.shape)
        top, left = max(0, rows.start - reach), max(0, columns.start - reach)
        around = pixels[top : rows.stop + reach, left : columns.stop + reach]
        whole = np.zeros(around.shape[:2], bool)
        whole[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = hole
        around[whole] = (yield from as_part(_with_patches(around, whole), done, count))[whole]
    return Image.fromarray(pixels)


def _with_patches(pixels: np.ndarray, hole: np.ndarray) -> Generator[Progress, None, np.ndarray]:
    """Return pixels, (H, W, 3) uint8, with detail from around the hole, (H, W) bool, that a network has filled."""
    size = hole.shape[::-1]
    small = fit(Image.fromarray(pixels), PATCHED_SIDE)
    missing = np.asarray(Image.fromarray(hole).convert("L").resize(small.size, Image.Resampling.BOX)) > 0
    filling = fill_by_patches(np.asarray(small), missing, np.asarray(small))
    filled = yield from runtime.told(filling, lambda step: replace(step, note="progress.filling"))
    return np.asarray(Image.fromarray(filled).resize(size, Image.Resampling.BICUBIC))


def _fill_window(network: Any, pixels: np.ndarray, hole: np.ndarray) -> Generator[Progress, None, np.ndarray]:
    """Return pixels (H, W, 3) with the hole (H, W) filled, from coarse to fine sizes.

    Sizes that are too large for one pass are done in tiles, which see their surroundings at the next smaller size.
    """
    height, width = hole.shape
    if height * width <= WINDOW**2:
        return (yield from patiently(partial(fill_at_once, network, pixels, hole), Progress(0, 1, "progress.filling")))
    small, missing = _halved(pixels, hole)
    coarse = yield from _fill_window(network, small, missing)
    guess = Image.fromarray(coarse).resize((width, height), Image.Resampling.BILINEAR)
    return (
        yield from run_tiled(
            partial(_apply, network),
            [Image.fromarray(pixels), Image.fromarray(hole).convert("L"), guess],
            tile=WINDOW,
            overlap=_OVERLAP,
            multiple=network.unet.multiple,
            note="progress.filling",
        )
    )


def fill_at_once(network: Any, pixels: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Return pixels, (H, W, 3) uint8, with the hole, (H, W) bool, filled by an `Inpainter` in one pass.

    It is the mean over the picture and its mirror image (self-ensemble: Lim et al. 2017), which is nearer to the truth
    and has less of a grid.
    """
    x = to_tensor(Image.fromarray(pixels)).to(runtime.device())
    mask = torch.from_numpy(hole)[None, None].to(x)
    both = (x, mask), (x.flip(3), mask.flip(3))
    with runtime.device_lock(), runtime.inference():
        seen, mirrored = (
            network.coarse_to_fine(x.contiguous(memory_format=torch.channels_last), mask, _levels(hole))
            for x, mask in both
        )
    return np.asarray(to_pil((seen + mirrored.flip(3)) / 2))


def guess_of_hole(pixels: np.ndarray, hole: np.ndarray, side: int) -> np.ndarray:
    """Return a copy with longer side `side` at most of pixels, (H, W, 3) uint8, with the hole, (H, W) bool, filled.

    Raises:
        WeightsError: the checkpoint is missing or damaged.
    """
    while max(hole.shape) > side:
        pixels, hole = _halved(pixels, hole)
    return fill_at_once(_network(INPAINTER), pixels, hole)


def _levels(hole: np.ndarray) -> int:
    """Return the number of sizes, such that at the smallest the widest part of a hole is narrow enough."""
    from scipy.ndimage import distance_transform_edt

    width = 2 * float(distance_transform_edt(hole).max())
    return 1 + max(0, math.ceil(math.log2(max(width, 1) / _HOLE_SEEN)))


def _halved(pixels: np.ndarray, hole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return pixels and hole at half their size; a pixel is known there if any of the pixels that it covers is."""
    height, width = hole.shape
    size = (-(-width // 2), -(-height // 2))
    known = np.asarray(Image.fromarray(~hole).convert("L").resize(size, Image.Resampling.BOX), np.float32)
    blacked = Image.fromarray(np.where(hole[..., None], np.uint8(0), pixels))
    small = np.asarray(blacked.resize(size, Image.Resampling.BOX), np.float32)
    small = small * 255 / np.maximum(known, 1)[..., None]
    return (small + 0.5).clip(0, 255).astype(np.uint8), known < 1


# --- find damage -----------------------------------------------------------------------------------


def detection_steps(picture: Image.Image) -> Generator[Progress, None, Image.Image]:
    """Return a mask "L" of the scratches, cracks, dust, tears and stains of an RGB picture, 255 where they are.

    They are searched in a copy with a longer side of at most `LOOKED_SIDE`.

    Raises:
        WeightsError: the checkpoint is missing or damaged.
    """
    copy, marked = yield from marked_steps(picture)
    mask = yield from patiently(partial(_damaged, copy, marked), Progress(1, 1, "progress.finding_damage"))
    return mask.resize(picture.size, Image.Resampling.NEAREST)


def marked_steps(picture: Image.Image) -> Generator[Progress, None, tuple[Image.Image, np.ndarray]]:
    """Return the copy in which damage is searched, and the network's marks in it, (H, W) bool, unclassified.

    Raises:
        WeightsError: the checkpoint is missing or damaged.
    """
    found, step = [], Progress(0, 1, "progress.finding_damage")
    mended = yield from patiently(partial(impulses_replaced, picture), step)  # they are noise, not dust
    copy = fit(mended or picture, LOOKED_SIDE)
    while not found or max(copy.size) > _LARGE:
        if found:
            half = [-(-side // 2) for side in copy.size]
            copy = copy.resize(half, Image.Resampling.BOX, reducing_gap=2)
        likelihood = yield from _likelihood((yield from patiently(partial(as_detected, copy), step)))
        found.append((copy, likelihood))
    marked = yield from patiently(partial(_marked, found), Progress(1, 1, "progress.finding_damage"))
    return found[0][0], marked


def _damaged(picture: Image.Image, marked: np.ndarray) -> Image.Image:
    """Return a mask "L" of likely damage among the marks, (H, W) bool, slightly widened."""
    from scipy.ndimage import maximum_filter

    return Image.fromarray(255 * maximum_filter(believed(picture, marked).view(np.uint8), 2 * MARGIN + 1))


def _marked(found: Sequence[tuple[Image.Image, Image.Image]]) -> np.ndarray:
    """Return the marks, (H, W) bool.

    Args:
        found: the picture and its likelihood "L" of damage, and the same for ever smaller copies.
    """
    whole = np.asarray(found[0][1]) >= 255 * LIKELY
    size = found[0][0].size
    for copy, likelihood in found[1:]:
        broad = Image.fromarray(_broad(np.asarray(copy), np.asarray(likelihood, np.float32) / 255))
        whole = whole | np.asarray(broad.resize(size, Image.Resampling.NEAREST))
    return whole | _rest_of_strokes(found[0][0], whole)


def _rest_of_strokes(picture: Image.Image, marked: np.ndarray) -> np.ndarray:
    """Return what continues the marks, (H, W) bool, in exactly their colour, but no areas much larger than they.

    Only where what is marked has one colour, as a stroke over everything has. The detector sees the edges of a stroke
    that is wider than it knows them, and here and there its inside.
    """
    from scipy.ndimage import binary_propagation

    pixels, seeds = at_size(picture, marked)
    pixels, rest = pixels.astype(np.int16), np.zeros_like(seeds)  # differences are signed
    for colour in frequent_colours(pixels[seeds]):
        difference = np.abs(pixels - colour).max(-1)
        alike = difference <= _EXACTLY
        begun = alike & seeds
        if begun.sum() < _LEAST_EXACT * (seeds & (difference <= _NEARLY)).sum():
            continue
        grown = binary_propagation(begun, mask=alike)
        if grown.sum() <= min(_CONTINUED * begun.sum(), MOST_DAMAGE * grown.size):
            rest |= grown
    return np.asarray(Image.fromarray(rest).resize(picture.size, Image.Resampling.NEAREST))


def _broad(pixels: np.ndarray, likelihood: np.ndarray) -> np.ndarray:
    """Return where a smaller copy, (H, W, 3) uint8 and (H, W) in [0, 1], has broad damage: certain, or at a corner.

    A flat area at a corner is usually torn off; elsewhere flat areas are usually painted.
    """
    from scipy.ndimage import binary_opening, binary_propagation, label

    window = np.ones((_BROAD, _BROAD))
    damaged = binary_opening(likelihood >= _SURE, window)
    pieces, _ = label(binary_opening(likelihood >= LIKELY, window))
    for number in {pieces[y, x] for y in (0, -1) for x in (0, -1)} - {0}:
        piece = pieces == number
        # Its tips are too thin to be likely, and what is left of them would be carried on into the hole.
        colour = np.median(pixels[piece], axis=0).astype(np.float32)  # doubles: 0.5 GB for 40 megapixels
        alike = np.abs(pixels - colour).max(-1) <= _ALIKE
        grown = binary_propagation(piece, mask=piece | alike)
        damaged |= grown if grown.sum() < _GROWN * piece.sum() else piece  # else it has flooded the sky
    return damaged


def _likelihood(picture: Image.Image) -> Generator[Progress, None, Image.Image]:
    network = _network(DETECTOR)

    def function(x: Tensor) -> Tensor:
        with runtime.inference():
            return network.likelihood(x)

    pixels = yield from run_tiled(
        function, picture, tile=_TILE, overlap=_OVERLAP, multiple=network.unet.multiple, note="progress.finding_damage"
    )
    return Image.fromarray(pixels[..., 0])
