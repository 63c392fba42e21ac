"""Masks: what is read, found and drawn."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageChops

import deepart
from deepart.errors import InputError
from deepart.images import png_bytes
from deepart.tasks.find import subject as find_subject
from deepart.tasks.find.faces import face_mask, find_faces
from deepart.tasks.find.subject import object_at
from deepart.tasks.paint import masks
from photos import photo


def half(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size)
    mask.paste(255, (0, 0, size[0] // 2, size[1]))
    return mask


def values(mask: Image.Image) -> np.ndarray:
    return np.asarray(mask, float) / 255


# --- reading -------------------------------------------------------------------------------------


def test_a_mask_comes_to_the_size_of_the_picture() -> None:
    mask = masks.load_mask(half((100, 60)), (200, 120))
    assert mask.size == (200, 120)
    assert values(mask)[:, :90].min() == 1 and values(mask)[:, 110:].max() == 0


def test_opacity_is_the_mask_where_there_is_any() -> None:
    picture = Image.new("RGB", (64, 64), "black")
    picture.putalpha(half((64, 64)))
    assert values(masks.load_mask(png_bytes(picture), (64, 64))).mean() == pytest.approx(0.5)


def marked(mode: str, value: object, ground: object = 0) -> Image.Image:
    mask = Image.new(mode, (64, 64), ground)
    mask.paste(value, (0, 0, 32, 64))
    return mask


def cut_out() -> Image.Image:
    """A picture whose left half was erased, as GIMP, ComfyUI and InvokeAI save masks."""
    picture = photo("astronaut", 64)
    picture.putalpha(ImageChops.invert(half((64, 64))))
    return picture


@pytest.mark.parametrize(
    "mask",
    [
        half((64, 64)),
        marked("L", 1),
        marked("L", 128),
        marked("L", 60, 3),  # grey on what JPEG makes of black
        marked("RGB", (255, 0, 0)),
        marked("RGB", (0, 0, 255)),
        marked("RGB", (128, 0, 0)),
        marked("1", 1),
        marked("I;16", 1),
        marked("I;16", 255),
        marked("I;16", 40_000),
        marked("RGBA", (0, 0, 0, 255), (0, 0, 0, 0)),
        marked("RGBA", (250, 240, 255, 255), (9, 9, 9, 0)),
        cut_out(),
    ],
)
def test_whatever_is_marked_is_a_hole(mask: Image.Image) -> None:
    assert values(masks.load_mask(png_bytes(mask), (64, 64), is_hole=True)).tolist() == values(half((64, 64))).tolist()


def test_grey_is_half_of_a_style_and_a_colour_all_of_it() -> None:
    assert values(masks.load_mask(marked("L", 128), (64, 64))).mean() == pytest.approx(0.25, abs=0.01)
    for mask in (marked("RGB", (0, 0, 255)), marked("L", 1), cut_out()):
        assert values(masks.load_mask(mask, (64, 64))).mean() == pytest.approx(0.5)


def test_what_jpeg_makes_of_black_marks_nothing() -> None:
    assert masks.load_mask(marked("L", 9), (64, 64), is_hole=True, may_be_empty=True).getbbox() is None


@pytest.mark.parametrize(
    ("mask", "key"),
    [
        (Image.new("L", (64, 80), 255), "mask.proportions"),
        (Image.new("L", (64, 64), 0), "mask.empty"),
        (b"no picture", "picture.not_an_image"),
    ],
)
def test_a_bad_mask_is_refused(mask, key: str) -> None:
    with pytest.raises(InputError) as caught:
        deepart.transfer(photo("astronaut", 64), "udnie", mask=mask)
    assert caught.value.key == key


def strokes() -> bytes:
    layer = Image.new("RGBA", (80, 60))
    layer.paste((255, 0, 0, 255), (20, 20, 40, 40))
    file = BytesIO()
    layer.save(file, "PNG")
    return file.getvalue()


def test_strokes_of_an_editor_are_the_mask() -> None:
    mask = masks.mask_from_editor({"layers": [strokes()]}, (80, 60))
    assert mask.size == (80, 60)
    assert values(mask)[25:35, 25:35].min() == 1 and values(mask)[:15].max() == 0


def test_an_editor_that_nobody_painted_in_gives_no_mask() -> None:
    empty = Image.new("RGBA", (80, 60))
    for value in (None, {}, {"layers": []}, {"layers": [empty]}):
        assert masks.mask_from_editor(value, (40, 30)) is None


# --- shaping -------------------------------------------------------------------------------------


def test_a_soft_edge_keeps_the_amount() -> None:
    mask = half((200, 100))
    soft = masks.feather(mask, 0.1)
    assert values(soft).mean() == pytest.approx(0.5, abs=0.01)
    assert 0.2 < values(soft)[50, 100] < 0.8 and values(soft)[50, 20] == 1
    assert masks.feather(mask, 0) == mask


def test_the_first_mask_keeps_what_it_has() -> None:
    parts = masks.partition([half((60, 40)), Image.new("L", (60, 40), 200)])
    assert parts[0] == half((60, 40))
    assert np.asarray(parts[1])[:, :30].max() == 0 and np.asarray(parts[1])[:, 30:].min() == 200


@pytest.mark.parametrize("kind", masks.SPATIAL_KINDS)
@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_gradients_add_up_everywhere(kind: str, count: int) -> None:
    weights = masks.spatial_weights((90, 50), count, kind)
    assert len(weights) == count
    assert (sum(np.asarray(mask, int) for mask in weights) == 255).all()


def test_each_style_of_a_gradient_has_its_place() -> None:
    strongest = np.argmax([np.asarray(mask)[25] for mask in masks.spatial_weights((90, 50), 3, "left-right")], axis=0)
    assert strongest[0] == 0 and strongest[45] == 1 and strongest[-1] == 2
    assert (np.diff(strongest) >= 0).all()
    rings = [np.asarray(mask) for mask in masks.spatial_weights((90, 50), 2, "centre-edge")]
    assert rings[0][25, 45] == 255 and rings[1][0, 0] == 255


def test_an_unknown_gradient_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        deepart.blend(photo("coffee", 64), {"udnie": 1, "the-scream": 1}, where="sideways")
    assert caught.value.key == "setting.choice"


# --- finding -------------------------------------------------------------------------------------


def test_the_subject_is_found() -> None:
    coffee = values(masks.find("subject", photo("coffee", 512)))
    assert coffee[100:400, 150:380].mean() > 0.6  # cup and saucer
    assert coffee[:40, :100].mean() < 0.2
    astronaut = values(masks.find("subject", photo("astronaut", 512)))
    assert astronaut[250:400, 120:300].mean() > 0.8
    assert astronaut[:30, 300:400].mean() < 0.3


def test_the_background_is_the_rest() -> None:
    picture = photo("coffee", 200)
    both = np.asarray(masks.find("subject", picture), int) + np.asarray(masks.find("background", picture), int)
    assert (both == 255).all()


def test_a_blank_picture_has_no_subject() -> None:
    with pytest.raises(InputError) as caught:
        masks.find("subject", Image.new("RGB", (120, 80), "grey"))
    assert caught.value.key == "mask.no_subject"


def test_what_the_network_sees_is_the_subject(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = np.zeros((1, 1, 320, 320), np.float32)
    seen[..., 200:, :100] = 1

    def network(pixels: np.ndarray) -> np.ndarray:
        assert pixels.shape == (1, 3, 320, 320) and pixels.dtype == np.float32 and abs(pixels.mean()) < 3
        return seen

    monkeypatch.setattr(find_subject, "_network", lambda: network)
    found = values(masks.find("subject", photo("coffee", 400)))
    assert found[220:, :90].mean() > 0.75 and found[:150].mean() < 0.1 and found[:, 200:].mean() < 0.1
    seen[:] = 0  # nothing stands out to it: then the older method says what does
    assert values(masks.find("subject", photo("coffee", 512)))[100:400, 150:380].mean() > 0.6


def test_the_object_that_is_clicked_at_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find_subject, "_network", lambda: None)
    picture = Image.new("RGB", (400, 300), "#3060a0")
    picture.paste("#c04020", (40, 60, 140, 200))
    picture.paste("#e0c030", (240, 100, 360, 260))
    red, yellow = (values(object_at(picture, x, y)) for x, y in ((0.2, 0.4), (0.75, 0.6)))
    assert red[80:180, 60:120].min() > 0.9 and red[:, 200:].max() < 0.1
    assert yellow[120:240, 260:340].min() > 0.9 and yellow[:, :200].max() < 0.1
    ground = values(object_at(picture, 0.5, 0.05))
    assert ground[:40].mean() > 0.9 and ground[80:180, 60:120].max() < 0.1
    with pytest.raises(InputError) as caught:
        object_at(Image.new("RGB", (60, 40), "grey"), 0.5, 0.5)
    assert caught.value.key == "mask.no_subject"


def test_of_what_stands_out_the_piece_that_is_clicked_at_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = np.zeros((1, 1, 320, 320), np.float32)
    seen[..., 100:200, 20:100] = seen[..., 100:200, 200:300] = 1
    monkeypatch.setattr(find_subject, "_network", lambda: lambda pixels: seen)
    found = values(object_at(photo("coffee", 320), 0.2, 0.45))
    height = found.shape[0]
    middle = slice(round(0.38 * height), round(0.55 * height))
    assert found[middle, 35:85].mean() > 0.9 and found[:, 180:].mean() < 0.05


@pytest.mark.parametrize("scale", [256, 512])
def test_a_face_is_found_where_it_is(scale: int) -> None:
    mask = values(masks.find("faces", photo("astronaut", scale)))
    row, column = round(0.22 * scale), round(0.43 * scale)
    assert mask[row, column] > 0.9
    assert mask[-scale // 3 :].mean() < 0.05


def test_a_face_has_one_box_at_any_size_and_place() -> None:
    face = photo("astronaut", 512).crop((140, 20, 330, 220))
    for width, height, x, y in ((400, 300, 20, 60), (1800, 1300, 900, 300), (300, 1900, 60, 1600)):
        picture = Image.new("RGB", (width, height), "grey")
        picture.paste(face, (x, y))
        (box,) = find_faces(picture)
        left, top, right, bottom = box
        assert left < x + 85 < right and top < y + 95 < bottom
        assert 60 < right - left < 140


def test_many_faces_are_found_apart() -> None:
    face = photo("astronaut", 256).crop((60, 5, 180, 125))
    picture = Image.new("RGB", (500, 160), "grey")
    for x in (10, 180, 350):
        picture.paste(face, (x, 20))
    assert sorted(round((left + right) / 2 / 170) for left, _, right, _ in find_faces(picture)) == [0, 1, 2]


def test_a_strip_has_no_face() -> None:
    assert find_faces(Image.new("RGB", (3000, 1), "grey")) == []


@pytest.mark.parametrize("name", ["coffee", "rocket"])
def test_there_is_no_face_where_there_is_none(name: str) -> None:
    assert face_mask(photo(name, 400)).getbbox() is None
    with pytest.raises(InputError, match="No face"):
        masks.find("faces", photo(name, 400))


def test_protected_faces_keep_more_of_themselves() -> None:
    picture = photo("astronaut", 256)
    box = (95, 40, 125, 75)
    face = np.asarray(picture.crop(box), float)
    change = [
        np.abs(np.asarray(deepart.transfer(picture, "udnie", protect_faces=amount).crop(box), float) - face).mean()
        for amount in (0, 0.5, 1)
    ]
    assert change[0] > change[1] > change[2] and change[2] < 3
