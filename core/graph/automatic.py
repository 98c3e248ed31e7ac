"""Whether a machine wrote a message, told by its internet headers, which are then dropped.

RFC 3834 (Auto-Submitted, Precedence, null return path), RFC 2369 and 2919 (List-*), Microsoft's
X-Auto-Response-Suppress, and the header that Postroom's own replies bear.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Automatic(StrEnum):
    """What kind of machine wrote it. None but NONE may be answered automatically."""

    NONE = "none"
    REPLY = "reply"
    """An answer by a machine: out of office, or mail that could not be delivered."""
    LIST = "list"
    BULK = "bulk"
    """A newsletter, a notification or anything else that wants no answer."""


def read_automatic(value: object) -> Automatic | None:
    """Judge `internetMessageHeaders`; None where there are none to judge by.

    The first kind that applies in the order reply, list, bulk: a mailing list's mail may
    also call itself bulk.
    """
    if not isinstance(value, list) or not value:
        return None
    kinds: set[Automatic | None] = set()
    for header in value:
        name = header.get("name") if isinstance(header, dict) else None
        judge = _JUDGES.get(name.lower()) if isinstance(name, str) else None
        if judge is not None and isinstance(text := header.get("value"), str):
            kinds.add(judge(text[:1_000].strip().lower()))
    for kind in (Automatic.REPLY, Automatic.LIST, Automatic.BULK):
        if kind in kinds:
            return kind
    return Automatic.NONE


def _auto_submitted(value: str) -> Automatic | None:
    keyword = value.partition(";")[0].partition("(")[0].strip()
    if keyword in ("", "no"):
        return None
    return Automatic.REPLY if keyword == "auto-replied" else Automatic.BULK


def _precedence(value: str) -> Automatic | None:
    return {
        "auto_reply": Automatic.REPLY,
        "list": Automatic.LIST,
        "bulk": Automatic.BULK,
        "junk": Automatic.BULK,
    }.get(value)


def _suppress(value: str) -> Automatic | None:
    """`DR, RN, NRN` refuse receipts only; `All`, `OOF` and `AutoReply` refuse automatic replies."""
    asked = {word.strip() for word in value.split(",")}
    return Automatic.BULK if asked & {"all", "oof", "autoreply"} else None


def _return_path(value: str) -> Automatic | None:
    return Automatic.REPLY if value == "<>" else None


_JUDGES: dict[str, Callable[[str], Automatic | None]] = {
    "auto-submitted": _auto_submitted,
    "precedence": _precedence,
    "list-id": lambda value: Automatic.LIST,
    "list-unsubscribe": lambda value: Automatic.BULK,
    "x-auto-response-suppress": _suppress,
    "return-path": _return_path,
    "x-postroom-auto-submitted": _auto_submitted,
}
