"""`train loss` and `evaluate loss`."""

from __future__ import annotations

from pathlib import Path

from deepart.commands.console import add_command, add_run_options, add_settings, add_teacher_option


def add_to(train, evaluate) -> None:
    """Register the commands under `train` and `evaluate`."""
    loss = add_command(
        train,
        "loss",
        "deepart.training.run:train_loss_network",
        "train the small perceptual network by distillation of VGG, or resume an interrupted run",
        "python -m deepart train loss --pictures photos/ paintings/ --run runs/loss --minutes 30 --teacher vgg16.pt",
    )
    loss.add_argument("--pictures", type=Path, nargs="+", required=True, help="folders, drawn from equally often")
    add_run_options(loss, stages="96x16@0.5,128x16@0.85,192x8@1")
    add_settings(loss, learning_rate=3e-4)
    add_teacher_option(loss, default="loss/vgg19-imagenet-v1")

    of_loss = add_command(
        evaluate,
        "loss",
        "deepart.training.run:evaluate_loss_folders",
        "measure how well the small perceptual network reproduces another one",
        "python -m deepart evaluate loss --pictures photos/ paintings/ --teacher vgg16.safetensors",
    )
    of_loss.add_argument("--pictures", type=Path, nargs="+", required=True, help="folders; held-out pictures count")
    of_loss.add_argument("--pairs", type=int, default=60, help="pairs of pictures to compare; default 60")
    of_loss.add_argument("--checkpoint", default="loss/distilled-vgg16-v1", help="the network to measure")
    add_teacher_option(of_loss, default="loss/vgg19-imagenet-v1")
