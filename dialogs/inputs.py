"""Read what people type and what cards carry back. All of it is untrusted."""

from __future__ import annotations

import re
from collections.abc import Mapping

from core.errors import InvalidInput

Inputs = Mapping[str, object]
"""The data of a card action, with the card's inputs."""

_NUMBER = re.compile(r"\s*#?\s*([0-9]{1,18})\s*[.!]?\s*")
_ASSIGN = re.compile(r"\s*#?\s*([0-9]{1,18})\s+(?:to\s+)?@?(\S.*)", re.IGNORECASE | re.DOTALL)
_NUMBER_AND_MORE = re.compile(r"\s*#?\s*([0-9]{1,18})(?:\s+(\S.*))?", re.DOTALL)
_INTO = re.compile(r"\s*#?\s*([0-9]{1,18})\s+(?:in|to|into)\s+#?\s*([0-9]{1,18})\s*", re.IGNORECASE)
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#%&*+/=?^_{|}~-]+(\.[A-Za-z0-9!#%&*+/=?^_{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
"""No quote, dollar or backtick: addresses are pasted into PowerShell."""


def number_in(text: str, field: str = "thread") -> int:
    """`42` or `#42`. Raises InvalidInput."""
    found = _NUMBER.fullmatch(text[:64])
    if found is None:
        raise InvalidInput(field)
    return int(found[1])


def number_of(inputs: Inputs, name: str, field: str | None = None) -> int:
    """A number in a card's data, as a number or as text. Raises InvalidInput."""
    value = inputs.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18:
        return value
    if isinstance(value, str):
        return number_in(value, field or name)
    raise InvalidInput(field or name)


def page_of(inputs: Inputs) -> int:
    """From 1; anything odd is the first page."""
    try:
        return min(max(number_of(inputs, "page"), 1), 100_000)
    except InvalidInput:
        return 1


def number_and_person(text: str) -> tuple[int, str]:
    """`42 to Ada`. Raises InvalidInput."""
    found = _ASSIGN.fullmatch(text[:300])
    if found is None:
        raise InvalidInput("thread" if not _NUMBER.match(text[:64]) else "person")
    return int(found[1]), found[2].strip()


def number_and_more(text: str) -> tuple[int, str]:
    """`42 until monday`: the number and what follows it, if anything. Raises InvalidInput."""
    found = _NUMBER_AND_MORE.fullmatch(text[:4000])
    if found is None:
        raise InvalidInput("thread")
    return int(found[1]), (found[2] or "").strip()


def two_numbers(text: str) -> tuple[int, int]:
    """`42 into 17`. Raises InvalidInput."""
    found = _INTO.fullmatch(text[:100])
    if found is None:
        raise InvalidInput("merge")
    return int(found[1]), int(found[2])


def numbers_in(text: str, field: str) -> tuple[int, ...]:
    """`4,8,15`, as a multiple choice answers. Raises InvalidInput."""
    parts = [part for part in text[:4000].split(",") if part.strip()]
    return tuple(dict.fromkeys(number_in(part, field) for part in parts))


def address_in(text: str) -> str:
    """One mail address, in lower case. Raises InvalidInput("address")."""
    text = text.strip().removeprefix("mailto:")
    if len(text) > 254 or _ADDRESS.fullmatch(text) is None:
        raise InvalidInput("address")
    return text.casefold()


def texts_of(inputs: Inputs) -> dict[str, str]:
    """The text inputs alone, at a sane length."""
    return {
        str(name)[:64]: value[:4000] for name, value in inputs.items() if isinstance(value, str)
    }
