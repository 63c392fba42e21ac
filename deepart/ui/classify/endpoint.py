"""The endpoint `/classify` for programs: a file in, an answer out, nothing of the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from deepart import runtime
from deepart.ui.classify.request import opinion_steps
from deepart.ui.events import handler, unread


def add_classify_endpoint() -> None:
    """Add the endpoint to the surrounding Blocks."""
    with gr.Row(visible=False):
        endpoint = gr.Button()
        fields = [unread(gr.File(label="picture")), gr.Textbox(label="model")]
        answers = [gr.JSON(label="answer")]
    endpoint.click(
        runtime.gpu(classify_endpoint),
        fields,
        answers,
        api_name="classify",
        concurrency_id="classify",
        concurrency_limit=2,
    )


@handler
def classify_endpoint(
    picture: str, model: str | None = None, request: gr.Request | None = None
) -> Iterator[dict[str, Any] | None]:
    """Say what style, artist and genre an artwork has, how sure that is, and what it is like.

    Args:
        picture: the artwork.
        model: leave it out for the bundled classifier, or name one of the Hugging Face Hub, such as
            google/siglip-base-patch16-224.

    Returns:
        For style, artist and genre the five most probable labels with calibrated probabilities; for each
        the set of labels among which the right one is nine times in ten; known, false for what does not
        look like a painting that the network knows; conflicts, answers that never go together in the
        training set; nearest, the five works of the training set that are most like it.
    """
    steps = opinion_steps(picture, model)
    try:
        while True:
            next(steps)
            yield None  # only where a value is handed over can the request be cancelled
    except StopIteration as end:
        yield end.value.as_json()
    finally:
        steps.close()
