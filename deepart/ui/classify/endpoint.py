"""The endpoint `/classify` for programs: a file in, predictions out."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import gradio as gr

from deepart.ui.classify.request import opinion_steps
from deepart.ui.controls import Field, add_endpoint, finished
from deepart.ui.events import unread


def add_classify_endpoint() -> None:
    """Add the endpoint to the surrounding Blocks."""
    line = {"concurrency_id": "classify", "concurrency_limit": 2}
    add_endpoint(classify_endpoint, _fields, lambda: [gr.JSON(label="answer")], line=line)


def _fields() -> dict[str, Field]:
    model = "the bundled classifier by default; or one of the Hub, such as google/siglip-base-patch16-224."
    return {
        "picture": Field(unread(gr.File(label="picture")), inspect.Parameter.empty, "the artwork."),
        "model": Field(gr.Textbox(label="model"), None, model),
    }


def classify_endpoint(values: dict[str, Any], request: gr.Request) -> Iterator[dict[str, Any] | None]:
    """Predict the style, artist and genre of an artwork, how sure that is, and the most similar artworks.

    Args: see `fields`.

    Returns:
        For style, artist and genre the five most probable labels with calibrated probabilities; for each the set of
        labels among which the right one is nine times in ten; known, false for what does not look like a painting that
        the network knows; sureness, how far to trust the best label of each (sure, fairly or unsure), by its
        probability and by how near the nearest artworks are; conflicts, labels that never occur together in the
        training set; nearest, the five most similar artworks of the training set.
    """
    opinion = yield from finished(opinion_steps(values["picture"], values["model"]))
    yield opinion.as_json()
