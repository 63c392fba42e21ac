"""Where styles lie, and what a dot among them stands for."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from deepart.tasks.paint.gallery import named_style_code, named_styles
from deepart.tasks.paint.style_map import corners, map_weights, pad_weights, style_map
from deepart.tasks.paint.transfer import DEFAULT_CHECKPOINT

COUNTS = (1, 2, 3, 4, 5, 6)
PICTURE = 1 / 8
"""Width of a picture on the map."""

MAP = [(0.2, 0.2), (0.5, 0.15), (0.8, 0.3), (0.3, 0.6), (0.7, 0.75), (0.15, 0.9)]


def dots(number: int = 200) -> list[tuple[float, float]]:
    return [tuple(dot) for dot in np.random.default_rng(5).random((number, 2)).tolist()]


def gallery_codes() -> dict[str, np.ndarray]:
    return {key: named_style_code(DEFAULT_CHECKPOINT, key).vector.numpy() for key in named_styles(DEFAULT_CHECKPOINT)}


def nearest_distance(places: dict[str, tuple[float, float]]) -> float:
    return min(math.dist(a, b) for a, b in itertools.combinations(places.values(), 2))


@pytest.mark.parametrize("count", COUNTS[1:])
def test_corners_are_a_regular_polygon_that_leaves_room_for_pictures_and_names(count: int) -> None:
    polygon = corners(count)
    sides = [math.dist(a, b) for a, b in zip(polygon, polygon[1:] + polygon[:1])]
    assert len(polygon) == count
    assert max(sides) == pytest.approx(min(sides))
    assert all(0.15 < x < 0.85 and 0.13 < y < 0.83 for x, y in polygon)


def test_corners_go_round_from_the_top_or_the_left() -> None:
    assert corners(0) == []
    (left, y), (right, same) = corners(2)
    assert left < right and y == same
    top_left, top_right, bottom_right, bottom_left = corners(4)
    assert top_left < top_right and top_left[1] == pytest.approx(top_right[1])
    assert bottom_left < bottom_right and bottom_left[1] > top_left[1]


@pytest.mark.parametrize("weights_at", [pad_weights, map_weights])
@pytest.mark.parametrize("count", COUNTS)
def test_weights_are_shares_wherever_the_dot_is(weights_at, count: int) -> None:
    for dot in [*dots(), (0, 0), (1, 1), (0.5, 0.5)]:
        weights = weights_at(corners(count), dot)
        assert len(weights) == count
        assert min(weights) >= 0 and sum(weights) == pytest.approx(1)


@pytest.mark.parametrize("weights_at", [pad_weights, map_weights])
@pytest.mark.parametrize("count", COUNTS)
def test_dot_on_a_style_is_that_style_alone(weights_at, count: int) -> None:
    for i, corner in enumerate(corners(count)):
        assert weights_at(corners(count), corner) == [float(i == j) for j in range(count)]


@pytest.mark.parametrize("count", COUNTS[1:])
def test_edge_of_a_pad_blends_its_two_ends_in_proportion(count: int) -> None:
    polygon = corners(count)
    for i, share in itertools.product(range(count), (0.001, 0.25, 0.5, 0.9)):
        j = (i + 1) % count
        (ax, ay), (bx, by) = polygon[i], polygon[j]
        expected = np.zeros(count)
        expected[i], expected[j] = 1 - share, share
        dot = ax + share * (bx - ax), ay + share * (by - ay)
        assert pad_weights(polygon, dot) == pytest.approx(expected.tolist(), abs=1e-9)


@pytest.mark.parametrize("count", COUNTS[2:])
def test_middle_of_a_pad_has_as_much_of_each_style(count: int) -> None:
    assert pad_weights(corners(count), np.mean(corners(count), axis=0)) == pytest.approx([1 / count] * count)


@pytest.mark.parametrize("count", COUNTS[2:])
def test_weighted_mean_of_the_corners_is_the_dot(count: int) -> None:
    polygon = np.array(corners(count))
    for mixture in np.random.default_rng(6).dirichlet(np.ones(count), size=50):
        dot = mixture @ polygon  # within the polygon
        assert np.array(pad_weights(polygon.tolist(), tuple(dot))) @ polygon == pytest.approx(dot)


def test_dot_outside_the_polygon_counts_as_the_nearest_point_of_it() -> None:
    (left, top), (right, _), *_ = square = corners(4)
    assert pad_weights(square, (0.5, 0)) == pytest.approx(pad_weights(square, (0.5, top)))
    assert pad_weights(square, (1, 0)) == pytest.approx([0, 1, 0, 0], abs=1e-9)
    assert pad_weights(corners(2), (0.5, 0.9)) == pytest.approx([0.5, 0.5])
    assert left < 0.5 < right


@pytest.mark.parametrize("weights_at,anchors", [(pad_weights, corners(5)), (map_weights, MAP)])
def test_small_move_changes_the_blend_a_little(weights_at, anchors) -> None:
    for (x0, y0), (x1, y1) in itertools.pairwise([(0.0, 0.4), (1.0, 0.5), (0.1, 0.1)]):
        way = [weights_at(anchors, (x0 + t * (x1 - x0), y0 + t * (y1 - y0))) for t in np.linspace(0, 1, 801)]
        assert np.abs(np.diff(way, axis=0)).max() < 0.05


def test_dot_on_a_map_takes_from_the_three_nearest_most_from_the_nearest() -> None:
    for dot in dots():
        weights = map_weights(MAP, dot)
        by_distance = sorted(range(len(MAP)), key=lambda i: math.dist(MAP[i], dot))
        assert [weights[i] for i in by_distance] == sorted(weights, reverse=True)
        assert max(weights[i] for i in by_distance[3:]) == 0


def test_dot_as_far_from_all_styles_takes_as_much_of_each() -> None:
    assert map_weights([(0, 0), (1, 0), (1, 1), (0, 1)], (0.5, 0.5)) == [0.25] * 4


def test_no_styles_have_no_blend() -> None:
    for weights_at in (pad_weights, map_weights):
        with pytest.raises(ValueError):
            weights_at([], (0.5, 0.5))


def test_map_of_the_gallery_lies_within_and_its_pictures_apart() -> None:
    places = style_map(gallery_codes())
    assert set(places) == set(named_styles(DEFAULT_CHECKPOINT))
    assert all(PICTURE / 2 < coordinate < 1 - PICTURE / 2 for place in places.values() for coordinate in place)
    # With many styles there is no room for whole pictures; the pad draws them smaller, by the least distance.
    assert nearest_distance(places) > min(PICTURE, 0.79 / len(places) ** 0.5)


@pytest.mark.parametrize("kind", ["any", "outlier", "all alike"])
def test_pictures_lie_apart_whatever_the_codes(kind: str) -> None:
    vectors = np.random.default_rng(7).standard_normal((24, 40))
    if kind == "outlier":
        vectors[0] *= 1000
    elif kind == "all alike":
        vectors[:] = 1
    places = style_map({str(i): vector for i, vector in enumerate(vectors)})
    assert nearest_distance(places) > PICTURE
    assert all(PICTURE / 2 < coordinate < 1 - PICTURE / 2 for place in places.values() for coordinate in place)


def test_map_is_the_same_each_time_and_in_any_order() -> None:
    codes = gallery_codes()
    assert style_map(codes) == style_map(dict(reversed(codes.items())))


def test_similar_styles_are_neighbours() -> None:
    rng = np.random.default_rng(8)
    families = {name: rng.standard_normal(40) for name in "abc"}
    codes = {
        f"{name}{i}": family + 0.3 * rng.standard_normal(40) for name, family in families.items() for i in range(5)
    }
    places = style_map(codes)
    for key, place in places.items():
        nearest = min((other for other in places if other != key), key=lambda other: math.dist(place, places[other]))
        assert nearest[0] == key[0]


def test_map_of_few_styles() -> None:
    assert style_map({}) == {}
    assert style_map({"only": np.arange(3)}) == {"only": (0.5, 0.5)}
    assert nearest_distance(style_map({"a": np.zeros(1), "b": np.ones(1)})) > PICTURE
