"""Salt-and-pepper noise is told from paint, and only its pixels are replaced."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from skimage.metrics import peak_signal_noise_ratio
from skimage.util import random_noise

from artworks import artworks
from deepart import runtime
from deepart.tasks.find import impulses
from deepart.tasks.find.impulses import without_impulses
from deepart.tasks.restore.bundled import detection_steps
from deepart.tasks.restore.diagnosis import diagnose, impulses_replaced, propose
from deepart.tasks.restore.restore import plan, restore
from deepart.ui.restore.html import diagnosis_card
from deepart.ui.restore.request import Examination
from photos import photo


def peppered(image: Image.Image, share: float, is_grey: bool) -> Image.Image:
    """Return a picture with impulses: all channels of a pixel at once, or each by itself."""
    field = np.full((image.height, image.width) if is_grey else np.asarray(image).shape, 0.5)
    noise = random_noise(field, "s&p", rng=0, amount=share).reshape(image.height, image.width, -1)
    return Image.fromarray(np.where(noise == 0.5, image, 255 * noise).astype(np.uint8))


@pytest.mark.parametrize("is_grey", [True, False])
@pytest.mark.parametrize(("share", "least"), [(0.01, 40), (0.02, 37), (0.05, 34), (0.1, 31)])
def test_impulses_are_counted_and_replaced(share: float, least: float, is_grey: bool) -> None:
    sound = photo("coffee", 300)
    noisy = peppered(sound, share, is_grey)
    assert diagnose(noisy).impulses == pytest.approx(share, rel=0.4)
    mended = np.asarray(impulses_replaced(noisy))
    assert peak_signal_noise_ratio(np.asarray(sound), mended) >= least
    assert (mended != noisy)[np.asarray(noisy) == np.asarray(sound)].mean() < 0.002


@pytest.mark.parametrize("artwork", [pytest.param(picture, id=name) for name, picture in artworks()])
def test_sound_artworks_have_none(artwork: Image.Image) -> None:
    assert diagnose(artwork).impulses == 0
    assert impulses_replaced(artwork) is None


def test_stars_and_what_is_in_one_part_only_are_no_noise() -> None:
    sound = photo("chelsea", 300).resize((640, 640))
    noisy = np.asarray(peppered(sound, 0.03, True))
    stars = np.where(noisy == 0, sound, noisy)
    part = noisy.copy()
    part[320:] = np.asarray(sound)[320:]
    assert diagnose(Image.fromarray(noisy)).impulses > 0.02
    for pixels in (stars, part):
        assert diagnose(Image.fromarray(pixels)).impulses == 0


def test_thin_lines_stay() -> None:
    drawing = Image.new("RGB", (200, 200), (190, 180, 170))
    ImageDraw.Draw(drawing).line([(10, 20), (150, 190)], "black")
    ImageDraw.Draw(drawing).line([(10, 120), (190, 120)], "white")
    assert np.array_equal(without_impulses(drawing), drawing)


def test_tiles_give_the_same_as_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    noisy = peppered(photo("rocket", 300), 0.05, False)
    whole = without_impulses(noisy)
    monkeypatch.setattr(impulses, "_TILE_PIXELS", 20_000)
    assert np.array_equal(without_impulses(noisy), whole)


def test_nothing_but_impulses_is_cleaned_where_nothing_else_is_wrong() -> None:
    noisy = peppered(photo("astronaut", 320), 0.03, True)
    found = diagnose(noisy)
    (step,) = (each for each in propose(found) if each.action == "clean")
    assert step.reason == "restore.reason.impulses" and step.strength == 1
    assert found.noise < 3
    assert np.array_equal(restore(noisy), without_impulses(noisy))


@pytest.mark.parametrize(
    ("language", "said"), [("en", "σ 0, 2.6 % black and white specks"), ("zh", "σ 0，2.6% 黑白噪点")]
)
def test_the_card_says_so(language: str, said: str, tmp_path: Path) -> None:
    noisy = peppered(photo("astronaut", 320), 0.03, True)
    noisy.save(tmp_path / "noisy.png")
    assert said in diagnosis_card(str(tmp_path / "noisy.png"), Examination(*plan(noisy)), language)


def test_impulses_are_not_taken_for_damage() -> None:
    sound = photo("astronaut", 320)
    masks = [np.asarray(runtime.run(detection_steps(image))) for image in (sound, peppered(sound, 0.03, True))]
    assert abs(masks[0].mean() - masks[1].mean()) < 255 * 0.005
