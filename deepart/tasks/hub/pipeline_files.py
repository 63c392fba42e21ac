"""The files of a diffusion pipeline on the Hub: find, download and check those of each part.

The layout is that of diffusers.  Weights are in one file, or in several listed by an index. Only JSON, tokenizers, chat
templates and safetensors are downloaded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import nn

from deepart.errors import WeightsError
from deepart.tasks.hub.repository import HubRepository

STEMS = {"diffusers": "diffusion_pytorch_model", "transformers": "model"}
"""How names of weights files begin, by the library whose class reads them."""

_MOST_SHARDS = 64
_SHARD = re.compile(r"[\w.-]{1,120}\.safetensors", re.ASCII)

_TOKENIZER = (
    "tokenizer_config.json",
    "tokenizer.json",
    "vocab.json",
    "merges.txt",
    "special_tokens_map.json",
    "added_tokens.json",
    "spiece.model",
    "chat_template.jinja",
)
_PREPROCESSOR = ("preprocessor_config.json",)
_FILES = {
    "scheduler": ("scheduler_config.json",),
    "tokenizer": _TOKENIZER,
    "feature_extractor": _PREPROCESSOR,
    "image_processor": _PREPROCESSOR,
    "processor": (*_PREPROCESSOR, "processor_config.json", "chat_template.json", *_TOKENIZER),
}
"""Files of the parts that have no weights, by the start of their names."""


def fetch_part(repository: HubRepository, folder: str, library: str, variant: str | None = None) -> list[Path]:
    """Download the files of one part of a pipeline and return its weights files, if any.

    Args:
        folder: where the part lies in the repository.
        library: a key of `STEMS`.
        variant: such as "fp16": of its weights, if they are there in several number formats.

    Raises:
        WeightsError: they are out of reach, too large, not in safetensors, or not what their index says.
    """
    start = next((start for start in _FILES if Path(folder).name.startswith(start)), None)
    if start:
        for file in _FILES[start]:
            repository.find(f"{folder}/{file}")
        return []
    repository.find(f"{folder}/config.json")
    stem = f"{folder}/{STEMS[library]}"
    for mark in ([f".{variant}"] if variant else []) + [""]:
        file, index = f"{stem}{mark}.safetensors", f"{stem}.safetensors.index{mark}.json"
        listed = repository.json(index)
        if listed is not None:
            return _fetch_shards(repository, folder, listed)
        path = repository.find(file)
        if path is not None:
            return [path]
    raise WeightsError("hub.no_safetensors", name=repository.name, file=file)


def _fetch_shards(repository: HubRepository, folder: str, index: Mapping[str, Any]) -> list[Path]:
    """Download the files that an index lists, and check their content against it."""
    places = index.get("weight_map")
    wanted = set(places.values()) if isinstance(places, dict) and _are_texts(places.values()) else set()
    if not 0 < len(wanted) <= _MOST_SHARDS or not all(map(_SHARD.fullmatch, wanted)):
        raise WeightsError("hub.index", name=repository.name, folder=folder)
    paths = {file: repository.find(f"{folder}/{file}") for file in sorted(wanted)}
    lost = next((file for file, path in paths.items() if path is None), None)
    if lost is not None:
        raise WeightsError("hub.no_safetensors", name=repository.name, file=f"{folder}/{lost}")
    there = {name: file for file, path in paths.items() for name in count_numbers(path, repository.name)}
    if there != places:
        raise WeightsError("hub.index", name=repository.name, folder=folder)
    return list(paths.values())


def count_numbers(path: Path, name: str) -> dict[str, int]:
    """Return the number of values of each tensor of a safetensors file (0 for integers), without reading the tensors.

    Args:
        name: what an error calls it.

    Raises:
        WeightsError: it is damaged or cut short.
    """
    try:
        with safe_open(path, "pt") as stored:
            slices = {key: stored.get_slice(key) for key in stored.keys()}  # noqa: SIM118
            return {
                key: math.prod(tensor.get_shape()) if "F" in tensor.get_dtype() else 0 for key, tensor in slices.items()
            }
    except (SafetensorError, OSError) as error:
        raise WeightsError("weights.damaged", name=name) from error


def is_whole(part: Any, files: Sequence[Path], library: str, name: str) -> bool:
    """Return whether files hold as many values as a network, whose missing weights would be random.

    Names are not compared, since some differ in older files. Shared values count once. A file for transformers may hold
    more, for a head that the pipeline does not use.

    Args:
        library: a key of `STEMS`.
        name: what an error calls it.
    """
    if not isinstance(part, nn.Module) or not files:
        return True
    needed = {id(x): x.numel() for x in part.state_dict(keep_vars=True).values() if torch.is_floating_point(x)}
    there = sum(sum(count_numbers(file, name).values()) for file in files)
    return there == sum(needed.values()) or (library == "transformers" and there > sum(needed.values()))


def _are_texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)
