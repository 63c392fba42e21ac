"""What the Generate tab does for a visitor, without a browser and with a tiny generator; see `handlers.Page`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from deepart.tasks.generate.generate import ArtGenerator
from deepart.tasks.generate.subjects import Chosen
from deepart.ui.events import stops_of
from deepart.ui.generate import request
from deepart.ui.generate.tab import build_generate_tab
from deepart.ui.rooms import connect
from handlers import Page, built
from tiny_generators import put_tiny_generator


def build() -> None:
    with gr.Tabs(elem_id="tabs") as tabs, gr.Tab("Generate", elem_id="tab") as tab:
        connect({"generate": build_generate_tab(tab)}, tabs)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    """The tab, where the pictures of a seed are those of the seeds after it, of native size and compared with none."""

    def births(checkpoint: str, seed: int | None, count: int, style: str, *rest: Any) -> Iterator[Chosen]:
        yield Chosen([ArtGenerator(checkpoint).born((seed or 0) + number, "Cubism") for number in range(count)])

    put_tiny_generator(monkeypatch)
    monkeypatch.setattr(request, "births", births)
    monkeypatch.setattr(request, "judged", lambda picture: None)
    page = Page(build, tmp_path)
    page["generate-upscale"], page["generate-count"] = 1, 4
    return page


def shown(page: Page) -> tuple[bool, bool]:
    """Whether the picture can be hung on the wall, and whether one can go back."""
    return page.shows("generate-keep"), page.shows("generate-back")


def test_only_buttons_that_do_something_stand_under_the_picture(page: Page) -> None:
    assert shown(page) == (False, False)
    page.do("generate-run", "click")
    assert page["generate-download"] and shown(page) == (False, False)
    page.do("generate-picture-variety", "input", 0.5)
    assert shown(page) == (True, False)
    page.do("generate-keep", "click")
    assert shown(page) == (False, False)
    assert len(page.state("keep_picture").wall) == 5
    page.do("generate-seed", "submit", 9)
    assert shown(page) == (False, True)
    page.do("generate-seed-run", "click")  # the same wall once more
    page.do("generate-back", "click")
    assert shown(page) == (False, False) and len(page.state("keep_picture").wall) == 5


def test_what_runs_is_stopped_beside_the_button_that_began_it() -> None:
    page = built(build)
    names = {number: function.name for number, function in page.fns.items()}
    found = {(names[number], stop) for number, stop in stops_of(page).items()}
    assert {stop for name, stop in found if name == "find_own"} == {"generate-own-stop"}
    assert {stop for name, stop in found if name == "make_film"} == {"generate-film-stop"}
    assert {stop for name, stop in found if name in ("hang_new", "hang_seed", "show_wall")} == {"generate-stop"}
    buttons = {each.elem_id for each in page.blocks.values() if (each.elem_id or "").endswith("-stop")}
    assert buttons == {stop for _, stop in found}


def test_back_shows_its_picture_without_waiting_for_the_device(page: Page) -> None:
    functions = built(build).fns.values()
    (back,) = (each for each in functions if each.name == "go_back")
    lines = {each.name: each.concurrency_id for each in functions if each.trigger_after == back._id}
    assert lines == {"show_picked": "preview", "show_wall": "device"}
    page.do("generate-seed", "submit", 3)
    page.do("generate-seed", "submit", 30)
    page.call("go_back")
    assert page.call("show_picked")["generate-note"]["value"].startswith("Seed 3 ·")
