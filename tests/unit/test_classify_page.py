"""What the Classify tab does for a visitor, without a browser; see `handlers.Page`."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
import pytest

from deepart.checkpoints import WEIGHTS, models
from deepart.images import save_png
from deepart.tasks.classify.classify import DEFAULT_CHECKPOINT as CLASSIFIER
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT as PAINTER
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
