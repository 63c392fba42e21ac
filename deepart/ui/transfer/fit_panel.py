"""The panel of the Transfer tab that fits a style: of one picture of the visitor's or several, or of a part of one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
from gradio.components import Component

from deepart import runtime
from deepart.images import fit as shrunk, load_image
from deepart.tasks.paint.fit import Crop, part_of
from deepart.tasks.paint.style_files import LONGEST_LABEL
from deepart.text import say
from deepart.ui.blend.style_slots import plain
from deepart.ui.events import QUIET, handler, language_of, stoppable, translations as t, unread
from deepart.ui.finer import PATIENT
from deepart.ui.pictures import many_pictures, picture_shown
from deepart.ui.transfer.fit_endpoint import fit_to
from deepart.ui.widgets.waiting import Clock

_SHOWN_SIDE = 480


class FitPanel(NamedTuple):
    """What other parts of the page need of the panel."""

    style: gr.State  # the `StyleCode` that was fitted last, or None
    done: gr.events.Dependency  # after which the fitted style is the one in use
    to_blend: gr.Button


def build_fit_panel(own_style: gr.Image, style_shown: Sequence[Component]) -> FitPanel:
    """Add the panel to the surrounding column.

    Args:
        own_style: the picture whose style is fitted; of it a part can be chosen by tapping two corners.
        style_shown: the state of the chosen style, the visitor's own, the gallery, and the line that names the style.
    """
    corners, fitted = gr.State(()), gr.State(None)
    gr.Markdown(t("ui.fit.hint"), elem_classes="hint")
    with gr.Row():
        run_button = gr.Button(t("ui.fit.run"), size="md", scale=3, elem_id="fit-run")
        stop_button = gr.Button(t("ui.stop"), size="md", scale=1, min_width=70, elem_id="fit-stop")
    bar = gr.HTML(elem_id="fit-progress", padding=False)
    with gr.Row(visible=False, elem_id="fit-done") as done_row:
        download = gr.DownloadButton(t("ui.fit.download"), size="md", elem_id="fit-download")
        to_blend = gr.Button(t("ui.fit.to_blend"), size="md", elem_id="fit-to-blend")
    with gr.Accordion(t("ui.fit.more"), open=False, elem_id="fit-more"):
        gr.Markdown(t("ui.fit.crop_hint"), elem_classes="hint")
        part = picture_shown(t("ui.fit.part"), "fit-part", height=180, visible=False)
        whole = gr.Button(t("ui.fit.whole"), size="sm", visible=False, elem_id="fit-whole")
        others = many_pictures("fit-pictures", "ui.fit.pictures", ("image",), height=120)
        name = gr.Textbox(label=t("ui.blend.name"), max_length=LONGEST_LABEL, elem_id="fit-name")
    for component in (others, download):
        unread(component)
    cropped = [corners, part, whole]

    @handler
    def tap(path: str | None, before: Sequence[Any], request: gr.Request, event: gr.SelectData) -> tuple[Any, ...]:
        """Take a corner of the part that counts; the second one shows it."""
        if path is None:
            return gr.skip(), gr.skip(), gr.skip()
        picture = load_image(path)
        corner = tuple(min(1.0, max(0.0, place / side)) for place, side in zip(event.index, picture.size))
        if len(before) != 1:
            return (corner,), gr.update(visible=False), gr.update(visible=False)
        found = part_of(picture, _box(*before, corner))
        return (*before, corner), gr.update(value=shrunk(found, _SHOWN_SIDE), visible=True), gr.update(visible=True)

    @handler
    def take_whole(request: gr.Request) -> tuple[Any, ...]:
        return (), gr.update(value=None, visible=False), gr.update(visible=False)

    @handler
    def fit_style(
        path: str | None, corners: Sequence[Any], others: list[str] | None, name: str | None, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        language, clock = language_of(request), Clock()
        box = _box(*corners) if len(corners) == 2 else None
        first = [] if path is None else [part_of(load_image(path), box)]
        label = name if name and name.strip() else say("ui.fit.unnamed", language)
        rest = (gr.skip(),) * 7
        with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
            for step in fit_to(Path(folder), [*first, *(others or ())], name=label):
                if isinstance(step, runtime.Progress):
                    yield clock.bar(step, language), *rest
                    continue
                code, file = step
                note = say("ui.fit.chosen", language, label=plain(code.label))
                chosen = (code, gr.skip(), gr.update(selected_index=-1), note)
                yield "", code, gr.update(value=file), gr.update(visible=True), *chosen

    run = run_button.click(
        runtime.gpu(fit_style),
        [own_style, corners, others, name],
        [bar, fitted, download, done_row, *style_shown],
        **QUIET,
        **PATIENT,
    )
    stoppable([run], stop_button, bar)
    own_style.select(tap, [own_style, corners], cropped, **QUIET)
    for changed in (own_style.upload, own_style.clear, whole.click):
        changed(take_whole, None, cropped, **QUIET)
    return FitPanel(fitted, run, to_blend)


def _box(first: Sequence[float], second: Sequence[float]) -> Crop:
    """Return the part between two corners, in whatever order they were given."""
    (left, right), (top, bottom) = (sorted(pair) for pair in zip(first, second))
    return left, top, right, bottom
