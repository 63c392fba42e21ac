"""Building blocks that several networks share."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx

_ROUNDING = 1e-4
"""Standard deviation that rounding in float32 can give a constant channel; activations are of the order of 1."""


class _PixelStatistics(torch.autograd.Function):
    """Normalised pixels, mean and standard deviation of every channel, with a hand-written backward pass.

    In the channels_last layout, which is fastest for convolutions on a CPU, PyTorch's own normalisation has a fast
    forward pass, but its backward pass is many times slower than the one below; its `var_mean` is slow in both.
    """

    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, eps: float) -> tuple[Tensor, Tensor, Tensor]:
        b, c, h, w = x.shape
        # Below this size PyTorch takes a path for channels_last that is some fifty times slower.
        x = x.contiguous() if h * w <= 1024 else x
        y, mean, inverse_std = torch.native_group_norm(x, None, None, b, c, h * w, c, eps)
        std = inverse_std.float().reciprocal()
        ctx.save_for_backward(y, std)
        ctx.set_materialize_grads(False)  # an output that nobody used costs nothing backwards
        return y, mean.float(), std

    @staticmethod
    def backward(
        ctx: FunctionCtx, grad_y: Tensor | None, grad_mean: Tensor | None, grad_std: Tensor | None
    ) -> tuple[Tensor, None]:
        y, std = ctx.saved_tensors
        pixels = y.shape[2] * y.shape[3]
        # grad_x = constant + along_y * y + grad_y / std, the first two a number for each channel.
        constant = torch.zeros_like(std) if grad_mean is None else grad_mean / pixels
        along_y = torch.zeros_like(std) if grad_std is None else grad_std / pixels
        if grad_y is not None:
            constant = constant - grad_y.mean((2, 3)).float() / std
            along_y = along_y - (grad_y * y).mean((2, 3)).float() / std
        grad = torch.addcmul(_per_channel(constant, y), y, _per_channel(along_y, y))
        if grad_y is not None:
            grad = grad.addcmul_(grad_y, _per_channel(1 / std, y))
        return grad, None


def _per_channel(values: Tensor, like: Tensor) -> Tensor:
    return values[:, :, None, None].to(like.dtype)


class FrozenStatistics:
    """The means and standard deviations of every normalisation of a forward pass, measured once and reused.

    A large picture is painted in tiles.  If each tile were normalised by itself, its colours would depend on its
    content and the seams would show; with the statistics of the whole picture, tiles join without a seam (Chen et al.
    2022, "Towards Ultra-Resolution Neural Style Transfer via Thumbnail Instance Normalization",
    https://arxiv.org/abs/2103.11784).  Normalisations are identified by the order in which the network calls them.
    """

    def __init__(self) -> None:
        self._statistics: list[tuple[Tensor, Tensor]] = []
        self._next = 0
        self._recording = False

    @contextlib.contextmanager
    def recording(self) -> Iterator[None]:
        """Measure during the forward passes inside the block, over all pictures of a batch together."""
        self._recording = True
        self._statistics.clear()
        try:
            with self._active():
                yield
        finally:
            self._recording = False

    @contextlib.contextmanager
    def replaying(self) -> Iterator[None]:
        """Use the measured statistics, in the same order, during the forward passes inside the block."""
        self._next = 0
        with self._active():
            yield

    @contextlib.contextmanager
    def _active(self) -> Iterator[None]:
        token = _frozen_statistics.set(self)
        try:
            yield
        finally:
            _frozen_statistics.reset(token)

    def measured(self, index: int) -> tuple[Tensor, Tensor]:
        """Return mean and standard deviation of a normalisation, each (1, C, 1, 1)."""
        return self._statistics[index]

    def normalise(self, x: Tensor, eps: float) -> Tensor:
        """Normalise x (B, C, H, W) by the next statistics to mean 0 and standard deviation 1."""
        if self._recording:
            means, stds = channel_statistics(x, eps)  # of each picture
            mean = means.mean(0)
            std = (stds.square() + means.square()).mean(0).sub(mean.square()).clamp(min=eps).sqrt()
            mean, std = mean[None, :, None, None], std[None, :, None, None]
            self._statistics.append((mean, std))
        else:
            mean, std = self.measured(self._next)
            self._next += 1
        return torch.addcmul((-mean / std).to(x.dtype), x, (1 / std).to(x.dtype))


class BlendedStatistics:
    """Statistics that vary over the picture, where several styles share it.

    Each style is normalised as if the whole picture were painted in it, so that each part looks as it would in a
    picture of that style alone, whatever is painted elsewhere.

    Args:
        parts: what was measured with each of K styles alone.
        spread: spreads values (K, C) over features (B, C, H, W), as weighted means.
    """

    def __init__(self, parts: Sequence[FrozenStatistics], spread: Callable[[Tensor, Tensor], Tensor]) -> None:
        self._parts = parts
        self._spread = spread
        self._next = 0

    @contextlib.contextmanager
    def replaying(self) -> Iterator[None]:
        """Use the statistics, in the order of measuring, during the forward pass inside the block."""
        self._next = 0
        token = _frozen_statistics.set(self)
        try:
            yield
        finally:
            _frozen_statistics.reset(token)

    def normalise(self, x: Tensor, eps: float) -> Tensor:
        """Normalise x (B, C, H, W) at each place by the next statistics to mean 0 and standard deviation 1."""
        means, stds = zip(*(part.measured(self._next) for part in self._parts))
        self._next += 1
        mean, std = torch.cat(means).flatten(1), torch.cat(stds).flatten(1)
        shift, scale = self._spread(torch.cat([-mean / std, 1 / std], 1), x).chunk(2, dim=1)
        return torch.addcmul(shift, x, scale)


_frozen_statistics: ContextVar[FrozenStatistics | BlendedStatistics | None]
_frozen_statistics = ContextVar("frozen_statistics", default=None)


def normalise_over_pixels(x: Tensor, eps: float = 1e-3) -> Tensor:
    """Normalise every channel of every picture to mean 0 and standard deviation 1.  x: (B, C, H, W).

    Instance normalisation without parameters (Ulyanov et al. 2016, https://arxiv.org/abs/1607.08022); with the
    statistics of the active `FrozenStatistics`, if there is one.  `eps`, which is added to the variance, is larger than
    usual, so that the faint noise of a blank picture is not magnified.
    """
    frozen = _frozen_statistics.get()
    if frozen is not None:
        return frozen.normalise(x, eps)
    y, _, std = _PixelStatistics.apply(x, eps)
    # A convolution in float32 can round the same sum differently from place to place: thirty times as large after
    # each normalisation, that would be a pattern in the end.  In bfloat16 the differences are rounded away.
    if x.dtype == torch.float32 and (blank := std.square() < eps + _ROUNDING**2).any():
        y = y.masked_fill(blank[:, :, None, None], 0)
    return y


def channel_statistics(x: Tensor, eps: float = 1e-5) -> tuple[Tensor, Tensor]:
    """Return mean and standard deviation over the pixels, each (B, C) float32.  x: (B, C, H, W)."""
    return _PixelStatistics.apply(x, eps)[1:]


class Convolution(nn.Conv2d):
    """A convolution that keeps the size (divided by `stride`) and pads by mirroring.

    Zero padding would draw a dark frame around every painted picture.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int = 3, stride: int = 1) -> None:
        super().__init__(in_channels, out_channels, kernel_size, stride)
        self.border = (kernel_size // 2,) * 4

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(_bordered(x, self.border, "reflect"))

    def enlarging(self, x: Tensor, beside: Tensor | None = None) -> Tensor:
        """Return what a 3x3 convolution makes of x at twice its size, in half the time or less.

        x enlarged by repetition holds each value four times: the convolution and the enlargement are one transposed
        convolution, with a kernel of 4x4 (Odena et al. 2016).

        Args:
            x: (B, C, H, W).
            beside: (B, C', 2H, 2W), what joins the enlarged x as further channels; or None.
        """
        kernel = self.weight[:, : x.shape[1]].flip(2, 3).transpose(0, 1)
        kernel = 4 * F.avg_pool2d(F.pad(kernel, (1, 1, 1, 1)), 2, stride=1)
        # The mirror of what was repeated repeats what is at the border.
        y = F.conv_transpose2d(_bordered(x, (1, 1, 1, 1), "replicate"), kernel, self.bias, stride=2, padding=3)
        if beside is None:
            return y
        return y + F.conv2d(_bordered(beside, self.border, "reflect"), self.weight[:, x.shape[1] :])


def _bordered(x: Tensor, border: tuple[int, ...], mode: str) -> Tensor:
    # Autocast would widen the copy that padding makes to float32, which costs more than the padding.
    with torch.autocast(x.device.type, enabled=False):
        return F.pad(x, border, mode=mode)


def upsample_nearest(x: Tensor) -> Tensor:
    """Double height and width; with a convolution after it there is no checkerboard (Odena et al. 2016)."""
    return F.interpolate(x, scale_factor=2, mode="nearest")


def upsample_linear(x: Tensor) -> Tensor:
    """Double height and width by bilinear interpolation.

    For the coarsest features, whose cells would otherwise show in flat areas. It is three times slower than
    `upsample_nearest`, which is used for the finer ones.
    """
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


class Prunable(Protocol):
    """A block whose inner channels are not used outside it, so that some of them can be pruned."""

    @property
    def last(self) -> nn.Conv2d:
        """The convolution that reads those channels."""
        ...

    def keep(self, kept: Tensor) -> None:
        """Keep only the channels with these numbers, in this order."""
        ...


def narrow(blocks: Sequence[Prunable], widths: Sequence[int]) -> None:
    """Narrow blocks of full width to the widths that they were pruned to; do nothing if `widths` is empty.

    Raises:
        ValueError: there is not one width for each block, or a width is larger than a block's.
    """
    if widths and (
        len(widths) != len(blocks)
        or any(not 0 < width <= block.last.in_channels for block, width in zip(blocks, widths))
    ):
        raise ValueError(f"{len(blocks)} blocks cannot have the widths {', '.join(map(str, widths))}.")
    for block, width in zip(blocks, widths):
        block.keep(torch.arange(width))


def keep_outputs(layer: nn.Conv2d | nn.Linear | nn.BatchNorm2d, kept: Tensor) -> None:
    """Keep only these outputs of a layer; for a depthwise convolution also the inputs that they depend on."""
    for name in ("weight", "bias"):
        if getattr(layer, name, None) is not None:
            setattr(layer, name, nn.Parameter(getattr(layer, name).detach()[kept].clone()))
    if isinstance(layer, nn.BatchNorm2d):
        layer.running_mean, layer.running_var = layer.running_mean[kept].clone(), layer.running_var[kept].clone()
        layer.num_features = len(kept)
    elif isinstance(layer, nn.Linear):
        layer.out_features = len(kept)
    else:
        layer.out_channels = len(kept)
        if layer.groups > 1:
            layer.in_channels = layer.groups = len(kept)


def keep_inputs(layer: nn.Conv2d, kept: Tensor) -> None:
    """Keep only these inputs of a convolution."""
    layer.weight = nn.Parameter(layer.weight.detach()[:, kept].clone())
    layer.in_channels = len(kept)
