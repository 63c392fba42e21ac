"""The segmenter: a residual U-net that predicts the region of each pixel, such as subject, sky or frame.

U-net: Ronneberger et al. 2015, https://arxiv.org/abs/1505.04597; see `deepart.models.unet`.  Trained by
`deepart.training.restore.segmenter` on pictures with masks.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from deepart.models.pretrained import HubModel
from deepart.models.unet import ResidualUNet


@dataclass(frozen=True, slots=True)
class SegmenterConfig:
    """The regions, and the shape of the U-net; see `ResidualUNet`."""

    regions: tuple[str, ...] = ("#000000", "#ffffff")
    """Colours of the masks, as "#rrggbb", in the order of the outputs."""
    widths: tuple[int, ...] = (32, 48, 64, 96)
    depths: tuple[int, ...] = (1, 1, 2, 4, 2, 1, 1)


class Segmenter(HubModel, license="mit", paper_url="https://arxiv.org/abs/1505.04597", tags=["image-segmentation"]):
    """Predicts the regions of pictures."""

    Config = SegmenterConfig
    config: SegmenterConfig

    def __init__(self, config: SegmenterConfig | None = None) -> None:
        config = config or SegmenterConfig()
        super().__init__(config)
        self.unet = ResidualUNet(3, len(config.regions), config.widths, config.depths, dilations=(1, 2, 4))

    def forward(self, x: Tensor) -> Tensor:
        """Map RGB pictures in [0, 1], (B, 3, H, W), of any size to logits, (B, regions, H, W)."""
        return self.unet(x - 0.5)
