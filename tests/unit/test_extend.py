"""A picture beyond its frame: how far, and with what."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from deepart import restore
from deepart.errors import InputError
from deepart.options import RestoreOptions
from deepart.recipes import recipe_of
from deepart.runtime import run
from deepart.tasks.restore.extend import extend_steps, margins
from deepart.tasks.restore.patch_fill import fill_by_patches
from deepart.tasks.restore.restore import restore_steps
from photos import photo


@pytest.mark.parametrize(
    ("wish", "added"),
    [
        ("16:9", (89, 0, 89, 0)),
        ("1 : 1", (0, 50, 0, 50)),
        ("25, 0, 10,5", (100, 0, 40, 15)),
        ("10", (40, 30, 40, 30)),
        ("4:3", (0, 0, 0, 0)),
    ],
)
def test_how_far(wish: str, added: tuple[int, int, int, int]) -> None:
    size = (355, 300) if wish == "16:9" else (400, 300)
    assert margins(wish, size) == added


@pytest.mark.parametrize("wish", ["wide", "16x9", "0:1", "1,2,3", "-5", "60", "4:1", "nan"])
def test_what_cannot_be_is_refused(wish: str) -> None:
    with pytest.raises(InputError):
        margins(wish, (400, 300))


def stripes(width: int) -> np.ndarray:
    """Rows of sky, sea and sand, each with a grain of its own."""
    rng = np.random.default_rng(0)
    colours = np.repeat([[90, 150, 230], [20, 60, 110], [220, 190, 120]], 40, axis=0)
    return (colours[:, None] + rng.integers(-12, 13, (120, width, 1))).astype(np.uint8)


def test_what_goes_on_is_as_the_picture_is() -> None:
    """The rows keep their colours, and their grain: a network alone would blur them."""
    picture = stripes(120)
    wide = np.asarray(run(extend_steps(Image.fromarray(picture), (60, 0, 0, 0))))
    assert np.array_equal(wide[:, 60:], picture)
    for middle in (20, 60, 100):
        new, old = wide[middle - 10 : middle + 10, :60].astype(float), picture[middle - 10 : middle + 10].astype(float)
        assert np.abs(new.mean((0, 1)) - old.mean((0, 1))).max() < 12
        assert new.std(axis=(0, 1)).min() > 0.4 * old.std(axis=(0, 1)).min()


def test_with_nothing_to_copy_from_the_guess_stays() -> None:
    hole = np.ones((40, 40), bool)
    hole[20, 20] = False
    guess = np.full((20, 20, 3), 77, np.uint8)
    filled = run(fill_by_patches(np.zeros((40, 40, 3), np.uint8), hole, guess))
    assert (filled[hole] == 77).all() and (filled[20, 20] == 0).all()


def test_extending_is_a_step_like_others() -> None:
    picture = photo("coffee", 96).convert("RGBA")
    picture.putpixel((0, 0), (0, 0, 0, 0))
    done = run(restore_steps(picture, options=RestoreOptions(clean=0.0, upscale=2, extend="25,0,25,0")))
    assert done.after.size == (2 * (96 + 48), 2 * 96) and done.before.size == (144, 96)
    assert done.after.mode == "RGBA" and done.after.getpixel((2, 2))[3] == 255
    assert recipe_of(done.after).settings["extend"] == "25,0,25,0"
    assert done.trust_map().invented == pytest.approx(1 / 3, abs=0.01)


def test_protected_places_and_the_rest_of_the_picture_are_untouched() -> None:
    picture = photo("coffee", 96)
    extended = restore(picture, clean=0, extend="10", protect=Image.new("L", picture.size, 255))
    assert np.array_equal(np.asarray(extended)[10:106, 10:106], np.asarray(picture))
