"""Read a bulk change as people type it: `done all from @fabrikam.com older than 30 days`.

Pure: words in, a wish out. Names, addresses and tags stay as typed; nothing is looked up here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.errors import InvalidInput

LONGEST = 400
"""Characters read."""
MOST_DAYS = 3650


class BulkVerb(StrEnum):
    ASSIGN = "assign"
    DONE = "done"
    RELEASE = "release"
    SNOOZE = "snooze"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Conditions:
    """Which threads; all that are set must hold."""

    unassigned: bool | None = None
    sender: str | None = None
    """An address, or a domain with `@` before it; lower case."""
    person: str | None = None
    """Whose threads; `me` is the speaker."""
    tagged: str | None = None
    older_than_hours: int | None = None
    """Since the newest message from outside."""
    mailbox: str | None = None


@dataclass(frozen=True, slots=True)
class BulkWish:
    verb: BulkVerb
    where: Conditions
    what: str | None = None
    """Of `assign` to whom, of `snooze` until when, of `tag` which tag."""


_TOKEN = re.compile(r'"([^"]*)"|[“„]([^“”"]*)[”“]|(\S+)')
_CONDITIONS = {"from": "sender", "of": "person", "tagged": "tagged", "in": "mailbox"}
_ENDS = {
    BulkVerb.ASSIGN: ("to",),
    BulkVerb.SNOOZE: ("until", "for"),
    BulkVerb.TAG: ("as", "with"),
}
"""Words after which comes what is done, to the end of the line."""
_MISSING = {
    BulkVerb.ASSIGN: "bulk_to",
    BulkVerb.SNOOZE: "bulk_until",
    BulkVerb.TAG: "bulk_tag",
}
_FILLERS = frozenset({"and", "threads", "thread", "mail", "all", "that", "are", "is"})
_HOURS = {"hour": 1, "hours": 1, "day": 24, "days": 24, "week": 168, "weeks": 168}
_SENDER = re.compile(r"(?:([^\s@]*)@)?((?:[a-z0-9-]+\.)+[a-z0-9-]{2,63})")


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    quoted: bool

    def is_one_of(self, words: Sequence[str] | frozenset[str]) -> bool:
        return not self.quoted and self.text.casefold() in words


def read_bulk(verb: BulkVerb, text: str) -> BulkWish:
    """Read what follows `assign all`, `done all`… Raises InvalidInput("bulk", code)."""
    words = [
        _Word(next(part for part in found.groups() if part is not None), not found[3])
        for found in _TOKEN.finditer(text[:LONGEST])
    ]
    conditions, rest = _split(verb, words)
    where = _conditions(conditions)
    if where == Conditions():
        raise InvalidInput("bulk", "bulk_which")
    if where.unassigned and where.person is not None:
        raise InvalidInput("bulk", "bulk_twice")
    missing = _MISSING.get(verb)
    return BulkWish(verb, where, _said(rest, missing) if missing else None)


def _split(verb: BulkVerb, words: list[_Word]) -> tuple[list[_Word], list[_Word]]:
    """The conditions, and what is done; a tag may also simply be the last word."""
    ends = _ENDS.get(verb, ())
    for at, word in enumerate(words):
        if word.is_one_of(ends):
            keep = word.text.casefold() == "for"
            return words[:at], words[at if keep else at + 1 :]
    if verb is BulkVerb.TAG:
        return words[:-1], words[-1:]
    return words, []


def _said(rest: Sequence[_Word], otherwise: str) -> str:
    text = " ".join(word.text for word in rest).strip().lstrip("@")
    if not text:
        raise InvalidInput("bulk", otherwise)
    return text


def _conditions(words: Sequence[_Word]) -> Conditions:
    found: dict[str, Any] = {}
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word.is_one_of(_FILLERS):
            continue
        name, value, at = _condition(words, word, at)
        if name in found:
            raise InvalidInput("bulk", "bulk_twice")
        found[name] = value
    return Conditions(**found)


def _condition(words: Sequence[_Word], word: _Word, at: int) -> tuple[str, Any, int]:
    """The condition that `word` begins, and where the next may begin."""
    if word.is_one_of(("unassigned",)):
        return "unassigned", True, at
    if word.is_one_of(("mine", "my")):
        return "person", "me", at
    if word.is_one_of(("older",)):
        return "older_than_hours", *_age(words, at)
    if not word.is_one_of(tuple(_CONDITIONS)):
        raise InvalidInput("bulk", "bulk_word")
    name = _CONDITIONS[word.text.casefold()]
    value, at = _value(words, at)
    return name, _sender(value) if name == "sender" else value, at


def _value(words: Sequence[_Word], at: int) -> tuple[str, int]:
    """A quoted value, or all words up to the next condition."""
    if at < len(words) and words[at].quoted:
        return words[at].text.strip(), at + 1
    start = at
    while at < len(words) and not _begins(words[at]):
        at += 1
    value = " ".join(word.text for word in words[start:at])
    if not value:
        raise InvalidInput("bulk", "bulk_word")
    return value, at


def _begins(word: _Word) -> bool:
    return word.is_one_of((*_CONDITIONS, "unassigned", "older", "mine", "and"))


def _age(words: Sequence[_Word], at: int) -> tuple[int, int]:
    """Hours of `than 30 days`."""
    said = [word.text.casefold() for word in words[at : at + 3]]
    if len(said) < 3 or said[0] != "than" or said[2] not in _HOURS or not said[1].isdecimal():
        raise InvalidInput("bulk", "bulk_age")
    hours = int(said[1][:6]) * _HOURS[said[2]]
    if not 0 < hours <= MOST_DAYS * 24:
        raise InvalidInput("bulk", "bulk_age")
    return hours, at + 3


def _sender(text: str) -> str:
    """`Ada@Fabrikam.com` as it is looked up; `@fabrikam.com` and `fabrikam.com` are a domain."""
    text = text.strip().removeprefix("mailto:").casefold()
    found = _SENDER.fullmatch(text)
    if found is None:
        raise InvalidInput("bulk", "bulk_sender")
    return f"{found[1] or ''}@{found[2]}"
