"""Curves of a job are drawn on axes of numbers, also before there are any; what is refused is said in its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

gr = pytest.importorskip("gradio")

from deepart.admin.evaluation import Answered  # noqa: E402
from deepart.errors import InputError  # noqa: E402
from deepart.text import say  # noqa: E402
from deepart.ui.admin import html, jobs_panel  # noqa: E402
from deepart.ui.admin.choices import refused_inline  # noqa: E402
from deepart.ui.admin.use_panel import right_answers  # noqa: E402

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
