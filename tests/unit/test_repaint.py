"""What large models are asked for: words for those that read pictures, pictures with weights for the others."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from PIL import Image

from deepart.errors import InputError, WeightsError
from deepart.recipes import recipe_of
from deepart.runtime import Progress
from deepart.tasks.hub import repaint as module
from deepart.tasks.hub.pipeline_table import find_large
from deepart.tasks.hub.repaint import instruction, repaint
from deepart.tasks.paint.style_files import SUFFIX

FLUX, SDXL = "large/flux2-klein-4b-v1", "large/sdxl-ip-adapter-v1"
PHOTO, ONE, TWO = (Image.new("RGB", (48, 40), colour) for colour in ("grey", "red", "blue"))


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the pipeline would have been asked for; it answers with the content."""
    orders = []

    def diffuse_steps(repo: str, **order: Any) -> Generator[Progress, None, list[Image.Image]]:
        orders.append({"repo": repo, **order})
        yield Progress(1, 1, "progress.painting")
        picture = PHOTO.copy()
        picture.info["deepart"] = order["recipe"].to_json()
        return [picture]

    monkeypatch.setattr(module, "diffuse_steps", diffuse_steps)
    return orders


def test_words_alone_are_passed_as_they_are(asked: list[dict[str, Any]]) -> None:
    painted = repaint("generate", " 黄昏的港口 ", model=FLUX, seed=3)
    assert asked[0]["repo"] == find_large(FLUX).repo and asked[0]["seed"] == 3
    assert asked[0]["prompt"] == "黄昏的港口" and asked[0]["pictures"] == []
    assert recipe_of(painted).verb == "repaint" and recipe_of(painted).settings["task"] == "generate"


def test_a_model_that_reads_pictures_gets_weights_in_words(asked: list[dict[str, Any]]) -> None:
    styles = [ONE, "starry-night", TWO]
    painted = repaint("blend", "more light", PHOTO, styles, weights=[6, 3, 1], strength=0.5, model=FLUX)
    (order,) = asked
    assert [picture.getpixel((0, 0)) for picture in order["pictures"]] == [
        picture.getpixel((0, 0)) for picture in (PHOTO, ONE, TWO)
    ]
    said = order["prompt"]
    assert "mostly that of the second picture (60%)" in said and "slightly that of the third picture (10%)" in said
    assert "partly that of “The Starry Night” by Vincent van Gogh (30%)" in said
    assert "with restraint" in said and said.endswith("more light")
    recipe = recipe_of(painted)
    assert [each.role for each in recipe.ingredients] == ["content", "style", "style"]
    assert recipe.settings["style_2"] == "starry-night" and recipe.settings["weight_1"] == 0.6


def test_a_model_with_an_adapter_gets_the_weights_themselves(asked: list[dict[str, Any]]) -> None:
    repaint("blend", "", PHOTO, [ONE, TWO], weights=[3, 1], strength=0.8, model=SDXL)
    (order,) = asked
    assert [picture.size for picture in order["pictures"]] == [PHOTO.size]
    assert [round(weight, 6) for _, weight in order["styles"]] == [0.6, 0.2]
    with pytest.raises(InputError, match="from pictures only"):
        repaint("transfer", "", PHOTO, ["starry-night"], model=SDXL)


def test_a_scan_is_repainted(asked: list[dict[str, Any]]) -> None:
    repaint("restore", "the coat is green", PHOTO, model=FLUX)
    assert "take away scratches" in asked[0]["prompt"] and asked[0]["prompt"].endswith("the coat is green")
    assert instruction("transfer", "", [(ONE, 1.0)], 0.2).count("with a light touch only in the style of the second")


@pytest.mark.parametrize(
    ("task", "more", "sentence"),
    [
        ("generate", {}, "what it should paint"),
        ("transfer", {"styles": [ONE]}, "add a picture"),
        ("transfer", {"content": PHOTO}, "choose a style"),
        ("blend", {"content": PHOTO, "styles": [ONE], "weights": [0]}, "choose a style"),
        ("blend", {"content": PHOTO, "styles": [ONE], "weights": [1, 2]}, "one weight for each"),
        ("blend", {"content": PHOTO, "styles": [ONE], "weights": [-1]}, "weight"),
        ("blend", {"content": PHOTO, "styles": [ONE, TWO] * 2}, "3 style pictures"),
        ("transfer", {"content": PHOTO, "styles": [f"mix{SUFFIX}"]}, "saved as a file"),
        ("restore", {}, "picture to restore"),
        ("restore", {"content": PHOTO, "strength": 2}, "strength"),
        ("restore", {"content": PHOTO, "model": SDXL}, "model"),
        ("refine", {"content": PHOTO}, "task"),
    ],
)
def test_what_cannot_be_done_is_said_first(asked: list, task: str, more: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        repaint(task, **{"model": FLUX, **more})
    assert asked == []
    with pytest.raises(WeightsError, match=FLUX):
        repaint("generate", "a", model="large/none")
