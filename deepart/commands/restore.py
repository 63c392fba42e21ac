"""The command `restore`, for one picture or many."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from deepart.commands.console import (
    add_command,
    add_options,
    add_output,
    pictures_of,
    progress_line,
    report_batch,
    write_picture,
)
from deepart.options import RestoreOptions

if TYPE_CHECKING:
    from deepart.tasks.hub.restorers import HubRestorer


def add_to(commands) -> None:
    """Register the command."""
    restore = add_command(
        commands,
        "restore",
        _restore,
        "repair damaged pictures: fill holes, clean, repair colours, extend, enlarge",
        """\
        python -m deepart restore scan.jpg --detect -o restored.png
        python -m deepart restore photo.jpg --mask torn.png --clean 0.6 --upscale 2 --look crisp -o restored.png
        python -m deepart restore painting.jpg --colour auto --trust changes.png -o restored.png
        python -m deepart restore on_the_wall.jpg --straighten -o restored.png
        python -m deepart restore old_photo.jpg --colourise 1 --palette painting.jpg -o in_colour.png
        python -m deepart restore photo.jpg --clean 0 --extend 16:9 -o wide.png
        python -m deepart restore scans/ --mask masks.zip -o restored.zip
        """,
    )
    restore.add_argument(
        "picture",
        type=Path,
        help="the picture to restore; or a folder or zip archive of pictures, restored into an archive",
    )
    add_output(restore, "PNG file (or zip archive) to write", ".png", ".zip")
    restore.add_argument(
        "--mask",
        metavar="M.png",
        help="mask of what is missing, in white; for many pictures also a zip archive of masks",
    )
    add_options(restore, RestoreOptions)
    restore.add_argument("--protect", metavar="P.png", help="mask of where nothing is changed, in white")
    restore.add_argument("--palette", metavar="P.jpg", help="a picture whose colours --colourise should use")
    add_output(restore, "also write the map of what was changed and invented", ".png", option="--trust")
    for step in ("filler", "cleaner", "upscaler"):
        restore.add_argument(
            f"--{step}", metavar="KEY", help="key of a restorer, owner/name/file of the Hub, or path; default: bundled"
        )


def _restorer(name: str | None) -> str | HubRestorer | None:
    """Return the key of a restorer unchanged, or the restorer in a file of this machine or of the Hub."""
    from deepart.tasks.hub.restorers import open_restorer, open_restorer_file

    if name is not None and (Path(name).is_file() or name.startswith(("/", "./", "../", "~"))):
        return open_restorer_file(Path(name).expanduser())
    if name is None or name.count("/") < 2:
        return name
    owner, repo, file = name.split("/", 2)
    return open_restorer(f"{owner}/{repo}", file)


def _tell_a_long_wait(options: argparse.Namespace, wanted: RestoreOptions) -> None:
    """Print how long the restoration will take if that is long, and a size at which it is not."""
    from deepart.images import load_image
    from deepart.tasks.restore.diagnosis import Step
    from deepart.tasks.restore.restore import long_wait, steps_of
    from deepart.text import say, say_seconds

    usual = {action: Step(action) for action in ("clean", "colour")}
    steps = steps_of(wanted, options.mask is not None, usual)
    found = long_wait(load_image(options.picture).size, steps, wanted)
    if found is None:
        return
    width, height = found.size
    told = say("ui.expected", width=width, height=height, time=say_seconds(found.seconds))
    if found.side:
        told += " " + say("restore.long", side=found.side, time=say_seconds(found.less))
    print(told, file=sys.stderr)


def _restore(options: argparse.Namespace) -> int:
    from deepart.files import writable
    from deepart.images import save_png
    from deepart.recipes import recipe_of
    from deepart.runtime import run
    from deepart.tasks.restore.batch import restore_batch_steps
    from deepart.tasks.restore.engine import PipelineOptions
    from deepart.tasks.restore.restore import restore_steps
    from deepart.text import say

    started = time.perf_counter()
    engines = (_restorer(name) for name in (options.filler, options.cleaner, options.upscaler))
    pipeline = PipelineOptions(
        protect=options.protect, palette=options.palette, **dict(zip(("inpainter", "denoiser", "upscaler"), engines))
    )
    wanted = RestoreOptions.read(vars(options))
    are_many = options.picture.is_dir() or options.picture.suffix.lower() == ".zip"
    writable(options.output, (".zip" if are_many else ".png",))
    if are_many:
        sources = pictures_of(options.picture)
        steps = restore_batch_steps(sources, options.mask, wanted, pipeline, out=options.output)
        return report_batch(run(steps, progress_line()), options.output, started)
    steps = restore_steps(options.picture, options.mask, wanted, pipeline)
    _tell_a_long_wait(options, wanted)
    result = run(steps, progress_line())
    made = recipe_of(result.after).settings
    if made.get("unsure"):
        print(say("restore.unsure", percent=f"{100 * made['unsure']:.1f}"), file=sys.stderr)
    if options.straighten and "straightened" not in made:
        print(say("straighten.none"), file=sys.stderr)
    if options.trust:
        save_png(result.trust_map().overlay, options.trust)
    write_picture(result.after, options.output, started)
    return 0
