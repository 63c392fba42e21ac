"""The diagnosis: what is wrong with pictures whose faults the test has made, and what is proposed."""

from __future__ import annotations

import time
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageFilter

from deepart.images import load_image, through_jpeg
from deepart.tasks.restore.colour_repair import ColourFault
from deepart.tasks.restore.diagnosis import ACTIONS, LEAST_JPEG_NOISE, Diagnosis, Step, diagnose, file_quality, propose
from deepart.text import LANGUAGES
from photos import photo


def noisy(image: Image.Image, sigma: float) -> Image.Image:
    pixels = np.asarray(image, float)
    grain = sigma * np.random.default_rng(0).standard_normal(pixels.shape)
    return Image.fromarray((pixels + grain + 0.5).clip(0, 255).astype(np.uint8))


def jpeg(image: Image.Image, quality: int) -> bytes:
    file = BytesIO()
    image.save(file, "JPEG", quality=quality)
    return file.getvalue()


def canvas(side: int) -> Image.Image:
    """A painting with the relief of its canvas, threads and all."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:side, :side]
    threads = 6 * np.sin(2 * np.pi * x / 4) + 6 * np.sin(2 * np.pi * y / 4) + 5 * rng.standard_normal((side, side))
    pixels = np.asarray(photo("coffee", side), float) * 0.8 + 20 + threads[..., None]
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize("sigma", [5, 15, 25, 50])
def test_noise_is_measured(sigma: float) -> None:
    found = diagnose(noisy(photo("chelsea", 300), sigma))
    assert found.noise == pytest.approx(sigma, rel=0.1, abs=0.5)
    assert found.jpeg is None


@pytest.mark.parametrize("image", [photo("coffee", 300), photo("astronaut", 300), canvas(300)])
def test_detail_and_canvas_are_no_noise(image: Image.Image) -> None:
    assert diagnose(image).noise < 3


@pytest.mark.parametrize("tone", [(1, 1, 1), (1, 0.87, 0.68)], ids=["grey", "sepia"])
def test_pictures_of_one_tone_have_noise_too(tone: tuple[float, float, float]) -> None:
    light = np.asarray(photo("coffee", 300).convert("L"), float) * 0.8 + 20
    grain = 15 * np.random.default_rng(0).standard_normal((300, 300))
    clean, grainy = (
        Image.fromarray((pixels[..., None] * tone).clip(0, 255).astype(np.uint8)) for pixels in (light, light + grain)
    )
    assert diagnose(clean).noise < 4
    assert diagnose(grainy).noise == pytest.approx(15, rel=0.2)


def test_noise_that_went_through_jpeg_is_found() -> None:
    levels = [diagnose(through_jpeg(noisy(photo("chelsea", 300), sigma), 85)).noise for sigma in (0, 15, 30)]
    assert levels[0] < 6
    assert levels[1] == pytest.approx(15, rel=0.35) and levels[2] == pytest.approx(30, rel=0.35)


def test_brush_strokes_all_over_are_no_noise() -> None:
    """Ridges of paint everywhere leave no flat place; their coarse parts are stronger than their fine ones."""
    rng, strokes = np.random.default_rng(0), np.zeros((320, 320))
    for turn in range(6):
        relief = Image.fromarray(rng.normal(0, 255, (160, 40)).astype(np.float32)).resize((320, 320))
        strokes += np.asarray(relief.rotate(30 * turn, Image.Resampling.BICUBIC)) / 12
    pixels = np.asarray(photo("coffee", 320), float) * 0.7 + 40 + strokes[..., None]
    painting = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    for image, is_noisy in ((painting, False), (noisy(painting, 25), True)):
        file = jpeg(image, 88)
        assert (diagnose(load_image(file), file=file).noise > LEAST_JPEG_NOISE) == is_noisy


@pytest.mark.parametrize("quality", [20, 50, 80])
def test_jpeg_is_known_from_the_pixels_alone(quality: int) -> None:
    found = diagnose(through_jpeg(photo("astronaut", 320), quality))
    assert found.jpeg == pytest.approx(quality, abs=2)


def test_jpeg_is_known_after_the_picture_was_cut() -> None:
    cut = through_jpeg(photo("astronaut", 320), 40).crop((3, 5, 300, 310))
    assert diagnose(cut).jpeg == pytest.approx(40, abs=2)


def test_a_picture_that_was_no_jpeg_has_no_quality() -> None:
    for image in (photo("chelsea", 300), Image.new("RGB", (64, 64), "grey"), noisy(photo("coffee", 200), 25)):
        assert diagnose(image).jpeg is None


@pytest.mark.parametrize("quality", [30, 75, 95])
def test_jpeg_is_read_from_the_file(quality: int) -> None:
    image = photo("coffee", 64)
    assert file_quality(jpeg(image, quality)) == quality
    assert diagnose(image, file=jpeg(image, quality)).jpeg == quality


def test_other_files_have_no_quality() -> None:
    file = BytesIO()
    photo("coffee", 64).save(file, "PNG")
    for data in (file.getvalue(), b"", b"\xff\xd8\xff"):
        assert file_quality(data) is None


def test_wider_edges_are_wider() -> None:
    image = photo("coffee", 400)
    widths = [diagnose(image.filter(ImageFilter.GaussianBlur(sigma))).blur for sigma in (0, 1, 2, 3)]
    assert widths == sorted(widths)
    assert widths[0] < 1 and widths[2] == pytest.approx(2, abs=0.7)
    assert diagnose(Image.new("RGB", (64, 64), "grey")).blur is None


def test_an_enlarged_picture_has_less_detail_than_pixels() -> None:
    small = photo("astronaut", 128)
    large = small.resize((512, 512), Image.Resampling.BICUBIC)
    assert diagnose(large).detail < 0.5 < 0.8 < diagnose(photo("astronaut", 300)).detail


def test_damage_is_counted() -> None:
    mask = Image.new("L", (100, 100))
    mask.paste(255, (0, 0, 100, 7))
    image = photo("coffee", 100)
    assert diagnose(image, damage=mask).damage == pytest.approx(0.07)
    assert diagnose(image).damage is None


@pytest.mark.parametrize(
    ("found", "sure", "wanted"),
    [(0.03, 0.02, "fill"), (0.3, 0.2, "fill"), (0.03, 0.0, "ask"), (0.3, 0.0, "leave"), (0.0002, 0.0, "leave")],
)
def test_sure_damage_is_filled_and_likely_damage_asked_about(found: float, sure: float, wanted: str) -> None:
    diagnosis = replace(SOUND, damage=found, surely_damaged=sure)
    assert diagnosis.answer == wanted
    assert (actions(diagnosis) == ["fill"]) == (wanted == "fill")


def test_a_large_picture_takes_no_longer() -> None:
    image = photo("coffee", 400).resize((8000, 5000), Image.Resampling.NEAREST)
    start = time.process_time()
    diagnose(image)
    assert time.process_time() - start < 3  # of one core; half a second where nothing else runs


@pytest.mark.parametrize("size", [(32, 32), (33, 400), (321, 40)])
def test_any_size_will_do(size: tuple[int, int]) -> None:
    assert diagnose(photo("coffee", 400).crop((0, 0, *size))).size == size


# --- the proposal --------------------------------------------------------------------------------

SHADES = {"spread": 30}
GOOD = ColourFault((1.0, 0.89, 0.74), 0.1, black=0.05, light=0.95, lights=(95, 0, 12), least_yellow=-5, **SHADES)
BAD = ColourFault((1.0, 0.75, 0.35), 1.0, black=0.3, light=0.7, lights=(75, 3, 40), least_yellow=5, **SHADES)
SOUND = Diagnosis(size=(2000, 1500), noise=1.0, blur=0.6, jpeg=95, colour=GOOD, damage=0.0)


def actions(diagnosis: Diagnosis) -> list[str]:
    return [step.action for step in propose(diagnosis)]


def test_a_sound_picture_is_left_alone() -> None:
    assert propose(SOUND) == ()


@pytest.mark.parametrize(
    ("fault", "action"),
    [
        ({"damage": 0.04, "surely_damaged": 0.03}, "fill"),
        ({"noise": 18.0}, "clean"),
        ({"jpeg": 40}, "clean"),
        ({"noise": 18.0, "jpeg": 40}, "clean"),
        ({"blur": 1.4}, "clean"),
        ({"colour": replace(BAD, black=0.05, light=0.95)}, "colour"),
        ({"colour": replace(GOOD, black=0.3, light=0.7)}, "colour"),
        ({"colour": BAD}, "colour"),
        ({"colour": replace(GOOD, black=0.02, light=0.2)}, "colour"),
        ({"size": (640, 480)}, "enlarge"),
    ],
)
def test_each_fault_has_its_remedy_and_a_reason(fault: dict[str, object], action: str) -> None:
    (step,) = propose(replace(SOUND, **fault))
    assert step.action == action
    assert 0 < step.strength <= 1
    assert len({step.sentence(language) for language in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.parametrize(
    "fault",
    [
        replace(GOOD, varnish=1.0),  # a deep varnish by the channels, and cool greys and blues in the same picture
        replace(BAD, lights=(75, 3, 15), black=0.05, light=0.95),  # warm, but its white is white
        replace(BAD, lights=(75, 20, 40), black=0.05, light=0.95),  # a fire
        replace(BAD, least_yellow=-4, black=0.05, light=0.95),
        replace(GOOD, black=0.3),  # a pale picture that has its white
        replace(GOOD, light=0.6),  # a dark one that has its black
        replace(GOOD, black=0.1, light=0.15),  # of one dark colour
    ],
)
def test_a_cast_that_may_be_meant_is_left_alone(fault: ColourFault) -> None:
    assert propose(replace(SOUND, colour=fault)) == ()


def test_rough_paint_in_a_jpeg_is_not_cleaned_away() -> None:
    assert propose(replace(SOUND, noise=6.0, jpeg=90)) == ()
    assert actions(replace(SOUND, noise=6.0, jpeg=None)) == ["clean"]


def test_everything_at_once_is_done_in_order() -> None:
    worn = Diagnosis((300, 200), 20.0, 1.5, 30, BAD, 0.05, 0.05)
    assert actions(worn) == [action for action in ACTIONS if action not in ("colourise", "extend")]
    assert "5.0 %" in propose(worn)[0].sentence()


def test_more_noise_is_cleaned_more_and_small_pictures_grow_more() -> None:
    no_jpeg = replace(SOUND, jpeg=None)
    strengths = [propose(replace(no_jpeg, noise=noise))[0].strength for noise in (4.0, 8.0, 14.0)]
    assert strengths == sorted(strengths) and strengths[0] < strengths[-1]
    assert [propose(replace(SOUND, size=(side, side)))[0].scale for side in (200, 900)] == [4, 2]


def test_a_step_of_ones_own_needs_no_reason() -> None:
    assert replace(Step("clean"), strength=0.3).sentence() == ""
