"""Small networks in the places of bundled checkpoints and of runs, and pictures to measure them on."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepart import checkpoints, runtime
from deepart.admin.data.evaluation_sets import EvaluationSet, Task, freeze_steps
from deepart.checkpoints import CHECKPOINTS, Checkpoint
from deepart.images import png_bytes
from deepart.models.pretrained import HubModel
from deepart.models.restorers.denoiser import Denoiser, DenoiserConfig
from photos import photo

RESTORER = "restore/tiny-random-v1"
_REAL_WEIGHTS = checkpoints.WEIGHTS


def bundle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str, network: HubModel) -> None:
    """Let `network` be the bundled checkpoint `key`; the bundled perceptual network stays where it is."""
    weights = tmp_path / "weights"
    monkeypatch.setattr(checkpoints, "WEIGHTS", weights)
    if not weights.exists():
        weights.mkdir()
        (weights / "loss").symlink_to(_REAL_WEIGHTS / "loss")
    network.save_pretrained(weights / key)
    data = (weights / key / "model.safetensors").read_bytes()
    row = Checkpoint(
        key=key,
        architecture=type(network).__name__,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        licence="mit",
        source="https://arxiv.org/abs/2008.13751",
        good_for="weights.good_for.restorer",
    )
    monkeypatch.setitem(CHECKPOINTS, key, row)


def restorer(noise: float = 0.0, seed: int = 0, widths: tuple[int, ...] = (8, 8)) -> Denoiser:
    """Return a restorer that changes nothing, or adds a picture's own features to it, the stronger the worse."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        network = Denoiser(DenoiserConfig(widths=widths, depths=(1,) * (2 * len(widths) - 1)))
        for name, parameter in network.named_parameters():
            if "second" in name:
                parameter.normal_(std=0.1)
        network.unet.tail.weight.mul_(noise)
        network.unet.tail.bias.mul_(noise)
    return network.eval()


def run_folder(folder: Path, network: HubModel) -> Path:
    """Return the folder of a run that has made `network`."""
    network.save_pretrained(folder / "bundle")
    return folder


def photo_folder(folder: Path, side: int = 96, count: int = 6) -> Path:
    """Return a folder with crops of photos."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = photo("coffee", 3 * side)
    for number in range(count):
        left, top = (number % 3) * side, (number // 3) * side
        (folder / f"{number}.png").write_bytes(png_bytes(whole.crop((left, top, left + side, top + side))))
    return folder


def striped_set(folder: Path, count: int = 8) -> Path:
    """Return a labelled data set: pictures with stripes across are Cubism, with stripes down Rococo, a part each."""
    rows = ["path,style,artist,genre,label,title,year,shape,part,sha256"]
    rng = np.random.default_rng(0)
    for part in ("train", "calibration", "test"):
        for number in range(count):
            pixels = rng.integers(0, 60, (64, 64, 3)).astype(np.uint8)
            across = number % 2 == 0
            (pixels if across else pixels.swapaxes(0, 1))[:: int(rng.integers(3, 6))] += 180
            name = f"{part}-{number}.png"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(png_bytes(Image.fromarray(pixels)))
            rows.append(f"{name},{'Cubism' if across else 'Rococo'},,,,,,native,{part},")
    (folder / "paintings.csv").write_text("\n".join(rows), "utf-8")
    return folder


def frozen(task: Task, folder: Path, **settings: int) -> EvaluationSet:
    """Return the evaluation set of a folder."""
    return runtime.run(freeze_steps(task, folder, everything=True, **settings))
