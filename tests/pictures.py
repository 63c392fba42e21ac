"""Makers of picture files, good, odd and bad, for the tests of everything that takes a picture."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO

import numpy as np
from PIL import Image, ImageCms

RED, GREEN, BLUE, YELLOW = (220, 40, 40), (40, 200, 60), (50, 60, 210), (230, 210, 50)
WHITE = (255, 255, 255)
SECRET = "47 rue du Jardin"
"""Stands in the metadata of `metadata_exif`; it must never be found in an output."""

Checker = Callable[[Image.Image], None]


def quadrants(width: int = 64, height: int = 48) -> Image.Image:
    """Red and green above blue and yellow: tells every turn and mirror image from every other."""
    image = Image.new("RGB", (2, 2))
    image.putdata([RED, GREEN, BLUE, YELLOW])
    return image.resize((width, height), Image.Resampling.NEAREST)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """Return the bytes of `image` as Pillow saves it."""
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def jpeg(image: Image.Image | None = None, **options: object) -> bytes:
    return encoded(image or quadrants(), "JPEG", **{"quality": 95, "subsampling": 0, **options})


# Metadata


def metadata_exif(orientation: int = 1) -> bytes:
    """Return an EXIF block with a place, a name and an orientation."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x013B] = SECRET  # artist
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.6), 3: "E", 4: (2.0, 17.0, 40.2), 29: SECRET})
    return exif.tobytes()


def turned(orientation: int) -> Image.Image:
    """Return `quadrants` stored so that a viewer heeding `orientation` shows them upright."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    return quadrants().transpose(undo[orientation]) if orientation in undo else quadrants()


def icc_profile(space: bytes, tags: dict[bytes, bytes], connection: bytes = b"XYZ ") -> bytes:
    """Return an ICC profile of version 2.4 from the bodies of its tags."""
    table, bodies = b"", b""
    for name, body in tags.items():
        table += struct.pack(">4sII", name, 132 + 12 * len(tags) + len(bodies), len(body))
        bodies += body + b"\0" * (-len(body) % 4)
    content = struct.pack(">I", len(tags)) + table + bodies
    header = struct.pack(">I4sI4s4s4s", 128 + len(content), b"", 0x02400000, b"prtr", space, connection)
    header += struct.pack(">6H4s", 2020, 1, 1, 0, 0, 0, b"acsp") + bytes(28) + _fixed(0.9642, 1, 0.8249)
    return header.ljust(128, b"\0") + content


def _fixed(*numbers: float) -> bytes:
    return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))


def _gamma(gamma: float) -> bytes:
    return struct.pack(">4sIIH", b"curv", 0, 1, round(gamma * 256))


def rgb_profile_with_red_and_blue_swapped(gamma: float = 2.2) -> bytes:
    colours = {
        b"rXYZ": (0.14307, 0.06061, 0.71410),
        b"gXYZ": (0.38515, 0.71687, 0.09708),
        b"bXYZ": (0.43607, 0.22249, 0.01392),
    }
    tags = {name: b"XYZ \0\0\0\0" + _fixed(*xyz) for name, xyz in colours.items()}
    curves = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _gamma(gamma))
    return icc_profile(b"RGB ", tags | curves)


def linear_grey_profile() -> bytes:
    return icc_profile(b"GRAY", {b"wtpt": b"XYZ \0\0\0\0" + _fixed(0.9642, 1, 0.8249), b"kTRC": _gamma(1.0)})


def cmyk_profile_with_grey_cyan() -> bytes:
    """Return a profile in which cyan ink alone prints the grey of L* = 50 and all other ink black."""
    lightness = [255, 0, 0, 0, 0, 0, 0, 0, 128, 0, 0, 0, 0, 0, 0, 0]  # by C, M, Y, K, the last fastest
    line = bytes(range(256))
    table = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    table += line * 4 + b"".join(bytes([value, 128, 128]) for value in lightness) + line * 3
    return icc_profile(b"CMYK", {b"A2B0": table}, connection=b"Lab ")


# Formats that Pillow does not write, or not in this way


def png_chunk(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(
    size: tuple[int, int], depth: int, colour_type: int, rows: Iterable[bytes], *chunks: bytes, interlaced: bool = False
) -> bytes:
    """Return a PNG of `rows`, with `chunks` before the pixels."""
    header = struct.pack(">IIBBBBB", *size, depth, colour_type, 0, 0, interlaced)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    body = png_chunk(b"IHDR", header) + b"".join(chunks) + png_chunk(b"IDAT", pixels)
    return b"\x89PNG\r\n\x1a\n" + body + png_chunk(b"IEND")


def png_of_columns(depth: int, colour_type: int, pixels: Sequence[tuple[int, ...]], *chunks: bytes) -> bytes:
    """Return a PNG 64 pixels wide, whose columns repeat `pixels`, given at the file's own depth."""
    values = [value for x in range(64) for value in pixels[x % len(pixels)]]
    bits = "".join(f"{value:0{depth}b}" for value in values)
    row = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return png((64, 32), depth, colour_type, [row] * 32, *chunks)


def interlaced_png() -> bytes:
    pixels = np.asarray(quadrants())
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    rows = [row.tobytes() for x, y, right, down in passes for row in pixels[y::down, x::right]]
    return png((64, 48), 8, 2, rows, interlaced=True)


def tiff(
    size: tuple[int, int],
    bits: int,
    photometric: int,
    pixels: bytes,
    *,
    samples: int = 1,
    sample_format: int = 1,
    order: str = "<",
    more: Iterable[tuple[int, int, int, int]] = (),
) -> bytes:
    """Return an uncompressed TIFF of one strip; `more` are entries (tag, type, count, value or offset).

    An entry of `more` replaces the one that has its tag.
    """
    tags = {256: (4, 1, size[0]), 257: (4, 1, size[1]), 259: (3, 1, 1), 262: (3, 1, photometric)}
    tags |= {277: (3, 1, samples), 278: (4, 1, size[1]), 279: (4, 1, len(pixels)), 284: (3, 1, 1)}
    tags |= {258: (3, 1, bits), 273: (4, 1, 0), 339: (3, 1, sample_format)}
    tags |= {tag: (kind, count, value) for tag, kind, count, value in more}
    after = 8 + 2 + 12 * len(tags) + 4
    if samples > 1:  # one number a sample, which does not fit into the entry
        tags[258] = (3, samples, after)
        tags[339] = (3, samples, after + 2 * samples)
    lists = struct.pack(f"{order}{2 * samples}H", *[bits] * samples, *[sample_format] * samples)
    tags[273] = tags[273] if tags[273][2] else (4, 1, after + len(lists))
    entries = b""
    for tag, (kind, count, value) in sorted(tags.items()):
        short = kind == 3 and count == 1
        entries += struct.pack(order + ("HHIHxx" if short else "HHII"), tag, kind, count, value)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, len(tags))
    return head + entries + bytes(4) + lists + pixels


def tiff_in_planes(bits: int, values: Sequence[int]) -> bytes:
    """Return an RGB TIFF of one colour, stored plane by plane."""
    planes = b"".join(value.to_bytes(bits // 8, "little") * (64 * 32) for value in values)
    bytes_each = len(planes) // 3
    lists = 8 + 2 + 12 * 11 + 4 + 12  # after the directory and its two lists of 3 short numbers
    strips = struct.pack("<6I", *(lists + 24 + i * bytes_each for i in range(3)), *[bytes_each] * 3)
    more = [(284, 3, 1, 2), (273, 4, 3, lists), (279, 4, 3, lists + 12)]
    return tiff((64, 32), bits, 2, strips + planes, samples=3, more=more)


def tiff_of_columns(values: Sequence[float], code: str, bits: int, photometric: int = 1, **options) -> bytes:
    """Return a grey TIFF 64 pixels wide, whose columns repeat `values`, stored as struct's `code`."""
    order = options.get("order", "<")
    row = struct.pack(f"{order}64{code}", *(values[x % len(values)] for x in range(64)))
    return tiff((64, 32), bits, photometric, row * 32, **options)


def gif_with_frames(width: int, height: int, extra: int) -> bytes:
    """Return a GIF whose first frame is followed by `extra` frames of one pixel."""
    first = encoded(Image.new("P", (width, height)), "GIF")
    frame = b"\x2c" + struct.pack("<4HB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    return first[:-1] + frame * extra + b"\x3b"


def gif_with_blocks(blocks: int) -> bytes:
    """Return a GIF with a comment in as many blocks, of a letter each."""
    data = encoded(Image.new("P", (64, 64)), "GIF")
    return data[:-1] + b"\x21\xfe" + b"\x01x" * blocks + b"\0\x3b"


def webp_with_frames(frames: int, canvas: tuple[int, int] = (64, 64)) -> bytes:
    """Return an animated WebP of `frames` red frames of 64 x 64."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)

    def three(number: int) -> bytes:
        return number.to_bytes(3, "little")

    pixels = encoded(Image.new("RGB", (64, 64), RED), "WEBP", lossless=True)[12:]
    frame = chunk(b"ANMF", three(0) * 2 + three(63) * 2 + three(100) + b"\0" + pixels)
    header = chunk(b"VP8X", b"\x02\0\0\0" + three(canvas[0] - 1) + three(canvas[1] - 1))
    body = b"WEBP" + header + chunk(b"ANIM", bytes(6)) + frame * frames
    return b"RIFF" + struct.pack("<I", len(body)) + body


def animation(kind: str, **options: object) -> bytes:
    """Return a file whose first frame shows `quadrants` and whose later one does not."""
    later = [Image.new("RGB", (64, 48), BLUE)]
    return encoded(quadrants(), kind, save_all=True, append_images=later, **options)


# Files made to exhaust the reader


def jpeg_claiming(width: int, height: int) -> bytes:
    data = bytearray(jpeg(progressive=False))
    start = data.index(b"\xff\xc0")
    struct.pack_into(">HH", data, start + 5, height, width)
    return bytes(data)


def jpeg_with_scans(scans: int, claimed: tuple[int, int] = (64, 64)) -> bytes:
    data = bytearray(jpeg(Image.new("L", (64, 64), 128), progressive=True))
    struct.pack_into(">HH", data, data.index(b"\xff\xc2") + 5, *claimed[::-1])
    data = bytes(data)
    start = data.rindex(b"\xff\xda")
    return data[:-2] + data[start:-2] * scans + data[-2:]


def jpeg_with_exif_bomb() -> bytes:
    data = jpeg(Image.new("RGB", (64, 64)))
    segment = b"\xff\xe1" + struct.pack(">H", 65000) + b"Exif\0\0" + bytes(64992)
    return data[:2] + segment * 20 + data[2:]


def tiff_with_tag_bomb() -> bytes:
    """Return a TIFF of a megabyte, each of whose 60 000 tags claims nearly the whole of it."""
    tags = [(5000 + i, 7, 2**20, 0) for i in range(60_000)]
    return tiff((64, 64), 8, 1, bytes(2**20), more=tags)


def tiff_with_strips(strips: int) -> bytes:
    offset = 8 + 2 + 12 * 11 + 4
    more = [(273, 4, strips, offset), (279, 4, strips, offset), (278, 4, 1, 1)]
    return tiff((4000, 1000), 8, 1, struct.pack("<I", 8) * strips, more=more)


def tiff_with_directory_loop() -> bytes:
    return tiff((64, 64), 8, 1, bytes(4096), more=[(34665, 4, 1, 8), (34853, 4, 1, 8)])


# The two tables


def _near(image: Image.Image, expected: Image.Image, tolerance: int) -> None:
    assert (image.mode, image.size) == (expected.mode, expected.size)
    difference = np.abs(np.asarray(image).astype(int) - np.asarray(expected).astype(int))
    assert difference.max() <= tolerance, f"off by {difference.max()}"


def shows(expected: Image.Image, tolerance: int = 0) -> Checker:
    return lambda image: _near(image, expected, tolerance)


def shows_columns(*colours: tuple[int, int, int] | int, tolerance: int = 0) -> Checker:
    """The columns of the picture repeat `colours`; a number stands for a grey."""

    def check(image: Image.Image) -> None:
        assert image.mode == "RGB"
        for x, colour in enumerate(colours):
            expected = np.array(colour if isinstance(colour, tuple) else (colour,) * 3)
            column = np.asarray(image).astype(int)[:, x :: len(colours)]
            assert np.abs(column - expected).max() <= tolerance, f"column {x}: {column[0, 0]}"

    return check


def _good_pictures() -> dict[str, tuple[bytes, Checker]]:
    upright, grey = quadrants(), quadrants().convert("L")
    red = Image.new("RGB", (64, 48), RED)
    see_through = quadrants()
    see_through.putalpha(Image.linear_gradient("L").resize((64, 48)))
    on_white = Image.alpha_composite(Image.new("RGBA", (64, 48), "white"), see_through).convert("RGB")
    grey_alpha = Image.merge("LA", (grey, see_through.getchannel("A")))
    grey_on_white = Image.alpha_composite(Image.new("RGBA", (64, 48), "white"), grey_alpha.convert("RGBA"))
    palette = quadrants().quantize(4)
    red_index = palette.getpixel((0, 0))
    without_red = Image.new("RGB", (64, 48), "white")
    without_red.paste(upright.crop((32, 0, 64, 48)), (32, 0))
    without_red.paste(upright.crop((0, 24, 32, 48)), (0, 24))
    half_alphas = bytes(128 if i == red_index else 255 for i in range(4))
    half_red = without_red.copy()
    half_red.paste(tuple(round(value * 128 / 255 + 127) for value in RED), (0, 0, 32, 24))
    swapped = upright.convert("RGB", (0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0))
    cmyk = upright.convert("CMYK")
    cyan = Image.new("CMYK", (64, 48), (255, 0, 0, 0))
    l50 = Image.new("RGB", (64, 48), (119, 119, 119))
    mid_grey = Image.new("L", (64, 48), 128)
    from_linear = Image.new("RGB", (64, 48), (188, 188, 188))
    black_and_white = upright.convert("1", dither=Image.Dither.NONE)
    swap = rgb_profile_with_red_and_blue_swapped()
    deep = [(0,), (0x5555,), (0xAAAA,), (0xFFFF,)]
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    to_lab = ImageCms.buildTransform(srgb, lab, "RGB", "LAB")
    exif = metadata_exif()
    text_chunk = png_chunk(b"tEXt", b"Comment\0" + SECRET.encode())

    good = {
        "jpeg": (jpeg(), shows(upright, 3)),
        "jpeg progressive": (jpeg(progressive=True), shows(upright, 3)),
        "jpeg grey": (jpeg(grey), shows(grey.convert("RGB"), 2)),
        "jpeg cmyk": (jpeg(cmyk), shows(cmyk.convert("RGB"), 4)),
        "jpeg cmyk with profile": (jpeg(cyan, icc_profile=cmyk_profile_with_grey_cyan()), shows(l50, 3)),
        "jpeg with place and name": (jpeg(exif=exif, comment=SECRET.encode()), shows(upright, 3)),
        "jpeg with broken exif": (jpeg(exif=b"Exif\0\0II*\0\xff\xff\xff\x7f"), shows(upright, 3)),
        "jpeg with rgb profile": (jpeg(icc_profile=swap), shows(swapped, 6)),
        "jpeg grey with rgb profile": (
            jpeg(mid_grey, icc_profile=rgb_profile_with_red_and_blue_swapped(gamma=1)),
            shows(from_linear, 2),
        ),
        "jpeg with broken profile": (jpeg(icc_profile=swap[:200]), shows(upright, 3)),
        "jpeg with rubbish for a profile": (jpeg(icc_profile=b"not a profile"), shows(upright, 3)),
        "jpeg with the profile of a press": (jpeg(icc_profile=cmyk_profile_with_grey_cyan()), shows(upright, 3)),
        "jpeg grey with grey profile": (jpeg(mid_grey, icc_profile=linear_grey_profile()), shows(from_linear, 2)),
        "jpeg with more after its end": (jpeg() + bytes(5000), shows(upright, 3)),
        "jpeg of several pictures": (animation("MPO", quality=95, subsampling=0), shows(upright, 3)),
        "png": (encoded(upright, "PNG"), shows(upright)),
        "png with text": (png_of_columns(8, 2, [RED], text_chunk), shows_columns(RED)),
        "png with a bomb of exif": (
            png_of_columns(8, 2, [RED], png_chunk(b"eXIf", tiff_with_tag_bomb())),
            shows_columns(RED),
        ),
        "png with exif that is no hex": (
            png_of_columns(8, 2, [RED], png_chunk(b"tEXt", b"Raw profile type exif\0\nexif\n 4\nzzzz")),
            shows_columns(RED),
        ),
        "png upside down": (encoded(turned(3), "PNG", exif=metadata_exif(3)), shows(upright)),
        "png with profile": (encoded(upright, "PNG", icc_profile=swap), shows(swapped, 6)),
        "png with alpha": (encoded(see_through, "PNG"), shows(on_white, 1)),
        "png with alpha and profile": (
            encoded(see_through, "PNG", icc_profile=ImageCms.ImageCmsProfile(srgb).tobytes()),
            shows(on_white, 1),
        ),
        "png grey": (encoded(grey, "PNG"), shows(grey.convert("RGB"))),
        "png grey with alpha": (encoded(grey_alpha, "PNG"), shows(grey_on_white.convert("RGB"), 1)),
        "png grey with alpha and profile": (
            encoded(Image.merge("LA", (mid_grey, mid_grey)), "PNG", icc_profile=linear_grey_profile()),
            shows(Image.new("RGB", (64, 48), (221, 221, 221)), 1),
        ),
        "png 1 bit": (encoded(black_and_white, "PNG"), shows(black_and_white.convert("RGB"))),
        "png 1 bit with transparency": (
            png_of_columns(1, 0, [(0,), (1,)], png_chunk(b"tRNS", b"\0\0")),
            shows_columns(255, 255),
        ),
        "png 2 bits with transparency": (
            png_of_columns(2, 0, [(0,), (1,), (2,), (3,)], png_chunk(b"tRNS", b"\0\1")),
            shows_columns(0, 255, 170, 255),
        ),
        "png 4 bits with transparency": (
            png_of_columns(4, 0, [(0,), (5,), (10,), (15,)], png_chunk(b"tRNS", b"\0\5")),
            shows_columns(0, 255, 170, 255),
        ),
        "png palette": (encoded(palette, "PNG"), shows(upright)),
        "png palette with a transparent entry": (encoded(palette, "PNG", transparency=red_index), shows(without_red)),
        "png palette with half transparent entries": (
            encoded(palette, "PNG", transparency=half_alphas),
            shows(half_red, 1),
        ),
        "png rgb with a transparent colour": (encoded(upright, "PNG", transparency=RED), shows(without_red)),
        "png grey of 16 bits": (png_of_columns(16, 0, deep), shows_columns(0, 85, 170, 255)),
        "png grey of 16 bits, dark": (png_of_columns(16, 0, [(0,), (514,)]), shows_columns(0, 2)),
        "png grey of 16 bits with transparency": (
            png_of_columns(16, 0, deep, png_chunk(b"tRNS", b"\x55\x55")),
            shows_columns(0, 255, 170, 255),
        ),
        "png rgb of 16 bits": (png_of_columns(16, 2, [(0xFFFF, 0x8080, 0)]), shows_columns((255, 128, 0))),
        "png rgb of 16 bits with a transparent colour": (
            png_of_columns(16, 2, [(0x1234, 0, 0xFFFF), (0, 0, 0)], png_chunk(b"tRNS", b"\x12\x34\0\0\xff\xff")),
            shows_columns(255, 0),
        ),
        "png grey of 16 bits with alpha": (
            png_of_columns(16, 4, [(0x8080, 0xFFFF), (0x8080, 0)]),
            shows_columns(128, 255),
        ),
        "png rgba of 16 bits": (
            png_of_columns(16, 6, [(0x8080, 0, 0xFFFF, 0xFFFF), (0, 0, 0, 0)]),
            shows_columns((128, 0, 255), WHITE),
        ),
        "png interlaced": (interlaced_png(), shows(upright)),
        "png animated": (animation("PNG"), shows(upright)),
        "webp": (encoded(red, "WEBP"), shows(red, 3)),
        "webp lossless": (encoded(upright, "WEBP", lossless=True), shows(upright)),
        "webp with alpha": (encoded(see_through, "WEBP", lossless=True, exact=True), shows(on_white, 1)),
        "webp animated": (animation("WEBP", lossless=True), shows(upright)),
        "webp with profile": (encoded(upright, "WEBP", lossless=True, icc_profile=swap), shows(swapped, 6)),
        "webp turned": (encoded(turned(6), "WEBP", lossless=True, exif=metadata_exif(6)), shows(upright)),
        "tiff": (encoded(upright, "TIFF"), shows(upright)),
        "tiff lzw": (encoded(upright, "TIFF", compression="tiff_lzw"), shows(upright)),
        "tiff deflate": (encoded(upright, "TIFF", compression="tiff_adobe_deflate"), shows(upright)),
        "tiff jpeg": (encoded(red, "TIFF", compression="jpeg"), shows(red, 3)),
        "tiff fax": (encoded(black_and_white, "TIFF", compression="group4"), shows(black_and_white.convert("RGB"))),
        "tiff with alpha": (encoded(see_through, "TIFF"), shows(on_white, 1)),
        "tiff of several pages": (animation("TIFF"), shows(upright)),
        "tiff turned": (encoded(turned(8), "TIFF", exif=metadata_exif(8)), shows(upright)),
        "tiff cmyk": (encoded(cmyk, "TIFF"), shows(cmyk.convert("RGB"))),
        "tiff cmyk with profile": (encoded(cyan, "TIFF", icc_profile=cmyk_profile_with_grey_cyan()), shows(l50, 1)),
        "tiff lab": (encoded(to_lab.apply(upright), "TIFF"), shows(upright, 8)),
        "tiff of 16 bits": (tiff_of_columns([0, 0x5555, 0xAAAA, 0xFFFF], "H", 16), shows_columns(0, 85, 170, 255)),
        "tiff of 16 bits, big-endian": (
            tiff_of_columns([0, 0x5555, 0xAAAA, 0xFFFF], "H", 16, order=">"),
            shows_columns(0, 85, 170, 255),
        ),
        "tiff of 16 bits, white is zero": (
            tiff_of_columns([0, 0x5555, 0xAAAA, 0xFFFF], "H", 16, photometric=0),
            shows_columns(255, 170, 85, 0),
        ),
        "tiff of 12 bits": (tiff((64, 32), 12, 1, bytes([0xFF, 0xF8, 0x00]) * (32 * 32)), shows_columns(255, 128)),
        "tiff of 32 bits": (tiff_of_columns([0, 2**29, 2**30], "i", 32, sample_format=2), shows_columns(0, 128, 255)),
        "tiff rgb of 16 bits": (
            tiff((64, 32), 16, 2, struct.pack("<3H", 0xFFFF, 0x8080, 0) * (64 * 32), samples=3),
            shows_columns((255, 128, 0)),
        ),
        "tiff in planes": (tiff_in_planes(8, RED), shows_columns(RED)),
        "tiff of floats to 1": (
            tiff_of_columns([0, 0.2, 1, 1.5], "f", 32, sample_format=3),
            shows_columns(0, 51, 255, 255),
        ),
        "tiff of floats to 255": (
            tiff_of_columns([-3, 51, 100, 255], "f", 32, sample_format=3),
            shows_columns(0, 51, 100, 255),
        ),
        "tiff of floats to 65535": (
            tiff_of_columns([0, 0x5555, 0xAAAA, 0xFFFF], "f", 32, sample_format=3),
            shows_columns(0, 85, 170, 255),
        ),
        "tiff of floats, some not numbers": (
            tiff_of_columns([0.2, float("nan"), float("inf"), float("-inf")], "f", 32, sample_format=3),
            shows_columns(51, 0, 255, 0),
        ),
        "bmp": (encoded(upright, "BMP"), shows(upright)),
        "bmp palette": (encoded(palette, "BMP"), shows(upright)),
        "bmp 1 bit": (encoded(black_and_white, "BMP"), shows(black_and_white.convert("RGB"))),
        "gif": (encoded(upright, "GIF"), shows(upright)),
        "gif grey": (encoded(grey, "GIF"), shows(grey.convert("RGB"))),
        "gif with transparency": (encoded(palette, "GIF", transparency=red_index), shows(without_red)),
        "gif animated": (animation("GIF"), shows(upright)),
        "gif that ends early in a later frame": (animation("GIF")[:-10], shows(upright)),
        "thin but wide enough": (
            encoded(Image.new("RGB", (3200, 32), RED), "PNG"),
            shows(Image.new("RGB", (3200, 32), RED)),
        ),
    }
    for orientation in range(1, 9):
        data = jpeg(turned(orientation), exif=metadata_exif(orientation))
        good[f"jpeg orientation {orientation}"] = (data, shows(upright, 3))
    return good


def _bad_pictures() -> dict[str, tuple[bytes, str]]:
    noise = Image.effect_noise((64, 64), 80).convert("RGB")
    whole = {kind: encoded(noise, kind) for kind in ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF")}
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><script>alert(1)</script></svg>'
    row = bytes(64)
    png_head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0))
    many_frames = png_chunk(b"acTL", struct.pack(">II", 100_000, 0))
    bomb = zlib.compress(bytes(50_000_000), 9)
    bad = {
        "empty": (b"", "picture.empty"),
        "one byte": (b"\xff", "picture.not_an_image"),
        "text": (b"Dear friends, here is the picture that you asked for.\n", "picture.not_an_image"),
        "page": (b"<!DOCTYPE html><html><body>404</body></html>", "picture.not_an_image"),
        "zeros": (bytes(10_000), "picture.not_an_image"),
        "random bytes": (np.random.default_rng(0).bytes(10_000), "picture.not_an_image"),
        "pdf": (encoded(noise, "PDF"), "picture.other_format"),
        "eps": (encoded(noise, "EPS"), "picture.other_format"),
        "ppm": (encoded(noise, "PPM"), "picture.not_an_image"),
        "icon": (encoded(noise, "ICO"), "picture.other_format"),
        "targa": (encoded(noise, "TGA"), "picture.not_an_image"),
        "photoshop": (b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 64, 64, 8, 3), "picture.other_format"),
        "film": (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + bytes(500), "picture.other_format"),
        "zip": (b"PK\3\4" + bytes(500), "picture.other_format"),
        "pickle": (b"\x80\4\x95\x0a\0\0\0\0\0\0\0\x8c\5hello\x94.", "picture.not_an_image"),
        "svg": (svg.encode(), "picture.svg"),
        "svg with declaration": (f'<?xml version="1.0"?>\n<!-- made -->\n{svg}'.encode(), "picture.svg"),
        "svg in utf-16": (svg.encode("utf-16"), "picture.svg"),
        "svg in capitals with prefix": (b'\xef\xbb\xbf<SVG:SVG xmlns:svg="x">', "picture.svg"),
        "jpeg of three bytes": (b"\xff\xd8\xff", "picture.damaged"),
        "png of a signature": (b"\x89PNG\r\n\x1a\n", "picture.damaged"),
        "png without pixels": (b"\x89PNG\r\n\x1a\n" + png_head + png_chunk(b"IEND"), "picture.damaged"),
        "png with rubbish for pixels": (
            b"\x89PNG\r\n\x1a\n" + png_head + png_chunk(b"IDAT", b"rubbish") + png_chunk(b"IEND"),
            "picture.damaged",
        ),
        "png with a wrong checksum": (whole["PNG"].replace(b"IHDR\0\0\0\x40", b"IHDR\0\0\0\x41"), "picture.damaged"),
        "png of an unknown kind": (png((64, 64), 8, 5, [row] * 64), "picture.damaged"),
        "png with a bomb of text": (
            png((64, 64), 8, 0, [row] * 64, png_chunk(b"zTXt", b"Comment\0\0" + bomb)),
            "picture.damaged",
        ),
        "tiff of an unknown kind": (tiff((64, 64), 64, 1, bytes(64 * 64 * 8), sample_format=3), "picture.damaged"),
        "tiff of 16 bits in planes": (tiff_in_planes(16, (0x1234, 0x8011, 0xFF)), "picture.damaged"),
        "png claiming 60000 x 60000": (png((60_000, 60_000), 8, 2, [row]), "picture.too_many_pixels"),
        "png claiming 2 gigapixels on a side": (png((2**31 - 1, 2**31 - 1), 8, 2, [row]), "picture.too_many_pixels"),
        "png just over": (png((10_000, 4_001), 8, 2, [row]), "picture.too_many_pixels"),
        "jpeg claiming 65500 x 65500": (jpeg_claiming(65_500, 65_500), "picture.too_many_pixels"),
        "gif claiming 65535 x 65535": (
            whole["GIF"][:6] + b"\xff\xff\xff\xff" + whole["GIF"][10:],
            "picture.too_many_pixels",
        ),
        "bmp claiming 60000 x 60000": (
            whole["BMP"][:18] + struct.pack("<ii", 60_000, 60_000) + whole["BMP"][26:],
            "picture.too_many_pixels",
        ),
        "tiff claiming 60000 x 60000": (tiff((60_000, 60_000), 8, 1, bytes(100)), "picture.too_many_pixels"),
        "webp claiming 16383 x 16383": (webp_with_frames(1, (16_383, 16_383)), "picture.too_many_pixels"),
        "webp claiming 9000 x 9000": (webp_with_frames(1, (9_000, 9_000)), "picture.too_many_pixels"),
        "gif of 2000 frames": (gif_with_frames(64, 64, 1_999), "picture.animation"),
        "gif of 300 large frames": (gif_with_frames(2_000, 2_000, 299), "picture.animation"),
        "png of 100000 frames": (png((64, 64), 8, 0, [row] * 64, many_frames), "picture.animation"),
        "webp of 1500 frames": (webp_with_frames(1_500), "picture.animation"),
        "jpeg of 2000 scans": (jpeg_with_scans(2_000), "picture.costly"),
        "jpeg of 40 scans of 30 megapixels": (jpeg_with_scans(40, (6_000, 5_000)), "picture.costly"),
        "png of 60000 chunks": (png((64, 64), 8, 0, [row] * 64, *[png_chunk(b"teSt", b"")] * 60_000), "picture.costly"),
        "gif of 500000 blocks": (gif_with_blocks(500_000), "picture.costly"),
        "gif of frames of no size": (gif_with_frames(64, 64, 400_000), "picture.animation"),
        "jpeg with a bomb of exif": (jpeg_with_exif_bomb(), "picture.costly"),
        "tiff with a bomb of tags": (tiff_with_tag_bomb(), "picture.costly"),
        "tiff of a million strips": (tiff_with_strips(1_000_000), "picture.costly"),
        "tiff whose directory holds itself": (tiff_with_directory_loop(), "picture.costly"),
        "too heavy": (jpeg() + bytes(20 * 2**20), "picture.too_heavy"),
        "a side of 31": (encoded(Image.new("RGB", (64, 31)), "PNG"), "picture.too_small"),
        "one pixel": (encoded(Image.new("RGB", (1, 1)), "GIF"), "picture.too_small"),
        "a thread": (encoded(Image.new("L", (20_000, 1)), "PNG"), "picture.too_small"),
    }
    for kind, data in whole.items():
        bad[f"{kind.lower()} that ends early"] = (data[: len(data) * 2 // 3], "picture.damaged")
    return bad


GOOD_PICTURES = _good_pictures()
"""Name -> (file, checker): the checker asserts that what was loaded shows what it should."""

BAD_PICTURES = _bad_pictures()
"""Name -> (file, key of the error)."""
