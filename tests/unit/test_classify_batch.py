"""Many pictures classified: rows, the table, the contact sheet, the archive."""

from __future__ import annotations

import csv
import zipfile
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepart import runtime
from deepart.errors import InputError, WeightsError
from deepart.images import png_bytes
from deepart.tasks.classify import batch as classify_batch
from deepart.tasks.classify.batch import MOST_PICTURES, AnswerRow, BatchAnswers, classify_batch_steps
from deepart.tasks.classify.classify import Answer, Classification, classify
from photos import photo
from pictures import BAD_PICTURES, jpeg
from unit.test_classify import oils


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three paintings of sorts, a photo in an archive among files that are none, and a broken archive."""
    for number in range(3):
        (tmp_path / f"oils-{number}.png").write_bytes(png_bytes(oils(120, 90, seed=number)))
    (tmp_path / "broken.jpg").write_bytes(BAD_PICTURES["jpeg that ends early"][0])
    (tmp_path / "broken.zip").write_bytes(b"PK\3\4 and nothing more")
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.writestr("holiday/Coffee.jpg", jpeg(photo("coffee", 96)))
        archive.writestr("holiday/not.png", b"hello")
    return tmp_path


def answers(sources: list, **settings: object) -> BatchAnswers:
    return runtime.run(classify_batch_steps(sources, **settings))


def row(file: str, label: str, probability: float, known: bool = True, colour: str = "red") -> AnswerRow:
    rest = Answer("Rest", 1 - probability)
    found = Classification({"style": (Answer(label, probability), rest)}, {"style": (label, "Rest")}, known)
    return AnswerRow(file, found, picture=Image.new("RGB", (60, 60), colour))


def read(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(table.decode("utf-8-sig"))))


# --- rows ----------------------------------------------------------------------------------------


def test_every_picture_has_its_row_and_a_broken_one_loses_nothing_else(folder: Path) -> None:
    names = ["oils-0.png", "broken.jpg", "more.zip", "broken.zip", "none.png", "oils-1.png"]
    found = answers([*(folder / name for name in names), oils(64, 64), png_bytes(oils(50, 70))], out=folder / "out.zip")
    assert [row.file for row in found.rows] == [
        *("oils-0.png", "broken.jpg", "Coffee.jpg", "not.png", "broken.zip", "none.png", "oils-1.png"),
        *("picture-7.png", "picture-8.png"),
    ]
    errors = [row.error.key if row.error else None for row in found.rows]
    assert errors[0] is errors[2] is errors[6] is errors[7] is errors[8] is None
    assert errors[1] == "picture.damaged" and errors[3] == "picture.not_an_image"
    assert errors[4].startswith("archive.") and errors[5] == "picture.missing"
    assert all((row.found is None) == (row.error is not None) for row in found.rows)

    alone = classify(folder / "oils-0.png")
    assert found.rows[0].found.style[0].label == alone.style[0].label
    assert found.rows[0].found.style[0].probability == pytest.approx(alone.style[0].probability, abs=1e-4)
    with zipfile.ZipFile(folder / "out.zip") as archive:
        assert archive.namelist() == ["answers.csv", "sheet.png"]
        table = read(archive.read("answers.csv"))
        assert Image.open(BytesIO(archive.read("sheet.png"))).size == found.sheet().size
    assert [line["file"] for line in table] == [row.file for row in found.rows]
    assert table[0]["style"] == alone.style[0].label and table[0]["artist"] == alone.artist[0].label
    assert float(table[0]["genre_probability"]) == pytest.approx(alone.genre[0].probability, abs=1e-3)
    assert table[0]["style_set"].split("; ") == list(alone.style_set)
    assert table[0]["error"] == "" and "damaged" in table[1]["error"] and table[1]["style"] == ""


def test_with_full_names_files_are_called_as_they_were_given(folder: Path) -> None:
    given = [str(folder / "oils-0.png"), str(folder / "more.zip")]
    found = answers(given, full_names=True)
    assert [row.file for row in found.rows] == [
        given[0],
        f"{given[1]}/holiday/Coffee.jpg",
        f"{given[1]}/holiday/not.png",
    ]


def test_a_row_as_json(folder: Path) -> None:
    good, bad = answers([folder / "oils-0.png", folder / "broken.jpg"]).rows
    assert good.as_json()["file"] == "oils-0.png" and len(good.as_json()["artist"]) == 5
    assert set(bad.as_json()) == {"file", "error"} and "damaged" in bad.as_json()["error"]


def test_when_all_are_broken_the_table_says_so_and_there_is_no_sheet(folder: Path) -> None:
    found = answers([folder / "broken.jpg"], out=folder / "out.zip", language="zh")
    assert found.sheet() is None
    with zipfile.ZipFile(folder / "out.zip") as archive:
        assert archive.namelist() == ["answers.csv"]
        assert "图片文件已损坏" in read(archive.read("answers.csv"))[0]["error"]


@pytest.mark.parametrize(
    ("count", "checkpoint", "key"),
    [
        (0, "classify/lite0-wikiart-v1", "classify.no_pictures"),
        (MOST_PICTURES + 1, "classify/lite0-wikiart-v1", "batch.too_many"),
        (1, "loss/distilled-vgg16-v1", "classify.not_a_classifier"),
        (1, "nothing", "hub.name"),
    ],
)
def test_refusals(count: int, checkpoint: str, key: str, folder: Path) -> None:
    with pytest.raises((InputError, WeightsError)) as caught:
        answers([folder / "oils-0.png"] * count, checkpoint=checkpoint, out=folder / "out.zip")
    assert caught.value.key == key
    assert not (folder / "out.zip").exists()


def test_it_tells_how_far_it_is_and_can_be_stopped(folder: Path) -> None:
    before = sorted(folder.iterdir())
    engine = classify_batch_steps([folder / f"oils-{number}.png" for number in range(3)], out=folder / "out.zip")
    seen = [next(engine) for _ in range(4)]
    assert [(step.done, step.total) for step in seen] == [(0, 3), (0, 3), (1, 3), (2, 3)]
    engine.close()
    assert sorted(folder.iterdir()) == before


# --- the table -----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", '=HYPERLINK("x")'])
def test_no_text_of_the_table_is_taken_for_a_formula(text: str) -> None:
    (line,) = read(BatchAnswers((row(text, text, 0.9),)).table())
    assert line["file"] == line["style"] == f"'{text}"
    assert line["style_set"].startswith("'")


def test_the_table_holds_any_name_in_one_cell() -> None:
    names = ['a "quoted", name.jpg', "a;=1.jpg", "two\nlines.jpg", "梅花.png", "not \udcff utf-8.jpg"]
    table = BatchAnswers(tuple(row(name, "Rococo", 0.5) for name in names)).table()
    assert [line["file"] for line in read(table)] == [*names[:-1], "not ? utf-8.jpg"]
    assert b'"a;=1.jpg"' in table  # quoted, for where the semicolon separates


def test_a_classifier_with_labels_of_its_own_has_its_own_columns() -> None:
    found = Classification({"label": (Answer("tabby, cat", 0.7), Answer("dog", 0.3))}, {}, True)
    answers = BatchAnswers((AnswerRow("a.jpg", error=InputError("picture.damaged")), AnswerRow("b.jpg", found)))
    broken, good = read(answers.table())
    assert list(good) == ["file", "label", "label_probability", "known", "error"]
    assert (good["label"], good["label_probability"], broken["label"]) == ("tabby, cat", "0.7000", "")


# --- the sheet -----------------------------------------------------------------------------------


def test_the_sheet_is_sorted_by_style_then_probability_and_strangers_come_last(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        row("1.jpg", "Rococo", 0.6),
        row("2.jpg", "Baroque", 0.97, known=False),
        row("3.jpg", "Cubism", 0.7),
        AnswerRow("4.jpg", error=InputError("picture.damaged")),
        row("5.jpg", "Rococo", 0.998),
        row("6.jpg", "Cubism", 0.81),
    ]
    captions = []
    draw = classify_batch.contact_sheet
    monkeypatch.setattr(
        classify_batch, "contact_sheet", lambda cells: (captions.extend(cell.caption for cell in cells), draw(cells))[1]
    )
    assert BatchAnswers(tuple(rows)).sheet() is not None
    assert captions == [
        *("Cubism 81% · 6", "Cubism 70% · 3", "Rococo >99% · 5", "Rococo 60% · 1"),
        "No painting it knows · 2",
    ]


def test_the_sheet_shows_every_picture_that_was_read(folder: Path) -> None:
    found = answers([photo("coffee", 400), oils(300, 40), folder / "broken.jpg", photo("rocket", 90)])
    assert [row.picture and row.picture.size for row in found.rows] == [(176, 176), (176, 23), None, (90, 90)]
    sheet = np.asarray(found.sheet())
    for one in (found.rows[0].picture, found.rows[3].picture):
        assert any(
            np.array_equal(sheet[top : top + one.height, left : left + one.width], np.asarray(one))
            for top, left in corners_of(sheet, np.asarray(one)[0, 0])
            if top + one.height <= sheet.shape[0] and left + one.width <= sheet.shape[1]
        )


def corners_of(sheet: np.ndarray, pixel: np.ndarray) -> list[tuple[int, int]]:
    return list(zip(*np.nonzero((sheet == pixel).all(2))))
