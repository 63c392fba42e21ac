"""The panel of the Blend tab that paints a picture on its way from style to style."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from deepart import runtime
from deepart.errors import InputError
from deepart.images import save_png
from deepart.options import MorphOptions
from deepart.recipes import chunks
from deepart.tasks.paint.morph import FPS, morph_steps, strip_steps
from deepart.text import say
from deepart.ui.blend.request import BlendRequest
from deepart.ui.events import ON_DEVICE, handler, language_of, named_choices, stoppable, translations as t, unread
from deepart.ui.transfer.batch_panel import result_sheet

KINDS = ("strip", "mp4", "gif")
SIDES = {"mp4": 512, "gif": 400}
"""Longer side in pixels; a GIF is heavier."""
CELLS_BETWEEN = 2
HOLD = 0.25
"""Seconds for which each style stands still."""


def build_morph_panel(read: Callable[[dict[Any, Any]], BlendRequest], inputs: set[Component]) -> gr.Radio:
    """Add the panel to the surrounding column.

    Args:
        read: says what the page asks for.
        inputs: the components that it reads.

    Returns:
        The choice of the kind, for translating it.
    """
    with gr.Accordion(t("ui.blend.morph"), open=False, elem_id="blend-morph"):
        gr.Markdown(t("ui.blend.morph_hint"), elem_classes="hint")
        kind = gr.Radio(
            named_choices("ui.blend.morph", KINDS, "en"), value="strip", show_label=False, elem_id="morph-kind"
        )
        seconds = gr.Slider(
            0.5, 4, value=1.5, step=0.5, label=t("ui.blend.seconds"), visible=False, elem_id="morph-seconds"
        )
        with gr.Row():
            make_button = gr.Button(t("ui.blend.make"), size="md", elem_id="morph-run")
            stop_button = gr.Button(t("ui.stop"), size="md", elem_id="morph-stop")
        picture = result_sheet(t("ui.blend.morph_result"), "morph-picture")
        video = gr.Video(
            label=t("ui.blend.morph_result"),
            format=None,
            interactive=False,
            autoplay=True,
            loop=True,
            buttons=[],
            visible=False,
            elem_id="morph-video",
        )
        waiting = gr.Markdown(elem_id="morph-status", elem_classes="hint")
        download = gr.DownloadButton(
            t("ui.blend.morph_download"), interactive=False, size="md", elem_id="morph-download"
        )
    unread(download)
    paint_to = runtime.gpu(morph_to)  # called with plain values: those of the page stay in this process
    outputs = [picture, video, download, waiting]

    @handler
    def make_morph(values: dict[Any, Any], request: gr.Request) -> Iterator[tuple[Any, ...]]:
        language, chosen = language_of(request), values[kind]
        with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
            path = Path(folder) / ("deepart-morph.png" if chosen == "strip" else f"deepart-morph.{chosen}")
            for step in paint_to(path, read(values), chosen, values[seconds]):
                note = f"{say(step.note, language)}: {step.done} / {step.total}"
                yield gr.skip(), gr.skip(), gr.skip(), note
            is_video, shown = chosen == "mp4", gr.update(value=str(path), visible=True)
            hidden = gr.update(value=None, visible=False)
            yield (
                hidden if is_video else shown,
                shown if is_video else hidden,
                gr.update(value=str(path), interactive=True),
                "",
            )

    @handler
    def show_seconds(kind: str, request: gr.Request) -> Any:
        return gr.update(visible=kind != "strip")

    kind.input(show_seconds, [kind], [seconds], api_visibility="private", show_progress="hidden")
    run = make_button.click(make_morph, inputs | {kind, seconds}, outputs, **ON_DEVICE)
    stoppable([run], stop_button, waiting)
    return kind


def morph_to(path: Path, wanted: BlendRequest, kind: str, seconds: float) -> Iterator[runtime.Progress]:
    """Write the way through the styles of a mix to a file, one after the other, whatever their weights.

    Raises:
        InputError: there is no picture, or see `morph_steps`.
    """
    if wanted.content is None:
        raise InputError("content.missing")
    if kind not in KINDS:
        raise InputError("setting.choice", name="kind", choices=", ".join(KINDS))
    styles = [style for style, _ in wanted.styles]
    if kind == "strip":
        cells = 1 + max(1, len(styles) - 1) * (1 + CELLS_BETWEEN)
        strip = yield from strip_steps(wanted.content, styles, cells, options=wanted.options, strength=wanted.strength)
        save_png(strip, path, text=chunks(strip))
        return
    frames = min(round(FPS * seconds), MorphOptions.settings()["frames_between"].high)
    film = MorphOptions(frames, round(FPS * HOLD), wanted.strength)
    yield from morph_steps(wanted.content, styles, film, side=SIDES[kind], options=wanted.options, out=path)
