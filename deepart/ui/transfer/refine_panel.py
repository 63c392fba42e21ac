"""The panel of the Transfer tab for those with patience: the painting worked over, step by step."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component
from PIL import Image

from deepart import runtime
from deepart.errors import InputError
from deepart.images import fit, load_image
from deepart.tasks.paint.engine import PREVIEW_SIDE
from deepart.tasks.paint.refine import refine_steps
from deepart.text import say
from deepart.ui.events import handler, language_of, show_progress
from deepart.ui.events import translations as t
from deepart.ui.paintings import shown, write_painting

FILE_NAME = "deepart-refined.png"


def build_refine_panel(
    content: gr.Image, own_style: gr.Image, size: gr.Dropdown, result: gr.ImageSlider, outputs: Sequence[Component]
) -> None:
    """Add the panel to the surrounding column.

    Args:
        content: the picture of the tab.
        own_style: the style that the visitor added.
        size: of the painting.
        result: where its progress is shown.
        outputs: before and after, download, the button to go on from it, recipe, status.
    """
    with gr.Accordion(t("ui.refine"), open=False, elem_id="refine"):
        gr.Markdown(t("ui.refine_hint"), elem_classes="hint")
        alpha = gr.Slider(0, 5, value=1, step=0.1, label=t("ui.refine_alpha"), elem_id="refine-alpha")
        beta = gr.Slider(0, 10, value=2, step=0.1, label=t("ui.refine_beta"), elem_id="refine-beta")
        iterations = gr.Slider(10, 300, value=80, step=10, label=t("ui.refine_steps"), elem_id="refine-steps")
        with gr.Row():
            start = gr.Button(t("ui.refine_run"), size="md", elem_id="refine-run", elem_classes="starts-painting")
            stop = gr.Button(t("ui.stop"), size="md", elem_id="refine-stop")

    @handler
    def refine_painting(
        content: str | None,
        own_style: str | None,
        size: int,
        alpha: float,
        beta: float,
        iterations: int,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),
    ) -> Iterator[tuple[Any, ...]]:
        language, started = language_of(request), time.monotonic()
        if content is None:
            raise InputError("content.missing")
        if own_style is None:
            raise InputError("refine.needs_picture")
        nothing = (gr.skip(),) * len(outputs)
        plain = fit(load_image(content), PREVIEW_SIDE)
        steps = refine_steps(content, own_style, alpha=alpha, beta=beta, iterations=iterations, size=int(size) or None)
        with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
            try:
                while True:
                    step = next(steps)
                    if step.preview is None:
                        yield nothing
                    else:
                        preview = load_image(step.preview).resize(plain.size, Image.Resampling.LANCZOS)
                        with shown(plain, preview) as pictures:
                            yield pictures, *nothing[1:]
                    show_progress(progress, step, language)
            except StopIteration as end:
                painted = end.value
            finally:
                steps.close()
            written = write_painting(painted, content, int(size), Path(folder), FILE_NAME)
            width, height = written.size
            yield (
                (written.before, written.after),
                gr.update(value=written.download, interactive=True),
                gr.update(interactive=True),
                written.recipe,
                say("ui.painted", language, width=width, height=height, seconds=time.monotonic() - started),
            )

    run = start.click(
        runtime.gpu(refine_painting),
        [content, own_style, size, alpha, beta, iterations],
        outputs,
        api_visibility="private",
        show_progress_on=result,
        concurrency_id="device",
        concurrency_limit=1,
    )
    stop.click(None, cancels=[run], api_visibility="private", queue=False)
