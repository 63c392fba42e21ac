"""Evaluate a generator: distances between its pictures and unseen paintings.

Kernel distance: Binkowski et al. 2018, https://arxiv.org/abs/1801.01401; Frechet distance: Heusel et al. 2017,
https://arxiv.org/abs/1706.08500; precision and recall: Kynkaanniemi et al. 2019, https://arxiv.org/abs/1904.06991.
Differs from the papers: the features are those of EfficientNet-Lite0 unless others are asked for, so the figures
compare with each other and not with those of Inception.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import timm
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from deepart import runtime
from deepart.errors import WeightsError
from deepart.files import replacing
from deepart.models.generators.flow import FlowPainter, paint_steps
from deepart.models.generators.generator import Generator
from deepart.tasks.classify.classify import ArtworkClassifier
from deepart.tasks.generate.brushwork import Brushwork, window_of, windowed
from deepart.training.generate.generator import fold_batch_norms, imagenet_backbone

SIDE = 128
"""Pixels that every picture is brought to first, so that none is told from the others by its size."""

NEIGHBOURS = 3
"""Neighbours in precision and recall; the furthest says how far a picture's neighbourhood reaches."""

TIMM_FEATURES = {"inception": "inception_v3.tf_in1k", "clip": "vit_base_patch32_clip_224.openai"}
"""Networks of timm whose features can be asked for where the Hub can be reached.

This Inception was trained anew on the same pictures; published Frechet distances use another copy.
"""

_BATCH = 16

Features = Callable[[Tensor], Tensor]
"""Takes pictures (B, 3, H, W) RGB in [0, 1]; returns what describes each, (B, D)."""

Painter = Callable[[Tensor, int], Tensor]
"""Takes styles and genres (B, 2), and a seed; returns pictures (B, 3, S, S) RGB in [0, 1]."""

Asked = Sequence[tuple[int, int]]
"""The style and the genre that each picture is asked for, indices after the last for any."""


class PooledFeatures:
    """The mean over all places of the last features of a network.

    Args:
        name: what reports call it.
        side: pictures are brought to so many pixels for it.
    """

    def __init__(
        self, name: str, network: nn.Module, mean: Sequence[float], std: Sequence[float], side: int = 224
    ) -> None:
        self.name, self.side = name, side
        self._device = runtime.device()
        self._network = network.eval().requires_grad_(False).to(self._device)
        self._mean, self._std = (torch.tensor(values, device=self._device).view(1, -1, 1, 1) for values in (mean, std))

    @torch.inference_mode()
    def __call__(self, x: Tensor) -> Tensor:
        """Return (B, D) on the CPU for pictures (B, 3, H, W) in [0, 1]."""
        x = x.to(self._device)
        for side in (SIDE, self.side):
            x = F.interpolate(x, (side, side), mode="bicubic", antialias=True, align_corners=False).clamp(0, 1)
        return self._network((x - self._mean) / self._std).float().cpu()


def lite_features(file: Path) -> PooledFeatures:
    """Return the features of EfficientNet-Lite0, with the ImageNet weights of `file`."""
    network = fold_batch_norms(imagenet_backbone(file))
    return PooledFeatures("EfficientNet-Lite0", network, [127 / 255], [128 / 255])


def timm_features(name: str) -> PooledFeatures:
    """Return the features of a network of `TIMM_FEATURES`, fetched from the Hub if need be.

    Raises:
        WeightsError: it cannot be fetched.
    """
    try:
        network = timm.create_model(TIMM_FEATURES[name], pretrained=True, num_classes=0)
    except OSError as error:
        raise WeightsError("weights.offline", name=TIMM_FEATURES[name]) from error
    config = timm.data.resolve_model_data_config(network)
    return PooledFeatures(name, network, config["mean"], config["std"], config["input_size"][-1])


def describe(features: Features, pictures: Sequence[Tensor]) -> Tensor:
    """Return the features of pictures (3, H, W) of one size, (N, D)."""
    parts = [torch.stack(list(pictures[start : start + _BATCH])) for start in range(0, len(pictures), _BATCH)]
    return torch.cat([features(part) for part in parts])


def cached(file: Path, make: Callable[[], Tensor]) -> Tensor:
    """Return the tensor that `file` holds, or else make it and write it there."""
    if not file.exists():
        with replacing(file) as part:
            torch.save(make(), part)
    return torch.load(file, weights_only=True)


def centre_square(picture: np.ndarray) -> Tensor:
    """Return the middle of a painting (H, W, 3) uint8 as (3, SIDE, SIDE) in [0, 1]."""
    h, w = picture.shape[:2]
    side = min(h, w)
    top, left = (h - side) // 2, (w - side) // 2
    x = torch.from_numpy(np.array(picture[top : top + side, left : left + side])).permute(2, 0, 1)[None].float() / 255
    return F.interpolate(x, (SIDE, SIDE), mode="bicubic", antialias=True, align_corners=False).clamp(0, 1)[0]


def kernel_distance(real: Tensor, painted: Tensor) -> float:
    """Return the unbiased squared kernel distance (KID) of features (N, D) and (M, D); about 0 for the same kind."""

    def kernel(a: Tensor, b: Tensor) -> Tensor:
        return (a @ b.T / a.shape[1] + 1) ** 3

    def among_themselves(a: Tensor) -> Tensor:
        similar = kernel(a, a)
        return (similar.sum() - similar.diagonal().sum()) / (len(a) * (len(a) - 1))

    real, painted = real.double(), painted.double()
    return float(among_themselves(real) + among_themselves(painted) - 2 * kernel(real, painted).mean())


def frechet_distance(real: Tensor, painted: Tensor) -> float:
    """Return the squared Frechet distance of Gaussians fitted to features (N, D) and (M, D).

    Biased upwards where there are few pictures: compare only figures from the same numbers of them.
    """
    real, painted = real.double(), painted.double()
    root = _square_root(torch.cov(real.T))
    overlap = torch.linalg.eigvalsh(root @ torch.cov(painted.T) @ root).clamp(min=0).sqrt().sum()
    spread = real.var(0).sum() + painted.var(0).sum() - 2 * overlap
    return float((real.mean(0) - painted.mean(0)).square().sum() + spread)


def _square_root(matrix: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    return vectors * values.clamp(min=0).sqrt() @ vectors.T


def precision_recall(real: Tensor, painted: Tensor) -> tuple[float, float]:
    """Return how many painted pictures lie among the real ones, and how many real ones among the painted.

    A picture lies among others if it is nearer to one of them than that one's `NEIGHBOURS`-th neighbour is.
    """

    def among(others: Tensor, x: Tensor) -> float:
        reach = torch.cdist(others, others).kthvalue(NEIGHBOURS + 1, dim=1).values  # the nearest is itself
        return float((torch.cdist(x, others) <= reach).any(1).float().mean())

    return among(real, painted), among(painted, real)


def near_copies(training: Tensor, painted: Tensor, percentile: float = 1) -> tuple[int, Tensor]:
    """Count painted pictures that are suspiciously near to one that was learned from.

    Nearer, that is, than all but `percentile` per cent of the training pictures are to their nearest neighbour.

    Returns:
        How many there are, and each painted picture's distance from the nearest training picture as a fraction of
        that limit, (M,).
    """
    ratios = torch.cdist(painted, training).amin(1) / _too_near(training, percentile)
    return int((ratios < 1).sum()), ratios


def near_duplicates(training: Tensor, painted: Tensor, percentile: float = 1) -> int:
    """Count painted pictures that are as near to another of them as `near_copies` says is suspicious."""
    apart = torch.cdist(painted, painted).fill_diagonal_(torch.inf).amin(1)
    return int((apart < _too_near(training, percentile)).sum())


def _too_near(training: Tensor, percentile: float) -> Tensor:
    apart = torch.cdist(training, training).fill_diagonal_(torch.inf).amin(1)
    return torch.quantile(apart, percentile / 100)


@torch.inference_mode()
def agreement(
    engine: ArtworkClassifier, head: str, pictures: Sequence[Tensor], asked: Sequence[int], names: Sequence[str]
) -> float | None:
    """Return how often the classifier predicts the requested label; None if nothing was requested.

    Args:
        head: "style" or "genre".
        pictures: (3, S, S) RGB in [0, 1].
        asked: indices into `names`; pictures of any other index, "any", are left out.
    """
    network = engine.network()
    labels = network.labels[head]
    side = network.config.sides[0]
    right = []
    for picture, label in zip(pictures, asked):
        if label < len(names):
            x = F.interpolate(picture[None], (side, side), mode="bicubic", align_corners=False).clamp(0, 1)
            right.append(labels[int(network(x)[head].argmax())] == names[label])
    return sum(right) / len(right) if right else None


def in_turn(styles: int, genres: int, count: int) -> Asked:
    """Return every style in turn, of any genre, for `count` pictures."""
    return [(number % max(1, styles), genres) for number in range(count)]


def by_share(shares: Sequence[Sequence[float]], styles: int, genres: int, count: int, seed: int = 0) -> Asked:
    """Return what `count` pictures are that nothing in particular is asked of: styles and genres by their shares.

    Args:
        shares: of each style a row, a number for each genre and one for none; see `GeneratorConfig.shares`.
    """
    table = np.array(shares or [[1]] * max(1, styles), float)
    drawn = np.random.default_rng(seed).choice(table.size, count, p=table.ravel() / table.sum())
    return [(int(number // table.shape[1]), min(int(number % table.shape[1]), genres)) for number in drawn]


def painter(generator: Generator, size: int | None = None, truncation: float = 1.0) -> Painter:
    """Return what paints with `generator`, in evaluation, in bfloat16 where that is faster."""
    generator.eval()
    device = next(generator.parameters()).device

    @torch.inference_mode()
    def paint(asked: Tensor, seed: int) -> Tensor:
        z, noise = generator.draw(range(seed, seed + len(asked)))
        with runtime.autocast():
            painted = generator(z.to(device), asked[:, 0].to(device), noise, size, truncation)
        return painted.cpu()

    return paint


def finished_painter(paint: Painter, brushwork: Brushwork, styles: Sequence[str]) -> Painter:
    """Return what paints, in brushwork of the styles, what `paint` does."""

    @torch.inference_mode()
    def finish(asked: Tensor, seed: int) -> Tensor:
        names = (styles[style] if style < len(styles) else "" for style in asked[:, 0].tolist())
        codes = torch.stack([brushwork.code(name, seed + index).vector for index, name in enumerate(names)])
        layouts = paint(asked, seed).float().to(runtime.device()).split(1)
        layout = torch.cat([windowed(each, window_of(seed + index)) for index, each in enumerate(layouts)])
        with runtime.autocast():
            return brushwork.paint(layout, codes).float().cpu()

    return finish


def flow_painter(network: FlowPainter, steps: int = 16, guidance: float = 1.5) -> Painter:
    """Return what paints with a flow painter, in evaluation; no artist is asked for."""
    network.eval()
    device, side = next(network.parameters()).device, network.config.side

    @torch.inference_mode()
    def paint(asked: Tensor, seed: int) -> Tensor:
        seeds = (torch.Generator().manual_seed(seed + index) for index in range(len(asked)))
        noise = torch.stack([torch.randn(3, side, side, generator=generator) for generator in seeds])
        labels = network.any_label.repeat(len(asked), 1)
        labels[:, :2] = asked
        with runtime.autocast():
            *_, painted = paint_steps(network, noise.to(device), labels.to(device), network.any_label, steps, guidance)
        return painted.float().cpu()

    return paint


def paint_all(paint: Painter, asked: Asked, seed: int = 0) -> list[Tensor]:
    """Return a picture (3, S, S) of each style and genre, no two from the same seed."""
    pictures: list[Tensor] = []
    for start in range(0, len(asked), _BATCH):
        pictures += paint(torch.tensor(asked[start : start + _BATCH]), seed + start).float().unbind()
    return pictures


@dataclass(frozen=True, slots=True)
class GenerationScore:
    """The figures of one generator; see the functions of this module."""

    features: str
    pictures: int
    kid_1000: float
    """A thousand times the kernel distance from unseen paintings."""
    frechet: float
    """From the training pictures, as is the custom: the covariance of the unseen ones would be mostly noise."""
    precision: float
    recall: float
    near_duplicates: int
    """How many pictures are suspiciously near to another."""
    near_copies: int
    nearest_ratio: float
    """Distance of the picture nearest to a training picture, as a fraction of the limit for near-copies."""
    style_agreement: float | None
    """None without a classifier, or where no style is asked for."""
    genre_agreement: float | None
    """Likewise."""
    seconds: float
    """For one picture, several at a time."""

    def as_json(self) -> dict[str, object]:
        """Return a plain dictionary with four digits."""
        return {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(self).items()}


def evaluate_generator(
    features: PooledFeatures,
    paint: Painter,
    asked: Asked,
    names: tuple[Sequence[str], Sequence[str]],
    unseen: Tensor,
    training: Tensor,
    engine: ArtworkClassifier | None = None,
    seed: int = 0,
) -> GenerationScore:
    """Paint what is asked for, and measure it.

    Args:
        names: of the styles, and of the genres.
        unseen: features (N, D) of paintings that were not learned from.
        training: features of those that were.
        engine: says how often style and genre are recognised.
    """
    started = time.perf_counter()
    pictures = paint_all(paint, asked, seed)
    seconds = (time.perf_counter() - started) / len(pictures)
    painted = describe(features, pictures)
    copies, ratios = near_copies(training, painted)
    recognised = (
        agreement(engine, head, pictures, [each[place] for each in asked], names[place]) if engine else None
        for place, head in enumerate(("style", "genre"))
    )
    return GenerationScore(
        features.name,
        len(pictures),
        1000 * kernel_distance(unseen, painted),
        frechet_distance(training, painted),
        *precision_recall(unseen, painted),
        near_duplicates(training, painted),
        copies,
        float(ratios.min()),
        *recognised,
        seconds,
    )


def grid(pictures: Sequence[Tensor], columns: int = 8) -> Image.Image:
    """Return pictures (3, S, S) in [0, 1] side by side."""
    side = pictures[0].shape[-1]
    sheet = Image.new("RGB", (columns * side, -(-len(pictures) // columns) * side))
    for index, picture in enumerate(pictures):
        pixels = (picture * 255).round().clamp(0, 255).byte().permute(1, 2, 0).numpy()
        sheet.paste(Image.fromarray(pixels), (index % columns * side, index // columns * side))
    return sheet
