"""The Transfer tab: a picture, a style, how strong and where; before and after."""

from __future__ import annotations

import html
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from deepart import runtime
from deepart.errors import InputError
from deepart.images import fit, load_image
from deepart.options import PaintOptions
from deepart.tasks.paint import masks
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT
from deepart.tasks.paint.gallery import named_styles
from deepart.tasks.paint.style_files import load_style
from deepart.text import say
from deepart.ui import samples
from deepart.ui.choices import captioned_gallery, gallery_items, one_of, recipe_from, settings_upload, within
from deepart.ui.controls import in_order, option_controls, restored, translated
from deepart.ui.events import handler, language_of, show_progress, unread, unread_editor
from deepart.ui.events import translations as t
from deepart.ui.finer import FinerPanel
from deepart.ui.large.panel import LargePanel
from deepart.ui.paintings import next_number, previews, shown
from deepart.ui.pictures import accepted, before_and_after, picture_upload
from deepart.ui.transfer.batch_panel import build_batch_panel
from deepart.ui.transfer.endpoint import add_transfer_endpoint
from deepart.ui.transfer.fit_endpoint import add_fit_endpoint
from deepart.ui.transfer.fit_panel import FitPanel, build_fit_panel
from deepart.ui.transfer.request import EDITOR_SIDE, WHERE, TransferRequest, paint_to

_MOST_SOFTNESS = 0.2  # that the slider offers; a recipe may say more

_styles = partial(named_styles, DEFAULT_CHECKPOINT)
_SHOWN = 5  # parts of the page that a painting fills


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
                where = gr.Radio(_where_choices("en"), value="everywhere", show_label=False, elem_id="transfer-where")
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
                    0, _MOST_SOFTNESS, value=0.02, step=0.01, label=t("ui.softness"), elem_id="transfer-softness"
                )
                outside = gr.Dropdown(
                    _outside_choices("en"), value="", label=t("ui.outside"), elem_id="transfer-outside"
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
                _example_items("en"), t("ui.examples"), "transfer-examples", elem_classes="few starts-painting"
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


@handler
def show_first_picture(request: gr.Request) -> tuple[Any, ...]:
    """What a visitor sees before doing anything."""
    if runtime.settings().zero_gpu:  # a GPU is lent to those who ask for a painting
        return gr.skip(), gr.skip()
    return samples.first_picture(), say("ui.first_picture", language_of(request))


@handler
def translate(request: gr.Request) -> tuple[Any, ...]:
    """Say in the visitor's language what Gradio cannot translate: captions, choices, values."""
    language = language_of(request)
    if language == "en":
        return (gr.skip(),) * (5 + len(PaintOptions.settings()))
    return (
        gr.update(value=gallery_items(language)),
        gr.update(value=_example_items(language)),
        *translated(language),
        gr.update(choices=_where_choices(language)),
        gr.update(choices=_outside_choices(language)),
        _styles()[samples.EXAMPLES[0].style].credit(language),
    )


@handler
def choose(request: gr.Request, event: gr.SelectData) -> tuple[str, None, str]:
    key = list(_styles())[event.index]
    return key, None, _styles()[key].credit(language_of(request))


@handler
def choose_own(path: str | None, request: gr.Request) -> tuple[Any, Any, Any]:
    if path is None:
        return gr.skip(), gr.skip(), gr.skip()
    load_image(path)
    # None would leave the old one selected.
    return None, gr.update(selected_index=-1), say("ui.own_style_chosen", language_of(request))


@handler
def choose_file(path: str, request: gr.Request) -> tuple[Any, ...]:
    """Take the style from a file that a mixture was saved to."""
    code = load_style(path, previews.engine)
    note = say("ui.style_file_chosen", language_of(request), label=html.escape(code.label))
    return path, None, gr.update(selected_index=-1), note


@handler
def show_place(where: str, content: str | None, request: gr.Request) -> tuple[Any, Any, Any]:
    """Show what the chosen kind of mask needs: the picture to paint on, or a place for a file."""
    canvas = gr.skip()
    if where == "painted" and content:
        canvas = {"background": fit(load_image(content), EDITOR_SIDE), "layers": [], "composite": None}
    return gr.update(visible=where == "painted"), gr.update(visible=where == "uploaded"), canvas


@handler
def preview(request: gr.Request, *values: Any) -> Iterator[tuple[Any, ...]]:
    """Show what the settings would make, small and at once; the rest waits for the button."""
    *settings, painted = values
    nothing, number = (gr.skip(),) * _SHOWN, next_number(painted)
    if runtime.settings().zero_gpu:  # a GPU is lent to those who ask for a painting
        yield nothing
        return
    wanted, started = TransferRequest.on_page(*settings), time.monotonic()
    try:
        wanted.check()
    except InputError:  # nothing to show yet; the button says what is missing
        yield nothing
        return
    before, after = previews.paint(wanted.content, wanted.regions(), wanted.options)
    # Something newer was asked for, or the button was faster and its painting must not be replaced.
    if painted["number"] != number or painted.get("settings") == settings:
        yield nothing
        return
    painted.pop("settings", None)
    with shown(before, after) as pictures:
        note = say("ui.preview", language_of(request), seconds=time.monotonic() - started)
        waiting = gr.update(interactive=False)
        yield pictures, waiting, waiting, gr.skip(), note


@handler
def check_content(path: str, request: gr.Request) -> Any:
    """Refuse a bad picture as soon as it is there, and show one that browsers cannot."""
    return accepted(path)


@handler
def paint(request: gr.Request, progress: gr.Progress = gr.Progress(), *values: Any) -> Iterator[tuple[Any, ...]]:
    *settings, painted = values
    painted["settings"] = settings
    next_number(painted)
    language = language_of(request)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
        for step in paint_to(Path(folder), TransferRequest.on_page(*settings)):
            if isinstance(step, runtime.Progress):
                yield (gr.skip(),) * _SHOWN
                show_progress(progress, step, language)
                continue
            width, height = step.size
            note = say("ui.painted", language, width=width, height=height, seconds=time.monotonic() - started)
            if step.had_credentials:
                note += " " + say("ui.credentials_dropped", language)
            # By the time the next value is asked for, the files have been copied to the app's cache.
            yield painting_shown(step.before, step.after, step.download, step.recipe, note)


@handler
def say_stopped(request: gr.Request) -> str:
    return say("ui.stopped", language_of(request))


@handler
def fill_in_example(request: gr.Request, event: gr.SelectData) -> tuple[Any, ...]:
    example = samples.EXAMPLES[event.index]
    return (
        str(samples.folder() / example.photo),
        example.style,
        None,
        gr.update(selected_index=list(_styles()).index(example.style)),
        _styles()[example.style].credit(language_of(request)),
    )


@handler
def paint_over(path: str, request: gr.Request) -> str:
    """Make the last painting the picture to paint; its recipe travels in the file."""
    return path


@handler
def restore_settings(path: str, request: gr.Request) -> tuple[Any, ...]:
    """Read the settings back from a picture that was painted here."""
    found, language = recipe_from(path, "transfer"), language_of(request)
    settings, given = found.settings, {ingredient.role for ingredient in found.ingredients}
    key, known = settings.get("style"), settings.get("style") in _styles()
    softness = within(settings.get("softness"), 0, 1, default=0.02)
    outside = one_of(_styles(), settings.get("outside"), default="")
    lost = [
        *(["ui.mask_file"] if "mask" in given else []),
        *(["ui.outside"] if not outside and ("outside" in given or settings.get("outside")) else []),
    ]
    note = say("ui.settings_restored", language)
    if lost:
        note += " " + say("ui.add_again", language, names=", ".join(say(name, language) for name in lost))
    return (
        within(settings.get("strength"), 0, 1, default=1),
        *restored(PaintOptions.from_recipe(settings), language),
        one_of(masks.FOUND, settings.get("mask"), default="everywhere"),
        gr.update(maximum=max(_MOST_SOFTNESS, softness), value=softness),
        outside,
        within(settings.get("outside_strength"), 0, 1, default=1),
        key if known else gr.skip(),
        None if known else gr.skip(),
        gr.update(selected_index=list(_styles()).index(key)) if known else gr.skip(),
        _styles()[key].credit(language) if known else say("ui.add_style_again", language),
        note,
    )


def painting_shown(before: str, after: str, download: str, recipe: dict[str, Any], note: str) -> tuple[Any, ...]:
    """Return what `outputs` become when there is a painting."""
    is_there = gr.update(interactive=True)
    return (before, after), gr.update(value=download, interactive=True), is_there, recipe, note


def _example_items(language: str) -> list[tuple[str, str]]:
    styles = named_styles(DEFAULT_CHECKPOINT)
    return [
        (str(samples.folder() / example.photo), f"× {styles[example.style].title_in(language)}")
        for example in samples.EXAMPLES
    ]


def _where_choices(language: str) -> list[tuple[str, str]]:
    return [(say(f"ui.where.{where}", language), where) for where in WHERE]


def _outside_choices(language: str) -> list[tuple[str, str]]:
    styles = named_styles(DEFAULT_CHECKPOINT)
    return [(say("ui.outside.nothing", language), ""), *((s.title_in(language), key) for key, s in styles.items())]
