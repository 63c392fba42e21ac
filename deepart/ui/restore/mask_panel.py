"""The panel of the Restore tab where damage is found, drawn, erased and protected."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from deepart import runtime
from deepart.errors import InputError
from deepart.images import load_image, save_png
from deepart.text import say
from deepart.ui.events import ON_DEVICE, QUIET, handler, language_of, translations as t, unread, unread_editor
from deepart.ui.pictures import EDITOR_SIDE, canvas
from deepart.ui.restore import html, request as request_of
from deepart.ui.restore.request import FILL_COLOUR, MASK_NAME, OPACITY, PROTECT_COLOUR
from deepart.ui.widgets.object_picker import build_object_picker, clicked_at


@dataclass(frozen=True, slots=True)
class MaskPanel:
    """What the tab needs of the panel."""

    mask: gr.State
    """PNG of what was found or uploaded; None for nothing."""
    editor: gr.ImageEditor
    show_after: Callable[[Callable[..., gr.events.Dependency]], None]
    """Takes an event, after which picture and mask are put into the panel."""


def build_mask_panel(work: gr.State, picture: gr.Image, fill: gr.Checkbox) -> MaskPanel:
    """Add the panel to the surrounding column.

    Args:
        work: what the tab remembers, a dictionary: "looking", whether damage is being looked for; the panel
            adds "marking", whether it is open, "marked", what it was last shown, and "own_mask", whether it is
            the visitor's.
        picture: the tab's.
        fill: whether what is marked is filled.
    """
    mask = gr.State(None)
    with gr.Accordion(t("ui.restore.mask"), open=False, elem_id="restore-mask") as panel:
        gr.Markdown(t("ui.restore.mask_hint"), elem_classes="hint")
        editor = gr.ImageEditor(
            label=t("ui.restore.editor"),
            image_mode="RGBA",
            format="png",
            sources=[],
            transforms=[],
            height=560,
            canvas_size=(EDITOR_SIDE, EDITOR_SIDE),
            brush=gr.Brush(
                default_size=14, colors=[(FILL_COLOUR, OPACITY), (PROTECT_COLOUR, OPACITY)], color_mode="fixed"
            ),
            eraser=gr.Eraser(default_size=24),
            layers=gr.LayerOptions(allow_additional_layers=False, layers=["Mask"]),
            elem_id="restore-editor",
        )
        clicked, kind = build_object_picker("restore", picture)
        note = gr.Markdown(elem_id="restore-marked", elem_classes="hint")
        with gr.Row():
            find_button = gr.Button(t("ui.restore.find"), size="md", elem_id="restore-find")
            upload = gr.UploadButton(
                t("ui.restore.upload_mask"), file_types=["image"], type="filepath", size="md", elem_id="restore-upload"
            )
            clear_button = gr.Button(t("ui.restore.clear_mask"), size="md", elem_id="restore-clear")
            download = gr.DownloadButton(
                t("ui.restore.download_mask"), interactive=False, size="md", elem_id="restore-mask-file"
            )
    unread(upload)
    unread(download)
    unread_editor(editor)

    def show_after(event: Callable[..., gr.events.Dependency]) -> None:
        shown = event(show_mask, [work, picture, mask], [editor], **QUIET)
        shown.success(tell_mask, [picture, mask], [download, note], **QUIET)

    found = find_button.click(runtime.gpu(find_damage), [picture, mask, editor], [mask, fill, note], **ON_DEVICE)
    for changed in (
        panel.expand(open_panel, [work], None, **QUIET),
        found,
        clicked.select(add_object, [work, picture, kind, mask, editor], [mask, fill], **QUIET),
        upload.upload(take_mask, [work, upload, picture], [mask, fill], **QUIET),
        clear_button.click(clear_mask, [work], [mask, fill], **QUIET),
    ):
        show_after(changed.success)
    editor.input(follow_strokes, [picture, mask, editor], [download, note, fill], trigger_mode="always_last", **QUIET)
    return MaskPanel(mask, editor, show_after)


def told(path: str | None, mask: bytes | None, drawn: Any, language: str, folder: str) -> tuple[Any, Any]:
    """Return the file of the mask, and how much it marks."""
    holes = protect = None
    if path is not None:
        holes, protect = request_of.marked(mask, drawn, load_image(path).size)
    if holes is None and protect is None:
        return gr.update(value=None, interactive=False), ""
    parts = [say("ui.restore.marked", language, percent=html.percent(request_of.share(holes)))]
    if protect is not None:
        parts.append(say("ui.restore.protected", language, percent=html.percent(request_of.share(protect))))
    if holes is None:
        return gr.update(value=None, interactive=False), " ".join(parts)
    save_png(holes, Path(folder) / MASK_NAME)
    return gr.update(value=str(Path(folder) / MASK_NAME), interactive=True), " ".join(parts)


@handler
def show_mask(work: dict[str, Any], path: str | None, mask: bytes | None, request: gr.Request) -> Any:
    """Put the picture and its mask on the canvas, unless they are there: strokes must not be lost.

    Not a generator: the last value of one is sent twice, and layers that come twice at once get lost.
    """
    if work.get("looking"):  # then there will be a mask
        return gr.skip()
    wanted = (path, mask) if path and work.get("marking") else None
    if work.get("marked") == wanted:
        return gr.skip()
    work["marked"] = wanted
    if wanted is None:
        return None
    picture = load_image(path)
    layers = [request_of.strokes(mask, picture.size)] if mask else []
    return {"background": canvas(picture), "layers": layers, "composite": None}


@handler
def tell_mask(path: str | None, mask: bytes | None, request: gr.Request) -> Iterator[tuple[Any, ...]]:
    with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
        yield told(path, mask, None, language_of(request), folder)


@handler
def follow_strokes(
    path: str | None, mask: bytes | None, drawn: dict[str, Any] | None, request: gr.Request
) -> Iterator[tuple[Any, ...]]:
    """Whoever marks damage wants it filled."""
    if path is None or not (drawn or {}).get("layers"):
        yield gr.skip(), gr.skip(), gr.skip()
        return
    before, after = (request_of.marked(mask, editor, load_image(path).size)[0] for editor in (None, drawn))
    with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
        file, sentence = told(path, mask, drawn, language_of(request), folder)
        is_new = request_of.share(after) > 0 and before != after
        yield file, sentence, gr.update(value=True) if is_new else gr.skip()


@handler
def find_damage(
    path: str | None, mask: bytes | None, drawn: dict[str, Any] | None, request: gr.Request
) -> Iterator[tuple[Any, ...]]:
    """Add the damage that is found to what is marked."""
    if path is None:
        raise InputError("restore.missing")
    language = language_of(request)
    steps = request_of.damage_steps(path)
    examined = yield from runtime.told(steps, lambda step: (gr.skip(), gr.skip(), say(step.note, language)))
    before, _ = request_of.marked(mask, drawn, examined.found.size)
    yield request_of.joined(before, examined.mask), True, ""


@handler
def add_object(
    work: dict[str, Any],
    path: str | None,
    kind: str,
    mask: bytes | None,
    drawn: dict[str, Any] | None,
    request: gr.Request,
    event: gr.SelectData,
) -> tuple[bytes | None, bool]:
    """Add the object or region that was clicked at to what is marked, to be painted over."""
    if path is None:
        raise InputError("restore.missing")
    size = load_image(path).size
    before, _ = request_of.marked(mask, drawn, size)
    work["own_mask"] = True
    return request_of.joined(before, request_of.hole_of(clicked_at(path, kind, event), size)), True


@handler
def take_mask(work: dict[str, Any], file: str, path: str | None, request: gr.Request) -> tuple[bytes, bool]:
    if path is None:
        raise InputError("restore.missing")
    taken = request_of.uploaded(file, path)
    work["own_mask"] = True
    return taken, True


@handler
def clear_mask(work: dict[str, Any], request: gr.Request) -> tuple[None, bool]:
    work.pop("marked", None)  # strokes may be there although the mask is as it was
    work["own_mask"] = True
    return None, False


@handler
def open_panel(work: dict[str, Any], request: gr.Request) -> None:
    work["marking"] = True
