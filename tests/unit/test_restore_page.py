"""What the Restore tab does for a visitor, without a browser and with tiny networks; see `handlers.Page`."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from deepart.checkpoints import models
from deepart.images import load_image, save_png
from deepart.recipes import chunks, recipe_of
from deepart.tasks.hub.restorers import RESTORERS
from deepart.tasks.restore.bundled import DENOISER, DETECTOR
from deepart.tasks.restore.restore import LongWait, restore
from deepart.tasks.restore.straighten import straighten
from deepart.text import say
from deepart.ui.choices import settings_note
from deepart.ui.restore import request
from deepart.ui.restore.damaged_samples import damaged
from deepart.ui.restore.tab import build_restore_tab
from deepart.ui.rooms import connect
from handlers import Page
from photos import photo
from pictures import BAD_PICTURES
from tiny_restorers import HOLE, picture_with_hole, tiny_restorers


def build() -> None:
    with gr.Tabs(elem_id="tabs") as tabs, gr.Tab("Restore", elem_id="tab") as tab:
        connect({"restore": build_restore_tab(tab)}, tabs)


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(request, "_samples", {})  # what other networks made of them
    with tiny_restorers():
        yield


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return Page(build, tmp_path)


@pytest.fixture
def hole(tmp_path: Path) -> str:
    picture = picture_with_hole()
    picture.save(tmp_path / "hole.png")
    return str(tmp_path / "hole.png")


def pixels(picture: object) -> np.ndarray:
    """Return the pixels of a file, (H, W, 3)."""
    return np.asarray(load_image(picture)).astype(int)


def settings(page: Page, **values: object) -> None:
    for name, value in values.items():
        page[f"restore-{name}"] = value


def test_an_object_that_is_clicked_at_is_marked_to_be_filled(page: Page, tmp_path: Path) -> None:
    picture = Image.new("RGB", (900, 600), "#3060a0")
    picture.paste("#c04020", (300, 200, 500, 400))
    picture.save(tmp_path / "one.png")
    page.do("restore-pick", "expand")
    page.do("restore-picture", "upload", str(tmp_path / "one.png"))
    shown = Image.open(page["restore-pick-picture"])
    assert shown.size == (640, 427)
    page["restore-fill"] = False
    page.do("restore-pick-picture", "select", selected=(284, 213))
    mask = np.asarray(Image.open(page["restore-mask-file"]).convert("L"))
    assert mask.shape == (600, 900) and page["restore-fill"] is True
    assert mask[195:405, 295:505].min() == 255 and mask[:150].max() == 0 and mask[:, 560:].max() == 0


def test_a_visitor_who_does_not_open_the_tab_costs_nothing(page: Page) -> None:
    for key in (DENOISER, DETECTOR):
        models.forget(key)
    page.load()
    assert not {DENOISER, DETECTOR} & set(models.loaded())


def test_damage_is_diagnosed_and_restored_as_proposed(page: Page, hole: str) -> None:
    page.do("restore-picture", "upload", hole)
    assert "120 × 90" in page["restore-diagnosis"] and "% of the picture is damaged" in page["restore-diagnosis"]
    assert page["restore-fill"] is True and page["restore-upscale"] == 4
    page.do("restore-run", "click")
    assert "480 × 360" in page["restore-status"] and re.search(r"invented: \d", page["restore-legend"])
    assert recipe_of(page["restore-download"]).settings["steps"].startswith("fill")
    assert Image.open(page["restore-trust-file"]).getpixel((200, 150)) == 255  # the hole was invented


def test_the_card_of_a_large_picture_says_how_long_it_will_take(page: Page, hole: str, monkeypatch) -> None:
    wait = LongWait((6000, 5000), 95.0, 2048, 12.0)
    monkeypatch.setattr("deepart.ui.restore.html.long_wait", lambda *_: wait)
    page.do("restore-picture", "upload", hole)
    assert "6000 × 5000 pixels will take about 2 min. At 2048 px" in page["restore-diagnosis"]
    assert "about 12 s" in page["restore-diagnosis"]


def test_a_result_stays_when_it_was_faster_than_the_examination(page: Page, hole: str) -> None:
    page["restore-picture"] = hole
    page.do("restore-run", "click")
    assert page.call("examine_picture")["restore-shown"] == {}  # as it is
    page["restore-picture"] = None
    assert page.call("examine_picture")["restore-shown"] == {"visible": False}


def test_whoever_is_faster_than_the_examination_gets_what_it_proposes(page: Page, hole: str) -> None:
    settings(page, picture=hole, upscale=1, fill=False)
    page.do("restore-run", "click")
    assert "480 × 360" in page["restore-status"]
    assert recipe_of(page["restore-download"]).settings["steps"].startswith("fill")


@pytest.mark.parametrize("button", ["run", "next"])
def test_damage_is_filled_although_it_is_still_looked_for(page: Page, hole: str, button: str) -> None:
    page["restore-picture"] = hole
    page.call("examine_picture")
    looking = page.steps("look_for_damage")
    next(looking)
    settings(page, clean=0, colour=0, upscale=2)  # that a visitor has chosen meanwhile
    page.do(f"restore-{button}", "click")
    for _ in looking:
        pass
    made = recipe_of(page["restore-download"]).settings
    assert made["steps"] == ("fill, enlarge" if button == "run" else "fill") and made["filled"] > 0.01


def test_a_mask_that_came_while_damage_was_looked_for_stays(page: Page, hole: str, tmp_path: Path) -> None:
    page["restore-picture"] = hole
    page.call("examine_picture")
    looking = page.steps("look_for_damage")
    next(looking)
    half = Image.new("L", (120, 90))
    half.paste(255, (0, 0, 60, 90))
    half.save(tmp_path / "half.png")
    page.do("restore-upload", "upload", str(tmp_path / "half.png"))
    for _ in looking:
        pass
    assert "50" in page.call("tell_mask")["restore-marked"]["value"]


def test_nobody_looks_on_for_damage_of_a_picture_that_another_has_replaced(page: Page, hole: str) -> None:
    page["restore-picture"] = hole
    page.call("examine_picture")
    looking = page.steps("look_for_damage")
    next(looking)
    page["restore-picture"] = hole.replace("hole", "other")
    picture_with_hole().save(page["restore-picture"])
    page.call("forget_sample")
    assert all(updates["restore-diagnosis"] == {} for updates in looking)


def test_the_recipe_can_be_edited_and_zero_is_the_picture_itself(page: Page, hole: str) -> None:
    page.do("restore-picture", "upload", hole)
    settings(page, fill=False, clean=0, colour=0, upscale=1)
    page.do("restore-run", "click")
    assert page["restore-status"] == say("ui.restore.no_step")
    assert (pixels(page["restore-download"]) == pixels(hole)).all()
    settings(page, clean=0.5, **{"keep-paint": 0})
    page.do("restore-run", "click")
    assert (pixels(page["restore-download"]) == pixels(restore(hole, clean=0.5, keep_paint=0))).all()


def test_steps_are_done_one_by_one(page: Page, hole: str) -> None:
    page.do("restore-picture", "upload", hole)
    settings(page, clean=0, colour=0, upscale=2)
    sizes = []
    for number in (1, 2):
        page.do("restore-next", "click")
        assert f"Step {number}" in page["restore-status"]
        sizes.append(load_image(page["restore-download"]).size)
    assert sizes == [(120, 90), (240, 180)]


def test_a_step_that_another_picture_broke_off_is_not_done(page: Page, hole: str) -> None:
    page.do("restore-picture", "upload", hole)
    settings(page, clean=1.0, colour=1.0)
    work = page.state("restore_next")
    steps = page.steps("restore_next")
    next(steps)
    work["picture"] = "another.png"
    assert list(steps) == [] and "done" not in work
    page.call("restore_next")
    assert work["done"] == 1


def test_a_sample_is_restored_by_one_click(page: Page) -> None:
    page.do("restore-samples", "select", selected=3)
    width, height = (4 * side for side in load_image(damaged("small")).size)
    assert f"{width} × {height}" in page["restore-status"]


def test_a_sample_is_restored_once_for_all_visitors(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, run_plan = [], request.run_plan
    monkeypatch.setattr(request, "run_plan", lambda *args: runs.append(args) or run_plan(*args))
    another = Page(build, tmp_path)
    for each in (page, another):
        each.do("restore-samples", "select", selected=3)
    assert len(runs) == 1
    assert (pixels(page["restore-download"]) == pixels(another["restore-download"])).all()
    another.do("restore-run", "click")  # what is asked for is done
    assert len(runs) == 2


def test_a_print_photographed_askew_is_straightened_restored_and_put_back(page: Page, tmp_path: Path) -> None:
    save_png(load_image(damaged("askew")), tmp_path / "photo.png")
    page.do("restore-picture", "upload", str(tmp_path / "photo.png"))
    assert say("ui.restore.askew") in page["restore-diagnosis"]
    page.do("restore-straighten", "click")
    width, height = straighten(damaged("askew")).size
    assert f"{width} × {height}" in page["restore-diagnosis"]
    assert say("ui.restore.askew") not in page["restore-diagnosis"]
    settings(page, upscale=1, clean=0.5)
    page.do("restore-run", "click")
    assert "straightened" in recipe_of(page["restore-download"]).ingredients[0].recipe.settings
    page.do("restore-askew-again", "click")
    assert "800 × 640" in page["restore-diagnosis"]


def test_a_mask_is_uploaded_and_one_of_other_proportions_is_refused(page: Page, hole: str, tmp_path: Path) -> None:
    page.do("restore-picture", "upload", hole)
    Image.new("L", (90, 190), 255).save(tmp_path / "other.png")
    page.do("restore-upload", "upload", str(tmp_path / "other.png"))
    assert say("mask.proportions", width=120, height=90) in page.toasts[0]
    mask = Image.new("L", (120, 90))
    mask.paste(255, HOLE)
    mask.save(tmp_path / "mask.png")
    page.do("restore-clear", "click")
    assert page["restore-marked"] == "" and page["restore-fill"] is False
    page.do("restore-upload", "upload", str(tmp_path / "mask.png"))
    assert "is marked" in page["restore-marked"] and page["restore-fill"] is True
    assert (np.asarray(Image.open(page["restore-mask-file"])) == np.asarray(mask)).all()


def test_a_bad_picture_is_refused_and_does_not_stay(page: Page, tmp_path: Path) -> None:
    data, key = BAD_PICTURES["png that ends early"]
    (tmp_path / "bad.png").write_bytes(data)
    page.do("restore-picture", "upload", str(tmp_path / "bad.png"))
    assert say(key) in page.toasts[0] and page["restore-picture"] is None
    page.do("restore-run", "click")
    assert say("restore.missing") in page.toasts[-1] and page["restore-progress"] == ""


def test_restorers_are_compared_on_one_piece(page: Page, hole: str) -> None:
    page["restore-picture"] = hole
    page.do("restore-picture", "select", selected=[60, 60])
    assert "The piece around" in page["restore-compare-note"]
    page.do("restore-compare-run", "click")
    captions = [caption for _, caption in page["restore-pieces"]]
    assert len(captions) == 4 and re.search(r"crisp · \d+\.\d\d s", captions[-1])


def test_the_licence_of_a_restorer_of_the_hub_is_shown(page: Page) -> None:
    page.do("restore-filler", "input", next(key for key, row in RESTORERS.items() if row.repo == "fashn-ai/LaMa"))
    assert "fashn-ai/LaMa" in page["restore-licences"] and "apache-2.0" in page["restore-licences"]


def test_many_pictures_are_restored_with_one_mask(page: Page, hole: str, tmp_path: Path) -> None:
    mask = Image.new("L", (120, 90))
    mask.paste(255, HOLE)
    mask.save(tmp_path / "mask.png")
    save_png(load_image(hole).rotate(180), tmp_path / "other.png")
    page["restore-batch-files"] = [hole, str(tmp_path / "other.png")]
    page["restore-batch-masks"] = [str(tmp_path / "mask.png")]
    page.do("restore-batch-run", "click")
    assert "2 of 2" in page["restore-batch-status"]
    with zipfile.ZipFile(page["restore-batch-download"]) as archive:
        assert set(archive.namelist()) == {"hole.png", "other.png", "sheet.png", "results.csv", "recipes.json"}


def test_a_result_goes_on_to_the_next_restoration(page: Page, hole: str) -> None:
    page.do("restore-picture", "upload", hole)
    settings(page, upscale=2)
    page.do("restore-run", "click")
    page.do("restore-send-restore", "click")
    assert "240 × 180" in page["restore-diagnosis"]


def test_settings_that_are_restored_restore_the_same(page: Page, hole: str, tmp_path: Path) -> None:
    save_png(photo("coffee", 96), tmp_path / "other.png")
    made = restore(tmp_path / "other.png", clean=0.35, keep_paint=0.1, upscale=2, look="crisp")
    save_png(made, tmp_path / "made.png", text=chunks(made))
    page.do("restore-picture", "upload", hole)
    page.do("restore-reuse", "upload", str(tmp_path / "made.png"))
    assert (
        settings_note("ui.restore.run", ["ui.restore.picture"], "en") in page["restore-progress"]
        and page["restore-fill"] is False
    )
    page.do("restore-run", "click")
    assert recipe_of(page["restore-download"]).settings == recipe_of(tmp_path / "made.png").settings


def test_what_a_chinese_visitor_is_told_is_chinese(tmp_path: Path, hole: str) -> None:
    page = Page(build, tmp_path, language="zh-CN")
    page.load()
    page.do("restore-picture", "upload", hole)
    settings(page, clean=0, colour=0, upscale=2)
    page.do("restore-run", "click")
    for part in ("diagnosis", "legend", "status", "marked"):
        assert re.search("[\u4e00-\u9fff]", page[f"restore-{part}"]), part
