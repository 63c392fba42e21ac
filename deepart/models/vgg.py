"""VGG-16 and VGG-19 as perceptual networks: the activations in which style and content are measured.

Simonyan & Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2014,
https://arxiv.org/abs/1409.1556; as a measure of style: Gatys et al. 2016, Johnson et al. 2016.
Weights: VGG-19 is `timm/vgg19.tv_in1k` on the Hub, VGG-16 any file with torchvision's keys up to conv4_1.

Differs from the paper: no classifier, and nothing after the last requested convolution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class VGGConfig:
    """Shape of a VGG network; a picture x in [0, 1] enters as (x - mean) / std."""

    channels: tuple[int, ...]
    """Width of each stage; a max-pooling lies between two stages."""
    depths: tuple[int, ...]
    """Convolutions of each stage."""
    taps: tuple[str, ...]
    """Layers that `forward` returns by default; `reluS_C` follows convolution C of stage S."""
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class VGG19Config(VGGConfig):
    """VGG-19 with ImageNet's mean and standard deviation."""

    channels: tuple[int, ...] = (64, 128, 256, 512, 512)
    depths: tuple[int, ...] = (2, 2, 4, 4, 4)
    taps: tuple[str, ...] = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class VGG16Config(VGGConfig):
    """VGG-16 up to conv4_1, normalised as the authors' release: RGB in 0..255 minus the mean, no std."""

    channels: tuple[int, ...] = (64, 128, 256, 512)
    depths: tuple[int, ...] = (2, 2, 3, 1)
    taps: tuple[str, ...] = ("relu1_2", "relu2_2", "relu3_3", "relu4_1")
    mean: tuple[float, float, float] = (123.68 / 255, 116.779 / 255, 103.939 / 255)
    std: tuple[float, float, float] = (1 / 255, 1 / 255, 1 / 255)


class VGGFeatures(nn.Module):
    """The convolutions of a VGG network; keys as in torchvision and timm, `features.N.weight` and `.bias`."""

    Config: type[VGGConfig]
    unused_keys: tuple[str, ...] = ()
    """Prefixes of additional keys that a weights file may hold; any other extra key is an error."""

    def __init__(self, config: VGGConfig | None = None) -> None:
        super().__init__()
        self.config = config or self.Config()
        self._index: dict[str, int] = {}  # "relu3_1" -> its place in `features`
        layers: list[nn.Module] = []
        width = 3
        for stage, (channels, depth) in enumerate(zip(self.config.channels, self.config.depths, strict=True), 1):
            if stage > 1:
                layers.append(nn.MaxPool2d(2, 2))
            for conv in range(1, depth + 1):
                layers += [nn.Conv2d(width, channels, 3, padding=1), nn.ReLU(inplace=True)]
                self._index[f"relu{stage}_{conv}"] = len(layers) - 1
                width = channels
        self.features = nn.Sequential(*layers)
        self._check(self.config.taps)
        for name in ("mean", "std"):
            value = torch.tensor(getattr(self.config, name)).view(1, 3, 1, 1)
            self.register_buffer(name, value, persistent=False)

    def forward(self, x: Tensor, taps: Sequence[str] | None = None) -> dict[str, Tensor]:
        """Return the activations at `taps`, by name; nothing after the deepest of them is computed.

        Args:
            x: RGB pictures in [0, 1], (B, 3, H, W), sides at least 2 ** (stages - 1).
            taps: names such as "relu3_1"; `config.taps` if None.

        Returns:
            For each tap a (B, C, H / 2 ** (stage - 1), W / 2 ** (stage - 1)) tensor, sides rounded down.

        Raises:
            ValueError: a tap is not a layer of this network.
        """
        wanted = self.config.taps if taps is None else tuple(taps)
        self._check(wanted)
        names = {self._index[tap]: tap for tap in wanted}
        found: dict[str, Tensor] = {}
        x = (x - self.mean) / self.std
        for index, layer in enumerate(self.features[: max(names) + 1]):
            x = layer(x)
            if index in names:
                found[names[index]] = x
        return found

    def _check(self, taps: Sequence[str]) -> None:
        unknown = [tap for tap in taps if tap not in self._index]
        if unknown or not taps:
            raise ValueError(f"Unknown taps {unknown}. Choose one or more of: {', '.join(self._index)}.")


class VGG16Features(VGGFeatures):
    """VGG-16 up to conv4_1."""

    Config = VGG16Config


class VGG19Features(VGGFeatures):
    """VGG-19 as `timm/vgg19.tv_in1k` publishes it; that file also holds the classifier, which is left out."""

    Config = VGG19Config
    unused_keys = ("pre_logits.fc1.", "pre_logits.fc2.", "head.fc.")
