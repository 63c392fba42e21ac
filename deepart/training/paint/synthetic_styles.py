"""Styles that no museum has: ruled lines, halftones, hatching, flat shapes, and paintings made harsher.

Scans of paintings are soft and brown on the average; a network that has only seen those fails on prints, drawings and
modern graphic artworks.
"""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps


def harsher(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a painting posterised, sharpened at its edges, inverted, or in high contrast.  (H, W, 3) uint8."""
    image = Image.fromarray(picture)
    kind = rng.integers(4)
    if kind == 0:
        image = ImageOps.posterize(image.filter(ImageFilter.MedianFilter(5)), int(rng.integers(1, 3)))
    elif kind == 1:
        image = image.filter(ImageFilter.UnsharpMask(radius=2, percent=int(rng.integers(200, 500)), threshold=2))
    elif kind == 2:
        image = ImageOps.invert(image)
    else:
        image = ImageOps.autocontrast(image, cutoff=int(rng.integers(5, 25)))
    return np.asarray(image)


def drawn(side: int, rng: np.random.Generator) -> np.ndarray:
    """Return a pattern that is drawn by rule: polygons, halftone, hatching or a grid.  (side, side, 3) uint8."""
    drawing = (_polygons, _halftone, _hatching, _grid)[rng.integers(4)]
    large = Image.new("RGB", (2 * side, 2 * side), _colour(rng))  # shrunk afterwards: smooth edges
    drawing(ImageDraw.Draw(large), 2 * side, rng)
    return np.asarray(large.resize((side, side), Image.Resampling.BOX))


def _colour(rng: np.random.Generator) -> tuple[int, int, int]:
    return tuple(int(value) for value in rng.integers(0, 256, 3))


def _polygons(draw: ImageDraw.ImageDraw, side: int, rng: np.random.Generator) -> None:
    palette = [_colour(rng) for _ in range(int(rng.integers(2, 6)))]
    outline = (0, 0, 0) if rng.random() < 0.4 else None
    for _ in range(int(rng.integers(12, 60))):
        x, y = rng.uniform(0, side, 2)
        radius = side * rng.uniform(0.05, 0.35)
        angles = np.sort(rng.uniform(0, 2 * math.pi, int(rng.integers(3, 7))))
        corners = [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles]
        fill = palette[int(rng.integers(len(palette)))]
        draw.polygon(corners, fill=fill, outline=outline, width=int(rng.integers(2, 10)))


def _halftone(draw: ImageDraw.ImageDraw, side: int, rng: np.random.Generator) -> None:
    step, ink = int(rng.integers(8, 40)), _colour(rng)
    slope = rng.uniform(-1, 1, 2)
    for row in range(0, side + step, step):
        for column in range(row // step % 2 * step // 2, side + step, step):
            radius = step * (0.35 + 0.25 * math.sin(4 * (slope[0] * row + slope[1] * column) / side))
            draw.ellipse((column - radius, row - radius, column + radius, row + radius), fill=ink)


def _hatching(draw: ImageDraw.ImageDraw, side: int, rng: np.random.Generator) -> None:
    inks = [_colour(rng) for _ in range(int(rng.integers(1, 3)))]
    for _ in range(int(rng.integers(6, 20))):
        x, y = rng.uniform(0, side, 2)
        angle, length = rng.uniform(0, math.pi), side * rng.uniform(0.1, 0.5)
        along, across = np.array([math.cos(angle), math.sin(angle)]), np.array([-math.sin(angle), math.cos(angle)])
        gap, width, ink = rng.uniform(5, 20), int(rng.integers(2, 6)), inks[int(rng.integers(len(inks)))]
        for line in range(int(rng.integers(8, 30))):
            start = np.array([x, y]) + across * (line * gap) + rng.normal(0, 2, 2)
            draw.line([tuple(start), tuple(start + along * length * rng.uniform(0.7, 1))], fill=ink, width=width)


def _grid(draw: ImageDraw.ImageDraw, side: int, rng: np.random.Generator) -> None:
    palette = [_colour(rng) for _ in range(int(rng.integers(2, 5)))]
    edges = [np.unique(np.r_[0, rng.integers(0, side, int(rng.integers(3, 14))), side]) for _ in range(2)]
    for top, bottom in zip(edges[0], edges[0][1:]):
        for left, right in zip(edges[1], edges[1][1:]):
            fill = palette[int(rng.integers(len(palette)))]
            draw.rectangle((int(left), int(top), int(right), int(bottom)), fill=fill)
    if rng.random() < 0.6:
        width = int(rng.integers(3, 16))
        for edge in edges[0]:
            draw.line((0, int(edge), side, int(edge)), fill=(0, 0, 0), width=width)
        for edge in edges[1]:
            draw.line((int(edge), 0, int(edge), side), fill=(0, 0, 0), width=width)
