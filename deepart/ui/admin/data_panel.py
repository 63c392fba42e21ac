"""The panel of the Admin tab for data sets: check, report, and store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr

from deepart.admin.data import hub as hub_datasets
from deepart.admin.data.datasets import Choices, Draft, check, choose, find_data_set, relabelled, store
from deepart.admin.data.sources import COLUMNS, Source, ZipSource
from deepart.admin.jobs import delete_data_set
from deepart.errors import InputError
from deepart.images import load_image
from deepart.text import say
from deepart.ui.admin import html
from deepart.ui.admin.choices import (
    CLEAR,
    QUIET,
    Panel,
    data_set_choices,
    following,
    one_at_a_time,
    plain_gallery,
    refused_inline,
    updated,
)
from deepart.ui.controls import segmented
from deepart.ui.events import admin_handler, language_of, named_choices, translations as t, unread
from deepart.ui.pictures import many_pictures

_MISSING, _TWICE = ("ignore", "drop", "fill", "mode", "regress"), ("drop", "keep")
_YEARS = ("ignore", "drop", "median", "interpolate", "regress")


def build_data_panel(token: gr.State) -> Panel:
    """Add the panel to the surrounding tab.

    Args:
        token: of the owner's session.
    """

    # Layout
    work = gr.State({})  # "opened", "draft": what was looked through and is not stored yet
    with gr.Row(elem_classes="painting-columns"):
        with gr.Column(scale=5):
            left = _source_side()
        with gr.Column(scale=7):
            status = gr.HTML(elem_id="admin-data-status")
            with gr.Column(visible=False, elem_id="admin-choices") as choices_side:
                with gr.Row():
                    missing = segmented(
                        named_choices("ui.admin.missing", _MISSING, "en"),
                        "ignore",
                        "ui.admin.missing_labels",
                        "admin-missing",
                    )
                    fill = gr.Textbox(label=t("ui.admin.fill_with"), max_lines=1, min_width=140, elem_id="admin-fill")
                years = segmented(
                    named_choices("ui.admin.missing", _YEARS, "en"),
                    "ignore",
                    "ui.admin.missing_years",
                    "admin-years",
                    info=t("ui.admin.missing_years_info"),
                )
                with gr.Row():
                    alike = segmented(
                        named_choices("ui.admin.twice", _TWICE, "en"), "drop", "ui.admin.near_duplicates", "admin-alike"
                    )
                    leaks = segmented(
                        named_choices("ui.admin.twice", _TWICE, "en"), "drop", "ui.admin.leaks", "admin-leaks"
                    )
                labelled = plain_gallery(t("ui.admin.sheet_labels"), "admin-labelled", columns=6, allow_preview=False)
                with gr.Row():
                    label = gr.Dropdown(
                        [],
                        label=t("ui.admin.right_label"),
                        allow_custom_value=True,
                        interactive=True,
                        min_width=160,
                        elem_id="admin-right-label",
                    )
                    correct_button = gr.Button(t("ui.admin.correct"), size="md", min_width=120, elem_id="admin-correct")
                store_button = gr.Button(t("ui.admin.store"), elem_id="admin-store")
            report = gr.HTML(elem_id="admin-report")
            sheet = gr.Image(
                label=t("ui.admin.sheet"),
                format="jpeg",
                interactive=False,
                visible=False,
                buttons=["fullscreen"],
                elem_id="admin-sheet",
                elem_classes="labelled-picture",
            )
    unread(left.archive)
    chosen = [missing, fill, years, alike, leaks]

    # Wiring
    facts = [left.archive, left.repository, left.revision, left.name, left.column, left.licence, left.origin]
    shown = [status, choices_side, report]
    looking = left.check_button.click(
        check_data, [token, work, *facts], [*shown, sheet, labelled, label], **one_at_a_time("data"), **QUIET
    )
    labelled.select(pick_labelled, [token, work], [label], **QUIET)
    correct_button.click(
        correct_label,
        [token, work, label, *chosen],
        [status, report, labelled, label],
        **one_at_a_time("data"),
        **QUIET,
    )
    storing = store_button.click(
        store_data, [token, work, *chosen], [*shown, left.stored], **one_at_a_time("data"), **QUIET
    )
    left.stop_button.click(None, None, [status], js=CLEAR, cancels=[looking, storing], **QUIET)
    for event in (looking, storing):
        event.failure(None, None, [status], js=CLEAR, **QUIET)
    for component in chosen:
        component.input(count_kept, [token, work, *chosen], [report], trigger_mode="always_last", **QUIET)
    left.stored.input(show_data, [token, work, left.stored], [*shown, sheet], **QUIET)
    left.delete_button.click(
        delete_data, [token, left.stored, left.sure], [left.stored, left.sure, status, report, sheet], **QUIET
    )
    return Panel(open_data, [status, left.stored, left.column, missing, years, alike, leaks], [work, left.stored])


def _source_side() -> SimpleNamespace:
    """Add where the pictures come from, and return the components."""
    gr.Markdown(t("ui.admin.data_hint"), elem_classes="hint")
    archive = many_pictures("admin-archive", "ui.admin.archive", (".zip",), height=150)
    with gr.Accordion(t("ui.admin.from_hub"), open=False, elem_id="admin-from-hub"), gr.Row():
        repository = gr.Textbox(
            label=t("ui.admin.repository"),
            placeholder="owner/name",
            max_lines=1,
            scale=3,
            min_width=160,
            elem_id="admin-data-repository",
        )
        revision = gr.Textbox("main", label=t("ui.admin.revision"), max_lines=1, scale=1, min_width=90)
    with gr.Row():
        name = gr.Textbox(
            label=t("ui.admin.data_name"),
            info=t("ui.admin.data_name_info"),
            max_lines=1,
            min_width=160,
            elem_id="admin-data-name",
        )
        column = gr.Dropdown(
            named_choices("ui.admin.column", COLUMNS, "en"),
            value="artist",
            label=t("ui.admin.folders_are"),
            info=t("ui.admin.folders_are_info"),
            min_width=160,
            elem_id="admin-column",
        )
    with gr.Row():
        licence = gr.Textbox(
            label=t("ui.admin.licence"), placeholder="CC0-1.0", max_lines=1, min_width=160, elem_id="admin-licence"
        )
        origin = gr.Textbox(label=t("ui.admin.origin"), max_lines=1, min_width=160, elem_id="admin-origin")
    with gr.Row():
        check_button = gr.Button(t("ui.admin.look_through"), elem_id="admin-check")
        stop_button = gr.Button(t("ui.stop"), min_width=80, scale=0, elem_id="admin-check-stop")
    stored = gr.Dropdown([], label=t("ui.admin.stored"), elem_id="admin-data-sets")
    with gr.Row():
        sure = gr.Checkbox(False, label=t("ui.admin.sure"), container=False, min_width=120, elem_id="admin-data-sure")
        delete_button = gr.Button(t("ui.admin.delete"), size="md", elem_id="admin-data-delete")
    return SimpleNamespace(**locals())


@admin_handler
def open_data(token: str, work: dict[str, Any], name: str | None, request: gr.Request) -> tuple[Any, ...]:
    language = language_of(request)
    told = gr.skip() if work.get("opened") else html.note(say("ui.admin.no_report", language))
    work["opened"] = True
    return (
        told,
        updated(data_set_choices(), name),
        gr.update(choices=named_choices("ui.admin.column", COLUMNS, language)),
        gr.update(choices=named_choices("ui.admin.missing", _MISSING, language)),
        gr.update(choices=named_choices("ui.admin.missing", _YEARS, language)),
        *(gr.update(choices=named_choices("ui.admin.twice", _TWICE, language)) for _ in range(2)),
    )


@admin_handler
@refused_inline(5)
def check_data(
    token: str,
    work: dict[str, Any],
    archives: list[str] | None,
    repository: str,
    revision: str,
    name: str,
    column: str,
    licence: str,
    origin: str,
    request: gr.Request,
) -> Iterator[tuple[Any, ...]]:
    """Check an upload or a data set of the Hub; nothing is stored."""
    language = language_of(request)
    # What was never typed into is None.
    repository, name, licence, origin = (text or "" for text in (repository, name, licence, origin))
    work.pop("draft", None)
    hidden = gr.update(visible=False), "", gr.update(value=None, visible=False), gr.skip(), gr.skip()
    yield html.progress(0, say("progress.checking_pictures", language)), *hidden
    source: Source
    if archives:
        source, place = ZipSource(tuple(map(Path, archives)), known_column(column)), ""
    elif repository.strip():
        place = repository.strip()
        fetching = hub_datasets.fetch(place, (revision or "").strip() or "main", known_column(column))
        source = yield from following(fetching, language, 5)
    else:
        raise InputError("ui.admin.no_source")
    looking = check(source, name=name.strip(), licence=licence, origin=origin or place)
    draft: Draft = yield from following(looking, language, 5)
    work["draft"] = draft
    work.pop("picked", None)
    yield (
        html.done(say("ui.admin.looked_through", language)),
        gr.update(visible=True),
        html.report(draft.report.as_json(), language, len(choose(draft, Choices()))),
        gr.update(value=None, visible=False),  # its pictures are in the gallery, where labels can be corrected
        *_labels_shown(draft),
    )


@admin_handler
def pick_labelled(token: str, work: dict[str, Any], request: gr.Request, event: gr.SelectData) -> Any:
    """Select one picture of the sheet."""
    draft: Draft | None = work.get("draft")
    if draft is None or not isinstance(event.index, int) or not 0 <= event.index < len(draft.thumbs):
        return gr.skip()
    work["picked"] = list(draft.thumbs)[event.index]
    return draft.label(work["picked"])


@admin_handler
@refused_inline(3)
def correct_label(
    token: str, work: dict[str, Any], label: str | None, request: gr.Request, *values: Any
) -> Iterator[tuple[Any, ...]]:
    """Change the label of the selected picture."""
    language = language_of(request)
    draft: Draft | None = work.get("draft")
    if draft is None or "picked" not in work:
        raise InputError("ui.admin.no_picked")
    work["draft"] = draft = relabelled(draft, work.pop("picked"), label or "")
    report = html.report(draft.report.as_json(), language, len(choose(draft, _choices_of(*values))))
    yield html.done(say("ui.admin.corrected", language)), report, *_labels_shown(draft)


def _labels_shown(draft: Draft) -> tuple[Any, Any]:
    """Return the pictures of the sheet with their labels, and the labels to choose from."""
    labels = sorted({label for counted in draft.report.classes.values() for label in counted})
    items = [(thumb, draft.label(index)) for index, thumb in draft.thumbs.items()]
    return gr.update(value=items, selected_index=None), gr.update(choices=labels, value=None)


@admin_handler
def count_kept(token: str, work: dict[str, Any], request: gr.Request, *values: Any) -> Any:
    """Show how many pictures would be stored."""
    draft: Draft | None = work.get("draft")
    if draft is None:
        return gr.skip()
    try:
        kept = len(choose(draft, _choices_of(*values)))
    except InputError:  # it is said when it is stored
        return gr.skip()
    return html.report(draft.report.as_json(), language_of(request), kept)


@admin_handler
@refused_inline(3)
def store_data(token: str, work: dict[str, Any], request: gr.Request, *values: Any) -> Iterator[tuple[Any, ...]]:
    language = language_of(request)
    draft: Draft | None = work.get("draft")
    if draft is None:
        raise InputError("ui.admin.no_draft")
    data_set = yield from following(store(draft, _choices_of(*values)), language, 3)
    work.pop("draft", None)
    found = data_set.report()
    yield (
        html.done(say("ui.admin.is_stored", language, name=data_set.name, count=found["stored"])),
        gr.update(visible=False),
        html.report(found, language, found["stored"]),
        gr.update(choices=data_set_choices(), value=data_set.name),
    )


@admin_handler
def show_data(token: str, work: dict[str, Any], name: str | None, request: gr.Request) -> tuple[Any, ...]:
    """Show the report of a stored data set."""
    work.pop("draft", None)
    if not name:
        return gr.skip(), gr.update(visible=False), "", gr.update(value=None, visible=False)
    data_set = find_data_set(name)
    found = data_set.report()
    return (
        html.done(say("ui.admin.is_stored", language_of(request), name=data_set.name, count=found["stored"])),
        gr.update(visible=False),
        html.report(found, language_of(request), found["stored"]),
        gr.update(value=load_image(data_set.sheet), visible=True),
    )


@admin_handler
def delete_data(token: str, name: str | None, sure: bool, request: gr.Request) -> tuple[Any, ...]:
    if not sure:
        raise InputError("ui.admin.not_sure")
    delete_data_set(name or "")
    told = html.done(say("ui.admin.deleted", language_of(request), name=name))
    return updated(data_set_choices(), None), False, told, "", gr.update(value=None, visible=False)


def known_column(column: str) -> str:
    if column not in COLUMNS:
        raise InputError("setting.choice", name="column", choices=", ".join(COLUMNS))
    return column


def _choices_of(missing: str, fill: str, years: str, alike: str, leaks: str) -> Choices:
    if missing not in _MISSING or years not in _YEARS or alike not in _TWICE or leaks not in _TWICE:
        raise InputError("job.config")
    return Choices(missing, dict.fromkeys(COLUMNS, fill or ""), years, alike, leaks)
