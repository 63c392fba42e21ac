"""Training of the regressor: numbers of pictures on what the live classifier sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image
from torch import nn

from deepart.admin.data.datasets import DataSet
from deepart.admin.job_config import SCRATCH, JobConfig
from deepart.admin.tuning import base
from deepart.checkpoints import load_model
from deepart.errors import InputError
from deepart.tasks.classify.classify import DEFAULT_CHECKPOINT
from deepart.training.classify.regressor import (
    NumberData,
    RegressorTraining,
    fill,
    predicted,
    regressor_for,
    scores,
)
from deepart.training.loop import fit


class RegressorTuning:
    """A linear layer on the classifier's backbone."""

    average = None  # the network itself is measured

    def __init__(self, config: JobConfig, data_set: DataSet) -> None:
        if config.start not in ("", SCRATCH):  # its units are those of other pictures
            raise InputError("setting.choice", name="start", choices=SCRATCH)
        targets = [name.strip() for name in config.targets.split(",") if name.strip()]
        self._config = config
        self._data = NumberData(data_set.folder, targets, data_set.folder / "cache")
        self.network = regressor_for(self._data, load_model(DEFAULT_CHECKPOINT))
        pictures = self._data.of("train")
        self.num_pictures = len(pictures)
        self._task = RegressorTraining(self.network, pictures, self._data.table("train"), config.seed)

    def prepare(self, kept: Path | None = None) -> Iterator[tuple[int, int]]:
        """See `Tuning`."""
        for done in self._task.look():
            yield done, self.num_pictures
        fill(self._task, self._data, self._config.missing)

    def fit(self, checkpoint: Path, on_step: base.OnStep, should_stop: Callable[[], bool]) -> nn.Module:
        """See `Tuning`."""
        groups = [{"params": list(self.network.head.parameters())}]
        return fit(self._task, base.fit_config(self._config, bf16=False), checkpoint, on_step, should_stop, groups)

    def measure(self) -> dict[str, float]:
        """See `Tuning`; "mae" and "r2" of each number, the score is the mean of the errors in standard deviations."""
        answers = predicted(self.network, self._data.of("calibration"))
        found = scores(self.network, answers, self._data.table("calibration")) if len(answers) else {}
        self.network.train()
        if not found:
            return {}
        std = {name: row[-1] for name, *row in self.network.config.targets}
        figures = {f"{name} {key}": each[key] for name, each in found.items() for key in ("mae", "r2")}
        return {"score": sum(each["mae"] / std[name] for name, each in found.items()) / len(found), **figures}

    def preview(self) -> Image.Image | None:
        """Return nothing: a regressor makes no pictures."""
        return None

    def save(self, average: nn.Module, folder: Path) -> None:
        """See `Tuning`."""
        average.save_pretrained(folder)
