"""Paintings to learn from: every one other, two kinds that can be told apart by their colours."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from deepart.admin.data.datasets import Choices, DataSet, check, store
from deepart.admin.data.sources import ZipSource
from deepart.runtime import run
from pictures import encoded

TINTS = {"Red": (220, 60, 50), "Blue": (40, 70, 210), "Green": (40, 190, 80)}


def painting(seed: int, tint: str = "Red", side: int = 96) -> Image.Image:
    """Return blots of one tint, at other places for every seed."""
    rng = np.random.default_rng((seed, sum(map(ord, tint))))
    blots = Image.fromarray(rng.integers(0, 256, (9, 9), np.uint8)).resize((side, side), Image.Resampling.BICUBIC)
    light = np.asarray(blots, np.float32)[..., None] / 255
    return Image.fromarray((light * np.array(TINTS[tint]) + (1 - light) * 20).astype(np.uint8))


def file_of(seed: int, tint: str = "Red", side: int = 96) -> bytes:
    """Return `painting` as a file."""
    return encoded(painting(seed, tint, side), "PNG")


def folders(per_label: int = 8, tints: tuple[str, ...] = ("Red", "Blue"), side: int = 96) -> dict[str, bytes]:
    """Return files in a folder for each tint."""
    return {f"{tint}/{number}.png": file_of(number, tint, side) for tint in tints for number in range(per_label)}


def packed(path: Path, files: Mapping[str, bytes]) -> Path:
    """Write a zip archive."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def table(rows: list[dict[str, str]]) -> bytes:
    """Return a CSV file."""
    lines = io.StringIO()
    writer = csv.DictWriter(lines, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return lines.getvalue().encode()


def stored(tmp_path: Path, files: Mapping[str, bytes], name: str = "works", column: str = "style") -> DataSet:
    """Store files as a data set, with nothing special chosen."""
    source = ZipSource((packed(tmp_path / f"{name}.zip", files),), column)
    return run(store(run(check(source, name=name, licence="my own")), Choices()))
