"""How it works: every topic in both languages, with code that exists and no command that does not."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from deepart.__main__ import main
from deepart.commands import build_parser
from deepart.tasks.guide import page, topics

ROOT = Path(__file__).resolve().parents[2]
ASKED_FOR = [
    "convolution",
    "pooling",
    "gan",
    "style_content",
    "metrics",
    "overfitting",
    "search",
    "pruning",
    "imbalance",
    "missing",
]


def test_every_topic_that_was_asked_for_is_there_in_both_languages() -> None:
    english, chinese = topics("en"), topics("zh")
    assert set(ASKED_FOR) <= {topic.key for topic in english} and len({topic.key for topic in english}) == len(english)
    assert [topic.key for topic in chinese] == [topic.key for topic in english]
    for one, other in zip(english, chinese):
        assert all((one.title, one.text, one.formula, one.control)) and not re.search("[\u4e00-\u9fff]", one.text)
        assert re.search("[\u4e00-\u9fff]", other.title + other.text) and re.search("[\u4e00-\u9fff]", other.control)


@pytest.mark.parametrize("code", [topic.code for topic in topics()])
def test_the_code_is_where_it_is_said_to_be(code: str) -> None:
    file, _, name = code.partition(":")
    found = ast.parse((ROOT / file).read_text("utf-8"))
    assert name in {node.name for node in found.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_commands_that_are_named_exist_with_their_options(language: str) -> None:
    helped = {}
    verbs = build_parser()._subparsers._group_actions[0].choices
    for topic in topics(language):
        for words in (command.split() for command in re.findall("`([^`]+)`", topic.control)):
            if words[0] not in verbs:
                assert words[0].startswith("--")
                continue
            parser = verbs[words[0]]
            if parser._subparsers:
                parser = parser._subparsers._group_actions[0].choices[words[1]]
            helped[words[0]] = parser.format_help()
            assert all(word in helped[words[0]] for word in words if word.startswith("--")), words
    assert helped


def test_a_topic_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "cyclegan", "--language", "zh"]) == 0
    assert "无配对" in capsys.readouterr().out
    assert main(["explain", "magic"]) == 2
    assert "convolution" in capsys.readouterr().err
    assert page("en").count("$$") == 2 * len(topics())
