"""A wall of pictures that differ: the farthest are chosen, near-duplicates never."""

from __future__ import annotations

from collections.abc import Callable, Generator

import pytest
import torch

from deepart import runtime
from deepart.errors import WeightsError
from deepart.runtime import Progress
from deepart.tasks.classify.classify import ArtworkClassifier
from deepart.tasks.generate import variety
from deepart.tasks.generate.generate import DEFAULT_CHECKPOINT, ArtGenerator
from deepart.tasks.generate.variety import best_first, candidates_for, farthest_points, varied_steps
from deepart.ui.generate import request as generate_request
from tiny_generators import put_tiny_generator


@pytest.fixture(autouse=True)
def bundled(monkeypatch: pytest.MonkeyPatch) -> None:
    put_tiny_generator(monkeypatch)


def on_circle(*degrees: float) -> torch.Tensor:
    angles = torch.tensor(degrees).deg2rad()
    return torch.stack([angles.cos(), angles.sin()], 1)


def test_each_next_point_is_the_farthest_from_those_before() -> None:
    assert farthest_points(on_circle(0, 10, 90, 170, 100), 3) == [0, 3, 2]


def test_points_that_are_too_close_are_never_chosen_together() -> None:
    points = on_circle(0, 1, 2, 90, 91)
    assert farthest_points(points, 5, least=0.01) == [0, 4]
    assert sorted(farthest_points(points, 5)) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("count", "candidates"), [(1, 1), (8, 32), (24, 64), (70, 70)])
def test_a_few_are_chosen_from_many(count: int, candidates: int) -> None:
    assert candidates_for(count) == candidates


class Alike:
    """Stands for the classifier: sees in one picture after another what it was given."""

    def __init__(self, points: torch.Tensor) -> None:
        self._points = iter(points)

    def describe(self, pictures, thorough):
        return torch.stack([next(self._points) for _ in pictures])[:, None]

    def network(self):
        return ArtworkClassifier().network()

    def probabilities(self, features):
        return {"genre": self.sure_of(landscape=(1 + features[:, 0, 0]) / 2)}  # the surer the more like a painting

    def sure_of(self, **genres):
        labels = self.network().labels["genre"]
        nothing = torch.zeros(len(next(iter(genres.values()))))
        return torch.stack([genres.get(name, nothing) for name in labels], 1)

    def index(self):
        class Index:
            points = torch.zeros(1)
            config = type("Config", (), {"typical": (0.0, 0.01)})

            project = staticmethod(lambda features: features)

            def __call__(self, features, count):
                return 1 - features[:, :1].expand(-1, count), None  # the only painting lies at 0 degrees

        return Index()


def test_the_first_is_kept_and_near_duplicates_are_not() -> None:
    engine = ArtGenerator()
    genomes = [engine.born(seed) for seed in range(10)]
    points = on_circle(0, 1, 2, 90, 91, 180, 181, 0.5, 1.5, 92)
    chosen = runtime.run(varied_steps(engine, genomes, 8, Alike(points)))
    assert [genome.seed for genome in chosen] == [0, 9]  # 180 and 181 degrees are least like a painting


def test_what_is_least_like_a_painting_is_left_out_but_for_the_first() -> None:
    assert best_first(Alike(on_circle()), on_circle(180, 20, 90, 10, 170)[:, None], 3) == [3, 1, 2]
    engine = ArtGenerator()
    genomes = [engine.born(seed) for seed in range(8)]
    points = on_circle(60, 150, 160, 170, 10, 180, 90, 30)
    chosen = runtime.run(varied_steps(engine, genomes, 3, Alike(points)))
    assert {genome.seed for genome in chosen} <= {0, 4, 6, 7}
    points = on_circle(170, 150, 160, 60, 10, 180, 90, 30)
    assert runtime.run(varied_steps(engine, genomes, 3, Alike(points)))[0].seed == 0
    chosen = runtime.run(varied_steps(engine, genomes, 3, Alike(points), with_first=False))
    assert [genome.seed for genome in chosen] == [4, 3, 6]


def test_clear_pictures_of_things_come_before_unclear_ones_and_before_people(monkeypatch: pytest.MonkeyPatch) -> None:
    classifier = Alike(on_circle())
    sure = classifier.sure_of(landscape=torch.tensor([0.2, 0.1, 0.9]), portrait=torch.tensor([0.1, 0.8, 0.0]))
    monkeypatch.setattr(classifier, "probabilities", lambda features: {"genre": sure})
    assert best_first(classifier, on_circle(10, 20, 30)[:, None], 3) == [0, 2, 1]
    assert best_first(classifier, on_circle(20, 30, 10)[:, None], 2) == [2, 0]


def test_a_wall_hangs_without_the_classifier_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*arguments: object, **named: object) -> None:
        raise WeightsError("weights.missing", name="x", path="x")
        yield

    monkeypatch.setattr(generate_request, "varied_steps", missing)
    *_, chosen = generate_request.births(DEFAULT_CHECKPOINT, 7, 4)
    assert [genome.seed for genome in chosen.genomes] == [7, 8, 9, 10]


def _told(work: Callable[[], object], progress: Progress) -> Generator[Progress, None, object]:
    yield progress
    return work()


def test_a_wall_is_chosen_from_the_seeds_that_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variety, "_TOGETHER", 4)
    monkeypatch.setattr(variety, "patiently", _told)  # else a quick look is over before anything is said of it
    *steps, chosen = generate_request.births(DEFAULT_CHECKPOINT, 7, 3)
    genomes = chosen.genomes
    assert any(step.note == "progress.choosing" for step in steps)
    assert 1 < len(genomes) <= 3
    assert genomes[0].seed == 7
    assert {genome.seed for genome in genomes} <= set(range(7, 19))
