"""A tab without a browser: what a visitor does there is handed to its handlers as the page would hand it to them.

A `Page` follows what the handlers of an event return, the events that follow upon them, and those of values that
they changed.  What only a browser does (layout, files that are converted on their way, JavaScript) it does not do.
"""

from __future__ import annotations

import copy
import inspect
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.blocks import BlockFunction
from gradio.helpers import special_args
from PIL import Image

Updates = dict[str, dict[str, Any]]
"""What a handler changes: by `elem_id` the properties that get new values, "value" among them."""


@cache
def built(build: Callable[[], object]) -> gr.Blocks:
    """Return the Blocks that `build` adds to, which are made once."""
    with gr.Blocks() as blocks:
        build()
    return blocks


class Page:
    """What one visitor has before them: the value of each component, by its `elem_id`.

    Args:
        build: adds a tab to the surrounding Blocks; it is called once for all pages.
        folder: where the files of results are kept.
        language: that the visitor's browser asks for.
    """

    def __init__(self, build: Callable[[], object], folder: Path | None = None, language: str = "en") -> None:
        blocks = built(build).blocks.values()
        self._functions = built(build).fns.values()
        self._blocks = {each.elem_id: each for each in blocks if each.elem_id}
        self.values = {each: copy.copy(each.value) for each in blocks if hasattr(each, "value")}
        self._shown = {each: each.visible for each in blocks}
        self.request = gr.Request(headers={"accept-language": language})
        self.toasts: list[str] = []
        self.updates: Updates = {}
        self._folder = folder

    def __getitem__(self, elem_id: str) -> Any:
        return self.values[self._blocks[elem_id]]

    def __setitem__(self, elem_id: str, value: Any) -> None:
        self.values[self._blocks[elem_id]] = value

    def shows(self, elem_id: str) -> bool:
        """Whether a component is shown, wherever it stands."""
        return self._shown[self._blocks[elem_id]] is True

    def state(self, handler: str) -> Any:
        """Return the first state that a handler is given."""
        inputs = self._named(handler).inputs
        return next(self.values[each] for each in inputs if isinstance(each, gr.State))

    def do(self, elem_id: str, event: str, value: Any = None, selected: Any = None) -> None:
        """Do something with a component, such as "click", and all that follows.

        Args:
            value: that the component gets by it, unless it is None.
            selected: place of the item that was chosen in a gallery, or point (x, y) of a picture.
        """
        component = self._blocks[elem_id]
        if value is not None:
            self[elem_id] = value
        self._fire(component, event, selected)
        if value is not None:
            self._fire(component, "change")

    def load(self) -> None:
        """Do what happens when the page is opened."""
        for function in self._functions:
            if any(event == "load" for _, event in function.targets):
                self._run(function, None)

    def call(self, handler: str, selected: Any = None) -> Updates:
        """Run one handler to its end, by its name, and nothing that follows; return all that it changed."""
        changed: Updates = {}
        for updates in self.steps(handler, selected):
            for elem_id, update in updates.items():
                changed.setdefault(elem_id, {}).update(update)
        return changed

    def happen(self, handler: str) -> None:
        """Run one handler, such as that of a timer, and all that follows."""
        self._run(self._named(handler), None)

    def steps(self, handler: str, selected: Any = None) -> Iterator[Updates]:
        """Run one handler; yield what it changes, each time that it does."""
        return self._steps(self._named(handler), selected)

    def _named(self, handler: str) -> BlockFunction:
        return next(each for each in self._functions if each.name == handler)

    def _fire(self, component: Any, event: str, selected: Any = None) -> None:
        for function in self._functions:
            if (component._id, event) in function.targets:
                self._run(function, selected)

    def _run(self, function: BlockFunction, selected: Any) -> None:
        before, failed = dict(self.values), False
        if function.fn is not None and not function.is_cancel_function:
            try:
                for updates in self._steps(function, selected):
                    self.updates = updates or self.updates
            except gr.Error as error:
                self.toasts.append(str(error))
                failed = True
        for follower in self._functions:
            only_on_failure, only_on_success = follower.trigger_only_on_failure, follower.trigger_only_on_success
            if follower.trigger_after == function._id and not (only_on_success if failed else only_on_failure):
                self._run(follower, selected)
        for component, value in self.values.items():
            if value is not before[component] and value != before[component]:
                self._fire(component, "change")

    def _steps(self, function: BlockFunction, selected: Any) -> Iterator[Updates]:
        values = [self.values.get(component) for component in function.inputs]
        given = [dict(zip(function.inputs, values))] if function.inputs_as_dict else values
        event = None if selected is None else gr.SelectData(None, {"index": selected, "value": None})
        arguments, *_ = special_args(function.fn, given, self.request, event)
        found = function.fn(*arguments)
        for returned in found if inspect.isgenerator(found) else [found]:
            values = returned if len(function.outputs) > 1 else [returned][: len(function.outputs)]
            assert len(values) == len(function.outputs), f"{function.name} returns {len(values)} values"
            yield {
                each.elem_id or str(each._id): self._put(each, value) for each, value in zip(function.outputs, values)
            }

    def _put(self, component: Any, value: Any) -> dict[str, Any]:
        is_update = isinstance(value, dict) and value.get("__type__") == "update"
        update = {key: it for key, it in value.items() if key != "__type__"} if is_update else {"value": value}
        self._shown[component] = update.get("visible", self._shown[component])
        if "value" in update and hasattr(component, "value"):
            self.values[component] = update["value"] = self._kept(update["value"])
        return update

    def _kept(self, value: Any) -> Any:
        """Return a value with copies of its files, which are gone when the handler ends."""
        if isinstance(value, (list, tuple)):
            return type(value)(self._kept(each) for each in value)
        is_file = isinstance(value, str) and value.startswith(tempfile.gettempdir()) and Path(value).is_file()
        if self._folder is None or not (is_file or isinstance(value, Image.Image)):
            return value
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        if is_file:
            return shutil.copy(value, folder)
        value.save(folder / "image.png")
        return str(folder / "image.png")
