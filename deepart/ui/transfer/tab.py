"""The Transfer tab: a picture, a style, how strong and where; before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace

import gradio as gr
from gradio.components import Component

from deepart import runtime
from deepart.options import PaintOptions
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT
from deepart.tasks.paint.gallery import NamedStyle, named_styles
from deepart.ui import samples
from deepart.ui.choices import captioned_gallery, gallery_items, settings_upload
from deepart.ui.controls import in_order, option_controls
from deepart.ui.events import QUIET, named_choices, translations as t, unread, unread_editor
from deepart.ui.expectation import add_expectation
from deepart.ui.finer import FinerPanel
from deepart.ui.large.panel import LargePanel
from deepart.ui.made import made_panel
from deepart.ui.pictures import EDITOR_SIDE, before_and_after, checked, picture_upload, put_back_after
from deepart.ui.rooms import Room, senders_row
from deepart.ui.transfer.batch_panel import build_batch_panel
from deepart.ui.transfer.camera_panel import build_camera_panel
from deepart.ui.transfer.endpoint import add_transfer_endpoints
from deepart.ui.transfer.film_endpoint import add_film_endpoint
from deepart.ui.transfer.film_panel import build_film_panel
from deepart.ui.transfer.fit_endpoint import add_fit_endpoint
from deepart.ui.transfer.fit_panel import FitPanel, build_fit_panel
from deepart.ui.transfer.handlers import (
    MASK_COLOUR,
    MOST_SOFTNESS,
    add_object,
    choose,
    choose_file,
    choose_own,
    example_items,
    fill_in_example,
    outside_choices,
    paint,
    painting_shown,
    preview,
    restore_settings,
    say_stopped,
    show_first_picture,
    show_place,
    translate,
)
from deepart.ui.transfer.request import WHERE, TransferRequest
from deepart.ui.transfer.tiles import wire_swatches, wire_tiles
from deepart.ui.widgets.object_picker import build_object_picker


def build_transfer_tab() -> tuple[Room, FitPanel]:
    """Add the tab's components and their events to the surrounding Blocks; return it, and what fits styles."""
    styles = named_styles(DEFAULT_CHECKPOINT)
    first = samples.EXAMPLES[0]

    # Layout
    chosen = gr.State(first.style)
    with gr.Row(elem_classes="painting-columns"):
        with gr.Column(scale=5, elem_id="transfer-settings"):
            left = _settings_side(first, styles)
        with gr.Column(scale=7, elem_id="transfer-work", elem_classes="painting-work"):
            right = _result_side(chosen, left.content, left.options, left.own_style, left.strength)
    style_shown = [chosen, left.own_style, left.gallery, left.chosen_text]
    with left.fit_side:
        fitting = build_fit_panel(left.own_style, style_shown)
    # "number": of the last thing asked for, "settings": of the last painting; changed in place, while others read it.
    painted = gr.State({})
    wanted = [
        left.content,
        chosen,
        left.own_style,
        left.strength,
        left.where,
        left.editor,
        left.mask_file,
        left.softness,
        left.outside,
        left.outside_strength,
        *left.options.values(),
    ]
    for component in (left.content, left.own_style, left.style_file, left.mask_file, right.download, right.restore):
        unread(component)
    unread_editor(left.editor)

    # Wiring
    gr.context.Context.root_block.load(
        show_first_picture, None, [right.result, right.status], api_visibility="private", show_progress="hidden"
    )
    gr.context.Context.root_block.load(
        translate,
        None,
        [left.gallery, right.examples, *left.options.values(), left.where, left.outside, left.chosen_text],
        api_visibility="private",
        show_progress="hidden",
    )
    from_gallery = left.gallery.select(
        choose, None, [chosen, left.own_style, left.chosen_text], api_visibility="private", queue=False
    )
    own = left.own_style.upload(
        choose_own, [left.own_style], [chosen, left.gallery, left.chosen_text], api_visibility="private"
    )
    put_back_after(own, left.own_style)
    from_file = left.style_file.upload(choose_file, [left.style_file], style_shown, api_visibility="private")
    added, masked = checked(left.content), checked(left.mask_file)

    def previewed(changed: Callable[..., gr.events.Dependency]) -> gr.events.Dependency:
        return changed(
            preview,
            [*wanted, painted],
            right.outputs,
            trigger_mode="always_last",
            concurrency_id="preview",
            concurrency_limit=2,
            **QUIET,
        )

    def placed(changed: Callable[..., gr.events.Dependency]) -> None:
        changed(show_place, [left.where, left.content], [left.painted_mask, left.uploaded_mask, left.editor], **QUIET)

    def follow(arrived: Callable[..., gr.events.Dependency]) -> None:
        """Do what another picture asks for."""
        placed(arrived)
        wire_tiles(left.content, chosen, left.gallery, previewed(arrived))

    placed(left.where.input)
    left.clicked.select(add_object, [left.content, left.clicked_kind, left.editor], [left.editor], **QUIET)
    for changed in (
        *(each.success for each in (from_gallery, own, from_file, fitting.done, masked)),
        *(x.input for x in (left.strength, left.where, left.softness, left.outside, left.outside_strength)),
        *(control.input for name, control in left.options.items() if name != "size"),  # a preview has its own
    ):
        previewed(changed)
    follow(added.success)
    on_device = {"concurrency_id": "device", "concurrency_limit": 1}
    starts = [
        left.paint_button.click,
        # Not in one handler: what a generator has filled in, Gradio loses at its next value.
        right.examples.select(
            fill_in_example,
            None,
            [left.content, chosen, left.own_style, left.gallery, left.chosen_text],
            api_visibility="private",
            queue=False,
        ).success,
    ]
    runs = [
        start(
            runtime.gpu(paint),
            [*wanted, painted],
            right.outputs,
            api_visibility="private",
            show_progress_on=right.result,
            **on_device,
        )
        for start in starts
    ]
    wire_tiles(left.content, chosen, left.gallery, runs[1])
    wire_swatches(left.content, chosen, left.gallery)
    left.stop_button.click(say_stopped, None, [right.status], cancels=runs, api_visibility="private", queue=False)
    _wire_result(chosen, left, painted, right, style_shown, wanted)
    room = Room(left.content, right.download, right.senders, again="ui.paint_over", follow=follow)
    return room, fitting


def _wire_result(
    chosen: gr.State,
    left: SimpleNamespace,
    painted: gr.State,
    right: SimpleNamespace,
    style_shown: list[Component],
    wanted: list[Component],
) -> None:
    """Wire the settings that come back, large models, and the work on a painting."""
    right.restore.upload(
        restore_settings,
        [right.restore],
        [
            *(left.strength, *left.options.values(), left.where, left.softness, left.outside, left.outside_strength),
            *style_shown,
            right.status,
        ],
        api_visibility="private",
    )
    left.large.wire(
        [left.content, chosen, left.own_style, left.strength],
        lambda content, chosen, own_style, strength: (content, [own_style or chosen], None, strength),
        right.outputs,
        painting_shown,
    )
    right.finer.wire(
        wanted,
        lambda values: TransferRequest.on_page(*(values[component] for component in wanted)),
        painted,
        right.outputs,
        painting_shown,
    )
    add_transfer_endpoints()
    add_fit_endpoint()
    add_film_endpoint()


def _settings_side(first: samples.Example, styles: Mapping[str, NamedStyle]) -> SimpleNamespace:
    """Add the picture, the styles and the settings, and return the components."""
    content = picture_upload(t("ui.content"), "transfer-content", height=280)
    with gr.Row(elem_id="transfer-start"):
        paint_button = gr.Button(
            t("ui.paint"), variant="primary", scale=3, elem_id="transfer-run", elem_classes="starts-painting"
        )
        stop_button = gr.Button(t("ui.stop"), scale=1, min_width=70, elem_id="transfer-stop")
    gallery = captioned_gallery(
        gallery_items("en"),
        t("ui.gallery"),
        "transfer-gallery",
        height=440,
        selected_index=list(styles).index(first.style),
    )
    chosen_text = gr.Markdown(styles[first.style].credit("en"), elem_id="transfer-chosen", elem_classes="chosen")
    with gr.Accordion(t("ui.own_style"), open=False, elem_id="transfer-own"):
        own_style = gr.Image(
            label=t("ui.own_style_picture"),
            type="filepath",
            format="png",
            sources=["upload", "clipboard"],
            height=220,
            elem_id="transfer-style",
            elem_classes="labelled-picture",
        )
        style_file = gr.UploadButton(
            t("ui.style_file"), file_types=[".json"], type="filepath", size="sm", elem_id="transfer-style-file"
        )
        fit_side = gr.Column()
    strength = gr.Slider(0, 1, value=1, step=0.05, label=t("ui.strength"), elem_id="transfer-strength")
    with gr.Accordion(t("ui.transfer.more"), open=False, elem_id="transfer-more", elem_classes="drawer"):
        first_options = option_controls(
            "transfer", [name for name in PaintOptions.settings() if name not in ("protect_faces", "size")]
        )
        with gr.Accordion(t("ui.where"), open=False, elem_id="transfer-place"):
            where = gr.Radio(
                named_choices("ui.where", WHERE, "en"), value="everywhere", show_label=False, elem_id="transfer-where"
            )
            with gr.Column(visible=False) as painted_mask:
                editor = gr.ImageEditor(
                    label=t("ui.paint_mask"),
                    image_mode="RGBA",
                    format="png",
                    sources=[],
                    transforms=[],
                    canvas_size=(EDITOR_SIDE, EDITOR_SIDE),
                    brush=gr.Brush(default_size=40, colors=[MASK_COLOUR], color_mode="fixed"),
                    layers=gr.LayerOptions(allow_additional_layers=False, layers=["Mask"]),
                    elem_id="transfer-editor",
                )
                clicked, clicked_kind = build_object_picker("transfer", content)
            with gr.Column(visible=False) as uploaded_mask:
                mask_file = gr.Image(
                    label=t("ui.mask_file"),
                    type="filepath",
                    format="png",
                    sources=["upload", "clipboard"],
                    height=200,
                    elem_id="transfer-mask",
                    elem_classes="labelled-picture",
                )
            softness = gr.Slider(
                0, MOST_SOFTNESS, value=0.02, step=0.01, label=t("ui.softness"), elem_id="transfer-softness"
            )
            outside = gr.Dropdown(outside_choices("en"), value="", label=t("ui.outside"), elem_id="transfer-outside")
            outside_strength = gr.Slider(
                0, 1, value=1, step=0.05, label=t("ui.outside_strength"), elem_id="transfer-outside-strength"
            )
            of_faces = option_controls("transfer", ["protect_faces"])
        options = in_order(first_options, of_faces, option_controls("transfer", ["size"]))
        add_expectation(content, options["size"], "transfer-expected")
    large = LargePanel("transfer")
    return SimpleNamespace(**locals())


def _result_side(
    chosen: gr.State, content: gr.Image, options: dict[str, Component], own_style: gr.Image, strength: gr.Slider
) -> SimpleNamespace:
    """Add the painting, and what can be done with it, and return the components."""
    result = before_and_after("transfer-result", "painting-result")
    status = gr.Markdown(elem_id="transfer-status", elem_classes="hint")
    with gr.Row(elem_id="transfer-actions"):
        download = gr.DownloadButton(t("ui.download"), interactive=False, size="md", elem_id="transfer-download")
        finer = FinerPanel("transfer")
    finer.add_progress()
    senders = senders_row("transfer")
    examples = captioned_gallery(
        example_items("en"), t("ui.examples"), "transfer-examples", elem_classes="few starts-painting"
    )
    gr.Markdown(t("ui.photo_credits"), elem_classes="hint")
    with gr.Accordion(t("ui.transfer.tools"), open=False, elem_id="transfer-tools", elem_classes="drawer"):
        restore = settings_upload("transfer-restore")
        with gr.Accordion(t("ui.recipe"), open=False):
            recipe = made_panel("transfer-recipe")
        outputs = [result, download, recipe, status]
        finer.add_settings()
        build_batch_panel(content, chosen, own_style, strength, options)
        build_film_panel(chosen, own_style, strength, options)
        build_camera_panel(chosen, own_style, strength, options)
    return SimpleNamespace(**locals())
