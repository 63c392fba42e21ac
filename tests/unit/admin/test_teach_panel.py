"""The owner's first page, without a browser: pictures, Start, right on so many test pictures, Use it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

gr = pytest.importorskip("gradio")

from deepart.admin import jobs, versions  # noqa: E402
from deepart.admin.data.datasets import data_sets, find_data_set  # noqa: E402
from deepart.runtime import Progress  # noqa: E402
from deepart.text import say  # noqa: E402
from deepart.ui import events  # noqa: E402
from deepart.ui.admin import use_panel  # noqa: E402
from deepart.ui.admin.teach_panel import build_teach_panel  # noqa: E402
from handlers import Page  # noqa: E402

from .paintings import folders, packed, stored  # noqa: E402


def build() -> None:
    build_teach_panel(gr.State(""))


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, admin_dir: Path) -> Page:
    """The panel, for an owner who has come in; jobs are written down and not started."""
    monkeypatch.setattr(events, "_require_admin", lambda token, args, kwargs: None)
    monkeypatch.setattr(jobs, "_spawn", lambda folder: None)
    return Page(build)


def test_pictures_and_start_are_all_that_is_needed(page: Page, tmp_path: Path) -> None:
    stored(tmp_path, folders(2), "my-works")  # which is called as the archive is
    page.do("teach-start", "click")
    assert say("ui.admin.no_archive") in page["teach-told"] and "refused" in page["teach-told"]
    files = folders(14, side=128) | {"Red/broken.png": b"no picture"}
    page["teach-archive"] = [str(packed(tmp_path / "My Works.zip", files))]
    page.do("teach-start", "click")
    assert say("dataset.no_licence") in page["teach-told"]
    page["teach-licence"] = "CC0-1.0"
    page.do("teach-start", "click")
    assert page.toasts == []
    (job,) = jobs.jobs()
    config = job.config
    assert (config.data, config.task, config.trained, config.column) == ("my-works-2", "classifier", "heads", "artist")
    test = len(find_data_set("my-works-2").artworks("test"))
    for sentence in (
        say("ui.admin.is_stored", name="my-works-2", count=28),
        say("ui.admin.teach_tested", count=test),
        say("ui.admin.teach_left_out", count=1),
    ):
        assert sentence in page["teach-told"]
    assert test > 0 and say("ui.admin.state.queued") in page["teach-card"]
    page.do("teach-end", "click")
    assert say("ui.admin.state.stopped") in page["teach-card"]


def test_a_model_is_tried_as_soon_as_it_is_there_and_used_by_one_button(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page["teach-archive"] = [str(packed(tmp_path / "works.zip", folders(14, side=128)))]
    page["teach-licence"] = "CC0-1.0"
    page.do("teach-start", "click")
    (job,) = jobs.jobs()
    answers = [SimpleNamespace(truth="Red", answer=answer) for answer in 9 * ["Red"] + ["Blue"]]
    gate = SimpleNamespace(
        new=SimpleNamespace(answers={"artist": answers}),
        old=SimpleNamespace(answers={}),
        passed=True,
        sentences=lambda language: [],
    )

    def compared(task: str, candidate: str, data: str) -> Iterator[Progress]:
        assert (task, candidate, data) == ("classifier", f"job:{job.id}", "works")
        yield Progress(0, 1, "progress.evaluating")
        return gate

    monkeypatch.setattr(use_panel, "compared_steps", compared)
    page.happen("watch_teaching")
    assert page["teach-tried"] is None or "admin-done" not in page["teach-tried"]  # it runs
    (job.folder / jobs.RESULT).write_text(json.dumps({"state": "finished", "reason": "time"}), "utf-8")
    (job.folder / jobs.BUNDLE).mkdir()
    page.happen("watch_teaching")
    right = say("ui.admin.right_on", head=say("ui.admin.column.artist"), right=9, count=10)
    assert page.toasts == [] and right in page["teach-tried"]
    promoted = []
    monkeypatch.setattr(
        versions, "promote", lambda *args: promoted.append(args[0]) or SimpleNamespace(key="classify/x", number=1)
    )
    page.do("teach-use", "click")
    assert promoted == [gate]
    assert say("ui.admin.is_live", checkpoint="classify/x", number=1) in page["teach-tried"]


def test_what_is_too_little_to_learn_from_is_not_kept(page: Page, tmp_path: Path) -> None:
    page["teach-archive"] = [str(packed(tmp_path / "few.zip", folders(1)))]
    page["teach-licence"] = "CC0-1.0"
    page.do("teach-start", "click")
    assert "refused" in page["teach-told"]
    assert jobs.jobs() == [] and data_sets() == []
