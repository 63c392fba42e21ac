"""What the tabs do for a visitor, without a browser: their handlers, see `handlers.Page`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gradio as gr
import pytest
from PIL import Image

import deepart
from deepart.images import save_png
from deepart.recipes import chunks
from deepart.text import say
from deepart.ui.events import language_of
from deepart.ui.paintings import previews
from deepart.ui.restore_tab import build_restore_tab
from deepart.ui.transfer_tab import build_transfer_tab
from handlers import Page
from photos import photo
from tiny_restorers import tiny_restorers


@pytest.fixture
def picture(tmp_path: Path) -> Callable[..., str]:
    """Writes a picture, with its recipe if it was painted, and returns the path."""

    def write(image: Image.Image, name: str = "picture.png") -> str:
        save_png(image, tmp_path / name, text=chunks(image))
        return str(tmp_path / name)

    return write


# --- Transfer ----------------------------------------------------------------------------------------


def test_settings_that_the_page_does_not_offer_are_restored_too(picture: Callable[..., str]) -> None:
    page = Page(build_transfer_tab)
    made = {"size": 200, "brush": 3, "mask": "faces", "softness": 0.3}
    page["transfer-restore"] = picture(deepart.transfer(photo("astronaut", 256), "udnie", 0.35, **made))
    changed = page.call("restore_settings")
    assert {name: page[f"transfer-{name}"] for name in ("size", "brush", "where", "softness")} == {
        "size": 200,
        "brush": 3,
        "where": "faces",
        "softness": 0.3,
    }
    assert ("200 px", 200) in changed["transfer-size"]["choices"] and ("3", 3) in changed["transfer-brush"]["choices"]
    assert changed["transfer-softness"]["maximum"] == 0.3
    assert changed["transfer-status"]["value"] == say("ui.settings_restored")


def test_what_a_recipe_cannot_bring_back_is_said(picture: Callable[..., str]) -> None:
    content, other = photo("coffee", 64), photo("rocket", 64)
    page = Page(build_transfer_tab)
    mask = Image.linear_gradient("L").resize(content.size)
    page["transfer-restore"] = picture(deepart.transfer(content, "udnie", mask=mask, outside=other))
    page.call("restore_settings")
    assert "Mask" in page["transfer-status"] and say("ui.outside") in page["transfer-status"]


def test_an_older_preview_does_not_replace_a_newer_one(
    picture: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page(build_transfer_tab)
    page["transfer-content"] = picture(photo("coffee", 64))
    paint = previews.paint

    def overtaken(*arguments: object) -> object:
        monkeypatch.setattr(previews, "paint", paint)
        newer.update(page.call("preview"))
        return paint(*arguments)

    newer: dict[str, object] = {}
    monkeypatch.setattr(previews, "paint", overtaken)
    older = page.call("preview")
    assert newer["transfer-result"]["value"] and older["transfer-result"] == {}


# --- Restore -----------------------------------------------------------------------------------------


def restore_page() -> Page:
    def build() -> None:
        with gr.Tabs() as tabs, gr.Tab("Restore") as tab:
            build_restore_tab(tab, tabs, gr.Image())

    return Page(build)


def test_a_step_that_another_picture_broke_off_is_not_done(picture: Callable[..., str]) -> None:
    page = restore_page()
    page["restore-picture"] = picture(photo("coffee", 64))
    page["restore-clean"] = page["restore-colour"] = 1.0
    work = next(value for component, value in page.values.items() if isinstance(component, gr.State))
    with tiny_restorers():
        steps = page.steps("restore_next")
        next(steps)
        work["picture"] = "another.png"
        assert list(steps) == [] and "done" not in work
        page.call("restore_next")
        assert work["done"] == 1


# --- every tab ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en;q=0.5, zh;q=0.9", "zh"),
        ("fr, en;q=0.1", "en"),
        ("zh;q=0, en;q=0.1", "en"),
        ("zh;q=much", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_the_one_that_a_visitor_likes_best(header: str, language: str) -> None:
    assert language_of(gr.Request(headers={"accept-language": header})) == language
