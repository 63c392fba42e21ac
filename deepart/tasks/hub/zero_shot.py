"""Classifiers that need no training: a picture is compared with sentences about each label.

References:
    Radford et al. 2021, "Learning Transferable Visual Models From Natural Language Supervision" (CLIP),
    https://arxiv.org/abs/2103.00020;
    Tschannen et al. 2025, "SigLIP 2" (NaFlex: pictures keep their proportions), https://arxiv.org/abs/2502.14786;
    Zhai et al. 2023, "Sigmoid Loss for Language Image Pre-Training" (SigLIP), https://arxiv.org/abs/2303.15343.

Differs from the papers: SigLIP decides yes or no for each sentence; here its scores are divided by their sum, so that
the labels of a head are a distribution.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import constants
from safetensors.torch import save
from torch import Tensor, nn

from deepart import runtime
from deepart.art_labels import label_name
from deepart.checkpoints import load_state
from deepart.errors import InputError, WeightsError
from deepart.files import replacing
from deepart.hub import Report
from deepart.tasks.hub.repository import CARD, CONFIG, HubRepository, Prepare, require
from deepart.tasks.hub.transformers_files import PREPROCESSORS, read_model, read_preparation, require_transformers

OPEN_CLIP_CONFIG = "open_clip_config.json"
OPEN_CLIP_WEIGHTS = "open_clip_model.safetensors"
_SIGLIPS = ("siglip", "siglip2")
TRANSFORMERS_TYPES = ("clip", *_SIGLIPS)

TEMPLATES: dict[str, tuple[str, ...]] = {
    "style": (
        "{}",
        "a painting in the style of {}.",
        "a {} painting.",
        "an artwork of the {} movement.",
        "a work of art from the period of {}.",
    ),
    "artist": ("a painting by {}.", "an artwork by {}.", "a famous picture by the artist {}."),
    "genre": ("{}.", "a painting: {}.", "an artwork, {}.", "a picture in a museum, {}."),
}
"""Sentences about a label; their average is more reliable than any single one."""

_PHRASES = {
    "abstract_painting": "an abstract painting without recognisable objects",
    "cityscape": "a cityscape, a view of streets and buildings",
    "genre_painting": "a genre painting, a scene of everyday life",
    "illustration": "an illustration for a book or a magazine",
    "landscape": "a landscape, a view of nature",
    "nude_painting": "a nude",
    "portrait": "a portrait of a person",
    "religious_painting": "a religious painting, a scene from the Bible",
    "still_life": "a still life of things on a table",
}
"""Phrases for labels that do not fit into a caption."""

_TOGETHER = 16  # sentences that are read together; a second of work for the largest
TOKENIZERS = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.json",
    "merges.txt",
    "spiece.model",
    "tokenizer.model",
)


class ZeroShotNetwork(nn.Module):
    """The image encoder of CLIP or SigLIP, with the encoded sentences.

    Args:
        vision: pictures, (B, 3, H, W), to features, (B, D).
        prepare: see `Prepare`.
        sentences: for each head the features of its labels, (labels, D), of length 1.
        scale: factor of the cosines.
        bias: added to them by SigLIP; None for CLIP.
    """

    def __init__(
        self,
        labels: Mapping[str, tuple[str, ...]],
        vision: nn.Module,
        prepare: Prepare,
        sentences: Mapping[str, Tensor],
        scale: float,
        bias: float | None,
    ) -> None:
        super().__init__()
        self.labels = dict(labels)
        self.vision = vision
        self.prepare = prepare
        self.scale = scale
        self.bias = bias
        for head, features in sentences.items():
            self.register_buffer(f"{head}_sentences", features)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Return the probabilities of every head's labels, (B, labels), for pictures (B, 3, H, W)."""
        seen = nn.functional.normalize(self.vision(x), dim=-1)
        return {head: self._probabilities(seen @ self.get_buffer(f"{head}_sentences").T) for head in self.labels}

    def _probabilities(self, cosines: Tensor) -> Tensor:
        if self.bias is None:
            return (self.scale * cosines).softmax(-1)
        # The scores divided by their sum; by way of their logarithms, because all of them may be next to 0.
        return nn.functional.logsigmoid(self.scale * cosines + self.bias).softmax(-1)


class _Encoder(nn.Module):
    """A method of a network as a network, so that it is moved and counted with the others."""

    def __init__(self, network: nn.Module, method: str) -> None:
        super().__init__()
        self.network = network
        self.method = method

    def forward(self, x: Tensor) -> Tensor:
        return _pooled(getattr(self.network, self.method)(x))


class _PatchEncoder(nn.Module):
    """The half of a NaFlex SigLIP 2 that sees: patches of a picture in its own proportions, see `packed_patches`."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        patches, mask, sides = x[..., :-3], x[..., -3], x[:, 0, -2:]
        seen = self.network.get_image_features(
            pixel_values=patches, pixel_attention_mask=mask.int(), spatial_shapes=sides.long()
        )
        return _pooled(seen)


def _pooled(output: Any) -> Tensor:
    return getattr(output, "pooler_output", output)  # transformers 5 wraps it


def phrase(head: str, label: str) -> str:
    """Return a label as a caption would have it: "Vincent van Gogh", "a still life of things on a table"."""
    return _PHRASES.get(label) or label_name(head, label, "en")


def load_zero_shot(
    repository: HubRepository, labels: Mapping[str, tuple[str, ...]], device: torch.device
) -> ZeroShotNetwork:
    """Download a CLIP or SigLIP, encode the sentences about the labels, and keep the image encoder.

    Args:
        repository: one that `transformers` reads, or one of OpenCLIP.
        labels: of each head, which is a key of `TEMPLATES`.

    Raises:
        WeightsError: out of reach, neither CLIP nor SigLIP, not in safetensors, damaged, or without the
            package that it needs.
    """
    config = {} if repository.here(OPEN_CLIP_WEIGHTS) else repository.json(CONFIG) or {}
    if config.get("model_type") in TRANSFORMERS_TYPES:
        return _from_transformers(repository, config, labels, device)
    config = repository.json(OPEN_CLIP_CONFIG)
    if config is None:
        raise WeightsError("hub.not_zero_shot", name=repository.name)
    return _from_open_clip(repository, config, labels, device)


def _from_transformers(
    repository: HubRepository, config: dict[str, Any], labels: Mapping[str, tuple[str, ...]], device: torch.device
) -> ZeroShotNetwork:
    transformers = require_transformers(repository.name, config)
    path = repository.fetch(*TOKENIZERS, *PREPROCESSORS, CARD)
    for file in PREPROCESSORS:
        repository.json(file)  # refuses what would take all the memory
    is_siglip = config["model_type"] in _SIGLIPS
    if is_siglip and (path.parent / "spiece.model").is_file():
        require("sentencepiece", repository.name, "sentencepiece protobuf")
        require("google.protobuf", repository.name, "sentencepiece protobuf")
    try:
        model = read_model(transformers.AutoModel, path, config)
        prepare = read_preparation(path, config)
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            path.parent, local_files_only=True, trust_remote_code=False
        )
        most = model.config.text_config.max_position_embeddings
    except Exception as error:  # a stranger's files break in any way
        raise WeightsError("hub.unfit", name=repository.name) from error

    if is_siglip:  # was trained with sentences of one length, in small letters
        tokenize = partial(tokenizer, padding="max_length", max_length=most, truncation=True, return_tensors="pt")

        def encode(sentences: list[str]) -> Tensor:
            ids = tokenize([sentence.lower() for sentence in sentences])["input_ids"]
            return _pooled(model.get_text_features(input_ids=ids.to(device)))

    else:
        tokenize = partial(tokenizer, padding=True, max_length=most, truncation=True, return_tensors="pt")

        def encode(sentences: list[str]) -> Tensor:
            tokens = tokenize(sentences)
            ids, mask = tokens["input_ids"].to(device), tokens["attention_mask"].to(device)
            return _pooled(model.get_text_features(input_ids=ids, attention_mask=mask))

    model.to(device)
    read = _read(encode, labels, repository)
    model.text_model = nn.Identity()  # has done its work
    bias = float(model.logit_bias) if is_siglip else None
    vision = _PatchEncoder(model) if config["model_type"] == "siglip2" else _Encoder(model, "get_image_features")
    return ZeroShotNetwork(labels, vision, prepare, read, float(model.logit_scale.exp()), bias)


def _from_open_clip(
    repository: HubRepository, config: dict[str, Any], labels: Mapping[str, tuple[str, ...]], device: torch.device
) -> ZeroShotNetwork:
    open_clip = require("open_clip", repository.name, "open_clip_torch")
    path = repository.fetch(CARD, weights=OPEN_CLIP_WEIGHTS)
    values = config.get("model_cfg")
    if not isinstance(values, dict) or not _is_plain_clip(values):
        raise WeightsError("hub.not_zero_shot", name=repository.name)
    state = load_state(path, repository.name)
    from open_clip.transform import PreprocessCfg, image_transform_v2

    try:
        wanted = {key: values[key] for key in ("embed_dim", "vision_cfg", "text_cfg", "quick_gelu") if key in values}
        with torch.random.fork_rng(devices=[]):
            model = open_clip.CLIP(**wanted)
        model.load_state_dict(state)
        preparation = config.get("preprocess_cfg") or {}
        sizes = {key: preparation[key] for key in ("mean", "std", "interpolation", "resize_mode") if key in preparation}
        prepare = image_transform_v2(PreprocessCfg(size=model.visual.image_size, **sizes), is_train=False)
        tokenizer = open_clip.SimpleTokenizer(context_length=model.context_length)
    except Exception as error:  # a stranger's files break in any way
        raise WeightsError("hub.unfit", name=repository.name) from error

    model.eval().requires_grad_(False).to(device)
    places, mask = model.positional_embedding, model.attn_mask

    def encode(sentences: list[str]) -> Tensor:
        ids = tokenizer(sentences)
        if mask is not None:  # a word sees only those before it, so that the padding costs time and changes nothing
            length = int((ids != 0).sum(1).max())
            ids = ids[:, :length]
            model.positional_embedding = nn.Parameter(places[:length], requires_grad=False)
            model.attn_mask = mask[:length, :length]
        return model.encode_text(ids.to(device))

    read = _read(encode, labels, repository)
    model.transformer = model.token_embedding = model.positional_embedding = model.attn_mask = None
    vision = _Encoder(model, "encode_image")
    return ZeroShotNetwork(labels, vision, prepare, read, float(model.logit_scale.exp()), None)


def _is_plain_clip(values: Mapping[str, Any]) -> bool:
    """Whether OpenCLIP can build it from this alone: no tokenizer and no tower of another repository."""
    towers = [values.get("vision_cfg"), values.get("text_cfg")]
    if not all(isinstance(tower, dict) for tower in towers) or values.get("custom_text"):
        return False
    return not any(key.startswith(("hf_", "timm_", "tokenizer_")) for tower in towers for key in tower)


def _read(
    encode: Callable[[list[str]], Tensor], labels: Mapping[str, tuple[str, ...]], repository: HubRepository
) -> dict[str, Tensor]:
    """Return the features of each head's labels, (labels, D): averages over `TEMPLATES`, of length 1.

    They are kept beside the Hub's cache, because a SigLIP reads for half a minute on two processor cores.
    """
    sentences = {
        head: [[template.format(phrase(head, label)) for label in found] for template in TEMPLATES[head]]
        for head, found in labels.items()
    }
    facts = json.dumps([repository.name, repository.revision, sentences])
    kept = Path(constants.HF_HUB_CACHE).parent / "deepart" / f"{hashlib.sha256(facts.encode()).hexdigest()}.safetensors"
    if kept.is_file():
        with contextlib.suppress(WeightsError):  # a damaged one is written anew
            return load_state(kept)
    read = _average_features(encode, sentences, repository)
    with contextlib.suppress(OSError, InputError), replacing(kept) as part:  # if it cannot be written, then not
        part.write_bytes(save({head: features.cpu() for head, features in read.items()}))
    return read


def _average_features(
    encode: Callable[[list[str]], Tensor], sentences: Mapping[str, list[list[str]]], repository: HubRepository
) -> dict[str, Tensor]:
    report: Report = repository.report or (lambda done, total: None)
    total = sum(len(of_template) for of_head in sentences.values() for of_template in of_head)
    done, averages = 0, {}
    for head, of_head in sentences.items():
        features = []
        for of_template in of_head:
            for start in range(0, len(of_template), _TOGETHER):
                report(done, total)
                batch = of_template[start : start + _TOGETHER]
                try:
                    with runtime.device_lock(), runtime.inference(full_precision=True):
                        features.append(nn.functional.normalize(encode(batch), dim=-1))
                except Exception as error:  # a tokenizer of another network, for one
                    raise WeightsError("hub.unfit", name=repository.name) from error
                done += len(batch)
        mean = torch.cat(features).unflatten(0, (len(of_head), -1)).mean(0)
        averages[head] = nn.functional.normalize(mean, dim=-1).clone()
    report(total, total)
    return averages
