"""What a person does with the app, in a real browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from gradio_client import Client
from PIL import Image

import deepart
from deepart.images import load_image, save_png
from deepart.recipes import chunks, recipe_of
from deepart.text import say, texts
from deepart.ui import samples
from pictures import BAD_PICTURES
from running_app import TIMEOUT, Brake, wait_until
from tabs import close_toast, open_drawers

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
    "#transfer-own > button",
    "#transfer-strength input[type=range]",
    "#transfer-colour label >> nth=3",
    "#transfer-brush label >> nth=4",
    "#transfer-place > button",
    "#transfer-size input",
    "#transfer-run",
    "#transfer-download",
    "#transfer-go-on > button",
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
    data, key = BAD_PICTURES["png that ends early"]
    (tmp_path / "holiday.png").write_bytes(data)
    page.set_input_files("#transfer-content input[type=file]", tmp_path / "holiday.png")
    expect(page.locator(TOAST)).to_have_text(say(key))
    expect(page.locator("#transfer-content img")).to_have_count(0)  # instead of a broken picture
    close_toast(page)

    upload(page, photo("coffee.png"))
    for part in ("content", "result", "gallery", "examples"):
        label = page.locator(f"#transfer-{part} label").first.bounding_box()
        picture = page.locator(f"#transfer-{part} img").first.bounding_box()
        assert label["y"] + label["height"] <= picture["y"], part
    cut = "captions => captions.filter(it => it.scrollWidth > it.clientWidth).map(it => it.textContent)"
    assert page.locator(".caption-label").evaluate_all(cut) == []

    choose(page, "The Great Wave off Kanagawa")
    expect(page.locator(AFTER)).not_to_have_attribute("src", first)  # the preview, at once
    expect(page.locator("#transfer-status")).to_contain_text("Preview in")
    page.click("#transfer-run")
    wait_until_painted(page, "600 × 400")
    wait_until(lambda: shows_picture(page, AFTER))
    path = download(page, tmp_path)
    assert path.name == "deepart-great-wave-coffee.png"
    assert recipe_of(path).settings.items() >= {"strength": 1.0, "size": None, "style": "great-wave"}.items()
    assert (np.asarray(load_image(path)) == np.asarray(deepart.transfer(photo("coffee.png"), "great-wave"))).all()

    covered = page.locator(AFTER).evaluate("image => image.style.clipPath")
    box = page.locator("#transfer-result").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 5, middle, steps=5)
    page.mouse.up()
    wait_until(lambda: page.locator(AFTER).evaluate("image => image.style.clipPath") != covered)


def test_settings_are_restored_and_an_example_is_painted_with_them(new_page: NewPage, tmp_path: Path) -> None:
    painted = deepart.transfer(Image.new("RGB", (64, 64), "teal"), "poppy-field", 0.35, size=72, brush=3)
    save_png(painted, tmp_path / "painted.png", text=chunks(painted))
    page = new_page()
    open_drawers(page)
    choose_file(page, "#transfer-restore", tmp_path / "painted.png")
    expect(page.locator("#transfer-status")).to_contain_text("The settings of that picture are set")
    expect(page.locator("#transfer-strength input[type=number]")).to_have_value("0.35")
    expect(page.locator("#transfer-size input")).to_have_value("72 px")
    expect(page.locator("#transfer-brush label:has-text('3') input")).to_be_checked()
    expect(page.locator("#transfer-gallery .thumbnail-item.selected")).to_have_text("Poppy Field")

    page.click("#transfer-examples .thumbnail-item >> nth=2")
    wait_until_painted(page, "72 × 72")
    expect(page.locator("#transfer-chosen")).to_contain_text("The Scream")
    settings = recipe_of(download(page, tmp_path)).settings
    assert (settings["style"], settings["brush"], settings["size"]) == (samples.EXAMPLES[2].style, 3, 72)


@pytest.mark.campaign
def test_mask_is_painted_by_hand(new_page: NewPage, photo: Photo, tmp_path: Path) -> None:
    page = new_page()
    open_drawers(page)
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


def test_double_click_paints_once_and_a_reload_leaves_the_app_usable(
    new_page: NewPage, client: Client, photo: Photo, brake: Brake
) -> None:
    page = new_page()
    client.predict(api_name="/health")  # whose self-test paints the first time
    brake.pieces = 0
    upload(page, photo("chelsea.png"))
    page.dblclick("#transfer-run")
    wait_until_painted(page)
    client.predict(api_name="/health")  # waits in the same queue, behind what would be the second run
    assert brake.pieces == 1

    brake.pull()
    page.click("#transfer-run")
    wait_until(lambda: brake.pieces == 2)
    page.reload()
    page.wait_for_selector(AFTER)
    brake.release()
    upload(page, photo("coffee.png"))
    page.click("#transfer-run")
    wait_until_painted(page, "600 × 400")


def choose_file(page: Page, button: str, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.click(button)
    chooser.value.set_files(path)


def test_stop_ends_the_painting(new_page: NewPage, photo: Photo, brake: Brake, monkeypatch: pytest.MonkeyPatch) -> None:
    report = gr.Progress.__call__

    def report_at_once(*args: object, **kwargs: object) -> None:
        report(*args, **kwargs)
        time.sleep(0.3)  # Gradio sends what was reported from time to time, usually after the next value

    monkeypatch.setattr(gr.Progress, "__call__", report_at_once)
    page = new_page()
    open_drawers(page)
    upload(page, photo("chelsea.png"))
    expect(page.locator("#transfer-status")).to_contain_text("Preview in")
    first, begun = page.get_attribute(AFTER, "src"), brake.pieces
    page.click("#transfer-size input")
    page.get_by_role("option", name="4096 px").click()
    brake.pull()
    page.click("#transfer-run")
    wait_until(lambda: brake.pieces == begun + 1)
    progress = page.locator("#transfer-result [role=progressbar]")
    expect(progress).to_be_visible()
    page.wait_for_selector("#transfer-stop")
    assert page.locator("[id$=-stop] >> visible=true").count() == 1  # that of films, of batches, of Refine stay away
    with page.expect_request("**/cancel") as cancelled:
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
    assert at_stop <= begun + 3
    # Who presses Stop before the server has given the job its number stops that job, too.
    held, number = [], cancelled.value.post_data_json["fn_index"]

    def paints(request: sync_api.Request) -> bool:
        return "/queue/join" in request.url and request.post_data_json["fn_index"] == number

    page.route("**/queue/join*", lambda route: held.append(route) if paints(route.request) else route.continue_())
    with page.expect_request(paints):
        page.click("#transfer-run")
    page.dispatch_event("#transfer-stop", "click")
    with page.expect_response("**/cancel") as stopped:
        held[0].continue_()
    assert stopped.value.ok


def test_chinese_interface_has_no_english(new_page: NewPage, photo: Photo) -> None:
    page = new_page(locale="zh-CN")
    page.click("#transfer-own > button")
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


def test_phone_has_everything_within_its_width_and_comes_back_to_the_result(new_page: NewPage, photo: Photo) -> None:
    page = new_page(**PHONE)
    open_drawers(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.evaluate("scrollTo(0, 0)")  # further down, the button that starts would stick to the top
    parts = ("content", "start", "gallery", "result", "own", "strength", "examples")
    tops = [page.locator(f"#transfer-{part}").bounding_box()["y"] for part in parts]
    assert tops == sorted(tops)
    page.locator("#transfer-strength").scroll_into_view_if_needed()
    expect(page.locator("#transfer-run")).to_be_in_viewport(ratio=1)  # it stays in sight
    for selector in CONTROLS:
        control = page.locator(selector)
        control.scroll_into_view_if_needed()
        box = control.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390, selector
        if control.is_enabled():
            control.click(trial=True)  # nothing covers it
    upload(page, photo("chelsea.png"))
    page.tap("#transfer-run")
    expect(page.locator("#transfer-result")).to_be_in_viewport(ratio=0.9)
    wait_until_painted(page)


def test_text_is_readable_in_light_and_in_dark(new_page: NewPage) -> None:
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
        "#transfer-restore",
    )
    page = new_page(color_scheme="dark")
    open_drawers(page)
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        dark = scheme == "dark"
        wait_until(lambda dark=dark: page.evaluate("document.body.classList.contains('dark')") == dark)
        behind, _ = page.eval_on_selector("body", CONTRAST)
        assert behind < 0.05 if dark else behind > 0.8
        contrasts = {text: page.locator(text).evaluate(CONTRAST)[1] for text in texts}
        assert {text: round(contrast, 1) for text, contrast in contrasts.items() if contrast < 4.5} == {}, scheme
