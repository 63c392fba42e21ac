"""Fitting a visitor's own style on the page, without a browser; see `handlers.Page`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepart.images import load_image, save_png
from deepart.recipes import recipe_of
from deepart.runtime import Progress
from deepart.tasks.paint import fit as engine
from deepart.tasks.paint.engine import StyleTransfer
from deepart.tasks.paint.style_files import load_style
from deepart.text import say
from deepart.ui.transfer.tab import build_transfer_tab
from deepart.ui.widgets.waiting import Clock
from handlers import Page
from photos import photo


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    """The tab, where fitting takes two steps on small photos."""
    fitted = engine.fitted
    monkeypatch.setattr(engine, "_PIECE_SIDE", 64)
    monkeypatch.setattr(engine, "fitted", lambda *given: fitted(*given[:-1], 2))
    page = Page(build_transfer_tab, tmp_path)
    for name, place in (("rocket", "transfer-content"), ("coffee", "transfer-style")):
        save_png(photo(name, 96), tmp_path / f"{name}.png")
        page[place] = str(tmp_path / f"{name}.png")
    return page


def test_a_fitted_style_is_in_use_and_can_be_downloaded(page: Page) -> None:
    page["fit-name"] = "After <b>me"
    bars = [updates["fit-progress"]["value"] for updates in page.steps("fit_style")]
    assert say("progress.fitting") in bars[-2] and bars[-1] == ""
    page.do("fit-run", "click")
    assert page["transfer-chosen"] == say("ui.fit.chosen", label="After b me")
    assert "Preview in" in page["transfer-status"]  # painted with it at once
    style = load_style(page["fit-download"], StyleTransfer())
    assert style.label == "After <b>me" and style.fitted.abs().max() > 0
    page.call("paint")
    assert recipe_of(page["transfer-download"]).settings["style"] == "After <b>me"
    page.do("transfer-gallery", "select", selected=0)
    page.call("paint")
    assert recipe_of(page["transfer-download"]).settings["style"] != "After <b>me"


def test_a_part_of_the_picture_is_chosen_by_two_corners(page: Page) -> None:
    width, height = load_image(page["transfer-style"]).size
    page.do("transfer-style", "select", selected=(width - 1, height - 1))
    page.do("transfer-style", "select", selected=(width // 2, 0))
    assert load_image(page["fit-part"]).size == (width - 1 - width // 2, height - 1)
    page.do("fit-run", "click")
    part = load_style(page["fit-download"], StyleTransfer()).vector
    page.do("fit-whole", "click")
    page.do("fit-run", "click")
    assert not np.allclose(part, load_style(page["fit-download"], StyleTransfer()).vector)


def test_nothing_to_fit_is_said(page: Page) -> None:
    page["transfer-style"] = None
    page.do("fit-run", "click")
    assert say("style.missing") in page.toasts[0] and page["fit-progress"] == ""


def test_the_time_that_is_left_is_that_of_the_steps() -> None:
    now = iter([100.0, 110.0, 112.0])  # the first step took long: networks were loaded
    clock = Clock(lambda: next(now))
    bars = [clock.bar(Progress(done, 10, "progress.fitting"), "en") for done in (1, 5, 6)]
    assert "left" not in bars[0]
    assert say("ui.restore.left", seconds=13) in bars[1]  # four steps in ten seconds, five to go
    assert say("ui.restore.left", seconds=11) in bars[2]
