"""Log lines as JSON: a constant event, ids, and nothing that anybody wrote.

Every record, ours or a library's, passes through `scrub`. What a library says is dropped,
since it quotes addresses, delta links and SQL values; who said it, where and how loudly is
kept. An exception is its types and places; its message is dropped, ours too.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import orjson
import structlog
from structlog.contextvars import bound_contextvars, get_contextvars
from structlog.types import EventDict

from core.log_files import DailyFile
from core.log_values import clean, clean_text, describe_exception, place

OUR_LOGGERS = ("app", "bot", "core", "dialogs", "sandbox")
LIBRARY_EVENT = "library message"
UNCAUGHT_EVENT = "uncaught exception"


class _Facts(dict[str, Any]):
    """The fields of a record that came through `get_logger`."""


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger for `log.info("thread assigned", thread_id=42)`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


@contextmanager
def operation(operation_id: str) -> Iterator[None]:
    """Put the id of a turn or a job on every line logged inside, libraries' lines included."""
    with bound_contextvars(operation_id=operation_id):
        yield


def configure(
    level: str = "INFO",
    file: Path | None = None,
    days: int = 14,
    *,
    stream: TextIO | None = None,
) -> None:
    """Send every log record of the process through `scrub` to `file`, or to stderr.

    Also what is not logged by anybody: warnings, and exceptions that nobody catches.
    Libraries are heard from WARNING on, ours from `level` on.
    """
    handler: logging.Handler = (
        DailyFile(file, days) if file else logging.StreamHandler(stream or sys.stderr)
    )
    handler.setFormatter(_JsonLines())
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in OUR_LOGGERS:
        logging.getLogger(name).setLevel(level)
    logging.raiseExceptions = False  # a record that cannot be written is not printed raw
    logging.captureWarnings(True)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, _hand_over],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    sys.excepthook = lambda kind, error, trace: _uncaught(error)
    sys.unraisablehook = lambda unraisable: _uncaught(unraisable.exc_value)
    threading.excepthook = lambda arguments: _uncaught(arguments.exc_value)


def scrub(record: logging.LogRecord) -> dict[str, Any]:
    """What is written of a record: the one way from a record to a line."""
    facts = getattr(record, "facts", None)
    line: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": clean(record.name),
    }
    if isinstance(facts, _Facts):
        line["event"] = clean(facts["event"])
    else:
        facts = {}
        line["event"] = LIBRARY_EVENT
        line["place"] = place(record.pathname, record.lineno, record.funcName or "")
    for name, value in (get_contextvars() | facts).items():
        line.setdefault(clean_text(name), clean(value))
    if record.exc_info and record.exc_info[1] is not None:
        line["exception"] = describe_exception(record.exc_info[1])
    return line


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return orjson.dumps(scrub(record)).decode()


def _hand_over(_: Any, __: str, event: EventDict) -> tuple[tuple[str], dict[str, Any]]:
    """structlog's last step: the fields travel to `scrub` beside the record, unformatted."""
    exc_info = event.pop("exc_info", None)
    event.pop("positional_args", None)
    return ("",), {"extra": {"facts": _Facts(event)}, "exc_info": exc_info}


def _uncaught(error: BaseException | None) -> None:
    get_logger("app").critical(UNCAUGHT_EVENT, exc_info=error)
