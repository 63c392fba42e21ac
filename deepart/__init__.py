"""Deep learning for art: generate, transfer, blend, classify and restore pictures.

The verbs are functions of this package. Importing it is cheap: torch is imported with the first call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deepart.runtime import prepare_process

if TYPE_CHECKING:
    from deepart.tasks.classify.classify import classify
    from deepart.tasks.generate.seeds import generate
    from deepart.tasks.generate.walks import walk
    from deepart.tasks.hub.repaint import repaint
    from deepart.tasks.paint.batch import batch
    from deepart.tasks.paint.blend import blend, mix_styles as mix
    from deepart.tasks.paint.film import film
    from deepart.tasks.paint.fit import fit
    from deepart.tasks.paint.morph import morph
    from deepart.tasks.paint.refine import refine
    from deepart.tasks.paint.sheet import sheet
    from deepart.tasks.paint.transfer import transfer
    from deepart.tasks.restore.restore import restore

__version__ = "0.1.0"
_MODULES = {
    "batch": ("paint/batch", "batch"),
    "blend": ("paint/blend", "blend"),
    "classify": ("classify/classify", "classify"),
    "film": ("paint/film", "film"),
    "fit": ("paint/fit", "fit"),
    "generate": ("generate/seeds", "generate"),
    "mix": ("paint/blend", "mix_styles"),
    "morph": ("paint/morph", "morph"),
    "refine": ("paint/refine", "refine"),
    "repaint": ("hub/repaint", "repaint"),
    "restore": ("restore/restore", "restore"),
    "sheet": ("paint/sheet", "sheet"),
    "transfer": ("paint/transfer", "transfer"),
    "walk": ("generate/walks", "walk"),
}
__all__ = [
    "batch",
    "blend",
    "classify",
    "film",
    "fit",
    "generate",
    "mix",
    "morph",
    "refine",
    "repaint",
    "restore",
    "sheet",
    "transfer",
    "walk",
]

prepare_process()  # before anything imports torch


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module 'deepart' has no attribute {name!r}")
    import importlib

    module, attribute = _MODULES[name]
    return getattr(importlib.import_module("deepart.tasks." + module.replace("/", ".")), attribute)
