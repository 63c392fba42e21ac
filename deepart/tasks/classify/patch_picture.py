"""Draw the predictions for the parts of a picture on it."""

from __future__ import annotations

from collections import Counter

from PIL import Image, ImageDraw, ImageFont

from deepart.tasks.classify.evidence import PatchMap

PATCH_COLOURS = ("#e5484d", "#0090ff", "#30a46c", "#ffc53d", "#8e4ec6", "#00c2d7", "#f76b15", "#d6409f")
"""In the order of `legend`; later labels share the last one."""
_SIDE = 960
_LINE = (255, 255, 255, 190)


def legend(patches: PatchMap) -> list[tuple[str, str, int]]:
    """Return letter, label and number of parts for each label of the map, the most frequent first."""
    counts = Counter(answer.label for row in patches.labels for answer in row)
    return [(chr(ord("A") + place), label, count) for place, (label, count) in enumerate(counts.most_common())]


def patch_picture(picture: Image.Image, patches: PatchMap) -> Image.Image:
    """Return an RGB picture with a grid over it: each part has the colour and the letter of its label.

    Args:
        picture: RGB, the one that was classified.
        patches: the predictions for its parts.

    Returns:
        The picture with a longer side of 960 pixels; the more confident a prediction, the stronger its colour.
    """
    scale = _SIDE / max(picture.size)
    # What is narrower than its letters would be is only tinted.
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    base = picture.resize(size, Image.Resampling.LANCZOS).convert("RGBA")
    letters = {label: (letter, _colour(place)) for place, (letter, label, _) in enumerate(legend(patches))}
    veil = Image.new("RGBA", size)
    draw = ImageDraw.Draw(veil)
    rows, columns = len(patches.labels), len(patches.labels[0])
    boxes = {
        (row, column): (
            round(column * size[0] / columns),
            round(row * size[1] / rows),
            round((column + 1) * size[0] / columns),
            round((row + 1) * size[1] / rows),
        )
        for row in range(rows)
        for column in range(columns)
    }
    for (row, column), (left, top, right, bottom) in boxes.items():
        answer = patches.labels[row][column]
        letter, colour = letters[answer.label]
        strength = round(50 + 80 * answer.probability)
        draw.rectangle((left, top, right, bottom), (*colour, strength), _LINE, 2)
        _badge(draw, (left, top, right, bottom), letter, f"{answer.probability:.0%}", colour)
    return Image.alpha_composite(base, veil).convert("RGB")


def _colour(place: int) -> tuple[int, int, int]:
    value = PATCH_COLOURS[min(place, len(PATCH_COLOURS) - 1)].lstrip("#")
    return tuple(bytes.fromhex(value))


def _badge(
    draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], letter: str, share: str, colour: tuple[int, int, int]
) -> None:
    """Write letter and share into the middle of a box, on a dark plate that any picture leaves legible."""
    left, top, right, bottom = box
    side = min(right - left, bottom - top)
    if side < 24:
        return
    large, small = (ImageFont.load_default(max(9, round(side * part))) for part in (0.2, 0.12))
    middle, centre = (left + right) / 2, (top + bottom) / 2
    width = max(large.getlength(letter), small.getlength(share)) / 2 + side * 0.06
    height = side * 0.19
    plate = (middle - width, centre - height, middle + width, centre + height)
    draw.rounded_rectangle(plate, side * 0.05, (20, 18, 16, 205), (*colour, 255), 3)
    draw.text((middle, centre - side * 0.06), letter, (255, 255, 255, 255), large, "mm")
    draw.text((middle, centre + side * 0.1), share, (255, 255, 255, 255), small, "mm")
