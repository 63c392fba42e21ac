"""Training of the flow painter: predict the picture under noise, with any condition at any noise level.

Differs from Li & He 2025 (https://arxiv.org/abs/2511.13720): the tokens half-way are also asked for what a network
that knows photos sees in the same places (Yu et al. 2024, https://arxiv.org/abs/2410.06940), which saves a small
network most of the time in which it would find that out by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepart.models.generators.flow import FlowPainter, velocity
from deepart.training.catalogue import Painting, known_artists, near_duplicates, read_catalogue, read_sharp
from deepart.training.data import PictureStore, Selection, is_held_out
from deepart.training.generate.generator import SquareCrops, shown_truly
from deepart.training.generate.subjects import with_genres
from deepart.training.loop import Batch, BatchSpec

UNTOLD_SHARE = 0.1
"""Part of the examples that are told nothing, and of each label that is left out by itself."""

ALIGNMENT_WEIGHT = 0.5
"""Weight in the loss of what the backbone sees."""

ZOOM = 0.75
"""Smallest part of a painting's shorter side that a crop shows."""

_MEAN_TIME, _TIME_DEVIATION = -0.8, 0.8  # of the logits of the times that are trained
_ALIGNED_BLOCK = 3
_MEAN, _DEVIATION = 127 / 255, 128 / 255  # what the backbone's pictures were brought to
_TAP = 3  # its features at a sixteenth of the size


@dataclass(slots=True)
class LabelledPaintings:
    """Paintings to learn from, and what is known of each.

    Args:
        paintings: without those that are held out.
        pictures: theirs, in the same order, (H, W, 3) uint8 RGB.
    """

    paintings: list[Painting]
    pictures: PictureStore | Selection | Sequence[np.ndarray]

    @classmethod
    def read(cls, folder: Path, cache: Path, shortest: int) -> LabelledPaintings:
        """Read the paintings of a folder, those of high resolution too, if there are any, and their genres.

        Raises:
            InputError: there is no catalogue.
        """
        catalogue = read_catalogue(folder)
        paintings = [*shown_truly(catalogue), *read_sharp(folder, catalogue)]
        pictures = PictureStore([painting.path for painting in paintings], cache, shortest)
        held_out = [is_held_out(painting.path) for painting in paintings]
        # A sharp scan can show a painting whose other scan is kept for measuring.
        first = near_duplicates([pictures[index] for index in range(len(pictures))])
        measured = {first[index] for index, held in enumerate(held_out) if held}
        kept = [index for index, held in enumerate(held_out) if not held and first[index] not in measured]
        learned = Selection(pictures, kept)
        return cls(with_genres([paintings[index] for index in kept], learned, cache), learned)

    @property
    def label_names(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """The styles, genres and artists that the network is told, sorted."""
        styles, genres = ({getattr(each, name) for each in self.paintings} - {""} for name in ("style", "genre"))
        return tuple(sorted(styles)), tuple(sorted(genres)), known_artists(self.paintings)

    def labels(self) -> np.ndarray:
        """Return the label indices of each painting, (N, 3), those after the last where nothing is known."""
        names = self.label_names
        places = [{name: place for place, name in enumerate(each)} for each in names]
        return np.array(
            [
                [place.get(value, len(place)) for place, value in zip(places, (each.style, each.genre, each.artist))]
                for each in self.paintings
            ]
        )

    def shares(self) -> tuple[tuple[int, ...], ...]:
        """Return how many of the paintings have each style, by genre, the last of each row of unknown genre."""
        styles, genres, _ = self.label_names
        table = np.zeros((len(styles) + 1, len(genres) + 1), int)
        np.add.at(table, tuple(self.labels()[:, :2].T), 1)
        return tuple(map(tuple, table[:-1].tolist()))


class FlowTraining:
    """Trains a flow painter.

    Args:
        painter: the network.
        data: what to learn from.
        backbone: an EfficientNet of timm, with its batch normalisations folded; None to align with nothing.
    """

    def __init__(
        self, painter: FlowPainter, data: LabelledPaintings, backbone: nn.Module | None = None, seed: int = 0
    ) -> None:
        self.network = AlignedPainter(painter, backbone.feature_info[_TAP]["num_chs"] if backbone else 0)
        self._backbone, self._labels, self._seed = backbone, data.labels(), seed
        styles = self._labels[:, 0].tolist()
        self._crops = SquareCrops(data.pictures, styles, zoom=ZOOM)

    def draw(self, spec: BatchSpec) -> Batch:
        """Return paintings (B, 3, size, size) in [0, 1] and what is told of them, (B, 3) indices."""
        generators = spec.generators(self._seed)
        chosen = [self._crops.choose(rng) for rng in generators]
        real, _ = self._crops.draw(spec.stage.size, generators, chosen)
        labels = torch.from_numpy(self._labels[chosen])
        untold = np.stack([rng.random(1 + labels.shape[1]) < UNTOLD_SHARE for rng in generators])
        untold = torch.from_numpy(untold[:, :1] | untold[:, 1:])
        return real, torch.where(untold, self.network.painter.any_label, labels)

    def losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Return "flow", the squared error of velocities, and "alignment", 1 - cosine to what the backbone sees."""
        real, labels = batch
        picture = 2 * real - 1
        time = torch.sigmoid(_MEAN_TIME + _TIME_DEVIATION * torch.randn(len(real), device=real.device))
        share = time.view(-1, 1, 1, 1)
        x = share * picture + (1 - share) * torch.randn_like(picture)
        painted, tokens = self.network.painter.look(x, time, labels, _ALIGNED_BLOCK)
        flow = F.mse_loss(velocity(painted, x, time), velocity(picture, x, time))
        if self._backbone is None:
            return {"total": flow}
        alignment = 1 - F.cosine_similarity(self.network.align(tokens).float(), self._seen(real).float(), dim=2).mean()
        return {"total": flow + ALIGNMENT_WEIGHT * alignment, "flow": flow, "alignment": alignment}

    @torch.no_grad()
    def _seen(self, real: Tensor) -> Tensor:
        """Return what the backbone sees in the place of each token, less what it sees everywhere, (B, T, D)."""
        x = (real - _MEAN) / _DEVIATION
        seen = self._backbone.forward_intermediates(x, indices=[_TAP], intermediates_only=True, stop_early=True)[0]
        config = self.network.painter.config
        seen = F.adaptive_avg_pool2d(seen.float(), config.side // config.patch).flatten(2).transpose(1, 2)
        return seen - seen.mean(1, keepdim=True)


class AlignedPainter(nn.Module):
    """A flow painter, and the layers that training alone needs: from its tokens to so many features of a backbone."""

    def __init__(self, painter: FlowPainter, features: int) -> None:
        super().__init__()
        self.painter = painter
        width = painter.config.width
        self.align = nn.Identity()
        if features:
            self.align = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, features))
