"""Training and evaluation of the segmenter on pictures with masks, in a folder or a zip.

A picture `a/x.jpg` has the mask `masks/x.png`, of the same proportions; each colour of the masks is a region.
"""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor
from torchmetrics.functional.classification import multiclass_jaccard_index

from deepart.archives import Limits, open_archive, pictures_in_folder
from deepart.errors import InputError
from deepart.files import write_json
from deepart.images import load_image
from deepart.models.segmenter import Segmenter, SegmenterConfig
from deepart.tasks.find.regions import load_segmenter, segmented
from deepart.training.data import is_held_out, is_mask
from deepart.training.loop import Batch, BatchSpec
from deepart.training.run import alone, run_training, save_bundle, start_of

MOST_REGIONS = 32
"""Colours of masks; of more, as soft edges make them, light is one region and dark the other."""

_SHORTEST = 320
_LIMITS = Limits(entries=20_000, unpacked_bytes=2 * 2**30, directory_bytes=16 * 2**20)


@dataclass(frozen=True, slots=True)
class Pair:
    """A picture and its mask."""

    name: str
    picture: np.ndarray  # (H, W, 3) uint8 RGB
    mask: np.ndarray  # (H, W, 3) uint8 RGB, or (H, W) indices of regions


def read_pairs(source: Path) -> list[Pair]:
    """Return the pictures of a folder or a zip that have masks, brought to `_SHORTEST` pixels.

    Raises:
        InputError: no picture has a mask, or the archive is refused.
    """
    if source.is_dir():
        files = {path.relative_to(source).as_posix(): path for path in pictures_in_folder(source)}
        pairs = list(_joined({name: path.read_bytes for name, path in files.items()}))
    else:
        with open_archive(source, _LIMITS) as archive:
            entries = {entry.filename: entry for entry in archive.pictures}
            pairs = list(_joined({name: (lambda e=entry: archive.read(e)) for name, entry in entries.items()}))
    if not pairs:
        raise InputError("training.no_masks")
    return pairs


def _joined(readers: Mapping[str, object]) -> Iterator[Pair]:
    masks = {PurePosixPath(name).stem: read for name, read in readers.items() if is_mask(name)}
    for name, read in readers.items():
        if not is_mask(name) and (mask := masks.get(PurePosixPath(name).stem)):
            picture = load_image(read())
            scale = min(1.0, _SHORTEST / min(picture.size))
            size = tuple(round(side * scale) for side in picture.size)
            pixels = np.asarray(picture.resize(size, Image.Resampling.LANCZOS))
            yield Pair(name, pixels, np.asarray(load_image(mask()).resize(size, Image.Resampling.NEAREST)))


def regions_of(pairs: Sequence[Pair]) -> tuple[str, ...]:
    """Return the colours of the masks, the darkest first; black and white if there are too many for regions."""
    found: set[tuple[int, ...]] = set()
    for pair in pairs:
        found |= set(map(tuple, np.unique(pair.mask.reshape(-1, 3), axis=0).tolist()))
        if len(found) > MOST_REGIONS:
            return ("#000000", "#ffffff")
    return tuple(f"#{bytes(colour).hex()}" for colour in sorted(found, key=lambda colour: (sum(colour), colour)))


def indices_of(mask: np.ndarray, regions: Sequence[str]) -> np.ndarray:
    """Return for each pixel of a mask, (H, W, 3) uint8, the index of the region whose colour is nearest, (H, W)."""
    colours = np.array([[int(region[i : i + 2], 16) for i in (1, 3, 5)] for region in regions], np.int32)
    distances = np.stack([np.square(mask.astype(np.int32) - colour).sum(2) for colour in colours])
    return distances.argmin(0)


class SegmenterTraining:
    """Task of `deepart.training.loop.fit`: cross-entropy of the region of each pixel."""

    def __init__(self, network: Segmenter, pairs: Sequence[Pair], seed: int = 0) -> None:
        self.network, self._seed = network, seed
        self._pairs = [(pair.picture, indices_of(pair.mask, network.config.regions)) for pair in pairs]

    def draw(self, spec: BatchSpec) -> Batch:
        """Return crops of pictures, (B, 3, size, size) in [0, 1], and the regions of their pixels, (B, size, size)."""
        size, crops, masks = spec.stage.size, [], []
        for rng in spec.generators(self._seed):
            picture, mask = self._pairs[int(rng.integers(len(self._pairs)))]
            side = max(1, round(min(mask.shape) * rng.uniform(0.6, 1)))
            top, left = (int(rng.integers(length - side + 1)) for length in mask.shape)
            place = slice(top, top + side), slice(left, left + side)
            x = torch.from_numpy(picture[place].copy()).permute(2, 0, 1)[None].float() / 255
            y = torch.from_numpy(mask[place].copy())[None, None].float()
            x = F.interpolate(x, (size, size), mode="bilinear", antialias=True)[0]
            y = F.interpolate(y, (size, size), mode="nearest")[0, 0].long()
            turned = rng.random() < 0.5
            crops.append(x.flip(2) if turned else x)
            masks.append(y.flip(1) if turned else y)
        return torch.stack(crops), torch.stack(masks)

    def losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Return "total", the cross-entropy, and the mean IoU of the batch, for the log."""
        x, regions = batch
        logits = self.network(x).float()
        iou = multiclass_jaccard_index(logits.detach(), regions, len(self.network.config.regions))
        return {"total": F.cross_entropy(logits, regions), "iou": iou}


def intersections(network: Segmenter, pairs: Sequence[Pair]) -> dict[str, float]:
    """Return the IoU of each region over all pixels of some pairs, and "mean", that of the regions which are there."""
    regions = network.config.regions
    said, true = [], []
    for pair in pairs:
        said.append(torch.from_numpy(segmented(network, Image.fromarray(pair.picture)).ravel()))
        true.append(torch.from_numpy(indices_of(pair.mask, regions).ravel()))
    each = multiclass_jaccard_index(torch.cat(said), torch.cat(true), len(regions), average="none")
    there = torch.bincount(torch.cat(true), minlength=len(regions)) > 0
    found = {region: float(value) for region, value, is_there in zip(regions, each, there) if is_there}
    return {"mean": sum(found.values()) / len(found), **found}


@alone
def train_segmenter(options: Namespace) -> None:
    """Train a segmenter into `options.run`; see `python -m deepart train segmenter --help`."""
    torch.manual_seed(options.seed)
    pairs = read_pairs(options.data)
    config = SegmenterConfig(regions_of(pairs))
    network = start_of("Segmenter", options.start).requires_grad_() if options.start else Segmenter(config)
    task = SegmenterTraining(network, [pair for pair in pairs if not is_held_out(Path(pair.name))], options.seed)
    save_bundle(run_training(task, options), options.run / "bundle")


def evaluate_segmenter(options: Namespace) -> None:
    """Print the IoU of each region on pictures that training left out; see `evaluate segmenter --help`."""
    network = load_segmenter(options.bundle)
    pairs = [pair for pair in read_pairs(options.data) if options.all or is_held_out(Path(pair.name))]
    if not pairs:
        raise InputError("training.none_held_out")
    found = intersections(network, pairs)
    write_json(options.output / "scores.json", found)
    print(json.dumps(found))
