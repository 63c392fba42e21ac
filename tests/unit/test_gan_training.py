"""Adversarial training, small: it learns, it resumes, it sees only what it may, every part takes part."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
import timm
import torch

from deepart.checkpoints import load_model
from deepart.images import png_bytes
from deepart.models.generators.dcgan import DCGANConfig, DCGANDiscriminator, DCGANGenerator
from deepart.training.catalogue import Painting
from deepart.training.generate.coverage import Coverage
from deepart.training.generate.generator import (
    Answer,
    PlainTraining,
    ProjectedDiscriminator,
    ProjectedTraining,
    SquareCrops,
    augment,
    differences,
    discriminator_loss,
    fold_batch_norms,
    generator_loss,
    gradient_penalty,
    shown_truly,
    style_loss,
)
from deepart.training.generate.run import train_generator
from deepart.training.loop import BatchSpec, FitConfig, Stage, StepReport, fit_adversarial
from photos import photo
from unit.test_generator import TINY, tiny_generator

SMALL = Stage(32, 4)


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def tiny_discriminator() -> ProjectedDiscriminator:
    backbone = timm.create_model("test_efficientnet", num_classes=0)
    return ProjectedDiscriminator(backbone, len(TINY.styles), widths=(8, 8, 12, 12), hidden=(8, 10, 12))


def crops(size: int = 40) -> SquareCrops:
    """Return crops of twelve pictures: a colour of its own for each style, stripes across."""
    rng = np.random.default_rng(0)
    pictures, styles = [], [0, 1, 2] * 4
    for style in styles:
        picture = np.zeros((size, size + 9, 3), np.uint8)
        picture[..., style] = rng.integers(150, 255)
        picture[:: int(rng.integers(2, 6))] = 255
        pictures.append(picture)
    return SquareCrops(pictures, styles)


def projected() -> ProjectedTraining:
    task = ProjectedTraining(tiny_generator().train(), tiny_discriminator().train(), crops())
    task.measure(4)
    return task


def plain() -> PlainTraining:
    config = DCGANConfig(32, width=4, z=6)
    return PlainTraining(DCGANGenerator(config), DCGANDiscriminator(config), crops())


def config(minutes: float) -> FitConfig:
    return FitConfig(
        minutes, (SMALL,), learning_rate=2e-4, final_learning_rate=2e-4, warmup_steps=1, betas=(0.0, 0.99), bf16=False
    )


# --- what is learned from ----------------------------------------------------------------------------


def test_paintings_in_their_true_proportions_are_learned_from_and_squashed_ones_of_styles_that_have_no_others() -> None:
    def works(style: str, shape: str) -> Painting:
        return Painting(Path(f"{style}-{shape}.jpg"), "a", style, "", "", "", shape=shape)

    true = [works("Rococo", "native"), works("Rococo", "restored"), works("Cubism", "")]  # a catalogue need not say
    squashed = [works("Rococo", "squashed"), works("Fauvism", "squashed"), works("", "native")]
    assert shown_truly([*true, *squashed]) == [*true, squashed[1]]


def test_crops_are_whole_across_the_shorter_side_and_rare_styles_come_more_often_than_their_share() -> None:
    tall = np.zeros((90, 40, 3), np.uint8)
    tall[:, :20, 0] = 255
    source = SquareCrops([tall] * 17, [0] * 16 + [1])
    x, style = source.draw(20, [np.random.default_rng(number) for number in range(200)])
    assert x.shape == (200, 3, 20, 20) and set(style.tolist()) == {0, 1}
    assert x[:, 0].mean((1, 2)) == pytest.approx(torch.full((200,), 0.5), abs=0.02)  # never cut on the left or right
    assert 0.12 < style.float().mean() < 0.3  # a seventeenth of the pictures, a fifth of the draws


def test_augmentation_keeps_the_shape_passes_gradients_and_treats_each_picture_its_own_way() -> None:
    x = torch.rand(1, 3, 32, 32).repeat(6, 1, 1, 1).requires_grad_()
    y = augment(x)
    assert y.shape == x.shape
    assert len({round(float(picture.detach().mean()), 5) for picture in y}) == 6
    y.sum().backward()
    assert all((picture != 0).float().mean() > 0.3 for picture in x.grad)


def test_neighbours_have_one_style_or_are_of_any_and_their_differences_are_seen() -> None:
    task = projected()
    real, style, _ = task.draw(BatchSpec(Stage(32, 40), 0))
    for pictures, styles in zip(real.split(4), style.split(4)):
        assert len(set(styles.tolist())) == 1
        colours = {int(picture.mean((1, 2)).argmax()) for picture in pictures}  # a colour for each style
        assert styles[0] == task.generator.any_style or colours == {int(styles[0])}
    parts = [task.draw(BatchSpec(Stage(32, 40), 0, process, 2))[0] for process in range(2)]
    assert torch.equal(torch.cat(parts).sum((1, 2, 3)).sort().values, real.sum((1, 2, 3)).sort().values)
    alike = torch.randn(1, 3, 5, 5).repeat(4, 1, 1, 1)
    found = differences(torch.cat([alike, torch.randn(4, 3, 5, 5)]))
    assert found.shape == (8, 1, 5, 5) and found[:4].max() < 0.01 < 0.3 < found[4:].mean()


# --- losses -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["minimax", "nonsaturating", "hinge", "relativistic"])
def test_losses_fall_when_each_side_wins(kind: str) -> None:
    sure, unsure = torch.tensor([3.0]), torch.tensor([0.0])
    assert discriminator_loss(kind, sure, -sure) < discriminator_loss(kind, unsure, unsure)
    losses = [generator_loss(kind, painted, unsure) for painted in (sure, unsure, -sure)]
    assert losses == sorted(losses) and losses[0] < losses[2]


def test_the_relativistic_game_compares_with_a_painting() -> None:
    painted, real = torch.tensor([1.0]), torch.tensor([2.0])
    assert generator_loss("relativistic", painted + 5, real + 5) == generator_loss("relativistic", painted, real)
    assert generator_loss("hinge", painted + 5, real + 5) != generator_loss("hinge", painted, real)


def test_the_first_game_teaches_little_where_the_discriminator_is_sure() -> None:
    slopes = {}
    for kind in ("minimax", "nonsaturating"):
        logit = torch.tensor([-6.0], requires_grad=True)
        generator_loss(kind, logit, logit.detach()).backward()
        slopes[kind] = abs(logit.grad.item())
    assert slopes["minimax"] < 0.01 < 0.9 < slopes["nonsaturating"]


def test_styles_are_asked_for_where_they_are_told() -> None:
    sees_the_first = [Answer(torch.zeros(2, 1, 1, 1), torch.tensor([[4.0, 0.0], [4.0, 0.0]]))]
    right, half, any_style = (style_loss(sees_the_first, torch.tensor(style)) for style in ([0, 0], [0, 1], [2, 2]))
    assert right < 0.1 < half
    assert any_style == 0
    assert style_loss(sees_the_first, torch.tensor([0, 2])) == right  # who is of any style does not count


# --- the discriminator ------------------------------------------------------------------------------------


@torch.no_grad()
def test_folding_the_normalisations_changes_nothing_but_their_number() -> None:
    backbone = timm.create_model("test_efficientnet", num_classes=0).eval()
    for module in backbone.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(std=0.2)
            module.running_var.uniform_(0.5, 2)
    x = torch.randn(2, 3, 64, 64)
    expected = backbone(x)
    folded = fold_batch_norms(backbone)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in folded.modules())
    torch.testing.assert_close(folded(x), expected, atol=1e-4, rtol=1e-3)


def test_the_discriminator_asks_for_the_style_unless_any_will_do() -> None:
    task = projected()
    task.discriminator.eval()
    x, _ = crops().draw(32, [np.random.default_rng(number) for number in range(2)])
    maps = task.discriminator.features(x)
    assert all(map_.square().mean() == pytest.approx(1, abs=0.6) for map_ in maps)  # brought to unit size
    any_style = task.generator.any_style
    answers = {style: task.discriminator(maps, torch.full((2,), style)) for style in (0, 1, any_style)}
    assert all((a.real - b.real).abs().max() > 1e-5 for a, b in zip(answers[0], answers[1]))
    for head, map_, answer in zip(task.discriminator.heads, maps, answers[any_style]):
        x = head.layers(map_)
        torch.testing.assert_close(answer.real, head.answer(torch.cat([x, differences(x)], 1)))


def test_every_part_of_both_networks_learns_and_the_frozen_ones_do_not() -> None:
    task = projected()
    generator, discriminator = task.generator, task.discriminator
    spec = BatchSpec(Stage(64, 8), 0)
    batch = task.draw(spec)
    task.discriminator_losses(batch, spec)["total"].backward()
    assert all(p.grad is None for p in generator.parameters())
    task.generator_losses(batch, spec)["total"].backward()
    assert all(p.grad is not None and p.grad.abs().max() > 0 for p in generator.parameters())
    assert all(p.grad is not None and p.grad.abs().max() > 0 for p in discriminator.heads.parameters())
    frozen = {name for name, p in discriminator.named_parameters() if not p.requires_grad}
    assert all(name.startswith(("backbone", "across_")) for name in frozen)
    assert not any(module.training for module in discriminator.backbone.modules())


def test_gradients_of_what_rises_steeply_are_penalised() -> None:
    class Slope:
        def __call__(self, maps, style):
            return [Answer(3 * maps[0].sum(1, keepdim=True), style)]

    maps = [torch.rand(2, 4, 5, 5)]
    # 100 values, each with the slope 3 / 25 of the mean over 25 places.
    assert float(gradient_penalty(Slope(), maps, torch.zeros(2))) == pytest.approx(100 * (3 / 25) ** 2)


def test_every_option_against_repetition_takes_part() -> None:
    backbone = timm.create_model("test_efficientnet", num_classes=0)
    sizes = {"widths": (8, 8, 12, 12), "hidden": (8, 10, 12)}
    second = load_model("loss/distilled-vgg16-v1")
    discriminator = ProjectedDiscriminator(
        backbone, len(TINY.styles), **sizes, normalise=False, pixels=True, second=second
    )
    assert len(discriminator.heads) == 4 + 2 + 1
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in discriminator.heads.modules())
    options = {"loss": "relativistic", "penalty": 1.0, "noise": 0.1, "coverage": 0.5}
    task = ProjectedTraining(tiny_generator(), discriminator, crops(), **options)
    task.generator.requires_grad_().train()
    task.measure(4)
    task._covering._latents = 60
    spec = BatchSpec(Stage(64, 8), 0)
    batch = task.draw(spec)
    found = task.discriminator_losses(batch, spec)
    assert found["steepness"] > 0
    found["total"].backward()
    weights = [p for head in discriminator.heads[-3:] for p in head.parameters() if p.ndim > 1]
    assert all(p.grad is not None and p.grad.abs().max() > 0 for p in weights)
    assert "steepness" not in task.discriminator_losses(batch, BatchSpec(spec.stage, 1))
    found = task.generator_losses(batch, spec)
    assert found["uncovered"] > 0 and all(value.isfinite() for value in found.values())
    found["total"].backward()
    assert all(p.grad is not None for p in task.generator.parameters())


def test_the_penalty_changes_by_equal_factors() -> None:
    task = ProjectedTraining(tiny_generator(), tiny_discriminator(), crops(), penalty=1.0, final_penalty=100.0)
    assert [task._penalty_at(progress) for progress in (0, 0.5, 1)] == pytest.approx([1, 10, 100])


def test_a_run_that_goes_on_keeps_the_latents_that_were_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def covering() -> ProjectedTraining:
        task = ProjectedTraining(tiny_generator().train(), tiny_discriminator().train(), crops(), coverage=0.5)
        task.generator.requires_grad_()
        task._covering._latents = 30
        return task

    task, file, steps = covering(), tmp_path / "state.pt", []
    fit_adversarial(task, config(60), file, lambda report, _: steps.append(report), should_stop=lambda: len(steps) > 0)
    again = covering()
    monkeypatch.setattr(again._covering, "_choose", None)  # which takes minutes
    fit_adversarial(again, config(60), file, lambda report, _: steps.append(report), should_stop=lambda: len(steps) > 1)
    assert [report.step for report in steps] == [1, 2]
    assert torch.equal(task._covering._given, again._covering._given) and len(again._covering._paintings)


def test_latents_are_given_to_the_paintings_that_nothing_is_like() -> None:
    """A painter of one grey a latent, and four paintings: three greys that it paints, and one that it does not."""

    class Grey(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.start = torch.nn.Linear(1, 1)
            self.config = Namespace(z=1)

        def forward(self, z, style, size):
            return z.clamp(-0.2, 0.2)[:, :, None, None].expand(-1, 3, size, size) * self.start.weight

    class Plain:
        styles = np.zeros(4, int)

        def draw(self, size, generators, chosen):
            greys = torch.tensor([-0.2, 0.0, 0.2, 0.9])[torch.as_tensor(chosen)]
            return greys[:, None, None, None].expand(-1, 3, size, size), torch.zeros(len(chosen), dtype=torch.long)

    looker = Namespace(features=lambda x: [x])
    painter = Grey()
    torch.nn.init.ones_(painter.start.weight)
    covering = Coverage(painter, looker, Plain(), latents=500)
    loss = covering.loss(BatchSpec(Stage(8, 4), 0))
    assert 3 in covering._paintings.tolist()
    given = covering._given[covering._paintings.tolist().index(3)]
    assert given.clamp(-0.2, 0.2) == pytest.approx(0.2)  # the lightest that there is
    loss.backward()
    assert painter.start.weight.grad is not None


# --- the loop ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [projected, plain])
def test_training_resumes_where_it_stopped(make, tmp_path: Path) -> None:
    reports: list[StepReport] = []

    def on_step(report: StepReport, average: torch.nn.Module) -> None:
        assert not average.training
        reports.append(report)

    task, file = make(), tmp_path / "run" / "state.pt"
    before = [parameter.clone() for parameter in task.generator.parameters()]
    average = fit_adversarial(task, config(60), file, on_step, should_stop=lambda: len(reports) >= 3)
    assert any(not torch.equal(old, new) for old, new in zip(before, task.generator.parameters()))
    assert {"discriminator total", "generator total"} <= set(reports[-1].losses)
    assert all(np.isfinite(value) for value in reports[-1].losses.values())
    again = make()
    resumed = fit_adversarial(again, config(60), file, should_stop=lambda: True)
    for ours, theirs in zip(average.state_dict().values(), resumed.state_dict().values()):
        assert torch.equal(ours, theirs)
    fit_adversarial(again, config(60), file, on_step, should_stop=lambda: len(reports) >= 4)
    assert [report.step for report in reports] == [1, 2, 3, 4]


def test_a_folder_of_paintings_becomes_a_bundle(tmp_path: Path) -> None:
    rows = ["path,artist,style,genre,title,year,shape"]
    for index, name in enumerate(("coffee", "astronaut", "chelsea", "rocket")):
        (tmp_path / f"{name}.png").write_bytes(png_bytes(photo(name, 48)))
        rows.append(f"{name}.png,a,{('Rococo', 'Cubism')[index % 2]},,,,native")
    (tmp_path / "paintings.csv").write_text("\n".join(rows))
    run = tmp_path / "run"
    usual = {"stages": "32x2", "architecture": "dcgan", "loss": "nonsaturating", "seed": 0, "learning_rate": 2e-4}
    usual |= {"optimizer": "auto"}
    left_out = dict.fromkeys(("backbone", "start", "cache"))
    train_generator(Namespace(data=tmp_path, run=run, minutes=1e-6, ema=0.99, **usual, **left_out))
    assert (run / "state.pt").is_file()
    assert DCGANGenerator.from_pretrained(run / "bundle")(torch.randn(1, 100)).shape == (1, 3, 32, 32)
