"""Visitors who ask for everything in turn, and what became of it."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter, defaultdict

import httpx
from app_process import PATIENCE, App

from deepart.images import png_bytes
from deepart.text import say
from photos import photo

VERBS = ("transfer", "blend", "classify", "restore", "generate")
OUTCOMES = ("answered", "refused", "hung up", "lost")
HANG_UPS = 0.15
"""Share of the visitors' requests that nobody waits for."""
_REFUSALS = {*range(400, 500), 503, 507}


class Load:
    """Visitors of an app, and what became of what they asked for."""

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
        self.said: Counter[str] = Counter()
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)
        self.health: list[float] = []
        self.health_lost = 0
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
            self.health_lost += not self._app.is_healthy()
            self.health.append(time.monotonic() - started)
            self.peak_mb = max(self.peak_mb, self._app.memory_mb())
            time.sleep(1)

    def visit(self, number: int, deadline: float) -> None:
        """Ask for one thing after the other until `deadline`, on the monotonic clock."""
        rng = random.Random(number)
        address = {"X-Forwarded-For": f"10.0.0.{number + 1}"}  # as behind a proxy, each from one of their own
        with httpx.Client(base_url=f"{self._app.url}/gradio_api", timeout=PATIENCE, headers=address) as client:
            while time.monotonic() < deadline:
                self.ask(client, rng.choice(("transfer", *VERBS)), rng.random() < HANG_UPS)
                time.sleep(rng.uniform(0.5, 2))

    def upload(self, client: httpx.Client) -> httpx.Response:
        """Upload the photo; the answer has the path that it got."""
        return client.post("/upload", files={"files": ("photo.png", self._picture, "image/png")})

    def ask(self, client: httpx.Client, verb: str, hangs_up: bool = False, **values: str) -> tuple[str, str]:
        """Ask for one thing; return the outcome and what was said, and count them.

        Args:
            values: of its parameters, and "photo": the path of one that was uploaded before.
        """
        started = time.monotonic()
        try:
            outcome, said = self._ask(client, verb, hangs_up, values)
        except httpx.HTTPError as error:
            outcome, said = "lost", repr(error)
        self.outcomes[verb, outcome] += 1
        if outcome == "answered":
            self.seconds[verb].append(time.monotonic() - started)
        elif outcome != "hung up":
            self.said["".join("#" if letter.isdigit() else letter for letter in said)] += 1
        return outcome, said

    def refusals(self) -> str:
        """Return what was said to those who got no answer, a line for each sentence, and how often."""
        return "".join(f"\n{count:9} {said}" for said, count in self.said.most_common())

    def _ask(self, client: httpx.Client, verb: str, hangs_up: bool, values: dict[str, str]) -> tuple[str, str]:
        given = {"style_name": "udnie", "style_names": "udnie:2, the-scream"} | values
        if "photo" not in given:
            uploaded = self.upload(client)
            if uploaded.status_code != 200:
                return _of_status(uploaded)
            given["photo"] = uploaded.json()[0]
        given["content"] = given["picture"] = {"path": given["photo"], "meta": {"_type": "gradio.FileData"}}
        asked = [given.get(name, default) for name, default in self._parameters[verb]]
        joined = client.post(f"/call/{verb}", json={"data": asked})
        if joined.status_code != 200:
            return _of_status(joined)
        failed = False
        with client.stream("GET", f"/call/{verb}/{joined.json()['event_id']}") as events:
            for line in events.iter_lines():
                if hangs_up:
                    return "hung up", ""
                if line.startswith("event: complete"):
                    return "answered", ""
                if failed:
                    return _of_error(line.removeprefix("data: "))
                failed = line.startswith("event: error")
        return "lost", "the answer broke off"


def _of_status(answer: httpx.Response) -> tuple[str, str]:
    outcome = "refused" if answer.status_code in _REFUSALS else "lost"
    return outcome, f"{answer.status_code} {answer.text[:200]}"


def _of_error(data: str) -> tuple[str, str]:
    """Return the sentence of a refusal; an error without one, or that of a fault of the app, is none."""
    try:
        said = json.loads(data)["error"]
    except (ValueError, TypeError, LookupError):
        said = None
    return ("refused" if said and said != say("error.unexpected") else "lost"), said or f"no sentence: {data[:200]}"
