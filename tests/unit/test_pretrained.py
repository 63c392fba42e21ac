from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from huggingface_hub import ModelCard
from safetensors.torch import load_file, save_file
from torch import nn

from deepart.models.pretrained import HubModel, config_from_json
from loopback_hub import TOKEN, LoopbackHub


@dataclass(frozen=True, slots=True)
class SmallConfig:
    widths: tuple[int, ...] = (3, 5)
    depth: int = 1


class Small(HubModel, license="mit", paper_url="https://arxiv.org/abs/1409.1556"):
    Config = SmallConfig

    def __init__(self, config: SmallConfig) -> None:
        super().__init__(config)
        self.conv = nn.Conv2d(*config.widths, 3)
        self.norm = nn.BatchNorm2d(config.widths[1])


@pytest.fixture
def small() -> Small:
    torch.manual_seed(0)
    return Small(SmallConfig(widths=(3, 6)))


def assert_same(loaded: Small, original: Small) -> None:
    assert loaded.config == original.config and not loaded.training
    assert {parameter.dtype for parameter in loaded.parameters()} == {torch.float32}
    expected = original.state_dict()
    for key, value in loaded.state_dict().items():
        torch.testing.assert_close(value, expected[key], rtol=1e-3, atol=1e-6, msg=key)


def test_a_folder_round_trip(small: Small, tmp_path: Path) -> None:
    small.save_pretrained(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"config.json", "model.safetensors", "README.md"}
    assert json.loads((tmp_path / "config.json").read_text()) == {"widths": [3, 6], "depth": 1}
    stored = load_file(tmp_path / "model.safetensors")
    assert {value.dtype for value in stored.values()} == {torch.float16, torch.int64}
    card = ModelCard.load(tmp_path / "README.md")
    assert (card.data.library_name, card.data.license) == ("deepart", "mit")
    assert_same(Small.from_pretrained(tmp_path), small)


def test_a_round_trip_through_the_hub(small: Small, hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    small.push_to_hub("tester/small")
    first = hub.repos["tester/small"].head
    assert {"config.json", "model.safetensors", "README.md"} <= set(hub.repos["tester/small"].commits[first])
    assert_same(Small.from_pretrained("tester/small"), small)

    changed = Small(SmallConfig())
    changed.push_to_hub("tester/small")
    assert hub.repos["tester/small"].head != first
    assert_same(Small.from_pretrained("tester/small"), changed)
    assert_same(Small.from_pretrained("tester/small", revision=first), small)


@pytest.mark.parametrize("change", ["missing", "extra", "shape"])
@pytest.mark.parametrize("place", ["folder", "hub"])
def test_wrong_keys_are_refused_whatever_the_caller_says(
    small: Small, hub: LoopbackHub, tmp_path: Path, change: str, place: str
) -> None:
    small.save_pretrained(tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    if change == "missing":
        del tensors["conv.bias"]
    elif change == "extra":
        tensors["conv.more"] = torch.ones(1)
    else:
        tensors["conv.bias"] = torch.ones(2)
    save_file(tensors, tmp_path / "model.safetensors")
    hub.add("tester/small", {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()})
    with pytest.raises(RuntimeError, match=r"conv\.(bias|more)"):
        Small.from_pretrained(tmp_path if place == "folder" else "tester/small", strict=False)


def test_only_safetensors_are_read(small: Small, hub: LoopbackHub, tmp_path: Path) -> None:
    small.save_pretrained(tmp_path)
    torch.save(small.state_dict(), tmp_path / "pytorch_model.bin")
    files = {name: (tmp_path / name).read_bytes() for name in ("config.json", "pytorch_model.bin")}
    hub.add("tester/small", files)
    with pytest.raises(OSError):
        Small.from_pretrained("tester/small")
    assert not hub.requests("GET", "pytorch_model.bin")


def test_a_config_must_be_there_and_fit(small: Small, tmp_path: Path) -> None:
    small.save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text('{"widths": [3, 6], "dept": 1}')
    with pytest.raises(ValueError, match="dept"):
        Small.from_pretrained(tmp_path)
    (tmp_path / "config.json").unlink()
    with pytest.raises(ValueError, match=r"config\.json"):
        Small.from_pretrained(tmp_path)


def test_a_config_is_read_with_its_defaults_and_tuples() -> None:
    assert config_from_json(SmallConfig, {"widths": [1, 2]}) == SmallConfig(widths=(1, 2), depth=1)


def test_weights_beyond_float16_are_not_written(small: Small, tmp_path: Path) -> None:
    with torch.no_grad():
        small.conv.bias[0] = 1e6
    with pytest.raises(ValueError, match=r"conv\.bias"):
        small.save_pretrained(tmp_path)
