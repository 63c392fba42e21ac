"""The search finds what is good, ends what is bad, keeps to its minutes and remembers."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch

from deepart import runtime
from deepart.__main__ import main
from deepart.admin import objectives
from deepart.admin.objectives import HEAD_SPACE, HeadsObjective
from deepart.admin.search import METHODS, Found, Report, Setting, Value, results, search_steps
from deepart.errors import InputError
from deepart.text import say
from unit.admin.tiny_checkpoints import striped_set

pytest.importorskip("optuna")

ROOT = Path(__file__).resolve().parents[3]

SPACE = (Setting("x", low=0.0, high=1.0, steps=6), Setting("colour", choices=("red", "blue")))


def hill(settings: Mapping[str, Value], report: Report) -> float:
    """Best at 0.4; the colour does not matter."""
    value = 1 - (float(settings["x"]) - 0.4) ** 2
    for step in range(3):
        report(step, value - 0.1 * (3 - step))
    return value


def search(tmp_path: Path, method: str = "tpe", trials: int = 12, minutes: float = 1, objective=hill, **more) -> Found:
    return runtime.run(search_steps(objective, SPACE, minutes, tmp_path / "search.log", method, trials, **more))


def needs_sklearn(method: str) -> None:
    if method == "forest":
        pytest.importorskip("sklearn")


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_the_hill_and_knows_what_matters(method: str, tmp_path: Path) -> None:
    needs_sklearn(method)
    found = search(tmp_path, method)
    assert found.best is not None and found.best.settings["x"] == pytest.approx(0.4, abs=0.15)
    assert found.importance["x"] > 0.8
    assert len(found.rows()) == 12 and set(found.rows()[0]) == {"trial", "state", "value", "seconds", "x", "colour"}
    if method == "grid":  # every combination once, and no more when asked again
        assert len({tuple(trial.settings.values()) for trial in found.trials}) == 12
        assert len(search(tmp_path, method, trials=20).trials) == 12


def test_bad_trials_are_ended_early_unless_nothing_may_be(tmp_path: Path) -> None:
    assert any(trial.state == "pruned" for trial in search(tmp_path, "random").trials)
    all_done = search(tmp_path / "patient", "random", prune=False)
    assert {trial.state for trial in all_done.trials} == {"complete"}


def test_a_search_goes_on_where_it_was_stopped_and_with_what_is_left_of_its_minutes(tmp_path: Path) -> None:
    steps = search_steps(hill, SPACE, 1, tmp_path / "search.log", "random", 4)
    next(steps)
    steps.close()
    first = search(tmp_path, "random", trials=5)
    again = search(tmp_path, "random", trials=8)
    assert len(first.trials) <= 5 < len(again.trials) == 8
    assert {trial.number for trial in first.trials} < {trial.number for trial in again.trials}
    assert len({trial.settings["x"] for trial in again.trials}) == 8  # nothing is tried twice
    assert search(tmp_path, "random", trials=99, minutes=1e-9).rows() == again.rows()
    assert results(tmp_path / "search.log").rows() == again.rows()


def test_it_keeps_to_its_minutes(tmp_path: Path) -> None:
    def slow(settings: Mapping[str, Value], report: Report) -> float:
        time.sleep(0.05)
        return 0.0

    started = time.monotonic()
    search(tmp_path, "random", trials=1000, minutes=0.01, objective=slow)
    assert time.monotonic() - started < 3


def test_a_trial_that_runs_away_is_a_failed_one(tmp_path: Path) -> None:
    def sometimes(settings: Mapping[str, Value], report: Report) -> float:
        if settings["colour"] == "red":
            raise FloatingPointError
        return hill(settings, report)

    found = search(tmp_path, "random", objective=sometimes)
    assert {trial.settings["colour"] for trial in found.trials if trial.state == "failed"} == {"red"}
    assert found.best is not None and found.best.settings["colour"] == "blue"


def test_without_optuna_one_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(InputError, match="pip install optuna"):
        search(tmp_path)
    with pytest.raises(InputError, match="pip install optuna"):
        results(tmp_path / "search.log")


def test_what_a_method_lacks_is_said_before_any_picture_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(objectives, "heads_objective", lambda *asked, **more: pytest.fail("worked before it refused"))
    arguments = ["search", "--data", str(tmp_path), "--journal", str(tmp_path / "heads.log"), "--minutes", "1"]
    monkeypatch.setattr("deepart.admin.search.find_spec", lambda name: None)
    assert main([*arguments, "--method", "forest"]) == 2
    assert "pip install scikit-learn" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert main(arguments) == 2
    assert "pip install optuna" in capsys.readouterr().err


def test_the_refusal_does_not_wait_for_pytorch(tmp_path: Path) -> None:
    code = "import sys; sys.modules.update(optuna=None, torch=None); from deepart.__main__ import main; "
    code += "sys.exit(main(['search', '--data', '.', '--journal', 'a.log', '--minutes', '1']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 2 and done.stderr.strip().endswith(say("search.no_optuna"))


def test_a_forest_goes_where_the_hill_is(tmp_path: Path) -> None:
    """At random half of the later trials would lie more than 0.25 from the summit."""
    needs_sklearn("forest")
    found = search(tmp_path, "forest", trials=30, prune=False)
    errors = [abs(float(trial.settings["x"]) - 0.4) for trial in sorted(found.trials, key=lambda each: each.number)]
    assert sorted(errors[10:])[10] < 0.1 and found.importance["x"] > 0.9


def test_importance_is_drawn_and_names_are_not_marked_up() -> None:
    svg = Found((), {"<b>rate</b>": 0.75, "dropout": 0.25}).importance_svg()
    assert "&lt;b&gt;rate" in svg and "<b>" not in svg and svg.count("<rect") == 2


def test_heads_learn_and_good_settings_are_told_from_bad(tmp_path: Path) -> None:
    torch.manual_seed(0)
    centres = torch.randn(3, 12)
    kinds = [torch.arange(60) % 3, torch.arange(30) % 3]
    features = [centres[kind] + 0.8 * torch.randn(len(kind), 12) for kind in kinds]
    targets = [{"style": kind.tolist()} for kind in kinds]
    labels = {"style": ("a", "b", "c")}
    objective = HeadsObjective(labels, features[0], targets[0], features[1], targets[1], epochs=5)
    good = {"learning_rate": 1e-2, "weight_decay": 0.01, "dropout": 0.1, "label_smoothing": 0.1, "balance": "weights"}
    reports: list[tuple[int, float]] = []
    value = objective(good, lambda step, value: reports.append((step, value)))
    assert value > 0.85 and [step for step, _ in reports] == list(range(5))
    assert objective({**good, "learning_rate": 1e-9, "dropout": 0.7}, lambda *told: None) < value
    assert {setting.name for setting in HEAD_SPACE} == set(good)


def test_the_heads_of_a_data_set_are_searched_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = striped_set(tmp_path / "data", count=6)
    plot = tmp_path / "plot.svg"
    arguments = ["--data", str(data), "--journal", str(tmp_path / "heads.log"), "--minutes", "0.2", "--trials", "5"]
    assert main(["search", *arguments, "--plot", str(plot)]) == 0
    assert "learning_rate" in capsys.readouterr().out and plot.read_text().startswith("<svg")
