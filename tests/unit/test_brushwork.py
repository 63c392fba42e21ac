"""Brushwork: a generated picture is painted once more, in a style's palette, and stays itself when it is bred."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepart import runtime
from deepart.checkpoints import models
from deepart.errors import InputError, WeightsError
from deepart.models.style_network import StyleNetwork, StyleNetworkConfig
from deepart.options import WalkOptions
from deepart.recipes import recipe_of
from deepart.tasks.generate.breeding import crossbreed, mix_levels, neighbour
from deepart.tasks.generate.brushwork import (
    FACTS,
    LEAST_WINDOW,
    SIDE,
    TENSORS,
    Brushwork,
    find_brushwork,
    put_into_window,
    windowed,
)
from deepart.tasks.generate.generate import DEFAULT_CHECKPOINT, ArtGenerator, patch_region
from deepart.tasks.generate.genome import WHOLE, Genome
from deepart.tasks.generate.seeds import generate
from deepart.tasks.generate.walks import Walk, walk_steps
from deepart.tasks.paint.engine import StyleTransfer
from deepart.training.generate.brushwork import brushwork_steps
from tiny_generators import STYLES, put_tiny_generator

PAINTER = "transfer/tiny"
TINY = StyleNetworkConfig((4, 6, 8), 1, 1, 1, (8, 6, 4), (4, 6, 8, 10), hidden=12, linear=6)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Brushwork:
    """The brushwork of the bundled generator: two paintings of each of two styles, read by a tiny style network."""
    torch.manual_seed(0)
    network = StyleNetwork(TINY).eval().requires_grad_(False)
    models.put(PAINTER, network, str(runtime.device()))
    put_tiny_generator(monkeypatch, tmp_path)
    chance = np.random.default_rng(0)
    pictures = [chance.integers(0, 256, (64, 64, 3), dtype=np.uint8) // (1 + k) for k in range(6)]
    steps = brushwork_steps(StyleTransfer(PAINTER, network), pictures, [STYLES[k % 2] for k in range(6)], most=2)
    runtime.run(steps).save(tmp_path)
    yield find_brushwork(DEFAULT_CHECKPOINT)
    models.forget(PAINTER)


def test_a_code_belongs_to_a_seed_and_is_that_of_a_painting_of_the_style(known: Brushwork) -> None:
    assert known.styles == (STYLES[0],) * 2 + (STYLES[1],) * 2  # not more of each than were asked for
    code = known.code(STYLES[1], 5).vector
    assert torch.equal(code, known.code(STYLES[1], 5).vector)
    assert not all(torch.equal(code, known.code(STYLES[1], seed).vector) for seed in range(8))
    assert any(torch.allclose(code, each, atol=1e-5) for each in known.mean + known.points[2:] @ known.basis)
    assert known.code("Dadaism", 1).vector.isfinite().all()  # of all, if there are none


def test_a_seed_is_found_whose_paintings_show_a_genre(known: Brushwork) -> None:
    shown = replace(known, genres=("portrait", "landscape", "", "landscape"))
    seeds = {shown.seed_for(STYLES[0], "landscape", seed) for seed in range(8)}
    assert len(seeds) == 8
    for seed in seeds:
        assert torch.allclose(shown.code(STYLES[0], seed).vector, known.mean + known.points[1] @ known.basis, atol=1e-5)
    assert shown.seed_for(STYLES[0], "landscape", 3) == shown.seed_for(STYLES[0], "landscape", 3)
    assert shown.seed_for(STYLES[0], "cityscape", 3) == known.seed_for(STYLES[0], "landscape", 3) == 3
    assert shown.paintings_of(STYLES[0], "landscape") == (1, 2) and shown.paintings_of(STYLES[1], "portrait") == (0, 1)


def test_what_paintings_show_is_kept_and_a_genre_draws_from_it(known: Brushwork, tmp_path: Path) -> None:
    replace(known, genres=("portrait", "landscape", "", "landscape")).save(tmp_path)
    assert find_brushwork(DEFAULT_CHECKPOINT).genres == ("portrait", "landscape", "", "landscape")
    usual, shown = (ArtGenerator().born(3, STYLES[0], genre=genre) for genre in (None, "landscape"))
    assert usual.latent == shown.latent and usual.brushwork == ((3, 1.0),) != shown.brushwork
    assert ArtGenerator().born(3, STYLES[0], finish="plain", genre="landscape").brushwork == ()
    assert shown.window == WHOLE != usual.window
    drawn = {
        genre: {ArtGenerator().born(seed, genre=genre).style for seed in range(12)} for genre in (None, "portrait")
    }
    assert drawn == {None: set(STYLES), "portrait": {STYLES[0]}}
    replace(known, genres=("portrait",)).save(tmp_path)
    with pytest.raises(WeightsError):
        find_brushwork(DEFAULT_CHECKPOINT)


def test_pictures_are_painted_unless_they_are_to_stay_plain(known: Brushwork) -> None:
    painted, plain = generate(7)[0], generate(7, finish="plain")[0]
    assert painted.size == (SIDE, SIDE) and np.asarray(painted).std() > 0
    assert painted.tobytes() == generate(6, 2)[1].tobytes() != plain.tobytes()
    recipe = recipe_of(painted)
    assert (recipe.settings["finish"], recipe.settings["painter"]) == ("painted", PAINTER)
    assert "finish" not in recipe_of(plain).settings
    genome = Genome.from_json(str(recipe.settings["genome"]))
    assert ArtGenerator().paint(genome).tobytes() == painted.tobytes()
    with pytest.raises(InputError):
        generate(7, finish="varnished")


def test_a_picture_shows_a_part_of_its_layout_and_old_recipes_all_of_it(known: Brushwork) -> None:
    engine = ArtGenerator()
    genome = engine.born(3)
    left, top, side = genome.window
    assert LEAST_WINDOW <= side < 1 and 0 <= left <= 1 - side and 0 <= top <= 1 - side
    assert engine.born(3, finish="plain").window == WHOLE != engine.born(4).window != genome.window
    assert Genome.from_json(genome.to_json()) == genome
    old = json.loads(genome.to_json())
    del old["window"]
    assert Genome.from_json(json.dumps(old)).window == WHOLE
    for wrong in ([0.5, 0, 0.6], [0, -0.1, 0.6], [0, 0, 0], [0, 0], [0, 0, float("nan")]):
        with pytest.raises(ValueError):
            Genome.from_json(json.dumps(old | {"window": wrong}))


def test_a_window_is_cut_out_enlarged_and_put_back() -> None:
    layout = torch.rand(1, 3, 64, 64)
    shown = windowed(layout, (0.25, 0.5, 0.5))
    assert shown.shape == layout.shape and windowed(layout, WHOLE) is layout
    assert torch.allclose(
        shown.unflatten(2, (32, 2)).unflatten(-1, (32, 2)).mean((3, 5)), layout[..., 32:, 16:48], atol=0.3
    )
    assert torch.allclose(
        windowed(torch.linspace(0, 1, 64).expand(1, 3, 64, 64), (0.25, 0.5, 0.5)).mean(), torch.tensor(0.5), atol=0.01
    )
    mask = put_into_window(torch.ones(1, 1, 64, 64), (0.25, 0.5, 0.5))
    assert mask[..., 34:62, 18:46].min() == 1 and mask.sum() == pytest.approx(32 * 32, rel=0.02)
    assert windowed(mask.expand(1, 3, 64, 64), (0.25, 0.5, 0.5))[..., 2:-2, 2:-2].min() > 0.99


def test_what_is_bred_has_brushwork_between_that_of_its_parents(known: Brushwork) -> None:
    engine = ArtGenerator()
    first, second = engine.born(1, STYLES[0]), engine.born(2, STYLES[1])
    assert dict(crossbreed(first, second, 0.25).brushwork) == pytest.approx({1: 0.75, 2: 0.25})
    assert dict(neighbour(first, 9, 0.2).brushwork) == pytest.approx({1: 0.8, 9: 0.2})
    assert crossbreed(first, second, 0.25).window == pytest.approx(
        tuple(0.75 * a + 0.25 * b for a, b in zip(first.window, second.window))
    )
    assert neighbour(first, 9, 0.2).window == mix_levels(first, {"colours": second}, engine.num_levels).window
    assert mix_levels(first, {"layout": second}, engine.num_levels).window == second.window
    assert mix_levels(first, {"colours": second}, engine.num_levels).brushwork == second.brushwork
    assert mix_levels(first, {"layout": second}, engine.num_levels).brushwork == first.brushwork
    plain = engine.born(1, finish="plain")
    assert neighbour(plain, 9, 0.2).brushwork == plain.brushwork == ()


def test_outside_a_region_that_is_drawn_anew_nothing_changes(known: Brushwork) -> None:
    engine = ArtGenerator()
    genome = engine.born(3)
    mask = Image.new("L", (64, 64))
    mask.paste(255, (0, 0, 24, 64))
    before, after = (
        np.asarray(engine.paint(each), int) for each in (genome, patch_region(engine, genome, mask, 8, False))
    )
    assert (before[:, 112:] == after[:, 112:]).all()
    assert (before[:, :80] != after[:, :80]).any()


def test_a_film_between_a_painted_and_a_plain_picture_is_painted(known: Brushwork, tmp_path: Path) -> None:
    engine = ArtGenerator()
    walk = Walk((engine.born(1), engine.born(2, finish="plain")), WalkOptions(2, loop=False))
    sizes = {step.preview.size for step in walk_steps(engine, walk, tmp_path / "a.gif") if step.preview}
    assert sizes == {(SIDE, SIDE)}


@pytest.mark.parametrize("brushwork", [[[1, 0.5]], [[-1, 1.0]], [[1, 1.0]] * 9, [[1, 2.0], [2, -1.0]]])
def test_no_brushwork_from_elsewhere_is_believed(known: Brushwork, brushwork: list) -> None:
    genome = ArtGenerator().born(1)
    assert Genome.from_json(genome.to_json()) == genome
    with pytest.raises(ValueError):
        Genome.from_json(replace(genome, brushwork=tuple(map(tuple, brushwork))).to_json())


def test_a_damaged_file_is_refused_and_a_missing_one_is_not(known: Brushwork, tmp_path: Path) -> None:
    (tmp_path / TENSORS).write_bytes(b"no")
    (tmp_path / FACTS).write_text('{"painter": "x", "styles": []}', "utf-8")
    with pytest.raises(WeightsError):
        find_brushwork(DEFAULT_CHECKPOINT)
    (tmp_path / FACTS).unlink()
    assert find_brushwork(DEFAULT_CHECKPOINT) is None and ArtGenerator().born(1).brushwork == ()
