"""The panel of the Generate tab that paints a film on the way from picture to picture."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from deepart import runtime
from deepart.errors import InputError
from deepart.options import WalkOptions
from deepart.tasks.generate.generate import ArtGenerator
from deepart.tasks.generate.walks import MOST_KEYS, Walk, walk_steps
from deepart.text import say
from deepart.ui.controls import option_controls, segmented
from deepart.ui.events import ON_DEVICE, handler, language_of, stoppable, translations as t
from deepart.ui.generate.studio import Studio
from deepart.ui.restore.html import progress
from deepart.ui.widgets.film_shown import FilmShown
from deepart.ui.widgets.picture_wall import Choice

KINDS = ("mp4", "gif", "webp")
MOST_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class WalkPanel:
    """What the tab needs of the panel."""

    easing: gr.Radio
    settings: tuple[gr.components.Component, ...]
    """Seconds, loop and easing, which a saved film brings along."""


def build_walk_panel(studio: gr.State, wall: gr.HTML) -> WalkPanel:
    """Add the panel to the surrounding column.

    Args:
        studio: the visitor's work.
        wall: whose pictures, or those of them that are liked, the film goes past.
    """
    with gr.Accordion(t("ui.generate.film"), open=False, elem_id="generate-film", elem_classes="drawer"):
        gr.Markdown(t("ui.generate.film_hint"), elem_classes="hint")
        seconds = gr.Slider(
            1, MOST_SECONDS, value=3, step=0.5, label=t("ui.generate.seconds"), elem_id="generate-seconds"
        )
        (easing,) = option_controls("generate", ["easing"], WalkOptions, elem_classes="segmented").values()
        (loop,) = option_controls("generate", ["loop"], WalkOptions).values()
        kind = segmented([(name.upper(), name) for name in KINDS], KINDS[0], "ui.generate.kind", "generate-kind")
        with gr.Row():
            make_button = gr.Button(t("ui.generate.make_film"), size="md", elem_id="generate-film-run")
            stop_button = gr.Button(t("ui.stop"), size="md", elem_id="generate-film-stop")
        bar = gr.HTML(elem_id="generate-film-progress")
        shown = FilmShown("generate-film", t("ui.generate.film_result"))
    paint_to = runtime.gpu(film_to, seconds=120)

    @handler
    def make_film(
        studio: Studio, value: Any, seconds: float, easing: str, loop: bool, kind: str, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        language = language_of(request)
        if kind not in KINDS:
            raise InputError("setting.choice", name="kind", choices=", ".join(KINDS))
        studio.liked = Choice.read(value, {genome.id for genome in studio.wall}).liked
        walk = walk_past(studio, seconds, easing, loop)
        with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
            path = Path(folder) / f"deepart-walk.{kind}"
            for step in paint_to(path, walk):
                note = f"{say(step.note, language)}: {step.done} / {step.total}"
                yield (*shown.unchanged, progress(step.done / max(step.total, 1), note))
            yield (*shown.showing(str(path)), "")

    outputs = [*shown.outputs, bar]
    run = make_button.click(make_film, [studio, wall, seconds, easing, loop, kind], outputs, **ON_DEVICE)
    stoppable([run], stop_button, bar)
    return WalkPanel(easing, (seconds, loop, easing))


def walk_past(studio: Studio, seconds: float, easing: str, loop: bool) -> Walk:
    """Return the walk past the liked pictures, or past those on the wall if fewer than two are liked.

    Raises:
        InputError: there are too few pictures.
    """
    liked = studio.likes()
    keys = liked if len(liked) > 1 else studio.wall
    same = [replace(key, patches=()) for key in keys if key.checkpoint == keys[0].checkpoint]
    keys = list({key.id: key for key in same}.values())[:MOST_KEYS]  # without their patches, some can be the same
    usual = WalkOptions()
    return Walk(
        tuple(keys), replace(usual, frames=max(round(seconds * usual.fps), len(keys)), loop=loop, easing=easing)
    )


def film_to(path: Path, walk: Walk) -> Iterator[runtime.Progress]:
    """Paint a walk into a file.

    Raises:
        InputError: see `walk_steps`.
    """
    walk.check()
    yield from walk_steps(ArtGenerator(walk.keys[0].checkpoint), walk, path)
