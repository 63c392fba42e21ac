"""Paint a film: every frame in one style, without flicker, with the sound kept.

All frames are painted with normalisations that were measured on some frames together, so that still parts look the same
from frame to frame.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from pathlib import Path

from deepart.options import FilmOptions, PaintOptions, with_options
from deepart.runtime import Progress, run
from deepart.tasks.animation import check_animation, write_animation
from deepart.tasks.films import Film, open_film
from deepart.tasks.paint.transfer import PaintingJob, Style

_SAMPLES = 6  # frames that are measured together
_PREVIEWED = 12  # every so many frames one is shown


@with_options(FilmOptions, "strength")
def film(
    content: str | os.PathLike[str],
    style: Style,
    out: str | os.PathLike[str],
    *,
    options: FilmOptions = FilmOptions(),
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Path:
    """Paint a film in the style of a picture, and return `out`.

    Args:
        content: an MP4, MOV or WebM, or an animated GIF or WebP, of up to 20 seconds.
        style: see `deepart.transfer`.
        out: the file to write: .mp4, which keeps the sound, .gif or .webp; the recipe is its comment.
        options: see `FilmOptions`.
        on_progress: called after every frame.

    Raises:
        InputError: the film or the style cannot be read, the film is too long or too large, or a setting is out of
            its range.
        WeightsError: the checkpoint is missing or damaged.
    """
    return run(film_steps(content, style, options, out=out), on_progress)


def film_steps(
    content: str | os.PathLike[str], style: Style, options: FilmOptions = FilmOptions(), *, out: str | os.PathLike[str]
) -> Generator[Progress, None, Path]:
    """Paint a film, as an engine: yields `Progress`, with some frames as previews, and returns `out`.

    Args:
        content, style, options, out: see `film`.

    Raises:
        InputError, WeightsError: see `film`.
    """
    options.check()
    yield Progress(0, 1, "progress.reading_film")
    source = open_film(content)
    size, count = _painted_size(source, options.side), source.num_frames
    check_animation(out, size, count)
    every, samples = max(1, count // _SAMPLES), []
    for number, frame in enumerate(source.frames(size)):
        if number % every == every // 2:
            samples.append(frame)
        yield Progress(number, count, "progress.reading_film")
    finish = PaintOptions(colour=options.colour, contrast=options.contrast, protect_faces=0)
    job = PaintingJob("film", samples[0], finish, scales_brush=False)
    yield Progress(0, count, "progress.reading_style")
    code = job.read_style("style", style)
    job.settings |= options.recipe() | {"frames": count, "fps": source.fps}
    steady = yield from job.engine.steady(samples, code, options.strength)
    before, painted = None, None
    with source.sound() as sound, write_animation(out, source.fps, job.recipe().to_json(), sound) as add:
        for number, frame in enumerate(source.frames(size)):
            if frame is not before:
                before, painted = frame, steady.paint(frame, finish)
            add(painted)
            yield Progress(number + 1, count, "progress.painting", painted if number % _PREVIEWED == 0 else None)
        yield Progress(count, count, "progress.saving")
    return Path(out)


def _painted_size(source: Film, side: int) -> tuple[int, int]:
    """Return the size of the painted frames, with even sides, which MP4 requires."""
    scale = min(1.0, side / max(source.size))
    width, height = (max(16, round(length * scale / 2) * 2) for length in source.size)
    return width, height
