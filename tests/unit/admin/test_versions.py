"""Promotion: what is not worse goes live at once, what was before comes back, and nothing else is ever loaded."""

from __future__ import annotations

import errno
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from deepart import checkpoints, runtime
from deepart.__main__ import main
from deepart.admin.data.evaluation_sets import EvaluationSet
from deepart.admin.versions import (
    Gate,
    Limits,
    delete_version,
    find_version,
    gate_steps,
    history,
    live_number,
    promote,
    rollback,
    versions,
)
from deepart.checkpoints import ModelCache, find, live_fault, versions_folder
from deepart.errors import InputError, WeightsError
from deepart.models.classifier import ArtClassifier
from deepart.models.feature_index import FeatureIndex, FeatureIndexConfig
from deepart.models.style_network import StyleNetwork
from running_app import wait_until
from unit.admin.tiny_checkpoints import RESTORER, bundle, frozen, photo_folder, restorer, run_folder, striped_set
from unit.test_classifier import TINY as TINY_CLASSIFIER, tiny_classifier
from unit.test_style_network import TINY as TINY_STYLE

PATIENT = Limits(max_slowdown=100)  # tiny networks take no time at all, and that varies


@pytest.fixture(autouse=True)
def full_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "precision", lambda: torch.float32)


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModelCache:
    """A process's models, with a bundled restorer that makes pictures a little worse."""
    bundle(monkeypatch, tmp_path, RESTORER, restorer(noise=0.2))
    cache = ModelCache()
    monkeypatch.setattr("deepart.admin.evaluation.models", cache)
    return cache


@pytest.fixture
def data(tmp_path: Path) -> EvaluationSet:
    return frozen("restorer", photo_folder(tmp_path / "data", side=64, count=3), side=64)


def gate_of(tmp_path: Path, data: EvaluationSet, noise: float, limits: Limits = PATIENT) -> Gate:
    return runtime.run(gate_steps(RESTORER, run_folder(tmp_path / f"run-{noise}", restorer(noise)), data, limits))


def strength(network: torch.nn.Module) -> float:
    return float(network.unet.tail.weight.abs().sum())


def test_a_better_one_is_served_at_the_next_request_and_goes_back_in_one_click(
    models: ModelCache, data: EvaluationSet, tmp_path: Path
) -> None:
    before = models.get(RESTORER)
    gate = gate_of(tmp_path, data, noise=0.0)
    assert gate.passed and {d.verdict for d in gate.differences if d.name == "psnr"} == {"better"}
    version = promote(gate)
    assert (version.number, live_number(RESTORER)) == (1, 1)
    assert strength(before) > 0 == strength(models.get(RESTORER))
    assert models.get(RESTORER) is models.get(RESTORER)
    assert find(RESTORER).sha256 == version.sha256 != checkpoints.CHECKPOINTS[RESTORER].sha256

    assert rollback(RESTORER).number == 0
    assert strength(models.get(RESTORER)) == pytest.approx(strength(before))
    assert [entry["action"] for entry in history(RESTORER)] == ["rollback", "promote"]
    assert [found.number for found in versions(RESTORER)] == [1, 0]
    assert (
        find_version(RESTORER, 1).gate["figures"]["σ 25 psnr"]
        > find_version(RESTORER, 1).gate["old_figures"]["σ 25 psnr"]
    )
    with pytest.raises(InputError, match="no other version"):
        rollback(RESTORER)


def test_a_worse_one_needs_a_reason_which_is_kept(models: ModelCache, data: EvaluationSet, tmp_path: Path) -> None:
    gate = gate_of(tmp_path, data, noise=0.6)
    assert gate.failures == ("worse",) and "worse" in gate.sentences()[0]
    for reason in ("", "  because  "):
        with pytest.raises(InputError, match="did not pass"):
            promote(gate, reason)
    assert live_number(RESTORER) == 0 and not (versions_folder() / RESTORER).exists()
    promote(gate, "for a comparison in class")
    assert find_version(RESTORER, 1).reason == history()[0]["reason"] == "for a comparison in class"


def test_size_and_speed_are_limited(models: ModelCache, data: EvaluationSet, tmp_path: Path) -> None:
    assert gate_of(tmp_path, data, 0.0, Limits(1000, 1e-9)).failures == ("size", "speed")


def test_nothing_but_what_was_measured_is_promoted(models: ModelCache, data: EvaluationSet, tmp_path: Path) -> None:
    gate = gate_of(tmp_path, data, noise=0.0)
    run_folder(gate.candidate, restorer(noise=0.5))
    with pytest.raises(InputError, match="measure again"):
        promote(gate, "so that there are two")
    gate = gate_of(tmp_path, data, noise=0.0)
    config = gate.candidate / "bundle" / "config.json"
    config.write_text(config.read_text() + " ")
    with pytest.raises(InputError, match="measure again"):
        promote(gate, "so that there are two")
    first, second = gate_of(tmp_path, data, noise=0.01), gate_of(tmp_path, data, noise=0.02)
    promote(first)
    with pytest.raises(InputError, match="measure again"):  # it was compared with what is live no more
        promote(second)


@pytest.mark.parametrize("file", ["model.safetensors", "config.json"])
def test_a_file_that_has_changed_is_not_loaded(
    models: ModelCache, data: EvaluationSet, tmp_path: Path, file: str
) -> None:
    version = promote(gate_of(tmp_path, data, noise=0.0))
    changed = bytearray((version.folder / file).read_bytes())
    changed[-2] ^= 1
    (version.folder / file).write_bytes(changed)
    assert strength(ModelCache().get(RESTORER)) > 0  # the bundled one serves
    assert "version 1 of restore/tiny-random-v1" in str(live_fault(RESTORER))
    rollback(RESTORER)
    assert strength(models.get(RESTORER)) > 0 and live_fault(RESTORER) is None
    with pytest.raises(WeightsError):
        rollback(RESTORER, 1)
    assert live_number(RESTORER) == 0


def test_a_pickle_in_a_run_is_refused(models: ModelCache, data: EvaluationSet, tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", restorer())
    torch.save({"weights": print}, run / "bundle" / "model.safetensors")
    with pytest.raises(WeightsError):
        runtime.run(gate_steps(RESTORER, run, data))


@pytest.mark.parametrize("content", ["{", "[]", '{"KEY": 7}', '{"KEY": {"version": "x"}}', "\xff"])
def test_with_a_damaged_pointer_the_bundled_version_serves_and_rollback_goes_on(
    models: ModelCache, data: EvaluationSet, tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for noise in (0.1, 0.0):
        promote(gate_of(tmp_path, data, noise), "so that there are two")
    file = versions_folder() / checkpoints.LIVE_FILE
    file.write_bytes(content.replace("KEY", RESTORER).encode("latin-1"))
    assert find(RESTORER).version == 0 and strength(models.get(RESTORER)) > 0.1
    assert main(["versions", RESTORER]) == 0
    said = capsys.readouterr()
    assert "live.json of the owner's models is damaged" in said.err and said.err.count("\n") == 1
    assert "*   0" in said.out
    assert rollback(RESTORER).number == 1  # 2 was chosen last
    assert live_number(RESTORER) == 1 and live_fault(RESTORER) is None
    assert [(entry["from"], entry["to"]) for entry in history()] == [(2, 1), (1, 2), (0, 1)]


def test_a_version_whose_files_are_gone_gives_way_to_the_bundled_one(
    models: ModelCache, data: EvaluationSet, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for noise in (0.1, 0.0):
        promote(gate_of(tmp_path, data, noise), "so that there are two")
    shutil.rmtree(find_version(RESTORER, 2).folder)
    assert strength(models.get(RESTORER)) > 0.1 and strength(models.get(RESTORER)) > 0.1
    assert [record.message for record in caplog.records].count(str(live_fault(RESTORER))) == 1
    assert [version.number for version in versions(RESTORER)] == [1, 0]
    assert rollback(RESTORER).number == live_number(RESTORER) == 1 and live_fault(RESTORER) is None
    shutil.rmtree(find_version(RESTORER, 1).folder)
    assert rollback(RESTORER, 0).number == 0 and live_fault(RESTORER) is None  # the owner's choice too, now


def test_a_torn_line_of_the_history_is_left_out_and_a_damaged_version_not_listed(
    models: ModelCache, data: EvaluationSet, tmp_path: Path
) -> None:
    promote(gate_of(tmp_path, data, noise=0.1), "so that there is one")
    with open(versions_folder() / "history.jsonl", "ab") as file:
        file.write('{"time": "2031-01-01", "reason": "für'.encode()[:-1])
    promote(gate_of(tmp_path, data, noise=0.0), "so that there is one")
    assert [entry["to"] for entry in history()] == [2, 1]
    (versions_folder() / RESTORER / "1" / "version.json").write_text("{")
    assert [version.number for version in versions(RESTORER)] == [2, 0]
    with pytest.raises(InputError, match="choose one of: 2, 0"):
        rollback(RESTORER, 1)


def test_a_promotion_on_a_full_disk_changes_nothing(
    models: ModelCache, data: EvaluationSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    promote(gate_of(tmp_path, data, noise=0.1), "so that there is one")
    gate = gate_of(tmp_path, data, noise=0.0)
    write_text = Path.write_text

    def full(path: Path, text: str, *more: str) -> int:
        if RESTORER in text and '"version"' in text and path.suffix == ".part":  # live.json, after the history
            raise OSError(errno.ENOSPC, "No space left on device")
        return write_text(path, text, *more)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises((InputError, OSError)):
        promote(gate, "so that there are two")
    assert live_number(RESTORER) == 1 and [entry["to"] for entry in history()] == [1]


def test_requests_during_a_promotion_see_one_version_or_the_other(
    models: ModelCache, data: EvaluationSet, tmp_path: Path
) -> None:
    gate = gate_of(tmp_path, data, noise=0.0)
    seen, over = [[] for _ in range(4)], threading.Event()  # of each visitor: whether it was the new version

    def visitor(answers: list[bool]) -> None:
        while not over.is_set():
            answers.append(strength(models.get(RESTORER)) == 0)

    threads = [threading.Thread(target=visitor, args=[answers]) for answers in seen]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: all(seen))
        promote(gate, "so that there are two")
        assert strength(models.get(RESTORER)) == 0
        wait_until(lambda: all(answers[-1] for answers in seen))
    finally:
        over.set()
        for thread in threads:
            thread.join()
    # Whoever asked before the promotion may answer after it; nobody who had the new one gets the old one again.
    assert all(answers == sorted(answers) and not answers[0] for answers in seen)


def test_the_live_and_the_bundled_version_cannot_be_deleted(
    models: ModelCache, data: EvaluationSet, tmp_path: Path
) -> None:
    for noise in (0.1, 0.0):
        promote(gate_of(tmp_path, data, noise), "so that there are two")
    for number in (0, 2):
        with pytest.raises(InputError):
            delete_version(RESTORER, number)
    rollback(RESTORER, 1)
    delete_version(RESTORER, 2)
    assert [found.number for found in versions(RESTORER)] == [1, 0]
    promote(gate_of(tmp_path, data, noise=0.001), "so that there is another")
    assert live_number(RESTORER) == 3  # a number is never used twice


# --- what goes with some of them -------------------------------------------------------------------


def test_a_classifier_brings_its_index_and_takes_it_away_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    key, index_key = "classify/tiny-random-v1", "classify/tiny-index-v1"
    with_index = tiny_classifier(replace(TINY_CLASSIFIER, index=index_key, index_share=0.5))
    width = with_index.heads["style"].in_features

    def index(works: int) -> FeatureIndex:
        torch.manual_seed(works)
        rows = tuple((f"work {i}", "a", "", ("Cubism", "Rococo")[i % 2], "") for i in range(works))
        made = FeatureIndex(FeatureIndexConfig(rows, key, width, axes=4))
        made.fit(torch.randn(works, width))
        return made

    bundle(monkeypatch, tmp_path, key, with_index)
    bundle(monkeypatch, tmp_path, index_key, index(6))
    run = run_folder(tmp_path / "run", with_index)
    index(9).save_pretrained(run / "index")
    data = frozen("classifier", striped_set(tmp_path / "data"))
    version = promote(runtime.run(gate_steps(key, run, data, PATIENT)), "the works of my own museum")
    assert version.companions == {index_key: 1}
    assert len(checkpoints.load_model(index_key).config.works) == 9
    rollback(key)
    assert len(checkpoints.load_model(index_key).config.works) == 6
    assert isinstance(checkpoints.load_model(key), ArtClassifier)


def test_new_labels_are_held_against_the_most_frequent_one_and_lost_ones_are_told(
    models: ModelCache, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = "classify/tiny-random-v1"
    bundle(monkeypatch, tmp_path, key, tiny_classifier())
    folder = striped_set(tmp_path / "data")
    table = (folder / "paintings.csv").read_text()
    table = table.replace("Cubism,,,,", ",,,across,").replace("Rococo,,,,", ",,,down,")
    (folder / "paintings.csv").write_text(table)
    stuck = tiny_classifier(replace(TINY_CLASSIFIER, labels=(("label", ("across", "down", "neither")),)))
    with torch.no_grad():
        stuck.heads["label"].weight.zero_()
        stuck.heads["label"].bias.copy_(torch.tensor([0.0, 0.0, 5.0]))
    data = frozen("classifier", folder)
    gate = runtime.run(gate_steps(key, run_folder(tmp_path / "run", stuck), data, PATIENT))
    assert gate.failures == ("worse", "labels") and "style, artist" in gate.sentences()[1]
    assert gate.new.controls["most frequent label"] == {"label accuracy": 0.5}


def test_stored_styles_must_keep_their_meaning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    key = "transfer/tiny-random-v1"
    torch.manual_seed(0)
    network = StyleNetwork(TINY_STYLE).eval()
    bundle(monkeypatch, tmp_path, key, network)
    gallery = checkpoints.WEIGHTS / key / "gallery"
    gallery.mkdir()
    (gallery / "gallery.json").write_text("[]")
    data = frozen("style", photo_folder(tmp_path / "data"), pairs=1, side=64)
    with torch.no_grad():
        network.decoder.to_rgb.bias.add_(0.01)
    decoder_only = run_folder(tmp_path / "decoder", network)
    gate = runtime.run(gate_steps(key, decoder_only, data, PATIENT))
    assert gate.drift < 0.01 and "styles" not in gate.failures
    assert (promote(gate, "a test of the gallery").folder / "gallery" / "gallery.json").is_file()
    with torch.no_grad():
        network.style_encoder.stem.weight.mul_(2)
    gate = runtime.run(gate_steps(key, run_folder(tmp_path / "whole", network), data, PATIENT))
    assert "styles" in gate.failures


# --- the command line ------------------------------------------------------------------------------


def test_promote_versions_and_rollback_from_the_command_line(
    models: ModelCache, data: EvaluationSet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "set.json"
    data.save(file)
    run = run_folder(tmp_path / "run", restorer())
    patient = ["--max-slowdown", "100"]
    assert main(["promote", RESTORER, str(run), "--set", str(file), *patient]) == 0
    assert "version 1 is live" in capsys.readouterr().out
    assert main(["versions", RESTORER]) == 0
    assert "*   1" in capsys.readouterr().out
    assert main(["rollback", RESTORER]) == 0
    worse = run_folder(tmp_path / "worse", restorer(noise=0.9))
    assert main(["promote", RESTORER, str(worse), "--set", str(file), *patient]) == 2
    assert "did not pass" in capsys.readouterr().err
    assert main(["promote", RESTORER, str(worse), "--set", str(file), "--measure-only", *patient]) == 1
    assert main(["promote", RESTORER, str(run)]) == 2  # measured on what?


@pytest.mark.parametrize("verb", ["promote", "rollback", "versions", "publish", "prune", "soup", "search"])
def test_every_command_has_examples_to_copy(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([verb, "--help"])
    assert capsys.readouterr().out.count(f"python -m deepart {verb} ") >= 2
