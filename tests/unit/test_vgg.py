from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from deepart.models.vgg import VGG16Config, VGG16Features, VGG19Config, VGG19Features, VGGFeatures

VGG19_CONVOLUTIONS = (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34)
VGG19_TAPS = {"relu1_1": 0, "relu2_1": 2, "relu3_1": 4, "relu4_1": 8, "relu5_1": 12}  # counting convolutions
VGG16_CONVOLUTIONS = (0, 2, 5, 7, 10, 12, 14, 17)
VGG16_TAPS = {"relu1_1": 0, "relu1_2": 1, "relu2_1": 2, "relu2_2": 3, "relu3_1": 4, "relu3_3": 6, "relu4_1": 7}


def tiny(network: type[VGGFeatures], **more: object) -> VGGFeatures:
    torch.manual_seed(0)
    stages = len(network.Config().depths)
    return network(network.Config(channels=(3, 4, 5, 6, 7)[:stages], **more)).requires_grad_(False)


def by_hand(model: VGGFeatures, x: Tensor, convolutions: tuple[int, ...], last: int) -> Tensor:
    """The paper's network, layer by layer, from the weights alone."""
    state = model.state_dict()
    for count, index in enumerate(convolutions[: last + 1]):
        if count and index - convolutions[count - 1] == 3:
            x = F.max_pool2d(x, 2, 2)
        x = F.relu(F.conv2d(x, state[f"features.{index}.weight"], state[f"features.{index}.bias"], padding=1))
    return x


@pytest.mark.parametrize(
    ("network", "convolutions"), [(VGG19Features, VGG19_CONVOLUTIONS), (VGG16Features, VGG16_CONVOLUTIONS)]
)
def test_keys_are_those_of_torchvision(network: type[VGGFeatures], convolutions: tuple[int, ...]) -> None:
    keys = [f"features.{index}.{part}" for index in convolutions for part in ("weight", "bias")]
    assert list(tiny(network).state_dict()) == keys


def test_full_widths_are_the_papers() -> None:
    assert sum(p.numel() for p in VGG19Features().parameters()) == 20_024_384
    assert VGG16Features().features[17].weight.shape == (512, 256, 3, 3)


@pytest.mark.parametrize(
    ("network", "convolutions", "taps"),
    [(VGG19Features, VGG19_CONVOLUTIONS, VGG19_TAPS), (VGG16Features, VGG16_CONVOLUTIONS, VGG16_TAPS)],
)
def test_taps_are_the_papers_layers(
    network: type[VGGFeatures], convolutions: tuple[int, ...], taps: dict[str, int]
) -> None:
    model, x = tiny(network), torch.rand(2, 3, 33, 49)
    normalised = (x - model.mean) / model.std
    found = model(x, tuple(taps))
    assert list(found) == list(taps)
    for tap, last in taps.items():
        torch.testing.assert_close(found[tap], by_hand(model, normalised, convolutions, last))


def test_normalisations() -> None:
    grey = torch.full((1, 3, 1, 1), 0.5)
    vgg19, vgg16 = tiny(VGG19Features), tiny(VGG16Features)
    expected = torch.tensor([(0.5 - 0.485) / 0.229, (0.5 - 0.456) / 0.224, (0.5 - 0.406) / 0.225])
    torch.testing.assert_close(((grey - vgg19.mean) / vgg19.std).flatten(), expected)
    expected = 127.5 - torch.tensor([123.68, 116.779, 103.939])
    torch.testing.assert_close(((grey - vgg16.mean) / vgg16.std).flatten(), expected)


def test_nothing_after_the_deepest_tap_is_computed() -> None:
    model = tiny(VGG19Features)
    ran: list[int] = []
    for index, layer in enumerate(model.features):
        layer.register_forward_hook(lambda *_, index=index: ran.append(index))
    model(torch.rand(1, 3, 32, 32), ["relu3_1", "relu1_1"])
    assert ran == list(range(12))


def test_taps_of_the_config_are_the_default() -> None:
    model = tiny(VGG16Features, taps=("relu2_1",))
    assert list(model(torch.rand(1, 3, 16, 16))) == ["relu2_1"]


def test_unknown_taps_are_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="relu4_1"):
        VGG16Features(VGG16Config(channels=(1, 1, 1, 1), taps=("relu4_2",)))
    with pytest.raises(ValueError, match="relu5_4"):
        tiny(VGG19Features)(torch.rand(1, 3, 16, 16), ["conv1_1"])


def test_gradients_reach_the_picture() -> None:
    x = torch.rand(1, 3, 32, 32, requires_grad=True)
    sum(feat.square().sum() for feat in tiny(VGG19Features)(x).values()).backward()
    assert x.grad is not None and x.grad.abs().sum() > 0


def test_configs_differ_in_stages_and_depths() -> None:
    assert VGG19Config().depths == (2, 2, 4, 4, 4)
    assert VGG16Config().depths == (2, 2, 3, 1)
