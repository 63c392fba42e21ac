"""Training jobs: processes of their own that can be killed at any moment, one at a time."""

from __future__ import annotations

import errno
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from deepart.admin import jobs
from deepart.admin.data.datasets import DataSet
from deepart.admin.job import _give_way, main
from deepart.admin.job_config import JobConfig
from deepart.admin.jobs import Estimate, Job, delete_data_set
from deepart.admin.tuning.restorer import RestorerTuning
from deepart.errors import InputError
from deepart.models.restorers.denoiser import Denoiser, DenoiserConfig
from deepart.runtime import run
from deepart.settings import Settings
from deepart.text import say

from .paintings import folders, stored

TINY = DenoiserConfig(widths=(8, 8, 8), depths=(1, 1, 1, 1, 1))


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataSet:
    monkeypatch.setenv("DEEPART_JOB_NICENESS", "1")  # or whatever else the machine does would come first
    return stored(tmp_path, folders(8, side=128), column="artist")


@pytest.fixture
def tiny(admin_dir: Path) -> str:
    """A job that has finished, with a restorer that learns in milliseconds."""
    folder = admin_dir / "jobs" / "tiny"
    Denoiser(TINY).save_pretrained(folder / "bundle")
    (folder / "config.json").write_text(JobConfig(task="restorer", data="works").checked().to_json())
    (folder / "result.json").write_text(json.dumps({"state": "finished"}))
    return "job:tiny"


def config(start: str, **more: object) -> JobConfig:
    values = {"minutes": 10, "side": 32, "batch": 2, "save_every_minutes": 0.005, "measure_every_minutes": 0.02}
    return JobConfig(task="restorer", data="works", start=start, **values | more)


def wait(job: Job, until: Callable[[jobs.JobView], bool], seconds: float = 120) -> jobs.JobView:
    deadline = time.monotonic() + seconds
    while not until(job.view()):
        assert time.monotonic() < deadline and job.view().state != "failed", job.log()
        time.sleep(0.05)
    return job.view()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Jobs run to their end in this process, while they are being started: it takes seconds to start one."""
    monkeypatch.setenv("DEEPART_JOB_NICENESS", "0")
    monkeypatch.setattr(jobs, "_spawn", lambda folder: main([str(folder)]))
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_a_job_that_is_killed_goes_on_from_where_it_was(data: DataSet, tiny: str) -> None:
    job = jobs.start(config(tiny))
    wait(job, lambda view: view.state == "running" and view.minutes > 0.02)
    pid = json.loads((job.folder / "process.json").read_text())["pid"]
    assert os.getpriority(os.PRIO_PROCESS, pid) == os.getpriority(os.PRIO_PROCESS, 0) + 1
    assert Settings().job_niceness == 15  # where nobody says otherwise
    before = wait(job, lambda view: view.step > 0 and (job.folder / "state.pt").exists())
    os.kill(pid, signal.SIGKILL)
    killed = wait(job, lambda view: view.state == "stopped")
    assert killed.interrupted and killed.step >= before.step
    state = torch.load(job.folder / "state.pt", weights_only=True)  # whole
    assert killed.minutes - state["minutes"] < 0.1
    jobs.resume(job)
    with pytest.raises(InputError):
        jobs.resume(job)
    assert job.view().state == "queued"
    wait(job, lambda view: view.phase == "training" and view.step > killed.step)
    jobs.stop(job)
    stopped = wait(job, lambda view: view.state == "stopped")
    assert not stopped.interrupted and stopped.step > killed.step
    steps = [line["step"] for line in job.metrics()]
    assert steps == sorted(steps) and len(set(steps)) > 2
    assert torch.load(job.folder / "state.pt", weights_only=True)["step"] >= stopped.step
    jobs.delete_job(job)
    assert [each.id for each in jobs.jobs()] == ["tiny"]


def test_only_in_a_session_of_its_own_a_job_speaks_for_its_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = tmp_path / "autogroup"
    _give_way(0, group)  # a kernel without groups
    assert not group.exists()
    group.write_text("/autogroup-7 nice 0")
    monkeypatch.setattr(os, "getsid", lambda pid: os.getpid() + 1)  # started by hand from a shell
    _give_way(0, group)
    assert group.read_text() == "/autogroup-7 nice 0"
    monkeypatch.setattr(os, "getsid", lambda pid: os.getpid())
    _give_way(0, group)
    assert group.read_text() == "0"


def test_one_runs_the_next_waits_and_what_is_kept_can_be_used(
    data: DataSet, tiny: str, request: pytest.FixtureRequest
) -> None:
    first, second = jobs.start(config(tiny)), jobs.start(config(tiny))
    if first.id > second.id:  # within one second
        first, second = second, first
    wait(first, lambda view: view.state == "running")
    assert second.view().state == "queued"
    with pytest.raises(InputError):
        jobs.delete_job(first)
    with pytest.raises(InputError):
        delete_data_set("works")
    with pytest.raises(InputError) as caught:
        run(jobs.estimate(config(tiny)))
    assert caught.value.key == "job.busy"
    wait(
        first, lambda view: len(first.previews()) > 1 and (view.seconds_left or 0) > 60 > (view.seconds_per_step or 60)
    )
    jobs.stop(first, keep=True)
    done = wait(first, lambda view: view.state == "finished")
    assert done.reason == "kept" and first.bundle is not None
    weights = load_file(first.bundle / "model.safetensors")
    assert weights.keys() == Denoiser(TINY).state_dict().keys()
    datasheet = json.loads((first.bundle / "passport.json").read_text())
    assert datasheet["data_sets"] == [data.datasheet()] and datasheet["job"]["seed"] == 0
    assert {line["kind"] for line in first.metrics()} == {"losses", "measured", "result"}
    json.dumps(first.record())
    wait(second, lambda view: view.state == "running")
    wait(second, lambda view: view.step > 0)
    jobs.stop(second)
    wait(second, lambda view: view.state == "stopped")
    request.getfixturevalue("at_once")
    jobs.resume(second, keep=True)
    assert second.view().state == "finished" and second.view().reason == "kept"


def test_a_job_ends_early_when_nothing_gets_better(data: DataSet, tiny: str, admin_dir: Path, at_once: None) -> None:
    tracked = find_spec("trackio") is not None
    job = jobs.start(config(tiny, learning_rate=1e-9, patience=2, track=tracked))
    assert job.view().state == "finished" and job.view().reason == "early"
    assert (admin_dir / "trackio" / "deepart.db").exists() == tracked


def test_the_best_weights_are_kept_when_training_makes_them_worse(
    data: DataSet, tiny: str, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def measure(tuning: RestorerTuning) -> dict[str, float]:
        seen.append({name: value.clone() for name, value in tuning.network.state_dict().items()})
        return {"score": {1: 7.0, 2: 5.0}.get(len(seen), 6.0)}  # the first before training; the second is the best

    monkeypatch.setattr(RestorerTuning, "measure", measure)
    monkeypatch.setattr(RestorerTuning, "average", property(lambda tuning: tuning.network))
    job = jobs.start(config(tiny, patience=3))
    assert job.view().state == "finished" and job.view().reason == "early"
    assert 0 < job.view().kept_step < job.view().step
    assert job.metrics()[-1]["kind"] == "result" and job.metrics()[-1]["step"] == job.view().kept_step
    weights = load_file(job.bundle / "model.safetensors")
    assert all(torch.equal(weights[name], value.to(weights[name].dtype)) for name, value in seen[1].items())
    assert not all(torch.equal(seen[1][name], value) for name, value in seen[2].items())
    assert not (job.folder / "best.pt").exists()


def test_what_a_job_will_take_is_measured_before_it_starts(data: DataSet, tiny: str, admin_dir: Path) -> None:
    best, trials = run(jobs.find_batch_size(config(tiny), (2, 4)))
    assert best in (2, 4) and [trial.batch for trial in trials] == [2, 4]
    assert [folder.name for folder in (admin_dir / "jobs").iterdir() if folder.is_dir()] == ["tiny"]
    found = Estimate(trials[0], config(tiny, minutes=2))
    assert found.trial.seconds_per_step > 0 and found.steps > 10 and found.total_minutes > 2
    assert found.passes == found.steps * found.trial.batch / found.trial.num_pictures


def test_a_job_that_fails_says_why(data: DataSet, tiny: str, at_once: None) -> None:
    job = jobs.start(config("job:none"))
    assert job.view().state == "failed" and job.view().error == "job.no_bundle"


def test_a_job_on_a_full_disk_says_so(
    data: DataSet, tiny: str, at_once: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    room = []  # files that hold the room which is needed to say so

    def full(state: dict, file: Path) -> None:
        room.append(file.parent / jobs.RESERVE)
        room[0].write_bytes(b"x")
        raise OSError(errno.ENOSPC, "No space left on device", str(file))

    written = Path.write_text

    def write_text(path: Path, *given: str) -> int:
        if room and room[0].exists():
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return written(path, *given)

    monkeypatch.setattr("deepart.training.loop.save_state", full)
    monkeypatch.setattr(Path, "write_text", write_text)
    job = jobs.start(config(tiny, minutes=0.02))
    view = job.view()
    assert (view.state, view.error) == ("failed", "file.full")
    assert "no room left on the disk" in say(view.error, **view.error_values)
    assert "no room left on the disk" in capsys.readouterr().out


def test_what_cannot_be_trained_is_refused_before_it_starts(data: DataSet) -> None:
    for wrong, key in (
        ({"data": "none"}, "dataset.unknown"),
        ({"task": "generator"}, "dataset.guard.too_few"),
        ({"minutes": -1}, "setting.range"),
        ({"side": "64"}, "setting.range"),
        ({"trained": "heads"}, "setting.choice"),
        ({"save_every_minutes": 5}, "setting.range"),
        ({"command": "rm"}, "job.config"),
    ):
        with pytest.raises(InputError) as caught:
            jobs.start(JobConfig.of({"task": "restorer", "data": "works"} | wrong))
        assert caught.value.key == key
    with pytest.raises(InputError):
        jobs.find_job("../datasets/works")
    assert jobs.jobs() == []


def test_numbers_of_processes_are_given_out_again(data: DataSet, tiny: str, admin_dir: Path) -> None:
    folder = admin_dir / "jobs" / "old"
    folder.mkdir()
    (folder / "config.json").write_text(config(tiny).checked().to_json())
    (folder / "process.json").write_text(json.dumps({"pid": os.getpid(), "created": 1.0}))
    (folder / "status.json").write_text(json.dumps({"phase": "training", "step": 5, "minutes": 1.0}))
    assert jobs.find_job("old").view().state == "stopped"
