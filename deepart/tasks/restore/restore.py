"""Restore a damaged picture: fill holes, clean, repair colours, extend and enlarge.

`restore` is the short way.  `plan` proposes steps for a picture, and `run_plan` carries them out, edited or not.
`long_wait` estimates the time beforehand.
"""

from __future__ import annotations

import functools
import math
import os
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from PIL import Image

from deepart import runtime
from deepart.images import fit, load_image
from deepart.options import RestoreOptions, with_options
from deepart.recipes import Source
from deepart.runtime import Progress
from deepart.tasks.restore.bundled import LOOKED_SIDE, PATCHED_SIDE, clean_steps
from deepart.tasks.restore.diagnosis import Diagnosis, Step, diagnose, propose
from deepart.tasks.restore.engine import Engine, PipelineOptions, Restoration, run_plan, usual_keep_paint
from deepart.tasks.restore.extend import margins
from deepart.tasks.restore.straighten import find_print, straighten as straightened
from deepart.tasks.tiled import patiently

LONG = 20.0
"""Least seconds of a restoration whose time is announced."""

_TRIED_SIDE = 256  # pixels of the square on which the machine is timed
_NEVER_LONG = 500_000  # cleaned pixels that no machine needs long for
# Time for each pixel, of that for cleaning it, measured on a processor: of "fill" if holes are everywhere, of "extend"
# for what is added, of "enlarge" for each of the picture.
_COST = {"fill": 1.0, "clean": 1.1, "colour": 0.05, "colourise": 0.05, "extend": 14.0}
_ENLARGING = {2: 6.6, 4: 6.9}
_DETECTION = 1.2


@with_options(RestoreOptions, "clean", "upscale")
def restore(
    image: Source,
    mask: Source | None = None,
    *,
    options: RestoreOptions = RestoreOptions(),
    protect: Source | None = None,
    palette: Source | None = None,
    filler: Engine = None,
    cleaner: Engine = None,
    upscaler: Engine = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Image.Image:
    """Fill the holes of a picture, clean it, repair its colours, extend and enlarge it, in this order.

    An empty mask (or none) with `clean` 0 and `upscale` 1 returns the picture exactly as it is.

    Args:
        image: a path, the bytes of a file, or a picture.
        mask: what is missing, white, in the picture's proportions; or "detect" for damage that is found automatically;
            None for nothing.
        options: see `RestoreOptions`.
        protect: where nothing is changed: a picture, white for yes.
        palette: a picture, such as a painting, whose colours `colourise` should use; None for likely colours.
        filler: a restorer of the Hub to fill with; None for the bundled one.
        cleaner: a restorer of the Hub to clean with; one for faces repairs those that are found.
        upscaler: a restorer of the Hub to enlarge with.
        on_progress: called after every step.

    Returns:
        The restored picture, with its recipe in `info["deepart"]`; RGBA if the input is partly transparent, grey if it
        is grey.

    Raises:
        InputError: a picture cannot be read, or a setting is out of its range.
        WeightsError: a checkpoint is missing or damaged.
    """
    pipeline = PipelineOptions(protect=protect, palette=palette, inpainter=filler, denoiser=cleaner, upscaler=upscaler)
    return runtime.run(restore_steps(image, mask, options, pipeline), on_progress).after


def restore_steps(
    image: Source,
    mask: Source | None = None,
    options: RestoreOptions = RestoreOptions(),
    pipeline: PipelineOptions = PipelineOptions(),
) -> Generator[Progress, None, Restoration]:
    """Restore a picture as an engine: yields `Progress`, returns the `Restoration`; see `restore`.

    `look`, `keep_paint`, `extend` and `size` of `options` replace those of `pipeline`.
    """
    options.check()
    pipeline = replace(
        pipeline, look=options.look, keep_paint=options.keep_paint, extend=options.extend, size=options.size
    )
    detect = options.detect or options.damage != "leave"
    only_sure = options.damage == "ask" and not options.detect
    measured = "auto" in (options.clean, options.colour)
    if options.straighten or measured:
        picture = load_image(image)
    if options.straighten:
        corners = yield from patiently(partial(find_print, picture), Progress(0, 1, "progress.diagnosing"))
        pipeline = replace(pipeline, corners=corners)
    proposed: dict[str, Step] = {}
    if measured:
        if pipeline.corners is not None:
            picture = straightened(picture, pipeline.corners)
        small = fit(picture, options.size)  # has none of the file's traces
        work = partial(plan, small, None if small is not picture or isinstance(image, Image.Image) else image)
        found, steps = yield from patiently(work, Progress(0, 1, "progress.diagnosing"))
        proposed = {step.action: step for step in steps}
        if pipeline.keep_paint is None:
            pipeline = replace(pipeline, keep_paint=usual_keep_paint(found))
    elif pipeline.keep_paint is None:
        pipeline = replace(pipeline, keep_paint=0.0)

    steps = steps_of(options, mask is not None, proposed)
    if isinstance(mask, str) and mask == "detect":
        mask = None
    return (yield from run_plan(image, steps, mask, pipeline, detect=detect, only_sure=only_sure))


def steps_of(options: RestoreOptions, has_mask: bool, proposed: Mapping[str, Step]) -> list[Step]:
    """Return the steps, in order.

    Args:
        options: see `RestoreOptions`.
        has_mask: whether there is a mask of what to fill.
        proposed: the proposed steps for strengths that are "auto", by action.
    """
    steps = [Step("fill")] if has_mask or options.detect or options.damage != "leave" else []
    for action, strength in (("clean", options.clean), ("colour", options.colour)):
        if strength != "auto":
            steps.append(Step(action, strength))
        elif action in proposed:
            steps.append(proposed[action])
    if options.colourise > 0:
        steps.append(Step("colourise", options.colourise))
    if options.extend:
        steps.append(Step("extend"))
    if options.upscale > 1:
        steps.append(Step("enlarge", scale=int(options.upscale)))
    return steps


def plan(
    picture: Source, file: str | os.PathLike[str] | bytes | None = None, damage: Image.Image | None = None
) -> tuple[Diagnosis, tuple[Step, ...]]:
    """Measure the faults of a picture and propose steps, in about a third of a second.

    Args:
        picture: a path, the bytes of a file, or a picture.
        file: that the picture came from, if `picture` is none; it tells the quality of a JPEG.
        damage: mask "L" of its damaged places, as `bundled.detection_steps` returns it.

    Raises:
        InputError: the picture cannot be read.
    """
    if file is None and not isinstance(picture, Image.Image):
        file = picture
    found = diagnose(load_image(picture), damage=damage, file=file)
    return found, propose(found)


# --- how long it takes ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LongWait:
    """The estimate for a restoration that takes at least `LONG` seconds."""

    size: tuple[int, int]
    """Width and height of the picture that is restored."""
    seconds: float
    side: int
    """The largest offered size at which it takes less, or the smallest; 0 if none is smaller."""
    less: float
    """Seconds at that size."""


def long_wait(size: tuple[int, int], steps: Sequence[Step], options: RestoreOptions) -> LongWait | None:
    """Estimate how long steps will take; None if less than `LONG`.

    Args:
        size: of the picture, (w, h).
        steps: the steps, in order.
        options: whose `size`, `extend` and `detect` are used.

    Raises:
        InputError: the picture cannot be extended so.
        WeightsError: the checkpoint for timing the machine is missing or damaged.
    """

    def work_at(side: int | None) -> tuple[tuple[int, int], float]:
        scale = min(1.0, side / max(size)) if side else 1.0
        small = round(scale * size[0]), round(scale * size[1])
        return small, cleaned_pixels(small, steps, options)

    restored, work = work_at(options.size)
    if work < _NEVER_LONG or work * seconds_per_pixel() < LONG:
        return None
    side, less = 0, 0.0
    for offered in sorted(RestoreOptions.settings()["size"].offered, reverse=True):
        if offered < max(restored):
            side, less = offered, work_at(offered)[1] * seconds_per_pixel()
            if less < LONG:
                break
    return LongWait(restored, work * seconds_per_pixel(), side, less)


def cleaned_pixels(size: tuple[int, int], steps: Sequence[Step], options: RestoreOptions) -> float:
    """Return the time of steps in numbers of cleaned pixels; see `long_wait`."""
    pixels, cost = math.prod(size), 0.0
    if options.detect or options.damage != "leave":
        cost += _DETECTION * min(1.0, LOOKED_SIDE / max(size)) ** 2 * pixels
    for step in steps:
        if step.action == "enlarge":
            cost += _ENLARGING[step.scale] * pixels
        elif step.action == "extend":
            left, above, right, below = margins(options.extend, size)
            wide = left + size[0] + right, above + size[1] + below
            added = math.prod(wide) - pixels
            cost += _COST["extend"] * min(1.0, PATCHED_SIDE / max(wide)) ** 2 * added
            pixels += added
        else:
            cost += _COST[step.action] * pixels
    return cost


@functools.cache
def seconds_per_pixel() -> float:
    """Return the seconds that cleaning takes per pixel on this machine, measured once per process.

    Raises:
        WeightsError: the checkpoint is missing or damaged.
    """
    square = Image.fromarray(np.random.default_rng(0).integers(0, 256, (_TRIED_SIDE, _TRIED_SIDE, 3), np.uint8))
    runtime.run(clean_steps(square))  # the first run loads and allocates
    started = time.perf_counter()
    runtime.run(clean_steps(square))
    return (time.perf_counter() - started) / _TRIED_SIDE**2
