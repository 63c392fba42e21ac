"""Training of the upscaler: undo a shrinking, and for the crisp look, imitate Real-ESRGAN."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepart.training.data import degrade, random_crop
from deepart.training.loop import Batch, BatchSpec
from deepart.training.losses import charbonnier

CLEAN_SCALES = (0.5, 0.7)
"""Pictures are shrunk by so much first: they are JPEG files, and their own faults average out."""

CRISP_SCALES = (0.25, 0.8)
"""By so much are the pictures shrunk that the teacher enlarges: sharp ones, and soft ones as visitors have."""

TEACHER_SIDE = 64
"""Side in pixels of the crops that the teacher enlarges."""

TEACHER_SCALE = 4


class UpscalerTraining:
    """Draws crops, shrinks them and returns how far the network's enlargement is from them.

    The scales take turns, a step each.  `stage.size` is the side of the small crops, so that all scales cost alike.

    Args:
        network: an `Upscaler`.
        stores: collections of pictures; each gives the same share of a batch, and may be named twice.
    """

    def __init__(self, network: nn.Module, stores: Sequence[Sequence[np.ndarray]], seed: int = 0) -> None:
        self.network = network
        self._stores = stores
        self._seed = seed

    def draw(self, spec: BatchSpec) -> Batch:
        """Return shrunk crops, (B, 3, size, size), and what they were before."""
        scale = _scale_of(spec, self.network)
        places = zip(spec.indices, spec.generators(self._seed))
        large = torch.stack([self._crop(place, spec.stage.size * scale, rng) for place, rng in places])
        return shrink(large, scale), large

    def losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Return "total", the Charbonnier distance (Lai et al. 2017) of what is enlarged from what it was."""
        small, large = batch
        return {"total": charbonnier(self.network(small, _scale_of(spec, self.network)).float(), large)}

    def _crop(self, place: int, size: int, rng: np.random.Generator) -> Tensor:
        store = self._stores[place % len(self._stores)]
        while True:
            picture = store[int(rng.integers(len(store)))]
            if min(picture.shape[:2]) * CLEAN_SCALES[1] >= size:
                crop = random_crop(picture, size, CLEAN_SCALES, rng)
                return crop.transpose(1, 2) if rng.random() < 0.5 else crop


class TeacherCache:
    """Crops and their enlargements by a slow teacher, as bytes in one file that grows.

    Args:
        file: made if missing, gone on with if not.
        side: of the crops, in pixels.
    """

    def __init__(self, file: Path, side: int = TEACHER_SIDE) -> None:
        self._file = Path(file)
        self._small = (side, side, 3)
        self._large = (side * TEACHER_SCALE, side * TEACHER_SCALE, 3)

    @property
    def _record(self) -> int:
        return math.prod(self._small) + math.prod(self._large)

    def __len__(self) -> int:
        return self._file.stat().st_size // self._record if self._file.exists() else 0

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return crop `index`, (side, side, 3) uint8 RGB, and its enlargement, four times as large."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        record = np.fromfile(self._file, np.uint8, self._record, offset=index * self._record)
        cut = math.prod(self._small)
        return record[:cut].reshape(self._small), record[cut:].reshape(self._large)

    @torch.no_grad()
    def fill(
        self, teacher: nn.Module, stores: Sequence[Sequence[np.ndarray]], count: int, seed: int = 0, *, bf16: bool
    ) -> Iterator[int]:
        """Enlarge crops until there are `count`, yielding how many there are after each.

        Stopped at any moment, it goes on where it was; the same seed gives the same crops.

        Args:
            teacher: maps (1, 3, side, side) in [0, 1] to the fourfold size.
            stores: collections of pictures that take turns.
            bf16: whether the teacher computes in bfloat16.
        """
        self._file.parent.mkdir(parents=True, exist_ok=True)
        device = next((parameter.device for parameter in teacher.parameters()), torch.device("cpu"))
        done = len(self)
        with open(self._file, "ab") as file:
            os.truncate(file.fileno(), done * self._record)  # a record that was cut short
            for index in range(done, count):
                rng = np.random.default_rng((seed, index))
                store = stores[index % len(stores)]
                crop = random_crop(store[int(rng.integers(len(store)))], self._small[0], CRISP_SCALES, rng)
                small = _bytes(degrade(crop, rng))
                x = _tensor(small)[None].to(device, memory_format=torch.channels_last)
                with torch.autocast(device.type, dtype=torch.bfloat16, enabled=bf16):
                    large = teacher(x)
                file.write(small.tobytes() + _bytes(large[0].float().cpu()).tobytes())
                file.flush()
                yield index + 1


class CrispTraining:
    """Draws crops that a teacher has enlarged and returns how far the network's enlargement is from the teacher's.

    For a scale below the teacher's, its enlargement is shrunk to that.  `stage.size` is the side of the small crops,
    cut from the cached ones.

    Args:
        network: an `Upscaler` that has been trained to be faithful.
        cache: crops with their enlargements.
        perceptual_network: the network that measures what it looks like, as `PerceptualNetwork`.
        perceptual: weight of the distance of the perceptual network's features beside that of the pixels.
    """

    def __init__(
        self,
        network: nn.Module,
        cache: TeacherCache,
        perceptual_network: nn.Module,
        seed: int = 0,
        perceptual: float = 0.03,
    ) -> None:
        self.network = network
        self._cache = cache
        self._perceptual_network = perceptual_network.eval().requires_grad_(False)
        self._perceptual = perceptual
        self._seed = seed

    def draw(self, spec: BatchSpec) -> Batch:
        """Return small crops, (B, 3, size, size), and the teacher's enlargements of them, at the scale of the spec."""
        scale = _scale_of(spec, self.network)
        small, large = zip(*(self._pair(spec.stage.size, rng) for rng in spec.generators(self._seed)))
        target = torch.stack(large)
        return torch.stack(small), target if scale == TEACHER_SCALE else shrink(target, TEACHER_SCALE // scale)

    def losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Return "total", and its parts "pixels" and "features"."""
        small, target = batch
        enlarged = self.network(small, _scale_of(spec, self.network)).float()
        perceptual_network = self._perceptual_network.to(target.device)
        with torch.no_grad():
            wanted = perceptual_network(target)
        seen = perceptual_network(enlarged)
        losses = {"pixels": (enlarged - target).abs().mean(), "features": feature_distance(seen, wanted)}
        return {"total": losses["pixels"] + self._perceptual * losses["features"], **losses}

    def _pair(self, side: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Cut the same square out of a crop and its enlargement, turned in one of eight ways."""
        small, large = (_tensor(x) for x in self._cache[int(rng.integers(len(self._cache)))])
        top, left = (int(i) for i in rng.integers(small.shape[1] - side + 1, size=2))
        flips = [axis for axis in (1, 2) if rng.random() < 0.5]
        transposed = rng.random() < 0.5
        pair = []
        for x, scale in ((small, 1), (large, TEACHER_SCALE)):
            x = x[:, top * scale : (top + side) * scale, left * scale : (left + side) * scale].flip(flips)
            pair.append(x.transpose(1, 2) if transposed else x)
        return pair[0], pair[1]


def feature_distance(seen: dict[str, Tensor], wanted: dict[str, Tensor]) -> Tensor:
    """Return the mean difference of features relative to their mean size, mean over taps.

    Perceptual loss: Johnson et al. 2016, https://arxiv.org/abs/1603.08155.
    """
    distances = [(seen[tap] - wanted[tap]).float().abs().mean() / (wanted[tap].float().mean() + 1e-3) for tap in wanted]
    return torch.stack(distances).mean()


def shrink(large: Tensor, scale: int) -> Tensor:
    """Shrink pictures in [0, 1], (B, 3, H, W), as the standard tests do: bicubic, antialiased, 8 bits per value."""
    size = (large.shape[-2] // scale, large.shape[-1] // scale)
    small = F.interpolate(large, size, mode="bicubic", align_corners=False, antialias=True)
    return _in_8_bits(small)


def _in_8_bits(x: Tensor) -> Tensor:
    return (x.clamp(0, 1) * 255).round() / 255


def _bytes(x: Tensor) -> np.ndarray:
    """Return (3, H, W) in [0, 1] as (H, W, 3) uint8."""
    return (x.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()


def _tensor(pixels: np.ndarray) -> Tensor:
    """Return (H, W, 3) uint8 as (3, H, W) in [0, 1]."""
    return torch.from_numpy(np.array(pixels)).permute(2, 0, 1).float() / 255


def _scale_of(spec: BatchSpec, network: nn.Module) -> int:
    scales = network.config.scales
    return scales[spec.step % len(scales)]
