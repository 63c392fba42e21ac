"""Coverage: every painting gets a latent that is trained towards it, so that no painting is ignored.

RS-IMLE: Vashist et al. 2024, https://arxiv.org/abs/2409.17439.  Every so often many latents are painted, and each
painting is given the one whose picture is nearest to it; those that are near already are passed over.  A discriminator
never asks for a painting that nobody tries to paint; this does.
Differs from the paper: it stands beside an adversarial loss, and a picture is only held to its painting's features.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from deepart.training.loop import BatchSpec

if TYPE_CHECKING:
    from deepart.models.generators.generator import Generator

EVERY = 2000
"""Steps after which latents are chosen anew."""

LATENTS = 1_000
"""That are painted for it: a minute on one core.  The paper has several for each painting."""

PAINTINGS = 600
"""That latents are given to, until they are chosen anew."""

NEAR = 0.1
"""Part of the nearest pairs, in which a picture is near enough to its painting to be passed over."""

SHARE = 4
"""Pictures of a batch for one that is held to a painting."""

_BATCH = 50


class Looker(Protocol):
    """What pictures are compared by; a `ProjectedDiscriminator`."""

    def features(self, x: Tensor) -> list[Tensor]:
        """Return maps (B, C, h, w) for pictures (B, 3, S, S) in [0, 1]."""
        ...


class Crops(Protocol):
    """Paintings; `SquareCrops`."""

    styles: np.ndarray

    def draw(
        self, size: int, generators: Sequence[np.random.Generator], chosen: Sequence[int]
    ) -> tuple[Tensor, Tensor]:
        """Return crops (B, 3, size, size) in [0, 1] of chosen paintings, and their styles (B,)."""
        ...


class Coverage:
    """Draws latents to the paintings that they are nearest to.

    Args:
        generator: what paints.
        looker: whose features are compared.
        crops: the paintings.
        latents: how many are painted.
        paintings: how many are given one.
    """

    def __init__(
        self, generator: Generator, looker: Looker, crops: Crops, latents: int = LATENTS, paintings: int = PAINTINGS
    ) -> None:
        self._generator, self._looker, self._crops = generator, looker, crops
        self._latents, self._most = latents, paintings
        self._paintings = np.empty(0, int)
        self._given = torch.empty(0)

    def state_dict(self) -> dict[str, Any]:
        """Return which latent each painting has, so that a run that goes on need not choose again."""
        return {"paintings": torch.from_numpy(self._paintings), "given": self._given}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take up what `state_dict` has returned."""
        self._paintings, self._given = state["paintings"].numpy(), state["given"]

    def loss(self, spec: BatchSpec) -> Tensor:
        """Return how far some pictures are from the paintings that they were given to, for a part of the batch."""
        if spec.step % EVERY == 0 or not len(self._paintings):
            self._choose(spec)
        rng = np.random.default_rng((spec.step, spec.process))
        chosen = rng.choice(len(self._paintings), max(1, len(spec.indices) // SHARE))
        paintings = self._paintings[chosen]
        real, style = self._always_alike(spec, paintings)
        device = self._generator.start.weight.device
        painted = self._generator(self._given[chosen].to(device), style.to(device), size=spec.stage.size)
        with torch.no_grad():
            wanted = self._looker.features(real.to(device))
        pairs = zip(self._looker.features(painted), wanted)
        return sum(F.mse_loss(_outline(ours), _outline(theirs)) for ours, theirs in pairs) / len(wanted)

    @torch.no_grad()
    def _choose(self, spec: BatchSpec) -> None:
        """Paint latents of every style by its share, and give some paintings the nearest one of their style each."""
        rng, styles = np.random.default_rng((spec.step, 1)), self._crops.styles
        is_training = self._generator.training
        self._generator.eval()
        chosen = torch.from_numpy(rng.choice(styles, self._latents))
        latents = torch.from_numpy(rng.standard_normal((self._latents, self._generator.config.z), np.float32))
        device = self._generator.start.weight.device
        painted = torch.cat(
            [
                self._described(self._generator(z.to(device), style.to(device), size=spec.stage.size))
                for z, style in zip(latents.split(_BATCH), chosen.split(_BATCH))
            ]
        )
        self._generator.train(is_training)
        everyone = np.sort(rng.permutation(len(styles))[: self._most])
        styles = styles[everyone]
        real = torch.cat(
            [
                self._described(self._always_alike(spec, part)[0].to(device))
                for part in np.split(everyone, range(_BATCH, len(everyone), _BATCH))
            ]
        )
        nearest, distances = torch.empty(len(styles), dtype=torch.long), torch.full((len(styles),), -1.0)
        for style in np.unique(styles):
            theirs, ours = np.flatnonzero(styles == style), (chosen == int(style)).nonzero()[:, 0]
            if len(ours):
                distances[theirs], place = torch.cdist(real[theirs], painted[ours]).min(1)
                nearest[theirs] = ours[place]
        found = distances >= 0
        far = found & (distances > torch.quantile(distances[found], NEAR)) if found.any() else found
        kept = far if far.any() else found
        self._paintings, self._given = everyone[kept.numpy()], latents[nearest[kept]]

    def _always_alike(self, spec: BatchSpec, paintings: np.ndarray) -> tuple[Tensor, Tensor]:
        """Return crops of paintings and their styles, the same crop of each painting every time."""
        generators = [np.random.default_rng(int(index)) for index in paintings]
        return self._crops.draw(spec.stage.size, generators, paintings)

    def _described(self, pictures: Tensor) -> Tensor:
        """Return one row of numbers for each picture: where its features are, coarsely."""
        maps = self._looker.features(pictures)
        return torch.cat([_outline(map_).flatten(1) / map_.shape[1] ** 0.5 for map_ in maps], 1).cpu()


def _outline(map_: Tensor) -> Tensor:
    """Return a map at 4 x 4 places."""
    return F.adaptive_avg_pool2d(map_.float(), 4)
