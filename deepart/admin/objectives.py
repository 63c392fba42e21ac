"""What `deepart.admin.search` can search for: the heads of the classifier, in seconds."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepart.admin.data.evaluation_sets import labelled
from deepart.admin.search import Report, Setting, Value
from deepart.errors import InputError
from deepart.images import load_image
from deepart.runtime import Progress
from deepart.tasks.classify.classify import ArtworkClassifier
from deepart.tasks.tiled import patiently
from deepart.training.catalogue import Part

_BATCH = 8  # pictures that are looked at together

HEAD_SPACE = (
    Setting("learning_rate", low=3e-4, high=3e-2, logarithmic=True),
    Setting("weight_decay", low=1e-4, high=0.3, logarithmic=True),
    Setting("dropout", low=0.0, high=0.7),
    Setting("label_smoothing", choices=(0.0, 0.05, 0.1, 0.2)),
    Setting("balance", choices=("none", "weights")),
)
"""The search space for training only the classifier's heads."""


class HeadsObjective:
    """Trains the heads of a classifier alone on stored features: seconds for a trial.

    Args:
        labels: of each head, in the order of its outputs.
        features: of the pictures to learn from, (N, D).
        targets: for each head the number of each picture's label, negative where it has none.
        held_features: of other pictures, (M, D), on which settings are compared.
        held_targets: theirs.
        epochs: over all pictures; the value is reported after each.
    """

    def __init__(
        self,
        labels: Mapping[str, Sequence[str]],
        features: Tensor,
        targets: Mapping[str, Sequence[int]],
        held_features: Tensor,
        held_targets: Mapping[str, Sequence[int]],
        epochs: int = 20,
        batch: int = 64,
        seed: int = 0,
    ) -> None:
        self._sizes = {head: len(names) for head, names in labels.items()}
        self._features, self._held = features, held_features
        self._targets = {head: torch.as_tensor(values) for head, values in targets.items()}
        self._held_targets = {head: torch.as_tensor(values) for head, values in held_targets.items()}
        self._epochs, self._batch, self._seed = epochs, batch, seed

    def __call__(self, settings: Mapping[str, Value], report: Report) -> float:
        """Return the accuracy on the held-out pictures, mean over the heads."""
        generator = torch.Generator().manual_seed(self._seed)
        width = self._features.shape[1]
        heads = nn.ModuleDict({head: nn.Linear(width, size) for head, size in self._sizes.items()})
        for head in heads.values():
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)
        optimizer = torch.optim.AdamW(
            heads.parameters(), lr=float(settings["learning_rate"]), weight_decay=float(settings["weight_decay"])
        )
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, self._epochs)
        weights = {head: self._weights(head, size, settings) for head, size in self._sizes.items()}
        value = 0.0
        for epoch in range(self._epochs):
            for chosen in torch.randperm(len(self._features), generator=generator).split(self._batch):
                x = self._features[chosen]
                kept = torch.rand(x.shape, generator=generator) >= float(settings["dropout"])
                x = x * kept / max(1e-3, 1 - float(settings["dropout"]))
                loss = sum(
                    _loss(head(x), self._targets[name][chosen], weights[name], float(settings["label_smoothing"]))
                    for name, head in heads.items()
                )
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
            schedule.step()
            value = self._accuracy(heads)
            report(epoch, value)
        return value

    def _weights(self, head: str, size: int, settings: Mapping[str, Value]) -> Tensor | None:
        if settings["balance"] != "weights":
            return None
        target = self._targets[head]
        counts = torch.bincount(target[target >= 0], minlength=size).float().clamp(min=0.5)
        return counts.rsqrt() / counts.rsqrt().mean()

    @torch.no_grad()
    def _accuracy(self, heads: nn.ModuleDict) -> float:
        shares = []
        for name, head in heads.items():
            target = self._held_targets[name]
            known = target >= 0
            if known.any():
                shares.append(float((head(self._held)[known].argmax(1) == target[known]).float().mean()))
        return sum(shares) / max(1, len(shares))


def _loss(logits: Tensor, target: Tensor, weights: Tensor | None, smoothing: float) -> Tensor:
    known = target >= 0
    if not known.any():
        return logits.sum() * 0
    return F.cross_entropy(logits[known], target[known], weights, label_smoothing=smoothing)


def heads_objective(folder: Path, seed: int = 0) -> Generator[Progress, None, HeadsObjective]:
    """Return the objective for a labelled data set: the live classifier's features, heads for the set's own labels.

    What to learn from is the part "train"; settings are compared on "calibration".

    Raises:
        InputError: there is no catalogue, or one of these parts is empty.
        WeightsError: the classifier is missing or damaged.
    """
    engine = ArtworkClassifier()
    parts: list[Part] = ["train", "calibration"]
    read = Progress(0, 1, "progress.evaluating")
    found = yield from patiently(lambda: {part: labelled(Path(folder), part) for part in parts}, read)
    if not all(found.values()):
        raise InputError("search.too_few")
    heads = sorted({head for _, names in found["train"] for head in names})
    labels = {head: sorted({names[head] for _, names in found["train"] if head in names}) for head in heads}
    features: dict[str, Tensor] = {}
    targets: dict[str, dict[str, list[int]]] = {}
    total, done = sum(map(len, found.values())), 0
    for part, rows in found.items():
        seen = []
        for start in range(0, len(rows), _BATCH):
            pictures = [load_image(path) for path, _ in rows[start : start + _BATCH]]
            work = partial(engine.describe, pictures, thorough=False)
            seen.append((yield from patiently(work, Progress(done, total, "progress.evaluating"))))
            done += len(pictures)
        features[part] = torch.cat(seen)[:, 0]
        numbers = {head: {name: number for number, name in enumerate(labels[head])} for head in heads}
        targets[part] = {head: [numbers[head].get(names.get(head, ""), -1) for _, names in rows] for head in heads}
    return HeadsObjective(
        labels, features["train"], targets["train"], features["calibration"], targets["calibration"], seed=seed
    )
