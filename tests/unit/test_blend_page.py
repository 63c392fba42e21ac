"""What the Blend tab does for a visitor, without a browser; see `handlers.Page`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

import deepart
from deepart.images import save_png
from deepart.recipes import Recipe, chunks, recipe_of
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT
from deepart.tasks.paint.gallery import named_styles
from deepart.tasks.paint.style_files import SUFFIX
from deepart.text import say
from deepart.ui.blend import morph_panel
from deepart.ui.blend.tab import build_blend_tab
from deepart.ui.choices import settings_note
from handlers import Page
from photos import photo


@pytest.fixture
def page(tmp_path: Path) -> Page:
    page = Page(build_blend_tab, tmp_path)
    save_png(photo("coffee", 96), tmp_path / "content.png")
    page["blend-content"] = str(tmp_path / "content.png")
    return page


def paint(page: Page) -> Recipe:
    page.do("blend-run", "click")
    assert page.toasts == []
    return recipe_of(page["blend-download"])


def add(page: Page, key: str) -> None:
    page.do("blend-gallery", "select", selected=list(named_styles(DEFAULT_CHECKPOINT)).index(key))


def test_weights_are_the_painting(page: Page) -> None:
    page.do("blend-weight-2", "input", 0.25)
    assert (
        page["blend-mix"] == "**The Starry Night** 80 % · **The Scream** 20 %" and "Preview in" in page["blend-status"]
    )
    settings = paint(page).settings
    assert [settings[key] for key in ("style_1", "weight_1", "style_2", "weight_2")] == [
        *("starry-night", 1.0),
        *("the-scream", 0.25),
    ]
    page["blend-weight-1"] = 0
    page.do("blend-weight-2", "input", -1)
    assert page["blend-status"] == say("blend.all_weights_zero")


def test_a_preview_that_comes_late_does_not_replace_the_painting(page: Page) -> None:
    paint(page)
    late = page.call("preview_blend")
    assert late["blend-result"] == late["blend-download"] == {}  # as they are
    page.do("blend-weight-2", "input", 0.25)
    assert "Preview in" in page["blend-status"]


def test_styles_are_added_and_removed(page: Page, tmp_path: Path) -> None:
    add(page, "the-scream")
    assert say("blend.style_is_in") in page.toasts.pop()
    add(page, "udnie")
    page.do("blend-remove-1", "click")
    assert page["blend-mix"] == "**The Scream** 50 % · **Udnie** 50 %"
    hostile = tmp_path / f"hostile{SUFFIX}"
    hostile.write_text(json.dumps({"format": "deepart-style/1", "vector": [1e30] * 9, "label": "<b>"}), "utf-8")
    save_png(photo("chelsea", 64), tmp_path / "chelsea.png")
    with pytest.warns(UserWarning):  # a toast about the first; the second is taken all the same
        page.do("blend-upload", "upload", [str(hostile), str(tmp_path / "chelsea.png")])
    assert "chelsea" in page["blend-mix"]
    assert [ingredient.role for ingredient in paint(page).ingredients] == ["content", "style_3"]
    for _ in range(3):
        page.do("blend-remove-1", "click")
    page.do("blend-run", "click")
    assert say("blend.number_of_styles", most=6) in page.toasts[0]


def test_a_layer_of_one_style_and_a_place_for_each(page: Page) -> None:
    page["blend-palette"] = "the-scream"
    page.do("blend-where", "input", "left-right")
    assert paint(page).settings.items() >= {"palette": "the-scream", "where": "left-right"}.items()


def test_a_mix_becomes_a_style_of_its_own(page: Page) -> None:
    page["blend-name"] = "Night <i>scream</i>"
    page.do("blend-save-run", "click")
    assert "Saved as" in page["blend-save-note"] and page["blend-weight-3"] == 0  # the picture stays as it is
    saved = page["blend-save-download"]
    assert saved.endswith(SUFFIX) and json.loads(Path(saved).read_text("utf-8"))["label"] == "Night <i>scream</i>"


def test_a_morph_is_a_film(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(morph_panel, "SIDES", {"mp4": 64, "gif": 64})
    page["morph-kind"], page["morph-seconds"] = "gif", 0.5
    page.do("morph-run", "click")
    assert Path(page["morph-download"]).name == "deepart-morph.gif"
    with Image.open(page["morph-download"]) as film:
        assert 10 < film.n_frames <= 24 and max(film.size) == 64  # frames that do not differ are one


def test_what_a_chinese_visitor_is_told_is_chinese(page: Page, tmp_path: Path) -> None:
    chinese = Page(build_blend_tab, tmp_path, language="zh-CN")
    chinese.load()
    assert chinese["blend-mix"] == "**星月夜** 50 % · **呐喊** 50 %"


def test_settings_that_are_restored_blend_the_same(page: Page, tmp_path: Path) -> None:
    content = photo("coffee", 96)
    styles = [("udnie", 1.5), (photo("chelsea", 64), 0.5), ("great-wave", -0.25)]
    settings = {"layers": {"palette": "udnie"}, "where": "left-right", "strength": 0.7, "size": 128, "brush": 2}
    made = deepart.blend(content, [styles[0], styles[2]], **settings)
    save_png(made, tmp_path / "made.png", text=chunks(made))
    page.do("blend-restore", "upload", str(tmp_path / "made.png"))
    assert page["blend-status"] == settings_note("ui.paint", ["ui.content"], "en")
    assert paint(page).settings == recipe_of(made).settings
    made = deepart.blend(content, styles)
    save_png(made, tmp_path / "made.png", text=chunks(made))
    page.do("blend-restore", "upload", str(tmp_path / "made.png"))
    assert say("ui.own_style_picture") in page["blend-status"]
    made = paint(page).settings
    assert (made["style_1"], made["style_2"], made["weight_2"]) == ("udnie", "great-wave", -0.25)
