"""Refine: closer to the style, still the content, stoppable, and clear about what it cannot do."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import deepart
from deepart import hub, runtime
from deepart.__main__ import main
from deepart.checkpoints import load_model, models
from deepart.errors import InputError
from deepart.images import load_image, png_bytes, to_tensor
from deepart.models.distances import content_distance, gram_distance, style_distance
from deepart.recipes import recipe_of
from deepart.tasks.paint import refine as module
from deepart.tasks.paint.gallery import named_style_code
from deepart.tasks.paint.refine import BUNDLED_LOSS, LARGE_LOSS, refine_steps
from deepart.tasks.paint.transfer import DEFAULT_CHECKPOINT, transfer
from photos import photo

SIDE = 128


@pytest.fixture(scope="module")
def start() -> Image.Image:
    return transfer(photo("astronaut", SIDE), photo("coffee", SIDE))


def refined(start: Image.Image | None, iterations: int = 10, **settings) -> Image.Image:
    settings.setdefault("checkpoint", BUNDLED_LOSS)
    return deepart.refine(photo("astronaut", SIDE), photo("coffee", SIDE), start, iterations=iterations, **settings)


@torch.no_grad()
def distances(painting: Image.Image) -> tuple[float, float]:
    """From the style and from the content, in the eyes of the bundled network."""
    network = load_model(BUNDLED_LOSS)
    style = photo("coffee", SIDE).resize((512, 512), Image.Resampling.LANCZOS)
    y, s, c = (network(to_tensor(image)) for image in (painting, style, photo("astronaut", SIDE)))
    return (style_distance(y, s) + gram_distance(y, s)).item(), content_distance(y, c).item()


def difference(a: Image.Image, b: Image.Image) -> float:
    return float(np.abs(np.asarray(a, np.int16) - np.asarray(b, np.int16)).mean())


# --- what it does --------------------------------------------------------------------------------


def test_it_comes_closer_to_the_style_and_keeps_the_content(start: Image.Image) -> None:
    style_before, content_before = distances(start)
    style_after, content_after = distances(refined(start, 20))
    assert style_after < 0.6 * style_before
    assert content_after < content_before + 0.1


def test_alpha_pulls_to_the_content(start: Image.Image) -> None:
    _, content_by_default = distances(refined(start))
    style, content = distances(refined(start, alpha=20, beta=0.5))
    assert content < content_by_default - 0.05


def test_a_colour_that_the_style_does_not_have_goes() -> None:
    style = Image.merge("RGB", [photo("coffee", SIDE).convert("L")] * 3)
    start = style.copy()
    start.paste((100, 200, 90), (50, 50, 58, 58))  # too small a spot for the statistics of the whole
    painting = deepart.refine(style, style, start, iterations=30, checkpoint=BUNDLED_LOSS)
    spots = [np.ptp(np.asarray(image.crop((50, 50, 58, 58)), np.int16), axis=2).mean() for image in (start, painting)]
    assert spots[1] < 0.15 * spots[0]


def test_without_a_start_it_begins_with_what_transfer_paints(start: Image.Image) -> None:
    assert difference(refined(None, 2), refined(start, 2)) == 0


def test_the_same_request_gives_the_same_picture(start: Image.Image) -> None:
    assert difference(refined(start, 3), refined(start, 3)) == 0


def test_a_picture_larger_than_the_working_size_comes_back_at_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WORKING_SIDE", 64)
    content = photo("astronaut", 200).crop((0, 0, 199, 130))
    painting = deepart.refine(content, photo("coffee", 64), content, iterations=4, checkpoint=BUNDLED_LOSS)
    assert painting.size == (199, 130)
    assert 1 < difference(painting, content) < 40


@pytest.mark.parametrize("size", [(33, 90), (300, 32)])
def test_small_and_long_pictures_keep_their_size(size: tuple[int, int]) -> None:
    content = photo("chelsea", 300).crop((0, 0, *size))
    painting = deepart.refine(content, photo("coffee", 64), content, iterations=2, checkpoint=BUNDLED_LOSS)
    assert painting.size == size


def test_size_and_transparency_are_those_of_transfer(start: Image.Image) -> None:
    content = photo("astronaut", SIDE)
    content.putalpha(Image.linear_gradient("L").resize(content.size))
    painting = deepart.refine(content, photo("coffee", SIDE), start, iterations=2, size=96, checkpoint=BUNDLED_LOSS)
    assert painting.size == (96, 96) and painting.mode == "RGBA"
    expected = content.resize((96, 96), Image.Resampling.LANCZOS).getchannel("A")
    assert np.array_equal(painting.getchannel("A"), expected)


def test_progress_counts_every_iteration_and_shows_some(start: Image.Image) -> None:
    seen = []
    refined(start, 11, on_progress=seen.append)
    counts = [progress.done for progress in seen if progress.note == "progress.refining"]
    assert counts == list(range(12)) and {p.total for p in seen} == {11}
    previews = {progress.done: progress.preview for progress in seen if progress.preview}
    assert set(previews) == {10}
    assert previews[10].size == (SIDE, SIDE)


def test_the_recipe_says_how(start: Image.Image) -> None:
    recipe = recipe_of(refined(start, 2, alpha=2))
    assert (recipe.verb, recipe.checkpoint) == ("refine", BUNDLED_LOSS)
    assert recipe.settings == {"alpha": 2.0, "beta": 2.0, "iterations": 2, "size": None}
    roles = {ingredient.role: ingredient for ingredient in recipe.ingredients}
    assert set(roles) == {"content", "style", "start"}
    assert roles["start"].recipe.verb == "transfer"
    assert recipe_of(refined(None, 1)).settings["start"] == DEFAULT_CHECKPOINT


def test_it_stops_at_once_and_leaves_nothing_locked(start: Image.Image) -> None:
    engine = refine_steps(photo("astronaut", SIDE), photo("coffee", SIDE), start, checkpoint=BUNDLED_LOSS)
    for _ in range(5):
        next(engine)
    engine.close()
    entered = []

    def compute() -> None:
        with runtime.device_lock():
            entered.append(torch.is_grad_enabled())

    thread = threading.Thread(target=compute)
    thread.start()
    thread.join(timeout=10)
    assert entered == [True] and torch.is_grad_enabled() and not torch.is_autocast_enabled("cpu")
    assert all(not p.requires_grad for p in models.get(BUNDLED_LOSS, str(runtime.device())).parameters())


# --- the loss network ----------------------------------------------------------------------------


@pytest.mark.parametrize("device", ["cpu", "cuda"])
@pytest.mark.parametrize("is_cached", [False, True])
def test_vgg19_is_taken_where_it_is_at_hand(device: str, is_cached: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "device", lambda: torch.device(device))
    monkeypatch.setattr(hub, "cached", lambda *file: Path("model.safetensors") if is_cached else None)
    monkeypatch.setattr(models, "get", lambda key, device: key)
    expected = LARGE_LOSS if is_cached or device == "cuda" else BUNDLED_LOSS
    assert module.loss_network(None)[0] == expected


def test_without_a_network_connection_the_bundled_one_steps_in(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(runtime, "device", lambda: torch.device("cuda"))
    bundled = load_model(BUNDLED_LOSS)
    models.put(BUNDLED_LOSS, bundled, "cuda")
    try:
        assert module.loss_network(None) == (BUNDLED_LOSS, bundled)
    finally:
        models.forget(BUNDLED_LOSS)


# --- what it refuses -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"style": "starry-night"}, "refine.needs_picture"),
        ({"style": "mixture.deepart-style.json"}, "refine.needs_picture"),
        ({"alpha": -1}, "setting.range"),
        ({"beta": float("nan")}, "setting.range"),
        ({"iterations": 0}, "setting.range"),
        ({"size": 7}, "setting.range"),
        ({"start": photo("rocket", 100).crop((0, 0, 100, 60))}, "refine.start_shape"),
        ({"checkpoint": DEFAULT_CHECKPOINT}, "refine.not_a_loss_network"),
        ({"content": b""}, "picture.empty"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(settings: dict, key: str) -> None:
    arguments = {"content": photo("astronaut", 64), "style": photo("coffee", 64), "checkpoint": BUNDLED_LOSS}
    with pytest.raises(InputError) as caught:
        deepart.refine(**{**arguments, **settings})
    assert caught.value.key == key
    for language in ("en", "zh"):
        assert "{" not in caught.value.sentence(language)


def test_a_style_code_is_refused_too() -> None:
    code = named_style_code(DEFAULT_CHECKPOINT, "starry-night")
    with pytest.raises(InputError, match="picture"):
        deepart.refine(photo("astronaut", 64), code)


# --- the command line ----------------------------------------------------------------------------


def test_the_command_writes_the_painting_with_its_recipe(tmp_path: Path, capsys) -> None:
    for name in ("coffee", "rocket"):
        (tmp_path / f"{name}.png").write_bytes(png_bytes(photo(name, 96)))
    output = tmp_path / "out.png"
    arguments = ["refine", str(tmp_path / "rocket.png"), str(tmp_path / "coffee.png"), "-o", str(output)]
    assert main([*arguments, "--iterations", "2", "--size", "64", "--checkpoint", BUNDLED_LOSS]) == 0
    assert load_image(output).size == (64, 64)
    assert recipe_of(output).settings["iterations"] == 2
    assert "64 x 64 pixels" in capsys.readouterr().out


def test_the_command_asks_for_a_picture(tmp_path: Path, capsys) -> None:
    (tmp_path / "coffee.png").write_bytes(png_bytes(photo("coffee", 64)))
    assert main(["refine", str(tmp_path / "coffee.png"), "starry-night", "-o", str(tmp_path / "out.png")]) == 2
    assert "needs a picture" in capsys.readouterr().err
