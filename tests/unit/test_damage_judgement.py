"""What surely is damage: drawn or torn over a picture; and what may be the painter's, which is asked about."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from deepart import runtime
from deepart.images import through_jpeg
from deepart.options import RestoreOptions
from deepart.recipes import recipe_of
from deepart.runtime import Progress
from deepart.tasks.restore import engine as restoration
from deepart.tasks.restore.damage_judgement import surely_damaged
from deepart.tasks.restore.restore import restore_steps
from photos import photo

SIDE = 320


def drawn_over(picture: Image.Image, colour: tuple[int, int, int]) -> tuple[Image.Image, Image.Image]:
    """Return a picture with four strokes and a blot, and a mask as the detector finds them, a little wider."""
    mask = Image.new("L", picture.size)
    draw = ImageDraw.Draw(mask)
    for number in range(4):
        draw.line((20 + 70 * number, 0, 80 + 60 * number, SIDE), fill=255, width=6)
    draw.ellipse((120, 130, 170, 175), fill=255)
    picture = picture.copy()
    picture.paste(colour, mask=mask)
    return picture, mask.filter(ImageFilter.MaxFilter(5))


def share(mask: Image.Image, within: Image.Image) -> float:
    return ImageChops.darker(mask, within).histogram()[255] / within.histogram()[255]


@pytest.mark.parametrize("colour", [(255, 255, 255), (40, 220, 60), (236, 228, 210)])
@pytest.mark.parametrize("name", ["astronaut", "coffee"])
def test_what_was_drawn_over_a_picture_surely_is_damage(name: str, colour: tuple[int, int, int]) -> None:
    picture, mask = drawn_over(photo(name, SIDE), colour)
    assert share(surely_damaged(picture, mask), mask) > 0.5


@pytest.mark.parametrize("colour", [(255, 255, 255), (40, 220, 60)])
def test_what_was_drawn_over_a_jpeg_surely_is_damage_if_the_picture_has_no_such_colour(colour: tuple) -> None:
    picture, mask = drawn_over(photo("astronaut", SIDE), colour)
    assert share(surely_damaged(through_jpeg(picture, 90), mask), mask) > 0.6


def test_torn_corner_surely_is_damage() -> None:
    picture, mask = photo("coffee", SIDE), Image.new("L", (SIDE, SIDE))
    ImageDraw.Draw(mask).polygon([(SIDE, 230), (230, SIDE), (SIDE, SIDE)], fill=255)
    picture.paste((230, 224, 209), mask=mask)
    assert share(surely_damaged(picture, mask), mask) > 0.9


@pytest.mark.parametrize("ink", [(10, 10, 10), (190, 30, 30)])
def test_lines_on_a_plain_ground_may_be_the_painters(ink: tuple[int, int, int]) -> None:
    picture, mask = drawn_over(Image.new("RGB", (SIDE, SIDE), (246, 244, 238)), ink)
    assert surely_damaged(picture, mask).getbbox() is None


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea", "rocket"])
def test_what_was_always_in_the_picture_may_be_meant(name: str) -> None:
    """The detector marks highlights and whiskers; here it marks any place."""
    picture = photo(name, SIDE)
    found = [surely_damaged(picture, drawn_over(picture.rotate(turn), (0, 0, 0))[1].rotate(turn)) for turn in (0, 90)]
    assert max(share(mask, Image.new("L", picture.size, 255)) for mask in found) < 0.002


def test_nothing_found_is_nothing_sure() -> None:
    picture = photo("coffee", 100)
    assert surely_damaged(picture, Image.new("L", picture.size)).getbbox() is None


@pytest.mark.parametrize("damage", ["fill", "ask", "leave"])
def test_three_answers(damage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Strokes over the picture, and a mark that may be meant."""
    picture, strokes = drawn_over(photo("astronaut", SIDE), (255, 255, 255))
    found = strokes.copy()
    found.paste(255, (5, 200, 150, 315))

    def steps(picture: Image.Image) -> Generator[Progress, None, Image.Image]:
        yield Progress(1, 1, "progress.finding_damage")
        return found

    monkeypatch.setattr(restoration, "detection_steps", steps)
    done = runtime.run(restore_steps(picture, options=RestoreOptions(clean=0, damage=damage)))
    changed = np.asarray(ImageChops.difference(picture, done.after.convert("RGB"))).any(-1)
    made = recipe_of(done.after).settings
    assert changed[np.asarray(strokes) > 0].mean() > (0.6 if damage != "leave" else -1)
    assert changed[205:310, 5:40].any() == (damage == "fill")
    assert changed.any() == (damage != "leave")
    assert (0.005 < made["unsure"] < 0.25) if damage == "ask" else "unsure" not in made
