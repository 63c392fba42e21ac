"""Curves of a job are drawn on axes of numbers, also before there are any; what is refused is said in its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

gr = pytest.importorskip("gradio")

from deepart.admin import jobs  # noqa: E402
from deepart.admin.evaluation import Answered  # noqa: E402
from deepart.admin.job_config import JobConfig  # noqa: E402
from deepart.errors import InputError  # noqa: E402
from deepart.tasks.find.regions import own_segmenters  # noqa: E402
from deepart.text import say  # noqa: E402
from deepart.ui import events  # noqa: E402
from deepart.ui.admin import html, jobs_panel  # noqa: E402
from deepart.ui.admin.choices import refused_inline  # noqa: E402
from deepart.ui.admin.use_panel import build_use_panel, right_answers  # noqa: E402
from handlers import Page  # noqa: E402

LINES = [{"minutes": 1, "total": 10.2}, {"minutes": 2, "total": 9.1}, {"minutes": 3, "other": 1}]


@pytest.mark.parametrize("lines", [[], LINES])
def test_curves_are_numbers(lines: list[dict[str, float]]) -> None:
    drawn = gr.LinePlot(x="minutes", y="value").postprocess(jobs_panel._points(lines, "total"))
    assert drawn.datatypes == {"minutes": "quantitative", "value": "quantitative"}
    assert drawn.data == [[line["minutes"], line["total"]] for line in lines if "total" in line]
    empty = gr.LinePlot(x="minutes", y="value").postprocess(jobs_panel._NO_POINTS)
    assert set(empty.datatypes.values()) == {"quantitative"}


def test_what_is_refused_is_said_where_it_was_asked_for() -> None:
    @refused_inline(2)
    def handler(name: str, request: gr.Request) -> Iterator[tuple]:
        yield name, 1, 2
        raise InputError("ui.admin.no_data_set")

    first, refused = handler("a", gr.Request(headers={"accept-language": "zh-CN"}))
    assert first == ("a", 1, 2)
    assert say("ui.admin.no_data_set", "zh") in refused[0] and 'role="alert"' in refused[0]
    assert refused[1:] == (gr.skip(), gr.skip())


def test_what_a_model_gets_right_is_said_in_a_sentence() -> None:
    rows = [Answered(Path("a.png"), "Red", answer, 0.9) for answer in ("Red", "Red", "Blue")]
    found = right_answers(SimpleNamespace(answers={"style": rows}))
    assert found == {"style": (2, 3)}
    told = html.tried(found, {"style": (1, 3)}, ["<too> large"], "en")
    assert "Style: right on 2 of 3 test pictures. (The live model: 1.)" in told
    assert "&lt;too&gt; large" in told and "refused" in told
    assert say("ui.admin.is_measured") in html.tried({}, {}, [], "en")


@pytest.mark.parametrize("task", ["segmenter", "regressor"])
def test_a_segmenter_is_used_by_one_button(task: str, monkeypatch: pytest.MonkeyPatch, admin_dir: Path) -> None:
    monkeypatch.setattr(events, "_require_admin", lambda token, args, kwargs: None)

    def build() -> None:
        build_use_panel(gr.State(""), gr.Dropdown([], elem_id="job"))

    page = Page(build)
    folder = admin_dir / "jobs" / "20260101-aaaaaa"
    folder.mkdir(parents=True)
    (folder / jobs.CONFIG).write_text(JobConfig(task=task, data="sky").to_json(), "utf-8")
    page["job"] = folder.name
    page.do("admin-try", "click")
    assert say("job.no_bundle") in page["admin-tried"]
    for number in range(2):  # the second takes the place of the first
        (folder / jobs.METRICS).write_text(json.dumps({"kind": "result", "step": 9, "IoU mean": 0.8125}), "utf-8")
        (folder / jobs.BUNDLE).mkdir(exist_ok=True)
        (folder / jobs.BUNDLE / "config.json").write_text(str(number), "utf-8")
        page.do("admin-try", "click")
        if task == "regressor":
            assert str(folder / jobs.BUNDLE) in page["admin-tried"] and page.updates["admin-use"]["visible"] is False
            return
        assert "by 81 %" in page["admin-tried"]
        page.do("admin-use", "click")
        assert say("ui.admin.segmenter_used", name="sky") in page["admin-tried"]
        assert (own_segmenters()["own/sky"] / "config.json").read_text("utf-8") == str(number)
