"""All texts of the app, error sentences included, in every language.

`locales/` has one file for each language: flat JSON, one line a text, sorted by key, so that two people who add texts
do not conflict.  `{names}` are filled in by `say`.  Sentences of errors say what was wrong and what is allowed. A new
language is a new file with the same keys; a test says which are missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "locales"

LANGUAGES: tuple[str, ...] = ("en", *sorted({file.stem for file in _FOLDER.glob("*.json")} - {"en"}))
"""Codes of the languages, English first: readers of any other language get English."""


@cache
def texts(language: str) -> Mapping[str, str]:
    """Return all texts of one of `LANGUAGES`, by key."""
    return json.loads((_FOLDER / f"{language}.json").read_text("utf-8"))


def say(key: str, language: str = "en", **values: object) -> str:
    """Return the text of `key` in `language`, with `values` filled in.

    A language that is not one of `LANGUAGES` reads as English.

    Raises:
        KeyError: there is no such key.
    """
    return texts(language if language in LANGUAGES else "en")[key].format(**values)


def say_seconds(seconds: float, language: str = "en") -> str:
    """Return a duration in words: in whole minutes, or in seconds if it is short."""
    unit, count = ("minutes", seconds / 60) if seconds > 90 else ("seconds", seconds)
    return say(f"ui.expected.{unit}", language, count=round(count))
