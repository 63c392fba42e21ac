"""A Hugging Face Hub on 127.0.0.1 that answers the real client's requests, faults included."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

TOKEN = "hf_loopback"
LARGE = (".safetensors", ".bin", ".pth", ".pt", ".ckpt")

Fault = Literal["slow", "stall", "stall_head", "truncate", "cut", "corrupt"]


@dataclass
class Repo:
    """Its commits, oldest first: hash -> files."""

    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    gated: bool = False
    private: bool = False

    @property
    def head(self) -> str:
        return next(reversed(self.commits))

    def commit(self, files: dict[str, bytes]) -> str:
        listing = json.dumps({path: hashlib.sha256(data).hexdigest() for path, data in sorted(files.items())})
        sha = hashlib.sha1(f"{len(self.commits)}{listing}".encode()).hexdigest()
        self.commits[sha] = files
        return sha


class LoopbackHub:
    """Serves `repos` until closed, and keeps a log of requests.

    Attributes:
        fault: what goes wrong with the answers about files: "slow" (see `bytes_per_second`), "stall" after
            half of a file, "stall_head" before the headers, "truncate" (half a file that claims to be whole),
            "cut" (the connection ends after half of the file; asked for the rest, it comes), "corrupt" (a
            flipped byte), or an HTTP status.
        faults: the same for single files, by "owner/name/path".
        starts: at which byte each part of a file began that was asked for on its own.
    """

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.large: dict[str, bytes] = {}  # uploaded, not yet in a commit
        self.fault: Fault | int | None = None
        self.faults: dict[str, Fault | int] = {}
        self.bytes_per_second = 100_000
        self.log: list[tuple[str, str]] = []
        self.starts: list[int] = []
        self.closed = Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def add(self, repo_id: str, files: dict[str, bytes], *, revision: str | None = None, gated: bool = False) -> str:
        """Commit `files` to a repository, made if need be; the commit's hash is `revision` if given."""
        repo = self.repos.setdefault(repo_id, Repo(gated=gated))
        if revision is None:
            return repo.commit(files)
        repo.commits[revision] = files
        return revision

    def requests(self, method: str, part: str = "") -> list[str]:
        """Paths asked for with `method` that contain `part`."""
        return [path for verb, path in self.log if verb == method and part in path]

    def close(self) -> None:
        """Refuse connections from now on."""
        self.closed.set()
        self._server.shutdown()
        self._server.server_close()


def is_large(path: str) -> bool:
    return path.endswith(LARGE)


def etag(path: str, data: bytes) -> str:
    """The Hub's: SHA-256 of a file in large file storage, git's SHA-1 of any other."""
    if is_large(path):
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    hub: LoopbackHub
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._dispatch()

    do_GET = do_POST = do_PUT = do_HEAD

    def _dispatch(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.log.append((self.command, path))
        body = self._body()
        for verbs, pattern, handler in _ROUTES:
            match = re.fullmatch(pattern, path)
            if match and self.command in verbs:
                handler(self, body, **match.groupdict())
                return
        self._json({"error": "Not Found"}, 404)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            chunks = []
            while size := int(self.rfile.readline(), 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _json(self, answer: Any, status: int = 200, **headers: str) -> None:
        data = json.dumps(answer).encode()
        self._start(status, len(data), {"Content-Type": "application/json", **headers})
        self.wfile.write(data)

    def _start(self, status: int, length: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        # No kept-alive connection may outlive `close`.
        for name, value in {**headers, "Content-Length": str(length), "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()

    @property
    def _signed_in(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {TOKEN}"

    def _find(self, repo_id: str, revision: str) -> tuple[Repo, str] | None:
        """The repository and commit asked for; None if they were refused, which has then been answered."""
        repo = self.hub.repos.get(repo_id)
        if repo is None:
            self._json({"error": "Repository not found"}, 404, **{"X-Error-Code": "RepoNotFound"})
        elif repo.private and not self._signed_in:  # as if there were none
            self._json({"error": "Repository not found"}, 401, **{"X-Error-Code": "RepoNotFound"})
        elif repo.gated and not self._signed_in:
            self._json({"error": "Access is restricted"}, 401, **{"X-Error-Code": "GatedRepo"})
        else:
            commit = repo.head if revision == "main" and repo.commits else revision
            if commit in repo.commits:
                return repo, commit
            self._json({"error": "Invalid rev id"}, 404, **{"X-Error-Code": "RevisionNotFound"})
        return None

    # --- reading ---

    def resolve(self, body: bytes, repo: str, revision: str, file: str) -> None:
        fault = self.hub.faults.get(f"{repo}/{file}", self.hub.fault)
        if isinstance(fault, int):
            self._json({"error": "as the test asked"}, fault)
            return
        if fault == "stall_head":
            self.hub.closed.wait()
            return
        found = self._find(repo, revision)
        if found is None:
            return
        commit = found[1]
        data = found[0].commits[commit].get(file)
        if data is None:
            self._json({"error": "no"}, 404, **{"X-Error-Code": "EntryNotFound", "X-Repo-Commit": commit})
            return
        headers = {"X-Repo-Commit": commit, "ETag": f'"{etag(file, data)}"', "Accept-Ranges": "bytes"}
        if self.command == "HEAD":
            self._start(200, len(data), headers)
            return
        end = len(data)
        if fault == "corrupt":
            data = data[: end // 2] + bytes([data[end // 2] ^ 1]) + data[end // 2 + 1 :]
        elif fault == "truncate":
            data = data[: end // 2]
        start, status = 0, 200
        if wanted := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", "")):
            start, status = int(wanted[1]), 206
            self.hub.starts.append(start)
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{end}"
        self._start(status, len(data) - start, headers)
        breaks = fault == "stall" or (fault == "cut" and start == 0)
        for block in self._blocks(data[: end // 2] if breaks else data, start):
            self.wfile.write(block)
        if fault == "stall":
            self.hub.closed.wait()

    def _blocks(self, data: bytes, start: int) -> Iterator[bytes]:
        if self.hub.fault != "slow":
            yield data[start:]
            return
        step = max(1, self.hub.bytes_per_second // 10)
        for begin in range(start, len(data), step):
            time.sleep(0.1)
            yield data[begin : begin + step]

    def model(self, body: bytes, repo: str, revision: str = "main") -> None:
        if found := self._find(repo, revision):
            files = [{"rfilename": path, "size": len(data)} for path, data in found[0].commits[found[1]].items()]
            self._json(
                {
                    "id": repo,
                    "modelId": repo,
                    "sha": found[1],
                    "siblings": files,
                    "tags": [],
                    "private": found[0].private,
                }
            )

    def tree(self, body: bytes, repo: str, revision: str) -> None:
        if not (found := self._find(repo, revision)):
            return
        entries = []
        for path, data in found[0].commits[found[1]].items():
            entry = {"type": "file", "path": path, "size": len(data), "oid": etag("", data)}
            if is_large(path):
                entry["lfs"] = {"oid": etag(path, data), "size": len(data), "pointerSize": 134}
            entries.append(entry)
        self._json(entries)

    # --- writing ---

    def whoami(self, body: bytes) -> None:
        if self._signed_in:
            self._json({"type": "user", "name": "tester", "auth": {"accessToken": {"role": "write"}}, "orgs": []})
        else:
            self._json({"error": "Invalid credentials"}, 401)

    def create(self, body: bytes) -> None:
        if not self._signed_in:
            self._json({"error": "Invalid username or password."}, 401)
            return
        asked = json.loads(body)
        repo_id = f"{asked.get('organization') or 'tester'}/{asked['name']}"
        existed = repo_id in self.hub.repos
        if not existed:
            self.hub.add(repo_id, {".gitattributes": b""})
            self.hub.repos[repo_id].private = asked.get("visibility") == "private" or bool(asked.get("private"))
        self._json({"url": f"{self.hub.url}/{repo_id}", "id": repo_id}, 409 if existed else 200)

    def validate_yaml(self, body: bytes) -> None:
        self._json({"errors": [], "warnings": []})

    def preupload(self, body: bytes, repo: str, revision: str) -> None:
        files = [
            {
                "path": file["path"],
                "uploadMode": "lfs" if is_large(file["path"]) else "regular",
                "shouldIgnore": False,
                "oid": None,
            }
            for file in json.loads(body)["files"]
        ]
        self._json({"files": files})

    def lfs_batch(self, body: bytes, repo: str) -> None:
        objects = [
            {**wanted, "authenticated": True, "actions": {"upload": {"href": f"{self.hub.url}/upload/{wanted['oid']}"}}}
            for wanted in json.loads(body)["objects"]
        ]
        self._json({"transfer": "basic", "objects": objects}, **{"Content-Type": "application/vnd.git-lfs+json"})

    def upload(self, body: bytes, oid: str) -> None:
        good = hashlib.sha256(body).hexdigest() == oid
        if good:
            self.hub.large[oid] = body
        self._json({}, 200 if good else 422)

    def commit(self, body: bytes, repo: str, revision: str) -> None:
        target = self.hub.repos[repo]
        files = dict(target.commits[target.head])
        for line in body.splitlines():
            entry = json.loads(line)
            value = entry["value"]
            if entry["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif entry["key"] == "lfsFile":
                files[value["path"]] = self.hub.large[value["oid"]]
            elif entry["key"] == "deletedFile":
                files.pop(value["path"], None)
        sha = target.commit(files)
        self._json({"success": True, "commitUrl": f"{self.hub.url}/{repo}/commit/{sha}", "commitOid": sha})


_REPO = r"(?P<repo>[\w.-]+/[\w.-]+)"
_REVISION = r"(?P<revision>[^/]+)"
_ROUTES = [
    (("HEAD", "GET"), f"(?:/datasets)?/{_REPO}/resolve/{_REVISION}/(?P<file>.+)", _Handler.resolve),
    (("GET",), f"/api/(?:models|datasets)/{_REPO}/revision/{_REVISION}", _Handler.model),
    (("GET",), f"/api/(?:models|datasets)/{_REPO}/tree/{_REVISION}", _Handler.tree),
    (("GET",), f"/api/(?:models|datasets)/{_REPO}", _Handler.model),
    (("GET",), "/api/whoami-v2", _Handler.whoami),
    (("POST",), "/api/repos/create", _Handler.create),
    (("POST",), "/api/validate-yaml", _Handler.validate_yaml),
    (("POST",), f"/api/models/{_REPO}/preupload/{_REVISION}", _Handler.preupload),
    (("POST",), f"/{_REPO}\\.git/info/lfs/objects/batch", _Handler.lfs_batch),
    (("PUT",), "/upload/(?P<oid>[0-9a-f]{64})", _Handler.upload),
    (("POST",), f"/api/models/{_REPO}/commit/{_REVISION}", _Handler.commit),
]
