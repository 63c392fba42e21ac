"""Real photos for the tests: those that come with scikit-image."""

from __future__ import annotations

from functools import cache
from importlib import resources

from PIL import Image

from deepart.images import centre_crop, load_image

_FILES = {"astronaut": "astronaut.png", "chelsea": "chelsea.png", "coffee": "coffee.png", "rocket": "rocket.jpg"}


def photo(name: str, side: int) -> Image.Image:
    """Return a photo, cut to a square of `side` pixels."""
    return centre_crop(_load(name), side)


def photo_bytes(name: str) -> bytes:
    """Return the file of a photo."""
    return (resources.files("skimage.data") / _FILES[name]).read_bytes()


@cache
def _load(name: str) -> Image.Image:
    return load_image(photo_bytes(name))
