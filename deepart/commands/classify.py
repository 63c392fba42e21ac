"""The command `classify`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from deepart.commands.console import add_command, add_output, checkpoint_of, pictures_of, progress_line

if TYPE_CHECKING:
    from deepart.tasks.classify.classify import Classification


def add_to(commands) -> None:
    """Register the command."""
    classify = add_command(
        commands,
        "classify",
        _classify,
        "predict the style, artist and genre of artworks",
        """\
        python -m deepart classify painting.jpg
        python -m deepart classify a.jpg scans/ more.zip --json
        python -m deepart classify scans/ --csv answers.csv --sheet sheet.png
        """,
    )
    classify.add_argument("sources", type=Path, nargs="+", metavar="FILE", help="pictures, folders or zip archives")
    classify.add_argument("--json", action="store_true", help="print a JSON list with an object for each picture")
    add_output(classify, "also write a table", ".csv", option="--csv")
    add_output(classify, "also write a contact sheet, sorted by style", ".png", option="--sheet")
    classify.add_argument(
        "--checkpoint",
        metavar="KEY",
        type=checkpoint_of,
        default="classify/lite0-wikiart-v1",
        help="classifier: a checkpoint (default: the bundled one), owner/name of one on the Hub, or a folder",
    )


def _classify(options: argparse.Namespace) -> int:
    """Print the predictions for each picture; return exit status 2 if any could not be read."""
    from deepart.files import replacing
    from deepart.images import save_png
    from deepart.runtime import run
    from deepart.tasks.classify.batch import classify_batch_steps

    sources = [path for given in options.sources for path in pictures_of(given)]
    steps = classify_batch_steps(sources, checkpoint=options.checkpoint, full_names=True)
    answers = run(steps, progress_line())
    if options.json:
        print(json.dumps([row.as_json() for row in answers.rows], indent=1))
    broken = 0
    for row in answers.rows:
        name = "".join(letter if letter.isprintable() else "?" for letter in row.file)
        if row.found is None:
            broken += 1
            print(f"deepart: {name}: {row.error}", file=sys.stderr)
        elif not options.json:
            print(f"{name}\n{_answer_lines(row.found)}\n")
    if options.csv:
        with replacing(options.csv) as part:
            part.write_bytes(answers.table())
    if options.sheet and (sheet := answers.sheet()):
        save_png(sheet, options.sheet)
    return 2 if broken else 0


def _answer_lines(found: Classification, most: int = 3) -> str:
    from deepart.art_labels import label_name

    lines = []
    for head, answers in found.answers.items():
        named = [f"{label_name(head, answer.label, 'en')} {answer.probability:.0%}" for answer in answers[:most]]
        lines.append(f"  {head:10}{', '.join(named)}")
    if found.style_set:
        styles = [label_name("style", label, "en") for label in found.style_set]
        lines.append(f"  90% sure  the style is {' or '.join(styles)}")
    known = "yes" if found.known else "no, it does not look like a painting it knows: do not rely on the answers above"
    return "\n".join([*lines, f"  known     {known}"])
