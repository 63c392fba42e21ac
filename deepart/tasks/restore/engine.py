"""The engine behind `deepart.tasks.restore.restore`: carries out a plan step by step.

Each step works in tiles on the result of the previous one, and can be stopped between them.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from typing import TypeVar, Union

from PIL import Image, ImageChops

import deepart
from deepart import runtime
from deepart.checkpoints import find
from deepart.errors import InputError, WeightsError
from deepart.images import content_hash, fit, load_image
from deepart.options import Look, RestoreOptions, check_range
from deepart.recipes import Ingredient, Recipe, Setting, Source, attach, carries_credentials, recipe_of
from deepart.runtime import Progress
from deepart.tasks.find.faces import face_mask
from deepart.tasks.hub.restorers import MOST_SIGMA, HubRestorer, find_restorer, opening
from deepart.tasks.hub.spandrel_network import Kind
from deepart.tasks.paint import masks
from deepart.tasks.restore.bundled import (
    COLOURISER,
    DENOISER,
    DETECTOR,
    INPAINTER,
    LOOKS,
    SCALES,
    UPSCALERS,
    clean_steps,
    detection_steps,
    enlarge_steps,
    fill_steps,
)
from deepart.tasks.restore.colour_repair import repair_colours
from deepart.tasks.restore.colourise import colourise_steps
from deepart.tasks.restore.damage_judgement import surely_damaged
from deepart.tasks.restore.diagnosis import ACTIONS, POOR_JPEG, Diagnosis, Step, diagnose, impulses_replaced, propose
from deepart.tasks.restore.extend import extend_steps, margins, on_canvas
from deepart.tasks.restore.keep_paint import colour_safe, keep_texture
from deepart.tasks.restore.straighten import Quad, straighten
from deepart.tasks.restore.trust import TrustMap, trust_map
from deepart.tasks.tiled import MOST_RESULT_PIXELS, patiently
from deepart.tiles import tiles

Engine = Union[str, HubRestorer, None]
"""A restorer of the Hub, or its key in `deepart.tasks.hub.restorers.RESTORERS`; None for the bundled one."""

USUAL_KEEP_PAINT = 0.5
PREVIEW_SIDE = 768
"""Longer side in pixels of the preview after each step."""

BARE = (128, 128, 128)
"""Colour around the original picture if it was extended."""

_MOST_MARKED = 0.9  # of a picture; from the rest nothing can be filled, and most such masks are inverted
_THIN = 64  # of 255, from which what is left of a mark counts where it was shrunk
_PERCENT = 100  # of the progress that each step counts
_PIECE_PIXELS, _PIECE_MARGIN, _PIECE_MULTIPLE = 4_000_000, 64, 16  # in which the relief is given back


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PipelineOptions:
    """How a plan is carried out; see `restore`."""

    look: Look = "faithful"
    keep_paint: float | None = None
    """None for the usual amount for such pictures, see `usual_keep_paint`."""
    protect: Source | None = None
    inpainter: Engine = None
    denoiser: Engine = None
    upscaler: Engine = None
    corners: Quad | None = None
    """Corners of a print that was photographed askew; it is straightened before anything else."""
    palette: Source | None = None
    """A picture whose colours "colourise" should use; None for likely colours."""
    extend: str = ""
    """How far "extend" goes beyond the frame, see `deepart.tasks.restore.extend.margins`."""
    size: int | None = None
    """Longer side in pixels to which a larger picture is shrunk first."""

    def check(self) -> None:
        """Check the values.

        Raises:
            InputError: something is.
            WeightsError: a restorer is unknown, or its package is not installed.
        """
        if self.look not in LOOKS:
            raise InputError("setting.choice", name="look", choices=", ".join(LOOKS))
        if self.keep_paint is not None:
            check_range("keep_paint", self.keep_paint, 0, 1)
        RestoreOptions.settings()["size"].check(self.size)
        asked = [engine for engine in (self.inpainter, self.denoiser, self.upscaler) if isinstance(engine, str)]
        for engine in asked:
            find_restorer(engine)
        if asked and find_spec("spandrel") is None:
            raise WeightsError("restorer.package", name=asked[0])


@dataclass(frozen=True, slots=True)
class Restoration:
    """A restored picture, and the steps done."""

    before: Image.Image
    """RGB, upright, and straightened if requested."""
    after: Image.Image
    """In the mode of the input, with its recipe in `info["deepart"]`."""
    filled: Image.Image | None
    """"L" of the size of `before`, 255 where it was filled; None if nothing was."""
    steps: tuple[Step, ...]
    """The steps that were done."""

    def trust_map(self) -> TrustMap:
        """Return the map of what was changed and invented; it takes about a second."""
        return trust_map(self.before, self.after.convert("RGB"), self.filled)


def usual_keep_paint(found: Diagnosis) -> float:
    """Return how much of the paint to keep: none if there are JPEG blocks, which would be taken for relief."""
    return 0.0 if found.jpeg is not None and found.jpeg < POOR_JPEG else USUAL_KEEP_PAINT


def run_plan(
    picture: Source,
    steps: Sequence[Step],
    mask: Source | None = None,
    pipeline: PipelineOptions = PipelineOptions(),
    *,
    detect: bool = False,
    only_sure: bool = False,
) -> Generator[Progress, None, Restoration]:
    """Carry out a plan step by step, as an engine; after each step the progress has a preview.

    Args:
        picture: a path, the bytes of a file, or a picture.
        steps: in the order in which they are done.
        mask: what "fill" fills, white for yes; None searches for damage.
        pipeline: how.
        detect: also fill the damage that is found, besides what `mask` marks.
        only_sure: fill only found damage that is certain; the recipe records how much is not, as "unsure".

    Raises:
        InputError: a picture cannot be read, or a setting is out of its range.
        WeightsError: a checkpoint is missing or damaged.
    """
    pipeline.check()
    for step in steps:
        _check(step)
    begin = partial(_Work, picture, pipeline, mask, detect, only_sure)
    work = yield from patiently(begin, Progress(0, 1, "progress.restoring"))
    work.check_size(steps)
    for number, step in enumerate(steps):
        if step.strength > 0:
            yield from _as_step(work.do(step), number, len(steps))
        preview = fit(work.picture, PREVIEW_SIDE)
        yield Progress(_PERCENT * (number + 1), _PERCENT * len(steps), "progress.restoring", preview)
    return work.restoration()


def _check(step: Step) -> None:
    if step.action not in ACTIONS:
        raise InputError("setting.choice", name="action", choices=", ".join(ACTIONS))
    check_range(step.action, step.strength, 0, 1)
    if step.action == "enlarge" and step.scale not in SCALES:
        raise InputError("setting.choice", name="upscale", choices=", ".join(map(str, SCALES)))


def _as_step(engine: Generator[Progress, None, T], number: int, count: int) -> Generator[Progress, None, T]:
    """Run an engine as one of several steps; its progress never decreases."""
    furthest = 0

    def forward(inner: Progress) -> Progress:
        nonlocal furthest
        furthest = max(furthest, (_PERCENT - 1) * inner.done // max(inner.total, 1))
        return Progress(_PERCENT * number + furthest, _PERCENT * count, inner.note)

    return (yield from runtime.told(engine, forward))


@dataclass(slots=True)
class _Work:
    """One picture in progress, with the steps for its recipe.

    Raises:
        InputError: a picture cannot be read.
    """

    source: Source
    pipeline: PipelineOptions
    mask: Source | None
    detect: bool
    only_sure: bool
    size: tuple[int, int] = field(init=False)  # of the picture as it came
    before: Image.Image = field(init=False)  # RGB
    alpha: Image.Image | None = field(init=False)
    is_grey: bool = field(init=False)
    protect: Image.Image | None = field(init=False, default=None)  # "L" of the size of `before`
    picture: Image.Image = field(init=False)  # RGB, as far as it is
    filled: Image.Image | None = field(init=False, default=None)
    done: list[Step] = field(init=False, default_factory=list)
    settings: dict[str, Setting] = field(init=False, default_factory=dict)
    ingredients: list[Ingredient] = field(init=False, default_factory=list)
    checkpoints: dict[str, str] = field(init=False, default_factory=dict)  # SHA-256 of each

    def __post_init__(self) -> None:
        loaded = load_image(self.source, keep_alpha=True)
        self._add_ingredient("content", self.source, loaded)
        self.size = loaded.size
        loaded = self._prepared(loaded)
        self.alpha = loaded.getchannel("A") if loaded.mode == "RGBA" else None
        self.before = self.picture = loaded.convert("RGB")
        red, green, blue = self.before.split()
        self.is_grey = red == green == blue
        if self.pipeline.protect is not None:
            self.protect = self._load_mask("protect", self.pipeline.protect)

    def check_size(self, steps: Sequence[Step]) -> None:
        """Check before any work that the result of a plan is not too large.

        Raises:
            InputError: it would be too large.
        """
        scale = math.prod(step.scale for step in steps if step.action == "enlarge")
        size = self.before.size
        if any(step.action == "extend" for step in steps):
            left, above, right, below = margins(self.pipeline.extend, size)
            size = (left + size[0] + right, above + size[1] + below)
        if scale**2 * math.prod(size) > max(MOST_RESULT_PIXELS, math.prod(self.before.size)):
            raise InputError("restorer.result", scale=scale, most=MOST_RESULT_PIXELS // 10**6)

    def do(self, step: Step) -> Generator[Progress, None, None]:
        """Do one step, leaving protected places unchanged."""
        engines = {
            "fill": self._fill,
            "clean": self._clean,
            "colour": self._colour,
            "colourise": self._colourise,
            "extend": self._extend,
            "enlarge": self._enlarge,
        }
        after = yield from engines[step.action](step)
        self.is_grey = self.is_grey and step.action != "colourise"
        if self.is_grey:
            after = after.convert("L").convert("RGB")
        if self.protect is not None:
            protect = self.protect.resize(after.size, Image.Resampling.BILINEAR)
            after = Image.composite(self.picture.resize(after.size, Image.Resampling.BICUBIC), after, protect)
        self.picture = after
        self.done.append(step)

    def restoration(self) -> Restoration:
        """Return the picture in its current state, with its recipe."""
        after = self.picture.copy()
        if self.alpha is not None:
            alpha = self.alpha if self.filled is None else ImageChops.lighter(self.alpha, self.filled)
            after.putalpha(alpha.resize(after.size, Image.Resampling.BICUBIC))
        if not any(step.action == "colourise" for step in self.done):
            after = _in_mode_of(self.source, after)
        return Restoration(self.before, attach(after, self._recipe()), self.filled, tuple(self.done))

    # --- the steps ---

    def _fill(self, step: Step) -> Generator[Progress, None, Image.Image]:
        holes = yield from self._holes()
        if holes.getbbox() is None:
            return self.picture
        self.filled = holes
        self.settings["filled"] = round(_share(holes), 4)
        holes = holes.resize(self.picture.size, Image.Resampling.NEAREST)
        engine = yield from self._hub_restorer(self.pipeline.inpainter, "inpaint")
        if engine is None:
            self._use(INPAINTER)
            filled = yield from fill_steps(self.picture, holes)
        else:
            filled = yield from engine.steps(self.picture, holes)
        return Image.blend(self.picture, filled, step.strength)

    def _holes(self) -> Generator[Progress, None, Image.Image]:
        """Return the mask of what is to be filled, "L" of the size of `before`, 0 or 255."""
        holes = Image.new("L", self.before.size)
        if self.mask is not None:
            holes = self._load_mask("mask", self.mask, is_hole=True)
            share = holes.histogram()[255] / (holes.width * holes.height)
            if share > _MOST_MARKED:
                raise InputError("mask.nearly_all", percent=round(100 * share), most=round(100 * _MOST_MARKED))
        if self.detect or self.mask is None:
            self._use(DETECTOR)
            found = yield from detection_steps(self.before)
            if self.only_sure:
                work = partial(surely_damaged, self.before, found)
                sure = yield from patiently(work, Progress(1, 1, "progress.finding_damage"))
                self.settings["unsure"] = round(_share(found) - _share(sure), 4)
                found = sure
            holes = ImageChops.lighter(holes, found)
        if self.protect is not None:
            holes = ImageChops.darker(holes, ImageChops.invert(self.protect))
        return holes.point([255 * (level >= 128) for level in range(256)])

    def _clean(self, step: Step) -> Generator[Progress, None, Image.Image]:
        before, keep = self.picture, self.pipeline.keep_paint
        mended = yield from patiently(partial(impulses_replaced, before), Progress(0, 1, "progress.cleaning"))
        if mended is not None:
            found = yield from patiently(partial(diagnose, mended), Progress(0, 1, "progress.diagnosing"))
            if not any(each.action == "clean" for each in propose(found)):
                return mended  # a network would change the pixels that are sound
            before = mended
        engine = yield from self._hub_restorer(self.pipeline.denoiser, "clean", "face")
        takes_sigma = engine is not None and engine.takes_sigma
        if keep is None or takes_sigma:
            found = yield from patiently(partial(diagnose, before), Progress(0, 1, "progress.diagnosing"))
            keep = usual_keep_paint(found) if keep is None else keep
        if engine is None:
            self._use(DENOISER)
            cleaned = yield from clean_steps(before)
        elif engine.kind == "face":
            faces = yield from patiently(partial(face_mask, before), Progress(0, 1, "progress.finding_faces"))
            cleaned = yield from engine.steps(before, faces)
        else:
            cleaned = yield from engine.steps(before, sigma=min(found.noise, MOST_SIGMA) if takes_sigma else None)
        cleaned = Image.blend(before, cleaned, step.strength)
        if keep:
            cleaned = yield from _with_paint(before, cleaned, keep)
        self.settings["keep_paint"] = float(keep)
        return (yield from patiently(partial(colour_safe, before, cleaned), Progress(1, 1, "progress.cleaning")))

    def _colour(self, step: Step) -> Generator[Progress, None, Image.Image]:
        work = partial(repair_colours, self.picture, step.strength)
        return (yield from patiently(work, Progress(0, 1, "progress.repairing_colours")))

    def _colourise(self, step: Step) -> Generator[Progress, None, Image.Image]:
        palette = self.pipeline.palette
        if palette is not None:
            work = partial(load_image, palette)
            loaded = yield from patiently(work, Progress(0, 1, "progress.colourising"))
            self._add_ingredient("palette", palette, loaded)
            palette = loaded
        self._use(COLOURISER)
        coloured = yield from colourise_steps(self.picture, palette)
        return Image.blend(self.picture, coloured, step.strength)

    def _extend(self, step: Step) -> Generator[Progress, None, Image.Image]:
        added = margins(self.pipeline.extend, self.before.size)
        if not any(added):
            return self.picture
        self.settings["extend"] = self.pipeline.extend
        self._use(INPAINTER)
        scale = self.picture.width // self.before.width  # it may have been enlarged
        extended = yield from extend_steps(self.picture, tuple(scale * part for part in added))
        filled = self.filled or Image.new("L", self.before.size)
        self.filled = on_canvas(filled, added, 255)
        self.before = on_canvas(self.before, added, BARE)
        self.picture = extended  # what is protected is protected where it was
        self.protect = self.protect and on_canvas(self.protect, added)
        self.alpha = self.alpha and on_canvas(self.alpha, added, 255)
        return extended

    def _enlarge(self, step: Step) -> Generator[Progress, None, Image.Image]:
        before, size = self.picture, (step.scale * self.picture.width, step.scale * self.picture.height)
        engine = yield from self._hub_restorer(self.pipeline.upscaler, "enlarge")
        if engine is None:
            self._use(UPSCALERS[self.pipeline.look])
            self.settings["look"] = self.pipeline.look
            large = yield from enlarge_steps(before, step.scale, self.pipeline.look)
        else:
            large = before
            while large.width < size[0]:
                large = yield from engine.steps(large)
            large = large.resize(size, Image.Resampling.LANCZOS)
        return (yield from patiently(partial(colour_safe, before, large), Progress(1, 1, "progress.enlarging")))

    def _hub_restorer(self, engine: Engine, *kinds: Kind) -> Generator[Progress, None, HubRestorer | None]:
        """Return the requested restorer, downloaded if necessary; None for the bundled one.

        Raises:
            InputError: it is for another step.
            WeightsError: it is out of reach, refused, or not known.
        """
        if engine is None:
            return None
        if isinstance(engine, str):
            engine = yield from opening(find_restorer(engine))
        enlarges = engine.scale > 1 and engine.kind != "face"
        if engine.kind not in kinds or enlarges != (engine.kind == "enlarge"):
            raise InputError("restorer.kind", name=engine.weights.key)
        self.checkpoints[engine.weights.key] = engine.weights.sha256 or ""
        return engine

    # --- the recipe ---

    def _load_mask(self, role: str, source: Source, is_hole: bool = False) -> Image.Image:
        mask = masks.load_mask(source, self.size, may_be_empty=True, is_hole=is_hole)
        self._add_ingredient(role, source, mask)
        prepared = self._prepared(mask)
        if is_hole and "size" in self.settings:  # a thin line is still a hole
            prepared = prepared.point([255 * (level >= _THIN) for level in range(256)])
        return prepared

    def _prepared(self, picture: Image.Image) -> Image.Image:
        """Return the picture or a mask of it, straightened and shrunk."""
        if self.pipeline.corners is not None:
            self.settings["straightened"] = ", ".join(f"{x:.1f} {y:.1f}" for x, y in self.pipeline.corners)
            picture = straighten(picture, self.pipeline.corners)
        if self.pipeline.size is not None and max(picture.size) > self.pipeline.size:
            self.settings["size"] = self.pipeline.size
        return fit(picture, self.pipeline.size)

    def _add_ingredient(self, role: str, source: Source, picture: Image.Image) -> None:
        self.ingredients.append(Ingredient(role, content_hash(picture), carries_credentials(source), recipe_of(source)))

    def _use(self, key: str) -> None:
        self.checkpoints[key] = find(key).sha256

    def _recipe(self) -> Recipe:
        settings: dict[str, Setting] = {"steps": ", ".join(step.action for step in self.done)}
        for step in self.done:
            if step.action == "enlarge":
                settings["upscale"] = step.scale
            elif step.action != "fill":
                settings[step.action] = float(step.strength)
        return Recipe(
            verb="restore",
            version=deepart.__version__,
            checkpoint=", ".join(self.checkpoints),
            checkpoint_sha256=", ".join(self.checkpoints.values()),
            settings=settings | self.settings,
            ingredients=tuple(self.ingredients),
        )


def _share(mask: Image.Image) -> float:
    """Return the share of a mask "L" of 0 and 255 that is white."""
    return mask.histogram()[255] / (mask.width * mask.height)


def _with_paint(before: Image.Image, after: Image.Image, amount: float) -> Generator[Progress, None, Image.Image]:
    """Give a cleaned picture its relief back, tile by tile, so that it can be stopped."""
    result = after.copy()
    grid = tiles(after.size, _PIECE_PIXELS, _PIECE_MARGIN, _PIECE_MULTIPLE)
    for done, tile in enumerate(grid):
        work = partial(keep_texture, before.crop(tile.outer), after.crop(tile.outer), amount)
        piece = yield from patiently(work, Progress(done, len(grid), "progress.keeping_paint"))
        result.paste(piece.crop(tile.inner_in_outer), tile.inner)
    return result


def _in_mode_of(source: Source, picture: Image.Image) -> Image.Image:
    """Return an RGB or RGBA picture in the mode of the input: grey, or with an alpha channel."""
    mode = source.mode if isinstance(source, Image.Image) else picture.mode
    wanted = {"L": "L", "LA": "LA", "RGBA": "RGBA"}.get(mode, picture.mode)
    if picture.mode == "RGBA":
        wanted = {"L": "LA"}.get(wanted, wanted)
    return picture if wanted == picture.mode else picture.convert(wanted)
