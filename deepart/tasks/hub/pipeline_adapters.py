"""Adapters of diffusion pipelines: LoRA (changed weights) and IP-Adapter (a style from a picture).

Both are safetensors. Every layer that they name must be in the pipeline, and all of their tensors must be used.

References:
    Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models", https://arxiv.org/abs/2106.09685;
    Ye et al. 2023, "IP-Adapter", https://arxiv.org/abs/2308.06721.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from deepart.checkpoints import load_state
from deepart.errors import InputError, WeightsError
from deepart.tasks.hub.pipeline_files import fetch_part, is_whole
from deepart.tasks.hub.pipeline_table import StyleAdapter
from deepart.tasks.hub.repository import HubRepository

MOST_LORA_SCALE = 2.0

_LORA_FILE = re.compile(r"([^/]+/[^/]+)/((?:\w[\w .+-]*/)*\w[\w .+-]*\.safetensors)", re.ASCII)
_LORA_KEY = re.compile(
    r"(?P<part>\w+)\.(?P<layer>[\w.]+?)\.(?:(?P<down>lora_A|lora\.down|lora_linear_layer\.down)|"
    r"lora_B|lora\.up|lora_linear_layer\.up)\.weight"
)


def lora_of(place: str) -> tuple[HubRepository, str]:
    """Return the repository and the path in it of a LoRA that is written as owner/name/file.safetensors.

    Raises:
        InputError: it is not written so.
    """
    match = _LORA_FILE.fullmatch(place)
    if not match or len(place) > 300:
        raise InputError("diffusion.lora_name")
    return HubRepository(match[1]), match[2]


def add_lora(pipeline: Any, repository: HubRepository, file: str, scale: float) -> None:
    """Add a LoRA to the weights of a pipeline.

    Args:
        scale: its scale.

    Raises:
        WeightsError: the file is out of reach, holds anything but a LoRA, or one for another network.
    """
    path = repository.find(file)
    if path is None:
        raise WeightsError("hub.no_safetensors", name=repository.name, file=file)
    name = f"{repository.name}/{file}"
    state = load_state(path, name)
    try:
        if not hasattr(pipeline, "lora_state_dict"):
            raise ValueError("this kind of pipeline has no LoRA")
        # Writes the names of other trainers as diffusers would.
        unet = {"unet_config": pipeline.unet.config} if "unet" in pipeline.components else {}
        found = pipeline.lora_state_dict(dict(state), **unet)
        tensors, alphas = found if isinstance(found, tuple) else (found, None)
        with torch.no_grad():
            for weight, change in _changes(pipeline, tensors, alphas or {}).values():
                weight += (scale * change).to(weight)
    except Exception as error:  # a stranger's tensors do not fit in any way
        raise WeightsError("diffusion.lora", name=name) from error


def _changes(
    pipeline: Any, tensors: Mapping[str, Tensor], alphas: Mapping[str, float]
) -> dict[tuple[str, str], tuple[Tensor, Tensor]]:
    """Return the weights of layers and the change of each.

    Raises:
        KeyError, AttributeError, RuntimeError, ValueError: something does not fit.
    """
    halves: dict[tuple[str, str], dict[bool, Tensor]] = {}
    for key, tensor in tensors.items():
        match = _LORA_KEY.fullmatch(key)
        if not match:
            raise ValueError(key)
        halves.setdefault((match["part"], match["layer"]), {})[bool(match["down"])] = tensor.float()
    if not halves:
        raise ValueError("nothing in it")
    changes = {}
    for (part, layer), of_layer in halves.items():
        down, up = of_layer[True], of_layer[False]
        weight = pipeline.components[part].get_submodule(layer).weight
        factor = float(alphas.get(f"{part}.{layer}.alpha", len(down))) / len(down)
        changes[part, layer] = weight, factor * (up.flatten(1) @ down.flatten(1)).view(weight.shape)
    return changes


def fetch_styles(adapter: StyleAdapter, repository: HubRepository) -> tuple[Path, list[Path]]:
    """Return the file of an IP-Adapter and those of its image encoder, downloaded if necessary.

    Raises:
        WeightsError: they are out of reach, or not in safetensors.
    """
    path = repository.find(adapter.file)
    if path is None:
        raise WeightsError("hub.no_safetensors", name=repository.name, file=adapter.file)
    return path, fetch_part(repository, adapter.encoder, "transformers")


class StyleLoader:
    """An IP-Adapter for a pipeline, for any number of pictures.

    Raises:
        WeightsError: its files are out of reach, damaged, or of another network.
    """

    def __init__(self, pipeline: Any, adapter: StyleAdapter, repository: HubRepository, dtype: torch.dtype) -> None:
        from transformers import CLIPVisionModelWithProjection

        self.adapter, self.name = adapter, repository.name
        path, files = fetch_styles(adapter, repository)
        self._state: dict[str, dict[str, Tensor]] = {"image_proj": {}, "ip_adapter": {}}
        try:
            for key, tensor in load_state(path, self.name).items():
                half, _, rest = key.partition(".")
                self._state[half][rest] = tensor
            encoder = CLIPVisionModelWithProjection.from_pretrained(
                files[0].parent, local_files_only=True, use_safetensors=True, dtype=dtype
            )
            whole = is_whole(encoder, files, "transformers", self.name)
            pipeline.register_modules(image_encoder=encoder.eval())
            self._count = 0
            self.add(pipeline, 1)
        except Exception as error:  # a stranger's files break in any way
            raise WeightsError("diffusion.unfit", name=self.name) from error
        if not whole:
            raise WeightsError("diffusion.unfit", name=self.name)

    def add(self, pipeline: Any, count: int) -> None:
        """Load the adapter for the styles of `count` pictures."""
        if count != self._count:
            states, nothing = [self._state] * count, [""] * count
            pipeline.load_ip_adapter(states, subfolder=nothing, weight_name=nothing, image_encoder_folder=None)
            pipeline.unet.to(pipeline.device, pipeline.dtype)
            self._count = count

    def scales(self, weights: list[float]) -> list[dict[str, Any]]:
        """Return what `set_ip_adapter_scale` takes for these weights of the styles."""
        return [_times(self.adapter.blocks, weight) for weight in weights]


def _times(blocks: Any, weight: float) -> Any:
    """Multiply every number in dictionaries and lists."""
    if isinstance(blocks, Mapping):
        return {key: _times(value, weight) for key, value in blocks.items()}
    return [_times(value, weight) for value in blocks] if isinstance(blocks, list) else weight * blocks
