"""The panel of the Generate tab for a visitor's own picture: a start, or what is looked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from deepart import runtime
from deepart.errors import InputError
from deepart.options import GenerateOptions
from deepart.tasks.generate.generate import ArtGenerator
from deepart.tasks.generate.projection import Projection, project_steps
from deepart.text import say
from deepart.ui.controls import option_controls
from deepart.ui.events import ON_DEVICE, handler, language_of, stoppable, translations as t, unread
from deepart.ui.generate.studio import MOST_ON_WALL, Studio
from deepart.ui.paintings import shown
from deepart.ui.pictures import checked, picture_upload
from deepart.ui.restore.html import progress


@dataclass(frozen=True, slots=True)
class OwnPanel:
    """What the tab needs of the panel."""

    side: gr.Accordion
    picture: gr.Image
    freedom: gr.Slider
    start: gr.Button
    """Paints from the picture."""
    projected: gr.events.Dependency
    """The picture that was looked for hangs on the wall."""


def build_projection_panel(studio: gr.State) -> OwnPanel:
    """Add the panel to the surrounding column."""
    with gr.Accordion(t("ui.generate.own"), open=False, elem_id="generate-own") as side:
        gr.Markdown(t("ui.generate.own_hint"), elem_classes="hint")
        own = picture_upload(t("ui.generate.own_picture"), "generate-own-picture", height=220)
        freedom = option_controls("generate", ["freedom"], GenerateOptions)["freedom"]
        start = gr.Button(
            t("ui.generate.paint_own"), size="md", elem_id="generate-own-start", elem_classes="starts-painting"
        )
        with gr.Row():
            find_button = gr.Button(t("ui.generate.find"), size="md", elem_id="generate-own-run")
            stop_button = gr.Button(t("ui.stop"), size="md", elem_id="generate-own-stop")
        bar = gr.HTML(elem_id="generate-own-progress")
        with gr.Column(visible=False) as found_side:
            found = gr.ImageSlider(
                label=t("ui.generate.own_found"),
                type="filepath",
                format="png",
                interactive=False,
                buttons=[],
                elem_id="generate-own-found",
                elem_classes="labelled-picture",
            )
    unread(own)
    search = runtime.gpu(found_in)

    @handler
    def find_own(studio: Studio, path: str | None, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        if path is None:
            raise InputError("generate.no_own_picture")
        language = language_of(request)
        for step in search(studio.checkpoint, path):
            if not isinstance(step, Projection):
                told = progress(step.done / max(step.total, 1), say(step.note, language))
                yield told, gr.skip(), gr.skip()
                continue
            studio.hang([step.genome, *studio.wall[: MOST_ON_WALL - 1]])
            note = say("ui.generate.likeness", language, percent=f"{100 * step.likeness:.0f}")
            with shown(step.target, step.picture) as pictures:
                yield f'<p class="note">{escape(note)}</p>', gr.update(visible=True), pictures

    run = find_button.click(find_own, [studio, own], [bar, found_side, found], **ON_DEVICE)
    checked(own)
    stoppable([run], stop_button, bar)
    return OwnPanel(side, own, freedom, start, run)


def found_in(checkpoint: str, path: str) -> Iterator[runtime.Progress | Projection]:
    """Yield the progress of the search, and last what was found.

    Raises:
        InputError: the picture cannot be read.
        WeightsError: a checkpoint is missing or out of reach.
    """
    yield (yield from project_steps(ArtGenerator(checkpoint), path))
