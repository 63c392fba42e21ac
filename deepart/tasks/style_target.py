"""The target of refining and fitting: the statistics of a style in a perceptual network.

For a picture they are measured. For the styles of the gallery they come with the bundled network, without the scans:
means and standard deviations of its features, their correlations as the strongest of their principal parts, and the
limits of the colours, all in float16.  For any other style code they are measured on photos that the style network
paints in it. A mixture of styles has the weighted mean of their statistics.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from deepart import runtime
from deepart.checkpoints import find
from deepart.files import replacing
from deepart.images import centre_crop, load_image, to_tensor
from deepart.models.distances import GRAM_TAPS, STYLE_TAPS, StyleStatistics, mixed_statistics, style_statistics
from deepart.models.style_code import Layer, StyleCode
from deepart.tasks.paint.engine import STYLE_SIDE, StyleTransfer

BUNDLED_LOSS = "loss/distilled-vgg16-v1"
FILE = "gallery.safetensors"
"""Beside the bundled network: the statistics of the gallery, stacked over its styles, whose keys are its metadata."""
SCALES = (1.0, 0.5)
"""Scales of a style, in units of the size at which the style network reads it."""

_LAYER_TAPS: Mapping[Layer, tuple[str, ...]] = {
    "palette": ("relu1_2",),
    "texture": ("relu2_2", "relu3_3"),
    "shapes": ("relu4_1",),
}
_PHOTOS = ("astronaut.png", "coffee.png", "chelsea.png")
_PHOTO_SIDE = 256
_RANK = 32  # principal parts that are kept of the correlations of up to 256 channels
_RAREST = 500  # of so many pixels one may lie beyond the limits of the colours
_DIRECTIONS = tuple(axis for axis in itertools.product((-1.0, 0.0, 1.0), repeat=3) if any(axis))


@dataclass(frozen=True, slots=True)
class StyleTarget:
    """A style at one scale."""

    statistics: StyleStatistics
    limits: Tensor  # (1, 26): how far its colours reach in each of `_DIRECTIONS`, the rarest left out

    def excess(self, x: Tensor) -> Tensor:
        """Return how far the colours of x (B, 3, H, W) lie outside those of the style, (B,), mean over the pixels."""
        return (F.conv2d(x, _axes(x.device)) - self.limits[..., None, None]).clamp(min=0).sum(1).mean((1, 2))


def of_picture(network: nn.Module, picture: Image.Image, scale: float) -> StyleTarget:
    """Return the target of an RGB picture, read at the size of a style times `scale`."""
    side = STYLE_SIDE * scale
    # A very long picture is squeezed: its strokes matter, not its shape.
    size = [round(min(4 * side, length * side / min(picture.size))) for length in picture.size]
    return _measured(network, to_tensor(picture.resize(size, Image.Resampling.LANCZOS)))


def of_code(network: nn.Module, engine: StyleTransfer, code: StyleCode, scale: float) -> StyleTarget:
    """Return the target of a style without a picture, measured on photos painted in it."""
    side = round(_PHOTO_SIDE * scale)
    painted = (engine(centre_crop(photo, _PHOTO_SIDE), code).resize((side, side)) for photo in photos())
    return _measured(network, torch.cat([to_tensor(each) for each in painted], dim=3))


def of_gallery(key: str, scale: float) -> StyleTarget:
    """Return the stored target of a style of the gallery, for the bundled network.

    Raises:
        KeyError: nothing is.
    """
    kept, row = _kept()
    nearest = min(SCALES, key=lambda known: abs(known - scale))  # half of an odd side is not quite a half
    values = {name: tensor[row[key]][None].float() for name, tensor in kept(nearest).items()}
    means, stds = ({tap: values[f"{kind}.{tap}"] for tap in STYLE_TAPS} for kind in ("means", "deviations"))
    correlations = {}
    for tap in GRAM_TAPS:
        correlations[tap] = values[f"parts.{tap}"] @ values[f"parts.{tap}"].transpose(1, 2)
        # How strong each channel is alone need not be guessed from the principal parts.
        correlations[tap].diagonal(dim1=1, dim2=2).copy_(means[tap] ** 2 + stds[tap] ** 2)
    return _on_device(StyleTarget(StyleStatistics(means, stds, correlations), values["limits"]))


def kept_keys() -> list[str]:
    """Return the styles of the gallery for which `of_gallery` has a target."""
    return list(_kept()[1])


def mixed(targets: Sequence[StyleTarget], weights: Sequence[float]) -> StyleTarget:
    """Return the weighted mean; its colours are those of any of them."""
    shares = [weight / sum(weights) for weight in weights]
    limits = torch.stack([target.limits for target in targets]).amax(0)
    return StyleTarget(mixed_statistics([target.statistics for target in targets], shares), limits)


def layered(base: StyleTarget, layers: Mapping[Layer, StyleTarget]) -> StyleTarget:
    """Return `base` with its palette, texture or shapes taken from others; see `StyleSpace.layered`."""
    means, stds, correlations = (dict(getattr(base.statistics, kind)) for kind in ("means", "stds", "correlations"))
    limits = base.limits
    for layer, target in layers.items():
        for tap in _LAYER_TAPS[layer]:
            means[tap], stds[tap] = target.statistics.means[tap], target.statistics.stds[tap]
            if tap in correlations:
                correlations[tap] = target.statistics.correlations[tap]
        limits = target.limits if layer == "palette" else limits
    return StyleTarget(StyleStatistics(means, stds, correlations), limits)


def photos() -> list[Image.Image]:
    """Return the three RGB photos on which styles are tried."""
    folder = resources.files("skimage.data")
    return [load_image(Path(str(folder / name))) for name in _PHOTOS]


def keep_gallery(
    network: nn.Module, scans: Iterable[tuple[str, Image.Image]], on_style: Callable[[str], None] = lambda key: None
) -> None:
    """Measure the styles of the gallery with the bundled network, and keep them beside it.

    Args:
        network: the bundled network.
        scans: the key of each style, and its painting, RGB.
        on_style: called with the key of each style when it is done.
    """
    from safetensors.torch import save_file

    keys, rows = [], []
    for key, scan in scans:
        keys.append(key)
        rows.append({})
        for scale in SCALES:
            target = of_picture(network, scan, scale)
            statistics = target.statistics
            named = {"limits": target.limits}
            named |= {f"means.{tap}": value for tap, value in statistics.means.items()}
            named |= {f"deviations.{tap}": value for tap, value in statistics.stds.items()}
            named |= {f"parts.{tap}": _parts(value) for tap, value in statistics.correlations.items()}
            rows[-1] |= {f"{scale:g}.{name}": value[0].half().cpu() for name, value in named.items()}
        on_style(key)
    stacks = {name: torch.stack([row[name] for row in rows]) for name in rows[0]}
    with replacing(_file()) as part:
        save_file(stacks, part, {"keys": " ".join(keys)})
    _kept.cache_clear()


@functools.cache
def _kept() -> tuple[Callable[[float], Mapping[str, Tensor]], Mapping[str, int]]:
    """Return a function that reads the tensors of a scale by name, and the row of each style."""
    from safetensors import safe_open

    with safe_open(_file(), "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (it is no mapping)
        row = {key: number for number, key in enumerate(file.metadata()["keys"].split())}

    def of_scale(scale: float) -> Mapping[str, Tensor]:
        start = f"{scale:g}."
        return {name.removeprefix(start): tensor for name, tensor in tensors.items() if name.startswith(start)}

    return of_scale, row


def _file() -> Path:
    return find(BUNDLED_LOSS).folder / FILE


def _parts(correlations: Tensor) -> Tensor:
    """Return P (1, C, R) so that P Pᵀ is nearly a matrix of correlations (1, C, C)."""
    values, vectors = torch.linalg.eigh(correlations)
    return vectors[..., -_RANK:] * values[:, None, -_RANK:].clamp(min=0).sqrt()


def _measured(network: nn.Module, picture: Tensor) -> StyleTarget:
    picture = picture.to(device=runtime.device(), memory_format=torch.channels_last)
    with runtime.device_lock(), torch.no_grad(), runtime.autocast():
        statistics = style_statistics(network(picture, STYLE_TAPS))
    reach = F.conv2d(picture, _axes(picture.device)).flatten(2)  # (1, directions, pixels)
    rarest = max(1, reach.shape[2] // _RAREST)
    return StyleTarget(statistics, reach.topk(rarest, dim=2).values[..., -1])


def _axes(device: torch.device) -> Tensor:
    return F.normalize(torch.tensor(_DIRECTIONS, device=device), dim=1)[:, :, None, None]


def _on_device(target: StyleTarget) -> StyleTarget:
    def moved(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {tap: tensor.to(runtime.device()) for tap, tensor in tensors.items()}

    statistics = target.statistics
    moved_statistics = StyleStatistics(moved(statistics.means), moved(statistics.stds), moved(statistics.correlations))
    return StyleTarget(moved_statistics, target.limits.to(runtime.device()))
