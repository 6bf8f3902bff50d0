"""Settled: a file gets its name when it is whole, and keeps both when the power goes."""

from __future__ import annotations

import os
from pathlib import Path


def settle(made: Path, path: Path) -> None:
    """What was written is on the disk, then under its name; then the name is on the disk, which is the folder's.
    https://man7.org/linux/man-pages/man2/fsync.2.html"""
    _sync(made)
    made.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
