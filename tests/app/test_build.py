"""The app can be built anywhere, and the README describes the same app to a Space."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

BUILD = """
import sys, threading

def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        print("network:", event, arguments[1:] if event == "socket.connect" else arguments[:2])

sys.addaudithook(watch)
from deepart.ui.app import build_app, launch_options
launch_options(build_app())
for thread in threading.enumerate():  # the first picture is painted beside
    if thread is not threading.main_thread():
        thread.join()
"""


def test_app_is_built_without_network_and_without_complaints() -> None:
    environment = {key: value for key, value in os.environ.items() if key not in ("HF_HUB_OFFLINE", "HF_TOKEN")}
    environment |= {"HF_ENDPOINT": "http://127.0.0.1:9", "PYTHONPATH": str(ROOT)}
    environment.pop("GRADIO_ANALYTICS_ENABLED", None)
    built = subprocess.run(
        [sys.executable, "-c", BUILD], env=environment, capture_output=True, text=True, timeout=180, check=False
    )
    assert built.returncode == 0, built.stderr
    assert built.stdout == ""  # nobody was asked for anything
    ours = re.compile(rf"{re.escape(str(ROOT))}/(deepart/|app\.py)|Traceback")  # not of the libraries
    assert [line for line in built.stderr.splitlines() if ours.search(line)] == []


def front_matter() -> dict[str, str]:
    """Return the keys of the block that a Space reads."""
    block = re.match(r"---\n(.*?)\n---\n", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert block, "README.md does not begin with front matter"
    lines = [line.partition(":") for line in block[1].splitlines()]
    return {key.strip(): value.strip().strip("\"'") for key, _, value in lines}


def test_space_gets_the_gradio_that_the_app_is_made_for() -> None:
    pinned = re.search(r"^gradio==([\d.]+)$", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE)
    assert front_matter()["sdk"] == "gradio"
    assert front_matter()["sdk_version"] == pinned[1]


def test_space_starts_the_file_that_holds_the_app() -> None:
    assert front_matter()["app_file"] == "app.py"
    assert (ROOT / "app.py").is_file()
    assert re.fullmatch(r"3\.1[0-2](\.\d+)?", front_matter()["python_version"])
