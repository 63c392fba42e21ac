"""Repaint with a large model, from words, a photo, style pictures, or a damaged scan.

Every tab uses this module. A model that takes reference pictures besides its text (FLUX.2) gets an instruction in
words; one with an adapter (SDXL with IP-Adapter) starts from the photo and takes styles from pictures, each with its
weight. The result is always a new painting: a photo "restored" in this way is repainted, and its recipe says so.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

from PIL import Image

import deepart
from deepart import runtime
from deepart.errors import InputError
from deepart.images import content_hash, load_image
from deepart.models.style_code import StyleCode
from deepart.options import check_range
from deepart.recipes import Ingredient, Recipe, Setting, Source, carries_credentials, recipe_of
from deepart.runtime import Progress
from deepart.tasks.hub.diffusion import diffuse_steps
from deepart.tasks.hub.pipeline_table import PipelineChoice, Task, find_large, large_models, offered
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT
from deepart.tasks.paint.gallery import named_styles
from deepart.tasks.paint.style_files import is_style_file
from deepart.tasks.paint.transfer import is_named_style

TASKS: tuple[Task, ...] = ("generate", "transfer", "blend", "restore")
MOST_WORDS = 600

_KEEP = "Keep everything that the first picture shows, and where it is."
_RESTORE = (
    "Restore this damaged picture: take away scratches, cracks, stains, dust, tears, creases and noise, fill what is "
    "missing, and bring faded colours back. Keep its composition, its faces and its brush strokes exactly as they are."
)
_HOW_MUCH = ((0.5, "mostly"), (0.25, "partly"), (0.0, "slightly"))
"""Shares of a mixture, and their words."""
_PLACES = ("second", "third", "fourth")


def repaint(
    task: Task,
    prompt: str = "",
    content: Source | None = None,
    styles: Sequence[Source] = (),
    *,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    **more: Any,
) -> Image.Image:
    """Paint with a large model; runs `repaint_steps` to its end."""
    return runtime.run(repaint_steps(task, prompt, content, styles, **more), on_progress)


def repaint_steps(
    task: Task,
    prompt: str = "",
    content: Source | None = None,
    styles: Sequence[Source] = (),
    *,
    weights: Sequence[float] | None = None,
    strength: float = 1.0,
    model: str | None = None,
    **more: Any,
) -> Generator[Progress, None, Image.Image]:
    """Paint with a large model, as an engine: yields `Progress`, returns the picture with its recipe.

    Args:
        task: "generate" from the words alone; "transfer" and "blend" repaint `content` in one style or in several;
            "restore" repaints a damaged picture.
        prompt: what to paint, or to consider; may be empty if there are pictures.
        content: the picture that is repainted: a path, the bytes of a file, or a picture.
        styles: pictures whose style is taken; for models that read words also keys of the gallery.
        weights: of the styles, 0 or more; all the same if None.
        strength: of the styles, from 0 to 1.
        model: key of a large model; the best that the machine offers if None.
        more: see `deepart.tasks.hub.diffusion.Order`: seed, num_steps, guidance, side, lora, lora_scale.

    Raises:
        InputError: something is missing or out of range; or the machine is too small for the model.
        WeightsError: the model is out of reach, or there is none of that name.
    """
    row = _model(task, model)
    prompt = prompt.strip()[:MOST_WORDS]
    check_range("strength", strength, 0, 1)
    parts = _parts(styles, weights)
    if task == "generate" and not prompt:
        raise InputError("diffusion.prompt")
    if task != "generate" and content is None:
        raise InputError("content.missing" if task != "restore" else "restore.missing")
    if task in ("transfer", "blend") and not parts:
        raise InputError("large.no_style")
    settings: dict[str, Setting] = {"task": task, "words": prompt}
    ingredients: list[Ingredient] = []

    def read(role: str, source: Source) -> Image.Image:
        picture = load_image(source)
        ingredients.append(Ingredient(role, content_hash(picture), carries_credentials(source), recipe_of(source)))
        return picture

    pictures = [] if task == "generate" else [read("content", content)]
    if task in ("transfer", "blend"):
        settings["strength_of_style"] = strength
        for number, (style, share) in enumerate(parts, 1):
            settings[f"style_{number}"] = style if is_named_style(style) else "picture"
            settings[f"weight_{number}"] = round(share, 4)
    if row.adapter is None:
        seen = [(style if is_named_style(style) else read("style", style), share) for style, share in parts]
        pictures += [style for style, _ in seen if isinstance(style, Image.Image)]
        if len(pictures) > max(row.references, 1):
            raise InputError("large.many_styles", most=row.references - 1)
        order = {"prompt": instruction(task, prompt, seen, strength), "pictures": pictures}
    else:
        if any(is_named_style(style) for style, _ in parts):
            raise InputError("large.needs_pictures", name=row.repo)
        order = {
            "prompt": prompt or "a painting",
            "pictures": pictures,
            "styles": [(read("style", style), share * strength) for style, share in parts],
        }
    recipe = Recipe("repaint", deepart.__version__, "", "", settings, ingredients=tuple(ingredients))
    (painted,) = yield from diffuse_steps(row.repo, recipe=recipe, **order, **more)
    return painted


def instruction(
    task: Task, prompt: str, styles: Sequence[tuple[Image.Image | str, float]] = (), strength: float = 1.0
) -> str:
    """Return the instruction for a model that reads pictures and words.

    Args:
        styles: pictures, which follow the content in this order, or keys of the gallery; and their shares.
    """
    if task == "generate":
        return prompt
    if task == "restore":
        return f"{_RESTORE} {prompt}".strip()
    places, named = iter(_PLACES), named_styles(DEFAULT_CHECKPOINT)
    of = [
        f"of the {next(places)} picture"
        if isinstance(style, Image.Image)
        else f"of “{named[style].title}” by {named[style].artist}"
        for style, _ in styles
    ]
    if len(of) > 1:
        words = [next(word for least, word in _HOW_MUCH if share >= least) for _, share in styles]
        mix = ", ".join(f"{word} that {name} ({share:.0%})" for word, name, (_, share) in zip(words, of, styles))
        style = f"in a mixture of styles: {mix}"
    else:
        style = f"in the style {of[0]}"
    much = "" if strength > 0.75 else " with restraint" if strength > 0.35 else " with a light touch only"
    return f"Repaint the first picture{much} {style}: its palette, brush strokes and texture. {_KEEP} {prompt}".strip()


def _model(task: Task, key: str | None) -> PipelineChoice:
    if task not in TASKS:
        raise InputError("setting.choice", name="task", choices=", ".join(TASKS))
    if key is None:
        return (offered(task) or [row for row in large_models().values() if task in row.tasks])[0]
    row = find_large(key)
    if task not in row.tasks:
        known = ", ".join(row.key for row in large_models().values() if task in row.tasks)
        raise InputError("setting.choice", name="model", choices=known)
    return row


def _parts(styles: Sequence[Source], weights: Sequence[float] | None) -> list[tuple[Source, float]]:
    """Return the styles that have a weight, and their shares of 1."""
    weights = [1.0] * len(styles) if weights is None else list(weights)
    if len(weights) != len(styles):
        raise InputError("large.weights", styles=len(styles), weights=len(weights))
    for weight in weights:
        check_range("weight", weight, 0, 1000)
    if any(isinstance(style, StyleCode) or is_style_file(style) for style in styles):
        raise InputError("large.no_code")
    total = sum(weights)
    return [(style, weight / total) for style, weight in zip(styles, weights) if weight]
