"""The Restore tab: a damaged picture in; what is wrong with it, a plan that can be edited, and the picture repaired."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import gradio as gr
from gradio.components import Component

from deepart import runtime
from deepart.options import RestoreOptions
from deepart.tasks.restore.engine import USUAL_KEEP_PAINT
from deepart.text import say
from deepart.ui.choices import captioned_gallery, settings_upload
from deepart.ui.classify.request import any_repository
from deepart.ui.controls import option_controls, segmented
from deepart.ui.events import named_choices, translations as t, unread
from deepart.ui.large.panel import LargePanel
from deepart.ui.made import made_panel
from deepart.ui.pictures import before_and_after, checked, picture_shown, picture_upload
from deepart.ui.restore import html
from deepart.ui.restore.batch_panel import build_restore_batch_panel
from deepart.ui.restore.compare_panel import build_compare_panel
from deepart.ui.restore.damaged_samples import DAMAGED
from deepart.ui.restore.endpoint import add_restore_endpoint
from deepart.ui.restore.handlers import (
    STRENGTHS,
    VIEWS,
    choose_sample,
    clear_bar,
    engine_choices,
    examine_picture,
    extend_choices,
    fill_what_was_asked_about,
    forget_sample,
    look_for_damage,
    put_photo_back,
    restore_next,
    restore_picture,
    restore_sample,
    reuse_settings,
    sample_items,
    show_first_sample,
    show_licences,
    show_view,
    stop_restoring,
    straighten_picture,
    translate_restore,
)
from deepart.ui.restore.mask_panel import build_mask_panel
from deepart.ui.restore.request import CONTROLS, KINDS
from deepart.ui.rooms import Room, senders_row


def build_restore_tab(tab: gr.Tab) -> Room:
    """Add the tab's components and their events to `tab`, which surrounds them, and return it."""

    # Layout
    # "opened", "sample": whether the picture is one, "go": the one to restore at once, "done": steps done one by
    # one, "photo": that was straightened, and what the panels remember; changed in place, while others read it.
    work = gr.State({})
    with gr.Row(elem_classes="painting-columns"):
        with gr.Column(scale=5, elem_id="restore-settings"):
            left = _settings_side()
        with gr.Column(scale=7, elem_id="restore-work"):
            right = _result_side(left.controls, left.engines, left.fill, left.picture, work)
    for component in (left.picture, left.palette, right.download, right.trust_download):
        unread(component)

    strengths = [left.controls[name] for name in STRENGTHS]
    wanted = [left.picture, right.panel.mask, right.panel.editor, *left.settings]
    outputs = [
        right.bar,
        right.view_side,
        right.result,
        right.trust,
        right.legend,
        right.status,
        right.download,
        right.trust_download,
        right.recipe,
    ]

    # Wiring
    page = gr.context.Context.root_block
    quiet = {"api_visibility": "private", "show_progress": "hidden"}
    translatable = [
        left.examples,
        left.card,
        right.bar,
        left.controls["extend"],
        left.controls["size"],
        left.controls["look"],
        right.view,
        *left.engines.values(),
    ]
    page.load(translate_restore, None, translatable, **quiet)
    tab.select(show_first_sample, [work, left.picture], [left.picture], **quiet)
    left.examples.select(choose_sample, [work], [left.picture, left.examples], **quiet)
    checked(left.palette)
    checked(left.picture).success(forget_sample, [work, left.picture], None, **quiet)
    # One after the other, so that what was added last is shown last.
    in_turn = {"trigger_mode": "always_last", "concurrency_id": "diagnosis", "concurrency_limit": 1, **quiet}
    examined = left.picture.change(
        examine_picture,
        [work, left.picture],
        [
            left.card,
            right.panel.mask,
            left.fill,
            left.asked,
            right.view_side,
            right.bar,
            left.controls["colourise"],
            left.toneless,
            left.askew,
            left.straightened,
            *strengths,
        ],
        **in_turn,
    )
    looked = examined.success(
        look_for_damage,
        [work, left.picture],
        [left.card, right.panel.mask, left.fill, left.asked, *strengths],
        **in_turn,
    )
    right.panel.show_after(looked.then)
    left.straighten_button.click(straighten_picture, [work, left.picture], [left.picture], **quiet)
    left.undo_button.click(put_photo_back, [work], [left.picture], **quiet)
    running = {"inputs": [work, *wanted], "outputs": outputs, "concurrency_id": "device", "concurrency_limit": 1}
    agreed = left.ask_button.click(
        runtime.gpu(fill_what_was_asked_about),
        [left.picture],
        [right.panel.mask, left.fill, left.asked],
        concurrency_id="device",
        concurrency_limit=1,
        **quiet,
    )
    right.panel.show_after(agreed.success)
    coloured = left.colourise_button.click(
        lambda: (1, gr.update(visible=False)), None, [left.controls["colourise"], left.toneless], **quiet
    )
    runs = [
        coloured.success(runtime.gpu(restore_picture), **running, **quiet),
        agreed.success(runtime.gpu(restore_picture), **running, **quiet),
        left.run_button.click(runtime.gpu(restore_picture), **running, **quiet),
        left.next_button.click(runtime.gpu(restore_next), **running, **quiet),
        looked.success(restore_sample, trigger_mode="always_last", **running, **quiet),
    ]
    for each in runs:
        each.failure(clear_bar, [work], [right.bar], queue=False, **quiet)
    _wire_result(left, outputs, quiet, right, runs, work)

    def follow(arrived: Callable[..., gr.events.Dependency]) -> None:
        arrived(forget_sample, [work, left.picture], None, **quiet)

    return Room(left.picture, right.download, right.senders, again="ui.restore.again", follow=follow)


def _wire_result(
    left: SimpleNamespace,
    outputs: list[Component],
    quiet: dict[str, Any],
    right: SimpleNamespace,
    runs: list[Any],
    work: gr.State,
) -> None:
    """Wire what can be done with a result, and large models."""
    left.stop_button.click(stop_restoring, [work], [right.bar], cancels=runs, queue=False, **quiet)
    right.view.input(show_view, [right.view], [right.slider_side, right.trust_side], queue=False, **quiet)
    for dropdown in left.engines.values():
        dropdown.input(show_licences, list(left.engines.values()), [left.licences], **quiet)
    right.reuse.upload(reuse_settings, [right.reuse], [*left.settings, right.bar], **quiet)
    left.large.wire(
        [left.picture],
        lambda picture: (picture, (), None, 1.0),
        outputs[1:],
        lambda before, after, download, recipe, note: (
            gr.update(visible=True),
            (before, after),
            None,
            "",
            note,
            gr.update(value=download, interactive=True),
            gr.update(value=None, interactive=False),
            recipe,
        ),
    )
    add_restore_endpoint()


def _settings_side() -> SimpleNamespace:
    """Add the picture, what is wrong with it, and the plan, and return the components."""
    picture = picture_upload(t("ui.restore.picture"), "restore-picture", height=280)
    with gr.Row(visible=False, elem_id="restore-askew") as askew:
        straighten_button = gr.Button(t("ui.restore.straighten"), size="md", elem_id="restore-straighten")
    with gr.Row(visible=False, elem_id="restore-straightened") as straightened:
        undo_button = gr.Button(t("ui.restore.straighten_undo"), size="md", elem_id="restore-askew-again")
    card = gr.HTML(html.waiting(say("ui.restore.waiting")), elem_id="restore-diagnosis")
    with gr.Row(visible=False, elem_id="restore-ask") as asked:
        ask_button = gr.Button(t("ui.restore.fill_red"), size="md", elem_id="restore-fill-red")
    with gr.Row(visible=False, elem_id="restore-toneless") as toneless:
        colourise_button = gr.Button(t("ui.restore.colourise_it"), size="md", elem_id="restore-colourise-it")
    with gr.Row(elem_id="restore-start"):
        run_button = gr.Button(
            t("ui.restore.run"), variant="primary", min_width=120, elem_id="restore-run", elem_classes="starts-painting"
        )
        stop_button = gr.Button(t("ui.stop"), min_width=80, elem_id="restore-stop")
    examples = captioned_gallery(
        sample_items("en"), t("ui.restore.samples"), "restore-samples", elem_classes="few", columns=len(DAMAGED)
    )
    with gr.Accordion(t("ui.restore.plan"), open=False, elem_id="restore-plan", elem_classes="drawer"):
        with gr.Group(elem_id="restore-recipe"):
            fill = gr.Checkbox(False, label=t("ui.restore.fill"), elem_id="restore-fill")
            controls = option_controls("restore", CONTROLS[:4], RestoreOptions)
            controls["keep_paint"].value = USUAL_KEEP_PAINT
            palette = picture_upload(t("ui.restore.palette"), "restore-palette", height=140)
            controls["extend"] = gr.Dropdown(
                extend_choices("en"),
                value="",
                allow_custom_value=True,
                label=t("option.restore.extend"),
                info=t("option.restore.extend.info"),
                elem_id="restore-extend",
            )
            controls |= option_controls("restore", CONTROLS[5:6], RestoreOptions)
            with gr.Row(elem_classes="restore-enlarging"):
                segments = {"min_width": 150, "elem_classes": "segmented"}
                controls |= option_controls("restore", CONTROLS[6:], RestoreOptions, **segments)
        next_button = gr.Button(
            t("ui.restore.next"), min_width=120, elem_id="restore-next", elem_classes="starts-painting"
        )
    large = LargePanel("restore")
    with gr.Accordion(t("ui.restore.tools"), open=False, elem_id="restore-tools", elem_classes="drawer"):
        with gr.Accordion(t("ui.restore.hub"), open=False, elem_id="restore-hub"):
            gr.Markdown(t("ui.restore.hub_hint"), elem_classes="hint")
            engines = {
                role: gr.Dropdown(
                    engine_choices(role, "en"),
                    value="",
                    allow_custom_value=any_repository(),
                    label=t(f"ui.restore.engine.{role}"),
                    elem_id=f"restore-{role}",
                )
                for role in KINDS
            }
            licences = gr.HTML(elem_id="restore-licences")
        settings = [fill, *controls.values(), *engines.values(), palette]
        build_restore_batch_panel(settings)
    return SimpleNamespace(**locals())


def _result_side(
    controls: dict[str, Component],
    engines: dict[str, gr.Dropdown],
    fill: gr.Checkbox,
    picture: gr.Image,
    work: gr.State,
) -> SimpleNamespace:
    """Add where the result is shown and the damage is marked, and return the components."""
    with gr.Column(elem_classes="painting-result", elem_id="restore-view"):
        bar = gr.HTML(html.waiting(say("ui.restore.result_waiting")), elem_id="restore-progress")
        with gr.Column(visible=False, elem_id="restore-shown") as view_side:
            view = segmented(
                named_choices("ui.restore.view", VIEWS, "en"), VIEWS[0], None, "restore-show", container=False
            )
            with gr.Column() as slider_side:
                result = before_and_after("restore-result")
            with gr.Column(visible=False) as trust_side:
                trust = picture_shown(t("ui.restore.trust"), "restore-trust", format="jpeg", buttons=["fullscreen"])
            legend = gr.HTML(elem_id="restore-legend")
            status = gr.Markdown(elem_id="restore-status", elem_classes="hint")
            with gr.Row(elem_id="restore-files"):
                download = gr.DownloadButton(t("ui.download"), size="md", elem_id="restore-download")
                trust_download = gr.DownloadButton(
                    t("ui.restore.download_trust"), size="md", elem_id="restore-trust-file"
                )
            senders = senders_row("restore")
    panel = build_mask_panel(work, picture, fill)
    build_compare_panel(work, picture, controls["upscale"], engines["cleaner"], engines["upscaler"])
    with gr.Accordion(t("ui.recipe"), open=False):
        recipe = made_panel("restore-made")
        reuse = settings_upload("restore-reuse")
    gr.Markdown(t("ui.restore.caution"), elem_classes="hint")
    return SimpleNamespace(**locals())
