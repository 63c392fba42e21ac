"""Publish a version of a checkpoint as a repository on the Hub, or as a zip file.

Both hold the same: weights, config, a card that says what it learned from and how good it is, the datasheet (hash,
source and licence of every picture, without its name), and a record of training and measuring.  Repositories are
private unless the owner says otherwise.  The token comes from the environment or from the caller, and goes nowhere
but to the Hub's client.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, ModelCardData, constants
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, RepositoryNotFoundError

from deepart import __version__, hub
from deepart.admin.versions import Version, find_version, live_number
from deepart.checkpoints import CHECKPOINTS, architecture, live_fault, load_folder, verify
from deepart.errors import InputError, WeightsError
from deepart.files import replacing
from deepart.models.pretrained import CONFIG_FILE, WEIGHTS_FILE
from deepart.runtime import Progress
from deepart.tasks.tiled import patiently

TOKEN_VARIABLE = "HF_TOKEN"
INDEX = "index"
"""Folder of a published classifier in which the artworks lie that vote beside it."""

_REPO_ID = re.compile(r"[\w-][\w.-]{0,95}/[\w-][\w.-]{0,95}", re.ASCII)
_TAGS = {"StyleNetwork": "image-to-image", "ArtClassifier": "image-classification", "Denoiser": "image-to-image"}
_MOST_SOURCES = 10  # that the card names


@dataclass(frozen=True, slots=True)
class Words:
    """The owner's words about a model; the rest of the card comes from the records."""

    licence: str = ""
    """As the Hub writes it, such as "cc-by-4.0"; empty for that of the version."""
    about: str = ""
    """What it is, in a sentence or two."""
    limits: str = ""
    """What it should not be used for, and where it fails."""


def publish_steps(
    key: str,
    repo: str,
    number: int | None = None,
    words: Words = Words(),
    token: str | None = None,
    private: bool = True,
) -> Generator[Progress, None, str]:
    """Push a version to the Hub, and return the address of its repository.

    Args:
        key: of the checkpoint.
        repo: "owner/name", made if need be.
        number: of the version; the live one if None.
        token: of the owner's login; that of the environment if None.
        private: whether only its owner sees the repository.  One that everybody sees is then refused, not hidden.

    Raises:
        InputError: there is no token or no such version, the name is none, or the repository is open to everybody.
        WeightsError: the Hub cannot be reached, or refuses.
    """
    token = token or os.environ.get(TOKEN_VARIABLE)
    if not token:
        raise InputError("publish.no_token", variable=TOKEN_VARIABLE)
    if not _REPO_ID.fullmatch(repo):
        raise InputError("publish.repository")
    version = _chosen(key, number)
    yield Progress(0, 1, "progress.publishing")
    work = partial(_publish, version, repo, words, token, private)
    url = yield from patiently(work, Progress(0, 1, "progress.publishing"))
    yield Progress(1, 1, "progress.publishing")
    return url


def _publish(version: Version, repo: str, words: Words, token: str, private: bool) -> str:
    if constants.HF_HUB_OFFLINE:
        raise WeightsError("publish.offline")
    try:
        hub.require_network(repo, constants.ENDPOINT)
    except WeightsError:
        raise WeightsError("publish.offline") from None
    network = _network(version)
    network.extra_files = extra_files(version, words)
    try:
        if private and _is_public(repo, token):
            raise InputError("publish.open")
        message = f"{version.key}, version {version.number}"
        network.push_to_hub(repo, private=private, token=token, commit_message=message)
    # Without the cause: it holds the request, and the request the token.
    except HfHubHTTPError as error:
        raise WeightsError("publish.refused", status=error.response.status_code) from None
    except HFValidationError:
        raise InputError("publish.repository") from None
    except OSError:
        raise WeightsError("publish.offline") from None
    return f"{constants.ENDPOINT}/{repo}"


def _is_public(repo: str, token: str) -> bool:
    try:
        return not HfApi(token=token).model_info(repo).private
    except RepositoryNotFoundError:
        return False


def _network(version: Version) -> Any:
    row = CHECKPOINTS[version.key]
    verify(version.folder / WEIGHTS_FILE, version.sha256, version.key, is_cached=False)
    return load_folder(version.folder, row.architecture, version.key)


def write_zip(key: str, target: Path, number: int | None = None, words: Words = Words()) -> Path:
    """Write a version with everything that belongs to it into a zip file, and return its path.

    Raises:
        InputError: there is no such version.
        WeightsError: its weights are not what they were.
    """
    version = _chosen(key, number)
    verify(version.folder / WEIGHTS_FILE, version.sha256, key, is_cached=False)
    with replacing(target) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (CONFIG_FILE, WEIGHTS_FILE):
            archive.write(version.folder / name, name)
        for name, content in extra_files(version, words).items():
            archive.writestr(name, content)
    return target


def _chosen(key: str, number: int | None) -> Version:
    """Return a version, by default the live one; never the bundled one in the place of one that is damaged."""
    if number is not None:
        return find_version(key, number)
    if fault := live_fault(key):
        raise fault
    return find_version(key, live_number(key))


def extra_files(version: Version, words: Words = Words()) -> dict[str, bytes]:
    """Return what goes with a version besides its weights and its config: path to content."""
    datasheet = datasheet_of(version)
    record = {"deepart": __version__, **version.as_json(), "training": _training(version)}
    record.pop("live")
    files = {"README.md": card(version, words).encode(), "record.json": _json(record)}
    if datasheet:
        files["passport.json"] = _json(datasheet)
    for key, number in version.companions.items():
        companion = find_version(key, number)
        for name in (CONFIG_FILE, WEIGHTS_FILE):
            files[f"{INDEX}/{name}"] = (companion.folder / name).read_bytes()
    return files


def datasheet_of(version: Version) -> dict[str, Any]:
    """Return what a version was made from, its data sets without the names of their pictures; empty if not known."""
    file = version.folder / "passport.json"
    if not file.is_file():
        return {}
    datasheet = json.loads(file.read_text("utf-8"))
    datasheet.pop("job", None)  # see `_training`
    return {**datasheet, "data_sets": [_without_names(each) for each in datasheet.get("data_sets", ())]}


def _without_names(data_set: Mapping[str, Any]) -> dict[str, Any]:
    pictures = [{k: v for k, v in picture.items() if k != "name"} for picture in data_set.get("pictures", ())]
    return {**data_set, "pictures": pictures}


def _training(version: Version) -> dict[str, Any]:
    """Return the settings of the training: those of the record, or those that the datasheet names."""
    for name in ("record.json", "passport.json"):
        file = version.folder / name
        content = json.loads(file.read_text("utf-8")) if file.is_file() else {}
        if settings := content.get("config" if name == "record.json" else "job"):
            return settings
    return {}


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


# --- the card --------------------------------------------------------------------------------------


def card(version: Version, words: Words = Words()) -> str:
    """Return the model card of a version as Markdown with the Hub's front matter."""
    row = CHECKPOINTS[version.key]
    network = architecture(row.architecture)
    licence = words.licence or version.licence
    head = ModelCardData(
        license=licence, library_name="deepart", pipeline_tag=_TAGS.get(row.architecture), tags=["art", "deepart"]
    )
    bundled = version.folder / "README.md"
    if version.number == 0 and bundled.is_file():
        return bundled.read_text("utf-8")
    parts = [
        f"---\n{head.to_yaml()}\n---",
        f"# {version.key}, version {version.number}",
        words.about,
        f"`{network.__module__}.{network.__name__}`, fine-tuned from {row.source}. "
        f"{version.size / 1e6:.1f} MB, SHA-256 of the weights `{version.sha256}`.",
        "```python\n"
        f"from {network.__module__} import {network.__name__}\n\n"
        f'network = {network.__name__}.from_pretrained("this/repository")\n```',
        "## Data",
        _data_lines(datasheet_of(version)),
        "## Training",
        _settings_table(_training(version)),
        "## Measured",
        _figures_table(version.gate),
        f"Promoted in spite of the gate: {_cell(version.reason)}" if version.reason else "",
        "## Limits",
        words.limits or "Not measured on anything but the evaluation set; expect less on other pictures.",
        "## Licence",
        f"{licence}. The pictures that it learned from have licences of their own; see Data.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _data_lines(datasheet: Mapping[str, Any]) -> str:
    if not datasheet:
        return "No datasheet was kept for this version."
    lines = []
    for data_set in datasheet["data_sets"]:
        pictures: Sequence[Mapping[str, Any]] = data_set["pictures"]
        hashes = "\n".join(sorted(str(picture.get("sha256", "")) for picture in pictures))
        name, licence, source = (_cell(data_set.get(field, "")) for field in ("data_set", "licence", "source"))
        lines += [
            f"- **{name}**: {len(pictures)} pictures ({_counts(picture.get('part') for picture in pictures)})",
            f"  - licence: {_counts(picture.get('licence') for picture in pictures) or licence}",
            f"  - source: {_counts(picture.get('source') for picture in pictures) or source or 'not said'}",
            f"  - SHA-256 of the sorted list of their hashes: `{hashlib.sha256(hashes.encode()).hexdigest()}`",
        ]
    return "\n".join([*lines, "- Every picture's SHA-256 is in `passport.json`."])


def _counts(values: Any) -> str:
    found = Counter(_cell(value) for value in values if value).most_common()
    shown = [f"{count} {value}" for value, count in found[:_MOST_SOURCES]]
    return ", ".join(shown) + (f", and {len(found) - _MOST_SOURCES} more" if len(found) > _MOST_SOURCES else "")


def _settings_table(training: Mapping[str, Any]) -> str:
    if not training:
        return "No settings were kept for this version."
    rows = [f"| {_cell(name)} | {_cell(json.dumps(value, ensure_ascii=False))} |" for name, value in training.items()]
    return "\n".join(["| setting | value |", "|---|---|", *rows])


def _figures_table(gate: Mapping[str, Any]) -> str:
    if not gate:
        return "This version was not measured against another."
    lines = [
        f"On an evaluation set (fingerprint `{gate['set'][:16]}`), beside version {gate['compared_with']}; in brackets "
        "the 95 % interval of the difference (paired bootstrap).",
        "",
        "| figure | before | this version | difference |",
        "|---|---|---|---|",
    ]
    for row in gate["differences"]:
        old = "" if row["old"] is None else f"{row['old']:.4f}"
        gap = "" if row["low"] is None else f"{row['low']:+.4f} to {row['high']:+.4f}"
        lines.append(f"| {_cell(row['of'])} {_cell(row['name'])} | {old} | {row['new']:.4f} | {gap} |")
    for name, values in gate["controls"].items():
        shown = ", ".join(f"{_cell(figure)} {value:.4f}" for figure, value in values.items())
        lines += ["", f"Control *{_cell(name)}*: {shown}"]
    seconds = gate["seconds"]
    lines += ["", f"One picture took {seconds['new']:.3f} s where the version before took {seconds['old']:.3f} s."]
    return "\n".join(lines)


def _cell(value: object) -> str:
    """Return `value` on one line, with nothing in it that Markdown or HTML would take for a mark."""
    text = " ".join(str(value).split())[:300]
    return re.sub(r"([\\`*_\[\]|<>#])", r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;"))
