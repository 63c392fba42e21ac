"""The catalogue of all checkpoints of every kind: list them with their requirements, and download them by key."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from deepart import checkpoints, hub
from deepart.errors import WeightsError
from deepart.hub import Report
from deepart.tasks.hub import (
    classifiers as hub_classifiers,
    generators as hub_generators,
    pipeline_table,
    restorers as hub_restorers,
)
from deepart.tasks.hub.diffusion import INDEX, Order, fetch_pipeline
from deepart.tasks.hub.repository import HubRepository
from deepart.tasks.hub.spandrel_network import fetch_file
from deepart.text import say


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of one of the tables."""

    key: str
    repo: str | None
    size: int | None
    """Approximate bytes; None if not known."""
    fetch: Callable[[Report | None], Path]
    """Downloads all its files; returns the main one."""


def describe(language: str = "en") -> list[dict[str, Any]]:
    """Describe every row of every table, its requirements, and whether its files are here, without using the network.

    Returns:
        key, task, state, size (bytes or None), licence, repo (None if bundled), needs (None: nothing), good_for, and
        is_proven: whether this project has run the very file, and is_pinned: whether its commit is settled.
    """
    rows = checkpoints.describe(language) + hub_generators.describe(language)
    restorers = [{**row, "task": "restore"} for row in hub_restorers.describe(language)]
    for row in restorers:
        row["needs"] = "spandrel"
    rows += [*restorers, *map(partial(_of_classifier, language), hub_classifiers.CHOICES.values())]
    rows += map(partial(_of_pipeline, language), pipeline_table.CHOICES.values())
    return [{"needs": None, "is_proven": row["repo"] is None, "is_pinned": True, **row} for row in rows]


def _of_classifier(language: str, row: hub_classifiers.HubChoice) -> dict[str, Any]:
    here = _is_here(lambda: hub_classifiers.fetch_classifier(_offline(row.repo, row.revision)))
    return {
        "key": row.repo,
        "task": "classify",
        "state": "cached" if here else "remote",
        "size": row.size,
        "licence": row.licence,
        "repo": row.repo,
        "needs": "open_clip_torch" if row.repo.startswith("timm/") else "transformers",
        "is_pinned": _is_commit(row.revision),
        "good_for": say(f"classifier.good_for.{row.kind.replace('-', '_')}", language),
    }


def _of_pipeline(language: str, row: pipeline_table.PipelineChoice) -> dict[str, Any]:
    # Where the first file is not here the others need not be looked for, which takes diffusers.
    here = hub.cached(row.repo, INDEX, row.revision) is not None and _is_here(
        lambda: fetch_pipeline(_offline(row.repo, row.revision), row)
    )
    card = f", GPU {row.memory / 1e9:.0f} GB" if row.memory else ""
    return {
        "key": row.key,
        "task": ", ".join(row.tasks),
        "state": "cached" if here else "remote",
        "size": row.size,
        "licence": row.licence,
        "repo": row.repo,
        "needs": f"diffusers transformers{card}",
        "good_for": say(row.good_for, language),
        "is_proven": row.is_proven,
        "is_pinned": _is_commit(row.revision),
    }


def _is_commit(revision: str | None) -> bool:
    return bool(re.fullmatch("[0-9a-f]{40}", revision or ""))


def _offline(repo: str, revision: str | None) -> HubRepository:
    return HubRepository(repo, revision or "main", is_offline=True)


def _is_here(look: Callable[[], object]) -> bool:
    try:
        look()
    except WeightsError:
        return False
    return True


def entries() -> dict[str, Entry]:
    """Return every row that is bundled or can be downloaded, by key."""
    found = [
        Entry(key, row.repo, row.size, lambda report, key=key: checkpoints.resolve(key, report=report))
        for key, row in checkpoints.CHECKPOINTS.items()
    ]
    found += [
        Entry(key, row.repo, hub_generators.SIZE, lambda report, key=key: hub_generators.fetch(key, report))
        for key, row in hub_generators.HUB_GENERATORS.items()
    ]
    found += [
        Entry(key, row.repo, row.size, lambda report, row=row: fetch_file(row, report)[0])
        for key, row in hub_restorers.RESTORERS.items()
    ]
    found += [
        Entry(repo, repo, row.size, partial(_fetch_classifier, row)) for repo, row in hub_classifiers.CHOICES.items()
    ]
    found += [
        Entry(row.key, repo, row.size, partial(_fetch_pipeline, row)) for repo, row in pipeline_table.CHOICES.items()
    ]
    return {entry.key: entry for entry in found}


def _fetch_classifier(row: hub_classifiers.HubChoice, report: Report | None) -> Path:
    return hub_classifiers.fetch_classifier(HubRepository(row.repo, row.revision or "main", report))


def _fetch_pipeline(row: pipeline_table.PipelineChoice, report: Report | None) -> Path:
    repository = Order(repo=row.repo, seed=0).repository()
    repository.report = report
    fetch_pipeline(repository, row)
    return repository.find(INDEX)


def fetch(key: str, report: Report | None = None) -> Path:
    """Download all missing files of a checkpoint, and return the main one. Interrupted downloads are resumed.

    Raises:
        WeightsError: the checkpoint is unknown, out of reach, refused, or too large for the disk.
    """
    known = entries()
    if key not in known:
        raise WeightsError("weights.unknown", known=", ".join(known))
    entry = known[key]
    if entry.repo is not None and entry.size is not None:
        hub.require_disk(key, entry.size - min(entry.size, hub.bytes_here(entry.repo)))
    return entry.fetch(report)
