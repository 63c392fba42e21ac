"""Generators of the Hugging Face Hub: the FastGANs of `huggan`, each trained on a few hundred pictures of one kind.

Liu et al. 2021, "Towards Faster and Stabilized GAN Training for High-fidelity Few-shot Image Synthesis",
https://arxiv.org/abs/2101.04775.  Their files are pickled tables of tensors, from which only tensors are read; the code
beside them is never downloaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from deepart import hub, runtime
from deepart.checkpoints import load_folder, load_state
from deepart.errors import InputError, WeightsError
from deepart.files import sha256_of_file
from deepart.hub import Report
from deepart.models.generators.fastgan import FastGAN, FastGANConfig, fold_spectral_norm
from deepart.models.generators.generator import Generator
from deepart.models.pretrained import CONFIG_FILE, WEIGHTS_FILE
from deepart.text import say

FILE = "pytorch_model.bin"
SIZE = 117_071_971
"""Bytes of each file."""

_SUFFIXES = (".safetensors", ".bin", ".pth", ".pt", ".ckpt")
_SIZES = tuple(4 << level for level in range(9))


@dataclass(frozen=True, slots=True)
class HubGenerator:
    """One generator of the Hub."""

    key: str
    repo: str
    revision: str
    """Commit of the repository, which pins the file."""
    good_for: str
    """A key of `deepart.text`."""
    licence: str = "mit"
    """As the repository's card says."""


HUB_GENERATORS: dict[str, HubGenerator] = {
    f"generate/fastgan-{name}-v1": HubGenerator(
        f"generate/fastgan-{name}-v1", f"huggan/fastgan-few-shot-{name}", revision, f"generator.good_for.{about}"
    )
    for name, revision, about in (
        ("painting", "2d74d156bb01bad125b6dc62b0f75df4a8447d44", "painting"),
        ("fauvism-still-life", "502ee8340517914274b3defaf5dfe3a29240c71f", "fauvism"),
        ("shells", "698843e8a0c88fb7384898ca5f09f82b55b26a93", "shells"),
        ("moongate", "7ca7777f156d6f971bd5ec84a575dd9314256f02", "moongate"),
        ("universe", "803e4d48ccece45a699d04bed973fdca992e3e40", "universe"),
        ("aurora", "ae9ab2fdc4fa873bee17035e1f148c732ed620f0", "aurora"),
        ("anime-face", "f6b8ee748e1a4943bb456f8005c1a292afa9b5c3", "anime_face"),
        ("grumpy-cat", "305e922763b9cb83e63426ed6ebcfe941dfc7b5b", "grumpy_cat"),
    )
}


def load_hub_generator(key: str, device: str = "cpu", *, report: Report | None = None) -> FastGAN:
    """Return the generator of a key of `HUB_GENERATORS`, fetched if need be; its `sha256` is that of its file.

    Raises:
        WeightsError: out of reach; or its file is damaged, holds anything but tensors, or other tensors.
    """
    return _load_fastgan(fetch(key, report), key, device)


def own_generators() -> dict[str, Path]:
    """Return the owner's files in `generators/` of the admin folder, by keys such as "own/a.bin"."""
    folder = runtime.settings().admin_folder / "generators"
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return {f"own/{path.name}": path for path in paths if _is_generator(path)}


def load_own_generator(path: Path, device: str = "cpu") -> Generator | FastGAN:
    """Return a local generator, read as strictly as one of the Hub.

    Args:
        path: a folder with config.json and model.safetensors, as training leaves it, or a FastGAN's file of tensors.

    Raises:
        InputError: there is neither.
        WeightsError: it is damaged, or another network.
    """
    if not _is_generator(path):
        raise InputError("generate.path", name=path.name, kinds=", ".join(_SUFFIXES))
    if not path.is_dir():
        return _load_fastgan(path, path.name, device)
    network = load_folder(path, "Generator", path.name, device)
    network.sha256 = sha256_of_file(path / WEIGHTS_FILE)
    return network


def _is_generator(path: Path) -> bool:
    return (path / CONFIG_FILE).is_file() if path.is_dir() else path.suffix in _SUFFIXES and path.is_file()


def _load_fastgan(path: Path, key: str, device: str) -> FastGAN:
    state = load_state(path, key)
    try:
        config = config_of(state)
        folded = fold_spectral_norm(state)
    except (KeyError, IndexError, RuntimeError) as error:  # another network's tensors
        raise WeightsError("weights.keys", name=key, count=len(state), first="_init") from error
    with torch.random.fork_rng(devices=[]):
        network = FastGAN(config)
    expected = network.state_dict()
    wrong = [name for name in expected if name not in folded or folded[name].shape != expected[name].shape]
    count = len(wrong) + len(folded.keys() - expected.keys())
    if count:
        raise WeightsError("weights.keys", name=key, count=count, first=", ".join(wrong[:3]) or "…")
    network.load_state_dict(folded)
    network.sha256 = sha256_of_file(path)
    return network.eval().requires_grad_(False).to(device)


def fetch(key: str, report: Report | None = None) -> Path:
    """Return the file of a key of `HUB_GENERATORS`, fetched if need be.

    Raises:
        WeightsError: it is out of reach.
    """
    row = HUB_GENERATORS[key]
    return hub.cached(row.repo, FILE, row.revision) or hub.download(key, row.repo, FILE, row.revision, report)


def config_of(state: Mapping[str, Tensor]) -> FastGANConfig:
    """Return the layout of a checkpoint's tensors.

    Raises:
        KeyError: they are not those of a FastGAN.
    """
    first = state["_init._layers.0._conv.weight_orig"]  # (z, 2 c, 4, 4)
    widths = [state[f"_upsample_{size}._layers.1._conv.weight_orig"].shape[0] // 2 for size in _SIZES[1:]]
    return FastGANConfig(channels=(first.shape[1] // 2, *widths), z=first.shape[0])


def describe(language: str = "en") -> list[dict[str, Any]]:
    """Describe every row and whether its file is here, without using the network."""
    return [
        {
            "key": row.key,
            "task": "generate",
            "state": "cached" if hub.cached(row.repo, FILE, row.revision) else "remote",
            "size": SIZE,
            "licence": row.licence,
            "repo": row.repo,
            "good_for": say(row.good_for, language),
        }
        for row in HUB_GENERATORS.values()
    ]
