"""Regions of a picture: areas of one colour without training, and what the owner's segmenters have learned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepart import runtime
from deepart.__main__ import main
from deepart.errors import InputError
from deepart.models.segmenter import Segmenter, SegmenterConfig
from deepart.tasks.find.regions import NUM_AREAS, areas, find_regions, segmented
from photos import photo


def scene() -> Image.Image:
    """Return a sun and a house before the sky."""
    picture = Image.new("RGB", (400, 300), "#3060a0")
    picture.paste("#e0c030", (240, 40, 340, 120))
    picture.paste("#c04020", (40, 140, 180, 300))
    return picture


def test_areas_are_what_is_of_one_colour() -> None:
    found = areas(scene())
    assert len(found.colours) == 3 and found.number.shape == (300, 400)
    sky = np.ones((300, 400), bool)
    for place, box in (((0.7, 0.25), np.s_[40:120, 240:340]), ((0.25, 0.7), np.s_[140:300, 40:180])):
        wanted = np.zeros((300, 400), bool)
        wanted[box], sky[box] = True, False
        mask = np.asarray(found.at(*place)) > 0
        assert (mask & wanted).sum() / (mask | wanted).sum() > 0.97
    mask = np.asarray(found.at(1, 1)) > 0
    assert (mask & sky).sum() / (mask | sky).sum() > 0.97
    assert np.abs(np.asarray(found.shown(), int) - np.asarray(scene(), int)).mean() < 3


def test_nothing_is_cut_up_that_is_of_one_colour_and_a_photo_is_not_cut_to_shreds() -> None:
    assert len(areas(Image.new("RGB", (90, 60), "#808080")).colours) == 1
    found = areas(photo("coffee", 200))
    assert len(found.colours) == NUM_AREAS
    total = sum(np.asarray(found.mask(number), int) for number in range(NUM_AREAS))
    assert total.min() == total.max() == 255  # each pixel is of one area


def test_the_owners_segmenters_are_found_by_name() -> None:
    torch.manual_seed(0)
    network = Segmenter(SegmenterConfig(("#000000", "#00ff00", "#ff0000"), (8, 8), (1, 1, 1))).eval()
    network.save_pretrained(runtime.settings().admin_folder / "segmenters" / "sky")
    found = find_regions(scene(), "own/sky")
    assert (found.number == segmented(network, scene())).mean() > 0.99 and found.colours[1] == "#00ff00"
    with pytest.raises(InputError, match="areas, own/sky"):
        find_regions(scene(), "own/../sky")


def test_areas_are_written_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scene().save(tmp_path / "a.png")
    asked = ["segment", str(tmp_path / "a.png"), "-o", str(tmp_path / "mask.png")]
    assert main([*asked, "--at", "0.25", "0.7"]) == 0
    mask = np.asarray(Image.open(tmp_path / "mask.png").convert("L"))
    assert mask[150:290, 50:170].min() == 255 and mask[:120].max() == 0
    assert main([*asked, "--at", "2", "0"]) == 2 and "from 0 to 1" in capsys.readouterr().err
