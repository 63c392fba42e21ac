"""The panel of the Admin tab that makes networks smaller, or one better network of several."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from deepart.admin.data.datasets import find_data_set
from deepart.admin.folders import admin_folder
from deepart.errors import InputError
from deepart.images import load_image
from deepart.runtime import Progress
from deepart.text import say
from deepart.ui.admin import html
from deepart.ui.admin.choices import (
    CLEAR,
    IN_TURN,
    QUIET,
    SLIMMED,
    TASKS,
    Panel,
    candidate_choices,
    candidate_folder,
    data_set_choices,
    following,
    one_at_a_time,
    task_choices,
    task_radio,
    updated,
)
from deepart.ui.admin.evaluation_panel import frozen_steps
from deepart.ui.controls import segmented
from deepart.ui.events import admin_handler, language_of, named_choices, translations as t

_WAYS = ("prune", "soup")
_LOOKED_AT = 16  # pictures on which it is measured which channels matter


def build_slimming_panel(token: gr.State) -> Panel:
    """Add the panel to the surrounding tab.

    Args:
        token: of the owner's session.
    """

    # Layout
    gr.Markdown(t("ui.admin.slim_hint"), elem_classes="hint")
    with gr.Row():
        task = task_radio("admin-slim-task")
        way = segmented(named_choices("ui.admin.way", _WAYS, "en"), "prune", "ui.admin.way", "admin-way")
        data = gr.Dropdown([], label=t("ui.admin.test_set"), min_width=180, elem_id="admin-slim-data")
    sources = gr.Dropdown(
        [], multiselect=True, label=t("ui.admin.sources"), info=t("ui.admin.sources_info"), elem_id="admin-slim-sources"
    )
    keep = gr.Slider(
        0.1, 1, value=0.75, step=0.05, label=t("ui.admin.keep"), info=t("ui.admin.keep_info"), elem_id="admin-keep"
    )
    with gr.Row():
        slim_button = gr.Button(t("ui.admin.slim"), elem_id="admin-run-slim")
        stop_button = gr.Button(t("ui.stop"), scale=0, min_width=80, elem_id="admin-slim-stop")
    status = gr.HTML(elem_id="admin-slim-status")
    table = gr.HTML(elem_id="admin-slim-table")

    # Handlers
    @admin_handler
    def open_slimming(
        token: str, task: str, data: str | None, sources: list[str] | None, request: gr.Request
    ) -> tuple[Any, ...]:
        language = language_of(request)
        choices = _source_choices(task, language)
        kept = [source for source in sources or [] if source in [value for _, value in choices]]
        return (
            gr.update(choices=task_choices(language)),
            gr.update(choices=named_choices("ui.admin.way", _WAYS, language)),
            updated(data_set_choices(), data),
            gr.update(choices=choices, value=kept),
        )

    @admin_handler
    def choose_sources(token: str, task: str, request: gr.Request) -> Any:
        return gr.update(choices=_source_choices(task, language_of(request)), value=[])

    @admin_handler
    def slim_model(
        token: str, task: str, way: str, data: str | None, sources: list[str] | None, keep: float, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """Prune a network, or average several; what comes out can be compared and promoted like a job's."""
        language = language_of(request)
        if task not in TASKS or way not in _WAYS:
            raise InputError("job.config")
        if not data:
            raise InputError("ui.admin.no_data_set")
        yield html.progress(0, say("progress.pruning", language)), ""
        steps = _steps(task, way, data, sources or [], keep)
        slimmed = yield from following(steps, language, 1)
        name = slimmed.folder.name
        made = html.costs(slimmed.before, slimmed.after, language) + html.differences(slimmed.differences, language)
        if slimmed.ingredients:
            made = html.done(say("ui.admin.ingredients", language, names=", ".join(slimmed.ingredients))) + made
        yield html.done(say("ui.admin.slimmed", language, name=name)), made

    # Wiring
    task.input(choose_sources, [token, task], [sources], **IN_TURN, **QUIET)
    slimming = slim_button.click(
        slim_model, [token, task, way, data, sources, keep], [status, table], **one_at_a_time("evaluate"), **QUIET
    )
    slimming.failure(None, None, [status], js=CLEAR, **QUIET)
    stop_button.click(None, None, [status], js=CLEAR, cancels=[slimming], **QUIET)
    return Panel(open_slimming, [task, way, data, sources], [task, data, sources])


def _steps(task: str, way: str, data: str, chosen: list[str], keep: Any) -> Generator[Progress, None, Any]:
    from deepart.admin.evaluation import live_key
    from deepart.admin.slimming import prune_steps, soup_steps

    frozen = yield from frozen_steps(task, data)
    sources: list[str | Path] = [live_key(task) if each == "live" else candidate_folder(each) for each in chosen]
    out = admin_folder() / SLIMMED / f"{task}-{way}-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
    out.parent.mkdir(parents=True, exist_ok=True)
    if way == "soup":
        return (yield from soup_steps(task, sources, out, frozen))
    if len(sources) != 1:
        raise InputError("ui.admin.one_source")
    if isinstance(keep, bool) or not isinstance(keep, (int, float)):
        raise InputError("setting.range", name="keep", low=0.1, high=1)
    artworks = find_data_set(data).artworks("train")
    pictures = [load_image(work.path) for work in artworks[:: max(1, len(artworks) // _LOOKED_AT)][:_LOOKED_AT]]
    return (yield from prune_steps(task, sources[0], out, pictures, keep, frozen))


def _source_choices(task: str, language: str) -> list[tuple[str, str]]:
    return [(say("ui.admin.start_live", language), "live"), *candidate_choices(task, language)]
