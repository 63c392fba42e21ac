"""Training of the variational autoencoder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from PIL import Image
from torch import nn

from deepart.admin.data.datasets import DataSet
from deepart.admin.job_config import JobConfig
from deepart.admin.tuning import base
from deepart.errors import InputError
from deepart.models.generators.vae import PictureVAE, PictureVAEConfig
from deepart.training.generate.evaluation import grid
from deepart.training.generate.generator import SquareCrops
from deepart.training.generate.vae import VAETraining
from deepart.training.loop import Stage, fit

_SIDES = (64, 128, 256)


class VAETuning:
    """A variational autoencoder, from random weights or from what an earlier job made."""

    average = None  # the network itself is measured

    def __init__(self, config: JobConfig, data_set: DataSet) -> None:
        if config.side not in _SIDES:
            raise InputError("setting.choice", name="side", choices=", ".join(map(str, _SIDES)))
        self._config, self._fit, self._data_set = config, base.fit_config(config), data_set
        self.network = base.start_of(config) or PictureVAE(PictureVAEConfig(config.side))
        self.num_pictures = len(data_set.works("train"))
        self._examples: base.Examples | None = None

    def prepare(self, kept: Path | None = None) -> Iterator[tuple[int, int]]:
        """See `Tuning`."""
        yield 0, 2
        self._task = self._task_of("train", self._config.seed)
        yield 1, 2
        if base.kept_for_measuring(self._data_set):
            stage = Stage(self._config.side, base.MEASURED_ON)
            self._examples = base.Examples(self._task_of("calibration", 1), stage, self._fit.bf16)
        yield 2, 2

    def _task_of(self, part: str, seed: int) -> VAETraining:
        pictures = base.pictures_of(self._data_set, self._data_set.works(part))
        c = self._config
        crops = SquareCrops(pictures, [0] * len(pictures))
        return VAETraining(self.network, crops, c.beta, c.free_bits, c.code_cycle, seed)

    def fit(self, checkpoint: Path, on_step: base.OnStep, should_stop: Callable[[], bool]) -> nn.Module:
        """See `Tuning`."""
        return fit(self._task, self._fit, checkpoint, on_step, should_stop)

    def measure(self) -> dict[str, float]:
        """See `Tuning`."""
        if self._examples is None:
            return {}
        losses = self._examples.losses(self.network)
        return {"score": losses.pop("total"), **losses}

    @torch.no_grad()
    def preview(self) -> Image.Image | None:
        """Return pictures over what is given back of them, and new ones of always the same codes."""
        device = next(self.network.parameters()).device
        z = torch.randn(8, self.network.config.z, generator=torch.Generator().manual_seed(0)).to(device)
        shown = [self.network(z)]
        if self._examples is not None:
            x = self._examples.batch[0][:8].to(device)
            shown = [x, self.network.reconstruct(x), *shown]
        return grid([*torch.cat(shown).float().cpu()])

    def save(self, average: nn.Module, folder: Path) -> None:
        """See `Tuning`."""
        average.save_pretrained(folder)
