"""What programs can ask of the app, and what nobody can."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.client import Job
from gradio_client.exceptions import AppError
from gradio_client.utils import QueueError, Status
from PIL import Image

import deepart
from deepart import runtime
from deepart.checkpoints import WEIGHTS, find, models
from deepart.images import content_hash, load_image
from deepart.options import PaintOptions
from deepart.recipes import recipe_of
from deepart.tasks.classify.classify import DEFAULT_CHECKPOINT as CLASSIFIER
from deepart.tasks.generate.generate import is_available
from deepart.tasks.paint.transfer import DEFAULT_CHECKPOINT
from deepart.text import say
from pictures import BAD_PICTURES, SECRET, encoded, jpeg, metadata_exif, png_chunk, quadrants
from running_app import TIMEOUT, Brake, running_app, wait_until

Photo = Callable[[str], Path]

OPTIONS = [0 if each.default is None else each.default for each in PaintOptions.settings().values()]
"""What a page sends of the settings at their defaults."""


def submit(client: Client, content: object, **arguments: object) -> Job:
    """Ask for a painting; `content` and `style` are paths."""
    files = {"content": content, **{name: arguments.pop(name, None) for name in ("style", "mask")}}
    files = {name: handle_file(str(path)) if path else None for name, path in files.items()}
    return client.submit(**files, **arguments, api_name="/transfer")


def paint(client: Client, content: object, **arguments: object) -> tuple[Path, dict[str, Any]]:
    """Return the painting's file and its recipe."""
    path, recipe = submit(client, content, **arguments).result(TIMEOUT)
    return Path(path), recipe


def refusal(client: Client, content: object, **arguments: object) -> str:
    """Return the sentence that a request is refused with."""
    with pytest.raises(AppError) as caught:
        paint(client, content, **arguments)
    return str(caught.value)


def carried_recipe(painting: Path) -> dict[str, Any]:
    """Return the recipe in a file, as the API shows it."""
    return json.loads(recipe_of(painting).to_json())


def pixels(picture: object) -> np.ndarray:
    """Return the pixels of a file, (H, W, 3)."""
    return np.asarray(load_image(picture)).astype(int)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A picture that is painted quickly."""
    path = tmp_path / "small.png"
    Image.effect_mandelbrot((160, 96), (-2, -1.2, 1, 1.2), 50).convert("RGB").save(path)
    return path


# What there is


def test_public_endpoints_are_these_and_no_others(client: Client) -> None:
    endpoints = client.view_api(return_format="dict", print_info=False)
    known = {"/transfer", "/refine", "/blend", "/film", "/fit", "/classify", "/restore", "/health"}
    known |= {"/generate"} if is_available() else set()
    assert set(endpoints["named_endpoints"]) == known
    assert endpoints["unnamed_endpoints"] == {}


def test_transfer_keeps_its_contract(client: Client) -> None:
    contract = client.view_api(return_format="dict", print_info=False)["named_endpoints"]["/transfer"]
    parameters = [
        (each["parameter_name"], each["python_type"]["type"], each["parameter_has_default"], each["parameter_default"])
        for each in contract["parameters"]
    ]
    assert parameters[:13] == [  # later ones come behind
        ("content", "filepath", False, None),
        ("style", "filepath", True, None),
        ("style_name", "str", True, None),
        ("strength", "float", True, 1),
        ("size", "int", True, 0),
        ("colour", "str", True, "style"),
        ("brush", "float", True, 0),
        ("protect_faces", "float", True, 0.3),
        ("where", "str", True, "everywhere"),
        ("mask", "filepath", True, None),
        ("softness", "float", True, 0.02),
        ("outside_name", "str", True, None),
        ("outside_strength", "float", True, 1),
    ]
    returns = [(each["label"], each["python_type"]["type"]) for each in contract["returns"]]
    assert returns == [("painting", "filepath"), ("recipe", "str | float | bool | list | dict")]


def test_health_says_what_runs_here(app_url: str, client: Client) -> None:
    for key in set(models.loaded()) - {DEFAULT_CHECKPOINT}:  # of other tests in this process
        models.forget(key)
    answer = httpx.get(f"{app_url}/health", timeout=TIMEOUT)
    assert answer.status_code == 200
    health = answer.json()
    assert health["status"] == "ok"
    assert health["version"] == deepart.__version__
    assert health["device"] == str(runtime.device())
    assert health["precision"] in ("float32", "bfloat16", "float16")
    assert DEFAULT_CHECKPOINT in health["loaded"]
    assert health["self_test_pixels"] > 0
    # Tasks that there was no time for come with the next report, where this machine is slow.
    assert set(health["self_test_ms"]) >= {"transfer"} and min(health["self_test_ms"].values()) > 0
    assert health["failing"] == []
    assert client.predict(api_name="/health")["self_test_ms"].items() >= health["self_test_ms"].items()


# Painting


def test_mask_says_where_to_paint(client: Client, small: Path, tmp_path: Path) -> None:
    mask = Image.new("L", (160, 96))
    mask.paste(255, (0, 0, 80, 96))
    mask.save(tmp_path / "mask.png")
    inside, recipe = paint(client, small, style_name="the-scream", mask=tmp_path / "mask.png", softness=0)
    assert (pixels(inside)[:, 80:] == pixels(small)[:, 80:]).all()
    assert (pixels(inside)[:, :70] != pixels(small)[:, :70]).mean() > 0.5
    assert [ingredient["role"] for ingredient in recipe["ingredients"]] == ["content", "mask"]
    both, _ = paint(
        client, small, style_name="the-scream", mask=tmp_path / "mask.png", softness=0, outside_name="great-wave"
    )
    assert (pixels(both)[:, 90:] != pixels(small)[:, 90:]).mean() > 0.5


def test_settings_of_the_api_are_those_of_the_package(client: Client, photo: Photo) -> None:
    settings = {"brush": 4, "protect_faces": 1}
    painted, _ = paint(client, photo("astronaut.png"), style_name="udnie", size=200, **settings)
    expected = deepart.transfer(photo("astronaut.png"), "udnie", size=200, **settings)
    assert (pixels(painted) == pixels(expected)).all()


def test_wrong_mask_is_refused(client: Client, small: Path, tmp_path: Path) -> None:
    Image.new("L", (50, 50), 255).save(tmp_path / "mask.png")
    sentence = refusal(client, small, style_name="udnie", mask=tmp_path / "mask.png")
    assert sentence == say("mask.proportions", width=160, height=96)
    assert "everywhere" in refusal(client, small, style_name="udnie", where="/etc/passwd")
    assert "starry-night" in refusal(client, small, style_name="udnie", outside_name=str(small))


def test_paints_a_photo(client: Client, photo: Photo) -> None:
    content = photo("coffee.png")
    painting, recipe = paint(client, content, style_name="great-wave")
    with Image.open(painting) as image:
        assert image.format == "PNG"
        assert image.size == (600, 400)
    assert np.abs(pixels(painting) - pixels(content)).mean() > 10  # of 255: nobody takes it for the photo
    assert recipe == carried_recipe(painting)
    assert recipe["verb"] == "transfer"
    assert recipe["version"] == deepart.__version__
    assert recipe["checkpoint"] == DEFAULT_CHECKPOINT
    assert recipe["checkpoint_sha256"] == find(DEFAULT_CHECKPOINT).sha256
    assert recipe["settings"].items() >= {"strength": 1.0, "size": None, "style": "great-wave"}.items()
    assert [(item["role"], item["sha256"]) for item in recipe["ingredients"]] == [
        ("content", content_hash(load_image(content)))
    ]


def test_result_is_what_the_library_paints(client: Client, small: Path) -> None:
    """Lossless all the way: the app's file holds the same pixels as `deepart.transfer` returns."""
    painting, _ = paint(client, small, style_name="udnie")
    assert (pixels(painting) == np.asarray(deepart.transfer(small, "udnie"))).all()


def test_strength_0_returns_the_exact_content(client: Client, photo: Photo) -> None:
    content = photo("chelsea.png")
    painting, recipe = paint(client, content, style_name="the-scream", strength=0)
    assert (pixels(painting) == pixels(content)).all()
    assert recipe["settings"]["strength"] == 0


def test_refines_a_picture_and_refuses_weights_out_of_range(client: Client, small: Path) -> None:
    def refined(**settings: float) -> tuple[str, dict[str, Any]]:
        settings = {"style_name": "the-scream", "iterations": 2, **settings}
        return client.submit(content=handle_file(str(small)), **settings, api_name="/refine").result(TIMEOUT)

    path, recipe = refined(beta=4)
    assert load_image(path).size == (160, 96)
    assert recipe == carried_recipe(Path(path)) and recipe["settings"].items() >= {"beta": 4.0, "iterations": 2}.items()
    with pytest.raises(AppError, match="alpha"):
        refined(alpha=-1)


def test_takes_the_style_of_a_picture(client: Client, small: Path, photo: Photo) -> None:
    style = photo("coffee.png")
    own, recipe = paint(client, small, style=style, style_name="udnie")  # the picture comes first
    assert [item["role"] for item in recipe["ingredients"]] == ["content", "style"]
    assert recipe["ingredients"][1]["sha256"] == content_hash(load_image(style))
    assert "style" not in recipe["settings"]
    named, _ = paint(client, small, style_name="udnie")
    assert (pixels(own) != pixels(named)).any()


def test_paints_in_another_size(client: Client, small: Path) -> None:
    painting, recipe = paint(client, small, style=small, size=320)
    with Image.open(painting) as image:
        assert image.size == (320, 192)
    assert recipe["settings"]["size"] == 320


def test_same_request_gives_the_same_bytes(client: Client, new_client: Callable, small: Path) -> None:
    arguments = {"style_name": "starry-night", "strength": 0.6}
    first, _ = paint(client, small, **arguments)
    second, _ = paint(new_client(), small, **arguments)
    assert first != second
    assert first.read_bytes() == second.read_bytes()


def test_recipe_of_an_input_comes_along(client: Client, small: Path) -> None:
    first, before = paint(client, small, style_name="udnie")
    second, after = paint(client, first, style=first, strength=0.5)
    assert [item["recipe"] for item in after["ingredients"]] == [before, before]
    assert carried_recipe(second) == after


def test_nothing_that_a_photo_says_of_itself_comes_out(client: Client, tmp_path: Path) -> None:
    photo = tmp_path / "IMG_at_home.jpg"
    photo.write_bytes(jpeg(quadrants(96, 64), exif=metadata_exif(orientation=6)))
    painting, recipe = paint(client, photo, style_name="great-wave")
    data = painting.read_bytes()
    for secret in (SECRET, "IMG_at_home", str(tmp_path)):
        assert secret.encode() not in data
        assert secret not in json.dumps(recipe)
    with Image.open(painting) as image:
        assert image.size == (64, 96)  # turned upright
        assert set(image.info) == {"deepart"}
        assert not image.getexif()


def test_content_credentials_are_not_passed_off_as_valid(client: Client, tmp_path: Path) -> None:
    data = encoded(quadrants(), "PNG")
    after_header = 8 + 25
    signed = tmp_path / "signed.png"
    signed.write_bytes(data[:after_header] + png_chunk(b"caBX", b"jumb c2pa") + data[after_header:])
    painting, recipe = paint(client, signed, style_name="udnie", strength=0)
    assert recipe["ingredients"][0]["had_credentials"] is True
    assert b"caBX" not in painting.read_bytes()


# Refusals


@pytest.mark.parametrize(
    "kind", ["text", "empty", "svg", "png that ends early", "png just over", "gif of 2000 frames", "one pixel"]
)
def test_bad_picture_is_refused_in_a_sentence(client: Client, tmp_path: Path, kind: str) -> None:
    data, key = BAD_PICTURES[kind]
    bad = tmp_path / "bad.png"
    bad.write_bytes(data)
    sentence = refusal(client, bad, style_name="udnie")
    values = {"limit": 40, "frames": 1000, "width": 1, "height": 1, "least": 32, "size": "10000 × 4001"}
    assert sentence == say(key, **values)


def test_bad_style_picture_is_refused_too(client: Client, small: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(BAD_PICTURES["jpeg that ends early"][0])
    assert refusal(client, small, style=bad) == say("picture.damaged")


def test_style_name_is_a_name_and_never_a_path(client: Client, small: Path) -> None:
    for name in ("mona-lisa", "/etc/passwd", str(small), "<b>udnie</b>"):
        sentence = refusal(client, small, style_name=name)
        assert sentence.startswith("There is no style with that name; choose one of: starry-night, ")
        assert name not in sentence


@pytest.mark.parametrize("arguments", [{"strength": 1.5}, {"strength": -0.1}, {"size": 7}, {"size": 100_000}])
def test_setting_out_of_its_range_is_refused(client: Client, small: Path, arguments: dict) -> None:
    (name,) = arguments
    sentence = refusal(client, small, style_name="udnie", **arguments)
    assert sentence.startswith(f"The setting “{name}” must be a number from ")


def test_content_and_style_are_asked_for(client: Client, small: Path) -> None:
    assert refusal(client, None, style_name="udnie") == say("content.missing")
    assert refusal(client, small) == say("style.missing")


def test_errors_are_said_in_the_language_of_the_visitor(new_client: Callable, small: Path) -> None:
    chinese = new_client(accept_language="zh-CN,zh;q=0.9,en;q=0.8")
    assert refusal(chinese, None) == say("content.missing", "zh")
    assert refusal(new_client(accept_language="fr"), None) == say("content.missing", "en")


def test_unexpected_error_says_nothing_of_the_inside(
    client: Client, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deepart.ui.paintings.save_png", lambda *args, **kwargs: 1 / 0)
    assert refusal(client, small, style_name="udnie", strength=0) == say("error.unexpected")


# Several visitors


def test_two_visitors_at_once_get_their_own_results(new_client: Callable, photo: Photo) -> None:
    contents = [photo("chelsea.png"), photo("coffee.png")]
    visitors = [new_client(), new_client()]
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda each: paint(*each, style_name="udnie"), zip(visitors, contents, strict=True)))
    for content, (painting, recipe) in zip(contents, results, strict=True):
        assert recipe["ingredients"][0]["sha256"] == content_hash(load_image(content))
        assert (pixels(painting) == np.asarray(deepart.transfer(content, "udnie"))).all()


def test_cancelled_request_makes_way_for_the_next(
    client: Client, new_client: Callable, small: Path, tmp_path: Path, brake: Brake
) -> None:
    large = tmp_path / "large.jpg"
    Image.new("RGB", (3000, 2000), "teal").save(large)
    job = submit(client, large, style_name="starry-night", size=6000)
    wait_until(lambda: brake.pieces >= 2)  # of more than twenty
    job.cancel()
    at_cancel = brake.pieces
    _, recipe = paint(new_client(), small, style_name="udnie")
    assert recipe["settings"]["style"] == "udnie"
    assert brake.pieces <= at_cancel + 3  # what was on its way, and the small picture


def test_full_queue_turns_the_next_visitor_away_at_once(
    new_client: Callable, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deepart.ui.serving.turns.SLOW_SECONDS", TIMEOUT)  # the first is not moved aside
    with running_app(tmp_path / "other", DEEPART_MAX_WAITING="1") as url:
        with runtime.device_lock():  # the first request cannot go on until we let it
            first = submit(new_client(url), small, style_name="udnie")
            wait_until(lambda: first.status().code in (Status.PROCESSING, Status.ITERATING))
            second = submit(new_client(url), small, style_name="udnie")
            wait_until(lambda: second.status().code == Status.IN_QUEUE)
            with pytest.raises(QueueError):
                submit(new_client(url), small, style_name="udnie").result(TIMEOUT)
        assert first.result(TIMEOUT) and second.result(TIMEOUT)


# What nobody can have


@pytest.mark.parametrize("page", ["/monitoring", "/monitoring/summary", "/monitoring/x", "/gradio_api/runs"])
def test_page_about_other_visitors_is_refused(app_url: str, page: str) -> None:
    assert httpx.get(app_url + page).status_code in (403, 404)


def test_file_outside_is_refused(app_url: str) -> None:
    root = Path(deepart.__file__).parents[1]
    outside = [root / "app.py", root / "pyproject.toml", WEIGHTS / DEFAULT_CHECKPOINT / "config.json", "/etc/passwd"]
    for path in outside:
        assert httpx.get(f"{app_url}/gradio_api/file={path}").status_code == 403, path


@pytest.mark.parametrize(
    ("handler", "rest"),
    [
        ("transfer", [None, "udnie", 1, 0, "style", 0, 0, "everywhere", None, 0.02, None, 1, *OPTIONS[4:]]),
        ("paint", ["udnie", None, 1, "everywhere", None, None, 0.02, "", 1, *OPTIONS, None]),
        ("check_picture", []),
        ("send_picture", []),
        ("restore_settings", []),
        ("show_answer", [CLASSIFIER]),
    ],
)
def test_file_outside_is_no_input_either(app_url: str, client: Client, small: Path, handler: str, rest: list) -> None:
    """A raw request may name any path of the server as its picture, and any handler of the page."""
    painting, _ = paint(client, small, style_name="udnie", strength=0)

    def last_event(path: str) -> str:
        picture = {"path": path, "meta": {"_type": "gradio.FileData"}}
        address = f"{app_url}/gradio_api/call/{handler}"
        asked = httpx.post(address, json={"data": [picture, *rest]}, timeout=TIMEOUT)
        events = httpx.get(f"{address}/{asked.json()['event_id']}", timeout=TIMEOUT).text
        return [line for line in events.splitlines() if line.startswith("event: ")][-1]

    with open(painting, "rb") as file:
        (uploaded,) = httpx.post(f"{app_url}/gradio_api/upload", files={"files": file}, timeout=TIMEOUT).json()
    assert last_event(uploaded) == "event: complete"
    assert last_event(str(WEIGHTS / DEFAULT_CHECKPOINT / "gallery" / "udnie.webp")) == "event: error"


def test_no_temporary_folder_stays(client: Client, small: Path, app_folder: Path) -> None:
    paint(client, small, style_name="udnie")
    refusal(client, small, style_name="udnie", size=7)
    kept = set(app_folder.glob("deepart-samples-*"))
    wait_until(lambda: {path for path in app_folder.glob("deepart-*")} <= kept)


def test_no_empty_file_stays_of_an_upload(client: Client, small: Path, app_folder: Path) -> None:
    def empty_files() -> set[Path]:
        return {path for path in app_folder.rglob("*") if path.is_file() and path.stat().st_size == 0}

    before = empty_files()
    paint(client, small, style_name="udnie", strength=0)
    assert empty_files() == before


def test_analytics_are_off(app_url: str) -> None:
    config = httpx.get(f"{app_url}/config").json()
    assert config["analytics_enabled"] is False
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
