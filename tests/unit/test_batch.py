"""Many pictures in one style, and one picture in many: archives, tables, sheets."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepart import runtime
from deepart.__main__ import main
from deepart.errors import InputError
from deepart.images import content_hash, load_image, png_bytes
from deepart.options import PaintOptions
from deepart.recipes import Source, recipe_of
from deepart.sheets import Cell, contact_sheet, drawable, table_sheet
from deepart.tasks.paint.batch import MOST_PICTURES, BatchResult, batch_steps
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT, StyleTransfer
from deepart.tasks.paint.gallery import named_styles
from deepart.tasks.paint.sheet import sheet_steps, sweep_steps
from deepart.tasks.paint.transfer import transfer
from photos import photo
from pictures import BAD_PICTURES, RED, jpeg

SMALL = PaintOptions(size=96)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two photos, one that is none, and an archive with two more that go by the same names."""
    for name in ("coffee", "rocket"):
        (tmp_path / f"{name}.png").write_bytes(png_bytes(photo(name, 96)))
    (tmp_path / "broken.jpg").write_bytes(BAD_PICTURES["jpeg that ends early"][0])
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.writestr("holiday/Coffee.jpg", jpeg(photo("coffee", 96)))
        archive.writestr("holiday/not.png", b"hello")
        archive.writestr("sheet.jpg", jpeg(photo("rocket", 96)))
    return tmp_path


def batch(sources: Sequence[Source], style: Source, out: Path, language: str = "en") -> BatchResult:
    return runtime.run(batch_steps(sources, style, 0.8, SMALL, out=out, language=language))


def test_large_pictures_among_many_are_painted_at_the_usual_size(folder: Path) -> None:
    (folder / "wide.png").write_bytes(png_bytes(photo("coffee", 192).resize((192, 96))))
    sources = [folder / "coffee.png", folder / "wide.png"]
    for longest, size, expected in ((128, None, [96, 128]), (None, None, [96, 192]), (128, 160, [160, 160])):
        steps = batch_steps(sources, "udnie", options=PaintOptions(size=size), out=folder / "out.zip", longest=longest)
        assert [row.size[0] for row in runtime.run(steps).rows] == expected


def test_the_page_bounds_many_paintings_unless_their_whole_size_is_asked_for() -> None:
    pytest.importorskip("gradio")
    from deepart.ui.controls import USUAL_SIDE, WHOLE, most_of_many

    values = {name: known.left_out for name, known in PaintOptions.settings().items()}
    assert most_of_many((values | {"size": 0}).values()) == USUAL_SIDE
    assert most_of_many((values | {"size": WHOLE}).values()) is None


def test_every_picture_that_can_be_painted_is_in_the_archive(folder: Path) -> None:
    sources = [folder / name for name in ("coffee.png", "broken.jpg", "more.zip", "rocket.png")]
    result = batch(sources, "udnie", folder / "out.zip")
    with zipfile.ZipFile(folder / "out.zip") as archive:
        painted = ["coffee.png", "Coffee-2.png", "sheet-2.png", "rocket.png"]
        assert archive.namelist() == [*painted, "sheet.png", "results.csv", "recipes.json"]
        recipes = json.loads(archive.read("recipes.json"))
        assert list(recipes) == painted and recipes["coffee.png"]["settings"]["style"] == "udnie"
        first = archive.read("coffee.png")
        assert np.array_equal(load_image(archive.read("sheet.png")), result.sheet)
        table = archive.read("results.csv").decode("utf-8-sig")
    assert np.array_equal(load_image(first), transfer(folder / "coffee.png", "udnie", 0.8, size=96))
    recipe = recipe_of(first)
    assert (recipe.verb, recipe.settings["style"], recipe.settings["strength"]) == ("transfer", "udnie", 0.8)

    rows = {row["picture"]: row for row in csv.DictReader(StringIO(table))}
    assert list(rows) == ["coffee.png", "broken.jpg", "Coffee.jpg", "not.png", "sheet.jpg", "rocket.png"]
    assert [row["file"] for row in rows.values()] == ["coffee.png", "", "Coffee-2.png", "", "sheet-2.png", "rocket.png"]
    assert (rows["coffee.png"]["width"], rows["coffee.png"]["height"]) == ("96", "96")
    assert float(rows["coffee.png"]["seconds"]) > 0 and rows["coffee.png"]["problem"] == ""
    assert "damaged" in rows["broken.jpg"]["problem"] and "not a picture" in rows["not.png"]["problem"]
    assert [row.error is None for row in result.rows] == [True, False, True, False, True, True]


def test_the_table_speaks_the_language_asked_for(folder: Path) -> None:
    batch([folder / "coffee.png", folder / "broken.jpg"], "udnie", folder / "out.zip", "zh")
    with zipfile.ZipFile(folder / "out.zip") as archive:
        assert "图片文件已损坏" in archive.read("results.csv").decode("utf-8-sig")


def test_a_picture_of_a_style_is_read_once_and_stands_in_every_recipe(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    encode = StyleTransfer.encode
    monkeypatch.setattr(StyleTransfer, "encode", lambda self, image: (read.append(image.size), encode(self, image))[1])
    style = photo("astronaut", 128)
    runtime.run(batch_steps([photo("coffee", 96), png_bytes(photo("rocket", 96))], style, out=folder / "out.zip"))
    assert read == [(128, 128)]
    with zipfile.ZipFile(folder / "out.zip") as archive:
        for name, picture in (("picture-1.png", "coffee"), ("picture-2.png", "rocket")):
            recipe = recipe_of(archive.read(name))
            hashes = {ingredient.role: ingredient.sha256 for ingredient in recipe.ingredients}
            assert hashes == {"content": content_hash(photo(picture, 96)), "style": content_hash(style)}


def test_it_can_be_stopped_and_leaves_nothing_behind(folder: Path) -> None:
    before = sorted(folder.iterdir())
    engine = batch_steps([folder / "coffee.png", folder / "rocket.png"], "udnie", 1.0, SMALL, out=folder / "out.zip")
    while next(engine).done == 0:
        pass
    engine.close()
    assert sorted(folder.iterdir()) == before


def test_one_file_is_taken_where_a_list_is_wanted(folder: Path) -> None:
    result = runtime.run(batch_steps(folder / "coffee.png", "udnie", 1.0, SMALL, out=folder / "out.zip"))
    assert [row.picture for row in result.rows] == ["coffee.png"]


def test_the_command_takes_files_folders_and_archives(folder: Path, tmp_path_factory, capsys) -> None:
    out = tmp_path_factory.mktemp("out") / "out.zip"
    (folder / "inner" / "deeper").mkdir(parents=True)
    (folder / "coffee.png").rename(folder / "inner" / "deeper" / "coffee.png")
    given = [str(folder / name) for name in ("rocket.png", "broken.jpg", "inner", "more.zip")]
    assert main(["batch", *given, "--style", "udnie", "--size", "64", "-o", str(out)]) == 2  # two could not be read
    said = capsys.readouterr()
    assert "4 of 6 pictures" in said.out
    assert [line.partition(":")[0] for line in said.err.splitlines()] == ["broken.jpg", "not.png"]
    with zipfile.ZipFile(out) as archive:
        assert archive.namelist()[:3] == ["rocket.png", "coffee.png", "Coffee-2.png"]


@pytest.mark.parametrize(
    ("sources", "style", "key"),
    [
        ([], "udnie", "content.missing"),
        (["coffee.png"] * (MOST_PICTURES + 1), "udnie", "batch.too_many"),
        (["broken.jpg", "none.png"], "udnie", "picture.damaged"),
        (["coffee.png"], "broken.jpg", "picture.damaged"),
        (["coffee.png", "hostile.zip"], "udnie", "archive.unsafe_name"),
    ],
)
def test_refusals(sources: list[str], style: str, key: str, folder: Path) -> None:
    with zipfile.ZipFile(folder / "hostile.zip", "w") as archive:
        archive.writestr("../../a.jpg", jpeg())
    style = str(folder / style) if "." in style else style
    with pytest.raises(InputError) as caught:
        batch([folder / name for name in sources], style, folder / "out.zip")
    assert caught.value.key == key
    assert not (folder / "out.zip").exists() and not (folder.parent / "a.jpg").exists()


# --- one picture in many styles ------------------------------------------------------------------


def test_a_sheet_shows_the_photo_and_every_style_of_the_gallery() -> None:
    content = photo("chelsea", 96)
    sheet = runtime.run(sheet_steps(content, side=64))
    small = content.resize((64, 64), Image.Resampling.LANCZOS)
    cells = cells_of(sheet, 64)
    assert len(cells) == 1 + len(named_styles(DEFAULT_CHECKPOINT))
    assert np.array_equal(cells[0], small)
    painted = [np.asarray(cell, np.float32) for cell in cells[1:]]
    assert min(np.abs(a - b).mean() for i, a in enumerate(painted) for b in painted[:i]) > 1
    recipe = recipe_of(sheet)
    assert recipe.verb == "sheet" and recipe.settings["style_1"] == next(iter(named_styles(DEFAULT_CHECKPOINT)))


def test_a_sheet_is_painted_as_transfer_does() -> None:
    content = photo("coffee", 96)
    sheet = runtime.run(sheet_steps(content, ["udnie", photo("rocket", 128)], 0.7, side=96))
    _, udnie, rocket = cells_of(sheet, 96)
    assert difference(udnie, transfer(content, "udnie", 0.7)) < 2
    assert difference(rocket, transfer(content, photo("rocket", 128), 0.7)) < 2


def test_a_sweep_goes_from_the_photo_to_the_style() -> None:
    content = photo("coffee", 96)
    sheet = runtime.run(sweep_steps(content, ["udnie", "the-scream"], (0.0, 0.5, 1.0), side=96))
    cells = cells_of(sheet, 96)
    assert len(cells) == 6
    for row, style in ((cells[:3], "udnie"), (cells[3:], "the-scream")):
        assert np.array_equal(row[0], content)
        assert difference(row[1], transfer(content, style, 0.5)) < 2
        assert difference(row[2], transfer(content, style)) < 2


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        (lambda content: sheet_steps(content, []), "from 1 to 48 styles"),
        (lambda content: sheet_steps(content, side=20), "must be a number from 64 to 512"),
        (lambda content: sheet_steps(content, ["udnie"], 2), "must be a number from 0 to 1"),
        (lambda content: sweep_steps(content, ["udnie"], ()), "from 1 to 10 strengths"),
        (lambda content: sweep_steps(content, ["udnie"], (0.5, 7)), "must be a number from 0 to 1"),
        (lambda content: sheet_steps(content.resize((2000, 40)), ["udnie"]), "each side must have at least 32"),
    ],
)
def test_settings_out_of_range_are_refused(steps, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        runtime.run(steps(photo("coffee", 96)))


def test_the_command_paints_a_sheet_or_a_sweep(folder: Path, capsys) -> None:
    out = folder / "out.png"
    arguments = ["sheet", str(folder / "coffee.png"), "-o", str(out), "--side", "64", "--styles", "udnie", "the-scream"]
    assert main(arguments) == 0
    assert len(cells_of(load_image(out), 64)) == 3 and recipe_of(out).verb == "sheet"
    assert main([*arguments, "--strengths", "0.5", "1"]) == 0
    assert len(cells_of(load_image(out), 64)) == 4 and recipe_of(out).verb == "sweep"
    assert "out.png" in capsys.readouterr().out


def difference(a: Image.Image, b: Image.Image) -> float:
    return float(np.abs(np.asarray(a, np.float32) - np.asarray(b, np.float32)).mean())


def cells_of(sheet: Image.Image, side: int) -> list[Image.Image]:
    """Return the pictures of a sheet, found by the white between them, row by row."""
    used = (np.asarray(sheet) != 255).any(2)
    found = []
    for top, bottom in _runs(used.sum(1) >= 0.5 * side):
        if bottom - top == side:
            found += [sheet.crop((left, top, right, bottom)) for left, right in _runs(used[top:bottom].mean(0) > 0.8)]
    assert {cell.size for cell in found} == {(side, side)}
    return found


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return list(zip(edges[::2], edges[1::2]))


# --- the drawing of sheets -----------------------------------------------------------------------

TITLES = [
    "Udnie",
    "Café Terrace at Night",
    "A very long title that goes on and on and does not end for a while",
    "x" * 90,
]


@pytest.mark.parametrize("side", [64, 256, 640])
def test_nothing_of_a_sheet_is_cut_off(side: int) -> None:
    pictures = [Image.new("RGB", size, RED) for size in ((side, side // 2), (side // 2, side), (side, side), (9, 9))]
    sheets = [
        contact_sheet([Cell(picture, title) for picture, title in zip(pictures, TITLES)]),
        table_sheet([[pictures[2]] * 3] * 4, TITLES, TITLES[:3]),
    ]
    for sheet in sheets:
        pixels = np.asarray(sheet)
        assert all((line == 255).all() for line in (pixels[:4], pixels[-4:], pixels[:, :4], pixels[:, -4:]))
        reds = (pixels == RED).all(2).sum()
        assert reds == sum(picture.width * picture.height for picture in pictures) or reds == 12 * side * side


def test_captions_are_below_their_pictures() -> None:
    picture = Image.new("RGB", (128, 64), RED)
    without = contact_sheet([Cell(picture)] * 2, columns=2)
    sheet = contact_sheet([Cell(picture, "Udnie"), Cell(picture)], columns=2)
    below = np.asarray(sheet)[without.height :] < 128
    assert below[:, : sheet.width // 2].any() and not below[:, sheet.width // 2 :].any()


def test_what_the_font_lacks_is_not_drawn_as_boxes() -> None:
    assert drawable("Café Terrace – 夜") == "Cafe Terrace"
    assert drawable("星夜") == ""


@pytest.mark.parametrize("count", [1, 2, 3, 7, 13, 25, 100])
def test_a_sheet_has_about_the_shape_of_a_screen(count: int) -> None:
    sheet = contact_sheet([Cell(Image.new("RGB", (60, 60), RED))] * count)
    assert 0.7 < sheet.width / sheet.height < 3.1
