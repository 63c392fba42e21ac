"""Visitors of the running app are served a promoted version at their next request, and the old one after a rollback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from gradio_client import Client, handle_file

from deepart import runtime
from deepart.admin.data.evaluation_sets import freeze_steps
from deepart.admin.versions import gate_steps, live_number, promote, rollback
from deepart.checkpoints import find, load_model
from deepart.images import load_image, png_bytes
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT
from running_app import TIMEOUT


def test_a_promoted_style_network_paints_and_a_rolled_back_one_does_not(
    client: Client, photo: Callable[[str], Path], tmp_path: Path
) -> None:
    content = photo("coffee.png")

    recipes = []

    def paint() -> np.ndarray:
        arguments = {"content": handle_file(str(content)), "style_name": "great-wave", "size": 64}
        painting, recipe = client.submit(**arguments, api_name="/transfer").result(TIMEOUT)
        recipes.append(recipe["checkpoint_sha256"])
        return np.asarray(load_image(painting), float)

    before = paint()
    network = load_model(DEFAULT_CHECKPOINT)
    with torch.no_grad():
        network.decoder.to_rgb.bias.add_(0.4)  # everything a little brighter
    network.save_pretrained(tmp_path / "run" / "bundle")
    for role in ("contents", "styles"):
        (tmp_path / "data" / role).mkdir(parents=True)
        (tmp_path / "data" / role / "0.png").write_bytes(png_bytes(load_image(content).resize((64, 64))))
    frozen = runtime.run(freeze_steps("style", tmp_path / "data", everything=True, pairs=1, side=64))
    gate = runtime.run(gate_steps(DEFAULT_CHECKPOINT, tmp_path / "run", frozen))
    assert gate.drift == 0 and "styles" not in gate.failures

    version = promote(gate, "for the light of this exhibition")
    try:
        assert paint().mean() > before.mean() + 20
    finally:
        rollback(DEFAULT_CHECKPOINT)
    assert live_number(DEFAULT_CHECKPOINT) == 0
    assert np.abs(paint() - before).max() <= 2
    assert recipes == [find(DEFAULT_CHECKPOINT).sha256, version.sha256, find(DEFAULT_CHECKPOINT).sha256]
