"""Regions are learned from masks in a zip or a folder, measured by IoU, and become masks for other verbs."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepart.__main__ import main
from deepart.errors import InputError
from deepart.images import png_bytes
from deepart.models.segmenter import Segmenter, SegmenterConfig
from deepart.training.loop import BatchSpec, FitConfig, Stage, fit
from deepart.training.restore import segmenter
from deepart.training.restore.segmenter import (
    Pair,
    SegmenterTraining,
    indices_of,
    intersections,
    read_pairs,
    regions_of,
)

TINY = SegmenterConfig(widths=(8, 8), depths=(1, 1, 1))


def pair(seed: int, side: int = 48) -> Pair:
    """Return a bright square on a dark ground, and its mask."""
    rng = np.random.default_rng(seed)
    mask = np.zeros((side, side, 3), np.uint8)
    top, left = rng.integers(4, side - 24, 2)
    mask[top : top + 20, left : left + 20] = 255
    return Pair(f"{seed}.png", np.where(mask > 0, (220, 180, 60), (30, 40, 90)).astype(np.uint8), mask)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    with zipfile.ZipFile(tmp_path / "masks.zip", "w") as file:
        for seed in range(8):
            each = pair(seed)
            file.writestr(f"pictures/{seed}.png", png_bytes(Image.fromarray(each.picture)))
            if seed:
                file.writestr(f"masks/{seed}.png", png_bytes(Image.fromarray(each.mask)))
    return tmp_path / "masks.zip"


def test_pictures_are_joined_with_their_masks_in_a_zip_and_in_a_folder(archive: Path, tmp_path: Path) -> None:
    found = read_pairs(archive)
    assert [each.name for each in found] == [f"pictures/{seed}.png" for seed in range(1, 8)]
    assert np.array_equal(found[2].mask, pair(3).mask) and regions_of(found) == ("#000000", "#ffffff")
    with zipfile.ZipFile(archive) as file:
        file.extractall(tmp_path / "folder")
    assert [each.name for each in read_pairs(tmp_path / "folder")] == [each.name for each in found]
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "a.png").write_bytes(png_bytes(Image.fromarray(pair(0).picture)))
    with pytest.raises(InputError, match="masks"):
        read_pairs(tmp_path / "none")


def test_colours_are_regions_unless_edges_are_soft() -> None:
    colours = np.array([[[0, 0, 0], [255, 0, 0], [0, 0, 255], [250, 5, 0]]], np.uint8)
    assert regions_of([Pair("a", colours[:, :3], colours[:, :3])]) == ("#000000", "#0000ff", "#ff0000")
    assert indices_of(colours, ("#000000", "#0000ff", "#ff0000")).tolist() == [[0, 2, 1, 2]]
    ramp = np.arange(64, dtype=np.uint8)[None, :, None].repeat(3, 2)
    assert regions_of([Pair("a", ramp, ramp)]) == ("#000000", "#ffffff")


def test_iou_is_what_is_shared_of_what_is_either(monkeypatch: pytest.MonkeyPatch) -> None:
    mask = np.zeros((4, 4, 3), np.uint8)
    mask[:, :2] = 255
    said = np.zeros((4, 4), int)
    said[:, :1] = 1
    monkeypatch.setattr(segmenter, "segmented", lambda network, picture: said)
    found = intersections(Segmenter(TINY), [Pair("a", mask, mask)])
    assert found == pytest.approx({"mean": (8 / 12 + 0.5) / 2, "#000000": 8 / 12, "#ffffff": 0.5})


def test_bright_squares_are_found(tmp_path: Path) -> None:
    torch.manual_seed(0)
    task, steps = SegmenterTraining(Segmenter(TINY), [pair(seed) for seed in range(6)]), iter(range(60))
    x, regions = task.draw(BatchSpec(Stage(32, 4), 0))
    assert ((x[:, 0] > 0.5).long() == regions).float().mean() > 0.95  # mask and picture are cut and turned alike
    config = FitConfig(30, (Stage(32, 4),), 1e-2, warmup_steps=1, ema_decay=0.8, bf16=False)
    average = fit(task, config, tmp_path / "state.pt", should_stop=lambda: next(steps, None) is None)
    assert intersections(average, [pair(seed) for seed in range(10, 14)])["#ffffff"] > 0.8


def test_a_zip_becomes_a_segmenter_whose_regions_are_masks(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, report, mask = tmp_path / "run", tmp_path / "report", tmp_path / "mask.png"
    data = ["--data", str(archive)]
    assert main(["train", "segmenter", *data, "--run", str(run), "--minutes", "1e-6", "--stages", "16x2"]) == 0
    assert main(["evaluate", "segmenter", *data, "--bundle", str(run / "bundle"), "--all", "-o", str(report)]) == 0
    assert set(json.loads((report / "scores.json").read_text())) == {"mean", "#000000", "#ffffff"}
    (tmp_path / "a.png").write_bytes(png_bytes(Image.fromarray(pair(1).picture)))
    asked = ["segment", str(tmp_path / "a.png"), "--bundle", str(run / "bundle"), "-o", str(mask), "--region"]
    assert main([*asked, "#ffffff"]) == 0
    assert Image.open(mask).size == (48, 48) and set(np.unique(np.asarray(Image.open(mask)))) <= {0, 255}
    assert main([*asked, "#123456"]) == 2 and "#ffffff" in capsys.readouterr().err
