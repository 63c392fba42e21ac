"""`train classifier` and `evaluate classifier`."""

from __future__ import annotations

import argparse
from pathlib import Path

from deepart.commands.console import OutputFolder, add_command, add_run_options, add_start_option


def add_to(train, evaluate) -> None:
    """Register the commands under `train` and `evaluate`."""
    classifier = add_command(
        train,
        "classifier",
        _train_classifier,
        "train the classifier of artworks, or go on with a run that was interrupted",
        "python -m deepart train classifier --data art/ --run runs/classifier --minutes 90",
    )
    classifier.add_argument(
        "--data", type=Path, required=True, help="folder that holds paintings.csv, what it names, and photos/"
    )
    add_run_options(classifier, stages="224x64")
    add_start_option(classifier)
    classifier.add_argument("--learning-rate", type=float, default=2e-3, help="of the heads; default 0.002")
    classifier.add_argument("--weight-decay", type=float, default=0.05)
    classifier.add_argument(
        "--balance",
        choices=["none", "weights", "resampling", "logit-adjustment"],
        default="none",
        help="of rare labels",
    )
    classifier.add_argument(
        "--backbone", type=Path, help="file of ImageNet weights; default: those of a Python package"
    )

    of_classifier = add_command(
        evaluate,
        "classifier",
        _evaluate_classifier,
        "measure the classifier on paintings that training left out",
        "python -m deepart evaluate classifier --data art/ -o report/",
    )
    of_classifier.add_argument(
        "--data", type=Path, required=True, help="folder that holds paintings.csv, what it names, and photos/"
    )
    of_classifier.add_argument("--checkpoint", default="classify/lite0-wikiart-v1", help="the classifier to measure")
    of_classifier.add_argument(
        "-o",
        "--output",
        action=OutputFolder,
        default=Path("classifier-report"),
        help="folder for the figures; default %(default)s",
    )


def _train_classifier(options: argparse.Namespace) -> None:
    from deepart.training.classify.run import train_classifier

    train_classifier(options)


def _evaluate_classifier(options: argparse.Namespace) -> None:
    from deepart.training.classify.run import evaluate_classifier

    evaluate_classifier(options)
