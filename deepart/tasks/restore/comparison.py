"""Compare several restorers on a small piece of a picture."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Literal, Union, get_args

from PIL import Image

from deepart import runtime
from deepart.errors import InputError
from deepart.images import load_image
from deepart.recipes import Source
from deepart.runtime import Progress
from deepart.tasks.hub.restorers import HubRestorer, find_restorer, opening
from deepart.tasks.restore.bundled import SCALES, clean_steps, enlarge_steps
from deepart.tiles import Box

Bundled = Literal["input", "clean", "faithful", "crisp"]
"""The unchanged picture (enlarged smoothly), cleaned, and enlarged in either look."""
BUNDLED: tuple[Bundled, ...] = get_args(Bundled)
Candidate = Union[Bundled, str, HubRestorer]
"""One of `BUNDLED`, a restorer of the Hub, or its key in `deepart.tasks.hub.restorers.RESTORERS`."""

SIDE = 256
"""Largest side in pixels of the compared results."""

_MARGIN = 16  # pixels around the piece that the restorers see


@dataclass(frozen=True, slots=True)
class Compared:
    """The result of one restorer."""

    label: str
    """One of `BUNDLED`, or the key of a restorer of the Hub."""
    picture: Image.Image
    """RGB, of the same size for all."""
    seconds: float


def compare(
    picture: Source, box: Box | None = None, candidates: Sequence[Candidate] | None = None, upscale: int = 1
) -> list[Compared]:
    """Run `compare_steps` to its end and return its result."""
    return runtime.run(compare_steps(picture, box, candidates, upscale))


def compare_steps(
    picture: Source, box: Box | None = None, candidates: Sequence[Candidate] | None = None, upscale: int = 1
) -> Generator[Progress, None, list[Compared]]:
    """Restore a piece of a picture by several restorers, as an engine; the bundled ones take less than a second.

    Args:
        picture: a path, the bytes of a file, or a picture.
        box: of the piece; its middle if it is larger than `SIDE` allows; None for the middle of the picture.
        candidates: None for the bundled ones that fit.
        upscale: 1, 2 or 4: the size at which they are compared.  What does not enlarge is enlarged smoothly.

    Raises:
        InputError: the picture cannot be read, a setting is out of its range, or a candidate cannot be compared.
        WeightsError: a checkpoint is missing, out of reach, refused or damaged.
    """
    if upscale not in (1, *SCALES):
        raise InputError("setting.choice", name="upscale", choices=", ".join(map(str, (1, *SCALES))))
    if candidates is None:
        candidates = ("input", "clean") if upscale == 1 else BUNDLED
    whole = load_image(picture)
    inner = _piece(whole.size, box, SIDE // upscale)
    outer = _around(whole.size, inner)
    piece = whole.crop(outer)
    left, top = inner[0] - outer[0], inner[1] - outer[1]
    shown = [upscale * side for side in (left, top, left + inner[2] - inner[0], top + inner[3] - inner[1])]
    compared = []
    for done, candidate in enumerate(candidates):
        yield Progress(done, len(candidates), "progress.comparing")
        if isinstance(candidate, str) and candidate not in BUNDLED:
            candidate = yield from opening(find_restorer(candidate))
        started = time.perf_counter()
        result = yield from _restored(piece, candidate, upscale)
        seconds = time.perf_counter() - started
        result = result.resize((upscale * piece.width, upscale * piece.height), Image.Resampling.BICUBIC)
        label = candidate.weights.key if isinstance(candidate, HubRestorer) else candidate
        compared.append(Compared(label, result.crop(shown), seconds))
    yield Progress(len(candidates), len(candidates), "progress.comparing")
    return compared


def _restored(piece: Image.Image, candidate: Candidate, upscale: int) -> Generator[Progress, None, Image.Image]:
    if candidate == "input":
        return piece
    if candidate == "clean":
        return (yield from clean_steps(piece))
    if isinstance(candidate, HubRestorer):
        return (yield from candidate.steps(piece))
    return (yield from enlarge_steps(piece, upscale, candidate))


def _piece(size: tuple[int, int], box: Box | None, side: int) -> Box:
    """Return the middle of a box, at most `side` pixels wide and high and within the picture.

    Raises:
        InputError: the box is not in the picture.
    """
    left, top, right, bottom = box or (0, 0, *size)
    left, top, right, bottom = max(0, left), max(0, top), min(size[0], right), min(size[1], bottom)
    if left >= right or top >= bottom:
        raise InputError("restore.box", width=size[0], height=size[1])
    width, height = min(side, right - left), min(side, bottom - top)
    left, top = (left + right - width) // 2, (top + bottom - height) // 2
    return (left, top, left + width, top + height)


def _around(size: tuple[int, int], box: Box) -> Box:
    left, top, right, bottom = box
    return (
        max(0, left - _MARGIN),
        max(0, top - _MARGIN),
        min(size[0], right + _MARGIN),
        min(size[1], bottom + _MARGIN),
    )
