"""Pieces that a detector marks: what is measured of them, and the forest that judges them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from deepart.__main__ import main
from deepart.errors import InputError
from deepart.images import save_png
from deepart.tasks.find.damage_pieces import Forest, believed, forest, measure
from deepart.training.restore import damage_judge
from photos import photo

GROUND, INK = (180, 170, 150), (40, 60, 200)


def two_pieces() -> tuple[np.ndarray, np.ndarray]:
    """Return a line in a colour of its own and a square in that of a field beside it, and where both are."""
    picture, mask = Image.new("RGB", (200, 160), GROUND), Image.new("L", (200, 160))
    ImageDraw.Draw(picture).rectangle((120, 100, 199, 159), fill=(90, 160, 90))
    for drawn, (line, square) in ((picture, (INK, (90, 160, 90))), (mask, (255, 255))):
        ImageDraw.Draw(drawn).rectangle((10, 20, 189, 24), fill=line)
        ImageDraw.Draw(drawn).rectangle((40, 80, 69, 109), fill=square)
    return np.asarray(picture), np.asarray(mask) > 0


def test_what_is_measured_of_pieces() -> None:
    pieces, features = measure(*two_pieces())
    assert pieces.max() == 2 and pieces[22, 100] == 1 and pieces[90, 50] == 2
    assert np.exp(features["log area"]) == pytest.approx([180 * 5, 30 * 30])
    assert features["elongation"][0] > features["elongation"][1] + 2
    assert features["bright"] == pytest.approx([100 / 255, 340 / 3 / 255])
    assert features["spread"] == pytest.approx([0, 0], abs=1e-3)
    assert features["contrast"][0] == pytest.approx((140 + 110 + 50) / 3 / 64, rel=1e-3)
    assert features["elsewhere"][0] < features["elsewhere"][1] - 5
    assert features["of one colour"] == pytest.approx([0.5, 0.5])
    assert features["sides"].tolist() == [0, 0]


def test_the_forest_knows_what_is_measured() -> None:
    _, features = measure(*two_pieces())
    assert set(forest().names) == set(features)
    likelihood = forest().likelihood(features)
    assert likelihood.shape == (2,) and (likelihood > 0).all() and (likelihood < 1).all()


def test_strokes_over_a_photo_are_believed_at_any_size() -> None:
    for side in (320, 1300):
        picture, mask = photo("astronaut", 320).resize((side, side)), Image.new("L", (side, side))
        for drawn, colour in ((picture, (255, 255, 255)), (mask, 255)):
            for x in (60, 130, 210):
                line = [(side * x / 320, 0), (side * (x + 40) / 320, side)]
                ImageDraw.Draw(drawn).line(line, fill=colour, width=side // 60)
        marked = np.asarray(mask) > 0
        assert believed(picture, marked)[marked].mean() > 0.9


def test_nothing_marked_is_nothing_believed() -> None:
    assert not believed(photo("coffee", 64), np.zeros((64, 64), bool)).any()


def test_a_stored_forest_says_what_the_fitted_one_says() -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    rng = np.random.default_rng(0)
    x = rng.standard_normal((400, 3))
    model = HistGradientBoostingClassifier(max_iter=5, max_leaf_nodes=6).fit(x, x[:, 0] * x[:, 1] > 0.1)
    stored = json.loads(json.dumps(damage_judge.as_stored(model, list("abc"))))
    trees = [{name: np.array(values) for name, values in tree.items()} for tree in stored["trees"]]
    found = Forest(stored["features"], stored["start"], trees).likelihood(dict(zip("abc", x.T)))
    assert found == pytest.approx(model.predict_proba(x)[:, 1], abs=1e-4)


def test_an_example_is_a_sound_picture_and_a_damaged_one() -> None:
    (_, none), (damaged, mask) = damage_judge.examples(photo("coffee", 300), np.random.default_rng(3))
    assert not none.any() and 0 < mask.mean() < 0.6 and mask.shape == damaged.shape[:2]


def test_the_forest_is_fitted_by_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(damage_judge, "_SIDES", (90, 100))
    monkeypatch.setattr(damage_judge, "_FOREST", damage_judge._FOREST | {"max_iter": 2, "min_samples_leaf": 1})
    for number in range(8):
        save_png(photo("chelsea", 100).rotate(45 * number), tmp_path / "art" / f"{number}.png")
    arguments = ["train", "judge", "--data", str(tmp_path / "art"), "-o", str(tmp_path / "forest.json")]
    assert main(arguments) == 0
    stored = json.loads((tmp_path / "forest.json").read_text("utf-8"))
    assert set(stored["features"]) == set(forest().names) and len(stored["trees"]) == 2


def test_too_little_to_learn_from_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        damage_judge.fit_forest([])
    assert caught.value.key == "training.too_little_marked"
