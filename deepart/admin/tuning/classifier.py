"""Fine-tuning of the classifier: its own labels or new ones, all of it or the heads alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from deepart.admin.data.datasets import DataSet
from deepart.admin.data.report import FEWEST_PER_LABEL
from deepart.admin.job_config import JobConfig
from deepart.admin.tuning import base
from deepart.errors import InputError
from deepart.models.classifier import ArtClassifier
from deepart.models.own_backbone import OWN
from deepart.training.classify.classifier import fresh_classifier, parameter_groups
from deepart.training.classify.label_training import (
    LabelTraining,
    features_of,
    finished,
    label_targets,
    measure_labels,
    measure_norm,
    stretched,
    with_heads,
)

_MEASURED_ON = 200  # pictures, about, where each measurement looks at them anew


class ClassifierTuning(base.Tuning):
    """The classifier: its own labels or new ones, all of it or the heads alone."""

    def __init__(self, config: JobConfig, data_set: DataSet) -> None:
        start = base.start_of(config)
        if start is None:
            raise InputError("job.no_scratch")
        self.config, self._data_set = config, data_set
        self._artworks = data_set.artworks("train")
        if config.backbone:
            if config.backbone == OWN and config.trained == "heads":  # which would stand on nothing
                raise InputError("setting.choice", name="trained", choices="all")
            own = {name: getattr(config, name) for name in ("kernel", "stride", "activation")}
            start = fresh_classifier(start.labels, config.backbone, **own)
        if config.labels == "new":
            column = (config.column,)
            independent = column if config.answers in ("one-vs-rest", "several") else ()
            pairwise = column if config.answers == "one-vs-one" else ()
            start = with_heads(start, {config.column: self._learnable()}, independent, config.dropout, pairwise)
        start.dropout.p = config.dropout
        self.network: ArtClassifier = start
        targets = label_targets(start, self._artworks)
        self._artworks = [
            work for row, work in enumerate(self._artworks) if any(t[row, 0] >= 0 for t in targets.values())
        ]
        self._kept = base.kept_for_measuring(data_set)
        if len(self._artworks) < 2 * FEWEST_PER_LABEL:
            raise InputError("job.no_labels")
        self.num_pictures = len(self._artworks)
        heads_only = config.trained == "heads"
        self.task = LabelTraining(
            self.network,
            self._artworks,
            base.pictures_of(data_set, self._artworks),
            heads_only,
            config.balance,
            config.augmentation,
            config.label_smoothing,
            config.seed,
        )
        self._kept_targets = label_targets(self.network, self._kept)
        self._kept_pictures = base.pictures_of(data_set, self._kept) if self._kept else None
        self._kept_features: Tensor | None = None

    def _learnable(self) -> list[str]:
        """Return the labels of the column that enough training pictures have, sorted."""
        counts: dict[str, int] = {}
        for work in self._artworks:
            for label in work.labels(self.config.column):
                counts[label] = counts.get(label, 0) + 1
        found = sorted(label for label, count in counts.items() if count >= FEWEST_PER_LABEL - 1)
        if len(found) < 2:
            raise InputError("job.no_labels")
        return found

    def prepare(self, kept: Path | None = None) -> Iterator[tuple[int, int]]:
        if self.config.backbone:
            pictures = base.pictures_of(self._data_set, self._artworks[:_MEASURED_ON])
            views = [stretched(pictures[n], self.network.config.sides[0]) for n in range(len(pictures))]
            measure_norm(self.network, torch.stack(views[:64]))
        if self.config.trained == "heads":
            for done in self.task.look(self.config.side, kept):
                yield done, self.num_pictures
            self._kept_features = self._see_kept(self.network)
        yield 1, 1

    def _see_kept(self, network: ArtClassifier, step: int = 1) -> Tensor | None:
        """Return what a network sees of the pictures that are kept from it, or of every `step`-th of them, (N, D)."""
        if self._kept_pictures is None:
            return None
        network.eval()
        side = network.config.sides[0]
        numbers = range(0, len(self._kept_pictures), step)
        return torch.cat([features_of(network, stretched(self._kept_pictures[n], side)[None]) for n in numbers])

    def groups(self) -> list[dict[str, Any]]:
        return parameter_groups(self.network, self.config.weight_decay)

    def measure(self) -> dict[str, float]:
        """See `Tuning`; with the accuracy of each head."""
        step = max(1, len(self._kept) // _MEASURED_ON) if self._kept_features is None else 1
        features = self._see_kept(self.network, step) if self._kept_features is None else self._kept_features
        if features is None:
            return {}
        self.network.eval()
        targets = {head: table[::step] for head, table in self._kept_targets.items()}
        found = measure_labels(self.network, features, targets)
        self.network.train()
        return {"score": found.pop("loss"), **found} if found else {}

    def save(self, average: nn.Module, folder: Path) -> None:
        """See `Tuning`; the probabilities are calibrated on pictures that were not learned from."""
        features = self._see_kept(average)
        if features is None:
            features = torch.empty(0, average.norm.num_features)
        changed = self.config.trained != "heads"
        finished(average, features, self._kept_targets, changed).save_pretrained(folder)
