"""Restorers of the Hub: from tiny files in the key layouts of spandrel's networks to restored pictures."""

from __future__ import annotations

import functools
import hashlib
import io
import os
import pickle
import re
import sys
import time
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save
from torch import Tensor, nn

from deepart import runtime
from deepart.checkpoints import models
from deepart.errors import DeepartError, InputError, WeightsError
from deepart.images import to_tensor
from deepart.settings import Settings
from deepart.tasks.hub import restorers as hub_restorers, spandrel_network
from deepart.tasks.hub.restorers import (
    RESTORERS,
    HubRestorer,
    HubWeights,
    describe,
    find_restorer,
    open_restorer,
    open_restorer_file,
    opening,
    own_restorers,
    weights_of,
)
from deepart.tasks.hub.spandrel_network import SpandrelNetwork
from deepart.tasks.hub.torchscript import is_torchscript, read_tensors
from deepart.tasks.restore import holes
from deepart.text import LANGUAGES, texts
from loopback_hub import LoopbackHub

spandrel = pytest.importorskip("spandrel")

CARD = b"---\nlicense: apache-2.0\n---\n# Weights\n"


@pytest.fixture(autouse=True)
def plain_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Full precision, so that results can be compared; no network of another test."""
    monkeypatch.setattr(runtime, "precision", lambda: torch.float32)
    models.clear()


class TinyLaMa(nn.Module):
    """spandrel's LaMa, an eighth as wide and with one of its eighteen blocks."""

    def __init__(self, *, in_nc: int = 4, out_nc: int = 3) -> None:
        super().__init__()
        from spandrel.architectures.LaMa.__arch.LaMa import FFCResNetGenerator

        self.model = FFCResNetGenerator(in_nc, out_nc, ngf=8, n_blocks=1)

    def forward(self, img: Tensor, mask: Tensor) -> Tensor:
        painted = self.model(img * (1 - mask), mask)
        return mask * painted + (1 - mask) * img


def tiny(name: str) -> nn.Module:
    """One of spandrel's networks, small and with random weights that do something visible."""
    from spandrel.architectures.Compact import Compact
    from spandrel.architectures.DAT import DAT
    from spandrel.architectures.DnCNN import DnCNN
    from spandrel.architectures.DRUNet import DRUNet
    from spandrel.architectures.ESRGAN import ESRGAN
    from spandrel.architectures.HAT import HAT
    from spandrel.architectures.NAFNet import NAFNet
    from spandrel.architectures.PLKSR import RealPLKSR
    from spandrel.architectures.SCUNet import SCUNet
    from spandrel.architectures.SPAN import SPAN

    torch.manual_seed(0)
    network = {
        "lama": lambda: TinyLaMa(),
        "scunet": lambda: SCUNet(config=[1, 1, 1, 1, 1, 1, 1], dim=64),
        "drunet": lambda: DRUNet(in_nc=4, out_nc=3, nc=[8, 8, 16, 16], nb=2),
        "nafnet": lambda: NAFNet(width=8, middle_blk_num=1, enc_blk_nums=[1, 1], dec_blk_nums=[1, 1]),
        "esrgan2": lambda: ESRGAN(num_filters=8, num_blocks=1, scale=4, in_nc=12, shuffle_factor=2),
        "esrgan4": lambda: ESRGAN(num_filters=8, num_blocks=1, scale=4),
        "compact": lambda: Compact(num_feat=8, num_conv=2, upscale=4),
        "realplksr": lambda: RealPLKSR(dim=16, n_blocks=1, upscaling_factor=1),
        "dat": lambda: DAT(embed_dim=32, split_size=[8, 8], depth=[1], num_heads=[2], upscale=4),
        "hat": lambda: HAT(embed_dim=60, depths=(1,), num_heads=(6,), window_size=16, upscale=4),
        "span": lambda: SPAN(num_in_ch=3, num_out_ch=3, feature_channels=8, upscale=2),
        "grey": lambda: DnCNN(in_nc=1, out_nc=1, nc=8, nb=17),
    }[name]()
    with torch.no_grad():
        for key, value in network.named_parameters():
            if "beta" in key or "gamma" in key:  # NAFNet starts as identity
                value.fill_(0.3)
    return network.eval()


def pth(state: object) -> bytes:
    file = io.BytesIO()
    torch.save(state, file)
    return file.getvalue()


def script(network: nn.Module, *example: Tensor) -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TorchScript is on its way out, its files are not
        torch.jit.save(torch.jit.trace(network, example), file)
    return file.getvalue()


def file_of(network: nn.Module) -> bytes:
    return save({key: value.contiguous() for key, value in network.state_dict().items()})


def opened(hub: LoopbackHub, name: str) -> tuple[HubRestorer, nn.Module]:
    network = tiny(name)
    hub.add("painter/tiny", {"README.md": CARD, f"{name}.safetensors": file_of(network)})
    return open_restorer("painter/tiny", f"{name}.safetensors"), network


def picture(size: tuple[int, int] = (90, 70)) -> Image.Image:
    """A smooth picture with a little noise."""
    y, x = np.mgrid[: size[1], : size[0]]
    waves = np.stack([np.sin(x / 9), np.cos(y / 7), np.sin((x + y) / 11)], axis=-1)
    noise = np.random.default_rng(0).normal(0, 6, waves.shape)
    return Image.fromarray((128 + 90 * waves + noise).clip(0, 255).astype(np.uint8))


def apart(a: Image.Image, b: Image.Image) -> int:
    return int(np.abs(np.asarray(a).astype(int) - np.asarray(b)).max())


def spandrels(network: nn.Module, *inputs: Tensor) -> Image.Image:
    """What spandrel itself makes of it."""
    descriptor = spandrel.ModelLoader().load_from_state_dict(network.state_dict()).eval()
    with torch.inference_mode():
        y = descriptor(*inputs)
    return Image.fromarray((255 * y[0].permute(1, 2, 0)).round().byte().numpy())


def refused(work: Callable[[], object], key: str) -> DeepartError:
    with pytest.raises(DeepartError) as caught:
        work()
    assert caught.value.key == key
    assert all("{" not in caught.value.sentence(language) for language in LANGUAGES)
    return caught.value


# --- the table and names ---


@pytest.mark.parametrize("key", RESTORERS)
def test_a_row_says_everything(key: str) -> None:
    row = find_restorer(key)
    assert row.key == key and re.fullmatch(r"restore/[a-z0-9]+-[a-z0-9]+-v[0-9]+", key)
    assert weights_of(row.repo, row.file) == row
    assert row.sha256 is None or re.fullmatch(r"[0-9a-f]{64}", row.sha256)
    assert row.revision is None or re.fullmatch(r"[0-9a-f]{40}", row.revision)
    assert row.sha256 or row.revision  # nobody can change what a row means
    assert row.kind and row.scale and row.size and row.licence and row.source.startswith("https://")
    assert all(row.good_for in texts(language) for language in LANGUAGES)


def test_describe_says_what_is_here(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    data = file_of(tiny("compact"))
    revision = hub.add("painter/tiny", {"README.md": CARD, "x4.safetensors": data})
    row = replace(RESTORERS["restore/esrgan-x4-v1"], repo="painter/tiny", file="x4.safetensors", revision=revision)
    row = replace(row, sha256=hashlib.sha256(data).hexdigest())
    monkeypatch.setitem(RESTORERS, row.key, row)

    def state() -> str:
        return next(entry["state"] for entry in describe() if entry["key"] == row.key)

    assert state() == "remote" and hub.log == []
    restorer = open_restorer("painter/tiny", "x4.safetensors")  # found to be the row, and checked as it
    assert restorer.weights == row and restorer.licence == "bsd-3-clause"
    assert restorer.card_licence == "apache-2.0"
    assert state() == "cached"


@pytest.mark.parametrize(
    ("repo", "file", "revision", "key"),
    [
        ("tiny", "a.pth", None, "hub.name"),
        ("../tiny", "a.pth", None, "hub.name"),
        ("painter/tiny/more", "a.pth", None, "hub.name"),
        ("painter/tiny", "a.pth", "../main", "hub.name"),
        ("painter/tiny", "../a.pth", None, "restorer.file"),
        ("painter/tiny", "/etc/a.pth", None, "restorer.file"),
        ("painter/tiny", "a/../b.pth", None, "restorer.file"),
        ("painter/tiny", "a\\b.pth", None, "restorer.file"),
        ("painter/tiny", "a.pth\n", None, "restorer.file"),
        ("painter/tiny", "<b>.pth", None, "restorer.file"),
        ("painter/tiny", "a.pkl", None, "restorer.file"),
        ("painter/tiny", "a.pth?download=true", None, "restorer.file"),
    ],
)
def test_names_that_lead_elsewhere_are_refused(
    hub: LoopbackHub, repo: str, file: str, revision: str | None, key: str
) -> None:
    assert isinstance(refused(lambda: open_restorer(repo, file, revision), key), InputError)
    assert hub.log == []


def test_a_file_of_this_machine_is_as_good_as_one_of_the_hub(
    hub: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "settings", lambda: Settings(admin_dir=str(tmp_path)))
    folder = tmp_path / "restorers"
    folder.mkdir()
    path = folder / "mine.pth"
    path.write_bytes(pth(tiny("compact").state_dict()))
    (folder / "notes.txt").write_text("no weights")
    assert list(own_restorers()) == ["own/mine.pth"]
    by_key, by_path = runtime.run(opening(find_restorer("own/mine.pth"))), open_restorer_file(path)
    assert apart(by_key(picture()), by_path(picture())) == 0
    assert by_path.licence == "own" and (by_path.kind, by_path.scale) == ("enlarge", 4)
    assert hub.log == []
    path.write_bytes(pth({"weight": Unpickled()}))
    refused(lambda: open_restorer_file(path), "weights.unsafe")
    for name in ("none.pth", "notes.txt"):
        refused(lambda name=name: open_restorer_file(folder / name), "restorer.path")


class Unpickled:
    """What a pickle must not bring to life."""

    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("run",))


def test_a_restorer_that_is_not_known_is_said() -> None:
    assert "restore/lama-places-v1" in str(refused(lambda: find_restorer("<b>"), "weights.unknown"))


# --- from a file to a picture ---


@pytest.mark.parametrize(
    ("name", "kind", "scale", "architecture"),
    [
        ("scunet", "clean", 1, "SCUNet"),
        ("drunet", "clean", 1, "DRUNet"),
        ("nafnet", "clean", 1, "NAFNet"),
        ("esrgan2", "enlarge", 2, "ESRGAN"),
        ("esrgan4", "enlarge", 4, "ESRGAN"),
        ("compact", "enlarge", 4, "Compact"),
        ("realplksr", "clean", 1, "PLKSR"),
        ("dat", "enlarge", 4, "DAT"),
        ("hat", "enlarge", 4, "HAT"),
        ("span", "enlarge", 2, "SPAN"),
    ],
)
def test_a_file_of_the_hub_gives_what_spandrel_gives(
    hub: LoopbackHub, name: str, kind: str, scale: int, architecture: str
) -> None:
    restorer, network = opened(hub, name)
    assert (restorer.kind, restorer.scale, restorer.architecture) == (kind, scale, architecture)
    assert restorer.licence == restorer.card_licence == "apache-2.0"
    assert restorer.takes_sigma == (name == "drunet")
    result = restorer(picture())
    assert result.size == (90 * scale, 70 * scale)
    assert apart(result, spandrels(network, to_tensor(picture()))) <= 1
    asked = len(hub.log)
    again = open_restorer("painter/tiny", f"{name}.safetensors")
    assert apart(again(picture()), result) == 0 and len(hub.log) == asked


@pytest.mark.parametrize("name", ["drunet", "compact", "esrgan2"])
def test_tiles_leave_no_seam(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    restorer, _ = opened(hub, name)
    large = picture((220, 160))
    whole = restorer(large)
    monkeypatch.setattr(hub_restorers, "_TILE", 128 * restorer.scale)
    reports: list[int] = []
    pieces = runtime.run(restorer.steps(large), lambda report: reports.append(report.total))
    assert max(reports) > 2
    assert apart(whole, pieces) <= 2


def test_a_grey_network_cleans_each_colour(hub: LoopbackHub) -> None:
    restorer, network = opened(hub, "grey")
    result = restorer(picture())
    for index, channel in enumerate(to_tensor(picture()).split(1, dim=1)):
        descriptor = spandrel.ModelLoader().load_from_state_dict(network.state_dict())
        alone = (255 * descriptor(channel)[0, 0]).round().byte().numpy()
        assert np.abs(np.asarray(result)[..., index].astype(int) - alone).max() <= 1


def test_noise_can_be_told_to_those_that_ask_for_it(hub: LoopbackHub) -> None:
    restorer, network = opened(hub, "drunet")
    x = torch.nn.functional.pad(to_tensor(picture()), (0, 6, 0, 2), mode="reflect")
    with torch.inference_mode():
        y = network(torch.cat([x, torch.full_like(x[:, :1], 40 / 255)], 1))[..., :70, :90].clamp(0, 1)
    expected = Image.fromarray((255 * y[0].permute(1, 2, 0)).round().byte().numpy())
    assert apart(restorer(picture(), sigma=40), expected) <= 1
    assert apart(restorer(picture()), restorer(picture(), sigma=15)) == 0
    refused(lambda: restorer(picture(), sigma=76), "setting.range")
    blind, _ = opened(hub, "nafnet")
    refused(lambda: blind(picture(), sigma=15), "restorer.no_sigma")


def test_what_a_mask_protects_stays_and_alpha_comes_back(hub: LoopbackHub) -> None:
    restorer, _ = opened(hub, "nafnet")
    mask = Image.new("L", (90, 70))
    mask.paste(255, (0, 0, 45, 70))
    result = restorer(picture(), mask)
    assert apart(result.crop((45, 0, 90, 70)), picture().crop((45, 0, 90, 70))) == 0
    assert apart(result.crop((0, 0, 45, 70)), restorer(picture()).crop((0, 0, 45, 70))) == 0
    clear = picture()
    clear.putalpha(mask)
    assert restorer(clear).mode == "RGBA" and apart(restorer(clear).getchannel("A"), mask) == 0


def test_layouts_that_are_in_use_are_read(hub: LoopbackHub) -> None:
    state = tiny("compact").state_dict()
    variants = {
        "plain.pth": state,
        "folder/ema.pth": {"params_ema": state, "epoch": 3},
        "parallel.ckpt": {"state_dict": {f"module.{key}": value for key, value in state.items()}},
        "plain.bin": state,
    }
    hub.add("painter/tiny", {"README.md": CARD, **{name: pth(value) for name, value in variants.items()}})
    expected = spandrels(tiny("compact"), to_tensor(picture()))
    for name in variants:
        assert apart(open_restorer("painter/tiny", name)(picture()), expected) <= 1, name


# --- holes ---


@functools.cache
def lama_program() -> bytes:
    return script(tiny("lama"), torch.rand(1, 3, 32, 32), torch.zeros(1, 1, 32, 32))


@pytest.fixture
def lama(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> HubRestorer:
    monkeypatch.setattr("spandrel.architectures.LaMa.LaMa", TinyLaMa)
    hub.add("painter/holes", {"README.md": CARD, "lama.pt": lama_program()})
    return open_restorer("painter/holes", "lama.pt")


def test_holes_are_filled_and_every_other_pixel_stays(lama: HubRestorer) -> None:
    assert (lama.kind, lama.scale, lama.architecture) == ("inpaint", 1, "LaMa")
    mask = Image.new("L", (90, 70))
    mask.paste(255, (20, 10, 40, 30))
    result = lama(picture(), mask)
    x, hole = to_tensor(picture()), torch.from_numpy(np.asarray(mask) > 0)[None, None].float()
    assert apart(result, spandrels(tiny("lama"), x, hole)) <= 1
    changed = np.any(np.asarray(result) != np.asarray(picture()), axis=2)
    assert changed.mean() > 0.05 and not changed[np.asarray(mask) == 0].any()
    assert apart(lama(picture(), Image.new("L", (90, 70))), picture()) == 0
    refused(lambda: lama(picture()), "restorer.no_mask")


@pytest.mark.parametrize("damage", ["scratch", "dust", "tear"])
def test_large_pictures_are_filled_in_pieces(lama: HubRestorer, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    for module in (hub_restorers, holes):
        monkeypatch.setattr(module, "WINDOW", 384)
    missing = np.zeros((300, 600), bool)
    if damage == "scratch":
        missing[140:144] = True
    elif damage == "dust":
        for y, x in np.random.default_rng(0).integers(0, (297, 597), (40, 2)):
            missing[y : y + 3, x : x + 3] = True
    else:
        missing[50:270, 200:430] = True
    sizes = []
    call = SpandrelNetwork.forward

    def counted(network: SpandrelNetwork, x: Tensor, *others: Tensor) -> Tensor:
        sizes.append(x.shape[2] * x.shape[3])
        return call(network, x, *others)

    monkeypatch.setattr(SpandrelNetwork, "forward", counted)
    source, mask = picture((600, 300)), Image.fromarray(missing)
    reports: list[tuple[int, int]] = []
    result = runtime.run(lama.steps(source, mask), lambda report: reports.append((report.done, report.total)))
    changed = np.any(np.asarray(result) != np.asarray(source), axis=2)
    assert not changed[~missing].any() and changed[missing].mean() > 0.9
    assert max(sizes) <= 384 * 384 * 1.02 and (len(sizes) > 1) == (damage != "tear")
    assert reports[0][0] == 0 and reports[-1][0] == reports[-1][1] >= len(sizes)


def test_lama_runs_in_half_the_bits_too(lama: HubRestorer, monkeypatch: pytest.MonkeyPatch) -> None:
    mask = Image.new("L", (90, 70))
    mask.paste(255, (20, 10, 40, 30))
    full = lama(picture(), mask)
    monkeypatch.setattr(runtime, "precision", lambda: torch.bfloat16)
    assert apart(lama(picture(), mask), full) <= 12


# --- faces ---


class Brighter(nn.Module):
    """Stands in for GFPGAN, whose size spandrel fixes at 349 MB."""

    def forward(self, x: Tensor) -> Tensor:
        assert x.shape == (1, 3, 512, 512)
        return x + 0.2


@pytest.fixture
def faces(monkeypatch: pytest.MonkeyPatch) -> HubRestorer:
    descriptor = spandrel.ImageModelDescriptor.__new__(spandrel.ImageModelDescriptor)
    network = SpandrelNetwork.__new__(SpandrelNetwork)
    nn.Module.__init__(network)
    facts = {"_purpose": "FaceSR", "scale": 1, "input_channels": 3, "supports_half": False, "supports_bfloat16": False}
    for name, value in facts.items():
        setattr(descriptor, name, value)
    descriptor._model, descriptor._call_fn = Brighter().eval(), lambda model, x: model(x)
    descriptor._architecture = spandrel.MAIN_REGISTRY.architectures()[0].architecture
    descriptor.size_requirements = spandrel.SizeRequirements(minimum=512)
    network.descriptor, network.card_licence = descriptor, "unknown"
    weights = HubWeights(key="painter/faces/x.pth", repo="painter/faces", file="x.pth")
    monkeypatch.setattr(models, "get", lambda *args, **kwargs: network)
    return runtime.run(opening(weights))


def test_faces_are_repaired_where_they_are_marked(faces: HubRestorer) -> None:
    source, mask = Image.new("RGB", (400, 300), (60, 60, 60)), Image.new("L", (400, 300))
    for left in (40, 280):
        mask.paste(255, (left, 100, left + 60, 180))
    result = np.asarray(faces(source, mask))
    marked = np.asarray(mask) > 0
    assert (result[marked] == 111).all() and (result[~marked] == 60).all()
    assert (np.asarray(faces(source.resize((200, 200)))) == 111).all()
    refused(lambda: faces(source.resize((400, 100))), "restorer.face")


# --- what is refused ---


def test_a_file_with_another_hash_is_refused_and_fetched_anew(
    hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = file_of(tiny("compact"))
    revision = hub.add("painter/tiny", {"x.safetensors": data})
    row = HubWeights(key="restore/tiny-x-v1", repo="painter/tiny", file="x.safetensors", revision=revision)
    hub.fault = "corrupt"
    # Nobody has written the hash down, but the Hub states it.
    refused(lambda: runtime.run(opening(row)), "weights.hash")
    hub.fault = None
    assert runtime.run(opening(row)).scale == 4
    models.clear()
    refused(lambda: runtime.run(opening(replace(row, sha256="0" * 64))), "weights.hash")


class Intruder:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.mark),)


def test_code_is_refused_and_not_run(hub: LoopbackHub, tmp_path: Path) -> None:
    evil = {**tiny("compact").state_dict(), "x": Intruder(tmp_path / "ran")}
    honest = script(nn.Conv2d(3, 3, 3), torch.rand(1, 3, 8, 8))
    forged = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(honest)) as old, zipfile.ZipFile(forged, "w") as new:
        for entry in old.infolist():
            is_pickle = entry.filename.endswith("/data.pkl")
            new.writestr(entry, pickle.dumps(evil["x"], protocol=2) if is_pickle else old.read(entry))
    files = {"a.pth": pth(evil), "b.pth": pickle.dumps(evil, protocol=2), "c.bin": pth(evil), "d.pt": forged.getvalue()}
    hub.add("painter/evil", files)
    for name in files:
        refused(lambda name=name: open_restorer("painter/evil", name), "weights.unsafe")
    assert not (tmp_path / "ran").exists()


def test_files_of_other_things_are_refused(hub: LoopbackHub) -> None:
    state = tiny("compact").state_dict()
    claims = {**state, "body.0.weight": torch.zeros(1).expand(10**6, 3, 3, 3)}
    short = {**state, "body.1.weight": torch.zeros(3)}
    files = {
        "other.safetensors": save({"layer.weight": torch.ones(3, 3)}),
        "empty.pth": pth({}),
        "list.pth": pth([torch.ones(1)]),
        "numbers.pth": pth({1: torch.ones(1)}),
        "nested.pth": pth({"params": {"a": {"b": torch.ones(1)}, "c": 2}}),
        "claims.pth": pth(claims),
        "short.pth": pth(short),
        "cut.pth": pth(state)[:2000],
    }
    hub.add("painter/other", {"README.md": CARD, **files})
    expected = ["unknown", "unknown", "unsafe", "unsafe", "unsafe", "damaged", "unfit", "damaged"]
    for name, key in zip(files, expected):
        family = "restorer" if key in ("unknown", "unfit") else "weights"
        error = refused(lambda name=name: open_restorer("painter/other", name), f"{family}.{key}")
        assert isinstance(error, WeightsError) and name in str(error)


def test_without_the_package_one_sentence_says_how_to_get_it(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spandrel", None)
    error = refused(lambda: open_restorer("painter/tiny", "a.pth"), "restorer.package")
    assert str(error).endswith("pip install spandrel") and hub.log == []


def test_no_network_is_said_and_what_is_here_still_serves(hub: LoopbackHub) -> None:
    opened(hub, "compact")
    hub.close()
    models.clear()
    assert open_restorer("painter/tiny", "compact.safetensors").card_licence == "apache-2.0"
    refused(lambda: open_restorer("painter/tiny", "other.safetensors"), "weights.offline")


def test_a_download_is_reported_and_can_be_stopped(hub: LoopbackHub) -> None:
    data = file_of(tiny("compact"))
    hub.add("painter/tiny", {"x.safetensors": data})
    hub.fault, hub.bytes_per_second = "slow", len(data)
    engine = opening(weights_of("painter/tiny", "x.safetensors"))
    report = next(report for report in engine if report.done)
    assert report.note == "progress.fetching_restorer" and report.done < report.total == len(data)
    engine.close()
    time.sleep(0.5)
    hub.fault = None
    assert open_restorer("painter/tiny", "x.safetensors").scale == 4


def test_sizes_are_bounded(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    restorer, _ = opened(hub, "compact")
    refused(lambda: restorer(Image.new("RGB", (4000, 3000))), "restorer.result")
    monkeypatch.setattr(spandrel_network, "_MOST_FILE_BYTES", 1000)
    models.clear()
    hub.add("painter/big", {"x.safetensors": file_of(tiny("compact"))})
    refused(lambda: open_restorer("painter/big", "x.safetensors"), "restorer.too_large")


# --- TorchScript ---


def test_tensors_of_a_program_are_read_without_it(tmp_path: Path) -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Sequential(nn.Conv2d(4, 4, 1).bfloat16())).eval()
    path = tmp_path / "program.pt"
    path.write_bytes(script(network[:2], torch.rand(1, 3, 8, 8)))
    expected = network[:2].state_dict()
    found = read_tensors(path)
    assert is_torchscript(path) and found.keys() == expected.keys()
    assert all(torch.equal(found[key], expected[key]) for key in expected)
    torch.save(expected, tmp_path / "table.pth")
    assert not is_torchscript(tmp_path / "table.pth")
