"""The table of all checkpoints, and how a key becomes a model that is ready to run.

A bundled checkpoint lies in `weights/<task>/<name>/`, one of the Hub in the Hub client's cache.  The owner can replace
one by another version (see `deepart.admin.versions`), which takes effect at the next request. Wherever it lies, a file
is used only if its SHA-256 is the one in the table, its tensors are plain and its keys are exactly those of its
network.
"""

from __future__ import annotations

import importlib
import json
import logging
import pickle
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from deepart import hub, runtime
from deepart.errors import WeightsError
from deepart.files import read_table, sha256_of_file
from deepart.hub import Report
from deepart.text import say

if TYPE_CHECKING:
    from torch import Tensor, nn

log = logging.getLogger("deepart")

_INSTALLED = Path(__file__).resolve().parent / "weights"
WEIGHTS = _INSTALLED if _INSTALLED.is_dir() else _INSTALLED.parents[1] / "weights"
"""The bundled checkpoints: in the package where it is installed, else beside it."""
LIVE_FILE = "live.json"
"""In `versions_folder()`: which version is live of each checkpoint that does not have its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """One row of the table: what a checkpoint is, where its file lies, and the hash that the file must have."""

    key: str
    """`<task>/<name>`, the name being `arch-data-vN`."""
    architecture: str
    """A key of `ARCHITECTURES`."""
    config: Mapping[str, Any] | None = None
    """Fields of the architecture's Config; None reads the config.json of a bundled checkpoint."""
    repo: str | None = None
    """Repository on the Hub; None if bundled."""
    revision: str | None = None
    """Commit of `repo`, 40 hex digits."""
    file: str = "model.safetensors"
    sha256: str
    size: int
    """Size of `file` in bytes, for people to read; the hash is what is checked."""
    licence: str
    source: str
    """Paper or repository that the weights come from."""
    good_for: str
    """A key of `deepart.text`."""
    version: int = 0
    """Number of the owner's version that replaces it; 0 if there is none."""
    config_sha256: str = ""
    """Hash of that version's config.json."""

    @property
    def identity(self) -> str:
        """Identifies this version: the same weights with another config are another network."""
        return self.sha256 + self.config_sha256

    @property
    def task(self) -> str:
        return self.key.partition("/")[0]

    @property
    def folder(self) -> Path:
        """Where a bundled checkpoint, or the version in its place, lies."""
        return versions_folder() / self.key / str(self.version) if self.version else WEIGHTS / self.key


CHECKPOINTS: dict[str, Checkpoint] = {row["key"]: Checkpoint(**row) for row in read_table("checkpoints")}

ARCHITECTURES = {
    "ArtClassifier": "deepart.models.classifier:ArtClassifier",
    "ArtRegressor": "deepart.models.regressor:ArtRegressor",
    "Colouriser": "deepart.models.restorers.colouriser:Colouriser",
    "DamageDetector": "deepart.models.restorers.damage_detector:DamageDetector",
    "FaceDetector": "deepart.models.face_detector:FaceDetector",
    "FeatureIndex": "deepart.models.feature_index:FeatureIndex",
    "Inpainter": "deepart.models.restorers.inpainter:Inpainter",
    "Generator": "deepart.models.generators.generator:Generator",
    "PerceptualNetwork": "deepart.models.perceptual_network:PerceptualNetwork",
    "PictureVAE": "deepart.models.generators.vae:PictureVAE",
    "Denoiser": "deepart.models.restorers.denoiser:Denoiser",
    "Segmenter": "deepart.models.segmenter:Segmenter",
    "StyleNetwork": "deepart.models.style_network:StyleNetwork",
    "Translator": "deepart.models.translator:Translator",
    "Upscaler": "deepart.models.restorers.upscaler:Upscaler",
    "VGG19Features": "deepart.models.vgg:VGG19Features",
}


def architecture(name: str) -> type[nn.Module]:
    """Import the network that the table calls `name`; its `Config` is its constructor's only argument."""
    module, _, cls = ARCHITECTURES[name].partition(":")
    return getattr(importlib.import_module(module), cls)


def find(key: str) -> Checkpoint:
    """Return the row of `key`, or that of the owner's live version if there is one.

    If that version cannot be used (see `live_fault`), return the bundled row.

    Raises:
        WeightsError: there is none.
    """
    if key not in CHECKPOINTS:
        raise WeightsError("weights.unknown", known=", ".join(CHECKPOINTS))
    return CHECKPOINTS[key] if live_fault(key) else _live().rows.get(key, CHECKPOINTS[key])


def live_fault(key: str) -> WeightsError | None:
    """Return why the version that the owner chose cannot be served; None if it can. It is logged once."""
    live = _live()
    fault = None
    if live.is_damaged:
        fault = WeightsError("weights.live_damaged", file=LIVE_FILE)
    elif key in live.rows and not all(_is_there(live.rows[name]) for name in live.together[key]):
        fault = WeightsError("weights.live_gone", name=key, number=live.rows[key].version)
    if fault and str(fault) not in _told:
        log.warning("%s", fault)
        _told.add(str(fault))
    return fault


def live_entries() -> dict[str, Any]:
    """Return the entries of `live.json` by checkpoint key; none if the file is damaged."""
    return _live().entries


def versions_folder() -> Path:
    """Return where the owner's versions lie, `<task>/<name>/<number>/` in it."""
    return runtime.settings().admin_folder / "models"


@dataclass(frozen=True, slots=True)
class _Live:
    """What `live.json` says."""

    seen: object = None  # which file it was read from
    entries: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, Checkpoint] = field(default_factory=dict)
    together: dict[str, list[str]] = field(default_factory=dict)
    """Checkpoints whose versions serve only together, such as a classifier and its index."""
    is_damaged: bool = False


_last_live = _Live()
_told: set[str] = set()


def _live() -> _Live:
    """Return what is live; read again whenever the file has been replaced."""
    global _last_live
    file = versions_folder() / LIVE_FILE
    try:
        facts = file.stat()
    except (FileNotFoundError, NotADirectoryError):  # nothing was ever promoted
        return _Live()
    except OSError:
        return _Live(is_damaged=True)
    seen = (str(file), facts.st_ino, facts.st_mtime_ns, facts.st_size)
    if _last_live.seen != seen:
        try:
            entries = json.loads(file.read_text("utf-8"))
            rows = {key: _live_row(CHECKPOINTS[key], entry) for key, entry in entries.items() if key in CHECKPOINTS}
            together = {key: [name for name in (key, *entries[key].get("with", ())) if name in rows] for key in rows}
            _last_live = _Live(seen, entries, rows, together)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            _last_live = _Live(seen, is_damaged=True)
    return _last_live


def _is_there(row: Checkpoint) -> bool:
    """Whether the files of a version are what they were when it went live."""
    from deepart.models.pretrained import CONFIG_FILE

    try:
        files = ((row.file, row.sha256), (CONFIG_FILE, row.config_sha256))
        return all(sha256_of(row.folder / name) == sha256 for name, sha256 in files)
    except OSError:
        return False


def _live_row(row: Checkpoint, entry: Mapping[str, Any]) -> Checkpoint:
    return replace(
        row,
        config=None,
        repo=None,
        revision=None,
        file="model.safetensors",
        version=int(entry["version"]),
        sha256=str(entry["sha256"]),
        config_sha256=str(entry["config_sha256"]),
        size=int(entry["size"]),
        licence=str(entry["licence"]),
    )


def resolve(key: str, *, report: Report | None = None) -> Path:
    """Return the file of a checkpoint with its hash verified; it is downloaded from the Hub if necessary.

    A file of the Hub that has the wrong hash is also taken out of the cache, so that a retry can succeed.

    Args:
        key: a key of `CHECKPOINTS`.
        report: told of the progress of a download.

    Raises:
        WeightsError: the checkpoint is unknown, missing, out of reach, or its hash is wrong.
    """
    row = find(key)
    if row.repo is None:
        path = row.folder / row.file
        if not path.is_file():
            raise WeightsError("weights.missing", name=key)
    else:
        path = hub.cached(row.repo, row.file, row.revision) or hub.download(
            key, row.repo, row.file, row.revision, report
        )
    verify(path, row.sha256, key, is_cached=row.repo is not None)
    return path


def verify(path: Path, sha256: str, name: str, *, is_cached: bool) -> None:
    """Refuse a file whose hash differs from the expected one.

    Args:
        name: what an error calls it.
        is_cached: whether it lies in the Hub's cache, from which a refused file is removed.

    Raises:
        WeightsError: it has.
    """
    found = sha256_of(path)
    if found == sha256:
        return
    if is_cached:
        path.resolve().unlink(missing_ok=True)  # the cache's blob
        path.unlink(missing_ok=True)  # its link in the snapshot
    raise WeightsError("weights.hash", name=name, expected=sha256, found=found)


_hashes: dict[tuple[str, int, int], str] = {}


def sha256_of(path: Path) -> str:
    """Return the hash of a file; read once per process as long as its time and size stay the same."""
    facts = path.stat()
    seen = (str(path), facts.st_mtime_ns, facts.st_size)
    if seen not in _hashes:
        _hashes[seen] = sha256_of_file(path)
    return _hashes[seen]


def load_state(path: Path, name: str | None = None) -> dict[str, Tensor]:
    """Read a table of tensors: safetensors, or a PyTorch file that holds nothing but tensors.

    Args:
        path: ending in .safetensors, .bin, .ckpt, .pt or .pth.
        name: what an error calls it; the file's name if None.

    Raises:
        WeightsError: damaged, cut short, or holding anything else, such as code, which is not run.
    """
    import torch

    name = name or _harmless(path.name)
    state = load_plain(path, name)
    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise WeightsError("weights.unsafe", name=name)
    return state


def load_plain(path: Path, name: str) -> Any:
    """Read a file that may hold nested tables, but nothing except tensors, numbers and texts.

    Raises:
        WeightsError: see `load_state`.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    if path.suffix not in {".safetensors", ".bin", ".ckpt", ".pt", ".pth"}:
        raise WeightsError("weights.unsafe", name=name)
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise WeightsError("weights.unsafe", name=name) from error
    except (SafetensorError, RuntimeError, EOFError, OSError) as error:
        raise WeightsError("weights.damaged", name=name) from error


def load_model(key: str, device: str = "cpu", *, report: Report | None = None) -> nn.Module:
    """Build the network of a checkpoint in evaluation mode, float32, with no gradients, on `device`.

    Raises:
        WeightsError: see `resolve` and `load_state`; or keys that are not exactly the network's.
    """
    from deepart.models.pretrained import CONFIG_FILE

    row = find(key)
    path = resolve(key, report=report)
    values = row.config
    if values is None:
        config = row.folder / CONFIG_FILE
        if row.config_sha256:
            verify(config, row.config_sha256, key, is_cached=False)
        values = _read_config(config, key)
    return _build(row.architecture, values, path, key, device)


def load_folder(folder: Path, architecture_name: str, name: str, device: str = "cpu") -> nn.Module:
    """Build the network of a folder with config.json and model.safetensors, as `load_model` does.

    Args:
        architecture_name: a key of `ARCHITECTURES`.
        name: what an error calls it.

    Raises:
        WeightsError: either is missing or damaged, or they are not of that architecture.
    """
    from deepart.models.pretrained import CONFIG_FILE, WEIGHTS_FILE

    values = _read_config(folder / CONFIG_FILE, name)
    if not (folder / WEIGHTS_FILE).is_file():
        raise WeightsError("weights.missing", name=name)
    return _build(architecture_name, values, folder / WEIGHTS_FILE, name, device)


def _read_config(file: Path, name: str) -> Mapping[str, Any]:
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError("weights.damaged", name=name) from error


def _build(architecture_name: str, values: Mapping[str, Any], path: Path, name: str, device: str) -> nn.Module:
    import torch

    from deepart.models.pretrained import config_from_json

    state = load_state(path, name)
    network = architecture(architecture_name)
    try:
        config = config_from_json(network.Config, values)
        # The initial weights, soon overwritten, must not move anybody's seeded generator.
        # Nor may it matter whether a network is first needed for inference: fitting a style needs gradients.
        with torch.random.fork_rng(devices=[]), torch.inference_mode(False):
            model = network(config)
    except (ValueError, TypeError) as error:
        raise WeightsError("weights.damaged", name=name) from error

    unused = getattr(network, "unused_keys", ())
    state = {key: tensor for key, tensor in state.items() if not key.startswith(unused)}
    wrong = _differences(model.state_dict(), state)
    if wrong:
        raise WeightsError("weights.keys", name=name, count=len(wrong), first=", ".join(wrong[:3]))
    with torch.inference_mode(False):
        model.load_state_dict(state)
        return model.eval().requires_grad_(False).to(device)


def _differences(expected: Mapping[str, Tensor], state: Mapping[str, Tensor]) -> list[str]:
    """Keys that are missing, unknown or of another shape, made safe to show."""
    shapes = {key: tensor.shape for key, tensor in expected.items()}
    found = {key: tensor.shape for key, tensor in state.items()}
    return [_harmless(key) for key in shapes | found if shapes.get(key) != found.get(key)]


def _harmless(text: str) -> str:
    """`text` from a file, fit to stand in a sentence that may be shown as HTML."""
    return re.sub(r"[^\w.-]", "_", text)[:80]


def describe(language: str = "en") -> list[dict[str, Any]]:
    """Describe every checkpoint and say whether its file is on this machine; nothing is downloaded or verified."""
    return [
        {
            "key": row.key,
            "task": row.task,
            "state": _state(row),
            "size": row.size,
            "licence": row.licence,
            "repo": row.repo,
            "good_for": say(row.good_for, language),
        }
        for row in map(find, CHECKPOINTS)
    ]


def _state(row: Checkpoint) -> Literal["bundled", "promoted", "missing", "cached", "remote"]:
    if row.version:
        return "promoted" if (row.folder / row.file).is_file() else "missing"
    if row.repo is None:
        return "bundled" if (row.folder / row.file).is_file() else "missing"
    return "cached" if hub.cached(row.repo, row.file, row.revision) else "remote"


class ModelCache:
    """Loaded models within a memory limit; the least recently used one is dropped first.

    However many threads ask for a model at the same moment, it is loaded once.  When the live version of a checkpoint
    changes, its model is loaded again; work in progress keeps the old one.  A load that failed is not remembered.  The
    most recent model stays even if it alone exceeds the limit.
    """

    def __init__(self, max_bytes: int = 4096 << 20) -> None:
        self._max_bytes = max_bytes
        self._models: OrderedDict[tuple[str, str], nn.Module] = OrderedDict()
        self._identities: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()
        self._loading: dict[tuple[str, str], threading.Lock] = {}

    def get(
        self,
        key: str,
        device: str = "cpu",
        *,
        report: Report | None = None,
        load: Callable[..., nn.Module] | None = None,
    ) -> nn.Module:
        """Return the model of a checkpoint, loaded at most once.

        Args:
            key: of `CHECKPOINTS`, or any name that `load` knows.
            report: told of the progress of a download.
            load: used instead of `load_model`, with the same arguments.

        Raises:
            WeightsError: see `load_model`.
        """
        place = (key, str(device))
        with self._lock:
            loading = self._loading.setdefault(place, threading.Lock())
        with loading:
            live = _live_identity(key)  # before loading: what is promoted meanwhile is loaded the next time
            with self._lock:
                if place in self._models and self._identities[place] == live:
                    self._models.move_to_end(place)
                    return self._models[place]
            model = (load or load_model)(key, device, report=report)
            self._put(place, model, live)
            return model

    def put(self, key: str, model: nn.Module, device: str = "cpu") -> None:
        """Store `model`, which is on `device`, under `key`."""
        self._put((key, str(device)), model, _live_identity(key))

    def _put(self, place: tuple[str, str], model: nn.Module, live: str) -> None:
        with self._lock:
            self._models[place], self._identities[place] = model, live
            self._models.move_to_end(place)
            self._evict()

    def forget(self, key: str) -> None:
        """Drop the model of `key` from every device."""
        with self._lock:
            for place in [place for place in self._models if place[0] == key]:
                del self._models[place]

    def clear(self) -> None:
        """Drop every model."""
        with self._lock:
            self._models.clear()

    def loaded(self) -> list[str]:
        """Keys of the models in memory, the most recently used last."""
        with self._lock:
            return list(dict.fromkeys(key for key, _ in self._models))

    def limit(self, max_bytes: int) -> None:
        """Change the memory limit; it takes effect immediately."""
        with self._lock:
            self._max_bytes = max_bytes
            self._evict()

    def _evict(self) -> None:
        while len(self._models) > 1 and sum(map(_bytes_of, self._models.values())) > self._max_bytes:
            self._models.popitem(last=False)


def _live_identity(key: str) -> str:
    """Identity of the version of a checkpoint; empty where there can be only one."""
    return find(key).identity if key in CHECKPOINTS else ""


def _bytes_of(model: nn.Module) -> int:
    tensors = [*model.parameters(), *model.buffers()]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


models = ModelCache()
"""The process's models."""
