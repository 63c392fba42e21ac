"""Run a network over a picture of any size, tile by tile, in bounded memory and without seams.

`run_tiled` gives a network overlapping tiles and blends each into the next. If the receptive field is within the
overlap, the result is that for the whole picture, up to rounding.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import wait
from functools import partial
from typing import TypeVar, Union

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from deepart import runtime
from deepart.errors import Cancelled, InputError
from deepart.hub import Report
from deepart.images import to_tensor
from deepart.runtime import Progress
from deepart.tiles import Box, Tile, tiles

T = TypeVar("T")

Layer = Union[Image.Image, Tensor]
"""A picture, "RGB" or "L", or a tensor (1, C, H, W)."""

MOST_RESULT_PIXELS = 160_000_000  # 480 MB

_PATIENCE = 0.4  # seconds between two signs of life
_LEAST_TILE = 96  # smaller ones are hardly more than their overlap


def run_tiled(
    function: Callable[..., Tensor],
    layers: Layer | Sequence[Layer],
    *,
    tile: int = 768,
    overlap: int = 64,
    scale: int = 1,
    multiple: int = 16,
    note: str = "progress.restoring",
) -> Generator[Progress, None, np.ndarray]:
    """Run a network over a picture in tiles.

    If memory is too small it starts again with smaller tiles. Closing the generator stops it after the current tile.

    Args:
        function: takes a piece of each layer on `runtime.device()`, float32 in [0, 1], pictures as (1, 3, h, w), masks
            as (1, 1, h, w); returns (1, C, scale * h, scale * w) in [0, 1].  It is called in a separate thread that
            holds the device lock, so the caller must not hold it, and it must enter `runtime.inference` itself.
        layers: its inputs, of equal size.
        tile: side of a tile with its overlap, in pixels; its sides may differ, its area is at most the square.
        overlap: pixels of context around what a tile contributes; a quarter of them are blended.
        scale: by which the network enlarges.
        multiple: corners of tiles lie on multiples of it; the network has to take sides of any length.
        note: key in `deepart.text` for the progress.

    Returns:
        (scale * H, scale * W, C), uint8.

    Raises:
        InputError: memory does not suffice even for the smallest tiles.
    """
    layers = [layers] if isinstance(layers, (Image.Image, Tensor)) else list(layers)
    least = max(_LEAST_TILE, 6 * multiple)  # what `tiles` needs if the overlap is a quarter of a tile
    tile = max(tile, least)
    while True:
        grid = tiles(_size(layers[0]), tile * tile, min(overlap, tile // 4), multiple)
        try:
            return (yield from _run(function, layers, grid, min(overlap, tile // 4) // 4, scale, note))
        except (RuntimeError, MemoryError) as error:
            if not _out_of_memory(error):
                raise
            if tile == least:
                raise InputError("restorer.memory") from error
        tile = max(least, tile // 2)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _run(
    function: Callable[..., Tensor], layers: Sequence[Layer], grid: Sequence[Tile], feather: int, scale: int, note: str
) -> Generator[Progress, None, np.ndarray]:
    width, height = _size(layers[0])
    feather = min([feather, *(min(r - l, b - t) // 2 for l, t, r, b in (tile.inner for tile in grid))])  # noqa: E741
    done, result, carried = 0, None, None
    yield Progress(done, len(grid), note)
    for _, row in itertools.groupby(grid, key=lambda tile: tile.inner[1]):
        strip = None  # (rows, scale * width, C): the sum of this row's tiles, each times its weights
        for tile in row:
            left, top, right, bottom = tile.inner
            box = (
                left - (feather if left else 0),
                top - (feather if top else 0),
                right + (feather if right < width else 0),
                bottom + (feather if bottom < height else 0),
            )
            y = yield from patiently(partial(_apply, function, layers, tile.outer), Progress(done, len(grid), note))
            piece = _cut(y, tile.outer, box, scale)
            if strip is None:
                strip = np.zeros((len(piece), scale * width, piece.shape[2]), np.float32)
            across = _weights(box[0], box[2], left, right, scale)
            down = _weights(box[1], box[3], top, bottom, scale)
            strip[:, scale * box[0] : scale * box[2]] += piece * (down[:, None] * across)[..., None]
            done += 1
            yield Progress(done, len(grid), note)
        if result is None:
            result = np.empty((scale * height, scale * width, strip.shape[2]), np.uint8)
        if carried is not None:
            strip[: len(carried)] += carried
        # The last rows fade into the next tiles.
        finished = len(strip) - (2 * feather * scale if box[3] < height else 0)
        result[scale * box[1] : scale * box[1] + finished] = np.rint(strip[:finished] * 255)
        carried = strip[finished:].copy()
    return result


def _apply(function: Callable[..., Tensor], layers: Sequence[Layer], box: Box) -> Tensor:
    pieces = [_crop(layer, box).to(runtime.device(), torch.float32) for layer in layers]
    with runtime.device_lock():
        return function(*pieces).float().cpu()


def patiently(work: Callable[[], T], progress: Progress | Callable[[], Progress]) -> Generator[Progress, None, T]:
    """Run `work` in a separate thread, yield progress until it is done, and return its result.

    Closing the generator does not stop `work`.
    """
    future = runtime.in_background(work)
    while not wait([future], timeout=_PATIENCE).done:
        yield progress() if callable(progress) else progress
    return future.result()


def fetch_steps(fetch: Callable[[Report], T], note: str) -> Generator[Progress, None, T]:
    """Download as an engine; closing it ends the download.

    Args:
        fetch: the download; it takes a function that is called with the bytes done and in total.
        note: of the progress, a key of `deepart.text`.
    """
    place, stopped = [0, 1], threading.Event()

    def report(done: int, total: int) -> None:
        if stopped.is_set():
            raise Cancelled
        place[:] = done, max(done, total, 1)

    try:
        return (yield from patiently(partial(fetch, report), lambda: Progress(*place, note)))
    finally:
        stopped.set()


def _size(layer: Layer) -> tuple[int, int]:
    return layer.size if isinstance(layer, Image.Image) else (layer.shape[3], layer.shape[2])


def _crop(layer: Layer, box: Box) -> Tensor:
    left, top, right, bottom = box
    if isinstance(layer, Tensor):
        return layer[..., top:bottom, left:right]
    if layer.mode == "L":
        return torch.from_numpy(np.array(layer.crop(box), np.float32) / 255)[None, None]
    return to_tensor(layer.crop(box))


def _cut(y: Tensor, outer: Box, box: Box, scale: int) -> np.ndarray:
    """Return what lies in `box` of a result (1, C, h, w) for `outer`, as (h, w, C)."""
    left, top, right, bottom = (scale * side for side in box)
    y = y[0, :, top - scale * outer[1] : bottom - scale * outer[1], left - scale * outer[0] : right - scale * outer[0]]
    return y.nan_to_num(0).clamp(0, 1).permute(1, 2, 0).numpy()


def _weights(start: int, stop: int, first: int, last: int, scale: int) -> np.ndarray:
    """Return the blending weights of a tile from `start` to `stop`; those of neighbours add up to 1.

    It contributes from `first` to `last`, with fades of equal length around both.
    """
    weights = np.ones(scale * (stop - start), np.float32)
    for length, part in ((first - start, weights), (stop - last, weights[::-1])):
        if length:
            part[: 2 * scale * length] = (np.arange(2 * scale * length) + 0.5) / (2 * scale * length)
    return weights


def _out_of_memory(error: BaseException) -> bool:
    """Return whether an error means that memory ran out, for which torch has no class on the CPU."""
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or "allocate memory" in str(error)
