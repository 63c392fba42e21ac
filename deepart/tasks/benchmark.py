"""Measure how fast every task runs on this machine."""

from __future__ import annotations

import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence

from PIL import Image

import deepart
from deepart import runtime
from deepart.tasks.paint.transfer import StyleTransfer
from deepart.tasks.restore.bundled import clean_steps, detection_steps, enlarge_steps, fill_steps

ENLARGED = 4
"""Scale of "enlarge"; its sides are those of its results."""


def benchmark(sides: Sequence[int], repeats: int) -> dict[str, object]:
    """Return the median seconds and megapixels per second of each task for squares of the given sides.

    Loading and the first run are not counted.  "peak_memory_mb" is that of the whole process, None on Windows.
    """
    tasks: dict[str, dict[str, dict[str, float]]] = {}
    for side in sides:
        for name, work in _works(side).items():
            times = []
            for _ in range(repeats + 1):
                started = time.perf_counter()
                work()
                times.append(time.perf_counter() - started)
            seconds = statistics.median(times[1:])
            tasks.setdefault(name, {})[str(side)] = {
                "seconds": round(seconds, 4),
                "megapixels_per_second": round(side**2 / 1e6 / seconds, 2),
            }
    return {
        "version": deepart.__version__,
        "machine": platform.processor() or platform.machine(),
        "device": str(runtime.device()),
        "precision": runtime.precision_name(),
        "threads": _threads(),
        "tasks": tasks,
        "peak_memory_mb": _peak_memory_mb(),
    }


def _peak_memory_mb() -> int | None:
    try:
        import resource
    except ImportError:
        return None
    # ru_maxrss is in KiB, but in bytes on macOS.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return round(peak / 2**20)


def _works(side: int) -> dict[str, Callable[[], object]]:
    """Return a function for each task that processes a square of `side` pixels."""
    engine = StyleTransfer()
    picture = Image.effect_noise((side, side), 64).convert("RGB")
    code = engine.encode(picture)
    hole = Image.new("L", picture.size)
    hole.paste(255, (side // 4, side // 4, 3 * side // 4, side // 2))
    small = picture.resize((side // ENLARGED, side // ENLARGED))
    return {
        "transfer": lambda: engine(picture, code),
        "clean": lambda: runtime.run(clean_steps(picture)),
        "fill": lambda: runtime.run(fill_steps(picture, hole)),
        "find damage": lambda: runtime.run(detection_steps(picture)),
        "enlarge": lambda: runtime.run(enlarge_steps(small, ENLARGED)),
    }


def _threads() -> int:
    import torch

    return torch.get_num_threads()
