"""HTML of the Generate tab: originality of a picture, and axes of the map.

Every title is escaped: those of an index may be anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from deepart.art_labels import label_name, work_title
from deepart.tasks.classify.evidence import Neighbour
from deepart.tasks.classify.originality import Originality
from deepart.text import say


def originality_meter(found: Originality | None, language: str) -> str:
    """Return how new a picture is: a meter, a sentence, and the artworks that are most like it."""
    if found is None:
        return ""
    kind = "copy" if found.is_near_copy else "close" if found.is_close else "new"
    percentile = max(0.0, min(100.0, found.percentile))
    verdict = say(f"ui.generate.original.{kind}", language)
    sentence = say("ui.generate.original.percentile", language, percent=f"{percentile:.0f}")
    works = "".join(_work(work, language) for work in found.works)
    nearest = escape(say("ui.generate.original.nearest", language))
    return (
        f'<div class="originality {kind}"><h3>{escape(say("ui.generate.original", language))}: '
        f'<b>{escape(verdict)}</b></h3><span class="track"><i style="width: {percentile:.0f}%"></i></span>'
        f'<p class="note">{escape(sentence)}</p><p>{nearest}</p><ol>{works}</ol></div>'
    )


def axes(texts: Sequence[str]) -> str:
    """Return what there is more of to the right of the map, to its left, to its bottom and to its top."""
    marks = "".join(f"<li>{arrow} {escape(text)}</li>" for arrow, text in zip("→←↓↑", texts))
    return f'<ul class="map-axes">{marks}</ul>' if marks else ""


def licence(repo: str, name: str, good_for: str, language: str) -> str:
    """Return what a generator of the Hub is, whose address is `repo`."""
    sentence = say("ui.generate.licence", language, licence=name)
    return f'<p class="note"><b>{escape(repo)}</b> · {escape(sentence)} {escape(good_for)}</p>'


def _work(work: Neighbour, language: str) -> str:
    title = work_title(work.title, work.year) or say("ui.classify.untitled", language)
    facts = [label_name("artist", work.artist, language), work.year]
    likeness = say("ui.classify.likeness", language, percent=f"{work.likeness} %")
    return f"<li><b>{escape(title)}</b> {escape(' · '.join(filter(None, [*facts, likeness])))}</li>"
