"""The endpoint `/repaint` for programs: one for all that large models do."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from deepart import runtime
from deepart.errors import InputError
from deepart.images import save_png
from deepart.recipes import chunks, recipe_of
from deepart.tasks.hub.pipeline_table import offered
from deepart.tasks.hub.repaint import TASKS, repaint_steps
from deepart.ui.blend.endpoint import file_weights
from deepart.ui.events import handler, unread
from deepart.ui.large.panel import FILE_NAME


def add_repaint_endpoint() -> None:
    """Add the endpoint to the surrounding Blocks, where any model is offered."""
    if not any(map(offered, TASKS)):
        return
    painted = runtime.gpu(_painted, seconds=20)

    @handler
    def repaint_endpoint(
        task: str,
        prompt: str = "",
        content: str | None = None,
        styles: list[str] | None = None,
        weights: list[float] | None = None,
        strength: float = 1,
        model: str | None = None,
        seed: int | None = None,
        request: gr.Request | None = None,
    ) -> Iterator[tuple[str | None, dict[str, Any] | None]]:
        """Paint with a large model.

        Args:
            task: generate (from the prompt), transfer, blend or restore.
            prompt: what to paint, or to mind.
            content: the picture to repaint.
            styles: pictures whose style is taken.
            weights: of the styles, a JSON list of numbers; leave it out for all the same.
            strength: of the styles, 0 to 1.
            model: key of a model that this machine offers; leave it out for the best.
            seed: the same seed is the same picture; leave it out for chance.

        Returns:
            The painting as PNG, and the recipe of how it was made.
        """
        known = [row.key for row in offered(task)] if task in TASKS else []
        if task in TASKS and (not known or (model and model not in known)):  # none that would have to be fetched first
            raise InputError("setting.choice", name="model", choices=", ".join(known) or "–")
        shares = [weight for _, weight in file_weights(styles or (), weights)]
        seed = None if seed is None else int(seed)
        for step in painted(task, prompt or "", content, styles or (), shares, strength, model or None, seed):
            if isinstance(step, runtime.Progress):
                yield None, None
                continue
            with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
                path = str(Path(folder) / FILE_NAME)
                save_png(step, path, text=chunks(step))
                yield path, recipe_of(step).as_dict()

    with gr.Row(visible=False):
        endpoint = gr.Button()
        fields = [
            gr.Textbox(label="task"),
            gr.Textbox("", label="prompt"),
            unread(gr.File(label="content")),
            unread(gr.File(label="styles", file_count="multiple")),
            gr.JSON(label="weights"),
            gr.Number(1, label="strength"),
            gr.Textbox(label="model"),
            gr.Number(None, label="seed", precision=0),
        ]
        answers = [gr.File(label="painting"), gr.JSON(label="recipe")]
    endpoint.click(repaint_endpoint, fields, answers, api_name="repaint", concurrency_id="device", concurrency_limit=1)


def _painted(
    task: str, prompt: str, content: str | None, styles: Any, weights: Any, strength: float, model: Any, seed: Any
) -> Iterator[Any]:
    """Yield the progress of a painting, and last the painting."""
    yield (
        yield from repaint_steps(
            task, prompt, content, styles, weights=weights, strength=strength, model=model, seed=seed
        )
    )
