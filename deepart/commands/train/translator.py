"""`train translator`, `evaluate translator` and `translate`: CycleGAN, from photos to paintings without pairs."""

from __future__ import annotations

import argparse
from pathlib import Path

from deepart.commands.console import (
    OutputFile,
    OutputFolder,
    add_command,
    add_optimizer_option,
    add_run_options,
    add_start_option,
)


def add_to(train, evaluate) -> None:
    """Register the commands under `train` and `evaluate`."""
    translator = add_command(
        train,
        "translator",
        _train,
        "train CycleGAN: photos into the manner of some paintings, or go on with a run that was interrupted",
        """\
        python -m deepart train translator --from photos/ --to paintings/ --run runs/translator --minutes 600
        python -m deepart train translator --from photos/ --to art/ --style Impressionism --genre landscape \
--manner "Impressionist landscape" --run runs/translator --minutes 600
        """,
    )
    _add_folders(translator)
    add_run_options(translator, stages="128x4")
    add_start_option(translator)
    add_optimizer_option(translator)
    translator.add_argument("--learning-rate", type=float, default=2e-4, help="default 0.0002")
    translator.add_argument("--cycle", type=float, default=10.0, help="weight of the cycle loss; default 10")
    translator.add_argument(
        "--identity", type=float, default=0.5, help="weight of the identity loss, in parts of --cycle; default 0.5"
    )
    translator.add_argument("--pool", type=int, default=50, help="earlier translations that are kept; default 50")
    translator.add_argument("--width", type=int, default=32, help="channels at the full size; default 32")
    translator.add_argument("--blocks", type=int, default=6, help="residual blocks; default 6")
    translator.add_argument("--manner", default="", help="what the result is called, such as Impressionist landscape")

    of_translator = add_command(
        evaluate,
        "translator",
        _evaluate,
        "measure a translator on photos and paintings that training left out",
        "python -m deepart evaluate translator --bundle runs/translator/bundle --from photos/ --to paintings/ -o out/",
    )
    _add_folders(of_translator)
    of_translator.add_argument("--bundle", type=Path, required=True, help="folder of the translator")
    of_translator.add_argument("--side", type=int, default=256, help="pixels of the pictures; default 256")
    of_translator.add_argument(
        "--backbone", type=Path, help="file of ImageNet weights; default: those of a Python package"
    )
    of_translator.add_argument(
        "-o",
        "--output",
        action=OutputFolder,
        default=Path("translator-report"),
        help="folder for the figures; default %(default)s",
    )


def add_verb_to(commands) -> None:
    """Register `translate`."""
    verb = add_command(
        commands,
        "translate",
        _translate,
        "translate a photo with a translator that was trained here",
        "python -m deepart translate photo.jpg --bundle runs/translator/bundle -o painting.png",
    )
    verb.add_argument("picture", type=Path)
    verb.add_argument("--bundle", type=Path, required=True, help="folder of the translator")
    verb.add_argument("--size", type=int, default=1024, help="longest side of the result at most; default 1024")
    verb.add_argument("-o", "--output", action=OutputFile, endings=(".png",), required=True)


def _add_folders(command: argparse.ArgumentParser) -> None:
    command.add_argument("--from", dest="sources", type=Path, nargs="+", required=True, help="folders of photos")
    command.add_argument("--to", type=Path, required=True, help="folder of paintings")
    command.add_argument("--style", nargs="*", help="of the paintings, as the paintings.csv of --to has it")
    command.add_argument("--genre", nargs="*", help="likewise; none for paintings without one")


def _train(options: argparse.Namespace) -> None:
    from deepart.training.paint.run_translator import train_translator

    train_translator(options)


def _evaluate(options: argparse.Namespace) -> None:
    from deepart.training.paint.run_translator import evaluate_translator

    evaluate_translator(options)


def _translate(options: argparse.Namespace) -> None:
    from deepart.training.paint.run_translator import translate

    translate(options)
