"""Diffusion pipelines of the Hub that are worth trying: what each is called with, and what it needs.

References:
    Luo et al. 2023, "Latent Consistency Models", https://arxiv.org/abs/2310.04378;
    Ho et al. 2020, "Denoising Diffusion Probabilistic Models", https://arxiv.org/abs/2006.11239;
    Podell et al. 2023, "SDXL", https://arxiv.org/abs/2307.01952;
    Ye et al. 2023, "IP-Adapter", https://arxiv.org/abs/2308.06721;
    Wang et al. 2024, "InstantStyle", https://arxiv.org/abs/2404.02733 (the one block that style comes from);
    Z-Image Team 2025, "Z-Image", https://arxiv.org/abs/2511.22699;
    Black Forest Labs 2026, FLUX.2 [klein], https://bfl.ai/models/flux-2-klein.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from deepart import runtime
from deepart.errors import InputError, WeightsError

Task = Literal["generate", "transfer", "blend", "restore"]


@dataclass(frozen=True, slots=True)
class StyleAdapter:
    """An IP-Adapter: a file that lets a pipeline take a style from a picture."""

    repo: str
    revision: str
    file: str
    encoder: str
    """Folder of the network that sees the pictures."""
    blocks: Mapping[str, Any]
    """Which layers listen, and how much, as diffusers' `set_ip_adapter_scale` takes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineChoice:
    """One pipeline.  What is None is left to the pipeline, or to the machine."""

    key: str
    repo: str
    revision: str
    """Commit.  Nobody has loaded these files with this program yet unless `is_proven`."""
    tasks: tuple[Task, ...] = ("generate",)
    takes_prompt: bool = True
    num_steps: int
    guidance: float | None = None
    side: int | None = None
    """Pixels, of a square that has as many as a picture."""
    dtype: Literal["bfloat16", "float16"] | None = None
    variant: str | None = None
    """Variant of the weights files, such as "fp16"."""
    references: int = 0
    """How many pictures it looks at while it reads the text."""
    strength: float = 0.6
    """How much of a picture is painted anew by those that start from one."""
    adapter: StyleAdapter | None = None
    licence: str
    """As the repository's card says."""
    size: int
    """Bytes to fetch, about."""
    memory: int = 0
    """Bytes of a graphics card, about, as their authors say; 0 for those that a processor can do."""
    good_for: str
    """A key of `deepart.text`."""
    is_proven: bool = False
    """Whether somebody has loaded the real files and seen a picture."""


CHOICES: dict[str, PipelineChoice] = {
    row.repo: row
    for row in (
        PipelineChoice(
            key="large/flux2-klein-4b-v1",
            repo="black-forest-labs/FLUX.2-klein-4B",
            revision="e7b7dc27f91deacad38e78976d1f2b499d76a294",
            tasks=("generate", "transfer", "blend", "restore"),
            num_steps=4,
            guidance=1.0,
            side=1024,
            dtype="bfloat16",
            references=4,
            licence="apache-2.0",
            size=15_500_000_000,
            memory=13_000_000_000,
            good_for="large.good_for.flux",
        ),
        PipelineChoice(
            key="large/z-image-turbo-v1",
            repo="Tongyi-MAI/Z-Image-Turbo",
            revision="f332072aa78be7aecdf3ee76d5c247082da564a6",
            num_steps=8,
            guidance=0.0,
            side=1024,
            dtype="bfloat16",
            licence="apache-2.0",
            size=33_000_000_000,
            memory=22_000_000_000,  # of 10 billion numbers; 16 GB, as the authors say, take its parts in turns
            good_for="large.good_for.zimage",
        ),
        PipelineChoice(
            key="large/sdxl-ip-adapter-v1",
            repo="stabilityai/stable-diffusion-xl-base-1.0",
            revision="462165984030d82259a11f4367a4eed129e94a7b",
            tasks=("transfer", "blend"),
            num_steps=30,
            guidance=5.0,
            side=1024,
            dtype="float16",
            variant="fp16",
            strength=0.6,
            adapter=StyleAdapter(
                "h94/IP-Adapter",
                "018e402774aeeddd60609b4ecdb7e298259dc729",
                "sdxl_models/ip-adapter_sdxl.safetensors",
                "sdxl_models/image_encoder",
                {"up": {"block_0": [0.0, 1.0, 0.0]}},
            ),
            licence="openrail++",
            size=11_400_000_000,
            memory=14_000_000_000,
            good_for="large.good_for.sdxl",
        ),
        PipelineChoice(
            key="generate/lcm-dreamshaper-v1",
            repo="SimianLuo/LCM_Dreamshaper_v7",
            revision="a85df6a8bd976cdd08b4fd8f3b73f229c9e54df5",
            num_steps=4,
            licence="mit",
            size=4_300_000_000,
            good_for="large.good_for.lcm",
        ),
        PipelineChoice(
            key="generate/ddpm-wikiart-v1",
            repo="johnowhitaker/sd-class-wikiart-from-bedrooms",
            revision="f44f273f331caaeeb5642498d0c46749753db55a",
            takes_prompt=False,
            num_steps=50,
            licence="mit",
            size=455_000_000,
            good_for="large.good_for.ddpm",
        ),
    )
}
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
    """Return the large models that this machine offers for a task, the best one first.

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
    """Refuse a model for which this machine is too small, before anything is fetched.

    Whoever names a model in DEEPART_LARGE_MODEL is believed.

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
