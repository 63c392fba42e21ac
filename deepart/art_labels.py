"""Readable names of a classifier's labels and of the artworks in its index.

In data, files and responses to programs, labels stay as in the data ("vincent-van-gogh", "genre_painting"); this module
is only for what people read.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode

from deepart.files import read_table

LABELS: dict[str, dict[str, dict[str, str]]] = read_table("labels")
"""Names of the labels of "style", "artist" and "genre", by language."""
STYLE_CARDS: dict[str, dict[str, str]] = read_table("style_cards")
"""Two sentences about each style, by language."""

_ANOTHER_ARTIST = {"en": "Another artist", "zh": "其他画家"}
_SEARCH = "https://www.bing.com/images/search"  # can be reached from China too
_SMALL_WORDS = {"a", "an", "and", "as", "at", "by", "de", "des", "du", "et", "for", "from", "in", "into"}
_SMALL_WORDS |= {"la", "le", "les", "of", "on", "or", "the", "to", "with"}


def label_name(head: str, label: str, language: str) -> str:
    """Return the readable name of a label of "style", "artist" or "genre" in "en" or "zh".

    A label that is not in the tables, such as another classifier's, is shown as plain words."""
    language = language if language == "zh" else "en"
    if label == "another artist":
        return _ANOTHER_ARTIST[language]
    names = LABELS.get(head, {}).get(label)
    return names[language] if names else _words(label)


def style_card(label: str, language: str) -> str | None:
    """Return two sentences on a style in "en" or "zh"; None for a style that has no card."""
    card = STYLE_CARDS.get(label)
    return card and card["zh" if language == "zh" else "en"]


def work_title(title: str, year: str = "") -> str | None:
    """Return the title of an artwork of the index with capitals; None if it has none.

    Args:
        title: as the data have it: lower case, without punctuation or accents, often with the year at its end.
        year: of the work, if it is known.
    """
    words = title.removesuffix(year).split() if year else title.split()
    if not words or words[:2] == ["not", "detected"]:
        return None
    plain = " ".join(
        word if number and word in _SMALL_WORDS else word.capitalize() for number, word in enumerate(words)
    )
    # What addresses have lost: "girl s head", "rue de l eglise".
    return re.sub(r"\b([DL]) (?=[AEIOUH])", r"\1’", re.sub(r"(?<=[a-z]) S\b", "’s", plain))


def search_address(*words: str) -> str:
    """Return a web address that searches for an artwork."""
    return f"{_SEARCH}?{urlencode({'q': ' '.join(filter(None, words))})}"


def _words(label: str) -> str:
    words = re.sub(r"[_\s]+", " ", label).strip()
    if re.fullmatch(r"[a-z]+(-[a-z]+)+", words):  # a name as addresses have it
        return words.replace("-", " ").title()
    return words[:1].upper() + words[1:]
