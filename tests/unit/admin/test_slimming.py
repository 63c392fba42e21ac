"""Smaller networks answer nearly as before, survive the layout of a bundle, and soups are means."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from deepart import runtime
from deepart.admin.evaluation import open_network
from deepart.admin.slimming import average, prune, prune_steps, soup_steps
from deepart.errors import InputError
from deepart.images import to_tensor
from deepart.models.classifier import ArtClassifier, ArtClassifierConfig
from deepart.models.pretrained import HubModel
from deepart.models.restorers.denoiser import Denoiser
from deepart.models.style_network import StyleNetwork, StyleNetworkConfig
from photos import photo
from unit.admin.tiny_checkpoints import frozen, photo_folder, restorer, run_folder
from unit.test_generator import tiny_generator

PICTURES = [photo(name, 256) for name in ("astronaut", "chelsea", "coffee", "rocket")]


@pytest.fixture(autouse=True)
def full_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "precision", lambda: torch.float32)


def wide(kind: str) -> HubModel:
    torch.manual_seed(0)
    if kind == "restorer":
        return restorer(noise=0.5, widths=(32, 48))
    if kind == "style":
        widths = {"content_widths": (4, 6, 48), "decoder_widths": (32, 6, 4), "style_widths": (4, 6, 8, 10)}
        config = StyleNetworkConfig(content_blocks=1, decoder_blocks=1, quarter_blocks=1, hidden=12, **widths)
        return StyleNetwork(config).eval()
    labels = (("style", ("Cubism", "Rococo")),)
    return ArtClassifier(ArtClassifierConfig(labels, backbone="tf_efficientnet_lite0", depths=(1,), sides=(64,))).eval()


def answer(kind: str, network: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        if kind == "style":
            return network(x, x)
        return network.features(x) if kind == "classifier" else network(x)


@pytest.mark.parametrize("kind", ["restorer", "style", "classifier"])
def test_channels_that_say_nothing_go_first_and_the_rest_survives_a_bundle(kind: str, tmp_path: Path) -> None:
    network = wide(kind)
    for block in network.prunable():  # what reads the second half of the channels does not listen
        with torch.no_grad():
            block.last.weight[:, block.last.in_channels // 2 :] = 0
    x = to_tensor(PICTURES[0])  # a channel that no picture has woken may go, too
    before = answer(kind, network, x)
    pruned = prune(network, lambda network, x: answer(kind, network, x), PICTURES, keep=0.6)
    widths = [block.last.in_channels for block in pruned.prunable()]
    assert widths == list(pruned.config.inner)
    assert all(w <= 0.6 * block.last.in_channels + 8 for w, block in zip(widths, network.prunable()))
    torch.testing.assert_close(answer(kind, pruned, x), before, atol=2e-3, rtol=1e-3)
    folder = run_folder(tmp_path / "run", pruned)
    again = open_network(kind, folder)
    torch.testing.assert_close(answer(kind, again, x), answer(kind, pruned, x), atol=2e-2, rtol=1e-2)


def test_pruning_is_measured_before_and_after(tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", restorer(noise=0.1, widths=(64, 64)))
    data = frozen("restorer", photo_folder(tmp_path / "data", side=64, count=2), side=64)
    found = runtime.run(prune_steps("restorer", run, tmp_path / "slim", PICTURES, 0.25, data))
    assert found.after.parameters < found.before.parameters and found.after.size < found.before.size
    assert found.before.seconds > 0 and {row["figure"] for row in found.as_json()["figures"]} >= {"σ 25 PSNR (dB)"}
    assert isinstance(open_network("restorer", tmp_path / "slim"), Denoiser)
    with pytest.raises(InputError, match="exists already"):
        runtime.run(prune_steps("restorer", run, tmp_path / "slim", PICTURES, 0.25, data))


def test_what_cannot_be_pruned_is_told(tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", restorer())
    generator = run_folder(tmp_path / "generator", tiny_generator())
    for task, source, keep, pictures in (
        ("restorer", run, 0.01, PICTURES),
        ("restorer", run, 0.5, PICTURES[:2]),
        ("generator", generator, 0.5, PICTURES),
    ):
        with pytest.raises(InputError):
            runtime.run(prune_steps(task, source, tmp_path / "slim", pictures, keep))
    assert not (tmp_path / "slim").exists()


def test_an_average_is_the_mean_of_the_weights() -> None:
    networks = [restorer(noise=1, seed=seed) for seed in (1, 2)]
    mean = average(networks)
    one, two = (network.unet.head.weight for network in networks)
    torch.testing.assert_close(mean.unet.head.weight, (one + two) / 2)
    assert not mean.training and not mean.unet.head.weight.requires_grad


def test_a_greedy_soup_leaves_out_what_spoils_it_and_a_uniform_one_takes_all(tmp_path: Path) -> None:
    data = frozen("restorer", photo_folder(tmp_path / "data", side=64, count=2), side=64)
    noises = {"good": 0.0, "fair": 0.02, "bad": 3.0}
    runs = [run_folder(tmp_path / name, restorer(noise)) for name, noise in noises.items()]
    greedy = runtime.run(soup_steps("restorer", runs[::-1], tmp_path / "greedy", data))
    assert str(runs[2]) not in greedy.ingredients and str(runs[0]) in greedy.ingredients
    uniform = runtime.run(soup_steps("restorer", runs, tmp_path / "uniform", data, greedy=False))
    assert set(uniform.ingredients) == set(map(str, runs))
    expected = sum(noises.values()) / 3 * restorer(1.0).unet.tail.weight
    torch.testing.assert_close(
        open_network("restorer", tmp_path / "uniform").unet.tail.weight, expected, atol=1e-3, rtol=1e-2
    )
    other = run_folder(tmp_path / "other", restorer(widths=(16, 16)))
    with pytest.raises(InputError, match="same shape"):
        runtime.run(soup_steps("restorer", [runs[0], other], tmp_path / "none", data))
