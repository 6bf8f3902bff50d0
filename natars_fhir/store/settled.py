"""Settled: a file gets its name when it is whole, and keeps both when the power goes."""

from __future__ import annotations

import os
from pathlib import Path


def settle(made: Path, path: Path) -> None:
    """What was written is on the disk, then under its name; then the name is on the disk, which is the folder's.
    https://man7.org/linux/man-pages/man2/fsync.2.html"""
    synced(made)
    made.replace(path)
    synced(path.parent)


def synced(path: Path) -> None:
    """What was written of a file, or into a folder, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
