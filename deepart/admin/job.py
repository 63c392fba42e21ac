"""The process of a training job: `python -m deepart.admin.job FOLDER`; see `deepart.admin.jobs` for its files."""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from deepart import runtime
from deepart.admin import jobs
from deepart.admin.data.datasets import find_data_set
from deepart.admin.folders import new_folder
from deepart.admin.job_config import JobConfig
from deepart.admin.jobs import (
    BEST,
    BUNDLE,
    CHECKPOINT,
    CONFIG,
    LOCK,
    METRICS,
    PREPARED,
    PREVIEWS,
    RESERVE,
    RESULT,
    STATUS,
    STOP,
)
from deepart.errors import InputError
from deepart.files import read_json, read_lines, replacing, write_json
from deepart.text import say

if TYPE_CHECKING:
    from deepart.admin.tuning.base import Tuning
    from deepart.training.loop import StepReport

_STATUS_SECONDS = 1.0
_MOST_LINES = 4_000  # of losses, however long a job is
_PREVIEWS_KEPT = 60
_LEAST_GAIN = 1e-4  # part of the score; in float32 it still moves when nothing is learned any more
_TRIAL_STEPS, _TRIAL_SECONDS = 6, 20.0
_PREPARE_SECONDS = 60.0  # after which a trial goes on with what is ready
_MEMORY_SHARE = 0.6  # of what is free, that a trial may take before a larger batch is tried


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the job of a folder, or measure it; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deepart.admin.job")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--measure", default="", help="sizes of batches with commas between them")
    options = parser.parse_args(arguments)
    _give_way(runtime.settings().job_niceness)
    try:
        if options.measure:
            measure(options.folder, [int(size) for size in options.measure.split(",")])
        else:
            JobProcess(options.folder).run()
    except Exception as error:  # whatever it is, the folder must say so
        (options.folder / RESERVE).unlink(missing_ok=True)
        told = jobs.sentence_of(error, options.folder)
        write_json(options.folder / RESULT, {"state": "failed", **told})
        if told["key"] == "error.unexpected":
            traceback.print_exc()
        else:
            print(say(told["key"], **told["values"]), flush=True)
        return 1
    (options.folder / RESERVE).unlink(missing_ok=True)
    return 0


def _give_way(niceness: int, autogroup: Path = Path("/proc/self/autogroup")) -> None:
    """Lower the priority of this process, and of its session where Linux groups processes by session."""
    if hasattr(os, "nice"):
        os.nice(niceness)
    with suppress(OSError):  # of other systems, of containers, and of those who may not
        if autogroup.exists() and os.getsid(0) == os.getpid():  # the group of a session of its own, not its user's
            autogroup.write_text(str(niceness))


class JobProcess:
    """Runs one job: waits for its turn, trains, records its progress, and finishes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._config = JobConfig.from_json((folder / CONFIG).read_text("utf-8"))
        self._stopped = ""  # "stop", "keep" or "early" once it is to end
        self._status: dict[str, Any] = {"step": 0, "minutes": 0.0} | read_json(folder / STATUS)
        self._status_at = self._line_at = -math.inf
        self._measured_at = 0.0
        self._sums: dict[str, float] = {}
        self._count = 0
        self._best, self._since_best = math.inf, 0
        self._best_score: float | None = None  # of the weights in `BEST`; None until it was looked for
        self._resumed = (folder / CHECKPOINT).exists()
        self._began: StepReport | None = None  # this session's first step, and when it was done
        self._began_at = 0.0
        self._track: Callable[[dict[str, float], int], None] = lambda values, step: None

    def run(self) -> None:
        """Run the job to its end, or until it is asked to stop."""
        jobs.write_process(self._folder, os.getpid())
        for part in self._folder.glob(".*.part"):  # of a process that was killed
            shutil.rmtree(part) if part.is_dir() else part.unlink()
        signal.signal(signal.SIGTERM, lambda *_: self._stop("stop"))
        self._say("queued")
        lock = FileLock(self._folder.parent / LOCK)
        while not self._is_my_turn(lock):
            if self._gives_up():
                return
            time.sleep(0.5)
        try:
            self._train()
        finally:
            lock.release()

    def _is_my_turn(self, lock: FileLock) -> bool:
        before = [
            job for job in jobs.jobs() if job.id < self._folder.name and job.view().state in ("queued", "running")
        ]
        if before:
            return False
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def _train(self) -> None:
        self._say("preparing")
        from deepart.admin.tuning import tuning_of

        if self._config.track:
            self._track = _tracker(self._folder, self._config)
        tuning = tuning_of(self._config)
        for done, total in tuning.prepare(self._folder / PREPARED):
            self._say("preparing", prepared=round(done / total, 3))
            if self._gives_up():
                return
        self._tuning = tuning
        if not self._resumed:
            self._measure(tuning, 0, 0.0)
        print(f"{tuning.num_pictures} pictures, {self._config.minutes:g} minutes", flush=True)
        average = tuning.fit(self._folder / CHECKPOINT, self._on_step, self._asked_to_stop)
        self._say("finishing")
        if self._stopped == "stop":
            print("stopped", flush=True)
            return
        self._finish(tuning, average)

    def _finish(self, tuning: Tuning, average: Any) -> None:
        tuning.network.load_state_dict(average.state_dict())
        step, minutes, best = self._status["step"], self._status["minutes"], self._best_so_far()
        found = tuning.measure()
        kept = best is not None and found.get("score", -math.inf) > best["score"]
        if kept:
            step, minutes = best["step"], best["minutes"]
            for network in (average, tuning.network):
                network.load_state_dict(best["weights"])
            found = tuning.measure()
        self._record(tuning, found, step, minutes, "result")
        shutil.rmtree(self._folder / BUNDLE, ignore_errors=True)
        with new_folder(self._folder / BUNDLE) as part:
            tuning.save(average.cpu(), part)
            write_json(part / "passport.json", _datasheet(self._config))
        measured = [line for line in read_lines(self._folder / METRICS) if line["kind"] != "losses"]
        reason = {"": "time", "keep": "kept"}.get(self._stopped, self._stopped)
        write_json(
            self._folder / RESULT,
            {
                "state": "finished",
                "reason": reason,
                "step": self._status["step"],
                "minutes": round(self._status["minutes"], 3),
                "kept_step": step if kept else None,
                "first": measured[0] if measured else {},
                "last": measured[-1] if measured else {},
            },
        )
        for file in (BEST, PREPARED):
            (self._folder / file).unlink(missing_ok=True)
        print(f"finished ({reason}), weights of step {step}", flush=True)

    def _best_so_far(self) -> dict[str, Any] | None:
        """Return "weights", "score", "step" and "minutes" of the best measurement, of earlier sessions too."""
        import torch

        if not (self._folder / BEST).exists():
            return None
        return torch.load(self._folder / BEST, map_location="cpu", weights_only=True)

    def _remember_if_best(self, tuning: Tuning, score: float, step: int, minutes: float) -> None:
        """Keep the weights if they are the best so far: later ones can be worse, especially for generators."""
        import torch

        if self._best_score is None:
            self._best_score = (self._best_so_far() or {"score": math.inf})["score"]
        if not score < self._best_score:
            return
        self._best_score = score
        weights = {name: tensor.detach().cpu() for name, tensor in tuning.average.state_dict().items()}
        with replacing(self._folder / BEST) as part:
            torch.save({"weights": weights, "score": score, "step": step, "minutes": minutes}, part)

    # --- while it trains ---

    def _on_step(self, report: StepReport) -> None:
        now = time.monotonic()
        if self._began is None:
            self._began, self._began_at = report, now
            self._drop_what_comes_again(report.step)
        self._status |= {"step": report.step, "minutes": report.minutes}
        for name, value in report.losses.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
        self._count += 1
        if now - self._line_at >= max(1.0, 60 * self._config.minutes / _MOST_LINES):
            self._line_at = now
            losses = {name: round(value / self._count, 5) for name, value in self._sums.items()}
            rate = float(f"{report.learning_rate:.3g}")
            self._write_line("losses", report.step, report.minutes, {**losses, "learning rate": rate})
            self._sums, self._count = {}, 0
        if report.minutes - self._measured_at >= self._config.measure_every_minutes:
            self._measured_at = report.minutes
            self._measure(self._tuning, report.step, report.minutes)
        if now - self._status_at >= _STATUS_SECONDS:
            self._say("training", **self._pace(report))

    def _pace(self, report: StepReport) -> dict[str, float]:
        """Return seconds per step and the remaining time in this session, measurements and visitors included."""
        steps, minutes = report.step - self._began.step, report.minutes - self._began.minutes
        if steps <= 0 or minutes <= 0:
            return {}
        spent = time.monotonic() - self._began_at
        left = max(0.0, self._config.minutes - report.minutes) * spent / minutes
        return {"seconds_per_step": round(spent / steps, 3), "seconds_left": round(left, 1)}

    def _measure(self, tuning: Tuning, step: int, minutes: float) -> None:
        self._record(tuning, tuning.measure(), step, minutes, "measured")

    def _record(self, tuning: Tuning, found: dict[str, float], step: int, minutes: float, kind: str) -> None:
        """Record a measurement with a preview, and whether it improved."""
        if found:
            self._write_line(kind, step, minutes, {name: round(value, 5) for name, value in found.items()})
        preview = tuning.preview()
        if preview is not None:
            (self._folder / PREVIEWS).mkdir(exist_ok=True)
            with replacing(self._folder / PREVIEWS / f"{step:08d}.jpg") as part:
                preview.save(part, "JPEG", quality=88)
            shown = sorted((self._folder / PREVIEWS).glob("[0-9]*.jpg"))
            for old in shown[1:-_PREVIEWS_KEPT]:  # the first one stays, to compare with
                old.unlink()
        if "score" not in found:
            return
        if kind == "measured" and step and tuning.average is not None:
            self._remember_if_best(tuning, found["score"], step, minutes)
        if not self._config.patience:
            return
        self._since_best += 1
        if self._best - found["score"] > _LEAST_GAIN * abs(found["score"]):
            self._best, self._since_best = found["score"], 0
        if self._since_best >= self._config.patience:
            self._stop("early")

    def _drop_what_comes_again(self, step: int) -> None:
        """Remove metrics that were written after the checkpoint from which training resumes."""
        file = self._folder / METRICS
        kept = [line for line in read_lines(file) if line["step"] < step]
        with replacing(file) as part:
            part.write_text("".join(json.dumps(line) + "\n" for line in kept), "utf-8")
        for line in kept:
            self._measured_at = line["minutes"] if line["kind"] == "measured" else self._measured_at

    def _write_line(self, kind: str, step: int, minutes: float, values: dict[str, float]) -> None:
        line = {"step": step, "minutes": round(minutes, 4), "kind": kind, **values}
        with open(self._folder / METRICS, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self._track({f"{kind}/{name}": value for name, value in values.items()}, step)
        print("  ".join(f"{name} {value:g}" if name != "kind" else kind for name, value in line.items()), flush=True)

    def _say(self, phase: str, **more: object) -> None:
        self._status_at = time.monotonic()
        known = {name: self._status[name] for name in ("step", "minutes")}
        write_json(self._folder / STATUS, {**known, "phase": phase, **more})

    def _asked_to_stop(self) -> bool:
        if not self._stopped and (self._folder / STOP).exists():
            self._stop((self._folder / STOP).read_text("utf-8"))
        return bool(self._stopped)

    def _gives_up(self) -> bool:
        """Whether it was asked to stop before anything was learned."""
        return self._asked_to_stop() and (self._stopped == "stop" or not self._resumed)

    def _stop(self, kind: str) -> None:
        self._stopped = self._stopped or kind


def measure(folder: Path, batches: Sequence[int]) -> None:
    """Take a few steps with each batch size, and record time and memory.

    Raises:
        InputError: a job is running.
    """
    config = JobConfig.from_json((folder / CONFIG).read_text("utf-8"))
    try:
        lock = FileLock(folder.parent / LOCK)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise InputError("job.busy") from error
    limit = _memory_mb() + _MEMORY_SHARE * _free_mb()
    for batch in batches:
        try:
            trial = _trial(replace(config, batch=batch, minutes=10_000.0, patience=0), folder)
        except (MemoryError, RuntimeError) as error:
            if batch == batches[0] or "memory" not in str(error).lower():
                raise
            break
        with open(folder / METRICS, "a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(trial)) + "\n")
        if trial.peak_mb > limit / 2:  # the next is twice as large
            break


def _trial(config: JobConfig, folder: Path) -> jobs.Trial:
    from deepart.admin.tuning import tuning_of

    started = time.monotonic()
    tuning = tuning_of(config)
    ready = 1.0
    for done, total in tuning.prepare():
        ready = done / total
        if time.monotonic() - started > _PREPARE_SECONDS:  # the rest takes as long in proportion
            break
    prepared = (time.monotonic() - started) / max(ready, 1e-3)
    (folder / CHECKPOINT).unlink(missing_ok=True)
    ends: list[float] = []

    def enough() -> bool:
        return len(ends) > _TRIAL_STEPS or (len(ends) > 2 and ends[-1] - ends[0] > _TRIAL_SECONDS)

    tuning.fit(folder / CHECKPOINT, lambda report: ends.append(time.monotonic()), enough)
    started = time.monotonic()
    tuning.measure()
    tuning.preview()
    measured = time.monotonic() - started
    step = (ends[-1] - ends[0]) / (len(ends) - 1)  # without the first, which is slow
    return jobs.Trial(config.batch, step, prepared, measured, tuning.num_pictures, round(_memory_mb()))


def _memory_mb() -> float:
    """Return the peak memory of this process; of the GPU if it trains there."""
    import torch

    if torch.cuda.is_available():
        return torch.cuda.max_memory_reserved() / 2**20
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def _free_mb() -> float:
    import psutil
    import torch

    if torch.cuda.is_available():
        return torch.cuda.mem_get_info()[0] / 2**20
    return psutil.virtual_memory().available / 2**20


def _datasheet(config: JobConfig) -> dict[str, Any]:
    """Return the datasheet of a model: its settings and the datasheet of every picture."""
    names = dict.fromkeys(filter(None, (config.data, config.contents)))
    return {"start": config.start, "job": asdict(config), "data_sets": [find_data_set(n).datasheet() for n in names]}


def _tracker(folder: Path, config: JobConfig) -> Callable[[dict[str, float], int], None]:
    """Return what tells trackio, which writes into the owner's folder and asks nobody."""
    os.environ["TRACKIO_DIR"] = str(folder.parent.parent / "trackio")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import trackio

    trackio.init(
        project="deepart",
        name=folder.name,
        config=asdict(config),
        resume="allow",
        embed=False,
        auto_log_gpu=False,
        auto_log_cpu=False,
    )
    import atexit

    atexit.register(trackio.finish)
    return lambda values, step: trackio.log(values, step=step)


if __name__ == "__main__":
    sys.exit(main())
