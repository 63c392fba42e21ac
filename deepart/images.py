"""Pictures in and out: every file or `PIL.Image` is read by `load_image`, and results are written as PNG.

Input is untrusted until it is decoded. Sizes are checked in the header, only the plugins of the listed formats run, and
whatever Pillow raises on broken bytes becomes one `InputError`. `load_image` returns plain pictures: upright, sRGB, 8
bits, without metadata.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from PIL import ExifTags, Image, ImageCms, ImageOps, PngImagePlugin, features

from deepart import runtime
from deepart.errors import InputError
from deepart.files import replacing

if TYPE_CHECKING:
    from torch import Tensor

MAX_BYTES = runtime.settings().max_picture_mb * 2**20
"""DEEPART_MAX_PICTURE_MB."""
MAX_PIXELS = runtime.settings().max_megapixels * 10**6
"""DEEPART_MAX_MEGAPIXELS."""
LEAST_SIDE = 32
MAX_FRAMES = 1_000
MAX_ANIMATION_PIXELS = 1_000_000_000
"""Most pixels of all frames together. Only the first frame is decoded; a larger file is not a real animation."""

_MAX_JPEG_SCANS = 500  # about 10 are usual; each costs a pass over all pixels
_MAX_JPEG_SCANNED_PIXELS = int(12.5 * MAX_PIXELS)  # over all scans; about 10 of the largest picture are usual
_MAX_JPEG_EXIF = 4  # segments of up to 64 KiB, which Pillow joins; one is usual
_MAX_EXIF_BYTES = 2**16
_MAX_TIFF_STRIPS = 200_000  # 40 megapixels in tiles of 16 x 16 are 156 250
_MAX_PNG_CHUNKS = 50_000  # 20 MB of 8 KB, as most programs write them, are 2 560
_MAX_GIF_BLOCKS = 400_000  # 20 MB of 255 bytes, the most that a block holds, are 82 000
_MAX_TEXT_BYTES = 2**20

_SIGNATURE = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF.{4}WEBP|BM|II[*+]\0|MM\0[*+]", re.DOTALL)
_HEIF_SIGNATURE = re.compile(rb".{4}ftyp(?:hei[cmsx]|hev[cmsx]|mif1|msf1)", re.DOTALL)
_AVIF_SIGNATURE = re.compile(rb".{4}ftyp(?:avi[fs]|mif1.{0,60}avif)", re.DOTALL)
_OTHER_FORMATS = {
    "AVIF": _AVIF_SIGNATURE,
    "HEIC": _HEIF_SIGNATURE,
    "JPEG XL": re.compile(rb"\xff\x0a|\0\0\0\x0cJXL "),
    "JPEG 2000": re.compile(rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51"),
    "Photoshop": re.compile(rb"8BPS"),
    "GIMP": re.compile(rb"gimp xcf"),
    "PDF": re.compile(rb"%PDF"),
    "PostScript": re.compile(rb"%!PS"),
    "OpenEXR": re.compile(rb"\x76\x2f\x31\x01"),
    "ICO": re.compile(rb"\x00\x00\x01\x00"),
    "QOI": re.compile(rb"qoif"),
    "ZIP": re.compile(rb"PK\x03\x04"),
    "MP4": re.compile(rb".{4}ftyp", re.DOTALL),
    "AVI": re.compile(rb"RIFF.{4}AVI ", re.DOTALL),
}
"""What people take for pictures and is not read here, or only with a package that may be missing; first match."""
_SVG = re.compile(rb"<(?:\w+:)?svg[\s>]", re.IGNORECASE)

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def load_image(
    source: str | os.PathLike[str] | bytes | BinaryIO | Image.Image,
    *,
    least_side: int = LEAST_SIDE,
    keep_alpha: bool = False,
) -> Image.Image:
    """Return a picture upright, in sRGB, with 8 bits a channel and without metadata.

    JPEG, PNG, WebP, TIFF, BMP and GIF can be read, AVIF if Pillow supports it, and HEIC if `pillow_heif` is installed.
    Of several frames or pages, the first is taken.  A `PIL.Image` goes through the same checks and conversions.

    Args:
        source: a path, the bytes of a file, a file open for reading, a picture, or an array of bytes (H, W),
            (H, W, 3) or (H, W, 4), or of truth values (H, W).
        least_side: the shortest side allowed, in pixels.
        keep_alpha: return RGBA if anything is transparent, instead of RGB on white.

    Raises:
        InputError: the picture is missing, not a picture, damaged, too large or too small.
    """
    if isinstance(source, np.ndarray):
        image = _from_array(source)
    else:
        image = source if isinstance(source, Image.Image) else _open(bytes_of(source))
    if image.width * image.height > MAX_PIXELS:
        raise _too_many_pixels(f"{image.width} × {image.height}")
    if min(image.size) < least_side:
        raise InputError("picture.too_small", width=image.width, height=image.height, least=least_side)
    with damage_refused():
        image.load()
        return _plain(image, keep_alpha)


def open_animation(source: str | os.PathLike[str] | bytes) -> Image.Image:
    """Open a GIF or WebP at its first frame, within the same limits; decode it inside `damage_refused`.

    Raises:
        InputError: see `load_image`.
    """
    return _open(bytes_of(source))


def bytes_of(source: str | os.PathLike[str] | bytes | BinaryIO) -> bytes:
    """Return the content of a file, at most `MAX_BYTES`; an open file keeps its position.

    Raises:
        InputError: the file is missing or too large, or `source` is not a file.
    """
    if isinstance(source, (str, os.PathLike)):
        try:
            with open(source, "rb") as file:
                data = file.read(MAX_BYTES + 1)
        except (OSError, ValueError) as error:  # ValueError: a path with a null byte in it
            raise InputError("picture.missing") from error
    elif isinstance(source, (bytes, bytearray, memoryview)):
        data = bytes(source)
    else:
        try:
            place = source.tell() if source.seekable() else None
            data = source.read(MAX_BYTES + 1)
            if place is not None:
                source.seek(place)
        except (AttributeError, OSError, ValueError) as error:  # ValueError: closed, or text that is none
            raise InputError("picture.kind", kind=type(source).__name__) from error
        if not isinstance(data, bytes):
            raise InputError("picture.kind", kind=type(source).__name__)
    if len(data) > MAX_BYTES:
        raise InputError("picture.too_heavy", limit=MAX_BYTES // 2**20)
    return data


def _from_array(pixels: np.ndarray) -> Image.Image:
    if pixels.dtype == bool:  # a mask
        pixels = 255 * pixels.astype(np.uint8)
    is_picture = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (3, 4))
    if pixels.dtype != np.uint8 or not is_picture or not pixels.size:
        raise InputError("picture.kind", kind=f"{pixels.dtype} {pixels.shape}")
    return Image.fromarray(np.ascontiguousarray(pixels))


def _open(data: bytes) -> Image.Image:
    """Read the header; no pixel is decoded yet."""
    if not data:
        raise InputError("picture.empty")
    formats = _formats()
    known = [_SIGNATURE]
    known += [_HEIF_SIGNATURE] if "HEIF" in formats else []
    known += [_AVIF_SIGNATURE] if "AVIF" in formats else []
    if not any(signature.match(data) for signature in known):
        start = data[:4096].replace(b"\0", b"")  # without the zeros of UTF-16
        if _SVG.search(start):
            raise InputError("picture.svg")
        name = next((name for name, signature in _OTHER_FORMATS.items() if signature.match(data)), None)
        raise InputError("picture.other_format", format=name) if name else InputError("picture.not_an_image")
    if _is_costly(data):
        raise InputError("picture.costly")
    with damage_refused():
        image = Image.open(BytesIO(data), formats=formats)
        if image.format == "JPEG" and data.count(b"\xff\xda") * image.width * image.height > _MAX_JPEG_SCANNED_PIXELS:
            raise InputError("picture.costly")
        frames = image.n_frames if image.format in ("GIF", "PNG", "WEBP", "AVIF") else 1
        if frames > MAX_FRAMES or frames * image.width * image.height > MAX_ANIMATION_PIXELS:
            raise InputError("picture.animation", frames=MAX_FRAMES)
        if image.format == "PNG":
            _scale_png_transparency(image, depth=data[24])
        elif image.format == "TIFF" and _has_deep_planes(image):
            raise InputError("picture.damaged")
    return image


@cache
def _formats() -> tuple[str, ...]:
    """The plugins that may run: never those that start another program, as EPS does."""
    formats = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF")
    if features.check("avif"):
        formats += ("AVIF",)
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return formats
    register_heif_opener()
    return (*formats, "HEIF")


def _too_many_pixels(size: str) -> InputError:
    return InputError("picture.too_many_pixels", size=size, limit=MAX_PIXELS // 10**6)


@contextmanager
def damage_refused() -> Iterator[None]:
    """Raise `InputError` for whatever Pillow raises on broken bytes.

    That can be nearly anything (OSError, SyntaxError, struct.error, zlib.error, ValueError, KeyError,
    AssertionError, MemoryError, ...), depending on where the decoder stumbles.
    """
    try:
        yield
    except InputError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        found = re.search(r"(\d+) pixels", str(error))
        raise _too_many_pixels(f"{int(found[1]):,}" if found else f"> {MAX_PIXELS:,}") from error
    except Exception as error:
        raise InputError("picture.damaged") from error


def _is_costly(data: bytes) -> bool:
    """Tell whether a file was made to exhaust the reader in a way that Pillow does not bound."""
    if data.startswith(b"\xff\xd8"):
        return data.count(b"\xff\xda") > _MAX_JPEG_SCANS or data.count(b"Exif\0\0") > _MAX_JPEG_EXIF
    if data.startswith((b"II", b"MM")):
        return _tiff_is_costly(data)
    if data.startswith(b"\x89PNG"):
        return sum(1 for _ in _png_chunks(BytesIO(data), _MAX_PNG_CHUNKS + 1)) > _MAX_PNG_CHUNKS
    if data.startswith(b"GIF"):
        _refuse_long_gif(data)
    return False


def _refuse_long_gif(data: bytes) -> None:
    """Raise `InputError` for a GIF of too many frames or blocks; Pillow decodes all frames to count them."""
    with suppress(IndexError):  # runs past the end; Pillow stops there too
        position, frames, blocks = 13 + _colours(data[10]), 0, 0
        while data[position] != 0x3B:
            if data[position] == 0x2C:  # a frame, its table of colours, and how its pixels are packed
                frames += 1
                position += 11 + _colours(data[position + 9])
            else:
                position += 2
            while data[position] and blocks < _MAX_GIF_BLOCKS:  # blocks of data, with their length before them
                position += 1 + data[position]
                blocks += 1
            position, blocks = position + 1, blocks + 1
            if frames > MAX_FRAMES:
                raise InputError("picture.animation", frames=MAX_FRAMES)
            if blocks >= _MAX_GIF_BLOCKS:
                raise InputError("picture.costly")


def _colours(packed: int) -> int:
    """Return the bytes of the table of colours that a byte of a GIF announces."""
    return 3 * 2 ** ((packed & 7) + 1) if packed & 0x80 else 0


def _tiff_is_costly(data: bytes) -> bool:
    """Tell whether a TIFF's directories claim more than an honest file of `MAX_BYTES` can hold.

    Pillow copies the value of every tag, however many point at the same bytes, and makes an object of every strip.
    """
    order = "<" if data.startswith(b"II") else ">"
    big = data[2] == 43  # as Pillow has it
    number = struct.Struct(order + ("Q" if big else "I"))
    num_entries = struct.Struct(order + ("Q" if big else "H"))
    entry = struct.Struct(order + ("HHQQ" if big else "HHII"))
    unit = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8}
    total = 0
    try:
        directories = [number.unpack_from(data, 8 if big else 4)[0]]
    except struct.error:
        return False
    for start in directories:  # grows on the way
        try:
            (entries,) = num_entries.unpack_from(data, start)
            for i in range(entries):
                tag, kind, count, value = entry.unpack_from(data, start + num_entries.size + i * entry.size)
                total += count * unit.get(kind, 0)
                if tag in (273, 324) and count > _MAX_TIFF_STRIPS:  # offsets of strips, of tiles
                    return True
                if tag in (34665, 34853, 40965):  # directories of EXIF, GPS, interoperability
                    directories.append(value)
                if total > MAX_BYTES or len(directories) > 8:
                    return True
        except struct.error:  # runs past the end; Pillow stops there too
            continue
    return False


def _plain(image: Image.Image, keep_alpha: bool) -> Image.Image:
    profile = image.info.get("icc_profile")
    colour, alpha = _split_alpha(_upright(image))
    rgb = _to_srgb(colour, profile)
    if alpha is not None and alpha.getextrema()[0] < 255:
        if keep_alpha:
            rgb.putalpha(alpha)
        else:
            white = Image.new("RGB", rgb.size, "white")
            white.paste(rgb, mask=alpha)
            rgb = white
    rgb.info = {}
    return rgb


def _upright(image: Image.Image) -> Image.Image:
    """Turn `image` as its EXIF says.  (A TIFF comes out of Pillow upright.)"""
    exif = image.info.get("exif") or image.info.get("Raw profile type exif") or b""
    if len(exif) > _MAX_EXIF_BYTES:
        return image
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # broken EXIF, of which Pillow raises as many kinds as of broken pictures
        return image
    return image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image


def _split_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Return the colours, as L, RGB or CMYK, and the alpha channel, as L, if there is one."""
    if image.mode.startswith(("I", "F")):
        return _deep_grey_to_8_bits(image)
    if image.mode == "La":  # which Pillow turns into nothing but LA
        image = image.convert("LA")
    is_grey = image.mode in ("1", "L", "LA")
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        return rgba.getchannel("R") if is_grey else rgba.convert("RGB"), rgba.getchannel("A")
    if image.mode == "CMYK":
        return image, None
    return image.convert("L" if is_grey else "RGB"), None


def _deep_grey_to_8_bits(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Scale grey values of 16 or 32 bits, or of floats, where Pillow's own conversion would clip."""
    values = np.asarray(image, dtype=np.float32)  # (H, W)
    tiff_tags = getattr(image, "tag_v2", {})
    top = float(values.max(initial=0, where=np.isfinite(values)))
    if image.mode.startswith("I;16") and top > 255:  # what is darker was meant for 8 bits: masks, mostly
        white = 4095 if tiff_tags.get(258) == (12,) else 65535
    elif image.mode == "F" and top <= 16:
        white = 1  # values from 0 to 1; what little lies above are highlights
    else:
        white = next((level for level in (255, 65535) if top <= level), top)
    grey = np.nan_to_num(values, nan=0, posinf=white, neginf=0) * (255 / white)
    grey = (grey + 0.5).clip(0, 255).astype(np.uint8)
    if tiff_tags.get(262) == 0:  # white is zero, which Pillow heeds at 8 bits only
        grey = 255 - grey
    transparent = image.info.get("transparency")
    if transparent is None:
        return Image.fromarray(grey), None
    return Image.fromarray(grey), Image.fromarray(np.where(values == transparent, 0, 255).astype(np.uint8))


def _scale_png_transparency(image: Image.Image, depth: int) -> None:
    """Bring the transparent colour of a PNG to the 8 bits of the pixels; Pillow leaves it at `depth` bits."""
    transparent = image.info.get("transparency")
    if image.mode == "L" and isinstance(transparent, int) and depth < 8:
        image.info["transparency"] = transparent * 255 // (2**depth - 1)
    elif isinstance(transparent, tuple) and depth == 16:
        image.info["transparency"] = tuple(value >> 8 for value in transparent)


def _has_deep_planes(image: Image.Image) -> bool:
    """Tell whether a TIFF stores its channels one after the other, uncompressed, with over 8 bits.

    Pillow takes such bytes for 8-bit samples, and shows noise.
    """
    tags = image.tag_v2
    return tags.get(284) == 2 and tags.get(259, 1) == 1 and max(tags.get(258, (1,))) > 8


def _to_srgb(colour: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert L, RGB or CMYK to RGB, by `profile` unless it is broken or for other channels."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            mode = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK"}.get(source.profile.xcolor_space.strip())
            if mode == colour.mode or (mode == "RGB" and colour.mode == "L"):
                srgb = ImageCms.createProfile("sRGB")
                return ImageCms.profileToProfile(colour.convert(mode), source, srgb, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            pass
    return colour if colour.mode == "RGB" else colour.convert("RGB")


def has_content_credentials(data: bytes) -> bool:
    """Tell whether the bytes of a PNG, JPEG or WebP file carry a C2PA manifest."""
    if data.startswith(b"RIFF"):
        return any(kind == b"C2PA" for kind in _riff_chunks(data))
    if data.startswith(b"\xff\xd8"):
        return any(
            marker == 0xEB and body.startswith(b"JP") and b"jumb" in body and b"c2pa" in body
            for marker, body in _jpeg_segments(data)
        )
    return any(kind == b"caBX" for kind, _ in _png_chunks(BytesIO(data)))


def _riff_chunks(data: bytes) -> Iterator[bytes]:
    position = 12
    while position + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, position)
        yield kind
        position += 8 + length + length % 2


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield marker and body of each segment before the pixels."""
    position = 2
    while position + 4 <= len(data) and data[position] == 0xFF:
        if data[position + 1] == 0xFF:  # fill byte
            position += 1
            continue
        marker, length = struct.unpack_from(">xBH", data, position)
        if marker in (0xDA, 0xD9):
            return
        yield marker, data[position + 4 : position + 2 + length]
        position += 2 + max(length, 2)


def _png_chunks(stream: BinaryIO, most: int = _MAX_PNG_CHUNKS) -> Iterator[tuple[bytes, int]]:
    """Yield kind and length of each chunk, with `stream` standing at the chunk's data."""
    if stream.read(8) != b"\x89PNG\r\n\x1a\n":
        return
    for _ in range(most):
        header = stream.read(8)
        if len(header) < 8:
            return
        length, kind = struct.unpack(">I4s", header)
        end = stream.tell() + length + 4
        yield kind, length
        stream.seek(end)


def save_png(
    image: Image.Image, target: str | os.PathLike[str] | BinaryIO, *, text: Mapping[str, str] | None = None
) -> None:
    """Write `image` as PNG, with the entries of `text` as iTXt chunks and without its own metadata.

    A file at a path is replaced in one step, so nobody sees it half written."""
    data = png_bytes(image, text)
    if not isinstance(target, (str, os.PathLike)):
        target.write(data)
        return
    with replacing(target) as part:
        part.write_bytes(data)


def png_bytes(image: Image.Image, text: Mapping[str, str] | None = None) -> bytes:
    """Return the bytes of the file that `save_png` writes."""
    image = image.copy()
    image.info = {}
    chunks = PngImagePlugin.PngInfo()
    for key, value in (text or {}).items():
        chunks.add_itxt(key, value)
    file = BytesIO()
    # Level 3 takes a third of the time of Pillow's default, 6, for files of the same size.
    image.save(file, "PNG", compress_level=3, pnginfo=chunks)
    return file.getvalue()


def read_png_text(data: bytes | str | os.PathLike[str] | BinaryIO) -> dict[str, str]:
    """Return the tEXt and iTXt entries of a PNG, given by its bytes, path or file, without decoding pixels.

    Anything that is not a PNG has none. Entries that are broken, compressed, or beyond 1 MiB in total are left out."""
    text: dict[str, str] = {}
    budget = _MAX_TEXT_BYTES
    try:
        is_path = isinstance(data, (str, os.PathLike))
        with open(data, "rb") if is_path else BytesIO(bytes_of(data)) as stream:
            for kind, length in _png_chunks(stream):
                if kind in (b"tEXt", b"iTXt") and length <= budget:
                    budget -= length
                    body, checksum = stream.read(length), stream.read(4)
                    if checksum == struct.pack(">I", zlib.crc32(kind + body)):
                        text.update(_text_entry(kind, body))
    except (OSError, ValueError):  # ValueError: a path with a null byte in it
        return {}
    return text


def _text_entry(kind: bytes, body: bytes) -> dict[str, str]:
    keyword, _, value = body.partition(b"\0")
    key = keyword.decode("latin-1")
    if kind == b"tEXt":
        return {key: value.decode("latin-1")}
    is_compressed = value[:1] != b"\0"
    _language, _, value = value[2:].partition(b"\0")
    _translated_key, _, value = value.partition(b"\0")
    try:
        return {} if is_compressed else {key: value.decode("utf-8")}
    except UnicodeDecodeError:
        return {}


def through_jpeg(image: Image.Image, quality: int) -> Image.Image:
    """Compress an RGB picture as a JPEG of this quality and decode it again."""
    file = BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def to_tensor(image: Image.Image) -> Tensor:
    """Return `image` as a tensor (1, 3, H, W), float32 in [0, 1]."""
    import torch

    rgb = image if image.mode == "RGB" else _plain(image, keep_alpha=False)
    pixels = torch.from_numpy(np.array(rgb))  # (H, W, 3)
    return pixels.permute(2, 0, 1).unsqueeze(0).contiguous().float().div_(255)


def to_pil(x: Tensor) -> Image.Image:
    """Return a tensor (3, H, W) or (1, 3, H, W) in [0, 1] as an RGB picture, rounded to nearest."""
    if x.dim() == 4:
        (x,) = x
    pixels = x.detach().float().nan_to_num(0).clamp_(0, 1).mul_(255).round_().byte()
    return Image.fromarray(pixels.permute(1, 2, 0).cpu().numpy())


def fit(image: Image.Image, longest: int | None) -> Image.Image:
    """Shrink `image` so that its longer side is at most `longest`; it is never enlarged."""
    if longest is None or max(image.size) <= longest:
        return image
    scale = longest / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)


def centre_crop(image: Image.Image, side: int) -> Image.Image:
    """Resize `image` so that its shorter side is `side`, and return the central square."""
    return ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS)


def content_hash(image: Image.Image) -> str:
    """Return the SHA-256, in hex, of the mode, size and pixels that `load_image` returns."""
    plain = image if image.mode in ("RGB", "RGBA") else _plain(image, keep_alpha=True)
    digest = hashlib.sha256(f"{plain.mode} {plain.width}x{plain.height}\n".encode())
    digest.update(plain.tobytes())
    return digest.hexdigest()
