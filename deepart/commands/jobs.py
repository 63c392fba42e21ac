"""The commands `data` and `jobs`: the owner's data sets and training jobs, as the Admin tab has them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from deepart.commands.console import add_command, add_group, add_output, progress_line


def add_to(commands) -> None:
    """Register the commands."""
    _add_data(add_group(commands, "data", "data sets to train on", "python -m deepart data list", "DO"))
    _add_jobs(add_group(commands, "jobs", "training jobs", "python -m deepart jobs list", "DO"))


def _add_data(commands) -> None:
    importing = add_command(
        commands,
        "import",
        _import,
        "check pictures, report on them, and store them as a data set",
        """\
        python -m deepart data import works.zip --name works --licence "public domain" --column artist
        python -m deepart data import owner/name --name works --licence cc0-1.0 --report-only
        """,
    )
    importing.add_argument("source", help="a zip archive, a folder, or owner/name of a data set of the Hub")
    importing.add_argument("--name", required=True, help="lowercase letters, digits and hyphens")
    importing.add_argument("--licence", required=True, help="licence of the pictures")
    importing.add_argument("--origin", default="", help="source of the pictures")
    importing.add_argument("--revision", default="main", help="revision of a data set of the Hub")
    importing.add_argument(
        "--column",
        choices=["style", "artist", "genre", "label"],
        default="label",
        help="what folder names stand for; default label",
    )
    importing.add_argument(
        "--missing",
        choices=["ignore", "drop", "fill", "mode", "regress"],
        default="ignore",
        help="pictures without a label: keep, leave out, use --fill, use the most frequent label, or predict it "
        "from the classifier's features; default ignore",
    )
    importing.add_argument(
        "--years",
        choices=["ignore", "drop", "median", "interpolate", "regress"],
        default="ignore",
        help="pictures without a year; interpolate: between dated artworks of the artist; default ignore",
    )
    importing.add_argument("--fill", nargs="*", default=[], metavar="COLUMN=LABEL", help="label for --missing fill")
    importing.add_argument("--keep-near-duplicates", action="store_true", help="near-duplicates")
    importing.add_argument(
        "--keep-leaks", action="store_true", help="training pictures that are also in the test split"
    )
    importing.add_argument("--report-only", action="store_true", help="print the report and store nothing")
    add_output(importing, "also write a contact sheet", ".png", option="--sheet")

    add_command(commands, "list", _list_data, "list the data sets", "python -m deepart data list")
    for verb, run, about in (
        ("report", _report, "print the report of a data set as JSON"),
        ("passport", _datasheet, "print hash, source and licence of every picture as JSON"),
        ("delete", _delete_data, "remove a data set"),
    ):
        command = add_command(commands, verb, run, about, f"python -m deepart data {verb} works")
        command.add_argument("name")


def _add_jobs(commands) -> None:
    start = add_command(
        commands,
        "start",
        _start,
        "start a training job, which continues after this command has ended",
        """\
        python -m deepart jobs start --task classifier --data works --set trained=heads labels=new column=artist
        python -m deepart jobs start --task style --data works --set trained=decoder minutes=30 --estimate
        python -m deepart jobs start --config record.json
        """,
    )
    start.add_argument(
        "--task", choices=["style", "generator", "classifier", "restorer", "regressor", "segmenter", "translator"]
    )
    start.add_argument("--data", help="name of a data set")
    start.add_argument("--config", type=Path, help="config.json of a job, or what `jobs record` printed")
    start.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="fields of JobConfig")
    start.add_argument("--estimate", action="store_true", help="estimate the time, and do not start it")
    add_command(commands, "list", _list_jobs, "list the jobs", "python -m deepart jobs list")
    for verb, run, about in (
        ("show", _show, "print the state of a job and the end of its log"),
        ("record", _record, "print config, metrics and datasheet of a job as one JSON"),
        ("stop", _stop, "stop a job after its step; it can be resumed"),
        ("resume", _resume, "resume a job that was stopped or killed"),
        ("delete", _delete_job, "remove a job"),
    ):
        command = add_command(commands, verb, run, about, f"python -m deepart jobs {verb} ID")
        command.add_argument("id")
        if verb == "stop":
            command.add_argument("--keep", action="store_true", help="finish with what was learned so far")


# --- data sets -----------------------------------------------------------------------------------


def _import(options: argparse.Namespace) -> None:
    from deepart.admin.data import hub as hub_datasets
    from deepart.admin.data.datasets import Choices, check, store
    from deepart.admin.data.sources import FolderSource, Source, ZipSource
    from deepart.images import save_png
    from deepart.runtime import run

    path, show = Path(options.source), progress_line()
    source: Source
    if path.is_dir():
        source = FolderSource(path, options.column)
    elif path.is_file() or path.suffix.lower() == ".zip":
        source = ZipSource((path,), options.column)
    else:
        source = run(hub_datasets.fetch(options.source, options.revision, options.column), show)
    draft = run(check(source, name=options.name, licence=options.licence, origin=options.origin), show)
    print(json.dumps(draft.report.as_json(), indent=1, ensure_ascii=False))
    if options.sheet:
        save_png(draft.sheet, options.sheet)
    if options.report_only:
        return
    choices = Choices(
        missing=options.missing,
        fill=dict(pair.partition("=")[::2] for pair in options.fill),
        years=options.years,
        near_duplicates="keep" if options.keep_near_duplicates else "drop",
        leaks="keep" if options.keep_leaks else "drop",
    )
    print(run(store(draft, choices), show).folder)


def _list_data(options: argparse.Namespace) -> None:
    from deepart.admin.data.datasets import data_sets

    for data_set in data_sets():
        report = data_set.report()
        print(f"{data_set.name:32}{report['stored']:6} pictures  {report['licence']}")


def _report(options: argparse.Namespace) -> None:
    from deepart.admin.data.datasets import find_data_set

    print(json.dumps(find_data_set(options.name).report(), indent=1, ensure_ascii=False))


def _datasheet(options: argparse.Namespace) -> None:
    from deepart.admin.data.datasets import find_data_set

    print(json.dumps(find_data_set(options.name).datasheet(), indent=1, ensure_ascii=False))


def _delete_data(options: argparse.Namespace) -> None:
    from deepart.admin.jobs import delete_data_set

    delete_data_set(options.name)


# --- jobs ----------------------------------------------------------------------------------------


def _start(options: argparse.Namespace) -> None:
    from deepart.admin import jobs
    from deepart.admin.job_config import JobConfig
    from deepart.errors import InputError
    from deepart.runtime import run

    values = {}
    if options.config:
        try:
            values = json.loads(options.config.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise InputError("job.config") from error
        values = values.get("config", values)
    values |= {name: value for name in ("task", "data") if (value := getattr(options, name))}
    values |= {name: _value(text) for name, _, text in (pair.partition("=") for pair in options.set)}
    config = JobConfig.of(values)
    if not options.estimate:
        print(jobs.start(config).id)
        return
    found = run(jobs.estimate(config), progress_line())
    print(
        f"{found.total_minutes:.1f} minutes in all, {found.steps} steps of {found.trial.seconds_per_step:.2f} s, "
        f"every picture {found.passes:.1f} times, {found.trial.peak_mb} MB"
    )


def _value(text: str) -> str | float | bool:
    """Read the value of a field: a JSON number, true, false, or a word."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, (int, float)) else text


def _list_jobs(options: argparse.Namespace) -> None:
    from deepart.admin.jobs import jobs

    for job in jobs():
        view = job.view()
        print(f"{view.id:36}{view.state:10}{100 * view.progress:4.0f} %  {view.task} on {view.data}")


def _show(options: argparse.Namespace) -> None:
    from dataclasses import asdict

    from deepart.admin.jobs import find_job
    from deepart.text import say

    job = find_job(options.id)
    view = job.view()
    print(json.dumps(asdict(view), indent=1))
    print(job.log(20), end="")
    if view.error:
        print(say(view.error, **view.error_values))


def _record(options: argparse.Namespace) -> None:
    from deepart.admin.jobs import find_job

    print(json.dumps(find_job(options.id).record(), indent=1, ensure_ascii=False))


def _stop(options: argparse.Namespace) -> None:
    from deepart.admin.jobs import find_job, stop

    stop(find_job(options.id), keep=options.keep)


def _resume(options: argparse.Namespace) -> None:
    from deepart.admin.jobs import find_job, resume

    resume(find_job(options.id))


def _delete_job(options: argparse.Namespace) -> None:
    from deepart.admin.jobs import delete_job, find_job

    delete_job(find_job(options.id))
