"""Recipes: a typed record of how a picture was made, stored inside the picture.

Every result carries its recipe in one iTXt chunk of its PNG.  When a result becomes the input of another step, its
recipe is included, so that the last picture records the whole chain.  A recipe holds only hashes and settings: never a
file name, a path, or metadata of a visitor's photo.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO, Union

import numpy as np
from PIL import Image

from deepart.images import bytes_of, has_content_credentials, read_png_text

CHUNK = "deepart"
"""Keyword of the PNG text chunk, and key in `PIL.Image.Image.info`."""
MAX_DEPTH = 8
"""Most steps of a chain that are kept; the oldest are dropped."""
MAX_BYTES = 64 * 1024
"""Largest recipe in bytes of JSON that is accepted from a file."""

Source = Union[str, os.PathLike, bytes, BinaryIO, np.ndarray, Image.Image]
"""A picture as `deepart.images.load_image` takes it."""
Setting = Union[str, float, int, bool, None]


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One input picture."""

    role: str  # "content", "style", …
    sha256: str  # of its pixels, `deepart.images.content_hash`
    had_credentials: bool = False  # it carried C2PA content credentials, which the result does not
    recipe: Recipe | None = None  # how it was made, if it was itself a result


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one picture was made."""

    verb: str
    version: str  # of deepart
    checkpoint: str
    checkpoint_sha256: str
    settings: Mapping[str, Setting] = field(default_factory=dict)
    seed: int | None = None
    ingredients: tuple[Ingredient, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the recipe as plain dictionaries and tuples, at most `MAX_DEPTH` steps deep."""
        return _cut(asdict(self), MAX_DEPTH)

    def to_json(self) -> str:
        """Return the recipe as one line of JSON."""
        return json.dumps(self.as_dict(), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """Read a recipe that may come from anywhere.

        Raises:
            ValueError: it is not a recipe, is larger than `MAX_BYTES` or deeper than `MAX_DEPTH`.
        """
        if len(text.encode()) > MAX_BYTES:
            raise ValueError("The recipe is too large.")
        try:
            recipe = _recipe(json.loads(text), MAX_DEPTH)
            recipe.to_json().encode()  # a text with half a character of two (a surrogate) cannot be written again
            return recipe
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError("This is not a recipe.") from error


def attach(image: Image.Image, recipe: Recipe) -> Image.Image:
    """Return `image` with its recipe in `image.info`, where `recipe_of` and `save` read it."""
    image.info[CHUNK] = recipe.to_json()
    return image


def recipe_of(source: Source) -> Recipe | None:
    """Return the recipe in a picture; None if there is none, or it is invalid."""
    if isinstance(source, Image.Image):
        text = source.info.get(CHUNK)
    elif isinstance(source, np.ndarray):
        return None
    else:
        text = read_png_text(source).get(CHUNK)
    if not isinstance(text, str):
        return None
    try:
        return Recipe.from_json(text)
    except ValueError:
        return None


def chunks(image: Image.Image) -> dict[str, str]:
    """Return the text entries to write into the PNG of `image`: its recipe, if it has one."""
    return {CHUNK: image.info[CHUNK]} if CHUNK in image.info else {}


def carries_credentials(source: Source) -> bool:
    """Return whether a file carries C2PA content credentials; a picture in memory has lost them."""
    return not isinstance(source, (Image.Image, np.ndarray)) and has_content_credentials(bytes_of(source))


def _recipe(data: dict[str, Any], depth: int) -> Recipe:
    if depth == 0:
        raise ValueError("The recipe has too many steps.")
    settings = dict(data["settings"])
    if not all(map(_is_setting, settings.values())):
        raise ValueError("A setting is neither a text nor a number.")
    texts = {name: data[name] for name in ("verb", "version", "checkpoint", "checkpoint_sha256")}
    if not all(isinstance(value, str) for value in texts.values()):
        raise ValueError("This is not a recipe.")
    seed = data.get("seed")
    if not isinstance(seed, (int, type(None))) or not _is_setting(seed):
        raise ValueError("The seed is not a whole number.")
    ingredients = tuple(
        Ingredient(
            role=str(item["role"]),
            sha256=str(item["sha256"]),
            had_credentials=bool(item.get("had_credentials", False)),
            recipe=_recipe(item["recipe"], depth - 1) if item.get("recipe") else None,
        )
        for item in data["ingredients"]
    )
    return Recipe(settings=settings, seed=seed, ingredients=ingredients, **texts)


def _is_setting(value: Any) -> bool:
    """Return whether a value can be stored: a number of 64 bits, or a text that can be encoded."""
    if isinstance(value, (int, float)):
        return -(2**63) <= value < 2**63  # neither infinite nor NaN
    return value is None or isinstance(value, str)


def _cut(data: dict[str, Any], depth: int) -> dict[str, Any]:
    for item in data["ingredients"]:
        if item["recipe"]:
            item["recipe"] = _cut(item["recipe"], depth - 1) if depth > 1 else None
    return data
