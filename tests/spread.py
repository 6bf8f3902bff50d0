"""How tests are spread over the workers of pytest-xdist: a file goes to one worker whole, a group of files too, and
what takes long begins first, so that nobody waits at the end for a single one.

What a module's tests share is then made once, and not once in every worker; and the process that hands tests out looks
at some hundred pieces of work (by `--dist loadgroup` alone it looks at every test that was handed out, for every test
that is done). It is told how a test went, and of its preparation and its end where they did not go well. https://pytest-xdist.readthedocs.io/en/stable/distribution.html
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

#: What takes longest, the longest first: groups by their names, files by their addresses.
LONGEST = (
    "pages",
    "crash",
    "isolation",
    "fuzz",
    "tests/benchmarks/test_measure.py",
    "spark",
    "interop",
    "tests/fhir/test_fuzz.py",
    "tests/cli/test_endpoints.py",
    "tests/bulk/test_hospital.py",
    "tests/benchmarks/test_load.py",
    "tests/mapping/test_needles.py",
    "tests/service/test_all_that_is_known.py",
    "tests/cli/test_load.py",
)


class Spread(LoadScopeScheduling):
    """Hands out whole pieces, and forgets what is done."""

    def _split_scope(self, nodeid: str) -> str:
        return piece(nodeid)

    def add_node_collection(self, node: Any, collection: Sequence[str]) -> None:
        super().add_node_collection(node, collection)
        self.registered_collections[node] = Places(collection)

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        nodeid = self.registered_collections[node][item_index]
        work, name = self.assigned_work[node], piece(nodeid)
        del work[name][nodeid]
        if not work[name]:
            del work[name]
        self._reschedule(node)

    def _assign_work_unit(self, node: Any) -> None:
        self.workqueue.move_to_end(next_of(self.workqueue), last=False)
        super()._assign_work_unit(node)


class Places(list[str]):
    """The tests in their order; where one stands is looked up, not searched."""

    def __init__(self, collection: Sequence[str]) -> None:
        super().__init__(collection)
        self._places = {one: place for place, one in enumerate(collection)}

    def index(self, one: str, *_: Any) -> int:  # type: ignore[override]
        return self._places[one]


def piece(nodeid: str) -> str:
    """The group that a test is in (pytest-xdist writes it behind its name), else its file."""
    if nodeid.rfind("@") > nodeid.rfind("]"):
        return nodeid.rpartition("@")[2]
    return nodeid.partition("::")[0]


def next_of(waiting: Collection[str]) -> str:
    """The longest that waits; of those whose length nobody wrote down, the first."""
    return next((one for one in LONGEST if one in waiting), next(iter(waiting)))


def briefly(config: pytest.Config) -> None:
    """Of what went well a worker tells the test itself alone: two reports of three are of preparations and ends, and to
    tell each costs as much as a short test. Whoever wants to know how long they took, or all of it in a file, is told.
    """
    if config.option.durations is not None or config.option.xmlpath:
        return
    for one in config.pluginmanager.get_plugins():
        if type(one).__name__ == "WorkerInteractor":
            one.sendevent = _unless_plain(one.sendevent)


def _unless_plain(send: Callable[..., None]) -> Callable[..., None]:
    def told(name: str, **more: Any) -> None:
        if name != "testreport" or not plain(more["data"]):
            send(name, **more)

    return told


def plain(report: Mapping[str, Any]) -> bool:
    """Is it of a preparation, or of an end, that went well?"""
    return bool(report["when"] != "call" and report["outcome"] == "passed")
