"""How it works: every topic in both languages, with code that exists and no command that does not."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from deepart.__main__ import main
from deepart.admin.job_config import JobConfig
from deepart.commands import build_parser
from deepart.options import RestoreOptions
from deepart.tasks.guide import KEY, page, topics
from deepart.text import texts

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
        assert all((one.title, one.text, one.formula, one.controls)) and not re.search("[\u4e00-\u9fff]", one.text)
        assert re.search("[\u4e00-\u9fff]", other.title) and re.search("[\u4e00-\u9fff]", other.text)


@pytest.mark.parametrize("code", [topic.code for topic in topics()])
def test_the_code_is_where_it_is_said_to_be(code: str) -> None:
    file, _, name = code.partition(":")
    found = ast.parse((ROOT / file).read_text("utf-8"))
    assert name in {node.name for node in found.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


def test_commands_that_are_named_exist_with_their_options() -> None:
    verbs = build_parser()._subparsers._group_actions[0].choices
    for words in (command.split() for topic in topics() for command in topic.commands):
        parser, *options = verbs[words[0]], *words[1:]
        if parser._subparsers:
            parser = parser._subparsers._group_actions[0].choices[options.pop(0)]
        known = {each: action for action in parser._actions for each in action.option_strings}
        for word, value in zip(options, [*options[1:], ""]):
            if word.startswith("--"):
                assert known[word].choices is None or value in map(str, known[word].choices), words


@pytest.mark.parametrize("way", sorted({way for topic in topics() for way in topic.controls}))
def test_controls_that_are_named_are_on_the_page(way: str) -> None:
    page_code = "".join(path.read_text("utf-8") for path in (ROOT / "deepart" / "ui").rglob("*.py"))
    settings = {f"{options.WORDS}.{name}" for options in (JobConfig, RestoreOptions) for name in options.settings()}
    assert KEY.findall(way)
    for key in KEY.findall(way):
        family = key.rpartition(".")[0]
        assert key in texts("en")
        assert key in settings or f'"{key}"' in page_code or f'f"{family}.{{' in page_code, key


def test_a_topic_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "cyclegan", "--language", "zh"]) == 0
    assert "无配对" in capsys.readouterr().out
    assert main(["explain", "magic"]) == 2
    assert "convolution" in capsys.readouterr().err
    assert page("en").count("$$") == 2 * len(topics())
