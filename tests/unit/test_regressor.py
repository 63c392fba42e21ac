"""Numbers of pictures are learned, several at once, missing ones left out or filled, and measured by MAE and R2."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepart.__main__ import main
from deepart.images import save_png
from deepart.models.classifier import ArtClassifier, ArtClassifierConfig
from deepart.training.classify.label_training import measure_norm
from deepart.training.classify.regressor import NumberData, colourfulness, regressor_for, scores


@pytest.fixture
def eye() -> ArtClassifier:
    torch.manual_seed(0)
    config = ArtClassifierConfig((("style", ("a", "b")),), "test_efficientnet", depths=(2, 3), sides=(64,), dropout=0.0)
    network = ArtClassifier(config)
    shades = torch.linspace(0, 1, 16)[:, None, None, None] * torch.rand(16, 1, 64, 64).expand(-1, 3, -1, -1)
    measure_norm(network, shades)
    return network


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty grey pictures: the brighter the later; every fifth has no year, and a column of its own holds numbers."""
    rng, rows = np.random.default_rng(0), ["path,artist,style,genre,title,year,price,part"]
    for index in range(40):
        grey = (rng.random((72, 72, 1)) * 5 * (index + 10)).astype(np.uint8).repeat(3, 2)
        save_png(Image.fromarray(grey), tmp_path / f"{index}.png")
        year = "" if index % 5 == 2 else f"c. {1800 + index}"
        rows.append(
            f"{index}.png,anna,,,,{year},{2.5 * index if index else 'sold'},{'test' if index % 4 == 0 else 'train'}"
        )
    (tmp_path / "paintings.csv").write_text("\n".join(rows))
    return tmp_path


def test_grey_has_no_colour_and_pure_colours_have_much() -> None:
    assert colourfulness(np.full((8, 8, 3), 90, np.uint8)) == 0
    halves = np.zeros((8, 8, 3), np.uint8)
    halves[:4, :, 0] = halves[4:, :, 1] = 255
    # r - g is ±255 and (r + g) / 2 - b is 127.5 everywhere: spread 255, mean length 127.5.
    assert colourfulness(halves) == pytest.approx(255 + 0.3 * 127.5)


def test_what_is_missing_is_counted_and_the_units_are_those_of_what_is_known(folder: Path, eye: ArtClassifier) -> None:
    data = NumberData(folder, ["year", "price", "colourfulness"], folder / "cache")
    assert data.report()["year"] == {"drop": 8, "median": 8, "interpolate": 8, "regress": 8}
    assert data.report()["price"]["drop"] == 1 and "colourfulness" not in data.report()
    table = data.table("train")
    assert table.shape == (30, 3) and int(table[:, 0].isnan().sum()) == 6
    network = regressor_for(data, eye)
    assert network.config.targets[0][1] == pytest.approx(float(table[:, 0].nanmean()))
    assert torch.allclose(network(torch.rand(2, 3, 64, 64)), network.units[0].expand(2, 3))  # it says the mean at first


def test_scores_are_mae_and_r2_of_what_is_known(folder: Path, eye: ArtClassifier) -> None:
    network = regressor_for(NumberData(folder, ["year"], folder / "cache"), eye)
    found = scores(network, torch.tensor([[1.0], [3], [9]]), torch.tensor([[2.0], [4], [math.nan]]))["year"]
    assert found["pictures"] == 2 and found["mae"] == 1 and found["r2"] == 0


@pytest.mark.parametrize("missing", ["drop", "interpolate"])
def test_years_are_learned_from_the_command_line(
    folder: Path, eye: ArtClassifier, tmp_path: Path, missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    eye.save_pretrained(tmp_path / "eye")
    run, report = tmp_path / "run", tmp_path / "report"
    data = ["--data", str(folder)]
    more = ["--minutes", "0.1", "--stages", "64x32", "--start", str(tmp_path / "eye"), "--missing", missing]
    targets = ["--targets", "year", "brightness"]
    assert main(["train", "regressor", *data, *targets, "--run", str(run), "--learning-rate", "0.02", *more]) == 0
    assert "year: drop 8, median 8, interpolate 8" in capsys.readouterr().out
    assert main(["evaluate", "regressor", *data, "--bundle", str(run / "bundle"), "-o", str(report)]) == 0
    found = json.loads((report / "scores.json").read_text())
    assert found["year"]["pictures"] == 8 and found["year"]["mae"] < found["year"]["mae of the mean"]
    assert found["brightness"]["r2"] > 0.5


@pytest.mark.parametrize(("target", "sentence"), [("weight", "no column weight"), ("title", "fewer than 10")])
def test_numbers_that_are_not_there_are_refused(folder: Path, target: str, sentence: str, capsys) -> None:
    asked = ["--targets", target, "--run", str(folder / "run"), "--minutes", "1"]
    assert main(["train", "regressor", "--data", str(folder), *asked]) == 2
    assert sentence in capsys.readouterr().err
