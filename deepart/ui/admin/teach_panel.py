"""The first panel of the Admin tab: pictures in, Start, how many test pictures it gets right, Use it.

The steps behind it are those of the other panels, each with what suits most.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from deepart.admin import jobs
from deepart.admin.data.datasets import DataSet, check, data_sets, store
from deepart.admin.data.sources import ZipSource
from deepart.admin.job_config import JobConfig
from deepart.errors import InputError
from deepart.runtime import Progress
from deepart.text import say
from deepart.ui.admin import html
from deepart.ui.admin.choices import QUIET, Panel, following, one_at_a_time, refused_inline
from deepart.ui.admin.data_panel import COLUMNS, known_column
from deepart.ui.admin.use_panel import build_use_panel, try_job
from deepart.ui.controls import segmented
from deepart.ui.events import admin_handler, language_of, named_choices, translations as t, unread
from deepart.ui.pictures import many_pictures

MINUTES, PATIENCE = 10.0, 2
"""Minutes of training at most, and after how many measurements without a better one it ends: heads learn fast."""

_POLL_SECONDS = 2
_LONGEST_NAME = 40
_ACTIVE = ("queued", "running")


def build_teach_panel(token: gr.State) -> Panel:
    """Add the panel to the surrounding column.

    Args:
        token: of the owner's session.
    """

    # Layout
    job, ended = gr.State(None), gr.State(None)  # what is watched, and which of those has finished meanwhile
    timer = gr.Timer(_POLL_SECONDS, active=False)
    with gr.Row(elem_classes="painting-columns"):
        with gr.Column(scale=5):
            gr.Markdown(t("ui.admin.teach_hint"), elem_classes="hint")
            archive = unread(many_pictures("teach-archive", "ui.admin.archive", (".zip",), height=150))
            column = segmented(
                named_choices("ui.admin.column", COLUMNS, "en"), "artist", "ui.admin.folders_are", "teach-column"
            )
            licence = gr.Textbox(
                label=t("ui.admin.licence"), placeholder="CC0-1.0", max_lines=1, elem_id="teach-licence"
            )
            with gr.Row():
                start_button = gr.Button(t("ui.admin.start"), variant="primary", elem_id="teach-start")
                stop_button = gr.Button(t("ui.stop"), min_width=80, scale=0, visible=False, elem_id="teach-end")
        with gr.Column(scale=7):
            told = gr.HTML(elem_id="teach-told")
            card = gr.HTML(elem_id="teach-card")
            with gr.Column(visible=False) as use_side:
                tried = build_use_panel(token, job, "teach")

    # Wiring
    watched = [card, timer, use_side, ended, stop_button]
    starting = start_button.click(
        teach, [token, archive, column, licence], [told, job, *watched], **one_at_a_time("data"), **QUIET
    )
    stop_button.click(stop_teaching, [token, job], [told, *watched], cancels=[starting], **QUIET)
    # Through the queue, unlike other ticks: past it the page does not notice that a state has changed.
    timer.tick(watch_teaching, [token, job], watched, **QUIET)
    ended.change(try_when_ended, [token, tried.work, ended], tried.outputs, **one_at_a_time("evaluate"), **QUIET)
    return Panel(open_teaching, [column, told, job, card, timer, use_side, stop_button], [job])


@admin_handler
def open_teaching(token: str, name: str | None, request: gr.Request) -> tuple[Any, ...]:
    """Show the newest classifier that was taught, if there is any."""
    language = language_of(request)
    found = next((each.id for each in jobs.jobs() if each.config.task == "classifier"), None)
    waiting = html.note(say("ui.admin.teach_waiting", language)) if found is None else ""
    card, active, use_side, _, stop = _watched(found, language)  # what ended before is not tried again by itself
    return (
        gr.update(choices=named_choices("ui.admin.column", COLUMNS, language)),
        waiting,
        found,
        card,
        active,
        use_side,
        stop,
    )


@admin_handler
@refused_inline(6)
def teach(
    token: str, archives: list[str] | None, column: str, licence: str | None, request: gr.Request
) -> Iterator[tuple[Any, ...]]:
    """Store the pictures and start to train the classifier's heads on them."""
    language = language_of(request)
    if not archives:
        raise InputError("ui.admin.no_archive")
    checking = html.progress(0, say("progress.checking_pictures", language))
    yield checking, *(gr.skip(),) * 5, gr.update(visible=True)
    data = yield from following(_stored(archives, known_column(column), licence or ""), language, 6)
    try:
        started = jobs.start(
            JobConfig(
                task="classifier",
                data=data.name,
                trained="heads",
                labels="new",
                column=column,
                minutes=MINUTES,
                patience=PATIENCE,
            )
        )
    except InputError:
        jobs.delete_data_set(data.name)  # Start would find its name taken
        raise
    yield html.done(_summary(data, language)), started.id, *_watched(started.id, language)


def _stored(archives: Sequence[str], column: str, licence: str) -> Generator[Progress, None, DataSet]:
    """Look through archives and store what is in them, under a name like that of the first."""
    words = re.findall("[a-z0-9]+", Path(archives[0]).stem.lower())
    plain = "-".join(words)[:_LONGEST_NAME].strip("-") or "pictures"
    taken = {each.name for each in data_sets()}
    names = (plain if number == 1 else f"{plain}-{number}" for number in range(1, len(taken) + 2))
    name = next(name for name in names if name not in taken)
    draft = yield from check(ZipSource(tuple(map(Path, archives)), column), name=name, licence=licence)
    return (yield from store(draft))


def _summary(data: DataSet, language: str) -> str:
    found = data.report()
    left_out = len(found["refused"])
    words = [
        say("ui.admin.is_stored", language, name=data.name, count=found["stored"]),
        say("ui.admin.teach_tested", language, count=found["parts"].get("test", 0)),
        *([say("ui.admin.teach_left_out", language, count=left_out)] if left_out else []),
        say("ui.admin.started", language),
    ]
    return " ".join(words)


@admin_handler
def watch_teaching(token: str, name: str | None, request: gr.Request) -> tuple[Any, ...]:
    return _watched(name, language_of(request))


@admin_handler
def stop_teaching(token: str, name: str | None, request: gr.Request) -> tuple[Any, ...]:
    """Stop what is being looked through, and the job."""
    language = language_of(request)
    if name and jobs.find_job(name).view().state in _ACTIVE:
        jobs.stop(jobs.find_job(name))
    return html.done(say("ui.admin.state.stopped", language)), *_watched(name, language)


def _watched(name: str | None, language: str) -> tuple[Any, ...]:
    """Return what shows a job: its card, the timer, what its end lets one do, that it ended, and what stops it."""
    if not name:
        return "", gr.Timer(active=False), gr.update(visible=False), None, gr.update(visible=False)
    view = jobs.find_job(name).view()
    is_active, has_ended = view.state in _ACTIVE, view.state == "finished"
    return (
        html.job(view, language),
        gr.Timer(active=is_active),
        gr.update(visible=has_ended),
        name if has_ended else None,
        gr.update(visible=is_active),
    )


@admin_handler
def try_when_ended(
    token: str, work: dict[str, Any], name: str | None, request: gr.Request
) -> Iterator[tuple[Any, ...]]:
    """Say how many test pictures a model gets right as soon as it is there."""
    if name:
        yield from try_job(token, work, name, request)
