"""What programs can ask of `/restore`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from deepart.images import load_image
from deepart.recipes import recipe_of
from deepart.tasks.restore.restore import restore
from deepart.text import say
from pictures import BAD_PICTURES
from running_app import TIMEOUT
from tiny_restorers import tiny_restorers

Photo = Callable[[str], Path]


@pytest.fixture(autouse=True)
def _tiny() -> Iterator[None]:
    with tiny_restorers():
        yield


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A picture with a black square, which the tiny detector takes for damage."""
    picture = Image.linear_gradient("L").resize((120, 90)).convert("RGB").point([60 + x // 2 for x in range(256)] * 3)
    picture.paste("black", (40, 30, 60, 45))
    picture.save(tmp_path / "damaged.png")
    return tmp_path / "damaged.png"


def ask(client: Client, picture: Path | None, **arguments: Any) -> tuple[str, dict[str, Any]]:
    """Return the path of the restored picture, and its recipe."""
    if "mask" in arguments:
        arguments["mask"] = handle_file(str(arguments["mask"]))
    file = handle_file(str(picture)) if picture else None
    return client.submit(picture=file, **arguments, api_name="/restore").result(TIMEOUT)


def refusal(client: Client, picture: Path | None, **arguments: Any) -> str:
    """Return the sentence that a request is refused with."""
    with pytest.raises(AppError) as caught:
        ask(client, picture, **arguments)
    return str(caught.value)


def pixels(picture: object) -> np.ndarray:
    """Return the pixels of a file, (H, W, 3)."""
    return np.asarray(load_image(picture)).astype(int)


def test_keeps_its_contract(client: Client) -> None:
    contract = client.view_api(return_format="dict", print_info=False)["named_endpoints"]["/restore"]
    assert [(each["parameter_name"], each["parameter_has_default"]) for each in contract["parameters"]] == [
        ("picture", False),
        *(
            (name, True)
            for name in ("mask", "detect", "clean", "colour", "upscale", "look", "keep_paint", "straighten", "damage")
        ),
        *(
            (name, True)
            for name in ("extend", "protect", "palette", "filler", "cleaner", "upscaler", "colourise", "size")
        ),
    ]
    assert [each["label"] for each in contract["returns"]] == ["restored", "recipe"]


def test_nothing_wanted_returns_the_picture_exactly(client: Client, damaged: Path) -> None:
    path, recipe = ask(client, damaged, clean="0")
    assert (pixels(path) == pixels(damaged)).all()
    assert recipe["settings"]["steps"] == ""


def test_does_what_the_library_does_and_says_how(client: Client, damaged: Path) -> None:
    path, recipe = ask(client, damaged, detect=True, clean="0.7", colour="auto", upscale=2, look="crisp", keep_paint=0)
    expected = restore(damaged, clean=0.7, upscale=2, look="crisp", keep_paint=0, colour="auto", detect=True)
    assert load_image(path).size == (240, 180)
    assert (pixels(path) == pixels(expected)).all()
    assert recipe["verb"] == recipe_of(path).verb == "restore"
    assert recipe["settings"].items() >= {"clean": 0.7, "upscale": 2, "look": "crisp"}.items()


def test_mask_says_what_is_filled(client: Client, damaged: Path, tmp_path: Path) -> None:
    mask = Image.new("L", (120, 90))
    mask.paste(255, (40, 30, 60, 45))
    mask.save(tmp_path / "mask.png")
    path, _ = ask(client, damaged, mask=tmp_path / "mask.png", clean="0")
    inside = np.asarray(mask) > 0
    assert (pixels(path)[~inside] == pixels(damaged)[~inside]).all()
    assert pixels(path)[inside].max() > 0


@pytest.mark.parametrize(
    ("arguments", "key", "values"),
    [
        ({"clean": "much"}, "restore.strength", {"name": "clean"}),
        ({"clean": "1.5"}, "setting.range", {"name": "clean", "low": 0, "high": 1}),
        ({"colour": "nan"}, "setting.range", {"name": "colour", "low": 0, "high": 1}),
        ({"upscale": 3}, "setting.choice", {"name": "upscale", "choices": "1, 2, 4"}),
        ({"look": "sharp"}, "setting.choice", {"name": "look", "choices": "faithful, crisp"}),
        ({"keep_paint": 2}, "setting.range", {"name": "keep_paint", "low": 0, "high": 1}),
    ],
)
def test_bad_setting_is_refused_in_a_sentence(
    client: Client, damaged: Path, arguments: dict[str, Any], key: str, values: dict[str, Any]
) -> None:
    assert refusal(client, damaged, **arguments) == say(key, **values)


def test_bad_pictures_and_masks_are_refused_in_a_sentence(client: Client, damaged: Path, tmp_path: Path) -> None:
    assert refusal(client, None) == say("restore.missing")
    data, key = BAD_PICTURES["png that ends early"]
    (tmp_path / "bad.png").write_bytes(data)
    assert refusal(client, tmp_path / "bad.png") == say(key)
    Image.new("L", (90, 120), 255).save(tmp_path / "mask.png")
    assert refusal(client, damaged, mask=tmp_path / "mask.png") == say("mask.proportions", width=120, height=90)


def test_file_of_the_server_is_no_picture(app_url: str, damaged: Path) -> None:
    address = f"{app_url}/gradio_api/call/restore"
    data = [{"path": str(damaged), "meta": {"_type": "gradio.FileData"}}, None, False, "auto", "0", 1, "faithful", None]
    asked = httpx.post(address, json={"data": data}, timeout=TIMEOUT)
    events = httpx.get(f"{address}/{asked.json()['event_id']}", timeout=TIMEOUT).text
    assert [line for line in events.splitlines() if line.startswith("event: ")][-1] == "event: error"
