"""How good a style network is, measured on pictures that it has never seen.

Every table has two controls: *identity* (a copy of the content: perfect content, no style) and *target*
(the style picture itself: perfect style, no content).  A network is of use only if it beats the first
in style and the second in content.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import torch
from PIL import Image
from torch import nn

from deepart import runtime
from deepart.images import to_tensor
from deepart.training.losses import content_distance, style_distance

SIDE = 512
"""Pictures are cut to squares of this side before they are painted and compared."""

Painter = Callable[[Image.Image, Image.Image], Image.Image]
"""Takes a content and a style, gives the painting."""


@dataclass(frozen=True, slots=True)
class StyleScore:
    """Mean distances over all pairs; smaller is better, and only both together mean anything."""

    method: str
    style: float
    content: float
    seconds: float  # per picture, the reading of the style included: the median


def identity(content: Image.Image, style: Image.Image) -> Image.Image:
    """The control that paints nothing."""
    return content


def target(content: Image.Image, style: Image.Image) -> Image.Image:
    """The control that forgets the content."""
    return style


def evaluate_style(
    painters: dict[str, Painter], pairs: Sequence[tuple[Image.Image, Image.Image]], teacher: nn.Module
) -> Iterable[StyleScore]:
    """Yield the scores of each painter and of the two controls.

    Args:
        painters: by the name that the table shows.
        pairs: content and style pictures, RGB, `SIDE` pixels on each side.
        teacher: a VGG network that gives relu1_2, relu2_2, relu3_3 and relu4_1.
    """
    taps = ("relu1_2", "relu2_2", "relu3_3", "relu4_1")

    @torch.inference_mode()
    def features(image: Image.Image) -> dict[str, torch.Tensor]:
        return teacher(to_tensor(image).to(runtime.device()), taps)

    methods = {"identity": identity, "target": target, **painters}
    found: dict[str, list[tuple[float, float, float]]] = {method: [] for method in methods}
    for content, style in pairs:
        known = {id(content): features(content), id(style): features(style)}  # they cost more than a painting
        for method, paint in methods.items():
            started = time.perf_counter()
            painting = paint(content, style)
            seconds = time.perf_counter() - started
            painted = known.get(id(painting)) or features(painting)
            style_gap = float(style_distance(painted, known[id(style)]))
            found[method].append((style_gap, float(content_distance(painted, known[id(content)])), seconds))
    for method, rows in found.items():
        styles, contents, times = zip(*rows)
        yield StyleScore(method, statistics.fmean(styles), statistics.fmean(contents), statistics.median(times))


def contact_sheet(
    paint: Painter, contents: Sequence[Image.Image], styles: Sequence[Image.Image], side: int = 256
) -> Image.Image:
    """Return a sheet with the styles along the top, the contents down the left and paintings between."""
    sheet = Image.new("RGB", ((len(styles) + 1) * side, (len(contents) + 1) * side), "white")
    for column, style in enumerate(styles, 1):
        sheet.paste(style.resize((side, side)), (column * side, 0))
    for row, content in enumerate(contents, 1):
        sheet.paste(content.resize((side, side)), (0, row * side))
        for column, style in enumerate(styles, 1):
            sheet.paste(paint(content, style).resize((side, side)), (column * side, row * side))
    return sheet
