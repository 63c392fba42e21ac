"""The panel of the Admin tab for versions: which one visitors are served, the way back, a zip file, and the Hub."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from deepart.admin import access
from deepart.errors import InputError
from deepart.text import say
from deepart.ui.admin import html
from deepart.ui.admin.choices import (
    CLEAR,
    IN_TURN,
    QUIET,
    TASKS,
    Panel,
    alone,
    following,
    one_at_a_time,
    task_choices,
    task_radio,
    updated,
)
from deepart.ui.events import admin_handler, language_of, translations as t, unread


def build_versions_panel(token: gr.State) -> Panel:
    """Add the panel to the surrounding tab.

    Args:
        token: of the owner's session.
    """

    # Layout
    with gr.Row():
        task = task_radio("admin-versions-task")
        number = gr.Dropdown([], label=t("ui.admin.version_number"), min_width=160, elem_id="admin-version")
    table = gr.HTML(elem_id="admin-versions-table")
    reason = gr.Textbox(label=t("ui.admin.why"), max_lines=1, elem_id="admin-rollback-reason")
    with gr.Row():
        live_button = gr.Button(t("ui.admin.make_live"), min_width=150, elem_id="admin-make-live")
        back_button = gr.Button(t("ui.admin.roll_back"), min_width=150, elem_id="admin-rollback")
        delete_button = gr.Button(t("ui.admin.delete_version"), min_width=120, elem_id="admin-version-delete")
    told = gr.HTML(elem_id="admin-versions-told")
    with gr.Accordion(t("ui.admin.publish"), open=True, elem_id="admin-publish-side"):
        gr.Markdown(t("ui.admin.publish_hint"), elem_classes="hint")
        with gr.Row():
            repository = gr.Textbox(
                label=t("ui.admin.publish_to"),
                placeholder="owner/name",
                max_lines=1,
                scale=2,
                min_width=200,
                elem_id="admin-repository",
            )
            licence = gr.Textbox(
                label=t("ui.admin.weights_licence"),
                placeholder="cc-by-4.0",
                max_lines=1,
                min_width=140,
                elem_id="admin-publish-licence",
            )
            private = gr.Checkbox(
                True, label=t("ui.admin.private"), info=t("ui.admin.private_info"), elem_id="admin-private"
            )
        about = gr.Textbox(label=t("ui.admin.about"), max_lines=2, elem_id="admin-about")
        limits = gr.Textbox(label=t("ui.admin.limits"), max_lines=2, elem_id="admin-limits")
        with gr.Row():
            publish_button = gr.Button(t("ui.admin.publish_button"), min_width=150, elem_id="admin-publish")
            zip_button = gr.Button(t("ui.admin.zip"), min_width=150, elem_id="admin-zip")
            card_button = gr.Button(t("ui.admin.card"), min_width=150, elem_id="admin-card-button")
        published = gr.HTML(elem_id="admin-published")
        archive = gr.File(label=t("ui.admin.zip_file"), visible=False, height=80, elem_id="admin-zip-file")
        card = gr.Code(
            language="markdown",
            label=t("ui.admin.card"),
            visible=False,
            max_lines=24,
            show_line_numbers=False,
            elem_id="admin-card",
        )
    unread(archive)
    shown = [number, table]

    # Wiring
    # Gradio asks the Hub who somebody is wherever a handler takes a token: only where names are let in.
    publishing: Callable[..., Any] = publish_as_owner if access.gate().takes_users else publish_version
    task.input(choose_versions, [token, task], shown, **IN_TURN, **QUIET)
    live_button.click(make_live, [token, task, number, reason], [told, *shown], **QUIET)
    back_button.click(roll_back, [token, task, reason], [told, *shown], **QUIET)
    delete_button.click(delete_one, [token, task, number], [told, *shown], **QUIET)
    words = [licence, about, limits]
    zip_button.click(write_version, [token, task, number, *words], [archive], **QUIET)
    card_button.click(show_card, [token, task, number, *words], [card], **QUIET)
    publish_button.click(
        publishing,
        [token, task, number, repository, licence, private, about, limits],
        [published],
        **one_at_a_time("publish"),
        **QUIET,
    ).failure(None, None, [published], js=CLEAR, **QUIET)
    return Panel(open_versions, [task, *shown], [task, number])


def view(task: str, chosen: int | None, language: str) -> tuple[Any, Any]:
    """Return the versions to choose from and their table."""
    from deepart.admin.evaluation import live_key
    from deepart.admin.versions import history, versions
    from deepart.checkpoints import live_fault

    try:
        key = live_key(_task(task))
    except InputError as error:  # no checkpoint yet
        return gr.update(choices=[], value=None), html.note(error.sentence(language))
    rows = versions(key)
    choices = [(_title(row, language), row.number) for row in rows]
    fault = live_fault(key)
    told = html.note(fault.sentence(language)) if fault else ""
    return updated(choices, chosen), told + html.version_table(rows, language) + html.history(history(key), language)


@admin_handler
def open_versions(token: str, task: str, chosen: int | None, request: gr.Request) -> tuple[Any, ...]:
    return gr.update(choices=task_choices(language_of(request))), *view(task, chosen, language_of(request))


@admin_handler
def choose_versions(token: str, task: str, request: gr.Request) -> tuple[Any, ...]:
    return view(task, None, language_of(request))


@admin_handler
def make_live(token: str, task: str, chosen: int | None, reason: str, request: gr.Request) -> tuple[Any, ...]:
    return go_back(task, _number(chosen), reason, request)


@admin_handler
def roll_back(token: str, task: str, reason: str, request: gr.Request) -> tuple[Any, ...]:
    """Go back to the version that was live before this one."""
    return go_back(task, None, reason, request)


def go_back(task: str, chosen: int | None, reason: str, request: gr.Request) -> tuple[Any, ...]:
    from deepart.admin.versions import rollback

    version = rollback(_key(task), chosen, reason or "")
    language = language_of(request)
    sentence = say("ui.admin.is_live", language, checkpoint=version.key, number=version.number)
    return html.done(sentence), *view(task, version.number, language)


@admin_handler
def delete_one(token: str, task: str, chosen: int | None, request: gr.Request) -> tuple[Any, ...]:
    from deepart.admin.versions import delete_version

    delete_version(_key(task), _number(chosen))
    language = language_of(request)
    return html.done(say("ui.admin.deleted", language, name=chosen)), *view(task, None, language)


@admin_handler
def write_version(
    token: str, task: str, chosen: int | None, licence: str, about: str, limits: str, request: gr.Request
) -> Iterator[Any]:
    """Give a version as a zip file."""
    from deepart.admin.publishing import Words, write_zip

    key, number = _key(task), _number(chosen)
    with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
        target = Path(folder) / f"{key.replace('/', '-')}-{number}.zip"
        yield gr.update(value=str(write_zip(key, target, number, Words(licence, about, limits))), visible=True)


@admin_handler
def show_card(
    token: str, task: str, chosen: int | None, licence: str, about: str, limits: str, request: gr.Request
) -> Any:
    """Show the card that would be published."""
    from deepart.admin.publishing import Words, card as card_of
    from deepart.admin.versions import find_version

    version = find_version(_key(task), _number(chosen))
    return gr.update(value=card_of(version, Words(licence, about, limits)), visible=True)


def publish(values: tuple[Any, ...], owner: str | None, request: gr.Request) -> Iterator[Any]:
    from deepart.admin.publishing import Words, publish_steps

    task, chosen, repository, licence, private, about, limits = values
    language = language_of(request)
    words = Words(licence, about, limits)
    steps = publish_steps(_key(task), (repository or "").strip(), _number(chosen), words, owner, private is not False)
    address = yield from alone(following(steps, language, 0))
    key = "ui.admin.published" if private is not False else "ui.admin.published_open"
    yield html.done(say(key, language, address=address))


@admin_handler
def publish_version(token: str, request: gr.Request, *values: Any) -> Iterator[Any]:
    """Push a version to the Hub with the token of the environment."""
    yield from publish(values, None, request)


@admin_handler
def publish_as_owner(token: str, owner: gr.OAuthToken | None, request: gr.Request, *values: Any) -> Iterator[Any]:
    """Publish with the token of the owner's login, if there is one."""
    yield from publish(values, owner.token if owner else None, request)


def _task(task: str) -> str:
    if task not in TASKS:
        raise InputError("setting.choice", name="task", choices=", ".join(TASKS))
    return task


def _key(task: str) -> str:
    from deepart.admin.evaluation import live_key

    return live_key(_task(task))


def _number(chosen: Any) -> int:
    if isinstance(chosen, bool) or not isinstance(chosen, int):
        raise InputError("ui.admin.no_version")
    return chosen


def _title(row: Any, language: str) -> str:
    made = row.made[:16].replace("T", " ") or say("ui.admin.bundled", language)
    live = f" · {say('ui.admin.live', language)}" if row.is_live else ""
    return f"{row.number} · {made}{live}"
