"""The flow painter: what it learns from, that it learns, and that its sampler gets where it should."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import timm
import torch

from deepart.images import png_bytes
from deepart.models.generators.flow import FlowConfig, FlowPainter, paint_steps, velocity
from deepart.tasks.classify.classify import Answer, Classification
from deepart.training.catalogue import Painting, read_catalogue, read_sharp
from deepart.training.generate.evaluation import flow_painter, paint_all
from deepart.training.generate.flow import ALIGNMENT_WEIGHT, FlowTraining, LabelledPaintings
from deepart.training.generate.generator import fold_batch_norms
from deepart.training.generate.run import GRID_EVERY_MINUTES, Grids, train_generator
from deepart.training.generate.subjects import SURE, with_genres
from deepart.training.loop import BatchSpec, FitConfig, Stage, StepReport, fit
from photos import photo

TINY = FlowConfig(("Cubism", "Rococo"), ("landscape",), side=32, width=40, depth=4, bottleneck=16, detail=8)
STAGE = Stage(32, 8)


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def data() -> LabelledPaintings:
    """Return eight pictures: red ones of Cubism and blue ones of Rococo, the first half landscapes."""
    paintings, pictures = [], []
    for index in range(8):
        style, genre = ("Cubism", "Rococo")[index % 2], ("", "landscape")[index < 4]
        paintings.append(Painting(Path(f"{index}.png"), "a", style, genre, "", ""))
        picture = np.zeros((40, 50, 3), np.uint8)
        picture[..., 2 * (index % 2)] = 220
        pictures.append(picture)
    return LabelledPaintings(paintings, pictures)


def test_labels_are_indices_and_what_is_unknown_is_any() -> None:
    labels = data().labels()
    assert data().label_names == (("Cubism", "Rococo"), ("landscape",), ())
    assert labels[0].tolist() == [0, 0, 0]
    assert labels[5].tolist() == [1, 1, 0]
    assert data().shares() == ((2, 2), (2, 2))
    assert FlowPainter(TINY).any_label.tolist() == [2, 1, 0]


def test_a_part_of_the_labels_is_not_told() -> None:
    task = FlowTraining(FlowPainter(TINY), data())
    _, labels = task.draw(BatchSpec(Stage(32, 1000), 0))
    untold = (labels[:, 0] == 2).float().mean()
    assert untold == pytest.approx(0.19, abs=0.04)  # with all others, or by itself


def test_it_learns_what_styles_look_like(tmp_path: Path) -> None:
    task = FlowTraining(FlowPainter(TINY), data())
    config = FitConfig(60, (STAGE,), learning_rate=3e-3, schedule="constant", warmup_steps=10, clip_norm=1, bf16=False)
    steps = []
    average = fit(task, replace(config, ema_decay=0.95), tmp_path / "state.pt", steps.append, lambda: len(steps) >= 150)
    pictures = torch.stack(paint_all(flow_painter(average.painter, steps=8), [(0, 1), (0, 1), (1, 1), (1, 1)]))
    red, _, blue = pictures.mean((2, 3)).unbind(1)
    assert (red - blue)[:2].min() > 0.3
    assert (blue - red)[2:].min() > 0.3


def test_the_backbone_takes_part() -> None:
    backbone = fold_batch_norms(timm.create_model("test_efficientnet", num_classes=0))
    task = FlowTraining(FlowPainter(TINY), data(), backbone)
    losses = task.losses(task.draw(BatchSpec(STAGE, 0)), BatchSpec(STAGE, 0))
    assert torch.allclose(losses["total"], losses["flow"] + ALIGNMENT_WEIGHT * losses["alignment"])
    losses["alignment"].backward()
    moved = {name for name, p in task.network.named_parameters() if p.grad is not None and p.grad.abs().sum() > 0}
    assert any(name.startswith("align") for name in moved)
    assert any(name.startswith("painter.blocks.2") for name in moved)
    assert not any(name.startswith("painter.blocks.3") for name in moved)  # what follows is not asked


@pytest.mark.parametrize("heun", [False, True])
def test_the_sampler_ends_at_the_picture(heun: bool) -> None:
    picture = torch.rand(2, 3, 8, 8)
    seen = list(
        paint_steps(
            lambda x, time, labels: (2 * picture - 1).repeat(len(x) // 2, 1, 1, 1),
            torch.randn(2, 3, 8, 8),
            torch.zeros(2, 3, dtype=torch.long),
            torch.ones(3, dtype=torch.long),
            steps=4,
            heun=heun,
        )
    )
    assert len(seen) == 4
    assert torch.allclose(seen[-1], picture, atol=1e-5)


def test_guidance_goes_beyond_what_is_asked_for() -> None:
    def network(x: torch.Tensor, time: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return (0.2 * (labels[:, 0] == 0).float()).view(-1, 1, 1, 1).expand(-1, 3, 8, 8)

    def painted(guidance: float) -> float:
        noise, labels = torch.zeros(1, 3, 8, 8), torch.zeros(1, 3, dtype=torch.long)
        *_, before, _ = paint_steps(network, noise, labels, torch.ones(3, dtype=torch.long), 4, guidance)
        return float(before.mean()) * 2 - 1

    assert painted(1) == pytest.approx(0.2)
    assert painted(2) == pytest.approx(0.4)


def test_velocity_leads_from_noise_to_the_picture() -> None:
    picture, noise, time = torch.rand(2, 3, 4, 4), torch.randn(2, 3, 4, 4), torch.tensor([0.3, 0.8])
    share = time.view(-1, 1, 1, 1)
    x = share * picture + (1 - share) * noise
    assert torch.allclose(velocity(picture, x, time), picture - noise, atol=1e-5)


def test_sharp_paintings_have_their_artists_usual_style(tmp_path: Path) -> None:
    (tmp_path / "paintings.csv").write_text(
        "path,artist,style,genre,title,year\np/a/1.jpg,a,Cubism,,,\np/a/2.jpg,a,Cubism,,,\np/a/3.jpg,a,Rococo,,,\n"
    )
    catalogue = read_catalogue(tmp_path)
    assert read_sharp(tmp_path, catalogue) == []
    (tmp_path / "paintings_hr.csv").write_text("path,artist,title\nhr/a/1.webp,A,Sea\nhr/b/1.webp,B,Sky\n")
    sharp = read_sharp(tmp_path, catalogue)
    assert [(each.artist, each.style, each.title) for each in sharp] == [("a", "Cubism", "Sea"), ("b", "", "Sky")]


class Surest:
    """Stands for the classifier: sure of every second picture."""

    def many(self, pictures, thorough):
        for index, _ in enumerate(pictures):
            answer = Answer("nude_painting", SURE if index % 2 else SURE - 0.01)
            yield Classification({"genre": (answer,)}, {}, True)


def test_genres_come_from_the_classifier_only_where_it_is_sure(tmp_path: Path) -> None:
    paintings = [Painting(Path(f"x/{i}.png"), "a", "Cubism", ("portrait", "", "")[i], "", "") for i in range(3)]
    pictures = [np.zeros((8, 8, 3), np.uint8)] * 3
    found = with_genres(paintings, pictures, tmp_path, Surest())
    assert [each.genre for each in found] == ["portrait", "", "genre_painting"]
    again = with_genres(paintings, pictures, tmp_path, None)  # from the cache: no network is asked
    assert again == found


def test_grids_are_saved_at_their_time_however_often_a_run_goes_on(tmp_path: Path) -> None:
    def saved_at(grids: Grids, minutes: float) -> bool:
        before = len(list(tmp_path.glob("grids/*")))
        report = StepReport(1, minutes, 0, STAGE, 1e-3)
        grids.paint(report, lambda: lambda asked, seed: torch.zeros(len(asked), 3, 8, 8))
        return len(list(tmp_path.glob("grids/*"))) > before

    grids = Grids(tmp_path, 2)
    assert [saved_at(grids, minutes) for minutes in (0, 1, GRID_EVERY_MINUTES)] == [True, False, True]
    again = Grids(tmp_path, 2)
    assert [saved_at(again, minutes) for minutes in (21, 2 * GRID_EVERY_MINUTES)] == [False, True]


def test_a_folder_of_paintings_becomes_a_flow_painter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backbone = timm.create_model("test_efficientnet", num_classes=0)
    monkeypatch.setattr("deepart.training.generate.run.imagenet_backbone", lambda file: backbone)
    rows = ["path,artist,style,genre,title,year,shape"]
    for index, name in enumerate(("coffee", "astronaut", "chelsea", "rocket")):
        (tmp_path / f"{name}.png").write_bytes(png_bytes(photo(name, 48)))
        rows.append(f"{name}.png,a,{('Rococo', 'Cubism')[index % 2]},portrait,,,native")
    (tmp_path / "paintings.csv").write_text("\n".join(rows))
    run = tmp_path / "run"
    options = Namespace(data=tmp_path, run=run, minutes=1e-6, stages="32x2", architecture="flow", seed=0, cache=None)
    train_generator(Namespace(**vars(options), learning_rate=1e-3, backbone=Path("none"), start=None, optimizer="auto"))
    painter = FlowPainter.from_pretrained(run / "bundle")
    assert painter.config.genres == ("portrait",)
    assert [file.name for file in (run / "grids").iterdir()] == ["00000.png"]
