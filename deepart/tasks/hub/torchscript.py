"""The tensors of a TorchScript archive, read without running or compiling any of the code that it carries.

Differs from `torch.jit.load`, which builds the program: here the archive's pickle is read by an unpickler
that knows three things, a tensor, a table and an inert object, and that refuses to call anything else.
"""

from __future__ import annotations

import pickle
import zipfile
from collections import OrderedDict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

_DEEPEST = 64  # modules in modules
_DTYPES = {
    "BFloat16Storage": "bfloat16",
    "BoolStorage": "bool",
    "ByteStorage": "uint8",
    "CharStorage": "int8",
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "IntStorage": "int32",
    "LongStorage": "int64",
    "ShortStorage": "int16",
}


def is_torchscript(path: Path) -> bool:
    """Say whether a file is a TorchScript archive: a zip that holds code."""
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return any(_inside(name) == "constants.pkl" for name in archive.namelist())
    except zipfile.BadZipFile:
        return False


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Return the parameters and buffers of a TorchScript archive, by the names of its `state_dict`.

    Raises:
        pickle.UnpicklingError: it holds something other than modules, tensors and plain values.
        zipfile.BadZipFile, RuntimeError, EOFError, KeyError, ValueError: it is damaged.
    """
    with zipfile.ZipFile(path) as archive:
        names = {_inside(name): name for name in archive.namelist()}
        # The numbers are stored as they are; what is packed could unpack to any size.
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in _needed(archive)):
            raise pickle.UnpicklingError("packed entries")
        with archive.open(names["data.pkl"]) as file:
            root = _Unpickler(file, archive, names).load()
    found: dict[str, Tensor] = {}
    _collect(root, "", found, 0)
    return found


def _inside(name: str) -> str:
    """Return a path inside the folder that all entries of an archive lie in."""
    return name.partition("/")[2]


def _needed(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [entry for entry in archive.infolist() if _inside(entry.filename).startswith("data")]


class _Object:
    """A module or a value of the program's own classes; only its attributes are kept."""


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: Any, archive: zipfile.ZipFile, names: dict[str, str]) -> None:
        super().__init__(file)
        self._archive = archive
        self._names = names

    def find_class(self, module: str, name: str) -> Any:
        import torch

        # What is given out is made for this once: a pickle can set attributes of it.
        if module.startswith("__torch__"):
            return type("Inert", (_Object,), {})
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return partial(_rebuilt)
        if module == "torch.jit._pickle":
            return partial(_first)  # lists of numbers, and values with their type
        if module == "torch" and name in _DTYPES:
            return getattr(torch, _DTYPES[name])
        raise pickle.UnpicklingError(f"{module}.{name}")

    def persistent_load(self, reference: Any) -> Tensor:
        import torch

        _, dtype, key, _, count = reference
        if not isinstance(dtype, torch.dtype):
            raise pickle.UnpicklingError("storage without a type")
        data = self._archive.read(self._names[f"data/{key}"])
        return torch.frombuffer(bytearray(data), dtype=dtype, count=count) if count else torch.empty(0, dtype=dtype)


def _rebuilt(storage: Tensor, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: Any) -> Tensor:
    """Return a tensor that looks at a storage; torch refuses what would reach beyond it."""
    return storage.as_strided(size, stride, offset)


def _first(value: Any, *_: Any) -> Any:
    return value


def _collect(module: Any, prefix: str, found: dict[str, Tensor], depth: int) -> None:
    import torch

    if depth > _DEEPEST:
        raise pickle.UnpicklingError("modules without end")
    for name, value in vars(module).items() if isinstance(module, _Object) else ():
        if isinstance(value, torch.Tensor):
            found[f"{prefix}{name}"] = value
        else:
            _collect(value, f"{prefix}{name}.", found, depth + 1)
