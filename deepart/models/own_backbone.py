"""A small convolutional backbone of our own, each part of which can be chosen: kernel, stride or pooling, activation.

The shape of LeCun et al. 1998 (https://doi.org/10.1109/5.726791), with group normalisation (Wu & He 2018,
https://arxiv.org/abs/1803.08494), since it is trained from nothing in small batches.  It has the few methods of timm's
networks that `deepart.models.classifier` calls.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

OWN = "own"
"""Its name in a config, in place of a timm name."""

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "leaky-relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
}

WIDTHS = (24, 48, 96, 160, 256)
_GROUPS = 8


class OwnBackbone(nn.Module):
    """Five stages of a convolution, a normalisation and an activation, each smaller than the one before.

    Args:
        kernel: side of the convolutions in pixels, odd.
        stride: stride of each stage; 1 for convolutions that keep the size, followed by 2x2 pooling.
        activation: a key of `ACTIVATIONS`.
    """

    def __init__(self, kernel: int = 3, stride: int = 2, activation: str = "relu") -> None:
        super().__init__()
        if kernel % 2 == 0:
            raise ValueError(f"A kernel of {kernel} pixels has no middle.")
        self.stages = nn.ModuleList()
        for channels, width in zip((3, *WIDTHS), WIDTHS):
            parts = [nn.Conv2d(channels, width, kernel, stride, kernel // 2, bias=False), nn.GroupNorm(_GROUPS, width)]
            pooling = [nn.MaxPool2d(2, ceil_mode=True)] if stride == 1 else []
            self.stages.append(nn.Sequential(*parts, ACTIVATIONS[activation](), *pooling))
        self.feature_info = [{"num_chs": width} for width in WIDTHS]
        self.num_features = WIDTHS[-1]

    def forward_intermediates(self, x: Tensor, indices: Sequence[int]) -> tuple[Tensor, list[Tensor]]:
        """Return the last features of (B, 3, H, W), and those after the stages `indices`."""
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return x, [maps[index] for index in indices]
