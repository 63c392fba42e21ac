"""The Admin tab, for the owner alone: train models, check and publish them.

It exists only if there is a password or a list of names. Its content is filled in after the owner has signed in, by
handlers that each check the session (`admin_handler`); hiding parts of the page is not what protects it.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from deepart.admin import access
from deepart.ui.admin.choices import CLEAR, IN_TURN, QUIET
from deepart.ui.admin.data_panel import build_data_panel
from deepart.ui.admin.evaluation_panel import build_evaluation_panel
from deepart.ui.admin.jobs_panel import build_jobs_panel
from deepart.ui.admin.search_panel import build_search_panel
from deepart.ui.admin.slimming_panel import build_slimming_panel
from deepart.ui.admin.teach_panel import build_teach_panel
from deepart.ui.admin.versions_panel import build_versions_panel
from deepart.ui.events import handler, translations as t, visitor_of
from deepart.ui.serving.visitors import WITH_COOKIE

_PANELS = {
    "data": build_data_panel,
    "train": build_jobs_panel,
    "compare": build_evaluation_panel,
    "versions": build_versions_panel,
    "search": build_search_panel,
    "slim": build_slimming_panel,
}
"""What stands under Advanced, in the order of its tabs."""

_ABOUT = ("data", "train", "versions")
"""Those that do not begin with a sentence about themselves."""


def build_admin_tab() -> None:
    """Add the tab's components and their events to the surrounding tab."""

    # Layout
    token = gr.State("")
    gate = access.gate()
    with gr.Column(elem_id="admin-door") as door:
        gr.Markdown(t("ui.admin.left_room"), elem_id="admin-left")
        gr.Markdown(t("ui.admin.door"))
        password = gr.Textbox(
            label=t("ui.admin.password"),
            type="password",
            max_lines=1,
            visible=gate.takes_password,
            elem_id="admin-password",
        )
        enter_button = gr.Button(
            t("ui.admin.enter"), variant="primary", visible=gate.takes_password, elem_id="admin-enter"
        )
        enter_as_button = None
        if gate.takes_users:
            gr.LoginButton()
            enter_as_button = gr.Button(t("ui.admin.enter_as"), elem_id="admin-enter-as")
    with gr.Column(visible=False, elem_id="admin-room") as room:
        with gr.Row(elem_id="admin-head"):
            gr.Markdown(t("ui.admin.room"), elem_classes="hint")
            leave_button = gr.Button(t("ui.admin.leave"), size="sm", scale=0, min_width=120, elem_id="admin-leave")
        teaching = build_teach_panel(token)
        with (
            gr.Accordion(t("ui.admin.advanced"), open=False, elem_id="admin-advanced"),
            gr.Tabs(overflow_behavior="wrap", elem_id="admin-panels"),
        ):
            tabs, panels = {}, {}
            for name, build in _PANELS.items():
                with gr.Tab(t(f"ui.admin.panel.{name}"), id=f"admin-{name}", elem_id=f"admin-tab-{name}") as tabs[name]:
                    if name in _ABOUT:
                        gr.Markdown(t(f"ui.admin.about.{name}"), elem_classes="hint")
                    panels[name] = build(token)

    # Handlers
    opened = "", gr.update(visible=False), gr.update(visible=True)

    @handler
    def enter_admin(password: str, request: gr.Request) -> tuple[Any, ...]:
        return access.gate().enter(str(password or ""), visitor_of(request)), *opened

    @handler
    def enter_admin_as(profile: gr.OAuthProfile | None, request: gr.Request) -> tuple[Any, ...]:
        return access.gate().enter_as(profile.username if profile else None, visitor_of(request)), *opened

    @handler
    def leave_admin(token: str, request: gr.Request) -> Any:
        if not access.gate().is_open(token, visitor_of(request)):
            return gr.skip()
        access.gate().leave(token)
        return ""

    enter_admin.is_door = enter_admin_as.is_door = True  # see `FairQueue`

    # Wiring
    inside = [token, password, door, room]
    entered = [
        password.submit(enter_admin, [password], inside, js=WITH_COOKIE, concurrency_limit=4, **QUIET),
        enter_button.click(enter_admin, [password], inside, js=WITH_COOKIE, concurrency_limit=4, **QUIET),
    ]
    if enter_as_button is not None:
        entered.append(enter_as_button.click(enter_admin_as, None, inside, js=WITH_COOKIE, **QUIET))
    for event in entered:
        for first in (teaching, panels["data"]):  # the others follow when they are opened
            event.success(first.refresh, [token, *first.inputs], first.outputs, **IN_TURN, **QUIET)
        event.failure(None, None, [password], js=CLEAR, **QUIET)
    for name, panel in panels.items():
        tabs[name].select(panel.refresh, [token, *panel.inputs], panel.outputs, **IN_TURN, **QUIET)
    # What was shown goes with the page.
    leave_button.click(leave_admin, [token], [token], **QUIET).then(
        None, js="() => window.deepart?.leaveAdmin()", **QUIET
    )
