"""Stronger restorers from the Hugging Face Hub: fill holes, clean, enlarge, repair faces.

`RESTORERS` are recommended ones; `open_restorer` takes any other file of the Hub whose network the package spandrel
knows, see `deepart.tasks.hub.spandrel_network`.

References:
    Suvorov et al. 2022, "Resolution-robust Large Mask Inpainting with Fourier Convolutions",
    https://arxiv.org/abs/2109.07161 (LaMa); Zhang et al. 2022, "Practical Blind Denoising via Swin-Conv-UNet and Data
    Synthesis", https://arxiv.org/abs/2203.13278 (SCUNet); Zhang et al. 2021, "Plug-and-Play Image Restoration with Deep
    Denoiser Prior", https://arxiv.org/abs/2008.13751 (DRUNet); Chen et al. 2022, "Simple Baselines for Image
    Restoration", https://arxiv.org/abs/2204.04676 (NAFNet); Wang et al. 2021, "Real-ESRGAN",
    https://arxiv.org/abs/2107.10833; Wang et al. 2021, "Towards Real-World Blind Face Restoration with Generative
    Facial Prior", https://arxiv.org/abs/2101.04061 (GFPGAN).
"""

from __future__ import annotations

import re
from collections.abc import Generator
from functools import partial
from math import lcm
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from deepart import hub, runtime
from deepart.checkpoints import models
from deepart.errors import InputError, WeightsError
from deepart.files import read_table
from deepart.images import load_image, to_pil, to_tensor
from deepart.runtime import Progress
from deepart.tasks.hub.repository import HubRepository
from deepart.tasks.hub.spandrel_network import USUAL_SIGMA, HubWeights, SpandrelNetwork, load_network
from deepart.tasks.restore.holes import WINDOW, fill_holes, groups
from deepart.tasks.tiled import MOST_RESULT_PIXELS, fetch_steps, patiently, run_tiled
from deepart.text import say
from deepart.tiles import Box

MOST_SIGMA = 75.0
"""Standard deviation of noise, of 255, that a restorer can be told."""

_SUFFIXES = (".safetensors", ".pth", ".pt", ".ckpt", ".bin")
_FILE = re.compile(r"(?:\w[\w .+-]*/)*\w[\w .+-]*\.(?:safetensors|pth|pt|ckpt|bin)", re.ASCII)

_TILE = 768  # side in pixels of a tile of a network that does not enlarge
_LEAST_TILE = 128  # of one that does
_OVERLAP, _WIDE_OVERLAP = 48, 128
_GRID, _WIDE_GRID = 16, 64  # corners of tiles lie on it; the windows of transformers then stay where they were
_WHOLE_PIXELS = 2_000_000  # of a picture for a network that must see all of it

_FACE_SIDE = 512  # of the pictures that face networks are made for
_FACE_ROOM = 0.35  # of a face's side, left around it


RESTORERS: dict[str, HubWeights] = {row["key"]: HubWeights(**row) for row in read_table("restorers")}
"""The recommended restorers; a file without a hash is one whose authors publish none."""


def find_restorer(key: str) -> HubWeights:
    """Return the row of `key`.

    Raises:
        WeightsError: there is none.
    """
    known = RESTORERS | own_restorers()
    if key not in known:
        raise WeightsError("weights.unknown", known=", ".join(known))
    return known[key]


def own_restorers() -> dict[str, HubWeights]:
    """Return the owner's files in `restorers/` of the admin folder, by keys such as "own/a.pth"."""
    folder = runtime.settings().admin_folder / "restorers"
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return {f"own/{path.name}": weights_of_path(path) for path in files if path.suffix in _SUFFIXES and path.is_file()}


def weights_of_path(path: Path) -> HubWeights:
    """Describe a local file, which is read as strictly as one of the Hub.

    Raises:
        InputError: there is none, or it is of a kind that is not read.
    """
    if path.suffix not in _SUFFIXES or not path.is_file():
        raise InputError("restorer.path", name=path.name, kinds=", ".join(_SUFFIXES))
    return HubWeights(key=f"own/{path.name}", repo="", file=path.name, licence="own", path=path)


def weights_of(repo: str, file: str, revision: str | None = None) -> HubWeights:
    """Describe any file of the Hub; returns the row of `RESTORERS` if there is one.

    Raises:
        InputError: the names are none that the Hub has, or the file is of a kind that is not read.
    """
    HubRepository(repo, revision or "main")  # checks both
    if len(file) > 200 or not _FILE.fullmatch(file):
        raise InputError("restorer.file")
    for row in RESTORERS.values():
        if (row.repo, row.file) == (repo, file) and revision in (None, row.revision):
            return row
    return HubWeights(key=f"{repo}/{file}", repo=repo, file=file, revision=revision)


def open_restorer(repo: str, file: str, revision: str | None = None) -> HubRestorer:
    """Download a file of the Hub and return its restorer.

    Args:
        repo: owner/name.
        file: path in the repository, ending in .safetensors, .pth, .pt, .ckpt or .bin.
        revision: commit, branch or tag; the newest if None, and from then on the one that is in the cache.

    Raises:
        InputError: see `weights_of`.
        WeightsError: out of reach, refused, or of no network that can be used.
    """
    return runtime.run(opening(weights_of(repo, file, revision)))


def open_restorer_file(path: Path) -> HubRestorer:
    """Return the restorer of a local file.

    Raises:
        InputError: see `weights_of_path`.
        WeightsError: it is refused, or of no network that can be used.
    """
    return runtime.run(opening(weights_of_path(path)))


def opening(weights: HubWeights) -> Generator[Progress, None, HubRestorer]:
    """Fetch and load the network of a restorer; closing the generator ends a download.

    Raises:
        WeightsError: see `open_restorer`.
    """
    return HubRestorer(weights, (yield from _loading(weights)))


def describe(language: str = "en") -> list[dict[str, Any]]:
    """Describe every row and whether its file is here, without using the network."""
    return [
        {
            "key": row.key,
            "kind": row.kind,
            "scale": row.scale,
            "state": "cached" if hub.cached(row.repo, row.file, row.revision or "main") else "remote",
            "size": row.size,
            "licence": row.licence,
            "repo": row.repo,
            "good_for": say(row.good_for, language),
        }
        for row in RESTORERS.values()
    ]


def _loading(weights: HubWeights) -> Generator[Progress, None, SpandrelNetwork]:
    """Return the network of a restorer, fetched and loaded at most once."""
    key = f"{weights.repo}/{weights.file}@{weights.revision}"
    if weights.path is not None:  # another file may be put in its place
        key = f"{weights.path.resolve()} {weights.path.stat().st_mtime_ns}"
    load = partial(load_network, weights)
    return (
        yield from fetch_steps(
            lambda report: models.get(key, str(runtime.device()), report=report, load=load),
            "progress.fetching_restorer",
        )
    )


# --- the engine ------------------------------------------------------------------------------------


class HubRestorer:
    """The engine: restores pictures of any size with a network of the Hub; made by `opening`.

    Attributes:
        kind: what it does.
        scale: by which it enlarges.
        architecture: spandrel's name of the network.
        takes_sigma: whether it takes the strength of the noise.
        licence: that of the weights, or what their repository says if that is all that is known.
        card_licence: what the repository's card says, or "unknown".
    """

    def __init__(self, weights: HubWeights, network: SpandrelNetwork) -> None:
        self.weights = weights
        self.kind = network.kind
        self.scale: int = network.descriptor.scale
        self.architecture: str = network.descriptor.architecture.id
        self.takes_sigma = network.takes_sigma
        self.card_licence = network.card_licence
        self.licence = weights.licence or network.card_licence

    def steps(
        self, picture: Image.Image, mask: Image.Image | None = None, sigma: float | None = None
    ) -> Generator[Progress, None, Image.Image]:
        """Restore a picture; yields `Progress` a few times a second and returns the result.

        Args:
            picture: RGB or RGBA of any size.
            mask: "L".  Where to fill (white) and where to leave every pixel as it is, for a restorer that
                fills.  Where the faces are, for one that repairs them; None takes the picture for a face.
                How much of the result is wanted at each place, for the others; None for all of it.
            sigma: standard deviation of the noise, of 255, for a restorer that takes it; 15 if None.

        Returns:
            The picture, `scale` times as large; RGBA if it came as that.

        Raises:
            InputError: it cannot be done; the sentence says why.
            WeightsError: the network had left the memory, and its file is gone.
        """
        if sigma is not None and not self.takes_sigma:
            raise InputError("restorer.no_sigma")
        if sigma is not None and not 0 <= sigma <= MOST_SIGMA:
            raise InputError("setting.range", name="sigma", low=0, high=MOST_SIGMA)
        if self.kind == "inpaint" and mask is None:
            raise InputError("restorer.no_mask")
        if self.scale**2 * picture.width * picture.height > MOST_RESULT_PIXELS:
            raise InputError("restorer.result", scale=self.scale, most=MOST_RESULT_PIXELS // 10**6)
        plain = load_image(picture)
        if mask is not None:
            mask = mask.convert("L").resize(plain.size, Image.Resampling.NEAREST)
        network = yield from _loading(self.weights)
        if self.kind == "inpaint":
            result = yield from _fill(network, plain, mask)
        elif self.kind == "face":
            result = yield from _repair_faces(network, plain, mask)
        else:
            result = yield from _restore(network, plain, USUAL_SIGMA if sigma is None else sigma)
            if mask is not None:
                large = plain.resize(result.size, Image.Resampling.BICUBIC)
                result = Image.composite(result, large, mask.resize(result.size, Image.Resampling.BILINEAR))
        if picture.mode == "RGBA":
            result.putalpha(picture.getchannel("A").resize(result.size, Image.Resampling.BICUBIC))
        return result

    def __call__(
        self, picture: Image.Image, mask: Image.Image | None = None, sigma: float | None = None
    ) -> Image.Image:
        """Run `steps` to its end and return the picture."""
        return runtime.run(self.steps(picture, mask, sigma))


def _precision(network: SpandrelNetwork) -> Any:
    """Enter inference in the number format of the device, unless the network is not made for it."""
    descriptor = network.descriptor
    fits = {torch.float16: descriptor.supports_half, torch.bfloat16: descriptor.supports_bfloat16}
    return runtime.inference(full_precision=not fits.get(runtime.precision(), False))


def _restore(network: SpandrelNetwork, plain: Image.Image, sigma: float) -> Generator[Progress, None, Image.Image]:
    """Clean or enlarge a picture, in tiles where the network allows it."""
    import spandrel

    descriptor = network.descriptor
    if descriptor.tiling == spandrel.ModelTiling.INTERNAL:
        if plain.width * plain.height > _WHOLE_PIXELS:
            raise InputError("restorer.whole", most=_WHOLE_PIXELS // 10**6)
        tile, overlap, grid = 2 * max(plain.size), 0, _GRID
    elif descriptor.tiling == spandrel.ModelTiling.DISCOURAGED:
        tile, overlap, grid = _TILE, _WIDE_OVERLAP, _WIDE_GRID
    else:
        tile, overlap, grid = _TILE, _OVERLAP, _GRID

    def function(x: Tensor) -> Tensor:
        with _precision(network):
            return network(x, sigma=sigma)

    pixels = yield from run_tiled(
        function,
        plain,
        tile=max(_LEAST_TILE, tile // descriptor.scale),
        overlap=overlap,
        scale=descriptor.scale,
        multiple=lcm(grid, descriptor.size_requirements.multiple_of),
    )
    return Image.fromarray(pixels)


# --- holes -----------------------------------------------------------------------------------------


def _fill(network: SpandrelNetwork, plain: Image.Image, mask: Image.Image) -> Generator[Progress, None, Image.Image]:
    """Fill what a mask marks; see `fill_holes`."""

    def paint(pixels: np.ndarray, hole: np.ndarray) -> Generator[Progress, None, np.ndarray]:
        return (yield from patiently(partial(_fill_window, network, pixels, hole), Progress(0, 1, "progress.filling")))

    return (yield from fill_holes(paint, plain, mask))


def _fill_window(network: SpandrelNetwork, pixels: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Return pixels (H, W, 3) with the hole (H, W) filled; shrunk for the network if they are too many."""
    height, width = hole.shape
    picture, mask = Image.fromarray(pixels), Image.fromarray(hole)
    shrink = (WINDOW**2 / (width * height)) ** 0.5
    if shrink < 1:
        size = max(1, round(width * shrink)), max(1, round(height * shrink))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
        mask = mask.convert("L").resize(size, Image.Resampling.BOX).point(lambda value: 255 if value else 0)
    x = to_tensor(picture).to(runtime.device())
    holes = torch.from_numpy(np.array(mask, np.float32) > 0)[None, None].to(x)
    with runtime.device_lock(), _precision(network):
        filled = to_pil(network(x, holes))
    return np.asarray(filled.resize((width, height), Image.Resampling.LANCZOS) if shrink < 1 else filled)


# --- faces -----------------------------------------------------------------------------------------


def _repair_faces(
    network: SpandrelNetwork, plain: Image.Image, mask: Image.Image | None
) -> Generator[Progress, None, Image.Image]:
    """Repair each face that a mask marks, or the picture as one face, at the network's size."""
    if mask is None:
        boxes = [(0, 0, *plain.size)]
        if not 0.8 <= plain.width / plain.height <= 1.25:
            raise InputError("restorer.face")
    else:
        boxes = [_around(box, plain.size) for box in groups(np.asarray(mask) >= 128)]
    result = plain.copy()
    yield Progress(0, len(boxes), "progress.repairing_faces")
    for done, box in enumerate(boxes, 1):
        face = plain.crop(box)
        work = partial(_repair_face, network, face)
        repaired = yield from patiently(work, Progress(done - 1, len(boxes), "progress.repairing_faces"))
        result.paste(repaired, box[:2], mask and mask.crop(box))
        yield Progress(done, len(boxes), "progress.repairing_faces")
    return result


def _repair_face(network: SpandrelNetwork, face: Image.Image) -> Image.Image:
    x = to_tensor(face.resize((_FACE_SIDE, _FACE_SIDE), Image.Resampling.BICUBIC)).to(runtime.device())
    # GFPGAN draws the noise of its details anew each time.
    with runtime.device_lock(), runtime.seeded(0), _precision(network):
        repaired = to_pil(network(x))
    return repaired.resize(face.size, Image.Resampling.LANCZOS)


def _around(box: Box, size: tuple[int, int]) -> Box:
    """Return a square around a face with room for hair and chin, moved into the picture."""
    side = round((1 + 2 * _FACE_ROOM) * max(box[2] - box[0], box[3] - box[1]))
    side = min(side, *size)
    left = min(max(0, (box[0] + box[2] - side) // 2), size[0] - side)
    top = min(max(0, (box[1] + box[3] - side) // 2), size[1] - side)
    return (left, top, left + side, top + side)
