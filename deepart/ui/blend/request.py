"""Requests to blend, from the page or from a program: read, checked and painted."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from deepart import runtime
from deepart.errors import InputError
from deepart.models.style_code import Layer, StyleCode
from deepart.options import PaintOptions
from deepart.recipes import Source
from deepart.tasks.paint import masks
from deepart.tasks.paint.blend import Mixture, check_weights, mixed_regions, plan_blend
from deepart.tasks.paint.engine import Region
from deepart.tasks.paint.masks import SPATIAL_KINDS
from deepart.tasks.paint.transfer import Plan, Style
from deepart.ui.paintings import Painted, previews, write_painting

WHERE = ("everywhere", *SPATIAL_KINDS, "painted")
"""Where each style of a mix can go; the last by strokes in the colour of each."""


@dataclass(frozen=True, slots=True)
class BlendRequest:
    """A mix, and the picture to paint with it.  Every style is one that the server knows to be one."""

    content: str | None
    styles: Sequence[tuple[Style, float]]
    strength: float = 1.0
    options: PaintOptions = PaintOptions()
    balance: bool = False
    layers: Mapping[Layer, Style] = field(default_factory=dict)
    where: str = "everywhere"
    strokes: Sequence[Image.Image] | None = None
    """A mask for each style, where something was painted."""
    softness: float = 0.02

    def check(self) -> None:
        """Refuse what cannot be painted.

        Raises:
            InputError: there is no picture or no style to paint with, or `where` is unknown.
        """
        if self.content is None:
            raise InputError("content.missing")
        check_weights([weight for _, weight in self.styles])
        if self.where not in WHERE:
            raise InputError("setting.choice", name="where", choices=", ".join(WHERE))

    def plan(self) -> Generator[runtime.Progress, None, Plan]:
        """Plan the painting."""
        return plan_blend(self.content, self.styles, self.strength, self.options, self.mixture())

    def pictures(self) -> Mapping[int, Source]:
        """Return what says more of the styles than they do: nothing."""
        return {}

    def mixture(self) -> Mixture:
        """Return how the styles are mixed, for `plan_blend`."""
        places = self.strokes and [mask if mask.getbbox() else None for mask in self.strokes]
        where = {"everywhere": None, "painted": places}.get(self.where, self.where)
        return Mixture(self.balance, self.layers, where, self.softness, fill=self.where == "painted")

    def regions(self) -> list[Region]:
        """Return the same for a preview."""
        place_masks = None
        if self.where in SPATIAL_KINDS:
            size = previews.picture(self.content, self.options).plain.size
            place_masks = masks.spatial_weights(size, len(self.styles), self.where)
        elif self.where == "painted" and self.strokes:
            size = previews.picture(self.content, self.options).plain.size
            strokes = [masks.feather(mask.resize(size), self.softness) for mask in self.strokes]
            place_masks = masks.partition(strokes)
        return mixed_regions(
            previews.engine,
            [previews.code(style) for style, _ in self.styles],
            [weight for _, weight in self.styles],
            self.strength,
            self.balance,
            {layer: previews.code(style) for layer, style in self.layers.items()},
            place_masks,
            fill=self.where == "painted",
        )

    def preview(self) -> tuple[Image.Image, Image.Image]:
        """Return the picture and its painting, both small."""
        return previews.paint(self.content, self.regions(), self.options)

    def code(self) -> StyleCode:
        """Return the mix as one style, wherever its styles go.

        Raises:
            InputError: see `check_weights`.
        """
        weights = [weight for _, weight in self.styles]
        check_weights(weights)
        codes = [previews.code(style) for style, _ in self.styles]
        layers = {layer: previews.code(style) for layer, style in self.layers.items()}
        return mixed_regions(previews.engine, codes, weights, balance=self.balance, layers=layers)[0].code

    def paint_to(self, folder: Path) -> Iterator[runtime.Progress | Painted]:
        """Yield the engine's progress, and last the painting, written to `folder`.

        Raises:
            InputError: see `check` and `plan_blend`.
        """
        self.check()
        plan = yield from self.plan()
        painted = yield from plan.paint()
        yield write_painting(painted, self.content, self.options.size, folder)
