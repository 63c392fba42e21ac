"""Handlers of the Generate tab: plain functions, which tests can call without a page."""

from __future__ import annotations

import functools
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr

from deepart import runtime
from deepart.errors import InputError
from deepart.images import load_image, save_png
from deepart.options import MOST_TRUNCATION, GenerateOptions, WalkOptions
from deepart.recipes import chunks, recipe_of
from deepart.tasks.generate.generate import ArtGenerator
from deepart.tasks.generate.genome import ANY_STYLE, Genome, Start
from deepart.tasks.generate.subjects import ANY_GENRE
from deepart.text import say
from deepart.ui.address import asked, said_of
from deepart.ui.controls import choices_of
from deepart.ui.events import handler, language_of, named_choices
from deepart.ui.generate import html, request as request_of, steering_panel as steered
from deepart.ui.generate.breeding_panel import LEVEL_GROUPS, lineage_update
from deepart.ui.generate.region_panel import WAYS, editor_update
from deepart.ui.generate.request import FILE_NAME, TILE_SIDE
from deepart.ui.generate.studio import MOST_ON_WALL, Studio
from deepart.ui.generate.walk_panel import MOST_SECONDS
from deepart.ui.restore.html import progress
from deepart.ui.widgets.picture_wall import Choice, Tile, with_tiles
from deepart.ui.widgets.style_pad import data_uri

FINISH, LOOK = (GenerateOptions.settings()[name] for name in ("finish", "look"))
_FINISHED = 6  # parts of the page that a finished picture fills
_LOOKED_AT = 4  # that `looked_at` fills
_PAUSE = 0.3  # seconds without another change, after which a picture is finished


@functools.cache
def painter() -> Callable[..., Iterator[Any]]:
    return runtime.gpu(request_of.painted)


@handler
def finish(studio: Studio, upscale: int, look: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
    """Enlarge the picture, write its file, and say how new it is; wait until it is no longer being changed."""
    nothing = (gr.skip(),) * (_FINISHED - 1)
    genome, language = studio.easel, language_of(request)
    deadline = time.monotonic() + _PAUSE
    while genome is not None and time.monotonic() < deadline and studio.easel is genome:
        yield gr.skip(), *nothing
        time.sleep(0.1)
    if genome is None or studio.easel is not genome:
        yield gr.skip(), *nothing
        return
    studio.remember(genome)
    picture = None
    for step in painter()([genome], int(upscale), look):
        if studio.easel is not genome:
            yield "", *nothing
            return
        if isinstance(step, runtime.Progress):
            yield gr.skip(), *nothing
        else:
            picture = step[0]
    judged = None if runtime.settings().zero_gpu else request_of.judged(picture)
    if studio.easel is not genome:
        yield "", *nothing
        return
    with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
        path = Path(folder) / FILE_NAME
        save_png(picture, path, text=chunks(picture))
        yield (
            "",
            str(path),
            gr.update(value=str(path), interactive=True),
            recipe_of(picture).as_dict(),
            html.originality_meter(judged, language),
            lineage_update(studio, language),
        )


def hung(studio: Studio, language: str) -> dict[str, Any]:
    """Return the wall with those of its pictures that have been painted."""
    tiles = [
        Tile(each.id, request_of.caption(each, language), studio.tiles[each.id])
        for each in studio.wall
        if each.id in studio.tiles
    ]
    picked = studio.base.id if studio.base else None
    return with_tiles(tiles, picked, studio.liked, say("ui.generate.like", language))


def described(genome: Genome, language: str) -> str:
    parts = [
        request_of.caption(genome, language),
        request_of.style_name(genome.style, language),
        say("ui.generate.with_variety", language, variety=genome.truncation),
    ]
    return " · ".join(parts)


def told(step: runtime.Progress, language: str) -> str:
    return progress(min(1.0, step.done / max(step.total, 1)), say(step.note, language))


def looked_at(studio: Studio, language: str) -> tuple[Any, ...]:
    """Return the picture that is looked at, painted at once, what it is, and the buttons of `usable`."""
    return request_of.quick(studio.easel), described(studio.easel, language), *usable(studio)


def usable(studio: Studio) -> tuple[Any, Any]:
    """Return the buttons that hang the picture and go back to the wall before, each shown where it does something."""
    return gr.update(visible=studio.can_keep), gr.update(visible=bool(studio.past))


def seen(studio: Studio, language: str) -> tuple[Any, ...]:
    """Return the picture that was picked, see `looked_at`, and controls that start anew."""
    return *looked_at(studio, language), *steered.fresh(studio, language)


@handler
def translate_generate(request: gr.Request) -> tuple[Any, ...]:
    """Translate what Gradio cannot: the choices."""
    language = language_of(request)
    if language == "en":
        return (gr.skip(),) * 8
    return (
        gr.update(choices=steered.first_style_choices(language)),
        gr.update(choices=request_of.genre_choices(language)),
        gr.update(choices=choices_of(FINISH, language)),
        gr.update(choices=choices_of(LOOK, language)),
        gr.update(choices=choices_of(WalkOptions.settings()["easing"], language)),
        gr.update(choices=named_choices("ui.generate.level", LEVEL_GROUPS, language)),
        gr.update(choices=named_choices("ui.generate.way", WAYS, language)),
        gr.update(choices=request_of.model_choices(language)),
    )


def born(
    studio: Studio,
    seed: int | None,
    style: str,
    genre: str,
    variety: float,
    finish: str,
    count: int,
    request: gr.Request,
    start: Start | None = None,
) -> Iterator[tuple[Any, ...]]:
    """Hang pictures, that of a seed among them, if there is one."""
    language = language_of(request)
    for step in request_of.births(studio.checkpoint, seed, int(count), style, variety, genre, finish, start):
        if isinstance(step, runtime.Progress):
            yield gr.skip(), gr.skip(), told(step, language), gr.skip()
            continue
        studio.hang(step.genomes)
        choices = request_of.style_choices(studio.checkpoint, language)
        shown = step.genomes[0].seed if seed is None else seed
        yield shown, gr.update(choices=choices), "", step.sentence(language)


def first_wall(controls: Mapping[str, gr.components.Component]) -> Callable[..., Iterator[tuple[Any, ...]]]:
    """Return the handler that hangs the first wall, which takes from the page's address what that says of `controls`:
    the address fills them only after the tab is open.

    Args:
        controls: by the names of settings, in the order of those of `born`.
    """

    @handler
    def show_first_wall(studio: Studio, request: gr.Request, *settings: Any) -> Iterator[tuple[Any, ...]]:
        """Begin with pictures once the tab is opened: those who do not open it cost nothing."""
        if studio.is_open or runtime.settings().zero_gpu:  # a GPU is lent to those who ask
            yield (gr.skip(),) * 4
            return
        studio.is_open = True
        values = dict(zip(controls, (None, *settings))) | asked(request, "generate", controls)
        if wanted := said_of(request, "generate").get("style"):  # its choices are known once the generator is loaded
            with suppress(InputError):
                values["style"] = ArtGenerator(studio.checkpoint).known_style(wanted)
        for shown, style, *rest in born(studio, *values.values(), request):
            yield shown, style | {"value": values["style"]} if "choices" in style else style, *rest

    return show_first_wall


@handler
def hang_new(studio: Studio, request: gr.Request, *settings: Any) -> Iterator[tuple[Any, ...]]:
    studio.is_open = True
    yield from born(studio, None, *settings, request)


@handler
def hang_seed(studio: Studio, seed: int | None, request: gr.Request, *settings: Any) -> Iterator[tuple[Any, ...]]:
    studio.is_open = True
    yield from born(studio, None if seed is None else int(seed), *settings, request)


@handler
def hang_started(
    studio: Studio, path: str | None, freedom: float, request: gr.Request, *settings: Any
) -> Iterator[tuple[Any, ...]]:
    """Hang pictures that start from the visitor's own."""
    if path is None:
        raise InputError("generate.no_own_picture")
    start = Start.from_picture(load_image(path), freedom)
    yield from born(studio, None, *settings, request, start)


@handler
def hang_of_model(
    studio: Studio, variety: float, finish: str, count: int, request: gr.Request
) -> Iterator[tuple[Any, ...]]:
    """Hang pictures of another generator, which need not know the style."""
    for first, choices, *rest in born(studio, None, ANY_STYLE, ANY_GENRE, variety, finish, count, request):
        is_done = isinstance(first, int)
        yield first, gr.update(choices=choices["choices"], value=ANY_STYLE) if is_done else choices, *rest


@handler
def like(studio: Studio, value: Any, request: gr.Request) -> Any:
    """Remember what is liked; it also lies at the corners of the pad."""
    studio.liked = Choice.read(value, {genome.id for genome in studio.wall}).liked
    return _pad_if_open(studio, language_of(request))


@handler
def steer(studio: Studio, request: gr.Request, *values: Any) -> tuple[Any, ...]:
    """Show what the controls make of the picture, at once."""
    if studio.base is None:
        return (gr.skip(),) * _LOOKED_AT
    studio.easel = steered.change_of(studio, *values).of(studio.base, studio.partner)
    return looked_at(studio, language_of(request))


@handler
def follow_pad(studio: Studio, value: Any, request: gr.Request) -> tuple[Any, ...]:
    genome = steered.at_pad(studio, value)
    if genome is None:
        return (gr.skip(),) * _LOOKED_AT
    studio.pick(genome)
    return looked_at(studio, language_of(request))


@handler
def follow_map(studio: Studio, value: Any, variety: float, request: gr.Request) -> tuple[Any, ...]:
    studio.pick(steered.at_map(value, variety))
    return looked_at(studio, language_of(request))


@handler
def reset_controls(studio: Studio, request: gr.Request) -> tuple[Any, ...]:
    return steered.fresh(studio, language_of(request))


@handler
def open_pad(studio: Studio, request: gr.Request) -> Any:
    studio.open_panels.add("pad")
    return _pad_if_open(studio, language_of(request))


@handler
def close_pad(studio: Studio, request: gr.Request) -> None:
    studio.open_panels.discard("pad")


@handler
def show_pad(studio: Studio, request: gr.Request) -> Any:
    return _pad_if_open(studio, language_of(request))


@handler
def open_map(request: gr.Request) -> Iterator[tuple[Any, str]]:
    language = language_of(request)
    filled = yield from runtime.told(steered.map_steps(language), lambda step: (gr.skip(), told(step, language)))
    yield filled, html.axes(steered.axes_text(language))


@handler
def keep_picture(studio: Studio, value: Any, request: gr.Request) -> tuple[Any, ...]:
    """Hang the picture that is looked at beside the others."""
    studio.liked = Choice.read(value, {genome.id for genome in studio.wall}).liked
    language = language_of(request)
    studio.keep()
    studio.tiles.setdefault(studio.base.id, request_of.tile_image(studio.base))
    return hung(studio, language), *usable(studio), *steered.fresh(studio, language)


@handler
def go_back(studio: Studio, request: gr.Request) -> None:
    studio.back()


@handler
def open_file(studio: Studio, path: str | None, request: gr.Request) -> Iterator[tuple[Any, ...]]:
    """Take up a picture, or a film, where its file left off."""
    unchanged = (gr.skip(),) * 6
    if path is None:
        yield unchanged
        return
    found = request_of.opened(path)
    language = language_of(request)
    genomes = [found] if isinstance(found, Genome) else list(found.keys)
    for step in request_of.births(genomes[0].checkpoint, 0, 1):  # only to load it
        if isinstance(step, runtime.Progress):
            yield unchanged
    studio.is_open, studio.checkpoint = True, genomes[0].checkpoint
    first = genomes[0]
    rest = studio.wall if isinstance(found, Genome) else []
    studio.hang([*genomes, *rest][:MOST_ON_WALL])
    settings = (
        gr.update(choices=request_of.style_choices(first.checkpoint, language), value=first.style),
        min(first.truncation, MOST_TRUNCATION),
        first.seed if first.origin == "seed" else gr.skip(),
    )
    if isinstance(found, Genome):
        yield *settings, *(gr.skip(),) * 3
        return
    film = found.options
    yield *settings, min(max(film.frames / film.fps, 1), MOST_SECONDS), film.loop, film.easing


def _pad_if_open(studio: Studio, language: str) -> Any:
    return steered.pad_update(studio, language) if "pad" in studio.open_panels else gr.skip()


@handler
def show_editor(studio: Studio, request: gr.Request) -> Any:
    return editor_update(studio)


def wall_handlers(parts: int) -> SimpleNamespace:
    """Return the handlers that show the wall, for a page where so many parts show the picked picture."""

    @handler
    def show_wall(studio: Studio, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Paint what hangs on the wall and has not been painted yet."""
        language, genomes = language_of(request), list(studio.wall)
        studio.tiles = {each.id: studio.tiles[each.id] for each in genomes if each.id in studio.tiles}
        missing = [each for each in genomes if each.id not in studio.tiles]
        rest = (gr.skip(),) * (parts - _LOOKED_AT)
        done, shown = 0, time.monotonic()
        for step in painter()(missing):
            if not isinstance(step, runtime.Progress):
                continue
            if step.preview is not None and step.done > done:
                studio.tiles[missing[done].id] = data_uri(step.preview, TILE_SIDE)
                done = step.done
            is_due = time.monotonic() - shown > 0.5  # not all pictures one by one
            shown = time.monotonic() if is_due else shown
            tiles = hung(studio, language) if is_due else gr.skip()
            yield told(step, language), tiles, gr.skip(), gr.skip(), *usable(studio), *rest
            if studio.wall != genomes:  # others hang there by now
                return
        if studio.easel is None:
            yield (gr.skip(),) * (parts + 2)
            return
        yield "", hung(studio, language), *seen(studio, language)

    @handler
    def pick(studio: Studio, value: Any, request: gr.Request) -> tuple[Any, ...]:
        by_id = {genome.id: genome for genome in studio.wall}
        chosen = Choice.read(value, by_id)
        if chosen.picked is None:  # the page is older than the app
            return (gr.skip(),) * parts
        studio.liked = chosen.liked
        studio.pick(by_id[chosen.picked])
        return seen(studio, language_of(request))

    @handler
    def show_picked(studio: Studio, request: gr.Request) -> tuple[Any, ...]:
        """Show a picture that was picked elsewhere."""
        if studio.easel is None:
            return (gr.skip(),) * parts
        return seen(studio, language_of(request))

    return SimpleNamespace(show_wall=show_wall, pick=pick, show_picked=show_picked)
