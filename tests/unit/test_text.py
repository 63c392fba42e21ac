"""Every text exists in every language, with the same values to fill in."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import deepart
from deepart.admin.job_config import JobConfig
from deepart.errors import InputError
from deepart.options import (
    FilmOptions,
    FitOptions,
    GenerateOptions,
    MorphOptions,
    PaintOptions,
    RefineOptions,
    RestoreOptions,
    WalkOptions,
)
from deepart.text import LANGUAGES, say, texts

SOURCES = [path for kind in ("*.py", "data/*.json") for path in sorted(Path(deepart.__file__).parent.rglob(kind))]


TEXT = texts("en")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_in_every_language(language: str) -> None:
    here = texts(language)
    assert set(here) == set(TEXT)
    assert [key for key, text in here.items() if not text.strip()] == []
    assert [key for key, text in here.items() if fields(text) != fields(TEXT[key])] == []
    if language == "zh":
        assert [key for key, text in here.items() if not re.search("[\u4e00-\u9fff]", text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_one_line_a_text_in_order(language: str) -> None:
    file = Path(deepart.__file__).parent / "locales" / f"{language}.json"
    rows = [line.partition(":")[0].strip('"') for line in file.read_text("utf-8").splitlines()[1:-1]]
    assert rows == sorted(TEXT)


OPTIONS = (
    PaintOptions,
    RestoreOptions,
    GenerateOptions,
    RefineOptions,
    WalkOptions,
    FitOptions,
    MorphOptions,
    FilmOptions,
)
HAND_MADE = (
    *("detect", "damage", "straighten", "seed", "count", "style", "truncation", "genre", "amount", "frames", "fps"),
)
"""Settings whose controls have words of their own."""


def test_every_text_that_the_code_asks_for_exists_and_every_text_is_asked_for() -> None:
    prefixes = "|".join(sorted({key.partition(".")[0] for key in TEXT}))
    source = "\n".join(path.read_text("utf-8") for path in SOURCES)
    asked = set(re.findall(rf'"((?:{prefixes})\.[a-z0-9_.]+)"', source))
    named = set(re.findall(rf'named_choices\("((?:{prefixes})\.[a-z_.]+)"', source))
    words_of = {"style.css", JobConfig.WORDS, *(options.WORDS for options in OPTIONS)}
    assert asked - set(TEXT) - words_of - named == set()
    families = tuple(f"{family}." for family in named)
    families += tuple(re.findall(rf'f"((?:{prefixes})\.(?:[a-z0-9_.]*\.)?){{', source))  # say(f"ui.colour.{mode}")
    settings = [known for options in OPTIONS for known in options.settings().values()]
    on_a_page = (
        known for known in settings if known.words not in (FitOptions.WORDS, MorphOptions.WORDS, FilmOptions.WORDS)
    )
    words = {f"{known.words}.{known.name}" for known in on_a_page if known.name not in HAND_MADE}
    assert words | {f"{known.words}.{known.name}.help" for known in settings} <= set(TEXT)
    choices = {f"{known.words}.{known.name}.{value:g}" for known in settings for value in (0, *known.offered)}
    choices |= {f"{known.words}.{known.name}.{value}" for known in settings for value in known.choices}
    asked |= choices | words | {f"{known.words}.{known.name}.{kind}" for known in settings for kind in ("help", "info")}
    assert {key for key in set(TEXT) - asked if not key.startswith(families)} == set()


def test_an_unknown_language_reads_english() -> None:
    assert say("error.cancelled", "fr") == say("error.cancelled", "en")


def test_an_error_speaks_the_language_asked_for() -> None:
    error = InputError("setting.range", name="strength", low=0, high=1)
    assert str(error) == "The setting “strength” must be a number from 0 to 1."
    assert "0 到 1" in error.sentence("zh")
