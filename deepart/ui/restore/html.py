"""HTML of the Restore tab: diagnosis of a picture, progress, and what was changed."""

from __future__ import annotations

import base64
from html import escape
from io import BytesIO

from PIL import Image

from deepart import runtime
from deepart.images import fit, load_image
from deepart.options import RestoreOptions
from deepart.tasks.restore.damage_judgement import MOST_DAMAGE
from deepart.tasks.restore.diagnosis import LEAST_JPEG_NOISE, LEAST_NOISE, POOR_JPEG, SMALL_SIDE, SOFT, Diagnosis
from deepart.tasks.restore.restore import long_wait
from deepart.tasks.restore.trust import CHANGED_COLOUR, INVENTED_COLOUR
from deepart.text import say, say_seconds
from deepart.ui.restore.request import Examination, tinted

_THUMBNAIL_SIDE = 360


def diagnosis_card(path: str, examined: Examination, language: str, looking: bool = False) -> str:
    """Return what was found out about a picture, and why which steps are proposed.

    Args:
        path: of the picture.
        examined: what was found out.
        language: "en" or "zh".
        looking: whether damage is still being looked for.
    """
    found = examined.found
    facts = "".join(
        f'<li class="{"wrong" if wrong else "right"}"><span>{escape(say(f"ui.restore.fact.{name}", language))}</span>'
        f"<b>{escape(value)}</b></li>"
        for name, value, wrong in (*_facts(found, language), _damage(found, language, looking))
    )
    if examined.steps:
        colon = "：" if language == "zh" else ": "
        reasons = "".join(
            f"<li><b>{escape(say(f'ui.restore.action.{step.action}', language))}{colon}</b>"
            f"{escape(step.sentence(language))}</li>"
            for step in examined.steps
        )
        title = escape(say("ui.restore.proposal", language))
        advice = f"<h3>{title}</h3><ol>{reasons}</ol>"
    elif looking:
        advice = ""
    else:
        advice = f'<p class="note">{escape(say("ui.restore.nothing_wrong", language))}</p>'
    if wait := _long_wait(examined, language) if not looking else "":
        advice += f'<p class="note">{escape(wait)}</p>'
    if examined.corners is not None:
        advice = f'<p class="note"><b>{escape(say("ui.restore.askew", language))}</b></p>{advice}'
    thumbnail = ""
    if examined.shown is not None:
        label = escape(say(f"ui.restore.damage.{found.answer}", language))
        image = f'<img src="{_thumbnail(path, examined.shown)}" alt="{label}">'
        thumbnail = f"<figure>{image}<figcaption>{label}</figcaption></figure>"
    return f'<div class="diagnosis">{thumbnail}<ul>{facts}</ul>{advice}</div>'


def _long_wait(examined: Examination, language: str) -> str:
    """Say how long it will take to do what is proposed, and at which size less; nothing if it is soon over."""
    found = examined.found
    if runtime.settings().zero_gpu:  # the machine that would be timed is not the one that restores
        return ""
    wait = long_wait(found.size, examined.steps, RestoreOptions())
    if wait is None:
        return ""
    width, height = wait.size
    told = say("ui.expected", language, width=width, height=height, time=say_seconds(wait.seconds, language))
    if wait.side:
        told += " " + say("ui.restore.long", language, side=wait.side, time=say_seconds(wait.less, language))
    return told


def waiting(sentence: str) -> str:
    """Return what stands where something else will be."""
    return f'<p class="answer-waiting">{escape(sentence)}</p>'


def progress(done: float, note: str) -> str:
    """Return a bar that is `done` full, from 0 to 1, and what is going on."""
    track = f'<span class="track"><i style="width: {100 * done:.0f}%"></i></span>'
    return f'<div class="restore-progress" role="status">{track}<span>{escape(note)}</span></div>'


def trust_legend(changed: float, invented: float, language: str) -> str:
    """Return what the colours of a trust map mean, and how much of the picture has them."""
    items = "".join(
        f'<li><i style="background: rgb{colour}"></i>{escape(say(key, language, percent=percent(part)))}</li>'
        for colour, key, part in (
            (CHANGED_COLOUR, "ui.restore.trust_changed", changed),
            (INVENTED_COLOUR, "ui.restore.trust_invented", invented),
        )
    )
    return f'<ul class="trust-legend">{items}</ul>'


def licence_notes(notes: list[tuple[str, str, str]], language: str) -> str:
    """Return what is known of restorers of the Hub: of each its name, licence and what it is good for."""
    items = ""
    for name, licence, text in notes:
        sentence = say("ui.restore.licence", language, licence=licence)
        items += f"<li><b>{escape(name)}</b> {escape(sentence)} {escape(text)}</li>"
    return f'<ul class="restorer-notes">{items}</ul>' if items else ""


def percent(part: float) -> str:
    """Return a share of the picture as people read it."""
    return "0 %" if part == 0 else "< 0.1 %" if part < 0.001 else f"{100 * part:.1f} %"


def _facts(found: Diagnosis, language: str) -> list[tuple[str, str, bool]]:
    width, height = found.size
    colours = []
    if found.colour.is_yellowed:
        colours.append(say("ui.restore.varnish", language, percent=round(100 * found.colour.blue_lost)))
    if found.colour.is_faded:
        colours.append(say("ui.restore.fading", language, percent=round(100 * found.colour.fading)))
    if found.colour.has_one_tone:
        colours.append(say("ui.restore.one_tone", language))
    least_noise = LEAST_NOISE if found.jpeg is None else LEAST_JPEG_NOISE
    no_traces = say("ui.restore.no_jpeg", language)
    comma = "，" if language == "zh" else ", "
    noise = [f"σ {found.noise:.0f}"]
    if found.impulses:
        noise.append(say("ui.restore.impulses", language, percent=f"{100 * found.impulses:.1f}"))
    return [
        ("size", f"{width} × {height}", max(found.size) < SMALL_SIDE),
        ("noise", comma.join(noise), found.noise >= least_noise or found.impulses > 0),
        ("blur", _sharpness(found.blur, language), found.blur is not None and found.blur >= SOFT[0]),
        (
            "jpeg",
            no_traces if found.jpeg is None else say("ui.restore.quality", language, quality=found.jpeg),
            found.jpeg is not None and found.jpeg < POOR_JPEG,
        ),
        (
            "colour",
            comma.join(colours) or say("ui.restore.sound", language),
            found.colour.is_yellowed or found.colour.is_faded,
        ),
    ]


def _sharpness(blur: float | None, language: str) -> str:
    if blur is None:
        return say("ui.restore.no_edges", language)
    if blur < SOFT[0]:
        return say("ui.restore.sharp", language)
    return say("ui.restore.edges", language, pixels=f"{2 * blur:.1f}")


def _damage(found: Diagnosis, language: str, looking: bool) -> tuple[str, str, bool]:
    if found.damage is None:
        return "damage", say("ui.restore.looking" if looking else "ui.restore.not_looked", language), False
    if found.answer == "leave" and found.damage > MOST_DAMAGE:
        return "damage", say("ui.restore.unsure", language), True
    share = found.surely_damaged if found.answer == "fill" else found.damage
    return "damage", percent(share), found.answer != "leave"


def _thumbnail(path: str, mask: bytes) -> str:
    small = fit(load_image(path), _THUMBNAIL_SIDE)
    marks = tinted(Image.open(BytesIO(mask)).resize(small.size, Image.Resampling.BOX))
    small.paste(marks.convert("RGB"), mask=marks.getchannel("A"))
    file = BytesIO()
    small.save(file, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
