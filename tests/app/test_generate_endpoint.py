"""What programs can ask of `/generate`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

import deepart
from deepart.images import load_image
from deepart.options import MOST_SEED, MOST_TRUNCATION
from deepart.recipes import recipe_of
from deepart.tasks.generate.generate import DEFAULT_CHECKPOINT
from deepart.tasks.generate.genome import genome_of
from deepart.tasks.hub.generators import HUB_GENERATORS
from deepart.text import say
from generator_app import running_generator_app
from running_app import TIMEOUT
from tiny_generators import STYLES


@pytest.fixture(scope="module")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app with a tiny generator."""
    with running_generator_app(tmp_path_factory.mktemp("generate-endpoint")) as url:
        yield url


GENERATORS = ", ".join([DEFAULT_CHECKPOINT, *HUB_GENERATORS])


def ask(client: Client, **arguments: Any) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the paths of the pictures, and their recipes."""
    return client.submit(**arguments, api_name="/generate").result(TIMEOUT)


def pixels(picture: object) -> np.ndarray:
    """Return the pixels of a file or a picture, (H, W, 3)."""
    return np.asarray(load_image(picture)).astype(int)


def test_keeps_its_contract(client: Client) -> None:
    contract = client.view_api(return_format="dict", print_info=False)["named_endpoints"]["/generate"]
    assert [(each["parameter_name"], each["parameter_default"]) for each in contract["parameters"]] == [
        ("seed", None),
        ("count", 1),
        ("style", "any"),
        ("truncation", 1),
        ("upscale", 1),
        ("look", "faithful"),
        ("genre", "any"),
        ("checkpoint", DEFAULT_CHECKPOINT),
        ("finish", "painted"),
        ("freedom", 0.2),
        ("amount", 0.35),
        ("start", None),
        ("again", None),
        ("region", None),
    ]
    assert all(each["parameter_has_default"] for each in contract["parameters"])
    assert [each["label"] for each in contract["returns"]] == ["pictures", "recipes"]


def test_paints_what_the_library_paints_and_says_how(client: Client) -> None:
    paths, recipes = ask(client, seed=7, count=2, style="cubism", truncation=0.6)
    expected = deepart.generate(7, 2, "Cubism", 0.6)
    assert [recipe["seed"] for recipe in recipes] == [7, 8]
    for path, recipe, picture in zip(paths, recipes, expected, strict=True):
        assert (pixels(path) == pixels(picture)).all()
        assert recipe["settings"]["style"] == "Cubism"
        assert genome_of(path) == genome_of(picture)
        assert recipe_of(path).as_dict()["seed"] == recipe["seed"]


def test_without_a_seed_every_picture_is_another_and_can_be_painted_again(client: Client) -> None:
    (first,), (recipe,) = ask(client)
    (second,), _ = ask(client)
    assert (pixels(first) != pixels(second)).any()
    (again,), _ = ask(client, seed=recipe["seed"])
    assert (pixels(again) == pixels(first)).all()


def test_enlarges(client: Client) -> None:
    (path,), (recipe,) = ask(client, seed=1, upscale=2, look="crisp")
    assert load_image(path).size == (512, 512)
    assert recipe["settings"].items() >= {"upscale": 2, "look": "crisp"}.items()


@pytest.mark.parametrize(
    ("arguments", "key", "values"),
    [
        ({"seed": -1}, "setting.range", {"name": "seed", "low": 0, "high": MOST_SEED}),
        ({"count": 0}, "setting.range", {"name": "count", "low": 1, "high": 64}),
        ({"count": 65}, "setting.range", {"name": "count", "low": 1, "high": 64}),
        ({"style": "<b>Dada"}, "setting.choice", {"name": "style", "choices": ", ".join(["any", *STYLES])}),
        ({"truncation": 2}, "setting.range", {"name": "truncation", "low": 0, "high": MOST_TRUNCATION}),
        ({"upscale": 3}, "setting.choice", {"name": "upscale", "choices": "1, 2, 4"}),
        ({"checkpoint": "loss/x"}, "generate.not_a_generator", {"known": GENERATORS}),
        ({"look": "sharp"}, "setting.choice", {"name": "look", "choices": "faithful, crisp"}),
    ],
)
def test_bad_setting_is_refused_in_a_sentence(
    client: Client, arguments: dict[str, Any], key: str, values: dict[str, Any]
) -> None:
    with pytest.raises(AppError) as caught:
        ask(client, **{"seed": 1, **arguments})
    assert str(caught.value) == say(key, **values)


def test_without_a_generator_there_is_neither_tab_nor_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    from deepart.ui import app

    monkeypatch.setattr(app, "is_available", lambda: False)
    config = app.build_app().get_config_file()
    assert "tab-generate" not in {each["props"].get("elem_id") for each in config["components"]}
    assert "generate" not in {each["api_name"] for each in config["dependencies"]}
