"""`train generator` and `evaluate generator`."""

from __future__ import annotations

import argparse
from pathlib import Path

from deepart.commands.console import add_command, add_report_folder, add_run_options, add_settings, add_start_option

_DATA = "folder with paintings.csv and the pictures that it lists"


def add_to(train, evaluate) -> None:
    """Register the commands under `train` and `evaluate`."""
    generator = add_command(
        train,
        "generator",
        "deepart.training.generate.run:train_generator",
        "train the generator, or resume an interrupted run",
        """\
        python -m deepart train generator --data art/ --run runs/generator --minutes 720
        python -m deepart train generator --data art/ --run runs/small --minutes 240 --side 128 --stages 128x16
        python -m deepart train generator --data art/ --run runs/dcgan --architecture dcgan --minutes 60
        python -m deepart train generator --data art/ --run runs/varied --minutes 600 --side 128 --stages 128x16 \
--loss relativistic --penalty 1 --final-penalty 10 --feature-noise 0.1 --coverage 0.5 --pixel-head --no-head-norm \
--second-view loss/distilled-vgg16-v1 --ema 0.9995
        python -m deepart train generator --data art/ --run runs/flow --architecture flow --minutes 1080 \
--stages 128x64 --learning-rate 0.001
        python -m deepart train generator --data art/ --run runs/vae --architecture vae --minutes 120 \
--stages 128x16 --learning-rate 0.0005 --beta 2
        """,
    )
    generator.add_argument("--data", type=Path, required=True, help=_DATA)
    add_run_options(generator, stages="128x16@0.85,256x8")
    add_start_option(generator)
    generator.add_argument("--cache", type=Path, help="folder for the decoded paintings; default: one in the run's")
    generator.add_argument(
        "--architecture", choices=["fastgan", "dcgan", "flow", "vae"], default="fastgan", help="dcgan is the baseline"
    )
    add_settings(generator, "optimizer", learning_rate=2e-4)
    generator.add_argument(
        "--side", type=int, choices=[128, 256], default=256, help="side of fastgan's pictures in pixels; default 256"
    )
    generator.add_argument("--loss", choices=["hinge", "nonsaturating", "minimax", "relativistic"], default="hinge")
    against = generator.add_argument_group("fastgan: against repeated pictures")
    against.add_argument(
        "--penalty", type=float, default=0.0, help="weight of the gradient penalties R1 and R2; default 0, none"
    )
    against.add_argument(
        "--final-penalty", type=float, help="their weight at the end of the run; default: as at its start"
    )
    against.add_argument(
        "--feature-noise", type=float, default=0.0, help="noise on what the discriminator sees; default 0"
    )
    against.add_argument(
        "--coverage", type=float, default=0.0, help="weight of the coverage of every painting; default 0"
    )
    against.add_argument("--pixel-head", action="store_true", help="add a head of the discriminator that sees pixels")
    against.add_argument(
        "--second-view",
        metavar="KEY",
        help="add two heads on the features of this VGG network: the key of a perceptual network, or a file of VGG-16",
    )
    generator.add_argument("--ema", type=float, default=0.999, help="decay of fastgan's moving average; default 0.999")
    against.add_argument(
        "--no-head-norm", dest="head_norm", action="store_false", help="use heads without batch normalisation"
    )
    of_vae = generator.add_argument_group("of vae")
    add_settings(of_vae, "beta", "free_bits")
    of_vae.add_argument(
        "--cycle", type=float, default=0.0, help="weight of the cycle loss of codes, for a cyclic VAE; default 0, none"
    )
    _add_backbone(generator)

    of_generator = add_command(
        evaluate,
        "generator",
        "deepart.training.generate.run:evaluate",
        "measure a generator on paintings that training left out",
        """\
        python -m deepart evaluate generator --data art/ -o report/
        python -m deepart evaluate generator --data art/ --architecture dcgan --bundle runs/dcgan/bundle -o report/
        """,
    )
    of_generator.add_argument("--data", type=Path, required=True, help=_DATA)
    add_report_folder(of_generator, "generator-report")
    of_generator.add_argument("--checkpoint", default="generate/fastgan-wikiart-v1", help="the generator to measure")
    of_generator.add_argument("--bundle", type=Path, help="folder of a trained generator instead")
    of_generator.add_argument(
        "--architecture", choices=["fastgan", "dcgan", "flow", "vae"], default="fastgan", help="of --bundle"
    )
    of_generator.add_argument(
        "--samples", type=int, default=1000, help="pictures to paint for each figure; default 1000"
    )
    of_generator.add_argument("--size", type=int, help="one of the generator's two sizes; default: the larger")
    of_generator.add_argument("--truncation", type=float, default=1.0, help="default 1, full variety")
    of_generator.add_argument(
        "--finish",
        choices=["painted", "plain"],
        default="painted",
        help="finish of a checkpoint's pictures; default painted",
    )
    of_generator.add_argument("--steps", type=int, default=16, help="steps of flow for a picture; default 16")
    of_generator.add_argument("--guidance", type=float, default=1.5, help="guidance of flow; 1 for none, default 1.5")
    of_generator.add_argument("--seed", type=int, default=0)
    of_generator.add_argument(
        "--features",
        choices=["lite", "inception", "clip"],
        default="lite",
        help="features that are compared; inception and clip come from the Hub",
    )
    _add_backbone(of_generator)


def _add_backbone(command: argparse.ArgumentParser) -> None:
    command.add_argument("--backbone", type=Path, help="file of ImageNet weights; default: those of a Python package")
