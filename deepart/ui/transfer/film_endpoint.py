"""The endpoint `/film` for programs: a film in, the painted film out."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from deepart import runtime
from deepart.errors import InputError
from deepart.models.style_code import StyleCode
from deepart.options import FilmOptions
from deepart.tasks.films import ENDINGS
from deepart.tasks.paint.film import film_steps
from deepart.ui.controls import Field, add_endpoint, option_fields
from deepart.ui.events import unread
from deepart.ui.finer import PATIENT
from deepart.ui.transfer.request import known_style

KINDS = ("mp4", "gif", "webp")


@dataclass(frozen=True, slots=True)
class FilmRequest:
    """What a visitor, or a program, asks for.  A `style` is a path, a key or a code that the server knows to be one."""

    content: str | None
    style: str | StyleCode | None
    kind: str
    options: FilmOptions = FilmOptions()

    def check(self) -> None:
        """Refuse what cannot be painted.

        Raises:
            InputError: the film or the style is missing, or the kind is unknown.
        """
        if not self.content:
            raise InputError("film.missing", known=", ".join(ENDINGS))
        if not self.style:
            raise InputError("style.missing")
        if self.kind not in KINDS:
            raise InputError("setting.choice", name="kind", choices=", ".join(KINDS))


def film_to(folder: Path, wanted: FilmRequest) -> Iterator[runtime.Progress | str]:
    """Yield the progress of painting, and last the file in `folder`.

    Raises:
        InputError: see `FilmRequest.check` and `deepart.film`.
    """
    wanted.check()
    out = folder / f"deepart-film.{wanted.kind}"
    yield from film_steps(wanted.content, wanted.style, wanted.options, out=out)
    yield str(out)


def add_film_endpoint() -> None:
    """Add the endpoint to the surrounding Blocks."""
    add_endpoint(film_endpoint, _fields, lambda: [gr.File(label="film")], line=PATIENT, seconds=180)


def _fields() -> dict[str, Field]:
    return {
        "content": Field(
            unread(gr.File(label="content")),
            inspect.Parameter.empty,
            "the film: MP4, MOV, WebM, or an animated GIF or WebP, of up to 20 seconds.",
        ),
        "style": Field(
            unread(gr.File(label="style")), None, "the picture, or the saved style, to take the style from."
        ),
        "style_name": Field(gr.Textbox(label="style_name"), None, "instead, a style of the gallery: starry-night."),
        "kind": Field(gr.Textbox("mp4", label="kind"), "mp4", "mp4, which keeps the sound, gif or webp."),
        **option_fields(FilmOptions),
    }


def film_endpoint(values: dict[str, Any], request: gr.Request) -> Iterator[str | None]:
    """Repaint a film in the style of a picture, steadily from frame to frame.

    Args: see `fields`.

    Returns:
        The painted film, with the recipe as its comment.
    """
    wanted = FilmRequest(
        content=values["content"],
        style=values["style"] or known_style(values["style_name"]),
        kind=values["kind"],
        options=FilmOptions.read(values),
    )
    with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
        for step in film_to(Path(folder), wanted):
            # Only where a value is handed over can the request be cancelled.
            yield None if isinstance(step, runtime.Progress) else step
