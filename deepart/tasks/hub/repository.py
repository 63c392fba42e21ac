"""An untrusted repository on the Hugging Face Hub.

Its name comes from a visitor and its files from a stranger. So the name is checked before any request; only JSON,
tokenizers and safetensors are read, up to a size; code is never run; and texts from the files are shortened and
stripped before they are shown.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from PIL import Image
from torch import Tensor

from deepart import hub
from deepart.checkpoints import verify
from deepart.errors import InputError, WeightsError
from deepart.hub import Report

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
CARD = "README.md"

MOST_INPUT_SIDE = 1024
"""Largest input side in pixels; a network's memory grows with its square."""
MOST_WEIGHTS_BYTES = 4 << 30
MOST_OTHER_BYTES = 64 << 20  # the largest tokenizers have 34 MB

_PART = r"[A-Za-z0-9](?:[A-Za-z0-9]|[._-](?![.-]))*"  # neither ".." nor "--", as the Hub has it
_NAME = re.compile(rf"(?=.{{3,96}}$){_PART}/{_PART}")
_REVISION = re.compile(r"[A-Za-z0-9][\w.-]{0,79}", re.ASCII)

Prepare = Callable[[Image.Image], Tensor]
"""Converts an RGB picture to a network's input, (3, H, W)."""


def checked_repository(name: str, revision: str) -> None:
    """Raise `InputError` unless `name` is owner/name and `revision` a commit, a branch or a tag."""
    if not _NAME.fullmatch(name) or not _REVISION.fullmatch(revision):
        raise InputError("hub.name")


@dataclass(slots=True)
class HubRepository:
    """One commit of a repository; files are downloaded on demand and kept in the Hub's cache.

    Raises:
        InputError: `name` is not owner/name, or `revision` is neither a commit, a branch nor a tag.
    """

    name: str
    revision: str = "main"
    """Becomes the commit with the first file, so that all files are of one commit.  A branch that is in the
    cache stays what it was when it was fetched."""
    report: Report | None = None
    """Called with the progress of downloads."""
    most_weights_bytes: int | None = None
    """Largest weights file in bytes; `MOST_WEIGHTS_BYTES` if None."""
    is_offline: bool = False
    """Whether the network must not be used."""
    folder: Path | None = None
    """A local folder in the layout of a repository, used instead of the Hub."""

    def __post_init__(self) -> None:
        if self.folder is None:
            checked_repository(self.name, self.revision)

    @classmethod
    def of_folder(cls, folder: Path) -> HubRepository:
        """Return a folder of this machine as a repository, which is read as strictly.

        Raises:
            InputError: there is no such folder.
        """
        if not folder.is_dir():
            raise InputError("hub.folder", name=folder.name)
        newest = max(path.stat().st_mtime_ns for path in (folder, *folder.iterdir()))
        place = hashlib.sha256(f"{folder.resolve()} {newest}".encode()).hexdigest()[:40]
        return cls(f"own/{folder.resolve().name}", place, folder=folder)

    def here(self, file: str) -> Path | None:
        """Return a file that is on this machine, without using the network."""
        if self.folder is None:
            return hub.cached(self.name, file, self.revision)
        return self.folder / file if (self.folder / file).is_file() else None

    def find(self, file: str) -> Path | None:
        """Return a file, downloaded if necessary; None if the repository has no such file.

        Raises:
            WeightsError: the file or the repository is out of reach; or the file is too large.
        """
        from huggingface_hub.errors import EntryNotFoundError

        path = self.here(file)
        if self.folder is not None:
            return path
        if path is None:
            if hub.is_absent(self.name, file, self.revision):
                return None
            if self.is_offline:
                raise WeightsError("weights.switched_off", name=self.name)
            try:
                path = hub.download(self.name, self.name, file, self.revision, self._bounded(file))
            except WeightsError as error:
                if isinstance(error.__cause__, EntryNotFoundError):
                    return None
                raise
            stated = hub.stated_sha256(path)
            if stated and path.stat().st_size <= hub.RESUMED_BYTES:  # of larger ones `hub` has seen to it
                verify(path, stated, f"{self.name}/{file}", is_cached=True)
        self.revision = path.parents[file.count("/")].name  # the cache keeps files in snapshots/<commit>/
        return path

    def json(self, file: str) -> dict[str, Any] | None:
        """Return what a JSON file holds; None if the repository has no such file.

        Raises:
            WeightsError: see `find`; or it is no JSON object, or asks for pictures of more than `MOST_INPUT_SIDE`.
        """
        path = self.find(file)
        if path is None:
            return None
        try:
            values = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise WeightsError("hub.unfit", name=self.name) from error
        if not isinstance(values, dict):
            raise WeightsError("hub.unfit", name=self.name)
        side = max(_input_sides(values), default=0)
        if side > MOST_INPUT_SIDE:
            raise WeightsError("hub.input_size", name=self.name, side=side, most=MOST_INPUT_SIDE)
        return values

    def fetch(self, *others: str, weights: str = WEIGHTS) -> Path:
        """Return the path of the weights, beside which lie those of `others` that the repository has.

        The weights are downloaded last, so that if they are here, the others are too, and no request is made for files
        that the repository does not have.

        Raises:
            WeightsError: see `find`; or there are no safetensors, and other weights are not opened.
        """
        here = [file for file in (*others, weights) if self.here(file)]
        if weights not in here or len(here) == 1:
            for file in others:
                self.find(file)
        path = self.find(weights)
        if path is None:
            raise WeightsError("hub.no_safetensors", name=self.name, file=weights)
        return path

    def licence(self) -> str:
        """Return the licence that the card states, such as "apache-2.0"; "unknown" if none or no card is here."""
        from huggingface_hub import ModelCard

        if self.folder is not None:
            return "own"
        path = self.here(CARD)
        try:
            card = ModelCard(path.read_text("utf-8", "replace"), ignore_metadata_errors=True) if path else None
        except Exception:  # of whatever YAML is wrong
            card = None
        licence = card and (card.data.to_dict().get("license_name") or card.data.license)
        return licence if isinstance(licence, str) and re.fullmatch(r"[\w.+-]{1,60}", licence) else "unknown"

    def _bounded(self, file: str) -> Report:
        """`report`, which ends the download of a file that is too large."""
        weights = self.most_weights_bytes or MOST_WEIGHTS_BYTES
        most = weights if file.endswith(".safetensors") else MOST_OTHER_BYTES

        def report(done: int, total: int) -> None:
            if max(done, total) > most:
                raise WeightsError("hub.too_large", name=self.name, file=file, most=most >> 20)
            if self.report is not None:
                self.report(done, total)

        return report


def require(package: str, name: str, install: str) -> ModuleType:
    """Import an optional package that the repository `name` needs.

    Args:
        install: what pip installs it by.

    Raises:
        WeightsError: it is not installed.
    """
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise WeightsError("hub.package", name=name, install=install) from error


def plain_label(label: object) -> str:
    """Return a label of a repository's config as one short line without markup."""
    words = re.sub(r"[^\w\s.,:;()'’&+/-]", " ", str(label)[:400])
    return " ".join(words.split())[:100]


_SIZES = {"input_size", "test_input_size", "image_size", "img_size", "crop_size", "size"}


def _input_sides(values: Any, is_size: bool = False) -> Iterator[int | float]:
    """Yield the sides of pictures that the settings of a network or of its preparation name, however deep."""
    if isinstance(values, dict):
        for key, value in values.items():
            yield from _input_sides(value, is_size or key in _SIZES)
    elif isinstance(values, list):
        for value in values:
            yield from _input_sides(value, is_size)
    elif is_size and isinstance(values, (int, float)):
        yield values
