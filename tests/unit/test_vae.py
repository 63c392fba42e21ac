"""The variational autoencoder gives pictures back, its codes are normal, and each part of its loss is what it says."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepart.__main__ import main
from deepart.images import save_png
from deepart.models.generators.vae import PictureVAE, PictureVAEConfig
from deepart.training.generate.generator import SquareCrops
from deepart.training.generate.vae import VAETraining, divergence_of
from deepart.training.loop import BatchSpec, FitConfig, Stage, fit
from photos import photo

TINY = PictureVAEConfig(side=16, z=6, widths=(8, 16))
STAGE = Stage(16, 8)


def network() -> PictureVAE:
    torch.manual_seed(0)
    return PictureVAE(TINY)


def crops() -> SquareCrops:
    """Return twelve pictures of one colour each."""
    rng = np.random.default_rng(0)
    return SquareCrops([np.full((20, 24, 3), rng.integers(0, 255, 3), np.uint8) for _ in range(12)], [0] * 12)


def test_codes_and_pictures_have_the_sizes_that_the_config_says() -> None:
    vae, x = network(), torch.rand(3, 3, 16, 16)
    mean, log_variance = vae.encode(x)
    assert mean.shape == log_variance.shape == (3, 6)
    assert vae.reconstruct(x).shape == x.shape and vae(mean).min() >= 0 and vae(mean).max() <= 1
    way = vae.interpolate(x[0], x[1], 5)
    assert torch.allclose(way[0], vae.reconstruct(x[:1])[0], atol=1e-5) and way.shape == (5, 3, 16, 16)
    with pytest.raises(ValueError, match="halvings"):
        PictureVAE(PictureVAEConfig(side=16, widths=(8,) * 5))


def test_the_divergence_is_that_of_normal_distributions() -> None:
    mean, log_variance = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 2.0]]).log1p()
    normal = torch.distributions.Normal
    expected = torch.distributions.kl_divergence(normal(mean, (log_variance / 2).exp()), normal(0.0, 1.0)).sum()
    assert float(divergence_of(mean, log_variance)) == pytest.approx(float(expected))
    assert float(divergence_of(torch.zeros(4, 2), torch.zeros(4, 2))) == 0
    assert float(divergence_of(torch.zeros(4, 2), torch.zeros(4, 2), free_bits=0.5)) == 1


@pytest.mark.parametrize("cycle", [0.0, 0.1])
def test_it_learns_to_give_pictures_back(cycle: float, tmp_path: Path) -> None:
    task = VAETraining(network(), crops(), beta=0.5, cycle=cycle)
    batch = task.draw(BatchSpec(STAGE, 0))
    before = task.losses(batch, BatchSpec(STAGE, 0))
    steps = iter(range(200))
    config = FitConfig(30, (STAGE,), 1e-2, warmup_steps=1, ema_decay=0.8, bf16=False, optimizer="nadam")
    task.network = fit(task, config, tmp_path / "state.pt", should_stop=lambda: next(steps, None) is None)
    after = task.losses(batch, BatchSpec(STAGE, 0))
    assert after["reconstruction"] < before["reconstruction"] / 2
    assert ("cycle" in after) == bool(cycle)
    if cycle:
        assert after["cycle"] < before["cycle"]


def test_more_beta_brings_codes_nearer_to_the_normal_distribution(tmp_path: Path) -> None:
    found = []
    for beta in (0.01, 100.0):
        task, steps = VAETraining(network(), crops(), beta, free_bits=0.0), iter(range(40))
        config = FitConfig(30, (STAGE,), 5e-3, warmup_steps=1, ema_decay=0.5, bf16=False)
        ends = partial(lambda steps: next(steps, None) is None, steps)
        task.network = fit(task, config, tmp_path / f"{beta}.pt", should_stop=ends)
        found.append(float(task.losses(task.draw(BatchSpec(STAGE, 0)), BatchSpec(STAGE, 0))["divergence"]))
    assert found[1] < found[0] / 5


def test_a_folder_of_paintings_becomes_a_bundle_and_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepart.training.generate.run.is_held_out", lambda path: int(path.stem) % 2 == 0)
    monkeypatch.setattr("deepart.training.generate.run.lite_features", lambda file: _Means())
    rows = ["path,artist,style,genre,title,year,shape"]
    for index in range(24):
        save_png(photo(("coffee", "astronaut")[index % 2], 48).rotate(15 * index), tmp_path / f"{index}.png")
        rows.append(f"{index}.png,a,Cubism,,,,native")
    (tmp_path / "paintings.csv").write_text("\n".join(rows))
    run, report, data = tmp_path / "run", tmp_path / "report", ["--data", str(tmp_path), "--architecture", "vae"]
    assert main(["train", "generator", *data, "--run", str(run), "--minutes", "1e-6", "--stages", "32x2"]) == 0
    assert list(run.glob("grids/*.png"))
    asked = ["--bundle", str(run / "bundle"), "--samples", "8", "-o", str(report), "--backbone", "none"]
    assert main(["evaluate", "generator", *data, *asked]) == 0
    assert Image.open(report / "reconstructions.png").size == (8 * 32, 5 * 32)
    assert (report / "scores.json").is_file() and (report / "default.png").is_file()


class _Means:
    name = "means"

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean((2, 3))
