"""The commands of `python -m deepart`, a module for each family.

A family registers its commands by `add_to(commands)`; to add one, write a module and name it in `FAMILIES`.  Each
command imports what it needs when it runs, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse

import deepart
from deepart.commands import (
    benchmark,
    check_gpu,
    checkpoints,
    classify,
    explain,
    gallery,
    generate,
    jobs,
    large,
    painting,
    restore,
    sheets,
    train,
    versions,
)
from deepart.commands.console import as_examples

FAMILIES = (
    generate,
    painting,
    large,
    check_gpu,
    sheets,
    gallery,
    classify,
    restore,
    checkpoints,
    benchmark,
    explain,
    train,
    versions,
    jobs,
)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; what it returns has a function `command` to be called with it."""
    parser = argparse.ArgumentParser(
        prog="python -m deepart",
        description="Deep learning for art.",
        epilog=as_examples(
            """\
            python -m deepart transfer photo.jpg starry-night -o painting.png
            python -m deepart transfer --help
            """
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"deepart {deepart.__version__}")
    commands = parser.add_subparsers(required=True, metavar="VERB")
    for family in FAMILIES:
        family.add_to(commands)
    return parser
