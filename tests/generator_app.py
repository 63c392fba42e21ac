"""An app of its own whose generator is a tiny one, so that its tests need no checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from safetensors.torch import save_file

from deepart.checkpoints import models
from deepart.tasks.generate import variety
from deepart.tasks.generate.generate import DEFAULT_CHECKPOINT
from deepart.tasks.generate.steering import Direction, Effect, MapPoint, Steering
from running_app import running_app
from tiny_generators import TINY, put_tiny_generator
from tiny_restorers import tiny_restorers

BRIGHT, DARK = Effect("look", "bright", 0.4), Effect("look", "dark", 0.4)
CUBIST, ROCOCO = Effect("style", "Cubism", 0.3), Effect("style", "Rococo", 0.3)
STEERING = Steering(
    DEFAULT_CHECKPOINT,
    directions=(
        Direction("direction-1", (1.0,) + (0.0,) * (TINY.z - 1), BRIGHT, DARK, 0.3),
        Direction("direction-2", (0.0, 1.0) + (0.0,) * (TINY.z - 2), CUBIST, ROCOCO, 0.2),
    ),
    points=tuple(MapPoint((x / 4, y / 4), 10 * x + y, "Cubism", "Rococo") for x in range(1, 4) for y in range(1, 4)),
    axes=(CUBIST, ROCOCO, BRIGHT, DARK),
)


@contextmanager
def running_generator_app(folder: Path) -> Iterator[str]:
    """Yield the address of the app; the networks are tiny as long as it runs."""
    weights = folder / "weights"
    weights.mkdir()
    STEERING.save(weights)
    with pytest.MonkeyPatch.context() as monkeypatch:
        network = put_tiny_generator(monkeypatch, weights)
        save_file(network.state_dict(), weights / "model.safetensors")
        # Pictures of a tiny network are alike: its walls are those of the seeds one after the other.
        monkeypatch.setattr(variety, "farthest_points", lambda points, count, least: list(range(count)))
        monkeypatch.setattr(variety, "best_first", lambda classifier, features, count: list(range(len(features))))
        with tiny_restorers(), running_app(folder) as url:
            yield url
    models.forget(DEFAULT_CHECKPOINT)
