"""`train classifier` and `evaluate classifier`."""

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
        "--network",
        default="tf_efficientnet_lite0",
        help="backbone: any of timm, such as tf_efficientnet_lite2, whose weights come from the Hub, or own, which "
        "starts from nothing; default %(default)s",
    )
    classifier.add_argument(
        "--backbone", type=Path, help="file of ImageNet weights of EfficientNet-Lite0; default: of a Python package"
    )
    classifier.add_argument(
        "--answers",
        choices=["one", "one-vs-one"],
        default="one",
        help="one-vs-one: styles and genres by the votes of a decision between each two of them; default one, softmax",
    )
    classifier.add_argument("--dropout", type=float, default=0.5, help="before the heads; default 0.5")
    of_own = classifier.add_argument_group("of --network own")
    of_own.add_argument("--kernel", type=int, choices=[1, 3, 5, 7], default=3, help="side in pixels; default 3")
    of_own.add_argument(
        "--stride", type=int, choices=[1, 2, 3], default=2, help="of the convolutions; 1: pooling instead; default 2"
    )
    of_own.add_argument("--activation", choices=["relu", "leaky-relu", "elu", "gelu", "silu", "tanh"], default="relu")
    add_optimizer_option(classifier)

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
