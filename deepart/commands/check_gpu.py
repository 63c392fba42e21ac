"""The command `check-gpu`: loads each large model, paints one picture with it, and prints time and memory."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from deepart.commands.console import OutputFolder, add_command, progress_line

if TYPE_CHECKING:
    from PIL import Image

    from deepart.tasks.hub.pipeline_table import PipelineChoice

PROMPT = "a harbour at dusk with fishing boats, Impressionism, oil on canvas"


def add_to(commands) -> None:
    """Register the command."""
    check = add_command(
        commands,
        "check-gpu",
        _check,
        "try the large models on this machine: one picture for each task, with seconds and memory, and a sheet",
        """\
        python -m deepart check-gpu -o check/
        python -m deepart check-gpu --models large/flux2-klein-4b-v1 --content photo.jpg --style painting.jpg -o check/
        """,
    )
    check.add_argument("-o", "--output", action=OutputFolder, required=True, help="folder for pictures and sheet")
    check.add_argument("--models", nargs="+", metavar="KEY", help="default: all that need a graphics card")
    check.add_argument("--content", help="the picture to repaint; default: a sample")
    check.add_argument("--style", help="the style picture; default: a painting made by this project")


def _check(options: argparse.Namespace) -> int:
    from deepart.errors import DeepartError
    from deepart.images import save_png
    from deepart.recipes import chunks
    from deepart.sheets import Cell, contact_sheet
    from deepart.tasks.hub.pipeline_table import find_large, large_models

    rows = [find_large(key) for key in options.models or large_models()]
    content, style = options.content or _sample(), options.style or _painting()
    cells: list[Cell] = []
    failed = 0
    print(_machine())
    for row in rows:
        for task in row.tasks:
            try:
                painted, seconds, gigabytes = _paint(row, task, content, style)
            except DeepartError as error:
                failed += 1
                print(f"{row.key:28}{task:10}failed: {error}")
                continue
            name = f"{row.key.rpartition('/')[2]}-{task}"
            save_png(painted, options.output / f"{name}.png", text=chunks(painted))
            memory = f"{gigabytes:6.1f} GB of the graphics card" if gigabytes else "without a graphics card"
            print(f"{row.key:28}{task:10}{painted.width} x {painted.height} in {seconds:6.1f} s, {memory}")
            cells.append(Cell(painted, f"{name}, {seconds:.1f} s"))
    if cells:
        save_png(contact_sheet(cells), options.output / "sheet.png")
        print(options.output / "sheet.png")
    return 1 if failed else 0


def _paint(row: PipelineChoice, task: str, content: str, style: str) -> tuple[Image.Image, float, float]:
    """Return a picture, its seconds without loading the model, and the peak memory in GB."""
    import torch

    from deepart import runtime
    from deepart.tasks.hub.diffusion import load_now
    from deepart.tasks.hub.repaint import repaint

    load_now(row.repo)
    on_card = runtime.device().type == "cuda"
    if on_card:
        torch.cuda.reset_peak_memory_stats()
    started = time.perf_counter()
    styles = {"transfer": [style], "blend": [style, content]}.get(task, [])
    words = PROMPT if task == "generate" else ""
    picture = None if task == "generate" else content
    painted = repaint(task, words, picture, styles, model=row.key, seed=1, on_progress=progress_line())
    return painted, time.perf_counter() - started, torch.cuda.max_memory_allocated() / 1e9 if on_card else 0.0


def _machine() -> str:
    """Return a description of this machine."""
    import torch

    from deepart import runtime
    from deepart.tasks.hub.diffusion import require_diffusers

    diffusers = require_diffusers()
    device = runtime.device()
    card = torch.cuda.get_device_properties(device) if device.type == "cuda" else None
    name = f"{card.name}, {card.total_memory / 1e9:.0f} GB" if card else device.type
    return f"{name}; torch {torch.__version__}, diffusers {diffusers.__version__}"


def _sample() -> str:
    from importlib import resources

    return str(resources.files("skimage.data") / "astronaut.png")


def _painting() -> str:
    from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT
    from deepart.tasks.paint.gallery import thumbnail

    return str(thumbnail(DEFAULT_CHECKPOINT, "starry-night"))
