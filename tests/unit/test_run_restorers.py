"""Training of the restoring networks, small: each leaves a bundle, goes on where it was, and refuses in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from deepart.__main__ import main
from deepart.images import save_png
from deepart.models.pretrained import HubModel
from deepart.models.restorers.colouriser import Colouriser, ColouriserConfig
from deepart.models.restorers.damage_detector import DamageDetector, DamageDetectorConfig
from deepart.models.restorers.denoiser import Denoiser, DenoiserConfig
from deepart.models.restorers.inpainter import Inpainter, InpainterConfig
from deepart.models.restorers.upscaler import Upscaler, UpscalerConfig
from deepart.training import run
from deepart.training.restore.real_esrgan import RRDBNet
from photos import photo
from unit.test_upscaler import write_ncnn

TINY: dict[str, HubModel] = {
    "restorer": Denoiser(DenoiserConfig(widths=(8, 8), depths=(1, 1, 1))),
    "filler": Inpainter(InpainterConfig(widths=(8, 8), depths=(1, 1, 1))),
    "detector": DamageDetector(DamageDetectorConfig(widths=(8, 8), depths=(1, 1, 1))),
    "colouriser": Colouriser(ColouriserConfig(widths=(8, 8, 8, 8))),
    "upscaler": Upscaler(UpscalerConfig(width=8, depth=1)),
}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with pictures and with the bundle of a tiny network of each kind, named by it."""
    for folder, names in (("photos", ("coffee", "rocket")), ("paintings", ("chelsea", "astronaut"))):
        (tmp_path / "art" / folder).mkdir(parents=True)
        for name in names:
            save_png(photo(name, 100), tmp_path / "art" / folder / f"{name}.png")
    for kind, network in TINY.items():
        network.save_pretrained(tmp_path / kind)
    monkeypatch.setattr(run, "LOG_EVERY", 1)
    return tmp_path


def arguments(kind: str, data: Path, *more: str) -> list[str]:
    where = ["--data", str(data / "art"), "--run", str(data / "run"), "--start", str(data / kind)]
    return ["train", kind, *where, "--stages", "16x2", *more]


def weights(folder: Path, kind: str) -> torch.Tensor:
    network = type(TINY[kind]).from_pretrained(folder)
    assert network.config == TINY[kind].config
    return torch.cat([value.flatten() for value in network.state_dict().values()])


@pytest.mark.parametrize("kind", TINY)
def test_training_moves_the_weights_and_goes_on(kind: str, data: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(arguments(kind, data, "--minutes", "0.004")) == 0
    assert capsys.readouterr().out.rstrip().endswith(str(data / "run" / "bundle"))
    first = weights(data / "run" / "bundle", kind)
    assert first.isfinite().all() and not torch.equal(first, weights(data / kind, kind))
    log = (data / "run" / "log.jsonl").read_text("utf-8").splitlines()
    minutes = torch.load(data / "run" / "state.pt", weights_only=True)["minutes"]
    assert main(arguments(kind, data, "--minutes", str(minutes + 0.003))) == 0
    lines = [json.loads(line) for line in (data / "run" / "log.jsonl").read_text("utf-8").splitlines()]
    assert [line["step"] for line in lines] == list(range(1, len(lines) + 1)) and len(lines) > len(log) > 0
    assert all({"minutes", "total"} <= set(line) for line in lines)


@pytest.mark.parametrize("kind", TINY)
def test_without_a_start_the_shipped_shape_is_trained(kind: str, data: Path) -> None:
    where = ["--data", str(data / "art"), "--run", str(data / "run"), "--stages", "16x1"]
    assert main(["train", kind, *where, "--minutes", "0"]) == 0
    network = type(TINY[kind]).from_pretrained(data / "run" / "bundle")
    assert network.config == type(network.config)()


def test_the_crisp_look_learns_from_the_answers_of_a_teacher(data: Path, capsys: pytest.CaptureFixture) -> None:
    torch.manual_seed(0)
    write_ncnn(data, RRDBNet(width=2, growth=2, depth=1).requires_grad_(False), "teacher")
    crisp = ["--look", "crisp", "--teacher", str(data / "teacher.bin"), "--answers", "3"]
    assert main(arguments("upscaler", data, *crisp, "--minutes", "0.004")) == 0
    assert (data / "run" / "teacher.bin").stat().st_size == 3 * (64**2 + 256**2) * 3
    assert not torch.equal(weights(data / "run" / "bundle", "upscaler"), weights(data / "upscaler", "upscaler"))
    log = (data / "run" / "log.jsonl").read_text("utf-8").splitlines()
    assert {"pixels", "features", "total"} <= set(json.loads(log[0]))


def test_a_folder_of_pictures_without_such_folders_will_do(data: Path) -> None:
    (data / "art" / "photos").rename(data / "art" / "mine")
    assert main(arguments("detector", data, "--minutes", "0")) == 0
    sizes = [json.loads(file.read_text("utf-8")) for file in (data / "run" / "cache").glob("*.json")]
    assert sorted(map(len, sizes)) == [2, 4]


def test_pictures_are_kept_as_sharp_as_was_asked_for(data: Path) -> None:
    assert main(arguments("restorer", data, "--minutes", "0", "--shortest", "40")) == 0
    sizes = [json.loads(file.read_text("utf-8")) for file in (data / "run" / "cache").glob("*.json")]
    assert {min(size) for of_folder in sizes for size in of_folder} == {40}


def test_an_average_that_forgets_at_once_is_what_was_trained_last(data: Path) -> None:
    assert main(arguments("restorer", data, "--minutes", "0.004", "--ema", "0")) == 0
    state = torch.load(data / "run" / "state.pt", weights_only=True)
    assert all(torch.equal(state["average"][name], value) for name, value in state["network"].items())


@pytest.mark.parametrize(
    ("kind", "more", "sentence"),
    [
        ("restorer", ["--stages", "16x2@0.5,96x2"], "at least 107 pixels"),
        ("upscaler", ["--stages", "18x2"], "at least 103 pixels"),
        ("filler", ["--start", "restore/unet-wikiart-v1"], "restore/fill-unet-wikiart-v1"),
        ("upscaler", ["--look", "crisp", "--start", ""], "--start"),
        ("upscaler", ["--look", "crisp", "--teacher", "none.bin"], "--teacher"),
        ("detector", ["--data", "nowhere"], "no pictures in that folder"),
    ],
)
def test_what_cannot_be_trained_is_refused(
    kind: str, more: list[str], sentence: str, data: Path, capsys: pytest.CaptureFixture
) -> None:
    assert main(arguments(kind, data, "--minutes", "0.001", *more)) == 2
    said = capsys.readouterr().err
    assert sentence in said and said.count("\n") == 1
    assert not (data / "run" / "bundle").exists()
