"""What may stand in a log line: values without anything personal, exceptions without words."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 200
"""Characters kept of a value."""
MOST = 20
"""Items kept of a list, frames of a traceback, exceptions of a chain."""

_PERSONAL = (
    (re.compile(r"eyJ[\w-]{5,}\.[\w.-]+"), "[token]"),
    (re.compile(r"\bbearer\s+\S+", re.IGNORECASE), "[token]"),
    (re.compile(r"[?#&]\S*=\S*"), "?[query]"),
    (re.compile(r"[^\s@<>\"'(),;/]+(@|%40)[^\s@<>\"'(),;/]+", re.IGNORECASE), "[address]"),
)


def clean(value: Any) -> Any:
    """Numbers and ids as they are; text without addresses, tokens and queries; else the type.

    A second net: callers hand in ids and codes.
    """
    match value:
        case None | bool() | float():
            return value
        case Enum():
            return clean(value.value)
        case int():
            return value if abs(value) < 2**63 else "[number]"
        case str():
            return clean_text(value)
        case date() | UUID():
            return str(value)
        case list() | tuple() | set() | frozenset():
            return [clean(item) for item in list(value)[:MOST]]
        case dict():
            items = list(value.items())[:MOST]
            return {clean_text(str(key)): clean(item) for key, item in items}
        case _:
            return f"[{type(value).__qualname__}]"


def clean_text(text: str) -> str:
    text = text[: LONGEST * 4].encode("utf-8", "replace").decode()
    for pattern, instead in _PERSONAL:
        text = pattern.sub(instead, text)
    return text[:LONGEST]


def describe_exception(error: BaseException) -> list[dict[str, Any]]:
    """Each exception of the chain, outermost first: its type, and where it passed.

    Places are our frames and the innermost foreign one, outermost first.
    """
    return [
        {"type": _type_name(link), "places": _places(link)}
        for link, _ in zip(_chain(error), range(MOST), strict=False)
    ]


def place(path: str, line: int | None, function: str) -> str:
    """`file:line:function`, the file named from the project's or the library's folder."""
    return f"{_file_name(path)}:{line}:{function}"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception, what a group holds, and what it was raised from or during."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        link = waiting.pop(0)
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        if isinstance(link, BaseExceptionGroup):
            waiting += link.exceptions
        before = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
        if before is not None:
            waiting.append(before)


def _type_name(error: BaseException) -> str:
    kind = type(error)
    return (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}"
    )


def _places(error: BaseException) -> list[str]:
    frames = list(traceback.walk_tb(error.__traceback__))
    shown = [
        place(frame.f_code.co_filename, line, frame.f_code.co_qualname)
        for index, (frame, line) in enumerate(frames)
        if _is_ours(frame.f_code.co_filename) or index == len(frames) - 1
    ]
    return shown[-MOST:]


def _is_ours(path: str) -> bool:
    return path.startswith(f"{ROOT}/") and "site-packages" not in path


def _file_name(path: str) -> str:
    if _is_ours(path):
        return path[len(str(ROOT)) + 1 :]
    _, library, rest = path.rpartition("site-packages/")
    return rest if library else "/".join(path.split("/")[-2:])
