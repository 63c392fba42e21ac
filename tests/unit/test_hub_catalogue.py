"""Every checkpoint by its key: fetched whole, continued, refused where the disk is full, taken to another machine."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from huggingface_hub import constants
from safetensors.torch import save

from deepart import hub as hub_module, runtime
from deepart.__main__ import main
from deepart.errors import Cancelled, WeightsError
from deepart.settings import Settings
from deepart.tasks.hub import classifiers as hub_classifiers, pipeline_table
from deepart.tasks.hub.catalogue import describe, entries, fetch
from deepart.tasks.hub.diffusion import diffuse_steps, pipelines
from deepart.tasks.hub.repository import HubRepository
from deepart.tasks.hub.restorers import RESTORERS, HubWeights
from loopback_hub import LoopbackHub

KEY = "restore/tiny-v1"
DATA = save({"weight": torch.arange(5000.0)})


@pytest.fixture
def restorer(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> LoopbackHub:
    hub.add("somebody/restorer", {"a.safetensors": DATA, "README.md": b""}, revision="1" * 40)
    row = HubWeights(
        key=KEY, repo="somebody/restorer", file="a.safetensors", revision="1" * 40, size=len(DATA), licence="mit"
    )
    monkeypatch.setitem(RESTORERS, KEY, replace(row, good_for="restorer.good_for.lama"))
    return hub


def state(key: str) -> str:
    return next(row["state"] for row in describe("zh") if row["key"] == key)


def test_every_row_can_be_fetched_and_says_what_it_needs() -> None:
    rows = describe()
    assert [row["key"] for row in rows] == list(entries())
    assert all(row["needs"] for row in rows if row["task"] == "classify" and row["repo"])


def test_a_restorer_is_fetched_by_its_key(restorer: LoopbackHub, capsys: pytest.CaptureFixture) -> None:
    assert state(KEY) == "remote"
    assert main(["fetch", KEY]) == 0
    assert Path(capsys.readouterr().out.strip()).read_bytes() == DATA
    assert state(KEY) == "cached"


def test_a_download_that_broke_off_is_continued(restorer: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "RESUMED_BYTES", 1000)
    restorer.fault, restorer.bytes_per_second = "slow", 10_000

    def report(done: int, total: int) -> None:
        if done > 2000:
            raise Cancelled

    with pytest.raises(Cancelled):
        fetch(KEY, report)
    restorer.fault = None
    assert fetch(KEY).read_bytes() == DATA
    assert restorer.starts and restorer.starts[-1] >= 1024


def test_a_part_that_went_bad_is_thrown_away(restorer: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "RESUMED_BYTES", 1000)
    restorer.fault = "corrupt"
    with pytest.raises(WeightsError, match="SHA-256"):
        fetch(KEY)
    restorer.fault = None
    assert fetch(KEY).read_bytes() == DATA


def test_a_full_disk_is_said_before_the_download(restorer: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=hub_module._SPARE_BYTES + 100))
    with pytest.raises(WeightsError, match="MB left"):
        fetch(KEY)
    assert restorer.log == []


def test_weights_that_are_not_what_the_hub_states_are_refused_and_say_so(restorer: LoopbackHub) -> None:
    restorer.fault = "corrupt"
    with pytest.raises(WeightsError, match="SHA-256 is [0-9a-f]{64} and not [0-9a-f]{64}"):
        HubRepository("somebody/restorer").find("a.safetensors")
    restorer.fault = None
    assert HubRepository("somebody/restorer").find("a.safetensors").read_bytes() == DATA


@pytest.mark.parametrize(
    "files",
    [
        {"config.json": b"{}", "model.safetensors": DATA, "tokenizer.json": b"{}"},
        {"open_clip_config.json": b"{}", "open_clip_model.safetensors": DATA, "model.safetensors": b""},
    ],
)
def test_a_classifier_is_fetched_with_what_is_read_beside_it(
    hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]
) -> None:
    row = next(iter(hub_classifiers.CHOICES.values()))
    hub.add(row.repo, files, revision=row.revision)
    monkeypatch.setitem(hub_classifiers.CHOICES, row.repo, replace(row, size=None))
    assert state(row.repo) == "remote"
    path = fetch(row.repo)
    assert path.read_bytes() == DATA and {each.name for each in path.parent.iterdir()} >= set(files) - {
        "model.safetensors"
    }
    assert state(row.repo) == "cached"


def test_a_bundle_serves_a_machine_without_a_network(
    hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("diffusers")
    tiny = pytest.importorskip("tiny_pipelines")
    row = replace(pipeline_table.find_large("large/z-image-turbo-v1"), side=64, num_steps=1, size=1000)
    monkeypatch.setitem(pipeline_table.CHOICES, row.repo, row)
    tiny.publish(hub, row.repo, tiny.z_image(), tmp_path / "pipeline", revision=row.revision)
    bundle = tmp_path / "bundle"
    assert main(["fetch", row.key, "--to", str(bundle)]) == 0
    assert state(row.key) == "remote"  # the cache of this machine has nothing of it
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    settings = Settings(offline_bundle=str(bundle), large_model=row.key)
    for module in (runtime, hub_module):
        monkeypatch.setattr(module, "settings", lambda: settings)
    pipelines.clear()
    assert state(row.key) == "cached"
    assert runtime.run(diffuse_steps(row.repo, "a", seed=1))[0].size == (64, 64)
