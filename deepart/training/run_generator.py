"""Training of the generator as the command line runs it: a folder in, a bundle and the pictures on the way out."""

from __future__ import annotations

import math
from argparse import Namespace

import torch
from torch import nn

from deepart.models.generator import DCGANConfig, DCGANDiscriminator, DCGANGenerator, Generator, GeneratorConfig
from deepart.training.catalogue import read_catalogue
from deepart.training.data import PictureStore
from deepart.training.generation_evaluation import grid, paint_all, painter
from deepart.training.generator import (
    PlainTraining,
    ProjectedDiscriminator,
    ProjectedTraining,
    SquareCrops,
    can_be_learned,
    imagenet_backbone,
)
from deepart.training.loop import FitConfig, Stage, StepReport, fit_adversarial
from deepart.training.run import Log
from deepart.training.run_classifier import imagenet_weights

GRID_EVERY_MINUTES = 20
"""How often 64 pictures of the moving average are saved, always of the same seeds."""


def train_generator(options: Namespace) -> None:
    """Train the generator, or its baseline, into `options.run`; see `python -m deepart train generator --help`.

    The run folder receives `log.jsonl`, `state.pt` (to go on from), `grids/`, and at the end `bundle/`, the moving
    average of the weights in the layout of a bundled checkpoint.
    """
    options.run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    paintings = [painting for painting in read_catalogue(options.data) if can_be_learned(painting)]
    styles = tuple(sorted({painting.style for painting in paintings}))
    pictures = PictureStore([painting.path for painting in paintings], options.run / "cache")
    crops = SquareCrops(pictures, [styles.index(painting.style) for painting in paintings], options.seed)
    stages = Stage.parse_all(options.stages)
    if options.architecture == "dcgan":
        config = DCGANConfig(stages[0].size)
        task = PlainTraining(DCGANGenerator(config), DCGANDiscriminator(config), crops, options.loss)
        betas = (0.5, 0.999)
    else:
        backbone = imagenet_backbone(options.backbone or imagenet_weights())
        generator = Generator(GeneratorConfig(styles))
        task = ProjectedTraining(generator, ProjectedDiscriminator(backbone, len(styles)), crops, options.loss)
        task.measure()
        betas = (0.0, 0.99)
    config = FitConfig(
        options.minutes,
        stages,
        learning_rate=options.learning_rate,
        final_learning_rate=options.learning_rate,
        warmup_steps=1,
        betas=betas,
        clip_norm=math.inf,
    )
    with open(options.run / "log.jsonl", "a", encoding="utf-8") as lines:
        log, last_grid = Log(lines), -math.inf

        def on_step(report: StepReport, average: nn.Module) -> None:
            nonlocal last_grid
            log(report)
            if report.minutes - last_grid >= GRID_EVERY_MINUTES and isinstance(average, Generator):
                last_grid = report.minutes
                every_style = [index % (len(styles) + 1) for index in range(64)]
                (options.run / "grids").mkdir(exist_ok=True)
                grid(paint_all(painter(average, report.stage.size), every_style)).save(
                    options.run / "grids" / f"{report.minutes:05.0f}.png"
                )

        average = fit_adversarial(task, config, options.run / "state.pt", on_step)
    average.save_pretrained(options.run / "bundle")
    print(options.run / "bundle")
