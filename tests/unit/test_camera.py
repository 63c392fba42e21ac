"""What a camera sees is painted frame by frame, and nothing of it is kept."""

from __future__ import annotations

import base64
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

gr = pytest.importorskip("gradio")

from fastapi import HTTPException  # noqa: E402
from gradio.data_classes import ImageData  # noqa: E402

from deepart.images import load_image  # noqa: E402
from deepart.options import PaintOptions  # noqa: E402
from deepart.ui.events import unread_camera  # noqa: E402
from deepart.ui.transfer.camera_panel import SIDE, paint_live  # noqa: E402
from photos import photo  # noqa: E402
from pictures import jpeg  # noqa: E402

FRAME = jpeg(photo("chelsea", 300).resize((320, 240)))
VALUES = [known.left_out for known in PaintOptions.settings().values()]


def painted(live: dict[str, Any], style: str | None, strength: float = 1.0) -> np.ndarray | None:
    """Return what is shown for a frame: (H, W, 3)."""
    shown = paint_live(FRAME, live, style, None, strength, gr.Request(headers={}), *VALUES)
    found = (
        re.fullmatch('<img src="data:image/jpeg;base64,([^"]+)" alt="[^"]+">', shown) if shown != gr.skip() else None
    )
    return np.asarray(load_image(BytesIO(base64.b64decode(found[1]))), float) if found else None


def test_a_frame_is_painted_small_in_the_chosen_style_and_strength() -> None:
    live: dict[str, Any] = {}
    seen = np.asarray(load_image(FRAME).resize((SIDE, 192)), float)
    full, kept = painted(live, "starry-night"), live["painter"]
    assert full.shape == (192, SIDE, 3) and np.abs(full - seen).mean() > 20
    again = painted(live, "starry-night")
    assert np.array_equal(again, full) and live["painter"] is kept
    other = painted(live, "the-scream")
    assert np.abs(other - full).mean() > 10 and live["painter"] is not kept
    assert np.abs(painted(live, "starry-night", 0.0) - seen).mean() < 5
    assert painted(live, None) is None


def test_frames_are_read_from_the_request_and_not_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with gr.Blocks():
        camera = unread_camera(gr.Image(type="filepath", sources=["webcam"], streaming=True))
    monkeypatch.setattr(camera, "GRADIO_CACHE", str(tmp_path))
    url = "data:image/jpeg;base64," + base64.b64encode(FRAME).decode()
    assert camera.preprocess(ImageData(url=url)) == FRAME
    assert camera.preprocess(None) is None
    with pytest.raises(HTTPException):
        camera.preprocess(ImageData(url="data:image/jpeg;base64,?"))
    assert not list(tmp_path.iterdir())
