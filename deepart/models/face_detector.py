"""BlazeFace, the network that finds faces in photos and paintings: depthwise bottlenecks and a small pyramid.

The full-range network of Google's MediaPipe, https://github.com/google-ai-edge/mediapipe, with its weights.

Reference:
    Bazarevsky et al. 2019, "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs",
    https://arxiv.org/abs/1907.05047.

Differs from MediaPipe's: it takes pictures of any size, not squares of 192 pixels, and returns no landmarks.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepart.models.pretrained import HubModel

SIDE = 192
"""Longer side in pixels of the pictures that the network was trained on."""
STRIDE = 4
"""Pixels between neighbouring places of the output."""
MULTIPLE = 32
"""The sides of a picture must be multiples of this."""


@dataclass(frozen=True, slots=True)
class FaceDetectorConfig:
    """Channels of the encoder's blocks, stage by stage, and of the pyramid from the coarsest level up."""

    stages: tuple[tuple[int, ...], ...] = (
        (32, 32),
        (48, 48, 64),
        (96, 128, 128),
        (144, 192, 256),
        (384, 384, 384, 384),
    )
    pyramid: tuple[int, ...] = (96, 64, 48)
    refinements: tuple[int, ...] = (2, 2, 1)


class _Depthwise(nn.Conv2d):
    """A depthwise 3x3 convolution; with a stride it pads only below and to the right, as TensorFlow does."""

    def __init__(self, channels: int, stride: int = 1) -> None:
        super().__init__(channels, channels, 3, stride, padding=2 - stride, groups=channels)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x if self.padding[0] else F.pad(x, (0, 1, 0, 1)))


class _Bottleneck(nn.Module):
    """BlazeFace's double block: two depthwise filters and two 1x1 ones, narrow between them, added to the input."""

    def __init__(self, inputs: int, outputs: int, narrow: int, stride: int = 1) -> None:
        super().__init__()
        self.stride, self.missing = stride, outputs - inputs
        self.first, self.narrow = _Depthwise(inputs, stride), nn.Conv2d(inputs, narrow, 1)
        self.second, self.wide = _Depthwise(narrow), nn.Conv2d(narrow, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        change = self.wide(self.second(F.relu(self.narrow(self.first(x)))))
        x = F.max_pool2d(x, 2) if self.stride == 2 else x
        return F.relu(F.pad(x, (0, 0, 0, 0, 0, self.missing)) + change)


class FaceDetector(
    HubModel, license="apache-2.0", paper_url="https://arxiv.org/abs/1907.05047", tags=["object-detection"]
):
    """Predicts for every fourth pixel whether a face is around it, and its box."""

    Config = FaceDetectorConfig
    config: FaceDetectorConfig

    def __init__(self, config: FaceDetectorConfig | None = None) -> None:
        config = config or self.Config()
        super().__init__(config)
        last = config.stages[0][0]
        self.stem = nn.Conv2d(3, last, 3, 2)
        self.stages = nn.ModuleList()
        for number, widths in enumerate(config.stages):
            blocks = nn.Sequential()
            for place, width in enumerate(widths):
                blocks.append(_Bottleneck(last, width, width // 4, 2 if number and not place else 1))
                last = width
            self.stages.append(blocks)
        self.tops, self.sides, self.refined = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        for width, blocks, finer in zip(config.pyramid, config.refinements, config.stages[-2::-1]):
            self.tops.append(nn.Conv2d(last, width, 1))
            self.sides.append(nn.Conv2d(finer[-1], width, 1))
            self.refined.append(nn.Sequential(*(_Bottleneck(width, width, width // 2) for _ in range(blocks))))
            last = width
        self.score, self.box = nn.Conv2d(last, 1, 1), nn.Conv2d(last, 16, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Find faces in RGB pictures in [0, 1], (B, 3, H, W), whose sides are multiples of `MULTIPLE`.

        Returns:
            Probability of a face around each place, (B, H / 4, W / 4) in [0, 1]; and its box, (B, H / 4, W / 4, 4):
            left, top, right, bottom in pixels.
        """
        x = F.relu(self.stem(F.pad(2 * x - 1, (0, 1, 0, 1))))
        levels = []
        for blocks in self.stages:
            x = blocks(x)
            levels.append(x)
        for top, side, blocks, finer in zip(self.tops, self.sides, self.refined, levels[-2::-1]):
            coarse = F.interpolate(F.relu(top(x)), scale_factor=2.0, mode="bilinear")
            x = blocks(F.relu(side(finer)) + coarse)
        offset, size = self.box(x)[:, :4].permute(0, 2, 3, 1).split(2, dim=3)
        rows, columns = (torch.arange(side, device=x.device) for side in x.shape[2:])
        places = torch.stack(torch.meshgrid(columns, rows, indexing="xy"), dim=2)
        centre = STRIDE * (places + 0.5) + offset
        return self.score(x)[:, 0].sigmoid(), torch.cat([centre - size / 2, centre + size / 2], dim=3)
