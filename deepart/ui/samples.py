"""The photos that the examples start from, and the picture that a new visitor sees first.

The photos come with scikit-image; all are free of rights: astronaut (NASA, public domain), coffee
(Rachel Michetti, CC0), chelsea (Stefan van der Walt, CC0), rocket (SpaceX, CC0).
"""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from deepart.images import load_image, save_png
from deepart.recipes import chunks
from deepart.tasks.paint.blend import blend
from deepart.tasks.paint.gallery import named_styles, thumbnail
from deepart.tasks.paint.transfer import DEFAULT_CHECKPOINT, transfer
from deepart.tasks.swatches import swatch


@dataclass(frozen=True, slots=True)
class Example:
    """A photo and a style that look well together."""

    photo: str  # file name in skimage.data
    style: str  # key of the gallery


EXAMPLES = (
    Example("chelsea.png", "starry-night"),
    Example("coffee.png", "great-wave"),
    Example("astronaut.png", "the-scream"),
    Example("rocket.jpg", "udnie"),
)


@dataclass(frozen=True, slots=True)
class BlendExample:
    """A photo and two styles to mix."""

    photo: str
    styles: tuple[str, ...]


FIRST_BLEND = BlendExample("coffee.png", ("starry-night", "the-scream"))

ARTWORKS = ("in-the-rain", "udnie", "great-wave", "")
"""Examples for Classify: pictures of the gallery, which are not scans, and the first example's photo."""


def artwork(key: str) -> str:
    """Return the path of one of `ARTWORKS`."""
    return str(folder() / (f"{key}.webp" if key else EXAMPLES[0].photo))


_SWATCH = "-swatch.jpg"


@functools.cache
def folder() -> Path:
    """Return a temporary folder with copies of photos and thumbnails, from where the app may serve them."""
    path = Path(tempfile.mkdtemp(prefix="deepart-samples-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    for example in EXAMPLES:
        with resources.as_file(resources.files("skimage.data") / example.photo) as photo:
            shutil.copyfile(photo, path / example.photo)
    for key in named_styles(DEFAULT_CHECKPOINT):
        shutil.copyfile(thumbnail(DEFAULT_CHECKPOINT, key), path / f"{key}.webp")
        made = swatch(key)
        if made is not None:
            made.save(path / f"{key}{_SWATCH}", quality=92)
    return path


def swatch_file(key: str) -> str:
    """Return the path of what shows a style of the gallery: its swatch, else a picture that is painted in it."""
    woven = folder() / f"{key}{_SWATCH}"
    return str(woven if woven.is_file() else folder() / f"{key}.webp")


@functools.cache
def first_picture() -> tuple[str, str]:
    """Return the paths of a photo and its painting, painted by the app itself when it starts."""
    example = EXAMPLES[0]
    before, after = folder() / "before.png", folder() / "after.png"
    save_png(load_image(folder() / example.photo), before)
    painted = transfer(folder() / example.photo, example.style)
    save_png(painted, after, text=chunks(painted))
    return str(before), str(after)


@functools.cache
def first_blend() -> tuple[str, str]:
    """Return the same for the Blend tab."""
    photo = folder() / FIRST_BLEND.photo
    after = folder() / "after-blend.png"
    painted = blend(photo, [(style, 1) for style in FIRST_BLEND.styles])
    save_png(painted, after, text=chunks(painted))
    return str(photo), str(after)
