"""Publishing: to a Hub on this machine and back, private, with a card that tells all but secrets."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
import torch
from huggingface_hub import ModelCard

from deepart import runtime
from deepart.__main__ import main
from deepart.admin.data.evaluation_sets import EvaluationSet
from deepart.admin.publishing import Words, card, publish_steps, write_zip
from deepart.admin.versions import Limits, Version, gate_steps, promote
from deepart.errors import InputError, WeightsError
from deepart.models.restorers.denoiser import Denoiser
from loopback_hub import TOKEN, LoopbackHub
from unit.admin.tiny_checkpoints import RESTORER, bundle, frozen, photo_folder, restorer, run_folder

DATA_SET = {
    "data_set": "our-museum",
    "licence": "cc0-1.0",
    "source": "https://museum.example/open",
    "pictures": [
        {"sha256": f"{number:064x}", "name": f"secret client {number}.jpg", "part": part, "licence": "cc0-1.0"}
        for number, part in enumerate(("train", "train", "test"))
    ],
}
DATASHEET = {"start": RESTORER, "job": {"minutes": 3, "note": "a|b <script>"}, "data_sets": [DATA_SET]}
WORDS = Words("cc-by-4.0", "Cleans the scans of our museum.", "Not for faces.")


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Version:
    """A promoted restorer with a datasheet and a record of its training."""
    monkeypatch.setattr(runtime, "precision", lambda: torch.float32)
    bundle(monkeypatch, tmp_path, RESTORER, restorer(noise=0.2))
    data: EvaluationSet = frozen("restorer", photo_folder(tmp_path / "data", side=64, count=2), side=64)
    run = run_folder(tmp_path / "run", restorer())
    (run / "bundle" / "passport.json").write_text(json.dumps(DATASHEET))
    gate = runtime.run(gate_steps(RESTORER, run, data, Limits(max_slowdown=100)))
    return promote(gate)


def publish(**more: object) -> str:
    return runtime.run(publish_steps(RESTORER, "tester/restorer", words=WORDS, **more))


def test_a_version_goes_to_the_hub_privately_and_comes_back_the_same(
    version: Version, hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert publish(token=TOKEN) == f"{hub.url}/tester/restorer"
    repo = hub.repos["tester/restorer"]
    files = repo.commits[repo.head]
    assert repo.private and len(repo.commits) == 2  # made, and everything in one commit
    assert {"README.md", "config.json", "model.safetensors", "passport.json", "record.json"} <= set(files)
    assert not any(TOKEN.encode() in content for content in files.values())
    assert files["model.safetensors"] == (version.folder / "model.safetensors").read_bytes()

    with pytest.raises((OSError, ValueError)):
        Denoiser.from_pretrained("tester/restorer")
    loaded = Denoiser.from_pretrained("tester/restorer", token=TOKEN)
    x = torch.rand(1, 3, 32, 32)
    assert torch.equal(loaded(x), restorer()(x))
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    publish()  # once more, by the token of the environment
    assert len(repo.commits) == 3


def test_the_card_says_what_it_learned_from_how_good_it_is_and_what_it_is_not_for(version: Version) -> None:
    text = card(version, WORDS)
    assert ModelCard(text).data.license == "cc-by-4.0"
    for part in ("our-museum", "3 pictures", "2 train", "cc0-1.0", version.sha256, "Not for faces.", "psnr", "minutes"):
        assert part in text
    assert "secret client" not in text and "<script>" not in text
    assert "a\\|b" in text  # no cell more than the table has


def test_names_of_the_owners_files_are_not_published(version: Version, hub: LoopbackHub) -> None:
    publish(token=TOKEN)
    repo = hub.repos["tester/restorer"]
    assert not any(b"secret client" in content for content in repo.commits[repo.head].values())
    datasheet = json.loads(repo.commits[repo.head]["passport.json"])
    assert [picture["sha256"] for picture in datasheet["data_sets"][0]["pictures"]] == [
        picture["sha256"] for picture in DATA_SET["pictures"]
    ]


def test_an_open_repository_is_not_taken_for_a_private_one(version: Version, hub: LoopbackHub) -> None:
    hub.add("tester/restorer", {".gitattributes": b""})
    with pytest.raises(InputError, match="is public"):
        publish(token=TOKEN)
    publish(token=TOKEN, private=False)


def test_without_a_token_or_with_a_wrong_one_nothing_is_sent(
    version: Version, hub: LoopbackHub, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(InputError, match="HF_TOKEN"):
        publish()
    assert not hub.log
    caplog.set_level("DEBUG")
    with pytest.raises(WeightsError, match="refused") as refusal:
        publish(token="hf_wrongwrongwrong")
    assert refusal.value.__cause__ is None and "hf_wrong" not in str(refusal.value) + caplog.text
    assert not hub.repos
    with pytest.raises(InputError, match="owner/name"):
        runtime.run(publish_steps(RESTORER, "../../etc", token=TOKEN))


def test_without_the_hub_one_sentence_says_so(version: Version, hub: LoopbackHub) -> None:
    hub.close()
    with pytest.raises(WeightsError, match="nothing was published"):
        publish(token=TOKEN)


def test_a_zip_holds_the_same_and_can_be_loaded(version: Version, tmp_path: Path) -> None:
    archive = tmp_path / "model.zip"
    assert main(["publish", RESTORER, "--zip", str(archive), "--licence", "cc-by-4.0"]) == 0
    with zipfile.ZipFile(archive) as content:
        content.extractall(tmp_path / "unpacked")
    assert {"README.md", "config.json", "model.safetensors", "passport.json", "record.json"} == set(
        path.name for path in (tmp_path / "unpacked").iterdir()
    )
    record = json.loads((tmp_path / "unpacked" / "record.json").read_text())
    assert record["training"]["minutes"] == 3 and record["gate"]["differences"]
    assert isinstance(Denoiser.from_pretrained(tmp_path / "unpacked"), Denoiser)


def test_weights_that_have_changed_are_not_published(version: Version, hub: LoopbackHub, tmp_path: Path) -> None:
    restorer(noise=3).save_pretrained(version.folder)
    with pytest.raises(WeightsError):
        publish(token=TOKEN)
    with pytest.raises(WeightsError):
        write_zip(RESTORER, tmp_path / "model.zip")
    assert not hub.repos and not (tmp_path / "model.zip").exists()
