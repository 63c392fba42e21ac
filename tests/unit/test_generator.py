"""Networks that paint: the same picture for the same seed, every size and style its own, the Hub's layout exactly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import spectral_norm

from deepart.models.generators.dcgan import DCGANConfig, DCGANDiscriminator, DCGANGenerator
from deepart.models.generators.fastgan import FastGAN, FastGANConfig, fold_spectral_norm
from deepart.models.generators.generator import (
    EnlargingConvolution,
    FeaturePatch,
    Generator,
    GeneratorConfig,
    ModulatedActivation,
)
from tiny_generators import random_generator

TINY = GeneratorConfig(("Cubism", "Rococo", "Ukiyo-e"), (16, 12, 8, 8, 8), (0, 1, 2, 1, 1), z=6, small=3, excitation=2)
TINY_FASTGAN = FastGANConfig(channels=(8, 6, 5, 4, 4, 3, 3, 2, 2), z=7)


def tiny_generator(config: GeneratorConfig = TINY) -> Generator:
    """Return the generator of the tests of networks and of training."""
    return random_generator(config, noise_strength=0.3, batches=20, batch=8)


@pytest.fixture(scope="module")
def network() -> Generator:
    return tiny_generator()


@torch.no_grad()
def test_a_seed_is_a_picture_whatever_it_is_painted_with(network: Generator) -> None:
    style = torch.tensor([0, 1, 3])
    z, noise = network.draw([5, 6, 7])
    pictures = network(z, style, noise)
    assert pictures.shape == (3, 3, 64, 64) and 0 <= pictures.min() < pictures.max() <= 1
    assert torch.equal(network(*_drawn(network, [5, 6, 7], style)), pictures)
    alone = network(*_drawn(network, [6], style[1:2]))
    torch.testing.assert_close(alone[0], pictures[1], atol=1e-5, rtol=0)
    assert (pictures[0] - pictures[1]).abs().mean() > 0.01
    assert not torch.equal(network(z, style), network(z, style))  # other noise each time


def _drawn(network: Generator, seeds: list[int], style: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
    z, noise = network.draw(seeds)
    return z, style, noise


@torch.no_grad()
def test_what_is_never_grown_has_one_size(network: Generator) -> None:
    small = Generator(replace(TINY, channels=TINY.channels[:-1], layers=TINY.layers[:-1]))
    grown = network.state_dict()
    small.load_state_dict({name: grown[name] for name in small.state_dict()})
    small.eval()
    assert small.sizes == (32, 32)
    z, noise = network.draw([3])
    style = torch.tensor([1])
    expected = network(z, style, noise, 32)
    assert torch.equal(small(z, style, noise[:-1]), expected)
    assert torch.equal(small(*_drawn(small, [3], style)), expected)


@torch.no_grad()
def test_style_and_numbers_matter_at_every_size(network: Generator) -> None:
    z, noise = network.draw([1])
    other, _ = network.draw([2])
    style = torch.tensor([0])
    expected = network(z, style, noise)
    torch.testing.assert_close(network(z[:, None].repeat(1, 5, 1), style[:, None].repeat(1, 5), noise), expected)
    for level in range(network.num_codes):
        mixed, styles = z[:, None].repeat(1, 5, 1), style[:, None].repeat(1, 5)
        mixed[:, level] = other
        assert (network(mixed, style, noise) - expected).abs().max() > 1e-3
        styles[:, level] = network.any_style
        changed = (network(z, styles, noise) - expected).abs().max()
        assert changed > 1e-3 if level else changed == 0  # the composition follows the numbers alone


@torch.no_grad()
def test_shares_of_styles_lie_between_the_styles(network: Generator) -> None:
    z, noise = network.draw([1])
    whole = torch.eye(4)[1:2]
    expected = network(z, torch.tensor([1]), noise, truncation=0.6)
    torch.testing.assert_close(network(z, whole, noise, truncation=0.6), expected)
    ends = [network.codes(z, torch.tensor([style])) for style in (1, 2)]
    middle = network.codes(z, torch.tensor([[0.0, 0.5, 0.5, 0.0]]))
    apart = (ends[0] - ends[1]).norm()
    assert 0 < (middle - ends[0]).norm() < apart and 0 < (middle - ends[1]).norm() < apart


@torch.no_grad()
def test_a_patch_is_painted_where_its_mask_is_and_the_rest_stays() -> None:
    """On a mask of the left half: far from its edge nothing of the one side is seen on the other."""
    network = tiny_generator(GeneratorConfig(("Cubism",), (16, 12, 12, 8, 8, 8), (0, 1, 1, 1, 1, 1), z=6, small=4))
    z, noise = network.draw([1, 2])
    codes = network.codes(z, torch.tensor([0, 1]))
    mask = torch.zeros(1, 1, 32, 32)
    mask[..., :16] = 1
    patch = FeaturePatch(codes[1:], [part[1:] for part in noise], mask)
    (plain,) = network.paint(codes[:1], [part[:1] for part in noise])
    (both,) = network.paint(codes[:1], [part[:1] for part in noise], patches=[patch])
    side = plain.shape[-1]
    assert torch.equal(both[..., -side // 4 :], plain[..., -side // 4 :])
    far_left = ..., slice(side // 4)
    assert (both[far_left] - plain[far_left]).abs().mean() > 0.02
    patch = FeaturePatch(patch.codes, patch.noise, torch.zeros(1, 1, 32, 32))
    assert torch.equal(network.paint(codes[:1], [part[:1] for part in noise], patches=[patch])[0], plain)


@torch.no_grad()
def test_truncation_leads_to_what_is_typical_of_the_style(network: Generator) -> None:
    z, _ = network.draw(range(8))
    for style in (0, network.any_style):
        styles = torch.full((8,), style)
        codes = [network.codes(z, styles, truncation) for truncation in (1, 0.5, 0)]
        assert torch.equal(codes[0][:, 0], codes[2][:, 0])  # the composition stays
        spreads = [x[:, 1:].std(0).mean().item() for x in codes]
        assert spreads[1] == pytest.approx(spreads[0] / 2, rel=1e-3) and spreads[2] < 1e-6
    typical = network.codes(z, torch.arange(8) % 4, 0)[:, 1:]
    assert (typical[0] - typical[1]).abs().max() > 1e-2


@torch.no_grad()
def test_the_grown_level_adds_nothing_before_it_has_learned() -> None:
    network = Generator(TINY).eval()
    z, noise = network.draw([3])
    style = torch.tensor([1])
    small, large = network(z, style, noise, size=32), network(z, style, noise)
    assert small.shape[-1] == 32 and network.sizes == (32, 64)
    inside = F.avg_pool2d(large, 2)
    torch.testing.assert_close(inside, small, atol=0.2, rtol=0)
    with pytest.raises(ValueError):
        network(z, style, noise, size=48)


@pytest.mark.parametrize("enlarged", [False, True])
def test_every_parameter_learns(enlarged: bool) -> None:
    network = tiny_generator().train()
    z = torch.randn(4, TINY.z)
    network(z, torch.tensor([0, 1, 2, 3]), size=network.sizes[enlarged]).square().sum().backward()
    still = {name for name, parameter in network.named_parameters() if parameter.grad is None}
    assert all(name.startswith(("levels.3", "excitations.4", "to_large")) for name in still)
    assert bool(still) is not enlarged
    assert all(p.grad.abs().max() > 0 for name, p in network.named_parameters() if name not in still)


@torch.no_grad()
def test_weights_survive_the_hub_layout(network: Generator, tmp_path: Path) -> None:
    network.save_pretrained(tmp_path)
    loaded = Generator.from_pretrained(tmp_path)
    z, noise = network.draw([4])
    style = torch.tensor([2])
    torch.testing.assert_close(loaded(z, style, noise), network(z, style, noise), atol=0.01, rtol=0)


def test_the_full_generator_fits_into_its_file() -> None:
    with torch.device("meta"):
        network = Generator(GeneratorConfig(tuple("abcdefghijklmnopq")))
    assert sum(parameter.numel() for parameter in network.parameters()) < 4.9e6
    assert network.sizes == (128, 256)


# --- parts -------------------------------------------------------------------------------------------


def test_enlarging_is_nearest_upsampling_and_a_convolution() -> None:
    conv, x = EnlargingConvolution(5, 7), torch.randn(2, 5, 6, 8)
    kernel = conv.weight.flip(2, 3).transpose(0, 1)
    expected = F.conv2d(F.interpolate(x, scale_factor=2), kernel, padding=1)
    torch.testing.assert_close(conv(x), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("measured", [False, True])
def test_modulated_activation_is_batch_norm_noise_and_leaky_relu(measured: bool) -> None:
    torch.manual_seed(0)
    x, noise = torch.randn(3, 4, 5, 6).double(), torch.randn(3, 1, 5, 6).double()
    leaves = [x, torch.randn(3, 4).double(), torch.randn(3, 4).double(), torch.tensor(0.3).double()]
    x, gain, shift, strength = (leaf.requires_grad_() for leaf in leaves)
    mean, var = torch.randn(4).double(), torch.rand(4).double() + 0.5
    if measured:
        mean, var = x.detach().mean((0, 2, 3)), x.detach().var((0, 2, 3), correction=0)
    normalised = F.batch_norm(x, None if measured else mean, None if measured else var, training=measured)
    expected = normalised * gain[:, :, None, None] + shift[:, :, None, None] + strength * noise
    expected = F.leaky_relu(expected, 0.2)
    y = ModulatedActivation.apply(x, mean, var, gain, shift, noise, strength, measured)
    torch.testing.assert_close(y, expected)
    grad = torch.randn_like(y)
    ours, theirs = (torch.autograd.grad(result, (x, gain, shift, strength), grad) for result in (y, expected))
    torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("size", [32, 64])
def test_the_baseline_paints_and_judges_at_its_size(size: int) -> None:
    config = DCGANConfig(size, width=4, z=6)
    pictures = DCGANGenerator(config)(torch.randn(2, 6))
    assert pictures.shape == (2, 3, size, size) and 0 <= pictures.min() < pictures.max() <= 1
    assert DCGANDiscriminator(config)(pictures).shape == (2, 1)


# --- the Hub's FastGAN: a reference with the same keys, written as theirs is --------------------------------


class Convolution(nn.Module):
    def __init__(self, conv: nn.Module) -> None:
        super().__init__()
        self._conv = spectral_norm(conv)

    def forward(self, x: Tensor) -> Tensor:
        return self._conv(x)


class Noise(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self._weight = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        return x + self._weight * torch.randn(x.shape[0], 1, x.shape[2], x.shape[3])


class Block(nn.Module):
    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self._layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self._layers(x)


class Reference(nn.Module):
    """FastGAN's generator as the checkpoints were made with: legacy spectral normalisation, pictures in [-1, 1]."""

    def __init__(self, channels: tuple[int, ...], z: int) -> None:
        super().__init__()
        c = {4 << level: width for level, width in enumerate(channels)}

        def conv(a: int, b: int, kernel: int, padding: int | str = "same") -> Convolution:
            return Convolution(nn.Conv2d(a, b, kernel, padding=padding, bias=False))

        def once(size: int) -> Block:
            a, b = c[size // 2], c[size]
            return Block(nn.Upsample(scale_factor=2), conv(a, 2 * b, 3), nn.BatchNorm2d(2 * b), nn.GLU(dim=1))

        def twice(size: int) -> Block:
            a, b = c[size // 2], c[size]
            second = (conv(b, 2 * b, 3), Noise(), nn.BatchNorm2d(2 * b), nn.GLU(dim=1))
            first = (conv(a, 2 * b, 3), Noise(), nn.BatchNorm2d(2 * b), nn.GLU(dim=1))
            return Block(nn.Upsample(scale_factor=2), *first, *second)

        def excite(size: int) -> Block:
            a, b = c[size // 16], c[size]
            return Block(nn.AdaptiveAvgPool2d(4), conv(a, b, 4, 0), nn.SiLU(), conv(b, b, 1, 0), nn.Sigmoid())

        first = Convolution(nn.ConvTranspose2d(z, 2 * c[4], 4, bias=False))
        self._init = Block(first, nn.BatchNorm2d(2 * c[4]), nn.GLU(dim=1))
        self._upsample_8, self._upsample_16, self._upsample_32 = twice(8), once(16), twice(32)
        self._upsample_64, self._upsample_128, self._upsample_256 = once(64), twice(128), once(256)
        self._upsample_512, self._upsample_1024 = twice(512), once(1024)
        self._sle_64, self._sle_128, self._sle_256, self._sle_512 = (excite(size) for size in (64, 128, 256, 512))
        self._out_128 = nn.Sequential(conv(c[128], 3, 1), nn.Tanh())
        self._out_1024 = nn.Sequential(conv(c[1024], 3, 3), nn.Tanh())

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        s4 = self._init(z)
        s8 = self._upsample_8(s4)
        s16 = self._upsample_16(s8)
        s32 = self._upsample_32(s16)
        s64 = self._upsample_64(s32) * self._sle_64(s4)
        s128 = self._upsample_128(s64) * self._sle_128(s8)
        s256 = self._upsample_256(s128) * self._sle_256(s16)
        s512 = self._upsample_512(s256) * self._sle_512(s32)
        return self._out_1024(self._upsample_1024(s512)), self._out_128(s128)


@torch.no_grad()
def test_a_fastgan_of_the_hub_paints_the_same_to_the_last_bit() -> None:
    torch.manual_seed(0)
    reference = Reference(TINY_FASTGAN.channels, TINY_FASTGAN.z)
    for name, parameter in reference.named_parameters():
        if name.endswith("._weight"):
            nn.init.constant_(parameter, 0.2)
    for _ in range(2):  # gives the statistics and the vectors of the norms values of their own
        reference(torch.randn(1, TINY_FASTGAN.z, 1, 1))
    reference.eval()
    state = reference.state_dict()
    folded = fold_spectral_norm(state)
    assert (len(state), len(folded)) == (142, 96)
    network = FastGAN(TINY_FASTGAN).eval()
    network.load_state_dict(folded, strict=True)
    z = torch.randn(1, TINY_FASTGAN.z)
    torch.manual_seed(1)
    expected = reference(z[:, :, None, None])
    for found, wanted in zip(network(z, torch.Generator().manual_seed(1)), expected):
        assert torch.equal(found, (wanted + 1) / 2)
    assert not torch.equal(network(z, torch.Generator().manual_seed(2))[0], network(z)[0])


def test_the_hubs_fastgan_has_the_known_number_of_weights() -> None:
    with torch.device("meta"):
        network = FastGAN(FastGANConfig())
    assert sum(parameter.numel() for parameter in network.parameters()) == 29_176_512
