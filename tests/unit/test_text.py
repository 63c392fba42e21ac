"""Every text exists in every language, with the same values to fill in."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import deepart
from deepart.errors import InputError
from deepart.tasks.colour import COLOUR_MODES
from deepart.text import LANGUAGES, TEXT, say

SOURCES = sorted(Path(deepart.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("key", TEXT)
def test_every_text_is_in_every_language(key: str) -> None:
    entry = TEXT[key]
    assert set(entry) == set(LANGUAGES)
    assert all(text.strip() for text in entry.values())
    fields = {language: {name for _, name, _, _ in Formatter().parse(text) if name} for language, text in entry.items()}
    assert fields["en"] == fields["zh"]
    assert re.search("[\u4e00-\u9fff]", entry["zh"])


def test_every_text_that_the_code_asks_for_exists_and_every_text_is_asked_for() -> None:
    prefixes = "|".join(sorted({key.partition(".")[0] for key in TEXT}))
    source = "\n".join(path.read_text("utf-8") for path in SOURCES if path.name != "text.py")
    asked = set(re.findall(rf'"((?:{prefixes})\.[a-z0-9_.]+)"', source))
    assert asked - set(TEXT) - {"style.css"} == set()
    families = tuple(re.findall(rf'f"((?:{prefixes})\.[a-z0-9_.]*\.){{', source))  # say(f"ui.colour.{mode}")
    assert {key for key in set(TEXT) - asked if not key.startswith(families)} == set()
    assert {f"ui.colour.{mode}" for mode in COLOUR_MODES} <= set(TEXT)


def test_an_unknown_language_reads_english() -> None:
    assert say("error.cancelled", "fr") == say("error.cancelled", "en")


def test_an_error_speaks_the_language_asked_for() -> None:
    error = InputError("setting.range", name="strength", low=0, high=1)
    assert str(error) == "The setting “strength” must be a number from 0 to 1."
    assert "0 到 1" in error.sentence("zh")
