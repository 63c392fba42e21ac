"""Restore many pictures, into one zip archive."""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Mapping, Sequence
from pathlib import PurePath
from typing import Union

from PIL import Image

from deepart.archives import ArchivedPicture, safe_name
from deepart.errors import InputError
from deepart.options import RestoreOptions
from deepart.recipes import Source
from deepart.runtime import Progress
from deepart.tasks.paint.batch import BatchResult, each_into_archive, listed
from deepart.tasks.restore.engine import PipelineOptions
from deepart.tasks.restore.restore import restore_steps

Masks = Union[Source, Sequence[Source], None]
"""One mask for all, "detect", or several (or the path of a zip archive of them), named after their pictures: the mask
of "face.jpg" is "face.png", "face_mask.png", "face-mask.png" or, as data sets for inpainting have it,
"face_mask001.png".
"""

_SUFFIX = re.compile(r"[-_ ]mask\d*$")


def restore_batch_steps(
    sources: Sequence[Source],
    masks: Masks = None,
    options: RestoreOptions = RestoreOptions(),
    pipeline: PipelineOptions = PipelineOptions(),
    *,
    out: str | os.PathLike[str],
    language: str = "en",
) -> Generator[Progress, None, BatchResult]:
    """Restore pictures, as an engine: yields `Progress`, returns the result for each.

    The archive is like that of `deepart.tasks.paint.batch.batch_steps`, and a picture that cannot be restored does not
    stop the others.

    Args:
        sources: pictures, each a path, the bytes of a file, or a picture, and paths of zip archives of
            pictures; at most `deepart.tasks.paint.batch.MOST_PICTURES` pictures in all.
        masks: what is missing; a picture without a mask of its name has no holes. See `Masks`.
        options: see `RestoreOptions`.
        pipeline: what is protected, and which restorers of the Hub are used.
        out: the archive to write.
        language: "en" or "zh", of the sentences in the table.

    Raises:
        InputError: an archive cannot be read, a setting is out of its range, no mask has the name of a picture,
            there are too many pictures, or none that can be restored.
        WeightsError: a checkpoint is missing or damaged.
    """
    options.check()
    pipeline.check()
    pictures = listed(sources)
    of_all, of_each = _read_masks(masks)
    mask_of = [_mask_of(name, source, of_each) for name, source in pictures]
    if of_each and not any(mask is not None for mask in mask_of):
        raise InputError("restore.masks")

    def work(number: int, source: Source) -> Generator[Progress, None, Image.Image]:
        mask = of_all if mask_of[number] is None else mask_of[number]
        mask = mask.read() if isinstance(mask, ArchivedPicture) else mask
        return (yield from restore_steps(source, mask, options, pipeline)).after

    return (yield from each_into_archive(pictures, work, out, language))


def _read_masks(masks: Masks) -> tuple[Source | None, dict[str, list[Source | ArchivedPicture]]]:
    """Return the mask for all pictures, and the masks of single pictures by file name."""
    is_archive = isinstance(masks, (str, os.PathLike)) and PurePath(masks).suffix.lower() == ".zip"
    if masks is None or (isinstance(masks, (str, os.PathLike, bytes, Image.Image)) and not is_archive):
        return masks, {}
    found = listed([masks] if is_archive else masks)
    of_each: dict[str, list[Source | ArchivedPicture]] = {}
    for name, source in found:
        for called in {_stem(name), _SUFFIX.sub("", _stem(name))}:  # a picture may be called so itself
            of_each.setdefault(called, []).append(source)
    return None, of_each


def _mask_of(name: str, picture: object, masks: Mapping[str, list[Source | ArchivedPicture]]) -> object:
    """Return the mask named after a picture; of several, the one in folders named like the picture's.

    Raises:
        InputError: two or more fit equally well.
    """
    alike = masks.get(_stem(name), [])
    if len(alike) < 2:
        return alike[0] if alike else None
    folders = _folders(picture)
    shared = [_shared(folders, _folders(mask)) for mask in alike]
    best = [mask for mask, count in zip(alike, shared) if count == max(shared)]
    exact = [mask for mask in best if _own_stem(mask) == _stem(name)] or best
    if len(exact) > 1:
        raise InputError("restore.masks_alike", name=name)
    return exact[0]


def _folders(source: object) -> list[str]:
    """Return the folders of a file's path, the innermost first."""
    path = source.entry.filename if isinstance(source, ArchivedPicture) else source
    return [part.casefold() for part in PurePath(path).parts[-2::-1]] if isinstance(path, (str, os.PathLike)) else []


def _own_stem(source: object) -> str:
    path = source.entry.filename if isinstance(source, ArchivedPicture) else source
    return _stem(safe_name(os.fspath(path))) if isinstance(path, (str, os.PathLike)) else ""


def _shared(one: list[str], other: list[str]) -> int:
    return next((count for count, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))


def _stem(name: str) -> str:
    return PurePath(name).stem.casefold()
