"""The tiles of the gallery: the visitor's own picture in every style, once there is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr

from deepart import runtime
from deepart.errors import InputError
from deepart.images import centre_crop, load_image
from deepart.options import THUMBNAIL_SIDE
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT
from deepart.tasks.paint.gallery import named_style_code, named_styles
from deepart.ui.choices import gallery_items
from deepart.ui.events import QUIET, handler, language_of
from deepart.ui.paintings import previews


def wire_tiles(content: gr.Image, chosen: gr.State, gallery: gr.Gallery, painted: gr.events.Dependency) -> None:
    """Let the gallery show the picture of the tab.

    Args:
        content: that picture.
        chosen: the key of the chosen style, or something else.
        gallery: of the styles.
        painted: the event upon which there is another picture, and it has been painted.
    """

    @handler
    def show_tiles(path: str | None, chosen: object, request: gr.Request) -> Iterator[Any]:
        """Paint all tiles; the gallery stays as it is until the last one is there."""
        if path is None or runtime.settings().zero_gpu:  # a GPU is lent to those who ask for a painting
            yield gr.skip()
            return
        try:
            square = centre_crop(load_image(path), THUMBNAIL_SIDE)
        except InputError:  # that is said elsewhere
            yield gr.skip()
            return
        styles = named_styles(DEFAULT_CHECKPOINT)
        codes = [named_style_code(DEFAULT_CHECKPOINT, key) for key in styles]
        with TemporaryDirectory(prefix="deepart-") as folder:
            items = []
            for style, tile in zip(styles.values(), previews.engine.paint_in_each(square, codes)):
                file = Path(folder, f"{style.key}.jpg")
                tile.save(file, quality=88)
                items.append((str(file), style.title_in(language_of(request))))
            yield gr.update(value=items, selected_index=list(styles).index(chosen) if chosen in styles else -1)

    painted.then(show_tiles, [content, chosen], [gallery], concurrency_id="tiles", concurrency_limit=1, **QUIET)


def wire_swatches(content: gr.Image, chosen: gr.State, gallery: gr.Gallery) -> None:
    """Let the gallery show swatches again once the tab has no picture."""

    @handler
    def show_swatches(chosen: object, request: gr.Request) -> Any:
        styles = list(named_styles(DEFAULT_CHECKPOINT))
        place = styles.index(chosen) if chosen in styles else -1
        return gr.update(value=gallery_items(language_of(request)), selected_index=place)

    content.clear(show_swatches, [chosen], [gallery], **QUIET)
