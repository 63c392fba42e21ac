"""Small restoring networks with random weights, in the place of the bundled ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch
from PIL import Image
from torch import nn

from deepart import runtime
from deepart.checkpoints import models
from deepart.models.restorers.damage_detector import DamageDetector, DamageDetectorConfig
from deepart.models.restorers.denoiser import Denoiser, DenoiserConfig
from deepart.models.restorers.inpainter import Inpainter, InpainterConfig
from deepart.models.restorers.upscaler import Upscaler, UpscalerConfig
from deepart.tasks.restore import bundled
from deepart.tasks.restore.bundled import DENOISER, DETECTOR, INPAINTER, UPSCALERS
from photos import photo

HOLE = (40, 30, 60, 45)


def picture_with_hole() -> Image.Image:
    """Return a photo of 120 x 90 px without black but in `HOLE`, which `BlackIsDamage` takes for damage."""
    picture = photo("astronaut", 120).resize((120, 90)).point([60 + x // 2 for x in range(256)] * 3)
    picture.paste("black", HOLE)
    return picture


class BlackIsDamage(DamageDetector):
    """A detector that is sure of pixels that are black, or nearly: it sees them out of a JPEG file."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 30 - 200 * x.amax(1, keepdim=True)


@contextmanager
def tiny_restorers() -> Iterator[None]:
    """Let the networks of Restore be tiny ones that change every pixel a little, until the end."""
    torch.manual_seed(0)
    networks = {
        DENOISER: Denoiser(DenoiserConfig(widths=(8, 8, 8), depths=(1, 1, 1, 1, 1))),
        INPAINTER: Inpainter(InpainterConfig(widths=(8, 8), depths=(1, 1, 1), dilations=(1, 2))),
        DETECTOR: BlackIsDamage(DamageDetectorConfig(widths=(4, 4), depths=(1, 1, 1))),
        **{key: Upscaler(UpscalerConfig(width=8, depth=2)) for key in UPSCALERS.values()},
    }
    device = str(runtime.device())
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(runtime, "precision", lambda: torch.float32)
        monkeypatch.setattr(bundled, "believed", lambda picture, marked: marked)  # `BlackIsDamage` is right
        for key, network in networks.items():
            for name, value in network.named_parameters():
                if name.endswith("weight"):
                    nn.init.normal_(value, std=0.4 / value[0].numel() ** 0.5)
            models.put(key, network.eval().requires_grad_(False).to(device), device)
        try:
            yield
        finally:
            for key in networks:
                models.forget(key)
