"""Pictures side by side, of which one is picked and some are liked.

The value says which: `Choice.read` reads it.  Listen to `.select` (another one has been picked) and `.like` (one is
liked, or no longer); `.change` also follows what the server does itself.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import gradio as gr

_SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")
_STYLE = Path(__file__).with_suffix(".css").read_text("utf-8")
# Without anything to fill in, Gradio renders it once, and what the script has put there stays.
_EMPTY = '<div class="wall"></div>'


@dataclass(frozen=True, slots=True)
class Tile:
    """A picture on the wall."""

    id: str
    label: str
    image: str  # address of a square picture, such as `style_pad.data_uri` gives


@dataclass(frozen=True, slots=True)
class Choice:
    """What the visitor has chosen."""

    picked: str | None
    liked: tuple[str, ...]

    @classmethod
    def read(cls, value: Any, known: Collection[str]) -> Choice:
        """Read what the page has sent; pictures that are not `known` are left out."""
        value = value if isinstance(value, dict) else {}
        liked = value.get("liked")
        liked = [each for each in liked if isinstance(each, str)] if isinstance(liked, list) else []
        picked = value.get("picked")
        return cls(
            picked if isinstance(picked, str) and picked in known else None,
            tuple(each for each in dict.fromkeys(liked) if each in known),
        )


def picture_wall(**options: Any) -> gr.HTML:
    """Return the component, empty; `options` are those of `gr.HTML`."""
    # Not a class of its own: Gradio writes a .pyi file beside the source of each.
    return gr.HTML(
        {"picked": None, "liked": []},
        html_template=_EMPTY,
        css_template=_STYLE,
        js_on_load=_SCRIPT,
        apply_default_css=False,
        tiles=[],
        like_label="",
        **options,
    )


def with_tiles(
    tiles: Sequence[Tile], picked: str | None = None, liked: Sequence[str] = (), like_label: str = ""
) -> dict[str, Any]:
    """Return the update that hangs other pictures on a wall.

    Args:
        tiles: the pictures.
        picked: `id` of one of them.
        liked: those of others.
        like_label: what a screen reader calls the button that likes a picture; without one there is no such button.
    """
    value = {"picked": picked, "liked": list(liked)}
    return gr.update(value=value, tiles=[asdict(tile) for tile in tiles], like_label=like_label)
