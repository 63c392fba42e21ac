"""Training of the style network on photos and paintings.

The recipe of Ghiasi et al. 2017 (https://arxiv.org/abs/1705.06830): every step paints a batch of
contents, each in the style of another painting, and compares the result with both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from deepart.images import to_tensor
from deepart.models.style_network import ContentFeatures, StyleNetwork
from deepart.models.vgg import VGG16Features
from deepart.training import losses as distances
from deepart.training.data import degrade, random_crop
from deepart.training.loop import Batch, BatchSpec
from deepart.training.paint.synthetic_styles import drawn, harsher

CODE_CROPS = 2_000
"""Crops of paintings whose codes tell how much each entry of a code varies."""


@dataclass(frozen=True, slots=True)
class StyleWeights:
    """Weights of the distances in the total.

    The content's weight is only where it starts: it is adjusted from step to step so that the content
    distance comes to `content_target`, because the network is wanted as painterly as that allows.
    """

    style: float = 20.0
    content: float = 2.0
    content_target: float = 0.41
    structure: float = 0.05
    gram: float = 4.0
    palette: float = 4.0
    variation: float = 0.1
    weave: float = 10.0
    identity: float = 0.5


CONTENT_SCALES, STYLE_SCALES = (0.4, 1.0), (0.35, 1.0)
"""How much pictures are shrunk before they are cut: they are sharp, and subjects come small and large."""


class StyleTraining:
    """Task of `deepart.training.loop.fit`: `network` learns to paint `contents` like `styles`.

    Args:
        network: the one that learns.
        perceptual_network: the perceptual network that compares both pictures with the painting.
        contents, styles: collections of pictures, (H, W, 3) uint8; all of a kind are drawn from equally often, so
            that a small collection of sharp pictures counts as much as a large one of soft ones.
        weights: of the distances.
        seed: of what is drawn.
    """

    def __init__(
        self,
        network: StyleNetwork,
        perceptual_network: VGG16Features,
        contents: Sequence[Sequence[np.ndarray]],
        styles: Sequence[Sequence[np.ndarray]],
        weights: StyleWeights = StyleWeights(),
        seed: int = 0,
    ) -> None:
        self.network = network
        self.perceptual_network = perceptual_network.eval().requires_grad_(False).to(memory_format=torch.channels_last)
        self.contents, self.styles = contents, styles
        self.weights = weights
        self.content_weight = weights.content
        self.seed = seed

    def state_dict(self) -> dict[str, float]:
        """Return what changes from step to step, for a run that goes on."""
        return {"content_weight": self.content_weight}

    def load_state_dict(self, state: dict[str, float]) -> None:
        """Take over what `state_dict` returned."""
        self.content_weight = state["content_weight"]

    def draw(self, spec: BatchSpec) -> Batch:
        """Return contents, styles, and the contents as the network sees them, all (B/2, 3, size, size) in [0, 1].

        A fifth of the contents are paintings.  Of the styles, the first is its own content: what is already painted
        must come back as it was; see `_style` for the others.
        """
        contents, styles, seen = [], [], []
        for rng in spec.generators(self.seed)[: len(spec.indices) // 2]:
            stores = self.styles if rng.random() < 0.2 else self.contents
            contents.append(random_crop(_any_of(stores, rng), spec.stage.size, CONTENT_SCALES, rng))
            styles.append(self._style(spec.stage.size, rng))
            seen.append(degrade(contents[-1], rng))
        styles[0] = contents[0]
        return torch.stack(contents), torch.stack(styles), torch.stack(seen)

    def _style(self, size: int, rng: np.random.Generator) -> Tensor:
        """Return a style, (3, size, size) in [0, 1].

        One in seven is synthetic, a quarter a mosaic of four crops (half of these of different paintings), some are
        photos, and of all a fifth has its colour channels shuffled (palettes that no painter used).
        """
        kind = rng.random()
        if kind < 0.07:
            style = to_tensor(Image.fromarray(drawn(size, rng)))[0]
        elif kind < 0.15:
            style = random_crop(harsher(_any_of(self.styles, rng), rng), size, STYLE_SCALES, rng)
        elif kind < 0.4:
            first = _any_of(self.styles, rng)
            mixed = rng.random() < 0.5
            crops = [
                random_crop(_any_of(self.styles, rng) if mixed else first, size // 2, STYLE_SCALES, rng)
                for _ in range(4)
            ]
            style = torch.cat([torch.cat(crops[:2], 2), torch.cat(crops[2:], 2)], 1)
        else:
            stores = self.contents if kind > 0.94 else self.styles
            style = random_crop(_any_of(stores, rng), size, STYLE_SCALES, rng)
        return style[rng.permutation(3)] if rng.random() < 0.2 else style

    @torch.no_grad()
    def codes(self) -> Tensor:
        """Return the codes of `CODE_CROPS` crops of paintings, of 256 to 512 pixels each, (CODE_CROPS, code_size)."""
        rng = np.random.default_rng(self.seed)
        return torch.cat([self.network.style_encoder(self._code_crop(rng)[None]) for _ in range(CODE_CROPS)])

    def _code_crop(self, rng: np.random.Generator) -> Tensor:
        side = int(rng.integers(16, 33)) * 16
        return random_crop(_any_of(self.styles, rng), side, STYLE_SCALES, rng)

    def losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Paint one batch; return the means of all distances and their weighted sum, "total"."""
        content, style, seen = batch
        perceptual_network = self.perceptual_network.to(content.device)
        with torch.no_grad():
            of_content = perceptual_network(content, ("relu3_3", "relu4_1"))
            of_style = perceptual_network(style)
        features, code = self.network.content_encoder(seen), self.network.style_encoder(style)
        # Each content is painted twice, by its own style and by its neighbour's: what the perceptual network said
        # of either, a third of the step's cost, is used twice.
        features = ContentFeatures(*(torch.cat([x, x]) for x in features))
        of_content = {tap: torch.cat([x, x]) for tap, x in of_content.items()}
        of_style = {tap: torch.cat([x, x.roll(1, 0)]) for tap, x in of_style.items()}
        origin = tuple(int(place) * 8 for place in np.random.default_rng((self.seed, spec.step)).integers(512, size=2))
        painted = self.network.decoder(features, torch.cat([code, code.roll(1, 0)]), origin=origin)
        of_painted = perceptual_network(painted)
        style, content = torch.cat([style, style.roll(1, 0)]), torch.cat([content, content])
        terms = {
            "style": distances.style_distance(of_painted, of_style).mean(),
            "content": distances.content_distance(of_painted, of_content).mean(),
            "structure": distances.structure_distance(of_painted, of_content).mean(),
            "gram": distances.gram_distance(of_painted, of_style).mean(),
            "palette": distances.palette_distance(painted, style).mean(),
            "variation": distances.total_variation(painted).mean(),
            "weave": (distances.weave(painted, content) - distances.weave(style)).clamp(min=0).mean(),
            "identity": (painted[0] - content[0]).abs().mean(),
        }
        weights = {**asdict(self.weights), "content": self.content_weight}
        terms["total"] = sum(weights[name] * value for name, value in terms.items())
        if self.network.training:
            # A tenth too far off, and the weight changes by a percent a step.
            self.content_weight *= math.exp(0.1 * (terms["content"].item() - self.weights.content_target))
        return terms


def _any_of(stores: Sequence[Sequence[np.ndarray]], rng: np.random.Generator) -> np.ndarray:
    """Return any picture of any of several collections, each as likely as the others."""
    store = stores[int(rng.integers(len(stores)))]
    return store[int(rng.integers(len(store)))]
