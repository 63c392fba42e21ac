"""FastGANs of the Hub: fetched once, read strictly, painted as their own code paints them."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from huggingface_hub import constants
from PIL import Image
from torch import nn

from deepart import runtime
from deepart.__main__ import main
from deepart.checkpoints import models
from deepart.errors import InputError, WeightsError
from deepart.options import WalkOptions
from deepart.recipes import recipe_of
from deepart.tasks.generate.breeding import crossbreed, mix_levels, neighbours
from deepart.tasks.generate.generate import ArtGenerator, generators, patch_region
from deepart.tasks.generate.genome import genome_of
from deepart.tasks.generate.seeds import generate
from deepart.tasks.generate.walks import Walk, WalkPainter
from deepart.tasks.hub.generators import FILE, HUB_GENERATORS, describe
from deepart.ui.generate.request import known_model, model_choices
from loopback_hub import LoopbackHub
from tiny_generators import tiny_generator
from unit.test_generator import TINY_FASTGAN, Reference

KEY = "generate/fastgan-painting-v1"


@pytest.fixture(autouse=True)
def forgotten() -> None:
    models.forget(KEY)


@pytest.fixture(scope="module")
def reference() -> Reference:
    torch.manual_seed(0)
    network = Reference(TINY_FASTGAN.channels, TINY_FASTGAN.z)
    for name, parameter in network.named_parameters():
        if name.endswith("._weight"):
            nn.init.constant_(parameter, 0.2)
    with torch.no_grad():
        for _ in range(2):
            network(torch.randn(2, TINY_FASTGAN.z, 1, 1))
    return network.eval()


def publish(hub: LoopbackHub, content: object) -> None:
    row = HUB_GENERATORS[KEY]
    file = io.BytesIO()
    torch.save(content, file)
    hub.add(row.repo, {FILE: file.getvalue()}, revision=row.revision)


@torch.no_grad()
def test_a_checkpoint_of_the_hub_paints_the_same_as_its_own_code(hub: LoopbackHub, reference: Reference) -> None:
    publish(hub, reference.state_dict())
    (picture,) = generate(5, checkpoint=KEY)
    assert picture.size == (1024, 1024)
    generator = torch.Generator().manual_seed(5)
    z = torch.randn(TINY_FASTGAN.z, generator=generator)
    network = ArtGenerator(KEY).network()
    torch.manual_seed(9)
    expected = reference(z.view(1, -1, 1, 1))
    torch.manual_seed(9)
    ours = network(z[None])
    assert all(torch.equal(a, (b + 1) / 2) for a, b in zip(ours, expected))
    _, noise = network.draw([5])
    assert torch.equal(network.paint(network.codes(z[None]), noise, 128), network(z[None], noise=noise)[1])
    generate(6, checkpoint=KEY)
    assert len(hub.requests("GET", FILE)) == 1
    assert genome_of(picture).checkpoint == KEY and len(network.sha256) == 64


def test_it_can_be_bred_and_walked_but_has_neither_styles_nor_levels(hub: LoopbackHub, reference: Reference) -> None:
    publish(hub, reference.state_dict())
    engine = ArtGenerator(KEY)
    assert engine.styles == ("any",) and engine.num_levels == 1 and engine.side == 1024
    first, second = engine.born(1), engine.born(2)
    child = crossbreed(neighbours(first, 1, 3)[0], second)
    assert engine.paint(child, 128).size == (128, 128)
    painter = WalkPainter(engine, Walk((first, second), WalkOptions(4)), 128)
    assert painter.frame(2).tobytes() == engine.paint(second, 128).tobytes()
    for wrong in (lambda: mix_levels(first, {"layout": second}, 1), lambda: engine.born(1, "Cubism")):
        with pytest.raises(InputError):
            wrong()
    with pytest.raises(InputError):
        patch_region(engine, first, runtime.run(engine.steps([first]))[0].convert("L"), 1)


def test_the_command_line_fetches_and_paints_it(
    hub: LoopbackHub, reference: Reference, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(hub, reference.state_dict())
    assert main(["fetch", KEY]) == 0 and capsys.readouterr().out.strip().endswith(FILE)
    assert main(["generate", "--checkpoint", KEY, "--seed", "2", "-o", str(tmp_path)]) == 0
    assert Image.open(tmp_path / "2.png").size == (1024, 1024)


def test_a_path_is_as_good(reference: Reference, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, folder = tmp_path / "mine.bin", tmp_path / "run"
    torch.save(reference.state_dict(), file)
    tiny_generator().save_pretrained(folder)
    for path, side in ((file, 1024), (folder, 256)):
        (picture,) = generate(2, checkpoint=path)
        assert picture.width == side and recipe_of(picture).checkpoint == f"own/{path.name}"
        assert len(recipe_of(picture).checkpoint_sha256) == 64
        out = tmp_path / "out" / path.name
        assert main(["generate", "--checkpoint", str(path), "--seed", "2", "-o", str(out)]) == 0
        assert np.array_equal(Image.open(out / "2.png"), picture)
        again = ["generate", "--again", str(out / "2.png"), "--neighbours", "1", "--seed", "3"]
        assert main([*again, "--checkpoint", str(path), "-o", str(out / "again")]) == 0
        assert main([*again, "-o", str(out / "again")]) == 2  # its recipe does not say where that lies
    capsys.readouterr()
    for wrong in (tmp_path / "out", tmp_path / "none.bin"):
        assert main(["generate", "--checkpoint", str(wrong), "-o", str(tmp_path)]) == 2
        assert "is not a generator" in capsys.readouterr().err


def test_the_owner_offers_what_lies_in_their_folder(
    reference: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPART_ADMIN_DIR", str(tmp_path))
    runtime.settings.cache_clear()
    tiny_generator().save_pretrained(tmp_path / "generators" / "mine")
    (tmp_path / "generators" / "notes.txt").touch()
    offered = [key for _, key in model_choices("en") if key.startswith("own/")]
    assert offered == ["own/mine"] == [known_model(key) for key in offered]
    engine = ArtGenerator("own/mine")
    assert engine.network() is engine.network() and engine.side == 256
    with pytest.raises(InputError):
        known_model("own/notes.txt")


def test_what_is_no_fastgan_is_refused(hub: LoopbackHub, reference: Reference) -> None:
    state = reference.state_dict()
    short = {key: value for key, value in state.items() if "_sle_64" not in key}
    for content in ({"a": torch.ones(2)}, short, {**state, "more": torch.ones(1)}, [1, 2], {"a": print}):
        hub.repos.clear()
        shutil.rmtree(constants.HF_HUB_CACHE, ignore_errors=True)
        publish(hub, content)
        with pytest.raises(WeightsError):
            ArtGenerator(KEY).network()


def test_the_table_names_commits_and_asks_nobody(hub: LoopbackHub) -> None:
    rows = describe("zh")
    assert len(rows) == len(HUB_GENERATORS) == 8 and not hub.log
    assert all(
        len(row.revision) == 40 and row.repo.startswith("huggan/fastgan-few-shot-") for row in HUB_GENERATORS.values()
    )
    assert {row["state"] for row in rows} == {"remote"} and set(generators()) >= set(HUB_GENERATORS)


def test_a_download_shows_how_far_it_is_and_can_be_stopped(
    hub: LoopbackHub, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(hub, reference.state_dict())
    monkeypatch.setattr("deepart.tasks.tiled._PATIENCE", 0.05)
    hub.fault, hub.bytes_per_second = "slow", 20_000
    steps = ArtGenerator(KEY).load_steps()
    progress = next(step for step in steps if step.done)
    assert progress.note == "progress.loading_generator" and progress.done < progress.total
    steps.close()
    hub.fault = None
    assert ArtGenerator(KEY).network() is not None


def test_without_a_network_it_says_so(hub: LoopbackHub) -> None:
    hub.close()
    with pytest.raises(WeightsError):
        generate(1, checkpoint=KEY)
