"""The command `explain`: explains how each technique works, where its code is, and which control shows it."""

from __future__ import annotations

import argparse

from deepart.commands.console import add_command


def add_to(commands) -> None:
    """Register the command."""
    explain = add_command(
        commands,
        "explain",
        _explain,
        "explain each technique: two sentences, the formula, the code and the control",
        """\
        python -m deepart explain
        python -m deepart explain cyclegan --language zh
        """,
    )
    explain.add_argument("topic", nargs="?", help="one of the topics; default: all of them")
    explain.add_argument("--language", choices=["en", "zh"], default="en", help="default en")


def _explain(options: argparse.Namespace) -> None:
    from deepart.errors import InputError
    from deepart.tasks.guide import topics

    known = {topic.key: topic for topic in topics(options.language)}
    if options.topic and options.topic not in known:
        raise InputError("setting.choice", name="topic", choices=", ".join(known))
    for topic in [known[options.topic]] if options.topic else known.values():
        print(topic.markdown(options.language))
