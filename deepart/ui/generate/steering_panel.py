"""The panels of the Generate tab that change a picture: sliders, a pad between pictures, and the map of moods."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from deepart.art_labels import label_name
from deepart.options import MOST_TRUNCATION
from deepart.runtime import Progress
from deepart.tasks.generate.breeding import LEVEL_GROUPS, blend
from deepart.tasks.generate.generate import DEFAULT_CHECKPOINT, ArtGenerator
from deepart.tasks.generate.genome import ANY_STYLE, Genome
from deepart.tasks.generate.steering import MOST_AMOUNT, Direction, MapPoint, steering
from deepart.tasks.paint.style_map import corners, pad_weights
from deepart.text import say
from deepart.ui.events import translations as t
from deepart.ui.generate import request as request_of
from deepart.ui.generate.request import Change
from deepart.ui.generate.studio import Studio
from deepart.ui.widgets.style_pad import Anchor, dot_in, style_pad, with_anchors

MOST_DIRECTIONS = 10
PAD_CORNERS = 4
LANDMARKS = 6
"""Pictures of the map that are shown, in a row and in a column."""


@dataclass(frozen=True, slots=True)
class SteeringPanel:
    """The controls that change the picture, all of which start anew with each picture."""

    share: gr.Slider
    levels: gr.CheckboxGroup
    style: gr.Dropdown
    truncation: gr.Slider
    directions: tuple[gr.Slider, ...]
    rows: tuple[gr.Column, ...]
    """Around the sliders of directions."""
    direction_side: gr.Accordion
    partner_side: gr.Column
    levels_side: gr.Column

    @property
    def controls(self) -> list[gr.components.Component]:
        """Those that `change_of` reads, in its order."""
        return [self.share, self.levels, self.style, self.truncation, *self.directions]

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Those that `fresh` is for."""
        return [*self.controls, *self.rows, self.direction_side, self.partner_side, self.levels_side]


def change_of(
    studio: Studio, share: float, levels: list[str], style: str, truncation: float, *amounts: float
) -> Change:
    """Read the values of the controls."""
    directions = shown_directions(studio.base.checkpoint) if studio.base else ()
    return Change(
        share=share,
        levels=tuple(group for group in LEVEL_GROUPS if group in levels),
        amounts={direction.name: amount for direction, amount in zip(directions, amounts)},
        style=style,
        truncation=truncation,
    )


def fresh(studio: Studio, language: str) -> tuple[Any, ...]:
    """Return what the controls become for the picture that has just been picked."""
    base, partner = studio.base, studio.partner
    directions = shown_directions(base.checkpoint) if base else ()
    sliders = [gr.update(value=0, label=direction_name(each, language)) for each in directions]
    sliders += [gr.update(value=0)] * (MOST_DIRECTIONS - len(sliders))
    rows = [gr.update(visible=number < len(directions)) for number in range(MOST_DIRECTIONS)]
    fits = base is not None and partner is not None and base.checkpoint == partner.checkpoint
    has_levels = fits and ArtGenerator(base.checkpoint).num_levels >= len(LEVEL_GROUPS)
    style = gr.update(choices=_picture_styles(base, language), value=base.style) if base else ""
    return (
        0,
        [],
        style,
        min(base.truncation, MOST_TRUNCATION) if base else 1,
        *sliders,
        *rows,
        gr.update(visible=bool(directions)),
        gr.update(visible=fits),
        gr.update(visible=has_levels),
    )


def _picture_styles(genome: Genome, language: str) -> list[tuple[str, str]]:
    """Return the styles that a picture can be changed to: "any" draws one only where a picture is new."""
    choices = request_of.style_choices(genome.checkpoint, language)
    return [choice for choice in choices if choice[1] != ANY_STYLE or genome.style == ANY_STYLE]


def shown_directions(checkpoint: str) -> list[Direction]:
    """Return the directions that have sliders: of those that lead between the same two things only the clearest."""
    found = {}
    for each in steering(checkpoint).directions:
        found.setdefault(frozenset({(each.more.head, each.more.label), (each.less.head, each.less.label)}), each)
    return list(found.values())[:MOST_DIRECTIONS]


def direction_name(direction: Direction, language: str) -> str:
    """Return what a direction is called: what it leads to, to the left and to the right."""
    names = [request_of.effect_name(effect, language) for effect in (direction.less, direction.more)]
    return " ← → ".join(name[:1].upper() + name[1:] for name in names)


def build_direction_sliders() -> tuple[gr.Accordion, list[gr.Slider], list[gr.Column]]:
    """Add the sliders of the directions, of which those that a generator has are shown."""
    sliders, rows = [], []
    with gr.Accordion(t("ui.generate.directions"), open=True, visible=False, elem_id="generate-directions") as side:
        gr.Markdown(t("ui.generate.directions_hint"), elem_classes="hint")
        for number in range(MOST_DIRECTIONS):
            with gr.Column(visible=False) as row:
                sliders.append(
                    gr.Slider(
                        -MOST_AMOUNT,
                        MOST_AMOUNT,
                        value=0,
                        step=0.1,
                        label="…",
                        elem_id=f"generate-direction-{number + 1}",
                    )
                )
            rows.append(row)
    return side, sliders, rows


# --- the pad and the map ---------------------------------------------------------------------------


def build_pads() -> tuple[gr.Accordion, gr.HTML, gr.Accordion, gr.HTML, gr.HTML]:
    """Add the pad and the map, empty until they are opened; return them with the accordions around, and a legend."""
    with gr.Accordion(t("ui.generate.pad"), open=False, elem_id="generate-pad-side") as pad_side:
        gr.Markdown(t("ui.generate.pad_hint"), elem_classes="hint")
        pad = style_pad([], label=t("ui.generate.dot"), elem_id="generate-pad")
    with gr.Accordion(t("ui.generate.map"), open=False, elem_id="generate-map-side") as map_side:
        gr.Markdown(t("ui.generate.map_hint"), elem_classes="hint")
        legend = gr.HTML(elem_id="generate-map-axes")
        mood_map = style_pad([], "map", label=t("ui.generate.dot"), elem_id="generate-map", elem_classes=["mood-map"])
    return pad_side, pad, map_side, mood_map, legend


def pad_pictures(studio: Studio) -> list[Genome]:
    """Return what lies at the corners of the pad: what is liked, else what hangs on the wall, from one generator."""
    liked = studio.likes()
    chosen = liked if len(liked) > 1 else studio.wall
    same = [genome for genome in chosen if genome.checkpoint == chosen[0].checkpoint]
    return same[:PAD_CORNERS]


def pad_update(studio: Studio, language: str) -> dict[str, Any]:
    """Return what fills the pad."""
    genomes = pad_pictures(studio)
    anchors = [
        Anchor(genome.id, request_of.caption(genome, language), request_of.tile_image(genome), *place)
        for genome, place in zip(genomes, corners(len(genomes)))
    ]
    return with_anchors(anchors)


def at_pad(studio: Studio, value: Any) -> Genome | None:
    """Return the picture at the dot of the pad; None if the pad is empty."""
    genomes = pad_pictures(studio)
    if not genomes:
        return None
    return blend(genomes, pad_weights(corners(len(genomes)), dot_in(value)))


def at_map(value: Any, truncation: float) -> Genome:
    """Return the picture at the dot of the map.

    Raises:
        InputError: the generator has no map.
    """
    return steering(DEFAULT_CHECKPOINT).at(ArtGenerator(), dot_in(value), truncation)


def map_steps(language: str) -> Generator[Progress, None, dict[str, Any]]:
    """Paint the pictures of the map, which are kept, and return what fills it, by what the classifier sees in them."""
    engine = ArtGenerator()
    yield from engine.load_steps()
    points = spread(steering(DEFAULT_CHECKPOINT).points, LANDMARKS)
    anchors = []
    for done, point in enumerate(points):
        yield Progress(done, len(points), "progress.painting")
        picture, name = engine.born(point.seed, point.style), label_name("style", point.seen_as, language)
        anchors.append(Anchor(str(done), name, request_of.tile_image(picture), *point.place))
    return with_anchors(anchors, (0.5, 0.5))


def spread(points: Sequence[MapPoint], count: int) -> list[MapPoint]:
    """Return the points that are nearest to the middles of `count` times `count` squares, each of them once.

    A square in which there is none stays empty.
    """
    chosen: dict[tuple[int, int], tuple[float, MapPoint]] = {}
    for point in points:
        square = tuple(min(int(part * count), count - 1) for part in point.place)
        away = math.dist(point.place, [(each + 0.5) / count for each in square])
        if square not in chosen or away < chosen[square][0]:
            chosen[square] = away, point
    return [point for _, point in chosen.values()]


def axes_text(language: str) -> list[str]:
    """Return what there is more of to the right of the map, to its left, to its bottom and to its top."""
    axes = steering(DEFAULT_CHECKPOINT).axes or ()
    return [say("ui.generate.more", language, what=request_of.effect_name(effect, language)) for effect in axes]


def first_style_choices(language: str = "en") -> list[tuple[str, str]]:
    """Return what can be chosen before a generator has been loaded."""
    return [(say("ui.generate.any_style", language), ANY_STYLE)]
