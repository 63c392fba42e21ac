"""Prints that were photographed askew: found, straightened, and left alone where there is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from deepart import runtime
from deepart.__main__ import main
from deepart.errors import InputError
from deepart.images import load_image
from deepart.options import RestoreOptions
from deepart.recipes import recipe_of
from deepart.tasks.restore.restore import restore, restore_steps
from deepart.tasks.restore.straighten import Quad, find_print, perspective, straighten
from deepart.text import say
from photos import photo

SIZE = (800, 600)
TILTED: Quad = ((150.0, 70.0), (640.0, 120.0), (690.0, 520.0), (95.0, 545.0))
FROM_BELOW: Quad = ((250.0, 40.0), (585.0, 75.0), (640.0, 560.0), (160.0, 530.0))


def table(noise: float) -> Image.Image:
    """A table lit from one side, with grain along it."""
    grain = np.random.default_rng(0).normal(0, noise, (SIZE[1], 1, 1)) * np.ones((1, SIZE[0], 1))
    light = np.linspace(1.15, 0.85, SIZE[0])[:, None]
    return Image.fromarray(((np.array([132, 98, 66]) + grain) * light).clip(0, 255).astype(np.uint8))


def photographed(print_: Image.Image, corners: Quad, noise: float = 4) -> Image.Image:
    """Return what a camera sees of a print that lies on a table with its corners there."""
    sides = [(0, 0), (print_.width, 0), print_.size, (0, print_.height)]
    lying, where = (
        each.transform(SIZE, Image.Transform.PERSPECTIVE, perspective(corners, sides), Image.Resampling.BICUBIC)
        for each in (print_, Image.new("L", print_.size, 255))
    )
    return Image.composite(lying, table(noise), where)


def seen_from(distance: float, turned: float, tilted: float, width: float, height: float) -> np.ndarray:
    """Return the corners (4, 2) of a print of this size, in a picture of `SIZE` taken by a camera of usual focus."""
    focal_length = 0.9 * max(SIZE)
    turn, tilt = np.radians([turned, tilted])
    about_y = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    corners = np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)]) * (width / 2, height / 2, 0)
    corners = corners @ (about_x @ about_y).T + (0, 0, distance)
    return focal_length * corners[:, :2] / corners[:, 2:] + np.array(SIZE) / 2


@pytest.mark.parametrize(
    ("print_", "corners"),
    [(photo("astronaut", 500), TILTED), (ImageOps.expand(photo("coffee", 380), 18, "white"), FROM_BELOW)],
    ids=["without margin", "with margin"],
)
def test_print_is_found(print_: Image.Image, corners: Quad) -> None:
    found = find_print(photographed(print_, corners))
    assert found is not None
    assert np.abs(np.array(found) - corners).max() <= 0.01 * SIZE[0]
    large = find_print(photographed(print_, corners).resize((2400, 1800)))
    assert np.array(large) == pytest.approx(3 * np.array(corners), abs=0.01 * 2400)


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea", "rocket"])
def test_ordinary_picture_is_none(name: str) -> None:
    assert find_print(photo(name, 300)) is None


def test_print_that_needs_nothing_is_none() -> None:
    assert find_print(photographed(photo("coffee", 400), ((100, 50), (700, 50), (700, 550), (100, 550)))) is None
    assert find_print(Image.new("RGB", (300, 200), "grey")) is None
    assert find_print(table(4)) is None


def test_straightened_print_is_what_was_photographed() -> None:
    print_ = photo("astronaut", 500)
    result = straighten(photographed(print_, TILTED))
    shown, expected = (np.asarray(each.resize((250, 250)), float) for each in (result, print_))
    inner = np.s_[5:-5, 5:-5]
    assert np.corrcoef(shown[inner].ravel(), expected[inner].ravel())[0, 1] > 0.98


@pytest.mark.parametrize("ratio", [0.6, 1.0, 1.5])
@pytest.mark.parametrize(("turned", "tilted"), [(25, 20), (0, 30), (-15, 4)])
def test_proportions_are_those_of_the_print(ratio: float, turned: float, tilted: float) -> None:
    corners = seen_from(2.2, turned, tilted, ratio**0.5, ratio**-0.5)
    result = straighten(Image.new("RGB", SIZE), corners)
    assert result.width / result.height == pytest.approx(ratio, rel=0.02)
    assert result.width >= max(np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[2] - corners[3])) - 1


def test_masks_and_transparency_stay_what_they_are() -> None:
    picture = Image.new("RGBA", SIZE, (200, 200, 200, 128))
    assert straighten(picture, TILTED).getpixel((50, 50)) == pytest.approx((200, 200, 200, 128), abs=1)
    assert straighten(Image.new("L", SIZE, 255), TILTED).mode == "L"


@pytest.mark.parametrize(
    ("corners", "key", "values"),
    [
        (((0, 0), (10, 0), (10, 10)), "straighten.corners", {}),
        (((0, 0), (300, 0), (0, 300), (300, 300)), "straighten.corners", {}),
        (((0, 0), (0, 300), (300, 300), (300, 0)), "straighten.corners", {}),
        (((0, 0), (300, 0), (300, 1), (0, 1)), "straighten.corners", {}),
        (((0, 0), (float("nan"), 0), (300, 300), (0, 300)), "straighten.corners", {}),
        ("abcd", "straighten.corners", {}),
        (((0, 0), (900, 0), (900, 500), (0, 500)), "straighten.outside", {"width": 800, "height": 600}),
    ],
    ids=["three", "crossed", "anticlockwise", "flat", "not a number", "text", "outside"],
)
def test_bad_corners_are_refused_in_a_sentence(corners: Quad, key: str, values: dict[str, int]) -> None:
    with pytest.raises(InputError) as caught:
        straighten(Image.new("RGB", SIZE), corners)
    assert str(caught.value) == say(key, **values)


def test_picture_without_a_print_is_refused_in_a_sentence() -> None:
    with pytest.raises(InputError) as caught:
        straighten(photo("chelsea", 300))
    assert str(caught.value) == say("straighten.none")


def test_restore_straightens_first_and_says_so_in_the_recipe() -> None:
    askew = photographed(photo("astronaut", 500), TILTED)
    result = restore(askew, clean=0, straighten=True)
    assert (np.asarray(result) == np.asarray(straighten(askew))).all()
    x, y = map(float, recipe_of(result).settings["straightened"].partition(",")[0].split())
    assert (x, y) == pytest.approx(TILTED[0], abs=4)
    upright = photo("astronaut", 200)
    same = restore(upright, clean=0, straighten=True)
    assert (np.asarray(same) == np.asarray(upright)).all()
    assert "straightened" not in recipe_of(same).settings


def test_mask_is_of_the_photo() -> None:
    askew = photographed(photo("astronaut", 500), TILTED)
    protect = Image.new("L", SIZE)
    protect.paste(255, (0, 0, 400, 600))
    result = runtime.run(restore_steps(askew, options=RestoreOptions(clean=0, colour=1.0, straighten=True))).after
    kept = restore(askew, clean=0, colour=1.0, straighten=True, protect=protect)
    differs = (np.asarray(kept) != np.asarray(straighten(askew))).any(-1)
    assert not differs[:, : kept.width // 4].any()
    assert (np.asarray(kept)[:, -50:] == np.asarray(result)[:, -50:]).all()


@pytest.mark.parametrize("is_askew", [True, False])
def test_command_straightens_and_says_if_there_is_no_print(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], is_askew: bool
) -> None:
    picture = photographed(photo("astronaut", 500), TILTED) if is_askew else photo("astronaut", 200)
    picture.save(tmp_path / "in.png")
    command = ["restore", str(tmp_path / "in.png"), "-o", str(tmp_path / "out.png"), "--straighten", "--clean", "0"]
    assert main(command) == 0
    assert (say("straighten.none") in capsys.readouterr().err) is not is_askew
    assert (load_image(tmp_path / "out.png").size == picture.size) is not is_askew
