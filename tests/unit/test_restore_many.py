"""Restoring many pictures, comparing restorers on one, and the command, with tiny networks."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save

from deepart import runtime
from deepart.__main__ import main
from deepart.errors import InputError
from deepart.images import load_image, png_bytes, save_png
from deepart.options import RestoreOptions
from deepart.recipes import recipe_of
from deepart.tasks.hub.restorers import HubRestorer, open_restorer
from deepart.tasks.restore.batch import restore_batch_steps
from deepart.tasks.restore.comparison import compare
from deepart.tasks.restore.restore import restore
from loopback_hub import LoopbackHub
from photos import photo
from tiny_restorers import tiny_restorers

SIZE = (96, 96)

CLEAN_NOTHING = RestoreOptions(clean=0)


@pytest.fixture(autouse=True)
def _tiny() -> Iterator[None]:
    with tiny_restorers():
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two photos, a file that is no picture, and a mask for each photo."""
    (tmp_path / "scans").mkdir()
    for number, name in enumerate(("coffee", "rocket")):
        save_png(photo(name, SIZE[0]), tmp_path / "scans" / f"{name}.png")
        save_png(mask(number), tmp_path / f"{name}.png")
    (tmp_path / "scans" / "broken.jpg").write_bytes(b"hello")
    return tmp_path


def mask(number: int) -> Image.Image:
    mask = Image.new("L", SIZE)
    mask.paste(255, (10 + 40 * number, 20, 40 + 40 * number, 30))
    return mask


def packed(path: Path, *files: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            archive.write(file, file.name.capitalize())
    return path


def filled_places(archive: Path, name: str) -> np.ndarray:
    with zipfile.ZipFile(archive) as file:
        result = load_image(file.read(f"{name}.png"))
    return (np.asarray(result) != np.asarray(photo(name.lower(), SIZE[0]))).any(-1)


# --- many ------------------------------------------------------------------------------------------


def test_one_mask_for_all(folder: Path) -> None:
    steps = restore_batch_steps(sorted((folder / "scans").iterdir()), mask(0), CLEAN_NOTHING, out=folder / "out.zip")
    result = runtime.run(steps)
    assert [row.error is None for row in result.rows] == [False, True, True]
    for name in ("coffee", "rocket"):
        assert filled_places(result.archive, name).any() and not filled_places(result.archive, name)[:, 40:].any()


@pytest.mark.parametrize("packing", [True, False])
def test_each_with_the_mask_of_its_name(packing: bool, folder: Path) -> None:
    sources, masks = ([at / f"{name}.png" for name in ("rocket", "coffee")] for at in (folder / "scans", folder))
    if packing:
        sources, masks = [packed(folder / "scans.zip", *sources)], packed(folder / "masks.zip", *masks)
    result = runtime.run(restore_batch_steps(sources, masks, CLEAN_NOTHING, out=folder / "out.zip"))
    rocket, coffee = (row.file.removesuffix(".png") for row in result.rows)
    assert not filled_places(result.archive, coffee)[:, 40:].any()
    assert not filled_places(result.archive, rocket)[:, :50].any()


@pytest.mark.parametrize("called", ["{}_mask", "{}-mask", "{}_mask001", "{} Mask"])
def test_masks_may_be_called_masks(called: str, folder: Path) -> None:
    masks = [(folder / f"{name}.png").rename(folder / f"{called.format(name)}.png") for name in ("rocket", "coffee")]
    sources = [folder / "scans" / f"{name}.png" for name in ("rocket", "coffee")]
    result = runtime.run(restore_batch_steps(sources, masks, CLEAN_NOTHING, out=folder / "out.zip"))
    assert not filled_places(result.archive, "coffee")[:, 40:].any() and filled_places(result.archive, "coffee").any()
    assert not filled_places(result.archive, "rocket")[:, :50].any() and filled_places(result.archive, "rocket").any()


def test_picture_called_mask_has_the_mask_of_its_whole_name(folder: Path) -> None:
    picture = (folder / "scans" / "rocket.png").rename(folder / "scans" / "coffee_mask.png")
    masks = [folder / "coffee.png", (folder / "rocket.png").rename(folder / "coffee_mask.png")]
    result = runtime.run(restore_batch_steps([picture], masks, CLEAN_NOTHING, out=folder / "out.zip"))
    with zipfile.ZipFile(result.archive) as file:
        changed = (np.asarray(load_image(file.read("coffee_mask.png"))) != np.asarray(photo("rocket", SIZE[0]))).any(-1)
    assert changed[:, 50:].any() and not changed[:, :50].any()


@pytest.mark.parametrize("packing", [False, True])
def test_masks_in_folders_go_with_the_pictures_in_folders_of_that_name(packing: bool, tmp_path: Path) -> None:
    sources, masks, whole = [], [], photo("coffee", 96)
    for number, year in enumerate(("2019", "2020")):
        mask = Image.new("L", whole.size)
        mask.paste(255, (16 * number, 16, 16 * number + 12, 28))
        for kind, content, paths in (("pictures", whole, sources), ("masks", mask, masks)):
            path = tmp_path / kind / year / "a.png"
            path.parent.mkdir(parents=True)
            path.write_bytes(png_bytes(content))
            paths.append(path)
    if packing:
        with zipfile.ZipFile(tmp_path / "masks.zip", "w") as archive:
            for path in masks:
                archive.write(path, path.relative_to(tmp_path / "masks"))
    given = tmp_path / "masks.zip" if packing else masks[::-1]
    runtime.run(restore_batch_steps(sources, given, CLEAN_NOTHING, out=tmp_path / "out.zip"))
    for number, file in enumerate(("a.png", "a-2.png")):
        with zipfile.ZipFile(tmp_path / "out.zip") as archive:
            changed = np.asarray(load_image(archive.read(file))) != np.asarray(whole)
        columns = np.flatnonzero(changed.any(axis=(0, 2)))
        assert 16 * number <= columns.min() and columns.max() < 16 * number + 12
    with pytest.raises(InputError, match="Several masks are called a.png"):
        runtime.run(restore_batch_steps([tmp_path / "a.png"], given, CLEAN_NOTHING, out="x.zip"))


def test_a_picture_without_a_mask_is_not_filled(folder: Path) -> None:
    sources = [folder / "scans" / "coffee.png", folder / "scans" / "rocket.png"]
    result = runtime.run(restore_batch_steps(sources, [folder / "rocket.png"], CLEAN_NOTHING, out=folder / "out.zip"))
    assert not filled_places(result.archive, "coffee").any() and filled_places(result.archive, "rocket").any()
    (folder / "rocket.png").rename(folder / "other.png")
    with pytest.raises(InputError, match="No mask is named"):
        runtime.run(restore_batch_steps(sources, [folder / "other.png"], CLEAN_NOTHING, out=folder / "none.zip"))
    assert not (folder / "none.zip").exists()


# --- one piece through many ------------------------------------------------------------------------


def test_the_same_piece_is_compared_in_one_size() -> None:
    source = photo("coffee", 400)
    started = time.perf_counter()
    compared = compare(source, (300, 0, 400, 60), upscale=2)
    assert time.perf_counter() - started < 3
    assert [row.label for row in compared] == ["input", "clean", "faithful", "crisp"]
    assert {row.picture.size for row in compared} == {(200, 120)}
    smooth = source.crop((284, 0, 400, 76)).resize((232, 152), Image.Resampling.BICUBIC).crop((32, 0, 232, 120))
    pixels = [np.asarray(row.picture, int) for row in compared]
    assert np.array_equal(pixels[0], smooth)
    assert min(np.abs(a - b).mean() for i, a in enumerate(pixels) for b in pixels[:i]) > 0.5
    large = compare(source, upscale=1)
    assert [row.picture.size for row in large] == [(256, 256)] * 2
    assert np.array_equal(large[0].picture, source.crop((72, 72, 328, 328)))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"box": (500, 0, 600, 50)}, "outside the picture of 400 × 400"),
        ({"upscale": 3}, "1, 2, 4"),
        ({"candidates": ["crisp"]}, "2, 4"),
    ],
)
def test_what_cannot_be_compared_is_refused(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        compare(photo("coffee", 400), **settings)


# --- restorers of the Hub --------------------------------------------------------------------------


@pytest.fixture
def upscaler(hub: LoopbackHub) -> HubRestorer:
    """A network of the Hub that enlarges four times."""
    pytest.importorskip("spandrel")
    from spandrel.architectures.Compact import Compact

    torch.manual_seed(0)
    state = Compact(num_feat=8, num_conv=2, upscale=4).state_dict()
    hub.add("painter/tiny", {"README.md": b"---\nlicense: mit\n---\n", "x4.safetensors": save(state)})
    return open_restorer("painter/tiny", "x4.safetensors")


def test_a_restorer_of_the_hub_takes_the_place_of_ours(upscaler: HubRestorer) -> None:
    source = photo("coffee", SIZE[0])
    for scale in (2, 4):
        result = restore(source, clean=0, upscale=scale, upscaler=upscaler)
        assert result.size == (scale * SIZE[0], scale * SIZE[1])
        assert recipe_of(result).checkpoint == "painter/tiny/x4.safetensors"
        assert not np.array_equal(result, restore(source, clean=0, upscale=scale))
    with pytest.raises(InputError, match="for another step"):
        restore(source, clean=1.0, cleaner=upscaler)
    ours, theirs = compare(source, candidates=["faithful", upscaler], upscale=2)
    assert theirs.label == "painter/tiny/x4.safetensors" and theirs.picture.size == ours.picture.size


def test_the_command_takes_any_file_of_the_hub(upscaler: HubRestorer, folder: Path, capsys) -> None:
    source, output = folder / "scans" / "coffee.png", folder / "out.png"
    arguments = ["restore", str(source), "-o", str(output), "--clean", "0", "--upscale", "4", "--upscaler"]
    assert main([*arguments, "painter/tiny/x4.safetensors"]) == 0
    assert np.array_equal(load_image(output), restore(source, clean=0, upscale=4, upscaler=upscaler))
    assert main([*arguments, "painter/tiny"]) == 2
    assert "restore/esrgan-x4-v1" in capsys.readouterr().err


# --- the command -----------------------------------------------------------------------------------


def test_the_command_restores_a_picture(folder: Path, capsys) -> None:
    source, output, trust = folder / "scans" / "coffee.png", folder / "out.png", folder / "trust.png"
    arguments = ["restore", str(source), "-o", str(output), "--mask", str(folder / "coffee.png"), "--clean", "0.5"]
    assert main([*arguments, "--upscale", "2", "--look", "crisp", "--keep-paint", "1", "--trust", str(trust)]) == 0
    settings = recipe_of(output).settings
    wanted = {"steps": "fill, clean, enlarge", "clean": 0.5, "upscale": 2, "look": "crisp", "keep_paint": 1.0}
    assert wanted.items() <= settings.items()
    expected = restore(source, mask(0), 0.5, 2, look="crisp", keep_paint=1.0)
    assert np.array_equal(load_image(output), expected)
    assert load_image(trust).size == (192, 192)
    assert "192 x 192 pixels" in capsys.readouterr().out


def test_the_command_restores_folders_and_archives(folder: Path, capsys) -> None:
    output = folder / "out.zip"
    masks = packed(folder / "masks.zip", folder / "coffee.png")
    arguments = ["-o", str(output), "--mask", str(masks), "--clean", "auto", "--colour", "auto"]
    assert main(["restore", str(folder / "scans"), *arguments]) == 2  # the others are there all the same
    said = capsys.readouterr()
    assert "2 of 3 pictures" in said.out and said.err.startswith("broken.jpg: ")


def test_the_command_detects_and_refuses(folder: Path, capsys) -> None:
    source = photo("coffee", SIZE[0]).point([max(level, 60) for level in range(256)] * 3)
    source.paste((0, 0, 0), (20, 20, 70, 23))
    (folder / "scratched.png").write_bytes(png_bytes(source))
    arguments = ["restore", str(folder / "scratched.png"), "-o", str(folder / "out.png"), "--detect"]
    assert main([*arguments, "--clean", "0"]) == 0
    assert np.asarray(load_image(folder / "out.png"))[20:23, 20:70].max(-1).any()
    assert main([*arguments, "--clean", "2"]) == 2
    assert "must be a number from 0 to 1" in capsys.readouterr().err
