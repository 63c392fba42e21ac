"""Deep learning for art: generate, transfer, blend, classify and restore pictures.

The verbs are functions of this package; importing it is cheap, torch comes with the first call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deepart.runtime import prepare_process

if TYPE_CHECKING:
    from deepart.tasks.blend import blend
    from deepart.tasks.classify import classify
    from deepart.tasks.fit import fit
    from deepart.tasks.generate import generate
    from deepart.tasks.refine import refine
    from deepart.tasks.repaint import repaint
    from deepart.tasks.restore import restore
    from deepart.tasks.transfer import transfer

__version__ = "0.1.0"
__all__ = ["blend", "classify", "fit", "generate", "refine", "repaint", "restore", "transfer"]

prepare_process()  # before anything imports torch


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'deepart' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"deepart.tasks.{name}"), name)
