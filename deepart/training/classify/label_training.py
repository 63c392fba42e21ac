"""Fine-tuning of the classifier on the owner's pictures: its labels or new ones, all of it or only the heads.

If only the heads are trained, the backbone's features are computed once for a few views of every picture, and a step
costs next to nothing. A head chooses one label, or decides yes or no for each (one-vs-rest; several labels).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from deepart.errors import InputError
from deepart.files import writing
from deepart.models.classifier import ArtClassifier
from deepart.tasks.classify.classify import ANOTHER_ARTIST
from deepart.training.classify.calibration import best_temperature, set_level
from deepart.training.classify.classifier import MOST_PAIRED, Balance, freeze, pair_loss, relative_crop
from deepart.training.data import PictureStore, degrade
from deepart.training.loop import Batch, BatchSpec

Augmentation = Literal["none", "some", "strong"]
"""Augmentation: only mirroring; cropping, stretching and brightness; also degradation and CutMix."""

VIEWS = 4
"""Random crops of each picture, where the heads alone are trained."""

FEWEST_TO_CALIBRATE = 20
"""Labelled pictures without which a head's probabilities are left as they are."""

_CHUNK = 16


class Labelled(Protocol):
    """A picture's labels."""

    def labels(self, column: str) -> tuple[str, ...]:
        """Return those of a column."""
        ...


def with_heads(
    network: ArtClassifier,
    labels: Mapping[str, Sequence[str]],
    independent: Sequence[str] = (),
    dropout: float = 0.5,
    pairwise: Sequence[str] = (),
) -> ArtClassifier:
    """Return a classifier with the backbone of `network` and new, untrained heads.

    Args:
        labels: of each head.
        independent: the heads that decide yes or no for each of their labels.
        pairwise: the heads that decide between each two of their labels.

    Raises:
        InputError: a pairwise head would have too many pairs.
    """
    if any(len(labels[head]) > MOST_PAIRED for head in pairwise):
        raise InputError("training.too_many_pairs", most=MOST_PAIRED)
    config = dataclasses.replace(
        network.config,
        pairwise=tuple(pairwise),
        labels=tuple((head, tuple(names)) for head, names in labels.items()),
        independent=tuple(independent),
        dropout=dropout,
        temperatures=(),
        index="",
        index_share=0.0,
        mixture_temperatures=(),
        set_levels=(),
        mistaken=(),
    )
    fresh = ArtClassifier(config)
    known = {key: value for key, value in network.state_dict().items() if not key.startswith("heads.")}
    fresh.load_state_dict({**fresh.state_dict(), **known})
    return fresh


def label_targets(network: ArtClassifier, works: Sequence[Labelled]) -> dict[str, Tensor]:
    """Return for each head a table (N, C): 1 where a picture has a label, 0 where not, -1 where nothing is known.

    Labels are compared without regard to capitals.  An artist whom the classifier does not know is "another artist".
    """
    tables = {}
    for head, names in network.labels.items():
        place = {name.casefold(): number for number, name in enumerate(names)}
        other = place.get(ANOTHER_ARTIST) if head == "artist" else None
        table = torch.full((len(works), len(names)), -1.0)
        for row, work in enumerate(works):
            found = [place.get(label.casefold(), other) for label in work.labels(head)]
            known = [number for number in found if number is not None]
            if known:
                table[row] = 0
                table[row, known if head in network.config.independent else known[:1]] = 1
        tables[head] = table
    return tables


class LabelTraining:
    """Task of `deepart.training.loop.fit`: the heads, and the backbone too or not, learn the labels of pictures.

    Args:
        network: what is trained; the head that tells artworks from others is left as it is.
        works: the pictures' labels.
        pictures: the pictures, in the same order, (H, W, 3) uint8 RGB.
        heads_only: leave the backbone as it is, and look at `VIEWS` views of every picture once, of `side` pixels.
        balance: see `deepart.training.classify.classifier.ClassifierTraining`.
    """

    def __init__(
        self,
        network: ArtClassifier,
        works: Sequence[Labelled],
        pictures: PictureStore | Sequence[np.ndarray],
        heads_only: bool = False,
        balance: Balance = "none",
        augmentation: Augmentation = "some",
        label_smoothing: float = 0.1,
        seed: int = 0,
    ) -> None:
        self.network = network
        self._pictures = pictures
        self._targets = label_targets(network, works)
        self._balance, self._augmentation = balance, augmentation
        self._smoothing, self._seed = label_smoothing, seed
        self._shares = {head: _shares(table) for head, table in self._targets.items()}
        self._up_to = self._chances()
        self._features: Tensor | None = None  # (N, VIEWS, D)
        network.requires_grad_(False)
        if not heads_only:
            network.backbone.requires_grad_(True)
            freeze(network)
        for head, table in self._targets.items():  # weights that nothing is learned for must not decay
            network.heads[head].requires_grad_(bool((table >= 0).any()))

    def look(self, side: int, kept: Path | None = None) -> Iterator[int]:
        """Compute the features for the heads; yields the number of pictures done.

        Args:
            kept: file for the features; an interrupted computation is resumed from it.
        """
        self.network.eval()
        shape = (VIEWS, self.network.norm.num_features)
        self._features = torch.zeros(len(self._pictures), *shape)
        before = np.fromfile(kept, np.float32) if kept and kept.exists() else np.empty(0, np.float32)
        done = min(len(before) // math.prod(shape), len(self._pictures))
        before = before[: done * math.prod(shape)].reshape(done, *shape)
        self._features[:done] = torch.from_numpy(before)
        if kept:
            with open(kept, "ab") as file:
                file.truncate(before.nbytes)  # of a picture that was cut short
        for start in range(done, len(self._pictures), _CHUNK):
            numbers = range(start, min(start + _CHUNK, len(self._pictures)))
            views = [
                self._crop(number, side, np.random.default_rng((self._seed, number, view)))
                for number in numbers
                for view in range(VIEWS)
            ]
            seen = features_of(self.network, torch.stack(views)).unflatten(0, (len(numbers), VIEWS))
            self._features[start : numbers.stop] = seen
            if kept:
                with writing(kept), open(kept, "ab") as file:
                    self._features[start : numbers.stop].numpy().tofile(file)
            yield numbers.stop

    def draw(self, spec: BatchSpec) -> Batch:
        """Return pictures (B, 3, size, size), or what was seen of them (B, D), and each head's targets (B, C)."""
        chosen, inputs = [], []
        for rng in spec.generators(self._seed):
            number = min(int(np.searchsorted(self._up_to, rng.random())), len(self._up_to) - 1)
            chosen.append(number)
            if self._features is not None:
                inputs.append(self._features[number, int(rng.integers(VIEWS))])
            else:
                inputs.append(self._crop(number, spec.stage.size, rng))
        return torch.stack(inputs), *(self._targets[head][chosen] for head in self.network.labels)

    def losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Return the loss of every head and their sum, "total"."""
        x, *targets = batch
        self.network.backbone.eval()  # normalisations keep the statistics that they came with
        self.network.norm.eval()
        if self._features is None and self._augmentation == "strong":
            x, targets = cut_and_mix(x, targets, np.random.default_rng((self._seed, spec.step)))
        features = x if self._features is not None else self.network.features(x)
        answers = self.network.scores(features.float())
        losses = {
            head: self._loss(head, answers[head].float(), target) for head, target in zip(self.network.labels, targets)
        }
        return losses | {"total": sum(losses.values())}

    def _loss(self, head: str, logits: Tensor, target: Tensor) -> Tensor:
        shares = self._shares[head].to(logits.device)
        weights = shares.rsqrt() / shares.sqrt().sum() if self._balance == "weights" else torch.ones_like(shares)
        there = (target[:, 0] >= 0).float()
        target = target.clamp(min=0)
        if head in self.network.config.independent:
            each = F.binary_cross_entropy_with_logits(logits, target, reduction="none") * weights
            return (each.mean(1) * there).sum() / there.sum().clamp(min=1)
        if head in self.network.config.pairwise:
            each = pair_loss(logits, target * weights) * there
            return each.sum() / there.sum().clamp(min=1)
        if self._balance == "logit-adjustment":
            logits = logits + shares.log()
        there = there * (target * weights).sum(1)
        target = (1 - self._smoothing) * target + self._smoothing / target.shape[1]
        each = -(target * logits.log_softmax(1)).sum(1)
        return (each * there).sum() / there.sum().clamp(min=1e-9)

    def _chances(self) -> np.ndarray:
        """Return the chance of each picture, or of one before it, to be drawn."""
        chances = torch.zeros(len(self._pictures))
        for head, table in self._targets.items():
            weights = self._shares[head].rsqrt() if self._balance == "resampling" else torch.ones(table.shape[1])
            known = table.clamp(min=0)
            chances += (known * weights).sum(1) / known.sum(1).clamp(min=1)
        if not chances.any():
            chances += 1
        return np.cumsum((chances / chances.sum()).double().numpy())

    def _crop(self, number: int, size: int, rng: np.random.Generator) -> Tensor:
        picture = self._pictures[number]
        if self._augmentation == "none":
            x = stretched(picture, size)
            return x.flip(2) if rng.random() < 0.5 else x
        crop = relative_crop(picture, size, rng)
        return degrade(crop, rng) if self._augmentation == "strong" and rng.random() < 0.25 else crop


def cut_and_mix(x: Tensor, targets: Sequence[Tensor], rng: np.random.Generator) -> tuple[Tensor, list[Tensor]]:
    """Half the time, replace a rectangle of each picture, and as much of its labels, by that of another (CutMix).

    Yun et al. 2019, https://arxiv.org/abs/1905.04899.  x: (B, 3, S, S); targets: (B, C) each, -1 where unknown.
    """
    if rng.random() < 0.5:
        return x, list(targets)
    partner = torch.from_numpy(rng.permutation(len(x))).to(x.device)
    side = x.shape[-1]
    cut = max(1, round(side * float(np.sqrt(rng.uniform(0.1, 0.6)))))
    top, left = rng.integers(side - cut + 1, size=2)
    mixed = x.clone()
    mixed[..., top : top + cut, left : left + cut] = x[partner][..., top : top + cut, left : left + cut]
    share = 1 - cut**2 / side**2
    found = []
    for target in targets:
        both = (target[:, :1] >= 0) & (target[partner][:, :1] >= 0)
        found.append(torch.where(both, share * target + (1 - share) * target[partner], -torch.ones_like(target)))
    return mixed, found


def stretched(picture: np.ndarray, size: int) -> Tensor:
    """Return a picture, (H, W, 3) uint8, stretched to a square, (3, size, size) in [0, 1]."""
    x = torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float() / 255
    return F.interpolate(x, (size, size), mode="bicubic", antialias=True, align_corners=False).clamp(0, 1)[0]


@torch.no_grad()
def features_of(network: ArtClassifier, x: Tensor) -> Tensor:
    """Return what a classifier in evaluation sees of pictures (B, 3, S, S) in [0, 1]: (B, D) on the CPU."""
    device = next(network.parameters()).device
    return torch.cat(
        [network.features(part.to(device, memory_format=torch.channels_last)).float().cpu() for part in x.split(_CHUNK)]
    )


@torch.no_grad()
def measure_norm(network: ArtClassifier, x: Tensor) -> None:
    """Bring what a new backbone says of pictures, (B, 3, S, S) in [0, 1], to unit size, as the heads expect it."""
    network.norm.reset_running_stats()
    network.norm.momentum = 1.0
    network.train()
    network.backbone.eval()
    network.features(x)
    network.norm.momentum = 0.1
    network.eval()


@torch.no_grad()
def measure_labels(network: ArtClassifier, features: Tensor, targets: Mapping[str, Tensor]) -> dict[str, float]:
    """Return each head's accuracy on pictures with these features, (N, D), and "loss", the mean over the heads.

    The accuracy of a yes-or-no head is its balanced accuracy.
    """
    device = next(network.parameters()).device
    answers = network.answers(features.to(device))
    found, losses = {}, []
    for head, table in targets.items():
        there = table[:, 0] >= 0
        if not there.any():
            continue
        z, target = answers[head][there.to(device)].float().cpu(), table[there]
        if head in network.config.independent:
            losses.append(F.binary_cross_entropy_with_logits(z, target))
            yes, no = ((z > 0).float()[target == 1]).mean(), ((z <= 0).float()[target == 0]).mean()
            found[f"{head} accuracy"] = float(torch.stack([yes, no]).nanmean())
        else:
            losses.append(F.cross_entropy(z, target.argmax(1)))
            found[f"{head} accuracy"] = float((z.argmax(1) == target.argmax(1)).float().mean())
    return {"loss": float(torch.stack(losses).mean()), **found} if losses else {}


def finished(
    network: ArtClassifier, features: Tensor, targets: Mapping[str, Tensor], backbone_changed: bool
) -> ArtClassifier:
    """Return a fine-tuned network with temperatures and sets from pictures that it was not trained on.

    Args:
        features: of those pictures, (N, D).
        targets: of them, see `label_targets`.
        backbone_changed: then the artworks that voted beside the heads were described otherwise, and vote no more.
    """
    with torch.no_grad():
        answers = {head: z.float().cpu() for head, z in network.cpu().eval().answers(features).items()}
    temperatures, levels = dict(network.config.temperatures), dict(network.config.set_levels)
    for head, table in targets.items():
        there = table[:, 0] >= 0
        if int(there.sum()) < FEWEST_TO_CALIBRATE:
            continue
        if head in network.config.independent:
            temperatures[head] = best_temperature(answers[head][there], table[there])
            continue
        z, target = answers[head][there], table[there].argmax(1)
        temperatures[head] = best_temperature(z, target)
        levels[head] = round(set_level((z / temperatures[head]).softmax(1), target), 5)
    changes: dict[str, object] = {"temperatures": tuple(temperatures.items()), "set_levels": tuple(levels.items())}
    if backbone_changed:
        passing = answers["artwork"].sigmoid()
        least = float(passing.quantile(0.005)) if len(passing) else network.config.least_artwork
        changes |= {
            "index": "",
            "index_share": 0.0,
            "mixture_temperatures": (),
            "mistaken": (),
            "least_artwork": round(min(network.config.least_artwork, least), 4),
        }
    calibrated = ArtClassifier(dataclasses.replace(network.config, **changes))
    calibrated.load_state_dict(network.state_dict())
    return calibrated.eval().requires_grad_(False)


def _shares(table: Tensor) -> Tensor:
    """Return how often each label comes, (C,), adding up to 1; one that never comes as if half once."""
    counts = table.clamp(min=0).sum(0).clamp(min=0.5)
    return counts / counts.sum()
