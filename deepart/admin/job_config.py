"""The configuration of a training job: all that the owner chooses, as in the job's config.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

from deepart.errors import InputError
from deepart.options import Options, setting

TRAINABLE: Mapping[str, tuple[str, ...]] = {
    "style": ("all", "decoder"),
    "generator": ("all",),
    "classifier": ("all", "heads"),
    "restorer": ("all",),
    "regressor": ("all",),
    "segmenter": ("all",),
    "translator": ("all",),
}
"""The tasks, and the parts of each model that can be trained."""

SCRATCH = "scratch"
"""In place of a checkpoint: start from random weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobConfig(Options):
    """The configuration of a training job; 0 stands for the task's own value, see `DEFAULTS`.

    The commands `train` take the same settings, see `deepart.commands.console.add_settings`.
    """

    WORDS: ClassVar[str] = "ui.admin.setting"

    task: str = setting("style", choices=tuple(TRAINABLE))
    data: str = setting("")
    """Name of a stored data set."""
    start: str = setting("")
    """What it starts from: a checkpoint's key, "job:ID" of a finished job, "scratch", or empty for the live one."""
    trained: str = setting("all", choices=("all", "decoder", "heads"))
    """Which part is trained, such as only the decoder of the style network, or only the heads of the classifier."""
    minutes: float = setting(10.0, 0.01, 60 * 24 * 14)
    """Minutes of training, without reading the pictures and measuring."""
    side: int = setting(0, 0, 512, is_whole=True)
    """Side of the training crops in pixels."""
    batch: int = setting(0, 0, 256, is_whole=True)
    seed: int = setting(0, 0, 2**31, is_whole=True)

    # the optimiser
    optimizer: str = setting("auto", choices=("auto", "adamw", "adam", "sgd", "rmsprop", "nadam"))
    learning_rate: float = setting(0.0, 0, 0.1)
    schedule: str = setting("cosine", choices=("cosine", "linear", "constant"))
    warmup_steps: int = setting(50, 0, 10_000, is_whole=True)
    weight_decay: float = setting(0.0)
    clip_norm: float = setting(0.0, 0, 1000)
    """Gradients are clipped to this norm."""
    ema_decay: float = setting(0.998, 0, 0.9999)
    """Decay of the moving average of the weights, which is the result."""
    precision: str = setting("auto", choices=("auto", "float32", "bfloat16"))

    # what it is measured by while it runs
    measure_every_minutes: float = setting(1.0, 0.01, 1000)
    patience: int = setting(0, 0, 1000, is_whole=True)
    """Early stopping after this many measurements without improvement; 0: never."""
    save_every_minutes: float = setting(0.5, 0.005, 1)  # so that no more than the last minute can be lost
    track: bool = setting(False)
    """Also log the experiment with the package trackio, in the folder of all jobs."""

    # style network
    contents: str = setting("")
    """Name of a data set of pictures to paint, the paintings themselves if empty; of a translator, the photos."""

    # classifier
    labels: str = setting("keep", choices=("keep", "new"))
    """Learn the classifier's existing labels, or those of `column`."""
    column: str = setting("label", choices=("style", "artist", "genre", "label"))
    answers: str = setting("one", choices=("one", "one-vs-rest", "one-vs-one", "several"))
    """How new labels are predicted: one per picture (softmax, one-vs-rest or one-vs-one), or several."""
    backbone: str = setting("")
    """A timm network, or "own"; empty: that of the starting model."""
    kernel: int = setting(3, choices=(1, 3, 5, 7), is_whole=True)
    """This and the next two are of the own backbone; see `deepart.models.own_backbone`."""
    stride: int = setting(2, choices=(1, 2, 3), is_whole=True)
    activation: str = setting("relu", choices=("relu", "leaky-relu", "elu", "gelu", "silu", "tanh"))
    balance: str = setting("none", choices=("none", "weights", "resampling", "logit-adjustment"))
    augmentation: str = setting("some", choices=("none", "some", "strong"))
    dropout: float = setting(0.5, 0, 0.9)
    label_smoothing: float = setting(0.1, 0, 0.5)

    # generator
    architecture: str = setting("fastgan", choices=("fastgan", "vae"))
    loss: str = setting("hinge", choices=("hinge", "nonsaturating", "minimax"))
    beta: float = setting(1.0, 0, 100)
    """This and the next two are of a VAE; see `deepart.training.generate.vae`."""
    free_bits: float = setting(0.05, 0, 5)
    code_cycle: float = setting(0.0, 0, 100)

    # regressor
    targets: str = setting("year")
    """Numbers to predict, separated by commas: year, colourfulness, brightness, contrast, label."""
    missing: str = setting("drop", choices=("drop", "median", "interpolate", "regress"))

    # translator
    cycle: float = setting(10.0, 0, 100)
    """Weights and the size of the pool; see `deepart.training.paint.translator`."""
    identity: float = setting(0.5, 0, 10)
    pool: int = setting(50, 0, 500, is_whole=True)

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
        if not isinstance(values, Mapping) or {"task", "data"} - set(values) or set(values) - cls.settings().keys():
            raise InputError("job.config")
        return cls(**values).checked()

    def to_json(self) -> str:
        """Return the text of config.json."""
        return json.dumps(asdict(self), indent=1)

    def checked(self) -> JobConfig:
        """Return the configuration with zeros replaced by the task's own values.

        Raises:
            InputError: a value is out of its range, or the parts that are trained do not belong to the task.
        """
        self.check()
        settings = self.settings().values()
        if any(type(getattr(self, each.name)) is not type(each.default) for each in settings if not each.is_number):
            raise InputError("job.config")
        if self.trained not in TRAINABLE[self.task]:
            raise InputError("setting.choice", name="trained", choices=", ".join(TRAINABLE[self.task]))
        if self.answers != "one" and self.balance == "logit-adjustment":
            raise InputError("job.adjustment_needs_one")
        own = DEFAULTS[self.task] | (_HEADS_ONLY if self.trained == "heads" else {})
        filled = replace(self, **{each.name: int(getattr(self, each.name)) for each in settings if each.is_whole})
        filled = replace(filled, **{name: value for name, value in own.items() if not getattr(filled, name)})
        step = {"generator": 1, "classifier": 32, "restorer": 8, "regressor": 32}.get(self.task, 16)
        return replace(filled, side=max(step, filled.side // step * step))


DEFAULTS: dict[str, dict[str, Any]] = {
    "style": {"side": 128, "batch": 8, "learning_rate": 3e-4, "clip_norm": 5.0},
    "generator": {"side": 128, "batch": 8, "learning_rate": 1e-4, "clip_norm": 1000.0},
    "classifier": {"side": 224, "batch": 16, "learning_rate": 1e-3, "clip_norm": 5.0},
    "restorer": {"side": 64, "batch": 8, "learning_rate": 2e-4, "clip_norm": 5.0},
    "regressor": {"side": 256, "batch": 64, "learning_rate": 3e-3, "clip_norm": 5.0},
    "segmenter": {"side": 128, "batch": 8, "learning_rate": 1e-3, "clip_norm": 5.0},
    "translator": {"side": 128, "batch": 4, "learning_rate": 2e-4, "clip_norm": 1000.0},
}
"""The values that zeros stand for, by task."""

_HEADS_ONLY = {"side": 256, "batch": 64, "learning_rate": 3e-3}
