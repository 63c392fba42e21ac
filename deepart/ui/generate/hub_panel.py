"""The panel of the Generate tab with what others have trained: generators and diffusion pipelines of the Hub."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from deepart import runtime
from deepart.images import save_png
from deepart.recipes import chunks
from deepart.tasks.generate.generate import DEFAULT_CHECKPOINT
from deepart.tasks.hub.diffusion import diffuse_steps
from deepart.tasks.hub.generators import HUB_GENERATORS
from deepart.tasks.hub.pipeline_table import CHOICES
from deepart.text import say
from deepart.ui.classify.request import any_repository
from deepart.ui.events import ON_DEVICE, handler, language_of, stoppable, translations as t
from deepart.ui.generate import html, request as request_of
from deepart.ui.generate.studio import Studio
from deepart.ui.restore.html import progress

MOST_DIFFUSED = 4


def build_hub_generator_panel(studio: gr.State) -> tuple[gr.Dropdown, gr.events.Dependency]:
    """Add the panel to the surrounding column; return the choice, and the event of another generator."""
    with gr.Accordion(t("ui.generate.hub"), open=False, elem_id="generate-hub"):
        gr.Markdown(t("ui.generate.hub_hint"), elem_classes="hint")
        model = gr.Dropdown(
            request_of.model_choices("en"),
            value=DEFAULT_CHECKPOINT,
            label=t("ui.generate.model"),
            elem_id="generate-model",
        )
        note = gr.HTML(elem_id="generate-licence")
        if any_repository():  # strangers must not fill somebody else's disk
            _build_diffusion()

    @handler
    def choose_model(studio: Studio, name: str, request: gr.Request) -> str:
        studio.checkpoint = request_of.known_model(name)
        row = HUB_GENERATORS.get(name)
        if row is None:
            return ""
        language = language_of(request)
        return html.licence(row.repo, row.licence, say(row.good_for, language), language)

    return model, model.input(choose_model, [studio, model], [note], api_visibility="private", show_progress="hidden")


def _build_diffusion() -> None:
    gr.Markdown(t("ui.generate.diffusion_hint"), elem_classes="hint")
    choices = [(f"{key} · {row.licence}", key) for key, row in CHOICES.items() if not row.memory]
    repo = gr.Dropdown(
        choices,
        value=choices[0][1],
        allow_custom_value=True,
        label=t("ui.generate.diffusion"),
        elem_id="generate-diffusion",
    )
    prompt = gr.Textbox(label=t("ui.generate.prompt"), max_length=1000, elem_id="generate-prompt")
    count = gr.Slider(
        1, MOST_DIFFUSED, value=1, step=1, label=t("ui.generate.count"), elem_id="generate-diffusion-count"
    )
    with gr.Row():
        paint = gr.Button(t("ui.generate.diffuse"), size="md", elem_id="generate-diffusion-run")
        stop = gr.Button(t("ui.stop"), size="md", elem_id="generate-diffusion-stop")
    bar = gr.HTML(elem_id="generate-diffusion-progress")
    with gr.Column(visible=False) as side:
        gallery = gr.Gallery(
            label=t("ui.generate.diffusion_result"),
            type="filepath",
            format="png",
            interactive=False,
            columns=2,
            height="auto",
            elem_id="generate-diffusion-result",
        )
    diffused = runtime.gpu(_diffused, seconds=120)

    @handler
    def diffuse(name: str, prompt: str, count: int, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        language = language_of(request)
        for step in diffused(name, prompt, int(count)):
            if isinstance(step, runtime.Progress):
                yield progress(step.done / max(step.total, 1), say(step.note, language)), gr.skip(), gr.skip()
                continue
            with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
                paths = [str(Path(folder) / f"deepart-diffusion-{number}.png") for number in range(1, len(step) + 1)]
                for picture, path in zip(step, paths):
                    save_png(picture, path, text=chunks(picture))
                yield "", gr.update(visible=True), paths

    stoppable([paint.click(diffuse, [repo, prompt, count], [bar, side, gallery], **ON_DEVICE)], stop, bar)


def _diffused(repo: str, prompt: str, count: int) -> Iterator[runtime.Progress | list[Image.Image]]:
    """Yield the progress of a pipeline, and last its pictures."""
    yield (yield from diffuse_steps(repo, prompt, count=count))
