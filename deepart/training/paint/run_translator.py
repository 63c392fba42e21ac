"""Training and evaluation of a translator for the command line: two folders in, a bundle or a sheet out."""

from __future__ import annotations

import json
import math
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from deepart import runtime
from deepart.checkpoints import load_folder
from deepart.errors import InputError
from deepart.files import write_json
from deepart.images import centre_crop, load_image, save_png, to_pil, to_tensor
from deepart.models.translator import Translator, TranslatorConfig
from deepart.sheets import Cell, contact_sheet
from deepart.training.catalogue import read_catalogue
from deepart.training.classify.run import imagenet_weights
from deepart.training.data import PictureStore, find_pictures, is_held_out
from deepart.training.generate.evaluation import describe, frechet_distance, kernel_distance, lite_features
from deepart.training.generate.generator import shown_truly
from deepart.training.generate.run import Sheets
from deepart.training.paint.translator import CycleTraining
from deepart.training.run import alone, run_training, save_bundle, start_of

FEWEST = 10
"""Photos, and paintings, without which nothing is learned."""

_SHOWN, _SHORTEST = 6, 320


@alone
def train_translator(options: Namespace) -> None:
    """Train CycleGAN into `options.run`; see `python -m deepart train translator --help`.

    The run folder receives `log.jsonl`, `state.pt` (to go on from), `grids/`, and at the end `bundle/` (there) and
    `bundle-back/`, the moving averages of the weights in the layout of a bundled checkpoint.

    Raises:
        InputError: there are too few photos or paintings, or no painting is of the asked style and genre.
    """
    torch.manual_seed(options.seed)
    paths = [sources_of(options, held_out=False), targets_of(options, held_out=False)]
    if min(map(len, paths)) < FEWEST:
        raise InputError("training.too_few_paintings", least=FEWEST)
    sources, targets = (PictureStore(each, options.run / "cache", _SHORTEST) for each in paths)
    config = TranslatorConfig(options.width, options.blocks, options.manner)
    there = start_of("Translator", options.start).requires_grad_() if options.start else Translator(config)
    task = CycleTraining(there, sources, targets, options.cycle, options.identity, options.pool, options.seed)
    shown = [to_tensor(centre_crop(Image.fromarray(np.asarray(sources[n])), 192))[0] for n in range(_SHOWN)]
    sheets = Sheets(options.run)
    average = run_training(
        task,
        options,
        on_average=lambda report, average: sheets(report, lambda: sheet(average["there"], shown, average["back"])),
        final_learning_rate=options.learning_rate / 10,
        schedule="linear",
        warmup_steps=1,
        betas=(0.5, 0.999),
        clip_norm=math.inf,
    )
    save_bundle(average["there"], options.run / "bundle")
    save_bundle(average["back"], options.run / "bundle-back")


def sources_of(options: Namespace, held_out: bool) -> list[Path]:
    """Return the pictures of the folders `--from` that training may see, or the others."""
    return [path for folder in options.sources for path in find_pictures(folder) if is_held_out(path) == held_out]


def targets_of(options: Namespace, held_out: bool) -> list[Path]:
    """Return the paintings of the folder `--to` that training may see, or the others; of a style and genres if asked.

    Raises:
        InputError: styles or genres are asked for, and the folder has no catalogue, or none of them.
    """
    if options.style or options.genre:
        found = [
            painting.path
            for painting in shown_truly(read_catalogue(options.to))
            if (not options.style or painting.style in options.style)
            and (not options.genre or (painting.genre or "none") in options.genre)
        ]
    else:
        found = find_pictures(options.to)
    return [path for path in found if is_held_out(path) == held_out]


@torch.inference_mode()
def sheet(there: Translator, pictures: Sequence[Tensor], back: Translator | None = None) -> Image.Image:
    """Return pictures (3, H, W) in [0, 1] in rows: as they are, translated, and, if `back` is given, back again."""
    cells = []
    for picture in pictures:
        x = picture[None].to(next(there.parameters()).device)
        painted = there(x)
        row = [x, painted] + ([back(painted)] if back is not None else [])
        cells += [Cell(to_pil(each.float().cpu())) for each in row]
    return contact_sheet(cells, columns=len(cells) // len(pictures))


def evaluate_translator(options: Namespace) -> None:
    """Measure a translator on photos that training left out; see `python -m deepart evaluate translator --help`.

    The folder `options.output` receives `sheet.png` and `scores.json`: a thousand times the kernel distance from unseen
    paintings of the target domain, of the translations and, to compare with, of the photos as they are.

    Raises:
        InputError: there are too few pictures that training left out.
    """
    network = load_folder(options.bundle, "Translator", options.bundle.name, str(runtime.device()))
    photos, paintings = sources_of(options, held_out=True), targets_of(options, held_out=True)
    if min(len(photos), len(paintings)) < FEWEST:
        raise InputError("training.too_few_paintings", least=FEWEST)
    sources, targets = ([_square(path, options.side) for path in paths] for paths in (photos, paintings))
    painted = [translated(network, x) for x in sources]
    features = lite_features(options.backbone or imagenet_weights())
    real, plain, ours = (describe(features, pictures) for pictures in (targets, sources, painted))
    scores = {
        "photos": len(photos),
        "paintings": len(paintings),
        "kid_1000": 1000 * kernel_distance(real, ours),
        "kid_1000 of the photos": 1000 * kernel_distance(real, plain),
        "frechet": frechet_distance(real, ours),
    }
    write_json(options.output / "scores.json", scores)
    save_png(sheet(network, sources[:12]), options.output / "sheet.png")
    print(json.dumps(scores))


@torch.inference_mode()
def translated(network: Translator, picture: Tensor) -> Tensor:
    """Return a picture (3, H, W) in [0, 1] translated into a translator's target domain."""
    with runtime.autocast():
        return network(picture[None].to(next(network.parameters()).device))[0].float().cpu()


def _square(path: Path, side: int) -> Tensor:
    return to_tensor(centre_crop(load_image(path), side))[0]


def translate(options: Namespace) -> None:
    """Translate a picture; see `python -m deepart translate --help`."""
    network = load_folder(options.bundle, "Translator", options.bundle.name, str(runtime.device()))
    picture = load_image(options.picture, least_side=32)
    if options.size and max(picture.size) > options.size:
        picture.thumbnail((options.size, options.size), Image.Resampling.LANCZOS)
    save_png(to_pil(translated(network, to_tensor(picture)[0])[None]), options.output)
