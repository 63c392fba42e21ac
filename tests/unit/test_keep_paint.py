"""Keep the paint: relief comes back, noise does not; colours stay what they were."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from deepart.errors import InputError
from deepart.tasks.restore.keep_paint import colour_safe, keep_texture
from photos import photo


def picture(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray((pixels + 0.5).clip(0, 255).astype(np.uint8))


def values(image: Image.Image) -> np.ndarray:
    return np.asarray(image, float)


def weave(side: int) -> np.ndarray:
    """The relief of a canvas, threads of 5 pixels."""
    y, x = np.mgrid[:side, :side]
    return (9 * np.sin(2 * np.pi * x / 5) + 9 * np.sin(2 * np.pi * (0.1 * x + y) / 6))[..., None]


def noise(side: int, sigma: float = 12) -> np.ndarray:
    return sigma * np.random.default_rng(0).standard_normal((side, side, 3))


def error(image: Image.Image, truth: np.ndarray) -> float:
    return float(np.sqrt(((values(image) - truth) ** 2).mean()))


def test_the_canvas_comes_back_and_the_noise_does_not() -> None:
    paint = values(photo("coffee", 256)) * 0.6 + 50
    with_canvas = paint + weave(256)
    kept = keep_texture(picture(with_canvas + noise(256)), picture(paint))
    assert error(kept, with_canvas) < 0.55 * error(picture(paint), with_canvas)


def test_of_noise_alone_hardly_anything_comes_back() -> None:
    paint = values(photo("coffee", 256)) * 0.6 + 50
    for sigma in (6, 20):
        kept = keep_texture(picture(paint + noise(256, sigma)), picture(paint))
        assert error(kept, paint) < 0.12 * sigma


def test_amount_0_returns_the_cleaned_picture() -> None:
    before, after = picture(100 + noise(64)), photo("coffee", 64)
    assert np.array_equal(keep_texture(before, after, 0), after)
    half, whole = (error(keep_texture(before, after, amount), values(after)) for amount in (0.5, 1))
    assert half < whole


def test_relief_comes_back_only_inside_the_mask() -> None:
    paint = np.full((128, 128, 3), 120.0)
    mask = Image.new("L", (128, 128))
    mask.paste(255, (0, 0, 64, 128))
    kept = values(keep_texture(picture(paint + weave(128)), picture(paint), mask=mask))
    assert kept[:, 64:].std() == 0 and kept[:, :60].std() > 5


def test_tiles_of_large_pictures_meet_without_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    paint = np.full((400, 400, 3), 120.0)
    before, after = picture(paint + weave(400) + noise(400)), picture(paint)
    whole = values(keep_texture(before, after))
    monkeypatch.setattr("deepart.tasks.restore.keep_paint._TILE_PIXELS", 70_000)
    assert np.abs(values(keep_texture(before, after)) - whole).max() <= 1


@pytest.mark.parametrize("size", [(33, 47), (32, 200)])
def test_any_size_will_do(size: tuple[int, int]) -> None:
    image = photo("coffee", 256).crop((0, 0, *size))
    assert keep_texture(image, image.filter(ImageFilter.GaussianBlur(1))).size == size


def test_an_amount_out_of_range_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        keep_texture(photo("coffee", 64), photo("coffee", 64), 2)
    assert caught.value.key == "setting.range"


# --- colours -------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1, 2])
def test_a_shift_of_colour_is_taken_back(scale: int) -> None:
    before = photo("astronaut", 200)
    clean = before.resize((200 * scale, 200 * scale), Image.Resampling.BICUBIC)
    shifted = picture(values(clean) * (0.9, 1, 0.95) + (0, 8, -6))
    safe = colour_safe(before, shifted)
    assert safe.size == clean.size
    assert error(safe, values(clean)) < 0.35 * error(shifted, values(clean))


def test_fine_detail_of_the_result_stays() -> None:
    before, after = photo("coffee", 200).filter(ImageFilter.GaussianBlur(1.5)), photo("coffee", 200)
    safe = colour_safe(before, after)
    assert error(safe, values(after)) < 0.25 * error(before, values(after))


def test_edges_get_no_halo() -> None:
    before = np.full((160, 160, 3), 40.0)
    before[:, 80:] = 210
    after = before.copy()
    after[:, 80:] -= (30, 0, 0)  # one side of the edge has changed its colour
    safe = values(colour_safe(picture(before), picture(after)))
    assert np.abs(safe - before).max() < 8
    assert np.abs(safe - before)[:, 70:80].max() < 4


def test_equal_colours_are_left_alone() -> None:
    image = photo("coffee", 100)
    assert np.array_equal(colour_safe(image, image), image)


def test_damaged_colours_are_not_matched() -> None:
    clean = picture(np.full((160, 160, 3), 120.0))
    torn, mask = clean.copy(), Image.new("L", clean.size)
    for image, white in ((torn, (255, 255, 255)), (mask, 255)):
        image.paste(white, (60, 60, 90, 100))
    assert np.array_equal(colour_safe(torn, clean, ignore=mask), clean)
    assert not np.array_equal(colour_safe(torn, clean), clean)
