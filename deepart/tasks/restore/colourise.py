"""Colourise black-and-white pictures with likely colours, guessed from their content and a palette.

The network works on a small copy; its colours are enlarged along the edges of the picture, and every pixel keeps its
brightness.

References:
    Zhang et al. 2016, "Colorful Image Colorization", https://arxiv.org/abs/1603.08511;
    He, Sun 2015, "Fast Guided Filter", https://arxiv.org/abs/1505.00996 (colours that follow edges).
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Generator
from functools import partial

import numpy as np
import torch.nn.functional as F
from PIL import Image, ImageFilter
from torch import Tensor

from deepart import runtime
from deepart.checkpoints import models
from deepart.images import fit, to_tensor
from deepart.models.restorers.colouriser import Colouriser, rgb_to_lab
from deepart.runtime import Progress
from deepart.tasks.restore.bundled import COLOURISER
from deepart.tasks.tiled import patiently

_SEEN = 160, 320  # shorter side in pixels of the copy that the network looks at, and longer side at most
_PALETTE_SIDE = 128
_RADIUS, _SMOOTH = 3, 12.0  # pixels around each that colours follow brightness in, and levels of it that are no edge
_STRIP = 1_000_000  # pixels
_SIDE = 33  # of the table
_HALVINGS = 12


def colourise_steps(
    picture: Image.Image, palette: Image.Image | None = None, network: Colouriser | None = None
) -> Generator[Progress, None, Image.Image]:
    """Colourise a picture, as an engine.

    Args:
        picture: RGB; only its brightness is used.
        palette: RGB picture whose colours it should have; None for the most likely colours.
        network: on its device; None for the bundled one.

    Raises:
        WeightsError: the checkpoint is missing or damaged.
    """
    network = network or models.get(COLOURISER, str(runtime.device()))
    work = partial(_along_edges, network, picture, palette)
    lines = yield from patiently(work, Progress(0, 1, "progress.colourising"))
    grey = picture.convert("L")
    result = Image.new("RGB", picture.size)
    rows = max(1, _STRIP // picture.width)
    for top in range(0, picture.height, rows):
        box = (0, top, picture.width, min(picture.height, top + rows))
        piece = yield from patiently(
            partial(_strip, grey, lines, box), Progress(top, picture.height, "progress.colourising")
        )
        result.paste(piece, box[:2])
    return result


def likely_colours(network: Colouriser, picture: Image.Image, palette: Image.Image | None = None) -> Tensor:
    """Return CIE a* and b* that a picture could have, at a quarter of its size: (1, 2, H / 4, W / 4), rounded up.

    Args:
        network: on its device.
        picture: RGB, about as small as the training pictures.
        palette: see `colourise_steps`.
    """
    device = network.bins.device
    lightness = rgb_to_lab(to_tensor(picture).to(device))[:, :1]
    wide, high = picture.width, picture.height
    side = network.multiple
    lightness = F.pad(lightness, (0, -wide % side, 0, -high % side), mode="replicate")
    wish = None
    if palette is not None:
        wish = network.histogram(rgb_to_lab(to_tensor(fit(palette, _PALETTE_SIDE)).to(device))[:, 1:])
    with runtime.device_lock(), runtime.inference():
        found = network.colours(network(lightness, wish))
    return found[..., : -(-high // 4), : -(-wide // 4)].float().cpu()


def _along_edges(network: Colouriser, picture: Image.Image, palette: Image.Image | None) -> list[Image.Image]:
    """Return for a* and b* by how much they grow with brightness at each place, and what they are where it is 0."""
    from scipy.ndimage import uniform_filter

    scale = min(1.0, _SEEN[0] / min(picture.size), _SEEN[1] / max(picture.size))
    size = tuple(max(1, round(scale * side)) for side in picture.size)
    small = picture.convert("L").resize(size, Image.Resampling.BOX, reducing_gap=2)
    ab = likely_colours(network, small.convert("RGB"), palette)
    ab = F.interpolate(ab, size[::-1], mode="bilinear", align_corners=False)[0].numpy()
    guide = np.asarray(small, np.float32)

    def mean(x: np.ndarray) -> np.ndarray:
        return uniform_filter(x, 2 * _RADIUS + 1, mode="nearest")

    centre = mean(guide)
    spread = mean(guide * guide) - centre**2 + _SMOOTH**2
    lines = []
    for values in ab:
        slope = (mean(guide * values) - centre * mean(values)) / spread
        lines += [mean(slope), mean(mean(values) - slope * centre)]
    return [Image.fromarray(line.astype(np.float32)) for line in lines]


def _strip(grey: Image.Image, lines: list[Image.Image], box: tuple[int, int, int, int]) -> Image.Image:
    """Return a part of the picture in colours."""
    piece = grey.crop(box)
    scale = lines[0].width / grey.width, lines[0].height / grey.height
    seen = tuple(side * scale[number % 2] for number, side in enumerate(box))
    slope_a, base_a, slope_b, base_b = (
        np.asarray(line.resize(piece.size, Image.Resampling.BILINEAR, box=seen)) for line in lines
    )
    bright = np.asarray(piece, np.float32)
    channels = [
        np.clip(128.5 + slope * bright + base, 0, 255) for slope, base in ((slope_a, base_a), (slope_b, base_b))
    ]
    layers = [piece, *(Image.fromarray(channel.astype(np.uint8)) for channel in channels)]
    return Image.merge("RGB", layers).filter(_table())


@functools.cache
def _table() -> ImageFilter.Color3DLUT:
    """Return the table from grey, a* + 128 and b* + 128 to RGB; colours outside sRGB are pulled towards the grey."""
    from skimage.color import lab2rgb, rgb2lab

    axis = np.linspace(0, 1, _SIDE)
    b, a, grey = np.meshgrid(axis, axis, axis, indexing="ij")
    wanted = np.stack([a, b], -1).reshape(-1, 2) * 255 - 128
    greys = np.repeat(grey.reshape(-1, 1), 3, 1)
    lightness = rgb2lab(greys[None])[0, :, :1]
    least, most = np.zeros((len(greys), 1)), np.ones((len(greys), 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of colours that there are not
        for _ in range(_HALVINGS):
            share = (least + most) / 2
            lab = np.concatenate([lightness, share * wanted], 1)
            is_there = np.abs(rgb2lab(lab2rgb(lab[None]))[0] - lab).max(1, keepdims=True) < 0.5
            least, most = np.where(is_there, share, least), np.where(is_there, most, share)
        rgb = lab2rgb(np.concatenate([lightness, least * wanted], 1)[None])[0]
    return ImageFilter.Color3DLUT(_SIDE, rgb.astype(np.float32).ravel())
