"""What is written: whole or not at all, through links and pipes, and one sentence where it cannot be."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from deepart.errors import InputError
from deepart.files import read_json, read_lines, replacing, replacing_folder, writable, writable_folder, write_error
from deepart.training.loop import save_state


def write(path: Path, text: str = "new") -> None:
    with replacing(path) as part:
        part.write_text(text)


def test_a_link_stays_a_link_and_a_file_keeps_its_rights(tmp_path: Path) -> None:
    file, link = tmp_path / "file.txt", tmp_path / "link.txt"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    write(link)
    assert link.is_symlink() and file.read_text() == "new" and stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == ["file.txt", "link.txt"]
    file.unlink()
    write(link, "again")  # a link to nothing: what it points to is made
    assert link.is_symlink() and file.read_text() == "again"


def test_a_pipe_is_written_to_whatever_its_name(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert writable(pipe, (".png",)) == pipe
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write(pipe, "through")
    reader.join(60)
    assert read == ["through"] and stat.S_ISFIFO(pipe.stat().st_mode)
    write(Path(os.devnull))
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_what_is_protected_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "file.txt"
    file.write_text("old")
    file.chmod(0o444)
    with pytest.raises(InputError, match="cannot be written"):
        write(file)
    assert file.read_text() == "old" and stat.S_IMODE(file.stat().st_mode) == 0o444


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "is a folder"),
        ("file.txt/out.png", "Nothing can be written into"),
        ("file.txt/a/b/out.png", "Nothing can be written into"),
        ("out.jpg", "must end in one of: .png"),
        ("out", "must end in one of: .png"),
        ("x" * 300 + ".png", "No file can have the name"),
        ("nul\0.png", "No file can have the name"),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_work(tmp_path: Path, name: str, sentence: str) -> None:
    (tmp_path / "file.txt").touch()
    with pytest.raises(InputError, match=sentence):
        writable(tmp_path / name, (".png",))
    assert os.listdir(tmp_path) == ["file.txt"]


def test_missing_folders_are_made_when_the_file_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "out.PNG"
    assert writable(path, (".png",)) == path and not path.parent.exists()
    write(path)
    assert path.read_text() == "new"
    with pytest.raises(InputError, match="Nothing can be written into"):
        writable_folder(path)


def test_a_folder_is_replaced_when_all_of_it_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    for content in ("first", "second"):
        with replacing_folder(folder) as part:
            (part / content).touch()
        assert os.listdir(folder) == [content]
    with pytest.raises(RuntimeError), replacing_folder(folder) as part:
        (part / "third").touch()
        raise RuntimeError
    assert os.listdir(folder) == ["second"] and os.listdir(tmp_path) == ["bundle"]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(28, "No space left on device"), "no room left on the disk for state.pt"),
        (OSError(27, "File too large"), "no room left on the disk for state.pt"),
        (OSError(30, "Read-only file system"), "state.pt cannot be written"),
        (PermissionError(13, "Permission denied"), "state.pt cannot be written"),
    ],
)
def test_errors_of_the_disk_are_told(error: OSError, sentence: str) -> None:
    assert sentence in str(write_error(error, "state.pt"))


def test_errors_that_the_disk_is_not_the_cause_of_are_left_alone(tmp_path: Path) -> None:
    assert write_error(FileNotFoundError(2, "No such file"), tmp_path / "x") is None
    assert write_error(RuntimeError("another"), tmp_path / "x") is None


def test_a_library_that_stumbles_on_a_full_disk_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object) -> None:
        raise RuntimeError("unexpected pos 576 vs 534")  # what torch says

    state: dict[str, Callable] = {}
    save_state(state, tmp_path / "state.pt")
    monkeypatch.setattr(torch, "save", stumble)
    monkeypatch.setattr("shutil.disk_usage", lambda _: _Usage)
    with pytest.raises(InputError, match="no room left"):
        save_state(state, tmp_path / "state.pt")
    assert os.listdir(tmp_path) == ["state.pt"] and torch.load(tmp_path / "state.pt") == {}


class _Usage:
    free = 0


def test_torn_json_and_torn_lines_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_bytes(b'{"a": 1}\n[2]\n{"b": "f\xc3')
    assert read_lines(file) == [{"a": 1}]
    assert read_json(file) == read_json(tmp_path / "missing") == {}
