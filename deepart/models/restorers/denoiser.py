"""The denoiser: a blind residual U-net that removes noise, JPEG blocks and mild blur.

See `deepart.models.unet`; DRUNet: Zhang et al. 2021, https://arxiv.org/abs/2008.13751.
Trained by `deepart.training.restore.denoiser`.

Differs from DRUNet: blind (no map of the noise level), an eighth of the weights, and the network predicts the residual.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from deepart.models.blocks import narrow
from deepart.models.pretrained import HubModel
from deepart.models.unet import ResidualBlock, ResidualUNet


@dataclass(frozen=True, slots=True)
class DenoiserConfig:
    """Shape of the U-net; see `ResidualUNet`."""

    widths: tuple[int, ...] = (64, 128, 160)
    depths: tuple[int, ...] = (3, 3, 4, 3, 3)
    inner: tuple[int, ...] = ()
    """Channels inside each residual block of a pruned network, in the order of `Denoiser.prunable`."""


class Denoiser(HubModel, license="mit", paper_url="https://arxiv.org/abs/2008.13751", tags=["image-to-image"]):
    """Removes noise, JPEG blocks and mild blur from pictures."""

    Config = DenoiserConfig
    config: DenoiserConfig

    def __init__(self, config: DenoiserConfig | None = None) -> None:
        config = config or self.Config()
        super().__init__(config)
        self.unet = ResidualUNet(3, 3, config.widths, config.depths)
        narrow(self.prunable(), config.inner)

    def prunable(self) -> list[ResidualBlock]:
        """Return the blocks that can be pruned."""
        return [module for module in self.unet.modules() if isinstance(module, ResidualBlock)]

    def forward(self, x: Tensor) -> Tensor:
        """Restore RGB pictures in [0, 1], (B, 3, H, W), of any size; returns the same shape, not clamped."""
        return x - self.unet(x).to(x.dtype)
