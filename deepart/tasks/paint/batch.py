"""Paint many pictures in one style, into one zip archive."""

from __future__ import annotations

import csv
import json
import os
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path, PurePath
from typing import Any

from PIL import Image

from deepart.archives import ArchivedPicture, pictures_in_archive, safe_name, write_archive
from deepart.errors import InputError
from deepart.images import content_hash, fit, load_image, png_bytes
from deepart.options import PaintOptions, check_range, with_options
from deepart.recipes import Ingredient, Setting, Source, carries_credentials, chunks, recipe_of
from deepart.runtime import Progress, as_part, run
from deepart.sheets import Cell, contact_sheet, drawable
from deepart.tasks.paint.engine import Region, StyleTransfer
from deepart.tasks.paint.transfer import PaintingJob, Plan, Style, is_named_style, read_style

MOST_PICTURES = 100
SHEET_SIDE = 224
"""Longer side of the pictures on the contact sheet, in pixels."""
TABLE, SHEET, RECIPES = "results.csv", "sheet.png", "recipes.json"


@dataclass(frozen=True, slots=True)
class BatchRow:
    """The result for one picture."""

    picture: str  # what it was called, see `deepart.archives.safe_name`
    seconds: float
    file: str | None = None  # in the archive; None if it could not be painted
    size: tuple[int, int] | None = None
    error: InputError | None = None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The results for all pictures."""

    archive: Path
    rows: tuple[BatchRow, ...]
    sheet: Image.Image


@with_options(PaintOptions)
def batch(
    sources: Sequence[Source],
    style: Style,
    out: str | os.PathLike[str],
    strength: float = 1.0,
    *,
    options: PaintOptions = PaintOptions(),
    language: str = "en",
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> BatchResult:
    """Paint pictures in one style into a zip archive, and return the result for each.

    Args:
        sources: pictures, each a path, the bytes of a file, or a picture (PIL, or an array (H, W, 3) of uint8), and
            paths of zip archives of pictures; at most `MOST_PICTURES` pictures in all.
        style: see `deepart.transfer`.
        out: the archive to write: see `batch_steps`.
        strength: see `deepart.transfer`.
        options: see `PaintOptions`.
        language: "en" or "zh", of the sentences in its table.
        on_progress: called after every picture.

    Raises:
        InputError: the style or an archive cannot be read, a setting is out of its range, there are too many
            pictures, or none that can be painted.
        WeightsError: the checkpoint is missing or damaged.
    """
    return run(batch_steps(sources, style, strength, options, out=out, language=language), on_progress)


def batch_steps(
    sources: Sequence[Source],
    style: Style,
    strength: float = 1.0,
    options: PaintOptions = PaintOptions(),
    *,
    out: str | os.PathLike[str],
    language: str = "en",
    longest: int | None = None,
) -> Generator[Progress, None, BatchResult]:
    """Paint pictures in one style, as an engine: yields `Progress`, returns the result for each.

    The archive holds a PNG for each picture under its old name and with its recipe, `results.csv`, the recipes again in
    `recipes.json`, and a contact sheet, `sheet.png`.  A picture that cannot be painted does not stop the others: its
    row of the table says why.

    Args:
        sources, style, out, strength, options, language: see `batch`, which also lists the errors.
        longest: longest side of a painting in pixels, if the options do not set its size.
    """
    check_range("strength", strength, 0, 1)
    options.check()
    pictures = listed(sources)
    yield Progress(0, len(pictures), "progress.reading_style")
    brush = _Brush.read(style, strength)
    return (
        yield from each_into_archive(
            pictures, lambda number, source: brush.paint(source, options, longest), out, language
        )
    )


def each_into_archive(
    pictures: Sequence[tuple[str, Source | ArchivedPicture]],
    work: Callable[[int, Source], Generator[Progress, None, Image.Image]],
    out: str | os.PathLike[str],
    language: str,
) -> Generator[Progress, None, BatchResult]:
    """Process each picture, and write the archive that `batch_steps` describes.

    Args:
        pictures: from `listed`.
        work: an engine for one picture, called with the picture and its index.
        out: the archive to write.
        language: "en" or "zh", of the sentences in the table.

    Raises:
        InputError: no picture could be used.
    """
    taken = {TABLE, SHEET, RECIPES}
    recipes: dict[str, Any] = {}
    rows: list[BatchRow] = []
    cells: list[Cell] = []
    with write_archive(out) as add:
        for done, (name, source) in enumerate(pictures):
            started = time.perf_counter()
            try:
                data = source.read() if isinstance(source, ArchivedPicture) else source
                result = yield from as_part(work(done, data), done, len(pictures))
                file = _unused(name, taken)
                add(file, png_bytes(result, chunks(result)))
                recipes[file] = recipe.as_dict() if (recipe := recipe_of(result)) else None
                rows.append(BatchRow(name, time.perf_counter() - started, file, result.size))
                caption = drawable(PurePath(file).stem) or str(done + 1)
                small = load_image(fit(result, SHEET_SIDE), least_side=1)  # transparency on white
                cells.append(Cell(small, caption))
            except InputError as error:
                rows.append(BatchRow(name, time.perf_counter() - started, error=error))
        if not cells:
            raise rows[0].error
        yield Progress(len(pictures), len(pictures), "progress.saving")
        sheet = contact_sheet(cells)
        add(SHEET, png_bytes(sheet))
        add(TABLE, _table(rows, language))
        add(RECIPES, json.dumps(recipes, ensure_ascii=False, indent=2).encode())
    return BatchResult(Path(out), tuple(rows), sheet)


def listed(sources: Sequence[Source]) -> list[tuple[str, Source | ArchivedPicture]]:
    """Return every picture with its name, those in archives unread.

    Raises:
        InputError: an archive cannot be read, or there are too many pictures, or none.
    """
    if isinstance(sources, (str, os.PathLike, bytes, Image.Image)):
        sources = [sources]
    pictures: list[tuple[str, Source | ArchivedPicture]] = []
    for source in sources:
        if not isinstance(source, (str, os.PathLike)):
            pictures.append((f"picture-{len(pictures) + 1}.png", source))
        elif PurePath(source).suffix.lower() == ".zip":
            pictures += [(picture.name, picture) for picture in pictures_in_archive(source)]
        else:
            pictures.append((safe_name(os.fspath(source)), source))
    if not pictures:
        raise InputError("content.missing")
    if len(pictures) > MOST_PICTURES:
        raise InputError("batch.too_many", count=len(pictures), most=MOST_PICTURES)
    return pictures


@dataclass(frozen=True, slots=True)
class _Brush:
    """The style of all pictures, and its part of their recipes."""

    engine: StyleTransfer
    region: Region
    settings: dict[str, Setting]
    ingredients: list[Ingredient]

    @classmethod
    def read(cls, style: Style, strength: float) -> _Brush:
        engine = StyleTransfer()
        code, picture = read_style(engine, style)
        settings: dict[str, Setting] = {"strength": float(strength)}
        ingredients = []
        if picture is None:
            settings["style"] = style if is_named_style(style) else code.label
        else:
            credentials = carries_credentials(style)
            ingredients.append(Ingredient("style", content_hash(picture), credentials, recipe_of(style)))
        return cls(engine, Region(code, strength), settings, ingredients)

    def paint(
        self, source: Source, options: PaintOptions, longest: int | None
    ) -> Generator[Progress, None, Image.Image]:
        job = PaintingJob("transfer", source, options, self.engine, longest=longest)
        job.settings |= self.settings
        job.ingredients += self.ingredients
        return (yield from Plan(job, [self.region], ()).paint())


def _unused(name: str, taken: set[str]) -> str:
    """Return a name for the PNG of a picture that is unique on every file system."""
    stem = PurePath(name).stem
    file, number = f"{stem}.png", 1
    while file.lower() in taken:
        number += 1
        file = f"{stem}-{number}.png"
    taken.add(file.lower())
    return file


def _table(rows: Sequence[BatchRow], language: str) -> bytes:
    text = StringIO(newline="")
    table = csv.writer(text)
    table.writerow(["picture", "file", "width", "height", "seconds", "problem"])
    for row in rows:
        problem = row.error.sentence(language) if row.error else ""
        width, height = row.size or ("", "")
        table.writerow([row.picture, row.file or "", width, height, f"{row.seconds:.2f}", problem])
    return text.getvalue().encode("utf-8-sig")  # the mark tells Excel that it is UTF-8
