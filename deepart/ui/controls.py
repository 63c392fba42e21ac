"""Controls of a page and parameters of an endpoint, made from `deepart.options`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import gradio as gr
from gradio.components import Component

from deepart import runtime
from deepart.options import Options, PaintOptions, Setting
from deepart.text import say, texts
from deepart.ui.events import handler, translations as t

T = TypeVar("T")

USUAL_SIDE = 2048
"""Longest side of a painting on a page unless a visitor chooses a larger one, which takes minutes."""
WHOLE = -1
"""The value for the picture's own size, however large; 0 is its own size up to `USUAL_SIDE`."""
_MOST_BUTTONS = 5  # beside each other; of more a list is shown


def option_controls(
    tab: str, names: Iterable[str], options: type[Options] = PaintOptions, **facts: Any
) -> dict[str, Component]:
    """Add controls for settings to the surrounding column, and return them by name.

    Args:
        tab: what their `elem_id` begins with.
        names: of the settings, in the order in which they stand there.
        options: whose settings they are.
        facts: arguments of each component.
    """
    return {name: _control(options.settings()[name], f"{tab}-{name.replace('_', '-')}", **facts) for name in names}


def in_order(*controls: Mapping[str, Component]) -> dict[str, Component]:
    """Return all controls of a tab in the order in which handlers get their values; see `options_of`."""
    found = {name: control for some in controls for name, control in some.items()}
    return {name: found[name] for name in PaintOptions.settings()}


def options_of(values: Iterable[Any], longest: int = 0) -> PaintOptions:
    """Return the options that the controls, in the order of `in_order`, stand at.

    Args:
        values: of the controls.
        longest: pixels of the picture's longer side, see `painted_at`; 0 if it is not known.
    """
    named = dict(zip(PaintOptions.settings(), values))
    return PaintOptions.read({**named, "size": painted_at(named["size"], longest)})


def painted_at(size: int, longest: int) -> int | None:
    """Return the longer side that a page's size stands for: None for the picture's own, see `WHOLE`."""
    if size == WHOLE or not size:
        return USUAL_SIDE if not size and longest > USUAL_SIDE else None
    return size


def most_of_many(values: Iterable[Any]) -> int | None:
    """Return the longer side that none of many paintings may exceed, given what `options_of` gets; None for no bound.

    Where a size was chosen it is that of all; see `WHOLE`.
    """
    return None if dict(zip(PaintOptions.settings(), values))["size"] == WHOLE else USUAL_SIDE


def restored(options: PaintOptions, language: str) -> list[Any]:
    """Return the updates of the controls for options; values that are not offered are added."""
    updates = []
    for name, known in PaintOptions.settings().items():
        value = getattr(options, name)
        value = (WHOLE if name == "size" else 0) if value is None else value
        choices = choices_of(known, language)
        if choices and all(value != each for _, each in choices):
            choices.append((_label(known, value, language), value))
        updates.append(gr.update(choices=choices, value=value) if choices else gr.update(value=value))
    return updates


def translated(language: str) -> list[Any]:
    """Return the updates of the controls for a language, since Gradio cannot translate choices."""
    choices = [choices_of(known, language) for known in PaintOptions.settings().values()]
    return [gr.update(choices=each) if each else gr.skip() for each in choices]


def choices_of(known: Setting, language: str) -> list[tuple[str, Any]]:
    """Return what can be chosen, each with its label; nothing for a setting with a slider."""
    values = known.choices or ((0, *known.offered) if known.offered else ())
    if known == PaintOptions.settings()["size"]:  # that of a restoration has no usual side
        values = (0, WHOLE, *known.offered)
    return [(_label(known, value, language), value) for value in values]


def _label(known: Setting, value: Any, language: str) -> str:
    if known.name == "size" and value == WHOLE:
        return say("option.size.whole", language)
    key = f"{known.words}.{known.name}.{value if isinstance(value, str) else format(value, 'g')}"
    return say(key, language) if key in texts(language) else f"{value:g} {known.unit}".strip()


def _control(known: Setting, elem_id: str, **facts: Any) -> Component:
    words = f"{known.words}.{known.name}"
    label, choices = t(words), choices_of(known, "en")
    value = known.default if isinstance(known.default, (int, float)) or known.choices else 0  # None, or "auto"
    info = t(f"{words}.info") if f"{words}.info" in texts("en") else None
    if len(choices) > _MOST_BUTTONS:
        info = t(f"{words}.help")
    facts = {"value": value, "label": label, "info": info, "elem_id": elem_id, **facts}
    if known.is_flag:
        return gr.Checkbox(**facts)
    if not choices:
        return gr.Slider(known.low, known.high, step=0.05, **facts)
    return (gr.Radio if len(choices) <= _MOST_BUTTONS else gr.Dropdown)(choices, **facts)


def segmented(choices: Sequence[Any], value: Any, label: str | None, elem_id: str, **facts: Any) -> gr.Radio:
    """Add choices that stand beside each other.

    Args:
        choices, value: see `gr.Radio`; `facts`, too.
        label: key of its text; None for no label.
        elem_id: see `gr.Radio`.
    """
    facts |= {"show_label": False} if label is None else {"label": t(label)}
    return gr.Radio(choices, value=value, elem_id=elem_id, elem_classes="segmented", **facts)


# --- endpoints -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of an endpoint: its component, default and description."""

    component: Component
    default: Any
    about: str


def option_fields(*several: type[Options]) -> dict[str, Field]:
    """Return the parameters of an endpoint for settings, those of `PaintOptions` by default; see `Setting.left_out`."""
    return {name: _field(known) for each in several or (PaintOptions,) for name, known in each.settings().items()}


def _field(known: Setting) -> Field:
    value = known.left_out
    if known.is_flag:
        component = gr.Checkbox(value, label=known.name)
    elif isinstance(known.default, str) or known.may_be_auto:
        component = gr.Textbox(str(value), label=known.name)
    else:
        component = gr.Number(value, label=known.name, precision=0 if known.is_whole else None)
    value = str(value) if known.may_be_auto else value
    return Field(component, value, known.help() + (" 0 leaves it out." if known.default is None and value == 0 else ""))


def in_contract(fields: Mapping[str, Field], first: Iterable[str]) -> dict[str, Field]:
    """Return parameters in the order `first`, on which programs rely; newer ones come last."""
    first = tuple(first)
    return {name: fields[name] for name in (*first, *(name for name in fields if name not in first))}


def endpoint(
    function: Callable[[dict[str, Any], Any], Iterator[Any]], fields: Mapping[str, Field]
) -> Callable[..., Iterator[Any]]:
    """Return a handler with a parameter for each field, which Gradio shows to programs.

    Args:
        function: takes the values by name, and the request; its docstring says what the endpoint does and returns.
        fields: in the order of the parameters; one whose default is `inspect.Parameter.empty` has to be given.
    """

    def called(*values: Any) -> Iterator[Any]:
        *values, request = values
        yield from function(dict(zip(fields, values)), request)

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(name, kind, default=field.default) for name, field in fields.items()]
    request = inspect.Parameter("request", kind, default=None, annotation=gr.Request)
    about = "\n".join(f"    {name}: {field.about}" for name, field in fields.items())
    called.__name__ = called.__qualname__ = function.__name__.removesuffix("_endpoint")  # as assistants call it
    called.__doc__ = inspect.getdoc(function).replace("Args: see `fields`.", f"Args:\n{about}")
    called.__annotations__ = {"request": gr.Request}
    called.__signature__ = inspect.Signature([*parameters, request])
    return handler(called)


def finished(steps: Generator[Any, None, T], meanwhile: Any = None) -> Generator[Any, None, T]:
    """Run an engine within a handler and return its result; yields `meanwhile` at each of its steps."""
    return (yield from runtime.told(steps, lambda step: meanwhile))


ONE_AT_A_TIME: Mapping[str, Any] = {"concurrency_id": "device", "concurrency_limit": 1}
"""The queue of most work for the device."""


def add_endpoint(
    function: Callable[[dict[str, Any], Any], Iterator[Any]],
    fields: Callable[[], Mapping[str, Field]],
    answers: Callable[[], Sequence[Component]],
    contract: Iterable[str] = (),
    line: Mapping[str, Any] = ONE_AT_A_TIME,
    seconds: int = 60,
) -> None:
    """Add an endpoint to the surrounding Blocks, named as `function` is without "_endpoint".

    Args:
        function: see `endpoint`.
        fields, answers: make the components that it takes and returns, which nobody sees.
        contract: see `in_contract`.
        line: in which it waits, as `click` takes it.
        seconds: for which it is lent a GPU, where one is lent.
    """
    with gr.Row(visible=False):
        button = gr.Button()
        parameters = in_contract(fields(), contract)
        returned = answers()
    button.click(
        runtime.gpu(endpoint(function, parameters), seconds=seconds),
        [field.component for field in parameters.values()],
        returned,
        api_name=function.__name__.removesuffix("_endpoint"),
        **line,
    )
