"""Transfer with the bundled network: its laws, its sizes, its seams, its errors."""

from __future__ import annotations

import math
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import deepart
from deepart import runtime
from deepart.errors import InputError
from deepart.images import content_hash, load_image, png_bytes
from deepart.models.style_code import StyleCode
from deepart.recipes import chunks, recipe_of
from deepart.tasks.paint import engine as module
from deepart.tasks.paint.gallery import named_style_code, named_styles, thumbnail
from deepart.tasks.paint.transfer import DEFAULT_CHECKPOINT, StyleTransfer, painted, plan_transfer
from photos import photo
from pictures import jpeg, metadata_exif


def difference(a: Image.Image, b: Image.Image) -> np.ndarray:
    return np.abs(np.asarray(a, np.int16) - np.asarray(b, np.int16))


@pytest.fixture(scope="module")
def engine() -> StyleTransfer:
    return StyleTransfer()


@pytest.fixture(scope="module")
def code() -> StyleCode:
    return named_style_code(DEFAULT_CHECKPOINT, "starry-night")


# --- laws ----------------------------------------------------------------------------------------


def test_strength_0_returns_the_content_unchanged() -> None:
    content = photo("coffee", 200)
    assert np.array_equal(deepart.transfer(content, "starry-night", 0), content)


def test_strength_grows_without_a_jump(engine: StyleTransfer, code: StyleCode) -> None:
    content = photo("chelsea", 160)
    paintings = [engine(content, code, strength) for strength in (0, 0.01, 0.25, 0.5, 0.75, 0.99, 1)]
    steps = [difference(a, b).mean() for a, b in zip(paintings, paintings[1:])]
    from_content = [difference(content, painting).mean() for painting in paintings]
    assert from_content == sorted(from_content)
    assert steps[0] < 2 and steps[-1] < 4  # of 255: next to nothing for a hundredth of the strength
    assert from_content[-1] > 15


def test_the_same_request_gives_the_same_bytes(engine: StyleTransfer, code: StyleCode) -> None:
    content = photo("rocket", 128)
    assert png_bytes(engine(content, code, 0.6)) == png_bytes(engine(content, code, 0.6))


def test_different_styles_give_different_colours() -> None:
    content = photo("coffee", 192)
    styles = ("starry-night", "the-scream", "great-wave")
    means = [np.asarray(deepart.transfer(content, style)).mean((0, 1)) for style in styles]
    assert all(np.abs(a - b).max() > 15 for i, a in enumerate(means) for b in means[:i])
    night, scream, _ = means
    assert night[2] > night[0] and scream[0] > scream[2]  # one is blue, the other orange


@pytest.mark.parametrize("size", [(32, 32), (33, 47), (250, 61), (400, 32), (129, 255)])
def test_the_painting_has_the_size_of_the_picture(size: tuple[int, int]) -> None:
    assert deepart.transfer(photo("astronaut", 512).resize(size), "udnie").size == size


@pytest.mark.parametrize(("size", "expected"), [(64, (64, 43)), (300, (300, 200)), (None, (180, 120))])
def test_size_is_the_longer_side(size: int | None, expected: tuple[int, int]) -> None:
    assert deepart.transfer(photo("coffee", 512).resize((180, 120)), "udnie", size=size).size == expected


def test_transparency_is_kept() -> None:
    content = photo("coffee", 96)
    alpha = Image.linear_gradient("L").resize(content.size)
    content.putalpha(alpha)
    painted = deepart.transfer(content, "udnie")
    assert painted.mode == "RGBA"
    assert np.array_equal(painted.getchannel("A"), alpha)


def test_a_blank_picture_stays_quiet() -> None:
    painted = np.asarray(deepart.transfer(Image.new("RGB", (256, 256), (120, 140, 160)), "great-wave"), np.float32)
    assert painted.std((0, 1)).max() < 25


# --- large pictures ------------------------------------------------------------------------------


def strip() -> Image.Image:
    """Return a picture that is much longer than it is high: few tiles lie on it, with seams between them."""
    return photo("coffee", 640).crop((0, 100, 640, 300))


def in_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WHOLE_PIXELS", 0)
    monkeypatch.setattr(module, "_TILE_PIXELS", 480 * 200)


def test_tiles_join_without_a_seam(engine: StyleTransfer, code: StyleCode, monkeypatch: pytest.MonkeyPatch) -> None:
    content = strip()
    in_tiles(monkeypatch)
    tiled = engine(content, code)
    # The same statistics on the picture as a whole.
    brush = module._Brush(module.stacked([code]))
    patches = torch.cat([module.to_tensor(content.crop(box)) for box in module._patches(content.size)])
    encoding = runtime.run(engine._measure(patches, [brush], 1))
    (whole,) = engine._paint(module.to_tensor(content), (0, 0, *content.size), encoding, [brush])
    seam = difference(tiled, module.to_pil(whole))
    assert seam.max() <= 2 and seam.mean() <= 0.3


def test_a_tiled_painting_looks_like_an_untiled_one(
    engine: StyleTransfer, code: StyleCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = strip()
    whole = engine(content, code)
    in_tiles(monkeypatch)
    tiled = engine(content, code)
    small = [image.resize((64, 64), Image.Resampling.BOX) for image in (whole, tiled)]
    assert difference(*small).mean() < 8


def test_progress_is_told_tile_by_tile_and_closing_stops(
    engine: StyleTransfer, code: StyleCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted, seen = [], []
    monkeypatch.setattr(StyleTransfer, "_paint", lambda engine, x, *args: painted.append(1) or [x])
    in_tiles(monkeypatch)
    content = strip()
    runtime.run(engine.steps(content, code), seen.append)
    assert len(painted) > 2
    assert [step.done for step in seen if step.done] == list(range(1, len(painted) + 1)) and seen[-1].done == seen[
        -1
    ].total

    painted.clear()
    steps = engine.steps(content, code)
    while not painted:
        next(steps)
    steps.close()
    assert len(painted) == 1


# --- styles --------------------------------------------------------------------------------------


def test_a_style_can_be_a_file_bytes_a_picture_or_a_code(tmp_path: Path) -> None:
    style = photo("rocket", 128)
    path = tmp_path / "style.png"
    path.write_bytes(png_bytes(style))
    content = photo("coffee", 96)
    expected = deepart.transfer(content, style)
    for other in (path, str(path), path.read_bytes(), StyleTransfer().encode(style)):
        assert np.array_equal(deepart.transfer(content, other), expected)


def test_the_gallery_is_whole() -> None:
    styles = named_styles(DEFAULT_CHECKPOINT)
    assert len(styles) >= 24
    vectors = []
    for key, style in styles.items():
        assert style.title and style.artist and style.year
        code = named_style_code(DEFAULT_CHECKPOINT, key)
        assert code.label == style.title
        assert load_image(thumbnail(DEFAULT_CHECKPOINT, key)).size == (192, 192)
        vectors.append(code.vector)
    network = engine_network()
    assert torch.stack(vectors).shape == (len(styles), network.code_size)
    assert torch.stack(vectors).unique(dim=0).shape[0] == len(styles)


def engine_network():
    return StyleTransfer().network


@pytest.mark.parametrize("size", [(2000, 40), (40, 2000), (64, 64)])
def test_a_style_picture_may_have_any_shape(engine: StyleTransfer, size: tuple[int, int]) -> None:
    code = engine.encode(photo("coffee", 512).resize(size))
    assert code.vector.isfinite().all()


# --- bad input -----------------------------------------------------------------------------------


def test_a_strength_of_another_library_is_a_number_too() -> None:
    content = photo("coffee", 64)
    assert np.array_equal(deepart.transfer(content, "udnie", np.float32(0)), content)


@pytest.mark.parametrize("strength", [-0.1, 1.1, math.nan, "strong", None, True])
def test_a_strength_out_of_range_is_refused(strength) -> None:
    with pytest.raises(InputError, match="strength") as caught:
        deepart.transfer(photo("coffee", 64), "udnie", strength)
    assert caught.value.key == "setting.range"


@pytest.mark.parametrize("size", [0, 10, -5, 100_000])
def test_a_size_out_of_range_is_refused(size: int) -> None:
    with pytest.raises(InputError) as caught:
        deepart.transfer(photo("coffee", 64), "udnie", size=size)
    assert caught.value.key == "setting.range"


def test_a_code_of_another_checkpoint_is_refused(code: StyleCode) -> None:
    with pytest.raises(InputError) as caught:
        deepart.transfer(photo("coffee", 64), StyleCode(code.vector, "transfer/other-data-v1"))
    assert caught.value.key == "style.other_checkpoint"


def test_a_bad_picture_is_refused_as_content_and_as_style(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        deepart.transfer(b"no picture", "udnie")
    with pytest.raises(InputError):
        deepart.transfer(photo("coffee", 64), b"no picture")
    with pytest.raises(InputError):
        deepart.transfer(photo("coffee", 64), str(tmp_path / "missing.png"))


# --- recipes -------------------------------------------------------------------------------------


def test_the_painting_says_how_it_was_made() -> None:
    content, style = photo("coffee", 96), photo("rocket", 64)
    recipe = recipe_of(deepart.transfer(content, style, 0.5, size=64))
    assert (recipe.verb, recipe.checkpoint, recipe.version) == ("transfer", DEFAULT_CHECKPOINT, deepart.__version__)
    assert recipe.settings == {"strength": 0.5, "size": 64, "colour": "style"}
    assert [ingredient.role for ingredient in recipe.ingredients] == ["content", "style"]
    assert recipe.ingredients[1].sha256 == content_hash(style)


def test_a_painting_that_is_painted_over_brings_its_recipe_along() -> None:
    first = deepart.transfer(photo("coffee", 64), "udnie")
    data = png_bytes(first, text=chunks(first))
    for source in (data, first):
        recipe = recipe_of(deepart.transfer(source, "the-scream"))
        assert recipe.settings["style"] == "the-scream"
        assert recipe.ingredients[0].recipe.settings["style"] == "udnie"


def test_nothing_of_the_photos_metadata_is_in_the_painting() -> None:
    data = jpeg(photo("coffee", 96), exif=metadata_exif())
    painted = deepart.transfer(data, "udnie")
    out = png_bytes(painted, text=chunks(painted))
    image = Image.open(BytesIO(out))
    assert not image.getexif() and "exif" not in image.info
    assert set(image.info) <= {"deepart"}


def test_what_is_planned_is_painted_with_progress() -> None:
    seen = []
    painting = runtime.run(painted(plan_transfer(photo("coffee", 64), "udnie")), seen.append)
    assert painting.size == photo("coffee", 64).size
    assert seen and all(isinstance(step, runtime.Progress) for step in seen)
