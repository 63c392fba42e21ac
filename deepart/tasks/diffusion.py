"""Diffusion pipelines of the Hugging Face Hub, by repository: from a text, or from nothing.

An extra for machines with a graphics card (`pip install diffusers transformers`).  Files come from strangers: of a
repository only JSON, tokenizers and safetensors are read, its parts must be classes of diffusers and transformers,
and its own code is never fetched.

References:
    Ho et al. 2020, "Denoising Diffusion Probabilistic Models", https://arxiv.org/abs/2006.11239;
    Song et al. 2021, "Denoising Diffusion Implicit Models", https://arxiv.org/abs/2010.02502 (fewer steps);
    Luo et al. 2023, "Latent Consistency Models", https://arxiv.org/abs/2310.04378.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import math
import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from safetensors import safe_open
from torch import nn

import deepart
from deepart import runtime
from deepart.checkpoints import models
from deepart.errors import Cancelled, DeepartError, InputError, WeightsError
from deepart.hub import Report
from deepart.recipes import Recipe, Setting, attach
from deepart.runtime import Progress
from deepart.tasks.generate import check_seed, random_seed
from deepart.tasks.hub_repository import CARD, HubRepository
from deepart.tasks.tiled import fetch_steps, patiently
from deepart.tasks.transfer import check_range

INDEX = "model_index.json"
MOST_COUNT, MOST_STEPS, MOST_PROMPT = 16, 200, 1000


@dataclass(frozen=True, slots=True)
class DiffusionChoice:
    """A pipeline worth trying."""

    repo: str
    revision: str | None
    """None takes the newest commit."""
    takes_prompt: bool
    num_steps: int
    licence: str
    """As the repository's card says."""


CHOICES: dict[str, DiffusionChoice] = {
    row.repo: row
    for row in (
        DiffusionChoice("SimianLuo/LCM_Dreamshaper_v7", None, True, 4, "mit"),
        DiffusionChoice(
            "johnowhitaker/sd-class-wikiart-from-bedrooms",
            "f44f273f331caaeeb5642498d0c46749753db55a",
            False,
            50,
            "mit",
        ),
    )
}

_FILES = {
    "scheduler": ("scheduler_config.json",),
    "tokenizer": (
        "tokenizer_config.json",
        "tokenizer.json",
        "vocab.json",
        "merges.txt",
        "special_tokens_map.json",
        "added_tokens.json",
        "spiece.model",
    ),
    "feature_extractor": ("preprocessor_config.json",),
}
"""Of the parts that have no weights, by the start of their names."""

_WEIGHTS = {"diffusers": "diffusion_pytorch_model.safetensors", "transformers": "model.safetensors"}


def diffuse_steps(
    repo: str,
    prompt: str | None = None,
    *,
    seed: int | None = None,
    count: int = 1,
    num_steps: int | None = None,
    revision: str | None = None,
) -> Generator[Progress, None, list[Image.Image]]:
    """Paint with a diffusion pipeline, as an engine: yields `Progress`, returns the pictures with their recipes.

    Args:
        repo: owner/name of a text-to-image or an unconditional pipeline in the layout of diffusers.
        prompt: what to paint, for a pipeline that takes a text.
        seed: of the first picture; by chance if None.
        count: how many pictures, of the seeds from `seed` on.
        num_steps: of the diffusion; the pipeline's usual number if None.
        revision: commit, branch or tag.

    Raises:
        InputError: a setting is out of its range, or a text is missing.
        WeightsError: diffusers is not installed; the repository is out of reach, or not of that kind.
    """
    check_range("count", count, 1, MOST_COUNT)
    if num_steps is not None:
        check_range("num_steps", num_steps, 1, MOST_STEPS)
    first = random_seed() if seed is None else check_seed(seed)
    choice = CHOICES.get(repo)
    repository = HubRepository(repo, revision or (choice and choice.revision) or "main")
    require_diffusers()
    pipeline = yield from _loading(repository)
    if pipeline.takes_prompt and not (prompt or "").strip():
        raise InputError("diffusion.prompt")
    prompt = prompt[:MOST_PROMPT] if pipeline.takes_prompt else None
    num_steps = num_steps or (choice.num_steps if choice else pipeline.usual_steps)
    pictures: list[Image.Image] = []
    for index in range(count):
        picture = yield from pipeline.paint(prompt, first + index, num_steps, index, count)
        settings: dict[str, Setting] = {"num_steps": num_steps, **({"prompt": prompt} if prompt else {})}
        checkpoint = f"{repo}@{repository.revision}"
        recipe = Recipe("generate", deepart.__version__, checkpoint, "", settings, first + index)
        pictures.append(attach(picture, recipe))
        yield Progress((index + 1) * num_steps, count * num_steps, "progress.painting", picture)
    return pictures


def require_diffusers() -> Any:
    """Import diffusers.

    Raises:
        WeightsError: it, or what it needs, is not installed.
    """
    try:
        importlib.import_module("transformers")
        return importlib.import_module("diffusers")
    except ImportError as error:
        raise WeightsError("diffusion.package") from error


def _loading(repository: HubRepository) -> Generator[Progress, None, DiffusionPipeline]:
    """Return the pipeline of a repository, fetched and loaded at most once; closing ends a download."""
    key = f"diffusion {repository.name}@{repository.revision}"

    def fetch(report: Report) -> DiffusionPipeline:
        repository.report = report
        return models.get(key, str(runtime.device()), load=lambda *_, **__: load_pipeline(repository))

    pipeline = yield from fetch_steps(fetch, "progress.loading_generator")
    repository.revision = pipeline.revision
    return pipeline


def load_pipeline(repository: HubRepository) -> DiffusionPipeline:
    """Return the pipeline of a repository on the device, its files fetched if need be.

    Raises:
        WeightsError: they are out of reach, or not those of a pipeline that can be used.
    """
    diffusers = require_diffusers()
    index = repository.json(INDEX)
    if index is None:
        raise WeightsError("diffusion.unsupported", name=repository.name)
    kind = index.get("_class_name")
    parts = {name: part for name, part in index.items() if not name.startswith("_") and isinstance(part, list)}
    parts = {name: part for name, part in parts.items() if any(part)}  # [null, null] was left out
    # Any other library would be the repository's own code.
    if not isinstance(kind, str) or not all(len(part) == 2 and part[0] in _WEIGHTS for part in parts.values()):
        raise WeightsError("hub.own_code", name=repository.name)
    known = getattr(diffusers, kind, None)
    if not (inspect.isclass(known) and issubclass(known, diffusers.DiffusionPipeline)) or not parts:
        raise WeightsError("diffusion.unsupported", name=repository.name)
    for name, (library, _) in parts.items():
        _fetch_part(repository, name, library)
    repository.find(CARD)
    folder = repository.find(INDEX).parent
    try:
        with torch.random.fork_rng(devices=[]):
            pipeline = known.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, trust_remote_code=False
            )
        whole = all(_is_whole(getattr(pipeline, name), folder / name) for name in parts)
        if kind == "DDPMPipeline":  # which takes a thousand steps by itself
            pipeline.scheduler = diffusers.DDIMScheduler.from_config(pipeline.scheduler.config)
        pipeline.set_progress_bar_config(disable=True)
        dtype = runtime.precision() if runtime.device().type == "cuda" else torch.float32
        pipeline.to(runtime.device(), dtype)
    except Exception as error:  # a stranger's files break in any way
        raise WeightsError("diffusion.unfit", name=repository.name) from error
    if not whole:
        raise WeightsError("diffusion.unfit", name=repository.name)
    return DiffusionPipeline(pipeline, repository.name, repository.revision)


def _is_whole(part: Any, folder: Path) -> bool:
    """Whether the file of a network of diffusers has as many numbers as the network, which fills gaps by chance.

    Their names do not tell: some are others in older files.
    """
    file = folder / _WEIGHTS["diffusers"]
    if not isinstance(part, nn.Module) or not file.is_file():
        return True
    with safe_open(file, "pt") as stored:
        names = stored.keys()
        there = sum(math.prod(stored.get_slice(name).get_shape()) for name in names)
    return there == sum(tensor.numel() for tensor in part.state_dict().values())


def _fetch_part(repository: HubRepository, name: str, library: str) -> None:
    """Fetch the files of one part of a pipeline."""
    start = next((start for start in _FILES if name.startswith(start)), None)
    if start:
        for file in _FILES[start]:
            repository.find(f"{name}/{file}")
        return
    repository.find(f"{name}/config.json")
    weights = f"{name}/{_WEIGHTS[library]}"
    if repository.find(weights) is None:
        raise WeightsError("hub.no_safetensors", name=repository.name, file=weights)


class DiffusionPipeline(nn.Module):
    """A pipeline of diffusers, with what has to be known to call it.

    Raises:
        WeightsError: it needs more than a text.
    """

    def __init__(self, pipeline: Any, name: str, revision: str) -> None:
        super().__init__()
        self.networks = nn.ModuleList(part for part in pipeline.components.values() if isinstance(part, nn.Module))
        self.pipeline, self.name, self.revision = pipeline, name, revision
        arguments = inspect.signature(type(pipeline).__call__).parameters
        self.takes_prompt = "prompt" in arguments
        needed = {
            argument.name
            for argument in list(arguments.values())[1:]
            if argument.default is inspect.Parameter.empty and argument.kind is not inspect.Parameter.VAR_KEYWORD
        }
        if not {"generator", "num_inference_steps"} <= set(arguments) or needed - {"prompt"} or "image" in arguments:
            raise WeightsError("diffusion.unsupported", name=name)

    @property
    def usual_steps(self) -> int:
        """How many steps are taken if nobody says."""
        return 25 if self.takes_prompt else 50

    def paint(
        self, prompt: str | None, seed: int, num_steps: int, index: int, count: int
    ) -> Generator[Progress, None, Image.Image]:
        """Paint picture `index` of `count`; closing the generator stops it at the next step."""
        done, stopped = [0], threading.Event()

        def work() -> Image.Image:
            settings = {"prompt": prompt} if self.takes_prompt else {}
            generator = torch.Generator("cpu").manual_seed(seed)
            with runtime.device_lock(), torch.inference_mode(), self._counted(done, stopped):
                try:
                    painted = self.pipeline(generator=generator, num_inference_steps=num_steps, **settings)
                    return painted.images[0].convert("RGB")
                except DeepartError:
                    raise
                except Exception as error:  # parts that do not fit each other show only now
                    raise WeightsError("diffusion.unfit", name=self.name) from error

        try:
            return (
                yield from patiently(
                    work,
                    lambda: Progress(
                        index * num_steps + min(done[0], num_steps), count * num_steps, "progress.painting"
                    ),
                )
            )
        finally:
            stopped.set()

    @contextlib.contextmanager
    def _counted(self, done: list[int], stopped: threading.Event) -> Iterator[None]:
        """Count the scheduler's steps, and end them when the caller has gone."""
        scheduler = self.pipeline.scheduler
        step = scheduler.step

        def counted(*arguments: Any, **settings: Any) -> Any:
            if stopped.is_set():
                raise Cancelled
            done[0] += 1
            return step(*arguments, **settings)

        scheduler.step = counted
        try:
            yield
        finally:
            del scheduler.step
