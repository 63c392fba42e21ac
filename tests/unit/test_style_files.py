"""Styles in files: a round trip, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import deepart
from deepart.errors import InputError
from deepart.tasks.paint.blend import mix_styles
from deepart.tasks.paint.engine import StyleTransfer
from deepart.tasks.paint.style_files import SUFFIX, load_style, save_style
from photos import photo


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / f"night{SUFFIX}"
    save_style(mix_styles({"starry-night": 2, "the-scream": 1}, name="Night scream"), path)
    return path


def test_a_saved_mixture_paints_like_the_mixture(saved: Path) -> None:
    content = photo("coffee", 96)
    expected = np.asarray(deepart.blend(content, {"starry-night": 2, "the-scream": 1}), np.int16)
    assert np.abs(np.asarray(deepart.transfer(content, saved), np.int16) - expected).max() <= 2  # the file rounds
    assert load_style(saved, StyleTransfer()).label == "Night scream"


def change(name: str, value: object):
    return lambda content: {**content, name: value}


@pytest.mark.parametrize(
    "spoil",
    [
        change("format", "deepart-style/99"),
        change("label", 7),
        change("label", "x" * 500),
        change("label", "line\nbreak"),
        change("vector", [1.0, 2.0]),
        change("vector", "many numbers"),
        lambda content: {**content, "vector": [*content["vector"][:-1], None]},
        lambda content: {**content, "vector": [*content["vector"][:-1], float("nan")]},
        lambda content: {**content, "vector": [*content["vector"][:-1], 1e30]},
        lambda content: {**content, "vector": [*content["vector"][:-1], 10**400]},
        lambda content: [content],
        lambda content: None,
    ],
)
def test_a_file_that_was_tampered_with_is_refused(saved: Path, spoil) -> None:
    saved.write_text(json.dumps(spoil(json.loads(saved.read_text("utf-8")))))
    with pytest.raises(InputError) as caught:
        load_style(saved, StyleTransfer())
    assert caught.value.key == "style_file.damaged"


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[" * 100_000, b"{" * 150_000, b" " * 300_000, b"not json"])
def test_a_file_of_something_else_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / f"style{SUFFIX}"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        deepart.transfer(photo("coffee", 64), path)
    assert caught.value.key == "style_file.damaged"


def test_a_style_of_another_checkpoint_is_refused(saved: Path) -> None:
    content = json.loads(saved.read_text("utf-8"))
    for other in ({"checkpoint": "transfer/other-data-v1"}, {"checkpoint_sha256": "0" * 64}):
        saved.write_text(json.dumps({**content, **other}))
        with pytest.raises(InputError) as caught:
            load_style(saved, StyleTransfer())
        assert caught.value.key == "style.other_checkpoint"
