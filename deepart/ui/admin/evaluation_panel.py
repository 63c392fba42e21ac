"""The panel of the Admin tab that compares a new model with the live one and promotes it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import gradio as gr

from deepart.admin import jobs
from deepart.admin.data.datasets import find_data_set
from deepart.errors import InputError
from deepart.runtime import Progress
from deepart.text import say
from deepart.ui.admin import html
from deepart.ui.admin.choices import (
    CLEAR,
    IN_TURN,
    QUIET,
    TASKS,
    Panel,
    candidate_choices,
    candidate_folder,
    data_set_choices,
    following,
    one_at_a_time,
    plain_gallery,
    task_choices,
    task_radio,
    thumbnail,
    updated,
)
from deepart.ui.controls import segmented
from deepart.ui.events import admin_handler, language_of, named_choices, translations as t

PICTURES_SHOWN = 20
_SIDES = ("new", "old")
_PRESSED = """
element.addEventListener("click", (event) => {
  const cell = event.target.closest("button[data-row]");
  if (cell) trigger("select", { row: Number(cell.dataset.row), column: Number(cell.dataset.column) });
});
"""


def build_evaluation_panel(token: gr.State) -> Panel:
    """Add the panel to the surrounding tab.

    Args:
        token: of the owner's session.
    """

    # Layout
    work = gr.State({})  # "opened", "gate": what was found out about the candidate, "candidate": which one that is
    gr.Markdown(t("ui.admin.compare_hint"), elem_classes="hint")
    with gr.Row():
        task = task_radio("admin-compare-task")
        candidate = gr.Dropdown([], label=t("ui.admin.candidate"), min_width=260, elem_id="admin-candidate")
        data = gr.Dropdown(
            [], label=t("ui.admin.test_set"), info=t("ui.admin.test_set_info"), min_width=180, elem_id="admin-test-set"
        )
    with gr.Row():
        compare_button = gr.Button(t("ui.admin.compare"), elem_id="admin-run-compare")
        stop_button = gr.Button(t("ui.stop"), scale=0, min_width=80, elem_id="admin-compare-stop")
    status = gr.HTML(elem_id="admin-gate")
    with gr.Column(visible=False, elem_id="admin-compared") as compared:
        table = gr.HTML(elem_id="admin-figures")
        with gr.Row(elem_id="admin-promotion"):
            reason = gr.Textbox(
                label=t("ui.admin.reason"),
                info=t("ui.admin.reason_info"),
                max_lines=1,
                scale=3,
                min_width=200,
                elem_id="admin-reason",
            )
            licence = gr.Textbox(
                label=t("ui.admin.weights_licence"),
                info=t("ui.admin.weights_licence_info"),
                max_lines=1,
                min_width=160,
                elem_id="admin-weights-licence",
            )
        promote_button = gr.Button(t("ui.admin.promote"), elem_id="admin-promote")
        promoted = gr.HTML(elem_id="admin-promoted")
        with gr.Column(visible=False, elem_id="admin-confusion-side") as matrix_side:
            with gr.Row():
                head = gr.Radio([], label=t("ui.admin.head"), elem_id="admin-head-of", elem_classes="segmented")
                side = segmented(
                    named_choices("ui.admin.compared", _SIDES, "en"), "new", "ui.admin.matrix_of", "admin-matrix-of"
                )
            gr.Markdown(t("ui.admin.matrix_hint"), elem_classes="hint")
            matrix = gr.HTML(js_on_load=_PRESSED, elem_id="admin-confusion")
            with gr.Column(visible=False) as cell_side:
                cell = plain_gallery(t("ui.admin.cell"), "admin-cell")
            with gr.Accordion(t("ui.admin.label_scores"), open=False, elem_id="admin-scores-side"):
                scores = gr.HTML(elem_id="admin-scores")

    # Wiring
    task.input(choose_compared, [token, task], [candidate], **IN_TURN, **QUIET)
    comparing = compare_button.click(
        compare_models,
        [token, work, task, candidate, data],
        [status, compared, table, promoted, matrix_side, head, matrix, scores],
        **one_at_a_time("evaluate"),
        **QUIET,
    )
    comparing.failure(None, None, [status], js=CLEAR, **QUIET)
    stop_button.click(None, None, [status], js=CLEAR, cancels=[comparing], **QUIET)
    for event in (head.input, side.input):
        event(show_matrix, [token, work, head, side], [matrix, scores, cell_side], **QUIET)
    matrix.select(show_cell, [token, work, head, side], [cell_side, cell], **QUIET)
    promote_button.click(promote_model, [token, work, reason, licence], [promoted, reason], **QUIET)
    return Panel(open_comparison, [status, task, candidate, data, side], [work, task, candidate, data])


@admin_handler
def open_comparison(
    token: str, work: dict[str, Any], task: str, candidate: str | None, data: str | None, request: gr.Request
) -> tuple[Any, ...]:
    language = language_of(request)
    told = gr.skip() if work.get("opened") else html.note(say("ui.admin.no_comparison", language))
    work["opened"] = True
    return (
        told,
        gr.update(choices=task_choices(language)),
        updated(candidate_choices(_task(task), language), candidate),
        updated(data_set_choices(), data),
        gr.update(choices=named_choices("ui.admin.compared", _SIDES, language)),
    )


@admin_handler
def choose_compared(token: str, task: str, request: gr.Request) -> Any:
    return updated(candidate_choices(_task(task), language_of(request)), None)


@admin_handler
def compare_models(
    token: str, work: dict[str, Any], task: str, candidate: str | None, data: str | None, request: gr.Request
) -> Iterator[tuple[Any, ...]]:
    """Measure the candidate and the live model on the same pictures."""
    language = language_of(request)
    work.pop("gate", None)
    rest = (gr.skip(),) * 6
    yield html.progress(0, say("progress.evaluating", language)), gr.update(visible=False), *rest
    if not candidate:
        raise InputError("ui.admin.no_candidate")
    if not data:
        raise InputError("ui.admin.no_data_set")
    gate = yield from following(compared_steps(task, candidate, data), language, 7)
    work.update(gate=gate, candidate=candidate)
    heads = list(gate.new.answers)
    facts = [
        (say("ui.admin.weights", language), f"{gate.size / 1e6:.2f} MB"),
        (say("ui.admin.per_picture", language), f"{gate.seconds[0]:.3f} → {gate.seconds[1]:.3f} s"),
        (say("ui.admin.test_pictures", language), str(gate.new.count)),
    ]
    if gate.drift:
        facts.append((say("ui.admin.drift", language), f"{gate.drift:.3f}"))
    yield (
        html.gate(gate.passed, gate.sentences(language), facts, language),
        gr.update(visible=True),
        html.differences(gate.differences, language) + html.controls(gate.new.controls, language),
        "",
        gr.update(visible=bool(heads)),
        gr.update(choices=named_choices("ui.admin.column", heads, language), value=heads[0] if heads else None),
        *(_matrix(gate, heads[0], "new", language) if heads else ("", "")),
    )


@admin_handler
def show_matrix(token: str, work: dict[str, Any], head: str, side: str, request: gr.Request) -> tuple[Any, ...]:
    gate = work.get("gate")
    if gate is None or head not in gate.new.answers:
        return gr.skip(), gr.skip(), gr.update(visible=False)
    return *_matrix(gate, head, side, language_of(request)), gr.update(visible=False)


@admin_handler
def show_cell(
    token: str, work: dict[str, Any], head: str, side: str, request: gr.Request, event: gr.EventData
) -> tuple[Any, Any]:
    """Show the pictures behind a cell of the matrix."""
    gate = work.get("gate")
    found = gate and (gate.old if side == "old" else gate.new)
    pressed = event._data if isinstance(event._data, dict) else {}
    row, column = pressed.get("row"), pressed.get("column")
    if not found or head not in found.answers or not isinstance(row, int) or not isinstance(column, int):
        return gr.skip(), gr.skip()
    labels = found.labels(head)
    if not (0 <= row < len(labels) and 0 <= column < len(labels)):
        return gr.skip(), gr.skip()
    answered = found.cell(head, labels[row], labels[column])[:PICTURES_SHOWN]
    shown = [
        (thumbnail(each.path), f"{each.truth} → {each.answer} · {100 * each.probability:.0f} %") for each in answered
    ]
    return gr.update(visible=True), shown


@admin_handler
def promote_model(token: str, work: dict[str, Any], reason: str, licence: str, request: gr.Request) -> tuple[Any, ...]:
    """Let the candidate take the live model's place; visitors are served it from the next request on."""
    from deepart.admin.versions import promote

    gate = work.get("gate")
    if gate is None:
        raise InputError("ui.admin.no_gate")
    kind, _, name = work["candidate"].partition(":")
    record = jobs.find_job(name).record() if kind == "job" else None
    version = promote(gate, reason or "", (licence or "").strip() or None, record)
    work.pop("gate")
    told = say("ui.admin.is_live", language_of(request), checkpoint=version.key, number=version.number)
    return html.done(told), ""


def _task(task: str) -> str:
    if task not in TASKS:
        raise InputError("setting.choice", name="task", choices=", ".join(TASKS))
    return task


def frozen_steps(task: str, data: str) -> Generator[Progress, None, Any]:
    """Return the test pictures of a data set: chosen when it is first used, and the same ever after."""
    from deepart.admin.data.evaluation_sets import EvaluationSet, freeze_steps, set_file

    file = set_file(task, find_data_set(data).name)
    if file.is_file():
        return EvaluationSet.load(file)
    frozen = yield from freeze_steps(task, find_data_set(data).folder)
    frozen.save(file)
    return frozen


def compared_steps(task: str, candidate: str, data: str) -> Generator[Progress, None, Any]:
    """Measure a candidate and the live model on the test pictures of a data set.

    Raises:
        InputError: the task's models cannot be compared, or something is not there.
    """
    from deepart.admin.evaluation import live_key
    from deepart.admin.versions import gate_steps

    folder = candidate_folder(candidate)
    frozen = yield from frozen_steps(_task(task), data)
    return (yield from gate_steps(live_key(task), folder, frozen))


def _matrix(gate: Any, head: str, side: str, language: str) -> tuple[str, str]:
    found = gate.old if side == "old" else gate.new
    if head not in found.answers:  # the live model has no such head
        return html.note(say("ui.admin.no_head", language)), ""
    scores = next((each.labels for each in found.heads if each.head == head), ())
    return html.confusion(found.labels(head), found.confusion(head), language), html.label_scores(scores, language)
