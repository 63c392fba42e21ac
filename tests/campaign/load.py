"""Load and faults on a running app, measured: python tests/campaign/load.py --visitors 50 --minutes 3

Visitors ask for everything in turn, and some hang up; meanwhile `/health` is asked every second.  Then that app is
left alone for a minute, while for others everything breaks: an app is killed and started anew, a training job is killed
and resumed, a disk is full, and the Hub sends what it should not.  At the end a table says what became of it.  Not
among the tests, because it takes minutes and its figures are of one machine.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from app_process import App  # noqa: E402
from faults import full_disk, hostile_hub, kill_jobs  # noqa: E402
from visitors import OUTCOMES, VERBS, Load  # noqa: E402


def kill_app(folder: Path, kills: int) -> str:
    """Kill the app under load at moments that chance chooses; the next run deletes what it left behind."""
    app = App(folder)
    for number in range(kills):
        app.start()
        hit = Load(app)
        killer = threading.Timer(random.Random(number).uniform(1, 8), app.end, args=(signal.SIGKILL,))
        killer.start()
        visits = [threading.Thread(target=hit.visit, args=(n, time.monotonic() + 2)) for n in range(4)]
        for thread in visits:
            thread.start()
        for thread in [*visits, killer]:
            thread.join()
    left = app.num_files()
    app.start()
    app.end()
    return (
        f"{kills} times, always started again; files left {left}, after the next run {app.num_files()}; {app.faults()}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--kills", type=int, default=10, help="half of the app, half of a training job; default 10")
    options = parser.parse_args()
    of_jobs = options.kills // 2
    running: dict[str, Future[str]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="deepart-campaign-") as name,
        ThreadPoolExecutor(2) as pool,
        ThreadPoolExecutor(1) as one_by_one,  # they set the owner's folder of this process
    ):
        folder = Path(name)

        def break_all() -> None:
            running["killed app"] = pool.submit(kill_app, folder / "killed", options.kills - of_jobs)
            running["hostile Hub"] = pool.submit(hostile_hub, folder / "hub")
            running["killed job"] = one_by_one.submit(kill_jobs, folder / "jobs", of_jobs)
            running["full disk"] = one_by_one.submit(full_disk, folder / "disk")

        print(under_load(folder / "load", options.visitors, 60 * options.minutes, break_all), flush=True)
        for what, future in running.items():
            print(f"{what:12} {_told(future)}", flush=True)


def _told(future: Future[str]) -> str:
    error = future.exception()
    return future.result() if error is None else f"FAILED: {error!r}"


def under_load(folder: Path, visitors: int, seconds: float, afterwards: Callable[[], None]) -> str:
    """Let visitors come, and return the table of what they and the machine saw.

    Args:
        afterwards: is called when they have gone, a minute before the memory is measured once more.
    """
    app = App(folder)
    app.start()
    Load(app).run(1, 20)  # what every run loads is there
    idle, before, load = app.memory_mb(), app.num_files(), Load(app)
    load.run(visitors, seconds)
    at_end = app.num_files()
    afterwards()
    time.sleep(60)
    after = app.memory_mb()
    app.end()
    lines = [
        f"{visitors} visitors, {seconds:.0f} s",
        f"{'':10}" + "".join(f"{each:>9}" for each in OUTCOMES) + QUANTILES,
    ]
    for verb in (*VERBS, "all"):
        verbs = VERBS if verb == "all" else (verb,)
        counts = [sum(load.outcomes[each, outcome] for each in verbs) for outcome in OUTCOMES]
        waited = [second for each in verbs for second in load.seconds[each]]
        lines.append(f"{verb:10}" + "".join(f"{count:9}" for count in counts) + _quantiles(waited))
    lines.append(
        f"{'/health':10}{len(load.health) - load.health_lost:9}{0:9}{0:9}{load.health_lost:9}" + _quantiles(load.health)
    )
    lines.append(f"memory in MB: idle {idle:.0f}, most {load.peak_mb:.0f}, a minute after {after:.0f}")
    lines.append(f"files: before {before}, at the end {at_end}, after SIGTERM {app.num_files()}; {app.faults()}")
    return "\n".join(lines) + load.refusals()


QUANTILES = f"{'p50 s':>9}{'p90 s':>9}"


def _quantiles(values: list[float]) -> str:
    return "".join(f"{np.percentile(values, q):9.2f}" if values else f"{'-':>9}" for q in (50, 90))


if __name__ == "__main__":
    main()
