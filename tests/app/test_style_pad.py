"""What a style pad takes from the page and gives to it; what a person does with one is in test_browser.py."""

from __future__ import annotations

import base64
import io
import math

import pytest
from PIL import Image

from deepart.errors import InputError
from deepart.tasks.paint.style_map import corners
from deepart.ui.widgets.style_pad import Anchor, data_uri, dot_in, style_pad, with_anchors, with_dot

TRIANGLE = [Anchor(key, key.title(), "data:,", x, y) for key, (x, y) in zip("abc", corners(3))]


def test_dot_starts_in_the_middle_or_where_it_is_put() -> None:
    x, y = dot_in(style_pad(TRIANGLE).value)
    assert x == pytest.approx(0.5)
    assert y == pytest.approx(sum(anchor.y for anchor in TRIANGLE) / 3)
    assert dot_in(style_pad(TRIANGLE, dot=(0.25, 0.75)).value) == (0.25, 0.75)
    assert dot_in(style_pad([]).value) == (0.5, 0.5)


@pytest.mark.parametrize(
    "value",
    [None, "0.5", [0.5, 0.5], {"x": 0.5}, {"x": "0.5", "y": 0.5}, {"x": 0.5, "y": -0.1}, {"x": math.nan, "y": 0}],
)
def test_what_is_no_place_is_refused(value: object) -> None:
    with pytest.raises(InputError):
        dot_in(value)


def test_other_anchors_come_with_a_place_for_the_dot() -> None:
    update = with_anchors(TRIANGLE[:2])
    assert [anchor["key"] for anchor in update["anchors"]] == ["a", "b"]
    assert dot_in(update["value"]) == dot_in(style_pad(TRIANGLE[:2]).value)


def test_answer_says_which_move_it_answers() -> None:
    asked = {"x": 0.1, "y": 0.2, "turn": 7}
    assert with_dot((0.5, 0.5), after=asked) == {"x": 0.5, "y": 0.5, "turn": 7}
    assert with_anchors(TRIANGLE, after=asked)["value"]["turn"] == 7
    assert "turn" not in with_dot((0.5, 0.5))


def test_picture_travels_as_a_square_in_its_address() -> None:
    address = data_uri(Image.new("RGB", (300, 100), "teal"), side=64)
    kind, _, data = address.partition(",")
    assert kind == "data:image/webp;base64"
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        assert picture.size == (64, 64)
