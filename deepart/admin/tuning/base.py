"""The common interface of the trainings: methods, starting point, and data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import nn

from deepart import runtime
from deepart.admin.data.datasets import Artwork, DataSet
from deepart.admin.folders import admin_folder, checked_name
from deepart.admin.job_config import SCRATCH, JobConfig
from deepart.checkpoints import CHECKPOINTS, load_folder, load_model
from deepart.errors import InputError
from deepart.training.data import PictureStore
from deepart.training.loop import Batch, BatchSpec, FitConfig, Stage, StepReport, Task, fit, fit_adversarial

ARCHITECTURES = {
    "style": "StyleNetwork",
    "generator": "Generator",
    "classifier": "ArtClassifier",
    "restorer": "Denoiser",
    "regressor": "ArtRegressor",
    "segmenter": "Segmenter",
    "translator": "Translator",
    "vae": "PictureVAE",
}
MEASURED_ON = 24
"""Examples of a measurement that is made every minute."""

OnStep = Callable[[StepReport], None]


class Tuning:
    """The training of one model: the job's process calls its methods in their order.

    A subclass has `config`, `network`, `task` (at the latest when it is prepared) and `num_pictures`; it says how the
    network is measured and what it shows.
    """

    config: JobConfig
    network: nn.Module
    """What is trained."""
    task: Any
    """What draws batches and has losses, see `deepart.training.loop`."""
    average: nn.Module | None = None
    """The moving average of its weights where that is what is measured; the best one is kept then."""
    num_pictures: int
    """How many pictures it learns from."""
    examples: Examples | None = None
    """By which it is measured, of tasks that are measured by their losses."""
    parts_of_loss: tuple[str, ...] = ()
    """That are figures beside the score."""

    def prepare(self, kept: Path | None = None) -> Iterator[tuple[int, int]]:
        """Get ready; yields how much of it is done, and of how much.

        Args:
            kept: file for what takes long to prepare, to go on from if this process is killed.
        """
        yield 1, 1

    def measure_on(self, task: Task) -> None:
        """Draw the examples by which the network is measured from a task of pictures that it does not learn from."""
        self.examples = Examples(task, Stage(self.config.side, MEASURED_ON), self.fit_config().bf16)

    def fit_config(self) -> FitConfig:
        """Return what the loop needs to know."""
        return fit_config(self.config)

    def groups(self) -> list[dict[str, Any]] | None:
        """Return the optimiser's groups; None for all weights in one."""
        return None

    def fit(self, checkpoint: Path, on_step: OnStep, should_stop: Callable[[], bool]) -> nn.Module:
        """Train, from where the checkpoint is; return the moving average of the weights."""
        return fit(self.task, self.fit_config(), checkpoint, on_step, should_stop, self.groups())

    def fit_adversarial(
        self, checkpoint: Path, on_step: OnStep, should_stop: Callable[[], bool], **more: object
    ) -> nn.Module:
        """Train two networks against each other, the same way; the moving average is what is measured."""

        def told(report: StepReport, average: nn.Module) -> None:
            self.average = average
            on_step(report)

        return fit_adversarial(self.task, fit_config(self.config, **more), checkpoint, told, should_stop)

    def measure(self) -> dict[str, float]:
        """Return figures of the network as it is on pictures that it does not learn from.

        "score" is among them unless there are no such pictures; the smaller the better.
        """
        if self.examples is None:
            return {}
        losses = self.examples.losses(self.network)
        return {"score": losses["total"], **{name: losses[name] for name in self.parts_of_loss if name in losses}}

    def preview(self) -> Image.Image | None:
        """Return a picture of what the network does by now; None where it makes no pictures."""
        return None

    def save(self, average: nn.Module, folder: Path) -> None:
        """Write what came out into a folder, in the layout of a bundled checkpoint."""
        average.save_pretrained(folder)


def kind_of(config: JobConfig) -> str:
    """Return what is trained: the task, or of generators the architecture where it is another one."""
    return "vae" if config.task == "generator" and config.architecture == "vae" else config.task


def start_of(config: JobConfig) -> nn.Module | None:
    """Return the network that a job goes on from; None if from scratch."""
    name = ARCHITECTURES[kind_of(config)]
    if config.start == SCRATCH:
        return None
    if config.start.startswith("job:"):
        folder = admin_folder() / "jobs" / checked_name(config.start.removeprefix("job:")) / "bundle"
        if not folder.is_dir():
            raise InputError("job.no_bundle")
        return load_folder(folder, name, config.start).requires_grad_(True)
    own = [key for key, row in CHECKPOINTS.items() if row.architecture == name]
    key = config.start or next(iter(own), "")
    if not key:
        return None
    if key not in own:
        raise InputError("setting.choice", name="start", choices=", ".join([*own, SCRATCH]))
    return load_model(key).requires_grad_(True)


def fit_config(config: JobConfig, **more: object) -> FitConfig:
    """Return what the loop needs to know of a job."""
    bf16 = config.precision == "bfloat16" or (config.precision == "auto" and runtime.mixed_precision())
    return FitConfig(
        **{
            "minutes": config.minutes,
            "stages": (Stage(config.side, config.batch),),
            "learning_rate": config.learning_rate,
            "final_learning_rate": config.learning_rate / 50,
            "schedule": config.schedule,
            "warmup_steps": max(1, config.warmup_steps),
            "weight_decay": config.weight_decay,
            "clip_norm": config.clip_norm,
            "ema_decay": config.ema_decay,
            "save_every_minutes": config.save_every_minutes,
            "bf16": bf16,
            "optimizer": config.optimizer,
        }
        | more
    )


def pictures_of(data_set: DataSet, artworks: Sequence[Artwork], shortest: int = 256) -> PictureStore:
    """Return the pictures of some artworks, decoded into the data set's cache once."""
    return PictureStore([work.path for work in artworks], data_set.folder / "cache", shortest)


def kept_for_measuring(data_set: DataSet) -> list[Artwork]:
    """Return the pictures that a network is measured on while it learns."""
    return data_set.artworks("calibration")


class Examples:
    """A few examples of a task, drawn once, by which it is always measured."""

    def __init__(self, task: Task, stage: Stage, bf16: bool) -> None:
        self._task, self._bf16 = task, bf16
        self._spec = BatchSpec(stage, 0)
        self.batch: Batch = task.draw(self._spec)

    @torch.no_grad()
    def losses(self, network: nn.Module) -> dict[str, float]:
        """Return the losses of the network, which is in training again afterwards."""
        device = next(network.parameters()).device
        network.eval()
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=self._bf16):
            found = self._task.losses(tuple(x.to(device) for x in self.batch), self._spec)
        network.train()
        return {name: float(value) for name, value in found.items()}
