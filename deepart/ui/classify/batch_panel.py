"""The panel of the Classify tab for many pictures: a table of the predictions, and a sheet sorted by style."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from deepart import runtime
from deepart.images import save_png
from deepart.tasks.classify.batch import BatchAnswers, classify_batch_steps
from deepart.text import say
from deepart.ui.events import QUIET, handler, language_of, stoppable, translations as t, unread
from deepart.ui.pictures import many_pictures
from deepart.ui.transfer.batch_panel import PROBLEMS_SHOWN, plain, result_sheet, told

ARCHIVE_NAME = "deepart-answers.zip"


def build_classify_batch_panel() -> None:
    """Add the panel to the surrounding column."""
    with gr.Accordion(t("ui.classify.batch"), open=False, elem_id="classify-batch"):
        gr.Markdown(t("ui.classify.batch_hint"), elem_classes="hint")
        files = many_pictures("classify-batch-files")
        with gr.Row():
            run_button = gr.Button(t("ui.classify.batch_run"), size="md", elem_id="classify-batch-run")
            stop_button = gr.Button(t("ui.stop"), size="md", elem_id="classify-batch-stop")
        status = gr.Markdown(elem_id="classify-batch-status", elem_classes="hint")
        sheet = result_sheet(t("ui.classify.batch_sheet"), "classify-batch-sheet")
        download = gr.DownloadButton(
            t("ui.classify.batch_download"), interactive=False, size="md", elem_id="classify-batch-download"
        )
    for component in (files, download):
        unread(component)

    @handler
    def classify_batch(paths: list[str] | None, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        language = language_of(request)
        with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
            archive, picture = Path(folder) / ARCHIVE_NAME, Path(folder) / "sheet.png"
            answers: BatchAnswers = yield from told(
                classify_batch_steps(paths or [], out=archive, language=language), language
            )
            made = answers.sheet()
            if made is not None:
                save_png(made, picture)
            shown = gr.update(value=str(picture) if made else None, visible=made is not None)
            yield shown, gr.update(value=str(archive), interactive=True), _summary(answers, language)

    line = {"concurrency_id": "classify", "concurrency_limit": 2, **QUIET}
    run = run_button.click(runtime.gpu(classify_batch), [files], [sheet, download, status], **line)
    stoppable([run], stop_button, status)


def _summary(answers: BatchAnswers, language: str) -> str:
    broken = [row for row in answers.rows if row.found is None]
    known = sum(row.found is not None and row.found.known for row in answers.rows)
    note = say("ui.classify.batch_done", language, known=known, count=len(answers.rows), broken=len(broken))
    problems = [f"{row.file}: {row.error.sentence(language)}" for row in broken[:PROBLEMS_SHOWN]]
    return "\n\n".join([note, *map(plain, problems)])
