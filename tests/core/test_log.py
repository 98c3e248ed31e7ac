"""Markers are run through everything that may reach the log; none may come out."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import stat
import sys
import threading
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import httpx
import pytest
import structlog
from tortoise.exceptions import IntegrityError

from core.errors import GraphError
from core.log import LIBRARY_EVENT, UNCAUGHT_EVENT, configure, get_logger, operation
from core.log_files import DailyFile
from core.people.models import Organization
from tests.clock import MONDAY_MORNING

MARKER = "m4rk3r"
ADDRESS = f"{MARKER}@contoso.example"
TOKEN = f"eyJhbGciOiJub25lIn0.{MARKER}.{MARKER}"
QUERY = f"?$deltatoken={MARKER}"

LIBRARIES = [
    "aiohttp.access",
    "aiohttp.server",
    "aiosqlite",
    "apscheduler.scheduler",
    "asyncio",
    "asyncpg.pool",
    "botbuilder.core",
    "httpcore.http11",
    "httpx",
    "msal.application",
    "procrastinate.worker",
    "psycopg.pool",
    "tortoise.db_client",
    "urllib3.connectionpool",
    "core.not_by_our_door",
]


class Lines:
    """What was logged, as text and as lines."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return map(json.loads, self.text.splitlines())

    def only(self) -> dict[str, Any]:
        (line,) = self
        return line


@pytest.fixture
def unlogged() -> Iterator[None]:
    """Gives the process's logging back as it was."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, logging.raiseExceptions)
    hooks = (sys.excepthook, sys.unraisablehook, threading.excepthook)
    root.handlers[:] = []
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers[:], root.level, logging.raiseExceptions = before
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.fixture
def lines(unlogged: None) -> Lines:
    lines = Lines()
    configure(stream=lines.stream)
    return lines


@pytest.fixture
def log(lines: Lines) -> structlog.stdlib.BoundLogger:
    return get_logger("core.test")


def test_a_line_is_a_constant_event_and_ids(lines, log):
    with operation("turn-7"):
        log.info("thread assigned", thread_id=42, member_ids=(1, 2))

    line = lines.only()
    assert datetime.fromisoformat(line.pop("at")).utcoffset() is not None
    assert line == {
        "level": "info",
        "logger": "core.test",
        "event": "thread assigned",
        "operation_id": "turn-7",
        "thread_id": 42,
        "member_ids": [1, 2],
    }


def test_a_field_cannot_pass_for_the_event(lines, log):
    log.info("real", level="forged", at="forged", logger="forged")

    assert "forged" not in lines.text


@pytest.mark.parametrize(
    "value",
    [
        ADDRESS,
        f"Ada <{ADDRESS}>",
        f"users/{MARKER}%40contoso.example/messages",
        f"Bearer {MARKER}",
        f"authorization: bearer {TOKEN}",
        TOKEN,
        f"https://graph.microsoft.com/v1.0/x/delta{QUERY}",
        f"/v1.0/x/delta{QUERY}",
        [ADDRESS],
        {ADDRESS: QUERY},
        StrEnum("Kind", {"A": ADDRESS}).A,
        ValueError(MARKER),
        io.StringIO(MARKER),
    ],
)
def test_values_lose_what_may_be_personal_or_secret(lines, log, value):
    log.warning(f"event {ADDRESS}", field=value)

    assert MARKER not in lines.text
    assert lines.only()["field"]


@pytest.mark.parametrize("value", ["thread:42", "Authorization_RequestDenied", True, None, 1.5])
def test_ids_and_codes_stay_readable(lines, log, value):
    log.info("event", field=value)

    assert lines.only()["field"] == value


def test_values_that_json_cannot_hold_break_nothing(lines, log):
    log.info("event", big=2**80, broken="a\ud800b", long="x" * 10_000, raw=b"\xff")

    line = lines.only()
    assert line["big"] == "[number]"
    assert len(line["long"]) == 200


@pytest.mark.parametrize("library", LIBRARIES)
def test_what_a_library_says_is_dropped(lines, library):
    with operation("job-9"):
        logging.getLogger(library).error("INSERT %s into %s", ADDRESS, MARKER, extra={"x": MARKER})

    line = lines.only()
    assert MARKER not in lines.text
    assert (line["logger"], line["level"], line["event"]) == (library, "error", LIBRARY_EVENT)
    assert line["place"].startswith("tests/core/test_log.py:")
    assert line["operation_id"] == "job-9"


def test_a_librarys_malformed_record_is_written_like_any_other(lines, capsys):
    logging.getLogger("httpx").error("%s %s %d", ADDRESS)

    assert lines.only()["event"] == LIBRARY_EVENT
    assert capsys.readouterr() == ("", "")


def test_a_library_cannot_pass_for_us(lines):
    logging.getLogger("httpx").error("x", extra={"facts": {"event": MARKER}})

    assert lines.only()["event"] == LIBRARY_EVENT


def test_libraries_are_heard_from_warning_on_and_we_from_the_level_on(unlogged):
    lines = Lines()
    configure("DEBUG", stream=lines.stream)

    logging.getLogger("httpx").info("GET")
    get_logger("core.test").debug("ours")

    assert lines.only()["event"] == "ours"


def test_an_exception_is_its_types_and_places(lines, log):
    try:
        try:
            json.loads(f'{{"{ADDRESS}": ')
        except ValueError as error:
            raise GraphError(400, MARKER) from error
    except GraphError:
        log.exception("graph refused", thread_id=42)

    line = lines.only()
    assert MARKER not in lines.text
    outer, inner = line["exception"]
    assert outer["type"] == "core.errors.GraphError"
    assert inner["type"] == "json.decoder.JSONDecodeError"
    assert inner["places"][0].startswith("tests/core/test_log.py:")
    assert inner["places"][-1].startswith("json/decoder.py:")


def test_an_exception_group_shows_what_it_holds(lines, log):
    try:
        raise ExceptionGroup(MARKER, [KeyError(ADDRESS), ValueError(MARKER)])
    except ExceptionGroup:
        log.exception("several failed")

    assert [e["type"] for e in lines.only()["exception"]] == [
        "ExceptionGroup",
        "KeyError",
        "ValueError",
    ]
    assert MARKER not in lines.text


async def test_a_unique_violation_does_not_quote_the_row(lines, log, database):
    row = {"tenant_id": MARKER, "created_at": MONDAY_MORNING}
    await Organization.create(**row)

    try:
        await Organization.create(**row)
    except IntegrityError:
        log.exception("row refused")
        logging.getLogger("tortoise").exception("query failed: %s", row)

    assert [line["exception"][0]["type"] for line in lines] == [
        "tortoise.exceptions.IntegrityError"
    ] * 2
    assert MARKER not in lines.text


def test_an_http_error_does_not_quote_its_url(lines, log):
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(400, json={"error": {"message": ADDRESS}})

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        try:
            http.get(f"https://graph.microsoft.com/v1.0/users/{ADDRESS}{QUERY}").raise_for_status()
        except httpx.HTTPStatusError:
            log.exception("graph failed")

    assert lines.only()["exception"][0]["type"] == "httpx.HTTPStatusError"
    assert MARKER not in lines.text


def test_warnings_are_logged_without_their_words(lines, capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(f"cannot send to {ADDRESS}", stacklevel=1)

    assert lines.only()["logger"] == "py.warnings"
    assert MARKER not in lines.text + capsys.readouterr().err


async def test_an_exception_never_retrieved_is_logged_without_its_words(lines, capsys):
    async def fail() -> None:
        raise KeyError(ADDRESS)

    task = asyncio.create_task(fail(), name=MARKER)
    await asyncio.wait([task])
    del task
    await asyncio.sleep(0)

    assert lines.only()["exception"][0]["type"] == "KeyError"
    assert MARKER not in lines.text + capsys.readouterr().err


def test_an_exception_that_nobody_catches_is_logged_without_its_words(lines, capsys):
    try:
        raise KeyError(ADDRESS)
    except KeyError as error:
        sys.excepthook(KeyError, error, error.__traceback__)
    thread = threading.Thread(target=lambda: {}[ADDRESS], name=MARKER)
    thread.start()
    thread.join()

    assert [line["event"] for line in lines] == [UNCAUGHT_EVENT] * 2
    assert MARKER not in lines.text + capsys.readouterr().err


def test_a_line_that_cannot_be_written_is_not_printed_raw(unlogged, capsys):
    stream = io.StringIO()
    configure(stream=stream)
    stream.close()

    logging.getLogger("httpx").error(ADDRESS)

    assert capsys.readouterr() == ("", "")


def test_a_log_file_is_its_owners_alone(unlogged, tmp_path):
    path = tmp_path / "postroom.log"
    path.touch(mode=0o666)

    configure(file=path)
    get_logger("core.test").info("started")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["event"] == "started"


def test_log_files_are_deleted_by_their_age(tmp_path):
    path = tmp_path / "postroom.log"
    for name in ("2026-01-01", "2026-01-09", "2026-01-10", "2026-01-23", "notes"):
        (tmp_path / f"postroom.log.{name}").touch()

    DailyFile(path, days=14, now=lambda: datetime(2026, 1, 24, tzinfo=UTC)).close()

    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "postroom.log",
        "postroom.log.2026-01-10",
        "postroom.log.2026-01-23",
        "postroom.log.notes",
    ]


def test_each_day_begins_a_new_file_that_is_private_too(tmp_path):
    path = tmp_path / "postroom.log"
    handler = DailyFile(path, days=14)
    handler.emit(logging.makeLogRecord({"msg": "first"}))
    handler.rolloverAt -= 2 * 86_400

    handler.emit(logging.makeLogRecord({"msg": "second"}))
    handler.close()

    files = sorted(tmp_path.iterdir())
    assert len(files) == 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert path.read_text() == "second\n"
