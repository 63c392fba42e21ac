"""Commands about weights: `checkpoints` lists them, `fetch` downloads one."""

from __future__ import annotations

import argparse
import json

from deepart.commands.console import Line, add_command


def add_to(commands) -> None:
    """Register the commands."""
    checkpoints = add_command(
        commands,
        "checkpoints",
        _checkpoints,
        "list all checkpoints: bundled, cached, or remote",
        "python -m deepart checkpoints --json",
    )
    checkpoints.add_argument("--json", action="store_true", help="as JSON")

    fetch = add_command(
        commands,
        "fetch",
        _fetch,
        "download a checkpoint from the Hub",
        "python -m deepart fetch loss/vgg19-imagenet-v1",
    )
    fetch.add_argument("name", help="its key in the list of checkpoints")


def _checkpoints(options: argparse.Namespace) -> None:
    from deepart.checkpoints import describe
    from deepart.tasks import hub_generators

    rows = describe() + hub_generators.describe()
    if options.json:
        print(json.dumps(rows, indent=1))
        return
    for row in rows:
        print(f"{row['key']:40}{row['state']:9}{row['size'] / 1e6:8.1f} MB  {row['licence']:14}{row['good_for']}")


def _fetch(options: argparse.Namespace) -> None:
    from deepart.checkpoints import resolve
    from deepart.tasks.hub_generators import HUB_GENERATORS, fetch

    line = Line()
    get = fetch if options.name in HUB_GENERATORS else resolve
    path = get(options.name, report=lambda done, total: line.show(_megabytes(done, total)))
    line.end()
    print(path)


def _megabytes(done: int, total: int) -> str:
    return f"{done / 1e6:.0f} of {total / 1e6:.0f} MB" if total else f"{done / 1e6:.0f} MB"
