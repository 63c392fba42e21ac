"""Classify many pictures: a table of the predictions, and a contact sheet sorted by style."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path, PurePath

from PIL import Image

from deepart.archives import ArchivedPicture, pictures_in_archive, safe_name, write_archive
from deepart.errors import InputError
from deepart.images import fit, load_image, png_bytes
from deepart.recipes import Source
from deepart.runtime import Progress
from deepart.sheets import Cell, contact_sheet, drawable
from deepart.tasks.classify.classify import DEFAULT_CHECKPOINT, HEADS, Answer, ArtworkClassifier, Classification
from deepart.tasks.hub.classifiers import open_classifier

MOST_PICTURES = 1000
SHEET_SIDE = 176
"""Longer side of the pictures on the contact sheet, in pixels."""
TABLE, SHEET = "answers.csv", "sheet.png"

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""First characters of cells that a spreadsheet takes for formulas."""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """The predictions for one picture, or the reason why there are none."""

    file: str  # what it was called
    found: Classification | None = None
    error: InputError | None = None
    picture: Image.Image | None = None  # at most `SHEET_SIDE` pixels wide and high

    def as_json(self) -> dict[str, object]:
        """Return plain lists and dictionaries, see `Classification.as_json`; for a broken file "error", a sentence."""
        if self.found is None:
            return {"file": self.file, "error": str(self.error)}
        return {"file": self.file, **self.found.as_json()}


@dataclass(frozen=True, slots=True)
class BatchAnswers:
    """The predictions for all pictures (at least one), in the order given."""

    rows: tuple[AnswerRow, ...]

    def table(self, language: str = "en") -> bytes:
        """Return a CSV file with a row for each picture; `language` is the language of its sentences."""
        heads = next((tuple(row.found.answers) for row in self.rows if row.found), HEADS)
        cells = [_cells(row, heads, language) for row in self.rows]
        text = StringIO(newline="")
        # All in quotes, so that no other separator that a spreadsheet may look for cuts a text in two.
        table = csv.writer(text, quoting=csv.QUOTE_ALL)
        table.writerow(cells[0])
        table.writerows(map(harmless_cell, row.values()) for row in cells)
        return text.getvalue().encode("utf-8-sig", "replace")  # the mark tells Excel that it is UTF-8

    def sheet(self) -> Image.Image | None:
        """Return a sheet of the pictures by style, the surest first, non-paintings last; None without a picture."""
        answered = [row for row in self.rows if row.found is not None]
        answered.sort(key=lambda row: (not row.found.known, _main(row).label, -_main(row).probability))
        cells = [Cell(row.picture, _caption(row)) for row in answered]
        return contact_sheet(cells) if cells else None


def classify_batch_steps(
    sources: Sequence[Source],
    *,
    checkpoint: str | Path = DEFAULT_CHECKPOINT,
    out: str | os.PathLike[str] | None = None,
    full_names: bool = False,
    language: str = "en",
) -> Generator[Progress, None, BatchAnswers]:
    """Classify pictures, as an engine: yields `Progress`, returns the predictions.

    A picture or an archive that cannot be read does not stop the others; its row says why.

    Args:
        sources: pictures, each a path, the bytes of a file, or a picture, and paths of zip archives of
            pictures; at most `MOST_PICTURES` pictures in all.
        checkpoint: key of a classifier, or owner/name of one on the Hub; or, as a `Path`, a folder.
        out: a zip archive to write, with the table `answers.csv` and the contact sheet `sheet.png`.
        full_names: name files by their full paths, for the person who gave them.
        language: "en" or "zh", of the sentences in the table.

    Raises:
        InputError: there are no pictures or too many, or the checkpoint is no classifier.
        WeightsError: the checkpoint is missing, out of reach or damaged.
    """
    pictures = list(_listed(sources, full_names))
    if not pictures:
        raise InputError("classify.no_pictures")
    if len(pictures) > MOST_PICTURES:
        raise InputError("batch.too_many", count=len(pictures), most=MOST_PICTURES)
    yield Progress(0, len(pictures), "progress.classifying")
    engine = open_classifier(checkpoint)
    if not isinstance(engine, ArtworkClassifier):
        yield from engine.steps()  # which may be a long download
    engine.network()  # what is wrong with it is not the pictures' fault
    rows = []
    for done, (name, source) in enumerate(pictures):
        yield Progress(done, len(pictures), "progress.classifying")
        rows.append(_row(engine, name, source))
    yield Progress(len(pictures), len(pictures), "progress.saving")
    answers = BatchAnswers(tuple(rows))
    if out is not None:
        sheet = answers.sheet()
        with write_archive(out) as add:
            add(TABLE, answers.table(language))
            if sheet is not None:
                add(SHEET, png_bytes(sheet))
    return answers


def _listed(sources: Sequence[Source], full_names: bool) -> Iterator[tuple[str, Source | ArchivedPicture | InputError]]:
    """Yield every picture with its name, those in archives unread; for a broken archive its error."""
    if isinstance(sources, (str, os.PathLike, bytes, Image.Image)):
        sources = [sources]
    for number, source in enumerate(sources, 1):
        if not isinstance(source, (str, os.PathLike)):
            yield f"picture-{number}.png", source
            continue
        path = os.fspath(source)
        name = path if full_names else safe_name(path)
        if PurePath(path).suffix.lower() != ".zip":
            yield name, source
            continue
        try:
            for picture in pictures_in_archive(path):
                yield f"{path}/{picture.entry.filename}" if full_names else picture.name, picture
        except InputError as error:
            yield name, error


def _row(
    engine: Callable[[Image.Image], Classification], name: str, source: Source | ArchivedPicture | InputError
) -> AnswerRow:
    try:
        if isinstance(source, InputError):
            raise source
        picture = load_image(source.read() if isinstance(source, ArchivedPicture) else source)
    except InputError as error:
        return AnswerRow(name, error=error)
    return AnswerRow(name, engine(picture), picture=fit(picture, SHEET_SIDE))


def _cells(row: AnswerRow, heads: Sequence[str], language: str) -> dict[str, str]:
    """Return the columns of the table, in order, with their values for one picture."""
    cells = {"file": row.file}
    for head in heads:
        best = row.found.answers[head][0] if row.found else None
        cells |= {head: best.label if best else "", f"{head}_probability": f"{best.probability:.4f}" if best else ""}
        if head == "style":
            cells["style_set"] = "; ".join(row.found.style_set) if row.found else ""
    cells["known"] = str(row.found.known).lower() if row.found else ""
    cells["error"] = row.error.sentence(language) if row.error else ""
    return cells


def harmless_cell(text: str) -> str:
    """Return a text that spreadsheets do not evaluate as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _caption(row: AnswerRow) -> str:
    best = _main(row)
    percent = f"{best.probability:.0%}" if best.probability < 0.995 else ">99%"
    answer = f"{best.label} {percent}" if row.found.known else "No painting it knows"
    return f"{answer} · {drawable(PurePath(row.file).stem)}"


def _main(row: AnswerRow) -> Answer:
    """Return the predictions of the style, or of the first head if there is no style."""
    return (row.found.style or next(iter(row.found.answers.values())))[0]
