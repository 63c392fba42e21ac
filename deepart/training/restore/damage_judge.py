"""Fit the forest of `deepart.tasks.find.damage_pieces` on the detector's correct and false marks.

Damage is drawn onto pictures.  Half of all pictures, sound ones too, are then scanned once more, so that a scan does
not count as damage.  Some are made into drawings and compositions first, whose lines are meant.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from scipy.ndimage import maximum_filter

from deepart import runtime
from deepart.errors import InputError
from deepart.files import write_json
from deepart.images import fit, load_image
from deepart.models.restorers.damage_detector import MARGIN
from deepart.tasks.find.damage_pieces import at_size, believed, measure
from deepart.tasks.restore.bundled import marked_steps
from deepart.text import say
from deepart.training.data import find_pictures, is_held_out
from deepart.training.restore.damage import KINDS, USUAL_SIDE, scanned, worn
from deepart.training.restore.damage_detector import as_drawing, composition

_SIDES = (260, 900)  # longer side in pixels
_MEASURED_SIDES = (450, 1001)
_AS_DRAWING, _AS_COMPOSITION, _AS_SCAN = 0.25, 0.1, 0.25  # how often
_NEAR = 2  # pixels by which what is marked may lie beside the damage
_MOST_WEIGHT = 0.01  # share of a picture from which a piece weighs no more
_FOREST: dict[str, Any] = {
    "max_iter": 100,
    "learning_rate": 0.08,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 40,
    "l2_regularization": 5.0,
    "early_stopping": False,
    "random_state": 0,
}
_FOLDS = 5


def train_judge(options: Namespace) -> None:
    """Fit the forest and write it to a file; see `python -m deepart train judge --help`.

    Raises:
        InputError: there are no pictures, or scikit-learn is missing.
        WeightsError: the detector is missing or damaged.
    """
    try:
        import sklearn  # noqa: F401
    except ImportError:
        raise InputError("extra.no_sklearn") from None
    paths = [path for path in find_pictures(options.data) if not is_held_out(path)]
    if not paths:
        raise InputError("training.no_pictures")
    scans = find_pictures(options.scans) if options.scans else []
    masks = [np.asarray(load_image(path).convert("L")) for path in scans]
    order = np.random.default_rng(options.seed).permutation(len(paths))[: options.pictures]
    tables = []
    for number, index in enumerate(order):
        rng = np.random.default_rng((options.seed, number))
        tables += [(number, *examined(*example)) for example in examples(load_image(paths[index]), rng, masks)]
    stored, likeness = fit_forest(tables)
    write_json(options.output, stored)
    print(say("training.judged", pictures=len(order), area=f"{likeness:.3f}"), file=sys.stderr)


def examples(
    picture: Image.Image, rng: np.random.Generator, scans: Sequence[np.ndarray] = ()
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield a picture twice, sound and damaged, (H, W, 3) uint8, each with the mask of its damage, (H, W) bool."""
    clean = np.asarray(fit(picture.convert("RGB"), int(rng.integers(*_SIDES))))
    chance = rng.random()
    if chance < _AS_COMPOSITION:
        clean = (255 * composition(min(clean.shape[:2]), rng)).round().astype(np.uint8)
    elif chance < _AS_COMPOSITION + _AS_DRAWING:
        clean = (255 * as_drawing(clean.astype(np.float32) / 255, rng)).round().astype(np.uint8)
    scale = max(1.0, min(clean.shape[:2]) / USUAL_SIDE) * float(np.exp(0.3 * rng.standard_normal()))
    yield worn(clean, rng, [])
    kinds: list[Any] = list(rng.choice(list(KINDS), int(rng.integers(1, 4)), replace=False))
    if scans and rng.random() < _AS_SCAN:
        kinds.append(scanned(scans))
    yield worn(clean, rng, kinds, scale=scale)


def examined(picture: np.ndarray, mask: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Return the features of the pieces that the detector marks, which of them are damage, and their weights."""
    copy, marked = runtime.run(marked_steps(Image.fromarray(picture)))
    pixels, marked = at_size(copy, marked)
    pieces, features = measure(pixels, marked)
    near = np.asarray(Image.fromarray(maximum_filter(mask, 2 * _NEAR + 1)).resize(pixels.shape[1::-1]))
    area = np.bincount(pieces.ravel())[1:]
    damaged = np.bincount(pieces.ravel(), weights=near.ravel())[1:]
    return features, damaged >= area / 2, np.sqrt(np.minimum(area / pieces.size, _MOST_WEIGHT))


def fit_forest(tables: Sequence[tuple[int, dict[str, np.ndarray], np.ndarray, np.ndarray]]) -> tuple[dict, float]:
    """Fit a forest to the tables of pictures: a number, alike for copies of one picture, and what `examined` returns.

    Returns:
        The forest as `deepart.tasks.find.damage_pieces` reads it, and the area under the ROC curve on pictures
        left out of the fit in turn.

    Raises:
        InputError: too little is marked.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict

    tables = [table for table in tables if len(table[2])]
    if len({number for number, *_ in tables}) < _FOLDS or len({found for table in tables for found in table[2]}) < 2:
        raise InputError("training.too_little_marked")
    names = list(tables[0][1])
    x = np.concatenate([np.stack([features[name] for name in names], axis=1) for _, features, *_ in tables])
    is_damage, weights = (np.concatenate([table[place] for table in tables]) for place in (2, 3))
    groups = np.repeat([number for number, *_ in tables], [len(table[2]) for table in tables])
    weights = weights / weights.mean()
    model = HistGradientBoostingClassifier(**_FOREST)
    left_out = cross_val_predict(
        model, x, is_damage, groups=groups, cv=GroupKFold(_FOLDS), params={"sample_weight": weights},
        method="predict_proba",
    )[:, 1]  # fmt: skip
    model.fit(x, is_damage, sample_weight=weights)
    return as_stored(model, names), float(roc_auc_score(is_damage, left_out, sample_weight=weights))


def as_stored(model: Any, names: list[str]) -> dict[str, Any]:
    """Return a fitted `HistGradientBoostingClassifier` of two classes as plain values for JSON."""
    trees = []
    for (predictor,) in model._predictors:  # scikit-learn has no public way to the nodes
        nodes = predictor.nodes
        inner = ~nodes["is_leaf"].astype(bool)
        trees.append(
            {
                "feature": np.where(inner, nodes["feature_idx"], 0).tolist(),
                "threshold": np.where(inner, nodes["num_threshold"], 0).tolist(),
                "left": np.where(inner, nodes["left"].astype(int), -1).tolist(),
                "right": np.where(inner, nodes["right"].astype(int), -1).tolist(),
                "value": [float(f"{value:.5g}") for value in nodes["value"]],
            }
        )
    return {"features": names, "start": round(float(model._baseline_prediction.item()), 4), "trees": trees}


@dataclass(frozen=True, slots=True)
class MarksScore:
    """How well what the app marks covers drawn damage, over all pixels of all pictures."""

    pictures: int
    margin: int
    """Pixels by which what is found is widened: by `MARGIN` in the app."""
    iou: float
    precision: float
    recall: float
    false_area: float
    """Share of the pixels of the sound pictures that are marked."""


def evaluate_marks(pictures: Sequence[Image.Image], seed: int = 0) -> list[MarksScore]:
    """Measure what the app marks, with and without its margin, on sharp pictures that are damaged once each.

    Args:
        pictures: RGB, sound; they are shrunk to a random longer side of 450 to 1000 px.
        seed: of sizes and damage.

    Raises:
        WeightsError: the detector is missing or damaged.
    """
    margins = (0, MARGIN)
    counts = {margin: np.zeros(5, np.int64) for margin in margins}  # both, marked, damaged, falsely marked, pixels
    for number, picture in enumerate(pictures):
        rng = np.random.default_rng((seed, number))
        sound = np.asarray(fit(picture.convert("RGB"), int(rng.integers(*_MEASURED_SIDES))))
        kinds = list(rng.choice(list(KINDS), int(rng.integers(1, 4)), replace=False))
        damaged, mask = worn(sound, rng, kinds, scale=max(1.0, min(sound.shape[:2]) / USUAL_SIDE))
        marks = [believed(*runtime.run(marked_steps(Image.fromarray(pixels)))) for pixels in (damaged, sound)]
        for margin in margins:
            found, false = (maximum_filter(each, 2 * margin + 1) for each in marks)
            counts[margin] += [np.count_nonzero(each) for each in (found & mask, found, mask, false)] + [mask.size]
    return [
        MarksScore(
            pictures=len(pictures),
            margin=margin,
            iou=both / max(marked + there - both, 1),
            precision=both / max(marked, 1),
            recall=both / max(there, 1),
            false_area=false / max(size, 1),
        )
        for margin, (both, marked, there, false, size) in ((key, map(int, value)) for key, value in counts.items())
    ]
