"""The project as a package: what is installed has its weights, its texts and its command, and runs without the rest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import deepart
from deepart.checkpoints import WEIGHTS

ROOT = Path(deepart.__file__).parents[1]

INSTALLED = """
import sys
from deepart.__main__ import main
from deepart.checkpoints import CHECKPOINTS, WEIGHTS
from deepart.ui.theme import PAGE_JS, STYLE_CSS
from deepart.text import LANGUAGES
assert WEIGHTS.is_relative_to(sys.argv[1]), WEIGHTS
print(*LANGUAGES, all(path.is_file() for path in PAGE_JS), STYLE_CSS.is_file())
"""


def built(folder: Path) -> Path:
    """Build the package as pip would, and return the folder that a wheel is made of."""
    command = [sys.executable, "setup.py", "-q", "build", "--build-base", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder / "lib"


def test_an_installed_package_has_everything(tmp_path: Path) -> None:
    pytest.importorskip("setuptools", minversion="77")
    library = built(tmp_path)
    installed = library / "deepart" / "weights"
    ours, theirs = ({path.relative_to(each) for path in each.rglob("*")} for each in (WEIGHTS, installed))
    assert ours == theirs and not (library / "tests").exists()
    code = subprocess.run(
        [sys.executable, "-c", INSTALLED, str(library)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(library), "PATH": "/usr/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert code.stdout.split() == ["en", "zh", "True", "True"], code.stderr


def test_the_version_is_the_same_everywhere() -> None:
    assert f'version = "{deepart.__version__}"' in (ROOT / "pyproject.toml").read_text("utf-8")
