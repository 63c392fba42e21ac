"""Training of CycleGAN: two translators and two discriminators, on unpaired photos and paintings.

Zhu et al. 2017, https://arxiv.org/abs/1703.10593: least-squares game, cycle and identity losses, and a pool of earlier
translations for the discriminators (Shrivastava et al. 2017, https://arxiv.org/abs/1612.07828). Differs from the paper:
what the discriminators see is augmented differentiably (Zhao et al. 2020, https://arxiv.org/abs/2006.10738), because a
target domain has hundreds of paintings here, not thousands.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from deepart.models.translator import PatchDiscriminator, Translator
from deepart.training.data import PictureStore, Selection, random_crop
from deepart.training.generate.generator import augment
from deepart.training.loop import Batch, BatchSpec

POOL = 50
"""Earlier translations that the discriminators are shown again."""

_ZOOM = 0.7  # smallest part of a picture's shorter side that a crop shows


class ImagePool:
    """Keeps earlier pictures and hands out a mixture of them and new ones, so that a game does not go in circles.

    Args:
        size: pictures that are kept; 0 hands out the new ones alone.
    """

    def __init__(self, size: int = POOL, seed: int = 0) -> None:
        self._size, self._kept = size, list[Tensor]()
        self._rng = np.random.default_rng(seed)

    def __call__(self, pictures: Tensor) -> Tensor:
        """Return as many pictures as are given, (B, 3, H, W), half of them from the pool once it is full."""
        if self._kept and self._kept[0].shape != pictures.shape[1:]:
            self._kept.clear()  # the size of the crops has changed
        found = []
        for picture in pictures.detach():
            if len(self._kept) < self._size:
                self._kept.append(picture)
            elif self._size and self._rng.random() < 0.5:
                place = int(self._rng.integers(self._size))
                picture, self._kept[place] = self._kept[place], picture
            found.append(picture)
        return torch.stack(found)


class CycleTraining:
    """Task of `deepart.training.loop.fit_adversarial`; the generator is both translators, "there" and "back".

    Args:
        sources: what is translated, (H, W, 3) uint8 RGB each.
        targets: paintings of the target domain.
        cycle: weight of how badly a picture is found again in the translation of its translation.
        identity: weight of how much a picture is changed that is of the wanted kind already, in parts of `cycle`.
        pool: earlier translations that the discriminators are shown again.
    """

    def __init__(
        self,
        there: Translator,
        sources: PictureStore | Selection | Sequence[np.ndarray],
        targets: PictureStore | Selection | Sequence[np.ndarray],
        cycle: float = 10.0,
        identity: float = 0.5,
        pool: int = POOL,
        seed: int = 0,
    ) -> None:
        self.generator = nn.ModuleDict({"there": there, "back": Translator(there.config)})
        width = 3 * there.config.width // 2
        self.discriminator = nn.ModuleDict({name: PatchDiscriminator(width) for name in self.generator})
        self._pictures = {"there": targets, "back": sources}  # real pictures of what each translator makes
        self._cycle, self._identity, self._seed = cycle, identity, seed
        self._pools = {name: ImagePool(pool, seed + place) for place, name in enumerate(self.generator)}
        self._painted: dict[str, Tensor] = {}

    def draw(self, spec: BatchSpec) -> Batch:
        """Return crops of sources and of targets, (B, 3, size, size) each in [0, 1]."""
        size, crops = spec.stage.size, {"back": [], "there": []}
        for rng in spec.generators(self._seed):
            for name, found in crops.items():
                pictures = self._pictures[name]
                picture = pictures[int(rng.integers(len(pictures)))]
                scale = size / min(picture.shape[:2])
                found.append(random_crop(picture, size, (scale, scale / _ZOOM), rng))
        return tuple(map(torch.stack, crops.values()))

    def discriminator_losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Translate both kinds and return how badly translations are told from pictures of their kind."""
        sources, targets = batch
        self._painted = {"there": self.generator["there"](sources), "back": self.generator["back"](targets)}
        real = {"there": targets, "back": sources}
        losses = {}
        for name, discriminator in self.discriminator.items():
            told = discriminator(augment(real[name])), discriminator(augment(self._pools[name](self._painted[name])))
            losses[name] = ((told[0] - 1).square().mean() + told[1].square().mean()) / 2
        return losses | {"total": sum(losses.values())}

    def generator_losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Return how little translations are taken for real, and how far pictures are from coming back as they were."""
        sources, targets = batch
        there, back = self.generator["there"], self.generator["back"]
        game = sum(
            (discriminator(augment(self._painted[name])) - 1).square().mean()
            for name, discriminator in self.discriminator.items()
        )
        cycle = (back(self._painted["there"]) - sources).abs().mean() + (
            there(self._painted["back"]) - targets
        ).abs().mean()
        losses = {"game": game, "cycle": cycle}
        total = game + self._cycle * cycle
        if self._identity:
            losses["identity"] = (there(targets) - targets).abs().mean() + (back(sources) - sources).abs().mean()
            total = total + self._cycle * self._identity * losses["identity"]
        return losses | {"total": total}
