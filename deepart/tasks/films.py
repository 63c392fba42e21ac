"""Read films frame by frame at an even pace: MP4, MOV and WebM, animated GIF and WebP.

The length of a film, the size of its frames and their total pixels are checked before anything is decoded.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from PIL import Image

from deepart.errors import InputError
from deepart.images import LEAST_SIDE, MAX_BYTES, damage_refused, load_image, open_animation
from deepart.tasks.animation import import_av

MOST_SECONDS = 20
MOST_FPS = 25
"""Most frames per second that are painted; of a film with more, some are left out."""

ENDINGS = (".mp4", ".mov", ".webm", ".gif", ".webp")

_MOST_FRAME_PIXELS = 3840 * 2160
_MOST_PIXELS = 3_000_000_000  # of all frames: 20 seconds of 1080p at 60 frames a second are 2.5
_MOST_FRAMES = 5000  # 20 seconds of 240 frames, as telephones film slow motion
_DEFAULT_MS = 100  # of a frame that does not say how long it is shown, as browsers have it
_STILL = 1e-6


@dataclass(frozen=True, slots=True)
class Film:
    """A film that is not decoded yet."""

    path: Path
    container: str
    """How it is read: "mp4" or "matroska" by FFmpeg, "picture" by Pillow."""
    size: tuple[int, int]
    """Width and height of its frames in pixels, upright."""
    seconds: float
    fps: int
    """Frames per second of `frames`: the film's own, up to `MOST_FPS`."""
    has_sound: bool = False

    @property
    def num_frames(self) -> int:
        """How many frames `frames` gives, at least one."""
        return max(1, round(self.seconds * self.fps))

    def frames(self, size: tuple[int, int]) -> Iterator[Image.Image]:
        """Yield its frames as RGB pictures of the given size, evenly in time; longer frames are repeated.

        Raises:
            InputError: it is damaged.
        """
        timed = _pictures(self, size) if self.container == "picture" else _decoded(self, size)
        return _evenly(timed, self.fps, self.num_frames)

    def sound(self) -> AbstractContextManager[Any]:
        """Open it for its sound, see `write_animation`; None where it is silent."""
        return video(self.path, self.container) if self.has_sound else nullcontext()


def open_film(path: str | os.PathLike[str]) -> Film:
    """Open a film and check it.

    Raises:
        InputError: it cannot be read, is too long, or its frames are too large.
    """
    path = Path(path)
    try:
        with open(path, "rb") as file:
            start = file.read(16)
        num_bytes = path.stat().st_size
    except OSError as error:
        raise InputError("film.unreadable", known=", ".join(ENDINGS)) from error
    if num_bytes > MAX_BYTES:
        raise InputError("picture.too_heavy", limit=MAX_BYTES // 2**20)
    # By what they are, not by their names: FFmpeg's lists of files and of addresses must never be opened.
    if start[4:8] == b"ftyp":
        film, frames = _look_at_video(path, "mp4")
    elif start.startswith(b"\x1a\x45\xdf\xa3"):
        film, frames = _look_at_video(path, "matroska")
    elif start.startswith((b"GIF8", b"RIFF")):
        film, frames = _look_at_pictures(path)
    else:
        raise InputError("film.unreadable", known=", ".join(ENDINGS))
    if min(film.size) < LEAST_SIDE:
        raise InputError("picture.too_small", width=film.size[0], height=film.size[1], least=LEAST_SIDE)
    if film.seconds > MOST_SECONDS + 0.5:
        raise InputError("film.too_long", seconds=math.ceil(film.seconds), most=MOST_SECONDS)
    pixels = film.size[0] * film.size[1]
    if pixels > _MOST_FRAME_PIXELS or frames * pixels > _MOST_PIXELS:
        raise InputError("film.too_large", size=f"{film.size[0]} × {film.size[1]}")
    return film


@contextmanager
def video(path: Path, container: str) -> Iterator[Any]:
    """Open a video file; FFmpeg's errors become one sentence."""
    av = import_av()
    try:
        with av.open(str(path), format=container) as opened:
            yield opened
    except av.FFmpegError as error:
        raise InputError("film.damaged") from error


def _look_at_video(path: Path, container: str) -> tuple[Film, int]:
    with video(path, container) as opened:
        if not opened.streams.video:
            raise InputError("film.no_pictures")
        stream = opened.streams.video[0]
        context = stream.codec_context
        if context is None or context.width * context.height == 0:
            raise InputError("film.damaged")
        if context.width * context.height > _MOST_FRAME_PIXELS:
            raise InputError("film.too_large", size=f"{context.width} × {context.height}")
        # Headers may say anything, or nothing: the packets say how long it is, without being decoded.
        packets = (packet for packet in opened.demux(stream) if packet.pts is not None)
        times = [float(packet.pts * packet.time_base) for packet in islice(packets, _MOST_FRAMES + 1)]
        if not times:
            raise InputError("film.damaged")
        if len(times) > _MOST_FRAMES:
            raise InputError("film.too_large", size=f"{context.width} × {context.height}")
        length = max(times) - min(times)
        usual = length / (len(times) - 1) if len(times) > 1 else 1 / MOST_FPS
        rate = 1 / usual if usual > _STILL else MOST_FPS
        has_sound = bool(opened.streams.audio)
        opened.seek(0)
        first = next(opened.decode(stream), None)
        if first is None:
            raise InputError("film.damaged")
        size = (first.width, first.height)
        upright = size[::-1] if first.rotation % 180 else size
    return Film(path, container, upright, length + usual, _whole_rate(rate), has_sound), len(times)


def _decoded(film: Film, size: tuple[int, int]) -> Iterator[tuple[float, Callable[[], Image.Image]]]:
    """Yield each frame of a video and when it is shown, in seconds from the first."""
    with video(film.path, film.container) as opened:
        stream = opened.streams.video[0]
        started = None
        for frame in opened.decode(stream):
            if frame.width * frame.height > _MOST_FRAME_PIXELS:
                raise InputError("film.too_large", size=f"{frame.width} × {frame.height}")
            time = frame.time if frame.time is not None else 0.0
            started = time if started is None else started
            yield time - started, lambda frame=frame: _upright(frame, size)


def _upright(frame: Any, size: tuple[int, int]) -> Image.Image:
    """Return a frame of a video upright, rotated as its metadata says."""
    turned = frame.rotation % 360
    width, height = size[::-1] if turned % 180 else size
    picture = frame.to_image(width=width, height=height, interpolation="AREA")
    return picture.rotate(turned, expand=True) if turned else picture


def _look_at_pictures(path: Path) -> tuple[Film, int]:
    image = open_animation(path)
    with damage_refused():
        count = getattr(image, "n_frames", 1)
        if count < 2:
            raise InputError("film.still")
        milliseconds = 0
        for number in range(count):
            image.seek(number)
            milliseconds += _shown_for(image)
    seconds = milliseconds / 1000
    return Film(path, "picture", image.size, seconds, _whole_rate(count / seconds)), count


def _pictures(film: Film, size: tuple[int, int]) -> Iterator[tuple[float, Callable[[], Image.Image]]]:
    image, at = open_animation(film.path), 0
    for number in range(image.n_frames):
        with damage_refused():
            image.seek(number)
            picture = image.convert("RGBA")
        at += _shown_for(image)
        shown_for = _shown_for(image)
        yield (at - shown_for) / 1000, lambda picture=picture: load_image(picture).resize(size, Image.Resampling.BOX)


def _shown_for(image: Image.Image) -> int:
    """Return the duration of the current frame of an animation in milliseconds."""
    image.load()  # a WebP says so only then
    said = image.info.get("duration") or 0
    return round(said) if said > 10 else _DEFAULT_MS


def _whole_rate(rate: float) -> int:
    return max(1, min(MOST_FPS, round(rate)))


def _evenly(timed: Iterator[tuple[float, Callable[[], Image.Image]]], fps: int, count: int) -> Iterator[Image.Image]:
    """Yield `count` pictures at even times, each the one shown at its time; repeated pictures are the same object."""
    given, made = 0, None
    for time, make in timed:
        while made is not None and given < count and given / fps < time - _STILL - 0.25 / fps:
            made = made if isinstance(made, Image.Image) else made()
            yield made
            given += 1
        if given >= count:
            return
        made = make
    while made is not None and given < count:
        made = made if isinstance(made, Image.Image) else made()
        yield made
        given += 1
