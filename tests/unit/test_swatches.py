"""Swatches and tiles of the gallery, and mixtures of its styles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepart.tasks import style_target, swatches
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT, StyleTransfer
from deepart.tasks.paint.gallery import named_style_code, named_styles
from deepart.tasks.swatches import SIDE, make_swatches, swatch
from deepart.training.paint import blend_evaluation
from deepart.training.paint.blend_evaluation import MIXTURES, evaluate_blends
from photos import photo


def test_every_style_of_the_gallery_has_a_swatch_and_statistics_of_its_own() -> None:
    assert set(named_styles(DEFAULT_CHECKPOINT)) <= set(style_target.kept_keys())
    made = [swatch(key) for key in named_styles(DEFAULT_CHECKPOINT)]
    assert {each.size for each in made} == {(SIDE, SIDE)}
    assert len({each.tobytes() for each in made}) == len(made)
    assert swatch("no-such-style") is None


def test_a_swatch_is_woven_from_statistics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swatches, "_sheet_file", lambda: tmp_path / "swatches.webp")
    monkeypatch.setattr(swatches, "_ITERATIONS", 2)
    monkeypatch.setattr(style_target, "kept_keys", lambda: ["udnie", "great-wave"])
    swatches._sheet.cache_clear()
    try:
        told = []
        make_swatches(DEFAULT_CHECKPOINT, told.append)
        assert told == ["udnie", "great-wave"]
        means = [np.asarray(swatch(key), int).mean((0, 1)) for key in told]
        assert means[1].min() > means[0].max()  # black and red, and paper and sea
    finally:
        swatches._sheet.cache_clear()


def test_styles_that_are_painted_together_are_as_if_each_was_alone() -> None:
    engine, square = StyleTransfer(), photo("coffee", 96).crop((0, 0, 60, 60))
    codes = [named_style_code(DEFAULT_CHECKPOINT, key) for key in list(named_styles(DEFAULT_CHECKPOINT))[:7]]
    together = list(engine.paint_in_each(square, codes))
    assert [image.size for image in together] == [(60, 60)] * 7
    for image, code in zip(together, codes):
        alone = np.asarray(engine(square, code), int)
        assert np.abs(np.asarray(image, int) - alone).mean() < 3


def test_mixtures_go_from_one_style_to_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blend_evaluation, "SIDE", 96)
    monkeypatch.setattr(blend_evaluation, "photos", lambda: [photo("coffee", 96)])
    scores = [score for score in evaluate_blends(1) if not score.balance]
    assert [score.weights for score in scores] == list(MIXTURES)
    nearer = [score.nearer_first for score in scores[:5]]
    assert nearer == sorted(nearer, reverse=True) and nearer[0] > nearer[4] + 0.1
    assert scores[2].from_half == 0 and min(scores[1].from_half, scores[3].from_half) > 2.3
