"""A film in, the same film painted out: every frame in one style, steadily, with its sound.

Each frame is painted with the normalisations that were measured on some of all of them together, so that what does
not move is painted alike from frame to frame.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from pathlib import Path

from deepart.options import ColourMode, PaintOptions, check_range, check_whole
from deepart.runtime import Progress, run
from deepart.tasks.animation import check_animation, write_animation
from deepart.tasks.films import Film, open_film
from deepart.tasks.paint.transfer import PaintingJob, Style

LEAST_SIDE, SIDE, MOST_SIDE = 128, 480, 720
"""Longer side of the frames in pixels: the least, the usual, and the most."""

_SAMPLES = 6  # frames that are measured together
_PREVIEWED = 12  # every so many frames one is shown


def film(
    content: str | os.PathLike[str],
    style: Style,
    out: str | os.PathLike[str],
    strength: float = 1.0,
    *,
    side: int = SIDE,
    colour: ColourMode = "style",
    contrast: float = 1.0,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Path:
    """Paint a film in the style of a picture, and return `out`.

    Args:
        content: an MP4, MOV or WebM, or an animated GIF or WebP, of up to 20 seconds.
        style: see `deepart.transfer`.
        out: the file to write: .mp4, which keeps the sound, .gif or .webp; the recipe is its comment.
        strength: 0 leaves the film as it is, 1 is the full style.
        side: longer side of the frames in pixels, 128 to 720; frames are never enlarged.
        colour: see `deepart.transfer`.
        contrast: see `deepart.transfer`.
        on_progress: told of every frame.

    Raises:
        InputError: the film or the style cannot be read, the film is too long or too large, or a setting is out of
            its range.
        WeightsError: the checkpoint is missing or damaged.
    """
    options = PaintOptions(colour=colour, contrast=contrast)
    return run(film_steps(content, style, strength, out=out, side=side, options=options), on_progress)


def film_steps(
    content: str | os.PathLike[str],
    style: Style,
    strength: float = 1.0,
    *,
    out: str | os.PathLike[str],
    side: int = SIDE,
    options: PaintOptions = PaintOptions(),
) -> Generator[Progress, None, Path]:
    """Paint a film, as an engine: yields `Progress`, with some frames as previews, and returns `out`.

    Args:
        content, style, strength, out, side: see `film`.
        options: of which colour and contrast hold for films.

    Raises:
        InputError, WeightsError: see `film`.
    """
    check_range("strength", strength, 0, 1)
    side = check_whole("side", side, LEAST_SIDE, MOST_SIDE)
    options = PaintOptions(colour=options.colour, contrast=options.contrast, protect_faces=0)
    options.check()
    yield Progress(0, 1, "progress.reading_film")
    source = open_film(content)
    size, count = _painted_size(source, side), source.num_frames
    check_animation(out, size, count)
    every, samples = max(1, count // _SAMPLES), []
    for number, frame in enumerate(source.frames(size)):
        if number % every == every // 2:
            samples.append(frame)
        yield Progress(number, count, "progress.reading_film")
    job = PaintingJob("film", samples[0], options, scales_brush=False)
    yield Progress(0, count, "progress.reading_style")
    code = job.read_style("style", style)
    job.settings |= {"strength": float(strength), "side": side, "frames": count, "fps": source.fps}
    steady = yield from job.engine.steady(samples, code, strength)
    before, painted = None, None
    with source.sound() as sound, write_animation(out, source.fps, job.recipe().to_json(), sound) as add:
        for number, frame in enumerate(source.frames(size)):
            if frame is not before:
                before, painted = frame, steady.paint(frame, options)
            add(painted)
            yield Progress(number + 1, count, "progress.painting", painted if number % _PREVIEWED == 0 else None)
        yield Progress(count, count, "progress.saving")
    return Path(out)


def _painted_size(source: Film, side: int) -> tuple[int, int]:
    """Return the size of the painted frames: even sides, as an MP4 wants them."""
    scale = min(1.0, side / max(source.size))
    width, height = (max(16, round(length * scale / 2) * 2) for length in source.size)
    return width, height
