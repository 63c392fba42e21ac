"""The commands `train` and `evaluate`: each network registers its own under both."""

from __future__ import annotations

from deepart.commands import classifier, generator, loss_network, restorers, style_network

NETWORKS = (style_network, loss_network, classifier, generator, restorers)


def add_to(commands) -> None:
    """Register the commands."""
    train = commands.add_parser("train", help="train a network").add_subparsers(required=True, metavar="NETWORK")
    evaluate = commands.add_parser("evaluate", help="measure a network")
    evaluate = evaluate.add_subparsers(required=True, metavar="NETWORK")
    for network in NETWORKS:
        network.add_to(train, evaluate)
