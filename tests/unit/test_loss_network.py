"""The small perceptual network: it answers as VGG-16 does, the bundled one judges sensibly, and training works."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from deepart.checkpoints import load_model
from deepart.images import png_bytes, to_tensor
from deepart.models.distances import STYLE_TAPS, content_distance, gram_distance, style_distance
from deepart.models.perceptual_network import PerceptualNetwork, PerceptualNetworkConfig
from deepart.models.vgg import VGG16Config, VGG16Features
from deepart.training import run
from deepart.training.data import PictureStore, find_pictures
from deepart.training.loop import BatchSpec, FitConfig, Stage, fit
from deepart.training.paint.perceptual_network import PerceptualNetworkTraining, evaluate_loss_network
from photos import photo

BUNDLED = "loss/distilled-vgg16-v1"
TINY = PerceptualNetworkConfig(widths=(4, 6, 8, 8), depths=(2, 2, 3, 1), channels=(4, 6, 8, 8))
STAGE = Stage(32, 8)


@pytest.fixture(scope="module")
def bundled() -> PerceptualNetwork:
    return load_model(BUNDLED)


@pytest.fixture(scope="module")
def teacher() -> VGG16Features:
    torch.manual_seed(0)
    teacher = VGG16Features(VGG16Config(channels=(4, 6, 8, 8), mean=(0.45,) * 3, std=(0.25,) * 3))
    for layer in teacher.modules():
        if isinstance(layer, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(layer.weight)
    return teacher.eval()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("coffee", "astronaut", "chelsea", "rocket"):
        (tmp_path / f"{name}.png").write_bytes(png_bytes(photo(name, 80)))
    return tmp_path


@pytest.fixture
def task(folder: Path, teacher: VGG16Features) -> PerceptualNetworkTraining:
    torch.manual_seed(0)
    store = PictureStore(find_pictures(folder), folder / "cache")
    return PerceptualNetworkTraining(PerceptualNetwork(TINY), teacher, [store])


def picture(name: str, side: int = 128) -> Tensor:
    return to_tensor(photo(name, side))


# --- the network ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(64, 48), (53, 37)])
def test_it_gives_the_taps_of_vgg16_in_their_shapes(size: tuple[int, int]) -> None:
    x = torch.rand(2, 3, *size)
    ours, theirs = PerceptualNetwork()(x), VGG16Features()(x)
    assert {tap: y.shape for tap, y in ours.items()} == {tap: y.shape for tap, y in theirs.items()}
    assert all(y.min() >= 0 for y in ours.values())


def test_taps_can_be_chosen_and_a_wrong_one_is_refused() -> None:
    network, x = PerceptualNetwork(TINY), torch.rand(1, 3, 16, 16)
    chosen = network(x, ("relu2_2", "relu4_1"))
    assert set(chosen) == {"relu2_2", "relu4_1"}
    assert torch.equal(chosen["relu2_2"], network(x)["relu2_2"])
    for wrong in (("relu5_1",), ()):
        with pytest.raises(ValueError, match="relu1_2, relu2_2, relu3_3, relu4_1"):
            network(x, wrong)


def test_it_survives_saving(tmp_path: Path) -> None:
    network = PerceptualNetwork(TINY).eval()
    for head in network.heads:
        head.scale.fill_(100.0)
    network.save_pretrained(tmp_path)
    x = torch.rand(1, 3, 16, 16)
    expected, again = network(x), PerceptualNetwork.from_pretrained(tmp_path)(x)
    for tap in STYLE_TAPS:
        torch.testing.assert_close(again[tap], expected[tap], rtol=0.01, atol=0.01 * expected[tap].max().item())


# --- the bundled one -----------------------------------------------------------------------------


def test_the_bundled_one_has_the_taps_of_vgg16(bundled: PerceptualNetwork) -> None:
    assert {tap: y.shape[1] for tap, y in bundled(picture("coffee", 32)).items()} == {
        "relu1_2": 64,
        "relu2_2": 128,
        "relu3_3": 256,
        "relu4_1": 512,
    }


def test_its_content_distance_grows_with_what_is_lost(bundled: PerceptualNetwork) -> None:
    x = picture("chelsea")
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(0))
    versions = [x, x * 0.8, x + 0.05 * noise, x + 0.3 * noise, picture("rocket")]
    distances = [content_distance(bundled(version.clamp(0, 1)), bundled(x)).item() for version in versions]
    assert distances == sorted(distances)
    assert distances[0] == pytest.approx(0, abs=1e-3)
    assert distances[1] < 0.2 and distances[-1] > 0.5


@pytest.mark.parametrize("distance", [style_distance, gram_distance])
def test_its_style_distance_tells_parts_of_one_picture_from_parts_of_another(
    bundled: PerceptualNetwork, distance
) -> None:
    halves = {}
    for name in ("chelsea", "coffee", "rocket"):
        x = picture(name, 192)
        halves[name] = bundled(x[..., :96]), bundled(x[..., 96:])
    for name, (left, right) in halves.items():
        others = [distance(left, other).item() for key, (_, other) in halves.items() if key != name]
        assert distance(left, right).item() < min(others)


def test_its_style_distance_does_not_care_where_things_are(bundled: PerceptualNetwork) -> None:
    x = picture("coffee")
    assert style_distance(bundled(x.flip(3)), bundled(x)).item() < 0.15
    assert content_distance(bundled(x.flip(3)), bundled(x)).item() > 0.3


def test_pixels_that_follow_its_gradient_come_closer_without_becoming_noise(bundled: PerceptualNetwork) -> None:
    x, style = picture("astronaut", 64).requires_grad_(), bundled(picture("coffee", 64))
    before = style_distance(bundled(x), style)
    (gradient,) = torch.autograd.grad(before.sum(), x)
    after = style_distance(bundled((x - 0.02 * gradient / gradient.abs().mean()).clamp(0, 1)), style)
    assert after.item() < 0.9 * before.item()
    smooth = F.avg_pool2d(gradient, 3, 1, 1)
    assert smooth.square().mean() > 0.2 * gradient.square().mean()  # a ninth for white noise


# --- training ------------------------------------------------------------------------------------


def test_a_pupil_of_the_teachers_size_starts_as_the_teacher(task: PerceptualNetworkTraining) -> None:
    x = picture("coffee", 64)
    untrained = task.network(x)["relu4_1"].clone()
    task.initialise(count=16, size=64)
    seen, true = task.network(x)["relu4_1"], task.teacher(x)["relu4_1"]
    assert (seen - true).norm() < 0.15 * true.norm()
    assert (untrained - true).norm() > 0.5 * true.norm()


def test_it_learns(task: PerceptualNetworkTraining, tmp_path: Path) -> None:
    def error() -> float:
        with torch.no_grad():
            specs = [BatchSpec(STAGE, step) for step in range(100, 104)]
            return sum(task.losses(task.draw(spec), spec)["features"].item() for spec in specs)

    task._paint = lambda count, size, rng: 2 * (torch.empty(0, 3, size, size),)  # canvases differ from call to call
    before = error()
    seen = []
    config = FitConfig(60, (STAGE,), learning_rate=1e-2, warmup_steps=5, bf16=False)
    fit(task, config, tmp_path / "state.pt", seen.append, lambda: len(seen) >= 40)
    assert error() < 0.85 * before


def test_a_batch_is_pictures_and_what_became_of_them(task: PerceptualNetworkTraining) -> None:
    for step in range(6):
        pictures, changed = task.draw(BatchSpec(STAGE, step))
        assert pictures.shape == changed.shape == (3, 3, 32, 32)
        assert min(pictures.min(), changed.min()) >= 0 and max(pictures.max(), changed.max()) <= 1
        assert ((pictures - changed).flatten(1).abs().amax(1) > 0).all()


def test_a_network_is_its_own_best_stand_in(teacher: VGG16Features) -> None:
    pairs = [(picture(a, 48), picture(b, 48)) for a, b in (("coffee", "rocket"), ("chelsea", "coffee"))]
    for score in evaluate_loss_network(teacher, teacher, pairs):
        assert score.correlation == pytest.approx(1, abs=1e-3)
        assert getattr(score, "error", 0) == 0
        assert getattr(score, "gradient", 1) == pytest.approx(1, abs=1e-3)


def test_train_loss_leaves_a_bundle_and_evaluate_loss_prints_scores(
    folder: Path, teacher: VGG16Features, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setattr(run, "PerceptualNetwork", lambda: PerceptualNetwork(TINY))
    monkeypatch.setattr(run, "load_perceptual_network", lambda name: teacher)
    options = Namespace(
        pictures=[folder],
        run=tmp_path / "run",
        minutes=0.02,
        stages="32x8",
        learning_rate=1e-3,
        seed=0,
        teacher="teacher.pt",
    )
    run.train_loss_network(options)
    assert PerceptualNetwork.from_pretrained(tmp_path / "run" / "bundle").config == TINY
    monkeypatch.setattr(run, "is_held_out", lambda path: True)
    capsys.readouterr()
    run.evaluate_loss_folders(Namespace(pictures=[folder], pairs=3, checkpoint="a", teacher="b"))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line.get("tap") or line["distance"] for line in lines] == [*STYLE_TAPS, "style", "gram", "content"]
