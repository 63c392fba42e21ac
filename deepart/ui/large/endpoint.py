"""The endpoint `/repaint` for programs: one for all that large models do."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from deepart.errors import InputError
from deepart.images import save_png
from deepart.recipes import chunks, recipe_of
from deepart.tasks.hub.pipeline_table import offered
from deepart.tasks.hub.repaint import TASKS, repaint_steps
from deepart.ui.blend.endpoint import file_weights
from deepart.ui.controls import Field, add_endpoint, finished
from deepart.ui.events import unread
from deepart.ui.large.panel import FILE_NAME


def add_repaint_endpoint() -> None:
    """Add the endpoint to the surrounding Blocks, where any model is offered."""
    if any(map(offered, TASKS)):
        add_endpoint(
            repaint_endpoint, _fields, lambda: [gr.File(label="painting"), gr.JSON(label="recipe")], seconds=20
        )


def _fields() -> dict[str, Field]:
    files = unread(gr.File(label="styles", file_count="multiple"))
    weights = "weights of the styles, a JSON list of numbers; all equal by default."
    model = "key of a model that this machine offers; the best by default."
    seed = "the same seed gives the same picture; random by default."
    return {
        "task": Field(
            gr.Textbox(label="task"), inspect.Parameter.empty, "generate (from the prompt), transfer, blend or restore."
        ),
        "prompt": Field(gr.Textbox("", label="prompt"), "", "what to paint, or to consider."),
        "content": Field(unread(gr.File(label="content")), None, "the picture to repaint."),
        "styles": Field(files, None, "pictures whose style is taken."),
        "weights": Field(gr.JSON(label="weights"), None, weights),
        "strength": Field(gr.Number(1, label="strength"), 1, "strength of the styles, 0 to 1."),
        "model": Field(gr.Textbox(label="model"), None, model),
        "seed": Field(gr.Number(None, label="seed", precision=0), None, seed),
    }


def repaint_endpoint(values: dict[str, Any], request: gr.Request) -> Iterator[tuple[str | None, dict[str, Any] | None]]:
    """Paint with a large model.

    Args: see `fields`.

    Returns:
        The painting as PNG, and the recipe of how it was made.
    """
    task, model, seed, styles = (values[name] for name in ("task", "model", "seed", "styles"))
    known = [row.key for row in offered(task)] if task in TASKS else []
    if task in TASKS and (not known or (model and model not in known)):  # none that would have to be fetched first
        raise InputError("setting.choice", name="model", choices=", ".join(known) or "–")
    steps = repaint_steps(
        task,
        values["prompt"] or "",
        values["content"],
        styles or (),
        weights=[weight for _, weight in file_weights(styles or (), values["weights"])],
        strength=values["strength"],
        model=model or None,
        seed=None if seed is None else int(seed),
    )
    painted = yield from finished(steps, (None, None))
    with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
        path = str(Path(folder) / FILE_NAME)
        save_png(painted, path, text=chunks(painted))
        yield path, recipe_of(painted).as_dict()
