"""Training of the segmenter on the pictures of a data set that have masks."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from deepart.admin.data.datasets import DataSet
from deepart.admin.job_config import JobConfig
from deepart.admin.tuning import base
from deepart.models.segmenter import Segmenter, SegmenterConfig
from deepart.sheets import Cell, contact_sheet
from deepart.tasks.find.regions import Regions, segmented
from deepart.training.restore.segmenter import SegmenterTraining, intersections, read_pairs, regions_of

_SHOWN = 6


class SegmenterTuning(base.Tuning):
    """A U-net that tells the colours of the masks apart."""

    def __init__(self, config: JobConfig, data_set: DataSet) -> None:
        pairs = read_pairs(data_set.folder)
        kept = {work.path.name for work in base.kept_for_measuring(data_set)}
        learned = {work.path.name for work in data_set.artworks("train")}
        self._kept = [pair for pair in pairs if Path(pair.name).name in kept]
        pairs = [pair for pair in pairs if Path(pair.name).name in learned]
        self.config, self.num_pictures = config, len(pairs)
        self.network = base.start_of(config) or Segmenter(SegmenterConfig(regions_of(pairs)))
        self.task = SegmenterTraining(self.network, pairs, config.seed)

    def measure(self) -> dict[str, float]:
        """See `Tuning`; the score is what is missing of a mean IoU of 1."""
        if not self._kept:
            return {}
        self.network.eval()
        found = intersections(self.network, self._kept)
        self.network.train()
        return {"score": 1 - found["mean"], **{f"IoU {name}": value for name, value in found.items()}}

    def preview(self) -> Image.Image | None:
        """Return pictures, the regions that are found in them, and their masks."""
        self.network.eval()
        cells = []
        for pair in self._kept[:_SHOWN]:
            picture = Image.fromarray(pair.picture)
            found = Regions(segmented(self.network, picture), self.network.config.regions).shown()
            cells += [Cell(each.resize((128, 128))) for each in (picture, found, Image.fromarray(pair.mask))]
        self.network.train()
        return contact_sheet(cells, columns=3) if cells else None
