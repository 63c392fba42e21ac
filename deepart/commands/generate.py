"""The commands `generate`, `walk`, `directions` and `brushwork`: pictures from seeds, and films."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from deepart.commands.console import (
    OutputFolder,
    add_command,
    add_options,
    add_output,
    checkpoint_of,
    progress_line,
    write_picture,
)
from deepart.options import GenerateOptions, WalkOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import Image

    from deepart.tasks.generate.generate import ArtGenerator
    from deepart.tasks.generate.genome import Genome

CHECKPOINT = "generate/fastgan-wikiart-v1"


def add_to(commands) -> None:
    """Register the commands."""
    generate = add_command(
        commands,
        "generate",
        _generate,
        "generate new pictures",
        """\
        python -m deepart generate --seed 7 --count 4 --style Impressionism -o pictures/
        python -m deepart generate --count 4 --style Impressionism --genre landscape -o pictures/
        python -m deepart generate --count 16 --truncation 0.7 --upscale 4 --sheet -o pictures/
        python -m deepart generate --start photo.jpg --freedom 0.4 --count 4 -o pictures/
        python -m deepart generate --again pictures/7.png --neighbours 8 -o more/
        python -m deepart generate --again pictures/7.png --region mask.png --amount 1 -o more/
        python -m deepart generate --checkpoint SimianLuo/LCM_Dreamshaper_v7 --prompt "a pond" -o pictures/
        """,
    )
    generate.set_defaults(defaults=generate.get_default)
    add_options(generate, GenerateOptions)
    _checkpoint_option(generate)
    generate.add_argument("-o", "--output", action=OutputFolder, required=True, help="folder for the PNG files")
    generate.add_argument("--sheet", action="store_true", help="also write all pictures into sheet.png")
    generate.add_argument("--again", metavar="PICTURE", help="paint a saved picture again from its file")
    generate.add_argument("--neighbours", type=int, metavar="N", help="with --again: paint N similar pictures instead")
    generate.add_argument("--region", metavar="MASK", help="with --again: paint only the white part of this mask anew")
    generate.add_argument("--start", metavar="PICTURE", help="start from your own picture; see --freedom")
    generate.add_argument(
        "--like", metavar="PICTURE", help="find the most similar picture to your own; takes about 20 s"
    )
    generate.add_argument("--prompt", help="what to paint, for a diffusers pipeline that takes a text")
    generate.add_argument("--steps", type=int, help="steps of a diffusers pipeline; default: its usual number")
    generate.add_argument("--original", action="store_true", help="also print the most similar training artworks")

    walk = add_command(
        commands,
        "walk",
        _walk,
        "paint a film that moves from one generated picture to the next",
        """\
        python -m deepart walk --seeds 7 8 9 --style Tonalism -o film.mp4
        python -m deepart walk --pictures a.png b.png --frames 48 -o film.gif
        python -m deepart walk --again film.mp4 --upscale 2 -o larger.mp4
        """,
    )
    walk.add_argument("--seeds", type=int, nargs="+", metavar="SEED", help="seeds of 2 to 8 pictures to walk through")
    add_options(walk, GenerateOptions, without=("seed", "count", "genre", "freedom", "amount"))
    _checkpoint_option(walk)
    add_output(walk, "file to write: .mp4, .gif or .webp", ".mp4", ".gif", ".webp")
    walk.add_argument("--pictures", nargs="+", metavar="PICTURE", help="generated pictures to walk through")
    walk.add_argument("--again", metavar="FILM", help="paint a saved walk again from its file")
    add_options(walk, WalkOptions)

    directions = add_command(
        commands,
        "directions",
        _directions,
        "find the directions and the map of a generator, and write them beside its weights",
        """\
        python -m deepart directions
        python -m deepart directions --checkpoint generate/fastgan-wikiart-v1 -o folder/
        """,
    )
    directions.add_argument("--checkpoint", default=CHECKPOINT, help="default %(default)s")
    directions.add_argument("--samples", type=int, default=2048, help="pictures to analyse; default 2048")
    directions.add_argument("--points", type=int, default=1000, help="pictures on the map; default 1000")
    directions.add_argument("-o", "--output", action=OutputFolder, help="folder; default: the checkpoint's own")

    brushwork = add_command(
        commands,
        "brushwork",
        _brushwork,
        "read the brushwork of each style from paintings, and write it beside a generator's weights",
        """\
        python -m deepart brushwork --data art/
        python -m deepart brushwork --data art/ --most 120 -o folder/
        """,
    )
    brushwork.add_argument(
        "--data", type=Path, required=True, help="folder with paintings.csv and the pictures that it lists"
    )
    brushwork.add_argument("--checkpoint", default=CHECKPOINT, help="generator; default %(default)s")
    brushwork.add_argument("--most", type=int, default=60, help="paintings of each style; default 60")
    brushwork.add_argument("--seed", type=int, default=0, help="seed of their choice")
    brushwork.add_argument("--cache", type=Path, help="folder for the decoded paintings; default: one in the result's")
    brushwork.add_argument("-o", "--output", action=OutputFolder, help="folder; default: the checkpoint's own")


def _checkpoint_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--checkpoint",
        default=CHECKPOINT,
        type=checkpoint_of,
        help="generator; default %(default)s; owner/name of a diffusers pipeline on the Hub; or a path: folder of a "
        "training run's result, a FastGAN's file, or the folder of a pipeline",
    )


def _generate(options: argparse.Namespace) -> None:
    from deepart.errors import InputError
    from deepart.recipes import recipe_of
    from deepart.tasks.generate.generate import picture_sheet
    from deepart.tasks.generate.genome import genome_of
    from deepart.tasks.generate.subjects import sentence_of

    started = time.perf_counter()
    way, ignored = _way(options)
    given = [name for name in ignored if getattr(options, name) != options.defaults(name)]
    if given:
        raise InputError("generate.option_unused", options=", ".join(f"--{name}" for name in given))
    pictures = way(options)
    names = []
    for picture in pictures:
        genome = genome_of(picture)
        from_seed = genome is None or genome.origin == "seed"
        names.append(str(recipe_of(picture).seed) if from_seed else f"{genome.origin}-{genome.id}")
        write_picture(picture, options.output / f"{names[-1]}.png", started)
        if options.original:
            _print_works(picture)
    if told := sentence_of(recipe_of(pictures[0]).settings):
        print(told)
    if options.sheet:
        write_picture(picture_sheet(pictures, names), options.output / "sheet.png", started)


def _way(options: argparse.Namespace) -> tuple[Callable[[argparse.Namespace], list[Image.Image]], tuple[str, ...]]:
    """Return the function that paints the pictures, and the names of the options that it does not use."""
    of_pipelines, of_families = ("prompt", "steps"), ("again", "neighbours", "region", "amount")
    of_starts = ("start", "freedom")
    if options.like:
        of_births = ("seed", "count", "genre", "truncation", "upscale", "look", *of_starts)
        return _projected, (*of_births, *of_pipelines, *of_families)
    if options.again:
        alone = () if options.neighbours or options.region else ("seed", "amount")
        own = () if isinstance(options.checkpoint, Path) else ("checkpoint",)
        return _bred, ("count", "style", "genre", "truncation", *own, *of_pipelines, *alone, *of_starts)
    is_pipeline = isinstance(options.checkpoint, Path) and (options.checkpoint / "model_index.json").is_file()
    is_key = str(options.checkpoint).startswith(("generate/", "own/"))
    if is_key or (isinstance(options.checkpoint, Path) and not is_pipeline):
        return _born, (*of_pipelines, *of_families, *(() if options.start else of_starts))
    return _diffused, ("style", "genre", "truncation", "upscale", "look", *of_families, *of_starts)


def _born(options: argparse.Namespace) -> list[Image.Image]:
    from deepart import runtime
    from deepart.tasks.generate.seeds import generate_steps

    steps = generate_steps(GenerateOptions.read(vars(options)), options.checkpoint, options.start)
    return runtime.run(steps, progress_line())


def _diffused(options: argparse.Namespace) -> list[Image.Image]:
    """Paint with a diffusers pipeline."""
    from deepart import runtime
    from deepart.tasks.hub.diffusion import diffuse_steps

    steps = diffuse_steps(
        options.checkpoint, options.prompt, seed=options.seed, count=options.count, num_steps=options.steps
    )
    return runtime.run(steps, progress_line())


def _bred(options: argparse.Namespace) -> list[Image.Image]:
    """Paint a saved picture again, or its neighbours."""
    from deepart import runtime
    from deepart.tasks.generate.seeds import generate_steps

    (genome,) = _genomes([options.again])
    if options.neighbours or options.region:
        near = replace(GenerateOptions.read(vars(options)), count=options.neighbours or 1)
        steps = generate_steps(near, options.checkpoint, again=options.again, region=options.region)
    else:
        steps = _engine(options, genome).steps([genome], upscale=options.upscale, look=options.look)
    return runtime.run(steps, progress_line())


def _engine(options: argparse.Namespace, genome: Genome) -> ArtGenerator:
    """Return the generator of a saved picture: the one in its recipe, or the one at the given path."""
    from deepart.tasks.generate.generate import generator_of

    return generator_of(options.checkpoint if isinstance(options.checkpoint, Path) else genome.checkpoint)


def _projected(options: argparse.Namespace) -> list[Image.Image]:
    """Find the nearest generated picture to the user's own."""
    from deepart import runtime
    from deepart.tasks.generate.generate import generator_of
    from deepart.tasks.generate.genome import ANY_STYLE
    from deepart.tasks.generate.projection import project_steps

    style = None if options.style == ANY_STYLE else options.style
    steps = project_steps(generator_of(options.checkpoint), options.like, style=style)
    return [runtime.run(steps, progress_line()).picture]


def _genomes(pictures: list[str]) -> list[Genome]:
    from deepart.errors import InputError
    from deepart.tasks.generate.genome import genome_of

    genomes = [genome_of(picture) for picture in pictures]
    if None in genomes:
        raise InputError("generate.no_genome")
    return genomes


def _print_works(picture: Image.Image) -> None:
    from deepart.tasks.classify.originality import originality
    from deepart.text import say

    found = originality(picture)
    told = say("ui.generate.original.percentile", percent=f"{found.percentile:.0f}")
    print(f"  {'near copy' if found.is_near_copy else 'new'}. {told}\n  nearest works:")
    for work in found.works:
        print(f"  {work.title}, {work.artist} {work.year}".rstrip() + f" (distance {work.distance:.2f})")


def _walk(options: argparse.Namespace) -> None:
    from deepart import runtime
    from deepart.errors import InputError
    from deepart.tasks.generate.generate import generator_of
    from deepart.tasks.generate.walks import Walk, walk_of, walk_steps

    started = time.perf_counter()
    engine = generator_of(options.checkpoint)
    if options.again:
        walk = walk_of(options.again)
        if walk is None:
            raise InputError("generate.no_walk")
    else:
        keys = _genomes(options.pictures) if options.pictures else []
        keys += [engine.born(seed, options.style, options.truncation) for seed in options.seeds or ()]
        walk = Walk(tuple(keys), WalkOptions.read(vars(options)))
    walk.check()
    engine = _engine(options, walk.keys[0])
    steps = walk_steps(engine, walk, options.output, upscale=options.upscale, look=options.look)
    runtime.run(steps, progress_line())
    print(f"{options.output}: {walk.options.frames} frames in {time.perf_counter() - started:.1f} s")


def _directions(options: argparse.Namespace) -> None:
    from deepart import runtime
    from deepart.checkpoints import find
    from deepart.tasks.classify.classify import ArtworkClassifier
    from deepart.tasks.generate.generate import ArtGenerator
    from deepart.training.generate.steering import SteeringConfig, find_steering

    folder = options.output or find(options.checkpoint).folder
    config = SteeringConfig(samples=options.samples, points=options.points)
    found = runtime.run(find_steering(ArtGenerator(options.checkpoint), ArtworkClassifier(), config), progress_line())
    found.save(folder)
    for direction in found.directions:
        more, less = direction.more, direction.less
        print(f"{direction.name}: + {more.label} ({more.change:+.2f}), - {less.label} ({less.change:+.2f})")
    print(folder)


def _brushwork(options: argparse.Namespace) -> None:
    from deepart import runtime
    from deepart.checkpoints import CHECKPOINTS
    from deepart.errors import InputError
    from deepart.training.generate.brushwork import read_brushwork

    row = CHECKPOINTS.get(options.checkpoint)
    if row is None or row.architecture != "Generator":
        raise InputError("generate.not_a_generator", known=CHECKPOINT)
    folder = options.output or row.folder
    cache = options.cache or folder / "cache"
    found = runtime.run(read_brushwork(options.data, cache, options.most, options.seed), progress_line())
    found.save(folder)
    print(f"{folder}: {len(found.styles)} paintings of {len(set(found.styles))} styles")
