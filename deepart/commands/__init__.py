"""The commands of `python -m deepart`, a module for each family.

A family registers its commands by `add_to(commands)`; to add one, write a module and name it in `FAMILIES`.  Each
command imports what it needs when it runs, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse

from deepart.commands import (
    benchmark,
    checkpoints,
    classify,
    gallery,
    generate,
    jobs,
    large,
    painting,
    restore,
    sheets,
    training,
    versions,
)

FAMILIES = (
    generate,
    painting,
    large,
    sheets,
    gallery,
    classify,
    restore,
    checkpoints,
    benchmark,
    training,
    versions,
    jobs,
)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; what it returns has a function `command` to be called with it."""
    parser = argparse.ArgumentParser(prog="python -m deepart", description="Deep learning for art.")
    commands = parser.add_subparsers(required=True, metavar="VERB")
    for family in FAMILIES:
        family.add_to(commands)
    return parser
