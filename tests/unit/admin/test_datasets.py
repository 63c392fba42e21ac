"""Data sets: what attacks is refused, what is found is reported, and nothing is stored before."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
import torch
from PIL import Image

from deepart.admin.data import datasets, hub as hub_datasets
from deepart.admin.data.datasets import Choices, Draft, check, data_sets, find_data_set, relabelled, store
from deepart.admin.data.sources import Contents, FolderSource, ZipSource, plain_text
from deepart.admin.jobs import delete_data_set
from deepart.errors import InputError
from deepart.runtime import Progress, run
from deepart.training.catalogue import read_catalogue
from deepart.ui.admin import html
from loopback_hub import LoopbackHub
from pictures import encoded

from .paintings import file_of, folders, packed, painting, stored, table


def checked(tmp_path: Path, files: dict[str, bytes], column: str = "style") -> Draft:
    source = ZipSource((packed(tmp_path / "works.zip", files),), column)
    return run(check(source, name="works", licence="my own", origin="the studio"))


def test_an_archive_in_pieces_is_one_data_set(tmp_path: Path) -> None:
    first = packed(tmp_path / "first.zip", {"Red/1.png": file_of(1), "Red/2.png": file_of(2)})
    second = packed(tmp_path / "second.zip", {"Red/1.png": file_of(3), "Blue/1.png": file_of(4, "Blue")})
    with ZipSource((first, second), "artist").open() as contents:
        assert [each.labels["artist"] for each in contents.pictures] == ["Red", "Red", "Red", "Blue"]
        assert [each.read() for each in contents.pictures[::2]] == [file_of(1), file_of(3)]


def refusal(tmp_path: Path, files: dict[str, bytes]) -> str:
    with pytest.raises(InputError) as caught:
        checked(tmp_path, files)
    return caught.value.key


# --- attacks -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "key"),
    [
        ({"../../evil.png": b""}, "archive.unsafe_name"),
        ({"/etc/evil.png": b""}, "archive.unsafe_name"),
        ({"a.png": b"", "more.zip": b"PK"}, "archive.nested"),
        ({"a.png": b"", "more.tar.gz": b"\x1f\x8b"}, "archive.nested"),
        ({"readme.txt": b"nothing"}, "archive.no_pictures"),
        ({"a.png": b"not a picture"}, "dataset.nothing_usable"),
        ({"a.png": b"", "one.csv": b"path\na.png", "two.csv": b"path\na.png"}, "dataset.several_tables"),
        ({"a.png": b"", "t.csv": b"artist\nMonet"}, "dataset.table_columns"),
        ({"a.png": b"", "t.csv": b"\xff\xfe\x00"}, "dataset.table_unreadable"),
    ],
)
def test_what_attacks_or_says_nothing_is_refused_and_nothing_is_stored(
    tmp_path: Path, admin_dir: Path, files: dict[str, bytes], key: str
) -> None:
    assert refusal(tmp_path, files) == key
    assert not admin_dir.exists()


def test_a_bomb_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "works.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", bytes(19 * 2**20))
        archive.writestr("b.png", bytes(19 * 2**20))
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *arguments: pytest.fail("something was unpacked"))
    with pytest.raises(InputError) as caught:
        run(check(ZipSource((tmp_path / "works.zip",)), name="works", licence="my own"))
    assert caught.value.key == "archive.bomb"


@pytest.mark.parametrize("name", ["", "..", "a/b", "Works", "con", "-a", "a" * 61, "works\n"])
def test_a_data_set_cannot_be_called_anything(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as caught:
        run(check(ZipSource((packed(tmp_path / "a.zip", folders(2)),)), name=name, licence="my own"))
    assert caught.value.key == "admin.name"
    with pytest.raises(InputError):
        find_data_set(name)


def test_labels_from_outside_become_plain_text() -> None:
    assert plain_text("  Pablo\u202e\n Picasso\x00 ") == "Pablo Picasso"
    assert plain_text("none") == "" and len(plain_text("x" * 500)) == 80


# --- reports -------------------------------------------------------------------------------------


def test_the_report_says_what_was_found(tmp_path: Path, admin_dir: Path) -> None:
    files = folders(8) | {
        "Red/again.png": file_of(0),
        "Red/smaller.jpg": encoded(painting(1).resize((80, 80)), "JPEG", quality=80),
        "Red/broken.png": file_of(50)[:500],
        "Red/tiny.png": file_of(51, side=40),
        "Green/only.png": file_of(0, "Green"),
    }
    draft = checked(tmp_path, files)
    report = draft.report.as_json()
    assert report["pictures"] == 18
    assert report["classes"] == {"style": {"Blue": 8, "Green": 1, "Red": 9}}
    assert report["imbalance"] == {"style": 9.0}
    assert {(each["name"], each["reason"]) for each in report["refused"]} == {
        ("broken.png", "picture.damaged"),
        ("tiny.png", "picture.too_small"),
    }
    assert report["copies"] == [["0.png", "again.png"]]
    assert report["near_duplicates"] == [["1.png", "smaller.jpg"]]
    assert report["sizes"] == {"least": 80, "median": 96, "largest": 96}
    levels = {guard["task"]: guard["level"] for guard in report["guards"]}
    assert levels == {"style": "warn", "generator": "stop", "classifier": "warn", "restorer": "stop"}
    assert min(draft.sheet.size) > 90 and not admin_dir.exists()
    json.dumps(report)
    assert "tiny.png: The picture is 40 × 40 pixels; each side must have at least 64." in html.report(report, "en")


def test_a_test_picture_that_was_seen_in_training_is_a_leak_and_is_taken_out_of_training(tmp_path: Path) -> None:
    files = {f"train/{name}": data for name, data in folders(6).items()}
    files |= {f"test/Red/{number}.png": file_of(100 + number) for number in range(3)}
    files["test/Red/leak.jpg"] = encoded(painting(2), "JPEG", quality=85)
    draft = checked(tmp_path, files)
    assert draft.report.leaks == [["2.png", "leak.jpg"]]
    artworks = run(store(draft)).artworks()
    leaked = hashlib.sha256(files["train/Red/2.png"]).hexdigest()[:24]
    assert leaked not in [work.path.stem for work in artworks]
    assert sum(work.part == "test" for work in artworks) == 4
    delete_data_set("works")
    kept = run(store(draft, Choices(leaks="keep"))).artworks("train", "calibration")
    assert leaked in [work.path.stem for work in kept]


def test_what_shows_the_same_is_never_in_two_parts(tmp_path: Path) -> None:
    files = folders(12)
    files |= {f"Red/again{n}.jpg": encoded(painting(n), "JPEG", quality=85) for n in range(12)}
    draft = checked(tmp_path, files)
    artworks = run(store(draft, Choices(near_duplicates="keep"))).artworks()
    part = {work.path.stem: work.part for work in artworks}
    stem = {picture.name: picture.sha256[:24] for picture in draft.pictures if picture.labels["style"] == "Red"}
    assert set(part.values()) == {"train", "calibration", "test"} and len(artworks) == 36
    assert all(part[stem[f"{n}.png"]] == part[stem[f"again{n}.jpg"]] for n in range(12))


def test_a_table_gives_labels_facts_and_parts(tmp_path: Path) -> None:
    rows = [
        {
            "file": f"{n}.png",
            "artist": f"Painter {n % 2}",
            "label": "oil|wood" if n else "",
            "licence": "CC0" if n else "",
        }
        for n in range(6)
    ]
    files = {f"images/{n}.png": file_of(n) for n in range(6)} | {"works.csv": table([*rows, {**rows[0], "file": "no"}])}
    draft = checked(tmp_path, files)
    assert draft.report.rows_without_picture == 1
    assert draft.report.classes == {"artist": {"Painter 0": 3, "Painter 1": 3}, "label": {"oil": 5, "wood": 5}}
    assert draft.report.missing == {"label": 1}
    data_set = run(store(draft, Choices(missing="fill", fill={"label": "paper"})))
    assert sorted({work.labels("label") for work in data_set.artworks()}) == [("oil", "wood"), ("paper",)]
    datasheet = data_set.datasheet()
    assert sorted(each["licence"] for each in datasheet["pictures"]) == ["CC0"] * 5 + ["my own"]
    assert {each["sha256"] for each in datasheet["pictures"]} == {
        hashlib.sha256(file_of(n)).hexdigest() for n in range(6)
    }
    delete_data_set("works")
    assert len(run(store(draft, Choices(missing="drop"))).artworks()) == 5
    with pytest.raises(InputError):
        run(store(draft, Choices(missing="fill")))


def test_missing_labels_and_years_are_counted_first_and_what_is_guessed_is_never_measured_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    years = {0: "1870", 3: "c. 1876", 12: "1890"}
    rows = [
        {
            "file": f"{n:02}.png",
            "artist": "Red" if n < 8 else "Blue",
            "style": "" if n in (2, 9) else "Bold" if n % 4 else "Calm",
            "year": years.get(n, ""),
        }
        for n in range(16)
    ]
    files = {f"{n:02}.png": file_of(n, "Red" if n < 8 else "Blue") for n in range(16)} | {"works.csv": table(rows)}
    draft = checked(tmp_path, files)
    assert draft.report.missing == {"style": 2, "year": 13}
    assert draft.report.ways["year"] == {"drop": 13, "median": 13, "interpolate": 2, "regress": 13}
    assert "Interpolate 2" in html.report(draft.report.as_json(), "en")
    data_set = run(store(draft, Choices(missing="mode", years="interpolate")))
    found = {work.path.name: work for work in data_set.artworks()}
    names = {n: f"{hashlib.sha256(file_of(n, 'Red' if n < 8 else 'Blue')).hexdigest()[:24]}.png" for n in range(16)}
    assert [found[names[n]].year for n in range(5)] == ["1870", "1872", "1874", "c. 1876", ""]
    assert found[names[2]].style == found[names[9]].style == "Bold"
    assert {found[names[n]].part for n in (1, 2, 9)} == {"train"} < {work.part for work in found.values()}
    assert data_set.report()["filled"] == {"style": 2, "year": 2}
    assert data_set.datasheet()["choices"]["years"] == "interpolate"
    delete_data_set("works")
    assert len(run(store(draft, Choices(years="drop"))).artworks()) == 3
    delete_data_set("works")
    seen = torch.arange(16)[:, None] * torch.ones(16, 3)  # brighter and brighter
    monkeypatch.setattr(datasets, "_features", lambda draft: (yield Progress(0, 1, "progress.evaluating")) or seen)
    predicted = run(store(draft, Choices(missing="regress", years="regress")))
    assert predicted.report()["filled"] == {"style": 2, "year": 13}


def test_pictures_without_labels_do_for_what_needs_none(tmp_path: Path) -> None:
    draft = checked(tmp_path, {f"pictures/{n}.png": file_of(n, side=128) for n in range(12)})
    assert draft.report.classes == {}
    levels = {guard["task"]: guard["level"] for guard in draft.report.guards}
    assert levels["style"] == "warn" and levels["restorer"] == "warn" and levels["classifier"] == "stop"
    assert {work.part for work in run(store(draft)).artworks()} == {"train", "calibration", "test"}


# --- stored --------------------------------------------------------------------------------------


def test_what_is_stored_is_what_was_checked_under_names_of_our_own(tmp_path: Path, admin_dir: Path) -> None:
    data_set = stored(tmp_path, folders(8))
    names = [path.relative_to(admin_dir).parts for path in admin_dir.rglob("*") if path.is_file()]
    assert all(parts[:2] == ("datasets", "works") for parts in names)
    for work in data_set.artworks():
        assert hashlib.sha256(work.path.read_bytes()).hexdigest().startswith(work.path.stem)
    assert {painting.style for painting in read_catalogue(data_set.folder)} == {"Red", "Blue"}
    assert data_set.report()["stored"] == 16 and Image.open(data_set.sheet).width > 200
    assert [each.name for each in data_sets()] == ["works"]
    with pytest.raises(InputError):
        stored(tmp_path, folders(3))
    delete_data_set("works")
    assert data_sets() == [] and not any((admin_dir / "datasets").iterdir())


def test_a_source_that_changed_since_is_refused_and_leaves_nothing(tmp_path: Path, admin_dir: Path) -> None:
    draft = checked(tmp_path, folders(4))
    packed(tmp_path / "works.zip", folders(4, ("Blue", "Red")))
    with pytest.raises(InputError) as caught:
        run(store(draft))
    assert caught.value.key == "dataset.changed" and not any((admin_dir / "datasets").iterdir())


def test_storing_that_is_stopped_leaves_nothing(tmp_path: Path, admin_dir: Path) -> None:
    storing = store(checked(tmp_path, folders(4)))
    for _ in range(3):
        next(storing)
    storing.close()
    assert not any((admin_dir / "datasets").iterdir())


# --- from the Hub --------------------------------------------------------------------------------


def test_image_folders_come_from_the_hub(hub: LoopbackHub) -> None:
    hub.add("painter/works", {**folders(5), "README.md": b"# Works", ".gitattributes": b""})
    source = run(hub_datasets.fetch("painter/works", column="artist"))
    draft = run(check(source, name="works", licence="cc0"))
    assert draft.report.classes == {"artist": {"Blue": 5, "Red": 5}}
    with pytest.raises(InputError) as caught:
        run(hub_datasets.fetch("painter/../works"))
    assert caught.value.key == "hub.name"
    with pytest.raises(InputError) as caught:
        run(hub_datasets.fetch("painter/nothing"))
    assert caught.value.key == "dataset.not_on_hub"


def test_parquet_files_are_read_by_datasets(tmp_path: Path) -> None:
    datasets_package = pytest.importorskip("datasets")
    features = datasets_package.Features(
        image=datasets_package.Image(), style=datasets_package.ClassLabel(names=["Red", "Blue"])
    )
    for part in ("train", "test"):
        cells = [
            {"bytes": file_of(n + 50 * (part == "test"), tint), "path": None}
            for n in range(4)
            for tint in ("Red", "Blue")
        ]
        rows = datasets_package.Dataset.from_dict({"image": cells, "style": [0, 1] * 4}, features=features)
        rows.to_parquet(tmp_path / f"{part}-00000-of-00001.parquet")
    source = hub_datasets.ParquetSource(tuple(sorted(tmp_path.glob("*.parquet"))))
    draft = run(check(source, name="works", licence="cc0"))
    assert draft.report.classes == {"style": {"Blue": 8, "Red": 8}}
    assert draft.report.parts == {"test": 8, "train": 8}


def test_parquet_files_without_datasets_say_what_to_install(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.add("painter/works", {"data/train-00000-of-00001.parquet": b"PAR1"})
    monkeypatch.setattr(hub_datasets, "find_spec", lambda name: None)
    with pytest.raises(InputError) as caught:
        run(hub_datasets.fetch("painter/works"))
    assert "pip install datasets" in str(caught.value)


def test_a_folder_is_a_source_too(tmp_path: Path) -> None:
    for name, data in folders(3).items():
        (tmp_path / "art" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "art" / name).write_bytes(data)
    draft = run(check(FolderSource(tmp_path / "art", "artist"), name="works", licence="cc0"))
    assert draft.report.classes == {"artist": {"Blue": 3, "Red": 3}} and datasets.LEAST_SIDE == 64


# --- tables of real machines -------------------------------------------------------------------------


def contents(folder: Path, files: dict[str, bytes]) -> Contents:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    with FolderSource(folder, "style").open() as found:
        return found


def labelled(found: Contents) -> dict[str, tuple[str, str]]:
    return {each.name: (each.part, each.labels.get("style", "")) for each in found.pictures}


@pytest.mark.parametrize(
    "listing",
    [
        "path,style\nimg/a.jpg,Cubism\nimg/b.jpg,Rococo\n".encode("utf-16"),  # of Excel
        b"sep=;\r\npath;style\r\nimg/a.jpg;Cubism\r\nimg/b.jpg;Rococo\r\n",
        b"path,style\na.jpg,Cubism\nb.jpg,Rococo\n",
        b"path,style\nIMG/A.JPG,Cubism\nimg/B.JPG,Rococo\n",
        b"path,style\nC:\\Users\\me\\img\\a.jpg,Cubism\n/home/me/b.jpg,Rococo\n",
        b"path,style\nimg/a,Cubism\nb,Rococo\n",
        b"path,style\nimg/a.jpg,Cubism\nimg/b.jpg,Rococo\nimg/b.jpg,rococo\n",
    ],
)
def test_tables_of_real_machines_are_read(tmp_path: Path, listing: bytes) -> None:
    found = contents(tmp_path, {"img/a.jpg": b"", "img/b.jpg": b"", "works.csv": listing})
    assert labelled(found) == {"a.jpg": ("", "Cubism"), "b.jpg": ("", "Rococo")} and found.rows_without_picture == 0


def test_pictures_whose_names_differ_in_capitals_are_told_apart(tmp_path: Path) -> None:
    listing = b"path,style\nimg/a.jpg,Cubism\nimg/A.JPG,Rococo\nother/A.jpg,Fauvism\n"
    found = contents(tmp_path, {"img/a.jpg": b"", "img/A.JPG": b"", "works.csv": listing})
    assert labelled(found) == {"a.jpg": ("", "Cubism"), "A.JPG": ("", "Rococo")}
    assert found.rows_without_picture == 1  # it could mean either


def test_labels_that_differ_in_capitals_are_one(tmp_path: Path) -> None:
    files = {f"{folder}/{n}.jpg": b"" for n, folder in enumerate(("Cubism", "Cubism", "cubism", "Rococo"))}
    assert sorted(label for _, label in labelled(contents(tmp_path, files)).values()) == ["Cubism"] * 3 + ["Rococo"]


@pytest.mark.parametrize(
    "files",
    [
        {
            "train/metadata.csv": b"file_name,style\na.jpg,Cubism\n",
            "test/metadata.csv": b"file_name,style\nb.jpg,Rococo\n",
        },
        {
            "metadata.jsonl": b'{"file_name": "train/a.jpg", "style": "Cubism"}\n'
            b'{"file_name": "test/b.jpg", "style": ["Rococo"]}\n'
        },
    ],
)
def test_tables_of_hugging_face_are_read(tmp_path: Path, files: dict[str, bytes]) -> None:
    found = contents(tmp_path, {"train/a.jpg": b"", "test/b.jpg": b""} | files)
    assert labelled(found) == {"a.jpg": ("train", "Cubism"), "b.jpg": ("test", "Rococo")}


@pytest.mark.parametrize(("one", "other"), [("train/Cubism", "test/Rococo"), ("Cubism/train", "Rococo/test")])
def test_folders_of_hugging_face_are_read(tmp_path: Path, one: str, other: str) -> None:
    found = contents(tmp_path, {f"{one}/a.jpg": b"", f"{other}/b.jpg": b""})
    assert labelled(found) == {"a.jpg": ("train", "Cubism"), "b.jpg": ("test", "Rococo")}


@pytest.mark.parametrize(
    ("listing", "key"),
    [
        (b"path,style\nother.jpg,Cubism\n", "dataset.no_row_fits"),
        (b"path,style,part\na.jpg,Cubism,train\na.jpg,Cubism,test\n", "dataset.two_rows"),
        (b"\xff\xfe\0", "dataset.table_unreadable"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(tmp_path: Path, listing: bytes, key: str) -> None:
    with pytest.raises(InputError) as caught:
        contents(tmp_path, {"img/a.jpg": b"", "works.csv": listing})
    assert caught.value.key == key


def test_a_single_label_is_corrected_before_anything_is_stored(tmp_path: Path, admin_dir: Path) -> None:
    draft = checked(tmp_path, folders(6))
    wrong = next(index for index in draft.thumbs if draft.label(index) == "Red")
    corrected = relabelled(draft, wrong, " Blue\n")
    assert corrected.label(wrong) == "Blue" and draft.label(wrong) == "Red"
    assert corrected.report.classes == {"style": {"Blue": 7, "Red": 5}}
    assert corrected.report.licence == draft.report.licence and corrected.sheet.size == draft.sheet.size
    labels = {work.path.stem: work.style for work in run(store(corrected)).artworks()}
    assert labels[draft.pictures[wrong].sha256[:24]] == "Blue"
    assert relabelled(draft, wrong, "").report.classes == {"style": {"Blue": 6, "Red": 5}}
