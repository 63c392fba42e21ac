"""`data` and `jobs` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from deepart.__main__ import main

from .paintings import folders, packed


def test_data_sets_are_imported_reported_on_and_deleted(tmp_path: Path, admin_dir: Path, capsys) -> None:
    archive = packed(tmp_path / "works.zip", folders(6))
    command = ["data", "import", str(archive), "--name", "works", "--licence", "cc0", "--column", "artist"]
    assert main([*command, "--report-only", "--sheet", str(tmp_path / "sheet.png")]) == 0
    assert json.loads(capsys.readouterr().out)["classes"] == {"artist": {"Blue": 6, "Red": 6}}
    assert (tmp_path / "sheet.png").is_file() and not admin_dir.exists()
    assert main(command) == 0
    assert main(["data", "list"]) == 0
    assert "works" in capsys.readouterr().out
    assert main(["data", "passport", "works"]) == 0
    assert len(json.loads(capsys.readouterr().out)["pictures"]) == 12
    assert main(["data", "delete", "works"]) == 0
    assert main(["data", "report", "works"]) == 2


def test_what_cannot_be_started_is_refused_in_a_sentence(tmp_path: Path, capsys) -> None:
    assert main(["jobs", "start", "--task", "style", "--data", "none"]) == 2
    assert main(["jobs", "start", "--task", "style", "--data", "none", "--set", "command=rm"]) == 2
    assert main(["jobs", "start", "--config", str(tmp_path / "missing.json")]) == 2
    assert main(["jobs", "show", "../etc"]) == 2
    assert main(["jobs", "list"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("deepart: ") == 4
