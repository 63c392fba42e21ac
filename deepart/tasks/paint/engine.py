"""The engine of Transfer and Blend: paints pictures of any size in one style or several.

A style is read once and can be used any number of times. Several styles in one picture are mixed in the network's
features and decoded once.

References:
    Huang, Belongie 2017, "Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization",
    https://arxiv.org/abs/1703.06868 (spatial control); Chen et al. 2022, "Towards Ultra-Resolution Neural Style
    Transfer via Thumbnail Instance Normalization", https://arxiv.org/abs/2103.11784 (large pictures in tiles).
"""

from __future__ import annotations

import copy
from collections.abc import Generator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Union

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageChops, ImageEnhance
from torch import Tensor

from deepart import runtime
from deepart.checkpoints import models
from deepart.errors import InputError
from deepart.images import fit, load_image, to_pil, to_tensor
from deepart.models.blocks import FrozenStatistics
from deepart.models.style_code import StyleCode, StyleSpace, mix, stacked
from deepart.options import PaintOptions
from deepart.runtime import Progress
from deepart.tasks.paint.colour import code_colours, keep_photo_colours, match, statistics
from deepart.tiles import Box, tiles

if TYPE_CHECKING:
    from deepart.models.style_network import ContentFeatures, StyleNetwork

DEFAULT_CHECKPOINT = "transfer/fastnst-wikiart-v2"
STYLE_SIDE = 512
"""Shorter side in pixels at which a style picture is read; it sets the scale of its brush strokes."""
BRUSH_CANVAS = 640
"""Longer side in pixels of the canvas for a brush of size 1, whatever the size of the result."""
PREVIEW_SIDE = 512
"""Longer side in pixels of previews that follow a slider; one takes about an eighth of a second on two cores."""

_MULTIPLE = 16  # sides that both encoders can halve; what is added is cut off again
_MARGIN = 128  # pixels of its surroundings that a tile is painted with; what is further off changes nothing visible
_FINEST = 8  # pixels of the canvas, at most, to one of the picture
_WHOLE_PIXELS = 1_100_000  # of a picture that is painted in one piece
_TILE_PIXELS = 600_000  # of a tile with its margin: a third of a second on two cores
_PATCH, _PATCHES_ACROSS = 192, 5  # the patches of a large picture that its normalisations are measured on
_BATCH = 6  # small pictures that are painted at once: a tenth of a second on two cores
_KEPT_STATISTICS = 16  # styles whose normalisations a prepared picture remembers, a few kilobytes each
_FADE = 0.1  # where less than this much of the painting is wanted, it fades into the untouched picture


@dataclass(frozen=True, slots=True)
class Region:
    """One style with its strength and its mask."""

    code: StyleCode
    strength: float = 1.0
    mask: Image.Image | None = None
    """Its share at each place: "L", in the proportions of the picture; None for the full strength everywhere."""


Styles = Union[StyleCode, Sequence[Region]]
"""One style everywhere, or regions whose masks add up to at most 255 at each place; what they leave stays unchanged."""


@dataclass(slots=True)
class Prepared:
    """A picture with all that is needed to paint it again in any style; see `StyleTransfer.prepare`."""

    picture: Image.Image  # RGB or RGBA
    plain: Image.Image  # RGB
    pixels: Tensor  # (1, 3, H, W) in [0, 1]
    features: ContentFeatures
    own_code: StyleCode | None = None  # the picture as a style
    repainted: Tensor | None = None  # the picture painted in its own style, as `pixels`
    statistics: dict[bytes, FrozenStatistics] = field(default_factory=dict)  # of the decoder, by code


@dataclass(frozen=True, slots=True)
class Steady:
    """Paints all frames of a film alike; see `StyleTransfer.steady`."""

    engine: StyleTransfer  # with the network that it was measured with
    regions: Sequence[Region]
    encoding: FrozenStatistics | None
    brushes: Sequence[_Brush]

    def paint(self, frame: Image.Image, options: PaintOptions = PaintOptions()) -> Image.Image:
        """Paint one RGB frame; equal parts of two frames are painted alike."""
        if not self.regions:
            return frame.copy()
        if options.colour == "palette":
            return finished(_recoloured(frame, self.regions), frame, frame, self.regions, options)
        x, box = to_tensor(frame).to(runtime.device()), (0, 0, *frame.size)
        y, *repainted = self.engine._paint(x, box, self.encoding, self.brushes)
        if repainted:
            y = y + _left_over(self.regions, box) * (x - repainted[0])
        return finished(to_pil(y), frame, frame, self.regions, options)


@dataclass(slots=True)
class _Brush:
    """The styles that the decoder paints with: one, or several with weights."""

    codes: Tensor  # (K, D) or (K, D + F), see `stacked`
    masks: tuple[Image.Image, ...] = ()  # K of the picture's size, adding up to 255; none for a single style
    statistics: list[FrozenStatistics] = field(default_factory=list)  # of the normalisations with each style

    def weights(self, boxes: Sequence[Box], size: tuple[int, int]) -> Tensor | None:
        """Return the masks inside boxes, padded to width and height `size`: (boxes, K, H, W), or None."""
        if not self.masks:
            return None
        cut = np.stack([[np.asarray(mask.crop(box)) for mask in self.masks] for box in boxes])
        weights = torch.from_numpy(cut).to(runtime.device()).float()
        weights = weights / weights.sum(1, keepdim=True)
        right, bottom = size[0] - weights.shape[3], size[1] - weights.shape[2]
        return F.pad(weights, (0, right, 0, bottom), mode="replicate")


class StyleTransfer:
    """The engine: paints pictures of any size with one checkpoint.

    Args:
        checkpoint: key in `deepart.checkpoints.CHECKPOINTS`.
        network: used instead of the checkpoint's, for one that has just been trained.
    """

    def __init__(self, checkpoint: str = DEFAULT_CHECKPOINT, network: StyleNetwork | None = None) -> None:
        self.checkpoint = checkpoint
        self._own_network = network

    def encode(self, style: Image.Image) -> StyleCode:
        """Return the style code of an RGB picture."""
        scale = STYLE_SIDE / min(style.size)
        # A very long picture is squeezed: its strokes matter, not its shape.
        size = [min(4 * STYLE_SIDE, round(side * scale / _MULTIPLE) * _MULTIPLE) for side in style.size]
        x = to_tensor(style.resize(size, Image.Resampling.LANCZOS)).to(runtime.device())
        # In float32 whatever the precision of painting: codes are kept, sent and mixed.
        with runtime.device_lock(), runtime.inference(full_precision=True):
            return StyleCode(self.network.style_encoder(x)[0].cpu(), self.checkpoint)

    def space(self) -> StyleSpace:
        """Return the style space of this checkpoint, in which codes are mixed."""
        return self.network.space()

    def steps(
        self, content: Image.Image, styles: Styles, strength: float = 1.0, options: PaintOptions = PaintOptions()
    ) -> Generator[Progress, None, Image.Image]:
        """Paint `content` (RGB or RGBA); yields `Progress`, returns the painting.

        At a strength between 0 and 1 the style's code is mixed with the content's own code, which reproduces the
        content nearly unchanged; what the network loses in that is added back in the same proportion. So strength 0 is
        the content itself, and the result changes continuously.

        A large picture is painted in tiles; the statistics of the normalisations are measured before on patches from
        the whole picture.

        Args:
            content: the picture.
            styles: one style, or several regions.
            strength: strength of a single style; regions have their own.
            options: colours, contrast and brush; the caller handles size and faces. With a brush, strokes are
                proportional to the picture, so that a preview and a large print look the same: 1 paints on
                `BRUSH_CANVAS` pixels, 2 on half as many with strokes twice as broad.

        Raises:
            InputError: a code was made by another checkpoint.
        """
        # One network from the first tile to the last, whatever version of it is promoted meanwhile.
        pinned = copy.copy(self)
        pinned._own_network = self.network
        return (yield from pinned._steps(content, styles, strength, options))

    def _steps(
        self, content: Image.Image, styles: Styles, strength: float, options: PaintOptions
    ) -> Generator[Progress, None, Image.Image]:
        regions = self._regions(styles, strength)
        if not regions:
            return content.copy()
        plain = load_image(content)  # transparency on white
        regions = [_with_mask_of(region, plain.size) for region in regions]
        if options.colour == "palette":
            yield Progress(0, 1, "progress.painting")
            painting = _recoloured(plain, regions)
        elif options.brush is None:
            painting = yield from self._paint_tiles(plain, regions)
        else:
            painting = yield from self._paint_broadly(plain, regions, BRUSH_CANVAS / options.brush)
        return finished(painting, content, plain, regions, options)

    def __call__(
        self, content: Image.Image, styles: Styles, strength: float = 1.0, options: PaintOptions = PaintOptions()
    ) -> Image.Image:
        """Run `steps` to its end and return the picture."""
        return runtime.run(self.steps(content, styles, strength, options))

    def prepare(self, picture: Image.Image, brush: float | None = None) -> Prepared:
        """Encode a picture once, so that `repaint` can paint it again and again as a slider moves.

        Args:
            picture: RGB or RGBA of any size; it is shrunk to `PREVIEW_SIDE` pixels.
            brush: see `steps`; the preview is painted on the same canvas as the result will be, up to
                twice `PREVIEW_SIDE`.
        """
        side = PREVIEW_SIDE if brush is None else min(round(BRUSH_CANVAS / brush), 2 * PREVIEW_SIDE)
        picture = fit(picture, side) if brush is None else _resized(picture, side)
        plain = load_image(picture)
        pixels = to_tensor(plain).to(runtime.device())
        with runtime.device_lock(), runtime.inference():
            features = self.network.content_encoder(_padded(pixels))
        return Prepared(picture, plain, pixels, features)

    def repaint(
        self, prepared: Prepared, styles: Styles, strength: float = 1.0, options: PaintOptions = PaintOptions()
    ) -> Image.Image:
        """Paint a prepared picture: the result of `steps` in a fraction of the time.

        Raises:
            InputError: a code was made by another checkpoint.
        """
        regions = self._regions(styles, strength)
        plain = prepared.plain
        if not regions:
            return prepared.picture.copy()
        regions = [_with_mask_of(region, plain.size) for region in regions]
        if options.colour == "palette":
            return finished(_recoloured(plain, regions), prepared.picture, plain, regions, options)
        with runtime.device_lock():
            if _leaves_something(regions) and prepared.repainted is None:
                prepared.own_code = self.encode(plain)
                own = _Brush(stacked([prepared.own_code]))
                prepared.repainted = self._decode(prepared.pixels, prepared.features, own, None)
            brush = _brush_for(regions, prepared.own_code)
            weights = brush.weights([(0, 0, *plain.size)], _padded_size(plain.size))
            if brush.masks:
                brush.statistics = [self._kept_statistics(prepared, code) for code in brush.codes]
            y = self._decode(prepared.pixels, prepared.features, brush, weights)
            if prepared.repainted is not None:
                y = y + _left_over(regions, (0, 0, *plain.size)) * (prepared.pixels - prepared.repainted)
        return finished(to_pil(y), prepared.picture, plain, regions, options)

    def steady(
        self, samples: Sequence[Image.Image], code: StyleCode, strength: float = 1.0, *, is_measured: bool = True
    ) -> Generator[Progress, None, Steady]:
        """Measure the normalisations that all frames of a film share, on some frames of one size together.

        If each frame were normalised by itself, moving objects would make it a little lighter or darker than the one
        before: the film would flicker. If later frames are not known (`is_measured` is false), each frame is normalised
        by itself all the same.

        Raises:
            InputError: the code was made by another checkpoint.
        """
        pinned = copy.copy(self)
        pinned._own_network = self.network
        regions = self._regions(code, strength)
        if not regions:
            return Steady(pinned, regions, None, ())
        own = pinned.encode(samples[len(samples) // 2]) if _leaves_something(regions) else None
        brushes = [_brush_for(regions, own), *([_Brush(stacked([own]))] if own else [])]
        encoding = None
        if is_measured:
            encoding = yield from pinned._measure(torch.cat([to_tensor(sample) for sample in samples]), brushes, 1)
        return Steady(pinned, regions, encoding, brushes)

    def paint_in_each(self, picture: Image.Image, codes: Sequence[StyleCode]) -> Generator[Image.Image, None, None]:
        """Yield a small RGB picture painted in each style, computed in batches.

        Others can use the device between two batches.
        """
        x = _padded(to_tensor(picture)).to(runtime.device())
        network = self.network
        with runtime.device_lock(), runtime.inference():
            features = network.content_encoder(x)
        for first in range(0, len(codes), _BATCH):
            batch = stacked(codes[first : first + _BATCH]).to(x.device)
            with runtime.device_lock(), runtime.inference():
                seen = type(features)(*(each.expand(len(batch), -1, -1, -1) for each in features))
                painted = network.decoder(seen, batch)[..., : picture.height, : picture.width]
            yield from (to_pil(each[None]) for each in painted)

    def _kept_statistics(self, prepared: Prepared, code: Tensor) -> FrozenStatistics:
        """Return the normalisations of a prepared picture with a style; they are measured only once."""
        key = code.numpy().tobytes()
        if key not in prepared.statistics:
            while len(prepared.statistics) >= _KEPT_STATISTICS:
                prepared.statistics.pop(next(iter(prepared.statistics)))
            prepared.statistics[key] = self._statistics(prepared.features, code)
        return prepared.statistics[key]

    def _regions(self, styles: Styles, strength: float) -> list[Region]:
        """Return the regions in which something is painted."""
        regions = [Region(styles, strength)] if isinstance(styles, StyleCode) else list(styles)
        if any(region.code.checkpoint != self.checkpoint for region in regions):
            raise InputError("style.other_checkpoint", checkpoint=self.checkpoint)
        return [region for region in regions if region.strength > 0]

    def _paint_broadly(
        self, plain: Image.Image, regions: Sequence[Region], canvas_side: float
    ) -> Generator[Progress, None, Image.Image]:
        """Paint on a canvas of another size; detail too fine for it comes from the picture's own brightness.

        Painting that detail at full size would lay fine noise over the broad strokes, and take long.
        """
        # Strokes far finer than the picture's pixels cannot be seen, and take long.
        scaled = _resized(plain, round(min(canvas_side, _FINEST * max(plain.size))))
        canvas = yield from self._paint_tiles(scaled, [_with_mask_of(region, scaled.size) for region in regions])
        canvas = canvas.resize(plain.size, Image.Resampling.LANCZOS)
        if scaled.width >= plain.width:
            return canvas
        grey = plain.convert("L")
        coarse = grey.resize(scaled.size, Image.Resampling.BOX).resize(plain.size, Image.Resampling.BICUBIC)
        fine = ImageChops.subtract(grey, coarse, offset=128)
        return ImageChops.add(canvas, Image.merge("RGB", (fine, fine, fine)), offset=-128)

    def _paint_tiles(self, plain: Image.Image, regions: Sequence[Region]) -> Generator[Progress, None, Image.Image]:
        is_small = plain.width * plain.height <= _WHOLE_PIXELS
        pieces = tiles(plain.size, _WHOLE_PIXELS if is_small else _TILE_PIXELS, _MARGIN, _MULTIPLE)
        yield Progress(0, len(pieces), "progress.painting")
        if _leaves_something(regions):
            own = self.encode(plain)
            yield Progress(0, len(pieces), "progress.painting")
            brushes = [_brush_for(regions, own), _Brush(stacked([own]))]
        else:
            brushes = [_brush_for(regions, None)]
        encoding = None
        if len(pieces) > 1 or brushes[0].masks:
            boxes = [pieces[0].outer] if len(pieces) == 1 else _patches(plain.size)
            patches = torch.cat([to_tensor(plain.crop(box)) for box in boxes])
            encoding = yield from self._measure(patches, brushes, len(pieces))
        painting = Image.new("RGB", plain.size)
        for done, tile in enumerate(pieces, 1):
            x = to_tensor(plain.crop(tile.outer)).to(runtime.device())
            y, *repainted = self._paint(x, tile.outer, encoding, brushes)
            if repainted:
                y = y + _left_over(regions, tile.outer) * (x - repainted[0])
            painting.paste(to_pil(y).crop(tile.inner_in_outer), tile.inner[:2])
            yield Progress(done, len(pieces), "progress.painting")
        return painting

    @property
    def network(self) -> StyleNetwork:
        """The network of the live version."""
        return self._own_network or models.get(self.checkpoint, str(runtime.device()))

    def _measure(
        self, patches: Tensor, brushes: Sequence[_Brush], num_pieces: int
    ) -> Generator[Progress, None, FrozenStatistics]:
        """Measure the normalisations of patches (B, 3, H, W) together, with each style alone.

        Returns the encoder's statistics; the brushes keep theirs.
        """
        patches = _padded(patches).to(runtime.device())
        encoding = FrozenStatistics()
        with runtime.device_lock(), runtime.inference(), encoding.recording():
            features = self.network.content_encoder(patches)
        yield Progress(0, num_pieces, "progress.painting")
        for brush in brushes:
            for code in brush.codes:
                brush.statistics.append(self._statistics(features, code))
                yield Progress(0, num_pieces, "progress.painting")
        return encoding

    def _statistics(self, features: ContentFeatures, code: Tensor) -> FrozenStatistics:
        """Measure the decoder's normalisations of features (B, …) with one code (D,)."""
        statistics = FrozenStatistics()
        codes = code.to(features.eighth.device).expand(len(features.eighth), -1)
        with runtime.device_lock(), runtime.inference(), statistics.recording():
            self.network.decoder(features, codes)
        return statistics

    def _paint(self, x: Tensor, box: Box, encoding: FrozenStatistics | None, brushes: Sequence[_Brush]) -> list[Tensor]:
        """Paint a tile x (1, 3, H, W) at `box` of its picture, with each brush."""
        with runtime.device_lock():
            with runtime.inference(), encoding.replaying() if encoding else nullcontext():
                features = self.network.content_encoder(_padded(x))
            padded_size = _padded_size((box[2] - box[0], box[3] - box[1]))
            origin = (box[1], box[0])
            return [self._decode(x, features, brush, brush.weights([box], padded_size), origin) for brush in brushes]

    def _decode(
        self,
        x: Tensor,
        features: ContentFeatures,
        brush: _Brush,
        weights: Tensor | None,
        origin: tuple[int, int] = (0, 0),
    ) -> Tensor:
        h, w = x.shape[-2:]
        codes, decoder = brush.codes.to(x.device), self.network.decoder
        with runtime.inference():
            if weights is not None:
                painted = decoder(features, codes, weights, brush.statistics, origin)
            else:
                with brush.statistics[0].replaying() if brush.statistics else nullcontext():
                    painted = decoder(features, codes, origin=origin)
        return painted[..., :h, :w]


def _resized(picture: Image.Image, longer: int) -> Image.Image:
    scale = longer / max(picture.size)
    size = [max(_MULTIPLE, round(side * scale)) for side in picture.size]
    return picture.resize(size, Image.Resampling.LANCZOS)


def _with_mask_of(region: Region, size: tuple[int, int]) -> Region:
    """Return the region with its mask, if any, resized to the picture."""
    if region.mask is None or region.mask.size == size:
        return region
    return replace(region, mask=region.mask.resize(size, Image.Resampling.BILINEAR))


def _leaves_something(regions: Sequence[Region]) -> bool:
    """Return whether the picture itself shows through anywhere."""
    return any(region.strength < 1 for region in regions) or _remainder(regions) is not None


def _remainder(regions: Sequence[Region]) -> Image.Image | None:
    """Return a mask of where the picture stays unchanged; None if nowhere."""
    if any(region.mask is None for region in regions):
        return None
    covered = regions[0].mask
    for region in regions[1:]:
        covered = ImageChops.add(covered, region.mask)
    remainder = ImageChops.invert(covered)
    # Masks that were resized may miss the whole by a rounding.
    return remainder if remainder.getextrema()[1] > 2 else None


def _brush_for(regions: Sequence[Region], own: StyleCode | None) -> _Brush:
    """Return the brush that paints all regions at once; `own` is the code of the picture itself, if it is needed."""
    codes = [
        region.code if region.strength == 1 else mix([region.code, own], [region.strength, 1 - region.strength])
        for region in regions
    ]
    if len(regions) == 1 and regions[0].mask is None:
        return _Brush(stacked(codes[:1]))
    masks = [region.mask for region in regions]
    remainder = _remainder(regions)
    if remainder is not None:
        codes.append(own)
        masks.append(remainder)
    return _Brush(stacked(codes), tuple(masks))


def _painted_share(regions: Sequence[Region], box: Box) -> np.ndarray | float:
    """Return the share of the painting at each place of a box, from 0 to 1: (H, W) or a number."""
    if regions[0].mask is None:
        return regions[0].strength
    return sum(region.strength / 255 * np.asarray(region.mask.crop(box), np.float32) for region in regions)


def _left_over(regions: Sequence[Region], box: Box) -> Tensor | float:
    """Return the share of the picture itself, to be multiplied with (1, 3, H, W)."""
    share = 1 - _painted_share(regions, box)
    return torch.from_numpy(share).to(runtime.device()) if isinstance(share, np.ndarray) else share


def _recoloured(plain: Image.Image, regions: Sequence[Region]) -> Image.Image:
    """Return the picture in the colours of the styles, otherwise unchanged."""
    painting, covered = plain, np.zeros((plain.height, plain.width), np.float32)
    for region in regions:
        colours = Image.blend(plain, match(plain, *code_colours(region.code.vector.numpy())), region.strength)
        if region.mask is None:
            return colours
        mask = np.asarray(region.mask, np.float32)
        covered = covered + mask
        # Its share of what is covered so far: in the end every region has its own of the whole.
        painting = Image.composite(colours, painting, _as_mask(mask / np.maximum(covered, 1)))
    return Image.composite(painting, plain, _as_mask(covered / 255))


def _as_mask(values: np.ndarray) -> Image.Image:
    """Return values from 0 to 1, (H, W), as an "L" picture."""
    return Image.fromarray((255 * np.clip(values, 0, 1)).round().astype(np.uint8))


def finished(
    painting: Image.Image, content: Image.Image, plain: Image.Image, regions: Sequence[Region], options: PaintOptions
) -> Image.Image:
    """Apply colours and contrast to a painting, and restore untouched places and the content's transparency."""
    if options.colour == "luminance":
        painting = keep_photo_colours(painting, plain)
    elif options.colour == "matched":
        painting = match(painting, *statistics(plain))
    # As strong as the style is: there must be no jump on the way from the picture itself.
    contrast = 1 + (options.contrast - 1) * max(region.strength for region in regions)
    painting = ImageEnhance.Contrast(painting).enhance(contrast) if contrast != 1 else painting
    if regions[0].mask is not None:
        share = _painted_share(regions, (0, 0, *plain.size))
        painting = Image.composite(painting, plain, _as_mask(share / _FADE))
    if content.mode == "RGBA":
        painting.putalpha(content.getchannel("A"))
    return painting


def _padded_size(size: tuple[int, int]) -> tuple[int, int]:
    return tuple(side + -side % _MULTIPLE for side in size)


def _padded(x: Tensor) -> Tensor:
    """Pad x (1, 3, H, W) by mirroring at the right and lower border, so that the network can halve it."""
    h, w = x.shape[-2:]
    x = F.pad(x, (0, -w % _MULTIPLE, 0, -h % _MULTIPLE), mode="reflect")
    return x.contiguous(memory_format=torch.channels_last)


def _patches(size: tuple[int, int]) -> list[Box]:
    """Return boxes of equal size that are spread over a large picture."""
    width, height = (min(_PATCH, side // _MULTIPLE * _MULTIPLE) for side in size)
    return [
        (left, top, left + width, top + height)
        for left in _spread(size[0] - width)
        for top in _spread(size[1] - height)
    ]


def _spread(room: int) -> list[int]:
    """Return evenly spread, distinct offsets from 0 to `room` on the network's grid."""
    last = _PATCHES_ACROSS - 1
    return sorted({room * i // last // _MULTIPLE * _MULTIPLE for i in range(_PATCHES_ACROSS)})
