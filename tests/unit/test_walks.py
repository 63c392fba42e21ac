"""Walks meet their pictures exactly, do not jump, and can be walked again from their files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepart import runtime
from deepart.__main__ import main
from deepart.errors import InputError
from deepart.images import save_png
from deepart.options import WalkOptions
from deepart.recipes import chunks
from deepart.tasks.generate.generate import ArtGenerator, patch_region
from deepart.tasks.generate.walks import Walk, WalkPainter, walk_of, walk_steps
from tiny_generators import put_tiny_generator


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> ArtGenerator:
    put_tiny_generator(monkeypatch)
    return ArtGenerator()


def pixels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture, np.float32)


@pytest.mark.parametrize("easing", ["smooth", "linear", "hold"])
def test_a_loop_meets_its_pictures_and_comes_back_without_a_jump(engine: ArtGenerator, easing: str) -> None:
    keys = engine.born(1, "Cubism"), engine.born(2, "Rococo")
    painter = WalkPainter(engine, Walk(keys, WalkOptions(16, easing=easing)))
    frames = [painter.frame(number) for number in range(16)]
    assert frames[0].tobytes() == engine.paint(keys[0]).tobytes()
    assert frames[8].tobytes() == engine.paint(keys[1]).tobytes()
    steps = [np.abs(pixels(a) - pixels(b)).mean() for a, b in zip(frames, [*frames[1:], frames[0]])]
    assert max(steps) < 0.75 * np.abs(pixels(frames[0]) - pixels(frames[8])).mean()


def test_a_walk_that_is_no_loop_ends_at_the_last_picture(engine: ArtGenerator) -> None:
    keys = tuple(engine.born(seed) for seed in (1, 2, 3))
    painter = WalkPainter(engine, Walk(keys, WalkOptions(9, loop=False)))
    assert [painter.frame(number).tobytes() for number in (0, 4, 8)] == [engine.paint(key).tobytes() for key in keys]


@pytest.mark.parametrize("suffix", [".mp4", ".gif", ".webp"])
def test_a_film_is_walked_again_from_its_file(engine: ArtGenerator, suffix: str, tmp_path: Path) -> None:
    if suffix == ".mp4":
        pytest.importorskip("av")
    walk = Walk((engine.born(1, "Cubism"), engine.born(2)), WalkOptions(4, easing="linear", fps=8))
    out, previews = tmp_path / f"a{suffix}", []
    runtime.run(walk_steps(engine, walk, out, size=128), lambda progress: previews.append(progress.preview))
    assert sum(preview is not None for preview in previews) == 4
    assert walk_of(out) == walk
    again = tmp_path / f"b{suffix}"
    runtime.run(walk_steps(engine, walk_of(out), again, size=128))
    if suffix != ".mp4":
        assert again.read_bytes() == out.read_bytes()


def test_other_files_hold_no_walk(tmp_path: Path) -> None:
    gif, mp4 = tmp_path / "a.gif", tmp_path / "a.mp4"
    Image.new("RGB", (40, 40)).save(gif, comment=b"{}")
    mp4.write_bytes(b"no film")
    assert walk_of(gif) is walk_of(mp4) is walk_of(tmp_path / "missing.webp") is None


def test_a_walk_has_at_least_two_pictures_of_one_generator(engine: ArtGenerator, tmp_path: Path) -> None:
    one, two = engine.born(1), engine.born(2)
    wrong = [
        Walk((one,)),
        Walk((one,) * 13),
        Walk((one, two, one), WalkOptions(2)),
        Walk((one, two), WalkOptions(10_000)),
        Walk((one, two), WalkOptions(easing="drunk")),
        Walk((one, replace(two, checkpoint="generate/other-v1")), WalkOptions(4)),
    ]
    for walk in wrong:
        with pytest.raises(InputError):
            runtime.run(walk_steps(engine, walk, tmp_path / "a.gif"))
    assert not (tmp_path / "a.gif").exists()


def test_the_command_walks_past_seeds_and_past_pictures(engine: ArtGenerator, tmp_path: Path, capsys) -> None:
    first, second, third = tmp_path / "a.gif", tmp_path / "b.gif", tmp_path / "c.gif"
    assert main(["walk", "--seeds", "1", "2", "--frames", "3", "-o", str(first)]) == 0
    mask = Image.new("L", (64, 64), 255)
    for seed in (1, 2):
        picture = engine.paint(patch_region(engine, engine.born(seed), mask, 9))
        save_png(picture, tmp_path / f"{seed}.png", text=chunks(picture))
    pictures = [str(tmp_path / f"{seed}.png") for seed in (1, 2)]
    assert main(["walk", "--pictures", *pictures, "--frames", "3", "-o", str(second)]) == 0
    assert main(["walk", "--again", str(first), "-o", str(third)]) == 0
    assert third.read_bytes() == first.read_bytes()
    assert main(["walk", "--again", pictures[0], "-o", str(third)]) == 2
    assert main(["walk", "-o", str(third)]) == 2
