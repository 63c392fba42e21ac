"""The engine with several styles in one picture: masks, brushes, previews."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageChops

import deepart
from deepart.models.style_code import StyleCode
from deepart.options import PaintOptions
from deepart.tasks.paint import engine as module
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT, Region, StyleTransfer
from deepart.tasks.paint.gallery import named_style_code
from photos import photo


def difference(a: Image.Image, b: Image.Image) -> np.ndarray:
    return np.abs(np.asarray(a, np.int16) - np.asarray(b, np.int16))


@pytest.fixture(scope="module")
def engine() -> StyleTransfer:
    return StyleTransfer()


@pytest.fixture(scope="module")
def night() -> StyleCode:
    return named_style_code(DEFAULT_CHECKPOINT, "starry-night")


@pytest.fixture(scope="module")
def scream() -> StyleCode:
    return named_style_code(DEFAULT_CHECKPOINT, "the-scream")


@pytest.fixture(scope="module")
def coffee() -> Image.Image:
    return photo("coffee", 192)


def left_half(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size)
    mask.paste(255, (0, 0, size[0] // 2, size[1]))
    return mask


def test_a_mask_of_everything_is_no_mask(engine: StyleTransfer, night: StyleCode, coffee: Image.Image) -> None:
    white = Image.new("L", coffee.size, 255)
    for strength in (1, 0.6):
        masked = engine(coffee, [Region(night, strength, white)])
        deviation = difference(masked, engine(coffee, night, strength))
        assert deviation.max() <= 6 and deviation.mean() < 0.5  # roundings of bfloat16


@pytest.mark.parametrize("colour", ["style", "luminance", "matched", "palette"])
def test_what_a_mask_leaves_is_untouched(
    engine: StyleTransfer, night: StyleCode, coffee: Image.Image, colour: str
) -> None:
    mask = left_half(coffee.size)
    painted = difference(engine(coffee, [Region(night, 1, mask)], options=PaintOptions(colour=colour)), coffee)
    assert painted[np.asarray(mask) == 0].max() == 0
    assert painted[:, : coffee.width // 2 - 8].mean() > 4


def test_each_region_has_its_own_style(
    engine: StyleTransfer, night: StyleCode, scream: StyleCode, coffee: Image.Image
) -> None:
    left = left_half(coffee.size)
    both = engine(coffee, [Region(night, 1, left), Region(scream, 1, ImageChops.invert(left))])
    alone = [engine(coffee, code) for code in (night, scream)]
    near = [
        [difference(both.crop(box), image.crop(box)).mean() for image in alone]
        for box in ((0, 0, 70, coffee.height), (122, 0, 192, coffee.height))
    ]
    assert near[0][0] < near[0][1] and near[1][1] < near[1][0]


def test_what_is_painted_elsewhere_does_not_change_a_region(
    engine: StyleTransfer, night: StyleCode, scream: StyleCode
) -> None:
    content = photo("astronaut", 384)
    left = left_half(content.size)
    both = engine(content, [Region(night, 1, left), Region(scream, 1, ImageChops.invert(left))])
    for code, box in ((night, (0, 0, 110, 384)), (scream, (274, 0, 384, 384))):
        assert difference(both.crop(box), engine(content, code).crop(box)).mean() < 1.5


def test_a_region_of_strength_0_leaves_the_picture(
    engine: StyleTransfer, night: StyleCode, scream: StyleCode, coffee: Image.Image
) -> None:
    left = left_half(coffee.size)
    regions = [Region(night, 0, left), Region(scream, 1, ImageChops.invert(left))]
    painted = engine(coffee, regions)
    assert difference(painted, coffee)[np.asarray(left) == 255].max() == 0


def test_masks_may_have_another_size(engine: StyleTransfer, night: StyleCode, coffee: Image.Image) -> None:
    mask = left_half((60, 40))
    painted = difference(engine(coffee, [Region(night, 1, mask)]), coffee)
    assert painted[:, -60:].max() == 0 and painted[:, :60].mean() > 4


def test_regions_in_tiles_look_as_they_do_in_one_piece(
    engine: StyleTransfer, night: StyleCode, scream: StyleCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = photo("coffee", 640).crop((0, 100, 640, 300))
    left = left_half(content.size)
    regions = [Region(night, 1, left), Region(scream, 0.8, ImageChops.invert(left))]
    whole = engine(content, regions)
    monkeypatch.setattr(module, "_WHOLE_PIXELS", 0)
    monkeypatch.setattr(module, "_TILE_PIXELS", 480 * 200)
    tiled = engine(content, regions)
    small = [image.resize((64, 64), Image.Resampling.BOX) for image in (whole, tiled)]
    assert difference(*small).mean() < 8


# --- previews ------------------------------------------------------------------------------------


def test_a_preview_is_the_painting(engine: StyleTransfer, night: StyleCode, coffee: Image.Image) -> None:
    prepared = engine.prepare(coffee)
    regions = [Region(night, 0.7, left_half(coffee.size))]
    for styles, strength in ((night, 1.0), (night, 0.5), (night, 1), (night, 0), (regions, 1)):
        for colour in ("style", "palette", "luminance"):
            expected = engine(coffee, styles, strength, PaintOptions(colour=colour))
            deviation = difference(engine.repaint(prepared, styles, strength, PaintOptions(colour=colour)), expected)
            assert deviation.max() <= 6 and deviation.mean() < 0.5  # roundings of bfloat16


def test_a_preview_looks_at_the_picture_only_once(
    engine: StyleTransfer, night: StyleCode, coffee: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = engine.prepare(coffee)
    engine.repaint(prepared, night, 0.5)

    def refuse(*args: object) -> None:
        raise AssertionError("computed once more")

    network = engine.network
    monkeypatch.setattr(network.content_encoder, "forward", refuse)
    monkeypatch.setattr(network.style_encoder, "forward", refuse)
    for strength in (0.2, 0.4, 1.0):
        engine.repaint(prepared, night, strength)


# --- brush ---------------------------------------------------------------------------------------


def test_a_brush_looks_the_same_at_every_size(engine: StyleTransfer, night: StyleCode) -> None:
    content = photo("astronaut", 512)
    small, large = (
        engine(content.resize((side, side), Image.Resampling.LANCZOS), night, options=PaintOptions(brush=4)).resize(
            (128, 128)
        )
        for side in (256, 512)
    )
    fixed_small, fixed_large = (
        engine(content.resize((side, side), Image.Resampling.LANCZOS), night).resize((128, 128)) for side in (256, 512)
    )
    assert difference(small, large).mean() < 0.6 * difference(fixed_small, fixed_large).mean()


@pytest.mark.parametrize("brush", [0.5, 4])
def test_a_brush_keeps_the_size_of_the_picture(engine: StyleTransfer, night: StyleCode, brush: float) -> None:
    content = photo("coffee", 192).crop((0, 0, 190, 77))
    assert engine(content, night, options=PaintOptions(brush=brush)).size == content.size


def test_the_finest_brush_paints_a_small_picture_on_a_small_canvas(monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[tuple[int, int]] = []
    paint = StyleTransfer._paint_tiles
    monkeypatch.setattr(
        StyleTransfer,
        "_paint_tiles",
        lambda self, plain, regions: painted.append(plain.size) or paint(self, plain, regions),
    )
    assert deepart.transfer(photo("coffee", 32), "udnie", brush=0.25).size == (32, 32)
    assert painted == [(256, 256)]
