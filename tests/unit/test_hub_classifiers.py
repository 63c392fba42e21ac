"""Classifiers of the Hub, as tiny random networks in the layouts of the real ones, from a Hub on this machine."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import timm
import torch
from huggingface_hub import constants
from PIL import Image
from safetensors.torch import save, save_file

from deepart.checkpoints import models
from deepart.errors import Cancelled, DeepartError, InputError, WeightsError
from deepart.tasks.classify.classify import DEFAULT_CHECKPOINT, ArtworkClassifier, Classification
from deepart.tasks.hub import repository as hub_repository, zero_shot
from deepart.tasks.hub.classifiers import (
    CHOICES,
    HubClassifier,
    ZeroShotClassifier,
    bundled_labels,
    head_of,
    open_classifier,
)
from deepart.tasks.hub.repository import HubRepository
from deepart.text import LANGUAGES
from loopback_hub import LoopbackHub

CARD = b"---\nlicense: apache-2.0\n---\n# Random\n"
SIDE = 32


@pytest.fixture(autouse=True)
def no_classifier_of_another_test() -> None:
    for key in models.loaded():
        if key.startswith(("ZeroShotClassifier ", "HubClassifier ")):
            models.forget(key)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, ...]]:
    """Two templates, and few labels, so that a processor reads them in no time."""
    labels = {"style": ("Cubism", "Ukiyo-e", "Baroque"), "artist": ("vincent-van-gogh", "claude-monet")}
    monkeypatch.setattr("deepart.tasks.hub.classifiers.bundled_labels", lambda: labels)
    monkeypatch.setattr(zero_shot, "TEMPLATES", {"style": ("{}.", "a {} painting"), "artist": ("a painting by {}",)})
    return labels


def picture(width: int = 90, height: int = 70) -> Image.Image:
    x = torch.linspace(0, 255, width).expand(height, width)
    y = torch.linspace(255, 0, height)[:, None].expand(height, width)
    pixels = torch.stack([x, y, (x * y) % 256], dim=2).to(torch.uint8)
    return Image.fromarray(pixels.numpy())


def files_of(folder: Path, **more: bytes) -> dict[str, bytes]:
    return {"README.md": CARD, **{path.name: path.read_bytes() for path in folder.iterdir()}, **more}


def save_clip(folder: Path, kind: str = "clip") -> Path:
    """Save a tiny CLIP or SigLIP with its tokenizer and preprocessor, as transformers does."""
    transformers = pytest.importorskip("transformers", reason="needs the optional package transformers")
    torch.manual_seed(0)
    letters = [chr(code) for code in range(33, 127)]
    pieces = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{letter}</w>" for letter in letters)]
    vocabulary = {piece: index for index, piece in enumerate(pieces)}
    text = {"vocab_size": len(vocabulary), "max_position_embeddings": 48, "bos_token_id": 0, "eos_token_id": 1}
    small = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 2}
    names = {
        "clip": ("CLIPConfig", "CLIPModel", {"projection_dim": 16}),
        "siglip": ("SiglipConfig", "SiglipModel", {}),
        "siglip2": ("Siglip2Config", "Siglip2Model", {}),
    }
    seen = {"num_patches": 16} if kind == "siglip2" else {"image_size": SIDE}
    config, model, more = names[kind]
    settings = getattr(transformers, config)(
        text_config={**small, **text, **({"projection_size": 32} if kind != "clip" else {})},
        vision_config={**small, **seen, "patch_size": 8},
        **more,
    )
    network = getattr(transformers, model)(settings)
    with torch.no_grad():  # far from what all networks begin with
        network.logit_scale.fill_(3.0)
        if kind != "clip":
            network.logit_bias.fill_(-2.0)
    network.save_pretrained(folder)
    transformers.CLIPTokenizer(vocab=vocabulary, merges=[]).save_pretrained(folder)
    if kind == "siglip2":
        transformers.Siglip2ImageProcessor(patch_size=8, max_num_patches=12).save_pretrained(folder)
        return folder
    processor = {"clip": "CLIPImageProcessor", "siglip": "SiglipImageProcessor"}[kind]
    square = {"height": SIDE, "width": SIDE}
    size = {"size": {"shortest_edge": SIDE}, "crop_size": square} if kind == "clip" else {"size": square}
    getattr(transformers, processor)(**size).save_pretrained(folder)
    return folder


def save_vit(folder: Path, labels: list[str], **more: object) -> Path:
    """Save a tiny vision transformer that classifies, as transformers does."""
    transformers = pytest.importorskip("transformers", reason="needs the optional package transformers")
    torch.manual_seed(0)
    config = transformers.ViTConfig(
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=SIDE,
        patch_size=8,
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
        **more,
    )
    transformers.ViTForImageClassification(config).save_pretrained(folder)
    transformers.ViTImageProcessor(size={"height": SIDE, "width": SIDE}).save_pretrained(folder)
    return folder


def timm_files(labels: list[str], **more: object) -> dict[str, bytes]:
    """A tiny ResNet as timm puts it on the Hub."""
    torch.manual_seed(0)
    network = timm.create_model("test_resnet", num_classes=len(labels))
    data = {"input_size": [3, 64, 64], "mean": [0.5] * 3, "std": [0.5] * 3, "interpolation": "bicubic", "crop_pct": 1}
    config = {"architecture": "test_resnet", "num_classes": len(labels), "label_names": labels, "pretrained_cfg": data}
    weights = save(network.state_dict())
    return {"README.md": CARD, "config.json": json.dumps({**config, **more}).encode(), "model.safetensors": weights}


def is_an_answer(found: Classification, labels: dict[str, tuple[str, ...]], repo: str) -> None:
    assert {head: {answer.label for answer in answers} for head, answers in found.answers.items()} == {
        head: set(of_head) for head, of_head in labels.items()
    }
    for answers in found.answers.values():
        probabilities = [answer.probability for answer in answers]
        assert sum(probabilities) == pytest.approx(1, abs=1e-5)
        assert probabilities == sorted(probabilities, reverse=True)
    assert (found.sets, found.known, found.artwork, found.checkpoint) == ({}, True, None, repo)
    assert json.dumps(found.as_json())


def refused(work: Callable[[], object], key: str, kind: type[DeepartError] = WeightsError) -> DeepartError:
    with pytest.raises(kind) as caught:
        work()
    assert caught.value.key == key
    assert all(caught.value.sentence(language) for language in LANGUAGES)
    return caught.value


# --- zero-shot -------------------------------------------------------------------------------------


def by_transformers(folder: Path, kind: str, labels: dict[str, tuple[str, ...]]) -> dict[str, dict[str, float]]:
    """What transformers itself computes: the features of sentences averaged by hand, the rest by the model."""
    import transformers

    model = transformers.AutoModel.from_pretrained(folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    processor = transformers.AutoImageProcessor.from_pretrained(folder)
    pixels = processor(images=picture(), return_tensors="pt")
    padding = {"padding": True} if kind == "clip" else {"padding": "max_length", "max_length": 48}
    found = {}
    for head, names in labels.items():
        features = torch.zeros(len(names), 16 if kind == "clip" else 32)
        for template in zero_shot.TEMPLATES[head]:
            sentences = [template.format(zero_shot.phrase(head, name)) for name in names]
            tokens = tokenizer(sentences, return_tensors="pt", **padding)
            if kind != "clip":
                del tokens["attention_mask"]
            with torch.inference_mode():
                features += model(**tokens, **pixels).text_embeds  # of length 1
        features = features / features.norm(dim=1, keepdim=True)
        with torch.inference_mode():
            seen = model(**tokens, **pixels).image_embeds[0]
            logits = model.logit_scale.exp() * features @ seen
            scores = logits.softmax(0) if kind == "clip" else (logits + model.logit_bias).sigmoid()
        found[head] = dict(zip(names, (scores / scores.sum()).tolist(), strict=True))
    return found


@pytest.mark.parametrize("kind", ["clip", "siglip", "siglip2"])
def test_zero_shot_is_what_transformers_computes(
    hub: LoopbackHub, tmp_path: Path, short: dict[str, tuple[str, ...]], kind: str
) -> None:
    folder = save_clip(tmp_path / kind, kind)
    hub.add("someone/tiny", files_of(folder))
    engine = open_classifier("someone/tiny")
    assert isinstance(engine, ZeroShotClassifier)
    found = engine(picture())
    is_an_answer(found, short, "someone/tiny")
    assert engine.labels() == short and engine.licence() == "apache-2.0"
    expected = by_transformers(folder, kind, short)
    for head, answers in found.answers.items():
        assert {answer.label: answer.probability for answer in answers} == pytest.approx(expected[head], abs=1e-5)


def test_a_folder_of_this_machine_is_as_good_as_a_repository(
    hub: LoopbackHub, tmp_path: Path, short: dict[str, tuple[str, ...]]
) -> None:
    clip = save_clip(tmp_path / "clip")
    hub.add("someone/tiny", files_of(clip))
    engine = open_classifier(clip)
    assert engine(picture()).answers == open_classifier("someone/tiny")(picture()).answers
    assert engine.licence() == "own" and engine.checkpoint == "own/clip"
    vit = save_vit(tmp_path / "vit", ["Cubism", "Baroque"])
    asked = len(hub.log)
    assert len(open_classifier(vit)(picture()).answers["style"]) == 2
    (vit / "model.safetensors").unlink()
    refused(lambda: open_classifier(vit)(picture()), "hub.no_safetensors")
    refused(lambda: open_classifier(tmp_path / "none"), "hub.folder", InputError)
    refused(lambda: open_classifier(str(vit)), "hub.name", InputError)  # what visitors type is no path
    assert len(hub.log) == asked


def test_one_sentence_for_each_label_gives_the_logits_of_the_model(
    hub: LoopbackHub, tmp_path: Path, short: dict[str, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = save_clip(tmp_path / "clip")
    import transformers

    monkeypatch.setattr(zero_shot, "TEMPLATES", {"style": ("a {} painting",), "artist": ("a painting by {}",)})
    hub.add("someone/tiny", files_of(folder))
    found = ZeroShotClassifier("someone/tiny")(picture())
    model = transformers.CLIPModel.from_pretrained(folder)
    tokens = transformers.AutoTokenizer.from_pretrained(folder)(
        ["a Cubism painting", "a Ukiyo-e painting", "a Baroque painting"], padding=True, return_tensors="pt"
    )
    pixels = transformers.AutoImageProcessor.from_pretrained(folder)(images=picture(), return_tensors="pt")
    with torch.inference_mode():
        expected = model(**tokens, **pixels).logits_per_image.softmax(1)[0]
    assert {a.label: a.probability for a in found.style} == pytest.approx(
        dict(zip(short["style"], expected.tolist(), strict=True)), abs=1e-5
    )


def test_zero_shot_through_open_clip(
    hub: LoopbackHub, tmp_path: Path, short: dict[str, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_clip = pytest.importorskip("open_clip", reason="needs the optional package open_clip_torch")
    torch.manual_seed(0)
    model_config = {
        "embed_dim": 16,
        "quick_gelu": True,
        "vision_cfg": {"image_size": SIDE, "layers": 2, "width": 64, "patch_size": 8},
        "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 2},
    }
    model = open_clip.CLIP(**model_config).eval()
    config = {"model_cfg": model_config, "preprocess_cfg": {"mean": [0.5] * 3, "std": [0.25] * 3}}
    files = {
        "open_clip_config.json": json.dumps(config).encode(),
        "open_clip_model.safetensors": save(model.state_dict()),
    }
    hub.add("timm/tiny", {**files, "config.json": b'{"architecture": "vit", "num_classes": 16}', "README.md": CARD})
    monkeypatch.setattr(zero_shot, "TEMPLATES", {"style": ("a {} painting",), "artist": ("a painting by {}",)})

    engine = open_classifier("timm/tiny")
    assert isinstance(engine, ZeroShotClassifier)
    found = engine(picture())
    is_an_answer(found, short, "timm/tiny")
    prepare = open_clip.image_transform(SIDE, is_train=False, mean=(0.5,) * 3, std=(0.25,) * 3)
    tokens = open_clip.get_tokenizer("ViT-B-32")(["a painting by Vincent van Gogh", "a painting by Claude Monet"])
    with torch.inference_mode():
        images, texts, scale = model(prepare(picture())[None], tokens)
        expected = (scale * images @ texts.T).softmax(1)[0].tolist()
    assert {a.label: a.probability for a in found.artist} == pytest.approx(
        dict(zip(short["artist"], expected, strict=True)), abs=1e-4
    )

    constants.HF_HUB_OFFLINE = True  # put back by the fixture
    models.clear()
    assert open_classifier("timm/tiny")(picture()) == found


def test_sentences_are_read_once_on_a_machine(
    hub: LoopbackHub, tmp_path: Path, short: dict[str, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add("someone/tiny", files_of(save_clip(tmp_path / "clip")))
    found = ZeroShotClassifier("someone/tiny")(picture())
    monkeypatch.setattr(zero_shot, "_average_features", None)
    models.clear()
    assert ZeroShotClassifier("someone/tiny")(picture()) == found


def test_the_sentences_name_every_bundled_label_but_another_artist() -> None:
    labels = bundled_labels()
    assert set(labels) == set(zero_shot.TEMPLATES) == {"style", "artist", "genre"}
    assert "another artist" not in labels["artist"] and len(labels["artist"]) > 100
    assert zero_shot.phrase("artist", "vincent-van-gogh") == "Vincent van Gogh"
    assert "everyday life" in zero_shot.phrase("genre", "genre_painting")
    phrases = [zero_shot.phrase(head, label) for head, of_head in labels.items() for label in of_head]
    assert not any("_" in words or not words.strip() for words in phrases)


# --- classifiers with labels -----------------------------------------------------------------------


def test_a_timm_classifier_answers_with_the_labels_of_its_config(hub: LoopbackHub) -> None:
    labels = ["cat", "dog", "<b>bird</b>", "Post-war"]
    files = timm_files(labels)
    hub.add("someone/resnet", files)
    engine = open_classifier("someone/resnet")
    assert isinstance(engine, HubClassifier)
    found = engine(picture())
    is_an_answer(found, {"label": ("cat", "dog", "b bird /b", "Post-war")}, "someone/resnet")
    assert engine.licence() == "apache-2.0"

    torch.manual_seed(0)
    network = timm.create_model("test_resnet", num_classes=4).eval()
    data = {"input_size": (3, 64, 64), "mean": (0.5,) * 3, "std": (0.5,) * 3, "crop_pct": 1.0}
    x = timm.data.create_transform(**data, interpolation="bicubic")(picture())
    expected = network(x[None]).softmax(1)[0].tolist()
    plain = ["cat", "dog", "b bird /b", "Post-war"]
    assert {a.label: a.probability for a in found.answers["label"]} == pytest.approx(
        dict(zip(plain, expected, strict=True)), abs=1e-5
    )


def test_a_transformers_classifier_answers_with_the_labels_of_its_config(hub: LoopbackHub, tmp_path: Path) -> None:
    labels = ["art_nouveau", "BAROQUE", "post impressionism", "Ukiyo e", "surrealism"]
    folder = save_vit(tmp_path / "vit", labels)
    hub.add("someone/vit", files_of(folder))
    found = open_classifier("someone/vit")(picture())
    is_an_answer(found, {"style": tuple(labels)}, "someone/vit")  # four of five are bundled styles

    import transformers

    ask = transformers.pipeline("image-classification", model=str(folder))
    expected = {answer["label"]: answer["score"] for answer in ask(picture(), top_k=5)}
    assert {a.label: a.probability for a in found.style} == pytest.approx(expected, abs=1e-5)


def test_scores_of_independent_labels_are_divided_by_their_sum(hub: LoopbackHub, tmp_path: Path) -> None:
    folder = save_vit(tmp_path / "vit", ["red", "green", "blue"], problem_type="multi_label_classification")
    hub.add("someone/vit", files_of(folder))
    found = open_classifier("someone/vit")(picture())

    import transformers

    ask = transformers.pipeline("image-classification", model=str(folder), function_to_apply="sigmoid")
    scores = {answer["label"]: answer["score"] for answer in ask(picture(), top_k=3)}
    expected = {label: score / sum(scores.values()) for label, score in scores.items()}
    assert {a.label: a.probability for a in found.answers["label"]} == pytest.approx(expected, abs=1e-5)


def test_heads_are_known_by_their_labels() -> None:
    assert head_of(["Still Life", "portrait", "LANDSCAPE", "Cityscape", "battle"]) == "genre"
    assert head_of(["Claude Monet", "Édgar Degas", "Vincent Van Gogh", "Somebody"]) == "artist"
    assert head_of(["Cubism", "cat", "dog", "bird", "horse"]) == "label"
    assert head_of(["portrait", "cat"]) == "label"


def test_pictures_of_any_shape_are_classified(hub: LoopbackHub) -> None:
    hub.add("someone/resnet", timm_files(["cat", "dog"]))
    engine = HubClassifier("someone/resnet")
    pictures = [picture(3000, 1), picture(1, 1), Image.new("RGBA", (40, 50), (9, 9, 9, 0))]
    assert len(list(engine.many(pictures))) == 3


# --- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "",
        "no-owner",
        "a/b/c",
        "../secret",
        "a/..",
        "a/b..c",
        "a/b--c",
        "a/<script>",
        "a b/c",
        "/etc/passwd",
        "a/b\n",
        "ä/b",
    ],
)
def test_a_name_is_checked_before_anybody_is_asked(hub: LoopbackHub, name: str) -> None:
    error = refused(lambda: open_classifier(name), "hub.name", InputError)
    assert not name or name not in str(error)
    refused(lambda: ZeroShotClassifier(name), "hub.name", InputError)
    assert hub.log == []


@pytest.mark.parametrize("revision", ["../x", "a/b", "a b", "<b>", "-x", "x\n"])
def test_a_revision_is_checked_too(hub: LoopbackHub, revision: str) -> None:
    refused(lambda: HubClassifier("someone/fine", revision), "hub.name", InputError)
    assert hub.log == []


def test_pickles_are_refused_and_not_even_fetched(hub: LoopbackHub) -> None:
    files = timm_files(["cat", "dog"])
    files["pytorch_model.bin"] = files.pop("model.safetensors")
    hub.add("someone/pickle", files)
    error = refused(lambda: HubClassifier("someone/pickle")(picture()), "hub.no_safetensors")
    assert "someone/pickle" in str(error) and ".bin" in str(error)
    assert hub.requests("GET", ".bin") == []


def test_code_of_a_repository_is_refused(hub: LoopbackHub) -> None:
    config = {
        "model_type": "mine",
        "architectures": ["MineForImageClassification"],
        "auto_map": {"AutoModel": "m.Mine"},
    }
    hub.add("someone/code", {"config.json": json.dumps(config).encode(), "m.py": b"raise SystemExit"})
    refused(lambda: open_classifier("someone/code")(picture()), "hub.own_code")
    assert hub.requests("GET", ".py") == []


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"model_type": "bert", "architectures": ["BertModel"]},
        {"model_type": "vit", "architectures": ["ViTModel"]},
        {"architecture": "no_such_network", "num_classes": 2},
        {"architecture": "test_resnet", "num_classes": 0},
        {"architecture": "test_resnet", "num_classes": 3, "label_names": ["one", "two"]},
        {"architecture": "test_resnet", "num_classes": 2, "model_args": {"checkpoint_path": "/etc/passwd"}},
    ],
)
def test_what_is_no_image_classifier_is_said_to_be_none(hub: LoopbackHub, config: dict[str, object]) -> None:
    if "model_type" in config:
        pytest.importorskip("transformers", reason="needs the optional package transformers")
    hub.add("someone/else", {"config.json": json.dumps(config).encode(), "model.safetensors": b""})
    refused(lambda: open_classifier("someone/else")(picture()), "hub.unsupported")


def test_a_file_that_does_not_fit_its_config_is_refused(hub: LoopbackHub, tmp_path: Path) -> None:
    hub.add("someone/broken", {"config.json": b"{"})
    refused(lambda: open_classifier("someone/broken"), "hub.unfit")
    hub.add("someone/resnet", {**timm_files(["cat", "dog"]), "model.safetensors": save({"x": torch.zeros(2)})})
    refused(lambda: HubClassifier("someone/resnet")(picture()), "hub.unfit")
    folder = save_vit(tmp_path / "vit", ["cat", "dog"])
    save_file({"x": torch.zeros(2)}, folder / "model.safetensors", metadata={"format": "pt"})
    hub.add("someone/vit", files_of(folder))
    refused(lambda: HubClassifier("someone/vit")(picture()), "hub.unfit")


@pytest.mark.parametrize("kind", ["timm", "vit", "vit's preparation"])
def test_a_network_of_too_large_pictures_is_refused_before_it_is_made(
    hub: LoopbackHub, tmp_path: Path, kind: str
) -> None:
    """8,000 pixels a side took 6 GB."""
    if kind == "timm":
        files = timm_files(["cat", "dog"], pretrained_cfg={"input_size": [3, 8000, 8000]})
    else:
        files = files_of(save_vit(tmp_path / "vit", ["cat", "dog"]))
        file, sizes = {
            "vit": ("config.json", {"image_size": 8000}),
            "vit's preparation": ("preprocessor_config.json", {"size": {"shortest_edge": 8000}}),
        }[kind]
        files[file] = json.dumps({**json.loads(files[file]), **sizes}).encode()
    hub.add("someone/large", files)
    sentence = refused(lambda: HubClassifier("someone/large")(picture()), "hub.input_size").sentence()
    assert "8000" in sentence and "1024" in sentence


def test_files_that_do_not_fit_each_other_are_refused(
    hub: LoopbackHub, tmp_path: Path, short: dict[str, tuple[str, ...]]
) -> None:
    larger = b'{"image_processor_type": "ViTImageProcessor", "size": {"height": 48, "width": 48}}'
    hub.add("someone/vit", files_of(save_vit(tmp_path / "vit", ["a", "b"]), **{"preprocessor_config.json": larger}))
    refused(lambda: HubClassifier("someone/vit")(picture()), "hub.unfit")
    folder = save_clip(tmp_path / "clip")
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    tokenizer["model"]["vocab"] = {word: index + 500 for word, index in tokenizer["model"]["vocab"].items()}
    hub.add("someone/clip", files_of(folder, **{"tokenizer.json": json.dumps(tokenizer).encode()}))
    refused(lambda: ZeroShotClassifier("someone/clip")(picture()), "hub.unfit")


def test_a_file_over_the_limit_is_not_fetched(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.add("someone/resnet", timm_files(["cat", "dog"]))
    monkeypatch.setattr(hub_repository, "MOST_WEIGHTS_BYTES", 100_000)
    hub.fault, hub.bytes_per_second = "slow", 100_000
    refused(lambda: HubClassifier("someone/resnet")(picture()), "hub.too_large")
    assert HubRepository("someone/resnet").find("README.md")


def test_a_missing_package_is_named_with_its_pip_line(
    hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = {"model_type": "clip", "architectures": ["CLIPModel"]}
    hub.add("someone/clip", {"config.json": json.dumps(config).encode()})
    hub.add("timm/clip", {"open_clip_config.json": b"{}"})
    monkeypatch.setitem(sys.modules, "transformers", None)
    monkeypatch.setitem(sys.modules, "open_clip", None)
    for repo, line in (("someone/clip", "pip install transformers"), ("timm/clip", "pip install open_clip_torch")):
        error = refused(lambda repo=repo: open_classifier(repo)(picture()), "hub.package")
        assert all(error.sentence(language).endswith(line) for language in LANGUAGES)


# --- the way from the Hub --------------------------------------------------------------------------


def test_without_a_network_it_says_so_within_seconds(hub: LoopbackHub) -> None:
    hub.close()
    started = time.monotonic()
    error = refused(lambda: open_classifier("google/siglip-base-patch16-224")(picture()), "weights.offline")
    assert "google/siglip-base-patch16-224" in str(error)
    refused(lambda: open_classifier("someone/else"), "weights.offline")
    assert time.monotonic() - started < 6


def test_what_was_fetched_once_needs_no_network(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.add("someone/resnet", timm_files(["cat", "dog"]))
    found = open_classifier("someone/resnet")(picture())
    asked = len(hub.log)
    assert open_classifier("someone/resnet")(picture()) == found
    models.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert open_classifier("someone/resnet")(picture()) == found
    assert len(hub.log) == asked


def test_all_files_are_of_one_commit(hub: LoopbackHub) -> None:
    first = hub.add("someone/resnet", timm_files(["cat", "dog"]))
    engine = open_classifier("someone/resnet")
    hub.add("someone/resnet", timm_files(["one", "two", "three"]))
    assert set(engine.labels()["label"]) == {"cat", "dog"}
    assert all(first in path for path in hub.requests("GET", "model.safetensors"))


def test_an_engine_of_progress_that_can_be_stopped(hub: LoopbackHub) -> None:
    hub.add("someone/resnet", timm_files(["cat", "dog"]))
    hub.fault, hub.bytes_per_second = "slow", 200_000
    engine = HubClassifier("someone/resnet")
    steps = engine.steps()
    assert next(steps).note == "progress.fetching_classifier"
    steps.close()
    deadline = time.monotonic() + 4  # the file takes 9 s
    while any(thread.name.startswith("classifier") for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert "HubClassifier someone/resnet@main" not in models.loaded()
    hub.fault = None
    done = [(step.done, step.total) for step in engine.steps()]
    assert all(0 <= d <= t for d, t in done)
    assert "HubClassifier someone/resnet@main" in models.loaded()


def test_a_report_that_raises_ends_the_download(hub: LoopbackHub) -> None:
    hub.add("someone/resnet", timm_files(["cat", "dog"]))

    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        HubClassifier("someone/resnet", report=stop)(picture())


def test_the_key_of_the_bundled_checkpoint_opens_the_bundled_engine() -> None:
    assert isinstance(open_classifier(DEFAULT_CHECKPOINT), ArtworkClassifier)


@pytest.mark.parametrize("repo", CHOICES)
def test_a_choice_says_everything(repo: str) -> None:
    choice = CHOICES[repo]
    assert choice.repo == repo and choice.licence
    assert HubRepository(repo, choice.revision or "main").name == repo
    assert isinstance(open_classifier(repo), ZeroShotClassifier if choice.kind == "zero-shot" else HubClassifier)
