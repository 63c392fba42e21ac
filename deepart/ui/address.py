"""The address of the page: which tab is open, and its settings, as in `?tab=restore&clean=0.6&upscale=2`.

The address is read when the page is loaded (`open_address`) and written in the browser (page/address.js).  It holds
parameters only, never a picture, and its names are those of recipes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import gradio as gr
from gradio.components import Component

from deepart.options import PaintOptions
from deepart.ui.events import handler

_OF_PAINTING = ("strength", *PaintOptions.settings())
_SETTINGS: dict[str, dict[str, str]] = {
    "transfer": {name: name.replace("_", "-") for name in _OF_PAINTING},
    "blend": {name: name.replace("_", "-") for name in _OF_PAINTING},
    "restore": {"fill": "fill", "clean": "clean", "keep_paint": "keep", "colour": "colour"}
    | {name: name for name in ("upscale", "look")},
    "generate": {name: name for name in ("style", "genre", "finish", "seed", "count")} | {"truncation": "variety"},
}
"""By tab, the name of each setting and how the `elem_id` of its control goes on after the tab."""


def add_address(page: gr.Blocks) -> None:
    """Connect the controls of all tabs with the page's address."""
    controls = list(_controls(page))
    quiet = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
    for tab, name, control in controls:
        js = f"(value) => window.deepart?.remember({tab!r}, {name!r}, value)"
        control.change(None, [control], None, js=js, **quiet)

    @handler
    def open_address(request: gr.Request) -> list[Any]:
        """Open the tab that the address names, with its settings."""
        updates = [asked(request, of, {name: control}).get(name) for of, name, control in controls]
        updates = [gr.skip() if value is None else value for value in updates]
        return updates if len(updates) > 1 else updates[0]

    page.load(open_address, None, [control for *_, control in controls], **quiet)


def asked(request: gr.Request, tab: str, controls: Mapping[str, Component]) -> dict[str, Any]:
    """Return what the page's address says of a tab's controls, which are given by the names of their settings."""
    said = said_of(request, tab)
    values = {name: read(control, said.get(name)) for name, control in controls.items()}
    return {name: value for name, value in values.items() if value is not None}


def said_of(request: gr.Request, tab: str) -> dict[str, str]:
    """Return the parameters of the page's address if it opens a tab; they are not of the others."""
    said = dict(request.query_params)
    return said if said.get("tab", "transfer") == tab else {}


def facts(page: gr.Blocks) -> dict[str, dict[str, Any]]:
    """Return the default of each setting, by tab and name, for page/address.js."""
    found: dict[str, dict[str, Any]] = {"transfer": {"style": None}}
    for tab, name, control in _controls(page):
        found.setdefault(tab, {})[name] = control.value
    return found


def read(control: Component, text: str | None) -> Any:
    """Parse a value of an address; None if the control cannot have it."""
    if text is None:
        return None
    if isinstance(control, gr.Checkbox):
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower())
    if isinstance(control, (gr.Radio, gr.Dropdown)):
        return next((value for _, value in control.choices if str(value) == text), None)
    try:
        number = float(text)
    except ValueError:
        return None
    low, high = control.minimum, control.maximum
    if not (low if low is not None else number) <= number <= (high if high is not None else number):
        return None
    return int(number) if number.is_integer() else number


def _controls(page: gr.Blocks) -> Iterator[tuple[str, str, Component]]:
    by_id = {block.elem_id: block for block in page.blocks.values() if block.elem_id}
    for tab, names in _SETTINGS.items():
        for name, suffix in names.items():
            if f"{tab}-{suffix}" in by_id:
                yield tab, name, by_id[f"{tab}-{suffix}"]
