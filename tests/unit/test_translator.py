"""CycleGAN: the game moves colours over, cycle and identity hold pictures, the pool keeps, a run resumes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepart.__main__ import main
from deepart.images import save_png
from deepart.models.translator import PatchDiscriminator, Translator, TranslatorConfig
from deepart.training.loop import BatchSpec, FitConfig, Stage, StepReport, fit_adversarial
from deepart.training.paint.translator import CycleTraining, ImagePool
from photos import photo

TINY = TranslatorConfig(width=4, blocks=1)
STAGE = Stage(16, 4)


def stripes(colour: tuple[int, int, int]) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [np.where(rng.random((20, 24, 1)) < 0.5, np.array(colour), 30).astype(np.uint8) for _ in range(8)]


def training(**options: float) -> CycleTraining:
    torch.manual_seed(0)
    return CycleTraining(Translator(TINY), stripes((40, 40, 220)), stripes((220, 120, 40)), **options)


def config(minutes: float = 1.0) -> FitConfig:
    return FitConfig(minutes, (STAGE,), 3e-3, 3e-3, warmup_steps=1, betas=(0.5, 0.999), ema_decay=0.5, bf16=False)


@pytest.mark.parametrize("size", [(16, 16), (33, 50)])
def test_a_picture_of_any_size_keeps_its_size(size: tuple[int, int]) -> None:
    painted = Translator(TINY)(torch.rand(2, 3, *size))
    assert painted.shape == (2, 3, *size) and painted.min() >= 0 and painted.max() <= 1


def test_the_discriminator_sees_patches_of_46_pixels() -> None:
    x = torch.rand(1, 3, 96, 96, requires_grad=True)
    discriminator = PatchDiscriminator(4)
    for module in discriminator.modules():
        if isinstance(module, torch.nn.InstanceNorm2d):
            module.forward = lambda x: x  # its statistics are of the whole picture
    answer = discriminator(x)
    answer[0, 0, answer.shape[2] // 2, answer.shape[3] // 2].backward()
    seen = x.grad.abs().sum((0, 1)).nonzero()
    assert (seen.max(0).values - seen.min(0).values + 1).tolist() == [46, 46]


def test_the_pool_hands_out_what_it_was_given_and_keeps_no_more_than_its_size() -> None:
    pool, given = ImagePool(3), []
    for number in range(40):
        given.append(torch.full((1, 3, 4, 4), float(number)))
        answer = pool(given[-1])
        assert any(torch.equal(answer, each) for each in given)
        assert number >= 3 or torch.equal(answer, given[-1])
    assert not torch.equal(torch.stack([pool(given[-1]) for _ in range(9)]), torch.stack([given[-1]] * 9))
    assert torch.equal(ImagePool(0)(given[0]), given[0])
    assert pool(torch.zeros(1, 3, 8, 8)).shape == (1, 3, 8, 8)  # crops of another size


def test_what_is_of_the_wanted_kind_already_costs_nothing_where_it_is_left_alone() -> None:
    task = training(identity=0.5)
    for name in task.generator:
        task.generator[name].forward = lambda x: x
    batch = task.draw(BatchSpec(STAGE, 0))
    task.discriminator_losses(batch, BatchSpec(STAGE, 0))
    losses = task.generator_losses(batch, BatchSpec(STAGE, 0))
    assert losses["identity"] == losses["cycle"] == 0 and losses["total"] == losses["game"] > 0
    assert "identity" not in _losses(training(identity=0.0))


def _losses(task: CycleTraining) -> dict[str, torch.Tensor]:
    batch = task.draw(BatchSpec(STAGE, 0))
    task.discriminator_losses(batch, BatchSpec(STAGE, 0))
    return task.generator_losses(batch, BatchSpec(STAGE, 0))


def test_blue_becomes_orange_and_every_part_takes_part(tmp_path: Path) -> None:
    task, steps = training(identity=0.0), iter(range(80))
    before = {name: value.clone() for name, value in task.generator.state_dict().items()}
    fit_adversarial(task, config(), tmp_path / "state.pt", should_stop=lambda: next(steps, None) is None)
    for name, value in task.generator.named_parameters():
        assert not torch.equal(value, before[name]), name
    sources, targets = task.draw(BatchSpec(STAGE, 999))
    with torch.no_grad():
        painted = task.generator["there"](sources)
    warmth = [float((x[:, 0] - x[:, 2]).mean()) for x in (sources, painted, targets)]
    assert warmth[1] > 0.5 * warmth[2] > 0 > warmth[0]


def test_a_run_goes_on_from_its_last_step(tmp_path: Path) -> None:
    reports: list[StepReport] = []
    for _ in range(2):
        steps = iter(range(3))
        fit_adversarial(
            training(), config(), tmp_path / "state.pt", lambda report, _: reports.append(report),
            should_stop=lambda steps=steps: next(steps, None) is None,
        )  # fmt: skip
    assert [report.step for report in reports] == [1, 2, 3, 4, 5, 6]


def test_two_folders_become_a_translator_that_translates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepart.training.paint.run_translator.is_held_out", lambda path: int(path.stem) % 2 == 0)
    monkeypatch.setattr("deepart.training.paint.run_translator.lite_features", lambda file: lambda x: x.mean((2, 3)))
    for folder, name in (("photos", "coffee"), ("paintings", "astronaut")):
        (tmp_path / folder).mkdir()
        for index in range(20):
            save_png(photo(name, 40).rotate(20 * index), tmp_path / folder / f"{index}.png")
    rows = ["path,artist,style,genre,title,year,shape"]
    rows += [f"paintings/{index}.png,a,Cubism,{'portrait' if index < 19 else ''},,,native" for index in range(20)]
    (tmp_path / "paintings.csv").write_text("\n".join(rows))
    run, report = tmp_path / "run", tmp_path / "report"
    data = ["--from", str(tmp_path / "photos"), "--to", str(tmp_path), "--style", "Cubism"]
    small = ["--width", "4", "--blocks", "1", "--stages", "16x2", "--minutes", "1e-6", "--run", str(run)]
    assert main(["train", "translator", *data, *small, "--genre", "portrait"]) == 2  # nine are too few
    assert main(["train", "translator", *data, *small, "--genre", "portrait", "none"]) == 0
    assert (run / "bundle-back" / "config.json").is_file() and list(run.glob("grids/*.png"))
    asked = ["--bundle", str(run / "bundle"), "--side", "32", "--backbone", "none", "-o", str(report)]
    assert main(["evaluate", "translator", *data, *asked]) == 0
    assert json.loads((report / "scores.json").read_text())["photos"] == 10 and (report / "sheet.png").is_file()
    picture, painted = tmp_path / "photos" / "1.png", tmp_path / "painted.png"
    assert main(["translate", str(picture), "--bundle", str(run / "bundle"), "-o", str(painted)]) == 0
    assert Image.open(painted).size == (40, 40)
