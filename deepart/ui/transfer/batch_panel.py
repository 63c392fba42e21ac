"""The panel of the Transfer tab for many at once: pictures in one style, or one picture in every style."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr
from gradio.components import Component

from deepart import runtime
from deepart.errors import InputError
from deepart.images import save_png
from deepart.models.style_code import StyleCode
from deepart.recipes import chunks
from deepart.tasks.paint.batch import BatchResult, batch_steps
from deepart.tasks.paint.sheet import STRENGTHS, sheet_steps, sweep_steps
from deepart.text import say
from deepart.ui.controls import most_of_many, options_of
from deepart.ui.events import ON_DEVICE, counted, handler, language_of, stoppable, translations as t, unread
from deepart.ui.pictures import many_pictures, picture_shown
from deepart.ui.transfer.request import style_in_use

ARCHIVE_NAME, SHEET_NAME = "deepart-batch.zip", "deepart-sheet.png"
PROBLEMS_SHOWN = 10

T = TypeVar("T")


def build_batch_panel(
    content: gr.Image, chosen: gr.State, own_style: gr.Image, strength: gr.Slider, options: Mapping[str, Component]
) -> None:
    """Add the panel to the surrounding column; the components are those of the tab, which it reads."""
    with gr.Accordion(t("ui.batch"), open=False, elem_id="batch"):
        gr.Markdown(t("ui.batch_hint"), elem_classes="hint")
        files = many_pictures("batch-files")
        with gr.Row():
            paint_all = gr.Button(t("ui.batch_paint"), size="md", elem_id="batch-run")
            make_sheet = gr.Button(t("ui.batch_sheet"), size="md", elem_id="batch-sheet")
            make_sweep = gr.Button(t("ui.batch_sweep"), size="md", elem_id="batch-sweep")
            stop = gr.Button(t("ui.stop"), size="md", elem_id="batch-stop")
        status = gr.Markdown(elem_id="batch-status", elem_classes="hint")
        sheet = result_sheet(t("ui.batch_result"), "batch-result")
        download = gr.DownloadButton(t("ui.batch_download"), interactive=False, size="md", elem_id="batch-download")
    for component in (files, download):
        unread(component)
    outputs = [sheet, download, status]
    style_inputs = [chosen, own_style, strength, *options.values()]

    @handler
    def paint_batch(
        paths: list[str] | None, chosen: Any, own_style: Any, strength: float, request: gr.Request, *values: Any
    ) -> Iterator[tuple[Any, ...]]:
        language = language_of(request)
        with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
            archive = Path(folder) / ARCHIVE_NAME
            steps = batch_steps(
                paths or [],
                _style(chosen, own_style),
                strength,
                options_of(values),
                out=archive,
                language=language,
                longest=most_of_many(values),
            )
            result: BatchResult = yield from told(steps, language)
            save_png(result.sheet, Path(folder) / SHEET_NAME)
            shown = gr.update(value=str(Path(folder) / SHEET_NAME), visible=True)
            yield shown, gr.update(value=str(archive), interactive=True), summary(result, "ui.batch_done", language)

    @handler
    def paint_sheet(
        content: str | None, chosen: Any, own_style: Any, strength: float, request: gr.Request, *values: Any
    ) -> Iterator[tuple[Any, ...]]:
        """One picture in every style of the gallery."""
        if content is None:
            raise InputError("content.missing")
        yield from _sheet(sheet_steps(content, None, strength, options=options_of(values)), language_of(request))

    @handler
    def paint_sweep(
        content: str | None, chosen: Any, own_style: Any, strength: float, request: gr.Request, *values: Any
    ) -> Iterator[tuple[Any, ...]]:
        """One picture in one style at several strengths."""
        if content is None:
            raise InputError("content.missing")
        steps = sweep_steps(content, [_style(chosen, own_style)], STRENGTHS, options=options_of(values))
        yield from _sheet(steps, language_of(request))

    def _sheet(steps: Generator, language: str) -> Iterator[tuple[Any, ...]]:
        with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
            painted = yield from told(steps, language)
            path = Path(folder) / SHEET_NAME
            save_png(painted, path, text=chunks(painted))
            yield gr.update(value=str(path), visible=True), gr.update(value=str(path), interactive=True), ""

    runs = [
        paint_all.click(runtime.gpu(paint_batch), [files, *style_inputs], outputs, **ON_DEVICE),
        make_sheet.click(runtime.gpu(paint_sheet), [content, *style_inputs], outputs, **ON_DEVICE),
        make_sweep.click(runtime.gpu(paint_sweep), [content, *style_inputs], outputs, **ON_DEVICE),
    ]
    stoppable(runs, stop, status)


def result_sheet(label: object, elem_id: str) -> gr.Image:
    """Add a place for a contact sheet, hidden until there is one."""
    return picture_shown(label, elem_id, type="filepath", buttons=["fullscreen"], visible=False)


def _style(chosen: str | StyleCode | None, own_style: str | None) -> str | StyleCode:
    style = style_in_use(chosen, own_style)
    if not style:
        raise InputError("style.missing")
    return style


def told(steps: Generator[runtime.Progress, None, T], language: str) -> Generator[tuple[Any, ...], None, T]:
    """Run an engine and say in the status line how far it is."""
    return (yield from runtime.told(steps, lambda step: (gr.skip(), gr.skip(), counted(step, language))))


def summary(result: BatchResult, key: str, language: str) -> str:
    """Say how many pictures were done, and what is wrong with the first of the others."""
    problems = [f"{row.picture}: {row.error.sentence(language)}" for row in result.rows if row.error]
    note = say(key, language, done=len(result.rows) - len(problems), count=len(result.rows))
    more = len(problems) - PROBLEMS_SHOWN
    rest = [say("ui.admin.not_shown", language, count=more)] if more > 0 else []
    return "\n\n".join([note, *map(plain, problems[:PROBLEMS_SHOWN]), *rest])


def plain(text: str) -> str:
    """Return a text that Markdown shows as it is: it may quote what a visitor called a file."""
    return "".join(f"&#{ord(letter)};" if letter in "<>&*_`[]#|\\~!" else letter for letter in text)
