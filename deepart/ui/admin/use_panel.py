"""Below a job: how many test pictures its model gets right, and the button that lets it take the live model's place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import gradio as gr
from gradio.components import Component

from deepart.admin import jobs
from deepart.errors import InputError
from deepart.text import say
from deepart.ui.admin import html
from deepart.ui.admin.choices import QUIET, TASKS, following, one_at_a_time, refused_inline
from deepart.ui.admin.evaluation_panel import compared_steps
from deepart.ui.events import admin_handler, language_of, translations as t

SEGMENTER = "segmenter"
"""The task whose models visitors get without one that they take the place of."""


class UsePanel(NamedTuple):
    """What an event needs that tries a model without being asked to."""

    work: gr.State
    outputs: list[Component]


def build_use_panel(token: gr.State, job: Component, prefix: str = "admin") -> UsePanel:
    """Add the panel to the surrounding column.

    Args:
        token: of the owner's session.
        job: the one that is looked at.
        prefix: of its parts' names in the page.
    """
    work = gr.State({})  # "gate": what was found out about the model of "job"
    with gr.Row():
        try_button = gr.Button(t("ui.admin.try"), size="md", min_width=140, elem_id=f"{prefix}-try")
        use_button = gr.Button(t("ui.admin.use"), size="md", min_width=140, visible=False, elem_id=f"{prefix}-use")
    told = gr.HTML(elem_id=f"{prefix}-tried")
    reason = gr.Textbox(
        label=t("ui.admin.reason"),
        info=t("ui.admin.reason_info"),
        max_lines=1,
        visible=False,
        elem_id=f"{prefix}-use-reason",
    )
    outputs = [told, use_button, reason]
    try_button.click(try_job, [token, work, job], outputs, **one_at_a_time("evaluate"), **QUIET)
    use_button.click(use_job, [token, work, job, reason], outputs, **one_at_a_time("evaluate"), **QUIET)
    job.change(forget_try, [token, work, job], outputs, **QUIET)
    return UsePanel(work, outputs)


@admin_handler
@refused_inline(2)
def try_job(token: str, work: dict[str, Any], name: str | None, request: gr.Request) -> Iterator[tuple[Any, ...]]:
    """Evaluate the new model on test pictures."""
    language, hidden = language_of(request), gr.update(visible=False)
    work.clear()
    yield html.progress(0, say("progress.evaluating", language)), hidden, hidden
    found = jobs.find_job(name or "")
    if found.bundle is None:
        raise InputError("job.no_bundle")
    view = found.view()
    if view.task not in TASKS:
        yield html.done(_measured(found, view.task, language)), gr.update(visible=view.task == SEGMENTER), hidden
        return
    gate = yield from following(compared_steps(view.task, f"job:{found.id}", view.data), language, 2)
    work.update(gate=gate, job=found.id)
    yield (
        html.tried(right_answers(gate.new), right_answers(gate.old), gate.sentences(language), language),
        gr.update(visible=True),
        gr.update(visible=not gate.passed),
    )


@admin_handler
@refused_inline(2)
def use_job(
    token: str, work: dict[str, Any], name: str | None, reason: str, request: gr.Request
) -> Iterator[tuple[Any, ...]]:
    """Promote the evaluated model."""
    from deepart.admin.versions import promote

    language, hidden = language_of(request), gr.update(value="", visible=False)
    if (found := jobs.find_job(name or "")).config.task == SEGMENTER:
        told = say("ui.admin.segmenter_used", language, name=jobs.offer_segmenter(found))
        yield html.done(told), gr.update(visible=False), hidden
        return
    if work.get("job") != name or "gate" not in work:
        raise InputError("ui.admin.no_gate")
    version = promote(work["gate"], reason or "", None, found.record())
    work.clear()
    told = say("ui.admin.is_live", language, checkpoint=version.key, number=version.number)
    yield html.done(told), gr.update(visible=False), hidden


def _measured(job: jobs.Job, task: str, language: str) -> str:
    """Return what was measured of a model that has no live one to be compared with, and what it is for."""
    found = next((line for line in reversed(job.metrics()) if line["kind"] == "result"), {})
    if task == SEGMENTER:
        iou = found.get("IoU mean")
        told = "" if iou is None else say("ui.admin.segmenter_right", language, percent=f"{100 * iou:.0f} %") + " "
        return told + say("ui.admin.segmenter_use", language)
    return say("ui.admin.for_commands", language, folder=job.bundle)


@admin_handler
def forget_try(token: str, work: dict[str, Any], name: str | None, request: gr.Request) -> tuple[Any, ...]:
    """What was tried was another job's."""
    if work.get("job") in (None, name):
        return (gr.skip(),) * 3
    work.clear()
    return "", gr.update(visible=False), gr.update(visible=False)


def right_answers(found: Any) -> dict[str, tuple[int, int]]:
    """Return for each head of a classifier how many test pictures it got right, and of how many."""
    return {head: (sum(row.truth == row.answer for row in rows), len(rows)) for head, rows in found.answers.items()}
