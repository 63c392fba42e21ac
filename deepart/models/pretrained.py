"""Base class of our networks: load them from a folder or from the Hub, in the Hub's own layout.

A folder, or a repository, holds config.json (the fields of the network's Config), model.safetensors and README.md.
Differs from the mixin of `huggingface_hub`, whose methods these are: loading is always strict, only safetensors are
read, and weights are stored as float16 and loaded as float32.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import PyTorchModelHubMixin, hf_hub_download
from safetensors.torch import load_file, save_file
from torch import nn

WEIGHTS_FILE = "model.safetensors"
CONFIG_FILE = "config.json"


class HubModel(nn.Module, PyTorchModelHubMixin, library_name="deepart"):
    """Base of all our networks; `Config`, a frozen dataclass, is the only argument of the constructor.

    Keywords of the class statement, such as `license=` or `paper_url=`, fill the model card.
    """

    Config: type

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.config = config
        self._hub_mixin_config = config  # what `save_pretrained` writes as config.json
        self.extra_files: dict[str, bytes] = {}
        """What else `save_pretrained` and `push_to_hub` write, such as a card of its own: path to content."""

    def _save_pretrained(self, save_directory: Path) -> None:
        halves = {}
        for key, value in self.state_dict().items():
            half = value.half() if value.is_floating_point() else value
            if not torch.isfinite(half).all():
                raise ValueError(f"{key} does not fit into float16.")
            halves[key] = half.cpu().contiguous()
        save_file(halves, save_directory / WEIGHTS_FILE, metadata={"format": "pt"})
        for path, content in self.extra_files.items():
            (save_directory / path).parent.mkdir(parents=True, exist_ok=True)
            (save_directory / path).write_bytes(content)

    @classmethod
    def _from_pretrained(
        cls,
        *,
        model_id: str,
        config: Any = None,
        map_location: str = "cpu",
        strict: bool = True,  # accepted because callers of the mixin pass it, and never loosened
        **where: Any,  # revision, cache_dir, force_download, local_files_only, token
    ) -> HubModel:
        if config is None:
            raise ValueError(f"{model_id} has no {CONFIG_FILE}.")
        if not isinstance(config, cls.Config):
            config = config_from_json(cls.Config, config)
        folder = Path(model_id)
        file = folder / WEIGHTS_FILE if folder.is_dir() else hf_hub_download(model_id, WEIGHTS_FILE, **where)
        model = cls(config)
        model.load_state_dict(load_file(file), strict=True)
        return model.to(map_location).eval()


def config_from_json(config: type, values: Mapping[str, Any]) -> Any:
    """Return `config(**values)`, with JSON's lists as tuples; fields that are left out keep their defaults.

    Raises:
        ValueError: `values` is no mapping, or a value is of no field.
    """
    if not isinstance(values, Mapping):
        raise ValueError(f"{config.__name__} is made from a mapping, not from {type(values).__name__}.")
    unknown = sorted(set(values) - {field.name for field in dataclasses.fields(config)})
    if unknown:
        raise ValueError(f"{config.__name__} has no field {', '.join(unknown)}.")
    return config(**{name: _tuples(value) for name, value in values.items()})


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
