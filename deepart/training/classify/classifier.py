"""Training of the classifier: three heads at once, missing labels ignored, and pictures that are not artworks.

Fine-tuning of an ImageNet backbone.  Its depthwise kernels and its first stages stay as they are: on a
processor their backward pass takes most of a step, and low-level features carry over from photos.
Batch normalisation keeps the statistics that it came with.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import timm
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepart.checkpoints import load_state
from deepart.errors import InputError, WeightsError
from deepart.models.classifier import ArtClassifier, ArtClassifierConfig, pairs_of
from deepart.models.own_backbone import OWN
from deepart.training.catalogue import ANOTHER_ARTIST, Painting
from deepart.training.data import PictureStore, degrade
from deepart.training.loop import Batch, BatchSpec

FROZEN_STAGES = 2
"""How many of the backbone's first stages are not trained."""

LARGEST_CUT = 0.45
"""How much of each side a training crop may leave out."""

WORN_SHARE = 0.25
"""Share of training pictures with added JPEG blocks or noise, so that no label is learned from compression."""

STRANGE_SHARE = 0.15
"""Share of a batch that is not artworks."""

BACKBONE_RATE = 0.2
"""Learning rate of the backbone, relative to that of the heads."""

Balance = Literal["none", "weights", "resampling", "logit-adjustment"]
"""How the imbalance of labels is compensated."""

_MISSING = -100  # what cross-entropy leaves out


def load_imagenet_backbone(classifier: ArtClassifier, file: Path) -> None:
    """Give the backbone the ImageNet weights of `file`.

    Weights of the original EfficientNet-Lite have other names, but the same tensors in the same order.

    Raises:
        WeightsError: the file does not fit the backbone.
    """
    own = classifier.backbone.state_dict()
    theirs = [value for key, value in load_state(file).items()][: len(own)]  # the last two are ImageNet's classes
    if [value.shape for value in own.values()] != [value.shape for value in theirs]:
        raise WeightsError("weights.mismatch", name=classifier.config.backbone)
    classifier.backbone.load_state_dict(OrderedDict(zip(own, theirs)))


LITE0 = "tf_efficientnet_lite0"
"""The usual backbone."""

MOST_PAIRED = 40
"""Most labels of a pairwise head; more would have so many pairs that the head outgrows the backbone."""


def fresh_classifier(
    labels: Mapping[str, Sequence[str]], backbone: str = LITE0, file: Path | None = None, **own: object
) -> ArtClassifier:
    """Return a classifier with untrained heads on an ImageNet backbone, or on our own untrained one.

    Args:
        backbone: a name of timm, or "own".
        file: of weights of EfficientNet-Lite0; those of others come from the Hub.
        own: further fields of the config: "kernel", "stride", "activation", "dropout", "independent", "pairwise".

    Raises:
        InputError: there is no such backbone, it is none of convolutions, or the Hub cannot be reached.
        WeightsError: the file does not fit.
    """
    names = tuple((head, tuple(each)) for head, each in labels.items())
    if any(len(dict(names)[head]) > MOST_PAIRED for head in own.get("pairwise", ())):
        raise InputError("training.too_many_pairs", most=MOST_PAIRED)
    if backbone == OWN or file is not None:
        if backbone not in (OWN, LITE0):
            raise InputError("setting.choice", name="network", choices=f"{OWN}, {LITE0}")
        network = ArtClassifier(ArtClassifierConfig(names, backbone, **own))
        if backbone != OWN:
            load_imagenet_backbone(network, file)
        return network
    if backbone not in timm.list_models(backbone, exclude_filters="*/*"):
        raise InputError("training.unknown_backbone", name=backbone)
    try:
        known = timm.create_model(backbone, pretrained=True, num_classes=0)
    except (OSError, RuntimeError) as error:  # RuntimeError: timm has no weights of it
        raise InputError("training.no_backbone_weights", name=backbone) from error
    facts, count = timm.data.resolve_model_data_config(known), len(getattr(known, "feature_info", ()))
    with torch.no_grad():
        seen = known.eval().forward_features(torch.zeros(1, 3, 224, 224)) if count else torch.zeros(0)
    if seen.ndim != 4 or seen.shape[1] != known.num_features:
        raise InputError("training.no_convolutions", name=backbone)
    means = {"mean": float(np.mean(facts["mean"])), "deviation": float(np.mean(facts["std"]))}
    config = ArtClassifierConfig(names, backbone, depths=tuple(range(max(0, count - 3), count)), **means, **own)
    network = ArtClassifier(config)
    network.backbone.load_state_dict(known.state_dict())
    return network


class ClassifierTraining:
    """Draws batches of paintings and other pictures, and computes the losses of every head.

    Args:
        network: the classifier, its backbone with ImageNet weights.
        paintings: what to learn from, rows of the catalogue.
        pictures: their pictures, in the same order.
        photos: pictures that are no artworks.
        balance: "weights" weighs each label by one over the root of how often it comes, "resampling" draws
            paintings by that weight of their style, "logit-adjustment" adds the logarithm of how often each label
            comes to its logit (Menon et al. 2021, https://arxiv.org/abs/2007.07314).
        mix: how often a batch is cut and mixed.
    """

    def __init__(
        self,
        network: ArtClassifier,
        paintings: Sequence[Painting],
        pictures: PictureStore | Sequence[np.ndarray],
        photos: PictureStore | Sequence[np.ndarray],
        seed: int = 0,
        balance: Balance = "none",
        mix: float = 0.5,
        label_smoothing: float = 0.1,
    ) -> None:
        self.network = network
        self._pictures, self._photos = pictures, photos
        self._targets = targets(network, paintings)
        self._seed = seed
        self._order: tuple[int, list[int]] = (-1, [])  # an epoch, and the paintings as they come in it
        self._balance = balance
        self._mix = mix
        self._shares = {name: label_shares(self._targets[name], len(labels)) for name, labels in network.labels.items()}
        self._smoothing = label_smoothing
        freeze(network)

    def draw(self, spec: BatchSpec) -> Batch:
        """Return pictures (B, 3, size, size), paintings first, and the indices of their labels (B, heads).

        An index is -100 where a painting has no such label, and everywhere for what is no painting.
        """
        size, known = spec.stage.size, self._paintings_in(spec.stage.batch)
        crops, labels = [], []
        for place, rng in zip(spec.indices, spec.generators(self._seed)):
            if place < known:
                chosen = self._painting(spec.step * known + place)
                crops.append(self._crop(self._pictures[chosen], size, rng))
                labels.append([self._targets[name][chosen] for name in self.network.labels])
            else:
                crops.append(self._crop(self._no_artwork(size, rng), size, rng))
                labels.append([_MISSING] * len(self.network.labels))
        return torch.stack(crops), torch.tensor(labels)

    def losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Return the loss of every head and their sum, "total"."""
        _keep_statistics(self.network)
        x, labels = batch
        count = sum(place < self._paintings_in(spec.stage.batch) for place in spec.indices)
        partner, share = self._cut_and_mix(x[:count], np.random.default_rng((self._seed, spec.step)))
        answers = {name: value.float() for name, value in self.network.scores(self.network.features(x)).items()}
        losses = {}
        for name, target in zip(self.network.labels, labels[:count].T):
            first, first_weight = self._head_loss(name, answers[name][:count], target)
            second, second_weight = self._head_loss(name, answers[name][:count], target[partner])
            weight = (share * first_weight + (1 - share) * second_weight).sum()
            # A head without a single label in the batch has no loss; a weight of nothing says so without a look at it.
            losses[name] = (share * first + (1 - share) * second).sum() / weight.clamp(min=1e-9)
        is_artwork = (torch.arange(len(x), device=x.device) < count).float()
        losses["artwork"] = F.binary_cross_entropy_with_logits(answers["artwork"][:, 0], is_artwork)
        losses["total"] = sum(losses.values())
        return losses

    def _cut_and_mix(self, x: Tensor, rng: np.random.Generator) -> tuple[Tensor, float]:
        """Half the time, replace a rectangle of each picture by that of another (CutMix: Yun et al. 2019), in place.

        Returns:
            Which picture each got the rectangle from, (B,), and the share of its own that each kept.
        """
        partner = torch.from_numpy(rng.permutation(len(x))).to(x.device)
        if rng.random() >= self._mix:
            return partner, 1.0
        side = x.shape[-1]
        cut = float(np.sqrt(rng.uniform(0.1, 0.6)))
        height, width = (max(1, round(side * cut)),) * 2
        top, left = rng.integers(side - height + 1), rng.integers(side - width + 1)
        place = (..., slice(top, top + height), slice(left, left + width))
        x[place] = x[partner][place]
        return partner, 1 - height * width / side**2

    def _head_loss(self, name: str, logits: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Return each picture's loss and its weight, (B,) both, 0 where the label is missing."""
        shares = self._shares[name].to(logits.device)
        weights = torch.ones_like(shares)
        if self._balance == "weights":
            weights = shares.rsqrt() / shares.sqrt().sum()
        elif self._balance == "logit-adjustment":
            logits = logits + shares.log()
        weight = torch.where(target == _MISSING, 0, weights[target.clamp(min=0)])
        if name in (*self.network.config.independent, *self.network.config.pairwise):
            wanted = F.one_hot(target.clamp(min=0), len(shares)).float()
            if name in self.network.config.pairwise:
                return weight * pair_loss(logits, wanted), weight
            return weight * F.binary_cross_entropy_with_logits(logits, wanted, reduction="none").mean(1), weight
        loss = F.cross_entropy(logits, target, ignore_index=_MISSING, label_smoothing=self._smoothing, reduction="none")
        return weight * loss, weight

    def _paintings_in(self, batch: int) -> int:
        return batch - round(STRANGE_SHARE * batch)

    def _painting(self, number: int) -> int:
        """Return the index of the painting that comes as `number`, each once in an epoch unless they are resampled."""
        epoch, place = divmod(number, len(self._pictures))
        if self._order[0] != epoch:
            rng, count = np.random.default_rng((self._seed, epoch)), len(self._pictures)
            if self._balance == "resampling":
                style = self._shares["style"].rsqrt()[torch.tensor(self._targets["style"])].double().numpy()
                self._order = epoch, rng.choice(count, count, p=style / style.sum()).tolist()
            else:
                self._order = epoch, rng.permutation(count).tolist()
        return self._order[1][place]

    def _crop(self, picture: np.ndarray, size: int, rng: np.random.Generator) -> Tensor:
        crop = relative_crop(picture, size, rng)
        return degrade(crop, rng) if rng.random() < WORN_SHARE else crop

    def _no_artwork(self, size: int, rng: np.random.Generator) -> np.ndarray:
        """Return a photo, or sometimes an empty picture: blank, a gradient, noise."""
        if rng.random() < 0.8:
            return self._photos[int(rng.integers(len(self._photos)))]
        return nothing(size, rng)


def pair_loss(z: Tensor, target: Tensor) -> Tensor:
    """Return the loss of a pairwise head for each picture, (B,): the mean over the pairs that its label is one of.

    Args:
        z: (B, pairs), see `pair_votes`.
        target: how much of each label a picture has, (B, C); 0 everywhere costs nothing.
    """
    first, second = target[:, pairs_of(target.shape[1]).to(z.device)].unbind(2)  # (B, pairs) each
    both = first + second
    each = F.binary_cross_entropy_with_logits(z, second / both.clamp(min=1e-9), reduction="none")
    return (both * each).sum(1) / max(1, target.shape[1] - 1)


def targets(network: ArtClassifier, paintings: Sequence[Painting]) -> dict[str, list[int]]:
    """Return for each head the index of each painting's label, -100 where it has none."""
    found = {}
    for name, labels in network.labels.items():
        index = {label: number for number, label in enumerate(labels)}
        missing = index.get(ANOTHER_ARTIST, _MISSING) if name == "artist" else _MISSING
        found[name] = [index.get(getattr(painting, name), missing) for painting in paintings]
    return found


def label_shares(indices: Sequence[int], count: int) -> Tensor:
    """Return how often each of `count` labels comes, (count,), adding up to 1; one that never comes as if half once."""
    there = torch.tensor([index for index in indices if index != _MISSING], dtype=torch.long)
    counts = torch.bincount(there, minlength=count).float().clamp(min=0.5)
    return counts / counts.sum()


def relative_crop(picture: np.ndarray, size: int, rng: np.random.Generator) -> Tensor:
    """Cut most of each side, stretch it to a square and mirror it half the time.

    Width and height are cut independently, which changes proportions as `squashed` scans do.

    Args:
        picture: (H, W, 3) uint8 RGB.
        size: side of the result in pixels.

    Returns:
        (3, size, size) float32 in [0, 1], a little brighter or darker than the picture.
    """
    h, w = picture.shape[:2]
    height, width = (max(1, round(side * rng.uniform(1 - LARGEST_CUT, 1))) for side in (h, w))
    top, left = rng.integers(h - height + 1), rng.integers(w - width + 1)
    crop = picture[top : top + height, left : left + width]
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    x = torch.from_numpy(np.array(crop)).permute(2, 0, 1)[None].float() / 255  # a copy: stores are read-only
    x = F.interpolate(x, (size, size), mode="bicubic", antialias=True, align_corners=False)[0]
    contrast, brightness = rng.uniform(0.9, 1.1), rng.uniform(-0.05, 0.05)
    return ((x - 0.5) * contrast + 0.5 + brightness).clamp(0, 1)


def nothing(size: int, rng: np.random.Generator) -> np.ndarray:
    """Return an empty picture (size, size, 3) uint8: one colour, a gradient, noise, or bars."""
    first, second = rng.uniform(0, 255, (2, 3))
    if rng.random() < 0.4:  # a page
        first = second = np.repeat(rng.choice([0, 255, rng.uniform(0, 255)]), 3)
    ramp = np.linspace(0, 1, size)[:, None, None]
    picture = first + (second - first) * np.broadcast_to(ramp, (size, size, 3))
    if rng.random() < 0.5:  # lines of a text, or of a screen
        for top in range(int(rng.integers(4, 20)), size, int(rng.integers(6, 30))):
            ends = int(rng.integers(size // 4, size))
            marks = rng.random((1, ends, 1)) < 0.6
            picture = picture.copy()
            picture[top : top + int(rng.integers(1, 8)), :ends] *= np.where(marks, rng.uniform(0, 1), 1)
    if rng.random() < 0.5:
        picture = picture + rng.standard_normal((size, size, 3 if rng.random() < 0.5 else 1)) * rng.uniform(1, 90)
    if rng.random() < 0.5:
        picture = picture.swapaxes(0, 1)
    return picture.clip(0, 255).astype(np.uint8)


def freeze(network: ArtClassifier) -> None:
    """Leave the backbone's first stages and its depthwise kernels out of the training."""
    for name, module in network.backbone.named_modules():
        first = name in ("conv_stem", "bn1") or name in [f"blocks.{stage}" for stage in range(FROZEN_STAGES)]
        depthwise = isinstance(module, nn.Conv2d) and module.groups > 1
        if first or depthwise:
            module.requires_grad_(False)


def _keep_statistics(network: ArtClassifier) -> None:
    for module in network.backbone.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()


def parameter_groups(network: ArtClassifier, weight_decay: float) -> list[dict]:
    """Return the groups of an optimiser: the backbone learns slowly, the heads start from nothing.

    Biases and normalisations do not decay.
    """
    heads = [*network.heads.parameters(), *network.artwork.parameters()]
    groups = []
    slow = 1.0 if network.config.backbone == OWN else BACKBONE_RATE  # the own one starts from nothing, too
    for parameters, rate in ((list(network.backbone.parameters()), slow), (heads, 1.0)):
        for decays in (True, False):
            chosen = [p for p in parameters if p.requires_grad and (p.ndim > 1) == decays]
            decay = weight_decay if decays else 0.0
            groups.append({"params": chosen, "relative_rate": rate, "weight_decay": decay})
    return [group for group in groups if group["params"]]
