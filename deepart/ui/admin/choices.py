"""Common parts of the Admin tab's panels: choices, and the progress of engines."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr
from gradio.components import Component
from PIL import Image

from deepart import runtime
from deepart.admin import jobs
from deepart.admin.data import evaluation_sets
from deepart.admin.data.datasets import data_sets
from deepart.admin.folders import admin_folder, checked_name
from deepart.admin.job_config import TRAINABLE
from deepart.errors import DeepartError, InputError
from deepart.images import load_image
from deepart.runtime import Progress
from deepart.text import say
from deepart.ui.admin import html
from deepart.ui.controls import segmented
from deepart.ui.events import Handler, language_of

T = TypeVar("T")

TASKS = evaluation_sets.TASKS
"""The models that can be measured, compared and promoted."""

TRAINED = tuple(TRAINABLE)
"""The models that can be trained."""

SLIMMED = "slimmed"
"""Folder of what came out of pruning and averaging."""

_THUMB = 320
QUIET = {"api_visibility": "private", "show_progress": "hidden"}
"""Arguments of every event of Admin: in neither the API's pages nor MCP."""

CLEAR = "() => ''"
"""JavaScript that clears an output in the browser."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the Admin tab."""

    refresh: Callable[..., Any]
    """Handler that fills it in when it is opened; takes the token, then `inputs`."""
    outputs: list[Component]
    inputs: list[Component] = field(default_factory=list)


def one_at_a_time(name: str) -> dict[str, Any]:
    """Return the options of events that go on for long; those of one name wait for each other, visitors for none."""
    return {"concurrency_id": f"admin-{name}", "concurrency_limit": 1}


IN_TURN = one_at_a_time("refresh")
"""Arguments of events that fill in a panel; they wait for each other, so that a slow one overwrites no later one."""


def task_radio(elem_id: str, tasks: Sequence[str] = TASKS) -> gr.Radio:
    """Add the choice of the model."""
    return segmented(task_choices("en", tasks), "classifier", "ui.admin.model", elem_id, min_width=440)


def task_choices(language: str, tasks: Sequence[str] = TASKS) -> list[tuple[str, str]]:
    """Return models by their names."""
    return [(say(f"ui.admin.task.{task}", language), task) for task in tasks]


def data_set_choices() -> list[str]:
    """Return the names of the stored data sets."""
    return [data_set.name for data_set in data_sets()]


def updated(choices: Sequence[Any], value: Any) -> Any:
    """Return the update of a dropdown that keeps its value if it can still be chosen, and else takes the first."""
    values = [choice[1] if isinstance(choice, tuple) else choice for choice in choices]
    kept = value if value in values else (values[0] if values else None)
    return gr.update(choices=list(choices), value=kept)


def job_title(view: jobs.JobView, language: str) -> str:
    """Return what a job is called in a list."""
    made = f"{view.created[4:6]}-{view.created[6:8]} {view.created[9:11]}:{view.created[11:13]}"
    parts = [
        made,
        say(f"ui.admin.task.{view.task}", language),
        view.data,
        say(f"ui.admin.state.{view.state}", language),
    ]
    return " · ".join(parts)


def job_choices(language: str) -> list[tuple[str, str]]:
    """Return every job, the newest first."""
    return [(job_title(job.view(), language), job.id) for job in jobs.jobs()]


def candidate_choices(task: str, language: str) -> list[tuple[str, str]]:
    """Return the candidates for a task's live checkpoint: finished jobs and slimmed networks."""
    views = [(job, job.view()) for job in jobs.jobs() if job.bundle is not None]
    done = [(job_title(view, language), f"job:{job.id}") for job, view in views if view.task == task]
    slimmed = sorted((admin_folder() / SLIMMED).glob(f"{task}-*/config.json"), reverse=True)
    return done + [(file.parent.name, f"{SLIMMED}:{file.parent.name}") for file in slimmed]


def candidate_folder(candidate: str | None) -> Path:
    """Return the folder of a choice of `candidate_choices`.

    Raises:
        InputError: there is no such candidate.
    """
    kind, _, name = (candidate or "").partition(":")
    if kind == "job":
        return jobs.find_job(name).folder
    folder = admin_folder() / SLIMMED / checked_name(name)
    if kind != SLIMMED or not folder.is_dir():
        raise InputError("ui.admin.no_candidate")
    return folder


def following(steps: Generator[Progress, None, T], language: str, rest: int) -> Generator[tuple[Any, ...], None, T]:
    """Run an engine and show its progress in the first output of a handler; the `rest` others stay unchanged."""

    def shown(step: Progress) -> tuple[Any, ...]:
        return html.progress(step.done / max(step.total, 1), say(step.note, language)), *(gr.skip(),) * rest

    return (yield from runtime.told(steps, shown))


def alone(steps: Generator[tuple[Any], None, T]) -> Generator[Any, None, T]:
    """Run what `following` gives for handlers with a single output."""
    return (yield from runtime.told(steps, lambda told: told[0]))


def thumbnail(path: Path) -> Image.Image:
    """Return a small copy of an owner's picture; the file itself is not served."""
    picture = load_image(path)
    picture.thumbnail((_THUMB, _THUMB), Image.Resampling.LANCZOS)
    return picture


def refused_inline(parts: int) -> Callable[[Handler], Handler]:
    """Make a generator handler show a refusal in its first output; the other `parts` stay unchanged."""

    def decorate(function: Handler) -> Handler:
        @functools.wraps(function)
        def refusing(*args: Any, **kwargs: Any) -> Iterator[Any]:
            try:
                yield from function(*args, **kwargs)
            except DeepartError as error:
                request = next((each for each in (*args, *kwargs.values()) if isinstance(each, gr.Request)), None)
                told = html.refused(error.sentence(language_of(request)))
                yield (told, *(gr.skip(),) * parts) if parts else told

        return refusing

    return decorate


def plain_gallery(label: object, elem_id: str, **options: Any) -> gr.Gallery:
    """Add a gallery of pictures that are only looked at."""
    settings = {"columns": 5, "height": "auto", "object_fit": "contain", "format": "webp", "buttons": ["fullscreen"]}
    return gr.Gallery(
        label=label, interactive=False, elem_id=elem_id, elem_classes="captioned-gallery", **settings | options
    )
