"""The damage detector, small: any size, it learns to see damage, and its figures mean what they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepart.models.restorers.damage_detector import DamageDetector, DamageDetectorConfig
from deepart.tasks.restore.bundled import as_detected
from deepart.training.loop import BatchSpec, FitConfig, Stage, fit
from deepart.training.restore.damage import KINDS, worn
from deepart.training.restore.damage_detector import (
    DetectorTraining,
    as_drawing,
    composition,
    evaluate_detector,
    jaccard_distance,
    weighted_cross_entropy,
)
from photos import photo

TINY = DamageDetectorConfig(widths=(8, 16), depths=(1, 1, 1), dilations=(1,))
STAGES = (Stage(48, 8, 1.0),)


@pytest.fixture
def network() -> DamageDetector:
    torch.manual_seed(0)
    return DamageDetector(TINY).eval()


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    return [np.asarray(photo(name, 64)) for name in ("coffee", "astronaut", "chelsea", "rocket")]


@pytest.mark.parametrize("size", [(64, 64), (65, 97), (5, 3)])
def test_logits_have_the_size_of_the_picture(network: DamageDetector, size: tuple[int, int]) -> None:
    logits = network(torch.rand(2, 3, *size))
    assert logits.shape == (2, 1, *size) and logits.isfinite().all()


def test_mirrored_picture_has_the_mirrored_likelihood(network: DamageDetector) -> None:
    x = torch.rand(1, 3, 40, 48)
    with torch.no_grad():
        found = network.likelihood(x)
        for axes in ((2,), (3,)):
            torch.testing.assert_close(network.likelihood(x.flip(axes)), found.flip(axes))
            assert not network(x.flip(axes)).allclose(network(x).flip(axes), atol=1e-5)  # one look differs
    assert found.shape == (1, 1, 40, 48) and 0 < found.min() <= found.max() < 1


def test_round_trip(network: DamageDetector, tmp_path: Path) -> None:
    network.save_pretrained(tmp_path)
    again = DamageDetector.from_pretrained(tmp_path)
    x = torch.rand(1, 3, 40, 40)
    assert again.config == TINY
    torch.testing.assert_close(again(x), network(x), atol=5e-3, rtol=5e-3)  # the file holds half precision


def test_the_shipped_shape_fits_its_file() -> None:
    assert 2 * sum(parameter.numel() for parameter in DamageDetector().parameters()) < 10_000_000


def test_losses_prefer_the_true_mask() -> None:
    mask = torch.zeros(2, 1, 32, 32)
    mask[0, :, 10:12] = 1  # the second picture is clean
    right, empty = 20 * mask - 10, torch.full_like(mask, -10)
    for loss in (weighted_cross_entropy, jaccard_distance):
        assert loss(right, mask) < 0.01 < loss(empty, mask)
        clean = torch.zeros_like(mask)
        assert loss(empty, clean) < 0.1 < loss(right, clean)  # marks on a clean picture


def test_a_thin_line_weighs_more_than_as_many_pixels_of_a_patch() -> None:
    line, patch = torch.zeros(1, 1, 64, 64), torch.zeros(1, 1, 64, 64)
    line[..., 10, :49] = 1
    patch[..., 10:17, 10:17] = 1
    missed = torch.full_like(line, -5)
    assert weighted_cross_entropy(missed, line) > 1.2 * weighted_cross_entropy(missed, patch)


def test_it_learns(network: DamageDetector, pictures: list[np.ndarray], tmp_path: Path) -> None:
    task = DetectorTraining(network, [pictures])

    def total() -> float:
        with torch.no_grad():
            specs = [BatchSpec(STAGES[0], step) for step in range(10)]
            return np.mean([task.losses(task.draw(spec), spec)["total"].item() for spec in specs])

    before, steps = total(), []
    config = FitConfig(60, STAGES, learning_rate=5e-3, warmup_steps=5, bf16=False)
    fit(task, config, tmp_path / "state.pt", steps.append, lambda: len(steps) >= 40)
    assert total() < 0.94 * before


class Answer(torch.nn.Module):
    """Gives every pixel the same likelihood."""

    def __init__(self, likelihood: float) -> None:
        super().__init__()
        self.likelihood = likelihood

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.full_like(x[:, :1], self.likelihood)


def test_evaluation_of_detectors_that_find_everything_and_nothing(pictures: list[np.ndarray]) -> None:
    everything, nothing = (evaluate_detector(Answer(likelihood), pictures[:2]) for likelihood in (1.0, 0.0))
    assert everything.recall == everything.false_area == 1
    assert 0 < everything.iou == everything.precision < 0.5
    assert set(everything.recall_of) == set(KINDS) and min(everything.recall_of.values()) == 1
    assert nothing.iou == nothing.recall == nothing.false_area == max(nothing.recall_of.values()) == 0


def test_what_lies_beside_the_damage_is_near_and_not_right() -> None:
    """A detector whose mask lies a pixel off, and one whose mask lies twenty off."""
    blank = np.full((96, 96, 3), 140, np.uint8)

    class Beside(torch.nn.Module):
        def __init__(self, off: int) -> None:
            super().__init__()
            self.off = off

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            changed = (x - 140 / 255).abs().amax(1, keepdim=True) > 0.12
            return changed.roll(self.off, -1).float()

    right, beside, away = (evaluate_detector(Beside(off), [blank] * 2, seed=1) for off in (0, 1, 20))
    assert right.iou > 0.6 and beside.iou < right.iou - 0.05
    assert min(beside.precision_near, beside.recall_near) > 0.9 > away.precision_near + 0.1


def test_pictures_come_to_the_network_out_of_jpeg_files(pictures: list[np.ndarray]) -> None:
    """Else it would find what was drawn onto JPEG files by the lack of their traces."""

    def fine_colour(x: torch.Tensor) -> float:
        return float((x[:, 0] - x[:, 2]).diff(dim=-1).square().mean())  # JPEG files keep it at half the size

    seen: list[torch.Tensor] = []

    class Watching(Answer):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen.append(x)
            return super().forward(x)

    noisy = np.clip(120 + 40 * np.random.default_rng(0).standard_normal((128, 128, 3)), 0, 255).astype(np.uint8)
    evaluate_detector(Watching(0.0), [noisy])
    drawn, _ = DetectorTraining(Answer(0.0), [[noisy]]).draw(BatchSpec(Stage(128, 4, 1.0), 0))
    before = fine_colour(torch.from_numpy(noisy).permute(2, 0, 1)[None].float() / 255)
    for x in (*seen, drawn):
        assert fine_colour(x) < 0.7 * before


def test_picture_longer_than_a_jpeg_file_can_be_is_seen_as_it_is() -> None:
    assert as_detected(Image.new("RGB", (70_000, 2), "red")).size == (70_000, 2)


def test_strokes_of_a_composition_and_of_a_drawing_are_content() -> None:
    """A network that takes every line for damage is wrong there: the masks of such pictures are not of their lines."""
    rng = np.random.default_rng(0)
    abstract = [composition(64, rng) for _ in range(20)]
    assert min(picture.std() for picture in abstract) > 0.01  # something is drawn on each
    drawing = as_drawing(np.asarray(photo("astronaut", 96), np.float32) / 255, rng)
    assert drawing.shape == (96, 96, 3) and drawing.min() >= 0 and drawing.max() <= 1
    inks, counts = np.unique((drawing * 7).round().reshape(-1, 3), axis=0, return_counts=True)
    assert np.sort(counts)[-2:].sum() > 0.3 * 96 * 96  # mostly ink and paper


def test_damage_is_thicker_on_larger_pictures() -> None:
    """So that it takes the same share of pictures of all sizes."""
    small, large = (np.full((side, side, 3), 120, np.uint8) for side in (256, 1024))
    areas = [np.mean([evaluate_area(picture, seed) for seed in range(20)]) for picture in (small, large)]
    assert areas[1] == pytest.approx(areas[0], rel=0.5)


def evaluate_area(picture: np.ndarray, seed: int) -> float:
    return worn(picture, np.random.default_rng(seed), ["strokes"], rescan=False, scale=len(picture) / 256)[1].mean()


def test_evaluation_is_the_same_for_the_same_seed(network: DamageDetector, pictures: list[np.ndarray]) -> None:
    first, again = (evaluate_detector(network.likelihood, pictures[:1], seed=3) for _ in range(2))
    assert first == again
