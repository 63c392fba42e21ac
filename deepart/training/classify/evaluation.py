"""Evaluate a classifier on unseen paintings: all figures of its card."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor
from torchmetrics.functional import classification as metrics

from deepart.files import replacing, write_json
from deepart.images import save_png
from deepart.tasks.classify.classify import ANOTHER_ARTIST, ArtworkClassifier
from deepart.training.catalogue import Painting
from deepart.training.classify.classifier import targets

BINS = 15
"""Bins of the expected calibration error (Guo et al. 2017)."""

_BATCH = 16


@dataclass(frozen=True, slots=True)
class LabelScore:
    """Scores of one label against the others."""

    label: str
    works: int
    precision: float
    recall: float
    f1: float
    auroc: float


@dataclass(frozen=True, slots=True)
class HeadScore:
    """Scores of one head; macro means weigh all labels that occur equally."""

    head: str
    works: int
    accuracy: float
    top5: float
    macro_precision: float
    macro_recall: float
    macro_f1: float
    macro_auroc: float
    calibration_error: float
    set_coverage: float
    """Coverage of the head's conformal set, which is made for 0.9."""
    set_size: float
    labels: tuple[LabelScore, ...]
    confusion: tuple[tuple[int, ...], ...]
    """Rows are the true labels, columns the predictions, both in the head's order."""


def describe(engine: ArtworkClassifier, pictures: Sequence[np.ndarray], indices: Sequence[int]) -> Tensor:
    """Return the features of some of many pictures, (len(indices), 2, D); see `ArtworkClassifier.describe`."""
    parts = []
    for start in range(0, len(indices), _BATCH):
        chosen = indices[start : start + _BATCH]
        parts.append(engine.describe([Image.fromarray(np.array(pictures[index])) for index in chosen]))
    return torch.cat(parts)


def score_heads(engine: ArtworkClassifier, features: Tensor, paintings: Sequence[Painting]) -> list[HeadScore]:
    """Return the scores of every head for paintings with these features, (N, 2, D).

    Paintings without a label that the head knows do not count for it; for the artist head that leaves out
    "another artist", so that its accuracy says how often an artist is named.
    """
    network = engine.network()
    probabilities = engine.probabilities(features)
    wanted = targets(network, paintings)
    levels = dict(network.config.set_levels)
    scores = []
    for head, labels in network.labels.items():
        target = torch.tensor(wanted[head])
        counted = target >= 0
        if ANOTHER_ARTIST in labels:
            counted &= target != labels.index(ANOTHER_ARTIST)
        if counted.any():
            scores.append(_score(head, labels, probabilities[head][counted].cpu(), target[counted], levels.get(head)))
    return scores


def _score(head: str, labels: Sequence[str], p: Tensor, target: Tensor, level: float | None) -> HeadScore:
    count = len(labels)
    settings = {"num_classes": count, "average": None}
    works = torch.bincount(target, minlength=count)
    there = works > 0
    precision = metrics.multiclass_precision(p, target, **settings)
    recall = metrics.multiclass_recall(p, target, **settings)
    f1 = metrics.multiclass_f1_score(p, target, **settings)
    auroc = torch.stack([_auroc(p[:, label], target == label) for label in range(count)])
    answer = p.argmax(1)
    in_set = (p >= (1.0 if level is None else level)).scatter(1, answer[:, None], True)
    return HeadScore(
        head=head,
        works=len(target),
        accuracy=float((answer == target).float().mean()),
        top5=float((p.topk(min(5, count)).indices == target[:, None]).any(1).float().mean()),
        macro_precision=float(precision[there].mean()),
        macro_recall=float(recall[there].mean()),
        macro_f1=float(f1[there].mean()),
        macro_auroc=float(auroc[there].mean()),
        calibration_error=float(metrics.multiclass_calibration_error(p, target, count, n_bins=BINS)),
        set_coverage=float(in_set[torch.arange(len(target)), target].float().mean()),
        set_size=float(in_set.sum(1).float().mean()),
        labels=tuple(
            LabelScore(label, int(works[i]), float(precision[i]), float(recall[i]), float(f1[i]), float(auroc[i]))
            for i, label in enumerate(labels)
            if there[i]
        ),
        confusion=tuple(map(tuple, metrics.multiclass_confusion_matrix(answer, target, count).tolist())),
    )


def separation(positive: Tensor, negative: Tensor) -> float:
    """Return the area under the ROC curve: how often a score of `positive`, (N,), is above one of `negative`, (M,)."""
    scores = torch.cat([positive, negative])
    return float(_auroc(scores, torch.cat([torch.ones_like(positive), torch.zeros_like(negative)]).bool()))


def _auroc(scores: Tensor, positive: Tensor) -> Tensor:
    # Ranks keep the order exactly; scores outside [0, 1] would be pushed through a sigmoid and tie.
    ranks = scores.double().unique(return_inverse=True)[1].double() / max(1, len(scores))
    return metrics.binary_auroc(ranks, positive.long()) if positive.any() and not positive.all() else torch.tensor(0.5)


def another_artist_score(engine: ArtworkClassifier, features: Tensor) -> Tensor:
    """Return how much each picture looks as if no known artist had painted it, (N,); features (N, 2, D)."""
    labels = engine.network().labels["artist"]
    return engine.probabilities(features)["artist"][:, labels.index(ANOTHER_ARTIST)].cpu()


def confusion_picture(score: HeadScore, labels: Sequence[str], cell: int = 18) -> Image.Image:
    """Draw a confusion matrix: true labels from top to bottom, predictions from left to right, shares of each row."""
    matrix = np.array(score.confusion, float)
    shares = matrix / matrix.sum(1, keepdims=True).clip(min=1)
    margin = 190 if cell >= 12 else 10
    side = cell * len(labels)
    sheet = Image.new("RGB", (margin + side + 10, margin + side + 10), "white")
    colours = np.stack([255 - 215 * shares, 255 - 160 * shares, 255 - 70 * shares], axis=2).astype(np.uint8)
    sheet.paste(Image.fromarray(colours).resize((side, side), Image.Resampling.NEAREST), (margin, margin))
    draw = ImageDraw.Draw(sheet)
    if cell >= 12:
        column = Image.new("RGB", (margin, side), "white")
        writer = ImageDraw.Draw(column)
        for place, label in enumerate(labels):
            draw.text((6, margin + place * cell + cell // 2), label, fill="black", anchor="lm")
            writer.text((6, place * cell + cell // 2), label, fill="black", anchor="lm")
        sheet.paste(column.transpose(Image.Transpose.ROTATE_90), (margin, 0))
        for row, values in enumerate(shares):
            for place, value in enumerate(values):
                if value >= 0.05:
                    centre = (margin + place * cell + cell // 2, margin + row * cell + cell // 2)
                    draw.text(centre, f"{100 * value:.0f}", fill="white" if value > 0.6 else "black", anchor="mm")
    return sheet


def save_report(
    folder: Path, scores: Sequence[HeadScore], flags: Mapping[str, float], labels: Mapping[str, Sequence[str]]
) -> None:
    """Write report.json, and for each head its confusion matrix as a table and as a picture, into `folder`."""
    report = {"heads": [asdict(score) for score in scores], "flags": dict(flags)}
    write_json(folder / "report.json", report)
    for score in scores:
        names = list(labels[score.head])
        table = folder / f"confusion-{score.head}.csv"
        with replacing(table) as part, open(part, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["right label \\ answer", *names])
            writer.writerows([name, *row] for name, row in zip(names, score.confusion))
        picture = confusion_picture(score, names, cell=28 if len(names) <= 40 else 6)
        save_png(picture, folder / f"confusion-{score.head}.png")


def summary(scores: Sequence[HeadScore], flags: Mapping[str, float]) -> str:
    """Return the figures as lines of text, percentages."""
    lines = [
        "head     works  top-1  top-5  precision  recall     F1  AUROC   ECE  in set  set size",
        *(
            f"{s.head:8}{s.works:6}{100 * s.accuracy:7.1f}{100 * s.top5:7.1f}{100 * s.macro_precision:11.1f}"
            f"{100 * s.macro_recall:8.1f}{100 * s.macro_f1:7.1f}{100 * s.macro_auroc:7.1f}"
            f"{100 * s.calibration_error:6.1f}{100 * s.set_coverage:8.1f}{s.set_size:10.1f}"
            for s in scores
        ),
        *(f"{name}: {value:.3f}" for name, value in flags.items()),
    ]
    for score in scores:
        if len(score.labels) <= 40:
            lines += ["", f"{score.head:28}works  precision  recall     F1  AUROC"]
            lines += [
                f"{label.label:28}{label.works:5}{100 * label.precision:11.1f}{100 * label.recall:8.1f}"
                f"{100 * label.f1:7.1f}{100 * label.auroc:7.1f}"
                for label in score.labels
            ]
    return "\n".join(lines)
