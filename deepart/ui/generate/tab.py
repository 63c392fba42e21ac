"""The Generate tab: a wall of new pictures, one of them large, and the tools that change it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import gradio as gr

from deepart.options import MOST_SEED, MOST_TRUNCATION, GenerateOptions
from deepart.tasks.generate.genome import ANY_STYLE
from deepart.tasks.generate.subjects import ANY_GENRE
from deepart.ui.controls import option_controls, segmented
from deepart.ui.events import translations as t, unread
from deepart.ui.generate import request as request_of, steering_panel as steered
from deepart.ui.generate.breeding_panel import build_cross_panel, build_evolution_panel
from deepart.ui.generate.endpoint import add_generate_endpoint
from deepart.ui.generate.handlers import (
    close_pad,
    finish,
    first_wall,
    follow_map,
    follow_pad,
    go_back,
    hang_new,
    hang_of_model,
    hang_seed,
    hang_started,
    keep_picture,
    like,
    open_file,
    open_map,
    open_pad,
    painter,
    reset_controls,
    show_editor,
    show_pad,
    steer,
    translate_generate,
    wall_handlers,
)
from deepart.ui.generate.hub_panel import build_hub_generator_panel
from deepart.ui.generate.projection_panel import build_projection_panel
from deepart.ui.generate.region_panel import build_region_panel
from deepart.ui.generate.request import COUNTS, FILMS
from deepart.ui.generate.studio import Studio
from deepart.ui.generate.walk_panel import build_walk_panel
from deepart.ui.large.panel import LargePanel
from deepart.ui.made import made_panel
from deepart.ui.rooms import Room
from deepart.ui.widgets.picture_wall import picture_wall


def build_generate_tab(tab: gr.Tab) -> Room:
    """Add the tab's components and their events to `tab`, which surrounds them, and return it."""

    # Layout
    studio = gr.State(Studio())
    wall = picture_wall(elem_id="generate-wall", render=False)  # which panels that stand before it ask
    count = segmented(
        [(str(number), number) for number in COUNTS],
        8,
        "ui.generate.count",
        "generate-count",
        info=t("ui.generate.count_info"),
        min_width=200,
        render=False,  # likewise
    )
    with gr.Row(elem_classes="painting-columns"):
        with gr.Column(scale=5, elem_id="generate-settings"):
            left = _settings_side(count, studio, wall)
        with gr.Column(scale=7, elem_id="generate-work", elem_classes="painting-work"):
            right = _result_side()
    for component in (left.file, right.download):
        unread(component)
    panel = steered.SteeringPanel(
        left.cross.share,
        left.cross.levels,
        left.picture_style,
        left.picture_variety,
        tuple(left.sliders),
        tuple(left.rows),
        left.direction_side,
        left.cross.partner_side,
        left.cross.levels_side,
    )

    painter()  # a GPU that is lent has to be asked for before the app starts

    # What handlers share

    looked_at = [right.easel, right.note, right.keep, right.back]
    picked_outputs = [*looked_at, *panel.outputs]
    wall_outputs = [right.bar, wall, *picked_outputs]
    finished_outputs = [right.bar, right.easel, right.download, right.recipe, right.original, left.evolution.ancestors]
    of_wall = wall_handlers(len(picked_outputs))

    # Wiring
    page = gr.context.Context.root_block
    quiet = {"api_visibility": "private", "show_progress": "hidden"}
    on_device = {"concurrency_id": "device", "concurrency_limit": 1, **quiet}
    live = {"trigger_mode": "always_last", "concurrency_id": "preview", "concurrency_limit": 2, **quiet}
    page.load(
        translate_generate,
        None,
        [left.style, left.genre, left.finish, right.look, left.film.easing, left.cross.levels, left.way, left.model],
        **quiet,
    )
    settings = [left.style, left.genre, left.variety, left.finish, count]
    new_outputs = [left.seed, left.style, right.bar, left.found]
    asked = dict(zip(("seed", "style", "genre", "truncation", "finish", "count"), (left.seed, *settings)))
    new_walls = [
        tab.select(first_wall(asked), [studio, *settings], new_outputs, **on_device),
        left.new_button.click(hang_new, [studio, *settings], new_outputs, **on_device),
        left.own.start.click(
            hang_started, [studio, left.own.picture, left.own.freedom, *settings], new_outputs, **on_device
        ),
        *(
            asked(hang_seed, [studio, left.seed, *settings], new_outputs, trigger_mode="always_last", **on_device)
            for asked in (
                left.seed_button.click,
                left.seed.submit,
                left.style.input,
                left.genre.input,
                left.variety.release,
                left.finish.input,
                count.input,
            )
        ),
        left.remodelled.success(hang_of_model, [studio, left.variety, left.finish, count], new_outputs, **on_device),
    ]
    opened = left.file.upload(
        open_file,
        [studio, left.file],
        [left.style, left.variety, left.seed, *left.film.settings],
        trigger_mode="always_last",
        **on_device,
    )
    undone = right.back.click(go_back, [studio], None, **quiet)
    shown = [
        event.success(of_wall.show_wall, [studio], wall_outputs, trigger_mode="always_last", **on_device)
        for event in (*new_walls, *left.evolution.hung, left.repainted, left.own.projected, opened, undone)
    ]
    for event in (*left.evolution.hung, left.repainted, left.own.projected, opened, undone):
        # At once: the wall waits in the line for the device, often behind what is done to the picture before.
        event.success(of_wall.show_picked, [studio], picked_outputs, **live)
    picked = [
        wall.select(of_wall.pick, [studio, wall], picked_outputs, **live),
        *(
            event.success(of_wall.show_picked, [studio], picked_outputs, **live)
            for event in (left.evolution.returned, left.cross.chosen)
        ),
    ]
    wall.like(like, [studio, wall], [left.pad], **live)
    changed = [
        *(control.input(steer, [studio, *panel.controls], looked_at, **live) for control in panel.controls),
        left.pad.input(follow_pad, [studio, left.pad], looked_at, **live),
        left.mood_map.input(follow_map, [studio, left.mood_map, left.variety], looked_at, **live),
    ]
    for moved in (left.pad, left.mood_map):
        moved.release(reset_controls, [studio], panel.outputs, **live)
    kept = right.keep.click(keep_picture, [studio, wall], [wall, right.keep, right.back, *panel.outputs], **quiet)
    finishing = {"fn": finish, "inputs": [studio, right.upscale, right.look], "outputs": finished_outputs}
    finishing |= {"trigger_mode": "always_last", **on_device}
    finishes = [event.success(**finishing) for event in (*shown, *picked, *changed, kept)]
    finishes += [choice.input(**finishing) for choice in (right.upscale, right.look)]
    for finished in finishes:
        finished.success(show_editor, [studio], [left.region], **quiet)
    _wire_result(finishes, left, new_walls, on_device, quiet, right, shown, studio)
    return Room(left.own.picture, right.download, right.senders, drawers=(left.steer_side, left.own.side))


def _wire_result(
    finishes: list[Any],
    left: SimpleNamespace,
    new_walls: list[Any],
    on_device: dict[str, Any],
    quiet: dict[str, Any],
    right: SimpleNamespace,
    shown: list[Any],
    studio: gr.State,
) -> None:
    """Wire the pads, the buttons of the result, and large models."""
    for event in shown:
        event.success(show_pad, [studio], [left.pad], **quiet)
    left.pad_side.expand(open_pad, [studio], [left.pad], **quiet)
    left.pad_side.collapse(close_pad, [studio], None, **quiet)
    left.map_side.expand(open_map, None, [left.mood_map, left.map_axes], **on_device)
    for event in (*new_walls, *shown, *finishes):
        event.failure(lambda: "", None, [right.bar], queue=False, **quiet)
    left.stop_button.click(lambda: "", None, [right.bar], cancels=[*new_walls, *shown, *finishes], queue=False, **quiet)
    left.large.wire(
        [],
        lambda: (None, (), None, 1.0),
        [right.easel, right.note, right.download, right.recipe, right.original],
        lambda before, after, download, recipe, note: (
            after,
            note,
            gr.update(value=download, interactive=True),
            recipe,
            "",
        ),
    )
    add_generate_endpoint()


def _settings_side(count: gr.Radio, studio: gr.State, wall: gr.HTML) -> SimpleNamespace:
    """Add what to paint, the wall, and the tools that change a picture, and return the components."""
    with gr.Column(elem_id="generate-new"):
        with gr.Row(elem_id="generate-what"):
            style = gr.Dropdown(
                steered.first_style_choices(),
                value=ANY_STYLE,
                label=t("ui.generate.style"),
                min_width=140,
                elem_id="generate-style",
            )
            genre = gr.Dropdown(
                request_of.genre_choices("en"),
                value=ANY_GENRE,
                label=t("ui.generate.genre"),
                min_width=140,
                elem_id="generate-genre",
            )
        with gr.Row(elem_id="generate-start"):
            new_button = gr.Button(
                t("ui.generate.new"),
                variant="primary",
                min_width=140,
                scale=3,
                elem_id="generate-run",
                elem_classes="starts-painting",
            )
            stop_button = gr.Button(t("ui.stop"), min_width=70, scale=1, elem_id="generate-stop")
    wall.render()
    found = gr.Markdown(elem_id="generate-found", elem_classes="hint")
    large = LargePanel("generate")
    steer_side = gr.Accordion(t("ui.generate.steer"), open=False, elem_id="generate-steer", elem_classes="drawer")
    with steer_side:
        own = build_projection_panel(studio)
        picture_style = gr.Dropdown(
            steered.first_style_choices(),
            value=ANY_STYLE,
            label=t("ui.generate.picture_style"),
            elem_id="generate-picture-style",
        )
        picture_variety = gr.Slider(
            0,
            MOST_TRUNCATION,
            value=1,
            step=0.05,
            label=t("ui.generate.picture_variety"),
            elem_id="generate-picture-variety",
        )
        direction_side, sliders, rows = steered.build_direction_sliders()
        cross = build_cross_panel(studio)
        evolution = build_evolution_panel(studio, count, wall)
        pad_side, pad, map_side, mood_map, map_axes = steered.build_pads()
        region, way, repainted = build_region_panel(studio, count)
    film = build_walk_panel(studio, wall)
    with gr.Accordion(t("ui.generate.expert"), open=False, elem_id="generate-expert", elem_classes="drawer"):
        variety = gr.Slider(
            0,
            MOST_TRUNCATION,
            value=1,
            step=0.05,
            label=t("ui.generate.variety"),
            info=t("ui.generate.variety_info"),
            elem_id="generate-variety",
        )
        finish_facts = {"min_width": 150, "elem_classes": "segmented"}
        finish = option_controls("generate", ["finish"], GenerateOptions, **finish_facts)["finish"]
        with gr.Row():
            seed = gr.Number(
                None,
                label=t("ui.generate.seed"),
                precision=0,
                minimum=0,
                maximum=MOST_SEED,
                min_width=110,
                elem_id="generate-seed",
            )
            count.render()
        seed_button = gr.Button(
            t("ui.generate.paint_seed"),
            min_width=120,
            scale=2,
            elem_id="generate-seed-run",
            elem_classes="starts-painting",
        )
        with gr.Accordion(t("ui.generate.open"), open=False, elem_id="generate-open"):
            file = gr.File(
                label=t("ui.generate.open_file"),
                file_types=[".png", *FILMS],
                type="filepath",
                height=130,
                elem_id="generate-file",
                elem_classes="files",
            )
        model, remodelled = build_hub_generator_panel(studio)
    return SimpleNamespace(**locals())


def _result_side() -> SimpleNamespace:
    """Add the picture, and what can be done with it, and return the components."""
    bar = gr.HTML(elem_id="generate-progress")
    easel = gr.Image(
        show_label=False,
        type="filepath",
        format="png",
        interactive=False,
        height=470,
        buttons=["fullscreen"],
        elem_id="generate-easel",
        elem_classes="painting-result",
    )
    note = gr.Markdown(elem_id="generate-note", elem_classes="hint")
    with gr.Row(elem_id="generate-actions"):
        download = gr.DownloadButton(
            t("ui.download"), interactive=False, size="md", min_width=110, elem_id="generate-download"
        )
        hidden = {"size": "md", "visible": False}  # until they do something
        keep = gr.Button(t("ui.generate.keep"), min_width=110, elem_id="generate-keep", **hidden)
        back = gr.Button(t("ui.generate.back"), min_width=90, elem_id="generate-back", **hidden)
    with gr.Accordion(t("ui.generate.go_on"), open=False, elem_id="generate-go-on", elem_classes="drawer"):
        senders = gr.Row(elem_id="generate-send", elem_classes="senders")
        with gr.Row(elem_classes="generate-sizes"):
            finishing = {"min_width": 150, "elem_classes": "segmented"}
            upscale = option_controls("generate", ["upscale"], GenerateOptions, value=4, **finishing)["upscale"]
            # There is no truth that faithfulness would be kept to.
            look = option_controls("generate", ["look"], GenerateOptions, value="crisp", **finishing)["look"]
    original = gr.HTML(elem_id="generate-original")
    with gr.Accordion(t("ui.recipe"), open=False):
        recipe = made_panel("generate-recipe")
    gr.Markdown(t("ui.generate.caution"), elem_classes="hint")
    return SimpleNamespace(**locals())
