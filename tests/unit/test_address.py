"""The address of the page: what it sets, what it cannot set, and what it begins with."""

from __future__ import annotations

import pytest

gr = pytest.importorskip("gradio")

from deepart.ui.address import facts, read  # noqa: E402

SLIDER = gr.Slider(0, 1, value=0.5, render=False)
SIZES = gr.Dropdown([("100 %", 0), ("1024 px", 1024)], value=0, render=False)
SEED = gr.Number(None, minimum=0, maximum=99, render=False)
FILL = gr.Checkbox(False, render=False)


@pytest.mark.parametrize(
    "control, text, value",
    [(SLIDER, "0.25", 0.25), (SLIDER, "1", 1), (SIZES, "1024", 1024), (SEED, "7", 7), (FILL, "true", True)],
)
def test_values_are_read(control: object, text: str, value: object) -> None:
    assert read(control, text) == value


@pytest.mark.parametrize(
    "control, text",
    [(SLIDER, None), (SLIDER, "2"), (SLIDER, "nan"), (SLIDER, "<b>"), (SIZES, "1025"), (SEED, "-1"), (FILL, "maybe")],
)
def test_what_a_control_cannot_have_is_left_out(control: object, text: str | None) -> None:
    assert read(control, text) is None


def test_settings_are_known_by_the_names_of_recipes() -> None:
    with gr.Blocks() as page:
        gr.Slider(0, 1, value=0.5, elem_id="restore-keep")
        gr.Slider(0, 1, value=1, elem_id="transfer-strength")
        gr.Textbox("private", elem_id="admin-password")
    assert facts(page) == {"transfer": {"style": None, "strength": 1}, "restore": {"keep_paint": 0.5}}
