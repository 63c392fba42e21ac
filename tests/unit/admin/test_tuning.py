"""Fine-tuning of the four models on an owner's pictures, with tiny networks."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import timm
import torch
from torch import nn

from deepart.admin.job_config import JobConfig
from deepart.admin.tuning import base, generator, tuning_of
from deepart.admin.tuning.base import Tuning
from deepart.checkpoints import load_folder
from deepart.errors import InputError
from deepart.models.classifier import ArtClassifier, ArtClassifierConfig
from deepart.models.generators.generator import Generator
from deepart.models.restorers.denoiser import Denoiser, DenoiserConfig
from deepart.models.style_network import StyleNetwork
from deepart.tasks.classify.classify import ANOTHER_ARTIST, ArtworkClassifier
from deepart.training.classify.label_training import label_targets, with_heads
from unit.test_generator import TINY as TINY_GENERATOR
from unit.test_style_network import TINY as TINY_STYLE

from .paintings import file_of, folders, painting, stored, table

LABELS = (("style", ("Blue", "Red", "Green")), ("artist", ("anna", ANOTHER_ARTIST)))


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> dict[str, nn.Module]:
    """Tiny networks in the places of the live ones."""
    torch.manual_seed(0)
    classifier = ArtClassifierConfig(
        LABELS, "test_efficientnet", depths=(2, 3), sides=(64,), index="x", index_share=0.5
    )
    networks = {
        "classifier": ArtClassifier(classifier),
        "style": StyleNetwork(TINY_STYLE),
        "restorer": Denoiser(DenoiserConfig(widths=(8, 8, 8), depths=(1, 1, 1, 1, 1))),
        "generator": Generator(TINY_GENERATOR),
    }
    monkeypatch.setattr(base, "start_of", lambda config: networks[config.task])
    return networks


def trained(tmp_path: Path, steps: int = 12, **values: object) -> tuple[Tuning, Path]:
    """Train for some steps; return what trained, and the folder that it wrote."""
    values = {
        "data": "works",
        "minutes": 5,
        "batch": 8,
        "warmup_steps": 1,
        "ema_decay": 0.5,
        "precision": "float32",
    } | values
    tuning = tuning_of(JobConfig(**values).checked())
    for _ in tuning.prepare():
        pass
    told = []
    average = tuning.fit(tmp_path / "state.pt", told.append, lambda: len(told) >= steps)
    tuning.save(average, tmp_path / "bundle")
    return tuning, tmp_path / "bundle"


# --- classifier ----------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["heads", "all"])
def test_new_labels_are_learned_and_shown(tmp_path: Path, start: dict[str, nn.Module], part: str) -> None:
    stored(tmp_path, folders(20), column="label")
    old = {key: value.clone() for key, value in start["classifier"].state_dict().items()}
    _, bundle = trained(
        tmp_path, 40, task="classifier", trained=part, labels="new", side=64, learning_rate=0.02, dropout=0.0
    )
    network = load_folder(bundle, "ArtClassifier", "mine")
    found = [ArtworkClassifier(network=network)(painting(90 + n, tint)) for n in range(4) for tint in ("Red", "Blue")]
    assert [each.answers["label"][0].label for each in found] == ["Red", "Blue"] * 4
    changed = [
        key for key, value in network.state_dict().items() if key in old and not value.equal(old[key].half().float())
    ]
    assert bool([key for key in changed if key.startswith("backbone")]) == (part == "all")


def test_several_labels_may_be_right_at_once(tmp_path: Path, start: dict[str, nn.Module]) -> None:
    rows = [{"path": f"{n}.png", "label": ("Red|warm", "Blue", "Green|warm")[n % 3]} for n in range(36)]
    tints = ("Red", "Blue", "Green")
    stored(tmp_path, {f"{n}.png": file_of(n, tints[n % 3]) for n in range(36)} | {"t.csv": table(rows)})
    values = {"side": 64, "learning_rate": 0.05, "dropout": 0.0, "answers": "several"}
    _, bundle = trained(tmp_path, 300, task="classifier", trained="heads", labels="new", **values)
    network = load_folder(bundle, "ArtClassifier", "mine")
    assert network.config.independent == ("label",) and network.labels["label"] == ("Blue", "Green", "Red", "warm")
    found = ArtworkClassifier(network=network)(painting(90, "Red")).answers["label"]
    likely = {answer.label for answer in found if answer.probability > 0.5}
    assert likely == {"Red", "warm"}


def test_labels_that_it_has_are_matched_and_the_others_stay_as_they_were(
    tmp_path: Path, start: dict[str, nn.Module]
) -> None:
    stored(tmp_path, folders(12, ("Red", "Blue")), column="style")
    network = start["classifier"]
    artists = network.heads["artist"].weight.clone()
    _, bundle = trained(tmp_path, 5, task="classifier", trained="heads", side=64, weight_decay=0.5)
    kept = load_folder(bundle, "ArtClassifier", "mine")
    assert kept.labels == dict(LABELS) and kept.config.index == "x"  # which sees what it saw
    assert torch.equal(kept.heads["artist"].weight, artists.half().float())


def test_unknown_artists_are_another_artist_and_capitals_do_not_matter() -> None:
    network = ArtClassifier(ArtClassifierConfig(LABELS, "test_efficientnet", depths=(2, 3), sides=(64,)))
    work = dataclasses.make_dataclass("W", ["style", "artist"], namespace={"labels": lambda s, c: getattr(s, c)})
    found = label_targets(network, [work(("RED",), ("Bert",)), work((), ("Anna",))])
    assert found["style"].tolist() == [[0, 1, 0], [-1, -1, -1]] and found["artist"].tolist() == [[0, 1], [1, 0]]
    assert with_heads(network, {"label": ["a", "b"]}).config.index == ""


def test_labels_that_nobody_has_enough_of_are_refused(tmp_path: Path, start: dict[str, nn.Module]) -> None:
    stored(tmp_path, folders(12, ("Red",)), column="label")
    with pytest.raises(InputError) as caught:
        trained(tmp_path, task="classifier", labels="new")
    assert caught.value.key == "job.no_labels"


# --- the others ----------------------------------------------------------------------------------


def test_a_decoder_alone_leaves_stored_styles_their_meaning(tmp_path: Path, start: dict[str, nn.Module]) -> None:
    stored(tmp_path, folders(12, side=128))
    old = {key: value.clone() for key, value in start["style"].state_dict().items()}
    tuning, bundle = trained(tmp_path, 2, task="style", trained="decoder", side=32, batch=4, weight_decay=0.1)
    new = load_folder(bundle, "StyleNetwork", "mine").state_dict()
    changed = {key.partition(".")[0] for key, value in new.items() if not value.equal(old[key].half().float())}
    assert changed == {"decoder"}
    assert tuning.measure()["score"] > 0 and tuning.preview().width > 90


def test_a_restorer_gets_better_at_the_owners_pictures(tmp_path: Path, start: dict[str, nn.Module]) -> None:
    stored(tmp_path, folders(12, side=128))
    tuning = tuning_of(JobConfig(task="restorer", data="works", side=32, batch=4).checked())
    list(tuning.prepare())
    first = tuning.measure()
    tuning, _ = trained(tmp_path, 40, task="restorer", side=32, learning_rate=3e-3)
    assert tuning.measure()["score"] < first["score"] and tuning.measure()["psnr"] > first["psnr"]
    assert tuning.preview().height > 300


def test_pictures_that_were_prepared_are_not_looked_at_again(
    tmp_path: Path, start: dict[str, nn.Module], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(tmp_path, folders(12, side=64), column="artist")
    config = JobConfig(
        task="classifier", data="works", trained="heads", labels="new", column="artist", side=64
    ).checked()
    monkeypatch.setattr("deepart.training.classify.label_training._CHUNK", 2)
    whole, kept = tuning_of(config), tmp_path / "prepared.bin"
    list(whole.prepare())
    steps = tuning_of(config).prepare(kept)
    next(steps), next(steps)
    steps.close()  # killed
    with open(kept, "ab") as file:
        file.write(b"cut short")
    again = tuning_of(config)
    assert next(again.prepare(kept))[0] == 6
    list(again.prepare(kept))
    assert again.task._features.equal(whole.task._features)


def test_pictures_that_are_too_small_are_refused(tmp_path: Path, start: dict[str, nn.Module]) -> None:
    stored(tmp_path, folders(12, side=64))
    with pytest.raises(InputError) as caught:
        trained(tmp_path, task="restorer", side=64)
    assert caught.value.key == "job.pictures_too_small"


@pytest.mark.parametrize("loss", ["hinge", "nonsaturating", "minimax"])
def test_a_generator_learns_from_pictures_without_labels(
    tmp_path: Path, start: dict[str, nn.Module], monkeypatch: pytest.MonkeyPatch, loss: str
) -> None:
    monkeypatch.setattr(generator, "_backbone", lambda: timm.create_model("test_efficientnet", num_classes=0))
    monkeypatch.setattr(generator, "_PAINTED", 8)
    stored(tmp_path, {f"{n}.png": file_of(n, ("Red", "Blue")[n % 2]) for n in range(90)})
    side = start["generator"].sizes[0]
    tuning, bundle = trained(tmp_path, 2, task="generator", side=side, loss=loss, batch=4)
    assert all(value.isfinite().all() for value in load_folder(bundle, "Generator", "mine").state_dict().values())
    assert tuning.measure()["score"] > -1e9 and tuning.preview().width == 4 * side
