"""How the generator is trained: against a discriminator that looks through a network that knows photos.

Generative adversarial networks: Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661.  The discriminator is that
of Projected GANs (Sauer et al. 2021, https://arxiv.org/abs/2111.01007), conditional by projection (Miyato & Koyama
2018, https://arxiv.org/abs/1802.05637); all pictures that it sees are augmented (Zhao et al. 2020,
https://arxiv.org/abs/2006.10738).
Differs from the papers:
    the discriminator learns from the pictures, and from the features of them, that the generator learns from right
    after it, so that each step paints once and looks once;
    features are brought to unit size once, instead of batch normalisation in the discriminator's heads;
    a part of the labels is "any", which the projection leaves out.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import timm
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torch.nn.utils.parametrizations import spectral_norm

from deepart.checkpoints import load_state
from deepart.errors import WeightsError
from deepart.models.blocks import upsample_linear
from deepart.models.generator import SLOPE, DCGANDiscriminator, DCGANGenerator, Generator
from deepart.training.catalogue import Painting
from deepart.training.classifier import label_shares
from deepart.training.data import PictureStore, is_held_out, random_crop
from deepart.training.loop import Stage

Loss = Literal["minimax", "nonsaturating", "hinge"]

ANY_SHARE = 0.2
"""Part of a batch whose style nobody is told."""

BACKBONE = "tf_efficientnet_lite0"

_MEAN, _DEVIATION = 127 / 255, 128 / 255  # what the backbone's pictures were brought to
_TAPS = (1, 2, 3, 4)  # features at a quarter of the size, an eighth, ...


def can_be_learned(painting: Painting) -> bool:
    """Say whether a painting may be learned from: seen in its true proportions, of a known style, not held out."""
    return painting.shape != "squashed" and bool(painting.style) and not is_held_out(painting.path)


def discriminator_loss(kind: Loss, real: Tensor, painted: Tensor) -> Tensor:
    """Return what the discriminator makes small; logits of any shape."""
    if kind == "hinge":
        return F.relu(1 - real).mean() + F.relu(1 + painted).mean()
    return F.softplus(-real).mean() + F.softplus(painted).mean()


def generator_loss(kind: Loss, painted: Tensor) -> Tensor:
    """Return what the generator makes small; logits of any shape.

    "minimax" is the game as it was first written down, whose gradient vanishes where the discriminator wins.
    """
    if kind == "hinge":
        return -painted.mean()
    return -F.softplus(painted).mean() if kind == "minimax" else F.softplus(-painted).mean()


def augment(x: Tensor) -> Tensor:
    """Change brightness, saturation and contrast, shift by up to an eighth, and blank a square of half the side.

    Each picture differently, and differentiable.  x: (B, 3, S, S) in [0, 1]; returns the same shape, values about it.
    """
    b, _, side, _ = x.shape
    brightness, saturation, contrast = torch.rand(3, b, 1, 1, 1)
    x = x + (brightness - 0.5) / 2
    x = torch.lerp(x.mean(1, keepdim=True), x, 2 * saturation)
    x = torch.lerp(x.mean((1, 2, 3), keepdim=True), x, contrast + 0.5)
    reach = side // 8
    padded = F.pad(x, (reach,) * 4)
    corners = torch.randint(2 * reach + 1, (b, 2)).tolist()
    x = torch.stack([padded[i, :, top : top + side, left : left + side] for i, (top, left) in enumerate(corners)])
    kept = torch.ones(b, 1, side, side)
    for i, (y, x0) in enumerate(torch.randint(side + 1, (b, 2)).tolist()):
        kept[i, :, max(0, y - side // 4) : y + side // 4, max(0, x0 - side // 4) : x0 + side // 4] = 0
    return (x * kept).contiguous(memory_format=torch.channels_last)


def imagenet_backbone(file: Path) -> nn.Module:
    """Return EfficientNet-Lite0 with the ImageNet weights of `file`, whose tensors come in the same order.

    Raises:
        WeightsError: the file does not fit.
    """
    backbone = timm.create_model(BACKBONE, num_classes=0)
    own = backbone.state_dict()
    theirs = list(load_state(file).values())[: len(own)]  # the last two are ImageNet's classes
    if [value.shape for value in own.values()] != [value.shape for value in theirs]:
        raise WeightsError("weights.mismatch", name=BACKBONE)
    backbone.load_state_dict(OrderedDict(zip(own, theirs)))
    return backbone


def fold_batch_norms(backbone: nn.Module) -> nn.Module:
    """Put the batch normalisations of an EfficientNet of timm, in evaluation, into its convolutions; return it."""
    backbone.eval().requires_grad_(False)
    for module in list(backbone.modules()):
        names = list(dict(module.named_children()))
        for name, following in zip(names, names[1:]):
            conv, norm = getattr(module, name), getattr(module, following)
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(module, name, fuse_conv_bn_eval(conv, norm))
                setattr(module, following, norm.act)
    return backbone.requires_grad_(False)


class ProjectedDiscriminator(nn.Module):
    """Tells paintings from what is painted, by frozen features that are mixed at random.

    Args:
        backbone: an EfficientNet of timm; its weights are kept as they are.
        styles: how many styles there are; the index after the last is "any".
        widths: channels of the mixed features, from fine to coarse.
        hidden: channels of the heads.
    """

    def __init__(
        self,
        backbone: nn.Module,
        styles: int,
        widths: Sequence[int] = (64, 128, 256, 256),
        hidden: Sequence[int] = (64, 128, 128),
    ) -> None:
        super().__init__()
        channels = [backbone.feature_info[tap]["num_chs"] for tap in _TAPS]
        self.backbone = fold_batch_norms(backbone)
        self.across_channels = nn.ModuleList(nn.Conv2d(c, width, 1, bias=False) for c, width in zip(channels, widths))
        self.across_scales = nn.ModuleList(
            nn.Conv2d(coarse, fine, 3, padding=1, bias=False) for fine, coarse in zip(widths, widths[1:])
        )
        for conv in (*self.across_channels, *self.across_scales):
            nn.init.kaiming_normal_(conv.weight, nonlinearity="linear")
            conv.requires_grad_(False)
        self.register_buffer("scales", torch.ones(len(widths)))
        self.heads = nn.ModuleList(
            Head(width, hidden[level:] or hidden[-1:], styles, shrink=level < len(hidden))
            for level, width in enumerate(widths)
        )

    def train(self, mode: bool = True) -> ProjectedDiscriminator:
        """Set the mode of the heads; the backbone stays in evaluation."""
        super().train(mode)
        self.backbone.eval()
        return self

    @torch.no_grad()
    def measure(self, pictures: Tensor) -> None:
        """Choose the scales so that the features of `pictures`, (B, 3, S, S) in [0, 1], have unit size."""
        self.scales.fill_(1)
        self.scales.copy_(torch.stack([1 / map_.float().square().mean().sqrt() for map_ in self.features(pictures)]))

    def features(self, x: Tensor) -> list[Tensor]:
        """Return the mixed features, from a quarter of the size on; x: (B, 3, S, S) in [0, 1]."""
        x = (x - _MEAN) / _DEVIATION
        maps = self.backbone.forward_intermediates(x, indices=list(_TAPS), intermediates_only=True)
        mixed = [mix(map_) for mix, map_ in zip(self.across_channels, maps)]
        for level in reversed(range(len(mixed) - 1)):
            mixed[level] = mixed[level] + self.across_scales[level](upsample_linear(mixed[level + 1]))
        return [map_ * scale.to(map_.dtype) for map_, scale in zip(mixed, self.scales)]

    def forward(self, features: Sequence[Tensor], style: Tensor) -> list[Tensor]:
        """Return the logits of every head, (B, 1, H, W), for `features` and styles (B,)."""
        return [head(map_, style) for head, map_ in zip(self.heads, features)]


class Head(nn.Module):
    """A small discriminator on features of one size.

    Args:
        hidden: channels of its convolutions.
        shrink: whether each of them halves the size.
    """

    def __init__(self, channels: int, hidden: Sequence[int], styles: int, shrink: bool) -> None:
        super().__init__()
        layers = []
        for width in hidden:
            conv = nn.Conv2d(channels, width, 4, 2, 1) if shrink else nn.Conv2d(channels, width, 3, padding=1)
            layers += [spectral_norm(conv), nn.LeakyReLU(SLOPE)]
            channels = width
        self.layers = nn.Sequential(*layers)
        self.answer = spectral_norm(nn.Conv2d(channels, 1, 3, padding=1))
        self.styles = spectral_norm(nn.Embedding(styles + 1, channels, padding_idx=styles))

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """Return logits (B, 1, h, w): how real each part looks, and how much it looks like its style."""
        x = self.layers(x)
        fit = (x.float() * self.styles(style)[:, :, None, None]).sum(1, keepdim=True)
        return self.answer(x).float() + fit


class SquareCrops:
    """Draws square crops of paintings as long as their shorter side, styles with few works more often than their share.

    Args:
        pictures: (H, W, 3) uint8 RGB each.
        styles: the index of each one's style.
    """

    def __init__(
        self, pictures: PictureStore | Sequence[np.ndarray], styles: Sequence[int], seed: int | None = None
    ) -> None:
        self._pictures, self._styles = pictures, np.asarray(styles)
        weights = label_shares(styles, max(styles) + 1).rsqrt()[torch.tensor(styles)].double().numpy()
        self._chances = weights / weights.sum()
        self._rng = np.random.default_rng(seed)

    def draw(self, count: int, size: int) -> tuple[Tensor, Tensor]:
        """Return crops (count, 3, size, size) in [0, 1] and their styles (count,)."""
        chosen = self._rng.choice(len(self._styles), count, p=self._chances)
        crops = []
        for index in chosen:
            picture = self._pictures[int(index)]
            scale = size / min(picture.shape[:2])
            crops.append(random_crop(picture, size, (scale, scale), self._rng))
        return torch.stack(crops), torch.from_numpy(self._styles[chosen])


class ProjectedTraining:
    """Trains the generator against a projected discriminator.

    Args:
        crops: what to learn from.
        loss: what the two make small.
    """

    def __init__(
        self, generator: Generator, discriminator: ProjectedDiscriminator, crops: SquareCrops, loss: Loss = "hinge"
    ) -> None:
        self.generator, self.discriminator = generator, discriminator
        self._crops, self._loss = crops, loss
        self._painted: tuple[list[Tensor], Tensor]

    def measure(self, count: int = 16) -> None:
        """Choose the scales of the discriminator's features; before the first step."""
        self.discriminator.measure(self._crops.draw(count, self.generator.sizes[0])[0])

    def discriminator_losses(self, stage: Stage, step: int) -> dict[str, Tensor]:
        """Draw a batch, paint one of the same styles, and return how badly they are told apart."""
        real, style = self._crops.draw(stage.batch, stage.size)
        style = torch.where(torch.rand(len(style)) < ANY_SHARE, self.generator.any_style, style)
        z = torch.randn(len(style), self.generator.config.z)
        painted = self.generator(z, style, size=stage.size)
        with torch.no_grad():
            real_features = self.discriminator.features(augment(real))
        features = self.discriminator.features(augment(painted))
        self._painted = features, style
        both = [torch.cat([r, p.detach()]) for r, p in zip(real_features, features)]
        logits = [answer.chunk(2) for answer in self.discriminator(both, style.repeat(2))]
        total = sum(discriminator_loss(self._loss, *pair) for pair in logits) / len(logits)
        signs = [(pair[0] > 0).float().mean() for pair in logits]
        return {"total": total, "real taken for real": sum(signs) / len(signs)}

    def generator_losses(self, stage: Stage, step: int) -> dict[str, Tensor]:
        """Return how little the pictures just painted are taken for real."""
        features, style = self._painted
        answers = self.discriminator(features, style)
        return {"total": sum(generator_loss(self._loss, answer) for answer in answers) / len(answers)}


class PlainTraining:
    """Trains the baseline: no styles, no projection, no augmentation; see `ProjectedTraining`."""

    def __init__(
        self, generator: DCGANGenerator, discriminator: DCGANDiscriminator, crops: SquareCrops, loss: Loss = "minimax"
    ) -> None:
        self.generator, self.discriminator = generator, discriminator
        self._crops, self._loss = crops, loss
        self._painted: Tensor

    def discriminator_losses(self, stage: Stage, step: int) -> dict[str, Tensor]:
        """Draw a batch, paint another, and return how badly they are told apart."""
        config = self.generator.config
        real, _ = self._crops.draw(stage.batch, config.size)
        self._painted = self.generator(torch.randn(stage.batch, config.z))
        answers = self.discriminator(real), self.discriminator(self._painted.detach())
        return {
            "total": discriminator_loss(self._loss, *answers),
            "real taken for real": (answers[0] > 0).float().mean(),
        }

    def generator_losses(self, stage: Stage, step: int) -> dict[str, Tensor]:
        """Return how little the pictures just painted are taken for real."""
        return {"total": generator_loss(self._loss, self.discriminator(self._painted))}
