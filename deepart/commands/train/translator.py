"""`train translator`, `evaluate translator` and `translate`: CycleGAN, from photos to paintings without pairs."""

from __future__ import annotations

import argparse
from pathlib import Path

from deepart.commands.console import (
    add_command,
    add_output,
    add_report_folder,
    add_run_options,
    add_settings,
    add_start_option,
)


def add_to(train, evaluate) -> None:
    """Register the commands under `train` and `evaluate`."""
    translator = add_command(
        train,
        "translator",
        "deepart.training.paint.run_translator:train_translator",
        "train CycleGAN to translate photos into the manner of some paintings, or resume an interrupted run",
        """\
        python -m deepart train translator --from photos/ --to paintings/ --run runs/translator --minutes 600
        python -m deepart train translator --from photos/ --to art/ --style Impressionism --genre landscape \
--manner "Impressionist landscape" --run runs/translator --minutes 600
        """,
    )
    _add_folders(translator)
    add_run_options(translator, stages="128x4")
    add_start_option(translator)
    add_settings(translator, "optimizer", "cycle", "identity", "pool", learning_rate=2e-4)
    translator.add_argument("--width", type=int, default=32, help="channels at the full size; default 32")
    translator.add_argument("--blocks", type=int, default=6, help="residual blocks; default 6")
    translator.add_argument("--manner", default="", help="what the result is called, such as Impressionist landscape")

    of_translator = add_command(
        evaluate,
        "translator",
        "deepart.training.paint.run_translator:evaluate_translator",
        "measure a translator on photos and paintings that training left out",
        "python -m deepart evaluate translator --bundle runs/translator/bundle --from photos/ --to paintings/ -o out/",
    )
    _add_folders(of_translator)
    of_translator.add_argument("--bundle", type=Path, required=True, help="folder of the translator")
    of_translator.add_argument("--side", type=int, default=256, help="pixels of the pictures; default 256")
    of_translator.add_argument(
        "--backbone", type=Path, help="file of ImageNet weights; default: those of a Python package"
    )
    add_report_folder(of_translator, "translator-report")


def add_verb_to(commands) -> None:
    """Register `translate`."""
    verb = add_command(
        commands,
        "translate",
        "deepart.training.paint.run_translator:translate",
        "translate a photo with a translator that was trained here",
        "python -m deepart translate photo.jpg --bundle runs/translator/bundle -o painting.png",
    )
    verb.add_argument("picture", type=Path)
    verb.add_argument("--bundle", type=Path, required=True, help="folder of the translator")
    verb.add_argument("--size", type=int, default=1024, help="largest side of the result; default 1024")
    add_output(verb, "PNG file to write", ".png")


def _add_folders(command: argparse.ArgumentParser) -> None:
    command.add_argument("--from", dest="sources", type=Path, nargs="+", required=True, help="folders of photos")
    command.add_argument("--to", type=Path, required=True, help="folder of paintings")
    command.add_argument("--style", nargs="*", help="style of the paintings, as in the paintings.csv of --to")
    command.add_argument("--genre", nargs="*", help="genres, likewise; none for paintings without one")
