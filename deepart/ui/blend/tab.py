"""The Blend tab: a picture, up to six styles, how much of each and where; live, and kept as a style."""

from __future__ import annotations

import functools
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from deepart import runtime
from deepart.archives import safe_name
from deepart.errors import InputError
from deepart.images import fit, load_image
from deepart.models.style_code import LAYERS
from deepart.options import PaintOptions
from deepart.tasks.paint.blend import MOST_STYLES
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT, PREVIEW_SIDE
from deepart.tasks.paint.gallery import named_styles
from deepart.tasks.paint.strokes import masks_by_colour
from deepart.tasks.paint.style_files import LONGEST_LABEL, SUFFIX, save_style
from deepart.tasks.paint.style_map import corners, map_weights, pad_weights
from deepart.text import say
from deepart.ui import samples
from deepart.ui.blend import style_slots
from deepart.ui.blend.endpoint import add_blend_endpoint
from deepart.ui.blend.morph_panel import build_morph_panel, kind_choices
from deepart.ui.blend.request import WHERE, BlendRequest
from deepart.ui.blend.style_slots import COLOURS, Slot
from deepart.ui.choices import captioned_gallery, gallery_items
from deepart.ui.controls import in_order, option_controls, options_of, translated
from deepart.ui.events import handler, language_of, show_progress, tell, unread, unread_editor
from deepart.ui.events import translations as t
from deepart.ui.finer import FinerPanel
from deepart.ui.large.panel import LargePanel, Pictures
from deepart.ui.paintings import next_number, shown
from deepart.ui.pictures import accepted, before_and_after, picture_upload
from deepart.ui.transfer.fit_panel import FitPanel
from deepart.ui.widgets.style_pad import dot_in, style_pad, with_anchors, with_dot

MODES = ("sliders", "pad", "map")
"""What the weights can be set with."""
NUM_RELATED = 3
LEAST_SHARE = 0.005
"""Share below which a style on the map is left out: nobody would see it."""


def build_blend_tab(fitting: FitPanel | None = None, tabs: gr.Tabs | None = None) -> None:
    """Add the tab's components and their events to the surrounding Blocks.

    Args:
        fitting: the panel from where a fitted style comes.
        tabs: of which this one is opened then.
    """
    gallery_keys = list(named_styles(DEFAULT_CHECKPOINT))
    first = tuple(style_slots.bundled(key) for key in samples.FIRST_BLEND.styles)
    map_keys, map_places = list(style_slots.map_points()), list(style_slots.map_points().values())
    map_slots = [style_slots.bundled(key) for key in map_keys]

    # Layout
    slots = gr.State(first)
    related_keys = gr.State(())
    rows, pictures, weights, removes = [], [], [], []
    with gr.Row(elem_classes="painting-columns"):
        with gr.Column(scale=5, elem_id="blend-settings"):
            content = picture_upload(
                t("ui.content"), "blend-content", height=240, value=str(samples.folder() / samples.FIRST_BLEND.photo)
            )
            mode = gr.Radio(
                _mode_choices("en"),
                value="sliders",
                label=t("ui.blend.mode"),
                elem_id="blend-mode",
                elem_classes="segmented",
            )
            with gr.Column(elem_id="blend-weights", elem_classes="style-rows") as slider_side:
                for number in range(MOST_STYLES):
                    slot = first[number] if number < len(first) else None
                    with gr.Row(visible=slot is not None, elem_classes="style-row") as row:
                        pictures.append(gr.HTML(style_slots.picture_html(slot) if slot else "", padding=False))
                        weights.append(
                            gr.Slider(
                                -1,
                                2,
                                value=1,
                                step=0.01,
                                label=slot.title("en") if slot else "",
                                buttons=[],
                                elem_id=f"blend-weight-{number + 1}",
                            )
                        )
                        removes.append(gr.Button("✕", size="sm", min_width=36, elem_id=f"blend-remove-{number + 1}"))
                    rows.append(row)
            with gr.Column(visible=False) as pad_side:
                pad = style_pad([], label=t("ui.blend.dot"), elem_id="blend-pad")
            with gr.Column(visible=False) as map_side:
                style_map = style_pad([], "map", label=t("ui.blend.dot"), elem_id="blend-map")
                take_map = gr.Button(t("ui.blend.take_map"), size="sm", elem_id="blend-take-map")
            in_words = gr.Markdown(elem_id="blend-mix", elem_classes="chosen")
            with gr.Accordion(t("ui.blend.add"), open=False, elem_id="blend-add") as add_side:
                gr.Markdown(t("ui.blend.related"), elem_classes="hint")
                with gr.Row(elem_classes="related-styles"):
                    related = [
                        gr.Button("…", size="sm", min_width=80, elem_id=f"blend-related-{number + 1}")
                        for number in range(NUM_RELATED)
                    ]
                gallery = captioned_gallery(gallery_items("en"), t("ui.blend.gallery"), "blend-gallery", height=330)
                upload = gr.UploadButton(
                    t("ui.blend.upload"),
                    file_types=["image", ".json"],
                    file_count="multiple",
                    type="filepath",
                    size="sm",
                    elem_id="blend-upload",
                )
            with gr.Row():
                paint_button = gr.Button(
                    t("ui.paint"), variant="primary", scale=3, elem_id="blend-run", elem_classes="starts-painting"
                )
                stop_button = gr.Button(t("ui.stop"), scale=1, elem_id="blend-stop")
            with gr.Accordion(t("ui.blend.more"), open=False, elem_id="blend-more", elem_classes="drawer"):
                with gr.Accordion(t("ui.blend.layers"), open=False, elem_id="blend-layers") as layers_side, gr.Row():
                    layers = {
                        layer: gr.Dropdown(
                            style_slots.choices(first, "en"),
                            value="",
                            label=t(label),
                            min_width=130,
                            elem_id=f"blend-{layer}",
                        )
                        for layer, label in zip(LAYERS, ("ui.blend.palette", "ui.blend.texture", "ui.blend.shapes"))
                    }
                with gr.Accordion(t("ui.blend.where"), open=False, elem_id="blend-place") as where_side:
                    where = gr.Radio(_where_choices("en"), value="everywhere", show_label=False, elem_id="blend-where")
                    gr.Markdown(t("ui.blend.where_hint"), elem_classes="hint")
                    with gr.Column(visible=False) as strokes_side:
                        legend = gr.HTML(style_slots.legend(first, "en"), elem_id="blend-legend")
                        editor = gr.ImageEditor(
                            label=t("ui.blend.editor"),
                            image_mode="RGBA",
                            format="png",
                            sources=[],
                            transforms=[],
                            brush=gr.Brush(default_size=60, colors=list(COLOURS), color_mode="fixed"),
                            layers=gr.LayerOptions(allow_additional_layers=False, layers=["Mask"]),
                            elem_id="blend-editor",
                        )
                        softness = gr.Slider(
                            0, 0.2, value=0.02, step=0.01, label=t("ui.softness"), elem_id="blend-softness"
                        )
                balance = gr.Checkbox(False, label=t("ui.blend.balance"), elem_id="blend-balance")
                strength = gr.Slider(0, 1, value=1, step=0.05, label=t("ui.strength"), elem_id="blend-strength")
                with gr.Accordion(t("ui.blend.finish"), open=False, elem_id="blend-finish"):
                    options = in_order(option_controls("blend", PaintOptions.settings()))
            large = LargePanel("blend")
        newest = gr.State({})  # "number": of the last thing asked for; changed in place, while others read it
        inputs = {content, slots, mode, *weights, pad, style_map, *layers.values(), where, editor, softness, newest}
        inputs |= {balance, strength, *options.values()}
        with gr.Column(scale=7, elem_id="blend-work", elem_classes="painting-work"):
            result = before_and_after("blend-result", "painting-result")
            status = gr.Markdown(elem_id="blend-status", elem_classes="hint")
            with gr.Row():
                download = gr.DownloadButton(t("ui.download"), interactive=False, size="md", elem_id="blend-download")
            finer = FinerPanel("blend")
            with gr.Accordion(t("ui.more_tools"), open=False, elem_id="blend-tools", elem_classes="drawer"):
                with gr.Accordion(t("ui.blend.save"), open=False, elem_id="blend-save"):
                    gr.Markdown(t("ui.blend.save_hint"), elem_classes="hint")
                    name = gr.Textbox(
                        label=t("ui.blend.name"),
                        placeholder=t("ui.blend.name_example"),
                        max_length=LONGEST_LABEL,
                        elem_id="blend-name",
                    )
                    with gr.Row():
                        save_button = gr.Button(t("ui.blend.save_button"), size="md", elem_id="blend-save-run")
                        style_download = gr.DownloadButton(
                            t("ui.blend.download_style"),
                            interactive=False,
                            size="md",
                            elem_id="blend-save-download",
                        )
                    saved_note = gr.Markdown(elem_id="blend-save-note", elem_classes="chosen")
                finer.add_settings()
                morph_kind = build_morph_panel(lambda values: on_page(values), inputs)
                with gr.Accordion(t("ui.recipe"), open=False):
                    recipe = gr.JSON(show_label=False, elem_id="blend-recipe")
    for component in (content, upload, download, style_download):
        unread(component)
    unread_editor(editor)
    slot_outputs = [slots, *rows, *pictures, *weights, *layers.values(), pad, legend]
    mode_outputs = [mode, slider_side, pad_side, map_side, add_side, layers_side, where_side]
    mix_outputs = [in_words, related_keys, *related]
    outputs = [result, download, recipe, status]

    # What is lent a GPU is called with plain values: those of the page, by component, stay in this process.
    paint_to, code_of = runtime.gpu(BlendRequest.paint_to), runtime.gpu(BlendRequest.code)

    # What the page says
    def mix(values: dict[Any, Any]) -> list[tuple[Slot, float]]:
        """Return the styles of the mix, and how much of each, as the chosen way to set them says."""
        chosen = values[slots]
        if values[mode] == "map":
            shares = map_weights(map_places, dot_in(values[style_map]))
            return [(slot, share) for slot, share in zip(map_slots, shares) if share > LEAST_SHARE]
        if values[mode] == "pad" and chosen:
            return list(zip(chosen, pad_weights(corners(len(chosen)), dot_in(values[pad]))))
        return list(zip(chosen, (values[weight] for weight in weights)))

    def on_page(values: dict[Any, Any]) -> BlendRequest:
        parts = mix(values)
        of_slots = values[mode] != "map"  # its styles come and go with the dot: none has a layer or a place
        by_key = {slot.key: slot.style for slot, _ in parts} if of_slots else {}
        place = values[where] if of_slots else "everywhere"
        strokes = None
        if place == "painted" and values[editor]:
            strokes = _strokes(tuple(values[editor]["layers"][:1]))
        return BlendRequest(
            content=values[content],
            styles=[(slot.style, weight) for slot, weight in parts],
            strength=float(values[strength]),
            options=options_of(values[control] for control in options.values()),
            balance=values[balance],
            layers={layer: by_key[values[choice]] for layer, choice in layers.items() if values[choice] in by_key},
            where=place,
            strokes=strokes[: len(parts)] if strokes else None,
            softness=values[softness],
        )

    def slots_shown(chosen: Sequence[Slot], amounts: Sequence[float], values: dict[Any, Any], language: str) -> tuple:
        """Return what `slot_outputs` become for these styles with these weights."""
        return style_slots.updates(chosen, amounts, [values[choice] for choice in layers.values()], language)

    def amounts_in(values: dict[Any, Any]) -> list[float]:
        return [values[weight] for weight in weights][: len(values[slots])]

    def mix_shown(parts: Sequence[tuple[Slot, float]], request: BlendRequest, language: str) -> tuple:
        """Return what `mix_outputs` become."""
        words = style_slots.mix_in_words(*zip(*parts), language)
        if runtime.settings().zero_gpu:
            return words, gr.skip(), *(gr.skip() for _ in related)
        keys = style_slots.related(request.code(), [slot.key for slot, _ in parts], NUM_RELATED)
        return words, keys, *(style_slots.bundled(key).title(language) for key in keys)

    # Handlers
    @handler
    def show_first_blend(request: gr.Request) -> tuple[Any, ...]:
        """What a visitor sees before doing anything."""
        language, parts = language_of(request), [(slot, 1.0) for slot in first]
        blend = BlendRequest(None, [(slot.style, weight) for slot, weight in parts])
        mixed = mix_shown(parts, blend, language)
        if runtime.settings().zero_gpu:  # a GPU is lent to those who ask for a painting
            return gr.skip(), gr.skip(), *mixed
        return samples.first_blend(), say("ui.blend.first_picture", language), *mixed

    @handler
    def show_styles(values: dict[Any, Any], request: gr.Request) -> tuple[Any, ...]:
        """Fill pad and map, which lose what they start with while they are hidden."""
        language = language_of(request)
        return (
            *slots_shown(values[slots], amounts_in(values), values, language),
            with_anchors(style_slots.anchors(map_slots, map_places, language)),
        )

    @handler
    def translate_blend(request: gr.Request) -> tuple[Any, ...]:
        """Say in the visitor's language what Gradio cannot translate: captions and choices."""
        language = language_of(request)
        if language == "en":
            return (gr.skip(),) * (4 + len(options))
        return (
            gr.update(value=gallery_items(language)),
            gr.update(choices=_mode_choices(language)),
            gr.update(choices=_where_choices(language)),
            *translated(language),
            gr.update(choices=kind_choices(language)),
        )

    @handler
    def preview_blend(values: dict[Any, Any], request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Show what the settings would make, small and at once; the rest waits for the button."""
        language, started, number = language_of(request), time.monotonic(), next_number(values[newest])
        unmixed, unpainted = (gr.skip(),) * len(mix_outputs), (gr.skip(),) * (len(outputs) - 1)
        try:
            wanted = on_page(values)
            wanted.check()
        except InputError as error:  # said quietly: the visitor is still at it
            yield *unpainted, error.sentence(language), *unmixed
            return
        mixed = mix_shown(mix(values), wanted, language)
        if runtime.settings().zero_gpu:  # a GPU is lent to those who ask for a painting
            yield *unpainted, gr.skip(), *mixed
            return
        before, after = wanted.preview()
        # Something newer was asked for, or the button was faster and its painting must not be replaced.
        if values[newest]["number"] != number or values[newest].get("painted") == wanted:
            yield *unpainted, gr.skip(), *mixed
            return
        values[newest].pop("painted", None)
        with shown(before, after) as files:
            note = say("ui.preview", language, seconds=time.monotonic() - started)
            yield files, gr.update(interactive=False), gr.skip(), note, *mixed

    @handler
    def paint_blend(
        values: dict[Any, Any], request: gr.Request, progress: gr.Progress = gr.Progress()
    ) -> Iterator[tuple[Any, ...]]:
        language, started, wanted = language_of(request), time.monotonic(), on_page(values)
        values[newest]["painted"] = wanted
        next_number(values[newest])
        with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
            for step in paint_to(wanted, Path(folder)):
                if isinstance(step, runtime.Progress):
                    yield (gr.skip(),) * len(outputs)
                    show_progress(progress, step, language)
                    continue
                width, height = step.size
                note = say("ui.painted", language, width=width, height=height, seconds=time.monotonic() - started)
                if step.had_credentials:
                    note += " " + say("ui.credentials_dropped", language)
                # By the time the next value is asked for, the files have been copied to the app's cache.
                yield painting_shown(step.before, step.after, step.download, step.recipe, note)

    @handler
    def add_from_gallery(values: dict[Any, Any], request: gr.Request, event: gr.SelectData) -> tuple[Any, ...]:
        slot = style_slots.bundled(gallery_keys[event.index])
        chosen = style_slots.with_added(values[slots], slot)
        return *slots_shown(chosen, [*amounts_in(values), 1], values, language_of(request)), _NOTHING_SELECTED

    @handler
    def add_uploads(values: dict[Any, Any], request: gr.Request) -> tuple[Any, ...]:
        """Add all files that are styles; say what is wrong with the others."""
        chosen, errors = values[slots], []
        for path in values[upload] or ():
            try:
                chosen = style_slots.with_added(chosen, style_slots.uploaded(path))
            except InputError as error:
                errors.append(error)
        if len(chosen) == len(values[slots]):
            raise errors[0]
        for error in {error.sentence(): error for error in errors}.values():
            tell(error, request)
        added = [1] * (len(chosen) - len(values[slots]))
        return slots_shown(chosen, [*amounts_in(values), *added], values, language_of(request))

    @handler
    def add_fitted(values: dict[Any, Any], request: gr.Request) -> tuple[Any, ...]:
        """Add the style that was fitted in the Transfer tab, and open this one."""
        code = values[fitting.style]
        chosen, amounts = style_slots.with_added(values[slots], style_slots.of_code(code)), [*amounts_in(values), 1]
        return *slots_shown(chosen, amounts, values, language_of(request)), gr.update(selected="blend")

    def remover(number: int) -> Any:
        @handler
        def remove(values: dict[Any, Any], request: gr.Request) -> tuple[Any, ...]:
            chosen, amounts = list(values[slots]), amounts_in(values)
            del chosen[number : number + 1], amounts[number : number + 1]
            return slots_shown(chosen, amounts, values, language_of(request))

        return remove

    def adder_of_related(number: int) -> Any:
        @handler
        def add_related(values: dict[Any, Any], request: gr.Request) -> tuple[Any, ...]:
            """Add a related style; on the map, go half the way to it."""
            key = values[related_keys][number]
            if values[mode] == "map":
                dot = zip(dot_in(values[style_map]), style_slots.map_points()[key])
                return *((gr.skip(),) * len(slot_outputs)), with_dot([(a + b) / 2 for a, b in dot])
            chosen = style_slots.with_added(values[slots], style_slots.bundled(key))
            return *slots_shown(chosen, [*amounts_in(values), 1], values, language_of(request)), gr.skip()

        return add_related

    @handler
    def show_mode(values: dict[Any, Any], request: gr.Request) -> tuple[Any, ...]:
        """Show one way of setting the mix, from where the last one left it."""
        places = corners(len(values[slots])) if values[slots] else []
        return *_mode_updates(values[mode])[1:], with_dot(style_slots.dot_for(amounts_in(values), places))

    @handler
    def take_from_map(values: dict[Any, Any], request: gr.Request) -> tuple[Any, ...]:
        parts = sorted(mix(values), key=lambda part: -part[1])
        most = parts[0][1]
        chosen, amounts = zip(*((slot, round(share / most, 2)) for slot, share in parts))
        return *slots_shown(chosen, amounts, values, language_of(request)), *_mode_updates("sliders")

    @handler
    def follow_pad(values: dict[Any, Any], request: gr.Request) -> tuple[Any, ...]:
        """Let the weights say what the pad says, the greatest being 1."""
        shares = [share for _, share in mix(values)] or [1]
        amounts = [round(share / max(shares), 2) for share in shares]
        return *amounts, *(gr.skip() for _ in weights[len(amounts) :])

    @handler
    def show_place(values: dict[Any, Any], request: gr.Request) -> tuple[Any, Any]:
        """Show the picture to paint places on, where they are painted."""
        if values[where] != "painted":
            return gr.update(visible=False), gr.skip()
        picture = values[content] and fit(load_image(values[content]), PREVIEW_SIDE)
        background = {"background": picture, "layers": [], "composite": None} if picture else None
        return gr.update(visible=True), background

    @handler
    def save_mix(values: dict[Any, Any], request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Write the mix to a file, and put it among the styles; the picture stays as it is."""
        language, code = language_of(request), code_of(on_page(values))
        label = "".join(letter for letter in values[name] or "" if letter.isprintable()).strip()
        code = replace(code, label=(label or code.label)[:LONGEST_LABEL])
        shown_slots, note = (gr.skip(),) * len(slot_outputs), "ui.blend.saved_only"
        if values[mode] != "map" and len(values[slots]) < MOST_STYLES:
            chosen = style_slots.with_added(values[slots], style_slots.of_code(code))
            shown_slots, note = slots_shown(chosen, [*amounts_in(values), 0], values, language), "ui.blend.saved"
        with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
            path = Path(folder) / (safe_name(code.label) + SUFFIX)
            save_style(code, path)
            said = say(note, language, name=style_slots.plain(code.label))
            yield gr.update(value=str(path), interactive=True), said, *shown_slots

    # Wiring
    page = gr.context.Context.root_block
    quiet = {"api_visibility": "private", "show_progress": "hidden"}
    page.load(show_first_blend, None, [result, status, *mix_outputs], **quiet)
    page.load(show_styles, inputs, [*slot_outputs, style_map], **quiet)
    page.load(translate_blend, None, [gallery, mode, where, *options.values(), morph_kind], **quiet)
    changes = [
        gallery.select(add_from_gallery, inputs, [*slot_outputs, gallery], **quiet),
        upload.upload(add_uploads, inputs | {upload}, slot_outputs, api_visibility="private"),
        *(button.click(remover(number), inputs, slot_outputs, **quiet) for number, button in enumerate(removes)),
        *(
            button.click(adder_of_related(number), inputs | {related_keys}, [*slot_outputs, style_map], **quiet)
            for number, button in enumerate(related)
        ),
        take_map.click(take_from_map, inputs, [*slot_outputs, *mode_outputs], **quiet),
        mode.input(show_mode, inputs, [*mode_outputs[1:], pad], **quiet),
        content.upload(check_blend_content, [content], [content], api_visibility="private"),
    ]
    changes[-1].failure(lambda: None, None, [content], queue=False, **quiet)
    if fitting is not None:
        added = fitting.to_blend.click(add_fitted, inputs | {fitting.style}, [*slot_outputs, tabs], **quiet)
        changes.append(added)
    changes[0].failure(lambda: _NOTHING_SELECTED, None, [gallery], queue=False, **quiet)
    pad.release(follow_pad, inputs, weights, **quiet)
    where.input(show_place, inputs, [strokes_side, editor], **quiet)
    content.change(show_place, inputs, [strokes_side, editor], **quiet)
    live = [*weights, pad, style_map, *layers.values(), where, softness, balance, strength]
    live += [control for name, control in options.items() if name != "size"]  # a preview has its own
    for changed in (*(change.success for change in changes), *(each.input for each in live), editor.input):
        changed(
            preview_blend,
            inputs,
            [*outputs, *mix_outputs],
            trigger_mode="always_last",
            concurrency_id="preview",
            concurrency_limit=2,
            **quiet,
        )
    save_button.click(save_mix, inputs | {name}, [style_download, saved_note, *slot_outputs], **quiet)
    run = paint_button.click(
        paint_blend,
        inputs,
        outputs,
        api_visibility="private",
        show_progress_on=result,
        concurrency_id="device",
        concurrency_limit=1,
    )
    stop_button.click(say_stopped, None, [status], cancels=[run], api_visibility="private", queue=False)
    of_mix = [content, slots, mode, *weights, pad, style_map, strength]

    def large_pictures(*seen: Any) -> Pictures:
        values = dict(zip(of_mix, seen))
        parts = [(slot.style, weight) for slot, weight in mix(values) if weight > 0]  # there is no less than nothing
        return values[content], [style for style, _ in parts], [weight for _, weight in parts], values[strength]

    large.wire(
        of_mix,
        large_pictures,
        outputs,
        painting_shown,
    )
    finer.wire(inputs - {newest}, on_page, newest, outputs, painting_shown)
    add_blend_endpoint()


@handler
def check_blend_content(path: str, request: gr.Request) -> Any:
    """Refuse a bad picture as soon as it is there, and show one that browsers cannot."""
    return accepted(path)


def painting_shown(before: str, after: str, download: str, recipe: dict[str, Any], note: str) -> tuple[Any, ...]:
    """Return what `outputs` become when there is a painting."""
    return (before, after), gr.update(value=download, interactive=True), recipe, note


@handler
def say_stopped(request: gr.Request) -> str:
    return say("ui.stopped", language_of(request))


_NOTHING_SELECTED = gr.update(selected_index=-1)  # None would leave the old one selected


def _mode_updates(mode: str) -> tuple[Any, ...]:
    """Return the mode, and what is to be seen in it: on the map the styles come and go with the dot."""
    return (
        mode,
        *(gr.update(visible=mode == each) for each in MODES),
        *(gr.update(visible=mode != "map") for _ in ("add", "layers", "where")),
    )


@functools.lru_cache(maxsize=8)
def _strokes(layers: tuple[str, ...]) -> list[Image.Image] | None:
    """Return a mask for each colour; the paths contain a hash of the strokes."""
    return masks_by_colour(layers, COLOURS)


def _mode_choices(language: str) -> list[tuple[str, str]]:
    return [(say(f"ui.blend.{mode}", language), mode) for mode in MODES]


def _where_choices(language: str) -> list[tuple[str, str]]:
    return [(say(f"ui.blend.where.{where}", language), where) for where in WHERE]
