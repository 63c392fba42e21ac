"""`train restorer`, `filler`, `detector`, `colouriser` and `upscaler`, and `evaluate restorer`."""

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
    add_teacher_option,
)


def add_to(train, evaluate) -> None:
    """Register the commands under `train` and `evaluate`."""
    _add_train_command(
        train,
        "restorer",
        "deepart.training.restore.run:train_restorer",
        "train the network that cleans",
        stages="64x48@0.4,96x32@0.75,128x24",
        learning_rate=1e-3,
    )
    inpainter = _add_train_command(
        train,
        "filler",
        "deepart.training.restore.run:train_inpainter",
        "train the network that fills holes",
        stages="128x16@0.45,176x8@0.8,256x4",
        learning_rate=7e-4,
    )
    add_teacher_option(inpainter)
    detector = _add_train_command(
        train,
        "detector",
        "deepart.training.restore.run:train_detector",
        "train the network that finds damage",
        stages="128x16@0.5,192x8",
        learning_rate=1e-3,
    )
    detector.add_argument(
        "--scans",
        type=Path,
        metavar="FOLDER",
        help="masks of real damage, white where it is, to paste beside what is drawn; default: none",
    )
    _add_train_judge(train)
    _add_train_command(
        train,
        "colouriser",
        "deepart.training.restore.run:train_colouriser",
        "train the network that colourises black-and-white pictures",
        stages="96x32@0.6,128x24",
        learning_rate=1e-3,
    )
    _add_train_upscaler(train)
    _add_evaluate(evaluate)


def _add_train_command(
    train, name: str, run: str, about: str, stages: str, learning_rate: float, more: str = ""
) -> argparse.ArgumentParser:
    command = add_command(
        train,
        name,
        run,
        f"{about}, or resume an interrupted run",
        f"python -m deepart train {name} --data art/ --run runs/{name} --minutes 150\n{more}",
    )
    command.add_argument(
        "--data", type=Path, required=True, help="folder of pictures; best with photos/ and paintings/"
    )
    add_run_options(command, stages)
    add_settings(command, learning_rate=learning_rate)
    command.add_argument("--ema", type=float, default=0.9995, help="decay of the moving average; default %(default)s")
    command.add_argument(
        "--shortest",
        type=int,
        default=768,
        metavar="PIXELS",
        help="larger pictures are stored with this shorter side in pixels; default %(default)s",
    )
    add_start_option(command)
    return command


def _add_train_judge(train) -> None:
    judge = add_command(
        train,
        "judge",
        "deepart.training.restore.damage_judge:train_judge",
        "fit what tells damage from what the detector takes for damage; needs scikit-learn",
        "python -m deepart train judge --data art/ -o deepart/data/damage_pieces.json",
    )
    judge.add_argument("--data", type=Path, required=True, help="folder of sound pictures, best of 500 to 1000 px")
    judge.add_argument("--scans", type=Path, metavar="FOLDER", help="as for train detector; default: none")
    judge.add_argument("--pictures", type=int, default=300, help="of the folder, drawn at random; default %(default)s")
    judge.add_argument("--seed", type=int, default=0, help="of the pictures and of the damage")
    add_output(judge, "file of the forest to write", ".json")


def _add_train_upscaler(train) -> None:
    upscaler = _add_train_command(
        train,
        "upscaler",
        "deepart.training.restore.run:train_upscaler",
        "train the network that enlarges",
        stages="32x8@0.5,32x16",
        learning_rate=1e-3,
        more="python -m deepart train upscaler --look crisp --start runs/upscaler/bundle --learning-rate 0.0004 "
        "--stages 32x8@0.7,48x6 --data art/ --run runs/crisp --minutes 40",
    )
    upscaler.add_argument(
        "--look",
        choices=["faithful", "crisp"],
        default="faithful",
        help="faithful undoes a shrinking; crisp, with --start, learns to imitate Real-ESRGAN",
    )
    upscaler.add_argument(
        "--teacher",
        type=Path,
        metavar="FILE.bin",
        help="of the crisp look: Real-ESRGAN's weights for ncnn, its .param beside it; default: those of a package",
    )
    upscaler.add_argument(
        "--answers",
        type=int,
        default=3000,
        help="crops that the teacher enlarges before the minutes begin; default 3000",
    )


def _add_evaluate(evaluate) -> None:
    restorer = add_command(
        evaluate,
        "restorer",
        "deepart.training.restore.run_evaluation:evaluate_restorers",
        "measure the restoration networks and the baselines",
        """\
        python -m deepart evaluate restorer --data art/ -o report/
        python -m deepart evaluate restorer --data art/ --only holes --paintings 20 --filler runs/filler/bundle
        """,
    )
    restorer.add_argument(
        "--data", type=Path, required=True, help="folder that holds the folders CBSD68, Set5 and paintings"
    )
    add_report_folder(restorer, "restorer-report")
    restorer.add_argument(
        "--only",
        nargs="+",
        choices=["noise", "holes", "damage", "marks", "colours", "enlarging"],
        help="default: all but marks, what the app marks in the unseen pictures of paintings_hr and photos_hr",
    )
    restorer.add_argument("--pictures", type=int, help="most pictures of CBSD68 and of Set5; default: all")
    restorer.add_argument(
        "--paintings",
        type=int,
        default=100,
        help="for holes, damage and marks, of those that training leaves out; default 100",
    )
    restorer.add_argument("--seed", type=int, default=0, help="seed of noise, holes and damage")
    for kind in ("restorer", "filler", "detector", "colouriser", "faithful", "crisp"):
        restorer.add_argument(
            f"--{kind}", metavar="KEY", help="a checkpoint or a folder of one; default: the bundled one"
        )
    add_teacher_option(restorer)
