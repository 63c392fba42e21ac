"""Where and how networks run: device, precision, threads, seeds, the device lock, progress.

Nothing here is chosen by habit: the device is the best that answers, and the precision is the one that
paints a test picture fastest on it (bfloat16 is three times as fast as float32 on processors with
matrix units, and slower on others).
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
    """The settings of this process, read from its environment once."""
    return Settings.from_environment()


def prepare_process() -> None:
    """Set what must be set before torch is imported; called by `import deepart`.

    Threads of one process that spin while they wait take the cores from the other process: with a
    fine-tuning run beside the app both became forty times slower.  Sleeping threads cost nothing.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "0")


# --- device and precision ------------------------------------------------------------------------


@functools.cache
def device() -> torch.device:
    """The device that networks run on."""
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
    """The number format that convolutions run in on `device()`, measured once: about a tenth of a second."""
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
    """Whether networks are trained in bfloat16, as far as that is safe: `precision()`, but never float16.

    In float16 small gradients vanish, and squares of features are infinite.  On a processor that has no bfloat16 a
    step of training takes twelve times as long in it as in float32 (measured with AVX2: damage detector and restorer).
    """
    import torch

    if precision() in (torch.float32, torch.bfloat16):
        return precision() is torch.bfloat16
    return _seconds_of_a_convolution(torch.bfloat16) < _seconds_of_a_convolution(torch.float32)


def precision_name() -> str:
    """`precision()` as people write it, such as "bfloat16"."""
    return str(precision()).removeprefix("torch.")


def _seconds_of_a_convolution(dtype: torch.dtype) -> float:
    """Time a convolution of the size that the networks here mostly do; infinite if it cannot be done."""
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
    """Give the same random numbers for the same seed inside, and leave those outside as they were."""
    import torch

    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        yield


# --- one picture at a time -----------------------------------------------------------------------


class FairLock:
    """A lock that goes to whoever has waited longest; its holder may take it again.

    Python's own goes to whoever asks at the right moment, which is mostly the thread that has just given it back: a
    picture that is computed step by step would keep everybody else waiting until its last step.
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
    """Hold the device: at most one thread computes at a time, each in its turn, however the others were asked.

    The queue of the app admits one at a time too, but a cancelled request leaves the queue at once
    while its last step is still running.
    """
    with _device_lock:
        yield


def gpu(function: Callable[..., T] | None = None, *, seconds: int = 60) -> Any:
    """Mark a function that needs the GPU on ZeroGPU Spaces (`spaces.GPU`); no effect anywhere else."""
    if function is None:
        return functools.partial(gpu, seconds=seconds)
    if not settings().zero_gpu:
        return function
    import spaces

    return spaces.GPU(function, duration=seconds)


# --- progress ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """What an engine yields between its steps; the caller decides what it looks like.

    Engines are generators: closing one (a visitor cancels, or leaves) stops it at its next step.
    """

    done: int
    total: int
    note: str  # a key of `deepart.text`
    preview: Image.Image | None = None
    share: float | None = None
    """How much of the work is done, from 0 to 1, where some steps take longer than others; else done / total."""


def run(engine: Generator[Progress, None, T], on_progress: Callable[[Progress], None] = lambda p: None) -> T:
    """Run an engine to its end and return what it returns."""
    while True:
        try:
            on_progress(next(engine))
        except StopIteration as end:
            return end.value


def in_background(work: Callable[[], T]) -> Future[T]:
    """Run `work` in a daemon thread: one that hangs in a name look-up or a read must not keep the process."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # handed to whoever reads the future
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def told(engine: Generator[S, None, T], say: Callable[[S], U]) -> Generator[U, None, T]:
    """Run an engine and return what it returns; yields what `say` makes of each of its steps.

    Only where something is yielded can a visitor's request be cancelled; closing it closes the engine.
    """
    with contextlib.closing(engine):
        while True:
            try:
                step = next(engine)
            except StopIteration as end:
                return end.value
            yield say(step)


def as_part(engine: Generator[Progress, None, T], done: int, total: int) -> Generator[Progress, None, T]:
    """Run an engine as one of many: its own progress does not show, but it can be stopped at it."""
    return (yield from told(engine, lambda step: Progress(done, total, step.note)))
