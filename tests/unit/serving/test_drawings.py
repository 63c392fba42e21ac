"""What visitors draw, and how much of it waits here."""

from __future__ import annotations

import gradio as gr
import pytest

from deepart.images import MAX_BYTES
from deepart.ui.serving import drawings as module
from deepart.ui.serving.drawings import Drawings


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_layers_come_back_in_order_and_once() -> None:
    drawings = Drawings()
    drawings.put("a", 2, b"upper", "here")
    drawings.put("a", 0, b"lower", "here")
    assert drawings.take("a") == [b"lower", b"upper"]
    assert drawings.take("a") == []


@pytest.mark.parametrize(
    ("name", "index", "layer"),
    [
        ("a", 50_000_000, b"x"),
        ("a", module.MAX_LAYERS, b"x"),
        ("a", -1, b"x"),
        ("", 0, b"x"),
        ("a" * 65, 0, b"x"),
        ("a", 0, bytes(MAX_BYTES + 1)),
    ],
)
def test_what_is_no_layer_is_refused(name: str, index: int, layer: bytes) -> None:
    drawings = Drawings()
    with pytest.raises(ValueError, match="not a layer"):
        drawings.put(name, index, layer, "here")
    assert drawings.size() == 0


def test_one_address_pushes_out_only_its_own() -> None:
    drawings = Drawings()
    drawings.put("of a visitor", 0, b"kept", "there")
    for number in range(50):
        drawings.put(f"flood {number}", 0, bytes(MAX_BYTES), "here")
        assert drawings.size() <= module.MAX_BYTES_OF_ONE + 4
    assert drawings.take("flood 49") and not drawings.take("flood 0")
    assert drawings.take("of a visitor") == [b"kept"]


def test_all_addresses_together_have_bounds() -> None:
    drawings = Drawings()
    for number in range(40):
        drawings.put(f"{number}", 0, bytes(MAX_BYTES), f"10.0.0.{number}")
    assert drawings.size() <= module.MAX_DRAWN_BYTES
    for number in range(1000):
        drawings.put(f"small {number}", 0, b"1", f"10.1.0.{number}")
    assert drawings.size() <= module.MAX_DRAWINGS


def test_drawing_that_nobody_reads_is_forgotten() -> None:
    clock = Clock()
    drawings = Drawings(clock)
    drawings.put("left", 0, b"x" * 100, "here")
    clock.now = module.MAX_AGE_SECONDS + 1
    drawings.put("new", 0, b"y", "there")
    assert drawings.size() == 1


def test_browsers_reach_no_other_function_of_a_component() -> None:
    """Whatever Gradio adds that visitors may call must be looked at: each lets them name what is kept."""
    from deepart.ui import app

    demo = app.build_app()
    reached = {
        (type(block).__name__, name, getattr(type(block), name).__module__)
        for block in demo.blocks.values()
        for name in dir(type(block))
        if getattr(getattr(type(block), name, None), "_is_server_fn", False)
    }
    assert reached == {("ImageEditor", "accept_blobs", "deepart.ui.events")}
    assert not any(getattr(block, "server_functions", None) for block in demo.blocks.values() if type(block) is gr.HTML)
