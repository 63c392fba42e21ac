"""Walks: films from one generated picture to the next through the latent space.

A walk's genomes are stored in its file: `walk_of` reads them, and painting them again gives the same walk.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Generator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from deepart import runtime
from deepart.errors import InputError
from deepart.images import to_pil
from deepart.options import GenerateOptions, Look, WalkOptions, check_range, with_options
from deepart.recipes import Recipe
from deepart.runtime import Progress
from deepart.tasks.animation import check_animation, read_comment, write_animation
from deepart.tasks.generate.breeding import blend
from deepart.tasks.generate.generate import DEFAULT_CHECKPOINT, ArtGenerator
from deepart.tasks.generate.genome import Genome
from deepart.tasks.restore.bundled import enlarge_steps
from deepart.tasks.tiled import patiently

LEAST_KEYS, MOST_KEYS = 2, 8  # of which the recipe of a film has room for

_REST = 0.3  # of the way to the next picture, with "hold"


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk through some pictures."""

    keys: tuple[Genome, ...]
    options: WalkOptions = WalkOptions()

    def check(self) -> None:
        """Check the walk.

        Raises:
            InputError: it cannot be painted; the sentence says why.
        """
        if not LEAST_KEYS <= len(self.keys) <= MOST_KEYS:
            raise InputError("generate.number_of_keys", least=LEAST_KEYS, most=MOST_KEYS)
        self.options.check()
        check_range("frames", self.options.frames, len(self.keys), WalkOptions.settings()["frames"].high)

    def places(self) -> list[tuple[int, int, float]]:
        """Return for each frame the key before it, the key after it, and the position between them."""
        frames, loop = self.options.frames, self.options.loop
        ways = len(self.keys) if loop else len(self.keys) - 1
        places = []
        for frame in range(frames):
            at = frame * ways / (frames if loop else max(1, frames - 1))
            key = min(int(at), ways - 1)
            places.append((key, (key + 1) % len(self.keys), _EASE[self.options.easing](at - key)))
        return places

    def to_json(self) -> str:
        """Return it as one line of JSON."""
        keys = [json.loads(key.to_json()) for key in self.keys]
        return json.dumps({"keys": keys, **asdict(self.options)}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Walk:
        """Read a walk from an untrusted source.

        Raises:
            ValueError: it is none.
        """
        try:
            data = json.loads(text)
            keys = tuple(Genome.from_json(json.dumps(key)) for key in data["keys"][: MOST_KEYS + 1])
            options = WalkOptions(int(data["frames"]), bool(data["loop"]), str(data["easing"]), int(data["fps"]))
            walk = cls(keys, options)
            walk.check()
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError("This is not a walk.") from error
        return walk


@with_options(WalkOptions)
def walk(
    seeds: Sequence[int],
    out: str | os.PathLike[str],
    *,
    style: str = "any",
    truncation: float = 1.0,
    options: WalkOptions = WalkOptions(),
    upscale: int = 1,
    look: Look = "faithful",
    checkpoint: str = DEFAULT_CHECKPOINT,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Path:
    """Paint a film that moves through generated pictures, and return `out`.

    Args:
        seeds: of the pictures, from 2 to 8, as in `deepart.generate`.
        out: the file to write: .mp4, .gif or .webp; the recipe is its comment.
        style: of the pictures; "any" lets each seed choose.
        truncation: how far from the average picture, 0 to 1.5.
        options: see `WalkOptions`.
        upscale: 1, 2 or 4.
        look: of the enlargement, "faithful" or "crisp".
        checkpoint: of the generator.
        on_progress: called after every frame.

    Raises:
        InputError: a setting is out of its range, or the film would be too large.
        WeightsError: a checkpoint is missing or damaged.
    """
    options.check()
    engine = ArtGenerator(checkpoint)
    keys = tuple(engine.born(seed, style, truncation) for seed in seeds)
    return runtime.run(walk_steps(engine, Walk(keys, options), out, upscale=upscale, look=look), on_progress)


def walk_steps(
    engine: ArtGenerator,
    walk: Walk,
    out: str | os.PathLike[str],
    *,
    upscale: int = 1,
    look: Look = "faithful",
    size: int | None = None,
) -> Generator[Progress, None, Path]:
    """Paint a walk into a file, as an engine: yields `Progress`, with some frames as previews, and returns `out`.

    Args:
        out: the file to write: .mp4, .gif or .webp; the recipe is its comment.
        upscale: 1, 2 or 4; with 2 or 4 each frame takes a few times as long.
        look: of the enlargement.
        size: one of the network's `sizes`; the larger if None.

    Raises:
        InputError: a setting is out of its range, a genome does not fit, or see `check_animation`.
        WeightsError: a checkpoint is missing or damaged.
    """
    walk.check()
    GenerateOptions(upscale=upscale, look=look).check()
    # A patch could not fade: it would be there at its picture, and gone a frame later.  Nor could brushwork.
    is_painted = any(key.brushwork for key in walk.keys)
    painted_keys = (key.brushwork or (((key.noise, 1.0),) if is_painted else ()) for key in walk.keys)
    keys = (replace(key, patches=(), brushwork=each) for key, each in zip(walk.keys, painted_keys))
    walk = replace(walk, keys=tuple(keys))
    frames = walk.options.frames
    yield Progress(0, frames, "progress.loading_generator")
    yield from engine.load_steps()
    side = engine.side_of(walk.keys[0], size) * upscale
    check_animation(out, (side, side), frames)
    with write_animation(out, walk.options.fps, _recipe(engine, walk, upscale).to_json()) as add:
        painter = WalkPainter(engine, walk, size)
        for number in range(frames):
            done = Progress(number, frames, "progress.painting")
            frame = yield from patiently(partial(painter.frame, number), done)
            if upscale > 1:
                frame = yield from enlarge_steps(frame, upscale, look)
            add(frame)
            yield replace(done, done=number + 1, preview=frame)
        yield Progress(frames, frames, "progress.saving")
    return Path(out)


class WalkPainter:
    """Paints the frames of a walk; it passes exactly through the pictures, noise included."""

    def __init__(self, engine: ArtGenerator, walk: Walk, size: int | None = None) -> None:
        self.engine, self.walk, self.size = engine, walk, size
        self._places = walk.places()
        self._noise = [engine.noise_of(key) for key in walk.keys]

    def frame(self, number: int) -> Image.Image:
        """Paint one frame."""
        here, there, share = self._places[number]
        keys = self.walk.keys
        genome = blend([keys[here], keys[there]], [1 - share, share])
        noise = _between(self._noise[here], self._noise[there], share)
        with runtime.device_lock(), runtime.inference(full_precision=True):
            return to_pil(self.engine.finished_tensor(genome, noise, self.size))


def walk_of(path: str | os.PathLike[str]) -> Walk | None:
    """Return the walk that an animation was painted from, or None."""
    try:
        recipe = Recipe.from_json(read_comment(path) or "")
        return Walk.from_json(str(recipe.settings.get("walk")))
    except ValueError:
        return None


def _recipe(engine: ArtGenerator, walk: Walk, upscale: int) -> Recipe:
    recipe = engine.recipe(walk.keys[0], "walk", walk=walk.to_json(), upscale=upscale)
    del recipe.settings["genome"]
    return recipe


def _between(first: Sequence[Tensor], second: Sequence[Tensor], share: float) -> list[Tensor]:
    """Return noise between two noises, with the same strength."""
    strength = math.hypot(1 - share, share)
    return [torch.lerp(a, b, share) / strength for a, b in zip(first, second)]


def _smooth(share: float) -> float:
    return (1 - math.cos(math.pi * share)) / 2


_EASE: dict[str, Callable[[float], float]] = {
    "linear": lambda share: share,
    "smooth": _smooth,
    "hold": lambda share: _smooth(min(1.0, max(0.0, (share - _REST / 2) / (1 - _REST)))),
}
