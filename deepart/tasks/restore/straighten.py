"""Find a print or a painting that was photographed askew, and undo the perspective.

The aspect ratio of the print is computed from its four corners as in Z. Zhang and L. He, "Whiteboard scanning and image
enhancement", Digital Signal Processing 17 (2007), https://doi.org/10.1016/j.dsp.2006.05.006.

Differs from the paper: the focal length is limited to that of real cameras, since nearly parallel sides do not
determine it; the print is found by its colours, and edges are used only for its sides.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image

from deepart.errors import InputError
from deepart.images import MAX_PIXELS, fit, load_image
from deepart.recipes import Source

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
"""Corners in pixels of a picture, clockwise from the top left; (0, 0) is the corner of its first pixel."""

_SIDE = 512  # longer side of the copy in which a print is looked for
_LEAST_SIDE = 128  # of that copy, with less to see nothing is sure
_FRAME = 0.03  # of the shorter side: along the border, where what lies around the print is seen
_SHARES = (0.15, 0.95)  # of the picture that a print takes up
_LEAST_OVERLAP = 0.93  # of the shape that was found with its quadrilateral: intersection over union
_THRESHOLDS = (1.0, 0.7, 0.5, 1.4)  # times Otsu's, tried in turn
_REACH = 0.03  # of the picture's longer side: how far from where it seems to be a side is looked for
_SAMPLES = 160  # along a side
_ALONG = 3.0  # of which so many, as the sigma of a Gaussian, are averaged against grain
_ENDS = 0.04  # of a side at either end, where another side may be in the way
_LEAST_EDGE, _STRONG_EDGE = 4.0, 16.0  # in Lab: difference across a side
_OUTERMOST = 0.7  # of the strongest edge: the outermost as strong as this is the side
_LEAST_SUPPORT = 0.6, 0.75  # share of a side at which there is an edge: of the worst, on average
_UPRIGHT = math.radians(0.5)
_LEAST_SINE = 0.35  # of a corner's angle: 20 degrees
_FOCAL_LENGTHS = (0.65, 1.6)  # of cameras and phones, in longer sides of the picture
_USUAL_FOCAL_LENGTH = 0.9


def find_print(picture: Image.Image) -> Quad | None:
    """Return the corners of the only print that lies askew in a picture; None if none is certain.

    Args:
        picture: RGB, upright.
    """
    small = fit(picture.reduce(max(1, max(picture.size) // (2 * _SIDE))), _SIDE)
    if min(small.size) < _LEAST_SIDE:
        return None
    colours = _lab(small)  # (H, W, 3)
    for corners in _candidates(_distance_from_border(colours)):
        corners, supports = _refined(colours, corners)
        of_worst, on_average = _LEAST_SUPPORT
        if min(supports) >= of_worst and np.mean(supports) >= on_average and _is_askew(corners, small.size):
            scale = np.array(picture.size) / small.size
            return tuple((float(x), float(y)) for x, y in corners * scale)
    return None


def straighten(picture: Source, corners: Sequence[Point] | None = None) -> Image.Image:
    """Return the print in a picture as seen from the front, in full resolution.

    Args:
        picture: a path, the bytes of a file, or a picture; its mode is kept.
        corners: of the print, as `find_print` returns them, which is called if they are None.

    Raises:
        InputError: the picture cannot be read, no print is found in it, or the corners are invalid.
    """
    if not (isinstance(picture, Image.Image) and picture.mode in ("L", "RGB", "RGBA")):
        picture = load_image(picture, keep_alpha=True)
    if corners is None:
        corners = find_print(picture.convert("RGB"))
        if corners is None:
            raise InputError("straighten.none")
    quad = _checked(corners, picture.size)
    width, height = _size(quad, picture.size)
    seen = perspective([(0, 0), (width, 0), (width, height), (0, height)], quad)
    return picture.transform((width, height), Image.Transform.PERSPECTIVE, seen, Image.Resampling.BICUBIC)


def perspective(corners: Sequence[Point], seen: Sequence[Point]) -> tuple[float, ...]:
    """Return what `PIL.Image.Image.transform` takes to show four points of a picture at four `corners` of a new one.

    Args:
        corners: in the new picture.
        seen: the corresponding points of the old picture.
    """
    rows = []
    for (x, y), (u, v) in zip(corners, seen):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    return tuple(np.linalg.solve(np.array(rows, float), np.array(seen, float).ravel()).tolist())


# --- finding -----------------------------------------------------------------------------------------


def _lab(picture: Image.Image) -> np.ndarray:
    """Return L*, a*, b* of a picture, (H, W, 3), without its finest grain."""
    from scipy.ndimage import gaussian_filter
    from skimage.color import rgb2lab

    return gaussian_filter(rgb2lab(np.asarray(picture.convert("RGB"))), (1, 1, 0))


def _distance_from_border(colours: np.ndarray) -> np.ndarray:
    """Return how unlike what lies along the border each pixel of (H, W, 3) is, (H, W), in its standard deviations.

    The light may change across the picture, as a polynomial of second degree does.
    """
    height, width = colours.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1)  # (H, W, 6)
    thick = max(3, round(_FRAME * min(height, width)))
    is_border = np.ones((height, width), bool)
    is_border[thick:-thick, thick:-thick] = False
    inputs, outputs = terms[is_border], colours[is_border]
    kept = np.ones(len(inputs), bool)
    for _ in range(4):  # without what little reaches in from elsewhere
        weights = np.linalg.lstsq(inputs[kept], outputs[kept], rcond=None)[0]
        rest = outputs - inputs @ weights
        inverse = np.linalg.inv(np.cov(rest[kept].T) + np.eye(3))
        squared = np.einsum("ni,ij,nj->n", rest, inverse, rest)
        kept = squared <= np.quantile(squared, 0.9)
    rest = colours - terms @ weights
    return np.sqrt(np.einsum("hwi,ij,hwj->hw", rest, inverse, rest))


def _candidates(distance: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the corners (4, 2) of what stands out in (H, W), if it has four."""
    from scipy import ndimage
    from skimage.filters import threshold_otsu

    capped = np.log1p(distance)  # however strong the colours of the print are
    otsu = threshold_otsu(capped)
    height, width = distance.shape
    for factor in _THRESHOLDS:
        shape = ndimage.binary_opening(capped > factor * otsu, iterations=2)
        labels, number = ndimage.label(shape)
        if not number:
            continue
        shape = labels == 1 + np.argmax(np.bincount(labels.ravel())[1:])
        shape = ndimage.binary_fill_holes(ndimage.binary_closing(np.pad(shape, 8), iterations=6))[8:-8, 8:-8]
        if not _SHARES[0] <= shape.mean() <= _SHARES[1]:
            continue
        corners = _quadrilateral(shape)
        if corners is None:
            continue
        inside = _filled(corners, (width, height))
        overlap = (inside & shape).sum() / (inside | shape).sum()
        if overlap >= _LEAST_OVERLAP:
            yield corners


def _quadrilateral(shape: np.ndarray) -> np.ndarray | None:
    """Return the quadrilateral around a shape (H, W) that adds the least area, (4, 2), clockwise from the top left.

    The shortest sides of its convex hull are cut away one by one, their neighbours prolonged until they meet.
    """
    from scipy.spatial import ConvexHull

    y, x = np.nonzero(shape)
    first = np.concatenate([[True], np.diff(y) > 0])  # leftmost and rightmost of each row are enough
    last = np.concatenate([np.diff(y) > 0, [True]])
    points = np.concatenate([np.stack([x[first], y[first]], 1), np.stack([x[last] + 1, y[last]], 1)]).astype(float)
    points = np.concatenate([points, points + (0, 1)])
    hull = points[ConvexHull(points).vertices]
    while len(hull) > 4:
        costs = [_cost_without(hull, i) for i in range(len(hull))]
        i = int(np.argmin([cost for cost, _ in costs]))
        cost, meeting = costs[i]
        if not math.isfinite(cost):
            return None
        following = (i + 1) % len(hull)
        hull[i] = meeting
        hull = np.delete(hull, following, axis=0)
    return _in_order(hull) if len(hull) == 4 else None


def _cost_without(hull: np.ndarray, i: int) -> tuple[float, np.ndarray]:
    """Return the area added by dropping the side from corner `i` to the next, and where its neighbours meet."""
    n = len(hull)
    before, start, end, after = hull[i - 1], hull[i], hull[(i + 1) % n], hull[(i + 2) % n]
    meeting = _crossing(before, start, end, after)
    if meeting is None or np.dot(meeting - start, start - before) < 0:
        return math.inf, start
    return abs(_cross(meeting - start, end - start)) / 2, meeting


def _crossing(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray | None:
    """Return where the lines through a, b and through c, d meet; None if they are parallel."""
    turn = _cross(b - a, d - c)
    if abs(turn) < 1e-9:
        return None
    return a + (b - a) * _cross(c - a, d - c) / turn


def _cross(a: np.ndarray, b: np.ndarray) -> float:
    return float(a[0] * b[1] - a[1] * b[0])


def _in_order(corners: np.ndarray) -> np.ndarray:
    """Return the corners (4, 2) of a convex quadrilateral clockwise, from the one nearest to the top left."""
    around = corners - corners.mean(0)
    corners = corners[np.argsort(np.arctan2(around[:, 1], around[:, 0]))]
    return np.roll(corners, -int(np.argmin(corners.sum(1))), axis=0)


def _filled(corners: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    from skimage.draw import polygon2mask

    return polygon2mask(size[::-1], corners[:, ::-1] - 0.5)


def _refined(colours: np.ndarray, corners: np.ndarray) -> tuple[np.ndarray, list[float]]:
    """Return the corners moved to where the edges of the print are, and how much of each side has an edge."""
    lines, supports = [], []
    for start, end in zip(corners, np.roll(corners, -1, axis=0)):
        *line, support = _edge_near(colours, start, end)
        lines.append(line)
        supports.append(support)
    moved = [_crossing(*lines[i - 1], *lines[i]) for i in range(4)]
    if any(corner is None for corner in moved):
        return corners, [0.0] * 4
    return np.array(moved), supports


def _edge_near(colours: np.ndarray, start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the straight edge that is nearest to a side: where it starts and ends, and which share of it is one."""
    from scipy.ndimage import gaussian_filter1d, map_coordinates
    from scipy.stats import theilslopes

    along = (end - start) / np.linalg.norm(end - start)
    outwards = np.array([along[1], -along[0]])  # of a quadrilateral that goes clockwise
    reach = max(8.0, _REACH * max(colours.shape))
    offsets = np.arange(-reach, reach + 0.25, 0.5)
    places = np.linspace(_ENDS, 1 - _ENDS, _SAMPLES)
    spots = (start + places[:, None] * (end - start))[:, None] + offsets[:, None] * outwards  # (N, M, 2)
    where = np.moveaxis(spots[..., ::-1], -1, 0) - 0.5
    strip = np.stack([map_coordinates(c, where, order=1, mode="nearest") for c in np.moveaxis(colours, -1, 0)], -1)
    strip = gaussian_filter1d(strip, _ALONG, axis=0)
    step = np.zeros(strip.shape[:2])  # difference across 3 pixels
    step[:, 3:-3] = np.linalg.norm(strip[:, 6:] - strip[:, :-6], axis=-1)

    # Lines are given by their offsets where the side starts and where it ends.
    first, last = (each.ravel() for each in np.meshgrid(*[np.arange(3, len(offsets) - 3)] * 2))
    columns = np.rint(first[:, None] + (last - first)[:, None] * np.linspace(0, 1, _SAMPLES)).astype(int)
    capped = np.minimum(step, _STRONG_EDGE)  # so that a line's few strongest places do not decide
    steps = capped[np.arange(_SAMPLES), columns]  # (lines, N)
    scores = steps.mean(1) - np.median(capped[:, -len(offsets) // 6 : -3])  # the table has edges too
    # A margin of the print has an edge within, which may be the stronger one.
    strong = np.flatnonzero(scores >= _OUTERMOST * scores.max())
    outermost = strong[np.argmax((first + last)[strong])]

    # That line lies where the edge begins: it goes through where it is strongest.
    around = columns[outermost][:, None] + np.arange(-8, 3)  # (N, 11)
    steps = np.take_along_axis(step, around.clip(0, len(offsets) - 1), axis=1)
    is_edge = steps.max(1) >= _LEAST_EDGE
    if is_edge.sum() < 2:
        return start, end, 0.0
    peaks = offsets[around.clip(0, len(offsets) - 1)[np.arange(_SAMPLES), steps.argmax(1)]]
    slope, at_start, *_ = theilslopes(peaks[is_edge], places[is_edge])
    return start + at_start * outwards, end + (at_start + slope) * outwards, float(is_edge.mean())


def _is_askew(corners: np.ndarray, size: tuple[int, int]) -> bool:
    """Tell whether a print lies within a picture, has the corners of one, and does not stand upright."""
    if not (_is_print(corners) and (corners >= 1).all() and (corners <= np.array(size) - 1).all()):
        return False
    share = _area(corners) / (size[0] * size[1])
    if not _SHARES[0] <= share <= _SHARES[1]:
        return False
    sides = np.roll(corners, -1, axis=0) - corners
    angles = np.arctan2(sides[:, 1], sides[:, 0])
    off = np.abs((angles + math.pi / 4) % (math.pi / 2) - math.pi / 4)
    return bool(off.max() > _UPRIGHT)


# --- straightening -----------------------------------------------------------------------------------


def _checked(corners: Sequence[Point], size: tuple[int, int]) -> np.ndarray:
    try:
        quad = np.array(corners, float)
    except (TypeError, ValueError) as error:
        raise InputError("straighten.corners") from error
    if quad.shape != (4, 2) or not np.isfinite(quad).all() or not _is_print(quad):
        raise InputError("straighten.corners")
    if (quad < 0).any() or (quad > size).any():
        raise InputError("straighten.outside", width=size[0], height=size[1])
    return quad


def _is_print(corners: np.ndarray) -> bool:
    """Tell whether corners (4, 2) are those of a convex quadrilateral, clockwise, none of them very flat or sharp."""
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.linalg.norm(sides, axis=1)
    if lengths.min() < 8:
        return False
    sides /= lengths[:, None]
    following = np.roll(sides, -1, axis=0)
    return bool((sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0] >= _LEAST_SINE).all())


def _area(corners: np.ndarray) -> float:
    x, y = corners.T
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def _size(quad: np.ndarray, size: tuple[int, int]) -> tuple[int, int]:
    """Return width and height of the straightened print: no detail is lost, and none is made up."""
    top, right, bottom, left = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    ratio = _aspect_ratio(quad, size)
    width = max(top, bottom, ratio * max(left, right))
    width = min(width, math.sqrt(MAX_PIXELS * ratio))
    return max(1, round(width)), max(1, round(width / ratio))


def _aspect_ratio(quad: np.ndarray, size: tuple[int, int]) -> float:
    """Return width / height of a print from its corners in a picture of `size`."""
    longest = max(size)
    m = np.ones((4, 3))
    m[:, :2] = (quad - np.array(size) / 2) / longest
    m1, m2, m4, m3 = m  # the paper's order: top left, top right, bottom left, bottom right
    k2 = np.dot(np.cross(m1, m4), m3) / np.dot(np.cross(m2, m4), m3)
    k3 = np.dot(np.cross(m1, m4), m2) / np.dot(np.cross(m3, m4), m2)
    n2, n3 = k2 * m2 - m1, k3 * m3 - m1  # directions of its top and left side
    least, most = (length**2 for length in _FOCAL_LENGTHS)
    depth = n2[2] * n3[2]
    squared = -(n2[0] * n3[0] + n2[1] * n3[1]) / depth if abs(depth) > 1e-9 else -1.0
    squared = min(max(squared, least), most) if squared > 0 else _USUAL_FOCAL_LENGTH**2
    across, down = (n[0] ** 2 + n[1] ** 2 + squared * n[2] ** 2 for n in (n2, n3))
    return math.sqrt(across / down)
