"""Write animations frame by frame: MP4, GIF and WebP."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import ExifTags, Image

from deepart.errors import InputError
from deepart.files import replacing, writable
from deepart.images import centre_crop

if TYPE_CHECKING:
    from av import VideoFrame

MOST_PIXELS = 150_000_000
"""Most pixels of all frames of a GIF or WebP together: Pillow keeps them in memory."""

_SOUND_OF_MP4 = ("aac", "mp3")  # kept as they are; other sound is encoded anew
_EARLIEST_SOUND = 0.05  # seconds before the first picture
_PALETTE_SAMPLES, _SAMPLE_SIDE = 16, 128

Add = Callable[[Image.Image], None]


def check_animation(path: str | os.PathLike[str], size: tuple[int, int], num_frames: int) -> None:
    """Check before any frame is painted that `write_animation` can write the animation.

    Raises:
        InputError: the name does not end in .mp4, .gif or .webp, MP4 cannot be written on this machine, or there are
            too many frames for a GIF or WebP.
    """
    suffix = _suffix(writable(path))
    if suffix == ".mp4":
        import_av()
    elif num_frames * size[0] * size[1] > MOST_PIXELS:
        raise InputError("animation.too_large", most=MOST_PIXELS // (size[0] * size[1]), count=num_frames)


@contextmanager
def write_animation(path: str | os.PathLike[str], fps: int = 24, comment: str = "", sound: Any = None) -> Iterator[Add]:
    """Write an endlessly repeating animation: yields a function that takes one frame after the other.

    An MP4 is encoded as its frames arrive, a GIF or WebP at the end.  The file appears at `path` when it is complete.

    Args:
        path: ends in .mp4, .gif or .webp.
        fps: frames per second; a GIF approximates it in hundredths of a second.
        comment: text that is stored in the file: as its comment, in a WebP as the EXIF description.
        sound: a film, open in PyAV, whose first sound track an MP4 gets too; GIF and WebP are silent.

    Yields:
        The function: it takes RGB pictures, all of one size.  An MP4 loses the last row or column if their number is
            odd, because it stores colours at half the resolution.

    Raises:
        InputError: see `check_animation`.
    """
    suffix = _suffix(path)
    with replacing(path) as part:
        write = _mp4(part, fps, comment, sound) if suffix == ".mp4" else _WRITERS[suffix](part, fps, comment)
        with write as add:
            yield add


def read_comment(path: str | os.PathLike[str]) -> str | None:
    """Return the text that `write_animation` stored in a file; None if there is none or the file cannot be read."""
    try:
        if Path(path).suffix.lower() == ".mp4":
            with import_av().open(str(path)) as container:
                return container.metadata.get("comment")
        with Image.open(path, formats=["GIF", "WEBP"]) as image:
            comment = image.info.get("comment") or image.getexif().get(ExifTags.Base.ImageDescription)
    except (InputError, OSError, ValueError, SyntaxError):
        return None
    return comment.decode("utf-8", "replace") if isinstance(comment, bytes) else comment


def _suffix(path: str | os.PathLike[str]) -> str:
    suffix = Path(path).suffix.lower()
    if suffix not in _WRITERS:
        raise InputError("animation.format", known=", ".join(_WRITERS))
    return suffix


def import_av() -> Any:
    """Return PyAV.

    Raises:
        InputError: it is not installed, or cannot write MP4.
    """
    try:
        import av
        from av.codec import Codec

        Codec("libx264", "w")
    except (ImportError, ValueError) as error:  # ValueError: built without the encoder
        raise InputError("animation.no_video") from error
    return av


@contextmanager
def _mp4(path: Path, fps: int, comment: str, sound: Path | None = None) -> Iterator[Add]:
    av = import_av()
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        container.metadata["comment"] = comment
        stream = container.add_stream("libx264", rate=fps, options={"crf": "18"})
        stream.pix_fmt = "yuv420p"  # the only one that every player knows
        context = stream.codec_context
        # Said and done in BT.709: players guess otherwise, and by the size of the picture.
        context.colorspace = context.color_primaries = context.color_trc = av.video.reformatter.Colorspace.ITU709
        context.color_range = av.video.reformatter.ColorRange.MPEG
        heard = _sound(sound, container) if sound else iter(())
        next_heard = next(heard, None)
        count = 0

        def add(frame: Image.Image) -> None:
            nonlocal count, next_heard
            if count == 0:
                stream.width, stream.height = (side // 2 * 2 for side in frame.size)
            video_frame = _video_frame(av, frame)
            video_frame.pts, video_frame.time_base = count, Fraction(1, fps)
            container.mux(stream.encode(video_frame))
            count += 1
            while next_heard is not None and next_heard[0] < count / fps:
                container.mux(next_heard[1])
                next_heard = next(heard, None)

        yield add
        container.mux(stream.encode())


def _sound(film: Any, container: Any) -> Iterator[tuple[float, Any]]:
    """Add the first sound track of a film to an MP4; yield its packets with their time in seconds."""
    track, pictures = film.streams.audio[0], film.streams.video[0]
    start = float((pictures.start_time or 0) * pictures.time_base)
    if track.codec_context.name in _SOUND_OF_MP4:
        copied = container.add_stream_from_template(track)
        packets = (packet for packet in film.demux(track) if packet.pts is not None)
    else:
        copied = container.add_stream("aac", rate=track.codec_context.sample_rate)
        packets = (packet for frame in chain(film.decode(track), [None]) for packet in copied.encode(frame))
    for packet in packets:
        seconds = float(packet.pts * packet.time_base) - start
        if seconds > -_EARLIEST_SOUND:
            moved = round(start / packet.time_base)
            packet.pts, packet.dts, packet.stream = packet.pts - moved, packet.pts - moved, copied
            yield seconds, packet


def _video_frame(av: Any, frame: Image.Image) -> VideoFrame:
    even = frame.crop((0, 0, frame.width // 2 * 2, frame.height // 2 * 2))
    return av.VideoFrame.from_image(even).reformat(
        format="yuv420p",
        dst_colorspace=av.video.reformatter.Colorspace.ITU709,
        dst_color_range=av.video.reformatter.ColorRange.MPEG,
    )


@contextmanager
def _gif(path: Path, fps: int, comment: str) -> Iterator[Add]:
    frames: list[Image.Image] = []
    yield frames.append
    # One palette for all: with one for each, colours that do not move would flicker.
    palette = _montage(frames).quantize(256)
    indexed = [frame.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG) for frame in frames]
    indexed[0].save(
        path,
        "GIF",
        save_all=True,
        append_images=indexed[1:],
        duration=10 * round(100 / fps),
        loop=0,
        comment=comment.encode(),
    )


def _montage(frames: list[Image.Image]) -> Image.Image:
    """Return crops of frames from the whole animation, side by side."""
    last, count = len(frames) - 1, min(len(frames), _PALETTE_SAMPLES)
    samples = [frames[i * last // max(1, count - 1)] for i in range(count)]
    montage = Image.new("RGB", (_SAMPLE_SIDE * len(samples), _SAMPLE_SIDE))
    for number, sample in enumerate(samples):
        montage.paste(centre_crop(sample, _SAMPLE_SIDE), (number * _SAMPLE_SIDE, 0))
    return montage


@contextmanager
def _webp(path: Path, fps: int, comment: str) -> Iterator[Add]:
    frames: list[Image.Image] = []
    yield frames.append
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = comment.encode()
    frames[0].save(
        path,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=round(1000 / fps),
        loop=0,
        quality=85,
        method=2,
        exif=exif,
    )


_WRITERS: dict[str, Callable[..., AbstractContextManager[Add]]] = {".mp4": _mp4, ".gif": _gif, ".webp": _webp}
