"""Paint pictures that nobody has painted, from seeds: the short way of `deepart.tasks.generate.generate`."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

from PIL import Image

from deepart import runtime
from deepart.options import Look, check_whole
from deepart.recipes import attach, recipe_of
from deepart.runtime import Progress
from deepart.tasks.generate.generate import (
    DEFAULT_CHECKPOINT,
    MOST_COUNT,
    check_seed,
    check_upscale,
    generator_of,
    random_seed,
)
from deepart.tasks.generate.genome import ANY_STYLE, MOST_SEED
from deepart.tasks.generate.subjects import ANY_GENRE, candidates_for, known_genre, showing_steps


def generate(
    seed: int | None = None,
    count: int = 1,
    style: str = ANY_STYLE,
    truncation: float = 1.0,
    *,
    genre: str = "any",
    upscale: int = 1,
    look: Look = "faithful",
    checkpoint: str | Path = DEFAULT_CHECKPOINT,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> list[Image.Image]:
    """Paint `count` pictures, of the seeds from `seed` on.

    Args:
        seed: the same seed is the same picture, alone or among others; None takes one by chance.
        count: how many pictures.
        style: one of the network's styles, such as "Impressionism"; "any" draws one for each seed, as often as
            it comes among the paintings that were learned from.
        truncation: 1 for all variety, towards 0 for what is typical of the style.
        genre: such as "landscape" or "still_life": of the pictures of the seeds from `seed` on the first `count` that
            the classifier takes for one; fewer where that is rare, and the nearest where there is none. The recipes say
            of how many.
        upscale: 1, 2 or 4.
        look: of what is enlarged, see `deepart.restore`.
        checkpoint: key of a generator; or, as a `Path`, a folder with config.json and model.safetensors, as training
            leaves it, or a FastGAN's file.
        on_progress: told of every picture, each of which is its preview.

    Returns:
        The pictures, each with its recipe in `info["deepart"]`, from which it can be painted again.

    Raises:
        InputError: a setting is out of its range, or there is no such style.
        WeightsError: the checkpoint is missing or damaged.
    """
    engine = generate_steps(
        seed, count, style, truncation, genre=genre, upscale=upscale, look=look, checkpoint=checkpoint
    )
    return runtime.run(engine, on_progress)


def generate_steps(
    seed: int | None = None,
    count: int = 1,
    style: str = ANY_STYLE,
    truncation: float = 1.0,
    *,
    genre: str = "any",
    upscale: int = 1,
    look: Look = "faithful",
    checkpoint: str | Path = DEFAULT_CHECKPOINT,
) -> Generator[Progress, None, list[Image.Image]]:
    """Generate pictures as an engine, see `generate`: yields `Progress`, returns the pictures."""
    count = check_whole("count", count, 1, MOST_COUNT)
    genre = known_genre(genre)
    check_upscale(upscale, look)
    first = random_seed() if seed is None else check_seed(seed)
    engine = generator_of(checkpoint)
    yield Progress(0, count, "progress.loading_generator")
    yield from engine.load_steps()
    wanted = count if genre == ANY_GENRE else candidates_for(count)
    genomes = [engine.born((first + index) % (MOST_SEED + 1), style, truncation) for index in range(wanted)]
    if genre == ANY_GENRE:
        return (yield from engine.steps(genomes, upscale=upscale, look=look))
    chosen = yield from showing_steps(engine, genomes, count, genre)
    pictures = yield from engine.steps(chosen.genomes, upscale=upscale, look=look)
    recipes = [recipe_of(picture) for picture in pictures]
    return [
        attach(picture, replace(recipe, settings={**recipe.settings, **chosen.settings()}))
        for picture, recipe in zip(pictures, recipes)
    ]
