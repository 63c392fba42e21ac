"""Restore a damaged picture: fill its holes, clean it, bring its colours back, extend and enlarge it.

`restore` is the short way.  `plan` says what a picture needs, and `run_plan` does it step by step, edited or not.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from dataclasses import replace
from functools import partial

from PIL import Image

from deepart import runtime
from deepart.images import load_image
from deepart.options import RestoreOptions, with_options
from deepart.recipes import Source
from deepart.runtime import Progress
from deepart.tasks.restore.bundled import detection_steps
from deepart.tasks.restore.diagnosis import Diagnosis, Step, diagnose, propose
from deepart.tasks.restore.engine import Engine, PipelineOptions, Restoration, run_plan, usual_keep_paint
from deepart.tasks.restore.straighten import find_print
from deepart.tasks.restore.straighten import straighten as straightened
from deepart.tasks.tiled import patiently


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
    """Fill the holes of a picture, clean it, bring its colours back, extend and enlarge it, in this order.

    An empty mask (or none) with `clean` 0 and `upscale` 1 returns the picture exactly as it is.

    Args:
        image: a path, the bytes of a file, or a picture.
        mask: what is missing: the same, white for yes, in the picture's proportions; or "detect" for the damage
            that is found automatically; None if nothing is.
        options: see `RestoreOptions`.
        protect: where to change nothing: a picture, white for yes.
        palette: a picture, such as a painting, whose colours `colourise` should use; None for those that are likely.
        filler: a restorer of the Hub to fill with; None for the bundled one.
        cleaner: a restorer of the Hub to clean with; one for faces repairs those that are found.
        upscaler: a restorer of the Hub to enlarge with.
        on_progress: told of every step.

    Returns:
        The restored picture, with its recipe in `info["deepart"]`; RGBA if it came partly transparent, grey if it
        came grey.

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

    `look`, `keep_paint` and `extend` of `options` take the place of those of `pipeline`.
    """
    options.check()
    pipeline = replace(pipeline, look=options.look, keep_paint=options.keep_paint, extend=options.extend)
    detect = options.detect or options.damage != "leave"
    only_sure = options.damage == "ask" and not options.detect
    strengths = {"clean": options.clean, "colour": options.colour}
    measured = "auto" in strengths.values()
    if options.straighten or measured:
        picture = load_image(image)
    if options.straighten:
        corners = yield from patiently(partial(find_print, picture), Progress(0, 1, "progress.diagnosing"))
        pipeline = replace(pipeline, corners=corners)
    proposed: dict[str, Step] = {}
    if measured:
        if pipeline.corners is not None:
            picture = straightened(picture, pipeline.corners)
        work = partial(plan, picture, None if isinstance(image, Image.Image) else image)
        found, steps = yield from patiently(work, Progress(0, 1, "progress.diagnosing"))
        proposed = {step.action: step for step in steps}
        if pipeline.keep_paint is None:
            pipeline = replace(pipeline, keep_paint=usual_keep_paint(found))
    elif pipeline.keep_paint is None:
        pipeline = replace(pipeline, keep_paint=0.0)

    steps = [Step("fill")] if detect or mask is not None else []
    for action, strength in strengths.items():
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
    if isinstance(mask, str) and mask == "detect":
        mask = None
    return (yield from run_plan(image, steps, mask, pipeline, detect=detect, only_sure=only_sure))


def plan(
    picture: Source, file: str | os.PathLike[str] | bytes | None = None, damage: Image.Image | None = None
) -> tuple[Diagnosis, tuple[Step, ...]]:
    """Measure what is wrong with a picture, and propose what to do: about a third of a second.

    Args:
        picture: a path, the bytes of a file, or a picture.
        file: that the picture came from, if `picture` is none; it tells the quality of a JPEG.
        damage: mask "L" of its damaged places, as `detect_damage` finds them.

    Raises:
        InputError: the picture cannot be read.
    """
    if file is None and not isinstance(picture, Image.Image):
        file = picture
    found = diagnose(load_image(picture), damage=damage, file=file)
    return found, propose(found)


def detect_damage(picture: Source, on_progress: Callable[[Progress], None] = lambda progress: None) -> Image.Image:
    """Return a mask "L" of the scratches, cracks, dust, tears and stains of a picture, 255 where they are.

    Raises:
        InputError: the picture cannot be read.
        WeightsError: the checkpoint is missing or damaged.
    """
    return runtime.run(detection_steps(load_image(picture)), on_progress)
