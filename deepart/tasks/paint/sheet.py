"""Paint one picture many times on one sheet: in every style, or at several strengths."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from PIL import Image

from deepart.archives import safe_name
from deepart.errors import InputError
from deepart.images import load_image
from deepart.models.style_code import StyleCode
from deepart.options import PaintOptions, check_range, with_options
from deepart.recipes import Source, attach
from deepart.runtime import Progress, run
from deepart.sheets import Cell, contact_sheet, drawable, table_sheet
from deepart.tasks.find.faces import face_mask
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT, PREVIEW_SIDE, Prepared, Region
from deepart.tasks.paint.gallery import named_styles
from deepart.tasks.paint.transfer import PaintingJob, Style, is_named_style, paint_small

MOST_STYLES = 48
MOST_STRENGTHS = 10
STRENGTHS = (0.25, 0.5, 0.75, 1.0)


@with_options(PaintOptions)
def sheet(
    content: Source,
    styles: Sequence[Style] | None = None,
    strength: float = 1.0,
    side: int = 256,
    *,
    options: PaintOptions = PaintOptions(),
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Image.Image:
    """Paint a picture in many styles, side by side on one sheet.

    Args:
        content: a path, the bytes of a file, or a picture (PIL, or an array (H, W, 3) of uint8); the first cell shows
            it.
        styles: each as in `deepart.transfer`; None for the whole gallery.
        strength: see `deepart.transfer`.
        side: longer side of each picture in pixels; it replaces the size.
        options: see `PaintOptions`.
        on_progress: called after every painting.

    Returns:
        The sheet, with its recipe in `info["deepart"]`.

    Raises:
        InputError: a picture cannot be read, or a setting is out of its range.
        WeightsError: the checkpoint is missing or damaged.
    """
    return run(sheet_steps(content, styles, strength, side, options), on_progress)


def sheet_steps(
    content: Source,
    styles: Sequence[Style] | None = None,
    strength: float = 1.0,
    side: int = 256,
    options: PaintOptions = PaintOptions(),
) -> Generator[Progress, None, Image.Image]:
    """Paint a picture in many styles, as an engine, see `sheet`: yields `Progress`, returns the sheet."""
    check_range("strength", strength, 0, 1)
    job = SheetJob("sheet", content, side, options)
    job.painting.settings["strength"] = float(strength)
    if styles is None:
        styles = list(named_styles(DEFAULT_CHECKPOINT))
    named = yield from job.read_styles(styles, 1, MOST_STYLES)
    cells = [Cell(job.plain, "Photo")]
    for done, style in enumerate(named):
        yield Progress(done, len(named), "progress.painting")
        cells.append(Cell(job.paint(style.code, strength), style.title))
    yield Progress(len(named), len(named), "progress.painting")
    return attach(contact_sheet(cells), job.painting.recipe())


def sweep_steps(
    content: Source,
    styles: Sequence[Style],
    strengths: Sequence[float] = STRENGTHS,
    side: int = 256,
    options: PaintOptions = PaintOptions(),
) -> Generator[Progress, None, Image.Image]:
    """Paint a picture in some styles at several strengths, as an engine; see `sheet_steps`.

    Returns:
        The sheet: a row for each style, a column for each strength.
    """
    if not 1 <= len(strengths) <= MOST_STRENGTHS:
        raise InputError("setting.number_of_strengths", most=MOST_STRENGTHS)
    for strength in strengths:
        check_range("strength", strength, 0, 1)
    job = SheetJob("sweep", content, side, options)
    job.painting.settings |= {f"strength_{number}": float(value) for number, value in enumerate(strengths, 1)}
    named = yield from job.read_styles(styles, 1, MOST_STYLES)
    total = len(named) * len(strengths)
    rows: list[list[Image.Image]] = []
    for row, style in enumerate(named):
        rows.append([])
        for column, strength in enumerate(strengths):
            yield Progress(row * len(strengths) + column, total, "progress.painting")
            rows[-1].append(job.paint(style.code, strength))
    yield Progress(total, total, "progress.painting")
    heads = [f"{100 * strength:.3g} %" for strength in strengths]
    return attach(table_sheet(rows, [style.title for style in named], heads), job.painting.recipe())


@dataclass(frozen=True, slots=True)
class TitledStyle:
    """A style with its title on a sheet."""

    code: StyleCode
    title: str


@dataclass(slots=True)
class SheetJob:
    """One picture that is painted many times: encoded once, with one recipe for the sheet.

    Args:
        verb: verb of the recipe.
        content: see `sheet_steps`.
        side: longer side of each painting in pixels, from 64 to 512.
        options: see `PaintOptions`.

    Raises:
        InputError: the picture cannot be read or is too long and narrow, or a setting is out of its range.
    """

    verb: str
    content: Source
    side: int
    options: PaintOptions
    painting: PaintingJob = field(init=False)
    plain: Image.Image = field(init=False)
    prepared: Prepared = field(init=False)
    faces: Callable[[], Image.Image] = field(init=False)

    def __post_init__(self) -> None:
        check_range("side", self.side, PaintOptions.settings()["size"].low, PREVIEW_SIDE)
        self.painting = PaintingJob(self.verb, self.content, replace(self.options, size=self.side), scales_brush=False)
        self.plain = load_image(self.painting.picture)  # transparency on white
        self.prepared = self.painting.engine.prepare(self.plain, self.options.brush)
        self.faces = functools.cache(lambda: face_mask(self.plain))

    def read_styles(
        self, styles: Sequence[Style], least: int, most: int
    ) -> Generator[Progress, None, list[TitledStyle]]:
        """Read from `least` to `most` styles, and record them in the recipe.

        Raises:
            InputError: there are more or fewer, or one cannot be read.
        """
        if not least <= len(styles) <= most:
            raise InputError("setting.number_of_styles", least=least, most=most)
        named = []
        for number, style in enumerate(styles, 1):
            yield Progress(number - 1, len(styles), "progress.reading_style")
            code = self.painting.read_style(f"style_{number}", style)
            if code.checkpoint != self.painting.engine.checkpoint:
                raise InputError("style.other_checkpoint", checkpoint=self.painting.engine.checkpoint)
            named.append(TitledStyle(code, _title(style, code) or f"Style {number}"))
        return named

    def paint(self, code: StyleCode, strength: float) -> Image.Image:
        """Return the picture in one style."""
        painted = paint_small(self.painting.engine, self.prepared, [Region(code, strength)], self.options, self.faces)
        return painted.resize(self.plain.size, Image.Resampling.LANCZOS)  # a brush paints on a canvas of its own


def _title(style: Style, code: StyleCode) -> str:
    """Return the title of a style in characters that can be drawn; "" if it has none."""
    if code.label:
        return drawable(code.label)
    if isinstance(style, (str, Path)) and not is_named_style(style):
        return drawable(Path(safe_name(str(style))).stem)
    return ""
