"""The order of the package: who may import whom, and what importing costs."""

from __future__ import annotations

import ast
import functools
import graphlib
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "deepart"
MODULES = {
    path.relative_to(PACKAGE.parent).with_suffix("").as_posix().replace("/", "."): path
    for path in PACKAGE.rglob("*.py")
}

CORE = (
    "deepart.checkpoints",
    "deepart.images",
    "deepart.runtime",
    "deepart.recipes",
    "deepart.options",
    "deepart.tiles",
    "deepart.errors",
    "deepart.settings",
    "deepart.text",
    "deepart.hub",
    "deepart.archives",
    "deepart.files",
    "deepart.sheets",
)
"""What tasks and training stand on."""

FORBIDDEN = {
    "deepart.tasks": ("deepart.training", "deepart.admin", "deepart.commands", "deepart.ui", "gradio"),
    "deepart.training": ("deepart.admin", "deepart.commands", "deepart.ui", "gradio"),
    "deepart.admin": ("deepart.commands", "deepart.ui", "gradio"),
    "deepart.commands": ("deepart.ui", "gradio"),
    **{
        module: ("deepart.tasks", "deepart.training", "deepart.admin", "deepart.commands", "deepart.ui", "gradio")
        for module in CORE
    },
}


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@functools.cache
def imports(path: Path) -> frozenset[str]:
    found = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Constant) and (address := re.fullmatch(r"(deepart[.\w]*):(\w+)", str(node.value))):
            found |= {address[1], ".".join(address.groups())}  # a command's function, imported when it is called
    return frozenset(found)


def belongs(module: str, to: str) -> bool:
    return module == to or module.startswith(to + ".")


def exists(name: str) -> bool:
    """Say whether a dotted name is a module, a package or something in one."""
    return any(
        candidate in MODULES or f"{candidate}.__init__" in MODULES for candidate in (name, name.rpartition(".")[0])
    )


@pytest.mark.parametrize("folder", ["deepart", "tests"])
def test_what_is_imported_is_there(folder: str) -> None:
    """Also what a function imports when it is called, and what a test puts something else in place of."""
    missing = set()
    for path in (PACKAGE.parent / folder).rglob("*.py"):
        source = path.read_text("utf-8")
        names = {name for name in imports(path) if belongs(name, "deepart")}
        names |= {name.rpartition(".")[0] for name in re.findall(r'setattr\("(deepart(?:\.\w+)+)"', source)}
        missing |= {f"{path.name}: {name}" for name in names if not exists(name)}
    assert missing == set()


def test_no_import_leads_back_to_where_it_began() -> None:
    """Imports in functions and those for types alone are counted: they only hide a circle."""
    graph = {}
    for module, path in MODULES.items():
        names = {name if name in MODULES else f"{name}.__init__" for name in imports(path)}
        graph[module] = names & MODULES.keys() - {module, "deepart.__init__"}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


MOST_LINES, MOST_FUNCTION_LINES, MOST_FILES = 600, 120, 16


@pytest.mark.parametrize("module", MODULES)
def test_files_and_functions_are_short(module: str) -> None:
    source = MODULES[module].read_text("utf-8")
    assert len(source.splitlines()) <= MOST_LINES
    functions = [node for node in ast.walk(parsed(MODULES[module])) if isinstance(node, ast.FunctionDef)]
    first = {node: min(part.lineno for part in (node, *node.decorator_list)) for node in functions}
    lines = {node.name: node.end_lineno - first[node] + 1 for node in functions}
    assert {name: count for name, count in lines.items() if count > MOST_FUNCTION_LINES} == {}


@pytest.mark.parametrize("module", MODULES)
def test_docstrings_can_be_understood_alone(module: str) -> None:
    texts = re.findall(r'"""(.*)', MODULES[module].read_text("utf-8"))
    assert [text for text in texts if re.match(r"Of |The same (as|for|of|with|up)\b", text)] == []


def test_folders_can_be_looked_over() -> None:
    files = Counter(path.parent for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    assert {folder.name: count for folder, count in files.items() if count > MOST_FILES} == {}


@pytest.mark.parametrize("module", MODULES)
def test_imports_follow_the_arrow(module: str) -> None:
    forbidden = {ban for part, bans in FORBIDDEN.items() if belongs(module, part) for ban in bans}
    wrong = {name for name in imports(MODULES[module]) for ban in forbidden if belongs(name, ban) or name[0] == "."}
    assert wrong == set()


@pytest.mark.parametrize("module", [module for module in MODULES if belongs(module, "deepart.models")])
def test_networks_know_tensors_and_each_other_alone(module: str) -> None:
    ours = {name for name in imports(MODULES[module]) if belongs(name, "deepart")}
    assert all(belongs(name, "deepart.models") for name in ours)
    assert not {name for name in imports(MODULES[module]) if belongs(name, "PIL")}


def test_the_diagram_of_the_readme_shows_the_imports() -> None:
    readme = (PACKAGE.parent / "README.md").read_text("utf-8")
    drawn = {
        f"deepart.{part}": {f"deepart.{name}" for name in arrows.split(", ") if name}
        for part, arrows in re.findall(r"^deepart\.(\w+) .*?(?:-> ([\w, ]+))?$", readme, re.MULTILINE)
    }
    found = {
        part: {
            other
            for module, path in MODULES.items()
            if belongs(module, part)
            for other in drawn
            if other != part and any(belongs(name, other) for name in imports(path))
        }
        for part in drawn
    }
    assert len(drawn) == 6 and found == drawn


def test_gradio_and_spaces_stay_where_they_belong() -> None:
    users = {
        name: {m for m, path in MODULES.items() if any(belongs(i, name) for i in imports(path))}
        for name in ("gradio", "spaces")
    }
    assert all(belongs(module, "deepart.ui") for module in users["gradio"])
    assert users["spaces"] == {"deepart.runtime"}


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PACKAGE.parent, check=True)
    return done.stdout.strip()


def test_importing_deepart_is_cheap() -> None:
    heavy = "torch", "gradio", "PIL", "numpy"
    assert run(f"import sys, deepart; print([m for m in {heavy} if m in sys.modules])") == "[]"


def test_help_needs_no_torch() -> None:
    code = (
        "import sys, contextlib\nfrom deepart.__main__ import main\n"
        "with contextlib.suppress(SystemExit): main(['--help'])\nprint('torch' in sys.modules)"
    )
    assert run(code).endswith("False")


def test_threads_sleep_while_they_wait() -> None:
    code = (
        "import os\nfor name in ('OMP_WAIT_POLICY', 'GOMP_SPINCOUNT'): os.environ.pop(name, None)\n"
        "import deepart\nprint(os.environ['OMP_WAIT_POLICY'], os.environ['GOMP_SPINCOUNT'])"
    )
    assert run(code) == "PASSIVE 0"
