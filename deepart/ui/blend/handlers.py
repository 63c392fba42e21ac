"""Handlers of the Blend tab; they read the values of its components by name."""

from __future__ import annotations

import functools
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
from PIL import Image

from deepart import runtime
from deepart.archives import safe_name
from deepart.errors import InputError
from deepart.images import fit, load_image
from deepart.options import PaintOptions
from deepart.tasks.paint.blend import MOST_STYLES
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT, PREVIEW_SIDE
from deepart.tasks.paint.gallery import named_styles
from deepart.tasks.paint.strokes import masks_by_colour
from deepart.tasks.paint.style_files import LONGEST_LABEL, SUFFIX, save_style
from deepart.tasks.paint.style_map import corners, map_weights, pad_weights
from deepart.text import say
from deepart.ui import samples
from deepart.ui.blend import style_slots
from deepart.ui.blend.morph_panel import KINDS
from deepart.ui.blend.request import WHERE, BlendRequest
from deepart.ui.blend.style_slots import COLOURS, Slot
from deepart.ui.choices import gallery_items, one_of, recipe_from, settings_note, within
from deepart.ui.controls import options_of, restored, translated
from deepart.ui.events import handler, language_of, named_choices, show_progress, tell
from deepart.ui.expectation import expected
from deepart.ui.paintings import next_number, previews, shown
from deepart.ui.widgets.style_pad import dot_in, with_anchors, with_dot

MODES = ("sliders", "pad", "map")
"""The ways to set the weights."""
NUM_RELATED = 3
LEAST_SHARE = 0.005
"""Share below which a style on the map is left out: nobody would see it."""

NOTHING_SELECTED = gr.update(selected_index=-1)  # None would leave the old one selected


class BlendPage(SimpleNamespace):
    """The components of the tab by name, and the handlers, which get values by component."""

    def __init__(self, **components: Any) -> None:
        # What is lent a GPU is called with plain values: those of the page, by component, stay in this process.
        super().__init__(
            paint_to=runtime.gpu(BlendRequest.paint_to), code_of=runtime.gpu(BlendRequest.code), **components
        )

    def mix(self, values: dict[Any, Any]) -> list[tuple[Slot, float]]:
        """Return the styles of the mix and their weights, according to the chosen mode."""
        chosen = values[self.slots]
        if values[self.mode] == "map":
            shares = map_weights(_map_places(), dot_in(values[self.style_map]))
            return [(slot, share) for slot, share in zip(_map_slots(), shares) if share > LEAST_SHARE]
        if values[self.mode] == "pad" and chosen:
            return list(zip(chosen, pad_weights(corners(len(chosen)), dot_in(values[self.pad]))))
        return list(zip(chosen, (values[weight] for weight in self.weights)))

    def request(self, values: dict[Any, Any]) -> BlendRequest:
        """Return the request of the page."""
        parts = self.mix(values)
        of_slots = values[self.mode] != "map"  # its styles come and go with the dot: none has a layer or a place
        by_key = {slot.key: slot.style for slot, _ in parts} if of_slots else {}
        place = values[self.where] if of_slots else "everywhere"
        strokes = None
        if place == "painted" and values[self.editor]:
            strokes = _strokes(tuple(values[self.editor]["layers"][:1]))
        return BlendRequest(
            content=values[self.content],
            styles=[(slot.style, weight) for slot, weight in parts],
            strength=float(values[self.strength]),
            options=options_of(
                (values[control] for control in self.options.values()), previews.longest(values[self.content])
            ),
            balance=values[self.balance],
            layers={layer: by_key[values[choice]] for layer, choice in self.layers.items() if values[choice] in by_key},
            where=place,
            strokes=strokes[: len(parts)] if strokes else None,
            softness=values[self.softness],
        )

    def slots_shown(
        self, chosen: Sequence[Slot], amounts: Sequence[float], values: dict[Any, Any], request: gr.Request
    ) -> tuple[Any, ...]:
        """Return the updates of `slot_outputs` for these styles; new ones get the weight 1."""
        amounts = [*amounts, *[1] * (len(chosen) - len(amounts))]
        layers = [values[choice] for choice in self.layers.values()]
        return style_slots.updates(chosen, amounts, layers, language_of(request))

    def amounts_in(self, values: dict[Any, Any]) -> list[float]:
        return [values[weight] for weight in self.weights][: len(values[self.slots])]

    def mix_shown(self, parts: Sequence[tuple[Slot, float]], request: BlendRequest, language: str) -> tuple:
        """Return the updates of `mix_outputs`."""
        words = style_slots.mix_in_words(*zip(*parts), language)
        if runtime.settings().zero_gpu:
            return words, gr.skip(), *(gr.skip() for _ in self.related)
        keys = style_slots.related(request.code(), [slot.key for slot, _ in parts], NUM_RELATED)
        return words, keys, *(style_slots.bundled(key).title(language) for key in keys)

    @handler
    def show_first_blend(self, request: gr.Request) -> tuple[Any, ...]:
        """Show the first example."""
        language, parts = language_of(request), [(slot, 1.0) for slot in first_slots()]
        blend = BlendRequest(None, [(slot.style, weight) for slot, weight in parts])
        mixed = self.mix_shown(parts, blend, language)
        if runtime.settings().zero_gpu:  # a GPU is lent to those who ask for a painting
            return gr.skip(), gr.skip(), *mixed
        return samples.first_blend(), say("ui.blend.first_picture", language), *mixed

    @handler
    def show_styles(self, values: dict[Any, Any], request: gr.Request) -> tuple[Any, ...]:
        """Fill pad and map, which lose what they start with while they are hidden."""
        anchors = style_slots.anchors(_map_slots(), _map_places(), language_of(request))
        slots = self.slots_shown(values[self.slots], self.amounts_in(values), values, request)
        return *slots, with_anchors(anchors)

    @handler
    def translate_blend(self, request: gr.Request) -> tuple[Any, ...]:
        """Translate what Gradio cannot: captions and choices."""
        language = language_of(request)
        if language == "en":
            return (gr.skip(),) * (4 + len(self.options))
        return (
            gr.update(value=gallery_items(language)),
            gr.update(choices=named_choices("ui.blend", MODES, language)),
            gr.update(choices=named_choices("ui.blend.where", WHERE, language)),
            *translated(language),
            gr.update(choices=named_choices("ui.blend.morph", KINDS, language)),
        )

    @handler
    def preview_blend(self, values: dict[Any, Any], request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Show a small preview of the current settings; the full painting waits for the button."""
        language, started, number = language_of(request), time.monotonic(), next_number(values[self.newest])
        unmixed, unpainted = (gr.skip(),) * len(self.mix_outputs), (gr.skip(),) * (len(self.outputs) - 1)
        try:
            wanted = self.request(values)
            wanted.check()
        except InputError as error:  # said quietly: the visitor is still at it
            yield *unpainted, error.sentence(language), *unmixed
            return
        mixed = self.mix_shown(self.mix(values), wanted, language)
        if runtime.settings().zero_gpu:  # a GPU is lent to those who ask for a painting
            yield *unpainted, gr.skip(), *mixed
            return
        before, after = wanted.preview()
        # Something newer was asked for, or the button was faster and its painting must not be replaced.
        if values[self.newest]["number"] != number or values[self.newest].get("painted") == wanted:
            yield *unpainted, gr.skip(), *mixed
            return
        values[self.newest].pop("painted", None)
        with shown(before, after) as files:
            note = say("ui.preview", language, seconds=time.monotonic() - started)
            yield files, gr.update(value=None, interactive=False), gr.skip(), note, *mixed

    @handler
    def paint_blend(
        self, values: dict[Any, Any], request: gr.Request, progress: gr.Progress = gr.Progress()
    ) -> Iterator[tuple[Any, ...]]:
        language, started, wanted = language_of(request), time.monotonic(), self.request(values)
        values[self.newest]["painted"] = wanted
        next_number(values[self.newest])
        told = expected(wanted.content, wanted.options, language)
        yield *(gr.skip(),) * (len(self.outputs) - 1), told or gr.skip()
        with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
            for step in self.paint_to(wanted, Path(folder)):
                if isinstance(step, runtime.Progress):
                    yield (gr.skip(),) * len(self.outputs)
                    show_progress(progress, step, language)
                    continue
                note = step.note(started, language)
                # By the time the next value is asked for, the files have been copied to the app's cache.
                yield painting_shown(step.before, step.after, step.download, step.recipe, note)

    @handler
    def add_from_gallery(self, values: dict[Any, Any], request: gr.Request, event: gr.SelectData) -> tuple[Any, ...]:
        slot = style_slots.bundled(list(named_styles(DEFAULT_CHECKPOINT))[event.index])
        chosen = style_slots.with_added(values[self.slots], slot)
        return *self.slots_shown(chosen, self.amounts_in(values), values, request), NOTHING_SELECTED

    @handler
    def add_uploads(self, values: dict[Any, Any], request: gr.Request) -> tuple[Any, ...]:
        """Add all files that are styles; say what is wrong with the others."""
        chosen, errors = values[self.slots], []
        for path in values[self.upload] or ():
            try:
                chosen = style_slots.with_added(chosen, style_slots.uploaded(path))
            except InputError as error:
                errors.append(error)
        if len(chosen) == len(values[self.slots]):
            raise errors[0]
        for error in {error.sentence(): error for error in errors}.values():
            tell(error, request)
        return self.slots_shown(chosen, self.amounts_in(values), values, request)

    @handler
    def add_fitted(self, values: dict[Any, Any], request: gr.Request) -> tuple[Any, ...]:
        """Add the style that was fitted in the Transfer tab, and open this one."""
        chosen = style_slots.with_added(values[self.slots], style_slots.of_code(values[self.fitting.style]))
        return *self.slots_shown(chosen, self.amounts_in(values), values, request), gr.update(selected="blend")

    def remover(self, number: int) -> Any:
        @handler
        def remove(values: dict[Any, Any], request: gr.Request) -> tuple[Any, ...]:
            chosen, amounts = list(values[self.slots]), self.amounts_in(values)
            del chosen[number : number + 1], amounts[number : number + 1]
            return self.slots_shown(chosen, amounts, values, request)

        return remove

    def adder_of_related(self, number: int) -> Any:
        @handler
        def add_related(values: dict[Any, Any], request: gr.Request) -> tuple[Any, ...]:
            """Add a related style; on the map, go half the way to it."""
            key = values[self.related_keys][number]
            if values[self.mode] == "map":
                dot = zip(dot_in(values[self.style_map]), style_slots.map_points()[key])
                return *((gr.skip(),) * len(self.slot_outputs)), with_dot([(a + b) / 2 for a, b in dot])
            chosen = style_slots.with_added(values[self.slots], style_slots.bundled(key))
            return *self.slots_shown(chosen, self.amounts_in(values), values, request), gr.skip()

        return add_related

    @handler
    def show_mode(self, values: dict[Any, Any], request: gr.Request) -> tuple[Any, ...]:
        """Show one way of setting the mix, from where the last one left it."""
        places = corners(len(values[self.slots])) if values[self.slots] else []
        return *_mode_updates(values[self.mode])[1:], with_dot(style_slots.dot_for(self.amounts_in(values), places))

    @handler
    def take_from_map(self, values: dict[Any, Any], request: gr.Request) -> tuple[Any, ...]:
        parts = sorted(self.mix(values), key=lambda part: -part[1])
        most = parts[0][1]
        chosen, amounts = zip(*((slot, round(share / most, 2)) for slot, share in parts))
        return *self.slots_shown(chosen, amounts, values, request), *_mode_updates("sliders")

    @handler
    def follow_pad(self, values: dict[Any, Any], request: gr.Request) -> tuple[Any, ...]:
        """Set the weights from the pad, the greatest to 1."""
        shares = [share for _, share in self.mix(values)] or [1]
        amounts = [round(share / max(shares), 2) for share in shares]
        return *amounts, *(gr.skip() for _ in self.weights[len(amounts) :])

    @handler
    def show_place(self, values: dict[Any, Any], request: gr.Request) -> tuple[Any, Any]:
        """Show the picture to paint areas on, if areas are painted."""
        if values[self.where] != "painted":
            return gr.update(visible=False), gr.skip()
        picture = values[self.content] and fit(load_image(values[self.content]), PREVIEW_SIDE)
        background = {"background": picture, "layers": [], "composite": None} if picture else None
        return gr.update(visible=True), background

    @handler
    def restore_blend(self, path: str, request: gr.Request) -> tuple[Any, ...]:
        """Read the settings back from a picture that was painted here; styles of the gallery come with them."""
        found, language = recipe_from(path, "blend"), language_of(request)
        settings, given = found.settings, {ingredient.role for ingredient in found.ingredients}
        roles = sorted(role for role in {*settings, *given} if re.fullmatch(r"style(_\d)?", role))
        keys = {role: one_of(named_styles(DEFAULT_CHECKPOINT), settings.get(role), "") for role in roles}
        amounts = {
            key: within(settings.get(role.replace("style", "weight")), -1, 2, default=1)
            for role, key in keys.items()
            if key
        }
        layers = [one_of(amounts, settings.get(layer), "") for layer in self.layers]
        slots = [style_slots.bundled(key) for key in amounts]
        missing = ["ui.content"]
        if "" in keys.values() or any(layer in given for layer in self.layers):
            missing.append("ui.own_style_picture")
        if any(role.startswith("mask") for role in given):
            missing.append("ui.blend.editor")
        place = one_of(WHERE[:-1], settings.get("where"), "everywhere")
        return (
            *style_slots.updates(slots, list(amounts.values()), layers, language),
            *_mode_updates("sliders"),
            within(settings.get("strength"), 0, 1, default=1),
            place,
            within(settings.get("softness"), 0, 0.2, default=0.02),
            settings.get("balance") is True,
            *restored(PaintOptions.from_recipe(settings), language),
            settings_note("ui.paint", missing, language),
        )

    @handler
    def save_mix(self, values: dict[Any, Any], request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Write the mix to a file, and put it among the styles; the picture stays as it is."""
        language, code = language_of(request), self.code_of(self.request(values))
        label = "".join(letter for letter in values[self.name] or "" if letter.isprintable()).strip()
        code = replace(code, label=(label or code.label)[:LONGEST_LABEL])
        shown_slots, note = (gr.skip(),) * len(self.slot_outputs), "ui.blend.saved_only"
        if values[self.mode] != "map" and len(values[self.slots]) < MOST_STYLES:
            chosen = style_slots.with_added(values[self.slots], style_slots.of_code(code))
            shown_slots = self.slots_shown(chosen, [*self.amounts_in(values), 0], values, request)
            note = "ui.blend.saved"
        with tempfile.TemporaryDirectory(prefix="deepart-") as folder:
            path = Path(folder) / (safe_name(code.label) + SUFFIX)
            save_style(code, path)
            said = say(note, language, name=style_slots.plain(code.label))
            yield gr.update(value=str(path), interactive=True), said, *shown_slots


def painting_shown(before: str, after: str, download: str, recipe: dict[str, Any], note: str) -> tuple[Any, ...]:
    """Return what `outputs` become when there is a painting."""
    return (before, after), gr.update(value=download, interactive=True), recipe, note


@handler
def say_stopped(request: gr.Request) -> str:
    return say("ui.stopped", language_of(request))


def _mode_updates(mode: str) -> tuple[Any, ...]:
    """Return the mode, and what is to be seen in it: on the map the styles come and go with the dot."""
    return (
        mode,
        *(gr.update(visible=mode == each) for each in MODES),
        *(gr.update(visible=mode != "map") for _ in ("add", "layers", "where")),
    )


@functools.lru_cache(maxsize=8)
def _strokes(layers: tuple[str, ...]) -> list[Image.Image] | None:
    """Return a mask for each colour; the paths contain a hash of the strokes."""
    return masks_by_colour(layers, COLOURS)


def first_slots() -> tuple[Slot, ...]:
    """Return the styles that a visitor sees first."""
    return tuple(map(style_slots.bundled, samples.FIRST_BLEND.styles))


@functools.cache
def _map_slots() -> list[Slot]:
    return list(map(style_slots.bundled, style_slots.map_points()))


def _map_places() -> list[Any]:
    return list(style_slots.map_points().values())
