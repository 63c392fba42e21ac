"""How a picture was made: its recipe as sentences and as data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

import gradio as gr

from deepart.art_labels import label_name
from deepart.options import PaintOptions
from deepart.recipes import Recipe
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT
from deepart.tasks.paint.gallery import named_styles
from deepart.text import say, texts
from deepart.ui.controls import choices_of
from deepart.ui.events import handler, language_of, translations as t

_VERBS = ("transfer", "blend", "restore", "generate", "refine", "repaint")
_MIXED = ("blend", "repaint")


def made_panel(elem_id: str) -> gr.JSON:
    """Add the sentences and the recipe to the surrounding column; return what takes the recipe."""
    sentences = gr.HTML(elem_id=f"{elem_id}-sentence", padding=False)
    with gr.Accordion(t("ui.made.data"), open=False):
        recipe = gr.JSON(show_label=False, elem_id=elem_id)

    @handler
    def say_how_made(found: Any, request: gr.Request) -> str:
        try:
            steps = sentences_of(Recipe.from_json(json.dumps(found)), language_of(request))
        except ValueError:  # there is none
            return ""
        return "".join(f"<p>{escape(step)}</p>" for step in steps)

    recipe.change(say_how_made, [recipe], [sentences], api_visibility="private", show_progress="hidden", queue=False)
    return recipe


def sentences_of(recipe: Recipe, language: str) -> list[str]:
    """Return what was done, the last step first, and by what."""
    steps = [_step(each, language) for each in _chain(recipe)]
    before = say("ui.made.before", language)
    by = say("ui.made.by", language, version=recipe.version, checkpoint=recipe.checkpoint or "–")
    return [steps[0], *(f"{before}{step}" for step in steps[1:]), by]


def _chain(recipe: Recipe | None) -> Iterator[Recipe]:
    while recipe is not None:
        yield recipe
        before = {each.role: each.recipe for each in recipe.ingredients if each.recipe}
        recipe = before.get("start") or before.get("content")


def _step(recipe: Recipe, language: str) -> str:
    if recipe.verb not in _VERBS:
        return say("ui.made.other", language, verb=recipe.verb)
    facts = {"what": _what(recipe, language), "percent": _percent(recipe), "seed": recipe.seed}
    facts["iterations"] = recipe.settings.get("iterations")
    key = f"ui.made.{recipe.verb}"
    if not facts["what"]:
        key += "_plain"
    sentence = say(key, language, **facts)
    details = _details(recipe, language) if recipe.verb in ("transfer", "blend", "refine") else []
    if details:
        sentence += say("ui.made.details", language, details=_comma(language).join(details))
    return sentence


def _what(recipe: Recipe, language: str) -> str:
    """Return what a step is described by: its styles, or what was done."""
    comma = _comma(language)
    if recipe.verb == "restore":
        steps = [f"ui.restore.action.{each}" for each in str(recipe.settings.get("steps", "")).split(", ")]
        return comma.join(say(step, language) for step in steps if step in texts(language))
    styles = {key: recipe.settings[key] for key in sorted(recipe.settings) if re.fullmatch(r"style(_\d)?", key)}
    styles |= {each.role: None for each in recipe.ingredients if re.fullmatch(r"style(_\d)?", each.role)}
    weights = {key: recipe.settings.get(key.replace("style", "weight")) for key in styles}
    weights = {key: weight if isinstance(weight, (int, float)) else 1 for key, weight in weights.items()}
    whole = sum(abs(weight) for weight in weights.values()) or 1
    names = [
        f"{_style_name(recipe, style, language)} {round(100 * weights[key] / whole)} %"
        if recipe.verb in _MIXED
        else _style_name(recipe, style, language)
        for key, style in sorted(styles.items())
    ]
    return comma.join(name for name in names if name)


def _style_name(recipe: Recipe, style: Any, language: str) -> str:
    if recipe.verb == "generate":
        return label_name("style", str(style), language) if style else ""
    named = named_styles(DEFAULT_CHECKPOINT)
    if style is None or style == "picture":
        return say("ui.made.own_style", language)
    return named[style].title_in(language) if style in named else str(style)


def _percent(recipe: Recipe) -> int:
    strength = recipe.settings.get("strength")
    return round(100 * strength) if isinstance(strength, (int, float)) else 100


def _details(recipe: Recipe, language: str) -> list[str]:
    """Return the settings that were not left as they were."""
    options, details = PaintOptions.from_recipe(recipe.settings), []
    for name, known in PaintOptions.settings().items():
        value = getattr(options, name)
        if value == known.default:
            continue
        labels = {choice: label for label, choice in choices_of(known, language)}
        shown = labels[value] if value in labels else f"{value:g} {known.unit}".strip()
        details.append(f"{say(f'{known.words}.{name}', language)}: {shown}")
    return details


def _comma(language: str) -> str:
    return "、" if language == "zh" else ", "
