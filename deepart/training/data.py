"""Training pictures: decoded once, stored as bytes on disk, and cropped at random in memory.

Reading thousands of small JPEG files costs more than a training step, so a folder is decoded once into
a flat memory-mapped file beside the run and read from there ever after.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import torch
import torch.nn.functional as F
from filelock import FileLock
from PIL import Image
from torch import Tensor

from deepart.archives import pictures_in_folder
from deepart.errors import InputError
from deepart.files import read_lines, write_json, writing
from deepart.images import load_image, through_jpeg, to_pil, to_tensor

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})


def find_pictures(folder: Path) -> list[Path]:
    """Return every picture file under `folder`, sorted by name.

    Raises:
        InputError: there is none.
    """
    found = pictures_in_folder(folder, PICTURE_SUFFIXES)
    if not found:
        raise InputError("training.no_pictures")
    return found


def is_mask(name: str) -> bool:
    """Return whether a picture is a mask by its path: one in a folder "masks"."""
    return "masks" in (part.lower() for part in PurePosixPath(name).parts[:-1])


def is_held_out(path: Path) -> bool:
    """Return whether a picture belongs to the twentieth that no training run may see.

    Decided by the last two parts of its path alone, so that it is the same on every machine and does
    not change when pictures are added.
    """
    digest = hashlib.sha256("/".join(path.parts[-2:]).encode()).digest()
    return digest[0] % 20 == 0


class PictureStore:
    """Many RGB pictures of different sizes in one memory-mapped file.

    Args:
        paths: the pictures, in the order of their indices.
        cache: folder in which the decoded bytes are kept; made if missing, reused if it holds the same.
        shortest: pictures are shrunk (never enlarged) to this shorter side in pixels.
    """

    def __init__(self, paths: Sequence[Path], cache: Path, shortest: int = 256) -> None:
        listing = "\n".join(str(Path(path).resolve()) for path in paths)
        name = hashlib.sha256(f"{shortest}\n{listing}".encode()).hexdigest()[:16]
        data, index = Path(cache) / f"{name}.bin", Path(cache) / f"{name}.json"
        Path(cache).mkdir(parents=True, exist_ok=True)
        with FileLock(data.with_suffix(".lock")):  # of processes that start together one decodes
            if not index.exists():
                self._decode(paths, data, index, shortest)
        self.sizes: list[tuple[int, int]] = [tuple(size) for size in json.loads(index.read_text())]
        self._offsets = np.cumsum([0] + [3 * h * w for h, w in self.sizes])
        self._bytes = np.memmap(data, dtype=np.uint8, mode="r")

    @staticmethod
    def _decode(paths: Sequence[Path], data: Path, index: Path, shortest: int) -> None:
        """Decode the pictures; an interrupted decoding is resumed."""
        pixels, lines = data.with_suffix(".pixels"), data.with_suffix(".sizes")
        sizes = [line["size"] for line in read_lines(lines)]
        while sizes and sum(3 * h * w for h, w in sizes) > pixels.stat().st_size:
            sizes.pop()  # the system wrote the lines before the pixels
        with writing(data), open(pixels, "ab") as file, open(lines, "w", encoding="utf-8") as table:
            file.truncate(sum(3 * h * w for h, w in sizes))
            table.writelines(json.dumps({"size": size}) + "\n" for size in sizes)
            for path in paths[len(sizes) :]:
                image = load_image(path)
                scale = shortest / min(image.size)
                if scale < 1:
                    size = tuple(max(1, round(side * scale)) for side in image.size)
                    image = image.resize(size, Image.Resampling.LANCZOS)
                file.write(np.asarray(image).tobytes())
                file.flush()
                sizes.append((image.height, image.width))
                table.write(json.dumps({"size": sizes[-1]}) + "\n")
                table.flush()
        os.replace(pixels, data)
        write_json(index, sizes)  # last: its presence says that the decoding was finished
        lines.unlink()

    def __len__(self) -> int:
        return len(self.sizes)

    def __getitem__(self, index: int) -> np.ndarray:
        """Return picture `index` as (H, W, 3) uint8 RGB."""
        h, w = self.sizes[index]
        return self._bytes[self._offsets[index] : self._offsets[index + 1]].reshape(h, w, 3)


class Selection:
    """Some of the pictures of a collection, as a collection of their own."""

    def __init__(self, pictures: PictureStore | Sequence[np.ndarray], indices: Sequence[int]) -> None:
        self._pictures, self._indices = pictures, indices

    def __len__(self) -> int:
        return len(self._indices)

    def __getitem__(self, index: int) -> np.ndarray:
        """Return picture `index` of the selection as (H, W, 3) uint8 RGB."""
        return self._pictures[self._indices[index]]


def random_crop(picture: np.ndarray, size: int, scales: tuple[float, float], rng: np.random.Generator) -> Tensor:
    """Cut a square at a random place, brought to `size` pixels from a random scale, mirrored half the time.

    Args:
        picture: (H, W, 3) uint8 RGB.
        size: side of the result in pixels.
        scales: smallest and largest enlargement of the picture before cutting; smaller than 1 shrinks it.
            The enlargement is raised where the picture would be too small to cut from.

    Returns:
        (3, size, size) float32 in [0, 1].
    """
    h, w = picture.shape[:2]
    scale = np.exp(rng.uniform(*np.log(scales)))
    side = int(min(round(size / scale), h, w))
    top, left = rng.integers(h - side + 1), rng.integers(w - side + 1)
    crop = picture[top : top + side, left : left + side]
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    x = torch.from_numpy(np.array(crop)).permute(2, 0, 1)[None].float() / 255
    if side != size:
        x = F.interpolate(x, (size, size), mode="bicubic", antialias=True, align_corners=False).clamp(0, 1)
    return x[0]


def degrade(crop: Tensor, rng: np.random.Generator) -> Tensor:
    """Add faults of visitors' pictures: half the time JPEG blocks, half the time faint noise.

    Without this, a network with normalised features paints them in flat skies.  crop: (3, H, W) in [0, 1]; returns the
    same.
    """
    if rng.random() < 0.5:
        crop = (crop + rng.uniform(0, 0.03) * torch.from_numpy(rng.standard_normal(crop.shape, np.float32))).clamp(0, 1)
    if rng.random() < 0.5:
        crop = crop_through_jpeg(crop, int(rng.integers(25, 90)))
    return crop


def crop_through_jpeg(crop: Tensor, quality: int) -> Tensor:
    """Return what is left of a crop, (3, H, W) about [0, 1], once it was a JPEG file of this quality."""
    return to_tensor(through_jpeg(to_pil(crop), quality))[0]
