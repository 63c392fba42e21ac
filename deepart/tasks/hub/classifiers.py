"""Stronger classifiers from the Hugging Face Hub, with the interface of the bundled one.

`open_classifier` finds the engine of a name.  `ZeroShotClassifier` uses CLIP or SigLIP with the bundled classifier's
labels; `HubClassifier` is any image classifier of timm or transformers, with its own labels.
"""

from __future__ import annotations

import inspect
import itertools
import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from PIL import Image
from torch import Tensor, nn

from deepart import runtime
from deepart.checkpoints import CHECKPOINTS, models
from deepart.errors import WeightsError
from deepart.files import read_table
from deepart.hub import Report
from deepart.runtime import Progress
from deepart.tasks.classify.classify import (
    ANOTHER_ARTIST,
    DEFAULT_CHECKPOINT,
    ArtworkClassifier,
    Classification,
    ranked,
    trained_classifier,
)
from deepart.tasks.hub.repository import CARD, CONFIG, WEIGHTS, HubRepository, Prepare, plain_label
from deepart.tasks.hub.transformers_files import PREPROCESSORS, read_model, read_preparation, require_transformers
from deepart.tasks.hub.zero_shot import (
    OPEN_CLIP_CONFIG,
    OPEN_CLIP_WEIGHTS,
    TOKENIZERS,
    TRANSFORMERS_TYPES,
    ZeroShotNetwork,
    load_zero_shot,
)
from deepart.tasks.tiled import fetch_steps

OTHER_HEAD = "label"
"""The head of a classifier whose labels are not styles, artists or genres."""

_BATCH = 16  # pictures that are looked at together
_LONGEST = 8  # times the shorter side; a longer picture is cut, or it would be enormous once it is 224 high
_SHARED = 0.6  # of the labels, to take them for those of a bundled head


@dataclass(frozen=True, slots=True)
class HubChoice:
    """A recommended classifier of the Hub."""

    repo: str
    kind: Literal["zero-shot", "labels"]
    revision: str | None
    """Commit; None takes the newest."""
    licence: str
    """As its page states it."""
    size: int | None
    """Bytes of its weights; None where that is not known."""


CHOICES: dict[str, HubChoice] = {row["repo"]: HubChoice(**row) for row in read_table("classifiers")}


def fetch_classifier(repository: HubRepository) -> Path:
    """Return the weights of a classifier of the Hub; they and their companion files are downloaded if necessary.

    Raises:
        WeightsError: out of reach, or not in safetensors.
    """
    if repository.json(OPEN_CLIP_CONFIG) is not None:
        return repository.fetch(CARD, weights=OPEN_CLIP_WEIGHTS)
    return repository.fetch(CONFIG, *TOKENIZERS, *PREPROCESSORS, CARD)


def open_classifier(
    name: str | Path, revision: str | None = None, *, report: Report | None = None
) -> ArtworkClassifier | ZeroShotClassifier | HubClassifier:
    """Return the engine of a classifier, bundled or of the Hub.

    For a repository that is not one of `CHOICES` the config is read to find its kind; `report` is called with the
    progress of downloads, now and later.

    Args:
        name: key of a bundled classifier, or owner/name of a repository; or, as a `Path`, a folder of this
            machine: of a repository, or the bundle of a classifier that was trained.
        revision: commit, branch or tag of a repository; the one of `CHOICES`, or the newest, if None.

    Raises:
        InputError: `name` is neither.
        WeightsError: the repository is out of reach, or its config is damaged.
    """
    if isinstance(name, Path):
        repository = HubRepository.of_folder(name)
        if {"backbone", "depths", "labels"} <= set(repository.json(CONFIG) or ()):  # see `ArtClassifierConfig`
            return trained_classifier(name)
        return (ZeroShotClassifier if _is_zero_shot(repository) else HubClassifier)(repository.name, folder=name)
    if name in CHECKPOINTS:
        return ArtworkClassifier(name)
    if name in CHOICES:
        zero_shot = CHOICES[name].kind == "zero-shot"
    else:
        zero_shot = _is_zero_shot(HubRepository(name, revision or "main", report))
    return (ZeroShotClassifier if zero_shot else HubClassifier)(name, revision, report=report)


def _is_zero_shot(repository: HubRepository) -> bool:
    config = repository.json(CONFIG) or {}
    if config.get("model_type") in TRANSFORMERS_TYPES:
        return not _has_own_labels(config)
    if repository.folder is None and repository.here(WEIGHTS):  # has been used as a classifier
        return False
    return repository.json(OPEN_CLIP_CONFIG) is not None


def _has_own_labels(config: Mapping[str, Any]) -> bool:
    kinds = config.get("architectures")
    return isinstance(kinds, list) and any(str(kind).endswith("ForImageClassification") for kind in kinds)


class _HubEngine(ABC):
    """The common part of both engines: a network from the process's cache, and its predictions as records."""

    def __init__(
        self, repo: str, revision: str | None = None, *, report: Report | None = None, folder: Path | None = None
    ) -> None:
        choice = CHOICES.get(repo)
        self.folder = folder
        self.checkpoint = repo
        self.revision = revision or (choice and choice.revision) or "main"
        self.report = report
        self.revision = self._repository().revision  # its name is checked now

    def __call__(self, picture: Image.Image) -> Classification:
        """Classify an RGB or RGBA picture of any size.

        Raises:
            WeightsError: the repository is out of reach, or holds nothing that can be used.
        """
        return next(self.many([picture]))

    def many(self, pictures: Iterable[Image.Image]) -> Iterator[Classification]:
        """Classify any number of pictures in batches; yields the result of each, in order."""
        pictures = iter(pictures)
        while batch := list(itertools.islice(pictures, _BATCH)):
            network = self.network()
            found = self._look(network, batch)
            for index in range(len(batch)):
                answers = {head: ranked(network.labels[head], p[index].tolist()) for head, p in found.items()}
                yield Classification(answers, sets={}, known=True, checkpoint=self.checkpoint)

    def steps(self) -> Generator[Progress, None, None]:
        """Download and build the network, as an engine: yields `Progress`; closing it stops the download."""
        yield from fetch_steps(self.network, "progress.fetching_classifier")

    def labels(self) -> dict[str, tuple[str, ...]]:
        """Return the labels of each head; fetches the network if need be."""
        return dict(self.network().labels)

    def licence(self) -> str:
        """Return the licence that the repository's card states, or "unknown"; fetches the network if need be."""
        return self.network().licence

    def network(self, report: Report | None = None) -> Any:
        """Return the network, downloaded and loaded at most once; `report` is called with the progress.

        Raises:
            WeightsError: see `__call__`.
        """
        key = f"{type(self).__name__} {self.checkpoint}@{self.revision}"
        return models.get(key, str(runtime.device()), report=report or self.report, load=self._load)

    def _load(self, key: str, device: str, *, report: Report | None) -> nn.Module:
        repository = self._repository(report)
        network = self._build(repository, torch.device(device))
        network.licence = repository.licence()
        network = network.eval().requires_grad_(False).to(device)
        try:  # whether its parts fit each other, rather than with the first picture of a visitor
            found = self._look(network, [Image.new("RGB", (64, 64))])
            fits = all(
                found[head].shape == (1, len(labels)) and bool(found[head].isfinite().all())
                for head, labels in network.labels.items()
            )
        except Exception as error:  # a stranger's files break in any way
            raise WeightsError("hub.unfit", name=self.checkpoint) from error
        if not fits:
            raise WeightsError("hub.unfit", name=self.checkpoint)
        return network

    @staticmethod
    def _look(network: Any, pictures: Sequence[Image.Image]) -> dict[str, Tensor]:
        x = torch.stack([network.prepare(_cut(picture.convert("RGB"))) for picture in pictures])
        with runtime.device_lock(), runtime.inference(full_precision=True):
            return {head: p.cpu() for head, p in network(x.to(runtime.device())).items()}

    def _repository(self, report: Report | None = None) -> HubRepository:
        if self.folder is not None:
            return HubRepository.of_folder(self.folder)
        return HubRepository(self.checkpoint, self.revision, report)

    @abstractmethod
    def _build(self, repository: HubRepository, device: torch.device) -> nn.Module:
        """Return the network of a repository, which has `labels` and `prepare`, on `device`."""


class ZeroShotClassifier(_HubEngine):
    """Classifies by a CLIP or SigLIP with the bundled classifier's styles, artists and genres.

    There is no "another artist", which cannot be put into a sentence.  The scores of a SigLIP are divided by their sum,
    so that those of each head are a distribution.

    Args:
        repo: owner/name of a CLIP or a SigLIP, for transformers or for OpenCLIP.
        revision: commit, branch or tag; the one of `CHOICES`, or the newest, if None.
        report: called with the progress of downloads, and then of reading the sentences.

    Raises:
        InputError: `repo` is not owner/name.
    """

    def _build(self, repository: HubRepository, device: torch.device) -> ZeroShotNetwork:
        return load_zero_shot(repository, bundled_labels(), device)


class HubClassifier(_HubEngine):
    """Any image classifier of timm or transformers on the Hub, with the labels that its config names.

    It has one head.  That is called "style", "artist" or "genre" if most of its labels are bundled ones of
    that head, and else "label".

    Args:
        repo: owner/name of an image classifier.
        revision: commit, branch or tag; the one of `CHOICES`, or the newest, if None.
        report: called with the progress of downloads.

    Raises:
        InputError: `repo` is not owner/name.
    """

    def _build(self, repository: HubRepository, device: torch.device) -> LabelledNetwork:
        config = repository.json(CONFIG) or {}
        if isinstance(config.get("architecture"), str):
            return _from_timm(repository, config)
        if isinstance(config.get("model_type"), str):
            return _from_transformers(repository, config)
        raise WeightsError("hub.unsupported", name=repository.name)


class LabelledNetwork(nn.Module):
    """An image classifier with one head.

    Args:
        labels: in the order of its logits.
        vision: pictures, (B, 3, H, W), to logits, (B, labels).
        prepare: see `Prepare`.
        independent: whether it decides yes or no for each label; its scores are then divided by their sum.
    """

    def __init__(self, labels: Sequence[object], vision: nn.Module, prepare: Prepare, independent: bool) -> None:
        super().__init__()
        names = tuple(plain_label(label) or f"class {index}" for index, label in enumerate(labels))
        self.head = head_of(names)
        self.labels = {self.head: names}
        self.vision = vision
        self.prepare = prepare
        self.independent = independent

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Return the probabilities of the labels, (B, labels), for pictures (B, 3, H, W)."""
        logits = self.vision(x)
        logits = getattr(logits, "logits", logits)  # transformers wraps them
        return {self.head: (nn.functional.logsigmoid(logits) if self.independent else logits).softmax(-1)}


def bundled_labels() -> dict[str, tuple[str, ...]]:
    """Return the labels of the bundled classifier's heads without "another artist"."""
    labels = models.get(DEFAULT_CHECKPOINT, str(runtime.device())).labels
    return {head: tuple(label for label in found if label != ANOTHER_ARTIST) for head, found in labels.items()}


def head_of(labels: Sequence[str]) -> str:
    """Return the bundled head that has these labels, or at least `_SHARED` of the shorter list; else "label"."""
    own = {_letters(label) for label in labels}
    for head, bundled in bundled_labels().items():
        theirs = {_letters(label) for label in bundled}
        if len(own & theirs) >= max(2, _SHARED * min(len(own), len(theirs))):
            return head
    return OTHER_HEAD


def _letters(label: str) -> str:
    """Return a label without case, accents and punctuation."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKD", label).casefold())


# --- the two kinds of classifiers ------------------------------------------------------------------

_TIMM_DATA = ("input_size", "mean", "std", "interpolation", "crop_pct", "crop_mode", "fixed_input_size")


def _from_timm(repository: HubRepository, config: dict[str, Any]) -> LabelledNetwork:
    import timm
    from timm.data import create_transform, resolve_data_config

    kept = config.get("pretrained_cfg") if isinstance(config.get("pretrained_cfg"), dict) else config
    facts = {**kept, **config}  # as timm, which first wrote all on one level
    labels = facts.get("label_names") or facts.get("labels")
    count = facts.get("num_classes")
    if not isinstance(labels, list) and isinstance(count, int):
        labels = [f"class {index}" for index in range(min(count, 100_000))]
    options = config.get("model_args") or {}
    # Options of the factory itself would take weights from elsewhere.
    reserved = {*inspect.signature(timm.create_model).parameters, "pretrained_model_args"}
    architecture = config["architecture"].partition(".")[0]
    if (
        not timm.is_model(architecture)
        or not isinstance(labels, list)
        or len(labels) != count
        or count < 2
        or not isinstance(options, dict)
        or reserved & set(options)
    ):
        raise WeightsError("hub.unsupported", name=repository.name)
    described = facts.get("label_descriptions")
    if isinstance(described, dict):
        labels = [described.get(label, label) if isinstance(label, str) else label for label in labels]

    path = repository.fetch(CARD)
    data = {key: facts[key] for key in _TIMM_DATA if facts.get(key) is not None}
    try:
        with torch.random.fork_rng(devices=[]):
            model = timm.create_model(
                architecture,
                pretrained=True,
                pretrained_cfg={**data, "file": str(path), "num_classes": count},
                num_classes=count,
                **options,
            )
        prepare = create_transform(**resolve_data_config({}, pretrained_cfg=data), is_training=False)
    except Exception as error:  # a stranger's files break in any way
        raise WeightsError("hub.unfit", name=repository.name) from error
    return LabelledNetwork(labels, model, prepare, independent=False)


def _from_transformers(repository: HubRepository, config: dict[str, Any]) -> LabelledNetwork:
    transformers = require_transformers(repository.name, config)
    if config["model_type"] not in transformers.CONFIG_MAPPING or not _has_own_labels(config):
        raise WeightsError("hub.unsupported", name=repository.name)
    path: Path = repository.fetch(*PREPROCESSORS, CARD)
    for file in PREPROCESSORS:
        repository.json(file)  # refuses what would take all the memory
    try:
        model = read_model(transformers.AutoModelForImageClassification, path, config)
        prepare = read_preparation(path, config)
        labels = [model.config.id2label[index] for index in range(model.config.num_labels)]
    except Exception as error:  # a stranger's files break in any way
        raise WeightsError("hub.unfit", name=repository.name) from error
    if len(labels) < 2:
        raise WeightsError("hub.unsupported", name=repository.name)
    return LabelledNetwork(labels, model, prepare, config.get("problem_type") == "multi_label_classification")


def _cut(picture: Image.Image) -> Image.Image:
    """Return a picture, or the middle of one that is very long or very high."""
    width, height = picture.size
    w, h = min(width, _LONGEST * height), min(height, _LONGEST * width)
    left, top = (width - w) // 2, (height - h) // 2
    return picture.crop((left, top, left + w, top + h)) if (w, h) != picture.size else picture
