"""What the Transfer tab does for a visitor, without a browser; see `handlers.Page`."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from PIL import Image

import deepart
from deepart.images import centre_crop, load_image, save_png
from deepart.recipes import Recipe, chunks, recipe_of
from deepart.tasks.paint.blend import mix_styles
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT
from deepart.tasks.paint.gallery import named_styles
from deepart.tasks.paint.style_files import save_style
from deepart.text import say
from deepart.ui import expectation, samples
from deepart.ui.choices import gallery_items, settings_note
from deepart.ui.paintings import previews
from deepart.ui.rooms import connect
from deepart.ui.transfer.tab import build_transfer_tab
from handlers import Page
from photos import photo
from pictures import BAD_PICTURES

Written = Callable[..., str]


def build() -> None:
    with gr.Tabs() as tabs, gr.Tab():
        room, _ = build_transfer_tab()
        connect({"transfer": room}, tabs)


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return Page(build, tmp_path)


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes a picture, with its recipe if it was painted, and returns the path."""

    def write(image: Image.Image, name: str = "picture.png") -> str:
        save_png(image, tmp_path / name, text=chunks(image))
        return str(tmp_path / name)

    return write


def paint(page: Page) -> Recipe:
    """Do what Paint does, but for the classifier's opinion, and return the recipe of what is offered for download."""
    page.call("paint")
    return recipe_of(page["transfer-download"])


def choose(page: Page, key: str) -> None:
    page.do("transfer-gallery", "select", selected=list(named_styles(DEFAULT_CHECKPOINT)).index(key))


def test_the_visitors_own_style_takes_the_place_of_the_gallery_and_back(page: Page, written: Written) -> None:
    page["transfer-content"] = written(photo("rocket", 96))
    page.do("transfer-style", "upload", written(photo("coffee", 96), "style.png"))
    assert page["transfer-chosen"] == say("ui.own_style_chosen")
    assert page.updates  # the preview has followed
    assert [ingredient.role for ingredient in paint(page).ingredients] == ["content", "style"]
    choose(page, "udnie")
    assert page["transfer-style"] is None and paint(page).settings["style"] == "udnie"


def test_an_example_is_painted_and_stays_set_up(page: Page) -> None:
    page.do("transfer-examples", "select", selected=2)
    assert recipe_of(page["transfer-download"]).settings["style"] == samples.EXAMPLES[2].style
    assert "The Scream" in page["transfer-chosen"]
    choose(page, "udnie")
    assert paint(page).settings["style"] == "udnie"


def test_a_painting_is_painted_over(page: Page, written: Written) -> None:
    page["transfer-content"] = written(photo("rocket", 96))
    before = paint(page)
    page.do("transfer-send-transfer", "click")
    choose(page, "udnie")
    assert paint(page).ingredients[0].recipe == before


def test_a_painting_is_made_finer(page: Page, written: Written) -> None:
    page["transfer-content"] = written(photo("rocket", 96), "rocket.png")
    choose(page, "the-scream")
    page["transfer-finer-iterations"] = 2
    page.do("transfer-finer", "click")
    assert page.toasts == []
    assert Path(page["transfer-download"]).name == "deepart-refine-rocket.png"
    assert recipe_of(page["transfer-download"]).verb == "refine"


def test_a_style_comes_from_a_file(page: Page, written: Written, tmp_path: Path) -> None:
    page["transfer-content"] = written(photo("rocket", 96))
    hostile = tmp_path / "hostile.json"
    hostile.write_text('{"format": "something else"}')
    page.do("transfer-style-file", "upload", str(hostile))
    assert "not a style file that was saved" in page.toasts.pop()
    save_style(mix_styles({"udnie": 1, "great-wave": 1}, name="Wave <b>Udnie</b>"), tmp_path / "mine.json")
    page.do("transfer-style-file", "upload", str(tmp_path / "mine.json"))
    assert "Wave &lt;b&gt;Udnie" in page["transfer-chosen"]
    assert paint(page).settings["style"] == "Wave <b>Udnie</b>"


def test_a_file_that_browsers_cannot_show_is_shown_and_painted(page: Page, tmp_path: Path) -> None:
    content = photo("coffee", 96)
    content.save(tmp_path / "coffee.tif")
    page.do("transfer-content", "upload", str(tmp_path / "coffee.tif"))
    assert page["transfer-content"].endswith(".png")
    page["transfer-strength"] = 0
    paint(page)
    assert (np.asarray(load_image(page["transfer-download"])) == np.asarray(content)).all()


@pytest.mark.parametrize("kind", ["text", "png that ends early", "png just over", "svg"])
@pytest.mark.parametrize("place", ["transfer-content", "transfer-style"])
def test_a_bad_picture_is_refused_when_it_is_added(page: Page, tmp_path: Path, place: str, kind: str) -> None:
    data, key = BAD_PICTURES[kind]
    (tmp_path / "holiday.png").write_bytes(data)
    page.do(place, "upload", str(tmp_path / "holiday.png"))
    assert say(key, limit=40, size="10000 × 4001") in page.toasts[0] and page[place] is None
    assert "The Starry Night" in page["transfer-chosen"]


def test_what_is_missing_is_asked_for(page: Page, written: Written) -> None:
    page.do("transfer-run", "click")
    page["transfer-content"] = written(photo("rocket", 96))
    page.do("transfer-where", "input", "uploaded")
    page.do("transfer-run", "click")
    assert [say("content.missing") in page.toasts[0], say("mask.missing") in page.toasts[1]] == [True, True]


def test_every_setting_has_a_preview(page: Page, written: Written) -> None:
    page["transfer-content"] = written(photo("astronaut", 300))
    choose(page, "udnie")
    seen = [load_image(page["transfer-result"][1]).tobytes()]
    for name, value in {
        "strength": 0.4,
        "colour": "palette",
        "brush": 4,
        "protect-faces": 1,
        "where": "subject",
    }.items():
        page.do(f"transfer-{name}", "input", value)
        assert "Preview in" in page["transfer-status"]
        seen.append(load_image(page["transfer-result"][1]).tobytes())
    assert len(set(seen)) == len(seen)
    # There is nothing in full size yet.
    assert page.updates["transfer-download"] == {"value": None, "interactive": False}


def test_only_the_subject_is_painted(page: Page, written: Written) -> None:
    content = photo("coffee", 300)
    page["transfer-content"] = written(content)
    page["transfer-where"] = "subject"
    assert paint(page).settings["mask"] == "subject"
    painted = np.asarray(load_image(page["transfer-download"]), int)
    changed = np.abs(painted - np.asarray(content, int)).max(2) > 3
    assert changed[75:125, 125:175].mean() > 0.6 and changed[:10].mean() < 0.2


def test_objects_that_are_clicked_at_are_painted(page: Page, tmp_path: Path) -> None:
    picture = Image.new("RGB", (400, 300), "#3060a0")
    picture.paste("#c04020", (40, 60, 140, 200))
    picture.paste("#e0c030", (240, 100, 360, 260))
    picture.save(tmp_path / "two.png")
    page.do("transfer-content", "upload", str(tmp_path / "two.png"))
    page.do("transfer-where", "input", "painted")
    page.do("transfer-pick", "expand")
    assert Image.open(page["transfer-pick-picture"]).size == (400, 300)
    for point in ((90, 130), (300, 180)):
        page.do("transfer-pick-picture", "select", selected=point)
    (layer,) = page["transfer-editor"]["layers"]
    alpha = np.asarray(layer.getchannel("A").crop((0, 100, 800, 700)).resize((400, 300)), float) / 255
    assert alpha[80:180, 60:120].min() > 0.9 and alpha[120:240, 260:340].min() > 0.9
    assert alpha[:, 170:210].max() < 0.1
    plain = np.asarray(Image.open(page["transfer-pick-picture"]).convert("RGB"), int)
    page.do("transfer-pick-kind", "input", "areas")
    tinted = np.asarray(Image.open(page["transfer-pick-picture"]).convert("RGB"), int)
    assert tinted[59:62, 80:100].max() == 255 > plain[59:62, 80:100].max()  # the border of an area
    page["transfer-editor"] = {**page["transfer-editor"], "layers": []}
    page.do("transfer-pick-picture", "select", selected=(5, 5))
    (ground,) = page["transfer-editor"]["layers"]
    around = np.asarray(ground.getchannel("A").crop((0, 100, 800, 700)).resize((400, 300)), float) / 255
    assert around[:50].min() > 0.9 and around[80:180, 60:120].max() < 0.1
    page["transfer-editor"] = {**page["transfer-editor"], "layers": [layer]}
    page.do("transfer-run", "click")
    before, after = (np.asarray(Image.open(path).convert("RGB"), float) for path in page["transfer-result"])
    change = np.abs(after - before).mean(axis=2)
    assert change[80:180, 60:120].mean() > 20 > 2 > change[:40].mean()


def test_many_pictures_come_back_as_an_archive_and_one_in_many_strengths(
    page: Page, written: Written, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(BAD_PICTURES["text"][0])
    good = [written(photo(name, 96), f"{name}.png") for name in ("coffee", "chelsea")]
    page["batch-files"] = [good[0], str(bad), good[1]]
    page.do("batch-run", "click")
    assert "2 of 3" in page["batch-status"] and say("picture.not_an_image") in page["batch-status"]
    with zipfile.ZipFile(page["batch-download"]) as archive:
        assert sorted(archive.namelist()) == ["chelsea.png", "coffee.png", "recipes.json", "results.csv", "sheet.png"]
    page.do("batch-sweep", "click")
    assert say("content.missing") in page.toasts[0]
    page["transfer-content"] = good[0]
    page.do("batch-sweep", "click")
    assert recipe_of(page["batch-download"]).verb == "sweep"


# --- settings of another picture -----------------------------------------------------------------------


def test_settings_that_are_restored_paint_the_same(page: Page, written: Written) -> None:
    content = photo("coffee", 128)
    made = deepart.transfer(content, "poppy-field", 0.35, size=512, brush=2, protect_faces=0.5)
    page.do("transfer-restore", "upload", written(made))
    assert (
        page["transfer-status"] == settings_note("ui.paint", ["ui.content"], "en")
        and "Poppy Field" in page["transfer-chosen"]
    )
    page["transfer-content"] = written(content, "content.png")
    assert paint(page) == Recipe.from_json(made.info["deepart"])


def test_settings_that_the_page_does_not_offer_are_restored_too(page: Page, written: Written) -> None:
    made = {"size": 200, "brush": 3, "softness": 0.3}
    page["transfer-restore"] = written(deepart.transfer(photo("astronaut", 256), "udnie", 0.35, mask="faces", **made))
    changed = page.call("restore_settings")
    assert {name: page[f"transfer-{name}"] for name in made} == made and page["transfer-where"] == "faces"
    assert ("200 px", 200) in changed["transfer-size"]["choices"] and ("3", 3) in changed["transfer-brush"]["choices"]
    assert changed["transfer-softness"]["maximum"] == 0.3


def test_what_a_recipe_cannot_bring_back_is_said(page: Page, written: Written) -> None:
    content, other = photo("coffee", 64), photo("rocket", 64)
    mask = Image.linear_gradient("L").resize(content.size)
    page.do("transfer-restore", "upload", written(deepart.transfer(content, "udnie", mask=mask, outside=other)))
    assert say("ui.mask_file") in page["transfer-status"] and say("ui.outside") in page["transfer-status"]


def test_a_picture_without_settings_is_said_to_have_none(page: Page, written: Written) -> None:
    page.do("transfer-restore", "upload", written(photo("coffee", 64)))
    assert say("recipe.missing") in page.toasts[0]


def test_an_older_preview_does_not_replace_a_newer_one(
    page: Page, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    page["transfer-content"] = written(photo("coffee", 64))
    paint, newer = previews.paint, {}

    def overtaken(*arguments: object) -> object:
        monkeypatch.setattr(previews, "paint", paint)
        newer.update(page.call("preview"))
        return paint(*arguments)

    monkeypatch.setattr(previews, "paint", overtaken)
    assert page.call("preview")["transfer-result"] == {} and newer["transfer-result"]["value"]


def test_the_tiles_show_the_visitors_picture_in_every_style_until_it_is_gone(page: Page, written: Written) -> None:
    content = photo("coffee", 96)
    choose(page, "udnie")
    page.do("transfer-content", "upload", written(content))
    assert "Preview in" in page["transfer-status"]
    keys, tiles = list(named_styles(DEFAULT_CHECKPOINT)), page["transfer-gallery"]
    assert [title for _, title in tiles] == [title for _, title in gallery_items("en")]
    square = centre_crop(content, 160)
    painted = np.asarray(deepart.transfer(square, "udnie"), int)
    assert np.abs(np.asarray(load_image(tiles[keys.index("udnie")][0]), int) - painted).mean() < 6
    page["transfer-content"] = None
    page.do("transfer-content", "clear")
    swatches = [Path(items[0][0]).read_bytes() for items in (page["transfer-gallery"], gallery_items("en"))]
    assert swatches[0] == swatches[1]


def test_what_takes_long_is_said_before_it_starts(
    page: Page, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expectation, "seconds_per_pixel", lambda: 1e-3)
    page["transfer-content"] = written(photo("rocket", 96))
    width, height = load_image(page["transfer-content"]).size
    told = say(
        "ui.expected", width=width, height=height, time=say("ui.expected.seconds", count=f"{width * height / 1000:.0f}")
    )
    first = next(page.steps("paint"))
    assert first["transfer-status"] == {"value": told} and not first["transfer-result"]
    page.do("transfer-size", "input", 192)
    assert f"{2 * width} × {2 * height}" in page["transfer-expected"]
    monkeypatch.setattr(expectation, "seconds_per_pixel", lambda: 1e-6)
    page.do("transfer-size", "input", 0)
    assert page["transfer-expected"] == ""
