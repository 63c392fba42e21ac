"""HTML of the Classify tab: verdict, bars, neighbours, and changes of the prediction.

Every label and title is escaped: those of a checkpoint from the Hub may be anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from deepart.art_labels import label_name, search_address, style_card, work_title
from deepart.tasks.classify.classify import DEFAULT_CHECKPOINT, Answer, Classification
from deepart.tasks.classify.evidence import Change, Conflict, Neighbour, is_strange, sureness
from deepart.tasks.classify.patch_picture import PATCH_COLOURS
from deepart.text import say

_SET_SHOWN = 6
_CHANGES_SHOWN = 4
_SAME = 0.02
"""Distance below which a work is the picture itself."""


def waiting(sentence: str) -> str:
    """Return the placeholder for the predictions."""
    return f'<p class="answer-waiting">{escape(sentence)}</p>'


def verdict(found: Classification, conflicts: Sequence[Conflict], nearest: Sequence[Neighbour], language: str) -> str:
    """Return the prediction in a sentence, its confidence, and the doubts about it."""
    steps = {head: sureness(found, head, nearest) for head in found.answers}
    first, *_ = found.answers
    label = f"<b>{_name(first, found.answers[first][0], language)}</b>"
    title = say(f"ui.classify.verdict.{steps[first]}", language, label=label)
    sure = {head: say(f"ui.classify.sure.{step}", language) for head, step in steps.items()}
    rest = ""
    if found.style and found.artist and found.genre:
        rest = say(
            "ui.classify.verdict_rest",
            language,
            genre=_name("genre", found.genre[0], language),
            genre_sure=sure["genre"],
            artist=_name("artist", found.artist[0], language),
            artist_sure=sure["artist"],
        )
    if found.checkpoint != DEFAULT_CHECKPOINT:
        model = f"<b>{escape(found.checkpoint)}</b>"
        rest = " ".join(filter(None, [rest, say("ui.classify.uncalibrated", language, model=model)]))
    warnings = [_conflict(each, language) for each in conflicts]
    if not found.known:
        warnings = [escape(say("ui.classify.unknown_why", language))]
    elif is_strange(nearest):
        warnings.insert(0, escape(say("ui.classify.strange_why", language)))
    notes = "".join(f'<p class="conflict">{each}</p>' for each in warnings)
    return f'<div class="verdict {steps[first]}"><h2>{title}</h2><p>{rest}</p>{notes}</div>'


def bars(found: Classification, nearest: Sequence[Neighbour], most: int, language: str) -> str:
    """Return bars of the `most` most probable labels of each head; of a picture like none it knows no percentages."""
    is_like_some = found.known and not is_strange(nearest)
    columns = "".join(_column(found, head, most, is_like_some, language) for head in found.answers)
    if is_like_some:
        return f'<div class="answer-bars">{columns}</div>'
    note = f'<p class="note">{escape(say("ui.classify.no_percentages", language))}</p>'
    return f'<div class="answer-bars dimmed">{columns}{note}</div>'


def card(found: Classification, mistaken: Sequence[tuple[str, float]], language: str) -> str:
    """Return what the most probable style is, and what its artworks are often taken for; or nothing.

    Args:
        mistaken: other styles, and how often.
    """
    text = style_card(found.style[0].label, language) if found.known and found.style else None
    if text is None:
        return ""
    title = say("ui.classify.card", language, style=label_name("style", found.style[0].label, language))
    often = ""
    if mistaken:
        styles = [f"{label_name('style', label, language)} ({percent(share)})" for label, share in mistaken[:3]]
        often = say("ui.classify.mistaken", language, styles=("、" if language == "zh" else ", ").join(styles))
    sentences = f'<p>{escape(text)}</p><p class="note">{escape(often)}</p>'
    return f'<div class="style-card"><h3>{escape(title)}</h3>{sentences}</div>'


def neighbours(works: Sequence[Neighbour], language: str) -> str:
    """Return a list of artworks, each with a link that searches for it."""
    if not works:
        return ""
    items = "".join(_work(work, language) for work in works)
    notes = [say("ui.classify.likeness_hint", language)]
    if is_strange(works):
        notes.insert(0, say("ui.classify.nothing_like_it", language))
    title = escape(say("ui.classify.nearest", language))
    return (
        f'<div class="neighbours"><h3>{title}</h3><ol>{items}</ol><p class="note">{escape(" ".join(notes))}</p></div>'
    )


def change_table(changes: Sequence[Change], answers: Sequence[Answer], head: str, language: str) -> str:
    """Return how the two most probable labels fare when the picture is changed, the boldest changes first.

    Args:
        changes: as `deepart.tasks.classify.evidence.changes` returns them.
        answers: of the head, the most probable first.
        head: "style", "artist" or "genre".
    """
    first, second = (_name(head, answer, language) for answer in answers[:2])
    turning = [change for change in changes if change.second > change.first]
    sentence = say("ui.classify.runner_up", language, second=f"<b>{second}</b>")
    sentence += "" if language == "zh" else " "
    if turning:
        ways = say("ui.classify.or", language).join(_change(change, language) for change in turning[:2])
        sentence += say("ui.classify.would_win", language, changes=ways)
    else:
        sentence += say("ui.classify.holds", language)
    as_it_is = Change("none", answers[0].probability, answers[1].probability)
    rows = "".join(
        f'<tr{" class=turned" if change.second > change.first else ""}><th scope="row">{_change(change, language)}</th>'
        f"<td>{_share_bar(change.first)}</td><td>{_share_bar(change.second)}</td></tr>"
        for change in (as_it_is, *changes[:_CHANGES_SHOWN])
    )
    return (
        f'<div class="changes"><h3>{escape(say("ui.classify.changes", language))}</h3><p>{sentence}</p>'
        f'<table><thead><tr><td></td><th scope="col">{first}</th><th scope="col">{second}</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def legend(entries: Sequence[tuple[str, str, int]], head: str, language: str) -> str:
    """Return what the letters on a picture of parts stand for.

    Args:
        entries: as `deepart.tasks.classify.patch_picture.legend` returns them.
    """
    items = "".join(
        f'<li><i style="background: {PATCH_COLOURS[min(place, len(PATCH_COLOURS) - 1)]}">{letter}</i>'
        f"{escape(label_name(head, label, language))}<span>× {count}</span></li>"
        for place, (letter, label, count) in enumerate(entries)
    )
    hint = escape(say("ui.classify.parts_hint", language))
    return f'<div class="part-legend"><ul>{items}</ul><p class="note">{hint}</p></div>'


def percent(share: float) -> str:
    """Return a probability as people read it, never as a certainty."""
    if share > 0.99:
        return "> 99 %"
    return "< 1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")


def _column(found: Classification, head: str, most: int, has_shares: bool, language: str) -> str:
    answers = found.answers[head][:most]
    rows = "".join(
        f'<li><span class="name">{_name(head, answer, language)}</span>'
        f'<span class="share">{percent(answer.probability) if has_shares else ""}</span>'
        f"{_track(answer.probability)}</li>"
        for answer in answers
    )
    notes = [_set(found, head, language)]
    if head == "artist":
        notes.append(say("ui.classify.artist_note", language))
    text = "".join(f'<p class="note">{escape(note)}</p>' for note in notes if note)
    return f"<section><h3>{_head(head, language)}</h3><ol>{rows}</ol>{text}</section>"


def _set(found: Classification, head: str, language: str) -> str:
    labels = found.sets.get(head, ())
    if not labels or not found.known:  # what it was calibrated on are paintings
        return ""
    if len(labels) == 1:
        return say("ui.classify.set_of_one", language)
    comma = "、" if language == "zh" else ", "
    text = comma.join(label_name(head, label, language) for label in labels[:_SET_SHOWN])
    if len(labels) > _SET_SHOWN:
        text += " " + say("ui.classify.set_more", language, count=len(labels) - _SET_SHOWN)
    return say("ui.classify.set", language, labels=text)


def _head(head: str, language: str) -> str:
    return escape(say(f"ui.classify.head.{head}", language))


def _name(head: str, answer: Answer, language: str) -> str:
    return escape(label_name(head, answer.label, language))


def _conflict(conflict: Conflict, language: str) -> str:
    first, second = (
        f"<b>{escape(label_name(head, label, language))}</b>" for head, label in zip(conflict.heads, conflict.labels)
    )
    return say("ui.classify.conflict", language, works=conflict.works, first=first, second=second)


def _work(work: Neighbour, language: str) -> str:
    title = work_title(work.title, work.year)
    artist = label_name("artist", work.artist, language)
    facts = [artist, work.year, label_name("style", work.style, language) if work.style else ""]
    same = work.distance < _SAME
    shown = title or say("ui.classify.untitled", language)
    note = f'<span class="same">{escape(say("ui.classify.same_picture", language))}</span>' if same else ""
    address = search_address(title or work.style, label_name("artist", work.artist, "en"), work.year)
    return (
        "<li><div>"
        f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer"'
        f' title="{escape(say("ui.classify.search", language))} ({escape(say("ui.classify.opens", language))})">'
        f"{escape(shown)}</a>"
        f"<span>{escape(' · '.join(filter(None, facts)))}</span>"
        f"{note}</div>"
        f'<span class="likeness">{escape(say("ui.classify.likeness", language, percent=f"{work.likeness} %"))}'
        f"{_track(work.likeness / 100)}</span></li>"
    )


def _change(change: Change, language: str) -> str:
    return escape(say(f"ui.classify.change.{change.change}", language))


def _share_bar(share: float) -> str:
    return f'<span class="share">{percent(share)}</span>{_track(share)}'


def _track(share: float) -> str:
    return f'<span class="track"><i style="width: {100 * share:.1f}%"></i></span>'
