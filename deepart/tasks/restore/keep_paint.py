"""Keep the paint: restore canvas, brush strokes and colours that a picture lost in cleaning.

A denoiser removes the finest relief together with the noise. What it removed is analysed block by block: relief has
directions (threads, bristles, outlines), while noise of any grain has none. So at each place and scale only what
exceeds the average over all directions is given back.

References:
    Boll 1979, "Suppression of Acoustic Noise in Speech Using Spectral Subtraction" (the gain, here across directions
    instead of time); He, Sun 2015, "Fast Guided Filter", https://arxiv.org/abs/1505.00996 (colours that follow edges).

Everything is done in tiles or strips: apart from the result, memory does not grow with the picture.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator

import numpy as np
from PIL import Image

from deepart.errors import InputError
from deepart.tiles import Box, tiles

MARGIN = 64
"""Pixels around a tile that can affect its relief: more than a block and a half."""

_BLOCK = 32  # side in pixels of the pieces whose directions are looked at
_HOP = _BLOCK // 2
_BAND = (1 / 16, 1 / 2)  # cycles a pixel: coarser differences are no texture
_EXCESS = 1.7  # over the usual power of all directions; the power of noise hardly reaches it anywhere
_TILE_PIXELS = 800_000

_CELL = 8  # pixels whose mean colour counts as the low frequencies
_MOST_CELLS = 512  # along the longer side
_RADIUS = 4  # cells
_SMOOTHNESS = 1e-3
_STRIP_PIXELS = 2_000_000
_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)


def keep_texture(
    before: Image.Image, after: Image.Image, amount: float = 1.0, mask: Image.Image | None = None
) -> Image.Image:
    """Give a cleaned picture back the relief that was removed with the noise, without the noise.

    A tile with its corner on a multiple of 16 and a margin of `MARGIN` gives the same as the whole picture.

    Args:
        before: RGB.
        after: RGB, cleaned; if its size differs, `before` is resized to it.
        amount: from 0, `after` itself, to 1.
        mask: "L", white where relief comes back; None for everywhere.

    Raises:
        InputError: the amount is out of range.
    """
    if not 0 <= amount <= 1:
        raise InputError("setting.range", name="keep", low=0, high=1)
    if amount == 0:
        return after
    result = after.copy()
    for tile in tiles(after.size, _TILE_PIXELS, MARGIN, _HOP):
        old, new = _cut(before, tile.outer, after.size), np.asarray(after.crop(tile.outer), np.float32)
        relief = amount * _relief((old - new) @ _LUMINANCE)
        if mask is not None:
            relief *= _cut(mask, tile.outer, after.size) / 255
        piece = _to_picture(new + relief[..., None])
        result.paste(piece.crop(tile.inner_in_outer), tile.inner)
    return result


def _cut(picture: Image.Image, box: Box, size: tuple[int, int]) -> np.ndarray:
    """Return what `box` cuts out of a picture that is brought to `size`, (H, W) or (H, W, 3) float32."""
    if picture.size == size:
        return np.asarray(picture.crop(box), np.float32)
    across, down = picture.width / size[0], picture.height / size[1]
    source = (box[0] * across, box[1] * down, box[2] * across, box[3] * down)
    wanted = (box[2] - box[0], box[3] - box[1])
    return np.asarray(picture.resize(wanted, Image.Resampling.BICUBIC, source), np.float32)


def _to_picture(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray((pixels + 0.5).clip(0, 255).astype(np.uint8))


def _relief(residual: np.ndarray) -> np.ndarray:
    """Return what has directions in a difference of brightness (H, W) float32."""
    from scipy.fft import irfft2, rfft2
    from scipy.ndimage import uniform_filter

    height, width = residual.shape
    below, right = -height % _HOP, -width % _HOP
    padded = np.pad(residual, ((_BLOCK, _BLOCK + below), (_BLOCK, _BLOCK + right)), mode="symmetric")
    window, rings = _window(), _rings()
    blocks = np.lib.stride_tricks.sliding_window_view(padded, (_BLOCK, _BLOCK))[::_HOP, ::_HOP]
    spectrum = rfft2(blocks * window)  # (R, C, 32, 17)
    power = np.abs(spectrum) ** 2
    power = uniform_filter(power, 3, mode=("nearest", "nearest", "wrap", "nearest"))
    gain = np.zeros_like(power)
    for ring in rings:
        usual = np.median(power[..., ring], axis=-1, keepdims=True)
        gain[..., ring] = 1 - np.minimum(_EXCESS * usual / np.maximum(power[..., ring], 1e-6), 1)
    pieces = irfft2(spectrum * gain, s=(_BLOCK, _BLOCK)) * window
    total = np.zeros_like(padded)
    for row in range(pieces.shape[0]):
        for column in range(pieces.shape[1]):
            total[row * _HOP : row * _HOP + _BLOCK, column * _HOP : column * _HOP + _BLOCK] += pieces[row, column]
    return total[_BLOCK : _BLOCK + height, _BLOCK : _BLOCK + width]


@functools.cache
def _window() -> np.ndarray:
    """A window whose square, laid every half block, adds up to 1."""
    sine = np.sin(np.pi * (np.arange(_BLOCK) + 0.5) / _BLOCK)
    return np.outer(sine, sine).astype(np.float32)


@functools.cache
def _rings() -> tuple[np.ndarray, ...]:
    """Masks (32, 17) of the frequencies of each fineness, in all directions."""
    radius = np.hypot(np.fft.fftfreq(_BLOCK)[:, None], np.fft.rfftfreq(_BLOCK)[None])
    edges = np.linspace(*_BAND, 8)
    edges[-1] = 0.75  # the corners belong to the last
    return tuple((radius >= low) & (radius < high) for low, high in zip(edges, edges[1:]))


def colour_safe(before: Image.Image, after: Image.Image, ignore: Image.Image | None = None) -> Image.Image:
    """Give a result the colours of its input, at scales broader than a few cells of 8 pixels.

    Args:
        before: RGB.
        after: RGB, of the same size or enlarged.
        ignore: "L" in the proportions of `before`, white where it is damaged, whose colours are ignored.
    """
    cell = max(_CELL, math.ceil(max(before.size) / _MOST_CELLS))
    size = (math.ceil(before.width / cell), math.ceil(before.height / cell))
    planes = _correction(_cells(before, size), _cells(after, size), _trust(ignore, size))
    if planes is None:
        return after
    result = after.copy()
    for box in _strips(after.size):
        guide = np.asarray(after.crop(box), np.float32)
        corrected = guide.copy()
        for channel in range(3):
            slopes_and_offset = [_enlarged(plane, box, after.size) for plane in planes[channel]]
            corrected[..., channel] += 255 * slopes_and_offset[3]
            for of in range(3):
                corrected[..., channel] += slopes_and_offset[of] * guide[..., of]
        result.paste(_to_picture(corrected), box)
    return result


def _cells(picture: Image.Image, size: tuple[int, int]) -> np.ndarray:
    return np.asarray(picture.resize(size, Image.Resampling.BOX), np.float32) / 255


def _trust(ignore: Image.Image | None, size: tuple[int, int]) -> np.ndarray:
    """Return the weight of each cell (H, W): 0 if anything in it is damaged."""
    if ignore is None:
        return np.ones(size[::-1], np.float32)
    share = np.asarray(ignore.resize(size, Image.Resampling.BOX))
    return np.where(share > 0, np.float32(1e-6), np.float32(1))


def _correction(before: np.ndarray, after: np.ndarray, trust: np.ndarray) -> np.ndarray | None:
    """Return planes (3, 4, H, W) that turn the colours of cells (H, W, 3) into what is to be added to them.

    Of each channel three slopes and an offset, fitted around each cell, so that the correction follows
    the edges of `after`.  None if the colours agree everywhere.
    """
    from scipy.ndimage import uniform_filter

    def total(x: np.ndarray) -> np.ndarray:
        return uniform_filter(x, (2 * _RADIUS + 1,) * 2 + (0,) * (x.ndim - 2), mode="nearest")

    def mean(x: np.ndarray) -> np.ndarray:
        weights = trust.reshape(trust.shape + (1,) * (x.ndim - 2))
        return total(x * weights) / total(weights)

    difference = before - after
    if np.abs(mean(difference)).max() < 0.5 / 255:
        return None
    mean_after, mean_difference = mean(after), mean(difference)
    covariance = mean(after[..., :, None] * after[..., None, :]) - mean_after[..., :, None] * mean_after[..., None, :]
    shared = mean(after[..., :, None] * difference[..., None, :])
    shared -= mean_after[..., :, None] * mean_difference[..., None, :]  # (H, W, 3 of after, 3 of difference)
    slopes = np.linalg.solve(covariance + _SMOOTHNESS * np.eye(3, dtype=np.float32), shared)
    offsets = mean_difference - (mean_after[..., :, None] * slopes).sum(2)
    fitted = np.concatenate([slopes, offsets[..., None, :]], axis=2)  # (H, W, 4, 3)
    return total(fitted).transpose(3, 2, 0, 1)


def _strips(size: tuple[int, int]) -> Iterator[Box]:
    """Cut a picture of `size` into strips of all its width, from the top."""
    width, height = size
    rows = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, rows):
        yield 0, top, width, min(height, top + rows)


def _enlarged(plane: np.ndarray, box: Box, size: tuple[int, int]) -> np.ndarray:
    """Return what `box` cuts out of a plane of cells that is brought to `size`."""
    cells = Image.fromarray(plane.astype(np.float32))
    scale = plane.shape[0] / size[1]
    source = (0, box[1] * scale, plane.shape[1], box[3] * scale)
    return np.asarray(cells.resize((size[0], box[3] - box[1]), Image.Resampling.BILINEAR, source))
