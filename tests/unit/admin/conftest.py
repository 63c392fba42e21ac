from __future__ import annotations

import os
from pathlib import Path

import pytest

from deepart import runtime
from deepart.admin import jobs


@pytest.fixture(autouse=True)
def admin_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of the owner's."""
    folder = tmp_path / "admin"
    monkeypatch.setenv("DEEPART_ADMIN_DIR", str(folder))
    runtime.settings.cache_clear()
    yield folder
    for file in folder.glob("jobs/*/process.json"):  # what a test that failed has left running
        process = jobs.process_of(file.parent)
        if process is not None and process.pid != os.getpid():
            process.kill()
    runtime.settings.cache_clear()
