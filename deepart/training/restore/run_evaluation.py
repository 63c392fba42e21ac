"""Evaluation of the restoration networks for the command line: a folder in, tables and a report out."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from deepart import runtime
from deepart.errors import InputError
from deepart.files import write_json
from deepart.images import centre_crop, load_image, save_png, to_pil, to_tensor
from deepart.tasks.restore.bundled import UPSCALERS, fill_at_once
from deepart.tasks.restore.colourise import colourise_steps
from deepart.text import say
from deepart.training.data import find_pictures, is_held_out
from deepart.training.restore.damage_detector import evaluate_detector
from deepart.training.restore.damage_judge import evaluate_marks
from deepart.training.restore.evaluation import (
    Denoise,
    Enlarge,
    Inpaint,
    bicubic,
    evaluate_colours,
    evaluate_denoising,
    evaluate_enlarging,
    evaluate_inpainting,
    inpainting_sheet,
    installed_denoisers,
    installed_inpainters,
)
from deepart.training.restore.run import load_network
from deepart.training.run import load_perceptual_network

OPTIONAL_BASELINES = {"OpenCV": ("cv2", "opencv-python-headless"), "BM3D": ("bm3d", "bm3d")}
"""What is measured beside ours if it is installed: modules and packages."""

SIDE = 256
"""Unseen paintings are cut to squares of so many pixels; smaller ones are left out, never enlarged."""

WITHOUT_TRACES = 0.6
"""To what part of their size pictures are shrunk until nothing is left of JPEG blocks."""

SHARP = ("paintings_hr", "photos_hr")
"""Folders of sharp pictures, on which marks are measured."""

_SHEET_ROWS = 8


def evaluate_restorers(options: Namespace) -> None:
    """Print the figures of the networks and the baselines; see `python -m deepart evaluate restorer --help`.

    The folder `options.output` receives `report.json`, and `holes.png` to look at.

    Raises:
        InputError: a set of pictures is missing.
        WeightsError: a network is missing or damaged.
    """
    for baseline, (module, package) in OPTIONAL_BASELINES.items():
        if find_spec(module) is None:
            print(say("evaluation.no_baseline", baseline=baseline, package=package), file=sys.stderr)
    report: dict[str, object] = {"device": str(runtime.device()), "precision": runtime.precision_name()}
    for part in options.only or USUAL_PARTS:
        started = time.perf_counter()
        scores = PARTS[part](options)
        report[part] = [asdict(score) for score in scores]
        print(f"{part}, {time.perf_counter() - started:.0f} s\n{_table(scores)}\n", flush=True)
        write_json(options.output / "report.json", report)


def _noise(options: Namespace) -> Sequence[Any]:
    methods = {"deepart": denoiser(load_network("restorer", options.restorer)), **installed_denoisers()}
    return evaluate_denoising(methods, _test_set(options, "CBSD68"), seed=options.seed)


def _holes(options: Namespace) -> Sequence[Any]:
    methods = {"deepart": inpainter(load_network("filler", options.filler)), **installed_inpainters()}
    pictures = _unseen_paintings(options)
    save_png(inpainting_sheet(methods, pictures[:_SHEET_ROWS], options.seed), options.output / "holes.png")
    return evaluate_inpainting(methods, pictures, load_perceptual_network(options.teacher), options.seed)


def _damage(options: Namespace) -> Sequence[Any]:
    network = load_network("detector", options.detector)
    device = runtime.device()

    def likelihood(x: Tensor) -> Tensor:
        with runtime.inference():
            return network.likelihood(x.to(device)).cpu()

    paintings = _unseen_paintings(options)
    # The paintings are JPEG files, and what is drawn onto them has none of their traces: that alone can tell it.
    # Shrunk, they have none either.
    side = round(WITHOUT_TRACES * SIDE)
    shrunk = [np.asarray(Image.fromarray(x).resize((side, side), Image.Resampling.LANCZOS)) for x in paintings]
    return [evaluate_detector(likelihood, pictures, options.seed) for pictures in (paintings, shrunk)]


def _marks(options: Namespace) -> Sequence[Any]:
    folders = [folder for folder in (options.data / name for name in SHARP) if folder.is_dir()]
    paths = [path for folder in folders for path in find_pictures(folder) if is_held_out(path)]
    if not paths:
        raise InputError("evaluation.no_set", name=SHARP[0])
    return evaluate_marks([load_image(path) for path in _spread(paths, options.paintings)], options.seed)


def _enlarging(options: Namespace) -> Sequence[Any]:
    looks = {look: enlarger(load_network(look, getattr(options, look))) for look in UPSCALERS}
    return evaluate_enlarging({**looks, "bicubic": bicubic}, _test_set(options, "Set5"))


def _colours(options: Namespace) -> Sequence[Any]:
    network = load_network("colouriser", options.colouriser)
    methods = {
        "deepart": lambda grey, _: colourised(network, grey),
        "deepart, told the palette": lambda grey, truth: colourised(network, grey, truth),
        "nothing done": lambda grey, _: grey,
    }
    sets = ("photos", _test_set(options, "CBSD68")), ("paintings", _unseen_paintings(options))
    return [
        replace(score, method=f"{score.method}, {name}")
        for name, pictures in sets
        for score in evaluate_colours(methods, pictures)
    ]


def colourised(network: nn.Module, grey: np.ndarray, palette: np.ndarray | None = None) -> np.ndarray:
    """Return a grey picture, (H, W, 3) uint8, in colours that a `Colouriser` takes for likely."""
    wish = None if palette is None else Image.fromarray(palette)
    return np.asarray(runtime.run(colourise_steps(Image.fromarray(grey), wish, network)))


PARTS: dict[str, Callable[[Namespace], Sequence[Any]]] = {
    "noise": _noise,
    "holes": _holes,
    "damage": _damage,
    "marks": _marks,
    "colours": _colours,
    "enlarging": _enlarging,
}
"""What can be measured."""
USUAL_PARTS = [part for part in PARTS if part != "marks"]
"""What is measured if nobody says what: marks need sharp pictures, and the installed detector."""


# --- the networks as methods -----------------------------------------------------------------------


def denoiser(network: nn.Module) -> Denoise:
    """Return a `Denoiser` as it is measured: it is not told how strong the noise is."""

    def clean(noisy: np.ndarray, sigma: float) -> np.ndarray:
        x = torch.from_numpy(noisy).permute(2, 0, 1)[None].to(runtime.device())
        with runtime.inference():
            return network(x.contiguous(memory_format=torch.channels_last))[0].float().permute(1, 2, 0).cpu().numpy()

    return clean


def inpainter(network: nn.Module) -> Inpaint:
    """Return a `Inpainter` as it is measured: from coarse to fine, as the app runs it."""
    return lambda picture, missing: fill_at_once(network, picture, missing)


def enlarger(network: nn.Module) -> Enlarge:
    """Return an `Upscaler` as it is measured."""

    def enlarge(small: np.ndarray, scale: int) -> np.ndarray:
        x = to_tensor(Image.fromarray(small)).to(runtime.device(), memory_format=torch.channels_last)
        with runtime.inference():
            return np.asarray(to_pil(network(x, scale)))

    return enlarge


# --- pictures and tables ---------------------------------------------------------------------------


def _test_set(options: Namespace, name: str) -> list[np.ndarray]:
    folder = options.data / name
    if not folder.is_dir():
        raise InputError("evaluation.no_set", name=name)
    return [np.asarray(load_image(path)) for path in _spread(find_pictures(folder), options.pictures)]


def _unseen_paintings(options: Namespace) -> list[np.ndarray]:
    """Return squares of paintings that no training run sees."""
    folder = options.data / "paintings"
    if not folder.is_dir():
        raise InputError("evaluation.no_set", name="paintings")
    unseen = (load_image(path) for path in find_pictures(folder) if is_held_out(path))
    squares = [np.asarray(centre_crop(image, SIDE)) for image in unseen if min(image.size) >= SIDE]
    if not squares:
        raise InputError("evaluation.none_unseen", side=SIDE)
    return _spread(squares, options.paintings)


def _spread(items: Sequence[Any], most: int | None) -> list[Any]:
    """Return at most so many, spread over all."""
    count = min(most or len(items), len(items))
    return [items[index * len(items) // count] for index in range(count)]


def _table(scores: Sequence[Any]) -> str:
    """Return dataclasses as lines of text; what is a mapping in them comes on lines of its own."""
    rows = [asdict(score) for score in scores]
    plain = [name for name, value in rows[0].items() if not isinstance(value, dict)]
    lines = [_line(plain, plain), *(_line([row[name] for name in plain], plain) for row in rows)]
    for name in rows[0].keys() - plain:
        lines += [f"{name}: {', '.join(f'{key} {value:.3f}' for key, value in row[name].items())}" for row in rows]
    return "\n".join(lines)


def _line(values: Sequence[object], names: Sequence[str]) -> str:
    texts = (f"{value:.3f}" if isinstance(value, float) else str(value) for value in values)
    return "".join(f"{text:24}" if name == "method" else f"{text:>{len(name) + 4}}" for text, name in zip(texts, names))
