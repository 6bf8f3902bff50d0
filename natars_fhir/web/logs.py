"""Logs: one JSON object a line on standard error. No word comes from a request, a resource or an exception's text.

Libraries write their own lines: of these only the place is told, for what they say may hold an address or a value.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from datetime import UTC, datetime

import structlog

from natars_fhir.web.guard import place

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
#: Its texts are fixed sentences; what is put into them is left out.
_PLAIN_SPOKEN = "uvicorn.error"


def log_to_stderr(level: str = "info") -> None:
    """From here on, of this level and above; of libraries never less than a warning."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(Placed())
    logging.basicConfig(level=max(_LEVELS[level], logging.WARNING), handlers=[lines], force=True)
    logging.captureWarnings(True)
    threading.excepthook = _thread_failed
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


class Placed(logging.Formatter):
    """A library's line: who, where in the code, and of an exception its type and place."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object."""
        told = {
            "logger": record.name,
            "at": f"{record.filename}:{record.lineno}",
            "event": _event(record),
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            told |= _fault(record.exc_info[1])
        return json.dumps(told, ensure_ascii=False)


def _event(record: logging.LogRecord) -> str:
    """A fixed sentence; what has several lines is a traceback, and holds what an exception says."""
    said = str(record.msg).strip()
    return said if record.name == _PLAIN_SPOKEN and "\n" not in said else "a library's line"


def _thread_failed(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None:
        structlog.get_logger("natars_fhir.threads").error("thread failed", **_fault(told.exc_value))


def _fault(fault: BaseException) -> dict[str, str]:
    return {"fault": type(fault).__name__, "place": place(fault)}
