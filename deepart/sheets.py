"""Sheets: pictures in rows and columns, with captions."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

_PAPER, _INK = (255, 255, 255), (45, 45, 45)
_DRAWN = "…·“”’"  # besides ASCII, by the font that comes with Pillow
_CAPTION_LINES = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """One picture of a sheet."""

    picture: Image.Image  # RGB
    caption: str = ""


def contact_sheet(cells: Sequence[Cell], columns: int | None = None) -> Image.Image:
    """Return a picture that shows the cells in rows, each with its caption below.

    Args:
        cells: what the sheet shows, row by row.
        columns: cells in a row; None for a sheet of about 4:3 with as few gaps at the end as possible.
    """
    width = max(cell.picture.width for cell in cells)
    columns = columns or _columns(len(cells), width / max(cell.picture.height for cell in cells))
    rows = [cells[i : i + columns] for i in range(0, len(cells), columns)]
    type_ = _Type.for_cells_of(width)
    captions = [[type_.wrapped(cell.caption, width) for cell in row] for row in rows]
    heights = [max(cell.picture.height for cell in row) for row in rows]
    feet = [max(len(lines) for lines in row) * type_.line + type_.gap for row in captions]
    size = type_.gap + columns * (width + type_.gap), type_.gap + sum(heights) + sum(feet)
    sheet = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(sheet)
    bottom = type_.gap
    for row, row_captions, height, foot in zip(rows, captions, heights, feet):
        bottom += height
        for column, (cell, lines) in enumerate(zip(row, row_captions)):
            left = type_.gap + column * (width + type_.gap)
            sheet.paste(cell.picture, (left + (width - cell.picture.width) // 2, bottom - cell.picture.height))
            type_.write(draw, lines, (left + width / 2, bottom + type_.line * 0.2), "ma")
        bottom += foot
    return sheet


def table_sheet(
    rows: Sequence[Sequence[Image.Image]], row_titles: Sequence[str], column_titles: Sequence[str]
) -> Image.Image:
    """Return a picture that shows pictures of one size as a table, with titles at the left and at the top."""
    width, height = rows[0][0].size
    type_ = _Type.for_cells_of(width)
    sides = [type_.wrapped(title, max(width // 2, 6 * type_.line)) for title in row_titles]
    heads = [type_.wrapped(title, width) for title in column_titles]
    left_of_cells = math.ceil(max(type_.width(line) for lines in sides for line in lines)) + 2 * type_.gap
    top_of_cells = type_.gap + max(len(lines) for lines in heads) * type_.line
    size = left_of_cells + len(heads) * (width + type_.gap), top_of_cells + len(rows) * (height + type_.gap)
    sheet = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(sheet)
    for column, lines in enumerate(heads):
        left = left_of_cells + column * (width + type_.gap)
        type_.write(draw, lines, (left + width / 2, type_.gap * 0.7), "ma")
    for row, (pictures, lines) in enumerate(zip(rows, sides)):
        top = top_of_cells + row * (height + type_.gap)
        middle = top + (height - len(lines) * type_.line) / 2
        type_.write(draw, lines, (left_of_cells - type_.gap, middle), "ra")
        for column, picture in enumerate(pictures):
            sheet.paste(picture, (left_of_cells + column * (width + type_.gap), top))
    return sheet


def drawable(text: str) -> str:
    """Return `text` without what the font lacks: accents, and other scripts than the Latin one."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if letter.isascii() or letter in _DRAWN).strip()


@dataclass(frozen=True, slots=True)
class _Type:
    """The font of a sheet and the distances that go with it, in pixels."""

    font: ImageFont.FreeTypeFont
    line: int
    gap: int

    @classmethod
    def for_cells_of(cls, width: int) -> _Type:
        size = min(20, max(11, round(width / 16)))
        return cls(ImageFont.load_default(size), round(1.35 * size), max(4, round(0.6 * size)))

    def width(self, text: str) -> float:
        return self.font.getlength(text)

    def wrapped(self, text: str, width: int) -> list[str]:
        """Return `text` in at most `_CAPTION_LINES` lines; what does not fit ends in an ellipsis."""
        lines: list[str] = []
        for word in drawable(text).split():
            if lines and self.width(f"{lines[-1]} {word}") <= width:
                lines[-1] += f" {word}"
            elif len(lines) < _CAPTION_LINES:
                lines.append(word)
            else:
                lines[-1] += f" {word}"  # too long now, and cut below
        return [self._cut(line, width) for line in lines]

    def _cut(self, line: str, width: int) -> str:
        if self.width(line) <= width:
            return line
        while line and self.width(f"{line}…") > width:
            line = line[:-1]
        return f"{line.rstrip()}…"

    def write(self, draw: ImageDraw.ImageDraw, lines: Sequence[str], place: tuple[float, float], anchor: str) -> None:
        """Draw lines below each other; `anchor` as Pillow has it, such as "ma" for the middle at the top."""
        for number, line in enumerate(lines):
            draw.text((place[0], place[1] + number * self.line), line, _INK, self.font, anchor)


def _columns(count: int, aspect: float) -> int:
    """Return how many columns of cells of `aspect` make a sheet of about 4 to 3 with few gaps."""
    ideal = math.sqrt(count * 4 / 3 / aspect)
    candidates = range(max(1, math.floor(0.75 * ideal)), min(count, math.ceil(1.4 * ideal)) + 1)
    return min(candidates, key=lambda columns: (-count % columns + 3 * abs(math.log(columns / ideal)), columns))
