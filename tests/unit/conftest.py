from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from deepart import hub as hub_module
from loopback_hub import LoopbackHub


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[LoopbackHub]:
    """A Hub on this machine, which the client in this process takes for the only one; an empty cache."""
    loopback = LoopbackHub()
    settings = {
        # The client reads its environment when it is imported.
        "ENDPOINT": loopback.url,
        "HUGGINGFACE_CO_URL_TEMPLATE": loopback.url + "/{repo_id}/resolve/{revision}/{filename}",
        "HF_HUB_CACHE": str(tmp_path / "hub-cache"),
        "HF_TOKEN_PATH": str(tmp_path / "no-token"),
        "HF_HUB_DISABLE_XET": True,
        "HF_HUB_OFFLINE": False,
        "DOWNLOAD_CHUNK_SIZE": 1024,  # the steps of its progress, 10 MB otherwise
    }
    for name, value in settings.items():
        monkeypatch.setattr(constants, name, value)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(hub_module, "_unreachable_since", {})
    yield loopback
    loopback.close()
