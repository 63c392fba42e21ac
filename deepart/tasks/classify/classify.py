"""Predict the style, artist and genre of an artwork, how sure that is, and why.

`classify` is the short way; the engine behind it is `ArtworkClassifier`, whose evidence (heat maps, nearest
artworks, what would change the answer) lies in `deepart.tasks.classify.evidence`.

References:
    Guo et al. 2017, "On Calibration of Modern Neural Networks", https://arxiv.org/abs/1706.04599 (temperatures);
    Sadinle, Lei, Wasserman 2019, "Least Ambiguous Set-Valued Classifiers with Bounded Error Levels",
    https://arxiv.org/abs/1609.00451 (sets that hold the truth nine times in ten).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from PIL import Image
from torch import Tensor

from deepart import runtime
from deepart.checkpoints import CHECKPOINTS, find, load_folder, models
from deepart.errors import InputError
from deepart.images import load_image, to_tensor
from deepart.recipes import Source

if TYPE_CHECKING:
    from deepart.models.classifier import ArtClassifier
    from deepart.models.feature_index import FeatureIndex

DEFAULT_CHECKPOINT = "classify/lite0-wikiart-v1"
HEADS = ("style", "artist", "genre")
"""The heads of the bundled classifier, in the order in which they are shown."""

ANOTHER_ARTIST = "another artist"
"""The label of the artist head for all artists with too few artworks."""

_BATCH = 16  # pictures that are looked at together


@dataclass(frozen=True, slots=True)
class Answer:
    """One label and its probability."""

    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Classification:
    """The predictions of a classifier for one picture."""

    answers: Mapping[str, tuple[Answer, ...]]
    """For each head ("style", "artist", "genre") all labels with probabilities, the most probable first."""
    sets: Mapping[str, tuple[str, ...]]
    """For each calibrated head the labels among which the right one is nine times in ten."""
    known: bool
    """False if it does not look like a painting that the classifier knows: then the predictions mean little."""
    artwork: float | None = None
    """Probability that the picture is an artwork; None if the checkpoint does not predict it."""
    checkpoint: str = DEFAULT_CHECKPOINT

    @property
    def style(self) -> tuple[Answer, ...]:
        return self.answers.get("style", ())

    @property
    def artist(self) -> tuple[Answer, ...]:
        return self.answers.get("artist", ())

    @property
    def genre(self) -> tuple[Answer, ...]:
        return self.answers.get("genre", ())

    @property
    def style_set(self) -> tuple[str, ...]:
        return self.sets.get("style", ())

    def as_json(self, most: int = 5) -> dict[str, object]:
        """Return plain lists and dictionaries, the `most` most probable labels of each head."""
        heads = {
            head: [{"label": answer.label, "probability": round(answer.probability, 4)} for answer in found[:most]]
            for head, found in self.answers.items()
        }
        sets = {f"{head}_set": list(labels) for head, labels in self.sets.items()}
        artwork = None if self.artwork is None else round(self.artwork, 4)
        return {**heads, "known": self.known, "artwork": artwork, **sets, "checkpoint": self.checkpoint}


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """The features of a picture, from which predictions and evidence are computed."""

    picture: Image.Image  # RGB
    maps: list[Tensor] = field(repr=False)  # the network's feature maps at its first size, (1, C, H, W) each
    features: Tensor = field(repr=False)  # (views, D): the picture and the picture mirrored, at every size


def classify(image: Source, *, checkpoint: str = DEFAULT_CHECKPOINT) -> Classification:
    """Say what style, artist and genre an artwork has.

    Args:
        image: a path, the bytes of a file, or a picture.
        checkpoint: key of a classifier.

    Returns:
        Every label with its calibrated probability, the most probable first; see `Classification`.

    Raises:
        InputError: the picture cannot be read, or the checkpoint is no classifier.
        WeightsError: the checkpoint is missing or damaged.
    """
    return ArtworkClassifier(checkpoint)(load_image(image))


class ArtworkClassifier:
    """The engine: computes the features of a picture once, and its predictions from them.

    Args:
        checkpoint: key in `deepart.checkpoints.CHECKPOINTS` of an `ArtClassifier`.
        network: used instead of the checkpoint's, for one that has just been trained.
        index: used instead of the index that the network names.
    """

    def __init__(
        self,
        checkpoint: str = DEFAULT_CHECKPOINT,
        network: ArtClassifier | None = None,
        index: FeatureIndex | None = None,
    ) -> None:
        self.checkpoint = checkpoint
        self._network, self._index = network, index

    def __call__(self, picture: Image.Image) -> Classification:
        """Classify an RGB or RGBA picture of any size."""
        return next(self.many([picture]))

    def many(self, pictures: Iterable[Image.Image], thorough: bool = True) -> Iterator[Classification]:
        """Classify any number of pictures in batches; yields the result of each, in order.

        Args:
            pictures: RGB or RGBA of any size.
            thorough: use mirrored views and all sizes of the network, which takes several times as long.
        """
        pictures = iter(pictures)
        while batch := list(itertools.islice(pictures, _BATCH)):
            yield from self.answer_features(self.describe(batch, thorough))

    def describe(self, pictures: Sequence[Image.Image], thorough: bool = True) -> Tensor:
        """Return the features of every view of pictures, (B, views, D) on the CPU; see `many`."""
        sides = self.network().config.sides
        return torch.stack(self._views(pictures, sides if thorough else sides[:1], thorough), dim=1)

    def _views(self, pictures: Sequence[Image.Image], sides: Sequence[int], mirrored: bool) -> list[Tensor]:
        """Return the features of pictures, (B, D) on the CPU, for each size, unmirrored and mirrored."""
        network, views = self.network(), []
        for side in sides:
            x = torch.cat([_seen(picture, side) for picture in pictures])
            with runtime.device_lock(), runtime.inference(full_precision=True):
                seen = network.features(torch.cat([x, x.flip(3)]) if mirrored else x)
            views += seen.cpu().split(len(x))
        return views

    def encode(self, picture: Image.Image) -> EncodedPicture:
        """Compute the features of a picture, for predictions and evidence."""
        network = self.network()
        plain = picture.convert("RGB")
        first, *others = network.config.sides
        x = _seen(plain, first)
        with runtime.device_lock(), torch.no_grad():  # not inference mode: heat maps are gradients of these maps
            maps = network.feature_maps(torch.cat([x, x.flip(3)]))
            both = network.describe(maps).cpu()
        features = torch.cat([both, *self._views([plain], others, mirrored=True)])
        return EncodedPicture(plain, [map_[:1] for map_ in maps], features)

    def answer(self, encoded: EncodedPicture) -> Classification:
        """Return the predictions for an encoded picture."""
        return self.answer_features(encoded.features[None])[0]

    def answer_features(self, features: Tensor) -> list[Classification]:
        """Return the predictions for pictures with these features, (B, views, D); see `describe`."""
        network = self.network()
        probabilities = {head: p.cpu() for head, p in self.probabilities(features).items()}
        levels = dict(network.config.set_levels)
        found = []
        for index in range(len(features)):
            answers = {
                head: ranked(labels, probabilities[head][index].tolist()) for head, labels in network.labels.items()
            }
            sets = {head: _set(answers[head], levels[head]) for head in answers if head in levels}
            artwork = float(probabilities["artwork"][index])
            known = artwork >= network.config.least_artwork
            found.append(Classification(answers, sets, known, artwork, self.checkpoint))
        return found

    def probabilities(self, features: Tensor) -> dict[str, Tensor]:
        """Return calibrated probabilities of every head, (B, labels), and of being an artwork, (B,).

        They combine the head's output with the votes of the most similar artworks of the training set, which add
        knowledge of single paintings that the network has not kept.

        Args:
            features: of one or more views of each picture, (B, views, D); their logits are averaged.
        """
        network, config = self.network(), self.network().config
        features = features.to(runtime.device())
        temperatures = dict(config.temperatures)
        with runtime.device_lock(), torch.no_grad():
            logits = network.answers(features.flatten(0, 1))
            means = {head: values.unflatten(0, features.shape[:2]).mean(1) for head, values in logits.items()}
            artwork = means.pop("artwork").sigmoid()[:, 0]
            alone = {head: (means.pop(head) / temperatures.get(head, 1.0)).sigmoid() for head in config.independent}
            found = {head: (z / temperatures.get(head, 1.0)).softmax(1) for head, z in means.items()}
            if config.index:
                votes = {head: self.index().votes(features.mean(1), head, network.labels[head]) for head in found}
                found = {head: mixed(p, votes[head], config.index_share) for head, p in found.items()}
                again = dict(config.mixture_temperatures)
                found = {head: (p.log() / again.get(head, 1.0)).softmax(1) for head, p in found.items()}
        return found | alone | {"artwork": artwork}

    def index(self) -> FeatureIndex:
        """Return the artworks that vote beside the heads, loaded at most once.

        Raises:
            WeightsError: they are missing or damaged.
        """
        return self._index or models.get(self.network().config.index, str(runtime.device()))

    def network(self) -> ArtClassifier:
        """Return the network, loaded at most once.

        Raises:
            InputError: the checkpoint is no classifier.
            WeightsError: it is missing or damaged.
        """
        if self._network is not None:
            return self._network
        if find(self.checkpoint).architecture != "ArtClassifier":
            known = [key for key, row in CHECKPOINTS.items() if row.architecture == "ArtClassifier"]
            raise InputError("classify.not_a_classifier", known=", ".join(known))
        return models.get(self.checkpoint, str(runtime.device()))


def trained_classifier(folder: Path) -> ArtworkClassifier:
    """Return the engine of a trained classifier: the folder `bundle` of a run, with the index beside it.

    Without the folder `index` beside it, no artworks vote.

    Raises:
        WeightsError: a file is missing or damaged.
    """
    device, beside = str(runtime.device()), folder.parent / "index"
    network, index = load_folder(folder, "ArtClassifier", folder.name, device), None
    if network.config.index and beside.is_dir():
        index = load_folder(beside, "FeatureIndex", beside.name, device)
    elif network.config.index:
        network.config = replace(network.config, index="", index_share=0.0)
    return ArtworkClassifier(f"own/{folder.name}", network, index)


def mixed(probabilities: Tensor, votes: Tensor, share: float) -> Tensor:
    """Return probabilities, (B, C), mixed with a share of votes, (B, C); none is exactly 0."""
    return ((1 - share) * probabilities + share * votes).clamp(min=1e-6)


def _seen(picture: Image.Image, side: int) -> Tensor:
    """Stretch a picture to the square input of the network, (1, 3, side, side) on the device.

    It is stretched and not cropped, because the edges belong to the composition, and because every fourth picture of
    the training set has lost its proportions anyway.
    """
    square = picture.convert("RGB").resize((side, side), Image.Resampling.BICUBIC, reducing_gap=3.0)
    return to_tensor(square).to(runtime.device()).contiguous(memory_format=torch.channels_last)


def ranked(labels: Sequence[str], probabilities: Sequence[float]) -> tuple[Answer, ...]:
    """Return labels with their probabilities, the most probable first."""
    answers = map(Answer, labels, probabilities)
    return tuple(sorted(answers, key=lambda answer: -answer.probability))


def _set(answers: Sequence[Answer], level: float) -> tuple[str, ...]:
    """Return the labels with at least the probability `level`, and always the most probable one."""
    return tuple(answer.label for place, answer in enumerate(answers) if not place or answer.probability >= level)
