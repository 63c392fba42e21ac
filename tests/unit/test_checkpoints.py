from __future__ import annotations

import hashlib
import json
import os
import pickle
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, is_dataclass, replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save, save_file
from torch import Tensor, nn

from deepart import checkpoints, hub as hub_module
from deepart.checkpoints import CHECKPOINTS, Checkpoint, ModelCache, load_model, load_state, resolve
from deepart.errors import Cancelled, WeightsError
from deepart.models.pretrained import config_from_json
from deepart.models.vgg import VGG19Config, VGG19Features
from deepart.text import LANGUAGES, say, texts
from loopback_hub import TOKEN, LoopbackHub

ROOT = Path(__file__).resolve().parents[2]
LARGEST_FILE = 10_000_000  # bytes: a Space takes no larger ones without LFS
TINY = VGG19Config(channels=(3, 4, 5, 6, 7))
REMOTE = "loss/tiny-random-v1"
BUNDLED = "transfer/tiny-random-v1"


def vgg19_tensors() -> dict[str, Tensor]:
    """Random tensors under the keys of `timm/vgg19.tv_in1k`, classifier included."""
    torch.manual_seed(0)
    tensors = VGG19Features(TINY).state_dict()
    for layer in ("pre_logits.fc1", "pre_logits.fc2", "head.fc"):
        tensors |= {f"{layer}.weight": torch.randn(8, 7), f"{layer}.bias": torch.randn(8)}
    return tensors


def row(key: str, data: bytes, **more: object) -> Checkpoint:
    facts = {
        "architecture": "VGG19Features",
        "config": asdict(TINY),
        "sha256": hashlib.sha256(data).hexdigest(),
        "size": len(data),
        "licence": "mit",
        "source": "random",
        "good_for": "weights.good_for.vgg19",
    }
    return Checkpoint(key=key, **{**facts, **more})


@pytest.fixture
def remote(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> LoopbackHub:
    """The loopback Hub with a tiny VGG-19, which the table knows as `REMOTE`."""
    publish(hub, monkeypatch, vgg19_tensors())
    return hub


def publish(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch, tensors: dict[str, Tensor], **more: object) -> None:
    data = save(tensors, metadata={"format": "pt"})
    revision = hub.add("timm/tiny", {"model.safetensors": data, "config.json": b"{}"})
    monkeypatch.setitem(CHECKPOINTS, REMOTE, row(REMOTE, data, repo="timm/tiny", revision=revision, **more))


@pytest.fixture
def bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a bundled tiny checkpoint, which the table knows as `BUNDLED`."""
    monkeypatch.setattr(checkpoints, "WEIGHTS", tmp_path / "weights")
    folder = tmp_path / "weights" / BUNDLED
    folder.mkdir(parents=True)
    data = save({key: value.half() for key, value in vgg19_tensors().items()})
    (folder / "model.safetensors").write_bytes(data)
    (folder / "config.json").write_text(json.dumps(asdict(TINY)))
    monkeypatch.setitem(CHECKPOINTS, BUNDLED, row(BUNDLED, data, config=None))
    return folder


def refused(work: Callable[[], object], key: str, name: str | None = REMOTE) -> WeightsError:
    """The error of `work`, which must have this key and name the checkpoint in every language."""
    with pytest.raises(WeightsError) as caught:
        work()
    assert caught.value.key == key
    for language in LANGUAGES:
        assert name is None or name in caught.value.sentence(language)
    return caught.value


def together(number: int, work: Callable[[], object]) -> None:
    """Run `work` in that many threads at the same moment."""
    start = threading.Barrier(number)

    def run() -> None:
        start.wait()
        work()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# --- the table ---


@pytest.mark.parametrize("key", CHECKPOINTS)
def test_a_row_says_everything(key: str) -> None:
    it = CHECKPOINTS[key]
    assert it.key == key
    assert re.fullmatch(r"[a-z]+/[a-z0-9]+(-[a-z0-9]+)+-v[0-9]+", key)
    assert re.fullmatch(r"[0-9a-f]{64}", it.sha256)
    assert it.licence and it.source.startswith("https://")
    assert all(it.good_for in texts(language) for language in LANGUAGES)
    assert Path(it.file).suffix in {".safetensors", ".bin", ".ckpt", ".pt", ".pth"}
    network = checkpoints.architecture(it.architecture)
    assert issubclass(network, nn.Module) and is_dataclass(network.Config)
    if it.repo is not None:
        assert re.fullmatch(r"[0-9a-f]{40}", it.revision or "") and it.size > 0
        assert it.config is not None and config_from_json(network.Config, it.config)


@pytest.mark.parametrize("key", [key for key, it in CHECKPOINTS.items() if it.repo is None])
def test_a_bundled_checkpoint_is_what_the_table_says(key: str) -> None:
    it = CHECKPOINTS[key]
    for name in ("config.json", it.file, "README.md"):
        assert 0 < (it.folder / name).stat().st_size < LARGEST_FILE, name
    assert it.size == (it.folder / it.file).stat().st_size
    assert it.sha256 == hashlib.sha256((it.folder / it.file).read_bytes()).hexdigest()
    assert {tensor.dtype for tensor in load_state(it.folder / it.file).values()} <= {torch.float16, torch.int64}
    model = load_model(key)
    tensors = [*model.parameters(), *(buffer for buffer in model.buffers() if buffer.is_floating_point())]
    assert {tensor.dtype for tensor in tensors} == {torch.float32}


def test_every_folder_of_weights_is_in_the_table() -> None:
    folders = {f"{path.parent.name}/{path.name}" for path in checkpoints.WEIGHTS.glob("*/*") if path.is_dir()}
    assert folders <= set(CHECKPOINTS)


def test_describe_says_where_each_checkpoint_is(remote: LoopbackHub, bundled: Path) -> None:
    def state(key: str) -> str:
        return next(entry["state"] for entry in checkpoints.describe() if entry["key"] == key)

    assert (state(REMOTE), state(BUNDLED)) == ("remote", "bundled")
    resolve(REMOTE)
    (bundled / "model.safetensors").unlink()
    assert (state(REMOTE), state(BUNDLED)) == ("cached", "missing")
    german, chinese = checkpoints.describe("de")[-1], checkpoints.describe("zh")[-1]
    assert german["good_for"] == say("weights.good_for.vgg19") != chinese["good_for"]


def test_an_unknown_checkpoint_lists_the_known_ones() -> None:
    error = refused(lambda: resolve("<b>nothing</b>"), "weights.unknown", name=None)
    assert "loss/vgg19-imagenet-v1" in str(error) and "<b>" not in str(error)


# --- the road to the Hub ---


def test_a_download_is_verified_reported_and_kept(remote: LoopbackHub) -> None:
    seen: list[tuple[int, int]] = []
    path = resolve(REMOTE, report=lambda done, total: seen.append((done, total)))
    size = CHECKPOINTS[REMOTE].size
    assert path.stat().st_size == size and seen[-1] == (size, size)
    asked = len(remote.log)
    assert resolve(REMOTE) == path
    assert len(remote.log) == asked  # the cache is enough: a pinned file does not change


def test_a_slow_download_reports_its_progress(remote: LoopbackHub) -> None:
    remote.fault = "slow"
    size = CHECKPOINTS[REMOTE].size
    remote.bytes_per_second = size
    seen: list[tuple[int, int]] = []
    resolve(REMOTE, report=lambda done, total: seen.append((done, total)))
    done = [part for part, total in seen if total == size]
    assert done == sorted(done) and len({part for part in done if 0 < part < size}) >= 2


def test_a_download_can_be_cancelled(remote: LoopbackHub) -> None:
    remote.fault, remote.bytes_per_second = "slow", 1000

    def report(done: int, total: int) -> None:
        if done:
            raise Cancelled

    begin = time.monotonic()
    with pytest.raises(Cancelled):
        resolve(REMOTE, report=report)
    assert time.monotonic() - begin < 2


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        (404, "not_found"),
        (401, "not_found"),
        (403, "gated"),
        (429, "hub_error"),
        (500, "hub_error"),
        (503, "hub_error"),
    ],
)
def test_an_error_of_the_hub_is_told_at_once(remote: LoopbackHub, fault: int, key: str) -> None:
    remote.fault = fault
    begin = time.monotonic()
    error = refused(lambda: resolve(REMOTE), f"weights.{key}")
    assert time.monotonic() - begin < 2
    assert error.values.get("status", fault) == fault
    remote.fault = None
    assert resolve(REMOTE).is_file()


@pytest.mark.parametrize(
    "wrong", [{"repo": "timm/nobody"}, {"revision": "f" * 40}, {"file": "other.safetensors"}], ids=lambda it: min(it)
)
def test_what_the_hub_does_not_have(
    remote: LoopbackHub, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str]
) -> None:
    monkeypatch.setitem(CHECKPOINTS, REMOTE, replace(CHECKPOINTS[REMOTE], **wrong))
    refused(lambda: resolve(REMOTE), "weights.not_found")


def test_a_gated_repository_wants_a_token(remote: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    remote.repos["timm/tiny"].gated = True
    refused(lambda: resolve(REMOTE), "weights.gated")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert resolve(REMOTE).is_file()


def test_a_file_of_the_wrong_hash_is_refused_and_a_retry_succeeds(remote: LoopbackHub) -> None:
    remote.fault = "corrupt"
    refused(lambda: resolve(REMOTE), "weights.hash")
    remote.fault = None
    assert resolve(REMOTE).is_file()


def test_a_file_that_went_bad_in_the_cache_is_refused_and_fetched_again(remote: LoopbackHub) -> None:
    path = resolve(REMOTE)
    path.write_bytes(b"\0" * path.stat().st_size)
    refused(lambda: resolve(REMOTE), "weights.hash")
    assert resolve(REMOTE).read_bytes() != b"\0" * CHECKPOINTS[REMOTE].size


def test_a_truncated_download_is_refused(remote: LoopbackHub) -> None:
    remote.fault = "truncate"
    refused(lambda: resolve(REMOTE), "weights.interrupted")
    remote.fault = None
    assert resolve(REMOTE).is_file()


def test_a_broken_connection_is_taken_up_again_or_told(remote: LoopbackHub) -> None:
    remote.fault = "cut"
    try:
        path = resolve(REMOTE)
    except WeightsError as error:  # the client resumes by itself since huggingface_hub 2
        assert error.key == "weights.interrupted"
        remote.fault = None
        path = resolve(REMOTE)
    assert path.stat().st_size == CHECKPOINTS[REMOTE].size
    assert len(remote.requests("GET", "model.safetensors")) == 2


def test_a_download_that_stands_still_ends(remote: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "STALL_SECONDS", 0.5)
    remote.fault = "stall"
    refused(lambda: resolve(REMOTE), "weights.stalled")


def test_a_download_that_the_client_itself_gives_up_stood_still(
    remote: LoopbackHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DOWNLOAD_TIMEOUT", 0.1)
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda seconds: None)  # before it tries again
    remote.fault = "stall"
    refused(lambda: resolve(REMOTE), "weights.stalled")


def test_a_hub_that_does_not_answer_is_asked_once(remote: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "ANSWER_SECONDS", 0.5)
    remote.fault = "stall_head"
    refused(lambda: resolve(REMOTE), "weights.offline")
    refused(lambda: resolve(REMOTE), "weights.offline")
    assert len(remote.requests("HEAD")) == 1


def test_a_cache_that_cannot_be_written(remote: LoopbackHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "file"))
    refused(lambda: resolve(REMOTE), "weights.disk")


# --- no network ---


def test_no_network_is_learnt_once_and_the_bundle_still_serves(
    remote: LoopbackHub, bundled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote.close()
    tries: list[object] = []
    connect = socket.create_connection

    def counted(*args: object, **kwargs: object) -> socket.socket:
        tries.append(args)
        return connect(*args, **kwargs)

    monkeypatch.setattr(socket, "create_connection", counted)
    for _ in range(3):
        refused(lambda: resolve(REMOTE), "weights.offline")
    assert len(tries) == 1
    assert load_model(BUNDLED)


def test_the_network_is_tried_again_later(remote: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setitem(hub_module._unreachable_since, constants.ENDPOINT, time.monotonic() - 59)
    refused(lambda: resolve(REMOTE), "weights.offline")
    monkeypatch.setitem(hub_module._unreachable_since, constants.ENDPOINT, time.monotonic() - 61)
    assert resolve(REMOTE).is_file()


@pytest.fixture
def black_hole() -> Iterator[str]:
    """A port that takes packets and never answers: its queue of waiting connections is full."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        address = server.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(address)
        yield f"http://127.0.0.1:{address[1]}"
        for client in waiting:
            client.close()


def test_a_network_that_swallows_packets_costs_two_seconds(
    remote: LoopbackHub, black_hole: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", black_hole)
    begin = time.monotonic()
    errors: list[WeightsError] = []
    together(2, lambda: errors.append(refused(lambda: resolve(REMOTE), "weights.offline")))
    assert 1 < time.monotonic() - begin < 2
    assert len(errors) == 2


def test_a_name_service_that_hangs_costs_two_seconds(remote: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: time.sleep(5))
    begin = time.monotonic()
    refused(lambda: resolve(REMOTE), "weights.offline")
    assert time.monotonic() - begin < 2


SCRIPT = f"""
import json, sys, time
begin = time.monotonic()
from deepart.checkpoints import CHECKPOINTS, Checkpoint, resolve
from deepart.errors import WeightsError
row = json.loads(sys.argv[1])
CHECKPOINTS[row["key"]] = Checkpoint(**row)
try:
    print(resolve({REMOTE!r}))
except WeightsError as error:
    print(error.key, error)
print(time.monotonic() - begin)
print("torch" in sys.modules)
"""


def in_a_new_process(**environment: str) -> tuple[str, float]:
    """What `resolve` gives there, and its seconds, imports included."""
    settings = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(asdict(CHECKPOINTS[REMOTE]))],
        env={**settings, "PYTHONPATH": str(ROOT), "HF_HUB_DISABLE_XET": "1", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    answer, seconds, torch_imported = done.stdout.splitlines()
    assert torch_imported == "False"
    return answer, float(seconds)


def test_the_environment_is_respected(remote: LoopbackHub, tmp_path: Path) -> None:
    home = {"HF_HOME": str(tmp_path / "home"), "HF_ENDPOINT": remote.url}
    answer, _ = in_a_new_process(**home, HF_HUB_OFFLINE="1")
    assert answer.startswith("weights.switched_off") and REMOTE in answer
    assert not remote.log
    answer, _ = in_a_new_process(**home)
    assert Path(answer).is_relative_to(tmp_path / "home" / "hub") and Path(answer).is_file()
    asked = len(remote.log)
    assert in_a_new_process(**home, HF_HUB_OFFLINE="1")[0] == answer
    assert len(remote.log) == asked


def test_a_new_process_without_network_says_so_within_two_seconds(remote: LoopbackHub, tmp_path: Path) -> None:
    remote.close()
    answer, seconds = in_a_new_process(HF_HOME=str(tmp_path / "home"), HF_ENDPOINT=remote.url)
    assert answer.startswith("weights.offline") and REMOTE in answer
    assert seconds < 2


# --- from a file to a model ---


def test_a_model_of_the_hub_is_ready_to_run(remote: LoopbackHub) -> None:
    before = torch.random.get_rng_state()
    model = load_model(REMOTE)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert not model.training
    assert {(p.dtype, p.requires_grad) for p in model.parameters()} == {(torch.float32, False)}
    tensors = vgg19_tensors()
    assert all(torch.equal(value, tensors[key]) for key, value in model.state_dict().items())


def test_a_bundled_model_of_halves_runs_in_full_precision(bundled: Path) -> None:
    model = load_model(BUNDLED)
    assert model.config == TINY
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert model(torch.rand(1, 3, 16, 16))["relu5_1"].shape == (1, 7, 1, 1)


@pytest.mark.parametrize("config", ["{", "[]", '{"width": 3}', '{"channels": 3}', None])
def test_a_bundle_without_a_sound_config_is_refused(bundled: Path, config: str | None) -> None:
    (bundled / "config.json").unlink()
    if config is not None:
        (bundled / "config.json").write_text(config)
    refused(lambda: load_model(BUNDLED), "weights.damaged", BUNDLED)


def test_a_bundle_that_was_changed_or_lost_is_refused(bundled: Path) -> None:
    file = bundled / "model.safetensors"
    data = file.read_bytes()
    assert resolve(BUNDLED) == file
    file.write_bytes(data + b"\0")
    refused(lambda: resolve(BUNDLED), "weights.hash", BUNDLED)
    assert file.exists()  # a bundle is the owner's to repair
    file.unlink()
    refused(lambda: resolve(BUNDLED), "weights.missing", BUNDLED)


def without(tensors: dict[str, Tensor], *keys: str) -> dict[str, Tensor]:
    return {key: value for key, value in tensors.items() if key not in keys}


@pytest.mark.parametrize(
    ("tensors", "count", "named"),
    [
        (without(vgg19_tensors(), "features.0.weight", "features.34.bias"), 2, "features.0.weight"),
        (vgg19_tensors() | {"head.bn.weight": torch.ones(1)}, 1, "head.bn.weight"),
        (vgg19_tensors() | {"features.2.bias": torch.ones(9)}, 1, "features.2.bias"),
        (vgg19_tensors() | {"<img src=x>": torch.ones(1)}, 1, "_img_src_x_"),
    ],
    ids=["missing", "extra", "shape", "markup"],
)
def test_wrong_keys_are_refused(
    hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch, tensors: dict[str, Tensor], count: int, named: str
) -> None:
    publish(hub, monkeypatch, tensors)
    error = refused(lambda: load_model(REMOTE), "weights.keys")
    assert error.values["count"] == count and named in str(error) and "<" not in str(error)


class Intruder:
    """Runs a program when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("suffix", [".bin", ".pth", ".pt", ".ckpt", ".pkl", ".safetensors"])
@pytest.mark.parametrize("zipped", [True, False])
def test_code_in_a_pickle_is_refused_and_not_run(tmp_path: Path, suffix: str, zipped: bool) -> None:
    file = tmp_path / f"model{suffix}"
    contents = {"features.0.weight": torch.ones(1), "x": Intruder(tmp_path / "ran")}
    if zipped:
        torch.save(contents, file)
    else:
        file.write_bytes(pickle.dumps(contents))
    key = "weights.damaged" if suffix == ".safetensors" else "weights.unsafe"
    refused(lambda: load_state(file, REMOTE), key)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("contents", [[torch.ones(1)], {"state_dict": {"a": torch.ones(1)}}, {"epoch": 3}])
def test_what_is_no_table_of_tensors_is_refused(tmp_path: Path, contents: object) -> None:
    torch.save(contents, tmp_path / "model.pth")
    refused(lambda: load_state(tmp_path / "model.pth"), "weights.unsafe", "model.pth")


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.99])
def test_a_file_that_is_cut_short_is_refused(tmp_path: Path, suffix: str, kept: float) -> None:
    file = tmp_path / f"model{suffix}"
    save_file(vgg19_tensors(), file) if suffix == ".safetensors" else torch.save(vgg19_tensors(), file)
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * kept)])
    refused(lambda: load_state(file, REMOTE), "weights.damaged")


@pytest.mark.parametrize("suffix", [".safetensors", ".bin", ".pth"])
def test_plain_tensors_are_read(tmp_path: Path, suffix: str) -> None:
    file, tensors = tmp_path / f"model{suffix}", vgg19_tensors()
    save_file(tensors, file) if suffix == ".safetensors" else torch.save(tensors, file)
    state = load_state(file)
    assert state.keys() == tensors.keys() and all(torch.equal(state[key], tensors[key]) for key in tensors)


# --- loaded models ---


def model_of(size: int) -> nn.Module:
    return nn.Linear(size // 4, 1, bias=False)


def test_the_model_used_longest_ago_makes_room() -> None:
    cache = ModelCache(max_bytes=100)
    for key in "abc":
        cache.put(key, model_of(32))
    cache.get("a")
    cache.put("d", model_of(32))
    assert cache.loaded() == ["c", "a", "d"]
    cache.limit(64)
    assert cache.loaded() == ["a", "d"]
    cache.put("big", model_of(400))
    assert cache.loaded() == ["big"]  # or it would be loaded anew for every picture
    cache.put("a", model_of(4))
    cache.forget("big")
    assert cache.loaded() == ["a"]
    cache.clear()
    assert cache.loaded() == []


def test_eight_threads_load_a_model_once(remote: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    remote.fault, remote.bytes_per_second = "slow", 4 * CHECKPOINTS[REMOTE].size
    loads: list[str] = []

    def counted(key: str, *args: object, **kwargs: object) -> nn.Module:
        loads.append(key)
        return load_model(key, *args, **kwargs)

    monkeypatch.setattr(checkpoints, "load_model", counted)
    cache, found = ModelCache(), []
    together(8, lambda: found.append(cache.get(REMOTE)))
    assert len(loads) == 1 and len(remote.requests("GET", "model.safetensors")) == 1
    assert len(found) == 8 and all(model is found[0] for model in found)


def test_a_load_that_failed_is_not_remembered(remote: LoopbackHub) -> None:
    cache = ModelCache()
    remote.fault = 500
    refused(lambda: cache.get(REMOTE), "weights.hub_error")
    assert cache.loaded() == []
    remote.fault = None
    assert cache.get(REMOTE) is cache.get(REMOTE)
    assert cache.loaded() == [REMOTE]
