"""Training of the style network on photos and paintings.

The recipe of Ghiasi et al. 2017 (https://arxiv.org/abs/1705.06830): every step paints a batch of
contents, each in the style of another painting, and compares the result with both.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor

from deepart.models.style_network import ContentFeatures, StyleNetwork
from deepart.models.vgg import VGG16Features
from deepart.training import losses as distances
from deepart.training.data import PictureStore, degrade, random_crop
from deepart.training.loop import Batch, Turn


@dataclass(frozen=True, slots=True)
class StyleWeights:
    """How much each distance counts in the total.

    The content's weight is only where it starts: it is adjusted from step to step so that the content
    distance comes to `content_target`, because the network is wanted as painterly as that allows.
    """

    style: float = 20.0
    content: float = 2.0
    content_target: float = 0.435
    structure: float = 0.05
    gram: float = 4.0
    palette: float = 4.0
    variation: float = 0.3
    grid: float = 6.0
    identity: float = 0.5


class StyleTraining:
    """Task of `deepart.training.loop.fit`: `network` learns to paint `contents` like `styles`."""

    def __init__(
        self,
        network: StyleNetwork,
        teacher: VGG16Features,
        contents: PictureStore,
        styles: PictureStore,
        weights: StyleWeights = StyleWeights(),
        seed: int = 0,
    ) -> None:
        self.network = network
        self.teacher = teacher.eval().requires_grad_(False).to(memory_format=torch.channels_last)
        self.contents, self.styles = contents, styles
        self.weights = weights
        self.content_weight = weights.content
        self.seed = seed

    def draw(self, turn: Turn) -> Batch:
        """Return contents, styles, and the contents as the network sees them, all (B/2, 3, size, size) in [0, 1].

        A fifth of the contents are paintings, a tenth of the styles are photos, a quarter of the styles
        have their colour channels shuffled (palettes that no painter used), and the first style is its
        own content: what is already painted must come back as it was.
        """
        contents, styles, seen = [], [], []
        for rng in turn.generators(self.seed)[: len(turn.places) // 2]:
            store = self.styles if rng.random() < 0.2 else self.contents
            contents.append(random_crop(store[rng.integers(len(store))], turn.stage.size, (0.6, 1.6), rng))
            store = self.contents if rng.random() < 0.1 else self.styles
            style = random_crop(store[rng.integers(len(store))], turn.stage.size, (0.6, 1.6), rng)
            styles.append(style[rng.permutation(3)] if rng.random() < 0.25 else style)
            seen.append(degrade(contents[-1], rng))
        styles[0] = contents[0]
        return torch.stack(contents), torch.stack(styles), torch.stack(seen)

    def measure_codes(self, count: int = 256) -> None:
        """Fit a fresh network's reading of style codes to what its encoder makes of paintings."""
        rng = np.random.default_rng(self.seed)
        codes = []
        with torch.no_grad():
            for _ in range(count):
                crop = random_crop(self.styles[rng.integers(len(self.styles))], 128, (0.6, 1.6), rng)
                codes.append(self.network.style_encoder(crop[None]))
        self.network.measure_codes(torch.cat(codes))

    def losses(self, batch: Batch, turn: Turn) -> dict[str, Tensor]:
        """Paint one batch; return the means of all distances and their weighted sum, "total"."""
        content, style, seen = batch
        teacher = self.teacher.to(content.device)
        with torch.no_grad():
            of_content = teacher(content, ("relu3_3", "relu4_1"))
            of_style = teacher(style)
        features, code = self.network.content_encoder(seen), self.network.style_encoder(style)
        # Each content is painted twice, by its own style and by its neighbour's: what the teacher said
        # of either, a third of the step's cost, is used twice.
        features = ContentFeatures(*(torch.cat([x, x]) for x in features))
        of_content = {tap: torch.cat([x, x]) for tap, x in of_content.items()}
        of_style = {tap: torch.cat([x, x.roll(1, 0)]) for tap, x in of_style.items()}
        painted = self.network.decoder(features, torch.cat([code, code.roll(1, 0)]))
        of_painted = teacher(painted)
        terms = {
            "style": distances.style_distance(of_painted, of_style).mean(),
            "content": distances.content_distance(of_painted, of_content).mean(),
            "structure": distances.structure_distance(of_painted, of_content).mean(),
            "gram": distances.gram_distance(of_painted, of_style).mean(),
            "palette": distances.palette_distance(painted, torch.cat([style, style.roll(1, 0)])).mean(),
            "variation": distances.total_variation(painted).mean(),
            "grid": distances.grid_energy(painted).mean(),
            "identity": (painted[0] - content[0]).abs().mean(),
        }
        weights = {**asdict(self.weights), "content": self.content_weight}
        terms["total"] = sum(weights[name] * value for name, value in terms.items())
        if self.network.training:
            # A tenth too far off, and the weight changes by a percent a step.
            self.content_weight *= math.exp(0.1 * (terms["content"].item() - self.weights.content_target))
        return terms
