"""Every sentence by which something is said of data, as it stands in the code: read from there, not from a list."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.ward import ROOT

PACKAGE = ROOT / "natars_fhir"
#: Services that refuse what came, so that it lies in quarantine with what they said.
_TAKING = {
    "ingest": ("ahead", "apart", "arrival", "aside", "entries", "ingest", "interactions", "load", "preconditions"),
    "people": ("moves",),
    "remap": ("replay",),
}


def _saying(folder: str) -> list[Path]:
    """The modules of a folder that make issues. R4's own tables are the standard's words."""
    found = [one for one in (PACKAGE / folder).rglob("*.py") if one.parent.name not in ("r4", "definitions", "terms")]
    telling = re.compile(r"\b(Issue|Fault|error|warning|tell|told|untold|lost)\(")
    return [one for one in found if telling.search(one.read_text("utf-8"))]


#: What they say is of files that people wrote, and no page shows it; `site_checks` is for whoever maps at the desk too.
_OF_FILES = frozenset(("checks.py", "exporting.py", "faults.py", "files.py", "overlay.py", "pull.py", "word_faults.py"))
#: Where what a page shows of data is said.
SAYING = (
    *_saying("fhir"),
    *(path for path in _saying("mapping") if path.name not in _OF_FILES),
    PACKAGE / "mapping" / "readers" / "attachment.py",
    PACKAGE / "pipeline.py",
    PACKAGE / "domain" / "life.py",
    PACKAGE / "emit" / "identity.py",
    *(PACKAGE / "service" / room / f"{name}.py" for room, names in _TAKING.items() for name in names),
)
#: Where the lines of a site are judged, and of what; these sentences have no full stop.
LINES = PACKAGE / "mapping" / "site_checks.py"
#: Why a statement of a report is not read: said within a sentence.
WHYS = (*(PACKAGE / "mapping" / "narrative").glob("*.py"),)
#: Acts of the audit that look like one.
_ACTS = frozenset({"subject {}"})
_SENTENCE = re.compile(r"['A-Za-z«{].* .*(?:[.?]|\{\})", re.DOTALL)


def sentences() -> dict[str, str]:
    """Sentence, with `{}` for what varies → the file it stands in."""
    return {text: path.name for path in SAYING for text in _texts(path) if _is_sentence(text) and text not in _ACTS}


def _is_sentence(text: str) -> bool:
    return _SENTENCE.fullmatch(text) is not None and re.search("[a-z]{2}", text) is not None


def line_faults() -> set[str]:
    """What is said of a line that does not fit."""
    return {text for text in _texts(LINES) if " " in text.strip() and re.search("[«:]", text)}


def whys() -> set[str]:
    """The reasons that narrative readers give."""
    return {
        node.value.value
        for path in WHYS
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        if " " in node.value.value and node.value.value.isascii() and _is_why(path, node)
    }


def _is_why(path: Path, node: ast.Assign) -> bool:
    """Is the name handed to `Unread`?"""
    (name,) = (ast.unparse(one) for one in node.targets)
    return re.search(rf"Unread\([^\n]*\b{name}\)", path.read_text("utf-8")) is not None


def _texts(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    left: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            left |= {id(part) for part in ast.walk(node) if part is not node}
        elif isinstance(node, ast.Expr | ast.Raise) or (isinstance(node, ast.Call) and _of_patterns(node)):
            left |= {id(part) for part in ast.walk(node)} if not isinstance(node, ast.Expr) else {id(node.value)}
    for node in ast.walk(tree):
        if id(node) in left:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value.replace("{", "{{").replace("}", "}}")
        elif isinstance(node, ast.JoinedStr):
            yield "".join(one.value if isinstance(one, ast.Constant) else "{}" for one in node.values)


def _of_patterns(node: ast.Call) -> bool:
    return ast.unparse(node.func) == "re.compile"
