"""Commands about weights: `checkpoints` lists them, `fetch` downloads them."""

from __future__ import annotations

import argparse
import contextlib
import json
from pathlib import Path

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
        "download checkpoints from the Hub, or resume an interrupted download",
        """\
        python -m deepart fetch restore/scunet-real-v1 large/flux2-klein-4b-v1
        python -m deepart fetch restore/scunet-real-v1 --to bundle/   # for a machine without a network
        """,
    )
    fetch.add_argument("names", nargs="+", metavar="name", help="key in the list of checkpoints")
    fetch.add_argument(
        "--to", type=Path, metavar="DIR", help="folder that another machine names in DEEPART_OFFLINE_BUNDLE"
    )


def _checkpoints(options: argparse.Namespace) -> None:
    from deepart.tasks.hub.catalogue import describe

    rows = describe()
    if options.json:
        print(json.dumps(rows, indent=1))
        return
    for row in rows:
        size = f"{row['size'] / 1e6:9.1f} MB" if row["size"] else f"{'?':>12}"
        needs = f" (needs {row['needs']})" if row["needs"] else ""
        unproven = ("" if row["is_proven"] else " Unproven.") + ("" if row["is_pinned"] else " Not pinned.")
        good_for = row["good_for"] or ""
        print(f"{row['key']:40}{row['state']:9}{size}  {row['licence']:14} {good_for}{needs}{unproven}")
    print("Unproven: nobody of this project has run the file; its hash and its layout are checked when it is fetched.")
    print("Not pinned: the newest files of a repository are fetched; their commit stands in the recipes of pictures.")


def _fetch(options: argparse.Namespace) -> None:
    from deepart import hub
    from deepart.tasks.hub.catalogue import fetch

    line = Line()
    with hub.keeping_in(options.to) if options.to else contextlib.nullcontext():
        for name in options.names:
            path = fetch(name, report=lambda done, total: line.show(_megabytes(done, total)))
            line.end()
            print(path)


def _megabytes(done: int, total: int) -> str:
    return f"{done / 1e6:.0f} of {total / 1e6:.0f} MB" if total else f"{done / 1e6:.0f} MB"
