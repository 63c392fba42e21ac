"""Training of the style network, small: it learns, it resumes, its distances mean what they say."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepart.__main__ import main
from deepart.errors import InputError
from deepart.images import load_image, png_bytes
from deepart.models.style_network import StyleNetwork, StyleNetworkConfig
from deepart.models.vgg import VGG16Config, VGG16Features
from deepart.training import losses
from deepart.training.data import PictureStore, degrade, find_pictures, is_held_out, random_crop
from deepart.training.loop import BatchSpec, ExponentialAverage, FitConfig, Stage, fit, learning_rate_at
from deepart.training.paint.evaluation import SIDE, contact_sheet, evaluate_style, mapping_report, sharp_pictures
from deepart.training.paint.style_network import StyleTraining
from deepart.training.paint.synthetic_styles import drawn, harsher
from deepart.training.run import alone
from photos import photo
from unit.test_style_network import TINY


@pytest.fixture(scope="module")
def teacher() -> VGG16Features:
    torch.manual_seed(0)
    return VGG16Features(VGG16Config(channels=(4, 6, 8, 8))).eval()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("coffee", "astronaut", "chelsea", "rocket"):
        (tmp_path / f"{name}.png").write_bytes(png_bytes(photo(name, 80)))
    return tmp_path


@pytest.fixture
def task(folder: Path, teacher: VGG16Features) -> StyleTraining:
    torch.manual_seed(1)  # from here it learns by far the most of several beginnings, whatever the threads
    store = PictureStore(find_pictures(folder), folder / "cache")
    return StyleTraining(StyleNetwork(TINY), teacher, [store], [store])


STAGES = (Stage(32, 4, 1.0),)


def features(teacher: VGG16Features, name: str) -> dict[str, torch.Tensor]:
    from deepart.images import to_tensor

    return teacher(to_tensor(photo(name, 64)))


# --- distances -----------------------------------------------------------------------------------


def test_distances_are_zero_for_the_picture_itself_and_positive_for_another(teacher: VGG16Features) -> None:
    coffee, rocket = features(teacher, "coffee"), features(teacher, "rocket")
    for distance in (losses.style_distance, losses.content_distance, losses.structure_distance, losses.gram_distance):
        assert distance(coffee, coffee).item() == pytest.approx(0, abs=1e-4)
        assert distance(rocket, coffee).item() > 0.01


def test_style_distance_follows_its_definition(teacher: VGG16Features) -> None:
    ours, theirs = features(teacher, "coffee"), features(teacher, "rocket")
    expected = []
    for tap in losses.STYLE_TAPS:
        y, s = ours[tap].flatten(2)[0], theirs[tap].flatten(2)[0]
        y_std, s_std = ((x.var(1, correction=0) + 1e-5).sqrt() for x in (y, s))
        top = (y.mean(1) - s.mean(1)).norm() + (y_std - s_std).norm()
        expected.append(top / (s.mean(1).norm() + s_std.norm()))
    assert losses.style_distance(ours, theirs).item() == pytest.approx(torch.stack(expected).mean().item(), rel=1e-3)


def test_palette_distance_sees_colours_and_not_places() -> None:
    x = torch.rand(1, 3, 64, 64)
    torch.manual_seed(0)
    assert losses.palette_distance(x, x.flip(2)).item() < 1e-6
    assert losses.palette_distance(x, x * 0.5).item() > 0.05


# --- data ----------------------------------------------------------------------------------------


def test_a_store_gives_back_the_pictures_and_is_decoded_once(folder: Path) -> None:
    paths = find_pictures(folder)
    store = PictureStore(paths, folder / "cache", shortest=40)
    assert len(store) == 4 and store[0].shape == (40, 40, 3)
    for path in paths:
        path.unlink()
    again = PictureStore(paths, folder / "cache", shortest=40)
    assert np.array_equal(again[3], store[3])


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        find_pictures(tmp_path)
    assert caught.value.key == "training.no_pictures"


def test_the_held_out_twentieth_does_not_depend_on_the_machine() -> None:
    paths = [Path(f"/anywhere/artist/{i:04}.jpg") for i in range(2000)]
    held = [is_held_out(path) for path in paths]
    assert 60 < sum(held) < 140
    assert held == [is_held_out(Path("/elsewhere") / path.relative_to("/anywhere")) for path in paths]


def test_crops_have_the_size_asked_for_and_are_the_same_for_the_same_seed() -> None:
    picture = np.asarray(photo("coffee", 50))
    crop = random_crop(picture, 96, (0.5, 2.0), np.random.default_rng(3))
    assert crop.shape == (3, 96, 96) and crop.min() >= 0 and crop.max() <= 1
    assert torch.equal(crop, random_crop(picture, 96, (0.5, 2.0), np.random.default_rng(3)))


# --- the loop ------------------------------------------------------------------------------------


CONFIG = FitConfig(minutes=60, stages=STAGES, learning_rate=2e-3, warmup_steps=5, bf16=False)


def stop_after(steps: int):
    count = [0]

    def on_step(report) -> None:
        count[0] += 1

    return on_step, lambda: count[0] >= steps


def test_it_learns(task: StyleTraining, tmp_path: Path) -> None:
    def total() -> float:
        """Of ten batches that it is not trained on, with the weights of the beginning."""
        task.network.eval()
        task.content_weight = task.weights.content
        with torch.no_grad():
            specs = [BatchSpec(STAGES[0], step) for step in range(1000, 1010)]
            return np.mean([task.losses(task.draw(spec), spec)["total"].item() for spec in specs])

    before = total()
    on_step, should_stop = stop_after(120)
    fit(task, CONFIG, tmp_path / "state.pt", on_step, should_stop)
    assert total() < 0.85 * before


def test_a_resumed_run_goes_on_where_it_was(task: StyleTraining, tmp_path: Path) -> None:
    state = tmp_path / "state.pt"
    on_step, should_stop = stop_after(4)
    fit(task, CONFIG, state, on_step, should_stop)
    first = {name: value.clone() for name, value in task.network.state_dict().items()}

    torch.manual_seed(99)
    resumed = StyleTraining(StyleNetwork(TINY), task.perceptual_network, task.contents, task.styles)
    seen = []
    fit(resumed, CONFIG, state, seen.append, lambda: len(seen) >= 0)
    assert all(torch.equal(value, first[name]) for name, value in resumed.network.state_dict().items())
    assert resumed.content_weight == task.content_weight != task.weights.content
    fit(resumed, CONFIG, state, seen.append, lambda: len(seen) >= 2)
    assert [report.step for report in seen] == [5, 6]


def test_the_state_is_never_torn(task: StyleTraining, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = tmp_path / "state.pt"
    on_step, should_stop = stop_after(1)
    fit(task, CONFIG, state, on_step, should_stop)
    before = state.read_bytes()

    def killed(obj, path) -> None:
        Path(path).write_bytes(b"half of a fi")
        raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", killed)
    on_step, should_stop = stop_after(1)
    with pytest.raises(KeyboardInterrupt):
        fit(task, CONFIG, state, on_step, should_stop)
    assert state.read_bytes() == before


def test_a_step_with_endless_gradients_is_left_out(task: StyleTraining, tmp_path: Path) -> None:
    plain = task.losses
    task.losses = lambda batch, spec: {"total": plain(batch, spec)["total"] * (float("inf") if spec.step == 1 else 1)}
    on_step, should_stop = stop_after(3)
    fit(task, CONFIG, tmp_path / "state.pt", on_step, should_stop)
    assert all(value.isfinite().all() for value in task.network.state_dict().values())


def test_stages_and_rates() -> None:
    assert Stage.parse("128x16@0.4") == Stage(128, 16, 0.4)
    assert Stage.parse("256x6") == Stage(256, 6, 1.0)
    config = FitConfig(10, STAGES, learning_rate=1e-3, final_learning_rate=1e-5, warmup_steps=100)
    assert learning_rate_at(0, 0, config) == pytest.approx(1e-5)
    assert learning_rate_at(0, 100, config) == pytest.approx(1e-3)
    assert learning_rate_at(1, 1000, config) == pytest.approx(1e-5)


def test_the_average_follows_slowly() -> None:
    network = torch.nn.Linear(2, 2)
    average = ExponentialAverage(network, decay=0.9)
    before = average.network.weight.clone()
    with torch.no_grad():
        network.weight += 1
    average.update(network, step=10_000)
    torch.testing.assert_close(average.network.weight, before + 0.1)


# --- evaluation and the command line -------------------------------------------------------------


def test_evaluation_has_both_controls(teacher: VGG16Features) -> None:
    pairs = [(photo("coffee", 64), photo("rocket", 64)), (photo("chelsea", 64), photo("astronaut", 64))]
    scores = {score.method: score for score in evaluate_style({"copy": lambda c, s: c}, pairs, teacher)}
    assert scores["identity"].content == pytest.approx(0, abs=1e-5)
    assert scores["target"].style == pytest.approx(0, abs=1e-5)
    assert scores["copy"].style == scores["identity"].style > 0


def test_contact_sheet_shows_every_pair() -> None:
    sheet = contact_sheet(lambda c, s: s, [photo("coffee", 64)], [photo("rocket", 64), photo("chelsea", 64)], side=32)
    assert sheet.size == (96, 64)
    assert np.array_equal(sheet.crop((32, 32, 64, 64)), photo("rocket", 64).resize((32, 32)))


def test_train_style_leaves_a_bundle_that_paints(
    folder: Path, tmp_path: Path, teacher: VGG16Features, monkeypatch: pytest.MonkeyPatch
) -> None:
    from deepart.training import run
    from deepart.training.paint import style_network

    monkeypatch.setattr(run, "load_perceptual_network", lambda name: teacher)
    monkeypatch.setattr(run, "StyleNetworkConfig", lambda: TINY)
    monkeypatch.setattr(run, "LOG_EVERY", 1)
    monkeypatch.setattr(style_network, "CODE_CROPS", 100)
    options = Namespace(
        contents=[folder], styles=[folder], run=tmp_path / "run", minutes=0.02, stages="32x4", learning_rate=1e-3,
        seed=0, start=None, teacher="", content_target=0.4,
    )  # fmt: skip
    run.train_style(options)
    network = StyleNetwork.from_pretrained(tmp_path / "run" / "bundle")
    assert network.config == TINY != StyleNetworkConfig()
    assert network(torch.rand(1, 3, 32, 32), torch.rand(1, 3, 32, 32)).isfinite().all()
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert log and {"step", "style", "content", "weave", "total"} <= set(log[0])
    options.start, options.run = str(tmp_path / "run" / "bundle"), tmp_path / "further"
    run.train_style(options)
    assert (tmp_path / "further" / "bundle" / "model.safetensors").exists()


def test_a_grid_has_energy_and_strokes_have_none() -> None:
    torch.manual_seed(0)
    strokes = 0.5 + 0.1 * torch.randn(1, 1, 128, 160).expand(-1, 3, -1, -1)
    row, column = torch.meshgrid(torch.arange(128), torch.arange(160), indexing="ij")
    grid = strokes + 0.05 * (((row // 8 + column // 8) % 2) * 2 - 1)
    assert losses.grid_energy(strokes) < 0.02
    assert 0.04 < losses.grid_energy(grid) < 0.06
    assert losses.grid_energy(grid[..., :40, :70]) > 0.03


def weaving(period: int) -> torch.Tensor:
    row, column = torch.meshgrid(torch.arange(128), torch.arange(192), indexing="ij")
    return (0.05 * ((row * 2 // period + column * 2 // period) % 2 * 2 - 1)).expand(1, 3, -1, -1)


@pytest.mark.parametrize("period", [8, 10, 16])
def test_a_weave_is_measured_whatever_its_period_and_strokes_are_none(period: int) -> None:
    torch.manual_seed(0)
    strokes = 0.5 + 0.05 * torch.randn(1, 1, 128, 192).expand(-1, 3, -1, -1)
    broad = torch.nn.functional.avg_pool2d(strokes - 0.5, 3, 1, 1) * 3 + 0.5
    assert max(losses.weave(strokes), losses.weave(broad)) < 0.015
    assert 0.02 < losses.weave(0.5 + weaving(period)) < 0.06
    assert losses.weave(strokes + weaving(period)) > 2 * losses.weave(strokes)


def test_a_weave_counts_where_the_content_is_flat() -> None:
    content = torch.full((1, 3, 128, 192), 0.5)
    content[..., :128] += 0.2 * torch.randn(1, 1, 128, 128)
    pattern = weaving(8)
    left, right = pattern.clone(), pattern.clone()
    left[..., 128:], right[..., :128] = 0, 0
    assert losses.weave(0.5 + left, content) < 0.005 < 0.02 < losses.weave(0.5 + right, content)


def test_synthetic_styles_are_pictures_of_many_kinds() -> None:
    rng = np.random.default_rng(0)
    patterns = [drawn(64, rng) for _ in range(12)]
    assert all(pattern.shape == (64, 64, 3) and pattern.dtype == np.uint8 for pattern in patterns)
    assert all(pattern.std() > 5 for pattern in patterns)
    painting = np.asarray(photo("coffee", 64))
    changed = [harsher(painting, rng) for _ in range(12)]
    assert all(picture.shape == painting.shape and not np.array_equal(picture, painting) for picture in changed)


def test_the_development_set_holds_sharp_pictures_that_training_leaves_out(tmp_path: Path) -> None:
    for index in range(8):
        for folder in ("CBSD68", "gallery", "paintings_hr/artist"):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
            photo("coffee", 64).save(tmp_path / folder / f"{index}.png")
    with pytest.raises(InputError) as caught:  # none of these eight is left out
        sharp_pictures(tmp_path)
    assert caught.value.key == "training.none_held_out"
    names = (f"{index}.png" for index in range(100, 400))
    left_out = next(name for name in names if is_held_out(tmp_path / "paintings_hr/artist" / name))
    photo("astronaut", 64).save(tmp_path / "paintings_hr/artist" / left_out)
    contents, styles = sharp_pictures(tmp_path)
    assert len(contents) == 2 + 4 and len(styles) == 8 + 1
    assert {square.size for square in (*contents, *styles)} == {(SIDE, SIDE)}


def test_a_mapping_of_one_dimension_has_collapsed() -> None:
    torch.manual_seed(0)
    network = StyleNetwork(TINY).eval()
    styles = [photo(name, 64) for name in ("coffee", "astronaut", "chelsea", "rocket")]
    assert mapping_report(network, styles)["dimensions"] > 1
    with torch.no_grad():
        network.decoder.read_code.nonlinear[2].bias.fill_(-1e4)
        network.decoder.read_code.linear.weight[1:] = 0
    report = mapping_report(network, styles)
    assert report["dead"] >= TINY.hidden


def test_pictures_are_degraded_like_visitors_pictures() -> None:
    flat = torch.full((3, 48, 48), 0.5)
    rng = np.random.default_rng(0)
    degraded = [degrade(flat, rng) for _ in range(20)]
    assert all(picture.shape == flat.shape and (picture - flat).abs().max() < 0.25 for picture in degraded)
    changed = sum(not torch.allclose(picture, flat, atol=3 / 255) for picture in degraded)
    assert 5 <= changed <= 18


def test_evaluate_style_prints_the_table_and_paints_a_sheet(
    folder: Path, tmp_path: Path, teacher: VGG16Features, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    from deepart.training import run

    monkeypatch.setattr(run, "load_perceptual_network", lambda name: teacher)
    monkeypatch.setattr(run, "SIDE", 64)
    monkeypatch.setattr(run, "_installed_peers", dict)
    for name in ("chelsea", "rocket"):
        (folder / f"{name}.png").unlink()
    sheet = tmp_path / "sheet.png"
    options = Namespace(
        contents=folder, styles=folder, held_out=False, pairs=2, sheet=sheet, teacher="",
        sharp=None, start=None,
    )  # fmt: skip
    run.evaluate_style_folders(options)
    *rows, mapping, summary = capsys.readouterr().out.splitlines()
    assert [json.loads(row)["method"] for row in rows] == ["identity", "target", "transfer/fastnst-wikiart-v2"]
    assert set(json.loads(mapping)) == {"dead", "dimensions"} and summary.startswith("2 pairs")
    assert load_image(sheet).size == (3 * 256, 3 * 256)

    with pytest.raises(InputError) as caught:
        run.benchmark_style(options)
    assert caught.value.key == "benchmark.no_peer"
    monkeypatch.setattr(run, "_installed_peers", lambda: {"copy": lambda content, style: content})
    run.benchmark_style(options)
    identity, *_, peer = (json.loads(row) for row in capsys.readouterr().out.splitlines()[:-2])
    assert peer["method"] == "copy" and (peer["style"], peer["content"]) == (identity["style"], identity["content"])
    assert peer["seconds"] >= 0

    options.held_out = True
    monkeypatch.setattr(run, "is_held_out", lambda path: False)
    with pytest.raises(InputError) as caught:
        run.evaluate_style_folders(options)
    assert caught.value.key == "training.none_held_out"


def test_the_teacher_can_be_a_file(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    from deepart.training.run import load_perceptual_network

    torch.manual_seed(0)
    original = VGG16Features()
    save_file(original.state_dict(), tmp_path / "teacher.safetensors")
    loaded = load_perceptual_network(str(tmp_path / "teacher.safetensors"))
    assert torch.equal(loaded.features[0].weight, original.features[0].weight)
    assert not any(parameter.requires_grad for parameter in loaded.parameters())


def test_decoding_that_was_killed_goes_on_where_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = find_pictures(folder)
    whole = PictureStore(paths, folder / "whole")
    read: list[Path] = []

    def load(path: Path) -> Image.Image:
        if len(read) == 2:
            raise KeyboardInterrupt
        read.append(path)
        return load_image(path)

    monkeypatch.setattr("deepart.training.data.load_image", load)
    with pytest.raises(KeyboardInterrupt):
        PictureStore(paths, folder / "cache")
    assert read == paths[:2]
    with open(next((folder / "cache").glob("*.pixels")), "ab") as file:
        file.write(b"cut short")
    with open(next((folder / "cache").glob("*.sizes")), "a") as file:
        file.write('{"size": [4')
    del read[:]
    monkeypatch.setattr("deepart.training.data.load_image", lambda path: read.append(path) or load_image(path))
    store = PictureStore(paths, folder / "cache")
    assert read == paths[2:] and store.sizes == whole.sizes
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(store, whole, strict=True))
    assert not [*(folder / "cache").glob("*.pixels"), *(folder / "cache").glob("*.sizes")]


def test_a_second_training_in_a_folder_is_refused_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, trained = tmp_path / "run", []

    @alone
    def train(options: Namespace) -> None:
        trained.append(main(["train", "restorer", "--data", "none", "--run", str(run), "--minutes", "1"]))

    train(Namespace(run=run, stages="64x8"))
    assert trained == [2] and "Another training run is writing into" in capsys.readouterr().err
    alone(lambda options: trained.append(0))(Namespace(run=run, stages="64x8"))  # when the first has ended
    assert trained == [2, 0]
