"""A tab without a browser: its handlers, called as the page would call them, with the values of its components."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import gradio as gr
from gradio.blocks import BlockFunction
from gradio.helpers import special_args


class Page:
    """What one visitor has before them: the value of each component, by its `elem_id`, and each state by its number.

    Args:
        build: adds a tab, or the app, to the surrounding Blocks.
        language: that the visitor's browser asks for.
    """

    def __init__(self, build: Callable[[], object], language: str = "en") -> None:
        with gr.Blocks() as self.blocks:
            build()
        self.request = gr.Request(headers={"accept-language": language})
        self.values = {component: component.value for component in self.blocks.blocks.values() if _has_value(component)}
        self.updates: dict[str, Any] = {}

    def __getitem__(self, elem_id: str) -> Any:
        return self.values[self._component(elem_id)]

    def __setitem__(self, elem_id: str, value: Any) -> None:
        self.values[self._component(elem_id)] = value

    def call(self, name: str, selected: int | None = None) -> dict[str, Any]:
        """Run the handler of this name to its end, put what it returns into the page, and return it by `elem_id`."""
        for _ in self.steps(name, selected):
            pass
        return self.updates

    def steps(self, name: str, selected: int | None = None):
        """Run a handler; yield what it returned, by `elem_id`, whenever it returns something."""
        function = next(each for each in self.blocks.fns.values() if each.name == name)
        values = [self.values[component] for component in function.inputs]
        given = [dict(zip(function.inputs, values))] if function.inputs_as_dict else values
        event = gr.SelectData(None, {"index": selected, "value": None}) if selected is not None else None
        arguments, *_ = special_args(function.fn, given, self.request, event)
        found = function.fn(*arguments)
        for returned in found if inspect.isgenerator(found) else [found]:
            yield self._put(function, returned)

    def _put(self, function: BlockFunction, returned: Any) -> dict[str, Any]:
        values = returned if len(function.outputs) > 1 else [returned]
        assert len(values) == len(function.outputs), f"{function.name} returns {len(values)} values"
        self.updates = {}
        for component, value in zip(function.outputs, values):
            update = value if isinstance(value, dict) and value.get("__type__") == "update" else {"value": value}
            self.updates[component.elem_id or str(component._id)] = {k: v for k, v in update.items() if k != "__type__"}
            if component in self.values and "value" in update:
                self.values[component] = update["value"]
        return self.updates

    def _component(self, elem_id: str) -> Any:
        return next(each for each in self.values if each.elem_id == elem_id)


def _has_value(component: object) -> bool:
    return hasattr(component, "value") and hasattr(component, "elem_id")
