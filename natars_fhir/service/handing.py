"""Handing over: threads of this process hand Python over to each other sooner, while a server runs or a pull fetches.

Who waits for a database or for the network has little to do whenever something comes, and would wait each time until
whoever works lets go, which is 5 ms: at each of forty statements of a push, while the file is held, and at a fifth of a
page of a source. https://docs.python.org/3/library/sys.html#sys.setswitchinterval
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

#: Seconds.
SOON = 0.0005

_lock = Lock()
#: What was so before each of those who want it now.
_before: list[float] = []


@contextmanager
def soon() -> Iterator[None]:
    """Several may want it at once: the last one puts back what was so before."""
    with _lock:
        _before.append(sys.getswitchinterval())
        sys.setswitchinterval(min(SOON, _before[0]))
    try:
        yield
    finally:
        with _lock:
            first, _ = _before[0], _before.pop()
            if not _before:
                sys.setswitchinterval(first)
