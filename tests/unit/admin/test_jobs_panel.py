"""Curves of a job are drawn on axes of numbers, also before there is anything to draw."""

from __future__ import annotations

import pytest

gr = pytest.importorskip("gradio")

from deepart.ui.admin import jobs_panel  # noqa: E402

LINES = [{"minutes": 1, "total": 10.2}, {"minutes": 2, "total": 9.1}, {"minutes": 3, "other": 1}]


@pytest.mark.parametrize("lines", [[], LINES])
def test_curves_are_numbers(lines: list[dict[str, float]]) -> None:
    drawn = gr.LinePlot(x="minutes", y="value").postprocess(jobs_panel._points(lines, "total"))
    assert drawn.datatypes == {"minutes": "quantitative", "value": "quantitative"}
    assert drawn.data == [[line["minutes"], line["total"]] for line in lines if "total" in line]
    empty = gr.LinePlot(x="minutes", y="value").postprocess(jobs_panel._NO_POINTS)
    assert set(empty.datatypes.values()) == {"quantitative"}
