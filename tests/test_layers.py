"""The house keeps its direction and its measures: imports, sizes, names, and nothing of the machine it was made on."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.ward import ROOT

PACKAGE = ROOT / "natars_fhir"
GENERATED = {PACKAGE / "fhir" / "r4" / "structs.py"}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path not in GENERATED)
IDS = [path.relative_to(ROOT).as_posix() for path in MODULES]
EVERY_MODULE = pytest.mark.parametrize("module", MODULES, ids=IDS)

NOT_NAMES = {"utils", "helpers", "common", "manager", "processor", "handler", "base", "data", "info"}
#: pieces, so that this file does not hold what it looks for
HOSTS = [
    "py" + "pi.org",
    "files.python" + "hosted.org",
    "registry.npm" + "js.org",
    "deb.deb" + "ian.org",
    "repo1.mav" + "en.org",
    "proxy.go" + "lang.org",
]
MACHINE = re.compile("(?<![\\w.])/(?:" + "wo" + "rk|ro" + "ot|home|Users)/[\\w.]" + "|(?<![\\w.])/t" + "mp/\\w")
#: One of these stands wherever one of those does.
TELLING = [host.encode() for host in HOSTS] + [
    b"/wo" + b"rk/",
    b"/ro" + b"ot/",
    b"/home/",
    b"/Us" + b"ers/",
    b"/t" + b"mp/",
]


def test_imports_point_inward() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    if not linter.is_file():
        pytest.skip("import-linter is not installed here")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


@cache
def looked_at(module: Path) -> list[ast.Expr | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """What is looked at in a module, for which all of it is walked through."""
    kinds = ast.Expr | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return [node for node in ast.walk(tree(module)) if isinstance(node, kinds)]


@cache
def lines_of_code(module: Path) -> int:
    """Lines that hold more than a comment or a docstring."""
    spoken = {
        line
        for node in looked_at(module)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    written = module.read_text(encoding="utf-8").splitlines()
    return sum(
        1 for number, line in enumerate(written, 1) if number not in spoken and line.strip() and line.strip()[0] != "#"
    )


@EVERY_MODULE
def test_no_module_is_too_long(module: Path) -> None:
    assert lines_of_code(module) <= 300


def test_the_middle_module_is_short() -> None:
    lengths = sorted(map(lines_of_code, MODULES))
    assert lengths[len(lengths) // 2] < 100


@EVERY_MODULE
def test_no_function_is_too_long(module: Path) -> None:
    long = [
        node.name
        for node in looked_at(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= 50
    ]
    assert long == []


@EVERY_MODULE
def test_every_module_says_what_it_is(module: Path) -> None:
    assert ast.get_docstring(tree(module))


@EVERY_MODULE
def test_names_say_something(module: Path) -> None:
    parts = {part.removesuffix(".py") for part in module.relative_to(PACKAGE).parts}
    classes = {node.name.lower() for node in looked_at(module) if isinstance(node, ast.ClassDef)}
    assert (parts | classes) & NOT_NAMES == set()


def tracked() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout  # noqa: S603
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_names_a_package_index_or_a_place_on_a_machine() -> None:
    told = []
    for path in tracked():
        raw = path.read_bytes()
        if not any(one in raw for one in TELLING):
            continue  # a picture, mostly, which is long to read as a text
        text = raw.decode("utf-8", "replace")
        told += [f"{path.relative_to(ROOT)}: {host}" for host in HOSTS if host in text]
        told += [f"{path.relative_to(ROOT)}: {found}" for found in MACHINE.findall(text)]
    assert told == []
