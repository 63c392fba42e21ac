"""The commands of `python -m deepart`, one module for each family.

A module registers its commands in `add_to(commands)`; to add a family, write a module and list it in `FAMILIES`. Each
command imports what it needs when it runs, so that `--help` is fast.
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
    """Return the parser of all commands; the parsed options have a function `command`, to be called with them."""
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
