"""Styles on a plane, and the blend that a dot among them stands for.

A pad has a few styles at the corners of a polygon: the weights are mean value coordinates (Floater, Mean value
coordinates, Computer Aided Geometric Design 2003, in the form of Hormann and Floater, ACM Transactions on Graphics
2006).  A map has many, laid out by similarity: the weights are inverse distances to the nearest few (Franke and Little,
with a radius beyond which they are zero, so that no style enters with a jump).

The page computes the same weights in ui/widgets/style_pad.js for drawing; those computed here are used for painting.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

Point = tuple[float, float]
"""Place on the plane: x to the right and y down, both from 0 to 1."""

ON_STYLE = 1e-9
"""Distance below which the dot is on a style."""

ON_EDGE = 1e-12
"""Cross product of the ways to two neighbours below which the dot is on the edge between them."""

CORNER_BOX = (0.16, 0.14, 0.84, 0.82)
"""Left, top, right and bottom of the pad's polygon: pictures fit around it, and names below them."""

MAP_EDGE = 0.075
"""Distance that the styles of a map keep from its edges: a picture and a half fit twice."""

MAP_DISTANCE = 0.165
"""Distance between neighbours on a map, as long as there is room: a picture is an eighth wide."""


def corners(count: int) -> list[Point]:
    """Return the places of `count` styles on a pad, clockwise: a point, the ends of a line, or a regular polygon.

    An even polygon has a horizontal side on top, an odd one a corner.
    """
    left, top, right, bottom = CORNER_BOX
    x, y = (left + right) / 2, (top + bottom) / 2
    if count < 2:
        return [(x, y)] * count
    if count == 2:
        return [(left, y), (right, y)]
    angles = 2 * math.pi * (np.arange(count) - (count % 2 == 0) / 2) / count
    polygon = np.stack([np.sin(angles), -np.cos(angles)], axis=1)  # (N, 2), from the top
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    polygon = (x, y) + (polygon - (low + high) / 2) * (right - left) / (high - low).max()
    return [tuple(point) for point in polygon.tolist()]


def pad_weights(anchors: Sequence[Point], dot: Point) -> list[float]:
    """Return the share of each style of a pad: not negative, with sum 1, smooth as the dot moves.

    A dot on an anchor is that style alone, one on an edge is a linear blend of its two ends, and one outside
    counts as the nearest point of the polygon.

    Args:
        anchors: corners of a convex polygon in order; or two ends of a line, or one point.
        dot: where the dot is.

    Raises:
        ValueError: there are no anchors.
    """
    polygon = _points(anchors)  # (N, 2)
    to = polygon - _nearest_within(polygon, np.asarray(dot, float))
    distance = np.hypot(*to.T)
    if distance.min() < ON_STYLE:
        return _one_hot(distance)
    ahead = np.roll(to, -1, axis=0)
    cross = to[:, 0] * ahead[:, 1] - to[:, 1] * ahead[:, 0]
    inner = (to * ahead).sum(axis=1)
    edges = np.flatnonzero((np.abs(cross) < ON_EDGE) & (inner < 0))
    if edges.size:
        weights = np.zeros(len(polygon))
        here, there = edges[0], (edges[0] + 1) % len(polygon)
        weights[here], weights[there] = distance[there], distance[here]
    else:
        half_tangent = (distance * np.roll(distance, -1) - inner) / cross
        weights = (half_tangent + np.roll(half_tangent, 1)) / distance
    return _shares(weights)


def map_weights(anchors: Sequence[Point], dot: Point, nearest: int = 3) -> list[float]:
    """Return the share of each style of a map: not negative, with sum 1, only the `nearest` ones above 0.

    A dot on an anchor is that style alone.  Weights change without jumps as the dot moves.

    Raises:
        ValueError: there are no anchors.
    """
    distance = np.hypot(*(_points(anchors) - dot).T)
    if distance.min() < ON_STYLE:
        return _one_hot(distance)
    ranked = np.sort(distance)
    radius = ranked[nearest] if len(ranked) > nearest else math.inf
    weights = np.maximum(1 / distance - 1 / radius, 0) ** 2
    if not weights.any():  # all as far as the first that counts no more
        weights = (distance == ranked[0]).astype(float)
    return _shares(weights)


def style_map(codes: Mapping[str, np.ndarray]) -> dict[str, Point]:
    """Lay styles out so that similar ones are near each other and no two pictures overlap.

    The plane of greatest variance (PCA of the standardised codes), stretched over the map, then neighbours
    pushed apart.  The same codes give the same map, in whatever order they come.

    Args:
        codes: vector (D,) of each style by key.

    Returns:
        Place of each style by key.
    """
    keys = sorted(codes)
    if len(keys) < 2:
        return {key: (0.5, 0.5) for key in keys}
    vectors = np.stack([np.asarray(codes[key], float) for key in keys])  # (N, D)
    vectors -= vectors.mean(axis=0)
    spread = vectors.std(axis=0)
    left, singular, _ = np.linalg.svd(vectors / np.where(spread > 0, spread, 1), full_matrices=False)
    plane = np.zeros((len(keys), 2))
    plane[:, : singular.size] = (left * singular)[:, :2]
    # An axis has no sign of its own: let its farthest style lie right or below.
    plane *= np.where(np.take_along_axis(plane, np.abs(plane).argmax(axis=0)[None], axis=0) < 0, -1, 1)
    # Styles that are alike in all get places of their own, which only then can be pushed apart.
    plane += 1e-9 * max(plane.std(), 1e-9) * np.random.default_rng(0).standard_normal(plane.shape)
    points = _pushed_apart(_stretched(plane))
    return {key: tuple(point) for key, point in zip(keys, points.tolist())}


def _points(anchors: Sequence[Point]) -> np.ndarray:
    if not anchors:
        raise ValueError("There are no anchors.")
    return np.asarray(anchors, float)


def _one_hot(distance: np.ndarray) -> list[float]:
    weights = [0.0] * len(distance)
    weights[int(distance.argmin())] = 1.0
    return weights


def _shares(weights: np.ndarray) -> list[float]:
    shares = np.maximum(weights / weights.sum(), 0)  # rounding can leave a hair below 0
    return (shares / shares.sum()).tolist()


def _nearest_within(polygon: np.ndarray, dot: np.ndarray) -> np.ndarray:
    """Return the point of a convex polygon (N, 2) that is nearest to `dot`."""
    along = np.roll(polygon, -1, axis=0) - polygon
    to = dot - polygon
    side = along[:, 0] * to[:, 1] - along[:, 1] * to[:, 0]
    if len(polygon) > 2 and ((side >= 0).all() or (side <= 0).all()):
        return dot
    length = (along**2).sum(axis=1)
    share = np.clip((to * along).sum(axis=1) / np.where(length > 0, length, 1), 0, 1)
    candidates = polygon + share[:, None] * along
    return candidates[((candidates - dot) ** 2).sum(axis=1).argmin()]


def _stretched(plane: np.ndarray) -> np.ndarray:
    """Fill the map with points (N, 2), half by value and half by rank, so that an outlier leaves room."""
    low, high = plane.min(axis=0), plane.max(axis=0)
    by_value = (plane - low) / np.where(high > low, high - low, 1)
    by_rank = plane.argsort(axis=0, kind="stable").argsort(axis=0) / (len(plane) - 1)
    return MAP_EDGE + (1 - 2 * MAP_EDGE) * (by_value + by_rank) / 2


def _pushed_apart(points: np.ndarray, steps: int = 2000) -> np.ndarray:
    """Move points (N, 2) until each pair keeps its distance, or for `steps`."""
    count = len(points)
    wanted = min(MAP_DISTANCE, 0.8 / math.sqrt(count))
    for _ in range(steps):
        apart = points[:, None] - points[None]  # (N, N, 2)
        distance = np.hypot(apart[..., 0], apart[..., 1])
        np.fill_diagonal(distance, np.inf)
        missing = np.maximum(wanted - distance, 0)
        if missing.max() < 1e-3:
            break
        points = points + (apart * (missing / distance)[..., None]).sum(axis=1) / 4
        # Mirrored at the edges: cut off there, two could come to lie on one another.
        points = MAP_EDGE + np.abs(points - MAP_EDGE)
        points = 1 - MAP_EDGE - np.abs(1 - MAP_EDGE - points)
    return points
