"""The Transfer tab: a picture, a style, how strong; before and after."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from deepart import runtime
from deepart.errors import InputError
from deepart.images import fit, load_image, save_png
from deepart.recipes import chunks, recipe_of
from deepart.tasks.colour import COLOUR_MODES
from deepart.tasks.gallery import named_styles
from deepart.tasks.transfer import DEFAULT_CHECKPOINT, is_named_style, resized, transfer_steps
from deepart.text import say
from deepart.ui import samples
from deepart.ui.events import handler, language_of, unread
from deepart.ui.events import translations as t

SIZES = (512, 1024, 1600, 2048, 4096)
SHOWN_SIDE = 2048
"""Longer side of what the browser shows; the download has every pixel."""
FILE_NAME = "deepart-transfer.png"


@dataclass(frozen=True, slots=True)
class Painted:
    """A painting on disk, as long as the folder that it lies in."""

    before: str
    after: str
    download: str
    recipe: dict[str, Any]
    size: tuple[int, int]
    had_credentials: bool


def build_transfer_tab() -> None:
    """Add the tab's components and their events to the surrounding Blocks."""
    styles = named_styles(DEFAULT_CHECKPOINT)
    first = samples.EXAMPLES[0]

    # Layout
    chosen = gr.State(first.style)
    with gr.Row(elem_id="transfer-columns"):
        with gr.Column(scale=5, elem_id="transfer-settings"):
            content = gr.Image(
                label=t("ui.content"),
                type="filepath",
                format="png",
                sources=["upload", "clipboard", "webcam"],
                height=280,
                elem_id="transfer-content",
            )
            gallery = gr.Gallery(
                _gallery_items("en"),
                label=t("ui.gallery"),
                columns=4,
                height=370,
                object_fit="cover",
                allow_preview=False,
                selected_index=list(styles).index(first.style),
                buttons=[],
                interactive=False,
                elem_id="transfer-gallery",
            )
            with gr.Accordion(t("ui.own_style"), open=False, elem_id="transfer-own"):
                own_style = gr.Image(
                    label=t("ui.own_style_picture"),
                    type="filepath",
                    format="png",
                    sources=["upload", "clipboard"],
                    height=220,
                    elem_id="transfer-style",
                )
            chosen_text = gr.Markdown(styles[first.style].credit("en"), elem_id="transfer-chosen")
            strength = gr.Slider(0, 1, value=1, step=0.05, label=t("ui.strength"), elem_id="transfer-strength")
            colour = gr.Radio(_colour_choices("en"), value="style", label=t("ui.colour"), elem_id="transfer-colour")
            size = gr.Dropdown(
                [("100 %", 0), *((f"{side} px", side) for side in SIZES)],
                value=0,
                label=t("ui.size"),
                info=t("ui.size_info"),
                elem_id="transfer-size",
            )
            with gr.Row():
                paint_button = gr.Button(
                    t("ui.paint"),
                    variant="primary",
                    scale=3,
                    elem_id="transfer-run",
                    elem_classes="starts-painting",
                )
                stop_button = gr.Button(t("ui.stop"), scale=1, elem_id="transfer-stop")
        with gr.Column(scale=7, elem_id="transfer-work"):
            result = gr.ImageSlider(
                label=t("ui.before_after"),
                type="filepath",
                format="png",
                interactive=False,
                max_height=640,
                buttons=["fullscreen"],
                elem_id="transfer-result",
            )
            status = gr.Markdown(elem_id="transfer-status", elem_classes="hint")
            with gr.Row():
                download = gr.DownloadButton(
                    t("ui.download"), interactive=False, size="md", elem_id="transfer-download"
                )
                again = gr.Button(t("ui.paint_over"), interactive=False, size="md", elem_id="transfer-again")
                restore = gr.UploadButton(
                    t("ui.restore_settings"),
                    file_types=[".png"],
                    type="filepath",
                    size="md",
                    elem_id="transfer-restore",
                )
            examples = gr.Gallery(
                _example_items("en"),
                label=t("ui.examples"),
                columns=4,
                height="auto",
                object_fit="cover",
                allow_preview=False,
                buttons=[],
                interactive=False,
                elem_id="transfer-examples",
                elem_classes="starts-painting",
            )
            gr.Markdown(t("ui.photo_credits"), elem_classes="hint")
            with gr.Accordion(t("ui.recipe"), open=False):
                recipe = gr.JSON(show_label=False, elem_id="transfer-recipe")
    outputs = [result, download, again, recipe, status]
    for component in (content, own_style, download, restore):
        unread(component)

    # Handlers
    @handler
    def show_first_picture(request: gr.Request) -> tuple[Any, ...]:
        """What a visitor sees before doing anything."""
        if runtime.settings().zero_gpu:  # a GPU is lent to those who ask for a painting
            return gr.skip(), gr.skip()
        return samples.first_picture(), say("ui.first_picture", language_of(request))

    @handler
    def translate(request: gr.Request) -> tuple[Any, ...]:
        """Say in the visitor's language what Gradio cannot translate: captions, choices, values."""
        language = language_of(request)
        if language == "en":
            return (gr.skip(),) * 4
        return (
            gr.update(value=_gallery_items(language)),
            gr.update(value=_example_items(language)),
            gr.update(choices=_colour_choices(language)),
            styles[first.style].credit(language),
        )

    @handler
    def choose(request: gr.Request, event: gr.SelectData) -> tuple[str, None, str]:
        key = list(styles)[event.index]
        return key, None, styles[key].credit(language_of(request))

    @handler
    def choose_own(path: str | None, request: gr.Request) -> tuple[Any, Any, Any]:
        if path is None:
            return gr.skip(), gr.skip(), gr.skip()
        load_image(path)
        # None would leave the old one selected.
        return None, gr.update(selected_index=-1), say("ui.own_style_chosen", language_of(request))

    @handler
    def check_content(path: str, request: gr.Request) -> Any:
        """Refuse a bad picture as soon as it is there, and show one that browsers cannot."""
        picture = load_image(path)
        if Path(path).suffix.lower() in (".tif", ".tiff", ".heic", ".heif", ".bmp"):
            return picture
        return gr.skip()

    @handler
    def paint(
        content: str | None,
        chosen: str | None,
        own_style: str | None,
        strength: float,
        colour: str,
        size: int,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),
    ) -> Iterator[tuple[Any, ...]]:
        language = language_of(request)
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
            for step in paint_to(Path(folder), content, own_style, chosen, strength, colour, size):
                if isinstance(step, runtime.Progress):
                    progress((step.done, step.total), desc=say(step.note, language), unit="")
                    yield (gr.skip(),) * len(outputs)
                    continue
                width, height = step.size
                note = say("ui.painted", language, width=width, height=height, seconds=time.monotonic() - started)
                if step.had_credentials:
                    note += " " + say("ui.credentials_dropped", language)
                # By the time the next value is asked for, the files have been copied to the app's cache.
                yield (
                    (step.before, step.after),
                    gr.update(value=step.download, interactive=True),
                    gr.update(interactive=True),
                    step.recipe,
                    note,
                )

    @handler
    def fill_in_example(request: gr.Request, event: gr.SelectData) -> tuple[Any, ...]:
        example = samples.EXAMPLES[event.index]
        return (
            str(samples.folder() / example.photo),
            example.style,
            None,
            gr.update(selected_index=list(styles).index(example.style)),
            styles[example.style].credit(language_of(request)),
        )

    @handler
    def paint_over(path: str, request: gr.Request) -> str:
        """Make the last painting the picture to paint; its recipe travels in the file."""
        return path

    @handler
    def restore_settings(path: str, request: gr.Request) -> tuple[Any, ...]:
        """Read the settings back from a picture that was painted here."""
        found = recipe_of(path)
        if found is None or found.verb != "transfer":
            raise InputError("recipe.missing")
        key, language = found.settings.get("style"), language_of(request)
        known = isinstance(key, str) and key in styles
        return (
            _within(found.settings.get("strength"), 0, 1, default=1),
            found.settings["colour"] if found.settings.get("colour") in COLOUR_MODES else "style",
            found.settings["size"] if found.settings.get("size") in SIZES else 0,
            key if known else gr.skip(),
            None if known else gr.skip(),
            gr.update(selected_index=list(styles).index(key)) if known else gr.skip(),
            styles[key].credit(language) if known else say("ui.add_style_again", language),
            say("ui.settings_restored", language),
        )

    @handler
    def transfer_endpoint(
        content: str,
        style: str | None = None,
        style_name: str | None = None,
        strength: float = 1,
        size: int = 0,
        colour: str = "style",
        request: gr.Request | None = None,
    ) -> Iterator[tuple[str | None, dict[str, Any] | None]]:
        """Repaint a picture in the style of another.

        Args:
            content: the picture to paint.
            style: the picture to take the style from; leave it out to use style_name.
            style_name: a style of the gallery, such as starry-night.
            strength: 0 returns the content unchanged, 1 is the full style.
            size: longer side of the result in pixels; 0 keeps the content's size.
            colour: style, luminance, matched or palette; whose colours the painting has.

        Returns:
            The painting as PNG, and the recipe of how it was made.
        """
        with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
            for step in paint_to(Path(folder), content, style, style_name, strength, colour, size):
                # Only where a value is handed over can the request be cancelled.
                yield (step.download, step.recipe) if isinstance(step, Painted) else (None, None)

    # Wiring
    gr.context.Context.root_block.load(
        show_first_picture, None, [result, status], api_visibility="private", show_progress="hidden"
    )
    gr.context.Context.root_block.load(
        translate, None, [gallery, examples, colour, chosen_text], api_visibility="private", show_progress="hidden"
    )
    gallery.select(choose, None, [chosen, own_style, chosen_text], api_visibility="private", queue=False)
    own_style.upload(choose_own, [own_style], [chosen, gallery, chosen_text], api_visibility="private").failure(
        lambda: None, None, [own_style], api_visibility="private", queue=False
    )
    content.upload(check_content, [content], [content], api_visibility="private").failure(
        lambda: None, None, [content], api_visibility="private", queue=False
    )
    on_device = {"concurrency_id": "device", "concurrency_limit": 1}
    starts = [
        paint_button.click,
        # Not in one handler: what a generator has filled in, Gradio loses at its next value.
        examples.select(
            fill_in_example,
            None,
            [content, chosen, own_style, gallery, chosen_text],
            api_visibility="private",
            queue=False,
        ).success,
    ]
    runs = [
        start(
            runtime.gpu(paint),
            [content, chosen, own_style, strength, colour, size],
            outputs,
            api_visibility="private",
            show_progress_on=result,
            **on_device,
        )
        for start in starts
    ]
    stop_button.click(None, cancels=runs, api_visibility="private", queue=False)
    again.click(paint_over, [download], [content], api_visibility="private", queue=False)
    restore.upload(
        restore_settings,
        [restore],
        [strength, colour, size, chosen, own_style, gallery, chosen_text, status],
        api_visibility="private",
    )
    with gr.Row(visible=False):  # the endpoint for programs: files and numbers, nothing of the page
        endpoint = gr.Button()
        fields = [
            unread(gr.File(label="content")),
            unread(gr.File(label="style")),
            gr.Textbox(label="style_name"),
            gr.Number(1, label="strength"),
            gr.Number(0, label="size", precision=0),
            gr.Textbox("style", label="colour"),
        ]
        answers = [gr.File(label="painting"), gr.JSON(label="recipe")]
    endpoint.click(runtime.gpu(transfer_endpoint), fields, answers, api_name="transfer", **on_device)


def paint_to(
    folder: Path,
    content: str | None,
    style: str | None,
    style_name: str | None,
    strength: float,
    colour: str,
    size: int | None,
) -> Iterator[runtime.Progress | Painted]:
    """Yield the engine's progress, and last the painting, written to `folder`.

    Args:
        folder: where the files go.
        content: path of the picture.
        style: path of a picture with the style; None to use `style_name`.
        style_name: key of a bundled style.  A visitor may have typed it: it must not be taken for a path.
        strength: see `transfer`.
        colour: the same.
        size: the same; 0 or None keeps the content's size.

    Raises:
        InputError: there is no content or no style, or see `transfer_steps`.
    """
    if content is None:
        raise InputError("content.missing")
    if not style:
        if not style_name:
            raise InputError("style.missing")
        if not is_named_style(style_name):
            raise InputError("style.unknown", known=", ".join(named_styles(DEFAULT_CHECKPOINT)))
    painted = yield from transfer_steps(content, style or style_name, strength, int(size) if size else None, colour)
    save_png(painted, folder / FILE_NAME, text=chunks(painted))
    before = fit(resized(load_image(content), max(painted.size) if size else None), SHOWN_SIDE)
    save_png(before, folder / "before.png")
    after = fit(load_image(painted), SHOWN_SIDE)  # transparency on white
    save_png(after, folder / "after.png")
    recipe = recipe_of(painted)
    yield Painted(
        before=str(folder / "before.png"),
        after=str(folder / "after.png"),
        download=str(folder / FILE_NAME),
        recipe=recipe.as_dict(),
        size=painted.size,
        had_credentials=any(ingredient.had_credentials for ingredient in recipe.ingredients),
    )


def _within(value: object, low: float, high: float, default: float) -> float:
    return value if isinstance(value, (int, float)) and low <= value <= high else default


def _gallery_items(language: str) -> list[tuple[str, str]]:
    styles = named_styles(DEFAULT_CHECKPOINT)
    return [(str(samples.folder() / f"{key}.webp"), style.title_in(language)) for key, style in styles.items()]


def _example_items(language: str) -> list[tuple[str, str]]:
    styles = named_styles(DEFAULT_CHECKPOINT)
    return [
        (str(samples.folder() / example.photo), f"× {styles[example.style].title_in(language)}")
        for example in samples.EXAMPLES
    ]


def _colour_choices(language: str) -> list[tuple[str, str]]:
    return [(say(f"ui.colour.{mode}", language), mode) for mode in COLOUR_MODES]
