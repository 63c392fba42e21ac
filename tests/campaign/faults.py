"""What breaks: a training job is killed, the disk is full, the Hub is hostile.  Each returns what was seen."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import torch
from app_process import PATIENCE, App
from visitors import VERBS, Load

from deepart import runtime
from deepart.admin import jobs
from deepart.admin.job_config import JobConfig
from deepart.admin.jobs import Job, JobView
from deepart.models.restorers.denoiser import Denoiser, DenoiserConfig
from loopback_hub import LoopbackHub
from unit.admin.paintings import folders, stored

_DISK_MB = 64
_PICTURES = "".join(chr(code) for code in range(256)).encode("utf-8") * 1000  # of no format


# --- training jobs -------------------------------------------------------------------------------


def kill_jobs(folder: Path, kills: int) -> str:
    """Kill a training job at moments that chance chooses, every other time while it learns; at last let it finish."""
    rng, job, steps, seen = random.Random(0), start_job(folder), [0], []
    for number in range(kills):
        process = _wait(lambda: jobs.process_of(job.folder), job)
        if number % 2:
            _until(job, lambda view: view.phase == "training")
        time.sleep(rng.uniform(0.1, 8))
        seen.append(job.view().phase or job.view().state)
        process.kill()
        _until(job, lambda view: view.state == "stopped" and view.interrupted)
        if (job.folder / jobs.CHECKPOINT).exists():
            steps.append(torch.load(job.folder / jobs.CHECKPOINT, weights_only=True)["step"])  # whole, or this raises
        jobs.resume(job)
    went_on = _until(job, lambda view: view.phase == "training" and view.step > steps[-1])
    assert steps == sorted(steps), steps
    jobs.stop(job, keep=True)
    _until(job, lambda view: view.state == "finished")
    assert job.bundle is not None
    lines = job.metrics()
    assert lines and all("step" in line for line in lines)
    return (
        f"{kills} times (while {', '.join(seen)}), resumed each time, from steps {steps[1:]}, "
        f"went on to {went_on.step} and finished with weights"
    )


def start_job(folder: Path) -> Job:
    """Start a job whose restorer learns in milliseconds, with `folder`/admin for the owner's files."""
    os.environ["DEEPART_ADMIN_DIR"] = str(folder / "admin")
    runtime.settings.cache_clear()
    folder.mkdir(parents=True, exist_ok=True)
    stored(folder, folders(8, side=128), column="artist")
    tiny = folder / "admin" / "jobs" / "tiny"
    Denoiser(DenoiserConfig(widths=(8, 8, 8), depths=(1, 1, 1, 1, 1))).save_pretrained(tiny / jobs.BUNDLE)
    (tiny / jobs.CONFIG).write_text(JobConfig(task="restorer", data="works").checked().to_json())
    (tiny / jobs.RESULT).write_text(json.dumps({"state": "finished"}))
    often = {"save_every_minutes": 0.005, "measure_every_minutes": 0.02}
    job = jobs.start(JobConfig(task="restorer", data="works", start="job:tiny", minutes=10, side=32, batch=2, **often))
    atexit.register(lambda: (process := jobs.process_of(job.folder)) and process.kill())
    return job


def _until(job: Job, is_so: Callable[[JobView], bool]) -> JobView:
    return _wait(lambda: (view := job.view()) and is_so(view) and view, job)


def _wait(find: Callable[[], object], job: Job) -> object:
    deadline = time.monotonic() + PATIENCE
    while not (found := find()):
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited too long: {job.view()}\n{job.log(20)}")
        time.sleep(0.1)
    return found


# --- a full disk ---------------------------------------------------------------------------------


def full_disk(folder: Path) -> str:
    """Fill the disk of an app and of a job, ask for everything, make room again, and ask once more."""
    folder.mkdir(parents=True)
    small = folder / "small"
    with _small_disk(small) as is_there:
        if not is_there:
            return "skipped: only root can mount a small disk here"
        app = App(small, log=folder / "log.txt")
        app.start()
        load, job = Load(app), start_job(small)
        _until(job, lambda view: view.phase == "training" and view.step > 0)
        with httpx.Client(base_url=f"{app.url}/gradio_api", timeout=PATIENCE) as client:
            photo = load.upload(client).json()[0]
            _fill(small / "filler")
            full = [load.ask(client, verb, **more) for more in ({}, {"photo": photo}) for verb in VERBS]
            healthy = app.is_healthy()
            _until(job, lambda view: view.state == "failed")
            (small / "filler").unlink()
            again = [load.ask(client, verb)[0] for verb in VERBS]
        app.end()
        counts = ", ".join(
            f"{sum(outcome == each for outcome, _ in full)} {each}" for each in ("answered", "refused", "lost")
        )
        well = "well" if healthy else "LOST"
        return (
            f"{counts}; /health {well}; the job failed "
            f"with “{job.view().error}”; with room again {again.count('answered')} of {len(VERBS)} answered; "
            f"{app.faults()}{load.refusals()}"
        )


@contextlib.contextmanager
def _small_disk(folder: Path) -> Iterator[bool]:
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_MB}m", "tmpfs", str(folder)]
    can = hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("mount")
    if not can or subprocess.run(command, capture_output=True).returncode:
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(file: Path) -> None:
    with open(file, "wb", buffering=0) as filler, contextlib.suppress(OSError):
        while filler.write(bytes(2**16)) == 2**16:
            pass


# --- a hostile Hub -------------------------------------------------------------------------------

_CONFIG = json.dumps(
    {
        "architectures": ["ViTForImageClassification"],
        "model_type": "vit",
        "id2label": {"0": "cat", "1": "dog"},
        "label2id": {"cat": 0, "dog": 1},
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": 32,
        "patch_size": 8,
    }
).encode()
_SIZE = json.dumps({"image_processor_type": "ViTImageProcessor", "size": {"height": 32, "width": 32}}).encode()
_GOOD = {"config.json": _CONFIG, "preprocessor_config.json": _SIZE, "model.safetensors": _PICTURES}


def hostile_hub(folder: Path) -> str:
    """Ask for classifiers of a Hub that sends garbage, wrong hashes, half of a file, errors, or nothing any more."""
    hub = LoopbackHub()
    weights = {"wrong-hash": "corrupt", "half": "truncate", "broken-off": "cut", "error": 500, "closed": 403}
    garbage = {
        "no-json": {"config.json": _PICTURES},
        "a-list": {"config.json": b"[" * 50_000},
        "huge": {"config.json": _CONFIG.replace(b'"image_size": 32', b'"image_size": 100000')},
        "no-weights": {"model.safetensors": _PICTURES},
        "empty": {"model.safetensors": b""},
    }
    for name in (*weights, *garbage, "stands-still", "silent"):
        hub.add(f"stranger/{name}", _GOOD | garbage.get(name, {}))
    hub.faults = {f"stranger/{name}/model.safetensors": fault for name, fault in weights.items()}
    hub.faults |= {"stranger/stands-still/model.safetensors": "stall", "stranger/silent/config.json": "stall_head"}
    app = App(
        folder,
        HF_ENDPOINT=hub.url,
        HF_HOME=str(folder / "hub"),
        HF_HUB_OFFLINE="0",
        HF_HUB_DISABLE_XET="1",
        HF_TOKEN="",
    )
    app.start()
    load, told = Load(app), {}

    def ask(name: str) -> None:
        with httpx.Client(base_url=f"{app.url}/gradio_api", timeout=2 * PATIENCE) as client:
            told[name] = load.ask(client, "classify", model=f"stranger/{name}")

    waiting = threading.Thread(target=ask, args=("stands-still",))  # takes two minutes, and no place of the others
    waiting.start()
    for name in (*weights, *garbage, "silent"):  # the last at the end: then nobody is asked for a minute
        ask(name)
    healthy = app.is_healthy()
    with httpx.Client(base_url=f"{app.url}/gradio_api", timeout=PATIENCE) as client:
        bundled, _ = load.ask(client, "classify")
    waiting.join()
    app.end()
    hub.close()
    faults = [f"{name}: {outcome} {said}" for name, (outcome, said) in told.items() if outcome != "refused"]
    return (
        f"{len(told)} repositories, {len(told) - len(faults)} refused in a sentence {faults or ''}; /health "
        f"{'well' if healthy else 'LOST'}, the bundled classifier {bundled}; {app.faults()}{load.refusals()}"
    )
