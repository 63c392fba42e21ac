"""Paint a picture in a mixture of several styles, the same everywhere or varying over the picture."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Union

from PIL import Image, ImageChops

from deepart import runtime
from deepart.errors import InputError
from deepart.models.style_code import LAYERS, Layer, StyleCode
from deepart.options import PaintOptions, check_range, with_options
from deepart.recipes import Source
from deepart.runtime import Progress
from deepart.tasks.paint import masks
from deepart.tasks.paint.engine import Region, StyleTransfer
from deepart.tasks.paint.masks import SpatialKind
from deepart.tasks.paint.transfer import PaintingJob, Plan, Style, painted, read_style

MOST_STYLES = 6
MOST_WEIGHT = 1000

Weights = Union[Style, Mapping[Style, float], Iterable[Union[Style, tuple[Style, float]]]]
"""Styles with their weights, 1 by default; only the proportions of the weights matter."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """How styles are mixed; see `blend`."""

    balance: bool = False
    layers: Mapping[Layer, Style] | None = None
    where: SpatialKind | Sequence[Source | None] | None = None
    softness: float = 0.02
    fill: bool = False
    """Paint the mixture where the masks leave room, instead of leaving the picture unchanged."""


@with_options(PaintOptions)
def blend(
    content: Source,
    styles: Weights,
    strength: float = 1.0,
    *,
    options: PaintOptions = PaintOptions(),
    balance: bool = False,
    layers: Mapping[Layer, Style] | None = None,
    where: SpatialKind | Sequence[Source] | None = None,
    softness: float = 0.02,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Image.Image:
    """Repaint `content` in a mixture of styles.

    With a single style, or with weights of 0 for all but one, it is `deepart.transfer` bit for bit; the
    order of the styles does not matter.

    Args:
        content: a path, the bytes of a file, or a picture.
        styles: from 1 to 6 styles, each as in `deepart.transfer`, and their weights.  A negative weight
            asks for less of a style.
        strength: see `deepart.transfer`.
        options: see `PaintOptions`.
        balance: give every style the same energy, so that an extreme one does not dominate.
        layers: styles from which "palette", "texture" or "shapes" are taken instead of the mixture.
        where: None for the same mixture everywhere; "left-right", "top-bottom", "diagonal" or "centre-edge" for a
            transition from the first style to the last; or a mask for every style.
        softness: softness of the masks' edges, as a share of the content's shorter side.
        on_progress: called after every step.

    Returns:
        The painting, with its recipe in `info["deepart"]`.

    Raises:
        InputError: a picture cannot be read, or a setting is out of its range.
        WeightsError: the checkpoint is missing or damaged.
    """
    mixture = Mixture(balance, layers, where, softness)
    return runtime.run(painted(plan_blend(content, styles, strength, options, mixture)), on_progress)


def plan_blend(
    content: Source,
    styles: Weights,
    strength: float = 1.0,
    options: PaintOptions = PaintOptions(),
    mixture: Mixture = Mixture(),
) -> Generator[Progress, None, Plan]:
    """Check and read the arguments of `blend`."""
    pairs = _pairs(styles)
    check_weights([weight for _, weight in pairs])
    check_range("strength", strength, 0, 1)
    check_range("softness", mixture.softness, 0, 1)
    for layer in mixture.layers or ():
        if layer not in LAYERS:
            raise InputError("setting.choice", name="layers", choices=", ".join(LAYERS))
    job = PaintingJob("blend", content, options)
    job.settings["strength"] = float(strength)
    if mixture.balance:
        job.settings["balance"] = True
    codes = []
    for number, (style, weight) in enumerate(pairs, 1):
        suffix = "" if len(pairs) == 1 else f"_{number}"
        yield Progress(0, 1, "progress.reading_style")
        codes.append(job.read_style(f"style{suffix}", style))
        if suffix:
            job.settings[f"weight{suffix}"] = float(weight)
    layers = {}
    for layer, style in (mixture.layers or {}).items():
        yield Progress(0, 1, "progress.reading_style")
        layers[layer] = job.read_style(layer, style)
    weights = [weight for _, weight in pairs]
    place_masks = None
    if isinstance(mixture.where, str):
        job.settings["where"] = mixture.where
        place_masks = masks.spatial_weights(job.picture.size, len(codes), mixture.where)
    elif mixture.where is not None:
        place_masks = _read_masks(job, mixture)
    regions = mixed_regions(job.engine, codes, weights, strength, mixture.balance, layers, place_masks, mixture.fill)
    whole = sum(weight for weight in weights if weight > 0)
    parts = [(style, strength * weight / whole) for style, weight in pairs if weight > 0]
    return Plan(job, regions, parts, mixture.layers or {})


def _pairs(styles: Weights) -> list[tuple[Style, float]]:
    """Return styles with their weights.

    Raises:
        InputError: it is something else.
    """
    if isinstance(styles, Mapping):
        return list(styles.items())
    if isinstance(styles, (str, os.PathLike, bytes, Image.Image, StyleCode)):
        return [(styles, 1.0)]
    try:
        pairs = [each if isinstance(each, tuple) else (each, 1.0) for each in styles]
    except TypeError as error:
        raise InputError("blend.names") from error
    if any(len(pair) != 2 for pair in pairs):
        raise InputError("blend.names")
    return pairs


def mix_styles(styles: Weights, balance: bool = False, name: str | None = None) -> StyleCode:
    """Return a mixture as a new style, which can be saved with `deepart.tasks.paint.style_files.save_style`.

    Args:
        styles: as in `blend`.
        balance: let no style dominate.
        name: name of the new style; None for the names of its parts.

    Raises:
        InputError: a style cannot be read, or the weights are invalid.
    """
    pairs = _pairs(styles)
    weights = [weight for _, weight in pairs]
    check_weights(weights)
    engine = StyleTransfer()
    codes = [read_style(engine, style)[0] for style, _ in pairs]
    mixed = engine.space().mix(codes, weights, balance)
    return replace(mixed, label=name) if name else mixed


def mixed_regions(
    engine: StyleTransfer,
    codes: Sequence[StyleCode],
    weights: Sequence[float],
    strength: float = 1.0,
    balance: bool = False,
    layers: Mapping[Layer, StyleCode] | None = None,
    place_masks: Sequence[Image.Image] | None = None,
    fill: bool = False,
) -> list[Region]:
    """Return the regions that the engine paints for a mixture.

    Args:
        engine: that the codes belong to.
        codes: the styles.
        weights: one for each style, as `check_weights` allows.
        strength: from 0 to 1.
        balance: see `blend`.
        layers: the same, as codes.
        place_masks: one for each style, adding up to at most 255 at each place, or None for the same mixture
            everywhere. With masks, a style's weight is its strength there, relative to the greatest weight.
        fill: paint the mixture where the masks leave room.
    """
    space = engine.space()
    layers = layers or {}
    if place_masks is None:
        return [Region(space.layered(space.mix(codes, weights, balance), layers), strength)]
    rest = []
    if fill:
        mixed = space.layered(space.mix(codes, weights, balance), layers)
        rest = [Region(mixed, strength, ImageChops.invert(functools.reduce(ImageChops.add, place_masks)))]
    if balance:
        codes = space.balanced(codes, [1] * len(codes))
    most = max(weights)
    return [
        Region(space.layered(code, layers), strength * max(0.0, weight) / most, mask)
        for code, weight, mask in zip(codes, weights, place_masks)
    ] + rest


def check_weights(weights: Sequence[float]) -> None:
    """Check the weights of a mixture.

    Raises:
        InputError: there are too many or too few, one is out of range, or none is positive.
    """
    if not 1 <= len(weights) <= MOST_STYLES:
        raise InputError("blend.number_of_styles", most=MOST_STYLES)
    for weight in weights:
        check_range("weight", weight, -MOST_WEIGHT, MOST_WEIGHT)
    if not any(weight > 0 for weight in weights):
        raise InputError("blend.all_weights_zero")


def _read_masks(job: PaintingJob, mixture: Mixture) -> list[Image.Image]:
    """Read the masks of a mixture; where they overlap, earlier ones take precedence."""
    read = []
    for number, source in enumerate(mixture.where, 1):
        if source is None:  # a style without a place of its own
            read.append(Image.new("L", job.picture.size))
            continue
        mask = masks.load_mask(source, job.picture.size)
        job.add_ingredient(f"mask_{number}", source, mask)
        read.append(masks.feather(mask, mixture.softness))
    job.settings["softness"] = float(mixture.softness)
    return masks.partition(read)
