"""The look of the app: white walls, ink, one seal red; everything else is in style.css and page/."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from deepart.text import LANGUAGES, say, texts

VERBS = ("transfer", "blend", "classify", "restore", "generate")
STYLE_CSS = Path(__file__).with_name("style.css")
PAGE_JS = tuple(
    Path(__file__).with_name("page") / f"{name}.js" for name in ("texts", "address", "names", "queue", "history")
)
"""Parts of one script, in the order in which they build upon each other."""
_TEXTS_OF_PAGE = (
    "ui.queue_next",
    "ui.queue_behind",
    "ui.queue_seconds",
    "ui.link_copied",
    "ui.history.title",
    "ui.history.hint",
    "ui.history.again",
    "ui.history.download",
    "ui.history.gone",
    "ui.history.forget",
)

# Gradio brings the first one along, whole (of most others it has only some letters); the rest are the visitor's own.
_SANS = [
    gr.themes.LocalFont("Source Sans Pro", weights=(400, 700)),
    "Segoe UI",
    "Noto Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "system-ui",
    "sans-serif",
]
_MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]

# Vermilion, as of a seal on a scroll: 5.9:1 on the wall; in the dark a light one, 7.6:1.
_SEAL = gr.themes.Color(
    c50="#fdf3f1", c100="#fae3de", c200="#f5c6bc", c300="#f2a291", c400="#ee8b76",
    c500="#c8412d", c600="#b23422", c700="#972a1b", c800="#7a2317", c900="#5d1c13", c950="#340d08",
)  # fmt: skip
_WALL = gr.themes.Color(
    c50="#fcfbf9", c100="#f4f2ee", c200="#e6e3dd", c300="#cfcac2", c400="#8e8981",
    c500="#736e67", c600="#5c5852", c700="#45423d", c800="#2b2926", c900="#1d1b19", c950="#141312",
)  # fmt: skip


_LOOK = dict(
    body_background_fill="*neutral_50",
    body_background_fill_dark="*neutral_950",
    body_text_color="*neutral_900",
    body_text_color_dark="*neutral_100",
    body_text_color_subdued="*neutral_600",
    body_text_color_subdued_dark="*neutral_300",
    background_fill_primary="*neutral_50",
    background_fill_primary_dark="*neutral_950",
    background_fill_secondary="*neutral_100",
    background_fill_secondary_dark="*neutral_900",
    border_color_primary="*neutral_200",
    border_color_primary_dark="*neutral_800",
    color_accent="*primary_600",
    color_accent_soft="*primary_50",
    color_accent_soft_dark="*neutral_800",
    border_color_accent="*primary_600",
    border_color_accent_dark="*primary_400",
    link_text_color="*primary_600",
    link_text_color_dark="*primary_300",
    link_text_color_hover="*primary_800",
    link_text_color_hover_dark="*primary_200",
    link_text_color_visited="*primary_600",
    link_text_color_visited_dark="*primary_300",
    layout_gap="*spacing_xxl",
    # No boxes: what belongs together stands together.
    block_background_fill="transparent",
    block_background_fill_dark="transparent",
    block_border_width="0px",
    block_shadow="none",
    block_padding="0",
    block_radius="0px",
    form_gap_width="0px",
    block_label_background_fill="transparent",
    block_label_background_fill_dark="transparent",
    block_label_border_width="0px",
    block_label_padding="0",
    block_label_margin="0",
    block_label_text_color="*neutral_600",
    block_label_text_color_dark="*neutral_300",
    block_label_text_weight="400",
    block_title_background_fill="transparent",
    block_title_background_fill_dark="transparent",
    block_title_text_color="*neutral_900",
    block_title_text_color_dark="*neutral_100",
    block_title_text_weight="400",
    block_title_padding="0",
    block_info_text_color="*neutral_600",
    block_info_text_color_dark="*neutral_300",
    input_background_fill="transparent",
    input_background_fill_dark="transparent",
    input_border_color="*neutral_400",
    input_border_color_dark="*neutral_500",
    input_border_width="1px",
    input_shadow="none",
    input_shadow_focus="none",
    input_placeholder_color="*neutral_500",
    input_placeholder_color_dark="*neutral_400",
    checkbox_background_color="transparent",
    checkbox_background_color_dark="transparent",
    checkbox_background_color_selected="*neutral_900",
    checkbox_background_color_selected_dark="*neutral_100",
    checkbox_border_color="*neutral_400",
    checkbox_border_color_dark="*neutral_500",
    checkbox_border_color_selected="*neutral_900",
    checkbox_border_color_selected_dark="*neutral_100",
    checkbox_label_background_fill="transparent",
    checkbox_label_background_fill_dark="transparent",
    checkbox_label_background_fill_hover="*neutral_100",
    checkbox_label_background_fill_hover_dark="*neutral_900",
    checkbox_label_background_fill_selected="*neutral_900",
    checkbox_label_background_fill_selected_dark="*neutral_100",
    checkbox_label_text_color_selected="*neutral_50",
    checkbox_label_text_color_selected_dark="*neutral_950",
    checkbox_label_border_width="1px",
    checkbox_label_border_color="*neutral_300",
    checkbox_label_border_color_dark="*neutral_700",
    checkbox_label_shadow="none",
    checkbox_label_padding="0.35rem 0.8rem",
    checkbox_label_gap="0.4rem",
    slider_color="*neutral_900",
    slider_color_dark="*neutral_100",
    # One button on a screen is red: the one that does what the screen is for.
    button_primary_background_fill="*primary_600",
    button_primary_background_fill_hover="*primary_700",
    button_primary_text_color="white",
    button_primary_background_fill_dark="*primary_400",
    button_primary_background_fill_hover_dark="*primary_300",
    button_primary_text_color_dark="*neutral_950",
    button_primary_border_color="*primary_600",
    button_primary_border_color_dark="*primary_400",
    button_secondary_background_fill="transparent",
    button_secondary_background_fill_dark="transparent",
    button_secondary_background_fill_hover="*neutral_100",
    button_secondary_background_fill_hover_dark="*neutral_900",
    button_secondary_text_color="*neutral_900",
    button_secondary_text_color_dark="*neutral_100",
    button_secondary_border_color="*neutral_400",
    button_secondary_border_color_dark="*neutral_500",
    button_border_width="1px",
    button_large_text_weight="600",
    button_large_radius="2px",
    button_small_radius="2px",
    button_medium_radius="2px",
    button_large_padding="0.65rem 1.4rem",
    button_medium_padding="0.5rem 1rem",
    button_small_padding="0.3rem 0.7rem",
    button_primary_shadow="none",
    button_secondary_shadow="none",
    table_border_color="*neutral_200",
    table_border_color_dark="*neutral_800",
)


def page_script(settings: dict[str, dict[str, Any]], styles: Sequence[str]) -> str:
    """Return what runs in the visitor's browser when the page is loaded.

    Args:
        settings: what each setting begins with, see `deepart.ui.address.facts`.
        styles: keys of the gallery, in its order.
    """
    facts = {
        "settings": settings,
        "styles": list(styles),
        "texts": {language: {key: texts(language)[key] for key in _TEXTS_OF_PAGE} for language in LANGUAGES},
        "verbs": {language: {verb: say(f"ui.tab.{verb}", language) for verb in VERBS} for language in LANGUAGES},
    }
    script = "\n".join(path.read_text("utf-8") for path in PAGE_JS)
    script = script.replace("const facts = {};", f"const facts = {json.dumps(facts, ensure_ascii=False)};", 1)
    return f"() => {{\n{script}}}"


def make_theme() -> gr.themes.Base:
    """Return the theme, light and dark."""
    return gr.themes.Base(
        primary_hue=_SEAL,
        secondary_hue=_WALL,
        neutral_hue=_WALL,
        radius_size=gr.themes.sizes.radius_sm,
        spacing_size=gr.themes.sizes.spacing_md,
        text_size=gr.themes.sizes.text_md,
        font=_SANS,
        font_mono=_MONO,
    ).set(**_LOOK)
