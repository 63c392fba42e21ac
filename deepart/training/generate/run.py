"""Training and evaluation of the generator for the command line: a folder in, a bundle or figures out."""

from __future__ import annotations

import hashlib
import json
import math
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from deepart import runtime
from deepart.checkpoints import models
from deepart.errors import InputError
from deepart.files import write_json
from deepart.images import save_png
from deepart.models.generators.dcgan import DCGANConfig, DCGANDiscriminator, DCGANGenerator
from deepart.models.generators.flow import FlowConfig, FlowPainter
from deepart.models.generators.generator import Generator, GeneratorConfig
from deepart.models.generators.vae import PictureVAE, PictureVAEConfig
from deepart.tasks.classify.classify import ArtworkClassifier
from deepart.tasks.generate import brushwork
from deepart.training.catalogue import Painting, read_catalogue
from deepart.training.classify.run import imagenet_weights
from deepart.training.data import PictureStore, is_held_out
from deepart.training.generate.evaluation import (
    Painter,
    PooledFeatures,
    by_share,
    cached,
    centre_square,
    describe,
    evaluate_generator,
    finished_painter,
    flow_painter,
    grid,
    in_turn,
    lite_features,
    paint_all,
    painter,
    timm_features,
)
from deepart.training.generate.flow import ZOOM, FlowTraining, LabelledPaintings
from deepart.training.generate.generator import (
    PlainTraining,
    ProjectedDiscriminator,
    ProjectedTraining,
    SquareCrops,
    fold_batch_norms,
    imagenet_backbone,
    shown_truly,
)
from deepart.training.generate.vae import VAETraining
from deepart.training.loop import Stage, StepReport
from deepart.training.run import alone, load_perceptual_network, run_training, save_bundle, start_of

GRID_EVERY_MINUTES = 20
"""How often 64 pictures of the moving average are saved, always of the same seeds."""

LEAST_PAINTINGS = 10
"""That were learned from, and that were not, for distances from them to mean anything."""

_BATCH = 64  # paintings that are in memory at once


@alone
def train_generator(options: Namespace) -> None:
    """Train the generator, or its baseline, into `options.run`; see `python -m deepart train generator --help`.

    The run folder receives `log.jsonl`, `state.pt` (to go on from), `grids/`, and at the end `bundle/`, the moving
    average of the weights in the layout of a bundled checkpoint.
    """
    torch.manual_seed(options.seed)
    if options.architecture in ("flow", "vae"):
        (_train_flow if options.architecture == "flow" else _train_vae)(options)
        return
    is_plain = options.architecture == "dcgan"
    if options.start and is_plain:
        raise InputError("setting.choice", name="architecture", choices="fastgan")
    started = start_of("Generator", options.start).requires_grad_() if options.start else None
    backbone = None if is_plain else imagenet_backbone(options.backbone or imagenet_weights())
    paintings = [painting for painting in shown_truly(read_catalogue(options.data)) if not is_held_out(painting.path)]
    styles = tuple(sorted({painting.style for painting in paintings}))
    cache = options.cache or options.run / "cache"
    pictures = PictureStore([painting.path for painting in paintings], cache)
    crops = SquareCrops(pictures, [styles.index(painting.style) for painting in paintings])
    stages = Stage.parse_all(options.stages)
    if is_plain:
        config = DCGANConfig(stages[0].size)
        task = PlainTraining(DCGANGenerator(config), DCGANDiscriminator(config), crops, options.loss, options.seed)
        betas = (0.5, 0.999)
    else:
        shares = tuple((int(count),) for count in np.bincount(crops.styles, minlength=len(styles)))
        generator = started or Generator(_config(styles, shares, options.side))
        if tuple(generator.styles) != styles:
            raise InputError("training.other_styles", styles=", ".join(generator.styles))
        if not {stage.size for stage in stages} <= {*generator.sizes}:  # else known only when that stage begins
            sizes = ", ".join(map(str, sorted({*generator.sizes})))
            raise InputError("setting.choice", name="stages", choices=sizes)
        discriminator = ProjectedDiscriminator(
            backbone,
            len(styles),
            normalise=options.head_norm,
            pixels=options.pixel_head,
            second=load_perceptual_network(options.second_view).cpu() if options.second_view else None,
        )
        task = ProjectedTraining(
            generator,
            discriminator,
            crops,
            options.loss,
            options.seed,
            penalty=options.penalty,
            noise=options.feature_noise,
            coverage=options.coverage,
            final_penalty=options.final_penalty,
        )
        task.measure()
        betas = (0.0, 0.99)
    grids = Grids(options.run, len(styles))

    def on_average(report: StepReport, average: nn.Module) -> None:
        if isinstance(average, Generator):
            grids.paint(report, lambda: painter(average, report.stage.size))

    config = {"final_learning_rate": options.learning_rate, "warmup_steps": 1, "betas": betas, "clip_norm": math.inf}
    average = run_training(task, options, on_average=on_average, ema_decay=options.ema, **config)
    save_bundle(average, options.run / "bundle")


class Sheets:
    """Saves a picture of what a run can do every `GRID_EVERY_MINUTES`."""

    def __init__(self, run: Path) -> None:
        self._folder = run / "grids"
        there = (int(file.stem) for file in self._folder.glob("*.png"))  # a run may go on many times
        self._last = max(there, default=-math.inf)

    def __call__(self, report: StepReport, make: Callable[[], Image.Image]) -> None:
        """Make and save it, if it is time."""
        if report.minutes - self._last >= GRID_EVERY_MINUTES:
            self._last = report.minutes
            save_png(make(), self._folder / f"{report.minutes:05.0f}.png")


class Grids(Sheets):
    """Saves 64 pictures, the styles in turn."""

    def __init__(self, run: Path, styles: int, genres: int = 0) -> None:
        super().__init__(run)
        self._asked = in_turn(styles, genres, 64)

    def paint(self, report: StepReport, paints: Callable[[], Painter]) -> None:
        """Paint and save, if it is time; `paints` returns what paints."""
        self(report, lambda: grid(paint_all(paints(), self._asked)))


def _train_flow(options: Namespace) -> None:
    """Train the flow painter; the run folder receives the same as that of the generator."""
    stages = Stage.parse_all(options.stages)
    sides = {stage.size for stage in stages}
    if len(sides) > 1:
        raise InputError("setting.choice", name="stages", choices=str(stages[0].size))
    side = stages[0].size
    if options.start:
        raise InputError("setting.choice", name="architecture", choices="fastgan")
    backbone = fold_batch_norms(imagenet_backbone(options.backbone or imagenet_weights())).to(runtime.device())
    data = LabelledPaintings.read(options.data, options.cache or options.run / "cache", math.ceil(side / ZOOM))
    torch.manual_seed(options.seed)
    painter = FlowPainter(FlowConfig(*data.label_names, side=side, shares=data.shares()))
    task = FlowTraining(painter, data, backbone, options.seed)
    grids = Grids(options.run, len(painter.config.styles), len(painter.config.genres))
    average = run_training(
        task,
        options,
        on_average=lambda report, average: grids.paint(report, lambda: flow_painter(average.painter)),
        final_learning_rate=options.learning_rate / 10,
        schedule="linear",
        warmup_steps=500,
        betas=(0.9, 0.95),
        clip_norm=1.0,
        ema_decay=0.9998,
    )
    save_bundle(average.painter, options.run / "bundle")


def _train_vae(options: Namespace) -> None:
    """Train the variational autoencoder; the run folder receives the same as that of the generator."""
    stages = Stage.parse_all(options.stages)
    if len({stage.size for stage in stages}) > 1:
        raise InputError("setting.choice", name="stages", choices=str(stages[0].size))
    paintings = [painting for painting in shown_truly(read_catalogue(options.data)) if not is_held_out(painting.path)]
    pictures = PictureStore([painting.path for painting in paintings], options.cache or options.run / "cache")
    network = PictureVAE(PictureVAEConfig(stages[0].size))
    if options.start:
        network = start_of("PictureVAE", options.start).requires_grad_()
        if network.config.side != stages[0].size:
            raise InputError("setting.choice", name="stages", choices=str(network.config.side))
    crops = SquareCrops(pictures, [0] * len(paintings))
    task = VAETraining(network, crops, options.beta, options.free_bits, options.cycle, options.seed)
    grids = Grids(options.run, 0)
    average = run_training(
        task,
        options,
        on_average=lambda report, average: grids.paint(report, lambda: plain_painter(average)),
        final_learning_rate=options.learning_rate / 20,
    )
    save_bundle(average, options.run / "bundle")


def _config(styles: tuple[str, ...], shares: tuple[tuple[float, ...], ...], side: int) -> GeneratorConfig:
    """Return the usual shape of a generator, without the levels for pictures larger than `side`."""
    usual = GeneratorConfig(styles, shares=shares)
    levels = side.bit_length() - 2  # 4 pixels are the first
    return replace(usual, channels=usual.channels[:levels], layers=usual.layers[:levels])


def evaluate(options: Namespace) -> None:
    """Measure a generator; see `python -m deepart evaluate generator --help`.

    The folder `options.output` receives `scores.json`, sheets of 64 pictures that nobody chose (`default.png`,
    `styles.png`, and `genres.png` where genres are known), and, for the next time, what is known of the paintings.

    Raises:
        InputError: there are no paintings to compare with.
    """
    paintings = shown_truly(read_catalogue(options.data))
    learned = [painting for painting in paintings if not is_held_out(painting.path)]
    unseen = [painting for painting in paintings if is_held_out(painting.path)]
    if min(len(learned), len(unseen)) < LEAST_PAINTINGS:
        raise InputError("training.too_few_paintings", least=LEAST_PAINTINGS)
    if options.features == "lite":
        features = lite_features(options.backbone or imagenet_weights())
    else:
        features = timm_features(options.features)
    of_unseen, of_learned = (_described(features, part, options.output / "cache") for part in (unseen, learned))
    paint, names, shares, engine = _painter_of(options)
    counts = tuple(map(len, names))
    asked_by_way = {"default": partial(by_share, shares, *counts), "styles": partial(in_turn, *counts)}
    facts: dict[str, object] = {
        "finish": options.finish,
        "truncation": options.truncation,
        "seed": options.seed,
        "unseen": len(unseen),
    }
    for way, asked in asked_by_way.items():
        wanted = asked(options.samples)
        score = evaluate_generator(features, paint, wanted, names, of_unseen, of_learned, engine, options.seed)
        facts[way] = score.as_json()
        save_png(grid(paint_all(paint, asked(64), options.seed)), options.output / f"{way}.png")
        print(f"{way}: {json.dumps(facts[way])}", flush=True)
    if options.architecture == "vae":
        kept = PictureStore([painting.path for painting in unseen], options.output / "cache")
        network = PictureVAE.from_pretrained(options.bundle)
        save_png(given_back(network, [kept[index] for index in range(8)]), options.output / "reconstructions.png")
    if counts[1]:
        by_genre = [(counts[0], number % counts[1]) for number in range(64)]
        save_png(grid(paint_all(paint, by_genre, options.seed)), options.output / "genres.png")
    write_json(options.output / "scores.json", facts)


def _described(features: PooledFeatures, paintings: Sequence[Painting], cache: Path) -> Tensor:
    """Return the features of paintings, (N, D), made once."""
    paths = [painting.path for painting in paintings]
    pictures = PictureStore(paths, cache)

    def make() -> Tensor:
        batches = (range(start, min(start + _BATCH, len(paths))) for start in range(0, len(paths), _BATCH))
        return torch.cat([describe(features, [centre_square(pictures[i]) for i in batch]) for batch in batches])

    listing = hashlib.sha256("\n".join(str(path.resolve()) for path in paths).encode()).hexdigest()[:16]
    return cached(cache / f"{features.name}-{listing}.pt", make)


def _painter_of(
    options: Namespace,
) -> tuple[Painter, tuple[Sequence[str], Sequence[str]], Sequence[Sequence[float]], ArtworkClassifier | None]:
    """Return what paints, the names of its styles and genres, their shares, and the classifier that looks for them."""
    if options.architecture != "fastgan" and options.bundle is None:
        raise InputError("training.no_bundle")
    if options.architecture in ("dcgan", "vae"):
        known = DCGANGenerator if options.architecture == "dcgan" else PictureVAE
        return plain_painter(known.from_pretrained(options.bundle).to(runtime.device())), ((), ()), (), None
    if options.architecture == "flow":
        network = FlowPainter.from_pretrained(options.bundle).to(runtime.device())
        paint = flow_painter(network, options.steps, options.guidance)
    else:
        network = Generator.from_pretrained(options.bundle) if options.bundle else models.get(options.checkpoint)
        paint = painter(network, options.size, options.truncation)
        known = (
            brushwork.find_brushwork(options.checkpoint) if options.finish == "painted" and not options.bundle else None
        )
        paint = finished_painter(paint, known, network.styles) if known else paint
    genres = getattr(network.config, "genres", ())
    return paint, (network.config.styles, genres), network.config.shares, ArtworkClassifier()


def plain_painter(network: DCGANGenerator | PictureVAE) -> Painter:
    """Return what paints with a network that knows no styles."""
    device = next(network.parameters()).device

    @torch.inference_mode()
    def paint(asked: Tensor, seed: int) -> Tensor:
        z = torch.randn(len(asked), network.config.z, generator=torch.Generator().manual_seed(seed))
        return network(z.to(device)).float().cpu()

    return paint


@torch.inference_mode()
def given_back(network: PictureVAE, pictures: Sequence[np.ndarray], columns: int = 8) -> Image.Image:
    """Return pictures (H, W, 3) uint8 over what is given back of them, and the way from each to the next.

    The rows are: the pictures, their reconstructions, and for each two of them `columns` pictures between their codes.
    """
    device, side = next(network.parameters()).device, network.config.side
    squares = [centre_square(np.asarray(picture)) for picture in pictures[:columns]]
    x = torch.cat([F.interpolate(each[None], (side, side), mode="area") for each in squares]).to(device)
    ways = [network.interpolate(x[i], x[i + 1], columns) for i in range(0, min(len(x), 4) - 1)]
    return grid([*torch.cat([x, network.reconstruct(x), *ways]).float().cpu()], columns=len(x))
