"""What a person does in the Generate tab, in a real browser, with a tiny generator."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import deepart
from deepart.images import load_image, save_png
from deepart.options import WalkOptions
from deepart.recipes import chunks, recipe_of
from deepart.tasks.generate import projection
from deepart.tasks.generate.generate import ArtGenerator
from deepart.tasks.generate.genome import genome_of
from deepart.tasks.generate.walks import walk_of
from deepart.text import say
from generator_app import STEERING, running_generator_app
from running_app import TIMEOUT
from tabs import open_drawers, open_tab

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect, Page = sync_api.expect, sync_api.Page

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]

NOTE = "#generate-note"
TILES = "#generate-wall .tile"
expect.set_options(timeout=1000 * TIMEOUT)


@pytest.fixture(scope="module")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app with a tiny generator."""
    with running_generator_app(tmp_path_factory.mktemp("generate-app")) as url:
        yield url


@pytest.fixture
def new_tab(new_page: NewPage) -> NewPage:
    """Opens the Generate tab as one more visitor, and waits for the wall that it begins with."""

    def opened(**options: object) -> Page:
        page = new_page(**options)
        open_tab(page, "Generate", "生成")
        expect(page.locator(f"{TILES}.picked")).to_have_count(1)
        open_drawers(page)
        return page

    return opened


def paint_seed(page: Page, seed: int, style: str = "ui.generate.any_style") -> None:
    """Hang the pictures of a seed, of native size."""
    page.click("#generate-upscale label:has-text('1')")
    if page.input_value("#generate-style input") != say(style):
        page.click("#generate-style input")
        page.get_by_role("option", name=say(style)).click()
        expect(page.locator(NOTE)).to_contain_text(say(style))  # its wall hangs, and will not come later
    page.fill("#generate-seed input", str(seed))
    page.click("#generate-seed-run")
    expect(page.locator(NOTE)).to_contain_text(f"Seed {seed} ·")


def saved(page: Page, folder: Path, button: str = "#generate-download") -> Path:
    """Download what a button offers."""
    with page.expect_download() as started:
        page.click(button)
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def open_file(page: Page, path: Path) -> None:
    """Open a saved file, instead of the one that is there."""
    there = page.locator("#generate-file [aria-label=Clear], #generate-file [aria-label='Remove file']")
    if there.count():
        there.first.click()
    page.set_input_files("#generate-file input[type=file]", path)


def picture_with(page: Page, folder: Path, expected: Callable[[Path], bool]) -> Path:
    """Download the picture as soon as it is the one that is expected: it is written a moment after it is shown."""
    for _ in range(10 * TIMEOUT):
        path = saved(page, folder)
        if expected(path):
            return path
        page.wait_for_timeout(100)
    raise AssertionError("the picture never came")


def test_one_click_hangs_pictures_and_a_seed_brings_them_again(new_tab: NewPage, tmp_path: Path) -> None:
    page = new_tab()
    before = page.input_value("#generate-seed input")
    page.click("#generate-run")
    expect(page.locator("#generate-seed input")).not_to_have_value(before)
    paint_seed(page, 41)
    path = picture_with(page, tmp_path, lambda path: recipe_of(path).seed == 41)
    assert path.name == "deepart-generated.png"
    style = ArtGenerator().born(41).style
    expect(page.locator(NOTE)).to_contain_text(style)
    expected = np.asarray(load_image(deepart.generate(41, style=style)[0]))
    assert (np.asarray(load_image(path)) == expected).all()
    expect(page.locator("#generate-original .track")).to_have_count(1)
    expect(page.locator("#generate-original li")).to_have_count(3)
    page.locator(f"{TILES} .picture").nth(2).click()
    expect(page.locator(NOTE)).to_contain_text("Seed 43")
    page.click("#generate-upscale label:has-text('4')")
    path = picture_with(page, tmp_path, lambda path: load_image(path).size == (1024, 1024))
    assert recipe_of(path).seed == 43


def test_picture_is_steered_crossed_and_kept(new_tab: NewPage, tmp_path: Path) -> None:
    page = new_tab()
    paint_seed(page, 5)
    slider = page.locator("#generate-direction-1")
    expect(slider).to_contain_text("Dark ← → Bright")
    slider.locator("input[type=number]").fill("2")
    slider.locator("input[type=number]").press("Enter")
    expect(page.locator(NOTE)).to_contain_text("Changed")
    engine = ArtGenerator()
    expected = STEERING.steer(engine.born(5), {"direction-1": 2.0})
    picture_with(page, tmp_path, lambda path: genome_of(path).id == expected.id)

    page.click("#generate-cross > button")
    page.click("#generate-choose-partner")
    expect(page.locator("#generate-partner .tile")).to_have_count(1)
    page.locator(f"{TILES} .picture").nth(1).click()
    expect(page.locator(NOTE)).to_contain_text("Seed 6")
    expect(slider.locator("input[type=number]")).to_have_value("0")
    page.click("#generate-levels label:has-text('layout')")
    expect(page.locator(NOTE)).to_contain_text("Mixture")
    page.click("#generate-keep")
    expect(page.locator(TILES)).to_have_count(9)
    expect(page.locator(f"{TILES}.picked")).to_have_count(1)
    page.click("#generate-breed > button")
    expect(page.locator("#generate-lineage .tile")).to_have_count(4)  # itself, its parents, and the steered one's


@pytest.mark.campaign
def test_liked_pictures_have_children_and_one_can_go_back(new_tab: NewPage) -> None:
    page = new_tab()
    paint_seed(page, 300)
    page.click("#generate-breed > button")
    page.click("#generate-evolve")
    expect(page.locator("[data-testid=toast-text]")).to_have_text(say("generate.nothing_liked"))
    for number in (1, 3):
        page.locator(f"{TILES} .heart").nth(number).click()
    expect(page.locator(f"{TILES}.liked")).to_have_count(2)
    page.click("#generate-evolve")
    expect(page.locator(NOTE)).to_contain_text("Child")
    expect(page.locator(TILES)).to_have_count(8)
    expect(page.locator(f"{TILES}.liked")).to_have_count(0)
    page.click("#generate-neighbours")
    expect(page.locator(f"{TILES} [title=Neighbour]")).to_have_count(7)
    for _ in range(2):
        page.click("#generate-back")
    expect(page.locator(NOTE)).to_contain_text("Seed 300")


def test_pad_map_and_generators_of_the_hub_are_there(new_tab: NewPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    page = new_tab()
    page.click("#generate-pad-side > button")
    expect(page.locator("#generate-pad .anchor")).to_have_count(4)
    page.click("#generate-pad .pad", position={"x": 120, "y": 150})
    expect(page.locator(NOTE)).to_contain_text("Between pictures")
    page.click("#generate-map-side > button")
    expect(page.locator("#generate-map .anchor")).to_have_count(len(STEERING.points))
    expect(page.locator("#generate-map-axes")).to_contain_text("more Cubism")
    page.click("#generate-map .pad", position={"x": 130, "y": 160})
    expect(page.locator(NOTE)).to_contain_text("From the map")
    page.click("#generate-hub > button")
    page.click("#generate-model input")
    page.get_by_role("option", name="fastgan-few-shot-shells").click()
    expect(page.locator("#generate-licence")).to_contain_text("huggan/fastgan-few-shot-shells · Licence: mit.")


@pytest.mark.campaign
def test_film_and_picture_are_saved_and_opened_again(new_tab: NewPage, tmp_path: Path) -> None:
    page = new_tab()
    page.click("#generate-count label:has-text('4')")
    expect(page.locator(TILES)).to_have_count(4)
    page.locator("#generate-seconds input[type=number]").fill("1")
    page.locator("#generate-seconds input[type=number]").press("Enter")
    page.click("#generate-easing label >> nth=1")
    page.click("#generate-kind label:has-text('GIF')")
    page.click("#generate-film-run")
    page.wait_for_selector("#generate-film-animation img")
    path = saved(page, tmp_path, "#generate-film-download")
    walk = walk_of(path)
    assert len(walk.keys) == 4 and walk.options == WalkOptions(24, easing="linear")
    with Image.open(path) as film:
        assert film.n_frames == 24

    page.click("#generate-open > button")
    page.click("#generate-run")
    expect(page.locator(NOTE)).not_to_contain_text(f"Seed {walk.keys[0].seed} ·")
    open_file(page, path)
    expect(page.locator(NOTE)).to_contain_text(f"Seed {walk.keys[0].seed} ·")
    expect(page.locator("#generate-seconds input[type=number]")).to_have_value("1")

    picture = deepart.generate(77, style="Rococo", truncation=0.5)[0]
    save_png(picture, tmp_path / "saved.png", text=chunks(picture))
    open_file(page, tmp_path / "saved.png")
    expect(page.locator(NOTE)).to_contain_text("Seed 77 · Rococo · variety 0.50")
    expect(page.locator("#generate-variety input[type=number]")).to_have_value("0.5")
    expect(page.locator("#generate-seed input")).to_have_value("77")
    Image.new("RGB", (64, 64)).save(tmp_path / "other.png")
    open_file(page, tmp_path / "other.png")
    expect(page.locator("[data-testid=toast-text]")).to_have_text(say("generate.no_genome"))


@pytest.mark.campaign
def test_own_picture_is_approximated_and_goes_on_to_other_tabs(
    new_tab: NewPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "STARTS", 3)
    monkeypatch.setattr(projection, "MOST_SECONDS", 0.5)
    save_png(Image.linear_gradient("L").convert("RGB"), tmp_path / "own.png")
    page = new_tab()
    page.click("#generate-own > button")
    page.click("#generate-own-run")
    expect(page.locator("[data-testid=toast-text]")).to_have_text(say("generate.no_own_picture"))
    page.set_input_files("#generate-own-picture input[type=file]", tmp_path / "own.png")
    page.wait_for_selector("#generate-own-picture img")
    page.click("#generate-own-run")
    expect(page.locator("#generate-own-progress")).to_contain_text("Approximate")
    page.wait_for_selector("#generate-own-found img")
    expect(page.locator(NOTE)).to_contain_text("Like your picture")
    expect(page.locator("#generate-download")).to_be_enabled()
    page.click("#generate-send-transfer")
    page.wait_for_selector("#transfer-content img")
    page.get_by_role("tab", name="Generate").click()
    page.click("#generate-send-classify")
    page.wait_for_selector("#classify-verdict .verdict")


def test_chinese_visitor_on_a_phone_reads_chinese_and_need_not_scroll_sideways(new_tab: NewPage) -> None:
    page = new_tab(locale="zh-CN", viewport={"width": 390, "height": 844}, has_touch=True)
    expect(page.locator("#generate-download")).to_be_enabled()
    for part in ("new", "note", "directions", "actions", "send", "original", "film", "hub"):
        assert re.search("[\u4e00-\u9fff]", page.inner_text(f"#generate-{part}")), part
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    parts = [page.locator(f"#generate-{part}") for part in ("easel", "wall", "run", "download", "directions")]
    places = [part.bounding_box()["y"] for part in parts]
    assert places == sorted(places)
