"""Read a repository of the `transformers` kind without running its code."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import nn

from deepart.errors import WeightsError
from deepart.tasks.hub.repository import Prepare, require

PREPROCESSORS = ("preprocessor_config.json", "processor_config.json")


def require_transformers(name: str, config: Mapping[str, Any]) -> ModuleType:
    """Import transformers for the repository `name`, whose config.json holds `config`.

    Raises:
        WeightsError: transformers is not installed; or the config asks for Python files of the repository.
    """
    if config.get("auto_map"):
        raise WeightsError("hub.own_code", name=name)
    return require("transformers", name, "transformers")


def read_model(kind: Any, path: Path, config: Mapping[str, Any]) -> nn.Module:
    """Return the network whose weights lie at `path`, in evaluation mode, float32.

    Args:
        kind: a class of transformers, such as AutoModel.
        config: what config.json holds.

    Raises:
        ValueError: weights are missing, or of another shape than the network's.
    """
    import transformers

    # These ask for other packages or, as attention kernels, for code of other repositories.
    asks = {"quantization_config", "attn_implementation", "_attn_implementation", "dtype", "torch_dtype"}
    values = {key: value for key, value in config.items() if key not in asks}
    settings = transformers.CONFIG_MAPPING[config["model_type"]].from_dict(values)
    with torch.random.fork_rng(devices=[]), no_progress_bar(transformers):
        model, loading = kind.from_pretrained(
            path.parent,
            config=settings,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            attn_implementation="eager",
            dtype=torch.float32,
            output_loading_info=True,
        )
    if loading["missing_keys"] or loading["mismatched_keys"]:
        raise ValueError(sorted(map(str, loading["missing_keys"]))[:3])
    return model.eval().requires_grad_(False)


def read_preparation(path: Path, config: Mapping[str, Any]) -> Prepare:
    """Return the preprocessing of the network whose weights lie at `path`."""
    import transformers

    if any((path.parent / file).is_file() for file in PREPROCESSORS):
        processor = transformers.AutoImageProcessor.from_pretrained(
            path.parent, local_files_only=True, trust_remote_code=False
        )
    else:  # as the makers of the first vision transformers had it, whose copies leave the file out
        side = int(config.get("image_size", 224))
        processor = transformers.ViTImageProcessor(size={"height": side, "width": side})
    if config.get("model_type") == "siglip2":
        return lambda picture: packed_patches(processor(images=picture, return_tensors="pt"))
    return lambda picture: processor(images=picture, return_tensors="pt")["pixel_values"][0]


def packed_patches(prepared: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """Return NaFlex's patches of one picture as one tensor, (patches, values + 3).

    The last three say of each patch whether it is one, and how many there are down and across, so that pictures of
    any shapes can be stacked.
    """
    patches, mask = prepared["pixel_values"][0], prepared["pixel_attention_mask"][0].float()[:, None]
    sides = prepared["spatial_shapes"][0].float().expand(len(patches), 2)
    return torch.cat([patches, mask, sides], dim=1)


@contextlib.contextmanager
def no_progress_bar(*libraries: ModuleType) -> Iterator[None]:
    """Keep transformers or diffusers from drawing on the terminal, where the command line has its own line."""
    drawn = [library.utils.logging for library in libraries if library.utils.logging.is_progress_bar_enabled()]
    for logging in drawn:
        logging.disable_progress_bar()
    try:
        yield
    finally:
        for logging in drawn:
            logging.enable_progress_bar()
