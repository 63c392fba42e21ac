"""How pictures go from tab to tab, and what becomes of a file that is none, without a browser."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
import pytest

from deepart.images import save_png
from deepart.text import say
from deepart.ui.blend.tab import build_blend_tab
from deepart.ui.classify.tab import build_classify_tab
from deepart.ui.pictures import checked, picture_upload
from deepart.ui.restore.tab import build_restore_tab
from deepart.ui.rooms import Room, connect, senders_row
from deepart.ui.transfer.tab import build_transfer_tab
from handlers import Page, built
from photos import photo
from pictures import BAD_PICTURES


def build_rooms() -> None:
    def room(name: str, **facts: object) -> Room:
        with gr.Tab(name, id=name):
            picture, result = gr.Image(type="filepath", elem_id=f"{name}-in"), gr.File(elem_id=f"{name}-out")
            drawer = gr.Accordion(open=False, elem_id=f"{name}-drawer")
            return Room(picture, result, senders_row(name), drawers=(drawer,), **facts)

    came = gr.Textbox("", elem_id="came")
    with gr.Tabs(elem_id="tabs") as tabs:

        def follow(arrived: object) -> None:
            arrived(lambda: "followed", None, [came])

        connect({"transfer": room("transfer", again="ui.paint_over"), "blend": room("blend", follow=follow)}, tabs)


@pytest.fixture
def page() -> Page:
    return Page(build_rooms)


def test_a_result_goes_on_and_the_tab_there_takes_it_up(page: Page, tmp_path: Path) -> None:
    save_png(photo("coffee", 96), tmp_path / "made.png")
    page["transfer-out"] = str(tmp_path / "made.png")
    page.do("transfer-send-blend", "click")
    assert page["blend-in"] == str(tmp_path / "made.png") and page["came"] == "followed"
    page.do("transfer-send-transfer", "click")
    assert page["transfer-in"] == str(tmp_path / "made.png")
    assert page.call("send_picture") == {
        "transfer-in": {"value": str(tmp_path / "made.png")},
        "tabs": {"selected": "transfer"},
        "transfer-drawer": {"open": True},
    }


def test_where_there_is_no_result_it_is_said(page: Page) -> None:
    page.do("blend-send-transfer", "click")
    assert say("error.no_result") in page.toasts[0] and page["transfer-in"] is None


def build_tabs() -> None:
    with gr.Tabs() as tabs:
        with gr.Tab("paint"):
            rooms = {"transfer": build_transfer_tab()[0], "blend": build_blend_tab()}
        for name, build in {"classify": build_classify_tab, "restore": build_restore_tab}.items():
            with gr.Tab(name, id=name) as tab:
                rooms[name] = build(tab)
        connect(rooms, tabs)


def test_every_result_goes_on_to_every_tab() -> None:
    tabs = ("transfer", "blend", "classify", "restore")
    buttons = {each.elem_id for each in built(build_tabs).blocks.values() if isinstance(each, gr.Button)}
    missing = {f"{name}-send-{target}" for name in tabs for target in tabs} - buttons
    assert missing == {"classify-send-classify"}


@pytest.mark.parametrize("heard_first", ["failure", "change"])
def test_what_is_no_picture_leaves_the_one_that_stood_there(tmp_path: Path, heard_first: str) -> None:
    page = Page(build_place)
    save_png(photo("coffee", 96), tmp_path / "good.png")
    data, key = BAD_PICTURES["png that ends early"]
    (tmp_path / "bad.png").write_bytes(data)
    page.do("place", "upload", str(tmp_path / "good.png"))
    for _ in range(2):
        if heard_first == "change":
            page["place"] = str(tmp_path / "bad.png")
            page.call("_remember")
        page.do("place", "upload", str(tmp_path / "bad.png"))
        assert page["place"] == str(tmp_path / "good.png") and say(key) in page.toasts.pop()


def build_place() -> None:
    checked(picture_upload("", "place", height=100))
