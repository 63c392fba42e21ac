"""The verbs beside the five, called with plain values from Python: arrays are taken like pictures."""

from __future__ import annotations

import zipfile
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import deepart
from deepart.errors import InputError
from deepart.recipes import recipe_of
from deepart.tasks.animation import read_comment


def test_every_verb_is_offered_and_no_other() -> None:
    assert all(callable(getattr(deepart, name)) for name in deepart.__all__)
    with pytest.raises(AttributeError, match="no attribute 'paint'"):
        deepart.paint()


def test_arrays_are_painted_like_pictures(tmp_path: Path) -> None:
    with resources.as_file(resources.files("skimage.data") / "chelsea.png") as path:
        picture = Image.open(path).convert("RGB").resize((90, 60))
    array = np.asarray(picture)
    sheets = [deepart.sheet(each, ["udnie", "the-scream"], side=64, contrast=1.5) for each in (picture, array)]
    assert (np.asarray(sheets[0]) == np.asarray(sheets[1])).all()
    assert recipe_of(sheets[0]).settings["contrast"] == 1.5

    mixed = deepart.mix({"udnie": 0.7, "the-scream": 0.3}, name="Loud")
    assert mixed.label == "Loud"
    result = deepart.batch([array], mixed, tmp_path / "painted.zip", size=64)
    assert [row.error for row in result.rows] == [None] or len(result.rows) == 1
    with zipfile.ZipFile(tmp_path / "painted.zip") as archive:
        assert sum(name.endswith(".png") for name in archive.namelist()) == 2  # and the sheet

    film = deepart.morph(array, ["udnie", "the-scream"], tmp_path / "film.gif", frames_between=1, hold=1, side=64)
    with Image.open(film) as opened:
        assert opened.n_frames == 3
    assert "the-scream" in read_comment(film)


def test_anything_else_is_refused_in_one_sentence() -> None:
    for wrong in (np.zeros((4, 4, 4, 4), np.uint8), np.zeros((64, 64, 3), complex), 7):
        with pytest.raises(InputError):
            deepart.sheet(wrong, ["udnie"])
