"""The endpoints `/transfer` and `/refine` for programs: files and numbers, nothing of the page."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import partial
from typing import Any

import gradio as gr
from gradio.components import Component

from deepart.options import PaintOptions, RefineOptions
from deepart.ui.controls import Field, add_endpoint, option_fields
from deepart.ui.events import unread
from deepart.ui.finer import PATIENT, finer_to
from deepart.ui.paintings import answers
from deepart.ui.transfer.request import TransferRequest, known_style, paint_to

CONTRACT = (
    *("content", "style", "style_name", "strength", "size", "colour", "brush", "protect_faces", "where", "mask"),
    *("softness", "outside_name", "outside_strength"),
)
"""The parameters that programs may give without their names; new ones come behind."""


def add_transfer_endpoints() -> None:
    """Add both endpoints to the surrounding Blocks."""
    add_endpoint(transfer_endpoint, lambda: _fields() | option_fields(), _answers, CONTRACT)
    add_endpoint(refine_endpoint, _refine_fields, _answers, CONTRACT, PATIENT, 180)


def _answers() -> list[Component]:
    return [gr.File(label="painting"), gr.JSON(label="recipe")]


def _fields() -> dict[str, Field]:
    def file(label: str) -> gr.File:
        return unread(gr.File(label=label))

    return {
        "content": Field(file("content"), inspect.Parameter.empty, "the picture to paint."),
        "style": Field(file("style"), None, "the picture, or the saved style, to take the style from."),
        "style_name": Field(gr.Textbox(label="style_name"), None, "instead, a style of the gallery: starry-night."),
        "strength": Field(gr.Number(1, label="strength"), 1, "0 returns the content unchanged, 1 is the full style."),
        "where": Field(
            gr.Textbox("everywhere", label="where"),
            "everywhere",
            "everywhere, subject, background, faces or uploaded (the mask).",
        ),
        "mask": Field(file("mask"), None, "where to paint, white for yes, in the content's proportions."),
        "softness": Field(
            gr.Number(0.02, label="softness"),
            0.02,
            "softness of the mask's edge, as a share of the content's shorter side.",
        ),
        "outside_name": Field(
            gr.Textbox(label="outside_name"),
            None,
            "a style of the gallery for the rest, which stays unchanged by default.",
        ),
        "outside_strength": Field(gr.Number(1, label="outside_strength"), 1, "strength of that style, 0 to 1."),
    }


def _refine_fields() -> dict[str, Field]:
    return _fields() | option_fields(PaintOptions, RefineOptions)


def transfer_endpoint(
    values: dict[str, Any], request: gr.Request
) -> Iterator[tuple[str | None, dict[str, Any] | None]]:
    """Repaint a picture in the style of another.

    Args: see `fields`.

    Returns:
        The painting as PNG, and the recipe of how it was made.
    """
    yield from answers(partial(paint_to, wanted=_wanted(values)))


def refine_endpoint(values: dict[str, Any], request: gr.Request) -> Iterator[tuple[str | None, dict[str, Any] | None]]:
    """Repaint a picture in the style of another with more care than `/transfer`, in half a minute instead of a second.

    Args: see `fields`.

    Returns:
        The painting as PNG, and the recipe of how it was made.
    """
    yield from answers(partial(finer_to, wanted=_wanted(values), options=RefineOptions.read(values)))


def _wanted(values: dict[str, Any]) -> TransferRequest:
    return TransferRequest(
        content=values["content"],
        style=values["style"] or known_style(values["style_name"]),
        strength=values["strength"],
        options=PaintOptions.read(values),
        where="uploaded" if values["mask"] else values["where"],
        mask=values["mask"],
        softness=values["softness"],
        outside=known_style(values["outside_name"]),
        outside_strength=values["outside_strength"],
    )
