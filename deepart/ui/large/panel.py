"""The switch of a tab for large models: the same pictures as the small network gets, and words; the same results.

It is there only where a machine offers such a model, see `deepart.tasks.hub.pipeline_table.offered`.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from deepart import runtime
from deepart.art_labels import LABELS, label_name
from deepart.images import save_png
from deepart.recipes import Source, chunks, recipe_of
from deepart.tasks.hub.pipeline_table import PipelineChoice, Task, find_large, offered
from deepart.tasks.hub.repaint import MOST_WORDS, repaint_steps
from deepart.text import say
from deepart.ui.events import ON_DEVICE, QUIET, handler, language_of, stoppable, translations as t
from deepart.ui.paintings import write_painting
from deepart.ui.restore.html import progress

FILE_NAME = "deepart-repainted.png"
HEADS = LABELS
"""Words that the prompt helper offers: what the classifier knows."""

Pictures = tuple[str | None, Sequence[Source], Sequence[float] | None, float]
"""The content, the styles, their weights, and the strength of the style."""


class LargePanel:
    """The switch and what it shows; nothing where no model is offered.

    Args:
        task: what the tab is for.
    """

    def __init__(self, task: Task) -> None:
        self.task, self.rows = task, offered(task)
        if self.rows:
            self._build()

    def _build(self) -> None:
        name = f"{self.task}-large"
        self.switch = gr.Checkbox(False, label=t("ui.large.switch"), elem_id=name)
        with gr.Column(visible=False, elem_id=f"{name}-side") as self.side:
            self.needs = gr.Markdown(_needs(self.rows[0], "en"), elem_classes="hint", elem_id=f"{name}-needs")
            if self.task == "restore":
                gr.Markdown(t("ui.large.not_restored"), elem_classes="hint")
            self.model = gr.Dropdown(
                [(f"{row.repo.partition('/')[2]} · {row.licence}", row.key) for row in self.rows],
                value=self.rows[0].key,
                label=t("ui.large.model"),
                visible=len(self.rows) > 1,
                elem_id=f"{name}-model",
            )
            self.words = gr.Textbox(
                label=t("ui.large.words" if self.task == "generate" else "ui.large.more_words"),
                max_length=MOST_WORDS,
                lines=2,
                elem_id=f"{name}-words",
            )
            with gr.Row():
                self.helpers = {
                    head: gr.Dropdown(
                        _word_choices(head, "en"),
                        value=None,
                        label=t(f"ui.large.add.{head}"),
                        min_width=110,
                        elem_id=f"{name}-{head}",
                    )
                    for head in HEADS
                }
            with gr.Row():
                self.start = gr.Button(t("ui.large.run"), scale=3, min_width=140, elem_id=f"{name}-run")
                self.stop = gr.Button(t("ui.stop"), scale=1, min_width=70, elem_id=f"{name}-stop")
            self.bar = gr.HTML(elem_id=f"{name}-progress")

    def wire(
        self,
        inputs: Sequence[gr.components.Component],
        pictures: Callable[..., Pictures],
        outputs: Sequence[gr.components.Component],
        result: Callable[..., tuple[Any, ...]],
    ) -> None:
        """Let the panel take pictures from the tab and show there what became of them.

        Args:
            inputs: components of the tab.
            pictures: is called with their values.
            outputs: components of the tab.
            result: is called with before (None without a content), after, download, recipe and a sentence; returns
                the values of `outputs`.
        """
        if not self.rows:
            return
        task, nothing = self.task, (gr.skip(),) * len(outputs)
        painted = runtime.gpu(_painted, seconds=20)  # it has been loaded when the app began

        @handler
        def repaint(request: gr.Request, model: str, words: str, *values: Any) -> Iterator[tuple[Any, ...]]:
            language, started = language_of(request), time.monotonic()
            content, styles, weights, strength = pictures(*values)
            for step in painted(task, model, words or "", content, styles, weights, strength):
                if isinstance(step, runtime.Progress):
                    yield progress(min(1.0, step.done / max(step.total, 1)), say(step.note, language)), *nothing
                    continue
                seconds = time.monotonic() - started
                note = say("ui.painted", language, width=step.width, height=step.height, seconds=seconds)
                if task == "restore":
                    note += " " + say("ui.large.not_restored", language)
                with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
                    yield "", *result(*_written(step, content, Path(folder)), note)

        @handler
        def show_large(on: bool, request: gr.Request) -> tuple[Any, ...]:
            """Open the panel, in the visitor's language."""
            language = language_of(request)
            helpers = (gr.update(choices=_word_choices(head, language)) for head in HEADS)
            return gr.update(visible=on), _needs(self.rows[0], language), *helpers

        @handler
        def say_needs(model: str, request: gr.Request) -> str:
            return _needs(find_large(model), language_of(request))

        @handler
        def add_word(words: str, word: str | None, model: str, request: gr.Request) -> tuple[Any, None]:
            """Add a word of the classifier's to the text; in Chinese only where the model reads it."""
            if not word:
                return gr.skip(), None
            head, _, label = word.partition("/")
            language = "en" if find_large(model).adapter else language_of(request)
            return _joined(words or "", label_name(head, label, language), language)[:MOST_WORDS], None

        self.switch.input(show_large, [self.switch], [self.side, self.needs, *self.helpers.values()], **QUIET)
        self.model.input(say_needs, [self.model], [self.needs], **QUIET)
        for helper in self.helpers.values():
            helper.input(add_word, [self.words, helper, self.model], [self.words, helper], **QUIET)
        run = self.start.click(repaint, [self.model, self.words, *inputs], [self.bar, *outputs], **ON_DEVICE)
        stoppable([run], self.stop, self.bar)


def _painted(
    task: Task,
    model: str,
    words: str,
    content: str | None,
    styles: Sequence[Source],
    weights: Sequence[float] | None,
    strength: float,
) -> Iterator[runtime.Progress | Image.Image]:
    """Yield the progress of a painting, and last the painting."""
    yield (yield from repaint_steps(task, words, content, styles, weights=weights, strength=strength, model=model))


def _written(painted: Image.Image, content: str | None, folder: Path) -> tuple[str | None, str, str, dict[str, Any]]:
    if content is not None:
        files = write_painting(painted, content, None, folder)
        return files.before, files.after, files.download, files.recipe
    path = str(folder / FILE_NAME)
    save_png(painted, path, text=chunks(painted))
    return None, path, path, recipe_of(painted).as_dict()


def _needs(row: PipelineChoice, language: str) -> str:
    """Say what a model needs, and on a machine without a graphics card that it will be slow."""
    key = "ui.large.needs" if runtime.settings().zero_gpu or runtime.device().type == "cuda" else "ui.large.slow"
    gigabytes = {"download": round(row.size / 1e9), "memory": round(row.memory / 1e9)}
    return say(row.good_for, language) + " " + say(key, language, **gigabytes)


def _word_choices(head: str, language: str) -> list[tuple[str, str]]:
    return sorted((label_name(head, label, language), f"{head}/{label}") for label in HEADS[head])


def _joined(words: str, word: str, language: str) -> str:
    """Return a text with one word more."""
    comma = "，" if language == "zh" else ", "
    words = words.rstrip(" ,，")
    return f"{words}{comma}{word}" if words else word
