"""Refine a painting: optimise its pixels until it is closer to its content and its style.

A network's painting is a good start; a few dozen steps of optimisation from it, most of them at half the size and the
last ones at full size, give brush strokes that no feed-forward network of this size paints.

References:
    Gatys, Ecker, Bethge 2016, "Image Style Transfer Using Convolutional Neural Networks"; Gatys et al. 2017,
    "Controlling Perceptual Factors in Neural Style Transfer", https://arxiv.org/abs/1611.07865 (coarse to fine).

Differs from them: the start is a painting instead of noise; the distances are those that the style network was trained
with, means and standard deviations beside Gram matrices; and Adam instead of L-BFGS, so that each step gives a picture.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
import torch.nn.functional as F
from PIL import Image, ImageChops
from torch import Tensor, nn

import deepart
from deepart import hub, runtime
from deepart.checkpoints import find, models
from deepart.errors import InputError, WeightsError
from deepart.images import content_hash, load_image, to_pil, to_tensor
from deepart.models.distances import CONTENT_TAP, STYLE_TAPS, gram_distance, style_distance, total_variation
from deepart.models.style_code import Layer
from deepart.options import RefineOptions, with_options
from deepart.recipes import Ingredient, Recipe, Setting, Source, attach, carries_credentials, recipe_of
from deepart.runtime import Progress
from deepart.tasks import style_target
from deepart.tasks.paint.engine import StyleTransfer, finished
from deepart.tasks.paint.transfer import Plan, Style, is_named_style, read_style, resized
from deepart.tasks.style_target import BUNDLED_LOSS, StyleTarget

LARGE_LOSS = "loss/vgg19-imagenet-v1"
WORKING_SIDE = 1024
"""Longest side in pixels at which pictures are optimised; for larger ones the change is enlarged."""
PREVIEW_EVERY = 5
"""Iterations between two previews in `Progress.preview`."""

_LEAST_SIDE = 32  # of a picture that is worked on
_SMALLEST_LEVEL = 128  # longer side below which there is no coarser level
_FINE = 1 / 3  # of the iterations are at the full size, where each takes as long as four at half the size
_RATE = 0.02  # of Adam, in units of the pixels' range
_VARIATION = 0.5  # weight of the total variation, against noise
_FOREIGN_COLOURS = 15.0  # weight of colours that the style does not have, to which its statistics are nearly blind
_SHAPE_TOLERANCE = 0.02


@with_options(RefineOptions)
def refine(
    content: Source,
    style: Style,
    start: Source | None = None,
    *,
    options: RefineOptions = RefineOptions(),
    size: int | None = None,
    checkpoint: str | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Image.Image:
    """Paint `content` in the style of `style` with more care than `transfer`, in half a minute instead of a second.

    Args:
        content: a path, the bytes of a file, or a picture.
        style: a picture, or any other style that `deepart.transfer` takes.
        start: a painting of the content to start from, in its proportions; None paints one.
        options: see `RefineOptions`.
        size: longer side of the result in pixels; None keeps the content's size.
        checkpoint: the perceptual network; None takes VGG-19 where there is a GPU or it was downloaded before and the
            style is a picture, otherwise the small one that is bundled.
        on_progress: called after every iteration, every fifth time with a preview.

    Returns:
        The painting, with its recipe in `info["deepart"]`; RGBA if the content is partly transparent.

    Raises:
        InputError: a picture cannot be read, or a setting is out of its range.
        WeightsError: a checkpoint is missing or damaged.
    """
    return runtime.run(refine_steps(content, style, start, options, size, checkpoint), on_progress)


def refine_steps(
    content: Source,
    style: Style,
    start: Source | None = None,
    options: RefineOptions = RefineOptions(),
    size: int | None = None,
    checkpoint: str | None = None,
) -> Generator[Progress, None, Image.Image]:
    """Refine as an engine, see `refine`: yields `Progress`, returns the painting."""
    _check(options, checkpoint)
    picture = resized(load_image(content, keep_alpha=True), size)
    plain, engine = load_image(picture), StyleTransfer()
    settings = options.recipe() | {"size": size}
    ingredients = [_ingredient("content", content, picture)]
    yield Progress(0, options.iterations, "progress.reading_style")
    code, style_picture = read_style(engine, style)
    if style_picture is None:
        settings["style"] = style if is_named_style(style) else code.label
    else:
        ingredients.append(_ingredient("style", style, style_picture))
    if start is None:
        settings["start"] = engine.checkpoint
        begun = yield from engine.steps(plain, code)
    else:
        begun = load_image(start)
        ingredients.append(_ingredient("start", start, begun))
        if abs(begun.width * plain.height / (begun.height * plain.width) - 1) > _SHAPE_TOLERANCE:
            raise InputError("refine.start_shape", width=plain.width, height=plain.height)
        begun = begun.resize(plain.size, Image.Resampling.LANCZOS)
    yield Progress(0, options.iterations, "progress.refining")
    aim = _Aim(engine, checkpoint, [(style, 1.0)])
    painted = yield from _refine(aim, plain, begun, options)
    if picture.mode == "RGBA":
        painted.putalpha(picture.getchannel("A"))
    return attach(painted, _recipe(aim, settings, ingredients))


def finer_steps(
    planned: Generator[Progress, None, Plan],
    refining: RefineOptions = RefineOptions(),
    pictures: Mapping[int, Source] | None = None,
    checkpoint: str | None = None,
) -> Generator[Progress, None, Image.Image]:
    """Paint a plan of `plan_transfer` or `plan_blend`, and refine it where it paints.

    Args:
        planned: a generator that returns the plan.
        refining: the options of refining.
        pictures: pictures of fitted styles, by their index in the plan; they are a better target than the style's code.
        checkpoint: see `refine`.

    Returns:
        The painting, with its recipe, in which that of the painting before lies.

    Raises:
        InputError: see `refine` and `transfer`; or only colours are taken from the style, not its strokes.
    """
    _check(refining, checkpoint)
    plan = yield from planned
    job, options = plan.job, plan.job.options
    if options.colour == "palette":
        raise InputError("refine.palette")
    plain = load_image(job.picture)
    regions = yield from job.spared(plan.regions)
    if not any(region.strength for region in regions):
        return attach(job.picture.copy(), job.recipe())
    bare = replace(options, colour="style", contrast=1.0)
    painting = yield from job.engine.steps(plain, regions, options=bare)
    masks = [region.mask.resize(plain.size) for region in regions if region.mask is not None]
    begun, parts = painting, [(pictures or {}).get(number, style) for number, (style, _) in enumerate(plan.parts)]
    if len(masks) == 1:  # what is outside says nothing of how the inside comes close to its style
        begun = yield from job.engine.steps(plain, [replace(regions[0], mask=None)], options=bare)
    yield Progress(0, refining.iterations, "progress.refining")
    weighted = _with_remainder(list(zip(parts, (weight for _, weight in plan.parts))), masks, plain)
    aim = _Aim(job.engine, checkpoint, weighted, plan.layers)
    refined = yield from _refine(aim, plain, begun, refining)
    result = Image.composite(refined, painting, functools.reduce(ImageChops.add, masks)) if masks else refined
    before = finished(painting, job.picture, plain, regions, options)
    ingredient = Ingredient("start", content_hash(before), recipe=job.recipe())
    settings = refining.recipe() | {"size": options.size}
    result = finished(result, job.picture, plain, regions, options)
    return attach(result, _recipe(aim, settings, [*job.ingredients[:1], ingredient]))


def _with_remainder(
    parts: Sequence[tuple[Style, float]], masks: Sequence[Image.Image], plain: Image.Image
) -> list[tuple[Style, float]]:
    """Return the total share of each style in a picture, and that of the picture itself."""
    if len(masks) == len(parts) > 1:
        parts = [(style, weight * _mean(mask)) for (style, weight), mask in zip(parts, masks)]
    own = 1 - sum(weight for _, weight in parts)
    return [*parts, (plain, own)] if own > 0.01 else list(parts)


def _mean(mask: Image.Image) -> float:
    return sum(value * count for value, count in enumerate(mask.histogram())) / (255 * mask.width * mask.height)


def _ingredient(role: str, source: Source, picture: Image.Image) -> Ingredient:
    return Ingredient(role, content_hash(picture), carries_credentials(source), recipe_of(source))


def _recipe(aim: _Aim, settings: Mapping[str, Setting], ingredients: Sequence[Ingredient]) -> Recipe:
    return Recipe(
        verb="refine",
        version=deepart.__version__,
        checkpoint=aim.key,
        checkpoint_sha256=find(aim.key).sha256,
        settings=settings,
        ingredients=tuple(ingredients),
    )


def loss_network(checkpoint: str | None) -> tuple[str, nn.Module]:
    """Return the key and the network of the perceptual network."""
    device = str(runtime.device())
    if checkpoint is not None:
        return checkpoint, models.get(checkpoint, device)
    large = find(LARGE_LOSS)
    if runtime.device().type == "cuda" or hub.cached(large.repo, large.file, large.revision):
        with contextlib.suppress(WeightsError):  # no network, or a damaged file: there is another one
            return LARGE_LOSS, models.get(LARGE_LOSS, device)
    return BUNDLED_LOSS, models.get(BUNDLED_LOSS, device)


@dataclass(slots=True)
class _Aim:
    """The target styles of a painting, and the network that measures the distance."""

    engine: StyleTransfer
    checkpoint: str | None
    parts: Sequence[tuple[Style, float]]
    layers: Mapping[Layer, Style] = field(default_factory=dict)
    key: str = field(init=False)
    network: nn.Module = field(init=False)

    def __post_init__(self) -> None:
        kept = any(is_named_style(style) for style in (*(style for style, _ in self.parts), *self.layers.values()))
        # What is kept of the gallery is what the bundled network sees in it.
        self.key, self.network = loss_network(self.checkpoint or (BUNDLED_LOSS if kept else None))

    def at(self, scale: float) -> StyleTarget:
        """Return the targets at a scale."""
        targets = [self._of(style, scale) for style, _ in self.parts]
        mixture = style_target.mixed(targets, [weight for _, weight in self.parts])
        layers = {layer: self._of(style, scale) for layer, style in self.layers.items()}
        return style_target.layered(mixture, layers) if layers else mixture

    def _of(self, style: Style, scale: float) -> StyleTarget:
        if is_named_style(style) and self.key == BUNDLED_LOSS and style in style_target.kept_keys():
            return style_target.of_gallery(style, scale)
        code, picture = read_style(self.engine, style)
        if picture is None:
            return style_target.of_code(self.network, self.engine, code, scale)
        return style_target.of_picture(self.network, picture, scale)


def _check(options: RefineOptions, checkpoint: str | None) -> None:
    options.check()
    if checkpoint is not None and find(checkpoint).task != "loss":
        raise InputError("refine.not_a_loss_network", known=f"{BUNDLED_LOSS}, {LARGE_LOSS}")


def _refine(
    aim: _Aim, content: Image.Image, start: Image.Image, options: RefineOptions
) -> Generator[Progress, None, Image.Image]:
    """Optimise `start`, a painting of the size of `content`, from coarse to fine.

    The change of each level is enlarged and added to the start, which keeps its own fine detail.
    """
    painted = to_tensor(start)
    levels = _levels(max(content.size), int(options.iterations))
    whole, done, spent = sum(count * side**2 for side, count in levels), 0, 0
    for longest, count in levels:
        scale = longest / max(content.size)
        size = tuple(max(_LEAST_SIDE, round(side * scale)) for side in content.size)
        before = _scaled(painted, size)
        canvas = _Canvas(
            aim.network,
            before,
            to_tensor(content.resize(size, Image.Resampling.LANCZOS)),
            aim.at(longest / min(max(content.size), WORKING_SIDE)),
            options,
        )
        for number in range(count):
            canvas.step(number, count)
            done, spent = done + 1, spent + longest**2
            preview = to_pil(canvas.pixels) if done % PREVIEW_EVERY == 0 else None
            yield Progress(done, int(options.iterations), "progress.refining", preview, spent / whole)
        change = canvas.pixels.detach().cpu() - before
        painted = (painted + _scaled(change, content.size)).clamp_(0, 1)
    return to_pil(painted)


def _levels(longest: int, iterations: int) -> list[tuple[int, int]]:
    """Return the longer side of each level and its iterations, from coarse to fine."""
    longest = min(longest, WORKING_SIDE)
    if longest < 2 * _SMALLEST_LEVEL or iterations == 1:
        return [(longest, iterations)]
    fine = max(1, round(_FINE * iterations))
    return [(longest // 2, iterations - fine), (longest, fine)]


def woven(network: nn.Module, start: Image.Image, style: StyleTarget, iterations: int) -> Image.Image:
    """Return a texture in a style without content; `start` is the RGB picture to start from."""
    pixels = to_tensor(start)
    canvas = _Canvas(network, pixels, pixels, style, RefineOptions(alpha=0))
    for number in range(iterations):
        canvas.step(number, iterations)
    return to_pil(canvas.pixels)


def _scaled(x: Tensor, size: tuple[int, int]) -> Tensor:
    """Resize x (1, C, H, W) to a width and height."""
    if (x.shape[3], x.shape[2]) == size:
        return x
    return F.interpolate(x, size[::-1], mode="bicubic", antialias=True, align_corners=False)


class _Canvas:
    """The pixels of one level and their optimiser.

    Args:
        network: the perceptual network.
        start: (1, 3, H, W) in [0, 1].
        content: of the same size.
        style: the target.
        options: the weights of content and style.
    """

    def __init__(
        self, network: nn.Module, start: Tensor, content: Tensor, style: StyleTarget, options: RefineOptions
    ) -> None:
        device = runtime.device()
        layout = {"device": device, "memory_format": torch.channels_last}
        self._network, self._style, self._options = network, style, options
        self.pixels = start.clamp(0, 1).to(**layout).requires_grad_()
        # Adam makes all pixels move alike, those with next to no gradient as well, and flat areas get the
        # network's own pattern; with this epsilon, half the mean gradient, they stay flat.
        self._adam = torch.optim.Adam([self.pixels], lr=_RATE, betas=(0.9, 0.99), eps=0.5)
        with runtime.device_lock(), torch.no_grad(), runtime.autocast():
            self._content = network(content.to(**layout), (CONTENT_TAP,))[CONTENT_TAP].float()

    def step(self, number: int, count: int) -> None:
        """Take step `number` of `count`, with a decreasing step size."""
        with runtime.device_lock(), torch.enable_grad():
            with runtime.autocast():
                features = self._network(self.pixels, STYLE_TAPS)
            theirs = self._style.statistics
            style = style_distance(features, theirs) + gram_distance(features, theirs)
            loss = (
                self._options.alpha * _content_distance(features[CONTENT_TAP].float(), self._content)
                + self._options.beta * style
                + _VARIATION * total_variation(self.pixels)
                + _FOREIGN_COLOURS * self._style.excess(self.pixels)
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

    `deepart.models.distances.content_distance` weighs all places equally; in a blurred sky, where there is nothing to
    keep, its gradient draws the grid of the network's pooling.
    """
    energy = content.square().sum(1)
    return (energy * (1 - F.cosine_similarity(painted, content, dim=1))).sum((1, 2)) / energy.sum((1, 2))
