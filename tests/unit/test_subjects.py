"""What to paint: pictures of a style that show what was asked for, and how rare that is."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

import pytest
import torch
from PIL import Image

import deepart
from deepart import runtime
from deepart.__main__ import main
from deepart.errors import InputError
from deepart.recipes import recipe_of
from deepart.tasks.classify.classify import ArtworkClassifier
from deepart.tasks.generate import seeds, subjects
from deepart.tasks.generate.generate import DEFAULT_CHECKPOINT, ArtGenerator
from deepart.tasks.generate.genome import Genome
from deepart.tasks.generate.subjects import GENRES, known_genre, showing_steps
from deepart.ui.generate.request import births
from tiny_generators import put_tiny_generator

LABELS = ArtworkClassifier().network().labels["genre"]


@pytest.fixture(autouse=True)
def bundled(monkeypatch: pytest.MonkeyPatch) -> None:
    put_tiny_generator(monkeypatch)


OF_LETTER = {"L": "landscape", "P": "portrait", "N": "nude_painting", "F": "genre_painting"}


class Sees:
    """Stands for the classifier: sees in one picture after the other a Landscape, Portrait, Nude or Figures."""

    def __init__(self, letters: str) -> None:
        self._genres = iter(OF_LETTER[letter] for letter in letters)
        self.looked_at = 0

    def network(self) -> object:
        config = dataclasses.replace(ArtworkClassifier().network().config, index="")
        return type("Network", (), {"labels": {"genre": LABELS}, "config": config})

    def describe(self, pictures: Sequence[object], thorough: bool) -> torch.Tensor:
        self.looked_at += len(pictures)
        places = torch.tensor([LABELS.index(next(self._genres)) for _ in pictures])
        return torch.nn.functional.one_hot(places, len(LABELS))[:, None].float()

    def probabilities(self, features: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"genre": 0.5 * features[:, 0] + 0.05}


def shown(genres: str, genre: str, count: int, **more: object) -> subjects.Chosen:
    """Choose among pictures of which each shows the genre of a letter."""
    engine, classifier = ArtGenerator(), Sees(genres)
    genomes = [engine.born(seed) for seed in range(len(genres))]
    chosen = runtime.run(showing_steps(engine, genomes, count, genre, classifier=classifier, **more))
    assert chosen.looked_at == classifier.looked_at
    return chosen


def test_the_first_that_show_it_are_chosen_and_no_more_are_looked_at() -> None:
    chosen = shown("PLPPLPPL" + 8 * "L", "landscape", 2)
    assert [genome.seed for genome in chosen.genomes] == [1, 4]
    assert (chosen.found, chosen.looked_at) == (3, 8)


def test_fewer_come_where_it_is_rare_and_it_is_said() -> None:
    chosen = shown(15 * "P" + "L", "landscape", 4)
    assert [genome.seed for genome in chosen.genomes] == [15]
    assert chosen.sentence() == "Rare in this style: 1 of 16 pictures looked like “Landscape”."
    assert "16" in chosen.sentence("zh")


def test_with_none_the_nearest_is_painted_and_it_is_said() -> None:
    chosen = shown(8 * "P", "still_life", 4)
    assert len(chosen.genomes) == 1 and chosen.found == 0 and "None of 8" in chosen.sentence()


def test_nudes_are_figures() -> None:
    chosen = shown("PNPFPPPP", "genre_painting", 8)
    assert [genome.seed for genome in chosen.genomes] == [1, 3]


def test_a_wall_differs_among_those_that_show_it() -> None:
    chosen = shown("FNFNFNPP" + "PPPPPPPP", "genre_painting", 2, is_varied=True)
    assert len({genome.seed % 2 for genome in chosen.genomes}) == 2  # a nude and figures
    assert (chosen.found, chosen.looked_at) == (6, 8)


@pytest.mark.parametrize(
    ("name", "genre"),
    [("Landscape", "landscape"), ("still life", "still_life"), ("STILL_LIFE", "still_life"), (None, "any")]
    + [("abstract", "abstract_painting"), ("风景画", "landscape"), ("any", "any"), (" portrait ", "portrait")],
)
def test_a_genre_has_several_names(name: str | None, genre: str) -> None:
    assert known_genre(name) == genre


def test_what_is_no_genre_is_refused_before_anything_is_painted() -> None:
    with pytest.raises(InputError, match="landscape"):
        deepart.generate(seed=1, genre="nude")


def test_it_is_the_same_picture_as_of_its_seed_and_the_recipe_says_of_how_many(
    monkeypatch: pytest.MonkeyPatch, tmp_path, capsys
) -> None:
    monkeypatch.setattr(subjects, "ArtworkClassifier", lambda: Sees("PPPLPPPP" + 100 * "P"))
    (picture,) = deepart.generate(seed=7, genre="Landscape", style="Rococo")
    facts = recipe_of(picture)
    assert facts.seed == 10
    assert [facts.settings[name] for name in ("genre", "found", "looked_at")] == ["landscape", 1, 8]
    (same,) = deepart.generate(seed=10, style="Rococo")
    assert same.tobytes() == picture.tobytes() and "genre" not in recipe_of(same).settings
    words = ["generate", "--seed", "7", "--style", "Rococo", "--genre", "landscape", "-o", str(tmp_path)]
    assert main(words) == 0
    assert "1 of 8 pictures looked like “Landscape”" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["10.png"]


def with_brushwork(genomes: Sequence[Genome]) -> list[Genome]:
    return [dataclasses.replace(genome, brushwork=((1, 1.0),)) for genome in genomes]


@pytest.mark.parametrize("is_varied", [False, True])
def test_brushwork_must_not_hide_what_was_asked_for(monkeypatch: pytest.MonkeyPatch, is_varied: bool) -> None:
    engine = ArtGenerator()
    monkeypatch.setattr(ArtGenerator, "paint", lambda self, genome: Image.new("RGB", (8, 8)))
    genomes = with_brushwork([engine.born(seed) for seed in range(8)])
    steps = showing_steps(engine, genomes, 1, "landscape", classifier=Sees("PLPLPPLP" + "PLP"), is_varied=is_varied)
    chosen = runtime.run(steps)
    assert [genome.seed for genome in chosen.genomes] == [3] and (chosen.found, chosen.looked_at) == (2, 8)
    chosen = runtime.run(showing_steps(engine, genomes, 1, "landscape", classifier=Sees("PLPPPPPP" + 8 * "P")))
    assert [genome.seed for genome in chosen.genomes] == [1] and chosen.found == 0


def test_brushwork_may_bring_out_what_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = ArtGenerator()
    monkeypatch.setattr(ArtGenerator, "paint", lambda self, genome: Image.new("RGB", (8, 8)))
    genomes = with_brushwork([engine.born(seed) for seed in range(8)])
    chosen = runtime.run(showing_steps(engine, genomes, 1, "landscape", classifier=Sees(8 * "P" + "PPL")))
    assert [genome.seed for genome in chosen.genomes] == [2] and chosen.found == 1


def test_what_is_rare_is_said_with_its_paintings() -> None:
    facts = {"genre": "landscape", "found": 1, "looked_at": 64, "paintings": 2, "of_paintings": 60}
    said = subjects.sentence_of(facts)
    assert said.endswith("like “Landscape”. Of 60 paintings of this style whose subject is known, 2 show it.")
    assert "60" not in subjects.sentence_of(facts | {"found": 20})


def test_a_wall_of_the_page_shows_what_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subjects, "ArtworkClassifier", lambda: Sees(32 * "PL"))
    *_, chosen = births(DEFAULT_CHECKPOINT, 7, 4, genre="landscape")
    assert {genome.seed % 2 for genome in chosen.genomes} == {0}
    assert chosen.sentence() == "12 of 24 pictures looked like “Landscape”."  # three for each that hangs are enough


def test_the_classifier_has_every_genre_that_can_be_asked_for() -> None:
    assert set(GENRES) == set(LABELS) - {"nude_painting"}
    assert seeds.candidates_for(1) == 64 and json.dumps(shown("L", "landscape", 1).settings())


def test_a_wall_is_of_the_surest() -> None:
    engine, classifier = ArtGenerator(), Sees(8 * "L")
    doubt = iter([0, 3, 0, 3, 3, 3, 3, 3])
    plain = classifier.describe
    classifier.describe = lambda pictures, thorough: torch.stack(
        [row / (1 + next(doubt)) for row in plain(pictures, thorough)]
    )
    genomes = [engine.born(seed) for seed in range(8)]
    chosen = runtime.run(showing_steps(engine, genomes, 1, "landscape", is_varied=True, classifier=classifier))
    assert [genome.seed for genome in chosen.genomes] == [0] and chosen.found == 8
