"""Varnish and fading: found where they are, undone, and nothing else touched."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab

from deepart.errors import InputError
from deepart.tasks.restore.colour_repair import colour_fault, repair_colours
from photos import photo


def yellowed(image: Image.Image) -> Image.Image:
    """What a varnish of old resin does: it takes half of the blue light and a sixth of the green."""
    linear = (np.asarray(image, float) / 255) ** 2.2 * (0.97, 0.82, 0.45)
    return Image.fromarray(np.uint8(255 * linear ** (1 / 2.2) + 0.5))


def faded(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.uint8(80 + np.asarray(image, float) * 0.47 + 0.5))


def difference(one: Image.Image, other: Image.Image) -> np.ndarray:
    """Return CIEDE2000, pixel by pixel."""
    return deltaE_ciede2000(*(rgb2lab(np.asarray(image) / 255) for image in (one, other)))


@pytest.mark.parametrize("damage", [yellowed, faded])
@pytest.mark.parametrize("name", ["coffee", "astronaut", "rocket"])
def test_colours_come_back(name: str, damage) -> None:
    image = photo(name, 160)
    damaged = damage(image)
    assert difference(repair_colours(damaged), image).mean() < 0.75 * difference(damaged, image).mean()


def test_a_picture_without_light_is_brightened() -> None:
    image = photo("coffee", 160)
    dark = image.point(lambda level: level // 4)
    assert colour_fault(dark).is_dark and not colour_fault(image).is_dark
    assert difference(repair_colours(dark), image).mean() < 0.35 * difference(dark, image).mean()


@pytest.mark.parametrize("name", ["coffee", "astronaut"])
def test_the_dark_stays_neutral_where_a_veil_lies_over_a_varnish(name: str) -> None:
    image = photo(name, 160)
    shades, repaired = (
        rgb2lab(np.asarray(picture) / 255) for picture in (image, repair_colours(faded(yellowed(image))))
    )
    dark = shades[..., 0] < 25
    assert abs((repaired - shades)[dark][:, 2].mean()) < 5


def test_the_faults_are_told_apart() -> None:
    image = photo("astronaut", 160)
    own, yellow, pale = (colour_fault(picture) for picture in (image, yellowed(image), faded(image)))
    assert yellow.varnish > own.varnish + 0.5
    assert pale.fading > 0.3 > own.fading
    assert abs(pale.varnish - own.varnish) < 0.3


def test_white_scratches_do_not_hide_the_varnish() -> None:
    damaged, mask = yellowed(photo("astronaut", 160)), Image.new("L", (160, 160))
    found = colour_fault(damaged).varnish
    for image, white in ((damaged, (255, 255, 255)), (mask, 255)):
        image.paste(white, (0, 70, 160, 76))
    assert colour_fault(damaged).varnish < found / 2
    assert colour_fault(damaged, mask).varnish == pytest.approx(found, abs=0.1)


def test_a_picture_in_good_state_is_left_alone() -> None:
    image = photo("astronaut", 160)
    assert difference(repair_colours(image), image).mean() < 1.5


def test_strength_goes_through_the_picture_itself() -> None:
    damaged = yellowed(photo("coffee", 160))
    assert np.array_equal(repair_colours(damaged, 0), damaged)
    changes = [difference(repair_colours(damaged, strength), damaged).mean() for strength in (0.02, 0.3, 0.6, 1)]
    assert changes == sorted(changes)
    assert changes[0] < 0.8


def test_tiles_repaired_alone_are_the_tiles_of_the_whole() -> None:
    damaged = faded(photo("coffee", 160))
    whole = repair_colours(damaged, 0.8)
    box = (40, 30, 90, 100)
    tile = repair_colours(damaged.crop(box), 0.8, colour_fault(damaged))
    assert np.array_equal(tile, whole.crop(box))


def test_what_could_be_told_apart_still_can() -> None:
    ramp = np.arange(256, dtype=np.uint8)
    repaired = np.asarray(repair_colours(faded(Image.fromarray(ramp[None].repeat(32, 0)).convert("RGB"))), int)[0]
    assert (np.diff(repaired, axis=0) >= 0).all()
    assert np.ptp(repaired[:, 1]) > 180  # of 120
    assert (repaired == 255).mean() < 0.02 and (repaired == 0).mean() < 0.02


def test_gold_stays_gold_and_skin_skin() -> None:
    colours = np.array([(212, 175, 55), (224, 172, 105), (141, 85, 36), (250, 250, 245), (15, 12, 10), (60, 90, 160)])
    board = Image.fromarray(colours.astype(np.uint8)[None].repeat(40, 0).repeat(20, 1))
    repaired = np.asarray(repair_colours(yellowed(board)), int)[20, 10::20]
    red, green, blue = repaired[:3].T
    assert (red > green).all() and (green > blue).all()
    assert difference(repair_colours(yellowed(board)), board).mean() < difference(yellowed(board), board).mean()


@pytest.mark.parametrize("paint", [(200, 20, 20), (20, 40, 160), (240, 190, 0), (20, 120, 40)])
def test_saturated_paint_on_a_white_picture_keeps_its_hue_and_is_not_darkened(paint: tuple[int, int, int]) -> None:
    """Brightness is stretched between the ends of nearly all pixels; a few strokes lie far below them."""
    image = Image.new("RGB", (100, 100), (222, 220, 214))
    image.paste((190, 188, 184), (0, 50, 100, 100))
    image.paste(paint, (20, 20, 26, 26))
    before, after = (
        rgb2lab(np.array([[pixels.getpixel((23, 23))]]) / 255)[0, 0] for pixels in (image, repair_colours(image))
    )
    assert after[0] > before[0] - 2
    assert np.hypot(*after[1:]) > 0.9 * np.hypot(*before[1:])
    turn = np.rad2deg(np.arctan2(after[2], after[1]) - np.arctan2(before[2], before[1]))
    assert abs((turn + 180) % 360 - 180) < 8


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (200, 20, 20)])
def test_a_picture_of_one_colour_is_no_obstacle(colour: tuple[int, int, int]) -> None:
    image = Image.new("RGB", (40, 40), colour)
    assert repair_colours(image).size == (40, 40)


def test_a_strength_out_of_range_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        repair_colours(photo("coffee", 64), 1.5)
    assert caught.value.key == "setting.range"
