"""The panel of the Admin tab for training jobs: set up, measure, start, watch, stop and resume.

A job is a process of its own (`deepart.admin.jobs`); the panel polls its folder.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pandas as pd
from gradio.components import Component

from deepart.admin import jobs
from deepart.admin.job_config import SCRATCH, TRAINABLE, JobConfig
from deepart.errors import InputError
from deepart.text import say
from deepart.ui.admin import html
from deepart.ui.admin.choices import (
    CLEAR,
    QUIET,
    TASKS,
    TRAINED,
    Panel,
    alone,
    data_set_choices,
    following,
    job_choices,
    job_title,
    one_at_a_time,
    plain_gallery,
    refused_inline,
    task_choices,
    task_radio,
    thumbnail,
    updated,
)
from deepart.ui.admin.use_panel import build_use_panel
from deepart.ui.events import admin_handler, language_of, translations as t, unread

POLL_SECONDS = 2
PREVIEWS_SHOWN = 12
_BACKBONES = ("own", "tf_efficientnet_lite0", "tf_efficientnet_lite2")
_FIELDS = {name: known for name, known in JobConfig.settings().items() if name != "save_every_minutes"}
"""The settings of a job in the order in which handlers get their values: each has a control."""
_CHOSEN = tuple(name for name, known in _FIELDS.items() if isinstance(known.default, str) and known.choices)[1:]
"""Those that are one of some words, whose names are translated; without the task."""
_BUTTONS, _SHOWN = 5, 17  # of a job; and all parts of the page that show it


def build_jobs_panel(token: gr.State) -> Panel:
    """Add the panel to the surrounding tab.

    Args:
        token: of the owner's session.
    """

    # Layout
    # "measured": the settings whose time has been said, "seen": what is shown of which job, so that nothing flickers
    work = gr.State({})
    timer = gr.Timer(POLL_SECONDS, active=False)
    fields: dict[str, Component] = {}

    with gr.Row(elem_classes="painting-columns"):
        with gr.Column(scale=5, elem_id="admin-job-settings"):
            left = _settings_side(fields)
        with gr.Column(scale=7, elem_id="admin-job"):
            right = _job_side(token)
    unread(right.record)
    buttons = [right.stop_button, right.keep_button, right.resume_button, right.kill_button, right.delete_button]
    shown = [
        right.card,
        right.curves,
        right.loss,
        right.losses,
        right.measured_side,
        right.figure,
        right.measured,
        right.previews_side,
        right.previews,
        right.log,
        timer,
        right.buttons_side,
        *buttons,
    ]

    # What is shown of a job

    # Wiring
    values = [fields[name] for name in _FIELDS]
    left.task.input(
        choose_task,
        [token, left.task],
        [
            left.of_classifier,
            left.of_style,
            left.of_generator,
            left.of_regressor,
            left.of_segmenter,
            left.of_translator,
            left.more.of_classifier,
            fields["trained"],
            fields["start"],
        ],
        **QUIET,
    )
    measuring = [
        left.measure_button.click(
            measure_job, [token, work, *values], [left.estimate], **one_at_a_time("measure"), **QUIET
        ),
        left.start_button.click(
            start_job, [token, work, *values], [left.estimate, right.job, *shown], **one_at_a_time("measure"), **QUIET
        ),
        left.more.batch_button.click(
            find_batch, [token, *values], [left.more.batches, fields["batch"]], **one_at_a_time("measure"), **QUIET
        ),
    ]
    for event, place in zip(measuring, (left.estimate, left.estimate, left.more.batches)):
        event.failure(None, None, [place], js=CLEAR, **QUIET)
    left.give_up_button.click(None, None, [left.estimate], js=CLEAR, cancels=measuring, **QUIET)
    watched = [token, work, right.job, right.figure, right.loss]
    followed = [left.estimate, right.job, *shown]
    for event in (right.job.input, right.figure.input, right.loss.input):
        event(show_job, watched, followed, trigger_mode="always_last", **QUIET)
    timer.tick(show_job, watched, followed, queue=False, **QUIET)
    for button, action in (
        (right.stop_button, stop_job),
        (right.keep_button, finish_job),
        (right.resume_button, resume_job),
        (right.kill_button, kill_job),
        (right.delete_button, delete_job),
    ):
        button.click(action, [token, work, right.job], [right.job, *shown], **QUIET)
    right.record_button.click(record_job, [token, right.job], [right.record], **QUIET)
    return Panel(
        open_jobs,
        [
            left.task,
            fields["data"],
            fields["start"],
            fields["contents"],
            *(fields[name] for name in _CHOSEN),
            right.job,
            *shown,
        ],
        [work, left.task, fields["data"], right.job],
    )


def _settings_side(fields: dict[str, Component]) -> SimpleNamespace:
    """Add the settings of a new job, and return the components."""
    task = fields["task"] = task_radio("admin-task", TRAINED)
    with gr.Row():
        fields["data"] = gr.Dropdown([], label=t("ui.admin.setting.data"), min_width=150, elem_id="admin-set-data")
        fields["start"] = gr.Dropdown(
            [(say("ui.admin.start_live"), "")],
            value="",
            label=t("ui.admin.setting.start"),
            min_width=150,
            elem_id="admin-set-start",
        )
    with gr.Row():
        _add_settings(fields, trained="heads", minutes=10)
    with gr.Column() as of_classifier:
        with gr.Row():
            _add_settings(fields, labels="new", column="artist")
        with gr.Row():
            _add_settings(fields, "answers", "balance")
    with gr.Column(visible=False) as of_style:
        fields["contents"] = gr.Dropdown(
            [("–", "")],
            value="",
            label=t("ui.admin.setting.contents"),
            info=t("ui.admin.contents_info"),
            elem_id="admin-set-contents",
        )
    with gr.Column(visible=False) as of_generator:
        with gr.Row():
            _add_settings(fields, "architecture", "loss")
        with gr.Row():
            _add_settings(fields, "beta", "free_bits", "code_cycle")
    with gr.Column(visible=False) as of_regressor, gr.Row():
        fields["targets"] = gr.Textbox(
            "year",
            label=t("ui.admin.setting.targets"),
            info=t("ui.admin.targets_info"),
            max_lines=1,
            elem_id="admin-set-targets",
        )
        _add_settings(fields, "missing")
    with gr.Column(visible=False) as of_segmenter:
        gr.Markdown(t("ui.admin.masks_info"), elem_classes="hint")
    with gr.Column(visible=False) as of_translator, gr.Row():
        _add_settings(fields, "cycle", "identity", "pool")
    with gr.Accordion(t("ui.admin.more_settings"), open=False, elem_id="admin-more"):
        more = _more_settings(fields)
    with gr.Row():
        measure_button = gr.Button(t("ui.admin.measure"), size="md", min_width=140, elem_id="admin-measure")
        start_button = gr.Button(t("ui.admin.start"), size="md", min_width=140, elem_id="admin-start")
        give_up_button = gr.Button(t("ui.stop"), size="md", min_width=80, scale=0, elem_id="admin-measure-stop")
    estimate = gr.HTML(elem_id="admin-estimate")
    return SimpleNamespace(**locals())


def _more_settings(fields: dict[str, Component]) -> SimpleNamespace:
    """Add the settings that can be left as they are."""
    gr.Markdown(t("ui.admin.zeros"), elem_classes="hint")
    with gr.Row():
        _add_settings(fields, "side", "batch", "optimizer", "learning_rate", "schedule", "warmup_steps")
        _add_settings(fields, "weight_decay", "clip_norm", "ema_decay", "precision", "seed")
        _add_settings(fields, "measure_every_minutes", "patience")
    with gr.Column() as of_classifier, gr.Row():
        _add_settings(fields, "augmentation", "dropout", "label_smoothing")
        fields["backbone"] = gr.Dropdown(
            [("–", ""), *((name, name) for name in _BACKBONES)],
            value="",
            label=t("ui.admin.setting.backbone"),
            info=t("ui.admin.backbone_info"),
            allow_custom_value=True,
            min_width=150,
            elem_id="admin-set-backbone",
        )
        _add_settings(fields, "kernel", "stride", "activation")
    fields["track"] = gr.Checkbox(False, label=t("ui.admin.setting.track"), elem_id="admin-set-track")
    batch_button = gr.Button(t("ui.admin.find_batch"), size="sm", elem_id="admin-find-batch")
    batches = gr.HTML(elem_id="admin-batches")
    return SimpleNamespace(of_classifier=of_classifier, batch_button=batch_button, batches=batches)


def _job_side(token: gr.State) -> SimpleNamespace:
    """Add the job that is looked at, and return the components."""
    job = gr.Dropdown([], label=t("ui.admin.job"), elem_id="admin-jobs")
    card = gr.HTML(elem_id="admin-job-card")
    build_use_panel(token, job)
    with gr.Row(visible=False, elem_id="admin-job-buttons") as buttons_side:
        stop_button = gr.Button(t("ui.admin.stop"), size="sm", min_width=90, elem_id="admin-job-stop")
        keep_button = gr.Button(t("ui.admin.finish_now"), size="sm", min_width=90, elem_id="admin-job-keep")
        resume_button = gr.Button(t("ui.admin.resume"), size="sm", min_width=90, elem_id="admin-job-resume")
        kill_button = gr.Button(t("ui.admin.kill"), size="sm", min_width=90, elem_id="admin-job-kill")
        delete_button = gr.Button(t("ui.admin.delete"), size="sm", min_width=90, elem_id="admin-job-delete")
        record_button = gr.Button(t("ui.admin.record"), size="sm", min_width=90, elem_id="admin-job-record")
    record = gr.File(label=t("ui.admin.record"), visible=False, height=80, elem_id="admin-record")
    with gr.Column(visible=False, elem_id="admin-curves") as curves:
        loss = gr.Dropdown([], label=t("ui.admin.loss"), elem_id="admin-loss")
        losses = _plot("ui.admin.losses", "admin-losses")
        with gr.Column(visible=False) as measured_side:
            figure = gr.Dropdown([], label=t("ui.admin.figure"), elem_id="admin-figure")
            measured = _plot("ui.admin.measured", "admin-measured")
    with gr.Column(visible=False) as previews_side:
        previews = plain_gallery(t("ui.admin.previews"), "admin-previews", columns=3)
    with gr.Accordion(t("ui.admin.log"), open=False):
        log = gr.Textbox(show_label=False, lines=12, max_lines=12, autoscroll=True, elem_id="admin-log")
    return SimpleNamespace(**locals())


def view(
    work: dict[str, Any], name: str | None, language: str, wanted: str | None = None, of: str | None = None
) -> tuple[Any, ...]:
    """Return `shown`; curves and pictures only if there is something new in them."""
    if not name:
        hidden = gr.update(visible=False)
        work.pop("seen", None)
        waiting = html.note(say("ui.admin.no_job", language))
        plots = hidden, gr.skip(), _NO_POINTS, hidden, gr.skip(), _NO_POINTS
        return waiting, *plots, hidden, [], "", gr.Timer(active=False), hidden, *(gr.skip(),) * _BUTTONS
    found = jobs.find_job(name)
    state, metrics, paths = found.view(), found.metrics(), found.previews()
    lines = [line for line in metrics if line["kind"] == "losses"]
    figures = [line for line in metrics if line["kind"] != "losses"]
    names, parts = _names(figures, "score"), _names(lines, "total")
    wanted = wanted if wanted in names else next(iter(names), None)
    of = of if of in parts else next(iter(parts), None)
    seen = {"job": name, "metrics": len(metrics), "previews": len(paths), "figure": (wanted, of), "state": state.state}
    before = work.get("seen", {})
    work["seen"] = seen
    new_curves = any(seen[key] != before.get(key) for key in ("job", "metrics", "figure"))
    new_pictures = any(seen[key] != before.get(key) for key in ("job", "previews"))
    active = state.state in ("queued", "running")
    return (
        html.job(state, language),
        gr.update(visible=bool(metrics)) if new_curves else gr.skip(),
        gr.update(choices=parts, value=of) if new_curves else gr.skip(),
        _points(lines, of) if new_curves else gr.skip(),
        gr.update(visible=len(figures) > 1) if new_curves else gr.skip(),
        gr.update(choices=_figure_choices(names, language), value=wanted) if new_curves else gr.skip(),
        _points(figures, wanted) if new_curves else gr.skip(),
        gr.update(visible=bool(paths)) if new_pictures else gr.skip(),
        _pictures(paths, language) if new_pictures else gr.skip(),
        found.log(),
        gr.Timer(active=active),
        gr.update(visible=True),
        *_usable(state.state, new=any(seen[key] != before.get(key) for key in ("job", "state"))),
    )


@admin_handler
def open_jobs(
    token: str, work: dict[str, Any], task: str, data: str | None, name: str | None, request: gr.Request
) -> tuple[Any, ...]:
    language, choices, sets = language_of(request), job_choices(language_of(request)), data_set_choices()
    work.pop("seen", None)
    names = [value for _, value in choices]
    name = name if name in names else (names[0] if names else None)
    return (
        gr.update(choices=task_choices(language, TRAINED)),
        updated(sets, data),
        gr.update(choices=_starts(task, language)),
        gr.update(choices=[("–", ""), *((each, each) for each in sets)]),
        *(_renamed(name, task, language) for name in _CHOSEN),
        gr.update(choices=choices, value=name),
        *view(work, name, language),
    )


@admin_handler
@refused_inline(0)
def measure_job(token: str, work: dict[str, Any], request: gr.Request, *values: Any) -> Iterator[Any]:
    """Show how long the job would take on this machine."""
    yield from measure(work, _config(values), language_of(request))


@admin_handler
def find_batch(token: str, request: gr.Request, *values: Any) -> Iterator[tuple[Any, Any]]:
    language = language_of(request)
    yield html.progress(0, say("ui.admin.measuring", language)), gr.skip()
    chosen, trials = yield from following(jobs.find_batch_size(_config(values)), language, 1)
    yield html.batches(chosen, trials, language), chosen


@admin_handler
@refused_inline(_SHOWN + 1)
def start_job(token: str, work: dict[str, Any], request: gr.Request, *values: Any) -> Iterator[tuple[Any, ...]]:
    """Start a job whose time has been said; say it first if it has not."""
    language, config = language_of(request), _config(values)
    runs = any(each.view().state == "running" for each in jobs.jobs())
    if work.get("measured") != config and not runs:  # beside another job nothing can be measured
        for told in measure(work, config, language):
            yield told, gr.skip(), *(gr.skip(),) * _SHOWN
        return
    started = jobs.start(config)
    told = html.done(say("ui.admin.started", language))
    choices = gr.update(choices=job_choices(language), value=started.id)
    yield told, choices, *view(work, started.id, language)


@admin_handler
def show_job(
    token: str, work: dict[str, Any], name: str | None, wanted: str | None, of: str | None, request: gr.Request
) -> tuple[Any, ...]:
    """Show a job; the list, and what was said when it was started, say so if it is no longer what it was."""
    language, before = language_of(request), work.get("seen", {})
    shown = view(work, name, language, wanted, of)
    now = work.get("seen", {})
    if before.get("job") != now.get("job") or before.get("state") == now.get("state"):
        return gr.skip(), gr.skip(), *shown
    has_ended = now["state"] in ("finished", "stopped", "failed")
    told = html.done(say(f"ui.admin.state.{now['state']}", language)) if has_ended else gr.skip()
    return told, gr.update(choices=job_choices(language)), *shown


def act(token: str, work: dict[str, Any], name: str | None, language: str) -> tuple[Any, ...]:
    choices = job_choices(language)
    names = [value for _, value in choices]
    name = name if name in names else (names[0] if names else None)
    return gr.update(choices=choices, value=name), *view(work, name, language)


@admin_handler
def stop_job(token: str, work: dict[str, Any], name: str | None, request: gr.Request) -> tuple[Any, ...]:
    jobs.stop(_job(name))
    return act(token, work, name, language_of(request))


@admin_handler
def finish_job(token: str, work: dict[str, Any], name: str | None, request: gr.Request) -> tuple[Any, ...]:
    """Let a job finish with what it has learned so far."""
    found = _job(name)
    if found.view().state == "running":
        jobs.stop(found, keep=True)
    else:
        jobs.resume(found, keep=True)
    return act(token, work, name, language_of(request))


@admin_handler
def resume_job(token: str, work: dict[str, Any], name: str | None, request: gr.Request) -> tuple[Any, ...]:
    jobs.resume(_job(name))
    return act(token, work, name, language_of(request))


@admin_handler
def kill_job(token: str, work: dict[str, Any], name: str | None, request: gr.Request) -> tuple[Any, ...]:
    jobs.kill(_job(name))
    return act(token, work, name, language_of(request))


@admin_handler
def delete_job(token: str, work: dict[str, Any], name: str | None, request: gr.Request) -> tuple[Any, ...]:
    jobs.delete_job(_job(name))
    return act(token, work, None, language_of(request))


@admin_handler
def choose_task(token: str, task: str, request: gr.Request) -> tuple[Any, ...]:
    """Show the settings that the model has."""
    language = language_of(request)
    return (
        gr.update(visible=task == "classifier"),
        gr.update(visible=task in ("style", "translator")),
        *(gr.update(visible=task == name) for name in ("generator", "regressor", "segmenter", "translator")),
        gr.update(visible=task == "classifier"),
        gr.update(
            choices=_named("trained", TRAINABLE.get(task, ()), language), value=TRAINABLE.get(task, ("all",))[-1]
        ),
        gr.update(choices=_starts(task, language), value=_starts(task, language)[0][1]),
    )


def measure(work: dict[str, Any], config: JobConfig, language: str) -> Iterator[Any]:
    yield html.progress(0, say("ui.admin.measuring", language))
    steps = jobs.estimate(config)
    found = yield from alone(following(steps, language, 0))
    work["measured"] = config
    yield html.estimate(found, language)


@admin_handler
def record_job(token: str, name: str | None, request: gr.Request) -> Iterator[Any]:
    """Give the experiment as one file, which `python -m deepart jobs start --config` can run again."""
    found = _job(name)
    with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
        file = Path(folder) / f"{found.id}.json"
        file.write_text(json.dumps(found.record(), indent=1, ensure_ascii=False), "utf-8")
        yield gr.update(value=str(file), visible=True)


def _add_settings(fields: dict[str, Component], *names: str, **values: Any) -> None:
    """Add controls for settings; those that are given by name start with another value than that of `JobConfig`."""
    for name in (*names, *values):
        known = _FIELDS[name]
        facts = {"value": values.get(name, known.default), "label": t(f"ui.admin.setting.{name}"), "min_width": 150}
        facts["elem_id"] = f"admin-set-{name}"
        choices = _named(name, known.choices, "en")
        fields[name] = gr.Dropdown(choices, **facts) if choices else gr.Number(**facts)


# --- settings ------------------------------------------------------------------------------------


_OWN: Mapping[str, tuple[str, ...]] = {
    "classifier": (
        *("labels", "column", "answers", "balance", "augmentation", "dropout", "label_smoothing"),
        *("backbone", "kernel", "stride", "activation"),
    ),
    "style": ("contents",),
    "generator": ("loss", "architecture", "beta", "free_bits", "code_cycle"),
    "regressor": ("targets", "missing"),
    "translator": ("contents", "cycle", "identity", "pool"),
}
"""The settings that only some models have."""


def _config(values: tuple[Any, ...]) -> JobConfig:
    """Return the settings of the page; those that the model does not have are left as they are."""
    if len(values) != len(_FIELDS):
        raise InputError("job.config")
    found = dict(zip(_FIELDS, values))
    if not found["data"]:
        raise InputError("ui.admin.no_data_set")
    own = _OWN.get(found["task"], ())
    unused = {name for names in _OWN.values() for name in names} - {*own}
    kept = {name: value for name, value in found.items() if name not in unused and value is not None}
    return JobConfig.of(kept)


def _named(name: str, values: tuple[Any, ...], language: str) -> list[tuple[str, str]]:
    if name in ("column", "missing"):
        return [(say(f"ui.admin.{name}.{value}", language), value) for value in values]
    if name in ("optimizer", "activation", "architecture", "kernel", "stride"):  # the same in every language
        automatic = say("ui.admin.value.precision.auto", language)
        return [(automatic if value == "auto" else str(value), value) for value in values]
    keys = {value: value.replace("-", "_") for value in values}
    return [(say(f"ui.admin.value.{name}.{key}", language), value) for value, key in keys.items()]


def _renamed(name: str, task: str, language: str) -> Any:
    values = TRAINABLE.get(task, ("all",)) if name == "trained" else _FIELDS[name].choices
    return gr.update(choices=_named(name, values, language))


def _starts(task: str, language: str) -> list[tuple[str, str]]:
    """Return what a job of a task can go on from."""
    found = [(say("ui.admin.start_live", language), "")] if task in TASKS else []
    if task != "classifier":
        found.append((say("ui.admin.start_scratch", language), SCRATCH))
    done = [(job, job.view()) for job in jobs.jobs() if job.bundle is not None]
    return found + [(job_title(view, language), f"job:{job.id}") for job, view in done if view.task == task]


def _job(name: str | None) -> jobs.Job:
    if not name:
        raise InputError("job.unknown")
    return jobs.find_job(name)


def _usable(state: jobs.State, new: bool) -> list[Any]:
    """Return the updates of the buttons: those to stop, finish, resume, end and delete a job in this state."""
    active, ended = state in ("queued", "running"), state in ("stopped", "failed")
    usable = active, active or ended, ended, active, not active
    return [gr.update(interactive=each) if new else gr.skip() for each in usable]


# --- curves and pictures -------------------------------------------------------------------------


_NO_LOSS = ("step", "minutes", "kind", "learning rate")
_NO_POINTS = pd.DataFrame({"minutes": [], "value": []}, dtype=float)  # an empty one of any type is drawn as words


def _plot(label: str, elem_id: str) -> gr.LinePlot:
    return gr.LinePlot(
        _NO_POINTS, x="minutes", y="value", x_title=" ", y_title=" ", label=t(label), height=240, elem_id=elem_id
    )


def _names(lines: list[dict[str, Any]], first: str) -> list[str]:
    """Return what was measured, without what is always zero: heads that learn nothing."""
    names = dict.fromkeys(name for line in lines for name, value in line.items() if name not in _NO_LOSS and value)
    return sorted(names, key=lambda name: name != first)


def _figure_choices(names: list[str], language: str) -> list[tuple[str, str]]:
    return [(say("ui.admin.score_figure", language) if name == "score" else name, name) for name in names]


def _points(lines: list[dict[str, Any]], name: str | None) -> pd.DataFrame:
    rows = [(line["minutes"], line[name]) for line in lines if name in line]
    return pd.DataFrame(rows, columns=list(_NO_POINTS), dtype=float)


def _pictures(paths: list[Path], language: str) -> list[tuple[Any, str]]:
    """Return the first picture and the latest ones, each with its step."""
    chosen = paths if len(paths) <= PREVIEWS_SHOWN else [paths[0], *paths[-PREVIEWS_SHOWN + 1 :]]
    return [(thumbnail(path), say("ui.admin.step", language, step=int(path.stem))) for path in chosen[::-1]]
