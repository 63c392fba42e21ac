"""The Classify tab: a picture in; its style, artist and genre out, how sure that is, and why."""

from __future__ import annotations

import gradio as gr

from deepart import runtime
from deepart.tasks.classify.classify import DEFAULT_CHECKPOINT, HEADS
from deepart.text import say
from deepart.ui.choices import captioned_gallery
from deepart.ui.classify import html, request as request_of
from deepart.ui.classify.batch_panel import build_classify_batch_panel
from deepart.ui.classify.endpoint import add_classify_endpoint
from deepart.ui.classify.handlers import (
    choose_sample,
    clear_answer,
    evidence_picture,
    model_choices,
    sample_items,
    show_answer,
    show_evidence,
    show_first_sample,
    show_heat,
    show_more_evidence,
    translate_classify,
)
from deepart.ui.controls import segmented
from deepart.ui.events import QUIET, named_choices, translations as t, unread
from deepart.ui.pictures import checked, picture_upload
from deepart.ui.rooms import Room, senders_row


def build_classify_tab(tab: gr.Tab) -> Room:
    """Add the tab's components and their events to `tab`, which surrounds them, and return it."""

    # Layout
    opened = gr.State(False)
    shown = gr.State({})  # "picture": that is asked about; changed in place
    with gr.Row(elem_classes="painting-columns"):
        with gr.Column(scale=5, elem_id="classify-settings"):
            picture = picture_upload(t("ui.classify.picture"), "classify-picture", height=360)
            examples = captioned_gallery(
                sample_items("en"), t("ui.classify.samples"), "classify-samples", elem_classes="few"
            )
            with gr.Accordion(t("ui.classify.tools"), open=False, elem_id="classify-tools", elem_classes="drawer"):
                model = gr.Dropdown(
                    model_choices("en"),
                    value=DEFAULT_CHECKPOINT,
                    allow_custom_value=request_of.any_repository(),
                    label=t("ui.classify.model"),
                    info=t("ui.classify.model_info"),
                    elem_id="classify-model",
                )
                build_classify_batch_panel()
        with gr.Column(scale=7, elem_id="classify-work"):
            verdict = gr.HTML(html.waiting(say("ui.classify.waiting")), elem_id="classify-verdict")
            with gr.Column(visible=False, elem_id="classify-answer") as answer_side:
                bars = gr.HTML(elem_id="classify-bars")
                card = gr.HTML(elem_id="classify-card")
            with gr.Column(visible=False, elem_id="classify-evidence") as evidence_side:
                nearest = gr.HTML(elem_id="classify-nearest")
                with gr.Accordion(t("ui.classify.why"), open=False, elem_id="classify-why", elem_classes="drawer"):
                    head = segmented(
                        named_choices("ui.classify.head", HEADS, "en"),
                        HEADS[0],
                        "ui.classify.evidence",
                        "classify-head",
                    )
                    with gr.Row(elem_classes="evidence-pictures"):
                        with gr.Column(min_width=260):
                            heat = evidence_picture("ui.classify.heat", "classify-heat")
                            label = gr.Dropdown(
                                [""], value="", label=t("ui.classify.heat_label"), elem_id="classify-heat-label"
                            )
                        with gr.Column(min_width=260):
                            parts = evidence_picture("ui.classify.parts", "classify-parts")
                            part_legend = gr.HTML(elem_id="classify-legend")
                    changes = gr.HTML(elem_id="classify-changes")
            with gr.Row(visible=False) as files_side:
                json_file = gr.DownloadButton(t("ui.classify.download_json"), size="md", elem_id="classify-json")
                csv_file = gr.DownloadButton(t("ui.classify.download_csv"), size="md", elem_id="classify-csv")
            senders = senders_row("classify")
            gr.Markdown(t("ui.classify.caution"), elem_classes="hint")
    for component in (picture, json_file, csv_file):
        unread(component)

    answer_outputs = [verdict, answer_side, evidence_side, files_side, bars, card, json_file, csv_file]
    evidence_outputs = [nearest, heat, label, changes, parts, part_legend]

    # Wiring
    page = gr.context.Context.root_block
    page.load(translate_classify, None, [examples, head, model], **QUIET)
    tab.select(show_first_sample, [opened, picture], [opened, picture], **QUIET)
    examples.select(choose_sample, None, [picture, examples], **QUIET)
    checked(picture)
    answering = {
        "fn": runtime.gpu(show_answer),
        "inputs": [picture, model],
        "outputs": [*answer_outputs, *evidence_outputs],
        "trigger_mode": "always_last",
        "concurrency_id": "classify",
        "concurrency_limit": 2,
        **QUIET,
    }
    clearing = {
        "fn": clear_answer,
        "inputs": [shown, picture],
        "outputs": answering["outputs"],
        "queue": False,
        **QUIET,
    }
    answered, asked = (changed(**clearing).then(**answering) for changed in (picture.change, model.input))
    # One after the other, so that what was asked for last is shown last.
    reasoning = {"trigger_mode": "always_last", "concurrency_id": "evidence", "concurrency_limit": 1, **QUIET}
    of_head = [shown, picture, model, head]
    for changed in (answered.success, asked.success, head.input):
        quick = changed(runtime.gpu(show_evidence), of_head, evidence_outputs, **reasoning)
        quick.success(runtime.gpu(show_more_evidence), of_head, evidence_outputs[3:], **reasoning)
    label.input(runtime.gpu(show_heat), [picture, head, label], [heat], **reasoning)
    add_classify_endpoint()
    return Room(picture, picture, senders)
