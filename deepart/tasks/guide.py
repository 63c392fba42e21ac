"""The guide "How it works": for each technique its text, formula, code and controls, from data/how_it_works.json."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from deepart.text import say

KEY = re.compile(r"[a-z_]+(?:\.[a-z_]+)+")
"""Pattern of the key of a text among the controls of a topic."""

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
    controls: tuple[str, ...]
    """Where it can be seen or changed on the page: keys of the page's texts, so that both agree."""
    commands: tuple[str, ...]

    def markdown(self, language: str) -> str:
        """Return the topic as Markdown."""
        told = say("guide.code", language), say("guide.control", language)
        ways = [KEY.sub(lambda key: say(key[0], language), way) for way in self.controls]
        ways += [f"`{command}`" for command in self.commands]
        where = f"{told[0]} `{self.code}`  \n{told[1]} {'; '.join(ways)}"
        return f"### {self.title}\n\n{self.text}\n\n$${self.formula}$$\n\n{where}\n"


@cache
def topics(language: str = "en") -> tuple[Topic, ...]:
    """Return every topic, in the order in which they are read."""
    rows = json.loads(_FILE.read_text("utf-8"))
    return tuple(
        Topic(
            row["key"],
            **row[language],
            formula=row["formula"],
            code=row["code"],
            controls=tuple(row["controls"]),
            commands=tuple(row["commands"]),
        )
        for row in rows
    )


def page(language: str = "en") -> str:
    """Return all topics as one Markdown text."""
    return "\n".join(topic.markdown(language) for topic in topics(language))
