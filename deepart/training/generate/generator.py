"""Training of the generator against a discriminator on the features of an ImageNet network.

Generative adversarial networks: Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661.  The discriminator is that
of Projected GANs (Sauer et al. 2021, https://arxiv.org/abs/2111.01007), conditional by projection (Miyato & Koyama
2018, https://arxiv.org/abs/1802.05637); all pictures that it sees are augmented (Zhao et al. 2020,
https://arxiv.org/abs/2006.10738).
Differs from the papers:
    the discriminator learns from the pictures, and from the features of them, that the generator learns from right
    after it, so that each step paints once and looks once; neighbours in a batch have the same style, and how much they
    differ is told to the discriminator (Karras et al. 2018, https://arxiv.org/abs/1710.10196) and asked of the
    generator (after Mao et al. 2019, https://arxiv.org/abs/1903.05628): without both, all pictures of a style came to
    have one composition; a part of the labels is "any", which the projection leaves out; with `loss` "relativistic",
    `penalty`, `noise`, `pixels` and `coverage` what R3GAN (Huang et al. 2024, https://arxiv.org/abs/2501.05441),
    Diffusion-GAN (Wang et al. 2022, https://arxiv.org/abs/2206.02262) and RS-IMLE
    (`deepart.training.generate.coverage`) found against repetition; the projection's styles are also a classifier
    (after Odena et al. 2017, https://arxiv.org/abs/1610.09585): learned from the paintings alone, and followed by the
    generator; the projection by itself moved styles hardly apart.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

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
from deepart.models.generators.dcgan import DCGANDiscriminator, DCGANGenerator
from deepart.models.generators.generator import SLOPE, Generator
from deepart.training.catalogue import Painting
from deepart.training.classify.classifier import label_shares
from deepart.training.data import PictureStore, Selection, random_crop
from deepart.training.generate.coverage import Coverage
from deepart.training.loop import GROUP, Batch, BatchSpec

Loss = Literal["minimax", "nonsaturating", "hinge", "relativistic"]

PENALTY_EVERY = 4
"""Steps from one that has gradient penalties to the next; they count as many times."""

PIXEL_SIDE = 64
"""Side in pixels of the pictures that the head on pixels sees."""

ANY_SHARE = 0.2
"""Part of a batch whose style nobody is told."""

DIVERSITY_WEIGHT = 2.0
"""Weight in the generator's loss of how much less its pictures differ from each other than paintings do."""

STYLE_WEIGHT = 1.0
"""Weight of how badly the styles of paintings, and of what is painted, are told from each other."""

BACKBONE = "tf_efficientnet_lite0"

_MEAN, _DEVIATION = 127 / 255, 128 / 255  # what the backbone's pictures were brought to
_TAPS = (1, 2, 3, 4)  # features at a quarter of the size, an eighth, ...
_SECOND_TAPS, _SECOND_WIDTH = ("relu3_3", "relu4_1"), 128  # of a VGG network
_SHARPNESS = 3.0  # of styles' logits, which spectral normalisation and the mean over all places make small


def shown_truly(paintings: Sequence[Painting]) -> list[Painting]:
    """Return the paintings of known style that are seen in their true proportions.

    Of a style that has none, those whose scans were squashed to a square are taken as they are.
    """
    styled = [painting for painting in paintings if painting.style]
    true = {painting.style for painting in styled if painting.shape != "squashed"}
    return [painting for painting in styled if painting.shape != "squashed" or painting.style not in true]


def discriminator_loss(kind: Loss, real: Tensor, painted: Tensor) -> Tensor:
    """Return what the discriminator makes small; logits of any shape."""
    if kind == "relativistic":
        return F.softplus(painted - real).mean()
    if kind == "hinge":
        return F.relu(1 - real).mean() + F.relu(1 + painted).mean()
    return F.softplus(-real).mean() + F.softplus(painted).mean()


def generator_loss(kind: Loss, painted: Tensor, real: Tensor) -> Tensor:
    """Return what the generator makes small; logits of any shape, those of paintings without a gradient.

    "minimax" is the game as it was first written down, whose gradient vanishes where the discriminator wins;
    "relativistic" compares each picture with a painting of the same style (Huang et al. 2024,
    https://arxiv.org/abs/2501.05441), so that painting one good picture again and again does not win.
    """
    if kind == "relativistic":
        return F.softplus(real - painted).mean()
    if kind == "hinge":
        return -painted.mean()
    return -F.softplus(painted).mean() if kind == "minimax" else F.softplus(-painted).mean()


def augment(x: Tensor) -> Tensor:
    """Change brightness, saturation and contrast, shift by up to an eighth, and blank a square of half the side.

    Each picture differently, and differentiable.  x: (B, 3, S, S) in [0, 1]; returns the same shape, values about it.
    """
    b, c, side, _ = x.shape
    brightness, saturation, contrast = torch.rand(3, b, 1, 1, 1, device=x.device)
    x = x + (brightness - 0.5) / 2
    x = torch.lerp(x.mean(1, keepdim=True), x, 2 * saturation)
    x = torch.lerp(x.mean((1, 2, 3), keepdim=True), x, contrast + 0.5)
    reach, along = side // 8, torch.arange(side, device=x.device)
    shift = torch.randint(2 * reach + 1, (2, b, 1), device=x.device)
    rows, columns = along + shift  # each (B, S)
    padded = F.pad(x, (reach,) * 4)
    x = padded.gather(2, rows[:, None, :, None].expand(-1, c, -1, padded.shape[3]))
    x = x.gather(3, columns[:, None, None, :].expand(-1, c, side, -1))
    centre = torch.randint(side + 1, (2, b, 1), device=x.device)
    rows, columns = (along >= centre - side // 4) & (along < centre + side // 4)
    blank = rows[:, None, :, None] & columns[:, None, None, :]
    return (x * ~blank).contiguous(memory_format=torch.channels_last)


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


def style_loss(answers: Sequence[Answer], style: Tensor) -> Tensor:
    """Return the cross-entropy of the styles (B,) that heads see, of pictures whose style is told."""
    told = style < answers[0].styles.shape[1]
    if not told.any():
        return 0 * sum(answer.styles.sum() for answer in answers)
    return sum(F.cross_entropy(answer.styles[told], style[told]) for answer in answers) / len(answers)


class ProjectedDiscriminator(nn.Module):
    """Tells paintings from what is painted, by frozen features that are mixed at random.

    Args:
        backbone: an EfficientNet of timm; its weights are kept as they are.
        styles: how many styles there are; the index after the last is "any".
        widths: channels of the mixed features, from fine to coarse.
        hidden: channels of the heads.
        normalise: whether heads normalise batches.
        pixels: whether one more head sees the pixels, which no backbone leaves anything out of.
        second: a VGG network that two more heads look through: what one network cannot see, the other may.
    """

    def __init__(
        self,
        backbone: nn.Module,
        styles: int,
        widths: Sequence[int] = (64, 128, 256, 256),
        hidden: Sequence[int] = (64, 128, 128),
        normalise: bool = True,
        pixels: bool = False,
        second: nn.Module | None = None,
    ) -> None:
        super().__init__()
        channels = [backbone.feature_info[tap]["num_chs"] for tap in _TAPS]
        self.backbone = fold_batch_norms(backbone)
        self.across_channels = nn.ModuleList(nn.Conv2d(c, width, 1, bias=False) for c, width in zip(channels, widths))
        self.across_scales = nn.ModuleList(
            nn.Conv2d(coarse, fine, 3, padding=1, bias=False) for fine, coarse in zip(widths, widths[1:])
        )
        self.second = second.eval().requires_grad_(False) if second is not None else None
        self.across_second = nn.ModuleList(
            nn.LazyConv2d(_SECOND_WIDTH, 1, bias=False) for _ in (_SECOND_TAPS if second is not None else ())
        )
        if second is not None:
            with torch.no_grad():
                self._second_view(torch.zeros(1, 3, 32, 32))  # which tells how many channels come
        for conv in (*self.across_channels, *self.across_scales, *self.across_second):
            nn.init.kaiming_normal_(conv.weight, nonlinearity="linear")
            conv.requires_grad_(False)
        self.register_buffer("scales", torch.ones(len(widths) + len(self.across_second)))
        self.heads = nn.ModuleList(
            Head(width, hidden[level:] or hidden[-1:], styles, shrink=level < len(hidden), normalise=normalise)
            for level, width in enumerate(widths)
        )
        self.heads.extend(
            Head(_SECOND_WIDTH, hidden[level:], styles, shrink=True, normalise=normalise)
            for level in range(1, 1 + len(self.across_second))
        )
        self._sees_pixels = pixels
        if pixels:
            self.heads.append(Head(3, hidden, styles, shrink=True, normalise=normalise))

    def train(self, mode: bool = True) -> ProjectedDiscriminator:
        """Set the mode of the heads; the backbone stays in evaluation."""
        super().train(mode)
        self.backbone.eval()
        if self.second is not None:
            self.second.eval()
        return self

    @torch.no_grad()
    def measure(self, pictures: Tensor) -> None:
        """Choose the scales so that the features of `pictures`, (B, 3, S, S) in [0, 1], have unit size."""
        self.scales.fill_(1)
        maps = self.features(pictures)[: len(self.scales)]
        self.scales.copy_(torch.stack([1 / map_.float().square().mean().sqrt() for map_ in maps]))

    def features(self, x: Tensor) -> list[Tensor]:
        """Return the mixed features, from a quarter of the size on, those of the second view, and pixels last.

        Args:
            x: (B, 3, S, S) in [0, 1].
        """
        second = self._second_view(x) if self.second is not None else []
        x = (x - _MEAN) / _DEVIATION
        maps = self.backbone.forward_intermediates(x, indices=list(_TAPS), intermediates_only=True)
        mixed = [mix(map_) for mix, map_ in zip(self.across_channels, maps)]
        for level in reversed(range(len(mixed) - 1)):
            mixed[level] = mixed[level] + self.across_scales[level](upsample_linear(mixed[level + 1]))
        found = [map_ * scale.to(map_.dtype) for map_, scale in zip([*mixed, *second], self.scales)]
        if self._sees_pixels:
            found.append(2 * _small(x))
        return found

    def _second_view(self, x: Tensor) -> list[Tensor]:
        maps = self.second(_small(x), _SECOND_TAPS)
        return [mix(maps[tap]) for mix, tap in zip(self.across_second, _SECOND_TAPS)]

    def forward(self, features: Sequence[Tensor], style: Tensor) -> list[Answer]:
        """Return what every head says of `features` and styles (B,)."""
        return [head(map_, style) for head, map_ in zip(self.heads, features)]


def _small(x: Tensor) -> Tensor:
    return F.interpolate(x, (PIXEL_SIDE,) * 2, mode="bilinear", antialias=True, align_corners=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a head says of pictures."""

    real: Tensor
    """Logits (B, 1, h, w): how real each part looks, and how much it looks like the style it is said to have."""
    styles: Tensor
    """Logits (B, styles) of which style it looks like."""


class Head(nn.Module):
    """A small discriminator on features of one size.

    Args:
        hidden: channels of its convolutions.
        shrink: whether each of them halves the size.
        normalise: whether they normalise batches.
    """

    def __init__(self, channels: int, hidden: Sequence[int], styles: int, shrink: bool, normalise: bool = True) -> None:
        super().__init__()
        layers = []
        for width in hidden:
            side, stride = (4, 2) if shrink else (3, 1)
            conv = nn.Conv2d(channels, width, side, stride, padding=1, bias=False)
            # Spectral normalisation alone leaves so little of the signal after some layers that nothing is told apart.
            layers += [spectral_norm(conv), nn.BatchNorm2d(width)] if normalise else [conv]
            layers.append(nn.LeakyReLU(SLOPE))
            channels = width
        self.layers = nn.Sequential(*layers)
        self.answer = spectral_norm(nn.Conv2d(channels + 1, 1, 3, padding=1))
        self.styles = nn.Conv2d(channels, styles, 1, bias=False)
        nn.init.normal_(self.styles.weight, std=0.02)  # little, since steps are: it is brought to norm 1 anyway
        spectral_norm(self.styles)

    def forward(self, x: Tensor, style: Tensor) -> Answer:
        """Answer for features (B, C, H, W) and styles (B,); the style after the last is "any"."""
        x = self.layers(x)
        likeness = self.styles(x).float()  # (B, styles, h, w)
        fit = F.pad(likeness, (0, 0, 0, 0, 0, 1))[torch.arange(len(x), device=x.device), style]
        real = self.answer(torch.cat([x, differences(x)], 1)).float() + fit[:, None]
        return Answer(real, _SHARPNESS * likeness.mean((2, 3)))


def differences(x: Tensor) -> Tensor:
    """Return how much each of `GROUP` neighbours in a batch differs from the others: (B, C, H, W) to (B, 1, H, W)."""
    groups = x.float().unflatten(0, (-1, math.gcd(GROUP, len(x))))
    std = (groups.var(1, correction=0) + 1e-6).sqrt().mean(1, keepdim=True)  # (B / group, 1, H, W)
    return std.repeat_interleave(groups.shape[1], 0).to(x.dtype)


class SquareCrops:
    """Draws square crops of paintings as long as their shorter side, rare styles more often than their share.

    Args:
        pictures: (H, W, 3) uint8 RGB each.
        styles: the index of each one's style.
        zoom: smallest part of the shorter side that a crop shows.
    """

    def __init__(
        self, pictures: PictureStore | Selection | Sequence[np.ndarray], styles: Sequence[int], zoom: float = 1.0
    ) -> None:
        self._pictures, self.styles, self._zoom = pictures, np.asarray(styles), zoom
        weights = label_shares(styles, max(styles) + 1).rsqrt()[torch.tensor(styles)].double().numpy()
        self._up_to = np.cumsum(weights / weights.sum())  # the chance of each picture or one before it

    def choose(self, rng: np.random.Generator, style: int | None = None) -> int:
        """Return the index of a picture, of a style if one is given."""
        if style is not None:
            return int(rng.choice(np.flatnonzero(self.styles == style)))
        return min(int(np.searchsorted(self._up_to, rng.random())), len(self.styles) - 1)

    def draw(
        self, size: int, generators: Sequence[np.random.Generator], chosen: Sequence[int] | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return a crop for each generator, (B, 3, size, size) in [0, 1], and their styles (B,).

        Args:
            chosen: the indices of the pictures; None to choose any.
        """
        chosen = [self.choose(rng) for rng in generators] if chosen is None else list(chosen)
        crops = []
        for index, rng in zip(chosen, generators):
            picture = self._pictures[index]
            scale = size / min(picture.shape[:2])
            crops.append(random_crop(picture, size, (scale, scale / self._zoom), rng))
        return torch.stack(crops), torch.from_numpy(self.styles[chosen])


class ProjectedTraining:
    """Trains the generator against a projected discriminator.

    Args:
        crops: what to learn from.
        loss: what the two make small.
        penalty: of the gradients of the discriminator by features of paintings (R1) and of what is painted (R2), in
            units in which features have the size 1; 0 for none.
        final_penalty: what it has become at the end of the run, by equal factors; None if it stays.
        noise: of the features that the discriminator learns from, in the same units.
        coverage: weight of the likeness to paintings that nothing is like; see `Coverage`.
    """

    def __init__(
        self,
        generator: Generator,
        discriminator: ProjectedDiscriminator,
        crops: SquareCrops,
        loss: Loss = "hinge",
        seed: int = 0,
        penalty: float = 0.0,
        noise: float = 0.0,
        coverage: float = 0.0,
        final_penalty: float | None = None,
    ) -> None:
        self.generator, self.discriminator = generator, discriminator
        self._crops, self._loss, self._seed = crops, loss, seed
        self._penalty, self._noise, self._coverage = penalty, noise, coverage
        self._final_penalty = penalty if final_penalty is None else final_penalty
        self._covering = Coverage(generator, discriminator, crops) if coverage else None
        self._painted: tuple[list[Tensor], list[Tensor], Tensor]

    def state_dict(self) -> dict[str, Any]:
        """Return what a run needs to go on besides its networks."""
        return self._covering.state_dict() if self._covering else {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take up what `state_dict` has returned; of a run without coverage nothing."""
        if self._covering and state:
            self._covering.load_state_dict(state)

    def _penalty_at(self, progress: float) -> float:
        return self._penalty * (self._final_penalty / self._penalty) ** progress

    def measure(self, count: int = 16) -> None:
        """Choose the scales of the discriminator's features; before the first step."""
        generators = [np.random.default_rng((self._seed, number)) for number in range(count)]
        self.discriminator.measure(self._crops.draw(self.generator.sizes[0], generators)[0])

    def draw(self, spec: BatchSpec) -> Batch:
        """Return paintings (B, 3, size, size), their styles (B,), some of them "any", and latents (B, z).

        Each `GROUP` of neighbours has the same style, or is of any, like its paintings.
        """
        generators, chosen, untold = spec.generators(self._seed), [], []
        for place, rng in zip(spec.indices, generators):
            leader = np.random.default_rng((self._seed, spec.step, place // GROUP, 1))  # the same for its group
            untold.append(leader.random() < ANY_SHARE)
            style = self._crops.styles[self._crops.choose(leader)]
            chosen.append(self._crops.choose(rng, None if untold[-1] else style))
        real, style = self._crops.draw(spec.stage.size, generators, chosen)
        style = torch.where(torch.tensor(untold), self.generator.any_style, style)
        return real, style, _latents(generators, self.generator.config.z)

    def discriminator_losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Paint as many pictures of the same styles and return how badly they are told from the paintings."""
        real, style, z = batch
        painted = self.generator(z, style, size=spec.stage.size)
        with torch.no_grad():
            real_features = self.discriminator.features(augment(real))
        features = self.discriminator.features(augment(painted))
        self._painted = features, real_features, style
        seen_real, seen_painted = (self._seen(maps) for maps in (real_features, features))
        # Apart from each other, since batch normalisation mixes what it sees together.
        of_real = self.discriminator(seen_real, style)
        of_painted = self.discriminator(seen_painted, style)
        pairs = [(ours.real, theirs.real) for ours, theirs in zip(of_real, of_painted)]
        total = sum(discriminator_loss(self._loss, *pair) for pair in pairs) / len(pairs)
        told = style_loss(of_real, style)
        signs = [(real > 0).float().mean() for real, _ in pairs]
        losses = {"style": told, "real taken for real": sum(signs) / len(signs)}
        total = total + STYLE_WEIGHT * told
        if self._penalty and spec.step % PENALTY_EVERY == 0:
            steepness = sum(gradient_penalty(self.discriminator, maps, style) for maps in (seen_real, seen_painted))
            losses["steepness"] = steepness.detach()
            total = total + PENALTY_EVERY * self._penalty_at(spec.progress) / 2 * steepness
        return {"total": total, **losses}

    def _seen(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """Return features as the discriminator learns from them: without their history, with noise if there is any."""
        return [map_.detach() + self._noise * torch.randn_like(map_) for map_ in maps]

    def generator_losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Return "total", of how little the pictures just painted are taken for real, and what else is asked of them.

        "style" is how badly their styles are told, "variety" how much neighbours differ, in units of how much those
        of the paintings do.
        """
        features, real_features, style = self._painted
        answers = self.discriminator([map_ + self._noise * torch.randn_like(map_) for map_ in features], style)
        with torch.no_grad():
            real = self.discriminator(self._seen(real_features), style) if self._loss == "relativistic" else answers
        pairs = [(ours.real, theirs.real) for ours, theirs in zip(answers, real)]
        loss = sum(generator_loss(self._loss, *pair) for pair in pairs) / len(pairs)
        told = style_loss(answers, style)
        variety = torch.stack([_variety(x) / _variety(y) for x, y in zip(features, real_features)])
        total = loss + STYLE_WEIGHT * told + DIVERSITY_WEIGHT * F.relu(1 - variety).mean()
        losses = {"style": told, "variety": variety.mean()}
        if self._covering:
            losses["uncovered"] = self._covering.loss(spec)
            total = total + self._coverage * losses["uncovered"]
        return {"total": total, **losses}


def gradient_penalty(discriminator: ProjectedDiscriminator, maps: Sequence[Tensor], style: Tensor) -> Tensor:
    """Return the mean squared norm of the gradients of the discriminator's logits by features.

    In float32, since squares of small gradients are nothing in bfloat16.
    """
    maps = [map_.detach().float().requires_grad_() for map_ in maps]
    with torch.autocast(maps[0].device.type, enabled=False):
        answers = discriminator(maps, style)
        total = sum(answer.real.mean((1, 2, 3)).sum() for answer in answers)
        slopes = torch.autograd.grad(total, maps, create_graph=True)
    return sum(slope.square().sum((1, 2, 3)).mean() for slope in slopes) / len(slopes)


def _variety(features: Tensor) -> Tensor:
    """Return the mean difference between the compositions of neighbours in a batch, (B, C, H, W).

    Features are normalised in each picture first: other colours alone are no variety.
    """
    x = features.float() - features.float().mean((2, 3), keepdim=True)
    x = x / (x.square().mean((2, 3), keepdim=True) + 1e-5).sqrt()
    return (x[0::2] - x[1::2]).abs().mean() + 1e-6  # features of a single place have no composition


class PlainTraining:
    """Trains the baseline: no styles, no projection, no augmentation; see `ProjectedTraining`."""

    def __init__(
        self,
        generator: DCGANGenerator,
        discriminator: DCGANDiscriminator,
        crops: SquareCrops,
        loss: Loss = "minimax",
        seed: int = 0,
    ) -> None:
        self.generator, self.discriminator = generator, discriminator
        self._crops, self._loss, self._seed = crops, loss, seed
        self._painted: Tensor
        self._of_real: Tensor

    def draw(self, spec: BatchSpec) -> Batch:
        """Return paintings (B, 3, size, size), of the size that the generator has, and latents (B, z)."""
        config, generators = self.generator.config, spec.generators(self._seed)
        return self._crops.draw(config.size, generators)[0], _latents(generators, config.z)

    def discriminator_losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Paint as many pictures and return how badly they are told from the paintings."""
        real, z = batch
        self._painted = self.generator(z)
        answers = self.discriminator(real), self.discriminator(self._painted.detach())
        self._of_real = answers[0].detach()
        return {
            "total": discriminator_loss(self._loss, *answers),
            "real taken for real": (answers[0] > 0).float().mean(),
        }

    def generator_losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Return how little the pictures just painted are taken for real."""
        return {"total": generator_loss(self._loss, self.discriminator(self._painted), self._of_real)}


def _latents(generators: Sequence[np.random.Generator], size: int) -> Tensor:
    return torch.from_numpy(np.stack([rng.standard_normal(size, np.float32) for rng in generators]))
