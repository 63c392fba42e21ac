"""The classifier: one backbone with a head for style, artist, genre, and whether a picture is an artwork at all.

The backbone is any network of timm, by default EfficientNet-Lite0 (Tan & Le 2019, https://arxiv.org/abs/1905.11946).
The heads see the means *and standard deviations* of its features at several depths, not only the pooled last layer:
style is more in texture and colour than in objects (Gatys et al. 2015, https://arxiv.org/abs/1505.07376), and a linear
probe finds it better in the middle layers of an ImageNet network than in the last. Trained by
`deepart.training.classify.classifier`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from deepart.models.blocks import keep_inputs, keep_outputs, narrow
from deepart.models.own_backbone import OWN, OwnBackbone
from deepart.models.pretrained import HubModel


@dataclass(frozen=True, slots=True)
class ArtClassifierConfig:
    """What the classifier predicts, and its network."""

    labels: tuple[tuple[str, tuple[str, ...]], ...]
    """For each head its name and its labels, in the order of its outputs."""
    backbone: str = "tf_efficientnet_lite0"
    """A name of `timm.list_models()` that has `forward_intermediates`, or "own" for `OwnBackbone`."""
    kernel: int = 3
    """Kernel size of our own backbone; this and the next two are explained in `OwnBackbone`."""
    stride: int = 2
    activation: str = "relu"
    depths: tuple[int, ...] = (2, 3, 4)
    """Which of the backbone's intermediate features are used besides the last ones."""
    sides: tuple[int, ...] = (256, 288)
    """Pictures are stretched to squares with these sides in pixels; the predictions are averaged."""
    mean: float = 127 / 255
    deviation: float = 128 / 255
    dropout: float = 0.5
    temperatures: tuple[tuple[str, float], ...] = ()
    """Temperature of each head: its logits are divided by it to calibrate the probabilities."""
    index: str = ""
    """Key of the checkpoint that holds the artworks which vote beside the heads; empty if none do."""
    index_share: float = 0.0
    """Share of the artworks' votes in the probabilities."""
    mixture_temperatures: tuple[tuple[str, float], ...] = ()
    """Temperature of each head after the votes: the logarithms of its probabilities are divided by it."""
    set_levels: tuple[tuple[str, float], ...] = ()
    """For each head the least probability of a label in the conformal set, which holds the truth nine times in ten."""
    least_artwork: float = 0.5
    """Least probability of being an artwork; below it the picture counts as unknown."""
    mistaken: tuple[tuple[str, str, str, float], ...] = ()
    """Head, label, another label that its artworks are often taken for, and how often, as a share of its artworks."""
    independent: tuple[str, ...] = ()
    """Heads that decide yes or no for each of their labels; the others choose one label."""
    pairwise: tuple[str, ...] = ()
    """Heads with an output for each pair of their labels (one-vs-one), which vote for one of them."""
    inner: tuple[int, ...] = ()
    """Channels inside each block of the backbone of a pruned network, in the order of `ArtClassifier.prunable`."""


class ExpandedBlock:
    """A prunable view of an inverted residual block of timm (Sandler et al. 2018, https://arxiv.org/abs/1801.04381)."""

    def __init__(self, block: nn.Module) -> None:
        self.block = block

    @property
    def last(self) -> nn.Conv2d:
        """The 1x1 convolution that projects the expanded channels back to few."""
        return self.block.conv_pwl

    def keep(self, kept: Tensor) -> None:
        """Keep only these of the expanded channels."""
        for name in ("conv_pw", "bn1", "conv_dw", "bn2"):
            keep_outputs(getattr(self.block, name), kept)
        keep_inputs(self.block.conv_pwl, kept)


class ArtClassifier(HubModel, license="mit", tags=["image-classification", "art"]):
    """The classifier: computes all heads in one forward pass."""

    Config = ArtClassifierConfig
    config: ArtClassifierConfig

    def __init__(self, config: ArtClassifierConfig) -> None:
        super().__init__(config)
        if config.backbone == OWN:
            self.backbone = OwnBackbone(config.kernel, config.stride, config.activation)
        else:
            import timm  # takes seconds, which the app has only after its page is there

            self.backbone = timm.create_model(config.backbone, pretrained=False, num_classes=0)
        narrow(self.prunable(), config.inner)
        channels = [stage["num_chs"] for stage in self.backbone.feature_info]
        width = 2 * sum(channels[depth] for depth in config.depths) + self.backbone.num_features
        # Brings features of different depths to the same size, so that one weight decay suits them all.
        self.norm = nn.BatchNorm1d(width, affine=False)
        self.dropout = nn.Dropout(config.dropout)
        self.heads = nn.ModuleDict({name: nn.Linear(width, self.outputs(name)) for name, _ in config.labels})
        self.artwork = nn.Linear(width, 1)
        for head in (*self.heads.values(), self.artwork):
            nn.init.normal_(head.weight, std=1e-3)
            nn.init.zeros_(head.bias)
        for name in config.independent:  # each label is rare, which need not be learned (Lin et al. 2017, section 4.1)
            nn.init.constant_(self.heads[name].bias, -math.log(max(1, len(self.labels[name]) - 1)))

    def prunable(self) -> list[ExpandedBlock]:
        """Return the blocks of the backbone that can be pruned: its inverted residual blocks."""
        parts = ("conv_pw", "conv_dw", "conv_pwl")
        return [
            ExpandedBlock(module)
            for module in self.backbone.modules()
            # A block that weighs its channels (squeeze and excitation) has more to say about them.
            if all(hasattr(module, part) for part in parts) and isinstance(module.se, nn.Identity)
        ]

    @property
    def labels(self) -> dict[str, tuple[str, ...]]:
        """For each head its labels, in the order of its outputs."""
        return dict(self.config.labels)

    def feature_maps(self, x: Tensor) -> list[Tensor]:
        """Return the features at `config.depths` and the last ones.

        Args:
            x: RGB pictures in [0, 1], (B, 3, H, W).

        Returns:
            (B, C, H / stride, W / stride) tensors, from fine to coarse.
        """
        x = (x - self.config.mean) / self.config.deviation
        last, middle = self.backbone.forward_intermediates(x, indices=list(self.config.depths))
        return [*middle, last]

    def features(self, x: Tensor) -> Tensor:
        """Return feature vectors (B, D) of about unit scale for pictures (B, 3, H, W) in [0, 1]."""
        return self.describe(self.feature_maps(x))

    def describe(self, maps: list[Tensor]) -> Tensor:
        """Return the feature vectors that `features` computes from these `feature_maps`."""
        parts = []
        for map_ in maps[:-1]:
            std, mean = torch.std_mean(map_.float().flatten(2), dim=2)
            parts += [mean, std]
        parts.append(maps[-1].float().flatten(2).mean(2))
        return self.norm(torch.cat(parts, dim=1))

    def outputs(self, head: str) -> int:
        """Return the number of outputs of a head: one for each of its labels, or for each pair of them."""
        count = len(self.labels[head])
        return count * (count - 1) // 2 if head in self.config.pairwise else count

    def scores(self, features: Tensor) -> dict[str, Tensor]:
        """Return the raw outputs of every head, (B, `outputs`), and of "artwork", (B, 1), for training."""
        features = self.dropout(features)
        return {name: head(features) for name, head in self.heads.items()} | {"artwork": self.artwork(features)}

    def answers(self, features: Tensor) -> dict[str, Tensor]:
        """Return the logits of every head, (B, number of its labels), and "artwork", (B, 1), for these features."""
        found = self.scores(features)
        return found | {name: pair_votes(found[name], len(self.labels[name])) for name in self.config.pairwise}

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Return the logits of every head for RGB pictures in [0, 1], (B, 3, H, W); see `answers`."""
        return self.answers(self.features(x))


def pairs_of(count: int) -> Tensor:
    """Return the pairs of `count` labels, (count * (count - 1) / 2, 2), in the order of a pairwise head's outputs."""
    return torch.combinations(torch.arange(count), 2)


def pair_votes(z: Tensor, count: int) -> Tensor:
    """Return the votes of a pairwise head for each label, (B, pairs) to (B, count); confidence breaks ties.

    Each output that is positive votes for the second label of its pair.  Counted as in scikit-learn's
    `OneVsOneClassifier`: the confidence adds less than a third of a vote.
    """
    first, second = pairs_of(count).to(z.device).unbind(1)
    votes = torch.zeros(*z.shape[:-1], count, dtype=z.dtype, device=z.device)
    sure = votes.index_add(-1, second, z).index_add(-1, first, -z)
    votes = votes.index_add(-1, second, (z > 0).to(z.dtype)).index_add(-1, first, (z <= 0).to(z.dtype))
    return votes + sure / (3 * (sure.abs() + 1))
