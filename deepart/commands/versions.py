"""The owner's commands: `promote`, `rollback`, `versions`, `publish`, `prune`, `soup` and `search`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from deepart.commands.console import OutputFile, OutputFolder, add_command, add_output, pictures_of, progress_line

if TYPE_CHECKING:
    from deepart.admin.data.evaluation_sets import EvaluationSet
    from deepart.admin.figures import Difference
    from deepart.admin.slimming import Slimmed

TASKS = ("style", "generator", "classifier", "restorer")


def add_to(commands) -> None:
    """Register the commands."""
    promote = add_command(
        commands,
        "promote",
        _promote,
        "compare a trained model with the live one, and promote it if it is not worse",
        """\
        python -m deepart promote classify/lite0-wikiart-v1 runs/classifier --data art/
        python -m deepart promote restore/unet-wikiart-v1 runs/restorer --set restorer.json --reason "faster, for print"
        """,
    )
    promote.add_argument("checkpoint", help="key of the checkpoint to replace")
    promote.add_argument("candidate", type=Path, help="folder of the run, or of its bundle")
    _add_set_options(promote)
    promote.add_argument("--reason", default="", help="reason for promoting it even if it does not pass; it is kept")
    promote.add_argument(
        "--licence", help="licence of the weights, as the Hub writes it; default: that of the bundled ones"
    )
    promote.add_argument(
        "--max-megabytes", type=float, default=10, help="largest size of the weights; default %(default)s"
    )
    promote.add_argument(
        "--max-slowdown",
        type=float,
        default=1.25,
        help="largest time relative to the live version; default %(default)s",
    )
    promote.add_argument("--measure-only", action="store_true", help="promote nothing")

    rollback = add_command(
        commands,
        "rollback",
        _rollback,
        "go back to the version that was live before, or to any other",
        """\
        python -m deepart rollback classify/lite0-wikiart-v1
        python -m deepart rollback restore/unet-wikiart-v1 --to 0 --reason "the bundled one cleans better"
        """,
    )
    rollback.add_argument("checkpoint", help="its key")
    rollback.add_argument("--to", type=int, metavar="NUMBER", help="number of the version; 0 is the bundled one")
    rollback.add_argument("--reason", default="", help="is kept")

    versions = add_command(
        commands,
        "versions",
        _versions,
        "list the versions of a checkpoint with their figures and history",
        """\
        python -m deepart versions classify/lite0-wikiart-v1
        python -m deepart versions restore/unet-wikiart-v1 --json
        """,
    )
    versions.add_argument("checkpoint", help="its key")
    versions.add_argument("--json", action="store_true", help="as JSON")

    publish = add_command(
        commands,
        "publish",
        _publish,
        "push a version to the Hub with its card and datasheet, or write it to a zip file",
        """\
        HF_TOKEN=… python -m deepart publish classify/lite0-wikiart-v1 me/my-classifier --licence cc-by-4.0
        python -m deepart publish restore/unet-wikiart-v1 --zip my-restorer.zip
        """,
    )
    publish.add_argument("checkpoint", help="its key")
    publish.add_argument("repository", nargs="?", help="owner/name; made if need be")
    publish.add_argument("--version", type=int, metavar="NUMBER", help="default: the live one")
    add_output(publish, "write a zip file; needs no repository and no token", ".zip", option="--zip")
    publish.add_argument("--open", action="store_true", help="let everybody see the repository")
    publish.add_argument("--licence", default="", help="as the Hub writes it, such as cc-by-4.0")
    publish.add_argument("--about", default="", help="a sentence for the card")
    publish.add_argument("--limits", default="", help="what it should not be used for, for the card")

    _add_optimisation(commands)


def _add_optimisation(commands) -> None:
    """Register the commands that prune, average and tune networks."""
    prune = add_command(
        commands,
        "prune",
        _prune,
        "prune the least important channels of a network, and measure quality and speed",
        """\
        python -m deepart prune restorer restore/unet-wikiart-v1 --keep 0.75 --data art/ -o runs/slim
        python -m deepart prune classifier runs/classifier --keep 0.8 --data art/ -o runs/slim-classifier
        """,
    )
    prune.add_argument("task", choices=TASKS)
    prune.add_argument("source", help="key of a checkpoint, or folder of a run")
    prune.add_argument("--keep", type=float, default=0.75, help="share of the channels to keep; default %(default)s")
    prune.add_argument("--pictures", type=Path, help="folder of pictures that show what matters; default: --data")
    _add_set_options(prune)
    prune.add_argument("-o", "--output", action=OutputFolder, required=True, help="folder for the result")

    soup = add_command(
        commands,
        "soup",
        _soup,
        "average the weights of several runs with the same start",
        """\
        python -m deepart soup classifier runs/a runs/b runs/c --data art/ -o runs/soup
        python -m deepart soup restorer restore/unet-wikiart-v1 runs/a --uniform --set restorer.json -o runs/soup
        """,
    )
    soup.add_argument("task", choices=TASKS)
    soup.add_argument("sources", nargs="+", help="keys of checkpoints, or folders of runs")
    soup.add_argument(
        "--uniform", action="store_true", help="average all; by default those that make it worse are left out"
    )
    _add_set_options(soup)
    soup.add_argument("-o", "--output", action=OutputFolder, required=True, help="folder for the result")

    search = add_command(
        commands,
        "search",
        _search,
        "search for the best training settings of the classifier's heads on a data set",
        """\
        python -m deepart search --data art/ --minutes 5 --journal runs/heads.log
        python -m deepart search --data art/ --minutes 10 --journal runs/grid.log --method grid --plot importance.svg
        """,
    )
    search.add_argument(
        "--data", type=Path, required=True, help="folder with paintings.csv and the pictures that it lists"
    )
    search.add_argument(
        "--minutes", type=float, required=True, help="minutes of all sessions with the journal together"
    )
    search.add_argument("--journal", action=OutputFile, required=True, help="file that stores the trials")
    search.add_argument(
        "--method", choices=["grid", "random", "tpe", "forest"], default="tpe", help="default %(default)s"
    )
    search.add_argument("--trials", type=int, default=10_000, help="at most")
    search.add_argument("--seed", type=int, default=0)
    add_output(search, "write the importance of the settings as bars", ".svg", option="--plot")


def _add_set_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--set", type=Path, metavar="FILE.json", help="evaluation set; written from --data if missing")
    command.add_argument("--data", type=Path, help="folder of pictures from which an evaluation set is made")
    command.add_argument("--all", action="store_true", help="use all pictures: nothing was trained on that folder")


def _frozen(options: argparse.Namespace, task: str) -> EvaluationSet:
    """Return the evaluation set that the options name; it is made from their folder if there is none yet."""
    from deepart.admin.data.evaluation_sets import EvaluationSet, freeze_steps
    from deepart.errors import InputError
    from deepart.files import writable
    from deepart.runtime import run

    if options.set and options.set.is_file():
        return EvaluationSet.load(options.set)
    if not options.data:
        raise InputError("frozen.none")
    if options.set:
        writable(options.set, (".json",))
    found = run(freeze_steps(task, options.data, everything=options.all), progress_line())
    if options.set:
        found.save(options.set)
    return found


def _source(text: str) -> str | Path:
    """Return the value as a checkpoint key, or as the path of a folder."""
    from deepart.checkpoints import CHECKPOINTS

    return text if text in CHECKPOINTS else Path(text)


def _promote(options: argparse.Namespace) -> int:
    from deepart.admin.evaluation import task_of
    from deepart.admin.versions import Limits, gate_steps, promote
    from deepart.runtime import run

    frozen = _frozen(options, task_of(options.checkpoint))
    limits = Limits(round(options.max_megabytes * 1e6), options.max_slowdown)
    gate = run(gate_steps(options.checkpoint, options.candidate, frozen, limits), progress_line())
    _print_differences(gate.differences)
    for name, values in gate.new.controls.items():
        print(f"control {name}: " + ", ".join(f"{figure} {value:.4f}" for figure, value in values.items()))
    print(f"{gate.size / 1e6:.2f} MB; one picture {gate.seconds[0]:.4f} s -> {gate.seconds[1]:.4f} s")
    for sentence in gate.sentences():
        print(sentence, file=sys.stderr)
    if options.measure_only:
        return 0 if gate.passed else 1
    version = promote(gate, options.reason, options.licence)
    print(f"{version.key}: version {version.number} is live, SHA-256 {version.sha256}")
    return 0


def _rollback(options: argparse.Namespace) -> None:
    from deepart.admin.versions import rollback

    version = rollback(options.checkpoint, options.to, options.reason)
    print(f"{version.key}: version {version.number} is live, SHA-256 {version.sha256}")


def _versions(options: argparse.Namespace) -> None:
    from deepart.admin.versions import history, versions
    from deepart.checkpoints import live_fault

    found = versions(options.checkpoint)
    if fault := live_fault(options.checkpoint):
        print(fault, file=sys.stderr)
    if options.json:
        rows = {"versions": [version.as_json() for version in found], "history": history(options.checkpoint)}
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    for version in found:
        figures = version.gate.get("figures", {})
        shown = "  ".join(f"{name} {value:g}" for name, value in figures.items()) or "as it came with deepart"
        mark = "*" if version.is_live else " "
        print(f"{mark}{version.number:4}  {version.made or '-':20}  {version.size / 1e6:6.2f} MB  {shown}")
        if version.reason:
            print(f"       in spite of the gate: {version.reason}")
    for entry in history(options.checkpoint):
        print(f"{entry['time']}  {entry['action']} {entry['from']} -> {entry['to']}  {entry['reason']}")


def _publish(options: argparse.Namespace) -> None:
    from deepart.admin.publishing import Words, publish_steps, write_zip
    from deepart.errors import InputError
    from deepart.runtime import run

    words = Words(options.licence, options.about, options.limits)
    if options.zip:
        print(write_zip(options.checkpoint, options.zip, options.version, words))
    if options.repository:
        steps = publish_steps(options.checkpoint, options.repository, options.version, words, private=not options.open)
        print(run(steps, progress_line()))
    elif not options.zip:
        raise InputError("publish.repository")


def _prune(options: argparse.Namespace) -> None:
    from deepart.admin.slimming import prune_steps
    from deepart.images import load_image
    from deepart.runtime import run

    frozen = _frozen(options, options.task)
    paths = pictures_of(options.pictures or frozen.folder)
    pictures = [load_image(path) for path in paths[:: max(1, len(paths) // 16)][:16]]
    source = _source(options.source)
    steps = prune_steps(options.task, source, options.output, pictures, options.keep, frozen)
    _print_slimmed(run(steps, progress_line()))


def _soup(options: argparse.Namespace) -> None:
    from deepart.admin.slimming import soup_steps
    from deepart.runtime import run

    frozen = _frozen(options, options.task)
    sources = [_source(text) for text in options.sources]
    slimmed = run(soup_steps(options.task, sources, options.output, frozen, not options.uniform), progress_line())
    print("made of " + ", ".join(slimmed.ingredients))
    _print_slimmed(slimmed)


def _search(options: argparse.Namespace) -> None:
    from deepart.admin.search import check_method, search_steps
    from deepart.files import replacing
    from deepart.runtime import run

    check_method(options.method)
    from deepart.admin.objectives import HEAD_SPACE, heads_objective  # loads PyTorch, which takes seconds

    objective = run(heads_objective(options.data, seed=options.seed), progress_line())
    found = run(
        search_steps(
            objective, HEAD_SPACE, options.minutes, options.journal, options.method, options.trials, options.seed
        ),
        progress_line(),
    )
    for row in found.rows():
        print(
            "  ".join(
                f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in row.items()
            )
        )
    for name, share in found.importance.items():
        print(f"importance of {name}: {share:.2f}")
    if options.plot:
        with replacing(options.plot) as part:
            part.write_text(found.importance_svg(), "utf-8")


def _print_slimmed(slimmed: Slimmed) -> None:
    _print_differences(slimmed.differences)
    for name, facts in (("before", slimmed.before), ("after", slimmed.after)):
        print(f"{name}: {facts.parameters} parameters, {facts.size / 1e6:.2f} MB, {facts.seconds:.4f} s a picture")
    print(slimmed.folder)


def _print_differences(differences: tuple[Difference, ...]) -> None:
    from deepart.admin.figures import title

    print(f"{'figure':28}{'live':>10}{'new':>10}  95 % interval of the difference")
    for found in differences:
        old = "-" if found.old is None else f"{found.old:.4f}"
        gap = "" if found.low is None else f"{found.low:+.4f} to {found.high:+.4f}"
        print(f"{title(found):28}{old:>10}{found.new:>10.4f}  {gap:22}  {found.verdict}")
