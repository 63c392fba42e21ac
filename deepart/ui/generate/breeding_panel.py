"""The panels of the Generate tab where new pictures are bred from those on the wall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from deepart.errors import InputError
from deepart.tasks.generate.breeding import LEVEL_GROUPS, lineage, neighbours, next_generation
from deepart.tasks.generate.generate import ArtGenerator, random_seed
from deepart.tasks.generate.genome import Genome
from deepart.ui.events import QUIET, handler, language_of, named_choices, translations as t
from deepart.ui.generate import request as request_of
from deepart.ui.generate.studio import Studio
from deepart.ui.widgets.picture_wall import Choice, Tile, picture_wall, with_tiles

LINEAGE_SHOWN = 12
"""Ancestors that are shown."""


@dataclass(frozen=True, slots=True)
class CrossPanel:
    """The panel where a picture is crossed with another, live."""

    share: gr.Slider
    levels: gr.CheckboxGroup
    partner_side: gr.Column
    levels_side: gr.Column
    chosen: gr.events.Dependency
    """Another picture has been chosen to cross with."""


def build_cross_panel(studio: gr.State) -> CrossPanel:
    """Add the panel to the surrounding column."""
    with gr.Accordion(t("ui.generate.cross"), open=False, elem_id="generate-cross"):
        gr.Markdown(t("ui.generate.cross_hint"), elem_classes="hint")
        with gr.Row(elem_classes="partner-row"):
            partner = picture_wall(elem_id="generate-partner", elem_classes=["few-tiles"])
            choose = gr.Button(t("ui.generate.choose_partner"), size="md", elem_id="generate-choose-partner")
        with gr.Column(visible=False) as partner_side:
            share = gr.Slider(0, 1, value=0, step=0.02, label=t("ui.generate.share"), elem_id="generate-share")
        with gr.Column(visible=False) as levels_side:
            levels = gr.CheckboxGroup(
                named_choices("ui.generate.level", LEVEL_GROUPS, "en"),
                value=[],
                label=t("ui.generate.levels"),
                elem_id="generate-levels",
            )

    @handler
    def choose_partner(studio: Studio, request: gr.Request) -> dict[str, Any]:
        studio.partner = studio.picture()
        return with_tiles([tile_of(studio.partner, language_of(request))])

    chosen = choose.click(choose_partner, [studio], [partner], api_visibility="private", show_progress="hidden")
    return CrossPanel(share, levels, partner_side, levels_side, chosen)


@dataclass(frozen=True, slots=True)
class EvolutionPanel:
    """The panel where whole walls are bred."""

    ancestors: gr.HTML
    """The pictures that the one that is looked at was made from."""
    hung: tuple[gr.events.Dependency, ...]
    """There are other pictures on the wall."""
    returned: gr.events.Dependency
    """An ancestor has been picked."""


def build_evolution_panel(studio: gr.State, count: gr.Radio, wall: gr.HTML) -> EvolutionPanel:
    """Add the panel to the surrounding column.

    Args:
        studio: the visitor's work.
        count: how many pictures a wall has.
        wall: whose pictures can be liked.
    """
    with gr.Accordion(t("ui.generate.breed"), open=False, elem_id="generate-breed"):
        gr.Markdown(t("ui.generate.breed_hint"), elem_classes="hint")
        amount = gr.Slider(0, 1, value=0.35, step=0.05, label=t("ui.generate.amount"), elem_id="generate-amount")
        with gr.Row():
            near = gr.Button(t("ui.generate.neighbours"), size="md", elem_id="generate-neighbours")
            evolve = gr.Button(t("ui.generate.evolve"), size="md", elem_id="generate-evolve")
        gr.Markdown(t("ui.generate.lineage"), elem_classes="hint")
        ancestors = picture_wall(elem_id="generate-lineage", elem_classes=["few-tiles"])

    @handler
    def breed_neighbours(studio: Studio, amount: float, count: int, request: gr.Request) -> None:
        """Hang the picture and pictures near it."""
        picture = studio.picture()
        studio.hang([picture, *neighbours(picture, int(count) - 1, random_seed(), amount)])

    @handler
    def breed_children(studio: Studio, amount: float, count: int, value: Any, request: gr.Request) -> None:
        """Hang children of the pictures that are liked."""
        studio.liked = Choice.read(value, {genome.id for genome in studio.wall}).liked
        liked = studio.likes()
        if not liked:
            raise InputError("generate.nothing_liked")
        num_levels = ArtGenerator(liked[0].checkpoint).num_levels
        studio.hang(next_generation(liked, int(count), random_seed(), num_levels=num_levels, mutation=amount))

    @handler
    def return_to(studio: Studio, value: Any, request: gr.Request) -> None:
        picked = Choice.read(value, studio.known).picked
        if picked:
            studio.pick(studio.known[picked])

    hung = (
        near.click(breed_neighbours, [studio, amount, count], None, **QUIET),
        evolve.click(breed_children, [studio, amount, count, wall], None, **QUIET),
    )
    return EvolutionPanel(ancestors, hung, ancestors.select(return_to, [studio, ancestors], None, **QUIET))


def lineage_update(studio: Studio, language: str) -> dict[str, Any]:
    """Return what shows where the picture comes from, itself first."""
    rows = lineage(studio.picture(), studio.known)
    genomes = [genome for row in rows for genome in row][:LINEAGE_SHOWN]
    return with_tiles([tile_of(genome, language) for genome in genomes], genomes[0].id)


def tile_of(genome: Genome, language: str) -> Tile:
    """Return a picture as a small tile."""
    return Tile(genome.id, request_of.caption(genome, language), request_of.tile_image(genome))
