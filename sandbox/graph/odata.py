"""The OData options the mail service takes: `$select`, `$filter`, `$orderby`, paging."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.graph.protocol import GraphFailure, bad_request

_CLAUSE = re.compile(
    r"\s*([A-Za-z/]+)\s+(eq|ne|ge|gt|le|lt)\s+('(?:[^']|'')*'|[^\s']+)\s*(?:\band\b|$)",
    re.IGNORECASE,
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
}
_BOOLEANS = {"true": True, "false": False}
_ORDERS = ("ge", "gt", "le", "lt")
FILTERS = {
    "receivedDateTime": datetime,
    "isRead": bool,
    "conversationId": str,
    "internetMessageId": str,
}
"""The properties of a message that can be filtered by, with their types."""


@dataclass(frozen=True, slots=True)
class Clause:
    property: str
    comparison: str
    value: object

    def holds(self, value: object) -> bool:
        return _COMPARE[self.comparison](value, self.value)


def read_select(query: Mapping[str, str], known: Collection[str]) -> tuple[str, ...] | None:
    """The properties asked for; None without `$select`. Raises a 400 for an unknown one."""
    text = query.get("select", "").strip()
    if not text:
        return None
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    spelled = {name.lower(): name for name in known}
    for name in names:
        if name.lower() not in spelled:
            message = f"Could not find a property named '{name}' on type 'microsoft.graph.message'."
            raise GraphFailure(400, "RequestBroker--ParseUri", message)
    return tuple(spelled[name.lower()] for name in names)


def read_filter(query: Mapping[str, str]) -> list[Clause]:
    """The clauses, all of which must hold. Raises a 400 for what is not supported."""
    text = query.get("filter", "").strip()
    clauses: list[Clause] = []
    at = 0
    while at < len(text):
        found = _CLAUSE.match(text, at)
        if found is None or found.end() == at:
            raise _invalid_filter()
        clauses.append(_clause(*found.groups()))
        at = found.end()
    if text.lower().endswith(" and"):
        raise _invalid_filter()
    return clauses


def newest_first(query: Mapping[str, str], clauses: list[Clause]) -> bool:
    """Whether the order is by receipt, newest first (the default) or oldest first.

    Raises a 400 for any other order, and where Exchange finds filter and order too complex:
    with `$orderby`, what it sorts by must come first in `$filter`.
    """
    text = " ".join(query.get("orderby", "").split()).lower()
    if not text:
        return True
    if text not in ("receiveddatetime", "receiveddatetime asc", "receiveddatetime desc"):
        raise bad_request("The sort order is not supported by this sandbox.")
    if clauses and clauses[0].property != "receivedDateTime":
        message = "The restriction or sort order is too complex for this operation."
        raise bad_request(message, "InefficientFilter")
    return text.endswith("desc")


def read_number(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    """A whole number from 0 (`$skip`) or 1 (`$top`) on. Raises a 400 for anything else."""
    text = query.get(name)
    if text is None:
        return default
    least = 1 if name == "top" else 0
    if not text.isdecimal() or int(text) < least:
        raise bad_request(f"Invalid value '{text[:20]}' for ${name} query option found.")
    return min(int(text), most)


def read_moment(text: object) -> datetime | None:
    """An Edm.DateTimeOffset in UTC; None if it is none."""
    if not isinstance(text, str) or "T" not in text:
        return None
    try:
        moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _clause(name: str, comparison: str, literal: str) -> Clause:
    spelled = next((one for one in FILTERS if one.lower() == name.lower()), None)
    if spelled is None:
        raise _invalid_filter()
    kind, comparison = FILTERS[spelled], comparison.lower()
    value: object = None
    if kind is str and literal.startswith("'"):
        value = literal[1:-1].replace("''", "'")
    elif kind is bool:
        value = _BOOLEANS.get(literal.lower())
    elif kind is datetime:
        value = read_moment(literal)
    if value is None or (kind is not datetime and comparison in _ORDERS):
        raise _invalid_filter()
    return Clause(spelled, comparison, value)


def _invalid_filter() -> GraphFailure:
    message = "The query filter contains one or more invalid nodes."
    return bad_request(message, "ErrorInvalidUrlQueryFilter")
