"""Every environment variable that deepart itself reads; the README lists them.

Those of the libraries (HF_HOME, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, GRADIO_SERVER_PORT, …) are read
by the libraries.
"""

from __future__ import annotations

import ipaddress
import os
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from deepart.errors import InputError

PRECISIONS = ("float32", "bfloat16", "float16")


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the machine's owner, read once by `runtime.settings()`."""

    device: str = ""
    """DEEPART_DEVICE: "cpu", "cuda", "cuda:1" or "mps"; empty: the best one that works."""
    precision: str = ""
    """DEEPART_PRECISION: "float32", "bfloat16" or "float16"; empty: whichever measures faster."""
    threads: int = 0
    """DEEPART_THREADS: threads of one computation on a CPU; 0: one for each core."""
    model_cache_mb: int = 4096
    """DEEPART_MODEL_CACHE_MB: memory for loaded models; the least recently used are dropped first."""
    session_memory_mb: int = 512
    """DEEPART_SESSION_MEMORY_MB: memory for the pictures of visitors' sessions; the oldest are dropped first."""
    max_waiting: int = 24
    """DEEPART_MAX_WAITING: visitors who may wait in the queue; the next one is told that it is full."""
    upload_mb_per_hour: int = 2000
    """DEEPART_UPLOAD_MB_PER_HOUR: what one address may upload; 0: as much as it likes."""
    max_job_minutes: int = 30
    """DEEPART_MAX_JOB_MINUTES: how long one request of a visitor may run; 0: for ever."""
    keep_files_minutes: int = 60
    """DEEPART_KEEP_FILES_MINUTES: age in minutes at which visitors' uploads and results are deleted."""
    max_picture_mb: int = 20
    """DEEPART_MAX_PICTURE_MB: largest picture file that is read."""
    max_megapixels: int = 40
    """DEEPART_MAX_MEGAPIXELS: largest picture, and largest result."""
    host: str = "127.0.0.1"
    """DEEPART_HOST: address that the app listens on; "0.0.0.0" for all (the default on a Space)."""
    trusted_proxies: str = ""
    """DEEPART_TRUSTED_PROXIES: addresses or networks of proxies, with commas, that are believed where a request comes
    from; "*" for every one; empty: FORWARDED_ALLOW_IPS if that is set, or else none."""
    admin_dir: str = ""
    """DEEPART_ADMIN_DIR: folder of the owner's data sets, training jobs and models; empty: one of the user's."""
    admin_password: str = field(default="", repr=False)
    """DEEPART_ADMIN_PASSWORD: lets its owner into the Admin tab; empty: nobody by password."""
    admins: str = ""
    """DEEPART_ADMINS: on a Space with `hf_oauth: true`, names on the Hub of those who are let in, with commas."""
    job_niceness: int = 15
    """DEEPART_JOB_NICENESS: how much training jobs give way to visitors, from 0 to 19."""
    mcp: int = 0
    """DEEPART_MCP: 1: the endpoints are tools by the Model Context Protocol, too; 0: they are not."""
    large_model: str = ""
    """DEEPART_LARGE_MODEL: key of the large model that the tabs offer, whatever the machine; empty: all that need a
    graphics card, where there is one."""
    offline_bundle: str = ""
    """DEEPART_OFFLINE_BUNDLE: folder that `fetch --to` has filled, on this machine or another; empty: none."""
    zero_gpu: bool = False
    """SPACES_ZERO_GPU, set by Hugging Face: this is a Space that borrows a GPU for each request."""

    @classmethod
    def from_environment(cls, environ: os._Environ[str] | dict[str, str] = os.environ) -> Settings:
        """Read the variables above.

        Raises:
            InputError: a number is not one, or negative, or a precision or proxy unknown; the sentence names it.
        """
        values: dict[str, str | int] = {"zero_gpu": environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "true")}
        for name in cls.__slots__:
            variable, default = f"DEEPART_{name.upper()}", getattr(cls(), name)
            text = environ.get(variable, "").strip()
            if not text or isinstance(default, bool):
                continue
            if isinstance(default, int):
                if not (text.isascii() and text.isdigit() and len(text) < 10):
                    raise InputError("settings.number", variable=variable, value=ascii(text))
                values[name] = int(text)
            elif name == "precision" and text not in PRECISIONS:
                raise InputError("settings.choice", variable=variable, value=ascii(text), known=", ".join(PRECISIONS))
            else:
                values[name] = text
        _check_proxies(str(values.get("trusted_proxies", "")))
        if "SPACE_ID" in environ:  # a Space is reached from outside its container
            values.setdefault("host", "0.0.0.0")
        return cls(**values)

    @property
    def admin_folder(self) -> Path:
        """`admin_dir`, or else a folder where the system keeps the data of its users' programs."""
        return Path(self.admin_dir).expanduser().resolve() if self.admin_dir else _data_home() / "deepart"


def _check_proxies(text: str) -> None:
    for proxy in filter(None, (each.strip() for each in text.split(","))):
        try:
            proxy == "*" or ipaddress.ip_network(proxy, strict=False)
        except ValueError:
            raise InputError("settings.proxies", value=ascii(proxy)) from None


def _data_home() -> Path:
    try:
        home = Path.home()
    except RuntimeError:  # a user without a name, as containers are run by
        home = Path(tempfile.gettempdir())
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if sys.platform == "darwin":
        return home / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
