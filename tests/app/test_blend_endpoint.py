"""What programs can ask of `/blend`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from deepart.checkpoints import WEIGHTS
from deepart.images import content_hash, load_image
from deepart.options import PaintOptions
from deepart.recipes import recipe_of
from deepart.tasks.paint.blend import blend, mix_styles
from deepart.tasks.paint.style_files import save_style
from deepart.tasks.paint.transfer import DEFAULT_CHECKPOINT
from deepart.text import say
from running_app import TIMEOUT

Photo = Callable[[str], Path]


def paint(client: Client, content: Path, *styles: Path, **arguments: object) -> tuple[Path, dict[str, Any]]:
    """Return the painting's file and its recipe."""
    files = {"content": handle_file(str(content)), "styles": [handle_file(str(style)) for style in styles] or None}
    path, recipe = client.submit(**files, **arguments, api_name="/blend").result(TIMEOUT)
    return Path(path), recipe


def refusal(client: Client, content: Path, *styles: Path, **arguments: object) -> str:
    """Return the sentence that a request is refused with."""
    with pytest.raises(AppError) as caught:
        paint(client, content, *styles, **arguments)
    return str(caught.value)


def pixels(picture: object) -> np.ndarray:
    """Return the pixels of a file or picture, (H, W, 3)."""
    return np.asarray(load_image(picture)).astype(int)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A picture that is painted quickly."""
    path = tmp_path / "small.png"
    Image.effect_mandelbrot((160, 96), (-2, -1.2, 1, 1.2), 50).convert("RGB").save(path)
    return path


def test_blends_names_as_the_library_does(client: Client, small: Path) -> None:
    painting, recipe = paint(client, small, style_names="starry-night:0.6, the-scream:0.4, udnie:-0.5", balance=True)
    expected = blend(small, {"starry-night": 0.6, "the-scream": 0.4, "udnie": -0.5}, balance=True)
    assert (pixels(painting) == pixels(expected)).all()
    assert recipe == json.loads(recipe_of(painting).to_json())
    assert recipe["verb"] == "blend"
    assert recipe["settings"].items() >= {"style_1": "starry-night", "weight_1": 0.6, "weight_3": -0.5}.items()


def test_blends_files_and_takes_layers_from_them(client: Client, small: Path, photo: Photo, tmp_path: Path) -> None:
    saved = tmp_path / "night.deepart-style.json"
    save_style(mix_styles({"udnie": 1, "great-wave": 1}, name="Night"), saved)
    styles = [photo("coffee.png"), saved]
    arguments = {"where": "left-right", "colour": "luminance"}
    painting, recipe = paint(client, small, *styles, weights=[2, 1], palette="2", shapes="the-scream", **arguments)
    layers = {"palette": saved, "shapes": "the-scream"}
    expected = blend(small, zip(styles, [2, 1]), layers=layers, **arguments)
    assert (pixels(painting) == pixels(expected)).all()
    assert recipe["ingredients"][1]["sha256"] == content_hash(load_image(styles[0]))
    assert recipe["settings"].items() >= {"style_2": "Night", "palette": "Night", "shapes": "the-scream"}.items()


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ({}, "blend.number_of_styles"),
        ({"style_names": ",".join(["udnie"] * 7)}, "blend.number_of_styles"),
        ({"style_names": "udnie:-1"}, "blend.all_weights_zero"),
        ({"style_names": "udnie:much"}, "blend.names"),
        ({"style_names": "udnie", "weights": [1]}, "blend.weights_of_files"),
    ],
)
def test_what_cannot_be_mixed_is_refused(client: Client, small: Path, arguments: dict, key: str) -> None:
    assert refusal(client, small, **arguments) == say(key, most=6, count=0)


def test_names_are_names_and_never_paths(client: Client, small: Path) -> None:
    for arguments in ({"style_names": str(small)}, {"style_names": "udnie", "texture": "/etc/passwd"}):
        assert refusal(client, small, **arguments).startswith("There is no style with that name; choose one of: ")
    assert refusal(client, small, style_names="udnie", where="painted").startswith("The setting “where” must be one of")


def test_hostile_style_file_is_refused(client: Client, small: Path, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.json"
    hostile.write_text('{"format": "deepart-style/1", "vector": [' + "[" * 50_000, "utf-8")
    assert refusal(client, small, hostile) == say("style_file.damaged")


def test_file_of_the_server_is_no_style(app_url: str, client: Client, small: Path) -> None:
    def last_event(style: str) -> str:
        with open(small, "rb") as file:
            (content,) = httpx.post(f"{app_url}/gradio_api/upload", files={"files": file}, timeout=TIMEOUT).json()
        data = [{"path": path, "meta": {"_type": "gradio.FileData"}} for path in (content, style or content)]
        address = f"{app_url}/gradio_api/call/blend"
        later = [each.default for each in PaintOptions.settings().values()][4:]
        rest = [None, None, 1, 0, "style", 0, 0, False, "everywhere", None, None, None, *later]
        asked = httpx.post(address, json={"data": [data[0], data[1:], *rest]}, timeout=TIMEOUT)
        events = httpx.get(f"{address}/{asked.json()['event_id']}", timeout=TIMEOUT).text
        return [line for line in events.splitlines() if line.startswith("event: ")][-1]

    assert last_event("") == "event: complete"
    assert last_event(str(WEIGHTS / DEFAULT_CHECKPOINT / "gallery" / "udnie.webp")) == "event: error"
