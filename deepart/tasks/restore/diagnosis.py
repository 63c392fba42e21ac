"""The diagnosis: measure the faults of a picture and propose steps in order.

Everything is measured on at most nine crops and on a small copy, so that the time does not depend on the size.

References:
    Chen, Zhu, Heng 2015, "An Efficient Statistical Method for Image Noise Level Estimation", ICCV (noise);
    Zhuo, Sim 2011, "Defocus Map Estimation from a Single Image" (the width of edges, by blurring once more);
    Fan, de Queiroz 2003, "Identification of Bitmap Compression History" (JPEG, from the pixels alone).

Differs from the papers: the noise of pictures that were JPEG files is measured on their flat blocks, since
JPEG takes the faintest components away that the first method looks at; and all colours are looked at
together, since canvas and brush strokes are relief, light and dark, where noise has colours too.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Literal, get_args

import numpy as np
from PIL import Image

from deepart.options import Answer
from deepart.tasks.find.impulses import impulse_share, replaced, without_impulses
from deepart.tasks.restore.colour_repair import ColourFault, colour_fault
from deepart.tasks.restore.damage_judgement import answer, surely_damaged
from deepart.text import say

Action = Literal["fill", "clean", "colour", "colourise", "extend", "enlarge"]
ACTIONS: tuple[Action, ...] = get_args(Action)
"""The possible steps, in the best order."""

_CROP = 320  # a multiple of 8, so that JPEG's blocks lie alike in all crops
_CROPS_ACROSS = 3
_PATCH = 8
_PATCHES = 12_000
_CLIPPED_FROM = 18.0  # sigma
_ONE_TONE = 6.0  # spread of the colours around one line up to which a picture is grey, or sepia
_LEAST_ALIVE = 5  # frequencies
_FLAT_TEXTURE = 3.0  # levels of texture that even the flattest blocks of pictures without noise have
# Coarse to fine levels of the flattest blocks of a texture all over, and of noise: where no JPEG took the finest
# away, and where one did.
_TEXTURE, _JPEG_TEXTURE = (2.6, 2.0), (1.27, 1.15)
_MORE_AT_EDGES = 1.1  # times what is measured in flat places
_FLAT_SHARE = 4.0  # times the fine levels of flat places that noise is at most: flat places may be black, too
_ROUGHEST = (16.0, 20.0)  # sigma that no rough paint was taken for: 15 at most, on twelve paintings of van Gogh
_COLOUR_NOISE = 1.495  # sigma of each channel for that of the brightness, if the channels' noises are independent
_STRONGEST = 0.8  # quantile of the slope of edges from which their width is measured
_LEAST_EDGES = 40
_SHARP = 0.65  # width of the edges of pictures that use all of their pixels
_LEAST_PERIODICITY = 0.35  # of JPEG's coefficients, from 0 to 1
_JPEG_BLOCKS = 3_000

# Frequencies of an 8 x 8 block whose steps tell the quality, and the steps that the standard has for
# brightness at quality 50 (ITU T.81, table K.1).
_STEPS = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ]
)
_ORDER = np.add.outer(np.arange(8), np.arange(8))
_FREQUENCIES = ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (1, 2), (2, 1), (0, 3), (3, 0), (2, 2))


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The measured faults of a picture."""

    size: tuple[int, int]
    noise: float
    """Standard deviation of its noise, of 255."""
    blur: float | None
    """Width of its sharpest edges, as the sigma of a Gaussian in pixels; None without edges."""
    jpeg: int | None
    """JPEG quality, 1 to 100, with which it was once saved; None without JPEG artefacts."""
    colour: ColourFault
    damage: float | None = None
    """Share of the pixels that are taken for damage, from 0 to 1; None if it was not searched."""
    surely_damaged: float = 0.0
    """Share of the pixels that are certainly damage."""
    impulses: float = 0.0
    """Share of the pixels that are salt-and-pepper noise, at least, from 0 to 1; the other faults are told without."""

    @property
    def answer(self) -> Answer:
        """What to do with the damage."""
        return answer(self.damage or 0.0, self.surely_damaged)

    @property
    def detail(self) -> float:
        """Share of its width that is enough for its detail: 0.5 if it was enlarged to twice its size."""
        return 1.0 if self.blur is None else min(1.0, _SHARP / max(self.blur, 1e-6))


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan; `dataclasses.replace` edits it."""

    action: Action
    strength: float = 1.0
    scale: int = 1
    """How many times larger the result is: 2 or 4 for "enlarge", else 1."""
    reason: str = ""
    """Key in `deepart.text` of the reason; empty for a step that a person added."""
    values: Mapping[str, object] = field(default_factory=dict)
    """Values for the reason."""

    def sentence(self, language: str = "en") -> str:
        """Return the reason in `language`."""
        return say(self.reason, language, **self.values) if self.reason else ""


def diagnose(
    picture: Image.Image, *, damage: Image.Image | None = None, file: str | os.PathLike[str] | bytes | None = None
) -> Diagnosis:
    """Measure the faults of a picture, in about a third of a second whatever its size.

    Args:
        picture: RGB.
        damage: mask "L" of the damaged places, white, if they were searched.
        file: path or bytes of the picture's file, which holds the quality if it is a JPEG.
    """
    crops = _crops(picture)
    impulses = impulse_share(crops)
    if impulses:  # what else is wrong is told without them
        crops = np.stack([replaced(crop.astype(np.uint8)) for crop in crops]).astype(np.float32)
    grey = crops @ np.array([0.299, 0.587, 0.114], np.float32)
    jpeg = (file_quality(file) if file is not None else None) or _pixel_quality(grey)
    noise = _of_flat_places(_white_noise(crops), *_flat_levels(grey, 0.03), _TEXTURE)
    if jpeg is not None:
        noise = max(noise, _flat_noise(grey, jpeg))
    return Diagnosis(
        size=picture.size,
        noise=noise,
        blur=_edge_width(grey[::2], noise),
        jpeg=jpeg,
        colour=colour_fault(picture, damage),
        damage=None if damage is None else _share(damage),
        surely_damaged=0.0 if damage is None else _share(surely_damaged(picture, damage)),
        impulses=impulses,
    )


def impulses_replaced(picture: Image.Image) -> Image.Image | None:
    """Return an RGB picture without its salt-and-pepper noise, all else the same; None if it has none."""
    return without_impulses(picture) if impulse_share(_crops(picture)) else None


def _crops(picture: Image.Image) -> np.ndarray:
    """Return up to nine crops of a picture, spread evenly, (N, H, W, 3) float32 in [0, 255]."""
    starts = []
    for side in picture.size:
        number = min(_CROPS_ACROSS, math.ceil(side / _CROP))
        starts.append([int(at) // 8 * 8 for at in np.linspace(0, max(0, side - _CROP), number)])
    width, height = min(_CROP, picture.width), min(_CROP, picture.height)
    boxes = [(left, top, left + width, top + height) for top in starts[1] for left in starts[0]]
    return np.stack([np.asarray(picture.crop(box), np.float32) for box in boxes])


def _share(mask: Image.Image) -> float:
    histogram = mask.histogram()
    return sum(histogram[128:]) / sum(histogram)


# --- noise ---------------------------------------------------------------------------------------


def _white_noise(crops: np.ndarray) -> float:
    """Return the sigma of white noise in crops (N, H, W, 3) in [0, 255].

    Small patches of a picture vary in a few directions only; the variance in the others is that of the noise. These are
    the directions whose variances have equal mean and median.
    """
    colours = np.linalg.eigvalsh(np.cov(crops[:, ::4, ::4].reshape(-1, 3).T))
    has_one_tone = colours[1] <= _ONE_TONE**2
    if has_one_tone:  # its grain has no colour either
        crops = crops[..., 1:2]
    windows = np.lib.stride_tricks.sliding_window_view(crops, (_PATCH, _PATCH), axis=(1, 2))
    number = windows.shape[0] * windows.shape[1] * windows.shape[2]
    stride = max(1, math.ceil(math.sqrt(number / _PATCHES)))
    patches = windows[:, ::stride, ::stride].reshape(-1, crops.shape[-1] * _PATCH**2)
    if has_one_tone:
        patches = _flattest(patches)
    noise = _least_spread(patches)
    if noise < _CLIPPED_FROM:
        # Prints have edges so hard that they vary in every way; there is noise only if it is in their fields, too.
        channels = patches.reshape(len(patches), -1, _PATCH**2).swapaxes(0, 1)
        return min(noise, _MORE_AT_EDGES * max(_least_spread(_flattest(channel)) for channel in channels))
    # Strong noise is clipped where a channel is dark or bright, and so looks weaker there.
    of_channels = [noise]
    for patch in patches.reshape(len(patches), -1, _PATCH**2).swapaxes(0, 1):
        inside = patch[np.abs(patch.mean(1) - 127.5) < 127.5 - 1.5 * noise]
        if len(inside) > 16 * _PATCH**2:
            of_channels.append(_least_spread(_flattest(inside)))
    return max(of_channels)


def _least_spread(patches: np.ndarray) -> float:
    """Return the standard deviation of patches (N, D) in the directions in which they hardly vary."""
    centred = patches - patches.mean(0)
    variances = np.linalg.eigvalsh(centred.T @ centred / len(centred))  # ascending
    for count in range(len(variances), 0, -1):
        mean = variances[:count].mean()
        if (variances[:count] > mean).sum() >= (variances[:count] < mean).sum():
            break
    return math.sqrt(max(float(mean), 0.0))


def _flattest(patches: np.ndarray) -> np.ndarray:
    """Return the third of the patches (N, 64) that have the least structure coarser than noise."""
    coarse = patches.reshape(-1, _PATCH // 4, 4, _PATCH // 4, 4).mean((2, 4)).reshape(len(patches), -1)
    order = np.argsort(coarse.var(1))
    return patches[order[: max(len(patches) // 3, 4 * patches.shape[1])]]


def _flat_noise(grey: np.ndarray, quality: int) -> float:
    """Return sigma of the noise in the flattest blocks of crops (N, H, W) in [0, 255] that were a JPEG.

    Only the frequencies where the noise exceeds JPEG's own rounding are used.
    """
    coarse, levels = _flat_levels(grey, 0.1)
    alive = levels[(_ORDER >= 3) & (2 * levels > _steps_at(_STEPS, quality))]
    if len(alive) < _LEAST_ALIVE:
        return 0.0
    sigma = _COLOUR_NOISE * math.sqrt(max(np.percentile(alive, 10) ** 2 - _FLAT_TEXTURE**2, 0))
    return _of_flat_places(sigma, coarse, alive, _JPEG_TEXTURE)


def _flat_levels(grey: np.ndarray, part: float) -> tuple[float, np.ndarray]:
    """Return the coarse part of the flattest blocks of crops (N, H, W), and all their levels, (8, 8)."""
    blocks = _coefficients(grey, (0, 0))
    coarse = (blocks[:, (_ORDER >= 1) & (_ORDER <= 3)] ** 2).mean(1)
    flattest = np.argsort(coarse)[: max(30, int(part * len(blocks)))]
    return math.sqrt(float(coarse[flattest].mean())), np.sqrt((blocks[flattest] ** 2).mean(0))


def _of_flat_places(sigma: float, coarse: float, levels: np.ndarray, texture: tuple[float, float]) -> float:
    """Return a measured noise without the picture's own texture: brush strokes and hatching are coarse as well.

    Args:
        sigma: what was measured.
        coarse: what is coarse in the flattest places.
        levels: all of what is in them, (8, 8), or what of it is fine, (N,).
        texture: coarse to fine of a picture's own texture, and of noise.
    """
    fine = levels[_ORDER >= 3] if levels.ndim == 2 else levels
    (all_texture, noise), (weak, strong) = texture, _ROUGHEST
    flat = (all_texture - coarse / max(float(np.percentile(fine, 10)), 1e-3)) / (all_texture - noise)
    certain = min(max(flat, (sigma - weak) / (strong - weak), 0.0), 1.0)
    return min(sigma * certain, _FLAT_SHARE * float(np.median(fine)))


# --- JPEG ----------------------------------------------------------------------------------------


def file_quality(file: str | os.PathLike[str] | bytes) -> int | None:
    """Return the quality that the tables of a JPEG file stand for, or None if it is none."""
    try:
        with Image.open(BytesIO(file) if isinstance(file, bytes) else file, formats=("JPEG",)) as image:
            tables = image.quantization
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    steps = np.array(tables[min(tables)], float).reshape(8, 8)  # Pillow has them row by row
    scale = float((100 * steps / _STEPS)[steps > 1].mean()) if (steps > 1).any() else 0.0
    quality = (200 - scale) / 2 if scale <= 100 else 5000 / scale
    return int(np.clip(round(quality), 1, 100))


def _pixel_quality(grey: np.ndarray) -> int | None:
    """Return the JPEG quality with which crops (N, H, W) in [0, 255] were compressed, or None.

    The coefficients of such a picture are multiples of its quantisation steps.
    """
    best, quality = _LEAST_PERIODICITY, None
    for offset in {(0, 0), _grid(grey)}:
        blocks = _coefficients(grey, offset)
        lively = np.argsort(-np.abs(blocks[:, 0, 1:4]).sum(1) - np.abs(blocks[:, 1:4, 0]).sum(1))[:_JPEG_BLOCKS]
        values = np.stack([blocks[lively, row, column] for row, column in _FREQUENCIES])  # (F, N)
        base = np.array([_STEPS[place] for place in _FREQUENCIES])
        for candidate in range(5, 96):
            steps = _steps_at(base, candidate)[:, None]
            counts = np.abs(values) > 0.6 * steps  # zero is a multiple of everything
            if counts.sum() < 200:
                continue
            score = float(np.cos(2 * np.pi * values[counts] / np.broadcast_to(steps, values.shape)[counts]).mean())
            if score > best:
                best, quality = score, candidate
    return quality


def _steps_at(base: np.ndarray, quality: int) -> np.ndarray:
    """Return the quantisation steps of a quality, as scaled by the Independent JPEG Group."""
    scale = 5000 / quality if quality < 50 else 200 - 2 * quality
    return np.clip(np.floor((base * scale + 50) / 100), 1, 255)


def _grid(grey: np.ndarray) -> tuple[int, int]:
    """Return the row and column, from 0 to 7, at which blocks start, judged by the steps between them."""

    def phase(x: np.ndarray) -> int:  # (N, H, W), along W
        jump = np.abs(2 * (x[..., 2:-1] - x[..., 1:-2]) - (x[..., 1:-2] - x[..., :-3]) - (x[..., 3:] - x[..., 2:-1]))
        profile = np.minimum(jump, 20).mean((0, 1))  # of the step before column 2, 3, ...
        usable = len(profile) // 8 * 8
        return int((np.argmax(profile[:usable].reshape(-1, 8).mean(0)) + 2) % 8)

    return phase(grey.swapaxes(1, 2)), phase(grey)


def _coefficients(grey: np.ndarray, offset: tuple[int, int]) -> np.ndarray:
    """Return the DCT of the 8 x 8 blocks of crops (N, H, W): (blocks, 8, 8)."""
    from scipy.fft import dctn

    rows, columns = (grey.shape[1] - offset[0]) // 8, (grey.shape[2] - offset[1]) // 8
    cut = grey[:, offset[0] : offset[0] + 8 * rows, offset[1] : offset[1] + 8 * columns]
    blocks = cut.reshape(-1, rows, 8, columns, 8).swapaxes(2, 3).reshape(-1, 8, 8)
    return dctn(blocks, axes=(1, 2), norm="ortho")


# --- sharpness -----------------------------------------------------------------------------------


def _edge_width(grey: np.ndarray, noise: float) -> float | None:
    """Return the sigma in pixels of the strongest edges of crops (N, H, W) in [0, 255], or None without edges.

    Blurring again flattens a sharp edge much and a soft one little: the ratio gives the width.
    """
    from scipy.ndimage import gaussian_filter
    from skimage.feature import canny

    calm = 1.0 if noise < 8 else 1.5 if noise < 25 else 2.0  # sigma of a blur that keeps the noise from being edges
    again = 1.5 * calm
    least = max(8.0, 1.5 * noise)
    slopes, widths = [], []
    for crop in grey:
        edges = canny(crop, calm, low_threshold=least, high_threshold=3 * least)
        first = gaussian_filter(crop, calm)
        slope, flattened = _slope(first)[edges], _slope(gaussian_filter(first, again))[edges]
        ratio = np.maximum(slope / np.maximum(flattened, 1e-3), 1.001)
        slopes.append(slope)
        widths.append(again**2 / (ratio**2 - 1) - calm**2)  # squared; below 0 for lines
    slope, squared = np.concatenate(slopes), np.concatenate(widths)
    if len(slope) < _LEAST_EDGES:
        return None
    strongest = squared[slope >= np.quantile(slope, _STRONGEST)]
    return float(math.sqrt(max(np.median(strongest), 0)))


def _slope(x: np.ndarray) -> np.ndarray:
    down, right = np.gradient(x)
    return np.hypot(down, right)


# --- what to do ----------------------------------------------------------------------------------

LEAST_NOISE = 3.0
"""Noise, of 255, from which cleaning is proposed."""
LEAST_JPEG_NOISE = 8.0
"""Noise from which cleaning is proposed for JPEG files, where rough paint is easily taken for some noise."""
POOR_JPEG = 75
"""JPEG quality below which cleaning is proposed."""
SOFT = (1.0, 2.0)
"""Range of edge widths, in sigma, in which sharpening is proposed: wider edges are intended, or lost."""
SMALL_SIDE = 1024
"""Longer side in pixels below which enlarging is proposed."""


def propose(diagnosis: Diagnosis) -> tuple[Step, ...]:
    """Return the proposed steps, in the order of `ACTIONS`; empty if nothing is wrong."""
    steps = [_fill(diagnosis), _clean(diagnosis), _colour(diagnosis), _enlarge(diagnosis)]
    return tuple(step for step in steps if step)


def _fill(found: Diagnosis) -> Step | None:
    if found.answer != "fill":
        return None
    percent = f"{100 * found.surely_damaged:.1f}"
    return Step("fill", reason="restore.reason.damage", values={"percent": percent})


def _clean(found: Diagnosis) -> Step | None:
    if found.impulses:
        rest = _clean(replace(found, impulses=0.0))
        values = {"percent": f"{100 * found.impulses:.1f}"}
        return Step("clean", rest.strength if rest else 1.0, reason="restore.reason.impulses", values=values)
    noisy = found.noise >= (LEAST_NOISE if found.jpeg is None else LEAST_JPEG_NOISE)
    blocky = found.jpeg is not None and found.jpeg < POOR_JPEG
    by_noise = min(1.0, 0.4 + found.noise / 25)
    by_jpeg = min(1.0, 0.4 + (POOR_JPEG - (found.jpeg or 100)) / 50)
    values = {"sigma": round(found.noise), "quality": found.jpeg}
    if noisy and blocky:
        return Step("clean", round(max(by_noise, by_jpeg), 2), reason="restore.reason.noise_and_jpeg", values=values)
    if noisy:
        return Step("clean", round(by_noise, 2), reason="restore.reason.noise", values=values)
    if blocky:
        return Step("clean", round(by_jpeg, 2), reason="restore.reason.jpeg", values=values)
    if found.blur is not None and SOFT[0] <= found.blur <= SOFT[1]:
        width = f"{2 * found.blur:.1f}"
        return Step("clean", 0.6, reason="restore.reason.soft", values={"pixels": width})
    return None


def _colour(found: Diagnosis) -> Step | None:
    yellowed, faded = found.colour.is_yellowed, found.colour.is_faded
    values = {"blue": round(100 * found.colour.blue_lost), "contrast": round(100 * found.colour.fading)}
    if yellowed and faded:
        return Step("colour", 0.8, reason="restore.reason.yellowed_and_faded", values=values)
    if yellowed:
        return Step("colour", 0.8, reason="restore.reason.yellowed", values=values)
    if faded:
        reason = "restore.reason.dark" if found.colour.is_dark else "restore.reason.faded"
        return Step("colour", 0.8, reason=reason, values=values)
    return None


def _enlarge(found: Diagnosis) -> Step | None:
    longest = max(found.size)
    if longest >= SMALL_SIDE:
        return None
    values = {"width": found.size[0], "height": found.size[1]}
    scale = 4 if longest <= SMALL_SIDE // 2 else 2
    return Step("enlarge", scale=scale, reason="restore.reason.small", values=values)
