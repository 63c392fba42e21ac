"""`evaluate blend`."""

from __future__ import annotations

import argparse

from deepart.commands.console import add_command


def add_to(train, evaluate) -> None:
    """Register the command under `evaluate`; mixtures are not trained."""
    blend = add_command(
        evaluate,
        "blend",
        _evaluate_blend,
        "measure how well mixtures of two styles of the gallery can be distinguished",
        "python -m deepart evaluate blend --pairs 6",
    )
    blend.add_argument("--pairs", type=int, default=6, help="pairs of styles, each on three photos; default 6")


def _evaluate_blend(options: argparse.Namespace) -> None:
    from deepart.options import check_whole
    from deepart.training.paint.blend_evaluation import evaluate_blends

    print("| weights | balance | nearer the first | colour difference from 50/50 |\n|---|---|---|---|")
    for score in evaluate_blends(check_whole("pairs", options.pairs, 1, 20)):
        first, second = score.weights
        balance = "yes" if score.balance else "no"
        print(f"| {first:g} / {second:g} | {balance} | {score.nearer_first:.3f} | {score.from_half:.1f} |", flush=True)
