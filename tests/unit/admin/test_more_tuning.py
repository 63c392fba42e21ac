"""Jobs for what comes without weights: VAE, translator, regressor, segmenter; backbones of the classifier."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from deepart.admin.job_config import JobConfig
from deepart.admin.tuning import base, regressor, tuning_of
from deepart.admin.tuning.base import Tuning
from deepart.checkpoints import load_folder
from deepart.errors import InputError
from deepart.models.classifier import ArtClassifier, ArtClassifierConfig
from deepart.models.translator import Translator, TranslatorConfig
from pictures import encoded

from .paintings import file_of, folders, painting, stored, table


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> ArtClassifier:
    """A tiny classifier in the place of the live one."""
    torch.manual_seed(0)
    config = ArtClassifierConfig((("label", ("Red", "Blue")),), "test_efficientnet", depths=(2, 3), sides=(64,))
    network = ArtClassifier(config)
    monkeypatch.setattr(base, "load_model", lambda key: network)
    monkeypatch.setattr(regressor, "load_model", lambda key: network)
    return network


def trained(tmp_path: Path, network: str, steps: int = 3, **values: object) -> tuple[Tuning, nn.Module]:
    """Train for some steps; return what trained, and the network that its folder holds."""
    usual = {"data": "works", "minutes": 5, "batch": 4, "warmup_steps": 1, "ema_decay": 0.5, "precision": "float32"}
    tuning = tuning_of(JobConfig.of(usual | values))
    for _ in tuning.prepare():
        pass
    told: list[object] = []
    average = tuning.fit(tmp_path / "state.pt", told.append, lambda: len(told) >= steps)
    found = tuning.measure()
    assert not found or found["score"] >= 0
    tuning.save(average, tmp_path / "bundle")
    return tuning, load_folder(tmp_path / "bundle", network, "mine")


def test_a_vae_is_trained_from_nothing_and_shows_what_it_gives_back(tmp_path: Path) -> None:
    stored(tmp_path, folders(12))
    values = {"task": "generator", "architecture": "vae", "side": 64, "beta": 2, "optimizer": "nadam"}
    tuning, network = trained(tmp_path, "PictureVAE", 2, **values)
    assert network.config.side == 64 and tuning.preview().size == (8 * 64, 3 * 64)
    assert {"score", "reconstruction", "divergence"} <= set(tuning.measure())
    with pytest.raises(InputError, match="64, 128, 256"):
        tuning_of(JobConfig.of({"task": "generator", "data": "works", "architecture": "vae", "side": 100}))


def test_a_translator_learns_from_two_data_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(tmp_path, folders(12, ("Red",)))
    stored(tmp_path, folders(12, ("Blue",)), name="photos")
    with pytest.raises(InputError, match="two data sets"):
        tuning_of(JobConfig.of({"task": "translator", "data": "works"}))
    monkeypatch.setattr(base, "start_of", lambda config: Translator(TranslatorConfig(width=4, blocks=1)))
    monkeypatch.setattr(
        "deepart.training.loop._with_average", lambda on_step, average, report: on_step(report, average)
    )
    tuning, network = trained(tmp_path, "Translator", task="translator", contents="photos", side=32, cycle=5)
    assert network.config.width == 4 and tuning.preview() is not None and "score" in tuning.measure()
    assert set(tuning.network) == {"there", "back"}  # what the job's process keeps the best weights of


def test_years_are_learned_on_what_the_live_classifier_sees(tmp_path: Path, live: ArtClassifier) -> None:
    rows = [{"path": f"{n}.png", "artist": "anna", "year": str(1800 + n) if n % 5 else ""} for n in range(40)]
    files = {f"{n}.png": encoded(painting(n).point(lambda v, n=n: v * n // 40), "PNG") for n in range(40)}
    stored(tmp_path, files | {"t.csv": table(rows)}, column="artist")
    values = {"task": "regressor", "targets": "year, brightness", "missing": "median", "side": 64}
    tuning, network = trained(tmp_path, "ArtRegressor", 5, **values)
    assert [name for name, *_ in network.config.targets] == ["year", "brightness"]
    assert {"score", "year mae", "year r2", "brightness mae", "brightness r2"} == set(tuning.measure())


def test_masks_of_an_archive_are_stored_and_learned(tmp_path: Path) -> None:
    files = {}
    for number in range(12):
        files[f"pictures/{number}.png"] = file_of(number)
        light = np.asarray(painting(number).convert("L")) > 90
        files[f"masks/{number}.png"] = encoded(Image.fromarray((255 * light).astype(np.uint8)), "PNG")
    data_set = stored(tmp_path, files)
    assert data_set.report()["stored"] == 12 and len(list((data_set.folder / "masks").iterdir())) == 12
    tuning, network = trained(tmp_path, "Segmenter", 2, task="segmenter", side=32)
    assert network.config.regions == ("#000000", "#ffffff") and tuning.preview() is not None
    assert set(tuning.measure()) == {"score", "IoU mean", "IoU #000000", "IoU #ffffff"}


def test_a_classifier_can_have_another_backbone_and_duels_for_answers(tmp_path: Path, live: ArtClassifier) -> None:
    stored(tmp_path, folders(20), column="label")
    own = {"task": "classifier", "backbone": "own", "kernel": 5, "stride": 1, "activation": "elu", "side": 64}
    with pytest.raises(InputError, match="all"):
        tuning_of(JobConfig.of({"data": "works", **own, "trained": "heads"}))
    _, network = trained(tmp_path, "ArtClassifier", 2, **own, labels="new", answers="one-vs-one")
    assert network.config.backbone == "own" and network.config.pairwise == ("label",) and network.config.kernel == 5
    with pytest.raises(InputError, match="1, 3, 5, 7"):
        JobConfig.of({"data": "works", **own, "kernel": 4})
