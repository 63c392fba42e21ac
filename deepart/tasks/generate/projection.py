"""Projection: find the generator's picture that is most similar to a given one.

Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN", https://arxiv.org/abs/1912.04958
(projection by optimisation). Differs from the paper: the distance is that of the bundled perceptual network; the search
starts from the best of some random pictures and keeps its noise; and the shares of the styles are optimised with the
latents.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from deepart import runtime
from deepart.checkpoints import models
from deepart.images import centre_crop, content_hash, load_image, to_pil, to_tensor
from deepart.options import check_whole
from deepart.recipes import Ingredient, Source, attach, carries_credentials, recipe_of
from deepart.runtime import Progress
from deepart.tasks.generate.generate import ArtGenerator
from deepart.tasks.generate.genome import ANY_STYLE, Genome
from deepart.tasks.paint.refine import BUNDLED_LOSS

MOST_ITERATIONS = 500
MOST_SECONDS = 25.0
"""Longest search; a slow machine makes fewer iterations."""

STARTS = 24
"""Number of random pictures; the search starts from the best one."""

_RATE = 0.08  # of Adam, for numbers of unit size
_COLOUR = 4.0  # weight of the colours beside the features
_COLOUR_SIDE = 16
_PREVIEW_EVERY = 8


@dataclass(frozen=True, slots=True)
class Projection:
    """The result of a projection. It is only similar: a generator can only paint what it has learned."""

    genome: Genome
    picture: Image.Image
    """Painted from the genome, with its recipe."""
    target: Image.Image
    """The square of the given picture that was searched for."""
    likeness: float
    """How much nearer it is than a random picture: 0 for no nearer, 1 for identical."""


def project_steps(
    engine: ArtGenerator, picture: Source, *, style: str | None = None, iterations: int = 100, seed: int = 0
) -> Generator[Progress, None, Projection]:
    """Project a picture, as an engine: yields `Progress`, returns a `Projection`.

    Args:
        picture: a path, the bytes of a file, or a picture; its middle square counts.
        style: one of the network's styles; None finds the shares of all of them.
        iterations: of the search after the start was chosen; fewer if `MOST_SECONDS` are not enough.
        seed: seed of the random pictures.

    Raises:
        InputError: the picture cannot be read, or a setting is out of its range.
        WeightsError: a checkpoint is missing or damaged.
    """
    iterations = check_whole("iterations", iterations, 1, MOST_ITERATIONS)
    source = load_image(picture)
    total = STARTS + iterations
    yield Progress(0, total, "progress.loading_generator")
    yield from engine.load_steps()
    style = engine.known_style(style) if style else None
    side = engine.network().sizes[0]
    target = centre_crop(source, engine.side)
    search = _Search(engine, to_tensor(centre_crop(source, side)).to(runtime.device()), style)
    for number in range(STARTS):
        yield Progress(number, total, "progress.projecting")
        born_in = style or engine.styles[number % len(engine.styles)]
        search.try_start(engine.born(seed + number, born_in, finish="plain"))  # in other brushwork it is less like it
    search.begin()
    started = time.monotonic()
    for number in range(iterations):
        done = max(number / iterations, (time.monotonic() - started) / MOST_SECONDS)
        if done >= 1:
            break
        shown = to_pil(search.picture) if number % _PREVIEW_EVERY == _PREVIEW_EVERY - 1 else None
        yield Progress(STARTS + number, total, "progress.projecting", shown)
        search.step(done)
    genome = search.genome()
    painted = engine.paint(genome)
    recipe = engine.recipe(genome, iterations=iterations)
    painted = attach(painted, replace(recipe, ingredients=(started_from(picture, source),)))
    yield Progress(total, total, "progress.projecting", painted)
    return Projection(genome, painted, target, search.likeness)


def started_from(picture: Source, source: Image.Image) -> Ingredient:
    """Return the given picture as an ingredient of a recipe; `source` is the picture, read."""
    return Ingredient("content", content_hash(source), carries_credentials(picture), recipe_of(picture))


class _Search:
    """The optimised values and their optimiser.

    Args:
        target: (1, 3, S, S) in [0, 1], S the smaller size of the network.
        style: None to find the styles too.
    """

    picture: Tensor

    def __init__(self, engine: ArtGenerator, target: Tensor, style: str | None) -> None:
        self.engine, self.style = engine, style
        self._loss: nn.Module = models.get(BUNDLED_LOSS, str(runtime.device()))
        self._tried: list[tuple[float, Genome]] = []
        with runtime.device_lock(), torch.no_grad():
            self._features = self._loss(target)
            self._colours = F.adaptive_avg_pool2d(target, _COLOUR_SIDE)

    def try_start(self, genome: Genome) -> None:
        """Measure how similar a picture is to the target."""
        with runtime.device_lock(), torch.no_grad(), runtime.autocast():
            painted = self.engine.paint_tensor(genome, size=self.engine.network().sizes[0])
            self._tried.append((float(self._distance(painted)), genome))

    def begin(self) -> None:
        """Start from the best picture that was tried."""
        self._tried.sort(key=lambda pair: pair[0])
        self._best, start = self._tried[0]
        self._usual = self._tried[len(self._tried) // 2][0]
        self._start = self._found = start
        levels, device = self.engine.num_levels, runtime.device()
        self._noise = self.engine.noise_of(start)
        self._z = torch.tensor([start.rows(levels)], device=device).requires_grad_()
        names = (*self.engine.network().styles, ANY_STYLE)
        shares = torch.tensor([float(name == start.style) for name in names], device=device)
        self._fixed = shares if self.style or len(names) == 1 else None
        self._logits = (math.log(4 * len(names)) * shares).requires_grad_()  # four fifths of all, about
        self._adam = torch.optim.Adam([self._z, self._logits], lr=_RATE, betas=(0.9, 0.99))

    def step(self, done: float) -> None:
        """Take one step, smaller as `done` goes from 0 to 1; the best result is kept."""
        network = self.engine.network()
        with runtime.device_lock(), torch.enable_grad():
            style = self._shares().expand(1, network.num_codes, -1)
            with runtime.autocast():
                painted = network.paint(network.codes(self._z, style), self._noise, network.sizes[0]).float()
                loss = self._distance(painted)
            self.picture = painted.detach()
            if float(loss.detach()) <= self._best:
                self._best, self._found = float(loss.detach()), self._genome_here()
            self._adam.param_groups[0]["lr"] = _RATE * (0.05 + 0.95 * (1 + math.cos(math.pi * done)) / 2)
            self._adam.zero_grad()
            loss.backward()
            self._adam.step()

    def genome(self) -> Genome:
        """Return the best genome that was found."""
        return replace(self._found, origin="projection", seed=None, parents=())

    @property
    def likeness(self) -> float:
        """How much nearer the best picture is than the median of the random ones."""
        return max(0.0, 1 - self._best / self._usual)

    def _shares(self) -> Tensor:
        return self._logits.softmax(0) if self._fixed is None else self._fixed

    def _genome_here(self) -> Genome:
        names = (*self.engine.network().styles, ANY_STYLE)
        shares = [(name, share) for name, share in zip(names, self._shares().detach().tolist()) if share]
        rows = tuple(tuple(row) for row in self._z.detach()[0].tolist())
        return replace(self._start, latent=rows, styles=(tuple(shares),))

    def _distance(self, painted: Tensor) -> Tensor:
        found = self._loss(painted)
        parts = [
            (found[tap].float() - wanted).square().mean() / wanted.square().mean().clamp(min=1e-6)
            for tap, wanted in self._features.items()
        ]
        colours = (F.adaptive_avg_pool2d(painted, _COLOUR_SIDE) - self._colours).square().mean().sqrt()
        return sum(parts) / len(parts) + _COLOUR * colours
