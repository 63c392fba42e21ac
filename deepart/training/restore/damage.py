"""Synthetic damage of paintings and prints, drawn onto clean pictures with its exact mask.

Free-form masks after Yu et al. 2019, "Free-Form Image Inpainting with Gated Convolution",
https://arxiv.org/abs/1806.03589; learning from synthetic damage after Wan et al. 2020, "Bringing Old Photos Back
to Life", https://arxiv.org/abs/2004.09484.

Differs from the papers: the masks also hold blobs and rectangles and keep to a range of shares; damage is drawn, and
pasted from scans only where a folder of them is given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from deepart.images import through_jpeg

NOTICEABLE = 16 / 255
"""A pixel counts as damaged where a channel changed by more than this, in units of white."""

UNDAMAGED = 0.25
"""How often `worn` leaves a picture without damage: drawn lines, hatching and canvas are not damage."""

_FINE = 3  # damage is drawn so many times larger and averaged, for its edges
_PAPER = ((0.97, 0.96, 0.93), (0.93, 0.89, 0.80), (0.88, 0.86, 0.84), (0.99, 0.99, 0.99))
_GROUND = (*_PAPER, (0.78, 0.68, 0.52), (0.62, 0.48, 0.34), (0.45, 0.33, 0.24), (0.55, 0.54, 0.52), (0.25, 0.2, 0.17))
_DARK = ((0.04, 0.03, 0.03), (0.15, 0.1, 0.07), (0.22, 0.18, 0.14), (0.1, 0.1, 0.13))
_STAIN = (
    (0.62, 0.45, 0.25),
    (0.75, 0.6, 0.35),
    (0.4, 0.3, 0.22),
    (0.5, 0.5, 0.46),
    (0.35, 0.4, 0.3),
    (0.2, 0.22, 0.35),
)

Layer = tuple[np.ndarray, np.ndarray]
"""Opacity (H, W) in [0, 1], and the colour that lies on the picture, of a shape that broadcasts to (H, W, 3)."""

Kind = Callable[[np.ndarray, np.random.Generator, float], Layer]
"""Takes a picture, (H, W, 3) float32, and how large to draw, see `worn`; returns the layer that goes on it."""

USUAL_SIDE = 256
"""Shorter side in pixels of the pictures that damage of scale 1 suits."""


def free_form_mask(size: tuple[int, int], share: tuple[float, float], rng: np.random.Generator) -> np.ndarray:
    """Draw brush strokes, and some blobs and rectangles, until they cover a wanted share of a picture.

    This is the generator with which inpainting is trained and measured here.

    Args:
        size: (h, w) of the mask.
        share: least and largest share of the mask that is True; the share itself is drawn between them.
        rng: the same state gives the same mask.

    Returns:
        (H, W) bool, True where the picture is missing.
    """
    h, w = size
    wanted = rng.uniform(*share)
    mask, scale = Image.new("L", (w, h)), 1.0
    covered = 0.0
    while covered < wanted and scale > 1e-3:
        trial = mask.copy()
        _free_form_shape(ImageDraw.Draw(trial), (h, w), scale, rng)
        grown = np.count_nonzero(np.asarray(trial)) / (h * w)
        if grown <= share[1]:
            mask, covered = trial, grown
        else:  # does not fit any more
            scale *= 0.7
    return np.asarray(mask) > 0


def _free_form_shape(draw: ImageDraw.ImageDraw, size: tuple[int, int], scale: float, rng: np.random.Generator) -> None:
    h, w = size
    side = min(h, w) * scale
    centre = rng.uniform(0, (w, h))
    kind = rng.random()
    if kind < 0.12:
        reach = side * rng.uniform(0.04, 0.15, 2)
        draw.rectangle((*(centre - reach), *(centre + reach)), fill=255)
    elif kind < 0.27:
        angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        radii = side * rng.uniform(0.03, 0.12) * (1 + 0.25 * _waves(angles, rng))
        draw.polygon((centre + radii[:, None] * _direction(angles)).ravel().tolist(), fill=255)
    else:
        width = side * _log_uniform(0.012, 0.1, rng)
        steps = int(rng.integers(2, 10))
        turns = rng.uniform(-2.2, 2.2, steps) * np.where(np.arange(steps) % 2, -1, 1)
        headings = rng.uniform(0, 2 * np.pi) + np.cumsum(turns)
        lengths = side * rng.uniform(0.04, 0.22, steps)
        corners = centre + np.cumsum(np.vstack([np.zeros(2), lengths[:, None] * _direction(headings)]), axis=0)
        draw.line(corners.ravel().tolist(), fill=255, width=max(1, round(width)), joint="curve")
        for corner in corners[[0, -1]]:
            draw.ellipse((*(corner - width / 2), *(corner + width / 2)), fill=255)


def worn(
    picture: np.ndarray,
    rng: np.random.Generator,
    kinds: Sequence[str | Kind] | None = None,
    rescan: bool = True,
    scale: float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Damage a clean picture.

    Args:
        picture: (H, W, 3), uint8 or float in [0, 1]; it is left as it is.
        kinds: of `KINDS`, or others; drawn at random if None, and then sometimes there are none.
        rescan: half the time blur, noise and JPEG blocks lie over the whole result, damaged or not, so that
            damage cannot be told by being sharper or cleaner than the picture.
        scale: how many times as thick and coarse damage is as on pictures of `USUAL_SIDE`.

    Returns:
        The damaged picture, of the same shape and type, and the mask of the damage, (H, W) bool.  Without
        `rescan`, every pixel outside the mask is as it was, and nearly all in it changed by `NOTICEABLE`.
    """
    whole = picture.dtype == np.uint8
    x = picture.astype(np.float32) / 255 if whole else picture.astype(np.float32)
    if kinds is None:
        kinds = some_kinds(rng)
    y, touched = x, np.zeros(x.shape[:2], bool)
    for kind in kinds:
        opacity, paint = (KINDS[kind] if isinstance(kind, str) else kind)(y, rng, scale)
        y = y + opacity[..., None] * (paint - y)
        touched |= opacity > 0.02
    y = y.clip(0, 1)
    mask = _closed((np.abs(y - x) > NOTICEABLE) @ np.ones(3, bool)) & touched
    y = np.where(mask[..., None], y, x)
    if rescan and rng.random() < 0.5:
        y = _rescanned(y, rng)
    return ((y * 255).round().astype(np.uint8) if whole else y.astype(picture.dtype)), mask


def some_kinds(rng: np.random.Generator) -> list[str]:
    """Return up to four of `KINDS`, and in `UNDAMAGED` of all cases none."""
    if rng.random() < UNDAMAGED:
        return []
    number = rng.choice((1, 2, 3, 4), p=(0.45, 0.3, 0.15, 0.1))
    return list(rng.choice(list(KINDS), number, replace=False, p=list(_FREQUENCIES.values())))


def _rescanned(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Blur a little, add noise and compress, each with some chance."""
    if rng.random() < 0.6:
        y = y + np.float32(rng.uniform(0, 0.035)) * rng.standard_normal(y.shape, np.float32)
    image = Image.fromarray((y.clip(0, 1) * 255).round().astype(np.uint8))
    if rng.random() < 0.4:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 0.9)))
    if rng.random() < 0.5:
        image = through_jpeg(image, int(rng.integers(45, 95)))
    return np.asarray(image, np.float32) / 255


# The kinds of damage: each takes the picture and returns the layer that goes on it


def _scratches(x: np.ndarray, rng: np.random.Generator, scale: float) -> Layer:
    """Long curves of changing width, broken here and there; or many fine parallel ones, where something rubbed."""
    h, w = x.shape[:2]
    surface = _Surface(h, w)
    heading = rng.uniform(0, 2 * np.pi)
    if rng.random() < 0.25:  # rubbed
        centre, spread = rng.uniform(0, (w, h)), 0.15 * min(h, w)
        for _ in range(int(rng.integers(6, 25))):
            length = min(h, w) * rng.uniform(0.1, 0.5)
            start = centre + spread * rng.standard_normal(2) - length / 2 * _direction(heading)
            surface.ribbon(
                _walk(start, heading + 0.05 * rng.standard_normal(), length, 0.01, rng), scale * rng.uniform(0.5, 1.6)
            )
    else:
        alike = rng.random() < 0.4
        for _ in range(int(rng.integers(1, 8))):
            if not alike:
                heading = rng.uniform(0, 2 * np.pi)
            points = _walk(
                rng.uniform(-0.1, 1.1, 2) * (w, h),
                heading + 0.1 * rng.standard_normal(),
                max(h, w) * rng.uniform(0.2, 1.3),
                rng.choice((0.005, 0.05, 0.2)) / scale**0.5,
                rng,
            )
            width = scale * _log_uniform(0.7, 5, rng)
            surface.ribbon(points, width * (1 + 0.3 * _waves(np.linspace(0, 8, len(points)), rng)).clip(0.15))
    opacity = surface.opacity(rng) * rng.uniform(0.45, 1)
    if rng.random() < 0.6:
        opacity *= (0.8 + 0.7 * _clouds(h, w, scale * rng.uniform(3, 25), rng)).clip(0, 1)
    return opacity, _contrasting(x, opacity, rng)


def _cracks(x: np.ndarray, rng: np.random.Generator, scale: float) -> Layer:
    """Craquelure: the edges of a Voronoi diagram, in a part of the picture; or a few cracks that branch."""
    h, w = x.shape[:2]
    surface = _Surface(h, w)
    width = scale * _log_uniform(0.4, 1.7, rng)
    if rng.random() < 0.3:
        for _ in range(int(rng.integers(1, 5))):
            _branching(
                surface,
                rng.uniform(0, (w, h)),
                rng.uniform(0, 2 * np.pi),
                max(h, w) * rng.uniform(0.2, 0.7),
                1.8 * width,
                rng,
            )
        area = 1.0
    else:
        cell = max(scale * _log_uniform(9, 40, rng), np.sqrt(h * w / 400))
        for crack in _voronoi_edges(h, w, cell, rng):
            surface.line(crack, width * rng.uniform(0.5, 1.3))
        area = (rng.uniform(0.2, 1.2) + 1.5 * _clouds(h, w, min(h, w) / rng.uniform(2, 5), rng)).clip(0, 1)
    opacity = surface.opacity(rng) * area * rng.uniform(0.4, 1)
    if rng.random() < 0.85:
        return opacity, np.minimum(_colour(_DARK, rng), x * rng.uniform(0.2, 0.6))
    return opacity, _colour(_GROUND, rng)


def _voronoi_edges(h: int, w: int, cell: float, rng: np.random.Generator) -> list[np.ndarray]:
    """Return bent edges, (3, 2) each, of cells about `cell` pixels wide, some of them left out."""
    from scipy.spatial import Voronoi

    stretch = np.exp(rng.uniform(-0.6, 0.6, 2))  # cracks of stretched canvas have a direction
    columns = np.arange(-cell, w + 2 * cell, cell * stretch[0])
    rows = np.arange(-cell, h + 2 * cell, cell * stretch[1])
    seeds = np.stack(np.meshgrid(columns, rows), -1).reshape(-1, 2)
    seeds = seeds + rng.uniform(-0.65, 0.65, seeds.shape) * cell * stretch
    diagram = Voronoi(seeds)
    ridges = np.array([ridge for ridge in diagram.ridge_vertices if ridge[0] >= 0])
    ridges = ridges[rng.random(len(ridges)) < rng.uniform(0.55, 1)]
    corners = diagram.vertices + 0.06 * cell * rng.standard_normal(diagram.vertices.shape)
    ends = corners[ridges]
    middles = ends.mean(1) + 0.08 * cell * rng.standard_normal((len(ends), 2))
    return list(np.stack([ends[:, 0], middles, ends[:, 1]], axis=1))


def _branching(
    surface: _Surface, start: np.ndarray, heading: float, length: float, width: float, rng: np.random.Generator
) -> None:
    points = _walk(start, heading, length, 0.25, rng)
    points = points + 0.8 * rng.standard_normal(points.shape)
    surface.ribbon(points, width * np.linspace(1, 0.3, len(points)))
    if length > 12:
        for place in rng.integers(0, len(points), rng.integers(0, 4)):
            turn = rng.choice((-1, 1)) * rng.uniform(0.4, 1.3)
            _branching(surface, points[place], heading + turn, length * rng.uniform(0.2, 0.5), 0.7 * width, rng)


def _dust(x: np.ndarray, rng: np.random.Generator, scale: float) -> Layer:
    """Specks of all sizes, and hairs."""
    h, w = x.shape[:2]
    surface = _Surface(h, w)
    largest = scale * _log_uniform(0.8, 4, rng)
    for _ in range(int(h * w / (USUAL_SIDE * scale) ** 2 * _log_uniform(8, 120, rng)) + 1):
        radius = largest * rng.beta(1, 2.5) + 0.4
        angles = rng.uniform(0, 2 * np.pi) + np.linspace(0, 2 * np.pi, 7, endpoint=False)
        outline = radius * rng.uniform(0.5, 1.2, (7, 1)) * _direction(angles) * (1, rng.uniform(0.5, 1))
        surface.polygon(rng.uniform(0, (w, h)) + outline)
    for _ in range(rng.poisson(2) if rng.random() < 0.7 else 0):
        length = min(h, w) * rng.uniform(0.05, 0.25)
        hair = _walk(rng.uniform(0, (w, h)), rng.uniform(0, 2 * np.pi), length, 0.6 / scale**0.5, rng)
        surface.ribbon(hair, scale * rng.uniform(0.6, 1.5))
    opacity = surface.opacity(rng) * rng.uniform(0.6, 1)
    return opacity, _contrasting(x, opacity, rng)


def _tears(x: np.ndarray, rng: np.random.Generator, scale: float) -> Layer:
    """A corner or a piece of the edge gone, with a rim of bare paper; or a tear that runs into the picture."""
    h, w = x.shape[:2]
    hole, rim = _Surface(h, w), _Surface(h, w)
    width = scale * _log_uniform(1, 6, rng)
    for _ in range(1 if rng.random() < 0.6 else 2):
        tear = (_torn_corner, _torn_edge, _torn_line)[rng.choice(3, p=(0.35, 0.2, 0.45))]
        path = tear(h, w, rng, scale)
        path = np.where(rng.random(2) < 0.5, (w, h) - path, path)
        along = np.linspace(0, 1, len(path))
        widths = width * (1 + 0.4 * _waves(20 * along, rng))
        if tear is _torn_line:
            widths *= (1 - 0.8 * along) ** 0.7
        else:
            hole.polygon(path)
        rim.ribbon(path, widths.clip(0.2))
    gone, bare = hole.opacity(rng), rim.opacity(rng)
    behind = _colour(_PAPER if rng.random() < 0.75 else _DARK, rng)
    behind = behind + rng.uniform(0, 0.03) * _clouds(h, w, scale * rng.uniform(2, 12), rng)[..., None]
    paper = _colour(_PAPER, rng) + 0.05 * _clouds(h, w, 2 * scale, rng)[..., None]
    paint = behind + bare[..., None] * (paper - behind)
    opacity = np.maximum(gone, bare * rng.uniform(0.75, 1))
    # Paper has a thickness, and lies in its own shadow.
    shade = np.maximum(opacity, rng.uniform(0, 0.35) * np.clip(_shadow(bare, 2 * scale, scale) - bare - gone, 0, 1))
    return shade, paint * (opacity / np.maximum(shade, 1e-6))[..., None]


def _torn_corner(h: int, w: int, rng: np.random.Generator, scale: float) -> np.ndarray:
    """Return the outline, (N, 2), of a piece at the upper left."""
    across, down = rng.uniform(0.08, 0.4, 2) * (w, h)
    return np.vstack([_jagged((across, -2), (-2, down), rng, scale), (-2, -2), (across, -2)])


def _torn_edge(h: int, w: int, rng: np.random.Generator, scale: float) -> np.ndarray:
    """Return the outline, (N, 2), of a piece at the top."""
    left = rng.uniform(0, 0.8) * w
    right = left + rng.uniform(0.1, 0.35) * w
    deepest = (rng.uniform(left, right), rng.uniform(0.04, 0.25) * h)
    return np.vstack([_jagged((left, -2), deepest, rng, scale), _jagged(deepest, (right, -2), rng, scale)])


def _torn_line(h: int, w: int, rng: np.random.Generator, scale: float) -> np.ndarray:
    """Return the way, (N, 2), of a tear from the left or the top inwards."""
    place = rng.uniform(0.05, 0.95)
    start = np.array((-2, place * h) if rng.random() < 0.5 else (place * w, -2))
    inward = (np.array((w, h)) / 2 - start) * rng.uniform(0.3, 2.2)
    heading = np.arctan2(inward[1], inward[0]) + rng.uniform(-0.5, 0.5)
    return _jagged(start, start + np.linalg.norm(inward) * _direction(heading), rng, scale)


def _stains(x: np.ndarray, rng: np.random.Generator, scale: float) -> Layer:
    """Translucent spots, mostly brown, some with the dark rim that dried water leaves; and bleached ones."""
    h, w = x.shape[:2]
    opacity = np.zeros((h, w), np.float32)
    softness = _log_uniform(0.04, 0.4, rng)
    tide = rng.uniform(0.2, 0.6) if rng.random() < 0.4 else 0.0
    drops = int(rng.integers(3, 12)) if rng.random() < 0.2 else int(rng.integers(1, 4))
    largest = 0.06 if drops > 3 else 0.25
    ragged = _clouds(h, w, min(h, w) * rng.uniform(0.04, 0.2), rng)
    for _ in range(drops):
        centre, radius = rng.uniform(0, (w, h)), min(h, w) * rng.uniform(0.02 + largest / 8, largest)
        field = 1 - _distance(h, w, centre, rng.uniform(0.7, 1.4)) / radius + 0.2 * ragged
        spot = (field / softness).clip(0, 1)
        spot = spot * spot * (3 - 2 * spot) * (1 - tide) + tide * np.exp(-(((field - 0.06) / 0.05) ** 2))
        opacity = np.maximum(opacity, spot)
    opacity *= rng.uniform(0.5, 0.95)
    if rng.random() < 0.15:
        return opacity, 0.35 * x + 0.65 * _colour(_PAPER, rng)
    colour = _colour(_STAIN, rng)
    return opacity, 0.85 * x * colour + 0.15 * colour  # dirt is seen on black, too


def _folds(x: np.ndarray, rng: np.random.Generator, scale: float) -> Layer:
    """Creases across the picture: worn bare in the middle, lit on one side and in shade on the other."""
    h, w = x.shape[:2]
    rows, columns = np.ogrid[:h, :w]
    light = np.zeros((h, w), np.float32)
    shade = np.zeros((h, w), np.float32)
    width = scale * _log_uniform(0.7, 3, rng)
    reach, bare, depth = rng.uniform(1.5, 5), rng.uniform(0.3, 1), rng.uniform(0.1, 0.5)
    heading = rng.choice((0, np.pi / 2)) + 0.04 * rng.standard_normal()
    if rng.random() < 0.3:
        heading = rng.uniform(0, np.pi)
    for _ in range(1 if rng.random() < 0.7 else 2):
        centre = rng.uniform(0.1, 0.9, 2) * (w, h)
        distance = (columns - centre[0]) * np.sin(heading) - (rows - centre[1]) * np.cos(heading)
        distance = distance.astype(np.float32) + 0.6 * scale * _clouds(h, w, min(h, w) / 6, rng)
        worn_off = (0.6 + 0.8 * _clouds(h, w, scale * rng.uniform(1.5, 6), rng)).clip(0, 1)
        light = np.maximum(light, bare * np.exp(-((distance / width) ** 2)) * worn_off)
        shade = np.maximum(shade, depth * np.exp(-np.maximum(distance, 0) / (reach * width)) * (distance > -0.5))
        heading += np.pi / 2
    opacity = np.maximum(light, shade)
    bright = (light / np.maximum(opacity, 1e-6))[..., None]
    return opacity, bright * _colour(_PAPER, rng) + (1 - bright) * _colour(_DARK, rng)


def _losses(x: np.ndarray, rng: np.random.Generator, scale: float) -> Layer:
    """Irregular flakes of paint gone, down to the ground, with a shadow along the edge."""
    h, w = x.shape[:2]
    grain = scale * _log_uniform(5, 40, rng)
    field = _clouds(h, w, grain, rng) + 0.5 * _clouds(h, w, grain / 2.5, rng)
    field += 0.25 * _clouds(h, w, 2.5 * scale, rng)
    if rng.random() < 0.6:  # in one place
        centre = rng.uniform(0, (w, h))
        field = field + 2.5 * np.exp(-((_distance(h, w, centre, 1) / (min(h, w) * rng.uniform(0.1, 0.4))) ** 2))
    share = _log_uniform(0.003, 0.1, rng)
    opacity = ((field - np.quantile(field[::2, ::2], 1 - share)) * rng.uniform(2, 8)).clip(0, 1) * rng.uniform(0.8, 1)
    ground = _colour(_GROUND, rng) + rng.uniform(0, 0.06) * _clouds(h, w, scale * rng.uniform(1, 6), rng)[..., None]
    shadow = np.clip(opacity - _shadow(opacity, scale, scale), 0, 1) * rng.uniform(0, 0.6)
    return opacity, ground * (1 - shadow[..., None])


def _strokes(x: np.ndarray, rng: np.random.Generator, scale: float) -> Layer:
    """What somebody drew over the picture with a pen, a marker or a brush: lines of one width, mostly opaque."""
    h, w = x.shape[:2]
    surface = _Surface(h, w)
    width, bend = scale * _log_uniform(1.5, 14, rng), rng.choice((0.005, 0.1, 0.5)) / scale**0.5
    for _ in range(int(rng.integers(1, 7))):
        length = max(h, w) * rng.uniform(0.15, 1.2)
        points = _walk(rng.uniform(0, (w, h)), rng.uniform(0, 2 * np.pi), length, bend, rng)
        surface.ribbon(points, width * rng.uniform(0.7, 1.3))
    return surface.opacity(rng) * _translucent(rng), _pigment(rng)


def _blots(x: np.ndarray, rng: np.random.Generator, scale: float) -> Layer:
    """Splashes of ink or paint with drops around them."""
    h, w = x.shape[:2]
    surface = _Surface(h, w)
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    for _ in range(int(rng.integers(1, 5))):
        centre, radius = rng.uniform(0, (w, h)), min(h, w) * _log_uniform(0.01, 0.14, rng)
        ragged = rng.uniform(0, 0.35)
        surface.polygon(centre + (radius * (1 + ragged * _waves(3 * angles, rng)))[:, None] * _direction(angles))
        for _ in range(rng.poisson(6) if rng.random() < 0.4 else 0):
            drop = centre + radius * rng.uniform(1.1, 3) * _direction(rng.uniform(0, 2 * np.pi))
            surface.polygon(drop + radius * rng.uniform(0.03, 0.2) * _direction(angles[::4]))
    return surface.opacity(rng) * _translucent(rng), _pigment(rng)


def scanned(masks: Sequence[np.ndarray]) -> Kind:
    """Return damage as it lies on scans, (H, W) uint8 each, white where it is: at any angle, light or dark."""

    def layer(x: np.ndarray, rng: np.random.Generator, scale: float) -> Layer:
        h, w = x.shape[:2]
        mask = Image.fromarray(masks[int(rng.integers(len(masks)))])
        zoom = scale * _log_uniform(0.3, 1.6, rng)  # scans are wider than `USUAL_SIDE`
        centre, (across, down) = rng.uniform(0, (w, h)), _direction(rng.uniform(0, 2 * np.pi)) / zoom
        turn = (across, down, mask.width / 2 - across * centre[0] - down * centre[1])
        turn += (-down, across, mask.height / 2 + down * centre[0] - across * centre[1])
        lying = mask.transform((w, h), Image.Transform.AFFINE, turn, Image.Resampling.BILINEAR)
        opacity = np.asarray(lying, np.float32) / 255 * rng.uniform(0.5, 1)
        return opacity, _contrasting(x, opacity, rng)

    return layer


KINDS: dict[str, Kind] = {
    "scratches": _scratches,
    "cracks": _cracks,
    "dust": _dust,
    "tears": _tears,
    "stains": _stains,
    "folds": _folds,
    "losses": _losses,
    "strokes": _strokes,
    "blots": _blots,
}
_FREQUENCIES = {
    "scratches": 0.17, "cracks": 0.12, "dust": 0.12, "tears": 0.11, "stains": 0.12, "folds": 0.08, "losses": 0.1,
    "strokes": 0.11, "blots": 0.07,
}  # fmt: skip


# What they are drawn with


class _Surface:
    """A drawing of opacity, with smooth edges."""

    def __init__(self, h: int, w: int) -> None:
        self._image = Image.new("L", (w * _FINE, h * _FINE))
        self._draw = ImageDraw.Draw(self._image)

    def polygon(self, points: np.ndarray) -> None:
        """Fill an outline, (N, 2) of x and y."""
        self._draw.polygon((points * _FINE).ravel().tolist(), fill=255)

    def line(self, points: np.ndarray, width: float) -> None:
        """Draw a line of one width."""
        self._draw.line((points * _FINE).ravel().tolist(), fill=255, width=max(1, round(width * _FINE)))

    def ribbon(self, points: np.ndarray, width: float | np.ndarray) -> None:
        """Draw a line whose width may change along it."""
        along = np.gradient(points, axis=0)
        normal = along[:, ::-1] * (-1, 1) / np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
        side = normal * np.broadcast_to(np.asarray(width) / 2, len(points))[:, None]
        # Piece by piece: the outline of a whole line that crosses itself would have holes.
        left, right = points + side, points - side
        for quad in np.hstack([left[:-1], left[1:], right[1:], right[:-1]]) * _FINE:
            self._draw.polygon(quad.tolist(), fill=255)

    def opacity(self, rng: np.random.Generator) -> np.ndarray:
        """Return the drawing, (H, W) float32 in [0, 1]; half the time a little soft."""
        image = self._image.reduce(_FINE)
        if rng.random() < 0.5:
            image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 0.8)))
        return np.asarray(image, np.float32) / 255


def _shadow(opacity: np.ndarray, down: float, right: float) -> np.ndarray:
    """Return a drawing, (H, W), moved by so many pixels, at least one."""
    return np.roll(opacity, (max(1, round(down)), max(1, round(right))), (0, 1))


def _log_uniform(low: float, high: float, rng: np.random.Generator) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _direction(angle: float | np.ndarray) -> np.ndarray:
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def _waves(t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a smooth curve over `t`, within -1 and 1, periodic in 2 pi."""
    phases, heights = rng.uniform(0, 2 * np.pi, 3), rng.dirichlet((1, 1, 1))
    return sum(height * np.sin((k + 1) * t + phase) for k, (height, phase) in enumerate(zip(heights, phases)))


def _walk(start: np.ndarray, heading: float, length: float, bend: float, rng: np.random.Generator) -> np.ndarray:
    """Return a curve, (N, 2), whose heading drifts by about `bend` radians per 10 pixels."""
    step = max(2.0, length / 48)
    number = max(3, int(length / step))
    drift = np.convolve(rng.standard_normal(number + 4), np.ones(5) / 5**0.5, "valid")
    headings = heading + np.cumsum(bend * (step / 10) ** 0.5 * drift)
    return start + np.cumsum(step * _direction(headings), axis=0)


def _jagged(start: Sequence[float], end: Sequence[float], rng: np.random.Generator, scale: float) -> np.ndarray:
    """Return the way of a tear from one place to another, (N, 2): a Brownian bridge."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    length = float(np.linalg.norm(end - start))
    number = max(4, int(length / (scale * rng.uniform(2, 6))))
    t = np.linspace(0, 1, number)[:, None]
    steps = np.cumsum(rng.standard_normal((number, 2)), axis=0)
    bridge = steps - steps[0] - t * (steps[-1] - steps[0])
    return start + t * (end - start) + rng.uniform(0.3, 1.2) * (length / number) * bridge


def _clouds(h: int, w: int, grain: float, rng: np.random.Generator) -> np.ndarray:
    """Return smooth noise with features about `grain` pixels wide, (H, W) float32 of standard deviation about 1."""
    grain = max(grain, 1.0)
    coarse = rng.standard_normal((int(h / grain) + 2, int(w / grain) + 2)).astype(np.float32)
    return 1.3 * np.asarray(Image.fromarray(coarse).resize((w, h), Image.Resampling.BICUBIC))


def _distance(h: int, w: int, centre: np.ndarray, aspect: float) -> np.ndarray:
    """Return how far each pixel is from a place, (H, W) float32; `aspect` above 1 stretches it sideways."""
    rows, columns = np.ogrid[:h, :w]
    return np.hypot((columns - centre[0]) / aspect, (rows - centre[1]) * aspect).astype(np.float32)


def _colour(choices: Sequence[tuple[float, float, float]], rng: np.random.Generator) -> np.ndarray:
    """Return one of some colours, (3,), a little lighter, darker or of another tint."""
    colour = np.array(choices[rng.integers(len(choices))], np.float32)
    return (colour + 0.05 * rng.standard_normal() + 0.02 * rng.standard_normal(3)).astype(np.float32).clip(0, 1)


def _pigment(rng: np.random.Generator) -> np.ndarray:
    """Return white, black, or any colour, (3,)."""
    kind = rng.random()
    if kind < 0.4:
        return np.full(3, rng.uniform(0.94, 1), np.float32)
    if kind < 0.65:
        return np.full(3, rng.uniform(0, 0.08), np.float32)
    return rng.random(3, np.float32)


def _translucent(rng: np.random.Generator) -> float:
    return rng.uniform(0.35, 0.9) if rng.random() < 0.25 else 1.0


def _contrasting(x: np.ndarray, opacity: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a light or a dark colour, (3,): mostly the one that stands out more from what it will lie on."""
    under = float(np.tensordot(opacity, x).mean() / max(float(opacity.sum()), 1e-6))
    light = rng.random() < (0.8 if under < 0.5 else 0.4)
    return _colour((*_PAPER, *_GROUND[4:6]) if light else _DARK, rng)


def _closed(mask: np.ndarray) -> np.ndarray:
    """Close gaps of a pixel or two: where the damage happens to have the colour of the picture."""
    grown = np.pad(mask, 2, mode="edge")
    grown = grown[:-2] | grown[1:-1] | grown[2:]
    grown = grown[:, :-2] | grown[:, 1:-1] | grown[:, 2:]
    shrunk = grown[:-2] & grown[1:-1] & grown[2:]
    return shrunk[:, :-2] & shrunk[:, 1:-1] & shrunk[:, 2:]
