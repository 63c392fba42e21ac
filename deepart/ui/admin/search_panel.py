"""The panel of the Admin tab that searches for settings with which the classifier's heads learn best."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import gradio as gr

from deepart.admin.data.datasets import find_data_set
from deepart.admin.folders import admin_folder
from deepart.errors import InputError
from deepart.text import say
from deepart.ui.admin import html
from deepart.ui.admin.choices import CLEAR, QUIET, Panel, data_set_choices, following, one_at_a_time, updated
from deepart.ui.controls import segmented
from deepart.ui.events import admin_handler, language_of, named_choices, translations as t

METHODS = ("tpe", "forest", "random", "grid")
MOST_MINUTES = 240
_LOOK_EVERY_SECONDS = 3.0


def build_search_panel(token: gr.State) -> Panel:
    """Add the panel to the surrounding tab.

    Args:
        token: of the owner's session.
    """

    # Layout
    gr.Markdown(t("ui.admin.search_hint"), elem_classes="hint")
    with gr.Row():
        data = gr.Dropdown([], label=t("ui.admin.setting.data"), min_width=180, elem_id="admin-search-data")
        method = segmented(
            named_choices("ui.admin.method", METHODS, "en"), "tpe", "ui.admin.search_method", "admin-search-method"
        )
        minutes = gr.Number(3, label=t("ui.admin.search_minutes"), min_width=120, elem_id="admin-search-minutes")
    with gr.Row():
        search_button = gr.Button(t("ui.admin.search"), elem_id="admin-search")
        stop_button = gr.Button(t("ui.stop"), scale=0, min_width=80, elem_id="admin-search-stop")
    status = gr.HTML(elem_id="admin-search-status")
    importance = gr.HTML(elem_id="admin-importance")
    table = gr.HTML(elem_id="admin-trials")

    # Handlers
    @admin_handler
    def open_search(token: str, data: str | None, request: gr.Request) -> tuple[Any, ...]:
        language, choices = language_of(request), data_set_choices()
        kept = data if data in choices else (choices[0] if choices else None)
        return (
            updated(choices, kept),
            gr.update(choices=named_choices("ui.admin.method", METHODS, language)),
            *_found(kept, language),
        )

    @admin_handler
    def show_search(token: str, data: str | None, request: gr.Request) -> tuple[Any, ...]:
        return _found(data, language_of(request))

    @admin_handler
    def search_settings(
        token: str, data: str | None, method: str, minutes: float, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """Search, and show what was found so far every few seconds; it can be stopped and gone on with."""
        language = language_of(request)
        if not data:
            raise InputError("ui.admin.no_data_set")
        if isinstance(minutes, bool) or not isinstance(minutes, (int, float)) or not 0 < minutes <= MOST_MINUTES:
            raise InputError("setting.range", name="minutes", low=0, high=MOST_MINUTES)
        from deepart.admin.objectives import HEAD_SPACE, heads_objective
        from deepart.admin.search import check_method, search_steps

        check_method(method)
        folder = find_data_set(data).folder
        objective = yield from following(heads_objective(folder), language, 2)
        began, looked = time.monotonic(), 0.0
        steps = search_steps(objective, HEAD_SPACE, float(minutes), _journal(data), method)
        with contextlib.closing(steps):
            for step in steps:
                spent = time.monotonic() - began
                told = html.progress(spent / (60 * minutes), say("ui.admin.trials_done", language, count=step.done))
                if spent - looked < _LOOK_EVERY_SECONDS:
                    yield told, gr.skip(), gr.skip()
                    continue
                looked = spent
                yield told, *_found(data, language)
        yield html.done(say("ui.admin.searched", language)), *_found(data, language)

    # Wiring
    found = [importance, table]
    searching = search_button.click(
        search_settings, [token, data, method, minutes], [status, *found], **one_at_a_time("evaluate"), **QUIET
    )
    searching.failure(None, None, [status], js=CLEAR, **QUIET)
    stop_button.click(None, None, [status], js=CLEAR, cancels=[searching], **QUIET)
    data.input(show_search, [token, data], found, **QUIET)
    return Panel(open_search, [data, method, *found], [data])


def _journal(data: str) -> Any:
    return admin_folder() / "searches" / f"{find_data_set(data).name}.log"


def _found(data: str | None, language: str) -> tuple[str, str]:
    """Return the importance of the settings, and the trials, of what was found so far."""
    if not data or not _journal(data).is_file():
        return "", html.note(say("ui.admin.no_trials", language))
    from deepart.admin.search import results

    found = results(_journal(data))
    picture = ""
    if found.importance:
        titles = {name: say(f"ui.admin.setting.{name}", language) for name in found.importance}
        picture = html.headed(say("ui.admin.importance", language), found.importance_svg(titles))
    return picture, html.trials(found.rows(), language)
