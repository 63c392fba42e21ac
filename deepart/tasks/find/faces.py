"""Find the faces in a picture with BlazeFace, to protect them or to paint only them.

Differs from MediaPipe, whose network it is: the whole picture is searched at two sizes, so that small faces are found.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw, ImageFilter

from deepart.checkpoints import models
from deepart.images import to_tensor
from deepart.models.face_detector import MULTIPLE, SIDE

FACES = "find/blazeface-full-v1"

_SIDES = (SIDE, 2 * SIDE)  # longer sides in pixels at which faces are looked for
_LIKELY = 0.54  # from which a face counts; a cup of coffee has 0.53
_MASK_SIDE = 480  # longer side in pixels at which masks are drawn; their edges are soft
_SAME = 0.3  # intersection over union from which two boxes are of one face

Box = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels."""


@torch.inference_mode()
def find_faces(picture: Image.Image) -> list[Box]:
    """Return the boxes of the faces in an RGB picture, from brows to chin, the most confident first.

    Raises:
        WeightsError: the checkpoint is missing or damaged.
    """
    network = models.get(FACES)  # on the CPU: it is faster than the way to a graphics card
    likely, boxes = [], []
    for side in _SIDES:
        scale = side / max(picture.size)
        width, height = (max(1, round(length * scale)) for length in picture.size)
        pixels = to_tensor(picture.resize((width, height), Image.Resampling.BILINEAR))
        score, box = network(F.pad(pixels, (0, -width % MULTIPLE, 0, -height % MULTIPLE)))
        found = score >= _LIKELY
        likely.append(score[found])
        boxes.append(box[found] / scale)
    order = torch.cat(likely).argsort(descending=True, stable=True)
    return _apart([tuple(box) for box in torch.cat(boxes)[order].tolist()])


def face_mask(picture: Image.Image) -> Image.Image:
    """Return soft ellipses over the faces in an RGB picture, "L" of its size; black if there are none."""
    scale = min(1, _MASK_SIDE / max(picture.size))
    mask = Image.new("L", [max(1, round(length * scale)) for length in picture.size])
    draw = ImageDraw.Draw(mask)
    for box in find_faces(picture):
        left, top, right, bottom = (length * scale for length in box)
        height = bottom - top
        draw.ellipse((left, top - 0.15 * height, right, bottom + 0.1 * height), fill=255)
    mask = mask.filter(ImageFilter.GaussianBlur(max(mask.size) / 80))
    return mask.resize(picture.size, Image.Resampling.BILINEAR)


def _apart(boxes: list[Box]) -> list[Box]:
    """Return boxes without those that overlap an earlier one."""
    kept: list[Box] = []
    for box in boxes:
        if all(_overlap(box, other) < _SAME for other in kept):
            kept.append(box)
    return kept


def _overlap(a: Box, b: Box) -> float:
    """Return the intersection over union of two boxes."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0.0, width) * max(0.0, height)
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in (a, b)]
    return shared / max(sum(areas) - shared, 1e-9)
