"""A U-net of residual blocks without normalisation, shared by the restoration networks.

U-net: Ronneberger et al. 2015, https://arxiv.org/abs/1505.04597; residual blocks without normalisation and plain
convolutions as in DRUNet: Zhang et al. 2021, https://arxiv.org/abs/2008.13751; the picture is processed at half size,
with four pixels as channels, as in FFDNet: Zhang et al. 2018, https://arxiv.org/abs/1710.04026.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from deepart.models.blocks import keep_inputs, keep_outputs


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions around a ReLU, added to the input; initialised as the identity."""

    def __init__(self, channels: int, dilation: int = 1) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.relu(self.first(x), inplace=True))

    @property
    def last(self) -> nn.Conv2d:
        """The convolution that reads what is between the two."""
        return self.second

    def keep(self, kept: Tensor) -> None:
        """Keep only these of the channels between the two convolutions."""
        keep_outputs(self.first, kept)
        keep_inputs(self.second, kept)


class ResidualUNet(nn.Module):
    """Maps pictures to pictures of the same size; its levels lie at 1/2, 1/4, 1/8, ... of it.

    Args:
        in_channels: of the pictures.
        out_channels: of what is returned.
        widths: channels of each level; multiples of 32 suit the matrix units of processors.
        depths: residual blocks of each level, down and up again; the middle one is the coarsest.
        dilations: of the blocks of the coarsest level, repeated as needed; they set its receptive field.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        widths: Sequence[int],
        depths: Sequence[int],
        dilations: Sequence[int] = (1,),
    ) -> None:
        super().__init__()
        last = len(widths) - 1
        if len(depths) != 2 * last + 1:
            raise ValueError(f"{len(widths)} levels need {2 * last + 1} depths.")

        def blocks(level: int, depth: int) -> nn.Sequential:
            return nn.Sequential(*(ResidualBlock(widths[level]) for _ in range(depth)))

        self.head = nn.Conv2d(4 * in_channels, widths[0], 3, padding=1)
        self.down = nn.ModuleList(blocks(level, depths[level]) for level in range(last))
        self.shrink = nn.ModuleList(nn.Conv2d(widths[i], widths[i + 1], 2, stride=2) for i in range(last))
        self.middle = nn.Sequential(
            *(ResidualBlock(widths[last], dilations[i % len(dilations)]) for i in range(depths[last]))
        )
        self.enlarge = nn.ModuleList(nn.Conv2d(widths[i + 1], 4 * widths[i], 1) for i in range(last))
        self.up = nn.ModuleList(blocks(level, depths[2 * last - level]) for level in range(last))
        self.tail = nn.Conv2d(widths[0], 4 * out_channels, 3, padding=1)

    @property
    def multiple(self) -> int:
        """Sides of pictures are padded to a multiple of so many pixels."""
        return 2 ** (len(self.down) + 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, in_channels, H, W) of any size to (B, out_channels, H, W)."""
        h, w = x.shape[-2:]
        x = F.pad(x, (0, -w % self.multiple, 0, -h % self.multiple), mode="replicate")
        feat = self.head(F.pixel_unshuffle(x, 2))
        skips = []
        for blocks, shrink in zip(self.down, self.shrink):
            feat = blocks(feat)
            skips.append(feat)
            feat = shrink(feat)
        feat = self.middle(feat)
        for blocks, enlarge, skip in zip(reversed(self.up), reversed(self.enlarge), reversed(skips)):
            feat = blocks(F.pixel_shuffle(enlarge(feat), 2) + skip)
        return F.pixel_shuffle(self.tail(feat), 2)[..., :h, :w]
