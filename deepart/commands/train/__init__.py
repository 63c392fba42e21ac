"""The commands `train` and `evaluate`: each network registers its own under both."""

from __future__ import annotations

from deepart.commands.console import add_group
from deepart.commands.train import (
    classifier,
    generator,
    mixtures,
    perceptual_network,
    regressor,
    restorers,
    segmenter,
    style_network,
    translator,
)

NETWORKS = (
    style_network,
    perceptual_network,
    classifier,
    regressor,
    generator,
    restorers,
    segmenter,
    translator,
    mixtures,
)


def add_to(commands) -> None:
    """Register the commands."""
    examples = "python -m deepart train restorer --data art/ --run runs/restorer --minutes 150"
    train = add_group(commands, "train", "train a network", examples, "NETWORK")
    examples = "python -m deepart evaluate restorer --data art/ -o report/"
    evaluate = add_group(commands, "evaluate", "measure a network", examples, "NETWORK")
    for network in NETWORKS:
        network.add_to(train, evaluate)
    translator.add_verb_to(commands)
    segmenter.add_verb_to(commands)
