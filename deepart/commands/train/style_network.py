"""`train style` and `evaluate style`."""

from __future__ import annotations

import argparse
from pathlib import Path

from deepart.commands.console import (
    add_command,
    add_output,
    add_run_options,
    add_settings,
    add_start_option,
    add_teacher_option,
)


def add_to(train, evaluate) -> None:
    """Register the commands under `train` and `evaluate`."""
    style = add_command(
        train,
        "style",
        "deepart.training.run:train_style",
        "train the style network, or resume an interrupted run",
        """\
        python -m deepart train style --contents photos/ --styles paintings/ --run runs/style --minutes 120
        python -m deepart train style --contents photos/ --styles paintings/ --run runs/style --minutes 240
        """,
    )
    style.add_argument(
        "--contents", type=Path, nargs="+", required=True, help="folders of photos, preferably sharp ones"
    )
    style.add_argument("--styles", type=Path, nargs="+", required=True, help="folders of paintings")
    add_run_options(style, stages="128x16@0.3,192x8@0.75,256x6@1")
    add_settings(style, learning_rate=1e-3)
    add_start_option(style)
    style.add_argument("--content-target", type=float, default=0.41, help="content distance to aim for; default 0.41")
    add_teacher_option(style)

    of_style = add_command(
        evaluate,
        "style",
        "deepart.training.run:evaluate_style_folders",
        "measure style and content distance, with the controls identity and target",
        """\
        python -m deepart evaluate style --contents photos/ --styles paintings/ --sheet sheet.png
        python -m deepart evaluate style --sharp art/
        """,
    )
    add_evaluation_options(of_style)


def add_evaluation_options(command: argparse.ArgumentParser) -> None:
    """Add the options that `evaluate style` and `benchmark style` share."""
    command.add_argument("--contents", type=Path, help="folder of photos")
    command.add_argument("--styles", type=Path, help="folder of paintings")
    command.add_argument("--sharp", type=Path, help="instead: a folder with CBSD68/, gallery/, paintings_hr/")
    command.add_argument("--start", help="checkpoint, or a folder of one, instead of the bundled one")
    command.add_argument("--held-out", action="store_true", help="only pictures that `train` leaves out")
    command.add_argument("--pairs", type=int, default=33, help="number of pairs to paint; default 33")
    add_output(command, "also paint a contact sheet, 10 contents x 6 styles", ".png", option="--sheet")
    add_teacher_option(command)
