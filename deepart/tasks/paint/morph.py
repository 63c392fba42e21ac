"""Morph a picture from one style to the next, as an animation or as a strip."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

from PIL import Image

from deepart.models.style_code import StyleCode, mix
from deepart.options import MorphOptions, PaintOptions, check_range, check_whole, with_options
from deepart.recipes import Source, attach
from deepart.runtime import Progress, run
from deepart.sheets import Cell, contact_sheet
from deepart.tasks.animation import check_animation, write_animation
from deepart.tasks.paint.sheet import SheetJob
from deepart.tasks.paint.transfer import Style

LEAST_STYLES, MOST_STYLES = 2, 6
MOST_CELLS = 20
FPS = 24


@with_options(MorphOptions)
@with_options(PaintOptions)
def morph(
    content: Source,
    styles: Sequence[Style],
    out: str | os.PathLike[str],
    *,
    film: MorphOptions = MorphOptions(),
    side: int = 512,
    options: PaintOptions = PaintOptions(),
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Path:
    """Paint a film of a picture that changes its style, and return `out`.

    Args:
        content: a path, the bytes of a file, or a picture: PIL, or an array (H, W, 3) of uint8.
        styles: from 2 to 6, each as in `deepart.transfer`.
        out: the file to write: .mp4, .gif or .webp; the recipe is its comment.
        film: see `MorphOptions`.
        side: longer side in pixels, at most 512; it replaces the size.
        options: see `PaintOptions`.
        on_progress: called after every frame.

    Raises:
        InputError: a picture cannot be read, a setting is out of its range, or the film would be too large.
        WeightsError: the checkpoint is missing or damaged.
    """
    return run(morph_steps(content, styles, film, side=side, options=options, out=out), on_progress)


def morph_steps(
    content: Source,
    styles: Sequence[Style],
    film: MorphOptions = MorphOptions(),
    *,
    side: int = 512,
    options: PaintOptions = PaintOptions(),
    out: str | os.PathLike[str],
) -> Generator[Progress, None, Path]:
    """Paint the film of a picture that changes its style, as an engine, see `morph`."""
    film.check()
    job = SheetJob("morph", content, side, options)
    ways = len(styles) if film.loop else len(styles) - 1
    total = len(styles) * film.hold + ways * film.frames_between
    check_animation(out, job.plain.size, total)
    named = yield from job.read_styles(styles, LEAST_STYLES, MOST_STYLES)
    job.painting.settings |= film.recipe()
    codes = [style.code for style in named]
    done = 0
    with write_animation(out, FPS, job.painting.recipe().to_json()) as add:
        for code, frames in _schedule(codes + codes[:1] if film.loop else codes, film):
            yield Progress(done, total, "progress.painting")
            painted = job.paint(code, film.strength)
            for _ in range(frames):
                add(painted)
            done += frames
        yield Progress(done, total, "progress.saving")
    return Path(out)


def strip_steps(
    content: Source,
    styles: Sequence[Style],
    cells: int = 7,
    side: int = 224,
    *,
    options: PaintOptions = PaintOptions(),
    strength: float = 1.0,
) -> Generator[Progress, None, Image.Image]:
    """Paint the morph as a strip of pictures next to each other, as an engine; see `morph_steps`.

    Args:
        content: see `morph_steps`.
        styles: from 2 to 6; the first and the last stand at the ends.
        cells: how many pictures, from the number of styles to 20.
        side: longer side of each, in pixels.
        options: see `sheet_steps`.
        strength: strength of the styles, 0 to 1.

    Returns:
        The strip, with its recipe in `info["deepart"]`.
    """
    check_range("strength", strength, 0, 1)
    cells = check_whole("cells", cells, max(LEAST_STYLES, min(len(styles), MOST_STYLES)), MOST_CELLS)
    job = SheetJob("morph", content, side, options)
    named = yield from job.read_styles(styles, LEAST_STYLES, MOST_STYLES)
    job.painting.settings |= {"strength": float(strength), "cells": cells}
    strip = []
    for number in range(cells):
        yield Progress(number, cells, "progress.painting")
        at, share = divmod(number * (len(named) - 1) / (cells - 1), 1)
        here, there = named[int(at)], named[min(int(at) + 1, len(named) - 1)]
        caption = f"{100 * share:.0f} %" if share else here.title
        strip.append(Cell(job.paint(mix([here.code, there.code], [1 - share, share]), strength), caption))
    yield Progress(cells, cells, "progress.painting")
    return attach(contact_sheet(strip, columns=cells), job.painting.recipe())


def _schedule(codes: Sequence[StyleCode], film: MorphOptions) -> Iterator[tuple[StyleCode, int]]:
    """Yield the codes to paint, each with its number of frames.

    In a loop the first code is also the last of `codes`, but is not shown again.
    """
    for here, there in zip(codes, codes[1:]):
        yield here, film.hold
        for frame in range(1, film.frames_between + 1):
            share = _eased(frame / (film.frames_between + 1))
            yield mix([here, there], [1 - share, share]), 1
    if not film.loop:
        yield codes[-1], film.hold


def _eased(share: float) -> float:
    """Ease in and out along half a cosine wave."""
    return (1 - math.cos(math.pi * share)) / 2
