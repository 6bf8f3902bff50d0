"""Writes the pictures of the pages into the documentation: `python -m tests.write_screens`. Needs Chromium."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

import structlog

from tests.doc_pages import DOCS
from tests.pages.browser import Chromium, visitor
from tests.pages.house import frozen_twice, house
from tests.pages.screens import SCREENS


def main() -> None:
    """Every screen, in both languages."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    chromium = Chromium()
    with tempfile.TemporaryDirectory(prefix="natars-screens-") as folder, house(Path(folder)) as one:
        frozen_twice(one)
        try:
            for name, screen in SCREENS.items():
                for language in ("zh", "en"):
                    with visitor(chromium.browser(), one, screen.role, language) as somebody:
                        screen.seen_by(somebody)
                        somebody.screenshot(f"{name}-{language}", DOCS / "pages")
        finally:
            chromium.stop()


if __name__ == "__main__":
    main()
