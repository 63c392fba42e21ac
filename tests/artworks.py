"""Undamaged artworks of many kinds, made by code: what restoring must leave alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from scipy.ndimage import gaussian_filter

from photos import photo

SIDE = 256
Picture = np.ndarray
"""(H, W, 3) float in [0, 1]."""


def artworks() -> Iterator[tuple[str, Image.Image]]:
    """Yield thirty names and pictures."""
    for seed in range(5):
        yield f"white abstract {seed}", _abstract(seed)
    for seed in range(3):
        yield f"fields of colour between black lines {seed}", _fields(seed)
    for seed in range(3):
        yield f"gestural strokes {seed}", _gestural(seed)
    for name in ("astronaut", "coffee", "chelsea", "rocket"):
        grey = _pixels(photo(name, SIDE))
        yield f"{name}, ink drawing", _image(_ink(grey))
        yield f"{name}, print in few colours", _image(np.round(gaussian_filter(grey, (2, 2, 0)) * 4) / 4 * _ink(grey))
        yield f"{name}, dark and warm", _image((grey * (1, 0.92, 0.8)) ** 1.9)
        yield f"{name}, rough paint", _image(grey * 0.8 + 0.1 + _relief(len(name)))
    yield "gold ground", _gold()
    yield "hatching", _hatching()
    yield "points of colour", _points()


def _pixels(image: Image.Image) -> Picture:
    return np.asarray(image, float) / 255


def _image(pixels: Picture) -> Image.Image:
    """Return a scan of an artwork, with the faint grain that each has."""
    pixels = pixels + 0.007 * np.random.default_rng(1).standard_normal((*pixels.shape[:2], 1))
    return Image.fromarray((255 * np.clip(pixels, 0, 1)).round().astype(np.uint8))


def _ink(picture: Picture) -> Picture:
    """Dark lines on paper, where brightness changes."""
    grey = picture.mean(2)
    lines = np.clip(12 * (gaussian_filter(grey, 2.4) - gaussian_filter(grey, 1.2)), 0, 1)
    return np.array((0.97, 0.95, 0.9)) * (1 - 0.85 * lines[..., None])


def _abstract(seed: int) -> Image.Image:
    """A few strokes and shapes, some in red, on a light ground."""
    rng, large = np.random.default_rng(seed), 3 * SIDE
    image = Image.new("RGB", (large, large), tuple(rng.integers(236, 252, 3).tolist()))
    draw = ImageDraw.Draw(image)
    for colour in ((20, 20, 22), (196, 30, 24), (30, 60, 150), (20, 20, 22))[: 2 + seed % 3]:
        points = rng.uniform(0.1, 0.9, (4, 2)) * large
        draw.line(points.ravel().tolist(), fill=colour, width=int(rng.integers(6, 40)), joint="curve")
        centre, reach = rng.uniform(0.2, 0.8, 2) * large, rng.uniform(10, 90)
        draw.ellipse((*(centre - reach), *(centre + reach)), fill=colour)
    return image.resize((SIDE, SIDE), Image.Resampling.BOX)


def _fields(seed: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (SIDE, SIDE), (244, 240, 230))
    draw = ImageDraw.Draw(image)
    columns, rows = (np.sort(rng.integers(20, SIDE - 20, 3)) for _ in range(2))
    for colour, left, top in zip(((200, 30, 30), (240, 200, 20), (30, 70, 160)), columns, rows):
        draw.rectangle((left, 0, left + 60, top), fill=colour)
    for place in columns:
        draw.line((place, 0, place, SIDE), fill=(15, 15, 15), width=6)
    for place in rows:
        draw.line((0, place, SIDE, place), fill=(15, 15, 15), width=6)
    return image


def _gestural(seed: int) -> Image.Image:
    """Strokes of a broad brush over each other, in the painter's colours, white and black among them."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (SIDE, SIDE), (210, 200, 180))
    colours = rng.integers(20, 240, (4, 3)).tolist() + [[245, 245, 240], [20, 20, 20]]
    for _ in range(60):
        layer = Image.new("L", (SIDE, SIDE))
        points = rng.uniform(-0.1, 1.1, (2, 2)) * SIDE
        ImageDraw.Draw(layer).line(points.ravel().tolist(), fill=230, width=int(rng.integers(8, 24)))
        bristles = Image.fromarray(rng.integers(90, 255, (SIDE // 4, SIDE // 2), np.uint8)).resize(layer.size)
        layer = Image.composite(bristles, Image.new("L", layer.size), layer.filter(ImageFilter.GaussianBlur(1)))
        image.paste(tuple(colours[rng.integers(len(colours))]), mask=layer)
    return image


def _relief(seed: int) -> np.ndarray:
    """Ridges of brush strokes, (SIDE, SIDE, 1)."""
    rng, relief = np.random.default_rng(seed), np.zeros((SIDE, SIDE))
    for turn in range(6):
        stripes = Image.fromarray(rng.normal(0, 1, (SIDE // 2, SIDE // 8)).astype(np.float32)).resize((SIDE, SIDE))
        relief += np.asarray(stripes.rotate(30 * turn, Image.Resampling.BICUBIC)) / 24
    return relief[..., None]


def _gold() -> Image.Image:
    """A figure on gold leaf: yellow lights that are meant."""
    rng = np.random.default_rng(0)
    gold = np.array((0.84, 0.68, 0.3)) + 0.04 * gaussian_filter(rng.standard_normal((SIDE, SIDE, 1)), (3, 3, 0)) * 8
    figure = Image.new("L", (SIDE, SIDE))
    draw = ImageDraw.Draw(figure)
    draw.ellipse((96, 50, 160, 130), fill=255)
    draw.polygon([(60, 256), (110, 120), (146, 120), (200, 256)], fill=255)
    inside = _pixels(figure)[..., None]
    robe = _pixels(photo("astronaut", SIDE)) * (0.5, 0.55, 0.9)
    return _image(gold * (1 - inside) + robe * inside)


def _hatching() -> Image.Image:
    grey = np.asarray(photo("coffee", SIDE).convert("L"), float) / 255
    y, x = np.mgrid[:SIDE, :SIDE]
    lines = 0.5 + 0.5 * np.sin((x + y) * 2 * np.pi / 7)
    return _image(np.where(lines > grey, 0.15, 0.95)[..., None] * np.array((1, 0.97, 0.92)))


def _points() -> Image.Image:
    """Dabs of pure colour."""
    rng, source = np.random.default_rng(0), photo("chelsea", SIDE)
    image = Image.new("RGB", (3 * SIDE, 3 * SIDE), (230, 220, 200))
    draw = ImageDraw.Draw(image)
    for x, y in rng.uniform(0, SIDE, (9000, 2)):
        colour = np.array(source.getpixel((int(x), int(y)))) + rng.normal(0, 35, 3)
        draw.ellipse((3 * x - 5, 3 * y - 5, 3 * x + 5, 3 * y + 5), fill=tuple(colour.clip(0, 255).astype(int).tolist()))
    return image.resize((SIDE, SIDE), Image.Resampling.BOX)
