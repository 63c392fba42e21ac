"""The look of the app: white walls, ink, one seal red; everything else is in style.css and page/."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from deepart.files import read_table
from deepart.text import LANGUAGES, say, texts

VERBS = ("transfer", "blend", "classify", "restore", "generate")
STYLE_CSS = Path(__file__).with_name("style.css")
PAGE_JS = tuple(
    Path(__file__).with_name("page") / f"{name}.js"
    for name in ("texts", "address", "names", "queue", "history", "editors")
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


# No boxes: what belongs together stands together.  One button on a screen is red: the one that the screen is for.
_LOOK = read_table("theme")


def page_script(settings: dict[str, dict[str, Any]], styles: Sequence[str], stops: Mapping[int, str]) -> str:
    """Return what runs in the visitor's browser when the page is loaded.

    Args:
        settings: what each setting begins with, see `deepart.ui.address.facts`.
        styles: keys of the gallery, in its order.
        stops: see `deepart.ui.events.stops_of`.
    """
    facts = {
        "settings": settings,
        "styles": list(styles),
        "stops": dict(stops),
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
