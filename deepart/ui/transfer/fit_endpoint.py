"""The endpoint `/fit` for programs: pictures of a style in, a style file out."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from deepart import runtime
from deepart.archives import safe_name
from deepart.errors import InputError
from deepart.models.style_code import StyleCode
from deepart.options import FitOptions
from deepart.recipes import Source
from deepart.tasks.paint.fit import Crop, fit_steps
from deepart.tasks.paint.style_files import LONGEST_LABEL, SUFFIX, save_style
from deepart.ui.controls import Field, add_endpoint, option_fields
from deepart.ui.events import unread
from deepart.ui.finer import PATIENT


def add_fit_endpoint() -> None:
    """Add the endpoint to the surrounding Blocks."""
    add_endpoint(fit_endpoint, _fields, lambda: [gr.File(label="style")], line=PATIENT)


def _fields() -> dict[str, Field]:
    pictures = unread(gr.File(label="styles", file_count="multiple"))
    edges = "the part of each picture that counts: [left, top, right, bottom], from 0 to 1."
    return {
        "styles": Field(pictures, inspect.Parameter.empty, "one to twelve pictures of one style."),
        "crop": Field(gr.JSON(label="crop"), None, edges),
        "name": Field(gr.Textbox(label="name"), None, "of the style."),
        **option_fields(FitOptions),
    }


def fit_endpoint(values: dict[str, Any], request: gr.Request) -> Iterator[str | None]:
    """Fit a style, for better paintings in it.

    Args: see `fields`.

    Returns:
        The style as a file, for `style` of `/transfer` and `styles` of `/blend`.
    """
    crop = values["crop"] or None
    if crop is not None and not (isinstance(crop, list) and all(isinstance(edge, (int, float)) for edge in crop)):
        raise InputError("fit.crop")
    with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
        options = FitOptions.read(values)
        steps = fit_to(Path(folder), values["styles"] or [], crop, values["name"], options)
        for step in steps:
            # Only where a value is handed over can the request be cancelled.
            yield None if isinstance(step, runtime.Progress) else step[1]


def fit_to(
    folder: Path,
    styles: Sequence[Source],
    crop: Crop | None = None,
    name: str | None = None,
    options: FitOptions = FitOptions(),
) -> Iterator[runtime.Progress | tuple[StyleCode, str]]:
    """Yield the progress of fitting, and last the style and the file in `folder` that it was saved to.

    Raises:
        InputError: there is no picture, or see `deepart.fit`, whose arguments these are.
    """
    if not styles:
        raise InputError("style.missing")
    label = "".join(letter for letter in name or "" if letter.isprintable()).strip()[:LONGEST_LABEL]
    code = yield from fit_steps(styles, options, crop=crop, name=label)
    file = folder / (safe_name(label or "style") + SUFFIX)
    save_style(code, file)
    yield code, str(file)
