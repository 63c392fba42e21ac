"""The styles of a mix on the page: what each row stands for, and how they are added and taken away.

A page holds only names and pictures of them: what they are stays on the server, so that nothing that a
visitor sends is ever taken for a path.
"""

from __future__ import annotations

import functools
import html
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from deepart import runtime
from deepart.errors import InputError
from deepart.images import load_image
from deepart.models.style_code import StyleCode
from deepart.tasks.paint.blend import MOST_STYLES
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT
from deepart.tasks.paint.gallery import named_style_code, named_styles
from deepart.tasks.paint.style_files import is_style_file, load_style, sample_of
from deepart.tasks.paint.style_map import Point, corners, style_map
from deepart.tasks.paint.transfer import Style
from deepart.text import say
from deepart.ui import samples
from deepart.ui.paintings import previews
from deepart.ui.widgets.style_pad import Anchor, data_uri, with_anchors

COLOURS = ("#e5484d", "#0090ff", "#30a46c", "#ffc53d", "#8e4ec6", "#00dcdc")
"""What the place of each style is painted with."""
LONGEST_TITLE = 40


@dataclass(frozen=True, slots=True)
class Slot:
    """One style of a mix."""

    key: str  # what the page calls it: of a bundled style its own, else random
    style: Style
    label: str
    picture: str  # as an address that holds it

    def title(self, language: str) -> str:
        """Return what to call it in "en" or "zh"."""
        bundled = named_styles(DEFAULT_CHECKPOINT).get(self.key)
        if bundled:
            return bundled.title_in(language)
        return self.label or say("ui.blend.own_picture", language)


@functools.cache
def bundled(key: str) -> Slot:
    """Return the slot of a style of the gallery."""
    with Image.open(samples.swatch_file(key)) as picture:
        return Slot(key, key, named_styles(DEFAULT_CHECKPOINT)[key].title, data_uri(picture, 112))


def uploaded(path: str) -> Slot:
    """Return the slot of a picture, or of a file that a style was saved to.

    Raises:
        InputError: it cannot be read.
    """
    if is_style_file(path):
        return of_code(load_style(path, previews.engine))
    picture = load_image(path)  # says now if it cannot be read
    return Slot(_new_key(), path, _shortened(Path(path).stem), data_uri(picture, 112))


def of_code(code: StyleCode) -> Slot:
    """Return the slot of a style that has no picture: it gets one, painted with it."""
    sample = load_image(samples.folder() / samples.EXAMPLES[0].photo)
    if not runtime.settings().zero_gpu:  # a GPU is lent to those who ask for a painting
        sample = sample_of(code, sample)
    return Slot(_new_key(), code, _shortened(code.label), data_uri(sample, 112))


def with_added(slots: Sequence[Slot], slot: Slot) -> list[Slot]:
    """Return the slots with one more.

    Raises:
        InputError: it is one of them already, or they are as many as a mix can have.
    """
    if any(each.key == slot.key for each in slots):
        raise InputError("blend.style_is_in")
    if len(slots) >= MOST_STYLES:
        raise InputError("blend.full", most=MOST_STYLES)
    return [*slots, slot]


def anchors(slots: Sequence[Slot], points: Sequence[Point], language: str) -> list[Anchor]:
    """Return the slots as places on a pad or map."""
    return [Anchor(slot.key, slot.title(language), slot.picture, *point) for slot, point in zip(slots, points)]


def picture_html(slot: Slot) -> str:
    """Return HTML of a style's picture."""
    return f'<img class="slot-picture" src="{slot.picture}" alt="">'


def legend(slots: Sequence[Slot], language: str) -> str:
    """Return HTML that says which colour stands for which style."""
    entries = (
        f'<span><i style="background: {colour}"></i>{html.escape(slot.title(language))}</span>'
        for slot, colour in zip(slots, COLOURS)
    )
    return f'<div class="stroke-legend">{"".join(entries)}</div>'


def updates(chosen: Sequence[Slot], amounts: Sequence[float], layers: Sequence[str], language: str) -> tuple[Any, ...]:
    """Return what the page shows of these styles with these weights.

    Args:
        chosen: the styles.
        amounts: their weights.
        layers: which style each layer is taken from, by its key.
        language: of the titles.

    Returns:
        The slots; a row, a picture and a slider for each that there can be; the choices of the layers; the
        pad; the legend of the strokes.
    """
    spare = [None] * (MOST_STYLES - len(chosen))
    places = corners(len(chosen)) if chosen else []
    offered = choices(chosen, language)
    keys = [key for _, key in offered]
    return (
        tuple(chosen),
        *(gr.update(visible=slot is not None) for slot in (*chosen, *spare)),
        *(picture_html(slot) for slot in chosen),
        *("" for _ in spare),
        *(gr.update(label=slot.title(language), value=amount) for slot, amount in zip(chosen, amounts)),
        *(gr.update(label="", value=1) for _ in spare),
        *(gr.update(choices=offered, value=layer if layer in keys else "") for layer in layers),
        with_anchors(anchors(chosen, places, language), dot_for(amounts, places)),
        legend(chosen, language),
    )


def choices(slots: Sequence[Slot], language: str) -> list[tuple[str, str]]:
    """Return what a layer can be taken from: the mix, or one of its styles."""
    return [(say("ui.blend.the_mix", language), ""), *((slot.title(language), slot.key) for slot in slots)]


def dot_for(amounts: Sequence[float], places: Sequence[Point]) -> Point:
    """Return where on the pad a mix lies: exactly for up to three styles, nearly for more."""
    shares = [max(0.0, amount) for amount in amounts]
    if not any(shares):
        shares = [1.0] * len(places)
    if not shares:
        return 0.5, 0.5
    x, y = (sum(share * place[axis] for share, place in zip(shares, places)) / sum(shares) for axis in (0, 1))
    return x, y


def mix_in_words(slots: Sequence[Slot], weights: Sequence[float], language: str) -> str:
    """Return a line of Markdown: which styles are in a mix, and how much of each."""
    whole = sum(weight for weight in weights if weight > 0)
    parts = sorted(((weight / (whole or 1), slot) for weight, slot in zip(weights, slots)), key=lambda part: -part[0])
    return " · ".join(
        f"**{plain(slot.title(language))}** {round(100 * share)} %" for share, slot in parts if round(100 * share)
    )


def plain(text: str) -> str:
    """Return a text that a visitor chose so that it is read neither as Markdown nor as HTML."""
    return html.escape(" ".join("".join(" " if letter in "*_`[]<>\\|#~" else letter for letter in text).split()))


@functools.cache
def map_points() -> dict[str, Point]:
    """Return where each style of the gallery lies on the map."""
    return style_map(_gallery_vectors())


def related(code: StyleCode, leave_out: Sequence[str], count: int) -> list[str]:
    """Return the keys of the styles of the gallery that are nearest to a code, the nearest first."""
    space = previews.engine.space()
    vectors = {key: vector for key, vector in _gallery_vectors().items() if key not in leave_out}
    away = (np.stack(list(vectors.values())) - code.vector.numpy()) / space.std.numpy()
    return [list(vectors)[i] for i in np.linalg.norm(away, axis=1).argsort()[:count]]


@functools.cache
def _gallery_vectors() -> dict[str, np.ndarray]:
    keys = named_styles(DEFAULT_CHECKPOINT)
    return {key: named_style_code(DEFAULT_CHECKPOINT, key).vector.numpy() for key in keys}


def _new_key() -> str:
    return uuid.uuid4().hex


def _shortened(label: str) -> str:
    label = "".join(letter for letter in label if letter.isprintable()).strip()
    return label if len(label) <= LONGEST_TITLE else label[: LONGEST_TITLE - 1] + "…"
