"""What a person does with the app, in a real browser."""

from __future__ import annotations

import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from gradio_client import Client
from PIL import Image

import deepart
from deepart.images import load_image, save_png
from deepart.recipes import Recipe, chunks, recipe_of
from deepart.tasks.blend import mix_styles
from deepart.tasks.style_files import save_style
from deepart.text import say, texts
from deepart.ui import samples
from pictures import BAD_PICTURES
from running_app import TIMEOUT, Brake, wait_until
from tabs import close_toast

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect, Page = sync_api.expect, sync_api.Page

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
Photo = Callable[[str], Path]

AFTER = "#transfer-result img >> nth=1"
TOAST = "[data-testid=toast-text]"
expect.set_options(timeout=1000 * TIMEOUT)

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
CONTROLS = (
    "#transfer-content [aria-dropeffect]",
    "#transfer-gallery .thumbnail-item >> nth=0",
    "#transfer-own button",
    "#transfer-strength input[type=range]",
    "#transfer-colour label >> nth=3",
    "#transfer-brush label >> nth=4",
    "#transfer-place > button",
    "#transfer-size input",
    "#transfer-run",
    "#transfer-stop",
    "#transfer-download",
    "#transfer-again",
    "#transfer-restore",
    "#transfer-examples .thumbnail-item >> nth=0",
)


def upload(page: Page, path: Path, where: str = "#transfer-content") -> None:
    page.set_input_files(f"{where} input[type=file]", path)
    page.wait_for_selector(f"{where} img")


def choose(page: Page, title: str) -> None:
    page.click(f"#transfer-gallery .thumbnail-item:has-text('{title}')")
    expect(page.locator("#transfer-chosen")).to_contain_text(title)


def wait_until_painted(page: Page, size: str = "") -> None:
    expect(page.locator("#transfer-status")).to_contain_text(re.compile(rf"Painted {size}|已绘制 {size}"))


def download(page: Page, folder: Path) -> Path:
    with page.expect_download() as started:
        page.click("#transfer-download")
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def shows_picture(page: Page, selector: str) -> bool:
    return page.eval_on_selector(selector, "image => image.complete && image.naturalWidth > 0")


def test_photo_is_painted_and_downloaded(new_page: NewPage, photo: Photo, tmp_path: Path) -> None:
    page = new_page()
    first = page.get_attribute(AFTER, "src")
    assert shows_picture(page, AFTER)
    expect(page.locator("#transfer-download")).to_be_disabled()
    upload(page, photo("coffee.png"))
    choose(page, "The Great Wave off Kanagawa")
    page.click("#transfer-run")
    wait_until_painted(page, "600 × 400")
    assert page.get_attribute(AFTER, "src") != first
    wait_until(lambda: shows_picture(page, AFTER))
    path = download(page, tmp_path)
    assert path.name == "deepart-transfer.png"
    assert recipe_of(path).settings.items() >= {"strength": 1.0, "size": None, "style": "great-wave"}.items()
    assert (np.asarray(load_image(path)) == np.asarray(deepart.transfer(photo("coffee.png"), "great-wave"))).all()


def test_slider_uncovers_the_painting(new_page: NewPage) -> None:
    page = new_page()
    covered = page.locator(AFTER).evaluate("image => image.style.clipPath")
    box = page.locator("#transfer-result").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 5, middle, steps=5)
    page.mouse.up()
    wait_until(lambda: page.locator(AFTER).evaluate("image => image.style.clipPath") != covered)


def test_example_is_painted_by_one_click(new_page: NewPage, tmp_path: Path) -> None:
    page = new_page()
    page.click("#transfer-examples .thumbnail-item >> nth=2")
    wait_until_painted(page, "512 × 512")
    expect(page.locator("#transfer-chosen")).to_contain_text("The Scream")
    assert shows_picture(page, "#transfer-content img")
    assert recipe_of(download(page, tmp_path)).settings["style"] == samples.EXAMPLES[2].style
    # The example stays set up: it can be painted again in another style.
    choose(page, "Udnie")
    page.click("#transfer-run")
    wait_until(lambda: recipe_of(download(page, tmp_path)).settings["style"] == "udnie")


def test_style_of_a_picture_of_ones_own(new_page: NewPage, photo: Photo, tmp_path: Path) -> None:
    page = new_page()
    upload(page, photo("rocket.jpg"))
    page.click("#transfer-own button")
    upload(page, photo("coffee.png"), "#transfer-own")
    expect(page.locator("#transfer-chosen")).to_have_text("The style of your own picture")
    expect(page.locator("#transfer-gallery .thumbnail-item.selected")).to_have_count(0)
    page.click("#transfer-run")
    wait_until_painted(page)
    recipe = recipe_of(download(page, tmp_path))
    assert [ingredient.role for ingredient in recipe.ingredients] == ["content", "style"]
    choose(page, "Udnie")  # and back to the gallery
    expect(page.locator("#transfer-own img")).to_have_count(0)


def test_painting_is_painted_over(new_page: NewPage, tmp_path: Path) -> None:
    page = new_page()
    expect(page.locator("#transfer-again")).to_be_disabled()
    page.click("#transfer-examples .thumbnail-item >> nth=0")
    wait_until_painted(page)
    photo = page.get_attribute("#transfer-content img", "src")
    first = page.get_attribute(AFTER, "src")
    page.click("#transfer-again")
    expect(page.locator("#transfer-content img")).not_to_have_attribute("src", photo)
    choose(page, "Udnie")
    page.click("#transfer-run")
    expect(page.locator(AFTER)).not_to_have_attribute("src", first)
    recipe = recipe_of(download(page, tmp_path))
    assert recipe.settings["style"] == "udnie"
    assert recipe.ingredients[0].recipe.settings["style"] == samples.EXAMPLES[0].style


def choose_file(page: Page, button: str, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.click(button)
    chooser.value.set_files(path)


def restore(page: Page, path: Path) -> None:
    choose_file(page, "#transfer-restore", path)


def test_settings_are_restored_from_a_download(new_page: NewPage, photo: Photo, tmp_path: Path) -> None:
    painted = deepart.transfer(photo("coffee.png"), "poppy-field", 0.35, size=512, brush=2, protect_faces=0.5)
    save_png(painted, tmp_path / "painted.png", text=chunks(painted))
    page = new_page()
    restore(page, tmp_path / "painted.png")
    expect(page.locator("#transfer-status")).to_have_text(say("ui.settings_restored"))
    expect(page.locator("#transfer-chosen")).to_contain_text("Poppy Field")
    expect(page.locator("#transfer-strength input[type=number]")).to_have_value("0.35")
    expect(page.locator("#transfer-size input")).to_have_value("512 px")
    expect(page.locator("#transfer-gallery .thumbnail-item.selected")).to_have_text("Poppy Field")
    upload(page, photo("coffee.png"))
    page.click("#transfer-run")
    wait_until_painted(page)
    assert recipe_of(download(page, tmp_path)) == Recipe.from_json(painted.info["deepart"])


def test_picture_without_settings_is_said_to_have_none(new_page: NewPage, photo: Photo) -> None:
    page = new_page()
    restore(page, photo("coffee.png"))
    expect(page.locator(TOAST)).to_have_text(say("recipe.missing"))


def test_tiff_is_shown_and_painted(new_page: NewPage, photo: Photo, tmp_path: Path) -> None:
    with Image.open(photo("coffee.png")) as image:
        image.save(tmp_path / "coffee.tif")
    page = new_page()
    upload(page, tmp_path / "coffee.tif")
    wait_until(lambda: shows_picture(page, "#transfer-content img"))
    page.fill("#transfer-strength input[type=number]", "0")
    page.click("#transfer-run")
    wait_until_painted(page)
    assert (np.asarray(load_image(download(page, tmp_path))) == np.asarray(load_image(photo("coffee.png")))).all()


def test_bad_picture_is_refused_when_it_is_added(new_page: NewPage, photo: Photo, tmp_path: Path) -> None:
    page = new_page()
    for kind in ("text", "png that ends early", "png just over", "svg"):
        data, key = BAD_PICTURES[kind]
        (tmp_path / "holiday.png").write_bytes(data)
        page.set_input_files("#transfer-content input[type=file]", tmp_path / "holiday.png")
        expect(page.locator(TOAST)).to_have_text(say(key, limit=40))
        expect(page.locator("#transfer-content img")).to_have_count(0)  # instead of a broken picture
        close_toast(page)
    upload(page, photo("coffee.png"))
    wait_until(lambda: shows_picture(page, "#transfer-content img"))


def test_bad_style_picture_is_refused_when_it_is_added(new_page: NewPage, tmp_path: Path) -> None:
    (tmp_path / "painting.png").write_bytes(BAD_PICTURES["text"][0])
    page = new_page()
    page.click("#transfer-own button")
    page.set_input_files("#transfer-own input[type=file]", tmp_path / "painting.png")
    expect(page.locator(TOAST)).to_have_text(say("picture.not_an_image"))
    expect(page.locator("#transfer-own img")).to_have_count(0)
    expect(page.locator("#transfer-chosen")).to_contain_text("The Starry Night")


def test_paint_asks_for_a_picture(new_page: NewPage) -> None:
    page = new_page()
    page.click("#transfer-run")
    expect(page.locator(TOAST)).to_have_text(say("content.missing"))
    assert shows_picture(page, AFTER)


def test_double_click_paints_once(new_page: NewPage, client: Client, photo: Photo, brake: Brake) -> None:
    page = new_page()
    client.predict(api_name="/health")  # whose self-test paints the first time
    brake.pieces = 0
    upload(page, photo("chelsea.png"))
    page.dblclick("#transfer-run")
    wait_until_painted(page)
    client.predict(api_name="/health")  # waits in the same queue, behind what would be the second run
    assert brake.pieces == 1


def test_settings_show_at_once_what_they_do(new_page: NewPage, photo: Photo) -> None:
    page = new_page()
    upload(page, photo("coffee.png"))
    seen = {page.get_attribute(AFTER, "src")}

    def wait_for_another_preview() -> None:
        wait_until(lambda: page.get_attribute(AFTER, "src") not in seen)
        seen.add(page.get_attribute(AFTER, "src"))
        expect(page.locator("#transfer-status")).to_contain_text("Preview in")

    choose(page, "Udnie")
    wait_for_another_preview()
    page.fill("#transfer-strength input[type=number]", "0.4")
    wait_for_another_preview()
    page.click("#transfer-colour label:has-text('palette')")
    wait_for_another_preview()
    page.click("#transfer-brush label:has-text('Very broad')")
    wait_for_another_preview()
    wait_until(lambda: shows_picture(page, AFTER))
    expect(page.locator("#transfer-download")).to_be_disabled()  # there is nothing in full size yet


def test_only_the_subject_is_painted(new_page: NewPage, photo: Photo, tmp_path: Path) -> None:
    page = new_page()
    upload(page, photo("coffee.png"))
    page.click("#transfer-place > button")
    page.click("#transfer-where label:has-text('Subject')")
    page.click("#transfer-run")
    wait_until_painted(page)
    path = download(page, tmp_path)
    assert recipe_of(path).settings["mask"] == "subject"
    changed = np.abs(np.asarray(load_image(path), int) - np.asarray(load_image(photo("coffee.png")), int)).max(2) > 3
    assert changed[150:250, 250:350].mean() > 0.6 and changed[:20].mean() < 0.2


def test_mask_is_painted_by_hand(new_page: NewPage, photo: Photo, tmp_path: Path) -> None:
    page = new_page()
    upload(page, photo("coffee.png"))
    page.click("#transfer-place > button")
    page.click("#transfer-where label:has-text('Paint a mask')")
    canvas = page.locator("#transfer-editor canvas").first
    canvas.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)  # the editor draws its picture without a sign of being done
    box = canvas.bounding_box()
    left, middle = box["x"] + 0.25 * box["width"], box["y"] + box["height"] / 2
    page.mouse.move(left, middle - 40)
    page.mouse.down()
    page.mouse.move(left, middle + 40, steps=10)
    page.mouse.up()
    page.click("#transfer-run")
    wait_until_painted(page)
    painted, before = (np.asarray(load_image(path), int) for path in (download(page, tmp_path), photo("coffee.png")))
    changed = np.abs(painted - before).max(2) > 0
    assert 0.005 < changed[:, :300].mean() < 0.4 and changed[:, 420:].mean() == 0


def test_missing_mask_is_asked_for(new_page: NewPage, photo: Photo) -> None:
    page = new_page()
    upload(page, photo("coffee.png"))
    page.click("#transfer-place > button")
    page.click("#transfer-where label:has-text('Upload a mask')")
    page.click("#transfer-run")
    expect(page.locator(TOAST)).to_have_text(say("mask.missing"))


def test_style_from_a_file(new_page: NewPage, photo: Photo, tmp_path: Path) -> None:
    save_style(mix_styles({"udnie": 1, "great-wave": 1}, name="Wave <b>Udnie</b>"), tmp_path / "mine.json")
    (tmp_path / "hostile.json").write_text('{"format": "something else"}')
    page = new_page()
    upload(page, photo("coffee.png"))
    page.click("#transfer-own button")
    choose_file(page, "#transfer-style-file", tmp_path / "hostile.json")
    expect(page.locator(TOAST)).to_contain_text("not a file that a style was saved to")
    choose_file(page, "#transfer-style-file", tmp_path / "mine.json")
    expect(page.locator("#transfer-chosen")).to_contain_text("Wave <b>Udnie</b>")
    page.click("#transfer-run")
    wait_until_painted(page)
    assert recipe_of(download(page, tmp_path)).settings["style"] == "Wave <b>Udnie</b>"


def test_many_pictures_come_back_as_an_archive(new_page: NewPage, photo: Photo, tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(BAD_PICTURES["text"][0])
    page = new_page()
    page.click("#batch > button")
    page.set_input_files("#batch-files input[type=file]", [photo("coffee.png"), bad, photo("chelsea.png")])
    page.click("#batch-run")
    expect(page.locator("#batch-status")).to_contain_text("2 of 3")
    expect(page.locator("#batch-status")).to_contain_text(say("picture.not_an_image"))
    with page.expect_download() as started:
        page.click("#batch-download")
    with zipfile.ZipFile(started.value.path()) as archive:
        assert sorted(archive.namelist()) == ["chelsea.png", "coffee.png", "results.csv", "sheet.png"]
    page.click("#transfer-examples .thumbnail-item >> nth=0")
    wait_until_painted(page)
    sheet = page.get_attribute("#batch-result img", "src")
    page.click("#batch-sweep")
    expect(page.locator("#batch-result img")).not_to_have_attribute("src", sheet)


def test_stop_ends_the_painting(new_page: NewPage, photo: Photo, brake: Brake, monkeypatch: pytest.MonkeyPatch) -> None:
    report = gr.Progress.__call__

    def report_at_once(*args: object, **kwargs: object) -> None:
        report(*args, **kwargs)
        time.sleep(0.3)  # Gradio sends what was reported from time to time, usually after the next value

    monkeypatch.setattr(gr.Progress, "__call__", report_at_once)
    page = new_page()
    first = page.get_attribute(AFTER, "src")
    upload(page, photo("chelsea.png"))
    page.click("#transfer-size input")
    page.get_by_role("option", name="4096 px").click()
    brake.pull()
    page.click("#transfer-run")
    wait_until(lambda: brake.pieces == 1)
    progress = page.locator("#transfer-result [role=progressbar]")
    expect(progress).to_be_visible()
    with page.expect_request("**/cancel"):
        page.click("#transfer-stop")
    brake.release()
    expect(progress).to_have_count(0)
    at_stop = brake.pieces
    # The app is free for the next picture, and the last one got hardly further than its first piece.
    page.click("#transfer-size input")
    page.get_by_role("option", name="100 %").click()
    assert page.get_attribute(AFTER, "src") == first
    page.click("#transfer-run")
    wait_until_painted(page, "451 × 300")
    assert brake.pieces == at_stop + 1
    assert at_stop <= 3


def test_reload_during_a_run_leaves_the_app_usable(new_page: NewPage, photo: Photo, brake: Brake) -> None:
    page = new_page()
    upload(page, photo("chelsea.png"))
    brake.pull()
    page.click("#transfer-run")
    wait_until(lambda: brake.pieces == 1)
    page.reload()
    page.wait_for_selector(AFTER)
    brake.release()
    upload(page, photo("coffee.png"))
    page.click("#transfer-run")
    wait_until_painted(page, "600 × 400")


def test_chinese_interface_has_no_english(new_page: NewPage, photo: Photo) -> None:
    page = new_page(locale="zh-CN")
    page.click("#transfer-own button")
    expect(page.locator("#transfer-run")).to_have_text(say("ui.paint", "zh"))
    english = [
        line.strip("# ") for key, text in texts("en").items() if key.startswith("ui.") for line in text.split("\n")
    ]
    shown = page.inner_text("body")
    assert [text for text in english if text != "deepart" and re.search(rf"\b{re.escape(text)}\b", shown)] == []
    assert say("ui.first_picture", "zh") in shown
    page.click("#transfer-run")
    expect(page.locator(TOAST)).to_have_text(say("content.missing", "zh"))
    upload(page, photo("chelsea.png"))
    page.click("#transfer-run")
    wait_until_painted(page)
    expect(page.locator("#transfer-status")).to_contain_text("已绘制")


def test_phone_has_everything_within_its_width(new_page: NewPage) -> None:
    page = new_page(**PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    work, settings = (page.locator(f"#transfer-{part}").bounding_box() for part in ("work", "settings"))
    assert work["y"] + work["height"] <= settings["y"]
    for selector in CONTROLS:
        control = page.locator(selector)
        control.scroll_into_view_if_needed()
        box = control.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390, selector
        if control.is_enabled():
            control.click(trial=True)  # nothing covers it


def test_phone_comes_back_to_the_result_on_paint(new_page: NewPage, photo: Photo) -> None:
    page = new_page(**PHONE)
    upload(page, photo("chelsea.png"))
    page.locator("#transfer-run").scroll_into_view_if_needed()
    expect(page.locator("#transfer-result")).not_to_be_in_viewport()
    page.tap("#transfer-run")
    expect(page.locator("#transfer-result")).to_be_in_viewport(ratio=0.9)
    wait_until_painted(page)


CONTRAST = """element => {
    const linear = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
    const background = [];
    let opacity = 1;
    for (let each = element; each; each = each.parentElement) {
        background.unshift(getComputedStyle(each).backgroundColor);
        opacity *= getComputedStyle(each).opacity;
    }
    const luminance = () => {
        const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
        return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    };
    const paint = colour => { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); };
    background.forEach(paint);
    const behind = luminance();
    canvas.globalAlpha = opacity;
    paint(getComputedStyle(element).color);
    const [light, dark] = [luminance(), behind].sort((a, b) => b - a);
    return [behind, (light + 0.05) / (dark + 0.05)];
}"""
"""Luminance behind a text (0 to 1), and the contrast of the text as WCAG defines it (1 to 21)."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable(new_page: NewPage, scheme: str) -> None:
    page = new_page(color_scheme=scheme)
    behind, _ = page.eval_on_selector("body", CONTRAST)
    assert behind < 0.05 if scheme == "dark" else behind > 0.8
    texts = (
        "#masthead h1",
        "#masthead p",
        "#transfer-content label",
        "#transfer-gallery label",
        "#transfer-gallery .caption-label >> nth=0",
        "#transfer-chosen p",
        "#transfer-strength [data-testid=block-info]",
        "#transfer-size input",
        "#transfer-status p",
        "#transfer-run",
        "#transfer-stop",
        "#transfer-restore",
    )
    contrasts = {text: page.locator(text).evaluate(CONTRAST)[1] for text in texts}
    assert {text: round(contrast, 1) for text, contrast in contrasts.items() if contrast < 4.5} == {}


def test_labels_cover_no_picture_and_captions_are_whole(new_page: NewPage, photo: Photo) -> None:
    page = new_page()
    upload(page, photo("coffee.png"))
    for part in ("content", "result", "gallery", "examples"):
        label = page.locator(f"#transfer-{part} label").first.bounding_box()
        picture = page.locator(f"#transfer-{part} img").first.bounding_box()
        assert label["y"] + label["height"] <= picture["y"], part
    cut = "captions => captions.filter(it => it.scrollWidth > it.clientWidth).map(it => it.textContent)"
    assert page.locator(".caption-label").evaluate_all(cut) == []
