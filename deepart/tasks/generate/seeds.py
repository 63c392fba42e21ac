"""Generate new pictures from seeds: the short way to `deepart.tasks.generate.generate`."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

from PIL import Image

from deepart import runtime
from deepart.errors import InputError
from deepart.images import load_image
from deepart.options import MOST_SEED, GenerateOptions, with_options
from deepart.recipes import Source, attach, recipe_of
from deepart.runtime import Progress
from deepart.tasks.generate.breeding import neighbours, patched
from deepart.tasks.generate.generate import DEFAULT_CHECKPOINT, generator_of, random_seed
from deepart.tasks.generate.genome import Start, genome_of
from deepart.tasks.generate.projection import started_from
from deepart.tasks.generate.subjects import ANY_GENRE, candidates_for, known_genre, showing_steps
from deepart.tasks.paint.masks import load_mask


@with_options(GenerateOptions, "seed", "count", "style", "truncation")
def generate(
    *,
    options: GenerateOptions = GenerateOptions(),
    start: Source | None = None,
    again: Source | None = None,
    region: Source | None = None,
    checkpoint: str | Path = DEFAULT_CHECKPOINT,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> list[Image.Image]:
    """Generate `count` pictures, with consecutive seeds beginning with `seed`.

    Args:
        options: see `GenerateOptions`.
        start: a picture to start from, such as a photo or a sketch: a path, the bytes of a file, or a picture; its
            middle square is used. None starts from scratch.
        again: a generated picture: `count` variations of it are painted, which differ by `amount`.
        region: with `again`, a mask: only its white part is painted anew.
        checkpoint: key of a generator; or, as a `Path`, a folder with config.json and model.safetensors, as training
            leaves it, or a FastGAN's file.
        on_progress: called after every picture, with it as the preview.

    Returns:
        The pictures, each with its recipe in `info["deepart"]`, from which it can be painted again.

    Raises:
        InputError: a setting is out of its range, there is no such style, a picture cannot be read, `again` was not
            generated, or an option would have no effect.
        WeightsError: the checkpoint is missing or damaged.
    """
    return runtime.run(generate_steps(options, checkpoint, start, again, region), on_progress)


def generate_steps(
    options: GenerateOptions = GenerateOptions(),
    checkpoint: str | Path = DEFAULT_CHECKPOINT,
    start: Source | None = None,
    again: Source | None = None,
    region: Source | None = None,
) -> Generator[Progress, None, list[Image.Image]]:
    """Generate pictures as an engine, see `generate`: yields `Progress`, returns the pictures."""
    options.check()
    if again is not None:
        return (yield from _again_steps(options, checkpoint, start, again, region))
    if region is not None:
        raise InputError("generate.option_unused", options="region")
    count, genre = int(options.count), known_genre(options.genre)
    if start is not None and genre != ANY_GENRE:
        raise InputError("generate.option_unused", options="genre")
    source = None if start is None else load_image(start)
    first = random_seed() if options.seed is None else int(options.seed)
    engine = generator_of(checkpoint)
    yield Progress(0, count, "progress.loading_generator")
    yield from engine.load_steps()
    candidates = count if genre == ANY_GENRE else candidates_for(count)
    seeds = [(first + index) % (MOST_SEED + 1) for index in range(candidates)]
    shown = None if genre == ANY_GENRE else genre
    genomes = [engine.born(seed, options.style, options.truncation, options.finish, shown) for seed in seeds]
    if source is not None:
        genomes = [replace(genome, start=Start.from_picture(source, options.freedom)) for genome in genomes]
    chosen = None
    if shown:
        chosen = yield from showing_steps(engine, genomes, count, genre, style=options.style)
        genomes = chosen.genomes
    pictures = yield from engine.steps(genomes, upscale=options.upscale, look=options.look)
    told = chosen.settings() if chosen else {}
    used = () if source is None else (started_from(start, source),)
    recipes = [recipe_of(picture) for picture in pictures]
    return [
        attach(picture, replace(recipe, settings={**recipe.settings, **told}, ingredients=used))
        for picture, recipe in zip(pictures, recipes)
    ]


def _again_steps(
    options: GenerateOptions, checkpoint: str | Path, start: Source | None, again: Source, region: Source | None
) -> Generator[Progress, None, list[Image.Image]]:
    """Paint others that are near to a picture, or that differ from it in a region; see `generate`."""
    unused = [name for name in ("style", "genre") if getattr(options, name) != getattr(GenerateOptions(), name)]
    unused += ["start"] * (start is not None)
    if unused:
        raise InputError("generate.option_unused", options=", ".join(unused))
    genome = genome_of(again)
    if genome is None:
        raise InputError("generate.no_genome")
    engine = generator_of(checkpoint if isinstance(checkpoint, Path) else genome.checkpoint)
    yield from engine.load_steps()
    mask = None if region is None else load_mask(region, load_image(again).size)
    if mask and engine.num_levels == 1:
        raise InputError("generate.no_levels")
    seed = random_seed() if options.seed is None else int(options.seed)
    genomes = neighbours(genome, int(options.count), seed, options.amount)
    if mask:
        genomes = [replace(patched(genome, other, mask), seed=other.seed) for other in genomes]
    return (yield from engine.steps(genomes, upscale=options.upscale, look=options.look))
