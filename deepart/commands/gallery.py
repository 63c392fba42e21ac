"""Commands about the gallery: `styles` lists it, `gallery` makes it anew."""

from __future__ import annotations

import argparse
from pathlib import Path

from deepart.commands.console import add_command


def add_to(commands) -> None:
    """Register the commands."""
    add_command(commands, "styles", _styles, "list the styles of the gallery", "python -m deepart styles")

    gallery = add_command(
        commands,
        "gallery",
        _gallery,
        "make the bundled gallery anew, from scans",
        "python -m deepart gallery scans/gallery.csv --neutral photo.png",
    )
    gallery.add_argument("listing", type=Path, help="CSV: key,path,title,artist,year,title_zh,artist_zh")
    gallery.add_argument("--neutral", type=Path, required=True, help="the picture that the thumbnails show")


def _styles(options: argparse.Namespace) -> None:
    from deepart.tasks.gallery import named_styles
    from deepart.tasks.transfer import DEFAULT_CHECKPOINT

    for style in named_styles(DEFAULT_CHECKPOINT).values():
        print(f"{style.key:28}{style.title}, {style.artist}, {style.year}")


def _gallery(options: argparse.Namespace) -> None:
    from deepart.images import load_image
    from deepart.tasks.gallery import build_gallery
    from deepart.tasks.transfer import StyleTransfer

    build_gallery(
        StyleTransfer(), options.listing, load_image(options.neutral), on_style=lambda style: print(style.title)
    )
