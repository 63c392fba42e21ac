"""The endpoint `/generate` for programs: numbers and a style in, files out, nothing of the page."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from deepart import runtime
from deepart.images import save_png
from deepart.recipes import chunks, recipe_of
from deepart.tasks.generate.genome import ANY_STYLE
from deepart.tasks.generate.seeds import generate_steps
from deepart.tasks.generate.subjects import ANY_GENRE
from deepart.ui.events import handler


def add_generate_endpoint() -> None:
    """Add the endpoint to the surrounding Blocks."""
    with gr.Row(visible=False):
        endpoint = gr.Button()
        fields = [
            gr.Number(None, label="seed", precision=0),
            gr.Number(1, label="count", precision=0),
            gr.Textbox(ANY_STYLE, label="style"),
            gr.Number(1, label="truncation"),
            gr.Number(1, label="upscale", precision=0),
            gr.Textbox("faithful", label="look"),
            gr.Textbox(ANY_GENRE, label="genre"),
        ]
        answers = [gr.File(label="pictures", file_count="multiple"), gr.JSON(label="recipes")]
    endpoint.click(
        runtime.gpu(generate_endpoint),
        fields,
        answers,
        api_name="generate",
        concurrency_id="device",
        concurrency_limit=1,
    )


@handler
def generate_endpoint(
    seed: int | None = None,
    count: int = 1,
    style: str = "any",
    truncation: float = 1,
    upscale: int = 1,
    look: str = "faithful",
    genre: str = "any",
    request: gr.Request | None = None,
) -> Iterator[tuple[list[str] | None, list[dict[str, Any]] | None]]:
    """Paint pictures that nobody has painted.

    Args:
        seed: a whole number; the same seed is the same picture. Leave it out for one by chance.
        count: how many pictures, of the seeds from seed on; 1 to 64.
        style: such as Impressionism; any draws one for each picture, as often as it comes among the paintings.
        truncation: 1 for all variety, towards 0 for what is typical of the style, up to 1.5 for what is not.
        upscale: 1, 2 or 4.
        look: of what is enlarged, faithful or crisp.
        genre: portrait, landscape, cityscape, still_life, genre_painting (figures), religious_painting, illustration or
            abstract_painting; fewer pictures come where a style hardly has it, and the recipes say of how many.

    Returns:
        The pictures as PNG, and for each the recipe of how it was made, with its seed.
    """
    steps = generate_steps(
        seed, count, style or ANY_STYLE, truncation, genre=genre or ANY_GENRE, upscale=upscale, look=look
    )
    try:
        while True:
            next(steps)
            yield None, None  # only where a value is handed over can the request be cancelled
    except StopIteration as end:
        pictures = end.value
    finally:
        steps.close()
    with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
        paths = []
        for number, picture in enumerate(pictures, 1):
            path = Path(folder) / f"deepart-generated-{number}.png"
            save_png(picture, path, text=chunks(picture))
            paths.append(str(path))
        yield paths, [recipe_of(picture).as_dict() for picture in pictures]
