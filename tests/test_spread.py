"""Work is handed out by the file or the group, the longest first, each test once."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from tests.spread import LONGEST, Places, Spread, next_of, piece, plain
from tests.ward import ROOT


@pytest.mark.parametrize(
    ("nodeid", "expected"),
    [
        ("tests/web/test_a.py::test_one", "tests/web/test_a.py"),
        ("tests/web/test_a.py::test_one[a::b]", "tests/web/test_a.py"),
        ("tests/web/test_a.py::test_one[x@y]", "tests/web/test_a.py"),
        ("tests/web/test_a.py::test_one[x@y]@pages", "pages"),
        ("tests/web/test_a.py::test_one@pages", "pages"),
    ],
)
def test_a_test_goes_with_its_group_else_with_its_file(nodeid: str, expected: str) -> None:
    assert piece(nodeid) == expected


def test_what_takes_longest_begins_first() -> None:
    assert next_of(["tests/test_a.py", LONGEST[1], LONGEST[0]]) == LONGEST[0]
    assert next_of(["tests/test_b.py", "tests/test_a.py"]) == "tests/test_b.py"


@pytest.mark.parametrize("name", LONGEST)
def test_what_is_named_as_long_is_there(name: str) -> None:
    groups = {
        found
        for path in (ROOT / "tests").rglob("*.py")
        for found in re.findall(r'xdist_group\("(\w+)"\)', path.read_text("utf-8"))
    }
    assert name in groups or (ROOT / name).is_file()


@pytest.mark.parametrize("when", ["setup", "call", "teardown"])
@pytest.mark.parametrize("outcome", ["passed", "failed", "skipped"])
def test_everything_is_told_but_preparations_and_ends_that_went_well(when: str, outcome: str) -> None:
    assert plain({"when": when, "outcome": outcome}) == (when != "call" and outcome == "passed")


class Node:
    """A worker, as the scheduler knows it."""

    shutting_down = False
    gateway = SimpleNamespace(id="a worker")

    def __init__(self) -> None:
        self.given: list[int] = []

    def send_runtest_some(self, indices: list[int]) -> None:
        self.given += indices

    def shutdown(self) -> None:
        self.shutting_down = True


def test_every_test_is_handed_out_once_and_a_file_to_one_worker(pytestconfig: pytest.Config) -> None:
    collection = [f"tests/test_{file}.py::test_{number}" for file in range(9) for number in range(file + 1)]
    config = pytest.Config.fromdictargs({"tx": ["2*popen"], "loadscopereorder": True}, [])
    spread, nodes = Spread(config), [Node(), Node()]
    for node in nodes:
        spread.add_node(node)  # type: ignore[arg-type]
        spread.add_node_collection(node, collection)  # type: ignore[arg-type]
    spread.schedule()
    done: dict[int, Node] = {}
    while not spread.tests_finished:
        for node in nodes:
            for index in [one for one in node.given if one not in done][:1]:
                done[index] = node
                spread.mark_test_complete(node, index)  # type: ignore[arg-type]
    assert sorted(index for node in nodes for index in node.given) == [*range(len(collection))]
    files = [{piece(collection[index]) for index in node.given} for node in nodes]
    assert files[0].isdisjoint(files[1])
    assert all(files)


def test_where_a_test_stands_is_what_a_list_says() -> None:
    assert [Places("abc").index(one) for one in "cab"] == [*map("abc".index, "cab")]
