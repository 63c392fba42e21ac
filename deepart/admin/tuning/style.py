"""Fine-tuning of the style network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import nn

from deepart.admin.data.datasets import DataSet, find_data_set
from deepart.admin.job_config import SCRATCH, JobConfig
from deepart.admin.tuning import base
from deepart.checkpoints import load_model
from deepart.images import to_pil
from deepart.models.style_network import StyleNetwork, StyleNetworkConfig
from deepart.sheets import Cell, contact_sheet
from deepart.training.loop import FitConfig, Stage
from deepart.training.paint.style_network import StyleTraining

PERCEPTUAL_NETWORK = "loss/distilled-vgg16-v1"
"""The perceptual network in which contents and styles are compared."""

_MEASURED_CODES = 256
"""Crops of which the codes of a fresh network are measured."""


class StyleTuning(base.Tuning):
    """The style network, or its decoder alone: then stored styles keep their meaning."""

    parts_of_loss = ("style", "content")

    def __init__(self, config: JobConfig, data_set: DataSet) -> None:
        self.config = config
        self._styles, self._contents = data_set, find_data_set(config.contents) if config.contents else data_set
        self.network = base.start_of(config) or StyleNetwork(StyleNetworkConfig())
        self.num_pictures = len(data_set.artworks("train"))

    def prepare(self, kept: Path | None = None) -> Iterator[tuple[int, int]]:
        yield 0, 2
        perceptual_network = load_model(PERCEPTUAL_NETWORK)
        self.task = self._task_of(perceptual_network, "train", self.config.seed)
        if self.config.start == SCRATCH:
            self.network.measure_codes(self.task.codes(_MEASURED_CODES))
        yield 1, 2
        if base.kept_for_measuring(self._styles):
            self.measure_on(self._task_of(perceptual_network, "calibration", 1))
        if self.config.trained == "decoder":
            self.network.requires_grad_(False)
            self.network.decoder.requires_grad_(True)
        yield 2, 2

    def _task_of(self, perceptual_network: nn.Module, part: str, seed: int) -> StyleTraining:
        stores = []
        for data_set in (self._contents, self._styles):
            artworks = data_set.artworks(part) or data_set.artworks("train")
            stores.append([base.pictures_of(data_set, artworks)])
        return StyleTraining(self.network, perceptual_network, *stores, seed=seed)

    def fit_config(self) -> FitConfig:
        return base.fit_config(self.config, stages=(Stage(self.config.side, max(4, self.config.batch)),))

    def groups(self) -> list[dict[str, Any]]:
        return [{"params": [p for p in self.network.parameters() if p.requires_grad]}]

    @torch.no_grad()
    def preview(self) -> Image.Image | None:
        """Return contents painted in the styles beside them."""
        if self.examples is None:
            return None
        contents, styles, *_ = self.examples.batch
        device = next(self.network.parameters()).device
        self.network.eval()
        painted = self.network(contents[1:5].to(device), styles[1:5].to(device)).float().cpu()
        self.network.train()
        rows = zip(contents[1:5], styles[1:5], painted)
        return contact_sheet([Cell(to_pil(x)) for row in rows for x in row], columns=3)
