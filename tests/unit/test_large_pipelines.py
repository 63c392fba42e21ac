"""Large pipelines, as tiny ones in the same layouts: sharded, with references, per-row settings, LoRA, IP-Adapter."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from huggingface_hub import constants
from PIL import Image
from safetensors.torch import load, save

from deepart import runtime
from deepart.__main__ import main
from deepart.errors import InputError, WeightsError
from deepart.recipes import recipe_of
from deepart.settings import Settings
from deepart.tasks.hub import diffusion
from deepart.tasks.hub.diffusion import diffuse_steps, fit_sides, pipelines
from deepart.tasks.hub.pipeline_adapters import add_lora
from deepart.tasks.hub.pipeline_table import CHOICES, find_large, offered
from deepart.tasks.hub.repository import HubRepository
from loopback_hub import LoopbackHub

pytest.importorskip("diffusers")
pytest.importorskip("transformers")

import tiny_pipelines as tiny

FLUX, Z_IMAGE, SDXL = (
    find_large(f"large/{name}-v1") for name in ("flux2-klein-4b", "z-image-turbo", "sdxl-ip-adapter")
)
PHOTO = Image.linear_gradient("L").convert("RGB").resize((96, 64))
PAINTING = Image.radial_gradient("L").convert("RGB").resize((64, 64))
OTHER = Image.new("RGB", (64, 64), "orange")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows as the table has them, but for the size of their pictures; the owner has chosen each of them."""
    for row in (FLUX, Z_IMAGE, SDXL):
        monkeypatch.setitem(CHOICES, row.repo, replace(row, side=64, memory=0, num_steps=2))
    pipelines.clear()


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, bytes]]:
    """Returns the files of a tiny pipeline, made once."""
    made: dict[str, dict[str, bytes]] = {}

    def files(name: str) -> dict[str, bytes]:
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            make = getattr(tiny, name)
            pipeline = make(folder / "parts") if name == "sdxl" else make()
            variant = {"variant": "fp16"} if name == "sdxl" else {}
            pipeline.save_pretrained(folder / "saved", max_shard_size="40KB", **variant)
            made[name] = tiny.files_of(folder / "saved")
            if name == "sdxl":
                made["styles"] = tiny.style_files(pipeline, folder / "encoder")
        return made[name]

    return files


@pytest.fixture
def flux(hub: LoopbackHub, saved: Callable) -> LoopbackHub:
    hub.add(FLUX.repo, saved("flux2_klein"), revision=FLUX.revision)
    return hub


@pytest.fixture
def styled(hub: LoopbackHub, saved: Callable) -> LoopbackHub:
    hub.add(SDXL.repo, saved("sdxl"), revision=SDXL.revision)
    hub.add(SDXL.adapter.repo, saved("styles"), revision=SDXL.adapter.revision)
    return hub


def paint(repo: str, prompt: str = "a ship", **settings: object) -> Image.Image:
    (picture,) = runtime.run(diffuse_steps(repo, prompt, seed=1, **settings))
    return picture


def test_shards_are_fetched_and_references_change_the_picture(flux: LoopbackHub) -> None:
    alone = paint(FLUX.repo)
    assert alone.size == (64, 64)
    one = paint(FLUX.repo, pictures=[PHOTO])
    assert one.size == fit_sides(PHOTO, 64).size == (80, 64)
    several = paint(FLUX.repo, pictures=[PHOTO, PAINTING, OTHER])
    assert one.tobytes() != several.tobytes()
    recipe = recipe_of(alone)
    assert recipe.checkpoint == f"{FLUX.repo}@{FLUX.revision}"
    assert recipe.settings["guidance"] == 1.0 and recipe.settings["num_steps"] == 2
    assert next(iter(pipelines._models.values())).pipeline.transformer.dtype is torch.bfloat16
    assert not flux.requests("GET", "pipeline.py")
    with pytest.raises(InputError, match="at most 4 pictures"):
        paint(FLUX.repo, pictures=[PHOTO] * 5)


def test_command_endpoint_and_page_take_the_same_road(
    flux: LoopbackHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gradio = pytest.importorskip("gradio")
    from deepart.ui.large.endpoint import add_repaint_endpoint
    from deepart.ui.large.panel import LargePanel

    monkeypatch.setitem(CHOICES, FLUX.repo, replace(FLUX, side=64, num_steps=1))
    monkeypatch.setattr(runtime, "settings", lambda: Settings(large_model=FLUX.key))
    photo, painting, out = (str(tmp_path / name) for name in ("photo.png", "painting.png", "out.png"))
    PHOTO.save(photo), PAINTING.save(painting)
    assert main(["repaint", photo, "--style", painting, "--seed", "7", "-o", out]) == 0
    with gradio.Blocks() as page:
        add_repaint_endpoint()
        panel = LargePanel("transfer")
        panel.wire([], lambda: (photo, [painting], None, 1.0), [gradio.State()], lambda *result: (result,))
    ways = {each.api_name: each.fn for each in page.fns.values()}
    endpoint = ways["repaint"]("transfer", "", photo, [painting], None, 1, None, 7, None)
    *_, recipe = next(answer for answer in endpoint if answer[1])
    assert recipe == recipe_of(out).as_dict()
    *_, (before, _, _, recipe, note) = next(
        answer[1:] for answer in ways["repaint_1"](None, FLUX.key, "") if isinstance(answer[1], tuple)
    )
    assert recipe["settings"] == recipe_of(out).settings and "80" in note


def test_what_was_fetched_serves_without_a_network(flux: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    before = paint(FLUX.repo)
    pipelines.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert paint(FLUX.repo).tobytes() == before.tobytes()


def test_the_check_paints_what_it_can_and_says_what_it_cannot(
    hub: LoopbackHub, saved: Callable, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setitem(CHOICES, Z_IMAGE.repo, replace(Z_IMAGE, side=64, num_steps=1))
    monkeypatch.setitem(CHOICES, FLUX.repo, FLUX)
    monkeypatch.setattr(runtime, "settings", lambda: Settings(large_model=Z_IMAGE.key))
    hub.add(Z_IMAGE.repo, saved("z_image"), revision=Z_IMAGE.revision)
    assert main(["check-gpu", "--models", Z_IMAGE.key, FLUX.key, "-o", str(tmp_path)]) == 1
    said = capsys.readouterr().out.splitlines()
    assert "64 x 64" in next(line for line in said if line.startswith(Z_IMAGE.key))
    assert ["failed" in line for line in said if line.startswith(FLUX.key)] == [True] * len(FLUX.tasks)
    assert {path.name for path in tmp_path.glob("*.png")} == {"z-image-turbo-v1-generate.png", "sheet.png"}


INDEX = "transformer/diffusion_pytorch_model.safetensors.index.json"


def _lose(files: dict[str, bytes]) -> None:
    del files["transformer/diffusion_pytorch_model-00002-of-00002.safetensors"]


def _thin(files: dict[str, bytes]) -> None:
    name = "transformer/diffusion_pytorch_model-00002-of-00002.safetensors"
    tensors = load(files[name])
    tensors.popitem()
    files[name] = save(tensors, {"format": "pt"})


def _thin_with_index(files: dict[str, bytes]) -> None:
    _thin(files)
    name = "transformer/diffusion_pytorch_model-00002-of-00002.safetensors"
    index = json.loads(files[INDEX])
    kept = load(files[name])
    index["weight_map"] = {key: file for key, file in index["weight_map"].items() if file not in name or key in kept}
    files[INDEX] = json.dumps(index).encode()


def _thin_text(files: dict[str, bytes]) -> None:
    name = "text_encoder/model-00002-of-00002.safetensors"
    tensors = load(files[name])
    lost, _ = tensors.popitem()
    files[name] = save(tensors, {"format": "pt"})
    index = json.loads(files["text_encoder/model.safetensors.index.json"])
    del index["weight_map"][lost]
    files["text_encoder/model.safetensors.index.json"] = json.dumps(index).encode()


def _climb(files: dict[str, bytes]) -> None:
    index = json.loads(files[INDEX])
    index["weight_map"] = {key: "../vae/" + file for key, file in index["weight_map"].items()}
    files[INDEX] = json.dumps(index).encode()


def _pickle(files: dict[str, bytes]) -> None:
    index = json.loads(files[INDEX])
    index["weight_map"] = {key: "diffusion_pytorch_model.bin" for key in index["weight_map"]}
    files[INDEX] = json.dumps(index).encode()


def _number(files: dict[str, bytes]) -> None:
    files[INDEX] = b'{"weight_map": {"a": 1}}'


@pytest.mark.parametrize("spoil", [_lose, _thin, _thin_with_index, _thin_text, _climb, _pickle, _number])
def test_shards_that_are_not_what_the_index_says_are_refused(
    hub: LoopbackHub, saved: Callable, spoil: Callable[[dict[str, bytes]], None]
) -> None:
    files = dict(saved("flux2_klein"))
    spoil(files)
    hub.add(FLUX.repo, files, revision=FLUX.revision)
    with pytest.raises(WeightsError, match=FLUX.repo):
        paint(FLUX.repo)


def test_a_text_model_starts_from_a_picture_too(hub: LoopbackHub, saved: Callable) -> None:
    hub.add(Z_IMAGE.repo, saved("z_image"), revision=Z_IMAGE.revision)
    words = paint(Z_IMAGE.repo, "一艘船")
    from_photo = paint(Z_IMAGE.repo, "一艘船", pictures=[PHOTO], strength=0.5)
    assert words.size == (64, 64) and from_photo.size == (80, 64)
    assert recipe_of(from_photo).settings["strength"] == 0.5 and "strength" not in recipe_of(words).settings
    assert recipe_of(words).settings["guidance"] == 0.0
    with pytest.raises(InputError, match="no adapter"):
        paint(Z_IMAGE.repo, styles=[(PAINTING, 1.0)])


def test_styles_of_pictures_have_weights_of_their_own(styled: LoopbackHub) -> None:
    seen = {
        weights: paint(SDXL.repo, "a", pictures=[PHOTO], styles=list(zip((PAINTING, OTHER), weights))).tobytes()
        for weights in ((1.0,), (0.0,), (1.0, 0.0), (0.2, 0.8))
    }
    assert len(set(seen.values())) == 3
    assert seen[1.0,] == seen[1.0, 0.0]  # a style without weight is not there
    assert any(".fp16" in path for path in styled.requests("GET"))


@pytest.mark.parametrize("half", ["ip_adapter.1.to_k_ip.weight", "image_proj.proj.weight", None])
def test_a_style_adapter_of_another_network_is_refused(hub: LoopbackHub, saved: Callable, half: str | None) -> None:
    hub.add(SDXL.repo, saved("sdxl"), revision=SDXL.revision)
    files = dict(saved("styles"))
    tensors = load(files[tiny.STYLE_FILE])
    if half:
        del tensors[half]
    else:
        tensors["other.weight"] = torch.zeros(1)
    hub.add(SDXL.adapter.repo, {**files, tiny.STYLE_FILE: save(tensors)}, revision=SDXL.adapter.revision)
    with pytest.raises(WeightsError, match=SDXL.adapter.repo):
        paint(SDXL.repo, "a", pictures=[PHOTO], styles=[(PAINTING, 1.0)])


LAYER = "transformer.transformer_blocks.0.attn.to_q"


def lora(out: int = 16, **more: torch.Tensor) -> bytes:
    torch.manual_seed(2)
    down, up = torch.randn(2, 16), torch.randn(out, 2)
    return save({f"{LAYER}.lora_A.weight": down, f"{LAYER}.lora_B.weight": up, **more})


def test_a_lora_is_added_as_much_as_asked(flux: LoopbackHub) -> None:
    flux.add("somebody/lora", {"pytorch_lora_weights.safetensors": lora()})
    place = "somebody/lora/pytorch_lora_weights.safetensors"
    picture = paint(FLUX.repo, lora=place, lora_scale=0.5)
    (pipeline,) = pipelines._models.values()
    layer = LAYER.removeprefix("transformer.")
    weight = pipeline.pipeline.transformer.get_submodule(layer).weight.float()
    before, tensors = tiny.flux2_klein().transformer.get_submodule(layer).weight, load(lora())
    change = tensors[f"{LAYER}.lora_B.weight"] @ tensors[f"{LAYER}.lora_A.weight"]
    assert torch.allclose(weight, before + 0.5 * change, atol=0.03)  # of bfloat16
    assert recipe_of(picture).settings["lora"] == place and recipe_of(picture).settings["lora_scale"] == 0.5


@pytest.mark.parametrize(
    "data",
    [
        lora(out=8),
        lora(**{"transformer.nowhere.lora_A.weight": torch.zeros(2, 16)}),
        lora(**{f"{LAYER}.weight": torch.zeros(2)}),
        save({}),
    ],
)
def test_a_lora_of_another_network_is_refused(hub: LoopbackHub, data: bytes) -> None:
    hub.add("somebody/lora", {"a.safetensors": data})
    with pytest.raises(WeightsError, match="somebody/lora"):
        add_lora(tiny.flux2_klein(), HubRepository("somebody/lora"), "a.safetensors", 1.0)


@pytest.mark.parametrize(
    "place", ["somebody/lora", "somebody/lora/a.bin", "/etc/a.safetensors", "a/b/../c.safetensors"]
)
def test_a_lora_that_is_no_safetensors_of_the_hub_is_not_asked_for(place: str) -> None:
    with pytest.raises(InputError):
        paint(FLUX.repo, lora=place)


def test_a_machine_without_a_card_is_told_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CHOICES, FLUX.repo, FLUX)
    monkeypatch.setattr(runtime, "device", lambda: torch.device("cpu"))
    monkeypatch.setattr(runtime, "settings", lambda: Settings())
    assert offered("generate") == []
    with pytest.raises(InputError, match="13 GB"):
        paint(FLUX.repo)
    monkeypatch.setattr(runtime, "settings", lambda: Settings(large_model=FLUX.key))
    assert offered("restore") == [FLUX]
    diffusion.check_machine(FLUX)
    monkeypatch.setattr(runtime, "settings", lambda: Settings(large_model="large/none"))
    with pytest.raises(WeightsError, match=FLUX.key):
        offered("generate")


def test_where_a_gpu_is_lent_the_chosen_model_is_loaded_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    app = pytest.importorskip("deepart.ui.app")
    loaded: list[str] = []
    monkeypatch.setattr(runtime, "settings", lambda: Settings(zero_gpu=True, large_model=SDXL.key))
    monkeypatch.setattr(app.models, "get", lambda key, device: loaded.append(key))
    monkeypatch.setattr(app, "load_now", loaded.append)
    monkeypatch.setitem(CHOICES, SDXL.repo, SDXL)
    app._load_all()
    assert loaded[-1] == SDXL.repo


def test_rows_say_what_they_are() -> None:
    for row in CHOICES.values():
        assert row.key.count("/") == 1 and row.key.endswith("-v1") and row.licence and row.size > 1e8
        if row.memory:
            assert len(row.revision) == 40 and row.dtype and row.guidance is not None and row.side
            assert not row.is_proven  # nobody with a card has told us


def test_a_picture_that_is_too_long_is_refused_and_others_keep_their_shape() -> None:
    assert fit_sides(Image.new("RGB", (3000, 2000)), 1024).size == (1248, 832)
    with pytest.raises(InputError):
        fit_sides(Image.new("RGB", (900, 100)), 1024)
