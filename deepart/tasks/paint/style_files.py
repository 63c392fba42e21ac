"""Styles in small files, to keep a mixture, to send it, and to paint with it again.

The files are JSON with only a name and numbers, so that a file from a stranger can do no harm.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from PIL import Image

from deepart.checkpoints import find
from deepart.errors import InputError
from deepart.files import replacing
from deepart.images import centre_crop
from deepart.models.style_code import StyleCode
from deepart.tasks.paint.engine import StyleTransfer

SUFFIX = ".deepart-style.json"
FORMAT = "deepart-style/1"
LONGEST_LABEL = 120
_MAX_BYTES = 200_000
_MOST_FITTED = 20.0  # of a scale, shift or strength: fitting moves them by a tenth of that
_MOST_DEVIATIONS = 50.0  # from the average painting, in standard deviations: no painting is so far off


def save_style(code: StyleCode, path: Path) -> None:
    """Write a style to a file."""
    content = {
        "format": FORMAT,
        "label": code.label[:LONGEST_LABEL],
        "checkpoint": code.checkpoint,
        "checkpoint_sha256": find(code.checkpoint).sha256,
        "vector": [float(f"{value:.8g}") for value in code.vector.tolist()],
    }
    if code.fitted is not None:
        content["fitted"] = [round(value, 5) for value in code.fitted.tolist()]
    with replacing(path) as part:
        part.write_text(json.dumps(content, ensure_ascii=False), "utf-8")


def is_style_file(style: object) -> bool:
    """Return whether a value is the path of a style file for `load_style`."""
    return isinstance(style, (str, Path)) and str(style).lower().endswith(".json")


def load_style(path: str | Path, engine: StyleTransfer) -> StyleCode:
    """Read a style from an untrusted file.

    Raises:
        InputError: it is not such a file, damaged, or made for another checkpoint.
    """
    try:
        if Path(path).stat().st_size > _MAX_BYTES:
            raise InputError("style_file.damaged")
        content = json.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError("style_file.damaged") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InputError("style_file.damaged")
    # A network that was trained on has the old name, but its codes mean something else.
    made_for = (content.get("checkpoint"), content.get("checkpoint_sha256"))
    if made_for != (engine.checkpoint, find(engine.checkpoint).sha256):
        raise InputError("style.other_checkpoint", checkpoint=engine.checkpoint)
    label, space = content.get("label"), engine.space()
    if not (isinstance(label, str) and len(label) <= LONGEST_LABEL and label.isprintable()):
        raise InputError("style_file.damaged")
    vector = _numbers(content.get("vector"), len(space.mean), 1e6)
    if not ((vector - space.mean) / space.std).abs().max() <= _MOST_DEVIATIONS:
        raise InputError("style_file.damaged")
    fitted = content.get("fitted")
    if fitted is not None:
        fitted = _numbers(fitted, engine.network.decoder.fitted_size, _MOST_FITTED)
    return StyleCode(vector, engine.checkpoint, label, fitted)


def _numbers(values: object, count: int, most: float) -> torch.Tensor:
    """Return a list of `count` numbers of at most `most` as (count,) float32."""
    if not (
        isinstance(values, list)
        and len(values) == count
        and all(isinstance(value, (int, float)) and abs(value) <= most for value in values)
    ):
        raise InputError("style_file.damaged")
    return torch.tensor(values, dtype=torch.float32)


def sample_of(code: StyleCode, picture: Image.Image, side: int = 192) -> Image.Image:
    """Return a thumbnail of a style: a square of an RGB picture painted with it."""
    return StyleTransfer(code.checkpoint)(centre_crop(picture, side), code)
