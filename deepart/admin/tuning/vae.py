"""Training of the variational autoencoder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from PIL import Image

from deepart.admin.data.datasets import DataSet
from deepart.admin.job_config import JobConfig
from deepart.admin.tuning import base
from deepart.errors import InputError
from deepart.models.generators.vae import PictureVAE, PictureVAEConfig
from deepart.training.generate.evaluation import grid
from deepart.training.generate.generator import SquareCrops
from deepart.training.generate.vae import VAETraining

_SIDES = (64, 128, 256)


class VAETuning(base.Tuning):
    """A variational autoencoder, from random weights or from what an earlier job made."""

    parts_of_loss = ("reconstruction", "divergence", "cycle")

    def __init__(self, config: JobConfig, data_set: DataSet) -> None:
        if config.side not in _SIDES:
            raise InputError("setting.choice", name="side", choices=", ".join(map(str, _SIDES)))
        self.config, self._data_set = config, data_set
        self.network = base.start_of(config) or PictureVAE(PictureVAEConfig(config.side))
        self.num_pictures = len(data_set.artworks("train"))

    def prepare(self, kept: Path | None = None) -> Iterator[tuple[int, int]]:
        yield 0, 2
        self.task = self._task_of("train", self.config.seed)
        yield 1, 2
        if base.kept_for_measuring(self._data_set):
            self.measure_on(self._task_of("calibration", 1))
        yield 2, 2

    def _task_of(self, part: str, seed: int) -> VAETraining:
        pictures = base.pictures_of(self._data_set, self._data_set.artworks(part))
        c = self.config
        crops = SquareCrops(pictures, [0] * len(pictures))
        return VAETraining(self.network, crops, c.beta, c.free_bits, c.code_cycle, seed)

    @torch.no_grad()
    def preview(self) -> Image.Image | None:
        """Return pictures over what is given back of them, and new ones of always the same codes."""
        device = next(self.network.parameters()).device
        z = torch.randn(8, self.network.config.z, generator=torch.Generator().manual_seed(0)).to(device)
        shown = [self.network(z)]
        if self.examples is not None:
            x = self.examples.batch[0][:8].to(device)
            shown = [x, self.network.reconstruct(x), *shown]
        return grid([*torch.cat(shown).float().cpu()])
