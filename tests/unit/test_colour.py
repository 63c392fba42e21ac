"""The colour modes of Transfer."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import deepart
from deepart.errors import InputError
from deepart.images import to_tensor
from deepart.models.style_network import colour_statistics
from deepart.tasks.paint.colour import code_colours, keep_photo_colours, match, statistics
from photos import photo


def test_matching_gives_the_statistics_asked_for() -> None:
    mean = np.array([0.6, 0.5, 0.4])
    covariance = np.array([[9, 4, -3], [4, 7, 1], [-3, 1, 5]]) / 1000  # narrow enough not to be clipped
    ours = statistics(match(photo("chelsea", 200), mean, covariance))
    assert np.abs(ours[0] - mean).max() < 0.01
    assert np.abs(ours[1] - covariance).max() < 0.001


def test_matching_to_its_own_statistics_changes_nothing() -> None:
    image = photo("coffee", 200)
    difference = np.abs(np.asarray(match(image, *statistics(image)), int) - np.asarray(image, int))
    assert difference.max() <= 1


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (10, 200, 90)])
def test_a_picture_of_one_colour_can_be_matched_and_matched_to(colour: tuple[int, int, int]) -> None:
    flat, other = Image.new("RGB", (64, 64), colour), photo("coffee", 64)
    assert np.asarray(match(other, *statistics(flat)), float).std((0, 1)).max() < 12
    assert match(flat, *statistics(other)).size == (64, 64)


def test_the_first_section_of_a_code_is_the_styles_colours() -> None:
    style = photo("rocket", 128)
    vector = colour_statistics(to_tensor(style))[0].numpy()
    for ours, theirs in zip(code_colours(vector), statistics(style)):
        np.testing.assert_allclose(ours, theirs, atol=2e-3)


def test_luminance_keeps_the_photos_colours_and_the_paintings_brightness() -> None:
    painting, photograph = photo("coffee", 100), photo("astronaut", 100)
    both = keep_photo_colours(painting, photograph).convert("YCbCr")
    brightness = np.asarray(both.getchannel("Y"), int) - np.asarray(painting.convert("L"), int)
    assert np.median(np.abs(brightness)) <= 2


def mean_colour(image: Image.Image) -> np.ndarray:
    return np.asarray(image, float).mean((0, 1))


def test_each_mode_takes_its_colours_from_where_it_says() -> None:
    content = photo("coffee", 160)  # red
    paintings = {mode: deepart.transfer(content, "starry-night", colour=mode)  # blue
                 for mode in ("style", "luminance", "matched", "palette")}  # fmt: skip
    blueness = {mode: mean_colour(image)[2] - mean_colour(image)[0] for mode, image in paintings.items()}
    of_content = mean_colour(content)[2] - mean_colour(content)[0]
    assert blueness["style"] > 0 and blueness["palette"] > 0
    assert of_content < blueness["luminance"] < 0 or abs(blueness["luminance"] - of_content) < 20
    assert np.abs(mean_colour(paintings["matched"]) - mean_colour(content)).max() < 12
    # In "palette" nothing is painted: brightness follows the photo's more closely.
    grey = [np.asarray(image.convert("L"), float).ravel() for image in (paintings["palette"], paintings["style"])]
    original = np.asarray(content.convert("L"), float).ravel()
    assert np.corrcoef(grey[0], original)[0, 1] > np.corrcoef(grey[1], original)[0, 1]


@pytest.mark.parametrize("mode", ["style", "luminance", "matched", "palette"])
def test_strength_0_returns_the_content_in_every_mode(mode: str) -> None:
    content = photo("coffee", 64)
    assert np.array_equal(deepart.transfer(content, "udnie", 0, colour=mode), content)
    faint = np.asarray(deepart.transfer(content, "udnie", 0.01, colour=mode), int)
    assert np.abs(faint - np.asarray(content, int)).mean() < 3


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        deepart.transfer(photo("coffee", 64), "udnie", colour="blue")
    assert caught.value.key == "setting.choice"


def test_contrast_is_that_of_the_painting_and_leaves_what_is_not_painted() -> None:
    content = photo("coffee", 96)
    mask = Image.new("L", content.size)
    mask.paste(255, (0, 0, 48, content.height))

    def painted(contrast: float) -> np.ndarray:
        painting = deepart.transfer(content, "udnie", mask=mask, softness=0, contrast=contrast)
        return np.asarray(painting.convert("L"), float)

    spreads = [painted(contrast)[:, :40].std() for contrast in (0.5, 1, 1.5)]
    assert spreads[0] == pytest.approx(spreads[1] / 2, rel=0.1) and spreads[2] > 1.1 * spreads[1]
    assert np.abs(painted(2)[:, 60:] - np.asarray(content.convert("L"), float)[:, 60:]).max() == 0
