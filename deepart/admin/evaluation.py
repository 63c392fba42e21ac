"""Evaluate a checkpoint: one interface for all four tasks, for the live one and newly trained ones.

    figures of a set:    run(evaluate_steps("classify/lite0-wikiart-v1", evaluation_set)).figures
    old against new:     compare(old.figures, new.figures, new.count)

References: those of `deepart.training.paint.evaluation`, `classifier_evaluation`, `generation_evaluation` and
`restoration_evaluation`, whose measures these are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from deepart import runtime
from deepart.admin import figures
from deepart.admin.data.evaluation_sets import EvaluationSet, Sample, Task
from deepart.admin.data.sources import SEPARATOR
from deepart.admin.figures import Figure, figure, mean_of
from deepart.checkpoints import CHECKPOINTS, find, load_folder, models
from deepart.errors import InputError, WeightsError
from deepart.images import centre_crop, load_image
from deepart.models.pretrained import CONFIG_FILE, WEIGHTS_FILE
from deepart.runtime import Progress
from deepart.tasks.classify.classify import ArtworkClassifier
from deepart.tasks.paint.engine import StyleTransfer
from deepart.tasks.tiled import patiently
from deepart.training.classify.evaluation import HeadScore, score_heads
from deepart.training.classify.run import imagenet_weights
from deepart.training.generate.evaluation import (
    centre_square,
    describe as describe_pictures,
    frechet_distance,
    lite_features,
    painter,
)
from deepart.training.paint.evaluation import evaluate_style
from deepart.training.restore.denoiser import mixed_faults
from deepart.training.restore.evaluation import evaluate_denoising, installed_denoisers, likeness

ARCHITECTURES: dict[Task, str] = {
    "style": "StyleNetwork",
    "generator": "Generator",
    "classifier": "ArtClassifier",
    "restorer": "Denoiser",
}
"""The network of each task."""

PERCEPTUAL_NETWORK = "loss/distilled-vgg16-v1"
"""The perceptual network in which style and content are compared."""

_BATCH = 8
_LEAST_MEASURED = 64  # pixels, to which pictures may be shrunk


@dataclass(frozen=True, slots=True)
class Answered:
    """The prediction of a classifier for one picture of the set."""

    path: Path
    truth: str
    answer: str
    probability: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of one checkpoint."""

    task: Task
    source: str
    """The key of a checkpoint, or the name of a folder."""
    fingerprint: str
    """Hash of the evaluation set."""
    count: int
    """Number of pictures, pairs or painted pictures."""
    figures: tuple[Figure, ...]
    controls: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Figures of the baselines, by method."""
    chance: tuple[Figure, ...] = ()
    """For a classifier: the accuracy of always predicting the most frequent label, for new heads."""
    heads: tuple[HeadScore, ...] = ()
    """For a classifier: every figure of every head and label."""
    answers: Mapping[str, tuple[Answered, ...]] = field(default_factory=dict)
    """For a classifier: the predictions of each head for every labelled picture."""

    def labels(self, head: str) -> tuple[str, ...]:
        """Return the true and the predicted labels of a head, sorted."""
        return tuple(sorted({label for row in self.answers[head] for label in (row.truth, row.answer)}))

    def confusion(self, head: str) -> np.ndarray:
        """Return the confusion matrix (C, C): true labels in rows, predictions in columns, in the order of `labels`."""
        number = {label: index for index, label in enumerate(self.labels(head))}
        matrix = np.zeros((len(number), len(number)), int)
        for row in self.answers[head]:
            matrix[number[row.truth], number[row.answer]] += 1
        return matrix

    def cell(self, head: str, truth: str, answer: str) -> list[Answered]:
        """Return the pictures in a cell of the confusion matrix, the most confident first."""
        found = [row for row in self.answers[head] if (row.truth, row.answer) == (truth, answer)]
        return sorted(found, key=lambda row: -row.probability)

    def as_json(self) -> dict[str, Any]:
        """Return the figures as plain dictionaries."""
        return {
            "task": self.task,
            "checkpoint": self.source,
            "set": self.fingerprint,
            "count": self.count,
            "figures": figures.as_json(self.figures),
            "controls": {name: dict(values) for name, values in self.controls.items()},
        }


def live_key(task: Task) -> str:
    """Return the key of a task's live checkpoint: the first in the table with its architecture.

    Raises:
        InputError: there is none yet.
    """
    for key, row in CHECKPOINTS.items():
        if row.architecture == ARCHITECTURES[task]:
            return key
    raise InputError("versions.no_checkpoint")


def task_of(key: str) -> Task:
    """Return the task of a checkpoint.

    Raises:
        InputError: it is not one of the four that can be trained.
        WeightsError: there is no such checkpoint.
    """
    architecture = find(key).architecture
    for task, name in ARCHITECTURES.items():
        if name == architecture:
            return task
    raise InputError("versions.not_trained")


def bundle_of(folder: Path) -> Path:
    """Return the folder with config.json and model.safetensors: `bundle` in the folder of a run or job, or `folder`.

    Raises:
        WeightsError: neither has them.
    """
    for place in (Path(folder) / "bundle", Path(folder)):
        if (place / CONFIG_FILE).is_file() and (place / WEIGHTS_FILE).is_file():
            return place
    raise WeightsError("versions.no_bundle")


def index_of(bundle: Path) -> Path | None:
    """Return the folder of a classifier's index, in its run or in itself; None if there is none."""
    found = (place for place in (bundle / "index", bundle.parent / "index") if (place / CONFIG_FILE).is_file())
    return next(found, None)


def open_network(task: Task, source: str | Path) -> nn.Module:
    """Return the network of a checkpoint's key, or of a run's folder, ready to run.

    Raises:
        WeightsError: it is missing, damaged, or of another architecture.
    """
    if isinstance(source, str):
        return models.get(source, str(runtime.device()))
    return load_folder(bundle_of(source), ARCHITECTURES[task], source.name, str(runtime.device()))


def evaluate_steps(
    source: str | Path, evaluation_set: EvaluationSet, controls: bool = True, network: nn.Module | None = None
) -> Generator[Progress, None, Evaluation]:
    """Measure a checkpoint on an evaluation set.

    Args:
        source: its key, or the folder of a run.
        controls: measure the baselines as well.
        network: used instead of the source's.

    Raises:
        InputError: a picture of the set has changed.
        WeightsError: the checkpoint is missing, damaged, or of another task.
    """
    network = network or open_network(evaluation_set.task, source)
    measure = {"style": _style, "generator": _generator, "classifier": _classifier, "restorer": _restorer}[
        evaluation_set.task
    ]
    count, found, more = yield from measure(network, source, evaluation_set, controls)
    name = source if isinstance(source, str) else source.name
    return Evaluation(evaluation_set.task, name, evaluation_set.fingerprint, count, tuple(found), **more)


_Measured = Generator[Progress, None, tuple[int, list[Figure], dict[str, Any]]]


def _picture(evaluation_set: EvaluationSet, sample: Sample, side: int | None = None) -> Image.Image:
    picture = load_image(evaluation_set.read(sample))
    return centre_crop(picture, side) if side else picture


# --- style network ---------------------------------------------------------------------------------


def _style(network: nn.Module, source: str | Path, evaluation_set: EvaluationSet, controls: bool) -> _Measured:
    side, wanted = evaluation_set.settings["side"], evaluation_set.settings["pairs"]
    contents, styles = (evaluation_set.having(role) for role in ("content", "style"))
    if not contents or not styles:
        raise InputError("frozen.too_few", least=2)
    engine = StyleTransfer(network=network)
    perceptual_network = models.get(PERCEPTUAL_NETWORK, str(runtime.device()))

    def paint(content: Image.Image, style: Image.Image) -> Image.Image:
        return engine(content, engine.encode(style))

    rows: dict[str, list[tuple[float, float]]] = {}
    pairs = _pairs(contents, styles, wanted)
    for number, (content, style) in enumerate(pairs):
        pair = (_picture(evaluation_set, content, side), _picture(evaluation_set, style, side))
        work = partial(lambda pair: list(evaluate_style({"network": paint}, [pair], perceptual_network)), pair)
        for score in (yield from patiently(work, Progress(number, len(pairs), "progress.evaluating"))):
            rows.setdefault(score.method, []).append((score.style, score.content))
    style_distance, content_distance = np.array(rows.pop("network")).T
    found = [
        figure("style_distance", len(pairs), mean_of(style_distance), higher_is_better=False, tolerance=0.02),
        figure("content_distance", len(pairs), mean_of(content_distance), higher_is_better=False, tolerance=0.02),
    ]
    means = {
        name: dict(zip(("style_distance", "content_distance"), np.mean(values, 0).tolist()))
        for name, values in rows.items()
    }
    return len(pairs), found, {"controls": means if controls else {}}


def _pairs(contents: Sequence[Sample], styles: Sequence[Sample], count: int) -> list[tuple[Sample, Sample]]:
    # Along diagonals: few pairs cover many pictures of both kinds, and none comes twice before all have come.
    count = min(count, len(contents) * len(styles))
    return [(contents[i % len(contents)], styles[(i + i // len(contents)) % len(styles)]) for i in range(count)]


# --- generator -------------------------------------------------------------------------------------


def _generator(network: nn.Module, source: str | Path, evaluation_set: EvaluationSet, controls: bool) -> _Measured:
    features = partial(describe_pictures, _features())
    count, total = evaluation_set.settings["painted"], len(evaluation_set.samples) + evaluation_set.settings["painted"]
    real, painted = [], []
    for start in range(0, len(evaluation_set.samples), _BATCH):
        chosen = evaluation_set.samples[start : start + _BATCH]
        squares = [centre_square(np.asarray(_picture(evaluation_set, sample))) for sample in chosen]
        work = partial(features, squares)
        real.append((yield from patiently(work, Progress(start, total, "progress.evaluating"))))
    paint = painter(network)
    # As training takes them, see `GeneratorTuning`.
    wanted = network.style_numbers(
        (each.labels.get("style", "") for each in evaluation_set.samples), evaluation_set.folder.name
    )
    for start in range(0, count, _BATCH):
        numbers = range(start, min(start + _BATCH, count))
        styles = torch.tensor([[wanted[number * len(wanted) // count]] for number in numbers])
        work = partial(
            lambda styles, seed: features(list(paint(styles, seed).float().cpu())), styles, evaluation_set.seed + start
        )
        done = Progress(len(evaluation_set.samples) + start, total, "progress.evaluating")
        painted.append((yield from patiently(work, done)))
    real, painted = torch.cat(real), torch.cat(painted)
    kid = figures.kernel_distance(real.numpy(), painted.numpy())
    found = [
        figure("kid_1000", count, kid, higher_is_better=False, tolerance=1.0),
        Figure("frechet", value=frechet_distance(real, painted), higher_is_better=False),
    ]
    means = {}
    if controls and len(real) >= 8:  # one half of the real pictures against the other: as good as can be
        half = {"kid_1000": float(figures.kernel_distance(real[::2].numpy(), real[1::2].numpy())(_ones(real[1::2]))[0])}
        means["real"] = half | {"frechet": frechet_distance(real[::2], real[1::2])}
    return count, found, {"controls": means}


def _ones(x: Tensor) -> np.ndarray:
    return np.ones((1, len(x)))


def _features() -> Callable[[Tensor], Tensor]:
    """Return the feature extractor for pictures (B, 3, H, W) in [0, 1].

    It is the ImageNet network if its package is installed, or else the bundled classifier, fine-tuned from it."""
    try:
        return lite_features(imagenet_weights())
    except InputError:
        row = CHECKPOINTS[live_key("classifier")]
        network = load_folder(row.folder, row.architecture, row.key)
    side = network.config.sides[0]

    @torch.inference_mode()
    def describe(x: Tensor) -> Tensor:
        return network.features(nn.functional.interpolate(x, (side, side), mode="bicubic", antialias=True).clamp(0, 1))

    return describe


# --- classifier ------------------------------------------------------------------------------------


def _classifier(network: nn.Module, source: str | Path, evaluation_set: EvaluationSet, controls: bool) -> _Measured:
    index = None
    if isinstance(source, Path) and network.config.index:
        folder = index_of(bundle_of(source))
        index = folder and load_folder(folder, "FeatureIndex", source.name, str(runtime.device()))
    engine = ArtworkClassifier(network=network, index=index)
    parts = []
    for start in range(0, len(evaluation_set.samples), _BATCH):
        pictures = [_picture(evaluation_set, sample) for sample in evaluation_set.samples[start : start + _BATCH]]
        work = partial(engine.describe, pictures)
        done = Progress(start, len(evaluation_set.samples), "progress.evaluating")
        parts.append((yield from patiently(work, done)))
    features = torch.cat(parts)
    return (yield from patiently(partial(_heads, engine, features, evaluation_set), done))


def _heads(
    engine: ArtworkClassifier, features: Tensor, evaluation_set: EvaluationSet
) -> tuple[int, list[Figure], dict[str, Any]]:
    samples, network = evaluation_set.samples, engine.network()
    probabilities = engine.probabilities(features)
    found, chance, answers = [], [], {}
    for head, labels in network.labels.items():
        if any(sample.labels.get(head) for sample in samples):
            p = probabilities[head].float().cpu().numpy()
            truths = [sample.labels.get(head, "") for sample in samples]
            found += _head_figures(head, labels, p, truths, head in network.config.independent)
            chance.append(_chance(head, truths))
            answers[head] = tuple(
                Answered(evaluation_set.folder / sample.path, _shown(truth, answer), answer, float(row.max()))
                for sample, truth, row in zip(samples, truths, p)
                if truth and (answer := labels[row.argmax()])
            )
    rows = [
        SimpleNamespace(**{head: _shown(sample.labels.get(head, "")) for head in network.labels}) for sample in samples
    ]
    heads = tuple(score for score in score_heads(engine, features, rows) if score.head in answers)
    controls = {"most frequent label": {figure.key: figure.value for figure in chance}}
    more = {"heads": heads, "answers": answers, "chance": tuple(chance), "controls": controls}
    return len(samples), found, more


def _chance(head: str, truths: Sequence[str]) -> Figure:
    right_labels = [set(truth.split(SEPARATOR)) - {""} for truth in truths]
    (most_frequent, _), *_ = Counter(label for labels in right_labels for label in labels).most_common()
    right = np.array([most_frequent in labels if labels else np.nan for labels in right_labels], float)
    return figure("accuracy", len(right), mean_of(right), of=head)


def _shown(truth: str, answer: str = "") -> str:
    """Return the one of several true labels that was predicted, or else the first."""
    right = truth.split(SEPARATOR)
    return answer if answer in right else right[0]


def _head_figures(
    head: str, labels: Sequence[str], p: np.ndarray, truths: Sequence[str], independent: bool
) -> list[Figure]:
    """Return the figures of a head; a true label that it does not know counts as an error.

    Args:
        p: (N, len(labels)).
        truths: for each picture one label, several true ones joined by `SEPARATOR`, or "" for none.
        independent: whether every label with at least probability 0.5 is predicted, not only the most probable one.
    """
    right_labels = [set(truth.split(SEPARATOR)) - {""} for truth in truths]
    names = sorted(set().union(*right_labels))
    truth = np.array([[name in found for name in names] for found in right_labels])
    known = truth.any(1)
    column = {name: index for index, name in enumerate(labels)}
    scores = np.stack([p[:, column[name]] if name in column else np.zeros(len(p)) for name in names], axis=1)
    best = [labels[index] for index in p.argmax(1)]
    answers = scores >= 0.5 if independent else np.array([[name == found for name in names] for found in best])
    right = np.array([name in found for name, found in zip(best, right_labels)], float)
    surprise = -np.log(np.clip((scores * truth).max(1), 1e-6, 1))
    missing = np.where(known, 0.0, np.nan)
    shared = {"count": len(p), "of": head}
    calibration = figures.calibration_error(p.max(1)[known], right[known])
    # One picture more or less is never held against a checkpoint.
    tolerance = max(0.01, 1.001 / known.sum())
    return [
        figure("accuracy", statistic=mean_of(right + missing), tolerance=tolerance, **shared),
        *(figure(name, statistic=found, **shared) for name, found in figures.macro_scores(truth, answers).items()),
        figure("auroc", statistic=figures.macro_auroc(truth, scores), **shared),
        figure("log_loss", statistic=mean_of(surprise + missing), higher_is_better=False, **shared),
        figure("ece", statistic=lambda counts: calibration(counts[:, known]), higher_is_better=False, **shared),
    ]


# --- restorer --------------------------------------------------------------------------------------


def _restorer(network: nn.Module, source: str | Path, evaluation_set: EvaluationSet, controls: bool) -> _Measured:
    def clean(noisy: np.ndarray, sigma: float) -> np.ndarray:
        x = torch.from_numpy(noisy).permute(2, 0, 1)[None].to(runtime.device())
        with runtime.device_lock(), runtime.inference():
            return network(x)[0].permute(1, 2, 0).float().cpu().numpy()

    methods = {"network": clean} | (installed_denoisers() if controls else {})
    untold = {name: methods[name] for name in ("network", "no method") if name in methods}  # others need a sigma
    rows: dict[tuple[str, str], list[tuple[float, float]]] = {}
    count = len(evaluation_set.samples)
    for number, sample in enumerate(evaluation_set.samples):
        pixels = _without_traces(_picture(evaluation_set, sample), evaluation_set)
        progress = Progress(number, count, "progress.evaluating")
        work = partial(evaluate_denoising, methods, [pixels], seed=evaluation_set.seed + number)
        for score in (yield from patiently(work, progress)):
            rows.setdefault((score.method, f"σ {score.sigma}"), []).append((score.psnr, score.ssim))
        work = partial(_repaired, untold, pixels, (evaluation_set.seed, number))
        for method, values in (yield from patiently(work, progress)).items():
            rows.setdefault((method, ""), []).append(values)
    found, means = [], {}
    for (method, of), values in rows.items():
        for name, column in zip(("psnr", "ssim"), np.array(values).T):
            tolerance, name = {"psnr": 0.05, "ssim": 0.002}[name], name if of else f"mixed_{name}"
            if method == "network":
                found.append(figure(name, count, mean_of(column), of=of, tolerance=tolerance))
            else:
                means.setdefault(method, {})[f"{of} {name}".strip()] = float(column.mean())
    return count, found, {"controls": means}


def _without_traces(picture: Image.Image, evaluation_set: EvaluationSet) -> np.ndarray:
    """Return the centre of a picture, shrunk as for training, so that JPEG artefacts do not count as the truth."""
    side, share = evaluation_set.settings["side"], evaluation_set.settings.get("percent", 100) / 100
    if min(picture.size) * share >= _LEAST_MEASURED:
        picture = picture.resize([round(each * share) for each in picture.size], Image.Resampling.LANCZOS)
    return np.asarray(centre_crop(picture, min(side, *picture.size)))


def _repaired(methods: Mapping[str, Any], pixels: np.ndarray, seed: tuple[int, int]) -> dict[str, tuple[float, float]]:
    """Return PSNR and SSIM of methods on a picture with the faults drawn in training, except noise alone."""
    rng = np.random.default_rng(seed)
    clean = pixels.astype(np.float32) / 255
    faulty = clean
    while np.array_equal(faulty, clean):  # each fault has only some chance
        faulty = mixed_faults(torch.from_numpy(clean).permute(2, 0, 1), rng).permute(1, 2, 0).numpy()
    return {name: likeness(clean, method(faulty, 0.0)) for name, method in methods.items()}
