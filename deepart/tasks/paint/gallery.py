"""The bundled named styles: famous paintings as style codes, without the paintings.

They lie beside the checkpoint that they were made with, since a code is valid for no other:
`gallery.json` says what each is, `codes.safetensors` holds the codes, and `<key>.webp` shows a picture
that this project's own network painted with it.
"""

from __future__ import annotations

import csv
import functools
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deepart.checkpoints import find
from deepart.errors import InputError
from deepart.files import replacing_folder, write_json
from deepart.images import centre_crop, load_image

if TYPE_CHECKING:
    from PIL import Image

    from deepart.models.style_code import StyleCode
    from deepart.tasks.paint.transfer import StyleTransfer

FOLDER = "gallery"
THUMBNAIL_SIDE = 192
_FITTED = ".fitted"
"""What follows the key of a style where the file has what was fitted to it; kept in float16."""


@dataclass(frozen=True, slots=True)
class NamedStyle:
    """One painting of the gallery; all of them are in the public domain."""

    key: str
    title: str
    artist: str
    year: str
    title_zh: str
    artist_zh: str

    def title_in(self, language: str) -> str:
        """Return the title in "en" or "zh"."""
        return self.title_zh if language == "zh" else self.title

    def credit(self, language: str) -> str:
        """Return title, artist and year as a line of Markdown in "en" or "zh"."""
        if language == "zh":
            return f"**{self.title_zh}** · {self.artist_zh}，{self.year.replace('c. ', '约 ')}"
        return f"**{self.title}** · {self.artist}, {self.year}"


@functools.cache
def named_styles(checkpoint: str) -> dict[str, NamedStyle]:
    """Return the gallery of a checkpoint by key, in the order in which it is shown."""
    entries = json.loads((_folder(checkpoint) / "gallery.json").read_text("utf-8"))
    return {entry["key"]: NamedStyle(**entry) for entry in entries}


def named_style_code(checkpoint: str, key: str) -> StyleCode:
    """Return the code of a named style.

    Raises:
        InputError: there is no style of that name.
    """
    from safetensors import safe_open

    from deepart.models.style_code import StyleCode

    known = named_styles(checkpoint)
    if key not in known:
        raise InputError("style.unknown", known=", ".join(known))
    with safe_open(_folder(checkpoint) / "codes.safetensors", "pt") as file:
        fitted = file.get_tensor(key + _FITTED).float() if key + _FITTED in set(file.keys()) else None
        return StyleCode(file.get_tensor(key).float(), checkpoint, known[key].title, fitted)


def thumbnail(checkpoint: str, key: str) -> Path:
    """Return the picture that shows a named style."""
    return _folder(checkpoint) / f"{key}.webp"


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
        listing: CSV with a column for each field of `NamedStyle`, and path, relative to the file.
        neutral: the picture that is painted in every style.
        on_style: told of each style when it is done.
        read: makes a style of a scan; None reads its code at a glance.
    """
    from safetensors.torch import save_file

    square = centre_crop(neutral, 2 * THUMBNAIL_SIDE)
    styles, codes = [], {}
    with replacing_folder(_folder(transfer.checkpoint)) as folder, open(listing, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code = (read or transfer.encode)(load_image(listing.parent / row.pop("path")))
            style = NamedStyle(**row)
            painted = centre_crop(transfer(square, code), THUMBNAIL_SIDE)
            painted.save(folder / f"{style.key}.webp", quality=82)
            codes[style.key] = code.vector
            if code.fitted is not None:
                codes[style.key + _FITTED] = code.fitted.half()
            styles.append(style)
            on_style(style)
        save_file(codes, folder / "codes.safetensors")
        write_json(folder / "gallery.json", [asdict(style) for style in styles])
    named_styles.cache_clear()


def _folder(checkpoint: str) -> Path:
    return find(checkpoint).folder / FOLDER
