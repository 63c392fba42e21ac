"""The regions of a picture: areas of one colour, or those of the owner's segmenter.

Areas need no training. The segments of `deepart.tasks.find.subject` are merged, always the two neighbours whose union
adds least to the variance within areas (Ward 1963, https://doi.org/10.1080/01621459.1963.10500845, of neighbours
alone), until few are left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from deepart import runtime
from deepart.checkpoints import load_folder
from deepart.errors import InputError
from deepart.images import fit, to_tensor
from deepart.models.pretrained import CONFIG_FILE
from deepart.models.segmenter import Segmenter
from deepart.tasks.find.subject import LEAST_DIFFERENCE, Segments, along_edges, copies_of, segments_of

AREAS = "areas"
"""In place of a segmenter."""

NUM_AREAS = 6

_SIDE = 640  # of the longer side of what a segmenter looks at: twice what it has learned from


@dataclass(frozen=True, slots=True)
class Regions:
    """The regions of one picture.

    Attributes:
        number: (H, W), the region of each pixel.
        colours: of the regions, "#rrggbb": for a segmenter those of its training masks, for areas their own.
    """

    number: np.ndarray
    colours: tuple[str, ...]

    def at(self, x: float, y: float) -> Image.Image:
        """Return a mask "L", white on the region at a place.

        Args:
            x, y: from 0 to 1, from the left and from the top.
        """
        row, column = (min(int(place * side), side - 1) for place, side in zip((y, x), self.number.shape))
        return self.mask(int(self.number[row, column]))

    def mask(self, number: int) -> Image.Image:
        """Return a mask "L", white on one of the regions."""
        return Image.fromarray(np.where(self.number == number, 255, 0).astype(np.uint8))

    def shown(self) -> Image.Image:
        """Return the regions in their colours."""
        colours = [[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in self.colours]
        return Image.fromarray(np.array(colours, np.uint8)[self.number])


def find_regions(picture: Image.Image, segmenter: str = AREAS) -> Regions:
    """Return the regions of an RGB picture.

    Args:
        segmenter: "areas", or a key of `own_segmenters`.

    Raises:
        InputError: there is no such segmenter.
        WeightsError: it is damaged, or another network.
    """
    if segmenter == AREAS:
        return areas(picture)
    own = own_segmenters()
    if segmenter not in own:
        raise InputError("setting.choice", name="segmenter", choices=", ".join([AREAS, *own]))
    network = load_segmenter(own[segmenter], "cpu")  # a click is no reason to be lent a GPU
    return Regions(segmented(network, picture), network.config.regions)


def own_segmenters() -> dict[str, Path]:
    """Return the owner's bundles in `segmenters/` of the admin folder, by keys such as "own/sky"."""
    folder = runtime.settings().admin_folder / "segmenters"
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return {f"own/{path.name}": path for path in paths if (path / CONFIG_FILE).is_file()}


def load_segmenter(folder: Path, device: str = "") -> Segmenter:
    """Return the segmenter of a bundle.

    Args:
        device: device to compute on; the default one if None.

    Raises:
        InputError: there is none.
        WeightsError: it is damaged, or another network.
    """
    return load_folder(folder, "Segmenter", folder.name, device or str(runtime.device()))


@torch.inference_mode()
def segmented(network: Segmenter, picture: Image.Image) -> np.ndarray:
    """Return the number of the region of each pixel of a picture, (H, W)."""
    small = fit(picture, _SIDE)
    device = next(network.parameters()).device
    with runtime.device_lock(), runtime.autocast():
        logits = network(to_tensor(small).to(device)).float().cpu()
    return F.interpolate(logits, picture.size[::-1], mode="bilinear")[0].argmax(0).numpy()


def areas(picture: Image.Image, count: int = NUM_AREAS) -> Regions:
    """Return at most `count` connected areas of one colour that follow the picture's edges."""
    detailed, small = copies_of(picture)
    segments = segments_of(np.asarray(small))
    found = _joined(segments, lambda left, difference: left <= count)[segments.labels]
    masks = [along_edges((found == n).astype(float), small, detailed) for n in range(found.max() + 1)]
    drawn = segments_of(np.asarray(detailed), np.argmax([np.asarray(mask) for mask in masks], 0))
    # Along the edges there were segments of two colours, and nothing may be left of them.
    number = _joined(drawn, lambda left, difference: difference >= LEAST_DIFFERENCE)[drawn.labels]
    pixels = np.asarray(detailed)
    means = [pixels[number == n].mean(0).round().astype(np.uint8) for n in range(number.max() + 1)]
    enlarged = Image.fromarray(number.astype(np.uint8)).resize(picture.size, Image.Resampling.NEAREST)
    return Regions(np.asarray(enlarged), tuple(f"#{bytes(mean).hex()}" for mean in means))


def _joined(segments: Segments, is_enough: Callable[[int, float], bool]) -> np.ndarray:
    """Return the area of each segment, (N,), numbered from 0.

    Args:
        is_enough: whether to stop, given the number of areas left and the difference of the next two in Lab.
    """
    area, colour, adjacent = segments.area.copy(), segments.look[:, :3].copy(), segments.adjacent.copy()
    number = np.arange(len(area))
    cost = np.stack([_costs(n, area, colour, adjacent) for n in number])
    for left in range(len(area), 1, -1):
        kept, gone = divmod(int(cost.argmin()), len(area))
        if is_enough(left, float(np.linalg.norm(colour[kept] - colour[gone]))):
            break
        colour[kept] = (area[kept] * colour[kept] + area[gone] * colour[gone]) / (area[kept] + area[gone])
        area[kept] += area[gone]
        adjacent[kept] |= adjacent[gone]
        adjacent[:, kept] = adjacent[kept]
        adjacent[gone], adjacent[:, gone], adjacent[kept, kept] = False, False, False
        cost[gone] = cost[:, gone] = np.inf
        cost[kept] = cost[:, kept] = _costs(kept, area, colour, adjacent)
        number[number == gone] = kept
    return np.unique(number, return_inverse=True)[1]


def _costs(n: int, area: np.ndarray, colour: np.ndarray, adjacent: np.ndarray) -> np.ndarray:
    """Return by how much merging area `n` with each other one adds to the variance, (N,); inf if they do not touch."""
    shared = area[n] * area / (area[n] + area)
    return np.where(adjacent[n], shared * np.square(colour - colour[n]).sum(1), np.inf)
