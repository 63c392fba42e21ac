"""The panel of the Restore tab that shows what each restorer makes of a small piece of the picture."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from deepart import runtime
from deepart.errors import InputError
from deepart.images import load_image
from deepart.tasks.hub.restorers import RESTORERS
from deepart.tasks.restore.comparison import BUNDLED, SIDE, Compared, compare_steps
from deepart.text import say
from deepart.ui.choices import captioned_gallery
from deepart.ui.events import ON_DEVICE, QUIET, counted, handler, language_of, stoppable, translations as t
from deepart.ui.restore.request import opened_engine

SCALE = 2
"""At which restorers are compared if the picture is not to be enlarged: so their looks can be told apart."""


def build_compare_panel(
    work: gr.State, picture: gr.Image, upscale: gr.Radio, denoiser: gr.Dropdown, upscaler: gr.Dropdown
) -> None:
    """Add the panel to the surrounding column; the other components are the tab's.

    Args:
        work: what the tab remembers, a dictionary; the panel adds "piece", a point of the picture.
        picture: where a click chooses the piece.
        upscale: the size at which they are compared.
        denoiser: a restorer of the Hub that is compared too.
        upscaler: a restorer of the Hub that enlarges and is compared too.
    """
    with gr.Accordion(t("ui.restore.compare"), open=False, elem_id="restore-compare"):
        gr.Markdown(t("ui.restore.compare_hint"), elem_classes="hint")
        with gr.Row():
            button = gr.Button(t("ui.restore.compare_run"), size="md", elem_id="restore-compare-run")
            stop = gr.Button(t("ui.stop"), size="md")
        note = gr.Markdown(elem_id="restore-compare-note", elem_classes="hint")
        pieces = captioned_gallery(
            [], t("ui.restore.compare"), "restore-pieces", columns=2, allow_preview=True, visible=False
        )

    @handler
    def choose_piece(work: dict[str, Any], request: gr.Request, event: gr.SelectData) -> str:
        work["piece"] = tuple(event.index)
        return say("ui.restore.piece", language_of(request), x=event.index[0], y=event.index[1])

    @handler
    def compare(
        work: dict[str, Any],
        path: str | None,
        upscale: int,
        denoiser: str | None,
        upscaler: str | None,
        request: gr.Request,
    ) -> Iterator[tuple[Any, ...]]:
        if path is None:
            raise InputError("restore.missing")
        language, candidates = language_of(request), list(BUNDLED)
        steps = _with_chosen(path, work.get("piece"), candidates, [denoiser, upscaler], max(SCALE, int(upscale)))
        compared: list[Compared] = yield from runtime.told(steps, lambda step: (gr.skip(), counted(step, language)))
        with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
            items = []
            for number, each in enumerate(compared):
                path = Path(folder) / f"{number}.png"
                each.picture.save(path)
                name = say(f"ui.restore.compared.{each.label}", language) if each.label in BUNDLED else each.label
                items.append((str(path), say("ui.restore.seconds", language, name=name, seconds=each.seconds)))
            yield gr.update(value=items, visible=True), ""

    picture.select(choose_piece, [work], [note], **QUIET)
    asked = [work, picture, upscale, denoiser, upscaler]
    stoppable([button.click(runtime.gpu(compare), asked, [pieces, note], **ON_DEVICE)], stop, note)


def _with_chosen(path: str, point: tuple[int, int] | None, candidates: list, names: list[str | None], upscale: int):
    """Compare, as an engine, the candidates and the restorers of the Hub that were chosen."""
    for name in names:
        if name in RESTORERS and RESTORERS[name].kind == "face":  # a piece is none
            continue
        engine = yield from opened_engine(name)
        candidates += [engine] if engine else []
    box = None
    if point is not None:
        reach = SIDE // 2
        box = (point[0] - reach, point[1] - reach, point[0] + reach, point[1] + reach)
    return (yield from compare_steps(load_image(path), box, candidates, upscale))
