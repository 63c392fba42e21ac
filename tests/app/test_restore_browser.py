"""What a person does in the Restore tab, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepart.images import load_image, save_png
from deepart.recipes import recipe_of
from deepart.tasks.restore import bundled as bundled_restorers
from deepart.text import say
from deepart.ui.restore.damaged_samples import damaged
from pictures import BAD_PICTURES
from running_app import TIMEOUT, Brake, wait_until
from tabs import open_drawers, open_tab
from tiny_restorers import HOLE, picture_with_hole, tiny_restorers

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect, Page = sync_api.expect, sync_api.Page

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
Photo = Callable[[str], Path]

CARD, STATUS = "#restore-diagnosis", "#restore-status"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
expect.set_options(timeout=1000 * TIMEOUT)


@pytest.fixture(autouse=True)
def _tiny() -> Iterator[None]:
    with tiny_restorers():
        yield


@pytest.fixture
def new_tab(new_page: NewPage) -> NewPage:
    """Opens the Restore tab as one more visitor, and waits for the sample that it begins with."""

    def opened(**options: object) -> Page:
        page = new_page(**options)
        open_tab(page, "Restore", "修复")
        page.wait_for_selector(f"{STATUS} p")
        open_drawers(page)
        return page

    return opened


@pytest.fixture
def hole(tmp_path: Path) -> Path:
    picture = picture_with_hole()
    picture.save(tmp_path / "hole.png")
    return tmp_path / "hole.png"


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Brake]:
    """Makes a restoration last as long as a test needs it to."""
    brake, original = Brake(), bundled_restorers._apply

    def apply(network: object, *layers: object, **options: int) -> object:
        brake.before_piece()
        return original(network, *layers, **options)

    monkeypatch.setattr(bundled_restorers, "_apply", apply)
    yield brake
    brake.release()


def upload(page: Page, path: Path) -> None:
    page.set_input_files("#restore-picture input[type=file]", path)


def upload_hole(page: Page, path: Path) -> None:
    """Add the picture of `hole`, and wait until it is known what it needs."""
    upload(page, path)
    expect(page.locator(CARD)).to_contain_text("120 × 90")
    expect(page.locator(CARD)).to_contain_text("% of the picture is damaged")
    expect(page.locator("#restore-fill input")).to_be_checked()


def set_slider(page: Page, name: str, value: float) -> None:
    page.fill(f"#restore-{name} input[type=number]", str(value))
    page.press(f"#restore-{name} input[type=number]", "Tab")


def download(page: Page, button: str, folder: Path) -> Path:
    with page.expect_download() as started:
        page.click(button)
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def pixels(picture: object) -> np.ndarray:
    """Return the pixels of a file, (H, W, 3)."""
    return np.asarray(load_image(picture)).astype(int)


def test_damaged_picture_is_diagnosed_and_restored_as_proposed(new_tab: NewPage, hole: Path, tmp_path: Path) -> None:
    page = new_tab()
    upload_hole(page, hole)
    expect(page.locator("#restore-straighten")).to_be_hidden()
    assert page.is_checked("#restore-upscale label:has-text('4') input")
    page.click("#restore-run")
    expect(page.locator(STATUS)).to_contain_text("480 × 360")
    expect(page.locator("#restore-legend")).to_contain_text(re.compile(r"invented: \d"))
    path = download(page, "#restore-download", tmp_path)
    assert path.name == "deepart-restored.png"
    assert load_image(path).size == (480, 360)
    assert recipe_of(path).settings["steps"].startswith("fill")
    levels = Image.open(download(page, "#restore-trust-file", tmp_path))
    assert levels.getpixel((200, 150)) == 255  # the hole was invented
    page.click("#restore-show label >> nth=1")
    page.wait_for_selector("#restore-trust img")

    page.click("#restore-samples .thumbnail-item >> nth=3")
    width, height = (4 * side for side in load_image(damaged("small")).size)
    expect(page.locator(STATUS)).to_contain_text(f"{width} × {height}")
    save_png(load_image(damaged("askew")), tmp_path / "photo.png")
    upload(page, tmp_path / "photo.png")
    expect(page.locator(CARD)).to_contain_text(say("ui.restore.askew"))
    page.click("#restore-straighten")
    expect(page.locator("#restore-straightened")).to_be_visible()
    expect(page.locator("#restore-straighten")).to_be_hidden()
    page.click("#restore-straightened button")
    expect(page.locator(CARD)).to_contain_text("800 × 640")

    # Lines of a drawing may be meant: nothing is filled before the visitor says so.
    drawing = Image.new("RGB", (130, 90), (246, 244, 238))
    drawing.paste("black", (60, 0, 64, 90))
    save_png(drawing, tmp_path / "drawing.png")
    upload(page, tmp_path / "drawing.png")
    expect(page.locator(CARD)).to_contain_text("130 × 90")  # of the photo before it is asked, too
    expect(page.locator(CARD)).to_contain_text(say("ui.restore.damage.ask"))
    expect(page.locator(f"{CARD} img")).to_be_visible()
    expect(page.locator("#restore-fill input")).not_to_be_checked()
    page.click("#restore-fill-red")
    expect(page.locator(STATUS)).to_contain_text("520 × 360")
    expect(page.locator("#restore-fill-red")).to_be_hidden()
    made = recipe_of(download(page, "#restore-download", tmp_path)).settings
    assert made["steps"].startswith("fill") and 0.03 < made["filled"] < 0.1


def test_restoration_is_stopped_and_a_bad_picture_takes_none_away(
    new_tab: NewPage, hole: Path, slow: Brake, tmp_path: Path
) -> None:
    page = new_tab()
    upload_hole(page, hole)
    slow.pull()
    pieces = slow.pieces
    page.click("#restore-run")
    wait_until(lambda: slow.pieces > pieces)
    expect(page.locator("#restore-progress .track")).to_be_visible()
    page.click("#restore-stop")
    expect(page.locator("#restore-progress")).to_contain_text(say("ui.restore.stopped"))
    slow.release()
    data, key = BAD_PICTURES["png that ends early"]
    (tmp_path / "bad.png").write_bytes(data)
    upload(page, tmp_path / "bad.png")
    expect(page.locator("[data-testid=toast-text]")).to_have_text([say(key)])
    expect(page.locator("#restore-picture img")).to_have_attribute("src", re.compile("hole"))
    assert slow.pieces == pieces + 1


def test_damage_is_drawn_protected_uploaded_and_downloaded(new_tab: NewPage, hole: Path, tmp_path: Path) -> None:
    page = new_tab()
    upload_hole(page, hole)
    page.click("#restore-mask > button")
    marked = page.locator("#restore-marked span.md")
    expect(marked).to_contain_text("is marked")
    canvas = page.locator("#restore-editor canvas").first
    canvas.scroll_into_view_if_needed()
    page.wait_for_timeout(3000)  # the editor draws its picture, and then its mask, without a sign of being done
    before = marked.inner_text()
    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def draw() -> bool:
        page.mouse.move(x + 60, y + 100)
        page.mouse.down()
        page.wait_for_timeout(300)
        page.mouse.move(x + 120, y + 100, steps=5)
        page.wait_for_timeout(300)
        page.mouse.up()
        page.wait_for_timeout(2000)
        return marked.inner_text() != before

    wait_until(draw)  # an editor that is still loading takes no strokes
    path = download(page, "#restore-mask-file", tmp_path)
    drawn = np.asarray(Image.open(path))
    assert drawn.shape == (90, 120)
    assert (drawn[HOLE[1] : HOLE[3], HOLE[0] : HOLE[2]] == 255).all()  # what was found stays
    assert drawn[60:, 60:].any()
    # The file can be used again, and protects nothing.
    page.click("#restore-clear")
    expect(page.locator("#restore-marked")).not_to_contain_text("is marked")
    page.wait_for_timeout(2000)
    with page.expect_file_chooser() as chooser:
        page.click("#restore-upload")
    chooser.value.set_files(path)
    expect(marked).to_contain_text("is marked")
    assert (np.asarray(Image.open(download(page, "#restore-mask-file", tmp_path))) == drawn).all()


def test_chinese_visitor_on_a_phone_reads_chinese_and_need_not_scroll_sideways(new_tab: NewPage) -> None:
    page = new_tab(locale="zh-CN", **PHONE)
    for part in ("diagnosis", "samples", "recipe", "show", "legend", "status", "mask", "hub"):
        assert re.search("[\u4e00-\u9fff]", page.inner_text(f"#restore-{part}")), part
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    parts = [page.locator(f"#restore-{part}") for part in ("picture", "diagnosis", "run", "result")]
    places = [part.bounding_box()["y"] for part in parts]
    assert places == sorted(places)
