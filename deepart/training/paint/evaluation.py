"""Evaluate a style network on pictures that it has never seen.

Every table has two controls: *identity* (a copy of the content: perfect content, no style) and *target*
(the style picture itself: perfect style, no content).  A network is of use only if it beats the first
in style and the second in content.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import torch
from PIL import Image
from torch import nn

from deepart import runtime
from deepart.errors import InputError
from deepart.images import centre_crop, load_image, to_tensor
from deepart.models.style_network import StyleNetwork
from deepart.training.data import find_pictures, is_held_out
from deepart.training.losses import content_distance, style_distance, weave

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
    weave: float
    """Regular pattern in the painting where the content is flat, minus that of the style; ideally 0."""
    seconds: float  # per picture, the reading of the style included: the median


def identity(content: Image.Image, style: Image.Image) -> Image.Image:
    """The control that returns the content unchanged."""
    return content


def target(content: Image.Image, style: Image.Image) -> Image.Image:
    """The control that returns the style picture."""
    return style


def evaluate_style(
    painters: dict[str, Painter], pairs: Sequence[tuple[Image.Image, Image.Image]], perceptual_network: nn.Module
) -> Iterable[StyleScore]:
    """Yield the scores of each painter and of the two controls.

    Args:
        painters: by the name that the table shows.
        pairs: content and style pictures, RGB, `SIDE` pixels on each side.
        perceptual_network: a VGG network that gives relu1_2, relu2_2, relu3_3 and relu4_1.
    """
    taps = ("relu1_2", "relu2_2", "relu3_3", "relu4_1")

    @torch.inference_mode()
    def features(image: Image.Image) -> dict[str, torch.Tensor]:
        return perceptual_network(to_tensor(image).to(runtime.device()), taps)

    methods = {"identity": identity, "target": target, **painters}
    found: dict[str, list[tuple[float, float, float, float]]] = {method: [] for method in methods}
    for content, style in pairs:
        known = {id(content): features(content), id(style): features(style)}  # they cost more than a painting
        flat, of_style = to_tensor(content), float(weave(to_tensor(style)))
        for method, paint in methods.items():
            started = time.perf_counter()
            painting = paint(content, style)
            seconds = time.perf_counter() - started
            painted = known.get(id(painting)) or features(painting)
            style_gap = float(style_distance(painted, known[id(style)]))
            content_gap = float(content_distance(painted, known[id(content)]))
            found[method].append((style_gap, content_gap, float(weave(to_tensor(painting), flat)) - of_style, seconds))
    for method, rows in found.items():
        *distances, times = zip(*rows)
        yield StyleScore(
            method, *(round(statistics.fmean(values), 4) for values in distances), statistics.median(times)
        )


_LEFT_OUT_STYLES, _PHOTOS_OF_SKIMAGE = 20, ("astronaut.png", "coffee.png", "chelsea.png", "rocket.jpg")


def sharp_pictures(folder: Path) -> tuple[list[Image.Image], list[Image.Image]]:
    """Return the contents and the styles of the development set, as squares of sharp pictures.

    Contents are every fourth photo of `folder`/CBSD68 and photos of scikit-image; styles are the artworks in
    `folder`/gallery, of which training may have seen other scans, and twenty that it leaves out of
    `folder`/paintings_hr.

    Raises:
        InputError: a folder is missing or has no pictures.
    """
    left_out = [path for path in find_pictures(folder / "paintings_hr") if is_held_out(path)]
    if not left_out:
        raise InputError("training.none_held_out")
    left_out = left_out[:: max(1, len(left_out) // _LEFT_OUT_STYLES)][:_LEFT_OUT_STYLES]
    photos = resources.files("skimage.data")
    contents = [*find_pictures(folder / "CBSD68")[::4], *(photos / name for name in _PHOTOS_OF_SKIMAGE)]
    styles = [*find_pictures(folder / "gallery"), *left_out]
    return tuple([centre_crop(load_image(Path(str(path))), SIDE) for path in paths] for paths in (contents, styles))


@torch.no_grad()
def mapping_report(network: StyleNetwork, styles: Sequence[Image.Image]) -> dict[str, int]:
    """Return how much of its reading of codes a network uses: "dead" units, and "dimensions" with 90 % of the variance.

    A mapping of few dimensions has collapsed: whatever the style, it asks for much the same.
    """
    mapping = network.decoder.read_code
    codes = torch.cat([network.style_encoder(to_tensor(style)) for style in styles])
    hidden = mapping(codes)
    spectrum = torch.linalg.svdvals(hidden - hidden.mean(0)).square().cumsum(0)
    first = mapping.nonlinear[:2]((codes - mapping.code_mean) / mapping.code_std)
    dead = (first.amax(0) <= 0).sum() + (hidden[:, : network.config.hidden].amax(0) <= 0).sum()
    return {"dead": int(dead), "dimensions": int((spectrum < 0.9 * spectrum[-1]).sum()) + 1}


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
