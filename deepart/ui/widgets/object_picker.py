"""A picture on which a click selects an object or a region, for the tabs that have masks."""

from __future__ import annotations

from typing import Any

import gradio as gr
from PIL import Image, ImageFilter

from deepart.images import fit, load_image
from deepart.tasks.find.regions import AREAS, find_regions, own_segmenters
from deepart.tasks.find.subject import object_at
from deepart.text import say
from deepart.ui.events import QUIET, handler, language_of, translations as t
from deepart.ui.pictures import picture_shown

SIDE = 640
"""Longer side of what is clicked at."""
OBJECT = "object"
"""What a click selects, if not a region."""


def build_object_picker(name: str, picture: gr.Image) -> tuple[gr.Image, gr.Radio]:
    """Add the picture, folded away until it is wanted, to the surrounding column.

    Args:
        name: of the tab.
        picture: the tab's.

    Returns:
        The picture that is clicked at, whose `select` is for the tab, and what a click selects; see `clicked_at`.
    """
    opened = gr.State({})  # "open": whether a picture is wanted; changed in place
    with gr.Accordion(t("ui.pick"), open=False, elem_id=f"{name}-pick") as panel:
        kind = gr.Radio(_kinds("en"), value=OBJECT, label=t("ui.pick.kind"), elem_id=f"{name}-pick-kind")
        gr.Markdown(t("ui.pick.hint"), elem_classes="hint")
        shown = picture_shown(t("ui.pick.picture"), f"{name}-pick-picture", type="filepath", format="jpeg")
    panel.expand(show_opened, [opened, picture, kind], [shown, kind], trigger_mode="always_last", **QUIET)
    for changed in (picture.change, kind.input):
        changed(show_changed, [opened, picture, kind], [shown], trigger_mode="always_last", **QUIET)
    return shown, kind


@handler
def show_opened(opened: dict[str, Any], path: str | None, kind: str, request: gr.Request) -> tuple[Any, Any]:
    opened["open"] = True
    kinds = _kinds(language_of(request))
    kind = kind if kind in dict(kinds).values() else OBJECT  # the owner has taken a segmenter away
    return _shown(path, kind), gr.update(choices=kinds, value=kind)


@handler
def show_changed(opened: dict[str, Any], path: str | None, kind: str, request: gr.Request) -> Any:
    return _shown(path, kind) if opened.get("open") else gr.skip()


def clicked_at(path: str, kind: str, event: gr.SelectData) -> Image.Image:
    """Return the mask "L" of the object or region that was clicked at, at the size of what was clicked at.

    Args:
        kind: "object", or what `find_regions` takes.

    Raises:
        InputError: the picture cannot be read, or is of one colour; or there is no such kind.
        WeightsError: a segmenter is damaged.
    """
    small, (x, y) = _small(path), event.index
    place = (x + 0.5) / small.width, (y + 0.5) / small.height
    return object_at(small, *place) if kind == OBJECT else find_regions(small, kind).at(*place)


def _kinds(language: str) -> list[tuple[str, str]]:
    own = [(say("ui.pick.own", language, name=key.partition("/")[2]), key) for key in own_segmenters()]
    return [*((say(f"ui.pick.{kind}", language), kind) for kind in (OBJECT, AREAS)), *own]


def _shown(path: str | None, kind: str) -> Image.Image | None:
    """Return what is clicked at: the picture, with its regions and their borders if these are selected."""
    if path is None or kind == OBJECT:
        return _small(path) if path else None
    small = _small(path)
    regions = find_regions(small, kind).shown()
    borders = regions.filter(ImageFilter.FIND_EDGES).convert("L").point(lambda value: 255 if value else 0)
    borders = borders.crop((1, 1, small.width - 1, small.height - 1))  # the filter leaves the edges as they are
    tinted = Image.blend(small.convert("RGB"), regions, 0.5)
    tinted.paste("white", (1, 1), borders)
    return tinted


def _small(path: str) -> Image.Image:
    return fit(load_image(path), SIDE)
