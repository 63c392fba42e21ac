"""“Make it finer”, under the results of Transfer and Blend: refine the painting, and show its progress."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import gradio as gr
from gradio.components import Component
from PIL import Image

from deepart import runtime
from deepart.images import fit, load_image
from deepart.options import PaintOptions, RefineOptions
from deepart.recipes import Source
from deepart.tasks.paint.engine import PREVIEW_SIDE
from deepart.tasks.paint.refine import finer_steps
from deepart.tasks.paint.transfer import Plan
from deepart.ui.events import QUIET, handler, language_of, stoppable, translations as t
from deepart.ui.paintings import Painted, next_number, shown, write_painting
from deepart.ui.widgets.waiting import Clock

PATIENT = {"concurrency_id": "patient", "concurrency_limit": 1}
"""The line of what takes many short steps, and lets the other lines have the device between any two."""


class Wanted(Protocol):
    """A visitor's request for a painting."""

    content: str | None
    options: PaintOptions

    def check(self) -> None:
        """Refuse what cannot be painted."""

    def plan(self) -> Generator[runtime.Progress, None, Plan]:
        """Plan the painting."""

    def pictures(self) -> Mapping[int, Source]:
        """Return pictures of styles, see `finer_steps`."""


class FinerPanel:
    """The button, added to the surrounding row; what says how far it is and the settings are added where they belong.

    Args:
        name: of the tab, which the `elem_id` of its components begin with.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._settings: dict[str, Component] = {}
        self._start = gr.Button(
            t("ui.finer.run"), size="md", min_width=120, elem_id=f"{name}-finer", elem_classes="starts-painting"
        )
        self._stop = gr.Button(t("ui.stop"), size="md", min_width=70, elem_id=f"{name}-finer-stop")

    def add_progress(self) -> None:
        """Add what says how far it is."""
        self._bar = gr.HTML(elem_id=f"{self._name}-finer-progress", padding=False)

    def add_settings(self) -> None:
        """Add the settings, which few need, further down."""
        with gr.Accordion(t("ui.finer.settings"), open=False, elem_classes="finer-settings"):
            gr.Markdown(t("ui.finer.hint"), elem_classes="hint")
            ranges = {"alpha": (0, 5, 0.1), "beta": (0, 10, 0.1), "iterations": (10, 300, 5)}  # that are of use
            for name, (low, high, step) in ranges.items():
                facts = {"value": getattr(RefineOptions(), name), "step": step, "label": t(f"option.refine.{name}")}
                self._settings[name] = gr.Slider(low, high, elem_id=f"{self._name}-finer-{name}", **facts)

    def wire(
        self,
        inputs: Collection[Component],
        read: Callable[[dict[Any, Any]], Wanted],
        newest: gr.State,
        outputs: Sequence[Component],
        result: Callable[..., tuple[Any, ...]],
    ) -> None:
        """Let the button take the settings of the tab and show there what becomes of them.

        Args:
            inputs: components of the tab.
            read: is called with their values, by component.
            newest: counts what the visitor asks for, see `next_number`.
            outputs: components of the tab; the first shows before and after.
            result: is called with before, after, download, recipe and a sentence; returns the values of `outputs`.
        """
        nothing = (gr.skip(),) * len(outputs)
        painted_to = runtime.gpu(finer_to)  # called with plain values: those of the page stay in this process

        @handler
        def make_finer(values: dict[Any, Any], request: gr.Request) -> Iterator[tuple[Any, ...]]:
            language, clock, started = language_of(request), Clock(), time.monotonic()
            wanted, number = read(values), next_number(values[newest])
            wanted.check()
            before = fit(load_image(wanted.content), PREVIEW_SIDE)
            options = RefineOptions.read({name: values[control] for name, control in self._settings.items()})
            with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
                for step in painted_to(Path(folder), wanted, options):
                    if isinstance(step, Painted):
                        note = step.note(started, language)
                        yield "", *result(step.before, step.after, step.download, step.recipe, note)
                    elif step.preview is None or values[newest]["number"] != number:  # something else is shown
                        yield clock.bar(step, language), *nothing
                    else:
                        after = load_image(step.preview).resize(before.size, Image.Resampling.LANCZOS)
                        with shown(before, after) as files:
                            yield clock.bar(step, language), files, *nothing[1:]

        run = self._start.click(
            make_finer, {*inputs, newest, *self._settings.values()}, [self._bar, *outputs], **QUIET, **PATIENT
        )
        stoppable([run], self._stop, self._bar)


def finer_to(folder: Path, wanted: Wanted, options: RefineOptions) -> Iterator[runtime.Progress | Painted]:
    """Yield the engine's progress, and last the painting, written to `folder`.

    Raises:
        InputError: something is missing, or see `finer_steps`.
    """
    wanted.check()
    painted = yield from finer_steps(wanted.plan(), options, wanted.pictures())
    yield write_painting(painted, wanted.content, wanted.options.size, folder)
