"""Repaint a picture in the style of another.

`transfer` is the short way; `StyleTransfer` is the engine behind it, the command line and the app: it
encodes a style once, paints with it any number of times, and says how far it is.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Union

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

import deepart
from deepart import runtime
from deepart.checkpoints import find, models
from deepart.errors import InputError
from deepart.images import MAX_PIXELS, content_hash, load_image, to_pil, to_tensor
from deepart.models.blocks import FrozenStatistics
from deepart.models.style_code import StyleCode, mix
from deepart.recipes import Ingredient, Recipe, Setting, Source, attach, carries_credentials, recipe_of
from deepart.runtime import Progress
from deepart.tasks.colour import ColourMode, check_colour_mode, code_colours, keep_photo_colours, match, statistics
from deepart.tasks.gallery import named_style_code, named_styles
from deepart.tiles import tiles

if TYPE_CHECKING:
    from deepart.models.style_network import StyleNetwork

DEFAULT_CHECKPOINT = "transfer/fastnst-wikiart-v1"
STYLE_SIDE = 512
"""Shorter side at which a style picture is read, in pixels: the scale of its brush strokes."""
LEAST_SIZE, MOST_SIZE = 64, 8192

_MULTIPLE = 16  # sides that both encoders can halve; what is added is cut off again
_MARGIN = 96  # a tile is painted with this much of its surroundings, in pixels
_WHOLE_PIXELS = 1_100_000  # of a picture that is painted in one piece
_TILE_PIXELS = 600_000  # of a tile with its margin: a third of a second on two cores
_PATCH, _PATCHES_ACROSS = 192, 5  # the patches of a large picture that its normalisations are measured on

Style = Union[Source, StyleCode]


def transfer(
    content: Source,
    style: Style,
    strength: float = 1.0,
    *,
    size: int | None = None,
    colour: ColourMode = "style",
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Image.Image:
    """Repaint `content` in the style of `style`.

    Args:
        content: a path, the bytes of a file, or a picture.
        style: the same, a `StyleCode`, or the key of a bundled style such as "starry-night".
        strength: 0 returns the content unchanged, 1 is the full style.
        size: longer side of the result in pixels; None keeps the content's size.
        colour: "style" for the style's colours, "luminance" or "matched" for the content's, "palette" for the
            style's colours on the content as it is.
        on_progress: told of every step.

    Returns:
        The painting, with its recipe in `info["deepart"]`; RGBA if the content is partly transparent.

    Raises:
        InputError: a picture cannot be read, or a setting is out of its range.
        WeightsError: the checkpoint is missing or damaged.
    """
    return runtime.run(transfer_steps(content, style, strength, size, colour), on_progress)


def transfer_steps(
    content: Source,
    style: Style,
    strength: float = 1.0,
    size: int | None = None,
    colour: ColourMode = "style",
) -> Generator[Progress, None, Image.Image]:
    """The same as `transfer`, as an engine: yields `Progress`, returns the painting."""
    return (yield from painting_steps("transfer", content, [(style, 1)], strength, size, colour))


def painting_steps(
    verb: str,
    content: Source,
    styles: Sequence[tuple[Style, float]],
    strength: float,
    size: int | None,
    colour: ColourMode,
) -> Generator[Progress, None, Image.Image]:
    """Paint `content` in the weighted mean of `styles`, and write the recipe; the engine of two verbs."""
    check_range("strength", strength, 0, 1)
    check_colour_mode(colour)
    picture = resized(load_image(content, keep_alpha=True), size)
    engine = StyleTransfer()
    ingredients = [_ingredient("content", content, picture)]
    settings: dict[str, Setting] = {"strength": float(strength), "size": size, "colour": colour}
    codes = []
    for number, (style, weight) in enumerate(styles, 1):
        suffix = "" if len(styles) == 1 else f"_{number}"
        if isinstance(style, StyleCode):
            codes.append(style)
            settings[f"style{suffix}"] = style.label
        elif is_named_style(style):
            codes.append(named_style_code(engine.checkpoint, style))
            settings[f"style{suffix}"] = style
        else:
            yield Progress(0, 1, "progress.reading_style")
            style_picture = load_image(style)
            codes.append(engine.encode(style_picture))
            ingredients.append(_ingredient(f"style{suffix}", style, style_picture))
        if suffix:
            settings[f"weight{suffix}"] = float(weight)
    code = mix(codes, [weight for _, weight in styles])
    painted = yield from engine.steps(picture, code, strength, colour)
    recipe = Recipe(
        verb=verb,
        version=deepart.__version__,
        checkpoint=engine.checkpoint,
        checkpoint_sha256=find(engine.checkpoint).sha256,
        settings=settings,
        ingredients=tuple(ingredients),
    )
    return attach(painted, recipe)


def is_named_style(style: Style) -> bool:
    """Say whether `style` is the key of a bundled style (a file of the same name comes second)."""
    return isinstance(style, str) and style in named_styles(DEFAULT_CHECKPOINT)


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Refuse a setting outside [low, high].

    Raises:
        InputError: it is outside, or not a number.
    """
    if not isinstance(value, (int, float)) or not low <= value <= high:
        raise InputError("setting.range", name=name, low=low, high=high)


def resized(image: Image.Image, longest: int | None) -> Image.Image:
    """Return `image` with its longer side brought to `longest` pixels; None leaves it.

    Raises:
        InputError: `longest` is out of range, or the picture would have too many pixels.
    """
    if longest is None:
        return image
    check_range("size", longest, LEAST_SIZE, MOST_SIZE)
    scale = longest / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    if width * height > MAX_PIXELS:
        raise InputError("picture.too_many_pixels", limit=MAX_PIXELS // 10**6)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _ingredient(role: str, source: Source, picture: Image.Image) -> Ingredient:
    return Ingredient(role, content_hash(picture), carries_credentials(source), recipe_of(source))


@dataclass(slots=True)
class _Brush:
    """What the decoder paints with."""

    code: Tensor  # (1, D)
    statistics: FrozenStatistics | None = None  # of a large picture's normalisations


class StyleTransfer:
    """The engine: a checkpoint, and what it takes to paint pictures of any size with it.

    Args:
        checkpoint: key in `deepart.checkpoints.CHECKPOINTS`.
    """

    def __init__(self, checkpoint: str = DEFAULT_CHECKPOINT) -> None:
        self.checkpoint = checkpoint

    def encode(self, style: Image.Image) -> StyleCode:
        """Return the style code of an RGB picture."""
        scale = STYLE_SIDE / min(style.size)
        # A very long picture is squeezed: its strokes matter, not its shape.
        size = [min(4 * STYLE_SIDE, round(side * scale / _MULTIPLE) * _MULTIPLE) for side in style.size]
        x = to_tensor(style.resize(size, Image.Resampling.LANCZOS)).to(runtime.device())
        # In float32 whatever the precision of painting: codes are kept, sent and mixed.
        with runtime.device_lock(), runtime.inference(full_precision=True):
            return StyleCode(self._network().style_encoder(x)[0].cpu(), self.checkpoint)

    def steps(
        self, content: Image.Image, code: StyleCode, strength: float = 1.0, colour: ColourMode = "style"
    ) -> Generator[Progress, None, Image.Image]:
        """Paint `content` (RGB or RGBA) with `code`; yields `Progress`, returns the painting.

        Between 0 and 1 the style's code is mixed with the content's own, which repaints the content
        nearly as it is; what the network loses in doing so is added back, in the same proportion.  So
        strength 0 is the content itself, and there is no jump anywhere on the way.

        A large picture is painted in tiles, with the statistics of its normalisations measured
        beforehand on patches from all over it.

        Raises:
            InputError: the code was made by another checkpoint.
        """
        if code.checkpoint != self.checkpoint:
            raise InputError("style.other_checkpoint", checkpoint=self.checkpoint)
        if strength == 0:
            return content.copy()
        plain = load_image(content)  # transparency on white
        if colour == "palette":
            yield Progress(0, 1, "progress.painting")
            painting = Image.blend(plain, match(plain, *code_colours(code.vector.numpy())), strength)
        else:
            painting = yield from self._paint_tiles(plain, code, strength)
        if colour == "luminance":
            painting = keep_photo_colours(painting, plain)
        elif colour == "matched":
            painting = match(painting, *statistics(plain))
        if content.mode == "RGBA":
            painting.putalpha(content.getchannel("A"))
        return painting

    def _paint_tiles(
        self, plain: Image.Image, code: StyleCode, strength: float
    ) -> Generator[Progress, None, Image.Image]:
        is_small = plain.width * plain.height <= _WHOLE_PIXELS
        pieces = tiles(plain.size, _WHOLE_PIXELS if is_small else _TILE_PIXELS, _MARGIN, _MULTIPLE)
        yield Progress(0, len(pieces), "progress.painting")
        brushes = [_Brush(code.vector[None])]
        if strength < 1:
            own = self.encode(plain)
            yield Progress(0, len(pieces), "progress.painting")
            mixed = mix([code, own], [strength, 1 - strength])
            brushes = [_Brush(mixed.vector[None]), _Brush(own.vector[None])]
        encoding = None
        if len(pieces) > 1:
            encoding = yield from self._measure(plain, brushes, len(pieces))
        painting = Image.new("RGB", plain.size)
        for done, tile in enumerate(pieces, 1):
            x = to_tensor(plain.crop(tile.outer)).to(runtime.device())
            y, *repainted = self._paint(x, encoding, brushes)
            if repainted:
                y = y + (1 - strength) * (x - repainted[0])
            painting.paste(to_pil(y).crop(tile.inner_in_outer), tile.inner[:2])
            yield Progress(done, len(pieces), "progress.painting")
        return painting

    def __call__(
        self, content: Image.Image, code: StyleCode, strength: float = 1.0, colour: ColourMode = "style"
    ) -> Image.Image:
        """The same as `steps`, at once."""
        return runtime.run(self.steps(content, code, strength, colour))

    def _network(self) -> StyleNetwork:
        return models.get(self.checkpoint, str(runtime.device()))

    def _measure(
        self, image: Image.Image, brushes: Sequence[_Brush], num_pieces: int
    ) -> Generator[Progress, None, FrozenStatistics]:
        """Measure the normalisations of a large picture, on patches from all over it.

        Returns the encoder's; the brushes keep theirs.
        """
        width, height = (min(_PATCH, side // _MULTIPLE * _MULTIPLE) for side in image.size)
        patches = torch.cat(
            [
                to_tensor(image.crop((left, top, left + width, top + height)))
                for left in _spread(image.width - width)
                for top in _spread(image.height - height)
            ]
        ).to(runtime.device(), memory_format=torch.channels_last)
        encoding = FrozenStatistics()
        network = self._network()
        with runtime.device_lock(), runtime.inference(), encoding.recording():
            features = network.content_encoder(patches)
        yield Progress(0, num_pieces, "progress.painting")
        for brush in brushes:
            brush.statistics = FrozenStatistics()
            code = brush.code.to(patches.device).expand(len(patches), -1)
            with runtime.device_lock(), runtime.inference(), brush.statistics.recording():
                network.decoder(features, code)
            yield Progress(0, num_pieces, "progress.painting")
        return encoding

    def _paint(self, x: Tensor, encoding: FrozenStatistics | None, brushes: Sequence[_Brush]) -> list[Tensor]:
        """Paint a piece (1, 3, H, W) of any size with each brush."""
        h, w = x.shape[-2:]
        x = F.pad(x, (0, -w % _MULTIPLE, 0, -h % _MULTIPLE), mode="reflect")
        x = x.contiguous(memory_format=torch.channels_last)
        network = self._network()
        with runtime.device_lock(), runtime.inference():
            with encoding.replaying() if encoding else nullcontext():
                features = network.content_encoder(x)
            painted = []
            for brush in brushes:
                with brush.statistics.replaying() if brush.statistics else nullcontext():
                    painted.append(network.decoder(features, brush.code.to(x.device))[..., :h, :w])
        return painted


def _spread(room: int) -> list[int]:
    """Return places from 0 to `room`, evenly spread, each once and on the network's grid."""
    last = _PATCHES_ACROSS - 1
    return sorted({room * i // last // _MULTIPLE * _MULTIPLE for i in range(_PATCHES_ACROSS)})
