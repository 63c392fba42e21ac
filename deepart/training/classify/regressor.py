"""Multi-label regression: numbers of artworks (year, colourfulness, any column) from the classifier's features.

The backbone stays as it is; the linear layer learns all numbers at once, those of a picture that are missing left out.
Colourfulness: Hasler & Suesstrunk 2003, https://doi.org/10.1117/12.477378.
"""

from __future__ import annotations

import csv
import dataclasses
import json
import math
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torchmetrics.functional import mean_absolute_error, r2_score

from deepart import runtime
from deepart.checkpoints import load_folder
from deepart.errors import InputError
from deepart.files import write_json
from deepart.models.classifier import ArtClassifier
from deepart.models.regressor import ArtRegressor, ArtRegressorConfig
from deepart.tasks.classify.classify import DEFAULT_CHECKPOINT
from deepart.training.catalogue import read_catalogue
from deepart.training.classify.classifier import relative_crop
from deepart.training.classify.label_training import features_of, stretched
from deepart.training.data import PictureStore, Selection, is_held_out
from deepart.training.loop import Batch, BatchSpec
from deepart.training.missing import YearWay, fillable, filled_numbers, year_of
from deepart.training.run import alone, run_training, save_bundle, start_of

VIEWS = 4
"""Random crops of each picture that is learned from."""

FEWEST = 10
"""Known values without which nothing is learned about a number."""


def colourfulness(picture: np.ndarray) -> float:
    """Return how colourful (H, W, 3) uint8 RGB is: 0 grey, above 100 extremely."""
    r, g, b = np.moveaxis(np.asarray(picture, np.float32), 2, 0)
    opponents = r - g, (r + g) / 2 - b
    std, mean = (math.hypot(*(float(measure(x)) for x in opponents)) for measure in (np.std, np.mean))
    return std + 0.3 * mean


def brightness(picture: np.ndarray) -> float:
    """Return the mean of (H, W, 3) uint8 RGB, 0 to 255."""
    return float(np.mean(picture))


def contrast(picture: np.ndarray) -> float:
    """Return the standard deviation of the brightness of (H, W, 3) uint8 RGB."""
    return float(np.std(np.mean(picture, axis=2)))


COMPUTED: dict[str, Callable[[np.ndarray], float]] = {
    "colourfulness": colourfulness,
    "brightness": brightness,
    "contrast": contrast,
}
"""Numbers that are worked out from the picture itself."""


class NumberData:
    """The pictures of a folder with a paintings.csv, and the numbers of each.

    Args:
        targets: "year", a key of `COMPUTED`, or another column of the table.

    Raises:
        InputError: there is no table, a column is missing, or a number is known of too few pictures.
    """

    def __init__(self, folder: Path, targets: Sequence[str], cache: Path) -> None:
        paintings = read_catalogue(folder)
        with open(Path(folder) / "paintings.csv", newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        self.targets = tuple(targets)
        self.pictures = PictureStore([painting.path for painting in paintings], cache)
        self.artists = [painting.artist for painting in paintings]
        kept = ["test" if is_held_out(painting.path) else "train" for painting in paintings]
        given = [row.get("part") or part for row, part in zip(rows, kept)]
        self.parts = {part: [n for n, found in enumerate(given) if found == part] for part in sorted({*given, "test"})}
        self.values = {target: self._column(target, rows) for target in targets}
        for target, values in self.values.items():
            if sum(values[n] is not None for n in self.parts.get("train", [])) < FEWEST:
                raise InputError("training.too_few_numbers", name=target, least=FEWEST)

    def _column(self, target: str, rows: Sequence[Mapping[str, str]]) -> list[float | None]:
        if target in COMPUTED:
            return [COMPUTED[target](self.pictures[index]) for index in range(len(rows))]
        if target not in rows[0]:
            raise InputError("training.no_column", name=target, known=", ".join(COMPUTED))
        return [_number(row[target]) if target != "year" else year_of(row[target]) for row in rows]

    def report(self) -> dict[str, dict[str, int]]:
        """Return for each number that is missing somewhere how many each way of filling would take care of."""
        found = {target: fillable(values, self.artists) for target, values in self.values.items()}
        return {target: ways for target, ways in found.items() if ways["drop"]}

    def table(self, part: str) -> Tensor:
        """Return the numbers of a part, (N, K), NaN where they are missing."""
        rows = [[self.values[target][n] for target in self.targets] for n in self.parts.get(part, [])]
        return torch.tensor([[math.nan if value is None else float(value) for value in row] for row in rows])

    def of(self, part: str) -> Selection:
        """Return the pictures of a part."""
        return Selection(self.pictures, self.parts.get(part, []))


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def regressor_for(data: NumberData, eye: ArtClassifier) -> ArtRegressor:
    """Return an untrained regressor that sees what a classifier sees, in the units of the training pictures."""
    table = data.table("train")
    rows = []
    for name, column in zip(data.targets, table.T):
        known = column[~column.isnan()]
        rows.append((name, float(known.mean()), max(float(known.std()), 1e-6)))
    config = dataclasses.replace(
        eye.config, labels=(), independent=(), pairwise=(), temperatures=(), index="", index_share=0.0,
        mixture_temperatures=(), set_levels=(), mistaken=(),
    )  # fmt: skip
    network = ArtRegressor(ArtRegressorConfig(tuple(rows), config))
    weights = {key: value for key, value in eye.state_dict().items() if not key.startswith("heads.")}
    network.eye.load_state_dict(weights)
    network.eye.requires_grad_(False)
    return network


class RegressorTraining:
    """Task of `deepart.training.loop.fit`: a linear layer on what a frozen backbone saw of several views.

    Args:
        table: the numbers of each picture, (N, K), NaN where they are missing.
    """

    def __init__(
        self, network: ArtRegressor, pictures: Selection | Sequence[np.ndarray], table: Tensor, seed: int = 0
    ) -> None:
        self.network, self._pictures, self._seed = network, pictures, seed
        mean, std = network.units.cpu()
        self._table = (table - mean) / std
        self._features = torch.zeros(len(pictures), VIEWS, network.head.in_features)

    def look(self) -> Iterator[int]:
        """Work out what will be learned from; yields how many pictures have been looked at."""
        self.network.eval()
        for number in range(len(self._pictures)):
            rngs = [np.random.default_rng((self._seed, number, view)) for view in range(VIEWS)]
            views = [relative_crop(self._pictures[number], self.network.config.side, rng) for rng in rngs]
            self._features[number] = features_of(self.network, torch.stack(views))
            yield number + 1

    def draw(self, spec: BatchSpec) -> Batch:
        """Return what was seen of pictures, (B, D), and their numbers, (B, K)."""
        rngs = spec.generators(self._seed)
        numbers = [int(rng.integers(len(self._pictures))) for rng in rngs]
        views = [int(rng.integers(VIEWS)) for rng in rngs]
        return self._features[numbers, views], self._table[numbers]

    def losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Return the mean squared error over the numbers that are known, "total"."""
        features, table = batch
        known = ~table.isnan()
        errors = (self.network.standardised(features).float() - table.nan_to_num()).square() * known
        return {"total": errors.sum() / known.sum().clamp(min=1)}


@torch.no_grad()
def predicted(network: ArtRegressor, pictures: Selection | Sequence[np.ndarray]) -> Tensor:
    """Return the numbers of pictures, (N, K)."""
    network.eval()
    device, side = next(network.parameters()).device, network.config.side
    found = [network(stretched(pictures[n], side)[None].to(device)).cpu() for n in range(len(pictures))]
    return torch.cat(found) if found else torch.zeros(0, len(network.config.targets))


def scores(network: ArtRegressor, answers: Tensor, table: Tensor) -> dict[str, dict[str, float]]:
    """Return "mae" and "r2" of predictions (N, K) for each number, and the "mae of the mean" as a baseline.

    Args:
        table: the true numbers, (N, K), NaN where they are missing; those with fewer than two known are left out.
    """
    found = {}
    for (name, mean, _), said, true in zip(network.config.targets, answers.T, table.T):
        known = ~true.isnan()
        if known.sum() >= 2:
            said, true = said[known].contiguous(), true[known].contiguous()
            found[name] = {
                "pictures": int(known.sum()),
                "mae": float(mean_absolute_error(said, true)),
                "r2": float(r2_score(said, true)),
                "mae of the mean": float((true - mean).abs().mean()),
            }
    return found


@alone
def train_regressor(options: Namespace) -> None:
    """Train a regressor into `options.run`; see `python -m deepart train regressor --help`.

    Raises:
        InputError: a number is known of too few pictures.
    """
    torch.manual_seed(options.seed)
    data = NumberData(options.data, options.targets, options.run / "cache")
    for target, ways in data.report().items():
        print(f"{target}: " + ", ".join(f"{way} {count}" for way, count in ways.items()), flush=True)
    network = regressor_for(data, start_of("ArtClassifier", options.start or DEFAULT_CHECKPOINT))
    task = RegressorTraining(network, data.of("train"), data.table("train"), options.seed)
    for _ in task.look():
        pass
    fill(task, data, options.missing)
    average = run_training(task, options, [{"params": list(network.head.parameters())}], bf16=False)
    save_bundle(average, options.run / "bundle")


def fill(task: RegressorTraining, data: NumberData, way: YearWay) -> None:
    """Fill in the missing numbers of what is learned from, as far as the way can; the others stay left out."""
    chosen, mean, std = data.parts["train"], *task.network.units.cpu()
    artists = [data.artists[n] for n in chosen]
    for place, target in enumerate(data.targets):
        values = filled_numbers([data.values[target][n] for n in chosen], way, artists, task._features[:, 0])
        column = torch.tensor([math.nan if value is None else float(value) for value in values])
        task._table[:, place] = (column - mean[place]) / std[place]


def evaluate_regressor(options: Namespace) -> None:
    """Print MAE and R2 of each number on pictures that training left out; see `evaluate regressor --help`."""
    network = load_folder(options.bundle, "ArtRegressor", options.bundle.name, str(runtime.device()))
    data = NumberData(options.data, [name for name, *_ in network.config.targets], options.output / "cache")
    found = scores(network, predicted(network, data.of("test")), data.table("test"))
    if not found:
        raise InputError("training.none_held_out")
    write_json(options.output / "scores.json", found)
    print(json.dumps(found))
