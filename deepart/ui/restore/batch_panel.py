"""The panel of the Restore tab for many pictures, with one mask for all or one each."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from deepart import runtime
from deepart.images import save_png
from deepart.runtime import Progress
from deepart.tasks.paint.batch import BatchResult
from deepart.tasks.restore.batch import restore_batch_steps
from deepart.ui.events import ON_DEVICE, handler, language_of, stoppable, translations as t, unread
from deepart.ui.pictures import many_pictures
from deepart.ui.restore.request import RestoreRequest
from deepart.ui.transfer.batch_panel import result_sheet, summary, told

ARCHIVE_NAME, SHEET_NAME = "deepart-restored.zip", "sheet.png"


def build_restore_batch_panel(settings: Sequence[Component]) -> None:
    """Add the panel to the surrounding column.

    Args:
        settings: those of the tab, as `RestoreRequest.on_page` takes them after the strokes.
    """
    with gr.Accordion(t("ui.batch"), open=False, elem_id="restore-batch"):
        gr.Markdown(t("ui.restore.batch_hint"), elem_classes="hint")
        files = many_pictures("restore-batch-files")
        masks = many_pictures("restore-batch-masks", "ui.restore.batch_masks")
        each = gr.Checkbox(
            True, label=t("ui.restore.batch_each"), info=t("ui.restore.batch_each_info"), elem_id="restore-batch-each"
        )
        with gr.Row():
            run_button = gr.Button(t("ui.restore.batch_run"), size="md", elem_id="restore-batch-run")
            stop_button = gr.Button(t("ui.stop"), size="md", elem_id="restore-batch-stop")
        status = gr.Markdown(elem_id="restore-batch-status", elem_classes="hint")
        sheet = result_sheet(t("ui.batch_result"), "restore-batch-sheet")
        download = gr.DownloadButton(
            t("ui.batch_download"), interactive=False, size="md", elem_id="restore-batch-download"
        )
    for component in (files, masks, download):
        unread(component)

    @handler
    def restore_batch(
        paths: list[str] | None, masks: list[str] | None, each: bool, request: gr.Request, *settings: Any
    ) -> Iterator[tuple[Any, ...]]:
        language = language_of(request)
        wanted = RestoreRequest.on_page(None, None, None, *settings)
        with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
            archive, picture = Path(folder) / ARCHIVE_NAME, Path(folder) / SHEET_NAME
            result: BatchResult = yield from told(_steps(paths or [], masks, each, wanted, archive, language), language)
            save_png(result.sheet, picture)
            note = summary(result, "ui.restore.batch_done", language)
            yield gr.update(value=str(picture), visible=True), gr.update(value=str(archive), interactive=True), note

    run = run_button.click(
        runtime.gpu(restore_batch), [files, masks, each, *settings], [sheet, download, status], **ON_DEVICE
    )
    stoppable([run], stop_button, status)


def _steps(
    paths: Sequence[str], masks: Sequence[str] | None, each: bool, wanted: RestoreRequest, out: Path, language: str
) -> Generator[Progress, None, BatchResult]:
    pipeline = yield from wanted.pipeline()
    options = replace(wanted.options, detect=wanted.fill and not masks)
    if each:  # what is usual for each
        options = replace(options, clean="auto", colour="auto", keep_paint=None)
    masks = masks[0] if masks and len(masks) == 1 else masks or None
    return (yield from restore_batch_steps(paths, masks, options, pipeline, out=out, language=language))
