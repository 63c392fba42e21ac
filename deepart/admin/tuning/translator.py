"""Training of CycleGAN on two data sets: photos, and paintings of the target domain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn

from deepart.admin.data.datasets import DataSet, find_data_set
from deepart.admin.job_config import JobConfig
from deepart.admin.tuning import base
from deepart.errors import InputError
from deepart.models.translator import Translator, TranslatorConfig
from deepart.training.generate.evaluation import centre_square, kernel_distance
from deepart.training.paint.run_translator import sheet, translated
from deepart.training.paint.translator import CycleTraining

_MEASURED_ON, _LEAST, _SHOWN = 24, 4, 4


class TranslatorTuning(base.Tuning):
    """Two translators, there and back, and their discriminators."""

    def __init__(self, config: JobConfig, data_set: DataSet) -> None:
        if not config.contents:
            raise InputError("job.no_photos")
        self.config = config
        self._sets = {"photos": find_data_set(config.contents), "paintings": data_set}
        self.num_pictures = sum(len(each.artworks("train")) for each in self._sets.values())
        start = base.start_of(config) or Translator(TranslatorConfig(manner=config.data))
        sources, targets = (base.pictures_of(each, each.artworks("train")) for each in self._sets.values())
        self.task = CycleTraining(start, sources, targets, config.cycle, config.identity, config.pool, config.seed)
        self.network = self.task.generator
        self._kept: dict[str, list[Tensor]] = {}

    def prepare(self, kept: Path | None = None) -> Iterator[tuple[int, int]]:
        yield 0, 1
        for name, each in self._sets.items():
            unseen = base.kept_for_measuring(each)
            artworks = unseen if len(unseen) >= _LEAST else each.artworks("train")
            pictures = base.pictures_of(each, artworks[:_MEASURED_ON])
            self._kept[name] = [centre_square(pictures[n]) for n in range(len(pictures))]
        yield 1, 1

    def fit(self, checkpoint: Path, on_step: base.OnStep, should_stop: Callable[[], bool]) -> nn.Module:
        return self.fit_adversarial(checkpoint, on_step, should_stop, betas=(0.5, 0.999))

    def measure(self) -> dict[str, float]:
        """See `Tuning`; the score is a thousand times the kernel distance of the colours of translations and paintings.

        Only means and standard deviations of the channels are used: with two dozen pictures, finer features say
        nothing.
        """
        if self.average is None:
            return {}
        painted = [translated(self.average["there"], x) for x in self._kept["photos"]]
        ours, real = (_colours(each) for each in (painted, self._kept["paintings"]))
        return {"score": 1000 * kernel_distance(real, ours)} if min(len(ours), len(real)) >= 2 else {}

    def preview(self) -> Image.Image | None:
        """Return photos, their translations, and those translated back."""
        if self.average is None:
            return None
        return sheet(self.average["there"], self._kept["photos"][:_SHOWN], self.average["back"])

    def save(self, average: nn.Module, folder: Path) -> None:
        """See `Tuning`; the translator that leads there."""
        average["there"].save_pretrained(folder)


def _colours(pictures: list[Tensor]) -> Tensor:
    rows = [torch.cat([x.mean((1, 2)), x.std((1, 2))]) for x in pictures]
    return torch.stack(rows) if rows else torch.zeros(0, 6)
