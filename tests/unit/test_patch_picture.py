"""What is said of a picture's parts can be read off it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from deepart.tasks.classify.classify import Answer
from deepart.tasks.classify.evidence import PatchMap
from deepart.tasks.classify.patch_picture import legend, patch_picture

BAROQUE, CUBISM = Answer("Baroque", 0.9), Answer("Cubism", 0.9)


def test_letters_stand_for_labels_the_most_frequent_first() -> None:
    patches = PatchMap(((CUBISM, BAROQUE), (BAROQUE, BAROQUE)), "style")
    assert legend(patches) == [("A", "Baroque", 3), ("B", "Cubism", 1)]


def test_parts_with_another_label_have_another_colour() -> None:
    drawn = patch_picture(Image.new("RGB", (200, 100), "grey"), PatchMap(((BAROQUE, CUBISM),), "style"))
    assert drawn.size == (960, 480)
    left, right = np.asarray(drawn)[40, 100], np.asarray(drawn)[40, 860]
    assert (left != right).any()
    assert (np.asarray(drawn)[40, 100] == np.asarray(drawn)[440, 400]).all()  # one part, one colour


@pytest.mark.parametrize("size", [(2000, 33), (33, 2000), (40, 40)])
def test_any_shape_and_any_number_of_labels_can_be_drawn(size: tuple[int, int]) -> None:
    row = tuple(Answer(f"label {number}", 0.5) for number in range(12))
    assert max(patch_picture(Image.new("RGB", size), PatchMap((row,), "style")).size) == 960
