"""A small generator with random weights, in the place of the bundled one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import torch
from torch import nn

from deepart import runtime
from deepart.checkpoints import CHECKPOINTS, Checkpoint, models
from deepart.models.generators.generator import Generator, GeneratorConfig
from deepart.tasks.generate import brushwork
from deepart.tasks.generate.generate import DEFAULT_CHECKPOINT

STYLES = ("Cubism", "Rococo", "Ukiyo-e")
TINY = GeneratorConfig(STYLES, (16, 16, 12, 12, 8, 8, 8), (0, 1, 1, 1, 1, 1, 1), z=12, small=5)
"""With every size of the bundled one: 256 pixels, seven rows."""


def random_generator(config: GeneratorConfig, noise_strength: float, batches: int, batch: int) -> Generator:
    """Return a generator with random weights everywhere, noise, statistics and the grown level included.

    Its statistics are those of so many batches.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = Generator(config)
        nn.init.normal_(network.to_large.weight, std=0.2)
        for name, parameter in network.named_parameters():
            if name.endswith("noise_strength"):
                nn.init.constant_(parameter, noise_strength)
        with torch.no_grad():
            network.train()
            for _ in range(batches):
                network(torch.randn(batch, config.z), torch.randint(len(config.styles) + 1, (batch,)))
    return network.eval()


@cache
def tiny_generator(config: GeneratorConfig = TINY) -> Generator:
    """Return the generator of the tests of tasks and of the app; it is not trained."""
    return random_generator(config, noise_strength=0.1, batches=10, batch=4).requires_grad_(False)


def put_tiny_generator(monkeypatch: pytest.MonkeyPatch, folder: Path | None = None) -> Generator:
    """Let the bundled generator be a tiny one.

    Args:
        folder: what the checkpoint's folder is, for directions, a map and brushwork; None for no brushwork.
    """
    network, device = tiny_generator(), str(runtime.device())
    row = Checkpoint(
        key=DEFAULT_CHECKPOINT, architecture="Generator", sha256="9" * 64, size=1, licence="mit", source="", good_for=""
    )
    monkeypatch.setitem(CHECKPOINTS, DEFAULT_CHECKPOINT, row)
    models.put(DEFAULT_CHECKPOINT, network.to(device), device)
    if folder is None:
        monkeypatch.setattr(brushwork, "find_brushwork", lambda checkpoint: None)
    else:
        usual = Checkpoint.folder.fget
        place = property(lambda row: folder if row.key == DEFAULT_CHECKPOINT else usual(row))
        monkeypatch.setattr(Checkpoint, "folder", place)
    return network
