"""Costs of a network on this machine, and the drift of stored styles."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence

import torch
from PIL import Image
from torch import Tensor, nn

from deepart import runtime
from deepart.admin.data.evaluation_sets import Task
from deepart.images import centre_crop, to_tensor

_TIMED_SIDE, _TIMED_RUNS = 256, 5


def seconds_of(task: Task, networks: Sequence[nn.Module]) -> list[float]:
    """Return the seconds of each network for one picture on this machine: medians of a few alternating runs."""
    x = torch.rand(1, 3, _TIMED_SIDE, _TIMED_SIDE, generator=torch.Generator().manual_seed(0)).to(runtime.device())
    x = x.contiguous(memory_format=torch.channels_last)
    times: list[list[float]] = [[] for _ in networks]
    for turn in range(_TIMED_RUNS + 1):
        for network, seen in zip(networks, times):
            with runtime.device_lock(), runtime.inference(full_precision=task == "classifier"):
                started = time.perf_counter()
                _use(task, network, x)
                if turn:  # the first one warms up
                    seen.append(time.perf_counter() - started)
    return [statistics.median(seen) for seen in times]


def _use(task: Task, network: nn.Module, x: Tensor) -> None:
    if task == "style":
        found = network(x, x)
    elif task == "generator":
        z, noise = network.draw([0])
        found = network(z.to(x.device), torch.zeros(1, dtype=torch.long, device=x.device), noise)
    elif task == "classifier":
        found = network.features(x)
    else:
        found = network(x)
    found.flatten()[0].item()  # waits for the device


def parameters_of(network: nn.Module) -> int:
    """Return the number of a network's parameters."""
    return sum(parameter.numel() for parameter in network.parameters())


def code_drift(old: nn.Module, new: nn.Module, pictures: Sequence[Image.Image]) -> float:
    """Return how far the style codes of pictures have moved, in standard deviations of the new network's codes.

    Stored styles are codes of the old network: they stay valid only if the encoder hardly changes.
    """
    if old.code_size != new.code_size:
        return float("inf")
    drifts = []
    for picture in pictures:
        x = to_tensor(centre_crop(picture, _TIMED_SIDE)).to(runtime.device())
        with runtime.device_lock(), runtime.inference(full_precision=True):
            moved = (network.style_encoder(x) for network in (old, new))
            codes = [(code - new.decoder.read_code.code_mean) / new.decoder.read_code.code_std for code in moved]
        drifts.append(float((codes[0] - codes[1]).square().mean().sqrt()))
    return statistics.fmean(drifts)
