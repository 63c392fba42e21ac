"""Recipes as sentences."""

from __future__ import annotations

import pytest

import deepart
from deepart.recipes import Ingredient, Recipe, recipe_of
from deepart.ui.made import sentences_of
from photos import photo


def recipe(verb: str, settings: dict, **facts: object) -> Recipe:
    return Recipe(verb, "1.0", "some/network", "", settings, **facts)


def test_what_the_verbs_made_is_said() -> None:
    painted = deepart.transfer(photo("coffee", 96), "udnie", strength=0.8)
    mixed = recipe_of(deepart.blend(painted, {"udnie": 1, "great-wave": 3}, colour="luminance"))
    first, before, by = sentences_of(mixed, "en")
    assert "Udnie 25 %, The Great Wave off Kanagawa 75 %; at a strength of 100 %" in first
    assert "the picture’s own, by brightness only" in first or "Colour" in first
    assert before == "Before that: A picture was repainted in the style of Udnie, at a strength of 80 %."
    assert by == f"By deepart {mixed.version}, with {mixed.checkpoint}."


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (recipe("restore", {"steps": "clean, enlarge"}), "The steps in order: Clean, Enlarge."),
        (recipe("restore", {"steps": ""}), "nothing was changed"),
        (recipe("generate", {"style": "Cubism"}, seed=7), "from the seed 7, in this style: Cubism."),
        (recipe("generate", {"style": ""}, seed=7), "from the seed 7."),
        (recipe("transfer", {}, ingredients=(Ingredient("style", ""),)), "the style of an uploaded picture"),
        (recipe("transfer", {"style": "udnie", "size": 1234}), "Settings: Size of the painting: 1234 px."),
        (recipe("refine", {"iterations": 60}), "refined in 60 steps"),
        (recipe("transfer", {"style": 3, "strength": "<b>"}), "the style of 3, at a strength of 100 %"),
        (recipe("<b>", {}), "Made by “<b>”."),
    ],
)
def test_any_recipe_is_said(made: Recipe, said: str) -> None:
    assert said in sentences_of(made, "en")[0] and sentences_of(made, "zh")[0]
