"""Regular expressions that run in linear time, whoever wrote them. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import re2

from core.rules.mistakes import BadPattern

LONGEST = 200
"""Characters of a pattern."""
MOST_MEMORY = 1 << 17
"""Bytes for the patterns asked at once; so it also bounds the steps for each character."""
LONGEST_TEXT = 10_000
"""Characters of a text that are looked at."""

_ASKED = 0
"""The place of an empty pattern, found in every text: without it, the engine gave up."""


def check_pattern(pattern: str) -> None:
    """Raise `BadPattern` for one that is too long, malformed or too large."""
    if len(pattern) > LONGEST:
        raise BadPattern("pattern_too_long")
    try:
        _together((pattern,))
    except (re2.error, UnicodeEncodeError) as error:
        raise BadPattern("bad_pattern") from error


class Patterns:
    """Patterns that read the same text: asked together, each found anywhere, case ignored."""

    def __init__(self, patterns: Iterable[str]) -> None:
        """Each has been checked."""
        self._groups = list(_groups(sorted(set(patterns))))

    def found_in(self, text: str) -> frozenset[str]:
        """Those of them that are."""
        read = text[:LONGEST_TEXT].encode("utf-8", "replace")
        return frozenset().union(*(group.found_in(read) for group in self._groups))


class _Group:
    def __init__(self, patterns: Sequence[str], asked: re2.Set) -> None:
        self._patterns = patterns
        self._asked = asked

    def found_in(self, text: bytes) -> Iterable[str]:
        found = self._asked.Match(text)
        if found == [_ASKED]:
            return ()
        if _ASKED in found:
            return [self._patterns[place - 1] for place in found if place != _ASKED]
        return [pattern for pattern in self._patterns if _search(pattern, text)]


def _groups(patterns: Sequence[str]) -> Iterator[_Group]:
    """As few as their memory allows."""
    if not patterns:
        return
    try:
        asked = _together(patterns)
    except re2.error:
        if len(patterns) == 1:
            raise
        half = len(patterns) // 2
        yield from _groups(patterns[:half])
        yield from _groups(patterns[half:])
    else:
        yield _Group(patterns, asked)


def _together(patterns: Sequence[str]) -> re2.Set:
    asked = re2.Set.SearchSet(_options())
    asked.Add(b"")
    for pattern in patterns:
        asked.Add(pattern.encode())
    asked.Compile()
    return asked


def _search(pattern: str, text: bytes) -> bool:
    return re2.compile(pattern.encode(), _options()).search(text) is not None


def _options() -> re2.Options:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.never_capture = True
    options.max_mem = MOST_MEMORY
    return options
