"""The inpainter: it touches holes alone, in pictures of any size, from coarse to fine, and learns to fill them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from deepart.models.perceptual_network import PerceptualNetwork, PerceptualNetworkConfig
from deepart.models.restorers.inpainter import Inpainter, InpainterConfig, halved, smooth_fill
from deepart.training.loop import BatchSpec, FitConfig, Stage, fit
from deepart.training.restore.inpainter import SHARES, InpainterTraining, hole_difference
from photos import photo

TINY = InpainterConfig(widths=(8, 16), depths=(1, 1, 1), dilations=(1, 2))
SIZES = [(64, 64), (65, 97), (7, 130), (1, 1)]


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


@pytest.fixture
def network() -> Inpainter:
    """One that paints something, as it does after training."""
    network = Inpainter(TINY)
    for parameter in network.parameters():
        nn.init.normal_(parameter, std=0.1)
    return network.eval().requires_grad_(False)


@pytest.fixture
def plain() -> Inpainter:
    """One that adds nothing to its guess."""
    network = Inpainter(TINY)
    for parameter in network.unet.tail.parameters():
        nn.init.zeros_(parameter)
    return network.eval().requires_grad_(False)


def holes(size: tuple[int, int], *boxes: tuple[int, int, int, int]) -> Tensor:
    """Return a mask, (1, 1, H, W); boxes are top, left, bottom, right."""
    mask = torch.zeros(1, 1, *size)
    for top, left, bottom, right in boxes:
        mask[..., top:bottom, left:right] = 1
    return mask


def slope(size: tuple[int, int]) -> Tensor:
    """Return a picture whose colours change evenly across it."""
    down, across = (torch.linspace(0.2, 0.8, side) for side in size)
    return torch.stack([0.5 * (down[:, None] + across), down[:, None].expand(size), across.expand(size)])[None]


# --- the network -----------------------------------------------------------------------------------


@pytest.mark.parametrize("levels", [1, 3])
@pytest.mark.parametrize("size", SIZES)
def test_what_is_not_missing_stays_bit_for_bit(network: Inpainter, size: tuple[int, int], levels: int) -> None:
    x, mask = torch.rand(2, 3, *size), (torch.rand(2, 1, *size) < 0.3).float()
    for bf16 in (False, True):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            filled = network.coarse_to_fine(x, mask, levels)
        known = mask.expand_as(x) == 0
        assert filled.shape == x.shape and filled.dtype == x.dtype
        assert torch.equal(filled[known], x[known])
        assert filled.min() >= 0 and filled.max() <= 1


@pytest.mark.parametrize("levels", [1, 3])
def test_what_is_under_the_mask_is_not_looked_at(network: Inpainter, levels: int) -> None:
    x, mask = slope((96, 80)), holes((96, 80), (30, 20, 60, 50))
    other = torch.where(mask > 0, torch.rand_like(x), x)
    assert torch.equal(network.coarse_to_fine(x, mask, levels), network.coarse_to_fine(other, mask, levels))


def test_an_empty_mask_returns_the_picture(network: Inpainter) -> None:
    x = torch.rand(1, 3, 50, 40)
    assert torch.equal(network.coarse_to_fine(x, torch.zeros(1, 1, 50, 40), 3), x)


def test_a_picture_that_is_all_missing_is_filled(network: Inpainter) -> None:
    assert network.coarse_to_fine(torch.rand(1, 3, 64, 48), torch.ones(1, 1, 64, 48), 2).isfinite().all()


@pytest.mark.parametrize("levels", [1, 2, 3])
def test_the_edge_of_a_hole_does_not_show(plain: Inpainter, levels: int) -> None:
    """Before the network adds anything: steps across the edge are hardly larger than those of the picture."""
    x, mask = slope((128, 128)), holes((128, 128), (40, 30, 52, 100), (90, 60, 110, 66))
    filled = plain.coarse_to_fine(x, mask, levels)
    for axis in (2, 3):
        at_edge = (mask.diff(dim=axis) != 0).expand(-1, 3, -1, -1)
        assert filled.diff(dim=axis)[at_edge].abs().max() < x.diff(dim=axis).abs().max() + 8 / 255
    assert (filled - x).abs().max() < 0.06


def test_coarse_to_fine_hands_each_size_to_the_next(network: Inpainter, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, forward = [], network.forward

    def watched(x: Tensor, mask: Tensor, guess: Tensor | None = None) -> Tensor:
        seen.append((tuple(x.shape[2:]), guess is not None))
        return forward(x, mask, guess)

    monkeypatch.setattr(network, "forward", watched)
    x, mask = slope((128, 100)), holes((128, 100), (30, 20, 100, 80))
    fine = network.coarse_to_fine(x, mask, 3)
    assert seen == [((32, 25), False), ((64, 50), True), ((128, 100), True)]
    assert torch.equal(fine, forward(x, mask, network.guess(x, mask, 2)))
    seen.clear()
    network.coarse_to_fine(x, mask, 9)  # pictures this small are not halved any more
    assert [size for size, _ in seen] == [(32, 25), (64, 50), (128, 100)]


def test_half_the_size_knows_what_was_known() -> None:
    x, mask = torch.full((1, 3, 6, 7), 0.5), holes((6, 7), (0, 0, 2, 3), (4, 4, 5, 7))
    x[mask.expand_as(x) > 0] = 1.0
    small, missing = halved(x, mask)
    assert small.shape == (1, 3, 3, 4) and missing[0, 0].nonzero().tolist() == [[0, 0]]
    torch.testing.assert_close(small[missing.expand_as(small) == 0], torch.full((33,), 0.5))


def test_smooth_fill_continues_a_plain_colour() -> None:
    x, mask = torch.full((1, 3, 50, 33), 0.3), holes((50, 33), (0, 0, 40, 30))
    holed = torch.where(mask > 0, 1.0, x)
    torch.testing.assert_close(smooth_fill(holed, mask), x)


def test_what_was_saved_fills_alike(network: Inpainter, tmp_path: Path) -> None:
    network.save_pretrained(tmp_path)
    again = Inpainter.from_pretrained(tmp_path)
    x, mask = slope((40, 40)), holes((40, 40), (10, 10, 30, 25))
    assert again.config == TINY
    torch.testing.assert_close(again(x, mask), network(x, mask), atol=5e-3, rtol=0)  # the file holds half precision


def test_the_shipped_shape_fits_its_file() -> None:
    assert 2 * sum(parameter.numel() for parameter in Inpainter().parameters()) < 9_900_000


def test_gradients_reach_every_parameter(network: Inpainter) -> None:
    network.requires_grad_()
    network(torch.full((1, 3, 32, 32), 0.5), holes((32, 32), (8, 8, 20, 20))).square().sum().backward()
    assert all(parameter.grad.abs().max() > 0 for parameter in network.parameters())


# --- training --------------------------------------------------------------------------------------


def training(network: Inpainter, seed: int = 0) -> InpainterTraining:
    photos, paintings = ([np.asarray(photo(name, 96))] for name in ("coffee", "chelsea"))
    perceptual_network = PerceptualNetwork(PerceptualNetworkConfig(widths=(4, 4, 4, 4))).requires_grad_(False)
    return InpainterTraining(network, perceptual_network, [(photos, 0.25), (paintings, 0.75)], seed)


def test_batches_are_the_same_for_the_same_seed_and_step(network: Inpainter) -> None:
    spec = BatchSpec(Stage(48, 3), 5)
    (whole, mask), again = training(network).draw(spec), training(network).draw(spec)
    assert torch.equal(whole, again[0]) and torch.equal(mask, again[1])
    assert not torch.equal(whole, training(network, seed=1).draw(spec)[0])
    assert whole.shape == (3, 3, 48, 48) and mask.shape == (3, 1, 48, 48)
    assert ((SHARES[0] <= mask.mean((1, 2, 3))) & (mask.mean((1, 2, 3)) <= SHARES[1])).all()


def test_large_crops_are_judged_by_features_too(network: Inpainter) -> None:
    task = training(network)
    small, large = (
        task.losses(task.draw(spec), spec) for spec in (BatchSpec(Stage(48, 1), 0), BatchSpec(Stage(160, 1), 0))
    )
    assert set(small) == {"pixels", "total"} and set(large) == {"pixels", "features", "style", "grid", "total"}
    assert large["total"] > large["pixels"]


def test_only_what_is_in_the_hole_counts() -> None:
    seen, mask = torch.rand(1, 4, 32, 32), holes((32, 32), (0, 0, 16, 32))
    outside = torch.where(mask > 0, seen, seen + 1)
    assert hole_difference(outside, seen, mask) == 0 < hole_difference(outside, seen, 1 - mask)


def test_it_learns(tmp_path: Path) -> None:
    task, stage, steps = training(Inpainter(TINY)), Stage(48, 8), []

    def error(network: Inpainter) -> float:
        whole, mask = task.draw(BatchSpec(stage, 10_000))
        with torch.no_grad():
            return float(((network(whole, mask) - whole).abs() * mask).sum() / mask.sum())

    before = error(task.network.eval())
    config = FitConfig(60, (stage,), learning_rate=5e-3, warmup_steps=5, ema_decay=0.9, bf16=False)
    average = fit(task, config, tmp_path / "state.pt", steps.append, lambda: len(steps) >= 40)
    assert error(average) < 0.9 * before
