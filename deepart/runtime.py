"""Where and how networks run: device, precision, threads, seeds, the device lock, progress.

The device is the best one that works, and the precision is the one that is measured to be fastest on it (bfloat16 is
three times as fast as float32 on processors with matrix units, and slower on others).
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from deepart.errors import InputError
from deepart.settings import Settings

if TYPE_CHECKING:
    import torch
    from PIL import Image

S, T, U = TypeVar("S"), TypeVar("T"), TypeVar("U")


@functools.cache
def settings() -> Settings:
    """Return the settings of this process, read once from its environment."""
    return Settings.from_environment()


def prepare_process() -> None:
    """Set the environment variables that torch reads on import; called by `import deepart`.

    Waiting threads must sleep, not spin: spinning threads take the cores from other processes, and with a fine-tuning
    run beside the app both became forty times slower.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "0")


# --- device and precision ------------------------------------------------------------------------


@functools.cache
def device() -> torch.device:
    """Return the device that networks run on."""
    import torch

    if settings().threads:
        torch.set_num_threads(settings().threads)
    if settings().device:
        return _chosen_device(settings().device)
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def _chosen_device(name: str) -> torch.device:
    """Return the device of DEEPART_DEVICE, if it is there.

    Raises:
        InputError: it is not.
    """
    import torch

    try:
        torch.empty(1, device=name)
        return torch.device(name)
    except (RuntimeError, AssertionError) as error:  # what torch raises depends on how it was built
        raise InputError("settings.device", value=ascii(name)) from error


@functools.cache
def precision() -> torch.dtype:
    """Return the number format of convolutions on `device()`; it is measured once, in about a tenth of a second."""
    import torch

    if settings().precision:
        return getattr(torch, settings().precision)
    if settings().zero_gpu:  # there is no GPU to measure on before the first request
        return torch.bfloat16
    candidates = [torch.float32, torch.bfloat16]
    if device().type != "cpu":
        candidates.append(torch.float16)
    return min(candidates, key=_seconds_of_a_convolution)


@functools.cache
def mixed_precision() -> bool:
    """Return whether training uses bfloat16: as `precision()` says, but never float16.

    In float16 small gradients vanish, and squares of features are infinite.  On a processor that has no bfloat16 a
    step of training takes twelve times as long in it as in float32 (measured with AVX2: damage detector and restorer).
    """
    import torch

    if precision() in (torch.float32, torch.bfloat16):
        return precision() is torch.bfloat16
    return _seconds_of_a_convolution(torch.bfloat16) < _seconds_of_a_convolution(torch.float32)


def precision_name() -> str:
    """Return the name of `precision()`, such as "bfloat16"."""
    return str(precision()).removeprefix("torch.")


def _seconds_of_a_convolution(dtype: torch.dtype) -> float:
    """Time a convolution of a typical size; infinite if the format is not supported."""
    import torch

    try:
        x = torch.randn(1, 96, 96, 96).to(device(), dtype, memory_format=torch.channels_last)
        weight = torch.randn(96, 96, 3, 3).to(device(), dtype, memory_format=torch.channels_last)
        times = []
        with torch.inference_mode():
            for _ in range(5):
                started = time.perf_counter()
                torch.nn.functional.conv2d(x, weight, padding=1).sum().item()  # item() waits for the device
                times.append(time.perf_counter() - started)
        return min(times)
    except (RuntimeError, TypeError):  # what backends raise for a format they do not have
        return float("inf")


@contextlib.contextmanager
def inference(full_precision: bool = False) -> Iterator[None]:
    """Run networks without gradients, in the chosen precision or in float32."""
    import torch

    enabled = not full_precision and precision() != torch.float32
    with torch.inference_mode(), torch.autocast(device().type, dtype=precision(), enabled=enabled):
        yield


@contextlib.contextmanager
def autocast() -> Iterator[None]:
    """Run networks with gradients in bfloat16 where `mixed_precision` says so."""
    import torch

    with torch.autocast(device().type, dtype=torch.bfloat16, enabled=mixed_precision()):
        yield


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Make random numbers inside the block depend on the seed alone, and restore the generators afterwards."""
    import torch

    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        yield


# --- one picture at a time -----------------------------------------------------------------------


class FairLock:
    """A fair, re-entrant lock: it goes to the thread that has waited longest.

    Python's own lock mostly goes back to the thread that has just released it, so that a picture computed step by step
    would block all others until its last step.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._holder: int | None = None
        self._depth = 0
        self._waiting: deque[tuple[int, threading.Event]] = deque()

    def __enter__(self) -> None:
        me, turn = threading.get_ident(), threading.Event()
        with self._guard:
            if self._holder in (None, me):
                self._holder = me
                self._depth += 1
                return
            self._waiting.append((me, turn))
        try:
            turn.wait()
        except BaseException:  # interrupted: let it go to the next one
            with self._guard:
                if not turn.is_set():
                    self._waiting.remove((me, turn))
                    raise
            self.__exit__()
            raise

    def __exit__(self, *error: object) -> None:
        with self._guard:
            self._depth -= 1
            if self._depth:
                return
            self._holder = None
            if self._waiting:
                self._holder, turn = self._waiting.popleft()
                self._depth = 1
                turn.set()


_device_lock = FairLock()


@contextlib.contextmanager
def device_lock() -> Iterator[None]:
    """Hold the device: only one thread computes at a time, in the order of asking.

    The app's queue also admits one request at a time, but a cancelled request leaves the queue while its last step is
    still running.
    """
    with _device_lock:
        yield


def gpu(function: Callable[..., T] | None = None, *, seconds: int = 60) -> Any:
    """Mark a function that needs the GPU on ZeroGPU Spaces (`spaces.GPU`); it has no effect elsewhere."""
    if function is None:
        return functools.partial(gpu, seconds=seconds)
    if not settings().zero_gpu:
        return function
    import spaces

    return spaces.GPU(function, duration=seconds)


# --- progress ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress that an engine yields between its steps.

    Engines are generators: closing one (a visitor cancels, or leaves) stops it at its next step.
    """

    done: int
    total: int
    note: str  # a key of `deepart.text`
    preview: Image.Image | None = None
    share: float | None = None
    """Share of the work done, from 0 to 1, if some steps take longer than others; otherwise done / total."""


def run(engine: Generator[Progress, None, T], on_progress: Callable[[Progress], None] = lambda p: None) -> T:
    """Run an engine to its end and return its result."""
    while True:
        try:
            on_progress(next(engine))
        except StopIteration as end:
            return end.value


def in_background(work: Callable[[], T]) -> Future[T]:
    """Run `work` in a daemon thread, so that a blocked DNS look-up or read does not keep the process alive."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # handed to whoever reads the future
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def told(engine: Generator[S, None, T], say: Callable[[S], U]) -> Generator[U, None, T]:
    """Run an engine and return its result; yields `say(progress)` for each of its steps.

    A visitor's request can be cancelled only where something is yielded; closing this generator closes the engine."""
    with contextlib.closing(engine):
        while True:
            try:
                step = next(engine)
            except StopIteration as end:
                return end.value
            yield say(step)


def as_part(engine: Generator[Progress, None, T], done: int, total: int) -> Generator[Progress, None, T]:
    """Run an engine as one of many: it can be stopped at each of its steps, but its own progress is not shown."""
    return (yield from told(engine, lambda step: Progress(done, total, step.note)))
