"""The style network: shapes, determinism, gradients, and the tricks that make it fast."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file

from deepart.models.blocks import (
    Convolution,
    FrozenStatistics,
    channel_statistics,
    normalise_over_pixels,
    upsample_nearest,
)
from deepart.models.style_network import (
    StyleNetwork,
    StyleNetworkConfig,
    colour_statistics,
    position_noise,
    without_steps,
)

TINY = StyleNetworkConfig(
    content_widths=(4, 6, 8),
    content_blocks=1,
    decoder_blocks=1,
    quarter_blocks=1,
    decoder_widths=(8, 6, 4),
    style_widths=(4, 6, 8, 10),
    hidden=12,
    linear=6,
)


@pytest.fixture
def network() -> StyleNetwork:
    torch.manual_seed(0)
    return StyleNetwork(TINY)


@pytest.mark.parametrize("size", [(32, 32), (64, 96), (128, 48)])
def test_painting_has_the_size_of_the_content(network: StyleNetwork, size: tuple[int, int]) -> None:
    painted = network(torch.rand(2, 3, *size), torch.rand(2, 3, 80, 64))
    assert painted.shape == (2, 3, *size)
    assert painted.dtype == torch.float32


def test_every_parameter_learns(network: StyleNetwork) -> None:
    network(torch.rand(2, 3, 64, 64), torch.rand(2, 3, 64, 64)).square().mean().backward()
    still = [
        name
        for name, parameter in network.named_parameters()
        # A bias before a normalisation cannot matter.
        if (parameter.grad is None or not parameter.grad.any()) and not name.endswith("conv.bias")
    ]
    assert [name for name in still if "bias" not in name] == []


@pytest.mark.parametrize("beside", [0, 4])
def test_enlarging_convolution_gives_what_enlarging_and_convolving_give(beside: int) -> None:
    convolution = Convolution(6 + beside, 5)
    x, others = torch.randn(2, 6, 8, 12), torch.randn(2, beside, 16, 24)
    expected = convolution(torch.cat([upsample_nearest(x), others], dim=1))
    torch.testing.assert_close(convolution.enlarging(x, others if beside else None), expected, rtol=1e-4, atol=1e-5)


def test_stairs_of_a_clear_sky_become_a_slope() -> None:
    slope = torch.linspace(100, 104, 64)[:, None].expand(3, 64, 64)[None]
    stairs, smoothed = slope.round(), without_steps(slope.round() / 255) * 255
    rise = [x[0, 0, 1:, 32].sub(x[0, 0, :-1, 32])[12:-12].max().item() for x in (stairs, smoothed)]
    assert rise == [1, pytest.approx(4 / 63, abs=0.1)]
    torch.testing.assert_close(smoothed, slope, rtol=0, atol=0.7)


def test_smoothing_keeps_the_layout_in_memory_that_is_fast() -> None:
    picture = torch.rand(1, 3, 32, 48).contiguous(memory_format=torch.channels_last)
    assert without_steps(picture).is_contiguous(memory_format=torch.channels_last)


def test_what_is_seen_is_not_smoothed_with_the_stairs_of_a_sky() -> None:
    edge = torch.full((1, 3, 64, 64), 100 / 255)
    edge[..., 30:] = 180 / 255
    torch.testing.assert_close(without_steps(edge), edge, rtol=0, atol=1.5 / 255)
    torch.testing.assert_close(without_steps(edge[..., :16]), edge[..., :16])


def test_pictures_of_a_batch_do_not_mix(network: StyleNetwork) -> None:
    contents, styles = torch.rand(2, 3, 64, 64), torch.rand(2, 3, 64, 64)
    together = network(contents, styles)
    alone = network(contents[1:], styles[1:])
    torch.testing.assert_close(together[1:], alone, rtol=1e-4, atol=1e-5)


def test_bundle_round_trip(network: StyleNetwork, tmp_path) -> None:
    network.save_pretrained(tmp_path)
    loaded = StyleNetwork.from_pretrained(tmp_path)
    assert loaded.config == TINY
    content, style = torch.rand(1, 3, 32, 32), torch.rand(1, 3, 32, 32)
    torch.testing.assert_close(loaded(content, style), network(content, style), rtol=1e-2, atol=1e-2)
    assert all(value.dtype == torch.float16 for value in load_file(tmp_path / "model.safetensors").values())


def test_code_has_the_size_that_the_sections_add_up_to(network: StyleNetwork) -> None:
    code = network.style_encoder(torch.rand(3, 3, 48, 64))
    assert code.shape == (3, network.code_size) == (3, sum(network.style_encoder.sections))


def test_colour_statistics_are_the_mean_and_the_covariance() -> None:
    image = torch.rand(1, 3, 20, 30)
    statistics = colour_statistics(image)[0]
    pixels = image.flatten(2)[0]
    torch.testing.assert_close(statistics[:3], pixels.mean(1))
    covariance = torch.cov(pixels, correction=0)
    torch.testing.assert_close(statistics[3:], 10 * covariance[tuple(torch.triu_indices(3, 3))])


@pytest.mark.parametrize("side", [8, 48])  # two ways through PyTorch's normalisation
def test_normalisation_and_its_gradient_are_those_of_the_textbook(side: int) -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 3, side, side, requires_grad=True)
    y = normalise_over_pixels(x)
    mean, std = channel_statistics(x)
    weights = torch.randn_like(y), torch.randn_like(mean), torch.randn_like(std)
    ours = torch.autograd.grad((y * weights[0]).sum() + (mean * weights[1]).sum() + (std * weights[2]).sum(), x)[0]

    variance, plain_mean = torch.var_mean(x, (2, 3), correction=0)
    plain_std = (variance + 1e-5).sqrt()
    plain_y = (x - plain_mean[:, :, None, None]) / (variance + 1e-3).sqrt()[:, :, None, None]
    textbook = torch.autograd.grad(
        (plain_y * weights[0]).sum() + (plain_mean * weights[1]).sum() + (plain_std * weights[2]).sum(), x
    )[0]
    torch.testing.assert_close(y, plain_y, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(ours, textbook, rtol=1e-4, atol=1e-5)


def test_noise_is_white_and_depends_on_the_place_alone() -> None:
    cpu = torch.device("cpu")
    whole = position_noise((0, 0), (256, 256), 4, cpu)[0, 0]
    torch.testing.assert_close(position_noise((128, 64), (32, 48), 4, cpu)[0, 0], whole[32:64, 16:64], rtol=0, atol=0)
    assert whole.mean().abs() < 0.01 and (whole.std() - 1).abs() < 0.01
    spectrum = torch.fft.rfft2(whole).abs().square()
    assert spectrum.max() < 20 * spectrum.mean()  # the largest of 33,000 exponential numbers is 10 times their mean
    assert not torch.equal(whole, position_noise((0, 0), (256, 256), 8, cpu)[0, 0])


def test_a_style_sets_how_strong_its_noise_is(network: StyleNetwork) -> None:
    content = torch.stack([torch.full((3, 64, 64), 0.5), torch.rand(3, 64, 64)])
    features, code = network.content_encoder(content), network.style_encoder(torch.rand(2, 3, 64, 64))
    with torch.no_grad():
        silent = network.decoder(features, code)
        network.decoder.to_half.noise.bias.fill_(0.5)
        here, again, there = (network.decoder(features, code, origin=origin) for origin in ((0, 0), (0, 0), (64, 8)))
    assert torch.equal(here, again) and not torch.equal(here, there)
    assert (here - silent)[1].abs().max() > 0.01
    assert here[0].std((1, 2)).max() < 1e-3  # a blank picture stays blank


def test_a_blank_picture_stays_finite(network: StyleNetwork) -> None:
    assert network(torch.full((1, 3, 64, 64), 0.5), torch.zeros(1, 3, 64, 64)).isfinite().all()


def test_measuring_that_fails_ends_measuring() -> None:
    statistics = FrozenStatistics()
    with pytest.raises(RuntimeError), statistics.recording():
        normalise_over_pixels(torch.rand(1, 1, 8, 8))
        raise RuntimeError
    with statistics.replaying():
        normalise_over_pixels(torch.rand(1, 1, 8, 8))
        with pytest.raises(IndexError):  # what comes next was not measured
            normalise_over_pixels(torch.rand(1, 1, 8, 8))


def test_frozen_statistics_make_a_piece_look_as_it_does_in_the_whole(network: StyleNetwork) -> None:
    torch.manual_seed(1)
    whole = torch.rand(1, 3, 64, 256)
    statistics = FrozenStatistics()
    with torch.no_grad():
        with statistics.recording():
            expected = network.content_encoder(whole).eighth
        with statistics.replaying():
            piece = network.content_encoder(whole[..., :160]).eighth
        alone = network.content_encoder(whole[..., :160]).eighth
    torch.testing.assert_close(piece[..., :12], expected[..., :12], rtol=1e-3, atol=1e-3)
    assert (alone[..., :12] - expected[..., :12]).abs().max() > 0.01  # what it would be without
