"""Animations: the frames that went in come out, with their colours, their pace and their comment."""

from __future__ import annotations

import builtins
import sys
import weakref
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from deepart.errors import InputError
from deepart.tasks.animation import MOST_PIXELS, check_animation, write_animation

COMMENT = '{"verb": "morph", "style": "星夜 – Café"}'
RED, BLUE = (220, 40, 40), (40, 60, 200)


def frames(count: int = 12, size: tuple[int, int] = (96, 64)) -> list[Image.Image]:
    """From red to blue, with a black square that wanders."""
    made = []
    for number in range(count):
        frame = Image.blend(Image.new("RGB", size, RED), Image.new("RGB", size, BLUE), number / (count - 1))
        frame.paste("black", (number, 40, number + 8, 48))
        made.append(frame)
    return made


def save(path: Path, pictures: Sequence[Image.Image], fps: int = 10) -> Path:
    with write_animation(path, fps, COMMENT) as add:
        for picture in pictures:
            add(picture)
    return path


def mean_difference(a: Image.Image, b: Image.Image) -> float:
    return float(np.abs(np.asarray(a, np.int16) - np.asarray(b.convert("RGB"), np.int16)).mean())


@pytest.mark.parametrize(("size", "stored"), [((96, 64), (96, 64)), ((97, 65), (96, 64))])
def test_an_mp4_holds_every_frame_in_its_colours(
    size: tuple[int, int], stored: tuple[int, int], tmp_path: Path
) -> None:
    av = pytest.importorskip("av")
    pictures = frames(size=size)
    save(tmp_path / "a.mp4", pictures)
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.average_rate == 10 and container.duration == pytest.approx(1.2e6, rel=0.05)
        assert container.metadata["comment"] == COMMENT
        shown = [frame.to_image() for frame in container.decode(video=0)]
    assert [frame.size for frame in shown] == [stored] * 12
    assert all(mean_difference(a.crop((0, 0, *stored)), b) < 3 for a, b in zip(pictures, shown))


def test_an_mp4_is_encoded_as_its_frames_arrive(tmp_path: Path) -> None:
    pytest.importorskip("av")
    alive = []
    with write_animation(tmp_path / "a.mp4") as add:
        for number in range(20):
            frame = frames(20)[number]
            add(frame)
            alive.append(weakref.ref(frame))
        del frame
        assert [reference() for reference in alive] == [None] * 20


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_a_gif_or_webp_holds_every_frame_and_repeats_for_ever(suffix: str, tmp_path: Path) -> None:
    pictures = frames(size=(97, 65))
    with Image.open(save(tmp_path / f"a.{suffix}", pictures)) as file:
        assert file.n_frames == 12 and file.info["loop"] == 0
        shown = [(frame.convert("RGB"), frame.info["duration"]) for frame in ImageSequence.Iterator(file)]
        if suffix == "gif":
            assert file.info["comment"].decode() == COMMENT
        else:
            assert file.getexif()[270].encode("latin-1").decode() == COMMENT
    assert {duration for _, duration in shown} == {100}
    assert all(mean_difference(a, b) < 6 for a, b in zip(pictures, (picture for picture, _ in shown)))


def test_a_gif_shows_smooth_colours_without_bands(tmp_path: Path) -> None:
    """Seen from afar, 256 colours with dithering are as good as all of them."""
    down = Image.linear_gradient("L")
    ramp = Image.merge("RGB", [down, down.rotate(90), Image.new("L", down.size, 99)])
    with Image.open(save(tmp_path / "a.gif", [ramp, ramp.rotate(180)])) as file:
        assert mean_difference(ramp.reduce(16), file.convert("RGB").reduce(16)) < 3


def test_a_still_frame_is_shown_as_long_as_all_its_copies(tmp_path: Path) -> None:
    first, last = frames(2)
    with Image.open(save(tmp_path / "a.gif", [first] * 5 + [last] * 5)) as file:
        assert sum(frame.info["duration"] for frame in ImageSequence.Iterator(file)) == 1000


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    for suffix in ("mp4", "gif", "webp"):
        if suffix == "mp4":
            pytest.importorskip("av")
        with pytest.raises(RuntimeError), write_animation(tmp_path / f"a.{suffix}") as add:
            add(frames(2)[0])
            raise RuntimeError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.avi", "a", "mp4"])
def test_other_endings_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.mp4, \.gif, \.webp"):
        check_animation(tmp_path / name, (64, 64), 10)
    with pytest.raises(InputError, match=r"\.mp4, \.gif, \.webp"), write_animation(tmp_path / name):
        pass


def test_too_many_frames_for_a_gif_are_refused(tmp_path: Path) -> None:
    size, most = (500, 500), MOST_PIXELS // 250_000
    check_animation(tmp_path / "a.gif", size, most)
    with pytest.raises(InputError, match=f"at most {most} frames, but there are {most + 1}"):
        check_animation(tmp_path / "a.webp", size, most + 1)


def test_without_av_an_mp4_is_refused_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_av(name: str, *arguments: object, **options: object) -> object:
        if name.partition(".")[0] == "av":
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without_av)
    monkeypatch.delitem(sys.modules, "av", raising=False)
    with pytest.raises(InputError, match="choose GIF or WebP"):
        check_animation(tmp_path / "a.mp4", (64, 64), 10)
    check_animation(tmp_path / "a.gif", (64, 64), 10)
