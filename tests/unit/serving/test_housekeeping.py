"""What the app does beside answering."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import gradio as gr
import pytest
from gradio import processing_utils
from PIL import Image

from deepart.ui.serving import housekeeping

_COUNT_HEAPS = """
import ctypes, sys, threading
from deepart.ui.serving import housekeeping

libc = ctypes.CDLL(None)
libc.fopen.restype = libc.malloc.restype = ctypes.c_void_p
libc.malloc_info.argtypes = (ctypes.c_int, ctypes.c_void_p)
libc.fclose.argtypes = libc.free.argtypes = (ctypes.c_void_p,)

def heaps():
    file = libc.fopen(sys.argv[1].encode(), b"w")
    libc.malloc_info(0, file)
    libc.fclose(file)
    return open(sys.argv[1]).read().count("<heap nr=")

def allocate():
    block = libc.malloc(1_000)
    together.wait(30)
    libc.free(block)

housekeeping.bound_heaps()
before, together = heaps(), threading.Barrier(40)
threads = [threading.Thread(target=allocate) for _ in range(40)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(before, heaps())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="of the allocator of Linux")
def test_threads_share_two_heaps(tmp_path: Path) -> None:
    # In a process of its own, as at the start of the app: malloc settles its limit for good once it has nine heaps.
    without = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    command = [sys.executable, "-c", _COUNT_HEAPS, str(tmp_path / "heaps.xml")]
    before, after = map(int, subprocess.run(command, env=without, check=True, capture_output=True).stdout.split())
    assert after <= max(before, 2)


def test_picture_that_is_being_read_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processing_utils, "save_pil_to_cache", processing_utils.save_pil_to_cache)  # put back after
    housekeeping.keep_pictures_whole()
    shown = gr.Image(type="pil")
    shown.GRADIO_CACHE = str(tmp_path)
    picture = Image.new("RGB", (20, 10), "red")
    path = shown.postprocess(picture).path
    with open(path, "rb") as read:
        assert shown.postprocess(picture).path == path
        assert os.fstat(read.fileno()).st_nlink == 0, "the file itself is open for reading, and was written over"
        assert read.read() == Path(path).read_bytes()
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == [Path(path).name]
