"""Common parts of the tabs that paint: paintings on disk, and previews that follow a slider."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from PIL import Image

from deepart.checkpoints import find
from deepart.errors import InputError
from deepart.images import fit, load_image, save_png
from deepart.models.style_code import StyleCode
from deepart.options import THUMBNAIL_SIDE, PaintOptions
from deepart.recipes import Recipe, chunks, recipe_of
from deepart.runtime import Progress
from deepart.tasks.find.faces import face_mask
from deepart.tasks.paint import masks
from deepart.tasks.paint.engine import PREVIEW_SIDE, Prepared, Region, StyleTransfer
from deepart.tasks.paint.transfer import paint_small, read_style, resized
from deepart.text import say

SHOWN_SIDE = 2048
"""Longer side of what the browser shows; the download has every pixel."""
LONGEST_NAME = 80
"""Characters of the name of a download, between what comes first and what it ends with."""

_KEPT = 12  # pictures, and as many styles and masks, that previews need not look at again

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Painted:
    """A painting on disk, as long as the folder that it lies in."""

    before: str
    after: str
    download: str
    recipe: dict[str, Any]
    size: tuple[int, int]
    had_credentials: bool

    def note(self, started: float, language: str) -> str:
        """Say how large it is and how long it took since `started`, of `time.monotonic`."""
        width, height = self.size
        note = say("ui.painted", language, width=width, height=height, seconds=time.monotonic() - started)
        return note + (" " + say("ui.credentials_dropped", language) if self.had_credentials else "")


def write_painting(painted: Image.Image, content: str, size: int | None, folder: Path) -> Painted:
    """Write a painting to `folder`, with what the browser shows of it.

    Args:
        painted: with its recipe attached.
        content: path of the picture that was painted.
        size: that it was painted at; None or 0 for its own.
        folder: where the files go.
    """
    recipe = recipe_of(painted)
    name = file_name(recipe, content)
    save_png(painted, folder / name, text=chunks(painted))
    before = fit(resized(load_image(content), max(painted.size) if size else None), SHOWN_SIDE)
    save_png(before, folder / "before.png")
    save_png(fit(load_image(painted), SHOWN_SIDE), folder / "after.png")  # transparency on white
    return Painted(
        before=str(folder / "before.png"),
        after=str(folder / "after.png"),
        download=str(folder / name),
        recipe=recipe.as_dict(),
        size=painted.size,
        had_credentials=any(ingredient.had_credentials for ingredient in recipe.ingredients),
    )


def answers(
    paint: Callable[[Path], Iterator[Progress | Painted]],
) -> Iterator[tuple[str | None, dict[str, Any] | None]]:
    """Yield the outputs of an endpoint, file and recipe, while `paint` writes a painting to a folder.

    Only where a value is handed over can the request be cancelled.
    """
    with TemporaryDirectory(prefix="deepart-") as folder:
        for step in paint(Path(folder)):
            yield (step.download, step.recipe) if isinstance(step, Painted) else (None, None)


def file_name(recipe: Recipe, content: str) -> str:
    """Return what a painting is called when it is downloaded, such as "deepart-udnie-harbour.png".

    Args:
        recipe: of the painting; a style that is not of the gallery has no name there.
        content: path of the picture that was painted.
    """
    styles = [recipe.settings[key] for key in sorted(recipe.settings) if re.fullmatch(r"style(_\d)?", key)]
    styles = [style for style in styles if isinstance(style, str)]
    stem = Path(content).stem.removeprefix("deepart-")
    words = re.sub(r"[^\w.-]+", "-", "-".join([*(styles or [recipe.verb]), stem]))
    return f"deepart-{words[:LONGEST_NAME]}.png"


class Previews:
    """Small paintings, fast enough to follow a slider: what each picture needs is computed once.

    Pictures, styles and masks are known by their paths, which in the app contain a hash of the file.
    """

    def __init__(self) -> None:
        self.engine = StyleTransfer()
        self._kept: dict[str, OrderedDict[Hashable, Any]] = {}
        self._lock = threading.Lock()

    def picture(self, path: str, options: PaintOptions = PaintOptions()) -> Prepared:
        """Return a picture ready to be painted.

        Its strokes are in proportion to the picture, as those of the painting in full size nearly are.
        """
        is_thumbnail = self.longest(path) <= THUMBNAIL_SIDE
        brush = 1.0 if options.brush is None and not is_thumbnail else options.brush
        return self._once("pictures", (path, brush), lambda: self.engine.prepare(load_image(path), brush))

    def size(self, path: str) -> tuple[int, int]:
        """Return width and height of a picture."""
        return self._once("sizes", path, lambda: load_image(path).size)

    def longest(self, path: str | None) -> int:
        """Return the longer side of a picture; 0 if there is none, or it cannot be read."""
        try:
            return max(self.size(path)) if path else 0
        except InputError:  # whoever paints it says so
            return 0

    def code(self, style: str) -> StyleCode:
        """Return the code of a style: a picture, a key of the gallery, or a file of a style."""
        return self._once("codes", style, lambda: read_style(self.engine, style)[0])

    def mask(self, path: str, name: str) -> Image.Image:
        """Return a mask that is found in a picture, one of `masks.FOUND`."""
        return self._once("masks", (path, name), lambda: masks.find(name, fit(load_image(path), PREVIEW_SIDE)))

    def faces(self, path: str) -> Image.Image:
        """Return where the faces in a picture are, as `face_mask` does."""
        return self._once("masks", path, lambda: face_mask(fit(load_image(path), PREVIEW_SIDE)))

    def paint(
        self, path: str, regions: Sequence[Region], options: PaintOptions = PaintOptions()
    ) -> tuple[Image.Image, Image.Image]:
        """Return the picture and its painting, both RGB and of preview size."""
        prepared = self.picture(path, options)
        painted = paint_small(self.engine, prepared, regions, options, lambda: self.faces(path))
        return prepared.plain, load_image(painted)

    def _once(self, kind: str, key: Hashable, make: Callable[[], T]) -> T:
        key = (find(self.engine.checkpoint).identity, key)  # of what another version has made nothing can be used
        with self._lock:
            kept = self._kept.setdefault(kind, OrderedDict())
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
        made = make()  # not under the lock: another visitor's preview need not wait for it
        with self._lock:
            kept[key] = made
            while len(kept) > _KEPT:
                kept.popitem(last=False)
        return made


previews = Previews()


def next_number(newest: dict[str, Any]) -> int:
    """Number a visitor's requests, so that a late result does not replace a newer one."""
    newest["number"] = newest.get("number", 0) + 1
    return newest["number"]


@contextmanager
def shown(before: Image.Image, after: Image.Image) -> Iterator[tuple[str, str]]:
    """Give the paths of two small files that the browser can show; they are gone at the end.

    JPEG, because writing a PNG takes longer than painting a preview.
    """
    with TemporaryDirectory(prefix="deepart-") as folder:
        paths = (f"{folder}/before.jpg", f"{folder}/after.jpg")
        for image, path in zip((before, after), paths):
            image.save(path, quality=90)
        yield paths
