"""The command line: what it prints, what it writes, how it refuses."""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import deepart
from deepart import runtime
from deepart.__main__ import main
from deepart.checkpoints import CHECKPOINTS
from deepart.commands import build_parser
from deepart.commands.console import OutputFile, OutputFolder
from deepart.images import load_image, png_bytes
from deepart.recipes import recipe_of
from deepart.tasks.hub.catalogue import entries
from deepart.tasks.hub.generators import HUB_GENERATORS
from deepart.tasks.hub.restorers import RESTORERS
from deepart.tasks.paint.gallery import named_styles
from deepart.tasks.paint.transfer import DEFAULT_CHECKPOINT
from photos import photo

RUN = ("--run", "{folder}/run", "--minutes", "1")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    path = tmp_path / "content.png"
    path.write_bytes(png_bytes(photo("coffee", 128)))
    return path


def test_transfer_writes_the_painting_with_its_recipe(content: Path, tmp_path: Path, capsys) -> None:
    output = tmp_path / "out.png"
    assert main(["transfer", str(content), "starry-night", "-o", str(output), "--size", "96"]) == 0
    assert load_image(output).size == (96, 96)
    assert recipe_of(output).settings == {"strength": 1.0, "size": 96, "colour": "style", "style": "starry-night"}
    assert "96 x 96 pixels" in capsys.readouterr().out


def test_transfer_takes_a_picture_as_style_and_strength_0_keeps_the_content(content: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.png"
    assert main(["transfer", str(content), str(content), "-o", str(output), "--strength", "0"]) == 0
    assert np.array_equal(load_image(output), load_image(content))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["missing.png", "udnie"], "The picture cannot be opened"),
        (["{content}", "no-such-style"], "There is no style with that name; choose one of: starry-night"),
        (["{content}", "stary-nite"], "There is no style or file called 'stary-nite'; did you mean starry-night?"),
        (["{content}", "no-such-style.jpg"], "The picture cannot be opened"),
        (["{content}", "udnie", "--strength", "2"], "must be a number from 0 to 1"),
        (["{content}", "udnie", "--size", "3"], "must be a number from 64"),
        (["{content}", "udnie", "--colour", "blue"], "one of: style, luminance, matched, palette"),
        ([__file__, "udnie"], "is not a picture"),
    ],
)
def test_bad_input_ends_with_status_2_and_one_sentence(
    arguments: list[str], sentence: str, content: Path, tmp_path: Path, capsys
) -> None:
    output = tmp_path / "out.png"
    filled = [argument.format(content=content) for argument in arguments]
    assert main(["transfer", *filled, "-o", str(output)]) == 2
    said = capsys.readouterr().err
    assert sentence in said and said.count("\n") == 1
    assert not output.exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["transfer", "{content}", "udnie", "-o", "{folder}/out.jpg"], "must end in one of: .png"),
        (["blend", "{content}", "udnie", "-o", "{folder}/out"], "must end in one of: .png"),
        (["mix", "udnie", "-o", "{content}/a.json"], "Nothing can be written into"),
        (["restore", "{content}", "-o", "{folder}/out.zip"], "must end in one of: .png"),
        (["restore", "{folder}", "-o", "{folder}/out.png"], "must end in one of: .zip"),
        (["generate", "-o", "{content}"], "Nothing can be written into"),
        (["walk", "--seeds", "1", "2", "-o", "{folder}/out.avi"], "must end in one of: .mp4, .gif, .webp"),
        (["classify", "{content}", "--csv", "{folder}"], "is a folder"),
        (["batch", "{content}", "--style", "udnie", "-o", "{locked}"], "cannot be written"),
        (["train", "restorer", "--data", "x", "--run", "{content}", "--minutes", "1"], "Nothing can be written into"),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_work(
    arguments: list[str], sentence: str, content: Path, tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deepart.images._open", None)  # no work
    locked = tmp_path / "locked.zip"
    locked.touch(0o400)
    filled = [argument.format(content=content, folder=tmp_path, locked=locked) for argument in arguments]
    assert main(filled) == 2
    said = capsys.readouterr().err
    assert sentence in said and said.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["content.png", "locked.zip"]


def test_every_option_that_names_an_output_is_checked_before_the_work() -> None:
    for words, parser in every_command(build_parser()):
        for action in parser._actions:
            if action.dest in ("output", "sheet", "csv", "zip", "plot", "trust", "run", "journal") and not isinstance(
                action, argparse._StoreTrueAction
            ):
                assert isinstance(action, (OutputFile, OutputFolder)), f"{words} --{action.dest}"


def test_a_reader_that_has_seen_enough_ends_a_command_quietly() -> None:
    program = "from deepart.__main__ import main; raise SystemExit(main(['styles']))"
    command = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    command.stdout.close()
    assert command.stderr.read() == b"" and command.wait() == 141


def test_a_console_that_lacks_a_letter_shows_its_code(content: Path, tmp_path: Path) -> None:
    picture = tmp_path / "\u98ce.png"
    content.rename(picture)
    said = subprocess.run(
        [sys.executable, "-m", "deepart", "transfer", picture, "udnie", "--size", "64", "-o", tmp_path / "\u753b.png"],
        env={**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
    )
    assert said.returncode == 0 and b"\\u753b.png: 64 x" in said.stdout and (tmp_path / "\u753b.png").is_file()


def test_an_error_of_the_system_is_one_sentence(content: Path, tmp_path: Path, capsys) -> None:
    assert main(["gallery", str(tmp_path / "none.csv"), "--neutral", str(content)]) == 2
    said = capsys.readouterr().err
    assert "none.csv: No such file" in said and said.count("\n") == 1


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("DEEPART_THREADS", "many", "DEEPART_THREADS is 'many'; it must be a whole number"),
        ("DEEPART_PRECISION", "int8", "DEEPART_PRECISION is 'int8'; it must be one of: float32"),
        ("DEEPART_DEVICE", "warp:9", "DEEPART_DEVICE is 'warp:9', but this machine has no such device"),
    ],
)
def test_a_wrong_environment_is_one_sentence(
    variable: str, value: str, sentence: str, content: Path, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    for cached in (runtime.settings, runtime.device, runtime.precision):
        cached.cache_clear()
    try:
        assert main(["benchmark", "--sides", "64", "--repeats", "1"]) == 2
        said = capsys.readouterr().err
        assert sentence in said and said.count("\n") == 1
    finally:
        monkeypatch.undo()
        for cached in (runtime.settings, runtime.device, runtime.precision):
            cached.cache_clear()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["restore", "{content}", "--clean", "0", "--cleaner", "no/such", "-o", "{folder}/a.png"], "choose one of"),
        (["train", "classifier", "--data", "{folder}", "--stages", "224", *RUN], "SIDExBATCH"),
        (["train", "classifier", "--data", "{folder}", "--stages", "224x0", *RUN], "SIDExBATCH"),
        (["train", "generator", "--data", "{folder}", "--start", "restore/none-v1", *RUN], "“start” must be one of"),
        (["train", "restorer", "--data", "{folder}", "--stages", "64x8", *RUN], "16 processes cannot share"),
    ],
)
def test_what_is_missing_is_said_before_any_work(
    arguments: list[str], sentence: str, content: Path, tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "16" if "64x8" in arguments else "1")
    monkeypatch.setattr("deepart.training.data.load_image", None)
    assert main([argument.format(content=content, folder=tmp_path) for argument in arguments]) == 2
    said = capsys.readouterr().err
    assert sentence in said and said.count("\n") == 1


def test_version(capsys) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"deepart {deepart.__version__}\n"


@pytest.mark.parametrize("words", [[], ["train"], ["evaluate"], ["data"], ["jobs"]])
def test_help_of_groups_ends_with_examples(words: list[str], capsys) -> None:
    with pytest.raises(SystemExit):
        main([*words, "--help"])
    assert "\nexamples:\n  python -m deepart" in capsys.readouterr().out


def test_checkpoints_lists_the_table(capsys) -> None:
    assert main(["checkpoints", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["key"] for row in rows] == list(entries())
    assert {*CHECKPOINTS, *HUB_GENERATORS, *RESTORERS} < set(entries())
    assert all(row["is_proven"] == (row["repo"] is None) for row in rows)
    assert [row["key"] for row in rows if not row["is_pinned"]] == ["oschamp/vit-artworkclassifier"]
    assert main(["checkpoints"]) == 0
    assert "bundled" in capsys.readouterr().out


def test_fetch_of_a_bundled_checkpoint_says_where_it_is(capsys) -> None:
    assert main(["fetch", DEFAULT_CHECKPOINT]) == 0
    assert Path(capsys.readouterr().out.strip()).is_file()


def test_fetch_of_an_unknown_checkpoint_lists_the_known_ones(capsys) -> None:
    assert main(["fetch", "nothing/like-this-v1"]) == 2
    assert DEFAULT_CHECKPOINT in capsys.readouterr().err


def test_styles_lists_the_gallery(capsys) -> None:
    assert main(["styles"]) == 0
    listed = capsys.readouterr().out
    assert all(key in listed for key in named_styles(DEFAULT_CHECKPOINT))


def test_benchmark_measures_every_size(capsys) -> None:
    assert main(["benchmark", "--sides", "64", "96", "--repeats", "1"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert set(result["tasks"]) == {"transfer", "clean", "fill", "find damage", "enlarge"}
    for sides in result["tasks"].values():
        assert set(sides) == {"64", "96"}
        assert all(measured["seconds"] > 0 and measured["megapixels_per_second"] > 0 for measured in sides.values())
    assert result["peak_memory_mb"] > 0 and result["device"] and result["precision"]


# --- classify ------------------------------------------------------------------------------------


def test_classify_prints_an_object_for_each_file_in_order(content: Path, tmp_path: Path, capsys) -> None:
    blank = tmp_path / "blank.png"
    blank.write_bytes(png_bytes(Image.new("RGB", (80, 60), "white")))
    assert main(["classify", str(blank), str(content), "--json"]) == 0
    said = capsys.readouterr()
    first, second = json.loads(said.out)
    assert (first["file"], second["file"]) == (str(blank), str(content)) and said.err == ""
    for found in (first, second):
        for head in ("style", "artist", "genre"):
            assert len(found[head]) >= 5
            probabilities = [answer["probability"] for answer in found[head]]
            assert probabilities == sorted(probabilities, reverse=True)
            assert all(type(answer["label"]) is str for answer in found[head])
        assert found["style_set"][0] == found["style"][0]["label"]
    assert first["known"] is False


def test_classify_answers_the_others_when_a_file_is_broken(content: Path, tmp_path: Path, capsys) -> None:
    broken = tmp_path / "bro\nken.jpg"
    broken.write_bytes(b"hello")
    assert main(["classify", str(broken), str(content), "--json"]) == 2
    said = capsys.readouterr()
    first, second = json.loads(said.out)
    assert set(first) == {"file", "error"} and first["file"] == str(broken) and "not a picture" in first["error"]
    assert len(second["style"]) >= 5
    assert said.err.count("\n") == 1 and "bro?ken.jpg: This file is not a picture" in said.err


def test_classify_without_json_is_for_people(content: Path, tmp_path: Path, capsys) -> None:
    inner = tmp_path / "scans" / "deeper"
    inner.mkdir(parents=True)
    content.rename(inner / "a.png")
    table, sheet = tmp_path / "answers.csv", tmp_path / "sheet.png"
    assert main(["classify", str(tmp_path / "scans"), "--csv", str(table), "--sheet", str(sheet)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(str(inner / "a.png")) and "no, it does not look like a painting it knows" in said
    assert all(f"\n  {head} " in said for head in ("style", "artist", "genre", "known"))
    (row,) = csv.DictReader(table.read_text("utf-8-sig").splitlines())
    assert row["file"] == str(inner / "a.png") and row["known"] == "false" and float(row["style_probability"]) > 0
    assert load_image(sheet).width > 96


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["empty"], "There are no pictures to classify"),
        (["content.png", "--checkpoint", "loss/distilled-vgg16-v1"], "does not classify pictures"),
        (["content.png", "--checkpoint", "nothing"], "owner/name"),
    ],
)
def test_classify_refuses_what_it_cannot_do_at_all(
    arguments: list[str], sentence: str, content: Path, tmp_path: Path, capsys
) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["classify", str(tmp_path / arguments[0]), *arguments[1:], "--json"]) == 2
    said = capsys.readouterr()
    assert sentence in said.err and said.err.count("\n") == 1 and said.out == ""


def every_command(parser: argparse.ArgumentParser, *names: str) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield the words and the parser of each command that can be run."""
    if parser.get_default("command"):
        yield " ".join(names), parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                yield from every_command(command, *names, name)


@pytest.mark.parametrize("words", [words for words, _ in every_command(build_parser())])
def test_help_ends_with_examples(words: str, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words.split(), "--help"])
    assert ended.value.code == 0
    examples = capsys.readouterr().out.partition("\nexamples:\n")[2].splitlines()
    assert any(line.startswith(f"  python -m deepart {words} ") or line.endswith(f" {words}") for line in examples)
    assert all("python -m deepart" in line for line in examples)


def test_the_readme_names_every_command() -> None:
    readme = (Path(deepart.__file__).parents[1] / "README.md").read_text("utf-8")
    (commands,) = (each for each in build_parser()._actions if isinstance(each, argparse._SubParsersAction))
    assert [name for name in commands.choices if not re.search(f"`{name}`|-m deepart (-- )?{name} ", readme)] == []


def test_it_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "deepart", "styles"], capture_output=True, text=True, check=True)
    assert "starry-night" in done.stdout
