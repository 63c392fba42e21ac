"""What the Classify tab does for a visitor, without a browser; see `handlers.Page`."""

from __future__ import annotations

import re
from pathlib import Path

import gradio as gr
import pytest

from deepart.checkpoints import WEIGHTS, models
from deepart.images import save_png
from deepart.tasks.classify.classify import DEFAULT_CHECKPOINT as CLASSIFIER
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT as PAINTER
from deepart.text import say
from deepart.ui.classify.tab import build_classify_tab
from handlers import Page
from photos import photo


def build() -> None:
    with gr.Tab("Classify", elem_id="tab") as tab:
        build_classify_tab(tab)


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return Page(build, tmp_path)


def test_a_visitor_who_does_not_open_the_tab_costs_nothing(page: Page) -> None:
    models.forget(CLASSIFIER)
    page.load()
    assert CLASSIFIER not in models.loaded()


def test_many_pictures_become_a_table_and_a_sheet(page: Page, tmp_path: Path) -> None:
    save_png(photo("coffee", 96), tmp_path / "coffee.png")
    wave = WEIGHTS / PAINTER / "gallery" / "great-wave.webp"
    page["classify-batch-files"] = [str(wave), str(tmp_path / "coffee.png")]
    page.do("classify-batch-run", "click")
    assert "2 pictures" in page["classify-batch-status"] and Path(page["classify-batch-sheet"]).is_file()
    assert Path(page["classify-batch-download"]).name == "deepart-answers.zip"


def test_a_photo_is_answered_unsurely_and_another_picture_takes_its_evidence_away(page: Page, tmp_path: Path) -> None:
    save_png(photo("coffee", 200), tmp_path / "coffee.png")
    page.do("classify-picture", "upload", str(tmp_path / "coffee.png"))
    assert "Unsure" in page["classify-verdict"] and say("ui.classify.unknown_why") in page["classify-verdict"]
    assert say("ui.classify.no_percentages") in page["classify-bars"]
    assert set(re.findall('class="share">(.*?)<', page["classify-bars"])) == {""}
    assert page["classify-heat"] is not None and "<table>" in page["classify-changes"]
    page["classify-picture"] = str(WEIGHTS / PAINTER / "gallery" / "great-wave.webp")
    cleared = page.call("clear_answer")
    assert say("ui.classify.looking") in page["classify-verdict"]
    for part in ("heat", "parts", "nearest", "changes"):
        assert not page[f"classify-{part}"], part
    assert cleared["classify-evidence"] == {"visible": False}


def test_evidence_that_comes_late_is_not_shown_with_another_picture(page: Page, tmp_path: Path) -> None:
    save_png(photo("coffee", 200), tmp_path / "coffee.png")
    page["classify-picture"] = str(tmp_path / "coffee.png")
    page.state("clear_answer")["picture"] = "another.png"
    for step in ("show_evidence", "show_more_evidence"):
        assert not any("value" in update for update in page.call(step).values())
