"""Training of the restoration networks for the command line: a folder in, a bundle out."""

from __future__ import annotations

import copy
import math
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from accelerate import PartialState
from safetensors import SafetensorError
from torch import nn

from deepart import runtime
from deepart.checkpoints import CHECKPOINTS, find, load_model, models
from deepart.errors import InputError, WeightsError
from deepart.images import load_image
from deepart.models.pretrained import HubModel
from deepart.models.restorers.colouriser import Colouriser
from deepart.models.restorers.damage_detector import DamageDetector
from deepart.models.restorers.denoiser import Denoiser
from deepart.models.restorers.inpainter import Inpainter
from deepart.models.restorers.upscaler import Upscaler
from deepart.tasks.restore.bundled import COLOURISER, DENOISER, DETECTOR, INPAINTER, UPSCALERS
from deepart.training.data import PictureStore, find_pictures
from deepart.training.loop import Stage, Task
from deepart.training.restore import denoiser as restorer, upscaler
from deepart.training.restore.colouriser import ColouriserTraining
from deepart.training.restore.damage_detector import DetectorTraining
from deepart.training.restore.denoiser import DenoiserTraining
from deepart.training.restore.inpainter import InpainterTraining
from deepart.training.restore.real_esrgan import load_real_esrgan
from deepart.training.restore.upscaler import CrispTraining, TeacherCache, UpscalerTraining
from deepart.training.run import alone, load_perceptual_network, run_training, save_bundle, training_pictures

NETWORKS: dict[str, tuple[type[HubModel], str]] = {
    "restorer": (Denoiser, DENOISER),
    "filler": (Inpainter, INPAINTER),
    "detector": (DamageDetector, DETECTOR),
    "colouriser": (Colouriser, COLOURISER),
    **{look: (Upscaler, key) for look, key in UPSCALERS.items()},
}
"""The restoring networks, by the names of their options, with their bundled checkpoints."""


@alone
def train_restorer(options: Namespace) -> None:
    """Train the network that cleans; see `python -m deepart train restorer --help`.

    As for the other networks, the folder `options.run` receives `log.jsonl`, `state.pt` (to go on from), and at
    the end `bundle/`, the moving average of the weights in the layout of a bundled checkpoint.

    Raises:
        InputError: there are no pictures, or they are too small for the stages.
        WeightsError: the checkpoint to start from is missing or damaged.
    """
    photos, paintings = _stores(options)
    _large_enough((photos, paintings), options, restorer.CLEAN_SCALES[1])
    # Photos are the sharper, and what a denoiser is measured on: three to a painting.
    stores = (photos, photos, photos, paintings)
    _train(DenoiserTraining(_network("restorer", options), stores, options.seed), options)


@alone
def train_inpainter(options: Namespace) -> None:
    """Train the network that fills holes; see `train_restorer`."""
    perceptual_network = load_perceptual_network(options.teacher).to(memory_format=torch.channels_last)
    photos, paintings = _stores(options)
    stores = [(photos, 0.25), (paintings, 0.75)]
    _train(InpainterTraining(_network("filler", options), perceptual_network, stores, options.seed), options)


@alone
def train_detector(options: Namespace) -> None:
    """Train the network that finds damage; see `train_restorer`."""
    photos, paintings = _stores(options)
    # Drawn lines and canvas are what it must not take for damage: three paintings to a photo.
    stores = (photos, paintings, paintings, paintings)
    scans = (
        [np.asarray(load_image(path).convert("L")) for path in find_pictures(options.scans)] if options.scans else ()
    )
    _train(DetectorTraining(_network("detector", options), stores, options.seed, scans), options, weight_decay=1e-4)


@alone
def train_colouriser(options: Namespace) -> None:
    """Train the network that colourises, on the backbone of the bundled classifier; see `train_restorer`."""
    network = _network("colouriser", options)
    if not options.start:
        network.take_backbone(load_model("classify/lite0-wikiart-v1").backbone.state_dict())
    photos, paintings = _stores(options)
    _train(ColouriserTraining(network, (photos, paintings, paintings), options.seed), options, weight_decay=1e-3)


@alone
def train_upscaler(options: Namespace) -> None:
    """Train the network that enlarges, to one of two looks; see `train_restorer`.

    The crisp look needs a network to start from, and the teacher's answers, which are kept in `options.run`.

    Raises:
        InputError: also if the teacher is not installed, or there is nothing to start from.
    """
    if options.look == "faithful":
        photos, paintings = _stores(options)
        stores = (photos, photos, paintings)  # photos are the sharper
        _large_enough(stores, options, upscaler.CLEAN_SCALES[1] / max(Upscaler.Config().scales))
        _train(UpscalerTraining(_network("faithful", options), stores, options.seed), options)
        return
    if not options.start:
        raise InputError("training.no_start")
    answers = TeacherCache(options.run / "teacher.bin")
    teacher = load_real_esrgan(*_ncnn(options.teacher)).to(runtime.device())
    photos, paintings = _stores(options)
    with PartialState().main_process_first():  # the others find what they need
        stores, bf16 = (photos, paintings), runtime.mixed_precision()
        for done in answers.fill(teacher, stores, options.answers, options.seed, bf16=bf16):
            if done % 100 == 0:
                print(f"teacher {done} of {options.answers}", file=sys.stderr, flush=True)
    perceptual_network = load_perceptual_network("loss/distilled-vgg16-v1").to(memory_format=torch.channels_last)
    _train(CrispTraining(_network("crisp", options), answers, perceptual_network, options.seed), options)


def load_network(kind: str, name: str | None = None) -> nn.Module:
    """Return a restoring network on the device, ready to run.

    Args:
        kind: one of `NETWORKS`.
        name: a checkpoint, or the folder of a bundle that training wrote; None for the bundled checkpoint.

    Raises:
        InputError: the checkpoint is of another kind.
        WeightsError: it is missing or damaged.
    """
    architecture, bundled = NETWORKS[kind]
    device = runtime.device()
    if name and Path(name).is_dir():
        try:
            return architecture.from_pretrained(name).requires_grad_(False).to(device)
        except (OSError, ValueError, TypeError, RuntimeError, SafetensorError) as error:
            raise WeightsError("weights.damaged", name=kind) from error
    name = name or bundled
    if find(name).architecture != architecture.__name__:
        keys = [key for key, row in CHECKPOINTS.items() if row.architecture == architecture.__name__]
        raise InputError("setting.choice", name=kind, choices=", ".join(keys))
    return models.get(name, str(device))


def _train(task: Task, options: Namespace, weight_decay: float = 0.0) -> None:
    average = run_training(task, options, weight_decay=weight_decay, clip_norm=1.0, ema_decay=options.ema)
    save_bundle(average, options.run / "bundle")


def _network(kind: str, options: Namespace) -> nn.Module:
    """Return the network to train: a new one, or a copy of the one to start from."""
    torch.manual_seed(options.seed)
    if options.start:
        return copy.deepcopy(load_network(kind, options.start)).requires_grad_()
    return NETWORKS[kind][0]()


def _stores(options: Namespace) -> tuple[PictureStore, PictureStore]:
    """Return the photos and the paintings; a folder without a folder of that name is taken for it itself."""
    folders = (options.data / name for name in ("photos", "paintings"))
    folders = (folder if folder.is_dir() else options.data for folder in folders)
    cache = options.run / "cache"
    return tuple(PictureStore(training_pictures(folder), cache, options.shortest) for folder in folders)


def _large_enough(stores: Sequence[PictureStore], options: Namespace, scale: float) -> None:
    """Refuse collections from which no crop can be cut whose picture was shrunk by `scale` before."""
    least = math.ceil(max(stage.size for stage in Stage.parse_all(options.stages)) / scale)
    if any(max(min(size) for size in store.sizes) < least for store in stores):
        raise InputError("training.too_small", least=least)


def _ncnn(file: Path | None) -> tuple[str, Path | None]:
    """Return the name and the folder of the teacher's weights, for `load_real_esrgan`."""
    if file is None:
        return "realesrgan-x4plus", None
    if not (file.suffix == ".bin" and file.is_file() and file.with_suffix(".param").is_file()):
        raise InputError("training.no_teacher")
    return file.stem, file.parent
