"""Recipes: what a picture says of how it was made."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from PIL import Image

from deepart import recipes
from deepart.images import load_image, png_bytes
from deepart.recipes import CHUNK, MAX_DEPTH, Ingredient, Recipe, attach, chunks, recipe_of


def recipe(**changes) -> Recipe:
    values = {
        "verb": "transfer",
        "version": "0.1.0",
        "checkpoint": "transfer/a-b-v1",
        "checkpoint_sha256": "ab" * 32,
        "settings": {"strength": 0.5, "style": "星月夜", "size": None},
        "seed": 7,
        "ingredients": (Ingredient("content", "cd" * 32),),
    }
    return Recipe(**{**values, **changes})


def picture() -> Image.Image:
    return Image.new("RGB", (40, 40), "teal")


def test_a_recipe_travels_in_the_png() -> None:
    painted = attach(picture(), recipe())
    data = png_bytes(painted, text=chunks(painted))
    assert recipe_of(data) == recipe()
    assert b"iTXt" in data and CHUNK.encode() in data


def test_a_recipe_travels_in_memory() -> None:
    assert recipe_of(attach(picture(), recipe())) == recipe()


def test_a_chain_of_steps_is_kept_and_its_oldest_end_is_cut() -> None:
    made = recipe()
    for _ in range(MAX_DEPTH + 5):
        made = recipe(ingredients=(Ingredient("content", "cd" * 32, recipe=made),))
    read = Recipe.from_json(made.to_json())
    depth = 1
    while read.ingredients[0].recipe:
        read, depth = read.ingredients[0].recipe, depth + 1
    assert depth == MAX_DEPTH


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "{}",
        "null",
        json.dumps({**recipe().as_dict(), "verb": 3}),
        json.dumps({**recipe().as_dict(), "settings": {"strength": [1]}}),
        json.dumps({**recipe().as_dict(), "settings": "strength"}),
        json.dumps({**recipe().as_dict(), "seed": "seven"}),
        json.dumps({**recipe().as_dict(), "ingredients": [{}]}),
        json.dumps({**recipe().as_dict(), "seed": 2**63}),
        json.dumps({**recipe().as_dict(), "settings": {"size": -(2**64)}}),
        json.dumps({**recipe().as_dict(), "settings": {"strength": float("inf")}}),
        json.dumps({**recipe().as_dict(), "settings": {"strength": float("nan")}}),
        json.dumps({**recipe().as_dict(), "settings": {"style": "\ud800"}}),
        json.dumps({**recipe().as_dict(), "checkpoint": "\udfff"}),
        json.dumps({**recipe().as_dict(), "settings": {"style": "x" * recipes.MAX_BYTES}}),
        "9" * 60_000,
        "[" * 100_000,
        json.dumps({**recipe().as_dict(), "version": "x" * recipes.MAX_BYTES}),
    ],
)
def test_rubbish_counts_as_no_recipe(text: str) -> None:
    assert recipe_of(png_bytes(picture(), text={CHUNK: text})) is None


def test_files_without_a_recipe_have_none() -> None:
    jpeg = BytesIO()
    picture().save(jpeg, "JPEG")
    assert recipe_of(jpeg.getvalue()) is None
    assert recipe_of(b"") is None
    assert recipe_of(load_image(picture())) is None
