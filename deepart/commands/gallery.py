"""Commands about the gallery: `styles` lists it, `gallery` rebuilds it, `swatches` its pictures."""

from __future__ import annotations

import argparse
from pathlib import Path

from deepart.commands.console import add_command, add_teacher_option


def add_to(commands) -> None:
    """Register the commands."""
    add_command(commands, "styles", _styles, "list the styles of the gallery", "python -m deepart styles")

    gallery = add_command(
        commands,
        "gallery",
        _gallery,
        "rebuild the bundled gallery from scans",
        "python -m deepart gallery scans/gallery.csv --neutral photo.png",
    )
    gallery.add_argument("listing", type=Path, help="CSV: key,path,title,artist,year,title_zh,artist_zh")
    gallery.add_argument("--neutral", type=Path, required=True, help="the picture that the thumbnails show")
    gallery.add_argument(
        "--fit", type=int, metavar="N", help="fit each style with N steps, best with VGG-16 as --teacher"
    )
    add_teacher_option(gallery)

    add_command(
        commands,
        "swatches",
        _swatches,
        "rebuild the swatches of the gallery from its statistics, without scans",
        "python -m deepart swatches",
    )


def _swatches(options: argparse.Namespace) -> None:
    from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT
    from deepart.tasks.swatches import make_swatches

    make_swatches(DEFAULT_CHECKPOINT, lambda key: print(key, flush=True))


def _styles(options: argparse.Namespace) -> None:
    from deepart.tasks.paint.gallery import named_styles
    from deepart.tasks.paint.transfer import DEFAULT_CHECKPOINT

    for style in named_styles(DEFAULT_CHECKPOINT).values():
        print(f"{style.key:28}{style.title}, {style.artist}, {style.year}")


def _gallery(options: argparse.Namespace) -> None:
    from deepart import runtime
    from deepart.checkpoints import load_model
    from deepart.images import load_image
    from deepart.tasks.paint.fit import fitted
    from deepart.tasks.paint.transfer import StyleTransfer
    from deepart.tasks.style_target import BUNDLED_LOSS, keep_gallery
    from deepart.training.paint.gallery import build_gallery, listed
    from deepart.training.run import load_perceptual_network

    engine, read = StyleTransfer(), None
    if options.fit:
        network = load_perceptual_network(options.teacher)
        read = lambda scan: runtime.run(fitted(engine, network, [scan], options.fit))  # noqa: E731
    neutral = load_image(options.neutral)
    build_gallery(engine, options.listing, neutral, lambda style: print(style.title, flush=True), read)
    keep_gallery(load_model(BUNDLED_LOSS), ((style.key, scan) for style, scan in listed(options.listing)))
