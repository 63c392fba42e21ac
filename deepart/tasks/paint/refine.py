"""Work a painting over: its pixels are moved until it is closer to both its pictures.

What a network paints in one pass is a good guess; from there a few dozen steps of optimisation, first at
half the size and then at the whole, give brush strokes that no feed-forward network of this size paints.

References:
    Gatys, Ecker, Bethge 2016, "Image Style Transfer Using Convolutional Neural Networks";
    Gatys et al. 2017, "Controlling Perceptual Factors in Neural Style Transfer",
    https://arxiv.org/abs/1611.07865 (coarse to fine).

Differs from them: the start is a painting instead of noise; the distances are those that the style network
was trained with, means and deviations beside Gram matrices; and Adam, each step of which shows a
picture, instead of L-BFGS.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Generator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

import deepart
from deepart import hub, runtime
from deepart.checkpoints import find, models
from deepart.errors import InputError, WeightsError
from deepart.images import content_hash, load_image, to_pil, to_tensor
from deepart.models.distances import (
    CONTENT_TAP,
    STYLE_TAPS,
    gram_distance,
    style_distance,
    total_variation,
)
from deepart.models.style_code import StyleCode
from deepart.options import check_range, check_whole
from deepart.recipes import Ingredient, Recipe, Setting, Source, attach, carries_credentials, recipe_of
from deepart.runtime import Progress
from deepart.tasks.paint.engine import STYLE_SIDE, StyleTransfer
from deepart.tasks.paint.style_files import is_style_file
from deepart.tasks.paint.transfer import is_named_style, resized

BUNDLED_LOSS = "loss/distilled-vgg16-v1"
LARGE_LOSS = "loss/vgg19-imagenet-v1"
MOST_ITERATIONS = 1000
MOST_WEIGHT = 100.0
WORKING_SIDE = 1024
"""Longer side in pixels at which pictures are worked on at most; what that changes is enlarged."""
PREVIEW_EVERY = 10
"""Iterations after which `Progress.preview` shows the picture, at the size that it is worked on."""

_LEAST_SIDE = 32  # of a picture that is worked on
_SMALLEST_LEVEL = 128  # longer side below which there is no coarser level
_RATE = 0.02  # of Adam, in units of the pixels' range
_VARIATION = 0.5  # weight of the total variation, against noise
_FOREIGN_COLOURS = 15.0  # weight of colours that the style does not have, to which its statistics are nearly blind
_SHAPE_TOLERANCE = 0.02


def refine(
    content: Source,
    style: Source,
    start: Source | None = None,
    *,
    alpha: float = 1.0,
    beta: float = 2.0,
    iterations: int = 80,
    size: int | None = None,
    checkpoint: str | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Image.Image:
    """Paint `content` in the style of `style` with more care than `transfer`, in a minute instead of a second.

    Args:
        content: a path, the bytes of a file, or a picture.
        style: the same.  It must be a picture: a named style is only a code, and there is nothing in it
            that a painting could be compared with.
        start: a painting of the content to begin with, in its proportions; None paints one.
        alpha: how much the content counts.
        beta: how much the style counts.
        iterations: half of them at half the size.
        size: longer side of the result in pixels; None keeps the content's size.
        checkpoint: the loss network; None takes VGG-19 where there is a GPU or it was downloaded before,
            otherwise the small one that is bundled.
        on_progress: told of every iteration, every tenth time with a preview.

    Returns:
        The painting, with its recipe in `info["deepart"]`; RGBA if the content is partly transparent.

    Raises:
        InputError: a picture cannot be read, the style is no picture, or a setting is out of its range.
        WeightsError: a checkpoint is missing or damaged.
    """
    engine = refine_steps(
        content, style, start, alpha=alpha, beta=beta, iterations=iterations, size=size, checkpoint=checkpoint
    )
    return runtime.run(engine, on_progress)


def refine_steps(
    content: Source,
    style: Source,
    start: Source | None = None,
    *,
    alpha: float = 1.0,
    beta: float = 2.0,
    iterations: int = 80,
    size: int | None = None,
    checkpoint: str | None = None,
) -> Generator[Progress, None, Image.Image]:
    """The same as `refine`, as an engine: yields `Progress`, returns the painting."""
    check_range("alpha", alpha, 0, MOST_WEIGHT)
    check_range("beta", beta, 0, MOST_WEIGHT)
    iterations = check_whole("iterations", iterations, 1, MOST_ITERATIONS)
    if isinstance(style, StyleCode) or is_named_style(style) or is_style_file(style):
        raise InputError("refine.needs_picture")
    if checkpoint is not None and find(checkpoint).task != "loss":
        raise InputError("refine.not_a_loss_network", known=f"{BUNDLED_LOSS}, {LARGE_LOSS}")
    picture = resized(load_image(content, keep_alpha=True), size)
    plain, style_picture = load_image(picture), load_image(style)
    settings: dict[str, Setting] = {
        "alpha": float(alpha),
        "beta": float(beta),
        "iterations": iterations,
        "size": size,
    }
    ingredients = [_ingredient("content", content, picture), _ingredient("style", style, style_picture)]
    yield Progress(0, iterations, "progress.reading_style")
    if start is None:
        engine = StyleTransfer()
        settings["start"] = engine.checkpoint
        begun = yield from engine.steps(plain, engine.encode(style_picture))
    else:
        begun = load_image(start)
        ingredients.append(_ingredient("start", start, begun))
        if abs(begun.width * plain.height / (begun.height * plain.width) - 1) > _SHAPE_TOLERANCE:
            raise InputError("refine.start_shape", width=plain.width, height=plain.height)
        begun = begun.resize(plain.size, Image.Resampling.LANCZOS)
    yield Progress(0, iterations, "progress.refining")
    key, network = loss_network(checkpoint)
    weights = _Weights(alpha, beta)
    painted = yield from _refine(network, plain, style_picture, begun, weights, iterations)
    if picture.mode == "RGBA":
        painted.putalpha(picture.getchannel("A"))
    recipe = Recipe(
        verb="refine",
        version=deepart.__version__,
        checkpoint=key,
        checkpoint_sha256=find(key).sha256,
        settings=settings,
        ingredients=tuple(ingredients),
    )
    return attach(painted, recipe)


@dataclass(frozen=True, slots=True)
class _Weights:
    content: float
    style: float


def _ingredient(role: str, source: Source, picture: Image.Image) -> Ingredient:
    return Ingredient(role, content_hash(picture), carries_credentials(source), recipe_of(source))


def loss_network(checkpoint: str | None) -> tuple[str, nn.Module]:
    """Return the key and the network of what measures the painting."""
    device = str(runtime.device())
    if checkpoint is not None:
        return checkpoint, models.get(checkpoint, device)
    large = find(LARGE_LOSS)
    if runtime.device().type == "cuda" or hub.cached(large.repo, large.file, large.revision):
        with contextlib.suppress(WeightsError):  # no network, or a damaged file: there is another one
            return LARGE_LOSS, models.get(LARGE_LOSS, device)
    return BUNDLED_LOSS, models.get(BUNDLED_LOSS, device)


def _refine(
    network: nn.Module,
    content: Image.Image,
    style: Image.Image,
    start: Image.Image,
    weights: _Weights,
    iterations: int,
) -> Generator[Progress, None, Image.Image]:
    """Work on `start`, a painting of the size of `content`, from coarse to fine.

    What a level changes is enlarged and added to the start, which so keeps its own fine detail.
    """
    painted = to_tensor(start)
    done = 0
    for longest, count in _levels(max(content.size), iterations):
        scale = longest / max(content.size)
        size = tuple(max(_LEAST_SIDE, round(side * scale)) for side in content.size)
        before = _scaled(painted, size)
        canvas = _Canvas(
            network,
            before,
            to_tensor(content.resize(size, Image.Resampling.LANCZOS)),
            to_tensor(_at_brush_size(style, longest / min(max(content.size), WORKING_SIDE))),
            weights,
        )
        for number in range(count):
            canvas.step(number, count)
            done += 1
            preview = to_pil(canvas.pixels) if done % PREVIEW_EVERY == 0 else None
            yield Progress(done, iterations, "progress.refining", preview)
        change = canvas.pixels.detach().cpu() - before
        painted = (painted + _scaled(change, content.size)).clamp_(0, 1)
    return to_pil(painted)


def _levels(longest: int, iterations: int) -> list[tuple[int, int]]:
    """Return the longer side of each level and its iterations, from coarse to fine."""
    longest = min(longest, WORKING_SIDE)
    if longest < 2 * _SMALLEST_LEVEL or iterations == 1:
        return [(longest, iterations)]
    return [(longest // 2, iterations // 2), (longest, iterations - iterations // 2)]


def _scaled(x: Tensor, size: tuple[int, int]) -> Tensor:
    """Bring x (1, C, H, W) to a width and height."""
    if (x.shape[3], x.shape[2]) == size:
        return x
    return F.interpolate(x, size[::-1], mode="bicubic", antialias=True, align_corners=False)


def _at_brush_size(style: Image.Image, scale: float) -> Image.Image:
    """Return the style as large as the style network reads it, times `scale`."""
    side = STYLE_SIDE * scale
    # A very long picture is squeezed: its strokes matter, not its shape.
    size = [round(min(4 * side, length * side / min(style.size))) for length in style.size]
    return style.resize(size, Image.Resampling.LANCZOS)


class _Gamut:
    """The colours of a picture, as the polyhedron around all but the rarest: one limit for each direction.

    Args:
        picture: (1, 3, H, W).
    """

    def __init__(self, picture: Tensor) -> None:
        directions = [axis for axis in itertools.product((-1.0, 0.0, 1.0), repeat=3) if any(axis)]
        self._axes = F.normalize(torch.tensor(directions, device=picture.device), dim=1)[:, :, None, None]
        reach = F.conv2d(picture, self._axes).flatten(2)  # (1, directions, pixels)
        rarest = max(1, reach.shape[2] // 500)
        self._limits = reach.topk(rarest, dim=2).values[..., -1, None, None]

    def excess(self, x: Tensor) -> Tensor:
        """Return by how much the colours of x (B, 3, H, W) lie outside, mean over the pixels, (B,)."""
        return (F.conv2d(x, self._axes) - self._limits).clamp(min=0).sum(1).mean((1, 2))


class _Canvas:
    """The pixels of one level and what moves them.

    Args:
        network: the loss network.
        start: (1, 3, H, W) in [0, 1].
        content: of the same size.
        style: (1, 3, H', W') in [0, 1].
        weights: of content and style.
    """

    def __init__(self, network: nn.Module, start: Tensor, content: Tensor, style: Tensor, weights: _Weights) -> None:
        device = runtime.device()
        layout = {"device": device, "memory_format": torch.channels_last}
        self._network, self._weights = network, weights
        self.pixels = start.clamp(0, 1).to(**layout).requires_grad_()
        # Adam makes all pixels move alike, those with next to no gradient as well, and flat areas get the
        # network's own pattern; with this epsilon, half the mean gradient, they stay flat.
        self._adam = torch.optim.Adam([self.pixels], lr=_RATE, betas=(0.9, 0.99), eps=0.5)
        with runtime.device_lock(), torch.no_grad(), runtime.autocast():
            self._content = network(content.to(**layout), (CONTENT_TAP,))[CONTENT_TAP].float()
            self._style = network(style.to(**layout), STYLE_TAPS)
        self._gamut = _Gamut(style.to(device))

    def step(self, number: int, count: int) -> None:
        """Move the pixels for time `number` of `count`, by less and less."""
        with runtime.device_lock(), torch.enable_grad():
            with runtime.autocast():
                features = self._network(self.pixels, STYLE_TAPS)
            style = style_distance(features, self._style) + gram_distance(features, self._style)
            loss = (
                self._weights.content * _content_distance(features[CONTENT_TAP].float(), self._content)
                + self._weights.style * style
                + _VARIATION * total_variation(self.pixels)
                + _FOREIGN_COLOURS * self._gamut.excess(self.pixels)
            )
            self._adam.param_groups[0]["lr"] = _RATE * (1 - 0.9 * number / count)
            self._adam.zero_grad()
            loss.sum().backward()
            self.pixels.grad /= self.pixels.grad.square().mean().sqrt() + 1e-12
            self._adam.step()
            with torch.no_grad():
                self.pixels.clamp_(0, 1)


def _content_distance(painted: Tensor, content: Tensor) -> Tensor:
    """Return one minus the mean cosine similarity of features (B, C, H, W), weighted by the content's energy.

    `deepart.models.distances.content_distance` weighs all places alike; in a blurred sky, where there is
    nothing to be kept, its gradient draws the grid of the network's poolings.
    """
    energy = content.square().sum(1)
    return (energy * (1 - F.cosine_similarity(painted, content, dim=1))).sum((1, 2)) / energy.sum((1, 2))
