"""Requests of the Restore tab: examination of a picture, masks, and restoration."""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageFilter

from deepart.checkpoints import find
from deepart.errors import InputError
from deepart.images import content_hash, fit, load_image, png_bytes, save_png
from deepart.options import RestoreOptions
from deepart.recipes import chunks, recipe_of
from deepart.runtime import Progress
from deepart.tasks.hub.restorers import RESTORERS, opening, own_restorers, weights_of
from deepart.tasks.hub.spandrel_network import Kind
from deepart.tasks.paint.masks import load_mask
from deepart.tasks.paint.strokes import masks_by_colour
from deepart.tasks.restore.bundled import DETECTOR, USED, detection_steps
from deepart.tasks.restore.damage_judgement import surely_damaged
from deepart.tasks.restore.diagnosis import Diagnosis, Step
from deepart.tasks.restore.engine import BARE, Engine, PipelineOptions, Restoration, run_plan, usual_keep_paint
from deepart.tasks.restore.extend import margins, on_canvas
from deepart.tasks.restore.restore import plan
from deepart.tasks.restore.straighten import Quad, find_print
from deepart.tasks.tiled import patiently
from deepart.ui import samples
from deepart.ui.classify.request import any_repository
from deepart.ui.paintings import SHOWN_SIDE
from deepart.ui.pictures import EDITOR_SIDE, place_on_canvas

FILE_NAME, TRUST_NAME, MASK_NAME = "deepart-restored.png", "deepart-trust-map.png", "deepart-mask.png"
STRAIGHTENED_NAME = "deepart-straightened.png"
FILL_COLOUR, PROTECT_COLOUR = "#e5484d", "#0072b2"
"""Colours of the strokes that mark what to fill, and what to leave alone."""
CONTROLS = ("clean", "keep_paint", "colour", "colourise", "extend", "size", "upscale", "look")
"""The settings of `RestoreOptions` that the page has controls for, in the order in which handlers get their values."""
OPACITY = 0.65
"""Opacity of the strokes, so that what they mark can be seen."""

_HALF = [255 * (level >= 128) for level in range(256)]
_STRETCHED = 0.02  # share of its width by which a picture that is not extended may seem to be
_FAINT, _EDGE = 64, 7  # of 255, and pixels: what of an object's soft edge is painted over with it
_KEPT = 8  # pictures that need not be looked at again


# --- what is wrong -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found out about a picture."""

    found: Diagnosis
    steps: tuple[Step, ...]
    """What to do about it."""
    mask: bytes | None = None
    """PNG of what is taken for damage, white; None if nobody has looked for it."""
    sure: bytes | None = None
    """PNG of what surely is, if that is enough to fill it at once."""
    corners: Quad | None = None
    """Corners of the print that was photographed askew, if it shows one."""

    def step(self, action: str) -> Step | None:
        """Return what is proposed of an action; None if it is not needed."""
        return next((step for step in self.steps if step.action == action), None)

    @property
    def shown(self) -> bytes | None:
        """What is filled, or asked about; None if the picture is left as it is."""
        return self.sure or (self.mask if self.found.answer == "ask" else None)

    @property
    def keep_paint(self) -> float:
        """How much of the paint is usually kept in pictures like this one."""
        return usual_keep_paint(self.found)


@functools.lru_cache(maxsize=_KEPT)
def examine(path: str) -> Examination:
    """Measure what is wrong with a picture, but for its damage: about a second.

    Args:
        path: of the picture; in the app it contains a hash of the file.

    Raises:
        InputError: it cannot be read.
    """
    picture = load_image(path)
    return Examination(*plan(picture, path), corners=find_print(picture))


_examined: dict[tuple[str, str], Examination] = {}  # by path and version of the detector


def damage_steps(path: str) -> Generator[Progress, None, Examination]:
    """Look for damage too, as an engine.

    Raises:
        InputError: the picture cannot be read.
        WeightsError: the checkpoint is missing or damaged.
    """
    key = path, find(DETECTOR).sha256
    examined = _examined.get(key)
    if examined is None:
        picture = load_image(path)
        mask = yield from detection_steps(picture)
        work = partial(plan, picture, path, mask)
        found, steps = yield from patiently(work, Progress(1, 1, "progress.diagnosing"))
        sure = png_bytes(surely_damaged(picture, mask)) if found.answer == "fill" else None
        examined = _examined[key] = Examination(found, steps, png_bytes(mask), sure, examine(path).corners)
        while len(_examined) > _KEPT:
            _examined.pop(next(iter(_examined)), None)
    return examined


def straightened_to(folder: Path, path: str) -> Generator[Progress, None, str]:
    """Write the print in a picture to `folder`, seen from in front, as an engine; return the path of the file.

    Raises:
        InputError: the picture cannot be read.
    """
    done = yield from run_plan(path, (), pipeline=PipelineOptions(keep_paint=0.0, corners=examine(path).corners))
    work = partial(save_png, done.after, folder / STRAIGHTENED_NAME, text=chunks(done.after))
    yield from patiently(work, Progress(1, 1, "progress.saving"))
    return str(folder / STRAIGHTENED_NAME)


# --- masks -------------------------------------------------------------------------------------------


def strokes(mask: bytes, size: tuple[int, int]) -> Image.Image:
    """Return a mask of a picture of `size` as strokes that lie over `canvas`."""
    return tinted(_shown(mask, size))


def tinted(mask: Image.Image) -> Image.Image:
    """Return a mask as RGBA in the colour of what is filled."""
    layer = Image.new("RGBA", mask.size, FILL_COLOUR)
    layer.putalpha(mask.point([0] + [round(255 * OPACITY)] * 255))
    return layer


def marked(
    mask: bytes | None, editor: Mapping[str, Any] | None, size: tuple[int, int]
) -> tuple[Image.Image | None, Image.Image | None]:
    """Return what to fill and what to protect, each "L" of `size`, white for yes, or None for nowhere.

    Strokes are coarser than the mask that they are drawn over: they change it only where they differ from it.

    Args:
        mask: PNG that the editor was shown; None if there was none.
        editor: "layers", what is on it now; None or without layers if it was not opened.
        size: of the picture.

    Raises:
        InputError: a layer cannot be read.
    """
    whole = _decoded(mask, size)
    layers = (editor or {}).get("layers") or ()
    if not layers:
        return whole, None
    found = masks_by_colour(layers, (FILL_COLOUR, PROTECT_COLOUR))
    square = (EDITOR_SIDE, EDITOR_SIDE)
    drawn, protect = (each.resize(square) for each in found) if found else (Image.new("L", square),) * 2
    if whole is None:
        whole = Image.new("L", size)
    before = Image.new("L", square) if mask is None else _shown(mask, size)
    box = place_on_canvas(size)
    added = ImageChops.subtract(drawn, before).crop(box).resize(size, Image.Resampling.NEAREST)
    erased = ImageChops.subtract(before, drawn).crop(box).resize(size, Image.Resampling.NEAREST)
    fill = ImageChops.lighter(ImageChops.subtract(whole, erased), added)
    protect = protect.crop(box).resize(size, Image.Resampling.NEAREST)
    return fill if mask is not None or fill.getbbox() else None, protect if protect.getbbox() else None


def uploaded(path: str, picture: str) -> bytes:
    """Return a mask that a visitor has for a picture, as PNG.

    Raises:
        InputError: one of them cannot be read, or the mask has other proportions.
    """
    return png_bytes(load_mask(path, load_image(picture).size, is_hole=True))


def hole_of(found: Image.Image, size: tuple[int, int]) -> bytes:
    """Return what was found in a small copy of a picture of `size` as a hole, PNG: with its soft edge, which is left
    of an object that is painted over.
    """
    grown = found.point(lambda value: 255 if value >= _FAINT else 0).filter(ImageFilter.MaxFilter(_EDGE))
    return png_bytes(grown.resize(size, Image.Resampling.NEAREST))


def joined(mask: Image.Image | None, other: bytes | None) -> bytes | None:
    """Return what either of two masks marks, as PNG of the size of the first."""
    if mask is None:
        return other
    second = _decoded(other, mask.size)
    return png_bytes(mask if second is None else ImageChops.lighter(mask, second))


def share(mask: Image.Image | None) -> float:
    """Return the share of what a mask marks, from 0 to 1."""
    return 0.0 if mask is None else sum(mask.histogram()[128:]) / (mask.width * mask.height)


def _shown(mask: bytes, size: tuple[int, int]) -> Image.Image:
    """Return a mask as it lies on the canvas: a pixel is white if any of what it stands for is."""
    left, top, right, bottom = place_on_canvas(size)
    small = Image.open(BytesIO(mask)).convert("L").resize((right - left, bottom - top), Image.Resampling.BOX)
    square = Image.new("L", (EDITOR_SIDE, EDITOR_SIDE))
    square.paste(small.point([0] + [255] * 255), (left, top))
    return square


def _decoded(mask: bytes | None, size: tuple[int, int]) -> Image.Image | None:
    if mask is None:
        return None
    return Image.open(BytesIO(mask)).convert("L").resize(size, Image.Resampling.BILINEAR).point(_HALF)


# --- what to do --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Engines:
    """Restorers of the Hub that were chosen: keys, files such as "owner/name/file.pth", or "" for the bundled."""

    inpainter: str = ""
    denoiser: str = ""
    upscaler: str = ""

    def opened(self) -> Generator[Progress, None, dict[str, Engine]]:
        """Return them by the names that `PipelineOptions` has for them, fetching those that were typed.

        Raises:
            InputError: one is not known.
            WeightsError: one is out of reach or refused.
        """
        found = {}
        for role in self.__slots__:
            found[role] = yield from opened_engine(getattr(self, role))
        return found


@dataclass(frozen=True, slots=True)
class RestoreRequest:
    """What a visitor asks for."""

    picture: str | None
    fill: bool = False
    mask: Image.Image | None = None
    """What to fill; None lets damage be looked for."""
    protect: Image.Image | None = None
    palette: str | None = None
    options: RestoreOptions = RestoreOptions(clean=0.0)
    engines: Engines = Engines()

    @classmethod
    def on_page(
        cls, picture: str | None, mask: bytes | None, editor: Mapping[str, Any] | None, fill: bool, *settings: Any
    ) -> RestoreRequest:
        """Read the values of the page's components, in the order in which handlers get them.

        Args:
            settings: those of `CONTROLS`, then the restorers of the Hub, and the palette.

        Raises:
            InputError: the picture or a stroke on it cannot be read.
        """
        holes = protect = None
        if picture and (mask or editor):
            holes, protect = marked(mask, editor, load_image(picture).size)
        values, (*engines, palette) = settings[: len(CONTROLS)], settings[len(CONTROLS) :]
        options = RestoreOptions.read(asdict(RestoreOptions()) | dict(zip(CONTROLS, values)))
        return cls(picture, fill, holes, protect, palette, options, Engines(*(engine or "" for engine in engines)))

    def steps(self) -> tuple[Step, ...]:
        """Return what is done, in order.

        Raises:
            InputError: there is no picture.
        """
        if self.picture is None:
            raise InputError("restore.missing")
        options = self.options
        wanted = [
            Step("fill") if self.fill else None,
            Step("clean", options.clean) if options.clean else None,
            Step("colour", options.colour) if options.colour else None,
            Step("colourise", options.colourise) if options.colourise else None,
            Step("extend") if options.extend else None,
            Step("enlarge", scale=options.upscale) if options.upscale > 1 else None,
        ]
        return tuple(step for step in wanted if step)

    def pipeline(self) -> Generator[Progress, None, PipelineOptions]:
        """Return how it is done; see `Engines.opened`."""
        engines = yield from self.engines.opened()
        options = self.options
        more = {"palette": self.palette, "extend": options.extend, "size": options.size, **engines}
        return PipelineOptions(options.look, options.keep_paint, self.protect, **more)


@dataclass(frozen=True, slots=True)
class Restored:
    """A restored picture on disk, as long as the folder that it lies in."""

    before: str
    after: str
    download: str
    trust: str
    """The trust map as people see it."""
    trust_levels: str
    """The trust map as numbers, see `deepart.tasks.restore.trust.TrustMap.levels`."""
    changed: float
    invented: float
    recipe: dict[str, Any]
    size: tuple[int, int]
    had_credentials: bool


def compared(wanted: RestoreRequest, size: tuple[int, int]) -> Image.Image:
    """Return the picture that came, as what it has become of `size` is compared with it."""
    picture = load_image(wanted.picture)
    if wanted.options.extend and abs(size[0] / size[1] * picture.height / picture.width - 1) > _STRETCHED:
        picture = on_canvas(picture, margins(wanted.options.extend, picture.size), BARE)
    return picture.resize(size, Image.Resampling.BICUBIC)


def restore_to(
    folder: Path, wanted: RestoreRequest, steps: Sequence[Step] | None = None
) -> Generator[Progress, None, Restored]:
    """Restore a picture and write it to `folder`, as an engine.

    Args:
        folder: where the files go.
        wanted: what is asked for.
        steps: the first of `wanted.steps()`; None for all of them.

    Raises:
        InputError: there is no picture, or see `run_plan`.
        WeightsError: see `run_plan`.
    """
    steps = wanted.steps() if steps is None else steps
    pipeline = yield from wanted.pipeline()
    done = yield from run_plan(wanted.picture, steps, wanted.mask, pipeline)
    return (yield from patiently(partial(_written, folder, done), Progress(1, 1, "progress.saving")))


_samples: dict[tuple[object, ...], Restored] = {}  # what samples became, by all that it depends on


def sample_to(
    folder: Path, wanted: RestoreRequest, steps: Sequence[Step] | None = None
) -> Generator[Progress, None, Restored]:
    """Restore a sample as `restore_to` does, but only once for all visitors: it costs ten seconds of a core."""
    if wanted.protect is not None or wanted.palette:  # something of the visitor's own
        return (yield from restore_to(folder, wanted, steps))
    mask = wanted.mask and content_hash(wanted.mask)
    versions = tuple(find(key).identity for key in USED)
    key = samples.folder(), Path(wanted.picture).name, wanted.fill, mask, wanted.options, wanted.engines, versions
    if key not in _samples:
        kept = Path(tempfile.mkdtemp(prefix="restored-", dir=samples.folder()))
        _samples[key] = yield from restore_to(kept, wanted, steps)
        while len(_samples) > _KEPT:
            shutil.rmtree(Path(_samples.pop(next(iter(_samples))).download).parent, ignore_errors=True)
    return _samples[key]


def _written(folder: Path, done: Restoration) -> Restored:
    save_png(done.after, folder / FILE_NAME, text=chunks(done.after))
    after = fit(load_image(done.after), SHOWN_SIDE)  # transparency on white
    save_png(after, folder / "after.png")
    save_png(done.before.resize(after.size, Image.Resampling.BICUBIC), folder / "before.png")
    trust, recipe = done.trust_map(), recipe_of(done.after)
    save_png(trust.levels, folder / TRUST_NAME)
    fit(trust.overlay, SHOWN_SIDE).save(folder / "trust.jpg", quality=90)
    return Restored(
        before=str(folder / "before.png"),
        after=str(folder / "after.png"),
        download=str(folder / FILE_NAME),
        trust=str(folder / "trust.jpg"),
        trust_levels=str(folder / TRUST_NAME),
        changed=trust.changed,
        invented=trust.invented,
        recipe=recipe.as_dict(),
        size=done.after.size,
        had_credentials=any(ingredient.had_credentials for ingredient in recipe.ingredients),
    )


# --- restorers of the Hub ----------------------------------------------------------------------------

KINDS: Mapping[str, tuple[Kind, ...]] = {"filler": ("inpaint",), "cleaner": ("clean", "face"), "upscaler": ("enlarge",)}
"""What a restorer has to be made for, by the name that endpoint and page have for it."""


def offered(role: str) -> list[str]:
    """Return the keys of the restorers of the Hub that fit a role of `KINDS`."""
    return [key for key, row in RESTORERS.items() if row.kind in KINDS[role]] + list(own_restorers())


def opened_engine(name: str | None) -> Generator[Progress, None, Engine]:
    """Return a restorer that a visitor has named, see `Engines`; None for the bundled one.

    Raises:
        InputError: it is not known.
        WeightsError: it is out of reach or refused.
    """
    if not name:
        return None
    if name in RESTORERS or name in own_restorers():
        return name
    if not any_repository():  # see there
        raise InputError("setting.choice", name="restorer", choices=", ".join(RESTORERS))
    parts = name.strip().split("/", 2)
    if len(parts) < 3:
        raise InputError("restorer.typed")
    return (yield from opening(weights_of("/".join(parts[:2]), parts[2])))
