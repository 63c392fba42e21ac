"""What a training job does: everything that the owner chooses, as the file config.json of the job has it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args, get_type_hints

from deepart.errors import InputError

Task = Literal["style", "generator", "classifier", "restorer", "regressor", "segmenter", "translator"]

SCRATCH = "scratch"
"""In place of a checkpoint: start from random weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobConfig:
    """A training job; numbers of 0 stand for what suits the task, see `DEFAULTS`."""

    task: Task
    data: str
    """Name of a stored data set."""
    start: str = ""
    """What it goes on from: a checkpoint's key, "job:ID" of a finished job, "scratch", or nothing for the live one."""
    trained: Literal["all", "decoder", "heads"] = "all"
    """What is trained: of the style network the decoder alone, of the classifier the heads alone."""
    minutes: float = 10.0
    """Minutes of training; reading the pictures and measuring come on top."""
    side: int = 0
    """Pixels of the crops that are learned from."""
    batch: int = 0
    seed: int = 0

    # the optimiser
    optimizer: Literal["auto", "adamw", "adam", "sgd", "rmsprop", "nadam"] = "auto"
    learning_rate: float = 0.0
    schedule: Literal["cosine", "linear", "constant"] = "cosine"
    warmup_steps: int = 50
    weight_decay: float = 0.0
    clip_norm: float = 0.0
    """Gradients longer than that are shortened to it."""
    ema_decay: float = 0.998
    """Decay of the moving average of the weights, which is what comes out."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"

    # what it is measured by while it runs
    measure_every_minutes: float = 1.0
    patience: int = 0
    """Measurements without a better one after which training ends early; 0: never."""
    save_every_minutes: float = 0.5
    track: bool = False
    """Also write the experiment for the package trackio, in the folder of all jobs."""

    # style network
    contents: str = ""
    """Name of a data set of pictures to paint, the paintings themselves if empty; of a translator, the photos."""

    # classifier
    labels: Literal["keep", "new"] = "keep"
    """Learn the labels that the classifier has, or those of `column`."""
    column: Literal["style", "artist", "genre", "label"] = "label"
    answers: Literal["one", "one-vs-rest", "one-vs-one", "several"] = "one"
    """What may be right for new labels: one (softmax, a yes or no for each, or a duel of each two), or several."""
    backbone: str = ""
    """A network of timm, or "own"; the one that it starts from if empty."""
    kernel: int = 3
    """This and the next two are of the own backbone; see `deepart.models.own_backbone`."""
    stride: int = 2
    activation: Literal["relu", "leaky-relu", "elu", "gelu", "silu", "tanh"] = "relu"
    balance: Literal["none", "weights", "resampling", "logit-adjustment"] = "none"
    augmentation: Literal["none", "some", "strong"] = "some"
    dropout: float = 0.5
    label_smoothing: float = 0.1

    # generator
    architecture: Literal["fastgan", "vae"] = "fastgan"
    loss: Literal["hinge", "nonsaturating", "minimax"] = "hinge"
    beta: float = 1.0
    """This and the next two are of a VAE; see `deepart.training.generate.vae`."""
    free_bits: float = 0.05
    code_cycle: float = 0.0

    # regressor
    targets: str = "year"
    """Numbers with commas between: year, colourfulness, brightness, contrast, label."""
    missing: Literal["drop", "median", "interpolate", "regress"] = "drop"

    # translator
    cycle: float = 10.0
    """Weights and the size of the pool; see `deepart.training.paint.translator`."""
    identity: float = 0.5
    pool: int = 50

    @classmethod
    def from_json(cls, text: str) -> JobConfig:
        """Read what `to_json` wrote.

        Raises:
            InputError: it is no such text, or a value is out of its range.
        """
        try:
            values = json.loads(text)
        except ValueError as error:
            raise InputError("job.config") from error
        return cls.of(values)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> JobConfig:
        """Return the config of these values, checked.

        Raises:
            InputError: a field is missing or unknown, or a value is out of its range.
        """
        if not isinstance(values, Mapping) or {"task", "data"} - set(values) or set(values) - set(cls.__slots__):
            raise InputError("job.config")
        return cls(**values).checked()

    def to_json(self) -> str:
        """Return the text of config.json."""
        return json.dumps(asdict(self), indent=1)

    def checked(self) -> JobConfig:
        """Return the same with the task's own values in place of zeros.

        Raises:
            InputError: a value is out of its range, or the parts that are trained do not belong to the task.
        """
        hints = get_type_hints(type(self))
        for field in fields(self):
            value, choices = getattr(self, field.name), get_args(hints[field.name])
            if choices and value not in choices:
                raise InputError("setting.choice", name=field.name, choices=", ".join(choices))
            if field.name in _RANGES:
                low, high = _RANGES[field.name]
                if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
                    raise InputError("setting.range", name=field.name, low=low, high=high)
            elif not choices and not isinstance(value, bool if field.name == "track" else str):
                raise InputError("job.config")
        if self.trained not in TRAINABLE[self.task]:
            raise InputError("setting.choice", name="trained", choices=", ".join(TRAINABLE[self.task]))
        if self.kernel % 2 == 0:
            raise InputError("setting.choice", name="kernel", choices="1, 3, 5, 7")
        if self.answers != "one" and self.balance == "logit-adjustment":
            raise InputError("job.adjustment_needs_one")
        own = DEFAULTS[self.task] | (_HEADS_ONLY if self.trained == "heads" else {})
        counted = ("side", "batch", "seed", "warmup_steps", "patience", "kernel", "stride", "pool")
        whole = {name: int(getattr(self, name)) for name in counted}
        filled = replace(self, **whole)
        filled = replace(filled, **{name: value for name, value in own.items() if not getattr(filled, name)})
        step = {"generator": 1, "classifier": 32, "restorer": 8, "regressor": 32}.get(self.task, 16)
        return replace(filled, side=max(step, filled.side // step * step))


TRAINABLE: dict[str, tuple[str, ...]] = {
    "style": ("all", "decoder"),
    "generator": ("all",),
    "classifier": ("all", "heads"),
    "restorer": ("all",),
    "regressor": ("all",),
    "segmenter": ("all",),
    "translator": ("all",),
}
"""What can be trained of each model."""

DEFAULTS: dict[str, dict[str, Any]] = {
    "style": {"side": 128, "batch": 8, "learning_rate": 3e-4, "clip_norm": 5.0},
    "generator": {"side": 128, "batch": 8, "learning_rate": 1e-4, "clip_norm": 1000.0},
    "classifier": {"side": 224, "batch": 16, "learning_rate": 1e-3, "clip_norm": 5.0},
    "restorer": {"side": 64, "batch": 8, "learning_rate": 2e-4, "clip_norm": 5.0},
    "regressor": {"side": 256, "batch": 64, "learning_rate": 3e-3, "clip_norm": 5.0},
    "segmenter": {"side": 128, "batch": 8, "learning_rate": 1e-3, "clip_norm": 5.0},
    "translator": {"side": 128, "batch": 4, "learning_rate": 2e-4, "clip_norm": 1000.0},
}
"""What zeros stand for."""

_HEADS_ONLY = {"side": 256, "batch": 64, "learning_rate": 3e-3}

_RANGES: dict[str, tuple[float, float]] = {
    "minutes": (0.01, 60 * 24 * 14),
    "side": (0, 512),
    "batch": (0, 256),
    "seed": (0, 2**31),
    "learning_rate": (0, 0.1),
    "warmup_steps": (0, 10_000),
    "weight_decay": (0, 1),
    "clip_norm": (0, 1000),
    "ema_decay": (0, 0.9999),
    "measure_every_minutes": (0.01, 1000),
    "patience": (0, 1000),
    "save_every_minutes": (0.005, 1),  # so that no more than the last minute can be lost
    "dropout": (0, 0.9),
    "kernel": (1, 7),
    "stride": (1, 3),
    "beta": (0, 100),
    "free_bits": (0, 5),
    "code_cycle": (0, 100),
    "cycle": (0, 100),
    "identity": (0, 10),
    "pool": (0, 500),
    "label_smoothing": (0, 0.5),
}
