"""Data sets of the Hugging Face Hub as sources: image folders, and parquet files through the package `datasets`."""

from __future__ import annotations

import time
from collections.abc import Collection, Generator, Mapping
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from deepart import hub
from deepart.admin.data.sources import LIMITS, FolderSource, ParquetSource, Source
from deepart.archives import PICTURE_SUFFIXES, TABLE_SUFFIXES
from deepart.errors import Cancelled, InputError, WeightsError
from deepart.runtime import Progress, in_background
from deepart.tasks.hub.repository import checked_repository

_EVERY_SECONDS = 0.5


def fetch(repo: str, revision: str = "main", column: str = "label") -> Generator[Progress, None, Source]:
    """Download the pictures of a data set, or its parquet files, into the Hub's cache.

    Args:
        repo: owner/name.
        revision: a commit, branch or tag.
        column: what the names of its folders, or a column of its labels, are; see `deepart.admin.data.sources.COLUMNS`.

    Raises:
        InputError: the name is none, there is no such data set, it holds neither pictures nor parquet files, or too
            much, or it is of parquet files and the package `datasets` is missing.
        WeightsError: the Hub cannot be reached.
    """
    checked_repository(repo, revision)
    state = {"done": 0, "total": 0, "given_up": False}

    def report(done: int, total: int) -> None:
        if state["given_up"]:
            raise Cancelled
        state.update(done=done, total=total)

    future = in_background(lambda: hub.download_data_set(repo, revision, _wanted, report))
    try:
        while not future.done():
            yield Progress(min(state["done"], state["total"]), max(1, state["total"]), "progress.fetching_data_set")
            time.sleep(_EVERY_SECONDS)
    finally:
        state["given_up"] = True
    try:
        folder = future.result()
    except WeightsError as error:
        if error.key in ("weights.not_found", "weights.gated"):
            raise InputError("dataset.not_on_hub", name=repo) from error
        raise
    parquet = sorted(path for path in folder.rglob("*.parquet") if path.is_file())
    return ParquetSource(tuple(parquet), column) if parquet else FolderSource(folder, column)


def _wanted(files: Mapping[str, int]) -> Collection[str]:
    """Choose the pictures with their table if there are any, else the parquet files.

    Raises:
        InputError: there are none, or too many, or nothing that could read them.
    """
    visible = [name for name in files if not any(part.startswith(".") for part in PurePosixPath(name).parts)]
    pictures = [name for name in visible if Path(name).suffix.lower() in PICTURE_SUFFIXES]
    parquet = [name for name in visible if name.endswith(".parquet")]
    if len(pictures) > LIMITS.entries:
        raise InputError("dataset.too_many", limit=LIMITS.entries)
    if parquet:  # whoever offers both has an example or a logo as a picture
        if find_spec("datasets") is None:
            raise InputError("dataset.no_datasets")
        chosen = parquet
    elif pictures:
        chosen = pictures + [name for name in visible if Path(name).suffix.lower() in TABLE_SUFFIXES]
    else:
        raise InputError("dataset.nothing_usable")
    if sum(files[name] for name in chosen) > LIMITS.unpacked_bytes:
        raise InputError("dataset.too_heavy", limit=LIMITS.unpacked_bytes >> 30)
    return chosen
