"""Training of the regressor: numbers of pictures on what the live classifier sees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deepart.admin.data.datasets import DataSet
from deepart.admin.job_config import SCRATCH, JobConfig
from deepart.admin.tuning import base
from deepart.checkpoints import load_model
from deepart.errors import InputError
from deepart.tasks.classify.classify import DEFAULT_CHECKPOINT
from deepart.training.classify.regressor import NumberData, RegressorTraining, fill, predicted, regressor_for, scores
from deepart.training.loop import FitConfig


class RegressorTuning(base.Tuning):
    """A linear layer on the classifier's backbone."""

    def __init__(self, config: JobConfig, data_set: DataSet) -> None:
        if config.start not in ("", SCRATCH):  # its units are those of other pictures
            raise InputError("setting.choice", name="start", choices=SCRATCH)
        targets = [name.strip() for name in config.targets.split(",") if name.strip()]
        self.config = config
        self._data = NumberData(data_set.folder, targets, data_set.folder / "cache")
        self.network = regressor_for(self._data, load_model(DEFAULT_CHECKPOINT))
        pictures = self._data.of("train")
        self.num_pictures = len(pictures)
        self.task = RegressorTraining(self.network, pictures, self._data.table("train"), config.seed)

    def prepare(self, kept: Path | None = None) -> Iterator[tuple[int, int]]:
        for done in self.task.look():
            yield done, self.num_pictures
        fill(self.task, self._data, self.config.missing)

    def fit_config(self) -> FitConfig:
        return base.fit_config(self.config, bf16=False)

    def groups(self) -> list[dict[str, Any]]:
        return [{"params": list(self.network.head.parameters())}]

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
