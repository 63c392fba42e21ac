"""What a person does in the Blend tab, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from deepart.images import load_image
from deepart.recipes import recipe_of
from deepart.tasks.paint.blend import blend
from deepart.tasks.paint.gallery import named_styles
from deepart.tasks.paint.style_files import SUFFIX
from deepart.tasks.paint.transfer import DEFAULT_CHECKPOINT
from deepart.text import say, texts
from running_app import TIMEOUT, wait_until
from tabs import open_drawers, open_tab

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect, Page = sync_api.expect, sync_api.Page

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
Photo = Callable[[str], Path]

AFTER = "#blend-result img >> nth=1"
TOAST = "[data-testid=toast-text]"
ROWS = ".style-row:visible"
PARTS = ("add", "layers", "place", "finish", "save", "morph")
expect.set_options(timeout=1000 * TIMEOUT)


@pytest.fixture
def new_blend(new_page: NewPage) -> NewPage:
    """Opens the Blend tab as one more visitor."""

    def opened(**options: object) -> Page:
        page = new_page(**options)
        open_tab(page, "Blend", "风格混合")
        page.wait_for_selector(AFTER)
        expect(page.locator("#blend-mix")).to_contain_text("%")  # the last of what fills in by itself
        open_drawers(page)
        return page

    return opened


def unfold(page: Page, part: str) -> None:
    page.click(f"#blend-{part} > button")


def choose(page: Page, group: str, text: str) -> None:
    page.click(f"#{group} label:has-text('{text}')")


def weight_of(page: Page, number: int) -> float:
    return float(page.input_value(f"#blend-weight-{number} input[type=number]"))


def set_weight(page: Page, number: int, weight: float) -> None:
    page.fill(f"#blend-weight-{number} input[type=number]", str(weight))
    page.keyboard.press("Enter")


def wait_for_new_picture(page: Page, change: Callable[[], object]) -> None:
    before = page.get_attribute(AFTER, "src")
    change()
    expect(page.locator(AFTER)).not_to_have_attribute("src", before)


def upload(page: Page, *paths: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.click("#blend-upload")
    chooser.value.set_files(list(paths))


def paint(page: Page, folder: Path) -> Path:
    """Paint, and return what is downloaded."""
    page.click("#blend-run")
    expect(page.locator("#blend-status")).to_contain_text(re.compile("Painted|已绘制"))
    return download(page, "#blend-download", folder)


def download(page: Page, button: str, folder: Path) -> Path:
    expect(page.locator(button)).to_be_enabled()
    with page.expect_download() as started:
        page.click(button)
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def test_weights_are_live_and_the_painting_is_downloaded(new_blend: NewPage, photo: Photo, tmp_path: Path) -> None:
    page = new_blend()
    expect(page.locator("#blend-mix")).to_have_text("The Starry Night 50 % · The Scream 50 %")
    wait_for_new_picture(page, lambda: set_weight(page, 2, 0.25))  # nobody pressed Paint
    expect(page.locator("#blend-mix")).to_have_text("The Starry Night 80 % · The Scream 20 %")
    expect(page.locator("#blend-download")).to_be_disabled()
    path = paint(page, tmp_path)
    assert path.name == "deepart-starry-night-the-scream-coffee.png"
    settings = recipe_of(path).settings
    assert [settings[key] for key in ("style_1", "weight_1", "style_2", "weight_2")] == [
        *("starry-night", 1.0),
        *("the-scream", 0.25),
    ]
    expected = blend(photo("coffee.png"), {"starry-night": 1, "the-scream": 0.25})
    assert (np.asarray(load_image(path)) == np.asarray(expected)).all()
    set_weight(page, 1, 0)
    set_weight(page, 2, -1)
    expect(page.locator("#blend-status")).to_have_text(say("blend.all_weights_zero"))


def test_pad_and_map_move_the_weights_and_the_mix_is_used_in_transfer(new_blend: NewPage, tmp_path: Path) -> None:
    page = new_blend()
    wait_for_new_picture(page, lambda: choose(page, "blend-mode", say("ui.blend.pad")))
    expect(page.locator("#blend-pad .anchor")).to_have_count(2)

    def drag() -> None:
        dot, box = (page.locator(f"#blend-pad .{part}").bounding_box() for part in ("dot", "pad"))
        page.mouse.move(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + box["height"] / 2, steps=5)
        page.mouse.up()

    wait_for_new_picture(page, drag)
    wait_until(lambda: weight_of_hidden(page) < 0.5)
    choose(page, "blend-mode", say("ui.blend.sliders"))
    assert weight_of(page, 2) == 1
    assert 0 < weight_of(page, 1) < 0.5

    unfold(page, "add")
    page.click("#blend-gallery .thumbnail-item:has-text('Udnie')")
    expect(page.locator(f"{ROWS} >> nth=2")).to_contain_text("Udnie")
    expect(page.locator("#blend-mix")).to_contain_text("Udnie")
    page.click("#blend-remove-3")
    expect(page.locator(ROWS)).to_have_count(2)
    expect(page.locator("#blend-mix")).not_to_contain_text("Udnie")

    unfold(page, "save")
    page.fill("#blend-name input, #blend-name textarea", "Night <i>scream</i>")
    page.click("#blend-save-run")
    expect(page.locator("#blend-save-note")).to_contain_text("Saved as")
    expect(page.locator(f"{ROWS} >> nth=2")).to_contain_text("Night <i>scream</i>")
    assert weight_of(page, 3) == 0  # the picture stays as it is
    path = download(page, "#blend-save-download", tmp_path)
    assert path.name.endswith(SUFFIX)
    open_tab(page, "Transfer")
    page.click("#transfer-own > button")
    with page.expect_file_chooser() as chooser:
        page.click("#transfer-style-file")
    chooser.value.set_files(path)
    expect(page.locator("#transfer-chosen")).to_contain_text("Night <i>scream</i>")
    open_tab(page, "Blend")

    wait_for_new_picture(page, lambda: choose(page, "blend-mode", say("ui.blend.map")))
    expect(page.locator("#blend-map .anchor")).to_have_count(len(named_styles(DEFAULT_CHECKPOINT)))
    wait_for_new_picture(page, lambda: page.locator("#blend-map .pad").click(position={"x": 60, "y": 60}))
    words = page.inner_text("#blend-mix").split(" · ")
    assert 1 <= len(words) <= 3
    page.click("#blend-take-map")
    expect(page.locator(ROWS)).to_have_count(len(words))
    expect(page.locator(f"{ROWS} >> nth=0")).to_contain_text(words[0].rpartition(" ")[0].rpartition(" ")[0])


def weight_of_hidden(page: Page) -> float:
    """Return the share of the first style while its slider is out of sight."""
    return int(re.search(r"The Starry Night (\d+) %", page.inner_text("#blend-mix"))[1]) / 100


@pytest.mark.campaign
def test_places_are_painted(new_blend: NewPage, tmp_path: Path) -> None:
    page = new_blend()
    unfold(page, "place")
    choose(page, "blend-where", say("ui.blend.where.painted"))
    canvas = page.locator("#blend-editor canvas").first
    # Gradio fills the canvas by and by: it is square until the picture is there.
    wait_until(lambda: "%" in page.inner_text("#blend-editor") and page.locator("#blend-editor canvas").count() > 0)
    page.wait_for_timeout(3000)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()

    def draw() -> None:
        page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.45 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"], steps=6)
        page.mouse.up()

    wait_for_new_picture(page, draw)
    roles = [ingredient.role for ingredient in recipe_of(paint(page, tmp_path)).ingredients]
    assert roles == ["content", "mask_1"]


def test_phone_has_everything_within_its_width(new_blend: NewPage) -> None:
    page = new_blend(viewport={"width": 390, "height": 844}, has_touch=True)
    for part in PARTS:
        unfold(page, part)
    for mode in ("pad", "map", "sliders"):
        choose(page, "blend-mode", say(f"ui.blend.{mode}"))
        wait_until(lambda mode=mode: page.locator(ROWS if mode == "sliders" else f"#blend-{mode} .anchor").count() > 0)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    parts = ("content", "weights", "mix", "run", "result", "download", "more", "tools")
    tops = [page.locator(f"#blend-{part}").bounding_box()["y"] for part in parts]
    assert tops == sorted(tops)
    for control in ("remove-2", "weight-2 input[type=range]", "upload", "palette input", "where", "run"):
        box = page.locator(f"#blend-{control}").first.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390, control


def test_chinese_tab_has_no_english(new_blend: NewPage, tmp_path: Path) -> None:
    page = new_blend(locale="zh-CN")
    for part in PARTS:
        unfold(page, part)
    expect(page.locator(f"{ROWS} >> nth=0")).to_contain_text("星月夜")
    expect(page.locator("#blend-mix")).to_have_text("星月夜 50 % · 呐喊 50 %")
    shown = page.inner_text("body")
    english = [text for key, text in texts("en").items() if key.startswith("ui.") and "\n" not in text]
    assert [text for text in english if re.search(rf"\b{re.escape(text)}\b", shown)] == []
    for _ in range(2):
        count = page.locator(ROWS).count()
        page.click("#blend-remove-1")
        expect(page.locator(ROWS)).to_have_count(count - 1)
    page.click("#blend-run")
    expect(page.locator(TOAST)).to_have_text(say("blend.number_of_styles", "zh", most=6))
