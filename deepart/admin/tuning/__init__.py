"""Training of each model on the owner's data sets, with a common interface; see `base.Tuning`."""

from __future__ import annotations

import importlib

import torch

from deepart.admin.data.datasets import find_data_set
from deepart.admin.job_config import JobConfig
from deepart.admin.tuning import base
from deepart.admin.tuning.base import Tuning

_CLASSES = {
    "style": "StyleTuning",
    "generator": "GeneratorTuning",
    "classifier": "ClassifierTuning",
    "restorer": "RestorerTuning",
    "regressor": "RegressorTuning",
    "segmenter": "SegmenterTuning",
    "translator": "TranslatorTuning",
    "vae": "VAETuning",
}


def tuning_of(config: JobConfig) -> Tuning:
    """Return what trains the model of a checked config; only what that needs is imported.

    Raises:
        InputError: there are too few pictures, or labels, for it; or it starts from something that is not there.
        WeightsError: what it starts from is damaged.
    """
    kind = base.kind_of(config)
    module = importlib.import_module(f"{__name__}.{kind}")
    torch.manual_seed(config.seed)
    return getattr(module, _CLASSES[kind])(config, find_data_set(config.data))
