"""`train classifier` and `evaluate classifier`."""

from __future__ import annotations

from pathlib import Path

from deepart.commands.console import add_command, add_report_folder, add_run_options, add_settings, add_start_option

_DATA = "folder with paintings.csv, the pictures that it lists, and photos/"


def add_to(train, evaluate) -> None:
    """Register the commands under `train` and `evaluate`."""
    classifier = add_command(
        train,
        "classifier",
        "deepart.training.classify.run:train_classifier",
        "train the classifier of artworks, or resume an interrupted run",
        "python -m deepart train classifier --data art/ --run runs/classifier --minutes 90",
    )
    classifier.add_argument("--data", type=Path, required=True, help=_DATA)
    add_run_options(classifier, stages="224x64")
    add_start_option(classifier)
    add_settings(classifier, "balance", "dropout", "optimizer", learning_rate=2e-3, weight_decay=0.05)
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
        choices=["one", "one-vs-rest", "one-vs-one"],
        default="one",
        help="one-vs-rest: yes or no to each label; one-vs-one: styles and genres by the votes of a decision between "
        "each two of them; default one, softmax",
    )
    add_settings(classifier.add_argument_group("of --network own"), "kernel", "stride", "activation")

    of_classifier = add_command(
        evaluate,
        "classifier",
        "deepart.training.classify.run:evaluate_classifier",
        "measure the classifier on paintings that training left out",
        "python -m deepart evaluate classifier --data art/ -o report/",
    )
    of_classifier.add_argument("--data", type=Path, required=True, help=_DATA)
    of_classifier.add_argument("--checkpoint", default="classify/lite0-wikiart-v1", help="the classifier to measure")
    of_classifier.add_argument("--bundle", type=Path, help="folder of a trained classifier instead")
    add_report_folder(of_classifier, "classifier-report")
