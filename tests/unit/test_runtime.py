"""Device, precision, seeds, settings and progress."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import torch

from deepart import runtime
from deepart.runtime import Progress
from deepart.settings import Settings
from deepart.training.loop import FitConfig, Stage


@pytest.fixture
def with_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator:
    """Return a function that puts settings in force until the test ends."""

    def put(**values) -> None:
        monkeypatch.setattr(runtime, "settings", lambda: Settings(**values))
        forget()

    def forget() -> None:
        for measured in (runtime.device, runtime.precision, runtime.mixed_precision):
            measured.cache_clear()

    yield put
    monkeypatch.undo()
    forget()


def test_precision_is_the_faster_one(with_settings, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = {torch.float32: 2.0, torch.bfloat16: 1.0}
    monkeypatch.setattr(runtime, "_seconds_of_a_convolution", seconds.__getitem__)
    with_settings(device="cpu")
    assert runtime.precision() == torch.bfloat16
    seconds[torch.bfloat16] = 3.0
    with_settings(device="cpu")
    assert runtime.precision() == torch.float32


def test_training_is_in_bfloat16_only_where_that_is_faster(with_settings, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = {torch.float32: 1.0, torch.bfloat16: 13.0}
    monkeypatch.setattr(runtime, "_seconds_of_a_convolution", seconds.__getitem__)
    with_settings(device="cpu")
    assert not FitConfig(1, (Stage(64, 8),)).bf16
    seconds[torch.bfloat16] = 0.3
    with_settings(device="cpu")
    assert FitConfig(1, (Stage(64, 8),)).bf16


def test_training_is_never_in_float16(with_settings, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = {torch.float32: 3.0, torch.bfloat16: 1.1}
    monkeypatch.setattr(runtime, "_seconds_of_a_convolution", seconds.__getitem__)
    with_settings(device="cpu", precision="float16")  # what a graphics card may paint fastest in
    assert runtime.mixed_precision()
    with_settings(device="cpu", precision="float32")
    assert not runtime.mixed_precision()


def test_precision_and_device_can_be_set(with_settings) -> None:
    with_settings(device="cpu", precision="float32")
    assert runtime.device() == torch.device("cpu")
    assert runtime.precision() == torch.float32


def test_a_format_that_the_device_lacks_is_never_chosen(with_settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_convolution(*args, **kwargs):
        raise RuntimeError("not implemented for this format")

    with_settings(device="cpu")
    monkeypatch.setattr(torch.nn.functional, "conv2d", no_convolution)
    assert runtime._seconds_of_a_convolution(torch.bfloat16) == float("inf")


def test_the_same_seed_gives_the_same_numbers_and_leaves_others_alone() -> None:
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    with runtime.seeded(5):
        first = torch.rand(3)
    assert torch.equal(torch.rand(1), expected)
    with runtime.seeded(5):
        assert torch.equal(torch.rand(3), first)


def test_one_thread_holds_the_device() -> None:
    inside, most = [], []

    def compute() -> None:
        with runtime.device_lock():
            inside.append(1)
            most.append(len(inside))
            inside.pop()

    threads = [threading.Thread(target=compute) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 20


def test_device_goes_to_whoever_has_waited_longest() -> None:
    order, started = [], threading.Barrier(2)

    def long_job() -> None:
        for step in range(3):
            with runtime.device_lock(), runtime.device_lock():  # a holder may take it again
                order.append("long")
                if step == 0:
                    started.wait()
                    while not runtime._device_lock._waiting:  # until the other one asks
                        time.sleep(0.001)

    def short_job() -> None:
        started.wait()
        with runtime.device_lock():
            order.append("short")

    threads = [threading.Thread(target=job) for job in (long_job, short_job)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order == ["long", "short", "long", "long"]


def test_gpu_changes_nothing_off_zero_gpu() -> None:
    def function() -> None: ...

    assert runtime.gpu(function) is function
    assert runtime.gpu(seconds=120)(function) is function


def test_run_reports_every_step_and_returns_the_result() -> None:
    def engine():
        yield Progress(0, 2, "progress.painting")
        yield Progress(1, 2, "progress.painting")
        return "done"

    seen = []
    assert runtime.run(engine(), seen.append) == "done"
    assert [step.done for step in seen] == [0, 1]


def test_settings_are_read_from_the_environment() -> None:
    settings = Settings.from_environment({"DEEPART_THREADS": "3", "DEEPART_DEVICE": "cpu", "OTHER": "x"})
    assert settings == Settings(threads=3, device="cpu")
    assert Settings.from_environment({"SPACE_ID": "someone/deepart"}).host == "0.0.0.0"
    assert Settings.from_environment({"SPACES_ZERO_GPU": "true"}).zero_gpu


@pytest.mark.parametrize("value", ["many", "-1", "1.5"])
def test_a_number_that_is_none_is_refused_by_name(value: str) -> None:
    with pytest.raises(ValueError, match="DEEPART_THREADS"):
        Settings.from_environment({"DEEPART_THREADS": value})


def test_an_unknown_precision_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="DEEPART_PRECISION.*float32, bfloat16, float16"):
        Settings.from_environment({"DEEPART_PRECISION": "int8"})


@pytest.mark.parametrize("value", ["nginx", "10.0.0.1, ten", "300.1.1.1"])
def test_a_proxy_that_is_no_address_is_refused(value: str) -> None:
    assert Settings.from_environment({"DEEPART_TRUSTED_PROXIES": "10.0.0.0/8, ::1"}).trusted_proxies
    assert Settings.from_environment({"DEEPART_TRUSTED_PROXIES": "*"}).trusted_proxies == "*"
    with pytest.raises(ValueError, match="DEEPART_TRUSTED_PROXIES"):
        Settings.from_environment({"DEEPART_TRUSTED_PROXIES": value})


def test_the_readme_lists_every_variable() -> None:
    from pathlib import Path

    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")
    assert [name for name in Settings.__slots__ if name != "zero_gpu" and f"DEEPART_{name.upper()}" not in readme] == []
