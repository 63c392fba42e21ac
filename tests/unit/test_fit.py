"""Fitting a style: what it brings, what it carries over to, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import deepart
from deepart import runtime
from deepart.checkpoints import load_model
from deepart.errors import InputError
from deepart.images import centre_crop, to_tensor
from deepart.models.distances import style_distance
from deepart.models.style_network import StyleNetwork, StyleNetworkConfig
from deepart.options import FitOptions
from deepart.tasks.paint import fit as module
from deepart.tasks.paint.engine import STYLE_SIDE, StyleTransfer
from deepart.tasks.paint.fit import fit_steps, fitted
from deepart.tasks.paint.style_files import load_style, save_style
from photos import photo

TINY = StyleNetworkConfig((4, 6, 8), 1, 1, 1, (8, 6, 4), (4, 6, 8, 10), hidden=12, linear=6)


@pytest.fixture
def engine() -> StyleTransfer:
    torch.manual_seed(0)
    return StyleTransfer(network=StyleNetwork(TINY).eval().requires_grad_(False))


@pytest.fixture
def teacher() -> nn.Module:
    return load_model("loss/distilled-vgg16-v1")


def test_a_fitted_style_comes_closer_on_a_photo_that_it_was_not_fitted_on(
    teacher: nn.Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PIECE_SIDE", 96)
    engine, style, rocket = StyleTransfer(), photo("coffee", 128), photo("rocket", 96)
    told = []
    code = runtime.run(fitted(engine, teacher, [style], iterations=8), told.append)
    assert [progress.done for progress in told] == list(range(9))
    assert code.fitted.shape == (engine.network.decoder.fitted_size,) and code.fitted.abs().max() > 0

    def distance(code) -> float:
        with torch.no_grad():  # at the size at which a style is read
            features = (teacher(to_tensor(x)) for x in (engine(rocket, code), centre_crop(style, STYLE_SIDE)))
            return float(style_distance(*features))

    assert distance(code) < 0.95 * distance(engine.encode(style))


def test_several_pictures_are_one_manner(engine: StyleTransfer, teacher: nn.Module) -> None:
    pictures = [photo("coffee", 64), photo("chelsea", 64)]
    both = runtime.run(fitted(engine, teacher, pictures, iterations=2))
    torch.testing.assert_close(both.vector, sum(engine.encode(picture).vector for picture in pictures) / 2)
    one = runtime.run(fitted(engine, teacher, pictures[:1], iterations=2))
    assert not torch.equal(both.fitted, one.fitted)


def test_a_fitted_style_is_kept_mixed_and_painted_with(tmp_path: Path) -> None:
    style = deepart.fit(photo("coffee", 64), name="Mine", iterations=2, crop=(0, 0, 0.75, 1))
    file = tmp_path / "mine.deepart-style.json"
    save_style(style, file)
    loaded = load_style(file, StyleTransfer())
    assert loaded.label == "Mine"
    torch.testing.assert_close(loaded.fitted, style.fitted, atol=1e-5, rtol=0)
    content = photo("rocket", 96)
    full = np.asarray(deepart.transfer(content, file), np.int16)
    assert np.abs(full - np.asarray(deepart.transfer(content, style), np.int16)).max() <= 1
    assert deepart.blend(content, {str(file): 0.5, "udnie": 0.5}).size == content.size


def test_only_a_part_of_the_picture_counts() -> None:
    halves = photo("coffee", 96)
    left = halves.crop((0, 0, halves.width // 2, halves.height))
    alone, part = (
        deepart.fit(picture, crop=crop, iterations=1) for picture, crop in ((left, None), (halves, (0, 0, 0.5, 1)))
    )
    torch.testing.assert_close(alone.vector, part.vector)


@pytest.mark.parametrize(
    ("key", "settings"),
    [
        ("fit.pictures", {"styles": []}),
        ("fit.pictures", {"styles": [photo("coffee", 64)] * 13}),
        ("fit.crop", {"crop": (0.5, 0, 0.5, 1)}),
        ("fit.crop", {"crop": (0, 0, 1.5, 1)}),
        ("picture.too_small", {"crop": (0, 0, 0.01, 1)}),
        ("setting.range", {"options": FitOptions(0)}),
    ],
)
def test_nonsense_is_refused_before_the_work(key: str, settings: dict) -> None:
    with pytest.raises(InputError) as caught:
        list(fit_steps(**{"styles": photo("coffee", 64), **settings}))
    assert caught.value.key == key
