"""The training loop that every network shares: steps, moving average, schedule, resumable checkpoints.

It knows nothing of what is trained: a `Task` says how to make a loss, the caller is told of every step
through `on_step` and can end the run through `should_stop`.
"""

from __future__ import annotations

import copy
import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of a run: crops of `size` pixels in batches of `batch`, up to the fraction `until`."""

    size: int
    batch: int
    until: float = 1.0

    @classmethod
    def parse(cls, text: str) -> Stage:
        """Read "128x16@0.4": 128 pixels, batches of 16, until 40 % of the run."""
        shape, _, until = text.partition("@")
        size, _, batch = shape.partition("x")
        return cls(int(size), int(batch), float(until or 1))

    @classmethod
    def parse_all(cls, text: str) -> tuple[Stage, ...]:
        """Read stages with commas between them."""
        return tuple(map(cls.parse, text.split(",")))


@dataclass(slots=True)
class FitConfig:
    """How a run goes; times in minutes of training, pauses between resumed sessions not counted."""

    minutes: float
    stages: tuple[Stage, ...]
    learning_rate: float = 1e-3
    final_learning_rate: float = 1e-5
    warmup_steps: int = 200
    weight_decay: float = 0.0
    betas: tuple[float, float] = (0.9, 0.99)
    clip_norm: float = 5.0
    ema_decay: float = 0.999
    save_every_minutes: float = 3.0
    bf16: bool = True


@dataclass(slots=True)
class StepReport:
    """What `on_step` is told after a step."""

    step: int
    minutes: float
    progress: float  # of the whole run, 0 to 1
    stage: Stage
    learning_rate: float
    losses: dict[str, float] = field(default_factory=dict)


class Task(Protocol):
    """What is trained: a module, and the losses of a batch."""

    network: nn.Module

    def losses(self, stage: Stage, step: int) -> dict[str, Tensor]:
        """Draw a batch and return its losses; "total" is differentiated, the others are for the log."""
        ...


class AdversarialTask(Protocol):
    """Two networks that learn from each other; the losses of a step are asked for in the order of the methods."""

    generator: nn.Module
    discriminator: nn.Module

    def discriminator_losses(self, stage: Stage, step: int) -> dict[str, Tensor]:
        """Draw real pictures, paint others and return the discriminator's losses; "total" is differentiated."""
        ...

    def generator_losses(self, stage: Stage, step: int) -> dict[str, Tensor]:
        """Return the generator's losses for the pictures that it has just painted."""
        ...


class ExponentialAverage:
    """A copy of a network whose weights follow the trained ones slowly; this copy is what is shipped."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Move a little towards `network`; faster while the run is young."""
        weight = 1 - min(self.decay, (1 + step) / (10 + step))
        for ours, theirs in zip(self.network.state_dict().values(), network.state_dict().values()):
            if ours.is_floating_point():
                ours.lerp_(theirs, weight)
            else:
                ours.copy_(theirs)


def learning_rate_at(progress: float, step: int, config: FitConfig) -> float:
    """Linear warm-up, then half a cosine down to the final rate."""
    cosine = 0.5 + 0.5 * math.cos(math.pi * min(1.0, progress))
    rate = config.final_learning_rate + (config.learning_rate - config.final_learning_rate) * cosine
    return rate * min(1.0, (step + 1) / config.warmup_steps)


def fit(
    task: Task,
    config: FitConfig,
    checkpoint: Path,
    on_step: Callable[[StepReport], None] = lambda report: None,
    should_stop: Callable[[], bool] = lambda: False,
    groups: Sequence[dict] | None = None,
) -> nn.Module:
    """Train `task.network` until the minutes are used up; return its moving average.

    The state is written to `checkpoint` every few minutes and at the end, to a temporary file that then
    takes its place, so a run killed at any moment goes on from the last one.

    Args:
        groups: the optimiser's groups of parameters, if not all are trained alike; "relative_rate" multiplies
            the learning rate of the schedule.
    """
    network = task.network.to(memory_format=torch.channels_last)
    groups = groups or [{"params": list(network.parameters())}]
    optimizer = torch.optim.AdamW(groups, lr=config.learning_rate, betas=config.betas, weight_decay=config.weight_decay)
    average = ExponentialAverage(network, config.ema_decay)

    def turn(stage: Stage, step: int) -> dict[str, float]:
        losses, moved = _descend(optimizer, partial(task.losses, stage, step), config)
        if moved:
            average.update(network, step)
        return losses

    network.train()
    parts = {"network": network, "average": average.network, "optimizer": optimizer}
    _train(parts, turn, config, checkpoint, on_step, should_stop)
    return average.network


def fit_adversarial(
    task: AdversarialTask,
    config: FitConfig,
    checkpoint: Path,
    on_step: Callable[[StepReport, nn.Module], None] = lambda report, average: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> nn.Module:
    """Train `task.discriminator` and `task.generator` in turns; return the moving average of the generator.

    Otherwise as `fit`; `on_step` is also given the moving average, to look at its pictures.
    """
    networks = {"generator": task.generator, "discriminator": task.discriminator}
    optimizers = {}
    for name, network in networks.items():
        network.to(memory_format=torch.channels_last).train()
        trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
        optimizers[name] = torch.optim.Adam(trained, lr=config.learning_rate, betas=config.betas)
    average = ExponentialAverage(task.generator, config.ema_decay)
    learning = optimizers["discriminator"].param_groups[0]["params"]

    def turn(stage: Stage, step: int) -> dict[str, float]:
        losses = {}
        for name, asked in (("discriminator", task.discriminator_losses), ("generator", task.generator_losses)):
            for parameter in learning:  # in the generator's turn it only passes the gradient on
                parameter.requires_grad_(name == "discriminator")
            found, _ = _descend(optimizers[name], partial(asked, stage, step), config)
            losses |= {f"{name} {key}": value for key, value in found.items()}
        for parameter in learning:
            parameter.requires_grad_(True)
        average.update(task.generator, step)
        return losses

    parts = {**networks, "average": average.network, **{f"{name} optimizer": o for name, o in optimizers.items()}}
    _train(parts, turn, config, checkpoint, lambda report: on_step(report, average.network), should_stop)
    return average.network


def _descend(
    optimizer: torch.optim.Optimizer, losses: Callable[[], dict[str, Tensor]], config: FitConfig
) -> tuple[dict[str, float], bool]:
    """Move parameters against the gradient of the losses' "total"; return the losses, and whether they were moved."""
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=config.bf16):
        found = losses()
    optimizer.zero_grad(set_to_none=True)
    found["total"].backward()
    trained = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    norm = nn.utils.clip_grad_norm_(trained, config.clip_norm)
    # A batch with a blank picture in it can have endless gradients; one step is not worth the run.
    finite = bool(norm.isfinite())
    if finite:
        optimizer.step()
    return {name: float(value.detach()) for name, value in found.items()}, finite


def _train(
    parts: dict[str, nn.Module | torch.optim.Optimizer],
    turn: Callable[[Stage, int], dict[str, float]],
    config: FitConfig,
    checkpoint: Path,
    on_step: Callable[[StepReport], None],
    should_stop: Callable[[], bool],
) -> None:
    """Take steps until the minutes are used up, from where the checkpoint is; see `fit`.

    Args:
        parts: what the checkpoint holds, by name; the optimisers among them follow the schedule.
        turn: takes a step of a stage and returns its losses.
    """
    step, minutes = 0, 0.0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        for name, part in parts.items():
            part.load_state_dict(state[name])
        step, minutes = state["step"], state["minutes"]
        torch.set_rng_state(state["rng"])

    def save() -> None:
        state = {name: part.state_dict() for name, part in parts.items()}
        save_state({**state, "step": step, "minutes": minutes, "rng": torch.get_rng_state()}, checkpoint)

    optimizers = [part for part in parts.values() if isinstance(part, torch.optim.Optimizer)]
    saved = minutes
    while minutes < config.minutes and not should_stop():
        started = time.monotonic()
        progress = minutes / config.minutes
        stage = next(stage for stage in config.stages if progress < stage.until)
        rate = learning_rate_at(progress, step, config)
        for group in (group for optimizer in optimizers for group in optimizer.param_groups):
            group["lr"] = rate * group.get("relative_rate", 1.0)
        losses = turn(stage, step)
        step += 1
        minutes += (time.monotonic() - started) / 60
        on_step(StepReport(step, minutes, progress, stage, rate, losses))
        if minutes - saved >= config.save_every_minutes:
            save()
            saved = minutes
    save()


def save_state(state: dict, file: Path) -> None:
    """Write a state so that the file is whole at any moment, the folder made if missing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    torch.save(state, part)
    os.replace(part, file)
