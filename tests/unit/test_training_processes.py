"""Training in several processes, as `accelerate launch` starts them: the same network comes out as of one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

ROOT = Path(__file__).resolve().parents[2]

SCRIPT = """
import sys
from pathlib import Path
import numpy as np, torch
from deepart.models.restorers.denoiser import Denoiser, DenoiserConfig
from deepart.training.loop import FitConfig, Stage, fit, leave_to_the_first
from deepart.training.restore.denoiser import DenoiserTraining

folder = Path(sys.argv[1])
torch.set_num_threads(1)
torch.manual_seed(int(sys.argv[2]))  # the second process starts with other weights than the first
network = Denoiser(DenoiserConfig(widths=(8, 8), depths=(1, 1, 1)))
pictures = [np.random.default_rng(i).integers(0, 255, (60, 60, 3), np.uint8) for i in range(5)]
steps = []
config = FitConfig(60, (Stage(24, 8),), learning_rate=1e-2, warmup_steps=1, bf16=False)
fit(DenoiserTraining(network, [pictures]), config, folder / "state.pt", steps.append, lambda: len(steps) >= 4)
leave_to_the_first()
network.save_pretrained(folder / "bundle")
"""


def train(folder: Path, processes: int) -> dict[str, torch.Tensor]:
    """Take four steps in so many processes and return the weights in float16."""
    folder.mkdir()
    (folder / "train.py").write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}
    address = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(29000 + os.getpid() % 1000), "WORLD_SIZE": str(processes)}
    running = []
    for rank in range(processes):
        own = {**address, "RANK": str(rank), "LOCAL_RANK": str(rank)} if processes > 1 else {}
        command = [sys.executable, str(folder / "train.py"), str(folder), str(rank)]
        running.append(subprocess.Popen(command, env=environment | own))
    assert [process.wait(120) for process in running] == [0] * processes
    return load_file(folder / "bundle" / "model.safetensors")


@pytest.mark.campaign
def test_two_processes_train_the_same_network_as_one(tmp_path: Path) -> None:
    one, two = train(tmp_path / "one", 1), train(tmp_path / "two", 2)
    for name, value in one.items():
        torch.testing.assert_close(two[name], value, atol=2e-3, rtol=2e-2, msg=name)
