"""Helpers that the commands share: declaration, options, progress on one line, pictures in and out."""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

    from deepart.options import Options
    from deepart.runtime import Progress
    from deepart.tasks.paint.batch import BatchResult


def add_command(commands, name: str, run: Callable | str, about: str, examples: str) -> argparse.ArgumentParser:
    """Register a command and return its parser, to add options to.

    Args:
        commands: what `add_subparsers` returned.
        name: the verb.
        run: called with the parsed options, it returns the exit status, None for 0; or "module:function", which is
            imported when it is called and whose result is ignored.
        about: one phrase in lower case for the list of commands.
        examples: lines to copy.
    """
    command = commands.add_parser(
        name,
        help=about,
        description=about[0].upper() + about[1:] + ".",
        epilog=as_examples(examples),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(command=partial(_run, run) if isinstance(run, str) else run)
    return command


def _run(address: str, options: argparse.Namespace) -> None:
    module, _, function = address.partition(":")
    getattr(importlib.import_module(module), function)(options)


def add_group(commands, name: str, about: str, examples: str, metavar: str):
    """Register a verb that has subcommands, and return the object with which those are registered."""
    group = commands.add_parser(
        name,
        help=about,
        description=about[0].upper() + about[1:] + ".",
        epilog=as_examples(examples),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return group.add_subparsers(required=True, metavar=metavar)


def as_examples(lines: str) -> str:
    """Return examples as the end of a help text."""
    return "examples:\n" + "\n".join(f"  {line.strip()}" for line in lines.strip().splitlines())


def add_options(
    command: argparse.ArgumentParser, options: type[Options], without: Collection[str] = (), **also: str
) -> None:
    """Add an option for each setting, read by `options.read(vars(...))`; `also`: second names, by setting."""
    for name, known in options.settings().items():
        if name in without:
            continue
        names = [f"--{name.replace('_', '-')}", *([also[name]] if name in also else ())]
        about = known.help().replace("%", "%%")
        if known.is_flag:
            action = argparse.BooleanOptionalAction if known.default else "store_true"
            command.add_argument(*names, action=action, default=known.default, help=about)
        else:
            kind = str if known.may_be_auto or isinstance(known.default, str) else int if known.is_whole else float
            command.add_argument(*names, type=kind, default=known.default, help=about)


def add_run_options(command: argparse.ArgumentParser, stages: str) -> None:
    """Add the options of every `train` command: `--run`, `--minutes`, `--stages` and `--seed`."""
    command.add_argument(
        "--run", action=OutputFolder, required=True, help="folder of the run: state, log, and the result"
    )
    command.add_argument("--minutes", type=float, required=True, help="minutes of training, all sessions together")
    command.add_argument(
        "--stages", default=stages, help="stages of the run as SIDExBATCH@UNTIL,…; default %(default)s"
    )
    command.add_argument("--seed", type=int, default=0)


def add_settings(command: Any, *names: str, **defaults: Any) -> None:
    """Add options for settings of a training job, see `JobConfig`; keywords give other defaults."""
    from deepart.admin.job_config import JobConfig

    for name in (*names, *defaults):
        known = JobConfig.settings()[name]
        command.add_argument(
            f"--{name.replace('_', '-')}",
            type=str if isinstance(known.default, str) else int if known.is_whole else float,
            choices=known.choices or None,
            default=defaults.get(name, known.default),
            help=f"{known.help()} Default %(default)s.",
        )


def add_output(command: argparse.ArgumentParser, about: str, *endings: str, option: str = "") -> None:
    """Add `--output`, or another option that may be left out: a file to write, with one of the given endings."""
    names, metavar = ((option,), f"FILE{endings[0]}") if option else (("-o", "--output"), None)
    command.add_argument(*names, action=OutputFile, endings=endings, required=not option, metavar=metavar, help=about)


def add_report_folder(command: argparse.ArgumentParser, default: str) -> None:
    """Add `--output`: the folder to which an `evaluate` command writes its figures."""
    about = "folder for the figures; default %(default)s"
    command.add_argument("-o", "--output", action=OutputFolder, default=Path(default), help=about)


def add_start_option(command: argparse.ArgumentParser) -> None:
    """Add `--start`: the network that training starts from."""
    command.add_argument(
        "--start", metavar="KEY", help="checkpoint, or folder of one, to start from instead of random weights"
    )


def add_teacher_option(command: argparse.ArgumentParser, default: str = "loss/distilled-vgg16-v1") -> None:
    """Add `--teacher`: the perceptual network in which distances are measured, or which is distilled."""
    command.add_argument(
        "--teacher",
        default=default,
        help=f"perceptual network: a checkpoint (default {default}), or a file of VGG-16 in torchvision's layout",
    )


class OutputFile(argparse.Action):
    """Option type for a file to write; a file that cannot be written is refused before any work."""

    def __init__(self, *names: Any, endings: tuple[str, ...] = (), **more: Any) -> None:
        super().__init__(*names, type=Path, **more)
        self._endings = endings

    def __call__(self, parser: Any, namespace: argparse.Namespace, value: Any, option: Any = None) -> None:
        from deepart.files import writable

        setattr(namespace, self.dest, writable(value, self._endings))


class OutputFolder(argparse.Action):
    """Option type for a folder to write to, which is created if necessary."""

    def __init__(self, *names: Any, **more: Any) -> None:
        super().__init__(*names, type=Path, **more)

    def __call__(self, parser: Any, namespace: argparse.Namespace, value: Any, option: Any = None) -> None:
        from deepart.files import writable_folder

        setattr(namespace, self.dest, writable_folder(value))


def checkpoint_of(text: str) -> str | Path:
    """Option type for a checkpoint: a path, which is made absolute, or a key."""
    path = Path(text).expanduser()
    is_path = path.exists() or text.startswith(("/", "./", "../", "~"))
    return path.absolute() if is_path else text


def pictures_of(path: Path) -> list[Path]:
    """Return the pictures of a folder, or the path of a file."""
    from deepart.archives import pictures_in_folder

    return pictures_in_folder(path) if path.is_dir() else [path]


def write_picture(painted: Image.Image, path: Path, started: float) -> None:
    """Write a PNG file with its recipe, and print its size and the seconds since `started`."""
    from deepart.images import save_png
    from deepart.recipes import chunks

    save_png(painted, path, text=chunks(painted))
    seconds = time.perf_counter() - started
    print(f"{path}: {painted.width} x {painted.height} pixels in {seconds:.1f} s")


def report_batch(result: BatchResult, output: Path, started: float) -> int:
    """Print how many pictures are in an archive, and to stderr why the others are not.

    Returns:
        The exit status: 2 if any picture is missing.
    """
    for row in result.rows:
        if row.error:
            print(f"{row.picture}: {row.error}", file=sys.stderr)
    done = sum(row.error is None for row in result.rows)
    print(f"{output}: {done} of {len(result.rows)} pictures in {time.perf_counter() - started:.1f} s")
    return 0 if done == len(result.rows) else 2


def progress_line() -> Callable[[Progress], None]:
    """Return a function for `on_progress` that shows the progress of a task."""
    from deepart.text import say

    line = Line()

    def show(progress: Progress) -> None:
        if progress.done == progress.total:
            line.end()
        else:
            line.show(f"{say(progress.note)} {progress.done}/{progress.total}")

    return show


class Line:
    """One line of a terminal that is overwritten; silent if the output is not a terminal."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()
        self._used = False

    def show(self, text: str) -> None:
        if self._watched:
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
            self._used = True

    def end(self) -> None:
        if self._used:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
