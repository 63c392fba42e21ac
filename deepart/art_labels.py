"""What people call the labels of a classifier and the works of its index.

In data, files and answers to programs labels stay as the data have them ("vincent-van-gogh",
"genre_painting"); only what people read is put into words here.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode

from deepart.artists import ARTISTS
from deepart.style_cards import STYLE_CARDS

STYLES: dict[str, str] = {
    "Art Nouveau": "新艺术运动",
    "Baroque": "巴洛克",
    "Cubism": "立体主义",
    "Expressionism": "表现主义",
    "Fauvism": "野兽派",
    "Impressionism": "印象派",
    "Naive Art": "朴素艺术",
    "Pointillism": "点彩派",
    "Post-Impressionism": "后印象派",
    "Realism": "现实主义",
    "Renaissance": "文艺复兴",
    "Rococo": "洛可可",
    "Romanticism": "浪漫主义",
    "Suprematism-Constructivism": "至上主义与构成主义",
    "Symbolism": "象征主义",
    "Tonalism": "色调主义",
    "Ukiyo-e": "浮世绘",
}
"""Chinese names of the styles; the English ones are the labels, but for `_STYLES_EN`."""

GENRES: dict[str, tuple[str, str]] = {
    "abstract_painting": ("Abstract", "抽象画"),
    "cityscape": ("Cityscape", "城市风景"),
    "genre_painting": ("Scene of everyday life", "风俗画"),
    "illustration": ("Illustration", "插画"),
    "landscape": ("Landscape", "风景画"),
    "nude_painting": ("Nude", "裸体画"),
    "portrait": ("Portrait", "肖像画"),
    "religious_painting": ("Religious painting", "宗教画"),
    "still_life": ("Still life", "静物画"),
}

_STYLES_EN = {"Suprematism-Constructivism": "Suprematism and Constructivism", "Naive Art": "Naïve art"}
_ANOTHER_ARTIST = ("Another artist", "其他画家")
_SEARCH = "https://www.bing.com/images/search"  # can be reached from China too
_SMALL_WORDS = {"a", "an", "and", "as", "at", "by", "de", "des", "du", "et", "for", "from", "in", "into"}
_SMALL_WORDS |= {"la", "le", "les", "of", "on", "or", "the", "to", "with"}


def label_name(head: str, label: str, language: str) -> str:
    """Return what people call a label of "style", "artist" or "genre" in "en" or "zh".

    A label that is not in the tables, as classifiers of other origin have, is shown as plain words.
    """
    chinese = language == "zh"
    if head == "style" and label in STYLES:
        return STYLES[label] if chinese else _STYLES_EN.get(label, label)
    if label == "another artist":
        return _ANOTHER_ARTIST[chinese]
    names = {"artist": ARTISTS, "genre": GENRES}.get(head, {}).get(label)
    return names[chinese] if names else _words(label)


def style_card(label: str, language: str) -> str | None:
    """Return two sentences on a style in "en" or "zh"; None for a style that has no card."""
    card = STYLE_CARDS.get(label)
    return card and card["zh" if language == "zh" else "en"]


def work_title(title: str, year: str = "") -> str | None:
    """Return the title of a work of the index as titles are written; None where it has none.

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
    """Return an address where a work can be looked for on the web."""
    return f"{_SEARCH}?{urlencode({'q': ' '.join(filter(None, words))})}"


def _words(label: str) -> str:
    words = re.sub(r"[_\s]+", " ", label).strip()
    if re.fullmatch(r"[a-z]+(-[a-z]+)+", words):  # a name as addresses have it
        return words.replace("-", " ").title()
    return words[:1].upper() + words[1:]
