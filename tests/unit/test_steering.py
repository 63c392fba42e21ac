"""Directions and the map of a generator: found, named, kept, and followed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepart import runtime
from deepart.errors import InputError, WeightsError
from deepart.tasks.classify.classify import ArtworkClassifier
from deepart.tasks.classify.originality import Originality, originality
from deepart.tasks.generate import projection
from deepart.tasks.generate.generate import DEFAULT_CHECKPOINT, ArtGenerator
from deepart.tasks.generate.projection import project_steps
from deepart.tasks.generate.steering import FACTS, Direction, Effect, Steering, steering
from deepart.training.generate.steering import (
    SteeringConfig,
    changes_of,
    find_steering,
    looks,
    name_directions,
    principal_directions,
    turned,
)
from photos import photo
from tiny_generators import put_tiny_generator
from unit.test_classifier import tiny_classifier


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ArtGenerator:
    put_tiny_generator(monkeypatch, tmp_path)
    return ArtGenerator()


@pytest.fixture
def found(engine: ArtGenerator) -> Steering:
    config = SteeringConfig(samples=64, components=4, directions=2, probes=2, points=12, visible=0, sure=0)
    return runtime.run(find_steering(engine, ArtworkClassifier(network=tiny_classifier()), config))


def test_directions_and_map_are_found_kept_and_read(engine: ArtGenerator, found: Steering, tmp_path: Path) -> None:
    assert len(found.directions) == 2 and len(found.points) == 12 and len(found.axes) == 4
    assert steering(DEFAULT_CHECKPOINT) == Steering(DEFAULT_CHECKPOINT)  # none yet
    found.save(tmp_path)
    read = steering(DEFAULT_CHECKPOINT)
    assert [direction.name for direction in read.directions] == [direction.name for direction in found.directions]
    np.testing.assert_allclose(read.directions[0].vector, found.directions[0].vector, atol=1e-6)
    assert [point.seed for point in read.points] == list(range(12))
    for direction in read.directions:
        assert direction.more.change >= 0 and direction.less.change >= 0 and direction.more.label
    (tmp_path / FACTS).write_text("[]")
    with pytest.raises(WeightsError):
        steering(DEFAULT_CHECKPOINT)


def test_a_direction_leads_away_and_back(engine: ArtGenerator, found: Steering) -> None:
    genome, name = engine.born(1, "Cubism"), found.directions[0].name
    away = found.steer(genome, {name: 2.0})
    assert engine.paint(away).tobytes() != engine.paint(genome).tobytes() and away.parents == (genome.id,)
    assert found.steer(genome, {name: 0.0}) == genome == found.pad(genome, (0.5, 0.5), *_names(found))
    assert found.pad(genome, (1, 0.5), *_names(found)).latent != found.pad(genome, (0, 0.5), *_names(found)).latent
    for _ in range(20):
        away = found.steer(away, {name: 4.0})
    np.testing.assert_allclose(np.linalg.norm(away.latent[0]), np.linalg.norm(genome.latent[0]), rtol=1e-4)
    for wrong in ({"no-such": 1.0}, {name: 99.0}):
        with pytest.raises(InputError):
            found.steer(genome, wrong)


def _names(found: Steering) -> tuple[str, str]:
    return found.directions[0].name, found.directions[1].name


def test_the_first_direction_is_the_one_that_features_vary_most_along(engine: ArtGenerator) -> None:
    vectors, shares = runtime.run(principal_directions(engine, 128, 3))
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(3))
    assert shares[0] > shares[1] > shares[2] > 0 and shares.sum() < 1
    network = engine.network()

    def spread(vector: torch.Tensor) -> float:
        """How much the features change along a direction, from a few pictures."""
        z, noise = network.draw([1] * 8)
        moved = z + torch.linspace(-2, 2, 8)[:, None] * vector
        with torch.no_grad():
            codes = network.codes(moved, torch.full((8,), network.any_style))
            return float(network.coarse_features(codes, noise)[-1].std(0).mean())

    random = torch.nn.functional.normalize(torch.randn(16, 12, generator=torch.Generator().manual_seed(0)), dim=1)
    assert spread(vectors[0]) > np.median([spread(vector) for vector in random])


def test_a_dot_on_the_map_is_a_picture_and_between_them_a_blend(engine: ArtGenerator, found: Steering) -> None:
    point = found.points[5]
    assert found.nearest(point.place) == point
    assert found.at(engine, point.place) == engine.born(point.seed, point.style)
    places = np.array([point.place for point in found.points])
    assert places.min() > 0 and places.max() < 1 and len(np.unique(places[:, 0])) == 12  # spread evenly
    between = found.at(engine, (0.51, 0.47))
    assert len(between.parents) == 3
    with pytest.raises(InputError):
        Steering(DEFAULT_CHECKPOINT).at(engine, (0.5, 0.5))


def test_what_pictures_look_like_is_measured() -> None:
    white, orange = (Image.new("RGB", (32, 32), colour) for colour in ("white", (230, 130, 20)))
    assert looks(white) == pytest.approx((1, 0, 0, 0, 0, 0, 0, 0, 0), abs=1e-5)
    assert looks(orange)[1] > 0.5 and looks(orange)[2] > 0.5
    stripes = Image.fromarray(np.tile(np.array([0, 255], np.uint8), (32, 16)))
    assert looks(stripes)[3] > 0.9 and looks(stripes)[4] > 0.9
    white.paste(stripes.crop((0, 0, 16, 16)), (16, 0))  # in the corner on the right, at the top
    light_right, light_bottom, details_right, details_bottom = looks(white)[5:]
    assert light_right == pytest.approx(-0.25, abs=0.05) and light_bottom == pytest.approx(0.25, abs=0.05)
    assert details_right > 1.5 and details_bottom < -1.5


LABELS = {"style": ("Cubism", "Rococo", "Ukiyo-e"), "genre": ("landscape", "portrait")}


def test_the_ends_of_a_direction_are_of_one_kind_and_nothing_names_two() -> None:
    looks_alone, none = [0.0] * 9, [0.0] * 5
    changes = np.array(
        [
            [0.3, -0.2, -0.1, 0.1, -0.1, *looks_alone],
            [-0.2, 0.2, 0.0, 0.3, -0.3, *looks_alone],  # its styles are named already, its genres are not
            [*none, -0.4, *looks_alone[1:]],
            [*none, 0.3, 0, 0.2, *looks_alone[3:]],  # brightness is named already
            [*none, *looks_alone[1:], 0.1],  # too little to be seen
        ]
    )
    names = name_directions(LABELS, changes, abs(changes), 0.15)
    assert names == {
        2: (Effect("look", "dark", 0.4), Effect("look", "bright", 0.4)),
        1: (Effect("genre", "landscape", 0.3), Effect("genre", "portrait", 0.3)),
        0: (Effect("style", "Cubism", 0.3), Effect("style", "Rococo", 0.2)),
        3: (Effect("look", "vivid", 0.2), Effect("look", "grey", 0.2)),
    }


def test_a_look_increases_along_its_direction() -> None:
    bottom, top = Effect("look", "light_bottom", 0.1), Effect("look", "light_top", 0.1)
    expected = Direction("direction-1", (1.0, -2.0), bottom, top, 0.1)
    assert turned(expected) == turned(Direction("direction-1", (-1.0, 2.0), top, bottom, 0.1)) == expected


def test_a_change_that_may_be_chance_counts_as_none() -> None:
    moved = np.array([0.9, 1.1, 1.0, 1.0]), np.array([3.0, -3.0, 2.0, -1.0])  # always, and now and then
    sides = np.stack([np.zeros((4, 2)), np.stack(moved, 1)])[None]
    changes, parts = changes_of(sides, 3.5)
    assert changes[0] == pytest.approx([1, 0.25]) and parts[0] == pytest.approx([1 / sides[..., 0].std(), 0])


def test_an_unnamed_direction_is_a_sentence() -> None:
    effect = Effect("style", "Cubism", 0.2)
    table = Steering(DEFAULT_CHECKPOINT, (Direction("direction-1", (1.0,), effect, effect, 0.1),))
    with pytest.raises(InputError, match="direction-1"):
        table.direction("direction-2")


# --- one's own picture, and whether a picture is new -----------------------------------------------------


def test_a_generators_own_picture_is_found_again_better_than_by_chance(
    engine: ArtGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "STARTS", 5)
    target = engine.paint(engine.born(77, "Cubism"))
    seen = []
    result = runtime.run(project_steps(engine, target, iterations=12), lambda progress: seen.append(progress.preview))
    assert any(seen) and 0.2 < result.likeness <= 1
    assert result.genome.origin == "projection" and result.target.size == result.picture.size == (256, 256)
    assert engine.paint(result.genome).tobytes() == result.picture.tobytes()
    styled = runtime.run(project_steps(engine, photo("coffee", 64), style="Rococo", iterations=2))
    assert styled.genome.styles == ((("Rococo", 1.0),),)
    with pytest.raises(InputError):
        runtime.run(project_steps(engine, target, iterations=0))


def test_a_copy_is_flagged_and_a_new_picture_is_not() -> None:
    near, far = (Originality((), percentile) for percentile in (0.4, 40))
    assert near.is_near_copy and near.is_close and not far.is_close
    found = originality(photo("rocket", 128))
    assert len(found.works) == 3 and found.percentile == found.works[0].percentile
    assert found.works[0].artist and found.works[0].distance <= found.works[1].distance
    assert not found.is_near_copy and found.as_json()["near_copy"] is False
