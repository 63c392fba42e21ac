"""The trust map: what was changed and what was invented, as pictures and as numbers."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from deepart.tasks.restore.trust import CHANGED_COLOUR, INVENTED_COLOUR, trust_map
from photos import photo


def box_mask(size: tuple[int, int], box: tuple[int, int, int, int]) -> Image.Image:
    mask = Image.new("L", size)
    mask.paste(255, box)
    return mask


def test_nothing_done_is_nothing_shown() -> None:
    image = photo("coffee", 120)
    trust = trust_map(image, image)
    assert (trust.changed, trust.invented) == (0, 0)
    assert trust.levels.getextrema() == (0, 0)
    assert np.ptp(np.asarray(trust.overlay, int), axis=2).max() == 0  # grey all over


def test_what_was_changed_and_invented_is_counted_and_shown() -> None:
    before = photo("coffee", 120)
    after = before.copy()
    after.paste(tuple(255 - value for value in before.getpixel((10, 10))), (0, 0, 60, 30))
    after.paste((120, 120, 120), (60, 60, 120, 120))
    trust = trust_map(before, after, box_mask(before.size, (60, 60, 120, 120)))
    assert trust.invented == pytest.approx(0.25)
    assert trust.changed == pytest.approx(0.125, abs=0.01)
    levels = np.asarray(trust.levels)
    assert (levels[60:, 60:] == 255).all() and levels[60:, :60].max() == 0 and 20 <= levels[:30, :60].max() <= 254
    overlay = np.asarray(trust.overlay, float)
    blue, orange = overlay[:30, :60].mean((0, 1)), overlay[60:, 60:].mean((0, 1))
    assert blue[2] > blue[0] + 30 and orange[0] > orange[2] + 30


def test_an_invisible_change_does_not_count() -> None:
    before = photo("coffee", 120)
    after = before.point(lambda value: min(255, value + 1))
    assert trust_map(before, after).changed < 0.02


def test_what_was_filled_does_not_count_beside_it_as_well() -> None:
    rng = np.random.default_rng(0)
    after = Image.fromarray(rng.integers(110, 116, (120, 120, 3), np.uint8))
    before = Image.fromarray(rng.integers(110, 116, (120, 120, 3), np.uint8))
    before.paste((255, 255, 255), (50, 0, 60, 120))  # a scratch
    trust = trust_map(before, after, box_mask(before.size, (50, 0, 60, 120)))
    assert trust.changed == 0
    assert trust.invented == pytest.approx(10 / 120)


def test_noise_that_was_removed_is_no_change_of_the_paint() -> None:
    after = photo("coffee", 160)
    grain = 10 * np.random.default_rng(0).standard_normal((160, 160, 3))
    before = Image.fromarray((np.asarray(after, float) + grain).clip(0, 255).astype(np.uint8))
    assert trust_map(before, after).changed < 0.1


def test_an_enlarged_picture_is_compared_with_smooth_enlarging() -> None:
    before = photo("coffee", 100)
    after = before.resize((200, 200), Image.Resampling.BICUBIC)
    assert trust_map(before, after).changed == 0
    after.paste((0, 255, 0), (0, 0, 100, 100))
    trust = trust_map(before, after)
    assert trust.levels.size == trust.overlay.size == (200, 200)
    assert trust.changed == pytest.approx(0.25, abs=0.02)


def test_large_pictures_are_mapped_at_their_own_size() -> None:
    before = Image.new("RGB", (1600, 1200), (90, 90, 90))
    after = before.copy()
    after.paste((160, 60, 60), (0, 0, 800, 1200))
    trust = trust_map(before, after, box_mask(before.size, (0, 0, 1600, 12)))
    assert trust.levels.size == before.size
    assert trust.invented == 0.01
    assert trust.changed == pytest.approx(0.495, abs=0.005)


def dichromat(colour: tuple[int, int, int], matrix: np.ndarray) -> np.ndarray:
    linear = (np.array(colour) / 255) ** 2.2
    return (matrix @ linear).clip(0, 1) ** (1 / 2.2) * 255


@pytest.mark.parametrize(
    "matrix",  # of linear RGB, severity 1: Machado, Oliveira, Fernandes 2009
    [
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ],
    ids=["protanopia", "deuteranopia", "tritanopia"],
)
def test_the_two_colours_differ_to_every_eye(matrix: list[list[float]]) -> None:
    seen = [dichromat(colour, np.array(matrix)) for colour in (CHANGED_COLOUR, INVENTED_COLOUR)]
    assert np.linalg.norm(seen[0] - seen[1]) > 80
