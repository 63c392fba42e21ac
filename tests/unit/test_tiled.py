"""Networks over pictures in tiles."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from deepart import runtime
from deepart.errors import InputError
from deepart.tasks import tiled
from deepart.tasks.tiled import run_tiled

SIZES = [(200, 150), (97, 301), (300, 40), (33, 32)]


def picture(size: tuple[int, int]) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8))


def network(scale: int = 1, reach: int = 12) -> Callable[[Tensor], Tensor]:
    """A network that sees as far as `reach` pixels."""
    torch.manual_seed(0)
    layers = [layer for _ in range(reach) for layer in (nn.Conv2d(3, 3, 3, padding=1), nn.Tanh())]
    head = nn.Conv2d(3, 3 * scale**2, 1)

    def function(x: Tensor) -> Tensor:
        with torch.inference_mode():
            return F.pixel_shuffle(head(nn.Sequential(*layers)(x)), scale).sigmoid()

    return function


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scale", [1, 2])
def test_tiles_and_the_whole_are_the_same(size: tuple[int, int], scale: int) -> None:
    function = network(scale)
    whole = runtime.run(run_tiled(function, picture(size), tile=1000, scale=scale))
    pieces = runtime.run(run_tiled(function, picture(size), tile=96, overlap=24, scale=scale, multiple=8))
    assert pieces.shape == (scale * size[1], scale * size[0], 3) and pieces.dtype == np.uint8
    assert np.abs(whole.astype(int) - pieces).max() <= 1
    direct = function(tiled.to_tensor(picture(size)))[0].permute(1, 2, 0).numpy() * 255
    assert np.abs(direct - whole).max() <= 0.51


def test_a_network_that_differs_from_tile_to_tile_leaves_no_edge() -> None:
    values = iter([0.2, 0.8] * 100)

    def function(x: Tensor) -> Tensor:
        return torch.full_like(x, next(values))

    pixels = runtime.run(run_tiled(function, picture((400, 300)), tile=200, overlap=48)).astype(int)
    steps = max(np.abs(np.diff(pixels, axis=axis)).max() for axis in (0, 1))
    assert pixels.min() == 51 and pixels.max() == 204  # each tile has its own value in its middle
    assert steps <= 153 / (2 * 12) + 1  # and the next begins a quarter of the overlap before it ends


def test_layers_of_any_kind_are_cut_alike() -> None:
    mask = Image.new("L", (200, 150))
    mask.paste(255, (50, 40, 160, 120))
    extra = torch.rand(1, 2, 150, 200)

    def function(x: Tensor, where: Tensor, more: Tensor) -> Tensor:
        assert where.shape[1] == 1 and set(where.unique().tolist()) <= {0.0, 1.0}
        return torch.cat([x[:, :1] * where, more], dim=1)

    pixels = runtime.run(run_tiled(function, [picture((200, 150)), mask, extra], tile=96, overlap=16, multiple=8))
    expected = np.asarray(picture((200, 150)))[..., 0] * (np.asarray(mask) > 0)
    assert np.array_equal(pixels[..., 0], expected)
    assert np.abs(pixels[..., 1:] - 255 * extra[0].permute(1, 2, 0).numpy()).max() <= 0.51


def test_it_reports_and_can_be_stopped_between_tiles() -> None:
    calls = []

    def function(x: Tensor) -> Tensor:
        calls.append(x.shape)
        return x

    engine = run_tiled(function, picture((400, 300)), tile=128, overlap=16, note="progress.painting")
    reports = [next(engine) for _ in range(3)]
    assert [report.done for report in reports] == [0, 1, 2]
    assert {(report.total > 4, report.note) for report in reports} == {(True, "progress.painting")}
    engine.close()
    assert len(calls) == 2


def test_a_slow_tile_gives_signs_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiled, "_PATIENCE", 0.02)

    def function(x: Tensor) -> Tensor:
        time.sleep(0.15)
        return x

    reports = []
    runtime.run(run_tiled(function, picture((64, 64))), reports.append)
    assert len(reports) >= 5 and reports[-1].done == 1


def test_tiles_shrink_to_the_memory_that_there_is() -> None:
    sizes = []

    def function(x: Tensor) -> Tensor:
        sizes.append(x.shape[2] * x.shape[3])
        if sizes[-1] > 200 * 200:
            raise torch.OutOfMemoryError
        return x

    source = picture((400, 300))
    assert np.array_equal(runtime.run(run_tiled(function, source)), np.asarray(source))
    assert sizes[0] == 400 * 300


def test_too_little_memory_is_said_and_other_errors_pass() -> None:
    def starved(x: Tensor) -> Tensor:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")

    def broken(x: Tensor) -> Tensor:
        raise RuntimeError("shape")

    with pytest.raises(InputError) as caught:
        runtime.run(run_tiled(starved, picture((400, 300))))
    assert caught.value.key == "restorer.memory"
    with pytest.raises(RuntimeError, match="shape"):
        runtime.run(run_tiled(broken, picture((400, 300))))
