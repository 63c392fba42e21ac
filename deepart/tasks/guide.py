"""How it works: of each technique what it does, the formula, the code and the control; from data/how_it_works.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from deepart.text import say

_FILE = Path(__file__).parents[1] / "data" / "how_it_works.json"


@dataclass(frozen=True, slots=True)
class Topic:
    """One technique in one language."""

    key: str
    title: str
    text: str
    formula: str
    """LaTeX."""
    code: str
    """Path in the repository and name in it: "deepart/training/loop.py:fit"."""
    control: str
    """Where it can be seen or changed, as Markdown."""

    def markdown(self, language: str) -> str:
        """Return the topic as Markdown."""
        told = say("guide.code", language), say("guide.control", language)
        where = f"{told[0]} `{self.code}`  \n{told[1]} {self.control}"
        return f"### {self.title}\n\n{self.text}\n\n$${self.formula}$$\n\n{where}\n"


@cache
def topics(language: str = "en") -> tuple[Topic, ...]:
    """Return every topic, in the order in which they are read."""
    rows = json.loads(_FILE.read_text("utf-8"))
    return tuple(Topic(row["key"], formula=row["formula"], code=row["code"], **row[language]) for row in rows)


def page(language: str = "en") -> str:
    """Return all topics as one Markdown text."""
    return "\n".join(topic.markdown(language) for topic in topics(language))
