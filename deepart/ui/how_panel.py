"""The panel "How it works" at the foot of the page: filled in when it is opened, in the visitor's language."""

from __future__ import annotations

import gradio as gr

from deepart.tasks.guide import page
from deepart.ui.events import handler, language_of, translations as t

_FORMULAS = [{"left": "$$", "right": "$$", "display": True}]


def add_how_panel() -> None:
    """Add the panel to the surrounding page."""
    with gr.Accordion(t("ui.how"), open=False, elem_id="how") as panel:
        text = gr.Markdown("", latex_delimiters=_FORMULAS, elem_id="how-text")

    @handler
    def show_how(request: gr.Request) -> str:
        return page(language_of(request))

    panel.expand(show_how, None, [text], queue=False, show_progress="hidden", api_visibility="private")
