"""Fit a style: half a minute of optimisation, once, for better paintings in it.

The code that the network computes from a style picture is a good first guess. A few dozen steps of gradient descent on
all scales, shifts and noise strengths of the decoder, which paints three photos alternately, bring it closer to the
style. The values found are stored with the style's code, and apply to any other picture of any size at no extra cost.

References:
    Dumoulin, Shlens, Kudlur 2017, "A Learned Representation For Artistic Style",
    https://arxiv.org/abs/1610.07629 (a style as the scales and shifts of normalisations, and mixtures of them).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace

import torch
from PIL import Image
from torch import Tensor, nn

from deepart import runtime
from deepart.errors import InputError
from deepart.images import centre_crop, load_image, to_tensor
from deepart.models.distances import STYLE_TAPS, content_distance, gram_distance, style_distance, style_statistics
from deepart.models.style_code import StyleCode, mix
from deepart.options import FitOptions, with_options
from deepart.recipes import Source
from deepart.runtime import Progress
from deepart.tasks import style_target
from deepart.tasks.paint.engine import STYLE_SIDE, StyleTransfer
from deepart.tasks.paint.refine import loss_network

MOST_PICTURES = 12

_WHOLE_SIDE, _PIECE_SIDE = 448, 256
"""Things are as large in the pieces as in the pictures that are painted: fitted on whole photos of 256 pixels, three
styles came 15 % closer on two other photos of 416, on twelve such pieces 17 %; on six, one style 15 instead of 13 %."""
_LEAST_PART = 32
"""Least side in pixels of the part of a picture that counts."""
_RATE = 0.05  # of Adam; the scales are of the order of 1
_STYLE, _GRAM, _CONTENT, _LOST_CONTENT = 20.0, 4.0, 0.5, 40.0
"""Weights of the distances; the last of the content that would be lost beyond what the network itself loses."""

Crop = tuple[float, float, float, float]
"""Left, top, right and bottom edge of a part of a picture, as shares of its width and height."""


@with_options(FitOptions)
def fit(
    styles: Source | Sequence[Source],
    *,
    crop: Crop | None = None,
    name: str | None = None,
    options: FitOptions = FitOptions(),
    checkpoint: str | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> StyleCode:
    """Fit the style of a picture, or the common style of several, such as the manner of an artist.

    Args:
        styles: a path, the bytes of a file, or a picture; or up to 12 of them.
        crop: the part of each picture that counts: left, top, right, bottom, from 0 to 1; None for all of it.
        name: name of the style, or None.
        options: see `FitOptions`.
        checkpoint: the perceptual network, as for `deepart.refine`.
        on_progress: called after every iteration.

    Returns:
        The style, for `deepart.transfer` and `deepart.blend`; `deepart.tasks.paint.style_files.save_style` saves it.

    Raises:
        InputError: a picture cannot be read, there are none or too many, or a setting is out of its range.
        WeightsError: a checkpoint is missing or damaged.
    """
    return runtime.run(fit_steps(styles, options, crop=crop, name=name, checkpoint=checkpoint), on_progress)


def fit_steps(
    styles: Source | Sequence[Source],
    options: FitOptions = FitOptions(),
    *,
    crop: Crop | None = None,
    name: str | None = None,
    checkpoint: str | None = None,
) -> Generator[Progress, None, StyleCode]:
    """Fit a style as an engine, see `fit`: yields `Progress`, returns the style."""
    options.check()
    sources = list(styles) if isinstance(styles, (list, tuple)) else [styles]
    if not 1 <= len(sources) <= MOST_PICTURES:
        raise InputError("fit.pictures", most=MOST_PICTURES)
    pictures = [part_of(load_image(source), crop) for source in sources]
    _, network = loss_network(checkpoint)
    code = yield from fitted(StyleTransfer(), network, pictures, options.iterations)
    return replace(code, label=name or "")


def fitted(
    engine: StyleTransfer, network: nn.Module, pictures: Sequence[Image.Image], iterations: int
) -> Generator[Progress, None, StyleCode]:
    """Fit the common style of RGB pictures; yields `Progress`, returns the style without a label.

    Args:
        engine: whose network paints.
        network: the perceptual network that compares, with the taps of `STYLE_TAPS`.
        pictures: at least one.
        iterations: steps of optimisation.
    """
    yield Progress(0, iterations, "progress.reading_style")
    code = mix([engine.encode(picture) for picture in pictures], [1.0] * len(pictures))
    layout = {"device": runtime.device(), "memory_format": torch.channels_last}
    photos = [to_tensor(piece).to(**layout) for piece in _pieces()]
    painter = engine.network
    with runtime.device_lock(), torch.no_grad(), runtime.autocast():
        contents = [painter.content_encoder(photo) for photo in photos]
        seen = [network(photo, STYLE_TAPS) for photo in photos]
        squares = (to_tensor(centre_crop(picture, STYLE_SIDE)).to(**layout) for picture in pictures)
        style = style_statistics(_side_by_side([network(square, STYLE_TAPS) for square in squares]))
        at_first = [network(painter.decoder(content, _code(code.vector)), STYLE_TAPS) for content in contents]
        lost_at_first = [content_distance(*pair).mean() for pair in zip(at_first, seen)]
    offsets = torch.zeros(painter.decoder.fitted_size, device=layout["device"], requires_grad=True)
    adam = torch.optim.Adam([offsets], lr=_RATE, betas=(0.9, 0.99))
    for number in range(iterations):
        adam.param_groups[0]["lr"] = _RATE * (1 - 0.9 * number / iterations)
        photo = number % len(photos)  # one in turn comes closer in the same time than all of them at each step
        with runtime.device_lock(), torch.enable_grad():
            with runtime.autocast():
                codes = torch.cat([_code(code.vector), offsets[None]], 1)
                features = network(painter.decoder(contents[photo], codes, origin=(0, 8 * number)), STYLE_TAPS)
            lost = content_distance(features, seen[photo]).mean()
            loss = (
                _STYLE * style_distance(features, style).mean()
                + _GRAM * gram_distance(features, style).mean()
                + _CONTENT * lost
                + _LOST_CONTENT * (lost - lost_at_first[photo]).clamp(min=0)
            )
            adam.zero_grad()
            loss.backward()
            if offsets.grad.isfinite().all():
                adam.step()
        yield Progress(number + 1, iterations, "progress.fitting")
    return replace(code, fitted=offsets.detach().float().cpu())


def _pieces() -> list[Image.Image]:
    """Return what styles are tried on: two pieces of each of three photos, RGB."""
    squares = [centre_crop(photo, _WHOLE_SIDE) for photo in style_target.photos()]
    edges = ((0, _PIECE_SIDE), (_WHOLE_SIDE - _PIECE_SIDE, _WHOLE_SIDE))
    return [square.crop((first, first, last, last)) for first, last in edges for square in squares]


def part_of(picture: Image.Image, crop: Crop | None) -> Image.Image:
    """Return the part of a picture that `crop` selects, see `fit`; all of it if None.

    Raises:
        InputError: the edges are not within the picture, or the part is too small.
    """
    if crop is None:
        return picture
    if len(crop) != 4 or not (0 <= crop[0] < crop[2] <= 1 and 0 <= crop[1] < crop[3] <= 1):
        raise InputError("fit.crop")
    box = [round(edge * side) for edge, side in zip(crop, picture.size * 2)]
    part = picture.crop(tuple(box))
    if min(part.size) < _LEAST_PART:
        raise InputError("picture.too_small", width=part.width, height=part.height, least=_LEAST_PART)
    return part


def _code(vector: Tensor) -> Tensor:
    # A copy: what inference made may not be saved for a gradient.
    return vector.to(runtime.device(), copy=True)[None]


def _side_by_side(features: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Return the features of several pictures as those of one, whose statistics are those of all."""
    return {tap: torch.cat([one[tap] for one in features], dim=3) for tap in features[0]}
