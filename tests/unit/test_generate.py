"""Generate: a seed is a picture, a picture knows how it was made, and everything can be bred further."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import deepart
from deepart import runtime
from deepart.__main__ import main
from deepart.errors import InputError, WeightsError
from deepart.images import content_hash, load_image, png_bytes, save_png
from deepart.options import GenerateOptions
from deepart.recipes import chunks, recipe_of
from deepart.tasks.generate import projection
from deepart.tasks.generate.breeding import (
    blend,
    crossbreed,
    distance,
    levels_of,
    lineage,
    mix_levels,
    nearest_distance,
    neighbours,
    next_generation,
)
from deepart.tasks.generate.generate import DEFAULT_CHECKPOINT, ArtGenerator, patch_region
from deepart.tasks.generate.genome import MASK_SIDE, MOST_PATCHES, Genome, Start, genome_of
from deepart.tasks.generate.seeds import generate
from deepart.ui.generate.request import births
from photos import photo
from tiny_generators import STYLES, put_tiny_generator
from tiny_restorers import tiny_restorers


@pytest.fixture(autouse=True)
def bundled(monkeypatch: pytest.MonkeyPatch) -> None:
    put_tiny_generator(monkeypatch)


@pytest.fixture
def engine() -> ArtGenerator:
    return ArtGenerator()


def difference(a: Image.Image, b: Image.Image) -> float:
    return float(np.abs(np.asarray(a, np.float32) - np.asarray(b, np.float32)).mean())


# --- pictures ----------------------------------------------------------------------------------------


def test_a_seed_is_the_same_picture_alone_and_among_others() -> None:
    pictures = deepart.generate(5, 3, "rococo", 0.8)
    assert [picture.size for picture in pictures] == [(256, 256)] * 3
    (alone,) = deepart.generate(6, style="Rococo", truncation=0.8)
    assert alone.tobytes() == pictures[1].tobytes()
    assert min(difference(alone, other) for other in (pictures[0], pictures[2])) > 1
    for other in (dict(style="Cubism", truncation=0.8), dict(style="Rococo", truncation=0.3)):
        assert difference(generate(6, **other)[0], alone) > 0.5


def test_a_picture_is_painted_again_from_its_file(engine: ArtGenerator, tmp_path: Path) -> None:
    (picture,) = generate(7, style="Ukiyo-e")
    save_png(picture, tmp_path / "a.png", text=chunks(picture))
    recipe, genome = recipe_of(tmp_path / "a.png"), genome_of(tmp_path / "a.png")
    assert (recipe.verb, recipe.seed, recipe.checkpoint) == ("generate", 7, DEFAULT_CHECKPOINT)
    assert (recipe.settings["style"], recipe.settings["truncation"]) == ("Ukiyo-e", 1.0)
    assert engine.paint(genome).tobytes() == picture.tobytes()
    assert genome_of(png_bytes(Image.new("RGB", (40, 40)))) is None


def test_any_style_is_drawn_by_its_share(engine: ArtGenerator, monkeypatch: pytest.MonkeyPatch) -> None:
    (picture,) = generate(3)
    assert recipe_of(picture).settings["style"] in STYLES
    assert recipe_of(picture).settings["style"] == genome_of(picture).style == engine.born(3, "any").style
    network = engine.network()
    monkeypatch.setattr(network, "config", replace(network.config, shares=((1, 0), (0, 0), (1, 2))))
    drawn = [engine.born(seed).style for seed in range(400)]
    assert drawn.count(STYLES[0]) == pytest.approx(100, abs=30)
    assert drawn.count(STYLES[1]) == 0


def test_by_chance_every_picture_is_another_and_says_its_seed() -> None:
    first, second = (generate(count=1)[0] for _ in range(2))
    assert genome_of(first).seed != genome_of(second).seed
    assert generate(genome_of(first).seed)[0].tobytes() == first.tobytes()


def test_pictures_are_enlarged_by_the_upscaler(engine: ArtGenerator) -> None:
    with tiny_restorers():
        (picture,) = generate(3, upscale=2, look="crisp")
    assert picture.size == (512, 512) and recipe_of(picture).settings["upscale"] == 2
    assert genome_of(picture) == engine.born(3)


def test_every_picture_is_shown_when_it_is_done() -> None:
    shown = []
    generate(1, 3, on_progress=lambda progress: shown.append(progress.preview))
    assert len([preview for preview in shown if preview]) == 3


@pytest.mark.parametrize(
    "settings",
    [
        {"seed": -1},
        {"seed": 2**60},
        {"count": 0},
        {"count": 1000},
        {"style": "Dadaism"},
        {"truncation": 3},
        {"upscale": 3},
        {"look": "shiny"},
        {"checkpoint": "classify/lite0-wikiart-v1"},
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(settings: dict) -> None:
    with pytest.raises(InputError) as error:
        generate(**settings)
    assert str(error.value)


def test_without_its_weights_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from deepart.checkpoints import Checkpoint, models

    monkeypatch.setattr(Checkpoint, "folder", property(lambda row: tmp_path / row.key))
    models.forget(DEFAULT_CHECKPOINT)
    with pytest.raises(WeightsError):
        generate(1)


# --- genomes -----------------------------------------------------------------------------------------


def test_a_genome_survives_its_text_to_the_last_bit(engine: ArtGenerator) -> None:
    mask = Image.new("L", (90, 60))
    mask.paste(255, (0, 0, 45, 60))
    genome = patch_region(engine, crossbreed(engine.born(1, "Cubism"), engine.born(2), 0.3), mask, 9)
    again = Genome.from_json(genome.to_json())
    assert again == genome and again.id == genome.id
    assert again.style == "Cubism" and genome.with_style("Rococo").style == "Rococo"
    assert replace(genome, seed=5, parents=()).id == genome.id != replace(genome, noise=99).id


def test_no_text_from_elsewhere_is_believed(engine: ArtGenerator) -> None:
    good = json.loads(engine.born(1).to_json())
    mask = patch_region(engine, engine.born(1), Image.new("L", (32, 32), 255), 2).as_dict()["patches"]
    wrong = [
        {"latent": []},
        {"latent": ["AAAA"]},
        {"latent": ["AADAfw=="]},  # not a number
        {"latent": good["latent"] * 99},
        {"styles": [{"Cubism": 0.2}]},
        {"noise": -1},
        {"noise": 2**60},
        {"truncation": 99},
        {"checkpoint": None},
        {"patches": mask * (MOST_PATCHES + 1)},
        {"patches": [{**mask[0], "mask": "eJwDAAAAAAE="}]},
        {"origin": "<b>"},
        {"styles": [{"<b>": 1.0}]},
        {"checkpoint": "<script>"},
        {"parents": ["<img>"]},
    ]
    for change in wrong:
        with pytest.raises(ValueError):
            Genome.from_json(json.dumps({**good, **change}))
    for text in ("", "[]", "{}", "7", "[" * 9999):
        with pytest.raises(ValueError):
            Genome.from_json(text)


def test_a_genome_of_another_network_is_refused(engine: ArtGenerator) -> None:
    genome = engine.born(1)
    strange = [
        replace(genome, checkpoint="generate/other-v1"),
        replace(genome, latent=(genome.latent[0][:-1],)),
        replace(genome, latent=genome.latent * 3),
        replace(genome, styles=((("Dadaism", 1.0),),)),
    ]
    for other in strange:
        with pytest.raises(InputError):
            engine.paint(other)


# --- breeding ----------------------------------------------------------------------------------------


def test_neighbours_are_as_near_as_asked(engine: ArtGenerator) -> None:
    genome = engine.born(1, "Cubism")
    near, far = (neighbours(genome, 4, 10, amount) for amount in (0.1, 0.9))
    assert max(distance(genome, other) for other in near) < 0.1 < min(distance(genome, other) for other in far)
    assert neighbours(genome, 4, 10, 0.1) == near and neighbours(genome, 1, 11, 0.1) == near[1:2]
    assert {other.style for other in near} == {"Cubism"} and near[0].parents == (genome.id,)
    picture = engine.paint(genome)
    assert 0 < difference(engine.paint(near[0]), picture) < difference(engine.paint(far[0]), picture)


def test_a_crossbreed_lies_between_its_parents_and_the_ends_are_they(engine: ArtGenerator) -> None:
    first, second = engine.born(1, "Cubism"), engine.born(2, "Rococo")
    assert crossbreed(first, second, 0) == first and crossbreed(first, second, 1) == second
    child = crossbreed(first, second)
    assert dict(child.styles[0]) == {"Cubism": 0.5, "Rococo": 0.5} and child.parents == (first.id, second.id)
    apart = distance(first, second)
    assert distance(child, first) < apart and distance(child, second) < apart
    norms = [np.linalg.norm(genome.latent[0]) for genome in (first, second, child)]
    assert norms[2] == pytest.approx(np.mean(norms[:2]), rel=1e-4)
    with pytest.raises(InputError):
        blend([first, second], [0, 0])
    with pytest.raises(InputError):
        crossbreed(first, replace(second, checkpoint="generate/other-v1"))


def test_sizes_can_follow_different_pictures(engine: ArtGenerator) -> None:
    base, other = engine.born(1, "Cubism"), engine.born(2, "Rococo")
    layout, colours = (mix_levels(base, {group: other}, engine.num_levels) for group in ("layout", "colours"))
    pictures = [engine.paint(genome) for genome in (base, layout, colours)]
    assert min(difference(picture, pictures[0]) for picture in pictures[1:]) > 0.5
    coarse = [
        engine.network().coarse_features(engine.codes(g), engine.noise_of(base))[-1] for g in (base, colours, layout)
    ]
    assert torch.equal(coarse[0], coarse[1]) and not torch.equal(coarse[0], coarse[2])
    everything = mix_levels(base, dict.fromkeys(("layout", "forms", "colours"), other), engine.num_levels)
    assert everything.latent == other.latent and everything.noise == base.noise
    covered = [level for group in ("layout", "forms", "colours") for level in levels_of(group, 7)]
    assert covered == list(range(7))
    with pytest.raises(InputError):
        mix_levels(base, {"mood": other}, engine.num_levels)


def test_children_of_what_was_liked_are_not_alike(engine: ArtGenerator) -> None:
    liked = [engine.born(1, "Cubism"), engine.born(2, "Rococo")]
    children = next_generation(liked, 8, seed=3, num_levels=7)
    assert next_generation(liked, 8, seed=3, num_levels=7) == children
    assert {len(child.latent) for child in children} == {1, 7}  # some lie between their parents, some cross them
    assert engine.paint(max(children, key=lambda child: len(child.latent))).size == (256, 256)
    for child in children:
        others = [*liked, *(other for other in children if other is not child)]
        assert nearest_distance(child, others) >= 0.12
        assert set(child.parents) <= {genome.id for genome in liked} and child.origin == "child"
    lonely = next_generation(liked[:1], 12, seed=4, mutation=0.0)  # would all be the same picture
    assert min(nearest_distance(child, liked[:1]) for child in lonely) >= 0.12
    with pytest.raises(InputError):
        next_generation([], 4, seed=1)


def test_what_a_picture_was_made_from_is_followed_back(engine: ArtGenerator) -> None:
    first, second = engine.born(1), engine.born(2)
    child = crossbreed(first, second)
    (grandchild,) = next_generation([child, first], 1, seed=1)
    known = {genome.id: genome for genome in (first, second, child)}
    rows = lineage(grandchild, known)
    assert rows[0] == [grandchild] and child in rows[1]
    assert {genome.id for row in rows for genome in row} == {grandchild.id, *known}
    assert lineage(grandchild, {}) == [[grandchild]]


def test_a_region_stays_and_the_rest_is_drawn_anew(engine: ArtGenerator) -> None:
    genome = engine.born(1, "Cubism")
    mask = Image.new("L", (256, 256))
    mask.paste(255, (0, 0, 128, 256))
    before = np.asarray(engine.paint(genome), np.int16)
    kept = np.asarray(engine.paint(patch_region(engine, genome, mask, 5)), np.int16)
    anew = np.asarray(engine.paint(patch_region(engine, genome, mask, 5, keep=False)), np.int16)
    assert np.array_equal(kept[:, :90], before[:, :90]) and np.abs(kept[:, 160:] - before[:, 160:]).mean() > 1
    assert np.array_equal(anew[:, 166:], before[:, 166:]) and np.abs(anew[:, :90] - before[:, :90]).mean() > 1
    for seed in range(6):
        genome = patch_region(engine, genome, mask, seed)
    assert len(genome.patches) == MOST_PATCHES and len(genome.patches[0].mask) == MASK_SIDE**2


def test_a_picture_starts_from_somebodys_own_more_or_less_freely(engine: ArtGenerator) -> None:
    own = photo("coffee", 200)
    genome = engine.born(5, "Cubism")
    free = np.asarray(engine.paint(genome), float)
    wanted = np.asarray(own.resize(free.shape[1::-1], Image.Resampling.BICUBIC), float)
    apart = []
    for freedom in (0, 0.3, 0.7, 1):
        painted = engine.paint(replace(genome, start=Start.from_picture(own, freedom)))
        assert recipe_of(painted).settings["freedom"] == freedom and genome_of(painted).start.freedom == freedom
        apart.append([np.abs(np.asarray(painted, float) - other).mean() for other in (wanted, free)])
    assert apart[0][0] < 8 and apart[3][1] < 1
    assert all(a[0] < b[0] and a[1] > b[1] for a, b in zip(apart, apart[1:]))


def test_between_pictures_a_start_fades(engine: ArtGenerator) -> None:
    first, second = engine.born(1), engine.born(2)
    white, black = (Start.from_picture(Image.new("RGB", (80, 90), colour), 0.2) for colour in ("white", "black"))
    started = replace(first, start=white)
    assert crossbreed(started, second, 0.75).start.freedom == pytest.approx(0.8)
    assert crossbreed(started, second, 0.75).start.pixels == white.pixels
    grey = crossbreed(started, replace(second, start=black), 0.25).start
    assert set(grey.pixels) == {191} and grey.freedom == pytest.approx(0.2)
    assert crossbreed(first, second).start is None
    assert mix_levels(first, {"layout": started}, engine.num_levels).start == white
    assert mix_levels(started, {"layout": second}, engine.num_levels).start is None
    assert neighbours(started, 1, 7)[0].start == white


def test_a_region_of_a_started_picture_is_drawn_anew(engine: ArtGenerator) -> None:
    start = Start.from_picture(photo("coffee", 64), 0)
    genome = replace(engine.born(3), start=start)
    mask = Image.new("L", (64, 64))
    mask.paste(255, (0, 0, 24, 64))
    before, after = (
        np.asarray(engine.paint(each), int) for each in (genome, patch_region(engine, genome, mask, 8, False))
    )
    assert np.array_equal(before[:, 166:], after[:, 166:]) and np.abs(before[:, :70] - after[:, :70]).mean() > 1


@pytest.mark.parametrize("change", [{"freedom": 2}, {"freedom": "x"}, {"pixels": "eJwDAAAAAAE="}, {"pixels": "?"}])
def test_no_start_from_elsewhere_is_believed(engine: ArtGenerator, change: dict) -> None:
    genome = replace(engine.born(1), start=Start.from_picture(photo("coffee", 64), 0.5))
    assert Genome.from_json(genome.to_json()) == genome != engine.born(1)
    data = genome.as_dict()
    data["start"] |= change
    with pytest.raises(ValueError):
        Genome.from_json(json.dumps(data))


def test_a_start_is_a_file_and_says_so(tmp_path: Path) -> None:
    own = tmp_path / "own.png"
    own.write_bytes(png_bytes(photo("coffee", 64)))
    out = tmp_path / "out"
    assert main(["generate", "--seed", "4", "--start", str(own), "--freedom", "0.1", "-o", str(out)]) == 0
    (picture,) = deepart.generate(4, start=own, freedom=0.1)
    assert load_image(out / "4.png").tobytes() == picture.tobytes()
    assert recipe_of(picture).ingredients[0].sha256 == content_hash(load_image(own))
    with pytest.raises(InputError, match="genre"):
        deepart.generate(4, start=own, genre="landscape")


def test_a_wall_of_the_page_starts_from_somebodys_own(engine: ArtGenerator) -> None:
    start = Start.from_picture(photo("coffee", 64), 0.5)
    *_, chosen = births(DEFAULT_CHECKPOINT, 7, 3, style="Cubism", genre="landscape", start=start)
    assert [(genome.seed, genome.style, genome.start) for genome in chosen.genomes] == [
        (seed, "Cubism", start) for seed in (7, 8, 9)
    ]


# --- the command line --------------------------------------------------------------------------------


def test_generate_writes_pictures_a_sheet_and_paints_them_again(tmp_path: Path, capsys) -> None:
    out, again = tmp_path / "out", tmp_path / "again"
    arguments = ["--seed", "4", "--count", "2", "--style", "Cubism", "--sheet"]
    assert main(["generate", *arguments, "-o", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["4.png", "5.png", "sheet.png"]
    assert main(["generate", "--again", str(out / "5.png"), "-o", str(again)]) == 0
    assert load_image(again / "5.png").tobytes() == load_image(out / "5.png").tobytes()
    more = ["generate", "--again", str(out / "5.png"), "--neighbours", "2", "--seed", "1", "-o", str(again)]
    assert main(more) == 0 and len(list(again.glob("neighbour-*.png"))) == 2
    assert main(["generate", "--again", str(out / "sheet.png"), "-o", str(again)]) == 2
    assert main(["generate", "--style", "Dadaism", "-o", str(again)]) == 2
    sentences = capsys.readouterr().err
    assert all(style in sentences for style in STYLES)


def test_a_region_of_a_picture_is_painted_anew_and_the_rest_stays(tmp_path: Path) -> None:
    old, mask = tmp_path / "4.png", tmp_path / "mask.png"
    assert main(["generate", "--seed", "4", "-o", str(tmp_path)]) == 0
    left = Image.new("L", (64, 64))
    left.paste(255, (0, 0, 24, 64))
    left.save(mask)
    assert main(["generate", "--again", str(old), "--region", str(mask), "--seed", "9", "-o", str(tmp_path)]) == 0
    (new,) = deepart.generate(9, again=old, region=mask)
    (written,) = tmp_path.glob("patch-*.png")
    assert new.tobytes() == load_image(written).tobytes() and recipe_of(new).seed == 9
    before, after = (np.asarray(load_image(each), int) for each in (old, new))
    assert (before[:, 160:] == after[:, 160:]).all() and (before[:, :80] != after[:, :80]).any()
    farther = np.asarray(deepart.generate(9, again=old, region=mask, amount=1)[0], int)
    assert abs(farther - before)[:, :80].mean() > abs(after - before)[:, :80].mean()
    again = deepart.generate(9, 2, again=old, amount=0)
    assert all(picture.tobytes() == load_image(old).tobytes() for picture in again)
    for wrong in ({"region": mask}, {"again": old, "style": "Cubism"}, {"again": old, "start": old}, {"again": mask}):
        with pytest.raises(InputError):
            deepart.generate(9, **wrong)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--region", "mask.png"], "--region"),
        (["--like", "own.png", "--upscale", "2", "--seed", "0"], "--seed, --upscale"),
        (["--again", "made.png", "--style", "Cubism"], "--style"),
        (["--again", "made.png", "--amount", "0.5"], "--amount"),
        (["--prompt", "a pond"], "--prompt"),
        (["--freedom", "0.5"], "--freedom"),
        (["--like", "own.png", "--start", "own.png"], "--start"),
        (["--checkpoint", "somebody/pipeline", "--truncation", "0.5", "--prompt", "a pond"], "--truncation"),
    ],
)
def test_generate_refuses_an_option_that_would_change_nothing(
    tmp_path: Path, capsys, arguments: list[str], named: str
) -> None:
    assert main(["generate", *arguments, "-o", str(tmp_path / "out")]) == 2
    assert f"leave them out: {named}." in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_generate_looks_for_a_picture_and_names_the_nearest_works(
    tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "STARTS", 2)
    monkeypatch.setattr(projection, "MOST_SECONDS", 0.1)
    own = tmp_path / "own.png"
    own.write_bytes(png_bytes(photo("coffee", 64)))
    assert main(["generate", "--like", str(own), "--original", "-o", str(tmp_path / "out")]) == 0
    (found,) = (tmp_path / "out").iterdir()
    assert found.name.startswith("projection-") and recipe_of(found).ingredients[0].role == "content"
    assert "nearest works" in capsys.readouterr().out


def test_other_weights_of_the_same_layout_can_be_painted_with(engine: ArtGenerator) -> None:
    network = engine.network()
    fresh = ArtGenerator(loaded=network)
    genome = fresh.born(3, "Rococo")
    assert fresh.paint(genome).tobytes() == engine.paint(genome).tobytes()


def test_closing_the_engine_ends_it() -> None:
    from deepart.tasks.generate.seeds import generate_steps

    steps = generate_steps(GenerateOptions(1, 8))
    painted = sum(next(steps).preview is not None for _ in range(4))
    steps.close()
    assert painted <= 3
    with pytest.raises(StopIteration):
        next(steps)
    assert runtime.run(generate_steps(GenerateOptions(1)))
