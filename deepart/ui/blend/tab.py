"""The Blend tab: a picture, up to six styles, how much of each and where; live, and kept as a style."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr
from gradio.components import Component

from deepart.models.style_code import LAYERS
from deepart.options import PaintOptions
from deepart.tasks.paint.blend import MOST_STYLES
from deepart.tasks.paint.style_files import LONGEST_LABEL
from deepart.ui import samples
from deepart.ui.blend import style_slots
from deepart.ui.blend.endpoint import add_blend_endpoint
from deepart.ui.blend.handlers import (
    MODES,
    NOTHING_SELECTED,
    NUM_RELATED,
    BlendPage,
    first_slots,
    painting_shown,
    say_stopped,
)
from deepart.ui.blend.morph_panel import build_morph_panel
from deepart.ui.blend.request import WHERE
from deepart.ui.blend.style_slots import COLOURS
from deepart.ui.choices import captioned_gallery, gallery_items, settings_upload
from deepart.ui.controls import ONE_AT_A_TIME, in_order, option_controls, segmented
from deepart.ui.events import named_choices, translations as t, unread, unread_editor
from deepart.ui.expectation import add_expectation
from deepart.ui.finer import FinerPanel
from deepart.ui.large.panel import LargePanel, Pictures
from deepart.ui.made import made_panel
from deepart.ui.pictures import before_and_after, checked, picture_upload
from deepart.ui.rooms import Room, senders_row
from deepart.ui.transfer.fit_panel import FitPanel
from deepart.ui.widgets.style_pad import style_pad

_QUIET = {"api_visibility": "private", "show_progress": "hidden"}


def build_blend_tab(fitting: FitPanel | None = None, tabs: gr.Tabs | None = None) -> Room:
    """Add the tab's components and their events to the surrounding Blocks, and return it.

    Args:
        fitting: the panel from where a fitted style comes.
        tabs: of which this one is opened then.
    """
    page = BlendPage(fitting=fitting, slots=gr.State(first_slots()), related_keys=gr.State(()))
    page.newest = gr.State({})  # "number": of the last thing asked for; changed in place, while others read it
    with gr.Row(elem_classes="painting-columns"):
        with gr.Column(scale=5, elem_id="blend-settings"):
            _add_mix(page)
            with gr.Row():
                page.paint_button = gr.Button(
                    t("ui.paint"), variant="primary", scale=3, elem_id="blend-run", elem_classes="starts-painting"
                )
                page.stop_button = gr.Button(t("ui.stop"), scale=1, elem_id="blend-stop")
            with gr.Accordion(t("ui.blend.more"), open=False, elem_id="blend-more", elem_classes="drawer"):
                _add_settings(page)
            page.large = LargePanel("blend")
        inputs = {page.content, page.slots, page.newest, page.mode, *page.weights, page.pad, page.style_map}
        inputs |= {*page.layers.values(), page.where, page.editor, page.softness, page.balance, page.strength}
        inputs |= {*page.options.values()}
        with gr.Column(scale=7, elem_id="blend-work", elem_classes="painting-work"):
            _add_result(page, inputs)
    for component in (page.content, page.upload, page.download, page.style_download, page.restore):
        unread(component)
    unread_editor(page.editor)
    page.slot_outputs = [page.slots, *page.rows, *page.pictures, *page.weights, *page.layers.values()]
    page.slot_outputs += [page.pad, page.legend]
    page.mode_outputs = [page.mode, page.slider_side, page.pad_side, page.map_side, page.add_side, page.layers_side]
    page.mode_outputs += [page.where_side]
    page.mix_outputs = [page.in_words, page.related_keys, *page.related]
    page.outputs = [page.result, page.download, page.recipe, page.status]
    preview = {"fn": page.preview_blend, "inputs": inputs, "outputs": [*page.outputs, *page.mix_outputs], **_QUIET}
    preview |= {"trigger_mode": "always_last", "concurrency_id": "preview", "concurrency_limit": 2}
    _wire_mix(page, inputs, tabs, preview)
    _wire_painting(page, inputs)
    add_blend_endpoint()

    def follow(arrived: Callable[..., gr.events.Dependency]) -> None:
        arrived(**preview)

    return Room(page.content, page.download, page.senders, again="ui.paint_over", follow=follow)


def _add_mix(page: BlendPage) -> None:
    """Add the picture to paint, and the styles with how much of each."""
    first_photo = str(samples.folder() / samples.FIRST_BLEND.photo)
    page.content = picture_upload(t("ui.content"), "blend-content", height=240, value=first_photo)
    page.mode = segmented(named_choices("ui.blend", MODES, "en"), "sliders", "ui.blend.mode", "blend-mode")
    page.rows, page.pictures, page.weights, page.removes = [], [], [], []
    with gr.Column(elem_id="blend-weights", elem_classes="style-rows") as page.slider_side:
        for number in range(MOST_STYLES):
            _add_slot(page, number)
    with gr.Column(visible=False) as page.pad_side:
        page.pad = style_pad([], label=t("ui.blend.dot"), elem_id="blend-pad")
    with gr.Column(visible=False) as page.map_side:
        page.style_map = style_pad([], "map", label=t("ui.blend.dot"), elem_id="blend-map")
        page.take_map = gr.Button(t("ui.blend.take_map"), size="sm", elem_id="blend-take-map")
    page.in_words = gr.Markdown(elem_id="blend-mix", elem_classes="chosen")
    with gr.Accordion(t("ui.blend.add"), open=False, elem_id="blend-add") as page.add_side:
        gr.Markdown(t("ui.blend.related"), elem_classes="hint")
        with gr.Row(elem_classes="related-styles"):
            page.related = [
                gr.Button("…", size="sm", min_width=80, elem_id=f"blend-related-{number + 1}")
                for number in range(NUM_RELATED)
            ]
        page.gallery = captioned_gallery(gallery_items("en"), t("ui.blend.gallery"), "blend-gallery", height=330)
        page.upload = gr.UploadButton(
            t("ui.blend.upload"),
            file_types=["image", ".json"],
            file_count="multiple",
            type="filepath",
            size="sm",
            elem_id="blend-upload",
        )


def _add_slot(page: BlendPage, number: int) -> None:
    """Add the row for a style of the mix."""
    slot = dict(enumerate(first_slots())).get(number)
    with gr.Row(visible=slot is not None, elem_classes="style-row") as row:
        page.pictures.append(gr.HTML(style_slots.picture_html(slot) if slot else "", padding=False))
        label, name = slot.title("en") if slot else "", f"blend-weight-{number + 1}"
        page.weights.append(gr.Slider(-1, 2, value=1, step=0.01, label=label, buttons=[], elem_id=name))
        page.removes.append(gr.Button("✕", size="sm", min_width=36, elem_id=f"blend-remove-{number + 1}"))
    page.rows.append(row)


def _add_settings(page: BlendPage) -> None:
    """Add the settings that can be left as they are."""
    with gr.Accordion(t("ui.blend.layers"), open=False, elem_id="blend-layers") as page.layers_side, gr.Row():
        choices = style_slots.choices(first_slots(), "en")
        labels = ("ui.blend.palette", "ui.blend.texture", "ui.blend.shapes")
        page.layers = {
            layer: gr.Dropdown(choices, value="", label=t(label), min_width=130, elem_id=f"blend-{layer}")
            for layer, label in zip(LAYERS, labels)
        }
    with gr.Accordion(t("ui.blend.where"), open=False, elem_id="blend-place") as page.where_side:
        page.where = gr.Radio(
            named_choices("ui.blend.where", WHERE, "en"), value="everywhere", show_label=False, elem_id="blend-where"
        )
        gr.Markdown(t("ui.blend.where_hint"), elem_classes="hint")
        with gr.Column(visible=False) as page.strokes_side:
            page.legend = gr.HTML(style_slots.legend(first_slots(), "en"), elem_id="blend-legend")
            page.editor = gr.ImageEditor(
                label=t("ui.blend.editor"),
                image_mode="RGBA",
                format="png",
                sources=[],
                transforms=[],
                brush=gr.Brush(default_size=60, colors=list(COLOURS), color_mode="fixed"),
                layers=gr.LayerOptions(allow_additional_layers=False, layers=["Mask"]),
                elem_id="blend-editor",
            )
            page.softness = gr.Slider(0, 0.2, value=0.02, step=0.01, label=t("ui.softness"), elem_id="blend-softness")
    page.balance = gr.Checkbox(False, label=t("ui.blend.balance"), elem_id="blend-balance")
    page.strength = gr.Slider(0, 1, value=1, step=0.05, label=t("ui.strength"), elem_id="blend-strength")
    with gr.Accordion(t("ui.blend.finish"), open=False, elem_id="blend-finish"):
        page.options = in_order(option_controls("blend", PaintOptions.settings()))
        add_expectation(page.content, page.options["size"], "blend-expected")


def _add_result(page: BlendPage, inputs: set[Component]) -> None:
    """Add the painting, and what can be done with it and with the mix."""
    page.result = before_and_after("blend-result", "painting-result")
    page.status = gr.Markdown(elem_id="blend-status", elem_classes="hint")
    with gr.Row(elem_id="blend-actions"):
        page.download = gr.DownloadButton(t("ui.download"), interactive=False, size="md", elem_id="blend-download")
        page.finer = FinerPanel("blend")
    page.finer.add_progress()
    page.senders = senders_row("blend")
    with gr.Accordion(t("ui.more_tools"), open=False, elem_id="blend-tools", elem_classes="drawer"):
        page.restore = settings_upload("blend-restore")
        with gr.Accordion(t("ui.blend.save"), open=False, elem_id="blend-save"):
            gr.Markdown(t("ui.blend.save_hint"), elem_classes="hint")
            page.name = gr.Textbox(
                label=t("ui.blend.name"),
                placeholder=t("ui.blend.name_example"),
                max_length=LONGEST_LABEL,
                elem_id="blend-name",
            )
            with gr.Row():
                page.save_button = gr.Button(t("ui.blend.save_button"), size="md", elem_id="blend-save-run")
                page.style_download = gr.DownloadButton(
                    t("ui.blend.download_style"), interactive=False, size="md", elem_id="blend-save-download"
                )
            page.saved_note = gr.Markdown(elem_id="blend-save-note", elem_classes="chosen")
        page.finer.add_settings()
        page.morph_kind = build_morph_panel(page.request, inputs)
        with gr.Accordion(t("ui.recipe"), open=False):
            page.recipe = made_panel("blend-recipe")


def _wire_mix(page: BlendPage, inputs: set[Component], tabs: gr.Tabs | None, preview: dict[str, Any]) -> None:
    """Wire what the mix is made with, and the preview that follows it."""
    root = gr.context.Context.root_block
    root.load(page.show_first_blend, None, [page.result, page.status, *page.mix_outputs], **_QUIET)
    root.load(page.show_styles, inputs, [*page.slot_outputs, page.style_map], **_QUIET)
    translated = [page.gallery, page.mode, page.where, *page.options.values(), page.morph_kind]
    root.load(page.translate_blend, None, translated, **_QUIET)
    slots, with_map, of_related = page.slot_outputs, [*page.slot_outputs, page.style_map], inputs | {page.related_keys}
    changes = [
        page.gallery.select(page.add_from_gallery, inputs, [*slots, page.gallery], **_QUIET),
        page.upload.upload(page.add_uploads, inputs | {page.upload}, slots, api_visibility="private"),
        *(button.click(page.remover(number), inputs, slots, **_QUIET) for number, button in enumerate(page.removes)),
        *(
            button.click(page.adder_of_related(number), of_related, with_map, **_QUIET)
            for number, button in enumerate(page.related)
        ),
        page.take_map.click(page.take_from_map, inputs, [*slots, *page.mode_outputs], **_QUIET),
        page.mode.input(page.show_mode, inputs, [*page.mode_outputs[1:], page.pad], **_QUIET),
        checked(page.content),
    ]
    changes[0].failure(lambda: NOTHING_SELECTED, None, [page.gallery], queue=False, **_QUIET)
    if page.fitting is not None:
        fitted = inputs | {page.fitting.style}
        changes.append(page.fitting.to_blend.click(page.add_fitted, fitted, [*slots, tabs], **_QUIET))
    page.pad.release(page.follow_pad, inputs, page.weights, **_QUIET)
    for changed in (page.where.input, page.content.change):
        changed(page.show_place, inputs, [page.strokes_side, page.editor], **_QUIET)
    live = [*page.weights, page.pad, page.style_map, *page.layers.values(), page.where, page.softness, page.balance]
    live += [page.strength, *(control for name, control in page.options.items() if name != "size")]  # it has its own
    for changed in (*(change.success for change in changes), *(each.input for each in live), page.editor.input):
        changed(**preview)


def _wire_painting(page: BlendPage, inputs: set[Component]) -> None:
    """Wire the button, what saves the mix, and the larger and the slower ways to paint."""
    saved = [page.style_download, page.saved_note, *page.slot_outputs]
    page.save_button.click(page.save_mix, inputs | {page.name}, saved, **_QUIET)
    restored = [*page.slot_outputs, *page.mode_outputs, page.strength, page.where, page.softness, page.balance]
    restored += [*page.options.values(), page.status]
    page.restore.upload(page.restore_blend, [page.restore], restored, api_visibility="private")
    painting = {"api_visibility": "private", "show_progress_on": page.result, **ONE_AT_A_TIME}
    run = page.paint_button.click(page.paint_blend, inputs, page.outputs, **painting)
    page.stop_button.click(say_stopped, None, [page.status], cancels=[run], api_visibility="private", queue=False)
    of_mix = [page.content, page.slots, page.mode, *page.weights, page.pad, page.style_map, page.strength]

    def large_pictures(*seen: Any) -> Pictures:
        values = dict(zip(of_mix, seen))
        parts = [part for part in page.mix(values) if part[1] > 0]  # there is no less than nothing
        styles, weights = [slot.style for slot, _ in parts], [weight for _, weight in parts]
        return values[page.content], styles, weights, values[page.strength]

    page.large.wire(of_mix, large_pictures, page.outputs, painting_shown)
    page.finer.wire(inputs - {page.newest}, page.request, page.newest, page.outputs, painting_shown)
