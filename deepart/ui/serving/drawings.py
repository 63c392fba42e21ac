"""Drawings of image editors, kept until their handler reads them.

The browser sends each layer before it asks for the handler.  Gradio keeps whatever it is sent, under any name and
number, for good; here it has its bounds, and only layers are kept, which is all that is ever read.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from deepart.images import MAX_BYTES

MAX_LAYERS = 4
"""The editors here have one each."""
MAX_AGE_SECONDS = 600
MAX_DRAWINGS, MAX_DRAWN_BYTES = 200, 256 * 2**20
"""Most drawings, and bytes, that are kept for all visitors together; the oldest make way."""
MAX_DRAWINGS_OF_ONE, MAX_BYTES_OF_ONE = 8, 64 * 2**20
"""Most drawings, and bytes, that are kept for one address; its own oldest make way."""
_MAX_NAME = 64


@dataclass(slots=True)
class _Drawing:
    owner: str
    since: float
    layers: dict[int, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(map(len, self.layers.values()))


class Drawings:
    """Layers by the name that a browser made up for a drawing; safe for threads.

    Args:
        clock: seconds that only grow; tests have their own.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._drawings: OrderedDict[str, _Drawing] = OrderedDict()

    def put(self, name: str, index: int, layer: bytes, owner: str) -> None:
        """Keep a layer until it is taken.

        Args:
            owner: the address that it comes from.

        Raises:
            ValueError: there is no such layer, or it is larger than a picture may be.
        """
        if not (0 <= index < MAX_LAYERS and 0 < len(name) <= _MAX_NAME and len(layer) <= MAX_BYTES):
            raise ValueError("not a layer of a drawing")
        with self._lock:
            drawing = self._drawings.setdefault(name, _Drawing(owner, self._clock()))
            drawing.layers[index] = layer
            self._make_way(lambda each: each.owner == owner, MAX_DRAWINGS_OF_ONE, MAX_BYTES_OF_ONE)
            self._make_way(lambda each: True, MAX_DRAWINGS, MAX_DRAWN_BYTES)

    def take(self, name: str) -> list[bytes]:
        """Return the layers of a drawing in order, and forget them; none if it is not known any more."""
        with self._lock:
            drawing = self._drawings.pop(name, None)
            self._make_way(lambda each: True, MAX_DRAWINGS, MAX_DRAWN_BYTES)
        return [layer for _, layer in sorted(drawing.layers.items())] if drawing else []

    def size(self) -> int:
        """Return the bytes that wait."""
        with self._lock:
            return sum(drawing.size for drawing in self._drawings.values())

    def _make_way(self, counts: Callable[[_Drawing], bool], most: int, most_bytes: int) -> None:
        """Drop what is too old, and the oldest of those that count until they are within bounds."""
        oldest = self._clock() - MAX_AGE_SECONDS
        for name in [name for name, each in self._drawings.items() if each.since < oldest]:
            del self._drawings[name]
        counted = [(name, each.size) for name, each in self._drawings.items() if counts(each)]
        size = sum(size for _, size in counted)
        while len(counted) > most or size > most_bytes:
            name, freed = counted.pop(0)
            size -= freed
            del self._drawings[name]


drawings = Drawings()
"""Those of this process."""
