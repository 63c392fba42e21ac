"""Load on a running app, measured: python tests/campaign/load.py --visitors 50 --minutes 3

Visitors ask for everything in turn, and some hang up; meanwhile `/health` is asked every second.  Then the app is left
alone for a minute, is killed and started anew several times, and must have deleted what those runs left behind.  Not
among the tests, because it takes minutes and its figures are of one machine.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import numpy as np
import psutil

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from deepart.images import png_bytes  # noqa: E402
from photos import photo  # noqa: E402

PATIENCE = 120
"""Seconds after which an answer counts as lost."""
HANG_UPS = 0.15
"""Share of the visitors' requests that nobody waits for."""


class App:
    """The app in a process of its own, with a folder for all that it writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as server:
            self._port = server.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self.log = folder / "log.txt"
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        environment = os.environ | {
            "GRADIO_SERVER_PORT": str(self._port),
            "TMPDIR": str(self.folder / "temporary"),
            "DEEPART_ADMIN_DIR": str(self.folder / "admin"),
        }
        (self.folder / "temporary").mkdir(exist_ok=True)
        with open(self.log, "ab") as log:
            command = [sys.executable, str(ROOT / "app.py")]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=ROOT)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if httpx.get(f"{self.url}/health", timeout=30).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.5)
        raise SystemExit(f"The app did not start:\n{self.log.read_text('utf-8', 'replace')[-2000:]}")

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        self._process.send_signal(number)
        self._process.wait(PATIENCE)

    def memory_mb(self) -> float:
        process = psutil.Process(self._process.pid)
        return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)]) / 2**20

    def num_files(self) -> int:
        return sum(path.is_file() for path in (self.folder / "temporary").rglob("*"))


class Load:
    """Visitors, and what became of what they asked for."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._picture = png_bytes(photo("coffee", 320))
        endpoints = httpx.get(f"{app.url}/gradio_api/info", timeout=PATIENCE).json()["named_endpoints"]
        self._parameters = {
            name.strip("/"): [
                (each["parameter_name"], each.get("parameter_default")) for each in endpoint["parameters"]
            ]
            for name, endpoint in endpoints.items()
        }
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.seconds: list[float] = []
        self.health: list[float] = []
        self.peak_mb = 0.0

    def run(self, visitors: int, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        threads = [threading.Thread(target=self.visit, args=(number, deadline)) for number in range(visitors)]
        threads.append(threading.Thread(target=self._watch, args=(deadline,)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _watch(self, deadline: float) -> None:
        while time.monotonic() < deadline:
            started = time.monotonic()
            with contextlib.suppress(httpx.HTTPError):  # counts as the seconds that it took
                httpx.get(f"{self._app.url}/health", timeout=30)
            self.health.append(time.monotonic() - started)
            self.peak_mb = max(self.peak_mb, self._app.memory_mb())
            time.sleep(1)

    def visit(self, number: int, deadline: float) -> None:
        """Ask for one thing after the other until `deadline`, on the monotonic clock."""
        rng = random.Random(number)
        with httpx.Client(base_url=f"{self._app.url}/gradio_api", timeout=PATIENCE) as client:
            while time.monotonic() < deadline:
                verb = rng.choice(("transfer", "transfer", "blend", "classify", "restore", "generate"))
                hangs_up = rng.random() < HANG_UPS
                started = time.monotonic()
                try:
                    outcome = self._ask(client, verb, hangs_up)
                except httpx.HTTPError:
                    outcome = "lost"
                self.outcomes[verb, outcome] += 1
                if outcome == "answered":
                    self.seconds.append(time.monotonic() - started)
                time.sleep(rng.uniform(0.5, 2))

    def _ask(self, client: httpx.Client, verb: str, hangs_up: bool) -> str:
        """Return "answered", "refused" (with a sentence), "hung up" or "lost"."""
        uploaded = client.post("/upload", files={"files": ("photo.png", self._picture, "image/png")})
        if uploaded.status_code != 200:
            return "refused" if uploaded.status_code < 500 or uploaded.status_code == 503 else "lost"
        content = {"path": uploaded.json()[0], "meta": {"_type": "gradio.FileData"}}
        given = {"content": content, "picture": content, "style_name": "udnie", "style_names": "udnie:2, the-scream"}
        asked = [given.get(name, default) for name, default in self._parameters[verb]]
        joined = client.post(f"/call/{verb}", json={"data": asked})
        if joined.status_code != 200:
            return "refused" if joined.status_code < 500 or joined.status_code == 503 else "lost"
        with client.stream("GET", f"/call/{verb}/{joined.json()['event_id']}") as events:
            for line in events.iter_lines():
                if hangs_up:
                    return "hung up"
                if line.startswith("event: complete"):
                    return "answered"
                if line.startswith("event: error"):
                    return "refused"
        return "lost"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--kills", type=int, default=10, help="times that the app is killed under load; default 10")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="deepart-campaign-") as name:
        app = App(Path(name))
        app.start()
        Load(app).run(1, 20)  # what every run loads is there
        idle_mb, load = app.memory_mb(), Load(app)
        load.run(options.visitors, 60 * options.minutes)
        time.sleep(60)
        after_mb = app.memory_mb()
        app.end()
        files = {"after SIGTERM": app.num_files()}
        for number in range(options.kills):
            app.start()
            hit = Load(app)
            killer = threading.Timer(random.Random(number).uniform(1, 8), app.end, args=(signal.SIGKILL,))
            killer.start()
            visits = [threading.Thread(target=hit.visit, args=(n, time.monotonic() + 2)) for n in range(4)]
            for thread in visits:
                thread.start()
            for thread in [*visits, killer]:
                thread.join()
        files["after SIGKILL"] = app.num_files()
        app.start()
        app.end()
        files["after the next run"] = app.num_files()
        tracebacks = app.log.read_text("utf-8", "replace").count("Traceback (most recent call last)")
    print(json.dumps(table(load, idle_mb, after_mb, files, tracebacks), indent=1))


def table(load: Load, idle_mb: float, after_mb: float, files: dict[str, int], tracebacks: int) -> dict[str, object]:
    """Return the figures of a campaign."""
    outcomes: Counter[str] = Counter()
    for (_, outcome), count in load.outcomes.items():
        outcomes[outcome] += count

    def quantiles(values: list[float]) -> dict[str, float]:
        return {f"p{q}": round(float(np.percentile(values, q)), 2) for q in (50, 90, 99)} if values else {}

    return {
        "requests": dict(outcomes),
        "lost by verb": {verb: count for (verb, outcome), count in load.outcomes.items() if outcome == "lost"},
        "seconds to an answer": quantiles(load.seconds),
        "seconds to /health": quantiles(load.health),
        "memory in MB": {"idle": round(idle_mb), "most": round(load.peak_mb), "a minute after": round(after_mb)},
        "files": files,
        "tracebacks": tracebacks,
    }


if __name__ == "__main__":
    main()
