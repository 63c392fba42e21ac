"""Handlers of the Classify tab: plain functions, which tests can call without a page."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from deepart import runtime
from deepart.art_labels import label_name
from deepart.errors import DeepartError, InputError
from deepart.tasks.classify.classify import DEFAULT_CHECKPOINT, HEADS
from deepart.tasks.hub.classifiers import CHOICES
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT as PAINTER
from deepart.tasks.paint.gallery import named_styles
from deepart.text import say
from deepart.ui import samples
from deepart.ui.classify import html, request as request_of
from deepart.ui.classify.request import TOP
from deepart.ui.events import handler, language_of, named_choices, translations as t
from deepart.ui.pictures import is_about_picture, picture_shown

ANSWER_NAME = "deepart-answer"

_ANSWERED = 8  # parts of the page that an answer fills
_CLEARED = "", None, gr.skip(), "", None, ""  # what evidence there was of the picture before
_NOTHING = (*(gr.update(visible=False),) * 3, *(gr.skip(),) * (_ANSWERED - 4), *_CLEARED)  # but for the verdict


@handler
def clear_answer(shown: dict[str, Any], path: str | None, request: gr.Request) -> tuple[Any, ...]:
    """Clear the previous predictions as soon as there is a new picture."""
    shown["picture"] = path
    words = "ui.classify.looking" if path else "ui.classify.waiting"
    return html.waiting(say(words, language_of(request))), *_NOTHING


@handler
def show_answer(path: str | None, model: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
    """Show the predictions first; the evidence follows."""
    language, nothing = language_of(request), _NOTHING
    if path is None:
        yield html.waiting(say("ui.classify.waiting", language)), *nothing
        return
    steps = request_of.opinion_steps(path, model)
    try:
        opinion = yield from runtime.told(steps, lambda step: (html.waiting(_progress(step, language)), *nothing))
    except DeepartError as error:
        if is_about_picture(error):  # a toast says so, and the picture is on its way out again
            yield (gr.skip(),) * (_ANSWERED + len(_CLEARED))
        else:
            yield html.waiting(error.sentence(language)), *nothing
        return
    found = opinion.found
    with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
        as_json, as_csv = (Path(folder) / f"{ANSWER_NAME}.{kind}" for kind in ("json", "csv"))
        as_json.write_text(json.dumps(opinion.as_json(), ensure_ascii=False, indent=2), "utf-8")
        as_csv.write_text(opinion.as_csv(language), "utf-8-sig")  # the mark tells Excel that it is UTF-8
        yield (
            html.verdict(found, opinion.conflicts, opinion.nearest, language),
            gr.update(visible=True),
            gr.update(visible=opinion.has_evidence),
            gr.update(visible=True),
            html.bars(found, opinion.nearest, TOP, language),
            html.card(found, opinion.mistaken, language),
            str(as_json),
            str(as_csv),
            *_CLEARED,
        )


@handler
def show_evidence(
    shown: dict[str, Any], path: str | None, model: str, head: str, request: gr.Request
) -> tuple[Any, ...]:
    """Show the quick evidence: heat map and similar artworks; clear the slower evidence."""
    if not has_evidence(path, model):
        return _CLEARED
    language, opinion = language_of(request), request_of.opinion(path)
    answers = opinion.found.answers[head][:TOP]
    choices = [(label_name(head, answer.label, language), answer.label) for answer in answers]
    heat = request_of.heat(path, head)
    if shown.get("picture", path) != path:  # there is another picture by now
        return (gr.skip(),) * len(_CLEARED)
    return (
        html.neighbours(opinion.nearest, language),
        heat,
        gr.update(choices=choices, value=answers[0].label),
        *_CLEARED[3:],
    )


@handler
def show_more_evidence(
    shown: dict[str, Any], path: str | None, model: str, head: str, request: gr.Request
) -> tuple[Any, ...]:
    """Show the slower evidence: the picture changed or in parts."""
    if not has_evidence(path, model):
        return _CLEARED[3:]
    language, opinion = language_of(request), request_of.opinion(path)
    table = html.change_table(request_of.changes(path, head), opinion.found.answers[head], head, language)
    drawn, legend = request_of.parts(path, head)
    if shown.get("picture", path) != path:
        return (gr.skip(),) * len(_CLEARED[3:])
    return table, drawn, html.legend(legend, head, language)


def has_evidence(path: str | None, model: str) -> bool:
    try:
        return model == DEFAULT_CHECKPOINT and request_of.opinion(path).has_evidence
    except InputError:  # no picture, or a bad one
        return False


@handler
def translate_classify(request: gr.Request) -> tuple[Any, ...]:
    """Translate what Gradio cannot: captions, choices, values."""
    language = language_of(request)
    if language == "en":
        return (gr.skip(),) * 3
    return (
        gr.update(value=sample_items(language)),
        gr.update(choices=named_choices("ui.classify.head", HEADS, language)),
        gr.update(choices=model_choices(language)),
    )


@handler
def show_first_sample(opened: bool, path: str | None, request: gr.Request) -> tuple[bool, Any]:
    """Begin with a sample once the tab is opened: those who do not open it cost nothing."""
    if opened or path is not None or runtime.settings().zero_gpu:  # a GPU is lent to those who ask
        return True, gr.skip()
    return True, samples.artwork(samples.ARTWORKS[0])


@handler
def choose_sample(request: gr.Request, event: gr.SelectData) -> tuple[str, Any]:
    return samples.artwork(samples.ARTWORKS[event.index]), gr.update(selected_index=-1)


@handler
def show_heat(path: str | None, head: str, label: str, request: gr.Request) -> Any:
    return request_of.heat(path, head, label) if path else gr.skip()


def evidence_picture(label: str, elem_id: str) -> gr.Image:
    return picture_shown(t(label), elem_id, format="jpeg", buttons=["fullscreen"])


def sample_items(language: str) -> list[tuple[str, str]]:
    styles = named_styles(PAINTER)
    captions = [
        f"× {styles[key].title_in(language)}" if key else say("ui.classify.a_photo", language)
        for key in samples.ARTWORKS
    ]
    return [(samples.artwork(key), caption) for key, caption in zip(samples.ARTWORKS, captions)]


def model_choices(language: str) -> list[tuple[str, str]]:
    return [(say("ui.classify.model_bundled", language), DEFAULT_CHECKPOINT), *((repo, repo) for repo in CHOICES)]


def _progress(step: runtime.Progress, language: str) -> str:
    if step.total < 2**20:  # not bytes
        return say("ui.classify.asking", language)
    return say("ui.classify.fetching", language, done=step.done >> 20, total=step.total >> 20)
