"""Deep learning for art: generate, transfer, blend, classify and restore pictures.

The verbs are functions of this package; importing it is cheap, torch comes with the first call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deepart.runtime import prepare_process

if TYPE_CHECKING:
    from deepart.tasks.classify.classify import classify
    from deepart.tasks.generate.seeds import generate
    from deepart.tasks.hub.repaint import repaint
    from deepart.tasks.paint.blend import blend
    from deepart.tasks.paint.fit import fit
    from deepart.tasks.paint.refine import refine
    from deepart.tasks.paint.transfer import transfer
    from deepart.tasks.restore.restore import restore

__version__ = "0.1.0"
_MODULES = {
    "blend": ("paint", "blend"),
    "classify": ("classify", "classify"),
    "fit": ("paint", "fit"),
    "generate": ("generate", "seeds"),
    "refine": ("paint", "refine"),
    "repaint": ("hub", "repaint"),
    "restore": ("restore", "restore"),
    "transfer": ("paint", "transfer"),
}
__all__ = ["blend", "classify", "fit", "generate", "refine", "repaint", "restore", "transfer"]

prepare_process()  # before anything imports torch


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module 'deepart' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(".".join(("deepart.tasks", *_MODULES[name]))), name)
