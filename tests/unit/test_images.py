from __future__ import annotations

import errno
import os
import random
import struct
import subprocess
import sys
import time
import zlib
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from deepart import images
from deepart.errors import InputError
from deepart.images import (
    centre_crop,
    content_hash,
    fit,
    has_content_credentials,
    load_image,
    png_bytes,
    read_png_text,
    save_png,
    to_pil,
    to_tensor,
)
from deepart.text import LANGUAGES
from pictures import (
    BAD_PICTURES,
    GOOD_PICTURES,
    RED,
    SECRET,
    Checker,
    encoded,
    icc_profile,
    jpeg,
    metadata_exif,
    png,
    png_chunk,
    png_of_columns,
    quadrants,
    rgb_profile_with_red_and_blue_swapped,
    shows,
    turned,
    webp_with_frames,
)

# Pillow warns of the broken metadata that it forgives.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")


@pytest.mark.parametrize(("data", "check"), GOOD_PICTURES.values(), ids=GOOD_PICTURES)
def test_good_picture_shows_what_it_should(data: bytes, check: Checker) -> None:
    check(load_image(data))


@pytest.mark.parametrize("data", [data for data, _ in GOOD_PICTURES.values()], ids=GOOD_PICTURES)
def test_output_carries_no_metadata(data: bytes) -> None:
    image = load_image(data, keep_alpha=True)
    assert image.info == {}
    assert not image.getexif()
    assert png_kinds(png_bytes(image)) <= {b"IHDR", b"IDAT", b"IEND"}


def test_place_and_name_do_not_come_out() -> None:
    source = jpeg(exif=metadata_exif())
    assert SECRET.encode() in source
    saved = png_bytes(load_image(source))
    assert SECRET.encode() not in saved
    assert not Image.open(BytesIO(saved)).getexif()


@pytest.mark.parametrize(("data", "key"), BAD_PICTURES.values(), ids=BAD_PICTURES)
def test_bad_picture_is_refused_in_one_sentence(data: bytes, key: str) -> None:
    with pytest.raises(InputError) as refusal:
        load_image(data)
    assert refusal.value.key == key
    for language in LANGUAGES:
        sentence = refusal.value.sentence(language)
        assert sentence.endswith((".", "。"))
        assert "{" not in sentence
        assert "\n" not in sentence


def test_files_that_claim_too_much_take_neither_time_nor_memory() -> None:
    keys = ("picture.too_many_pixels", "picture.animation", "picture.costly")
    files = [name for name, (_, key) in BAD_PICTURES.items() if key in keys] + ["png with a bomb of exif"]
    code = f"""
import resource, time
from deepart.errors import InputError
from deepart.images import load_image
from pictures import BAD_PICTURES, GOOD_PICTURES, jpeg
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
load_image(jpeg())
for name in {files!r}:
    before, start = peak(), time.process_time()
    try:
        load_image((BAD_PICTURES | GOOD_PICTURES)[name][0])
    except InputError:
        pass
    assert time.process_time() - start < 1, name
    assert peak() - before < 50, (name, peak() - before)
"""
    root = Path(images.__file__).parents[1]
    paths = os.pathsep.join([str(root), str(root / "tests")])
    run = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.campaign
@pytest.mark.parametrize(
    "name",
    [
        "jpeg progressive",
        "jpeg orientation 6",
        "jpeg cmyk",
        "jpeg grey with grey profile",
        "png palette with half transparent entries",
        "png animated",
        "webp with alpha",
        "webp with profile",
        "webp animated",
        "tiff lzw",
        "tiff cmyk",
        "tiff of floats to 1",
        "bmp palette",
        "gif animated",
    ],
)
def test_broken_bytes_give_a_picture_or_a_refusal(name: str) -> None:
    data, _ = GOOD_PICTURES[name]
    rng = random.Random(name)
    variants = [data[: rng.randrange(len(data))] for _ in range(60)]
    for _ in range(200):
        variant = bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 8))):
            # Headers, where a flip does most, stand at the start.
            variant[rng.randrange(rng.choice((len(data), min(len(data), 200))))] = rng.randrange(256)
        variants.append(bytes(variant))
    refused = 0
    for variant in variants:
        has_content_credentials(variant)
        read_png_text(variant)
        try:
            image = load_image(variant, keep_alpha=True)
        except InputError:
            refused += 1
        else:
            assert image.mode in ("RGB", "RGBA")
            assert image.info == {}
    assert refused > 0


def test_every_kind_of_source(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(encoded(quadrants(), "PNG"))
    check = shows(quadrants())
    check(load_image(path))
    check(load_image(str(path)))
    check(load_image(path.read_bytes()))
    check(load_image(BytesIO(path.read_bytes())))
    with path.open("rb") as file:
        check(load_image(file))
    check(load_image(Image.open(path)))


@pytest.mark.parametrize("name", ["not there.png", "", "null\0byte.png"])
def test_missing_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as refusal:
        load_image(f"{tmp_path}/{name}")
    assert refusal.value.key == "picture.missing"
    assert "not there" not in str(refusal.value)


def test_large_file_is_refused_without_being_read_whole() -> None:
    class Endless(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            assert size is not None and 0 <= size <= images.MAX_BYTES + 1
            return b"\xff" * size

    with pytest.raises(InputError) as refusal:
        load_image(Endless())
    assert refusal.value.key == "picture.too_heavy"


def test_name_of_a_format_decides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "drawing.eps"
    path.write_bytes(encoded(quadrants(), "PNG"))
    shows(quadrants())(load_image(path))


def test_least_side_is_the_callers() -> None:
    picture = encoded(Image.new("RGB", (40, 31)), "PNG")
    assert load_image(picture, least_side=31).size == (40, 31)
    with pytest.raises(InputError) as refusal:
        load_image(picture, least_side=64)
    assert str(refusal.value) == "The picture is 40 × 31 pixels; each side must have at least 64."


def test_alpha_is_kept_where_it_is_real() -> None:
    image = quadrants().convert("RGBA")
    assert load_image(encoded(image, "PNG"), keep_alpha=True).mode == "RGB"
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    kept = load_image(encoded(image, "PNG"), keep_alpha=True)
    shows(image)(kept)
    turned_image = image.transpose(Image.Transpose.ROTATE_90)
    shows(image)(load_image(encoded(turned_image, "PNG", exif=metadata_exif(6)), keep_alpha=True))


def test_alpha_is_kept_beside_a_profile() -> None:
    pixels = png_chunk(b"iCCP", b"swap\0\0" + zlib.compress(rgb_profile_with_red_and_blue_swapped()))
    image = load_image(png_of_columns(8, 6, [(*RED, 7)], pixels), keep_alpha=True)
    red, green, blue, alpha = image.getpixel((3, 3))
    assert alpha == 7
    assert abs(blue - RED[0]) < 8
    assert abs(red - RED[2]) < 8


@pytest.mark.parametrize(
    "mode",
    ["1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBX", "RGBa", "CMYK", "YCbCr", "HSV", "LAB", "F", "I", "I;16"],
)
def test_pictures_of_every_mode(mode: str) -> None:
    grey = Image.new("L", (64, 48), 255)
    grey.paste(100, (0, 0, 32, 48))
    if mode == "I;16":
        image = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    elif mode == "LAB":
        srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        image = ImageCms.profileToProfile(grey.convert("RGB"), srgb, lab, outputMode="LAB")
    elif mode in ("La", "PA", "RGBa"):
        image = grey.convert({"La": "LA", "PA": "P", "RGBa": "RGBA"}[mode]).convert(mode)
    elif mode in ("F", "I", "1", "P"):
        image = grey.convert(mode)
    else:
        image = grey.convert("RGB").convert(mode)
    assert image.mode == mode
    expected = image.convert("RGB") if mode == "1" else grey.convert("RGB")
    before = image.tobytes()
    shows(expected, 2)(load_image(image))
    assert (image.mode, image.tobytes()) == (mode, before)


def test_picture_given_is_turned_and_left_alone() -> None:
    for orientation in range(1, 9):
        given = Image.open(BytesIO(encoded(turned(orientation), "PNG", exif=metadata_exif(orientation))))
        shows(quadrants())(load_image(given))
        assert given.getexif()[0x0112] == orientation
        assert given.size == turned(orientation).size


def test_picture_given_goes_through_the_same_checks() -> None:
    def refusal(image: Image.Image) -> str:
        with pytest.raises(InputError) as error:
            load_image(image)
        return error.value.key

    assert refusal(Image.new("1", (8_000, 5_001))) == "picture.too_many_pixels"
    assert refusal(Image.new("RGB", (31, 64))) == "picture.too_small"
    assert refusal(Image.new("RGB", (0, 64))) == "picture.too_small"
    assert refusal(Image.open(BytesIO(encoded(quadrants(), "BMP")[:2000]))) == "picture.damaged"


def test_forty_megapixels_are_accepted() -> None:
    assert load_image(Image.new("L", (8_000, 5_000))).size == (8_000, 5_000)


def test_profile_with_nothing_in_it_is_ignored() -> None:
    for profile in (b"", b"\0", icc_profile(b"RGB ", {}), icc_profile(b"Lab ", {})):
        shows(quadrants())(load_image(encoded(quadrants(), "WEBP", lossless=True, icc_profile=profile)))


def test_heic_where_the_library_is_there() -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.register_heif_opener()
    data = encoded(Image.new("RGB", (64, 48), RED), "HEIF", exif=metadata_exif())
    image = load_image(data)
    shows(Image.new("RGB", (64, 48), RED), 6)(image)
    with pytest.raises(InputError) as refusal:
        load_image(data[: len(data) // 2])
    assert refusal.value.key == "picture.damaged"


def test_content_credentials_are_seen() -> None:
    plain_jpeg = jpeg(exif=metadata_exif())
    box = b"JP\0\1\0\0\0\1" + b"\0\0\0\x64jumb\0\0\0\x26jumdc2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71\3c2pa\0"
    segment = b"\xff\xeb" + struct.pack(">H", len(box) + 2) + box
    webp = bytearray(webp_with_frames(1) + b"odd \1\0\0\0x\0" + b"C2PA" + struct.pack("<I", 5) + b"hello\0")
    struct.pack_into("<I", webp, 4, len(webp) - 8)
    for with_manifest in (
        png((64, 64), 8, 0, [bytes(64)] * 64, png_chunk(b"caBX", b"manifest")),
        plain_jpeg[:2] + segment + plain_jpeg[2:],
        plain_jpeg[:2] + b"\xff\xfe\0\6text\xff" + segment + plain_jpeg[2:],
        bytes(webp),
    ):
        assert has_content_credentials(with_manifest)
        assert load_image(with_manifest)
        assert not has_content_credentials(png_bytes(load_image(with_manifest)))


def test_content_credentials_are_not_imagined() -> None:
    other_app11 = b"\xff\xeb\0\x0cJP\0\1c2pa" + b"\0\0"
    other_segment = b"\xff\xec\0\x0cJPjumbc2pa"
    for data in (
        *(encoded(quadrants(), kind) for kind in ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF")),
        jpeg()[:2] + other_app11 + other_segment + jpeg()[2:],
        jpeg(comment=b"jumb c2pa caBX C2PA"),
        png((64, 64), 8, 0, [bytes(64)] * 64, png_chunk(b"tEXt", b"Note\0caBX")),
        b"",
        b"\x89PNG\r\n\x1a\n\0\0",
        b"RIFF\0\0\0\0WEBPC2P",
        b"\xff\xd8\xff\xeb\0\0",
    ):
        assert not has_content_credentials(data)


def png_kinds(data: bytes) -> set[bytes]:
    kinds, position = set(), 8
    while position < len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        kinds.add(kind)
        position += 12 + length
    return kinds


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_png_is_lossless(tmp_path: Path, mode: str) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (37, 53, 4), dtype=np.uint8)
    image = Image.fromarray(pixels).convert(mode)
    save_png(image, tmp_path / "out.png")
    file = BytesIO()
    save_png(image, file)
    assert file.getvalue() == (tmp_path / "out.png").read_bytes() == png_bytes(image)
    shows(image)(Image.open(file))


def test_png_does_not_carry_what_the_picture_carried() -> None:
    profile = rgb_profile_with_red_and_blue_swapped()
    image = Image.open(BytesIO(jpeg(exif=metadata_exif(), comment=SECRET.encode(), icc_profile=profile)))
    image.info.update(transparency=(1, 2, 3), Comment=SECRET, dpi=(72, 72))
    data = png_bytes(image)
    assert png_kinds(data) == {b"IHDR", b"IDAT", b"IEND"}
    assert "transparency" in image.info


def test_text_is_one_itxt_chunk_an_entry(tmp_path: Path) -> None:
    text = {"deepart": '{"verb": "transfer", "style": "梵高, L\'été"}', "Software": "deepart"}
    path = tmp_path / "out.png"
    save_png(quadrants(), path, text=text)
    assert path.read_bytes().count(b"iTXt") == 2
    assert png_kinds(path.read_bytes()) == {b"IHDR", b"iTXt", b"IDAT", b"IEND"}
    assert Image.open(path).text == text
    assert read_png_text(path) == read_png_text(str(path)) == read_png_text(path.read_bytes()) == text


def test_file_is_replaced_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.png"
    path.write_bytes(b"what was there")

    def full_disk(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full_disk)
        with pytest.raises(InputError, match="no room left"):
            save_png(quadrants(), path)
    assert path.read_bytes() == b"what was there"
    save_png(quadrants(), path)
    shows(quadrants())(Image.open(path))
    assert os.listdir(tmp_path) == ["out.png"]


def test_file_may_be_read_by_whom_the_umask_says(tmp_path: Path) -> None:
    (tmp_path / "ordinary").touch()
    save_png(quadrants(), tmp_path / "out.png")
    assert (tmp_path / "out.png").stat().st_mode == (tmp_path / "ordinary").stat().st_mode


def test_large_photo_saves_quickly() -> None:
    pixels = np.random.default_rng(2).normal(128, 40, (150, 200, 3)).clip(0, 255).astype(np.uint8)
    photo = Image.fromarray(pixels).resize((1600, 1200), Image.Resampling.BICUBIC)
    start = time.process_time()
    png_bytes(photo)
    assert time.process_time() - start < 0.5


def test_text_of_other_programs_is_read() -> None:
    entry = png_chunk(b"tEXt", b"Title\0" + "Café".encode("latin-1"))
    assert read_png_text(png_of_columns(8, 0, [(0,)], entry)) == {"Title": "Café"}
    late = png_bytes(quadrants())[:-12] + entry + png_chunk(b"IEND")
    assert read_png_text(late) == {"Title": "Café"}


def test_text_is_bounded() -> None:
    def itxt(key: bytes, value: bytes, compressed: bool = False) -> bytes:
        return png_chunk(b"iTXt", key + (b"\0\1\0\0\0" if compressed else b"\0\0\0\0\0") + value)

    bomb = zlib.compress(bytes(100_000_000), 9)
    chunks = [
        itxt(b"packed", bomb, compressed=True),
        png_chunk(b"zTXt", b"packed too\0\0" + bomb),
        itxt(b"long", b"x" * 2**21),
        itxt(b"broken", b"\xff\xfe"),
        itxt(b"good", "好".encode()),
        *(itxt(b"many %d" % i, b"y" * 100_000) for i in range(30)),
    ]
    text = read_png_text(png_of_columns(8, 0, [(0,)], *chunks))
    assert text["good"] == "好"
    assert not text.keys() & {"packed", "packed too", "long", "broken"}
    assert sum(map(len, text.values())) <= 2**20


def test_text_of_rubbish_is_none(tmp_path: Path) -> None:
    whole = png_bytes(quadrants(), {"deepart": "x" * 100})
    signature = whole[:8]
    for data in (
        b"",
        b"rubbish",
        signature,
        signature + b"\xff\xff\xff\xffiTXtdeepart",
        signature + b"\0\0\0\0iTXt" * 1000,
        *(whole[:length] for length in range(60)),
    ):
        assert not any(read_png_text(data).values())
    for data, _ in BAD_PICTURES.values():
        read_png_text(data)
    assert read_png_text(tmp_path / "not there.png") == read_png_text(tmp_path) == read_png_text("\0") == {}
    info = PngImagePlugin.PngInfo()
    info.add_text("deepart", "zipped", zip=True)
    assert read_png_text(encoded(quadrants(), "PNG", pnginfo=info)) == {}


def test_tensor_round_trip_is_exact() -> None:
    torch = pytest.importorskip("torch")
    pixels = np.arange(256 * 3, dtype=np.uint16).reshape(16, 16, 3).astype(np.uint8)
    image = Image.fromarray(pixels)
    x = to_tensor(image)
    assert (x.shape, x.dtype) == ((1, 3, 16, 16), torch.float32)
    assert x.is_contiguous()
    assert (float(x.min()), float(x.max())) == (0, 1)
    shows(image)(to_pil(x))
    shows(image)(to_pil(x[0]))


def test_tensor_has_rows_first_and_red_first() -> None:
    pytest.importorskip("torch")
    x = to_tensor(quadrants(64, 48))
    assert x.shape == (1, 3, 48, 64)
    assert [round(float(value) * 255) for value in x[0, :, 0, 0]] == list(RED)


def test_tensor_becomes_a_picture_by_rounding() -> None:
    torch = pytest.importorskip("torch")
    values = torch.tensor([0.49, 0.51, 99.6, -50, 300, float("nan")]) / 255
    image = to_pil(values.expand(1, 3, 1, 6).requires_grad_())
    assert [image.getpixel((x, 0))[0] for x in range(6)] == [0, 1, 100, 0, 255, 0]
    assert to_pil(torch.ones(1, 3, 2, 2, dtype=torch.bfloat16)).getpixel((0, 0)) == (255, 255, 255)


def test_tensor_of_a_transparent_picture_lies_on_white() -> None:
    pytest.importorskip("torch")
    assert to_tensor(Image.new("RGBA", (4, 4), (0, 0, 0, 0))).min() == 1


def test_pictures_do_not_need_torch() -> None:
    code = "import sys, deepart.images; assert 'torch' not in sys.modules"
    root = str(Path(images.__file__).parents[1])
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": root}, check=True)


@pytest.mark.parametrize(
    ("size", "longest", "expected"),
    [
        ((800, 600), 400, (400, 300)),
        ((600, 800), 400, (300, 400)),
        ((800, 600), 800, (800, 600)),
        ((800, 600), 1600, (800, 600)),
        ((800, 600), None, (800, 600)),
        ((5000, 2), 100, (100, 1)),
        ((333, 500), 100, (67, 100)),
    ],
)
def test_fit(size: tuple[int, int], longest: int | None, expected: tuple[int, int]) -> None:
    assert fit(Image.new("RGB", size), longest).size == expected


def test_fit_keeps_the_picture() -> None:
    shows(quadrants(32, 24), 60)(fit(quadrants(64, 48), 32))
    assert fit(quadrants(64, 48), 64).tobytes() == quadrants(64, 48).tobytes()


@pytest.mark.parametrize(("size", "side"), [((90, 30), 30), ((30, 90), 30), ((90, 30), 60), ((900, 301), 64)])
def test_centre_crop_takes_the_middle(size: tuple[int, int], side: int) -> None:
    image = Image.new("RGB", size, RED)
    short = min(size)
    left, top = (size[0] - short) // 2, (size[1] - short) // 2
    image.paste((0, 0, 255), (left, top, left + short, top + short))
    cropped = centre_crop(image, side)
    assert cropped.size == (side, side)
    assert cropped.getpixel((side // 2, side // 2)) == (0, 0, 255)
    blue = np.asarray(cropped)[..., 2]
    assert blue.min() > 120


def test_content_hash_tells_pictures_apart() -> None:
    image = quadrants()
    other = image.copy()
    other.putpixel((5, 5), (0, 0, 1))
    assert content_hash(image) == content_hash(load_image(encoded(image, "PNG")))
    assert content_hash(image) == content_hash(load_image(encoded(image, "BMP")))
    assert content_hash(image) == content_hash(image.quantize(4))
    pictures = [image, other, image.transpose(Image.Transpose.ROTATE_90)]
    pictures += [Image.new("RGB", (2, 8)), Image.new("RGB", (4, 4)), Image.new("RGBA", (4, 3))]
    assert len({content_hash(picture) for picture in pictures}) == len(pictures)
    assert len(content_hash(image)) == 64
    assert content_hash(Image.new("RGB", (1, 1), (1, 2, 3))).startswith("b9752ce4e7c5341f")  # recipes last


def test_pictures_come_as_people_have_them(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    save_png(quadrants(), path, text={"deepart": "kept"})
    pixels = np.asarray(quadrants())
    with open(path, "rb") as file:
        for source in (
            file,
            file,
            bytearray(path.read_bytes()),
            memoryview(path.read_bytes()),
            pixels,
            pixels[..., ::1],
        ):
            assert np.array_equal(load_image(source), pixels)
        assert read_png_text(file) == {"deepart": "kept"}  # though it was read before
    assert load_image(pixels[..., 0]).size == quadrants().size


@pytest.mark.parametrize(
    "source",
    [
        None,
        7,
        ["a.png"],
        {},
        np.zeros((64, 64, 3)),
        np.zeros((64, 64, 2), np.uint8),
        np.zeros((0, 3), np.uint8),
        StringIO("a"),
    ],
)
def test_what_is_no_picture_at_all_is_told(source: object) -> None:
    with pytest.raises(InputError, match="A picture is a path, a file or its bytes"):
        load_image(source)


def test_avif_is_read(tmp_path: Path) -> None:
    file = BytesIO()
    quadrants().save(file, "AVIF", quality=100)
    assert np.abs(np.asarray(load_image(file.getvalue()), int) - np.asarray(quadrants())).mean() < 4


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\xff\x0a123", "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n", "JPEG XL"),
        (b"\0\0\0\x0cjP  \r\n", "JPEG 2000"),
        (b"8BPS\0\1", "Photoshop"),
        (b"%PDF-1.7", "PDF"),
        (b"\0\0\0\x18ftypmp42", "MP4"),
        (b"PK\3\4", "ZIP"),
    ],
)
def test_a_format_that_is_refused_is_named(data: bytes, name: str) -> None:
    with pytest.raises(InputError, match=f"This is {name}, which cannot be read here"):
        load_image(data)


def test_a_picture_that_is_too_large_hears_its_size_and_the_owner_can_raise_it() -> None:
    with pytest.raises(InputError, match="24000 × 3000 pixels; at most 40 megapixels"):
        load_image(Image.new("1", (24_000, 3_000)))
    program = "from deepart import images; print(images.MAX_PIXELS, images.MAX_BYTES)"
    environment = {**os.environ, "DEEPART_MAX_MEGAPIXELS": "100", "DEEPART_MAX_PICTURE_MB": "50"}
    said = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.split() == [str(100 * 10**6), str(50 * 2**20)]
