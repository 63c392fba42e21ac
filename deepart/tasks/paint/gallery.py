"""The gallery: style codes of famous paintings, without the paintings.

They lie beside the checkpoint that made them, since a code is valid only for it: `gallery.json` describes each style,
`codes.safetensors` holds the codes, and `<key>.webp` shows a picture that this project's own network painted with it.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deepart.checkpoints import find
from deepart.errors import InputError

if TYPE_CHECKING:
    from deepart.models.style_code import StyleCode

FOLDER = "gallery"
THUMBNAIL_SIDE = 192
FITTED = ".fitted"
"""Suffix of a style's key for its fitted values, in float16."""


@dataclass(frozen=True, slots=True)
class NamedStyle:
    """One painting of the gallery; all are in the public domain."""

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
    entries = json.loads((gallery_folder(checkpoint) / "gallery.json").read_text("utf-8"))
    return {entry["key"]: NamedStyle(**entry) for entry in entries}


def named_style_code(checkpoint: str, key: str) -> StyleCode:
    """Return the code of a named style.

    Raises:
        InputError: there is no style with that name.
    """
    from safetensors import safe_open

    from deepart.models.style_code import StyleCode

    known = named_styles(checkpoint)
    if key not in known:
        raise InputError("style.unknown", known=", ".join(known))
    with safe_open(gallery_folder(checkpoint) / "codes.safetensors", "pt") as file:
        fitted = file.get_tensor(key + FITTED).float() if key + FITTED in set(file.keys()) else None
        return StyleCode(file.get_tensor(key).float(), checkpoint, known[key].title, fitted)


def thumbnail(checkpoint: str, key: str) -> Path:
    """Return the thumbnail of a named style."""
    return gallery_folder(checkpoint) / f"{key}.webp"


def gallery_folder(checkpoint: str) -> Path:
    """Return the folder of a checkpoint's gallery."""
    return find(checkpoint).folder / FOLDER
