"""Commands that paint one picture in many styles: `sheet`, and `morph` into a film or a strip."""

from __future__ import annotations

import argparse
import time
from collections.abc import Generator

from deepart.commands.console import add_command, add_options, add_output, progress_line, write_picture
from deepart.options import MorphOptions, PaintOptions


def add_to(commands) -> None:
    """Register the commands."""
    sheet = add_command(
        commands,
        "sheet",
        _sheet,
        "paint a picture in many styles, or at several strengths, on one sheet",
        """\
        python -m deepart sheet photo.jpg -o sheet.png
        python -m deepart sheet photo.jpg --styles udnie my-painting.jpg --strengths 0.25 0.5 0.75 1 -o sheet.png
        """,
    )
    sheet.add_argument("content", help="the picture to paint")
    add_output(sheet, "PNG file to write", ".png")
    sheet.add_argument("--styles", nargs="+", metavar="STYLE", help="pictures or styles of the gallery; default: all")
    sheet.add_argument("--strengths", type=float, nargs="+", metavar="STRENGTH", help="strengths, a column for each")
    sheet.add_argument("--side", type=int, default=256, help="longer side of each picture in pixels; default 256")
    add_options(sheet, PaintOptions, without=("size",))

    morph = add_command(
        commands,
        "morph",
        _morph,
        "paint a film, or a strip, of a picture that changes its style",
        """\
        python -m deepart morph photo.jpg starry-night the-scream great-wave -o film.mp4
        python -m deepart morph photo.jpg udnie my-painting.jpg --frames 12 --side 320 --loop -o film.gif
        python -m deepart morph photo.jpg starry-night the-scream --cells 9 -o strip.png
        """,
    )
    morph.add_argument("content", help="the picture to paint")
    morph.add_argument("styles", nargs="+", metavar="STYLE", help="2 to 6 pictures or styles of the gallery")
    add_output(morph, "file to write: .mp4, .gif, .webp, or .png", ".mp4", ".gif", ".webp", ".png")
    add_options(morph, MorphOptions, frames_between="--frames")
    morph.add_argument("--cells", type=int, default=7, help="number of pictures of a strip; default 7")
    morph.add_argument("--side", type=int, help="longer side in pixels; default 512, or 224 in a strip")
    add_options(morph, PaintOptions, without=("size",))


def _sheet(options: argparse.Namespace) -> None:
    from deepart.tasks.paint.gallery import named_styles
    from deepart.tasks.paint.sheet import sheet_steps, sweep_steps
    from deepart.tasks.paint.transfer import DEFAULT_CHECKPOINT

    settings = PaintOptions.read(vars(options) | {"size": None})
    styles = options.styles or list(named_styles(DEFAULT_CHECKPOINT))
    if options.strengths:
        _save_sheet(options, sweep_steps(options.content, styles, options.strengths, options.side, settings))
    else:
        _save_sheet(options, sheet_steps(options.content, styles, 1.0, options.side, settings))


def _morph(options: argparse.Namespace) -> None:
    from deepart.runtime import run
    from deepart.tasks.paint.morph import morph_steps, strip_steps

    settings = PaintOptions.read(vars(options) | {"size": None})
    if options.output.suffix.lower() == ".png":
        side = options.side or 224
        shared = {"options": settings, "strength": options.strength}
        _save_sheet(options, strip_steps(options.content, options.styles, options.cells, side, **shared))
        return
    started = time.perf_counter()
    film, side = MorphOptions.read(vars(options)), options.side or 512
    steps = morph_steps(options.content, options.styles, film, side=side, options=settings, out=options.output)
    run(steps, progress_line())
    print(f"{options.output}: painted in {time.perf_counter() - started:.1f} s")


def _save_sheet(options: argparse.Namespace, steps: Generator) -> None:
    from deepart.runtime import run

    started = time.perf_counter()
    write_picture(run(steps, progress_line()), options.output, started)
