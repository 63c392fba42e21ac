"""Diffusion pipelines of the Hub, as tiny ones with random weights from a Hub on this machine."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load, save

from deepart import runtime
from deepart.__main__ import main
from deepart.errors import InputError, WeightsError
from deepart.recipes import recipe_of
from deepart.tasks.hub.diffusion import INDEX, diffuse_steps, pipelines
from loopback_hub import LoopbackHub

diffusers = pytest.importorskip("diffusers")
pytest.importorskip("transformers")

from tiny_pipelines import files_of, publish, text_to_image  # noqa: E402

REPO = "somebody/tiny"


@pytest.fixture(autouse=True)
def forgotten() -> None:
    pipelines.clear()


def unet(channels: int = 3, **settings: object) -> object:
    torch.manual_seed(0)
    return diffusers.UNet2DModel(
        sample_size=16,
        in_channels=channels,
        out_channels=channels,
        block_out_channels=(8, 8),
        layers_per_block=1,
        norm_num_groups=4,
        down_block_types=("DownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "UpBlock2D"),
        **settings,
    )


def unconditional() -> object:
    return diffusers.DDPMPipeline(unet(), diffusers.DDPMScheduler(num_train_timesteps=50))


def put(hub: LoopbackHub, pipeline: object, folder: Path, **changes: object) -> None:
    files = publish(hub, REPO, pipeline, folder)
    index = {**json.loads(files[INDEX]), **changes}
    hub.add(REPO, {**files, INDEX: json.dumps(index).encode()})


def test_an_unconditional_pipeline_paints_the_same_for_the_same_seed(hub: LoopbackHub, tmp_path: Path) -> None:
    put(hub, unconditional(), tmp_path / "pipeline")
    seen = []
    pictures = runtime.run(diffuse_steps(REPO, seed=3, count=2, num_steps=3), seen.append)
    assert [picture.size for picture in pictures] == [(16, 16)] * 2
    assert pictures[0].tobytes() != pictures[1].tobytes()
    (again,) = runtime.run(diffuse_steps(REPO, seed=4, num_steps=3))
    assert again.tobytes() == pictures[1].tobytes()
    assert recipe_of(again).seed == 4 and recipe_of(again).checkpoint == f"{REPO}@{hub.repos[REPO].head}"
    assert seen[-1].done == seen[-1].total == 6
    assert not hub.requests("GET", "pipeline.py")


def test_a_folder_is_as_good(tmp_path: Path) -> None:
    folder = tmp_path / "pipeline"
    unconditional().save_pretrained(folder, safe_serialization=True)
    (picture,) = runtime.run(diffuse_steps(folder, seed=3, num_steps=3))
    assert picture.size == (16, 16) and recipe_of(picture).checkpoint.startswith("own/pipeline@")
    out = tmp_path / "out"
    assert main(["generate", "--checkpoint", str(folder), "--seed", "3", "--steps", "3", "-o", str(out)]) == 0
    assert Image.open(out / "3.png").tobytes() == picture.tobytes()


def test_a_text_is_painted_and_asked_for(hub: LoopbackHub, tmp_path: Path) -> None:
    put(hub, text_to_image(tmp_path), tmp_path / "pipeline")
    with pytest.raises(InputError):
        runtime.run(diffuse_steps(REPO, " ", seed=1, num_steps=2))
    (first,), (second,) = (runtime.run(diffuse_steps(REPO, text, seed=1, num_steps=2)) for text in ("a", "b b"))
    assert first.size == second.size and first.tobytes() != second.tobytes()
    assert recipe_of(second).settings["prompt"] == "b b"


def test_closing_stops_at_the_next_step(hub: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(hub, unconditional(), tmp_path / "pipeline")
    runtime.run(diffuse_steps(REPO, seed=1, num_steps=1))
    monkeypatch.setattr("deepart.tasks.tiled._PATIENCE", 0.01)
    steps = diffuse_steps(REPO, seed=1, num_steps=50)
    progress = next(steps)
    while not progress.done:
        progress = next(steps)
    steps.close()
    with runtime.device_lock():  # is free as soon as the step that was running has ended
        pass
    assert progress.done < 50


@pytest.mark.parametrize(
    "changes",
    [
        {"unet": ["tiny_code", "UNet"]},
        {"_class_name": ["pipeline", "Own"]},
        {"_class_name": "NoSuchPipeline"},
        {"_class_name": "UNet2DModel"},
        {"unet": ["diffusers", "UNet2DConditionModel"]},
        {"_class_name": "StableDiffusionImg2ImgPipeline"},
    ],
)
def test_code_of_their_own_and_other_kinds_are_refused(hub: LoopbackHub, tmp_path: Path, changes: dict) -> None:
    put(hub, unconditional(), tmp_path / "pipeline", **changes)
    with pytest.raises(WeightsError):
        runtime.run(diffuse_steps(REPO, seed=1, num_steps=1))


def test_a_network_with_gaps_is_refused(hub: LoopbackHub, tmp_path: Path) -> None:
    put(hub, unconditional(), tmp_path)
    files = dict(hub.repos[REPO].commits[hub.repos[REPO].head])
    name = "unet/diffusion_pytorch_model.safetensors"
    tensors = load(files[name])
    del tensors["conv_in.weight"]
    hub.add(REPO, {**files, name: save(tensors, {"format": "pt"})})
    with pytest.raises(WeightsError):
        runtime.run(diffuse_steps(REPO, seed=1, num_steps=1))


def test_pickled_weights_are_not_opened(hub: LoopbackHub, tmp_path: Path) -> None:
    unconditional().save_pretrained(tmp_path, safe_serialization=False)
    hub.add(REPO, files_of(tmp_path))
    with pytest.raises(WeightsError, match="safetensors"):
        runtime.run(diffuse_steps(REPO, seed=1, num_steps=1))
    hub.repos[REPO].commit({"README.md": b""})
    with pytest.raises(WeightsError):
        runtime.run(diffuse_steps(REPO, seed=1, num_steps=1, revision=hub.repos[REPO].head))


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "diffusers", None)
    with pytest.raises(WeightsError, match="pip install diffusers"):
        runtime.run(diffuse_steps(REPO, seed=1))
    for wrong in (dict(count=0), dict(num_steps=9999), dict(seed=-1)):
        with pytest.raises(InputError):
            runtime.run(diffuse_steps(REPO, **wrong))
