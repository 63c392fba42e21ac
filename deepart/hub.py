"""Download files of Hugging Face repositories once, into the Hub client's own cache.

The real client does the work, so HF_HOME, HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE mean what they always mean.  Added
here: without a network the failure comes after two seconds instead of the client's 23, and only once; a download that
stalls ends; every failure is one sentence.
"""

from __future__ import annotations

import errno
import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future, wait
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from deepart.errors import WeightsError
from deepart.files import sha256_of_file
from deepart.runtime import in_background, settings

if TYPE_CHECKING:
    from huggingface_hub import HfFileMetadata

Report = Callable[[int, int], None]
"""Called with (bytes done, total bytes or 0) a few times a second; an exception from it ends the download."""

CONNECT_SECONDS = 1.7  # with the import of the client, 2 s in all
ANSWER_SECONDS = 15.0  # for the headers of a file, redirects included
STALL_SECONDS = 120.0  # without a block of 10 MB, in which the client counts; 80 kB/s are enough
RESUMED_BYTES = 64 << 20
"""The download of a larger file is resumed where it broke off, and its hash is compared with the Hub's."""
_SPARE_BYTES = 64 << 20  # that a download leaves free
_SHA256 = "[0-9a-f]{64}"
FORGET_AFTER_SECONDS = 60.0  # then an unreachable Hub is tried again

_NOT_WRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST}

_T = TypeVar("_T")
_network_lock = threading.Lock()
_unreachable_since: dict[str, float] = {}  # endpoint -> time.monotonic()


_target: Path | None = None


@contextmanager
def keeping_in(folder: Path) -> Iterator[None]:
    """Download into `folder` instead of the Hub client's cache, and look nowhere else: it becomes an offline bundle."""
    global _target
    _target = folder
    try:
        yield
    finally:
        _target = None


def _places() -> list[Path | None]:
    """Folders to look in: first the offline bundle, then the client's own cache, for which None stands."""
    if _target is not None:
        return [_target]
    bundle = settings().offline_bundle
    return [*([Path(bundle).expanduser()] if bundle else []), None]


def cached(repo: str, file: str, revision: str) -> Path | None:
    """Return the file in the offline bundle or in the Hub's cache, or None; does not use the network."""
    return next((Path(found) for found in _looked_up(repo, file, revision) if isinstance(found, str)), None)


def is_absent(repo: str, file: str, revision: str) -> bool:
    """Whether the cache remembers that this commit has no such file; does not use the network."""
    from huggingface_hub import _CACHED_NO_EXIST

    return any(found is _CACHED_NO_EXIST for found in _looked_up(repo, file, revision))


def _looked_up(repo: str, file: str, revision: str) -> list[object]:
    from huggingface_hub import try_to_load_from_cache

    return [try_to_load_from_cache(repo, file, place, revision) for place in _places()]


def bytes_here(repo: str) -> int:
    """Return how many bytes of a repository the cache holds, partly downloaded files included."""
    blobs = _blobs(repo)
    return sum(file.stat().st_size for file in blobs.iterdir() if file.is_file()) if blobs.is_dir() else 0


def require_disk(name: str, size: int) -> None:
    """Raise unless the disk of the cache has room for `size` more bytes.

    Raises:
        WeightsError: it has not.
    """
    folder = _cache()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if size + _SPARE_BYTES > free:
        raise WeightsError("weights.full", name=name, size=round(size / 1e6), free=round(free / 1e6))


def stated_sha256(path: Path) -> str | None:
    """Return the SHA-256 that the Hub states for a file, after which the client's cache names large files.

    None for a small file, or if the file system has no symbolic links.
    """
    name = path.resolve().name
    return name if re.fullmatch(_SHA256, name) else None


def _blobs(repo: str) -> Path:
    from huggingface_hub.file_download import repo_folder_name

    return _cache() / repo_folder_name(repo_id=repo, repo_type="model") / "blobs"


def _cache() -> Path:
    from huggingface_hub import constants

    return _target or Path(constants.HF_HUB_CACHE)


def download(name: str, repo: str, file: str, revision: str, report: Report | None = None) -> Path:
    """Fetch `file` of `repo` at `revision` into the Hub's cache and return its path there.

    Args:
        name: what an error calls it.
        report: called with the progress, in the caller's thread.

    Raises:
        WeightsError: the file is out of reach, refused or missing; its key says which.
    """
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        raise WeightsError("weights.switched_off", name=name)
    require_network(name, constants.ENDPOINT)

    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
    from huggingface_hub.errors import EntryNotFoundError

    transfer = _Transfer(report)
    # Asked for on its own because `hf_hub_download` repeats a request that failed for 23 s.
    head = in_background(lambda: get_hf_file_metadata(hf_hub_url(repo, file, revision=revision)))
    if not transfer.completes(head, ANSWER_SECONDS) or (head.exception() and not _status(head.exception())):
        _unreachable_since[constants.ENDPOINT] = time.monotonic()
        raise WeightsError("weights.offline", name=name)
    bar, facts = transfer.bar(), None
    if not isinstance(head.exception(), EntryNotFoundError):  # else the client remembers that, see `is_absent`
        facts = _result(head, name)
        transfer.total = facts.size or 0

    def work() -> str:
        if facts and transfer.total > RESUMED_BYTES and re.fullmatch(_SHA256, facts.etag or ""):
            _fetch_in_parts(name, repo, hf_hub_url(repo, file, revision=revision), facts, bar)
        return hf_hub_download(repo, file, revision=revision, cache_dir=_target, tqdm_class=bar)

    fetch = in_background(work)
    try:
        if not transfer.completes(fetch, STALL_SECONDS):
            raise WeightsError("weights.stalled", name=name)
    finally:
        transfer.given_up = True
    path = Path(_result(fetch, name))
    if report is not None:
        report(transfer.total, transfer.total)
    return path


def _fetch_in_parts(name: str, repo: str, url: str, facts: HfFileMetadata, bar: type) -> None:
    """Fetch a large file to where the client will find it; what is there when it breaks off is gone on from.

    The client begins anew each time, since it cannot rely on locks of every file system.

    Raises:
        WeightsError: it does not fit onto the disk, or is not the file that the Hub states.
    """
    from filelock import FileLock
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers

    blob = _blobs(repo) / facts.etag
    part = blob.with_name(f"{facts.etag}.part")
    blob.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{part}.lock"):
        if blob.exists():
            return
        with part.open("ab") as file:
            require_disk(name, facts.size - min(facts.size, file.tell()))
            http_get(
                url, file, resume_size=file.tell(), headers=build_hf_headers(), expected_size=facts.size, tqdm_class=bar
            )
        found = sha256_of_file(part)
        if found != facts.etag:
            part.unlink()
            raise WeightsError("weights.hash", name=name, expected=facts.etag, found=found)
        part.replace(blob)


def download_data_set(
    repo: str, revision: str, choose: Callable[[Mapping[str, int]], Collection[str]], report: Report | None = None
) -> Path:
    """Fetch files of a data set's repository into the Hub's cache and return the folder in which they lie.

    Args:
        choose: is given the path and the size of every file, and returns the paths to download.
        report: called with the number of files done, in the caller's thread.

    Raises:
        WeightsError: the files are out of reach, refused or missing; its key says which.
    """
    from huggingface_hub import HfApi, constants, snapshot_download

    if constants.HF_HUB_OFFLINE:
        raise WeightsError("weights.switched_off", name=repo)
    require_network(repo, constants.ENDPOINT)
    transfer = _Transfer(report)
    api = HfApi(endpoint=constants.ENDPOINT)
    asked = in_background(lambda: api.dataset_info(repo, revision=revision, files_metadata=True))
    if not transfer.completes(asked, ANSWER_SECONDS):
        raise WeightsError("weights.offline", name=repo)
    info = _result(asked, repo)
    wanted = choose({file.rfilename: file.size or 0 for file in info.siblings or ()})
    transfer.total = len(wanted)
    # Patterns are matched as those of a shell; the brackets make every letter of them mean itself.
    patterns = [re.sub(r"([*?[])", r"[\1]", path) for path in wanted]
    fetch = in_background(
        lambda: snapshot_download(
            repo, repo_type="dataset", revision=info.sha, allow_patterns=patterns, tqdm_class=transfer.bar()
        )
    )
    try:
        if not transfer.completes(fetch, STALL_SECONDS):
            raise WeightsError("weights.stalled", name=repo)
    finally:
        transfer.given_up = True
    return Path(_result(fetch, repo))


class _Transfer:
    """Progress of a download: the client's thread counts, the caller's thread waits and reports."""

    def __init__(self, report: Report | None) -> None:
        self.report = report
        self.done = 0
        self.total = 0
        self.given_up = False

    def bar(self) -> type:
        """The class that the client takes for its progress bar."""
        from huggingface_hub.utils import tqdm

        transfer = self

        class Counter(tqdm):
            def __init__(self, *args: object, **kwargs: object) -> None:
                super().__init__(*args, **{**kwargs, "disable": True})

            def update(self, n: float | None = 1) -> None:
                if transfer.given_up:
                    raise InterruptedError
                self.n += n or 0
                # Xet opens two bars, one for the network and one for the disk.
                transfer.done = max(transfer.done, int(self.n))

        return Counter

    def completes(self, future: Future, patience: float) -> bool:
        """Wait for `future` while bytes arrive; return False if none arrived for `patience` seconds."""
        seen, moved_at = self.done, time.monotonic()
        while not wait([future], timeout=0.2).done:
            if self.done > seen:
                seen, moved_at = self.done, time.monotonic()
            elif time.monotonic() - moved_at > patience:
                return False
            if self.report is not None:
                self.report(self.done, self.total)
        return True


def require_network(name: str, endpoint: str) -> None:
    """Raise unless the Hub accepts a connection; a failure is remembered, so that the 2 s are waited only once.

    Args:
        name: what an error calls that which is wanted.

    Raises:
        WeightsError: it does not.
    """
    with _network_lock:
        since = _unreachable_since.get(endpoint)
        if since is None or time.monotonic() - since > FORGET_AFTER_SECONDS:
            probe = in_background(lambda: _connect(endpoint))
            wait([probe], timeout=CONNECT_SECONDS)
            if probe.done() and probe.exception() is None:
                _unreachable_since.pop(endpoint, None)
                return
            _unreachable_since[endpoint] = time.monotonic()
    raise WeightsError("weights.offline", name=name)


def _connect(endpoint: str) -> None:
    hub = urlsplit(endpoint)
    proxies = {} if proxy_bypass(hub.hostname or "") else getproxies()
    proxy = proxies.get(hub.scheme) or proxies.get("all")
    target = hub if proxy is None else urlsplit(proxy if "//" in proxy else f"//{proxy}")
    port = target.port or (443 if target.scheme == "https" else 80)
    socket.create_connection((target.hostname, port), timeout=CONNECT_SECONDS).close()


def _status(error: BaseException | None) -> int | None:
    """The HTTP status that the Hub answered with, if it did answer."""
    return getattr(getattr(error, "response", None), "status_code", None)


def _is_timeout(error: BaseException | None) -> bool:
    """Tell whether the client gave up waiting, by itself or as the reason for another error."""
    while error is not None and not re.search("Time(d)?out", type(error).__name__):
        error = error.__cause__ or error.__context__
    return error is not None


def _result(future: Future[_T], name: str) -> _T:
    from huggingface_hub.errors import GatedRepoError

    try:
        return future.result()
    except WeightsError:
        raise
    except Exception as error:
        status = _status(error) or _status(error.__cause__)
        # The Hub also answers 401 for a repository that does not exist, but then without "GatedRepo".
        if isinstance(error, GatedRepoError) or status == 403:
            raise WeightsError("weights.gated", name=name) from error
        if status in (401, 404):
            raise WeightsError("weights.not_found", name=name) from error
        if status is not None:
            raise WeightsError("weights.hub_error", name=name, status=status) from error
        if getattr(error, "errno", None) in _NOT_WRITABLE:
            raise WeightsError("weights.disk", name=name) from error
        if _is_timeout(error):
            raise WeightsError("weights.stalled", name=name) from error
        raise WeightsError("weights.interrupted", name=name) from error
