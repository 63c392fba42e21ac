"""What `/health` measures, with tasks that take no time."""

from __future__ import annotations

import pytest

from deepart.ui.serving import health


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that were run, in order; "restore" fails."""
    ran: list[str] = []

    def run(task: str) -> object:
        ran.append(task)
        if task == "restore":
            raise RuntimeError("no weights")

    tasks = ("transfer", "classify", "restore")
    monkeypatch.setattr(health, "_tasks", lambda: {task: lambda _, task=task: run(task) for task in tasks})
    monkeypatch.setattr(health, "_milliseconds", {})
    monkeypatch.setattr(health, "_failing", set())
    return ran


def test_every_task_is_measured_once_and_one_that_fails_is_named(runs: list[str]) -> None:
    for _ in range(2):
        report = health.report()
        assert set(report["self_test_ms"]) == {"transfer", "classify"}
        assert (report["status"], report["failing"]) == ("failing", ["restore"])
    assert runs == ["transfer", "transfer", "classify", "classify", "restore"]  # the first run of each loads


def test_what_there_is_no_time_for_is_left_to_the_next_report(runs: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0)
    assert health.self_test() == {}
    assert health.seconds_per_pixel() >= 0 and set(runs) == {"transfer"}
