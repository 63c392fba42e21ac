"""Zip archives: those of a visitor are refused before anything is unpacked, those of ours are all alike."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest

from deepart import archives
from deepart.archives import MAX_ENTRIES, pictures_in_archive, pictures_in_folder, safe_name, write_archive
from deepart.errors import InputError
from deepart.images import MAX_BYTES
from pictures import jpeg

PICTURE = jpeg()


def packed(path: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def test_pictures_come_out_as_they_went_in_and_in_order(tmp_path: Path) -> None:
    entries = {"b.jpg": PICTURE, "holiday/a.JPEG": PICTURE + b"1", "holiday/夏天.png": PICTURE + b"2"}
    found = pictures_in_archive(packed(tmp_path / "a.zip", entries))
    assert [picture.name for picture in found] == ["b.jpg", "a.JPEG", "夏天.png"]
    assert [picture.read() for picture in found] == list(entries.values())


def test_what_systems_add_and_what_is_no_picture_is_left_alone(tmp_path: Path) -> None:
    litter = ["__MACOSX/._a.jpg", "__MACOSX/x.jpg", ".hidden.jpg", "holiday/.trash/b.jpg", "Thumbs.db", "read me.txt"]
    inner = BytesIO()
    packed(inner, {"c.jpg": PICTURE})
    entries = {"holiday/": b"", **dict.fromkeys(litter, PICTURE), "more.zip": inner.getvalue(), "a.jpg": PICTURE}
    assert [picture.name for picture in pictures_in_archive(packed(tmp_path / "a.zip", entries))] == ["a.jpg"]


# --- refused -------------------------------------------------------------------------------------


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        pictures_in_archive(path)
    assert caught.value.sentence("en").endswith(".") and caught.value.sentence("zh").endswith("。")
    return caught.value.key


@pytest.mark.parametrize(
    "name",
    [
        "../a.jpg",
        "holiday/../../a.jpg",
        "holiday/..",
        "/etc/a.jpg",
        "//server/a.jpg",
        "C:a.jpg",
        "c:/a.jpg",
        "..\\a.jpg",
        "__MACOSX/../../a.jpg",
    ],
)
def test_names_that_lead_out_of_the_folder_are_refused(name: str, tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"good.jpg": PICTURE, "N" * len(name): PICTURE})
    # Not by `zipfile`, which would mend some of them.
    path.write_bytes(path.read_bytes().replace(b"N" * len(name), name.encode()))
    assert refusal(path) == "archive.unsafe_name"


def test_a_name_with_a_null_byte_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"a.jpgN.exe": PICTURE})
    path.write_bytes(path.read_bytes().replace(b"a.jpgN", b"a.jpg\0"))
    assert refusal(path) == "archive.unsafe_name"


@pytest.mark.parametrize("kind", [0o120000, 0o010000, 0o020000])  # link, pipe, device
def test_links_and_devices_are_refused(kind: int, tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("a.jpg")
    entry.create_system, entry.external_attr = 3, (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    assert refusal(tmp_path / "a.zip") == "archive.link"


def test_encrypted_archives_are_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"a.jpg": PICTURE}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(signature) + flags] |= 1
    path.write_bytes(data)
    assert refusal(path) == "archive.encrypted"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_unpack_without_bounds_are_refused(method: int, tmp_path: Path) -> None:
    assert refusal(packed(tmp_path / "a.zip", {"a.jpg": PICTURE}, method)) == "archive.method"


def test_too_many_files_are_refused_but_not_for_what_systems_add(tmp_path: Path) -> None:
    litter = {f"__MACOSX/._{number}": b"" for number in range(MAX_ENTRIES)}
    pictures = {f"{number}.jpg": b"x" for number in range(MAX_ENTRIES)}
    assert len(pictures_in_archive(packed(tmp_path / "a.zip", litter | pictures))) == MAX_ENTRIES
    assert refusal(packed(tmp_path / "b.zip", {**pictures, "one more.txt": b""})) == "archive.too_many"


def test_a_directory_of_a_million_entries_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    count = 100_000
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 9, 9, count * len(entry), 0, 0)
    (tmp_path / "a.zip").write_bytes(entry * count + end)

    def fail(*arguments: object) -> None:
        pytest.fail("an entry was read")

    monkeypatch.setattr(zipfile, "ZipInfo", fail)
    assert refusal(tmp_path / "a.zip") == "archive.too_many"


def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path / "a.zip", {f"{number}.bmp": bytes(5 * 2**20) for number in range(4)})
    assert path.stat().st_size < 50_000
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *arguments: pytest.fail("something was unpacked"))
    assert refusal(path) == "archive.bomb"


def test_a_bomb_of_overlapping_files_is_refused(tmp_path: Path) -> None:
    """All entries of the directory point at one file, so that each alone looks harmless."""
    packed(tmp_path / "a.zip", {"a.bmp": bytes(2**20)})
    data = (tmp_path / "a.zip").read_bytes()
    start, end = data.index(b"PK\1\2"), data.index(b"PK\5\6")
    tail = bytearray(data[end:])
    struct.pack_into("<2HI", tail, 8, 400, 400, 400 * (end - start))
    (tmp_path / "a.zip").write_bytes(data[:start] + data[start:end] * 400 + tail)
    assert refusal(tmp_path / "a.zip") == "archive.bomb"


def test_a_picture_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"a.jpg": bytes(MAX_BYTES + 1)}, zipfile.ZIP_STORED)
    assert refusal(path) == "archive.picture_too_heavy"
    path = packed(tmp_path / "b.zip", {"film.mov": bytes(MAX_BYTES + 1), "a.jpg": PICTURE}, zipfile.ZIP_STORED)
    assert len(pictures_in_archive(path)) == 1  # it is never unpacked


def test_pictures_beyond_the_limit_in_all_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 3 * len(PICTURE))
    entries = {f"{number}.jpg": PICTURE for number in range(4)}
    assert refusal(packed(tmp_path / "a.zip", entries)) == "archive.too_heavy"


def test_a_file_that_is_larger_than_its_directory_says_gives_no_more_than_that(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"bomb.jpg": bytes(10 * 2**20)})
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, data.index(b"PK\1\2") + 24, 1000)
    path.write_bytes(data)
    (picture,) = pictures_in_archive(path)
    with pytest.raises(InputError) as caught:
        picture.read()
    assert caught.value.key == "archive.damaged"
    struct.pack_into("<I", data, data.index(b"PK\1\2") + 16, zlib.crc32(bytes(1000)))
    path.write_bytes(data)
    (picture,) = pictures_in_archive(path)
    assert picture.read() == bytes(1000)


def test_one_damaged_picture_leaves_the_others(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"a.jpg": PICTURE, "b.jpg": PICTURE}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[data.index(PICTURE) + 100] ^= 0xFF
    path.write_bytes(data)
    first, second = pictures_in_archive(path)
    assert second.read() == PICTURE
    with pytest.raises(InputError) as caught:
        first.read()
    assert caught.value.key == "archive.damaged"


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "archive.not_a_zip"),
        (PICTURE, "archive.not_a_zip"),
        (b"PK\3\4" + bytes(100), "archive.not_a_zip"),
        (struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0, 0, 0, 0, 0), "archive.no_pictures"),
        (struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, 999, 0, 0), "archive.damaged"),
        (b"PK\1\2" + bytes(42) + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, 46, 0, 0), "archive.unsafe_name"),
    ],
)
def test_what_is_no_archive_is_refused(data: bytes, key: str, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    assert refusal(tmp_path / "a.zip") == key


@pytest.mark.parametrize("size", [30, 60, 90])
def test_an_archive_that_ends_early_is_refused(size: int, tmp_path: Path) -> None:
    data = packed(tmp_path / "a.zip", {"a.jpg": PICTURE}).read_bytes()
    (tmp_path / "a.zip").write_bytes(data[: len(data) * size // 100])
    assert refusal(tmp_path / "a.zip") == "archive.not_a_zip"


def test_a_missing_archive_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.zip") == "archive.missing"
    assert refusal(tmp_path) == "archive.missing"
    assert refusal(tmp_path / "a\0.zip") == "archive.missing"


def test_an_archive_without_pictures_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"read me.txt": b"hello", "__MACOSX/a.jpg": PICTURE})
    assert refusal(path) == "archive.no_pictures"


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("photo.jpg", "photo.jpg"),
        ("holiday/夏天 2024.JPG", "夏天 2024.JPG"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("<img src=x onerror=alert(1)>.png", "_img src_x onerror_alert_1_.png"),
        ("=cmd|' '!A0.jpg", "_cmd_ _A0.jpg"),
        ("-rf.jpg", "rf.jpg"),
        ("\u202egnp.exe", "_gnp.exe"),
        ("a\nb\0c.png", "a_b_c.png"),
        ("CON.png", "_CON.png"),
        ("...", "picture"),
        ("", "picture"),
        ("x" * 300 + ".jpeg", "x" * 55 + ".jpeg"),
    ],
)
def test_names_become_harmless(name: str, safe: str) -> None:
    assert safe_name(name) == safe


# --- written -------------------------------------------------------------------------------------


def write(path: Path) -> bytes:
    with write_archive(path) as add:
        add("a.png", PICTURE)
        add("风格.csv", b"1,2")
    return path.read_bytes()


def test_the_same_files_make_the_same_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = write(tmp_path / "a.zip")
    monkeypatch.setattr("time.time", lambda: 2e9)
    assert write(tmp_path / "b.zip") == first
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a.png", "风格.csv"] and archive.read("a.png") == PICTURE


def test_an_archive_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    whole = write(tmp_path / "a.zip")
    with pytest.raises(RuntimeError), write_archive(tmp_path / "a.zip") as add:
        add("b.png", PICTURE)
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]
    assert (tmp_path / "a.zip").read_bytes() == whole


# --- of real machines --------------------------------------------------------------------------------


def zipped(path: Path, *names: bytes, flags: int = 0) -> Path:
    """Write an archive with names just as they are given, byte for byte."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, _ in enumerate(names):
            archive.writestr(f"{number}" * 9 + "x" * (len(names[number]) - 9), b"a picture")
    data = path.read_bytes()
    for number, name in enumerate(names):
        old = (f"{number}" * 9 + "x" * (len(name) - 9)).encode()
        assert len(name) >= 9 and data.count(old) == 2
        data = data.replace(old, name)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"albums\\trip\\a.jpg", "a.jpg"),  # Windows PowerShell
        ("相册\\风景画.jpg".encode("gbk"), "风景画.jpg"),  # Chinese Windows
        ("写真\\風景 夏の海.jpg".encode("cp932"), "風景 夏の海.jpg"),  # Japanese Windows
        ("アルバム/表紙.jpg".encode("cp932"), "表紙.jpg"),
        ("cafe\u0301/e\u0301te\u0301.jpg".encode(), "été.jpg"),  # a Mac
        ("größe/müller.jpg".encode("cp437"), "müller.jpg"),  # what the format says
        ("Été/château créé.jpg".encode("cp437"), "château créé.jpg"),
    ],
)
def test_names_of_real_machines_are_read(tmp_path: Path, raw: bytes, name: str) -> None:
    (picture,) = pictures_in_archive(zipped(tmp_path / "a.zip", raw))
    assert picture.name == name and picture.read() == b"a picture"


@pytest.mark.parametrize("raw", [b"..\\..\\evil.jpg", b"C:\\evil\\a.jpg", b"\\\\host\\a.jpg", b"a/..\\..\\b.jpg"])
def test_backslashes_that_lead_out_are_refused(tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(InputError) as caught:
        pictures_in_archive(zipped(tmp_path / "a.zip", raw))
    assert caught.value.key == "archive.unsafe_name"


def test_what_systems_add_to_folders_is_left_out(tmp_path: Path) -> None:
    for name in ("a.jpg", "b/c.JFIF", ".hidden/a.jpg", "b/@eaDir/a.jpg", ".ipynb_checkpoints/a.png", "__MACOSX/a.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "album.jpg").mkdir()
    (tmp_path / "album.jpg" / "d.png").touch()
    found = [path.relative_to(tmp_path).as_posix() for path in pictures_in_folder(tmp_path)]
    assert found == ["a.jpg", "album.jpg/d.png", "b/c.JFIF"]
    assert pictures_in_folder(tmp_path / ".hidden") == [tmp_path / ".hidden" / "a.jpg"]  # asked for by name
