"""Restoring pictures: the laws that hold whatever the networks have learnt, with tiny ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageChops

import deepart
from deepart import runtime
from deepart.checkpoints import models
from deepart.errors import InputError
from deepart.images import png_bytes
from deepart.models.restorers.damage_detector import MARGIN
from deepart.options import RestoreOptions
from deepart.recipes import recipe_of
from deepart.tasks.restore import bundled as bundled_restorers, holes
from deepart.tasks.restore.bundled import (
    DENOISER,
    DETECTOR,
    INPAINTER,
    UPSCALERS,
    clean_steps,
    detection_steps,
    enlarge_steps,
    fill_steps,
)
from deepart.tasks.restore.diagnosis import Step
from deepart.tasks.restore.engine import run_plan
from deepart.tasks.restore.restore import plan, restore, restore_steps
from photos import photo
from tiny_restorers import tiny_restorers


@pytest.fixture(autouse=True)
def _tiny() -> Iterator[None]:
    with tiny_restorers():
        yield


def picture(size: tuple[int, int] = (97, 75)) -> Image.Image:
    return photo("coffee", max(size)).crop((0, 0, *size))


def marked(size: tuple[int, int], *boxes: tuple[int, int, int, int]) -> Image.Image:
    mask = Image.new("L", size)
    for box in boxes:
        mask.paste(255, box)
    return mask


def differing(a: Image.Image, b: Image.Image) -> np.ndarray:
    """Where two pictures of the same mode and size are not the same, (H, W)."""
    assert (a.mode, a.size) == (b.mode, b.size)
    return np.atleast_3d(np.asarray(a) != np.asarray(b)).any(-1)


def in_modes(source: Image.Image) -> list[Image.Image]:
    see_through = source.copy()
    see_through.putalpha(Image.linear_gradient("L").resize(source.size))
    opaque = source.convert("RGBA")
    return [source, see_through, opaque, source.convert("L"), see_through.convert("LA")]


# --- what must never change ------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(5))
def test_nothing_to_do_returns_the_picture_exactly(number: int) -> None:
    source = in_modes(picture())[number]
    for mask in (None, marked(source.size)):
        result = deepart.restore(source, mask, clean=0, upscale=1)
        assert not differing(result, source).any()
        assert "deepart" not in source.info and recipe_of(result).verb == "restore"


def test_filling_changes_nothing_outside_the_mask() -> None:
    source = picture((300, 200))
    mask = marked(source.size, (20, 30, 60, 34), (200, 90, 270, 160), (280, 0, 300, 20))
    result = restore(source, mask, clean=0)
    changed, missing = differing(result, source), np.asarray(mask) > 0
    assert not changed[~missing].any()
    assert changed[missing].mean() > 0.9


def test_what_is_under_the_mask_is_not_looked_at() -> None:
    source = picture((128, 128))
    mask = marked(source.size, (40, 40, 90, 80))
    other = source.copy()
    other.paste((255, 0, 255), mask=mask)
    assert not differing(restore(source, mask, clean=0), restore(other, mask, clean=0)).any()


def test_a_protected_region_is_left_as_it_is() -> None:
    source = picture((160, 120))
    protect = marked(source.size, (0, 0, 80, 120))
    everything = marked(source.size, (60, 50, 100, 70))
    result = restore(source, everything, clean=1.0, colour=1.0, protect=protect)
    changed = differing(result, source)
    assert not changed[:, :80].any() and changed[:, 80:].mean() > 0.5
    large = restore(source, clean=0, upscale=2, protect=protect)
    plain = source.resize(large.size, Image.Resampling.BICUBIC)
    assert not differing(large, plain)[:, :156].any() and differing(large, plain)[:, 164:].mean() > 0.5


def test_strength_goes_through_the_picture_itself() -> None:
    source = picture()
    levels = [np.asarray(restore(source, clean=strength), np.float32) for strength in (0, 0.5, 1)]
    assert np.abs(levels[0] - source).max() == 0
    assert np.abs((levels[0] + levels[2]) / 2 - levels[1]).mean() < 2
    assert np.abs(levels[2] - levels[0]).mean() > 5


@pytest.mark.parametrize("size", [(32, 33), (97, 75), (61, 130)])
@pytest.mark.parametrize("scale", [2, 4])
def test_odd_sizes_come_out_as_many_times_as_large(size: tuple[int, int], scale: int) -> None:
    for source in in_modes(picture(size)):
        result = restore(source, clean=1.0, upscale=scale)
        assert (result.size, result.mode) == ((scale * size[0], scale * size[1]), source.mode)


def test_the_two_looks_are_two_networks() -> None:
    faithful, crisp = (restore(picture(), clean=0, upscale=2, look=look) for look in ("faithful", "crisp"))
    assert differing(faithful, crisp).mean() > 0.5


def test_alpha_and_orientation_survive() -> None:
    source = picture()
    source.putalpha(Image.linear_gradient("L").resize(source.size))
    result = restore(source, clean=1.0, upscale=2)
    alpha = source.getchannel("A").resize(result.size, Image.Resampling.BICUBIC)
    assert not differing(result.getchannel("A"), alpha).any()

    exif = Image.Exif()
    exif[0x0112] = 6
    turned = picture()
    turned.info["exif"] = exif.tobytes()
    assert restore(turned, clean=1.0).size == turned.size[::-1]


def test_a_filled_hole_is_no_longer_transparent() -> None:
    source, mask = picture(), marked((97, 75), (30, 30, 50, 50))
    source.putalpha(ImageChops.invert(mask))
    result = restore(source, mask, clean=0)
    assert result.mode == "RGBA" and result.getchannel("A").getextrema() == (255, 255)
    source.putalpha(ImageChops.darker(ImageChops.invert(mask), Image.linear_gradient("L").resize(source.size)))
    alpha = restore(source, mask, clean=0).getchannel("A")  # what was transparent elsewhere stays so
    assert not differing(alpha, ImageChops.lighter(source.getchannel("A"), mask)).any()


def test_a_mask_that_leaves_nearly_nothing_is_refused() -> None:
    for mask in (Image.new("L", picture().size, 255), ImageChops.invert(marked((97, 75), (1, 1, 5, 5)))):
        with pytest.raises(InputError, match="perhaps the mask is inverted"):
            restore(picture(), mask)


@pytest.mark.parametrize("mode", ["CMYK", "I;16", "P", "1"])
def test_pictures_of_every_kind(mode: str) -> None:
    source = picture()
    if mode == "I;16":
        source = Image.fromarray(np.asarray(source.convert("L")).astype(np.uint16) * 257)
    result = restore(source.convert(mode), clean=1.0, upscale=2)
    assert result.mode == "RGB" and result.size == (194, 150)


def test_grey_pictures_stay_grey() -> None:
    source = picture().convert("L").convert("RGB")
    result = np.asarray(restore(source, clean=1.0, upscale=2))
    assert (result == result[..., :1]).all()


# --- any size --------------------------------------------------------------------------------------


def test_tiles_show_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    source = picture((260, 200))
    whole = runtime.run(clean_steps(source)), runtime.run(enlarge_steps(source, 2))
    monkeypatch.setattr(bundled_restorers, "_TILE", 200)
    monkeypatch.setattr(bundled_restorers, "_SMALL_TILE", 150)
    pieces = runtime.run(clean_steps(source)), runtime.run(enlarge_steps(source, 2))
    for a, b in zip(whole, pieces):
        assert np.abs(np.asarray(a, int) - np.asarray(b)).max() <= 2


@pytest.mark.parametrize("box", [(20, 190, 580, 198), (60, 60, 420, 340)], ids=["scratch", "thick"])
def test_holes_larger_than_a_window_are_filled(box: tuple[int, int, int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holes, "WINDOW", 256)
    monkeypatch.setattr(holes, "_CONTEXT", 32)
    monkeypatch.setattr(bundled_restorers, "WINDOW", 256)
    looked_at = []
    network = models.get(INPAINTER, str(runtime.device()))
    forward = network.forward
    monkeypatch.setattr(
        network, "forward", lambda x, *rest: (looked_at.append(x.shape[2:].numel()), forward(x, *rest))[1]
    )
    source, mask = picture((600, 400)), marked((600, 400), box)
    source.paste((255, 0, 255), mask=mask)
    result = runtime.run(fill_steps(source, mask))
    changed, missing = differing(result, source), np.asarray(mask) > 0
    assert changed[missing].mean() > 0.99 and not changed[~missing].any()
    assert max(looked_at) <= 1.1 * 256**2


def test_filling_begins_where_holes_are_narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    masks = []
    network = models.get(INPAINTER, str(runtime.device()))
    forward = network.forward
    monkeypatch.setattr(network, "forward", lambda x, mask, *rest: (masks.append(mask), forward(x, mask, *rest))[1])
    runtime.run(fill_steps(picture((400, 400)), marked((400, 400), (150, 150, 250, 250))))
    assert [mask.sum().item() ** 0.5 for mask in masks] == pytest.approx(2 * [25, 50, 100], abs=1)  # and mirrored


# --- damage, plans ---------------------------------------------------------------------------------


def scratched(size: tuple[int, int] = (160, 120)) -> tuple[Image.Image, Image.Image]:
    source = picture(size).point([max(level, 60) for level in range(256)] * 3)
    mask = marked(size, (10, 40, size[0] - 30, 43))
    source.paste((0, 0, 0), mask=mask)
    return source, mask


@pytest.mark.parametrize("size", [(160, 120), (1200, 90)])
def test_damage_is_found_and_a_little_more(size: tuple[int, int]) -> None:
    source, mask = scratched(size)
    found = runtime.run(detection_steps(source))
    assert found.mode == "L" and set(np.unique(found)) == {0, 255}
    found, mask = np.asarray(found) > 0, np.asarray(mask) > 0
    assert found[mask].all() and found[40 - MARGIN : 43 + MARGIN].any(1).all() and found.mean() < 4 * mask.mean()


def test_found_damage_is_filled() -> None:
    source, mask = scratched()
    found = np.asarray(runtime.run(detection_steps(source))) > 0
    result = runtime.run(restore_steps(source, "detect", options=RestoreOptions(clean=0)))
    assert not differing(result.after, source)[~found].any()
    assert (np.asarray(result.after)[np.asarray(mask) > 0] > 0).any()
    assert set(recipe_of(result.after).checkpoint.split(", ")) == {DETECTOR, INPAINTER}
    besides = marked(source.size, (100, 80, 120, 100))
    both = runtime.run(restore_steps(source, besides, options=RestoreOptions(clean=0, detect=True))).filled
    assert np.array_equal(np.asarray(both) > 0, found | (np.asarray(besides) > 0))
    assert not differing(runtime.run(run_plan(source, [Step("fill")])).after, result.after).any()


def test_a_plan_is_done_step_by_step_and_can_be_edited() -> None:
    noise = np.random.default_rng(0).normal(0, 25, (120, 160, 3))
    source = Image.fromarray((np.asarray(picture((160, 120))) + noise).clip(0, 255).astype(np.uint8))
    found, steps = plan(png_bytes(source))
    assert found.noise > 15 and [step.action for step in steps] == ["clean", "enlarge"]
    edited = [replace(steps[0], strength=0.5), Step("colour", 0.3), replace(steps[1], scale=2)]
    seen = list(engine := _Returning(run_plan(source, edited)))
    previews = [progress.preview for progress in seen if progress.preview]
    assert [preview.size for preview in previews] == [(160, 120), (160, 120), (320, 240)]
    assert all(a.done <= b.done for a, b in zip(seen, seen[1:])) and seen[-1].done == seen[-1].total
    result = engine.result
    assert not differing(result.after, previews[-1]).any()
    assert result.steps == tuple(edited) and result.filled is None
    settings = recipe_of(result.after).settings
    assert settings["steps"] == "clean, colour, enlarge" and settings["clean"] == 0.5 and settings["upscale"] == 2
    assert recipe_of(result.after).checkpoint == f"{DENOISER}, {UPSCALERS['faithful']}"
    automatic = runtime.run(restore_steps(source))
    assert automatic.steps == steps[:1]


def test_the_trust_map_tells_filled_from_changed() -> None:
    source = picture((128, 96))
    mask = marked(source.size, (40, 30, 60, 50))
    trust = runtime.run(restore_steps(source, mask, options=RestoreOptions(clean=1.0, upscale=2))).trust_map()
    assert trust.levels.size == (256, 192)
    assert trust.invented == pytest.approx(400 / (128 * 96), rel=0.01) and trust.changed > 0.1


def test_it_can_be_stopped_between_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled_restorers, "_TILE", 200)
    engine = restore_steps(picture((300, 300)), options=RestoreOptions(clean=1.0))
    started = [next(engine) for _ in range(2)]
    engine.close()
    assert started[-1].note == "progress.cleaning"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"clean": 2}, "“clean” must be a number from 0 to 1"),
        ({"clean": "much"}, "“clean” must be a number from 0 to 1"),
        ({"colour": -1}, "“colour” must be a number"),
        ({"upscale": 3}, "1, 2, 4"),
        ({"look": "sharp"}, "faithful, crisp"),
        ({"keep_paint": 7}, "“keep_paint” must be"),
        ({"mask": Image.new("L", (50, 90))}, "97 × 75"),
        ({"cleaner": "restore/none"}, "restore/lama"),
    ],
)
def test_bad_settings_are_refused(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(deepart.errors.DeepartError, match=sentence):
        restore(picture(), **({"clean": 1.0} | settings))


def test_results_that_would_be_too_large_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepart.tasks.restore.engine.MOST_RESULT_PIXELS", 100_000)
    seen = []
    with pytest.raises(InputError, match="megapixels"):
        restore(picture(), clean=1.0, upscale=4, on_progress=lambda progress: seen.append(progress.note))
    assert "progress.cleaning" not in seen


class _Returning:
    """Iterates over an engine and keeps what it returns."""

    def __init__(self, engine) -> None:
        self._engine = engine

    def __iter__(self):
        self.result = yield from self._engine


def test_a_scale_may_be_written_as_a_decimal() -> None:
    assert restore(picture(), clean=0, upscale=2.0).size == (194, 150)
    with pytest.raises(InputError, match="1, 2, 4"):
        restore(picture(), upscale="2")
