"""The panel of the Transfer tab that paints a film in the style, and at the strength, that the tab stands at."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from deepart import runtime
from deepart.options import FilmOptions
from deepart.tasks.films import ENDINGS
from deepart.text import say
from deepart.ui.controls import options_of, segmented
from deepart.ui.events import QUIET, handler, language_of, stoppable, translations as t, unread
from deepart.ui.finer import PATIENT
from deepart.ui.restore.html import progress
from deepart.ui.transfer.film_endpoint import KINDS, FilmRequest, film_to
from deepart.ui.transfer.request import style_in_use
from deepart.ui.widgets.film_shown import FilmShown


def build_film_panel(
    chosen: gr.State, own_style: gr.Image, strength: gr.Slider, options: Mapping[str, Component]
) -> None:
    """Add the panel to the surrounding column; the components are those of the tab, which it reads."""
    with gr.Accordion(t("ui.film"), open=False, elem_id="film"):
        gr.Markdown(t("ui.film_hint"), elem_classes="hint")
        source = unread(
            gr.File(
                label=t("ui.film_file"), file_types=list(ENDINGS), height=140, elem_id="film-file", elem_classes="files"
            )
        )
        kind = segmented([(kind.upper(), kind) for kind in KINDS], "mp4", "ui.film_kind", "film-kind")
        with gr.Row():
            paint_button = gr.Button(t("ui.film_paint"), size="md", elem_id="film-run")
            stop_button = gr.Button(t("ui.stop"), size="md", elem_id="film-stop")
        bar = gr.HTML(elem_id="film-progress")
        shown = FilmShown("film", t("ui.film_result"))
    paint_to = runtime.gpu(film_to, seconds=180)

    @handler
    def paint_film(
        path: str | None,
        kind: str,
        chosen: Any,
        own_style: str | None,
        strength: float,
        request: gr.Request,
        *values: Any,
    ) -> Iterator[tuple[Any, ...]]:
        language = language_of(request)
        finish = options_of(values)
        options = FilmOptions(strength=strength, colour=finish.colour, contrast=finish.contrast)
        wanted = FilmRequest(path, style_in_use(chosen, own_style), kind, options)
        with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
            for step in paint_to(Path(folder), wanted):
                if isinstance(step, runtime.Progress):
                    note = f"{say(step.note, language)}: {step.done} / {step.total}"
                    yield (*shown.unchanged, progress(step.done / max(step.total, 1), note))
                else:
                    yield (*shown.showing(step), "")

    inputs = [source, kind, chosen, own_style, strength, *options.values()]
    run = paint_button.click(paint_film, inputs, [*shown.outputs, bar], **PATIENT, **QUIET)
    stoppable([run], stop_button, bar)
