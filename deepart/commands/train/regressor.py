"""`train regressor` and `evaluate regressor`: numbers of artworks."""

from __future__ import annotations

import argparse
from pathlib import Path

from deepart.commands.console import (
    OutputFolder,
    add_command,
    add_optimizer_option,
    add_run_options,
    add_start_option,
)


def add_to(train, evaluate) -> None:
    """Register the commands under `train` and `evaluate`."""
    regressor = add_command(
        train,
        "regressor",
        _train,
        "train what predicts numbers of artworks, several at once, on what the classifier sees",
        """\
        python -m deepart train regressor --data art/ --targets year colourfulness --run runs/years --minutes 5
        python -m deepart train regressor --data art/ --targets year --missing interpolate --run runs/years --minutes 5
        """,
    )
    regressor.add_argument("--data", type=Path, required=True, help="folder that holds paintings.csv and what it names")
    regressor.add_argument(
        "--targets",
        nargs="+",
        required=True,
        help="year, colourfulness, brightness, contrast, or columns of the table that hold numbers",
    )
    add_run_options(regressor, stages="256x64")
    add_start_option(regressor)
    add_optimizer_option(regressor)
    regressor.add_argument("--learning-rate", type=float, default=3e-3, help="default 0.003")
    regressor.add_argument(
        "--missing",
        choices=["drop", "median", "interpolate", "regress"],
        default="drop",
        help="numbers, of pictures that are learned from; drop leaves out the number; default drop",
    )

    of_regressor = add_command(
        evaluate,
        "regressor",
        _evaluate,
        "measure a regressor on pictures that training left out: MAE and R2",
        "python -m deepart evaluate regressor --data art/ --bundle runs/years/bundle -o report/",
    )
    of_regressor.add_argument("--data", type=Path, required=True, help="folder as for training")
    of_regressor.add_argument("--bundle", type=Path, required=True, help="folder of the regressor")
    of_regressor.add_argument(
        "-o",
        "--output",
        action=OutputFolder,
        default=Path("regressor-report"),
        help="folder for the figures; default %(default)s",
    )


def _train(options: argparse.Namespace) -> None:
    from deepart.training.classify.regressor import train_regressor

    train_regressor(options)


def _evaluate(options: argparse.Namespace) -> None:
    from deepart.training.classify.regressor import evaluate_regressor

    evaluate_regressor(options)
