"""Versions of each checkpoint: the live one, earlier ones, and the gate that a new one must pass.

A version lies in `<admin folder>/models/<task>/<name>/<number>/`: config.json, model.safetensors, its card, its data
datasheet, and version.json, which says how it was measured.  Version 0 is the bundled checkpoint.  One file,
`live.json`, says which ones are live; it is replaced in one step, and `deepart.checkpoints` notices at the next
request.  No file written here is loaded unless its SHA-256 is the recorded one.

    gate = run(gate_steps("classify/lite0-wikiart-v1", Path("runs/mine"), evaluation_set)) promote(gate)
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

from torch import nn

from deepart.admin import figures
from deepart.admin.costs import code_drift, seconds_of
from deepart.admin.data.evaluation_sets import EvaluationSet
from deepart.admin.evaluation import (
    ARCHITECTURES,
    Evaluation,
    bundle_of,
    evaluate_steps,
    index_of,
    open_network,
    task_of,
)
from deepart.admin.figures import Difference
from deepart.admin.folders import new_folder, remove_folder, remove_leftovers
from deepart.checkpoints import (
    CHECKPOINTS,
    LIVE_FILE,
    find,
    live_entries,
    live_fault,
    load_folder,
    verify,
    versions_folder,
)
from deepart.errors import InputError
from deepart.files import read_json, read_lines, replacing
from deepart.images import load_image
from deepart.models.pretrained import CONFIG_FILE, WEIGHTS_FILE
from deepart.runtime import Progress
from deepart.tasks.tiled import patiently
from deepart.text import say

MAX_BYTES = 10_000_000
"""Largest weights file, as large as the bundled ones may be."""

MAX_SLOWDOWN = 1.25
"""How many times as long as the live version a new one may take for a picture."""

MAX_CODE_DRIFT = 0.1
"""Standard deviations by which style codes may move before stored styles count as having lost their meaning."""

LEAST_REASON = 10
"""Least number of letters of a reason for promoting despite the gate."""

Failure = Literal["worse", "size", "speed", "styles", "labels"]

_CARD, _DATASHEET, _RECORD, _FACTS = "README.md", "passport.json", "record.json", "version.json"
_GALLERY = "gallery"
_HISTORY = "history.jsonl"
_STYLE_PICTURES = 8  # by which drift is measured
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits that a version must meet, besides being no worse."""

    max_bytes: int = MAX_BYTES
    max_slowdown: float = MAX_SLOWDOWN


@dataclass(frozen=True, slots=True)
class Gate:
    """The result of comparing a candidate with the live version."""

    key: str
    candidate: Path
    contents: str
    """SHA-256 of all files of the candidate, so that nothing else is promoted than what was measured."""
    live: int
    """Number of the version that it was compared with."""
    old: Evaluation
    new: Evaluation
    differences: tuple[Difference, ...]
    size: int
    seconds: tuple[float, float]
    """For one picture on this machine: of the live version, and of the candidate."""
    drift: float
    """How far style codes have moved; 0 for other tasks."""
    lost: tuple[str, ...]
    """Heads of the live classifier that the candidate does not have."""
    limits: Limits

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The checks that it failed."""
        found = {
            "worse": any(difference.decides and difference.verdict == "worse" for difference in self.differences),
            "size": self.size > self.limits.max_bytes,
            "speed": self.seconds[1] > self.limits.max_slowdown * self.seconds[0],
            "styles": self.drift > MAX_CODE_DRIFT,
            "labels": bool(self.lost),
        }
        return tuple(name for name, failed in found.items() if failed)

    @property
    def passed(self) -> bool:
        """Whether it may be promoted without a reason."""
        return not self.failures

    def sentences(self, language: str = "en") -> list[str]:
        """Return the reasons why it did not pass, a sentence for each failure."""
        return [say(f"gate.failure.{failure}", language, lost=", ".join(self.lost)) for failure in self.failures]

    def as_json(self) -> dict[str, Any]:
        """Return what is kept of it."""
        return {
            "set": self.new.fingerprint,
            "compared_with": self.live,
            "figures": figures.as_json(self.new.figures),
            "old_figures": figures.as_json(self.old.figures),
            "controls": self.new.as_json()["controls"],
            "differences": [asdict(difference) for difference in self.differences],
            "seconds": {"old": round(self.seconds[0], 5), "new": round(self.seconds[1], 5)},
            "drift": round(self.drift, 4),
            "failures": list(self.failures),
        }


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a checkpoint."""

    key: str
    number: int
    sha256: str
    size: int
    licence: str
    made: str = ""
    """When it was promoted first, in UTC; empty for the bundled one."""
    reason: str = ""
    """Why it was promoted despite the gate."""
    gate: Mapping[str, Any] = field(default_factory=dict)
    """See `Gate.as_json`."""
    companions: Mapping[str, int] = field(default_factory=dict)
    """Versions of other checkpoints that it was measured with and goes with, such as a classifier's index."""
    config_sha256: str = ""

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return versions_folder() / self.key / str(self.number) if self.number else CHECKPOINTS[self.key].folder

    @property
    def is_live(self) -> bool:
        """Whether visitors are served this one."""
        return live_number(self.key) == self.number

    def as_json(self) -> dict[str, Any]:
        """Return a row for a table."""
        return {**asdict(self), "live": self.is_live}


# --- what there is ---------------------------------------------------------------------------------


def live_number(key: str) -> int:
    """Return the number of a checkpoint's live version, 0 for the bundled one."""
    return find(key).version


def versions(key: str) -> list[Version]:
    """Return every version of a checkpoint, the newest first and the bundled one last.

    Raises:
        WeightsError: there is no such checkpoint.
    """
    find(key)
    folder = versions_folder() / key
    numbers = sorted((int(path.name) for path in folder.glob("[0-9]*") if path.name.isdigit()), reverse=True)
    found = (_stored(key, number) for number in numbers)
    return [*filter(None, found), find_version(key, 0)]


def find_version(key: str, number: int) -> Version:
    """Return a version of a checkpoint.

    Raises:
        InputError: there is no such version.
        WeightsError: there is no such checkpoint.
    """
    find(key)
    row = CHECKPOINTS[key]
    if number == 0:
        return Version(key, 0, row.sha256, row.size, row.licence)
    version = _stored(key, number)
    if version is None:
        raise InputError("versions.unknown", known=", ".join(str(v.number) for v in versions(key)))
    return version


def _stored(key: str, number: int) -> Version | None:
    """Return a version by what its folder says; None if that is gone or damaged."""
    facts = read_json(versions_folder() / key / str(number) / _FACTS)
    try:
        return Version(**{**facts, "key": key, "number": number})
    except TypeError:
        return None


def history(key: str | None = None) -> list[dict[str, Any]]:
    """Return every promotion and rollback, the latest first: time, key, action, from, to and reason."""
    asked = {"time", "key", "action", "from", "to", "reason"}
    entries = [entry for entry in read_lines(versions_folder() / _HISTORY) if asked <= entry.keys()]
    return [entry for entry in reversed(entries) if key in (None, entry["key"])]


# --- the gate --------------------------------------------------------------------------------------


def gate_steps(
    key: str, candidate: Path, evaluation_set: EvaluationSet, limits: Limits = Limits()
) -> Generator[Progress, None, Gate]:
    """Measure a candidate and the live version on the same pictures, and their speed in turns.

    Args:
        key: of the checkpoint whose place it is to take.
        candidate: folder of a run, or of a bundle.
        evaluation_set: what both are measured on.

    Raises:
        InputError: the checkpoint is of another task than the set, or a picture of the set has changed.
        WeightsError: the candidate is missing, damaged, or of another architecture.
    """
    task = task_of(key)
    if evaluation_set.task != task:
        raise InputError("frozen.other_task")
    bundle = bundle_of(candidate)
    live = live_number(key)
    contents = _contents(bundle)
    networks = (open_network(task, key), open_network(task, Path(candidate)))
    old = yield from evaluate_steps(key, evaluation_set, controls=False, network=networks[0])
    new = yield from evaluate_steps(Path(candidate), evaluation_set, network=networks[1])
    timing = Progress(0, 1, "progress.timing")
    seconds = yield from patiently(partial(seconds_of, task, networks), timing)
    drift = (yield from patiently(partial(_drift, networks, evaluation_set), timing)) if task == "style" else 0.0
    asked = {figure.key for figure in old.figures}
    before = [*old.figures, *(figure for figure in new.chance if figure.key not in asked)]
    work = partial(figures.compare, before, new.figures, new.count, seed=evaluation_set.seed)
    differences = yield from patiently(work, Progress(0, 1, "progress.comparing"))
    lost = tuple(head for head in networks[0].labels if head not in networks[1].labels) if task == "classifier" else ()
    size = (bundle / WEIGHTS_FILE).stat().st_size
    return Gate(
        key, Path(candidate), contents, live, old, new, differences, size, (seconds[0], seconds[1]), drift, lost, limits
    )


def _drift(networks: Sequence[nn.Module], evaluation_set: EvaluationSet) -> float:
    styles = evaluation_set.having("style")[:_STYLE_PICTURES]
    return code_drift(*networks, [load_image(evaluation_set.read(sample)) for sample in styles])


# --- changing what is live -------------------------------------------------------------------------


def promote(
    gate: Gate, reason: str = "", licence: str | None = None, record: Mapping[str, Any] | None = None
) -> Version:
    """Make a candidate the live version: visitors are served it from the next request on.

    Args:
        gate: what `gate_steps` found.
        reason: must be given, and is kept, if the candidate did not pass.
        licence: of the weights, as the Hub writes it; that of the bundled ones if None.
        record: of its training, to be kept with it; `Job.record()`.

    Raises:
        InputError: it did not pass and there is no reason; or the candidate, or the live version, is not the one
            that was measured.
    """
    reason = " ".join(reason.split())
    if not gate.passed and len(reason) < LEAST_REASON:
        raise InputError("versions.gate", least=LEAST_REASON)
    bundle = bundle_of(gate.candidate)
    if _contents(bundle) != gate.contents or live_number(gate.key) != gate.live:
        raise InputError("versions.stale")
    with _lock:
        companions = _add_companions(gate.key, bundle, gate.new.task)
        version = _add(gate.key, bundle, licence, reason, gate.as_json(), companions, record)
        _go_live(version, "promote", reason)
    return version


def rollback(key: str, number: int | None = None, reason: str = "") -> Version:
    """Make an earlier version the live one again.

    Args:
        number: which; the one that was live before this one if None.

    Raises:
        InputError: there is none.
        WeightsError: its files are not what they were.
    """
    with _lock:
        live = live_number(key)
        if number is None:
            chosen = _chosen_number(key)
            before = (entry["from"] for entry in history(key) if entry["action"] == "promote" and entry["to"] == chosen)
            number = next(before, None)
        if number is None or (number == live and not live_fault(key)):
            raise InputError("versions.nothing_before")
        version = find_version(key, number)
        _go_live(version, "rollback", " ".join(reason.split()))
    return version


def delete_version(key: str, number: int) -> None:
    """Remove the files of a version that is not live.

    Raises:
        InputError: it is live, is the bundled one, goes with another one, or there is none.
    """
    with _lock:
        version = find_version(key, number)
        needed = any(other.companions.get(key) == number for row in CHECKPOINTS for other in versions(row))
        if version.is_live or needed or number == 0:
            raise InputError("versions.in_use")
        remove_folder(version.folder)


def _add(
    key: str,
    bundle: Path,
    licence: str | None,
    reason: str = "",
    gate: Mapping[str, Any] | None = None,
    companions: Mapping[str, int] | None = None,
    record: Mapping[str, Any] | None = None,
) -> Version:
    """Copy a bundle among the versions of a checkpoint, and give it the next number."""
    parent = versions_folder() / key
    parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(parent)
    used = {int(path.name) for path in parent.glob("[0-9]*") if path.name.isdigit()}
    number = 1 + max(
        used | {entry["to"] for entry in history(key)}, default=0
    )  # one that was deleted is not used again
    with new_folder(parent / str(number)) as folder:
        for name in (CONFIG_FILE, WEIGHTS_FILE, _CARD):
            if (bundle / name).is_file():
                shutil.copyfile(bundle / name, folder / name)
        datasheets = (bundle / _DATASHEET, bundle.parent / _DATASHEET)
        if datasheet := next((file for file in datasheets if file.is_file()), None):
            shutil.copyfile(datasheet, folder / _DATASHEET)
        if record:
            (folder / _RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=1), "utf-8")
        if (find(key).folder / _GALLERY).is_dir():
            shutil.copytree(find(key).folder / _GALLERY, folder / _GALLERY)
        # What was copied is what will be loaded: it must be whole.
        load_folder(folder, CHECKPOINTS[key].architecture, key)
        version = Version(
            key,
            number,
            _sha256(folder / WEIGHTS_FILE),
            (folder / WEIGHTS_FILE).stat().st_size,
            licence or CHECKPOINTS[key].licence,
            time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            reason,
            gate or {},
            companions or {},
            _sha256(folder / CONFIG_FILE),
        )
        facts = asdict(version)
        (folder / _FACTS).write_text(json.dumps(facts, ensure_ascii=False, indent=1), "utf-8")
    return version


def _add_companions(key: str, bundle: Path, task: str) -> dict[str, int]:
    """Return the versions that go with a candidate: of the index that a classifier names, its own or the live one."""
    if task != "classifier":
        return {}
    index = json.loads((bundle / CONFIG_FILE).read_text("utf-8")).get("index")
    if not index or index not in CHECKPOINTS:
        return {}
    folder = index_of(bundle)
    return {index: _add(index, folder, None).number if folder else live_number(index)}


def _go_live(version: Version, action: str, reason: str) -> None:
    """Make a version and its companions live in one step."""
    chosen = [version, *(find_version(key, number) for key, number in _companions_of(version).items())]
    for each in chosen:
        if each.number:
            verify(each.folder / WEIGHTS_FILE, each.sha256, each.key, is_cached=False)
            verify(each.folder / CONFIG_FILE, each.config_sha256, each.key, is_cached=False)
    file = versions_folder() / LIVE_FILE
    entries = dict(live_entries())
    before = _chosen_number(version.key)
    for each in chosen:
        entries.pop(each.key, None)
        if each.number:
            entries[each.key] = {
                "version": each.number,
                "sha256": each.sha256,
                "config_sha256": each.config_sha256,
                "size": each.size,
                "licence": each.licence,
                "with": [other.key for other in chosen if other != each],
            }
    file.parent.mkdir(parents=True, exist_ok=True)
    entry = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "key": version.key,
        "action": action,
        "from": before,
        "to": version.number,
        "reason": reason,
        "sha256": version.sha256,
    }
    lines = [json.dumps(line, ensure_ascii=False) + "\n" for line in (*reversed(history()), entry)]
    with replacing(file.parent / _HISTORY) as log, replacing(file) as pointer:  # neither appears without the other
        log.write_text("".join(lines), "utf-8")
        pointer.write_text(json.dumps(entries, indent=1), "utf-8")


def _chosen_number(key: str) -> int:
    """Return the number of the version that the owner has chosen last, whether or not it can be served."""
    if key in live_entries():
        return live_entries()[key]["version"]
    last = next(iter(history(key)), None)
    return last["to"] if last and live_fault(key) else 0


def _companions_of(version: Version) -> Mapping[str, int]:
    """Return the versions that go with one; with the bundled classifier goes the bundled index."""
    if version.number:
        return version.companions
    config = version.folder / CONFIG_FILE
    index = json.loads(config.read_text("utf-8")).get("index") if config.is_file() else None
    is_classifier = CHECKPOINTS[version.key].architecture == ARCHITECTURES["classifier"]
    return {index: 0} if is_classifier and index in CHECKPOINTS else {}


def _contents(bundle: Path) -> str:
    """Return a hash of all files of a candidate that are promoted."""
    folders = [bundle, index_of(bundle)]
    files = [folder / name for folder in folders if folder for name in (CONFIG_FILE, WEIGHTS_FILE)]
    return hashlib.sha256("".join(map(_sha256, files)).encode()).hexdigest()


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with open(file, "rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
