"""Fine-tuning of the generator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from PIL import Image
from torch import Tensor, nn

from deepart.admin.data.datasets import DataSet
from deepart.admin.job_config import JobConfig
from deepart.admin.tuning import base
from deepart.checkpoints import load_model
from deepart.errors import InputError
from deepart.models.generators.generator import Generator, GeneratorConfig
from deepart.training.generate.evaluation import (
    PooledFeatures,
    centre_square,
    describe,
    grid,
    kernel_distance,
    paint_all,
    painter,
)
from deepart.training.generate.generator import (
    ProjectedDiscriminator,
    ProjectedTraining,
    SquareCrops,
    imagenet_backbone,
)

_PAINTED = 96  # pictures that it is measured by
_SHOWN = 16


class GeneratorTuning(base.Tuning):
    """The generator, against a discriminator that starts anew."""

    def __init__(self, config: JobConfig, data_set: DataSet) -> None:
        self.config, self._data_set = config, data_set
        self._artworks = data_set.artworks("train")
        self.num_pictures = len(self._artworks)
        styles = tuple(sorted({work.style for work in self._artworks} - {""}))
        # Without any style the discriminator would have nothing but zeros to compare with.
        self.network = base.start_of(config) or Generator(GeneratorConfig(styles or (config.data,)))
        if config.side not in self.network.sizes:
            raise InputError("setting.choice", name="side", choices=", ".join(map(str, sorted({*self.network.sizes}))))
        self._real: Tensor | None = None

    def prepare(self, kept: Path | None = None) -> Iterator[tuple[int, int]]:
        yield 0, 3
        styles = self.network.style_numbers((work.style for work in self._artworks), self.config.data)
        crops = SquareCrops(base.pictures_of(self._data_set, self._artworks), styles)
        discriminator = ProjectedDiscriminator(_backbone(), len(self.network.styles))
        self.task = ProjectedTraining(self.network, discriminator, crops, self.config.loss, self.config.seed)
        yield 1, 3
        self.task.measure(min(16, self.num_pictures))
        self._styles = sorted(set(styles))
        yield 2, 3
        kept = base.kept_for_measuring(self._data_set)
        if len(kept) >= 8:
            self._features = PooledFeatures("EfficientNet-Lite0", _backbone(), [127 / 255], [128 / 255])
            store = base.pictures_of(self._data_set, kept)
            count = min(len(store), _PAINTED)
            self._real = describe(self._features, [centre_square(store[index]) for index in range(count)])
            self._scale = self._real.square().mean().sqrt()  # backbones differ in theirs
        yield 3, 3

    def fit(self, checkpoint: Path, on_step: base.OnStep, should_stop: Callable[[], bool]) -> nn.Module:
        return self.fit_adversarial(checkpoint, on_step, should_stop, betas=(0.0, 0.99))

    def measure(self) -> dict[str, float]:
        """See `Tuning`; the score is a thousand times the kernel distance from pictures that were not learned from."""
        if self._real is None or self.average is None:
            return {}
        painted = describe(self._features, self._painted(_PAINTED))
        distance = kernel_distance(self._real / self._scale, painted / self._scale)
        return {"score": 1000 * distance}

    def preview(self) -> Image.Image | None:
        """Return pictures of the moving average, always of the same seeds."""
        return grid(self._painted(_SHOWN), columns=4) if self.average is not None else None

    def _painted(self, count: int) -> list[Tensor]:
        asked = [(self._styles[number % len(self._styles)], 0) for number in range(count)]
        return paint_all(painter(self.average, self.config.side), asked)


def _backbone() -> nn.Module:
    """Return EfficientNet-Lite0 as ImageNet has taught it, or the bundled classifier's, which is always here."""
    from deepart.training.classify.run import IMAGENET_PACKAGE, imagenet_weights

    if find_spec(IMAGENET_PACKAGE) is None:
        return load_model("classify/lite0-wikiart-v1").backbone
    return imagenet_backbone(imagenet_weights())
