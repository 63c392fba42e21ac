"""How fast every task runs on this machine."""

from __future__ import annotations

import platform
import resource
import statistics
import sys
import time
from collections.abc import Sequence

from PIL import Image

import deepart
from deepart import runtime
from deepart.tasks.transfer import StyleTransfer


def benchmark(sides: Sequence[int], repeats: int) -> dict[str, object]:
    """Return the median seconds and megapixels per second of each task for squares of the given sides.

    Loading and the first run are not counted.  "peak_memory_mb" is that of the whole process.
    """
    tasks: dict[str, dict[str, dict[str, float]]] = {"transfer": {}}
    engine = StyleTransfer()
    for side in sides:
        picture = Image.effect_noise((side, side), 64).convert("RGB")
        code = engine.encode(picture)
        times = []
        for _ in range(repeats + 1):
            started = time.perf_counter()
            engine(picture, code)
            times.append(time.perf_counter() - started)
        seconds = statistics.median(times[1:])
        tasks["transfer"][str(side)] = {
            "seconds": round(seconds, 4),
            "megapixels_per_second": round(side**2 / 1e6 / seconds, 2),
        }
    # ru_maxrss is in KiB, but in bytes on macOS.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {
        "version": deepart.__version__,
        "machine": platform.processor() or platform.machine(),
        "device": str(runtime.device()),
        "precision": runtime.precision_name(),
        "threads": _threads(),
        "tasks": tasks,
        "peak_memory_mb": round(peak / 2**20),
    }


def _threads() -> int:
    import torch

    return torch.get_num_threads()
