"""The command line: `python -m deepart VERB …`.

Each command imports what it needs when it runs, so that `--help` answers at once.  Bad input ends with
exit status 2 and the sentence that the app would show.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from deepart.errors import Cancelled, DeepartError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except Cancelled as error:
        print(error, file=sys.stderr)
        return 130
    except DeepartError as error:
        print(f"deepart: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(Cancelled(), file=sys.stderr)
        return 130
    return 0


# --- commands ------------------------------------------------------------------------------------


def _transfer(options: argparse.Namespace) -> None:
    from deepart.tasks.transfer import transfer

    _paint(options, transfer, options.style)


def _blend(options: argparse.Namespace) -> None:
    from deepart.tasks.blend import blend

    _paint(options, blend, [_style_and_weight(text) for text in options.styles])


def _style_and_weight(text: str) -> tuple[str, float]:
    """Read "starry-night:0.7"; without a number behind the last colon the weight is 1."""
    style, colon, weight = text.rpartition(":")
    try:
        return (style, float(weight)) if colon else (text, 1.0)
    except ValueError:
        return text, 1.0


def _paint(options: argparse.Namespace, verb: Callable, style: object) -> None:
    from deepart.images import save_png
    from deepart.recipes import chunks

    started = time.perf_counter()
    painted = verb(
        options.content,
        style,
        options.strength,
        size=options.size,
        colour=options.colour,
        on_progress=_progress_line(),
    )
    save_png(painted, options.output, text=chunks(painted))
    seconds = time.perf_counter() - started
    print(f"{options.output}: {painted.width} x {painted.height} pixels in {seconds:.1f} s")


def _styles(options: argparse.Namespace) -> None:
    from deepart.tasks.gallery import named_styles
    from deepart.tasks.transfer import DEFAULT_CHECKPOINT

    for style in named_styles(DEFAULT_CHECKPOINT).values():
        print(f"{style.key:28}{style.title}, {style.artist}, {style.year}")


def _checkpoints(options: argparse.Namespace) -> None:
    from deepart.checkpoints import describe

    rows = describe()
    if options.json:
        print(json.dumps(rows, indent=1))
        return
    for row in rows:
        print(f"{row['key']:32}{row['state']:9}{row['size'] / 1e6:8.1f} MB  {row['licence']:14}{row['good_for']}")


def _fetch(options: argparse.Namespace) -> None:
    from deepart.checkpoints import resolve

    line = _Line()
    path = resolve(options.name, report=lambda done, total: line.show(_megabytes(done, total)))
    line.end()
    print(path)


def _benchmark(options: argparse.Namespace) -> None:
    from deepart.benchmark import benchmark

    result = benchmark(sides=options.sides, repeats=options.repeats)
    print(json.dumps(result, indent=1))


def _train_style(options: argparse.Namespace) -> None:
    from deepart.training.run import train_style

    train_style(options)


def _evaluate_style(options: argparse.Namespace) -> None:
    from deepart.training.run import evaluate_style_folders

    evaluate_style_folders(options)


def _gallery(options: argparse.Namespace) -> None:
    from deepart.images import load_image
    from deepart.tasks.gallery import build_gallery
    from deepart.tasks.transfer import StyleTransfer

    build_gallery(
        StyleTransfer(), options.listing, load_image(options.neutral), on_style=lambda style: print(style.title)
    )


# --- progress ------------------------------------------------------------------------------------


class _Line:
    """One line of a terminal that is written over; silent where nobody watches."""

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


def _progress_line() -> Callable:
    from deepart.text import say

    line = _Line()

    def show(progress) -> None:
        if progress.done == progress.total:
            line.end()
        else:
            line.show(f"{say(progress.note)} {progress.done}/{progress.total}")

    return show


def _megabytes(done: int, total: int) -> str:
    return f"{done / 1e6:.0f} of {total / 1e6:.0f} MB" if total else f"{done / 1e6:.0f} MB"


# --- the parser ----------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deepart", description="Deep learning for art.")
    commands = parser.add_subparsers(required=True, metavar="VERB")

    transfer = _command(
        commands,
        "transfer",
        _transfer,
        "repaint a picture in the style of another",
        """\
        python -m deepart transfer photo.jpg starry-night -o painting.png
        python -m deepart transfer photo.jpg my-painting.jpg --strength 0.7 --size 1600 -o painting.png
        python -m deepart transfer photo.jpg the-scream --colour luminance -o painting.png
        """,
    )
    transfer.add_argument("content", help="the picture to paint")
    transfer.add_argument("style", help="a picture, or a style of the gallery (see: python -m deepart styles)")
    _painting_options(transfer)

    blend = _command(
        commands,
        "blend",
        _blend,
        "repaint a picture in a mixture of styles",
        """\
        python -m deepart blend photo.jpg starry-night:0.6 the-scream:0.4 -o painting.png
        python -m deepart blend photo.jpg my-painting.jpg:2 great-wave udnie -o painting.png
        """,
    )
    blend.add_argument("content", help="the picture to paint")
    blend.add_argument("styles", nargs="+", metavar="STYLE[:WEIGHT]", help="a picture or a style of the gallery")
    _painting_options(blend)

    _command(commands, "styles", _styles, "list the styles of the gallery", "python -m deepart styles")

    checkpoints = _command(
        commands,
        "checkpoints",
        _checkpoints,
        "list all checkpoints: bundled, cached, or remote",
        "python -m deepart checkpoints --json",
    )
    checkpoints.add_argument("--json", action="store_true", help="as JSON")

    fetch = _command(
        commands,
        "fetch",
        _fetch,
        "download a checkpoint from the Hub",
        "python -m deepart fetch loss/vgg19-imagenet-v1",
    )
    fetch.add_argument("name", help="its key in the list of checkpoints")

    benchmark = _command(
        commands,
        "benchmark",
        _benchmark,
        "measure the speed of every task on this machine",
        "python -m deepart benchmark --sides 256 512 1024",
    )
    benchmark.add_argument("--sides", type=int, nargs="+", default=[256, 512, 1024], help="sides of the pictures")
    benchmark.add_argument("--repeats", type=int, default=5, help="runs of each; the median counts")

    train = commands.add_parser("train", help="train a network").add_subparsers(required=True, metavar="NETWORK")
    style = _command(
        train,
        "style",
        _train_style,
        "train the style network, or go on with a run that was interrupted",
        """\
        python -m deepart train style --contents photos/ --styles paintings/ --run runs/style --minutes 120
        python -m deepart train style --contents photos/ --styles paintings/ --run runs/style --minutes 240
        """,
    )
    style.add_argument("--contents", type=Path, required=True, help="folder of photos")
    style.add_argument("--styles", type=Path, required=True, help="folder of paintings")
    style.add_argument("--run", type=Path, required=True, help="folder of the run: state, log, and the result")
    style.add_argument("--minutes", type=float, required=True, help="of training, all sessions together")
    style.add_argument("--stages", default="128x16@0.3,192x8@0.75,256x6@1", help="SIDExBATCH@UNTIL,… of the run")
    style.add_argument("--learning-rate", type=float, default=1e-3, help="at its peak; default 0.001")
    style.add_argument("--seed", type=int, default=0)
    style.add_argument("--start", help="checkpoint to start from instead of random weights")
    _teacher_option(style)

    evaluate = commands.add_parser("evaluate", help="measure a network")
    evaluate = evaluate.add_subparsers(required=True, metavar="NETWORK")
    of_style = _command(
        evaluate,
        "style",
        _evaluate_style,
        "measure style and content distance, with the controls identity and target",
        "python -m deepart evaluate style --contents photos/ --styles paintings/ --sheet sheet.png",
    )
    of_style.add_argument("--contents", type=Path, required=True, help="folder of photos")
    of_style.add_argument("--styles", type=Path, required=True, help="folder of paintings")
    of_style.add_argument("--held-out", action="store_true", help="only pictures that `train` leaves out")
    of_style.add_argument("--pairs", type=int, default=33, help="how many to paint; default 33")
    of_style.add_argument("--sheet", type=Path, help="also paint a contact sheet, 10 contents x 6 styles, to this file")
    _teacher_option(of_style)

    gallery = _command(
        commands,
        "gallery",
        _gallery,
        "make the bundled gallery anew, from scans",
        "python -m deepart gallery scans/gallery.csv --neutral photo.png",
    )
    gallery.add_argument("listing", type=Path, help="CSV: key,path,title,artist,year,title_zh,artist_zh")
    gallery.add_argument("--neutral", type=Path, required=True, help="the picture that the thumbnails show")
    return parser


def _command(commands, name: str, run: Callable, about: str, examples: str) -> argparse.ArgumentParser:
    lines = "\n".join(f"  {line.strip()}" for line in examples.strip().splitlines())
    command = commands.add_parser(
        name,
        help=about,
        description=about[0].upper() + about[1:] + ".",
        epilog=f"examples:\n{lines}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(command=run)
    return command


def _painting_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("-o", "--output", type=Path, required=True, help="PNG file to write")
    command.add_argument("--strength", type=float, default=1.0, help="0 leaves the picture unchanged; default 1")
    command.add_argument("--size", type=int, help="longer side in pixels; default: the picture's own")
    command.add_argument(
        "--colour",
        default="style",
        help="style (its colours, the default), luminance or matched (the picture's own), palette (colours only)",
    )


def _teacher_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--teacher",
        default="loss/vgg19-imagenet-v1",
        help="loss network: a checkpoint, or a safetensors file of VGG-16 in torchvision's layout",
    )


if __name__ == "__main__":
    sys.exit(main())
