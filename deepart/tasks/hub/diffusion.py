"""Diffusion pipelines of the Hugging Face Hub, by repository: from a text, from pictures, or unconditional.

An extra for machines with a graphics card (`pip install diffusers transformers`).  Files are untrusted: only JSON,
tokenizers and safetensors of a repository are read, its parts must be classes of diffusers and transformers, and its
own code is never downloaded.

References:
    Ho et al. 2020, "Denoising Diffusion Probabilistic Models", https://arxiv.org/abs/2006.11239;
    Song et al. 2021, "Denoising Diffusion Implicit Models", https://arxiv.org/abs/2010.02502 (fewer steps);
    Meng et al. 2021, "SDEdit", https://arxiv.org/abs/2108.01073 (from a picture).
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import nn

import deepart
from deepart import runtime
from deepart.checkpoints import ModelCache
from deepart.errors import Cancelled, DeepartError, InputError, WeightsError
from deepart.hub import Report
from deepart.options import MOST_SEED, check_range, check_whole
from deepart.recipes import Recipe, Setting, attach
from deepart.runtime import Progress
from deepart.tasks.generate.generate import random_seed
from deepart.tasks.hub.pipeline_adapters import MOST_LORA_SCALE, StyleLoader, add_lora, fetch_styles, lora_of
from deepart.tasks.hub.pipeline_files import STEMS, fetch_part, is_whole
from deepart.tasks.hub.pipeline_table import CHOICES, PipelineChoice, StyleAdapter, check_machine
from deepart.tasks.hub.repository import CARD, HubRepository
from deepart.tasks.hub.transformers_files import no_progress_bar
from deepart.tasks.tiled import fetch_steps, patiently

INDEX = "model_index.json"
MOST_COUNT, MOST_STEPS, MOST_PROMPT, MOST_GUIDANCE = 16, 200, 1000, 30
SIDES = (64, 2048)
"""Least and largest side of a square with as many pixels as a picture."""
MOST_REFERENCES = 4
LEAST_STRENGTH = 0.1
"""Least strength: with less there would be no step at all."""

_MOST_BYTES = 64 << 30  # of one file of a pipeline that is in the table
_USUAL_SIDE, _USUAL_STRENGTH = 768, 0.6
_LONGEST = 8  # times its shorter side
_MULTIPLE = 16  # of the sides of pictures: what the widest latent patches cover

pipelines = ModelCache(0)
"""Cache of the last pipeline: two would need too much memory. Small networks have a cache of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A request to a pipeline. None stands for the value of the table or the pipeline's default."""

    repo: str
    folder: Path | None = None
    """A local folder in the layout of a repository, read instead of it."""
    revision: str | None = None
    prompt: str | None = None
    seed: int
    count: int = 1
    num_steps: int | None = None
    guidance: float | None = None
    side: int | None = None
    pictures: Sequence[Image.Image] = ()
    """RGB. The first is repainted; the others are references, for pipelines that use them."""
    strength: float | None = None
    styles: Sequence[tuple[Image.Image, float]] = ()
    """RGB, with their weights: for pipelines with an IP-Adapter."""
    lora: str | None = None
    lora_scale: float = 1.0
    choice: PipelineChoice | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "choice", CHOICES.get(self.repo))

    def check(self) -> None:
        """Check the values.

        Raises:
            InputError: something is; or the machine is too small.
        """
        object.__setattr__(self, "count", check_whole("count", self.count, 1, MOST_COUNT))
        ranges = {
            "num_steps": (1, MOST_STEPS),
            "guidance": (0, MOST_GUIDANCE),
            "side": SIDES,
            "strength": (LEAST_STRENGTH, 1),
            "lora_scale": (-MOST_LORA_SCALE, MOST_LORA_SCALE),
        }
        for name, (low, high) in ranges.items():
            if getattr(self, name) is not None:
                check_range(name, getattr(self, name), low, high)
        check_whole("seed", self.seed, 0, MOST_SEED)
        if self.lora:
            lora_of(self.lora)
        if self.choice:
            check_machine(self.choice)

    def repository(self) -> HubRepository:
        """Return the repository after checking its name."""
        if self.folder is not None:
            return HubRepository.of_folder(self.folder)
        revision = self.revision or (self.choice.revision if self.choice else "main")
        return HubRepository(self.repo, revision, most_weights_bytes=_MOST_BYTES if self.choice else None)


def diffuse_steps(
    repo: str | Path,
    prompt: str | None = None,
    *,
    seed: int | None = None,
    count: int = 1,
    recipe: Recipe | None = None,
    **more: Any,
) -> Generator[Progress, None, list[Image.Image]]:
    """Paint with a diffusion pipeline, as an engine: yields `Progress`, returns the pictures with their recipes.

    Args:
        repo: owner/name of a pipeline in the layout of diffusers: from a text, from pictures, or unconditional; or, as
            a `Path`, a local folder.
        prompt: what to paint, for a pipeline that takes a text.
        seed: of the first picture; random if None.
        count: number of pictures, with consecutive seeds.
        recipe: further content of the recipes; "generate" with no ingredients if None.
        more: see `Order`: revision, num_steps, guidance, side, pictures, strength, styles, lora, lora_scale.

    Raises:
        InputError: a setting is out of its range, or a text or a picture is missing, or too many are there.
        WeightsError: diffusers is not installed; the repository is out of reach, or not of that kind.
    """
    if isinstance(repo, Path):
        more["folder"], repo = repo, f"own/{repo.resolve().name}"
    order = Order(repo=repo, prompt=prompt, seed=random_seed() if seed is None else seed, count=count, **more)
    order.check()
    repository = order.repository()
    require_diffusers()
    pipeline = yield from _loading(repository, order)
    order = pipeline.completed(order)
    checkpoint = f"{repo}@{repository.revision}"
    settings = {name: getattr(order, name) for name in ("num_steps", "guidance", "strength", "prompt", "lora")}
    settings["lora_scale"] = order.lora_scale if order.lora else None
    base = recipe or Recipe("generate", deepart.__version__, "", "")
    known: dict[str, Setting] = {key: value for key, value in settings.items() if value is not None}
    base = replace(base, checkpoint=checkpoint, settings={**known, **base.settings})
    pictures: list[Image.Image] = []
    for index in range(count):
        picture = yield from pipeline.paint(order, index)
        pictures.append(attach(picture, replace(base, seed=order.seed + index)))
        yield Progress((index + 1) * order.num_steps, count * order.num_steps, "progress.painting", picture)
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


def _loading(repository: HubRepository, order: Order) -> Generator[Progress, None, DiffusionPipeline]:
    """Return the pipeline of a repository, downloaded and loaded at most once; closing ends a download."""
    key = f"{repository.name}@{repository.revision} {order.lora} {order.lora_scale if order.lora else ''}"

    def load(*_: object, **__: object) -> DiffusionPipeline:
        pipelines.clear()  # before, not after: there may be no memory for two
        return load_pipeline(repository, order)

    def fetch(report: Report) -> DiffusionPipeline:
        repository.report = report
        return pipelines.get(key, str(runtime.device()), load=load)

    pipeline = yield from fetch_steps(fetch, "progress.loading_generator")
    repository.revision = pipeline.revision
    return pipeline


def load_now(repo: str) -> DiffusionPipeline:
    """Download and load a pipeline in advance, so that later requests need not wait.

    Raises:
        WeightsError: see `diffuse_steps`.
    """
    order = Order(repo=repo, seed=0)
    order.check()
    require_diffusers()
    return runtime.run(_loading(order.repository(), order))


def load_pipeline(repository: HubRepository, order: Order) -> DiffusionPipeline:
    """Return the pipeline of a repository on the device, its files fetched if need be.

    Raises:
        WeightsError: they are out of reach, or not those of a supported pipeline.
    """
    diffusers, choice = require_diffusers(), order.choice
    known, parts, files, variant = fetch_pipeline(repository, choice)
    folder, dtype = repository.find(INDEX).parent, _dtype(choice)
    way = _way(known, repository.name)
    try:
        with torch.random.fork_rng(devices=[]), no_progress_bar(diffusers, importlib.import_module("transformers")):
            pipeline = known.from_pretrained(
                folder,
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,
                variant=variant
                if any(f".{variant}" in path.name for paths in files.values() for path in paths)
                else None,
                dtype=dtype,  # in float32 a large one would need twice the memory on its way
            )
        whole = all(is_whole(getattr(pipeline, name), files[name], parts[name][0], repository.name) for name in parts)
        if known.__name__ == "DDPMPipeline":  # which takes a thousand steps by itself
            pipeline.scheduler = diffusers.DDIMScheduler.from_config(pipeline.scheduler.config)
        pipeline.set_progress_bar_config(disable=True)
    except Exception as error:  # a stranger's files break in any way
        raise WeightsError("diffusion.unfit", name=repository.name) from error
    if not whole:
        raise WeightsError("diffusion.unfit", name=repository.name)
    styles = None
    if choice and choice.adapter:
        source = _of_adapter(choice.adapter, repository)
        styles = StyleLoader(pipeline, choice.adapter, source, dtype)
    if order.lora:
        source, file = lora_of(order.lora)
        source.report = repository.report
        add_lora(pipeline, source, file, order.lora_scale)
    try:
        pipeline.to(runtime.device())
    except torch.OutOfMemoryError as error:
        raise WeightsError("diffusion.memory", name=repository.name) from error
    return DiffusionPipeline(pipeline, way, styles, repository)


def fetch_pipeline(
    repository: HubRepository, choice: PipelineChoice | None
) -> tuple[type, dict[str, list[str]], dict[str, list[Path]], str | None]:
    """Fetch the files of a pipeline, and of its adapter.

    Returns:
        Its class; its parts as the index has them, [library, class]; the files of weights of each; their variant.

    Raises:
        WeightsError: they are out of reach, or not those of a pipeline of diffusers.
    """
    diffusers = require_diffusers()
    index = repository.json(INDEX)
    if index is None:
        raise WeightsError("diffusion.unsupported", name=repository.name)
    kind = index.get("_class_name")
    parts = {name: part for name, part in index.items() if not name.startswith("_") and isinstance(part, list)}
    parts = {name: part for name, part in parts.items() if any(part)}  # [null, null] was left out
    # Any other library would be the repository's own code.
    if not isinstance(kind, str) or not all(len(part) == 2 and part[0] in STEMS for part in parts.values()):
        raise WeightsError("hub.own_code", name=repository.name)
    known = getattr(diffusers, kind, None)
    if not (inspect.isclass(known) and issubclass(known, diffusers.DiffusionPipeline)) or not parts:
        raise WeightsError("diffusion.unsupported", name=repository.name)
    _way(known, repository.name)  # before anything large is fetched
    variant = choice.variant if choice else None
    files = {name: fetch_part(repository, name, library, variant) for name, (library, _) in parts.items()}
    if not any(f".{variant}" in path.name for paths in files.values() for path in paths):
        variant = None
    repository.find(CARD)
    if choice and choice.adapter:
        fetch_styles(choice.adapter, _of_adapter(choice.adapter, repository))
    return known, parts, files, variant


def _of_adapter(adapter: StyleAdapter, repository: HubRepository) -> HubRepository:
    """Return the repository of a pipeline's adapter, fetched from as the pipeline's is."""
    return replace(repository, name=adapter.repo, revision=adapter.revision)


def _dtype(choice: PipelineChoice | None) -> torch.dtype:
    """The number format of a pipeline: the table's, but float16 is for graphics cards only."""
    if choice and choice.dtype:
        return getattr(torch, choice.dtype) if runtime.device().type == "cuda" else torch.bfloat16
    return runtime.precision() if runtime.device().type == "cuda" else torch.float32


def _way(kind: type, name: str) -> str:
    """Return what a class of pipelines starts from: "noise", a "picture", or "either" (with several pictures).

    Raises:
        WeightsError: it needs anything else.
    """
    from diffusers.pipelines import auto_pipeline

    arguments = inspect.signature(kind.__call__).parameters
    needed = {
        argument.name
        for argument in list(arguments.values())[1:]
        if argument.default is inspect.Parameter.empty and argument.kind is not inspect.Parameter.VAR_KEYWORD
    }
    if not {"generator", "num_inference_steps"} <= set(arguments) or needed - {"prompt", "image"}:
        raise WeightsError("diffusion.unsupported", name=name)
    if "image" not in arguments:
        return "noise"
    if kind in auto_pipeline.AUTO_TEXT2IMAGE_PIPELINES_MAPPING.values():
        return "either"
    if kind in auto_pipeline.AUTO_IMAGE2IMAGE_PIPELINES_MAPPING.values():
        return "picture"
    raise WeightsError("diffusion.unsupported", name=name)


class DiffusionPipeline(nn.Module):
    """A pipeline of diffusers, with what is needed to call it.

    Args:
        way: what it starts from: "noise", a "picture", or "either".
        styles: its IP-Adapter.
        repository: where it comes from.
    """

    def __init__(self, pipeline: Any, way: str, styles: StyleLoader | None, repository: HubRepository) -> None:
        super().__init__()
        self.networks = nn.ModuleList(part for part in pipeline.components.values() if isinstance(part, nn.Module))
        self.pipeline, self.way, self.styles = pipeline, way, styles
        self.from_picture = None
        if way == "noise":
            with contextlib.suppress(ValueError):  # there is none of its kind that starts from a picture
                kind = require_diffusers().AutoPipelineForImage2Image
                self.from_picture = kind.from_pipe(pipeline)
                self.from_picture.set_progress_bar_config(disable=True)
        self.name, self.revision = repository.name, repository.revision
        self.arguments = set(inspect.signature(type(pipeline).__call__).parameters)

    @property
    def takes_prompt(self) -> bool:
        return "prompt" in self.arguments

    def completed(self, order: Order) -> Order:
        """Return the request with all defaults of this pipeline filled in.

        Raises:
            InputError: the pipeline cannot do it.
        """
        choice, given = order.choice, len(order.pictures)
        if self.takes_prompt and not (order.prompt or "").strip():
            raise InputError("diffusion.prompt")
        most = 1 if self.way == "picture" or self.from_picture is not None else 0
        if self.way == "either":
            most = choice.references if choice else MOST_REFERENCES
        if given > most:
            raise InputError("diffusion.many_pictures", name=self.name, most=most)
        if self.way == "picture" and not given:
            raise InputError("diffusion.no_picture", name=self.name)
        if order.styles and self.styles is None:
            raise InputError("diffusion.no_styles", name=self.name)
        usual = 25 if self.takes_prompt else 50
        starts_there = bool(given) and self.way != "either"
        return replace(
            order,
            prompt=order.prompt[:MOST_PROMPT] if self.takes_prompt else None,
            num_steps=order.num_steps or (choice.num_steps if choice else usual),
            guidance=choice.guidance if order.guidance is None and choice else order.guidance,
            side=order.side or (choice.side if choice else None) or (_USUAL_SIDE if given else None),
            strength=(order.strength or (choice.strength if choice else _USUAL_STRENGTH)) if starts_there else None,
        )

    def paint(self, order: Order, index: int) -> Generator[Progress, None, Image.Image]:
        """Paint picture `index` of a completed request; closing the generator stops it at the next step."""
        done, stopped, num_steps = [0], threading.Event(), order.num_steps

        def work() -> Image.Image:
            generator = torch.Generator("cpu").manual_seed(order.seed + index)
            with runtime.device_lock(), torch.inference_mode(), self._counted(done, stopped):
                try:
                    painter, settings = self._call(order)
                    painted = painter(generator=generator, num_inference_steps=num_steps, **settings)
                    return painted.images[0].convert("RGB")
                except DeepartError:
                    raise
                except torch.OutOfMemoryError as error:
                    raise WeightsError("diffusion.memory", name=self.name) from error
                except Exception as error:  # parts that do not fit each other show only now
                    raise WeightsError("diffusion.unfit", name=self.name) from error

        try:
            return (
                yield from patiently(
                    work,
                    lambda: Progress(
                        index * num_steps + min(done[0], num_steps), order.count * num_steps, "progress.painting"
                    ),
                )
            )
        finally:
            stopped.set()

    def _call(self, order: Order) -> tuple[Any, dict[str, Any]]:
        """Return the callable and its arguments, except seed and number of steps."""
        painter, settings = self.pipeline, {"prompt": order.prompt, "guidance_scale": order.guidance}
        if order.pictures:
            pictures = [fit_sides(picture, order.side) for picture in order.pictures]
            if self.way == "noise":
                painter = self.from_picture
            settings["image"] = pictures if self.way == "either" else pictures[0]
            settings["width"], settings["height"] = pictures[0].size
            settings["strength"] = order.strength
        elif order.side:
            settings["width"] = settings["height"] = order.side // _MULTIPLE * _MULTIPLE
        if self.styles is not None:
            blank = Image.new("RGB", (224, 224))
            styles = order.styles or [(blank, 0.0)]
            self.styles.add(self.pipeline, len(styles))
            painter.set_ip_adapter_scale(self.styles.scales([weight for _, weight in styles]))
            settings["ip_adapter_image"] = [picture for picture, _ in styles]
        taken = set(inspect.signature(type(painter).__call__).parameters)
        return painter, {name: value for name, value in settings.items() if value is not None and name in taken}

    @contextlib.contextmanager
    def _counted(self, done: list[int], stopped: threading.Event) -> Iterator[None]:
        """Count the scheduler's steps, and stop when the caller has gone."""
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


def fit_sides(picture: Image.Image, side: int) -> Image.Image:
    """Return a picture with as many pixels as a square of `side`, its sides multiples of what pipelines take.

    Raises:
        InputError: it is longer than pipelines take.
    """
    if max(picture.size) > _LONGEST * min(picture.size):
        raise InputError("diffusion.long", most=_LONGEST)
    factor = side / (picture.width * picture.height) ** 0.5
    sides = (max(SIDES[0], round(factor * length / _MULTIPLE) * _MULTIPLE) for length in picture.size)
    return picture.convert("RGB").resize(tuple(sides), Image.Resampling.LANCZOS)
