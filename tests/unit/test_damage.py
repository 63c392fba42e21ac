"""Synthetic damage: as much as was asked for, the same for the same seed, and only where the mask says."""

from __future__ import annotations

import numpy as np
import pytest

from deepart.training.restore.damage import KINDS, NOTICEABLE, UNDAMAGED, free_form_mask, scanned, worn
from photos import photo

KIND_NAMES = sorted(KINDS)


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return np.asarray(photo("coffee", 96))


@pytest.mark.parametrize("size", [(256, 256), (60, 200), (31, 17)])
@pytest.mark.parametrize("share", [(0.05, 0.25), (0.1, 0.12), (0.4, 0.6)])
def test_masks_keep_to_the_share(size: tuple[int, int], share: tuple[float, float]) -> None:
    rng = np.random.default_rng(0)
    masks = [free_form_mask(size, share, rng) for _ in range(8)]
    assert all(mask.shape == size and mask.dtype == bool for mask in masks)
    assert all(share[0] <= mask.mean() <= share[1] for mask in masks)
    assert len({mask.tobytes() for mask in masks}) == 8


def test_masks_are_the_same_for_the_same_seed() -> None:
    first, again = (free_form_mask((64, 80), (0.05, 0.25), np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(first, again)


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_damage_lies_under_the_mask_and_nowhere_else(kind: str, picture: np.ndarray) -> None:
    rng, areas = np.random.default_rng(0), []
    for _ in range(10):
        damaged, mask = worn(picture, rng, [kind], rescan=False)
        assert damaged.shape == picture.shape and damaged.dtype == np.uint8 and mask.dtype == bool
        assert np.array_equal(damaged[~mask], picture[~mask])
        changed = np.abs(damaged.astype(int) - picture).max(2) >= 255 * NOTICEABLE - 1
        if mask.any():
            assert changed[mask].mean() > 0.6
        areas.append(mask.mean())
    assert np.median(areas) > 0.001 and max(areas) < 0.7


@pytest.mark.parametrize("kind", [None, *KIND_NAMES])
def test_damage_is_the_same_for_the_same_seed(kind: str | None, picture: np.ndarray) -> None:
    for seed in range(3):
        kinds = [kind] if kind else None
        first, again = (worn(picture, np.random.default_rng(seed), kinds) for _ in range(2))
        assert np.array_equal(first[0], again[0]) and np.array_equal(first[1], again[1])


def test_scanned_damage_is_pasted_where_the_scan_has_it(picture: np.ndarray) -> None:
    scan = np.zeros((80, 80), np.uint8)
    scan[38:42] = 255  # a line; lies at any angle
    for seed in range(5):
        damaged, mask = worn(picture, np.random.default_rng(seed), [scanned([scan])], rescan=False)
        assert np.array_equal(damaged[~mask], picture[~mask])
        assert 0.001 < mask.mean() < 0.2
    empty, mask = worn(picture, np.random.default_rng(0), [scanned([0 * scan])], rescan=False)
    assert np.array_equal(empty, picture) and not mask.any()


def test_some_pictures_are_left_alone(picture: np.ndarray) -> None:
    before = picture.copy()
    rng = np.random.default_rng(0)
    alone = np.mean([not worn(picture, rng)[1].any() for _ in range(150)])
    assert UNDAMAGED - 0.1 < alone < UNDAMAGED + 0.15
    assert np.array_equal(picture, before)


def test_a_rescan_lies_over_the_whole_picture(picture: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    rescanned = [worn(picture, rng, ["dust"])[0] for _ in range(20)]
    share = np.mean([(np.abs(copy.astype(int) - picture).max(2) > 0).mean() > 0.5 for copy in rescanned])
    assert 0.1 < share < 0.8


def test_pictures_may_be_floats_of_any_shape() -> None:
    rng = np.random.default_rng(0)
    picture = rng.random((33, 90, 3), np.float32)
    for kind in KIND_NAMES:
        damaged, mask = worn(picture, rng, [kind, "scratches"])
        assert damaged.dtype == np.float32 and damaged.shape == picture.shape and mask.shape == (33, 90)
        assert damaged.min() >= 0 and damaged.max() <= 1
