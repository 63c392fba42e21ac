"""Black-and-white pictures in colours: found, coloured by the bundled network, and their brightness kept."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from skimage.color import rgb2lab

from deepart import restore
from deepart.models.restorers.colouriser import Colouriser, ColouriserConfig, possible_colours, rgb_to_lab
from deepart.recipes import recipe_of
from deepart.tasks.restore.colour_repair import colour_fault
from deepart.tasks.restore.colourise import _table
from deepart.training.restore.colouriser import ColouriserTraining
from photos import photo


@pytest.fixture(scope="module")
def coloured() -> Image.Image:
    return restore(photo("coffee", 128).convert("L"), clean=0, colourise=1)


def test_a_grey_picture_gets_colours_and_keeps_its_brightness(coloured: Image.Image) -> None:
    assert coloured.mode == "RGB"
    lab, grey = rgb2lab(np.asarray(coloured)), np.asarray(photo("coffee", 128).convert("L"), float)
    assert np.linalg.norm(lab[..., 1:], axis=-1).mean() > 6
    assert np.abs(lab[..., 0] - rgb2lab(np.repeat(grey[..., None] / 255, 3, 2))[..., 0]).max() < 3
    assert recipe_of(coloured).settings["colourise"] == 1


def test_the_guess_is_nearer_to_the_truth_than_grey(coloured: Image.Image) -> None:
    truth = photo("coffee", 128)

    def off(image: Image.Image) -> float:
        return float(np.square(rgb2lab(np.asarray(image))[..., 1:] - rgb2lab(np.asarray(truth))[..., 1:]).mean())

    assert off(coloured) < 0.9 * off(truth.convert("L").convert("RGB"))


def test_a_palette_draws_the_colours_to_its_own() -> None:
    grey = photo("coffee", 128).convert("L")
    palettes = [Image.new("RGB", (32, 32), colour) for colour in ((40, 80, 200), (200, 160, 40))]
    blue, yellow = (rgb2lab(np.asarray(restore(grey, clean=0, colourise=1, palette=each))) for each in palettes)
    assert blue[..., 2].mean() < yellow[..., 2].mean() - 10


def test_half_as_strong_is_half_way(coloured: Image.Image) -> None:
    half = restore(photo("coffee", 128).convert("L"), clean=0, colourise=0.5)
    grey = np.asarray(photo("coffee", 128).convert("L").convert("RGB"), float)
    assert np.abs(np.asarray(half) - (grey + np.asarray(coloured)) / 2).max() <= 1


def test_what_is_black_and_white_is_seen() -> None:
    image = photo("astronaut", 160)
    sepia = Image.merge("RGB", [image.convert("L").point(lambda x, f=f: int(f * x)) for f in (1, 0.9, 0.75)])
    assert colour_fault(image.convert("L").convert("RGB")).has_one_tone and colour_fault(sepia).has_one_tone
    assert not colour_fault(image).has_one_tone


def test_greys_stay_and_impossible_colours_become_possible() -> None:
    layers = np.zeros((2, 256, 3), np.uint8)
    layers[..., 0], layers[0, :, 1:], layers[1, :, 1:] = np.arange(256), 128, (255, 0)
    rgb = np.asarray(Image.fromarray(layers).filter(_table()), int)
    assert np.abs(rgb[0] - np.arange(256)[:, None]).max() <= 1
    lightness = rgb2lab(rgb / 255)[..., 0]
    assert np.abs(lightness[1] - lightness[0])[16:].max() < 4


def test_lab_is_that_of_others_and_a_histogram_counts() -> None:
    rgb = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    lab = rgb_to_lab(rgb)
    assert np.abs(lab.permute(0, 2, 3, 1).numpy() - rgb2lab(rgb.permute(0, 2, 3, 1).numpy())).max() < 1e-2
    network = Colouriser(ColouriserConfig(widths=(8, 8, 8, 8)))
    bins = torch.from_numpy(possible_colours())
    found = network.histogram(bins[7].view(1, 2, 1, 1).expand(1, 2, 4, 4))
    assert found.argmax() == 7 and found.sum() == pytest.approx(1, abs=1e-5)


def test_rare_colours_count_more() -> None:
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[:, :, 1:] = 120
    picture[:8, :8] = (220, 30, 30)
    task = ColouriserTraining(Colouriser(ColouriserConfig(widths=(8, 8, 8, 8))), [[picture]])
    lab = rgb_to_lab(torch.from_numpy(picture[[0, 40], [0, 40]].T / 255).float().view(1, 3, 1, 2))
    red, cyan = task.network.nearest(lab[:, 1:])[0][0, 0, 0]
    assert task._weights[red] > 2 * task._weights[cyan]
