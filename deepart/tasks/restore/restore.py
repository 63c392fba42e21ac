"""Restore a damaged picture: fill its holes, clean it, bring its colours back, extend and enlarge it.

`restore` is the short way.  `plan` says what a picture needs, and `run_plan` does it step by step, edited or not.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from dataclasses import replace
from functools import partial
from typing import Literal

from PIL import Image

from deepart import runtime
from deepart.errors import InputError
from deepart.images import load_image
from deepart.recipes import Source
from deepart.runtime import Progress
from deepart.tasks.restore.bundled import SCALES, Look, detection_steps
from deepart.tasks.restore.damage_judgement import ANSWERS, Answer
from deepart.tasks.restore.diagnosis import Diagnosis, Step, diagnose, propose
from deepart.tasks.restore.engine import Engine, Manner, Restoration, run_plan, usual_keep_paint
from deepart.tasks.restore.straighten import find_print
from deepart.tasks.restore.straighten import straighten as straightened
from deepart.tasks.tiled import patiently


def restore(
    image: Source,
    mask: Source | None = None,
    clean: float | Literal["auto"] = "auto",
    upscale: int = 1,
    *,
    look: Look = "faithful",
    keep_paint: float | None = None,
    colour: float | Literal["auto"] = 0.0,
    detect: bool = False,
    damage: Answer = "leave",
    straighten: bool = False,
    extend: str = "",
    protect: Source | None = None,
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
        clean: from 0 to 1, how much of its noise, JPEG blocks and softness to take away; "auto" measures how much
            is good for it, which may be nothing.
        upscale: 1, 2 or 4 times as large.
        look: of what is enlarged: "faithful", or "crisp" with fine detail that may not have been there.
        keep_paint: from 0 to 1, how much of its canvas and brush strokes a cleaned picture gets back; by default
            what is usual if `clean` is "auto", and else nothing.
        colour: from 0 to 1, how much of a yellowed varnish and of fading to undo; "auto" measures it.
        detect: fill the damage that is found besides what `mask` marks; the same as `damage="fill"`.
        damage: what to do about damage: "fill" all that is found, "ask" about what may be meant and fill only what
            surely is damage (the recipe says how much was not, as "unsure"), or "leave" it.
        straighten: undo the perspective first if the picture shows a print that was photographed askew; masks are
            of the picture as it is given.
        extend: how far to go on beyond the frame: an aspect ratio such as "16:9", or percentages to add left, above,
            right and below, such as "25,0,25,0"; at most 50 at a side.
        protect: where to change nothing: a picture, white for yes.
        filler: a restorer of the Hub to fill with; None for the bundled one.
        cleaner: the same for cleaning; one for faces repairs those that are found.
        upscaler: the same for enlarging.
        on_progress: told of every step.

    Returns:
        The restored picture, with its recipe in `info["deepart"]`; RGBA if it came partly transparent, grey if it
        came grey.

    Raises:
        InputError: a picture cannot be read, or a setting is out of its range.
        WeightsError: a checkpoint is missing or damaged.
    """
    manner = Manner(look, keep_paint, protect, filler, cleaner, upscaler, extend=extend)
    return runtime.run(
        restore_steps(
            image, mask, clean, upscale, manner, colour=colour, detect=detect, damage=damage, straighten=straighten
        ),
        on_progress,
    ).after


def restore_steps(
    image: Source,
    mask: Source | None = None,
    clean: float | Literal["auto"] = "auto",
    upscale: int = 1,
    manner: Manner = Manner(),
    *,
    colour: float | Literal["auto"] = 0.0,
    detect: bool = False,
    damage: Answer = "leave",
    straighten: bool = False,
) -> Generator[Progress, None, Restoration]:
    """The same as `restore`, as an engine: yields `Progress`, returns the `Restoration`."""
    if upscale not in (1, *SCALES):
        raise InputError("setting.choice", name="upscale", choices=", ".join(map(str, (1, *SCALES))))
    upscale = int(upscale)
    if damage not in ANSWERS:
        raise InputError("setting.choice", name="damage", choices=", ".join(ANSWERS))
    only_sure, detect = damage == "ask" and not detect, detect or damage != "leave"
    strengths = {"clean": clean, "colour": colour}
    measured = "auto" in strengths.values()
    if straighten or measured:
        picture = load_image(image)
    if straighten:
        corners = yield from patiently(partial(find_print, picture), Progress(0, 1, "progress.diagnosing"))
        manner = replace(manner, corners=corners)
    proposed: dict[str, Step] = {}
    if measured:
        if manner.corners is not None:
            picture = straightened(picture, manner.corners)
        work = partial(plan, picture, None if isinstance(image, Image.Image) else image)
        found, steps = yield from patiently(work, Progress(0, 1, "progress.diagnosing"))
        proposed = {step.action: step for step in steps}
        if manner.keep_paint is None:
            manner = replace(manner, keep_paint=usual_keep_paint(found))
    elif manner.keep_paint is None:
        manner = replace(manner, keep_paint=0.0)

    steps = [Step("fill")] if detect or mask is not None else []
    for action, strength in strengths.items():
        if strength != "auto":
            steps.append(Step(action, strength))
        elif action in proposed:
            steps.append(proposed[action])
    if manner.extend:
        steps.append(Step("extend"))
    if upscale > 1:
        steps.append(Step("enlarge", scale=upscale))
    if isinstance(mask, str) and mask == "detect":
        mask = None
    return (yield from run_plan(image, steps, mask, manner, detect=detect, only_sure=only_sure))


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
