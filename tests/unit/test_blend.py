"""Blends with the bundled network: their laws and their errors."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import deepart
from deepart.__main__ import main
from deepart.errors import InputError
from deepart.images import load_image, png_bytes
from deepart.recipes import recipe_of
from photos import photo


def test_weights_1_and_0_are_the_single_style_bit_for_bit() -> None:
    content = photo("coffee", 96)
    single = deepart.transfer(content, "starry-night")
    assert np.array_equal(deepart.blend(content, {"starry-night": 1, "the-scream": 0}), single)
    assert np.array_equal(deepart.blend(content, {"the-scream": 0, "starry-night": 0.3}), single)
    assert np.array_equal(deepart.blend(content, {"starry-night": 5}), single)


def test_the_order_of_the_styles_does_not_matter() -> None:
    content = photo("coffee", 96)
    weights = {"starry-night": 0.2, "the-scream": 0.5, "great-wave": 0.3}
    turned = dict(reversed(weights.items()))
    assert np.array_equal(deepart.blend(content, weights), deepart.blend(content, turned))


def test_a_blend_lies_between_its_styles() -> None:
    content = photo("coffee", 160)
    blue, orange = "starry-night", "the-scream"
    blueness = []
    for weight in (0, 0.25, 0.5, 0.75, 1):
        painted = np.asarray(deepart.blend(content, {blue: weight, orange: 1 - weight}), float).mean((0, 1))
        blueness.append(painted[2] - painted[0])
    assert blueness == sorted(blueness)
    assert blueness[-1] - blueness[0] > 30


def test_pictures_and_names_mix_and_the_recipe_says_so() -> None:
    content, style = photo("coffee", 96), photo("rocket", 64)
    recipe = recipe_of(deepart.blend(content, {"udnie": 0.5, png_bytes(style): 0.5}))
    assert recipe.verb == "blend"
    assert (recipe.settings["style_1"], recipe.settings["weight_1"], recipe.settings["weight_2"]) == ("udnie", 0.5, 0.5)
    assert [ingredient.role for ingredient in recipe.ingredients] == ["content", "style_2"]


def test_a_layer_of_another_style_changes_that_and_leaves_the_rest() -> None:
    content = photo("coffee", 160)
    night, scream = (deepart.transfer(content, style) for style in ("starry-night", "the-scream"))
    palette = deepart.blend(content, {"starry-night": 1}, layers={"palette": "the-scream"})
    everything = dict.fromkeys(("palette", "texture", "shapes"), "the-scream")

    def colour_of(image) -> np.ndarray:
        return np.asarray(image, float).mean((0, 1))

    towards = np.abs(colour_of(palette) - colour_of(scream)).sum() < np.abs(colour_of(night) - colour_of(scream)).sum()
    assert towards and not np.array_equal(palette, scream)
    assert np.array_equal(deepart.blend(content, {"starry-night": 1}, layers=everything), scream)
    assert recipe_of(palette).settings["palette"] == "the-scream"


def test_a_blend_across_the_picture_begins_with_the_first_style_and_ends_with_the_last() -> None:
    content = photo("coffee", 192)
    across = np.asarray(deepart.blend(content, {"starry-night": 1, "the-scream": 1}, where="left-right"), float)
    blueness = [part[..., 2].mean() - part[..., 0].mean() for part in (across[:, :60], across[:, -60:])]
    assert blueness[0] - blueness[1] > 30


def test_a_mask_for_every_style() -> None:
    content = photo("coffee", 128)
    masks = []
    for box in ((0, 0, 60, content.height), (60, 0, 128, content.height)):
        masks.append(Image.new("L", content.size))
        masks[-1].paste(255, box)
    painted = deepart.blend(content, {"starry-night": 1, "the-scream": 0}, where=masks, softness=0)
    difference = np.abs(np.asarray(painted, int) - np.asarray(content, int))
    assert difference[:, 60:].max() == 0 and difference[:, :50].mean() > 4


@pytest.mark.parametrize(
    ("styles", "key"),
    [
        ({}, "blend.number_of_styles"),
        ([("udnie", 1)] * 7, "blend.number_of_styles"),
        ({"udnie": 0, "the-scream": 0}, "blend.all_weights_zero"),
        ({"udnie": -1}, "blend.all_weights_zero"),
        ({"udnie": -2000, "the-scream": 2}, "setting.range"),
        ({"udnie": math.inf}, "setting.range"),
        ({"udnie": "much"}, "setting.range"),
    ],
)
def test_nonsense_is_refused(styles, key: str) -> None:
    with pytest.raises(InputError) as caught:
        deepart.blend(photo("coffee", 64), styles)
    assert caught.value.key == key


def test_the_command_line_blends(tmp_path: Path) -> None:
    content, output = tmp_path / "content.png", tmp_path / "out.png"
    content.write_bytes(png_bytes(photo("coffee", 96)))
    assert main(["blend", str(content), "starry-night:0.25", "the-scream", str(content), "-o", str(output)]) == 0
    expected = deepart.blend(content, {"starry-night": 0.25, "the-scream": 1, content: 1})
    assert np.array_equal(load_image(output), expected)
    assert main(["blend", str(content), "starry-night:-1", "-o", str(output)]) == 2
    saved = tmp_path / "mixed.deepart-style.json"
    assert main(["mix", "starry-night:0.25", "the-scream", str(content), "--name", "Mine", "-o", str(saved)]) == 0
    assert main(["transfer", str(content), str(saved), "-o", str(output)]) == 0
    assert np.abs(np.asarray(load_image(output), int) - np.asarray(expected, int)).max() <= 1


def test_styles_without_weights_weigh_the_same() -> None:
    content = photo("coffee", 96)
    named = {"starry-night": 1, "udnie": 1}
    expected = np.asarray(deepart.blend(content, named))
    for styles in (["starry-night", "udnie"], [("starry-night", 2), ("udnie", 2)], iter(["starry-night", "udnie"])):
        assert np.array_equal(np.asarray(deepart.blend(content, styles)), expected)
    assert np.array_equal(np.asarray(deepart.blend(content, "udnie")), np.asarray(deepart.blend(content, {"udnie": 1})))


@pytest.mark.parametrize("styles", [7, None, [("udnie", 1, 2)]])
def test_what_is_no_mixture_is_one_sentence(styles: object) -> None:
    with pytest.raises(InputError, match="names of styles with their weights"):
        deepart.blend(photo("coffee", 96), styles)
