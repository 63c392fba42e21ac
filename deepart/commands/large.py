"""The command `repaint`, which uses large models of the Hub."""

from __future__ import annotations

import argparse
import time

from deepart.commands.console import add_command, add_output, progress_line, write_picture


def add_to(commands) -> None:
    """Register the command."""
    repaint = add_command(
        commands,
        "repaint",
        _repaint,
        "paint from words, or repaint a picture, by a large model on a graphics card",
        """\
        python -m deepart repaint --prompt "a harbour at dusk, Impressionism" -o harbour.png
        python -m deepart repaint photo.jpg --style painting.jpg -o painting.png
        python -m deepart repaint photo.jpg --style one.jpg two.jpg --weights 0.7 0.3 -o blend.png
        python -m deepart repaint scan.jpg --restore -o repainted.png
        """,
    )
    repaint.add_argument("content", nargs="?", help="the picture to repaint; without one, paint from the words")
    add_output(repaint, "PNG file to write", ".png")
    repaint.add_argument("--prompt", default="", help="what to paint, or to consider")
    repaint.add_argument("--style", nargs="+", default=[], metavar="S", help="style pictures, or styles of the gallery")
    repaint.add_argument(
        "--weights", nargs="+", type=float, metavar="W", help="weights of the styles; default: all equal"
    )
    repaint.add_argument("--strength", type=float, default=1.0, help="strength of the styles, 0 to 1; default 1")
    repaint.add_argument("--restore", action="store_true", help="repaint a damaged picture as it may have looked")
    repaint.add_argument(
        "--model",
        metavar="KEY",
        help="large model (see: python -m deepart checkpoints); default: the best for this machine",
    )
    repaint.add_argument("--seed", type=int, help="the same seed gives the same picture; default: random")
    repaint.add_argument("--steps", type=int, help="number of steps; default: the model's own")
    repaint.add_argument("--side", type=int, help="side of a square with as many pixels; default: the model's own")
    repaint.add_argument("--lora", metavar="FILE", help="LoRA of the Hub, as owner/name/file.safetensors")
    repaint.add_argument("--lora-scale", type=float, default=1.0, help="scale of the LoRA; default 1")


def _repaint(options: argparse.Namespace) -> None:
    from deepart.tasks.hub.repaint import repaint

    started = time.perf_counter()
    several = "blend" if len(options.style) > 1 else "transfer"
    task = "restore" if options.restore else several if options.content else "generate"
    painted = repaint(
        task,
        options.prompt,
        options.content,
        options.style,
        weights=options.weights,
        strength=options.strength,
        model=options.model,
        seed=options.seed,
        num_steps=options.steps,
        side=options.side,
        lora=options.lora,
        lora_scale=options.lora_scale,
        on_progress=progress_line(),
    )
    write_picture(painted, options.output, started)
