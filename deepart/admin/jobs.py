"""Training jobs: each is a separate process and a folder, and its state is read from that folder.

    config.json     what it does (`JobConfig`)
    process.json    which process does it
    status.json     how far it is; replaced about once a second
    metrics.jsonl   losses and measurements, line by line
    log.txt         what the process said
    previews/       pictures of what the network does by now
    state.pt        to go on from; replaced at least once a minute
    stop            there if somebody wants it to stop
    result.json     how it ended
    bundle/         what came out, in the layout of a bundled checkpoint, with `passport.json`

Nothing is kept in this process: the app may be restarted while a job runs, and a job that was killed at any moment can
be resumed. One job runs at a time, the others wait.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from deepart import runtime
from deepart.admin.data.datasets import find_data_set
from deepart.admin.folders import admin_folder, checked_name, new_folder, remove_folder, remove_leftovers
from deepart.admin.job_config import JobConfig
from deepart.errors import DeepartError, InputError
from deepart.files import read_json, read_lines, replacing, write_error, writing
from deepart.runtime import Progress

State = Literal["queued", "running", "stopped", "finished", "failed"]

CONFIG, PROCESS, STATUS, METRICS = "config.json", "process.json", "status.json", "metrics.jsonl"
BEST = "best.pt"
"""The best weights measured so far."""
PREPARED = "prepared.bin"
"""Slow preparations, kept for resuming."""
LOG, CHECKPOINT, STOP, RESULT, BUNDLE, PREVIEWS = "log.txt", "state.pt", "stop", "result.json", "bundle", "previews"
RESERVE = ".reserve"
"""Reserved disk space, to record that the disk is full."""
LOCK = ".lock"
"""Lock in the folder of all jobs, held by the running job's process; the system releases it if that dies."""

MAX_WAITING = 5
KILL_AFTER_SECONDS = 60
"""Seconds after a stop request before `kill` is allowed; a step and a checkpoint take less."""

_STARTING_SECONDS = 30.0  # how long a folder may be without a process before it counts as stopped
_SECRETS = ("DEEPART_ADMIN_PASSWORD", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "OAUTH_CLIENT_SECRET")
_MEASURE_SECONDS = 600.0
_RESERVED_BYTES = 2**16
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class JobView:
    """The current state of a job."""

    id: str
    task: str
    data: str
    state: State
    phase: str
    """Phase of a running job: "preparing", "training" or "finishing"."""
    step: int
    minutes: float
    """Minutes of training so far, all sessions together."""
    total_minutes: float
    seconds_left: float | None
    """Seconds until the end of training at the pace of this session; None if it does not run."""
    seconds_per_step: float | None
    """Seconds per step in this session, other load included; None if it does not run."""
    interrupted: bool
    """Whether its process ended without a request."""
    reason: str
    """Why a finished job ended: "time", "kept" (stopped by hand) or "early" (no better any more)."""
    kept_step: int | None
    """Step whose weights came out of a finished job, if an earlier step was better than the last."""
    error: str
    """Why it failed, a key of `deepart.text`; empty if it did not."""
    error_values: Mapping[str, Any]
    created: str

    @property
    def progress(self) -> float:
        """Share of the training that is done, 0 to 1."""
        return min(1.0, self.minutes / self.total_minutes)


@dataclass(frozen=True, slots=True)
class Job:
    """A job by its folder."""

    id: str
    folder: Path

    @property
    def config(self) -> JobConfig:
        """What it does."""
        return JobConfig.from_json((self.folder / CONFIG).read_text("utf-8"))

    @property
    def bundle(self) -> Path | None:
        """The folder of the result, once it exists."""
        return self.folder / BUNDLE if (self.folder / BUNDLE).is_dir() else None

    def view(self) -> JobView:
        """Return its current state."""
        config, status, result = self.config, read_json(self.folder / STATUS), read_json(self.folder / RESULT)
        alive = _is_alive(self.folder)
        state: State = "stopped"
        if result:
            state = result["state"]
        elif alive or self._is_starting():
            state = "running" if alive and status.get("phase", "queued") != "queued" else "queued"
        return JobView(
            id=self.id,
            task=config.task,
            data=config.data,
            state=state,
            phase=status.get("phase", "") if state == "running" else "",
            step=status.get("step", 0),
            minutes=status.get("minutes", 0.0),
            total_minutes=config.minutes,
            seconds_left=status.get("seconds_left") if state == "running" else None,
            seconds_per_step=status.get("seconds_per_step") if state == "running" else None,
            interrupted=state == "stopped" and not (self.folder / STOP).exists(),
            reason=result.get("reason", ""),
            kept_step=result.get("kept_step"),
            error=result.get("key", ""),
            error_values=result.get("values", {}),
            created=self.id[:15],
        )

    def metrics(self) -> list[dict[str, Any]]:
        """Return the metrics of its training, oldest first.

        Every entry has "step", "minutes" and "kind": "losses" of the training, "measured" on other pictures, or
        "result": the same of what came out, the moving average.
        """
        return read_lines(self.folder / METRICS)

    def log(self, lines: int = 100) -> str:
        """Return the end of its process's log; escape it before showing it as HTML."""
        try:
            with open(self.folder / LOG, encoding="utf-8", errors="replace") as file:
                return "".join(deque(file, lines))
        except OSError:
            return ""

    def previews(self) -> list[Path]:
        """Return the pictures of its progress, oldest first; their names are the steps."""
        return sorted((self.folder / PREVIEWS).glob("[0-9]*.jpg"))

    def record(self) -> dict[str, Any]:
        """Return the experiment as one JSON: its config can be started again, see `python -m deepart jobs`."""
        datasheet = read_json(self.folder / BUNDLE / "passport.json")
        return {
            "config": json.loads((self.folder / CONFIG).read_text("utf-8")),
            "result": read_json(self.folder / RESULT),
            "metrics": self.metrics(),
            "passport": datasheet,
        }

    def _is_starting(self) -> bool:
        if (self.folder / PROCESS).exists() or (self.folder / STOP).exists():
            return False
        return time.time() - (self.folder / CONFIG).stat().st_mtime < _STARTING_SECONDS


# --- starting and stopping -------------------------------------------------------------------------


def start(config: JobConfig) -> Job:
    """Start a job; it waits for those before it.

    Raises:
        InputError: the config is wrong, its data set is missing or too small for the task, too many jobs wait, or
            this machine cannot train.
    """
    config = checked(config)
    with _lock:
        if sum(job.view().state == "queued" for job in jobs()) >= MAX_WAITING:
            raise InputError("job.too_many", limit=MAX_WAITING)
        name = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{config.task}-{secrets.token_hex(2)}"
        folder = _folder() / name
        folder.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(folder.parent)
        with new_folder(folder) as part:
            (part / CONFIG).write_text(config.to_json(), "utf-8")
        _spawn(folder)
    return Job(name, folder)


def checked(config: JobConfig) -> JobConfig:
    """Return a config ready to be started.

    Raises:
        InputError: see `start`.
    """
    config = config.checked()
    if runtime.settings().zero_gpu:
        raise InputError("job.zero_gpu")
    if config.track and find_spec("trackio") is None:
        raise InputError("job.no_trackio")
    guards = {guard["task"]: guard for guard in find_data_set(config.data).report()["guards"]}
    guard = guards.get(config.task)  # others say themselves what they lack
    if guard and guard["level"] == "stop":
        raise InputError(guard["note"], **guard["values"])
    if config.contents:
        find_data_set(config.contents)
    return config


def resume(job: Job, keep: bool = False) -> None:
    """Resume a job that was stopped or killed, or has failed.

    Args:
        keep: only finish, with what was learned so far.

    Raises:
        InputError: it runs, waits, or is finished.
    """
    with _lock:
        if job.view().state not in ("stopped", "failed"):
            raise InputError("job.not_stopped")
        for name in (PROCESS, STOP, RESULT):
            (job.folder / name).unlink(missing_ok=True)
        if keep:
            stop(job, keep=True)
        status = read_json(job.folder / STATUS) | {"phase": "queued"}
        with replacing(job.folder / STATUS) as part:
            part.write_text(json.dumps(status), "utf-8")
        os.utime(job.folder / CONFIG)
        _spawn(job.folder)


def stop(job: Job, keep: bool = False) -> None:
    """Ask a job to stop after its step; it can be resumed later.

    Args:
        keep: finish instead, with what was learned so far.
    """
    with replacing(job.folder / STOP) as part:
        part.write_text("keep" if keep else "stop", "utf-8")


def kill(job: Job) -> None:
    """Kill the process of a job that hangs; at most the last minute is lost.

    Raises:
        InputError: it was not asked to stop, or not long enough ago.
    """
    asked = job.folder / STOP
    if not asked.exists() or time.time() - asked.stat().st_mtime < KILL_AFTER_SECONDS:
        raise InputError("job.not_yet", seconds=KILL_AFTER_SECONDS)
    process = process_of(job.folder)
    if process is not None:
        process.kill()


def offer_segmenter(job: Job) -> str:
    """Let visitors use the segmenter that a job trained, under the name of its data set; return that name.

    One of the same name makes way for it; see `deepart.tasks.find.regions.own_segmenters`.

    Raises:
        InputError: nothing has come out of the job yet.
    """
    if job.bundle is None:
        raise InputError("job.no_bundle")
    target = runtime.settings().admin_folder / "segmenters" / job.config.data
    target.parent.mkdir(parents=True, exist_ok=True)
    with new_folder(target) as part:
        shutil.copytree(job.bundle, part, dirs_exist_ok=True)
        if target.exists():  # once the copy is whole: a full disk costs nobody the segmenter that there was
            remove_folder(target)
    return target.name


def delete_job(job: Job) -> None:
    """Remove the folder of a job.

    Raises:
        InputError: it runs or waits.
    """
    with _lock:
        if job.view().state in ("queued", "running"):
            raise InputError("job.still_running")
        remove_folder(job.folder)


def jobs() -> list[Job]:
    """Return every job, the newest first."""
    found = sorted(_folder().glob(f"[!.]*/{CONFIG}"), reverse=True)
    return [Job(file.parent.name, file.parent) for file in found]


def find_job(name: str) -> Job:
    """Return a job.

    Raises:
        InputError: there is none of that name.
    """
    folder = _folder() / checked_name(name)
    if not (folder / CONFIG).is_file():
        raise InputError("job.unknown")
    return Job(name, folder)


def _folder() -> Path:
    return admin_folder() / "jobs"


def _spawn(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start the process of a job, which outlives this one and has low priority."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    threads = str(max(1, cores - 1))
    package = str(Path(__file__).resolve().parents[2])
    environment = {name: value for name, value in os.environ.items() if name not in _SECRETS} | {
        "OMP_WAIT_POLICY": "PASSIVE",  # both must be set before torch is imported
        "GOMP_SPINCOUNT": "0",
        "OMP_NUM_THREADS": threads,
        "DEEPART_THREADS": threads,
        "DEEPART_ADMIN_DIR": str(admin_folder()),
        "PYTHONPATH": os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")])),
        "PYTHONUNBUFFERED": "1",
    }
    with writing(folder):
        (folder / RESERVE).write_bytes(bytes(_RESERVED_BYTES))
    with open(folder / LOG, "ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "deepart.admin.job", str(folder), *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    write_process(folder, process.pid)
    runtime.in_background(process.wait)  # or it would stay as a zombie
    return process


# --- whether its process lives ---------------------------------------------------------------------


def write_process(folder: Path, pid: int) -> None:
    """Record the process of a job with its start time, because process numbers are reused."""
    import psutil

    try:
        created = psutil.Process(pid).create_time()
    except psutil.Error:  # it is over already
        created = 0.0
    with replacing(folder / PROCESS) as part:
        part.write_text(json.dumps({"pid": pid, "created": created}), "utf-8")


def process_of(folder: Path) -> Any:
    """Return the living process of a job, or None."""
    import psutil

    known = read_json(folder / PROCESS)
    try:
        process = psutil.Process(known["pid"])
        same = abs(process.create_time() - known["created"]) < 1
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except (psutil.Error, KeyError, TypeError, ValueError):
        return None


def _is_alive(folder: Path) -> bool:
    return process_of(folder) is not None


# --- before the start ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trial:
    """Time and memory of a few steps of a job on this machine."""

    batch: int
    seconds_per_step: float
    prepare_seconds: float
    measure_seconds: float
    """Seconds that one measurement with its preview takes."""
    num_pictures: int
    """Number of training pictures."""
    peak_mb: int
    """Peak memory, as far as known."""

    @property
    def pictures_per_second(self) -> float:
        return self.batch / self.seconds_per_step


@dataclass(frozen=True, slots=True)
class Estimate:
    """The estimate for a job."""

    trial: Trial
    config: JobConfig

    @property
    def steps(self) -> int:
        """Number of steps in its minutes."""
        return int(60 * self.config.minutes / self.trial.seconds_per_step)

    @property
    def passes(self) -> float:
        """Number of passes over the pictures."""
        return self.steps * self.trial.batch / max(1, self.trial.num_pictures)

    @property
    def total_minutes(self) -> float:
        """Minutes from start to end: preparing, training, measuring."""
        return self._total(self.config.minutes)

    def _total(self, minutes: float) -> float:
        measurements = 2 + minutes / self.config.measure_every_minutes
        return minutes + (self.trial.prepare_seconds + measurements * self.trial.measure_seconds) / 60


def estimate(config: JobConfig) -> Generator[Progress, None, Estimate]:
    """Measure a few steps of a job in a process like its own, before it is started.

    Raises:
        InputError: see `start`; or another job runs, so that nothing can be measured.
    """
    config = checked(config)
    trials = yield from _measured(config, [config.batch])
    return Estimate(trials[0], config)


def find_batch_size(
    config: JobConfig, batches: Sequence[int] = (4, 8, 16, 32, 64, 128)
) -> Generator[Progress, None, tuple[int, list[Trial]]]:
    """Try growing batch sizes while memory lasts; return the smallest that is nearly as fast as any.

    Returns:
        The size, and the measurements.

    Raises:
        InputError: see `estimate`.
    """
    trials = yield from _measured(checked(config), sorted(batches))
    fastest = max(trial.pictures_per_second for trial in trials)
    return next(trial.batch for trial in trials if trial.pictures_per_second >= 0.9 * fastest), trials


def _measured(config: JobConfig, batches: Sequence[int]) -> Generator[Progress, None, list[Trial]]:
    _folder().mkdir(parents=True, exist_ok=True)
    folder = _folder() / f".{secrets.token_hex(8)}.part"
    folder.mkdir()
    process = None
    try:
        (folder / CONFIG).write_text(replace(config, batch=batches[0]).to_json(), "utf-8")
        process = _spawn(folder, "--measure", ",".join(map(str, batches)))
        deadline = time.monotonic() + _MEASURE_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            yield Progress(len(read_lines(folder / METRICS)), len(batches), "progress.measuring")
            time.sleep(0.3)
        trials = [Trial(**values) for values in read_lines(folder / METRICS)]
        result = read_json(folder / RESULT)
        if not trials:  # killed, or refused
            key = result.get("key", "job.cannot_measure")
            raise InputError(key, **result.get("values", {}))
        return trials
    finally:
        if process is not None and process.poll() is None:
            process.kill()
            process.wait()
        remove_folder(folder)


def sentence_of(error: BaseException, folder: Path) -> dict[str, Any]:
    """Return an error of the job in `folder` as result.json has it."""
    error = write_error(error, folder) or error
    if isinstance(error, DeepartError):
        return {"key": error.key, "values": error.values}
    is_memory = isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and "memory" in str(error).lower())
    return {"key": "job.memory" if is_memory else "error.unexpected", "values": {}}


def delete_data_set(name: str) -> None:
    """Delete a stored data set; models trained on it keep their datasheets.

    Raises:
        InputError: there is none of that name, or a training job needs it.
    """
    data_set = find_data_set(name)
    waiting = (job.config for job in jobs() if job.view().state in ("queued", "running"))
    if any(name in (config.data, config.contents) for config in waiting):
        raise InputError("dataset.in_use")
    remove_folder(data_set.folder)
