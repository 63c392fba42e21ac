"""Paint a picture in a mixture of several styles."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Union

from PIL import Image

from deepart import runtime
from deepart.errors import InputError
from deepart.recipes import Source
from deepart.runtime import Progress
from deepart.tasks.colour import ColourMode
from deepart.tasks.transfer import Style, check_range, painting_steps

MOST_STYLES = 6
MOST_WEIGHT = 1000

Weights = Union[Mapping[Style, float], Iterable[tuple[Style, float]]]
"""Styles with their weights; only the proportions of the weights count."""


def blend(
    content: Source,
    styles: Weights,
    strength: float = 1.0,
    *,
    size: int | None = None,
    colour: ColourMode = "style",
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Image.Image:
    """Repaint `content` in a mixture of styles.

    With a single style, or with weights of 0 for all but one, it is `deepart.transfer` bit for bit; the
    order of the styles does not matter.

    Args:
        content: a path, the bytes of a file, or a picture.
        styles: from 1 to 6 styles, each as in `deepart.transfer`, and their weights, 0 or more.
        strength: see `deepart.transfer`.
        size: the same.
        colour: the same.
        on_progress: told of every step.

    Returns:
        The painting, with its recipe in `info["deepart"]`.

    Raises:
        InputError: a picture cannot be read, or a setting is out of its range.
        WeightsError: the checkpoint is missing or damaged.
    """
    return runtime.run(blend_steps(content, styles, strength, size, colour), on_progress)


def blend_steps(
    content: Source,
    styles: Weights,
    strength: float = 1.0,
    size: int | None = None,
    colour: ColourMode = "style",
) -> Generator[Progress, None, Image.Image]:
    """The same as `blend`, as an engine: yields `Progress`, returns the painting."""
    pairs = list(styles.items() if isinstance(styles, Mapping) else styles)
    if not 1 <= len(pairs) <= MOST_STYLES:
        raise InputError("blend.number_of_styles", most=MOST_STYLES)
    for _, weight in pairs:
        check_range("weight", weight, 0, MOST_WEIGHT)
    if not any(weight for _, weight in pairs):
        raise InputError("blend.all_weights_zero")
    return (yield from painting_steps("blend", content, pairs, strength, size, colour))
