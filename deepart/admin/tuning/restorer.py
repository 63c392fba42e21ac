"""Fine-tuning of the restorer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from deepart.admin.data.datasets import DataSet
from deepart.admin.job_config import JobConfig
from deepart.admin.tuning import base
from deepart.errors import InputError
from deepart.images import to_pil
from deepart.models.restorers.denoiser import Denoiser, DenoiserConfig
from deepart.sheets import Cell, contact_sheet
from deepart.training.restore.denoiser import CLEAN_SCALES, DenoiserTraining


class RestorerTuning(base.Tuning):
    """The restorer, on damage made for the purpose."""

    def __init__(self, config: JobConfig, data_set: DataSet) -> None:
        self.config = config
        self.network = base.start_of(config) or Denoiser(DenoiserConfig())
        self._data_set = data_set
        self.num_pictures = len(data_set.artworks("train"))

    def prepare(self, kept: Path | None = None) -> Iterator[tuple[int, int]]:
        yield 0, 2
        self.task = DenoiserTraining(self.network, [self._large_enough("train")], seed=self.config.seed)
        yield 1, 2
        if base.kept_for_measuring(self._data_set):
            self.measure_on(DenoiserTraining(self.network, [self._large_enough("calibration")], seed=1))
        yield 2, 2

    def _large_enough(self, part: str) -> list[np.ndarray]:
        store = base.pictures_of(self._data_set, self._data_set.artworks(part), shortest=512)
        found = [
            store[index] for index, size in enumerate(store.sizes) if min(size) * CLEAN_SCALES[1] >= self.config.side
        ]
        if not found:
            raise InputError("job.pictures_too_small", least=math.ceil(self.config.side / CLEAN_SCALES[1]))
        return found

    def measure(self) -> dict[str, float]:
        """See `Tuning`; "psnr" is that of all examples together, in decibels."""
        if self.examples is None:
            return {}
        damaged, clean = self.examples.batch
        error = float((self._restored(damaged) - clean).square().mean())
        return {**super().measure(), "psnr": -10 * math.log10(max(error, 1e-10))}

    @torch.no_grad()
    def _restored(self, damaged: Tensor) -> Tensor:
        device = next(self.network.parameters()).device
        self.network.eval()
        restored = self.network(damaged.to(device)).float().cpu().clamp(0, 1)
        self.network.train()
        return restored

    def preview(self) -> Image.Image | None:
        """Return damaged pictures, what they become, and what they were."""
        if self.examples is None:
            return None
        damaged, clean = (x[:6] for x in self.examples.batch)
        rows = zip(damaged, self._restored(damaged), clean)
        return contact_sheet([Cell(to_pil(x).resize((128, 128))) for row in rows for x in row], columns=3)
