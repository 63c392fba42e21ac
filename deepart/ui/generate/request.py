"""Requests to generate, from the page or from a program."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from PIL import Image

from deepart import runtime
from deepart.art_labels import label_name
from deepart.checkpoints import CHECKPOINTS, find
from deepart.errors import InputError, WeightsError
from deepart.images import load_image
from deepart.options import MOST_SEED, Finish
from deepart.tasks.classify.classify import ArtworkClassifier
from deepart.tasks.classify.originality import Originality, originality
from deepart.tasks.generate.breeding import LevelGroup, crossbreed, mix_levels
from deepart.tasks.generate.generate import DEFAULT_CHECKPOINT, ArtGenerator, random_seed
from deepart.tasks.generate.genome import ANY_STYLE, Genome, Start, genome_of
from deepart.tasks.generate.steering import LOOK_LABELS, Effect, steering
from deepart.tasks.generate.subjects import (
    ANY_GENRE,
    GENRES,
    MOST_LOOKED_AT,
    Chosen,
    genre_name,
    known_genre,
    showing_steps,
)
from deepart.tasks.generate.variety import candidates_for, varied_steps
from deepart.tasks.generate.walks import Walk, walk_of
from deepart.tasks.hub.generators import HUB_GENERATORS, SIZE, own_generators
from deepart.text import say
from deepart.ui.widgets.style_pad import data_uri

COUNTS = (4, 8, 16, 24)
"""Pictures that can be asked for on the page; programs may ask for any number."""
TILE_SIDE = 192
FILE_NAME = "deepart-generated.png"
FILMS = (".mp4", ".gif", ".webp")

_KEPT = 600  # small pictures that need not be painted again


@dataclass(frozen=True, slots=True)
class Change:
    """How a picture is changed on the page, all controls together."""

    share: float = 0.0
    """How much of the partner to take, 0 to 1."""
    levels: tuple[LevelGroup, ...] = ()
    """What follows the partner alone."""
    amounts: Mapping[str, float] = field(default_factory=dict)
    """How far to go along each direction."""
    style: str | None = None
    truncation: float | None = None

    def of(self, base: Genome, partner: Genome | None) -> Genome:
        """Return what becomes of a picture; the picture itself if nothing is changed.

        Raises:
            InputError: the two are of several generators, or a setting is out of its range.
        """
        genome = base
        if partner is not None and self.share:
            genome = crossbreed(genome, partner, self.share)
        if partner is not None and self.levels:
            num_levels = ArtGenerator(base.checkpoint).num_levels
            genome = mix_levels(genome, dict.fromkeys(self.levels, partner), num_levels)
        amounts = {name: amount for name, amount in self.amounts.items() if amount}
        if amounts:
            genome = steering(base.checkpoint).steer(genome, amounts)
        if self.style and self.style != genome.style:
            genome = genome.with_style(ArtGenerator(base.checkpoint).known_style(self.style))
        if self.truncation is not None and abs(self.truncation - genome.truncation) > 1e-6:
            genome = genome.with_truncation(self.truncation)
        if genome is base:
            return base
        parents = dict.fromkeys([base.id, *([partner.id] if partner and (self.share or self.levels) else [])])
        return replace(genome, parents=tuple(parents))


def births(
    checkpoint: str,
    seed: int | None,
    count: int,
    style: str = ANY_STYLE,
    truncation: float = 1.0,
    genre: str = ANY_GENRE,
    finish: Finish = "painted",
    start: Start | None = None,
) -> Iterator[runtime.Progress | Chosen]:
    """Yield the progress of getting a generator ready and of choosing, and last the pictures of a wall.

    They are chosen for variety from those of the seeds from `seed` on, whose own is always among them; without a seed
    from any, the likest to paintings first.  Fewer than `count` where too many are alike, or show another genre.
    Those that start from a picture are all hung, whatever they show.

    Raises:
        InputError: a setting is out of its range, or there is no such generator or style.
        WeightsError: the generator is missing or out of reach.
    """
    engine, genre = ArtGenerator(checkpoint), known_genre(genre)
    yield from engine.load_steps()
    is_any = genre == ANY_GENRE
    candidates = count if start else candidates_for(count) if is_any else MOST_LOOKED_AT
    first = random_seed() if seed is None else seed
    seeds = [(first + index) % (MOST_SEED + 1) for index in range(candidates)]
    shown = None if is_any or start else genre
    genomes = [replace(engine.born(each, style, truncation, finish, shown), start=start) for each in seeds]
    if start:
        yield Chosen(genomes)
        return
    if not is_any:
        yield (yield from showing_steps(engine, genomes, count, genre, style=style, is_varied=count > 1))
        return
    if count > 1 and not runtime.settings().zero_gpu:  # a GPU is lent for the pictures that are looked at
        with contextlib.suppress(WeightsError):  # without the classifier the first ones hang
            genomes = yield from varied_steps(engine, genomes, count, with_first=seed is not None)
    yield Chosen(genomes[:count])


def genre_choices(language: str) -> list[tuple[str, str]]:
    """Return what can be painted, whatever comes first."""
    return [(genre_name(genre, language), genre) for genre in (ANY_GENRE, *GENRES)]


def painted(
    genomes: Sequence[Genome], upscale: int = 1, look: str = "faithful"
) -> Iterator[runtime.Progress | list[Image.Image]]:
    """Yield the engine's progress, with each picture as a preview, and last the pictures.

    Raises:
        InputError: a genome does not fit its generator, or there is no such scale or look.
        WeightsError: a generator is missing or out of reach.
    """
    pictures: list[Image.Image] = []
    for done, genome in enumerate(genomes):
        engine = ArtGenerator(genome.checkpoint)
        yield from engine.load_steps()
        steps = engine.steps([genome], upscale=upscale, look=look)
        pictures += yield from steps if len(genomes) == 1 else runtime.as_part(steps, done, len(genomes))
        yield runtime.Progress(done + 1, len(genomes), "progress.painting", pictures[-1])
    yield pictures


def quick(genome: Genome) -> Image.Image:
    """Paint one picture at once, for controls that are being moved."""
    engine = ArtGenerator(genome.checkpoint)
    return engine.paint(genome)


def tile_image(genome: Genome) -> str:
    """Return the address of a small picture, painted once."""
    return _tile_image(genome, identity(genome.checkpoint))


@functools.lru_cache(maxsize=_KEPT)
def _tile_image(genome: Genome, version: str) -> str:
    engine = ArtGenerator(genome.checkpoint)
    return data_uri(engine.paint(genome, engine.network().sizes[0]), 128)


def identity(checkpoint: str) -> str:
    """What tells the versions of a generator apart."""
    return find(checkpoint).identity if checkpoint in CHECKPOINTS else checkpoint


def judged(picture: Image.Image) -> Originality | None:
    """Say how new a picture is; None if the owner's classifier has no artworks to compare with."""
    if not ArtworkClassifier().network().config.index:
        return None
    return originality(picture)


def opened(path: str) -> Genome | Walk:
    """Return the picture, or the film, that a file was painted from.

    Raises:
        InputError: the file does not say, or cannot be read.
    """
    if Path(path).suffix.lower() in FILMS:
        walk = walk_of(path)
        if walk is None:
            raise InputError("generate.no_walk")
        return _of_known_models(walk, walk.keys)
    load_image(path)  # says best what is wrong with it
    genome = genome_of(path)
    if genome is None:
        raise InputError("generate.no_genome")
    return _of_known_models(genome, [genome])


def _of_known_models(found: Genome | Walk, genomes: Sequence[Genome]) -> Genome | Walk:
    for genome in genomes:
        known_model(genome.checkpoint)
    return found


# --- choices ---------------------------------------------------------------------------------------


def known_model(name: str | None) -> str:
    """Return the key of a generator that the page offers.

    Raises:
        InputError: there is no such generator.
    """
    known = [DEFAULT_CHECKPOINT, *HUB_GENERATORS, *own_generators()]
    if name not in known:
        raise InputError("generate.not_a_generator", known=", ".join(known))
    return name


def model_choices(language: str) -> list[tuple[str, str]]:
    """Return the generators: the bundled one, those of the owner, and those of the Hub with licence and size."""
    rows = [
        (f"{row.repo.partition('/')[2]} · {row.licence} · {SIZE / 2**20:.0f} MB", key)
        for key, row in HUB_GENERATORS.items()
    ]
    own = [(key.partition("/")[2], key) for key in own_generators()]
    return [(say("ui.generate.bundled", language), DEFAULT_CHECKPOINT), *own, *rows]


def style_choices(checkpoint: str, language: str) -> list[tuple[str, str]]:
    """Return the styles that a generator knows, which must be loaded, "any" first."""
    names = ArtGenerator(checkpoint).styles
    return [(style_name(name, language), name) for name in names]


def style_name(style: str, language: str) -> str:
    """Return what people call a style of a generator."""
    return say("ui.generate.any_style", language) if style == ANY_STYLE else label_name("style", style, language)


def effect_name(effect: Effect, language: str) -> str:
    """Return what people call what a direction changes."""
    if effect.head == "look" and effect.label in LOOK_LABELS:
        return say(f"ui.generate.look.{effect.label}", language)
    return label_name(effect.head, effect.label, language)


def caption(genome: Genome, language: str) -> str:
    """Return what a picture is called: by its seed if that is all there is to it, else by how it came about."""
    if genome.origin == "seed":
        return say("ui.generate.seed_name", language, seed=genome.seed)
    return say(f"ui.generate.origin.{genome.origin}", language)
