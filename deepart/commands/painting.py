"""Commands that paint: `transfer`, `blend`, `mix`, `fit`, `refine`, `batch` for many pictures and `film` for films."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from deepart.commands.console import (
    add_command,
    add_options,
    add_output,
    pictures_of,
    progress_line,
    report_batch,
    write_picture,
)
from deepart.options import FilmOptions, FitOptions, PaintOptions, RefineOptions


def add_to(commands) -> None:
    """Register the commands."""
    _add_transfer(commands)
    _add_blend(commands)
    _add_mix(commands)
    _add_fit(commands)
    _add_refine(commands)
    _add_batch(commands)
    _add_film(commands)


def _add_transfer(commands) -> None:
    transfer = add_command(
        commands,
        "transfer",
        _transfer,
        "repaint a picture in the style of another",
        """\
        python -m deepart transfer photo.jpg starry-night -o painting.png
        python -m deepart transfer photo.jpg my-painting.jpg --strength 0.7 --size 1600 -o painting.png
        python -m deepart transfer photo.jpg the-scream --colour luminance -o painting.png
        python -m deepart transfer photo.jpg udnie --mask subject --outside great-wave --brush 1 -o painting.png
        """,
    )
    transfer.add_argument("content", help="the picture to paint")
    transfer.add_argument("style", help="a picture, or a style of the gallery (see: python -m deepart styles)")
    _painting_options(transfer)
    _softness_option(transfer)
    transfer.add_argument("--mask", help="where to paint: a picture, white for yes, or subject, background or faces")
    transfer.add_argument(
        "--outside", metavar="STYLE", help="another style for the rest; by default it stays unchanged"
    )
    transfer.add_argument("--outside-strength", type=float, default=1.0, help="strength of that style, 0 to 1")


def _add_blend(commands) -> None:
    blend = add_command(
        commands,
        "blend",
        _blend,
        "repaint a picture in a mixture of styles",
        """\
        python -m deepart blend photo.jpg starry-night:0.6 the-scream:0.4 -o painting.png
        python -m deepart blend photo.jpg my-painting.jpg:2 great-wave udnie -o painting.png
        python -m deepart blend photo.jpg starry-night the-scream --where left-right -o painting.png
        python -m deepart blend photo.jpg great-wave --palette the-scream --texture udnie -o painting.png
        """,
    )
    blend.add_argument("content", help="the picture to paint")
    blend.add_argument("styles", nargs="+", metavar="STYLE[:WEIGHT]", help="a picture or a style of the gallery")
    _painting_options(blend)
    _softness_option(blend)
    blend.add_argument("--balance", action="store_true", help="let no style drown out the others")
    for layer in ("palette", "texture", "shapes"):
        blend.add_argument(f"--{layer}", metavar="STYLE", help=f"take the {layer} from this style")
    places = blend.add_mutually_exclusive_group()
    places.add_argument(
        "--where",
        choices=["left-right", "top-bottom", "diagonal", "centre-edge"],
        help="go from the first style to the last across the picture",
    )
    places.add_argument("--masks", nargs="+", metavar="MASK", help="where each style goes: pictures, white for yes")


def _add_fit(commands) -> None:
    fit = add_command(
        commands,
        "fit",
        _fit,
        "fit a style to pictures, for better paintings in it, and save it",
        """\
        python -m deepart fit my-painting.jpg -o mine.deepart-style.json
        python -m deepart fit works/*.jpg --name "After her manner" -o hers.deepart-style.json
        python -m deepart fit poster.png --crop 0 0 0.5 1 -o left.deepart-style.json
        """,
    )
    fit.add_argument("styles", nargs="+", help="pictures of one style")
    fit.add_argument(
        "--crop",
        type=float,
        nargs=4,
        metavar=("LEFT", "TOP", "RIGHT", "BOTTOM"),
        help="the part of each picture that counts, edges from 0 to 1",
    )
    fit.add_argument("--name", help="of the style")
    add_options(fit, FitOptions)
    fit.add_argument(
        "--checkpoint", help="perceptual network; default: VGG-19 once downloaded, otherwise the bundled one"
    )
    add_output(fit, "the file to write, .json", ".json")


def _fit(options: argparse.Namespace) -> None:
    from deepart.tasks.paint.fit import fit
    from deepart.tasks.paint.style_files import save_style

    settings = {"crop": options.crop, "name": options.name, **asdict(FitOptions.read(vars(options)))}
    code = fit(options.styles, checkpoint=options.checkpoint, on_progress=progress_line(), **settings)
    save_style(code, options.output)
    print(options.output)


def _add_mix(commands) -> None:
    mix = add_command(
        commands,
        "mix",
        _mix,
        "save a mixture of styles as a style of its own",
        """\
        python -m deepart mix starry-night:0.6 the-scream:0.4 --name "Night scream" -o night.deepart-style.json
        python -m deepart transfer photo.jpg night.deepart-style.json -o painting.png
        """,
    )
    mix.add_argument("styles", nargs="+", metavar="STYLE[:WEIGHT]", help="a picture or a style of the gallery")
    mix.add_argument("--balance", action="store_true", help="let no style drown out the others")
    mix.add_argument("--name", help="name of the new style; default: the names of its parts")
    add_output(mix, "the file to write, .json", ".json")


def _add_refine(commands) -> None:
    refine = add_command(
        commands,
        "refine",
        _refine,
        "repaint a picture in the style of another with more care: slower, with finer strokes",
        """\
        python -m deepart refine photo.jpg starry-night -o painting.png
        python -m deepart refine photo.jpg my-painting.jpg --start painted.png --beta 5 -o painting.png
        """,
    )
    refine.add_argument("content", help="the picture to paint")
    refine.add_argument("style", help="a picture, or a style of the gallery, or a saved one")
    add_output(refine, "PNG file to write", ".png")
    refine.add_argument("--start", help="a painting of the picture to start from; default: the one by transfer")
    add_options(refine, RefineOptions)
    refine.add_argument("--size", type=int, help="longer side in pixels; default: the picture's own")
    refine.add_argument(
        "--checkpoint", help="perceptual network; default: VGG-19 once downloaded, otherwise the bundled one"
    )


def _add_batch(commands) -> None:
    batch = add_command(
        commands,
        "batch",
        _batch,
        "repaint many pictures in one style, into a zip archive",
        """\
        python -m deepart batch holiday/ --style starry-night --size 1600 -o painted.zip
        python -m deepart batch a.jpg b.jpg more.zip --style my-painting.jpg --strength 0.7 -o painted.zip
        """,
    )
    batch.add_argument("sources", type=Path, nargs="+", metavar="FILE", help="pictures, folders or zip archives")
    batch.add_argument("--style", required=True, help="a picture, or a style of the gallery")
    _painting_options(batch, ".zip", "zip archive to write")


def _add_film(commands) -> None:
    film = add_command(
        commands,
        "film",
        _film,
        "repaint a film of up to 20 seconds, without flicker, with its sound",
        """\
        python -m deepart film clip.mp4 starry-night -o painted.mp4
        python -m deepart film cat.gif my-painting.jpg --side 320 --strength 0.8 -o painted.webp
        """,
    )
    film.add_argument("content", help="an MP4, MOV, WebM, or an animated GIF or WebP")
    film.add_argument("style", help="a picture, or a style of the gallery (see: python -m deepart styles)")
    add_output(film, "file to write: .mp4, which keeps the sound, .gif or .webp", ".mp4", ".gif", ".webp")
    add_options(film, FilmOptions)


def _painting_options(
    command: argparse.ArgumentParser, ending: str = ".png", output: str = "PNG file to write"
) -> None:
    add_output(command, output, ending)
    command.add_argument("--strength", type=float, default=1.0, help="0 leaves the picture unchanged; default 1")
    add_options(command, PaintOptions)


def _softness_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--softness",
        type=float,
        default=0.02,
        help="softness of the masks' edges, as a share of the picture's shorter side",
    )


def _transfer(options: argparse.Namespace) -> None:
    from deepart.tasks.paint.transfer import transfer

    _paint(
        options,
        transfer,
        options.style,
        mask=options.mask,
        softness=options.softness,
        outside=options.outside,
        outside_strength=options.outside_strength,
    )


def _blend(options: argparse.Namespace) -> None:
    from deepart.tasks.paint.blend import blend

    layers = {"palette": options.palette, "texture": options.texture, "shapes": options.shapes}
    _paint(
        options,
        blend,
        [_style_and_weight(text) for text in options.styles],
        balance=options.balance,
        layers={layer: style for layer, style in layers.items() if style},
        where=options.where or options.masks,
        softness=options.softness,
    )


def _mix(options: argparse.Namespace) -> None:
    from deepart.tasks.paint.blend import mix_styles
    from deepart.tasks.paint.style_files import save_style

    code = mix_styles([_style_and_weight(text) for text in options.styles], options.balance, options.name)
    save_style(code, options.output)
    print(f"{options.output}: {code.label}")


def _style_and_weight(text: str) -> tuple[str, float]:
    """Parse "starry-night:0.7"; without a number after the last colon the weight is 1."""
    style, colon, weight = text.rpartition(":")
    try:
        return (style, float(weight)) if colon else (text, 1.0)
    except ValueError:
        return text, 1.0


def _paint(options: argparse.Namespace, verb: Callable, style: object, **settings: object) -> None:

    started = time.perf_counter()
    painted = verb(
        options.content,
        style,
        options.strength,
        on_progress=progress_line(),
        **asdict(PaintOptions.read(vars(options))),
        **settings,
    )
    write_picture(painted, options.output, started)


def _refine(options: argparse.Namespace) -> None:
    from deepart.runtime import run
    from deepart.tasks.paint.refine import refine_steps

    started, settings = time.perf_counter(), RefineOptions.read(vars(options))
    steps = refine_steps(options.content, options.style, options.start, settings, options.size, options.checkpoint)
    write_picture(run(steps, progress_line()), options.output, started)


def _batch(options: argparse.Namespace) -> int:
    from deepart.runtime import run
    from deepart.tasks.paint.batch import batch_steps

    started = time.perf_counter()
    sources = [path for given in options.sources for path in pictures_of(given)]
    settings = PaintOptions.read(vars(options))
    steps = batch_steps(sources, options.style, options.strength, settings, out=options.output)
    return report_batch(run(steps, progress_line()), options.output, started)


def _film(options: argparse.Namespace) -> None:
    from deepart.runtime import run
    from deepart.tasks.paint.film import film_steps

    started, settings = time.perf_counter(), FilmOptions.read(vars(options))
    run(film_steps(options.content, options.style, settings, out=options.output), progress_line())
    print(f"{options.output}: painted in {time.perf_counter() - started:.1f} s")
