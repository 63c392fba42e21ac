"""`train segmenter`, `evaluate segmenter` and `segment`: regions of pictures."""

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
    segmenter = add_command(
        train,
        "segmenter",
        "deepart.training.restore.segmenter:train_segmenter",
        "train a segmenter of regions on pictures with masks",
        "python -m deepart train segmenter --data masks.zip --run runs/regions --minutes 60",
    )
    about = "folder or zip of pictures; the mask of a/x.jpg is masks/x.png, and each of its colours a region"
    segmenter.add_argument("--data", type=Path, required=True, help=about)
    add_run_options(segmenter, stages="128x8")
    add_start_option(segmenter)
    add_settings(segmenter, "optimizer", learning_rate=1e-3)

    of_segmenter = add_command(
        evaluate,
        "segmenter",
        "deepart.training.restore.segmenter:evaluate_segmenter",
        "measure a segmenter on pictures that training left out: IoU of each region",
        "python -m deepart evaluate segmenter --data masks.zip --bundle runs/regions/bundle -o report/",
    )
    of_segmenter.add_argument("--data", type=Path, required=True, help=about)
    of_segmenter.add_argument("--bundle", type=Path, required=True, help="folder of the segmenter")
    of_segmenter.add_argument("--all", action="store_true", help="use all pictures: nothing was trained on that folder")
    add_report_folder(of_segmenter, "segmenter-report")


def add_verb_to(commands) -> None:
    """Register `segment`."""
    verb = add_command(
        commands,
        "segment",
        _segment,
        "write the regions of a picture, or one of them as a mask for transfer and restore",
        """\
        python -m deepart segment photo.jpg -o areas.png
        python -m deepart segment photo.jpg --at 0.5 0.1 -o sky.png
        python -m deepart segment photo.jpg --bundle runs/regions/bundle --region "#ffffff" -o mask.png
        python -m deepart transfer photo.jpg udnie --mask mask.png -o painting.png
        """,
    )
    verb.add_argument("picture", type=Path)
    verb.add_argument("--bundle", type=Path, help="folder of a segmenter; default: areas of one colour, untrained")
    one = verb.add_mutually_exclusive_group()
    one.add_argument("--region", metavar="COLOUR", help="colour of a region, as in the masks; default: all regions")
    one.add_argument(
        "--at",
        nargs=2,
        type=float,
        metavar=("X", "Y"),
        help="the region at a place, from 0 to 1, from the left and the top",
    )
    add_output(verb, "PNG file to write", ".png")


def _segment(options: argparse.Namespace) -> None:
    from deepart.errors import InputError
    from deepart.images import load_image, save_png
    from deepart.options import check_range
    from deepart.tasks.find.regions import Regions, areas, load_segmenter, segmented

    for name, place in zip("xy", options.at or ()):
        check_range(name, place, 0, 1)
    picture = load_image(options.picture)
    if options.bundle:
        network = load_segmenter(options.bundle)
        found = Regions(segmented(network, picture), network.config.regions)
    else:
        found = areas(picture)
    if options.at:
        mask = found.at(*options.at)
    elif options.region is None:
        mask = found.shown()
    elif options.region in found.colours:
        mask = found.mask(found.colours.index(options.region))
    else:
        raise InputError("setting.choice", name="region", choices=", ".join(found.colours))
    save_png(mask, options.output)
