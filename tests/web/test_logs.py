"""A line of the log is one JSON object; of what libraries and exceptions say, only the place is told."""

from __future__ import annotations

import json
import logging
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from natars_fhir.web.logs import log_to_stderr

PLANTED = "王五PLANTED77"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before, root, hook = structlog.get_config(), logging.getLogger(), threading.excepthook
    handlers, level = root.handlers[:], root.level
    yield
    structlog.configure(**before)
    logging.captureWarnings(False)
    root.handlers[:], threading.excepthook = handlers, hook
    root.setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    err = capsys.readouterr().err
    assert "PLANTED" not in err
    return [json.loads(line) for line in err.splitlines()]


def test_our_own_line_has_its_level_and_moment(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr()
    structlog.get_logger().info("request", status=200)
    (line,) = lines(capsys)
    assert (line["event"], line["status"], line["level"]) == ("request", 200, "info")
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(("level", "told"), [("debug", 3), ("info", 2), ("warning", 1), ("error", 0)])
def test_the_level_is_a_setting(capsys: pytest.CaptureFixture[str], level: str, told: int) -> None:
    log_to_stderr(level)
    log = structlog.get_logger()
    log.debug("a")
    log.info("b")
    log.warning("c")
    assert len(lines(capsys)) == told


def _said_by_a_library() -> None:
    logging.getLogger("httpx").warning("PUT %s", f"http://x.example/Patient/{PLANTED}")


def _said_whole() -> None:
    logging.getLogger("asyncio").error(f"Task exception was never retrieved: {PLANTED}")


def _failed() -> None:
    try:
        raise ValueError(PLANTED)
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")


def _lifespan_failed() -> None:
    logging.getLogger("uvicorn.error").error(f"Traceback (most recent call last):\n  …\nValueError: {PLANTED}")


def _warned() -> None:
    warnings.warn(PLANTED, stacklevel=1)


def _thread() -> None:
    def fail() -> None:
        raise ValueError(PLANTED)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()


@pytest.mark.parametrize("say", [_said_by_a_library, _said_whole, _failed, _lifespan_failed, _warned, _thread])
@pytest.mark.filterwarnings("default")
def test_what_others_say_is_told_by_its_place(capsys: pytest.CaptureFixture[str], say: Callable[[], None]) -> None:
    log_to_stderr("debug")
    say()
    (line,) = lines(capsys)
    assert line["level"] in ("warning", "error")
    assert any(name in str(line) for name in ("test_logs.py", "warnings.py"))


def test_a_library_is_never_heard_below_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr("debug")
    logging.getLogger("httpx").info("HTTP Request: %s", PLANTED)
    assert lines(capsys) == []
