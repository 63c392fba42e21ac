"""Repaint a picture, or a part of it, in the style of another.

`transfer` is the short way; the engine behind it is `deepart.tasks.paint.engine.StyleTransfer`.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Union

from PIL import Image, ImageChops

import deepart
from deepart import runtime
from deepart.checkpoints import find
from deepart.errors import InputError
from deepart.images import MAX_PIXELS, content_hash, load_image
from deepart.models.style_code import Layer, StyleCode
from deepart.options import PaintOptions, check_range, with_options
from deepart.recipes import Ingredient, Recipe, Setting, Source, attach, carries_credentials, recipe_of
from deepart.runtime import Progress
from deepart.tasks.find.faces import face_mask
from deepart.tasks.paint import masks
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT, Prepared, Region, StyleTransfer
from deepart.tasks.paint.gallery import named_style_code, named_styles
from deepart.tasks.paint.style_files import is_style_file, load_style

Style = Union[Source, StyleCode]
"""A picture, a code, the key of a bundled style, or a style file."""


@dataclass(frozen=True, slots=True)
class MaskOptions:
    """Where a style goes, and the style outside; see `transfer`."""

    mask: Source | None = None
    softness: float = 0.02
    outside: Style | None = None
    outside_strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """A planned painting: what is painted where, and in which styles."""

    job: PaintingJob
    regions: Sequence[Region]
    parts: Sequence[tuple[Style, float]]
    """The styles and their shares."""
    layers: Mapping[Layer, Style] = field(default_factory=dict)

    def paint(self) -> Generator[Progress, None, Image.Image]:
        """Paint, and attach the recipe."""
        regions = yield from self.job.spared(self.regions)
        painted = yield from self.job.engine.steps(self.job.picture, regions, options=self.job.options)
        return attach(painted, self.job.recipe())


@with_options(PaintOptions)
def transfer(
    content: Source,
    style: Style,
    strength: float = 1.0,
    *,
    options: PaintOptions = PaintOptions(),
    mask: Source | None = None,
    softness: float = 0.02,
    outside: Style | None = None,
    outside_strength: float = 1.0,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Image.Image:
    """Repaint `content` in the style of `style`.

    Args:
        content: a path, the bytes of a file, or a picture.
        style: the same, a `StyleCode`, the key of a bundled style such as "starry-night", or the path of a
            file that a style was saved to.
        strength: 0 returns the content unchanged, 1 is the full style.
        options: see `PaintOptions`.
        mask: where to paint: a picture, white for yes, in the content's proportions; or "subject",
            "background" or "faces", found automatically; None for everywhere.
        softness: softness of the mask's edge, as a share of the content's shorter side.
        outside: another style for the rest of the picture; None leaves it unchanged.
        outside_strength: of that style.
        on_progress: called after every step.

    Returns:
        The painting, with its recipe in `info["deepart"]`; RGBA if the content is partly transparent.

    Raises:
        InputError: a picture cannot be read, or a setting is out of its range.
        WeightsError: the checkpoint is missing or damaged.
    """
    where = MaskOptions(mask, softness, outside, outside_strength)
    return runtime.run(painted(plan_transfer(content, style, strength, options, where)), on_progress)


def painted(planned: Generator[Progress, None, Plan]) -> Generator[Progress, None, Image.Image]:
    """Paint what `plan_transfer` or `blend.plan_blend` plans, as an engine: yields `Progress`, returns the painting."""
    return (yield from (yield from planned).paint())


def plan_transfer(
    content: Source,
    style: Style,
    strength: float = 1.0,
    options: PaintOptions = PaintOptions(),
    where: MaskOptions = MaskOptions(),
) -> Generator[Progress, None, Plan]:
    """Check and read the arguments of `transfer`, and find its masks."""
    check_range("strength", strength, 0, 1)
    check_range("softness", where.softness, 0, 1)
    check_range("outside_strength", where.outside_strength, 0, 1)
    job = PaintingJob("transfer", content, options)
    job.settings["strength"] = float(strength)
    yield Progress(0, 1, "progress.reading_style")
    regions = [Region(job.read_style("style", style), strength)]
    if where.mask is not None:
        regions = yield from _placed(job, regions[0], where)
    parts = [(style, strength)] if len(regions) == 1 else [(style, strength), (where.outside, where.outside_strength)]
    return Plan(job, regions, parts)


def _placed(job: PaintingJob, inside: Region, where: MaskOptions) -> Generator[Progress, None, list[Region]]:
    """Return the region inside the mask, and the one outside if there is a style for it."""
    yield Progress(0, 1, "progress.finding_mask")
    if isinstance(where.mask, str) and where.mask in masks.FOUND:
        job.settings["mask"] = where.mask
        mask = masks.find(where.mask, load_image(job.picture))
    else:
        mask = masks.load_mask(where.mask, job.picture.size)
        job.add_ingredient("mask", where.mask, mask)
    job.settings["softness"] = float(where.softness)
    mask = masks.feather(mask, where.softness)
    regions = [replace(inside, mask=mask)]
    if where.outside is not None:
        job.settings["outside_strength"] = float(where.outside_strength)
        outside = job.read_style("outside", where.outside)
        regions.append(Region(outside, where.outside_strength, ImageChops.invert(mask)))
    return regions


@dataclass(slots=True)
class PaintingJob:
    """One painting in progress: the picture, and the ingredients for the recipe.

    Raises:
        InputError: the picture cannot be read, or a setting is out of its range.
    """

    verb: str
    content: Source
    options: PaintOptions
    engine: StyleTransfer = field(default_factory=StyleTransfer)
    scales_brush: bool = True  # see `PaintOptions.for_picture`
    longest: int | None = None  # pixels of the longer side at most, where the options leave it to the picture
    picture: Image.Image = field(init=False)
    settings: dict[str, Setting] = field(init=False)
    ingredients: list[Ingredient] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.options.check()
        self.picture = load_image(self.content, keep_alpha=True)
        if self.longest and self.options.size is None and max(self.picture.size) > self.longest:
            self.options = replace(self.options, size=self.longest)
        self.picture = resized(self.picture, self.options.size)
        if self.scales_brush:
            self.options = self.options.for_picture(max(self.picture.size))
        self.settings = self.options.recipe()
        self.add_ingredient("content", self.content, self.picture)

    def add_ingredient(self, role: str, source: Source, picture: Image.Image) -> None:
        """Record an ingredient in the recipe."""
        self.ingredients.append(Ingredient(role, content_hash(picture), carries_credentials(source), recipe_of(source)))

    def read_style(self, role: str, style: Style) -> StyleCode:
        """Return the code of a style, and record it in the recipe under `role`."""
        code, picture = read_style(self.engine, style)
        if picture is not None:
            self.add_ingredient(role, style, picture)
        else:
            self.settings[role] = style if is_named_style(style) else code.label
        return code

    def spared(self, regions: Sequence[Region]) -> Generator[Progress, None, Sequence[Region]]:
        """Return the regions, weakened where faces are protected."""
        amount = self.options.protect_faces
        if not amount:
            return regions
        yield Progress(0, 1, "progress.finding_faces")
        faces = face_mask(load_image(self.picture))
        if faces.getbbox():
            self.settings["protect_faces"] = float(amount)  # also where it is at its default
        return spare_faces(regions, amount, faces)

    def recipe(self) -> Recipe:
        """Return the recipe."""
        return Recipe(
            verb=self.verb,
            version=deepart.__version__,
            checkpoint=self.engine.checkpoint,
            checkpoint_sha256=find(self.engine.checkpoint).sha256,
            settings=self.settings,
            ingredients=tuple(self.ingredients),
        )


def read_style(engine: StyleTransfer, style: Style) -> tuple[StyleCode, Image.Image | None]:
    """Return the code of a style, and its picture if it was given as one.

    Raises:
        InputError: it cannot be read, or was made for another checkpoint.
    """
    if isinstance(style, StyleCode):
        return style, None
    if is_named_style(style):
        return named_style_code(engine.checkpoint, style), None
    if is_style_file(style):
        return load_style(style, engine), None
    if isinstance(style, str) and not os.path.splitext(style)[1] and not os.path.exists(style):
        raise _unknown_style(style)
    picture = load_image(style)
    return engine.encode(picture), picture


def _unknown_style(name: str) -> InputError:
    known = named_styles(DEFAULT_CHECKPOINT)
    near = difflib.get_close_matches(name.lower(), known, n=1)
    if near:
        return InputError("style.misspelt", name=ascii(name[:60]), nearest=near[0])
    return InputError("style.unknown", known=", ".join(known))


def is_named_style(style: Style) -> bool:
    """Return whether `style` is the key of a bundled style, which takes precedence over a file of that name."""
    return isinstance(style, str) and style in named_styles(DEFAULT_CHECKPOINT)


def paint_small(
    engine: StyleTransfer,
    prepared: Prepared,
    regions: Sequence[Region],
    options: PaintOptions,
    faces: Callable[[], Image.Image],
) -> Image.Image:
    """Paint a prepared picture as `Plan.paint` would, for previews and sheets.

    Args:
        faces: returns the mask of the faces in the picture, "L" of any size.
    """
    if options.protect_faces:
        found = faces().resize(prepared.plain.size)
        regions = spare_faces(regions, options.protect_faces, found)
    return engine.repaint(prepared, regions, options=options)


def spare_faces(regions: Sequence[Region], amount: float, faces: Image.Image) -> list[Region]:
    """Weaken every region on the faces, a mask "L" of the picture's size, by `amount` from 0 to 1."""
    if faces.getbbox() is None:
        return list(regions)
    kept = faces.point([round(255 - amount * value) for value in range(256)])
    return [
        replace(region, mask=kept if region.mask is None else ImageChops.multiply(region.mask.resize(kept.size), kept))
        for region in regions
    ]


def resized(image: Image.Image, longest: int | None) -> Image.Image:
    """Return `image` resized to a longer side of `longest` pixels; None leaves it unchanged.

    Raises:
        InputError: `longest` is out of range, or the picture would have too many pixels.
    """
    if longest is None:
        return image
    PaintOptions.settings()["size"].check(longest)
    scale = longest / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    if width * height > MAX_PIXELS:
        raise InputError("picture.too_many_pixels", size=f"{width} × {height}", limit=MAX_PIXELS // 10**6)
    return image.resize((width, height), Image.Resampling.LANCZOS)
