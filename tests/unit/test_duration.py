"""What takes long is said before it starts, with a size at which it does not; that size is kept to."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepart import runtime
from deepart.__main__ import main
from deepart.images import load_image, save_png
from deepart.options import RestoreOptions
from deepart.recipes import recipe_of
from deepart.tasks.restore.bundled import LOOKED_SIDE, detection_steps
from deepart.tasks.restore.diagnosis import Step
from deepart.tasks.restore.restore import LONG, long_wait, restore, seconds_per_pixel
from photos import photo
from tiny_restorers import HOLE, picture_with_hole, tiny_restorers

CLEAN = [Step("clean")]
RESTORE = sys.modules[restore.__module__]  # where the package has the function of that name


@pytest.fixture(autouse=True)
def _tiny() -> Iterator[None]:
    with tiny_restorers():
        yield


def at_pace(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let cleaning a megapixel take so long."""
    monkeypatch.setattr(RESTORE, "seconds_per_pixel", lambda: seconds / 1e6)


def test_thirty_megapixels_take_long_and_a_size_that_does_not_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    at_pace(monkeypatch, 3)
    found = long_wait((6000, 5000), CLEAN, RestoreOptions())
    assert 90 <= found.seconds <= 110 and found.size == (6000, 5000)
    assert (found.side, found.less < LONG) == (2048, True)
    assert long_wait((6000, 5000), CLEAN, RestoreOptions(size=found.side)) is None
    at_pace(monkeypatch, 100)
    slow = long_wait((6000, 5000), CLEAN, RestoreOptions())
    assert (slow.side, slow.less > LONG) == (1024, True)
    assert long_wait((1000, 900), CLEAN, RestoreOptions()).side == 0


def test_each_step_adds_to_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    at_pace(monkeypatch, 10)
    size, steps = (2000, 1500), [Step("colour"), Step("clean"), Step("extend"), Step("enlarge", scale=2)]
    waits = [long_wait(size, steps[:count], RestoreOptions(extend="10")) for count in range(1, 5)]
    assert waits[0] is None
    seconds = [wait.seconds for wait in waits[1:]]
    assert seconds == sorted(set(seconds))
    assert long_wait(size, CLEAN, RestoreOptions(detect=True)).seconds > 1.5 * seconds[0]


def test_a_machine_is_not_timed_for_small_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RESTORE, "seconds_per_pixel", lambda: pytest.fail("it was timed"))
    assert long_wait((640, 480), CLEAN, RestoreOptions()) is None


def test_the_pace_is_that_of_this_machine() -> None:
    assert 0 < seconds_per_pixel() == seconds_per_pixel() < 1


@pytest.mark.parametrize("side", [64, 500])
def test_a_picture_is_restored_at_the_size_asked_for_and_never_enlarged(side: int) -> None:
    mask = Image.new("L", (120, 90))
    mask.paste(255, (0, 45, 120, 46))  # half as high as a pixel of the small one
    restored = restore(picture_with_hole(), mask, clean=0, size=side)
    made = recipe_of(restored).settings
    assert restored.size == ((64, 48) if side == 64 else (120, 90))
    assert made["filled"] > 0.01 and made.get("size") == (64 if side == 64 else None)


def test_damage_of_a_large_picture_is_found_in_a_copy_and_marked_in_its_size() -> None:
    picture = picture_with_hole().resize((3000, 2250))
    seen = [step.total for step in detection_steps(picture)]
    found = np.asarray(runtime.run(detection_steps(picture))) > 0
    left, top, right, bottom = (25 * side for side in HOLE)
    assert found.shape == (2250, 3000) and found[top:bottom, left:right].mean() > 0.95
    assert found.mean() < 2 * 25**2 * 20 * 15 / found.size
    assert max(seen) <= (LOOKED_SIDE // 700 + 1) ** 2  # tiles


def test_the_command_says_it_before_it_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_png(photo("coffee", 1200).resize((1600, 400)), tmp_path / "wide.png")
    at_pace(monkeypatch, 40)
    command = ["restore", str(tmp_path / "wide.png"), "--clean", "1", "-o", str(tmp_path / "done.png")]
    assert main(command) == 0
    assert "1600 × 400 pixels" in (said := capsys.readouterr().err) and "--size 1024" in said
    assert main([*command, "--size", "1024"]) == 0
    assert "--size" not in capsys.readouterr().err
    assert load_image(tmp_path / "done.png").size == (1024, 256)
