"""The app in a process of its own, as its owner starts it."""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 150
"""Seconds after which an answer counts as lost."""


class App:
    """The app in a process of its own.

    Args:
        folder: for all that it writes.
        log: what it says; in `folder` if None.
        environment: more of its variables.
    """

    def __init__(self, folder: Path, log: Path | None = None, **environment: str) -> None:
        self.folder, self.log = folder, log or folder / "log.txt"
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._environment = os.environ | {
            "GRADIO_SERVER_PORT": str(port),
            "TMPDIR": str(folder / "temporary"),
            "DEEPART_ADMIN_DIR": str(folder / "admin"),
            "DEEPART_TRUSTED_PROXIES": "127.0.0.1",  # visitors say where they come from, see `Load.visit`
            **environment,
        }
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        (self.folder / "temporary").mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as log:
            command = [sys.executable, str(ROOT / "app.py")]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=self._environment, cwd=ROOT)
        atexit.register(self._process.kill)  # whatever ends the campaign
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            if self.is_healthy():
                return
            time.sleep(0.5)
        raise RuntimeError(f"The app did not start:\n{self.log.read_text('utf-8', 'replace')[-2000:]}")

    def is_healthy(self) -> bool:
        """Say whether it answers that it is well."""
        try:
            return httpx.get(f"{self.url}/health", timeout=30).status_code == 200
        except httpx.HTTPError:
            return False

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        self._process.send_signal(number)
        self._process.wait(PATIENCE)

    def memory_mb(self) -> float:
        process = psutil.Process(self._process.pid)
        return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)]) / 2**20

    def num_files(self) -> int:
        return sum(path.is_file() and path.name != "lock" for path in (self.folder / "temporary").rglob("*"))

    def faults(self) -> str:
        """Return how many tracebacks are in its log, and the last."""
        log = self.log.read_text("utf-8", "replace")
        _, *found = log.split("Traceback (most recent call last)")
        return f"{len(found)} tracebacks in the log" + (f", the last:\n{found[-1][-1500:]}" if found else "")
