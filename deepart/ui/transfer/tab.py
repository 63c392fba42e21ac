"""The Transfer tab: a picture, a style, how strong and where; before and after."""

from __future__ import annotations

import gradio as gr

from deepart import runtime
from deepart.options import PaintOptions
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT
from deepart.tasks.paint.gallery import named_styles
from deepart.ui import samples
from deepart.ui.choices import captioned_gallery, gallery_items, settings_upload
from deepart.ui.controls import in_order, option_controls
from deepart.ui.events import translations as t
from deepart.ui.events import unread, unread_editor
from deepart.ui.finer import FinerPanel
from deepart.ui.large.panel import LargePanel
from deepart.ui.pictures import before_and_after, picture_upload
from deepart.ui.transfer.batch_panel import build_batch_panel
from deepart.ui.transfer.endpoint import add_transfer_endpoint
from deepart.ui.transfer.fit_endpoint import add_fit_endpoint
from deepart.ui.transfer.fit_panel import FitPanel, build_fit_panel
from deepart.ui.transfer.handlers import (
    MOST_SOFTNESS,
    check_content,
    choose,
    choose_file,
    choose_own,
    example_items,
    fill_in_example,
    outside_choices,
    paint,
    paint_over,
    painting_shown,
    preview,
    restore_settings,
    say_stopped,
    show_first_picture,
    show_place,
    translate,
    where_choices,
)
from deepart.ui.transfer.request import TransferRequest


def build_transfer_tab() -> tuple[gr.Image, FitPanel]:
    """Add the tab's components and their events to the surrounding Blocks; return its picture, and what fits styles."""
    styles = named_styles(DEFAULT_CHECKPOINT)
    first = samples.EXAMPLES[0]

    # Layout
    chosen = gr.State(first.style)
    with gr.Row(elem_classes="painting-columns"):
        with gr.Column(scale=5, elem_id="transfer-settings"):
            content = picture_upload(t("ui.content"), "transfer-content", height=280)
            with gr.Row(elem_id="transfer-start"):
                paint_button = gr.Button(
                    t("ui.paint"),
                    variant="primary",
                    scale=3,
                    elem_id="transfer-run",
                    elem_classes="starts-painting",
                )
                stop_button = gr.Button(t("ui.stop"), scale=1, min_width=70, elem_id="transfer-stop")
            gallery = captioned_gallery(
                gallery_items("en"),
                t("ui.gallery"),
                "transfer-gallery",
                height=370,
                selected_index=list(styles).index(first.style),
            )
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
                    t("ui.style_file"),
                    file_types=[".json"],
                    type="filepath",
                    size="sm",
                    elem_id="transfer-style-file",
                )
                fit_side = gr.Column()
            chosen_text = gr.Markdown(
                styles[first.style].credit("en"), elem_id="transfer-chosen", elem_classes="chosen"
            )
            strength = gr.Slider(0, 1, value=1, step=0.05, label=t("ui.strength"), elem_id="transfer-strength")
            first_options = option_controls(
                "transfer", [name for name in PaintOptions.settings() if name not in ("protect_faces", "size")]
            )
            with gr.Accordion(t("ui.where"), open=False, elem_id="transfer-place"):
                where = gr.Radio(where_choices("en"), value="everywhere", show_label=False, elem_id="transfer-where")
                with gr.Column(visible=False) as painted_mask:
                    editor = gr.ImageEditor(
                        label=t("ui.paint_mask"),
                        image_mode="RGBA",
                        format="png",
                        sources=[],
                        transforms=[],
                        brush=gr.Brush(default_size=40, colors=["#e5484d"], color_mode="fixed"),
                        layers=gr.LayerOptions(allow_additional_layers=False, layers=["Mask"]),
                        elem_id="transfer-editor",
                    )
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
                outside = gr.Dropdown(
                    outside_choices("en"), value="", label=t("ui.outside"), elem_id="transfer-outside"
                )
                outside_strength = gr.Slider(
                    0, 1, value=1, step=0.05, label=t("ui.outside_strength"), elem_id="transfer-outside-strength"
                )
                of_faces = option_controls("transfer", ["protect_faces"])
            options = in_order(first_options, of_faces, option_controls("transfer", ["size"]))
            large = LargePanel("transfer")
        with gr.Column(scale=7, elem_id="transfer-work", elem_classes="painting-work"):
            result = before_and_after("transfer-result", "painting-result")
            status = gr.Markdown(elem_id="transfer-status", elem_classes="hint")
            with gr.Row():
                download = gr.DownloadButton(
                    t("ui.download"), interactive=False, size="md", elem_id="transfer-download"
                )
                again = gr.Button(t("ui.paint_over"), interactive=False, size="md", elem_id="transfer-again")
                restore = settings_upload("transfer-restore")
            finer = FinerPanel("transfer")
            examples = captioned_gallery(
                example_items("en"), t("ui.examples"), "transfer-examples", elem_classes="few starts-painting"
            )
            gr.Markdown(t("ui.photo_credits"), elem_classes="hint")
            with gr.Accordion(t("ui.recipe"), open=False):
                recipe = gr.JSON(show_label=False, elem_id="transfer-recipe")
            outputs = [result, download, again, recipe, status]
            finer.add_settings()
            build_batch_panel(content, chosen, own_style, strength, options)
    style_shown = [chosen, own_style, gallery, chosen_text]
    with fit_side:
        fitting = build_fit_panel(own_style, style_shown)
    # "number": of the last thing asked for, "settings": of the last painting; changed in place, while others read it.
    painted = gr.State({})
    wanted = [
        content,
        chosen,
        own_style,
        strength,
        where,
        editor,
        mask_file,
        softness,
        outside,
        outside_strength,
        *options.values(),
    ]
    for component in (content, own_style, style_file, mask_file, download, restore):
        unread(component)
    unread_editor(editor)

    # Wiring
    gr.context.Context.root_block.load(
        show_first_picture, None, [result, status], api_visibility="private", show_progress="hidden"
    )
    gr.context.Context.root_block.load(
        translate,
        None,
        [gallery, examples, *options.values(), where, outside, chosen_text],
        api_visibility="private",
        show_progress="hidden",
    )
    from_gallery = gallery.select(choose, None, [chosen, own_style, chosen_text], api_visibility="private", queue=False)
    own = own_style.upload(choose_own, [own_style], [chosen, gallery, chosen_text], api_visibility="private")
    own.failure(lambda: None, None, [own_style], api_visibility="private", queue=False)
    from_file = style_file.upload(choose_file, [style_file], style_shown, api_visibility="private")
    added = content.upload(check_content, [content], [content], api_visibility="private")
    added.failure(lambda: None, None, [content], api_visibility="private", queue=False)
    over = again.click(paint_over, [download], [content], api_visibility="private", queue=False)
    for changed in (where.input, added.success, over.success):
        changed(
            show_place,
            [where, content],
            [painted_mask, uploaded_mask, editor],
            api_visibility="private",
            show_progress="hidden",
        )
    for changed in (
        *(style.success for style in (from_gallery, own, from_file, fitting.done, added, over)),
        *(x.input for x in (strength, where, softness, outside, outside_strength)),
        *(control.input for name, control in options.items() if name != "size"),  # a preview has its own
        mask_file.upload,
    ):
        changed(
            preview,
            [*wanted, painted],
            outputs,
            api_visibility="private",
            show_progress="hidden",
            trigger_mode="always_last",
            concurrency_id="preview",
            concurrency_limit=2,
        )
    on_device = {"concurrency_id": "device", "concurrency_limit": 1}
    starts = [
        paint_button.click,
        # Not in one handler: what a generator has filled in, Gradio loses at its next value.
        examples.select(
            fill_in_example,
            None,
            [content, chosen, own_style, gallery, chosen_text],
            api_visibility="private",
            queue=False,
        ).success,
    ]
    runs = [
        start(
            runtime.gpu(paint),
            [*wanted, painted],
            outputs,
            api_visibility="private",
            show_progress_on=result,
            **on_device,
        )
        for start in starts
    ]
    stop_button.click(say_stopped, None, [status], cancels=runs, api_visibility="private", queue=False)
    restore.upload(
        restore_settings,
        [restore],
        [
            *(strength, *options.values(), where, softness, outside, outside_strength),
            *style_shown,
            status,
        ],
        api_visibility="private",
    )
    large.wire(
        [content, chosen, own_style, strength],
        lambda content, chosen, own_style, strength: (content, [own_style or chosen], None, strength),
        outputs,
        painting_shown,
    )
    finer.wire(
        wanted,
        lambda values: TransferRequest.on_page(*(values[component] for component in wanted)),
        painted,
        outputs,
        painting_shown,
    )
    add_transfer_endpoint()
    add_fit_endpoint()
    return content, fitting
