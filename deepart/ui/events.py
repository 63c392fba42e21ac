"""Common parts of all event handlers: the visitor's language, and errors as toasts."""

from __future__ import annotations

import base64
import functools
import html
import inspect
import logging
import tempfile
from abc import ABCMeta
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr
from fastapi import HTTPException
from gradio.components.base import server
from gradio.components.image_editor import AcceptBlobs
from gradio.data_classes import ListFiles

from deepart.admin import access
from deepart.errors import DeepartError
from deepart.files import write_error
from deepart.runtime import Progress
from deepart.text import LANGUAGES, say, texts
from deepart.ui.serving import visitors
from deepart.ui.serving.drawings import drawings

log = logging.getLogger("deepart")

Handler = TypeVar("Handler", bound=Callable)
Component = TypeVar("Component", bound=gr.components.Component)

_LOCALES = {"zh": ("zh", "zh-CN", "zh-TW")}
"""The names that browsers give to a language, where they have more than its code."""

translations = gr.I18n(
    **{locale: dict(texts(language)) for language in LANGUAGES for locale in _LOCALES.get(language, (language,))}
)
"""For static texts: `translations("ui.paint")`; the browser chooses the language."""


def language_of(request: gr.Request | None) -> str:
    """Return the language of the app that the visitor's browser prefers, for texts from the server."""
    wanted: dict[str, float] = {}
    for entry in (request.headers.get("accept-language", "") if request else "").split(","):
        tag, _, quality = entry.lower().replace(" ", "").partition(";q=")  # RFC 9110: "zh-CN,zh;q=0.9,en;q=0.8"
        with suppress(ValueError):
            wanted.setdefault(tag.partition("-")[0], float(quality or 1))
    known = [language for language in wanted if language in LANGUAGES and wanted[language] > 0]
    return max(known, key=wanted.__getitem__, default=LANGUAGES[0])


def named_choices(family: str, values: Iterable[str], language: str) -> list[tuple[str, str]]:
    """Return what can be chosen, each with what people call it: the text `family`.VALUE."""
    return [(say(f"{family}.{value}", language), value) for value in values]


def visitor_of(request: gr.Request | None) -> access.Visitor:
    """Return the visitor of a request."""
    if request is None:
        return access.Visitor()
    return visitors.visitor_of(request, request.session_hash or "")


@contextmanager
def _errors_as_toasts(request: gr.Request | None) -> Iterator[None]:
    language = language_of(request)
    try:
        yield
    except DeepartError as error:
        raise toast(error, language) from error
    except gr.Error:
        raise
    except Exception as error:
        told = disk_error(error)
        if told is None:
            log.exception("A handler failed")
            told = DeepartError("error.unexpected")
        raise toast(told, language) from error


def disk_error(error: Exception) -> DeepartError | None:
    """Return the error to show if the disk is full; None if that is not the cause."""
    told = write_error(error, Path(tempfile.gettempdir(), "any"))
    if told is None or told.key != "file.full":
        return None
    log.warning("The disk is full: %s", error)
    return DeepartError("error.disk")  # which names no path of this machine


def toast(error: DeepartError, language: str) -> gr.Error:
    """Return an error as the page shows it."""
    # Toasts are shown as HTML, and a sentence may quote what a visitor typed.
    sentence = html.escape(error.sentence(language))
    return gr.Error(sentence, title=say("ui.error_title", language), print_exception=False)


def tell(error: DeepartError, request: gr.Request | None) -> None:
    """Show an error and go on: for one thing of several that did not work."""
    language = language_of(request)
    gr.Warning(html.escape(error.sentence(language)), title=say("ui.error_title", language))


def show_progress(progress: gr.Progress, step: Progress, language: str) -> None:
    """Show Gradio's bar for a step, after its yield: every value that arrives takes the bar away."""
    progress((step.done, step.total), desc=say(step.note, language), unit="")


QUIET: Mapping[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
"""Arguments of an event that is neither for programs nor shows Gradio's own progress."""
ON_DEVICE: Mapping[str, Any] = {"concurrency_id": "device", "concurrency_limit": 1, **QUIET}
"""Arguments of one that waits in the line for the device."""


def stoppable(runs: Sequence[gr.events.Dependency], stop: gr.Button, bar: gr.components.Component) -> None:
    """Let a button stop events; what says how far they are is emptied then, and if they fail."""
    for run in runs:
        run.failure(lambda: "", None, [bar], queue=False, **QUIET)
    stop.click(lambda: "", None, [bar], cancels=list(runs), queue=False, **QUIET)


def stops_of(page: gr.Blocks) -> dict[int, str]:
    """Return the `elem_id` of the Stop button of each event that has one, by the number of its handler."""
    return {
        stopped: page.blocks[block].elem_id
        for function in page.fns.values()
        for block, _ in function.targets
        for stopped in function.cancels
        if block in page.blocks and page.blocks[block].elem_id
    }


def counted(step: Progress, language: str) -> str:
    """Say how far an engine is."""
    return f"{say(step.note, language)} · {step.done} / {step.total}"


def handler(function: Handler) -> Handler:
    """Make a function or generator an event handler whose errors become toasts.

    It must take `request: gr.Request`, whose language the errors are said in, and go through the queue if
    it can fail: what is asked for past it cannot show a toast.
    """
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def guarded(*args, **kwargs):
            with _errors_as_toasts(_request_in(args, kwargs)):
                yield from function(*args, **kwargs)
    else:

        @functools.wraps(function)
        def guarded(*args, **kwargs):
            with _errors_as_toasts(_request_in(args, kwargs)):
                return function(*args, **kwargs)

    return guarded


def admin_handler(function: Handler) -> Handler:
    """Make a function or generator an event handler of Admin, which refuses visitors.

    Its first argument must be the session's token, from a `gr.State`, which browsers cannot set.  A generator
    ends at its next step when the session is closed.
    """
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def checked(token, *args, **kwargs):
            _require_admin(token, args, kwargs)
            with closing(function(token, *args, **kwargs)) as steps:
                for step in steps:
                    _require_admin(token, args, kwargs)
                    yield step
    else:

        @functools.wraps(function)
        def checked(token, *args, **kwargs):
            _require_admin(token, args, kwargs)
            return function(token, *args, **kwargs)

    guarded = handler(checked)
    guarded.for_admins = True
    return guarded


def _require_admin(token: str | None, args: tuple, kwargs: dict) -> None:
    access.gate().require(token, visitor_of(_request_in(args, kwargs)))


def _request_in(args: tuple, kwargs: dict) -> gr.Request | None:
    return next((value for value in (*args, *kwargs.values()) if isinstance(value, gr.Request)), None)


def unread(component: Component) -> Component:
    """Let a component give its handlers the path of an upload (or of several), without looking at the file.

    `load_image` reads uploads.  Gradio would open pictures with any plugin that Pillow has, raise
    whatever that raises before a handler can say it better, and leave an empty file behind for each.
    """

    def paths_of(self: Component, payload: Any) -> str | list[str] | None:
        if isinstance(payload, ListFiles):
            return [file.path for file in payload]
        return payload.path if payload else None

    return _reading_with(component, paths_of)


def unread_camera(camera: gr.Image) -> gr.Image:
    """Let handlers get the frames of a camera unread, as bytes; nothing of them is written to a file."""

    def frame_of(self: gr.Image, payload: Any) -> bytes | str | None:
        if payload is None:
            return None
        if not (payload.url or "").startswith("data:"):
            return payload.path
        try:
            return base64.b64decode(payload.url.partition(",")[2], validate=True)
        except ValueError as error:
            raise HTTPException(400, "This is not a picture.") from error

    return _reading_with(camera, frame_of)


def unread_editor(editor: gr.ImageEditor) -> gr.ImageEditor:
    """Let handlers get what was drawn in an editor unread: a dictionary with its layers, as paths or bytes.

    What browsers send waits in `drawings`, within its bounds.
    """

    def layers_of(self: gr.ImageEditor, payload: Any) -> dict[str, Any] | None:
        if payload is None:
            return None
        if payload.id is None:  # from a program
            return {"layers": [layer.path for layer in payload.layers or []]}
        return {"layers": drawings.take(payload.id)}  # where a browser sends them

    @server
    def accept_blobs(self: gr.ImageEditor, data: AcceptBlobs, request: gr.Request) -> None:
        try:
            (_, layer), *_ = data.files
            if data.data["type"] == "layer":
                drawings.put(data.data["id"], int(data.data["index"]), layer, visitors.address_of(request))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise HTTPException(400, "This is not a layer of a drawing.") from error

    return _reading_with(editor, layers_of, accept_blobs=accept_blobs)


def _reading_with(component: Component, preprocess: Callable[[Component, Any], Any], **methods: Callable) -> Component:
    """Change how a component reads what comes from the browser, and other methods of it.

    It gets a class of its own: whenever a handler changes a property, Gradio makes the component anew from
    its class.  Made past the metaclass, which would write a stub file beside this module.
    """
    original = type(component)
    namespace = {"preprocess": preprocess, **methods, "__module__": original.__module__}
    component.__class__ = ABCMeta.__new__(type(original), original.__name__, (original,), namespace)
    return component
