"""What an owner does with a data set before it is stored, without a browser; see `handlers.Page`."""

from __future__ import annotations

from pathlib import Path

import pytest

gr = pytest.importorskip("gradio")

from deepart.admin.data.datasets import find_data_set  # noqa: E402
from deepart.text import say  # noqa: E402
from deepart.ui import events  # noqa: E402
from deepart.ui.admin.data_panel import build_data_panel  # noqa: E402
from handlers import Page  # noqa: E402

from .paintings import folders, packed  # noqa: E402


def build() -> None:
    build_data_panel(gr.State(""))


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, admin_dir: Path) -> Page:
    """The panel, for an owner who has come in."""
    monkeypatch.setattr(events, "_require_admin", lambda token, args, kwargs: None)
    return Page(build)


def test_what_is_missing_is_said_in_place_and_a_label_is_corrected(page: Page, tmp_path: Path) -> None:
    page.do("admin-check", "click")
    assert say("ui.admin.no_source") in page["admin-data-status"] and "refused" in page["admin-data-status"]
    page["admin-archive"] = [str(packed(tmp_path / "works.zip", folders(6)))]
    page["admin-data-name"] = "tints"
    page.do("admin-check", "click")
    assert say("dataset.no_licence") in page["admin-data-status"]
    page["admin-licence"] = "CC0-1.0"
    page.do("admin-check", "click")
    assert [label for _, label in page["admin-labelled"]] == ["Blue"] * 6 + ["Red"] * 6
    page.do("admin-correct", "click")
    assert say("ui.admin.no_picked") in page["admin-data-status"]
    page.do("admin-labelled", "select", selected=0)
    assert page["admin-right-label"] == "Blue"
    page["admin-right-label"] = "Red"
    page.do("admin-correct", "click")
    assert say("ui.admin.corrected") in page["admin-data-status"]
    assert [label for _, label in page["admin-labelled"]] == ["Red"] + ["Blue"] * 5 + ["Red"] * 6
    page.do("admin-store", "click")
    assert page.toasts == []
    assert sorted(work.artist for work in find_data_set("tints").artworks()) == ["Blue"] * 5 + ["Red"] * 7
