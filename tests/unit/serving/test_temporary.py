"""Files of visitors do not outlive the app, whatever it dies of."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deepart.ui.serving import temporary

RUN = """
import os, signal, tempfile, time
from deepart.ui.serving import temporary
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell runs the tests in the background
temporary.claim()
temporary.end_like_interrupt()
os.makedirs(os.environ["GRADIO_TEMP_DIR"])
open(os.environ["GRADIO_TEMP_DIR"] + "/upload.png", "w").close()
tempfile.mkstemp()
print("ready", flush=True)
try:
    time.sleep(60)
except KeyboardInterrupt:
    pass
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "files"


def start(root: Path) -> subprocess.Popen:
    command, environment = [sys.executable, "-c", RUN], {**os.environ, "GRADIO_TEMP_DIR": str(root)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def end(process: subprocess.Popen, how: signal.Signals) -> None:
    process.send_signal(how)
    process.communicate(timeout=60)


def files(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file() and path.name != "lock")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_what_a_run_has_goes_with_it(root: Path, how: signal.Signals) -> None:
    process = start(root)
    assert len(files(root)) == 2
    end(process, how)
    assert files(root) == [] and not list(root.glob("run-*"))


def test_what_a_killed_run_leaves_the_next_one_deletes_and_nothing_of_one_that_is_alive(root: Path) -> None:
    killed, alive = start(root), start(root)
    (of_alive,) = {path for path in root.glob("run-*")} - {path for path in root.glob("run-*") if dead(path, killed)}
    end(killed, signal.SIGKILL)
    assert len(files(root)) == 4
    foreign = root / "of another program.png"
    foreign.touch()
    third = start(root)
    assert of_alive.is_dir() and len(files(of_alive)) == 2
    assert len(files(root)) == 2 + 2 + 1
    end(alive, signal.SIGTERM)
    end(third, signal.SIGTERM)
    assert files(root) == [foreign.name]


def dead(run: Path, process: subprocess.Popen) -> bool:
    """Tell whether a folder is that of a process, by the lock that it holds."""
    holders = {os.path.realpath(link) for link in Path(f"/proc/{process.pid}/fd").iterdir()}
    return str(run / "lock") in holders


def test_what_is_too_old_is_swept_and_what_is_kept_stays(tmp_path: Path) -> None:
    old, new, sample, lock = (tmp_path / name for name in ("a/old.png", "b/new.png", "samples/cat.png", "lock"))
    for path in (old, new, sample, lock):
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
        if path != new:
            os.utime(path, (0, 0))
    assert temporary.sweep(3600, [str(sample.parent)], tmp_path) == 1
    assert not old.exists() and new.exists() and sample.exists() and lock.exists()
