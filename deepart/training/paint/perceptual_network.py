"""Training of the small perceptual network by distillation of VGG-16.

Distillation on features (Romero et al. 2014, https://arxiv.org/abs/1412.6550), with two additions for its use.
Pictures will be moved along its gradients, so it also learns how the features *change* when a picture does (Czarnecki
et al. 2017, "Sobolev Training", https://arxiv.org/abs/1706.04859, with finite differences); and among the pictures are
some that were moved along its own gradients, where a network that is only nearly right would be led astray.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepart.models import distances
from deepart.models.perceptual_network import PerceptualNetwork
from deepart.models.vgg import VGGFeatures
from deepart.training.data import PictureStore, random_crop
from deepart.training.loop import Batch, BatchSpec

_LIFE = 24  # steps that a canvas is painted on before it is replaced


@dataclass(frozen=True, slots=True)
class LossNetworkWeights:
    """How much each error counts in the total."""

    features: float = 1.0
    changes: float = 0.5
    style: float = 1.0
    content: float = 1.0
    gram: float = 0.5


class PerceptualNetworkTraining:
    """Task of `deepart.training.loop.fit`: `network` learns to predict the features of `teacher`.

    Args:
        network: the student.
        teacher: the teacher, with the taps of the student.
        folders: one store of pictures for each folder; every folder is drawn from equally often.
        weights: of the errors.
        seed: of all that is drawn.
    """

    def __init__(
        self,
        network: PerceptualNetwork,
        teacher: VGGFeatures,
        folders: Sequence[PictureStore],
        weights: LossNetworkWeights = LossNetworkWeights(),
        seed: int = 0,
    ) -> None:
        self.network = network
        self.teacher = teacher.eval().requires_grad_(False).to(memory_format=torch.channels_last)
        self.folders = folders
        self.weights = weights
        self.seed = seed
        self._canvases: list[_Canvas] = []

    @torch.no_grad()
    def initialise(self, count: int = 64, size: int = 128) -> None:
        """Fit a fresh network layer by layer to what the teacher makes of `count` crops.

        Every convolution of the trunk is regressed on those features of the teacher, each divided by its
        root mean square, from which the others of its layer follow best; every head on all of its tap.
        Hundreds of gradient steps would be needed to come to the same point.
        """
        rng = np.random.default_rng(self.seed)
        pictures = torch.stack([self._crop(size, rng) for _ in range(count)])
        x = self.network.normalised(pictures)
        config = self.network.config
        for number, (stage, head) in enumerate(zip(self.network.stages, self.network.heads, strict=True)):
            last = int(config.taps[number].rpartition("_")[2])  # of the teacher's convolutions in this stage
            depth = 0
            for layer in stage:
                if isinstance(layer, nn.Conv2d):
                    depth += 1
                    tap = f"relu{number + 1}_{min(depth, last)}"
                    true = self.teacher(pictures, (tap,))[tap]
                    chosen = true[:, _telling_channels(true, layer.out_channels)]
                    _regress(layer, x, chosen / _root_mean_square(chosen))
                x = layer(x)
            unit = _root_mean_square(true)
            head.scale.copy_(unit.flatten())
            _regress(head, x, true / unit)

    def draw(self, spec: BatchSpec) -> Batch:
        """Return pictures and the same pictures changed, both (about 3/8 B, 3, size, size) in [0, 1].

        Noise, another picture or other colours have been mixed in.
        """
        pictures, changed = [], []
        half = len(spec.indices) // 2
        for rng in spec.generators(self.seed)[: half - half // 4]:
            picture = self._crop(spec.stage.size, rng)
            if rng.random() < 0.25:
                picture = self._changed(picture, rng)
            pictures.append(picture)
            changed.append(self._changed(picture, rng))
        return torch.stack(pictures), torch.stack(changed)

    def losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Compare the student's features of one batch with the teacher's; return all errors and "total".

        A third as many pictures again are canvases that are being painted by the network's gradients, where the
        change is its next stroke.
        """
        pictures, changed = batch
        canvases = len(spec.indices) // 2 // 4
        if canvases:
            before, after = self._paint(canvases, spec.stage.size, np.random.default_rng((self.seed, spec.step)))
            pictures, changed = torch.cat([pictures, before]), torch.cat([changed, after])
        x = torch.cat([pictures, changed])
        with torch.no_grad():
            true = self.teacher.to(x.device)(x, self.network.config.taps)
        seen = self.network(x)
        terms = {
            "features": _relative_error(seen, true),
            "changes": _relative_error(_changes(seen), _changes(true)),
            "style": distances.style_distance(seen, true).mean(),
            "content": distances.content_distance(seen, true).mean(),
            "gram": distances.gram_distance(seen, true).mean(),
        }
        terms["total"] = sum(weight * terms[name] for name, weight in asdict(self.weights).items())
        return terms

    def _crop(self, size: int, rng: np.random.Generator) -> Tensor:
        store = self.folders[rng.integers(len(self.folders))]
        return random_crop(store[rng.integers(len(store))], size, (0.5, 2.0), rng)

    def _changed(self, picture: Tensor, rng: np.random.Generator) -> Tensor:
        kind = rng.integers(4)
        strength = float(rng.uniform(0.02, 1))
        if kind == 0:  # noise, coarse or fine
            cells = max(2, picture.shape[-1] >> int(rng.integers(5)))
            noise = torch.from_numpy(rng.standard_normal((1, 3, cells, cells), np.float32))
            picture = picture + 0.2 * strength * F.interpolate(noise, picture.shape[1:], mode="bicubic")[0]
        elif kind == 1:  # another picture, showing through
            picture = torch.lerp(picture, self._crop(picture.shape[-1], rng), 0.7 * strength)
        elif kind == 2:  # other colours
            gain, shift = (torch.from_numpy(rng.standard_normal((3, 1, 1), np.float32)) for _ in range(2))
            picture = picture * (1 + 0.3 * strength * gain) + 0.15 * strength * shift
        else:  # out of focus, or sharpened
            blurred = F.avg_pool2d(picture[None], 5, 1, 2, count_include_pad=False)[0]
            picture = torch.lerp(picture, blurred, float(rng.uniform(-1.5, 1)))
        return picture.clamp(0, 1)

    def _paint(self, count: int, size: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Move `count` canvases one step closer to their styles; return them before and after."""
        if not self._canvases or self._canvases[0].picture.shape[-1] != size:
            self._canvases = [
                _Canvas(self._crop(size, rng), self._crop(size, rng), int(rng.integers(_LIFE)))
                for _ in range(4 * count)
            ]
        chosen = [self._canvases[i] for i in rng.choice(len(self._canvases), count, replace=False)]
        device = next(self.network.parameters()).device
        before = torch.stack([canvas.picture.to(device) for canvas in chosen]).requires_grad_()
        with torch.no_grad():
            style = self.network(torch.stack([canvas.style for canvas in chosen]).to(device))
        painted = self.network(before)
        distance = distances.style_distance(painted, style) + distances.gram_distance(painted, style)
        (gradient,) = torch.autograd.grad(distance.sum(), before)
        stroke = gradient / (gradient.square().mean((1, 2, 3), keepdim=True).sqrt() + 1e-8)
        length = torch.from_numpy(rng.uniform(0.005, 0.04, (count, 1, 1, 1)).astype(np.float32)).to(device)
        after = (before.detach() - length * stroke).clamp(0, 1)
        for canvas, picture in zip(chosen, after, strict=True):
            canvas.picture, canvas.age = picture, canvas.age + 1
            if canvas.age >= _LIFE:
                canvas.picture, canvas.style, canvas.age = self._crop(size, rng), self._crop(size, rng), 0
        return before.detach(), after


@dataclass(slots=True)
class _Canvas:
    """A picture on its way to the style of another; both (3, size, size)."""

    picture: Tensor
    style: Tensor
    age: int = 0


@dataclass(frozen=True, slots=True)
class LossNetworkScore:
    """How well the network reproduces its teacher at one tap."""

    tap: str
    error: float
    """Norm of what its features lack, in parts of the norm of the true ones."""
    correlation: float
    """Correlation of its style distances with the true ones, over pairs of pictures."""


@dataclass(frozen=True, slots=True)
class DistanceScore:
    """How well it measures a distance of two pictures."""

    distance: str
    correlation: float
    """With the teacher's measure, over pairs of pictures."""
    ratio: float
    """Ratio of the mean of its measure to the mean of the teacher's."""
    gradient: float
    """Mean cosine between its gradient with respect to the first picture's pixels and the teacher's."""


def evaluate_loss_network(
    network: nn.Module, teacher: nn.Module, pairs: Sequence[tuple[Tensor, Tensor]]
) -> list[LossNetworkScore | DistanceScore]:
    """Measure how well `network` reproduces `teacher`.

    Args:
        network: what is measured.
        teacher: what is taken for the truth.
        pairs: of pictures that training has not seen, (1, 3, H, W) in [0, 1].
    """
    taps = distances.STYLE_TAPS
    measures = {
        "style": distances.style_distance,
        "gram": distances.gram_distance,
        "content": distances.content_distance,
    }
    errors: dict[str, list[float]] = {tap: [] for tap in taps}
    at_taps: dict[str, list[list[float]]] = {tap: [] for tap in taps}
    measured: dict[str, list[list[float]]] = {name: [] for name in measures}
    cosines: dict[str, list[float]] = {name: [] for name in measures}
    for x, y in pairs:
        x = x.clone().requires_grad_()
        of_x, of_y = zip(*((each(x, taps), each(y, taps)) for each in (network, teacher)))
        for tap in taps:
            seen, true = (features[tap].detach() for features in of_x)
            errors[tap].append(float((seen - true).norm() / true.norm()))
            at_taps[tap].append([distances.statistics_distance(a[tap], b[tap]).item() for a, b in zip(of_x, of_y)])
        for name, measure in measures.items():
            values = [measure(a, b).sum() for a, b in zip(of_x, of_y)]
            gradients = [torch.autograd.grad(value, x, retain_graph=True)[0].flatten() for value in values]
            measured[name].append([value.item() for value in values])
            cosines[name].append(float(F.cosine_similarity(*gradients, dim=0)))
    per_tap = [LossNetworkScore(tap, float(np.mean(errors[tap])), _correlation(at_taps[tap])) for tap in taps]
    per_distance = [
        DistanceScore(name, _correlation(values), float(np.divide(*np.mean(values, 0))), float(np.mean(cosines[name])))
        for name, values in measured.items()
    ]
    return per_tap + per_distance


def _correlation(values: Sequence[Sequence[float]]) -> float:
    return float(np.corrcoef(np.transpose(values))[0, 1])


def _changes(features: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return by how much the features of the second half of the batch differ from those of the first."""
    halves = {tap: x.chunk(2) for tap, x in features.items()}
    return {tap: changed - x for tap, (x, changed) in halves.items()}


def _relative_error(seen: dict[str, Tensor], true: dict[str, Tensor]) -> Tensor:
    """Return the squared error as a share of the true features' energy, mean over taps."""
    return torch.stack(
        [(seen[tap] - true[tap]).float().square().mean() / true[tap].float().square().mean() for tap in true]
    ).mean()


def _root_mean_square(features: Tensor) -> Tensor:
    """Return that of each channel, (1, C, 1, 1), and no less than a hundredth of the mean over channels."""
    values = features.square().mean((0, 2, 3), keepdim=True).sqrt()
    return values.clamp(min=0.01 * float(values.mean()))


def _telling_channels(features: Tensor, count: int) -> list[int]:
    """Return the `count` channels from which the others follow best, by a pivoted Cholesky decomposition."""
    flat = features.transpose(0, 1).flatten(1)
    moments = (flat @ flat.T).double() / flat.shape[1]
    chosen = []
    for _ in range(count):
        pivot = int(moments.diagonal().argmax())
        chosen.append(pivot)
        column = moments[:, pivot].clone()
        moments -= torch.outer(column, column) / column[pivot]
        moments[pivot] = moments[:, pivot] = 0  # whatever rounding left
    return chosen


def _regress(layer: nn.Conv2d, x: Tensor, true: Tensor, samples: int = 20_000, rounds: int = 12) -> None:
    """Set the weights of `layer` so that relu(layer(x)) comes close to `true`, by least squares.

    Where a true feature is zero, any negative prediction is as good: after each round the target there is
    moved to the prediction.
    """
    places = torch.randperm(true[0, 0].numel(), generator=torch.Generator().manual_seed(0))[: samples // len(x)]
    side, padding = layer.kernel_size[0], layer.padding[0]
    patches = torch.cat([F.unfold(one[None], side, padding=padding)[0, :, places].T for one in x])
    patches = F.pad(patches, (0, 1), value=1.0)  # (samples, inputs of a neuron and its bias)
    true = true.flatten(2)[..., places].transpose(1, 2).flatten(0, 1)  # (samples, neurons)
    moments = patches.T @ patches
    moments.diagonal().add_(1e-3 * moments.diagonal().mean())
    factor = torch.linalg.cholesky(moments)
    target = true
    for _ in range(rounds):
        weight = torch.cholesky_solve(patches.T @ target, factor)
        target = torch.where(true > 0, true, (patches @ weight).clamp(max=0))
    layer.bias.copy_(weight[-1])
    layer.weight.copy_(weight[:-1].T.reshape(layer.weight.shape))
