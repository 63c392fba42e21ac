"""The training loop that every network shares: steps, moving average, schedule, resumable checkpoints.

It is independent of what is trained: a `Task` draws batches and computes their losses, the caller is informed of every
step through `on_step` and can end the run through `should_stop`. Hugging Face Accelerate decides where it runs: a
processor, a graphics card, or several processes that `accelerate launch` started; each of those draws its part of every
batch, and gradients are averaged over them.
"""

from __future__ import annotations

import copy
import itertools
import math
import multiprocessing
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from deepart import runtime
from deepart.errors import InputError
from deepart.files import replacing

if TYPE_CHECKING:
    from accelerate import Accelerator

Batch = tuple[Tensor, ...]
"""Tensors whose first axis counts examples."""

GROUP = 4
"""Neighbouring examples that are drawn in the same process, so that they can be compared."""


Schedule = Literal["cosine", "linear", "constant"]
"""How the learning rate falls from the first to the final value; "constant" keeps the first."""

OptimizerName = Literal["auto", "adamw", "adam", "sgd", "rmsprop", "nadam"]
"""The optimiser; "sgd" has Nesterov momentum of 0.9."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of a run: crops of `size` pixels in batches of `batch`, up to the fraction `until`."""

    size: int
    batch: int
    until: float = 1.0

    @classmethod
    def parse(cls, text: str) -> Stage:
        """Read "128x16@0.4": 128 pixels, batches of 16, until 40 % of the run.

        Raises:
            InputError: it is not of that form.
        """
        found = re.fullmatch(r"(\d{1,5})x(\d{1,5})(?:@([\d.]+))?", text.strip(), re.ASCII)
        try:
            size, batch, until = int(found[1]), int(found[2]), float(found[3] or 1)
        except (TypeError, ValueError) as error:
            raise InputError("training.stages") from error
        if not (size and batch and 0 < until <= 1):
            raise InputError("training.stages")
        return cls(size, batch, until)

    @classmethod
    def parse_all(cls, text: str) -> tuple[Stage, ...]:
        """Read stages with commas between them."""
        return tuple(map(cls.parse, text.split(",")))


@dataclass(slots=True)
class FitConfig:
    """The configuration of a run; times are minutes of training, without pauses between resumed sessions."""

    minutes: float
    stages: tuple[Stage, ...]
    learning_rate: float = 1e-3
    final_learning_rate: float = 1e-5
    schedule: Schedule = "cosine"
    warmup_steps: int = 200
    weight_decay: float = 0.0
    betas: tuple[float, float] = (0.9, 0.99)
    clip_norm: float = 5.0
    ema_decay: float = 0.999
    optimizer: OptimizerName = "auto"
    """"auto" is Adam for adversarial training, otherwise AdamW."""
    save_every_minutes: float = 1.0
    bf16: bool = field(default_factory=runtime.mixed_precision)
    workers: int | None = None
    """Processes that draw batches ahead of time; None for most cores beside a graphics card, and none where the
    processor trains."""


@dataclass(slots=True)
class StepReport:
    """The argument of `on_step` after a step."""

    step: int
    minutes: float
    progress: float  # of the whole run, 0 to 1
    stage: Stage
    learning_rate: float
    losses: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchSpec:
    """The batch of one step: a stage's batch, or one process's part of it."""

    stage: Stage
    step: int
    process: int = 0
    processes: int = 1
    progress: float = 0.0
    """Progress of the whole run, 0 to 1."""

    @property
    def indices(self) -> list[int]:
        """Which examples of the batch are drawn; neighbours in groups of `GROUP` stay together."""
        return [index for index in range(self.stage.batch) if index // GROUP % self.processes == self.process]

    def generators(self, seed: int) -> list[np.random.Generator]:
        """Return a generator of random numbers for each example, the same in whatever process it is drawn."""
        return [np.random.default_rng((seed, self.step, index)) for index in self.indices]


class Task(Protocol):
    """What is trained: a module, its batches, and their losses.

    A task that changes with the steps has `state_dict` and `load_state_dict` as well, and is kept with the run.
    """

    network: nn.Module

    def draw(self, spec: BatchSpec) -> Batch:
        """Return the examples of a step, on the CPU and always the same; called in a worker process."""
        ...

    def losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Return the losses of a batch on the device; "total" is differentiated, the others are for the log."""
        ...


class AdversarialTask(Protocol):
    """Two networks trained against each other; the methods are called in their order in each step."""

    generator: nn.Module
    discriminator: nn.Module

    def draw(self, spec: BatchSpec) -> Batch:
        """See `Task`."""
        ...

    def discriminator_losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Paint pictures and return the losses of the discriminator for them and real ones; see `Task.losses`."""
        ...

    def generator_losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Return the losses of the generator for the pictures that it has just painted."""
        ...


class ExponentialAverage:
    """The exponential moving average of a network's weights, which is the result of training."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Move the average towards `network`; faster early in the run."""
        weight = 1 - min(self.decay, (1 + step) / (10 + step))
        for ours, theirs in zip(self.network.state_dict().values(), network.state_dict().values()):
            if ours.is_floating_point():
                ours.lerp_(theirs, weight)
            else:
                ours.copy_(theirs)


def learning_rate_at(progress: float, step: int, config: FitConfig) -> float:
    """Linear warm-up, then down to the final rate as the schedule has it."""
    progress = min(1.0, progress)
    part = {"cosine": 0.5 + 0.5 * math.cos(math.pi * progress), "linear": 1 - progress, "constant": 1.0}
    rate = config.final_learning_rate + (config.learning_rate - config.final_learning_rate) * part[config.schedule]
    return rate * min(1.0, (step + 1) / config.warmup_steps)


def optimizer_of(config: FitConfig, groups: Sequence[dict], usual: OptimizerName) -> torch.optim.Optimizer:
    """Return the optimiser that a config asks for, or else the usual one."""
    name = usual if config.optimizer == "auto" else config.optimizer
    own = {"betas": config.betas} if name in ("adamw", "adam", "nadam") else {"momentum": 0.9}
    if name == "sgd":
        own["nesterov"] = True
    classes = {
        "adamw": torch.optim.AdamW,
        "adam": torch.optim.Adam,
        "sgd": torch.optim.SGD,
        "rmsprop": torch.optim.RMSprop,
        "nadam": torch.optim.NAdam,
    }
    return classes[name](groups, lr=config.learning_rate, weight_decay=config.weight_decay, **own)


def fit(
    task: Task,
    config: FitConfig,
    checkpoint: Path,
    on_step: Callable[[StepReport], None] = lambda report: None,
    should_stop: Callable[[], bool] = lambda: False,
    groups: Sequence[dict] | None = None,
    on_average: Callable[[StepReport, nn.Module], None] = lambda report, average: None,
) -> nn.Module:
    """Train `task.network` until the minutes are used up; return its moving average.

    The state is written to `checkpoint` every few minutes and at the end, atomically, so that a run killed at any
    moment resumes from the last one.

    Args:
        groups: the optimiser's groups of parameters, if not all are trained alike; "relative_rate" multiplies
            the learning rate of the schedule.
        on_average: called after `on_step` with the moving average.
    """
    accelerator = _accelerator()
    network = _placed(task.network, accelerator)
    groups = groups or [{"params": list(network.parameters())}]
    optimizer = optimizer_of(config, groups, "adamw")
    average = ExponentialAverage(network, config.ema_decay)

    def take(batch: Batch, spec: BatchSpec) -> dict[str, float]:
        losses, moved = _descend(optimizer, partial(task.losses, batch, spec), config, accelerator)
        if moved:
            average.update(network, spec.step)
        return losses

    def told(report: StepReport) -> None:
        on_step(report)
        on_average(report, average.network)

    parts = {"network": network, "average": average.network, "optimizer": optimizer, **_changing(task)}
    _train(parts, task.draw, take, config, checkpoint, told, should_stop, accelerator)
    return average.network


def fit_adversarial(
    task: AdversarialTask,
    config: FitConfig,
    checkpoint: Path,
    on_step: Callable[[StepReport, nn.Module], None] = lambda report, average: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> nn.Module:
    """Train `task.discriminator` and `task.generator` alternately; return the moving average of the generator.

    Otherwise as `fit`; `on_step` is also given the moving average, to look at its pictures.
    """
    accelerator = _accelerator()
    networks = {"generator": task.generator, "discriminator": task.discriminator}
    optimizers = {}
    for name, network in networks.items():
        trained = [parameter for parameter in _placed(network, accelerator).parameters() if parameter.requires_grad]
        optimizers[name] = optimizer_of(config, [{"params": trained}], "adam")
    average = ExponentialAverage(task.generator, config.ema_decay)
    learning = optimizers["discriminator"].param_groups[0]["params"]

    def take(batch: Batch, spec: BatchSpec) -> dict[str, float]:
        losses = {}
        for name, asked in (("discriminator", task.discriminator_losses), ("generator", task.generator_losses)):
            for parameter in learning:  # in the generator's turn it only passes the gradient on
                parameter.requires_grad_(name == "discriminator")
            found, _ = _descend(optimizers[name], partial(asked, batch, spec), config, accelerator)
            losses |= {f"{name} {key}": value for key, value in found.items()}
        for parameter in learning:
            parameter.requires_grad_(True)
        average.update(task.generator, spec.step)
        return losses

    parts = {**networks, "average": average.network, **{f"{name} optimizer": o for name, o in optimizers.items()}}
    parts |= _changing(task)
    told = partial(_with_average, on_step, average.network)
    _train(parts, task.draw, take, config, checkpoint, told, should_stop, accelerator)
    return average.network


def _changing(task: Task | AdversarialTask) -> dict[str, Task | AdversarialTask]:
    """Return the part of a checkpoint that a task has which changes with the steps."""
    return {"task": task} if hasattr(task, "state_dict") else {}


def _with_average(on_step: Callable[[StepReport, nn.Module], None], average: nn.Module, report: StepReport) -> None:
    on_step(report, average)


def _accelerator() -> Accelerator:
    from accelerate import Accelerator

    return Accelerator()


def _placed(network: nn.Module, accelerator: Accelerator) -> nn.Module:
    """Bring a network to its device, in training, with the same weights in every process."""
    network.to(accelerator.device, memory_format=torch.channels_last).train()
    if accelerator.num_processes > 1:
        from accelerate.utils import broadcast

        with torch.no_grad():
            for value in network.state_dict().values():
                value.copy_(broadcast(value.contiguous()))
    return network


def _descend(
    optimizer: torch.optim.Optimizer,
    losses: Callable[[], dict[str, Tensor]],
    config: FitConfig,
    accelerator: Accelerator,
) -> tuple[dict[str, float], bool]:
    """Move parameters against the gradient of the losses' "total"; return the losses, and whether they were moved."""
    with torch.autocast(accelerator.device.type, dtype=torch.bfloat16, enabled=config.bf16):
        found = losses()
    optimizer.zero_grad(set_to_none=True)
    found["total"].backward()
    trained = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    _average_gradients(trained, accelerator)
    norm = nn.utils.clip_grad_norm_(trained, config.clip_norm)
    # One transfer from the device for all of them.
    *values, norm = torch.stack([*(value.detach().float() for value in found.values()), norm.float()]).tolist()
    # A batch with a blank picture in it can have endless gradients; one step is not worth the run.
    finite = math.isfinite(norm)
    if finite:
        optimizer.step()
    return dict(zip(found, values)), finite


def _average_gradients(parameters: Sequence[nn.Parameter], accelerator: Accelerator) -> None:
    """Replace gradients by their means over all processes.

    Not by DistributedDataParallel: tasks call parts of a network, and two networks in turns, which it does not follow.
    """
    if accelerator.num_processes == 1:
        return
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    flat = accelerator.reduce(torch.cat([gradient.flatten() for gradient in gradients]), "mean")
    for gradient, mean in zip(gradients, flat.split([gradient.numel() for gradient in gradients])):
        gradient.copy_(mean.view_as(gradient))


class _BatchSpecs(Dataset):
    """The batches of a stage by their steps, for workers."""

    def __init__(self, draw: Callable[[BatchSpec], Batch], spec: BatchSpec) -> None:
        self._draw, self._spec = draw, spec

    def __getitem__(self, step: int) -> Batch:
        return self._draw(replace(self._spec, step=step))


class _Batches:
    """Hands out the batch of each step on the device, drawn ahead of time where there are workers."""

    def __init__(self, draw: Callable[[BatchSpec], Batch], workers: int | None, device: torch.device) -> None:
        if workers is None:
            forks = "fork" in multiprocessing.get_all_start_methods()  # Windows does not
            workers = max(1, (os.cpu_count() or 1) - 2) if forks and device.type != "cpu" else 0
        self._draw, self._workers, self._device = draw, workers, device
        self._stage: Stage | None = None
        self._drawn: Iterator[Batch] = iter(())

    def __getitem__(self, spec: BatchSpec) -> Batch:
        if not self._workers:
            batch = self._draw(spec)
        else:
            if spec.stage != self._stage:
                self._stage, self._drawn = spec.stage, iter(self._loader(spec))
            batch = next(self._drawn)
        return tuple(self._placed(x) for x in batch)

    def _loader(self, spec: BatchSpec) -> DataLoader:
        return DataLoader(
            _BatchSpecs(self._draw, spec),
            sampler=itertools.count(spec.step),
            batch_size=None,
            num_workers=self._workers,
            prefetch_factor=4,
            pin_memory=self._device.type == "cuda",
            multiprocessing_context="fork",  # the task's pictures are shared, not copied
        )

    def _placed(self, x: Tensor) -> Tensor:
        layout = torch.channels_last if x.dim() == 4 else torch.preserve_format
        return x.to(self._device, non_blocking=True, memory_format=layout)


def _train(
    parts: dict[str, nn.Module | torch.optim.Optimizer],
    draw: Callable[[BatchSpec], Batch],
    take: Callable[[Batch, BatchSpec], dict[str, float]],
    config: FitConfig,
    checkpoint: Path,
    on_step: Callable[[StepReport], None],
    should_stop: Callable[[], bool],
    accelerator: Accelerator,
) -> None:
    """Take steps until the minutes are used up, from where the checkpoint is; see `fit`.

    The first process keeps the time, writes the checkpoints and is told of the steps.

    Args:
        parts: what the checkpoint holds, by name; the optimisers among them follow the schedule.
        draw: returns the batch of a step.
        take: takes a step and returns its losses.
    """
    step, minutes = 0, 0.0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True, map_location="cpu")
        for name, part in parts.items():
            part.load_state_dict(state[name])
        step, minutes = state["step"], state["minutes"]
        torch.set_rng_state(state["rng"])

    def save() -> None:
        if accelerator.is_main_process:
            state = {name: part.state_dict() for name, part in parts.items()}
            save_state({**state, "step": step, "minutes": minutes, "rng": torch.get_rng_state()}, checkpoint)

    optimizers = [part for part in parts.values() if isinstance(part, torch.optim.Optimizer)]
    batches = _Batches(draw, config.workers, accelerator.device)
    saved = minutes
    while _agreed(minutes < config.minutes and not should_stop(), accelerator):
        started = time.monotonic()
        minutes = _agreed(minutes, accelerator)
        progress = minutes / config.minutes
        stage = next((stage for stage in config.stages if progress < stage.until), config.stages[-1])
        rate = learning_rate_at(progress, step, config)
        for group in (group for optimizer in optimizers for group in optimizer.param_groups):
            group["lr"] = rate * group.get("relative_rate", 1.0)
        spec = BatchSpec(stage, step, accelerator.process_index, accelerator.num_processes, progress)
        losses = take(batches[spec], spec)
        step += 1
        minutes += (time.monotonic() - started) / 60
        if accelerator.is_main_process:
            on_step(StepReport(step, minutes, progress, stage, rate, losses))
        if minutes - saved >= config.save_every_minutes:
            save()
            saved = minutes
    save()
    accelerator.wait_for_everyone()


def _agreed(value: float | bool, accelerator: Accelerator) -> float:
    """Return the first process's value in all processes."""
    if accelerator.num_processes == 1:
        return value
    from accelerate.utils import broadcast

    return float(broadcast(torch.tensor(float(value), dtype=torch.float64, device=accelerator.device)))


def leave_to_the_first() -> None:
    """End this process unless it is the first of several, which writes the files."""
    from accelerate import PartialState

    if not PartialState().is_main_process:
        sys.exit()


def save_state(state: dict, file: Path) -> None:
    """Write a state so that the file is whole at any moment, the folder made if missing."""
    with replacing(file) as part:
        torch.save(state, part)
