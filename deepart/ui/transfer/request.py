"""Requests to transfer, from the page or from a program."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

from deepart import runtime
from deepart.errors import InputError
from deepart.images import load_image
from deepart.models.style_code import StyleCode
from deepart.options import PaintOptions
from deepart.recipes import Source
from deepart.tasks.paint import masks
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT, Region
from deepart.tasks.paint.gallery import named_styles
from deepart.tasks.paint.transfer import MaskOptions, Plan, is_named_style, plan_transfer
from deepart.ui.controls import options_of
from deepart.ui.paintings import Painted, previews, write_painting
from deepart.ui.pictures import EDITOR_SIDE, place_on_canvas

WHERE = ("everywhere", *masks.FOUND, "painted", "uploaded")
"""Where the style can go; the last two by a mask that the visitor paints or has."""


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """A request. A `style` is a path, a key or a code that the server knows to be one."""

    content: str | None
    style: str | StyleCode | None
    strength: float = 1.0
    options: PaintOptions = PaintOptions()
    where: str = "everywhere"
    mask: str | Image.Image | None = None
    softness: float = 0.02
    outside: str | None = None
    outside_strength: float = 1.0
    fitted_from: str | None = None
    """The picture that the style was fitted to, where there is one."""

    @classmethod
    def on_page(
        cls,
        content: str | None,
        chosen: str | StyleCode | None,
        own_style: str | None,
        strength: float,
        where: str,
        editor: dict[str, Any] | None,
        mask_file: str | None,
        softness: float,
        outside: str,
        outside_strength: float,
        *options: Any,
    ) -> TransferRequest:
        """Read the values of the page's components, in the order in which handlers get them; the options come last."""
        mask = mask_file if where == "uploaded" else None
        if where == "painted" and content and editor:
            mask = masks.mask_from_editor(editor, (EDITOR_SIDE, EDITOR_SIDE))
            mask = mask and mask.crop(place_on_canvas(load_image(content).size))
        return cls(
            content=content,
            style=style_in_use(chosen, own_style),
            strength=strength,
            options=options_of(options, previews.longest(content)),
            where=where,
            mask=mask,
            softness=softness,
            outside=known_style(outside),
            outside_strength=outside_strength,
            fitted_from=own_style if isinstance(chosen, StyleCode) else None,
        )

    def check(self) -> None:
        """Refuse what cannot be painted.

        Raises:
            InputError: the picture, the style or the mask is missing, or `where` is unknown.
        """
        if self.content is None:
            raise InputError("content.missing")
        if not self.style:
            raise InputError("style.missing")
        if self.where not in WHERE:
            raise InputError("setting.choice", name="where", choices=", ".join(WHERE))
        if self.where in ("painted", "uploaded") and self.mask is None:
            raise InputError("mask.missing")

    def mask_options(self) -> MaskOptions:
        """Return where to paint, for `plan_transfer`."""
        mask = {"everywhere": None, "painted": self.mask, "uploaded": self.mask}.get(self.where, self.where)
        return MaskOptions(mask, self.softness, self.outside, self.outside_strength)

    def plan(self) -> Generator[runtime.Progress, None, Plan]:
        """Plan the painting."""
        return plan_transfer(self.content, self.style, self.strength, self.options, self.mask_options())

    def pictures(self) -> Mapping[int, Source]:
        """Return what says more of the style than its code does."""
        return {0: self.fitted_from} if self.fitted_from else {}

    def regions(self) -> list[Region]:
        """Return the same for a preview."""
        inside = Region(previews.code(self.style), self.strength)
        if self.where == "everywhere":
            return [inside]
        size = previews.picture(self.content, self.options).plain.size
        if self.where in masks.FOUND:
            mask = previews.mask(self.content, self.where).resize(size)
        else:
            mask = masks.load_mask(self.mask, size)
        mask = masks.feather(mask, self.softness)
        regions = [replace(inside, mask=mask)]
        if self.outside:
            regions.append(Region(previews.code(self.outside), self.outside_strength, ImageChops.invert(mask)))
        return regions


def style_in_use(chosen: str | StyleCode | None, own_style: str | None) -> str | StyleCode | None:
    """Return what a page paints with: a picture of the visitor's own, unless it was fitted, or the chosen style."""
    return chosen if isinstance(chosen, StyleCode) else own_style or chosen


def known_style(name: str | None) -> str | None:
    """Return the key of a bundled style that a visitor named; None for no name.

    What a visitor types must never be taken for a path.

    Raises:
        InputError: there is no such style.
    """
    if not name:
        return None
    if not is_named_style(name):
        raise InputError("style.unknown", known=", ".join(named_styles(DEFAULT_CHECKPOINT)))
    return name


def paint_to(folder: Path, wanted: TransferRequest) -> Iterator[runtime.Progress | Painted]:
    """Yield the engine's progress, and last the painting, written to `folder`.

    Raises:
        InputError: something is missing, or see `plan_transfer`.
    """
    wanted.check()
    plan = yield from wanted.plan()
    painted = yield from plan.paint()
    yield write_painting(painted, wanted.content, wanted.options.size, folder)
