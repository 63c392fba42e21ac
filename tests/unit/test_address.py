"""The address of the page: what it sets, what it cannot set, and what it begins with."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

gr = pytest.importorskip("gradio")

from deepart.tasks.generate.subjects import Chosen  # noqa: E402
from deepart.ui.address import facts, read  # noqa: E402
from deepart.ui.generate import handlers, request as generate_request  # noqa: E402
from deepart.ui.generate.studio import Studio  # noqa: E402

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


@pytest.mark.parametrize(
    "said, wanted",
    [
        ({"tab": "generate", "seed": "7", "style": "baroque", "count": "4"}, (7, 4, "Baroque")),
        ({"tab": "generate", "seed": "-7", "style": "punk", "count": "5"}, (None, 8, "any")),
        ({"tab": "transfer", "seed": "7", "style": "baroque"}, (None, 8, "any")),
    ],
)
def test_the_first_new_pictures_are_those_of_the_address(
    said: dict[str, str], wanted: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    def births(checkpoint: str, seed: int | None, count: int, style: str, *rest: object) -> object:
        assert (seed, count, style) == wanted
        yield Chosen([handlers.ArtGenerator().born(3, style)])

    monkeypatch.setattr(generate_request, "births", births)
    style, genre = gr.Dropdown([("Any", "any")], render=False), gr.Dropdown([("Any", "any")], render=False)
    count = gr.Radio([4, 8], render=False)
    controls = {"seed": SEED, "style": style, "genre": genre, "truncation": SLIDER, "finish": FILL, "count": count}
    request = SimpleNamespace(query_params=said, headers={})
    (shown,) = handlers.first_wall(controls)(Studio(), request, "any", "any", 0.5, "painted", 8)
    assert shown[0] == (wanted[0] if wanted[0] is not None else 3)
    assert shown[1]["value"] == wanted[2]
