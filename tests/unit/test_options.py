"""One home for a setting: page, endpoint, command line, Python and recipe all say what `PaintOptions` says."""

from __future__ import annotations

import inspect
from dataclasses import asdict, replace
from pathlib import Path

import gradio as gr
import numpy as np
import pytest

import deepart
from deepart.commands import build_parser
from deepart.errors import InputError
from deepart.options import (
    FilmOptions,
    FitOptions,
    GenerateOptions,
    MorphOptions,
    Options,
    PaintOptions,
    RefineOptions,
    RestoreOptions,
    Setting,
    WalkOptions,
    check_whole,
)
from deepart.recipes import recipe_of
from deepart.runtime import run
from deepart.tasks.paint.sheet import sheet_steps
from deepart.tasks.restore.engine import USUAL_KEEP_PAINT
from deepart.ui.blend.endpoint import CONTRACT as BLEND
from deepart.ui.blend.tab import build_blend_tab
from deepart.ui.controls import WHOLE, options_of
from deepart.ui.generate.endpoint import CONTRACT as GENERATE
from deepart.ui.generate.tab import build_generate_tab
from deepart.ui.restore.endpoint import CONTRACT as RESTORE
from deepart.ui.restore.request import CONTROLS
from deepart.ui.restore.tab import build_restore_tab
from deepart.ui.transfer.endpoint import CONTRACT as TRANSFER
from deepart.ui.transfer.tab import build_transfer_tab
from photos import photo

SETTINGS = PaintOptions.settings()
OPTIONS: dict[str, type[Options]] = {
    "transfer": PaintOptions,
    "blend": PaintOptions,
    "restore": RestoreOptions,
    "generate": GenerateOptions,
    "refine": RefineOptions,
    "film": FilmOptions,
    "fit": FitOptions,
    "morph": MorphOptions,
    "walk": WalkOptions,
}
"""Of each verb."""
INPUTS = {"transfer": (photo("coffee", 64), "udnie"), "blend": (photo("coffee", 64), {"udnie": 1})}
INPUTS |= {"restore": (photo("coffee", 64),), "generate": (), "refine": (photo("coffee", 64), "udnie")}
INPUTS |= {
    "film": ("a.gif", "udnie", "b.gif"),
    "fit": ("a.png",),
    "morph": ("a.png", ["udnie", "the-scream"], "a.gif"),
    "walk": ([1, 2], "a.gif"),
}
EVERY = [(options, name) for options in dict.fromkeys(OPTIONS.values()) for name in options.settings()]


def build_restore() -> None:
    with gr.Tabs(), gr.Tab() as tab:
        build_restore_tab(tab)


def build_generate() -> None:
    with gr.Tabs(), gr.Tab() as tab:
        build_generate_tab(tab)


TABS = {"transfer": build_transfer_tab, "blend": build_blend_tab, "restore": build_restore, "generate": build_generate}


@pytest.fixture(scope="module", params=TABS)
def tab(request: pytest.FixtureRequest) -> tuple[str, gr.Blocks]:
    """The name of a tab, and the tab."""
    with gr.Blocks() as blocks:
        TABS[request.param]()
    return request.param, blocks


def another(known: Setting) -> object:
    """Return a value that is allowed and not the default."""
    if known.is_flag:
        return not known.default
    if known.is_text:
        return "16:9"
    if known.choices:
        return next(value for value in reversed(known.choices) if value != known.default)
    return next(value for value in (known.high, known.low) if value != known.default)


@pytest.mark.parametrize("verb", OPTIONS)
def test_the_verb_says_and_takes_every_setting_by_name(verb: str) -> None:
    parameters, options = inspect.signature(getattr(deepart, verb)).parameters, OPTIONS[verb]
    assert {name: parameters[name].default for name in options.settings()} == asdict(options())
    assert "options" not in parameters
    for known in options.settings().values():
        assert f"{known.name}: {known.help()}" in getattr(deepart, verb).__doc__
    name = next(known.name for known in options.settings().values() if not known.is_text)
    with pytest.raises(InputError, match=name):
        getattr(deepart, verb)(*INPUTS[verb], **{name: -1})


def test_settings_of_restore_may_be_given_in_order() -> None:
    made = recipe_of(deepart.restore(photo("coffee", 64), None, 0, 2, look="crisp")).settings
    assert (made["upscale"], made["look"], made["steps"]) == (2, "crisp", "enlarge")


def test_the_page_has_a_control_for_every_setting_at_its_default(tab: tuple[str, gr.Blocks]) -> None:
    name, blocks = tab
    controls = {block.elem_id: block for block in blocks.blocks.values() if block.elem_id}
    for known in OPTIONS[name].settings().values():
        if known.name in ("detect", "damage", "straighten"):  # these are looked at, asked about, and buttons there
            continue
        shown = "variety" if known.name == "truncation" else known.name.replace("_", "-")
        control = controls[f"{name}-{shown}"]
        usual = {"clean": 0, "keep_paint": USUAL_KEEP_PAINT}  # a page shows what is measured
        usual |= {"count": 8, "upscale": 4, "look": "crisp"} if name == "generate" else {}
        assert control.value == usual.get(known.name, known.left_out)
        if known.is_text or known.name in ("count", "seed"):
            continue
        if isinstance(control, gr.Slider):
            assert (control.minimum, control.maximum) == (known.low, known.high)
        else:
            offered = [0, *([WHOLE] if known == SETTINGS["size"] else []), *known.offered]
            assert [value for _, value in control.choices] == list(known.choices or offered)


def test_every_reader_of_the_page_reads_every_control(tab: tuple[str, gr.Blocks]) -> None:
    name, blocks = tab
    if name == "generate":
        pytest.skip("seeds, sizes and what hangs there are read by handlers of their own")
    names = CONTROLS if name == "restore" else SETTINGS
    wanted = {f"{name}-{setting.replace('_', '-')}" for setting in names}
    readers = {
        "transfer": ("paint", "preview", "paint_batch", "paint_sheet", "paint_sweep"),
        "blend": ("paint_blend", "preview_blend", "make_morph"),
        "restore": ("restore_picture", "restore_next", "restore_batch"),
    }
    for reader in readers[name]:
        function = next(each for each in blocks.fns.values() if each.name == reader)
        assert wanted <= {component.elem_id for component in function.inputs}, reader


def test_the_endpoint_has_every_setting_and_keeps_its_contract(tab: tuple[str, gr.Blocks]) -> None:
    name, blocks = tab
    contract = {"transfer": TRANSFER, "blend": BLEND, "restore": RESTORE, "generate": GENERATE}[name]
    described = blocks.get_api_info()["named_endpoints"][f"/{name}"]["parameters"]
    parameters = {each["parameter_name"]: each for each in described}
    assert tuple(parameters)[: len(contract)] == contract
    assert parameters[contract[0]]["parameter_has_default"] == (name == "generate")
    for known in OPTIONS[name].settings().values():
        value = str(known.left_out) if known.may_be_auto else known.left_out
        assert parameters[known.name]["parameter_has_default"] and parameters[known.name]["parameter_default"] == value


@pytest.mark.parametrize(
    "command",
    [
        ["film", "a", "b"],
        ["fit", "a"],
        ["walk", "--seeds", "1", "2"],
        ["transfer", "a", "b"],
        ["blend", "a", "b"],
        ["batch", "a", "--style", "b"],
        ["sheet", "a"],
        ["morph", "a", "b", "c"],
        ["restore", "a"],
        ["generate"],
        ["refine", "a", "b"],
    ],
)
def test_the_command_has_an_option_for_every_setting(command: list[str], tmp_path: Path) -> None:
    own_size = command[0] in ("sheet", "morph")  # these have --side
    of_verb = OPTIONS.get(command[0], PaintOptions).settings() | (PaintOptions.settings() if own_size else {})
    known = [each for each in of_verb.values() if not (own_size and each.name == "size")]
    outputs = {
        "batch": "a.zip",
        "morph": "a.gif",
        "walk": "a.gif",
        "film": "a.gif",
        "fit": "a.json",
        "generate": str(tmp_path),
    }
    output = ["-o", outputs.get(command[0], "a.png")]
    given = []
    for each in known:
        option = each.name.replace("_", "-")
        given += [f"--no-{option}" if each.default is True else f"--{option}"]
        given += [] if each.is_flag else [str(another(each))]
    parsed = build_parser().parse_args([*command, *output, *given])
    for each in known:
        assert each.read(getattr(parsed, each.name)) == another(each)
    plain = build_parser().parse_args([*command, *output])
    assert all(each.read(getattr(plain, each.name)) == each.default for each in known)


@pytest.mark.parametrize(("kind", "name"), EVERY)
def test_a_setting_is_checked_and_comes_back_from_a_recipe(kind: type[Options], name: str) -> None:
    known = kind.settings()[name]
    wrong = "blue" if known.choices else known.high + 1
    options = replace(kind(), **{name: another(known)})
    options.check()
    assert kind.from_recipe(options.recipe()) == options
    assert kind.read(asdict(options)) == options
    if not (known.is_flag or known.is_text):
        assert kind.from_recipe({name: wrong}) == kind()
        with pytest.raises(InputError, match=name):
            replace(kind(), **{name: wrong}).check()


def test_what_may_be_measured_is_read_from_text() -> None:
    read = RestoreOptions.read(asdict(RestoreOptions()) | {"clean": "0.5", "colour": "auto"})
    assert (read.clean, read.colour) == (0.5, "auto")
    with pytest.raises(InputError, match="colour"):
        RestoreOptions.read(asdict(RestoreOptions()) | {"colour": "much"})


@pytest.mark.parametrize("name", [name for name in SETTINGS if name not in ("size", "protect_faces")])
def test_a_setting_changes_the_painting_and_its_recipe(name: str) -> None:
    content, value = photo("coffee", 96), another(SETTINGS[name])
    usual, painted = deepart.transfer(content, "udnie"), deepart.transfer(content, "udnie", **{name: value})
    assert np.abs(np.asarray(painted, int) - np.asarray(usual, int)).mean() > 1
    assert recipe_of(painted).settings[name] == value
    assert np.array_equal(deepart.transfer(content, "udnie", 0, **{name: value}), content)


def test_a_sheet_is_painted_with_the_settings_and_keeps_its_size() -> None:
    usual, broad = (
        run(sheet_steps(photo("coffee", 96), ["udnie"], side=64, options=options))
        for options in (PaintOptions(), PaintOptions(brush=4))
    )
    assert usual.size == broad.size and not np.array_equal(usual, broad)
    assert recipe_of(broad).settings["brush"] == 4 and recipe_of(broad).settings["size"] == 64


@pytest.mark.parametrize("count", [3, 3.0, np.int64(3), np.float32(3)])
def test_a_whole_number_may_be_of_any_type(count: object) -> None:
    whole = check_whole("count", count, 1, 8)
    assert whole == 3 and type(whole) is int


@pytest.mark.parametrize("count", [0, 9, 2.5, float("nan"), True, "3", None])
def test_what_is_no_whole_number_is_refused(count: object) -> None:
    with pytest.raises(InputError, match="count"):
        check_whole("count", count, 1, 8)


def test_strokes_of_a_small_picture_are_in_proportion_to_it_and_its_recipe_says_so() -> None:
    small, thumbnail = photo("coffee", 240), photo("coffee", 160)
    painted = deepart.transfer(small, "udnie")
    assert recipe_of(painted).settings["brush"] == 1
    assert np.array_equal(painted, deepart.transfer(small, "udnie", brush=1))
    assert "brush" not in recipe_of(deepart.transfer(thumbnail, "udnie")).settings
    assert PaintOptions().for_picture(600) == PaintOptions() and PaintOptions(brush=2).for_picture(240).brush == 2


def test_a_face_is_protected_mildly_unless_it_is_said_otherwise() -> None:
    face, none = photo("astronaut", 240), photo("coffee", 160)
    usual, off = deepart.transfer(face, "udnie"), deepart.transfer(face, "udnie", protect_faces=0)
    assert recipe_of(usual).settings["protect_faces"] == 0.3 and recipe_of(off).settings["protect_faces"] == 0
    changed = np.abs(np.asarray(usual, int) - np.asarray(off, int)).max(2) > 16
    assert changed[20:75, 85:135].mean() > 2 * changed.mean() > 0  # where the face is
    assert "protect_faces" not in recipe_of(deepart.transfer(none, "udnie")).settings


@pytest.mark.parametrize(
    ("size", "longest", "side"),
    [(0, 2048, None), (0, 2049, 2048), (0, 0, None), (WHOLE, 6000, None), (4096, 6000, 4096), (512, 100, 512)],
)
def test_a_page_paints_a_large_picture_smaller_unless_more_is_asked_for(
    size: int, longest: int, side: int | None
) -> None:
    values = {name: known.left_out for name, known in SETTINGS.items()} | {"size": size}
    assert options_of(values.values(), longest) == PaintOptions(size=side)
