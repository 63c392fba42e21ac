"""Recommended diffusion pipelines of the Hub: their arguments and requirements.

References:
    Luo et al. 2023, "Latent Consistency Models", https://arxiv.org/abs/2310.04378; Ho et al. 2020, "Denoising Diffusion
    Probabilistic Models", https://arxiv.org/abs/2006.11239; Podell et al. 2023, "SDXL",
    https://arxiv.org/abs/2307.01952; Ye et al. 2023, "IP-Adapter", https://arxiv.org/abs/2308.06721; Wang et al. 2024,
    "InstantStyle", https://arxiv.org/abs/2404.02733 (the one block that style comes from); Z-Image Team 2025,
    "Z-Image", https://arxiv.org/abs/2511.22699; Black Forest Labs 2026, FLUX.2 [klein],
    https://bfl.ai/models/flux-2-klein.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from deepart import runtime
from deepart.errors import InputError, WeightsError
from deepart.files import read_table

Task = Literal["generate", "transfer", "blend", "restore"]


@dataclass(frozen=True, slots=True)
class StyleAdapter:
    """An IP-Adapter: a file that lets a pipeline take a style from a picture."""

    repo: str
    revision: str
    file: str
    encoder: str
    """Folder of the image encoder."""
    blocks: Mapping[str, Any]
    """Scale of each layer, as diffusers' `set_ip_adapter_scale` takes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineChoice:
    """One pipeline. None stands for the pipeline's or the machine's default."""

    key: str
    repo: str
    revision: str
    """Commit. Unless `is_proven`, these files have not been loaded with this program yet."""
    tasks: tuple[Task, ...] = ("generate",)
    takes_prompt: bool = True
    num_steps: int
    guidance: float | None = None
    side: int | None = None
    """Side in pixels of a square with as many pixels as a picture."""
    dtype: Literal["bfloat16", "float16"] | None = None
    variant: str | None = None
    """Variant of the weights files, such as "fp16"."""
    references: int = 0
    """Number of reference pictures that it takes besides the text."""
    strength: float = 0.6
    """Strength of repainting for pipelines that start from a picture."""
    adapter: StyleAdapter | None = None
    licence: str
    """As the repository's card says."""
    size: int
    """Approximate bytes to download."""
    memory: int = 0
    """Approximate bytes of GPU memory according to the authors; 0 if a CPU is enough."""
    good_for: str
    """A key of `deepart.text`."""
    is_proven: bool = False
    """Whether the real files have been loaded and have painted a picture."""


def _choice(row: Mapping[str, Any]) -> PipelineChoice:
    adapter = StyleAdapter(**row["adapter"]) if "adapter" in row else None
    return PipelineChoice(**row | {"tasks": tuple(row.get("tasks", ("generate",))), "adapter": adapter})


CHOICES: dict[str, PipelineChoice] = {row["repo"]: _choice(row) for row in read_table("pipelines")}
"""By repository."""


def large_models() -> dict[str, PipelineChoice]:
    """Return the rows that need a graphics card, by key."""
    return {row.key: row for row in CHOICES.values() if row.memory}


def find_large(key: str) -> PipelineChoice:
    """Return the row of a large model.

    Raises:
        WeightsError: there is none.
    """
    rows = large_models()
    if key not in rows:
        raise WeightsError("weights.unknown", known=", ".join(rows))
    return rows[key]


def offered(task: Task) -> list[PipelineChoice]:
    """Return the large models that this machine offers for a task, the best first.

    The owner's choice, DEEPART_LARGE_MODEL, is the only one where there is one: where a GPU is lent for each
    request, no other could be loaded in time.

    Raises:
        WeightsError: the owner's choice is none of them.
    """
    chosen = runtime.settings().large_model
    if chosen:
        rows = [find_large(chosen)]
    else:
        here = not runtime.settings().zero_gpu and runtime.device().type == "cuda"
        rows = list(large_models().values()) if here else []
    return [row for row in rows if task in row.tasks]


def check_machine(row: PipelineChoice) -> None:
    """Refuse a model that is too large for this machine, before anything is downloaded.

    A model named in DEEPART_LARGE_MODEL is always allowed.

    Raises:
        InputError: there is no graphics card, or one with too little memory.
    """
    if not row.memory or runtime.settings().large_model == row.key:
        return
    import torch

    needed = round(row.memory / 1e9)
    if runtime.device().type != "cuda":
        raise InputError("large.needs_gpu", name=row.repo, gigabytes=needed, row=row.key)
    there = torch.cuda.get_device_properties(runtime.device()).total_memory
    if there < row.memory:
        raise InputError("large.small_gpu", name=row.repo, gigabytes=needed, there=round(there / 1e9), row=row.key)
