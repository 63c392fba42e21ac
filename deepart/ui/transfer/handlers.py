"""Handlers of the Transfer tab: plain functions, which tests can call without a page."""

from __future__ import annotations

import html
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image, ImageChops

from deepart import runtime
from deepart.errors import InputError
from deepart.images import load_image
from deepart.options import PaintOptions
from deepart.tasks.paint import masks
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT
from deepart.tasks.paint.gallery import named_styles
from deepart.tasks.paint.style_files import load_style
from deepart.text import say
from deepart.ui import samples
from deepart.ui.choices import gallery_items, one_of, recipe_from, settings_note, within
from deepart.ui.controls import restored, translated
from deepart.ui.events import handler, language_of, named_choices, show_progress
from deepart.ui.expectation import expected
from deepart.ui.paintings import next_number, previews, shown
from deepart.ui.pictures import EDITOR_SIDE, canvas, place_on_canvas
from deepart.ui.transfer.request import WHERE, TransferRequest, paint_to
from deepart.ui.widgets.object_picker import clicked_at

MASK_COLOUR = "#e5484d"
"""Colour of the strokes that say where a style goes."""
MOST_SOFTNESS = 0.2  # that the slider offers; a recipe may say more

_styles = partial(named_styles, DEFAULT_CHECKPOINT)
_SHOWN = 4  # parts of the page that a painting fills


@handler
def show_first_picture(request: gr.Request) -> tuple[Any, ...]:
    """Show the first example."""
    if runtime.settings().zero_gpu:  # a GPU is lent to those who ask for a painting
        return gr.skip(), gr.skip()
    return samples.first_picture(), say("ui.first_picture", language_of(request))


@handler
def translate(request: gr.Request) -> tuple[Any, ...]:
    """Translate what Gradio cannot: captions, choices, values."""
    language = language_of(request)
    if language == "en":
        return (gr.skip(),) * (5 + len(PaintOptions.settings()))
    return (
        gr.update(value=gallery_items(language)),
        gr.update(value=example_items(language)),
        *translated(language),
        gr.update(choices=named_choices("ui.where", WHERE, language)),
        gr.update(choices=outside_choices(language)),
        _styles()[samples.EXAMPLES[0].style].credit(language),
    )


@handler
def choose(request: gr.Request, event: gr.SelectData) -> tuple[str, None, str]:
    key = list(_styles())[event.index]
    return key, None, _styles()[key].credit(language_of(request))


@handler
def choose_own(path: str | None, request: gr.Request) -> tuple[Any, Any, Any]:
    if path is None:
        return gr.skip(), gr.skip(), gr.skip()
    load_image(path)
    # None would leave the old one selected.
    return None, gr.update(selected_index=-1), say("ui.own_style_chosen", language_of(request))


@handler
def choose_file(path: str, request: gr.Request) -> tuple[Any, ...]:
    """Take the style from a file that a mixture was saved to."""
    code = load_style(path, previews.engine)
    note = say("ui.style_file_chosen", language_of(request), label=html.escape(code.label))
    return path, None, gr.update(selected_index=-1), note


@handler
def show_place(where: str, content: str | None, request: gr.Request) -> tuple[Any, Any, Any]:
    """Show what the chosen kind of mask needs: the picture to paint on, or a place for a file."""
    drawn = gr.skip()
    if where == "painted" and content:
        drawn = {"background": canvas(load_image(content)), "layers": [], "composite": None}
    return gr.update(visible=where == "painted"), gr.update(visible=where == "uploaded"), drawn


@handler
def add_object(
    content: str | None, kind: str, drawn: dict[str, Any] | None, request: gr.Request, event: gr.SelectData
) -> dict[str, Any]:
    """Add the object or region that was clicked at to what is painted."""
    if content is None:
        raise InputError("content.missing")
    picture = load_image(content)
    left, top, right, bottom = place_on_canvas(picture.size)
    mask = Image.new("L", (EDITOR_SIDE, EDITOR_SIDE))
    mask.paste(clicked_at(content, kind, event).resize((right - left, bottom - top)), (left, top))
    before = masks.mask_from_editor(drawn, mask.size)
    layer = Image.new("RGBA", mask.size, MASK_COLOUR)
    layer.putalpha(mask if before is None else ImageChops.lighter(mask, before))
    return {"background": canvas(picture), "layers": [layer], "composite": None}


@handler
def preview(request: gr.Request, *values: Any) -> Iterator[tuple[Any, ...]]:
    """Show a small preview of the current settings; the full painting waits for the button."""
    *settings, painted = values
    nothing, number = (gr.skip(),) * _SHOWN, next_number(painted)
    if runtime.settings().zero_gpu:  # a GPU is lent to those who ask for a painting
        yield nothing
        return
    wanted, started = TransferRequest.on_page(*settings), time.monotonic()
    try:
        wanted.check()
    except InputError:  # nothing to show yet; the button says what is missing
        yield nothing
        return
    before, after = previews.paint(wanted.content, wanted.regions(), wanted.options)
    # Something newer was asked for, or the button was faster and its painting must not be replaced.
    if painted["number"] != number or painted.get("settings") == settings:
        yield nothing
        return
    painted.pop("settings", None)
    with shown(before, after) as pictures:
        note = say("ui.preview", language_of(request), seconds=time.monotonic() - started)
        yield pictures, gr.update(value=None, interactive=False), gr.skip(), note


@handler
def paint(request: gr.Request, progress: gr.Progress = gr.Progress(), *values: Any) -> Iterator[tuple[Any, ...]]:
    *settings, painted = values
    painted["settings"] = settings
    next_number(painted)
    language = language_of(request)
    started = time.monotonic()
    wanted = TransferRequest.on_page(*settings)
    yield *(gr.skip(),) * (_SHOWN - 1), expected(wanted.content, wanted.options, language) or gr.skip()
    with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
        for step in paint_to(Path(folder), wanted):
            if isinstance(step, runtime.Progress):
                yield (gr.skip(),) * _SHOWN
                show_progress(progress, step, language)
                continue
            note = step.note(started, language)
            # By the time the next value is asked for, the files have been copied to the app's cache.
            yield painting_shown(step.before, step.after, step.download, step.recipe, note)


@handler
def say_stopped(request: gr.Request) -> str:
    return say("ui.stopped", language_of(request))


@handler
def fill_in_example(request: gr.Request, event: gr.SelectData) -> tuple[Any, ...]:
    example = samples.EXAMPLES[event.index]
    return (
        str(samples.folder() / example.photo),
        example.style,
        None,
        gr.update(selected_index=list(_styles()).index(example.style)),
        _styles()[example.style].credit(language_of(request)),
    )


@handler
def restore_settings(path: str, request: gr.Request) -> tuple[Any, ...]:
    """Read the settings back from a picture that was painted here."""
    found, language = recipe_from(path, "transfer"), language_of(request)
    settings, given = found.settings, {ingredient.role for ingredient in found.ingredients}
    key, known = settings.get("style"), settings.get("style") in _styles()
    softness = within(settings.get("softness"), 0, 1, default=0.02)
    outside = one_of(_styles(), settings.get("outside"), default="")
    lost = [
        *(["ui.mask_file"] if "mask" in given else []),
        *(["ui.outside"] if not outside and ("outside" in given or settings.get("outside")) else []),
    ]
    missing = ["ui.content", *([] if known else ["ui.own_style_picture"]), *lost]
    note = settings_note("ui.paint", missing, language)
    return (
        within(settings.get("strength"), 0, 1, default=1),
        *restored(PaintOptions.from_recipe(settings), language),
        one_of(masks.FOUND, settings.get("mask"), default="everywhere"),
        gr.update(maximum=max(MOST_SOFTNESS, softness), value=softness),
        outside,
        within(settings.get("outside_strength"), 0, 1, default=1),
        key if known else gr.skip(),
        None if known else gr.skip(),
        gr.update(selected_index=list(_styles()).index(key)) if known else gr.skip(),
        _styles()[key].credit(language) if known else say("ui.add_style_again", language),
        note,
    )


def painting_shown(before: str, after: str, download: str, recipe: dict[str, Any], note: str) -> tuple[Any, ...]:
    """Return what `outputs` become when there is a painting."""
    return (before, after), gr.update(value=download, interactive=True), recipe, note


def example_items(language: str) -> list[tuple[str, str]]:
    styles = named_styles(DEFAULT_CHECKPOINT)
    return [
        (str(samples.folder() / example.photo), f"× {styles[example.style].title_in(language)}")
        for example in samples.EXAMPLES
    ]


def outside_choices(language: str) -> list[tuple[str, str]]:
    styles = named_styles(DEFAULT_CHECKPOINT)
    return [(say("ui.outside.nothing", language), ""), *((s.title_in(language), key) for key, s in styles.items())]
