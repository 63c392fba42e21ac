"""How restoring networks are measured: known methods get the figures that they must, and all see the same."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepart.__main__ import main
from deepart.images import load_image, save_png
from deepart.models.perceptual_network import PerceptualNetwork, PerceptualNetworkConfig
from deepart.models.restorers.inpainter import Inpainter, InpainterConfig
from deepart.training.data import is_held_out
from deepart.training.restore import damage_judge
from deepart.training.restore.evaluation import (
    HOLES,
    bicubic,
    evaluate_denoising,
    evaluate_enlarging,
    evaluate_inpainting,
    inpainting_sheet,
    installed_denoisers,
    installed_inpainters,
    non_local_means,
)
from photos import photo
from tiny_restorers import tiny_restorers

PICTURES = [np.asarray(photo(name, 96)) for name in ("coffee", "astronaut")]


@pytest.fixture(scope="module")
def perceptual_network() -> PerceptualNetwork:
    torch.manual_seed(0)
    return PerceptualNetwork(PerceptualNetworkConfig(widths=(4, 4, 4, 4))).eval().requires_grad_(False)


# --- noise -----------------------------------------------------------------------------------------


def test_noise_has_the_strength_that_the_table_says() -> None:
    grey = [np.full((128, 128, 3), 128, np.uint8)]  # far enough from black and white to be cut off by neither
    for score in evaluate_denoising({"no method": lambda noisy, sigma: noisy}, grey, sigmas=(15, 25)):
        assert score.psnr == pytest.approx(20 * math.log10(255 / score.sigma), abs=0.1)
        assert score.ssim < 0.5


def test_every_denoiser_gets_the_same_noise_and_is_told_its_strength() -> None:
    seen: dict[str, list[np.ndarray]] = {"a": [], "b": []}
    told = []

    def method(name: str):
        def keep(noisy: np.ndarray, sigma: float) -> np.ndarray:
            seen[name].append(noisy)
            told.append(sigma)
            return noisy

        return keep

    a, b = evaluate_denoising({name: method(name) for name in seen}, PICTURES, sigmas=(25,), seed=3)
    assert (a.psnr, a.ssim) == (b.psnr, b.ssim) and set(told) == {25 / 255}
    assert all(np.array_equal(x, y) for x, y in zip(seen["a"], seen["b"]))
    assert evaluate_denoising({"a": method("a")}, PICTURES, sigmas=(25,), seed=3) == [a]
    assert evaluate_denoising({"a": method("a")}, PICTURES, sigmas=(25,), seed=4) != [a]


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_perfect_denoiser_and_a_fair_one() -> None:
    clean = PICTURES[0].astype(np.float32) / 255
    methods = {"perfect": lambda noisy, sigma: clean, "means": non_local_means, "none": lambda noisy, sigma: noisy}
    perfect, means, none = evaluate_denoising(methods, PICTURES[:1], sigmas=(25,))
    assert perfect.psnr == math.inf and perfect.ssim == pytest.approx(1)
    assert means.psnr > none.psnr + 3 and means.ssim > none.ssim


# --- holes -----------------------------------------------------------------------------------------


def test_a_perfect_inpainter_and_worse_ones(perceptual_network: PerceptualNetwork) -> None:
    def fill_with(colour: np.ndarray):
        return lambda picture, missing: np.where(missing[..., None], colour, picture).astype(np.uint8)

    def perfect(picture: np.ndarray, missing: np.ndarray) -> np.ndarray:
        return next(truth for truth in PICTURES if np.array_equal(truth[~missing], picture[~missing]))

    mean = np.mean([picture.mean((0, 1)) for picture in PICTURES], 0)
    methods = {"perfect": perfect, "grey": fill_with(mean), "magenta": fill_with(np.array((255, 0, 255)))}
    perfect, grey, magenta = evaluate_inpainting(methods, PICTURES, perceptual_network)
    assert perfect.feature_distance == 0 and perfect.psnr > 100
    assert magenta.psnr < grey.psnr < 30
    assert magenta.feature_distance > grey.feature_distance > 0.01


def test_inpainters_do_not_see_what_is_missing(perceptual_network: PerceptualNetwork) -> None:
    shares = []

    def watch(picture: np.ndarray, missing: np.ndarray) -> np.ndarray:
        assert picture.dtype == np.uint8 and not picture[missing].any()
        shares.append(missing.mean())
        return picture

    first = evaluate_inpainting({"watch": watch}, PICTURES, perceptual_network, seed=2)
    assert min(shares) >= HOLES[0] and max(shares) <= HOLES[1]
    assert evaluate_inpainting({"watch": watch}, PICTURES, perceptual_network, seed=2) == first
    assert evaluate_inpainting({"watch": watch}, PICTURES, perceptual_network, seed=3) != first


def test_what_opencv_fills_is_better_than_black(perceptual_network: PerceptualNetwork) -> None:
    pytest.importorskip("cv2")
    methods = {"black": lambda picture, missing: picture, **installed_inpainters()}
    black, telea, navier_stokes = evaluate_inpainting(methods, PICTURES, perceptual_network)
    assert min(telea.psnr, navier_stokes.psnr) > black.psnr + 5
    assert inpainting_sheet(methods, PICTURES).width > 5 * 96


# --- enlarging -------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_perfect_enlargement_and_a_plain_one() -> None:
    pictures = [picture[:95, :90] for picture in PICTURES]  # the scales do not divide them

    def perfect(small: np.ndarray, scale: int) -> np.ndarray:
        size = [side * scale for side in small.shape[:2]]
        truths = [picture[: size[0], : size[1]] for picture in pictures]
        return min(truths, key=lambda truth: np.abs(truth.astype(float) - bicubic(small, scale)).mean())

    for score in evaluate_enlarging({"perfect": perfect, "bicubic": bicubic}, pictures):
        if score.method == "perfect":
            assert score.psnr_y == math.inf and score.ssim_y == pytest.approx(1)
        else:
            assert 20 < score.psnr_y < 45 and 0.5 < score.ssim_y < 0.99


def test_the_luma_is_that_of_the_papers() -> None:
    """Green that is off by a fifth changes Y of ITU-R BT.601, 16 to 235, by a fifth of 128.553."""
    black = np.zeros((24, 24, 3), np.uint8)

    def greener(small: np.ndarray, scale: int) -> np.ndarray:
        return np.full_like(bicubic(small, scale), [0, 51, 0])

    for score in evaluate_enlarging({"greener": greener}, [black]):
        assert score.psnr_y == pytest.approx(20 * math.log10(255 / (128.553 / 5)), abs=1e-3)


def test_the_border_does_not_count() -> None:
    def spoiled(small: np.ndarray, scale: int) -> np.ndarray:
        large = bicubic(small, scale).copy()
        large[:scale], large[:, -scale:] = 0, 255
        return large

    spoiled_score, plain = evaluate_enlarging({"spoiled": spoiled, "plain": bicubic}, PICTURES, scales=(2,))
    assert (spoiled_score.psnr_y, spoiled_score.ssim_y) == (plain.psnr_y, plain.ssim_y)


# --- baselines and the command ---------------------------------------------------------------------


def test_baselines_that_are_not_installed_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("cv2", "bm3d"):
        monkeypatch.setitem(sys.modules, module, None)
    assert installed_inpainters() == {}
    assert list(installed_denoisers()) == ["no method", "non-local means"]


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A folder with the sets of pictures, small, and tiny networks in the place of the bundled ones."""
    unseen = (f"{number}.png" for number in range(1000) if is_held_out(Path(f"someone/{number}.png")))
    paths = [tmp_path / "CBSD68/0.png", tmp_path / "Set5/0.png", tmp_path / "paintings/someone" / next(unseen)]
    for path, side in zip(paths, (48, 48, 260)):
        path.parent.mkdir(parents=True)
        save_png(photo("coffee", side), path)
    with tiny_restorers():
        yield tmp_path


def test_the_command_prints_and_saves_every_figure(data: Path, capsys: pytest.CaptureFixture) -> None:
    output = data / "report"
    assert main(["evaluate", "restorer", "--data", str(data), "-o", str(output)]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in ("non-local means", "psnr_y", "bicubic", "faithful", "crisp", "iou"))
    report = json.loads((output / "report.json").read_text("utf-8"))
    assert [len(report[part]) for part in ("damage", "enlarging")] == [2, 6]
    ours = [row for row in report["noise"] if row["method"] == "deepart"]
    assert [row["sigma"] for row in ours] == [15, 25, 50] and all(row["psnr"] > 0 for row in ours)
    assert report["holes"][0]["method"] == "deepart" and report["holes"][0]["feature_distance"] > 0
    assert load_image(output / "holes.png").width > 2 * 256


def test_the_command_measures_what_the_app_marks(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A detector that marks the damage and a frame around the picture: of each, what is found is known."""
    (data / "paintings").rename(data / "paintings_hr")
    drawn: list[np.ndarray] = []

    def damaged(picture: np.ndarray, *_: object, **__: object) -> tuple[np.ndarray, np.ndarray]:
        mask = np.zeros(picture.shape[:2], bool)
        mask[100:140, 100:150] = True
        drawn.append(mask)
        return np.where(mask[..., None], np.uint8(255), picture), mask

    def marked(picture: Image.Image) -> Iterator[None]:
        yield from ()
        is_damaged = (np.asarray(picture)[100:140, 100:150] == 255).all()
        found = drawn[-1] & (np.arange(picture.width) < 140) if is_damaged else np.zeros_like(drawn[-1])
        found[:10] = True
        return picture, found

    monkeypatch.setattr(damage_judge, "worn", damaged)
    monkeypatch.setattr(damage_judge, "marked_steps", marked)
    monkeypatch.setattr(damage_judge, "believed", lambda picture, found: found)
    output = data / "report"
    assert main(["evaluate", "restorer", "--data", str(data), "-o", str(output), "--only", "marks"]) == 0
    exact, wide = json.loads((output / "report.json").read_text("utf-8"))["marks"]
    assert (exact["margin"], wide["margin"], exact["pictures"]) == (0, 1, 1)
    assert exact["recall"] == 0.8 and exact["precision"] == pytest.approx(1600 / (1600 + 10 * 260))
    assert exact["iou"] == pytest.approx(1600 / (2000 + 10 * 260))
    assert exact["false_area"] == pytest.approx(10 / 260) and wide["false_area"] == pytest.approx(11 / 260)
    assert wide["recall"] == pytest.approx(0.82)


def test_the_command_measures_a_bundle_that_training_wrote(data: Path, capsys: pytest.CaptureFixture) -> None:
    Inpainter(InpainterConfig(widths=(4, 4), depths=(1, 1, 1))).save_pretrained(data / "bundle")
    arguments = ["evaluate", "restorer", "--data", str(data), "-o", str(data / "report"), "--only", "holes"]
    reports = []
    for more in ([], ["--filler", str(data / "bundle")]):
        assert main([*arguments, *more]) == 0
        reports.append(json.loads((data / "report/report.json").read_text("utf-8")))
    assert set(reports[0]) == {"device", "precision", "holes"}
    assert reports[0]["holes"][0] != reports[1]["holes"][0] and reports[0]["holes"][1:] == reports[1]["holes"][1:]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--only", "enlarging"], "has no subfolder Set5"),
        (["--only", "damage"], "256 pixels or more"),
        (["--only", "noise", "--restorer", "restore/fill-unet-wikiart-v1"], "restore/unet-wikiart-v1"),
        (["--only", "noise", "--restorer", "CBSD68"], "damaged"),
    ],
)
def test_the_command_refuses_what_it_cannot_measure(
    more: list[str], sentence: str, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    (data / "Set5/0.png").unlink()
    (data / "Set5").rmdir()
    for path in (data / "paintings").rglob("*.png"):
        save_png(photo("coffee", 100), path)
    monkeypatch.chdir(data)
    assert main(["evaluate", "restorer", "--data", ".", *more]) == 2
    said = [line for line in capsys.readouterr().err.splitlines() if "is not installed" not in line]
    assert len(said) == 1 and sentence in said[0]
