"""The gallery of a checkpoint, made anew from scans that stay where they are."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from PIL import Image

from deepart.files import replacing_folder, write_json
from deepart.images import centre_crop, load_image
from deepart.models.style_code import StyleCode
from deepart.tasks.paint.gallery import FITTED, THUMBNAIL_SIDE, NamedStyle, gallery_folder, named_styles
from deepart.tasks.paint.transfer import StyleTransfer


def listed(listing: Path) -> Iterator[tuple[NamedStyle, Image.Image]]:
    """Read styles and their scans, RGB, one by one.

    Args:
        listing: CSV with a column for each field of `NamedStyle`, and path, relative to the file.
    """
    with open(listing, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            scan = load_image(listing.parent / row.pop("path"))
            yield NamedStyle(**row), scan


def build_gallery(
    transfer: StyleTransfer,
    listing: Path,
    neutral: Image.Image,
    on_style: Callable[[NamedStyle], None] = lambda style: None,
    read: Callable[[Image.Image], StyleCode] | None = None,
) -> None:
    """Make the gallery of `transfer.checkpoint` anew from scans that stay where they are.

    Args:
        transfer: paints the thumbnails.
        listing: see `listed`.
        neutral: the picture that is painted in every style.
        on_style: told of each style when it is done.
        read: makes a style of a scan; None reads its code at a glance.
    """
    from safetensors.torch import save_file

    square = centre_crop(neutral, 2 * THUMBNAIL_SIDE)
    styles, codes = [], {}
    with replacing_folder(gallery_folder(transfer.checkpoint)) as folder:
        for style, scan in listed(listing):
            code = (read or transfer.encode)(scan)
            painted = centre_crop(transfer(square, code), THUMBNAIL_SIDE)
            painted.save(folder / f"{style.key}.webp", quality=82)
            codes[style.key] = code.vector
            if code.fitted is not None:
                codes[style.key + FITTED] = code.fitted.half()
            styles.append(style)
            on_style(style)
        save_file(codes, folder / "codes.safetensors")
        write_json(folder / "gallery.json", [asdict(style) for style in styles])
    named_styles.cache_clear()
