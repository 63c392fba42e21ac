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
from deepart.options import PaintOptions, RefineOptions
from deepart.recipes import recipe_of
from deepart.tasks import style_target
from deepart.tasks.paint import refine as module
from deepart.tasks.paint.blend import plan_blend
from deepart.tasks.paint.engine import StyleTransfer
from deepart.tasks.paint.gallery import named_style_code
from deepart.tasks.paint.refine import BUNDLED_LOSS, LARGE_LOSS, finer_steps, refine_steps
from deepart.tasks.paint.transfer import DEFAULT_CHECKPOINT, MaskOptions, plan_transfer, transfer
from deepart.tasks.style_target import keep_gallery, of_code, of_gallery, of_picture
from photos import photo

SIDE = 96


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


def test_without_a_start_it_begins_with_what_transfer_paints() -> None:
    start = transfer(photo("astronaut", SIDE), photo("coffee", SIDE), protect_faces=0)  # Refine protects none
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
    assert set(previews) == {5, 10}
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


# --- the perceptual network ----------------------------------------------------------------------------


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
        ({"style": "starry-nigt"}, "style.misspelt"),
        ({"style": "mixture.deepart-style.json"}, "style_file.damaged"),
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


# --- styles without a picture, and what was planned ----------------------------------------------


@pytest.mark.parametrize("style", ["udnie", "code"])
def test_a_style_without_a_picture_is_come_closer_to(style: str) -> None:
    content, code = photo("astronaut", SIDE), named_style_code(DEFAULT_CHECKPOINT, "udnie")
    network = load_model(BUNDLED_LOSS)
    target = of_gallery("udnie", 1) if style == "udnie" else of_code(network, StyleTransfer(), code, 1)
    begun = transfer(content, "udnie")
    painting = deepart.refine(content, "udnie" if style == "udnie" else code, iterations=15)
    before, after = (gram_distance(network(to_tensor(each)), target.statistics).item() for each in (begun, painting))
    assert after < 0.5 * before
    assert recipe_of(painting).settings["style"] in ("udnie", code.label)


def test_what_is_kept_of_the_gallery_is_what_the_scans_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network, scan = load_model(BUNDLED_LOSS), photo("coffee", 256)
    monkeypatch.setattr(style_target, "_file", lambda: tmp_path / "gallery.safetensors")
    style_target._kept.cache_clear()
    try:
        keep_gallery(network, [("mine", scan)])
        for scale in style_target.SCALES:
            measured, kept = of_picture(network, scan, scale), of_gallery("mine", scale)
            for tap, values in measured.statistics.correlations.items():
                assert (kept.statistics.correlations[tap] - values).norm() < 0.1 * values.norm()
            torch.testing.assert_close(kept.limits, measured.limits, atol=1e-3, rtol=0)
    finally:
        style_target._kept.cache_clear()


def finer(planned) -> Image.Image:
    return runtime.run(finer_steps(planned, RefineOptions(iterations=4)))


def test_only_what_is_painted_becomes_finer_and_the_recipe_tells_the_whole_story() -> None:
    content = photo("coffee", SIDE)
    mask = Image.new("L", content.size)
    mask.paste(255, (0, 0, SIDE // 2, SIDE))
    painting = finer(plan_transfer(content, "udnie", where=MaskOptions(mask, softness=0)))
    before, after = (np.asarray(image, int) for image in (content, painting))
    assert (after[:, SIDE // 2 + 1 :] == before[:, SIDE // 2 + 1 :]).all()
    usual = np.asarray(transfer(content, "udnie", mask=mask, softness=0), int)
    assert np.abs(after - usual)[:, : SIDE // 2].mean() > 1
    recipe = recipe_of(painting)
    assert recipe.verb == "refine" and recipe.ingredients[-1].recipe.settings["style"] == "udnie"


def test_a_mixture_becomes_finer_and_keeps_the_photos_colours() -> None:
    content = photo("coffee", SIDE)
    options = PaintOptions(colour="luminance")
    mixture = finer(plan_blend(content, {"udnie": 1, "great-wave": 2}, options=options))
    chroma = [np.asarray(image.convert("YCbCr"), int)[..., 1:] for image in (content, mixture)]
    assert np.abs(chroma[0] - chroma[1]).mean() < 4
    alone = finer(plan_blend(content, {"udnie": 1}, options=options))
    assert difference(alone, mixture) > 1
    with pytest.raises(InputError) as caught:
        finer(plan_transfer(content, "udnie", options=PaintOptions(colour="palette")))
    assert caught.value.key == "refine.palette"


def test_a_picture_of_an_odd_size_becomes_finer() -> None:
    content = photo("coffee", 263)
    assert finer(plan_transfer(content, "udnie", options=PaintOptions(brush=4))).size == content.size


def test_a_style_that_is_not_wanted_at_all_leaves_the_picture() -> None:
    content = photo("coffee", SIDE)
    assert difference(finer(plan_transfer(content, "udnie", 0)), content) == 0


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


def test_the_share_of_the_work_grows_as_its_cost_does() -> None:
    content, told = photo("astronaut", 256), []
    deepart.refine(content, photo("coffee", 64), content, iterations=4, on_progress=told.append)
    shares = [step.share for step in told if step.share]
    assert shares == pytest.approx([1 / 7, 2 / 7, 3 / 7, 1])  # the last one at full size costs four
