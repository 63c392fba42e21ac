"""The panel of the Generate tab where a part of a picture stays and the rest is painted anew."""

from __future__ import annotations

from typing import Any

import gradio as gr
from PIL import Image

from deepart.errors import InputError
from deepart.options import MOST_SEED
from deepart.tasks.generate.generate import ArtGenerator, patch_region, random_seed
from deepart.tasks.paint.masks import mask_from_editor
from deepart.ui.controls import segmented
from deepart.ui.events import QUIET, handler, named_choices, translations as t, unread_editor
from deepart.ui.generate import request as request_of
from deepart.ui.generate.studio import Studio

EDITOR_SIDE = 512
"""Side of what is drawn on; the picture itself would be small for a finger."""
PANEL = "region"
REGION_COLOUR = "#e5484d"
WAYS = ("keep", "anew")


def build_region_panel(studio: gr.State, count: gr.Radio) -> tuple[gr.ImageEditor, gr.Radio, gr.events.Dependency]:
    """Add the panel to the surrounding column.

    Args:
        studio: the visitor's work.
        count: how many pictures a wall has.

    Returns:
        The editor, the choice of what is done with the region, and the event after which there are other pictures
        on the wall.
    """
    with gr.Accordion(t("ui.generate.region"), open=False, elem_id="generate-region") as panel:
        gr.Markdown(t("ui.generate.region_hint"), elem_classes="hint")
        editor = gr.ImageEditor(
            label=t("ui.generate.region_editor"),
            image_mode="RGBA",
            format="png",
            sources=[],
            transforms=[],
            height=480,
            canvas_size=(EDITOR_SIDE, EDITOR_SIDE),
            brush=gr.Brush(default_size=60, colors=[(REGION_COLOUR, 0.6)], color_mode="fixed"),
            eraser=gr.Eraser(default_size=60),
            layers=gr.LayerOptions(allow_additional_layers=False, layers=["Mask"]),
            elem_id="generate-editor",
        )
        way = segmented(named_choices("ui.generate.way", WAYS, "en"), WAYS[0], None, "generate-way")
        paint = gr.Button(t("ui.generate.repaint"), size="md", elem_id="generate-region-run")
    unread_editor(editor)

    @handler
    def open_panel(studio: Studio, request: gr.Request) -> Any:
        studio.open_panels.add(PANEL)
        return editor_update(studio)

    @handler
    def close_panel(studio: Studio, request: gr.Request) -> None:
        studio.open_panels.discard(PANEL)

    @handler
    def repaint(studio: Studio, drawn: dict[str, Any] | None, way: str, count: int, request: gr.Request) -> None:
        """Hang the picture and others that share the region, or all but the region."""
        picture = studio.picture()
        engine = ArtGenerator(picture.checkpoint)
        mask = mask_from_editor(drawn or {}, (EDITOR_SIDE, EDITOR_SIDE))
        if mask is None:
            raise InputError("generate.no_region")
        mask = mask.point([255 if value > 64 else 0 for value in range(256)])  # the brush lets the picture through
        first = random_seed()
        others = [
            patch_region(engine, picture, mask, (first + index) % (MOST_SEED + 1), keep=way == "keep")
            for index in range(int(count) - 1)
        ]
        studio.hang([picture, *others], pick=1)

    panel.expand(open_panel, [studio], [editor], **QUIET)
    panel.collapse(close_panel, [studio], None, **QUIET)
    return editor, way, paint.click(repaint, [studio, editor, way, count], None, **QUIET)


def editor_update(studio: Studio) -> Any:
    """Return what puts the picture that is looked at on the canvas, unless it is there: strokes must not be lost."""
    if PANEL not in studio.open_panels or studio.easel is None or studio.on_canvas == studio.easel.id:
        return gr.skip()
    studio.on_canvas = studio.easel.id
    picture = request_of.quick(studio.easel).resize((EDITOR_SIDE, EDITOR_SIDE), Image.Resampling.BICUBIC)
    return {"background": picture, "layers": [], "composite": None}
