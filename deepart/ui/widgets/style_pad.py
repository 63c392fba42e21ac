"""A plane with styles on which a dot is moved: the nearer it is to a style, the more of it is in the blend.

A pad has few styles at the corners of a polygon, a map has many, each at a place of its own; what the dot
stands for is said by `pad_weights` and `map_weights` of tasks/paint/style_map.py.

The value is the place of the dot; `dot_in` reads it.  Listen to `.input` (the dot is on its way, a few times
a second) and `.release` (it has been let go); `.change` also follows what the server does itself.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import gradio as gr
from PIL import Image

from deepart.errors import InputError
from deepart.images import centre_crop
from deepart.tasks.paint.style_map import Point

_SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")
_STYLE = Path(__file__).with_suffix(".css").read_text("utf-8")
# Without anything to fill in, Gradio renders it once, and what the script has put there stays.
_EMPTY = """
<div class="pad">
  <canvas class="ground" width="48" height="48"></canvas>
  <svg class="lines" viewBox="0 0 1 1" preserveAspectRatio="none"><polygon /></svg>
  <div class="anchors"></div>
  <div class="dot" role="slider" tabindex="0" aria-valuemin="0" aria-valuemax="100"></div>
</div>
"""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A style on the plane."""

    key: str
    label: str
    image: str  # address of a square picture, such as `data_uri` gives
    x: float  # from 0 (left) to 1
    y: float  # from 0 (top) to 1


def style_pad(
    anchors: Sequence[Anchor], kind: Literal["pad", "map"] = "pad", dot: Point | None = None, **options: Any
) -> gr.HTML:
    """Return the component.

    Args:
        anchors: the styles; those of a pad as the corners of a convex polygon, in order.
        kind: which weights the page shows.
        dot: where the dot starts; the middle of the anchors by default.
        options: of `gr.HTML`; the label is what a screen reader calls the dot.
    """
    # Not a class of its own: Gradio writes a .pyi file beside the source of each.
    return gr.HTML(
        with_dot(dot or _middle(anchors)),
        html_template=_EMPTY,
        css_template=_STYLE,
        js_on_load=_SCRIPT,
        apply_default_css=False,
        elem_classes=[f"style-{kind}", *options.pop("elem_classes", [])],
        anchors=[asdict(anchor) for anchor in anchors],
        **options,
    )


def with_anchors(anchors: Sequence[Anchor], dot: Point | None = None, after: Any = None) -> dict[str, Any]:
    """Return the update that gives a pad other anchors, and moves its dot to the middle of them or to `dot`.

    Args:
        anchors: see `style_pad`.
        dot: where the dot moves to; None for the middle of the anchors.
        after: the value that the handler was given, if any: a dot that has been moved since stays.
    """
    return gr.update(value=with_dot(dot or _middle(anchors), after), anchors=[asdict(anchor) for anchor in anchors])


def with_dot(dot: Point, after: Any = None) -> dict[str, float]:
    """Return the value that moves the dot; see `with_anchors`.  Whoever is dragging it keeps it in any case."""
    value = {"x": float(dot[0]), "y": float(dot[1])}
    if isinstance(after, dict) and "turn" in after:
        value["turn"] = after["turn"]
    return value


def dot_in(value: Any) -> Point:
    """Return the place of the dot in what the page has sent.

    Raises:
        InputError: it holds no place on the plane.
    """
    place = [value.get(name) if isinstance(value, dict) else None for name in ("x", "y")]
    for name, part in zip(("x", "y"), place):
        if not isinstance(part, (int, float)) or not 0 <= part <= 1:
            raise InputError("setting.range", name=name, low=0, high=1)
    return float(place[0]), float(place[1])


def data_uri(picture: Image.Image, side: int = 144) -> str:
    """Return the middle of a picture as an address that holds it, `side` pixels wide."""
    stream = io.BytesIO()
    centre_crop(picture.convert("RGB"), side).save(stream, "WEBP", quality=80)
    return "data:image/webp;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def _middle(anchors: Sequence[Anchor]) -> Point:
    if not anchors:
        return 0.5, 0.5
    return sum(each.x for each in anchors) / len(anchors), sum(each.y for each in anchors) / len(anchors)
