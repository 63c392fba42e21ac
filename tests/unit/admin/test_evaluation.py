"""Figures of checkpoints: right, the same as those of well-kept libraries, and as sure as they say."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torchmetrics.functional import classification as metrics

from deepart import runtime
from deepart.admin import figures
from deepart.admin.costs import seconds_of
from deepart.admin.data.evaluation_sets import EvaluationSet, freeze_steps, set_file
from deepart.admin.evaluation import evaluate_steps
from deepart.admin.figures import compare, figure, mean_of
from deepart.errors import InputError, WeightsError
from deepart.training.data import is_held_out
from deepart.training.generate.evaluation import kernel_distance
from unit.admin.tiny_checkpoints import frozen, photo_folder, restorer, run_folder, striped_set
from unit.test_classifier import TINY as TINY_CLASSIFIER, tiny_classifier
from unit.test_generator import tiny_generator
from unit.test_style_network import TINY as TINY_STYLE, StyleNetwork


@pytest.fixture(autouse=True)
def full_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "precision", lambda: torch.float32)


# --- the set ---------------------------------------------------------------------------------------


def test_a_set_holds_the_test_part_and_survives_a_round_trip(tmp_path: Path) -> None:
    found = frozen("classifier", striped_set(tmp_path / "data"))
    assert [sample.path for sample in found.samples] == [f"test-{number}.png" for number in range(8)]
    assert found.samples[1].labels == {"style": "Rococo"}
    found.save(set_file("classifier", "stripes"))
    assert EvaluationSet.load(set_file("classifier", "stripes")) == found


def test_a_set_that_was_edited_and_a_picture_that_was_changed_are_refused(tmp_path: Path) -> None:
    found = frozen("restorer", photo_folder(tmp_path / "data"))
    file = tmp_path / "set.json"
    found.save(file)
    content = json.loads(file.read_text())
    content["samples"].pop()
    file.write_text(json.dumps(content))
    with pytest.raises(InputError, match="edited"):
        EvaluationSet.load(file)
    (tmp_path / "data" / "0.png").write_bytes((tmp_path / "data" / "1.png").read_bytes())
    with pytest.raises(InputError, match="has changed"):
        runtime.run(evaluate_steps(run_folder(tmp_path / "run", restorer()), found))


def test_the_same_pictures_have_the_same_fingerprint_wherever_they_lie(tmp_path: Path) -> None:
    here, there = (frozen("restorer", photo_folder(tmp_path / name)) for name in ("here", "there"))
    assert here.fingerprint == there.fingerprint
    assert here.fingerprint != frozen("restorer", photo_folder(tmp_path / "fewer", count=5)).fingerprint


def test_pictures_that_training_saw_are_left_out_of_a_set(tmp_path: Path) -> None:
    folder = photo_folder(tmp_path / "data", side=32, count=60)
    chosen = runtime.run(freeze_steps("restorer", folder)).samples
    assert 2 <= len(chosen) < 12 and all(is_held_out(folder / sample.path) for sample in chosen)


def test_styles_are_measured_no_larger_than_the_pictures_are(tmp_path: Path) -> None:
    folder = photo_folder(tmp_path / "data", side=90)
    assert frozen("style", folder).settings["side"] == 80
    assert frozen("style", folder, side=64).settings["side"] == 64


# --- figures ---------------------------------------------------------------------------------------


def test_figures_are_those_of_torchmetrics() -> None:
    rng = np.random.default_rng(0)
    truth, scores = rng.integers(0, 4, 200), rng.random((200, 4)).round(1) + np.eye(4)[rng.integers(0, 4, 200)]
    scores = scores / scores.sum(1, keepdims=True)
    p, target = torch.from_numpy(scores), torch.from_numpy(truth)
    ones = np.ones((1, 200))
    answers = scores.argmax(1)
    kinds = np.eye(4, dtype=bool)
    macro = {name: float(found(ones)[0]) for name, found in figures.macro_scores(kinds[truth], kinds[answers]).items()}
    settings = {"num_classes": 4, "average": "macro"}
    given = torch.from_numpy(answers)
    assert macro["precision"] == pytest.approx(float(metrics.multiclass_precision(given, target, **settings)), abs=1e-5)
    assert macro["recall"] == pytest.approx(float(metrics.multiclass_recall(given, target, **settings)), abs=1e-5)
    assert macro["f1"] == pytest.approx(float(metrics.multiclass_f1_score(given, target, **settings)), abs=1e-5)
    area = figures.macro_auroc(kinds[truth], scores)(ones)[0]
    assert area == pytest.approx(float(metrics.multiclass_auroc(p, target, 4)), abs=1e-5)
    confidence, right = scores.max(1), answers == truth
    expected = metrics.binary_calibration_error(torch.from_numpy(confidence), torch.from_numpy(right).long(), n_bins=15)
    assert figures.calibration_error(confidence, right)(ones)[0] == pytest.approx(float(expected), abs=1e-5)


def test_the_kernel_distance_is_that_of_the_generators_evaluation() -> None:
    torch.manual_seed(0)
    real, painted = torch.randn(30, 8), torch.randn(40, 8) + 0.5
    statistic = figures.kernel_distance(real.numpy(), painted.numpy())
    assert statistic(np.ones((1, 40)))[0] == pytest.approx(1000 * kernel_distance(real, painted), rel=1e-6)


def test_a_figure_of_counted_pictures_is_that_of_repeated_pictures() -> None:
    rng = np.random.default_rng(1)
    truth, scores = rng.integers(0, 3, 12), rng.random((12, 3))
    kinds = np.eye(3, dtype=bool)
    counts = rng.multinomial(12, np.full(12, 1 / 12), size=1)
    again = np.repeat(np.arange(12), counts[0])
    for make in (
        lambda i: figures.macro_auroc(kinds[truth[i]], scores[i]),
        lambda i: figures.macro_scores(kinds[truth[i]], kinds[scores[i].argmax(1)])["f1"],
        lambda i: figures.calibration_error(scores[i].max(1), truth[i] == scores[i].argmax(1)),
    ):
        counted, repeated = make(np.arange(12))(counts.astype(float)), make(again)(np.ones((1, 12)))
        assert counted[0] == pytest.approx(repeated[0])


@pytest.mark.parametrize(
    ("gain", "spread", "verdict"),
    [(0.5, 0.1, "better"), (-0.5, 0.1, "worse"), (0.0, 0.1, "same"), (-0.02, 0.5, "same"), (-0.02, 0.001, "same")],
)
def test_a_comparison_is_as_sure_as_its_pictures(gain: float, spread: float, verdict: str) -> None:
    rng = np.random.default_rng(0)
    old = rng.normal(30, 5, 60)
    new = old + gain + spread * rng.standard_normal(60)
    before, after = (figure("psnr", 60, mean_of(values), tolerance=0.3) for values in (old, new))
    (found,) = compare([before], [after], 60)
    assert found.verdict == verdict and found.decides
    assert found.low <= new.mean() - old.mean() <= found.high
    # Paired: pictures differ by 5 from each other, and the difference is known to a fraction of that.
    assert found.high - found.low < 1


def test_what_the_old_one_cannot_be_asked_decides_nothing() -> None:
    new = figure("accuracy", 3, mean_of(np.zeros(3)), of="label", tolerance=0.01)
    (found,) = compare([], [new], 3)
    assert (found.verdict, found.decides, found.old) == ("unknown", False, None)


# --- the four tasks --------------------------------------------------------------------------------


def test_a_restorer_is_measured_with_its_baselines(tmp_path: Path) -> None:
    data = frozen("restorer", photo_folder(tmp_path / "data", count=2), side=64)
    found = runtime.run(evaluate_steps(run_folder(tmp_path / "run", restorer()), data))
    values = figures.as_json(found.figures)
    assert values["σ 25 psnr"] == pytest.approx(found.controls["no method"]["σ 25 psnr"], abs=0.01)  # it does nothing
    assert found.controls["non-local means"]["σ 50 psnr"] > values["σ 50 psnr"] + 2
    assert (
        values["mixed_psnr"] == pytest.approx(found.controls["no method"]["mixed_psnr"], abs=0.01) and found.count == 2
    )
    assert 10 < values["mixed_psnr"] < 45 and 0 < values["mixed_ssim"] < 1


def test_pictures_are_shrunk_before_a_restorer_is_measured(tmp_path: Path) -> None:
    seen, network = set(), restorer()
    network.register_forward_hook(lambda module, inputs, output: seen.add(tuple(inputs[0].shape)))
    runtime.run(evaluate_steps("", frozen("restorer", photo_folder(tmp_path / "data", 160, count=2)), network=network))
    assert seen == {(1, 3, 96, 96)}


def test_a_classifier_is_measured_with_the_pictures_behind_every_cell(tmp_path: Path) -> None:
    data = frozen("classifier", striped_set(tmp_path / "data"))
    found = runtime.run(evaluate_steps(run_folder(tmp_path / "run", tiny_classifier()), data))
    values = figures.as_json(found.figures)
    matrix, labels = found.confusion("style"), found.labels("style")
    assert matrix.sum() == 8 and values["style accuracy"] == pytest.approx(np.trace(matrix) / 8, abs=1e-4)
    assert values["style f1"] >= 0 and not any(key.startswith("artist") for key in values)  # nobody has said artists
    cells = [found.cell("style", truth, answer) for truth in labels for answer in labels]
    assert sorted(row.path for cell in cells for row in cell) == sorted(data.folder / s.path for s in data.samples)
    (score,) = found.heads
    assert score.accuracy == pytest.approx(values["style accuracy"], abs=1e-4)


def test_one_of_several_right_labels_is_right(tmp_path: Path) -> None:
    labels = (("label", ("oil", "wood", "paper")),)
    network = tiny_classifier(replace(TINY_CLASSIFIER, labels=labels, independent=("label",)))
    with torch.no_grad():
        network.heads["label"].weight.zero_()
        network.heads["label"].bias.copy_(torch.tensor([1.0, 2.0, -2.0]))
    folder = striped_set(tmp_path / "data", count=4)
    rows = (
        (folder / "paintings.csv").read_text().replace("Cubism,,,,", ",,,oil|wood,").replace("Rococo,,,,", ",,,paper,")
    )
    (folder / "paintings.csv").write_text(rows)
    found = runtime.run(evaluate_steps(run_folder(tmp_path / "run", network), frozen("classifier", folder)))
    values = figures.as_json(found.figures)
    assert values["label accuracy"] == 0.5  # always wood, which is right for half of them
    assert values["label recall"] == pytest.approx(2 / 3, abs=1e-3)  # oil and wood are always found, paper never
    assert len(found.cell("label", "wood", "wood")) == len(found.cell("label", "paper", "wood")) == 2


def test_a_style_network_is_measured_with_both_controls(tmp_path: Path) -> None:
    torch.manual_seed(0)
    data = frozen("style", photo_folder(tmp_path / "data"), pairs=2, side=64)
    found = runtime.run(evaluate_steps(run_folder(tmp_path / "run", StyleNetwork(TINY_STYLE)), data))
    assert found.count == 2
    assert found.controls["identity"]["content_distance"] == pytest.approx(0, abs=1e-4)
    assert found.controls["target"]["style_distance"] == pytest.approx(0, abs=1e-4)
    assert figures.as_json(found.figures)["style_distance"] > 0


def test_a_generator_is_measured_beside_real_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepart.admin.evaluation._features", lambda: lambda x: x.mean((2, 3)))
    data = frozen("generator", photo_folder(tmp_path / "data", count=9), painted=8)
    found = runtime.run(evaluate_steps(run_folder(tmp_path / "run", tiny_generator()), data))
    values = figures.as_json(found.figures)
    assert values["kid_1000"] > found.controls["real"]["kid_1000"]
    assert values["frechet"] > 0 and found.count == 8


def test_a_generator_is_asked_for_the_styles_of_the_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network, asked = tiny_generator(), []

    def paint(styles: torch.Tensor, seed: int) -> torch.Tensor:
        asked.extend(styles[:, 0].tolist())
        return torch.rand(len(styles), 3, 32, 32)

    monkeypatch.setattr("deepart.admin.evaluation._features", lambda: lambda x: x.mean((2, 3)))
    monkeypatch.setattr("deepart.admin.evaluation.painter", lambda network: paint)
    for data, styles in (
        (striped_set(tmp_path / "striped"), ["Cubism", "Rococo"]),
        (photo_folder(tmp_path / "without labels", count=9), []),
    ):
        asked.clear()
        runtime.run(evaluate_steps("", frozen("generator", data, painted=16), network=network))
        assert len(asked) == 16
        assert set(asked) == ({network.styles.index(style) for style in styles} or {network.any_style})


def test_a_folder_of_another_task_is_refused(tmp_path: Path) -> None:
    data = frozen("style", photo_folder(tmp_path / "data"), pairs=1, side=64)
    with pytest.raises(WeightsError):
        runtime.run(evaluate_steps(run_folder(tmp_path / "run", restorer()), data))
    with pytest.raises(WeightsError, match="no finished model"):
        runtime.run(evaluate_steps(tmp_path, data))


def test_speed_is_measured_in_turns() -> None:
    small, large = seconds_of("restorer", [restorer(), restorer(widths=(64, 64))])
    assert 0 < small < large
