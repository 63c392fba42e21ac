"""Examples for Restore: photos and a picture of the gallery with synthetic damage.

See `deepart.ui.samples` for whose photos they are.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from deepart.images import fit, load_image, save_png
from deepart.tasks.restore.colour_repair import VARNISH
from deepart.tasks.restore.straighten import perspective
from deepart.ui import samples

_SIDE = 560
"""Longer side in pixels: restored, and shown twice as large, within seconds."""
_TABLE = np.array((118, 84, 58), np.float32)
_PAPER, _CRACK = (236, 228, 210), (48, 38, 30)
_FINE = 3  # scratches and sides are drawn so many times larger and averaged, for their edges


def damaged(key: str) -> str:
    """Return the path of one of `DAMAGED`."""
    name, damage = _MADE[key]
    return _made(key, name, damage)


@functools.cache
def _made(key: str, name: str, damage: Callable[[Image.Image], Image.Image]) -> str:
    path = samples.folder() / f"damaged-{key}.png"
    save_png(damage(load_image(samples.folder() / name)), path)
    return str(path)


def _scratched(picture: Image.Image) -> Image.Image:
    """Scratches down the film, cracks, dust, and a corner torn off."""
    picture, rng = _enlarged(picture), np.random.default_rng(7)
    width, height = picture.size
    large = Image.new("RGBA", (_FINE * width, _FINE * height))
    draw = ImageDraw.Draw(large)
    for colour, number, thick in ((_PAPER, 5, 4), (_CRACK, 3, 3)):
        for _ in range(number):
            x = rng.uniform(0.08, 0.95) * large.width
            y = np.sort(rng.uniform(0, large.height, 2)) if colour == _CRACK else (0, large.height)
            steps = np.cumsum(np.insert(rng.normal(0, 9 if colour == _CRACK else 3, 23), 0, 0))
            points = np.stack([x + steps, np.linspace(*y, 24)], axis=1)
            draw.line(points.ravel().tolist(), fill=(*colour, 255), width=int(rng.integers(thick, 2 * thick)))
    for x, y, radius in zip(rng.uniform(0, large.width, 40), rng.uniform(0, large.height, 40), rng.uniform(2, 7, 40)):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(*_PAPER, 255))
    edge = np.linspace(0, 0.2 * large.width, 14)
    torn = np.stack([large.width - edge[::-1], large.height - edge + rng.normal(0, 10, 14)], axis=1)
    draw.polygon([*map(tuple, torn), (large.width, large.height)], fill=(*_PAPER, 255))
    layer = large.resize(picture.size, Image.Resampling.BOX)
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def _yellowed(picture: Image.Image) -> Image.Image:
    """An old varnish over faded colours."""
    picture = _enlarged(picture)
    light = (np.asarray(picture, np.float32) / 255) ** 2.2  # (H, W, 3), linear
    seen = (light * np.exp(-1.6 * np.array(VARNISH, np.float32))) ** (1 / 2.2)
    return Image.fromarray((255 * (0.11 + 0.72 * seen)).round().astype(np.uint8))


def _noisy(picture: Image.Image) -> Image.Image:
    """Grain, as of a photo in poor light."""
    picture = _enlarged(picture).filter(ImageFilter.GaussianBlur(0.6))
    pixels = np.asarray(picture, np.float32)
    noise = np.random.default_rng(11).normal(0, 26, pixels.shape)
    return Image.fromarray((pixels + noise).clip(0, 255).round().astype(np.uint8))


def _askew(picture: Image.Image) -> Image.Image:
    """A print on a table, photographed at an angle."""
    width, height = 800, 640
    coarse = np.random.default_rng(3).normal(128, 40, (height // 4, width // 80)).clip(0, 255).astype(np.uint8)
    grain = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC), np.float32) - 128
    light = np.linspace(1.15, 0.85, width, dtype=np.float32)[:, None]
    table = Image.fromarray(((_TABLE + 0.15 * grain[..., None]) * light).clip(0, 255).astype(np.uint8))
    picture = ImageOps.expand(_enlarged(picture).filter(ImageFilter.GaussianBlur(0.8)), 18, _PAPER)
    large = (_FINE * width, _FINE * height)
    corners = [(_FINE * x, _FINE * y) for x, y in ((116, 118), (716, 62), (672, 548), (70, 500))]
    sides = [(0, 0), (picture.width, 0), picture.size, (0, picture.height)]
    lying, where = (
        each.transform(large, Image.Transform.PERSPECTIVE, perspective(corners, sides), Image.Resampling.BICUBIC)
        for each in (picture, Image.new("L", picture.size, 255))
    )
    return Image.composite(lying, table.resize(large), where).resize(table.size, Image.Resampling.BOX)


def _small(picture: Image.Image) -> Image.Image:
    """A thumbnail."""
    return fit(picture, 192)


def _enlarged(picture: Image.Image) -> Image.Image:
    scale = _SIDE / max(picture.size)
    return picture.resize([round(scale * side) for side in picture.size], Image.Resampling.LANCZOS)


_MADE: dict[str, tuple[str, Callable[[Image.Image], Image.Image]]] = {
    "scratched": ("astronaut.png", _scratched),
    "yellowed": ("coffee.png", _yellowed),
    "noisy": ("chelsea.png", _noisy),
    "small": ("great-wave.webp", _small),
    "askew": ("chelsea.png", _askew),
}
DAMAGED = tuple(_MADE)
