"""Handlers of the Restore tab: plain functions, which tests can call without a page."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from deepart import runtime
from deepart.errors import InputError
from deepart.options import RestoreOptions
from deepart.tasks.hub.restorers import RESTORERS, find_restorer
from deepart.tasks.restore.diagnosis import Step
from deepart.tasks.restore.engine import USUAL_KEEP_PAINT
from deepart.text import say
from deepart.ui.choices import recipe_from, settings_note
from deepart.ui.controls import choices_of, finished
from deepart.ui.events import handler, language_of, named_choices
from deepart.ui.paintings import shown
from deepart.ui.restore import html, request as request_of
from deepart.ui.restore.damaged_samples import DAMAGED, damaged
from deepart.ui.restore.request import CONTROLS, KINDS, Restored, RestoreRequest, restore_to, sample_to

VIEWS = ("slider", "trust")
STRENGTHS = ("clean", "keep_paint", "colour", "upscale")  # that are proposed for a picture
_NOTHING = (gr.skip(),) * 9  # of what a restoration shows
_NOT_IN_A_FILE = {"mask": "ui.restore.mask_name", "protect": "ui.restore.mask_name", "palette": "ui.restore.palette"}
_WAITING = (gr.update(value=None, interactive=False),) * 2
_PATIENCE = 3.0  # seconds after which it is said how long it will take


@handler
def look_for_damage(work: dict[str, Any], path: str | None, request: gr.Request) -> Iterator[tuple[Any, ...]]:
    """Add to what is wrong the damage, which takes a network, unless another picture comes."""
    try:
        yield from _damage_of(work, path, language_of(request))
    finally:
        work["looking"] = False


def _damage_of(work: dict[str, Any], path: str | None, language: str) -> Iterator[tuple[Any, ...]]:
    nothing = (gr.skip(),) * (4 + len(STRENGTHS))
    if path is None or not work.get("looking") or runtime.settings().zero_gpu:  # a GPU is lent to those who ask
        yield nothing
        return
    steps = request_of.damage_steps(path)
    try:
        while True:
            next(steps)
            yield nothing
            if work["picture"] != path:
                return
    except StopIteration as end:
        examined = end.value
    except InputError:  # it has been said
        yield nothing
        return
    finally:
        steps.close()
    before, after = (proposed(each) for each in (request_of.examine(path), examined))
    # What is proposed as before may have been edited meanwhile.
    changed = (gr.skip() if old == new else new for old, new in zip(before, after))
    card = html.diagnosis_card(path, examined, language)
    asks = gr.update(visible=examined.found.answer == "ask")
    # A visitor's mask counts more than what is found.
    found = (gr.skip(), gr.skip()) if work.get("own_mask") else (examined.sure, examined.sure is not None)
    yield card, *found, asks, *changed


@handler
def restore_picture(work: dict[str, Any], request: gr.Request, *values: Any) -> Iterator[tuple[Any, ...]]:
    """Restore a picture as the page says; see `known_wishes` for who is faster than the examination."""
    work.pop("done", None)
    language = language_of(request)
    wanted = yield from known_wishes(work, values, language)
    yield from run(work, wanted, None, language)


def known_wishes(
    work: dict[str, Any], values: Sequence[Any], language: str
) -> Generator[tuple[Any, ...], None, RestoreRequest]:
    """Return what the page says; of a picture that is still examined, with what will be proposed for it.

    Before the examination begins, all that the page says is of the picture before; as long as damage is looked for,
    only the damage, and what is proposed otherwise because of it, are missing.
    """
    path, *settings = values
    is_new = path != work.get("examined")
    if path is not None and (is_new or work.get("looking")):
        started = time.monotonic()
        examined = yield from runtime.told(
            request_of.damage_steps(path),
            lambda step: (_progress(step, time.monotonic() - started, language), *_NOTHING[1:]),
        )
        before, after = (dict(zip(STRENGTHS, proposed(each))) for each in (request_of.examine(path), examined))
        for place, name in enumerate(CONTROLS, 3):
            if name in after and (is_new or settings[place] == before[name]):
                settings[place] = after[name]
        if is_new:
            settings[:3] = examined.sure, None, examined.sure is not None
        elif not work.get("own_mask"):  # strokes are added to what is found
            settings[0], settings[2] = examined.sure, settings[2] or examined.sure is not None
    return RestoreRequest.on_page(path, *settings)


@handler
def restore_sample(work: dict[str, Any], request: gr.Request, *values: Any) -> Iterator[tuple[Any, ...]]:
    """Restore a sample as soon as it is known what it needs; other pictures wait for the button."""
    path, go = values[0], work.pop("go", None)
    if path is None or go is None or Path(path).name != Path(go).name or request_of.examine(path).corners:
        yield _NOTHING
        return
    yield from run(work, RestoreRequest.on_page(*values), None, language_of(request), sample_to)


@handler
def restore_next(work: dict[str, Any], request: gr.Request, *values: Any) -> Iterator[tuple[Any, ...]]:
    """Do one step more than the last time; after the last step begin anew."""
    language = language_of(request)
    wanted = yield from known_wishes(work, values, language)
    count = len(wanted.steps())
    number = work.get("done", 0) % max(count, 1) + 1
    if (yield from run(work, wanted, number, language)):
        work["done"] = number


def run(
    work: dict[str, Any],
    wanted: RestoreRequest,
    number: int | None,
    language: str,
    restoring: Callable[..., Generator[runtime.Progress, None, Restored]] = restore_to,
) -> Generator[tuple[Any, ...], None, bool]:
    """Do the first `number` steps, or all; say whether they were done before there was another picture.

    Args:
        restoring: `restore_to`, or what takes and gives the same.
    """
    started, steps = time.monotonic(), wanted.steps()
    work |= {"picture": wanted.picture, "stopped": False}
    with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
        engine = restoring(Path(folder), wanted, steps[:number])
        try:
            while True:
                step = next(engine)
                if work["picture"] != wanted.picture:
                    return False
                told = _progress(step, time.monotonic() - started, language)
                if step.preview is None or step.done == step.total:
                    yield told, *_NOTHING[1:]
                    continue
                before = request_of.compared(wanted, step.preview.size)
                with shown(before, step.preview) as pictures:
                    yield told, gr.update(visible=True), pictures, None, "", "", *_WAITING, None
        except StopIteration as end:
            restored: Restored = end.value
        finally:
            engine.close()
        note = _note(restored, steps, number, time.monotonic() - started, language)
        work["restored"] = wanted.picture
        yield (
            "",
            gr.update(visible=True),
            (restored.before, restored.after),
            restored.trust,
            html.trust_legend(restored.changed, restored.invented, language),
            note,
            *(gr.update(value=path, interactive=True) for path in (restored.download, restored.trust_levels)),
            restored.recipe,
        )
    return True


@handler
def translate_restore(request: gr.Request) -> tuple[Any, ...]:
    """Translate what Gradio cannot: captions, choices, values."""
    language = language_of(request)
    if language == "en":
        return (gr.skip(),) * (7 + len(KINDS))
    return (
        gr.update(value=sample_items(language)),
        html.waiting(say("ui.restore.waiting", language)),
        html.waiting(say("ui.restore.result_waiting", language)),
        gr.update(choices=extend_choices(language)),
        *(gr.update(choices=choices_of(RestoreOptions.settings()[name], language)) for name in ("size", "look")),
        gr.update(choices=named_choices("ui.restore.view", VIEWS, language)),
        *(gr.update(choices=engine_choices(role, language)) for role in KINDS),
    )


@handler
def show_first_sample(work: dict[str, Any], path: str | None, request: gr.Request) -> Any:
    """Begin with a sample once the tab is opened: those who do not open it cost nothing."""
    if work.get("opened") or path is not None or runtime.settings().zero_gpu:  # a GPU is lent to those who ask
        return gr.skip()
    work.update(opened=True, sample=True, go=damaged(DAMAGED[0]))
    return work["go"]


@handler
def choose_sample(work: dict[str, Any], request: gr.Request, event: gr.SelectData) -> tuple[str, Any]:
    work.update(opened=True, sample=True, photo=None, go=damaged(DAMAGED[event.index]))
    return work["go"], gr.update(selected_index=-1)


@handler
def forget_sample(work: dict[str, Any], path: str, request: gr.Request) -> None:
    """Remember that the picture is a visitor's own; what is still done to the one before ends."""
    work.update(photo=None, sample=False, picture=path)
    work.pop("go", None)  # or what waits to restore the sample would take the visitor's result away


@handler
def examine_picture(work: dict[str, Any], path: str | None, request: gr.Request) -> tuple[Any, ...]:
    """Say what is wrong with a new picture, and set what is proposed; a bad one is on its way out again."""
    language, nothing = language_of(request), (gr.skip(),) * (10 + len(STRENGTHS))
    # A row that comes into sight beside a picture is a change of the picture to Gradio: the picture would be examined
    # again, and the question "Fill the red parts?" go and come.
    if path is not None and path == work.get("examined"):
        return nothing
    try:
        examined = request_of.examine(path) if path else None
    except InputError:  # a toast says so
        return nothing
    work.pop("done", None)
    work.pop("piece", None)
    work.update(picture=path, examined=path, looking=path is not None, own_mask=False)
    no_result = html.waiting(say("ui.restore.result_waiting", language))
    hidden = gr.update(visible=False)
    # Whoever was faster than this has a result already.
    cleared = None, False, hidden, *((gr.skip(),) * 2 if work.get("restored") == path else (hidden, no_result)), 0
    unchanged = (gr.skip(),) * 4
    if examined is None:
        return html.waiting(say("ui.restore.waiting", language)), *cleared, hidden, hidden, hidden, *unchanged
    looking = not runtime.settings().zero_gpu
    return (
        html.diagnosis_card(path, examined, language, looking),
        *cleared,
        gr.update(visible=examined.found.colour.has_one_tone),
        gr.update(visible=examined.corners is not None),
        gr.update(visible=work.get("photo") is not None and Path(path).name == request_of.STRAIGHTENED_NAME),
        *proposed(examined),
    )


def proposed(examined: request_of.Examination) -> tuple[float, float, float, int]:
    """Return the values of `STRENGTHS` that are proposed."""
    clean, colour, enlarge = (examined.step(action) for action in ("clean", "colour", "enlarge"))
    return (
        clean.strength if clean else 0,
        examined.keep_paint,
        colour.strength if colour else 0,
        enlarge.scale if enlarge else 1,
    )


@handler
def straighten_picture(work: dict[str, Any], path: str | None, request: gr.Request) -> Iterator[Any]:
    """Put what the print looks like from in front in the place of the photo; one of the samples is restored."""
    if path is None:
        raise InputError("restore.missing")
    with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
        straightened = yield from finished(request_of.straightened_to(Path(folder), path), gr.skip())
        work["photo"] = path
        if work.get("sample"):
            work["go"] = straightened
        yield straightened


@handler
def put_photo_back(work: dict[str, Any], request: gr.Request) -> Any:
    return work.pop("photo", None) or gr.skip()


@handler
def fill_what_was_asked_about(path: str | None, request: gr.Request) -> Iterator[tuple[Any, ...]]:
    """Mark what is red in the card; it is known already, but for another version of the detector."""
    if path is None:
        raise InputError("restore.missing")
    examined = yield from finished(request_of.damage_steps(path), (gr.skip(),) * 3)
    yield examined.mask, True, gr.update(visible=False)


@handler
def stop_restoring(work: dict[str, Any], request: gr.Request) -> str:
    work["stopped"] = True
    return html.waiting(say("ui.restore.stopped", language_of(request)))


@handler
def clear_bar(work: dict[str, Any], request: gr.Request) -> str:
    """Leave nothing in the bar after an error; what is stopped counts as one."""
    return stop_restoring(work, request) if work.get("stopped") else ""


@handler
def show_view(view: str, request: gr.Request) -> tuple[Any, Any]:
    return gr.update(visible=view == "slider"), gr.update(visible=view == "trust")


@handler
def show_licences(request: gr.Request, *names: str | None) -> str:
    language = language_of(request)
    notes = []
    for name in filter(None, names):
        row = RESTORERS.get(name)
        if row is None:
            notes.append((name, say("ui.restore.licence_of_repository", language), ""))
        else:
            notes.append((f"{row.repo}/{row.file}", row.licence, say(row.good_for, language)))
    return html.licence_notes(notes, language)


@handler
def reuse_settings(path: str, request: gr.Request) -> tuple[Any, ...]:
    """Read the settings back from a picture that was restored here."""
    found = recipe_from(path, "restore")
    made, used = found.settings, found.checkpoint.split(", ")
    options = RestoreOptions.from_recipe({"clean": 0.0, "keep_paint": USUAL_KEEP_PAINT, **made})
    settings = [(name, RestoreOptions.settings()[name]) for name in CONTROLS]
    given = {ingredient.role for ingredient in found.ingredients}
    lost = [name for role, name in _NOT_IN_A_FILE.items() if role in given]
    return (
        "fill" in str(made.get("steps")).split(", "),
        *(known.left_out if getattr(options, name) is None else getattr(options, name) for name, known in settings),
        *(next((key for key in request_of.offered(role) if key in used), "") for role in KINDS),
        gr.skip(),
        html.waiting(settings_note("ui.restore.run", ["ui.restore.picture", *lost], language_of(request))),
    )


def sample_items(language: str) -> list[tuple[str, str]]:
    return [(damaged(key), say(f"ui.restore.sample.{key}", language)) for key in DAMAGED]


def extend_choices(language: str) -> list[tuple[str, str]]:
    sides = (("15,0,15,0", "sides", 15), ("0,15,0,15", "ends", 15), ("10", "all", 10))
    return [
        (say("ui.restore.extend.none", language), ""),
        *((say(f"ui.restore.extend.{name}", language, percent=percent), wish) for wish, name, percent in sides),
        *((ratio, ratio) for ratio in ("1:1", "5:4", "4:3", "3:2", "16:9", "4:5", "3:4", "2:3", "9:16")),
    ]


def engine_choices(role: str, language: str) -> list[tuple[str, str]]:
    rows = [(key, find_restorer(key)) for key in request_of.offered(role)]
    licences = {key: say("ui.restore.own", language) if row.path else row.licence for key, row in rows}
    sizes = {key: f" · {row.size / 2**20:.0f} MB" if row.size else "" for key, row in rows}
    return [
        (say("ui.restore.bundled", language), ""),
        *((f"{key.partition('/')[2]} · {licences[key]}{sizes[key]}", key) for key, row in rows),
    ]


def _progress(step: runtime.Progress, seconds: float, language: str) -> str:
    done = min(1.0, step.done / max(step.total, 1))
    note = say(step.note, language)
    if seconds > _PATIENCE and 0.05 < done < 1:
        note += " · " + say("ui.restore.left", language, seconds=round(seconds * (1 - done) / done) + 1)
    return html.progress(done, note)


def _note(restored: Restored, steps: Sequence[Step], number: int | None, seconds: float, language: str) -> str:
    names = [say(f"ui.restore.action.{step.action}", language) for step in steps]
    if not steps:
        note = say("ui.restore.no_step", language)
    elif number is None:
        width, height = restored.size
        note = say("ui.restore.done", language, width=width, height=height, seconds=seconds)
    elif number < len(steps):
        note = say(
            "ui.restore.step_done",
            language,
            number=number,
            count=len(steps),
            action=names[number - 1],
            next=names[number],
        )
    else:
        note = say("ui.restore.last_step", language, number=number, action=names[-1])
    if any(step.action == "colourise" for step in steps[:number]):
        note += " " + say("ui.restore.colours_guessed", language)
    return f"{note} {say('ui.credentials_dropped', language)}" if restored.had_credentials else note
